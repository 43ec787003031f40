// SPDX-License-Identifier: Apache-2.0
// /metrics: a text that promtool takes, with counters that count and labels that name nobody.
import { spawnSync } from 'node:child_process';

import { check, part, same } from '../lib/check.mjs';

// Samples as a map from "name{labels}" to the value.
function parse(text) {
	const samples = new Map();

	for (const line of text.split('\n').filter((l) => l && !l.startsWith('#'))) {
		const [, name, value] = /^(\S+?(?:\{.*\})?) (\S+)$/.exec(line) ?? [];

		if (check(`sample ${line}`, name !== undefined && !Number.isNaN(Number(value.replace('Inf', 'Infinity')))))
			samples.set(name, Number(value));
	}
	return samples;
}

async function read(ctx) {
	return parse((await ctx.client.get('/metrics')).text());
}

// The sum of the samples of a name whose labels are as given, in whatever order they stand.
function sum(samples, name, labels) {
	let total = 0;

	for (const [sample, value] of samples)
		if (sample.startsWith(`${name}{`) &&
			Object.entries(labels).every(([key, text]) => sample.includes(`${key}="${text}"`)))
			total += value;
	return total;
}

async function counters(ctx) {
	const rows = [
		{ route: '/v1/risks', code: 200, path: '/v1/risks?limit=1', n: 3, token: ctx.token },
		{ route: '/v1/risks', code: 400, path: '/v1/risks?limit=0', n: 2, token: ctx.token },
		{ route: '/v1/risks', code: 401, path: '/v1/risks', n: 4 },
		{ route: '/v1/risks/{id}', code: 404, path: '/v1/risks/nonsense', n: 1, token: ctx.token },
		{ route: '/v1/facets', code: 200, path: '/v1/facets', n: 2, token: ctx.token },
		{ route: '/healthz', code: 200, path: '/healthz', n: 5 },
	];
	const before = await read(ctx);

	for (const { path, n, token } of rows)
		for (let i = 0; i < n; i++)
			await ctx.client.get(path, token);
	const after = await read(ctx);

	for (const { route, code, n } of rows) {
		const labels = { route, method: 'GET', code };

		same(`isobar_http_requests_total ${route} ${code}`, n,
			sum(after, 'isobar_http_requests_total', labels) - sum(before, 'isobar_http_requests_total', labels));
	}
	const count = (samples) => sum(samples, 'isobar_http_request_duration_seconds_count', { route: '/v1/facets' });

	check('durations are counted', count(after) >= count(before) + 2, `${count(before)}, ${count(after)}`);
	for (const [sample, value] of before)
		if (/_(total|count|bucket)(\{|$)/.test(sample))
			check(`${sample} never falls`, after.get(sample) >= value, `${value}, then ${after.get(sample)}`);
}

async function names(ctx) {
	const text = (await ctx.client.get('/metrics')).text();

	for (const name of ['isobar_http_requests_total', 'isobar_http_request_duration_seconds', 'isobar_build_info'])
		check(name, text.includes(`# TYPE ${name} `), 'is not there');
	for (const [what, pattern] of Object.entries({
		'an id': /[0-9a-f]{8}-[0-9a-f]{4}-/, 'a token': /iso_/, 'an account': /111122223333/, 'a query': /[?&]limit=/,
	}))
		check(`no ${what} in it`, !pattern.test(text), () => pattern.exec(text)[0]);
	check('the order of an unknown path is no label', !text.includes('nothing'));
}

async function promtool(ctx) {
	const text = (await ctx.client.get('/metrics')).text();
	const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });

	check('promtool check metrics', !error && status === 0 && !stdout && !stderr, `${error ?? ''}${stdout}${stderr}`);
}

export async function metrics(ctx) {
	await part('the metrics are there and name nobody', () => names(ctx));
	await part('the counters count', () => counters(ctx));
	if (ctx.promtool)
		await part('promtool takes the metrics', () => promtool(ctx));
	else
		console.log('not run: promtool is not installed');
}
