// SPDX-License-Identifier: Apache-2.0
// Oracle's simulation by itself: signatures are verified, and what is listed is the truth.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';

import { start } from './cloud.mjs';
import * as oci from './oci.mjs';

// One signed request; changes to what is signed and sent.
function ask(sim, where, changes = {}) {
	const s = sim.provider.settings();
	const url = new URL(where, sim.url);
	const date = changes.date ?? new Date().toUTCString();
	const names = changes.names ?? 'date (request-target) host';
	const text = names.split(' ').map(n => ({ date: `date: ${date}`, '(request-target)': `(request-target): get ${url.pathname}${url.search}`, host: `host: ${url.host}` })[n]).join('\n');
	const signature = crypto.sign('RSA-SHA256', Buffer.from(text), s.key).toString('base64');
	const authorization = `Signature version="1",headers="${names}",keyId="${changes.keyId ?? `${s.tenancy}/${s.user}/${s.fingerprint}`}",algorithm="rsa-sha256",signature="${signature}"`;
	return new Promise((resolve, reject) => {
		const request = http.request(changes.sent ? new URL(changes.sent, sim.url) : url, { headers: { date, authorization }, agent: false }, response => {
			const chunks = [];
			response.on('data', chunk => chunks.push(chunk));
			response.on('end', () => resolve({ status: response.statusCode, next: response.headers['opc-next-page'], body: JSON.parse(Buffer.concat(chunks)) }));
		});
		request.on('error', reject);
		request.end();
	});
}

async function all(sim, where, itemsOf = body => body.items) {
	const out = [];
	const seen = new Set();
	let next = null;
	for (let pages = 1; ; pages++) {
		const answer = await ask(sim, `${where}${next ? `&page=${encodeURIComponent(next)}` : ''}`);
		assert.equal(answer.status, 200, JSON.stringify(answer.body));
		out.push(...itemsOf(answer.body));
		next = answer.next;
		if (!next || seen.has(next))
			return { out, pages, repeated: Boolean(next) };
		seen.add(next);
	}
}

const listing = (sim, detail, state, more = '') => `/20200131/problems?accessLevel=RESTRICTED&compartmentId=${sim.provider.settings().tenancy}&compartmentIdInSubtree=true&lifecycleDetail=${detail}&lifecycleState=${state}&limit=100&sortBy=resourceName${more}`;

async function listed(sim) {
	const states = { OPEN: 'open', RESOLVED: 'resolved', DISMISSED: 'suppressed' };
	const rows = [];
	for (const detail of Object.keys(states))
		for (const state of ['ACTIVE', 'INACTIVE'])
			for (const p of (await all(sim, listing(sim, detail, state))).out) {
				assert.equal(p.lifecycleDetail, detail);
				rows.push(`${p.compartmentId} ${p.id} ${states[detail]}`);
			}
	return rows.sort();
}

const truth = sim => [...sim.provider.truth()].map(r => `${r.scope} ${r.native_id} ${r.state}`).sort();

async function with_(settings, use) {
	const sim = await start(oci, settings);
	try {
		await use(sim);
	} finally {
		await sim.close();
	}
}

test('lists are the truth, before and after changes', () => with_({ seed: 3, scale: 500 }, async sim => {
	assert.ok(truth(sim).length > 400);
	assert.deepEqual(await listed(sim), truth(sim));
	for (const name of ['flip', 'delete', 'empty', 'lose', 'severity']) {
		sim.provider.change(name, {});
		assert.deepEqual(await listed(sim), truth(sim), name);
	}
	const compartments = await all(sim, `/20160918/compartments?accessLevel=ANY&compartmentId=${sim.provider.settings().tenancy}&compartmentIdInSubtree=true&limit=2`, body => body);
	assert.equal(compartments.pages, 3);
}));

test('signatures are verified', () => with_({ scale: 10 }, async sim => {
	assert.equal((await ask(sim, '/20160918/regions')).status, 200);
	for (const changes of [
		{ date: new Date(Date.now() - 6 * 60_000).toUTCString() },
		{ keyId: 'a/b/c' },
		{ names: 'date host' },
		{ sent: '/20160918/regions?x=1' },
	]) {
		const answer = await ask(sim, '/20160918/regions', changes);
		assert.deepEqual([answer.status, answer.body.code], [401, 'NotAuthenticated'], JSON.stringify(changes));
	}
	sim.faults.add({ name: 'wrong-secret' });
	assert.equal((await ask(sim, '/20160918/regions')).status, 401);
}));

test('pages in odd ways', () => with_({ scale: 600, seed: 2 }, async sim => {
	const where = listing(sim, 'OPEN', 'ACTIVE');
	const plain = await all(sim, where);
	assert.ok(plain.pages >= 3);
	for (const name of ['empty-middle', 'empty-last']) {
		sim.faults.add({ name });
		const odd = await all(sim, where);
		sim.faults.clear();
		assert.equal(odd.pages, plain.pages + 1, name);
		assert.deepEqual(odd.out, plain.out, name);
	}
	sim.faults.add({ name: 'repeat-token' });
	assert.ok((await all(sim, where)).repeated);
}));

test('what may not be read is refused, or left out', () => with_({ scale: 200, options: { denied: 1 } }, async sim => {
	const where = listing(sim, 'OPEN', 'ACTIVE');
	assert.equal((await ask(sim, where)).body.code, 'NotAuthorizedOrNotFound');
	const some = await all(sim, where.replace('RESTRICTED', 'ACCESSIBLE'));
	assert.ok(some.out.length > 0 && some.out.length < truth(sim).filter(r => r.endsWith(' open')).length);
	assert.equal((await ask(sim, where.replace('sortBy=resourceName', 'sortBy=x'))).status, 400);
	assert.equal((await ask(sim, `${where.replace('RESTRICTED', 'ACCESSIBLE')}&page=x`)).status, 400);
}));
