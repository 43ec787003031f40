// SPDX-License-Identifier: Apache-2.0
// Holds a running isobar-api to docs/openapi.yaml.  test_contract.sh starts it, with a setting file
// for what it made: the server's address, the tokens, files to import.
//   node main.mjs SETTING contract|limits|workers|away [PART...]
// With parts: of the contract these alone.
import { readFileSync } from 'node:fs';

import { Random, check, done, fail } from './lib/check.mjs';
import { Client, sleep } from './lib/client.mjs';
import { Contract } from './lib/openapi.mjs';
import { away } from './parts/away.mjs';
import { collection } from './parts/collection.mjs';
import { compliance } from './parts/compliance.mjs';
import { responsibility } from './parts/responsibility.mjs';
import { events } from './parts/events.mjs';
import { decisions } from './parts/decisions.mjs';
import { exchange } from './parts/exchange.mjs';
import { badQueries } from './parts/faults.mjs';
import { fixes } from './parts/fixes.mjs';
import { governance } from './parts/governance.mjs';
import { guessing, rateLimit, revocation } from './parts/limits.mjs';
import { metrics } from './parts/metrics.mjs';
import { pages } from './parts/pages.mjs';
import { query } from './parts/query.mjs';
import { sla } from './parts/sla.mjs';
import { Truth } from './parts/truth.mjs';
import { walk } from './parts/walk.mjs';

const [settingFile, what, ...only] = process.argv.slice(2);
const setting = JSON.parse(readFileSync(settingFile, 'utf8'));
const ctx = {
	...setting,
	client: new Client(setting.base, what !== 'workers'),
	contract: new Contract(setting.contract),
	random: new Random(setting.seed),
	// An analyst of the org default who sees all of it.
	token: setting.tokens.find((t) => t.role === 'analyst' && t.org === 'default' && !t.scope).token,
	truth: {},
};

// The server was started just before.
async function waitUntilReady(statuses) {
	for (let tries = 0; tries < 300; tries++) {
		const answer = await ctx.client.get('/readyz').catch(() => null);

		if (statuses.includes(answer?.status))
			return true;
		await sleep(100);
	}
	return false;
}

console.log(`seed ${setting.seed}`);
const ready = await waitUntilReady(what === 'away' ? [200, 503] : [200]);

if (!check('the server is ready within 30 s', ready))
	process.exit(1);
if (what === 'away') {
	await away(ctx);
} else if (what === 'workers') {
	await rateLimit(ctx, setting.limit);
} else if (what === 'limits') {
	await rateLimit(ctx, setting.limit);
	await guessing(ctx, setting.limit);
} else {
	for (const org of ['default', 'other'])
		ctx.truth[org] = new Truth({ isobar: setting.isobar, org });
	const parts = [walk, query, compliance, responsibility, fixes, events, sla, pages, badQueries, metrics, revocation, exchange, decisions, governance, collection];

	for (const run of parts.filter(({ name }) => !only.length || only.includes(name))) {
		await run(ctx);
		// One failure is enough to tell that it is gone.
		if (!(await ctx.client.get('/healthz').catch(() => null))) {
			fail('isobar-api', 'answers no more; what is left of the test is not run');
			break;
		}
	}
}
console.log(`${ctx.client.nRequests} requests`);
ctx.client.close();
done();
