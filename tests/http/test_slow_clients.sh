#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Attacks a server with slow clients (slowhttptest: slow heads, bodies, range headers and readers)
# and measures what healthy clients wait meanwhile: p99 within twice what it is otherwise, which is
# the worse of alone, and beside the same attack on another server, a decoy: 2,000 attackers on
# the same box cost everyone, and are not the server's doing.
#   test_slow_clients.sh BUILD                                  starts http_server itself
#   test_slow_clients.sh BUILD ADDRESS PORT [PATH] [HEADER]     any running server, plain HTTP
# 300 attackers for 7 s a kind; with ISOBAR_TEST_ALL 2,000 for 15 s.  ISOBAR_ATTACKERS sets another
# number, ISOBAR_NOISE_US what a p99 may be above the other in any case.  On 127.0.0.1 the healthy
# clients come from 127.0.0.2, so that a cap by address holds the attackers alone.
set -euo pipefail

build=${1:?build folder}
address=${2:-}
port=${3:-}
path=${4:-/}
header=${5:-}
body_path=$path # where slow bodies go
big_path=$path  # what slow readers ask for
attackers=${ISOBAR_ATTACKERS:-300}
seconds=20
measure_s=4
if [ -n "${ISOBAR_TEST_ALL:-}" ]; then
	attackers=${ISOBAR_ATTACKERS:-2000}
	measure_s=12 # longer than the deadlines
fi
noise_us=${ISOBAR_NOISE_US:-3000} # what a box that does other things adds to a p99
tmp=$(mktemp -d "${TMPDIR:-/tmp}/isobar-slow.XXXXXX")
server=
decoy=
decoy_port=
attack=
n_failures=0

say() {
	printf '%s\n' "$*"
}

clean_up() {
	local pid
	for pid in $attack $server $decoy; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$tmp"
}

skip() {
	say "SKIP: $*"
	exit 77
}

fail() {
	n_failures=$((n_failures + 1))
	say "FAILED: $*"
}

# A socket each on either side, which are two processes.
raise_files() {
	local wanted=$((attackers + 1000))
	[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge "$wanted" ] || ulimit -n "$wanted" ||
		skip "needs $wanted open files"
}

# start_one NAME: leaves its number in $pid and its port in $started_port.  Every attacker is
# served: what is tested is the server, not its caps.
start_one() {
	"$build/tests/http/http_server" max_per_address=0 >"$tmp/$1.out" 2>"$tmp/$1.err" &
	pid=$!
	for _ in $(seq 100); do
		started_port=$(sed -n 's/^port //p' "$tmp/$1.out")
		[ -z "$started_port" ] || return 0
		sleep 0.1
	done
	say "$1 does not start: $(cat "$tmp/$1.err")"
	exit 1
}

start_server() {
	start_one server
	server=$pid
	port=$started_port
	address=127.0.0.1
	path=/
	body_path=/echo
	big_path=/big
}

start_decoy() {
	start_one decoy
	decoy=$pid
	decoy_port=$started_port
}

# healthy: "p99 errors" of healthy clients now.
healthy() {
	local options=(--seconds "$measure_s" --connections 8 --pace-ms 20)
	[[ $address != 127.* ]] || options+=(--source 127.0.0.2)
	"$build/tests/http/load" "${options[@]}" "$address" "$port" "$path" ${header:+"$header"} |
		awk '{ print $8, $4 }'
}

# attack_while_healthy OPTION ADDRESS:PORT PATH: "p99 errors" of healthy clients of the server while
# that one is under attack.
attack_while_healthy() {
	slowhttptest "$1" -c "$attackers" -r $((attackers / 2)) -i 2 -x 20 -p 3 -l "$seconds" \
		-u "http://$2$3" >"$tmp/attack" 2>&1 &
	attack=$!
	sleep 3 # all are there
	healthy
	kill -INT "$attack" 2>/dev/null || true
	wait "$attack" 2>/dev/null || true
	attack=
	sleep 1
}

# try_attack NAME OPTION PATH DECOY_PATH: true when the healthy ones wait at most twice as long.
try_attack() {
	local alone beside during errors base
	read -r alone _ < <(healthy)
	attack_while_healthy "$2" "127.0.0.1:$decoy_port" "$4" >"$tmp/beside"
	attack_while_healthy "$2" "$host:$port" "$3" >"$tmp/during"
	read -r beside _ <"$tmp/beside"
	read -r during errors <"$tmp/during"
	base=$((alone > beside ? alone : beside))
	say "$1: p99 of healthy clients $alone us alone, $beside us beside an attack, $during us during" \
		"one of $attackers; $errors errors"
	[ "$errors" -eq 0 ] && { [ "$during" -le $((2 * base)) ] ||
		[ "$during" -le $((base + noise_us)) ]; }
}

# The box may do something else for a while: three tries.
check_attack() {
	local try
	for try in 1 2 3; do
		! try_attack "$@" || return 0
	done
	fail "$1: healthy clients suffer (in each of $try tries)"
}

end_server() {
	local code=0
	[ -n "$server" ] || return 0
	kill -TERM "$server"
	wait "$server" || code=$?
	server=
	[ "$code" -eq 0 ] || fail "the server ended with $code: $(tail -n 20 "$tmp/server.err")"
	tail -n 1 "$tmp/server.out"
	grep -q '^open 0 ' "$tmp/server.out" || fail "connections are left"
}

trap clean_up EXIT
command -v slowhttptest >/dev/null || skip "needs slowhttptest"
raise_files
start_decoy
[ -n "$address" ] || start_server
host=$address
[[ $address != *:* ]] || host="[$address]"
check_attack "slow heads" -H "$path" /
check_attack "slow bodies" -B "$body_path" /echo
check_attack "range headers" -R "$path" /
check_attack "slow readers" -X "$big_path" /big
end_server
[ "$n_failures" -eq 0 ] || exit 1
say "all checks passed"
