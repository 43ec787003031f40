// SPDX-License-Identifier: Apache-2.0
// What the filters and orders select, against the truth.
import { check, part, same } from '../lib/check.mjs';
import { Client } from '../lib/client.mjs';
import { FILTERS, ORDERS, valueFor } from './truth.mjs';
import { scopeTest } from './tokens.mjs';

const describe = (filter) => Client.url('', filter) || 'no filter';

// All risks of a list, from its pages.
export async function readAll(ctx, path, parameters, token = ctx.token) {
	const items = [];
	let cursor;

	do {
		const url = Client.url(path, { limit: 500, ...parameters, ...(cursor ? { cursor } : {}) });
		const answer = await ctx.client.get(url, token);

		if (!check(`GET ${url}: status`, answer.status === 200, () => `${answer.status} ${answer.text()}`))
			return items;
		const page = answer.json();

		items.push(...page.items);
		cursor = page.next_cursor;
	} while (cursor && items.length < 100000);
	return items;
}

// One filter over both kinds of lists and the facets.
async function compare(ctx, filter, who = ctx.tokens.find((t) => t.token === ctx.token)) {
	const { queue, ...parameters } = filter;
	const truth = ctx.truth[who.org];
	const scope = scopeTest(who.scope);
	const path = queue ? `/v1/queues/${queue}/risks` : '/v1/risks';
	const name = `${who.name}: ${describe(filter)}`;
	const want = truth.select(filter, scope);
	const got = await readAll(ctx, path, parameters, who.token);

	if (same(`${name}: ids`, want.map((r) => r.id), got.map((r) => r.id)))
		same(`${name}: risks`, want, got);
	const operation = ctx.contract.operation('getFacets');
	const answer = await ctx.client.get(Client.url('/v1/facets', filter), who.token);

	same(`${name}: facets`, truth.facets(filter, scope), ctx.contract.checkAnswer(name, operation, answer));
	return want.length;
}

// Up to n parameters, each with a value that the same risk fits, so that something is found.
function randomFilter(ctx, n) {
	const truth = ctx.truth.default;
	const risk = ctx.random.one(truth.risks);
	const names = ctx.random.some([...FILTERS, 'queue'], n);
	const filter = {};

	for (const name of names) {
		const value = valueFor(ctx.random, name, risk, truth);

		if (value !== null)
			filter[name] = value;
	}
	// Most risks are live, but the others should be found too.
	if (!names.includes('state') && ctx.random.below(2))
		filter.state = [risk.state];
	return filter;
}

async function eachAlone(ctx) {
	const truth = ctx.truth.default;

	for (const name of [...FILTERS, 'queue']) {
		const values = new Map();

		for (let i = 0; i < 200 && values.size < 8; i++) {
			const value = valueFor(ctx.random, name, ctx.random.one(truth.risks), truth);

			if (value !== null)
				values.set(JSON.stringify(value), value);
		}
		let n = 0;

		for (const value of values.values())
			n += await compare(ctx, { [name]: value });
		check(`${name} found something`, n > 0);
	}
}

async function nothingFits(ctx) {
	for (const filter of [{ account: '999999999999' }, { region: 'nowhere' }, { owner: 'nobody' },
		{ source: 'nosuch' }, { subject: 'cve:CVE-1999-0001' }, { asset: 'arn:none' }, { text: 'zzzzzz' },
		{ due_before: '2001-01-01T00:00:00Z' }, { min_score: 1000 }, { max_score: 0 },
		{ text: '%' }, { text: '_' }, { text: "';--" }, { account: 'x\' or true--' }, { text: 'ä'.repeat(100) }])
		same(`${describe(filter)}: nothing`, 0, await compare(ctx, filter));
}

async function orders(ctx) {
	const filters = [{}, { band: ['high', 'medium'] }, { state: ['resolved', 'suppressed', 'open'] }];

	for (const filter of filters)
		for (const order of Object.keys(ORDERS)) {
			const got = await readAll(ctx, '/v1/risks', { ...filter, order });
			const want = ctx.truth.default.select(filter).sort(ORDERS[order]);

			same(`order ${order} ${describe(filter)}`, want.map((r) => r.id), got.map((r) => r.id));
		}
}

async function spellings(ctx) {
	const want = ctx.truth.default.select({ text: 'on the' }).map((r) => r.id);

	for (const query of ['text=on%20the', 'text=on+the', '%74ext=on%20the', 'text=%6fn%20th%65'])
		same(query, want, (await ctx.client.get(`/v1/risks?limit=500&${query}`, ctx.token)).json().items.map((r) => r.id));
	const bands = ctx.truth.default.select({ band: ['high', 'low'] }).map((r) => r.id);

	for (const query of ['band=high,low', 'band=low,high', 'band=high%2Clow', 'band=low,high,low'])
		same(query, bands, (await ctx.client.get(`/v1/risks?limit=500&${query}`, ctx.token)).json().items.map((r) => r.id));
	const time = '2026-12-04T00:00:00Z';
	const due = ctx.truth.default.select({ due_before: time }).map((r) => r.id);

	for (const spelling of [time, '2026-12-04T01:00:00%2B01:00', '2026-12-04T00:00:00.000000Z'])
		same(spelling, due, (await ctx.client.get(`/v1/risks?limit=500&due_before=${spelling}`, ctx.token)).json().items.map((r) => r.id));
}

// The page of one risk, its explanation, findings and reasons, against isobar explain and findings.
async function compareRisk(ctx, risk) {
	const truth = ctx.truth.default;
	const get = async (operation) => {
		const path = ctx.contract.operation(operation).path.replace('{id}', risk.id);
		const answer = await ctx.client.get(path, ctx.token);

		return ctx.contract.checkAnswer(`${operation} ${risk.id}`, ctx.contract.operation(operation), answer);
	};
	const [explained] = truth.command('explain', risk.id);
	const findings = truth.command('findings', '--risk', risk.id);
	const { version, resolved_at: resolvedAt, fix, clock, holder, held_until: heldUntil, ...listed } = await get('getRisk');

	same(`${risk.id}: as in the list`, risk, listed);
	same(`${risk.id}: clock`, explained.clock, clock);
	same(`${risk.id}: version`, truth.details.get(risk.id).version, version);
	same(`${risk.id}: fix`, truth.details.get(risk.id).fix_id, fix);
	same(`${risk.id}: fix as it is explained`, fix, explained.fix?.id ?? null);
	same(`${risk.id}: resolved_at is set`, risk.state === 'resolved', resolvedAt !== null);
	compareExplanation(risk, explained, await get('explainRisk'));
	compareFindings(risk, explained, findings, await get('listRiskFindings'));
	compareReasons(risk, explained, await get('explainMerge'));
}

function compareExplanation(risk, explained, got) {
	const want = {};

	for (const key of ['id', 'score', 'band', 'model', 'factors', 'policy', 'path_members', 'paths', 'counterfactuals',
		'unknowns', 'bounds', 'responsibility', 'responsibility_row', 'findings'])
		want[key] = explained[key];
	same(`${risk.id}: explanation`, want, got);
	same(`${risk.id}: the points add up`, got.score, got.factors.reduce((sum, f) => sum + f.points, got.policy));
	check(`${risk.id}: the score is within its bounds`, got.bounds.low.score <= got.score && got.score <= got.bounds.high.score);
	check(`${risk.id}: each counterfactual is lower`, got.counterfactuals.every((c) => c.score < got.score));
	check(`${risk.id}: each unknown is within the bounds of all`, got.unknowns.every((u) =>
		got.bounds.low.score <= u.low.score && u.low.score <= got.score &&
		got.score <= u.high.score && u.high.score <= got.bounds.high.score));
}

// As isobar findings has them, but with the asset under the name that the finding gives it, and without what moves
// by time and runs alone: the page's ETag is the risk's version.
function compareFindings(risk, explained, findings, got) {
	const want = findings.map(({ connector, status_raw: raw, confirmed_at: confirmed, stale, ...finding }, i) =>
		({
			...finding,
			asset: explained.findings[i]?.asset,
			location: finding.location ?? '',
			severity_raw: finding.severity_raw || null,
		}));

	same(`${risk.id}: findings`, want, got.items);
	check(`${risk.id}: findings are its own`, got.items.every((f) => f.risk === risk.id));
}

// The sentence of explain is made of the same reasons.
function compareReasons(risk, explained, got) {
	const words = {
		same_asset: /^same asset(,|$)/,
		asset_alias: /same asset under another name/,
		same_cve: /same CVE/,
		advisory_alias: /advisory/,
		catalogue_control: /catalogue control/,
		same_rule: /same rule/,
		same_threat: /same threat/,
	};

	for (const key of ['subject', 'asset', 'location'])
		same(`${risk.id}: why-merged: ${key}`, risk[key], got[key]);
	same(`${risk.id}: why-merged: findings`, explained.findings.map((f) => f.id), got.findings.map((f) => f.id));
	for (const [i, finding] of got.findings.entries()) {
		const sentence = explained.findings[i].merged_because;

		for (const reason of Object.keys(words))
			same(`${finding.id}: ${reason} of "${sentence}"`, words[reason].test(sentence),
				finding.merged_because.some((r) => r.reason === reason));
		for (const { reason, key } of finding.merged_because)
			if (reason === 'catalogue_control') {
				same(`${finding.id}: control`, got.control, key);
				check(`${finding.id}: control in the sentence`, sentence.endsWith(key), `${key} in "${sentence}"`);
			}
	}
}

export async function query(ctx) {
	const n = ctx.all ? 400 : 60;

	await part('the data has what the filters tell apart', () => {
		const { risks } = ctx.truth.default;

		for (const sla of ['ok', 'due_soon', 'breached', 'met', 'paused', 'none'])
			check(`sla ${sla}`, risks.some((r) => r.sla === sla), 'no risk has it');
		for (const state of ['open', 'suppressed', 'resolved'])
			check(`state ${state}`, risks.some((r) => r.state === state), 'no risk has it');
		for (const duty of ['customer', 'shared', 'unknown', 'provider'])
			check(`duty ${duty}`, risks.some((r) => r.responsibility === duty), 'no risk has it');
		check('owners', new Set(risks.map((r) => r.owner)).size >= 3);
		check('more than a page', ctx.truth.default.select({}).length > 500);
	});
	await part('each filter selects what it says, alone', () => eachAlone(ctx));
	await part(`filters together select what all of them say (${n} random ones)`, async () => {
		for (let i = 0; i < n; i++)
			await compare(ctx, randomFilter(ctx, 2 + (i % 2)));
	});
	await part('what nothing fits is an empty list', () => nothingFits(ctx));
	await part('every good token gets what is its own', async () => {
		for (const who of ctx.tokens.filter((t) => t.state === 'good'))
			for (const filter of [{}, { queue: 'customer' }, { state: ['resolved', 'suppressed'] }])
				await compare(ctx, filter, who);
	});
	await part('the three orders', () => orders(ctx));
	await part('one question in several spellings', () => spellings(ctx));
	await part('a risk, its explanation, findings and reasons are those of the command line', async () => {
		const several = ctx.truth.default.risks.filter((r) => r.findings > 1);

		for (const risk of [...ctx.random.some(several, ctx.all ? 40 : 10),
			...ctx.random.some(ctx.truth.default.risks, ctx.all ? 40 : 10)])
			await compareRisk(ctx, risk);
	});
}
