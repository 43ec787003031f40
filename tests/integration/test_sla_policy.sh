#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Policies and calendars by the command line: good files and bad ones, former rows, what is scored again.
. "$(dirname "$0")/lib.sh"

# refused CASE TEXT COMMAND…: exit code 1, one line that holds the text.
refused() {
	local name=$1 text=$2
	shift 2
	run "$isobar" sla "$@"
	expect_code "$name" 1
	grep -qF -e "$text" "$err" || fail "$name" "it said: $(head -c 300 "$err")"
	expect "$name: one line" 1 "$(wc -l <"$err")"
}

# bad_policy CASE TEXT LINE…: a file of these lines is refused with the text.
bad_policy() {
	local name=$1 text=$2
	shift 2
	printf '%s\n' "$@" >"$tmp/bad.ini"
	refused "$name" "bad.ini:$text" policy load --no-score "$tmp/bad.ini"
}

# bad_calendar CASE TEXT ZONE HOURS [FILE]
bad_calendar() {
	refused "$1" "$2" calendar set --no-score office --zone "$3" --hours "$4" ${5:+--holidays "$5"}
}

# usage CASE COMMAND…
usage() {
	local name=$1
	shift
	run "$isobar" sla "$@"
	expect_code "$name" 2
}

marks() {
	sql "select count(distinct asset_id) from isobar.dirty_mark"
}

make_db
for i in 1 2 3; do asff "$i" bucket="isobar-test-$i" control=S3.8; done >"$tmp/findings.json"
must "$isobar" import --quiet --now "$now" "$tmp/findings.json"
sql "insert into isobar.owner (org_id, owner_id, name, kind, contact, actor, valid_from)
	values (1, 77, 'shop', 0, '', 'test', now())"
framework=$(sql "select framework from isobar.control_framework order by 1 limit 1")

# --- calendars ---

cat >"$tmp/days.ics" <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:new-year
SUMMARY:New Year
DTSTART;VALUE=DATE:20200101
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
ICS
must "$isobar" sla calendar set --json office --zone Europe/Berlin \
	--hours "mon-fri 09:00-12:00,13:00-17:00" --holidays "$tmp/days.ics" --now 2026-11-15T07:00:00Z
expect "made" "1 0" "$(jq -r '"\(.changed) \(.assets)"' "$out")"
must "$isobar" sla calendar set --json office --zone Europe/Berlin \
	--hours "mon-fri 09:00-12:00,13:00-17:00" --holidays "$tmp/days.ics" --now 2026-11-15T07:10:00Z
expect "the same again changes nothing" 0 "$(jq .changed "$out")"
must "$isobar" sla calendar list --json
expect "listed" "office Europe/Berlin mon-fri 09:00-12:00,13:00-17:00 0" \
	"$(jq -r '"\(.name) \(.zone) \(.hours) \(.policies)"' "$out")"
expect "hours by day" '["09:00-12:00", "13:00-17:00"]' "$(sql "select hours -> 'friday' from isobar.calendar")"
must "$isobar" sla calendar list
grep -q 'office  Europe/Berlin' "$out" || fail "a table of calendars" "$(cat "$out")"
bad_calendar "an unknown zone" 'calendar office: unknown time zone "Mars/Olympus"' Mars/Olympus "mon 09:00-10:00"
bad_calendar "bad hours" 'calendar office: bad hours "mon 9-10"' UTC "mon 9-10"
printf 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:All\nDTSTART;VALUE=DATE:20100101\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n' >"$tmp/all.ics"
bad_calendar "no working time" 'calendar office: no working time' UTC "mon 09:00-10:00" "$tmp/all.ics"
printf 'hello\n' >"$tmp/bad.ics"
bad_calendar "no iCalendar" 'calendar office: holidays: no iCalendar' UTC "mon 09:00-10:00" "$tmp/bad.ics"
bad_calendar "no file" "none.ics" UTC "mon 09:00-10:00" "$tmp/none.ics"
usage "no zone" calendar set office --hours "mon 09:00-10:00"
usage "a reason for a calendar" calendar set office --zone UTC --hours "mon 09:00-10:00" --reason x
refused "no such calendar" 'there is no calendar "none"' calendar remove none
proves "calendars are made, listed and refused with one line"

# --- policies ---

cat >"$tmp/policies.ini" <<INI
# of the shop
[shop-critical]
band = critical
owner = shop
window = 24h
warn = 50%, 75%, 90%
calendar = office
start = source

[cis]
framework = $framework
environment = production
tag = team=shop
window = 7d
kev-cap = off
acceptance-max = 30d

[off]
window = 1h
enabled = off

[rest]
window = best-effort
INI
must "$isobar" sla policy load --json --no-score --reason "agreed in the review" --now 2026-11-15T08:00:00Z \
	"$tmp/policies.ini"
expect "loaded, all assets are scored again" "4 3" "$(jq -r '"\(.changed) \(.assets)"' "$out")"
expect "marks" 3 "$(marks)"
must "$isobar" sla policy list --json
expect "in order" "shop-critical cis off rest" "$(jq -r .name "$out" | paste -sd ' ')"
expect "values" '{"band":"critical","owner":"shop","window_seconds":86400,"warn_percent":75,"warn_points":[50,90],"calendar":"office","start":"source","acceptance_max_seconds":2592000,"reason":"agreed in the review"}' \
	"$(jq -c 'select(.name == "shop-critical") | {band, owner, window_seconds, warn_percent, warn_points,
		calendar, start, acceptance_max_seconds, reason}' "$out")"
must "$isobar" sla policy list
cp "$out" "$tmp/listed.ini"
must "$isobar" sla policy load --json --no-score --reason "agreed in the review" --now 2026-11-15T08:10:00Z "$tmp/listed.ini"
expect "what is listed loads and changes nothing" "0 0" "$(jq -r '"\(.changed) \(.assets)"' "$out")"
sed -i 's/^window = 7d/window = 14d/' "$tmp/policies.ini"
must "$isobar" sla policy load --json --no-score --reason "agreed in the review" --now 2026-11-15T09:00:00Z "$tmp/policies.ini"
expect "one changed" 1 "$(jq .changed "$out")"
expect "the former row is kept" "cis|604800|agreed in the review" "$(sql "select name, window_seconds, reason
	from isobar.sla_policy_version where valid_to = '2026-11-15T09:00:00Z'")"
refused "a calendar in use" 'calendar "office" is in use by the policy "shop-critical"' calendar remove office
must "$isobar" sla policy remove --no-score --quiet --now 2026-11-15T10:00:00Z shop-critical
expect "removed" "cis off rest" "$("$isobar" sla policy list --json | jq -r .name | paste -sd ' ')"
expect "and kept" 1 "$(sql "select count(*) from isobar.sla_policy_version where name = 'shop-critical'")"
refused "no such policy" 'there is no policy "none"' policy remove none
must "$isobar" sla calendar remove office --now 2026-11-15T11:00:00Z
expect "a calendar removed and kept" 1 "$(sql "select count(*) from isobar.calendar_version")"
proves "policies are loaded, listed, changed and removed, and former rows are kept"

# --- bad files ---

before=$(sql "select count(*), max(valid_from) from isobar.sla_policy")
bad_policy "unknown key" '2: unknown key "windo"; known: band, provider' '[a]' 'windo = 1h'
bad_policy "no section" '1: "window" stands before the first [POLICY]' 'window = 1h'
bad_policy "no window" '1: policy "a" has no window' '[a]' 'band = high'
bad_policy "bad window" '2: window wants for instance 48h' '[a]' 'window = two days'
bad_policy "a window without end" '2: window wants' '[a]' 'window = 99999999999d'
bad_policy "bad band" '2: unknown band "urgent"' '[a]' 'band = urgent' 'window = 1h'
bad_policy "bad provider" '2: unknown provider "ibm"' '[a]' 'provider = ibm' 'window = 1h'
bad_policy "bad environment" '2: unknown environment "prod"' '[a]' 'environment = prod' 'window = 1h'
bad_policy "bad warn point" '2: warn wants up to' '[a]' 'warn = 100%' 'window = 1h'
bad_policy "a warn point twice" '2: warn wants up to' '[a]' 'warn = 50%, 50%' 'window = 1h'
bad_policy "bad switch" '2: kev-cap wants on or off' '[a]' 'kev-cap = maybe' 'window = 1h'
bad_policy "bad start" '2: start wants stored or source' '[a]' 'start = now' 'window = 1h'
bad_policy "twice" '3: window is stated twice' '[a]' 'window = 1h' 'window = 2h'
bad_policy "a name twice" '3: there is a policy "a" already, in line 1' '[a]' 'window = 1h' '[a]' 'window = 1h'
bad_policy "unreachable" '3: policy "b" can match nothing: "a" in line 1 selects all of it' \
	'[a]' 'window = 1h' '[b]' 'band = high' 'window = 2h'
bad_policy "a band twice" '4: policy "b" can match nothing: "a" in line 1 selects all of it' \
	'[a]' 'band = high' 'window = 1h' '[b]' 'band = high' 'tag = team' 'window = 2h'
bad_policy "unknown owner" '1: policy "a" can match nothing: there is no owner "nobody knows"' \
	'[a]' 'owner = nobody knows' 'window = 1h'
bad_policy "unknown framework" '4: policy "b" can match nothing: there is no framework "cis"' \
	'[a]' 'window = 1h' 'band = low' '[b]' 'framework = cis' 'window = 1h'
bad_policy "unknown calendar" '1: policy "a" has no calendar: there is no calendar "office"' \
	'[a]' 'calendar = office' 'window = 1h'
bad_policy "no UTF-8" '2: is no UTF-8' '[a]' $'tag = \xff' 'window = 1h'
bad_policy "a control character" '2: holds a control character' '[a]' $'tag = a\eb' 'window = 1h'
: >"$tmp/bad.ini"
refused "an empty file" "bad.ini: holds no policy" policy load "$tmp/bad.ini"
usage "no file" policy load
usage "an unknown verb" policy drop
usage "zone of a policy" policy load --zone UTC "$tmp/policies.ini"
expect "nothing was written" "$before" "$(sql "select count(*), max(valid_from) from isobar.sla_policy")"
proves "bad files are refused with their line, and write nothing"

done_testing
