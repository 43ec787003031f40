#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# isobar source: sources are added, shown, changed and paused; their secrets are sealed and stand in clear nowhere;
# runs are asked for and followed; what is not seen is told; held scopes are confirmed.  A collector is played by
# SQL here.
. "$(dirname "$0")/lib.sh"

connector=aws
plain=key_id   # a setting of it
sealed=secret  # two secrets
sealed2=session
secret="Hunter-2/of+the=lake.$RANDOM$RANDOM"
second="Other-3/of+the=hill.$RANDOM$RANDOM"

export XDG_STATE_HOME=$tmp/state
unset ISOBAR_KEY_FILE CREDENTIALS_DIRECTORY
key=$XDG_STATE_HOME/isobar/key

command -v pg_dump >/dev/null || skip "needs pg_dump"
make_db
run "$isobar" source add probe --connector no-such
grep -q "known: .*\b$connector\b" "$err" || skip "this build has no connector $connector"
# Whatever the server logs of statements may not hold a secret.
server_sql "alter database ${databases[0]} set log_statement = 'all'"
server_log=$(sed -n 's/.*host=\([^ ]*\).*/\1/p' <<<"$ISOBAR_TEST_DSN")/server.log

said=$tmp/said # all that any command said
: >"$said"

# source VERB…: leaves what run leaves
source_do() {
	run "$isobar" source "$@"
	cat "$out" "$err" >>"$said"
}

# refused CASE CODE TEXT VERB…: one line, which holds TEXT
refused() {
	local name=$1 want=$2 text=$3
	shift 3
	source_do "$@"
	expect_code "$name" "$want"
	grep -qF -- "$text" "$err" || fail "$name" "it said: $(head -c 400 "$err")"
	expect "$name: one line" 1 "$(wc -l <"$err")"
}

# key_name FILE: of a key in hex
key_name() {
	sql "select left(encode(sha256(decode('$(tr -d '\n' <"$1")', 'hex')), 'hex'), 16)"
}

printf '%s\n' "$secret" >"$tmp/secret"
printf '%s\n' "$second" >"$tmp/second"

# --- mistakes ---

refused "no name" 2 "wants one NAME" add --connector "$connector"
refused "bad name" 2 "a source's name is" add "a b" --connector "$connector"
refused "no connector" 2 "wants --connector NAME" add prod
refused "unknown connector" 2 "did you mean \"$connector\"?" add prod --connector "${connector}x"
refused "unknown setting" 2 "did you mean \"$plain\"?" add prod --connector "$connector" --set "${plain}x=1"
refused "no value" 2 "--set wants KEY=VALUE" add prod --connector "$connector" --set "$plain"
refused "twice" 2 "$plain is given twice" add prod --connector "$connector" --set "$plain=1" --set "$plain=2"
refused "a secret as a setting" 2 "$sealed is a secret: give --secret" \
	add prod --connector "$connector" --set "$sealed=$secret"
refused "a secret in argv" 2 "never the secret itself" add prod --connector "$connector" --secret "$sealed=$secret"
refused "a setting as a secret" 2 "$plain is no secret" add prod --connector "$connector" --secret "$plain=@$tmp/secret"
refused "two from stdin" 2 "one secret can come from stdin" \
	add prod --connector "$connector" --secret "$sealed=-" --secret "$sealed2=-"
refused "no file" 1 "No such file" add prod --connector "$connector" --secret "$sealed=@$tmp/none"
refused "an empty secret" 1 "the secret is empty" add prod --connector "$connector" --secret "$sealed=-"
refused "no terminal" 1 "there is no terminal to ask for" \
	add prod --connector "$connector" --secret "$sealed"
refused "endpoint" 2 "endpoint: " add prod --connector "$connector" --endpoint "http://cloud.example"
refused "schedule" 2 "--every is a time such as" add prod --connector "$connector" --every 5s
refused "misses" 2 "--misses wants" add prod --connector "$connector" --misses 0
refused "unknown source" 1 'there is no source "prod"' show prod
expect "nothing is stored" 0 "$(sql "select count(*) from isobar.source")"
[ ! -e "$key" ] || fail "no key is made for nothing"
grep -qF "$secret" "$said" && fail "a secret given wrongly is not repeated"
proves "mistakes are one line, name what was meant, and repeat no secret"

# --- adding ---

source_do add prod --connector "$connector" --set "$plain=AK1" --secret "$sealed=@$tmp/secret" \
	--endpoint http://127.0.0.1:9 --every 30m --misses 3 --json --now "$now"
expect_code "added" 0
expect "added: JSON" "prod $connector 1800 1" "$(jq -r '"\(.name) \(.connector) \(.every) \(.secrets)"' "$out")"
expect "the key: its rights" 600 "$(stat -c %a "$key")"
expect "the key: 32 bytes in hex" 64 "$(tr -d '\n' <"$key" | grep -oE '^[0-9a-f]+$' | tr -d '\n' | wc -c)"
expect "the key: its name" "$(key_name "$key")" "$(sql "select key_name from isobar.source_secret")"
refused "there already" 1 "there is a source \"prod\" already" add prod --connector "$connector"
source_do list --json
expect "list" "prod $connector true 1800 3 null 0 0 0" \
	"$(jq -r '"\(.name) \(.connector) \(.enabled) \(.every) \(.misses) \(.run) \(.scopes) \(.proved) \(.blind)"' "$out")"
source_do show prod --json
expect "show: settings" "AK1 http://127.0.0.1:9 $sealed" \
	"$(jq -r "\"\\(.settings.$plain) \\(.settings.endpoint) \\(.secrets | join(\",\"))\"" "$out")"
source_do show prod
expect_some "show: a secret is sealed" "$(grep -c "^$sealed *(sealed)" "$out")"
source_do list
expect_some "list: for people" "$(grep -c '^prod .*every 30m *never *0/0 *0' "$out")"
proves "a source is added with its settings, schedule and secret, and shown without the secret"

source_do set prod --secret "$sealed2=@$tmp/second" --unset endpoint --every 1d --misses usual --quiet
source_do show prod --json
expect "set" "86400 null AK1 null $sealed,$sealed2" \
	"$(jq -r "\"\\(.every) \\(.misses) \\(.settings.$plain) \\(.settings.endpoint) \\(.secrets | join(\",\"))\"" "$out")"
refused "nothing to set" 2 "wants what to change" set prod
refused "another connector" 2 "a source keeps its connector" set prod --connector "$connector"
refused "set and unset" 2 "$plain is given and unset at once" set prod --set "$plain=2" --unset "$plain"
proves "settings and schedule are changed, and what is not named stays"

# --- where the secret is ---

# While it is read, the program's arguments and environment stand open to others.
mkfifo "$tmp/pipe"
"$isobar" source set prod --quiet --secret "$sealed=-" <"$tmp/pipe" >>"$said" 2>&1 &
pid=$!
exec 9>"$tmp/pipe"
printf '%s' "$secret" >&9
ps -ef >"$tmp/ps" || true
cat "/proc/$pid/cmdline" "/proc/$pid/environ" >>"$tmp/ps"
exec 9>&-
wait "$pid" || fail "a secret from stdin" "$(tail -n 2 "$said")"

# At a terminal it is not echoed.
if command -v script >/dev/null; then
	rm -f "$tmp/pipe"
	mkfifo "$tmp/pipe"
	script -qefc "'$isobar' source set prod --quiet --secret $sealed2" "$tmp/typed" <"$tmp/pipe" >/dev/null 2>&1 &
	pid=$!
	exec 9>"$tmp/pipe"
	for ((i = 0; i < 100; i++)); do
		grep -q "$sealed2: " "$tmp/typed" 2>/dev/null && break
		sleep 0.1
	done
	printf '%s\n' "$second" >&9
	wait "$pid" || fail "a secret from the terminal" "$(cat "$tmp/typed")"
	exec 9>&-
	cat "$tmp/typed" >>"$said"
fi

pg_dump --dbname "$ISOBAR_DATABASE" >"$tmp/dump"
for text in "$secret" "$second"; do
	hex=$(printf '%s' "$text" | od -An -v -tx1 | tr -d ' \n')
	grep -qF -e "$text" -e "$hex" "$tmp/dump" && fail "in clear in the database"
	grep -qF "$text" "$tmp/ps" && fail "in clear in arguments or environment"
	grep -qF "$text" "$said" && fail "in clear in what commands say"
	[ ! -r "$server_log" ] || ! grep -qF -e "$text" -e "$hex" "$server_log" || fail "in clear in the server's log"
done
grep -qF "$(tr -d '\n' <"$key")" "$tmp/dump" && fail "the key is in the database"
expect_some "the dump holds the secrets" "$(grep -c 'source_secret' "$tmp/dump")"
proves "no secret stands in clear in the database, its log, arguments, environment or messages"

# --- keys ---

head -c 32 /dev/urandom | base64 >"$tmp/other"
chmod 600 "$tmp/other"
other=$(base64 -d "$tmp/other" | sha256sum | cut -c 1-16)
first=$(sql "select distinct key_name from isobar.source_secret")
export ISOBAR_KEY_FILE=$tmp/other
refused "another key" 1 "the key $first seals other secrets of this database, and the key file holds $other" \
	set prod --secret "$sealed=@$tmp/secret"
export ISOBAR_KEY_FILE=$tmp/nowhere
refused "no key file" 1 "No such file" set prod --secret "$sealed=@$tmp/secret"
[ ! -e "$tmp/nowhere" ] || fail "a key file that is named is not made"
export ISOBAR_KEY_FILE=$tmp/other
chmod 644 "$tmp/other"
[ "$(id -u)" -eq 0 ] || refused "open to others" 1 "is open to others" set prod --secret "$sealed=@$tmp/secret"
[ "$(id -u)" -ne 0 ] || refused "open to all" 1 "is open to others" set prod --secret "$sealed=@$tmp/secret"
chmod 600 "$tmp/other"
echo "no key" >"$tmp/garbage"
chmod 600 "$tmp/garbage"
export ISOBAR_KEY_FILE=$tmp/garbage
refused "garbage" 1 "holds no key" set prod --secret "$sealed=@$tmp/secret"
unset ISOBAR_KEY_FILE
mv "$key" "$key.away"
refused "the key is away" 1 "the key $first seals the secrets of this database, and there is no key file" \
	set prod --secret "$sealed=@$tmp/secret"
[ ! -e "$key" ] || fail "no second key is made"
mv "$key.away" "$key"
mkdir "$tmp/credentials"
cp -p "$key" "$tmp/credentials/isobar.key"
CREDENTIALS_DIRECTORY=$tmp/credentials XDG_STATE_HOME=$tmp/empty run "$isobar" source set prod --quiet \
	--secret "$sealed=@$tmp/secret"
expect_code "a credential of systemd" 0
proves "a key that is wrong, missing, open to others or none is told in one line, and nothing is stored"

before=$(sql "select string_agg(encode(sealed, 'hex'), ' ' order by key) from isobar.source_secret")
ISOBAR_KEY_FILE=$tmp/other refused "rekey from another key" 1 "the key $first seals a secret, and the key file holds" \
	rekey --new-key-file "$tmp/new"
rm -f "$tmp/new"
sql "update isobar.source_secret set sealed = set_byte(sealed, 99, get_byte(sealed, 99) # 1) where key = '$sealed'"
refused "rekey of what was changed" 1 "cannot be opened" rekey --new-key-file "$tmp/new"
expect "nothing was written" "$first" "$(sql "select distinct key_name from isobar.source_secret")"
source_do set prod --quiet --secret "$sealed=@$tmp/secret"
source_do rekey --new-key-file "$tmp/new"
expect_code "rekey" 0
new=$(key_name "$tmp/new")
expect "rekey: told" 1 "$(grep -c "2 secrets of all orgs are sealed by the key $new" "$err")"
expect "rekey: the new key's rights" 600 "$(stat -c %a "$tmp/new")"
expect "rekey: all" "2 $new" "$(sql "select concat_ws(' ', count(*), min(key_name)) from isobar.source_secret")"
[ "$before" != "$(sql "select string_agg(encode(sealed, 'hex'), ' ' order by key) from isobar.source_secret")" ] ||
	fail "rekey: sealed anew"
refused "the former key" 1 "the key $new seals other secrets" set prod --secret "$sealed=@$tmp/secret"
mv "$tmp/new" "$key"
source_do set prod --quiet --secret "$sealed=@$tmp/secret"
expect_code "the new key in its place" 0
refused "rekey without a file" 2 "wants --new-key-file FILE" rekey
proves "rekey seals all secrets by a new key, or none"

collector=$build/collector/isobar-collector
if [ -x "$collector" ]; then
	# last_error: of the run that a collector began and could not go on with
	last_error() {
		run timeout 120 "$collector" --once
		expect_code "$1: exit code" 0
		sql "select error from isobar.run order by run_id desc limit 1"
		sql "update isobar.source set next_run_at = now()"
	}
	export ISOBAR_KEY_FILE=$tmp/other
	expect "a collector with another key" \
		"the key $new seals the secret $sealed of the source, and the key file holds $other: name the right key file in ISOBAR_KEY_FILE" \
		"$(last_error "a collector with another key")"
	export ISOBAR_KEY_FILE=$tmp/nowhere
	grep -q 'there is no key file' <<<"$(last_error "a collector without a key")" || fail "a collector without a key"
	chmod 644 "$tmp/other"
	export ISOBAR_KEY_FILE=$tmp/other
	grep -q 'is open to others' <<<"$(last_error "a key that is open")" || fail "a collector with a key that is open to others"
	chmod 600 "$tmp/other"
	unset ISOBAR_KEY_FILE
	sql "delete from isobar.run_part; delete from isobar.run; update isobar.source set next_run_at = null"
	proves "a collector without the key says so in a failed run, and asks nobody"
fi

# --- schedule ---

source_do pause prod
expect_code "pause" 0
expect "paused" "f|" "$(sql "select enabled, next_run_at from isobar.source")"
refused "a paused one does not run" 1 "the source is paused" run prod
source_do list
expect_some "paused: list" "$(grep -c '^prod .*paused' "$out")"
source_do resume prod --now "$now"
expect "resumed: due" "t|2026-11-15 06:00:00+00" "$(sql "select enabled, next_run_at from isobar.source")"
psql --no-psqlrc --quiet --dbname "$ISOBAR_DATABASE" -c 'listen isobar_collect' -c "select 'hears'" \
	-c 'select pg_sleep(4)' -c 'select 1' >"$tmp/heard" 2>&1 &
pid=$!
for ((i = 0; i < 50; i++)); do
	grep -q hears "$tmp/heard" && break
	sleep 0.1
done
source_do run prod --now 2026-11-15T07:00:00Z
expect_code "run" 0
wait "$pid"
expect "run: due" "2026-11-15 07:00:00+00" "$(sql "select next_run_at from isobar.source")"
grep -q "notification \"isobar_collect\" with payload \"$(sql 'select source_id from isobar.source')\"" "$tmp/heard" ||
	fail "run: collectors are woken" "$(cat "$tmp/heard")"
proves "a source is paused, goes on, and is due when it is asked for"

# --- following a run ---

# collect STATE ERROR: what a collector would write, once the source is due
collect() {
	local state=$1 error=$2 i
	for ((i = 0; i < 200; i++)); do
		[ "$(sql "select next_run_at = '2026-11-15T08:00:00Z' from isobar.source")" != t ] || break
		sleep 0.1
	done
	sql "update isobar.source set next_run_at = null;
		insert into isobar.lease (org_id, source_id, holder, expires_at)
			select org_id, source_id, 'test:1', now() + interval '1 minute' from isobar.source;
		insert into isobar.run (org_id, command_id, name, format, state, started_at, build, source_id, n_parts)
			select org_id, 0, name, '', 0, '2026-11-15T08:00:00Z', 'test', source_id, 2 from isobar.source;
		insert into isobar.run_part (org_id, run_id, part_no, name, kind, data, scopes, state, updated_at)
			select 1, max(run_id), n, 'part-' || n, 'test', '', '{}', 0, now() from isobar.run, generate_series(0, 1) as n
			group by n"
	sleep 0.6
	sql "update isobar.run_part set state = 3, n_records = 7 where part_no = 0
		and run_id = (select max(run_id) from isobar.run)"
	sleep 0.6
	sql "delete from isobar.lease;
		update isobar.run_part set state = 5, n_records = 5 where part_no = 1 and run_id = (select max(run_id) from isobar.run);
		update isobar.run set state = $state, finished_at = '2026-11-15T08:10:00Z', n_complete = 1, n_records = 12,
			n_findings = 12, n_new = 4, error = nullif('$error', '') where run_id = (select max(run_id) from isobar.run)"
}

for row in "1 0 done" "3 3 partial" "2 1 failed"; do
	set -- $row
	collect "$1" "$([ "$1" = 1 ] || echo 'part-1 may not be read')" >"$tmp/collected" 2>&1 &
	pid=$!
	source_do run prod --wait --json --now 2026-11-15T08:00:00Z
	expect_code "a run that is $3" "$2"
	wait "$pid" || fail "a run that is $3" "$(cat "$tmp/collected")"
	expect "a run that is $3: JSON" "prod $3 12 4" "$(jq -r '"\(.source) \(.state) \(.records) \(.new)"' "$out")"
	[ "$1" = 1 ] || grep -q 'part-1 may not be read' "$err" || fail "a run that is $3: why" "$(cat "$err")"
	grep -q 'of 2 parts' "$err" || fail "a run that is $3: lines on the way" "$(cat "$err")"
done
source_do show prod --json --now 2026-11-15T09:00:00Z
expect "the last runs" "failed partial done" "$(jq -r '[.runs[].state] | join(" ")' "$out")"
source_do list --now 2026-11-15T09:00:00Z
expect_some "the last run: for people" "$(grep -c '^prod .*failed 50 min ago' "$out")"
proves "who waits sees parts and records, and its end by the exit code"

if command -v script >/dev/null; then
	collect 1 "" >"$tmp/collected" 2>&1 &
	pid=$!
	run script -qefc "'$isobar' source run prod --wait --now 2026-11-15T08:00:00Z" "$tmp/typed"
	expect_code "at a terminal" 0
	wait "$pid" || fail "at a terminal" "$(cat "$tmp/collected")"
	grep -qF '[############------------] 1/2 parts  7 records' "$tmp/typed" || fail "at a terminal: a bar" "$(cat -v "$tmp/typed")"
	proves "at a terminal a bar shows how far it is"
fi

SECONDS=0
refused "no collector" 75 "no collector took the source within 30 s" run prod --wait
[ "$SECONDS" -ge 29 ] || fail "no collector: it waits"
proves "without a collector: try again"

# --- what is not seen ---

scope() { # NAME STATE REASON COMPLETE_AT
	sql "insert into isobar.source_scope (org_id, source_id, scope_id, scope, state, reason, met_at, run_id, complete_at, n_live)
		select org_id, source_id, abs(hashtext('$1')), '$1', $2, '$3', '2026-10-01T00:00:00Z', 1, nullif('$4', '')::timestamptz, 5
		from isobar.source where name = 'prod' and kind = 1"
}
source_do blind --now "$now"
expect_some "nothing is blind" "$(grep -c '^Nothing is blind' "$out")"
scope 1111/eu-west-1 1 '' 2026-11-15T00:00:00Z
scope 1111/eu-west-2 3 'AccessDenied: securityhub:GetFindings is missing' 2026-11-10T00:00:00Z
scope 1111/us-east-1 4 'Security Hub is not switched on' ''
scope 2222/eu-west-1 5 'the account is not named any more' 2026-11-01T00:00:00Z
scope 3333/eu-west-1 1 '' 2026-10-31T00:00:00Z
source_do blind --json --now "$now"
expect "blind" "1111/eu-west-2=denied 1111/us-east-1=not_enabled 2222/eu-west-1=lost 3333/eu-west-1=complete" \
	"$(jq -r '"\(.scope)=\(.state)"' "$out" | paste -sd ' ')"
expect "blind: since when" "2026-11-10T00:00:00Z 2026-10-01T00:00:00Z 2026-11-01T00:00:00Z 2026-10-31T00:00:00Z" \
	"$(jq -r .known_at "$out" | paste -sd ' ')"
source_do blind prod --now "$now"
expect_some "blind: for people" "$(grep -c '1111/eu-west-2 .*denied .*5 days ago .*AccessDenied' "$out")"
expect_some "blind: too long ago" "$(grep -c '3333/eu-west-1 .*no complete run since' "$out")"
source_do list --json --now "$now"
expect "coverage" "5 2 4" "$(jq -r '"\(.scopes) \(.proved) \(.blind)"' "$out")"
source_do show prod --json --now "$now"
expect "coverage by scope" 5 "$(jq '.coverage | length' "$out")"
proves "what no complete run proves is told, since when, and why"

# --- confirming ---

refused "nothing is held" 1 "no scope of prod waits for a confirmation" confirm prod --yes
for ((i = 1; i <= 100; i++)); do asff "$i" "bucket=b-$i"; done >"$tmp/many.ndjson"
head -n 10 "$tmp/many.ndjson" >"$tmp/few.ndjson"
must "$isobar" import --quiet --source prod --no-score --complete --now 2026-11-15T10:00:00Z "$tmp/many.ndjson"
run "$isobar" import --quiet --source prod --no-score --complete --now 2026-11-15T11:00:00Z "$tmp/few.ndjson"
expect_code "held" 3
live() {
	sql "select count(*) from isobar.finding where state = 0"
}
source_do blind --json --now "$now"
expect "a held scope is blind" "held 100 90" \
	"$(jq -r 'select(.state == "held") | "\(.state) \(.live) \(.absent)"' "$out")"
refused "without --yes" 2 "nothing is closed without --yes" confirm prod
expect_some "it shows what would be closed" "$(grep -c 'aws_securityhub  *100  *90' "$out")"
expect "and closes nothing" 100 "$(live)"
refused "another scope" 1 "no scope of prod waits for a confirmation in 9999" confirm prod --scope 9999 --yes
source_do confirm prod --yes --json --no-score --now 2026-11-15T12:00:00Z
expect_code "confirmed" 0
expect "confirmed: closed" "90" "$(jq -r 'select(.closed != null) | .closed' "$out")"
expect "confirmed: live" 10 "$(live)"
refused "once" 1 "no scope of prod waits for a confirmation" confirm prod --yes
proves "a held scope is shown, and closed when a person says so"

# --- testing, removing ---

if [ -x "$build/collector/isobar-collector" ]; then
	refused "test: of a source that is" 1 'there is no source "none"' test none
else
	refused "test: no collector" 1 "cannot start isobar-collector" test prod
fi
source_do remove prod
expect_code "remove" 0
expect "removed: settings, secrets" "f||0|0" "$(sql "select enabled, settings, interval_s,
	(select count(*) from isobar.source_secret) from isobar.source where kind = 1")"
expect "removed: findings stay" 10 "$(live)"
source_do list
expect_some "removed: not listed" "$(grep -c 'There is no live source yet' "$out")"
source_do blind --json --now "$now"
expect "removed: not blind" 0 "$(wc -l <"$out")"
source_do add prod --connector "$connector" --every never --quiet
expect_code "added again" 0
source_do list
expect_some "added again: only when asked for" "$(grep -c '^prod .*when asked' "$out")"
proves "a removed source leaves its findings, and no secret"

grep -qF -e "$secret" -e "$second" "$said" && fail "a secret in what commands said"
done_testing
