// SPDX-License-Identifier: Apache-2.0
// How answers travel: validators, HEAD, compression, ids of requests, bodies where none belong.
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import { check, part, same } from '../lib/check.mjs';
import { Client, sleep } from '../lib/client.mjs';
import { isExampled } from './walk.mjs';

const CHANGING = ['date', 'x-request-id', 'ratelimit', 'x-ratelimit-remaining', 'x-ratelimit-reset',
	'x-ratelimit-limit', 'ratelimit-policy'];

// One path for each operation, of what the token may see.
function paths(ctx) {
	const { id } = ctx.truth.default.risks[0];
	const [fix] = ctx.truth.default.fixes;

	return ctx.contract.reads.map((operation) => ({
		operation,
		path: operation.path.replace(isExampled(operation) ? /\{(id|name)\}/ : '', isExampled(operation) ? operation.parameters.find((p) => p.in === 'path').example : '')
			.replace('{id}', operation.path.startsWith('/v1/fixes/') ? fix.id : id).replace('{queue}', 'customer') + operation.query,
	}));
}

async function validators(ctx) {
	for (const { operation, path } of paths(ctx).filter(({ operation: o }) => o.hasEtag)) {
		const first = await ctx.client.get(path, ctx.token);
		const { etag } = first.headers;

		same(`${path}: the same ETag twice`, etag, (await ctx.client.get(path, ctx.token)).headers.etag);
		for (const value of [etag, `"other", ${etag}`, `${etag},"other"`, `W/${etag}`, '*']) {
			const answer = await ctx.client.get(path, ctx.token, { 'If-None-Match': value });

			ctx.contract.checkAnswer(`${path} If-None-Match: ${value}`, operation, answer);
			same(`${path} If-None-Match: ${value}: status`, 304, answer.status);
			same(`${path} If-None-Match: ${value}: ETag`, etag, answer.headers.etag);
		}
		for (const value of ['"other"', etag.replaceAll('"', ''), `"${etag.slice(1, -1)}x"`]) {
			const answer = await ctx.client.get(path, ctx.token, { 'If-None-Match': value });

			same(`${path} If-None-Match: ${value}: status`, 200, answer.status);
		}
		const head = await ctx.client.request({
			method: 'HEAD', path, token: ctx.token, headers: { 'If-None-Match': etag },
		});

		same(`HEAD ${path}: status`, 304, head.status);
		for (const token of [undefined, 'nonsense'])
			same(`${path}: no 304 for ${token ?? 'nobody'}`, 401,
				(await ctx.client.get(path, token, { 'If-None-Match': etag })).status);
	}
	await validatorsDiffer(ctx);
}

// What differs has another validator.
async function validatorsDiffer(ctx) {
	const seen = new Map();
	const queries = [{}, { limit: 10 }, { limit: 11 }, { band: 'high' }, { band: 'low' }, { order: 'due' },
		{ order: 'opened' }, { text: 'a' }, { min_score: 300 }];
	const first = (await ctx.client.get('/v1/risks?limit=10', ctx.token)).json();

	for (const parameters of [...queries, { limit: 10, cursor: first.next_cursor }]) {
		const url = Client.url('/v1/risks', parameters);
		const answer = await ctx.client.get(url, ctx.token);
		const digest = createHash('sha256').update(answer.body).digest('hex');
		const { etag } = answer.headers;

		check(`${url}: an ETag of its own`, !seen.has(etag) || seen.get(etag) === digest, etag);
		seen.set(etag, digest);
	}
	const other = ctx.tokens.find((t) => t.org === 'other' && t.state === 'good' && !t.scope);
	const { etag } = (await ctx.client.get('/v1/risks', ctx.token)).headers;

	same('no 304 for another org', 200,
		(await ctx.client.get('/v1/risks', other.token, { 'If-None-Match': etag })).status);
	const scoped = ctx.tokens.find((t) => t.org === 'default' && t.state === 'good' && t.scope);

	same('no 304 for a scope', 200,
		(await ctx.client.get('/v1/risks', scoped.token, { 'If-None-Match': etag })).status);
}

async function heads(ctx) {
	for (const { operation, path } of [...paths(ctx), ...faultyPaths(ctx)]) {
		const get = await ctx.client.get(path, ctx.token);
		const head = await ctx.client.request({ method: 'HEAD', path, token: ctx.token });

		ctx.contract.checkAnswer(`HEAD ${path}`, operation, head);
		same(`HEAD ${path}: status`, get.status, head.status);
		same(`HEAD ${path}: no body`, 0, head.body.length);
		for (const name of new Set([...Object.keys(get.headers), ...Object.keys(head.headers)]))
			// Numbers within the metrics change from one to the next, and with them the length.
			if (!CHANGING.includes(name) && !(operation.id === 'getMetrics' && name === 'content-length'))
				same(`HEAD ${path}: ${name}`, get.headers[name], head.headers[name]);
	}
}

function faultyPaths(ctx) {
	const list = ctx.contract.operation('listRisks');

	return [
		{ operation: list, path: '/v1/risks?limit=0' },
		{ operation: ctx.contract.operation('getRisk'), path: '/v1/risks/nonsense' },
	];
}

async function compression(ctx) {
	const headers = (value) => ({ 'Accept-Encoding': value });
	const large = '/v1/risks?limit=200';
	const plain = await ctx.client.get(large, ctx.token);

	same('nothing is packed unasked', undefined, plain.headers['content-encoding']);
	for (const accept of ['gzip', 'GZIP', 'deflate, gzip;q=0.5', 'br, gzip', '*']) {
		const answer = await ctx.client.get(large, ctx.token, headers(accept));
		const packed = answer.headers['content-encoding'] === 'gzip';

		if (accept !== '*')
			check(`Accept-Encoding: ${accept}`, packed, `Content-Encoding: ${answer.headers['content-encoding']}`);
		same(`Accept-Encoding: ${accept}: content`, plain.text(),
			packed ? gunzipSync(answer.body).toString() : answer.text());
		check(`Accept-Encoding: ${accept}: smaller`, !packed || answer.body.length < plain.body.length / 2);
		check(`Accept-Encoding: ${accept}: Vary`, /accept-encoding/i.test(answer.headers.vary ?? ''), answer.headers.vary);
		same(`Accept-Encoding: ${accept}: Content-Length`, String(answer.body.length), answer.headers['content-length']);
	}
	for (const accept of ['gzip;q=0', 'identity', 'br', '', 'gzip;q=0.000, deflate', 'xgzip']) {
		const answer = await ctx.client.get(large, ctx.token, headers(accept));

		same(`Accept-Encoding: ${accept}`, undefined, answer.headers['content-encoding']);
		same(`Accept-Encoding: ${accept}: content`, plain.text(), answer.text());
	}
	// Packed and plain are two representations, each with a validator of its own; both name the answer.
	const { etag } = (await ctx.client.get(large, ctx.token, headers('gzip'))).headers;

	check('packed has another strong ETag', etag.startsWith('"') && etag !== plain.headers.etag, etag);
	for (const value of [etag, plain.headers.etag])
		same(`If-None-Match: ${value} with gzip`, 304,
			(await ctx.client.get(large, ctx.token, { ...headers('gzip'), 'If-None-Match': value })).status);
	for (const { operation, path } of paths(ctx).filter(({ operation: o }) => o.id !== 'getMetrics')) {
		const whole = await ctx.client.get(path, ctx.token);
		const answer = await ctx.client.get(path, ctx.token, headers('gzip'));
		const packed = answer.headers['content-encoding'] === 'gzip';

		same(`${operation.id}: the same content packed`, whole.text(),
			packed ? gunzipSync(answer.body).toString() : answer.text());
		same(`${operation.id}: the same Vary`, whole.headers.vary, answer.headers.vary);
	}
}

async function requestIds(ctx) {
	const good = ['a', '0b9f4c1e-6a52-4f0e-9d7c-2f6f3f1f8a11', 'A.b_c-9', 'x'.repeat(64)];
	const bad = ['x'.repeat(65), 'with space', 'a/b', 'a"b', '<a>', 'a;b', 'ä', '%41'];
	const seen = new Set();

	for (const path of ['/v1/risks?limit=1', '/v1/risks/nonsense', '/v1/risks?limit=0', '/healthz', '/nothing']) {
		for (const id of good) {
			const answer = await ctx.client.get(path, ctx.token, { 'X-Request-Id': id });

			same(`${path}: X-Request-Id: ${id}`, id, answer.headers['x-request-id']);
			if (answer.status >= 400)
				same(`${path}: request_id ${id}`, id, answer.json().request_id);
		}
		for (const id of bad) {
			const answer = await ctx.client.get(path, ctx.token, { 'X-Request-Id': Buffer.from(id).toString('latin1') });
			const got = answer.headers['x-request-id'];

			check(`${path}: X-Request-Id: ${id} is not taken`, /^[A-Za-z0-9._-]{1,64}$/.test(got) && got !== id, got);
			check(`${path}: another id each time`, !seen.has(got), got);
			seen.add(got);
		}
	}
}

async function traces(ctx) {
	const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

	for (const value of [`00-${trace}-00f067aa0ba902b7-01`, `00-${trace}-00f067aa0ba902b7-00`, 'nonsense',
		`ff-${trace}-00f067aa0ba902b7-01`, `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'x'.repeat(500)]) {
		const answer = await ctx.client.get('/v1/facets', ctx.token, { traceparent: value, tracestate: 'a=b' });

		ctx.contract.checkAnswer(`traceparent ${value}`, ctx.contract.operation('getFacets'), answer);
		same(`traceparent ${value}: status`, 200, answer.status);
	}
}

async function bodies(ctx) {
	for (const { operation, path } of paths(ctx))
		for (const method of ['GET', 'HEAD']) {
			const name = `${method} ${path} with a body`;
			const answer = await ctx.client.request({ method, path, token: ctx.token, body: '{}' });
			const problem = ctx.contract.checkAnswer(name, operation, answer);

			same(`${name}: status`, 400, answer.status);
			if (method === 'GET')
				same(`${name}: type`, '/problems/invalid-request', problem?.type);
		}
	const empty = await ctx.client.request({ path: '/v1/facets', token: ctx.token, body: '' });

	same('a body of no bytes is none', 200, empty.status);
}

async function documents(ctx) {
	const json = await ctx.client.get('/openapi.json');
	const yaml = await ctx.client.get('/openapi.yaml');

	same('/openapi.json', ctx.contract.document, json.json());
	check('/openapi.yaml', yaml.text() === ctx.contract.text, 'differs from docs/openapi.yaml');
}

async function together(ctx) {
	const path = '/v1/risks?limit=100';
	const want = (await ctx.client.get(path, ctx.token)).text();
	const answers = await Promise.all(Array.from({ length: 60 }, (_, i) =>
		ctx.client.get(i % 3 ? path : `/v1/risks/${ctx.truth.default.risks[i].id}`, ctx.token)));

	for (const [i, answer] of answers.entries()) {
		same(`answer ${i}: status`, 200, answer.status);
		if (i % 3)
			check(`answer ${i}`, answer.text() === want, 'is another');
		else
			same(`answer ${i}`, ctx.truth.default.risks[i].id, answer.json().id);
	}
}

// Imports a file and waits until the list has another validator.
async function importAndWait(ctx, file, etag) {
	ctx.truth.default.command('import', file);
	const start = Date.now();

	while (Date.now() - start < 5000) {
		const answer = await ctx.client.get('/v1/risks', ctx.token, { 'If-None-Match': etag });

		if (answer.status === 200 && answer.headers.etag !== etag)
			return answer;
		await sleep(50);
	}
	return null;
}

const ids = (risks) => risks.map((risk) => risk.id);

// A finding gets worse, then goes away: files/worse and files/gone are about the asset ctx.bucket.
async function changes(ctx) {
	const truth = ctx.truth.default;
	const mine = () => truth.risks.find((r) => r.asset === ctx.bucket);
	const before = mine();
	const path = `/v1/risks/${before.id}`;

	for (const file of [ctx.files.worse, ctx.files.gone]) {
		const list = (await ctx.client.get('/v1/risks', ctx.token)).headers.etag;
		const one = (await ctx.client.get(path, ctx.token)).headers.etag;
		const changed = await importAndWait(ctx, file, list);

		if (!check(`${file}: the list has another ETag within 5 s`, changed))
			return;
		const answer = await ctx.client.get(path, ctx.token, { 'If-None-Match': one });

		same(`${file}: the risk has another ETag`, 200, answer.status);
		truth.reload();
		const { version, resolved_at: resolvedAt, fix, clock, holder, held_until: heldUntil, ...listed } = answer.json();

		same(`${file}: its fix`, truth.details.get(before.id).fix_id, fix);
		same(`${file}: the risk`, mine(), listed);
		const live = await ctx.client.get('/v1/risks?limit=500', ctx.token);

		same(`${file}: the list`, ids(truth.select({}).slice(0, 500)), ids(live.json().items));
		same(`${file}: facets`, truth.facets({}), (await ctx.client.get('/v1/facets', ctx.token)).json());
	}
	check('it got worse, then went', mine().state === 'resolved' && before.state === 'open');
}

export async function exchange(ctx) {
	await part('ETag and If-None-Match', () => validators(ctx));
	await part('HEAD is GET without a body', () => heads(ctx));
	await part('gzip for who asks for it', () => compression(ctx));
	await part('X-Request-Id is taken over when it is well-formed', () => requestIds(ctx));
	await part('traceparent does no harm', () => traces(ctx));
	await part('a body is refused', () => bodies(ctx));
	await part('the server hands out the contract', () => documents(ctx));
	await part('requests side by side do not mix', () => together(ctx));
	await part('a change of the data is seen', () => changes(ctx));
}
