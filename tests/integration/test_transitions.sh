#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What people decide by the command line: states, false positives, later due times; what is refused, with
# a line a risk and the exit code; and that scoring again leaves decisions alone.
test_name=transitions
. "$(dirname "$0")/lib.sh"

make_db
must "$isobar" import --quiet --now "$now" "$sample"
later=2026-11-15T18:00:00Z
mapfile -t ids < <(sql "select risk_id from isobar.risk where open and due_at > '$later'
	order by rank desc, risk_id desc limit 10")

state_of() {
	sql "select state from isobar.risk where risk_id = '$1'"
}

run "$isobar" transition --now "$later" "${ids[0]}" "${ids[1]:0:34}" --to in_progress --reason 'on it' --actor ada
expect_code "two are taken up" 0
expect "two lines" 2 "$(wc -l <"$out")"
expect "their states" "1 1" "$(state_of "${ids[0]}") $(state_of "${ids[1]}")"
expect "by whom and why" "ada|on it" "$(sql "select actor, reason from isobar.risk_claim where risk_id = '${ids[0]}'")"
run "$isobar" transition --json --now "$later" "${ids[0]}" "${ids[2]}" ffffffffffff --to in_progress --reason again
expect_code "one of three" 3
expect "a line each" "1 of 2" "$(jq -rs '"\([.[] | select(.done)] | length) of \(length)"' "$out")"
expect "one line a refused risk" 2 "$(wc -l <"$err")"
grep -q 'in_progress, is so already; it can go to open, contested, false_positive' "$err" ||
	fail "what it can do" "$(cat "$err")"
run "$isobar" transition --now "$later" "${ids[0]}" --to resolved --reason 'no'
expect_code "people resolve nothing" 1
run "$isobar" transition --now "$later" "${ids[0]}" --to accepted --reason 'no'
expect_code "nor accept without an approval" 1
grep -q 'only by an approval' "$err" || fail "accepted" "$(cat "$err")"
for bad in "--to nowhere --reason x ${ids[0]}" "--to open ${ids[0]}" "--to open --reason x" "--reason x ${ids[0]}"; do
	# shellcheck disable=SC2086
	run "$isobar" transition $bad
	expect_code "transition $bad" 2
done
proves "states are moved by the table"

was_due=$(sql "select due_at from isobar.risk where risk_id = '${ids[3]}'")
run "$isobar" reject --now "$later" "${ids[3]}" "${ids[4]}" --reason 'a scanner at fault'
expect_code "two are rejected" 0
expect "their states" "4 4" "$(state_of "${ids[3]}") $(state_of "${ids[4]}")"
expect "of what it is said" t "$(sql "select bool_and(c.evidence = e.members) from isobar.risk_claim as c
	join isobar.risk_explanation as e using (org_id, risk_id) where c.claim = 2")"
due=$(sql "select due_at from isobar.risk where risk_id = '${ids[5]}'")
run "$isobar" transition --now 2026-11-15T20:00:00Z "${ids[3]}" --to open --reason 'it is one'
expect_code "withdrawn" 0
expect "the clock stood for two hours" 02:00:00 "$(sql "select due_at - timestamptz '$was_due'
	from isobar.risk where risk_id = '${ids[3]}'")"
proves "false positives pause the clock and remember what they were"

new_due=$(date --utc --date "$due + 5 days" +%Y-%m-%dT%H:%M:%SZ)
run "$isobar" extend --now "$later" "${ids[5]}" --due "$new_due" --reason 'a vendor' --actor ada --approved-by ada
expect_code "approved by oneself" 2
run "$isobar" extend --now "$later" "${ids[5]}" --due "$later" --reason 'a vendor' --actor ada --approved-by otto
expect_code "an earlier one" 1
expect "nothing is left of it" 0 "$(sql 'select count(*) from isobar.sla_extension')"
run "$isobar" extend --now "$later" "${ids[5]}" --due "$new_due" --reason 'a vendor' --actor ada --approved-by otto
expect_code "extended" 0
expect "due" t "$(sql "select due_at = '$new_due' from isobar.risk where risk_id = '${ids[5]}'")"
expect "who asked and who approved" "ada|otto|1" "$(sql 'select requested_by, decided_by, state from isobar.sla_extension')"
run "$isobar" transition --now "$later" "${ids[5]}" --to in_progress --reason 'we wait for the vendor'
expect_code "taken up after it" 0
expect "the due time outlives the next decision" t "$(sql "select due_at = '$new_due' from isobar.risk
	where risk_id = '${ids[5]}'")"
proves "a later due time wants somebody else's approval"

# Scoring changes no decision, and counts what people moved.
must "$scorer" --once --now 2026-11-15T21:00:00Z
expect "states stay" "1 4 0" "$(state_of "${ids[0]}") $(state_of "${ids[4]}") $(state_of "${ids[3]}")"
expect "the due time stays" t "$(sql "select due_at = '$new_due' from isobar.risk where risk_id = '${ids[5]}'")"
expect "the counters are right" 0 "$(sql "select count(*) from (select band, state, responsibility, count(*) as n
	from isobar.risk where org_id = 1 group by 1, 2, 3) as r full join (select band, state, responsibility, n
	from isobar.queue_count where org_id = 1 and n <> 0) as q using (band, state, responsibility, n)
	where r is null or q is null")"
proves "scoring leaves decisions alone"
done_testing
