// SPDX-License-Identifier: Apache-2.0
// Checks that API and peer answer the same pages with the same risks, member by member, and writes
// peer.paths, the requests of pages.paths in the peer's words:
//   BENCH_TOKEN=… node same_pages.js API PEER FOLDER
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const assert = require('node:assert');
const { get, run } = require('./client.js');

const N_CHECKED = 50;
const [api, peer, folder] = process.argv.slice(2);

function lines(name) {
	return fs.readFileSync(path.join(folder, name), 'utf8').trim().split('\n');
}

// How fine a time is written may differ; which it is may not.
function comparable(items) {
	return items.map((item) => ({
		...item,
		opened_at: Date.parse(item.opened_at),
		due_at: item.due_at && Date.parse(item.due_at),
	}));
}

run(async () => {
	const pages = lines('pages.paths');
	const paths = lines('positions.tsv').map((line) => {
		const [, rank, id] = line.split('\t');
		return `/risks?limit=50&rank=${rank}&id=${id}`;
	});
	assert.strictEqual(paths.length, pages.length);
	fs.writeFileSync(path.join(folder, 'peer.paths'), paths.join('\n') + '\n');
	const step = Math.max(1, Math.floor(pages.length / N_CHECKED));
	for (let i = 0; i < pages.length; i += step) {
		const ours = await get(api, pages[i]), theirs = await get(peer, paths[i]);
		assert.strictEqual(ours.body.items.length, 50);
		assert.deepStrictEqual(comparable(theirs.body.items), comparable(ours.body.items));
		const ratio = theirs.text.length / ours.text.length;
		assert.ok(ratio > 0.95 && ratio < 1.05, `a page has ${ours.text.length} bytes, the peer's ${theirs.text.length}`);
	}
});
