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

# decide RISK: writes a decision on it, which is not committed yet.
decide() {
	rm -f "$tmp/decider"
	mkfifo "$tmp/decider"
	psql -X -q -v ON_ERROR_STOP=1 -d "$ISOBAR_DATABASE" <"$tmp/decider" >"$tmp/decider.out" 2>&1 &
	exec 3>"$tmp/decider"
	echo "begin;
	      update isobar.queue_count as c set n = c.n - 1 from isobar.risk as r where r.risk_id = '$1'
	         and (c.band, c.state, c.responsibility) = (r.band, r.state, r.responsibility);
	      update isobar.risk set state = 1, version = version + 1 where risk_id = '$1';
	      insert into isobar.queue_count as c (org_id, band, state, responsibility, n)
	      select org_id, band, 1, responsibility, 1 from isobar.risk where risk_id = '$1'
	      on conflict (org_id, band, state, responsibility) do update set n = c.n + 1;
	      insert into isobar.dirty_mark (org_id, asset_id, run_id)
	      select org_id, asset_id, 0 from isobar.risk where risk_id = '$1';
	      select 'written';" >&3
	until grep -q written "$tmp/decider.out"; do sleep 0.05; done
}

# score NOW: the scorer comes to write what was decided on, and waits; then the decision is committed.
score() {
	local scoring
	"$scorer" --once --now "$1" &
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
}

decide "$taken"
sql "update isobar.finding set sev100 = 95;
     insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.finding" >"$out"
score 2026-11-02T00:00:00Z

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
# A finding tells that two advisories are one while a person decides on one of the two risks.
advisories u1 web1.example.com '["GHSA-aaaa-bbbb-cccc"]' false >"$tmp/ghsa.json"
advisories u2 web1.example.com '["CVE-2026-12345"]' true >"$tmp/cve.json"
advisories u3 web2.example.com '["CVE-2026-12345", "GHSA-aaaa-bbbb-cccc"]' false >"$tmp/both.json"
for which in opened_at "opened_at desc"; do
	make_db
	must "$isobar" import --quiet --now 2026-11-15T06:00:00Z "$tmp/ghsa.json"
	must "$isobar" import --quiet --now 2026-11-16T06:00:00Z "$tmp/cve.json"
	must "$isobar" import --quiet --no-score --now 2026-11-17T06:00:00Z "$tmp/both.json"
	decide "$(sql "select risk_id from isobar.risk order by $which limit 1")"
	score 2026-11-17T07:00:00Z
	must "$scorer" --once --now 2026-11-17T08:00:00Z
	expect "$which: one of the two lives" 1 "$(sql "select count(*) from isobar.risk as r join isobar.asset as a
		using (org_id, asset_id) where r.open and a.name = 'web1.example.com'")"
	expect "$which: no living risk is a name of another" 0 "$(sql "select count(*) from isobar.risk_alias as l
		join isobar.risk as r on r.risk_id = l.fingerprint where r.open")"
	expect "$which: due as the earlier one was" "2026-11-30 06:00:00+00" "$(sql "select due_at from isobar.risk as r
		join isobar.asset as a using (org_id, asset_id) where r.open and a.name = 'web1.example.com'")"
	expect "$which: merged once" 1 "$(sql "select count(*) from isobar.risk_event where kind = 8")"
	expect "$which: counters" "$(true_counts)" "$(counts)"
done
proves "a decision that meets a merge leaves one risk, under one name, with the earlier due time"

# What such a decision left before: a risk that lives and is named as another one.
make_db
must "$isobar" import --quiet --now 2026-11-15T06:00:00Z "$tmp/ghsa.json"
must "$isobar" import --quiet --now 2026-11-16T06:00:00Z "$tmp/cve.json"
sql "insert into isobar.risk_alias (org_id, fingerprint, risk_id, reason, valid_from)
     select a.org_id, a.risk_id, b.risk_id, 2, a.opened_at from isobar.risk as a, isobar.risk as b where a.opened_at > b.opened_at"
must "$isobar" import --quiet --now 2026-11-17T06:00:00Z "$tmp/both.json"
expect "two for one" 2 "$(sql "select count(*) from isobar.risk as r join isobar.asset as a
	using (org_id, asset_id) where r.open and a.name = 'web1.example.com'")"
must psql -X -q -d "$ISOBAR_DATABASE" -f "$root/migrations/0035_merges_left_half.sql"
must "$scorer" --once --now 2026-11-17T07:00:00Z
expect "one" 1 "$(sql "select count(*) from isobar.risk as r join isobar.asset as a
	using (org_id, asset_id) where r.open and a.name = 'web1.example.com'")"
expect "marks left" 0 "$(sql "select count(*) from isobar.dirty_mark")"
proves "the upgrade mends what was left before"


# The batch that scores a decision has begun before it, or follows another clock: one between the due time and the
# decision, one before both.  What comes later goes by what the decision left.
for batch in 2026-11-29T06:05:00Z 2026-11-29T05:50:00Z; do
	make_db
	asff 1 bucket=late >"$tmp/late.json"
	must "$isobar" import --quiet --now "$now" "$tmp/late.json"
	id=$(sql "select risk_id from isobar.risk")
	expect "$batch: due" t "$(sql "select due_at = '2026-11-29T06:00:00Z' from isobar.risk")"
	must "$isobar" transition "$id" --to false_positive --reason 'not ours' --now 2026-11-29T06:10:00Z
	told=$(sql "select event_id, kind, at, due_at from isobar.risk_event order by 1")
	must "$scorer" --once --now "$batch"
	expect "$batch: what was told" "$told" "$(sql "select event_id, kind, at, due_at from isobar.risk_event order by 1")"
	expect "$batch: the ledger" "0 2026-11-15 06:00:00+00;1 2026-11-29 06:10:00+00" "$(sql "select
		string_agg(mode || ' ' || from_at, ';' order by segment_no) from isobar.sla_segment")"
	must "$isobar" transition "$id" --to open --reason 'ours after all' --now 2026-11-30T06:10:00Z
	must "$scorer" --once --now 2026-11-30T06:10:01Z
	must "$isobar" queue --json --now 2026-11-30T06:10:02Z
	expect "$batch: overdue, as it was" breached "$(jq -r .sla "$out")"
	asff 1 bucket=late label=LOW updated=2026-11-28T00:00:00Z >"$tmp/late.json"
	must "$isobar" import --quiet --now "$batch" "$tmp/late.json"
	expect "$batch: another band from the last decision on" "0 2 2026-11-30 06:10:00+00;0 1 2026-11-30 06:10:00+00" \
		"$(sql "select string_agg(concat_ws(' ', mode, band, from_at), ';' order by segment_no) from isobar.sla_segment
			where segment_no > 1")"
	expect "$batch: told after what was before it" t "$(sql "select bool_and(at >= former) from (
		select at, lag(at, 1, at) over (order by event_id) as former from isobar.risk_event) as e")"
done
proves "a batch that began before a decision takes nothing back of it"
done_testing
