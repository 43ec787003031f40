#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Random histories: imports of three tools, links and splits, feeds, another catalogue, models, policies,
# context, decisions and time.  After each step ids, clocks, tickets and the feed go on from where they were
# (histories.sql says what that is); at the end every step is asked for again, and the queue and each risk
# as of it are what was kept then.  ISOBAR_SEED=N repeats a history,
# ISOBAR_HISTORY_STEPS=N sets its length, ISOBAR_TEST_ALL=1 makes it 200 steps from each of three seeds.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../http/api.sh"

load_catalog=$build/tests/integration/load_catalog
t0=1704067200 # 2024-01-01T00:00:00Z: second 0, so that all of it has passed when the api is asked
n_steps=${ISOBAR_HISTORY_STEPS:-30}
seeds=("$seed")
if [ -n "${ISOBAR_TEST_ALL:-}" ]; then
	n_steps=${ISOBAR_HISTORY_STEPS:-200}
	seeds=("$seed" $((seed + 1)) $((seed + 2)))
fi
for program in "$load_catalog" "$api"; do
	[ -x "$program" ] || skip "$program is not built"
done
command -v curl >/dev/null || skip "needs curl"

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

# --- what tools say ---

buckets=(one two three)
controls=(S3.9 S3.13 S3.2 S3.8)
checks=(s3_bucket_server_access_logging_enabled s3_bucket_lifecycle_enabled s3_bucket_public_access)
cves=(CVE-2024-1001 CVE-2024-1002 CVE-2024-1003 CVE-2024-1004)

# Some findings of some buckets, each new, changed, passed or muted; at first all of them.
hub() {
	local bucket i label compliance workflow
	for bucket in "${buckets[@]}"; do
		for i in "${!controls[@]}"; do
			below 3
			[ "$picked" -eq 0 ] || [ "$1" = all ] || continue
			pick LOW MEDIUM HIGH CRITICAL
			label=$picked
			pick FAILED FAILED FAILED PASSED
			compliance=$picked
			pick NEW NEW NEW NEW SUPPRESSED
			workflow=$picked
			asff "$i-$bucket" "bucket=history-$bucket" "control=${controls[i]}" "updated=$(stamp $((t - 60)))" \
				"first=$(stamp 0)" "label=$label" "compliance=$compliance" "workflow=$workflow"
		done
	done
	asff 99 bucket=history-always control=S3.8 "updated=$(stamp $((t - 60)))" "first=$(stamp 0)" label=HIGH
}

other_tool() {
	local bucket check severity verdict
	for bucket in "${buckets[@]}"; do
		for check in "${checks[@]}"; do
			below 3
			[ "$picked" -eq 0 ] || [ "$1" = all ] || continue
			pick 2 3 4 5
			severity=$picked
			pick FAIL FAIL FAIL PASS
			verdict=$picked
			prowler "bucket=history-$bucket" "check=$check" "at=$((t0 + t - 60))" "severity=$severity" "verdict=$verdict"
		done
	done
	prowler bucket=history-always check=s3_bucket_public_access "at=$((t0 + t - 60))"
}

# All that an image has: what is not in it has vanished.
image() {
	local cve comma=''
	printf '{"SchemaVersion":2,"CreatedAt":"%s","ArtifactName":"registry.example.com/history/web:1",' "$(stamp $((t - 60)))"
	printf '"ArtifactType":"container_image","Results":[{"Target":"web:1 (debian 12.1)","Class":"os-pkgs","Type":"debian",'
	printf '"Vulnerabilities":['
	for cve in "${cves[@]}"; do
		below 4
		[ "$picked" -gt 0 ] || continue
		pick LOW MEDIUM HIGH CRITICAL
		printf '%s{"VulnerabilityID":"%s","PkgName":"lib%s","InstalledVersion":"1.0","Severity":"%s","Title":"Made for a test"}' \
			"$comma" "$cve" "${cve,,}" "$picked"
		comma=,
	done
	printf ']}]}\n'
}

epss() {
	local cve
	printf '#model_version:v2024.01.01,score_date:%s\ncve,epss,percentile\n' "$(stamp "$t")"
	for cve in "${cves[@]}"; do
		below 99999
		printf '%s,0.%05d,0.5\n' "$cve" "$((picked + 1))"
	done
}

kev() { # with the CVEs of $kev_now; each was added two weeks before it is due
	local cve comma='' day
	day=$(stamp "$t")
	printf '{"title":"Made for a test","catalogVersion":"%s","dateReleased":"%s",' "$day" "$day"
	printf '"count":%s,"vulnerabilities":[' "$((${#kev_now[@]} + 60))"
	for cve in $(seq -f 'CVE-2020-%g' 1001 1060) "${kev_now[@]}"; do
		printf '%s{"cveID":"%s","dateAdded":"2024-01-01","dueDate":"2024-01-15",' "$comma" "$cve"
		printf '"knownRansomwareCampaignUse":"Unknown"}'
		comma=,
	done
	printf ']}\n'
}

# --- what the org says ---

model() {
	local change
	pick '.points.exposure[5] -= 30 | .points.exposure[4] -= 15 | .points.data[4] += 30 | .points.data[3] += 20' \
		'.bands = {medium: 250, high: 450, critical: 650}' \
		'.bands = {medium: 350, high: 550, critical: 750}' \
		'.points.likelihood.epss |= map([.[0], (if .[0] < 20 then 0 else 180 end)])'
	change=$picked
	jq --arg name "history-$step" ".model = \$name | $change" "$root/catalog/models/rs-1.0.0.json"
}

policies() { # and what they say into $policy_rows
	local band i=3 cap
	policy_rows=''
	for band in critical high medium low; do
		below 40
		pick on off
		cap=$picked
		below 60
		printf '[%s]\nband = %s\nwindow = %dh\nkev-cap = %s\n' "$band" "$band" $(((picked + 1) * (5 - i) * 12)) "$cap" \
			>>"$tmp/policy.ini"
		policy_rows+="${policy_rows:+,}($step, $i, interval '$(((picked + 1) * (5 - i) * 12)) hours', '$cap')"
		i=$((i - 1))
	done
}

context() {
	local bucket
	printf 'asset,field,level,reason,decided\n'
	for bucket in "${buckets[@]}"; do
		pick none internal internet_open
		printf 'arn:aws:s3:::history-%s,exposure,%s,test,yes\n' "$bucket" "$picked"
		pick sandbox production mission_critical
		printf 'arn:aws:s3:::history-%s,criticality,%s,test,yes\n' "$bucket" "$picked"
	done
}

# Three rules, each of which is another control, none, or what it is.
declare -A control_of
catalogue_rules=(aws_securityhub/S3.9 prowler/s3_bucket_public_access aws_securityhub/S3.13)

catalogue() {
	local rule
	pick "${catalogue_rules[@]}"
	rule=$picked
	pick storage.access-logging storage.lifecycle storage.public-access none home
	[ "${control_of[$rule]:-home}" != "$picked" ] || return 0
	control_of[$rule]=$picked
	moved=$rule
	for rule in "${catalogue_rules[@]}"; do
		printf '%s\t%s\n' "${rule/\//$'\t'}" "${control_of[$rule]:-home}"
	done >"$tmp/moves"
	awk -F '\t' -v OFS='\t' 'NR == FNR { to[$1, $2] = $3; next }
		!(($1, $2) in to) || to[$1, $2] == "home" { print; next }
		to[$1, $2] != "none" { $3 = to[$1, $2]; print }' \
		"$tmp/moves" "$root/catalog/control_aliases.tsv" >"$tmp/control_aliases.tsv"
	must "$load_catalog" "$now" "control_aliases.tsv=$tmp/control_aliases.tsv"
	what="$moved is ${control_of[$moved]}"
}

# some QUERY: one of its texts, drawn by the seed, into $one; fails when there is none.  Risks are drawn by what they
# are about: the ids of those that were split off are random.
some() {
	local draw=$RANDOM # not in a subshell, where it is another sequence
	one=$(sql "select one from ($1) as q (one) order by md5('$draw' || (
			select string_agg(coalesce(concat_ws(' ', r.asset_id, r.subject, r.location, r.opened_at, r.n_findings), id),
				' ' order by place)
			  from unnest(string_to_array(one, ' ')) with ordinality as w (id, place)
			  left join isobar.risk as r on r.org_id = 1 and r.risk_id::text = w.id)) limit 1")
	[ -n "$one" ]
}

some_open() {
	some "select risk_id::text from isobar.risk where org_id = 1 and open"
}

members="(select e.risk_id, r.asset_id, m.finding_id, cardinality(e.members) as n
	from isobar.risk_explanation as e
	join isobar.risk as r using (org_id, risk_id)
	cross join lateral unnest(e.members) as m (finding_id)
	where r.org_id = 1 and r.open)"

# What a risk's state, or what was said of a finding, does not allow is refused, and that is fine; anything else is not.
may() {
	run "$@"
	[ "$code" -le 1 ] || [ "$code" -eq 3 ] || fail "step $step, $action" "exit code $code: $(head -c 300 "$err")"
	what+=", exit code $code"
}

say_of_people() {
	local one two
	case $action in
	link)
		some "select a.finding_id || ' ' || b.risk_id from $members as a join $members as b
			on b.asset_id = a.asset_id and b.risk_id <> a.risk_id" || return 0
		read -r one two <<<"$one"
		what="$one to $two"
		may "$isobar" link --quiet --now "$now" "$one" "$two" --reason 'a test' --actor ann
		;;
	join)
		some "select a.risk_id || ' ' || b.risk_id from $members as a join $members as b
			on b.asset_id = a.asset_id and b.risk_id <> a.risk_id" || return 0
		read -r one two <<<"$one"
		what="$one to $two"
		action=link
		may "$isobar" link --quiet --now "$now" "$one" "$two" --reason 'a test' --actor ann
		;;
	split)
		some "select finding_id::text from $members as m where n > 1" || return 0
		what=$one
		may "$isobar" split --quiet --now "$now" "$one" --reason 'a test' --actor ann
		;;
	unlink)
		some "select finding_id::text from isobar.risk_link where org_id = 1" || return 0
		what=$one
		may "$isobar" unlink --quiet --now "$now" "$one" --actor ann
		;;
	move)
		some_open || return 0
		pick in_progress contested false_positive open
		what="$one to $picked"
		may "$isobar" transition --quiet "$one" --to "$picked" --reason 'a test' --actor ann --now "$now"
		;;
	accept)
		some_open || return 0
		below 300
		what=$one
		may "$isobar" accept --quiet "$one" --until "$(stamp $((t + 3600 * (picked + 1))))" --reason 'a test' \
			--requested-by ann --approved-by bob --now "$now"
		;;
	withdraw)
		some "select risk_id::text from isobar.risk where org_id = 1 and state = 3" || return 0
		one=$(sql "select acceptance_id from isobar.risk where org_id = 1 and risk_id = '$one'")
		may "$isobar" acceptance revoke --quiet "$one" --reason 'a test' --by bob --now "$now"
		;;
	extend)
		some_open || return 0
		below 1500
		what=$one
		may "$isobar" extend --quiet "$one" --due "$(stamp $((t + 3600 * (picked + 1))))" --reason 'a test' --actor ann \
			--approved-by bob --now "$now"
		;;
	mute)
		pick "$(stamp $((t + 3600 * 50)))" "$(stamp $((t + 3600 * 200)))"
		may "$isobar" suppression set --quiet muted --where 'asset=arn:aws:s3:::history-o*' --until "$picked" \
			--reason 'a test' --now "$now"
		;;
	esac
}

# --- a step ---

actions=(import import import import other other other image image epss kev
	link link join split split unlink unlink catalogue catalogue catalogue
	move move accept accept withdraw extend mute model policy context time time)

act() {
	local cve
	pick "${actions[@]}"
	action=$picked
	what=
	case $action in
	import) hub some >"$tmp/in.json" && must "$isobar" import --quiet --now "$now" "$tmp/in.json" ;;
	other) other_tool some >"$tmp/in.json" && must "$isobar" import --quiet --now "$now" "$tmp/in.json" ;;
	image) image >"$tmp/image.json" && must "$isobar" import --quiet --now "$now" "$tmp/image.json" ;;
	epss)
		action=intel
		epss >"$tmp/epss.csv"
		must "$isobar" intel load --quiet --now "$now" "$tmp/epss.csv"
		;;
	kev)
		action=intel
		kev_now=()
		for cve in "${cves[@]}"; do
			pick yes no no
			[ "$picked" = no ] || kev_now+=("$cve")
		done
		what="KEV ${kev_now[*]}"
		kev >"$tmp/kev.json"
		must "$isobar" intel load --quiet --now "$now" "$tmp/kev.json"
		;;
	catalogue) catalogue ;;
	model)
		pick activate activate reset
		if [ "$picked" = activate ]; then
			model >"$tmp/model.json"
			must "$isobar" model activate --quiet --now "$now" --reason 'a test' "$tmp/model.json"
		else
			run "$isobar" model reset --quiet --now "$now" --reason 'a test'
		fi
		;;
	policy)
		: >"$tmp/policy.ini"
		policies
		must "$isobar" sla policy load --quiet --now "$now" --reason 'a test' "$tmp/policy.ini"
		;;
	context) context >"$tmp/context.csv" && must "$isobar" context load --quiet --now "$now" "$tmp/context.csv" ;;
	time) ;;
	*) say_of_people ;;
	esac
}

# Keeps the step that was made at $t by $action.
keep() {
	local cve
	must "$scorer" --once --now "$now"
	must "$isobar" queue --json --queue all --limit 1000 --now "$now"
	jq -c "$row_of_queue" "$out" >"$tmp/queue.$step"
	{
		printf "insert into kept.step values (%d, '%s', '%s', '{%s}');\n" "$step" "$now" "$action" "$moved"
		if [ -n "$policy_rows" ]; then
			printf 'insert into kept.policy values %s;\n' "$policy_rows"
		else
			printf 'insert into kept.policy select %d, band, length, kev_cap from kept.policy where step = %d;\n' \
				"$step" $((step - 1))
		fi
		for cve in "${kev_now[@]}"; do
			printf "insert into kept.kev values (%d, '%s');\n" "$step" "$cve"
		done
		printf 'select kept.keep(%d);\nselect kept.tickets();\n' "$step"
	} >"$tmp/keep.sql"
	psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$ISOBAR_DATABASE" \
		--file "$tmp/keep.sql" >/dev/null
	policy_rows=
}

check() {
	local line
	sql "select kept.broken($step)" >"$tmp/broken"
	sql "delete from kept.numbered; insert into kept.numbered select seq, event_id from kept.event_number where org_id = 1"
	while IFS= read -r line; do
		fail "seed $seed, step $step at $now ($action $what)" "$line"
	done <"$tmp/broken"
}

# Scoring all of it once more writes nothing.
check_settled() {
	local before
	before=$(sql "select (select sum(version) from isobar.risk), (select count(*) from isobar.risk_event),
		(select count(*) from isobar.sla_segment), (select count(*) from isobar.risk_alias)")
	sql "insert into isobar.dirty_mark (org_id, asset_id, run_id) select org_id, asset_id, 0 from isobar.asset"
	must "$scorer" --once --now "$now"
	expect "seed $seed, step $step: scored again, nothing is written" "$before" "$(sql "select
		(select sum(version) from isobar.risk), (select count(*) from isobar.risk_event),
		(select count(*) from isobar.sla_segment), (select count(*) from isobar.risk_alias)")"
	expect "seed $seed, step $step: the counters are right" 0 "$(sql "select count(*) from (select band, state,
		responsibility, count(*) as n from isobar.risk where org_id = 1 group by 1, 2, 3) as r full join (select band,
		state, responsibility, n from isobar.queue_count where org_id = 1 and n <> 0) as q
		using (band, state, responsibility, n) where r is null or q is null")"
}

# --- as of each step ---

# Title and asset are those of now, whenever it is asked.
row_of_queue='{id, rank, score, band, state, due_at, sla, responsibility}'

# fetch NAME: each of the urls of $tmp/urls by one curl; the answers are a line each.
fetch() {
	awk -v base="http://127.0.0.1:$port" '{ printf "url = \"%s%s\"\n", base, $0 }' "$tmp/urls" >"$tmp/curl"
	curl -s -H "Authorization: Bearer $token" -w '\n' --config "$tmp/curl" >"$1"
}

ask_queues() {
	local i next
	for i in $(seq 0 "$n_steps"); do
		must "$isobar" queue --json --queue all --limit 1000 --as-of "$(stamp "${at[i]}")" --now "$(stamp $((t + 1)))"
		jq -c "$row_of_queue" "$out" >"$tmp/asked"
		expect_same "seed $seed: the queue as of step $i ($(stamp "${at[i]}"))" "$tmp/queue.$i" "$tmp/asked"
		# The same in pages, over HTTP.
		: >"$tmp/asked"
		next=
		while :; do
			ask "/v1/queues/all/risks?limit=5&as_of=$(stamp "${at[i]}")${next:+&cursor=$next}"
			[ "$status" = 200 ] || {
				fail "seed $seed: pages as of step $i" "status $status: $(head -c 300 "$out")"
				break
			}
			jq -c ".items[] | $row_of_queue" "$out" >>"$tmp/asked"
			next=$(jq -r '.next_cursor // ""' "$out")
			[ -n "$next" ] || break
		done
		expect_same "seed $seed: pages as of step $i" "$tmp/queue.$i" "$tmp/asked"
	done
	proves "seed $seed: the queue as of each step, whole and in pages, is what it was"
}

# Each risk as of each step is the row that was kept then.
ask_risks() {
	sql "select '/v1/risks/' || r.risk_id || '?as_of=' || to_char(s.at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
		from kept.risk as r join kept.step as s using (step) order by r.step, r.risk_id" >"$tmp/urls"
	sql "select jsonb_build_object('id', r.risk_id, 'score', r.score, 'rank', r.rank,
			'band', (array['low', 'medium', 'high', 'critical'])[r.band + 1],
			'state', (array['open', 'in_progress', 'contested', 'accepted', 'false_positive', 'suppressed',
				'resolved'])[r.state + 1],
			'due_at', to_char(r.due_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
			'opened_at', to_char(r.opened_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
			'model', r.model, 'points', to_jsonb(r.points))
		from kept.risk as r order by r.step, r.risk_id" | jq -cS . >"$tmp/wanted"
	fetch "$tmp/answers"
	jq -cS '{id, score, rank, band, state, due_at, opened_at, model, points: ([.factors[]?.points] + [.policy])}' "$tmp/answers" \
		>"$tmp/asked"
	expect "seed $seed: risks that were asked for" "$(wc -l <"$tmp/urls")" "$(wc -l <"$tmp/asked")"
	paste -d '\n' "$tmp/wanted" "$tmp/asked" "$tmp/urls" |
		awk 'NR % 3 == 1 { wanted = $0 } NR % 3 == 2 { got = $0 }
			NR % 3 == 0 && wanted != got { print $0 ": wanted " wanted ", got " got }' >"$tmp/differ"
	[ ! -s "$tmp/differ" ] ||
		fail "seed $seed: $(wc -l <"$tmp/differ") of $(wc -l <"$tmp/urls") risks as of a step" "$(head -n 3 "$tmp/differ")"
	proves "seed $seed: each of $(wc -l <"$tmp/urls") risks as of a step is what it was"
}

# --- a history ---

history() {
	RANDOM=$((seed % 32768))
	say "seed $seed, $n_steps steps (ISOBAR_SEED and ISOBAR_HISTORY_STEPS set them)"
	make_db
	psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "$ISOBAR_DATABASE" --file "$here/histories.sql"
	sql "create table clock_case (case_no integer, kev_allowance interval, first_seen timestamptz);
		create table clock_policy (case_no integer, band smallint, length interval, calendar text, warn integer,
			source boolean, kev_cap boolean);
		create table clock_segment (case_no integer, no integer, from_at timestamptz, mode smallint, band smallint,
			due_at timestamptz);
		create table clock_hours (calendar text, from_at timestamptz, to_at timestamptz);
		create function kept.oracle(integer, timestamptz) returns table (state text, due_at timestamptz, level integer,
			soon_at timestamptz) language sql as \$oracle\$ $(cat "$here/clock_oracle.sql") \$oracle\$"
	sql "insert into isobar.endpoint (org_id, endpoint_id, name, channel, url, settings, updated_at)
		values (1, 1, 'tracker', 'jira', '', '{}', now())"
	step=0 t=120 action=import what= moved='' kev_now=() control_of=() at=()
	policy_rows="(0, 3, interval '48 hours', true), (0, 2, interval '336 hours', true),
		(0, 1, interval '2160 hours', true), (0, 0, interval '0', true)"
	now=$(stamp "$t")
	hub all >"$tmp/in.json"
	other_tool all >"$tmp/in2.json"
	image >"$tmp/image.json"
	must "$isobar" import --quiet --now "$now" "$tmp/in.json" "$tmp/in2.json" "$tmp/image.json"
	keep
	check
	at[0]=$t
	for step in $(seq 1 "$n_steps"); do
		pick 3600 108000 108000 400000
		below "$picked"
		t=$((t + picked + 120))
		now=$(stamp "$t")
		moved=
		act
		say "step $step at $now: $action $what"
		keep
		check
		at[step]=$t
		if [ $((step % 10)) -eq 0 ]; then
			check_settled
		fi
	done
	expect_some "seed $seed: risks that were open at the end" "$(wc -l <"$tmp/queue.$n_steps")"
	expect_some "seed $seed: risks that went into others" "$(sql "select count(*) from isobar.risk_event where kind = 8")"
	expect_some "seed $seed: tickets" "$(sql 'select count(*) from isobar.ticket')"
	proves "seed $seed: ids, clocks, tickets and the feed went on over $n_steps steps"
	token=$(ISOBAR_DATABASE=$ISOBAR_DATABASE new_token)
	start_api
	ask_queues
	ask_risks
	stop_api
}

here=$(dirname "$0")
export ISOBAR_API_RATE_REQUESTS=0
for seed in "${seeds[@]}"; do
	history
done
done_testing
