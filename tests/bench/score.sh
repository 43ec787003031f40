# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # what the files share
# Scoring anew what is stored, against the raw COPY of the findings' text.  run.sh sources it after
# ingest.sh, whose steps it takes.

score_cves=300000    # of an EPSS file
score_cves_moved=5000
score_moved=1000 # findings that change before score_growth

score_figures() {
	cat <<-'FIGURES'
		score_full    score_full    s   lower  0.5  0.5  seconds of raw COPY
		score_epss    score_epss    s   lower  0.5  0.5  seconds of raw COPY
		score_growth  score_change  us  lower  1.3  1.3  seconds at 1e5
		what_if       what_if       s   lower  1.0  -    seconds of a full rescore by that model
	FIGURES
}

score_sizes='1e5 1e6'

score_needs() {
	echo "$1"
}

score_base() {
	[ "$1" != score_growth ] || echo 1e5
}

score_packages() {
	echo build run test
}

score_targets() {
	echo isobar isobar-scorer make_findings timed
}

score_disk() {
	echo $(($1 / 250 + 500))
}

score_describe() {
	cat <<-COMMANDS
		score: sizes $*, each a database of its own that is imported and scored once
		  raw           as in ingest, of the same text
		  score_epss    isobar intel load FILE    a day later: $score_cves_moved of $score_cves CVEs have another EPSS; scored
		  score_full    isobar-scorer --once --workers 2    every asset marked; nothing comes out differently
		  score_change  isobar-scorer --once    $score_moved findings of as many assets have another severity
		  what_if       isobar what-if --model FILE    30 points go from exposure to data
		  score_model   isobar-scorer --once --workers 2    by that model, every asset marked
	COMMANDS
}

# epss_file DAY: of the CVEs of the estate, filled up with others; every 60th moves from day to day.
epss_file() {
	sql bench_score -c "select distinct cve from isobar.finding where cve like 'CVE-%' order by 1" |
		awk -v day="$1" -v all="$score_cves" -v moved="$score_cves_moved" '
		BEGIN {
			printf "#model_version:v2025.03.14,score_date:2026-02-%02dT00:00:00+0000\n", day
			print "cve,epss,percentile"
			each = int(all / moved)
		}
		function put(cve,    n) {
			n = i * 7919 % 20000 + 1
			if (i % each == 0)
				n += 100 * (day - 1)
			printf "%s,0.%05d,0.5\n", cve, n
			i++
		}
		{ put($1) }
		END { for (k = i; k < all; k++) put("CVE-1999-" (1000000 + k)) }' >"$work/epss$1.csv"
}

# Another model, and what it would move; then the rescore by it.
measure_what_if() {
	sed -e 's/"rs-1.0.0"/"bench"/' -e 's/65, 95, 130\]/65, 95, 100]/' -e 's/25, 50, 80\]/25, 50, 110]/' \
		catalog/models/rs-1.0.0.json >"$work/model.json"
	sql bench_score -c 'vacuum analyze'
	ISOBAR_DATABASE="$server dbname=bench_score" step "$1" "$2" what_if "$isobar" what-if --json \
		--now 2026-02-05T00:00:00Z --model "$work/model.json" </dev/null
	grep -q '"pending":0,.*"scores":[1-9]' "$work/out" || die "what-if looked at nothing: $(cat "$work/out")"
	sql bench_score -c "insert into isobar.org_model (org_id, model, checksum, body, actor, reason, valid_from)
		values (1, 'bench', '', \$model\$$(cat "$work/model.json")\$model\$, 'bench', 'bench', now())" \
		-c "insert into isobar.dirty_mark (org_id, asset_id, run_id)
		select 1, asset_id, 0 from isobar.asset where asset_id = canonical_id" -c checkpoint
	ISOBAR_DATABASE="$server dbname=bench_score" step "$1" "$2" score_model "$scorer" --once --workers 2 \
		--now 2026-02-05T00:00:00Z
	check_written score_model
}

check_written() {
	[ "$(sql bench_score -c 'select count(*) from isobar.dirty_mark')" = 0 ] || die "$1 left marks"
}

score_round() {
	local size=$1 round=$2
	findings "$size" base
	measure_raw "$size" "$round"
	new_database bench_score bench_template
	ISOBAR_DATABASE="$server dbname=bench_score" "$isobar" import --quiet --now 2026-02-01T00:00:00Z \
		"$work/base" >"$work/out" </dev/null || die "cannot import $size"
	rm "$work/base"
	epss_file 1
	epss_file 2
	ISOBAR_DATABASE="$server dbname=bench_score" "$isobar" intel load --quiet --now 2026-02-01T00:00:00Z \
		"$work/epss1.csv" >"$work/out" 2>&1 || die "cannot load EPSS: $(cat "$work/out")"
	sql bench_score -c 'vacuum analyze'
	ISOBAR_DATABASE="$server dbname=bench_score" step "$size" "$round" score_epss "$isobar" intel load --quiet \
		--now 2026-02-02T00:00:00Z "$work/epss2.csv" </dev/null
	check_written score_epss
	sql bench_score -c "insert into isobar.dirty_mark (org_id, asset_id, run_id)
		select 1, asset_id, 0 from isobar.asset where asset_id = canonical_id" -c 'vacuum analyze'
	ISOBAR_DATABASE="$server dbname=bench_score" step "$size" "$round" score_full "$scorer" --once --workers 2 \
		--now 2026-02-03T00:00:00Z
	check_written score_full
	sql bench_score -c "with moved as (
		update isobar.finding set sev100 = (sev100 + 7) % 100
		 where finding_id in (select finding_id from isobar.finding order by md5(finding_id::text) limit $score_moved)
		returning asset_id)
		insert into isobar.dirty_mark (org_id, asset_id, run_id) select distinct 1, asset_id, 0 from moved" \
		-c checkpoint
	ISOBAR_DATABASE="$server dbname=bench_score" step "$size" "$round" score_change "$scorer" --once \
		--now 2026-02-04T00:00:00Z
	check_written score_change
	measure_what_if "$size" "$round"
	drop_database bench_score
}

score_run() {
	local round size
	ingest_measurements=$work/score
	: >"$ingest_measurements"
	for ((round = 1; round <= 99; round++)); do
		for size in "$@"; do
			[ "$round" -gt "$(runs_of "$size")" ] || score_round "$size" "$round"
		done
	done
	awk '
	{ key = $1 SUBSEP $2; seen[key] = 1; s[key, $3] = $4 }
	END {
		for (key in seen) {
			split(key, of, SUBSEP)
			for (f in s) {
				split(f, at, SUBSEP)
				if (at[1] SUBSEP at[2] != key || at[3] == "raw" || at[3] == "score_model")
					continue
				if (at[3] == "what_if")
					printf "%d %d what_if %.12g %.12g\n", of[1], of[2], s[f], s[key, "score_model"]
				else if (at[3] != "score_change")
					printf "%d %d %s %.12g %.12g\n", of[1], of[2], at[3], s[f], s[key, "raw"]
				else if (of[1] > 100000 && ((100000 SUBSEP of[2] SUBSEP "score_change") in s))
					printf "%d %d score_growth %.12g %.12g\n", of[1], of[2], s[f],
						s[100000, of[2], "score_change"]
			}
		}
	}' "$ingest_measurements" >>"$samples"
}
