# SPDX-License-Identifier: Apache-2.0
# Makes figures of measurements.
#   awk -v names="NAME…" -v as_json=0|1 -f figures.awk FIGURES MEASUREMENTS
# FIGURES: name, step, measure, target, goal.  MEASUREMENTS: size, round, step, seconds, bytes of
# WAL, kB of resident memory.  Every figure is the median over the rounds of its quotient, both
# halves of which were taken in one round.  At the largest size of the run the target binds: exit 1
# when it is missed there; 3 when one of the names has no measurements.

BEGIN {
	plain_size = 1000000
	base_size = 10000
	n_wanted = split(names, wanted, " ")
	for (i = 1; i <= n_wanted; i++)
		is_wanted[wanted[i]] = 1
	of["time"] = "seconds of raw COPY"
	of["wal"] = "WAL bytes of raw COPY"
	of["growth"] = "seconds per finding at 1e4"
	of["memory"] = "MB"
}

FNR == 1 { n_files++ }

n_files == 1 && NF >= 5 {
	figure[++n_figures] = $1
	step[$1] = $2
	measure[$1] = $3
	target[$1] = $4
	goal[$1] = $5
}

n_files == 2 {
	if (!($1 in seen_size))
		sizes[++n_sizes] = $1
	seen_size[$1] = 1
	if ($1 + 0 > largest)
		largest = $1 + 0
	if ($2 > n_rounds)
		n_rounds = $2
	seconds[$1, $2, $3] = $4
	wal[$1, $2, $3] = $5
	memory[$1, $2, $3] = $6
}

# Sorts values[1..n] and returns the median.
function median(values, n,    i, j, v)
{
	for (i = 2; i <= n; i++) {
		v = values[i]
		for (j = i - 1; j > 0 && values[j] > v; j--)
			values[j + 1] = values[j]
		values[j + 1] = v
	}
	return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
}

function name_at(f, size)
{
	return size == plain_size ? f : f "_" short(size)
}

# 10000 as 1e4.
function short(size,    digits)
{
	for (digits = 0; size >= 10; digits++)
		size /= 10
	return size "e" digits
}

# The halves of f at size in one round, into top and bottom; 0 when it was not measured.
function take(f, size, round,    key)
{
	key = size SUBSEP round SUBSEP
	if (measure[f] == "memory")
		return take_memory(key)
	if (!((key step[f]) in seconds))
		return 0
	if (measure[f] == "growth")
		return take_growth(f, size, round)
	if (!((key "raw") in seconds))
		return 0
	top = measure[f] == "wal" ? wal[key step[f]] : seconds[key step[f]]
	bottom = measure[f] == "wal" ? wal[key "raw"] : seconds[key "raw"]
	return bottom > 0
}

function take_memory(key,    i, n, steps)
{
	top = 0
	bottom = 1
	n = split("first_load reimport changed", steps, " ")
	for (i = 1; i <= n; i++)
		if ((key steps[i]) in memory && memory[key steps[i]] * 1024 / 1000000 > top)
			top = memory[key steps[i]] * 1024 / 1000000
	return top > 0
}

function take_growth(f, size, round,    base)
{
	base = base_size SUBSEP round SUBSEP step[f]
	if (size <= base_size || !(base in seconds))
		return 0
	top = seconds[size, round, step[f]] / size
	bottom = seconds[base] / base_size
	return 1
}

function report(f, size,    name, round, n, quotients, tops, bottoms, ratio, spread, missed)
{
	name = name_at(f, size)
	if (n_wanted > 0 && !(name in is_wanted))
		return
	n = 0
	for (round = 1; round <= n_rounds; round++)
		if (take(f, size, round)) {
			quotients[++n] = top / bottom
			tops[n] = top
			bottoms[n] = bottom
		}
	if (n == 0)
		return
	reported[name] = 1
	ratio = median(quotients, n)
	spread = ratio > 0 ? (quotients[n] - quotients[1]) / ratio : 0
	missed = (ratio > target[f])
	any_missed += (missed && size == largest)
	if (as_json)
		print_json(name, f, size, ratio, n, spread, median(tops, n), median(bottoms, n), missed)
	else
		print_row(name, f, ratio, n, spread, median(tops, n), median(bottoms, n), \
			missed ? (size == largest ? "  MISSED" : "  above") : "")
}

function print_json(name, f, size, ratio, n, spread, value, of_value, missed)
{
	printf "{\"name\":\"%s\",\"ratio\":%.6g,\"of\":\"%s\",\"target\":%s,\"better\":\"lower\",", \
		name, ratio, of[measure[f]], target[f]
	printf "\"runs\":%d,\"spread\":%.3g,\"n\":%d,\"value\":%.12g,\"of_value\":%.12g,", \
		n, spread, size, value, of_value
	printf "\"goal\":%s,\"met\":%s,\"binds\":%s}\n", \
		goal[f], truth(!missed), truth(size == largest)
}

function truth(value)
{
	return value ? "true" : "false"
}

# The absolute halves, for eyes.
function absolute(kind, value, of_value)
{
	if (kind == "time")
		return sprintf("%.3f s / %.3f s", value, of_value)
	if (kind == "wal")
		return sprintf("%.3f MB / %.3f MB", value / 1e6, of_value / 1e6)
	if (kind == "growth")
		return sprintf("%.2f us / %.2f us", value * 1e6, of_value * 1e6)
	return ""
}

function print_row(name, f, ratio, n, spread, value, of_value, verdict)
{
	if (!n_rows++)
		printf "%-26s %8s  %-27s %7s %6s %6s %5s %7s  %s\n", "name", "ratio", "of", "target", \
			"goal", "better", "runs", "spread", "medians"
	printf "%-26s %8.4g  %-27s %7s %6s %6s %5d %6.0f%%  %s%s\n", name, ratio, of[measure[f]], \
		target[f], goal[f], "lower", n, spread * 100, \
		absolute(measure[f], value, of_value), verdict
}

END {
	for (i = 1; i <= n_sizes; i++)
		for (j = 1; j <= n_figures; j++)
			report(figure[j], sizes[i])
	for (i = 1; i <= n_wanted; i++)
		if (!(wanted[i] in reported)) {
			print "run.sh: nothing was measured for " wanted[i] > "/dev/stderr"
			exit 3
		}
	exit any_missed > 0
}
