# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # what the files share
# Pages of the queue as of random times of a year.  run.sh sources it after queue.sh, whose estate it takes.

as_of_seconds=10
as_of_sql=libisobar/store/sql/read/as_of_page.sql

as_of_figures() {
	cat <<-'FIGURES'
		as_of_page   page   ms  lower  200  -  ms, p99 of first pages
		as_of_deep   deep   ms  lower  200  -  ms, p99 of pages from any place
		as_of_worst  worst  ms  lower  -    -  ms, the slowest of a day each
	FIGURES
}

as_of_sizes='1e5 1e6'
as_of_runs=3

as_of_needs() {
	echo "$1"
}

as_of_base() {
	:
}

as_of_packages() {
	echo build run test bench
}

as_of_targets() {
	echo isobar isobar-scorer make_findings
}

as_of_disk() {
	echo $(($1 / 150 + 500))
}

as_of_describe() {
	cat <<-COMMANDS
		as_of: sizes $* (${runs:-$as_of_runs} runs); the estate of queue with a past of tests/bench/queue/history.sql
		  page   pgbench -n -M prepared -c 1 -T $as_of_seconds of $as_of_sql: 51 rows of the queue customer at random times of a year
		  deep   the same from a random place in the queue
		  worst  the first page at noon of each day of the year, one after the other
	COMMANDS
}

# as_of_statement FIRST_RANK TIME: the statement with these for its parameters.
as_of_statement() {
	sed -e 's/^--.*//' -e "s/\\\$1\\b/:org/g" -e "s/\\\$2::timestamptz/($2)/g" -e "s/\\\$2\\b/($2)/g" \
		-e "s/\\\$3::bigint/($1)/g" -e "s/\\\$3\\b/($1)/g" \
		-e "s/\\\$4::uuid/'00000000-0000-0000-0000-000000000000'::uuid/g" \
		-e "s/\\\$4\\b/'00000000-0000-0000-0000-000000000000'::uuid/g" \
		-e "s/\\\$5::smallint\[\]/:duties::smallint[]/g" -e "s/\\\$5\\b/:duties::smallint[]/g" \
		-e "s/\\\$6\\b/51/g" -e "s/\\\$7::smallint\[\]/null::smallint[]/g" -e "s/\\\$7\\b/null::smallint[]/g" \
		-e "s/\\\$8::bigint/0::bigint/g" -e "s/\\\$8\\b/0::bigint/g" \
		-e "s/\\\$9::smallint\[\]/null::smallint[]/g" -e "s/\\\$9\\b/null::smallint[]/g" \
		libisobar/store/sql/read/as_of_page.sql
	echo ';'
}

as_of_set_up() {
	local size=$1
	mkdir -p "$work/$size"
	findings "$size" base --uneven
	new_database "as_of_$size" bench_template
	ISOBAR_DATABASE="$server dbname=as_of_$size" "$isobar" import --quiet "$work/base" >"$work/out" </dev/null ||
		die "cannot import $size"
	rm "$work/base"
	sql "as_of_$size" -f tests/bench/queue/estate.sql -f tests/bench/queue/history.sql
	say "$size: $(sql "as_of_$size" -c "select (select count(*) from isobar.risk) || ' risks, '
		|| (select count(*) from isobar.risk_rank_history) || ' former rows'")"
}

# as_of_load SIZE NAME FIRST_RANK: into p50, p99 and n.
as_of_load() {
	local size=$1 name=$2
	{
		echo '\set age random(0, 31536000)'
		echo '\set place random(0, 16383)'
		as_of_statement "$3" "now() - interval '1 second' * :age"
	} >"$work/$name.pgbench"
	rm -f "$work"/as_of_log.*
	(cd "$work" && PGOPTIONS="$page_options -c role=isobar_api -c app.org_id=1" "$bin/pgbench" -n -M prepared -c 1 -T "$as_of_seconds" \
		-l --log-prefix=as_of_log -f "$work/$name.pgbench" -D org=1 -D 'duties={0,1,3}' \
		"$server dbname=as_of_$size") >"$work/pgbench.log" 2>&1 || {
		cat "$work/pgbench.log" >&2
		die "pgbench failed"
	}
	read -r n p50 p99 < <(awk '{ print $3 / 1000 }' "$work"/as_of_log.* | sort -g | awk '
		{ v[NR] = $1 }
		END { print NR, v[int(NR * 0.5) + 1], v[int(NR * 0.99) + 1] }')
}

as_of_worst() {
	local size=$1 day
	{
		printf '%s\n' '\timing on'
		for ((day = 0; day < 365; day++)); do
			as_of_statement 16384 "now() - interval '$day days'"
		done | sed -e 's/:org/1/g' -e "s/:duties/'{0,1,3}'/g"
	} >"$work/worst.sql"
	PGOPTIONS="$page_options -c role=isobar_api -c app.org_id=1" "$bin/psql" --no-psqlrc --quiet -o "$work/out" -f "$work/worst.sql" \
		"$server dbname=as_of_$size" >"$work/worst.log" || die "psql failed"
	sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' "$work/worst.log" "$work/out" | sort -g | tail -n 1
}

as_of_round() {
	local size=$1 round=$2 worst
	as_of_load "$size" page 16384
	say "$size round $round: first page: $n pages, p50 $p50 ms, p99 $p99 ms"
	sample "$size" "$round" as_of_page "$p99"
	as_of_load "$size" deep ':place'
	say "$size round $round: deep page: $n pages, p50 $p50 ms, p99 $p99 ms"
	sample "$size" "$round" as_of_deep "$p99"
	worst=$(as_of_worst "$size")
	say "$size round $round: the slowest day: $worst ms"
	sample "$size" "$round" as_of_worst "$worst"
}

as_of_run() {
	local round size
	for size in "$@"; do
		as_of_set_up "$size"
	done
	for ((round = 1; round <= ${runs:-$as_of_runs}; round++)); do
		for size in "$@"; do
			as_of_round "$size" "$round"
		done
	done
}
