// SPDX-License-Identifier: Apache-2.0
// The AWS connector over libcurl against the simulation: it finds all that is true, and the official
// signer puts the same signature on each of its requests.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import * as aws from '../aws.mjs';
import { start } from '../cloud.mjs';
import { claimOf, officialSignature } from './official.mjs';

const walk = process.env.ISOBAR_AWS_WALK;

// A simulation that keeps what it was asked.
async function with_(settings, use) {
	const asked = [];
	const keys = new Map();
	const recording = {
		...aws,
		create(options) {
			const provider = aws.create(options);
			const set = provider.settings();
			if (set.key_id)
				keys.set(set.key_id, { keyId: set.key_id, secret: set.secret });
			return {
				...provider,
				handle(req) {
					const reply = provider.handle(req);
					asked.push({ method: req.method, url: req.url, headers: req.headers, body: req.body, status: reply?.status });
					learn(keys, reply?.body);
					return reply;
				},
			};
		},
	};
	const sim = await start(recording, { scale: 900, seed: 3, ...settings });
	try {
		await use(sim, asked, keys);
	} finally {
		await sim.close();
	}
}

// Keys that it handed out, to sign with them.
function learn(keys, body) {
	const given = body?.AssumeRoleResponse?.AssumeRoleResult?.Credentials ?? body?.AssumeRoleWithWebIdentityResponse?.AssumeRoleWithWebIdentityResult?.Credentials ?? body;
	if (given?.AccessKeyId)
		keys.set(given.AccessKeyId, { keyId: given.AccessKeyId, secret: given.SecretAccessKey, token: given.SessionToken ?? given.Token });
}

function walkWith(settings, env = {}) {
	const list = Object.entries(settings).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`);
	return new Promise(resolve => {
		execFile(walk, list, { env: { ...process.env, AWS_EC2_METADATA_DISABLED: '', ...env }, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
			resolve({ code: error ? error.code : 0, stderr, rows: stdout.split('\n').filter(Boolean).map(line => JSON.parse(line)) });
		});
	});
}

const rowsOf = rows => [...new Set(rows.map(row => `${row.scope}|${row.connector}|${row.native_id}|${row.state}`))].sort();
const truthOf = sim => rowsOf([...sim.provider.truth()]);

async function agree(asked, keys) {
	let n = 0;
	for (const request of asked) {
		if (!request.headers.authorization?.startsWith('AWS4'))
			continue;
		const claim = claimOf(request.headers.authorization);
		assert.equal(claim.signature, await officialSignature(request, { key: keys.get(claim.keyId), ...claim }), `${request.method} ${request.url}`);
		n++;
	}
	return n;
}

const cases = [
	{ name: 'Security Hub', options: {} },
	{ name: 'Security Hub in OCSF', options: { lists: 'securityhub-v2' } },
	{ name: 'each service by itself', options: { lists: 'securityhub,guardduty,inspector2' } },
	{ name: 'the same in OCSF', options: { lists: 'securityhub-v2,guardduty,inspector2' } },
	{ name: 'a home region', options: { aggregation: 'eu-west-1' } },
	{ name: 'as an instance', options: { auth: 'instance' } },
	{ name: 'small pages', options: { page: '37' } },
];

test('the connector finds what is true, with signatures that the official signer makes', async t => {
	for (const { name, options } of cases)
		await t.test(name, async () => {
			await with_({ options }, async (sim, asked, keys) => {
				const done = await walkWith(sim.provider.settings());
				assert.equal(done.stderr, '');
				assert.equal(done.code, 0);
				assert.deepEqual(rowsOf(done.rows), truthOf(sim));
				assert.ok(asked.every(request => request.status === 200), 'nothing is refused');
				assert.ok((await agree(asked, keys)) >= 2);
			});
		});
});

const folder = mkdtempSync(path.join(tmpdir(), 'isobar-aws-'));
after(() => rmSync(folder, { recursive: true }));

// Where the process stands in: variables, with files of this text.
const surroundings = [
	{ name: 'environment', env: (file, set) => ({ AWS_ACCESS_KEY_ID: set.key_id, AWS_SECRET_ACCESS_KEY: set.secret }) },
	{ name: 'profile', text: set => `[default]\naws_access_key_id = ${set.key_id}\naws_secret_access_key = ${set.secret}\n`, env: file => ({ AWS_SHARED_CREDENTIALS_FILE: file }) },
	{ name: 'web-identity', text: () => 'simulated.web.identity\n', env: file => ({ AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/pod' }) },
	{ name: 'container', text: () => 'simulated-container-token\n', env: file => ({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/container/credentials', AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }) },
];

test('credentials of the surroundings', async t => {
	for (const { name, text, env } of surroundings)
		for (const auth of [name, 'auto'])
			await t.test(`${name}, asked for as ${auth}`, async () => {
				await with_({ scale: 300 }, async (sim, asked, keys) => {
					const set = sim.provider.settings();
					const file = path.join(folder, name);
					writeFileSync(file, text?.(set) ?? '');
					const done = await walkWith({ ...set, auth, key_id: undefined, secret: undefined }, { HOME: folder, ...env(file, set) });
					assert.deepEqual([done.code, done.stderr], [0, '']);
					assert.deepEqual(rowsOf(done.rows), truthOf(sim));
					assert.ok((await agree(asked, keys)) > 4);
				});
			});
});

const faults = [
	{ name: 'expire', after: 2 },
	{ name: 'throttle-bare' },
	{ name: 'unavailable-twice' },
	{ name: 'empty-middle' },
	{ name: 'empty-last' },
	{ name: 'overlap' },
	{ name: 'token-expired' },
	{ name: 'gzip' },
	{ name: 'chunked' },
];

test('faults that pass change nothing', async t => {
	for (const fault of faults)
		await t.test(fault.name, async () => {
			await with_({ options: { page: '50' } }, async (sim, asked, keys) => {
				sim.faults.add(fault);
				const done = await walkWith(sim.provider.settings());
				assert.deepEqual([done.code, done.stderr], [0, '']);
				assert.deepEqual(rowsOf(done.rows), truthOf(sim));
				await agree(asked, keys);
			});
		});
});

test('what does not pass is said', async t => {
	const said = [
		['wrong-secret', /^plan: SignatureDoesNotMatch: the secret is not that of the access key/],
		['denied', /allow securityhub:GetFindings/],
	];
	for (const [name, text] of said)
		await t.test(name, async () => {
			await with_({}, async sim => {
				sim.faults.add({ name });
				const done = await walkWith(sim.provider.settings());
				assert.equal(done.code, 1);
				assert.match(done.stderr, text);
				assert.ok(!done.stderr.includes(sim.provider.settings().secret));
			});
		});
	await with_({}, async sim => {
		sim.provider.change('disable');
		const done = await walkWith(sim.provider.settings());
		assert.equal(done.stderr, 'securityhub/111122223333/eu-west-1: Security Hub: InvalidAccessException: it is not switched on there\n');
	});
});
