#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# libcurl, the simulated AWS and the connector against the official JavaScript signer of AWS.
#   test_aws_signer.sh BUILD
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
# shellcheck source=../http/contract/node.sh
. "$here/../http/contract/node.sh"
contract_tests=$here/aws_signer
use_node "$build"

command -v curl >/dev/null || skip_node "needs curl"
export ISOBAR_AWS_WALK=$build/tests/clouds/aws_walk
[ -x "$ISOBAR_AWS_WALK" ] || skip_node "$ISOBAR_AWS_WALK is not built"
node --test "$here"/aws_signer/test_*.mjs
