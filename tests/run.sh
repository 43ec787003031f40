#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the tests: what CI runs.
#   run.sh [--all] [GROUP…]    no group: the default set; --all: every group, and longer runs
#   run.sh --list              names the groups
# Installs what is missing by apt (as root, or through sudo).  The last line counts; the exit code
# is 0 only when something ran and nothing failed.  ISOBAR_TEST_DSN names a PostgreSQL to use in
# place of a throw-away one, ISOBAR_SHARED a folder of reference payloads beside the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs=$(nproc)
work=$PWD/build/test-logs # what builds and tests printed, for reading after a failure
pg_dir=
passed=0
failed=0
skipped=0
skips=()    # "name: reason"
failures=() # names
empty=()    # groups without tests

# Every group with what it holds.  A group is a label in CTest, but for layers: the checks of tools/
# and the build with clang.
list_groups() {
	cat <<-'GROUPS'
		layers       format, layers, banned calls, SQL, lengths, catalogue, headers, clang with -Werror
		unit         one module at a time
		property     laws that hold for any input: seeded generators
		golden       known inputs with known answers
		import       files in, findings out
		store        the store against a real PostgreSQL
		http         requests and answers of the API
		fuzz-corpus  the inputs of the fuzz targets, once
		faults       broken input, failing disks and databases
		kills        processes killed at any point
		paths        toxic combinations
		replay       scores computed again from what is stored
		collectors   live collection from a mock cloud
		clock        SLA clocks
		routes       who must act
		feed         the change feed
		courier      tickets and messages
		web          the dashboard
		review       the weekly record
	GROUPS
}

say() {
	printf '%s\n' "$*"
}

die() {
	printf 'run.sh: %s\n' "$*" >&2
	exit 1
}

clean_up() {
	if [ -n "$pg_dir" ]; then
		[ ! -e "$pg_dir/data" ] || tests/support/pg.sh stop "$pg_dir" || true
		rm -rf "$pg_dir"
	fi
}

# note passed|failed|skipped NAME [REASON]
note() {
	case "$1" in
	passed) passed=$((passed + 1)) ;;
	failed)
		failed=$((failed + 1))
		failures+=("$2")
		;;
	skipped)
		skipped=$((skipped + 1))
		skips+=("$2${3:+: $3}")
		;;
	esac
}

# The lines of a log that tell what went wrong: a compiler's errors, or all when there are none.
show() {
	say "  FAILED, see ${1#"$PWD/"}"
	{
		grep -E '[: ](error|warning): |undefined reference|multiple definition|^CMake Error' "$1" ||
			tail -n 60 "$1"
	} | sed -n '1,60s/^/    /p'
}

# check NAME COMMAND…: one shell check; its output is shown only when it fails.
check() {
	local name=$1
	shift
	if "$@" >"$work/$name.log" 2>&1; then
		note passed "$name"
	else
		show "$work/$name.log"
		note failed "$name"
	fi
}

# build PRESET [ARGUMENT…]: configures and builds.
build() {
	local preset=$1
	shift
	cmake --preset "$preset" && cmake --build --preset "$preset" --parallel "$jobs" "$@"
}

check_scripts() {
	local script bad=0
	while IFS= read -r -d '' script; do
		bash -n "$script" || bad=1
	done < <(find tools deploy tests .ci \( -name '*.sh' -o -path .ci/run \) -print0)
	return "$bad"
}

run_layers() {
	check scripts check_scripts
	check format tools/format.sh check
	check layers tools/check-layers.sh
	check banned tools/check-banned.sh
	check sql tools/check-sql.sh
	check longest tools/longest.sh --check
	check catalog tools/check-catalog.sh
	check clang build clang -- -k 0
	check headers tools/check-headers.sh build/clang
}

# Reads CTest's report: "STATUS TAB NAME TAB REASON" a test.  A test that could not be started is a
# failure; only the agreed exit code is a skip.  A test that passed with skipped parts says so.
read_report() {
	awk -v OFS='\t' '
	function attribute(name, text) {
		text = $0
		if (!sub(".*[ \t]" name "=\"", "", text))
			return ""
		sub(/".*/, "", text)
		return text
	}
	function plain(text) {
		gsub(/<[^>]*>/, "", text)
		gsub(/&lt;/, "<", text)
		gsub(/&gt;/, ">", text)
		gsub(/&quot;/, "\"", text)
		gsub(/&apos;/, "\047", text)
		gsub(/&amp;/, "\\&", text)
		sub(/^[ \t]+/, "", text)
		return text
	}
	/<testcase / {
		name = attribute("name")
		status = attribute("status") == "run" ? "passed" : "failed"
		reason = ""
	}
	/<skipped message="SKIP_RETURN_CODE/ { status = "skipped" }
	reason == "" && status == "skipped" && tolower($0) ~ /skip/ && !/<skipped / {
		reason = plain($0)
	}
	status == "passed" && /\[  SKIPPED \] [0-9]+ test/ {
		reason = plain($0)
		sub(/.*\[  SKIPPED \] /, "", reason)
		sub(/ test.*/, "", reason)
	}
	/<\/testcase>/ { print status, name, reason }
	' "$1"
}

run_ctest() {
	local status name reason report=$work/$1.xml code=0 failed_before=$failed
	ctest --test-dir build/asan --label-regex "^$1\$" --parallel "$jobs" --no-tests=ignore \
		--output-junit "$report" --test-output-size-passed 1000000 \
		--test-output-size-failed 1000000 --output-on-failure >"$work/$1.log" 2>&1 || code=$?
	if [ "$code" -ne 0 ]; then
		grep -vE '^(Internal ctest|Test project|Errors while|Label Time|Total Test)|  Passed  |^ +Start ' \
			"$work/$1.log" | sed 's/^/    /' || true
	fi
	[ ! -e "$report" ] || while IFS=$'\t' read -r status name reason; do
		note "$status" "$name" "$reason"
		if [ "$status" = passed ] && [ -n "$reason" ]; then
			skips+=("$name: $reason of its parts, the rest passed")
		fi
	done < <(read_report "$report")
	if [ "$code" -ne 0 ] && [ "$failed" -eq "$failed_before" ]; then
		note failed "ctest $1 (code $code)"
	fi
}

# A server for the groups that want one; the tests make their own databases in it.
start_server() {
	[ -z "${ISOBAR_TEST_DSN:-}" ] || return 0
	pg_dir=$(mktemp -d /tmp/isobar-pg.XXXXXX)
	ISOBAR_TEST_DSN=$(tests/support/pg.sh start "$pg_dir") || return 1
	export ISOBAR_TEST_DSN
}

# What the groups of CTest need: the build with sanitizers and the server.
prepare() {
	say "building (asan)"
	if ! build asan -- -k 0 >"$work/build.log" 2>&1; then
		show "$work/build.log"
		note failed "build asan"
		return 1
	fi
	start_server || {
		note failed "PostgreSQL for the tests"
		return 1
	}
}

run_group() {
	local group=$1 start=$SECONDS before="$passed $failed $skipped"
	if [ "$group" = layers ]; then
		run_layers
	else
		run_ctest "$group"
	fi
	if [ "$before" = "$passed $failed $skipped" ]; then
		empty+=("$group")
		return
	fi
	# shellcheck disable=SC2086 # three numbers
	set -- $before
	printf '%-12s %d passed, %d failed, %d skipped  (%d s)\n' "$group" $((passed - $1)) \
		$((failed - $2)) $((skipped - $3)) $((SECONDS - start))
}

summary() {
	local line
	[ ${#empty[@]} -eq 0 ] || say "no tests yet: ${empty[*]}"
	for line in "${skips[@]}"; do
		say "skipped: $line"
	done
	for line in "${failures[@]}"; do
		say "failed: $line"
	done
	say "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

main() {
	local groups=() known argument
	known=" $(list_groups | awk '{ print $1 }' | tr '\n' ' ')"
	for argument in "$@"; do
		case "$argument" in
		--list)
			list_groups
			return
			;;
		--all) export ISOBAR_TEST_ALL=1 ;;
		-*)
			sed -n '4,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
			exit 2
			;;
		*)
			[[ $known == *" $argument "* ]] || {
				echo "run.sh: no group $argument; --list names them" >&2
				exit 2
			}
			groups+=("$argument")
			;;
		esac
	done
	# The default set is every group: what takes long shortens itself without ISOBAR_TEST_ALL.
	[ ${#groups[@]} -gt 0 ] || read -ra groups <<<"$known"

	rm -rf "$work"
	mkdir -p "$work"
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	if command -v ccache >/dev/null; then
		export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
	fi
	deploy/packages.sh build run test
	if [ "${groups[*]}" != layers ] && ! prepare; then
		# Only what needs no build is left to run.
		[[ " ${groups[*]} " == *' layers '* ]] && groups=(layers) || groups=()
	fi
	for argument in "${groups[@]}"; do
		run_group "$argument"
	done
	say "in $SECONDS s"
	summary
}

main "$@"
