#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures Isobar against its limits, side by side in one run, on a PostgreSQL of its own.
#   run.sh [--json] [--runs N] [--sizes 1e4,1e5,1e6] [NAME…]
#   run.sh --list      names the figures; "ingest", "queue", "score", "sla" and "as_of" stand for a group, no name for all
# A plain name is a figure of 10^6 findings, first_load_1e4 the same of 10^4.  Machine, versions and
# commands are printed first, on stderr with --json.  Exit code 0: every figure of the largest size
# is within its target, 1: one is not, 2: usage, 3: it could not be measured.
# This file reads arguments and runs the groups; ingest.sh, queue.sh, score.sh, sla.sh and as_of.sh are the groups,
# lib.sh is what they share.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/bench/lib.sh
. tests/bench/ingest.sh
. tests/bench/queue.sh
. tests/bench/score.sh
. tests/bench/sla.sh
. tests/bench/as_of.sh

groups=(ingest queue score sla as_of)
names=()                 # given: only these figures
whole=()                 # given: groups
steps=                   # what has to be measured, between blanks
declare -A sizes_of=()   # of each group that runs, between blanks

usage() {
	[ $# -eq 0 ] || say "run.sh: $*"
	sed -n '4,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

all_figures() {
	local group
	for group in "${groups[@]}"; do
		"${group}_figures"
	done
}

wants() {
	[[ $steps == *" $1 "* ]]
}

# Which figure NAME is, of which group and size: "ingest first_load 1e6".
figure_of() {
	local name=$1 size=1e6 group
	if [[ $name =~ _1e[3-7]$ ]]; then
		size=${name##*_}
		name=${name%_*}
	fi
	[ "$size" != 1e6 ] || [ "$1" = "$name" ] || usage "$1 is called $name"
	for group in "${groups[@]}"; do
		if "${group}_figures" | grep -q "^$name "; then
			printf '%s %s %s\n' "$group" "$name" "$size"
			return
		fi
	done
	usage "there is no figure $1; --list names them"
}

# plan_group GROUP [FIGURE SIZE]: all of it, at its usual sizes, or that figure.
plan_group() {
	local group=$1 step name=${2:-}
	while read -r step; do
		steps+=" $("${group}_needs" "$step") "
	done < <("${group}_figures" | awk -v name="$name" 'name == "" || $1 == name { print $2 }')
	if [ -n "$name" ]; then
		sizes_of[$group]+=" $3 $("${group}_base" "$name")"
	else
		local -n usual=${group}_sizes
		sizes_of[$group]+=" $usual"
	fi
}

plan() {
	local name size group found
	for name in "${names[@]}"; do
		found=$(figure_of "$name") || exit 2
		# shellcheck disable=SC2086 # three words
		plan_group $found
	done
	[ $((${#names[@]} + ${#whole[@]})) -gt 0 ] || whole=("${groups[@]}")
	for group in "${whole[@]}"; do
		plan_group "$group"
	done
	for group in "${!sizes_of[@]}"; do
		if [ ${#sizes[@]} -gt 0 ]; then
			for size in ${sizes_of[$group]}; do
				[ ${#whole[@]} -gt 0 ] || [[ " ${sizes[*]} " == *" $size "* ]] ||
					usage "what was named needs the size $size"
			done
			sizes_of[$group]="${sizes[*]}"
		else
			# shellcheck disable=SC2086 # words
			sizes_of[$group]=$(printf '%s\n' ${sizes_of[$group]} | sort -u | paste -s -d ' ')
		fi
	done
	# A group stands for all its figures: then none is left out.
	[ ${#whole[@]} -eq 0 ] || names=()
}

read_arguments() {
	local size
	while [ $# -gt 0 ]; do
		case "$1" in
		--json) json=1 ;;
		--list)
			all_figures | cut -d ' ' -f 1
			exit 0
			;;
		--runs)
			[[ ${2:-} =~ ^[1-9][0-9]?$ ]] || usage "--runs wants a number from 1 to 99"
			runs=$2
			shift
			;;
		--sizes)
			IFS=, read -ra sizes <<<"${2:-}"
			[ ${#sizes[@]} -gt 0 ] || usage "--sizes wants a list: 1e4,1e5"
			for size in "${sizes[@]}"; do
				number_of "$size" >/dev/null || exit 2
			done
			mapfile -t sizes < <(printf '%s\n' "${sizes[@]}" | sort -u)
			shift
			;;
		ingest | queue | score | sla | as_of) whole+=("$1") ;;
		-*) usage "there is no option $1" ;;
		*) names+=("$1") ;;
		esac
		shift
	done
	plan
}

largest_number() {
	local size largest=0
	# shellcheck disable=SC2048 # each value is several words
	for size in ${sizes_of[*]}; do
		[ "$(number_of "$size")" -le "$largest" ] || largest=$(number_of "$size")
	done
	echo "$largest"
}

disk_mb() {
	local group sum=0
	for group in "${!sizes_of[@]}"; do
		sum=$((sum + $("${group}_disk" "$(largest_number)")))
	done
	echo "$sum"
}

# for_each_group FUNCTION: what GROUP_FUNCTION prints, of the groups that run.
for_each_group() {
	local group
	for group in "${groups[@]}"; do
		[ -z "${sizes_of[$group]:-}" ] || "${group}_$1"
	done
}

main() {
	local group
	read_arguments "$@"
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	work=$(mktemp -d "${TMPDIR:-/tmp}/isobar-bench.XXXXXX")
	samples=$work/samples
	# shellcheck disable=SC2046 # words
	deploy/packages.sh $(for_each_group packages)
	# shellcheck disable=SC2046
	build $(for_each_group targets)
	check_disk "$(disk_mb)"
	start_server "$(largest_number)"
	describe_machine | tell
	: >"$samples"
	for group in "${groups[@]}"; do
		[ -n "${sizes_of[$group]:-}" ] || continue
		# shellcheck disable=SC2086 # words
		"${group}_describe" ${sizes_of[$group]} | tell
		# shellcheck disable=SC2086
		"${group}_run" ${sizes_of[$group]}
	done
	awk -v names="${names[*]}" -v as_json="$json" -f tests/bench/figures.awk \
		<(all_figures) "$samples"
}

main "$@"
