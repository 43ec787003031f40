#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Formats the C and C++ sources as .clang-format says (version 14, Debian 12's).
#   format.sh check    names the files and places that differ; exit 1
#   format.sh fix      rewrites them
set -euo pipefail
. "$(dirname "$0")/common.sh"

command -v clang-format >/dev/null || {
	echo "format.sh: clang-format is missing: deploy/packages.sh test" >&2
	exit 2
}
mapfile -d '' -t files < <(project_files c h cc)
[ ${#files[@]} -gt 0 ] || exit 0

case "${1:-}" in
check)
	clang-format --style=file --dry-run -- "${files[@]}" 2>&1 | awk -F: '
	/warning: code should be clang-formatted/ && !seen[$1]++ {
		printf "%s:%s: not formatted (tools/format.sh fix)\n", $1, $2
	}
	END { exit length(seen) > 0 }'
	;;
fix)
	clang-format --style=file -i -- "${files[@]}"
	;;
*)
	sed -n '3,5s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
