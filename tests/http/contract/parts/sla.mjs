// SPDX-License-Identifier: Apache-2.0
// The figures of the SLA, against what isobar sla prints and against the risks.
import { check, part, same } from '../lib/check.mjs';
import { Client } from '../lib/client.mjs';
import { scopeTest } from './tokens.mjs';

async function read(ctx, id, url, token = ctx.token) {
	const answer = await ctx.client.get(url, token);

	same(`GET ${url}: status`, 200, answer.status);
	return ctx.contract.checkAnswer(`GET ${url}`, ctx.contract.operation(id), answer);
}

async function summary(ctx) {
	const { default: truth } = ctx.truth;

	for (const by of ['band', 'owner', 'provider', 'week'])
		same(`by ${by}`, truth.command('sla', 'summary', '--by', by)[0],
			await read(ctx, 'getSlaSummary', Client.url('/v1/sla/summary', { by })));
	const all = await read(ctx, 'getSlaSummary', '/v1/sla/summary');

	same('without by: by band', 'band', all.by);
	for (const band of ['critical', 'high', 'medium', 'low'])
		for (const state of ['open', 'suppressed', 'resolved'])
			same(`${band} and ${state}`, truth.risks.filter((r) => r.band === band && r.state === state).length, all.now[band][state]);
	for (const band of ['critical', 'high', 'medium', 'low'])
		for (const sla of ['breached', 'due_soon'])
			same(`${band} and ${sla}`, truth.risks.filter((r) => r.band === band && r.sla === sla).length, all.now[band][sla]);
	check('something was resolved in time, and something too late', all.all.met > 0 && all.all.missed > 0);
	same('opened in all', truth.risks.length, all.all.opened);
	same('parts add up', all.all.resolved, all.items.reduce((sum, one) => sum + one.resolved, 0));
	same('a period before everything', [0, 0], await read(ctx, 'getSlaSummary', '/v1/sla/summary?from=2001-01-01&to=2001-06-30')
		.then((one) => [one.all.opened, one.items.length]));
}

async function breaches(ctx) {
	const overdue = ctx.truth.default.risks.filter((r) => r.sla === 'breached')
		.sort((a, b) => (a.due_at === b.due_at ? a.id.localeCompare(b.id) : a.due_at.localeCompare(b.due_at)));

	check('something is overdue', overdue.length > 1);
	for (const limit of [1, 500]) {
		const items = [];
		let cursor;

		do {
			const page = await read(ctx, 'listSlaBreaches', Client.url('/v1/sla/breaches', { limit, ...(cursor && { cursor }) }));

			items.push(...page.items);
			cursor = page.next_cursor;
		} while (cursor && items.length < 1000);
		same(`overdue, ${limit} a page`, overdue, items);
	}
	for (const who of ctx.tokens.filter((t) => t.state === 'good' && t.org === 'default' && t.scope))
		same(`${who.name}: its part`, overdue.filter(scopeTest(who.scope)).slice(0, 500),
			(await read(ctx, 'listSlaBreaches', '/v1/sla/breaches?limit=500', who.token)).items);
	const answer = await ctx.client.get('/v1/sla/breaches?cursor=nonsense', ctx.token);

	same('a cursor of nothing', 400, answer.status);
}

async function forecast(ctx) {
	const { items } = await read(ctx, 'getSlaForecast', '/v1/sla/forecast');
	const until = new Date(Date.now() + 14 * 86400000).toISOString();
	const due = ctx.truth.default.risks.filter((r) => ['ok', 'due_soon'].includes(r.sla) && r.due_at && r.due_at < until);
	const sums = {};

	for (const { due_at: at, band } of due)
		sums[`${at.slice(0, 10)} ${band}`] = (sums[`${at.slice(0, 10)} ${band}`] ?? 0) + 1;
	check('something falls due', due.length > 1);
	same('by day and band', sums, Object.fromEntries(items.map((i) => [`${i.day} ${i.band}`, i.breaches])
		.sort(([a], [b]) => Object.keys(sums).indexOf(a) - Object.keys(sums).indexOf(b))));
	same('as isobar sla forecast', ctx.truth.default.command('sla', 'forecast'), items);
}

export async function sla(ctx) {
	await part('the summary is that of the command line, and of the risks', () => summary(ctx));
	await part('what is overdue, the oldest first', () => breaches(ctx));
	await part('the forecast counts what falls due', () => forecast(ctx));
}
