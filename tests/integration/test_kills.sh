#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs that are killed at any moment leave nothing half done: run again to the end, they come to
# the very state of an undisturbed run.  20 kills of import and scorer each; 200 with ISOBAR_TEST_ALL.
. "$(dirname "$0")/lib.sh"

n_kills=20
[ -z "${ISOBAR_TEST_ALL:-}" ] || n_kills=200
n_copies=3
tables=(finding control_state asset rule_fact risk risk_explanation sla_segment)

# The sample several times over, each copy in accounts of its own, so that a run takes a while.
copy_sample() {
	local i file
	for ((i = 1; i <= n_copies; i++)); do
		find "$sample" -type f -name '*.*json' -o -type f -name '*.json' | sort -u |
			while read -r file; do
				mkdir -p "$tmp/in/$i"
				sed "s/111122223333/11112222330$i/g; s/444455556666/44445555660$i/g
					s/meridian/meridian$i/g; s/21e414bd-/21e414b$i-/g" \
					"$file" >"$tmp/in/$i/$(basename "$file")"
			done
	done
}

# kill_after MICROSECONDS COMMAND…: true when it was killed, false when it had ended by itself.
kill_after() {
	local delay=$1 pid status=0
	shift
	"$@" >"$out" 2>"$err" </dev/null &
	pid=$!
	sleep "$(printf '%d.%06d' $((delay / 1000000)) $((delay % 1000000)))"
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || status=$?
	[ "$status" -eq 137 ]
}

# A scorer started by a killed import is an orphan: it may be at work still.
wait_for_orphans() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ "$(server_sql "select count(*) from pg_stat_activity where datname =
			'${databases[-1]}' and backend_type = 'client backend'")" -eq 0 ] && return
		sleep 0.1
	done
	fail "connections end with their programs"
}

microseconds() { # of running COMMAND
	local start
	start=$(date +%s%N)
	must "$@"
	echo $((($(date +%s%N) - start) / 1000))
}

say "seed $seed (ISOBAR_SEED sets it)"
RANDOM=$((seed % 32768))
copy_sample

make_db
make_db # an undisturbed run
import_time=$(microseconds "$isobar" import --quiet --no-score --now "$now" "$tmp/in")
score_time=$(microseconds "$scorer" --once --now "$now")
again_time=$(microseconds "$isobar" import --quiet --no-score --now "$now" "$tmp/in")
dump_tables "$tmp/undisturbed" "${tables[@]}"
n_events=$(sql 'select count(*) from isobar.risk_event')
n_segments=$(sql 'select sum(n_records) from isobar.payload_segment')
n_counted=$(sql 'select sum(n) from isobar.queue_count')
say "undisturbed: import $((import_time / 1000)) ms, again $((again_time / 1000)) ms, scorer $((score_time / 1000)) ms," \
	"$(wc -l <"$tmp/undisturbed/finding") findings, $(wc -l <"$tmp/undisturbed/risk") risks"

expect_undisturbed() { # CASE
	dump_tables "$tmp/killed" "${tables[@]}"
	expect_same_dumps "$1" "$tmp/undisturbed" "$tmp/killed" "${tables[@]}"
	expect "$1: events" "$n_events" "$(sql 'select count(*) from isobar.risk_event')"
	expect "$1: records in segments" "$n_segments" "$(sql 'select sum(n_records) from isobar.payload_segment')"
	expect "$1: risks counted for queues" "$n_counted" "$(sql 'select sum(n) from isobar.queue_count')"
	expect "$1: marks left" 0 "$(sql 'select count(*) from isobar.dirty_mark')"
}

# kill_imports N: that many kills, then to the end.  Every third one lets the import score as well.
kill_imports() {
	local n=$1 i delay killed=0 longest=$import_time arguments
	for ((i = 0; i < n; i++)); do
		delay=$(((RANDOM * 32768 + RANDOM) % longest))
		longest=$again_time # what is stored already goes faster
		arguments=(--no-score)
		[ $((i % 3)) -ne 0 ] || arguments=()
		if kill_after "$delay" "$isobar" import --quiet "${arguments[@]}" --now "$now" "$tmp/in"; then
			killed=$((killed + 1))
		fi
	done
	wait_for_orphans
	say "import: $killed of $n killed in time"
	must "$isobar" import --quiet --now "$now" "$tmp/in"
}

kill_scorers() {
	local n=$1 i delay killed=0
	for ((i = 0; i < n; i++)); do
		delay=$(((RANDOM * 32768 + RANDOM) % score_time))
		if kill_after "$delay" "$scorer" --once --now "$now"; then
			killed=$((killed + 1))
		fi
		# What it had finished is done: everything is marked again, as a new model would.
		[ "$(sql 'select count(*) from isobar.dirty_mark')" -gt 0 ] ||
			sql 'insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 1 from isobar.asset'
	done
	wait_for_orphans
	say "scorer: $killed of $n killed in time"
	must "$scorer" --once --now "$now"
}

# Several databases, so that kills meet empty, half full and full ones.
for ((round = 0; round < 4; round++)); do
	make_db
	kill_imports $((n_kills / 4))
	expect_undisturbed "imports killed, round $round, seed $seed"
done
proves "$n_kills kills of isobar import lose nothing and double nothing"

for ((round = 0; round < 2; round++)); do
	make_db
	must "$isobar" import --quiet --no-score --now "$now" "$tmp/in"
	kill_scorers $((n_kills / 2))
	expect_undisturbed "scorers killed, round $round, seed $seed"
done
proves "$n_kills kills of isobar-scorer lose nothing and double nothing"

done_testing
