#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The history of a risk: one line of time out of its events, scores, clock and names, and what moved each
# score with where that came from.
. "$(dirname "$0")/lib.sh"

t0=1794700800 # 2026-11-15T00:00:00Z: hour 0 of this test

# at HOURS [MINUTES]
at() {
	date -u -d "@$((t0 + $1 * 3600 + ${2:-0} * 60))" +%Y-%m-%dT%H:%M:%SZ
}

image() { # HOURS SEVERITY
	printf '{"SchemaVersion":2,"CreatedAt":"%s","ArtifactName":"registry.example.com/shop/web:1",' "$(at "$1" -10)"
	printf '"ArtifactType":"container_image","Results":[{"Target":"web:1 (debian 12.1)","Class":"os-pkgs","Type":"debian",'
	printf '"Vulnerabilities":[{"VulnerabilityID":"CVE-2026-0001","PkgName":"liba","InstalledVersion":"1.0",'
	printf '"Severity":"%s","Title":"Made for a test"}]}]}\n' "$2"
}

epss() { # DAY VALUE
	printf '#model_version:v2026.01.01,score_date:%sT00:00:00Z\ncve,epss,percentile\nCVE-2026-0001,%s,0.5\n' "$1" "$2"
}

# line HOURS FILTER: of the entries at that hour, in $out of the last history
line() {
	jq -r --arg at "$(at "$1")" "select(.at == \$at) | $2" "$tmp/history" | paste -s -d ';'
}

history() { # RISK NOW
	must "$isobar" history --json --now "$2" "$1"
	cp "$out" "$tmp/history"
}

make_db
image 0 MEDIUM >"$tmp/image.json"
must "$isobar" import --quiet --now "$(at 0)" "$tmp/image.json"
id=$(sql 'select risk_id from isobar.risk')
was=$(sql 'select score from isobar.risk')
epss 2026-11-15 0.90000 >"$tmp/epss.csv"
must "$isobar" intel load --quiet --now "$(at 1)" "$tmp/epss.csv"
printf 'asset,field,level,reason\n%s,criticality,mission_critical,the shop\n' \
	"$(sql 'select id from isobar.asset')" >"$tmp/context.csv"
must "$isobar" context load --quiet --now "$(at 2)" "$tmp/context.csv"
image 3 CRITICAL >"$tmp/image.json"
must "$isobar" import --quiet --now "$(at 3)" "$tmp/image.json"
must "$isobar" transition "$id" --to in_progress --reason 'we take it up' --actor ann --now "$(at 4)"
must "$isobar" accept "$id" --until "$(at 7)" --reason 'until the release' --requested-by ann --approved-by bob \
	--now "$(at 5)"
must "$scorer" --once --now "$(at 9)"
must "$isobar" extend "$id" --due "$(at 4000)" --reason 'no patch yet' --actor ann --approved-by bob --now "$(at 10)"

must "$scorer" --once --now "$(at 11)"
history "$id" "$(at 11)"
expect "opened" "opened - open;clock - running" "$(line 0 '"\(.kind) \(.from // "-") \(.to)"')"
expect "a feed moves it: kind and cause" "score_changed feed" \
	"$(line 1 'select(.kind == "score_changed") | "\(.kind) \(.cause)"')"
expect "a feed moves it: what" "likelihood feed true" "$(line 1 '.changes[]? | select(.factor != "policy")
	| "\(.factor) \(.cause) \(.points_to > .points_from)"')"
expect "a feed moves it: before and after" "epss 0.90000" "$(line 1 '.changes[]? | select(.factor == "likelihood") | .to')"
expect "from the first score" "$was" "$(line 1 'select(.kind == "score_changed") | .from')"
expect "the asset moves it" "asset criticality asset" \
	"$(line 2 'select(.kind == "score_changed") | "\(.cause) \(.changes[0].factor) \(.changes[0].cause)"')"
expect "its evidence moves it" "evidence severity evidence" \
	"$(line 3 'select(.kind == "score_changed") | "\(.cause) \(.changes[0].factor) \(.changes[0].cause)"')"
expect "each change adds up" true "$(jq -s 'map(select(.kind == "score_changed")
	| (.to - .from) == ([.changes[] | .points_to - .points_from] | add)) | length == 3 and all' "$tmp/history")"
expect "one score follows the other" true "$(jq -s --argjson last "$(sql 'select score from isobar.risk')" \
	'[.[] | select(.kind == "score_changed")] as $s
	| all(range(1; $s | length); $s[. - 1].to == $s[.].from) and $s[-1].to == $last' "$tmp/history")"
proves "what moved a score, and where that came from"

expect "taken up" "state_changed open in_progress ann taken_up we take it up" "$(line 4 'select(.kind == "state_changed")
	| "\(.kind) \(.from) \(.to) \(.actor) \(.reason) \(.comment)"')"
expect "accepted" "in_progress accepted bob until the release" "$(line 5 'select(.kind == "state_changed")
	| "\(.from) \(.to) \(.actor) \(.comment)"')"
expect "by an acceptance" "$(sql 'select acceptance_id from isobar.acceptance')" \
	"$(line 5 'select(.kind == "state_changed") | .cause')"
expect "the clock pauses" "running paused" "$(line 5 'select(.kind == "clock") | "\(.from) \(.to)"')"
expect "it ends by its date, and the clock runs on" "state_changed accepted open system;clock paused running bob" \
	"$(line 7 '"\(.kind) \(.from) \(.to) \(.actor)"')"
expect "extended" "$(at 4000) bob no patch yet" "$(line 10 'select(.kind == "due_changed") | "\(.to) \(.actor) \(.comment)"')"
expect "band changes say from where" true "$(jq -s '[.[] | select(.kind == "band_changed")]
	| length > 0 and all(.from != null and .from != .to and .band == .to)' "$tmp/history")"
expect "in the order of time" true "$(jq -s '[.[].at] | . == sort' "$tmp/history")"
must "$isobar" events --json --limit 1000
jq -c --arg id "$id" 'select(.risk_id == $id)' "$out" >"$tmp/events"
jq -c 'select(.id) | del(.comment, .from, .to, .changes)' "$tmp/history" >"$tmp/of-history"
expect_same "its events are those of the feed" "$tmp/events" "$tmp/of-history"
proves "events with their actors, reasons and words, and the clock"

# What is planned is no history yet.
must "$isobar" accept "$id" --until "$(at 300)" --reason 'again' --requested-by ann --approved-by bob --now "$(at 12)"
history "$id" "$(at 13)"
expect "nothing of later" 0 "$(jq -s --arg now "$(at 13)" '[.[] | select(.at > $now)] | length' "$tmp/history")"
history "$id" "$(at 301)"
expect_some "it comes" "$(line 300 '.kind' | grep -c clock)"

# For people.
must "$isobar" history --now "$(at 13)" "$(cut -c 1-8 <<<"$id")"
for word in 'score_changed' 'feed: likelihood epss' 'taken_up: we take it up' 'open -> in_progress' '-> open'; do
	grep -qF -- "$word" "$out" || fail "history as a table" "no \"$word\": $(cat "$out")"
done
proves "for people"

# Another name of its asset: where the risk goes on, and since when.
make_db
record() { # NUMBER ID
	asff "$1" control=Glue.1 | jq -c --arg id "$2" '.Resources[0] |= (.Type = "AwsKendraIndex" | .Id = $id)'
}
record 1 nightly >"$tmp/short.json"
record 2 arn:aws:kendra:eu-west-1:111122223333:index/nightly >"$tmp/full.json"
must "$isobar" import --quiet --now "$(at 0)" "$tmp/short.json"
must "$isobar" import --quiet --now "$(at 1)" "$tmp/full.json"
must "$isobar" import --quiet --now "$(at 2)" "$tmp/short.json"
history "$(sql 'select risk_id from isobar.risk_alias')" "$(at 3)"
expect "renamed" "$(at 1) $(sql "select 'renamed ' || fingerprint || ' ' || risk_id from isobar.risk_alias")" \
	"$(jq -r 'select(.kind == "alias") | "\(.at) \(.reason) \(.from) \(.to)"' "$tmp/history")"
proves "names that lead to it"

# Two risks that turn out to be one, as the scorer writes it.
sql "insert into isobar.risk_alias (org_id, fingerprint, risk_id, reason, valid_from)
	select org_id, '00000000-0000-4000-8000-000000000001', risk_id, 2, '$(at 5)' from isobar.risk_alias"
asff 3 control=Glue.1 label=CRITICAL "updated=$(at 4)" |
	jq -c '.Resources[0] |= (.Type = "AwsKendraIndex" | .Id = "arn:aws:kendra:eu-west-1:111122223333:index/nightly")' >"$tmp/third.json"
must "$isobar" import --quiet --now "$(at 5)" "$tmp/third.json"
history "$(sql 'select distinct risk_id from isobar.risk_alias')" "$(at 6)"
expect "a merge at the same time is named beside the evidence" "evidence+merge" \
	"$(line 5 'select(.kind == "score_changed") | .cause')"
proves "a score that moved with a merge says so"

# Rows from before points and bases were kept.
sql "update isobar.score_history set points = null, basis = null, version = -1"
history "$(sql 'select distinct risk_id from isobar.risk_alias')" "$(at 6)"
expect "what was not kept is null" "severity null" \
	"$(line 5 '.changes[]? | select(.factor == "severity") | "\(.factor) \(.points_from)"')"
proves "rows from before are readable"

done_testing
