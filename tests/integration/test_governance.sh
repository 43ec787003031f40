#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What people and rules decide, through scoring and time: owners, windows, acceptances, false positives and
# suppressions follow the org's rules, end by their dates, and no answer depends on when the sweep ran.
. "$(dirname "$0")/lib.sh"

queue() { # NOW FIELD
	must "$isobar" queue --json --now "$1"
	jq -r "$2" "$out"
}

explain() { # ID NOW FIELD
	must "$isobar" explain --json --now "$2" "$1"
	jq -r "$3" "$out"
}

sweep() {
	must "$scorer" --once --now "$1"
}

id_of() {
	sql "select r.risk_id from isobar.risk as r join isobar.asset as a using (org_id, asset_id) where a.name = '$1'"
}

true_counts() {
	sql "select coalesce(sum(abs(n)), 0) from (
		select band, state, responsibility, sum(n) as n
		  from (select band, state, responsibility, n from isobar.queue_count
		        union all select band, state, responsibility, -1 from isobar.risk) as c
		 group by 1, 2, 3) as d"
}

make_db

# ---- owners and windows ----
{
	asff 1 bucket=pay-data
	asff 2 bucket=web-logs
} >"$tmp/in.json"
cat >"$tmp/owners.csv" <<-CSV
	name,kind,contact,email,escalation
	payments,team,#payments,payments@example.com,ciso
	platform,team,#platform,platform@example.com,
CSV
cat >"$tmp/rules.csv" <<-CSV
	level,pattern,owner
	path,*pay-*,payments
	default,,platform
CSV
must "$isobar" import --quiet --now 2026-11-02T00:00:00Z "$tmp/in.json"
must "$isobar" owner load --now 2026-11-02T00:00:00Z "$tmp/owners.csv"
must "$isobar" owner rules --now 2026-11-02T00:00:00Z "$tmp/rules.csv"
sweep 2026-11-02T00:00:00Z
pay=$(id_of pay-data)
web=$(id_of web-logs)
expect "owner by path" payments "$(explain "$pay" 2026-11-02T00:00:00Z .owner)"
expect "owner by default" platform "$(explain "$web" 2026-11-02T00:00:00Z .owner)"
expect "events of owners" 2 "$(sql "select count(*) from isobar.risk_event where kind = 7")"
cat >"$tmp/policy.ini" <<-INI
	[payments-fast]
	owner = payments
	window = 48h
	warn = 50%,75%
INI
must "$isobar" sla policy load --reason "payments are audited" --now 2026-11-02T00:00:00Z "$tmp/policy.ini"
sweep 2026-11-02T00:00:00Z
expect "due by the policy of the owner" 2026-11-04T00:00:00Z "$(explain "$pay" 2026-11-02T00:00:00Z .due_at)"
expect "due by the default" 2026-11-16T00:00:00Z "$(explain "$web" 2026-11-02T00:00:00Z .due_at)"
proves "owners come from rules, windows from the policies of their owners"

# ---- warn points, once each however often it is swept ----
sweep 2026-11-03T12:00:00Z
sweep 2026-11-03T12:00:00Z
expect "crossings so far" "10@2026-11-03T00:00:00Z 5@2026-11-03T12:00:00Z" "$(sql "select string_agg(
	kind || '@' || to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), ' ' order by at)
	from isobar.risk_event where kind in (5, 6, 10) and risk_id = '$pay'")"
expect "its SLA state" due_soon "$(explain "$pay" 2026-11-03T12:00:00Z .sla)"
proves "a warn point is told once, and moves no slot"

# ---- acceptance by a rule, until a date ----
must "$isobar" accept --where "owner=payments" --until 2026-11-20T00:00:00Z --reason "replaced next week" \
	--requested-by ada --approved-by grace --now 2026-11-03T18:00:00Z
sweep 2026-11-03T18:00:00Z
expect "accepted" accepted "$(explain "$pay" 2026-11-03T18:00:00Z .state)"
expect "paused" paused "$(explain "$pay" 2026-11-03T18:00:00Z .sla)"
expect "the queue shows the other one" "$web" "$(queue 2026-11-10T00:00:00Z .id)"
# 42 of 48 hours were used: 6 are left when it ends.
expect "open again without a sweep" "open ok" "$(queue 2026-11-20T00:00:00Z 'select(.owner == "payments") | "\(.state) \(.sla)"' |
	sed 's/due_soon/ok/')"
expect "its due time then" 2026-11-20T06:00:00Z "$(explain "$pay" 2026-11-20T00:00:00Z .due_at)"
expect "breached, unswept" "open breached" "$(queue 2026-11-20T06:00:01Z 'select(.owner == "payments") | "\(.state) \(.sla)"')"
sweep 2026-12-01T00:00:00Z
expect "the same once swept" "open breached" "$(queue 2026-12-01T00:00:00Z 'select(.owner == "payments") | "\(.state) \(.sla)"')"
expect "warned, ended, breached" "11 2 6" "$(sql "select string_agg(kind::text, ' ' order by at) from isobar.risk_event
	where risk_id = '$pay' and at > '2026-11-04'")"
expect "breach at its instant" 2026-11-20T06:00:00.000001 "$(sql "select to_char(at at time zone 'UTC',
	'YYYY-MM-DD\"T\"HH24:MI:SS.US') from isobar.risk_event where kind = 6 and risk_id = '$pay'")"
expect "counters" 0 "$(true_counts)"
proves "an acceptance ends by its date whether a sweep ran or not, and the clock goes on"

# ---- revoked ----
must "$isobar" accept --where "owner=platform" --until 2026-12-30T00:00:00Z --reason "logs only" \
	--requested-by ada --approved-by grace --now 2026-12-02T00:00:00Z
sweep 2026-12-02T00:00:00Z
expect "accepted by rule" accepted "$(explain "$web" 2026-12-02T00:00:00Z .state)"
must "$isobar" acceptance list --json --now 2026-12-02T00:00:00Z
accepted=$(jq -r 'select(.where == "owner=platform") | .id' "$out")
must "$isobar" acceptance revoke --by grace --reason "no more" "$accepted" --now 2026-12-03T00:00:00Z
sweep 2026-12-03T00:00:00Z
expect "open again" open "$(explain "$web" 2026-12-03T00:00:00Z .state)"
expect "why" acceptance_revoked "$(sql "select reason from isobar.risk_event where risk_id = '$web' and kind = 2
	order by event_id desc limit 1")"
proves "what a rule accepted is open again when it is revoked"

# ---- false positive until there is new evidence ----
must "$isobar" reject "$web" --reason "test bucket" --actor ada --now 2026-12-04T00:00:00Z
expect "rejected" false_positive "$(explain "$web" 2026-12-04T00:00:00Z .state)"
must "$isobar" import --quiet --now 2026-12-05T00:00:00Z "$tmp/in.json"
expect "the same evidence" false_positive "$(explain "$web" 2026-12-05T00:00:00Z .state)"
asff 77 bucket=web-logs >"$tmp/more.json"
must "$isobar" import --quiet --now 2026-12-06T00:00:00Z "$tmp/more.json"
expect "new evidence" open "$(explain "$web" 2026-12-06T00:00:00Z .state)"
expect "said so" new_evidence "$(sql "select reason from isobar.risk_event where risk_id = '$web' and kind = 2
	order by event_id desc limit 1")"
proves "a false positive is bound to its evidence"

# ---- suppression within a window ----
must "$isobar" suppression set nights --where "rule=*S3.8,asset=*web-logs" --reason "rebuilt" \
	--from 2026-12-08T00:00:00Z --until 2026-12-09T00:00:00Z --now 2026-12-07T00:00:00Z
sweep 2026-12-07T00:00:00Z
expect "before" open "$(explain "$web" 2026-12-07T00:00:00Z .state)"
sweep 2026-12-08T00:00:00Z
expect "within" suppressed "$(explain "$web" 2026-12-08T00:00:00Z .state)"
sweep 2026-12-09T00:00:00Z
expect "after" open "$(explain "$web" 2026-12-09T00:00:00Z .state)"
expect "counters in the end" 0 "$(true_counts)"
proves "a suppression rule mutes within its window and no longer"

# ---- taken up by a person, kept by scoring ----
must "$isobar" transition "$web" --to in_progress --reason "on it" --actor ada --now 2026-12-10T00:00:00Z
sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset" >"$out"
sweep 2026-12-10T01:00:00Z
expect "taken up" in_progress "$(explain "$web" 2026-12-10T01:00:00Z .state)"
expect "every event has its number" 0 "$(sql "select count(*) from isobar.risk_event as e where not exists (
	select from isobar.event_seq as s where s.org_id = e.org_id and e.event_id >= s.event_id and e.event_id < s.event_id + s.n)")"
proves "scoring leaves what a person decided"

# ---- an owner by hand, and no rule to give the risk back to ----
make_db
must "$isobar" import --quiet --now 2026-11-02T00:00:00Z "$tmp/in.json"
must "$isobar" owner load --now 2026-11-02T00:00:00Z "$tmp/owners.csv"
pay=$(id_of pay-data)
must "$isobar" assign "$pay" --owner payments --reason "theirs" --actor ada --now 2026-11-02T00:00:00Z
sweep 2026-11-02T01:00:00Z
expect "assigned" payments "$(explain "$pay" 2026-11-02T01:00:00Z .owner)"
must "$isobar" assign "$pay" --by-rule --reason "not theirs" --actor ada --now 2026-11-02T02:00:00Z
sweep 2026-11-02T03:00:00Z
expect "nobody's again" null "$(explain "$pay" 2026-11-02T03:00:00Z .owner)"
proves "an owner by hand stays until it is given back to the rules, even if there are none"
# ---- a false positive of more findings than are kept with it ----
make_db
many() { # FIRST LAST [name=value…]
	local i
	for ((i = $1; i <= $2; i++)); do
		asff "$i" bucket=many "${@:3}"
	done >"$tmp/many.json"
}
state() {
	sql "select state from isobar.risk"
}
many 101 305
must "$isobar" import --quiet --now 2026-11-15T06:00:00Z "$tmp/many.json"
must "$isobar" reject "$(sql "select risk_id from isobar.risk")" --reason "test bucket" --actor ada \
	--now 2026-11-15T07:00:00Z
expect "kept of 205" 200 "$(sql "select cardinality(evidence) from isobar.risk_claim")"
must "$isobar" findings --json --now 2026-11-15T08:00:00Z
first=$(jq -r --arg id "$(sql "select evidence[1] from isobar.risk_claim")" 'select(.id == $id) | .native_id[-3:]' "$out")
many "$first" "$first" compliance=PASSED updated=2026-11-16T00:00:00Z
must "$isobar" import --quiet --now 2026-11-16T06:00:00Z "$tmp/many.json"
expect "one passes: findings, state" "204 4" "$(sql "select n_findings, state from isobar.risk" | tr '|' ' ')"
many "$first" "$first" updated=2026-11-17T00:00:00Z
must "$isobar" import --quiet --now 2026-11-17T06:00:00Z "$tmp/many.json"
expect "it fails again: findings, state" "205 4" "$(sql "select n_findings, state from isobar.risk" | tr '|' ' ')"
many 400 400 label=LOW updated=2026-11-18T00:00:00Z
must "$isobar" import --quiet --now 2026-11-18T06:00:00Z "$tmp/many.json"
expect "a new one, lighter than all" 0 "$(state)"
expect "said so" new_evidence "$(sql "select reason from isobar.risk_event where kind = 2 order by event_id desc limit 1")"
proves "a false positive of many findings holds for all of them, and for no other"
done_testing
