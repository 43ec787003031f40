# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # what the files share
# The steps of queue.sh: what is loaded with what, and which samples come of it.  A request that is not
# answered as expected ends the run.

load_seconds=3
# Of the sessions of pgbench and peer: what the API's are told (libisobar/store/pg_session.c).
page_options='-c jit=off -c timezone=UTC -c client_connection_check_interval=2s'
page_options+=' -c plan_cache_mode=force_generic_plan -c max_parallel_workers_per_gather=0'
each_file=        # size, round, kind, name, connections, requests, p50, p99; one a line

# load NAME PORT PATHS CONNECTIONS: into requests, rate (a second), bytes, p50 and p99 (ms).
load() {
	local name=$1 port=$2 paths=$3 connections=$4 seconds wrong
	BENCH_RESULT=$work/load wrk -t1 "-c$connections" "-d${load_seconds}s" --latency --timeout 20s \
		-s tests/bench/queue/requests.lua "http://127.0.0.1:$port" -- "$paths" \
		>"$work/wrk.log" 2>&1 || {
		cat "$work/wrk.log" >&2
		die "wrk failed ($name)"
	}
	read -r requests seconds bytes p50 p99 wrong <"$work/load"
	if [ "$wrong" != '0 0 0 0 0' ] || [ "$requests" = 0 ]; then
		tail -n 5 "$work"/*.log >&2
		die "$name: $requests answers; not as expected (status, connect, read, write, timeout): $wrong"
	fi
	rate=$(awk -v n="$requests" -v s="$seconds" 'BEGIN { printf "%.6g", n / s }')
}

# api_load NAME SIZE LIST CONNECTIONS
api_load() {
	BENCH_TOKEN=${token[$2]} load "$1 $2" "${api_port[$2]}" "$work/$2/$3.paths" "$4"
}

# pgbench_load SIZE page|first CLIENTS: into rate.  That of the best $load_seconds seconds in a row, since
# nobody knows when all of the backends have started, planned, and touched the tables.
pgbench_load() {
	local size=$1 kind=$2 clients=$3 warm_up
	warm_up=$((3 + clients * $(number_of "$size") / 2000000))
	[ -e "$work/$kind.pgbench" ] ||
		node tests/bench/queue/peer/statement.js "$page_sql" "$kind" >"$work/$kind.pgbench"
	PGOPTIONS=$page_options "$bin/pgbench" -n -M prepared -c "$clients" -j 1 -P 1 \
		-T "$((warm_up + load_seconds))" -f "$work/$kind.pgbench" -D cold=1 -D org=1 -D limit=51 \
		-D now="$(date -u +%FT%TZ)" -D positions="$(wc -l <"$work/$size/positions.tsv")" \
		"$server dbname=queue_$size" >"$work/pgbench.log" 2>&1 || {
		cat "$work/pgbench.log" >&2
		die "pgbench failed"
	}
	rate=$(awk -v wanted="$load_seconds" '
		$1 == "progress:" { at[++n] = $2; sum[n] = sum[n - 1] + $4 * ($2 - at[n - 1]) }
		END {
			for (i = wanted; i <= n; i++) {
				rate = (sum[i] - sum[i - wanted]) / (at[i] - at[i - wanted] + 1e-9)
				best = rate > best ? rate : best
			}
			if (best > 0)
				printf "%.6g", best
		}' "$work/pgbench.log")
	[ -n "$rate" ] || die "pgbench was too slow to say anything: $(cat "$work/pgbench.log")"
}

# note SIZE ROUND NAME REST…
note() {
	say "$(printf '%s round %s: %-34s %s' "$1" "$2" "$3" "${*:4}")"
}

measure_page() {
	local size=$1 round=$2 api clients best
	api_load page "$size" pages 32
	api=$rate
	note "$size" "$round" "page, 32 connections" "$api/s, p50 $p50 ms, p99 $p99 ms"
	pgbench_load "$size" page 32
	note "$size" "$round" "pgbench, 32 clients" "$rate/s"
	sample "$size" "$round" queue_pgbench "$api" "$rate"
	best=$rate
	load "peer $size" "${peer_port[$size]}" "$work/$size/peer.paths" 32
	note "$size" "$round" "fastify, 32 connections" "$rate/s, p50 $p50 ms, p99 $p99 ms"
	sample "$size" "$round" queue_fastify "$api" "$rate"
	[ "$round" = 1 ] || return 0
	for clients in 16 8 4 2; do
		pgbench_load "$size" page "$clients"
		note "$size" "$round" "pgbench, $clients clients" "$rate/s"
		best=$(printf '%s\n' "$best" "$rate" | sort -g | tail -n 1)
	done
	sample "$size" "$round" queue_pgbench_best "$api" "$best"
}

measure_first() {
	local size=$1 round=$2 api
	api_load first "$size" first 32
	api=$rate
	pgbench_load "$size" first 32
	note "$size" "$round" "first page, 32 connections" "$api/s, pgbench $rate/s"
	sample "$size" "$round" queue_first_page "$api" "$rate"
}

# The first page, whose bytes nginx has as a file.
measure_nginx() {
	local size=$1 round=$2 api
	api_load first "$size" first 64
	api=$rate
	echo "/$size/first.json" >"$work/nginx.paths"
	load nginx "$nginx_port" "$work/nginx.paths" 64
	note "$size" "$round" "first page, 64 connections" "$api/s, nginx $rate/s"
	sample "$size" "$round" queue_nginx "$api" "$rate"
}

# etag_load NAME PORT PATHS HEAD: HEAD is a file with one such answer.  wrk does not tell 304 from 200,
# but a 200 has a body: as many bytes as the head has, and all were 304.
etag_load() {
	local size_of_head
	grep -q '^HTTP/1.1 304' "$4" || die "$1: If-None-Match was not answered with 304: $(cat "$4")"
	size_of_head=$(wc -c <"$4")
	load "$1" "$2" "$3" 64
	awk -v bytes="$bytes" -v n="$requests" -v head="$size_of_head" \
		'BEGIN { off = bytes / n - head; exit !(off < 2 && off > -2) }' ||
		die "$1: $requests answers had $bytes bytes, a 304 has $size_of_head: not all were that"
}

etag_of() {
	head_of "$@" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: *//p'
}

measure_etag() {
	local size=$1 round=$2 api path auth
	path=$(cat "$work/$size/first.paths")
	auth="Authorization: Bearer ${token[$size]}"
	BENCH_ETAG=$(etag_of "${api_port[$size]}" "$path" "$auth")
	export BENCH_ETAG
	head_of "${api_port[$size]}" "$path" "$auth" "If-None-Match: $BENCH_ETAG" >"$work/head"
	BENCH_TOKEN=${token[$size]} etag_load "etag $size" "${api_port[$size]}" \
		"$work/$size/first.paths" "$work/head"
	api=$rate
	BENCH_ETAG=$(etag_of "$nginx_port" /first.json)
	head_of "$nginx_port" /first.json "If-None-Match: $BENCH_ETAG" >"$work/head"
	echo /first.json >"$work/nginx.paths"
	etag_load nginx "$nginx_port" "$work/nginx.paths" "$work/head"
	unset BENCH_ETAG
	note "$size" "$round" "304, 64 connections" "$api/s, nginx $rate/s"
	sample "$size" "$round" etag_nginx "$api" "$rate"
}

# Of one connection, in microseconds.  The sizes take turns second by second: between the steps of a round
# a box may change its speed by more than what is looked for.
measure_growth() {
	local size=$1 round=$2 turn small load_seconds=1
	[ "$size" != 1e5 ] && [ -n "${api_port[1e5]:-}" ] || return 0
	for turn in 1 2 3 4 5 6 7; do
		api_load growth 1e5 pages 1
		small=$p50
		api_load growth "$size" pages 1
		note "$size" "$round" "page, 1 connection" "p50 $p50 ms, at 1e5 $small ms"
		sample "$size" "$(((round - 1) * 7 + turn))" queue_growth \
			"$(awk -v p50="$p50" 'BEGIN { print p50 * 1000 }')" \
			"$(awk -v p50="$small" 'BEGIN { print p50 * 1000 }')"
	done
}

measure_facets() {
	local size=$1 round=$2 list
	for list in facets facets_filter; do
		api_load "$list" "$size" "$list" 8
		note "$size" "$round" "$list, 8 connections" "$rate/s, p50 $p50 ms, p99 $p99 ms"
		sample "$size" "$round" "$list" "$p99"
	done
}

# measure_each SIZE ROUND KIND FIGURE CONNECTIONS: every list KIND-NAME.paths, a second each; the
# figure is the worst.
measure_each() {
	local size=$1 round=$2 kind=$3 figure=$4 worst=0 worst_name file name connections
	for file in "$work/$size/$kind"-*.paths; do
		name=${file##*/"$kind"-}
		name=${name%.paths}
		for connections in $5; do
			load_seconds=1 api_load "$kind $name" "$size" "$kind-$name" "$connections"
			echo "$size $round $kind $name $connections $requests $p50 $p99" >>"$each_file"
			if awk -v a="$p99" -v b="$worst" 'BEGIN { exit !(a > b) }'; then
				worst=$p99
				worst_name="$name, $connections connections"
			fi
		done
	done
	note "$size" "$round" "worst $kind" "p99 $worst ms ($worst_name)"
	sample "$size" "$round" "$figure" "$worst"
}

# kB of a process and of those that it started.
resident_kb() {
	local pid kb sum=0
	# shellcheck disable=SC2013 # words
	for pid in "$1" $(cat "/proc/$1/task/$1/children"); do
		kb=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status")
		sum=$((sum + kb))
	done
	echo "$sum"
}

measure_rss() {
	local size=$1 kb risks=${n_open[$1]}
	kb=$(resident_kb "${api_pid[$size]}")
	sample "$size" 1 queue_rss_mb "$(awk -v kb="$kb" 'BEGIN { print kb * 1024 / 1e6 }')"
	sample "$size" 1 queue_rss_per_risk "$((kb * 1024 / risks))"
}

# So that nothing is cold; the lists were already asked for once, but not by all connections.
queue_warm_up() {
	local size=$1 connections
	for connections in 1 32; do
		! wants page || load "peer $size" "${peer_port[$size]}" "$work/$size/peer.paths" "$connections"
		api_load warm-up "$size" pages "$connections"
		api_load warm-up "$size" facets_filter "$connections"
	done
}

# A table of what measure_each took: medians over the rounds.
each_details() {
	local size
	[ -s "$each_file" ] || return 0
	for size in "$@"; do
		sed "s/^\([^|]*\)|.*|\([0-9]*\)\$/$size \1 \2/" "$work/$size/cases"
	done >"$work/cases"
	awk -f tests/bench/queue/each.awk "$work/cases" "$each_file"
}
