#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What bad input gets: a refused file is named in one line with its reason and stores nothing; a bad
# record inside a good file goes to quarantine and its neighbours are stored.
. "$(dirname "$0")/lib.sh"

counts() {
	sql "select (select count(*) from isobar.finding), (select count(*) from isobar.control_state),
	            (select count(*) from isobar.asset), (select count(*) from isobar.quarantine),
	            (select count(*) from isobar.payload_segment), (select count(*) from isobar.risk)"
}

# refused CASE FILE WORDS [OPTION…]: alone it is refused with exit code 1; one line names it.
refused() {
	local name=$1 file=$2 words=$3 before
	shift 3
	before=$(counts)
	run "$isobar" import --now "$now" "$@" "$file"
	expect_code "$name" 1
	expect "$name: lines on stderr" 1 "$(wc -l <"$err")"
	grep -qF "isobar import: $file: " "$err" || fail "$name: the line names the file" "$(cat "$err")"
	grep -qiE "$words" "$err" || fail "$name: the line says why ($words)" "$(cat "$err")"
	LC_ALL=C grep -q '[^ -~]' <(tr -d '\n' <"$err") && fail "$name: the line is plain text" "$(cat -v "$err")"
	expect "$name: stored" "$before" "$(counts)"
}

# quarantined CASE FILE GOOD CODE RAW REPLAYABLE: of FILE, GOOD records are stored and the one in the
# file RAW is kept away with CODE.
quarantined() {
	local name=$1 file=$2 good=$3 reason_code=$4 raw=$5 replayable=$6 offset row
	run "$isobar" import --json --quiet --now "$now" "$file"
	expect_code "$name" 0
	expect "$name: findings, new, quarantined, error" "[$good,$good,1,null]" \
		"$(jq -c '[.findings, .new, .quarantined, .error]' "$out")"
	must "$isobar" quarantine --json
	row=$(jq -c --arg file "$file" 'select(.file == $file)' "$out")
	expect "$name: rows in quarantine" 1 "$(grep -c . <<<"$row")"
	expect "$name: code" "$reason_code" "$(jq -r .reason_code <<<"$row")"
	expect "$name: sha256" "$(sha256sum <"$raw" | cut -d ' ' -f 1)" "$(jq -r .sha256 <<<"$row")"
	offset=$(jq -r .offset <<<"$row")
	tail -c "+$((offset + 1))" "$file" | head -c "$(stat -c %s "$raw")" >"$tmp/at_offset" || true
	expect_same "$name: the record stands at its offset" "$raw" "$tmp/at_offset"
	expect "$name: replayable" "$replayable" "$(jq -r .replayable <<<"$row")"
	[ -n "$(jq -r '.reason // ""' <<<"$row")" ] || fail "$name: a reason"
	run "$isobar" import --json --quiet --now "$now" "$file"
	expect "$name, again: new, changed" "[0,0]" "$(jq -c '[.new, .changed]' "$out")"
	must "$isobar" quarantine --json
	expect "$name, again: rows in quarantine" 1 \
		"$(jq -c --arg file "$file" 'select(.file == $file)' "$out" | wc -l)"
}

wrap() { # records, one a line, as Security Hub's answer
	printf '{"Findings":['
	paste -s -d ,
	printf ']}\n'
}

make_db
dir=$tmp/in
mkdir "$dir"
asff 1 bucket=good >"$dir/good.json"
must "$isobar" import --quiet --now "$now" "$dir/good.json"

: >"$dir/empty.json"
printf ' \n\t\r\n' >"$dir/blank.json"
printf '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>no</body></html>\n' >"$dir/page.json"
printf '{"detail":"Authentication credentials were not provided."}\n' >"$dir/detail.json"
printf '{"error":{"code":"AuthorizationFailed","message":"no"}}\n' >"$dir/error.json"
refused "empty file" "$dir/empty.json" 'empty'
refused "white space only" "$dir/blank.json" 'empty|blank'
refused "an error page" "$dir/page.json" 'json|offset|text'
refused "an error object" "$dir/detail.json" 'unknown shape'
refused "an error object of Azure" "$dir/error.json" 'unknown shape'
proves "answers that are no findings are never a clean scan"

{ asff 2; asff 3; } | wrap >"$tmp/two.json"
head -c -400 "$tmp/two.json" >"$dir/cut_in_record.json"
{ asff 2; asff 3; } | wrap | head -c -3 >"$dir/cut_after_list.json"
{ asff 2; asff 3; } | head -c -300 >"$dir/cut_line.ndjson"
{ asff 2; asff 3; } | wrap | sed 's/$/ trailing/' >"$dir/trailing.json"
refused "a list that ends inside a record" "$dir/cut_in_record.json" 'truncated|ends.*offset|offset [0-9]+'
refused "a document that ends behind its list" "$dir/cut_after_list.json" 'truncated|offset [0-9]+'
refused "a last line that ends early" "$dir/cut_line.ndjson" 'truncated|offset [0-9]+'
refused "text behind the document" "$dir/trailing.json" 'offset [0-9]+'
proves "a file that breaks off stores nothing, also not what stood before"

asff 2 | iconv -f UTF-8 -t UTF-16 >"$dir/utf16.json"
asff 2 | iconv -f UTF-8 -t UTF-16LE >"$dir/utf16le.json"
asff 2 "title=caf$(printf '\351')" >"$dir/latin1.json"
asff 2 | sed 's/Made for a test/Made\x00for a test/' >"$dir/nul.json"
refused "UTF-16 with a mark" "$dir/utf16.json" 'utf-16|encoding'
refused "UTF-16 without a mark" "$dir/utf16le.json" 'utf-16|encoding|nul'
refused "Latin-1" "$dir/latin1.json" 'utf-8'
refused "a NUL byte" "$dir/nul.json" 'nul|control|byte|unescaped'
printf '9223372036854775808123\n' >"$dir/number.json"
printf '[9223372036854775808123]\n' >"$dir/numbers.json"
printf '{"SchemaVersion":"2018-10-08","Findings":[]}\n' >"$dir/no_findings.json"
printf '{"widgets":[{"a":1}],"total":1}\n' >"$dir/unknown.json"
printf '[]\n' >"$dir/list.json"
printf '{}\n' >"$dir/object.json"
printf 'a,b,c\n1,2,3\n' >"$dir/unknown.csv"
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "["; for (i = 0; i < 5000; i++) printf "]"; print "" }' >"$dir/deep.json"
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "{\"a\":" }' >"$dir/deeper.json"
refused "a number beyond 2^63 alone" "$dir/number.json" 'offset|byte|shape|object|json'
refused "a list of it" "$dir/numbers.json" 'object'
refused "an empty list of findings" "$dir/no_findings.json" 'empty'
refused "an unknown shape" "$dir/unknown.json" 'unknown shape'
refused "an empty list" "$dir/list.json" 'empty'
refused "an empty object" "$dir/object.json" 'unknown shape|empty'
refused "an unknown table" "$dir/unknown.csv" 'unknown shape'
refused "too deep" "$dir/deep.json" 'deep|nest|object|depth'
refused "deeper, and cut" "$dir/deeper.json" 'deep|nest|truncated|depth'
refused "a record that is not of the format named" "$dir/unknown.json" 'not of the format asff' --format asff
refused "a file that is not there" "$dir/nobody.json" 'no such file'
refused "a folder that is not there" "$dir/nowhere/" 'no such file'
mkdir "$dir/nothing"
if [ "$(id -u)" -ne 0 ]; then
	cp "$dir/good.json" "$dir/secret.json"
	chmod 000 "$dir/secret.json"
	refused "a file that may not be read" "$dir/secret.json" 'permission denied'
fi
proves "unknown, unreadable and malformed files are refused with their reason"

run "$isobar" import --quiet
expect_code "no path" 2
run "$isobar" import --format nosuch "$dir/good.json"
expect_code "an unknown format" 2
grep -q nosuch "$err" || fail "an unknown format is named" "$(cat "$err")"
run "$isobar" import --nosuch "$dir/good.json"
expect_code "an unknown option" 2
run "$isobar" import --now yesterday "$dir/good.json"
expect_code "a time that is none" 2
proves "wrong usage ends with 2"

asff 20 bucket=other >"$dir/other.json"
run "$isobar" import --json --quiet --now "$now" "$dir/other.json" "$dir/detail.json"
expect_code "one good and one bad file" 3
expect "one good and one bad file: stored" "1 0" "$(jq -r .new "$out" | paste -s -d ' ')"
expect "one good and one bad file: errors" "1" "$(jq -r 'select(.error != null) | .file' "$out" | grep -c detail.json)"
run "$isobar" import --json --quiet --now "$now" "$dir/detail.json" "$dir/empty.json"
expect_code "only bad files" 1
expect "only bad files: lines" 2 "$(wc -l <"$err")"
expect "failed runs are on record" 1 "$(sql "select sign(count(*)) from isobar.run where state = 2 and error is not null")"
proves "3 is done in part, 1 is nothing done"

# A bad record among good ones.
asff 31 bucket=q1 | sed 's/"Id":"[^"]*",//' >"$tmp/bad"
truncate -s -1 "$tmp/bad"
{ asff 30 bucket=q1; cat "$tmp/bad"; echo; asff 32 bucket=q1; } >"$dir/shape.ndjson"
quarantined "a record without its id" "$dir/shape.ndjson" 2 shape "$tmp/bad" true

asff 41 bucket=q2 | sed 's/"RecordState"/"Confidence":92233720368547758089223372036854775808,"RecordState"/' >"$tmp/bad"
truncate -s -1 "$tmp/bad"
{ asff 40 bucket=q2; cat "$tmp/bad"; echo; asff 42 bucket=q2; } | wrap >"$dir/number_inside.json"
if grep -q 92233720368547758089223372036854775808 "$dir/number_inside.json"; then
	run "$isobar" import --json --quiet --now "$now" "$dir/number_inside.json"
	expect_code "a number beyond 2^63 inside a record" 0
	# The record may be read without that number, or be kept away; never may it break its neighbours.
	expect "a number beyond 2^63 inside a record: findings and quarantined" 3 \
		"$(jq '.findings + .quarantined' "$out")"
fi

asff 51 bucket=q3 | sed 's/"FAILED"/FAILED/' >"$tmp/bad"
truncate -s -1 "$tmp/bad"
{ asff 50 bucket=q3; cat "$tmp/bad"; echo; asff 52 bucket=q3; } >"$dir/syntax.ndjson"
quarantined "a line that is no JSON" "$dir/syntax.ndjson" 2 syntax "$tmp/bad" true

asff 61 bucket=q4 "title=caf$(printf '\351')" >"$tmp/bad"
truncate -s -1 "$tmp/bad"
{ asff 60 bucket=q4; cat "$tmp/bad"; echo; asff 62 bucket=q4; } >"$dir/latin1_inside.ndjson"
quarantined "a line that is not UTF-8" "$dir/latin1_inside.ndjson" 2 syntax "$tmp/bad" true

deep=$(printf '%0100d' 0 | sed 's/0/[/g')$(printf '%0100d' 0 | sed 's/0/]/g')
asff 71 bucket=q5 | sed "s/\"RecordState\"/\"ProductFields\":$deep,\"RecordState\"/" >"$tmp/bad"
truncate -s -1 "$tmp/bad"
{ asff 70 bucket=q5; cat "$tmp/bad"; echo; asff 72 bucket=q5; } | wrap >"$dir/deep_inside.json"
quarantined "a record that is too deep" "$dir/deep_inside.json" 2 syntax "$tmp/bad" true

pad=$(printf '%070000d' 0)
asff 81 bucket=q6 "title=$pad" | sed 's/"Id":"[^"]*",//' >"$tmp/bad"
truncate -s -1 "$tmp/bad"
{ asff 80 bucket=q6; cat "$tmp/bad"; echo; asff 82 bucket=q6; } >"$dir/large.ndjson"
quarantined "a bad record of 70 KB" "$dir/large.ndjson" 2 shape "$tmp/bad" false
expect "a bad record of 70 KB is not kept" "" "$(sql "select raw from isobar.quarantine where file like '%large.ndjson'")"
expect "raw bytes of a kept record" "t" "$(sql "
	select bool_and(sha256(raw) = sha256) from isobar.quarantine where raw is not null")"
proves "a bad record is kept away with code, offset and digest; its neighbours are stored; once"

# All bad: the file is refused, and nothing of it is quarantined.
{ asff 91 | sed 's/"Id":"[^"]*",//'; asff 92 | sed 's/"Id":"[^"]*",//'; } >"$dir/all_bad.ndjson"
refused "a file of bad records only" "$dir/all_bad.ndjson" 'no record can be read'
proves "a file of which no record can be read is refused whole"

done_testing
