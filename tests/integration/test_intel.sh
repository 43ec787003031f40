#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Intelligence feeds: what they say moves the risks of their CVEs and no others; a feed that is older,
# much smaller, undated or cut is refused; the same one twice writes nothing; explain shows its day.
. "$(dirname "$0")/lib.sh"

image=registry.example.com/shop/web

# trivy IMAGE ID…: an image with vulnerabilities without scores of their own
trivy() {
	local name=$1 comma='' id
	shift
	printf '{"SchemaVersion":2,"CreatedAt":"2026-11-10T00:00:00Z","ArtifactName":"%s:1.2",' "$name"
	printf '"ArtifactType":"container_image","Results":[{"Target":"%s:1.2 (debian 12.1)",' "$name"
	printf '"Class":"os-pkgs","Type":"debian","Vulnerabilities":['
	for id in "$@"; do
		printf '%s{"VulnerabilityID":"%s","PkgName":"lib%s","InstalledVersion":"1.0",' "$comma" "$id" "${id,,}"
		printf '"Severity":"LOW","Title":"Made for a test"}'
		comma=,
	done
	printf ']}]}\n'
}

# epss DAY LINE…: a snapshot with twenty CVEs beside the lines given
epss() {
	printf '#model_version:v2026.01.01,score_date:%sT00:00:00Z\ncve,epss,percentile\n' "$1"
	shift
	seq 9001 9020 | sed 's/.*/CVE-2026-&,0.00100,0.5/'
	[ $# -eq 0 ] || printf '%s,0.5\n' "$@"
}

# kev DAY CVE…
kev() {
	local day=$1 comma='' cve
	shift
	printf '{"title":"Made for a test","catalogVersion":"%s","dateReleased":"%sT00:00:00.0000Z",' "${day//-/.}" "$day"
	printf '"count":%s,"vulnerabilities":[' "$(($# + 20))"
	for cve in $(seq -f 'CVE-2020-%g' 1001 1020) "$@"; do
		printf '%s{"cveID":"%s","dateAdded":"2026-08-01","dueDate":"2026-08-15",' "$comma" "$cve"
		printf '"knownRansomwareCampaignUse":"Unknown"}'
		comma=,
	done
	printf ']}\n'
}

# cve_record CVE UPDATED EXPLOITATION AUTOMATABLE IMPACT SCORE
cve_record() {
	printf '{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"%s","dateUpdated":"%s"},' "$1" "$2"
	printf '"containers":{"cna":{"metrics":[{"cvssV3_1":{"version":"3.1","baseScore":%s,' "$6"
	printf '"vectorString":"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"}}]},'
	printf '"adp":[{"providerMetadata":{"orgId":"134c704f-9b21-4f2e-91b3-4a467353bcc0","shortName":"CISA-ADP"},'
	printf '"metrics":[{"other":{"type":"ssvc","content":{"options":[{"Exploitation":"%s"},' "$3"
	printf '{"Automatable":"%s"},{"Technical Impact":"%s"}]}}}]}]}}\n' "$4" "$5"
}

# nvd CVE MODIFIED SCORE
nvd() {
	printf '{"resultsPerPage":1,"format":"NVD_CVE","version":"2.0","timestamp":"%s","vulnerabilities":[' "$2"
	printf '{"cve":{"id":"%s","lastModified":"%s","metrics":{"cvssMetricV31":[{"source":"nvd@nist.gov",' "$1" "$2"
	printf '"type":"Primary","cvssData":{"version":"3.1","baseScore":%s,' "$3"
	printf '"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}}}]}\n'
}

# osv ID MODIFIED ALIAS…
osv() {
	local id=$1 modified=$2 comma='' alias
	shift 2
	printf '{"schema_version":"1.6.0","id":"%s","modified":"%s","affected":[],"aliases":[' "$id" "$modified"
	for alias in "$@"; do
		printf '%s"%s"' "$comma" "$alias"
		comma=,
	done
	printf ']}\n'
}

minute=0
# load FILE…: each a minute after the one before
load() {
	minute=$((minute + 1))
	run "$isobar" intel load --json --now "2026-11-15T07:$(printf %02d "$minute"):00Z" "$@"
}

# said KEY: of what the last load printed
said() {
	jq -r ".$1" "$out"
}

# band CVE, factor CVE NAME: value and basis
band() {
	sql "select band from isobar.risk where subject = 'cve:$1' and state = 0"
}
factor() {
	must "$isobar" explain --json "$(sql "select risk_id from isobar.risk where subject = 'cve:$1' and state = 0")"
	jq -r ".factors[] | select(.factor == \"$2\") | \"\(.value), \(.basis)\"" "$out"
}
# versions: which risks were written how often
versions() {
	sql "select subject, version from isobar.risk order by subject"
}

make_db
trivy "$image" CVE-2026-1000 CVE-2026-2000 >"$tmp/web.json"
trivy "$image-2" CVE-2026-3000 GHSA-aaaa-bbbb-cccc >"$tmp/other.json"
must "$isobar" import --quiet --now "$now" "$tmp/web.json" "$tmp/other.json"
expect "low as the tool says" 0 "$(band CVE-2026-1000)"
expect "without a feed" "epss 0.00200 (assumed), assumed" "$(factor CVE-2026-1000 likelihood)"

epss 2026-08-16 CVE-2026-1000,0.04310 >"$tmp/epss1.csv"
gzip -c "$tmp/epss1.csv" >"$tmp/epss1.csv.gz"
versions >"$tmp/before"
load "$tmp/epss1.csv.gz"
expect_code "EPSS" 0
expect "EPSS: what is told" "epss 2026-08-16 v2026.01.01 21 21 0 1 false" \
	"$(said '| [.feed, .as_of, .model, .rows, .new, .changed, .marked, .known] | join(" ")' | sed 's/^null$//')"
versions >"$tmp/after"
expect "EPSS: exactly the risk of its CVE" "cve:CVE-2026-1000|2" "$(comm -13 "$tmp/before" "$tmp/after")"
expect "EPSS: explained" "epss 0.04310 (2026-08-16), feed" "$(factor CVE-2026-1000 likelihood)"
proves "EPSS rescores exactly the risks that it is about, and says its day"

load "$tmp/epss1.csv"
expect_code "the same again" 0
expect "the same again: known" "true 0" "$(said '| [.known, .marked] | join(" ")')"
expect "the same again: one snapshot" 1 "$(sql "select count(*) from isobar.intel_snapshot")"
expect "the same again: no former rows" 0 "$(sql "select count(*) from isobar.intel_cve_version")"
proves "the same snapshot twice writes nothing"

epss 2026-08-17 CVE-2026-1000,0.04310 CVE-2026-2000,0.50000 >"$tmp/epss2.csv"
load "$tmp/epss2.csv"
expect "an unchanged value keeps its day" "epss 0.04310 (2026-08-16), feed" "$(factor CVE-2026-1000 likelihood)"
expect "a new one has the new day" "epss 0.50000 (2026-08-17), feed" "$(factor CVE-2026-2000 likelihood)"
epss 2026-08-18 CVE-2026-2000,0.60000 >"$tmp/epss3.csv"
load --no-score "$tmp/epss3.csv"
expect "the day of a score is that of the row it was made with" "epss 0.50000 (2026-08-17), feed" \
	"$(factor CVE-2026-2000 likelihood)"
must "$scorer" --once --now 2026-11-15T07:04:30Z
expect "left the file" "epss 0.00200 (assumed), assumed" "$(factor CVE-2026-1000 likelihood)"
expect "rescored" "epss 0.60000 (2026-08-18), feed" "$(factor CVE-2026-2000 likelihood)"
proves "a value has the day on which it was set, and ends when the file leaves it out"

# refused CASE FILE WHY
refused() {
	sql "select feed, version from isobar.intel_snapshot" >"$tmp/before"
	load "$2"
	expect_code "$1" 1
	grep -q "$3" "$err" || fail "$1" "it said: $(cat "$err")"
	expect "$1: one line" 1 "$(wc -l <"$err")"
	sql "select feed, version from isobar.intel_snapshot" >"$tmp/after"
	expect_same "$1: nothing written" "$tmp/before" "$tmp/after"
}
epss 2026-08-18 | head -n 20 >"$tmp/small.csv"
epss 2026-08-19 | sed 1d >"$tmp/undated.csv"
epss 2026-08-19 | head -c 300 >"$tmp/cut.csv"
gzip -c "$tmp/epss3.csv" | head -c 100 >"$tmp/cut.csv.gz"
{ epss 2026-08-19 && echo CVE-2026-9001,0.5,0.5; } >"$tmp/twice.csv"
epss 2026-08-19 CVE-2026-1,0.5 >"$tmp/bad.csv"
refused "older" "$tmp/epss1.csv" "older than the one in use (2026-08-18)"
refused "smaller" "$tmp/small.csv" "by more than a tenth fewer"
refused "undated" "$tmp/undated.csv" "says no date"
refused "cut" "$tmp/cut.csv" "breaks off"
refused "cut gzip" "$tmp/cut.csv.gz" "breaks off"
refused "a CVE twice" "$tmp/twice.csv" "CVE-2026-9001 stands in it twice"
refused "a bad row" "$tmp/bad.csv" "line 23: its cve is no CVE id"
printf '{"a":1}\n' >"$tmp/none.json"
refused "no feed" "$tmp/none.json" "none of the feeds"
run "$isobar" intel load --feed kev "$tmp/epss3.csv"
expect_code "another feed than said" 1
run "$isobar" intel load --feed x "$tmp/epss3.csv"
expect_code "no such feed" 2
load --force "$tmp/epss1.csv"
expect_code "older by force" 0
expect "older by force: is in use" "epss 0.04310 (2026-08-16), feed" "$(factor CVE-2026-1000 likelihood)"
load --force "$tmp/undated.csv"
expect_code "undated by force" 0
proves "older, shrunk, undated and broken feeds are refused in one line, unless forced"

kev 2026-08-20 CVE-2026-3000 >"$tmp/kev1.json"
versions >"$tmp/before"
load --no-score "$tmp/kev1.json"
expect_code "KEV" 0
expect "KEV: one mark for one asset" "1" "$(said marked)"
must "$scorer" --once --now 2026-11-15T07:15:30Z
versions >"$tmp/after"
expect "KEV: exactly its risk" 1 "$(comm -13 "$tmp/before" "$tmp/after" | wc -l)"
expect "KEV: active" "active, feed" "$(factor CVE-2026-3000 maturity)"
expect "KEV: at least High" t "$(sql "select band >= 2 from isobar.risk where subject = 'cve:CVE-2026-3000'")"
kev 2026-08-21 >"$tmp/kev2.json"
load "$tmp/kev2.json"
expect "left KEV" "none, assumed" "$(factor CVE-2026-3000 maturity)"
expect "left KEV: low again" 0 "$(band CVE-2026-3000)"
sed 's/"count":[0-9]*/"count":99/' "$tmp/kev1.json" >"$tmp/kev_cut.json"
refused "a KEV that says more than it has" "$tmp/kev_cut.json" "announces 99"
proves "KEV lifts to High, and its end lowers again"

mkdir "$tmp/records"
cve_record CVE-2026-1000 2026-08-20T00:00:00Z poc yes total 7.8 >"$tmp/records/a.json"
cve_record CVE-2026-2000 2026-08-20T00:00:00Z none no partial 5.5 >"$tmp/records/b.json"
load "$tmp/records"
expect_code "CVE records" 0
expect "CVE records: two files, one snapshot" "cve 2 2" "$(said '| [.feed, .files, .rows] | join(" ")')"
expect "CVE records: SSVC" "proof of concept, feed" "$(factor CVE-2026-1000 maturity)"
expect "CVE records: automatable" "yes, feed" "$(factor CVE-2026-1000 automatable)"
expect "CVE records: score" "CVSS/label 78, feed" "$(factor CVE-2026-1000 severity)"
nvd CVE-2026-1000 2026-08-21T00:00:00 9.8 >"$tmp/nvd1.json"
load "$tmp/nvd1.json"
expect "NVD before the CNA" "CVSS/label 98, feed" "$(factor CVE-2026-1000 severity)"
cve_record CVE-2026-1000 2026-08-22T00:00:00Z poc yes total 8.8 >"$tmp/records/a.json"
load "$tmp/records"
expect "the CNA's change stays behind NVD" "CVSS/label 98, feed" "$(factor CVE-2026-1000 severity)"
nvd CVE-2026-1000 2026-08-19T00:00:00 1.0 >"$tmp/nvd0.json"
refused "older records" "$tmp/nvd0.json" "older than what is stored"
{ cat "$tmp/records/b.json" && cve_record CVE-1 2026-08-22T00:00:00Z none no partial 1; } >"$tmp/mixed.ndjson"
load "$tmp/mixed.ndjson"
expect_code "a bad record" 3
expect "a bad record: one line" 1 "$(grep -c 'left out: record 2' "$err")"
proves "CVE records and NVD keep to their order, whatever came first"

must "$isobar" explain --json "$(sql "select risk_id from isobar.risk where subject = 'cve:GHSA-AAAA-BBBB-CCCC'")"
load <(osv GHSA-aaaa-bbbb-cccc 2026-08-01T00:00:00Z CVE-2026-4000)
expect_code "OSV" 0
expect "OSV: the advisory is the CVE" "0" "$(band CVE-2026-4000)"
sql "insert into isobar.advisory_alias (org_id, alias, cve, stored_at)
     select org_id, 'GHSA-AAAA-BBBB-CCCC', 'CVE-2026-4002', now() from isobar.org;
     insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.risk"
must "$scorer" --once --now 2026-11-15T07:23:30Z
expect "OSV: a source says another CVE" "" "$(band CVE-2026-4000)$(band CVE-2026-4002)"
sql "delete from isobar.advisory_alias"
load <(osv GHSA-aaaa-bbbb-cccc 2026-08-02T00:00:00Z CVE-2026-4000 CVE-2026-4001)
expect "OSV: two CVEs are none" "" "$(band CVE-2026-4000)"
expect "OSV: back to the advisory" 0 "$(band GHSA-AAAA-BBBB-CCCC)"
proves "an advisory goes by its one CVE"

must "$isobar" intel list --json
expect "list: one in use a feed" "cve epss kev nvd osv" \
	"$(jq -r 'select(.in_use) | .feed' "$out" | sort | tr '\n' ' ' | sed 's/ $//')"
must "$isobar" intel list
expect_some "list: for people" "$(grep -c "in use" "$out")"
must "$isobar" doctor
proves "what was loaded is listed"

done_testing
