#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Live sources end to end: isobar-collector lists simulated providers (tests/clouds), which know the truth about
# themselves.  What is stored is that truth, through changes and faults; what is not proved is not closed.
#   test_live_clouds.sh BUILD [PROVIDER…]; all of gcp and oci without
. "$(dirname "$0")/lib.sh"

collector=$build/collector/isobar-collector
providers=("${@:2}")
[ ${#providers[@]} -gt 0 ] || providers=(gcp oci aws azure)
[ -x "$collector" ] || skip "$collector is not built"
for tool in node curl jq; do
	command -v "$tool" >/dev/null || skip "$tool is not installed"
done
export XDG_STATE_HOME=$tmp/state
unset ISOBAR_KEY_FILE
cloud=
trap '[ -z "$cloud" ] || kill "$cloud" 2>/dev/null || true; clean_up' EXIT

# start_cloud PROVIDER: sets $url and $cloud
start_cloud() {
	rm -f "$tmp/cloud"
	node "$root/tests/clouds/cloud.mjs" --provider "$1" --seed "$seed" --scale 3000 >"$tmp/cloud" 2>"$tmp/cloud.err" &
	cloud=$!
	for ((i = 0; i < 100; i++)); do
		[ ! -s "$tmp/cloud" ] || break
		sleep 0.1
	done
	url=$(jq -r .url "$tmp/cloud")
	[ -n "$url" ] || {
		cat "$tmp/cloud.err"
		fail "$1" "the simulation does not start"
		done_testing
	}
}

# The source "live", as the simulation wants it; what is as long as a key is a secret.
add_source() {
	local key args=()
	curl -sf "$url/_sim/settings" >"$tmp/settings"
	for key in $(jq -r 'keys[]' "$tmp/settings"); do
		jq -rj --arg key "$key" '.[$key]' "$tmp/settings" >"$tmp/value"
		case $key in
		endpoint) args+=(--endpoint "$(cat "$tmp/value")") ;;
		key | secret | client_secret)
			cp "$tmp/value" "$tmp/$key"
			args+=(--secret "$key=@$tmp/$key")
			;;
		*) args+=(--set "$key=$(cat "$tmp/value")") ;;
		esac
	done
	must "$isobar" source add live --quiet --connector "$1" "${args[@]}"
}

order() { # PATH [JSON]
	curl -sf ${2:+-d "$2"} "$url/_sim/$1" >/dev/null || fail "$1 $2" "the simulation refuses it"
}

# collect CASE STATE: a run, and how it ends
collect() {
	must "$isobar" source run live --quiet
	run timeout 120 "$collector" --once
	expect_code "$1" 0
	expect "$1: the run" "$2" "$(sql "select case state when 1 then 'done' when 2 then 'failed' when 3 then 'partial' else 'running' end
		from isobar.run order by run_id desc limit 1")"
}

stored() {
	must "$isobar" findings --json --limit 0
	jq -r '"\(.native_id) \(.status)"' "$out" | sort -u
}

truth() {
	curl -sf "$url/_sim/truth" | jq -r '.[] | "\(.native_id) \(.state)"' | sort
}

# expect_truth CASE: what the provider holds is stored so; what it does not hold any more is resolved
expect_truth() {
	truth >"$tmp/truth"
	stored >"$tmp/stored"
	join -v 1 "$tmp/truth" "$tmp/stored" >"$tmp/missing"
	expect "$1: nothing is missing" "" "$(head -n 3 "$tmp/missing")"
	join "$tmp/truth" "$tmp/stored" | awk '$2 != $3' >"$tmp/wrong"
	expect "$1: every state" "" "$(head -n 3 "$tmp/wrong")"
	join -v 2 "$tmp/truth" "$tmp/stored" | awk '$2 != "resolved"' >"$tmp/left"
	expect "$1: nothing is left open" "" "$(head -n 3 "$tmp/left")"
}

# hidden_by PROVIDER: a scope that answers 200 with nothing, one whose permission is gone, a region that is off.
hidden_by() {
	case $1 in
	aws) printf '%s\n' empty disable lose ;;
	*) printf '%s\n' empty lose ;;
	esac
}

# As it was, where the simulation can; what the next change hides is hidden then all the same.
show_again() {
	case $1 in
	aws) order change '{"name":"restore"}' ;;
	azure)
		order change '{"name":"fill"}'
		order change '{"name":"regain"}'
		;;
	*) return ;;
	esac
	must "$isobar" source run live --quiet
	run timeout 120 "$collector" --once
}

# follow PROVIDER: what it holds, through a day with changes and faults.
follow() {
	local provider=$1 fault
	collect first done
	expect_some "$provider: findings" "$(stored | wc -l)"
	expect_truth "$provider: first"
	proves "$provider: what is listed is what the provider holds"

	order change '{"name":"flip","args":{"n":25}}'
	collect flip done
	expect_truth "$provider: flip"
	order change '{"name":"delete"}'
	# What scanners say closes at the second miss.
	collect delete done
	collect "delete, again" done
	expect_truth "$provider: delete"
	proves "$provider: what changes, changes; what is gone closes"

	for fault in expire throttle-seconds throttle-date throttle-bare unavailable-twice reset truncated html gzip chunked \
		empty-middle empty-last; do
		order fault "{\"name\":\"$fault\",\"after\":1}"
		collect "$fault" done
		expect_truth "$provider: $fault"
		curl -sf -X DELETE "$url/_sim/fault" >/dev/null
	done
	proves "$provider: nothing is lost or doubled by faults that pass"

	stored >"$tmp/before"
	for fault in "repeat-token partial" "fail-page-3 partial" "wrong-secret failed"; do
		order fault "{\"name\":\"${fault% *}\"}"
		collect "${fault% *}" "${fault#* }"
		curl -sf -X DELETE "$url/_sim/fault" >/dev/null
		stored >"$tmp/after"
		expect_same "$provider: ${fault% *}" "$tmp/before" "$tmp/after"
	done
	proves "$provider: a run that is not whole closes nothing"

}

for provider in "${providers[@]}"; do
	make_db
	start_cloud "$provider"
	add_source "$provider"

	if [[ $provider = @(gcp|oci) ]]; then
		follow "$provider"
	else # their truth is held against the tables in tests/collectors/
		collect first done
	fi
	expect_read_again "$provider"
	proves "$provider: every record is read again alone, as it is stored"
	stored >"$tmp/before"
	# Scanners say what is gone twice: a second run of the same must not close it either.
	for change in $(hidden_by "$provider"); do
		run "$isobar" source blind live --json
		sort "$out" >"$tmp/blind"
		order change "{\"name\":\"$change\"}"
		for i in 1 2; do
			must "$isobar" source run live --quiet
			run timeout 120 "$collector" --once
			stored >"$tmp/after"
			expect_same "$provider: $change, run $i" "$tmp/before" "$tmp/after"
		done
		run "$isobar" source blind live --json
		expect_some "$provider: $change is told" "$(sort "$out" | comm -13 "$tmp/blind" - | wc -l)"
		say "   $provider, $change: $(sort "$out" | comm -13 "$tmp/blind" - | head -n 1 | cut -c 1-200)"
		show_again "$provider"
	done
	proves "$provider: what is out of sight is not closed, and told: $(hidden_by "$provider" | tr '\n' ' ')"

	kill "$cloud"
	wait "$cloud" 2>/dev/null || true
done

done_testing
