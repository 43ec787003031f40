#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What a simulated cloud holds, from the answer to GET /_sim/truth on stdin: a line each, with tabs between
// scope, connector, resource, what (the check or the CVE, where the estate tells it), state and native id.

import readline from 'node:readline';

function what(row) {
	const check = /\/providers\/microsoft\.security\/assessments\/([^/]+)$/.exec(row.native_id);
	return row.cve ?? check?.[1] ?? '';
}

let out = '';
for await (const line of readline.createInterface({ input: process.stdin })) {
	if (!line.startsWith('{'))
		continue;
	const row = JSON.parse(line.replace(/,$/, ''));
	out += `${[row.scope, row.connector, row.resource, what(row), row.state, row.native_id].join('\t')}\n`;
	if (out.length > 1 << 16) {
		if (!process.stdout.write(out))
			await new Promise(resolve => process.stdout.once('drain', resolve));
		out = '';
	}
}
process.stdout.write(out);
