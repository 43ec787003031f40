#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes docs/openapi.json anew from docs/openapi.yaml, after a change of the latter.
#   openapi_json.sh [BUILD]
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
# shellcheck source=node.sh
source "$root/tests/http/contract/node.sh"
use_node "${1:-$root/build/asan}"
cd "$root"
node --input-type=module --eval '
	import { writeFileSync } from "node:fs";
	import { Contract, asJson } from "./tests/http/contract/lib/openapi.mjs";
	writeFileSync("docs/openapi.json", asJson(new Contract("docs/openapi.yaml").document));'
