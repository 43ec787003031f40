// SPDX-License-Identifier: Apache-2.0
// Google Cloud's simulation by itself: tokens are checked as the real service does, and what is
// listed is the truth.

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { start } from './cloud.mjs';
import * as gcp from './gcp.mjs';

const b64 = value => Buffer.from(JSON.stringify(value)).toString('base64url');

function assertionOf(sim, changes = {}) {
	const key = JSON.parse(sim.provider.settings().key);
	const now = Math.floor(Date.now() / 1000);
	const claims = { iss: key.client_email, scope: 'https://www.googleapis.com/auth/cloud-platform', aud: `${sim.url}/token`, iat: now, exp: now + 3600, ...changes };
	const text = `${b64({ alg: 'RS256', typ: 'JWT', kid: key.private_key_id })}.${b64(claims)}`;
	return `${text}.${crypto.sign('RSA-SHA256', Buffer.from(text), key.private_key).toString('base64url')}`;
}

function post(sim, where, form) {
	return fetch(`${sim.url}${where}`, { method: 'POST', body: new URLSearchParams(form) });
}

const grant = assertion => ({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });

async function tokenOf(sim) {
	const response = await post(sim, '/token', grant(assertionOf(sim)));
	assert.equal(response.status, 200);
	return (await response.json()).access_token;
}

async function get(sim, token, where) {
	const response = await fetch(`${sim.url}${where}`, { headers: { authorization: `Bearer ${token}` } });
	return { status: response.status, body: await response.json() };
}

// All pages of one list.
async function all(sim, token, where, member) {
	const out = [];
	const seen = new Set();
	let pageToken = null;
	for (let pages = 1; ; pages++) {
		const { status, body } = await get(sim, token, `${where}${pageToken ? `&pageToken=${pageToken}` : ''}`);
		assert.equal(status, 200, JSON.stringify(body));
		out.push(...(body[member] ?? []));
		pageToken = body.nextPageToken;
		if (!pageToken || seen.has(pageToken))
			return { out, pages, repeated: Boolean(pageToken) };
		seen.add(pageToken);
	}
}

const listing = (parent, location) => `/v2/${parent}/sources/-/locations/${location}/findings?orderBy=name&pageSize=100`;

async function listed(sim, token, parent) {
	const rows = [];
	for (const location of ['global', 'eu'])
		rows.push(...(await all(sim, token, listing(parent, location), 'listFindingsResults')).out);
	return rows.map(r => `${r.finding.canonicalName.replace('/locations/global', '')} ${r.finding.state === 'INACTIVE' ? 'resolved' : r.finding.mute === 'MUTED' ? 'suppressed' : 'open'}`).sort();
}

const truth = sim => [...sim.provider.truth()].map(r => `${r.native_id} ${r.state}`).sort();

async function with_(settings, use) {
	const sim = await start(gcp, settings);
	try {
		await use(sim);
	} finally {
		await sim.close();
	}
}

test('lists are the truth, before and after changes', () => with_({ seed: 3, scale: 700 }, async sim => {
	const token = await tokenOf(sim);
	const parent = `organizations/${sim.provider.settings().organizations}`;
	assert.equal(truth(sim).length, 700);
	assert.deepEqual(await listed(sim, token, parent), truth(sim));
	for (const [name, args] of [['flip', { n: 9 }], ['delete', {}], ['empty', {}], ['lose', {}], ['severity', {}]]) {
		sim.provider.change(name, args);
		assert.deepEqual(await listed(sim, token, parent), truth(sim), name);
	}
	assert.ok(truth(sim).length < 700);
}));

test('the same seed is the same estate', async () => {
	const estates = [];
	for (const seed of [5, 5, 6])
		await with_({ seed, scale: 100 }, async sim => estates.push(truth(sim).join('\n')));
	assert.equal(estates[0], estates[1]);
	assert.notEqual(estates[0], estates[2]);
});

test('assertions are checked', () => with_({ scale: 10 }, async sim => {
	const now = Math.floor(Date.now() / 1000);
	for (const changes of [{ iss: 'x@y' }, { aud: 'https://oauth2.googleapis.com/token' }, { scope: 'openid' }, { exp: now - 1 }, { iat: now + 600 }, { exp: now + 7200 }])
		assert.equal((await post(sim, '/token', grant(assertionOf(sim, changes)))).status, 400, JSON.stringify(changes));
	assert.equal((await post(sim, '/token', grant(assertionOf(sim).slice(0, -8)))).status, 400);
	assert.equal((await get(sim, 'ya29.x', '/v3/projects:search?pageSize=1')).status, 401);
	sim.faults.add({ name: 'wrong-secret' });
	assert.equal((await (await post(sim, '/token', grant(assertionOf(sim)))).json()).error, 'invalid_grant');
}));

test('federation and the metadata server give tokens', async () => {
	const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'isobar-gcp-')), 'token');
	fs.writeFileSync(file, 'subject\n');
	await with_({ scale: 10, options: { auth: 'federation', subject_file: file } }, async sim => {
		const key = JSON.parse(sim.provider.settings().key);
		const form = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', audience: key.audience, subject_token: 'subject' };
		assert.equal((await post(sim, '/v1/token', { ...form, subject_token: 'x' })).status, 400);
		const federated = (await (await post(sim, '/v1/token', form)).json()).access_token;
		assert.equal((await get(sim, federated, '/v3/projects:search?pageSize=1')).status, 401);
		const answer = await fetch(sim.url + new URL(key.service_account_impersonation_url).pathname, {
			method: 'POST', headers: { authorization: `Bearer ${federated}` },
			body: JSON.stringify({ scope: ['https://www.googleapis.com/auth/cloud-platform'], lifetime: '3600s' }),
		});
		assert.equal((await get(sim, (await answer.json()).accessToken, '/v3/projects:search?pageSize=1')).status, 200);
		const metadata = `${sim.url}/computeMetadata/v1/instance/service-accounts/default/token`;
		assert.equal((await fetch(metadata)).status, 403);
		const machine = await fetch(metadata, { headers: { 'metadata-flavor': 'Google' } });
		assert.equal(machine.headers.get('metadata-flavor'), 'Google');
		assert.equal((await get(sim, (await machine.json()).access_token, '/v3/projects:search?pageSize=1')).status, 200);
	});
	fs.rmSync(path.dirname(file), { recursive: true });
});

test('pages in odd ways', () => with_({ scale: 400, seed: 2 }, async sim => {
	const token = await tokenOf(sim);
	const where = listing(`organizations/${sim.provider.settings().organizations}`, 'global');
	const plain = await all(sim, token, where, 'listFindingsResults');
	for (const name of ['empty-middle', 'empty-last']) {
		sim.faults.add({ name });
		const odd = await all(sim, token, where, 'listFindingsResults');
		sim.faults.clear();
		assert.equal(odd.pages, plain.pages + 1, name);
		assert.deepEqual(odd.out, plain.out, name);
	}
	sim.faults.add({ name: 'repeat-token' });
	assert.ok((await all(sim, token, where, 'listFindingsResults')).repeated);
	sim.faults.clear();
	sim.faults.add({ name: 'expire', after: 0 });
	assert.equal((await get(sim, token, where)).status, 401);
	assert.equal((await get(sim, token, where)).status, 401);
	assert.equal((await get(sim, await tokenOf(sim), where)).status, 200);
}));

test('refuses in the provider\'s form', () => with_({ scale: 300 }, async sim => {
	const token = await tokenOf(sim);
	const page = await get(sim, token, listing('organizations/424242424242', 'global'));
	const cases = [
		[listing('organizations/1', 'global'), 403, 'PERMISSION_DENIED'],
		[listing('projects/none', 'global'), 403, 'PERMISSION_DENIED'],
		['/v2/organizations/424242424242/sources/-/findings?pageSize=1001', 400, 'INVALID_ARGUMENT'],
		[`${listing('organizations/424242424242', 'eu')}&pageToken=${page.body.nextPageToken}`, 400, 'INVALID_ARGUMENT'],
		['/v1/organizations/424242424242/assets?contentType=ALL', 400, 'INVALID_ARGUMENT'],
		['/v2/nothing', 404, 'NOT_FOUND'],
	];
	for (const [where, status, code] of cases) {
		const answer = await get(sim, token, where);
		assert.deepEqual([answer.status, answer.body.error.status], [status, code], where);
	}
	// A hundred a minute: of two hundred and one some come too early, whenever a minute begins.
	let refused = 0;
	for (let i = 0; i < 201; i++)
		refused += (await get(sim, token, '/v1/organizations/424242424242/assets?contentType=RESOURCE&pageSize=1')).status === 429;
	assert.ok(refused > 0);
}));
