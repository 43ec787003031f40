#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lists, counts, one risk and ETags say the same of a time though nobody swept: of a risk whose clock runs, of one
# whose acceptance has ended, and of one that the provider owes, whose clock stands still.  And times that no
# calendar of ours has are refused.
test_name=standing
. "$(dirname "$0")/../integration/lib.sh"
. "$(dirname "$0")/api.sh"

t0=1794700800 # 2026-11-15T00:00:00Z: hour 0 of this test

stop_everything() {
	[ -z "$api_pid" ] || kill -KILL "$api_pid" 2>/dev/null || true
	clean_up
}
trap stop_everything EXIT

# at HOURS
at() {
	date -u -d "@$((t0 + $1 * 3600))" +%Y-%m-%dT%H:%M:%SZ
}

# be HOURS: the api and the command line are there at that hour.
be() {
	hour=$1
	stop_api
	start_api --now "$(at "$1")" --rate-limit off --no-access-log
}

# fetch PATH: its ETag into $etag
fetch() {
	ask "$1" -D "$tmp/head"
	etag=$(sed -n 's/^ETag: //p' "$tmp/head" | tr -d '\r')
}

make_db
{
	asff 1 bucket=runs
	asff 2 bucket=accepted
	asff 3 bucket=theirs
	asff 4 bucket=both
} >"$tmp/in.json"
must "$isobar" import --quiet --now "$(at 0)" "$tmp/in.json"
id_of() {
	sql "select r.risk_id from isobar.risk as r join isobar.asset as a using (org_id, asset_id) where a.id like '%$1'"
}
runs=$(id_of runs)
accepted=$(id_of accepted)
theirs=$(id_of theirs)
both=$(id_of both)
# High: due soon at 252, due at 336; ten hours of the accepted one's clock are gone when it stops until 400, so
# that it is due soon at 642 and due at 726.
for id in "$accepted" "$both"; do
	must "$isobar" accept "$id" --until "$(at 400)" --reason later --requested-by ann --approved-by otto --now "$(at 10)"
done
expect "the accepted one" "3 400 642 726" "$(sql "select concat_ws(' ', state,
	(extract(epoch from reopens_at - to_timestamp($t0)) / 3600)::int,
	(extract(epoch from soon_at - to_timestamp($t0)) / 3600)::int,
	(extract(epoch from due_at - to_timestamp($t0)) / 3600)::int) from isobar.risk where risk_id = '$accepted'")"
# As the scorer writes what the provider owes, accepted or not.
sql "update isobar.risk set responsibility = 2 where risk_id = '$both';
     update isobar.risk set responsibility = 2, next_crossing_at = null, warn_at = null, rank = band * 4096 + score
	where risk_id = '$theirs';
     insert into isobar.sla_segment (org_id, risk_id, segment_no, from_at, mode, band, due_at, reason, actor)
     select org_id, risk_id, segment_no + 1, from_at + interval '1 hour', 1, band, due_at, 'provider', 'system'
       from isobar.sla_segment where risk_id = '$theirs'"
token=$(new_token --name vera --expires never)

# The risks of each sla as the queue has them, and how the other answers put it.
queue_of() { # SLA
	ask "/v1/risks?limit=500"
	jq -r ".items[] | select(.sla == \"$1\").id" "$out" | sort | tr '\n' ' '
}
breaches() {
	ask /v1/sla/breaches
	jq -r '.items[] | "\(.id) \(.state) \(.sla)"' "$out" | sed 's/ open breached$//' | sort | tr '\n' ' '
}
counts() { # of band high: open, accepted, breached, due soon
	ask /v1/sla/summary
	jq -r '.now.high | "\(.open) \(.accepted) \(.breached) \(.due_soon)"' "$out"
}
counts_of_cli() {
	must "$isobar" sla summary --json --now "$(at "$hour")"
	jq -r '.now.high | "\(.open) \(.accepted) \(.breached) \(.due_soon)"' "$out"
}
breaches_of_cli() {
	must "$isobar" sla breaches --json --now "$(at "$hour")"
	jq -r .id "$out" | sort | tr '\n' ' '
}

# stand CASE "BREACHED…" "DUE SOON…" COUNTS
stand() {
	local breached soon
	breached=$(printf '%s\n' $2 | sort | tr '\n' ' ')
	soon=$(printf '%s\n' $3 | sort | tr '\n' ' ')
	[ -n "$2" ] || breached=
	[ -n "$3" ] || soon=
	expect "$1: breached in the queue" "$breached" "$(queue_of breached)"
	expect "$1: due soon in the queue" "$soon" "$(queue_of due_soon)"
	expect "$1: breaches" "$breached" "$(breaches)"
	expect "$1: breaches of the command line" "$breached" "$(breaches_of_cli)"
	expect "$1: counts" "$4" "$(counts)"
	expect "$1: counts of the command line" "$4" "$(counts_of_cli)"
}

# all_stand: each time once; an argument tells whether anybody swept
all_stand() {
	be 300
	stand "$1, hour 300" "" "$runs" "2 2 0 1"
	be 337
	stand "$1, hour 337" "$runs" "" "2 2 1 0"
	be 410
	stand "$1, hour 410" "$runs" "" "4 0 1 0"
	be 650
	stand "$1, hour 650" "$runs" "$accepted" "4 0 1 1"
	be 730
	stand "$1, hour 730" "$runs $accepted" "" "4 0 2 0"
}
all_stand unswept
proves "queue, breaches and counts agree at any time without a sweep"

# What the fix closes, and what may be decided.
fix=$(sql "select fix_id from isobar.risk where risk_id = '$accepted'")
if [ -n "$fix" ]; then
	ask "/v1/fixes/$fix/risks"
	expect "the fix closes it" "open breached" \
		"$(jq -r ".items[] | select(.id == \"$accepted\") | \"\(.state) \(.sla)\"" "$out")"
	ask "/v1/risks?limit=500"
	expect "the provider's in the queue" "open paused" \
		"$(jq -r ".items[] | select(.id == \"$both\") | \"\(.state) \(.sla)\"" "$out")"
fi
ask "/v1/risks/$accepted/transitions"
expect "an ended acceptance: state" open "$(jq -r .state "$out")"
expect "an ended acceptance: allowed" true "$(jq '.allowed | index("in_progress") != null' "$out")"
be 390
ask "/v1/risks/$accepted/transitions"
expect "before its end: state" accepted "$(jq -r .state "$out")"
proves "the risks of a fix and what may be decided are as of then"

# moves PATH HOUR HOUR: the ETag of the first hour does not hold at the second; still: it does.
moves() {
	fetch "$1"
	be "$3"
	ask "$1" -H "If-None-Match: $etag"
	expect "$1: ETag of $2 at $3" 200 "$status"
}
still() {
	fetch "$1"
	be "$3"
	ask "$1" -H "If-None-Match: $etag"
	expect "$1: ETag of $2 at $3" 304 "$status"
}
for path in /v1/risks "/v1/risks/$runs" /v1/facets; do
	be 300
	still "$path" 300 301
	moves "$path" 301 337
done
for path in /v1/risks "/v1/risks/$accepted" /v1/facets; do
	be 410
	still "$path" 410 411
	moves "$path" 411 650
	still "$path" 650 651
	moves "$path" 651 730
done
proves "a strong ETag goes when time alone changes the answer, and not before"

# A title is no part of a risk whose worst finding another one is.
be 20
for part in findings explanation why-merged; do
	fetch "/v1/risks/$runs/$part"
	printf '%s' "$etag" >"$tmp/etag-$part"
	ask "/v1/risks/$runs/$part" -H "If-None-Match: $etag"
	expect "$part: unchanged" 304 "$status"
	expect "$part: the version comes first" "$(sql "select version from isobar.risk where risk_id = '$runs'")" \
		"$(sed 's/^"\([0-9]*\)-.*/\1/' "$tmp/etag-$part")"
done
version=$(sql "select version from isobar.risk where risk_id = '$runs'")
sql "update isobar.finding set title = 'Another title', state = 0 where finding_id in
	(select unnest(members) from isobar.risk_explanation where risk_id = '$runs')"
ask "/v1/risks/$runs/findings" -H "If-None-Match: $(cat "$tmp/etag-findings")"
expect "findings after another title" "200 Another title" "$status $(jq -r '.items[0].title' "$out")"
expect "the risk was not written" "$version" "$(sql "select version from isobar.risk where risk_id = '$runs'")"
proves "what shows findings has an ETag of what it says"

# Years that PostgreSQL or RFC 3339 do not have.
for query in "risks?due_before=9999-12-31T23:59:59-23:59" "risks/$runs?as_of=0000-01-01T00:00:00Z" \
	"risks?due_before=0000-01-01T00:00:00Z" "sla/summary?to=0000-01-03" "sla/summary?from=0000-01-03"; do
	ask "/v1/$query"
	expect "$query" 400 "$status"
done
for query in "sla/summary?to=0001-01-03" "sla/summary?from=9990-12-31&to=9999-12-31" \
	"risks?due_before=0001-01-01T00:00:00Z"; do
	ask "/v1/$query"
	expect "$query" 200 "$status"
done
expect "the last day there is" 9999-12-31 "$(ask "/v1/sla/summary?from=9999-12-31&to=9999-12-31" && jq -r .to "$out")"
proves "years outside of 1 to 9999 are a mistake of the caller"

# The end of an acceptance marks a risk to be scored, and it turns out whose duty it is.
must "$scorer" --once --now "$(at 730)"
be 730
stand "swept, hour 730" "$runs $accepted $both" "" "4 0 3 0"
proves "they agree after a sweep, too"

stop_api
done_testing
