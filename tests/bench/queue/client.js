// SPDX-License-Identifier: Apache-2.0
// GET over one kept connection; whatever is not 200 ends the program, but for a 503 in the first minute:
// the API may still read its index.
'use strict';
const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const patientUntil = Date.now() + 60000;
const headers = { authorization: `Bearer ${process.env.BENCH_TOKEN}` };

function getOnce(base, path) {
	return new Promise((resolve, reject) => {
		const request = http.get(base + path, { agent, headers }, (response) => {
			const parts = [];
			response.on('data', (part) => parts.push(part));
			response.on('end', () => {
				const text = Buffer.concat(parts).toString();
				resolve({ status: response.statusCode, text, headers: response.headers });
			});
		});
		request.on('error', (error) => reject(new Error(`${path}: ${error.message}`)));
	});
}

async function get(base, path) {
	for (;;) {
		const answer = await getOnce(base, path);
		if (answer.status === 200)
			return { ...answer, body: JSON.parse(answer.text) };
		if (answer.status !== 503 || Date.now() > patientUntil)
			throw new Error(`${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
		await new Promise((resolve) => setTimeout(resolve, 1000));
	}
}

function run(main) {
	main().then(() => agent.destroy(), (error) => {
		console.error(`run.sh: ${error.message}`);
		process.exit(1);
	});
}

module.exports = { get, run };
