#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Owners and the rules for them: tables, mistakes, former rows, what is scored again, risks without an owner,
# and the tags of what holds an asset.
. "$(dirname "$0")/lib.sh"

# owner_json NAME FILTER: one value of isobar owner show.
owner_json() {
	"$isobar" owner show --json "$1" 2>>"$err" | jq -r "$2"
}

# refused CASE TEXT COMMAND…
refused() {
	local name=$1 text=$2
	shift 2
	run "$isobar" owner "$@"
	expect_code "$name" 1
	grep -qF "$text" "$err" || fail "$name" "it said: $(head -c 300 "$err")"
	expect "$name: one line" 1 "$(wc -l <"$err")"
}

make_db
for i in 1 2 3; do asff "$i" bucket="isobar-test-$i" control=S3.8; done >"$tmp/findings.json"
must "$isobar" import --quiet --now "$now" "$tmp/findings.json"

# --- owners ---

cat >"$tmp/owners.csv" <<'CSV'
Name;Kind;Contact;Email;Escalation
shop;team;#shop;shop@example.org;ops
ops;;"pager; 24/7";;
Ann Bee;person;;ann@example.org;
CSV
must "$isobar" owner load --json --now 2026-11-15T07:00:00Z "$tmp/owners.csv"
expect "loaded" "3 3" "$(jq -r '"\(.owners) \(.changed)"' "$out")"
must "$isobar" owner load --json --now 2026-11-15T07:10:00Z "$tmp/owners.csv"
expect "the same again changes nothing" 0 "$(jq .changed "$out")"
must "$isobar" owner list --json
expect "listed" "Ann Bee ops shop" "$(jq -r .name "$out" | paste -sd ' ')"
expect "a person" person "$(owner_json 'Ann Bee' .kind)"
expect "a cell with a semicolon" "pager; 24/7" "$(owner_json ops .contact)"
expect "no email is null" null "$(owner_json ops .email)"
printf 'name,contact,email\nshop,#shop2,shop@example.org\n' >"$tmp/shop.csv"
must "$isobar" owner load --quiet --now 2026-11-15T08:00:00Z "$tmp/shop.csv"
expect "changed" "#shop2" "$(owner_json shop .contact)"
expect "others stay" 3 "$(sql "select count(*) from isobar.owner")"
expect "the former row is kept" "#shop|ops" "$(sql "select contact, escalation from isobar.owner_version
	where name = 'shop' and valid_to = '2026-11-15T08:00:00Z'")"
proves "a table adds and changes owners, and former rows are kept"

# --- rules ---

marks() {
	sql "select count(distinct asset_id) from isobar.dirty_mark"
}
cat >"$tmp/rules.csv" <<'CSV'
level,pattern,owner
tag,team=shop|store,shop
path,"arn:aws:s3:::isobar-test-1",Ann Bee
account,1111*,ops
default,,ops
CSV
expect "nothing is marked" 0 "$(marks)"
must "$isobar" owner rules --no-score --json --now 2026-11-15T09:00:00Z "$tmp/rules.csv"
expect "rules" "4 4" "$(jq -r '"\(.rules) \(.changed)"' "$out")"
expect "all assets with risks are marked" 3 "$(marks)"
must "$isobar" owner rules
expect "by level" "tag account path default" "$(tail -n +2 "$out" | cut -d , -f 1 | paste -sd ' ')"
sql "delete from isobar.dirty_mark"
must "$isobar" owner rules --no-score --json --now 2026-11-15T09:10:00Z "$tmp/rules.csv"
expect "the same again" 0 "$(jq .changed "$out")"
expect "marks nothing" 0 "$(marks)"
expect "with their number" 2 "$(owner_json ops .rules)"
printf 'level,pattern,owner\ntag,team=shop|store,ops\n' >"$tmp/less.csv"
must "$isobar" owner rules --no-score --quiet --now 2026-11-15T10:00:00Z "$tmp/less.csv"
expect "others are gone" "0|1|team=shop|store" "$(sql "select level, position, pattern from isobar.owner_rule")"
expect "former rules are kept" 4 "$(sql "select count(*) from isobar.owner_rule_version
	where valid_to = '2026-11-15T10:00:00Z'")"
proves "a table replaces the rules, keeps the former ones and marks all risks"

# --- removing ---

refused "a rule names it" "is still named by 1 rules" remove ops
must "$isobar" owner remove --now 2026-11-15T11:00:00Z "Ann Bee"
refused "gone" 'there is no owner "Ann Bee"' show "Ann Bee"
expect "the former row is kept" 1 "$(sql "select count(*) from isobar.owner_version where name = 'Ann Bee'")"
proves "an owner is removed when nothing names it"

# --- nobody's ---

"$isobar" queue --queue all --json --where owner=none >"$out"
expect "all are nobody's" 3 "$(wc -l <"$out")"
sql "update isobar.risk as r set owner_id = (select owner_id from isobar.owner where name = 'shop'), owner_basis = 1
	from isobar.asset as a where a.org_id = r.org_id and a.asset_id = r.asset_id and a.id = 'arn:aws:s3:::isobar-test-2'"
"$isobar" queue --queue all --json --where owner=none >"$out"
expect "without the shop's" "2" "$(wc -l <"$out")"
"$isobar" queue --queue all --json --where owner=shop >"$out"
expect "the shop's" "arn:aws:s3:::isobar-test-2 shop" "$(jq -r '"\(.asset) \(.owner)"' "$out")"
expect "counted" 1 "$(owner_json shop '[.open[]] | add')"
must "$isobar" owner show shop
expect_some "for people" "$(grep -c 'isobar-test-2' "$out")"
must "$isobar" owner list
expect_some "in a table" "$(grep -c '^shop ' "$out")"
proves "risks that nobody owns are a queue of their own"

# --- assigning ---

risk=$(sql "select r.risk_id from isobar.risk as r join isobar.asset as a using (org_id, asset_id)
	where a.id = 'arn:aws:s3:::isobar-test-3'")
must "$isobar" assign "$risk" --owner shop --reason "they built it" --now 2026-11-15T12:00:00Z
expect "by a person" "2|shop" "$(sql "select r.owner_basis, o.name from isobar.risk as r join isobar.owner as o using (org_id, owner_id)
	where risk_id = '$risk'")"
must "$isobar" assign "$risk" --by-rule --reason "rules are there now" --now 2026-11-15T13:00:00Z
expect "left to the rules" 0 "$(sql "select owner_basis from isobar.risk where risk_id = '$risk'")"
run "$isobar" assign "$risk" --owner bank --reason x
expect_code "no such owner" 1
run "$isobar" assign "$risk" --reason x
expect_code "to whom" 2
proves "people assign risks and leave them to the rules"

# --- mistakes ---

printf 'name,kind\nshop,robot\n' >"$tmp/bad.csv"
refused "kind" 'bad.csv:2: unknown kind "robot"; known: team, person' load "$tmp/bad.csv"
printf 'name\nshop\n\nshop\n' >"$tmp/bad.csv"
refused "twice" 'bad.csv:4: "shop" stands in line 2 already' load "$tmp/bad.csv"
printf 'name\nNone\n' >"$tmp/bad.csv"
refused "nobody" 'bad.csv:2: no owner can be called "none"' load "$tmp/bad.csv"
printf 'naem\nshop\n' >"$tmp/bad.csv"
refused "column" 'bad.csv:1: unknown column "naem"; known: name, kind, contact' load "$tmp/bad.csv"
printf 'kind\nteam\n' >"$tmp/bad.csv"
refused "no name" 'bad.csv:1: no column "name"' load "$tmp/bad.csv"
: >"$tmp/bad.csv"
refused "empty" 'bad.csv: holds no row' load "$tmp/bad.csv"
printf 'level,pattern,owner\ngruop,a,shop\n' >"$tmp/bad.csv"
refused "level" 'bad.csv:2: unknown level "gruop"; known: tag, group, account, path, default' rules "$tmp/bad.csv"
printf 'level,pattern,owner\npath,,shop\n' >"$tmp/bad.csv"
refused "no pattern" 'bad.csv:2: a rule of level path wants a pattern' rules "$tmp/bad.csv"
printf 'level,pattern,owner\npath,a*,shop\npath,b,bank\n' >"$tmp/bad.csv"
refused "unknown owner" 'bad.csv:3: there is no owner "bank"' rules "$tmp/bad.csv"
printf 'level,pattern,owner\npath,a,shop\npath,a,ops\n' >"$tmp/bad.csv"
refused "one pattern twice" 'bad.csv:3: level path, pattern "a" stands in line 2 already' rules "$tmp/bad.csv"
expect "nothing was written" 1 "$(sql "select count(*) from isobar.owner_rule")"
run "$isobar" owner show
expect_code "no name" 2
proves "mistakes in a table are named with their line, and nothing is written"

done_testing
