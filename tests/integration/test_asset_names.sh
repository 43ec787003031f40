#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A resource that one tool calls by its name and another by its full name is one asset when exactly one
# asset can be meant, in whatever order they came; else the two stay apart.
. "$(dirname "$0")/lib.sh"

# record NUMBER TYPE ID [REGION] [ACCOUNT]: the same check each time
record() {
	local region=${4-eu-west-1} account=${5-111122223333}
	asff "$1" control=Glue.1 | jq -c --arg type "$2" --arg id "$3" --arg region "$region" \
		--arg account "$account" '.Resources[0] |= (.Type = $type | .Id = $id | .Region = $region)
		| .Region = $region | .AwsAccountId = $account'
}

# take FILE…: imports them in one command
take() {
	must "$isobar" import --quiet --now "$now" "$@"
}

# risks: how many open ones, and how many findings the largest has
risks() {
	run "$isobar" queue --json --limit 100 --now "$now"
	jq -s '[length, (map(.findings) | max)] | join(" ")' -r "$out"
}

arn=arn:aws:kendra:eu-west-1:111122223333:index

make_db
record 1 AwsKendraIndex nightly >"$tmp/short.json"
record 2 AwsKendraIndex "$arn/nightly" >"$tmp/full.json"
record 3 AwsKendraIndex "$arn/dev/nightly" >"$tmp/second.json"
record 4 AwsKendraIndex "$arn/not-nightly" >"$tmp/longer.json"
record 5 AwsKendraIndex arn:aws:kendra:us-east-1:111122223333:index/nightly us-east-1 >"$tmp/elsewhere.json"
record 6 AwsKendraIndex arn:aws:kendra:eu-west-1:444455556666:index/nightly eu-west-1 444455556666 >"$tmp/stranger.json"
record 7 AwsKendraThesaurus arn:aws:kendra:eu-west-1:111122223333:thesaurus/nightly >"$tmp/kind.json"

take "$tmp/short.json"
take "$tmp/longer.json" "$tmp/elsewhere.json" "$tmp/stranger.json" "$tmp/kind.json"
expect "neither part of a name, nor another region, account or kind" "5 1" "$(risks)"
take "$tmp/full.json"
expect "one asset, and one risk of two findings" "5 2" "$(risks)"
before=$(sql "select count(*) from isobar.asset_alias where basis = 1")
expect "the pair is stored" 1 "$before"
take "$tmp/full.json"
expect "again: nothing new" "5 2" "$(risks)"
proves "a name, account, region and type meet the one full name that they can mean"

take "$tmp/second.json"
expect "two could be meant" "7 1" "$(risks)"
expect "the pair is gone" 0 "$(sql "select count(*) from isobar.asset_alias where basis = 1")"
expect "each asset is its own" 0 "$(sql "select count(*) from isobar.asset where canonical_id <> asset_id")"
proves "a second candidate takes them apart again"

make_db
take "$tmp/full.json" "$tmp/short.json"
expect "the full name first" "1 2" "$(risks)"
make_db
take "$tmp/second.json" "$tmp/short.json" "$tmp/full.json"
expect "two candidates from the start" "3 1" "$(risks)"
proves "whatever comes first"

make_db
record 1 AwsEc2Instance i-0aaaabbbbccccdddd "" "" >"$tmp/bare.json"
record 2 AwsEc2Instance arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaabbbbccccdddd >"$tmp/instance.json"
take "$tmp/bare.json" "$tmp/instance.json"
expect "a machine by its id alone" "1 2" "$(risks)"
proves "a machine's id is enough"

done_testing
