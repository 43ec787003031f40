#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A VEX statement that an image is not affected suppresses the risk that scanners found, whichever came
# first; a later one that it is affected brings it back.
. "$(dirname "$0")/lib.sh"

image=registry.example.com/shop/web

cat >"$tmp/trivy.json" <<JSON
{"SchemaVersion":2,"CreatedAt":"2026-11-10T00:00:00Z","ArtifactName":"$image:1.2","ArtifactType":"container_image",
 "Results":[{"Target":"$image:1.2 (debian 12.1)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[
 {"VulnerabilityID":"CVE-2026-1000","PkgName":"libfoo","InstalledVersion":"1.0","Severity":"HIGH","Title":"Made for a test"},
 {"VulnerabilityID":"CVE-2026-2000","PkgName":"libbar","InstalledVersion":"1.0","Severity":"HIGH","Title":"Made for a test"}]}]}
JSON

# vex STATUS TIME: of CVE-2026-1000
vex() {
	local reason=
	[ "$1" != not_affected ] || reason='"justification":"vulnerable_code_not_in_execute_path",'
	cat <<JSON
{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.com/vex/1","author":"Shop","timestamp":"$2","version":1,
 "statements":[{"vulnerability":{"name":"CVE-2026-1000"},$reason"status":"$1",
 "products":[{"@id":"pkg:oci/web?repository_url=registry.example.com%2Fshop"}]}]}
JSON
}

# state CVE: of its risk
state() {
	sql "select state from isobar.risk where subject = 'cve:$1'"
}

vex not_affected 2026-11-11T00:00:00Z >"$tmp/harmless.json"
vex affected 2026-11-12T00:00:00Z >"$tmp/harmful.json"

for order in "trivy harmless" "harmless trivy"; do
	make_db
	for name in $order; do
		must "$isobar" import --quiet --now "$now" "$tmp/$name.json"
	done
	expect "$order: one asset" 1 "$(sql "select count(*) from isobar.asset where id like '%shop/web'")"
	expect "$order: the risk is suppressed" 5 "$(state CVE-2026-1000)"
	expect "$order: the other one is open" 0 "$(state CVE-2026-2000)"
done
proves "what is stated to be harmless is suppressed, and nothing else"

must "$isobar" import --quiet --now "$now" "$tmp/harmful.json"
expect "affected after all" 0 "$(state CVE-2026-1000)"
proves "a later statement brings it back"

done_testing
