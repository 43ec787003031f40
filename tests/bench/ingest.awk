# SPDX-License-Identifier: Apache-2.0
# Makes samples of the ingest measurements.
#   awk -f ingest.awk FIGURES MEASUREMENTS
# FIGURES: name, step, unit and more.  MEASUREMENTS: size, round, step, seconds, bytes of WAL, kB of
# resident memory.  A sample is size, round, figure, value and what it is divided by, both of one
# round; figures.awk divides.

BEGIN {
	base_size = 10000
}

FNR == 1 { n_files++ }

n_files == 1 {
	figure[++n_figures] = $1
	step[$1] = $2
	unit[$1] = $3
}

n_files == 2 {
	key = $1 SUBSEP $2
	if (!(key in seen))
		keys[++n_keys] = key
	seen[key] = 1
	seconds[key, $3] = $4
	wal[key, $3] = $5
	memory[key, $3] = $6
}

# The halves of f into top and bottom; 0 when it was not measured.
function take(f, key)
{
	if (unit[f] == "MB")
		return take_memory(key)
	if (!((key, step[f]) in seconds))
		return 0
	if (unit[f] == "us")
		return take_growth(f, key)
	if (!((key, "raw") in seconds))
		return 0
	top = unit[f] == "B" ? wal[key, step[f]] : seconds[key, step[f]]
	bottom = unit[f] == "B" ? wal[key, "raw"] : seconds[key, "raw"]
	return bottom > 0
}

# 10^6 bytes, of the largest of the three.
function take_memory(key,    i, n, steps)
{
	top = 0
	bottom = 1
	n = split("first_load reimport changed", steps, " ")
	for (i = 1; i <= n; i++)
		if ((key, steps[i]) in memory && memory[key, steps[i]] * 1024 / 1000000 > top)
			top = memory[key, steps[i]] * 1024 / 1000000
	return top > 0
}

# Microseconds per finding.
function take_growth(f, key,    base, of_key)
{
	split(key, of_key, SUBSEP)
	base = base_size SUBSEP of_key[2]
	if (of_key[1] <= base_size || !((base, step[f]) in seconds))
		return 0
	top = seconds[key, step[f]] / of_key[1] * 1e6
	bottom = seconds[base, step[f]] / base_size * 1e6
	return 1
}

END {
	for (i = 1; i <= n_keys; i++)
		for (j = 1; j <= n_figures; j++)
			if (take(figure[j], keys[i])) {
				split(keys[i], of_key, SUBSEP)
				printf "%d %d %s %.12g %.12g\n", of_key[1], of_key[2], figure[j], top, bottom
			}
}
