#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An estate as it was at a time is rebuilt from what is stored, and comes out as it was kept, byte for byte, at each
# step of its life; what was changed by hand or damaged is found and named.
. "$(dirname "$0")/lib.sh"

hour=0
names=()

at() { # HOURS
	date -u -d "@$((1794722400 + $1 * 3600))" +%Y-%m-%dT%H:%M:%SZ
}

# The catalogue is stamped by the clock; these estates are older.
age_catalogue() {
	local table
	for table in control control_alias control_framework rule_category; do
		sql "update isobar.$table set valid_from = '2026-01-01'"
	done
}

# noted NAME: the steps taken until now; half an hour later is a time to be asked for.
noted() {
	local at
	at=$(at "$hour")
	at=${at/:00:00Z/:30:00Z}
	must "$scorer" --once --now "$at"
	names+=("$1")
	printf '%s' "$at" >"$tmp/at.$1"
	hour=$((hour + 7))
	now=$(at "$hour")
}

replay() { # TIME [OPTION…]
	run "$isobar" replay --as-of "$1" --json --now "$end" "${@:2}"
}

field() {
	tail -n 1 "$out" | jq -r "$1"
}

# same CASE TIME: as it was kept
same() {
	replay "$2"
	expect_code "$1" 0
	expect "$1: nothing differs" '0 0 0' "$(field '"\(.damaged) \(.differ) \(.risks_differ)"')"
	expect "$1: the same bytes" "$(field .kept_sha256)" "$(field .rebuilt_sha256)"
	expect_some "$1: risks" "$(field .risks_same)"
	say "   $1: $(field -c 2>/dev/null || tail -n 1 "$out" | cut -c 1-260)"
}

some_risk() { # CONDITION
	sql "select risk_id from isobar.risk where $1 order by score desc, risk_id limit 1"
}

# image CVE…: all that there is in an image
image() {
	local cve comma=''
	printf '{"SchemaVersion":2,"CreatedAt":"%s","ArtifactName":"registry.example.com/replay/web:1",' "$now"
	printf '"ArtifactType":"container_image","Results":[{"Target":"web:1 (debian 12.1)","Class":"os-pkgs","Type":"debian",'
	printf '"Vulnerabilities":['
	for cve in "$@"; do
		printf '%s{"VulnerabilityID":"%s","PkgName":"lib%s","InstalledVersion":"1.0","FixedVersion":"1.1","Severity":"HIGH"}' \
			"$comma" "$cve" "${cve,,}"
		comma=,
	done
	printf ']}]}\n'
}

# hub LABEL COMPLIANCE NUMBER…: an estate of buckets
hub() {
	local label=$1 compliance=$2 i
	shift 2
	for i in "$@"; do
		asff "$i" "bucket=replay-$((i % 5))" "control=S3.$((i % 3 + 8))" "updated=$(at "$hour")" "label=$label" \
			"compliance=$compliance" "first=$(at -48)"
	done
}

tables=(finding finding_history risk risk_explanation score_history risk_rank_history sla_segment risk_event dirty_mark
	asset risk_alias)

# --- the sample estate, and a life of it ---

make_db
age_catalogue
now=$(at 0)
must "$isobar" intel load --quiet --no-score --now "$now" "$root"/deploy/sample-intel/*
must "$isobar" import --quiet --now "$now" "$sample"
noted sample

hub HIGH FAILED 1 2 3 4 5 6 7 8 9 >"$tmp/in.json"
image CVE-2026-0001 CVE-2026-0002 CVE-2026-0003 >"$tmp/image.json"
must "$isobar" import --quiet --now "$now" "$tmp/in.json" "$tmp/image.json"
noted more
hub CRITICAL FAILED 1 2 3 4 >"$tmp/in.json"
hub LOW PASSED 5 6 >>"$tmp/in.json"
must "$isobar" import --quiet --now "$now" "$tmp/in.json"
noted changed_and_passed

id=$(some_risk "state = 0 and band >= 2")
must "$isobar" accept "$id" --until "$(at 600)" --reason 'a test' --requested-by ann --approved-by bob --now "$now"
noted accepted
must "$isobar" transition "$(some_risk "state = 0 and band = 1")" --to in_progress --reason 'a test' --actor ann --now "$now"
must "$isobar" transition "$(some_risk "state = 0 and band = 2")" --to false_positive --reason 'a test' --actor ann --now "$now"
must "$isobar" extend "$(some_risk "state = 0 and due_at is not null")" --due "$(at 4000)" --reason 'a test' --actor ann \
	--approved-by bob --now "$now"
noted decided
must "$isobar" acceptance revoke "$(sql "select acceptance_id from isobar.risk where risk_id = '$id'")" --reason 'a test' \
	--by bob --now "$now"
noted revoked

printf '#model_version:v2026.01.01,score_date:%s\ncve,epss,percentile\n' "$now" >"$tmp/epss.csv"
sql "select cve from isobar.intel_cve order by cve" |
	awk '{ printf "%s,0.%05d,0.5\n", $1, (NR * 7919) % 90000 + 1 }' >>"$tmp/epss.csv"
must "$isobar" intel load --quiet --now "$now" "$tmp/epss.csv"
noted another_feed

jq '.model = "other" | .points.exposure[5] -= 30 | .points.exposure[4] -= 15 | .points.data[4] += 30 | .points.data[3] += 20' \
	"$root/catalog/models/rs-1.0.0.json" >"$tmp/other.json"
must "$isobar" model activate --quiet --now "$now" --reason 'a test' "$tmp/other.json"
noted another_model

must "$isobar" suppression set muted --where 'asset=arn:aws:s3:::replay-1' --until "$(at $((hour + 20)))" --reason 'a test' --now "$now"
noted muted

# What passed fails again; of the image two are gone, as two complete scans have it.
hub MEDIUM FAILED 1 2 3 5 6 >"$tmp/in.json"
must "$isobar" import --quiet --now "$now" "$tmp/in.json"
image CVE-2026-0002 >"$tmp/image.json"
must "$isobar" import --quiet --complete --now "$now" "$tmp/image.json"
noted absent_once
image CVE-2026-0002 >"$tmp/image.json"
must "$isobar" import --quiet --complete --now "$now" "$tmp/image.json"
expect_some "closed by absence" "$(sql 'select count(*) from isobar.finding where closed_by = 2')"
noted closed_by_absence
hub LOW FAILED 1 2 7 8 9 >"$tmp/in.json"
image CVE-2026-0001 CVE-2026-0002 >"$tmp/image.json"
must "$isobar" import --quiet --now "$now" "$tmp/in.json" "$tmp/image.json"
must "$isobar" model reset --quiet --now "$now" --reason 'a test'
noted there_again

read -r finding other < <(sql "select m.members[1] || ' ' || n.risk_id
	from (select e.members, r.asset_id, r.risk_id from isobar.risk as r join isobar.risk_explanation as e using (org_id, risk_id)
	       where r.open and r.subject not like 'path:%' order by r.risk_id) as m
	join isobar.risk as n on n.asset_id = m.asset_id and n.open and n.risk_id > m.risk_id and n.subject not like 'path:%'
	order by m.risk_id limit 1")
must "$isobar" link "$other" "$finding" --reason 'a test' --actor ann --now "$now"
noted linked
end=$(at "$hour")

dump_tables "$tmp/dump0" "${tables[@]}"
for name in "${names[@]}"; do
	same "$name" "$(cat "$tmp/at.$name")"
done
expect "$(field .as_of)" "$(cat "$tmp/at.linked")" "$(field .as_of)"
same now "$end"
proves "each time of a life is rebuilt as it was kept"

dump_tables "$tmp/dump1" "${tables[@]}"
expect_same_dumps "nothing is written" "$tmp/dump0" "$tmp/dump1" "${tables[@]}"
expect "nothing is left" 0 "$(sql "select count(*) from pg_namespace where nspname like 'isobar_replay%'")"
sql 'create schema isobar_replay_7'
replay "$(cat "$tmp/at.more")" --dump "$tmp/first"
replay "$(cat "$tmp/at.more")" --dump "$tmp/second"
expect_same "two replays of one time" "$tmp/first/rebuilt.ndjson" "$tmp/second/rebuilt.ndjson"
expect_same "and what was kept" "$tmp/first/kept.ndjson" "$tmp/first/rebuilt.ndjson"
expect "the digest is of these bytes" "$(sha256sum <"$tmp/first/rebuilt.ndjson" | cut -d ' ' -f 1)" "$(field .rebuilt_sha256)"
expect "what was left is dropped" 0 "$(sql "select count(*) from pg_namespace where nspname like 'isobar_replay%'")"
proves "nothing is written, and a dump is the same bytes each time"

# --- another model ---

replay "$(cat "$tmp/at.more")" --model "$tmp/other.json"
expect_code "by another model" 0
expect_some "moves" "$(head -n 1 "$out" | jq .scores)"
# What it says is what was so, where that model held.
replay "$(cat "$tmp/at.another_model")" --model "$tmp/other.json"
expect "by the model of then nothing moves" 0 "$(head -n 1 "$out" | jq .scores)"
proves "a time by another model"

# --- changed by hand ---

then=$(cat "$tmp/at.changed_and_passed")
for change in "score_history set score = score + 1|score" "score_history set points[1] = points[1] + 1|points" \
	"risk_rank_history set rank = rank + 1|rank" "risk_rank_history set due_at = due_at + interval '1 second'|due_at"; do
	table=${change%% *}
	[ "$table" = score_history ] && since='' || since=" and valid_from <= '$then' and due_at is not null and (next_crossing_at is null or next_crossing_at > '$then')"
	row=$(sql "select distinct on (risk_id) ctid || ' ' || risk_id from isobar.$table
		where valid_to > '$then'$since and risk_id in (select risk_id from isobar.risk_event where kind = 0 and at <= '$then')
		order by risk_id, valid_to limit 1")
	id=${row#* }
	sql "create table public.kept as select * from isobar.$table where ctid = '${row% *}'"
	sql "update isobar.${change%|*} where ctid = '${row% *}'"
	replay "$then"
	expect_code "${change%|*}" 1
	expect "${change%|*}: is named" 1 "$(jq -c "select(.risk == \"$id\" and .${change#*|} != null)" "$out" | wc -l)"
	expect "${change%|*}: alone" 1 "$(field .risks_differ)"
	sql "delete from isobar.$table where risk_id = '$id' and valid_to = (select valid_to from public.kept)" \
		&& sql "insert into isobar.$table select * from public.kept" && sql 'drop table public.kept'
done
same "whole again" "$then"
id=$(some_risk open)
sql "update isobar.risk set score = score - 1 where risk_id = '$id'"
replay "$end"
expect_code "a score of now" 1
expect "a score of now: named" 1 "$(jq -c "select(.risk == \"$id\") | .score.rebuilt" "$out" | wc -l)"
run "$isobar" replay --as-of "$end" --now "$end"
grep -q "^isobar replay: risk $id differs: score " "$err" || fail "for people" "$(cat "$err")"
sql "update isobar.risk set score = score + 1 where risk_id = '$id'"
proves "what was changed by hand is found, and named with what it should be"

# --- damage ---

# Of a record that findings of now stand in, and of one that only a former version did.
segment=$(sql "select segment_id from isobar.finding where connector = 'aws_securityhub' order by segment_id limit 1")
former=$(sql "select h.segment_id from isobar.finding_history as h
	where h.valid_to > '$(cat "$tmp/at.more")' and h.content_hash <> 0
	  and not exists (select from isobar.finding as f where f.segment_id = h.segment_id)
	order by h.segment_id limit 1")
for damaged in "$segment" "$former"; do
	byte=$(sql "select get_byte(body, 20) from isobar.payload_segment where segment_id = $damaged")
	sql "update isobar.payload_segment set body = set_byte(body, 20, $((255 - byte))) where segment_id = $damaged"
	replay "$(cat "$tmp/at.more")"
	expect_code "a turned byte" 3
	expect_some "a turned byte: named" "$(jq -c "select(.problem == \"damaged\" and .segment == $damaged)" "$out" | wc -l)"
	expect "a turned byte: the rest is as it was" 0 "$(field .risks_differ)"
	expect_some "a turned byte: the rest is looked at" "$(field .risks_same)"
	sql "update isobar.payload_segment set body = set_byte(body, 20, $byte) where segment_id = $damaged"
done
expect_some "what hangs on a former record is left out" "$(field .risks_left_out)"
sql "create table public.kept as select * from isobar.payload_segment where segment_id = $segment"
sql "delete from isobar.payload_segment where segment_id = $segment"
replay "$(cat "$tmp/at.more")"
expect_code "a record is missing" 3
grep -q "\"segment\":$segment,.*it is missing" "$out" || fail "a record is missing" "$(head -c 600 "$out")"
run "$isobar" replay --verify --json --now "$end"
expect_code "a record is missing now" 3
sql "insert into isobar.payload_segment select * from public.kept"
same "whole again" "$(cat "$tmp/at.more")"
proves "a damaged or missing record is named, and the rest goes on"

# --- what cannot be asked ---

refused() { # CASE CODE TEXT OPTION…
	run "$isobar" replay "${@:4}"
	expect_code "$1" "$2"
	grep -qF -- "$3" "$err" || fail "$1" "it said: $(head -c 300 "$err")"
	expect "$1: one line" 1 "$(wc -l <"$err")"
}

refused "the future" 2 "--as-of is a time that has passed" --as-of 2031-01-01T00:00:00Z --now "$end"
refused "no time" 2 '--as-of is an RFC 3339 time, not "then"' --as-of then
refused "both" 2 "wants --verify [--all-orgs], or --as-of TIME" --verify --as-of "$end" --now "$end"
refused "verify by a model" 2 "wants --verify [--all-orgs], or --as-of TIME" --verify --model "$tmp/other.json"
refused "no model" 1 "epss.csv: " --as-of "$end" --now "$end" --model "$tmp/epss.csv"
sql "update isobar.org set history_from = '2026-11-15T12:00:00Z'"
refused "before what is kept" 1 "the history reaches back to 2026-11-15T12:00:00Z only" --as-of "$(at 0)" --now "$end"
proves "what cannot be answered is refused in one line"

# --- every real payload ---

corpus=$shared/corpus
if [ -f "$corpus/MANIFEST.tsv" ]; then
	make_db
	age_catalogue
	hour=0
	now=$(at 0)
	run "$isobar" import --quiet --now "$now" "$corpus" # what is broken is refused: exit code 3
	end=$(at 1)
	same "the corpus" "$(at 1)"
	proves "the whole corpus"
else
	say "SKIP: $corpus is absent: the corpus was not replayed"
fi

# --- a large one: ISOBAR_TEST_ALL, and a build without sanitizers ---

# peak COMMAND…: runs it and leaves the most memory that it held in $peak (KiB).
peak() {
	local pid seen
	peak=0
	code=0
	"$@" >"$out" 2>"$err" </dev/null &
	pid=$!
	while seen=$(awk '/^VmHWM:/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$seen" ]; do
		peak=$seen
		sleep 0.1
	done
	wait "$pid" || code=$?
}

# large N: an estate of so many findings, two days of it; leaves the memory of its replay in $peak
large() {
	local day
	make_db
	age_catalogue
	for day in 1 2; do
		"$made" --count "$1" --seed 7 $([ "$day" = 1 ] || echo --changed 5 --moved-times) >"$tmp/large.json"
		must "$built/cli/isobar" import --quiet --now "2026-02-0${day}T00:00:00Z" "$tmp/large.json"
	done
	rm "$tmp/large.json"
	for day in 1 2; do
		SECONDS=0
		peak "$built/cli/isobar" replay --json --as-of "2026-02-0${day}T00:00:01Z" --now 2026-02-03T00:00:00Z
		expect_code "$1 findings, day $day" 0
		expect "$1 findings, day $day: the same bytes" "$(field .kept_sha256)" "$(field .rebuilt_sha256)"
		expect_some "$1 findings, day $day" "$(field .risks_same)"
		say "   $1 findings, day $day: $SECONDS s, $peak KiB, $(tail -n 1 "$out")"
	done
}

if [ -n "${ISOBAR_TEST_ALL:-}" ]; then
	built=$root/build/release
	made=$built/tests/bench/make_findings
	if [ -x "$built/cli/isobar" ] && [ -x "$made" ]; then
		large 10000
		small=$peak
		large 1000000
		[ "$peak" -lt $((small + 32 * 1024)) ] || fail "memory" "$small KiB of 10,000 findings, $peak KiB of a million"
		proves "an estate of a million findings, in the memory of a small one"
	else
		say "SKIP: build/release is absent: no large estate was replayed"
	fi
fi

done_testing
