#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A throw-away PostgreSQL for tests: reachable through a socket in DIR only, not crash-safe.
#   pg.sh start DIR [CONF]    makes DIR and a cluster in it, starts it, prints its conninfo
#   pg.sh crash DIR           stops it as a loss of power would
#   pg.sh again DIR           starts it again after that
#   pg.sh stop DIR            stops it and removes DIR
# CONF is a file of settings that win over the ones here (the benchmark wants a safe server).
# As root the server runs as the user postgres, who comes with Debian's package.
set -euo pipefail

[ $# -eq 2 ] || { [ $# -eq 3 ] && [ "$1" = start ]; } || {
	sed -n '4,8s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
action=$1
dir=$2
conf=${3:-/dev/null}

die() {
	echo "pg.sh: $*" >&2
	exit 1
}

# The programs of the newest server of version 15 or later.
bin=$(find /usr/lib/postgresql/*/bin -maxdepth 1 -name initdb 2>/dev/null | sort -t / -k 5 -n | tail -n 1)
bin=${bin%/initdb}
[ -n "$bin" ] || die "no PostgreSQL server found (deploy/packages.sh run)"

as_server() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid postgres --regid postgres --init-groups env HOME=/ "$@"
	else
		"$@"
	fi
}

run_server() {
	as_server "$bin/pg_ctl" --pgdata "$dir/data" --log "$dir/server.log" --wait --silent start \
		>/dev/null || {
		cat "$dir/server.log" >&2
		die "the server did not start"
	}
}

start() {
	[ ! -e "$dir" ] || [ -z "$(ls -A "$dir")" ] || die "$dir is not empty"
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	conf=$(realpath "$conf")
	[ ${#dir} -le 80 ] || die "$dir is too long a name for the folder of a socket"
	chmod 700 "$dir"
	[ "$(id -u)" -ne 0 ] || chown postgres: "$dir"
	cd /
	as_server "$bin/initdb" --pgdata "$dir/data" --auth trust --username postgres \
		--encoding UTF8 --locale C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || {
		cat "$dir/initdb.log" >&2
		die "initdb failed"
	}
	cat >>"$dir/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$dir'
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		max_wal_size = 2GB
		max_connections = 100
		timezone = 'UTC'
		log_timezone = 'UTC'
	CONF
	cat "$conf" >>"$dir/data/postgresql.conf"
	run_server
	echo "host=$dir port=5432 user=postgres dbname=postgres"
}

find_cluster() {
	[ -e "$dir/data/PG_VERSION" ] || die "$dir holds no cluster of this script"
	dir=$(cd "$dir" && pwd)
	cd /
}

crash() {
	as_server "$bin/pg_ctl" --pgdata "$dir/data" --mode immediate --wait --silent stop
}

stop() {
	find_cluster
	crash || true
	rm -rf "$dir"
}

case "$action" in
start) start ;;
crash)
	find_cluster
	crash
	;;
again)
	find_cluster
	run_server
	;;
stop) stop ;;
*) die "start, crash, again or stop, not $action" ;;
esac
