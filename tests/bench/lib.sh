# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # what the files share
# What the groups of run.sh share: the machine, a PostgreSQL of their own, databases, samples.
# run.sh sources it.  Nothing here runs by itself.

root=$PWD
release=build/release
isobar=$root/$release/cli/isobar
scorer=$root/$release/scorer/isobar-scorer
make_findings=$release/tests/bench/make_findings
timed=$release/tests/bench/timed
seed=1
json=0
runs=           # given: for every size
sizes=()        # given: only these
work=           # our folder: files of findings, results
samples=        # size, round, figure, value, what it is divided by; one a line
pg_dir=         # the cluster's
server=         # conninfo without a database
bin=            # where psql itself is: Debian's /usr/bin/psql is a slow wrapper
pids=()         # what we started and have not stopped
failed=3

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "run.sh: $*"
	exit "$failed"
}

# tell: stdin is for eyes; with --json stdout is not.
tell() {
	if [ "$json" = 1 ]; then
		cat >&2
	else
		cat
	fi
}

clean_up() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	if [ -n "$pg_dir" ]; then
		[ ! -e "$pg_dir/data" ] || tests/support/pg.sh stop "$pg_dir" || true
		rm -rf "$pg_dir"
	fi
	[ -z "$work" ] || rm -rf "$work"
}

# ---- sizes and rounds ----

number_of() {
	local zeros=${1#1e}
	[[ $1 =~ ^1e[3-7]$ ]] || usage "$1 is no size: 1e3 to 1e7"
	printf '1%0*d' "$zeros" 0
}

runs_of() {
	if [ -n "$runs" ]; then
		echo "$runs"
	elif [ "$(number_of "$1")" -ge 1000000 ]; then
		echo 3
	else
		echo 5
	fi
}

# sample SIZE ROUND FIGURE VALUE [OF]
sample() {
	echo "$(number_of "$1") $2 $3 $4 ${5:-1}" >>"$samples"
}

# findings SIZE NAME [OPTION…]: writes a file, so that none of it is left to be written later.
findings() {
	local size=$1 name=$2
	shift 2
	"$make_findings" --count "$(number_of "$size")" --seed "$seed" "$@" >"$work/$name"
	sync "$work/$name"
}

# ---- machine ----

memory_mb() {
	awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo
}

# Like the reference box where memory allows.
shared_buffers_mb() {
	local quarter=$(($(memory_mb) / 4))
	if [ "$quarter" -gt 3000 ]; then
		echo 4096
	else
		echo "$quarter"
	fi
}

describe_machine() {
	echo "machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed 1q)," \
		"$(memory_mb) MB, $(sed -n 's/^HugePages_Total: *//p' /proc/meminfo) huge pages, $(stat -f -c %T "$work") on $(df --output=source "$work" | tail -n 1)"
	echo "system: $(. /etc/os-release && echo "$PRETTY_NAME"), $(uname -sr)," \
		"load $(cut -d ' ' -f 1-3 /proc/loadavg)"
	echo "versions: $("$isobar" --version) ($(git describe --always --dirty 2>/dev/null ||
		echo no git)), $("$bin/postgres" --version), $(gcc --version | sed 1q)," \
		"$(dpkg-query -W -f '${Package} ${Version}, ' libpq5 libsimdjson14 libzstd1)preset release"
	echo "server: $(settings | sed 's/ = /=/' | paste -s -d ' ')"
}

# check_disk MB
check_disk() {
	local free
	free=$(df --output=avail -m "$work" | tail -n 1)
	[ "$free" -ge "$1" ] ||
		die "$work has $free MB free, $1 are needed; TMPDIR names another place"
	case "$(stat -f -c %T "$work")" in
	tmpfs | ramfs) say "run.sh: warning: $work is in memory; TMPDIR should name a folder on a disk" ;;
	esac
}

# build TARGET…
build() {
	say "building (release)"
	{
		cmake --preset release -DISOBAR_TESTS=ON &&
			cmake --build --preset release --parallel "$(nproc)" --target "$@"
	} >"$work/build.log" 2>&1 || {
		cat "$work/build.log" >&2
		die "the build failed"
	}
}

# ---- PostgreSQL ----

# A checkpoint is made before each step that writes and none during it; what a step writes to WAL
# goes into files that are already there.  Autovacuum stays on, as PostgreSQL and Isobar ship it.
settings() {
	cat <<-CONF
		shared_buffers = $(shared_buffers_mb)MB
		max_wal_size = 8GB
		min_wal_size = 4GB
		checkpoint_timeout = 1h
		wal_level = replica
		wal_compression = off
		jit = off
		fsync = on
		synchronous_commit = on
		full_page_writes = on
		autovacuum = on
	CONF
}

sql() {
	local database=$1
	shift
	"$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$server dbname=$database" "$@"
}

# start_server FINDINGS: the largest number of them in one step.
start_server() {
	local program conf=$work/settings
	# The same choice as pg.sh.
	program=$(find /usr/lib/postgresql/*/bin -maxdepth 1 -name initdb | sort -t / -k 5 -n | tail -n 1)
	bin=${program%/initdb}
	settings >"$conf"
	pg_dir=$(mktemp -d "${TMPDIR:-/tmp}/isobar-bench-pg.XXXXXX")
	server=$(tests/support/pg.sh start "$pg_dir" "$conf") || die "PostgreSQL did not start"
	server=${server% dbname=*}
	sql postgres -c 'create database bench_template'
	ISOBAR_DATABASE="$server dbname=bench_template" "$isobar" migrate --quiet >"$work/migrate.log" 2>&1 || {
		cat "$work/migrate.log" >&2
		die "isobar migrate failed"
	}
	# Files of WAL for the largest step, so that none has to be made while the clock runs.
	sql postgres -v n="$(($1 / 4000 + 4))" >/dev/null <<-'SQL'
		select count(*)
		  from generate_series(1, :n) as i,
		       lateral (select pg_logical_emit_message(false, 'bench', i::text), pg_switch_wal()) as s;
		checkpoint;
	SQL
}

new_database() {
	sql postgres -c "drop database if exists $1" -c "create database $1 template ${2:-template1}" \
		2>"$work/psql.log" || {
		cat "$work/psql.log" >&2
		die "cannot make the database $1"
	}
}

drop_database() {
	sql postgres -c "drop database $1"
}
