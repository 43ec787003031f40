#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The contract itself: two linters have nothing to say, its examples are valid, and its routes are
# those of the server.
#   test_openapi_lint.sh BUILD
set -euo pipefail
build=$(cd "${1:-build/asan}" && pwd)
cd "$(dirname "$0")"
# shellcheck source=node.sh
source ./node.sh
use_node "$build"

contract=../../../docs/openapi.yaml
api=$build/api/isobar-api
bin=$ISOBAR_NODE_MODULES/.bin
work=$(mktemp -d "${TMPDIR:-/tmp}/isobar-openapi-lint.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

# expect NAME COMMAND…
expect() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok: $name"
	else
		sed 's/^/    /' "$work/out"
		echo "FAILED: $name"
		failed=1
	fi
}

# Redocly ends with 0 when there are only warnings: its report is counted.
redocly() {
	"$bin/redocly" lint --config redocly.yaml --format json "$1" >"$work/redocly" 2>"$work/redocly.err" || true
	jq --exit-status '.totals.errors + .totals.warnings + .totals.ignored == 0' "$work/redocly" >/dev/null || {
		jq --raw-output '.problems[] | "\(.location[0].pointer): \(.ruleId): \(.message)"' "$work/redocly" ||
			cat "$work/redocly" "$work/redocly.err"
		return 1
	}
}

spectral() {
	"$bin/spectral" lint --ruleset spectral.yaml --fail-severity hint --quiet "$1"
}

# finds LINTER RULE SED: the linter sees a fault that is made on purpose.
finds() {
	sed "$3" "$contract" >"$work/faulty.yaml"
	! cmp -s "$contract" "$work/faulty.yaml" || { echo "sed changed nothing"; return 1; }
	! "$1" "$work/faulty.yaml" >"$work/faulty" 2>&1 || { echo "no finding"; return 1; }
	grep -q "$2" "$work/faulty" || { cat "$work/faulty"; return 1; }
}

expect "Spectral finds nothing" spectral "$contract"
expect "Redocly finds nothing" redocly "$contract"
expect "Spectral would tell of a missing operationId" finds spectral operation-operationId '/operationId: getRisk/d'
expect "Redocly would tell of a missing operationId" finds redocly operation-operationId '/operationId: getRisk/d'
if [ -x "$api" ]; then
	expect "isobar-api --print-routes" "$api" --print-routes
	cp "$work/out" "$work/routes"
	node lint.mjs "$contract" "$work/routes" || failed=1
else
	node lint.mjs "$contract" || failed=1
fi
[ "$failed" -eq 0 ] || exit 1
[ -x "$api" ] || { echo "SKIP: the routes are not compared, $api is not built"; exit 77; }
