#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles every header alone and twice included, with gcc and clang under the project's warnings.
#   check-headers.sh BUILD_DIR      a built folder, for the generated headers: build/dev
set -euo pipefail
[ $# -eq 1 ] || {
	sed -n '3,4s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
generated=$(cd "$1" && pwd)/libisobar/generated
. "$(dirname "$0")/common.sh"

[ -e "$generated/store/statements.h" ] || {
	echo "check-headers.sh: $1 holds no generated headers; build it first" >&2
	exit 2
}

# The flags of cmake/Warnings.cmake: those of both compilers, then those of gcc alone.
both=$(sed -n '/^set(c_warnings/,/)/p' cmake/Warnings.cmake | grep -oE -- '-W[a-z0-9=+-]+' | tr '\n' ' ')
gcc_only=$(sed -n '/STREQUAL "GNU"/,/^endif/p' cmake/Warnings.cmake | grep -oE -- '-W[a-z0-9=+-]+' |
	tr '\n' ' ')
if [ -z "$both" ] || [ -z "$gcc_only" ]; then
	echo "check-headers.sh: no warnings found in cmake/Warnings.cmake" >&2
	exit 2
fi
foreign=$(pkg-config --cflags-only-I libpq jansson libevent | sed 's/-I/-isystem /g')

status=0
n=0
while IFS= read -r -d '' header; do
	n=$((n + 1))
	for compiler in gcc clang; do
		extra=
		[ "$compiler" = clang ] || extra=$gcc_only
		# shellcheck disable=SC2086 # lists of flags
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
			$compiler -std=gnu17 $both $extra -Werror -fsyntax-only -x c $foreign \
				-I. -Ilibisobar -Itests "-I$generated" - || {
			printf '%s:1: does not compile alone with %s\n' "$header" "$compiler"
			status=1
		}
	done
done < <(project_files h)
echo "$n headers, two compilers"
exit "$status"
