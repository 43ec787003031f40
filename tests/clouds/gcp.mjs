// SPDX-License-Identifier: Apache-2.0
// Google Cloud: tokens (service account, federation, metadata server), Security Command Center v2,
// Cloud Asset Inventory and Resource Manager, of one organization with folders and projects.
// Options: auth=key|metadata|federation (the settings told), subject_file=PATH (federation's token),
//          quota=off, lists=findings,inventory, discover=yes|no, parents=organization|projects.

import crypto from 'node:crypto';
import fs from 'node:fs';

import { below, hash32, hex, pick } from './seeded.mjs';

const ORGANIZATION = '424242424242';
const EMAIL = 'collector@acme-security.iam.gserviceaccount.com';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const AUDIENCE = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci';
const LOCATIONS = ['global', 'eu'];
const MANAGER = 'cloudresourcemanager.googleapis.com';
const ORDERS = ['name', 'parent', 'state', 'category', 'resource_name', 'event_time', 'security_marks.marks'];

const sources = [
	{ id: '1101', name: 'Security Health Analytics', categories: ['PUBLIC_BUCKET_ACL', 'OPEN_FIREWALL', 'SQL_NO_ROOT_PASSWORD', 'MFA_NOT_ENFORCED'], findingClass: 'MISCONFIGURATION' },
	{ id: '1102', name: 'VM Manager', categories: ['OS_VULNERABILITY'], findingClass: 'VULNERABILITY' },
	{ id: '1103', name: 'Event Threat Detection', categories: ['Malware: Bad Domain', 'Brute Force: SSH'], findingClass: 'THREAT' },
];

// Requests a minute of a project, as documented.
const quotas = { findings: 1000, assets: 100, search: 400, projects: 600 };

export function create({ seed, scale, url, options = {}, fault }) {
	const n = Math.max(3, Math.min(200, Math.round(scale / 100)));
	const keys = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
	const gcp = {
		seed, scale, url, options, fault, keys,
		keyId: hex(40, seed, 7),
		folders: ['770000000001', '770000000002'],
		projects: Array.from({ length: n }, (_, i) => ({
			id: `acme-${pick(['shop', 'data', 'web', 'ops'], seed, i, 1)}-${i}`,
			number: String(500000000000 + i),
			folder: i % 3,
			lost: false,
			empty: false,
		})),
		tokens: new Map(),
		used: new Map(),
		changed: new Map(), // of a finding: {flipped, severity, gone}
		nonce: 0,
		version: 0,
		lists: new Map(),
	};
	gcp.order = Array.from({ length: scale }, (_, i) => i).sort((x, y) => (idOf(gcp, x) < idOf(gcp, y) ? -1 : 1));
	return {
		handle: req => handle(gcp, req),
		isData,
		truth: () => truth(gcp),
		change: (name, args) => change(gcp, name, args),
		settings: () => settings(gcp),
		refusal: (req, status) => refuse(status, { 429: 'RESOURCE_EXHAUSTED', 500: 'INTERNAL', 503: 'UNAVAILABLE' }[status] ?? 'UNKNOWN', 'simulated'),
	};
}

function isData(req) {
	return /^\/v[123]\//.test(req.path) && req.path !== '/v1/token' && !req.path.endsWith(':generateAccessToken');
}

function settings(gcp) {
	const out = { endpoint: gcp.url, locations: LOCATIONS.join(','), discover: gcp.options.discover ?? 'yes', lists: gcp.options.lists ?? 'findings' };
	if (gcp.options.parents === 'projects')
		out.projects = gcp.projects.map(p => p.id).join(',');
	else
		out.organizations = ORGANIZATION;
	out.auth = gcp.options.auth === 'metadata' ? 'metadata' : 'key';
	if (gcp.options.auth === 'federation')
		out.key = JSON.stringify({
			type: 'external_account',
			audience: AUDIENCE,
			subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
			token_url: 'https://sts.googleapis.com/v1/token',
			service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`,
			credential_source: { file: gcp.options.subject_file },
		});
	else if (out.auth === 'key')
		out.key = JSON.stringify({
			type: 'service_account',
			project_id: 'acme-security',
			private_key_id: gcp.keyId,
			private_key: gcp.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
			client_email: EMAIL,
			token_uri: 'https://oauth2.googleapis.com/token',
		});
	return out;
}

// --- answers ---

function refuse(code, status, message, reason = null) {
	const error = { code, message, status };
	if (reason)
		error.details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' }];
	return { status: code, headers: {}, body: { error } };
}

function say(body, records = 0) {
	return { status: 200, headers: {}, body, records };
}

const wrong = message => refuse(400, 'INVALID_ARGUMENT', message);
const denied = what => refuse(403, 'PERMISSION_DENIED', `Permission denied on resource '${what}' (or it may not exist).`, 'IAM_PERMISSION_DENIED');

// --- tokens ---

function issue(gcp, kind = 'access') {
	const token = `ya29.${kind[0]}.${hex(48, gcp.seed, gcp.tokens.size, 11)}`;
	gcp.tokens.set(token, { kind, until: Date.now() + 3599_000 });
	return token;
}

function oauthError(error, description) {
	return { status: 400, headers: {}, body: { error, error_description: description } };
}

function decode(part) {
	try {
		return JSON.parse(Buffer.from(part, 'base64url').toString());
	} catch {
		return {};
	}
}

// Why this assertion is no good; null: it is.
function assertionFault(gcp, assertion, at) {
	const parts = assertion.split('.');
	if (parts.length !== 3)
		return 'Bad Request';
	const [header, claims] = [decode(parts[0]), decode(parts[1])];
	const now = at.getTime() / 1000;
	if (header.alg !== 'RS256' || header.kid !== gcp.keyId)
		return 'Invalid JWT Signature.';
	if (!crypto.verify('RSA-SHA256', Buffer.from(`${parts[0]}.${parts[1]}`), gcp.keys.publicKey, Buffer.from(parts[2], 'base64url')))
		return 'Invalid JWT Signature.';
	if (claims.iss !== EMAIL)
		return 'Invalid grant: account not found';
	if (claims.aud !== `${gcp.url}/token`)
		return 'Invalid JWT: Failed audience check.';
	if (claims.scope !== SCOPE)
		return 'Invalid OAuth scope or ID token audience provided.';
	if (!(claims.iat <= now + 60 && claims.exp > now && claims.exp - claims.iat <= 3600))
		return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.';
	return null;
}

function isForm(req) {
	return req.method === 'POST' && (req.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}

function tokenOfKey(gcp, req) {
	const form = new URLSearchParams(req.body.toString());
	if (!isForm(req) || form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
		return oauthError('unsupported_grant_type', 'Invalid grant_type');
	const why = gcp.fault('wrong-secret') ? 'Invalid JWT Signature.' : assertionFault(gcp, form.get('assertion') ?? '', req.at);
	return why ? oauthError('invalid_grant', why) : say({ access_token: issue(gcp), expires_in: 3599, token_type: 'Bearer' });
}

function tokenOfExchange(gcp, req) {
	const form = new URLSearchParams(req.body.toString());
	const subject = gcp.options.subject_file ? fs.readFileSync(gcp.options.subject_file, 'utf8').trim() : null;
	if (!isForm(req) || form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:token-exchange' || form.get('audience') !== AUDIENCE)
		return oauthError('invalid_request', 'Invalid value for "audience".');
	if (!subject || form.get('subject_token') !== subject || gcp.fault('wrong-secret'))
		return oauthError('invalid_grant', 'The subject token is not valid.');
	return say({ access_token: issue(gcp, 'federated'), issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'Bearer', expires_in: 3599 });
}

function tokenOfImpersonation(gcp, req) {
	const token = gcp.tokens.get(bearerOf(req));
	if (req.method !== 'POST' || token?.kind !== 'federated')
		return refuse(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
	if (!req.path.includes(EMAIL) || !decodeJson(req.body).scope?.includes(SCOPE))
		return refuse(404, 'NOT_FOUND', 'Unknown service account');
	return say({ accessToken: issue(gcp), expireTime: new Date(req.at.getTime() + 3599_000).toISOString().replace(/\.\d+/, '') });
}

function decodeJson(body) {
	try {
		return JSON.parse(body);
	} catch {
		return {};
	}
}

function tokenOfMachine(gcp, req) {
	const headers = { 'metadata-flavor': 'Google' };
	if (req.headers['metadata-flavor'] !== 'Google')
		return { status: 403, headers, body: 'Missing Metadata-Flavor:Google header.' };
	if (gcp.fault('wrong-secret'))
		return { status: 404, headers, body: 'no service account' };
	return { status: 200, headers, body: { access_token: issue(gcp), expires_in: 3599, token_type: 'Bearer' } };
}

function bearerOf(req) {
	return /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
}

// Null when the request may pass.
function unauthorized(gcp, req) {
	const payer = req.headers['x-goog-user-project'];
	const token = gcp.tokens.get(bearerOf(req));
	if (token && gcp.fault('expire'))
		gcp.tokens.delete(bearerOf(req));
	else if (token?.kind === 'access' && token.until > req.at.getTime())
		return payer && !projectOf(gcp, payer) ? refuse(403, 'PERMISSION_DENIED', 'Caller does not have required permission to use project.', 'USER_PROJECT_DENIED') : null;
	return refuse(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials. Expected OAuth 2 access token.', 'ACCESS_TOKEN_EXPIRED');
}

function overQuota(gcp, kind, at) {
	const minute = `${kind} ${Math.floor(at.getTime() / 60000)}`;
	const used = (gcp.used.get(minute) ?? 0) + 1;
	gcp.used.set(minute, used);
	if (gcp.options.quota === 'off' || used <= quotas[kind])
		return null;
	return refuse(429, 'RESOURCE_EXHAUSTED', `Quota exceeded for quota metric '${kind}' and limit '${kind} per minute'.`, 'RATE_LIMIT_EXCEEDED');
}

// --- the estate ---

function projectOf(gcp, name) {
	return gcp.projects.find(p => !p.lost && (p.id === name || p.number === name)) ?? null;
}

function folderOf(gcp, project) {
	return project.folder < 2 ? gcp.folders[project.folder] : null;
}

function idOf(gcp, i) {
	return hex(32, gcp.seed, i, 3);
}

// Of finding i all that never changes.
function facts(gcp, i) {
	const source = sources[[0, 0, 0, 1, 1, 2][below(6, gcp.seed, i, 21)]];
	const level = below(100, gcp.seed, i, 22);
	const location = below(5, gcp.seed, i, 23) === 0 ? 'eu' : 'global';
	const out = { source, location, folder: null, project: null, resource: `//${MANAGER}/organizations/${ORGANIZATION}`, home: `organizations/${ORGANIZATION}`, scope: `organizations/${ORGANIZATION}` };
	if (level === 1) {
		out.folder = gcp.folders[below(2, gcp.seed, i, 24)];
		out.home = out.scope = `folders/${out.folder}`;
		out.resource = `//${MANAGER}/folders/${out.folder}`;
	} else if (level > 1) {
		const project = gcp.projects[below(gcp.projects.length, gcp.seed, i, 25)];
		out.project = project;
		out.folder = folderOf(gcp, project);
		out.home = `projects/${project.number}`;
		// Some services know a project by its number alone.
		out.byNumber = level > 90;
		out.scope = out.byNumber ? project.number : project.id;
		out.resource = `//compute.googleapis.com/projects/${out.scope}/zones/europe-west1-b/instances/${1000 + below(1 + gcp.scale, gcp.seed, i, 26)}`;
	}
	return out;
}

function stateOf(gcp, i) {
	const roll = below(100, gcp.seed, i, 31);
	const state = roll < 60 ? 'open' : roll < 88 ? 'resolved' : 'suppressed';
	if (!gcp.changed.get(i)?.flipped)
		return state;
	return state === 'resolved' ? 'open' : 'resolved';
}

function exists(gcp, i, f) {
	return !gcp.changed.get(i)?.gone && !(f.project && (f.project.lost || f.project.empty));
}

function timeOf(gcp, i, part) {
	const changed = gcp.changed.get(i);
	const base = Date.UTC(2026, 0, 1) + below(90 * 86400, gcp.seed, i, part) * 1000;
	return new Date(changed && part === 42 ? Date.UTC(2026, 5, 1) + changed.at * 1000 : base).toISOString();
}

function nativeOf(gcp, i, f) {
	return `${f.home}/sources/${f.source.id}${f.location === 'global' ? '' : `/locations/${f.location}`}/findings/${idOf(gcp, i)}`;
}

function findingOf(gcp, i) {
	const f = facts(gcp, i);
	const state = stateOf(gcp, i);
	const tail = `sources/${f.source.id}/locations/${f.location}/findings/${idOf(gcp, i)}`;
	const finding = {
		name: `organizations/${ORGANIZATION}/${tail}`,
		canonicalName: `${f.home}/${tail}`,
		parent: `organizations/${ORGANIZATION}/sources/${f.source.id}/locations/${f.location}`,
		parentDisplayName: f.source.name,
		resourceName: f.resource,
		state: state === 'resolved' ? 'INACTIVE' : 'ACTIVE',
		category: pick(f.source.categories, gcp.seed, i, 27),
		severity: gcp.changed.get(i)?.severity ?? pick(['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], gcp.seed, i, 28),
		findingClass: f.source.findingClass,
		mute: state === 'suppressed' ? 'MUTED' : 'UNDEFINED',
		createTime: timeOf(gcp, i, 41),
		eventTime: timeOf(gcp, i, 42),
		description: 'What was found, and why it matters.',
	};
	if (f.source.findingClass === 'VULNERABILITY')
		finding.vulnerability = { cve: { id: `CVE-2025-${10000 + below(5000, gcp.seed, i, 29)}`, cvssv3: { baseScore: 4 + below(60, gcp.seed, i, 30) / 10 } } };
	const resource = { name: f.resource, type: 'google.compute.Instance', cloudProvider: 'GOOGLE_CLOUD_PLATFORM', location: 'europe-west1-b' };
	if (f.project)
		resource.gcpMetadata = { project: `//${MANAGER}/projects/${f.project.number}`, ...(f.byNumber ? {} : { projectDisplayName: f.project.id }), organization: `organizations/${ORGANIZATION}` };
	return { finding, resource };
}

function* truth(gcp) {
	for (let i = 0; i < gcp.order.length; i++) {
		const f = facts(gcp, i);
		if (exists(gcp, i, f))
			yield { scope: f.scope, connector: 'gcp_scc', native_id: nativeOf(gcp, i, f), resource: f.resource, state: stateOf(gcp, i) };
	}
}

// --- changes ---

function touch(gcp, i, what) {
	gcp.changed.set(i, { ...gcp.changed.get(i), ...what, at: ++gcp.version });
}

// The first n findings, by name, for which is() holds.
function some(gcp, n, is) {
	const out = [];
	for (const i of gcp.order) {
		const f = facts(gcp, i);
		if (out.length < n && exists(gcp, i, f) && is(i, f))
			out.push(i);
	}
	return out;
}

function change(gcp, name, args) {
	const project = args.scope ? projectOf(gcp, args.scope) : gcp.projects.find(p => !p.lost && !p.empty);
	const n = args.n ?? 10;
	let hit = [];
	gcp.version++;
	switch (name) {
	case 'flip':
		hit = some(gcp, n, (i, f) => f.source.findingClass !== 'THREAT');
		hit.forEach(i => touch(gcp, i, { flipped: !gcp.changed.get(i)?.flipped }));
		break;
	case 'severity':
		hit = some(gcp, n, i => stateOf(gcp, i) === 'open');
		hit.forEach(i => touch(gcp, i, { severity: args.severity ?? 'CRITICAL' }));
		break;
	case 'delete': {
		const [first] = some(gcp, 1, (i, f) => stateOf(gcp, i) === 'open' && f.project && f.source.findingClass !== 'THREAT');
		const resource = args.resource ?? facts(gcp, first).resource;
		hit = some(gcp, gcp.scale, (i, f) => f.resource === resource);
		hit.forEach(i => touch(gcp, i, { gone: true }));
		return { resource, findings: hit.length };
	}
	case 'lose':
	case 'empty':
		if (!project)
			throw new Error(`no project ${args.scope}`);
		project[name === 'lose' ? 'lost' : 'empty'] = true;
		return { scope: project.id, number: project.number };
	case 'reorder': // lists are in the order of names
		break;
	default:
		throw new Error(`unknown change "${name}"; known: flip, severity, delete, lose, empty, reorder`);
	}
	return { findings: hit.length };
}

// --- lists ---

// One page of list: {items, next}.  A token is good for the same request alone.
function cut(gcp, req, list, { most, fallback }) {
	const query = new URLSearchParams(req.query);
	const token = query.get('pageToken');
	const size = query.get('pageSize') ? Number(query.get('pageSize')) : fallback;
	query.delete('pageToken');
	query.sort();
	const same = hash32(...[...`${req.path}?${query}`].map(c => c.charCodeAt(0)));
	let offset = 0;
	if (!Number.isInteger(size) || size < 1 || size > most)
		return { refusal: wrong(`page_size must be between 1 and ${most}.`) };
	if (token) {
		const t = decode(token);
		if (t.same !== same)
			return { refusal: wrong('Page token is invalid or does not match the request.') };
		offset = t.offset;
	}
	const tokenAt = at => Buffer.from(JSON.stringify({ same, offset: at, n: ++gcp.nonce })).toString('base64url');
	if (offset < list.length && gcp.fault('empty-middle'))
		return { items: [], next: tokenAt(offset) };
	const items = list.slice(offset, offset + size);
	const end = offset + items.length;
	let next = end < list.length ? tokenAt(end) : undefined;
	if (!next && items.length > 0 && gcp.fault('empty-last'))
		next = tokenAt(end);
	if (next && gcp.fault('repeat-token'))
		next = token ?? tokenAt(0);
	return { items, next };
}

// Does what is in this project, folder or at the organization's level lie below the parent?
function isBelow(gcp, f, kind, id) {
	if (kind === 'organizations')
		return true;
	if (kind === 'folders')
		return f.folder === id;
	return f.project !== null && (f.project.id === id || f.project.number === id);
}

function parentDenied(gcp, kind, id) {
	if (kind === 'organizations')
		return id === ORGANIZATION ? null : denied(`organizations/${id}`);
	if (kind === 'folders')
		return gcp.folders.includes(id) ? null : denied(`folders/${id}`);
	return projectOf(gcp, id) ? null : denied(`projects/${id}`);
}

function listFindings(gcp, req, [, kind, id, source, location]) {
	const refusal = parentDenied(gcp, kind, id);
	const order = req.query.get('orderBy') ?? 'name';
	if (refusal)
		return refusal;
	if (!ORDERS.includes(order) || req.query.has('readTime') || req.query.has('compareDuration'))
		return wrong(`Invalid JSON payload or order: ${order}`);
	const key = `${gcp.version} ${kind} ${id} ${source} ${location ?? 'global'}`;
	if (!gcp.lists.has(key)) {
		gcp.lists.clear();
		gcp.lists.set(key, gcp.order.filter(i => {
			const f = facts(gcp, i);
			return f.location === (location ?? 'global') && (source === '-' || f.source.id === source) && isBelow(gcp, f, kind, id) && exists(gcp, i, f);
		}));
	}
	const page = cut(gcp, req, gcp.lists.get(key), { most: 1000, fallback: 10 });
	if (page.refusal)
		return page.refusal;
	const body = { nextPageToken: page.next, totalSize: gcp.lists.get(key).length || undefined };
	if (page.items.length > 0)
		body.listFindingsResults = page.items.map(i => findingOf(gcp, i));
	return say(body, page.items.length);
}

function searchAssets(gcp, req, [, kind, id]) {
	const refusal = parentDenied(gcp, kind, id);
	const types = req.query.getAll('assetTypes');
	if (refusal)
		return refusal;
	const found = [];
	if (types.includes(`${MANAGER}/Folder`) && kind !== 'projects')
		for (const folder of gcp.folders)
			if (kind === 'organizations' || folder === id)
				found.push({ name: `//${MANAGER}/folders/${folder}`, assetType: `${MANAGER}/Folder`, folders: [`folders/${folder}`], organization: `organizations/${ORGANIZATION}`, state: 'ACTIVE' });
	if (types.includes(`${MANAGER}/Project`))
		for (const p of gcp.projects)
			if (!p.lost && isBelow(gcp, { project: p, folder: folderOf(gcp, p) }, kind, id))
				found.push({ name: `//${MANAGER}/projects/${p.id}`, assetType: `${MANAGER}/Project`, project: `projects/${p.number}`, displayName: p.id, organization: `organizations/${ORGANIZATION}`, state: 'ACTIVE', additionalAttributes: { projectId: p.id } });
	const page = cut(gcp, req, found, { most: 500, fallback: 100 });
	return page.refusal ?? say({ results: page.items.length ? page.items : undefined, nextPageToken: page.next });
}

function listAssets(gcp, req, [, kind, id]) {
	const refusal = parentDenied(gcp, kind, id);
	const content = req.query.get('contentType');
	if (refusal)
		return refusal;
	if (!['RESOURCE', 'IAM_POLICY'].includes(content))
		return wrong(`Invalid content type: ${content}`);
	const assets = gcp.projects.filter(p => !p.lost && isBelow(gcp, { project: p, folder: folderOf(gcp, p) }, kind, id)).map(p => ({
		name: `//${MANAGER}/projects/${p.id}`,
		assetType: `${MANAGER}/Project`,
		ancestors: [`projects/${p.number}`, `organizations/${ORGANIZATION}`],
		...(content === 'RESOURCE'
			? { resource: { version: 'v1', data: { projectId: p.id, projectNumber: p.number, name: p.id, labels: { team: pick(['red', 'blue'], gcp.seed, p.folder, 51) } } } }
			: { iamPolicy: { bindings: [{ role: 'roles/viewer', members: ['group:dev@acme.example'] }] } }),
	}));
	const page = cut(gcp, req, assets, { most: 1000, fallback: 100 });
	return page.refusal ?? say({ readTime: req.at.toISOString(), assets: page.items.length ? page.items : undefined, nextPageToken: page.next }, page.items.length);
}

function searchProjects(gcp, req) {
	const found = gcp.projects.filter(p => !p.lost).map(p => ({ name: `projects/${p.number}`, projectId: p.id, state: 'ACTIVE', displayName: p.id }));
	const page = cut(gcp, req, found, { most: 1000, fallback: 50 });
	return page.refusal ?? say({ projects: page.items, nextPageToken: page.next });
}

const routes = [
	[/^\/v2\/(organizations|folders|projects)\/([^/]+)\/sources\/([^/]+)(?:\/locations\/([a-z0-9-]+))?\/findings$/, listFindings, 'findings'],
	[/^\/v1\/(organizations|folders|projects)\/([^/:]+):searchAllResources$/, searchAssets, 'search'],
	[/^\/v1\/(organizations|folders|projects)\/([^/]+)\/assets$/, listAssets, 'assets'],
	[/^\/v3\/projects:search$/, searchProjects, 'projects'],
];

function handle(gcp, req) {
	if (req.path === '/token')
		return tokenOfKey(gcp, req);
	if (req.path === '/v1/token')
		return tokenOfExchange(gcp, req);
	if (req.path.endsWith(':generateAccessToken'))
		return tokenOfImpersonation(gcp, req);
	if (req.path === '/computeMetadata/v1/instance/service-accounts/default/token')
		return tokenOfMachine(gcp, req);
	for (const [pattern, answer, kind] of routes) {
		const parts = pattern.exec(decodeURI(req.path));
		if (parts)
			return req.method === 'GET' ? unauthorized(gcp, req) ?? overQuota(gcp, kind, req.at) ?? answer(gcp, req, parts) : refuse(405, 'UNIMPLEMENTED', req.method);
	}
	return refuse(404, 'NOT_FOUND', 'Requested entity was not found.');
}
