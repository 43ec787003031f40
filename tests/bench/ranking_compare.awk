# SPDX-License-Identifier: Apache-2.0
# Compares the tables of the reference (first file) with what bench_ranking prints (second): the size of
# each cohort and the rows of the scorer must be equal to the last digit printed, the others are counted.
BEGIN {
	name_of["CVSS base"] = "CVSS base"
	name_of["EPSS"] = "EPSS"
	name_of["EPSS x CVSS (Grype-like)"] = "EPSS x CVSS"
	name_of["band, then EPSS"] = "band, then EPSS"
	name_of["ours: intrinsic points"] = "rs-1.0.0 intrinsic"
	name_of["ours: floor(BOD, exposed)+points"] = "rs-1.0.0 floor+points"
}

function field(text, key)
{
	return match(text, key "=[0-9-]+") ? substr(text, RSTART + length(key) + 1, RLENGTH - length(key) - 1) : ""
}

# "## public  T0=2024-09-29  n=41963  later-KEV=26  (published since any)"
FNR == NR && /^## / {
	since = $0
	sub(/^.*published since /, "", since)
	sub(/\).*$/, "", since)
	table = field($0, "T0") " " since
	size[table] = field($0, "n") " " field($0, "later-KEV")
	next
}

FNR == NR && /^\| / {
	split($0, cell, / *\| */)
	if (cell[2] in name_of) {
		sub(/ .*/, "", cell[8]) # the interval is drawn at random
		wanted[table, name_of[cell[2]]] = cell[3] " " cell[4] " " cell[5] " " cell[6] " " cell[7] " " \
			cell[8] " " cell[9]
		n_wanted++
	}
	next
}

FNR == NR { next }

{
	split($0, f, "\t")
	table = f[1] " " f[2]
	if (size[table] != f[3] " " f[4]) {
		printf "FAILED: %s: %s CVEs and later ones, not %s\n", table, f[3] " " f[4], size[table]
		failed = 1
	}
	got = sprintf("%.3f %.3f %.3f %.4f %.2f %.3f %.4f", f[6], f[7], f[8], f[9], f[10], f[11], f[12])
	n_compared++
	if (got == wanted[table, f[5]])
		next
	n_differ++
	printf "%s%s: %s: %s, not %s\n", f[5] ~ /^rs-/ ? "FAILED: " : "", table, f[5], got, wanted[table, f[5]]
	if (f[5] ~ /^rs-/)
		failed = 1
}

END {
	if (n_compared == 0 || n_compared != n_wanted) {
		printf "FAILED: %d rows, the reference has %d\n", n_compared, n_wanted
		failed = 1
	}
	printf "%d rows compared with the reference, %d differ\n", n_compared, n_differ
	exit failed
}
