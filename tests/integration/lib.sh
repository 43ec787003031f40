#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the tests of the command line share; a test sources it.  Its first argument is the build
# folder (else ISOBAR_BUILD_DIR).  A check that fails names its case and the test goes on; done_testing
# at the end decides.  Each test has its own folder in $tmp and its own databases.
set -Eeuo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${1:-${ISOBAR_BUILD_DIR:-$root/build/asan}}
isobar=$build/cli/isobar
scorer=$build/scorer/isobar-scorer
shared=${ISOBAR_SHARED:-$root/../shared}
sample=$root/deploy/sample
now=2026-11-15T06:00:00Z # when the sample estate is
seed=${ISOBAR_SEED:-20261115}

n_failures=0
n_databases=0
databases=()

say() {
	printf '%s\n' "$*"
}

skip() {
	say "SKIP: $*"
	exit 77
}

# fail CASE [WHY…]
fail() {
	local name=$1
	shift
	n_failures=$((n_failures + 1))
	say "FAILED: $name${*:+: $*}"
}

# proves WHAT: what the checks since the last one have shown, or not.
proves() {
	if [ "$n_failures" -eq "${n_failures_before:-0}" ]; then
		say "ok: $*"
	else
		say "NOT SHOWN: $*"
	fi
	n_failures_before=$n_failures
}

done_testing() {
	[ "$n_failures" -eq 0 ] || {
		say "$n_failures checks failed"
		exit 1
	}
	say "all checks passed"
}

clean_up() {
	local name
	for name in "${databases[@]}"; do
		server_sql "drop database if exists $name with (force)" || true
	done
	rm -rf "$tmp"
}

server_sql() {
	psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
		--dbname "$ISOBAR_TEST_DSN" --command "$1"
}

# sql QUERY: on the test's database; rows as "a|b".
sql() {
	psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
		--dbname "$ISOBAR_DATABASE" --command "$1"
}

# Makes a database and points ISOBAR_DATABASE at it.  The first one is migrated, the others are
# copies of it as it was then.
make_db() {
	local name="test_${test_name}_$$_$n_databases"

	n_databases=$((n_databases + 1))
	databases+=("$name")
	export ISOBAR_DATABASE="$ISOBAR_TEST_DSN dbname=$name"
	if [ "$n_databases" -gt 1 ]; then
		server_sql "create database $name template ${databases[0]}_template"
		return
	fi
	databases+=("${name}_template")
	server_sql "create database $name"
	"$isobar" migrate --quiet >"$tmp/migrate" 2>&1 || {
		cat "$tmp/migrate"
		say "FAILED: isobar migrate"
		exit 1
	}
	server_sql "create database ${name}_template template $name"
}

# run COMMAND…: leaves its exit code in $code, stdout in $out and stderr in $err (files).  A report
# of a sanitizer fails at once.
run() {
	code=0
	"$@" >"$out" 2>"$err" </dev/null || code=$?
	if grep -qE 'Sanitizer|runtime error:' "$err"; then
		sed 's/^/    /' "$err"
		fail "$1 ${2:-}" "a sanitizer complains"
	fi
}

# expect CASE WANT GOT
expect() {
	[ "$2" = "$3" ] || fail "$1" "wanted \"$2\", got \"$3\""
}

# expect_code CASE CODE: of the last run
expect_code() {
	[ "$code" = "$2" ] || fail "$1" "wanted exit code $2, got $code; it said: $(head -c 600 "$err")"
}

# expect_some CASE NUMBER: a number greater than zero
expect_some() {
	[ "$2" -gt 0 ] 2>/dev/null || fail "$1" "wanted some, got \"$2\""
}

# expect_same CASE FILE FILE
expect_same() {
	cmp -s "$2" "$3" || fail "$1" "$({ diff "$2" "$3" || true; } | sed -n '1,4p' | cut -c 1-300 | tr '\n' ' ')"
}

# must COMMAND…: a step that the test cannot go on without.
must() {
	run "$@"
	[ "$code" -eq 0 ] || {
		cat "$err"
		say "FAILED: \"$*\" ended with $code"
		exit 1
	}
}

# dump_tables FOLDER TABLE…
dump_tables() {
	local folder=$1 table
	shift
	mkdir -p "$folder"
	for table in "$@"; do
		must "$isobar" dump --table "$table"
		mv "$out" "$folder/$table"
	done
}

# expect_read_again CASE: every stored record is read again, alone, and says what is stored; nor is
# anything scored otherwise
expect_read_again() {
	run "$isobar" replay --verify --json --now "$now"
	expect_code "$1: read again" 0
	expect "$1: damaged, differ, not_alone, rewritten" "0 0 0 0" \
		"$(tail -1 "$out" | jq -r '"\(.damaged) \(.differ) \(.not_alone) \(.rewritten)"')"
	expect "$1: every finding is read again" "$(sql "select count(*) from isobar.finding")" \
		"$(tail -1 "$out" | jq .same)"
	say "   $1: $(tail -1 "$out")"
}

# expect_same_dumps CASE FOLDER FOLDER TABLE…
expect_same_dumps() {
	local name=$1 left=$2 right=$3 table
	shift 3
	for table in "$@"; do
		expect_same "$name: table $table" "$left/$table" "$right/$table"
	done
}

# asff NUMBER [name=value…]: a record of Security Hub of its own, one line.  Names: bucket, control,
# updated, first, label, compliance, workflow, state, title.
asff() {
	local number=$1 bucket=isobar-test control=S3.8 updated=2026-11-10T00:00:00Z label=HIGH word
	local first=2026-11-01T00:00:00Z compliance=FAILED workflow=NEW state=ACTIVE title=
	shift
	for word in "$@"; do
		local "${word%%=*}=${word#*=}"
	done
	printf '{"SchemaVersion":"2018-10-08","Id":"arn:aws:securityhub:eu-west-1:111122223333:%s/finding/%s",' \
		"security-control/$control" "$number"
	printf '"ProductArn":"arn:aws:securityhub:eu-west-1::product/aws/securityhub","ProductName":"Security Hub",'
	printf '"GeneratorId":"security-control/%s","AwsAccountId":"111122223333","Region":"eu-west-1",' "$control"
	printf '"Types":["Software and Configuration Checks/Industry and Regulatory Standards"],'
	printf '"FirstObservedAt":"%s","CreatedAt":"%s","UpdatedAt":"%s",' "$first" "$first" "$updated"
	printf '"Severity":{"Label":"%s"},"Title":"%s","Description":"Made for a test.",' \
		"$label" "${title:-Check $control}"
	printf '"Resources":[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::%s","Partition":"aws","Region":"eu-west-1"}],' "$bucket"
	printf '"Compliance":{"Status":"%s","SecurityControlId":"%s"},' "$compliance" "$control"
	printf '"WorkflowState":"NEW","Workflow":{"Status":"%s"},"RecordState":"%s"}\n' "$workflow" "$state"
}

# advisories UID HOST IDS [EXPLOITED]: a file of DefectDojo's generic format with one finding of these advisories.
advisories() {
	jq -nc --arg uid "$1" --arg host "$2" --argjson ids "$3" --argjson exploited "${4:-false}" '{name: "mytool", findings: [
		{title: $uid, severity: "High", description: "x", unique_id_from_tool: $uid, endpoints: ["https://\($host)/"],
		vulnerability_ids: $ids, known_exploited: $exploited, date: "2026-11-01"}]}'
}

# shop_image [CVE=SEVERITY]…: Trivy's report of the image registry.example/shop, where one upgrade closes all that is listed.
shop_image() {
	local each list=
	for each in "$@"; do
		list+=${list:+,}'{"VulnerabilityID":"'${each%=*}'","PkgName":"libtest","InstalledVersion":"1.0","FixedVersion":"1.1",'
		list+='"Severity":"'${each#*=}'","Title":"Made for a test."}'
	done
	printf '{"SchemaVersion":2,"ArtifactName":"registry.example/shop:1","ArtifactType":"container_image",%s}\n' \
		"\"Results\":[{\"Target\":\"shop\",\"Class\":\"os-pkgs\",\"Type\":\"debian\",\"Vulnerabilities\":[$list]}]"
}

# prowler [name=value…]: a record of Prowler (OCSF 2004) of its own, one line.  Names: bucket, check,
# at (seconds since 1970), verdict (PASS, FAIL, MANUAL), severity (1 to 5), muted.
prowler() {
	local bucket=isobar-test check=s3_bucket_public_access at=1794355200 verdict=FAIL severity=4 muted=false word
	for word in "$@"; do
		local "${word%%=*}=${word#*=}"
	done
	printf '{"message":"Made for a test.","metadata":{"event_code":"%s","profiles":["cloud","datetime"],' "$check"
	printf '"product":{"name":"Prowler","uid":"prowler","vendor_name":"Prowler","version":"5.12.0"},"version":"1.5.0"},'
	printf '"severity_id":%s,"status":"New","status_id":1,"status_code":"%s","status_detail":"Made for a test.",' \
		"$severity" "$verdict"
	printf '"unmapped":{"categories":[],"compliance":{},"muted":%s,"provider":"aws"},"activity_id":1,' "$muted"
	printf '"finding_info":{"created_time":%s,"title":"Check %s","desc":"","types":[],' "$at" "$check"
	printf '"uid":"prowler-aws-%s-111122223333-eu-west-1-%s"},' "$check" "$bucket"
	printf '"resources":[{"uid":"arn:aws:s3:::%s","name":"%s","type":"AwsS3Bucket","region":"eu-west-1",' "$bucket" "$bucket"
	printf '"labels":[],"group":{"name":"s3"}}],"category_uid":2,"class_name":"Detection Finding","class_uid":2004,'
	printf '"cloud":{"provider":"aws","region":"eu-west-1","account":{"uid":"111122223333","type_id":10}},'
	printf '"remediation":{"desc":"","references":[]},"risk_details":"","time":%s,"type_uid":200401}\n' "$at"
}

# Lines of stdin in a random order that depends on the seed given.
shuffle_by() {
	awk -v seed="$1" 'BEGIN { srand(seed) } { printf "%.12f\t%s\n", rand(), $0 }' |
		sort -n | cut -f 2-
}

[ -n "${ISOBAR_TEST_DSN:-}" ] || skip "needs a PostgreSQL server in ISOBAR_TEST_DSN"
for program in "$isobar" "$scorer"; do
	[ -x "$program" ] || skip "$program is not built"
done
for program in psql jq; do
	command -v "$program" >/dev/null || skip "needs $program"
done
# Nothing of the machine's own Isobar, and a name in messages that the tests know.
unset ISOBAR_DATABASE
export LC_ALL=C.UTF-8 TZ=UTC
test_name=$(basename "$0" .sh)
test_name=${test_name#test_}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/isobar-$test_name.XXXXXX")
out=$tmp/out
err=$tmp/err
code=0
trap clean_up EXIT
trap 'say "FAILED: line $LINENO of $0: $BASH_COMMAND"' ERR
