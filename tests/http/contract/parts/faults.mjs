// SPDX-License-Identifier: Apache-2.0
// Queries that are wrong: 400, and the parameter at fault is named.
import { check, part, same } from '../lib/check.mjs';
import { LISTED } from './truth.mjs';
import { isExampled } from './walk.mjs';

const LISTS = { listRisks: '/v1/risks', listQueueRisks: '/v1/queues/all/risks' };
const EVERYWHERE = { ...LISTS, getFacets: '/v1/facets' };
const TEXTS = ['account', 'region', 'owner', 'source', 'subject', 'asset', 'text'];

// [query, parameter at fault, or null where none can be named, else the type of the problem]
function faults() {
	const rows = [
		['colour=red', 'colour'],
		['band=high&colour=red', 'colour'],
		['Band=high', 'Band'],
		['=high', null],
		['min_score=-1', 'min_score'],
		['min_score=1001', 'min_score'],
		['min_score=abc', 'min_score'],
		['min_score=', 'min_score'],
		['min_score=1.5', 'min_score'],
		['min_score=%201', 'min_score'],
		['max_score=1e2', 'max_score'],
		['max_score=99999999999999999999', 'max_score'],
		['max_score=0x10', 'max_score'],
		['due_before=yesterday', 'due_before'],
		['due_before=2026-12-01', 'due_before'],
		['due_before=2026-12-01T00:00:00', 'due_before'],
		['due_before=2026-13-01T00:00:00Z', 'due_before'],
		['due_before=2026-02-30T00:00:00Z', 'due_before'],
		['due_before=', 'due_before'],
		[`text=${'a'.repeat(201)}`, 'text'],
		[`text=${'%C3%A4'.repeat(101)}`, 'text'],
		// No URI at all: it is refused before parameters are looked for.
		['text=%', null, 'invalid-request'],
		['text=a%4', null, 'invalid-request'],
		['text=%zz', null, 'invalid-request'],
		['t%zzxt=a', null, 'invalid-request'],
		['text=a%00b', null, 'invalid-request'],
		['text=a&band=high&text=b', 'text'],
		['text=a&%74ext=b', 'text'],
		['min_score=500&max_score=499', 'min_score'],
	];

	for (const name of LISTED)
		rows.push([`${name}=purple`, name], [`${name}=`, name], [`${name}=,`, name], [`${name}=high,`, name],
			[`${name}=unknown,purple`, name], [`${name}=OPEN`, name]);
	for (const name of TEXTS)
		rows.push([`${name}=%FF`, name], [`${name}=%C0%AF`, name], [`${name}=%ED%A0%80`, name],
			[`${name}=%F4%90%80%80`, name], [`${name}=%E2%82`, name],
			[`${name}=a%0Ab`, name], [`${name}=%7F`, name], [`${name}=a&${name}=a`, name], [`${name}=`, name],
			[name, name], [`${name}=${'a'.repeat(2049)}`, name]);
	for (const name of [...LISTED, 'due_before', 'min_score', 'max_score'])
		rows.push([`${name}=%FF`, name]);
	rows.push(['band=high&band=high', 'band'], ['min_score=1&min_score=1', 'min_score'],
		['due_before=2026-12-01T00:00:00Z&due_before=2026-12-01T00:00:00Z', 'due_before']);
	return rows;
}

function listFaults() {
	const rows = [
		['order=best', 'order'], ['order=', 'order'], ['order=rank,due', 'order'], ['order=rank&order=rank', 'order'],
		['queue=all', 'queue'], ['cursor=a&cursor=a', 'cursor'],
		['limit=1&limit=1', 'limit'], ['limit=1&limit=2', 'limit'],
	];

	for (const value of ['0', '-1', 'abc', '', '1.5', '%201', '1%20', '1e2', '0x10', '-0', '1,2', '%FF'])
		rows.push([`limit=${value}`, 'limit']);
	return rows;
}

const FACET_FAULTS = [['limit=10', 'limit'], ['cursor=a', 'cursor'], ['order=rank', 'order'],
	['queue=nonsense', 'queue'], ['queue=', 'queue'], ['queue=all&queue=all', 'queue'], ['queue=customer,provider', 'queue']];

function complianceFaults() {
	const rows = [['', 'framework'], ['by=account', 'framework'], ['framework=nonsense', 'framework'],
		['framework=CIS-aws-3.0', 'framework'], ['framework=%27%20or%20true--', 'framework']];
	const known = 'framework=cis-aws-3.0';

	for (const [name, values] of Object.entries({
		by: ['', 'provider', 'Account', 'requirement,account'], provider: ['', 'ibm', 'AWS', 'aws,azure', '-1'], account: [''],
	})) {
		for (const value of [...values, '%FF', 'a%0Ab', 'a'.repeat(2049)])
			rows.push([`${known}&${name}=${value}`, name]);
		rows.push([`${known}&${name}=aws&${name}=aws`, name]);
	}
	return [...rows, [`${known}&${known}`, 'framework'], [`${known}&limit=1`, 'limit'], [`${known}&colour=red`, 'colour'],
		['framework=', 'framework'], ['framework=%FF', 'framework'], [`${known}&By=account`, 'By']];
}

function fixFaults() {
	const rows = [['colour=red', 'colour'], ['limit=0', 'limit'], ['limit=a', 'limit'], ['limit=', 'limit'], ['cursor=', 'cursor'],
		['order=rank', 'order'], ['state=open', 'state'], ['band=high&band=low', 'band']];

	for (const name of ['band', 'kind', 'provider'])
		rows.push([`${name}=purple`, name], [`${name}=`, name], [`${name}=high,`, name]);
	for (const name of ['account', 'asset', 'subject', 'package'])
		rows.push([`${name}=`, name], [`${name}=%FF`, name], [`${name}=a&${name}=a`, name]);
	return rows;
}

const EVENT_FAULTS = [['after=-1', 'after'], ['after=', 'after'], ['after=1.5', 'after'], ['after=x', 'after'], ['after=%2B1', 'after'],
	['limit=0', 'limit'], ['limit=ten', 'limit'], ['cursor=a', 'cursor'], ['colour=red', 'colour'], ['after=1&after=2', 'after']];
const SLA_FAULTS = [['by=colour', 'by'], ['by=', 'by'], ['from=2026-13-01', 'from'], ['from=2026-11-31', 'from'], ['from=', 'from'],
	['to=yesterday', 'to'], ['to=20261101', 'to'], ['from=2026-11-20&to=2026-11-02', 'from'], ['from=1970-01-01', 'from'],
	['limit=1', 'limit'], ['by=band&by=week', 'by']];

async function expectFault(ctx, id, path, [query, parameter, type = 'invalid-parameter']) {
	const name = `GET ${path}?${query.length > 80 ? `${query.slice(0, 80)}…` : query}`;
	const answer = await ctx.client.get(`${path}?${query}`, ctx.token);
	const problem = ctx.contract.checkAnswer(name, ctx.contract.operation(id), answer);

	if (!check(`${name}: status`, answer.status === 400, `${answer.status}`))
		return;
	same(`${name}: type`, `/problems/${type}`, problem.type);
	check(`${name}: names ${parameter}`, parameter === null || problem.errors?.some((e) => e.parameter === parameter),
		JSON.stringify(problem.errors));
}

export async function badQueries(ctx) {
	await part('wrong parameters are refused, and named', async () => {
		for (const [id, path] of Object.entries(EVERYWHERE))
			for (const row of faults())
				await expectFault(ctx, id, path, row);
		for (const [id, path] of Object.entries(LISTS))
			for (const row of listFaults())
				await expectFault(ctx, id, path, row);
		for (const row of FACET_FAULTS)
			await expectFault(ctx, 'getFacets', '/v1/facets', row);
		for (const row of complianceFaults())
			await expectFault(ctx, 'getCompliance', '/v1/compliance', row);
		for (const row of fixFaults())
			await expectFault(ctx, 'listFixes', '/v1/fixes', row);
		for (const row of [['band=high', 'band'], ['limit=0', 'limit'], ['a=%FF', 'a']])
			await expectFault(ctx, 'listFixRisks', `/v1/fixes/${ctx.truth.default.fixes[0].id}/risks`, row);
		await expectFault(ctx, 'getFix', `/v1/fixes/${ctx.truth.default.fixes[0].id}`, ['limit=1', 'limit']);
		for (const row of EVENT_FAULTS)
			await expectFault(ctx, 'listEvents', '/v1/events', row);
		for (const row of [['after=1', 'after'], ['limit=0', 'limit'], ['cursor=', 'cursor']])
			await expectFault(ctx, 'getRiskHistory', `/v1/risks/${ctx.truth.default.risks[0].id}/history`, row);
		for (const row of SLA_FAULTS)
			await expectFault(ctx, 'getSlaSummary', '/v1/sla/summary', row);
		for (const row of [['limit=0', 'limit'], ['cursor=', 'cursor'], ['band=high', 'band']])
			await expectFault(ctx, 'listSlaBreaches', '/v1/sla/breaches', row);
		await expectFault(ctx, 'getSlaForecast', '/v1/sla/forecast', ['days=3', 'days']);
		for (const row of [['colour=red', 'colour'], ['framework=cis-aws-3.0', 'framework'], ['a=%FF', 'a']])
			await expectFault(ctx, 'listFrameworks', '/v1/compliance/frameworks', row);
	});
	await part('what is at the edge is not refused', async () => {
		for (const query of ['min_score=0', 'max_score=1000', 'min_score=007', `text=${'a'.repeat(200)}`,
			`text=${'%C3%A4'.repeat(100)}`, 'text=%F0%9F%98%80', `asset=${'a'.repeat(2048)}`, '', 'text=a&',
			'min_score=500&max_score=500', 'due_before=2024-02-29T23:59:59.999999Z', 'text=%26%3D%23', 'account=a,b']) {
			const answer = await ctx.client.get(`/v1/risks?${query}`, ctx.token);

			ctx.contract.checkAnswer(query, ctx.contract.operation('listRisks'), answer);
			same(`${query}: status`, 200, answer.status);
		}
	});
	await part('requests that are too large are refused', async () => {
		const long = await ctx.client.get(`/v1/risks?text=${'a'.repeat(20000)}`, ctx.token);
		const headers = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`X-Test-${i}`, 'a']));
		const many = await ctx.client.get('/v1/risks', ctx.token, headers);

		for (const [status, answer] of [[414, long], [431, many]]) {
			ctx.contract.checkAnswer(`too large, ${status}`, ctx.contract.operation('listRisks'), answer);
			same(`too large: status`, status, answer.status);
		}
	});
	await part('the pages of one risk take no parameters', async () => {
		const { id } = ctx.truth.default.risks[0];

		for (const operation of ctx.contract.reads.filter((o) => o.path.includes('{id}') && !isExampled(o)))
			await expectFault(ctx, operation.id, operation.path.replace('{id}', id), ['colour=red', 'colour']);
	});
}
