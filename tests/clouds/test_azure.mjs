// SPDX-License-Identifier: Apache-2.0
// The simulated Azure by itself: what it checks, how it pages, and that its lists say the truth.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as azure from './azure.mjs';
import { start } from './cloud.mjs';

async function withAzure(settings, use) {
	const sim = await start(azure, { scale: 400, options: { subscriptions: 4, page: 7, quota: 1000 }, ...settings });
	try {
		await use(sim, await tokenOf(sim));
	} finally {
		await sim.close();
	}
}

async function signIn(sim, change = {}) {
	const s = sim.provider.settings();
	const form = { client_id: s.client_id, client_secret: s.client_secret, grant_type: 'client_credentials', scope: 'https://management.azure.com/.default', ...change };
	const answer = await fetch(`${sim.url}/${s.tenant}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form) });
	return { status: answer.status, body: await answer.json() };
}

const tokenOf = async sim => (await signIn(sim)).body.access_token;

async function ask(sim, token, path, { method = 'GET', body } = {}) {
	const answer = await fetch(path.startsWith('http') ? path : `${sim.url}${path}`, { method, body, headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) } });
	return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

function graph(sim, token, query, more = {}) {
	const subscriptions = sim.provider.estate.subs.map(sub => sub.id);
	return ask(sim, token, '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01', { method: 'POST', body: JSON.stringify({ subscriptions, query, options: { resultFormat: 'objectArray', $top: 50, ...more } }) });
}

const rows = (table, type) => `${table} | where type =~ '${type}' | project id, name, type, subscriptionId, properties | order by id asc`;

async function sweep(sim, token, query) {
	const all = [];
	let skip = {};
	for (let pages = 0; pages < 100; pages++) {
		const { status, body } = await graph(sim, token, query, skip);
		assert.equal(status, 200, JSON.stringify(body));
		assert.equal(body.count, body.data.length);
		all.push(...body.data);
		if (!body.$skipToken)
			return { all, last: body };
		skip = { $skipToken: body.$skipToken };
	}
	throw new Error('no end');
}

async function list(sim, token, path, options = {}) {
	const all = [];
	for (let next = path; next;) {
		const { status, body } = await ask(sim, token, next, options);
		assert.equal(status, 200, JSON.stringify(body));
		all.push(...body.value);
		next = body.nextLink ?? body['@odata.nextLink'];
	}
	return all;
}

const order = (sim, name, args) => fetch(`${sim.url}/_sim/change`, { method: 'POST', body: JSON.stringify({ name, args }) });
const fault = (sim, order_) => fetch(`${sim.url}/_sim/fault`, { method: 'POST', body: JSON.stringify(order_) });

test('sign-in checks what Entra ID checks', async () => {
	await withAzure({}, async sim => {
		assert.equal((await signIn(sim)).status, 200);
		assert.deepEqual((await signIn(sim, { client_secret: 'no' })).body.error_codes, [7000215]);
		assert.deepEqual((await signIn(sim, { client_id: 'no' })).body.error_codes, [700016]);
		assert.deepEqual((await signIn(sim, { scope: 'no' })).body.error_codes, [70011]);
		assert.equal((await ask(sim, 'no', '/subscriptions?api-version=2022-12-01')).status, 401);
		await fault(sim, { name: 'wrong-secret', times: 1 });
		assert.equal((await signIn(sim)).status, 401);
	});
});

test('ARM: versions, methods, pages', async () => {
	await withAzure({}, async (sim, token) => {
		const subs = await list(sim, token, '/subscriptions?api-version=2022-12-01');
		assert.equal(subs.length, 4);
		const base = `/subscriptions/${subs[0].subscriptionId}/providers`;
		assert.equal((await ask(sim, token, `${base}/Microsoft.Security/assessments`)).body.error.code, 'MissingApiVersionParameter');
		assert.equal((await ask(sim, token, `${base}/Microsoft.Security/assessments?api-version=2000-01-01`)).status, 400);
		assert.equal((await ask(sim, token, `${base}/Microsoft.PolicyInsights/policyStates/latest/queryResults?api-version=2019-10-01`)).status, 405);
		const all = await list(sim, token, `${base}/Microsoft.Security/assessments?api-version=2021-06-01`);
		assert.equal(all.length, 10 * 6);
		assert.equal(new Set(all.map(row => row.id)).size, all.length);
		const states = await list(sim, token, `${base}/Microsoft.PolicyInsights/policyStates/latest/queryResults?api-version=2019-10-01&$top=1000`, { method: 'POST' });
		assert.equal(states.length, 30);
	});
});

test('Resource Graph and ARM say the truth, in the order of ids', async () => {
	await withAzure({}, async (sim, token) => {
		const truth = [...sim.provider.truth()];
		const assessments = await sweep(sim, token, rows('securityresources', 'microsoft.security/assessments'));
		const children = await sweep(sim, token, rows('securityresources', 'microsoft.security/assessments/subassessments'));
		const states = await sweep(sim, token, rows('policyresources', 'microsoft.policyinsights/policystates'));
		for (const { all, last } of [assessments, children, states]) {
			assert.equal(all.length, last.totalRecords);
			const ids = all.map(row => row.id.toLowerCase());
			assert.deepEqual(ids, [...ids].sort());
		}
		const ids = new Set([...assessments.all, ...children.all].map(row => row.id.toLowerCase()));
		const posture = truth.filter(row => row.connector === 'azure_defender' && row.class !== 'threat');
		assert.equal(truth.filter(row => row.class !== 'threat').length, 400);
		assert.ok(posture.every(row => ids.has(row.native_id)));
		assert.equal(states.all.length, truth.filter(row => row.connector === 'azure_policy').length);
		const code = { open: 'Unhealthy', passing: 'Healthy' };
		const told = new Map(assessments.all.map(row => [row.id.toLowerCase(), row.properties.status.code]));
		for (const row of posture.filter(one => told.has(one.native_id)))
			assert.equal(told.get(row.native_id), code[row.state] ?? 'NotApplicable');
	});
});

test('compliant states can be left out', async () => {
	await withAzure({}, async (sim, token) => {
		const query = "policyresources | where type =~ 'microsoft.policyinsights/policystates' | where properties.complianceState !~ 'Compliant' | project id, properties | order by id asc";
		const { all, last } = await sweep(sim, token, query);
		const wanted = [...sim.provider.truth()].filter(row => row.connector === 'azure_policy' && row.state !== 'passing');
		assert.deepEqual([all.length, last.totalRecords], [wanted.length, wanted.length]);
		const id = sim.provider.estate.subs[0].id;
		const states = await list(sim, token, `/subscriptions/${id}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults?api-version=2019-10-01&$top=1000&$filter=complianceState%20ne%20'Compliant'`, { method: 'POST' });
		assert.equal(states.length, wanted.filter(row => row.scope === id).length);
	});
});

test('Resource Graph: quota, tokens, projections', async () => {
	await withAzure({ options: { subscriptions: 2, quota: 3 } }, async (sim, token) => {
		const query = rows('securityresources', 'microsoft.security/assessments');
		const first = await graph(sim, token, query);
		assert.equal(first.headers.get('x-ms-user-quota-remaining'), '2');
		assert.match(first.headers.get('x-ms-user-quota-resets-after'), /^00:00:0[1-5]$/);
		assert.equal(first.body.resultTruncated, 'false');
		assert.equal((await graph(sim, token, rows('policyresources', 'microsoft.policyinsights/policystates'), { $skipToken: first.body.$skipToken })).status, 400);
		const bare = await graph(sim, token, "securityresources | where type =~ 'microsoft.security/assessments' | project name");
		assert.deepEqual([bare.body.resultTruncated, bare.body.$skipToken], ['true', undefined]);
		const over = await graph(sim, token, query);
		assert.deepEqual([over.status, over.body.error.code], [429, 'RateLimiting']);
		assert.ok(Number(over.headers.get('retry-after')) >= 1);
	});
});

test('permission lost: fewer subscriptions and rows, 200 of the graph, 403 of ARM', async () => {
	await withAzure({}, async (sim, token) => {
		const lost = sim.provider.estate.subs[1].id;
		await order(sim, 'lose', { subscription: 1 });
		assert.equal((await list(sim, token, '/subscriptions?api-version=2022-12-01')).length, 3);
		const { all } = await sweep(sim, token, "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | project id, subscriptionId | order by id asc");
		assert.deepEqual(all.length, 3);
		assert.ok(!all.some(row => row.subscriptionId === lost));
		assert.equal((await ask(sim, token, `/subscriptions/${lost}/providers/Microsoft.Security/alerts?api-version=2022-01-01`)).status, 403);
		assert.equal([...sim.provider.truth()].filter(row => row.scope === lost && row.class !== 'threat').length, 100);
	});
});

test('incidents of Sentinel: versions, order, pages, truth', async () => {
	await withAzure({ options: { subscriptions: 4, page: 7, more: 'sentinel' } }, async (sim, token) => {
		const { workspaces, lists } = sim.provider.settings();
		assert.match(lists, /,sentinel$/);
		const paths = workspaces.split(',').map(id => `${id}/providers/Microsoft.SecurityInsights/incidents`);
		assert.equal((await ask(sim, token, paths[0])).body.error.code, 'MissingApiVersionParameter');
		assert.equal((await ask(sim, token, `${paths[0]}?api-version=2023-11-01&$orderby=odd`)).status, 400);
		assert.equal((await ask(sim, token, `${paths[0].replace('soc-0', 'odd')}?api-version=2023-11-01`)).body.error.code, 'ResourceNotFound');
		const all = [];
		for (const path of paths)
			all.push(...await list(sim, token, `${path}?api-version=2023-11-01&$orderby=properties/createdTimeUtc%20asc`));
		const dates = all.map(row => row.properties.createdTimeUtc);
		assert.deepEqual(dates, [...dates].sort());
		const truth = [...sim.provider.truth()].filter(row => row.connector === 'azure_sentinel');
		assert.deepEqual(all.map(row => row.id.toLowerCase()).sort(), truth.map(row => row.native_id).sort());
		const state = new Map(truth.map(row => [row.native_id, row.state]));
		assert.ok(all.every(row => (row.properties.status === 'Closed') === (state.get(row.id.toLowerCase()) === 'resolved')));
		await order(sim, 'lose', { subscription: 0 });
		assert.equal((await ask(sim, token, `${paths[0]}?api-version=2023-11-01`)).status, 403);
	});
});

const directoryToken = async sim => (await signIn(sim, { scope: 'https://graph.microsoft.com/.default' })).body.access_token;

test('Microsoft Graph: its own tokens, pages, truth of alerts', async () => {
	await withAzure({ options: { subscriptions: 2, page: 7, more: 'graph' } }, async (sim, armToken) => {
		const token = await directoryToken(sim);
		const path = '/v1.0/security/alerts_v2';
		assert.equal((await ask(sim, armToken, path)).body.error.code, 'InvalidAuthenticationToken');
		assert.equal((await ask(sim, token, '/subscriptions?api-version=2022-12-01')).status, 401);
		assert.equal((await ask(sim, token, `${path}?$top=5000`)).status, 400);
		assert.equal((await ask(sim, token, '/v1.0/odd')).status, 400);
		const all = await list(sim, token, `${path}?$top=500`);
		// Who does not ask for new members of an enumeration is not told them.
		assert.ok(all.some(row => row.serviceSource === 'unknownFutureValue'));
		const answer = await fetch(`${sim.url}${path}`, { headers: { authorization: `Bearer ${token}`, prefer: 'include-unknown-enum-members' } });
		assert.ok((await answer.json()).value.some(row => row.serviceSource === 'microsoftDefenderForCloud'));
		const truth = new Map([...sim.provider.truth()].filter(row => row.connector === 'azure_graph').map(row => [row.native_id, row.state]));
		const own = all.filter(row => row.serviceSource !== 'unknownFutureValue');
		assert.deepEqual(own.map(row => row.id).sort(), [...truth.keys()].sort());
		assert.ok(own.every(row => (row.status === 'resolved') === (truth.get(row.id) === 'resolved')));
	});
});

test('Microsoft Graph: users at risk and without a second factor', async () => {
	await withAzure({ options: { subscriptions: 2, page: 7, more: 'entra' } }, async sim => {
		const token = await directoryToken(sim);
		const paths = ['/v1.0/identityProtection/riskyUsers?$top=500', '/v1.0/reports/authenticationMethods/userRegistrationDetails'];
		assert.equal((await ask(sim, token, `${paths[1]}?$top=10`)).status, 400);
		const truth = () => new Map([...sim.provider.truth()].filter(row => row.connector === 'azure_entra').map(row => [row.native_id, row.state]));
		const before = truth();
		const risky = await list(sim, token, paths[0]);
		const users = await list(sim, token, paths[1]);
		assert.equal(before.size, risky.length + users.length);
		assert.ok(risky.every(row => ['atRisk', 'confirmedCompromised'].includes(row.riskState) === (before.get(`risk|${row.id}`) === 'open')));
		assert.ok(users.every(row => row.isMfaCapable === (before.get(`mfa|${row.id}`) === 'passing')));
		await order(sim, 'flip', { count: 10 });
		await order(sim, 'delete', {});
		const after = truth();
		assert.equal(after.size, before.size - 2);
		assert.equal([...after].filter(([id, state]) => before.get(id) !== state && id.startsWith('mfa|')).length, 9);
		assert.equal((await list(sim, token, paths[1])).length, users.length - 1);
		await fault(sim, { name: 'unlicensed' });
		assert.equal((await ask(sim, token, paths[0])).body.error.code, 'Forbidden');
	});
});

test('changes', async () => {
	await withAzure({}, async (sim, token) => {
		const before = new Map([...sim.provider.truth()].map(row => [row.native_id, row.state]));
		await order(sim, 'flip', { count: 20 });
		const after = [...sim.provider.truth()];
		// A flipped roll-up is no finding.
		const n = after.filter(row => before.get(row.native_id) !== row.state).length;
		assert.ok(n >= 10 && n <= 20, String(n));
		await order(sim, 'delete', { subscription: 2, count: 3 });
		const { all, last } = await sweep(sim, token, rows('securityresources', 'microsoft.security/assessments'));
		assert.deepEqual([all.length, last.totalRecords], [222, 222]);
		await order(sim, 'empty', { subscription: 0 });
		assert.equal((await sweep(sim, token, rows('securityresources', 'microsoft.security/assessments'))).all.length, 162);
		await order(sim, 'case');
		assert.match((await graph(sim, token, rows('securityresources', 'microsoft.security/assessments'))).body.data[0].id, /^\/SUBSCRIPTIONS\//);
	});
});

test("faults in Azure's form", async () => {
	await withAzure({}, async (sim, token) => {
		const query = rows('securityresources', 'microsoft.security/assessments');
		const complete = (await sweep(sim, token, query)).all.length;
		await fault(sim, { name: 'empty-middle', after: 1 });
		await fault(sim, { name: 'empty-last' });
		assert.equal((await sweep(sim, token, query)).all.length, complete);
		await fetch(`${sim.url}/_sim/fault`, { method: 'DELETE' });
		await fault(sim, { name: 'row-twice' });
		assert.equal((await sweep(sim, token, query)).all.length, complete + 1);
		await fault(sim, { name: 'result-truncated' });
		const cut = await graph(sim, token, query);
		assert.deepEqual([cut.body.resultTruncated, cut.body.$skipToken], ['true', undefined]);
		await fault(sim, { name: 'foreign-link' });
		assert.match((await ask(sim, token, '/subscriptions?api-version=2022-12-01')).body.nextLink, /^http:\/\/127\.0\.0\.2/);
		await fault(sim, { name: 'subscription-limit' });
		assert.equal((await graph(sim, token, query)).headers.get('x-ms-tenant-subscription-limit-hit'), 'true');
		await fault(sim, { name: 'repeat-token', times: 2 });
		const one = await graph(sim, token, query);
		const two = await graph(sim, token, query, { $skipToken: one.body.$skipToken });
		assert.equal(two.body.$skipToken, one.body.$skipToken);
		await fault(sim, { name: 'expire', after: 0 });
		assert.equal((await graph(sim, token, query)).body.error.code, 'ExpiredAuthenticationToken');
		assert.equal((await graph(sim, token, query)).status, 401);
	});
});

test('a million findings are made a page at a time', async () => {
	await withAzure({ scale: 1_000_000, options: { quota: 10000 } }, async (sim, token) => {
		assert.equal(sim.provider.estate.subs.length, 300);
		let skip = { $top: 1000 };
		for (let i = 0; i < 5; i++) {
			const { body } = await graph(sim, token, rows('securityresources', 'microsoft.security/assessments'), skip);
			assert.deepEqual([body.count, body.totalRecords], [1000, 600_000]);
			skip = { $top: 1000, $skipToken: body.$skipToken };
		}
	});
});
