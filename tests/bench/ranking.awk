# SPDX-License-Identifier: Apache-2.0
# What bench_ranking prints, as tables: the three days pooled (each weighs as many as its later ones), then
# each.  bar=1: no tables, but whether the scorer keeps its bar; exit code 1 when it does not.
BEGIN {
	FS = "\t"
	ours = "rs-1.0.0 intrinsic"
}

{
	table = $1 SUBSEP $2
	if (!(table in later)) {
		tables[++n_tables] = table
		later[table] = $4
		title[table] = "Day " $1 ", " ($2 == "any" ? "published at any time" : "published since " $2) \
			": " $3 " CVEs, " $4 " exploited later"
		if ($2 == "any")
			pooled_later += $4
	}
	if (!($5 in known)) {
		known[$5] = 1
		names[++n_names] = $5
	}
	for (i = 6; i <= 12; i++) {
		value[table, $5, i] = $i
		if ($2 == "any")
			pooled[$5, i] += $i * $4
	}
	if ($2 == "any")
		auc[$1, $5] = $11
}

function head(text)
{
	printf "%s\n\n%-24s %6s %6s %6s %7s %7s %6s %7s\n", text, "ranking", "cov@1%", "cov@5%", "cov@10%", \
		"eff@1%", "effort", "AUC", "AP"
}

function line(name, a, b, c, d, e, f, g)
{
	printf "%-24s %6.3f %6.3f %7.3f %7.4f %7.2f %6.3f %7.4f\n", name, a, b, c, d, e, f, g
}

function fail(text)
{
	print "FAILED: " text
	failed = 1
}

function check_bar(i, day)
{
	if (!(pooled_later > 0))
		fail("there are no rows")
	else {
		printf "pooled AUC %.4f (at least 0.78), cov@1%% %.4f (at least 0.15)\n", \
			pooled[ours, 11] / pooled_later, pooled[ours, 6] / pooled_later
		if (pooled[ours, 11] < 0.78 * pooled_later)
			fail("pooled AUC")
		if (pooled[ours, 6] < 0.15 * pooled_later)
			fail("pooled cov@1%")
	}
	for (i = 1; i <= n_tables; i++) {
		split(tables[i], day, SUBSEP)
		if (day[2] == "any" && auc[day[1], ours] < auc[day[1], "EPSS"])
			fail("AUC below that of EPSS alone on " day[1])
	}
}

function print_tables(i, j, t, n)
{
	head("Pooled, published at any time")
	for (j = 1; j <= n_names; j++) {
		n = names[j]
		line(n, pooled[n, 6] / pooled_later, pooled[n, 7] / pooled_later, pooled[n, 8] / pooled_later, \
			pooled[n, 9] / pooled_later, pooled[n, 10] / pooled_later, pooled[n, 11] / pooled_later, \
			pooled[n, 12] / pooled_later)
	}
	for (i = 1; i <= n_tables; i++) {
		t = tables[i]
		print ""
		head(title[t])
		for (j = 1; j <= n_names; j++) {
			n = names[j]
			line(n, value[t, n, 6], value[t, n, 7], value[t, n, 8], value[t, n, 9], \
				value[t, n, 10], value[t, n, 11], value[t, n, 12])
		}
	}
}

END {
	if (bar)
		check_bar()
	else if (n_tables > 0)
		print_tables()
	exit failed
}
