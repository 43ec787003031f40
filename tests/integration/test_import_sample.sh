#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The sample estate goes in as deploy/quickstart.sh imports it, and what comes out is the story that
# docs/sample-estate.md tells.
. "$(dirname "$0")/lib.sh"

tables=(finding control_state asset risk risk_explanation sla_segment)

# File, format, records, findings after the fan-out, how many of those are passed checks.
cat >"$tmp/files" <<'FILES'
aws/prowler-aws.ocsf.json	ocsf	351	351	176
aws/securityhub-findings-eu.ndjson	asff	124	124	54
aws/securityhub-findings.json	asff	199	200	74
azure/defender-alerts.json	azure-alerts	6	6	0
azure/defender-assessment-metadata.json	azure-assessment-metadata	14	0	0
azure/defender-assessments.json	azure-assessments	136	125	89
azure/defender-portal-export.csv	azure-portal-csv	29	29	0
azure/defender-subassessments.json	azure-subassessments	42	42	1
azure/policy-states.json	azure-policy-states	235	235	99
azure/prowler-azure.ocsf.json	ocsf	207	207	112
azure/resource-graph-authorization.json	azure-resource-graph	7	0	0
azure/resource-graph-resources.json	azure-resource-graph	130	0	0
gcp/prowler-gcp.ocsf.json	ocsf	131	131	61
gcp/scc-findings.json	gcp-scc	72	72	0
github/code-scanning-alerts.json	github-code-scanning	3	3	0
github/secret-scanning-alerts.json	github-secret-scanning	3	3	0
images/trivy-booking-api.json	trivy	3	14	0
images/trivy-manifest-worker.json	trivy	2	5	0
images/trivy-rates-engine.json	trivy	2	5	0
images/trivy-tracking-web.json	trivy	2	7	0
FILES

make_db
run "$isobar" import --json --quiet --now "$now" "$sample"
expect_code "first import" 0
expect "first import says nothing on stderr" "" "$(cat "$err")"
jq -r '[.file, .format, .records, .findings, .passing] | @tsv' "$out" | sed "s#^$sample/##" |
	sort >"$tmp/got"
sort "$tmp/files" >"$tmp/want"
expect_same "files, formats and counts" "$tmp/want" "$tmp/got"
expect "errors, quarantined" "0" "$(jq -s 'map(select(.error != null or .quarantined != 0)) | length' "$out")"
proves "every file of the sample is read in its format, whole"

expect "findings" 1559 "$(jq -s 'map(.findings) | add' "$out")"
expect "distinct findings and passed checks" 1526 "$(jq -s 'map(.new) | add' "$out")"
expect "the portal export adds no finding" 0 \
	"$(jq 'select(.file | endswith("portal-export.csv")) | .new' "$out")"
expect "rows are what was counted as new" 1526 \
	"$(sql 'select (select count(*) from isobar.finding) + (select count(*) from isobar.control_state)')"
expect "no mark is left to score" 0 "$(sql 'select count(*) from isobar.dirty_mark')"
proves "1,559 findings are 1,526, and all of them are scored"

dump_tables "$tmp/first" "${tables[@]}"
events=$(sql 'select count(*) from isobar.risk_event')
segments=$(sql 'select count(*) from isobar.payload_segment')
run "$isobar" import --json --quiet --now "$now" "$sample"
expect_code "second import" 0
expect "new and changed in the second import" 0 "$(jq -s 'map(.new + .changed + .closed) | add' "$out")"
dump_tables "$tmp/second" "${tables[@]}"
expect_same_dumps "second import" "$tmp/first" "$tmp/second" "${tables[@]}"
expect "events after the second import" "$events" "$(sql 'select count(*) from isobar.risk_event')"
expect "segments after the second import" "$segments" "$(sql 'select count(*) from isobar.payload_segment')"
proves "a second import writes nothing"

run "$isobar" import --json --quiet --now 2026-11-16T06:00:00Z "$sample"
expect_code "import a day later" 0
expect "new and changed a day later" 0 "$(jq -s 'map(.new + .changed + .closed) | add' "$out")"
proves "nor does one a day later"

must "$isobar" queue --json --limit 1000 --now "$now"
mv "$out" "$tmp/queue"
expect_some "risks in the queue" "$(wc -l <"$tmp/queue")"
jq -r '[.rank, .id] | @tsv' "$tmp/queue" >"$tmp/order"
LC_ALL=C sort -k 1,1nr -k 2,2r "$tmp/order" >"$tmp/sorted"
expect_same "queue by rank, then by id" "$tmp/sorted" "$tmp/order"
expect "an id twice in the queue" "" "$(jq -r .id "$tmp/queue" | sort | uniq -d)"
expect "ranks that are not ((band * 4 + slot) * 1024 + score)" 0 "$(jq -s '
	map(select(.rank != (({low: 0, medium: 1, high: 2, critical: 3}[.band] * 4
	    + ({breached: 2, due_soon: 1}[.sla] // 0)) * 1024 + .score))) | length' "$tmp/queue")"
expect "bands that are not of the score" 0 "$(jq -s 'map(select(.band != (if .score >= 700 then "critical"
	elif .score >= 500 then "high" elif .score >= 300 then "medium" else "low" end))) | length' "$tmp/queue")"
proves "the queue stands in the order of its ranks"

expect_some "risks that two connectors or more report" \
	"$(jq -s 'map(select((.sources | length) >= 2)) | length' "$tmp/queue")"

# story CASE FILTER WANT: of the queue; WANT is "findings sources" of each risk it finds.
story() {
	expect "$1" "$3" "$(jq -r "select($2) | \"\(.findings) \(.sources | sort | join(\"+\"))\"" "$tmp/queue" |
		sort | tr '\n' ';')"
}

story "customs scans are public: Security Hub and Prowler" \
	'.asset == "arn:aws:s3:::meridian-customs-scans" and .subject == "control:storage.public-access"' \
	"2 aws_securityhub+prowler;"
story "vessel photos are public: SCC and Prowler" \
	'.asset == "//storage.googleapis.com/meridian-vessel-photos" and .subject == "control:storage.public-access"' \
	"2 gcp_scc+prowler;"
story "Log4Shell in booking-api: Defender and Trivy" \
	'(.asset | contains("harbor/booking-api")) and .subject == "cve:CVE-2021-44228"' \
	"2 azure_defender+trivy;"
expect_some "manifest-worker: Inspector's ARN and Trivy's registry path meet" "$(jq -s '
	map(select((.asset | contains("manifest-worker")) and (.subject | startswith("cve:"))
	           and (.sources | length) == 2)) | length' "$tmp/queue")"
expect "what the provider made up is kept" 1 \
	"$(sql "select count(*) from isobar.finding where title like '[SAMPLE ALERT]%'")"
expect "what the provider made up is no risk" 0 \
	"$(sql "select count(*) from isobar.risk where title like '%SAMPLE ALERT%'")"
expect "the edge machine is in the first three" true \
	"$(head -n 3 "$tmp/queue" | jq -s 'any(.asset_name == "vm-edge-01")')"
proves "findings of several tools are one risk, as the story tells"

head -n 50 "$tmp/queue" | jq -r .id | while read -r id; do
	must "$isobar" explain --json --now "$now" "$id"
	cat "$out"
done >"$tmp/explained"
expect "explained risks" 50 "$(wc -l <"$tmp/explained")"
expect "points that do not add up to the score" 0 "$(jq -s '
	map(select(((.factors | map(.points) | add) + .policy) != .score)) | length' "$tmp/explained")"
expect "scores that differ from the queue" "" "$(diff <(head -n 50 "$tmp/queue" | jq -c '[.id, .score]') \
	<(jq -c '[.id, .score]' "$tmp/explained"))"
expect "findings without the reason of their merge" 0 "$(jq -s '
	map(.findings[] | select((.merged_because // "") == "")) | length' "$tmp/explained")"
expect "numbers of findings that differ from the queue" "" "$(
	diff <(head -n 50 "$tmp/queue" | jq -c 'select(.subject | startswith("path:") | not) | [.id, .findings]') \
		<(jq -c 'select(.path_members == []) | [.id, (.findings | map(select(.status == "open")) | length)]' \
			"$tmp/explained"))"
proves "the explanations of the first fifty add up to their scores and name their findings"

expect "bounds, unknowns and counterfactuals that do not stand around the score" 0 "$(jq -s '
	map(select(
		.bounds.low.score > .score or .bounds.high.score < .score
		or any(.unknowns[]; .low.score > .high.score)
		or any(.counterfactuals[]; .steps < 1)
		or (.score as $now | any(.counterfactuals[]; .score >= $now))
		or (.band as $band | any(.counterfactuals[]; .lowers_band != (.band != $band))))) | length' "$tmp/explained")"
expect "unknowns are the factors that nobody knows, but the maturity of what is no vulnerability" "" "$(jq -c '
	select(([.factors[] | select(.basis == "assumed" and .factor != "maturity" or .value == "unknown") | .factor])
		!= [.unknowns[] | select(.factor != "maturity") | .factor]) | .id' "$tmp/explained")"
[ "$(jq -s 'map(select(.counterfactuals[0].lowers_band)) | length' "$tmp/explained")" -gt 0 ] ||
	fail "no risk of the first fifty has a change that lowers its band"
proves "what would change the first fifty stands around their scores"

# What another model has scored is shown without that.
id=$(head -n 1 "$tmp/queue" | jq -r .id)
sql "update isobar.risk_explanation set model = 'rs-0.9.0' where risk_id = '$id'"
must "$isobar" explain --json --now "$now" "$id"
expect "of another model" "[false,false,false,12]" \
	"$(jq -c '[has("counterfactuals", "unknowns", "bounds"), (.factors | length)]' "$out")"
must "$isobar" explain --now "$now" "$id"
grep -q '^What would change it cannot be told: this program does not score as rs-0.9.0 did\.$' "$out" ||
	fail "it is not told that the model is another"
proves "of a score by another model nothing is told that this one would say"

done_testing
