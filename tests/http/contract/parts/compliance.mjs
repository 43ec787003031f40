// SPDX-License-Identifier: Apache-2.0
// How frameworks stand, against what isobar compliance prints: all of it, and what a scope lets through.
import { check, part, same } from '../lib/check.mjs';
import { Client } from '../lib/client.mjs';

const ACCOUNT = '111122223333';
const ANY_CLOUD = [undefined, 'aws', 'azure', 'none'];

async function ask(ctx, parameters, token) {
	const operation = ctx.contract.operation('getCompliance');
	const url = Client.url(operation.path, parameters);
	const answer = await ctx.client.get(url, token);

	same(`GET ${url}: status`, 200, answer.status);
	return ctx.contract.checkAnswer(`GET ${url}`, operation, answer);
}

// The lines of the command, without the name of the framework.
function lines(ctx, org, parameters) {
	const words = Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, value]);

	return ctx.truth[org].command('compliance', '--quiet', ...words).map(({ framework, ...rest }) => {
		same('framework of a line', parameters.framework, framework);
		return rest;
	});
}

function countsOf(items, by) {
	const counts = { failing: 0, passing: 0, unknown: 0 };

	for (const item of items)
		for (const verdict of Object.keys(counts))
			counts[verdict] += by === 'account' ? item[verdict] : Number(item.verdict === verdict);
	return counts;
}

// parameters as asked for; seen: those of the command that say the same.
async function compare(ctx, who, parameters, seen = parameters) {
	const by = parameters.by ?? 'requirement';
	const name = `${who.name}: ${JSON.stringify(parameters)}`;
	const want = lines(ctx, who.org, seen);
	const got = await ask(ctx, parameters, who.token);

	same(name, { framework: parameters.framework, by, items: want, counts: countsOf(want, by), total: want.length }, got);
	return got;
}

const whole = (ctx, org) => ctx.tokens.find((t) => t.org === org && t.state === 'good' && !t.scope);
const scoped = (ctx, name) => ctx.tokens.find((t) => t.name === name);

async function everyFramework(ctx) {
	const operation = ctx.contract.operation('listFrameworks');
	const answer = await ctx.client.get(operation.path, ctx.token);
	const { items } = ctx.contract.checkAnswer('frameworks', operation, answer);
	const seen = { failing: 0, passing: 0, unknown: 0 };

	same('frameworks', ctx.truth.default.command('compliance'), items);
	for (const { framework, requirements } of ctx.all ? items : [
		...items.filter((f) => ['cis-aws-3.0', 'cis-azure-2.1', 'aws-fsbp-1.0.0'].includes(f.framework)),
		...ctx.random.some(items, 3)]) {
		for (const org of ['default', 'other']) {
			const { counts, total } = await compare(ctx, whole(ctx, org), { framework });

			same(`${framework}: total`, requirements, total);
			for (const verdict of Object.keys(seen))
				seen[verdict] += counts[verdict];
			await compare(ctx, whole(ctx, org), { framework, by: 'account' });
		}
	}
	for (const [verdict, n] of Object.entries(seen))
		check(`some requirement is ${verdict}`, n > 0);
}

async function parts(ctx) {
	const who = whole(ctx, 'default');

	for (const framework of ['cis-aws-3.0', 'cis-azure-2.1', 'cis-k8s-1.9'])
		for (const by of ['requirement', 'account'])
			for (const provider of ANY_CLOUD)
				for (const account of [undefined, ACCOUNT, 'nobody', "x' or true--", '%'])
					await compare(ctx, who, Object.fromEntries(Object.entries({ framework, by, provider, account })
						.filter(([, value]) => value !== undefined)));
}

// The account of the scope and no other, whatever is asked for.
async function scopes(ctx) {
	for (const framework of ['cis-aws-3.0', 'cis-azure-2.1', 'aws-fsbp-1.0.0'])
		for (const by of ['requirement', 'account']) {
			for (const name of ['account-scope', 'account-scope-of-other'])
				await compare(ctx, scoped(ctx, name), { framework, by }, { framework, by, account: ACCOUNT });
			await compare(ctx, scoped(ctx, 'empty-scope'), { framework, by }, { framework, by, account: '999999999999' });
			for (const account of [ACCOUNT, '999999999999'])
				await compare(ctx, scoped(ctx, 'empty-scope'), { framework, by, account },
					{ framework, by, account: '999999999999' });
			await compare(ctx, scoped(ctx, 'account-scope'), { framework, by, account: '999999999999' });
		}
	const { items } = await ask(ctx, { framework: 'cis-azure-2.1', by: 'account' }, whole(ctx, 'default').token);

	check('there is something to hide', items.some((i) => i.account !== ACCOUNT));
	same('a scope of an owner: status', 403,
		(await ctx.client.get('/v1/compliance?framework=cis-aws-3.0', scoped(ctx, 'owner-scope').token)).status);
}

// Who sees something else has another validator.
async function validators(ctx) {
	const path = '/v1/compliance?framework=cis-azure-2.1';
	const { etag } = (await ctx.client.get(path, ctx.token)).headers;

	for (const who of [whole(ctx, 'other'), scoped(ctx, 'account-scope'), scoped(ctx, 'empty-scope')])
		same(`no 304 for ${who.name}`, 200,
			(await ctx.client.get(path, who.token, { 'If-None-Match': etag })).status);
	for (const other of [`${path}&by=account`, `${path}&provider=aws`, '/v1/compliance?framework=cis-azure-2.0'])
		same(`no 304 for ${other}`, 200,
			(await ctx.client.get(other, ctx.token, { 'If-None-Match': etag })).status);
}

export async function compliance(ctx) {
	await part('frameworks stand as the command line has it', () => everyFramework(ctx));
	await part('a provider or an account of a framework', () => parts(ctx));
	await part('a scope lets through what its accounts say', () => scopes(ctx));
	await part('validators of frameworks', () => validators(ctx));
}
