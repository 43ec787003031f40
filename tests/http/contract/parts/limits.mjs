// SPDX-License-Identifier: Apache-2.0
// Budgets of tokens, on a server with a small one; and the end of a token while it is in use.
import { spawn } from 'node:child_process';

import { check, part, same } from '../lib/check.mjs';
import { sleep } from '../lib/client.mjs';
import { unknownToken } from './tokens.mjs';

const numbers = (header) => /^"token";r=([0-9]+);t=([0-9]+)$/.exec(header)?.slice(1).map(Number) ?? [NaN, NaN];

async function spend(ctx, token, { budget, seconds }) {
	const operation = ctx.contract.operation('getFacets');
	let last = budget;

	for (let i = 0; i < budget; i++) {
		const answer = await ctx.client.get('/v1/facets', token);
		const [left, whole] = numbers(answer.headers.ratelimit);

		ctx.contract.checkAnswer(`request ${i + 1} of ${budget}`, operation, answer);
		same(`request ${i + 1}: status`, 200, answer.status);
		same(`request ${i + 1}: policy`, `"token";q=${budget};w=${seconds}`, answer.headers['ratelimit-policy']);
		check(`request ${i + 1}: less is left`, left < last || left === 0, `${left} after ${last}`);
		check(`request ${i + 1}: t`, whole <= seconds, `${whole}`);
		same(`request ${i + 1}: X-RateLimit-Limit`, String(budget), answer.headers['x-ratelimit-limit']);
		same(`request ${i + 1}: X-RateLimit-Remaining`, String(left), answer.headers['x-ratelimit-remaining']);
		same(`request ${i + 1}: X-RateLimit-Reset`, String(whole), answer.headers['x-ratelimit-reset']);
		last = left;
	}
}

export async function rateLimit(ctx, limit) {
	const [first, second] = ctx.tokens.filter((t) => t.state === 'good' && t.org === 'default' && !t.scope);
	const operation = ctx.contract.operation('getFacets');

	await part('a token that has spent its budget gets 429, and no other', async () => {
		await spend(ctx, first.token, limit);
		const answer = await ctx.client.get('/v1/facets', first.token);

		ctx.contract.checkAnswer('one too many', operation, answer);
		if (!same('one too many: status', 429, answer.status))
			return;
		const wait = Number(answer.headers['retry-after']);

		same('nothing is left', 0, numbers(answer.headers.ratelimit)[0]);
		check('Retry-After', wait >= 1 && wait <= limit.seconds, String(wait));
		same('another token', 200, (await ctx.client.get('/v1/facets', second.token)).status);
		same('no token', 401, (await ctx.client.get('/v1/facets')).status);
		for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json'])
			same(path, 200, (await ctx.client.get(path, first.token)).status);
		await sleep(wait * 1000 + 100);
		same('after Retry-After', 200, (await ctx.client.get('/v1/facets', first.token)).status);
	});
}

// Who tries one token after the other is slowed down; who has one that is in use does not notice.
export async function guessing(ctx, { failures }) {
	const [known, other] = ctx.tokens.filter((t) => t.state === 'good' && t.org === 'other' && !t.scope);
	const operation = ctx.contract.operation('getFacets');

	await part('guessing tokens is slowed down', async () => {
		same('a token in use', 200, (await ctx.client.get('/v1/facets', known.token)).status);
		for (let i = 0; i < failures; i++) {
			const answer = await ctx.client.get('/v1/facets', unknownToken(i));

			ctx.contract.checkAnswer(`guess ${i}`, operation, answer);
			same(`guess ${i}: status`, 401, answer.status);
		}
		for (const [name, token] of [['one guess more', unknownToken(failures)], ['a token not seen yet', other.token]]) {
			const answer = await ctx.client.get('/v1/facets', token);

			ctx.contract.checkAnswer(name, operation, answer);
			same(`${name}: status`, 429, answer.status);
		}
		same('the token in use', 200, (await ctx.client.get('/v1/facets', known.token)).status);
		same('no token', 401, (await ctx.client.get('/v1/facets')).status);
	});
}

function run(program, words) {
	return new Promise((resolve, reject) => {
		const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });

		child.on('error', reject);
		child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ${words.join(' ')}: ${code}`))));
	});
}

// The statuses that requests with the token get, with their times, until stop says so.
async function hammer(ctx, token, stop) {
	const seen = [];

	while (!stop()) {
		const sent = Date.now();
		const { status } = await ctx.client.get('/v1/risks?limit=1', token);

		seen.push({ sent, status });
		await sleep(10);
	}
	return seen;
}

export async function revocation(ctx) {
	await part('a token ends within a second of being revoked, while it is in use', async () => {
		const victim = ctx.tokens.find((t) => t.state === 'to be revoked');
		let until = Infinity;
		const hammering = hammer(ctx, victim.token, () => Date.now() > until).catch((error) => [{ error }]);

		await sleep(300);
		await run(ctx.isobar, ['token', 'revoke', victim.id]);
		const revoked = Date.now();

		until = revoked + 2500;
		const seen = await hammering;

		if (seen[0].error)
			throw seen[0].error;
		const late = seen.filter(({ sent }) => sent > revoked + 1000);
		const end = seen.findIndex(({ status }) => status === 401);

		same('before: status', 200, seen[0].status);
		check('requests ran on', late.length > 20, `${late.length} after a second`);
		check('a second later', late.every(({ status }) => status === 401), JSON.stringify(late.find((s) => s.status !== 401)));
		check('once ended, ended', end > 0 && seen.slice(end).every(({ status }) => status === 401));
		same('another token', 200, (await ctx.client.get('/v1/risks?limit=1', ctx.token)).status);
	});
}
