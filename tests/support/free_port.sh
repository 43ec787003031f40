#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints a port of 127.0.0.1 that nobody listens on.  It is below the ports that the kernel gives to
# connections (ip_local_port_range, ip(7)): of those, any may be a client's by the time it is used.
set -euo pipefail
read -r first_of_clients _ </proc/sys/net/ipv4/ip_local_port_range
[ "$first_of_clients" -gt 12000 ] || first_of_clients=32768
for port in $(shuf --input-range="10000-$((first_of_clients - 1))" --head-count=50); do
	(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
		echo "$port"
		exit
	}
done
echo "free_port.sh: 50 ports were all taken" >&2
exit 1
