#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# isobar compliance: how the requirements of a framework stand after records of two tools, by requirement and
# by account, whole and in part.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

framework=cis-aws-3.0
other=444455556666

# in_account ACCOUNT: records of Prowler, moved into it
in_account() {
	sed "s/111122223333/$1/g"
}

# rows FILTER [OPTION…]: what jq makes of the JSON lines of the framework, between blanks
rows() {
	local filter=$1
	shift
	must "$isobar" compliance --json --framework "$framework" "$@"
	jq --raw-output "$filter" "$out" | paste --serial --delimiters ' '
}

# stands REQUIREMENT [OPTION…]: verdict, failing and passing assets, failing and passing accounts
stands() {
	local requirement=$1
	shift
	rows "select(.requirement == \"$requirement\") | [.verdict, .failing_assets, .passing_assets,
		.failing_accounts, .passing_accounts] | join(\" \")" "$@"
}

make_db
expect "before anything is known" "0" "$(rows 'select(.verdict != "unknown").requirement' | wc -w)"
expect "no account either" "" "$(rows . --by account)"
proves "nothing is known, and every requirement is listed as such"

# HTTPS only fails on two buckets and passes on a third; MFA delete passes; the public access block fails, muted, by
# one tool and fails on another bucket by another; Macie was not looked at.
{
	prowler check=s3_bucket_secure_transport_policy bucket=one
	prowler check=s3_bucket_secure_transport_policy bucket=two
	prowler check=s3_bucket_secure_transport_policy bucket=three verdict=PASS
	prowler check=s3_bucket_no_mfa_delete bucket=one verdict=PASS
	prowler check=s3_bucket_level_public_access_block bucket=one muted=true
	prowler check=macie_is_enabled bucket=one verdict=MANUAL
} >"$tmp/prowler.json"
{
	prowler check=s3_bucket_secure_transport_policy bucket=four verdict=PASS
	prowler check=s3_bucket_no_mfa_delete bucket=four verdict=PASS
} | in_account "$other" >"$tmp/other.json"
asff 1 control=S3.8 bucket=five >"$tmp/asff.ndjson"
must "$isobar" import --quiet --now "$now" "$tmp/prowler.json" "$tmp/other.json"
expect "fails on two, passes on two" "failing 2 2 1 1" "$(stands 2.1.1)"
expect "passes alone" "passing 0 2 0 2" "$(stands 2.1.2)"
expect "muted" "failing 1 0 1 0" "$(stands 2.1.4)"
expect "not looked at" "unknown 0 0 0 0" "$(stands 2.1.3)"
expect "no tool has said anything" "unknown 0 0 0 0" "$(stands 3.1)"
expect "no control answers it" "unknown 0 0 0 0" "$(stands 1.3)"
proves "verdicts: failing, passing, muted is failing, manual is unknown"

must "$isobar" import --quiet --now "$now" "$tmp/asff.ndjson"
expect "a rule of another tool is the same control" "failing 2 0 1 0" "$(stands 2.1.4)"
proves "two tools speak of one requirement"

all=$(sql "select count(distinct requirement) from isobar.control_framework where framework = '$framework'")
expect "all are listed" "$all" "$(rows .requirement | wc -w)"
expect "in the order of their numbers" "1.9 1.10 1.11" "$(rows 'select(.requirement | IN("1.9", "1.10", "1.11")).requirement')"
expect "by account" "aws/111122223333/2/1/$((all - 3)) aws/$other/0/2/$((all - 2))" \
	"$(rows '[.provider, .account, .failing, .passing, .unknown] | join("/")' --by account)"
proves "each requirement counts once for each account"

expect "an account" "passing 0 1 0 1" "$(stands 2.1.1 --account "$other")"
expect "another account" "failing 2 1 1 0" "$(stands 2.1.1 --account 111122223333)"
expect "nobody's account" "unknown 0 0 0 0" "$(stands 2.1.1 --account nobody)"
expect "an account by account" "$other" "$(rows .account --by account --account "$other")"
expect "its provider" "failing 2 2 1 1" "$(stands 2.1.1 --provider aws)"
expect "another provider" "unknown 0 0 0 0" "$(stands 2.1.1 --provider azure)"
expect "another provider by account" "" "$(rows .account --by account --provider azure)"
expect "another org" 0 "$(
	must "$isobar" org create stranger
	rows 'select(.verdict != "unknown").requirement' --org stranger | wc -w
)"
proves "--account, --provider and --org narrow it"

# One of the two is mended, the other too; then one breaks again.
{
	prowler check=s3_bucket_secure_transport_policy bucket=one verdict=PASS at=1794441600
	prowler check=s3_bucket_secure_transport_policy bucket=two verdict=PASS at=1794441600
	prowler check=s3_bucket_no_mfa_delete bucket=one at=1794441600
} >"$tmp/later.json"
must "$isobar" import --quiet --now 2026-11-16T06:00:00Z "$tmp/later.json"
expect "mended" "passing 0 4 0 2" "$(stands 2.1.1)"
expect "broken" "failing 1 1 1 1" "$(stands 2.1.2)"
proves "what a tool says later is what counts"

expect "keys of a requirement" "controls failing_accounts failing_assets framework passing_accounts passing_assets requirement title verdict" \
	"$(rows 'keys | join(" ")' | tr ' ' '\n' | sort -u | paste -sd ' ')"
expect "keys of an account" "account failing framework passing provider unknown" \
	"$(rows 'keys | join(" ")' --by account | tr ' ' '\n' | sort -u | paste -sd ' ')"
must "$isobar" compliance --json
expect "keys of a framework" "answered framework requirements" "$(jq --raw-output 'keys[]' "$out" | sort -u | paste -sd ' ')"
expect "it is one of them" "$all" "$(jq "select(.framework == \"$framework\").requirements" "$out")"
expect "controls of a requirement" "storage.account-public-access-block storage.public-access-block" \
	"$(rows 'select(.requirement == "2.1.4").controls | join(" ")')"
proves "keys of the JSON"

for words in "--framework nonsense" "--framework cis-aws-99.0" "--framework $framework --by provider" "--framework $framework --provider ibm" \
	"--by account" "--account $other" "--provider aws" "--framework" "surplus" "--framework $framework surplus"; do
	# shellcheck disable=SC2086 # words of the command line
	run "$isobar" compliance $words
	expect_code "compliance $words" 2
	expect "compliance $words prints nothing" 0 "$(wc -c <"$out")"
done
run "$isobar" compliance --framework cis-aws-99.0
grep -q "$framework" "$err" || fail "what is near it" "$(head -c 300 "$err")"
proves "what is not understood is refused with 2"

done_testing
