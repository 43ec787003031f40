// SPDX-License-Identifier: Apache-2.0
// Requests over HTTP/1.1 as they are written here: nothing is followed, unpacked or added.
import http from 'node:http';

const TIMEOUT_MS = 20000;

class Answer {
	constructor(method, path, response, body) {
		this.method = method;
		this.path = path;
		this.status = response.statusCode;
		this.headers = response.headers; // names in lower case
		this.rawHeaders = response.rawHeaders;
		this.body = body;
	}

	text() {
		return this.body.toString('utf8');
	}

	json() {
		return JSON.parse(this.text());
	}
}

// Not the test's own fault: its stack says nothing.
class RequestError extends Error {
	constructor(message) {
		super(message);
		this.stack = message;
	}
}

export class Client {
	// keepAlive false: a connection a request, so that all processes of a server get some.
	constructor(base, keepAlive = true) {
		const url = new URL(base);

		this.host = url.hostname;
		this.port = url.port;
		this.agent = new http.Agent({ keepAlive, maxSockets: 4 });
		this.nRequests = 0;
	}

	close() {
		this.agent.destroy();
	}

	// A path with the parameters, which are pairs, percent-encoded; values that are arrays with commas.
	static url(path, parameters = {}) {
		const pairs = Object.entries(parameters).map(
			([name, value]) =>
				`${encodeURIComponent(name)}=${[value].flat().map(encodeURIComponent).join(',')}`,
		);

		return pairs.length ? `${path}?${pairs.join('&')}` : path;
	}

	request({ method = 'GET', path, token, headers = {}, body }) {
		const all = { ...headers };

		if (token)
			all.Authorization = `Bearer ${token}`;
		if (body !== undefined)
			all['Content-Length'] = Buffer.byteLength(body);
		return this.#send({ method, path, headers: all }, body);
	}

	#send(options, body) {
		const { method, path } = options;

		this.nRequests++;
		return new Promise((resolve, reject) => {
			const request = http.request({ host: this.host, port: this.port, agent: this.agent, ...options });

			request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
			request.on('error', (error) => {
				// The server may close an idle connection just when it is taken again.
				if (request.reusedSocket && error.code === 'ECONNRESET')
					resolve(this.#send(options, body));
				else
					reject(new RequestError(`${method} ${path}: ${error.message}`));
			});
			request.on('response', (response) => {
				const chunks = [];

				response.on('data', (chunk) => chunks.push(chunk));
				response.on('error', reject);
				response.on('end', () =>
					resolve(new Answer(method, path, response, Buffer.concat(chunks))));
			});
			request.end(body);
		});
	}

	get(path, token, headers) {
		return this.request({ path, token, headers });
	}
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
