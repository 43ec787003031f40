#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bodies that are pushed: they stand in the spool byte for byte and in order, whatever their size and
# however they come; a key that is sent again gets the same answer; what is refused and how; a body that
# is cut leaves nothing; the api holds little of one; what collectors do with a push; and the handshake
# of Event Grid.
test_name=ingest
. "$(dirname "$0")/../integration/lib.sh"
. "$(dirname "$0")/api.sh"

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT

make_db
must "$isobar" org create other
pusher=$(new_token --name pia --role integrator)
viewer=$(new_token --name vera)
scoped=$(new_token --name sam --role integrator --scope account:nowhere)
other=$(new_token --org other --name olga --role integrator)
start_api --rate-limit off --no-access-log
token=$pusher

# push QUERY FILE [CURL OPTION…]: by $token; the head of the answer is $tmp/head.
type=application/json
push() {
	local query=$1 file=$2
	shift 2
	status=$(curl -s -o "$out" -D "$tmp/head" -w '%{http_code}' -X POST -H "Authorization: Bearer $token" \
		-H "Content-Type: $type" --data-binary "@$file" "$@" \
		"http://127.0.0.1:$port/v1/ingest${query:+?$query}") || true
}

# expect_problem CASE STATUS TYPE
expect_problem() {
	expect "$1: status" "$2" "$status"
	expect "$1: type" "/problems/$3" "$(jq -r .type "$out" 2>/dev/null)"
}

member() {
	jq -r "$1" "$out"
}

# spooled ID: the bytes of a push, as they stand in the database.
spooled() {
	sql "select encode(body, 'hex') from isobar.ingest_spool where spool_id = '$1' order by chunk_no" | xxd -r -p
}

# expect_nothing CASE: no push is coming and no chunk is left of any.
expect_nothing() {
	local try
	for ((try = 0; try < 100; try++)); do
		[ "$(sql "select (select count(*) from isobar.push) + (select count(*) from isobar.ingest_spool)")" != 0 ] || return 0
		sleep 0.1
	done
	fail "$1" "$(sql "select state, count(*) from isobar.push group by state") $(sql "select count(*) from isobar.ingest_spool") chunks"
}

forget_all() {
	sql "delete from isobar.push; delete from isobar.ingest_spool"
}

random_bytes() {
	openssl enc -aes-128-ctr -K "$(printf '%032x' "$1")" -iv "$(printf '%032x' "$seed")" -in /dev/zero 2>/dev/null |
		head -c "$2"
}

# --- bytes and their order ---

for size in 1 262143 262144 262145 1000000 5000000; do
	random_bytes "$size" "$size" >"$tmp/body" || true
	for how in length chunked expect; do
		case $how in
		length) push source=feed "$tmp/body" -H 'Expect:' ;;
		chunked) push source=feed "$tmp/body" -H 'Expect:' -H 'Transfer-Encoding: chunked' ;;
		expect) push source=feed "$tmp/body" -H 'Expect: 100-continue' ;;
		esac
		name="$size bytes, $how"
		expect "$name: status" 202 "$status"
		id=$(member .push_id)
		expect "$name: where to ask" "/v1/pushes/$id" "$(member .status_url)"
		expect "$name: Location" "/v1/pushes/$id" "$(sed -n 's/^Location: //p' "$tmp/head" | tr -d '\r')"
		spooled "$id" >"$tmp/got"
		expect_same "$name" "$tmp/body" "$tmp/got"
		expect "$name: row" "feed||f|$size|1|$((size / 262144 + (size % 262144 > 0)))|pia" \
			"$(sql "select source, format, complete, size, state, n_chunks, principal from isobar.push where push_id = '$id'")"
		expect "$name: fingerprint" "$(sha256sum <"$tmp/body" | cut -d ' ' -f 1)" \
			"$(sql "select encode(fingerprint, 'hex') from isobar.push where push_id = '$id'")"
	done
done
forget_all
proves "a body stands in the spool as it came"

# Several requests on one connection, each with a body.
printf '{"a":1}' >"$tmp/small"
curl -s -o "$out" -w '%{num_connects} %{http_code}\n' -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	--data-binary "@$tmp/small" "http://127.0.0.1:$port/v1/ingest?source=a" \
	--next -s -o "$tmp/out2" -w '%{num_connects} %{http_code}\n' -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	--data-binary "@$tmp/small" "http://127.0.0.1:$port/v1/ingest?source=b" >"$tmp/connects"
expect "one connection for two" "1 202 0 202" "$(tr '\n' ' ' <"$tmp/connects" | sed 's/ $//')"
# Both at once, and a third request behind them.
exec 3<>"/dev/tcp/127.0.0.1/$port"
for source in c d; do
	printf 'POST /v1/ingest?source=%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}' \
		"$source" "$token"
done >&3
printf 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3
timeout 20 cat <&3 >"$tmp/piped" || true
exec 3>&-
expect "one behind the other" "202 202 200" "$(grep -ao 'HTTP/1.1 [0-9]*' "$tmp/piped" | cut -d ' ' -f 2 | paste -sd ' ')"
expect "all of them" "a b c d" "$(sql "select string_agg(source, ' ' order by source) from isobar.push")"
forget_all
proves "a connection goes on behind a body"

# gzip stays gzip.
gzip -c "$tmp/body" >"$tmp/body.gz"
push 'source=feed&format=asff&complete=true' "$tmp/body.gz" -H 'Content-Encoding: gzip'
expect "gzip: status" 202 "$status"
id=$(member .push_id)
spooled "$id" >"$tmp/got"
expect_same gzip "$tmp/body.gz" "$tmp/got"
expect "gzip: row" "asff|t|gzip" "$(sql "select format, complete, encoding from isobar.push where push_id = '$id'")"
ask "/v1/pushes/$id"
expect "its state" "200 waiting feed asff true gzip pia null null" \
	"$status $(member '[.state, .source, .format, .complete, .content_encoding, .pushed_by, .run, .error] | map(tostring) | join(" ")')"
token=$other
ask "/v1/pushes/$id"
expect_problem "of another org" 404 not-found
token=$scoped
ask "/v1/pushes/$id"
expect_problem "for a scope" 403 forbidden
token=$viewer
ask "/v1/pushes/$id"
expect "a viewer asks" 200 "$status"
token=$pusher
ask /v1/pushes/nonsense
expect_problem "an id that is none" 404 not-found
forget_all
proves "gzip stays gzip, and a push can be asked for"

# --- the same key again ---

push source=feed "$tmp/small" -H 'Idempotency-Key: k1'
first=$(cat "$out")
push source=feed "$tmp/small" -H 'Idempotency-Key: k1'
expect "again: status" 202 "$status"
expect "again: answer" "$first" "$(cat "$out")"
printf '{"a":2}' >"$tmp/small2"
push source=feed "$tmp/small2" -H 'Idempotency-Key: k1'
expect_problem "another body" 422 idempotency-key-reused
push source=elsewhere "$tmp/small" -H 'Idempotency-Key: k1'
expect_problem "another source" 422 idempotency-key-reused
push source=feed "$tmp/small" -H 'Idempotency-Key: '"$(head -c 201 /dev/zero | tr '\0' x)"
expect_problem "a long key" 400 invalid-request
token=$other
push source=feed "$tmp/small2" -H 'Idempotency-Key: k1'
expect "the same key in another org" 202 "$status"
token=$pusher
expect "pushes" 2 "$(sql 'select count(*) from isobar.push')"
expect "chunks" 2 "$(sql 'select count(*) from isobar.ingest_spool')"
push source=feed "$tmp/small"
push source=feed "$tmp/small"
expect "without a key each is one" 4 "$(sql 'select count(*) from isobar.push')"
push source=feed "$tmp/body" -H 'Idempotency-Key: k2'
first=$(cat "$out")
push source=feed "$tmp/body" -H 'Idempotency-Key: k2' -H 'Transfer-Encoding: chunked'
expect "a large one again" "$first" "$(cat "$out")"
forget_all
# One whose client hangs, and its second try.
{
	printf 'POST /v1/ingest?source=feed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIdempotency-Key: k3\r\nContent-Length: 1000000\r\n\r\n' "$token"
	head -c 600000 /dev/zero
} >"$tmp/part"
exec 3<>"/dev/tcp/127.0.0.1/$port"
cat "$tmp/part" >&3
for ((try = 0; try < 100; try++)); do
	[ "$(sql 'select count(*) from isobar.ingest_spool')" -lt 2 ] || break
	sleep 0.1
done
expect "it is coming" "0|2" "$(sql 'select state, (select count(*) from isobar.ingest_spool) from isobar.push')"
push source=feed "$tmp/body" -H 'Idempotency-Key: k3'
expect "the second try" 202 "$status"
expect "of the first nothing is left" "1|20" "$(sql 'select count(*), (select count(*) from isobar.ingest_spool) from isobar.push')"
head -c 400000 /dev/zero >&3 || true
timeout 20 cat <&3 >"$tmp/piped" || true
exec 3>&-
expect "and it is told so" 409 "$(sed -n 's/^HTTP\/1.1 \([0-9]*\).*/\1/p' "$tmp/piped")"
expect "pushes after both" "1|20" "$(sql 'select count(*), (select count(*) from isobar.ingest_spool) from isobar.push')"
forget_all
proves "a key stands for one push"

# --- what is refused ---

: >"$tmp/empty"
push source=feed "$tmp/empty"
expect_problem "an empty body" 400 invalid-request
for query in '' source= 'source=%20a' 'source=a&format=' 'source=a&format=No%20such' 'source=a&complete=maybe' 'source=a&what=1' \
	'source=a&source=b' "source=$(head -c 201 /dev/zero | tr '\0' a)"; do
	push "$query" "$tmp/small"
	expect_problem "?${query:0:40}" 400 invalid-parameter
done
for type in application/x-www-form-urlencoded multipart/form-data text/html image/png; do
	push source=feed "$tmp/small"
	expect_problem "$type" 415 unsupported-media-type
done
for type in application/x-ndjson text/csv 'application/json; charset=utf-8' application/cloudevents+json application/octet-stream; do
	push source=feed "$tmp/small"
	expect "$type" 202 "$status"
done
type=application/json
forget_all
push source=feed "$tmp/small" -H 'Content-Encoding: br'
expect_problem "another coding" 415 unsupported-media-type
token=$viewer
push source=feed "$tmp/body"
expect_problem "a viewer" 403 forbidden
token=$scoped
push source=feed "$tmp/small"
expect_problem "a scope" 403 forbidden
token=iso_nonsense
push source=feed "$tmp/body"
expect_problem "no token" 401 unauthorized
token=$pusher
ask /v1/ingest
expect_problem "GET" 405 method-not-allowed
stop_api
ISOBAR_API_PUSH_MAX=1 start_api --rate-limit off --no-access-log
head -c 1048577 /dev/zero >"$tmp/large"
push source=feed "$tmp/large" -H 'Expect:'
expect_problem "more than the limit" 413 payload-too-large
push source=feed "$tmp/large" -H 'Transfer-Encoding: chunked' -H 'Expect:'
expect_problem "more than the limit, in chunks" 413 payload-too-large
expect_nothing "refused bodies"
head -c 1048576 /dev/zero >"$tmp/large"
push source=feed "$tmp/large"
expect "as much as the limit" 202 "$status"
forget_all
stop_api
proves "what is no push is refused and leaves nothing"

# --- a body that does not come whole ---

start_api --rate-limit off --no-access-log
for cut in 10 300000 600000; do
	exec 3<>"/dev/tcp/127.0.0.1/$port"
	{
		printf 'POST /v1/ingest?source=feed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 1000000\r\n\r\n' "$token"
		head -c "$cut" /dev/zero
	} >&3
	for ((try = 0; try < 100; try++)); do
		[ "$(sql "select (select count(*) from isobar.push) || ' ' || (select count(*) from isobar.ingest_spool)")" != "1 $((cut / 262144))" ] || break
		sleep 0.1
	done
	expect "$cut bytes: it is coming" "1|$((cut / 262144))" "$(sql 'select count(*), (select count(*) from isobar.ingest_spool) from isobar.push')"
	exec 3>&-
	expect_nothing "cut after $cut bytes"
done
# A chunk that is none, and a client that says no more.
printf 'POST /v1/ingest?source=feed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\nnonsense\r\n' \
	"$token" >"$tmp/part"
exec 3<>"/dev/tcp/127.0.0.1/$port"
cat "$tmp/part" >&3
timeout 20 cat <&3 >"$tmp/piped" || true
exec 3>&-
expect "a bad chunk" 400 "$(sed -n 's/^HTTP\/1.1 \([0-9]*\).*/\1/p' "$tmp/piped")"
expect_nothing "a bad chunk"
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'POST /v1/ingest?source=feed HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\nabcd' "$token" >&3
timeout 30 cat <&3 >"$tmp/piped" || true
exec 3>&-
expect "too slow" 408 "$(sed -n 's/^HTTP\/1.1 \([0-9]*\).*/\1/p' "$tmp/piped")"
expect_nothing "too slow"
stop_api
proves "a body that does not come whole leaves nothing"

# --- much at once, little memory ---

# AddressSanitizer would keep what was freed.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1 start_api --rate-limit off --no-access-log
resident() {
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$api_pid/status"
}
random_bytes 7 60000000 >"$tmp/large" || true
push source=feed "$tmp/small"
before=$(resident)
push source=feed "$tmp/large"
expect "60 MB" 202 "$status"
id=$(member .push_id)
expect "60 MB: fingerprint" "$(sha256sum <"$tmp/large" | cut -d ' ' -f 1)" \
	"$(sql "select encode(sha256(string_agg(body, ''::bytea order by chunk_no)), 'hex') from isobar.ingest_spool where spool_id = '$id'")"
grown=$(($(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$api_pid/status") - before))
say "60 MB pushed: the api grew by $grown kB at most"
[ "$grown" -lt 30000 ] || fail "60 MB" "the api grew by $grown kB"
forget_all
for number in 1 2 3 4 5 6 7 8; do
	random_bytes "$number" 3000000 >"$tmp/body$number" || true
	curl -s -o "$tmp/answer$number" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
		--data-binary "@$tmp/body$number" "http://127.0.0.1:$port/v1/ingest?source=feed$number" &
	pids[number]=$!
done
for number in 1 2 3 4 5 6 7 8; do
	wait "${pids[number]}" || fail "push $number" "curl ended with $?"
	spooled "$(jq -r .push_id "$tmp/answer$number")" >"$tmp/got"
	expect_same "push $number of 8 at once" "$tmp/body$number" "$tmp/got"
done
forget_all
proves "large bodies and many at once"

# --- over TLS ---

stop_api
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 -keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null
chmod 600 "$tmp/key.pem"
start_api --rate-limit off --no-access-log --tls-certificate "$tmp/cert.pem" --tls-key "$tmp/key.pem"
for how in 'Expect:' 'Transfer-Encoding: chunked' 'Expect: 100-continue'; do
	status=$(curl -sk -o "$out" -w '%{http_code}' -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -H "$how" \
		--data-binary "@$tmp/body1" "https://127.0.0.1:$port/v1/ingest?source=tls") || true
	expect "TLS, $how" 202 "$status"
	spooled "$(member .push_id)" >"$tmp/got"
	expect_same "TLS, $how" "$tmp/body1" "$tmp/got"
done
status=$(curl -sk -o "$out" -w '%{http_code}' -H "Authorization: Bearer iso_nonsense" -H 'Content-Type: application/json' \
	--data-binary "@$tmp/body1" "https://127.0.0.1:$port/v1/ingest?source=tls") || true
expect_problem "TLS, no token" 401 unauthorized
forget_all
stop_api
start_api --rate-limit off --no-access-log
proves "TLS makes no difference"

# --- Event Grid asks whether it may ---

printf '[{"id":"1","topic":"","subject":"","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2026-11-15T06:00:00Z","data":{"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6","validationUrl":"https://example.com/"},"dataVersion":"1"}]' >"$tmp/hand"
push source=azure "$tmp/hand" -H 'aeg-event-type: SubscriptionValidation'
expect "the handshake" '200 {"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}' "$status $(cat "$out")"
push source=azure "$tmp/small" -H 'aeg-event-type: SubscriptionValidation'
expect_problem "no handshake" 400 invalid-request
push source=azure "$tmp/body" -H 'aeg-event-type: SubscriptionValidation'
expect_problem "a large handshake" 400 invalid-request
expect_nothing "handshakes"
token=$viewer
push source=azure "$tmp/hand" -H 'aeg-event-type: SubscriptionValidation'
expect_problem "the handshake of a viewer" 403 forbidden
proves "the handshake of Event Grid"
stop_api
done_testing
