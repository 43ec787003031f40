#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Faults of providers, one at a time, with every connector: what passes leaves the tables that a run
# without a fault leaves, byte for byte; what does not pass fails its part, closes nothing, and is made
# good by the next run (docs/collecting.md).
#   test_faults.sh BUILD [CONNECTOR [FAULT…]]   without them a sample by seed; ISOBAR_TEST_ALL=1: all
. "$(dirname "$0")/lib.sh"

first=2026-11-25T06:00:00Z
second=2026-11-25T18:00:00Z
third=2026-11-26T06:00:00Z
tables=(asset control_state finding source_scope)
connectors=(azure aws gcp oci)
passing=(throttle-seconds throttle-date throttle-bare unavailable-twice reset truncated html gzip chunked
	drip huge skew expire empty-middle empty-last)
lasting=(fail-page-2 repeat-token wrong-secret)
declare -A scales=([azure]=1500 [aws]=1500 [gcp]=1500 [oci]=5000) # several pages of each listing

declare -A own=([azure]="row-twice sign-in-busy token-expired error-in-200" [aws]="token-expired overlap" [gcp]="" [oci]="")
declare -A own_lasting=([azure]="foreign-link result-truncated denied" [aws]="denied" [gcp]="" [oci]="")

change() { # the estate of the second day
	sim POST change '{"name":"flip","args":{"n":20}}' >/dev/null
	sim POST change '{"name":"delete","args":{"n":6}}' >/dev/null
}

# reference CONNECTOR: the tables of days without faults, in $tmp/CONNECTOR.1 and .2.
reference() {
	local connector=$1
	make_db
	cloud "$connector" --seed 7 --scale "${scales[$connector]}"
	add_source live "$connector"
	collect "$first"
	expect_code "$connector: first run" 0
	expect "$connector: first run" "1" "$(last_run state)"
	expect_truth "$connector: first run"
	dump_tables "$tmp/$connector.1" "${tables[@]}"
	change
	collect "$second"
	expect "$connector: second run" "1" "$(last_run state)"
	expect_some "$connector: second run closes" "$(last_run n_closed)"
	expect_truth "$connector: second run"
	dump_tables "$tmp/$connector.2" "${tables[@]}"
	stop_clouds
	proves "$connector: two days without a fault leave what the estate holds"
}

passes() { # CONNECTOR FAULT
	make_db
	cloud "$1" --seed 7 --scale "${scales[$1]}" --fault "$2"
	add_source live "$1"
	collect "$first"
	expect_code "$1 $2" 0
	expect "$1 $2: the run is done" "1" "$(last_run "state, error")"
	dump_tables "$tmp/passes" "${tables[@]}"
	expect_same_dumps "$1 $2" "$tmp/$1.1" "$tmp/passes" "${tables[@]}"
	stop_clouds
	proves "$1: $2 leaves the tables of a run without it"
}

lasts() { # CONNECTOR FAULT
	local name=$2 closed
	make_db
	cloud "$1" --seed 7 --scale "${scales[$1]}"
	add_source live "$1"
	collect "$first"
	change
	sim POST fault "{\"name\":\"$name\",\"times\":null}" >/dev/null
	sim DELETE ledger >/dev/null
	collect "$second"
	expect_code "$1 $2: the collector goes on" 0
	[ "$(last_run state)" != 1 ] || fail "$1 $2" "the run claims to be done"
	closed=$(sql "select count(*) from isobar.finding where closed_by = 2 and run_id = (select max(run_id) from isobar.run)
	               and scope_id in (select scope_id from isobar.source_scope where state <> 1)")
	expect "$1 $2: closed in scopes that are not complete" 0 "$closed"
	if [ "$name" = wrong-secret ]; then
		[ "$(sim GET ledger | jq -s 'flatten | map(select(.data | not)) | length')" -le 4 ] ||
			fail "$1 $2" "a storm of sign-ins"
		expect_some "$1 $2: says why" "$(sql "select count(*) from isobar.run where error is not null and error <> ''")"
	fi
	grep -qF -e "$(cat "$tmp"/secret.* | sed '/^-----/d' | head -n 1 | cut -c 1-40)" "$err" && fail "$1 $2" "a secret is in the log"
	sim DELETE fault >/dev/null
	collect "$second"
	expect "$1 $2: the next run is done" "1" "$(last_run "state, error")"
	dump_tables "$tmp/lasts" "${tables[@]}"
	expect_same_dumps "$1 $2" "$tmp/$1.2" "$tmp/lasts" "${tables[@]}"
	stop_clouds
	proves "$1: $2 closes nothing, and the next run makes it good"
}

[ $# -lt 2 ] || connectors=("$2")
wanted=("${@:3}")
say "seed $seed"
n=0

is_wanted() { # FAULT: named, or in the sample
	n=$((n + 1))
	if [ ${#wanted[@]} -gt 0 ]; then
		[[ " ${wanted[*]} " == *" $1 "* ]]
	elif [ -z "${ISOBAR_TEST_ALL:-}" ]; then
		[ $(((n + seed) % 6)) -eq 0 ]
	fi
}

for connector in "${connectors[@]}"; do
	reference "$connector"
	for fault in "${passing[@]}" ${own[$connector]}; do
		! is_wanted "$fault" || passes "$connector" "$fault"
	done
	for fault in "${lasting[@]}" ${own_lasting[$connector]}; do
		! is_wanted "$fault" || lasts "$connector" "$fault"
	done
done
done_testing
