#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The self-check: how it ended is kept, isobar doctor and /metrics tell it, isobar up makes it by its schedule.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../http/api.sh"

[ -x "$api" ] || skip "$api is not built"
up_pid=

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	[ -z "$up_pid" ] || kill -KILL "$up_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT
export XDG_STATE_HOME=$tmp/state

row() {
	sql "select n_same, n_differ, n_not_alone, n_damaged, n_rewritten from isobar.self_check where org_id = 1"
}

# expect_doctor CASE OK PATTERN
expect_doctor() {
	run "$isobar" doctor --json
	expect "$1: doctor" "$2" "$(jq 'select(.check == "self_check").ok' "$out")"
	jq -r 'select(.check == "self_check").detail' "$out" >"$tmp/detail"
	grep -qE "$3" "$tmp/detail" || fail "$1: doctor" "$(cat "$tmp/detail")"
	say "   doctor, $1: $(cat "$tmp/detail")"
}

# expect_metrics CASE SAME DAMAGED: once the api, which reads them every 10 s, says so
expect_metrics() {
	local try got want="isobar_self_check_findings{outcome=\"same\"} $2
isobar_self_check_findings{outcome=\"differ\"} 0
isobar_self_check_findings{outcome=\"not_alone\"} 0
isobar_self_check_damaged_segments $3
isobar_self_check_rewritten_risks 0"
	for ((try = 0; try < 40; try++)); do
		curl -s "http://127.0.0.1:$port/metrics" >"$tmp/metrics"
		got=$(grep '^isobar_self_check_[^l]' "$tmp/metrics" || true)
		[ "$got" != "$want" ] || break
		sleep 0.5
	done
	expect "$1: metrics" "$want" "$got"
}

last_of_metrics() {
	sed -n 's/^isobar_self_check_last_timestamp_seconds //p' "$tmp/metrics"
}

turn_byte() {
	sql "update isobar.payload_segment set body = set_byte(body, 20, 255 - get_byte(body, 20)) where segment_id = $segment"
}

make_db
must "$isobar" import --quiet "$sample"
n=$(sql "select count(*) from isobar.finding")
segment=$(sql "select max(segment_id) from isobar.payload_segment")
expect_doctor "before" true '^none yet$'
start_api --no-access-log
expect_metrics "before" 0 0
[ "$(last_of_metrics)" = "$(sql "select floor(extract(epoch from created_at))::bigint from isobar.org")" ] ||
	fail "before: counts from when the org was made" "$(last_of_metrics)"
proves "without a self-check nothing is claimed"

# --- a clean one, and one that finds something ---

began=$(date +%s)
must "$isobar" replay --verify --quiet
expect "the row" "$n|0|0|0|0" "$(row)"
expect "when" t "$(sql "select began_at <= ended_at and ended_at between to_timestamp($began) and now() from isobar.self_check")"
expect_doctor "clean" true "^[0-9]+ min ago: $n findings, all as they were stored\$"
expect_metrics "clean" "$n" 0
expect "when, in metrics" "$(sql "select floor(extract(epoch from ended_at))::bigint from isobar.self_check")" "$(last_of_metrics)"
if command -v promtool >/dev/null; then
	expect "promtool" "" "$(promtool check metrics <"$tmp/metrics" 2>&1)"
else
	say "SKIP: promtool is not installed"
fi
proves "a clean self-check is kept and told"

turn_byte
run "$isobar" replay --verify --quiet
expect_code "a turned byte" 3
expect "a turned byte: the row" "1" "$(sql "select n_damaged from isobar.self_check")"
same=$(sql "select n_same from isobar.self_check")
expect_doctor "a turned byte" false "^default, .*: 1 segments damaged, 0 findings and 0 risks .*isobar replay --verify --org default"
expect_metrics "a turned byte" "$same" 1
[ "$same" -lt "$n" ] || fail "a turned byte" "all $n findings are the same"
proves "a self-check that finds something is told, and what to do"

turn_byte
must "$isobar" replay --verify --quiet
sql "update isobar.self_check set began_at = began_at - interval '50 h', ended_at = ended_at - interval '50 h'"
expect_doctor "two days ago" false "^default: none for 50 h .*isobar replay --verify --all-orgs"
sql "delete from isobar.self_check"
sql "update isobar.org set created_at = created_at - interval '3 days'"
expect_doctor "never" false "^default: none, and it is there for 3 days"
proves "a self-check that is not made is told"

# --- what may not be kept; all orgs ---

sql "revoke insert on isobar.self_check from isobar_operator"
run "$isobar" replay --verify
expect_code "may not be kept" 0
grep -q "how it ended is not kept: .*permission denied" "$err" || fail "may not be kept" "$(cat "$err")"
expect "may not be kept: the row" "" "$(row)"
sql "grant insert on isobar.self_check to isobar_operator"
must "$isobar" org create --quiet other
must "$isobar" replay --verify --all-orgs --json
expect "all orgs" "default $n
other 0" "$(jq -r '"\(.org) \(.same)"' "$out")"
expect "a row each" "1|$n
2|0" "$(sql "select org_id, n_same from isobar.self_check order by org_id")"
turn_byte
run "$isobar" replay --verify --all-orgs --quiet
expect_code "all orgs: the worst counts" 3
turn_byte
run "$isobar" replay --all-orgs
expect_code "without --verify" 2
stop_api
proves "of each org, where it may be kept"

# --- the schedule ---

for when in nightly 25:00 0h; do
	run "$isobar" up --self-check "$when"
	expect_code "up --self-check $when" 2
	grep -q "self-check is made at a time .* not \"$when\"" "$err" || fail "$when" "$(cat "$err")"
done
sql "delete from isobar.self_check"
ISOBAR_UP_SELF_CHECK=2s "$isobar" up --json >"$tmp/ready" 2>"$tmp/up.log" &
up_pid=$!
# rounds N: waits until so many were seen to end
rounds() {
	local try last='' next seen=0
	for ((try = 0; try < 1200 && seen < $1; try++)); do
		next=$(sql "select ended_at from isobar.self_check where org_id = 2")
		[ "$next" = "$last" ] || seen=$((seen + 1))
		last=$next
		sleep 0.1
	done
	[ "$seen" -ge "$1" ] || fail "the schedule" "only $seen of $1: $(tail -n 5 "$tmp/up.log")"
}
rounds 3
expect "the row of the schedule" "$n|0|0|0|0" "$(row)"
grep -q "the self-check found all as it was stored" "$tmp/up.log" || fail "up tells" "$(tail -n 5 "$tmp/up.log")"
turn_byte
rounds 3
expect "found by the schedule" 1 "$(sql "select n_damaged from isobar.self_check where org_id = 1")"
for ((try = 0; try < 50; try++)); do
	! grep -q "the self-check ended with code 3: see isobar doctor" "$tmp/up.log" || break
	sleep 0.1
done
grep -q "the self-check ended with code 3: see isobar doctor" "$tmp/up.log" || fail "up complains" "$(tail -n 5 "$tmp/up.log")"
code=0
kill -TERM "$up_pid"
wait "$up_pid" || code=$?
up_pid=
expect "isobar up ends with 0" 0 "$code"
if grep -qE 'Sanitizer|runtime error:' "$tmp/up.log"; then
	fail "isobar up" "a sanitizer complains: $(grep -E -A12 'Sanitizer|runtime error:' "$tmp/up.log" | head -c 2000)"
fi
proves "isobar up makes it again and again, and tells what it finds"

done_testing
