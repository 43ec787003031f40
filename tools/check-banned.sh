#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Finds calls of functions that are banned, and floating point in the model and the score.  Prints
# file:line of each; exit 1.  A line that must stay says why: /* ALLOW-BANNED: reason */
set -euo pipefail
. "$(dirname "$0")/common.sh"

mapfile -d '' -t files < <(project_files c h cc)
[ ${#files[@]} -gt 0 ] || exit 0

awk '
BEGIN {
	ban("strcpy strcat stpcpy strncpy strncat", "copy with a size: strbuf, arena_strdup, snprintf")
	ban("sprintf vsprintf", "snprintf, strbuf or arena_printf")
	ban("gets", "fgets or getline")
	ban("atoi atol atoll atof", "strtol and its kin, with errno and the end checked")
	ban("strtok", "keeps state between calls")
	ban("alloca", "the arena")
	ban("mktemp tmpnam tempnam", "mkstemp or mkdtemp")
	ban("system", "posix_spawn with an argument list")
	ban("gmtime localtime asctime ctime mktime", "base/timestamp.h")
	ban("rand srand random srandom drand48", "a seeded generator, or RAND_bytes for keys")
	ban("signal siginterrupt", "sigaction")
	ban("setjmp longjmp sigsetjmp siglongjmp", "return an error")
	ban("pthread_create thrd_create", "no threads")

	ban_outside("malloc calloc realloc reallocarray strdup strndup asprintf vasprintf",
	            "^(libisobar/base/mem[.]c|tests/)", "base/mem.h or an arena")
	ban_outside("scanf sscanf fscanf vscanf vsscanf vfscanf", "^tests/",
	            "hides overflow; parse by hand")
	ban_outside("popen", "^(cli|tests)/", "libraries and daemons start no programs")
	ban_outside("exit _exit", "^(libisobar/base/mem[.]c|tests/|cli/|[a-z]+/main[.]c)",
	            "return an error; only mem.c and programs end the process")
}

function ban(names, instead)
{
	ban_outside(names, "", instead)
}

function ban_outside(names, where_allowed, instead, list, i, n)
{
	n = split(names, list, " ")
	for (i = 1; i <= n; i++) {
		advice[list[i]] = instead
		allowed[list[i]] = where_allowed
	}
}

# The line without comments, texts and character constants; state: inside a comment.
function code_of(line, out, c, two, i, n, quote)
{
	out = ""
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				i++
			}
		} else if (quote != "") {
			if (c == "\\")
				i++
			else if (c == quote)
				quote = ""
		} else if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else if (c == "\"" || c == "\047") {
			quote = c
			out = out " "
		} else {
			out = out c
		}
	}
	return out
}

function complain(why)
{
	printf "%s:%d: %s\n", FILENAME, FNR, why
	bad = 1
}

FNR == 1 { in_comment = 0 }

{
	code = code_of($0)
	if ($0 ~ /ALLOW-BANNED: *[^ *]/)
		next
	if (FILENAME ~ /^(libisobar\/model|scorer)\// && code ~ /(^|[^A-Za-z0-9_])(float|double)([^A-Za-z0-9_]|$)/)
		complain("no floating point in the model and the score")
	rest = code
	while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
		name = substr(rest, RSTART, RLENGTH - 1)
		before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
		rest = substr(rest, RSTART + RLENGTH)
		gsub(/[ \t]/, "", name)
		if (before ~ /[.>]/) # a member that happens to have the name
			continue
		if (name in advice && !(allowed[name] != "" && FILENAME ~ allowed[name]))
			complain(name "() is banned: " advice[name])
	}
}

END { exit bad }
' "${files[@]}"
