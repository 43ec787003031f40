// SPDX-License-Identifier: Apache-2.0
// What goes wrong: the faults that are on, how often each still strikes, and what the generic ones
// do to an answer.  Faults that need the provider's own form are only counted here; the provider
// asks for them by fault(name).

import zlib from 'node:zlib';

// How often each strikes when the order does not say ("times"), and how many occasions go by first
// ("after").
const generic = {
	'throttle-seconds': { times: 2 }, // 429, Retry-After: 2
	'throttle-date': { times: 2 }, // 429, Retry-After as an HTTP-date two seconds ahead
	'throttle-bare': { times: 2 }, // 429 without a header
	'unavailable-twice': { times: 2 }, // 503
	reset: { times: 1 }, // the connection breaks in the middle of the body
	truncated: { times: 1 }, // half of the JSON, with 200 and a length that agrees
	html: { times: 1 }, // an error page in HTML, with 200
	gzip: { times: Infinity },
	chunked: { times: Infinity },
	drip: { times: 1 }, // a hundred bytes every 250 ms ("bytes", "every")
	huge: { times: 1 }, // 16 MB ("bytes") of padding in a field that nobody knows
	skew: { times: Infinity }, // Date is ten minutes ahead ("seconds")
};
const asked = {
	'repeat-token': { times: Infinity }, // the next page's token is the one that asked for this page
	'foreign-link': { times: 1 }, // the next page is on another host
	'empty-middle': { times: 1 }, // a page without records that has a next one
	'empty-last': { times: Infinity }, // a last page without records
	expire: { times: 1, after: 5 }, // the token that a data request shows has expired
	'wrong-secret': { times: Infinity }, // the secret is refused
};

export class Faults {
	// own: {name: {times, after}} of the provider's own faults.
	constructor(own = {}) {
		this.known = { ...generic, ...asked, ...own };
		this.on = [];
	}

	// order: {name, times, after, match, …}; match: only requests whose URL or body holds this text.
	add(order) {
		const failPage = /^fail-page-([1-9]\d*)$/.exec(order.name);
		const defaults = failPage ? { times: Infinity } : this.known[order.name];
		if (!defaults)
			throw new Error(`unknown fault "${order.name}"; known: ${this.names().join(', ')}`);
		const fault = { after: 0, match: '', ...defaults, ...order };
		if (fault.times === null)
			fault.times = Infinity;
		if (failPage)
			Object.assign(fault, { page: Number(failPage[1]), pages: new Map() });
		this.on.push(fault);
		return fault;
	}

	clear() {
		this.on = [];
	}

	names() {
		return [...Object.keys(this.known), 'fail-page-K'];
	}

	// Does this fault strike now?  Counts the occasion.  Returns it, or null.
	strike(name, req) {
		for (const fault of this.on) {
			if (fault.name !== name || !matches(fault, req))
				continue;
			if (fault.after > 0) {
				fault.after--;
				continue;
			}
			if (fault.times > 0) {
				fault.times--;
				return fault;
			}
		}
		return null;
	}

	// The page faults of a request: a page keeps its number when it is asked for again.
	failingPage(req, pageOf) {
		for (const fault of this.on) {
			if (!fault.page || !matches(fault, req))
				continue;
			if (pageNumber(fault, req, pageOf) === fault.page && fault.times-- > 0)
				return fault;
		}
		return null;
	}
}

function matches(fault, req) {
	return !fault.match || req.url.includes(fault.match) || req.body.includes(fault.match);
}

function pageNumber(fault, req, pageOf) {
	const own = pageOf ? pageOf(req) : null;
	if (own)
		return own;
	const key = `${req.method} ${req.url} ${req.body}`;
	if (!fault.pages.has(key))
		fault.pages.set(key, fault.pages.size + 1);
	return fault.pages.get(key);
}

// An answer in the place of the provider's, or null.
export function insteadOf(faults, req, provider) {
	const say = (fault, status, headers = {}) => ({
		...(provider.refusal?.(req, status) ?? { status, headers: {}, body: { error: { code: String(status), message: 'simulated' } } }),
		extra: headers,
		fault: fault.name,
	});
	let f;
	if ((f = faults.failingPage(req, provider.page?.bind(provider))))
		return say(f, 500);
	if ((f = faults.strike('throttle-seconds', req)))
		return say(f, 429, { 'retry-after': '2' });
	if ((f = faults.strike('throttle-date', req)))
		return say(f, 429, { 'retry-after': new Date(req.at.getTime() + 2000).toUTCString() });
	if ((f = faults.strike('throttle-bare', req)))
		return say(f, 429);
	if ((f = faults.strike('unavailable-twice', req)))
		return say(f, 503);
	if ((f = faults.strike('html', req)))
		return {
			status: 200,
			headers: { 'content-type': 'text/html' },
			body: '<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>\n',
			fault: f.name,
		};
	return null;
}

// What is done to a good answer on its way: {body, headers, fault, reset, drip, chunked}.
export function onTheWay(faults, req, body, headers) {
	const out = { body, headers, fault: null };
	let f;
	const took = fault => {
		out.fault = out.fault ? `${out.fault},${fault.name}` : fault.name;
		return fault;
	};
	if ((f = faults.strike('huge', req)) && took(f)) {
		const text = out.body.toString();
		if (text.startsWith('{'))
			out.body = Buffer.from(`{"padding":"${'x'.repeat(f.bytes ?? 16_000_000)}"${text === '{}' ? '' : ','}${text.slice(1)}`);
	}
	if ((f = faults.strike('truncated', req)) && took(f))
		out.body = out.body.subarray(0, out.body.length >> 1);
	if ((f = faults.strike('gzip', req)) && took(f)) {
		out.body = zlib.gzipSync(out.body, { level: 1 });
		out.headers = { ...out.headers, 'content-encoding': 'gzip' };
	}
	if ((f = faults.strike('chunked', req)) && took(f))
		out.chunked = true;
	if ((f = faults.strike('drip', req)) && took(f))
		out.drip = { bytes: f.bytes ?? 100, every: f.every ?? 250 };
	if ((f = faults.strike('reset', req)) && took(f))
		out.reset = true;
	return out;
}
