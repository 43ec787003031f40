// SPDX-License-Identifier: Apache-2.0
// Oracle Cloud Infrastructure: Cloud Guard's problems and Identity's compartments of one tenancy.
// Each request's signature is verified (version 1 of "Request Signatures").
// Options: denied=K (K compartments that the user may not read), compartments=K (K of them configured).

import crypto from 'node:crypto';

import { below, hash32, hex, pick } from './seeded.mjs';

const FINGERPRINT = '20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34';
const REGION = 'eu-frankfurt-1';
const SKEW_MS = 5 * 60_000;
const GET_HEADERS = ['date', '(request-target)', 'host'];
const BODY_HEADERS = ['content-length', 'content-type', 'x-content-sha256'];
const DETAILS = ['OPEN', 'RESOLVED', 'DISMISSED', 'DELETED'];
const SORTS = ['riskLevel', 'timeLastDetected', 'resourceName'];

const rules = [
	{ rule: 'BUCKET_IS_PUBLIC', detector: 'IAAS_CONFIGURATION_DETECTOR', type: 'Bucket', kind: 'bucket', label: 'CIS_OCI_V1.1_ObjectStorage' },
	{ rule: 'SECURITY_LISTS_OPEN_SOURCE', detector: 'IAAS_CONFIGURATION_DETECTOR', type: 'SecurityList', kind: 'securitylist', label: 'CIS_OCI_V1.1_NETWORK' },
	{ rule: 'SCANNED_HOST_VULNERABILITY', detector: 'IAAS_CONFIGURATION_DETECTOR', type: 'HostAgentScan', kind: 'instance', label: 'VSS' },
	{ rule: 'SUSPICIOUS_IP_ACTIVITY', detector: 'IAAS_ACTIVITY_DETECTOR', type: 'User', kind: 'user', label: 'IP' },
];

export function create({ seed, scale, url, options = {}, fault }) {
	const n = Math.max(3, Math.min(300, Math.round(scale / 60)));
	const ocid = (kind, ...parts) => `ocid1.${kind}.oc1..${hex(40, seed, ...parts)}`;
	const oci = {
		seed, scale, url, options, fault, ocid,
		keys: crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }),
		tenancy: ocid('tenancy', 1),
		user: ocid('user', 2),
		changed: new Map(),
		nonce: 0,
		version: 0,
		lists: new Map(),
	};
	oci.compartments = Array.from({ length: n }, (_, i) => ({
		id: i === 0 ? oci.tenancy : ocid('compartment', 3, i),
		name: i === 0 ? 'acme' : `team-${i}`,
		denied: i > 0 && i <= Number(options.denied ?? 0),
		lost: false,
		empty: false,
	}));
	oci.order = Array.from({ length: scale }, (_, i) => i).sort((x, y) => (nameOf(oci, x) < nameOf(oci, y) ? -1 : 1));
	return {
		handle: req => handle(oci, req),
		isData: req => req.path.startsWith('/2020') || req.path.startsWith('/2016'),
		truth: () => truth(oci),
		change: (name, args) => change(oci, name, args),
		settings: () => settings(oci),
		refusal: (req, status) => refuse(oci, status, { 429: 'TooManyRequests', 500: 'InternalServerError', 503: 'ServiceUnavailable' }[status] ?? 'Unknown', 'simulated'),
	};
}

function settings(oci) {
	const out = {
		endpoint: oci.url,
		tenancy: oci.tenancy,
		region: REGION,
		user: oci.user,
		fingerprint: FINGERPRINT,
		key: oci.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
	};
	if (oci.options.compartments)
		out.compartments = oci.compartments.slice(1, 1 + Number(oci.options.compartments)).map(c => c.id).join(',');
	return out;
}

// --- answers ---

function headersOf(oci) {
	return { 'opc-request-id': hex(32, oci.seed, ++oci.nonce) };
}

function refuse(oci, status, code, message) {
	return { status, headers: headersOf(oci), body: { code, message } };
}

const wrong = (oci, message) => refuse(oci, 400, 'InvalidParameter', message);
const denied = oci => refuse(oci, 404, 'NotAuthorizedOrNotFound', 'Authorization failed or requested resource not found.');

// --- signatures ---

function partsOf(authorization) {
	if (!/^Signature /.test(authorization ?? ''))
		return null;
	return Object.fromEntries([...authorization.slice(10).matchAll(/([a-zA-Z]+)="([^"]*)"/g)].map(m => [m[1], m[2]]));
}

function signedText(req, names) {
	return names.map(name => `${name}: ${name === '(request-target)' ? `${req.method.toLowerCase()} ${req.url}` : req.headers[name]}`).join('\n');
}

// Why this request is not the user's; null: it is.
function signatureFault(oci, req) {
	const parts = partsOf(req.headers.authorization);
	const needed = req.method === 'GET' ? GET_HEADERS : [...GET_HEADERS, ...BODY_HEADERS];
	if (!parts || parts.version !== '1' || parts.algorithm !== 'rsa-sha256')
		return 'no signature of version 1';
	const names = (parts.headers ?? '').split(' ');
	if (parts.keyId !== `${oci.tenancy}/${oci.user}/${FINGERPRINT}`)
		return `no such key: ${parts.keyId}`;
	if (needed.some(name => !names.includes(name)) || names.some(name => name !== '(request-target)' && req.headers[name] === undefined))
		return 'a header is missing';
	if (!(Math.abs(Date.parse(req.headers.date) - req.at.getTime()) <= SKEW_MS))
		return 'the clock is off';
	if (req.method !== 'GET' && req.headers['x-content-sha256'] !== crypto.createHash('sha256').update(req.body).digest('base64'))
		return 'the body is not what was signed';
	if (!crypto.verify('RSA-SHA256', Buffer.from(signedText(req, names)), oci.keys.publicKey, Buffer.from(parts.signature ?? '', 'base64')))
		return 'the signature does not fit';
	return null;
}

function unauthorized(oci, req) {
	if (!signatureFault(oci, req) && !oci.fault('expire') && !oci.fault('wrong-secret'))
		return null;
	return refuse(oci, 401, 'NotAuthenticated', 'The required information to complete authentication was not provided or was incorrect.');
}

// --- the estate ---

// Lists go by it, and it does not change.
function nameOf(oci, i) {
	return `res-${hex(10, oci.seed, i, 11)}`;
}

function facts(oci, i) {
	const rule = pick(rules, oci.seed, i, 12);
	const compartment = oci.compartments[below(oci.compartments.length, oci.seed, i, 13)];
	return { rule, compartment, id: oci.ocid('cloudguardproblem', 4, i), resource: oci.ocid(rule.kind, 5, below(1 + oci.scale, oci.seed, i, 14)) };
}

function detailOf(oci, i) {
	const changed = oci.changed.get(i);
	const roll = below(100, oci.seed, i, 15);
	const detail = roll < 60 ? 'OPEN' : roll < 85 ? 'RESOLVED' : roll < 95 ? 'DISMISSED' : 'DELETED';
	if (!changed?.flipped)
		return detail;
	return detail === 'OPEN' ? 'RESOLVED' : 'OPEN';
}

// What is settled is inactive after a while.
function lifecycleOf(oci, i) {
	return detailOf(oci, i) === 'OPEN' || below(2, oci.seed, i, 16) === 0 ? 'ACTIVE' : 'INACTIVE';
}

function exists(oci, i, f) {
	return !oci.changed.get(i)?.gone && !f.compartment.lost && !f.compartment.empty;
}

function problemOf(oci, i) {
	const f = facts(oci, i);
	const first = Date.UTC(2026, 0, 1) + below(60 * 86400, oci.seed, i, 17) * 1000;
	const last = oci.changed.has(i) ? Date.UTC(2026, 5, 1) + oci.changed.get(i).at * 1000 : first + below(20 * 86400, oci.seed, i, 18) * 1000;
	return {
		id: f.id,
		compartmentId: f.compartment.id,
		detectorRuleId: f.rule.rule,
		detectorId: f.rule.detector,
		regions: [REGION],
		riskLevel: oci.changed.get(i)?.severity ?? pick(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'MINOR'], oci.seed, i, 19),
		resourceId: f.resource,
		resourceName: nameOf(oci, i),
		resourceType: f.rule.type,
		labels: [f.rule.label],
		timeFirstDetected: new Date(first).toISOString(),
		timeLastDetected: new Date(last).toISOString(),
		lifecycleState: lifecycleOf(oci, i),
		lifecycleDetail: detailOf(oci, i),
		targetId: oci.ocid('cloudguardtarget', 6),
	};
}

function* truth(oci) {
	const states = { OPEN: 'open', RESOLVED: 'resolved', DISMISSED: 'suppressed' };
	for (let i = 0; i < oci.scale; i++) {
		const f = facts(oci, i);
		// What is deleted is in no list that is asked for.
		if (exists(oci, i, f) && states[detailOf(oci, i)])
			yield { scope: f.compartment.id, connector: 'oci_cloudguard', native_id: f.id, resource: f.resource, state: states[detailOf(oci, i)] };
	}
}

// --- changes ---

function some(oci, n, is) {
	const out = [];
	for (const i of oci.order) {
		const f = facts(oci, i);
		if (out.length < n && exists(oci, i, f) && is(i, f))
			out.push(i);
	}
	return out;
}

function change(oci, name, args) {
	const compartment = args.scope ? oci.compartments.find(c => c.id === args.scope) : oci.compartments.find(c => c.id !== oci.tenancy && !c.lost && !c.empty);
	const isPosture = (i, f) => f.rule.detector === 'IAAS_CONFIGURATION_DETECTOR' && detailOf(oci, i) !== 'DELETED';
	let hit = [];
	oci.version++;
	const touch = (i, what) => oci.changed.set(i, { ...oci.changed.get(i), ...what, at: ++oci.version });
	switch (name) {
	case 'flip':
		hit = some(oci, args.n ?? 10, isPosture);
		hit.forEach(i => touch(i, { flipped: !oci.changed.get(i)?.flipped }));
		break;
	case 'severity':
		hit = some(oci, args.n ?? 10, i => detailOf(oci, i) === 'OPEN');
		hit.forEach(i => touch(i, { severity: args.severity ?? 'CRITICAL' }));
		break;
	case 'delete': {
		const [first] = some(oci, 1, (i, f) => isPosture(i, f) && detailOf(oci, i) === 'OPEN');
		const resource = args.resource ?? facts(oci, first).resource;
		hit = some(oci, oci.scale, (i, f) => f.resource === resource);
		hit.forEach(i => touch(i, { gone: true }));
		return { resource, findings: hit.length };
	}
	case 'lose':
	case 'empty':
		if (!compartment)
			throw new Error(`no compartment ${args.scope}`);
		compartment[name === 'lose' ? 'lost' : 'empty'] = true;
		return { scope: compartment.id };
	case 'reorder': // lists are in the order of names
		break;
	default:
		throw new Error(`unknown change "${name}"; known: flip, severity, delete, lose, empty, reorder`);
	}
	return { findings: hit.length };
}

// --- lists ---

// One page of list with its headers, or {refusal}.
function cut(oci, req, list) {
	const query = new URLSearchParams(req.query);
	const token = query.get('page');
	const limit = query.get('limit') === null ? 25 : Number(query.get('limit'));
	query.delete('page');
	query.sort();
	const same = hash32(...[...`${req.path}?${query}`].map(c => c.charCodeAt(0)));
	const headers = headersOf(oci);
	const tokenAt = at => Buffer.from(JSON.stringify({ same, at, n: ++oci.nonce })).toString('base64');
	let offset = 0;
	if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
		return { refusal: wrong(oci, 'limit must be between 1 and 1000') };
	if (token) {
		let t = {};
		try {
			t = JSON.parse(Buffer.from(token, 'base64').toString());
		} catch { /* t.same is absent */ }
		if (t.same !== same)
			return { refusal: wrong(oci, 'The page token is not valid for this request') };
		offset = t.at;
	}
	if (offset < list.length && oci.fault('empty-middle'))
		return { items: [], headers: { ...headers, 'opc-next-page': tokenAt(offset) } };
	const items = list.slice(offset, offset + limit);
	const end = offset + items.length;
	if (end < list.length || (items.length > 0 && oci.fault('empty-last')))
		headers['opc-next-page'] = oci.fault('repeat-token') ? token ?? tokenAt(0) : tokenAt(end);
	return { items, headers };
}

function listProblems(oci, req) {
	const ask = name => req.query.get(name);
	const [id, detail, lifecycle, level] = [ask('compartmentId'), ask('lifecycleDetail'), ask('lifecycleState') ?? 'ACTIVE', ask('accessLevel') ?? 'RESTRICTED'];
	const root = oci.compartments.find(c => c.id === id && !c.lost);
	const subtree = ask('compartmentIdInSubtree') === 'true' && id === oci.tenancy;
	if (!id)
		return refuse(oci, 400, 'MissingParameter', 'compartmentId is required');
	if (!SORTS.includes(ask('sortBy') ?? 'riskLevel') || (detail && !DETAILS.includes(detail)) || !['ACTIVE', 'INACTIVE'].includes(lifecycle) || !['RESTRICTED', 'ACCESSIBLE'].includes(level))
		return wrong(oci, 'a parameter has an unknown value');
	if (!root || root.denied || (subtree && level === 'RESTRICTED' && oci.compartments.some(c => c.denied && !c.lost)))
		return denied(oci);
	const key = `${oci.version} ${id} ${subtree} ${detail} ${lifecycle}`;
	if (!oci.lists.has(key)) {
		oci.lists.clear();
		oci.lists.set(key, oci.order.filter(i => {
			const f = facts(oci, i);
			return exists(oci, i, f) && !f.compartment.denied && (subtree || f.compartment === root) && (detail ?? 'OPEN') === detailOf(oci, i) && lifecycle === lifecycleOf(oci, i);
		}));
	}
	const page = cut(oci, req, oci.lists.get(key));
	return page.refusal ?? { status: 200, headers: page.headers, body: { items: page.items.map(i => problemOf(oci, i)) }, records: page.items.length };
}

function listCompartments(oci, req) {
	if (req.query.get('compartmentId') !== oci.tenancy)
		return denied(oci);
	if (!['ANY', 'ACCESSIBLE'].includes(req.query.get('accessLevel') ?? 'ANY'))
		return wrong(oci, 'accessLevel has an unknown value');
	const page = cut(oci, req, oci.compartments.filter(c => c.id !== oci.tenancy && !c.lost));
	return page.refusal ?? {
		status: 200, headers: page.headers,
		body: page.items.map(c => ({ id: c.id, compartmentId: oci.tenancy, name: c.name, description: '', lifecycleState: 'ACTIVE', timeCreated: '2025-01-01T00:00:00Z' })),
	};
}

function handle(oci, req) {
	const answers = {
		'/20200131/problems': () => listProblems(oci, req),
		'/20160918/compartments': () => listCompartments(oci, req),
		'/20160918/regions': () => ({ status: 200, headers: headersOf(oci), body: [{ key: 'FRA', name: REGION }] }),
	};
	const refusal = unauthorized(oci, req);
	if (refusal)
		return refusal;
	if (!answers[req.path])
		return refuse(oci, 404, 'NotFound', 'resource not found');
	return req.method === 'GET' ? answers[req.path]() : refuse(oci, 405, 'MethodNotAllowed', req.method);
}
