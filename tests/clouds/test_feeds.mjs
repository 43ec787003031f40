// SPDX-License-Identifier: Apache-2.0
// The feeds by themselves: files as they are published, NVD's windows, pages, keys and rate.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';

import { start } from './cloud.mjs';
import * as feeds from './feeds.mjs';

async function with_(settings, use) {
	const sim = await start(feeds, settings);
	try {
		await use(sim, (path, headers = {}) => fetch(`${sim.url}${path}`, { headers, redirect: 'manual' }));
	} finally {
		await sim.close();
	}
}

test('EPSS: the current name leads to that of its day', () => with_({ scale: 30 }, async (sim, ask) => {
	const first = await ask('/epss_scores-current.csv.gz');
	assert.equal(first.status, 302);
	assert.equal(first.headers.get('location'), `${sim.url}/epss_scores-2026-08-16.csv.gz`);
	const file = await ask('/epss_scores-2026-08-16.csv.gz');
	const lines = zlib.gunzipSync(Buffer.from(await file.arrayBuffer())).toString().split('\n');
	assert.match(lines[0], /^#model_version:.*,score_date:2026-08-16T/);
	assert.equal(lines.length, 30 + 3);
	assert.equal((await ask('/epss_scores-2026-08-15.csv.gz')).status, 404);
}));

test('KEV announces what it has, unless it is cut', () => with_({ scale: 30 }, async (sim, ask) => {
	const kev = await (await ask('/known_exploited_vulnerabilities.json')).json();
	assert.equal(kev.count, kev.vulnerabilities.length);
	sim.faults.add({ name: 'cut', times: 1 });
	const cut = await (await ask('/known_exploited_vulnerabilities.json')).json();
	assert.equal(cut.count, cut.vulnerabilities.length + 1);
	sim.faults.add({ name: 'shrunk', times: 1 });
	assert.equal((await (await ask('/known_exploited_vulnerabilities.json')).json()).count, kev.count >> 1);
}));

test('NVD: pages, windows, keys and rate', () => with_({ scale: 2500 }, async (sim, ask) => {
	sim.provider.change('day', { day: '2026-08-20' });
	const key = { apiKey: 'a1b2c3d4-0000-4000-8000-000000000000' };
	const first = await (await ask('/rest/json/cves/2.0?startIndex=0&resultsPerPage=2000', key)).json();
	const last = await (await ask('/rest/json/cves/2.0?startIndex=2000&resultsPerPage=2000', key)).json();
	assert.deepEqual([first.totalResults, first.resultsPerPage, last.resultsPerPage], [2500, 2000, 500]);
	sim.provider.change('nvd', { cve: 'CVE-2025-10007', score: 9.8 });
	const window = await (await ask('/rest/json/cves/2.0?lastModStartDate=2026-08-20T00:00:00.000&lastModEndDate=2026-08-21T00:00:00.000', key)).json();
	assert.deepEqual(window.vulnerabilities.map(v => v.cve.id), ['CVE-2025-10007']);
	const refused = await ask('/rest/json/cves/2.0?lastModStartDate=2026-01-01T00:00:00.000&lastModEndDate=2026-08-21T00:00:00.000', key);
	assert.deepEqual([refused.status, /120/.test(refused.headers.get('message'))], [404, true]);
	assert.equal((await ask('/rest/json/cves/2.0', { apiKey: 'x' })).headers.get('message'), 'Invalid apiKey.');
	for (let i = 0; i < 5; i++)
		assert.equal((await ask('/rest/json/cves/2.0?resultsPerPage=1')).status, 200);
	assert.equal((await ask('/rest/json/cves/2.0?resultsPerPage=1')).status, 403);
}));
