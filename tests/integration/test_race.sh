#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A person decides while the scorer works on the same risk: whoever comes second sees what the first one
# wrote.  Nothing of either is lost, and the counters stay true.
. "$(dirname "$0")/lib.sh"

counts() {
	sql "select coalesce(string_agg(concat_ws(':', band, state, responsibility, n), ' ' order by band, state), '')
	       from isobar.queue_count where n <> 0"
}

true_counts() {
	sql "select coalesce(string_agg(concat_ws(':', band, state, responsibility, n), ' ' order by band, state), '')
	       from (select band, state, responsibility, count(*) as n from isobar.risk group by 1, 2, 3) as c"
}

make_db
{
	asff 1 bucket=first label=LOW
	asff 2 bucket=second label=LOW
} >"$tmp/in.json"
must "$isobar" import --quiet --now 2026-11-01T00:00:00Z "$tmp/in.json"
expect "counters" "$(true_counts)" "$(counts)"
taken=$(sql "select risk_id from isobar.risk order by risk_id limit 1")

# A decision is written and not yet committed when the scorer comes to write.
mkfifo "$tmp/decider"
psql -X -q -v ON_ERROR_STOP=1 -d "$ISOBAR_DATABASE" <"$tmp/decider" >"$tmp/decider.out" 2>&1 &
exec 3>"$tmp/decider"
echo "begin;
      update isobar.risk set state = 1, version = version + 1 where risk_id = '$taken';
      update isobar.queue_count set n = n - 1 where state = 0;
      insert into isobar.queue_count (org_id, band, state, responsibility, n)
      select org_id, band, 1, responsibility, 1 from isobar.risk where risk_id = '$taken';
      select 'written';" >&3
until grep -q written "$tmp/decider.out"; do sleep 0.05; done
sql "update isobar.finding set sev100 = 95;
     insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.finding" >"$out"
"$scorer" --once --now 2026-11-02T00:00:00Z &
scoring=$!
until [ "$(sql "select count(*) from pg_stat_activity where wait_event_type = 'Lock'
	and application_name = 'isobar-scorer' and datname = current_database()")" = 1 ]; do
	kill -0 "$scoring" 2>/dev/null || fail "the scorer did not wait for the decision"
	sleep 0.05
done
echo "commit;" >&3
exec 3>&-
wait "$scoring" || fail "the scorer failed"
wait

expect "states" "0 1" "$(sql "select string_agg(state::text, ' ' order by state) from isobar.risk")"
expect "the decision stands" 1 "$(sql "select state from isobar.risk where risk_id = '$taken'")"
expect "both have the new severity" 2 "$(sql "select count(*) from isobar.risk where band >= 2")"
expect "explanations agree" 0 "$(sql "select count(*) from isobar.risk join isobar.risk_explanation as e
	using (org_id, risk_id) where score <> (select sum(p) from unnest(e.points) as p)")"
expect "counters" "$(true_counts)" "$(counts)"
expect "marks left" 0 "$(sql "select count(*) from isobar.dirty_mark")"
expect "a band change each" "1 1" "$(sql "select string_agg(n::text, ' ') from (
	select count(*) as n from isobar.risk_event where kind = 1 group by risk_id) as e")"
proves "a decision made while the scorer works on the risk stands, and the score follows"
done_testing
