// SPDX-License-Identifier: Apache-2.0
// Every route with every token and with ids of all kinds: what may be seen and what may not.
import { check, part, same } from '../lib/check.mjs';
import { forgeries, isWellFormed, scopeTest } from './tokens.mjs';

// Answered by account: a token for owners alone gets 403.
const BY_ACCOUNT = ['getCompliance', 'listFixes', 'getFix', 'listFixRisks'];
// Figures of the whole org: no token for a part of it.
const WHOLE = ['getSlaSummary', 'getSlaForecast', 'listOwners', 'getOwner', 'listSuppressions', 'getSuppression',
	'listSources', 'getSource', 'listBlindSpots', 'listRuns', 'getRun', 'getPush', 'getWhatIf'];
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'BREW'];

// Not ids, though some nearly are.
const malformed = (id) => ({
	word: 'nonsense',
	short: id.slice(0, -1),
	long: `${id}0`,
	prefix: id.slice(0, 13),
	'not hexadecimal': `g${id.slice(1)}`,
	dots: '..',
	'encoded dots': '%2e%2e',
	'not UTF-8': '%ff',
	SQL: '%27%20or%20true--',
	'very long': 'a'.repeat(2000),
});

// The tokens with what each may see; a request without a token is one of them.
function visitors(ctx) {
	const good = ctx.tokens.find((t) => t.state === 'good').token;
	const list = ctx.tokens.map((t) => ({ ...t, opens: ['good', 'to be revoked'].includes(t.state), sees: scopeTest(t.scope) }));

	for (const [name, token] of Object.entries(forgeries(good)))
		list.push({ name, token, opens: false });
	list.push({ name: 'no token', opens: false });
	list.push({ name: 'Basic', headers: { Authorization: 'Basic aXNvOmJhcg==' }, opens: false });
	list.push({ name: 'no scheme', headers: { Authorization: good }, opens: false });
	return list;
}

// The name of an owner or a rule, the id of a run or a push, as its parameter shows it.
const exampleName = (operation) => operation.parameters.find((p) => p.in === 'path').example;

export const isExampled = ({ path }) => /\{name\}|^\/v1\/(runs|pushes|what-if)\/\{/.test(path);

// What stands for {id}, {name} and {queue}, with the status that somebody who may read gets.
function targets(ctx, operation, visitor) {
	if (operation.path.includes('{queue}'))
		return [
			...['customer', 'provider', 'all'].map((queue) => ({ queue, status: 200 })),
			...['nonsense', 'Customer', '%ff'].map((queue) => ({ queue, status: 404 })),
		].map(({ queue, status }) => ({
			kind: `queue "${queue}"`, status, path: operation.path.replace('{queue}', queue),
		}));
	// One that the org default has.
	if (isExampled(operation))
		return [[exampleName(operation), visitor.org === 'other' ? 404 : 200], ['nobody', 404], ['%ff', 404], ['%27%20or%20true--', 404]]
			.map(([name, status]) => ({ kind: `name "${name}"`, status, path: operation.path.replace(/\{(id|name)\}/, name) }));
	if (!operation.path.includes('{id}'))
		return [{ kind: '', status: 200, path: operation.path + operation.query }];

	const org = visitor.org ?? 'default';
	const sees = visitor.sees ?? (() => true);
	const all = (name) => (operation.path.startsWith('/v1/fixes/') ? ctx.truth[name].fixes : ctx.truth[name].risks);
	const own = ctx.random.some(all(org).filter(sees), 2);
	const hidden = ctx.random.some(all(org).filter((one) => !sees(one)), 2);
	const foreign = ctx.random.some(all(org === 'other' ? 'default' : 'other'), 1);
	const ids = [
		...own.map(({ id }) => ['own', id, 200]),
		...hidden.map(({ id }) => ['out of scope', id, 404]),
		...foreign.map(({ id }) => ['foreign', id, 404]),
		['unknown', UNKNOWN_ID, 404],
		...Object.entries(malformed((own[0] ?? all(org)[0]).id)).map(([kind, id]) => [kind, id, 404]),
	];

	return ids.map(([kind, id, status]) => ({ kind, id, status, path: operation.path.replace('{id}', id) }));
}

// An answer without what must differ from one to the next.
function shape(answer, id) {
	const headers = [];
	const own = /^(date|x-request-id|ratelimit|x-ratelimit-.*)$/i;

	for (let i = 0; i < answer.rawHeaders.length; i += 2)
		headers.push(own.test(answer.rawHeaders[i])
			? answer.rawHeaders[i] : `${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
	return {
		status: answer.status,
		headers,
		body: answer.text().replaceAll(id, 'ID').replaceAll(answer.headers['x-request-id'], 'REQUEST'),
	};
}

function checkRefusal(name, visitor, answer) {
	const challenge = answer.headers['www-authenticate'] ?? '';

	if (visitor.token)
		check(`${name}: challenge`, /error="invalid_token"/.test(challenge), challenge);
	else if (!visitor.headers)
		check(`${name}: challenge`, !/error=/.test(challenge), challenge);
	check(`${name}: no budget is shown`, answer.headers.ratelimit === undefined);
}

// Nothing of what was asked for belongs to somebody else.
function checkOwner(ctx, name, visitor, body) {
	const { byId, fixById } = ctx.truth[visitor.org];

	for (const { id } of body.items?.[0]?.rank !== undefined ? body.items : [body].filter((b) => b.id)) {
		const one = byId.get(id) ?? fixById.get(id);

		check(`${name}: ${id}`, one && visitor.sees(one), 'is not for this token');
	}
}

function wantedStatus(operation, visitor, target) {
	if (operation.public)
		return 200;
	// Nobody owns what passes.
	if (visitor.state === 'no role' || (BY_ACCOUNT.includes(operation.id) && visitor.scope?.startsWith('owner:')))
		return 403;
	if (visitor.opens && visitor.scope && WHOLE.includes(operation.id))
		return 403;
	return visitor.opens ? target.status : 401;
}

async function visit(ctx, operation, visitor) {
	const shapes = new Map();

	for (const target of targets(ctx, operation, visitor)) {
		const name = `${visitor.name}: GET ${operation.path} ${target.kind}`;
		const want = wantedStatus(operation, visitor, target);
		const answer = await ctx.client.get(target.path, visitor.token, visitor.headers);
		const body = ctx.contract.checkAnswer(name, operation, answer);

		if (!check(`${name}: status`, answer.status === want, `wanted ${want}, got ${answer.status}`))
			continue;
		if (want === 401)
			checkRefusal(name, visitor, answer);
		if (want === 200 && !operation.public && !isExampled(operation))
			checkOwner(ctx, name, visitor, body);
		if (want === 404 && ['unknown', 'foreign', 'out of scope'].includes(target.kind))
			shapes.set(target.kind, shape(answer, target.id));
	}
	for (const [kind, value] of shapes)
		same(`${visitor.name}: ${operation.path}: ${kind} looks like unknown`, shapes.get('unknown'), value);
}

export async function walk(ctx) {
	const all = visitors(ctx);

	await part('every route answers every visitor as the contract has it', async () => {
		check('tokens are of the shape that the forgeries assume', isWellFormed(ctx.tokens[0].token));
		for (const operation of ctx.contract.reads)
			for (const visitor of all)
				await visit(ctx, operation, visitor);
	});
	await part('no other method than those of the path, and no other path', async () => {
		for (const operation of ctx.contract.operations)
			for (const method of METHODS.filter((name) => !ctx.contract.methods(operation.path).includes(name))) {
				const path = operation.path.replace('{id}', UNKNOWN_ID).replace('{queue}', 'all').replace('{name}', 'nobody');
				const answer = await ctx.client.request({ method, path, token: ctx.token, body: '' });

				ctx.contract.checkAnswer(`${method} ${path}`, operation, answer);
				same(`${method} ${path}: status`, 405, answer.status);
				if (method !== 'TRACE' && method !== 'BREW')
					same(`${method} ${path}: Allow`, ctx.contract.methods(operation.path).join(', '), answer.headers.allow);
			}
		for (const path of ['/v1', '/v1/', '/v2/risks', '/v1/nothing', '/v1/risks/', '/v1//risks', '/V1/risks',
			'/healthz/', '/metrics/x', `/v1/risks/${UNKNOWN_ID}/nothing`, '/openapi', '/v1/queues',
			'/v1/queues/all', '/v1/fixes/', `/v1/fixes/${UNKNOWN_ID}/nothing`, '/v1/compliance/', '/v1/compliance/x', '/v1/queues//risks', '/v1/queues/all/risks/x', '/%2e%2e/etc/passwd', '/v1/risks%2f']) {
			const answer = await ctx.client.get(path, ctx.token);

			// Any operation that has a 404 tells how one looks.
			ctx.contract.checkAnswer(`GET ${path}`, ctx.contract.operation('getRisk'), answer);
			same(`GET ${path}: status`, 404, answer.status);
		}
	});
	await part('a path with a NUL in it is refused before anything is looked up', async () => {
		for (const token of [ctx.token, undefined])
			for (const path of ['/v1/risks/%00', `/v1/risks/${ctx.truth.default.risks[0].id}%00`, '/v1/queues/all%00/risks', '/healthz%00']) {
				const answer = await ctx.client.get(path, token);

				ctx.contract.checkAnswer(`GET ${path}`, ctx.contract.operation('listRisks'), answer);
				same(`GET ${path}: status`, 400, answer.status);
			}
	});
	await part('every route is in the walk, with every status that it may have here', () => {
		for (const operation of ctx.contract.reads)
			for (const status of [200, 405, ...(operation.public ? [] : [401, 403]),
				...(operation.path.includes('{') ? [404] : [])])
				check(`${operation.id} ${status}`, ctx.contract.seen.has(`${operation.id} ${status}`), 'was never seen');
	});
	await part('the scheme of Authorization has no case', async () => {
		for (const scheme of ['bearer', 'BEARER']) {
			const answer = await ctx.client.get('/v1/facets', undefined, { Authorization: `${scheme} ${ctx.token}` });

			same(scheme, 200, answer.status);
		}
	});
}
