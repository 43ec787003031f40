#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures the import of findings against the raw COPY of the same text, on a PostgreSQL of its own.
#   run.sh [--json] [--runs N] [--sizes 1e4,1e5,1e6] [NAME…]
#   run.sh --list      names the figures; "ingest" and no name stand for all of them
# A plain name is a figure of 10^6 findings, first_load_1e4 the same of 10^4.  Machine, versions and
# commands are printed first, on stderr with --json.  Exit code 0: every figure of the largest size
# is within its target, 1: one is not, 2: usage, 3: it could not be measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seed=1
changed_percent=5
raw_options="(format csv, quote e'\\x01', escape e'\\x01', delimiter e'\\x02')"
release=build/release
isobar=$PWD/$release/cli/isobar
make_findings=$release/tests/bench/make_findings
timed=$release/tests/bench/timed
json=0
runs=           # given: for every size
sizes=()
names=()        # given: only these figures
steps=          # what has to be measured, between blanks
work=           # our folder: files of findings, results
pg_dir=         # the cluster's
server=         # conninfo without a database
bin=            # where psql itself is: Debian's /usr/bin/psql is a slow wrapper
measurements=   # size, round, step, seconds, bytes of WAL, kB of memory; one a line
failed=3

# name, step, measure, target, goal.  The target binds now, the goal is where it shall end.
figures() {
	cat <<-'FIGURES'
		first_load           first_load       time    2.0  1.0
		first_load_wal       first_load       wal     2.0  1.0
		reimport             reimport         time    0.5  0.3
		reimport_wal         reimport         wal     0.5  0.3
		changed_5            changed          time    1.0  0.5
		changed_5_wal        changed          wal     1.0  0.5
		import_to_queue      import_to_queue  time    4.0  2.5
		import_to_queue_wal  import_to_queue  wal     4.0  2.5
		growth               first_load       growth  1.3  1.3
		import_rss_mb        import           memory  64   64
	FIGURES
}

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "run.sh: $*"
	exit "$failed"
}

usage() {
	[ $# -eq 0 ] || say "run.sh: $*"
	sed -n '4,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

clean_up() {
	if [ -n "$pg_dir" ]; then
		[ ! -e "$pg_dir/data" ] || tests/support/pg.sh stop "$pg_dir" || true
		rm -rf "$pg_dir"
	fi
	[ -z "$work" ] || rm -rf "$work"
}

# ---- arguments ----

number_of() {
	local zeros=${1#1e}
	[[ $1 =~ ^1e[3-7]$ ]] || usage "$1 is no size: 1e3 to 1e7"
	printf '1%0*d' "$zeros" 0
}

# Which figure NAME is, of which size: "first_load 1e6".
figure_of() {
	local name=$1 size=1e6
	if [[ $name =~ _1e[3-7]$ ]]; then
		size=${name##*_}
		name=${name%_*}
	fi
	figures | grep -q "^$name " || usage "there is no figure $1; --list names them"
	[ "$size" != 1e6 ] || [ "$1" = "$name" ] || usage "$1 is called $name"
	printf '%s %s\n' "$name" "$size"
}

# Sizes and steps that the figures of names need.
plan() {
	local name size step measure wanted=()
	for name in "${names[@]}"; do
		# shellcheck disable=SC2046 # two words
		set -- $(figure_of "$name")
		[ $# -eq 2 ] || exit 2
		read -r _ step measure _ < <(figures | grep "^$1 ")
		size=$2
		wanted+=("$size")
		steps+=" $step "
		[ "$measure" != growth ] || wanted+=(1e4)
		[ "$measure" != memory ] || steps+=" first_load reimport changed "
	done
	if [ ${#names[@]} -eq 0 ]; then
		steps=" first_load reimport changed import_to_queue "
		wanted=(1e4 1e5 1e6)
	fi
	# A database must be filled before it can be filled again.
	case "$steps" in
	*' reimport '* | *' changed '*) steps+=" first_load " ;;
	esac
	if [ ${#sizes[@]} -gt 0 ]; then
		for size in "${wanted[@]}"; do
			[ ${#names[@]} -eq 0 ] || [[ " ${sizes[*]} " == *" $size "* ]] ||
				usage "what was named needs the size $size"
		done
	else
		mapfile -t sizes < <(printf '%s\n' "${wanted[@]}" | sort -u)
	fi
}

read_arguments() {
	local size
	while [ $# -gt 0 ]; do
		case "$1" in
		--json) json=1 ;;
		--list)
			figures | cut -d ' ' -f 1
			exit 0
			;;
		--runs)
			[[ ${2:-} =~ ^[1-9][0-9]?$ ]] || usage "--runs wants a number from 1 to 99"
			runs=$2
			shift
			;;
		--sizes)
			IFS=, read -ra sizes <<<"${2:-}"
			[ ${#sizes[@]} -gt 0 ] || usage "--sizes wants a list: 1e4,1e5"
			for size in "${sizes[@]}"; do
				number_of "$size" >/dev/null || exit 2
			done
			mapfile -t sizes < <(printf '%s\n' "${sizes[@]}" | sort -u)
			shift
			;;
		ingest) names=() && all=1 ;;
		-*) usage "there is no option $1" ;;
		*) names+=("$1") ;;
		esac
		shift
	done
	[ "${all:-0}" = 0 ] || names=()
	plan
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

largest_size() {
	number_of "${sizes[-1]}"
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

# A checkpoint is made before each step and none during it; what a step writes to WAL goes into
# files that are already there.  Autovacuum stays on, as PostgreSQL and Isobar ship it.
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

describe() {
	local size list=
	for size in "${sizes[@]}"; do
		list+=" $size ($(runs_of "$size") runs)"
	done
	echo "machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed 1q)," \
		"$(memory_mb) MB, $(stat -f -c %T "$work") on $(df --output=source "$work" | tail -n 1)"
	echo "system: $(. /etc/os-release && echo "$PRETTY_NAME"), $(uname -sr)," \
		"load $(cut -d ' ' -f 1-3 /proc/loadavg)"
	echo "versions: $("$isobar" --version) ($(git describe --always --dirty 2>/dev/null ||
		echo no git)), $("$bin/postgres" --version), $(gcc --version | sed 1q)," \
		"$(dpkg-query -W -f '${Package} ${Version}, ' libpq5 libsimdjson14 libzstd1)preset release"
	echo "server: $(settings | sed 's/ = /=/' | paste -s -d ' ')"
	echo "sizes:$list"
	cat <<-COMMANDS
		commands, on FILE of make_findings --count N --seed $seed; the clock is the process's, WAL is
		pg_current_wal_insert_lsn() after less before, and a checkpoint comes first:
		  raw              psql -c "copy raw (line) from stdin $raw_options" <FILE
		                   into create table raw (line text)
		  first_load       isobar import --no-score FILE             into an empty database
		  reimport         isobar import --no-score FILE.moved       FILE with --moved-times
		  changed          isobar import --no-score FILE.changed     FILE with --changed $changed_percent
		  import_to_queue  isobar import FILE && isobar queue --limit 1   into an empty database
		each round of each size takes all of them in this order
	COMMANDS
}

check_disk() {
	local need free
	need=$(($(largest_size) / 60 + 500)) # MB: files, databases, WAL
	free=$(df --output=avail -m "$work" | tail -n 1)
	[ "$free" -ge "$need" ] ||
		die "$work has $free MB free, $need are needed; TMPDIR names another place"
	case "$(stat -f -c %T "$work")" in
	tmpfs | ramfs) say "run.sh: warning: $work is in memory; TMPDIR should name a folder on a disk" ;;
	esac
}

# ---- server ----

sql() {
	local database=$1
	shift
	"$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$server dbname=$database" "$@"
}

wal_position() {
	sql postgres -c 'select pg_current_wal_insert_lsn()'
}

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
	sql postgres -v n="$(($(largest_size) / 4000 + 4))" >/dev/null <<-'SQL'
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

# ---- steps ----

wants() {
	[[ $steps == *" $1 "* ]]
}

# findings SIZE NAME [OPTION…]: writes a file, so that none of it is left to be written later.
findings() {
	local size=$1 name=$2
	shift 2
	"$make_findings" --count "$(number_of "$size")" --seed "$seed" "$@" >"$work/$name"
	sync "$work/$name"
}

# step SIZE ROUND STEP COMMAND…: stdin goes to the command, what it prints to $work/out.
step() {
	local size=$1 round=$2 name=$3 before after seconds user system memory
	shift 3
	sql postgres -c checkpoint
	before=$(wal_position)
	"$timed" "$work/timed" "$@" >"$work/out" || {
		cat "$work/out" >&2
		die "$name of $size failed (round $round)"
	}
	after=$(wal_position)
	read -r seconds user system memory <"$work/timed"
	after=$(sql postgres -c "select pg_wal_lsn_diff('$after', '$before')")
	say "$(printf '%s round %s: %-16s %9.3f s (its own CPU %8.3f + %.3f), %11.3f MB of WAL, %4d MB resident' \
		"$size" "$round" "$name" "$seconds" "$user" "$system" "$((after / 1000))e-3" \
		"$((memory * 1024 / 1000000))")"
	[ "$round" = 0 ] ||
		echo "$(number_of "$size") $round $name $seconds $after $memory" >>"$measurements"
}

# expect KEY NUMBER…: what the last import says it did; a benchmark of another case is worthless.
expect() {
	while [ $# -gt 0 ]; do
		grep -q "\"$1\":$2[,}]" "$work/out" ||
			die "the import did not do what is measured ($1 is not $2): $(cat "$work/out")"
		shift 2
	done
}

import() {
	local database=$1 now=$2 file=$3
	shift 3
	ISOBAR_DATABASE="$server dbname=$database" step "$@" "$isobar" import --json --no-score \
		--now "$now" "$work/$file" </dev/null
}

# The text in the table is the text in the file.
check_raw() {
	local bytes
	bytes=$(sql bench_raw -c "select coalesce(sum(octet_length(line) + 1), 0) from raw")
	[ "$bytes" = "$(stat -c %s "$work/base")" ] || die "the raw COPY stored other text"
	[ "$(sql bench_raw -c "select line from raw where ctid = '(0,1)'" | md5sum)" = \
		"$(sed 1q "$work/base" | md5sum)" ] || die "the raw COPY stored other text"
}

measure_raw() {
	new_database bench_raw
	sql bench_raw -c 'create table raw (line text)'
	step "$1" "$2" raw "$bin/psql" -X -q -d "$server dbname=bench_raw" \
		-c "copy raw (line) from stdin $raw_options" <"$work/base"
	[ "$2" -gt 1 ] || check_raw
	drop_database bench_raw
}

measure_queue() {
	new_database bench_queue bench_template
	# shellcheck disable=SC2016 # for the inner shell
	ISOBAR_DATABASE="$server dbname=bench_queue" step "$1" "$2" import_to_queue sh -c '
		"$1" import --json --now 2026-02-01T00:00:00Z "$2" &&
		"$1" queue --json --limit 1 --now 2026-02-01T00:00:00Z' sh "$isobar" "$work/base" </dev/null
	expect new "$3" quarantined 0
	grep -q '"rank":' "$work/out" || die "the queue is empty: $(cat "$work/out")"
	[ "$(sql bench_queue -c 'select count(*) from isobar.dirty_mark')" = 0 ] ||
		die "import came back before everything was scored"
	drop_database bench_queue
}

# run_round SIZE ROUND: round 0 is not kept.
run_round() {
	local size=$1 round=$2 n unique changed
	n=$(number_of "$size")
	unique=$((n - n / 10))
	changed=$((unique * changed_percent / 100))
	findings "$size" base
	measure_raw "$size" "$round"
	if wants first_load; then
		new_database bench_load bench_template
		import bench_load 2026-02-01T00:00:00Z base "$size" "$round" first_load
		expect findings "$n" new "$unique" quarantined 0
	fi
	! wants import_to_queue || measure_queue "$size" "$round" "$unique"
	rm "$work/base"
	if wants reimport; then
		findings "$size" moved --moved-times
		import bench_load 2026-02-02T00:00:00Z moved "$size" "$round" reimport
		expect new 0 changed 0 closed 0 quarantined 0
		rm "$work/moved"
	fi
	if wants changed; then
		findings "$size" changed --changed "$changed_percent"
		import bench_load 2026-02-03T00:00:00Z changed "$size" "$round" changed
		expect new 0 changed "$changed" closed 0 quarantined 0
		rm "$work/changed"
	fi
	! wants first_load || drop_database bench_load
}

build() {
	deploy/packages.sh build run test
	say "building (release)"
	{
		cmake --preset release -DISOBAR_TESTS=ON &&
			cmake --build --preset release --parallel "$(nproc)" \
				--target isobar isobar-scorer make_findings timed
	} >"$work/build.log" 2>&1 || {
		cat "$work/build.log" >&2
		die "the build failed"
	}
}

# The sizes take turns, so that a box that slows down slows all of them.
run_all() {
	local round size
	run_round 1e3 0
	for ((round = 1; round <= 99; round++)); do
		for size in "${sizes[@]}"; do
			[ "$round" -gt "$(runs_of "$size")" ] || run_round "$size" "$round"
		done
	done
}

main() {
	read_arguments "$@"
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	work=$(mktemp -d "${TMPDIR:-/tmp}/isobar-bench.XXXXXX")
	measurements=$work/measurements
	build
	check_disk
	start_server
	if [ "$json" = 1 ]; then
		describe >&2
	else
		describe
	fi
	: >"$measurements"
	run_all
	awk -v names="${names[*]}" -v as_json="$json" -f tests/bench/figures.awk \
		<(figures) "$measurements"
}

main "$@"
