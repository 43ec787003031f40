#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Whose duty each risk is: every risk has a verdict and the row that decided, few types are unknown and these
# are counted, provider-owned risks have a queue and no running clock.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Each risk with a verdict has a category of the catalogue, and its row names a source.
expect_rows() {
	local name=$1 n share unknown

	n=$(sql "select count(*) from isobar.risk")
	unknown=$(sql "select count(*) from isobar.risk where responsibility = 3")
	share=$(awk -v n="$n" -v unknown="$unknown" 'BEGIN { printf "%.2f", n ? 100 * unknown / n : 0 }')
	say "$name: $n risks, of which $unknown have an unknown duty: $share %"
	expect_some "$name: risks" "$n"
	expect "$name: at most 2 % unknown" 1 "$(awk -v share="$share" 'BEGIN { print share <= 2 }')"
	expect "$name: risks without a row, or with one that says something else" 0 "$(sql "
		select count(*)
		  from isobar.risk as r
		  join isobar.asset as a using (org_id, asset_id)
		  left join isobar.risk_explanation as e using (org_id, risk_id)
		  left join isobar.finding_category as c using (category)
		  left join isobar.responsibility as m using (domain)
		  left join isobar.resource_type as t on lower(t.resource_type) = lower(a.type)
		 where m.source is null
		    or m.source = ''
		    or r.layer <> c.layer
		    or r.responsibility <> case
		           when t.resource_type is null then 3
		           when ';' || t.overrides like '%;' || m.domain || '=%' then
		               array_position(array['customer', 'shared', 'provider'],
		                              substring(';' || t.overrides from ';' || m.domain || '=([a-z]+)')) - 1
		           else (array[m.on_prem, m.iaas, m.paas, m.saas])[t.service_model + 1]
		       end")"
	expect "$name: rows for patterns" 0 "$(sql "select count(*) from isobar.resource_type where resource_type ~ '[*?%]' or source = ''")"
	expect "$name: unknown types" "$(sql "select count(distinct (a.provider, a.type)) from isobar.risk as r
		join isobar.asset as a using (org_id, asset_id) where r.open and r.responsibility = 3")" \
		"$("$isobar" responsibility --unknown --json --quiet | wc -l)"
	proves "$name: every risk has its verdict by a row that names its source"
}

make_db
must "$isobar" import --quiet --now "$now" "$sample"
expect_rows "sample estate"
must "$isobar" doctor --json
expect "doctor" "true" "$(jq 'select(.check == "responsibility").ok' "$out")"
proves "doctor looks at unknown types"

# A managed database engine's platform is the provider's, its exposure is not; nobody knows the other type.
{
	asff 1 bucket=plain
	asff 2 control=X.1 | sed 's#AwsS3Bucket#AwsStrangeThing#; s#arn:aws:s3:::isobar-test#arn:aws:strange:eu-west-1:111122223333:thing/one#'
} >"$tmp/strange.ndjson"
make_db
must "$isobar" import --quiet --now "$now" "$tmp/strange.ndjson"
must "$isobar" responsibility --unknown --json
expect "the unknown type" 1 "$(jq -s 'length' "$out")"
expect "its provider and open risks" "aws 1 2026-11-15T06:00:00Z" \
	"$(jq -r '[.provider, .risks, .first_seen] | join(" ")' "$out")"
proves "an unknown type is listed with what hangs on it"

id=$(sql "select risk_id from isobar.risk where responsibility = 3")
must "$isobar" explain --json "$id"
expect "verdict of the unknown" "unknown customer false iaas null" "$(jq -r '[.responsibility, .responsibility_row.row_verdict,
	.responsibility_row.known, .responsibility_row.service_model, (.responsibility_row.type_source | tostring)] | join(" ")' "$out")"
must "$isobar" queue --json --now "$now" --queue customer
expect "it is in the customer's queue" 1 "$(jq -s "map(select(.id == \"$id\")) | length" "$out")"
proves "unknown counts as IaaS, and as the customer's"

# The operating system under a managed database is the provider's; that its port is public is not.
{
	asff 3 | sed 's/"Compliance"/"Vulnerabilities":[{"Id":"CVE-2024-1086"}],&/; s/AwsS3Bucket/AwsRdsDbInstance/
		s#arn:aws:s3:::isobar-test#arn:aws:rds:eu-west-1:111122223333:db:main#'
	asff 4 control=RDS.2 | sed 's/AwsS3Bucket/AwsRdsDbInstance/
		s#arn:aws:s3:::isobar-test#arn:aws:rds:eu-west-1:111122223333:db:main#'
} >"$tmp/database.ndjson"
make_db
must "$isobar" import --quiet --now "$now" "$tmp/database.ndjson"
must "$isobar" queue --json --now "$now" --queue provider
expect "the provider's queue" "provider cve:CVE-2024-1086 paused null" \
	"$(jq -r '[.responsibility, .subject, .sla, (.due_at | tostring)] | join(" ")' "$out")"
id=$(jq -r .id "$out")
must "$isobar" queue --json --now "$now" --queue customer
expect "the customer's queue" "customer ok" "$(jq -r '[.responsibility, .sla] | join(" ")' "$out")"
must "$isobar" queue --json --queue provider --now 2027-11-15T06:00:00Z
expect "a year later" "paused null" "$(jq -r '[.sla, (.due_at | tostring)] | join(" ")' "$out")"
must "$isobar" explain --json "$id"
expect "its clock" "paused" "$(jq -r '.clock[].mode' "$out")"
expect "its row" "operating_system provider ms aws-rds" "$(jq -r '.responsibility_row |
	[.domain, .verdict, .source, .type_source] | join(" ")' "$out")"
proves "provider-owned risks have their queue, and no clock runs"

must "$isobar" responsibility --json
expect "rows of the matrix" 32 "$(wc -l <"$out")"
expect "its keys" "customer_does domain iaas layer on_prem paas provider_does review_by saas source" \
	"$(jq -r 'keys[]' "$out" | sort -u | paste -sd ' ')"
must "$isobar" responsibility --json --type aws::eks::cluster
expect "an override" "shared true aws-eks" "$(jq -r 'select(.domain == "operating_system") | [.verdict, .overridden, .source] | join(" ")' "$out")"
must "$isobar" responsibility --json --asset arn:aws:rds:eu-west-1:111122223333:db:main
expect "of an asset" "AWS::RDS::DBInstance" "$(jq -r .type "$out" | sort -u)"
proves "the matrix, a type and an asset"

for words in "--type" "--type host --unknown" "--asset a --type b" "surplus" "--colour"; do
	# shellcheck disable=SC2086 # words of the command line
	run "$isobar" responsibility $words
	expect_code "responsibility $words" 2
done
run "$isobar" responsibility --asset nothing
expect_code "no such asset" 1
proves "what is not understood is refused"

if [ -f "$shared/corpus/MANIFEST.tsv" ]; then
	make_db
	run "$isobar" import --quiet --now "$now" "$shared/corpus"
	expect_code "corpus: done in part" 3
	expect_rows "corpus"
else
	say "SKIP: $shared/corpus is absent"
fi
done_testing
