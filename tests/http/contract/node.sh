# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The Node packages of these tests: installed below the build folder, once for each lock file.
#   use_node BUILD    sets ISOBAR_NODE_MODULES; skips the test where Node or the registry is missing
# A test sources it.  Nothing is reported to anybody: no install scripts, no telemetry, no checks for
# newer versions.

contract_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true SCARF_ANALYTICS=false DO_NOT_TRACK=1
export NO_UPDATE_NOTIFIER=1

skip_node() {
	echo "SKIP: $*"
	exit 77
}

# npm's words for a registry that cannot be reached; anything else is a fault of ours.
is_offline() {
	grep -qE 'E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH|NETUNREACH|SOCKETTIMEDOUT)|ERR_SOCKET_TIMEOUT|npm (ERR!|error) code E5[0-9][0-9]|ENOTCACHED|npm (ERR!|error) network' "$1"
}

install_packages() {
	local into=$1 work=$1.new
	rm -rf "$work"
	mkdir -p "$work"
	cp "$contract_tests/package.json" "$contract_tests/package-lock.json" "$contract_tests/.npmrc" "$work/"
	if ! (cd "$work" && npm ci --fetch-retries=1 --fetch-timeout=60000) >"$into.log" 2>&1 </dev/null; then
		rm -rf "$work"
		if is_offline "$into.log"; then
			skip_node "the npm registry cannot be reached"
		fi
		cat "$into.log"
		echo "FAILED: npm ci"
		exit 1
	fi
	rm -rf "$into"
	mv "$work" "$into"
}

use_node() {
	local build hash into major
	build=$(cd "$1" && pwd)
	for program in node npm; do
		command -v "$program" >/dev/null || skip_node "needs $program"
	done
	major=$(node --print 'process.versions.node.split(".")[0]')
	[ "$major" -ge 18 ] || skip_node "needs Node 18 or later, this is $major"
	hash=$(cat "$contract_tests/package.json" "$contract_tests/package-lock.json" | sha256sum | cut -c 1-16)
	into=$build/http-node/$hash
	mkdir -p "$build/http-node"
	# Tests run side by side, and the first one installs for all.
	exec {node_lock}>"$build/http-node/lock"
	flock "$node_lock"
	[ -d "$into" ] || install_packages "$into"
	exec {node_lock}>&-
	export ISOBAR_NODE_MODULES=$into/node_modules
}
