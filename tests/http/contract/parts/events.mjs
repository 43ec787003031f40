// SPDX-License-Identifier: Apache-2.0
// The feed of events, the histories of risks, and what was at a time, against what isobar prints.
import { check, part, same } from '../lib/check.mjs';
import { Client } from '../lib/client.mjs';
import { scopeTest } from './tokens.mjs';

async function read(ctx, id, url, token = ctx.token) {
	const answer = await ctx.client.get(url, token);

	same(`GET ${url}: status`, 200, answer.status);
	return ctx.contract.checkAnswer(`GET ${url}`, ctx.contract.operation(id), answer);
}

// The whole feed, page by page.
async function follow(ctx, limit, token) {
	const items = [];
	let page = { next: 0, last: 1 };

	while (page.next < page.last) {
		const after = page.next;

		page = await read(ctx, 'listEvents', Client.url('/v1/events', { after, limit }), token);
		items.push(...page.items);
		if (!check('the feed goes on', page.next > after, `${after}, ${page.next}`))
			break;
	}
	return items;
}

function printed(ctx, org) {
	const items = [];

	for (;;) {
		const page = ctx.truth[org].command('events', '--limit', '1000', '--after', String(items.at(-1)?.seq ?? 0));

		items.push(...page);
		if (page.length < 1000)
			return items;
	}
}

async function feed(ctx) {
	const all = printed(ctx, 'default');

	check('there are events', all.length > 100);
	same('numbered without a gap', all.map((_, i) => i + 1), all.map((e) => e.seq));
	same('all events', all, await follow(ctx, 1000));
	same('page by page', all, await follow(ctx, 37));
	same('behind one', all.slice(5, 8), (await read(ctx, 'listEvents', '/v1/events?after=5&limit=3')).items);
	const end = await read(ctx, 'listEvents', `/v1/events?after=${all.length}`);

	same('nothing new', { items: [], next: all.length, last: all.length }, end);
	same('more than there are', 0, (await read(ctx, 'listEvents', `/v1/events?after=${10 ** 15}`)).items.length);
	const { etag } = (await ctx.client.get('/v1/events?after=5', ctx.token)).headers;

	same('unchanged', 304, (await ctx.client.get('/v1/events?after=5', ctx.token, { 'If-None-Match': etag })).status);
}

async function scopes(ctx) {
	const { byId } = ctx.truth.default;
	const all = printed(ctx, 'default');

	for (const who of ctx.tokens.filter((t) => t.state === 'good' && t.org === 'default' && t.scope)) {
		const sees = scopeTest(who.scope);

		same(`${who.name}: its risks`, all.filter((e) => byId.has(e.risk_id) && sees(byId.get(e.risk_id))), await follow(ctx, 61, who.token));
	}
	const other = ctx.tokens.find((t) => t.org === 'other' && t.state === 'good' && !t.scope);

	same('another org', printed(ctx, 'other'), await follow(ctx, 1000, other.token));
}

const ofFeed = ({ comment, from, to, changes, ...event }) => event;

async function histories(ctx) {
	const { risks, command } = ctx.truth.default;
	const all = printed(ctx, 'default');
	const busy = [...new Set(all.filter((e) => e.kind !== 'opened').map((e) => e.risk_id))];

	check('something happened to some risk', busy.length > 1);
	for (const id of [...ctx.random.some(busy, 5), ...ctx.random.some(risks, 3).map((r) => r.id)]) {
		const path = `/v1/risks/${id}/history`;
		const want = command.call(ctx.truth.default, 'history', id);
		const items = [];
		let cursor;

		same(`${path}: as in the feed`, all.filter((e) => e.risk_id === id), want.filter((e) => e.id !== null).map(ofFeed)
			.sort((a, b) => a.id - b.id));
		do {
			const page = await read(ctx, 'getRiskHistory', Client.url(path, { limit: 1, ...(cursor && { cursor }) }));

			items.push(...page.items);
			cursor = page.next_cursor;
		} while (cursor && items.length < 100);
		same(`${path}: one by one`, want, items);
		same(`${path}: at once`, { items: want, next_cursor: null }, await read(ctx, 'getRiskHistory', path));
	}
	const { next_cursor: cursor } = await read(ctx, 'getRiskHistory', `/v1/risks/${busy[0]}/history?limit=1`);

	for (const url of [`/v1/risks/${busy[1]}/history?cursor=${cursor}`, `/v1/risks/${busy[0]}/history?cursor=${cursor}A`]) {
		const answer = await ctx.client.get(url, ctx.token);
		const problem = ctx.contract.checkAnswer(url, ctx.contract.operation('getRiskHistory'), answer);

		same(`${url}: status`, 400, answer.status);
		same(`${url}: type`, '/problems/invalid-cursor', problem.type);
	}
}

// All pages of a queue as of a time.
async function queueAsOf(ctx, query, token) {
	const items = [];
	let cursor;

	do {
		const page = await read(ctx, 'listQueueRisks', Client.url('/v1/queues/all/risks', { ...query, ...(cursor && { cursor }) }), token);

		items.push(...page.items);
		cursor = page.next_cursor;
	} while (cursor);
	return items;
}

async function checkTime(ctx, at) {
	const { command, byId } = ctx.truth.default;
	const print = (...words) => command.call(ctx.truth.default, ...words);
	const want = print('queue', '--queue', 'all', '--limit', '1000', '--as-of', at);

	same(`as of ${at}`, want, await queueAsOf(ctx, { as_of: at, limit: 61 }));
	same(`as of ${at}, at once`, want.slice(0, 500), (await read(ctx, 'listQueueRisks',
		Client.url('/v1/queues/all/risks', { as_of: at, limit: 500 }))).items);
	same(`as of ${at}, of two bands`, want.filter((r) => ['critical', 'low'].includes(r.band)),
		await queueAsOf(ctx, { as_of: at, limit: 100, band: 'critical,low' }));
	same(`as of ${at}, of a duty`, want.filter((r) => r.responsibility === 'provider'),
		await queueAsOf(ctx, { as_of: at, limit: 100, responsibility: 'provider' }));
	for (const who of ctx.random.some(ctx.tokens.filter((t) => t.state === 'good' && t.org === 'default' && t.scope), 2)) {
		const sees = scopeTest(who.scope);

		same(`as of ${at}, ${who.name}`, want.filter((r) => sees(byId.get(r.id))), await queueAsOf(ctx, { as_of: at, limit: 61 }, who.token));
	}
	for (const risk of ctx.random.some(want, 3)) {
		const url = Client.url(`/v1/risks/${risk.id}`, { as_of: at });
		const [told] = print('explain', risk.id, '--as-of', at);
		const { provider, account, region, resolved_at: resolved, asset_type: type, asset_name: name, ...answer } = await read(ctx, 'getRisk', url);

		same(url, told, answer);
		same(`${url}: as in the queue`, [risk.provider, risk.account, risk.region, null, risk.asset_type, risk.asset_name],
			[provider, account, region, resolved, type, name]);
	}
}

async function expectStatus(ctx, id, url, status, parameter) {
	const answer = await ctx.client.get(url, ctx.token);
	const problem = ctx.contract.checkAnswer(url, ctx.contract.operation(id), answer);

	same(`${url}: status`, status, answer.status);
	if (parameter)
		check(`${url}: names ${parameter}`, problem.errors?.some((e) => e.parameter === parameter), JSON.stringify(problem));
}

async function asOf(ctx) {
	const queue = '/v1/queues/customer/risks';
	const id = ctx.truth.default.risks[0].id;
	const passed = (at) => Date.parse(at) < Date.now() - 1000;
	const times = [...new Set(printed(ctx, 'default').map((e) => e.at))].filter(passed).sort();

	check('something happened before now', times.length > 0);
	for (const at of new Set([times[0], times[times.length >> 1], times.at(-1)]))
		await checkTime(ctx, at);
	same('before the first event', [], await queueAsOf(ctx, { as_of: '2001-01-01T00:00:00Z', limit: 10 }));
	await expectStatus(ctx, 'getRisk', `/v1/risks/${id}?as_of=2001-01-01T00:00:00Z`, 404);
	for (const query of ['as_of=2200-01-01T00:00:00Z', 'as_of=yesterday', 'as_of=']) {
		await expectStatus(ctx, 'listQueueRisks', `${queue}?${query}`, 400, 'as_of');
		await expectStatus(ctx, 'getRisk', `/v1/risks/${id}?${query}`, 400, 'as_of');
	}
	for (const [name, value] of Object.entries({ provider: 'aws', class: 'threat', layer: 'compute', account: 'a', region: 'a', owner: 'a',
		source: 'a', subject: 'a', asset: 'a', text: 'a', due_before: times[0], min_score: '1', max_score: '1', order: 'due', state: 'resolved' }))
		await expectStatus(ctx, 'listQueueRisks', Client.url(queue, { as_of: times[0], [name]: value }), 400, name);
	await expectStatus(ctx, 'listRisks', `/v1/risks?as_of=${times[0]}`, 400, 'as_of');
	const { next_cursor: cursor } = await read(ctx, 'listQueueRisks', Client.url('/v1/queues/all/risks', { as_of: times.at(-1), limit: 1 }));

	await expectStatus(ctx, 'listQueueRisks', Client.url('/v1/queues/all/risks', { as_of: times.at(-1), band: 'high', cursor }), 400, 'cursor');
	await expectStatus(ctx, 'listQueueRisks', Client.url('/v1/queues/all/risks', { cursor }), 400, 'cursor');
}

export async function events(ctx) {
	await part('the feed is that of the command line, without a gap', () => feed(ctx));
	await part('a scope shows the events of its risks', () => scopes(ctx));
	await part('the history of a risk is its part of the feed', () => histories(ctx));
	await part('what was at a time is what isobar prints', () => asOf(ctx));
}
