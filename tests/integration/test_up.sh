#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# isobar up on a given database: it tells an address and a token that work, starts again what dies,
# keeps its token, ends everything when it is told to.
. "$(dirname "$0")/lib.sh"

up_pid=

stop_everything() {
	[ -z "$up_pid" ] || kill -KILL "$up_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT

# start_up OPTION…: its line in $tmp/ready; $url and $token from it.
start_up() {
	local try
	: >"$tmp/ready"
	"$isobar" up --json "$@" >"$tmp/ready" 2>>"$tmp/up.log" &
	up_pid=$!
	for ((try = 0; try < 300; try++)); do
		[ ! -s "$tmp/ready" ] || break
		kill -0 "$up_pid" 2>/dev/null || break
		sleep 0.1
	done
	[ -s "$tmp/ready" ] || fail "isobar up" "$(tail -n 5 "$tmp/up.log")"
	url=$(jq -r .url "$tmp/ready")
	token=$(jq -r .token "$tmp/ready")
}

stop_up() {
	local code=0
	kill -TERM "$up_pid"
	wait "$up_pid" || code=$?
	up_pid=
	expect "isobar up ends with 0" 0 "$code"
	if curl -s -o /dev/null "$url/healthz"; then
		fail "after the end" "the api still answers"
	fi
}

status_of() {
	curl -s -o "$out" -w '%{http_code}' -H "Authorization: Bearer $token" "$url$1"
}

make_db
export XDG_STATE_HOME=$tmp/state
must "$isobar" import --quiet --now "$now" "$sample"

start_up
expect "the queue by the token that was printed" 200 "$(status_of '/v1/queues/customer/risks?limit=3')"
expect "its items" 3 "$(jq '.items | length' "$out")"
expect "the token is its user's alone" 600 "$(stat -c %a "$XDG_STATE_HOME/isobar/token")"
first=$token
api_pid=$(pgrep -P "$up_pid" -f isobar-api)
kill -KILL "$api_pid"
for ((try = 0; try < 100; try++)); do
	[ "$(status_of /readyz)" != 200 ] || break
	sleep 0.1
done
expect "the api is started again" 200 "$(status_of /readyz)"
proves "address and token, and what dies is started again"

# What is pushed is parsed: a collector runs too, and is started again.
asff 1 bucket=pushed >"$tmp/pushed.ndjson"
kill -KILL "$(pgrep -P "$up_pid" -f isobar-collector)"
status=$(curl -s -o "$out" -w '%{http_code}' -H "Authorization: Bearer $token" -H 'Content-Type: application/x-ndjson' \
	--data-binary "@$tmp/pushed.ndjson" "$url/v1/ingest?source=pipeline")
expect "a push" 202 "$status"
id=$(jq -r .push_id "$out")
for ((try = 0; try < 150; try++)); do
	status=$(status_of "/v1/pushes/$id")
	[ "$(jq -r .state "$out")" != done ] || break
	sleep 0.1
done
expect "a push: what became of it" "200 done 1" "$status $(jq -r '[.state, .run.findings] | join(" ")' "$out")"
proves "what is pushed is parsed"

# A second one on the same port is refused; without --port it finds another.
run timeout 60 "$isobar" up --port "${url##*:}"
expect_code "a port that is taken" 1
stop_up

start_up
expect "the token is kept" "$first" "$token"
must "$isobar" token revoke --name isobar-up
stop_up
start_up
[ "$token" != "$first" ] || fail "a revoked token" "is shown again"
expect "a new token after a revocation" 200 "$(status_of /v1/risks)"
stop_up
proves "the token lives as long as it opens"
if grep -qE 'Sanitizer|runtime error:' "$tmp/up.log"; then
	fail "isobar up" "a sanitizer complains: $(grep -E -A12 'Sanitizer|runtime error:' "$tmp/up.log" | head -c 2000)"
fi
done_testing
