#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every real payload beside the checkout, in one command: the formats that Isobar reads come in with
# plausible counts, everything else is refused by name and reason, and a second import writes nothing.
. "$(dirname "$0")/lib.sh"

corpus=$shared/corpus
[ -f "$corpus/MANIFEST.tsv" ] || skip "$corpus is absent"
tables=(finding control_state asset rule_fact risk risk_explanation sla_segment)

# Path, format, records, findings, of those passed checks.  Counts that differ from MANIFEST.tsv:
#  - records are elements of the list, and findings are counted after the fan-out: one a resource (two
#    records of securityhub_config_multiple_resources name five, one of securityhub_v2_events_samples
#    two) and one a CVE (Trivy reports hold results, and those vulnerabilities);
#  - metadata and Resource Graph's resources are facts and assets: no findings.
cat >"$tmp/want" <<'FILES'
aws/asff/heimdall_asff_sample.json	asff	18	18	1
aws/asff/many_vulns_list.json	asff	5	5	0
aws/asff/securityhub_config_many_findings.json	asff	3	3	3
aws/asff/securityhub_config_multiple_resources.json	asff	2	5	0
aws/asff/securityhub_config_repeated_findings.json	asff	2	2	2
aws/asff/securityhub_guardduty.json	asff	4	4	0
aws/asff/securityhub_inspector_ec2_cve.json	asff	5	5	0
aws/asff/securityhub_missing_account_id.json	asff	1	1	0
aws/asff/trivy_alpine310_asff.json	asff	4	4	0
aws/eventbridge/afsbp-rds.2.json	asff	1	1	0
aws/eventbridge/cis-1.4-nodetails.json	asff	1	1	0
aws/eventbridge/cis4142.json	asff	1	1	0
aws/eventbridge/pci-ec2.5.json	asff	1	1	0
aws/guardduty_native/event_accesskey_unusualbehavior.json	guardduty	1	2	0
aws/guardduty_native/event_instance_portprobe.json	guardduty	1	1	0
aws/inspector2/many_vul.json	inspector2	8	8	0
azure/alerts/list_subscription_2019-01-01_autodismiss.json	azure-alerts	1	1	0
azure/alerts/list_subscription_2021-01-01.json	azure-alerts	2	2	0
azure/alerts/sample_alert_defender_1.json	azure-alerts	1	1	0
azure/assessments/get_expand_metadata_2020-01-01.json	azure-assessments	1	1	0
azure/assessments/list_2020-01-01.json	azure-assessments	2	2	1
azure/assessments_metadata/list_2020-01-01.json	azure-assessment-metadata	3	0	0
azure/mdvm/report_one_vuln.json	azure-mdvm	1	1	0
azure/policystates/resource_expand_evaluation_details.json	azure-policy-states	2	2	0
azure/policystates/subscription.json	azure-policy-states	2	2	0
azure/policystates/subscription_nextlink.json	azure-policy-states	2	2	0
azure/recommendations_csv/many_vulns.csv	azure-portal-csv	4	4	1
azure/regulatory_compliance/getRegulatoryComplianceAssessmentList.json	azure-context	3	0	0
azure/regulatory_compliance/getRegulatoryComplianceControlList.json	azure-context	3	0	0
azure/resourcegraph/first_page_2019-04-01_table.json	azure-resource-graph-table	3	0	0
azure/resourcegraph/first_page_2021-03-01.json	azure-resource-graph	3	0	0
azure/resourcegraph/next_page_2021-03-01.json	azure-resource-graph	3	0	0
azure/securescores/controls_2020-01-01.json	azure-context	12	0	0
azure/securescores/list_2020-01-01.json	azure-context	1	0	0
azure/subassessments/list_subscription_2019-01-01-preview.json	azure-subassessments	2	2	1
cloudsploit/cloudsploit_many_vul.json	cloudsploit-json	6	5	0
cross_tool/aws_018134828551/guardduty_details.json	guardduty	2	2	0
cross_tool/aws_018134828551/guardduty_findings_incident.json	guardduty	2	2	0
cross_tool/aws_018134828551/prowler_cis_6.0.csv	prowler-compliance	120	120	39
cross_tool/aws_018134828551/prowler_cloudtrail_after.ocsf.json	ocsf	44	44	37
cross_tool/aws_018134828551/prowler_cloudtrail_before.csv	prowler-csv	35	35	0
cross_tool/aws_018134828551/prowler_cloudtrail_before.ocsf.json	ocsf	35	35	0
cross_tool/aws_018134828551/securityhub_findings.asff.json	asff	45	45	26
cross_tool/aws_018134828551/securityhub_findings_incident_nexttoken.asff.json	asff	10	10	1
cross_tool/multi_estate/cloudsploit_aws.csv	cloudsploit-csv	261	95	39
cross_tool/multi_estate/scoutsuite_aws-871393296284.js	scoutsuite	1	298	0
gcp/artifact_analysis/many_vulns.json	gcp-artifact-analysis	1	7	0
gcp/scc/list_results_threat.json	gcp-scc	1	1	0
gcp/scc_notification/bad_ip_scc.json	gcp-scc	1	1	0
gcp/scc_notification/open_firewall-remediated.json	gcp-scc	1	1	0
gcp/scc_notification/public_bucket_acl.json	gcp-scc	1	1	0
gcp/scc_notification/sql_no_root_password-remediated.json	gcp-scc	1	1	0
gcp/scc_notification/ssh_brute_force-remediated.json	gcp-scc	1	1	0
generic/generic_csv_with_epss.csv	generic-csv	1	1	0
generic/generic_non_numeric_fields.json	generic-json	3	3	0
generic/generic_report1.csv	generic-csv	5	5	0
generic/generic_report1.json	generic-json	2	2	0
lacework/event_01.json	lacework	1	1	0
lacework/test_security_group_change.json	lacework	1	1	0
oci/cloudguard/oci_cg_SUSPICIOUS_IP_ACTIVITY.json	oci-cloudguard-events	1	1	0
oci/cloudguard/oci_cg_VCN_Security_list.json	oci-cloudguard-events	1	1	0
oci/cloudguard/oci_cg_vss.json	oci-cloudguard-events	1	52	0
ocsf/securityhub_v2_events_samples.json	ocsf	3	4	0
ocsf/securitylake_compliance_finding_1.1.0.asff.json	asff	1	1	0
ocsf/securitylake_compliance_finding_1.1.0.ocsf.json	ocsf	1	1	0
ocsf/securitylake_vulnerability_finding_1.1.0.asff.json	asff	1	1	0
ocsf/securitylake_vulnerability_finding_1.1.0.ocsf.json	ocsf	1	1	0
orca/many_vulns.csv	orca-alerts	5	5	0
orca/many_vulns.json	orca-alerts	5	5	0
prisma/prismacloud_sample.csv	twistlock-csv	94	94	0
prisma/scan_report_prisma_twistlock_images_four_vulns.csv	twistlock-csv	4	4	0
prowler/example_aws.csv	prowler-csv	4	4	0
prowler/example_aws.ocsf.json	ocsf	5	5	0
prowler/example_azure.csv	prowler-csv	4	4	3
prowler/example_azure.ocsf.json	ocsf	5	5	0
prowler/heimdall_prowler_sample.asff-lines.json	asff	10	10	0
prowler/v2_many_vuln.csv	prowler-v2-csv	4	4	0
prowler/v2_many_vuln.ndjson	prowler-v2-json	6	6	1
prowler/v3_many_vuln.json	prowler-json	3	3	0
qualys/Qualys_Sample_Report.csv	qualys-csv	6	28	0
qualys/vmdr_many_vulns_cve.csv	qualys-csv	5	5	0
sarif/appendix_k.sarif	sarif	1	1	0
sarif/bash-report.sarif	sarif	1	27	0
sarif/dockle_0_3_15.sarif	sarif	1	4	0
sarif/no_runs.sarif	sarif	1	0	0
sarif/suppression_test.sarif	sarif	1	5	0
sarif/trivy_alpine310.sarif	sarif	1	4	0
sarif/tutorial_Suppressions.sarif	sarif	1	9	0
scoutsuite/two_findings.js	scoutsuite	1	4	0
steampipe/check_output.csv	steampipe-csv	21	21	10
steampipe/check_output.json	steampipe-json	1	21	10
tenable/issue_9612.csv	tenable-csv	3	3	0
tenable/tenable_many_vuln.csv	tenable-csv	20	20	0
trivy/all_statuses.json	trivy	1	8	0
trivy/golden_alpine-310.json	trivy	1	4	0
trivy/golden_npm-with-dev.json	trivy	1	1	0
trivy/golden_ubuntu-1804.json	trivy	1	5	0
trivy/k8s-results_unexpected-attribute.json	trivy-k8s	1	1	0
trivy/kubernetes.json	trivy-k8s	1	20	0
trivy/legacy_many_vulns.json	trivy-legacy	1	93	0
trivy/misconfigurations_and_secrets.json	trivy	4	5	0
trivy/scheme_2_many_vulns.json	trivy	3	5	0
trivy_operator/configauditreport_many.json	trivy-operator	1	13	0
trivy_operator/vulnerabilityreport_many.json	trivy-operator	1	41	0
wiz/config_finding_api_event1.json	wiz-configuration-findings	1	1	1
wiz/issue_api_event1.json	wiz-issues	1	1	0
wiz/issue_api_event3.json	wiz-issues	1	1	0
wiz/issue_api_gen_event10.json	wiz-issues	1	1	0
wiz/issues_csv_one_finding.csv	wiz-issues-csv	1	1	0
wiz/issues_csv_resolved_findings.csv	wiz-issues-csv	3	3	0
wiz/issues_csv_sca_format.csv	wiz-vulnerabilities-csv	5	5	0
wiz/wizcli_img_many_vul.json	wiz-cli	1	9	0
FILES

# Files that are broken, and what is said of them.
cat >"$tmp/broken" <<'FILES'
malformed/kubehunter_empty_zero_bytes.json	empty file
malformed/openvex_not_a_document.json	the element is not an object
malformed/scoutsuite_invalid-file.json	expected a member's name at offset 1
aws/inspector2/zero_vul.json	empty
FILES

make_db
start=$SECONDS
run "$isobar" import --json --now "$now" "$corpus"
mv "$out" "$tmp/first"
mv "$err" "$tmp/said"
expect "exit code: done in part" 3 "$code"
jq -r '[.file, .format // "", .records, .findings, .passing, .new, .quarantined, .error // ""] | @tsv' \
	"$tmp/first" | sed "s#^$corpus/##" | sort >"$tmp/table"
printf '%-82s %-26s %8s %9s %8s %6s %4s\n' file format records findings passing new bad
awk -F '\t' '$8 == "" { printf "%-82s %-26s %8d %9d %8d %6d %4d\n", $1, $2, $3, $4, $5, $6, $7 }' "$tmp/table"
awk -F '\t' '$8 != "" { printf "%-82s refused: %s\n", $1, $8 }' "$tmp/table"

expect "files walked" "$(find -L "$corpus" -type f ! -name '.*' | wc -l)" "$(wc -l <"$tmp/table")"
awk -F '\t' -v OFS='\t' '$8 == "" { print $1, $2, $3, $4, $5 }' "$tmp/table" >"$tmp/got"
sort "$tmp/want" >"$tmp/want.sorted"
expect_same "what is read, and how" "$tmp/want.sorted" "$tmp/got"
# Failures about a region of an account that the file does not name.
# Rows of CloudSploit that fail without a resource, and a secret of which its report does not name the rule.
expect "quarantined" "cloudsploit_aws.csv 94
k8s-results_unexpected-attribute.json 1" "$(jq -r 'select(.quarantined > 0) |
	"\(.file | split("/")[-1]) \(.quarantined)"' "$tmp/first")"
proves "every file of a known format is read in it, whole"

awk -F '\t' '$8 != ""' "$tmp/table" | cut -f 1 >"$tmp/refused"
while read -r file; do
	expect "$file is named once, with its reason" 1 \
		"$(grep -cF "isobar import: $corpus/$file: " "$tmp/said" || true)"
done <"$tmp/refused"
expect "lines beside those" 1 "$(grep -vcF "isobar import: $corpus/" "$tmp/said" || true)"
while IFS=$'\t' read -r file reason; do
	grep -F "$corpus/$file: " "$tmp/said" | grep -qF "$reason" ||
		fail "$file is refused for its reason" "$(grep -F "$file" "$tmp/said")"
done <"$tmp/broken"
expect "refused files that stored something" 0 "$(sql "
	select count(*) from isobar.run as r where r.state = 2
	   and (exists (select from isobar.finding as f where f.org_id = r.org_id and f.run_id = r.run_id)
	        or exists (select from isobar.quarantine as q where q.org_id = r.org_id and q.run_id = r.run_id))")"
proves "every other file is refused by name and reason, and leaves nothing"

dump_tables "$tmp/1" "${tables[@]}"
run "$isobar" import --json --quiet --now "$now" "$corpus"
expect "exit code of the second import" 3 "$code"
expect "new and changed in the second import" 0 "$(jq -s 'map(.new + .changed + .closed) | add' "$out")"
dump_tables "$tmp/2" "${tables[@]}"
expect_same_dumps "second import" "$tmp/1" "$tmp/2" "${tables[@]}"
proves "a second import writes nothing"

run "$isobar" import --json --quiet --now 2026-11-16T06:00:00Z "$corpus"
expect "exit code a day later" 3 "$code"
jq -r 'select(.new + .changed + .closed > 0) | [.file, .new, .changed, .closed] | @tsv' "$out" >"$tmp/later"
expect "new, changed, closed a day later" "" "$(cat "$tmp/later")"
dump_tables "$tmp/3" "${tables[@]}"
expect_same_dumps "a day later" "$tmp/1" "$tmp/3" "${tables[@]}"
proves "nor does one a day later"

# Accounts that several tools saw, some in two forms of one export.
run "$isobar" findings --json --limit 0
mv "$out" "$tmp/findings"
guardduty=f8cfc036f2d5c39fed336a93217d0369
expect "findings of GuardDuty's own file and of Security Hub" 1 \
	"$(jq -s "map(select(.native_id | endswith(\"/$guardduty\"))) | length" "$tmp/findings")"
proves "one finding of GuardDuty in two forms is one finding of one risk"

uids=$(jq -r '.[].finding_info.uid' "$corpus/cross_tool/aws_018134828551/prowler_cloudtrail_before.ocsf.json" | sort -u)
expect "uids of the scan" 35 "$(wc -l <<<"$uids")"
expect "findings of the scan" 35 "$(jq -r 'select(.connector == "prowler") | .native_id' "$tmp/findings" |
	grep -cFxf - <(echo "$uids"))"
expect "findings with one uid" "" "$(jq -r 'select(.connector == "prowler") | .native_id' "$tmp/findings" |
	grep -Fxf <(echo "$uids") | sort | uniq -d)"
proves "a scan of Prowler in OCSF and in CSV counts once"

expect "Security Hub and Prowler on one trail" "control:cloudtrail.kms|2" "$(sql "
	select r.subject || '|' || cardinality(r.source_ids)
	  from isobar.risk as r
	  join isobar.asset as a using (org_id, asset_id)
	 where a.id = 'arn:aws:cloudtrail:eu-north-1:018134828551:trail/security-audit-trail'
	   and r.subject = 'control:cloudtrail.kms'")"
proves "CloudTrail.2 and cloudtrail_kms_encryption_enabled on one trail are one risk"

# Fifteen are the default group of a network, two let SSH in.
expect "security groups of which two tools say the same" 17 "$(sql "
	select count(distinct r.asset_id)
	  from isobar.risk as r
	  join isobar.asset as a using (org_id, asset_id)
	 where a.id like '%:security-group/%'
	   and a.account = '871393296284'
	   and r.open
	   and r.subject in ('control:net.default-group', 'control:net.ssh-open')
	   and (select array_agg(distinct s.connector order by s.connector)
	          from isobar.source as s
	         where s.org_id = r.org_id
	           and s.source_id = any (r.source_ids)) = '{cloudsploit,scoutsuite}'")"
proves "the security groups that CloudSploit and ScoutSuite share merge"
say "in $((SECONDS - start)) s"
done_testing
