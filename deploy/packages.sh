#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that Isobar needs; asks apt only for what is missing.
#   packages.sh [--list | --check] SET…        sets: run, build, clouds, test, fuzz, bench
# --list prints the names, --check tells what is missing (exit 1) and installs nothing.
set -euo pipefail

# The first libevent that has the request-smuggling fixes of 2026; images may hold the older one.
libevent_wanted=2.1.12-stable-8+deb12u1
no_cluster=/etc/postgresql-common/createcluster.d/isobar-no-cluster.conf
no_services=/usr/sbin/policy-rc.d

say() {
	printf 'packages: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

usage() {
	sed -n '3,5s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo -- "$@"
	fi
}

# The names of one set.  run: what a built Isobar needs beside it.
packages_of() {
	case "$1" in
	run)
		echo ca-certificates libcurl4 libevent-2.1-7 libevent-core-2.1-7 \
			libevent-openssl-2.1-7 libical3 libinih1 libjansson4 libpq5 \
			libsimdjson14 libssl3 libxxhash0 libzstd1 postgresql-15 tzdata zlib1g
		;;
	build)
		echo ca-certificates cmake g++ gcc git libcurl4-openssl-dev libevent-dev \
			libical-dev libinih-dev libjansson-dev libpq-dev libsimdjson-dev libssl-dev \
			libxxhash-dev libzstd-dev make ninja-build pkg-config zlib1g-dev
		;;
	# prometheus is for promtool, which reads what /metrics says.
	test)
		echo clang clang-format curl jq libcmocka-dev nodejs npm openssl prometheus \
			slowhttptest
		;;
	clouds) echo nodejs ;; # the simulated providers of tests/clouds
	fuzz) echo clang libclang-rt-14-dev ;;
	bench) echo nginx-light nodejs npm wrk ;;
	*) usage ;;
	esac
}

# The names of all given sets, one a line, each once.
names_of() {
	local one
	for one in "$@"; do
		packages_of "$one" | tr ' ' '\n'
	done | sort -u
}

# What installed packages are or stand in for: a nodejs from elsewhere brings npm along, and conflicts
# with Debian's.
installed_names() {
	dpkg-query -W -f '${db:Status-Status},${Package},${Provides}\n' 2>/dev/null |
		sed -n 's/^installed,//p' | tr ',' '\n' | sed 's/(.*//; s/[[:space:]]//g'
}

# Which of the names on stdin are not installed.
missing_of() {
	local name installed
	installed=$(installed_names)
	while read -r name; do
		grep -qxF -e "$name" <<<"$installed" || printf '%s\n' "$name"
	done
}

# Installed packages of libevent that are older than they should be.
old_libevent() {
	local name version status
	while read -r name version status; do
		if [ "$status" = installed ] &&
			dpkg --compare-versions "$version" lt "$libevent_wanted"; then
			printf '%s\n' "$name"
		fi
	done < <(dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' 'libevent*' 2>/dev/null)
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
		-o DPkg::Lock::Timeout=300 "$@"
}

# Installing the server makes and starts a cluster "main", unless told not to: Isobar brings its
# own.  The word is taken back afterwards, for what the administrator installs later.
forbid_cluster() {
	as_root mkdir -p "${no_cluster%/*}"
	printf 'create_main_cluster = false\n' | as_root tee "$no_cluster" >/dev/null
}

allow_cluster() {
	[ -e "$no_cluster" ] || return 0
	as_root rm -f "$no_cluster"
	as_root rmdir --ignore-fail-on-non-empty "${no_cluster%/*}"
}

# Debian starts the service of a package that it installs (Debian policy 9.3.3.1); of ours we want the
# programs alone.  Where the administrator has a say of their own there, it stays.
forbid_services() {
	[ ! -e "$no_services" ] || return 0
	printf '#!/bin/sh\n# Made by Isobar while it installs packages.\nexit 101\n' |
		as_root tee "$no_services" >/dev/null
	as_root chmod 0755 "$no_services"
}

allow_services() {
	! grep -q 'Made by Isobar' "$no_services" 2>/dev/null || as_root rm -f "$no_services"
}

allow_all() {
	allow_cluster
	allow_services
}

install_packages() {
	local log
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
		die "not root and no sudo; as root: apt-get install $*"
	fi
	log=$(mktemp)
	say "apt-get update"
	apt_get update >"$log" 2>&1 || { cat "$log" >&2; die "apt-get update failed"; }
	say "installing $*"
	trap allow_all EXIT
	forbid_services
	case " $* " in
	*' postgresql-15 '*) forbid_cluster ;;
	esac
	apt_get install --no-install-recommends "$@" >"$log" 2>&1 || {
		cat "$log" >&2
		die "apt-get install failed"
	}
	allow_all
	trap - EXIT
	rm -f "$log"
}

main() {
	local mode=install wanted missing old
	case "${1:-}" in
	--list | --check)
		mode=${1#--}
		shift
		;;
	esac
	[ $# -gt 0 ] || usage
	for wanted in "$@"; do
		packages_of "$wanted" >/dev/null
	done
	if [ "$mode" = list ]; then
		names_of "$@"
		return
	fi
	command -v dpkg-query >/dev/null || die "this is not a Debian; see --list for what is needed"
	mapfile -t missing < <(names_of "$@" | missing_of)
	mapfile -t old < <(old_libevent)
	if [ ${#missing[@]} -eq 0 ] && [ ${#old[@]} -eq 0 ]; then
		return
	fi
	[ "$mode" = install ] || die "missing: ${missing[*]} ${old[*]:+old: ${old[*]}}"
	install_packages "${missing[@]}" "${old[@]}"
	mapfile -t missing < <(names_of "$@" | missing_of)
	[ ${#missing[@]} -eq 0 ] || die "still missing: ${missing[*]}"
	mapfile -t old < <(old_libevent)
	[ ${#old[@]} -eq 0 ] || say "warning: no libevent $libevent_wanted to be had for: ${old[*]}"
}

main "$@"
