#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Suppression rules: windows, log-only, what they mute or would mute, former rows, and what is scored again.
. "$(dirname "$0")/lib.sh"

# refused CASE CODE TEXT COMMAND…
refused() {
	local name=$1 wanted=$2 text=$3
	shift 3
	run "$isobar" suppression "$@"
	expect_code "$name" "$wanted"
	grep -qF "$text" "$err" || fail "$name" "it said: $(head -c 300 "$err")"
	expect "$name: one line" 1 "$(wc -l <"$err")"
}

marks() {
	sql "select coalesce(string_agg(distinct substr(a.id, 14), ' ' order by substr(a.id, 14)), '')
		from isobar.dirty_mark as m join isobar.asset as a using (org_id, asset_id)"
	sql "delete from isobar.dirty_mark"
}

rule() {
	"$isobar" suppression "$@" --no-score --json 2>>"$err"
}

make_db
{
	asff 1 bucket=one control=S3.8
	asff 2 bucket=two control=S3.8
	asff 3 bucket=two control=S3.5
} >"$tmp/findings.json"
prowler bucket=one check=s3_bucket_level_public_access_block >"$tmp/prowler.json"
must "$isobar" import --quiet --now "$now" "$tmp/findings.json" "$tmp/prowler.json"
t1=2026-11-15T07:00:00Z
n_double=$(sql "select count(*) from isobar.risk where n_findings = 2")
expect "one risk has findings of two tools" 1 "$n_double"

# --- what is muted ---

rule set ours --where 'connector=aws_securityhub,account=111122223333' --reason "drill" --log-only --now "$t1" >"$tmp/set"
expect "only what every finding of is muted" "2 false" "$(jq -r '"\(.risks) \(.more)"' "$tmp/set")"
expect "log only marks nothing" "" "$(marks)"
expect "nor later" "" "$(sql "select mark_at from isobar.suppression_rule")"
rule set ours --where 'connector=aws_securityhub|prowler' --reason "drill" --log-only --now "$t1" >"$tmp/set"
expect "both tools" 3 "$(jq .risks "$tmp/set")"
rule set ours --where 'rule=*S3.5' --reason "drill" --log-only --now "$t1" >"$tmp/set"
expect "by rule" 1 "$(jq .risks "$tmp/set")"
rule set ours --where 'tag=team' --reason "drill" --log-only --now "$t1" >"$tmp/set"
expect "by a tag that nothing has" 0 "$(jq .risks "$tmp/set")"
proves "a rule that only logs counts what it would mute"

# --- windows ---

rule set noise --where 'asset=arn:aws:s3:::two' --reason "known" --now "$t1" >"$tmp/set"
expect "holds" true "$(jq .holds "$tmp/set")"
expect "marked" two "$(marks)"
rule set noise --where 'asset=arn:aws:s3:::two' --reason "known" --until 2026-12-01T00:00:00Z \
	--now 2026-11-15T08:00:00Z >"$tmp/set"
expect "scored again at its end" "2026-12-01 00:00:00+00" "$(sql "select mark_at from isobar.suppression_rule where name = 'noise'")"
expect "marked as it is written" two "$(marks)"
rule set noise --where 'asset=arn:aws:s3:::one' --reason "known" --now 2026-11-15T09:00:00Z >"$tmp/set"
expect "what was muted is marked too" "one two" "$(marks)"
rule set later --where 'asset=arn:aws:s3:::one' --reason "maintenance" --from 2026-11-20T00:00:00Z \
	--until 2026-11-21T00:00:00Z --now 2026-11-15T09:00:00Z >"$tmp/set"
expect "not yet" false "$(jq .holds "$tmp/set")"
expect "marks nothing now" "" "$(marks)"
expect "but then" "2026-11-20 00:00:00+00" "$(sql "select mark_at from isobar.suppression_rule where name = 'later'")"
must "$isobar" suppression list --json --now 2026-11-15T09:00:00Z
expect "listed" "later noise ours" "$(jq -r .name "$out" | paste -sd ' ')"
must "$isobar" suppression list --now 2026-11-22T00:00:00Z
expect "for people" "over mutes log only" "$(grep -oE 'over|mutes|log only' "$out" | paste -sd ' ')"
expect "former rows are kept" "2" "$(sql "select count(*) from isobar.suppression_rule_version where name = 'noise'")"
proves "rules have windows, and what they touch is scored again"

rule remove noise --now 2026-11-15T10:00:00Z
expect "marked" one "$(marks)"
expect "kept" 3 "$(sql "select count(*) from isobar.suppression_rule_version where name = 'noise'")"
refused "gone" 1 'there is no suppression rule "noise"' remove --no-score noise
proves "a removed rule is kept as it was"

# --- mistakes ---

refused "no reason" 2 "wants --where SELECTOR and --reason TEXT" set x --where band=low
refused "unknown key" 2 'unknown key "rul", did you mean "rule"?' set x --where rul=S3 --reason x
refused "nothing" 2 "selects nothing" set x --where '' --reason x
refused "a name" 2 'a name has 1 to 100 letters' set 'a b' --where band=low --reason x
refused "backwards" 2 "it ends before it begins" set x --where band=low --reason x --until 2026-01-01T00:00:00Z --now "$t1"
expect "nothing was written" 2 "$(sql "select count(*) from isobar.suppression_rule")"
proves "mistakes are named"

done_testing
