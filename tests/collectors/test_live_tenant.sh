#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What Azure's connector lists beside subscriptions (Sentinel, Microsoft Graph, Entra ID), from end to end:
# two days are what the estate holds; a listing that the tenant has no licence for costs that listing alone.
#   test_azure_tenant.sh BUILD
. "$(dirname "$0")/lib.sh"

live() { # CONNECTOR: its live findings
	sql "select count(*) from isobar.finding as f join isobar.source as s using (org_id, source_id)
	      where s.connector = '$1' and f.state in (0, 2)"
}

make_db
cloud azure --seed 7 --scale 300 --option more=sentinel,graph,entra
add_source live azure
collect 2026-11-25T06:00:00Z
expect_code "first run" 0
expect "first run" "1" "$(last_run "state, error")"
expect_truth "first run"
for connector in azure_sentinel azure_graph azure_entra; do
	expect_some "findings of $connector" "$(live "$connector")"
done
sim POST change '{"name":"flip","args":{"n":20}}' >/dev/null
sim POST change '{"name":"delete","args":{"n":1}}' >/dev/null
collect 2026-11-25T18:00:00Z
expect "second run" "1" "$(last_run "state, error")"
expect_truth "second run"
proves "incidents, alerts and users are what the tenant holds, a day later too"

before=$(live azure_entra)
sim POST fault '{"name":"unlicensed","times":null}' >/dev/null
collect 2026-11-26T06:00:00Z
expect_code "unlicensed" 0
expect "unlicensed: nothing is closed" "$before" "$(live azure_entra)"
run "$isobar" source blind live --json
for scope in entra/risk entra/mfa; do
	expect "unlicensed: $scope is told" "not_enabled" "$(jq -r "select(.scope == \"$scope\") | .state" "$out")"
done
stop_clouds
proves "what a tenant has no licence for is told, and closes nothing"
done_testing
