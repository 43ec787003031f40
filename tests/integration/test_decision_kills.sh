#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# People move risks while findings change and clocks run out, and the programs that write all this are
# killed again and again: scorer, sweep, numbering and api, the programs and their connections.  Every move
# that was answered is there once, every crossing has one event, and numbers have no gap.  1,000 moves and
# 10 kills; 10,000 and 100 with ISOBAR_TEST_ALL.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../http/api.sh"

n_moves=1000
n_kills=10
seconds=60 # for so long crossings are due
if [ -n "${ISOBAR_TEST_ALL:-}" ]; then
	n_moves=10000
	n_kills=100
	seconds=420
fi
n_batches=6 # of risks that are equally old
n_each=50   # risks a batch
mover=$build/tests/http/decision_load
scorer_pid=
changer_pid=
mover_pid=
[ -x "$mover" ] || skip "$mover is not built"

stop_everything() {
	local pid
	for pid in $api_pid $scorer_pid $changer_pid $mover_pid; do
		kill -KILL "$pid" 2>/dev/null || true
	done
	clean_up
}
trap stop_everything EXIT

# random N: from 0 to N - 1, into $drawn; no subshell, which would not move the generator on
random() {
	drawn=$(((RANDOM * 32768 + RANDOM) % $1))
}

# --- the estate ---

# at SECONDS: RFC 3339, that long after the moment when the moves begin, about
at() {
	date -u -d "@$((start + $1))" +%Y-%m-%dT%H:%M:%SZ
}

# load_batch NUMBER SECONDS: risks of several bands that are stored so long after the start
load_batch() {
	local i labels=(LOW MEDIUM HIGH CRITICAL)
	for ((i = 0; i < n_each; i++)); do
		asff "$1-$i" "bucket=b$1-$i" "label=${labels[i % 4]}"
	done >"$tmp/in.json"
	must "$isobar" import --quiet --now "$(at "$2")" "$tmp/in.json"
}

# So old that something crosses while the risks are moved: a window's part, and some seconds into the test.
ages() {
	local i windows=(600 1200 1800 2400) parts=(25 50 75 90 100) window
	for ((i = 0; i < n_batches; i++)); do
		random 4
		window=${windows[drawn]}
		random 5
		window=$((window * parts[drawn] / 100))
		random $seconds
		echo $((window - drawn > 30 ? window - drawn : 30))
	done | sort -rn
}

# accept_some LIKE SECONDS UNTIL: ten risks, accepted so long after the start by the next scoring
accept_some() {
	must "$isobar" accept --no-score --quiet --reason "a test" --requested-by ann --approved-by bob \
		--now "$(at "$2")" --until "$(at "$3")" --where "asset=arn:aws:s3:::$1"
}

make_estate() {
	local i list week=604800 before
	printf '[%s]\nband = %s\nwindow = %s\nwarn = 25%%, 50%%, 75%%, 90%%\n' a critical 10m b high 20m c medium 30m d low 40m \
		>"$tmp/policies.ini"
	must "$isobar" sla policy load --quiet --no-score --reason "a test" "$tmp/policies.ini"
	ages >"$tmp/ages"
	mapfile -t list <"$tmp/ages"
	before=$(date +%s)
	start=$before
	load_batch soon -800000
	start=$((before + 5 + ($(date +%s) - before + 1) * (n_batches + 4)))
	load_batch over -3000
	for i in 1 2; do
		random $seconds
		accept_some "bsoon-$i?" -2990 $((week + drawn)) # it ends soon in the test
		random $seconds
		accept_some "bover-$i?" -2990 "$drawn"
	done
	for ((i = 0; i < n_batches; i++)); do
		load_batch "$i" "-${list[i]}"
	done
	sql "select risk_id from isobar.risk order by risk_id" >"$tmp/risks"
	while [ "$(date +%s)" -lt "$start" ]; do sleep 0.2; done
}

# --- the programs ---

start_scorer() {
	"$scorer" >>"$tmp/scorer.log" 2>&1 &
	scorer_pid=$!
}

# The api again, where it was.
restart_api() {
	local try
	for ((try = 0; try < 300; try++)); do
		if [ -z "$api_pid" ] || ! kill -0 "$api_pid" 2>/dev/null; then
			"$api" --listen "127.0.0.1:$port" --rate-limit off --no-access-log >>"$tmp/api.log" 2>&1 &
			api_pid=$!
		fi
		! curl -fs -o /dev/null "http://127.0.0.1:$port/readyz" || return 0
		sleep 0.1
	done
	tail -5 "$tmp/api.log"
	say "FAILED: isobar-api is not ready again"
	exit 1
}

kill_hard() {
	kill -KILL "$1" 2>/dev/null || fail "a program ended by itself" "$(tail -3 "$tmp/scorer.log" "$tmp/api.log")"
	wait "$1" 2>/dev/null || true
}

# end_backend PROGRAM: one of its connections, at work if one is
end_backend() {
	sql "select pg_terminate_backend(pid) from (select pid from pg_stat_activity where datname = current_database()
		and application_name = '$1' order by state = 'active' desc, random() limit 1) as one" >/dev/null
}

# end_within PATTERN: the scorer's connection as soon as its statement is like that; false: it never was
end_within() {
	[ "$(psql --no-psqlrc --quiet --dbname "$ISOBAR_DATABASE" --set ON_ERROR_STOP=1 2>&1 <<SQL
do \$\$
declare
	until timestamptz := clock_timestamp() + interval '3 s';
begin
	while clock_timestamp() < until loop
		perform pg_stat_clear_snapshot();
		perform pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
			and application_name = 'isobar-scorer' and state <> 'idle' and query ~ '$1';
		if found then
			raise warning 'met';
			return;
		end if;
	end loop;
end \$\$;
SQL
	)" != "" ]
}

n_met=0
n_aimed=0
kill_scorer_within() {
	n_aimed=$((n_aimed + 1))
	! end_within "$1" || n_met=$((n_met + 1))
	kill_hard "$scorer_pid"
	start_scorer
}

kill_one() {
	case $1 in
	scorer)
		kill_hard "$scorer_pid"
		start_scorer
		;;
	sweep) kill_scorer_within 'jsonb_to_recordset\(\$2|array_agg\(risk_id order by risk_id\)' ;;
	numbering) kill_scorer_within 'event_sequencer|batch_event' ;;
	api)
		kill_hard "$api_pid"
		restart_api
		;;
	scorer_backend) end_backend isobar-scorer ;;
	api_backend) end_backend isobar-api ;;
	esac
}

# Findings get worse and better, or are only looked at again; all the time.
change_findings() {
	local i
	for ((i = 0; ; i++)); do
		sql "with few as (select asset_id from isobar.asset where org_id = 1
				and mod(hashtext(asset_id::text), 3) = 0 and mod(hashtext(id || '$i $seed'), 9) = 0
			), worse as (update isobar.finding set sev100 = 5 + abs(mod(hashtext(asset_id::text || '$i $seed'), 95))
				where org_id = 1 and asset_id in (select asset_id from few)
			) insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset
				where org_id = 1 and (asset_id in (select asset_id from few) or mod(hashtext(id || '$i'), 9) = 1)" ||
			return 0
		sleep 0.1
	done
}

n_done() {
	cat "$tmp"/answered.* 2>/dev/null | grep -c '200$' || true
}

kill_all() {
	local i at kinds=()
	for ((i = 0; i < n_kills; i++)); do
		[ ${#kinds[@]} -gt 0 ] ||
			mapfile -t kinds < <(printf '%s\n' scorer sweep numbering api scorer_backend api_backend |
				shuffle_by $((seed + i)))
		random $((n_moves / n_kills))
		at=$((i * n_moves / n_kills + drawn))
		while [ "$(n_done)" -lt "$at" ] && kill -0 "$mover_pid" 2>/dev/null; do
			sleep 0.05
		done
		kill -0 "$mover_pid" 2>/dev/null || n_late=$((n_late + 1))
		kill_one "${kinds[0]}"
		kinds=("${kinds[@]:1}")
	done
}

# --- what must be ---

# none CASE QUERY: it returns no row; the first ones are told
none() {
	expect "$1 (seed $seed)" "" "$(sql "$2 limit 3" | paste -sd ' ')"
}

say "seed $seed (ISOBAR_SEED sets it)"
RANDOM=$((seed % 32768))
make_db
make_estate
tokens=()
for i in 1 2 3 4; do tokens+=("$(new_token --name "client-$i" --role analyst)"); done
port=$("$root/tests/support/free_port.sh")
restart_api
start_scorer
change_findings 2>"$tmp/changer.err" &
changer_pid=$!
began=$(date +%s)
"$mover" "$port" "$n_moves" "$seed" "$tmp" "${tokens[@]}" >"$tmp/mover.out" 2>"$tmp/mover.err" &
mover_pid=$!
n_late=0
kill_all
code=0
wait "$mover_pid" || code=$?
mover_pid=
expect "each request was answered: $(head -c 600 "$tmp/mover.err")" 0 "$code"
# A fast machine is done with its moves before the last kills come.
expect_some "kills amid the moves, of $n_kills, beyond a half" $((n_kills - n_late - n_kills / 2 + 1))
# What is due in the test has its time.
while [ "$(date +%s)" -lt $((start + seconds)) ]; do sleep 0.2; done
kill "$changer_pid" 2>/dev/null || true
wait "$changer_pid" 2>/dev/null || true
changer_pid=
expect "findings were changed" "" "$(cat "$tmp/changer.err")"
sleep 1 # started a moment ago it may not know of signals yet
kill -TERM "$scorer_pid"
code=0
wait "$scorer_pid" || code=$?
scorer_pid=
expect "isobar-scorer ends with 0: $(tail -3 "$tmp/scorer.log")" 0 "$code"
! grep -E -A30 'Sanitizer|runtime error:' "$tmp/scorer.log" || fail "isobar-scorer" "a sanitizer complains"
stop_api
cut=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
must "$scorer" --once
cat "$tmp"/answered.* >"$tmp/answers"
sql "create table public.answer (client int, risk uuid, state text, key text, status int)"
psql --no-psqlrc --quiet --dbname "$ISOBAR_DATABASE" --command "\\copy public.answer from '$tmp/answers'"
say "$(sql "select count(*) filter (where status = 200) || ' moves, ' || count(*) filter (where status <> 200) || ' refused'
	from public.answer") in $(($(date +%s) - began)) s, $n_kills kills ($n_met of $n_aimed amid sweep or numbering);" \
	"$(cat "$tmp/mover.out"); $(sql "select string_agg(kind || ': ' || n, ', ' order by kind) from (
		select kind, count(*) as n from isobar.risk_event group by 1) as k")"
expect_some "moves" "$(sql "select count(*) - $n_moves + 1 from public.answer where status = 200")"

# A move leaves an event and a claim with its key as reason, in this order for each risk.
sql "create table public.moved as
	select risk_id, claim, actor, reason as key, row_number() over (partition by risk_id order by claimed_at) as n
	  from isobar.risk_claim"
sql "create table public.told as
	select risk_id, state, actor, reason, row_number() over (partition by risk_id order by event_id) as n
	  from isobar.risk_event where kind = 2 and actor like 'client-%'"
none "a move that was answered is there once" "select a.key, a.risk, count(m.key) from public.answer as a
	left join public.moved as m on m.risk_id = a.risk and m.key = a.key and m.actor = 'client-' || a.client
		and m.claim = case a.state when 'in_progress' then 0 when 'contested' then 1 when 'open' then 4 end
	where a.status = 200 group by a.key, a.risk having count(m.key) <> 1"
none "no other move is there" "select key, risk_id from public.moved as m where not exists (select from public.answer as a
	where a.key = m.key and a.risk = m.risk_id and a.status = 200)"
none "none is there twice" "select key, risk_id, count(*) from public.moved group by 1, 2 having count(*) > 1"
none "each has its event" "select m.key, t.state, t.reason from public.moved as m full join public.told as t using (risk_id, n)
	where (m.actor, m.claim, t.reason) is distinct from (t.actor, case t.state when 0 then 4 when 1 then 0 when 2 then 1 end,
		case m.claim when 0 then 'taken_up' when 1 then 'said_fixed' when 4 then 'put_back' end)"
proves "every move that was answered is there once, and no other"

sql "create table public.chain as
	select risk_id, event_id, kind, state, reason, actor, lag(state) over (partition by risk_id order by event_id) as former,
	       lead(state) over (partition by risk_id order by event_id) is null as is_last from isobar.risk_event"
none "states in a chain" "select * from public.chain where former is null and kind <> 0
	or kind in (1, 5, 6, 7, 9, 10, 11) and state <> former
	or kind = 2 and actor like 'client-%' and (former, state, reason) not in ((0, 1, 'taken_up'), (2, 1, 'taken_up'),
		(1, 0, 'put_back'), (0, 2, 'said_fixed'), (1, 2, 'said_fixed'))"
none "the last of them is the state" "select r.risk_id, r.state, c.state from isobar.risk as r
	join public.chain as c using (risk_id) where is_last and r.state <> c.state or r.open <> (r.state <= 2)"
none "counters" "select * from (select band, state, responsibility, count(*) as n from isobar.risk group by 1, 2, 3) as r
	full join (select band, state, responsibility, n from isobar.queue_count where n <> 0) as q using (band, state, responsibility, n)
	where r is null or q is null"
# What was planned for the end of an acceptance gives way to what happens before.
none "the ledger ascends" "select risk_id, segment_no from (select risk_id, segment_no, from_at, lag(from_at) over
	(partition by risk_id order by segment_no) as former from isobar.sla_segment where reason <> 'acceptance_expired') as s
	where from_at < former"
none "its band is the risk's" "select risk_id from isobar.risk as r where band <> (select band from isobar.sla_segment as s
	where s.risk_id = r.risk_id and from_at <= now() order by segment_no desc limit 1)"
none "points add up" "select risk_id from isobar.risk join isobar.risk_explanation as e using (org_id, risk_id)
	where score <> (select sum(p) from unnest(e.points) as p)"
expect "marks left" "0 0" "$(sql "select (select count(*) from isobar.dirty_mark) || ' ' || (select count(*) from isobar.fix_mark)")"
proves "states, counters, ledger and points agree"

# A risk whose ledger has one segment: each instant is known.
sql "create table public.crossing as
	select risk_id, kind, reason, at, due_at from isobar.risk_event where kind in (5, 6, 10) and at <= '$cut'"
sql "create table public.wanted as
	select s.risk_id, c.kind, c.reason, s.from_at + w.length * c.percent / 100 + c.more as at, s.from_at + w.length as due_at
	  from isobar.sla_segment as s
	 cross join lateral (select make_interval(mins => 40 - 10 * s.band)) as w (length)
	 cross join (values (10, '25 %', 25, interval '0'), (10, '50 %', 50, interval '0'), (5, '75 %', 75, interval '0'),
	                    (10, '90 %', 90, interval '0'), (6, 'breached', 100, interval '1 us')) as c (kind, reason, percent, more)
	 where (select count(*) from isobar.sla_segment as o where o.risk_id = s.risk_id) = 1
	   and s.from_at + w.length * c.percent / 100 + c.more <= '$cut'"
none "each crossing once at its instant" "select risk_id, kind, reason, at, due_at, c.mine, w.mine from (select *, 1 as mine from public.wanted) as w
	full join (select *, 2 as mine from public.crossing where risk_id in (select risk_id from isobar.sla_segment group by 1
		having count(*) = 1)) as c using (risk_id, kind, reason, at, due_at) where w.mine is null or c.mine is null"
none "none twice" "select risk_id, kind, reason, due_at from isobar.risk_event where kind in (5, 6, 10, 11)
	group by 1, 2, 3, 4 having count(*) > 1"
none "crossings are at the part of a window" "select * from public.crossing where kind = 6 and at <> due_at + interval '1 us'
	or kind <> 6 and due_at - at not in (select make_interval(secs => w * 60 * (100 - rtrim(reason, ' %')::int) / 100)
		from unnest(array[10, 20, 30, 40]) as w)"
# A move down can set a due time that has passed already: that is no crossing.
none "what is overdue was told" "select risk_id, due_at from isobar.risk as r where open and due_at < '$cut'
	and due_at = (select e.due_at from isobar.risk_event as e where e.risk_id = r.risk_id and e.at <= r.due_at
		and kind not in (5, 6, 10, 11) order by event_id desc limit 1)
	and not exists (select from public.crossing as c where c.risk_id = r.risk_id and kind = 6 and c.due_at = r.due_at)"
expect "acceptances that ended" "20 20" "$(sql "select count(distinct e.risk_id) || ' ' || count(*) from isobar.risk_event as e
	join isobar.acceptance as a on a.acceptance_id = e.cause_id and a.ends_at = e.at
	where e.kind = 2 and e.reason = 'acceptance_expired'")"
expect "acceptances that end soon" "20 20" "$(sql "select count(distinct e.risk_id) || ' ' || count(*) from isobar.risk_event as e
	join isobar.acceptance as a on a.acceptance_id = e.cause_id and a.ends_at - interval '7 days' = e.at where e.kind = 11")"
expect_some "crossings of known instants" "$(sql "select count(*) from public.wanted where at > '$(at 0)'")"
proves "every crossing has one event, at its instant"

sql "create view public.event_number as select s.org_id, s.seq + i as seq, s.event_id + i as event_id
	from isobar.event_seq as s cross join generate_series(0, s.n - 1) as i"
expect "numbers" t "$(sql "select min(seq) = 1 and max(seq) = count(*) and count(*) = count(distinct event_id)
	and count(*) = (select count(*) from isobar.risk_event) from public.event_number")"
none "every event has one" "select event_id from isobar.risk_event left join public.event_number as s using (org_id, event_id) where s.seq is null"
none "in the order of each risk" "select event_id from (select event_id, seq, lag(seq) over (partition by risk_id order by event_id)
	as former from isobar.risk_event join public.event_number using (org_id, event_id)) as e where seq < former"
expect "how far they are given" "$(sql 'select max(seq) from public.event_number')" "$(sql 'select last_seq from isobar.event_sequencer')"
proves "numbers of events have no gap"
done_testing
