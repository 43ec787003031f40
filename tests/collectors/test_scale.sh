#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A tenant of 300 subscriptions through Resource Graph, whose quota is enforced: a sweep takes at most 1.1 times what
# the quota alone allows and 64 MiB, and the next one writes what has changed and nothing else.  20,000 findings
# here, 1,000,000 with ISOBAR_TEST_ALL.  Sanitizers multiply time and memory, so these two are held to their limits
# only in a build without them (build/release).
. "$(dirname "$0")/lib.sh"

scale=20000
plain_scale=20000
quota=12 # queries in 5 seconds
if [ -n "${ISOBAR_TEST_ALL:-}" ]; then
	scale=1000000
	plain_scale=100000
	quota=15 # as it is in life: seven minutes a sweep
fi
scale=${ISOBAR_SCALE:-$scale}
quota=${ISOBAR_SCALE_QUOTA:-$quota}
n_subscriptions=300
window=5 # seconds of the quota
ends_ms=1500 # what a run takes to begin and to end, whatever it lists
limit_kib=$((64 * 1024))

sanitized=
! grep -qE '__asan_init|__ubsan_handle' "$collector" || sanitized=1

# start_cloud SCALE QUOTA: a simulated tenant, and a source that lists it
start_cloud() {
	stop_clouds
	cloud azure --scale "$1" --seed "$seed" --option subscriptions="$n_subscriptions" --option quota="$2"
	add_source azure azure
}

milliseconds() {
	echo $(($(date +%s%N) / 1000000))
}

# sweep: one run; leaves its time in $took (ms) and the most memory in $peak (KiB)
sweep() {
	local pid seen begin
	sim DELETE ledger >/dev/null
	sql "update isobar.source set next_run_at = now() where kind = 1"
	peak=0
	code=0
	begin=$(milliseconds)
	"$collector" --once >"$out" 2>"$err" </dev/null &
	pid=$!
	while seen=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$seen" ]; do
		peak=$seen
		sleep 0.1
	done
	wait "$pid" || code=$?
	took=$(($(milliseconds) - begin))
	! grep -qE 'Sanitizer|runtime error:' "$err" || fail "$1" "a sanitizer complains"
	expect_code "$1" 0
	expect "$1: complete" 1 "$(last_run "state, nullif(error, '')")"
	sim GET ledger >"$tmp/ledger"
}

# What the ledger says of Resource Graph: queries that were answered, and those that were refused.
count_queries() {
	n_queries=$(jq '[.[] | select((.path | test("resourcegraph"; "i")) and .status == 200)] | length' "$tmp/ledger")
	n_refused=$(jq '[.[] | select(.status == 429)] | length' "$tmp/ledger")
}

# expect_pace CASE: the last query cannot be answered before the windows that the others fill are over.
expect_pace() {
	local least limit

	count_queries
	least=$(((n_queries - 1) / quota * window * 1000))
	limit=$((least + least / 10 + ends_ms))
	[ "$scale" -lt 1000000 ] || limit=$((least + least / 10))
	say "$1: $n_queries queries and $n_refused refused in $((took / 1000)).$(printf '%03d' $((took % 1000))) s;" \
		"the quota allows $((least / 1000)) s: $((took * 1000 / least)) ‰; $((peak / 1024)) MiB"
	[ -n "$sanitized" ] || [ "$took" -le "$limit" ] || fail "$1: at most $limit ms" "took $took ms"
	[ -n "$sanitized" ] || [ "$peak" -le "$limit_kib" ] || fail "$1: at most $limit_kib KiB" "took $peak KiB"
}

# truth FILE: what the estate holds; FILE.ids has the native id and state of each
truth() {
	sim GET truth | node "$root/tests/collectors/truth.mjs" | LC_ALL=C sort >"$1.ids"
	cut -f 1-5 "$1.ids" | LC_ALL=C sort >"$1"
}

# stored FILE: what Isobar holds, as truth() writes it
stored() {
	sql "copy (
		with said as (
			select f.scope_id, f.source_id, f.asset_id, f.connector, f.rule, f.cve, f.class,
			       (array['open', 'resolved', 'suppressed', 'not_applicable', 'unknown'])[f.state + 1] as state
			  from isobar.finding as f
			  left join isobar.control_state as c on (c.org_id, c.asset_id, c.finding_id, c.state)
			                                       = (f.org_id, f.asset_id, f.finding_id, 0)
			 where c.org_id is null
			 union all
			select scope_id, source_id, asset_id, connector, rule,
			       case when rule like 'CVE-%' then rule else '' end, 0, 'passing'
			  from isobar.control_state
			 where state = 0)
		select s.scope, w.connector, lower(a.id),
		       case when w.cve <> '' then w.cve when w.class = 0 and w.connector = 'azure_defender' then w.rule
		            else '' end, w.state
		  from said as w
		  join isobar.source_scope as s using (source_id, scope_id)
		  join isobar.asset as a using (asset_id)
	) to stdout" | LC_ALL=C sort >"$1"
}

# expect_all CASE: every row, not only the live ones
expect_all() {
	truth "$tmp/truth"
	stored "$tmp/stored"
	expect_some "$1: rows" "$(wc -l <"$tmp/stored")"
	expect_same "$1: the estate's truth" "$tmp/truth" "$tmp/stored"
}

# --- without a quota that counts: how fast pages are stored ---

make_db
start_cloud "$plain_scale" 100000
sweep "no quota"
count_queries
n_pages=$(sql "select sum(n_pages) from isobar.run_part")
say "no quota: $n_pages pages, $(last_run n_findings) findings in $took ms:" \
	"$((n_pages * 1000 / took)) pages/s; $((peak / 1024)) MiB"
expect "no quota: refused" 0 "$n_refused"
[ -n "$sanitized" ] || [ "$peak" -le "$limit_kib" ] || fail "no quota: at most $limit_kib KiB" "took $peak KiB"
expect_all "no quota"
proves "what is stored is what the tenant holds, and a page is stored faster than a quota lets them come"

# --- the first sweep ---

make_db
start_cloud "$scale" "$quota"
sweep "first"
expect_pace "first"
expect_all "first"
mv "$tmp/truth.ids" "$tmp/before"
proves "$scale findings of $n_subscriptions subscriptions take 1.1 times what the quota allows, and 64 MiB"

# --- one in a thousand changes ---

n_flips=$((scale / 1000))
sim POST change '{"name":"flip","args":{"count":'"$n_flips"'}}' >/dev/null
from=$(sql "select pg_snapshot_xmax(pg_current_snapshot())")
sweep "second"
expect_pace "second"
expect_all "second"
n_changed=$(LC_ALL=C comm -13 "$tmp/before" "$tmp/truth.ids" | wc -l)
expect_some "second: changes" "$n_changed"
expect "second: what the run says of changes" "$n_changed" \
	"$(last_run "n_new + n_changed")"
# moved TABLE: rows of it that were written since
moved() {
	echo "select asset_id, finding_id from isobar.$1 where xmin::text::bigint >= $from"
}
expect "second: findings and checks written" "$n_changed" \
	"$(sql "select count(*) from ($(moved finding) union $(moved control_state)) as w")"
expect "second: assets written" 0 "$(sql "select count(*) from isobar.asset where xmin::text::bigint >= $from")"
expect "second: keys left behind" 0 "$(sql "select count(*) from isobar.run_seen")"
say "second: $n_changed of $(wc -l <"$tmp/truth") changed; written: findings $(sql "select count(*)
	from ($(moved finding)) as w"), checks $(sql "select count(*) from ($(moved control_state)) as w"), former versions" \
	"$(sql "select count(*) from isobar.finding_history")"
proves "the next sweep writes the rows that have changed and no others"

done_testing
