#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# PostgreSQL goes and comes back under load, by force and in peace: clients get answers or 503 with
# Retry-After, never another status, never nothing; five seconds after the database is back all is
# well.  Three rounds, twenty with ISOBAR_TEST_ALL.
test_name=database_faults
. "$(dirname "$0")/../integration/lib.sh"
. "$(dirname "$0")/api.sh"

rounds=3
[ -z "${ISOBAR_TEST_ALL:-}" ] || rounds=20
n_clients=8
pg_dir=

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	[ -z "$pg_dir" ] || "$root/tests/support/pg.sh" stop "$pg_dir" || true
	rm -rf "$tmp"
}
trap stop_everything EXIT

as_server() {
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && setpriv --reuid postgres --regid postgres --init-groups "$@")
	else
		"$@"
	fi
}

pg_ctl() {
	as_server "$bin/pg_ctl" --pgdata "$pg_dir/data" --silent --wait "$@" >/dev/null 2>&1
}

# Seconds from the database's return to the first answer that is no 503.
wait_for_answer() {
	local start=$EPOCHREALTIME try
	for ((try = 0; try < 300; try++)); do
		ask "/v1/risks?limit=5"
		if [ "$status" = 200 ]; then
			ask "/v1/facets"
			[ "$status" != 200 ] || break
		fi
		sleep 0.05
	done
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", b - a }'
}

bin=$(find /usr/lib/postgresql/*/bin -maxdepth 1 -name initdb | sort -t / -k 5 -n | tail -n 1)
bin=${bin%/initdb}
pg_dir=$(mktemp -d /tmp/isobar-faults.XXXXXX)
conninfo=$("$root/tests/support/pg.sh" start "$pg_dir")
export ISOBAR_DATABASE="${conninfo% dbname=*} dbname=postgres"
must "$isobar" migrate --quiet
must "$isobar" import --quiet --now "$now" "$sample"
token=$(new_token --expires never)
start_api --rate-limit off --no-access-log

modes=(immediate fast immediate smart)
seconds=$((rounds * 4 + 4))
"$load" 127.0.0.1 "$port" "$n_clients" "$seconds" "Authorization: Bearer $token" \
	"/v1/risks?limit=20" "/v1/queues/customer/risks" "/v1/risks?provider=aws&order=due" \
	"/v1/facets?band=high" >"$tmp/load.json" &
load_pid=$!
worst=0
sleep 1
for ((round = 0; round < rounds; round++)); do
	mode=${modes[round % 4]}
	# A smart stop waits for clients; ours are the only ones.
	[ "$mode" != smart ] || mode=fast
	pg_ctl stop --mode "$mode" || fail "round $round" "PostgreSQL did not stop"
	ask /healthz
	expect "round $round: alive while the database is away" 200 "$status"
	sleep 0.5
	ask /readyz
	expect "round $round: not ready while the database is away" 503 "$status"
	# A token is good for a second from when it was last looked up.
	sleep 0.7
	ask "/v1/risks"
	expect "round $round: unavailable while the database is away" 503 "$status"
	sleep 0.8
	pg_ctl start --log "$pg_dir/server.log" || fail "round $round" "PostgreSQL did not start"
	took=$(wait_for_answer)
	worst=$(awk -v a="$worst" -v b="$took" 'BEGIN { print (a > b) ? a : b }')
	[ "$(awk -v t="$took" 'BEGIN { print t <= 5 }')" = 1 ] ||
		fail "round $round" "answers again only after $took s"
done
wait "$load_pid" || fail "load" "$(cat "$tmp/load.json")"
say "load: $(cat "$tmp/load.json")"
say "longest recovery: $worst s in $rounds rounds"
proves "only answers and 503 with Retry-After, and recovery within 5 s"

expect "some answers were 200" 1 "$(jq '.ok > 0' "$tmp/load.json" | sed 's/true/1/')"
expect "some answers were 503" 1 "$(jq '.unavailable > 0' "$tmp/load.json" | sed 's/true/1/')"
expect "no connection was lost" 0 "$(jq .lost "$tmp/load.json")"
ask /readyz
expect "ready in the end" 200 "$status"
ask "/v1/risks?limit=500"
"$isobar" queue --queue all --json --limit 500 >"$tmp/queue"
expect "the queue is whole" "$(jq -r .id <"$tmp/queue" | sort | md5sum)" \
	"$(jq -r '.items[].id' "$out" | sort | md5sum)"
stop_api
proves "the api is as it was"
done_testing
