#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the ten longest functions and files of C; they are where reading is hardest.
#   longest.sh            the two lists
#   longest.sh --check    only what is above the limits (80 lines a function, 700 a file); exit 1
set -euo pipefail
. "$(dirname "$0")/common.sh"

case "${1:-}" in
'' | --check) ;;
*)
	sed -n '3,5s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac

mapfile -d '' -t files < <(project_files c h cc)
[ ${#files[@]} -gt 0 ] || exit 0

# "lines TAB file:line: name" of every function, "lines TAB file" of every file.  A function is
# what stands between a brace in column 1 and the next closing one, after a line that ends in ")".
measure() {
	awk -v OFS='\t' '
	FNR == 1 { if (file) print "file", n, file; file = FILENAME; start = 0; head = ""; last = "" }
	{ n = FNR }
	/^[A-Za-z_].*\(/ && !start { head = $0; at = FNR }
	/^\{/ && last ~ /\)[ \t]*$/ { start = FNR }
	/^\}/ {
		if (start) {
			name = head
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
			print "function", FNR - start, FILENAME ":" at ": " name
		}
		start = 0
	}
	{ last = $0 }
	END { if (file) print "file", n, file }' "${files[@]}"
}

if [ "${1:-}" = --check ]; then
	measure | awk -F '\t' '
	$1 == "function" && $2 > 80 { printf "%s has %d lines; 80 is the limit\n", $3, $2; bad = 1 }
	$1 == "file" && $2 > 700 { printf "%s:700: %d lines; 700 is the limit\n", $3, $2; bad = 1 }
	END { exit bad }'
	exit
fi
all=$(measure)
for kind in function file; do
	echo "longest ${kind}s:"
	awk -F '\t' -v kind="$kind" '$1 == kind { printf "%5d  %s\n", $2, $3 }' <<<"$all" |
		sort -rn | sed 10q
done
