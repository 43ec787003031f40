#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a bare Debian 12 to a ranked queue: installs what is missing, builds, starts a PostgreSQL of
# its own and the daemons, imports the sample estate once, shows the queue.  Ctrl-C stops everything;
# the data stays for the next start.
#   quickstart.sh [--json] [--no-wait] [--with-simulated-clouds]
# --json prints NDJSON on stdout; --no-wait stops after the queue was shown; --with-simulated-clouds
# starts an Azure and an AWS of our own on 127.0.0.1 (tests/clouds, by Node) and lists them as sources.
# Runs as root (the cluster then belongs to the system user isobar) or as a user with sudo, which
# only apt needs.  With ISOBAR_DATABASE set, that server is used and no cluster is made.
set -euo pipefail

called_from=$PWD
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
programs=(cli/isobar scorer/isobar-scorer collector/isobar-collector api/isobar-api) # inside the build folder
json=0
with_clouds=0
cloud_pids=()
wait_for_end=1
as_owner=() # what a command is prefixed with to run as the owner of the data
isobar=     # the program, where that owner can run it
sample=     # the estate, where that owner can read it
log=        # what `isobar up` and the daemons say
ready_line= # file with what `isobar up` prints on stdout
up_pid=
our_record= # copy of the recorded connection, where the caller's isobar looks for it

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "quickstart: $*"
	exit 1
}

usage() {
	sed -n '6,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# Stops what we started, in every way out.
stop_all() {
	local pid
	if [ -n "$up_pid" ] && kill -TERM "$up_pid" 2>/dev/null; then
		say "stopping"
		wait "$up_pid" || true
	fi
	up_pid=
	for pid in "${cloud_pids[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
	done
	cloud_pids=()
	[ -z "$ready_line" ] || rm -f "$ready_line"
	[ -z "$our_record" ] || rm -f "$our_record"
}

build() {
	local build_log
	build_log=$(mktemp)
	say "building (release)"
	{
		cd "$checkout"
		cmake --preset release -DISOBAR_TESTS=OFF &&
			cmake --build --preset release --parallel "$(nproc)" --target isobar isobar-scorer isobar-collector \
				isobar-api
	} >"$build_log" 2>&1 || {
		cat "$build_log" >&2
		die "the build failed"
	}
	rm -f "$build_log"
}

# Root may not run PostgreSQL: the data belongs to the system user isobar, who also gets copies of
# the programs and the sample where the checkout is closed to others.  The folder around the data
# stays root's, so that what root writes and runs there is not isobar's to change.
use_system_user() {
	local home=/var/lib/isobar program
	if ! getent passwd isobar >/dev/null; then
		useradd --system --user-group --home-dir "$home" --shell /usr/sbin/nologin isobar
	fi
	install -d -m 0755 "$home"
	install -d -o isobar -g isobar -m 0750 "$home/isobar"
	as_owner=(setpriv --reuid isobar --regid isobar --init-groups --no-new-privs env -u XDG_RUNTIME_DIR
		"HOME=$home" "XDG_STATE_HOME=$home" USER=isobar LOGNAME=isobar)
	our_record=${XDG_STATE_HOME:-$HOME/.local/state}/isobar/connection
	export XDG_STATE_HOME=$home
	if "${as_owner[@]}" test -x "$isobar" -a -r "$sample" -a -r "$intel" 2>/dev/null; then
		return
	fi
	install -d -m 0755 "$home/bin"
	for program in "${programs[@]}"; do
		install -m 0755 "$checkout/build/release/$program" "$home/bin/${program##*/}"
	done
	rm -rf "$home/sample" "$home/sample-intel"
	cp -r "$checkout/deploy/sample" "$checkout/deploy/sample-intel" "$home"
	chmod -R u=rwX,go=rX "$home/sample" "$home/sample-intel"
	isobar=$home/bin/isobar
	sample=$home/sample
	intel=$home/sample-intel
}

run() {
	"${as_owner[@]}" "$isobar" "$@"
}

# `isobar up` records its connection in the owner's state folder; root's isobar looks in root's own.
share_connection() {
	local record=$XDG_STATE_HOME/isobar/connection
	[ -e "$record" ] || return 0
	mkdir -p "${our_record%/*}"
	install -m 0600 "$record" "$our_record"
}

# Starts `isobar up` and waits until it says that it is ready.
start_up() {
	local tries
	say "starting"
	ready_line=$(mktemp)
	"${as_owner[@]}" "$isobar" up --json >"$ready_line" 2>>"$log" &
	up_pid=$!
	for ((tries = 0; tries < 1200; tries++)); do
		if grep -q '"ready": *true' "$ready_line"; then
			return
		fi
		kill -0 "$up_pid" 2>/dev/null || break
		sleep 0.1
	done
	tail -n 20 "$log" >&2
	if kill -0 "$up_pid" 2>/dev/null; then
		die "not ready after two minutes; see $log"
	fi
	up_pid=
	die "isobar up ended; see $log"
}

# What feeds say of the sample's CVEs, unless feeds are in use already: an extract is no match for these.
load_intel() {
	local first
	first=$(run intel list --json | sed 1q) || [ -n "$first" ] ||
		die "the list of feeds cannot be read"
	[ -n "$first" ] || run intel load --no-score "$intel"/* >&2
}

# Imports the sample if the database holds no finding at all.
import_sample() {
	local first
	first=$(run findings --json | sed 1q) || [ -n "$first" ] ||
		die "the findings cannot be read"
	if [ -n "$first" ]; then
		say "keeping the data of the last start"
		return
	fi
	load_intel
	say "importing the sample estate"
	if [ "$json" = 1 ]; then
		run import --json "$sample"
	else
		run import "$sample" >&2
	fi
}

# start_cloud PROVIDER [OPTION…]: its address is in $cloud_url.
start_cloud() {
	local folder=$checkout/tests/clouds said tries
	if ! "${as_owner[@]}" test -r "$folder/cloud.mjs" 2>/dev/null; then
		folder=/var/lib/isobar/clouds
		rm -rf "$folder"
		cp -r "$checkout/tests/clouds" "$folder"
		chmod -R u=rwX,go=rX "$folder"
	fi
	said=$(mktemp)
	"${as_owner[@]}" node "$folder/cloud.mjs" --provider "$@" >"$said" 2>>"$log" &
	cloud_pids+=("$!")
	cloud_url=
	for ((tries = 0; tries < 100; tries++)); do
		cloud_url=$(sed -n 's/.*"url": *"\([^"]*\)".*/\1/p' "$said")
		[ -z "$cloud_url" ] || break
		sleep 0.1
	done
	rm -f "$said"
	[ -n "$cloud_url" ] || die "the simulated $1 does not start; see $log"
}

# What a source takes to reach $cloud_url, KEY=VALUE a line.
cloud_settings() {
	node -e 'fetch(`${process.argv[1]}/_sim/settings`).then(answer => answer.json()).then(settings => {
		for (const key in settings)
			console.log(`${key}=${settings[key]}`);
	})' "$cloud_url"
}

# The source NAME of the simulated provider, listed once.  It has no schedule, as the provider ends with us.
list_cloud() {
	local name=$1 provider=$2 setting secret= secret_key= what=()
	while IFS= read -r setting; do
		case "$setting" in
		client_secret=* | secret=*)
			secret_key=${setting%%=*}
			secret=${setting#*=}
			;;
		*) what+=(--set "$setting") ;;
		esac
	done < <(cloud_settings)
	if run source show "$name" >/dev/null 2>&1; then
		what=(set "$name" "${what[@]}")
	else
		what=(add "$name" --connector "$provider" --every never "${what[@]}")
	fi
	printf '%s' "$secret" | run source "${what[@]}" --quiet --secret "$secret_key=-" >&2
	if [ "$json" = 1 ]; then
		run source run "$name" --wait --json
	else
		run source run "$name" --wait >&2
	fi
}

simulate_clouds() {
	local provider tries options
	for provider in azure aws; do
		say "listing a simulated $provider"
		options=()
		# Regions that the sample estate has not: a listing closes what it does not show there.
		[ "$provider" = azure ] || options=(--option regions=eu-north-1,ap-south-1)
		start_cloud "$provider" "${options[@]}"
		list_cloud "simulated-$provider" "$provider"
	done
	for ((tries = 0; tries < 100; tries++)); do # until the scorer has seen it
		[ -z "$(run queue --json --limit 1 --where source=simulated-aws)" ] || return 0
		sleep 0.1
	done
}

show_queue() {
	if [ "$json" = 1 ]; then
		sed 1q "$ready_line"
		run queue --json --limit 20
		printf '{"quickstart":"done","seconds":%d}\n' "$1"
	else
		run queue --limit 20
		say ""
		show_api
		say "ready $1 seconds after the packages were in"
	fi
}

# member NAME: of the line that `isobar up` printed when it was ready.
member() {
	sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p;q" "$ready_line"
}

# Where the api listens, and the key to it.
show_api() {
	say "api    $(member url)"
	say "token  $(member token)"
}

# What to type next, in another terminal.
show_hints() {
	local program=$checkout/build/release/cli/isobar
	program=${program#"$called_from/"}
	say ""
	say "In another terminal:"
	say "  curl -H 'Authorization: Bearer $(member token)' '$(member url)/v1/queues/customer/risks?limit=3'"
	say "  $program queue --where band=critical    only the worst"
	say "  $program explain ID                     why a risk stands where it does"
	say "  $program import PATH                    your own exports"
	say "  $program source add --help              live sources"
	say "  $program doctor                         is all well?"
	say "Logs: $log"
}

main() {
	local argument started status=0
	for argument in "$@"; do
		case "$argument" in
		--json) json=1 ;;
		--no-wait) wait_for_end=0 ;;
		--with-simulated-clouds) with_clouds=1 ;;
		*) usage ;;
		esac
	done

	"$checkout/deploy/packages.sh" build run
	if [ "$with_clouds" = 1 ] && ! command -v node >/dev/null; then
		say "the simulated clouds need Node: installing nodejs"
		"$checkout/deploy/packages.sh" clouds
	fi
	started=$SECONDS
	build
	isobar=$checkout/build/release/cli/isobar
	sample=$checkout/deploy/sample
	intel=$checkout/deploy/sample-intel
	if [ "$(id -u)" -eq 0 ] && [ -z "${ISOBAR_DATABASE:-}" ]; then
		use_system_user
	fi
	log=${XDG_STATE_HOME:-$HOME/.local/state}/isobar-quickstart.log
	mkdir -p "${log%/*}"
	: >"$log"
	cd "${log%/*}" # a folder that the owner of the data may read

	trap stop_all EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	start_up
	[ -z "$our_record" ] || share_connection
	import_sample
	[ "$with_clouds" = 0 ] || simulate_clouds
	show_queue $((SECONDS - started))
	[ "$wait_for_end" = 1 ] || return 0

	show_hints
	say "Ctrl-C stops everything."
	trap 'stop_all; exit 0' INT TERM
	wait "$up_pid" || status=$?
	up_pid=
	die "isobar up ended with code $status; see $log"
}

main "$@"
