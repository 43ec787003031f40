# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # what the files share
# Events and the figures of the SLA.  run.sh sources it after queue.sh, whose estate, server and load it
# takes.

sla_resolved=100000 # risks that are taken up and resolved over 13 weeks, before the summary is asked for
sla_connections=2   # people who look at the summary at once
sla_seconds=10
sla_crossings=10000 # that one sweep finds
sla_policy='[slower]
band = medium
window = 100d
'

sla_figures() {
	cat <<-FIGURES
		sla_number   number   /s  higher -   -  events/s, opened
		sla_count    count    /s  higher -   -  events/s, taken up and resolved
		sla_summary  summary  ms  lower  50  -  ms, p99
		sla_sweep    sweep    s   lower  2   -  s, $sla_crossings crossings
		sla_preview  preview  s   lower  -   -  s, all risks under another policy
		sla_apply    apply    ms  lower  -   -  ms, p99 of the summary meanwhile
	FIGURES
}

sla_sizes='1e5 1e6'
sla_runs=3

sla_needs() {
	echo "$1"
}

sla_base() {
	:
}

sla_packages() {
	echo build run test bench
}

sla_targets() {
	echo isobar isobar-scorer isobar-api make_findings timed
}

sla_disk() {
	echo $(($1 / 200 + 500))
}

sla_describe() {
	cat <<-COMMANDS
		sla: sizes $* (${runs:-$sla_runs} runs); the estate of queue, each a database of its own
		  number   isobar-scorer --once    numbers and counts the first event of each risk, in batches of 50,000
		  count    isobar-scorer --once    the same of two events each of $sla_resolved risks
		  summary  wrk -t1 -c$sla_connections -d${sla_seconds}s   GET /v1/sla/summary by band, owner, provider, week in turn
		  sweep    isobar-scorer --once    writes $sla_crossings crossings that have passed, and numbers their events
		  preview  isobar sla policy load --dry-run   the due times of all risks under a policy of medium ones
		  apply    isobar sla policy load, isobar-scorer --once, and summary meanwhile
	COMMANDS
}

# sla_timed SIZE ROUND FIGURE: events a second of one run of the scorer, which has nothing else to do.
sla_timed() {
	local size=$1 round=$2 figure=$3 before after seconds rest
	before=$(sql "sla_$size" -c 'select count(*) from isobar.event_seq')
	sql postgres -c checkpoint
	ISOBAR_DATABASE="$server dbname=sla_$size" "$timed" "$work/timed" "$scorer" --once \
		--now 2026-02-01T00:00:00Z || die "the scorer failed ($figure)"
	read -r seconds rest <"$work/timed"
	after=$(sql "sla_$size" -c 'select count(*) from isobar.event_seq')
	[ "$after" = "$(sql "sla_$size" -c 'select count(*) from isobar.risk_event')" ] || die "$figure left events"
	say "$size round $round: $figure: $((after - before)) events in $seconds s"
	sample "$size" "$round" "$figure" "$(awk -v n="$((after - before))" -v s="$seconds" 'BEGIN { printf "%.6g", n / s }')"
}

# Nothing is numbered, and only the first events of risks are there.
sla_forget() {
	sql "sla_$1" -c 'truncate isobar.event_seq, isobar.event_sequencer, isobar.sla_fact, isobar.sla_duration' \
		-c 'delete from isobar.risk_event where kind <> 0' -c 'vacuum analyze isobar.risk_event'
}

sla_resolve() {
	sql "sla_$1" -c "
		with chosen as (
		    select risk_id, opened_at, row_number() over (order by md5(risk_id::text)) as i
		      from isobar.risk where org_id = 1
		     order by i limit $sla_resolved)
		insert into isobar.risk_event (org_id, risk_id, at, kind, state, band, score, actor, reason)
		select 1, c.risk_id, timestamptz '2026-02-01' - interval '1 second' * (c.i * 7919 % 7862400)
		           + interval '1 hour' * e.kind, e.kind, e.state, c.i % 4, 500, e.actor, ''
		  from chosen as c
		 cross join (values (12, 0, 'person:bench'), (3, 6, 'system')) as e (kind, state, actor)
		 order by c.i, e.kind desc" -c 'vacuum analyze isobar.risk_event'
}

sla_set_up() {
	local size=$1
	mkdir -p "$work/$size"
	findings "$size" base --uneven
	new_database "sla_$size" bench_template
	ISOBAR_DATABASE="$server dbname=sla_$size" "$isobar" import --quiet --now 2026-02-01T00:00:00Z \
		"$work/base" >"$work/out" </dev/null || die "cannot import $size"
	rm "$work/base"
	sql "sla_$size" -f tests/bench/queue/estate.sql
	sla_ledger "$size"
	sql "sla_$size" -c 'vacuum analyze'
	for by in band owner provider week; do
		echo "/v1/sla/summary?by=$by"
	done >"$work/$size/summary.paths"
	say "$size: $(sql "sla_$size" -c "select count(*) filter (where open) || ' open risks, of which overdue: '
		|| count(*) filter (where open and due_at < now()) from isobar.risk")"
	token[$size]=$(ISOBAR_DATABASE="$server dbname=sla_$size" "$isobar" token create --quiet --role viewer \
		--json | jq -r .token)
	api_port[$size]=$(free_port)
	start "sla_api_$size" "$release/api/isobar-api" --database "$server dbname=sla_$size" \
		--listen "127.0.0.1:${api_port[$size]}" --workers 1 --rate-limit off --no-access-log
	wait_for "sla_api_$size" "${api_port[$size]}" /readyz
}

# The ledger of an open risk says what estate.sql made of its row: a clock from when it was opened.
sla_ledger() {
	sql "sla_$1" -c "
		update isobar.sla_segment as s
		   set from_at = r.opened_at, band = r.band, mode = case when r.responsibility = 2 then 1 else 0 end
		  from isobar.risk as r
		 where s.org_id = r.org_id and s.risk_id = r.risk_id and s.segment_no = 1 and r.open" \
		-c 'vacuum analyze isobar.sla_segment'
}

# The scorer's whole run, from its start to its end.
sla_sweep() {
	local size=$1 round=$2 at before after seconds rest
	at=$(sql "sla_$size" -c "select greatest(max(next_crossing_at), now()) from (select next_crossing_at
		from isobar.risk where org_id = 1 and next_crossing_at is not null
		order by next_crossing_at limit $sla_crossings) as soon")
	before=$(sql "sla_$size" -c 'select count(*) from isobar.risk_event')
	sql postgres -c checkpoint
	ISOBAR_DATABASE="$server dbname=sla_$size" "$timed" "$work/timed" "$scorer" --once \
		--now "$(date -u -d "$at" +%FT%T.%6NZ)" || die "the scorer failed (sweep)"
	read -r seconds rest <"$work/timed"
	after=$(sql "sla_$size" -c 'select count(*) from isobar.risk_event')
	say "$size round $round: sweep: $((after - before)) crossings in $seconds s"
	[ $((after - before)) -ge "$sla_crossings" ] || die "the sweep wrote too little"
	sample "$size" "$round" sla_sweep "$(awk -v n="$((after - before))" -v s="$seconds" -v w="$sla_crossings" \
		'BEGIN { printf "%.6g", s * w / n }')"
}

sla_preview() {
	local size=$1 round=$2 seconds rest
	echo "$sla_policy" >"$work/policy.ini"
	ISOBAR_DATABASE="$server dbname=sla_$size" "$timed" "$work/timed" "$isobar" sla policy load --dry-run \
		"$work/policy.ini" >"$work/out" || die "the preview failed"
	read -r seconds rest <"$work/timed"
	say "$size round $round: preview: $seconds s; $(tr '\n' ' ' <"$work/out")"
	sample "$size" "$round" sla_preview "$seconds"
}

# Scoring goes on beside the load; the load stops first, or scores nothing for the rest of its time.
sla_apply() {
	local size=$1 round=$2 scoring begun=$EPOCHREALTIME
	ISOBAR_DATABASE="$server dbname=sla_$size" "$isobar" sla policy load --no-score --reason 'a bench' \
		"$work/policy.ini" >"$work/out" || die "the policy was not taken"
	ISOBAR_DATABASE="$server dbname=sla_$size" "$scorer" --once >"$work/scoring.log" 2>&1 &
	scoring=$!
	api_load apply "$size" summary "$sla_connections"
	wait "$scoring" || die "the scorer failed (apply)"
	say "$size round $round: apply: $(awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s," \
		"summary meanwhile: $rate/s, p50 $p50 ms, p99 $p99 ms"
	sample "$size" "$round" sla_apply "$p99"
	ISOBAR_DATABASE="$server dbname=sla_$size" "$isobar" sla policy remove --no-score slower \
		>"$work/out" || die "the policy was not removed"
	ISOBAR_DATABASE="$server dbname=sla_$size" "$scorer" --once >"$work/scoring.log" 2>&1 || die "the scorer failed"
}

sla_round() {
	local size=$1 round=$2 load_seconds=$sla_seconds
	sla_forget "$size"
	sla_timed "$size" "$round" sla_number
	sla_resolve "$size"
	sla_timed "$size" "$round" sla_count
	sql "sla_$size" -c 'vacuum analyze isobar.sla_fact' -c 'vacuum analyze isobar.sla_duration'
	api_load summary "$size" summary "$sla_connections"
	say "$size round $round: summary: $rate/s, p50 $p50 ms, p99 $p99 ms"
	sample "$size" "$round" sla_summary "$p99"
	sla_sweep "$size" "$round"
	sla_preview "$size" "$round"
	sla_apply "$size" "$round"
}

sla_run() {
	local round size by
	declare -gA api_port token
	for size in "$@"; do
		sla_set_up "$size"
	done
	for ((round = 1; round <= ${runs:-$sla_runs}; round++)); do
		for size in "$@"; do
			sla_round "$size" "$round"
		done
	done
}
