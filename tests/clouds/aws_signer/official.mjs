// SPDX-License-Identifier: Apache-2.0
// What the official JavaScript signer of AWS makes of a request.

import { createRequire } from 'node:module';
import path from 'node:path';

const load = createRequire(path.join(process.env.ISOBAR_NODE_MODULES, 'x.js'));
const { SignatureV4 } = load('@smithy/signature-v4');
const { Sha256 } = load('@aws-crypto/sha256-js');

const timeOf = date => new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

// request: {method, url, headers, body} as it was sent; key: {keyId, secret, token}; signed: names of headers.
export async function officialSignature(request, { key, region, service, signed }) {
	const [pathname, query] = request.url.split(/\?(.*)/s);
	const headers = Object.fromEntries(signed.filter(name => !['x-amz-date', 'x-amz-security-token'].includes(name)).map(name => [name, request.headers[name]]));
	const signer = new SignatureV4({
		service,
		region,
		sha256: Sha256,
		applyChecksum: false,
		credentials: { accessKeyId: key.keyId, secretAccessKey: key.secret, sessionToken: key.token },
	});
	const done = await signer.sign({
		method: request.method,
		protocol: 'http:',
		hostname: headers.host,
		path: pathname,
		query: Object.fromEntries(new URLSearchParams(query ?? '')),
		headers,
		body: request.body?.length ? request.body : undefined,
	}, { signingDate: timeOf(request.headers['x-amz-date']) });
	return /Signature=([0-9a-f]{64})$/.exec(done.headers.authorization)[1];
}

// What an Authorization header claims.
export function claimOf(authorization) {
	const [, keyId, region, service, signed, signature] = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)/.exec(authorization);
	return { keyId, region, service, signed: signed.split(';'), signature };
}
