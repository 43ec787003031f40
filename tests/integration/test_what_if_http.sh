#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What-if over HTTP: its answer is that of isobar what-if, nothing of the org is written, one of an org is at a
# time, what is wrong is refused with its place, and a scorer that ends leaves nothing that waits for ever.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../http/api.sh"

[ -x "$api" ] || skip "$api is not built"
command -v curl >/dev/null || skip "needs curl"
later=2026-11-16T06:00:00Z
written=(risk risk_explanation risk_event sla_segment path dirty_mark risk_rank_history asset_context sla_policy)

member() {
	jq -r "$1" "$out"
}

# post BODY: status in $status, head in $tmp/head
post() {
	ask /v1/what-if -X POST -H 'Content-Type: application/json' -D "$tmp/head" --data-binary "$1"
}

# question KIND FILE: the body that asks it
question() {
	case $1 in
	context) jq -Rsc '{movers: 5, context: [split("\n")[1:][] | select(. != "") | split(",") |
		{asset: .[0], field: .[1], level: .[2], reason: .[3], decided: (.[4] == "yes")}]}' "$2" ;;
	*) jq -Rsc --arg kind "$1" '{movers: 5, ($kind): .}' "$2" ;;
	esac
}

# answered KIND FILE: over HTTP as by the command line
answered() {
	local kind=$1 url
	must "$isobar" what-if --json --movers 5 --now "$later" "--$kind" "$2"
	jq -cS . "$out" >"$tmp/wanted"
	dump_tables "$tmp/before" "${written[@]}"
	post "$(question "$kind" "$2")"
	expect "$kind: taken" 202 "$status"
	url=$(member .status_url)
	expect "$kind: Location" "$url" "$(sed -n 's/^Location: //p' "$tmp/head" | tr -d '\r')"
	ask "$url"
	expect "$kind: it waits" "200 $kind waiting null null" "$status $(member '"\(.kind) \(.state) \(.error) \(.report)"')"
	post "$(question "$kind" "$2")"
	expect "$kind: one at a time" "429 /problems/rate-limited" "$status $(member .type)"
	grep -qi '^Retry-After: [1-9]' "$tmp/head" || fail "$kind: Retry-After" "$(cat "$tmp/head")"
	must "$scorer" --answer --now "$later"
	ask "$url"
	expect "$kind: done" "200 done null" "$status $(member '"\(.state) \(.error)"')"
	jq -cS .report "$out" >"$tmp/got"
	expect_same "$kind: the same answer" "$tmp/wanted" "$tmp/got"
	dump_tables "$tmp/after" "${written[@]}"
	expect_same_dumps "$kind: nothing is written" "$tmp/before" "$tmp/after" "${written[@]}"
	expect_some "$kind: it moves something" "$(jq '.scores + .earlier + .later' "$tmp/wanted")"
	expect "$kind: what was tried is not kept" "" "$(sql 'select string_agg(body, $$$$) from isobar.what_if')"
}

make_db
must "$isobar" import --quiet --now "$now" "$sample"
token=$(new_token)
start_api

jq '.model = "http" | .bands = {medium: 250, high: 450, critical: 650}' "$root/catalog/models/rs-1.0.0.json" \
	>"$tmp/model.json"
printf '[critical]\nband = critical\nwindow = 12h\n\n[high]\nband = high\nwindow = 100d\n' >"$tmp/policy.ini"
asset=$(sql "select a.id from isobar.risk as r join isobar.asset as a using (org_id, asset_id)
	where r.open and a.id !~ '[,\"]' group by a.id order by count(*) desc, a.id limit 1")
printf 'asset,field,level,reason,decided\n%s,criticality,sandbox,test,yes\n%s,exposure,none,test,yes\n' \
	"$asset" "$asset" >"$tmp/context.csv"
answered model "$tmp/model.json"
answered policy "$tmp/policy.ini"
answered context "$tmp/context.csv"
proves "what-if over HTTP answers as the command line, and writes nothing of the org"

# refused NAME BODY POINTER TEXT
refused() {
	post "$2"
	expect "$1" "400 $3" "$status $(member '.errors[0].pointer')"
	member '.errors[0].detail' | grep -qF -e "$4" || fail "$1" "$(cat "$out")"
}
jq '.points.exposure[2] = 90' "$tmp/model.json" >"$tmp/bad.json"
refused "a table that falls" "$(question model "$tmp/bad.json")" /model 'points.exposure falls from 90 to 65'
member '.errors[0].detail' | grep -q '^line [0-9]*: ' || fail "with its line" "$(cat "$out")"
refused "an unknown key" '{"policy": "[x]\nwindo = 3h\n"}' /policy 'policy:2: unknown key "windo"'
refused "an unknown level" '{"context": [{"asset": "a", "field": "exposure", "level": "far"}]}' /context/0/level 'known: none'
refused "an unknown field" '{"context": [{"asset": "a", "field": "colour", "level": "far"}]}' /context/0/field 'known: exposure'
refused "a tab" '{"context": [{"asset": "a\tb", "field": "exposure", "level": "none"}]}' /context/0/asset 'control character'
refused "no asset" '{"context": [{"field": "exposure", "level": "none"}]}' /context/0/asset 'is missing'
refused "two of them" '{"model": "{}", "policy": "[x]\n"}' '' 'one of model, policy and context'
refused "none of them" '{"movers": 1}' '' 'one of model, policy and context'
refused "too many movers" '{"movers": 1001, "policy": "x"}' /movers 'from 0 to 1000'
expect "nothing was written down" 3 "$(sql 'select count(*) from isobar.what_if')"
# What only the database knows is told with the answer.
post '{"policy": "[x]\nwindow = 3h\nowner = nobody-there\n"}'
url=$(member .status_url)
must "$scorer" --answer --now "$later"
ask "$url"
expect "a policy of nobody" "failed null" "$(member '"\(.state) \(.report)"')"
member .error | grep -q '^policy:.*there is no owner' || fail "a policy of nobody" "$(cat "$out")"
post '{"context": [{"asset": "no-such-asset", "field": "exposure", "level": "none"}]}'
url=$(member .status_url)
must "$scorer" --answer --now "$later"
ask "$url"
expect "a context of nothing" failed "$(member .state)"
member .error | grep -q 'line 1: .*no-such-asset' || fail "a context of nothing" "$(cat "$out")"
proves "bad input is refused with its place"

# --- who may ---
good=$token
token=$(new_token --name part --scope account:111122223333)
post "$(question model "$tmp/model.json")"
expect "a reader of a part may not ask" 403 "$status"
ask "$url"
expect "nor read" 403 "$status"
must "$isobar" org create other
token=$(new_token --org other --name stranger)
ask "$url"
expect "another org's is not there" 404 "$status"
token=$good
ask /v1/what-if/nonsense
expect "no id" 404 "$status"
ask "$url" -X POST
expect "no such method" 405 "$status"
proves "readers of the whole org may ask, and nobody else"

# --- a daemon answers it, and one that ended is not waited for ---
post "$(question model "$tmp/model.json")"
url=$(member .status_url)
"$scorer" --now "$later" 2>"$tmp/scorer.log" &
daemon=$!
for ((i = 0; i < 600; i++)); do
	ask "$url"
	[ "$(member .state)" != done ] || break
	sleep 0.1
done
kill "$daemon"
wait "$daemon" || fail "the daemon ends with 0" "$(cat "$tmp/scorer.log")"
expect "the daemon has answered" done "$(member .state)"
post "$(question model "$tmp/model.json")"
url=$(member .status_url)
sql "update isobar.what_if set state = 1, n_tries = 1, backend_pid = 2147483647 where state = 0"
must "$scorer" --answer --now "$later"
ask "$url"
expect "whose scorer is gone is answered by another" done "$(member .state)"
post "$(question model "$tmp/model.json")"
url=$(member .status_url)
sql "update isobar.what_if set state = 1, n_tries = 2, backend_pid = 2147483647 where state = 0"
must "$scorer" --answer --now "$later"
ask "$url"
expect "but not for ever" "failed the scorer ended while it answered this, 2 times" "$(member '"\(.state) \(.error)"')"
sql "update isobar.what_if set asked_at = asked_at - interval '2 hours'"
must "$scorer" --answer --now "$later"
ask "$url"
expect "forgotten after an hour" "404 0" "$status $(sql 'select count(*) from isobar.what_if')"
proves "scorers answer, and what is over is forgotten"
stop_api
done_testing
