#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds every #include against the layers: base <- model <- {net, store} <- programs.  Prints
# file:line of each breach; exit 1.  Tests may include anything.
#
# Three questions to an include, one function below for each: does it look upwards or sideways, does
# it bring a foreign library where it does not belong, does it bring I/O into something pure?
set -euo pipefail
. "$(dirname "$0")/common.sh"

mapfile -d '' -t files < <(project_files c h cc)
[ ${#files[@]} -gt 0 ] || exit 0

# The libraries without I/O that programs share: what collector/, scorer/ and api/ build apart from
# their main.c.  "collector/format scorer/score …"
modules_of() {
	sed -n "/^add_library($2[ )]/,/)/p" "$1/CMakeLists.txt" 2>/dev/null |
		grep -oE '[a-z0-9_]+[.]c\b' | sed "s|[.]c\$||; s|^|$1/|" || true
}
pure=$(modules_of collector isobar_formats; modules_of collector isobar_intel; modules_of collector isobar_connectors; modules_of scorer isobar_score; modules_of api isobar_queue_index)
shared=$(modules_of collector isobar_records; modules_of collector isobar_intake)

awk -v pure_modules="$(tr '\n' ' ' <<<"$pure")" -v shared_modules="$(tr '\n' ' ' <<<"$shared")" '
BEGIN {
	n = split(pure_modules, list, " ")
	for (i = 1; i <= n; i++)
		is_pure[list[i]] = is_shared[list[i]] = 1
	n = split(shared_modules, list, " ")
	for (i = 1; i <= n; i++)
		is_shared[list[i]] = 1

	# What each layer may include of ours.
	may["base"] = "base"
	may["model"] = "base model"
	may["net"] = "base model net"
	may["store"] = "base model store"
	may["collector"] = "base model net store collector"
	may["courier"] = "base model net store courier"
	may["api"] = "base model net store api"
	may["scorer"] = "base model store scorer"
	may["cli"] = "base model store cli"

	effects = "^(base/log[.]h|unistd[.]h|fcntl[.]h|netdb[.]h|poll[.]h|sys/(socket|stat|mman|time)[.]h)$"

	# Whose headers may stand where.  A library that is not here is refused everywhere.
	own("^(libpq-fe|libpq/.*|postgres_ext)", "^libisobar/store/")
	own("^simdjson[.]h$", "^libisobar/base/json_view[.]cc$")
	own("^malloc[.]h$", "^libisobar/base/mem[.]c$")
	own("^libical/", "^libisobar/model/calendar_holidays[.]c$")
	own("^ini[.]h$", "^libisobar/base/settings[.]c$")
	own("^xxhash[.]h$", "^(libisobar/(model/(finding|record_digest)|store/ingest)|api/hash_slots)[.]c$")
	own("^zstd[.]h$", "^libisobar/store/segment[.]c$")
	own("^zlib[.]h$", "^(api/gzip|collector/gzip_input|libisobar/net/unpack)[.]c$")
	own("^pthread[.]h$", "^api/request_id[.]c$") # for a fork, not for threads
	own("^openssl/", "^(libisobar/(model/(key|api_token|sealed_secret)|store/migrate|store/catalog)|api/tls|collector/signing)[.]c$")
	own("^curl/", "^libisobar/net/http_client[.]c$")
	own("^event2/bufferevent", "^api/(guard|guard_body|guard_read|guard_set|tls)[.]c$")
	own("^event2/http", "^api/(server|request|guard|guard_set)[.]c$")
	own("^event2/", "^(libisobar/(store/pg_(pool|conn|notify)[.][ch]|net/http_client[.]c)$|api/|collector/(main|run|run_credential|source_test)[.]c$)")
	own("^jansson[.]h$", "^(libisobar/model/codec[.][ch]$|scorer/score_model[.]c$|api/json_body[.]c$|cli/)")

	libc = "^(assert|ctype|dirent|endian|errno|fcntl|float|fnmatch|getopt|glob|grp|inttypes|langinfo" \
	       "|libgen|limits|locale|math|netdb|poll|pwd|sched|signal|spawn|stdalign|stdatomic|stdarg|stdbool" \
	       "|stddef|stdint|stdio|stdlib|[a-z]mmintrin|stdnoreturn|string|strings|syslog|termios|time|unistd|wchar" \
	       "|arpa/.*|linux/.*|net/if|netinet/.*|sanitizer/.*|sys/.*)[.]h$"
}

function own(header, place)
{
	n_owned++
	owned[n_owned] = header
	owner[n_owned] = place
}

function layer_of(path, parts)
{
	split(path, parts, "/")
	return parts[1] == "libisobar" ? parts[2] : parts[1]
}

function complain(why)
{
	printf "%s:%d: \"%s\": %s\n", FILENAME, FNR, header, why
	bad = 1
}

function module_of(path)
{
	sub(/[.][a-z]+$/, "", path)
	return path
}

# HTTP as values (isobar_net): what a request and an answer are, without the client.
function is_value_of_net(path)
{
	return module_of(path) ~ /^net\/(http_message|url|pace)$/
}

# The model, HTTP as values, the shared libraries but for the cutting of files, what reads requests:
# no socket, file, SQL or log.
function is_pure_file(path)
{
	path = module_of(path)
	sub(/_private$/, "", path)
	if (is_value_of_net(substr(path, length("libisobar/") + 1)))
		return 1
	return path ~ /^(libisobar\/model\/|api\/(http_head|problem|query_string|list_query|cursor|router)$)/ || path in is_pure
}

# An include of ours: down, or in the same folder, or one of the shared ones.
function check_own(from, to)
{
	if (header !~ /\//)
		return # beside the file
	to = layer_of(header)
	if ((" " may[from] " ") !~ (" " to " ") && !(module_of(header) in is_shared))
		complain(from " may not include " to)
}

function check_foreign(i)
{
	if (header ~ libc || (FILENAME ~ /[.]cc$/ && header !~ /[.]/))
		return
	for (i = 1; i <= n_owned; i++) {
		if (header ~ owned[i]) {
			if (FILENAME !~ owner[i])
				complain("this library stays in " owner[i])
			return
		}
	}
	complain("a library that no layer owns (tools/check-layers.sh)")
}

function check_pure()
{
	if (!is_pure_file(FILENAME))
		return
	if (header ~ effects || (quoted && header ~ /^(net|store)\// && !is_value_of_net(header)))
		complain("brings I/O or the log into something pure")
}

layer_of(FILENAME) == "tests" { nextfile }

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
	from = layer_of(FILENAME)
	quoted = $0 ~ /include[ \t]*"/
	header = $0
	sub(/^[^"<]*["<]/, "", header)
	sub(/[">].*/, "", header)
	if (!(from in may)) {
		complain("code lives in no such folder: " from)
		next
	}
	if (quoted)
		check_own(from)
	else
		check_foreign()
	check_pure()
}

END { exit bad }
' "${files[@]}"
