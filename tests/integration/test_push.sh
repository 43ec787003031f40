#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is pushed to isobar-api is parsed by isobar-collector: the same findings as `isobar import` of the same
# files, the same words for what cannot be read, gzip or not, complete or not, and nothing twice when
# collectors are killed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../http/api.sh"

collector=$build/collector/isobar-collector
collector_pid=
for program in "$api" "$collector"; do
	[ -x "$program" ] || skip "$program is not built"
done

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	[ -z "$collector_pid" ] || kill -KILL "$collector_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT
export XDG_STATE_HOME=$tmp/state

start_collector() { # [NOW]
	"$collector" --now "${1:-$now}" >>"$tmp/collector.log" 2>&1 &
	collector_pid=$!
}

# end_collector SIGNAL: its exit code in $code
end_collector() {
	code=0
	kill "-$1" "$collector_pid" 2>/dev/null || true
	wait "$collector_pid" 2>/dev/null || code=$?
	collector_pid=
	if grep -qE 'Sanitizer|runtime error:' "$tmp/collector.log"; then
		grep -E -A30 'Sanitizer|runtime error:' "$tmp/collector.log" | sed -n '1,60s/^/    /p'
		fail "isobar-collector" "a sanitizer complains"
	fi
}

# push QUERY FILE [CURL OPTION…]: its id in $id
push() {
	local query=$1 file=$2
	shift 2
	ask "/v1/ingest?$query" -X POST -H 'Content-Type: application/octet-stream' --data-binary "@$file" "$@"
	[ "$status" = 202 ] || fail "push of $file" "$status $(head -c 300 "$out")"
	id=$(jq -r .push_id "$out")
}

# settle ID: waits until it is done or has failed; what the api says of it is in $out
settle() {
	local try
	for ((try = 0; try < 1200; try++)); do
		ask "/v1/pushes/$1"
		case "$(jq -r .state "$out")" in
		done | failed) return ;;
		esac
		sleep 0.1
	done
	fail "push $1" "is still $(jq -r .state "$out")"
}

told() {
	jq -r "$1" "$out"
}

# told_by_import FILE [OPTION…]: what `isobar import` says of a file that it cannot read, without its name
told_by_import() {
	local file=$1
	shift
	run "$isobar" import --no-score --now "$now" "$@" "$file"
	sed -n "s|^isobar import: $file: ||p" "$err"
}

# --- the same as by import ---

mapfile -t files < <(find "$sample" -type f | sort)
tables=(asset finding)
make_db
token=$(new_token --name pia --role integrator)
start_api --rate-limit off --no-access-log
push source=feed "${files[0]}"
ask "/v1/pushes/$id"
expect "before a collector runs" "waiting null" "$(told '.state + " " + (.run | tostring)')"
start_collector
settle "$id"
expect "the first" "done ocsf" "$(told '.state + " " + (.run.format | tostring)')"
n_found=0
for file in "${files[@]}"; do
	case $((n_found % 3)) in
	0) push source=feed "$file" ;;
	1)
		gzip -c "$file" >"$tmp/packed"
		push source=feed "$tmp/packed" -H 'Content-Encoding: gzip'
		;;
	2) # two members, the second begins anywhere
		{
			head -c 1001 "$file" | gzip -c
			tail -c +1002 "$file" | gzip -c
		} >"$tmp/packed"
		push source=feed "$tmp/packed" -H 'Content-Encoding: gzip' -H 'Transfer-Encoding: chunked'
		;;
	esac
	settle "$id"
	expect "$file" "done null" "$(told '.state + " " + (.error | tostring)')"
	n_found=$((n_found + 1))
done
expect "nothing is left in the spool" 0 "$(sql 'select count(*) from isobar.ingest_spool')"
dump_tables "$tmp/pushed" "${tables[@]}"
pushed_db=$ISOBAR_DATABASE

make_db
for file in "${files[0]}" "${files[@]}"; do
	must "$isobar" import --quiet --no-score --source feed --now "$now" "$file"
done
dump_tables "$tmp/imported" "${tables[@]}"
expect_some "findings" "$(grep -c . "$tmp/imported/finding")"
expect_same_dumps "pushed and imported" "$tmp/pushed" "$tmp/imported" "${tables[@]}"
export ISOBAR_DATABASE=$pushed_db
expect_read_again "pushed"
proves "what is pushed is stored as what is imported"

# --- what the run counted ---

for ((i = 1; i <= 3; i++)); do
	asff "$i" "bucket=b-$i"
done | sed 's/eu-west-1/eu-north-1/g' >"$tmp/three.ndjson" # a scope of their own
head -n 2 "$tmp/three.ndjson" >"$tmp/two.ndjson"
counts='[.state, .run.format, .run.records, .run.findings, .run.new, .run.changed, .run.unchanged, .run.closed, .run.quarantined] | join(" ")'
push source=hub "$tmp/three.ndjson"
settle "$id"
expect "three" "done asff 3 3 3 0 0 0 0" "$(told "$counts")"
push source=hub "$tmp/three.ndjson"
settle "$id"
expect "three again" "done asff 3 3 0 0 3 0 0" "$(told "$counts")"
push source=hub "$tmp/two.ndjson"
settle "$id"
expect "two of them" "done asff 2 2 0 0 2 0 0" "$(told "$counts")"
end_collector TERM
expect "isobar-collector ends with 0" 0 "$code"
start_collector 2026-11-15T07:00:00Z
push 'source=hub&complete=true&format=asff' "$tmp/two.ndjson"
settle "$id"
expect "two of them, complete" "done asff 2 2 0 0 2 1 0" "$(told "$counts")"
expect "closed by absence, by its run" "2|$(told .run.id)" \
	"$(sql "select f.closed_by, f.run_id from isobar.finding as f join isobar.asset as a using (org_id, asset_id)
	         where a.id = 'arn:aws:s3:::b-3' and f.state = 1")"
{
	cat "$tmp/two.ndjson"
	printf '{"SchemaVersion":"2018-10-08"}\n'
} >"$tmp/bad.ndjson"
push source=hub "$tmp/bad.ndjson"
settle "$id"
expect "a bad record" "done asff 3 2 0 0 2 0 1" "$(told "$counts")"
proves "counts, closing by proof, quarantine"

# --- what cannot be read ---

# refused CASE FILE QUERY [IMPORT OPTION…]
refused() {
	local name=$1 file=$2 query=$3 said
	shift 3
	push "source=hub$query" "$file"
	settle "$id"
	expect "$name: state" "failed null" "$(told '.state + " " + (.run | tostring)')"
	said=$(told .error)
	[ -n "$said" ] || fail "$name" "nothing is said"
	expect "$name: words" "$(told_by_import "$file" "$@")" "$said"
}

before=$(sql 'select count(*) from isobar.finding')
head -c 400 "$tmp/three.ndjson" >"$tmp/cut"
printf '<html>\n' >"$tmp/html"
printf '{"hello":"world"}\n' >"$tmp/unknown"
printf '[]' >"$tmp/list"
{
	head -n 1 "$tmp/three.ndjson"
	printf '{"SchemaVersion":"2018'
} >"$tmp/broken"
refused "cut" "$tmp/cut" ''
refused "breaks off behind a record" "$tmp/broken" ''
refused "HTML" "$tmp/html" ''
refused "an unknown shape" "$tmp/unknown" ''
refused "an empty list" "$tmp/list" ''
refused "another format" "$tmp/three.ndjson" '&format=gcp-scc' --format gcp-scc
push 'source=hub&format=no-such' "$tmp/three.ndjson"
settle "$id"
expect "no format" 'failed there is no format "no-such"' "$(told '.state + " " + .error')"
gzip -c "$tmp/three.ndjson" | head -c 200 >"$tmp/packed"
push source=hub "$tmp/packed" -H 'Content-Encoding: gzip'
settle "$id"
expect "gzip that is cut" 'failed gzip: the file breaks off' "$(told '.state + " " + .error')"
push source=hub "$tmp/three.ndjson" -H 'Content-Encoding: gzip'
settle "$id"
expect "no gzip" 'failed gzip: incorrect header check' "$(told '.state + " " + .error')"
expect "nothing of it is stored" "$before" "$(sql 'select count(*) from isobar.finding')"
expect "nothing is left of it" 0 "$(sql 'select count(*) from isobar.ingest_spool')"
proves "what cannot be read fails with the words of isobar import"

# --- several orgs, and the end ---

must "$isobar" org create other
mine=$token
token=$(new_token --org other --name olga --role integrator)
push source=hub "$tmp/three.ndjson"
theirs=$id
settle "$theirs"
expect "another org" "done asff 3 3 3 0 0 0 0" "$(told "$counts")"
token=$mine
end_collector TERM
push source=hub "$tmp/three.ndjson"
must "$collector" --once --now "$now"
ask "/v1/pushes/$id"
expect "--once" done "$(told .state)"
proves "pushes of every org; --once takes what waits"
stop_api

# --- collectors that die ---

for ((i = 0; i < 200; i++)); do
	asff "N$i" "bucket=c-$i" "control=S3.$((i % 9))"
done >"$tmp/some.ndjson"
for ((i = 0; i < 160; i++)); do
	sed "s/finding\/N/finding\/$i-/; s/:::c-/:::c$i-/" "$tmp/some.ndjson"
done >"$tmp/large.ndjson"
make_db
must "$isobar" import --quiet --no-score --source hub --now "$now" "$tmp/large.ndjson"
dump_tables "$tmp/imported" "${tables[@]}"

# kill_amid TIMES: a push whose first so many collectors die amid it; its id in $id
kill_amid() {
	local times=$1 try n
	push source=hub "$tmp/large.ndjson"
	for ((n = 1; n <= times; n++)); do
		start_collector
		for ((try = 0; try < 300; try++)); do
			[ "$(sql "select state || ' ' || n_tries from isobar.push where push_id = '$id'")" != "2 $n" ] || break
			sleep 0.01
		done
		sleep "0.$((RANDOM % 3 + 1))"
		expect "death $n: amid it" 2 "$(sql "select state from isobar.push where push_id = '$id'")"
		end_collector KILL
	done
}

for times in 1 2; do
	make_db
	token=$(new_token --name pia --role integrator)
	start_api --rate-limit off --no-access-log
	kill_amid "$times"
	start_collector
	settle "$id"
	expect "$times deaths: findings" "done 32000 0" "$(told '[.state, .run.findings, .run.quarantined] | join(" ")')"
	expect "$times deaths: new or stored by the one before" 32000 "$(told '.run.new + .run.unchanged')"
	dump_tables "$tmp/pushed" "${tables[@]}"
	expect_same_dumps "$times deaths" "$tmp/pushed" "$tmp/imported" "${tables[@]}"
	end_collector TERM
	stop_api
done
make_db
token=$(new_token --name pia --role integrator)
start_api --rate-limit off --no-access-log
kill_amid 3
# A server that is slow to notice the last death: the next collector has looked before it does.
sql 'select pg_sleep(3)' >/dev/null &
for ((try = 0; try < 100; try++)); do
	asleep=$(sql "select max(pid) from pg_stat_activity where query = 'select pg_sleep(3)' and datname = current_database()")
	[ -z "$asleep" ] || break
	sleep 0.01
done
sql "update isobar.push set backend_pid = $asleep where push_id = '$id'"
start_collector
settle "$id"
expect "three deaths" "failed the collector ended while it read this, 3 times" "$(told '.state + " " + .error')"
expect "three deaths: nothing is left in the spool" 0 "$(sql 'select count(*) from isobar.ingest_spool')"
end_collector TERM
stop_api
proves "a collector that is killed amid a push loses nothing and stores nothing twice"
done_testing
