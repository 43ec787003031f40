#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds a running isobar-api to docs/openapi.yaml: two orgs with findings of their own, tokens of every
# kind, and main.mjs, which asks for everything.
#   test_contract.sh BUILD
# shellcheck source=../../integration/lib.sh
. "$(dirname "$0")/../../integration/lib.sh"
# shellcheck source=node.sh
. "$(dirname "$0")/node.sh"
use_node "$build"
api=$build/api/isobar-api
[ -x "$api" ] || skip "$api is not built"

tokens=$tmp/tokens
api_pid=

stop_api() {
	local code=0
	[ -n "$api_pid" ] || return 0
	kill "$api_pid" 2>/dev/null || true
	wait "$api_pid" || code=$?
	api_pid=
	expect "$1: exit code of isobar-api" 0 "$code"
}

finish() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	clean_up
}
trap finish EXIT

ago() {
	date --utc --date "$1 ago" +%Y-%m-%dT%H:%M:%SZ
}

# --- data: imported as if on several days, so that clocks stand in every state ---

# A CVE on a managed database: the provider's duty.
provider_duty() {
	jq --compact-output '[.Findings[] | select(.Vulnerabilities)][0] | .Id += "-managed"
		| .Resources = [{Type: "AwsRdsDbInstance", Partition: "aws", Region: "us-east-1",
			Id: "arn:aws:rds:us-east-1:111122223333:db:isobar-managed"}]' \
		"$sample/aws/securityhub-findings.json"
}

# A type that the catalogue does not know: nobody's duty yet.
unknown_duty() {
	asff 9 control=X.1 | sed 's#AwsS3Bucket#AwsStrangeThing#
		s#arn:aws:s3:::isobar-test#arn:aws:strange:eu-west-1:111122223333:thing/one#'
}

import_default() {
	local number
	# Overdue when it is gone; and gone in time.
	asff 1 bucket=isobar-missed label=CRITICAL >"$tmp/missed.ndjson"
	asff 2 bucket=isobar-met >"$tmp/met.ndjson"
	asff 1 bucket=isobar-missed label=CRITICAL compliance=PASSED updated=2026-11-12T00:00:00Z >"$tmp/missed-gone.ndjson"
	asff 2 bucket=isobar-met compliance=PASSED updated=2026-11-12T00:00:00Z >"$tmp/met-gone.ndjson"
	{
		provider_duty
		unknown_duty
	} >"$tmp/provider.ndjson"
	# One that changes while the server runs.
	asff 3 bucket=isobar-changing label=LOW title='A bucket that changes' >"$tmp/changing.ndjson"
	asff 3 bucket=isobar-changing label=CRITICAL title='A bucket that got worse' \
		updated=2026-11-13T00:00:00Z >"$tmp/worse.ndjson"
	asff 3 bucket=isobar-changing label=CRITICAL compliance=PASSED updated=2026-11-14T00:00:00Z >"$tmp/gone.ndjson"
	# So many that the live ones do not fit on the largest page.
	for number in {100..199}; do
		asff "$number" bucket="isobar-many-$number" label=LOW
	done >"$tmp/many.ndjson"

	must "$isobar" import --quiet --now "$(ago '16 days')" "$tmp/missed.ndjson" "$tmp/met.ndjson"
	must "$isobar" import --quiet --now "$(ago '13 days')" "$sample/azure" "$tmp/met-gone.ndjson"
	must "$isobar" import --quiet --now "$(ago '40 hours')" --source feed-gcp "$sample/gcp"
	must "$isobar" import --quiet "$sample/aws" "$sample/images" "$tmp/missed-gone.ndjson" \
		"$tmp/provider.ndjson" "$tmp/changing.ndjson" "$tmp/many.ndjson"
}

# Rules name them, so that they stay when a risk is scored again.
name_owners() {
	printf 'name,kind,contact,email,escalation\nplatform,team,,,\nZoë & friends,team,,,\n' >"$tmp/owners.csv"
	printf 'level,pattern,owner\npath,*isobar-many-*5,Zoë & friends\npath,arn:aws:*,platform\n' >"$tmp/rules.csv"
	must "$isobar" owner load "$tmp/owners.csv"
	must "$isobar" owner rules "$tmp/rules.csv"
}

govern() {
	must "$isobar" suppression set lab --where 'rule=no-such-rule' --reason 'a laboratory' --no-score
	printf '[rest]\nband = low\nwindow = 300d\n\n[off]\nband = critical\nprovider = oci\nwindow = 9d\nwarn = 50%%, 75%%\n' >"$tmp/policies.ini"
	must "$isobar" sla policy load --no-score "$tmp/policies.ini"
}

# A live source with a scope in each state and two that are proved, one of them long ago; its runs; one that rests; a
# name that two feeds have; and a push that was parsed.
collect() {
	sql "insert into isobar.source (org_id, source_id, name, connector, kind, enabled, created_at, interval_s, next_run_at)
		values (1, 71, 'azure-prod', 'azure_defender', 1, true, now() - interval '60 days', 3600, now() + interval '1 hour'),
			(1, 72, 'azure-rest', 'azure_defender', 1, false, now(), 0, null),
			(1, 73, 'twice', 'aws_asff', 0, true, now(), 0, null), (1, 74, 'twice', 'prowler', 0, true, now(), 0, null);
		insert into isobar.run (org_id, run_id, command_id, name, format, state, started_at, finished_at, build, n_records,
			n_findings, n_new, n_changed, n_unchanged, n_closed, source_id, n_parts, n_complete, error)
		values (1, 4710, 4710, 'azure-prod', '', 2, now() - interval '2 hours', now(), '0.1.0', 0, 0, 0, 0, 0, 0, 71, 0, 0, 'the login failed'),
			(1, 4711, 4711, 'azure-prod', '', 3, now() - interval '1 hour', now(), '0.1.0', 60, 59, 12, 40, 7, 7, 71, 8, 1, null),
			(1, 4712, 4712, 'push', 'aws_asff', 1, now(), now(), '0.1.0', 40, 40, 2, 0, 38, 0, null, 0, 0, null);
		insert into isobar.source_scope (org_id, source_id, scope_id, scope, title, state, reason, met_at, run_id, complete_run_id,
			complete_at, n_live, n_absent)
		select 1, 71, n, '/subscriptions/' || n, 'Subscription ' || n, least(n, 7) % 7, case when n in (1, 8, 9) then '' else 'no' end,
			now() - interval '30 days', 4711, case when n in (1, 7) then null else 4700 end,
			case when n in (8, 1) then now() - interval '1 hour' when n = 7 then null when n = 9 then now() - interval '15 days'
				else now() - make_interval(days => n) end, n, 0
		  from generate_series(1, 9) as n;
		update isobar.source_scope set state = 1 where org_id = 1 and source_id = 71 and scope_id > 7;
		insert into isobar.run_part (org_id, run_id, part_no, name, kind, data, scopes, title, state, n_pages, n_records, error, updated_at)
		select 1, 4711, n, 'part ' || n, 'subscription', '', array['/subscriptions/' || n, '/subscriptions/' || n + 1],
			case when n > 0 then 'Title' else '' end, n, n, n * 10, case when n > 3 then 'no' else '' end, now()
		  from generate_series(0, 7) as n;
		insert into isobar.push (org_id, push_id, run_id, source, principal, state, received_at, finished_at, size, n_chunks)
		values (1, '01934b1e-7a00-7c3d-9f21-5d0f6c8a1b2d', 4712, 'twice', 'lake', 3, now(), now(), 100, 1);
		insert into isobar.what_if (org_id, what_if_id, kind, body, movers, principal, state, asked_at, finished_at, error)
		values (1, '01934b1e-7a00-7c3d-9f21-5d0f6c8a1b2e', 0, '', 10, 'lake', 3, now(), now(), 'model: line 1: no JSON')"
}

import_other() {
	asff 4 bucket=isobar-other title='Of the other org' >"$tmp/other.ndjson"
	must "$isobar" import --quiet --org other "$sample/gcp" "$tmp/other.ndjson"
}

# --- tokens: one JSON object a line, secrets in this file alone ---

# token NAME ORG ROLE STATE [OPTION…]
token() {
	local name=$1 org=$2 role=$3 state=$4 scope=
	shift 4
	[ "${1:-}" != --scope ] || scope=$2
	must "$isobar" token create --json --name "$name" --org "$org" --role "$role" "$@"
	jq --compact-output --arg name "$name" --arg org "$org" --arg role "$role" --arg state "$state" --arg scope "$scope" \
		'{$name, $org, $role, $state, $scope, id, token}' "$out" >>"$tokens"
}

make_tokens() {
	local org role
	umask 077
	for org in default other; do
		for role in viewer analyst approver integrator admin auditor; do
			token "$role-of-$org" "$org" "$role" good
		done
		token "expired-of-$org" "$org" admin expired --now "$(ago '2 days')" --expires 1d
		token "revoked-of-$org" "$org" admin revoked
		must "$isobar" token revoke --org "$org" "$(tail -n 1 "$tokens" | jq --raw-output .id)"
	done
	token account-scope default viewer good --scope account:111122223333
	token owner-scope default analyst good --scope 'owner:Zoë & friends'
	token empty-scope default viewer good --scope account:999999999999
	token account-scope-of-other other viewer good --scope account:111122223333
	for org in default other; do
		token "no-role-of-$org" "$org" viewer 'no role'
		sql "delete from isobar.role_grant as g using isobar.principal as p
			where p.org_id = g.org_id and p.principal_id = g.principal_id and p.name = 'no-role-of-$org'"
	done
	token to-be-revoked default viewer 'to be revoked'
}

# --- the server and the driver ---

# start_api REQUESTS/SECONDS BAD-TOKENS WORKERS
start_api() {
	port=$("$root/tests/support/free_port.sh")
	ISOBAR_API_AUTH_FAILURES=$2 "$api" --workers "$3" --database "$ISOBAR_DATABASE" --listen "127.0.0.1:$port" --rate-limit "$1" \
		>>"$tmp/api.out" 2>>"$tmp/api.err" </dev/null &
	api_pid=$!
}

# Where PostgreSQL is, and where the driver lets the server look for it.
gate() {
	server_sql '\echo :HOST :PORT' | jq --raw-input --compact-output --arg path "$tmp/gate/.s.PGSQL.5432" \
		'split(" ") | {path: $path, to: {host: .[0], port: (.[1] | tonumber)}}'
}

# drive WHAT
drive() {
	local gate
	gate=$(gate)
	jq --slurp --arg base "http://127.0.0.1:$port" --arg isobar "$isobar" --argjson seed "$seed" --arg tmp "$tmp" \
		--arg contract "$root/docs/openapi.yaml" --argjson gate "$gate" --argjson all "${ISOBAR_TEST_ALL:-0}" \
		--argjson promtool "$(command -v promtool >/dev/null && echo true || echo false)" '{
			$base, $isobar, $seed, $contract, $gate, $promtool, all: ($all > 0), tokens: .,
			limit: {budget: 5, seconds: 3, failures: 20}, bucket: "arn:aws:s3:::isobar-changing",
			files: {worse: "\($tmp)/worse.ndjson", gone: "\($tmp)/gone.ndjson"}
		}' "$tokens" >"$tmp/setting.json"
	# shellcheck disable=SC2086
	node "$contract_tests/main.mjs" "$tmp/setting.json" "$1" ${ISOBAR_CONTRACT_PARTS:-} || fail "contract: $1"
	kill -0 "$api_pid" 2>/dev/null || {
		tail -n 50 "$tmp/api.err"
		fail "isobar-api" "it is gone"
	}
}

# Nothing of a token but its id stands in what the server prints.
check_log() {
	local secret
	if grep -qE 'Sanitizer|runtime error:' "$tmp/api.err"; then
		grep -E -A 30 'Sanitizer|runtime error:' "$tmp/api.err" | head -n 60
		fail "isobar-api" "a sanitizer complains"
	fi
	while read -r secret; do
		! grep -qF -e "$secret" "$tmp/api.out" "$tmp/api.err" || fail "log" "a secret of a token stands in it"
	done < <(jq --raw-output '.token | sub("^iso_[^_]*_"; "") | .[:20]' "$tokens")
}

make_db
must "$isobar" org create other
import_default
import_other
name_owners
govern
collect
make_tokens
start_api 1000000/60 0 1
drive contract
stop_api contract
start_api 5/3 20 1
drive limits
stop_api limits
start_api 5/3 20 2
drive workers
stop_api workers
# Through the driver's own socket, which comes and goes.
mkdir "$tmp/gate"
ISOBAR_DATABASE="$ISOBAR_DATABASE host=$tmp/gate port=5432" ISOBAR_API_REQUEST_TIMEOUT=2s start_api 1000000/60 0 1
drive away
stop_api away
check_log
proves "the server keeps to its contract"
done_testing
