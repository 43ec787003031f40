#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes catalog/control_frameworks.tsv: every requirement of the frameworks below, and the controls whose
# rules name it.  What rules name is read from two tables of facts, rules.tsv (tool, provider, rule_id,
# title) and rule_frameworks.tsv (tool, rule_id, framework, version, requirement_id).
# Usage: tools/catalog/frameworks.sh FACTS-FOLDER >catalog/control_frameworks.tsv

set -eu

facts=$(cd "${1:?the folder with rules.tsv and rule_frameworks.tsv}" && pwd)
cd "$(dirname "$0")/../../catalog"

awk -F '\t' -v OFS='\t' '
BEGIN {
	split("securityhub aws_securityhub defender azure_defender scc gcp_scc", pairs, " ")
	for (i = 1; i in pairs; i += 2)
		connector[pairs[i]] = pairs[i + 1]
	# A cluster is none of a cloud to most tools that look into it.
	split("cis_aws aws aws_fsbp aws cis_azure azure mcsb azure cis_gcp gcp " \
	      "cis_k8s any cis_eks any cis_aks any cis_gke any", pairs2, " ")
	for (i = 1; i in pairs2; i += 2)
		wanted[pairs2[i]] = pairs2[i + 1]
}
# The rule as its connector writes it.
function rule_of(tool, rule, cloud)
{
	if (tool == "cloudsploit")
		return title[rule]
	if (tool == "steampipe")
		return (cloud != "any" ? cloud : provider[rule]) ":" rule
	return rule
}
FNR == 1 { file++; next }
file == 1 {
	if ($1 == "cloudsploit") {
		title[$3] = $4
	} else if ($1 == "steampipe") {
		# One name in several clouds: the framework tells, but not of clusters.
		provider[$3] = $3 in provider && provider[$3] != $2 ? "?" : $2
	}
	next
}
file == 2 { control[$1, $2] = $3; next }
($3 in wanted) && ($4 != "" || $3 == "aws_fsbp") && $5 != "" {
	name = $3
	gsub(/_/, "-", name)
	framework = $4 == "" ? name : name "-" $4
	# A version of the Security Hub standard is written as 1.0.0.
	if (framework == "aws-fsbp")
		framework = "aws-fsbp-1.0.0"
	tool = $1 in connector ? connector[$1] : $1
	rule = rule_of($1, $2, wanted[$3])
	known[framework, $5] = framework OFS $5
	about[framework] = wanted[$3]
	if ((tool, rule) in control) {
		key = framework OFS $5 OFS control[tool, rule]
		answered[framework, $5] = 1
		source = tool " " rule
		if (!(key in from) || source < from[key])
			from[key] = source
	}
}
END {
	for (key in from)
		print key, about[substr(key, 1, index(key, OFS) - 1)], from[key]
	for (key in known)
		if (!(key in answered))
			print known[key], "-", about[substr(known[key], 1, index(known[key], OFS) - 1)], "-"
}' "$facts/rules.tsv" control_aliases.tsv "$facts/rule_frameworks.tsv" | LC_ALL=C sort |
	{ printf 'framework\trequirement\tcontrol\tprovider\tsource\n'; cat; }
