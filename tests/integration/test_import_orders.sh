#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One command comes to the same result in whatever order it is given its files.
. "$(dirname "$0")/lib.sh"

n_orders=10
n_corpus_orders=$([ -n "${ISOBAR_TEST_ALL:-}" ] && echo 10 || echo 4)
tables=(finding control_state asset risk risk_explanation)

# compare_orders WHAT FILE N: FILE lists paths; each order goes into a database of its own.
compare_orders() {
	local what=$1 n_orders=$3 i order_seed
	for ((i = 0; i <= n_orders; i++)); do
		make_db
		order_seed=$((seed + i))
		if [ "$i" -eq 0 ]; then
			cp "$2" "$tmp/order" # the order of a walk
		else
			shuffle_by "$order_seed" <"$2" >"$tmp/order"
		fi
		mapfile -t files <"$tmp/order"
		run "$isobar" import --quiet --now "$now" "${files[@]}"
		[ "$code" -eq 0 ] || [ "$code" -eq 3 ] || fail "$what, seed $order_seed" "exit code $code"
		dump_tables "$tmp/$what.$i" "${tables[@]}"
		[ "$i" -eq 0 ] || expect_same_dumps "$what, seed $order_seed (ISOBAR_SEED=$seed)" \
			"$tmp/$what.0" "$tmp/$what.$i" "${tables[@]}"
		server_sql "drop database ${databases[-1]} with (force)"
		unset 'databases[-1]'
	done
	expect_some "$what: risks" "$(wc -l <"$tmp/$what.0/risk")"
}

say "seed $seed (ISOBAR_SEED sets it)"
make_db # the one that the others are copies of

find "$sample" -type f | sort >"$tmp/sample.files"
compare_orders sample "$tmp/sample.files" "$n_orders"
proves "the sample estate in $n_orders random orders: the same findings, risks, scores and ranks"

# One finding three times, where the last time repeats the content of the first.  The
# record with the latest time wins, whatever stood between.
versions() { # BUCKET FIRST-SEEN-OF-A -OF-B -OF-C
	asff 1 "bucket=$1" updated=2026-11-02T00:00:00Z label=HIGH "first=$2" >"$tmp/a.json"
	asff 1 "bucket=$1" updated=2026-11-03T00:00:00Z label=LOW "first=$3" >"$tmp/b.json"
	asff 1 "bucket=$1" updated=2026-11-04T00:00:00Z label=HIGH "first=$4" >"$tmp/c.json"
}

six_orders() { # CASE FIRST-SEEN-OF-A -OF-B -OF-C
	local order name files
	for order in "a b c" "a c b" "b a c" "b c a" "c a b" "c b a"; do
		versions "${order// /}-$3" "$2" "$3" "$4"
		files=()
		for name in $order; do files+=("$tmp/$name.json"); done
		must "$isobar" import --quiet --now "$now" "${files[@]}"
		expect "$1, files $order: updated, first seen, severity, band" "2026-11-04|${4:0:10}|80|2" "$(sql "
			select f.updated_at::date, f.first_seen::date, f.sev100, r.band
			  from isobar.finding as f join isobar.risk as r using (org_id, asset_id)
			  join isobar.asset as a using (org_id, asset_id)
			 where a.id = 'arn:aws:s3:::${order// /}-$3'")"
	done
}

make_db
six_orders "the latest repeats the first" 2026-11-01T00:00:00Z 2026-11-01T00:00:00Z 2026-11-01T00:00:00Z
six_orders "three times of first sight" 2026-10-02T00:00:00Z 2026-10-01T00:00:00Z 2026-10-03T00:00:00Z
proves "of three records of one finding the latest wins in all six orders"

if [ -d "$shared/corpus" ]; then
	# Real payloads, among them the same findings by several tools; bad files are refused on the way.
	find -L "$shared/corpus" -type f | sort >"$tmp/corpus.files"
	compare_orders corpus "$tmp/corpus.files" "$n_corpus_orders"
	proves "all files of the corpus in $n_corpus_orders random orders: the same"
else
	say "skipped: the part with $shared/corpus, which is absent"
fi

done_testing
