#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A simulated provider: an HTTP server on 127.0.0.1 in front of one module of this folder.
//   node cloud.mjs --provider azure [--port 0] [--seed 1] [--scale 200] [--latency MS]
//                  [--fault NAME[:times=N,after=K,match=TEXT]]… [--option KEY=VALUE]…
// Prints {"url":"http://127.0.0.1:PORT"} when it listens; SIGTERM ends it.

import http from 'node:http';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { Faults, insteadOf, onTheWay } from './faults.mjs';

const LEDGER_MAX = 200_000;
const BODY_MAX = 64 << 20;

// A running simulation of what module.create() makes: {url, provider, faults, ledger, close()}.
export async function start(module, { port = 0, seed = 1, scale = 200, latency = 0, options = {}, faults: wanted = [] } = {}) {
	const sim = { faults: new Faults(module.faults), ledger: [], later: [], latency, now: null };
	const server = http.createServer((message, response) => {
		answer(sim, message, response).catch(error => {
			process.stderr.write(`${error.stack}\n`);
			response.destroy();
		});
	});
	server.keepAliveTimeout = 30_000;
	await new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	sim.url = `http://127.0.0.1:${server.address().port}`;
	// A provider asks fault(name) while it handles a request: true when it is to strike there.
	sim.provider = module.create({ seed, scale, url: sim.url, options, fault: name => ask(sim, name) });
	for (const order of wanted)
		sim.faults.add(order);
	sim.close = () => {
		const closed = new Promise(resolve => server.close(resolve));
		server.closeAllConnections?.();
		return closed;
	};
	return sim;
}

function ask(sim, name) {
	const fault = sim.now ? sim.faults.strike(name, sim.now) : null;
	if (fault)
		sim.now.faults.push(fault.name);
	return fault !== null;
}

async function read(message) {
	const chunks = [];
	let size = 0;
	for await (const chunk of message) {
		size += chunk.length;
		if (size > BODY_MAX)
			throw new Error('the request is larger than 64 MB');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

async function answer(sim, message, response) {
	const body = await read(message);
	const url = new URL(message.url, sim.url);
	const req = {
		method: message.method,
		url: message.url,
		path: url.pathname,
		query: url.searchParams,
		headers: message.headers,
		body,
		at: new Date(),
		faults: [],
	};

	if (url.pathname.startsWith('/_sim/'))
		return administer(sim, req, response);
	if (sim.latency > 0)
		await sleep(sim.latency);
	serve(sim, req, response);
}

function serve(sim, req, response) {
	const data = sim.provider.isData(req);
	if (data)
		changeInTime(sim);
	let reply = data ? insteadOf(sim.faults, req, sim.provider) : null;
	let way = { fault: null };
	if (reply) {
		req.faults.push(reply.fault);
	} else {
		sim.now = req;
		reply = sim.provider.handle(req);
		sim.now = null;
		reply ??= { status: 404, headers: {}, body: { error: { code: 'NotFound', message: `nothing at ${req.path}` } } };
	}
	const bytes = bytesOf(reply.body);
	const headers = headersOf(sim, req, reply, data);
	if (data && reply.status === 200 && !reply.fault)
		way = onTheWay(sim.faults, req, bytes, headers);
	if (way.fault)
		req.faults.push(way.fault);
	if (sim.ledger.length < LEDGER_MAX)
		sim.ledger.push({
			no: sim.ledger.length + 1,
			at: req.at.toISOString(),
			method: req.method,
			path: req.path,
			data,
			status: reply.status,
			records: reply.records ?? 0,
			fault: req.faults.join(',') || null,
		});
	send(response, reply.status, way.headers ?? headers, way.body ?? bytes, way);
}

function bytesOf(body) {
	if (body === undefined || body === null)
		return Buffer.alloc(0);
	if (Buffer.isBuffer(body))
		return body;
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function headersOf(sim, req, reply, data) {
	const headers = { 'content-type': 'application/json; charset=utf-8', ...reply.headers, ...reply.extra };
	const skew = data ? sim.faults.strike('skew', req) : null;
	if (skew) {
		headers.date = new Date(req.at.getTime() + (skew.seconds ?? 600) * 1000).toUTCString();
		req.faults.push('skew');
	}
	return headers;
}

async function send(response, status, headers, body, { reset, drip, chunked }) {
	response.on('error', () => {});
	if (chunked) {
		response.writeHead(status, headers);
		const step = Math.max(1, Math.ceil(body.length / 7));
		for (let i = 0; i < body.length; i += step)
			response.write(body.subarray(i, i + step));
		return response.end();
	}
	response.writeHead(status, { ...headers, 'content-length': body.length });
	if (reset) {
		response.write(body.subarray(0, body.length >> 1));
		await sleep(20);
		return response.socket?.resetAndDestroy?.() ?? response.destroy();
	}
	if (drip) {
		for (let i = 0; i < body.length && !response.destroyed; i += drip.bytes) {
			response.write(body.subarray(i, i + drip.bytes));
			await sleep(drip.every);
		}
		return response.end();
	}
	return response.end(body);
}

function sleep(ms) {
	return new Promise(resolve => setTimeout(resolve, ms));
}

// Changes that wait for a number of data requests.
function changeInTime(sim) {
	const due = sim.later.filter(change => change.after-- <= 0);
	sim.later = sim.later.filter(change => change.after >= 0);
	for (const change of due)
		sim.provider.change(change.name, change.args ?? {});
}

// --- what tests ask of the simulation itself ---

function administer(sim, req, response) {
	const what = `${req.method} ${req.path.slice('/_sim/'.length)}`;
	try {
		const order = req.body.length ? JSON.parse(req.body) : {};
		switch (what) {
		case 'POST fault':
			sim.faults.add(order);
			return tell(response, 200, {});
		case 'DELETE fault':
			sim.faults.clear();
			return tell(response, 200, {});
		case 'POST change':
			if (order.after > 0)
				return tell(response, 200, sim.later.push(order));
			return tell(response, 200, sim.provider.change(order.name, order.args ?? {}) ?? {});
		case 'GET truth':
			return tellTruth(response, sim.provider.truth());
		case 'GET ledger':
			return tell(response, 200, sim.ledger);
		case 'DELETE ledger':
			sim.ledger = [];
			return tell(response, 200, {});
		case 'GET settings':
			return tell(response, 200, sim.provider.settings());
		default:
			return tell(response, 404, { error: `no ${what}` });
		}
	} catch (error) {
		return tell(response, 400, { error: error.message });
	}
}

function tell(response, status, value) {
	const body = Buffer.from(`${JSON.stringify(value)}\n`);
	response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
	response.end(body);
}

// One JSON array, an element a line, as it is made: a large estate is not held in memory.
async function tellTruth(response, rows) {
	response.writeHead(200, { 'content-type': 'application/json' });
	let text = '[';
	let first = true;
	for (const row of rows) {
		text += `${first ? '' : ','}\n${JSON.stringify(row)}`;
		first = false;
		if (text.length > 1 << 16) {
			if (!response.write(text))
				await new Promise(resolve => response.once('drain', resolve));
			text = '';
		}
	}
	response.end(`${text}\n]\n`);
}

// --- command line ---

function faultOf(text) {
	const colon = text.indexOf(':');
	const order = { name: colon < 0 ? text : text.slice(0, colon) };
	for (const pair of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
		const [key, value] = pair.split('=');
		order[key] = /^\d+$/.test(value) ? Number(value) : value;
	}
	return order;
}

function argumentsOf(list) {
	const out = { provider: null, settings: { faults: [], options: {} } };
	for (let i = 0; i < list.length; i += 2) {
		const value = list[i + 1];
		if (value === undefined)
			throw new Error(`${list[i]} needs a value`);
		switch (list[i]) {
		case '--provider':
			out.provider = value;
			break;
		case '--port':
		case '--seed':
		case '--scale':
		case '--latency':
			if (!/^\d+$/.test(value))
				throw new Error(`${list[i]} is a whole number, not "${value}"`);
			out.settings[list[i].slice(2)] = Number(value);
			break;
		case '--fault':
			out.settings.faults.push(faultOf(value));
			break;
		case '--option': {
			const cut = value.indexOf('=');
			out.settings.options[cut < 0 ? value : value.slice(0, cut)] = cut < 0 ? '' : value.slice(cut + 1);
			break;
		}
		default:
			throw new Error(`unknown option ${list[i]}`);
		}
	}
	if (!/^[a-z]+$/.test(out.provider ?? ''))
		throw new Error('--provider NAME is missing');
	return out;
}

async function main() {
	const { provider, settings } = argumentsOf(process.argv.slice(2));
	const here = path.dirname(fileURLToPath(import.meta.url));
	const module = await import(pathToFileURL(path.join(here, `${provider}.mjs`)));
	const sim = await start(module, settings);
	for (const signal of ['SIGTERM', 'SIGINT'])
		process.on(signal, () => process.exit(0));
	process.stdout.write(`${JSON.stringify({ url: sim.url })}\n`);
}

if (process.argv[1] && fileURLToPath(import.meta.url) === path.resolve(process.argv[1]))
	main().catch(error => {
		process.stderr.write(`cloud.mjs: ${error.message}\n`);
		process.exit(2);
	});
