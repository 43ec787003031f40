#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A changed catalogue over stored risks: diff says what apply does, and writes nothing; every risk keeps id, begin,
# clock, tickets and history, under whatever name; what nobody can tell waits for a decision; a catalogue that
# `isobar migrate` loads is followed by the scorer by itself, and the way back leads back.
. "$(dirname "$0")/lib.sh"

day() {
	printf '2026-11-%02dT06:00:00Z' "$1"
}

# hub RULE…; tool CHECK…: findings of both tools on bucket alpha
hub() {
	local rule
	for rule in "$@"; do
		asff "$rule" bucket=alpha "control=$rule"
	done
}
tool() {
	local check
	for check in "$@"; do
		prowler bucket=alpha "check=$check"
	done
}

# catalogue FOLDER: the program's, with controls of the test
catalogue() {
	cp -r "$root/catalog" "$1"
	local name like
	for name in encryption=kms left=versioning logging=access-logging other=lifecycle public-acl=public-access \
		public-policy=public-access right=versioning; do
		like=storage.${name#*=}
		grep "^$like"$'\t' "$root/catalog/controls.tsv" | sed "s/^$like/test.${name%=*}/"
	done >>"$1/controls.tsv"
}

# alias FOLDER RULE CONTROL: moves it there, or takes it away (-)
alias() {
	awk -F '\t' -v rule="$2" -v control="$3" 'BEGIN { OFS = "\t" }
		$2 == rule && ($1 == "prowler" || $1 == "aws_securityhub") { if (control == "-") next; $3 = control }
		{ print }' "$1/control_aliases.tsv" >"$tmp/aliases"
	cp "$tmp/aliases" "$1/control_aliases.tsv"
}

# risk SUBJECT: the id of the one that lives; field SUBJECT EXPRESSION
risk() {
	sql "select risk_id from isobar.risk where org_id = 1 and state <> 6 and subject = '$1'"
}
field() {
	sql "select $2 from isobar.risk as r where org_id = 1 and state <> 6 and subject = '$1'"
}

# lives FILE: what must go on of every risk, by its id
lives() {
	sql "select r.risk_id, r.state, r.opened_at, r.due_at, r.owner_id, s.ledger, t.tickets, n.notes
		from isobar.risk as r
		left join lateral (select string_agg(concat_ws(' ', from_at, mode, band, reason), ', ' order by segment_no) as ledger
			from isobar.sla_segment as s where s.org_id = 1 and s.risk_id = r.risk_id) as s on true
		left join lateral (select string_agg(external_key, ' ' order by external_key) as tickets
			from isobar.ticket as t where t.org_id = 1 and t.risk_id = r.risk_id) as t on true
		left join lateral (select count(*) as notes
			from isobar.risk_note as n where n.org_id = 1 and n.risk_id = r.risk_id) as n on true
		where r.org_id = 1 and r.state <> 6 order by r.risk_id" >"$1"
}

written() {
	sql "select (select sum(version) from isobar.risk), (select count(*) from isobar.risk_event),
		(select count(*) from isobar.sla_segment), (select count(*) from isobar.risk_alias),
		(select count(*) from isobar.risk), (select count(*) from isobar.risk_heir),
		(select count(*) from isobar.risk_link), (select count(*) from isobar.identity_case),
		(select count(*) from isobar.identity_change), (select count(*) from isobar.identity_mark),
		(select count(*) from isobar.control_alias_version), (select count(*) from isobar.dirty_mark)"
}

# is_settled CASE DAY: scoring all assets once more writes nothing, and the counters are right
is_settled() {
	local before
	before=$(sql "select (select sum(version) from isobar.risk), (select count(*) from isobar.risk_event),
		(select count(*) from isobar.sla_segment), (select count(*) from isobar.risk_alias)")
	sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset"
	must "$scorer" --once --now "$(day "$2")"
	expect "$1: scored again, nothing is written" "$before" "$(sql "select (select sum(version) from isobar.risk),
		(select count(*) from isobar.risk_event), (select count(*) from isobar.sla_segment),
		(select count(*) from isobar.risk_alias)")"
	expect "$1: the counters are right" 0 "$(sql "select count(*) from (select band, state, responsibility, count(*) as n
		from isobar.risk where org_id = 1 group by 1, 2, 3) as r full join (select band, state, responsibility, n
		from isobar.queue_count where org_id = 1 and n <> 0) as q using (band, state, responsibility, n)
		where r is null or q is null")"
	expect "$1: each finding is in one risk that lives" 0 "$(sql "select count(*) from isobar.finding as f
		where f.org_id = 1 and f.state = 0 and 1 <> (select count(*) from isobar.risk as r
			join isobar.risk_explanation as e using (org_id, risk_id)
			where r.org_id = 1 and r.state <> 6 and f.finding_id = any (e.members))")"
}

make_db
hub S3.17 S3.13 >"$tmp/first.json"
hub S3.4 S3.9 S3.2 S3.20 S3.14 S3.7 S3.11 S3.12 >"$tmp/second.json"
tool s3_bucket_server_access_logging_enabled s3_bucket_kms_encryption s3_bucket_default_encryption \
	s3_bucket_public_access s3_bucket_no_mfa_delete s3_bucket_object_versioning s3_bucket_lifecycle_enabled \
	s3_bucket_cross_region_replication s3_bucket_event_notifications_enabled s3_bucket_acl_prohibited \
	>"$tmp/third.json"
must "$isobar" import --quiet --now "$(day 10)" "$tmp/first.json"
must "$isobar" import --quiet --now "$(day 12)" "$tmp/second.json" "$tmp/third.json"
expect "ten risks" 10 "$(sql "select count(*) from isobar.risk where state <> 6")"

logging=$(risk control:storage.access-logging)
kms=$(risk control:storage.kms)
default=$(risk control:storage.default-encryption)
public=$(risk control:storage.public-access)
mfa=$(risk control:storage.mfa-delete)
versioning=$(risk control:storage.versioning)
lifecycle=$(risk control:storage.lifecycle)
replication=$(risk control:storage.replication)
acl=$(risk control:storage.acl-disabled)

# What people and trackers have put on them.
n=0
for id in "$logging" "$kms" "$default" "$public" "$mfa" "$acl"; do
	n=$((n + 1))
	sql "insert into isobar.ticket (org_id, ticket_id, endpoint_id, risk_id, external_key, state, created_at)
		values (1, gen_random_uuid(), 1, '$id', 'SEC-$n', 1, timestamptz '$(day 12)' + interval '$n s')"
done
must "$isobar" transition "$logging" --to in_progress --reason "We take it up." --now "$(day 13)" --quiet
must "$isobar" accept "$public" --until "$(day 28)" --reason "Until the move." --requested-by ann \
	--approved-by bob --now "$(day 13)" --quiet
lives "$tmp/before"

# --- the change ---
new=$tmp/catalogue
catalogue "$new"
alias "$new" S3.9 test.logging
alias "$new" s3_bucket_server_access_logging_enabled test.logging
for rule in S3.17 s3_bucket_kms_encryption S3.4 s3_bucket_default_encryption; do
	alias "$new" $rule test.encryption
done
alias "$new" S3.2 test.public-policy
alias "$new" s3_bucket_public_access test.public-acl
alias "$new" S3.20 test.left
alias "$new" s3_bucket_object_versioning test.left
alias "$new" S3.14 test.right
alias "$new" s3_bucket_no_mfa_delete test.right
alias "$new" s3_bucket_lifecycle_enabled test.other
alias "$new" s3_bucket_cross_region_replication storage.event-notifications
alias "$new" S3.12 -
alias "$new" s3_bucket_acl_prohibited -

wrote=$(written)
must "$isobar" identity diff --json --catalog "$new" --now "$(day 20)"
cp "$out" "$tmp/diff.json"
expect "diff writes nothing" "$wrote" "$(written)"
expect "nothing is applied" false "$(jq .applied "$tmp/diff.json")"
expect "kept: two that only exchange a finding" 2 "$(jq .kept "$tmp/diff.json")"
expect "renamed" '{"cases":1,"risks":1}' "$(jq -c .renamed "$tmp/diff.json")"
expect "split" '{"cases":3,"risks":3}' "$(jq -c .split "$tmp/diff.json")"
expect "merged" '{"cases":1,"risks":2}' "$(jq -c .merged "$tmp/diff.json")"
expect "ambiguous" '{"cases":1,"risks":2}' "$(jq -c .ambiguous "$tmp/diff.json")"
expect "each case is listed" 6 "$(jq '.listed | length' "$tmp/diff.json")"
# listed KIND FROM: what becomes of it, "*" goes on
listed() {
	jq -r --arg kind "$1" --arg id "$2" '.listed[] | select(.kind == $kind and any(.before[]; .id == $id)) |
		[.after[] | .subject + (if .goes_on then "*" else "" end)] | sort | join(" ")' "$tmp/diff.json"
}
expect "the renamed one" "control:test.logging*" "$(listed renamed "$logging")"
expect "the merged ones" "control:test.encryption*" "$(listed merged "$kms")"
expect "with the other one" "control:test.encryption*" "$(listed merged "$default")"
expect "taken apart" "control:test.public-acl* control:test.public-policy" "$(listed split "$public")"
expect "a part leaves" "control:storage.lifecycle* control:test.other" "$(listed split "$lifecycle")"
expect "without a control" "rule:aws_securityhub/S3.12* rule:prowler/s3_bucket_acl_prohibited" "$(listed split "$acl")"
expect "nobody can tell" "control:test.left control:test.right" "$(listed ambiguous "$mfa")"
expect "of both" "control:test.left control:test.right" "$(listed ambiguous "$versioning")"
jq -e 'all(.listed[]; (.why | length) > 0 and all(.before[]; (.title | length) > 0))' "$tmp/diff.json" >/dev/null ||
	fail "each case says why and of what"
must "$isobar" identity diff --catalog "$new" --cases 2 --now "$(day 20)"
grep -q '4 more cases are not listed' "$out" || fail "a bounded list with complete counts" "$(cat "$out")"
proves "diff counts and lists every case and writes nothing"

must "$isobar" identity apply --json --catalog "$new" --reason "Catalogue of the test." --actor ann --no-score \
	--now "$(day 20)"
jq -S 'del(.applied, .waiting)' "$out" >"$tmp/applied.json"
jq -S 'del(.applied, .waiting)' "$tmp/diff.json" >"$tmp/said.json"
expect_same "apply does what diff said" "$tmp/said.json" "$tmp/applied.json"
must "$scorer" --once --now "$(day 20)"
expect "recorded" "ann|Catalogue of the test.|1|3|1|1" \
	"$(sql "select actor, reason, renamed, split, merged, ambiguous from isobar.identity_change")"
proves "apply does what diff said"

# --- what goes on ---
expect "renamed: the same risk" "$logging" "$(risk control:test.logging)"
expect "two: the one that was opened first" "$kms" "$(risk control:test.encryption)"
expect "apart: the part that is told" "$public" "$(risk control:test.public-acl)"
expect "the part that stays" "$lifecycle" "$(risk control:storage.lifecycle)"
expect "only a finding moved" "$replication" "$(risk control:storage.replication)"
expect "without a control" "$acl" "$(risk rule:aws_securityhub/S3.12)"
expect "what waits is as it was" "$mfa $versioning" \
	"$(risk control:storage.mfa-delete) $(risk control:storage.versioning)"
expect "the other one leads to it" "$kms" \
	"$(sql "select risk_id from isobar.risk_alias where org_id = 1 and fingerprint = '$default'")"
must "$isobar" explain --json "$default" --now "$(day 20)"
expect "for whoever asks by its id" "$kms" "$(jq -r .id "$out")"
expect "the older ticket stands for the other one" "SEC-2|1| SEC-3|3|SEC-2" "$(sql "select t.external_key, t.state,
	d.external_key from isobar.ticket as t left join isobar.ticket as d on d.org_id = 1 and d.ticket_id = t.duplicate_of
	where t.org_id = 1 and t.risk_id = '$kms' order by 1" | tr '\n' ' ' | sed 's/ $//')"
lives "$tmp/after"
# Of each that lived: the same line, but for the tickets of the one that two became.
join -t '|' -v 1 <(sort "$tmp/before") <(sort "$tmp/after") | grep -v "^$default" >"$tmp/lost" || true
expect "no risk is lost" "" "$(cat "$tmp/lost")"
while IFS='|' read -r id rest; do
	if [ "$id" = "$default" ]; then
		continue
	elif [ "$id" = "$kms" ]; then
		rest=${rest/SEC-2/SEC-2 SEC-3}
	fi
	grep -qxF "$id|$rest" "$tmp/after" || fail "state, begin, due, ledger, tickets of $id" "$id|$rest is $(grep "^$id" "$tmp/after")"
done <"$tmp/before"
expect "nothing was resolved or opened again but what two became one of" "8|$default" \
	"$(sql "select kind, risk_id from isobar.risk_event where org_id = 1 and at >= '$(day 20)' and kind in (3, 4, 8)")"
proves "every risk keeps id, state, begin, due time, ledger and tickets"

for pair in "control:test.public-policy $public" "control:test.other $lifecycle" \
	"rule:prowler/s3_bucket_acl_prohibited $acl"; do
	set -- $pair
	expect "$1: the clock goes on from where it was" \
		"$(sql "select from_at from isobar.sla_segment where org_id = 1 and risk_id = '$2' and mode = 0 order by segment_no limit 1")" \
		"$(sql "select from_at from isobar.sla_segment where org_id = 1 and risk_id = '$(risk "$1")' and mode = 0 order by segment_no limit 1")"
done
expect "a part is not accepted with the whole" 0 "$(field control:test.public-policy state)"
is_settled "after the change" 20
must "$isobar" identity diff --json --catalog "$new" --now "$(day 20)"
expect "and the same catalogue again moves nothing" "0 0 0 0" \
	"$(jq -r '"\(.renamed.cases) \(.split.cases) \(.merged.cases) \(.ambiguous.cases)"' "$out")"
must "$isobar" history --json "$logging" --now "$(day 21)"
expect "its history goes on: opened first, then the name" "opened alias" \
	"$(jq -rs '[.[].kind] | map(select(. == "opened" or . == "alias" or . == "resolved" or . == "reopened")) | join(" ")' "$out")"
proves "parts go on with the clock, and it is settled"

# --- what waits ---
must "$isobar" identity list --json --now "$(day 20)"
expect "one case waits" 1 "$(wc -l <"$out")"
waiting=$(jq -r .case "$out")
expect "with its risks" "$(printf '%s\n' "$mfa" "$versioning" | sort | tr '\n' ' ')" \
	"$(jq -r '.risks[].id' "$out" | sort | tr '\n' ' ')"
must "$isobar" import --quiet --now "$(day 21)" "$tmp/second.json" "$tmp/third.json"
expect "an import changes nothing of that" "$mfa $versioning" \
	"$(risk control:storage.mfa-delete) $(risk control:storage.versioning)"
run "$isobar" identity decide "$waiting" "$mfa=control:none" --reason "x" --now "$(day 22)"
expect_code "what it cannot be" 1
run "$isobar" identity decide ffffffff --reason "x" --now "$(day 22)"
expect_code "no such case" 1
run "$isobar" identity decide "$waiting" --now "$(day 22)"
expect_code "without a reason" 2
must "$isobar" identity decide "$waiting" "$mfa=control:test.right" --reason "The hub is right." --actor bob \
	--now "$(day 22)"
expect "as decided" "$mfa" "$(risk control:test.right)"
expect "and the other one takes what is left" "$versioning" "$(risk control:test.left)"
expect "nothing waits, nothing is linked" "0|0" \
	"$(sql "select (select count(*) from isobar.identity_case where state = 0), (select count(*) from isobar.risk_link)")"
expect "by whom and why" "bob|The hub is right." "$(sql "select actor, reason from isobar.identity_case")"
lives "$tmp/decided"
for id in "$mfa" "$versioning"; do
	expect "it goes on: $id" "$(grep "^$id" "$tmp/before")" "$(grep "^$id" "$tmp/decided")"
done
run "$isobar" identity decide "$waiting" --reason "x" --now "$(day 22)"
expect_code "twice" 1
is_settled "after the decision" 22
proves "what nobody can tell waits, and goes on as somebody decides"

# --- back, by the scorer itself ---
must "$isobar" migrate --quiet --now "$(day 24)"
must "$scorer" --once --now "$(day 24)"
expect "no mark is left of its shard" 0 "$(sql "select count(*) from isobar.identity_mark
	where shard in (select get_byte(uuid_send(canonical_id), 0) >> 6 from isobar.asset)")"
expect "the scorer has recorded it" isobar-scorer \
	"$(sql "select distinct actor from isobar.identity_change where applied_at >= '$(day 24)'")"
expect "the old name, the same risk" "$logging" "$(risk control:storage.access-logging)"
expect "apart again" "$kms $default" \
	"$(risk control:storage.kms) $(risk control:storage.default-encryption)"
expect "one again" "$public" "$(risk control:storage.public-access)"
expect "with its control" "$acl" "$(risk control:storage.acl-disabled)"
expect "ten risks as at first" 10 "$(sql "select count(*) from isobar.risk where state <> 6")"
expect "the one that comes out has the clock" "$(field control:storage.kms due_at)" \
	"$(field control:storage.default-encryption due_at)"
must "$isobar" identity list --json --now "$(day 24)"
decided=$(jq -r .case "$out")
[ -z "$decided" ] || must "$isobar" identity decide "$decided" "$mfa=control:storage.mfa-delete" --reason "Back." \
	--now "$(day 24)"
expect "both as they were called" "$mfa $versioning" \
	"$(risk control:storage.mfa-delete) $(risk control:storage.versioning)"
is_settled "back" 24
proves "a catalogue that migrate loads is followed by the scorer, and the way back leads back"

# --- a name that is taken ---
# S3.9 is another control, then something else finds what its former one is about.
once=$tmp/once
catalogue "$once"
alias "$once" S3.5 test.logging
make_db
hub S3.13 >"$tmp/zero.json"
hub S3.5 >"$tmp/one.json"
must "$isobar" import --quiet --now "$(day 9)" "$tmp/zero.json"
must "$isobar" import --quiet --now "$(day 10)" "$tmp/one.json"
https=$(risk control:storage.https-only)
must "$isobar" identity apply --quiet --catalog "$once" --reason "Moved." --now "$(day 12)"
expect "renamed" "$https" "$(risk control:test.logging)"
tool s3_bucket_secure_transport_policy >"$tmp/two.json"
must "$isobar" import --quiet --now "$(day 13)" "$tmp/two.json"
expect "the risk stays what it is" "$https" "$(risk control:test.logging)"
again=$(risk control:storage.https-only)
[ -n "$again" ] && [ "$again" != "$https" ] || fail "a second risk of the name has an id of its own" "$again"
expect "and its own begin" "2026-11-13" "$(field control:storage.https-only "opened_at::date")"
is_settled "two of one name" 14
# People take the findings out of one, then of the other, and put them back.
lifecycle=$(risk control:storage.lifecycle)
finding() {
	sql "select finding_id from isobar.finding where rule = '$1'"
}
must "$isobar" link --quiet "$(finding S3.5)" "$lifecycle" --reason "One job." --actor ann --now "$(day 15)"
must "$scorer" --once --now "$(day 15)"
expect "its name is not taken by the other one" "$again" "$(risk control:storage.https-only)"
expect "nothing else lives" "$(printf '%s\n' "$again" "$lifecycle" | sort)" \
	"$(sql "select risk_id from isobar.risk where state <> 6 order by risk_id::text collate \"C\"")"
is_settled "one is linked" 15
must "$isobar" link --quiet "$(finding s3_bucket_secure_transport_policy)" "$lifecycle" --reason "That too." \
	--actor ann --now "$(day 16)"
must "$scorer" --once --now "$(day 16)"
expect "all are in one" "$lifecycle" "$(sql "select risk_id from isobar.risk where state <> 6")"
is_settled "both are linked" 16
must "$isobar" unlink --quiet "$(finding S3.5)" --actor ann --now "$(day 17)"
must "$isobar" unlink --quiet "$(finding s3_bucket_secure_transport_policy)" --actor ann --now "$(day 17)"
must "$scorer" --once --now "$(day 17)"
expect "each is what it was" "$https $again" "$(risk control:test.logging) $(risk control:storage.https-only)"
is_settled "both are out again" 17
must "$isobar" migrate --quiet --now "$(day 18)"
must "$scorer" --once --now "$(day 18)"
expect "they become one: that of before" "$https" "$(risk control:storage.https-only)"
is_settled "one again" 18
proves "a name that was given up may be had by another risk"

# --- a name that leads on ---
# One risk becomes part of another, and that one part of a third; then something else has the name of the first.
twice=$tmp/twice
thrice=$tmp/thrice
catalogue "$twice"
alias "$twice" S3.9 storage.lifecycle
catalogue "$thrice"
alias "$thrice" S3.9 storage.https-only
alias "$thrice" S3.13 storage.https-only
make_db
for rule in S3.5 S3.13 S3.9; do
	hub "$rule" >"$tmp/$rule.json"
done
must "$isobar" import --quiet --now "$(day 8)" "$tmp/S3.5.json"
must "$isobar" import --quiet --now "$(day 9)" "$tmp/S3.13.json"
must "$isobar" import --quiet --now "$(day 10)" "$tmp/S3.9.json"
https=$(risk control:storage.https-only)
lifecycle=$(risk control:storage.lifecycle)
logging=$(risk control:storage.access-logging)
must "$isobar" identity apply --quiet --catalog "$twice" --reason "Two are one." --now "$(day 11)"
must "$isobar" identity apply --quiet --catalog "$thrice" --reason "All are one." --now "$(day 12)"
expect "all are in one" "$https" "$(sql "select risk_id from isobar.risk where state <> 6")"
must "$isobar" explain --json "$logging" --now "$(day 12)"
expect "the id of the first leads to the third" "$https" "$(jq -r .id "$out")"
tool s3_bucket_server_access_logging_enabled >"$tmp/two.json"
must "$isobar" import --quiet --now "$(day 13)" "$tmp/two.json"
expect "the first is one again" "$logging" "$(risk control:storage.access-logging)"
expect "the one between stays part of the third" "6|$https" "$(sql "select r.state, l.risk_id from isobar.risk as r
	join isobar.risk_alias as l on l.fingerprint = r.risk_id where r.risk_id = '$lifecycle'")"
is_settled "a name that leads on" 14
proves "a name leads to the risk that its own has become part of"

# --- other keys ---
# As if the program before had made its ids in another way: nothing leads there by name.
make_db
must "$isobar" import --quiet --now "$(day 10)" "$tmp/first.json" "$tmp/second.json"
sql "do \$\$
declare t record;
begin
    for t in select table_name, column_name from information_schema.columns
              where table_schema = 'isobar' and column_name = 'risk_id' and data_type = 'uuid'
                and table_name in (select table_name from information_schema.tables where table_type = 'BASE TABLE')
    loop
        execute format('update isobar.%I set risk_id = overlay(risk_id::text placing %L from 33 for 4)::uuid
                         where risk_id is not null', t.table_name, 'beef');
    end loop;
end \$\$"
lives "$tmp/other"
must "$isobar" identity diff --json --everything --now "$(day 11)"
expect "all are renamed" "$(wc -l <"$tmp/other") 0" "$(jq -r '"\(.renamed.risks) \(.kept)"' "$out")"
must "$isobar" identity apply --quiet --everything --reason "Other keys." --now "$(day 11)"
lives "$tmp/same"
expect_same "and all are as they were" "$tmp/other" "$tmp/same"
is_settled "other keys" 12
proves "a change of the keys keeps every risk"

# --- what is refused ---
run "$isobar" identity apply --now "$(day 12)"
expect_code "apply without a reason" 2
run "$isobar" identity diff --catalog "$tmp/nowhere" --now "$(day 12)"
expect_code "a folder that is not there" 1
grep -q "nowhere" "$err" || fail "it names the file" "$(cat "$err")"
mkdir "$tmp/broken" && cp -r "$root/catalog/." "$tmp/broken"
printf 'prowler\tx\tno.such-control\tread\n' >>"$tmp/broken/control_aliases.tsv"
run "$isobar" identity diff --catalog "$tmp/broken" --now "$(day 12)"
expect_code "a broken catalogue" 1
grep -q "control_aliases.tsv" "$err" || fail "it names the file" "$(cat "$err")"
proves "what is refused"
done_testing
