// SPDX-License-Identifier: Apache-2.0
// Three that sign: the official signer, the simulation and libcurl.  They agree on the published
// examples, and the first two on anything.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { signatureOf } from '../aws_sigv4.mjs';
import { date, key, region, vectors } from '../aws_vectors.mjs';
import { below, hex, pick } from '../seeded.mjs';
import { claimOf, officialSignature } from './official.mjs';

const run = promisify(execFile);

test('the official signer makes the published signatures', async () => {
	for (const v of vectors) {
		const token = v.headers['x-amz-security-token'];
		const signed = Object.keys(v.headers).sort();
		assert.equal(await officialSignature(v, { key: { ...key, token }, region, service: v.service, signed }), v.signature, v.name);
	}
});

// A request like those of these services, with values that want encoding.
function made(i) {
	const words = ['a', 'Zoë', 'x y', '+/=', '~-_.', '%41', '&', '日本', '!*()\''];
	const query = Array.from({ length: below(4, i, 1) }, (_, k) => `k${k}=${encodeURIComponent(pick(words, i, k, 2)).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`);
	const method = pick(['GET', 'POST', 'PUT'], i, 3);
	const headers = { host: `127.0.0.1:${1024 + i}`, 'x-amz-date': `202601${String(1 + below(28, i, 4)).padStart(2, '0')}T000000Z`, accept: 'application/json' };
	if (method !== 'GET')
		headers['content-type'] = 'application/json';
	const token = below(2, i, 5) ? `${hex(40, i, 6)}/+==` : undefined;
	if (token)
		headers['x-amz-security-token'] = token;
	const url = `/detector/${hex(8, i, 7)}/findings${query.length ? '?' : ''}${query.join('&')}`;
	return { request: { method, url, headers, body: method === 'GET' ? '' : JSON.stringify({ at: pick(words, i, 8) }) }, key: { keyId: 'AKIAX', secret: hex(40, i, 9), token } };
}

test('the simulation signs as the official signer does', async () => {
	for (let i = 0; i < 300; i++) {
		const { request, key: who } = made(i);
		const signed = Object.keys(request.headers).sort();
		const own = signatureOf(request, { secret: who.secret, date: request.headers['x-amz-date'], region: 'eu-west-1', service: 'guardduty', signed });
		assert.equal(own, await officialSignature(request, { key: who, region: 'eu-west-1', service: 'guardduty', signed }), JSON.stringify(request));
	}
});

test('libcurl makes the published signatures', async () => {
	let seen;
	const server = http.createServer((message, response) => {
		seen = message.headers;
		message.resume().on('end', () => response.end('{}'));
	});
	await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
	try {
		for (const v of vectors) {
			const headers = Object.entries(v.headers).filter(([name]) => name !== 'host').flatMap(([name, value]) => ['-H', `${name === 'x-amz-date' ? 'X-Amz-Date' : name}: ${value.trim()}`]);
			await run('curl', ['-sS', '--path-as-is', '--connect-to', `::127.0.0.1:${server.address().port}`, '--aws-sigv4', `aws:amz:${region}:${v.service}`, '--user', `${key.keyId}:${key.secret}`, '-X', v.method, ...headers, ...(v.body ? ['--data-binary', v.body] : []), `http://${v.headers.host}${v.url}`]);
			assert.equal(claimOf(seen.authorization).signature, v.signature, `${v.name}: ${seen.authorization}`);
		}
	} finally {
		server.close();
		server.closeAllConnections();
	}
});
