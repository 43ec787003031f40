#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What tests of a running isobar-api share, beside tests/integration/lib.sh; a test sources it after
# that one.  start_api puts the port into $port and ends the program with the test.
api=$build/api/isobar-api
load=$build/tests/http/api_load
api_pid=
port=

# start_api [OPTION…]: on $ISOBAR_DATABASE, with TLS where a key is told; its log is $tmp/api.log.
start_api() {
	local try scheme=http
	[[ " $* " != *' --tls-key '* ]] || scheme=https
	port=$("$root/tests/support/free_port.sh")
	"$api" --listen "127.0.0.1:$port" "$@" >>"$tmp/api.log" 2>&1 &
	api_pid=$!
	for ((try = 0; try < 200; try++)); do
		! curl -fsk -o /dev/null "$scheme://127.0.0.1:$port/readyz" || return 0
		kill -0 "$api_pid" 2>/dev/null || break
		sleep 0.1
	done
	cat "$tmp/api.log"
	say "FAILED: isobar-api is not ready"
	exit 1
}

# stop_api: by SIGTERM; a report of a sanitizer in the log is a failure.
stop_api() {
	local code=0
	[ -n "$api_pid" ] || return 0
	kill -TERM "$api_pid" 2>/dev/null || true
	wait "$api_pid" || code=$?
	api_pid=
	expect "isobar-api ends with 0" 0 "$code"
	[ "$code" -eq 0 ] || tail -n 20 "$tmp/api.log" | sed 's/^/    /'
	if grep -qE 'Sanitizer|runtime error:' "$tmp/api.log"; then
		grep -E -A30 'Sanitizer|runtime error:' "$tmp/api.log" | sed -n '1,60s/^/    /p'
		fail "isobar-api" "a sanitizer complains"
	fi
}

# new_token [OPTION…]: of the org default, role viewer unless told otherwise.
new_token() {
	"$isobar" token create --quiet --role viewer "$@"
}

# ask PATH [CURL OPTION…]: body in $out, status in $status.
ask() {
	local path=$1
	shift
	status=$(curl -s -o "$out" -w '%{http_code}' -H "Authorization: Bearer $token" "$@" \
		"http://127.0.0.1:$port$path") || true
}
