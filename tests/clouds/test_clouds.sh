#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The simulated clouds by themselves: test_clouds.sh [FILE.mjs…]; all test_*.mjs of this folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v node >/dev/null; then
	echo "skip: node is not installed"
	exit 77
fi
[ $# -gt 0 ] || set -- test_*.mjs
node --test "$@"
