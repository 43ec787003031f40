#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Feeds of intelligence as sources: a pull moves the scores of their CVEs, the next one writes nothing; a feed
# that is cut, shrunk or older fails its run in one line and leaves the one in use; NVD is read page by page
# and window by window within its rate.
. "$(dirname "$0")/lib.sh"

key=a1b2c3d4-0000-4000-8000-000000000000

# trivy ID…: an image with vulnerabilities without scores of their own
trivy() {
	local comma='' id
	printf '{"SchemaVersion":2,"CreatedAt":"2026-11-10T00:00:00Z","ArtifactName":"registry.example.com/web:1",'
	printf '"ArtifactType":"container_image","Results":[{"Target":"web:1 (debian 12.1)","Class":"os-pkgs",'
	printf '"Type":"debian","Vulnerabilities":['
	for id in "$@"; do
		printf '%s{"VulnerabilityID":"%s","PkgName":"lib%s","InstalledVersion":"1.0",' "$comma" "$id" "${id,,}"
		printf '"Severity":"LOW","Title":"Made for a test"}'
		comma=,
	done
	printf ']}]}\n'
}

factor() { # CVE NAME: value and basis
	must "$isobar" explain --json "$(sql "select risk_id from isobar.risk where subject = 'cve:$1' and state = 0")"
	jq -r ".factors[] | select(.factor == \"$2\") | \"\(.value), \(.basis)\"" "$out"
}

change() { # NAME ARGS
	sim POST change "{\"name\":\"$1\",\"args\":$2}" >/dev/null
}

fault() { # NAME [TIMES]
	sim DELETE fault >/dev/null
	sim POST fault "{\"name\":\"$1\",\"times\":${2:-null}}" >/dev/null
}

n_pulls=0
# pull NAME: one run of one source, a minute after the one before.
pull() {
	n_pulls=$((n_pulls + 1))
	at=2026-11-15T07:$(printf %02d "$n_pulls")
	sql "update isobar.source set next_run_at = case name when '$1' then timestamptz '2026-11-15T07:00:00Z' end
	      where kind = 1" >/dev/null
	run timeout -s KILL 300 "$collector" --once --now "$at:00Z"
	expect_code "$1: the collector" 0
	run_log=$(cat "$err")
}

# pull_and_score NAME
pull_and_score() {
	pull "$1"
	must "$scorer" --once --now "$at:30Z"
}

tables() { # what feeds wrote
	sql "select * from isobar.intel_cve order by cve"
	sql "select * from isobar.intel_cve_version order by cve, valid_from"
	sql "select * from isobar.intel_snapshot order by version"
}

versions() {
	sql "select subject, version from isobar.risk order by subject"
}

# refused CASE SOURCE WHY: it fails, says why in one line, and nothing is written
refused() {
	tables >"$tmp/before"
	pull "$2"
	expect "$1: the run has failed" 2 "$(last_run state)"
	grep -qF "$3" <<<"$(last_run error)" || fail "$1" "it says: $(last_run error)"
	tables >"$tmp/after"
	expect_same "$1: nothing is written" "$tmp/before" "$tmp/after"
}

make_db
cloud feeds --scale 200 --option day=2026-11-10
trivy CVE-2026-1000 CVE-2026-2000 >"$tmp/web.json"
must "$isobar" import --quiet --now 2026-11-15T06:00:00Z "$tmp/web.json"
must "$scorer" --once --now 2026-11-15T06:00:30Z
must "$isobar" source add epss --connector epss --every 1d --endpoint "$cloud_url"
must "$isobar" source add kev --connector kev --every 1d --endpoint "$cloud_url"
expect "without a feed" "epss 0.00200 (assumed), assumed" "$(factor CVE-2026-1000 likelihood)"

change epss '{"cve":"CVE-2026-1000","score":0.5}'
versions >"$tmp/before"
pull_and_score epss
expect "EPSS: the run is done" "1 1" "$(last_run "state, n_parts")"
expect "EPSS: of the day" "2026-11-10 201" "$(sql "select as_of || ' ' || n_rows from isobar.intel_snapshot where feed = 0")"
versions >"$tmp/after"
expect "EPSS: exactly the risk of its CVE" "cve:CVE-2026-1000|2" "$(comm -13 "$tmp/before" "$tmp/after")"
expect "EPSS: explained" "epss 0.50000 (2026-11-10), feed" "$(factor CVE-2026-1000 likelihood)"
tables >"$tmp/before"
pull epss
expect "EPSS again: the run is done" 1 "$(last_run state)"
tables >"$tmp/after"
expect_same "EPSS again: nothing is written" "$tmp/before" "$tmp/after"
grep -q "in use already" <<<"$run_log" || fail "EPSS again" "the log does not say so: $run_log"
proves "a pull of EPSS moves the score of its CVE, and the same again writes nothing"

change kev '{"cve":"CVE-2026-2000"}'
pull_and_score kev
expect "KEV: the run is done" "1" "$(last_run state)"
expect "KEV: active" "active, feed" "$(factor CVE-2026-2000 maturity)"
change forget '{"cve":"CVE-2026-2000"}'
change day '{"day":"2026-11-11"}'
pull_and_score kev
expect "left KEV" "none, assumed" "$(factor CVE-2026-2000 maturity)"
tables >"$tmp/before"
pull kev
tables >"$tmp/after"
expect_same "KEV again: nothing is written" "$tmp/before" "$tmp/after"
proves "a pull of KEV lifts, its end lowers again"

for feed in epss kev; do
	change day '{"day":"2026-11-12"}'
	fault shrunk
	refused "$feed: shrunk" "$feed" "by more than a tenth fewer"
	fault older
	refused "$feed: older" "$feed" "older than the one in use"
	fault fail-page-1
	refused "$feed: unreachable" "$feed" "500"
done
fault cut
refused "EPSS: cut" epss "breaks off"
refused "KEV: cut" kev "it announces"
fault foreign-link
refused "EPSS: elsewhere" epss "leads to no file of a day"
fault repeat-token
refused "EPSS: in a circle" epss "leads to no file of a day"
for passing in html reset throttle-seconds gzip; do
	sim DELETE fault >/dev/null
	change epss "{\"cve\":\"CVE-2026-1000\",\"score\":0.$((RANDOM % 9 + 1))$n_pulls}"
	sim POST fault "{\"name\":\"$passing\"}" >/dev/null
	pull epss
	expect "EPSS: $passing passes" 1 "$(last_run "state, error")"
done
sim DELETE fault >/dev/null
proves "a feed that is shrunk, older, cut or elsewhere fails its run and leaves the one in use; what passes, passes"

cloud feeds --scale 4060 --option day=2026-11-14
printf 'wrong-key' >"$tmp/wrong"
printf '%s' "$key" >"$tmp/key"
must "$isobar" source add nvd --connector nvd --every 2h --endpoint "$cloud_url" --secret "key=@$tmp/wrong"
refused "NVD: a wrong key" nvd "NVD does not know the key"
expect "NVD: a wrong key is asked once" 1 "$(sim GET ledger | jq '[.[] | select(.path | startswith("/rest"))] | length')"
must "$isobar" source set nvd --secret "key=@$tmp/key"
change nvd '{"cve":"CVE-2026-1000","score":9.8}'
pull_and_score nvd
expect "NVD: all of it" "1 2" "$(last_run "state, n_parts")"
expect "NVD: three pages" "3 4061" "$(sql "select n_pages || ' ' || n_records from isobar.run_part where name = 'all' order by run_id desc limit 1")"
expect "NVD: its score" "CVSS/label 98, feed" "$(factor CVE-2026-1000 severity)"
expect_some "NVD: stored" "$(sql "select count(*) from isobar.intel_cve where nvd_cvss > 0 having count(*) > 4000")"
change day '{"day":"2026-11-15"}'
tables >"$tmp/before"
pull nvd
expect "NVD again: changes alone" "1" "$(last_run state)"
expect "NVD again: a window" "changes/2026-11-15T04:00:00.000 0" "$(sql "select name || ' ' || n_records from isobar.run_part
	where part_no = 1 order by run_id desc limit 1")"
tables >"$tmp/after"
expect_same "NVD again: nothing is written" "$tmp/before" "$tmp/after"
proves "NVD is read page by page, then by what changed"

change day '{"day":"2026-11-16"}'
change nvd '{"cve":"CVE-2026-1000","score":4.2}'
sim POST fault '{"name":"over-limit","after":1}' >/dev/null
started=$(date +%s)
pull_and_score nvd
expect "NVD: 403 passes" 1 "$(last_run "state, error")"
[ $(($(date +%s) - started)) -ge 29 ] || fail "NVD: 403" "it did not rest"
expect "NVD: the change" "CVSS/label 42, feed" "$(factor CVE-2026-1000 severity)"
versions >"$tmp/before"
tables >"$tmp/before.tables"
pull_and_score nvd
tables >"$tmp/after.tables"
versions >"$tmp/after"
expect_same "NVD: the same records again write nothing" "$tmp/before.tables" "$tmp/after.tables"
expect_same "NVD: and score nothing" "$tmp/before" "$tmp/after"
expect "NVD: its rate was kept" 1 "$(sim GET ledger | jq '[.[] | select(.status == 403)] | length')"
! grep -qF "$key" "$err" || fail "NVD" "the key is in the log"
proves "NVD's 403 is a limit that is rested out"

must "$isobar" intel list --json
expect "list: what is in use" "epss kev nvd" "$(jq -r 'select(.in_use) | .feed' "$out" | sort | tr '\n' ' ' | sed 's/ $//')"
must "$isobar" doctor
done_testing
