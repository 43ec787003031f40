#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The edge once more, in front of the api as it ships: the request matrix on a public route and on one
# that wants a token, plain and over TLS; slow clients while others read the queue (2,000 of them with
# ISOBAR_TEST_ALL); the end by SIGTERM while requests are under way; several workers; a changed
# certificate.
test_name=api_edge
. "$(dirname "$0")/../integration/lib.sh"
. "$(dirname "$0")/api.sh"

matrix=$build/tests/http/matrix

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT

make_db
must "$isobar" import --quiet --now "$now" "$sample"
token=$(new_token --expires never)
header="Authorization: Bearer $token"

start_api --rate-limit off --no-access-log
run "$matrix" 127.0.0.1 "$port" /healthz
expect_code "matrix on /healthz: $(head -c 600 "$out")" 0
run "$matrix" 127.0.0.1 "$port" "/v1/risks?limit=3" "$header"
expect_code "matrix on /v1/risks: $(head -c 600 "$out")" 0
proves "every row of the request matrix"

if command -v slowhttptest >/dev/null; then
	run "$(dirname "$0")/test_slow_clients.sh" "$build" 127.0.0.1 "$port" "/v1/risks?limit=20" "$header"
	sed 's/^/    /' "$out"
	expect_code "slow clients" 0
	proves "slow clients leave the others alone"
else
	say "slow clients: skipped, no slowhttptest"
fi

# What is under way when the end is asked for is still answered.
"$load" 127.0.0.1 "$port" 8 20 "$header" "/v1/risks?limit=200" >"$tmp/load.json" &
load_pid=$!
sleep 1
start=$SECONDS
stop_api
[ $((SECONDS - start)) -le 15 ] || fail "SIGTERM" "took $((SECONDS - start)) s"
kill "$load_pid" 2>/dev/null || true
wait "$load_pid" 2>/dev/null || true
proves "SIGTERM drains"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=one \
	-keyout "$tmp/key" -out "$tmp/cert" 2>/dev/null
start_api --tls-certificate "$tmp/cert" --tls-key "$tmp/key" --no-access-log --rate-limit off --workers 2
run "$matrix" --tls 127.0.0.1 "$port" "/v1/risks?limit=3" "$header"
expect_code "matrix over TLS: $(head -c 600 "$out")" 0
common_name() {
	openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | sed -n 's/^subject=.*CN *= *//p'
}
expect "the first certificate" one "$(common_name)"
openssl req -x509 -key "$tmp/key" -days 2 -subj /CN=two -out "$tmp/second" 2>/dev/null
cp "$tmp/second" "$tmp/cert"
kill -HUP "$api_pid"
sleep 1
expect "the certificate after SIGHUP" two "$(common_name)"
echo broken >"$tmp/cert"
kill -HUP "$api_pid"
sleep 1
expect "a broken certificate is not taken" two "$(common_name)"
# A worker that starts now could not: it has none to go on with.
cp "$tmp/second" "$tmp/cert"

# A worker that dies is started again, and nobody notices but its own clients.
# The one that comes joins when its database answers: until then it would refuse what the other can serve.
worker=$(pgrep -P "$api_pid" | head -n 1)
kill -KILL "$worker"
sleep 0.2
seen=
for ((try = 0; try < 300; try++)); do
	code=$(curl -sk -o /dev/null -w '%{http_code}' "https://127.0.0.1:$port/readyz") || true
	[ "$code" = 200 ] || seen+=" $code"
done
expect "two workers again" 2 "$(pgrep -P "$api_pid" | wc -l)"
expect "answers that are not 200 while a worker starts" "" "$seen"
stop_api
proves "TLS, reload and workers"

# A socket from a service manager (sd_listen_fds(3)): perl opens it and becomes the api.
perl -MSocket -MPOSIX=dup2 -e '
	$^F = 3;
	socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
	bind($s, sockaddr_in(0, INADDR_LOOPBACK)) or die;
	listen($s, 128) or die;
	open(my $f, ">", shift) or die;
	print $f (sockaddr_in(getsockname($s)))[0];
	close($f);
	dup2(fileno($s), 3) or die;
	@ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, 1);
	exec(@ARGV)' "$tmp/port" "$api" --no-access-log >>"$tmp/api.log" 2>&1 &
api_pid=$!
for ((try = 0; try < 100; try++)); do
	port=$(cat "$tmp/port" 2>/dev/null) || port=
	[ -z "$port" ] || ! curl -fs -o /dev/null "http://127.0.0.1:$port/readyz" || break
	sleep 0.1
done
ask "/v1/risks?limit=1"
expect "an inherited socket" 200 "$status"
run "$api" --listen "127.0.0.1:$port"
expect_code "an address that is taken" 1
grep -q 'Address already in use' "$err" || fail "an address that is taken" "$(cat "$err")"
stop_api
proves "sockets of a service manager, and nobody else's"

# What is wrong is told in a line, with the exit code of a usage.
for option in --listen=here --listen=127.0.0.1:99999 --listen=::1:80 --workers=0 --rate-limit=5 \
	--now=yesterday --config=/nowhere --no-such-option "stray word"; do
	run "$api" "$option"
	expect_code "isobar-api $option" 2
	expect_some "isobar-api $option says why" "$(wc -c <"$err")"
done
proves "bad options"
done_testing
