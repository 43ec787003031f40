#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# People move risks through the api: states alone and in bulk, owners, claims, later due times; what is
# refused and how; a request that is sent again; and two clients who move the same risk at once, each of
# whose answers stands in the events exactly once.
test_name=decisions
. "$(dirname "$0")/../integration/lib.sh"
. "$(dirname "$0")/api.sh"

n_moves=200
nobody=00000000-0000-4000-8000-000000000000

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT

make_db
must "$isobar" import --quiet "$sample"
must "$isobar" org create other
must "$isobar" import --quiet --org other "$sample/gcp"
viewer=$(new_token --name vera)
analyst=$(new_token --name anna --role analyst)
second=$(new_token --name bert --role analyst)
approver=$(new_token --name otto --role approver)
both=$(new_token --name cleo --role approver)
"$isobar" token create --quiet --name cleo --role analyst >"$tmp/cleo" 2>/dev/null || true
scoped=$(new_token --name sam --role analyst --scope account:nowhere)
sql "insert into isobar.owner (org_id, owner_id, name, kind, contact, actor, valid_from)
	values (1, 1, 'platform', 0, '', 'test', now())"
start_api --rate-limit off --no-access-log

# write METHOD PATH BODY [CURL OPTION…]: by $token
type=application/json
write() {
	local method=$1 path=$2 body=$3
	shift 3
	status=$(curl -s -o "$out" -D "$tmp/head" -w '%{http_code}' -X "$method" -H "Authorization: Bearer $token" \
		-H "Content-Type: $type" --data-binary "$body" "$@" "http://127.0.0.1:$port$path") || true
}

# move ID TO [CURL OPTION…]: with a key of its own
n_keys=0
move() {
	local id=$1 to=$2
	shift 2
	n_keys=$((n_keys + 1))
	write POST "/v1/risks/$id/transitions" "{\"to\":\"$to\",\"reason\":\"a test\"}" \
		-H "Idempotency-Key: key-$n_keys" -H 'If-Match: *' "$@"
}

# expect_problem CASE STATUS TYPE
expect_problem() {
	expect "$1: status" "$2" "$status"
	expect "$1: type" "/problems/$3" "$(jq -r .type "$out" 2>/dev/null)"
}

member() {
	jq -r "$1" "$out"
}

count_of() {
	sql "select count(*) from isobar.risk_event where risk_id = '$1' and kind = $2"
}

mapfile -t ids < <(sql "select risk_id from isobar.risk where org_id = 1 and open and due_at is not null
	order by rank desc, risk_id desc limit 40")
foreign=$(sql "select risk_id from isobar.risk where org_id = 2 limit 1")
risk=${ids[0]}

# --- what a request must have ---

token=$analyst
path=/v1/risks/$risk/transitions
body='{"to":"in_progress","reason":"mine"}'
write POST "$path" "$body" -H 'If-Match: *'
expect_problem "no Idempotency-Key" 400 invalid-request
expect "no Idempotency-Key: which header" Idempotency-Key "$(member '.errors[0].parameter')"
write POST "$path" "$body" -H 'Idempotency-Key: a' -H 'If-Match;'
expect_problem "no If-Match" 428 precondition-required
write POST "$path" "$body" -H 'Idempotency-Key: a' -H 'If-Match: W/"1"'
expect_problem "a weak If-Match" 428 precondition-required
write POST "$path" "$body" -H 'Idempotency-Key: a' -H 'If-Match: "999-1-1-1"'
expect_problem "a stale If-Match" 412 precondition-failed
for bad in '' '{' '[]' '7' '{"to":"in_progress"}' '{"to":7,"reason":"x"}' '{"to":"in_progress","reason":"  "}' \
	'{"to":"in_progress","reason":"x","more":1}' '{"to":"in_progress","to":"open","reason":"x"}' \
	'{"to":"nowhere","reason":"x"}' '{"to":null,"reason":"x"}' "{\"to\":\"in_progress\",\"reason\":\"$(head -c 3000 /dev/zero | tr '\0' x)\"}"; do
	write POST "$path" "$bad" -H 'Idempotency-Key: a' -H 'If-Match: *'
	expect_problem "the body ${bad:0:60}" 400 invalid-request
done
write POST "$path" '{"to":"in_progress","reason":"x","a/b~":1}' -H 'Idempotency-Key: a' -H 'If-Match: *'
expect "an unknown member is pointed at" /a~1b~0 "$(member '.errors[0].pointer')"
type=text/plain
write POST "$path" "$body" -H 'Idempotency-Key: a' -H 'If-Match: *'
type=application/json
expect_problem "another media type" 415 unsupported-media-type
write POST "$path" "$body" -H 'Idempotency-Key: a' -H 'If-Match: *' -H 'Content-Encoding: gzip'
expect_problem "a content coding" 415 unsupported-media-type
head -c 300000 /dev/zero | tr '\0' ' ' >"$tmp/large"
write POST "$path" "@$tmp/large" -H 'Idempotency-Key: a' -H 'If-Match: *'
expect_problem "300 kB" 413 payload-too-large
head -c 250000 /dev/zero | tr '\0' ' ' >"$tmp/large"
write POST "$path" "@$tmp/large" -H 'Idempotency-Key: a' -H 'If-Match: *'
expect_problem "250 kB of blanks" 400 invalid-request
write PATCH "$path" "$body"
expect_problem "PATCH" 405 method-not-allowed
expect "PATCH: Allow" "GET, HEAD, POST" "$(sed -n 's/^Allow: //p' "$tmp/head" | tr -d '\r')"
write DELETE "/v1/risks/$risk/claim" "$body"
expect_problem "DELETE with a body" 400 invalid-request
write POST "/v1/risks/$nobody/transitions" "$body" -H 'Idempotency-Key: a' -H 'If-Match: *'
expect_problem "an unknown risk" 404 not-found
write POST "/v1/risks/$foreign/transitions" "$body" -H 'Idempotency-Key: a' -H 'If-Match: *'
expect_problem "a foreign risk" 404 not-found
token=$scoped
write POST "$path" "$body" -H 'Idempotency-Key: a' -H 'If-Match: *'
expect_problem "a risk out of scope" 404 not-found
token=$viewer
write POST "$path" "$body" -H 'Idempotency-Key: a' -H 'If-Match: *'
expect_problem "a viewer" 403 forbidden
expect "nothing was written" 0 "$(sql "select count(*) from isobar.risk_event where actor <> 'system'")"
expect "no key was kept" 0 "$(sql "select count(*) from isobar.idempotency_key")"
proves "what a request that writes must have"

# --- one risk ---

token=$analyst
ask "/v1/risks/$risk" -D "$tmp/head"
etag=$(sed -n 's/^ETag: //p' "$tmp/head" | tr -d '\r')
version=$(member .version)
ask "/v1/risks/$risk/transitions"
expect "what is allowed" "in_progress contested false_positive" "$(member '.allowed | join(" ")')"
expect "its version" "$version" "$(member .version)"
write POST "$path" "$body" -H 'Idempotency-Key: first' -H "If-Match: $etag"
expect "taken up: $(head -c 300 "$out")" 200 "$status"
expect "taken up: version" $((version + 1)) "$(member .version)"
cp "$out" "$tmp/first"
write POST "$path" "$body" -H 'Idempotency-Key: first' -H "If-Match: $etag"
expect "sent again: status" 200 "$status"
expect_same "sent again: the same answer" "$tmp/first" "$out"
expect "sent again: one event" 1 "$(count_of "$risk" 2)"
write POST "$path" '{"to":"open","reason":"mine"}' -H 'Idempotency-Key: first' -H "If-Match: $etag"
expect_problem "the key with another body" 422 idempotency-key-reused
token=$second
write POST "$path" "$body" -H 'Idempotency-Key: first' -H "If-Match: $etag"
expect_problem "the key of somebody else" 422 idempotency-key-reused
token=$analyst
move "$risk" in_progress
expect_problem "where it is already" 409 transition-not-allowed
expect "what is allowed instead" "open contested false_positive" "$(member '.allowed | join(" ")')"
move "$risk" accepted
expect_problem "accepted by nobody" 409 transition-not-allowed
move "$risk" resolved
expect_problem "resolved by a person" 409 transition-not-allowed
ask "/v1/risks/$risk"
expect "its state" in_progress "$(member .state)"
before=$(member .due_at)
move "$risk" false_positive
expect "a false positive" 200 "$status"
expect "its claim has the findings" t "$(sql "select c.evidence = e.members and cardinality(c.evidence) > 0
	from isobar.risk_claim as c join isobar.risk_explanation as e using (org_id, risk_id)
	where c.risk_id = '$risk' and c.claim = 2")"
expect "it is not in the queue" f "$(sql "select open from isobar.risk where risk_id = '$risk'")"
expect "its clock pauses" "1|false_positive|anna" "$(sql "select mode, reason, actor from isobar.sla_segment
	where risk_id = '$risk' order by segment_no desc limit 1")"
move "$risk" open
expect "withdrawn" 200 "$status"
ask "/v1/risks/$risk"
expect "its state" open "$(member .state)"
[[ $(member .due_at) > $before ]] || fail "the pause" "is not added: $(member .due_at) after $before"
expect "the reasons of the events" "taken_up false_positive false_positive_withdrawn" \
	"$(sql "select string_agg(reason, ' ' order by event_id) from isobar.risk_event where risk_id = '$risk' and kind = 2")"
proves "a risk is moved by the table, once a request"

# While its answer is being written another request with the key is told so.
{
	psql --no-psqlrc --quiet --dbname "$ISOBAR_DATABASE" --command "begin" \
		--command "select 1 from isobar.risk where risk_id = '${ids[1]}' for update" \
		--command "select pg_sleep(3)" --command commit >/dev/null
} &
lock_pid=$!
sleep 1
curl -s -o "$tmp/slow" -w '%{http_code}' -X POST -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	-H 'Idempotency-Key: slow' -H 'If-Match: *' --data-binary "$body" \
	"http://127.0.0.1:$port/v1/risks/${ids[1]}/transitions" >"$tmp/slow-status" &
slow_pid=$!
sleep 0.5
write POST "/v1/risks/${ids[1]}/transitions" "$body" -H 'Idempotency-Key: slow' -H 'If-Match: *'
expect_problem "a request in flight" 409 request-in-flight
wait "$lock_pid" "$slow_pid"
expect "the one in flight" 200 "$(cat "$tmp/slow-status")"
write POST "/v1/risks/${ids[1]}/transitions" "$body" -H 'Idempotency-Key: slow' -H 'If-Match: *'
expect_same "then it is answered alike" "$tmp/slow" "$out"
proves "two requests with a key are not both carried out"

# --- many ---

some=$(printf '"%s",' "${ids[@]:2:5}")
write POST /v1/transitions "{\"ids\":[$some\"$nobody\",\"$foreign\",\"$risk\"],\"to\":\"in_progress\",\"reason\":\"all of them\"}" \
	-H 'Idempotency-Key: bulk'
expect "bulk: status: $(head -c 300 "$out")" 200 "$status"
expect "bulk: results" "200 200 200 200 200 200 404 404" "$(member '[.items[].status] | sort | map(tostring) | join(" ")')"
cp "$out" "$tmp/bulk"
write POST /v1/transitions "{\"ids\":[$some\"$nobody\",\"$foreign\",\"$risk\"],\"to\":\"in_progress\",\"reason\":\"all of them\"}" \
	-H 'Idempotency-Key: bulk'
expect_same "bulk: again" "$tmp/bulk" "$out"
write POST /v1/transitions "{\"ids\":[$some\"${ids[7]}\"],\"to\":\"contested\",\"reason\":\"fixed\"}" -H 'Idempotency-Key: bulk2'
expect "bulk: contested" "200 200 200 200 200 200" "$(member '[.items[].status] | map(tostring) | join(" ")')"
write POST /v1/transitions "{\"ids\":[$some\"${ids[8]}\"],\"to\":\"false_positive\",\"reason\":\"no\"}" -H 'Idempotency-Key: bulk3'
expect "bulk: five are refused" "200 409 409 409 409 409" "$(member '[.items[].status] | sort | map(tostring) | join(" ")')"
write POST /v1/transitions "{\"ids\":[\"$risk\",\"$risk\"],\"to\":\"open\",\"reason\":\"x\"}" -H 'Idempotency-Key: bulk4'
expect_problem "bulk: an id twice" 400 invalid-request
write POST /v1/transitions '{"ids":[],"to":"open","reason":"x"}' -H 'Idempotency-Key: bulk4'
expect_problem "bulk: no ids" 400 invalid-request
write POST /v1/transitions "{\"ids\":[$(printf '"%036d",' {1..1001} | sed 's/,$//')],\"to\":\"open\",\"reason\":\"x\"}" -H 'Idempotency-Key: bulk4'
expect_problem "bulk: 1001 ids" 400 invalid-request
all=$(sql "select string_agg('\"' || risk_id || '\"', ',') from (select risk_id from isobar.risk where org_id = 1 and open
	and state = 0 limit 1000) as r")
write POST /v1/transitions "{\"ids\":[$all],\"to\":\"in_progress\",\"reason\":\"x\"}" -H 'Idempotency-Key: bulk5'
expect "bulk: many: $(head -c 200 "$out")" 200 "$status"
expect "bulk: all of them" 0 "$(member '[.items[] | select(.status != 200)] | length')"
write POST /v1/transitions "{\"ids\":[$all],\"to\":\"open\",\"reason\":\"x\"}" -H 'Idempotency-Key: bulk6'
expect "bulk: and back" 0 "$(member '[.items[] | select(.status != 200)] | length')"
proves "many risks are moved at once, with a result each"

# --- owners ---

write PUT "/v1/risks/$risk/owner" '{"owner":"platform","reason":"it is theirs"}'
expect_problem "owner without If-Match" 428 precondition-required
write PUT "/v1/risks/$risk/owner" '{"owner":"nobody","reason":"x"}' -H 'If-Match: *'
expect_problem "an unknown owner" 400 invalid-request
write PUT "/v1/risks/$risk/owner" '{"owner":"platform","reason":"it is theirs"}' -H 'If-Match: *'
expect "the owner is set: $(head -c 300 "$out")" "200 platform" "$status $(member .owner)"
write PUT "/v1/risks/$risk/owner" '{"owner":"platform","reason":"it is theirs"}' -H 'If-Match: *'
expect "once more: nothing is written" "200 1" "$status $(count_of "$risk" 7)"
expect "by a person" "1|2" "$(sql "select owner_id, owner_basis from isobar.risk where risk_id = '$risk'")"
expect "with the reason" "it is theirs" "$(sql "select body from isobar.risk_note where risk_id = '$risk'")"
sql "delete from isobar.dirty_mark"
write PUT "/v1/risks/$risk/owner" '{"owner":null,"reason":"the rules know"}' -H 'If-Match: *'
expect "given back to the rules" "200 0" "$status $(sql "select owner_basis from isobar.risk where risk_id = '$risk'")"
expect "and scored anew" 1 "$(sql "select count(*) from isobar.dirty_mark")"
proves "owners are set and given back"

# --- claims ---

write POST "/v1/risks/$risk/claim" '{"hours":8}'
expect "claimed: $(head -c 300 "$out")" "200 anna" "$status $(member .holder)"
until=$(member .held_until)
ask "/v1/risks/$risk"
expect "who holds it" "anna $until" "$(member '"\(.holder) \(.held_until)"')"
write POST "/v1/risks/$risk/claim" '{"hours":72}'
expect "renewed" 200 "$status"
[[ $(member .held_until) > $until ]] || fail "renewed" "until $(member .held_until)"
token=$second
write POST "/v1/risks/$risk/claim" '{"hours":1}'
expect_problem "claimed by somebody else" 409 conflict
write DELETE "/v1/risks/$risk/claim" ''
expect_problem "released by somebody else" 409 conflict
token=$analyst
for hours in 0 73 1.5 '"8"'; do
	write POST "/v1/risks/$risk/claim" "{\"hours\":$hours}"
	expect_problem "$hours hours" 400 invalid-request
done
write DELETE "/v1/risks/$risk/claim" ''
expect "released" "200 null" "$status $(member .holder)"
write DELETE "/v1/risks/$risk/claim" ''
expect "once more" 200 "$status"
expect "events" "2 1" "$(count_of "$risk" 12) $(count_of "$risk" 13)"
proves "a risk is claimed by one at a time"

# --- later due times ---

ask "/v1/risks/$risk"
due=$(date --utc --date "$(member .due_at) + 5 days" +%Y-%m-%dT%H:%M:%SZ)
earlier=$(date --utc --date "$(member .due_at) - 1 hour" +%Y-%m-%dT%H:%M:%SZ)
extension="{\"due_at\":\"$due\",\"reason\":\"a vendor\"}"
write POST "/v1/risks/$risk/extension" "{\"due_at\":\"$earlier\",\"reason\":\"x\"}" -H 'Idempotency-Key: e0'
expect_problem "an earlier due time" 409 conflict
write POST "/v1/risks/$risk/extension" '{"due_at":"2100-01-01T00:00:00Z","reason":"x"}' -H 'Idempotency-Key: e0'
expect_problem "a far due time" 400 invalid-request
write POST "/v1/risks/$risk/extension" "$extension" -H 'Idempotency-Key: e1'
expect "asked for: $(head -c 300 "$out")" 201 "$status"
cp "$out" "$tmp/asked"
id=$(member .id)
write POST "/v1/risks/$risk/extension" "$extension" -H 'Idempotency-Key: e1'
expect "asked again" 201 "$status"
expect_same "asked again: the same" "$tmp/asked" "$out"
write POST "/v1/extensions/$id/decision" '{"approve":true,"reason":"x"}' -H 'Idempotency-Key: d1'
expect_problem "decided by an analyst" 403 forbidden
token=$approver
write POST "/v1/extensions/$nobody/decision" '{"approve":true,"reason":"x"}' -H 'Idempotency-Key: d1'
expect_problem "an unknown extension" 404 not-found
sql "update isobar.sla_extension set requested_by = 'otto'"
write POST "/v1/extensions/$id/decision" '{"approve":true,"reason":"x"}' -H 'Idempotency-Key: d1'
expect_problem "one's own request" 403 forbidden
sql "update isobar.sla_extension set requested_by = 'anna'"
write POST "/v1/extensions/$id/decision" '{"approve":true,"reason":"ok"}' -H 'Idempotency-Key: d1'
expect "approved: $(head -c 300 "$out")" 200 "$status"
expect "approved: due" "$due" "$(member .due_at)"
expect "approved: its segment" t "$(sql "select due_at = '$due' from isobar.sla_segment where risk_id = '$risk'
	order by segment_no desc limit 1")"
cp "$out" "$tmp/approved"
write POST "/v1/extensions/$id/decision" '{"approve":true,"reason":"ok"}' -H 'Idempotency-Key: d1'
expect_same "approved again" "$tmp/approved" "$out"
write POST "/v1/extensions/$id/decision" '{"approve":false,"reason":"ok"}' -H 'Idempotency-Key: d2'
expect_problem "decided twice" 409 conflict
expect "what is stored" "1|otto" "$(sql "select state, decided_by from isobar.sla_extension")"
expect "its event" "extension|$id" "$(sql "select reason, cause_id from isobar.risk_event where risk_id = '$risk' and kind = 9")"
token=$analyst
write POST "/v1/risks/${ids[1]}/extension" "{\"due_at\":\"$(date --utc --date '+300 days' +%Y-%m-%dT%H:%M:%SZ)\",\"reason\":\"x\"}" -H 'Idempotency-Key: e2'
id=$(member .id)
token=$approver
write POST "/v1/extensions/$id/decision" '{"approve":false,"reason":"no"}' -H 'Idempotency-Key: d3'
expect "refused: $(head -c 300 "$out")" "200 refused" "$status $(member .state)"
write POST "/v1/extensions/$id/decision" '{"approve":false,"reason":"no"}' -H 'Idempotency-Key: d3'
expect "refused again" "200 refused" "$status $(member .state)"
proves "due times move later by another's approval only"

# --- at once ---

# mover TOKEN NAME: moves the risk to and fro; a line an answer that was 200.
mover() {
	local token=$1 name=$2 to i
	for ((i = 0; i < n_moves; i++)); do
		to=in_progress
		[ $((i % 2)) -eq 0 ] || to=open
		curl -s -o "$tmp/$name-out" -w "%{http_code} $to\n" -X POST -H "Authorization: Bearer $token" \
			-H 'Content-Type: application/json' -H "Idempotency-Key: $name-$i" -H 'If-Match: *' \
			--data-binary "{\"to\":\"$to\",\"reason\":\"$name $i\"}" \
			"http://127.0.0.1:$port/v1/risks/${ids[9]}/transitions"
	done >"$tmp/$name"
}
mover "$analyst" one &
one_pid=$!
mover "$second" two &
two_pid=$!
wait "$one_pid" "$two_pid"
expect "no other answers than 200 and 409" "" "$(cat "$tmp/one" "$tmp/two" | grep -vE '^(200|409) ' || true)"
for pair in one:anna two:bert; do
	expect "answers and events of ${pair#*:}" "$(grep -c '^200' "$tmp/${pair%:*}")" \
		"$(sql "select count(*) from isobar.risk_event where risk_id = '${ids[9]}' and kind = 2 and actor = '${pair#*:}' and reason in ('taken_up', 'put_back')
			and event_id > (select max(event_id) from isobar.risk_event where kind = 9)")"
done
expect "each event changes the state" t "$(sql "select bool_and(state <> former) from (
	select state, lag(state, 1, 6::smallint) over (order by event_id) as former from isobar.risk_event
	where risk_id = '${ids[9]}' and kind = 2) as e")"
expect "the counters" "" "$(sql "select * from (select band, state, responsibility, count(*) as n from isobar.risk where org_id = 1 group by 1, 2, 3) as r
	full join (select band, state, responsibility, n from isobar.queue_count where org_id = 1 and n <> 0) as q using (band, state, responsibility, n)
	where r is null or q is null")"
stop_api
proves "of two clients who move a risk each answer stands in the events once"
done_testing
