// SPDX-License-Identifier: Apache-2.0
// The simulated AWS by itself: signatures against the published examples, what it refuses, and that its
// pages hold what it calls the truth.

import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';

import * as aws from './aws.mjs';
import { asff } from './aws_estate.mjs';
import { signatureOf } from './aws_sigv4.mjs';
import { date, key, region, vectors } from './aws_vectors.mjs';
import { start } from './cloud.mjs';

test('signatures are those of the published examples', () => {
	for (const v of vectors) {
		const signed = Object.keys(v.headers).sort();
		assert.equal(signatureOf(v, { secret: key.secret, date, region, service: v.service, signed }), v.signature, v.name);
	}
});

const stamp = at => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

// One signed request; who: {keyId, secret, token}; with what may be wrong about it.
function ask(sim, who, { method = 'POST', path, service = 'securityhub', place = 'eu-west-1', body = '', type = 'application/json', at = Date.now(), more = {} }) {
	const when = stamp(at);
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const headers = { host: new URL(sim.url).host, 'x-amz-date': when, ...(text ? { 'content-type': type } : {}), ...(who?.token ? { 'x-amz-security-token': who.token } : {}), ...more };
	if (who) {
		const signed = Object.keys(headers).sort();
		const signature = signatureOf({ method, url: path, headers, body: text }, { secret: who.secret, date: when, region: place, service, signed });
		headers.authorization = `AWS4-HMAC-SHA256 Credential=${who.keyId}/${when.slice(0, 8)}/${place}/${service}/aws4_request, SignedHeaders=${signed.join(';')}, Signature=${signature}`;
	}
	return send(sim, method, path, headers, text);
}

function send(sim, method, path, headers, text = '') {
	return new Promise((resolve, reject) => {
		const request = http.request(`${sim.url}${path}`, { method, headers, agent: false }, response => {
			const chunks = [];
			response.on('data', chunk => chunks.push(chunk));
			response.on('end', () => {
				const all = Buffer.concat(chunks).toString();
				resolve({ status: response.statusCode, type: response.headers['x-amzn-errortype']?.split(':')[0], text: all, json: all.startsWith('{') ? JSON.parse(all) : null });
			});
			response.on('error', reject);
		});
		request.on('error', reject);
		request.end(text);
	});
}

const form = fields => new URLSearchParams({ Version: '2011-06-15', ...fields }).toString();
const sts = (sim, who, fields, more) => ask(sim, who, { path: '/', service: 'sts', type: 'application/x-www-form-urlencoded', body: form(fields), more: { accept: 'application/json', ...more } });

async function with_(settings, use) {
	const sim = await start(aws, { scale: 700, seed: 5, ...settings });
	const set = sim.provider.settings();
	try {
		await use(sim, { keyId: set.key_id, secret: set.secret }, set);
	} finally {
		await sim.close();
	}
}

async function assume(sim, who, set, account) {
	const answer = await sts(sim, who, { Action: 'AssumeRole', RoleArn: `arn:aws:iam::${account}:role/${set.role}`, RoleSessionName: 'test', ExternalId: set.external_id });
	const c = answer.json.AssumeRoleResponse.AssumeRoleResult.Credentials;
	return { keyId: c.AccessKeyId, secret: c.SecretAccessKey, token: c.SessionToken };
}

// All pages of a listing; path and the names of list and token.
async function list(sim, who, what, { records, token, size = 100, ...rest }) {
	const all = [];
	let next;
	do {
		const answer = await ask(sim, who, { ...rest, ...what, body: { ...rest.body, [token === 'NextToken' ? 'MaxResults' : 'maxResults']: size, ...(next ? { [token]: next } : {}) } });
		assert.equal(answer.status, 200, answer.text);
		all.push(...answer.json[records]);
		next = answer.json[token] || undefined;
	} while (next);
	return all;
}

const hubList = { path: '/findings', records: 'Findings', token: 'NextToken' };

test('what is wrong about a request is refused as AWS does', async () => {
	await with_({}, async (sim, base, set) => {
		const who = await assume(sim, base, set, '444455556666');
		const body = { MaxResults: 1 };
		const cases = [
			['good', who, {}, 200],
			['unsigned', null, {}, 403, 'MissingAuthenticationTokenException'],
			['another secret', { ...who, secret: 'x' }, {}, 403, 'InvalidSignatureException'],
			['no session token', { ...who, token: undefined }, {}, 403, 'UnrecognizedClientException'],
			['another session token', { ...who, token: 'x' }, {}, 403, 'UnrecognizedClientException'],
			['of no key', { ...who, keyId: 'ASIAX' }, {}, 403, 'UnrecognizedClientException'],
			['16 minutes old', who, { at: Date.now() - 960_000 }, 403, 'InvalidSignatureException'],
			['16 minutes ahead', who, { at: Date.now() + 960_000 }, 403, 'InvalidSignatureException'],
			['for another service', who, { service: 'guardduty' }, 403, 'InvalidSignatureException'],
			['a region that is off', who, { place: 'me-south-1' }, 403, 'UnrecognizedClientException'],
			['too many', who, { body: { MaxResults: 101 } }, 400, 'InvalidInputException'],
			['an unknown member', who, { body: { Max: 1 } }, 400, 'InvalidInputException'],
			['no JSON', who, { body: '{' }, 400, 'InvalidInputException'],
			['a form', who, { type: 'text/plain' }, 400, 'InvalidInputException'],
			['a token of nobody', who, { body: { NextToken: 'x' } }, 400, 'InvalidInputException'],
		];
		for (const [name, caller, what, status, type] of cases) {
			const answer = await ask(sim, caller, { path: '/findings', body, ...what });
			assert.deepEqual([answer.status, answer.type], [status, type], name);
		}
		const answer = await ask(sim, who, { path: '/findings', body: { MaxResults: 1 } });
		const other = await ask(sim, who, { path: '/findings', body: { MaxResults: 2, NextToken: answer.json.NextToken } });
		assert.equal(other.type, 'InvalidInputException', 'a token belongs to its question');
	});
});

test('STS knows its callers', async () => {
	await with_({}, async (sim, base, set) => {
		const code = answer => [answer.status, answer.json?.Error?.Code];
		const role = { Action: 'AssumeRole', RoleArn: `arn:aws:iam::444455556666:role/${set.role}`, RoleSessionName: 'test', ExternalId: set.external_id };
		assert.equal((await sts(sim, base, { Action: 'GetCallerIdentity' })).json.GetCallerIdentityResponse.GetCallerIdentityResult.Account, '111122223333');
		assert.deepEqual(code(await sts(sim, { ...base, secret: 'x' }, { Action: 'GetCallerIdentity' })), [403, 'SignatureDoesNotMatch']);
		assert.deepEqual(code(await sts(sim, base, { ...role, ExternalId: 'x' })), [403, 'AccessDenied']);
		assert.deepEqual(code(await sts(sim, base, { ...role, RoleArn: 'x' })), [400, 'ValidationError']);
		assert.deepEqual(code(await sts(sim, base, { ...role, DurationSeconds: '60' })), [400, 'ValidationError']);
		assert.match((await sts(sim, base, { ...role, ExternalId: 'x' }, { accept: '*/*' })).text, /<Code>AccessDenied<\/Code>/);
		const web = { Action: 'AssumeRoleWithWebIdentity', RoleArn: 'arn:aws:iam::111122223333:role/pod', RoleSessionName: 'x' };
		assert.deepEqual(code(await sts(sim, null, { ...web, WebIdentityToken: 'x' })), [400, 'InvalidIdentityToken']);
		assert.equal((await sts(sim, null, { ...web, WebIdentityToken: 'simulated.web.identity' })).status, 200);
	});
});

test('an instance and a container give keys', async () => {
	await with_({}, async sim => {
		const token = await send(sim, 'PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': '60' });
		const headers = { 'x-aws-ec2-metadata-token': token.text };
		const roles = '/latest/meta-data/iam/security-credentials/';
		assert.equal((await send(sim, 'GET', roles, {})).status, 401);
		const name = (await send(sim, 'GET', roles, headers)).text;
		const keys = (await send(sim, 'GET', roles + name, headers)).json;
		assert.equal(keys.Code, 'Success');
		const who = { keyId: keys.AccessKeyId, secret: keys.SecretAccessKey, token: keys.Token };
		assert.equal((await sts(sim, who, { Action: 'GetCallerIdentity' })).status, 200);
		assert.equal((await send(sim, 'GET', '/container/credentials', {})).status, 401);
		assert.equal((await send(sim, 'GET', '/container/credentials', { authorization: 'simulated-container-token' })).json.Code, 'Success');
	});
});

test('pages hold the truth', async () => {
	await with_({}, async (sim, base, set) => {
		const ids = { asff: new Set(), guardduty: new Set(), inspector: new Set() };
		for (const account of set.accounts.split(','))
			for (const place of set.regions.split(',')) {
				const who = await assume(sim, base, set, account);
				for (const f of await list(sim, who, { place }, hubList))
					ids.asff.add(`${f.ProductArn} ${f.Id}`);
				const v2 = await list(sim, who, { place }, { ...hubList, path: '/findingsv2' });
				assert.ok(v2.every(f => f.cloud.account.uid === account && f.cloud.region === place));
				for (const f of await list(sim, who, { place }, { path: '/findings/list', service: 'inspector2', records: 'findings', token: 'nextToken' }))
					ids.inspector.add(f.findingArn);
				const [detector] = (await ask(sim, who, { method: 'GET', path: '/detector', service: 'guardduty', place })).json.detectorIds;
				const path = `/detector/${detector}/findings`;
				const threats = await list(sim, who, { place }, { path, service: 'guardduty', records: 'findingIds', token: 'nextToken', size: 7 });
				const got = await ask(sim, who, { path: `${path}/get`, service: 'guardduty', place, body: { findingIds: threats.slice(0, 50) } });
				for (const f of got.json.findings)
					ids.guardduty.add(f.arn);
			}
		const truth = [...sim.provider.truth()].map(row => row.native_id);
		assert.equal(truth.length, 700);
		assert.deepEqual([...ids.asff].sort(), truth.sort());
		assert.equal(ids.inspector.size, truth.filter(id => id.includes('product/aws/inspector ')).length);
		assert.equal(ids.guardduty.size, truth.filter(id => id.includes('product/aws/guardduty ')).length);
	});
});

test('a home region tells of all', async () => {
	await with_({ options: { aggregation: 'eu-west-1' } }, async (sim, base, set) => {
		const all = await list(sim, base, {}, hubList);
		assert.equal(all.length, 700);
		assert.deepEqual(all.map(f => f.UpdatedAt), all.map(f => f.UpdatedAt).sort());
		assert.equal(set.aggregation_region, 'eu-west-1');
		assert.equal(set.role, undefined);
		const controls = await list(sim, base, {}, { ...hubList, body: { Filters: { ProductName: [{ Value: 'GuardDuty', Comparison: 'NOT_EQUALS' }, { Value: 'Inspector', Comparison: 'NOT_EQUALS' }] } } });
		assert.ok(controls.length > 0 && controls.every(f => f.ProductName === 'Security Hub'));
	});
});

test('faults and changes', async () => {
	await with_({ options: { page: 20, quota: 1 } }, async (sim, base) => {
		const page = (who, body = {}) => ask(sim, who, { path: '/findings', body: { MaxResults: 100, ...body } });
		const first = await page(base);
		assert.equal(first.json.Findings.length, 20);
		sim.faults.add({ name: 'empty-middle' });
		const empty = await page(base, { NextToken: first.json.NextToken });
		assert.equal(empty.json.Findings.length, 0);
		assert.notEqual(empty.json.NextToken, first.json.NextToken);
		sim.faults.add({ name: 'repeat-token', times: 1 });
		const again = await page(base, { NextToken: empty.json.NextToken });
		assert.deepEqual([again.json.Findings.length, again.json.NextToken], [20, empty.json.NextToken]);
		sim.faults.add({ name: 'overlap' });
		const overlap = await page(base, { NextToken: first.json.NextToken });
		assert.equal(overlap.json.Findings[0].Id, first.json.Findings[19].Id);
		sim.faults.add({ name: 'token-expired', after: 0 });
		assert.equal((await page(base, { NextToken: first.json.NextToken })).type, 'InvalidInputException');
		sim.faults.add({ name: 'denied', times: 1 });
		assert.match((await page(base)).json.message, /not authorized to perform: securityhub:GetFindings/);
		assert.equal((await page(base)).status, 429, 'six at once are the quota');
		sim.provider.change('disable');
		const other = { place: 'us-east-1', path: '/findings', body: {} };
		assert.equal((await ask(sim, base, other)).status, 200);
		sim.provider.change('lose', { scope: '111122223333/us-east-1' });
		assert.equal((await ask(sim, base, other)).type, 'AccessDeniedException');
		sim.provider.change('restore');
		sim.provider.change('empty', { scope: '111122223333/us-east-1' });
		assert.deepEqual((await ask(sim, base, other)).json, { Findings: [] });
		sim.provider.change('restore');
		const before = [...sim.provider.truth()];
		sim.provider.change('flip', { n: 5 });
		sim.provider.change('delete', { n: 3 });
		sim.provider.change('severity', { n: 4 });
		sim.provider.change('reorder');
		const after = new Map([...sim.provider.truth()].map(row => [row.native_id, row.state]));
		assert.equal(after.size, 697);
		const flipped = before.filter(row => after.has(row.native_id) && after.get(row.native_id) !== row.state);
		assert.ok(flipped.length >= 2 && flipped.length <= 5);
	});
});

test('an expired session is refused once and for all', async () => {
	await with_({}, async (sim, base, set) => {
		const who = await assume(sim, base, set, '111122223333');
		sim.faults.add({ name: 'expire', after: 1 });
		const types = [];
		for (let i = 0; i < 3; i++)
			types.push((await ask(sim, who, { path: '/findings', body: {} })).type);
		assert.deepEqual(types, [undefined, 'ExpiredTokenException', 'ExpiredTokenException']);
	});
});

test('forms agree with each other', () => {
	const f = { i: 1, kind: 'control', state: 'passing', severity: 'HIGH', rule: 'S3.8', title: 'T', type: 'AwsS3Bucket', resource: 'arn:aws:s3:::x', region: 'eu-west-1', account: '1', id: 'i', productArn: 'p', updated: 2 };
	assert.deepEqual([asff(f).Compliance.Status, asff(f).Severity.Label, asff(f).RecordState], ['PASSED', 'INFORMATIONAL', 'ACTIVE']);
});
