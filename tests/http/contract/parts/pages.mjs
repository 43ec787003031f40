// SPDX-License-Identifier: Apache-2.0
// Walking through the pages, and cursors that do not belong.
import { check, part, same } from '../lib/check.mjs';
import { Client } from '../lib/client.mjs';
import { ORDERS } from './truth.mjs';

const PATHS = { '/v1/risks': 'listRisks', '/v1/queues/customer/risks': 'listQueueRisks' };
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

// The target of Link: <…>; rel="next", or null.
function nextLink(answer) {
	return /^<([^>]*)>; rel="next"$/.exec(answer.headers.link ?? '')?.[1] ?? null;
}

// A page, which must be as the contract has it and agree with its Link.
async function readPage(ctx, url, token = ctx.token) {
	const path = url.split('?')[0];
	const operation = ctx.contract.operation(PATHS[path]);
	const answer = await ctx.client.get(url, token);
	const page = ctx.contract.checkAnswer(`GET ${url}`, operation, answer);

	same(`GET ${url}: status`, 200, answer.status);
	const link = nextLink(answer);

	same(`GET ${url}: Link and next_cursor`, page.next_cursor,
		link && new URLSearchParams(link.split('?')[1]).get('cursor'));
	if (link)
		same(`GET ${url}: Link has the same path`, path, link.split('?')[0]);
	return { page, link };
}

async function walkPages(ctx, path, parameters, byLink) {
	const { limit } = parameters;
	const filter = { ...parameters };
	let url = Client.url(path, parameters);
	const ids = [];
	const sizes = [];

	while (url && ids.length < 10000) {
		const { page, link } = await readPage(ctx, url);

		ids.push(...page.items.map((r) => r.id));
		sizes.push(page.items.length);
		if (byLink)
			url = link;
		else
			url = page.next_cursor && Client.url(path, { ...parameters, cursor: page.next_cursor });
	}
	delete filter.limit;
	delete filter.order;
	if (path.startsWith('/v1/queues/'))
		filter.queue = path.split('/')[3];
	const want = ctx.truth.default.select(filter).sort(ORDERS[parameters.order ?? 'rank']).map((r) => r.id);
	const name = `${Client.url(path, parameters)} by ${byLink ? 'Link' : 'cursor'}`;

	same(`${name}: every risk once, in order`, want, ids);
	check(`${name}: full pages`, sizes.slice(0, -1).every((n) => n === limit) && (sizes.at(-1) > 0 || !want.length),
		`${sizes}`);
}

async function allWalks(ctx) {
	const one = { band: 'high' }; // not too many for a walk one by one

	for (const path of Object.keys(PATHS))
		for (const order of Object.keys(ORDERS)) {
			await walkPages(ctx, path, { ...one, limit: 1, order }, order !== 'due');
			await walkPages(ctx, path, { limit: 50, order }, order === 'due');
		}
	await walkPages(ctx, '/v1/risks', { limit: 3 }, true);
	await walkPages(ctx, '/v1/risks', { limit: 3, order: 'opened', state: ['open', 'resolved', 'suppressed'] }, false);
	await walkPages(ctx, '/v1/risks', { limit: 3, order: 'due', text: 'e' }, true);
	// A page that ends just where the list does has no next one.
	const n = ctx.truth.default.select(one).length;
	const { page } = await readPage(ctx, Client.url('/v1/risks', { ...one, limit: n }));

	same('a page that holds all', null, page.next_cursor);
	// The limit is not a part of the filter.
	const first = await readPage(ctx, '/v1/risks?limit=7');
	const second = await readPage(ctx, Client.url('/v1/risks', { limit: 11, cursor: first.page.next_cursor }));

	same('limit may change', ctx.truth.default.select({}).slice(0, 18).map((r) => r.id),
		[...first.page.items, ...second.page.items].map((r) => r.id));
	// The order of parameters is none of its own either.
	const a = await readPage(ctx, '/v1/risks?band=high,low&limit=5&provider=aws');
	const b = await readPage(ctx, Client.url('/v1/risks', { cursor: a.page.next_cursor, provider: 'aws', limit: 5, band: ['high', 'low'] }));

	same('parameters in another order', ctx.truth.default.select({ band: ['high', 'low'], provider: 'aws' })
		.slice(5, 10).map((r) => r.id), b.page.items.map((r) => r.id));
}

async function expectBadCursor(ctx, name, url, token, type = 'invalid-cursor') {
	const path = url.split('?')[0];
	const answer = await ctx.client.get(url, token ?? ctx.token);
	const problem = ctx.contract.checkAnswer(name, ctx.contract.operation(PATHS[path]), answer);

	if (!check(`${name}: status`, answer.status === 400, `${answer.status}`))
		return;
	same(`${name}: type`, `/problems/${type}`, problem.type);
	check(`${name}: names the parameter`, problem.errors?.some((e) => e.parameter === 'cursor'),
		JSON.stringify(problem.errors));
}

async function badCursors(ctx) {
	const { page: { next_cursor: cursor } } = await readPage(ctx, '/v1/risks?limit=5');
	const limit = 5;

	check('a cursor is safe in a query', /^[A-Za-z0-9._~-]+$/.test(cursor), cursor);
	for (let i = 0; i < cursor.length; i++) {
		// The neighbour differs in the lowest bits alone: what a lax decoder passes over.
		const place = BASE64URL.indexOf(cursor[i]);
		const letters = new Set([BASE64URL[(place + 1) % 64], BASE64URL[place ^ 1], BASE64URL[place ^ 32] ?? 'A']);

		for (const letter of letters)
			if (letter !== cursor[i])
				await expectBadCursor(ctx, `cursor with ${letter} at ${i}`,
					Client.url('/v1/risks', { limit, cursor: cursor.slice(0, i) + letter + cursor.slice(i + 1) }));
	}
	for (const [name, bad] of Object.entries({
		word: 'nonsense', cut: cursor.slice(0, -1), longer: `${cursor}A`, padded: `${cursor}=`,
		twice: cursor + cursor, spaced: `${cursor} `, long: 'A'.repeat(2048), tail: cursor.slice(1),
	}))
		await expectBadCursor(ctx, `cursor ${name}`, Client.url('/v1/risks', { limit, cursor: bad }));
	for (const bad of ['', 'A'.repeat(2049)]) // not even a text that is taken
		await expectBadCursor(ctx, `cursor of ${bad.length} bytes`, Client.url('/v1/risks', { limit, cursor: bad }),
			ctx.token, 'invalid-parameter');
	for (const [name, parameters] of Object.entries({
		'filter more': { band: 'high' },
		'order differs': { order: 'due' },
		'state differs': { state: 'open' },
		'text more': { text: 'a' },
		'score more': { min_score: 1 },
		'time more': { due_before: '2030-01-01T00:00:00Z' },
	}))
		await expectBadCursor(ctx, name, Client.url('/v1/risks', { limit, ...parameters, cursor }));
	await expectBadCursor(ctx, 'queue differs', Client.url('/v1/queues/customer/risks', { limit, cursor }));
	for (const org of ['other']) {
		const token = ctx.tokens.find((t) => t.org === org && t.state === 'good' && !t.scope).token;

		await expectBadCursor(ctx, 'org differs', Client.url('/v1/risks', { limit, cursor }), token);
	}
	for (const [a, b] of [[{ band: 'high' }, { band: 'low' }], [{ band: 'high' }, {}],
		[{ account: '111122223333' }, { region: '111122223333' }], [{ min_score: 10 }, { max_score: 10 }]]) {
		const { page } = await readPage(ctx, Client.url('/v1/risks', { limit: 1, ...a }));

		if (page.next_cursor)
			await expectBadCursor(ctx, `cursor of ${JSON.stringify(a)} for ${JSON.stringify(b)}`,
				Client.url('/v1/risks', { limit: 1, ...b, cursor: page.next_cursor }));
	}
}

async function limits(ctx) {
	const live = ctx.truth.default.select({}).length;

	for (const [limit, want] of [['1', 1], ['50', 50], ['499', 499], ['500', 500], ['501', 500], ['1000000', 500],
		['007', 7], [undefined, 50]]) {
		const { page } = await readPage(ctx, Client.url('/v1/risks', limit === undefined ? {} : { limit }));

		same(`limit ${limit}`, Math.min(want, live), page.items.length);
	}
}

export async function pages(ctx) {
	await part('walking gives every risk once, by cursor and by Link', () => allWalks(ctx));
	await part('limits are kept, and cut to 500', () => limits(ctx));
	await part('a cursor that was altered or belongs elsewhere is refused', () => badCursors(ctx));
}
