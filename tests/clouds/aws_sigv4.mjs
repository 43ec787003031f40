// SPDX-License-Identifier: Apache-2.0
// Signature Version 4, made and checked as AWS's user guide describes it ("Create a signed AWS API
// request").  test_aws.mjs holds it to the published examples, aws_signer/ to the official signer.

import { createHash, createHmac } from 'node:crypto';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const OLDEST_MS = 15 * 60_000;

const sha256 = data => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();

// RFC 3986 2.3, as AWS counts unreserved characters.
const encode = text => encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

// Every service but S3 wants the path's segments encoded once more.
function canonicalPath(path) {
	const segments = [];
	for (const segment of path.split('/')) {
		if (segment === '..')
			segments.pop();
		else if (segment !== '' && segment !== '.')
			segments.push(encode(segment));
	}
	return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(query) {
	if (query === '')
		return '';
	return query.split('&').map(pair => {
		const cut = pair.indexOf('=');
		const [name, value] = cut < 0 ? [pair, ''] : [pair.slice(0, cut), pair.slice(cut + 1)];
		return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))];
	}).sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
		.map(pair => pair.join('=')).join('&');
}

// {method, url (path and query as sent), headers (names in lower case), body} and the names that are signed.
export function canonicalRequest({ method, url, headers, body }, signed) {
	const cut = url.indexOf('?');
	const value = name => String(headers[name]).trim().replace(/ +/g, ' ');
	return [
		method,
		canonicalPath(cut < 0 ? url : url.slice(0, cut)),
		canonicalQuery(cut < 0 ? '' : url.slice(cut + 1)),
		...signed.map(name => `${name}:${value(name)}`),
		'',
		signed.join(';'),
		sha256(body ?? ''),
	].join('\n');
}

export function signatureOf(request, { secret, date, region, service, signed }) {
	const day = date.slice(0, 8);
	const scope = `${day}/${region}/${service}/aws4_request`;
	const toSign = [ALGORITHM, date, scope, sha256(canonicalRequest(request, signed))].join('\n');
	const key = [day, region, service, 'aws4_request'].reduce(hmac, `AWS4${secret}`);
	return hmac(key, toSign).toString('hex');
}

function parse(text) {
	const found = /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([^/, ]+)\/([^/, ]+)\/aws4_request, ?SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})$/.exec(text ?? '');
	if (!found)
		return null;
	const [, keyId, day, region, service, signed, signature] = found;
	return { keyId, day, region, service, signed: signed.split(';'), signature };
}

function timeOf(date) {
	const f = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '');
	return f ? Date.UTC(f[1], f[2] - 1, f[3], f[4], f[5], f[6]) : NaN;
}

// What must be signed: the host, the date and whatever else AWS gives a meaning to.
function isSignedWhole(headers, signed) {
	const sorted = [...signed].sort().join(';') === signed.join(';');
	const present = signed.every(name => headers[name] !== undefined);
	const needed = Object.keys(headers).filter(name => name === 'host' || name.startsWith('x-amz-'));
	return sorted && present && needed.every(name => signed.includes(name));
}

// Who signed this request?  {keyId, region, service}, or {error}: the code that AWS answers with.
//   keyOf(keyId) → {secret, token?, expires?} | undefined
export function verify(request, keyOf, now) {
	const { headers } = request;
	if (headers.authorization === undefined)
		return { error: 'MissingAuthenticationToken' };
	const claim = parse(headers.authorization);
	const date = headers['x-amz-date'];
	const at = timeOf(date);
	if (!claim || !(at >= 0) || claim.day !== date.slice(0, 8) || !isSignedWhole(headers, claim.signed))
		return { error: 'IncompleteSignature' };
	const key = keyOf(claim.keyId);
	if (!key || (key.token ?? '') !== (headers['x-amz-security-token'] ?? ''))
		return { error: 'UnrecognizedClient' };
	if (Math.abs(now - at) > OLDEST_MS)
		return { error: 'RequestExpired' };
	if (signatureOf(request, { ...claim, secret: key.secret, date }) !== claim.signature)
		return { error: 'InvalidSignature' };
	if (key.expires && key.expires <= now)
		return { error: 'ExpiredToken' };
	return claim;
}
