#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Nothing is closed without proof: what complete scopes no longer show, how often it takes, and when it
# is not believed (docs/collecting.md).
. "$(dirname "$0")/lib.sh"

t0=1794700800 # 2026-11-15T00:00:00Z

at() {
	date -u -d "@$((t0 + $1 * 3600))" +%Y-%m-%dT%H:%M:%SZ
}

# hub FILE FROM TO: records of so many buckets
hub() {
	local i
	for ((i = $2; i <= $3; i++)); do
		asff "$i" "bucket=b-$i"
	done >"$1"
}

# whole HOURS FILE…: an import of complete scopes; leaves its exit code in $code
whole() {
	local hour=$1
	shift
	run "$isobar" import --json --complete --now "$(at "$hour")" "$@"
}

closed() {
	jq -s 'map(.closed) | add' "$out"
}

live() { # [WHERE]: findings
	sql "select count(*) from isobar.finding where state = 0 and ${1:-true}"
}

make_db

hub "$tmp/three.ndjson" 1 3
hub "$tmp/two.ndjson" 1 2
prowler bucket=b-3 >"$tmp/other.ndjson"
must "$isobar" import --quiet --now "$(at 0)" "$tmp/three.ndjson" "$tmp/other.ndjson"
risk=$(sql "select risk_id from isobar.risk as r join isobar.asset as a using (org_id, asset_id)
             where a.id = 'arn:aws:s3:::b-3' and r.subject like 'control:%' order by 1 limit 1")
must "$isobar" import --json --quiet --now "$(at 1)" "$tmp/two.ndjson"
expect "not complete: nothing closes" 4 "$(live)"
whole 2 "$tmp/two.ndjson"
expect_code "complete: exit code" 0
expect "complete: closed" 1 "$(closed)"
expect "complete: by absence, named by its run" "1 2 $(sql 'select max(run_id) from isobar.run')" \
	"$(sql "select concat_ws(' ', state, closed_by, run_id) from isobar.finding where connector = 'aws_securityhub' and state = 1")"
expect "complete: the source's time stays" "2026-11-10 00:00:00+00" \
	"$(sql "select updated_at from isobar.finding where closed_by = 2")"
expect "complete: another tool's finding stays" 1 "$(live "connector = 'prowler'")"
expect "complete: what was before is kept" 1 "$(sql 'select count(*) from isobar.finding_history where state = 0')"
expect "complete: scope" "111122223333/eu-west-1/aws/securityhub|1|2|0" \
	"$(sql "select scope, state, n_live, n_absent from isobar.source_scope where state = 1")"
expect "complete: what was seen is forgotten" 0 "$(sql 'select count(*) from isobar.run_seen')"
proves "a complete scope closes what it does not show, of its own connector, and the closure names the run"

whole 3 "$tmp/three.ndjson"
expect "again: live" 4 "$(live)"
expect "again: misses" 0 "$(sql 'select max(misses) from isobar.finding')"
expect "again: the risk keeps its id" "$risk" \
	"$(sql "select risk_id from isobar.risk where risk_id = '$risk' and open")"
before=$(sql 'select max(xmin::text::bigint) from isobar.finding')
whole 4 "$tmp/three.ndjson"
expect "the same again: nothing is written" "$before" "$(sql 'select max(xmin::text::bigint) from isobar.finding')"
proves "the same record, seen again, opens the same risk again; a listing that shows all writes no finding"

shop_image CVE-2024-1111=HIGH CVE-2024-2222=HIGH CVE-2024-3333=HIGH >"$tmp/v3.json"
shop_image CVE-2024-1111=HIGH CVE-2024-2222=HIGH >"$tmp/v2.json"
whole 5 "$tmp/v3.json"
whole 6 "$tmp/v2.json"
expect "a scanner's first miss: closed" 0 "$(closed)"
expect "a scanner's first miss: counted" 1 "$(sql "select misses from isobar.finding where cve = 'CVE-2024-3333'")"
whole 7 "$tmp/v3.json"
expect "seen again: counts from none" 0 "$(sql "select misses from isobar.finding where cve = 'CVE-2024-3333'")"
whole 8 "$tmp/v2.json"
expect "missed once more: closed" 0 "$(closed)"
whole 9 "$tmp/v2.json"
expect "missed twice: closed" 1 "$(closed)"
expect "missed twice: which" CVE-2024-3333 "$(sql "select cve from isobar.finding where closed_by = 2 and class = 1")"
proves "a vulnerability is closed by two complete scans in a row"

hub "$tmp/many.ndjson" 1000 1299
hub "$tmp/most.ndjson" 1000 1229
cat "$tmp/three.ndjson" >>"$tmp/many.ndjson"
cat "$tmp/three.ndjson" >>"$tmp/most.ndjson"
whole 10 "$tmp/many.ndjson"
whole 11 "$tmp/most.ndjson"
expect_code "70 of 303 absent: exit code" 3
expect "70 of 303 absent: closed" 0 "$(closed)"
expect "70 of 303 absent: the scope waits" "6|would close 70 of 303 findings|70" \
	"$(sql "select state, reason, n_absent from isobar.source_scope where scope like '111122223333/eu-west-1/%' and state = 6")"
grep -q 'isobar source confirm' "$err" || fail "70 of 303 absent: says what to do" "$(cat "$err")"
whole 12 "$tmp/many.ndjson"
expect "all there again: misses" 0 "$(sql "select max(misses) from isobar.finding where state = 0")"
expect "all there again: state" 1 "$(sql "select state from isobar.source_scope where scope like '111122223333/eu-west-1/%' and n_live > 100")"
hub "$tmp/some.ndjson" 1000 1249
cat "$tmp/three.ndjson" >>"$tmp/some.ndjson"
whole 13 "$tmp/some.ndjson"
expect_code "50 of 303 absent: exit code" 0
expect "50 of 303 absent: closed" 50 "$(closed)"
proves "a listing that would close more than a fifth, and more than 50, waits for a person"

{ cat "$tmp/three.ndjson"; echo '{"SchemaVersion":"2018-10-08","Id":"x","ProductArn":"y"}'; } >"$tmp/bad.ndjson"
whole 14 "$tmp/bad.ndjson"
expect_code "a bad record: exit code" 3
expect "a bad record: closed" 0 "$(closed)"
expect "a bad record: the scope is partial" 2 \
	"$(sql "select state from isobar.source_scope where scope like '111122223333/eu-west-1/%' and n_live > 100")"
echo '{"detail":"no"}' >"$tmp/broken.json"
whole 15 "$tmp/three.ndjson" "$tmp/broken.json"
expect_code "a file that cannot be read: exit code" 3
expect "a file that cannot be read: closed" 0 "$(closed)"
expect "live after all of it" 253 "$(live "connector = 'aws_securityhub'")"
proves "nothing is closed where a record or a file could not be read"

# Live and confirmed by nobody for 14 days: shown as stale, not closed.
stale() { # DAYS: how many at that time
	must "$isobar" findings --json --limit 0 --now "$(at $(($1 * 24)))"
	jq -s 'map(select(.stale)) | length' "$out"
}
whole 16 "$tmp/three.ndjson" "$tmp/most.ndjson" "$tmp/v2.json"
expect "confirmed today" 0 "$(stale 1 | head -n 1)"
expect_some "confirmed by nobody for 15 days" "$(stale 16)"
expect "and none is closed" "$(live)" "$(stale 16)"
proves "what nothing confirmed for 14 days is stale, shown and not closed"

shop_image >"$tmp/none.json"
whole 17 "$tmp/none.json"
whole 18 "$tmp/none.json"
expect_code "nothing at all: exit code" 3
expect "nothing at all: closed" 0 "$(closed)"
expect "nothing at all: the image waits" "6|2" \
	"$(sql "select state, n_absent from isobar.source_scope where scope = 'registry.example/shop'")"
must "$isobar" source confirm trivy --scope registry.example/shop --yes --no-score --quiet --now "$(at 19)"
expect "nothing at all, confirmed: live" 0 "$(live 'class = 1')"
proves "a clean scan of an image is a complete listing of it, and closes its last findings when a person says so"

done_testing
