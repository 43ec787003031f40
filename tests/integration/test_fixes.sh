#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fixes: which risks one action closes, what that comes to, and what becomes of it when risks open, close and move.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# trivy IMAGE CVE/PACKAGE/FIXED…: a report of an image; FIXED "-" is none.
trivy() {
	local image=$1 comma='' word
	shift
	printf '{"SchemaVersion":2,"CreatedAt":"%s","ArtifactName":"%s","ArtifactType":"container_image",' \
		"${created:-2026-11-10T00:00:00Z}" "$image"
	printf '"Results":[{"Target":"%s (debian 12.1)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[' "$image"
	for word in "$@"; do
		IFS=/ read -r cve package fixed <<<"$word"
		[ "$fixed" != - ] || fixed=
		printf '%s{"VulnerabilityID":"%s","PkgName":"%s","InstalledVersion":"1.0.0","FixedVersion":"%s","Severity":"HIGH"}' \
			"$comma" "$cve" "$package" "$fixed"
		comma=,
	done
	printf ']}]}\n'
}

# fixes FILTER [OPTION…]: what jq makes of the list, between blanks
fixes() {
	local filter=$1
	shift
	must "$isobar" fixes --json --limit 1000 "$@"
	jq --raw-output "$filter" "$out" | paste --serial --delimiters ' '
}

# Every fix against the risks in the table: what it counts, its G by the published rule, and nothing beside them.
expect_sums() {
	expect "$1: fixes agree with risks" "" "$(sql "
		with want as (
		    select fix_id, max(score) as worst, sum(score) as total, count(*) as n, max(band) as band, min(due_at) as due_at
		      from isobar.risk
		     where open and fix_id is not null
		     group by fix_id)
		select coalesce(f.fix_id, w.fix_id)
		  from (select * from isobar.fix where open) as f
		  full join want as w on w.fix_id = f.fix_id
		 where (f.n_risks, f.band, f.score_sum, f.due_at, f.g)
		       is distinct from (w.n::int, w.band, w.total, w.due_at,
		                         (w.worst + (1000 - w.worst) * least(250, (w.total - w.worst) / 20) / 1000)::smallint)")"
	expect "$1: bands add up" 0 "$(sql 'select count(*) from isobar.fix where n_critical + n_high + n_medium + n_low <> n_risks')"
	expect "$1: bounds of G" 0 "$(sql 'select count(*) from isobar.fix where g not between 0 and 1000')"
	expect "$1: no mark is left" 0 "$(sql 'select count(*) from isobar.fix_mark')"
}

import() {
	must "$isobar" import --quiet --now "$1" "${@:2}"
}

make_db
expect "no fix before any finding" "" "$(fixes .id)"
run "$isobar" fixes
expect_code "an empty list" 0

web=registry.example.com/shop/web
trivy "$web:1.2" CVE-2026-0001/openssl/3.0.15 CVE-2026-0002/openssl/3.0.15 CVE-2026-0003/openssl/3.0.15 \
	CVE-2026-0004/zlib/1.3 CVE-2026-0005/bash/- >"$tmp/web.json"
trivy "registry.example.com/shop/cart:1" CVE-2026-0001/openssl/3.0.15 >"$tmp/cart.json"
import "$now" "$tmp/web.json" "$tmp/cart.json"
expect "an upgrade closes several CVEs of one image" 3 "$(fixes "select(.package == \"openssl\" and .asset == \"$web\").risks")"
expect "another image is another fix" 2 "$(fixes 'select(.package == "openssl").id' | wc -w)"
expect "its title" "Upgrade openssl to 3.0.15 in $web" "$(fixes "select(.package == \"openssl\" and .asset == \"$web\").title")"
expect "no fix without a fixed version" 1 "$(sql "select count(*) from isobar.risk where fix_id is null and subject = 'cve:CVE-2026-0005'")"
expect_sums "upgrades"
proves "one upgrade of one image is one fix"

id=$(fixes "select(.package == \"openssl\" and .asset == \"$web\").id")
expect "its risks" "cve:CVE-2026-0001 cve:CVE-2026-0002 cve:CVE-2026-0003" \
	"$(must "$isobar" fixes "$id" --json && jq -r .subject "$out" | sort | paste -sd ' ')"
risk=$(jq -r .id "$out" | sed -n 1p)
must "$isobar" explain "$risk" --json
expect "explain names it" "$id" "$(jq -r .fix.id "$out")"
must "$isobar" explain "$risk" --no-color
grep -q "^Fix: Upgrade openssl to 3.0.15 in $web. It closes 3 open risks" "$out" || fail "explain says it" "$(tail -n 1 "$out")"
must "$isobar" fixes "$id" --no-color
grep -q "^Upgrade openssl to 3.0.15" "$out" || fail "one fix for people" "$(head -n 1 "$out")"
expect "a part of the list" "$id" "$(fixes .id --where "package=OpenSSL,asset=$web,kind=upgrade")"
g=$(fixes "select(.id == \"$id\").g")

# One more that the same upgrade mends; a new fixed version of another.
created=2026-11-16T00:00:00Z trivy "$web:1.2" CVE-2026-0006/openssl/3.0.15 >"$tmp/more.json"
import 2026-11-16T00:00:00Z "$tmp/more.json"
expect "it grows" 4 "$(fixes "select(.id == \"$id\").risks")"
[ "$(fixes "select(.id == \"$id\").g")" -ge "$g" ] || fail "G never falls by one more"
created=2026-11-17T00:00:00Z trivy "$web:1.2" CVE-2026-0001/openssl/3.0.16 CVE-2026-0002/openssl/3.0.16 >"$tmp/newer.json"
import 2026-11-17T00:00:00Z "$tmp/newer.json"
expect "a new fixed version moves the risks" "2 2" \
	"$(fixes "select(.package == \"openssl\" and .asset == \"$web\")" | jq -r '"\(.fixed_version) \(.risks)"' | sort | cut -d ' ' -f 2 | paste -sd ' ')"
expect_sums "moved"
proves "risks join a fix and move to another one"

# Configuration: one control in one account, whatever tool says so; closing shrinks it, then closes it.
{
	asff 1 control=S3.8 bucket=one
	asff 2 control=S3.8 bucket=two
	asff 3 control=S3.8 bucket=three
} >"$tmp/asff.ndjson"
prowler check=s3_bucket_level_public_access_block bucket=four >"$tmp/prowler.json"
import 2026-11-18T00:00:00Z "$tmp/asff.ndjson" "$tmp/prowler.json"
control=$(fixes 'select(.subject == "control:storage.public-access-block").id')
expect "one control in one account" "4 configuration 111122223333" \
	"$(fixes "select(.id == \"$control\")" | jq -r '"\(.risks) \(.kind) \(.account)"')"
before=$(fixes "select(.id == \"$control\").g")
{
	asff 1 control=S3.8 bucket=one compliance=PASSED updated=2026-11-19T00:00:00Z
	asff 2 control=S3.8 bucket=two compliance=PASSED updated=2026-11-19T00:00:00Z
} >"$tmp/two-gone.ndjson"
import 2026-11-19T00:00:00Z "$tmp/two-gone.ndjson"
expect "closing risks shrinks it" 2 "$(fixes "select(.id == \"$control\").risks")"
[ "$(fixes "select(.id == \"$control\").g")" -le "$before" ] || fail "G does not rise by one less"
expect_sums "shrunk"
asff 3 control=S3.8 bucket=three compliance=PASSED updated=2026-11-20T00:00:00Z >"$tmp/gone.ndjson"
prowler check=s3_bucket_level_public_access_block bucket=four verdict=PASS at=1795132800 >"$tmp/gone.json"
import 2026-11-20T00:00:00Z "$tmp/gone.ndjson" "$tmp/gone.json"
expect "the last one closes it" "" "$(fixes "select(.id == \"$control\").id")"
must "$isobar" fixes "$control" --no-color
grep -q 'configuration, done$' "$out" || fail "a closed fix is still found" "$(head -n 2 "$out" | tail -n 1)"
asff 3 control=S3.8 bucket=three updated=2026-11-21T00:00:00Z >"$tmp/back.ndjson"
import 2026-11-21T00:00:00Z "$tmp/back.ndjson"
expect "it opens again" 1 "$(fixes "select(.id == \"$control\").risks")"
expect_sums "closed and opened"
proves "a fix shrinks, closes and opens with its risks"

# A control that fails in so many places is summed in parts.  At each step some of them change their severity, are
# mended or come back, and the parts say what the risks say.
labels=(LOW MEDIUM HIGH CRITICAL)
RANDOM=$seed
crowd() {
	local i verdict
	for ((i = 1; i <= 700; i++)); do
		((RANDOM % $2 == 0)) || continue
		verdict=FAILED
		((RANDOM % 3 > 0)) || verdict=$3
		asff "$i" control=S3.8 "bucket=crowd-$i" "label=${labels[RANDOM % 4]}" "compliance=$verdict" "updated=$1"
	done
}

expect_parts() {
	expect "$1: parts agree with risks (ISOBAR_SEED=$seed)" "" "$(sql "
		with want as (
		    select fix_id, get_byte(uuid_send(risk_id), 0) >> 2 as part, max(score) as worst, sum(score) as total,
		           count(*) as n, max(band) as band, min(due_at) as due_at
		      from isobar.risk
		     where open and fix_id in (select fix_id from isobar.fix_part)
		     group by fix_id, get_byte(uuid_send(risk_id), 0) >> 2)
		select p.part
		  from isobar.fix_part as p
		  left join want as w on w.fix_id = p.fix_id and w.part = p.part
		 where (p.worst, p.score_sum, p.n_critical + p.n_high + p.n_medium + p.n_low, p.band, p.due_at)
		       is distinct from (w.worst, coalesce(w.total, 0), coalesce(w.n::int, 0), w.band, w.due_at)")"
}

for day in 22 23 24 25 26; do
	step=2026-11-${day}T00:00:00Z
	if [ "$day" = 22 ]; then
		crowd "$step" 1 FAILED >"$tmp/crowd$day.ndjson"
	else
		crowd "$step" 9 PASSED >"$tmp/crowd$day.ndjson"
	fi
	import "$step" "$tmp/crowd$day.ndjson"
	expect_sums "crowd, day $day"
	expect_parts "crowd, day $day"
done
expect "all parts of one fix" "1 64" "$(sql "select count(distinct fix_id) || ' ' || count(*) from isobar.fix_part")"
must "$isobar" accept --where 'asset=arn:aws:s3:::crowd-1*' --until 2026-11-28T00:00:00Z --reason "Made for a test." --requested-by a --approved-by b \
	--now 2026-11-26T01:00:00Z
must "$scorer" --once --now 2026-11-26T02:00:00Z
expect_some "accepted in the crowd" "$(sql "select count(*) from isobar.risk where state = 2 or not open and fix_id is not null")"
expect_sums "accepted"
expect_parts "accepted"
must "$scorer" --once --now 2026-11-29T00:00:00Z
expect_sums "accepted no more"
expect_parts "accepted no more"
proves "a fix of many risks is summed in parts, and the parts agree with the risks"

run "$isobar" fixes nonsense
expect_code "no id" 2
run "$isobar" fixes 00000000-0000-0000-0000-000000000000
expect_code "no such fix" 1
for words in "--where colour=red" "--where band=purple" "--where band" "--after 1" "--after x,y" "--limit 0" "$id $id" "$id --where band=low"; do
	# shellcheck disable=SC2086 # words of the command line
	run "$isobar" fixes $words
	expect_code "fixes $words" 2
done
proves "what is not understood is refused with 2"

# The sample estate, in the order of a walk and in another one, and at once or file by file.
mapfile -t files < <(find "$sample" -type f | sort)
make_db
import "$now" "${files[@]}"
expect_sums "sample"
expect_some "sample: fixes" "$(fixes .id | wc -w)"
expect "by band, g and id" "" "$(
	must "$isobar" fixes --json --limit 1000
	jq -r '"\(.rank) \(.id)"' "$out" >"$tmp/listed"
	sort -k 1,1nr -k 2,2r "$tmp/listed" | diff - "$tmp/listed" | head -n 1
)"
first=$(fixes '"\(.rank),\(.id)"' --limit 7 | tr ' ' '\n' | tail -n 1)
expect "pages join" "$(cut -d ' ' -f 2 "$tmp/listed" | sed -n 8,12p | paste -sd ' ')" "$(fixes .id --limit 5 --after "$first")"
dump_tables "$tmp/walk" fix upgrade risk
make_db
mapfile -t files < <(printf '%s\n' "${files[@]}" | shuffle_by "$seed")
import "$now" "${files[@]}"
dump_tables "$tmp/shuffled" fix upgrade risk
expect_same_dumps "another order (ISOBAR_SEED=$seed)" "$tmp/walk" "$tmp/shuffled" fix upgrade risk
make_db
for file in "${files[@]}"; do
	import "$now" "$file"
done
expect_sums "file by file"
proves "the sample estate comes to the same fixes in any order"

done_testing
