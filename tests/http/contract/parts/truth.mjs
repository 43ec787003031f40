// SPDX-License-Identifier: Apache-2.0
// What the API must say, from the command line and the database, and filters computed a second time.
import { execFileSync } from 'node:child_process';

const STATES = ['open', 'in_progress', 'contested', 'accepted', 'false_positive', 'suppressed', 'resolved'];
const LIVE = STATES.slice(0, 3);
const PAGE = 1000; // most that isobar queue gives at once

export const LISTED = ['band', 'state', 'provider', 'class', 'layer', 'responsibility'];
export const FACETS = [...LISTED, 'account', 'region', 'owner', 'source', 'sla'];
const QUEUES = {
	customer: ['customer', 'shared', 'unknown'],
	provider: ['provider'],
	all: ['customer', 'shared', 'unknown', 'provider'],
};

const lowerAscii = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const upperAscii = (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

// Microseconds since 1970 of an RFC 3339 time in UTC: what Date would cut off counts.
export function micros(time) {
	const [, whole, fraction = ''] = /^(.*?)(?:\.([0-9]+))?Z$/.exec(time);

	return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

export class Truth {
	constructor({ isobar, org }) {
		this.isobar = isobar;
		this.org = org;
		this.reload();
	}

	// Objects that a command of isobar prints with --json.
	command(...words) {
		return execFileSync(this.isobar, [...words, '--org', this.org, '--json'], {
			encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'],
		}).split('\n').filter(Boolean).map((line) => JSON.parse(line));
	}

	rows(query) {
		const sql = `select row_to_json(x) from (${query}) as x`;
		const text = execFileSync('psql', ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align',
			'--set', 'ON_ERROR_STOP=1', '--dbname', process.env.ISOBAR_DATABASE, '--command', sql],
		{ encoding: 'utf8', maxBuffer: 1 << 28 });

		return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
	}

	// All pages of a command.
	#paged(...words) {
		const items = [];

		for (;;) {
			const last = items.at(-1);
			const after = last ? ['--after', `${last.rank},${last.id}`] : [];
			const page = this.command(...words, '--limit', String(PAGE), ...after);

			items.push(...page);
			if (page.length < PAGE)
				return items;
		}
	}

	reload() {
		const ofOrg = `(select org_id from isobar.org where name = '${this.org}')`;

		this.risks = STATES.flatMap((state) => this.#paged('queue', '--queue', 'all', '--where', `state=${state}`));
		this.byId = new Map(this.risks.map((risk) => [risk.id, risk]));
		this.fixes = this.#paged('fixes');
		this.fixById = new Map(this.fixes.map((fix) => [fix.id, fix]));
		// Numbers of sources as texts: they need more bits than JavaScript's numbers have.
		this.sources = this.rows(`select source_id::text as id, name, connector from isobar.source
			where org_id = ${ofOrg}`);
		this.assets = this.rows(`select a.id, a.name, c.id as canonical from isobar.asset a
			join isobar.asset c on c.org_id = a.org_id and c.asset_id = a.canonical_id
			where a.org_id = ${ofOrg}`);
		this.details = new Map(this.rows(`select risk_id, version, fix_id, source_ids::text[] as sources
			from isobar.risk where org_id = ${ofOrg}`).map((row) => [row.risk_id, row]));
	}

	#assetsNamed(name) {
		return new Set(this.assets.filter((a) => a.id === name || a.name === name).map((a) => a.canonical));
	}

	sourcesOf(risk) {
		return this.sources.filter((s) => this.details.get(risk.id).sources.includes(s.id));
	}

	// A function that tells whether a risk fits one parameter.
	#test(name, value) {
		switch (name) {
		case 'queue':
			return (risk) => QUEUES[value].includes(risk.responsibility);
		case 'source': // two sources may share a name, when their connectors differ
			return (risk) => this.sourcesOf(risk).some((s) => s.name === value || s.connector === value);
		case 'subject':
			return (risk) => risk.subject === value || risk.subject === `cve:${upperAscii(value)}`;
		case 'asset': {
			const ids = this.#assetsNamed(value);

			return (risk) => ids.has(risk.asset);
		}
		case 'text':
			return (risk) => lowerAscii(risk.title).includes(lowerAscii(value));
		case 'due_before':
			return (risk) => risk.due_at !== null && micros(risk.due_at) < micros(value);
		case 'min_score':
			return (risk) => risk.score >= value;
		case 'max_score':
			return (risk) => risk.score <= value;
		default:
			return (risk) => [value].flat().includes(risk[name]);
		}
	}

	// The risks that fit all parameters, in the order of the queue.  scope: what a token may see.
	select(filter, scope = () => true) {
		const tests = Object.entries({ state: LIVE, ...filter })
			.map(([name, value]) => this.#test(name, value));

		return this.risks.filter((risk) => scope(risk) && tests.every((fits) => fits(risk)))
			.sort(ORDERS.rank);
	}

	facets(filter, scope) {
		const risks = this.select(filter, scope);
		const facets = {};

		for (const facet of FACETS) {
			const counts = new Map();

			for (const risk of risks)
				for (const value of facet === 'source' ? risk.sources : [risk[facet]])
					counts.set(value, (counts.get(value) ?? 0) + 1);
			facets[facet] = [...counts].map(([value, count]) => ({ value, count }))
				.sort((a, b) => b.count - a.count || byText(a.value, b.value)).slice(0, 100);
		}
		return { total: risks.length, facets };
	}
}

// By the bytes of UTF-8; null last.
function byText(a, b) {
	if (a === null || b === null)
		return (a === null) - (b === null);
	return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const NEVER = 1n << 62n;
const due = (risk) => (risk.due_at === null ? NEVER : micros(risk.due_at));
const sign = (big) => (big > 0n) - (big < 0n);

// Ids are of one length and in lower case, so that they compare as texts.
export const ORDERS = {
	rank: (a, b) => b.rank - a.rank || byText(b.id, a.id),
	due: (a, b) => sign(due(a) - due(b)) || byText(a.id, b.id),
	opened: (a, b) => sign(micros(a.opened_at) - micros(b.opened_at)) || byText(a.id, b.id),
};

// A value of a parameter that the given risk fits; null when there is none that can be asked for.
export function valueFor(random, name, risk, truth) {
	switch (name) {
	case 'queue':
		return random.one(Object.keys(QUEUES).filter((q) => QUEUES[q].includes(risk.responsibility)));
	case 'source': {
		const source = random.one(truth.sourcesOf(risk));

		return random.one([source.name, source.connector]);
	}
	case 'subject':
		return risk.subject.startsWith('cve:')
			? random.one([risk.subject, risk.subject.slice(4), risk.subject.slice(4).toLowerCase()])
			: risk.subject;
	case 'asset': {
		const names = truth.assets.filter((a) => a.canonical === risk.asset)
			.flatMap((a) => [a.id, a.name]).filter(Boolean);

		return random.one([risk.asset, risk.asset_name || risk.asset, ...names]);
	}
	case 'text': {
		const words = risk.title.split(' ');
		const start = random.below(words.length);
		const text = words.slice(start, start + 1 + random.below(3)).join(' ');

		return random.one([text, text.toUpperCase(), text.toLowerCase()]);
	}
	case 'due_before': {
		const at = risk.due_at ? Date.parse(risk.due_at) : Date.now();

		return new Date(at + random.one([-1, 1, 60, 86400]) * 1000).toISOString();
	}
	case 'min_score':
		return Math.max(0, risk.score - random.below(100));
	case 'max_score':
		return Math.min(1000, risk.score + random.below(100));
	default:
		if (!LISTED.includes(name))
			return risk[name] || null;
		return [...new Set([risk[name], ...random.some(truth.risks, random.below(3)).map((r) => r[name])])];
	}
}

// Every parameter of the lists that filters.
export const FILTERS = [...LISTED, 'account', 'region', 'owner', 'source', 'subject', 'asset', 'text',
	'due_before', 'min_score', 'max_score'];
