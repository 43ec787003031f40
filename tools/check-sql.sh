#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks the statements of libisobar/store/sql/ and the migrations without a database.  Prints
# file:line of each fault; exit 1.  A statement
#   - opens with a comment: its purpose and each $n;
#   - is used: STMT_<NAME> stands in some .c (session_* statements are run by their group);
#   - names org_id when it touches a tenant table, or says "-- no org_id: reason".  Tenant tables are
#     those of migrations/ whose comment has neither @reference nor @local;
#   - has no "select *" (but from a staging table), no merge and no trigger.
# Migrations have no trigger, no merge and no exclusion constraint, and the text that migrations/SHA256SUMS tells:
# a database that one was applied to is not opened by a program that has it with another text.
set -euo pipefail
. "$(dirname "$0")/common.sh"

mapfile -d '' -t migrations < <(project_files sql | grep -z '^migrations/' || true)
mapfile -d '' -t statements < <(project_files sql | grep -z '^libisobar/store/sql/' || true)
mapfile -d '' -t sources < <(project_files c h)

# Names of the tables that belong to an org, one a line.
tenant_tables() {
	[ ${#migrations[@]} -gt 0 ] || return 0
	awk '
	function name_of(text, word) {
		sub(/^[ \t]*(if[ \t]+not[ \t]+exists[ \t]+)?/, "", text)
		sub(/^isobar[.]/, "", text)
		match(text, /^[a-z_0-9]+/)
		return substr(text, 1, RLENGTH)
	}
	{
		line = tolower($0)
		if (match(line, /^[ \t]*create[ \t]+(unlogged[ \t]+)?table[ \t]+/))
			if (line !~ /partition[ \t]+of/)
				tables[name_of(substr(line, RLENGTH + 1))] = 1
		if (match(line, /^[ \t]*comment[ \t]+on[ \t]+table[ \t]+/)) {
			commented = name_of(substr(line, RLENGTH + 1))
			in_comment = 1
		}
		if (in_comment && line ~ /@(reference|local)/)
			shared[commented] = 1
		if (line ~ /;[ \t]*$/)
			in_comment = 0
	}
	END {
		for (name in tables)
			if (name != "" && !(name in shared))
				print name
	}' "${migrations[@]}" | sort
}

# Names of the statements that the sources use.
used_statements() {
	[ ${#sources[@]} -gt 0 ] || return 0
	grep -ohE '\bSTMT_[A-Z0-9_]+' "${sources[@]}" | sort -u || true
}

status=0
[ ${#statements[@]} -eq 0 ] || awk -v tenants="$(tenant_tables | tr '\n' ' ')" \
	-v used="$(used_statements | tr '\n' ' ')" '
BEGIN {
	n = split(tenants, list, " ")
	for (i = 1; i <= n; i++)
		tenant[list[i]] = 1
	n = split(used, list, " ")
	for (i = 1; i <= n; i++)
		is_used[list[i]] = 1
}

function complain(line, why)
{
	printf "%s:%d: %s\n", file, line, why
	bad = 1
}

# Is $n explained: by itself, or inside a range "$1..$4"?
function explained(n, text, range, ends)
{
	if (match(text, "[$]" n "([^0-9]|$)"))
		return 1
	while (match(text, /[$][0-9]+ *([.][.]+|-|to|…) *[$][0-9]+/)) {
		range = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		gsub(/[^0-9]+/, " ", range)
		split(range, ends, " ")
		if (ends[1] <= n && n <= ends[2])
			return 1
	}
	return 0
}

# Reading all columns of a staging table (page…) is fine: the statement that makes it stands beside.
function selects_star(text)
{
	while (match(text, /(^|[^a-z_])select (all |distinct (on \([^)]*\) )?)?[*]/)) {
		text = substr(text, RSTART + RLENGTH)
		if (text !~ /^ from page/)
			return 1
	}
	return 0
}

# The first tenant table that the statement reads or writes; "" if none.
function touched(text, word)
{
	gsub(/[ \t\n]+/, " ", text)
	while (match(text, /(^|[^a-z_])(from|join|into|update|using|table|copy|truncate|only|,) +(only +)?(isobar[.])?[a-z_0-9]+/)) {
		word = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		sub(/.*[ .]/, "", word)
		if (word in tenant)
			return word
	}
	return ""
}

function finish(parts, name, stmt, i, max, rest, table, flat)
{
	if (file == "")
		return
	n_parts = split(file, parts, "/")
	name = parts[n_parts]
	sub(/[.]sql$/, "", name)
	stmt = "STMT_" toupper(name)
	if (n_parts != 5)
		complain(1, "stands in no group: libisobar/store/sql/<group>/<name>.sql")
	if (stmt in where)
		complain(1, "has the name of " where[stmt])
	where[stmt] = file
	if (head !~ /[A-Za-z]/)
		complain(1, "does not open with a comment on its purpose")
	if (!(stmt in is_used) && parts[4] !~ /^session/)
		complain(1, stmt " is used nowhere")

	rest = body
	max = 0
	while (match(rest, /[$][0-9]+/)) {
		i = substr(rest, RSTART + 1, RLENGTH - 1) + 0
		rest = substr(rest, RSTART + RLENGTH)
		if (i > max)
			max = i
	}
	for (i = 1; i <= max; i++)
		if (!explained(i, head))
			complain(1, "its comment does not say what $" i " is")

	flat = body
	gsub(/[ \t\n]+/, " ", flat)
	if (selects_star(flat))
		complain(1, "select *: name the columns")
	if (flat ~ /(^|[^a-z_])merge into /)
		complain(1, "merge: write it as update and insert")
	if (flat ~ /(^|[^a-z_])trigger([^a-z_]|$)/)
		complain(1, "trigger: the writer does it")
	table = touched(flat)
	if (table != "" && flat !~ /(^|[^a-z_])org_id([^a-z_]|$)/ && !excused)
		complain(1, "touches " table " without org_id (or say why: -- no org_id: reason)")
}

FNR == 1 {
	finish()
	file = FILENAME
	head = body = ""
	in_head = 1
	excused = 0
}

{
	line = $0
	if (line ~ /-- no org_id: *[^ ]/)
		excused = 1
	if (in_head && line ~ /^--/) {
		if (line !~ /SPDX-License-Identifier/)
			head = head "\n" line
		next
	}
	in_head = 0
	gsub(/\047[^\047]*\047/, "\047\047", line)
	sub(/--.*/, "", line)
	body = body "\n" tolower(line)
}

END {
	finish()
	exit bad
}' "${statements[@]}" || status=1

[ ${#migrations[@]} -eq 0 ] || awk '
{
	line = tolower($0)
	gsub(/\047[^\047]*\047/, "\047\047", line)
	sub(/--.*/, "", line)
}
line ~ /create[ \t]+(or[ \t]+replace[ \t]+)?(constraint[ \t]+)?trigger/ {
	printf "%s:%d: trigger: the writer does it\n", FILENAME, FNR
	bad = 1
}
line ~ /(^|[^a-z_])exclude[ \t]+using/ {
	printf "%s:%d: exclusion constraint: not distributable\n", FILENAME, FNR
	bad = 1
}
line ~ /(^|[^a-z_])merge[ \t]+into/ {
	printf "%s:%d: merge: write it as update and insert\n", FILENAME, FNR
	bad = 1
}
END { exit bad }' "${migrations[@]}" || status=1

# Each migration has its line in the sums and the text that the line tells; no line is of a file that is gone.
check_sums() {
	local sums=migrations/SHA256SUMS
	awk -v sums="$sums" '
	function complain(file, why)
	{
		printf "%s:1: %s\n", file, why
		bad = 1
	}
	FILENAME == sums {
		told[$2] = $1
		next
	}
	{
		file = $2
		name = file
		sub(/.*\//, "", name)
		seen[name] = 1
		if (!(name in told))
			complain(file, "has no line in " sums ": append it (sha256sum)")
		else if (told[name] != $1)
			complain(file, "not the text of " sums ": once applied it stays as it is, a change is a migration of its own")
	}
	END {
		for (name in told)
			if (!(name in seen))
				complain(sums, name " is told there, and is gone")
		exit bad
	}' "$sums" <(sha256sum "${migrations[@]}")
}

[ ${#migrations[@]} -eq 0 ] || check_sums || status=1

exit "$status"
