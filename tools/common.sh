# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the scripts beside it: goes to the top of the checkout and names its files.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2

# The project's files with one of the given endings, tracked or not yet, NUL-separated; what git
# ignores is left out.  Without git (an unpacked archive) the build folder is.
project_files() {
	local ending names=() first=1
	if git -c safe.directory="$PWD" rev-parse --git-dir >/dev/null 2>&1; then
		for ending in "$@"; do
			names+=("*.$ending")
		done
		git -c safe.directory="$PWD" ls-files -z -co --exclude-standard -- "${names[@]}" |
			sort -zu | while IFS= read -r -d '' ending; do
			[ ! -f "$ending" ] || printf '%s\0' "$ending"
		done
		return
	fi
	for ending in "$@"; do
		[ "$first" = 1 ] || names+=(-o)
		names+=(-name "*.$ending")
		first=0
	done
	find . \( -path ./build -o -path ./.git \) -prune -o -type f \( "${names[@]}" \) -printf '%P\0' |
		sort -z
}
