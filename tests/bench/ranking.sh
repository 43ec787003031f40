#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How well the scorer's own code puts first the CVEs that were exploited later, beside CVSS, EPSS, EPSS x
# CVSS, and CVSS band then EPSS, on the public CVEs of ../shared/scoring at three days.
#   ranking.sh [PROGRAM]            the tables; PROGRAM is bench_ranking, else that of a build
#   ranking.sh --check [PROGRAM]    exit code 1 when the scorer misses its bar, or when a row differs from
#                                   the reference, ../shared/scoring/rank.py
# ISOBAR_SHARED stands in for ../shared.  Where that is absent nothing is measured: exit code 77.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

shared=${ISOBAR_SHARED:-../shared}
check=0

if [ "${1:-}" = --check ]; then
	check=1
	shift
fi
if [ $# -gt 1 ] || [[ ${1:-} == -* ]]; then
	sed -n '5,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
fi

data=$shared/scoring/cve_public.csv
[ -e "$data" ] || {
	echo "SKIP: no $data"
	exit 77
}

find_program() {
	local preset
	for preset in release asan; do
		if [ -x "build/$preset/tests/bench/bench_ranking" ]; then
			echo "build/$preset/tests/bench/bench_ranking"
			return
		fi
	done
	echo "ranking.sh: cmake --preset release && cmake --build --preset release" >&2
	return 2
}

program=${1:-$(find_program)}
work=$(mktemp -d "${TMPDIR:-/tmp}/isobar-ranking.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$program" "$data" >"$work/rows" || {
	echo "ranking.sh: $program failed" >&2
	exit 1
}
awk -f tests/bench/ranking.awk "$work/rows"
[ "$check" = 1 ] || exit 0

status=0
awk -v bar=1 -f tests/bench/ranking.awk "$work/rows" || status=1
if [ ! -e "$shared/scoring/rank.py" ] || ! command -v python3 >/dev/null; then
	echo "no comparison: it needs python3 and $shared/scoring/rank.py"
	exit "$status"
fi
PYTHONDONTWRITEBYTECODE=1 python3 "$shared/scoring/rank.py" public >"$work/reference" || {
	echo "ranking.sh: rank.py failed" >&2
	exit 1
}
awk -f tests/bench/ranking_compare.awk "$work/reference" "$work/rows" || status=1
exit "$status"
