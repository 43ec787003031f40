#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A file of any size streams: importing it takes at most 64 MiB, first and again, as lines and as one
# document.  200 MB here, 2 GiB with ISOBAR_TEST_ALL.  Sanitizers multiply memory, so this runs the
# first build without them; a release build is made by deploy/quickstart.sh or tests/bench/run.sh.
. "$(dirname "$0")/lib.sh"

limit_kib=$((64 * 1024))
n_bytes=$((200 * 1000 * 1000))
[ -z "${ISOBAR_TEST_ALL:-}" ] || n_bytes=$((2 * 1024 * 1024 * 1024))

sanitized() {
	grep -qE '__asan_init|__ubsan_handle' "$1"
}

for folder in "$build" "$root/build/release" "$root/build/dev"; do
	if [ -x "$folder/cli/isobar" ] && ! sanitized "$folder/cli/isobar"; then
		isobar=$folder/cli/isobar
		break
	fi
done
! sanitized "$isobar" || skip "needs a build without sanitizers (build/release)"
free_kib=$(df --output=avail -k "$tmp" | tail -n 1)
[ "$free_kib" -gt $((n_bytes / 1024 * 3)) ] || skip "needs room in $tmp"

# Records of about 1.2 KB, all different, on 5,000 buckets.
generate() {
	awk -v bytes="$n_bytes" -v record="$(asff 'NUMBER' bucket=BUCKET)" 'BEGIN {
		for (i = 0; i < 300; i++)
			pad = pad "x"
		sub(/Made for a test\./, "Made for a test. " pad, record)
		sub(/"RecordState"/, "\"ProductFields\":{\"pad\":\"" pad "\"},\"RecordState\"", record)
		n = split(record, part, /NUMBER|BUCKET/)
		for (i = 0; written < bytes; i++) {
			line = part[1] "f" i part[2] "b" (i % 5000) part[3]
			for (k = 4; k <= n; k++)
				line = line part[k]
			print line
			written += length(line) + 1
		}
	}'
}

# peak COMMAND…: runs it and leaves the most memory that it held in $peak (KiB).
peak() {
	local pid seen
	peak=0
	code=0
	"$@" >"$out" 2>"$err" </dev/null &
	pid=$!
	while seen=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$seen" ]; do
		peak=$seen
		sleep 0.02
	done
	wait "$pid" || code=$?
}

# expect_small CASE FILE NEW
expect_small() {
	peak "$isobar" import --json --quiet --no-score --now "$now" "$2"
	expect_code "$1" 0
	expect "$1: new findings" "$3" "$(jq .new "$out")"
	expect "$1: findings" "$n_records" "$(jq .findings "$out")"
	say "$1: $((peak / 1024)) MiB for $(($(stat -c %s "$2") / 1000000)) MB, $n_records records"
	[ "$peak" -gt 0 ] && [ "$peak" -le "$limit_kib" ] ||
		fail "$1: at most $limit_kib KiB" "took $peak KiB"
}

generate >"$tmp/lines.ndjson"
n_records=$(wc -l <"$tmp/lines.ndjson")
make_db
expect_small "lines, new" "$tmp/lines.ndjson" "$n_records"
expect_small "lines, known" "$tmp/lines.ndjson" 0
{
	printf '{"Findings":[\n'
	sed '$!s/$/,/' "$tmp/lines.ndjson"
	printf ']}\n'
} >"$tmp/list.json"
rm "$tmp/lines.ndjson"
expect_small "one document, known" "$tmp/list.json" 0
make_db
expect_small "one document, new" "$tmp/list.json" "$n_records"
proves "importing $((n_bytes / 1000000)) MB stays under 64 MiB"

# The same, pushed, by the collector of that build.
. "$(dirname "$0")/../http/api.sh"
api=${isobar%/cli/isobar}/api/isobar-api
collector=${isobar%/cli/isobar}/collector/isobar-collector
if [ ! -x "$api" ] || [ ! -x "$collector" ]; then
	say "SKIP: pushes: needs $api and $collector"
	done_testing
	exit
fi
trap '[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true; clean_up' EXIT
export XDG_STATE_HOME=$tmp/state

# expect_small_push CASE FILE [CURL OPTION…]
expect_small_push() {
	local name=$1 file=$2
	shift 2
	ask '/v1/ingest?source=pushed' -X POST -T "$file" -H 'Content-Type: application/json' "$@"
	expect "$name: status" 202 "$status"
	peak "$collector" --once --now "$now"
	expect_code "$name" 0
	expect "$name: findings" "3|$n_records" \
		"$(sql 'select p.state, r.n_findings from isobar.push as p join isobar.run as r using (org_id, run_id)')"
	say "$name: $((peak / 1024)) MiB"
	[ "$peak" -gt 0 ] && [ "$peak" -le "$limit_kib" ] ||
		fail "$name: at most $limit_kib KiB" "took $peak KiB"
	sql 'delete from isobar.push'
}

make_db
token=$(new_token --name pia --role integrator)
ISOBAR_API_PUSH_MAX=4096 start_api --rate-limit off --no-access-log
expect_small_push "pushed, new" "$tmp/list.json"
gzip -1 "$tmp/list.json"
expect_small_push "pushed as gzip, known" "$tmp/list.json.gz" -H 'Content-Encoding: gzip'
stop_api
proves "parsing a push of $((n_bytes / 1000000)) MB stays under 64 MiB"

done_testing
