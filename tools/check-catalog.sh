#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Checks catalog/: columns, unique ids, known categories, alias targets, no rule of a
# connector with two controls.  Prints file:line and what is wrong; exits 1 if
# anything is.  Usage: tools/check-catalog.sh [CATALOG-FOLDER]

set -eu

catalog=${1:-$(dirname "$0")/../catalog}
cd "$catalog"

categories=responsibility/finding_categories.csv
matrix=responsibility/matrix.csv
types=responsibility/resource_types.csv
failed=0

for file in "$categories" "$matrix" "$types" responsibility/split.tsv controls.tsv control_aliases.tsv control_frameworks.tsv rule_categories.tsv \
	sla_defaults.tsv toxic_rules.tsv; do
	if [ ! -f "$file" ]; then
		echo "$file:1: missing"
		failed=1
	fi
done
[ "$failed" -eq 0 ] || exit 1

# form FILE HEADER: what is common to all TSV files.
form()
{
	awk -F '\t' -v header="$2" '
	function wrong(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
	BEGIN { n = split(header, columns, " ") }
	FNR == 1 {
		given = $0
		gsub(/\t/, " ", given)
		if (given != header || NF != n)
			wrong("the header must be: " header " (tabs between)")
		next
	}
	/\r/ { wrong("carriage return") }
	/^[ \t]*$/ { wrong("empty line"); next }
	NF != n { wrong(NF " columns, not " n); next }
	{
		for (i = 1; i <= n; i++) {
			if ($i == "")
				wrong("empty " columns[i])
			else if ($i ~ /^ | $/)
				wrong("blank at the border of " columns[i])
		}
	}
	END {
		if (FNR < 2) { printf "%s:1: no rows\n", FILENAME; bad = 1 }
		exit bad
	}' "$1" || failed=1
	if [ -n "$(tail -c 1 "$1")" ]; then
		echo "$1:$(($(wc -l <"$1") + 1)): no line feed at the end"
		failed=1
	fi
}

form responsibility/split.tsv 'domain provider_does customer_does'
form controls.tsv 'control category provider class title remediation'
form toxic_rules.tsv 'rule category target title places'
form control_aliases.tsv 'connector rule control basis'
form control_frameworks.tsv 'framework requirement control provider source'
form rule_categories.tsv 'connector rule_pattern category'
form sla_defaults.tsv 'band window_hours warn_percent'

# What the cells may say.  The files are read in the order of the command line.
awk '
function wrong(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
function is_in(word, words) { return index(" " words " ", " " word " ") > 0 }
function once(seen, key, what)
{
	if (key in seen)
		wrong(what " again, first in line " seen[key])
	else
		seen[key] = FNR
}
BEGIN {
	classes = "misconfiguration vulnerability threat exposure secret identity license other"
	connectors = "azure_defender azure_entra azure_policy aws_securityhub prowler gcp_scc trivy " \
		"checkov cloudsploit scoutsuite steampipe kube_bench " \
		"github_code_scanning github_secret_scanning"
	# Rules that have one form only, whatever the tool checks.
	form["checkov"] = "^CKV2?_[A-Z0-9]+_[0-9]+$"
	form["steampipe"] = "^(aws|azure|gcp|kubernetes):[a-z0-9_]+$"
	form["kube_bench"] = "^[^ :]+:[^ :]+$"
	form["scoutsuite"] = "^[a-zA-Z0-9_.-]+$"
}
FNR == 1 { next }
FILENAME ~ /finding_categories/ { split($0, cell, ","); categories[cell[1]] = 1; next }
FILENAME ~ /controls\.tsv$/ {
	split($0, cell, "\t")
	once(controls, cell[1], "control " cell[1])
	if (cell[1] !~ /^[a-z0-9]+\.[a-z0-9]+(-[a-z0-9]+)*$/)
		wrong("the form of a control is area.name: " cell[1])
	if (!(cell[2] in categories))
		wrong("unknown category " cell[2])
	if (!is_in(cell[3], "azure aws gcp any"))
		wrong("unknown provider " cell[3])
	if (!is_in(cell[4], classes))
		wrong("unknown class " cell[4])
	if (cell[6] !~ /\.$/)
		wrong("the remediation is no sentence")
	once(titles, cell[5], "title")
	next
}
FILENAME ~ /control_aliases/ {
	split($0, cell, "\t")
	once(aliases, cell[1] "\t" cell[2], "rule " cell[2] " of " cell[1])
	if (!is_in(cell[1], connectors))
		wrong("unknown connector " cell[1])
	if (!(cell[3] in controls))
		wrong("unknown control " cell[3])
	used[cell[3]] = 1
	if (cell[1] in form && cell[2] !~ form[cell[1]])
		wrong("no rule as " cell[1] " writes it: " cell[2])
	if (cell[4] == "same_query" && cell[1] != "steampipe" ||
	    cell[4] == "same_text" && cell[1] != "kube_bench")
		wrong("basis " cell[4] " is not for " cell[1])
	if (cell[4] !~ /^same_/)
		first[cell[1] "\t" cell[3]] = 1
	else if (cell[4] == "same_query" || cell[4] == "same_text")
		later[cell[1] "\t" cell[3]] = FNR
	if (cell[4] !~ /^framework:[a-z0-9_]+(\/[^\/]+)+$/ &&
	    !is_in(cell[4], "documented read same_control_id same_query same_text"))
		wrong("unknown basis " cell[4])
	next
}
FILENAME ~ /control_frameworks/ {
	split($0, cell, "\t")
	once(requirements, cell[1] "\t" cell[2] "\t" cell[3], "requirement " cell[2] " of " cell[1])
	if (cell[1] !~ /^[a-z0-9]+(-[a-z0-9.]+)+$/)
		wrong("a framework is its name and version, as in cis-azure-2.1")
	if (cell[3] != "-" && !(cell[3] in controls))
		wrong("unknown control " cell[3])
	if (!is_in(cell[4], "azure aws gcp any"))
		wrong("unknown provider " cell[4])
	next
}
FILENAME ~ /rule_categories/ {
	split($0, cell, "\t")
	once(patterns, cell[1] "\t" cell[2], "pattern " cell[2] " of " cell[1])
	if (!is_in(cell[1], connectors))
		wrong("unknown connector " cell[1])
	if (!(cell[3] in categories))
		wrong("unknown category " cell[3])
	if ((cell[1] "\t" cell[2]) in aliases)
		wrong("the rule has a control, whose category counts")
	next
}
FILENAME ~ /sla_defaults/ {
	split($0, cell, "\t")
	once(bands, cell[1], "band " cell[1])
	if (!is_in(cell[1], "critical high medium low"))
		wrong("unknown band " cell[1])
	if (cell[2] !~ /^[0-9]+$/ || cell[3] !~ /^[0-9]+$/ || cell[3] > 100)
		wrong("hours and percent are whole numbers")
}
END {
	for (control in controls) {
		if (!(control in used)) {
			printf "controls.tsv:%d: no rule is %s\n", controls[control], control
			bad = 1
		}
	}
	for (key in later) {
		if (!(key in first)) {
			split(key, cell, "\t")
			printf "control_aliases.tsv:%d: no first rule of %s is %s\n", later[key],
				cell[1], cell[2]
			bad = 1
		}
	}
	exit bad
}' "$categories" controls.tsv control_aliases.tsv control_frameworks.tsv rule_categories.tsv sla_defaults.tsv ||
	failed=1

# Duties: every row names its source, every domain has its texts, every class has a default.
awk -F , '
function wrong(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
function is_in(word, words) { return index(" " words " ", " " word " ") > 0 }
BEGIN {
	split("misconfiguration vulnerability threat exposure secret identity license other", classes, " ")
	for (i in classes)
		wanted[classes[i]] = 1
}
FNR == 1 { next }
FILENAME ~ /split\.tsv$/ {
	split($0, cell, "\t")
	texts[cell[1]] = 1
	next
}
FILENAME ~ /matrix/ {
	domains[$1] = 1
	if (!is_in($7, "ms ms-text ms-split derived"))
		wrong("unknown source " $7)
	if ($8 !~ /^20[0-9][0-9]-[01][0-9]-[0-3][0-9]$/)
		wrong("review_by is no date: " $8)
	if (!($1 in texts))
		wrong("split.tsv has no text for " $1)
	next
}
FILENAME ~ /resource_types/ {
	if (NF != 7)
		wrong(NF " columns, not 7")
	if ($2 ~ /[*?%]/ || $2 == "")
		wrong("a row is for one type, not for a pattern: " $2)
	if (tolower($2) in types)
		wrong("type " $2 " again")
	types[tolower($2)] = 1
	if (!is_in($1, "azure aws gcp oci any"))
		wrong("unknown cloud " $1)
	if (!is_in($7, "ms ms-aks aws aws-eks aws-rds gcp-gke derived"))
		wrong("unknown source " $7)
	next
}
{
	if (!($3 in domains))
		wrong("unknown domain " $3)
	n = split($7, pairs, ";")
	for (i = 1; i <= n; i++) {
		split(pairs[i], pair, "@")
		if (!(pair[1] in wanted))
			wrong("unknown class " pair[1])
		if (pairs[i] in defaults)
			wrong("default for " pairs[i] " again")
		defaults[pairs[i]] = 1
		if (pairs[i] ~ /@/ && !(tolower(pair[2]) in types))
			wrong("unknown type " pair[2])
	}
}
END {
	for (class in wanted)
		if (!(class in defaults)) {
			printf "%s:1: no category is the default for %s\n", FILENAME, class
			bad = 1
		}
	for (domain in texts)
		if (!(domain in domains)) {
			printf "split.tsv:1: unknown domain %s\n", domain
			bad = 1
		}
	exit bad
}' responsibility/split.tsv "$matrix" "$types" "$categories" || failed=1

if [ "$failed" -eq 0 ]; then
	echo "catalog: $(($(wc -l <controls.tsv) - 1)) controls," \
		"$(($(wc -l <control_aliases.tsv) - 1)) aliases," \
		"$(($(wc -l <control_frameworks.tsv) - 1)) requirements," \
		"$(($(wc -l <rule_categories.tsv) - 1)) patterns"
fi
exit "$failed"
