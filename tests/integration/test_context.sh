#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The context of assets from statements, rules and an operator's tables: who says what, which word counts,
# who contradicts, and what explanations show of it.
. "$(dirname "$0")/lib.sh"

sub=/subscriptions/00000000-0000-4000-8000-000000000001
group=$sub/resourceGroups/shop
address=$group/providers/Microsoft.Network/publicIPAddresses/pip1
bucket=arn:aws:s3:::isobar-test

# bucket_record TAGS(JSON) [UPDATED]: a finding on the bucket, which carries these tags.
bucket_record() {
	asff 1 updated="${2:-2026-11-10T00:00:00Z}" | jq -c --argjson tags "$1" '.Resources[0].Tags = $tags'
}

# address_row WHAT TAGS(JSON): a row of Resource Graph: a public address, with an address or without.
address_row() {
	jq -n -c --arg id "$address" --arg ip "$1" --argjson tags "$2" '
		{data: [{id: $id, name: "pip1", type: "microsoft.network/publicipaddresses", tenantId: "t",
			location: "westeurope", resourceGroup: "shop",
			subscriptionId: "00000000-0000-4000-8000-000000000001", sku: {name: "Standard"}, tags: $tags,
			properties: (if $ip == "" then {} else {ipAddress: $ip} end)}]}'
}

# show ASSET FILTER: one value of isobar context show.
show() {
	"$isobar" context show --json "$1" 2>>"$err" | jq -r "$2"
}

import() {
	must "$isobar" import --quiet --now "$1" "$2"
}

make_db

# --- statements ---

address_row 20.1.2.3 '{"Environment":"Prod"}' >"$tmp/address.json"
import "$now" "$tmp/address.json"
expect "exposed" internet_open "$(show "$address" .exposure)"
expect "evidence names what says so" 1 "$(show "$address" \
	'[.claims[] | select(.field == "exposure" and (.evidence | contains("20.1.2.3")))] | length')"
expect "a tag gives the environment" production "$(show "$address" .environment)"
expect "by the catalogue's rule" rule:env-production "$(show "$address" \
	'.claims[] | select(.field == "environment").origin')"
expect "which tag it is" "tag Environment=Prod" "$(show "$address" \
	'.claims[] | select(.field == "environment").evidence')"
expect "the environment gives the criticality" production "$(show "$address" .criticality)"
expect "nobody's word is unknown" unknown "$(show "$address" .sensitivity)"
expect "edges" 1 "$(show "$address" '.edges | map(select(.kind == "contains")) | length')"
proves "an import brings claims, tags and edges"

before=$(sql "select count(*) from isobar.asset_context_version")
marks=$(sql "select count(*) from isobar.path_mark")
import 2026-11-15T07:00:00Z "$tmp/address.json"
expect "no former row" "$before" "$(sql "select count(*) from isobar.asset_context_version")"
expect "no claim is written" 0 "$(sql "select count(*) from isobar.asset_claim where valid_from > '$now'")"
expect "no mark" "$marks" "$(sql "select count(*) from isobar.path_mark")"
proves "the same again writes nothing"

address_row '' '{"Environment":"dev"}' >"$tmp/address2.json"
import 2026-11-15T08:00:00Z "$tmp/address2.json"
expect "what is not said any more is withdrawn" unknown "$(show "$address" .exposure)"
expect "the tag changed" development "$(show "$address" .environment)"
expect "and the criticality" development "$(show "$address" .criticality)"
expect_some "former claims are kept" "$(sql "select count(*) from isobar.asset_claim_version where field = 0")"
expect_some "the former context is kept" "$(sql "select count(*) from isobar.asset_context_version
	where exposure = 5 and environment = 5")"
proves "a claim that is not repeated is withdrawn"

# --- contradiction ---

address_row 20.1.2.3 '{"Environment":"dev"}' >"$tmp/address3.json"
must "$isobar" import --quiet --source first --now 2026-11-15T09:00:00Z "$tmp/address3.json"
cat >"$tmp/internal.csv" <<CSV
asset,field,level,reason
$address,exposure,internal,behind the firewall
CSV
must "$isobar" context load --quiet --now 2026-11-15T09:30:00Z "$tmp/internal.csv"
expect "the more dangerous counts" internet_open "$(show "$address" .exposure)"
expect "both are shown" 1 "$(show "$address" \
	'[.claims[] | select(.field == "exposure" and .contradicts and .level == "internal" and .origin == "operator")] | length')"
expect "who said it" "local:$(id -un)" "$(show "$address" '.claims[] | select(.origin == "operator").actor')"
proves "of two claims the more dangerous counts and both are shown"

cat >"$tmp/decided.csv" <<CSV
asset;exposure;criticality;decided;reason
pip1;internal;;yes;"reviewed; ticket 12"
CSV
must "$isobar" context load --quiet --now 2026-11-15T10:00:00Z "$tmp/decided.csv"
expect "a decision counts" internal "$(show PIP1 .exposure)"
expect "the contradiction is shown" 1 "$(show "$address" \
	'[.claims[] | select(.field == "exposure" and .contradicts and .level == "internet_open")] | length')"
expect "the reason stands there" "reviewed; ticket 12" "$(show "$address" \
	'.claims[] | select(.origin == "operator").evidence')"
must "$isobar" context show "$address"
expect_some "for people too" "$(grep -c 'but internet_open' "$out")"
printf 'asset,field,level\npip1,exposure,-\n' >"$tmp/back.csv"
must "$isobar" context load --quiet --now 2026-11-15T10:30:00Z "$tmp/back.csv"
expect "taken back" internet_open "$(show "$address" .exposure)"
proves "an operator may decide, and take it back"

# --- mistakes ---

# refused CASE FILE TEXT
refused() {
	run "$isobar" context load --now 2026-11-15T11:00:00Z "$2"
	expect_code "$1" 1
	grep -qF "$3" "$err" || fail "$1" "it said: $(head -c 300 "$err")"
	expect "$1: one line" 1 "$(wc -l <"$err")"
}
before=$(sql "select count(*) from isobar.asset_claim")
printf 'asset,field,level\npip1,exposure,none\nnowhere,exposure,none\n' >"$tmp/bad.csv"
refused "unknown asset" "$tmp/bad.csv" "bad.csv:3: unknown asset \"nowhere\""
printf 'asset,field,level\npip1,exposure,none\n\npip1,criticality,huge\n' >"$tmp/bad.csv"
refused "unknown level" "$tmp/bad.csv" "bad.csv:4: unknown criticality \"huge\"; known: sandbox"
printf 'asset,field,level\npip1,colour,red\n' >"$tmp/bad.csv"
refused "unknown field" "$tmp/bad.csv" "bad.csv:2: unknown field \"colour\"; known: exposure"
printf 'asset,expozure\npip1,none\n' >"$tmp/bad.csv"
refused "unknown column" "$tmp/bad.csv" "bad.csv:1: unknown column \"expozure\"; known: asset"
printf 'asset,field,level\npip1,exposure,none\n%s,exposure,internal\n' "$address" >"$tmp/bad.csv"
refused "stated twice" "$tmp/bad.csv" "bad.csv:3: exposure of"
printf 'asset,field,level,decided\npip1,exposure,none,perhaps\n' >"$tmp/bad.csv"
refused "decided is yes or no" "$tmp/bad.csv" "bad.csv:2: decided is yes or no"
printf 'field,level\nexposure,none\n' >"$tmp/bad.csv"
refused "no asset" "$tmp/bad.csv" "bad.csv:1: no column \"asset\""
printf 'asset,field,level\npip1,exposure,none,more\n' >"$tmp/bad.csv"
refused "too many cells" "$tmp/bad.csv" "bad.csv:2: 4 cells"
: >"$tmp/bad.csv"
refused "empty" "$tmp/bad.csv" "bad.csv: holds no row"
refused "no file" "$tmp/none.csv" "cannot be opened"
expect "nothing was written" "$before" "$(sql "select count(*) from isobar.asset_claim")"
run "$isobar" context show nowhere
expect_code "an asset that is not there" 1
proves "mistakes in a table are named with their line, and nothing is written"

# --- rules ---

cat >"$tmp/rules.ini" <<'INI'
# of the shop
[payments]
name = pip*|pay-*
provider = azure
criticality = mission_critical

[live]
tag env|environment = prod|live
tag Team = *
environment = production

[anything]
type = microsoft.network/*
environment = test
sensitivity = regulated
INI
must "$isobar" rule check "$tmp/rules.ini"
must "$isobar" rule load --json --now 2026-11-15T12:00:00Z "$tmp/rules.ini"
expect "three rules" 3 "$(jq .rules "$out")"
expect "by name and provider" mission_critical "$(show "$address" .criticality)"
expect "by type" regulated "$(show "$address" .sensitivity)"
expect "the catalogue's rules are gone" test "$(show "$address" .environment)"
must "$isobar" rule list --json
expect "listed" "payments live anything" "$(jq -r .name "$out" | paste -sd ' ')"
must "$isobar" rule list
cp "$out" "$tmp/listed.ini"
must "$isobar" rule load --json --now 2026-11-15T12:30:00Z "$tmp/listed.ini"
expect "what is listed can be loaded" "0 0" "$(jq -r '"\(.changed) \(.claims)"' "$out")"
bucket_record '{"Env":"live","Team":"shop"}' >"$tmp/bucket.json"
asff 2 bucket=other >"$tmp/other.json"
cat "$tmp/other.json" "$tmp/bucket.json" >"$tmp/two.json" # a file's first record has no digest
import 2026-11-15T13:00:00Z "$tmp/two.json"
expect "its record may be passed over as long as the bucket has its tags" t "$(sql "select record_digest <> 0
	and a.stated -> f.source_id::text ? f.stated::text from isobar.finding as f join isobar.asset as a using (org_id, asset_id)
	where a.id = '$bucket'")"
expect "rules hold for what comes later" production "$(show "$bucket" .environment)"
proves "an org's rules replace the catalogue's, for all assets"

printf '[a]\ntag env = prod\nenviroment = production\n' >"$tmp/bad.ini"
run "$isobar" rule load "$tmp/bad.ini"
expect_code "unknown key" 1
expect_some "unknown key is named" "$(grep -cF 'bad.ini:3: unknown key "enviroment"; known: tag NAME, provider' "$err")"
run "$isobar" rule check "$tmp/bad.ini"
expect_code "check finds it too" 1
expect "the rules are as they were" 3 "$(sql "select count(*) from isobar.context_rule")"
must "$isobar" rule load --quiet --default --now 2026-11-15T14:00:00Z
expect "back to the catalogue's" development "$(show "$address" .criticality)"
expect "none is left" 0 "$(sql "select count(*) from isobar.context_rule")"
expect_some "former rules are kept" "$(sql "select count(*) from isobar.context_rule_version")"
expect "and the bucket follows" production "$(show "$bucket" .environment)"
proves "a mistake in a file of rules is named, and the defaults come back"

# --- explanations ---

cat >"$tmp/bucket.csv" <<CSV
asset,sensitivity,criticality,decided,reason
$bucket,regulated,,,holds invoices
CSV
must "$isobar" context load --quiet --now 2026-11-15T15:00:00Z "$tmp/bucket.csv"
risk=$(sql "select r.risk_id from isobar.risk as r join isobar.asset as a using (org_id, asset_id) where a.id = '$bucket' limit 1")
must "$isobar" explain --json "$risk"
cp "$out" "$tmp/explained"
expect "the operator's word is reported" "regulated or secrets|reported|holds invoices" "$(jq -r \
	'.factors[] | select(.factor == "data") | "\(.value)|\(.basis)|\(.claims[0].evidence)"' "$tmp/explained")"
expect "a rule's word is derived" "production|derived|environment|tag Env=live" "$(jq -r \
	'.factors[] | select(.factor == "criticality") | "\(.value)|\(.basis)|\(.claims[0].field)|\(.claims[0].evidence)"' \
	"$tmp/explained")"
expect "nobody's word is assumed" "assumed|0" "$(jq -r \
	'.factors[] | select(.factor == "privilege") | "\(.basis)|\(.claims | length)"' "$tmp/explained")"
must "$isobar" explain "$risk"
expect_some "for people too" "$(grep -c 'regulated: holds invoices (operator)' "$out")"
proves "explanations say whose word a factor is"

# --- exposure over edges, and no edge any more ---

make_db
nic=$group/providers/Microsoft.Network/networkInterfaces/nic1
address_row 20.1.2.3 '{}' |
	jq -c --arg nic "$nic" '.data[0].properties.ipConfiguration.id = $nic + "/ipConfigurations/main"' >"$tmp/attached.json"
import "$now" "$tmp/attached.json"
expect "what the address is attached to is exposed" internet_open "$(show "$nic" .exposure)"
expect "by the edge" edge:exposure "$(show "$nic" '.claims[] | select(.field == "exposure").origin')"
sql "delete from isobar.asset_edge"
printf 'asset,field,level\n%s,criticality,important\n' "$nic" >"$tmp/touch.csv"
must "$isobar" context load --quiet --now 2026-11-15T07:00:00Z "$tmp/touch.csv"
expect "the org's last edge took it along" unknown "$(show "$nic" .exposure)"
proves "exposure that came over edges goes with the last of them"

done_testing
