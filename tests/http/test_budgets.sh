#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Budgets that cannot be kept are refused at start with one line; the largest that can be is served.  What is
# no token by its checksum is not counted against its address.
test_name=budgets
. "$(dirname "$0")/../integration/lib.sh"
. "$(dirname "$0")/api.sh"

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT

# refused CASE TEXT COMMAND…: ends with 2 and says one line, with the text in it
refused() {
	local name=$1 text=$2
	shift 2
	run timeout 20 "$@"
	expect_code "$name" 2
	expect "$name: lines" 1 "$(wc -l <"$err")"
	grep -qF -- "$text" "$err" || fail "$name" "it said: $(head -c 300 "$err")"
}

make_db
listen=127.0.0.1:$("$root/tests/support/free_port.sh")
many="at most 1000000 a second"
wants="wants REQUESTS/SECONDS or off"
refused "two in a microsecond" "$many" "$api" --listen "$listen" --rate-limit 2000000/1
refused "one too many in a minute" "$many" "$api" --listen "$listen" --rate-limit 60000001/60
refused "a hundred millions a minute" "$many" "$api" --listen "$listen" --rate-limit 100000000/60
refused "fewer than none" "$wants" "$api" --listen "$listen" --rate-limit -5/60
refused "a window of less than none" "$wants" "$api" --listen "$listen" --rate-limit 5/-60
refused "more than a number holds" "$wants" "$api" --listen "$listen" --rate-limit 99999999999/60
refused "a window without end" "$wants" "$api" --listen "$listen" --rate-limit 5/4294968
refused "no window" "$wants" "$api" --listen "$listen" --rate-limit 5/
refused "in the environment" "$many" env ISOBAR_API_RATE_REQUESTS=100000000 "$api" --listen "$listen"
refused "failures" "at most 60000000 a minute" env ISOBAR_API_AUTH_FAILURES=60000001 "$api" --listen "$listen"
proves "a budget finer than the clock is refused at start"

export ISOBAR_API_AUTH_FAILURES=2
start_api --rate-limit 1000000/1 --no-access-log
good=$(new_token --name good)
idle=$(new_token --name idle)
token=$good
ask /v1/risks
expect "the largest budget" 200 "$status"
last=A
[ "${good: -1}" != A ] || last=B
for try in 1 2 3 4 5; do
	token=${good%?}$last
	ask /v1/risks
	expect "mistyped, try $try" 401 "$status"
done
token=$idle
ask /v1/risks
expect "a token not in use, after mistyped ones" 200 "$status"
proves "a mistyped token costs its address nothing"

stop_api
done_testing
