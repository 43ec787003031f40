#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Judges the control catalogue by pairs of rules which a person has labelled: two rules are said to be
# the same when both are aliases of one control.  A wrong merge hides a risk behind another's fix, a
# missed one only shows it twice; so precision has the higher bar.
#   test_rule_pairs.sh [PAIRS [ALIASES]]
# The pairs were written without the catalogue.  Who changes them to make this pass has no test left:
# a pair goes only when its label is wrong by the tools' own words.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pairs=${1:-$here/../../golden/rule_pairs.tsv}
aliases=${2:-$here/../../../catalog/control_aliases.tsv}
for file in "$pairs" "$aliases"; do
	if [ ! -r "$file" ]; then
		echo "FAILED: no file $file"
		exit 1
	fi
done

LC_ALL=C exec awk -F '\t' '
BEGIN {
	MIN_PRECISION = 0.99
	MIN_RECALL = 0.90
	MIN_PAIRS = 300
	MIN_NEAR = 100   # "no" pairs whose note starts with "near: ": what titles alone would merge
	MAX_MISSED = 40  # so many of the missed are listed; the wrongly merged all are
	HEADER = "provider\tconnector_a\trule_a\tconnector_b\trule_b\tsame\tnote"
	set(providers, "aws azure gcp kubernetes")
	set(connectors, "aws_securityhub azure_defender azure_policy prowler gcp_scc trivy checkov " \
		"cloudsploit scoutsuite steampipe kube_bench")
}

function set(out, words,   list, n, i) {
	n = split(words, list, " ")
	for (i = 1; i <= n; i++)
		out[list[i]] = 1
}

function bad(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text
	n_bad++
}

function ratio(part, whole) {
	return whole ? part / whole : 0
}

# The file of aliases: its columns are found by name, it may gain others.  A rule may have several
# controls: CloudSploit says "Open SSH" for three providers.
function read_alias(   i, key) {
	if (!("control" in column)) {
		for (i = 1; i <= NF; i++)
			column[$i] = i
		if (!("connector" in column && "rule" in column && "control" in column)) {
			bad("columns connector, rule and control expected")
			exit 1
		}
		return
	}
	key = $column["connector"] FS $column["rule"]
	controls[key] = controls[key] SUBSEP $column["control"] SUBSEP
	n_aliases++
}

function are_merged(a, b,   list, n, i) {
	if (!(a in controls) || !(b in controls))
		return 0
	n = split(controls[a], list, SUBSEP)
	for (i = 1; i <= n; i++)
		if (list[i] != "" && index(controls[b], SUBSEP list[i] SUBSEP))
			return 1
	return 0
}

function check_rule(connector, rule) {
	if (!(connector in connectors))
		bad("unknown connector " connector)
	if (rule == "" || rule ~ /^ | $/)
		bad("empty or padded rule")
	if (connector == "steampipe" && index(rule, $1 ":") != 1)
		bad("steampipe rule without its provider: " rule)
	if (connector == "kube_bench" && rule !~ /^[a-z0-9.-]+:[0-9.]+$/)
		bad("kube_bench rule without its benchmark: " rule)
	if (connector == "trivy" && rule ~ /^AVD-/)
		bad("trivy rule in its old form: " rule)
}

# Rules said to be the same form groups; one "no" within a group is a contradiction, even where the two
# never meet in a "yes".
function root(rule) {
	if (!(rule in parent))
		parent[rule] = rule
	while (parent[rule] != rule)
		rule = parent[rule]
	return rule
}

function read_pair(   a, b, key) {
	if (!seen_header) {
		seen_header = 1
		if ($0 != HEADER)
			bad("header expected: " HEADER)
		return
	}
	if (NF != 7 || /\r/) {
		bad("7 columns and no carriage return expected")
		return
	}
	if (!($1 in providers))
		bad("unknown provider " $1)
	check_rule($2, $3)
	check_rule($4, $5)
	if ($2 == $4)
		bad("two rules of one connector")
	if ($6 != "yes" && $6 != "no")
		bad("same is yes or no")
	if ($7 == "")
		bad("a note expected")

	a = $1 FS $2 FS $3
	b = $1 FS $4 FS $5
	key = a < b ? a FS b : b FS a
	if (key in label) {
		bad((label[key] == $6 ? "again: " : "contradicts itself: ") $2 " " $3 ", " $4 " " $5)
		return
	}
	label[key] = $6
	n_pairs++
	side_a[n_pairs] = a
	side_b[n_pairs] = b
	same[n_pairs] = $6
	is_near[n_pairs] = $6 == "no" && index($7, "near: ") == 1
	row[n_pairs] = sprintf("%s: %s %s, %s %s (%s)", $1, $2, $3, $4, $5, $7)
	between[n_pairs] = $2 < $4 ? $2 " and " $4 : $4 " and " $2
	provider[n_pairs] = $1
	merged[n_pairs] = are_merged($2 FS $3, $4 FS $5)
	if ($6 == "yes")
		parent[root(a)] = root(b)
}

/^#/ { next }
FILENAME == ARGV[1] { read_alias(); next }
{ read_pair() }

function check_set(   i) {
	for (i = 1; i <= n_pairs; i++) {
		n_near += is_near[i]
		if (same[i] == "no" && root(side_a[i]) == root(side_b[i])) {
			print "no, but the same by other pairs: " row[i]
			n_bad++
		}
	}
	if (n_pairs < MIN_PAIRS || n_near < MIN_NEAR) {
		printf "at least %d pairs and %d near misses expected\n", MIN_PAIRS, MIN_NEAR
		n_bad++
	}
	printf "%d pairs, %d of them near misses; %d aliases\n", n_pairs, n_near, n_aliases
}

function count(   i) {
	for (i = 1; i <= n_pairs; i++) {
		if (same[i] == "yes") {
			n_yes[between[i]]++
			n_yes[provider[i]]++
			if (merged[i]) {
				tp++
				n_found[between[i]]++
				n_found[provider[i]]++
			} else {
				fn++
			}
		} else if (merged[i]) {
			fp++
		} else {
			tn++
		}
	}
}

function list_wrong(   i, n) {
	for (i = 1; i <= n_pairs; i++)
		if (same[i] == "no" && merged[i])
			print "  merged, but differ: " row[i]
	for (i = 1; i <= n_pairs && n < MAX_MISSED; i++)
		if (same[i] == "yes" && !merged[i]) {
			print "  missed: " row[i]
			n++
		}
	if (fn > n)
		printf "  and %d more missed\n", fn - n
}

function print_recall(   name, names, n, i, j) {
	for (name in n_yes) {
		for (i = n++; i > 0 && names[i - 1] > name; i--)
			names[i] = names[i - 1]
		names[i] = name
	}
	print "recall by provider and by pair of connectors:"
	for (j = 0; j < n; j++)
		printf "  %-36s %5.3f  %3d of %3d\n", names[j], ratio(n_found[names[j]], n_yes[names[j]]),
			n_found[names[j]], n_yes[names[j]]
}

END {
	check_set()
	count()
	list_wrong()
	print_recall()
	printf "precision %.4f (%d right, %d wrong merges), recall %.4f (%d found, %d missed), %d rightly apart\n",
		ratio(tp, tp + fp), tp, fp, ratio(tp, tp + fn), tp, fn, tn
	# Nothing merged has no precision, and must not pass for a perfect one.
	if (n_bad || ratio(tp, tp + fp) < MIN_PRECISION || ratio(tp, tp + fn) < MIN_RECALL) {
		printf "FAILED: errors in the files: %d; precision of %.2f and recall of %.2f expected\n",
			n_bad, MIN_PRECISION, MIN_RECALL
		exit 1
	}
	print "ok"
}' "$aliases" "$pairs"
