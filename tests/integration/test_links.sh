#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Links and splits: why two findings are one risk or are not; that what people say stands before what
# correlation makes of it, survives imports, and leaves nothing behind when it ends; what is refused.
. "$(dirname "$0")/lib.sh"

day() {
	printf '2026-11-%02dT06:00:00Z' "$1"
}

# estate FOLDER [asff options…]: two tools on bucket alpha, one of them on beta, too
estate() {
	local folder=$1
	shift
	mkdir -p "$folder"
	{
		asff 1 bucket=alpha control=S3.9 "$@"
		asff 2 bucket=alpha control=S3.13 "$@"
		asff 3 bucket=alpha control=S3.2 "$@"
		asff 4 bucket=beta control=S3.9 "$@"
	} >"$folder/hub.json"
	{
		prowler bucket=alpha check=s3_bucket_server_access_logging_enabled
		prowler bucket=alpha check=s3_bucket_public_access
	} >"$folder/prowler.json"
}

# take DAY FOLDER
take() {
	must "$isobar" import --quiet --now "$(day "$1")" "$2/hub.json" "$2/prowler.json"
}

# finding RULE [BUCKET]; risk RULE [BUCKET]: the open one that it is in
finding() {
	sql "select f.finding_id from isobar.finding as f join isobar.asset as a using (org_id, asset_id)
		where f.org_id = 1 and f.rule like '%$1' and a.id like '%${2:-alpha}'"
}
risk() {
	sql "select r.risk_id from isobar.risk as r join isobar.risk_explanation as e using (org_id, risk_id)
		where r.org_id = 1 and '$(finding "$@")' = any (e.members)"
}

# open_risks: each with its findings' rules, without ids
open_risks() {
	sql "select r.subject, (select string_agg(f.rule, ' ' order by f.rule) from isobar.finding as f
			where f.org_id = 1 and f.finding_id = any (e.members)), r.score, r.band
		from isobar.risk as r join isobar.risk_explanation as e using (org_id, risk_id)
		join isobar.asset as a on a.org_id = 1 and a.asset_id = r.asset_id
		where r.org_id = 1 and r.open order by r.subject, 2, a.id"
}

# dump_open FILE: the open risks, but for since when they have their rank
dump_open() {
	must "$isobar" dump --table risk
	jq -c 'select(.open) | del(.rank_since)' "$out" >"$1"
}

counters_are_right() {
	expect "$1: the counters are right" 0 "$(sql "select count(*) from (select band, state, responsibility, count(*) as n
		from isobar.risk where org_id = 1 group by 1, 2, 3) as r full join (select band, state, responsibility, n
		from isobar.queue_count where org_id = 1 and n <> 0) as q using (band, state, responsibility, n)
		where r is null or q is null")"
}

written() {
	sql "select (select sum(version) from isobar.risk), (select count(*) from isobar.risk_event),
		(select count(*) from isobar.sla_segment), (select count(*) from isobar.risk_alias),
		(select count(*) from isobar.risk)"
}

# is_settled CASE DAY: scoring all assets once more writes nothing
is_settled() {
	local before
	before=$(written)
	sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset"
	must "$scorer" --once --now "$(day "$2")"
	expect "$1: scored again, nothing is written" "$before" "$(written)"
	counters_are_right "$1"
}

log_rule=s3_bucket_server_access_logging_enabled
pub_rule=s3_bucket_public_access

make_db
estate "$tmp/first"
take 15 "$tmp/first"
log_hub=$(finding S3.9)
log_prowler=$(finding $log_rule)
life=$(finding S3.13)
pub_hub=$(finding S3.2)
pub_prowler=$(finding $pub_rule)
beta=$(finding S3.9 beta)
life_risk=$(risk S3.13)
pub_risk=$(risk S3.2)
log_risk=$(risk S3.9)
expect "four risks" 4 "$(open_risks | wc -l)"

# --- why ---
run "$isobar" why --json "$log_hub" "$log_prowler"
expect_code "why" 0
expect "one risk" true "$(jq .same "$out")"
expect "by these reasons" "same_asset catalogue_control" "$(jq -r '[.reasons[].reason] | join(" ")' "$out")"
expect "keys" "a b differences reasons same" "$(jq -r 'keys | join(" ")' "$out")"
run "$isobar" why --json "$log_hub" "$life"
expect "two subjects" "false subject" "$(jq -r '"\(.same) \([.differences[].difference] | join(" "))"' "$out")"
jq -e '.differences[0].detail | test("S3.9 of aws_securityhub is control storage.access-logging")' "$out" >/dev/null ||
	fail "through which row of the catalogue" "$(cat "$out")"
run "$isobar" why --json "$log_risk" "$beta"
expect "two assets, a risk and a finding" "false asset" "$(jq -r '"\(.same) \([.differences[].difference] | join(" "))"' "$out")"
run "$isobar" why "${log_hub:0:13}" "${log_prowler:0:13}"
expect_code "by the beginning of an id" 0
grep -q '^They are one risk' "$out" || fail "in words" "$(cat "$out")"
run "$isobar" why "$log_hub" ffffffffffff
expect_code "an unknown id" 1
expect "one line" "isobar why: there is no risk or finding ffffffffffff" "$(cat "$err")"
run "$isobar" why "$log_hub"
expect_code "one id" 2
proves "why says what is equal and what is not"

# --- a link of a risk's only finding, and its end ---
due=$(sql "select due_at from isobar.risk where risk_id = '$pub_risk'")
expect_some "it is due" "${due:0:4}"
dump_open "$tmp/before"
run "$isobar" link --now "$(day 16)" "$life" "$pub_risk" --reason 'one ticket' --actor ada
expect_code "linked" 0
expect "one line" 1 "$(wc -l <"$out")"
expect "they are one" "$(risk S3.2)" "$(risk S3.13)"
expect "of three findings" 3 "$(sql "select n_findings from isobar.risk where risk_id = '$(risk S3.2)'")"
expect "it is about what it was about" control:storage.public-access \
	"$(sql "select subject from isobar.risk where risk_id = '$(risk S3.2)'")"
expect "the other one has ended" 6 "$(sql "select state from isobar.risk
	where risk_id in ('$life_risk', '$pub_risk') and risk_id <> '$(risk S3.2)'")"
expect "its name leads here" "$(risk S3.2)" "$(sql "select risk_id from isobar.risk_alias where reason = 3")"
expect "opened when the earliest was" "$(day 15)" \
	"$(sql "select to_char(opened_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from isobar.risk where risk_id = '$(risk S3.2)'")"
expect "due when the earliest is" "$due" "$(sql "select due_at from isobar.risk where risk_id = '$(risk S3.2)'")"
expect "who and why" "ada|one ticket" "$(sql 'select actor, reason from isobar.risk_link')"
expect "an event, and a note" "linked|one ticket" "$(sql "select e.reason, n.body from isobar.risk_event as e
	join isobar.risk_note as n using (org_id, risk_id) where e.kind = 14 and e.actor = 'ada' and e.reason = 'linked'")"
run "$isobar" explain "$life_risk" --json
expect "found by its former id, too" "$(risk S3.2)" "$(jq -r .id "$out")"
jq -e '[.findings[].merged_because] | any(test("linked by a person"))' "$out" >/dev/null ||
	fail "explain says it" "$(cat "$out")"
run "$isobar" why --json "$life" "$pub_hub"
expect "why says it" "true link subject" \
	"$(jq -r '"\(.same) \(.reasons[-1].reason) \(.differences[0].difference)"' "$out")"
is_settled "linked" 16
run "$isobar" link --now "$(day 16)" "$life" "$pub_risk" --reason again
expect_code "linked already" 1
expect "one line" "isobar link: finding $life is in that risk already" "$(cat "$err")"
run "$isobar" unlink --now "$(day 17)" "$life" --actor otto
expect_code "unlinked" 0
dump_open "$tmp/after"
expect_same "the risks are as they were" "$tmp/before" "$tmp/after"
expect "nothing leads elsewhere" 0 "$(sql "select count(*) from isobar.risk_alias where reason = 3")"
expect "the former row" "ada|one ticket|0" "$(sql 'select actor, reason, kind from isobar.risk_link_version')"
expect "nothing is linked" 0 "$(sql 'select count(*) from isobar.risk_link')"
is_settled "unlinked" 17
proves "a link joins, with the earlier begin, and its end parts them as they were"

# --- imports ---
must "$isobar" link --quiet --now "$(day 17)" "$life_risk" "$log_risk" --reason 'all of it'
expect "all of a risk" "$(risk S3.9)" "$(risk S3.13)"
estate "$tmp/moved" updated=2026-11-17T00:00:00Z label=CRITICAL title='Another title'
take 18 "$tmp/moved"
expect "still linked after an import" "$(risk S3.9)" "$(risk S3.13)"
expect "and still three risks" 3 "$(open_risks | wc -l)"
is_settled "imported" 18
sed '2d' "$tmp/moved/hub.json" >"$tmp/without.json"
asff 2 bucket=alpha control=S3.13 updated=2026-11-18T00:00:00Z state=ARCHIVED compliance=PASSED >>"$tmp/without.json"
must "$isobar" import --quiet --now "$(day 19)" "$tmp/without.json"
expect "a linked finding closes as any" 2 "$(sql "select n_findings from isobar.risk where risk_id = '$(risk S3.9)'")"
take 20 "$tmp/moved"
proves "a link survives imports"

# --- splits ---
make_db
take 15 "$tmp/first"
due=$(sql "select due_at from isobar.risk where risk_id = '$pub_risk'")
dump_open "$tmp/before"
run "$isobar" split --now "$(day 16)" --json "$pub_prowler" --reason 'another key' --actor ada
expect_code "split" 0
own=$(jq -r .risk "$out")
expect "a risk of its own" "$own" "$(risk $pub_rule)"
expect "the other one is what it was" "$pub_risk 1" \
	"$(risk S3.2) $(sql "select n_findings from isobar.risk where risk_id = '$pub_risk'")"
expect "its clock goes on" "t" "$(sql "select due_at = '$due' from isobar.risk where risk_id = '$pub_risk'")"
expect "and is no later for the new one" "t" "$(sql "select due_at <= '$due' from isobar.risk where risk_id = '$own'")"
expect "five risks" 5 "$(open_risks | wc -l)"
run "$isobar" why --json "$pub_hub" "$pub_prowler"
expect "why says it" "false split" "$(jq -r '"\(.same) \(.differences[0].difference)"' "$out")"
is_settled "split" 16
take 18 "$tmp/moved"
expect "still split after an import" "$own" "$(risk $pub_rule)"
is_settled "imported" 18
run "$isobar" link --now "$(day 18)" "$life" "$own" --reason 'the same key'
expect_code "linked to what was split" 0
expect "there it is" "$(risk $pub_rule)" "$(risk S3.13)"
must "$isobar" unlink --quiet --now "$(day 18)" "$life"
take 18 "$tmp/first"
must "$isobar" unlink --quiet --now "$(day 19)" "$pub_prowler"
expect "one risk again" "$pub_risk $pub_risk" "$(risk S3.2) $(risk $pub_rule)"
expect "the other one has ended" 6 "$(sql "select state from isobar.risk where risk_id = '$own'")"
is_settled "unsplit" 19
proves "a split makes a risk of its own, which survives imports and ends with it"

# --- what was linked is split off: from the risk that it is in ---
make_db
take 15 "$tmp/first"
sql "update isobar.sla_segment set from_at = from_at - interval '3 days' where risk_id = '$pub_risk' and segment_no = 0"
must "$isobar" link --quiet --now "$(day 16)" "$log_hub" "$pub_risk" --reason 'one ticket'
run "$isobar" split --now "$(day 18)" --json "$log_hub" --reason 'two of them'
expect_code "split" 0
own=$(jq -r .risk "$out")
expect "a risk of its own" "$own" "$(risk S3.9)"
expect "its clock has run as that one's" "t" "$(sql "select min(o.from_at) = min(p.from_at) and count(*) > 0
	from isobar.sla_segment as o, isobar.sla_segment as p where o.risk_id = '$own' and p.risk_id = '$pub_risk'")"
is_settled "split" 18
must "$isobar" unlink --quiet --now "$(day 19)" "$log_hub"
expect "where it would be by itself" "$log_risk" "$(risk S3.9)"
is_settled "unsplit" 19
proves "what is split off goes on with the clock of the risk that it was in"

# --- any order ---
order=0
for order in 1 2 3; do
	make_db
	take 15 "$tmp/first"
	say "seed $seed$order"
	printf '%s\n' "link $life $log_hub" "split $pub_prowler" import "unlink" score | shuffle_by "$seed$order" >"$tmp/order"
	while read -r what a b; do
		case $what in
		link) must "$isobar" link --quiet --no-score --now "$(day 16)" "$a" "$(risk S3.9)" --reason x ;;
		split) must "$isobar" split --quiet --no-score --now "$(day 16)" "$a" --reason x ;;
		unlink)
			must "$isobar" split --quiet --now "$(day 16)" "$log_prowler" --reason x
			must "$isobar" unlink --quiet --now "$(day 16)" "$log_prowler"
			;;
		import) must "$isobar" import --quiet --no-score --now "$(day 16)" "$tmp/moved/hub.json" ;;
		score) must "$scorer" --once --now "$(day 16)" ;;
		esac
	done <"$tmp/order"
	must "$scorer" --once --now "$(day 16)"
	open_risks >"$tmp/risks$order"
	expect_same "order $order: $(tr '\n' ' ' <"$tmp/order")" "$tmp/risks1" "$tmp/risks$order"
	is_settled "order $order" 16
done
expect "with all that was said" 4 "$(wc -l <"$tmp/risks1")"
proves "the order of decisions and imports does not matter"

# --- what is refused ---
make_db
take 15 "$tmp/first"
must "$isobar" org create other
must "$isobar" import --quiet --org other --now "$now" "$tmp/first/hub.json"
foreign=$(sql "select finding_id from isobar.finding where org_id <> 1 limit 1")

# refused CASE CODE LINE ARGUMENTS…
refused() {
	local name=$1 want=$2 line=$3
	shift 3
	run "$isobar" "$@"
	expect_code "$name" "$want"
	expect "$name: one line" 1 "$(wc -l <"$err")"
	grep -q "$line" "$err" || fail "$name" "$(cat "$err")"
}
refused "an unknown finding" 1 'there is no finding ffffffffffff' split ffffffffffff --reason x
refused "an unknown risk" 1 'there is no risk or finding ffffffffffff' link "$life" ffffffffffff --reason x
refused "a finding of another org" 1 "there is no finding $foreign" split "$foreign" --reason x
refused "and as what is linked" 1 "there is no risk or finding $foreign" link "$foreign" "$log_risk" --reason x
refused "no id" 1 'is not the id of' link nonsense "$log_risk" --reason x
refused "a finding to itself" 1 'is not linked to itself' link "$life" "$life" --reason x
refused "a risk to itself" 1 'is not linked to itself' link "$log_risk" "$log_risk" --reason x
refused "a finding to its own risk" 1 'is in that risk already' link "$log_hub" "$log_risk" --reason x
refused "a finding of another asset" 1 'of another asset: links join findings of one asset only' link "$beta" "$log_risk" --reason x
refused "the last finding" 1 'would have no finding left' split "$life" --reason x
refused "all findings" 1 'would have no finding left' split "$log_hub" "$log_prowler" --reason x
refused "findings of two risks" 1 'is not in that risk' split "$log_hub" "$pub_hub" --reason x
refused "what nobody said" 1 'nobody has linked or split it' unlink "$log_hub"
refused "no reason" 2 'wants --reason' link "$life" "$log_risk"
refused "a blank reason" 2 'wants --reason' split "$log_hub" --reason ' '
refused "one id" 2 'wants two ids' link "$life" --reason x
refused "none" 2 'wants the ids' split --reason x
refused "nobody" 2 'actor is nobody' split "$log_hub" --reason x --actor ' '
expect "nothing was written" "0 0 0" "$(sql "select (select count(*) from isobar.risk_link) || ' ' ||
	(select count(*) from isobar.risk_event where kind = 14) || ' ' || (select count(*) from isobar.risk_note)")"
proves "what cannot be is refused with one line"
done_testing
