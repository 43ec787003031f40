#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tokens and orgs on the command line: what is printed, what is stored and what never is, who sees
# what, and how wrong input is answered.
. "$(dirname "$0")/lib.sh"

# refused CASE CODE PATTERN COMMAND…: one line on stderr that fits the pattern, nothing on stdout.
refused() {
	local name=$1 want=$2 pattern=$3
	shift 3
	run "$@"
	expect_code "$name" "$want"
	expect "$name: lines on stderr" 1 "$(wc -l <"$err")"
	expect "$name: stdout" "" "$(cat "$out")"
	grep -qE -- "$pattern" "$err" || fail "$name" "it said: $(cat "$err")"
}

# create ARGUMENT…: a token into $token, its id into $id.
create() {
	must "$isobar" token create --quiet "$@"
	token=$(cat "$out")
	id=${token:4:12}
}

# listed ID FILTER: what jq makes of the line of a token.
listed() {
	"$isobar" token list --json "${@:3}" | jq -rc --arg id "$1" "select(.id == \$id) | $2"
}

make_db
now=2026-11-15T06:00:00Z

# What a token is, and who keeps it.
must "$isobar" token create --role viewer --name ci --now "$now"
token=$(cat "$out")
id=${token:4:12}
secret=${token:17:43}
grep -qE '^iso_[a-z2-7]{12}_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$' "$out" || fail "form of a token" "$token"
expect "lines of a token" 1 "$(wc -l <"$out")"
expect "lines of advice" 1 "$(wc -l <"$err")"
grep -q "id $id, expires 2027-02-13T06:00:00Z" "$err" || fail "advice" "$(cat "$err")"
grep -qF "$secret" "$err" && fail "the advice holds the secret"
expect "hash" 1 "$(sql "select count(*) from isobar.api_token where token_id = '$id' and token_hash = sha256('$token')")"
pg_dump --dbname "$ISOBAR_DATABASE" >"$tmp/dump"
grep -q "$id" "$tmp/dump" || fail "the dump of the database lacks the id: it shows nothing"
grep -qF -- "$secret" "$tmp/dump" && fail "the secret stands in the database"
"$isobar" token list >"$tmp/list"
"$isobar" token list --json >>"$tmp/list"
"$isobar" dump --table principal >>"$tmp/list"
grep -qF -- "$secret" "$tmp/list" && fail "the secret stands in a list"
other=$("$isobar" token create --role viewer --quiet)
[ "${other:4}" != "${token:4}" ] || fail "two tokens are one"
proves "a token is printed once and stored as a hash"

# Keys of the output, and the options behind them.
must "$isobar" token create --json --quiet --now "$now" --role analyst,viewer,analyst --scope account:111122223333 \
	--expires 12h --name scanner
expect "create --json" '["id","token","name","roles","scope","expires_at"]' "$(jq -c keys_unsorted "$out")"
expect "create --json: values" '["scanner",["viewer","analyst"],"account:111122223333","2026-11-15T18:00:00Z"]' \
	"$(jq -c '[.name, .roles, .scope, .expires_at]' "$out")"
expect "create --json: id" true "$(jq '(.token | startswith("iso_")) and .token[4:16] == .id' "$out")"
scanner=$(jq -r .id "$out")
expect "list --json" \
	'["id","name","kind","roles","scope","created_at","expires_at","used_at","revoked_at","state"]' \
	"$(listed "$scanner" keys_unsorted --now "$now")"
expect "list --json: values" \
	'["scanner","service",["viewer","analyst"],"account:111122223333","2026-11-15T06:00:00Z","2026-11-15T18:00:00Z",null,null,"active"]' \
	"$(listed "$scanner" 'del(.id) | [.[]]' --now "$now")"
expect "active to the end" active "$(listed "$scanner" .state --now 2026-11-15T17:59:59Z)"
expect "expired" expired "$(listed "$scanner" .state --now 2026-11-15T18:00:00Z)"
create --role viewer --expires never --person --name anna@example.org
expect "never, and a person" '[null,"person",null,"active"]' \
	"$(listed "$id" '[.expires_at, .kind, .scope, .state]' --now 2099-01-01T00:00:00Z)"
create --role admin --role auditor --now "$now" --expires 2026-11-20T00:00:00+01:00
expect "a time, and no name" "[\"token-$id\",[\"admin\",\"auditor\"],\"2026-11-19T23:00:00Z\"]" \
	"$(listed "$id" '[.name, .roles, .expires_at]')"
create --role viewer --expires 30m --now "$now" --scope 'owner:Team Grün: web'
expect "minutes, and a scope of words" '["2026-11-15T06:30:00Z","owner:Team Grün: web"]' \
	"$(listed "$id" '[.expires_at, .scope]')"
must "$isobar" token list --now "$now"
expect "list: heads" "id name roles scope created expires used state" "$(head -n 1 "$out" | tr -s ' ' | sed 's/ $//')"
expect "list: a row" \
	"$scanner scanner viewer,analyst account:111122223333 2026-11-15 06:00 2026-11-15 18:00 never active" \
	"$(grep "^$scanner" "$out" | tr -s ' ' | sed 's/ $//')"
proves "options and JSON keys are as documented"

# One principal, several tokens, one set of rights.
create --role analyst --name bot --scope owner:shop
first=$id
create --role analyst --name bot --scope owner:shop
second=$id
refused "more rights beside an active token" 1 'other roles or another scope.*revoke' \
	"$isobar" token create --role analyst,admin --name bot --scope owner:shop
refused "a wider scope beside an active token" 1 'other roles or another scope' \
	"$isobar" token create --role analyst --name bot
refused "another kind" 1 '"bot" is a service' "$isobar" token create --role analyst --name bot --scope owner:shop --person
expect "tokens of bot" 2 "$(sql "select count(*) from isobar.api_token where name = 'bot'")"
must "$isobar" token revoke "$first" --json --now "$now"
expect "revoke --json" "{\"id\":\"$first\",\"name\":\"bot\",\"revoked\":true,\"new\":true}" "$(cat "$out")"
expect "revoked" '["revoked","2026-11-15T06:00:00Z"]' "$(listed "$first" '[.state, .revoked_at]')"
expect "the twin is not" active "$(listed "$second" .state)"
must "$isobar" token revoke --name bot
expect "revoke by name: lines" 2 "$(wc -l <"$out")"
grep -q "^$first of bot was revoked before\$" "$out" || fail "revoked before" "$(cat "$out")"
grep -q "^$second of bot is revoked\$" "$out" || fail "is revoked" "$(cat "$out")"
expect "revoked earlier stays so" 2026-11-15T06:00:00Z "$(listed "$first" .revoked_at)"
create --role viewer --name bot
expect "new rights once nothing is active" '[["viewer"],null]' "$(listed "$id" '[.roles, .scope]')"
run "$isobar" token revoke "$id" aaaaaaaaaaaa --json
expect_code "one known, one unknown id" 3
expect "one known, one unknown id: stdout" "[\"$id\",true,true] [\"aaaaaaaaaaaa\",false,false]" \
	"$(jq -c '[.id, .revoked, .new]' "$out" | paste -s -d ' ')"
grep -q 'no token aaaaaaaaaaaa in the org default' "$err" || fail "unknown id" "$(cat "$err")"
proves "rights of a name do not change under its active tokens; revoking ends them"

# Who asks at the same time waits, and is refused where the first one was given other rights.
for n in 1 2 3 4 5 6; do
	role=viewer
	[ $((n % 2)) -eq 0 ] || role=admin
	{ "$isobar" token create --quiet --role "$role" --name race >/dev/null 2>&1 && echo "$role" || echo refused; } \
		>"$tmp/race.$n" &
done
wait
expect "rights of those who won" 1 "$(cat "$tmp"/race.* | grep -v refused | sort -u | wc -l)"
expect "tokens of those who won" "$(cat "$tmp"/race.* | grep -cv refused)" \
	"$(sql "select count(*) from isobar.api_token where name = 'race'")"
expect "rights that are stored" "$(cat "$tmp"/race.* | grep -v refused | sort -u)" \
	"$(sql "select string_agg(case role when 0 then 'viewer' when 4 then 'admin' end, ' ') from isobar.role_grant
	        join isobar.principal using (org_id, principal_id) where name = 'race'")"
proves "two creations at once do not add up"

# Orgs.
must "$isobar" org create shop-2
expect "org create" "org shop-2 is number 2" "$(cat "$out")"
must "$isobar" org create third --json --now "$now"
expect "org create --json" '{"id":3,"name":"third","created_at":"2026-11-15T06:00:00Z"}' "$(cat "$out")"
expect "org list --json" '[1,"default"] [2,"shop-2"] [3,"third"]' \
	"$("$isobar" org list --json | jq -c '[.id, .name]' | paste -s -d ' ')"
expect "org list" "3 third 2026-11-15 06:00" "$("$isobar" org list | tail -n 1 | sed 's/^ *//; s/ *$//' | tr -s ' ')"
refused "a name that is taken" 1 'an org "third" already' "$isobar" org create third
for n in 1 2 3 4 5 6; do
	"$isobar" org create "many-$n" >/dev/null 2>"$tmp/org.$n" &
done
wait
expect "orgs made at once: errors" "" "$(cat "$tmp"/org.*)"
expect "orgs made at once" "4 5 6 7 8 9" "$(sql "select string_agg(org_id::text, ' ' order by org_id) from isobar.org where name like 'many-%'")"
proves "orgs get numbers of their own"

expect "tokens of another org" "There are no tokens." "$("$isobar" token list --org shop-2)"
create --role viewer --name ci --org shop-2
expect "tokens of the second org" "$id" "$("$isobar" token list --org shop-2 --json | jq -r .id)"
expect "not among those of the first" "" "$(listed "$id" .id)"
refused "an id of another org" 1 "no token $id in the org default" "$isobar" token revoke "$id"
refused "a name without tokens here" 1 'no token of "ci" in the org third' "$isobar" token revoke --name ci --org third
must "$isobar" token revoke --name ci --org shop-2
expect "revoked in the second org" revoked "$(listed "$id" .state --org shop-2)"
expect "active in the first org" 1 "$("$isobar" token list --json | jq -r 'select(.name == "ci") | .state' | grep -c active)"
refused "an org that is not there" 1 'no org "nowhere"' "$isobar" token list --org nowhere
must "$isobar" import --quiet --no-score --org shop-2 "$sample/gcp"
expect "findings of the first org" "" "$("$isobar" findings --json)"
expect_some "findings of the second org" "$("$isobar" findings --json --org shop-2 | wc -l)"
proves "orgs do not see each other's tokens and findings"

# Wrong usage: one line that says what is allowed.
t=("$isobar" token create)
refused "no role" 2 '--role is needed' "${t[@]}" --name x
refused "an unknown role" 2 'viewer, analyst, approver, integrator, admin, auditor, not "root"' "${t[@]}" --role root
refused "one role of two" 2 'not "adm"' "${t[@]}" --role viewer,adm
refused "an empty role" 2 'not ""' "${t[@]}" --role viewer,
refused "an unknown scope" 2 'account:<id> or owner:<name>' "${t[@]}" --role viewer --scope team:web
refused "a scope of nobody" 2 'account:<id> or owner:<name>' "${t[@]}" --role viewer --scope owner:
refused "an empty scope" 2 'leave it out for the whole org' "${t[@]}" --role viewer --scope ''
refused "two scopes" 2 '--scope can be given once' "${t[@]}" --role viewer --scope account:1 --scope account:2
for when in 90 d 0d -5d 5w 1.5h 3651d 99999999999999999999d 90dd tomorrow '' ' 5d' 2026-13-01T00:00:00Z; do
	refused "expires \"$when\"" 2 '(12h or 90d .*RFC 3339.*never|a value is missing)' "${t[@]}" --role viewer --expires "$when"
done
refused "a time that has passed" 2 'has passed' "${t[@]}" --role viewer --expires "$now" --now "$now"
for name in '' system -x 'a b' "$(printf 'a\nb')" iso_aaaaaaaaaaaa "$(printf '%0101d' 0)" 'x:y' 'grün'; do
	refused "name \"$name\"" 2 '--name has 1 to 100' "${t[@]}" --role viewer "--name=$name"
done
refused "two kinds" 2 'exclude each other' "${t[@]}" --role viewer --person --service
refused "a word too many" 2 'takes options only' "${t[@]}" --role viewer "$token"
refused "an unknown option" 2 'unknown option --rolle' "${t[@]}" --rolle viewer
refused "list: a word too many" 2 'takes options only' "$isobar" token list "$token"
refused "revoke: nothing" 2 'wants ids' "$isobar" token revoke
refused "revoke: both" 2 'wants ids' "$isobar" token revoke --name ci aaaaaaaaaaaa
refused "revoke: no id" 2 '"abc" is no id' "$isobar" token revoke abc
refused "revoke: an id in capitals" 2 'is no id' "$isobar" token revoke AAAAAAAAAAAA
refused "revoke: a quote" 2 'is no id' "$isobar" token revoke "aaaaaaaaaaa'"
refused "revoke: a token" 2 'never put a token on a command line' "$isobar" token revoke "$token"
refused "revoke: the name is a token" 2 'never put a token on a command line' "$isobar" token revoke --name "$token"
refused "revoke: unknown" 1 'no token aaaaaaaaaaaa' "$isobar" token revoke aaaaaaaaaaaa
for name in '' UPPER 'a b' -x _ "$(printf '%0101d' 0)"; do
	refused "org \"$name\"" 2 '(a name has 1 to 100|unknown option)' "$isobar" org create "$name"
done
refused "org: no name" 2 'wants one name' "$isobar" org create
refused "org: two names" 2 'wants one name' "$isobar" org create a b
refused "org list: a name" 2 'takes options only' "$isobar" org list a
refused "a verb mistyped" 2 'one of create, list, revoke, not "lst" .*isobar token --help' "$isobar" token lst
refused "an org's verb mistyped" 2 'one of create, list, not "add"' "$isobar" org add
run "$isobar" token
expect_code "no verb" 2
grep -q '^usage: isobar token VERB' "$err" || fail "no verb" "$(cat "$err")"
must "$isobar" token --help
expect "help names the verbs" "create list revoke" "$(sed -n 's/^  \([a-z][a-z]*\).*/\1/p' "$out" | paste -s -d ' ')"
for verb in create list revoke; do
	must "$isobar" token "$verb" --help
	grep -q "^usage: isobar token $verb" "$out" || fail "help of $verb" "$(cat "$out")"
done
proves "wrong usage is answered with what is allowed, and never with a token"

# What cannot be shown is told, so that it can be revoked.
if [ -e /dev/full ]; then
	code=0
	"$isobar" token create --role viewer --name unseen >/dev/full 2>"$err" || code=$?
	expect_code "a full disk" 1
	id=$(sql "select token_id from isobar.api_token where name = 'unseen'")
	grep -q "nobody has seen the token: isobar token revoke $id" "$err" || fail "a full disk" "$(cat "$err")"
fi
psql --quiet --dbname "$ISOBAR_DATABASE" --command "alter table isobar.api_token rename to gone"
before=$(sql "select count(*) from isobar.principal")
run "$isobar" token create --role viewer --name late
expect_code "a schema that does not fit" 1
expect "stdout of a failure" "" "$(cat "$out")"
expect "nothing is half made" "$before" "$(sql "select count(*) from isobar.principal")"
run "$isobar" token list --database "host=$tmp dbname=none"
expect_code "no database" 75
proves "failures leave nothing behind"

done_testing
