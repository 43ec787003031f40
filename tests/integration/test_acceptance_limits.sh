#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What was accepted for a risk as it was is not said of a worse one: one that has moved up, one that came later
# and has the same fix, one that turns out to be the same problem.
. "$(dirname "$0")/lib.sh"

# state CVE: its band and state
state() {
	sql "select (array['low', 'medium', 'high', 'critical'])[band + 1] || ' ' || (array['open', 'in_progress',
		'contested', 'accepted', 'suppressed', 'false_positive', 'resolved'])[state + 1]
		from isobar.risk where subject = 'cve:$1'"
}

accept() { # TARGET…: asked for at 07:00, for 150 days: a medium risk may be accepted for 180, a high one for 90
	"$isobar" accept --no-score --json --now 2026-11-15T07:00:00Z --reason "the vendor is slow" \
		--until 150d --requested-by ann "$@"
}

# exploited CVE: known to be, as a feed says
exploited() {
	jq -nc --arg cve "$1" '{catalogVersion: "2026.11.15", dateReleased: "2026-11-15T00:00:00Z", count: 1, title: "x",
		vulnerabilities: [{cveID: $cve, vendorProject: "x", product: "x", vulnerabilityName: "x", dateAdded: "2026-11-15",
		shortDescription: "x", requiredAction: "x", dueDate: "2026-12-06", knownRansomwareCampaignUse: "Known"}]}' \
		>"$tmp/kev.json"
	must "$isobar" intel load --quiet --now "$2" "$tmp/kev.json"
	must "$scorer" --once --now "$2"
}

make_db
shop_image CVE-2024-1111=MEDIUM >"$tmp/first.json"
shop_image CVE-2024-1111=MEDIUM CVE-2024-2222=CRITICAL >"$tmp/second.json"
must "$isobar" import --quiet --now 2026-11-15T06:00:00Z "$tmp/first.json"
expect "first" "medium open" "$(state CVE-2024-1111)"
fix=$(sql "select fix_id from isobar.risk")
accept --fix "$fix" --approved-by bob >"$tmp/fix"
must "$scorer" --once --now 2026-11-15T07:30:00Z
expect "accepted with its fix" "medium accepted" "$(state CVE-2024-1111)"
must "$isobar" import --quiet --now 2026-11-16T06:00:00Z "$tmp/second.json"
exploited CVE-2024-2222 2026-11-16T07:00:00Z
expect "of the same fix" "$fix" "$(sql "select distinct fix_id from isobar.risk")"
expect "a worse one that came later" "high open" "$(state CVE-2024-2222)"
expect "the first one stays" "medium accepted" "$(state CVE-2024-1111)"
exploited CVE-2024-1111 2026-11-17T07:00:00Z
expect "moved up" "high open" "$(state CVE-2024-1111)"
proves "an acceptance of a fix passes over risks whose band allows less, those that come or move up later too"

make_db
must "$isobar" import --quiet --now 2026-11-15T06:00:00Z "$tmp/first.json"
accept "$(sql 'select risk_id from isobar.risk')" >"$tmp/one"
exploited CVE-2024-1111 2026-11-16T07:00:00Z
run "$isobar" acceptance approve "$(jq -r .id "$tmp/one")" --by bob --now 2026-11-16T08:00:00Z
expect_code "approved after it moved up" 1
grep -qF "may not be accepted for so long in its band" "$err" || fail "approved after it moved up" "$(cat "$err")"
expect "open" "high open" "$(state CVE-2024-1111)"
expect "still asked for" 0 "$(sql 'select state from isobar.acceptance')"
proves "what was asked for in a lower band is not approved in a higher one"

# --- risks that turn out to be one ---

advisories u1 web1.example.com '["GHSA-aaaa-bbbb-cccc"]' false >"$tmp/ghsa.json"
advisories u2 web1.example.com '["CVE-2026-12345"]' true >"$tmp/cve.json"
advisories u3 web2.example.com '["CVE-2026-12345", "GHSA-aaaa-bbbb-cccc"]' false >"$tmp/both.json"
make_db
must "$isobar" import --quiet --now 2026-11-15T06:00:00Z "$tmp/ghsa.json"
"$isobar" accept "$(sql 'select risk_id from isobar.risk')" --quiet --until 90d --reason "a test host" --requested-by ann \
	--approved-by bob --now 2026-11-15T07:00:00Z >"$out" 2>&1 || fail "accept" "$(cat "$out")"
must "$isobar" import --quiet --now 2026-11-16T06:00:00Z "$tmp/cve.json"
due=$(sql "select due_at from isobar.risk where open")
must "$isobar" import --quiet --now 2026-11-17T06:00:00Z "$tmp/both.json"
expect "one lives on web1, and is open" "0|$due" "$(sql "select state, due_at from isobar.risk as r join isobar.asset as a
	using (org_id, asset_id) where a.name = 'web1.example.com' and state <> 6")"
expect "why" new_evidence "$(sql "select reason from isobar.risk_event where kind = 2 order by event_id desc limit 1")"
proves "an acceptance does not widen to an open risk that turns out to be the same"

done_testing
