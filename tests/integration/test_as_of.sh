#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The queue and single risks as of a time are what they were at that time: a random life of an estate, the
# queue kept after each step and between two steps, and asked for again at the end.
. "$(dirname "$0")/lib.sh"

t0=1794700800 # 2026-11-15T00:00:00Z: second 0 of this test
n_steps=${ISOBAR_AS_OF_STEPS:-40}
RANDOM=$((seed % 32768))
say "seed $seed (ISOBAR_SEED sets it)"

# pick WORD…: one of them, in $picked; below N: less than N, in $picked
pick() {
	shift $((RANDOM % $#))
	picked=$1
}

below() {
	picked=$(((RANDOM * 32768 + RANDOM) % $1))
}

stamp() { # SECONDS
	date -u -d "@$((t0 + $1))" +%Y-%m-%dT%H:%M:%SZ
}

buckets=(one two three four five six seven eight)
cves=(CVE-2026-0001 CVE-2026-0002 CVE-2026-0003 CVE-2026-0004)

# Some findings of some buckets, each new, changed, passed or muted.
records() {
	local bucket label compliance workflow i
	for bucket in "${buckets[@]}"; do
		for i in 1 2; do
			below 3
			[ "$picked" -eq 0 ] || continue
			pick LOW MEDIUM HIGH CRITICAL
			label=$picked
			pick FAILED FAILED FAILED PASSED
			compliance=$picked
			pick NEW NEW NEW SUPPRESSED
			workflow=$picked
			asff "$i-$bucket" "bucket=as-of-$bucket" "control=S3.$((i * 3 + 2))" "updated=$(stamp $((t - 60)))" \
				"label=$label" "compliance=$compliance" "workflow=$workflow"
		done
	done
	asff 99 bucket=as-of-always control=S3.8 "updated=$(stamp $((t - 60)))" label=HIGH
}

image() {
	local cve comma=''
	printf '{"SchemaVersion":2,"CreatedAt":"%s","ArtifactName":"registry.example.com/as-of/web:1",' "$(stamp $((t - 60)))"
	printf '"ArtifactType":"container_image","Results":[{"Target":"web:1 (debian 12.1)","Class":"os-pkgs","Type":"debian",'
	printf '"Vulnerabilities":['
	for cve in "${cves[@]}"; do
		below 4
		[ "$picked" -gt 0 ] || continue
		printf '%s{"VulnerabilityID":"%s","PkgName":"lib%s","InstalledVersion":"1.0","Severity":"MEDIUM","Title":"Made for a test"}' \
			"$comma" "$cve" "${cve,,}"
		comma=,
	done
	printf ']}]}\n'
}

epss() {
	local cve
	printf '#model_version:v2026.01.01,score_date:%s\ncve,epss,percentile\n' "$(stamp "$t")"
	for cve in "${cves[@]}"; do
		below 99999
		printf '%s,0.%05d,0.5\n' "$cve" "$((picked + 1))"
	done
}

some_open() { # an id, in $id; fails when nothing is open
	id=$(sql "select risk_id from isobar.risk where open order by md5(risk_id::text || '$RANDOM') limit 1")
	[ -n "$id" ]
}

# One thing that happens at $t.  What a risk's state does not allow is refused, and that is fine.
step() {
	local now id action until
	now=$(stamp "$t")
	pick import import import image epss move move accept accept withdraw extend sweep rule nothing
	action=$picked
	say "step $step at $now: $action"
	case $action in
	import) records >"$tmp/in.json" && must "$isobar" import --quiet --now "$now" "$tmp/in.json" ;;
	image) image >"$tmp/image.json" && must "$isobar" import --quiet --now "$now" "$tmp/image.json" ;;
	epss) epss >"$tmp/epss.csv" && run "$isobar" intel load --quiet --now "$now" "$tmp/epss.csv" ;;
	move)
		some_open || return 0
		pick in_progress contested false_positive open
		run "$isobar" transition "$id" --to "$picked" --reason 'a test' --actor ann --now "$now"
		;;
	accept)
		some_open || return 0
		below 400
		until=$(stamp $((t + 3600 * (picked + 1))))
		run "$isobar" accept "$id" --until "$until" --reason 'a test' --requested-by ann --approved-by bob --now "$now"
		;;
	withdraw)
		id=$(sql "select acceptance_id from isobar.risk where state = 3 limit 1")
		[ -n "$id" ] || return 0
		run "$isobar" acceptance revoke "$id" --reason 'a test' --by bob --now "$now"
		;;
	extend)
		some_open || return 0
		run "$isobar" extend "$id" --due "$(stamp $((t + 3600 * 1500)))" --reason 'a test' --actor ann --approved-by bob \
			--now "$now"
		;;
	sweep) must "$scorer" --once --now "$now" ;;
	rule)
		pick "$(stamp $((t + 3600 * 50)))" "$(stamp $((t + 3600 * 500)))"
		run "$isobar" suppression set muted --where 'asset=arn:aws:s3:::as-of-o*' --until "$picked" --reason 'a test' \
			--now "$now"
		;;
	esac
}

kept='{id, rank, score, band, state, due_at, sla, responsibility, title, asset}'
explained='{score, band, state, due_at, sla, opened_at, model, policy,
	factors: [.factors[] | {factor, value: (.value | sub(" \\([0-9-]+\\)$"; "")), points, basis}]}'

# keep NAME SECONDS: the queue of now, and one of its risks
keep() {
	must "$isobar" queue --json --queue all --limit 1000 --now "$(stamp "$2")"
	jq -c "$kept" "$out" >"$tmp/kept.$1"
	stamp "$2" >"$tmp/at.$1"
	sql "select risk_id from isobar.risk order by md5(risk_id::text || '$1') limit 2" >"$tmp/ids.$1"
	: >"$tmp/explained.$1"
	while read -r one; do
		must "$isobar" explain --json --now "$(stamp "$2")" "$one"
		jq -c "$explained" "$out" >>"$tmp/explained.$1"
	done <"$tmp/ids.$1"
}

# ask_queue NAME NOW: the queue as of its time
ask_queue() {
	local at
	at=$(cat "$tmp/at.$1")
	must "$isobar" queue --json --queue all --limit 1000 --as-of "$at" --now "$2"
	jq -c "$kept" "$out" >"$tmp/asked"
	expect_same "the queue as of $1 ($at)" "$tmp/kept.$1" "$tmp/asked"
}

# ask NAME NOW: its risks, too
ask() {
	local at
	ask_queue "$1" "$2"
	at=$(cat "$tmp/at.$1")
	: >"$tmp/asked"
	while read -r one; do
		must "$isobar" explain --json --as-of "$at" --now "$2" "$one"
		jq -c "$explained" "$out" >>"$tmp/asked"
	done <"$tmp/ids.$1"
	expect_same "risks as of $1 ($at)" "$tmp/explained.$1" "$tmp/asked"
}

make_db
t=0
keep before 0
names=(before)
t=120
records >"$tmp/in.json"
image >"$tmp/image.json"
must "$isobar" import --quiet --now "$(stamp "$t")" "$tmp/in.json" "$tmp/image.json"
keep first "$t"
names+=(first)
for step in $(seq 1 "$n_steps"); do
	below $((200 * 3600))
	t=$((t + picked + 120))
	step
	keep "$step" "$t"
	# Time alone, and nobody who writes it down; the next step is 120 s later at the least.
	below $((100 * 3600))
	keep "$step-later" $((t + picked))
	names+=("$step" "$step-later")
	t=$((t + picked))
done
end=$(stamp $((t + 1)))
expect_some "risks that are open at the end" "$(wc -l <"$tmp/kept.$n_steps-later")"
expect_some "former rows" "$(sql 'select count(*) from isobar.risk_rank_history')"
expect_some "former scores" "$(sql 'select count(*) from isobar.score_history')"
for name in "${names[@]}"; do
	ask "$name" "$end"
done
proves "each step and each time between two is answered as it was"

must "$scorer" --once --now "$end"
for name in "${names[@]}"; do
	ask_queue "$name" "$end"
done
proves "and so it is after the sweeper has caught up"

# Page after page, and what is kept to ask by.
at=$(cat "$tmp/at.$((n_steps / 2))")
after=()
: >"$tmp/paged"
while :; do
	must "$isobar" queue --json --queue all --limit 3 --as-of "$at" --now "$end" "${after[@]}"
	jq -c "$kept" "$out" >>"$tmp/paged"
	[ "$(wc -l <"$out")" -eq 3 ] || break
	after=(--after "$(tail -n 1 "$out" | jq -r '"\(.rank),\(.id)"')")
done
expect_same "page after page" "$tmp/kept.$((n_steps / 2))" "$tmp/paged"
for band in critical high medium low; do
	must "$isobar" queue --json --queue all --limit 1000 --as-of "$at" --now "$end" --where "band=$band"
	jq -c "$kept" "$out" >"$tmp/asked"
	jq -c "select(.band == \"$band\")" "$tmp/kept.$((n_steps / 2))" >"$tmp/wanted"
	expect_same "band $band" "$tmp/wanted" "$tmp/asked"
done
for state in open in_progress contested; do
	must "$isobar" queue --json --queue all --limit 1000 --as-of "$at" --now "$end" --where "state=$state"
	jq -c "$kept" "$out" >"$tmp/asked"
	jq -c "select(.state == \"$state\")" "$tmp/kept.$((n_steps / 2))" >"$tmp/wanted"
	expect_same "state $state" "$tmp/wanted" "$tmp/asked"
done
proves "pages and filters of a time"

# However few rows count as few: each time by rank, and each by time.
for few in 0 100000; do
	{
		echo "set timezone = 'UTC'; prepare page as"
		sed "s/\b4000\b/$few/g" "$root/libisobar/store/sql/read/as_of_page.sql"
		echo ';'
		for name in "${names[@]}"; do
			echo "execute page(1, '$(cat "$tmp/at.$name")', 16384, '00000000-0000-0000-0000-000000000000', null, 1000, null, 0, null);"
		done
	} >"$tmp/pages.sql"
	psql --no-psqlrc --quiet --tuples-only --no-align --field-separator ' ' --set ON_ERROR_STOP=1 --dbname "$ISOBAR_DATABASE" \
		--file "$tmp/pages.sql" | cut -d ' ' -f 1-3 >"$tmp/asked"
	for name in "${names[@]}"; do
		jq -r '"\(.id) \(.rank) \({open: 0, in_progress: 1, contested: 2}[.state])"' "$tmp/kept.$name"
	done >"$tmp/wanted"
	expect_same "few are less than $few" "$tmp/wanted" "$tmp/asked"
done
proves "the same by every way that leads to the rows"

# --- what cannot be asked ---

refused() { # CASE CODE TEXT COMMAND…
	local name=$1 want=$2 text=$3
	shift 3
	run "$isobar" "$@"
	expect_code "$name" "$want"
	grep -qF -- "$text" "$err" || fail "$name" "it said: $(head -c 300 "$err")"
	expect "$name: one line" 1 "$(wc -l <"$err")"
	expect "$name: nothing else" 0 "$(wc -c <"$out")"
}

id=$(head -n 1 "$tmp/ids.$n_steps")
refused "the future" 2 "--as-of is a time that has passed" queue --as-of 2027-01-01T00:00:00Z --now 2026-12-31T23:59:59Z
refused "the future of a risk" 2 "--as-of is a time that has passed" explain "$id" --as-of 2027-01-01T00:00:00Z \
	--now 2026-12-31T23:59:59Z
refused "no time" 2 '--as-of is an RFC 3339 time, not "yesterday"' queue --as-of yesterday
refused "a filter that is not kept" 2 "--where: what owner was is not kept" queue --as-of "$at" --now "$end" --where owner=none
refused "a state that is in no queue" 2 "state is open, in_progress or contested" queue --as-of "$at" --now "$end" \
	--where state=resolved
refused "a risk before it was" 1 "there was no such risk at that time" explain "$id" --as-of 2026-01-01T00:00:00Z --now "$end"
must "$isobar" queue --json --as-of 2026-01-01T00:00:00Z --now "$end"
expect "before the first event" 0 "$(wc -l <"$out")"
must "$isobar" queue --as-of 2026-01-01T00:00:00Z --now "$end"
grep -q '^0 shown, as of 2026-01-01T00:00:00Z$' "$out" || fail "before the first event, for people" "$(cat "$out")"
must "$isobar" explain "$id" --as-of "$(cat "$tmp/at.$n_steps")" --now "$end"
grep -q '^As of ' "$out" || fail "a risk for people" "$(cat "$out")"
sql "update isobar.org set history_from = '2026-11-20T00:00:00Z'"
refused "before what is kept" 1 "the history reaches back to 2026-11-20T00:00:00Z only" queue \
	--as-of 2026-11-19T00:00:00Z --now "$end"
proves "what cannot be answered is refused in one line"

done_testing
