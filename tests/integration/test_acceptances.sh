#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Acceptances: what may be asked for, who decides, what is kept, and what is scored again.
. "$(dirname "$0")/lib.sh"

# refused CASE TEXT COMMAND…
refused() {
	local name=$1 text=$2
	shift 2
	run "$isobar" "$@"
	expect_code "$name" 1
	grep -qF "$text" "$err" || fail "$name" "it said: $(head -c 300 "$err")"
	expect "$name: one line" 1 "$(wc -l <"$err")"
}

# marks: names of the buckets that are to be scored again; then none is
marks() {
	sql "select coalesce(string_agg(distinct substr(a.id, 14), ' ' order by substr(a.id, 14)), '')
		from isobar.dirty_mark as m join isobar.asset as a using (org_id, asset_id)"
	sql "delete from isobar.dirty_mark"
}

make_db
{
	asff 1 bucket=one control=S3.8
	asff 2 bucket=two control=S3.8
	asff 3 bucket=two control=S3.5
	asff 4 bucket=three control=S3.5
} >"$tmp/findings.json"
must "$isobar" import --quiet --now "$now" "$tmp/findings.json"
t1=2026-11-15T07:00:00Z
end=2026-12-15T00:00:00Z

# --- asking ---

accept() {
	"$isobar" accept --no-score --json --now "$t1" --reason "vendor patches in December" "$@" 2>>"$err"
}
accept --where 'subject=control:*, provider=aws' --until "$end" --requested-by ann >"$tmp/asked"
id=$(jq -r .id "$tmp/asked")
expect "asked" "asked ann null provider=aws,subject=control:* $end" \
	"$(jq -r '"\(.state) \(.requested_by) \(.decided_by) \(.where) \(.ends_at)"' "$tmp/asked")"
expect "nothing holds" false "$(jq .holds "$tmp/asked")"
expect "nothing is marked" "" "$(marks)"
must "$isobar" acceptance list --json --state asked
expect "listed" "$id" "$(jq -r .id "$out")"
proves "an acceptance is asked for first"

refused "no end" "an acceptance wants an end" accept --where band=low --reason x --now "$t1"
refused "too early" "is not later than now" accept --where band=low --reason x --until "$now" --now "$t1"
refused "too late" "what it is about may be accepted until 2026-12-15T07:00:00Z at most" \
	accept --where provider=aws --reason x --until 2027-06-01T00:00:00Z --now "$t1"
refused "a band" "a risk of band low may be accepted until" accept --where band=low --reason x --until 400d --now "$t1"
refused "no reason" "an acceptance wants a reason" accept --where band=low --until "$end" --now "$t1"
refused "by oneself" "ann asks for it: somebody else must approve" accept --where band=low --reason x \
	--until "$end" --requested-by ann --approved-by ann --now "$t1"
refused "no risk" "there is no risk" accept 01234567-0123-4123-8123-0123456789ab --reason x --until "$end"
refused "no fix" "there is no fix" accept --fix 01234567-0123-4123-8123-0123456789ab --reason x --until "$end"
run "$isobar" accept --where 'bnad=low' --until "$end" --reason x
expect_code "an unknown key" 2
expect_some "is named" "$(grep -cF 'unknown key "bnad", did you mean "band"?' "$err")"
run "$isobar" accept --until "$end" --reason x
expect_code "of nothing" 2
run "$isobar" accept --where band=low --until soon --reason x
expect_code "no time" 2
expect "one is stored" 1 "$(sql "select count(*) from isobar.acceptance")"
proves "what is missing, too late or approved by oneself is refused"

# --- deciding ---

decision() {
	"$isobar" acceptance "$@" --no-score --json 2>>"$err"
}
refused "by who asked" "ann asked for it" acceptance approve "$id" --by ann --now 2026-11-15T08:00:00Z
decision approve "$id" --by bob --now 2026-11-15T08:00:00Z >"$tmp/approved"
expect "approved" "approved true bob 2026-11-15T08:00:00Z" \
	"$(jq -r '"\(.state) \(.holds) \(.decided_by) \(.starts_at)"' "$tmp/approved")"
expect "what it may be about is marked" "one three two" "$(marks)"
refused "twice" "it is approved already" acceptance approve "$id" --by bob --now 2026-11-15T08:10:00Z
expect "the former row is kept" "0|vendor patches in December" "$(sql "select state, reason
	from isobar.acceptance_version where valid_to = '2026-11-15T08:00:00Z'")"
decision revoke "$id" --by bob --reason "patch is there" --now 2026-11-15T09:00:00Z >"$tmp/revoked"
expect "revoked" "revoked false patch is there" "$(jq -r '"\(.state) \(.holds) \(.reason)"' "$tmp/revoked")"
expect "marked again" "one three two" "$(marks)"
expect "both former rows" 2 "$(sql "select count(*) from isobar.acceptance_version")"
refused "revoked twice" "it is revoked already" acceptance revoke "$id"
proves "who did not ask decides, once, and former rows are kept"

accept --where 'asset=arn:aws:s3:::t*' --until 30d --requested-by ann --approved-by bob >"$tmp/at-once"
expect "approved at once" "approved bob" "$(jq -r '"\(.state) \(.decided_by)"' "$tmp/at-once")"
expect "only what it may be about" "three two" "$(marks)"
fix=$(sql "select r.fix_id from isobar.risk as r join isobar.asset as a using (org_id, asset_id)
	where a.id = 'arn:aws:s3:::one' and r.fix_id is not null limit 1")
accept --fix "$fix" --until "$end" --requested-by ann --approved-by bob >"$tmp/of-fix"
expect "of a fix" "$fix" "$(jq -r .fix "$tmp/of-fix")"
expect "its risks" "$(sql "select string_agg(distinct a.name, ' ' order by a.name) from isobar.risk as r
	join isobar.asset as a using (org_id, asset_id) where r.fix_id = '$fix'")" "$(marks)"
accept --where band=low --until "$end" >"$tmp/late"
late=$(jq -r .id "$tmp/late")
expect "who is at the keyboard asks" "local:$(id -un)" "$(jq -r .requested_by "$tmp/late")"
refused "after its end" "its end has passed" acceptance approve "$late" --by bob --now 2026-12-16T00:00:00Z
decision refuse "$late" --by bob --reason "fix it" >"$tmp/refused"
expect "refused" "refused fix it" "$(jq -r '"\(.state) \(.reason)"' "$tmp/refused")"
expect "marks nothing" "" "$(marks)"
proves "acceptances by selector and of a fix mark what they may be about"

# --- one risk ---

risk=$(sql "select r.risk_id from isobar.risk as r join isobar.asset as a using (org_id, asset_id)
	where a.id = 'arn:aws:s3:::three'")
state() {
	sql "select state, open, coalesce(to_char(reopens_at at time zone 'UTC', 'YYYY-MM-DD'), '') from isobar.risk where risk_id = '$risk'"
}
accept "${risk:0:18}" --until 30d --requested-by ann >"$tmp/one"
one=$(jq -r .id "$tmp/one")
expect "asked for only" "0|t|" "$(state)"
refused "by who asked" "ann asked for it" acceptance approve "$one" --by ann --now 2026-11-15T08:00:00Z
decision approve "$one" --by bob --now 2026-11-15T08:00:00Z >"$tmp/one"
expect "accepted until then" "3|f|2026-12-15" "$(state)"
expect "both segments are there" "running paused running" "$(sql "select string_agg((array['running','paused','stopped'])[mode + 1],
	' ' order by segment_no) from isobar.sla_segment where risk_id = '$risk'")"
expect "the event names it" "$one|bob" "$(sql "select cause_id, actor from isobar.risk_event where risk_id = '$risk' and kind = 2")"
accept "$risk" --until 20d --requested-by ann >"$tmp/two"
refused "accepted already" "is so already: revoke the acceptance that holds first" \
	acceptance approve "$(jq -r .id "$tmp/two")" --by bob --now 2026-11-15T08:30:00Z
expect "nothing is decided then" 0 "$(sql "select state from isobar.acceptance where acceptance_id = '$(jq -r .id "$tmp/two")'")"
decision revoke "$(jq -r .id "$tmp/two")" --by ann --now 2026-11-15T08:40:00Z >"$tmp/two"
expect "what was only asked for moves nothing" "3|f|2026-12-15" "$(state)"
decision revoke "$one" --by bob --now 2026-11-15T09:00:00Z >"$tmp/one"
expect "open again" "0|t|" "$(state)"
expect "the end is gone" "running paused running" "$(sql "select string_agg((array['running','paused','stopped'])[mode + 1],
	' ' order by segment_no) from isobar.sla_segment where risk_id = '$risk' and from_at <= '2026-11-15T09:00:00Z'")"
proves "one risk is accepted at once, and open again when it is revoked"
sql "delete from isobar.acceptance where risk_id is not null"

must "$isobar" acceptance list --json
expect "all, newest first" 4 "$(wc -l <"$out")"
last=$(sed -n 2p "$out" | jq -r .id)
third=$(sed -n 3p "$out" | jq -r .id)
must "$isobar" acceptance list --json --limit 1 --after "$last"
expect "by pages" "$third" "$(jq -r .id "$out")"
must "$isobar" acceptance list --now 2027-01-01T00:00:00Z
expect_some "ended ones are over" "$(grep -c ' over ' "$out")"
refused "unknown" "there is no acceptance" acceptance revoke 01234567-0123-4123-8123-0123456789ab
run "$isobar" acceptance list --state accepted
expect_code "unknown state" 2
proves "acceptances are listed by pages"

# --- a scorer that has begun before the end, and writes after somebody else has told of it ---

make_db
must "$isobar" import --quiet --now "$now" "$tmp/findings.json"
accept --where 'asset=arn:aws:s3:::t*' --until "$end" --requested-by ann --approved-by bob >"$tmp/some"
# score TIME: everything, as it stands at that time
score() {
	sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset"
	must "$scorer" --once --now "$1"
}
states() {
	sql "select string_agg(state::text, ' ' order by state) from isobar.risk"
}
score 2026-11-20T00:00:00Z
expect "accepted" "0 3 3 3" "$(states)"
score 2026-12-15T00:10:00Z
expect "ended" "0 0 0 0" "$(states)"
score 2026-12-14T23:59:00Z
expect "not accepted again" "0 0 0 0" "$(states)"
score 2026-12-15T00:20:00Z
expect "told once each" "3 3" "$(sql "select count(*), count(distinct risk_id) from isobar.risk_event
	where kind = 2 and reason = 'acceptance_expired'" | tr '|' ' ')"
proves "a scorer that is behind does not accept anew what has ended"

done_testing
