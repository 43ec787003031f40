#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the guard costs: the same small server with it and on bare evhttp, by turns, under wrk.
#   bench_guard.sh BUILD [ROUNDS [CONNECTIONS]]
# Prints a line a round and the medians: requests a second, and microseconds of the server's own CPU
# a request, which other work on the box disturbs less.  Both servers send as many headers.
set -euo pipefail

build=${1:?build folder}
rounds=${2:-7}
connections=${3:-32}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/isobar-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$tmp"' EXIT
command -v wrk >/dev/null || {
	echo "bench_guard.sh: needs wrk" >&2
	exit 3
}

# measure BARE: "requests_per_second cpu_us_per_request"
measure() {
	local port ticks n
	"$build/tests/http/http_server" bare="$1" max_per_address=0 >"$tmp/out" 2>"$tmp/err" &
	server=$!
	for _ in $(seq 100); do
		port=$(sed -n 's/^port //p' "$tmp/out")
		[ -z "$port" ] || break
		sleep 0.1
	done
	wrk -t 1 -c "$connections" -d 3s "http://127.0.0.1:$port/" >"$tmp/wrk"
	ticks=$(awk '{ print $14 + $15 }' "/proc/$server/stat")
	kill "$server"
	wait "$server" || true
	server=
	n=$(awk '/requests in/ { print $1 }' "$tmp/wrk")
	awk -v n="$n" -v ticks="$ticks" -v hz="$(getconf CLK_TCK)" \
		'/^Requests\/sec/ { printf "%.0f %.2f\n", $2, ticks * 1e6 / hz / n }' "$tmp/wrk"
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

for ((i = 1; i <= rounds; i++)); do
	guarded=$(measure 0)
	bare=$(measure 1)
	echo "$guarded $bare" | tee -a "$tmp/rounds" |
		awk '{ printf "guard %s/s %s us   bare %s/s %s us\n", $1, $2, $3, $4 }'
done
for column in 1 2 3 4; do
	awk -v c="$column" '{ print $c }' "$tmp/rounds" | median
done | paste -sd ' ' | awk '{
	printf "medians: %s/s and %s us with the guard, %s/s and %s us without: %.2f of the requests a second, %.2f of the CPU\n",
		$1, $2, $3, $4, $1 / $3, $2 / $4 }'
