// SPDX-License-Identifier: Apache-2.0
// The feed of events and the histories of risks, against what isobar events and isobar history print.
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

		same(`${path}: as in the feed`, all.filter((e) => e.risk_id === id), want);
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

export async function events(ctx) {
	await part('the feed is that of the command line, without a gap', () => feed(ctx));
	await part('a scope shows the events of its risks', () => scopes(ctx));
	await part('the history of a risk is its part of the feed', () => histories(ctx));
}
