#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The scorer runs and there is always more to score: what it takes leaves the same marks again.  Due times that pass
# are told nevertheless, what is new gets its own time, and fixes and numbers of events follow.
. "$(dirname "$0")/lib.sh"

# until_is CASE WANT QUERY: waits for the answer
until_is() {
	local got try
	for ((try = 0; try < 600; try++)); do
		got=$(sql "$3")
		[ "$got" != "$2" ] || return 0
		kill -0 "$scorer_pid" 2>/dev/null || break
		sleep 0.1
	done
	fail "$1" "wanted \"$2\", got \"$got\" in the end; the scorer said: $(tail -3 "$tmp/scorer.log")"
}

stop_scorer() {
	[ -z "$scorer_pid" ] || kill -TERM "$scorer_pid" 2>/dev/null || true
	wait "$scorer_pid" || fail "the scorer's end" "$?"
	scorer_pid=
}

make_db
scorer_pid=
trap 'kill -KILL $scorer_pid 2>/dev/null || true; clean_up' EXIT
asff 1 bucket=old >"$tmp/old.json"
must "$isobar" import --quiet "$tmp/old.json"
old=$(sql "select risk_id from isobar.risk")

sql "create sequence public.rounds;
     create function public.mark_again() returns trigger language plpgsql security definer as \$\$
     begin
	     if exists (select from taken) then
		     perform nextval('public.rounds');
		     insert into isobar.dirty_mark (org_id, asset_id, run_id)
		     select org_id, asset_id, 0 from isobar.risk where risk_id = '$old';
		     insert into isobar.path_mark (org_id, asset_id)
		     select org_id, asset_id from isobar.risk where risk_id = '$old';
	     end if;
	     return null;
     end \$\$;
     create trigger mark_again after delete on isobar.dirty_mark referencing old table as taken
	     for each statement execute function public.mark_again();
     insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.risk"
"$scorer" 2>"$tmp/scorer.log" &
scorer_pid=$!
until_is "rounds" t "select last_value > 8 from public.rounds"

# A fortnight passes for the risk.
sql "begin;
     update isobar.sla_segment set from_at = from_at - interval '15 days';
     update isobar.risk set due_at = due_at - interval '15 days', next_crossing_at = next_crossing_at - interval '15 days',
            soon_at = soon_at - interval '15 days', opened_at = opened_at - interval '15 days',
            rank_since = rank_since - interval '15 days';
     commit"
until_is "due soon and breached" "5 6" "select string_agg(kind::text, ' ' order by kind) from isobar.risk_event
	where risk_id = '$old' and kind in (5, 6)"
proves "what time changes is told while scoring never ends"

begun=$(date --utc +%Y-%m-%dT%H:%M:%S.%NZ)
asff 2 bucket=new control=S3.2 >"$tmp/new.json"
must "$isobar" import --quiet --no-score "$tmp/new.json"
until_is "a new risk" 1 "select count(*) from isobar.risk where risk_id <> '$old'"
expect "opened after it came" t "$(sql "select opened_at >= '$begun' from isobar.risk where risk_id <> '$old'")"
until_is "fixes that were not counted" 0 "select count(*) from isobar.risk as r where fix_id is not null and not exists (
	select from isobar.fix as f where f.org_id = r.org_id and f.fix_id = r.fix_id)"
until_is "events without a number" 0 "select count(*) from isobar.risk_event as e where not exists (
	select from isobar.event_seq as s where s.org_id = e.org_id and e.event_id >= s.event_id
	and e.event_id < s.event_id + s.n)"
proves "what comes meanwhile has its own time, its fix and its number"

sql "drop trigger mark_again on isobar.dirty_mark"
until_is "marks in the end" 0 "select (select count(*) from isobar.dirty_mark) + (select count(*) from isobar.path_mark)"
stop_scorer
done_testing
