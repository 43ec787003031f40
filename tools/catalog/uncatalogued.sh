#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Rules that were imported and have no control, those with the most open findings first, and for each the
# controls that answer the same requirements of the same frameworks: candidates, for a person to read.
# Usage: tools/catalog/uncatalogued.sh [-n RULES] [-d DATABASE] [FACTS-FOLDER]
# DATABASE: libpq conninfo; else ISOBAR_DATABASE.  FACTS-FOLDER has rules.tsv and rule_frameworks.tsv, as
# frameworks.sh reads them; without it there are no candidates.
# Prints: connector, rule, open findings, title; then, indented, control, shared requirements, its title.

set -eu

n=50
database=${ISOBAR_DATABASE:-}
while getopts n:d: option; do
	case $option in
	n) n=$OPTARG ;;
	d) database=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
case $n in
'' | *[!0-9]*)
	echo "uncatalogued.sh: -n is a number, not \"$n\"" >&2
	exit 2
	;;
esac
[ -n "$database" ] || {
	echo "uncatalogued.sh: no database: give -d DATABASE or set ISOBAR_DATABASE" >&2
	exit 2
}
facts=/dev/null
frameworks=/dev/null
if [ $# -gt 0 ]; then
	facts=$1/rules.tsv
	frameworks=$1/rule_frameworks.tsv
	[ -r "$facts" ] && [ -r "$frameworks" ] || {
		echo "uncatalogued.sh: $1 has no rules.tsv and rule_frameworks.tsv" >&2
		exit 2
	}
fi
catalog=$(dirname "$0")/../../catalog

# CVEs and threats are subjects of their own.
psql --no-psqlrc --quiet --tuples-only --no-align --field-separator "$(printf '\t')" \
	--set ON_ERROR_STOP=1 --set n="$n" --dbname "$database" <<'SQL' |
select f.connector, f.rule, count(*) filter (where f.state = 0),
       translate(min(f.title collate "C"), E'\t\n\r', '   ')
  from isobar.finding as f
  left join isobar.control_alias as a using (connector, rule)
 where a.rule is null
   and f.cve = ''
   and f.class not in (1, 2, 6)
   and f.rule !~ E'[\t\n]'
 group by f.connector, f.rule
 order by 3 desc, 1, 2
 limit :n;
SQL
	awk -F '\t' '
	BEGIN {
		split("securityhub aws_securityhub defender azure_defender scc gcp_scc", pairs, " ")
		for (i = 1; i in pairs; i += 2)
			connector[pairs[i]] = pairs[i + 1]
	}
	function rule_of(tool, rule)
	{
		if (tool == "cloudsploit")
			return title[rule]
		return tool == "steampipe" ? provider[rule] ":" rule : rule
	}
	FILENAME ~ /rules\.tsv$/ {
		title[$3] = $1 == "cloudsploit" ? $4 : title[$3]
		provider[$3] = $1 == "steampipe" ? $2 : provider[$3]
		next
	}
	FILENAME ~ /controls\.tsv$/ { says[$1] = $5; next }
	FILENAME ~ /control_aliases\.tsv$/ { control[$1, $2] = $3; next }
	FILENAME ~ /rule_frameworks\.tsv$/ {
		tool = $1 in connector ? connector[$1] : $1
		rule = rule_of($1, $2)
		need = $3 " " $4 " " $5
		if ((tool, rule) in control)
			answers[need] = answers[need] SUBSEP control[tool, rule]
		else
			needs[tool, rule] = needs[tool, rule] SUBSEP need
		next
	}
	{
		print
		split("", shared)
		k = split(needs[$1, $2], list, SUBSEP)
		for (i = 2; i <= k; i++) {
			split("", seen)
			m = split(answers[list[i]], found, SUBSEP)
			for (j = 2; j <= m; j++)
				if (!(found[j] in seen)) {
					seen[found[j]] = 1
					shared[found[j]]++
				}
		}
		# The five with the most in common.
		for (place = 0; place < 5; place++) {
			best = ""
			for (c in shared)
				if (best == "" || shared[c] > shared[best] || (shared[c] == shared[best] && c < best))
					best = c
			if (best == "")
				break
			printf "\t%s\t%d\t%s\n", best, shared[best], says[best]
			delete shared[best]
		}
	}' "$facts" "$catalog/controls.tsv" "$catalog/control_aliases.tsv" "$frameworks" -
