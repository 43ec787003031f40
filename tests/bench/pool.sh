#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets the evented pool beside pgbench: pages of 51 risks by rank, 32 outstanding, the same prepared
# statement, in turns on one server.
#   pool.sh [ROUNDS [CONNINFO]]    5 rounds; CONNINFO: a database with risks of org 1, only read
# Without CONNINFO a throw-away server with 200,000 risks is made.  Needs the preset release
# (bench_pool, isobar).  Prints queries a second, and the median quotient; exit code 1 when the pool
# is below 0.9 of pgbench.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rounds=${1:-5}
server=${2:-}
build=$PWD/build/release
warm_up=8 # a session is slow until it has seen its tables
seconds=4
page='select risk_id, rank, score, band, state, class, responsibility, layer, n_findings, title,
       subject, location, opened_at, due_at, source_ids
  from isobar.risk
 where org_id = ORG::bigint and open
   and (rank, risk_id) < (RANK::bigint, $$ffffffff-ffff-ffff-ffff-ffffffffffff$$::uuid)
 order by rank desc, risk_id desc
 limit 51'

work=$(mktemp -d /tmp/isobar-pool.XXXXXX)
pg_dir=$(mktemp -d /tmp/isobar-pg.XXXXXX)
clean_up() {
	[ ! -e "$pg_dir/data" ] || tests/support/pg.sh stop "$pg_dir" || true
	rm -rf "$work" "$pg_dir"
}
trap clean_up EXIT

pgbench=$(find /usr/lib/postgresql/*/bin -name pgbench | sort -V | tail -n 1)
psql=${pgbench%pgbench}psql
[ -x "$build/tests/bench/bench_pool" ] || {
	echo "pool.sh: cmake --preset release && cmake --build --preset release" >&2
	exit 2
}

make_risks() {
	server=$(tests/support/pg.sh start "$pg_dir")
	ISOBAR_DATABASE=$server "$build/cli/isobar" migrate >"$work/migrate.log" 2>&1
	"$psql" -qX "$server" <<-'SQL'
		insert into isobar.risk (org_id, risk_id, asset_id, rank, state_hash, version, opened_at,
		       band_since, rank_since, n_findings, score, band, state, class, responsibility, layer,
		       open, subject, location, title, source_ids)
		select 1, gen_random_uuid(), gen_random_uuid(), i * 7919 % 8800, i, 1, now(), now(), now(), 1,
		       i % 1000, i % 5, 0, 0, 0, 0, true, repeat('s', 30), repeat('l', 40), repeat('t', 60),
		       array[i]
		  from generate_series(1, 200000) as g (i);
		vacuum analyze isobar.risk;
	SQL
}
[ -n "$server" ] || make_risks

sed 's/ORG/:org/; s/RANK/:rank/; 1i\\\\set rank random(300, 8800)' <<<"$page" >"$work/page.pgbench"
sed 's/ORG/$1/; s/RANK/$2/' <<<"$page" >"$work/page.sql"

# Queries a second after the warm-up, of pgbench with so many threads and of the pool with options.
by_pgbench() {
	"$pgbench" -n -M prepared -D org=1 -c 32 -j "$1" -T $((warm_up + seconds)) -P 1 \
		-f "$work/page.pgbench" "$server" 2>&1 |
		awk -v n="$seconds" '/^progress/ { tps[++lines] = $4 }
			END { for (i = lines - n + 1; i <= lines; i++) sum += tps[i]; print int(sum / n) }'
}
by_pool() {
	"$build/tests/bench/bench_pool" -o 32 -w "$warm_up" -s "$seconds" "$@" "$server" \
		"$work/page.sql" 1 300:8800 | awk '{ print $1 }'
}

printf '%8s %10s %10s %10s %10s %10s %8s\n' round pgbench pgbench-j2 pool-2 pool-4 pool-4-org ratio
for ((i = 1; i <= rounds; i++)); do
	one=$(by_pgbench 1)
	two=$(by_pgbench 2)
	pool=$(by_pool -c 2)
	four=$(by_pool -c 4)
	org=$(by_pool -c 4 -b -g 1 -r isobar_api)
	ratio=$(awk -v p="$org" -v a="$one" -v b="$two" 'BEGIN { printf "%.2f", p / (a > b ? a : b) }')
	printf '%8d %10d %10d %10d %10d %10d %8s\n' "$i" "$one" "$two" "$pool" "$four" "$org" "$ratio"
	echo "$ratio" >>"$work/ratios"
done
median=$(sort -n "$work/ratios" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
echo "median ratio $median, target 0.9 or more"
awk -v m="$median" 'BEGIN { exit !(m >= 0.9) }'
