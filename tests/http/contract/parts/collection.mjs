// SPDX-License-Identifier: Apache-2.0
// Where findings come from and what is not seen: the sources, scopes and runs that test_contract.sh made, page by
// page and by every filter; and findings that are pushed, by everybody and with every problem.
import { gzipSync } from 'node:zlib';

import { check, part, same } from '../lib/check.mjs';
import { Client } from '../lib/client.mjs';

const SCOPE_STATES = ['met', 'complete', 'partial', 'denied', 'not_enabled', 'lost', 'held'];
const PART_STATES = ['waiting', 'listing', 'listed', 'complete', 'partial', 'denied', 'not_enabled', 'failed'];

async function read(ctx, id, url, status = 200) {
	const answer = await ctx.client.get(url, ctx.token);

	same(`GET ${url}: status`, status, answer.status);
	return ctx.contract.checkAnswer(`GET ${url}`, ctx.contract.operation(id), answer);
}

// All of a list, so many a page.
async function follow(ctx, id, url, limit, member = 'items') {
	const items = [];
	let cursor;

	do {
		const page = await read(ctx, id, Client.url(url.split('?')[0],
			{ ...Object.fromEntries(new URLSearchParams(url.split('?')[1])), limit, ...(cursor && { cursor }) }));

		items.push(...page[member]);
		check(`${url}: no more than asked for`, page[member].length <= limit);
		cursor = page.next_cursor;
	} while (cursor && items.length < 1000);
	return items;
}

async function everyPage(ctx, id, url, member) {
	const all = await follow(ctx, id, url, 500, member);

	for (const limit of [1, 2, 7])
		same(`${url}: ${limit} a page`, all, await follow(ctx, id, url, limit, member));
	return all;
}

async function faults(ctx, id, path, names) {
	for (const query of ['colour=red', 'limit=0', 'cursor=', ...names.map((name) => `${name}=`)]) {
		const problem = await read(ctx, id, `${path}?${query}`, 400);

		same(`${path}?${query}: parameter`, query.split('=')[0], problem.errors[0].parameter);
	}
}

async function sources(ctx) {
	const all = await everyPage(ctx, 'listSources', '/v1/sources');
	const live = all.filter(({ kind }) => kind === 'live');

	same('by name', all.map((s) => `${s.name} ${s.connector}`), all.map((s) => `${s.name} ${s.connector}`).toSorted());
	same('live sources', ['azure-prod', 'azure-rest'], live.map(({ name }) => name));
	// An inventory has assets and no findings, so no scope of it is known and no run is its own.
	for (const feed of all.filter(({ kind, name }) => kind === 'files' && !['twice', 'azure_resource_graph'].includes(name)))
		check(`${feed.name}, a feed, has a run`, feed.last_run?.state === 'done');
	const [one, resting] = live;

	same('coverage', Object.fromEntries(SCOPE_STATES.map((state) => [state, state === 'complete' ? 3 : 1])), one.coverage);
	same('blind spots', 7, one.blind_spots);
	same('last run', [4711, 'partial', 12, 40, 7], [one.last_run.id, one.last_run.state, one.last_run.new, one.last_run.changed, one.last_run.closed]);
	same('schedule', [3600, true], [one.interval_seconds, one.enabled]);
	same('one that rests', [false, null, null, 0], [resting.enabled, resting.interval_seconds, resting.last_run, resting.blind_spots]);
	await faults(ctx, 'listSources', '/v1/sources', []);
}

async function scopes(ctx) {
	const all = await everyPage(ctx, 'getSource', '/v1/sources/azure-prod', 'scopes');

	same('scopes', 9, all.length);
	same('by their text', all.map(({ scope }) => scope).toSorted(), all.map(({ scope }) => scope));
	for (const state of SCOPE_STATES)
		same(`scopes that are ${state}`, all.filter((s) => s.state === state),
			(await read(ctx, 'getSource', `/v1/sources/azure-prod?state=${state}`)).scopes);
	const { scopes: none, next_cursor: cursor, ...source } = await read(ctx, 'getSource', '/v1/sources/azure-prod');

	same('as in the list', (await read(ctx, 'listSources', '/v1/sources?limit=500')).items.find(({ name }) => name === 'azure-prod'), source);
	same('a feed has none', [], (await read(ctx, 'getSource', '/v1/sources/twice?connector=aws_asff')).scopes);
	await read(ctx, 'getSource', '/v1/sources/twice', 409);
	await read(ctx, 'getSource', '/v1/sources/twice?connector=nobody', 404);
	await faults(ctx, 'getSource', '/v1/sources/azure-prod', ['state', 'connector']);
}

async function blindSpots(ctx) {
	const all = await everyPage(ctx, 'listBlindSpots', '/v1/blind-spots');

	same('blind spots', ['complete', 'denied', 'held', 'lost', 'met', 'not_enabled', 'partial'], all.map(({ state }) => state).toSorted());
	same('the longest first', all.map(({ since }) => since).toSorted(), all.map(({ since }) => since));
	check('since when', all.every((s) => s.since === (s.complete_at ?? s.met_at)));
	for (const state of SCOPE_STATES)
		same(`blind spots that are ${state}`, all.filter((s) => s.state === state),
			(await read(ctx, 'listBlindSpots', `/v1/blind-spots?state=${state}&source=azure-prod`)).items);
	same('of no source', [], (await read(ctx, 'listBlindSpots', '/v1/blind-spots?source=nobody')).items);
	await faults(ctx, 'listBlindSpots', '/v1/blind-spots', ['state', 'source']);
	const { next_cursor: cursor } = await read(ctx, 'listBlindSpots', '/v1/blind-spots?limit=1');
	const problem = await read(ctx, 'listBlindSpots', `/v1/blind-spots?state=lost&cursor=${cursor}`, 400);

	same('a cursor of another filter', '/problems/invalid-cursor', problem.type);
}

async function runs(ctx) {
	const all = await everyPage(ctx, 'listRuns', '/v1/runs');

	same('newest first', all.map(({ id }) => id).toSorted((a, b) => b - a), all.map(({ id }) => id));
	for (const state of ['running', 'done', 'failed', 'partial'])
		same(`runs that are ${state}`, all.filter((r) => r.state === state), await follow(ctx, 'listRuns', `/v1/runs?state=${state}`, 500));
	same('of a live source', [4711, 4710], (await read(ctx, 'listRuns', '/v1/runs?source=azure-prod')).items.map(({ id }) => id));
	const fed = (await read(ctx, 'listRuns', '/v1/runs?source=feed-gcp')).items;

	check('of a feed', fed.length > 0 && fed.every(({ kind, source }) => kind === 'files' && source === null));
	await faults(ctx, 'listRuns', '/v1/runs', ['state', 'source']);
	const { parts, next_cursor: cursor, ...run } = await read(ctx, 'getRun', '/v1/runs/4711');

	same('as in the list', all.find(({ id }) => id === 4711), run);
	same('its parts', PART_STATES.map((state, i) => [i, state]), parts.map((p) => [p.part, p.state]));
	same('scopes of a part', ['/subscriptions/1', '/subscriptions/2'], parts[1].scopes);
	await everyPage(ctx, 'getRun', '/v1/runs/4711', 'parts');
	for (const state of PART_STATES)
		same(`parts that are ${state}`, parts.filter((p) => p.state === state),
			(await read(ctx, 'getRun', `/v1/runs/4711?state=${state}`)).parts);
	same('a file has none', [], (await read(ctx, 'getRun', `/v1/runs/${fed[0].id}`)).parts);
	for (const id of ['0', '-1', '99999999999999999999', '4711x', '%20'])
		await read(ctx, 'getRun', `/v1/runs/${id}`, 404);
	await faults(ctx, 'getRun', '/v1/runs/4711', ['state']);
}

// --- pushing ---

async function push(ctx, { query = 'source=pushed', body = '{"a":1}', token = ctx.pusher, headers = {}, want }) {
	const operation = ctx.contract.operation('pushFindings');
	const path = `/v1/ingest${query && '?'}${query}`;
	const answer = await ctx.client.request({ method: 'POST', path, token, body, headers: { 'Content-Type': 'application/json', ...headers } });
	const value = ctx.contract.checkAnswer(`POST ${path}`, operation, answer);

	same(`POST ${path} ${JSON.stringify(headers)}: status`, want, answer.status);
	return { value, location: answer.headers.location, connection: answer.headers.connection };
}

async function pushing(ctx) {
	ctx.pusher = ctx.tokens.find((t) => t.name === 'integrator-of-default').token;
	const { value, location } = await push(ctx, { want: 202, headers: { 'Idempotency-Key': 'push-1' } });
	const state = await read(ctx, 'getPush', location);

	same('where to ask', location, value.status_url);
	same('it waits', ['waiting', 'pushed', null, false, 7, 'integrator-of-default', null],
		[state.state, state.source, state.format, state.complete, state.size, state.pushed_by, state.run]);
	same('again', value, (await push(ctx, { want: 202, headers: { 'Idempotency-Key': 'push-1' } })).value);
	await push(ctx, { want: 422, body: '{"a":2}', headers: { 'Idempotency-Key': 'push-1' } });
	const packed = await push(ctx, { query: 'source=pushed&format=asff&complete=true', want: 202, body: gzipSync('{}'), headers: { 'Content-Encoding': 'gzip' } });

	same('gzip', ['gzip', 'asff', true], (({ content_encoding: coding, format, complete }) => [coding, format, complete])(await read(ctx, 'getPush', packed.location)));
	for (const [query, parameter] of [['', 'source'], ['source=', 'source'], ['source=a&format=A', 'format'], ['source=a&complete=1', 'complete'], ['source=a&colour=red', 'colour']])
		same(`?${query}: parameter`, parameter, (await push(ctx, { query, want: 400 })).value.errors[0].parameter);
	await push(ctx, { want: 400, body: '' });
	await push(ctx, { want: 400, headers: { 'Idempotency-Key': 'a b' } });
	await push(ctx, { want: 415, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
	await push(ctx, { want: 415, headers: { 'Content-Encoding': 'br' } });
	await push(ctx, { want: 200, headers: { 'aeg-event-type': 'SubscriptionValidation' },
		body: JSON.stringify([{ eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: 'code' } }]) });
	await push(ctx, { want: 400, headers: { 'aeg-event-type': 'SubscriptionValidation' } });
}

async function everybody(ctx) {
	await push(ctx, { want: 401, token: null });
	await push(ctx, { want: 401, token: 'nonsense' });
	for (const visitor of ctx.tokens.filter((t) => t.state !== 'to be revoked')) {
		const may = visitor.state === 'good' && ['integrator', 'admin'].includes(visitor.role) && !visitor.scope;

		await push(ctx, { token: visitor.token, want: may ? 202 : ['good', 'no role'].includes(visitor.state) ? 403 : 401 });
	}
}

// What is refused does not cost the client its connection when its body was small enough to be here.
async function large(ctx) {
	const body = 'x'.repeat(5000000);
	const { location } = await push(ctx, { want: 202, body });

	same('5 MB', 5000000, (await read(ctx, 'getPush', location)).size);
	await push(ctx, { want: 403, body: '{}', token: ctx.token });
	await push(ctx, { want: 202, body });
}

export async function collection(ctx) {
	await part('sources, with what their scopes and runs say', () => sources(ctx));
	await part('one source, its scopes by state', () => scopes(ctx));
	await part('blind spots are what is not complete, or was not for long', () => blindSpots(ctx));
	await part('runs and their parts', () => runs(ctx));
	await part('findings are pushed, and what is none is refused', () => pushing(ctx));
	await part('integrators and admins push, and nobody else', () => everybody(ctx));
	await part('large bodies', () => large(ctx));
}
