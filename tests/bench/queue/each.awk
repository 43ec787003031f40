# SPDX-License-Identifier: Apache-2.0
# Prints the requests that were measured one by one, medians over the rounds.
#   awk -f each.awk CASES MEASUREMENTS
# CASES: size, name, matching risks.  MEASUREMENTS: size, round, kind, name, connections, requests,
# p50 and p99 in milliseconds.

FNR == 1 { n_files++ }

n_files == 1 { matching[$1, $2] = $3 }

n_files == 2 {
	key = $1 " " $3 " " $4
	if (!(key in seen))
		keys[++n_keys] = key
	seen[key] = 1
	n = ++count[key, $5]
	p50[key, $5, n] = $7
	p99[key, $5, n] = $8
}

function median(of, key, connections,    values, n, i, j, v)
{
	n = count[key, connections]
	for (i = 1; i <= n; i++) {
		v = of[key, connections, i]
		for (j = i - 1; j > 0 && values[j] > v; j--)
			values[j + 1] = values[j]
		values[j + 1] = v
	}
	if (n == 0)
		return "-"
	return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
}

END {
	printf "%-5s %-7s %-46s %9s %9s %9s %9s %9s\n", "size", "kind", "name", "matching", "p50 at 1", \
		"p99 at 1", "p50 at 8", "p99 at 8"
	for (i = 1; i <= n_keys; i++) {
		split(keys[i], part, " ")
		printf "%-5s %-7s %-46s %9s %9s %9s %9s %9s\n", part[1], part[2], part[3], \
			(part[1], part[3]) in matching ? matching[part[1], part[3]] : "", median(p50, keys[i], 1), \
			median(p99, keys[i], 1), median(p50, keys[i], 8), median(p99, keys[i], 8)
	}
}
