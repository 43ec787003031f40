#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is stored is read and scored again: the same; and every byte of a segment counts.
. "$(dirname "$0")/lib.sh"

summary() {
	tail -1 "$out" | jq -r '"\(.damaged) \(.differ) \(.rewritten)"'
}

verify() {
	run "$isobar" replay --verify --json --now "$now"
}

# byte SEGMENT PLACE VALUE: writes one byte of a body (decimal, modulo 256).
set_byte() {
	sql "update isobar.payload_segment set body = set_byte(body, $2, $3) where segment_id = $1"
}

make_db
must "$isobar" intel load --quiet --no-score --now "$now" "$root"/deploy/sample-intel/*
must "$isobar" import --quiet --now "$now" "$sample"
dump_tables "$tmp/dump0" finding risk risk_explanation dirty_mark
verify
expect_code "what was just stored" 0
expect "is as it is stored" "0 0 0" "$(summary)"
expect "every finding is looked at" "$(sql "select count(*) from isobar.finding")" \
	"$(tail -1 "$out" | jq '.same + .not_alone')"
expect_some "most can be read alone" "$(tail -1 "$out" | jq '.same - .not_alone')"
say "   $(tail -1 "$out")"
dump_tables "$tmp/dump1" finding risk risk_explanation dirty_mark
expect_same_dumps "nothing is written" "$tmp/dump0" "$tmp/dump1" finding risk risk_explanation dirty_mark
proves "the sample estate is read and scored again as it is stored"

# --- every byte counts ---

segment=$(sql "select segment_id from isobar.payload_segment order by length(body) limit 1")
size=$(sql "select length(body) from isobar.payload_segment where segment_id = $segment")
step=$((size / 40 + 1))
[ "${ISOBAR_TEST_ALL:-}" != 1 ] || step=1
for ((place = 0; place < size; place += step)); do
	was=$(sql "select get_byte(body, $place) from isobar.payload_segment where segment_id = $segment")
	set_byte "$segment" "$place" $(((was + 1 + place % 250) % 256))
	verify
	[ "$code" = 3 ] || [ "$code" = 1 ] || fail "byte $place of $size" "exit code $code"
	[ "$(jq -c "select(.segment == $segment)" "$out" | wc -l)" -gt 0 ] ||
		fail "byte $place of $size" "segment $segment is not named: $(head -c 300 "$out")"
	set_byte "$segment" "$place" "$was"
done
verify
expect_code "whole again" 0
proves "a turned byte is found, and its segment named"

run "$isobar" replay --verify --now "$now"
grep -q "segments of records: 0 damaged" "$out" || fail "for people" "$(cat "$out")"
was=$(sql "select get_byte(body, 12) from isobar.payload_segment where segment_id = $segment")
set_byte "$segment" 12 $((255 - was))
run "$isobar" replay --verify --now "$now"
expect_code "damaged: in part" 3
grep -q "^isobar replay: segment $segment (run [0-9]*, .*): damaged" "$err" || fail "names it" "$(cat "$err")"

# --- scores ---

sql "delete from isobar.payload_segment where segment_id = $segment"
sql "update isobar.asset_context set exposure = case exposure when 5 then 0 else 5 end"
verify
expect_code "another context" 1
expect_some "risks come out differently" "$(tail -1 "$out" | jq .rewritten)"
run "$isobar" replay
expect_code "replay of what" 2
proves "what is stored otherwise than it is scored is found"

done_testing
