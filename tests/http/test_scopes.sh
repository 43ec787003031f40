#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who sees an account sees of a risk's explanation the members of a path, and the paths, that are in that
# account; who sees the org, all of them; and no scope is told of a risk that it gets 404 for.
test_name=scopes
. "$(dirname "$0")/../integration/lib.sh"
. "$(dirname "$0")/api.sh"

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT

make_db
must "$isobar" import --quiet --now "$now" "$sample"
sql "insert into isobar.owner (org_id, owner_id, name, kind, contact, actor, valid_from)
	values (1, 77, 'crossing', 0, '', 'test', now())"

# Links of paths whose ends are in two accounts, or in one: the risk that is asked for, the list of its explanation that
# names the other, the other, the account of the first.  A path's risk is of its target; what is in no account is in
# none that a scope can name.
links="with pair as (
	select pr.risk_id as path, m.risk_id as member, ta.account as path_account, ma.account as member_account
	  from isobar.path_member as m
	  join isobar.path as p using (org_id, target_id, entry_id, rule)
	  join isobar.asset as ta on ta.org_id = p.org_id and ta.asset_id = p.target_id
	  join isobar.asset as ea on ea.org_id = p.org_id and ea.asset_id = p.entry_id
	  join isobar.asset as ma on ma.org_id = m.org_id and ma.asset_id = m.asset_id
	  join isobar.risk as pr on pr.org_id = p.org_id and pr.asset_id = p.target_id
	                        and pr.subject = 'path:' || p.rule and pr.location = ea.id
	 where p.level > 0)"
sql "$links
	select path || ' path_members ' || member || ' ' || path_account from pair
	 where path_account <> member_account and path_account <> ''
	union
	select member || ' paths ' || path || ' ' || member_account from pair
	 where path_account <> member_account and member_account <> ''
	order by 1" >"$tmp/crossing"
sql "$links
	select path || ' path_members ' || member || ' ' || path_account from pair
	 where path_account = member_account and path_account <> ''
	order by 1 limit 3" >"$tmp/inside"
expect_some "links that cross accounts" "$(wc -l <"$tmp/crossing")"
expect_some "links within an account" "$(wc -l <"$tmp/inside")"

start_api --now "$now" --rate-limit off --no-access-log
everything=$(new_token --name all)

# token_of ACCOUNT: into $token, made once
declare -A tokens=()
token_of() {
	[ -n "${tokens[$1]:-}" ] || tokens[$1]=$(new_token --name "of-$1" --scope "account:$1")
	token=${tokens[$1]}
}

# names MEMBER ID: does the last explanation name the risk there?
names() {
	jq --arg id "$2" "[.$1[].id] | index(\$id) != null" "$out"
}

while read -r risk list other account; do
	token_of "$account"
	ask "/v1/risks/$other"
	expect "$other for $account" 404 "$status"
	ask "/v1/risks/$risk/explanation"
	expect "explanation of $risk for $account" 200 "$status"
	expect "$list of $risk name $other for $account" false "$(names "$list" "$other")"
	token=$everything
	ask "/v1/risks/$risk/explanation"
	expect "$list of $risk name $other for the org" true "$(names "$list" "$other")"
	must "$isobar" explain --json --now "$now" "$risk"
	expect "isobar explain: $list of $risk name $other" true "$(names "$list" "$other")"
done <"$tmp/crossing"
while read -r risk list other account; do
	token_of "$account"
	ask "/v1/risks/$risk/explanation"
	expect "$list of $risk name $other for its own $account" true "$(names "$list" "$other")"
done <"$tmp/inside"
proves "an explanation names no risk outside of the account that the caller sees"

# An owner sees their risks, wherever they are.
read -r risk list other account <"$tmp/crossing"
sql "update isobar.risk set owner_id = 77 where risk_id = '$risk'"
token=$(new_token --name owner --scope owner:crossing)
ask "/v1/risks/$risk/explanation"
expect "explanation for the owner" 200 "$status"
expect "the owner of one of the two" false "$(names "$list" "$other")"
sql "update isobar.risk set owner_id = 77 where risk_id = '$other'"
ask "/v1/risks/$risk/explanation"
expect "the owner of both" true "$(names "$list" "$other")"
proves "nor outside of the owner's"

stop_api
done_testing
