# SPDX-License-Identifier: Apache-2.0
# Makes figures of samples.
#   awk -v names="NAME…" -v as_json=0|1 -f figures.awk FIGURES SAMPLES
# FIGURES: name, step, unit, better, target, goal, what it is divided by; "-" is none.  SAMPLES:
# size, round, name, value, of_value.  Every figure is the median over the rounds of its quotient,
# both halves of which were taken in one round.  At the largest size a figure was taken at the
# target binds: exit 1 when it is missed there; 3 when one of the names has no samples.

BEGIN {
	plain_size = 1000000
	n_wanted = split(names, wanted, " ")
	for (i = 1; i <= n_wanted; i++)
		is_wanted[wanted[i]] = 1
}

FNR == 1 { n_files++ }

n_files == 1 && NF >= 7 {
	figure[++n_figures] = $1
	unit[$1] = $3
	better[$1] = $4
	target[$1] = $5
	goal[$1] = $6
	of[$1] = $7
	for (i = 8; i <= NF; i++)
		of[$1] = of[$1] " " $i
}

n_files == 2 {
	if (!($1 in seen_size))
		sizes[++n_sizes] = $1
	seen_size[$1] = 1
	if ($1 + 0 > largest[$3])
		largest[$3] = $1 + 0
	if ($2 > n_rounds)
		n_rounds = $2
	value[$1, $2, $3] = $4
	of_value[$1, $2, $3] = $5
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

function report(f, size,    name, round, n, quotients, tops, bottoms, ratio, spread, missed, binds)
{
	name = name_at(f, size)
	if (n_wanted > 0 && !(name in is_wanted))
		return
	n = 0
	for (round = 1; round <= n_rounds; round++)
		if ((size, round, f) in value) {
			tops[++n] = value[size, round, f]
			bottoms[n] = of_value[size, round, f]
			quotients[n] = tops[n] / bottoms[n]
		}
	if (n == 0)
		return
	reported[name] = 1
	ratio = median(quotients, n)
	spread = ratio > 0 ? (quotients[n] - quotients[1]) / ratio : 0
	missed = target[f] != "-" && (better[f] == "lower" ? ratio > target[f] : ratio < target[f])
	binds = target[f] != "-" && size == largest[f]
	any_missed += (missed && binds)
	if (as_json)
		print_json(name, f, size, ratio, n, spread, median(tops, n), median(bottoms, n), missed, binds)
	else
		print_row(name, f, ratio, n, spread, median(tops, n), median(bottoms, n), \
			verdict_of(f, missed, binds))
}

function print_json(name, f, size, ratio, n, spread, top, bottom, missed, binds)
{
	printf "{\"name\":\"%s\",\"ratio\":%.6g,\"of\":\"%s\",\"target\":%s,\"better\":\"%s\",", \
		name, ratio, of[f], or_null(target[f]), better[f]
	printf "\"runs\":%d,\"spread\":%.3g,\"n\":%d,\"value\":%.12g,\"of_value\":%.12g,", \
		n, spread, size, top, bottom
	printf "\"goal\":%s,\"met\":%s,\"binds\":%s}\n", or_null(goal[f]), \
		target[f] == "-" ? "null" : truth(!missed), truth(binds)
}

function or_null(text)
{
	return text == "-" ? "null" : text
}

function truth(yes)
{
	return yes ? "true" : "false"
}

# The absolute halves, for eyes; of is in the unit itself when nothing is divided.
function absolute(f, top, bottom)
{
	if (bottom == 1)
		return sprintf("%.4g %s", top, unit[f])
	if (unit[f] == "B")
		return sprintf("%.3f MB / %.3f MB", top / 1e6, bottom / 1e6)
	return sprintf("%.5g %s / %.5g %s", top, unit[f], bottom, unit[f])
}

function verdict_of(f, missed, binds)
{
	if (!missed)
		return ""
	return binds ? "  MISSED" : (better[f] == "lower" ? "  above" : "  below")
}

function print_row(name, f, ratio, n, spread, top, bottom, verdict)
{
	if (!n_rows++)
		printf "%-26s %8s  %-32s %7s %6s %6s %5s %7s  %s\n", "name", "ratio", "of", "target", \
			"goal", "better", "runs", "spread", "medians"
	printf "%-26s %8.4g  %-32s %7s %6s %6s %5d %6.0f%%  %s%s\n", name, ratio, of[f], \
		target[f], goal[f], better[f], n, spread * 100, absolute(f, top, bottom), verdict
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
