#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One command comes to the same result in whatever order it is given its files.
. "$(dirname "$0")/lib.sh"

n_orders=10
n_corpus=40
n_corpus_orders=$([ -n "${ISOBAR_TEST_ALL:-}" ] && echo 10 || echo 4)
tables=(finding control_state asset rule_fact risk risk_explanation sla_segment)

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
six_orders() { # CASE
	local order name files
	for order in "a b c" "a c b" "b a c" "b c a" "c a b" "c b a"; do
		make_db
		files=()
		for name in $order; do files+=("$tmp/$name.json"); done
		must "$isobar" import --quiet --now "$now" "${files[@]}"
		dump_tables "$tmp/abc" finding control_state risk
		sql 'select updated_at from isobar.finding' >"$tmp/updated"
		expect "$1, files $order: the time of the latest" "2026-11-04 00:00:00+00" "$(cat "$tmp/updated")"
		[ "$order" != "a b c" ] || rm -rf "$tmp/abc.first"
		[ -d "$tmp/abc.first" ] || cp -r "$tmp/abc" "$tmp/abc.first"
		expect_same_dumps "$1, files $order" "$tmp/abc.first" "$tmp/abc" finding control_state risk
	done
}

asff 1 updated=2026-11-02T00:00:00Z label=HIGH >"$tmp/a.json"
asff 1 updated=2026-11-03T00:00:00Z label=LOW >"$tmp/b.json"
asff 1 updated=2026-11-04T00:00:00Z label=HIGH >"$tmp/c.json"
six_orders "the latest repeats the first"
asff 1 updated=2026-11-02T00:00:00Z label=HIGH first=2026-11-01T02:00:00Z >"$tmp/a.json"
asff 1 updated=2026-11-03T00:00:00Z label=LOW first=2026-11-01T01:00:00Z >"$tmp/b.json"
asff 1 updated=2026-11-04T00:00:00Z label=HIGH first=2026-11-01T03:00:00Z >"$tmp/c.json"
six_orders "three times of first sight"
proves "of three records of one finding the latest wins in all six orders"

if [ -d "$shared/corpus" ]; then
	# Real payloads, among them the same findings by several tools; bad files are refused on the way.
	find -L "$shared/corpus" -type f \( -path '*/aws/*' -o -path '*/azure/*' -o -path '*/gcp/*' \
		-o -path '*/ocsf/*' -o -path '*/prowler/*' -o -path '*/trivy/*' \
		-o -path '*/cross_tool/aws_*' -o -path '*/malformed/*' \) | sort |
		shuffle_by "$seed" | sed "$((n_corpus + 1)),\$d" | sort >"$tmp/corpus.files"
	compare_orders corpus "$tmp/corpus.files" "$n_corpus_orders"
	proves "$n_corpus files of the corpus in $n_corpus_orders random orders: the same"
else
	say "skipped: the part with $shared/corpus, which is absent"
fi

done_testing
