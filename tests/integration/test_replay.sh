#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is stored is read and scored again: the same, each record alone; and every byte of a segment counts.
. "$(dirname "$0")/lib.sh"

summary() {
	tail -1 "$out" | jq -r '"\(.damaged) \(.differ) \(.not_alone) \(.rewritten)"'
}

verify() {
	run "$isobar" replay --verify --json --now "$now"
}

# set_byte SEGMENT PLACE VALUE: writes one byte of a body (decimal, modulo 256).
set_byte() {
	sql "update isobar.payload_segment set body = set_byte(body, $2, $3) where segment_id = $1"
}

get_byte() {
	sql "select get_byte(body, $2) from isobar.payload_segment where segment_id = $1"
}

# turn_bytes SEGMENT STEP END: turns every STEP-th byte before END, one at a time
turn_bytes() {
	local segment=$1 place was
	for ((place = 0; place < $3; place += $2)); do
		was=$(get_byte "$segment" "$place")
		set_byte "$segment" "$place" $(((was + 1 + place % 250) % 256))
		verify
		[ "$code" = 3 ] || [ "$code" = 1 ] || fail "byte $place of segment $segment" "exit code $code"
		[ "$(jq -c "select(.segment == $segment)" "$out" | wc -l)" -gt 0 ] ||
			fail "byte $place" "segment $segment is not named: $(head -c 300 "$out")"
		set_byte "$segment" "$place" "$was"
	done
}

make_db
must "$isobar" intel load --quiet --no-score --now "$now" "$root"/deploy/sample-intel/*
must "$isobar" import --quiet --now "$now" "$sample"
dump_tables "$tmp/dump0" finding risk risk_explanation dirty_mark
expect_read_again "the sample"
dump_tables "$tmp/dump1" finding risk risk_explanation dirty_mark
expect_same_dumps "nothing is written" "$tmp/dump0" "$tmp/dump1" finding risk risk_explanation dirty_mark
proves "the sample estate is read and scored again as it is stored, every record alone"

# --- records that come back from quarantine: in one run, of two formats ---

hex() {
	od -An -v -tx1 | tr -d ' \n'
}

# quarantine FORMAT: the record on stdin waits, of a file that both formats are said to be in
quarantine() {
	sql "insert into isobar.quarantine (org_id, record_id, run_id, file, format, ordinal, byte_offset, reason_code, reason,
			sha256, size, raw, stored_at)
		select org_id, gen_random_uuid(), 1, 'both', '$1', 0, 0, 'shape', 'as if', sha256(r.raw), length(r.raw), r.raw, '$now'
		  from isobar.org, (select decode('$(hex)', 'hex') as raw) as r
		 where name = 'default'"
}

n=$(sql "select count(*) from isobar.finding")
head -n 1 "$sample/aws/securityhub-findings-eu.ndjson" | sed 's/111122223333/111122224444/g' | quarantine asff
jq -c '.value[0]' "$sample/azure/defender-alerts.json" | sed 's/21e414bd/21e414be/g' | quarantine azure-alerts
must "$isobar" quarantine --replay --quiet --now "$now"
must "$scorer" --once --now "$now"
expect_read_again "replayed from quarantine"
expect "both were new" "$((n + 2))" "$(sql "select count(*) from isobar.finding")"
proves "records of two formats in one run are read again, each as its own"

# --- what was closed since: its record says nothing of that ---

prowler bucket=closed at=1794355200 verdict=FAIL >"$tmp/fail.ocsf.json"
prowler bucket=closed at=1794441600 verdict=PASS >"$tmp/pass.ocsf.json"
must "$isobar" import --quiet --now "$now" "$tmp/fail.ocsf.json"
must "$isobar" import --quiet --now "$now" "$tmp/pass.ocsf.json"
expect "closed by a pass" 1 "$(sql "select count(*) from isobar.finding where content_hash = 0")"
expect_read_again "closed by a pass"
proves "what a pass has closed is as it was stored"

# --- every byte counts ---

segment=$(sql "select segment_id from isobar.payload_segment order by length(body) limit 1")
size=$(sql "select length(body) from isobar.payload_segment where segment_id = $segment")
rows=$(sql "select s.segment_id from isobar.payload_segment as s join isobar.run as r using (org_id, run_id)
	where r.name like '%.csv' limit 1")
step=$((size / 16 + 1))
[ "${ISOBAR_TEST_ALL:-}" != 1 ] || step=1
turn_bytes "$segment" "$step" "$size"
# What rows need stands in front of them.
turn_bytes "$rows" 13 104
verify
expect_code "whole again" 0
proves "a turned byte is found, and its segment named"

run "$isobar" replay --verify --now "$now"
grep -q "segments of records: 0 damaged" "$out" || fail "for people" "$(cat "$out")"
was=$(get_byte "$segment" 12)
set_byte "$segment" 12 $((255 - was))
run "$isobar" replay --verify --now "$now"
expect_code "damaged: in part" 3
grep -q "^isobar replay: segment $segment (run [0-9]*, .*): damaged" "$err" || fail "names it" "$(cat "$err")"
set_byte "$segment" 12 "$was"

# --- what rows need, changed so that the checksum fits, and left out as it once was ---

# repack SEGMENT SCRIPT: what is in its frame through a script (in: Buffer b, "at" behind what records need)
repack() {
	sql "select encode(body, 'hex') from isobar.payload_segment where segment_id = $1" |
		node -e 'process.stdout.write(Buffer.from(require("fs").readFileSync(0, "latin1").trim(), "hex"))' |
		zstd -dqc >"$tmp/text"
	node -e '
		const fs = require("fs"), b = fs.readFileSync(process.argv[1]);
		const format = b.readUInt32LE(4), text = 8 + format, at = text + 4 + b.readUInt32LE(text);
		if (b.readUInt16LE(0) < 0x8000) throw "it keeps nothing of its file";
		fs.writeFileSync(process.argv[2], eval(process.argv[3]));
	' "$tmp/text" "$tmp/changed" "$2"
	sql "update isobar.payload_segment set body = decode('$(zstd -qfc --check "$tmp/changed" | hex)', 'hex')
		where segment_id = $1"
}

if command -v zstd node >/dev/null; then
	n=$(sql "select count(*) from isobar.finding where segment_id = $rows")
	sql "create table public.kept as select * from isobar.payload_segment where segment_id = $rows"
	repack "$rows" 'b.fill(b.toString("latin1", text + 4, at).replace(/[a-z]/gi, "x"), text + 4, at, "latin1"), b'
	verify
	expect_code "other names of cells" 1
	expect "other names of cells: its findings differ" "0 $n 0 0" "$(summary)"
	expect "and are named" "$n" "$(jq -c "select(.segment == $rows and .problem == \"differs\")" "$out" | wc -l)"
	sql "update isobar.payload_segment as s set body = k.body from public.kept as k where s.segment_id = k.segment_id"
	repack "$rows" 'Buffer.concat([Buffer.from([b[0], b[1] & 0x7f]), b.subarray(at)])'
	verify
	expect_code "of before" 0
	expect "of before: counted apart" "0 0 $n 0" "$(summary)"
	must "$isobar" findings --json --limit 0
	sql "update isobar.payload_segment as s set body = k.body from public.kept as k where s.segment_id = k.segment_id"
	expect_read_again "as it was"
	proves "what rows need counts like the rows; segments from before it was kept are told apart"
else
	say "SKIP: needs zstd and node: what stands around records, changed"
fi

# --- scores ---

sql "delete from isobar.payload_segment where segment_id = $segment"
sql "update isobar.asset_context set exposure = case exposure when 5 then 0 else 5 end"
verify
expect_code "another context" 1
expect_some "risks come out differently" "$(tail -1 "$out" | jq .rewritten)"
run "$isobar" replay
expect_code "replay of what" 2
proves "what is stored otherwise than it is scored is found"

# --- every real payload ---

if [ -f "$shared/corpus/MANIFEST.tsv" ]; then
	make_db
	run "$isobar" import --quiet --now "$now" "$shared/corpus"
	expect_read_again "the corpus"
	proves "every real payload is read again as it is stored, every record alone"
else
	say "SKIP: $shared/corpus is absent"
fi

done_testing
