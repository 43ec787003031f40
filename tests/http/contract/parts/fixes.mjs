// SPDX-License-Identifier: Apache-2.0
// Fixes, against what isobar fixes prints: lists and their parts, pages, one fix and the risks that it closes.
import { check, part, same } from '../lib/check.mjs';
import { Client } from '../lib/client.mjs';

const FILTERS = ['band', 'kind', 'provider', 'account', 'asset', 'subject', 'package'];

async function read(ctx, id, url, token = ctx.token) {
	const operation = ctx.contract.operation(id);
	const answer = await ctx.client.get(url, token);

	same(`GET ${url}: status`, 200, answer.status);
	return ctx.contract.checkAnswer(`GET ${url}`, operation, answer);
}

// All items of a list, page by page.
async function walk(ctx, id, path, parameters, token) {
	const items = [];
	let cursor;

	do {
		const page = await read(ctx, id, Client.url(path, { ...parameters, ...(cursor && { cursor }) }), token);

		items.push(...page.items);
		cursor = page.next_cursor;
	} while (cursor && items.length < 10000);
	return items;
}

async function lists(ctx) {
	const all = ctx.truth.default.fixes;

	check('there are fixes', all.length > 20);
	for (const kind of ['upgrade', 'configuration', 'identity', 'secret'])
		check(`some fix is of kind ${kind}`, all.some((fix) => fix.kind === kind));
	same('all fixes', all, await walk(ctx, 'listFixes', '/v1/fixes', { limit: 500 }));
	same('one by one', all.slice(0, 30), (await walk(ctx, 'listFixes', '/v1/fixes', { limit: 1, band: ['high', 'critical', 'medium'] }))
		.slice(0, 30));
	same('seven by seven', all, await walk(ctx, 'listFixes', '/v1/fixes', { limit: 7 }));
	for (const name of FILTERS)
		for (const fix of ctx.random.some(all.filter((f) => f[name]), ctx.all ? 20 : 4))
			same(`${name}=${fix[name]}`, all.filter((f) => f[name] === fix[name]),
				await walk(ctx, 'listFixes', '/v1/fixes', { limit: 50, [name]: fix[name] }));
	same('two kinds of a band', all.filter((f) => ['upgrade', 'secret'].includes(f.kind) && f.band === 'medium'),
		await walk(ctx, 'listFixes', '/v1/fixes', { kind: ['secret', 'upgrade'], band: 'medium' }));
	same('nothing fits', [], await walk(ctx, 'listFixes', '/v1/fixes', { package: "x' or true--" }));
}

// G as it is published: led by the greatest score, raised by the others.
function groupScore(scores) {
	const most = Math.max(...scores);
	const others = Math.floor((scores.reduce((a, b) => a + b, 0) - most) / 20);

	return most + Math.floor((1000 - most) * Math.min(250, others) / 1000);
}

async function risksOf(ctx) {
	const { fixes, byId } = ctx.truth.default;
	const several = fixes.filter((f) => f.risks > 2);

	check('some fix closes several risks', several.length > 2);
	for (const fix of [...ctx.random.some(several, 4), ...ctx.random.some(fixes, 6)]) {
		const path = `/v1/fixes/${fix.id}`;
		const risks = await walk(ctx, 'listFixRisks', `${path}/risks`, { limit: 2 });

		same(`${path}`, fix, await read(ctx, 'getFix', path));
		same(`${path}: its risks`, ctx.truth.default.command('fixes', fix.id, '--limit', '1000'), risks);
		same(`${path}: as in the queue`, risks.map((r) => byId.get(r.id)), risks);
		same(`${path}: how many`, fix.risks, risks.length);
		same(`${path}: G`, groupScore(risks.map((r) => r.score)), fix.g);
		same(`${path}: sum`, risks.reduce((sum, r) => sum + r.score, 0), fix.removes.score_sum);
		same(`${path}: first due`, risks.map((r) => r.due_at).filter(Boolean).sort()[0] ?? null, fix.due_at);
		for (const band of ['critical', 'high', 'medium', 'low'])
			same(`${path}: ${band}`, risks.filter((r) => r.band === band).length, fix.removes[band]);
	}
}

async function scopes(ctx) {
	const { fixes } = ctx.truth.default;

	for (const who of ctx.tokens.filter((t) => t.state === 'good' && t.org === 'default' && t.scope?.startsWith('account:')))
		same(`${who.name}: its account`, fixes.filter((f) => f.account === who.scope.slice(8)),
			await walk(ctx, 'listFixes', '/v1/fixes', { limit: 500 }, who.token));
	const other = ctx.tokens.find((t) => t.org === 'other' && t.state === 'good' && !t.scope);

	same('another org', ctx.truth.other.fixes, await walk(ctx, 'listFixes', '/v1/fixes', { limit: 500 }, other.token));
}

async function cursors(ctx) {
	const { next_cursor: cursor } = await read(ctx, 'listFixes', '/v1/fixes?limit=2');
	const operation = ctx.contract.operation('listFixes');

	for (const query of [{ cursor, band: 'low' }, { cursor: `${cursor}A` }, { cursor: 'nonsense' }]) {
		const url = Client.url('/v1/fixes', query);
		const answer = await ctx.client.get(url, ctx.token);
		const problem = ctx.contract.checkAnswer(url, operation, answer);

		same(`${url}: status`, 400, answer.status);
		same(`${url}: type`, '/problems/invalid-cursor', problem.type);
	}
	const { etag } = (await ctx.client.get('/v1/fixes', ctx.token)).headers;

	same('unchanged', 304, (await ctx.client.get('/v1/fixes', ctx.token, { 'If-None-Match': etag })).status);
	same('another page', 200, (await ctx.client.get('/v1/fixes?limit=3', ctx.token, { 'If-None-Match': etag })).status);
}

export async function fixes(ctx) {
	await part('fixes are those of the command line, in their order', () => lists(ctx));
	await part('a fix adds up to the risks that it closes', () => risksOf(ctx));
	await part('a scope shows the fixes of its account', () => scopes(ctx));
	await part('cursors and validators of fixes', () => cursors(ctx));
}
