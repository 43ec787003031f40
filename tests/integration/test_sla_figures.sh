#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The figures of the SLA, the feed of events and the history of a risk, by a few risks whose times can be
# counted by hand.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

t0=1793577600 # 2026-11-02T00:00:00Z, a Monday

# at HOURS
at() {
	date -u -d "@$((t0 + $1 * 3600))" +%Y-%m-%dT%H:%M:%SZ
}

# put HOURS NUMBER LABEL [name=value…]: what the source says of a bucket then
put() {
	local hours=$1 number=$2 label=$3
	shift 3
	asff "$number" bucket="figures-$number" label="$label" updated="$(at "$hours")" "$@" >"$tmp/in.json"
	must "$isobar" import --quiet --now "$(at "$hours")" "$tmp/in.json"
}

risk_of() {
	sql "select risk_id from isobar.risk join isobar.asset using (org_id, asset_id) where id = 'arn:aws:s3:::figures-$1'"
}

# sla HOURS FILTER VERB [OPTION…]
sla() {
	local hours=$1 filter=$2
	shift 2
	must "$isobar" sla "$@" --json --now "$(at "$hours")"
	jq --raw-output "$filter" "$out" | paste --serial --delimiters ';'
}

make_db
run "$isobar" sla summary --now "$(at 0)"
expect_code "a summary of nothing" 0
expect "nothing is resolved" null "$(sla 0 .all.breach_rate summary)"
expect "no event" "" "$("$isobar" events --json)"
expect "nothing to come" "" "$(sla 0 .day forecast)"
expect "nothing overdue" "" "$(sla 0 .id breaches)"

# All of band high: 336 hours.  1 is resolved after 100 hours, 2 after 320 (in the last tenth), 3 after
# 400, 4 is resolved and back after 10 hours, 5 stays.
for i in 1 2 3 4 5; do
	put 0 "$i" HIGH
done
expect "all are high" 5 "$(sql 'select count(*) from isobar.risk where band = 2')"
put 100 1 HIGH compliance=PASSED
put 150 4 HIGH compliance=PASSED
put 160 4 HIGH
put 320 2 HIGH compliance=PASSED
expect "forecast" "2026-11-16:high:3:0" "$(sla 321 '"\(.day):\(.band):\(.breaches):\(.acceptances)"' forecast)"
expect "nothing is overdue yet" "" "$(sla 336 .id breaches)"
expect "overdue, the oldest first" "$(printf '%s\n' "$(risk_of 3)" "$(risk_of 5)" | sort | paste -s -d ';');$(risk_of 4)" \
	"$(sla 350 .id breaches)"
first=$(sla 350 '"\(.due_at),\(.id)"' breaches --limit 1)
expect "overdue, the next page" "$(printf '%s\n' "$(risk_of 3)" "$(risk_of 5)" | sort | tail -n 1);$(risk_of 4)" \
	"$(sla 350 .id breaches --after "$first")"
expect "now, not swept" "3 0" "$(sla 350 '"\(.now.high.breached) \(.now.high.due_soon)"' summary)"
expect "now, due soon" "0 3" "$(sla 300 '"\(.now.high.breached) \(.now.high.due_soon)"' summary)"
must "$scorer" --once --now "$(at 350)"
expect "now, swept" "3 0 3" "$(sla 350 '"\(.now.high.breached) \(.now.high.due_soon) \(.now.high.open)"' summary)"
proves "what is overdue and due soon, whether swept or not"

put 400 3 HIGH compliance=PASSED
expect "counts" "5 1 4 3 1 0.25 3 1 0 1" \
	"$(sla 401 '.all | "\(.opened) \(.reopened) \(.resolved) \(.met) \(.missed) \(.breach_rate) \(.breached) \(.flapped) \(.repeated) \(.late)"' summary)"
# 100, 150, 320 and 400 hours.
expect "mean is exact" $((3600 * (100 + 150 + 320 + 400) / 4)) "$(sla 401 .all.resolve.mean_seconds summary)"
near() {
	awk -v got="$2" -v want="$3" 'BEGIN { exit !(got >= want * 0.99 && got <= want * 1.01) }' ||
		fail "$1" "wanted $3 within a hundredth, got $2"
}
near "median" "$(sla 401 .all.resolve.median_seconds summary)" $((150 * 3600))
near "p90" "$(sla 401 .all.resolve.p90_seconds summary)" $((320 * 3600))
expect "nobody took anything up" "0 null" "$(sla 401 '.all.acknowledge | "\(.n) \(.mean_seconds)"' summary)"
proves "what happened, and how long it took"

expect "by week" "2026-11-02 5 2;2026-11-09 0 1;2026-11-16 0 1" \
	"$(sla 401 '.items[] | "\(.key) \(.opened) \(.resolved)"' summary --by week)"
expect "by band" "high 5" "$(sla 401 '.items[] | "\(.key) \(.opened)"' summary)"
expect "by provider" "aws 5" "$(sla 401 '.items[] | "\(.key) \(.opened)"' summary --by provider)"
expect "by owner" "null 5" "$(sla 401 '.items[] | "\(.key) \(.opened)"' summary --by owner)"
expect "a week alone" "5 0" "$(sla 401 '"\(.all.opened) \(.all.missed)"' summary --from 2026-11-04 --to 2026-11-04)"
expect "its days" "2026-11-02 2026-11-08" "$(sla 401 '"\(.from) \(.to)"' summary --from 2026-11-04 --to 2026-11-04)"
run "$isobar" sla summary --from 2026-13-01
expect_code "no day" 2
run "$isobar" sla summary --from 2026-11-20 --to 2026-11-02
expect_code "ends before it begins" 2
run "$isobar" sla summary --by colour
expect_code "no such split" 2
run "$isobar" sla breaches --after yesterday
expect_code "no such place" 2
proves "the figures by part and period"

# The feed and the history.
must "$isobar" events --json --limit 1000
cp "$out" "$tmp/events"
expect "numbered without a gap" "$(jq .seq "$tmp/events" | wc -l)" "$(jq .seq "$tmp/events" | tail -n 1)"
expect "all events" "$(sql 'select count(*) from isobar.risk_event')" "$(wc -l <"$tmp/events")"
must "$isobar" events --json --after 3 --limit 4
expect "a page" "4;5;6;7" "$(jq .seq "$out" | paste -s -d ';')"
run "$isobar" events --after -1
expect_code "no such number" 2
must "$isobar" history --json "$(risk_of 4)"
expect "the history of a risk" "opened:open;resolved:resolved;reopened:open;due_soon:open;breached:open" \
	"$(jq --raw-output 'select(.id) | "\(.kind):\(.state)"' "$out" | paste -s -d ';')"
jq --compact-output --arg id "$(risk_of 4)" 'select(.risk_id == $id)' "$tmp/events" >"$tmp/of-risk"
jq --compact-output 'select(.id) | del(.comment, .from, .to, .changes)' "$out" >"$tmp/history"
expect_same "the feed and the history say the same" "$tmp/of-risk" "$tmp/history"
must "$isobar" history "$(risk_of 4 | cut -c 1-8)"
grep -q breached "$out" || fail "history as a table" "$(cat "$out")"
run "$isobar" history ffffffff
expect_code "no such risk" 1
proves "the feed and the history of a risk"

done_testing
