// SPDX-License-Identifier: Apache-2.0
// The core by itself: a provider of two listings, each fault once, and the administration.

import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';

import { start } from './cloud.mjs';
import { guid, hash32 } from './seeded.mjs';

const plain = {
	faults: { moody: { times: 1 } },
	create({ seed, scale, url, fault }) {
		let empty = false;
		return {
			isData: req => req.path.startsWith('/list'),
			handle(req) {
				if (req.path === '/token')
					return fault('wrong-secret') ? { status: 401, headers: {}, body: {} } : { status: 200, headers: {}, body: { seed } };
				if (req.path !== '/list')
					return null;
				const page = Number(req.query.get('page') ?? 1);
				const value = empty || fault('moody') ? [] : [page * 2, page * 2 + 1];
				return { status: 200, headers: {}, body: { value, nextLink: page < 3 ? `${url}/list?page=${page + 1}` : '' }, records: value.length };
			},
			truth: function* () {
				for (let i = 0; i < scale; i++)
					yield { scope: 's', connector: 'c', native_id: String(i), resource: 'r', state: 'open' };
			},
			change: name => {
				empty = name === 'empty';
				return { empty };
			},
			settings: () => ({ endpoint: url }),
			refusal: (req, status) => ({ status, headers: {}, body: { error: { code: `Plain${status}` } } }),
		};
	},
};

// {status, headers, body} of one request; a broken connection rejects.
function ask(sim, path, method = 'GET', body = '') {
	return new Promise((resolve, reject) => {
		const request = http.request(`${sim.url}${path}`, { method, agent: false }, response => {
			const chunks = [];
			response.on('data', chunk => chunks.push(chunk));
			response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
			response.on('error', reject);
		});
		request.on('error', reject);
		request.end(body);
	});
}

async function with_(settings, use) {
	const sim = await start(plain, settings);
	try {
		await use(sim);
	} finally {
		await sim.close();
	}
}

const json = answer => JSON.parse(answer.body.toString());
const fault = (sim, order) => ask(sim, '/_sim/fault', 'POST', JSON.stringify(order));

test('values follow from their parts', () => {
	assert.equal(hash32(1, 2, 3), hash32(1, 2, 3));
	assert.notEqual(hash32(1, 2, 3), hash32(1, 3, 2));
	assert.match(guid(7), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('pages, ledger, truth, settings', async () => {
	await with_({ scale: 3, seed: 9 }, async sim => {
		assert.deepEqual(json(await ask(sim, '/list')).value, [2, 3]);
		assert.deepEqual(json(await ask(sim, '/token')), { seed: 9 });
		assert.equal((await ask(sim, '/nowhere')).status, 404);
		const ledger = json(await ask(sim, '/_sim/ledger'));
		assert.deepEqual(ledger.map(entry => [entry.no, entry.path, entry.status, entry.records, entry.data]),
			[[1, '/list', 200, 2, true], [2, '/token', 200, 0, false], [3, '/nowhere', 404, 0, false]]);
		assert.equal(json(await ask(sim, '/_sim/truth')).length, 3);
		assert.deepEqual(json(await ask(sim, '/_sim/settings')), { endpoint: sim.url });
	});
});

test('refusals come in the form of the provider, as often as ordered', async () => {
	await with_({ faults: [{ name: 'throttle-seconds', times: 1 }, { name: 'unavailable-twice' }] }, async sim => {
		const first = await ask(sim, '/list');
		assert.deepEqual([first.status, first.headers['retry-after'], json(first).error.code], [429, '2', 'Plain429']);
		assert.equal((await ask(sim, '/list')).status, 503);
		assert.equal((await ask(sim, '/token')).status, 200);
		assert.equal((await ask(sim, '/list')).status, 503);
		assert.equal((await ask(sim, '/list')).status, 200);
		await fault(sim, { name: 'throttle-date', times: 1 });
		assert.ok(Date.parse((await ask(sim, '/list')).headers['retry-after']) > Date.now() - 1000);
	});
});

test('what breaks on the way', async () => {
	await with_({}, async sim => {
		await fault(sim, { name: 'reset' });
		await assert.rejects(ask(sim, '/list'));
		await fault(sim, { name: 'truncated' });
		assert.throws(() => json({ body: Buffer.from('') }));
		const cut = await ask(sim, '/list');
		assert.equal(cut.status, 200);
		assert.throws(() => json(cut));
		await fault(sim, { name: 'html' });
		assert.match((await ask(sim, '/list')).body.toString(), /^<!DOCTYPE/);
		await fault(sim, { name: 'gzip', times: 1 });
		assert.equal((await ask(sim, '/list')).headers['content-encoding'], 'gzip');
		await fault(sim, { name: 'chunked', times: 1 });
		const pieces = await ask(sim, '/list');
		assert.equal(pieces.headers['transfer-encoding'], 'chunked');
		assert.deepEqual(json(pieces).value, [2, 3]);
		await fault(sim, { name: 'drip', every: 1, bytes: 10 });
		assert.deepEqual(json(await ask(sim, '/list')).value, [2, 3]);
		await fault(sim, { name: 'huge' });
		const huge = await ask(sim, '/list');
		assert.ok(huge.body.length > 16_000_000);
		assert.deepEqual(json(huge).value, [2, 3]);
		await fault(sim, { name: 'skew' });
		assert.ok(Date.parse((await ask(sim, '/list')).headers.date) > Date.now() + 500_000);
	});
});

test('a failing page stays so, and the others go on', async () => {
	await with_({}, async sim => {
		await fault(sim, { name: 'fail-page-2' });
		for (let i = 0; i < 3; i++) {
			assert.equal((await ask(sim, '/list')).status, 200);
			assert.equal((await ask(sim, '/list?page=2')).status, 500);
		}
		await ask(sim, '/_sim/fault', 'DELETE');
		assert.equal((await ask(sim, '/list?page=2')).status, 200);
	});
});

test("the provider's own faults, after and match", async () => {
	await with_({}, async sim => {
		await fault(sim, { name: 'moody', after: 1, match: 'page=2' });
		assert.equal(json(await ask(sim, '/list')).value.length, 2);
		assert.equal(json(await ask(sim, '/list?page=2')).value.length, 2);
		assert.equal(json(await ask(sim, '/list?page=2')).value.length, 0);
		assert.equal(json(await ask(sim, '/list?page=2')).value.length, 2);
		await fault(sim, { name: 'wrong-secret' });
		assert.equal((await ask(sim, '/token')).status, 401);
		assert.equal((await fault(sim, { name: 'no-such' })).status, 400);
	});
});

test('changes, at once and after some requests', async () => {
	await with_({}, async sim => {
		await ask(sim, '/_sim/change', 'POST', '{"name":"empty","after":1}');
		assert.equal(json(await ask(sim, '/list')).value.length, 2);
		assert.equal(json(await ask(sim, '/list')).value.length, 0);
		assert.deepEqual(json(await ask(sim, '/_sim/change', 'POST', '{"name":"fill"}')), { empty: false });
		assert.equal(json(await ask(sim, '/list')).value.length, 2);
	});
});
