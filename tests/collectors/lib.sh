#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the tests of live collection share: simulated clouds (tests/clouds), sources that point at them,
# a collector.  A test sources it with the build folder as its first argument.
. "$(dirname "${BASH_SOURCE[0]}")/../integration/lib.sh"

collector=$build/collector/isobar-collector
clouds=$root/tests/clouds
export XDG_STATE_HOME=$tmp/state
export ISOBAR_COLLECTOR_RETRY_BASE=20ms
mkdir -p "$XDG_STATE_HOME"
cloud_pids=()
cloud_url=

[ -x "$collector" ] || skip "$collector is not built"
command -v node >/dev/null || skip "needs node"

stop_clouds() {
	local pid
	for pid in "${cloud_pids[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	cloud_pids=()
}

trap 'stop_clouds; clean_up' EXIT

# cloud PROVIDER [OPTION…]: starts a simulated cloud; its address is in $cloud_url.
cloud() {
	local provider=$1 line
	shift
	: >"$tmp/cloud.out"
	node "$clouds/cloud.mjs" --provider "$provider" "$@" >"$tmp/cloud.out" 2>"$tmp/cloud.err" &
	cloud_pids+=($!)
	for _ in $(seq 100); do
		line=$(head -n 1 "$tmp/cloud.out")
		[ -z "$line" ] || break
		sleep 0.1
	done
	[ -n "$line" ] || {
		cat "$tmp/cloud.err"
		say "FAILED: the simulated $provider does not start"
		exit 1
	}
	cloud_url=$(jq -r .url <<<"$line")
}

# sim METHOD PATH [JSON]: asks the administration of the cloud.
sim() {
	curl -sS --fail-with-body -X "$1" "$cloud_url/_sim/$2" ${3:+-d "$3"}
}

# add_source NAME CONNECTOR [OPTION…]: a source that reaches the cloud; secrets through files.
add_source() {
	local name=$1 connector=$2 key
	local -a arguments=()
	shift 2
	sim GET settings >"$tmp/settings"
	for key in $(jq -r keys[] "$tmp/settings"); do
		case $key in
		client_secret | client_certificate | secret | session | key)
			jq -j --arg key "$key" '.[$key]' "$tmp/settings" >"$tmp/secret.$key"
			arguments+=(--secret "$key=@$tmp/secret.$key")
			;;
		*)
			arguments+=(--set "$key=$(jq -r --arg key "$key" '.[$key]' "$tmp/settings")")
			;;
		esac
	done
	must "$isobar" source add "$name" --connector "$connector" --every never "${arguments[@]}" "$@"
}

# collect [TIME]: one run of every source; leaves the collector's exit code in $code.
collect() {
	sql "update isobar.source set next_run_at = now() where kind = 1 and enabled" >/dev/null
	run timeout -s KILL 300 "$collector" --once ${1:+--now "$1"}
}

last_run() { # COLUMN…: of the newest run
	sql "select concat_ws(' ', $1) from isobar.run where source_id is not null order by run_id desc limit 1"
}

# expect_truth CASE: what is live is what the estate holds, and what is not believed to be gone yet: missed
# once, or a threat.
expect_truth() {
	local extra
	sim GET truth | jq -r '.[] | select(.state == "open" or .state == "suppressed") | [.connector, .native_id, .state] | join(" ")' |
		LC_ALL=C sort -u >"$tmp/truth"
	must "$isobar" findings --json --limit 100000
	jq -r 'select(.status == "open" or .status == "suppressed") | [.connector, .native_id, .status] | join(" ")' "$out" |
		LC_ALL=C sort -u >"$tmp/stored"
	expect "$1: of the estate nothing lacks" "" "$(LC_ALL=C comm -23 "$tmp/truth" "$tmp/stored" | head -n 3)"
	extra=$(LC_ALL=C comm -13 "$tmp/truth" "$tmp/stored" | wc -l)
	[ "$extra" -le "$(sql "select count(*) from isobar.finding where state in (0, 2) and (misses > 0 or class = 2)")" ] ||
		fail "$1" "$extra findings are live that the estate does not hold"
}
