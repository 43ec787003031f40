#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Another edition of the catalogue moves a rule to another control and back: no risk is left open without its
# findings, no finding is in two, and ids and clocks go on.
. "$(dirname "$0")/lib.sh"

load_catalog=$build/tests/integration/load_catalog
[ -x "$load_catalog" ] || skip "$load_catalog is not built"

day() {
	printf '2026-11-%02dT06:00:00Z' "$1"
}

# move DAY RULE CONTROL: and all is scored; "home" is the catalogue as it is, "none" no control
move() {
	awk -F '\t' -v OFS='\t' -v rule="$2" -v to="$3" '$1 != "aws_securityhub" || $2 != rule || to == "home" { print; next }
		to != "none" { $3 = to; print }' "$root/catalog/control_aliases.tsv" >"$tmp/control_aliases.tsv"
	must "$load_catalog" "$(day "$1")" "control_aliases.tsv=$tmp/control_aliases.tsv"
	must "$scorer" --once --now "$(day "$1")"
}

# where RULE: the risk that its finding is in, by id and subject; more than one are more lines
where() {
	sql "select r.risk_id, r.subject from isobar.risk as r join isobar.risk_explanation as e using (org_id, risk_id)
		join isobar.finding as f on f.org_id = 1 and f.finding_id = any (e.members)
		where r.org_id = 1 and r.open and f.rule like '%$1' order by 1"
}

open_risks() {
	sql "select count(*) from isobar.risk where open"
}

make_db
asff 1 bucket=moves control=S3.9 >"$tmp/one.json"
asff 2 bucket=moves control=S3.13 >>"$tmp/one.json"
must "$isobar" import --quiet --now "$(day 15)" "$tmp/one.json"
log=$(where S3.9)
life=$(where S3.13)
expect "two risks" 2 "$(open_risks)"

# Alone in its risk: the risk goes on, whatever it is about now.
move 16 S3.9 storage.public-access
expect "it goes on" "${log%%|*}|control:storage.public-access" "$(where S3.9)"
expect "none is left behind" 2 "$(open_risks)"
move 17 S3.9 none
expect "without a control, too" "${log%%|*}|rule:aws_securityhub/S3.9" "$(where S3.9)"
move 18 S3.9 home
expect "and back" "$log" "$(where S3.9)"
proves "a risk goes on when the catalogue moves its only rule"

# Into another one, and out of it again.
due=$(sql "select min(due_at) from isobar.risk where open")
move 19 S3.9 storage.lifecycle
expect "one risk" 1 "$(open_risks)"
expect "of both" "$(where S3.9)" "$(where S3.13)"
expect "due when the earlier one was" "$due" "$(sql "select due_at from isobar.risk where open")"
expect "whose id leads there" "$(where S3.9 | cut -d '|' -f 1)" "$(sql "select risk_id from isobar.risk_alias where reason = 2")"
joined=$(where S3.9 | cut -d '|' -f 1)
before=$(sql 'select sum(version) from isobar.risk')
sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset"
must "$scorer" --once --now "$(day 19)"
expect "scored again, nothing is written" "$before" "$(sql 'select sum(version) from isobar.risk')"
move 20 S3.9 home
expect "parted again" "${log#*|} ${life#*|}" "$(where S3.9 | cut -d '|' -f 2) $(where S3.13 | cut -d '|' -f 2)"
expect "two risks" 2 "$(open_risks)"
expect "one goes on" 1 "$({
	where S3.9
	where S3.13
} | grep -c "^$joined|")"
expect "no clock begins anew" "$due" "$(sql "select min(due_at) from isobar.risk where open")"
before=$(sql 'select sum(version) from isobar.risk')
sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset"
must "$scorer" --once --now "$(day 20)"
expect "scored again, nothing is written" "$before" "$(sql 'select sum(version) from isobar.risk')"
proves "two risks become one and are two again, and their clocks go on"

# A risk that was named without a control, when another rule takes the control's name.
make_db
move 14 S3.9 none
must "$isobar" import --quiet --now "$(day 15)" "$tmp/one.json"
native=$(where S3.9)
move 16 S3.9 home
expect "the same id under the control" "${native%%|*}|control:storage.access-logging" "$(where S3.9)"
move 17 S3.9 none
prowler bucket=moves check=s3_bucket_server_access_logging_enabled >"$tmp/two.json"
must "$isobar" import --quiet --now "$(day 18)" "$tmp/two.json"
expect "it keeps its id" "$native" "$(where S3.9)"
expect "the other tool's has another" "1 control:storage.access-logging" "$(where s3_bucket_server_access_logging_enabled |
	awk -F '|' -v other="${native%%|*}" '{ print ($1 != other), $2 }')"
proves "a risk is one group's"
done_testing
