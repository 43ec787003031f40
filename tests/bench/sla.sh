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
		sla_preview  preview  s   lower  -   -  s, all risks under another policy
		sla_apply    apply    ms  lower  -   -  ms, p99 of the summary meanwhile
		sla_sweep    sweep    s   lower  2   -  s, $sla_crossings crossings
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
		  preview  isobar sla policy load --dry-run   the due times of all risks under a policy of medium ones
		  apply    isobar sla policy load beside isobar-scorer, and summary meanwhile
		  sweep    isobar-scorer           writes $sla_crossings crossings of one instant, as it says in its log
	COMMANDS
}

# sla_timed SIZE ROUND FIGURE: events a second of one run of the scorer, which has nothing else to do.
sla_timed() {
	local size=$1 round=$2 figure=$3 before after seconds rest
	before=$(sql "sla_$size" -c 'select coalesce(sum(n), 0) from isobar.event_seq')
	sql postgres -c checkpoint
	ISOBAR_DATABASE="$server dbname=sla_$size" "$timed" "$work/timed" "$scorer" --once \
		--now 2026-02-01T00:00:00Z || die "the scorer failed ($figure)"
	read -r seconds rest <"$work/timed"
	after=$(sql "sla_$size" -c 'select coalesce(sum(n), 0) from isobar.event_seq')
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
	api_port[$size]=$(tests/support/free_port.sh)
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
		 where s.org_id = r.org_id and s.risk_id = r.risk_id and s.segment_no = 0 and r.open" \
		-c 'vacuum analyze isobar.sla_segment'
}

# The clocks of open risks are set back, so that they all cross at one instant, while a scorer is at work.
sla_sweep() {
	local size=$1 round=$2 seconds n try
	sql "sla_$size" <<-SQL
		begin;
		create temporary table chosen on commit drop as
		select risk_id, next_crossing_at - (now() + interval '15 seconds') as by
		  from isobar.risk
		 where org_id = 1 and open and next_crossing_at > now() + interval '1 hour'
		 order by md5(risk_id::text || $round)
		 limit $sla_crossings;
		analyze chosen;
		update isobar.sla_segment as s
		   set from_at = s.from_at - c.by
		  from chosen as c
		 where s.org_id = 1 and s.risk_id = c.risk_id;
		update isobar.risk as r
		   set opened_at = opened_at - c.by, band_since = band_since - c.by, rank_since = rank_since - c.by,
		       due_at = due_at - c.by, next_crossing_at = next_crossing_at - c.by, soon_at = soon_at - c.by
		  from chosen as c
		 where r.org_id = 1 and r.risk_id = c.risk_id;
		commit;
		checkpoint;
	SQL
	for ((try = 0; try < 300; try++)); do
		read -r n seconds < <(sed -nE 's/.*: ([0-9]+) crossings in ([0-9.]+) s.*/\1 \2/p' "$work/sla_scorer.log" |
			tail -n 1) || true
		[ "${n:-0}" -lt "$sla_crossings" ] || break
		sleep 0.2
	done
	say "$size round $round: sweep: ${n:-no} crossings in ${seconds:-?} s"
	[ "${n:-0}" -ge "$sla_crossings" ] || die "the sweep wrote too little"
	sample "$size" "$round" sla_sweep "$seconds"
}

# Its risks are in the API's memory from the first request on.
sla_warm() {
	local path
	while read -r path; do
		curl -fsS -o "$work/out" -H "Authorization: Bearer ${token[$1]}" "http://127.0.0.1:${api_port[$1]}$path" ||
			die "the API does not answer"
	done <"$work/$1/summary.paths"
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

# Until the scorer that is at work has nothing more to do.
sla_wait_scored() {
	while [ "$(sql "sla_$1" -c 'select exists (select from isobar.dirty_mark) or exists (select from isobar.fix_mark)')" = t ]; do
		kill -0 "$2" || die "the scorer ended"
		sleep 0.5
	done
}

# The summary is asked for while all risks are scored anew.
sla_apply() {
	local size=$1 round=$2 scorer_pid begun
	start sla_scorer "$scorer" --database "$server dbname=sla_$size"
	scorer_pid=$started
	begun=$EPOCHREALTIME
	ISOBAR_DATABASE="$server dbname=sla_$size" "$isobar" sla policy load --no-score --reason 'a bench' \
		"$work/policy.ini" >"$work/out" || die "the policy was not taken"
	api_load apply "$size" summary "$sla_connections"
	sla_wait_scored "$size" "$scorer_pid"
	say "$size round $round: apply: $(awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }') s," \
		"summary meanwhile: $rate/s, p50 $p50 ms, p99 $p99 ms"
	sample "$size" "$round" sla_apply "$p99"
	sla_sweep "$size" "$round"
	ISOBAR_DATABASE="$server dbname=sla_$size" "$isobar" sla policy remove --no-score slower \
		>"$work/out" || die "the policy was not removed"
	sla_wait_scored "$size" "$scorer_pid"
	kill "$scorer_pid"
	wait "$scorer_pid" || die "the scorer failed"
}

sla_round() {
	local size=$1 round=$2 load_seconds=$sla_seconds
	sla_forget "$size"
	sla_timed "$size" "$round" sla_number
	sla_resolve "$size"
	sla_timed "$size" "$round" sla_count
	sql "sla_$size" -c 'vacuum analyze isobar.sla_fact' -c 'vacuum analyze isobar.sla_duration'
	sla_warm "$size"
	api_load summary "$size" summary "$sla_connections"
	say "$size round $round: summary: $rate/s, p50 $p50 ms, p99 $p99 ms"
	sample "$size" "$round" sla_summary "$p99"
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
