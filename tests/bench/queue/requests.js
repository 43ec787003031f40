// SPDX-License-Identifier: Apache-2.0
// Makes the lists of requests that wrk sends, by asking the API:
//   BENCH_TOKEN=… node requests.js API CASES FOLDER SEED
// API is http://127.0.0.1:PORT, CASES what cases.sql prints.  FOLDER gets NAME.paths, one path a line
// (pages, first, facets, facets_filter, filter-CASE, order-CASE, pair-A+B), positions.tsv (number, rank
// and id before each of pages), first.json and first.etag (the first page).  On the way it checks that
// the pages together are the queue, each risk once, and that the API counts what SQL counted.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { get, run } = require('./client.js');

const N_POSITIONS = 2000;
const N_PAIRS = 40;
const DEPTH = 20; // pages of a filter, 500 risks apart
const [api, casesFile, folder, seed] = process.argv.slice(2);

function write(name, paths) {
	fs.writeFileSync(path.join(folder, `${name}.paths`), paths.join('\n') + '\n');
}

function query(parameters) {
	return new URLSearchParams(parameters).toString();
}

function list({ queue = 'all', ...parameters }) {
	return `/v1/queues/${queue}/risks?${query(parameters)}`;
}

function must(holds, text) {
	if (!holds)
		throw new Error(text);
}

function readCases() {
	return fs.readFileSync(casesFile, 'utf8').trim().split('\n').map((line) => {
		const [name, parameter, value, n] = line.split('|');
		return { name, parameter, value, n: Number(n) };
	});
}

// mulberry32: small, and the same everywhere.
function randomOf(state) {
	return () => {
		state = (state + 0x6D2B79F5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

// Cursors at equal distances through all of the queue.
async function walkAll() {
	const { total } = (await get(api, '/v1/facets')).body;
	const limit = Math.min(500, Math.max(1, Math.ceil(total / N_POSITIONS)));
	const seen = new Set();
	const paths = [], positions = [];
	let cursor;
	do {
		const { body } = await get(api, list(cursor ? { limit, cursor } : { limit }));
		body.items.forEach((item) => seen.add(item.id));
		cursor = body.next_cursor;
		// A page near the end would be a short one.
		if (cursor && total - seen.size >= 50) {
			const last = body.items.at(-1);
			positions.push(`${paths.length}\t${last.rank}\t${last.id}`);
			paths.push(list({ limit: 50, cursor }));
		}
	} while (cursor);
	must(seen.size === total, `the pages hold ${seen.size} risks, facets count ${total}`);
	write('pages', paths);
	fs.writeFileSync(path.join(folder, 'positions.tsv'), positions.join('\n') + '\n');
}

async function firstPage() {
	const first = list({ limit: 50 });
	const { text, headers } = await get(api, first);
	write('first', [first]);
	fs.writeFileSync(path.join(folder, 'first.json'), text);
	fs.writeFileSync(path.join(folder, 'first.etag'), headers.etag);
}

// The first page, and pages further down as far as there are any.
async function walk(name, parameters, empty) {
	const paths = [list({ limit: 50, ...parameters })];
	let { items, next_cursor: cursor } = (await get(api, paths[0])).body;
	must(empty || items.length > 0, `${name} finds nothing`);
	while (cursor && paths.length < DEPTH) {
		paths.push(list({ limit: 50, ...parameters, cursor }));
		({ next_cursor: cursor } =
			(await get(api, list({ limit: 500, ...parameters, cursor }))).body);
	}
	for (const one of paths.slice(1))
		await get(api, one);
	write(name, paths);
}

async function filters(cases) {
	for (const { name, parameter, value, n } of cases) {
		const { total } = (await get(api, `/v1/facets?${query({ [parameter]: value })}`)).body;
		must(total === n, `${name}: the API counts ${total} risks, SQL ${n}`);
		await walk(`filter-${name}`, { [parameter]: value }, n === 0);
	}
	write('facets', ['/v1/facets']);
	write('facets_filter', cases.map((c) => `/v1/facets?${query({ [c.parameter]: c.value })}`));
}

async function orders(cases) {
	for (const order of ['due', 'opened']) {
		await walk(`order-${order}`, { order }, false);
		for (const { name, parameter, value } of cases.filter((c) => /^(band|account)_/.test(c.name)))
			await walk(`order-${order}+${name}`, { order, [parameter]: value }, false);
	}
}

async function pairs(cases) {
	const random = randomOf(Number(seed));
	const one = () => cases[Math.floor(random() * cases.length)];
	const made = new Set();
	while (made.size < N_PAIRS) {
		const [a, b] = [one(), one()].sort((x, y) => (x.name < y.name ? -1 : 1));
		const name = `pair-${a.name}+${b.name}`;
		if (a.parameter === b.parameter || made.has(name))
			continue;
		made.add(name);
		await walk(name, { [a.parameter]: a.value, [b.parameter]: b.value }, true);
	}
}

run(async () => {
	const cases = readCases();
	await walkAll();
	await firstPage();
	await filters(cases);
	await orders(cases);
	await pairs(cases);
});
