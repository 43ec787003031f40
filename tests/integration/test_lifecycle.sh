#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The life of a risk as files come in day by day: closed by proof, opened again under its old id,
# muted, moved from band to band, and what that does to its clock (docs: lifecycle and SLA).
. "$(dirname "$0")/lib.sh"

t0=1794700800 # 2026-11-15T00:00:00Z: hour 0 of this test

# at HOURS: a time that many hours after the first import
at() {
	date -u -d "@$((t0 + $1 * 3600))" +%Y-%m-%dT%H:%M:%SZ
}

# take HOURS RECORD…: imports the records, which come from files of the test, at that hour.
take() {
	local hour=$1
	shift
	"$@" >"$tmp/in.ndjson"
	must "$isobar" import --json --quiet --now "$(at "$hour")" "$tmp/in.ndjson"
}

hub() { # HOURS NUMBER [name=value…]: of Security Hub, stamped an hour before it is taken
	take "$1" asff "$2" "updated=$(at "$(($1 - 1))")" "${@:3}"
}

scan() { # HOURS [name=value…]: of Prowler
	take "$1" prowler "at=$((t0 + ($1 - 1) * 3600))" "${@:2}"
}

# risk BUCKET COLUMN…: of the only risk on it
risk() {
	sql "select concat_ws(' ', ${2}) from isobar.risk as r join isobar.asset as a using (org_id, asset_id)
	      where a.id = 'arn:aws:s3:::$1'"
}

due() { # BUCKET: hours after the first import
	risk "$1" "round(extract(epoch from due_at - to_timestamp($t0)) / 3600, 3)::float8"
}

clock() { # BUCKET: "hour mode band;" of its ledger: 0 running, 1 paused, 2 stopped
	sql "select string_agg(concat_ws(' ', (extract(epoch from from_at - to_timestamp($t0)) / 3600)::int, s.mode, s.band),
	                       ';' order by s.segment_no)
	       from isobar.sla_segment as s join isobar.risk as r using (org_id, risk_id)
	       join isobar.asset as a using (org_id, asset_id) where a.id = 'arn:aws:s3:::$1'"
}

events() { # BUCKET: "kind@hour" of its events: 0 opened, 1 band, 2 state, 3 resolved, 4 opened again, 9 due
	sql "select string_agg(e.kind || '@' || (extract(epoch from e.at - to_timestamp($t0)) / 3600)::int,
	                       ' ' order by e.at, e.kind)
	       from isobar.risk_event as e join isobar.risk as r using (org_id, risk_id)
	       join isobar.asset as a using (org_id, asset_id) where a.id = 'arn:aws:s3:::$1'"
}

make_db

# Open, closed by a pass, open again within a day, closed, open again after more than a day.
hub 0 1 bucket=life
id=$(risk life risk_id)
expect "opened: state, open, band" "0 t 2" "$(risk life 'state, open, band')"
expect "opened: due" 336 "$(due life)"
expect "opened: clock" "0 0 2" "$(clock life)"
hub 24 1 bucket=life compliance=PASSED
expect "a pass: closed" 1 "$(jq .closed "$out")"
expect "a pass: state, open" "6 f" "$(risk life 'state, open')"
expect "a pass: resolved when" "$(at 24)" "$(date -u -d "$(risk life resolved_at)" +%Y-%m-%dT%H:%M:%SZ)"
expect "a pass: the run that proved it" "$(sql 'select max(run_id) from isobar.run')" "$(risk life proof_run_id)"
expect "a pass: clock" "0 0 2;24 2 2" "$(clock life)"
expect "a pass: control state" "0" "$(sql "select state from isobar.control_state")"
expect "a pass: open risks in the queue" 0 "$(must "$isobar" queue --json --now "$(at 24)"; wc -l <"$out")"
expect "a pass: finding, and who closed it" "1 1" "$(sql "select concat_ws(' ', state, closed_by) from isobar.finding")"
proves "a pass closes the finding and resolves the risk, with the run as proof, and stops its clock"

hub 36 1 bucket=life
expect "again within a day: the same risk" "$id" "$(risk life risk_id)"
expect "again within a day: state, open, resolved, proof" "0 t" "$(risk life 'state, open, resolved_at, proof_run_id')"
expect "again within a day: due, the stopped time not counted" 348 "$(due life)"
expect "again within a day: clock" "0 0 2;24 2 2;36 0 2" "$(clock life)"
expect "again within a day: control state" "1" "$(sql "select state from isobar.control_state")"
hub 60 1 bucket=life compliance=PASSED
hub 90 1 bucket=life
expect "again after more than a day: the same risk" "$id" "$(risk life risk_id)"
expect "again after more than a day: due" $((90 + 336)) "$(due life)"
expect "events" "0@0 3@24 4@36 3@60 4@90" "$(events life)"
expect "explained: the clock" "running stopped running stopped running" \
	"$(must "$isobar" explain --json --now "$(at 90)" "$id"; jq -r '[.clock[].mode] | join(" ")' "$out")"
proves "what is seen again keeps its id; its clock goes on within 24 hours and begins anew after that"

# Muted and back.
hub 100 2 bucket=mute
hub 110 2 bucket=mute workflow=SUPPRESSED
expect "muted: state, open" "5 f" "$(risk mute 'state, open')"
expect "muted: clock" "100 0 2;110 1 2" "$(clock mute)"
expect "muted: in the queue" 0 "$(must "$isobar" queue --json --now "$(at 110)"; grep -c '"arn:aws:s3:::mute"' "$out" || true)"
hub 130 2 bucket=mute workflow=NEW
expect "unmuted: state, open" "0 t" "$(risk mute 'state, open')"
expect "unmuted: due, the pause not counted" $((100 + 336 + 20)) "$(due mute)"
expect "muted and back: events" "0@100 2@110 2@130" "$(events mute)"
proves "a finding muted at its source suspends risk and clock, and both come back"

# Bands: medium is due after 2,160 hours, high after 336.
hub 200 3 bucket=up_late label=LOW
expect "medium: band" 1 "$(risk up_late band)"
expect "medium: due" $((200 + 2160)) "$(due up_late)"
hub 2100 3 bucket=up_late label=HIGH
expect "up, late: band" 2 "$(risk up_late band)"
expect "up, late: the old due time, being earlier" $((200 + 2160)) "$(due up_late)"
hub 200 4 bucket=up label=LOW
hub 224 4 bucket=up label=HIGH
expect "up: the new due time, being earlier" $((224 + 336)) "$(due up)"
expect "up: since when in the band" "$(at 224)" "$(date -u -d "$(risk up band_since)" +%Y-%m-%dT%H:%M:%SZ)"
hub 248 4 bucket=up label=LOW
expect "down: band" 1 "$(risk up band)"
expect "down: the longer window from its own start" $((200 + 2160)) "$(due up)"
expect "up and down: clock" "200 0 1;224 0 2;248 0 1" "$(clock up)"
expect "up and down: events" "0@200 1@224 9@224 1@248 9@248" "$(events up)"
expect "up and down: former scores" 2 "$(sql "select count(*) from isobar.score_history join isobar.risk as r
	using (org_id, risk_id) join isobar.asset as a using (org_id, asset_id) where a.id = 'arn:aws:s3:::up'")"
proves "up takes the earlier due time, down the longer window, each recorded"

# An older record does not overwrite a newer one, neither by its content nor by its verdict.
take 300 asff 5 bucket=old label=HIGH "updated=$(at 299)"
take 310 asff 5 bucket=old label=LOW "updated=$(at 250)"
expect "an older record: new, changed, closed" "[0,0,0]" "$(jq -c '[.new, .changed, .closed]' "$out")"
expect "an older record: severity" 80 "$(sql "select f.sev100 from isobar.finding as f join isobar.asset as a
	using (org_id, asset_id) where a.id = 'arn:aws:s3:::old'")"
take 311 asff 5 bucket=old compliance=PASSED "updated=$(at 260)"
expect "an older pass: closed" 0 "$(jq .closed "$out")"
expect "an older pass: state, open, band" "0 t 2" "$(risk old 'state, open, band')"
take 312 asff 5 bucket=old compliance=PASSED "updated=$(at 305)"
expect "a newer pass: closed" 1 "$(jq .closed "$out")"
take 313 asff 5 bucket=old label=HIGH "updated=$(at 304)"
expect "a failure older than the pass: state" 6 "$(risk old state)"
proves "what is older by the source's own time changes nothing"

# Two connectors: each closes only its own finding.
hub 400 6 bucket=two control=S3.2
scan 401 bucket=two
expect "two tools: one risk, findings, sources" "2 2" "$(risk two 'n_findings, cardinality(source_ids)')"
id=$(risk two risk_id)
scan 410 bucket=two verdict=PASS
expect "one passes: closed" 1 "$(jq .closed "$out")"
expect "one passes: state, open, findings" "0 t 1" "$(risk two 'state, open, n_findings')"
expect "one passes: who still says so" '["aws_securityhub"]' "$(must "$isobar" queue --json --now "$(at 410)"
	jq -c 'select(.asset == "arn:aws:s3:::two") | .sources' "$out")"
hub 420 6 bucket=two control=S3.2 compliance=PASSED
expect "both pass: state, open" "6 f" "$(risk two 'state, open')"
expect "both pass: the run that proved it" "$(sql 'select max(run_id) from isobar.run')" "$(risk two proof_run_id)"
scan 425 bucket=two
expect "one sees it again: the same risk, state, findings" "$id 0 1" "$(risk two 'risk_id, state, n_findings')"
proves "a pass of one tool closes only its own finding; the risk goes with the last one"

# A check that has always passed opens nothing; a file of another time repeats nothing.
scan 500 bucket=clean verdict=PASS
expect "always passed: risks" "" "$(risk clean risk_id)"
expect "always passed: control state" 0 "$(sql "select c.state from isobar.control_state as c join isobar.asset as a
	using (org_id, asset_id) where a.id = 'arn:aws:s3:::clean'")"
scan 510 bucket=clean verdict=MANUAL check=s3_bucket_default_encryption
expect "no verdict: risks" "" "$(risk clean risk_id)"
before=$(sql 'select count(*) from isobar.risk_event')
scan 510 bucket=clean verdict=MANUAL check=s3_bucket_default_encryption
expect "the same again: events" "$before" "$(sql 'select count(*) from isobar.risk_event')"
expect "ranks kept in history are closed intervals" 0 \
	"$(sql 'select count(*) from isobar.risk_rank_history where valid_from >= valid_to')"
proves "a passed check and one without a verdict open no risk"

done_testing
