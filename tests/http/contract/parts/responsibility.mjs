// SPDX-License-Identifier: Apache-2.0
// Whose duty what is, against what isobar responsibility prints; and what a scope lets through.
import { check, part, same } from '../lib/check.mjs';
import { Client } from '../lib/client.mjs';

const ACCOUNT = '111122223333';
const TYPES = ['AWS::EKS::Cluster', 'aws::s3::bucket', 'microsoft.web/sites', 'container.googleapis.com/Cluster#autopilot',
	'container.image', 'host', 'AWS::Nothing::Known', '%', "x' or true--"];

const whole = (ctx) => ctx.tokens.find((t) => t.org === 'default' && t.state === 'good' && !t.scope);
const scoped = (ctx, name) => ctx.tokens.find((t) => t.name === name);

async function ask(ctx, parameters, token) {
	const operation = ctx.contract.operation('getResponsibility');
	const url = Client.url(operation.path, parameters);
	const answer = await ctx.client.get(url, token);

	same(`GET ${url}: status`, 200, answer.status);
	return ctx.contract.checkAnswer(`GET ${url}`, operation, answer);
}

const command = (ctx, ...words) => ctx.truth.default.command('responsibility', '--quiet', ...words);

// The lines of the command repeat what the answer says once.
function expand({ items, ...head }) {
	return items.map((item) => ({ ...head, ...item }));
}

async function matrix(ctx) {
	const { items } = await ask(ctx, {}, ctx.token);

	same('the matrix', command(ctx), items);
	check('each row names its source', items.every((i) => i.source && i.review_by));
	same('of nobody in particular', { items }, await ask(ctx, {}, scoped(ctx, 'empty-scope').token));
}

async function types(ctx) {
	for (const type of TYPES) {
		const got = await ask(ctx, { type }, ctx.token);

		same(type, command(ctx, '--type', type), expand(got));
		same(`${type}: unknown`, !got.known, got.items.every((i) => i.verdict === 'unknown'));
	}
}

async function assets(ctx) {
	const risks = ctx.truth.default.command('queue', '--quiet', '--queue', 'all', '--limit', '1000');
	const ids = [...new Set(risks.filter((r) => r.account === ACCOUNT).map((r) => r.asset))];
	const others = [...new Set(risks.filter((r) => r.account !== ACCOUNT).map((r) => r.asset))];

	check('there are assets', ids.length > 0 && others.length > 0);
	for (const asset of ctx.random.some([...ids, ...others], 20))
		same(asset, command(ctx, '--asset', asset), expand(await ask(ctx, { asset }, whole(ctx).token)));
	for (const asset of ctx.random.some(ids, 5)) {
		await ask(ctx, { asset }, scoped(ctx, 'account-scope').token);
		await refused(ctx, { asset }, 404, scoped(ctx, 'empty-scope').token);
	}
	for (const asset of ctx.random.some(others, 5))
		await refused(ctx, { asset }, 404, scoped(ctx, 'account-scope').token);
}

async function refused(ctx, parameters, status, token = ctx.token) {
	const operation = ctx.contract.operation('getResponsibility');
	const url = typeof parameters === 'string' ? `${operation.path}?${parameters}` : Client.url(operation.path, parameters);
	const answer = await ctx.client.get(url, token);

	same(`GET ${url}: status`, status, answer.status);
	ctx.contract.checkAnswer(`GET ${url}`, operation, answer);
}

async function faults(ctx) {
	for (const query of ['colour=red', 'type=', 'asset=', 'type=host&asset=x', 'type=host&type=host'])
		await refused(ctx, query, 400);
	await refused(ctx, { asset: 'nothing-has-this-name' }, 404);
}

export async function responsibility(ctx) {
	await part('the matrix as the command line has it', () => matrix(ctx));
	await part('duties of types', () => types(ctx));
	await part('duties of assets, for whom they are to see', () => assets(ctx));
	await part('questions about duties that are wrong', () => faults(ctx));
}
