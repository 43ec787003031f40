# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # what the files share
# The import of findings against the raw COPY of the same text.  run.sh sources it after lib.sh.

changed_percent=5
raw_options="(format csv, quote e'\\x01', escape e'\\x01', delimiter e'\\x02')"
ingest_measurements= # size, round, step, seconds, bytes of WAL, kB of memory; one a line

ingest_figures() {
	cat <<-'FIGURES'
		first_load           first_load       s    lower  2.0  1.0  seconds of raw COPY
		first_load_wal       first_load       B    lower  2.0  1.0  WAL bytes of raw COPY
		reimport             reimport         s    lower  0.5  0.3  seconds of raw COPY
		reimport_wal         reimport         B    lower  0.5  0.3  WAL bytes of raw COPY
		changed_5            changed          s    lower  1.0  0.5  seconds of raw COPY
		changed_5_wal        changed          B    lower  1.0  0.5  WAL bytes of raw COPY
		import_to_queue      import_to_queue  s    lower  4.0  2.5  seconds of raw COPY
		import_to_queue_wal  import_to_queue  B    lower  4.0  2.5  WAL bytes of raw COPY
		growth               first_load       us   lower  1.3  1.3  seconds per finding at 1e4
		import_rss_mb        import           MB   lower  64   64   MB
	FIGURES
}

ingest_sizes='1e4 1e5 1e6'

# What the figures of STEP need to be measured, beside their own size.
ingest_needs() {
	case "$1" in
	import) echo first_load reimport changed ;;
	# A database must be filled before it can be filled again.
	reimport | changed) echo "first_load $1" ;;
	*) echo "$1" ;;
	esac
}

# Another size that the figure NAME needs.
ingest_base() {
	[ "$1" != growth ] || echo 1e4
}

ingest_packages() {
	echo build run test
}

ingest_targets() {
	echo isobar isobar-scorer make_findings timed
}

# MB: files, databases, WAL.
ingest_disk() {
	echo $(($1 / 60 + 500))
}

ingest_describe() {
	local size list=
	for size in "$@"; do
		list+=" $size ($(runs_of "$size") runs)"
	done
	cat <<-COMMANDS
		ingest: sizes$list
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

# ---- steps ----

wal_position() {
	sql postgres -c 'select pg_current_wal_insert_lsn()'
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
		echo "$(number_of "$size") $round $name $seconds $after $memory" >>"$ingest_measurements"
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

measure_to_queue() {
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

# ingest_round SIZE ROUND: round 0 is not kept.
ingest_round() {
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
	! wants import_to_queue || measure_to_queue "$size" "$round" "$unique"
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

# ingest_run SIZE…: they take turns, so that a box that slows down slows all of them.
ingest_run() {
	local round size
	ingest_measurements=$work/ingest
	: >"$ingest_measurements"
	ingest_round 1e3 0
	for ((round = 1; round <= 99; round++)); do
		for size in "$@"; do
			[ "$round" -gt "$(runs_of "$size")" ] || ingest_round "$size" "$round"
		done
	done
	awk -f tests/bench/ingest.awk <(ingest_figures) "$ingest_measurements" >>"$samples"
}
