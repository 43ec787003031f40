#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of the collector and crashes of PostgreSQL amid live collection: whatever the moment, what is
# stored in the end is what the cloud holds, nothing twice, nothing wrongly closed, and a collector that
# is started again is at work within two seconds.  20 kills by seed; 200 with ISOBAR_TEST_ALL.
. "$(dirname "$0")/lib.sh"

n_kills=20
[ -z "${ISOBAR_TEST_ALL:-}" ] || n_kills=200
providers=(azure aws gcp)
pg=$root/tests/support/pg.sh
ready_most=2000 # milliseconds from the start of a collector to its lease
collector_pid=

say "seed $seed (ISOBAR_SEED sets it)"
RANDOM=$((seed % 32768))
cluster=$(mktemp -d /tmp/isobar-kills.XXXXXX)
trap 'kill -KILL $collector_pid 2>/dev/null || true; stop_clouds; "$pg" stop "$cluster" || true; rm -rf "$tmp" "$cluster"' EXIT
# What was committed must survive a crash of the server, as it does elsewhere: a run that was asked for, too.
echo 'synchronous_commit = on' >"$tmp/crash.conf"
ISOBAR_TEST_DSN=$("$pg" start "$cluster" "$tmp/crash.conf")

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

start_collector() {
	"$collector" >>"$tmp/collector.log" 2>&1 </dev/null &
	collector_pid=$!
}

# until_sql SECONDS QUERY: true once it says t
until_sql() {
	local end=$(($(now_ms) + $1 * 1000))
	while [ "$(sql "$2" 2>/dev/null)" != t ]; do
		[ "$(now_ms)" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# Milliseconds until the newest lease is of the collector's process.
ready_after() { # START
	until_sql 20 "select exists (select from isobar.run where holder like '%/$collector_pid' and (state = 0 or finished_at >= to_timestamp($1 / 1000.0)))" || return 1
	echo $(($(now_ms) - $1))
}

slowest=0
n_amid=0
kill_round() { # NUMBER
	local number=$1 what=collector start ready
	[ $((RANDOM % 4)) -ne 0 ] || what=postgresql
	sim POST change "{\"name\":\"flip\",\"args\":{\"n\":$((RANDOM % 20 + 1))}}" >/dev/null
	sim POST change "{\"name\":\"delete\",\"args\":{\"n\":$((RANDOM % 3))}}" >/dev/null
	sql "update isobar.source set next_run_at = now() where kind = 1"
	sleep "0.$(printf '%03d' $((RANDOM % 1000)))"
	[ "$(sql "select count(*) from isobar.run where state = 0")" = 0 ] || n_amid=$((n_amid + 1))
	start=$(now_ms)
	if [ $what = postgresql ]; then
		"$pg" crash "$cluster" >/dev/null 2>&1
		"$pg" again "$cluster" >/dev/null 2>&1
		start=$(now_ms)
	else
		kill -KILL "$collector_pid"
		wait "$collector_pid" 2>/dev/null || true
		start=$(now_ms)
		start_collector
	fi
	if until_sql 1 "select exists (select from isobar.source where next_run_at <= now() and kind = 1)"; then
		ready=$(ready_after "$start") || fail "kill $number of $what" "no collector is at work after 20 s"
		[ "${ready:-0}" -le "$slowest" ] || slowest=$ready
	fi
	until_sql 60 "select not exists (select from isobar.source where next_run_at <= now() and kind = 1)
	              and not exists (select from isobar.run where state = 0)" ||
		fail "kill $number of $what" "the run does not end: $(tail -n 2 "$tmp/collector.log" | cut -c 1-400)"
	expect "kill $number of $what: the run is done" "1" "$(last_run "state, error")"
	expect_truth "kill $number of $what"
	expect "kill $number of $what: what was seen is forgotten" 0 "$(sql 'select count(*) from isobar.run_seen')"
}

number=0
for provider in "${providers[@]}"; do
	make_db
	cloud "$provider" --seed "$seed" --scale 1200 --latency 10
	add_source live "$provider"
	: >"$tmp/collector.log"
	sql "update isobar.source set next_run_at = now() where kind = 1"
	start_collector
	until_sql 60 "select count(*) > 0 from isobar.run where state = 1" || fail "$provider" "no first run"
	for ((i = 0; i < (n_kills + 2) / ${#providers[@]}; i++)); do
		number=$((number + 1))
		kill_round "$number"
	done
	kill -KILL "$collector_pid"
	wait "$collector_pid" 2>/dev/null || true
	! grep -qE 'Sanitizer|runtime error:' "$tmp/collector.log" || fail "$provider" "a sanitizer complains"
	stop_clouds
	proves "$provider: killed at any moment, nothing is lost, doubled or wrongly closed"
done
[ "$slowest" -le "$ready_most" ] || fail "ready again" "after $slowest ms"
say "$number kills, $n_amid of them amid a run; at work again after at most $slowest ms"
proves "a collector is at work again within $ready_most ms"
done_testing
