// SPDX-License-Identifier: Apache-2.0
// Checks that name their case and let the test go on, as lib.sh has them for the scripts; and
// random numbers from a seed.
import { isDeepStrictEqual } from 'node:util';

const SHOWN_MAX = 20; // failures of one part; all of them count

let nChecks = 0;
let nFailures = 0;
let nShown = 0; // of this part

function say(text) {
	process.stdout.write(`${text}\n`);
}

// A value in one line that is not too long.
function brief(value) {
	const text = typeof value === 'string' ? value : JSON.stringify(value);

	return text && text.length > 300 ? `${text.slice(0, 300)}…` : String(text);
}

export function fail(name, why) {
	nChecks++;
	nFailures++;
	nShown++;
	if (nShown <= SHOWN_MAX)
		say(`FAILED: ${name}: ${why}`);
	else if (nShown === SHOWN_MAX + 1)
		say('… and more, which are only counted');
}

export function check(name, ok, why = 'it is not so') {
	if (ok)
		nChecks++;
	else
		fail(name, typeof why === 'function' ? why() : why);
	return Boolean(ok);
}

// Where two JSON values differ first, as a path.
function difference(want, got, path = '') {
	if (isDeepStrictEqual(want, got))
		return null;
	if (want && got && typeof want === 'object' && typeof got === 'object') {
		for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
			const found = difference(want[key], got[key], `${path}/${key}`);

			if (found)
				return found;
		}
	}
	return `${path || 'the value'}: wanted ${brief(want)}, got ${brief(got)}`;
}

export function same(name, want, got) {
	const found = difference(want, got);

	return check(name, found === null, found);
}

// Runs one part of a test and says what came of it.  What it throws is a failure, not the end.
export async function part(title, run) {
	const before = { nChecks, nFailures };
	const start = Date.now();

	nShown = 0;
	try {
		await run();
	} catch (error) {
		fail(title, error.stack ?? String(error));
	}
	const seconds = ((Date.now() - start) / 1000).toFixed(1);
	const n = nChecks - before.nChecks;

	if (n === 0)
		fail(title, 'it checked nothing');
	if (nFailures > before.nFailures)
		say(`NOT SHOWN: ${title} (${nFailures - before.nFailures} of ${n} checks, ${seconds} s)`);
	else
		say(`ok: ${title} (${n} checks, ${seconds} s)`);
}

// The last line, and the exit code of the process.
export function done() {
	say(nFailures ? `${nFailures} of ${nChecks} checks failed` : `all ${nChecks} checks passed`);
	process.exitCode = nFailures ? 1 : 0;
}

// Numbers that depend on the seed alone (mulberry32).
export class Random {
	constructor(seed) {
		this.state = seed >>> 0;
	}

	next() {
		let t = (this.state = (this.state + 0x6d2b79f5) >>> 0);

		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	}

	below(n) {
		return Math.floor(this.next() * n);
	}

	one(list) {
		return list[this.below(list.length)];
	}

	some(list, n) {
		const rest = [...list];
		const taken = [];

		while (taken.length < n && rest.length)
			taken.push(...rest.splice(this.below(rest.length), 1));
		return taken;
	}
}
