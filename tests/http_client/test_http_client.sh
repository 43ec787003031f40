#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The HTTP client against a real server, in the clear and over TLS: starts server.mjs and runs
# http_client_answers and http_client_lives against it.
#   test_http_client.sh BUILD
set -euo pipefail
build=$(cd "${1:?build folder}" && pwd)
cd "$(dirname "$0")"

programs=$build/tests/http_client
tmp=$(mktemp -d "${TMPDIR:-/tmp}/isobar-http-client.XXXXXX")

skip() {
	printf 'SKIP: %s\n' "$*"
	exit 77
}

clean_up() {
	exec {to_server}>&- # its stdin, with which it ends
	wait
	rm -rf "$tmp"
}

for program in node openssl; do
	command -v "$program" >/dev/null || skip "needs $program"
done
[ -x "$programs/http_client_lives" ] || skip "$programs/http_client_lives is not built"

# Trusted by itself when it is named as the file of certificates; for 127.0.0.1 alone.
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key" -out "$tmp/certificate" -days 2 \
	-subj '/CN=isobar test' -addext 'subjectAltName=IP:127.0.0.1' 2>"$tmp/openssl" || {
	cat "$tmp/openssl"
	exit 1
}
mkfifo "$tmp/in"
node server.mjs "$tmp/certificate" "$tmp/key" <"$tmp/in" >"$tmp/ports" &
exec {to_server}>"$tmp/in"
trap clean_up EXIT
for _ in $(seq 200); do
	[ ! -s "$tmp/ports" ] || break
	sleep 0.05
done
port_of() {
	sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$tmp/ports"
}
[ -n "$(port_of old)" ] || {
	echo "FAILED: the server does not listen"
	exit 1
}
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
export ISOBAR_TEST_HTTP=http://127.0.0.1:$(port_of http) ISOBAR_TEST_HTTPS=https://127.0.0.1:$(port_of https) \
	ISOBAR_TEST_OLD=https://127.0.0.1:$(port_of old) ISOBAR_TEST_CA=$tmp/certificate
status=0
for program in http_client_answers http_client_lives; do
	"$programs/$program" {to_server}>&- || status=1
done
exit "$status"
