# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # what the files share
# The reading side against its limits: pages of the queue, filters, counts.  run.sh sources it after
# lib.sh.  Each size has a database, an API, a peer of fastify and pg, and lists of requests; all of
# them stay up, and the steps take turns.  Loads and what they mean are in queue_load.sh.

. tests/bench/queue_load.sh

queue_figures() {
	cat <<-'FIGURES'
		queue_pgbench       page    /s  higher 0.7 0.9  pages/s of pgbench, 32 clients
		queue_pgbench_best  page    /s  higher -   -    pages/s of pgbench, best of 2 to 32
		queue_fastify       page    /s  higher 4   10   pages/s of fastify and pg
		queue_nginx         nginx   /s  higher -   0.45 answers/s of nginx, as many bytes
		queue_first_page    first   /s  higher -   -    first pages/s of pgbench
		etag_nginx          etag    /s  higher 0.6 -    304/s of nginx, 1 worker
		queue_filter        filter  ms  lower  100 10   ms, p99 of the worst filter
		queue_filter_pairs  pairs   ms  lower  -   -    ms, p99 of the worst pair
		queue_order         order   ms  lower  -   -    ms, p99 of the worst
		facets              facets  ms  lower  20  -    ms, p99
		facets_filter       facets  ms  lower  -   -    ms, p99
		queue_growth        growth  us  lower  1.3 -    us of a page at 1e5
		queue_rss_mb        rss     MB  lower  -   -    MB
		queue_rss_per_risk  rss     B   lower  -   200  bytes per open risk
	FIGURES
}

queue_sizes='1e5 1e6'
queue_runs=3
page_sql=libisobar/store/sql/api/queue_page.sql
peer=build/bench/peer

queue_needs() {
	echo "$1"
}

queue_base() {
	[ "$1" != queue_growth ] || echo 1e5
}

queue_packages() {
	echo build run test bench
}

queue_targets() {
	echo isobar isobar-scorer isobar-api make_findings
}

queue_disk() {
	echo $(($1 / 200 + 500))
}

queue_describe() {
	echo "queue: sizes $* (${runs:-$queue_runs} runs); $(dpkg-query -W -f '${Package} ${Version}, ' wrk nginx-light nodejs)fastify" \
		"$(peer_version fastify), pg $(peer_version pg)"
	cat <<-COMMANDS
		estate: make_findings --count N --seed $seed --uneven, isobar import, then tests/bench/queue/estate.sql:
		four providers, 511 accounts of 11 % down to 0.04 %, owners, sources, ages, all states and classes
		commands; PATHS are requests at random positions, C connections, S = $load_seconds seconds:
		  API      isobar-api --database DSN --listen 127.0.0.1:PORT --workers 1 --rate-limit off --no-access-log
		  load     wrk -t1 -cC -dS --latency -s tests/bench/queue/requests.lua http://127.0.0.1:PORT -- PATHS
		  pgbench  pgbench -n -M prepared -c C -j 1 -P 1 of $page_sql: best S in a row
		  peer     node tests/bench/queue/peer/server.js PORT $page_sql
		  nginx    nginx -c tests/bench/queue/nginx.conf, the first page as a file
		sessions of pgbench and peer: $page_options
		each round of each size takes all of them in turn
	COMMANDS
}

# ---- what runs ----

# start NAME COMMAND…: in the background; its output goes to $work/NAME.log, its pid to $started.
start() {
	local name=$1
	shift
	"$@" >"$work/$name.log" 2>&1 &
	started=$!
	pids+=("$started")
}

# head_of PORT PATH [HEADER…]: the head of the answer.
head_of() {
	local port=$1 path=$2 line
	shift 2
	exec 9<>"/dev/tcp/127.0.0.1/$port" || return 1
	{
		printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n' "$path"
		[ $# -eq 0 ] || printf '%s\r\n' "$@"
		printf '\r\n'
	} >&9
	while IFS= read -r -t 5 line <&9; do
		printf '%s\n' "$line"
		[ "$line" != $'\r' ] || break
	done
	exec 9>&-
}

# wait_for NAME PORT PATH: until it answers with 200, a minute at most.
wait_for() {
	local i
	for ((i = 0; i < 600; i++)); do
		kill -0 "$started" 2>/dev/null || break
		if head_of "$2" "$3" 2>/dev/null | grep -q '^HTTP/1.1 200'; then
			return
		fi
		sleep 0.1
	done
	cat "$work/$1.log" >&2
	die "$1 did not start"
}

start_api() {
	local size=$1
	api_port[$size]=$(tests/support/free_port.sh)
	start "api_$size" "$release/api/isobar-api" --database "$server dbname=queue_$size" \
		--listen "127.0.0.1:${api_port[$size]}" --workers 1 --rate-limit off --no-access-log
	api_pid[$size]=$started
	wait_for "api_$size" "${api_port[$size]}" /readyz
}

start_peer() {
	local size=$1
	peer_port[$size]=$(tests/support/free_port.sh)
	PGHOST=$pg_dir PGPORT=5432 PGUSER=postgres PGDATABASE=queue_$size PGOPTIONS=$page_options \
		start "peer_$size" node "$peer/server.js" "${peer_port[$size]}" "$page_sql"
	wait_for "peer_$size" "${peer_port[$size]}" '/risks?limit=1'
}

start_nginx() {
	nginx_port=$(tests/support/free_port.sh)
	sed "s|FOLDER|$work|; s|PORT|$nginx_port|; s|^USER$|$([ "$(id -u)" -ne 0 ] || echo 'user root;')|" \
		tests/bench/queue/nginx.conf >"$work/nginx.conf"
	start nginx "$(PATH=$PATH:/usr/sbin command -v nginx)" -c "$work/nginx.conf" -e "$work/nginx.log"
	wait_for nginx "$nginx_port" /first.json
}

install_peer() {
	mkdir -p "$peer"
	cp tests/bench/queue/peer/{.npmrc,package.json,package-lock.json,server.js,statement.js} "$peer"
	(cd "$peer" && npm ci --ignore-scripts) >"$work/npm.log" 2>&1 || {
		cat "$work/npm.log" >&2
		die "npm ci failed"
	}
}

peer_version() {
	sed -n "s/^ *\"$1\": \"\([0-9][^\"]*\)\",\{0,1\}$/\1/p" tests/bench/queue/peer/package.json
}

# ---- the estate ----

make_estate() {
	local size=$1 database=queue_$1
	say "$size: importing"
	findings "$size" base --uneven
	new_database "$database" bench_template
	ISOBAR_DATABASE="$server dbname=$database" "$isobar" import --quiet "$work/base" >"$work/out" ||
		die "the import failed"
	rm "$work/base"
	sql "$database" -f tests/bench/queue/estate.sql
	sql "$database" -f tests/bench/queue/cases.sql >"$work/$size/cases"
	n_open[$size]=$(sql "$database" -c 'select count(*) from isobar.risk where open')
	say "$size: ${n_open[$size]} open risks of $(sql "$database" -c 'select count(*) from isobar.risk')"
}

# The positions of the pages, for pgbench.
load_positions() {
	sql "queue_$1" -c 'create table bench_position (
			number integer primary key, rank bigint not null, risk_id uuid not null)' \
		-c "\\copy bench_position from $work/$1/positions.tsv" -c 'vacuum (analyze) bench_position'
}

set_up() {
	local size=$1
	mkdir -p "$work/$size"
	make_estate "$size"
	token[$size]=$(ISOBAR_DATABASE="$server dbname=queue_$size" "$isobar" token create \
		--quiet --role viewer --json | jq -r .token)
	[ -n "${token[$size]}" ] || die "no token was made"
	start_api "$size"
	start_peer "$size"
	say "$size: making requests"
	BENCH_TOKEN=${token[$size]} node tests/bench/queue/requests.js "http://127.0.0.1:${api_port[$size]}" \
		"$work/$size/cases" "$work/$size" "$seed" || die "no requests were made"
	BENCH_TOKEN=${token[$size]} node tests/bench/queue/same_pages.js "http://127.0.0.1:${api_port[$size]}" \
		"http://127.0.0.1:${peer_port[$size]}" "$work/$size" || die "API and peer give other pages"
	load_positions "$size"
}

# ---- rounds ----

queue_round() {
	local size=$1 round=$2
	! wants page || measure_page "$size" "$round"
	! wants first || measure_first "$size" "$round"
	! wants nginx || measure_nginx "$size" "$round"
	! wants etag || measure_etag "$size" "$round"
	! wants growth || measure_growth "$size" "$round"
	! wants facets || measure_facets "$size" "$round"
	! wants filter || measure_each "$size" "$round" filter queue_filter '1 8'
	# These take long and have no target.
	[ "$round" = 1 ] || return 0
	! wants order || measure_each "$size" "$round" order queue_order '1 8'
	! wants pairs || measure_each "$size" "$round" pair queue_filter_pairs 8
}

queue_run() {
	local round size
	declare -gA api_port api_pid peer_port token n_open
	each_file=$work/each
	: >"$each_file"
	install_peer
	for size in "$@"; do
		set_up "$size"
	done
	cp "$work/${!#}/first.json" "$work/first.json"
	start_nginx
	for size in "$@"; do
		queue_warm_up "$size"
	done
	for ((round = 1; round <= ${runs:-$queue_runs}; round++)); do
		for size in "$@"; do
			queue_round "$size" "$round"
		done
	done
	for size in "$@"; do
		! wants rss || measure_rss "$size"
	done
	each_details "$@" | tell
}
