#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The sample estate shows each toxic rule.  Closing one element of a path closes it in one pass of the
# scorer, and lowers its members by what the path gave them and nothing else; what comes back is the
# same path.
. "$(dirname "$0")/lib.sh"

minute=0

# Each import and each pass is a minute after the last one.
tick() {
	minute=$((minute + 1))
	at=$(printf '2026-11-15T%02d:%02d:00Z' $((6 + minute / 60)) $((minute % 60)))
}

# score_once CASE: a pass of the scorer, which leaves nothing to do.
score_once() {
	must "$scorer" --once --now "$at"
	expect "$1: marks left to score" 0 \
		"$(sql 'select (select count(*) from isobar.dirty_mark) + (select count(*) from isobar.path_mark)')"
}

# bring CASE FILE: imports the file and lets the scorer pass once.
bring() {
	must "$isobar" import --no-score --quiet --now "$at" "$2"
	score_once "$1"
}

# take FILE FILTER: the records of a file of the sample that the filter picks, one a line.
take() {
	jq -c "if type == \"array\" then .[] elif .value then .value[] elif .Findings then .Findings[]
		elif .data then .data[] else . end | select($2)" "$sample/$1"
}

# What CHANGE makes of each shape of record.  passed: it is as it should be; renewed: as it was, later.  Macie's
# finding stays: what a command does not say again of an asset is withdrawn.
passed() {
	jq -c --arg at "$at" '
		if .ProductName == "Macie" then .
		elif .complianceState then .complianceState = "Compliant" | .isCompliant = true
		elif .status_code then .status_code = "PASS"
		elif .Compliance then .Compliance.Status = "PASSED" | .Workflow.Status = "RESOLVED"
		elif .RecordState then .RecordState = "ARCHIVED"
		elif .tool then .state = "fixed" | .fixed_at = $at
		elif .properties.status then .properties.status.code = "Healthy"
		else error("no verdict") end' | renewed
}

renewed() {
	jq -c --arg at "$at" '
		if .complianceState then .timestamp = $at
		elif .status_code then .time = ($at | fromdate) | .finding_info.created_time = .time
		elif .UpdatedAt then .UpdatedAt = $at
		elif .tool then .updated_at = $at
		elif .properties.status then .properties.timeGenerated = $at
		else . end'
}

# The principal may read settings and no more; the other assignments stay.
reading_role() {
	jq -c --arg of "$role_of" 'if .properties.principalId == $of and (.properties.scope | test("^/subscriptions/[^/]*$"))
		then .properties.roleDefinitionId |= sub("[^/]*$"; "acdd72a7-3385-48ef-bd42-f606fba81ae7") else . end'
}

# The role trusts another repository.
other_trust() {
	jq -c '.Resources[0].Details.AwsIamRole.AssumeRolePolicyDocument |= sub("repo:[^:]*"; "repo:meridian-freight/other")' |
		renewed
}

# The twelve factors of each score in their order, and what policy adds: path is the tenth, policy the last.
snapshot() {
	sql "set client_min_messages = warning; drop table if exists $1;
	     create table $1 as
	     select r.risk_id, r.asset_id, r.subject, r.open, r.score, e.points,
	            exists (select from isobar.path_member as m
	                      join isobar.path as p using (org_id, target_id, entry_id, rule)
	                     where m.org_id = r.org_id and m.risk_id = r.risk_id and p.level > 0) as member
	       from isobar.risk as r
	       join isobar.risk_explanation as e using (org_id, risk_id)"
}

open_paths() {
	sql "select count(*) from isobar.risk where open and subject = 'path:$1'"
}

# As "subject: before -> after" of each: what stayed open and moved otherwise than by the path's part.  Two things
# that are no path's go with a closed risk: its asset may lose a failing layer, and what lies one step behind its
# asset the points of level 1.  Paths aside, whose scores follow their members.
moved_otherwise() {
	sql "with closed as (
	       select distinct b.asset_id from before as b join after as a using (risk_id) where b.open and not a.open
	     ), moved as (
	       select b.risk_id, b.asset_id, b.subject, b.member, b.points as old, a.points as new, b.score - a.score as fell,
	              (b.points[10] + b.points[13]) - (a.points[10] + a.points[13]) as part,
	              b.points[11] - a.points[11] as layers
	         from before as b
	         join after as a using (risk_id)
	        where a.open and b.open and b.subject not like 'path:%' and b.points <> a.points
	     )
	     select subject || ': ' || old::text || ' -> ' || new::text
	       from moved as m
	      where fell <> part + layers
	         or old[1:9] || old[12] <> new[1:9] || new[12]
	         or (layers <> 0 and asset_id not in (select asset_id from closed))
	         or (part <> 0 and not (member and old[10] > new[10])
	             and not (old[10] = 20 and new[10] = 0
	                      and exists (select from isobar.asset_edge as e
	                                   where e.to_id = m.asset_id and e.from_id in (select asset_id from closed))))"
}

# closes RULE CHANGE PATHS FALL CLOSED RECORDS…: the change to the records, a file for each shape of them, closes
# PATHS paths of the rule.  FALL members stay open and fall, CLOSED risks are closed in all, paths among them.
closes() {
	local rule=$1 change=$2 paths=$3 fall=$4 closed=$5 records
	tick
	snapshot before
	paths=$(($(open_paths "$rule") - paths))
	rm -rf "$tmp/original" "$tmp/change" "$tmp/renewed"
	mkdir "$tmp/original" "$tmp/change" "$tmp/renewed"
	for records in "${@:6}"; do
		cat "$records" >"$tmp/original/$(basename "$records").ndjson"
	done
	for records in "$tmp/original"/*; do
		expect_some "$rule: records to change" "$(wc -l <"$records")"
		"$change" <"$records" >"$tmp/change/$(basename "$records")"
	done
	bring "$rule" "$tmp/change"
	snapshot after
	expect "$rule: its paths that are left" "$paths" "$(open_paths "$rule")"
	expect "$rule: risks that closed" "$closed" \
		"$(sql 'select count(*) from before as b join after as a using (risk_id) where b.open and not a.open')"
	expect "$rule: members that fell" "$fall" \
		"$(sql 'select count(*) from before as b join after as a using (risk_id)
		         where b.member and a.open and a.score < b.score and a.points[10] < b.points[10]')"
	expect "$rule: what moved otherwise" "" "$(moved_otherwise)"

	tick
	for records in "$tmp/original"/*; do
		renewed <"$records" >"$tmp/renewed/$(basename "$records")"
	done
	bring "$rule, again" "$tmp/renewed"
	snapshot again
	expect "$rule: ids, states and scores when it is back" "" \
		"$(sql 'select b.subject, b.points, a.open, a.points
		          from before as b full join again as a using (risk_id)
		         where (b.open, b.score, b.points) is distinct from (a.open, a.score, a.points)')"
	proves "$rule: one element less closes it and lowers its members alone; it comes back the same"
}

make_db
at=$now
must "$isobar" intel load --quiet --now "$now" "$root"/deploy/sample-intel/*
must "$isobar" import --quiet --now "$now" "$sample"
expect "rules without an open path" "" "$(cut -f 1 "$root/catalog/toxic_rules.tsv" | sed 1d | while read -r rule; do
	[ "$(open_paths "$rule")" -gt 0 ] || say "$rule"
done)"
expect "rules of the catalogue" 10 "$(sed 1d "$root/catalog/toxic_rules.tsv" | wc -l)"
proves "the sample estate shows each of the ten rules"

# principal_of NAME: the identity that the machine or cluster acts with.
principal_of() {
	take azure/resource-graph-resources.json ".name == \"$1\"" |
		jq -r '.identity.principalId // .properties.identityProfile.kubeletidentity.objectId'
}

on() {
	printf '(.resourceId // "" | ascii_downcase | endswith("/%s"))' "$1"
}

role_of=$(principal_of vm-edge-01)
closes exploitable-entry-broad-rights reading_role 1 3 1 <(take azure/resource-graph-authorization.json true)
closes takeover-to-sensitive-data passed 1 0 2 <(take azure/defender-subassessments.json \
	'.properties.id == "CVE-2021-44228" and (.id | test("vm-edge-01"))')
closes live-secret-broad-rights other_trust 1 2 2 <(take aws/securityhub-findings.json \
	'.Resources[0].Id == "arn:aws:iam::111122223333:role/manifest-deploy"')
closes public-storage-sensitive-data passed 1 0 3 \
	<(take aws/prowler-aws.ocsf.json '.resources[0].name == "meridian-customs-scans" and
		(.metadata.event_code | test("public_access$|public_access_block$"))') \
	<({ take aws/securityhub-findings-eu.ndjson true; take aws/securityhub-findings.json true; } | jq -c \
		'select(.Resources[0].Id == "arn:aws:s3:::meridian-customs-scans" and
		        (.ProductName == "Macie" or (.Compliance.SecurityControlId | IN("S3.2", "S3.8"))))')
closes admin-without-mfa passed 1 0 2 \
	<(take aws/prowler-aws.ocsf.json '.cloud.account.uid == "444455556666" and .metadata.event_code == "iam_root_mfa_enabled"') \
	<(take aws/securityhub-findings.json '.AwsAccountId == "444455556666" and .Compliance.SecurityControlId == "IAM.9"')
closes wildcard-trust-admin passed 1 0 2 <(take aws/securityhub-findings.json '.GeneratorId == "aws/access-analyzer"')
role_of=$(principal_of aks-harbor)
closes public-cluster-privileged-pod reading_role 1 2 1 <(take azure/resource-graph-authorization.json true)
closes exploited-unwatched passed 1 2 2 <(take azure/defender-subassessments.json \
	'.properties.id == "CVE-2023-4911" and (.id | test("vm-rates-01"))')
closes open-management-password passed 2 2 3 \
	<(take azure/policy-states.json ".policyDefinitionName == \"630c64f9-8b6b-4c64-b511-6544ceff6fd6\" and $(on vm-edge-01)") \
	<(take azure/prowler-azure.ocsf.json \
		'.metadata.event_code == "vm_linux_enforce_ssh_authentication" and .resources[0].name == "vm-edge-01"')
closes pipeline-owner-unprotected-branch passed 1 0 2 <(take github/code-scanning-alerts.json \
	'.number == 3 and (.html_url | test("manifest-deploy"))')

# Another scorer looks at the paths meanwhile: what it marks is scored by the one that waits for it, so that who
# has imported beside a running scorer sees the queue as it is.
sql "insert into isobar.path_mark (org_id, asset_id) select org_id, asset_id from isobar.risk order by risk_id limit 1"
sql "begin; delete from isobar.path_mark;
     insert into isobar.dirty_mark (org_id, asset_id, run_id)
     select org_id, asset_id, 0 from isobar.risk order by risk_id limit 1;
     select pg_sleep(2); commit" >/dev/null &
other=$!
for _ in $(seq 100); do
	[ "$(sql "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()")" = 0 ] || break
	sleep 0.02
done
score_once "beside another scorer's look at the paths"
wait "$other"
proves "what another scorer's look at the paths marks is scored before the end"

done_testing
