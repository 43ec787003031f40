#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Providers that change the form of their findings: Security Hub's consolidated control findings, switched on and
# off, and Defender's grouped recommendations that become individual ones.  Ids, titles and generators are others;
# the risk keeps id, begin, clock, ticket and history, and nothing is resolved or opened again in between.
. "$(dirname "$0")/lib.sh"

day() {
	printf '2026-11-%02dT06:00:00Z' "$1"
}

# control TRAIL FORM STATE [COMPLIANCE]: what Security Hub says of the control CloudTrail.2 (CIS 1.2.0: 2.7).
# Forms: fsbp and cis, one for each standard; one, consolidated.
control() {
	local trail=$1 form=$2 state=$3 compliance=${4:-FAILED} id generator title fields=
	local arn=arn:aws:securityhub:eu-west-1:111122223333
	case $form in
	fsbp)
		id=$arn:subscription/aws-foundational-security-best-practices/v/1.0.0/CloudTrail.2/finding/$trail-fsbp
		generator=aws-foundational-security-best-practices/v/1.0.0/CloudTrail.2
		title="CloudTrail.2 CloudTrail should have encryption at-rest enabled"
		fields='"StandardsArn":"arn:aws:securityhub:::standards/aws-foundational-security-best-practices/v/1.0.0","ControlId":"CloudTrail.2"'
		;;
	cis)
		id=$arn:subscription/cis-aws-foundations-benchmark/v/1.2.0/2.7/finding/$trail-cis
		generator=arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/2.7
		title="2.7 Ensure CloudTrail logs are encrypted at rest using KMS CMKs"
		fields='"StandardsGuideArn":"arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0","RuleId":"2.7"'
		;;
	one)
		id=$arn:security-control/CloudTrail.2/finding/$trail-one
		generator=security-control/CloudTrail.2
		title="CloudTrail should have encryption at-rest enabled"
		;;
	esac
	printf '{"SchemaVersion":"2018-10-08","Id":"%s","ProductName":"Security Hub","CompanyName":"AWS",' "$id"
	printf '"ProductArn":"arn:aws:securityhub:eu-west-1::product/aws/securityhub","Region":"eu-west-1",'
	printf '"GeneratorId":"%s","AwsAccountId":"111122223333","Title":"%s","Description":"Made for a test.",' "$generator" "$title"
	printf '"Types":["Software and Configuration Checks/Industry and Regulatory Standards"],"ProductFields":{%s},' "$fields"
	printf '"CreatedAt":"%s","UpdatedAt":"%s","Severity":{"Label":"MEDIUM"},' "$(day 1)" "$updated"
	printf '"Resources":[{"Type":"AwsCloudTrailTrail","Id":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/%s",' "$trail"
	printf '"Partition":"aws","Region":"eu-west-1"}],"Compliance":{"Status":"%s"' "$compliance"
	[ "$form" != one ] ||
		printf ',"SecurityControlId":"CloudTrail.2","AssociatedStandards":[{"StandardsId":"standards/aws-foundational-security-best-practices/v/1.0.0"}]'
	printf '},"Workflow":{"Status":"NEW"},"RecordState":"%s"}\n' "$state"
}

# machine KEY CODE [CVE…]: an individual recommendation about software of one virtual machine, with what it mends
vm=/subscriptions/33333333-4444-4555-8666-777777777777/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1
machine() {
	local key=$1 code=$2 cve separator=
	shift 2
	printf '{"id":"%s/providers/Microsoft.Security/assessments/%s","name":"%s",' "$vm" "$key" "$key"
	printf '"type":"Microsoft.Security/assessments","properties":{"displayName":"Update of a test",'
	printf '"resourceDetails":{"source":"Azure","id":"%s"},' "$vm"
	printf '"status":{"code":"%s","statusChangeDate":"%s"},' "$code" "$updated"
	printf '"metadata":{"severity":"High","assessmentType":"BuiltIn"},"additionalData":{"cve":['
	for cve in "$@"; do
		printf '%s{"title":"%s","link":""}' "$separator" "$cve"
		separator=,
	done
	printf ']}}}\n'
}

# part CVE CODE: the same as subassessment of "Machines should have vulnerability findings resolved"
part() {
	printf '{"id":"%s/providers/Microsoft.Security/assessments/1195afff-c881-495e-9bc5-1486211ae03f/subAssessments/sub-%s",' "$vm" "$1"
	printf '"name":"sub-%s","type":"Microsoft.Security/assessments/subAssessments","properties":{"id":"%s",' "$1" "$1"
	printf '"displayName":"A flaw of a test","status":{"code":"%s","severity":"High"},' "$2"
	printf '"resourceDetails":{"source":"Azure","id":"%s"},"timeGenerated":"%s",' "$vm" "$updated"
	printf '"additionalData":{"assessedResourceType":"ServerVulnerability","cve":[{"title":"%s","link":""}]}}}\n' "$1"
}

# import DAY FILE [OPTION…]
import() {
	local at=$1 file=$2
	shift 2
	must "$isobar" import --quiet "$@" --now "$(day "$at")" "$file"
}

# lives: what must go on of every risk
lives() {
	sql "select r.risk_id, r.subject, r.state, r.opened_at, r.due_at,
		(select string_agg(concat_ws(' ', from_at, mode, band, reason), ', ' order by segment_no)
			from isobar.sla_segment as s where s.org_id = 1 and s.risk_id = r.risk_id),
		(select count(*) from isobar.ticket as t where t.org_id = 1 and t.risk_id = r.risk_id)
		from isobar.risk as r where r.org_id = 1 order by r.risk_id"
}
interrupted() {
	sql "select count(*) from isobar.risk_event where org_id = 1 and kind in (3, 4, 8)"
}
goes_on() {
	lives >"$tmp/now"
	expect_same "$1: every risk goes on" "$tmp/first" "$tmp/now"
	expect "$1: nothing is resolved, opened again or merged" 0 "$(interrupted)"
}
hangs() { # open findings of the risk of a trail
	sql "select count(*) from isobar.risk as r join isobar.risk_explanation as e using (org_id, risk_id)
		join isobar.asset as a using (org_id, asset_id)
		join isobar.finding as f on f.org_id = 1 and f.finding_id = any (e.members) and f.state = 0
		where a.id like '%/$1' or a.id like '%/$1.%'"
}

# Every rule of a CIS benchmark is a control that has an id of its own, which consolidated findings name.
expect "no rule of a standard is left alone by the catalogue" "" "$(awk -F '\t' '$1 == "aws_securityhub" {
		if ($2 ~ /^cis-/) standard[$2] = $3
		else if ($2 ~ /^[A-Z][A-Za-z0-9]*[.][0-9]+$/) known[$3] = 1
	} END { for (rule in standard) if (!known[standard[rule]]) print rule }' "$root/catalog/control_aliases.tsv")"

# --- Security Hub ---
make_db
updated=$(day 10)
for trail in together newfirst oldfirst mended; do
	control $trail fsbp ACTIVE
	control $trail cis ACTIVE
done >"$tmp/standards.json"
import 10 "$tmp/standards.json"
expect "a control is one risk, whichever standard says so" "4 2" \
	"$(sql "select count(*) from isobar.risk") $(hangs together)"
sql "insert into isobar.ticket (org_id, ticket_id, endpoint_id, risk_id, external_key, state, created_at)
	select 1, gen_random_uuid(), 1, risk_id, 'SEC-' || risk_id, 1, now() from isobar.risk"
lives >"$tmp/first"

# Switched on.  Of one the old ones are archived with the new one, of one before it, of one after it.
updated=$(day 12)
{
	for form in fsbp cis; do
		control together $form ARCHIVED
		control oldfirst $form ARCHIVED
		control mended $form ARCHIVED
	done
	control together one ACTIVE
	control newfirst one ACTIVE
} >"$tmp/switched.json"
import 12 "$tmp/switched.json" --renaming
goes_on "while it is switched"
expect "the old ones stay until they may end" "3 3 2" "$(hangs together) $(hangs newfirst) $(hangs oldfirst)"
updated=$(day 13)
{
	control oldfirst one ACTIVE
	control newfirst fsbp ARCHIVED
	control newfirst cis ARCHIVED
} >"$tmp/rest.json"
import 13 "$tmp/rest.json" --renaming
goes_on "when all of the new form are there"
grep -e together -e oldfirst "$tmp/switched.json" >"$tmp/ended.json"
cat "$tmp/rest.json" >>"$tmp/ended.json"
import 14 "$tmp/ended.json"
goes_on "when the old ones have ended"
expect "each has the one finding" "1 1 1" "$(hangs together) $(hangs newfirst) $(hangs oldfirst)"
proves "consolidated control findings switched on: in either order every risk goes on"

# What really was mended ends: by a check that passes even while it is switched, by its archive afterwards.
updated=$(day 15)
control oldfirst one ACTIVE PASSED >"$tmp/passed.json"
import 15 "$tmp/passed.json" --renaming
expect "a check that passes" 6 "$(sql "select state from isobar.risk as r join isobar.asset as a using (org_id, asset_id) where a.id like '%/oldfirst'")"
import 15 "$tmp/switched.json"
expect "an archive without a new one" 6 "$(sql "select state from isobar.risk as r join isobar.asset as a using (org_id, asset_id) where a.id like '%/mended'")"
expect "and these two alone" 2 "$(interrupted)"
run "$isobar" import --renaming --complete "$tmp/passed.json"
expect_code "who believes what is absent says so alone" 2
proves "what was mended ends all the same"

# Switched off again: the old ids come back, with the consolidated one archived beside them.
lives | grep -v '|6|' >"$tmp/first"
updated=$(day 16)
{
	control together one ARCHIVED
	control together fsbp ACTIVE
	control together cis ACTIVE
} >"$tmp/off.json"
import 16 "$tmp/off.json"
lives | grep -v '|6|' >"$tmp/now"
expect_same "switched off in one import, every risk goes on" "$tmp/first" "$tmp/now"
expect "with both standards" 2 "$(hangs together)"
expect "nothing more was interrupted" 2 "$(interrupted)"
proves "consolidated control findings switched off"

# --- Defender ---
make_db
updated=$(day 10)
{
	part CVE-2026-1001 Unhealthy
	part CVE-2026-1002 Unhealthy
	part CVE-2026-1003 Unhealthy
} >"$tmp/grouped.json"
import 10 "$tmp/grouped.json"
expect "three flaws" 3 "$(sql "select count(*) from isobar.risk where subject like 'cve:%'")"
sql "insert into isobar.ticket (org_id, ticket_id, endpoint_id, risk_id, external_key, state, created_at)
	select 1, gen_random_uuid(), 1, risk_id, 'SEC-' || risk_id, 1, now() from isobar.risk"
lives >"$tmp/first"
updated=$(day 12)
{
	machine 0a0a0a0a-1111-4111-8111-000000000001 Unhealthy CVE-2026-1001 CVE-2026-1002
	machine 0a0a0a0a-1111-4111-8111-000000000002 Unhealthy CVE-2026-1003
} >"$tmp/individual.json"
import 12 "$tmp/individual.json"
goes_on "both models side by side"
expect "each flaw by both" 6 "$(hangs vm-1)"
# The grouped one is gone: two complete listings, as scanners miss things.
updated=$(day 13)
import 13 "$tmp/individual.json" --complete
import 14 "$tmp/individual.json" --complete
goes_on "the grouped one is gone"
expect "each flaw by the new one" 3 "$(hangs vm-1)"
updated=$(day 15)
machine 0a0a0a0a-1111-4111-8111-000000000001 Healthy CVE-2026-1001 CVE-2026-1002 >"$tmp/healthy.json"
import 15 "$tmp/healthy.json"
expect "an update that was made ends its flaws, and no other" "6 6 0" \
	"$(sql "select string_agg(state::text, ' ' order by subject) from isobar.risk where subject like 'cve:%'")"
proves "grouped recommendations that become individual ones"
done_testing
