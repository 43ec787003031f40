#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Time alone moves risks: through the warning point and the due time, to other slots and ranks, once,
# and at the instant of the crossing, however late the sweep is or whether there was one at all.
. "$(dirname "$0")/lib.sh"

t0=1794700800 # 2026-11-15T00:00:00Z: hour 0 of this test
warn=252      # hours: 75 % of the 336 of band high
due=336

# at HOURS [SECONDS]
at() {
	date -u -d "@$((t0 + $1 * 3600 + ${2:-0}))" +%Y-%m-%dT%H:%M:%SZ
}

sweep() {
	must "$scorer" --once --now "$1"
}

events() {
	sql "select string_agg(kind || '@' || to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), ' ' order by at)
	       from isobar.risk_event where kind in (5, 6)"
}

rank() {
	sql "select rank from isobar.risk"
}

# queue TIME: "rank sla" of the only risk as readers see it at that time
queue() {
	must "$isobar" queue --json --now "$1"
	jq -r '"\(.rank) \(.sla)"' "$out"
}

expected_rank() { # SLOT
	sql "select (band * 4 + $1) * 1024 + score from isobar.risk"
}

make_db
asff 1 bucket=slow >"$tmp/in.json"
must "$isobar" import --quiet --now "$(at 0)" "$tmp/in.json"
expect "band, due, next crossing" "2 $due $warn" "$(sql "select concat_ws(' ', band,
	(extract(epoch from due_at - to_timestamp($t0)) / 3600)::int,
	(extract(epoch from next_crossing_at - to_timestamp($t0)) / 3600)::int) from isobar.risk")"
ok=$(expected_rank 0)
soon=$(expected_rank 1)
breached=$(expected_rank 2)

# Readers first: nothing has been swept.
expect "unswept, before the warning" "$ok ok" "$(queue "$(at $((warn - 1)) 3599)")"
expect "unswept, at the warning" "$soon due_soon" "$(queue "$(at $warn)")"
expect "unswept, at the due time" "$soon due_soon" "$(queue "$(at $due)")"
expect "unswept, a second later" "$breached breached" "$(queue "$(at $due 1)")"
expect "unswept, a year later" "$breached breached" "$(queue "$(at 9000)")"
expect "stored meanwhile" "$ok" "$(rank)"
expect "events meanwhile" "" "$(events)"
proves "the queue shows each state at its time though no sweep ran"

sweep "$(at $warn -1)"
expect "swept too early: rank" "$ok" "$(rank)"
expect "swept too early: events" "" "$(events)"
sweep "$(at $((warn + 5)))"
expect "swept after the warning: rank" "$soon" "$(rank)"
expect "swept after the warning: event at the warning" "5@2026-11-25T12:00:00.000000" "$(events)"
expect "swept after the warning: rank since the warning" "$(at $warn)" \
	"$(date -u -d "$(sql 'select rank_since from isobar.risk')" +%Y-%m-%dT%H:%M:%SZ)"
sweep "$(at $((warn + 5)))"
sweep "$(at $((warn + 6)))"
expect "swept again: events" "5@2026-11-25T12:00:00.000000" "$(events)"
proves "a sweep moves the rank and writes one event, stamped with the crossing"

sweep "$(at $((due + 50)))"
expect "swept after the due time: rank" "$breached" "$(rank)"
expect "swept after the due time: events" \
	"5@2026-11-25T12:00:00.000000 6@2026-11-29T00:00:00.000001" "$(events)"
sweep "$(at $((due + 60)))"
sweep "$(at 9000)"
expect "swept on and on: events" 2 "$(sql 'select count(*) from isobar.risk_event where kind in (5, 6)')"
expect "next crossing of a breached risk" "" "$(sql 'select next_crossing_at from isobar.risk')"
expect "former ranks, each in its time" "$ok 0 $warn;$soon $warn $due" "$(sql "select string_agg(concat_ws(' ', rank,
	round(extract(epoch from valid_from - to_timestamp($t0)) / 3600),
	round(extract(epoch from valid_to - to_timestamp($t0)) / 3600)), ';' order by valid_from)
	from isobar.risk_rank_history")"
expect "swept, shown" "$breached breached" "$(queue "$(at 9000)")"
proves "so does the due time, and nothing is written twice"

# Both crossings between two sweeps: the same two events.
make_db
must "$isobar" import --quiet --now "$(at 0)" "$tmp/in.json"
sweep "$(at 9000)"
expect "one late sweep: events" "5@2026-11-25T12:00:00.000000 6@2026-11-29T00:00:00.000001" "$(events)"
expect "one late sweep: rank" "$breached" "$(rank)"
sweep "$(at 9000)"
expect "one late sweep, again: events" 2 "$(sql 'select count(*) from isobar.risk_event where kind in (5, 6)')"
proves "one late sweep leaves what many would have"

# The order of the queue is the same with and without a sweep, for many risks at any time.
make_db
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	case $((i % 3)) in 0) label=LOW ;; 1) label=HIGH ;; 2) label=CRITICAL ;; esac
	asff "$i" "bucket=many-$i" "label=$label" >"$tmp/one.json"
	must "$isobar" import --quiet --now "$(at $((i * 40)))" "$tmp/one.json"
done
for hour in 500 700 900 2000 4000; do
	must "$isobar" queue --json --now "$(at $hour)"
	jq -c '[.id, .rank, .sla, .due_at]' "$out" >"$tmp/unswept.$hour"
done
expect "risks in the queue" 12 "$(wc -l <"$tmp/unswept.500")"
for hour in 500 700 900 2000 4000; do
	sweep "$(at $hour)"
	must "$isobar" queue --json --now "$(at $hour)"
	jq -c '[.id, .rank, .sla, .due_at]' "$out" >"$tmp/swept.$hour"
	expect_same "hour $hour with and without a sweep" "$tmp/unswept.$hour" "$tmp/swept.$hour"
done
proves "no order depends on when the sweeper ran"

# What is scored again after a crossing that nobody has swept: the crossing comes first.
make_db
must "$isobar" import --quiet --now "$(at 0)" "$tmp/in.json"
mark() {
	sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset"
}
mark
sweep "$(at $((warn + 5)))"
expect "scored after the warning" "5@2026-11-25T12:00:00.000000" "$(events)"
asff 1 bucket=slow label=LOW updated=2026-11-12T00:00:00Z >"$tmp/lower.json"
must "$isobar" import --quiet --now "$(at $((due + 50)))" "$tmp/lower.json"
expect "another band after the due time" "5@2026-11-25T12:00:00.000000 6@2026-11-29T00:00:00.000001" "$(events)"
expect "the band" 1 "$(sql 'select band from isobar.risk')"
proves "scoring after a crossing loses no event"

# A resolved risk crosses nothing.
asff 99 bucket=gone >"$tmp/gone.json"
must "$isobar" import --quiet --now "$(at 5000)" "$tmp/gone.json"
asff 99 bucket=gone compliance=PASSED updated=2026-11-11T00:00:00Z >"$tmp/gone.json"
must "$isobar" import --quiet --now "$(at 5001)" "$tmp/gone.json"
sweep "$(at 9000)"
expect "crossings of a resolved risk" 0 "$(sql "select count(*) from isobar.risk_event join isobar.risk as r
	using (org_id, risk_id) join isobar.asset as a using (org_id, asset_id)
	where a.id = 'arn:aws:s3:::gone' and kind in (5, 6)")"
proves "what is resolved is never overdue"

# --- counted from the first sight by a source, of an asset with two names ---

kendra() { # NUMBER ID FIRST
	asff "$1" control=Glue.1 "first=$3" label=HIGH | jq -c --arg id "$2" '.Resources[0] |= (.Type = "AwsKendraIndex" | .Id = $id)'
}
make_db
printf '[all]\nwindow = 30d\nstart = source\n' >"$tmp/policy.ini"
must "$isobar" sla policy load --quiet --now 2026-11-15T00:00:00Z "$tmp/policy.ini"
kendra 1 nightly 2026-11-01T00:00:00Z >"$tmp/short.json"
kendra 2 arn:aws:kendra:eu-west-1:111122223333:index/nightly 2026-11-14T00:00:00Z >"$tmp/full.json"
must "$isobar" import --quiet --now 2026-11-15T06:00:00Z "$tmp/short.json" "$tmp/full.json"
expect "one risk" "1|2026-12-01 00:00:00+00" "$(sql "select count(*), max(due_at) from isobar.risk")"
must "$scorer" --once --now 2026-11-24T08:00:00Z
must "$scorer" --once --now 2026-12-02T08:00:00Z
expect "due as it was" "2026-12-01 00:00:00+00" "$(sql "select due_at from isobar.risk")"
expect "due soon, breached" "5 6" "$(sql "select string_agg(kind::text, ' ' order by at) from isobar.risk_event where kind > 0")"
proves "a sweep counts from the same first sight as scoring, under whichever name the asset was seen"

done_testing
