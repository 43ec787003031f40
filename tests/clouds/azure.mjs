// SPDX-License-Identifier: Apache-2.0
// Azure as the collector sees it: Microsoft Entra ID's tokens, a machine's identity endpoints, ARM's
// lists and Resource Graph, at one address.  Written from Microsoft's public REST reference.
//
// --option subscriptions=N   of the estate; else by scale, at most 300
//          quota=15          queries of Resource Graph in 5 seconds
//          page=200          records of a page of ARM; Resource Graph takes $top
//          auth=secret       secret, certificate, workload or managed: what settings() tells
//          life=3599         seconds that a token lives
//          more=sentinel,graph,entra    what settings() lists beside its defaults; the truth has it too

import crypto from 'node:crypto';
import fs from 'node:fs';

import { Estate } from './azure_estate.mjs';
import { Tenant } from './azure_tenant.mjs';
import { guid } from './seeded.mjs';

export const faults = {
	'result-truncated': { times: 1 }, // resultTruncated "true" without a $skipToken
	'subscription-limit': { times: 1 }, // only the first 10,000 subscriptions were asked
	'row-twice': { times: 1 }, // the last row of a page again at the beginning of the next
	denied: { times: 1 }, // 403 AuthorizationFailed
	'not-registered': { times: 1 }, // 409 MissingSubscriptionRegistration
	'error-in-200': { times: 1 },
	unlicensed: { times: 1 }, // 403 of Microsoft Graph: a tenant without Entra ID P1 or P2
	'token-expired': { times: 1 }, // the $skipToken or the link is not known any more
	'sign-in-busy': { times: 2 }, // 503 of the token endpoint
};

const ARM = 'https://management.azure.com';
const GRAPH = 'https://graph.microsoft.com';
const WINDOW_MS = 5000;
const READS = { most: 250, perSecond: 25 };

// The listings of a subscription: path, versions, method, table.
const LISTS = [
	['microsoft.security/assessments', ['2019-01-01-preview', '2020-01-01', '2021-06-01'], 'GET', 'assessments'],
	['microsoft.security/subassessments', ['2019-01-01-preview'], 'GET', 'subassessments'],
	['microsoft.security/alerts', ['2019-01-01', '2021-01-01', '2022-01-01'], 'GET', 'alerts'],
	['microsoft.policyinsights/policystates/latest/queryresults', ['2018-07-01-preview', '2019-10-01'], 'POST', 'policy'],
];
// Of Microsoft Graph: how many records a page has, and may have.
const DIRECTORY = {
	'/v1.0/security/alerts_v2': { table: 'alerts', top: 50, most: 2000 },
	'/v1.0/identityprotection/riskyusers': { table: 'risk', top: 20, most: 500 },
	'/v1.0/reports/authenticationmethods/userregistrationdetails': { table: 'mfa', top: 50 },
};
const TABLES = {
	'securityresources microsoft.security/assessments': 'assessments',
	'securityresources microsoft.security/assessments/subassessments': 'subassessments',
	'securityresources microsoft.security/locations/alerts': 'alerts',
	'policyresources microsoft.policyinsights/policystates': 'policy',
	'resources ': 'resources',
	'resourcecontainers ': 'containers',
	'resourcecontainers microsoft.resources/subscriptions': 'subscriptions',
	'authorizationresources microsoft.authorization/roleassignments': 'roles',
};

const error = (status, code, message, details) => ({ status, headers: {}, body: { error: { code, message, ...(details ? { details } : {}) } } });

// Some parameters of a query.
const pick = (query, ...names) => Object.fromEntries(names.filter(name => query.has(name)).map(name => [name, query.get(name)]));

const pack = value => Buffer.from(JSON.stringify(value)).toString('base64url');

function unpack(text) {
	try {
		return JSON.parse(Buffer.from(text, 'base64url').toString());
	} catch {
		return null;
	}
}

export function create({ seed, scale, url, options, fault }) {
	return new Azure({ seed, scale, url, options, fault });
}

class Azure {
	constructor({ seed, scale, url, options, fault }) {
		const whole = (key, otherwise) => (options[key] === undefined ? otherwise : Number(options[key]));
		this.url = url;
		this.fault = fault;
		this.estate = new Estate({ seed, scale, subscriptions: whole('subscriptions', undefined) });
		this.quota = whole('quota', 15);
		this.pageSize = whole('page', 200);
		this.life = whole('life', 3599);
		this.auth = options.auth ?? 'secret';
		this.more = (options.more ?? '').split(',').filter(name => name !== '');
		this.tenant = guid(seed, 100);
		this.beside = new Tenant({ seed, subs: this.estate.subs, tenant: this.tenant });
		this.client = guid(seed, 101);
		// With the characters that forms escape.
		this.secret = `sim~${guid(seed, 102).slice(0, 8)}.+/=`;
		this.header = guid(seed, 103);
		this.tokens = new Map();
		this.issued = 0;
		this.windows = new Map();
		this.buckets = new Map();
		this.reversed = false;
	}

	settings() {
		const common = { tenant: this.tenant, client_id: this.client, endpoint: this.url, graph_quota: String(this.quota) };
		if (this.more.length > 0)
			common.lists = ['assessments', 'subassessments', 'policy', 'alerts', 'inventory', ...this.more].join(',');
		if (this.more.includes('sentinel'))
			common.workspaces = this.beside.workspaces.map(workspace => workspace.id).join(',');
		switch (this.auth) {
		case 'certificate':
			return { ...common, client_certificate: fs.readFileSync(new URL('./keys/azure_application.pem', import.meta.url), 'utf8') };
		case 'workload': // AZURE_FEDERATED_TOKEN_FILE holds federatedToken()
			return { ...common, auth: 'workload' };
		case 'managed':
			return { endpoint: this.url, graph_quota: String(this.quota), auth: 'managed' };
		default:
			return { ...common, client_secret: this.secret };
		}
	}

	// What the file of a pod's service account holds.
	federatedToken() {
		return `${pack({ alg: 'RS256' })}.${pack({ sub: 'system:serviceaccount:isobar:collector', aud: 'api://AzureADTokenExchange' })}.simulated`;
	}

	*truth() {
		yield* this.estate.truth();
		yield* this.beside.truth(this.more);
	}

	change(name, args) {
		if (name === 'reorder') {
			this.reversed = !this.reversed;
			return { reversed: this.reversed };
		}
		if (name === 'flip')
			this.beside.flip(args.count ?? args.n ?? 1);
		if (name === 'delete')
			this.beside.delete();
		return this.estate.change(name, args);
	}

	isData(req) {
		return !/^\/(metadata|msi)\/|\/oauth2\/v2\.0\/token$/i.test(req.path);
	}

	refusal(req, status) {
		const code = { 429: isGraph(req) ? 'RateLimiting' : 'TooManyRequests', 500: 'InternalServerError', 503: 'ServerTimeout' }[status];
		return error(status, code, 'Simulated; please try again.');
	}

	handle(req) {
		const path = req.path.toLowerCase();
		if (path === `/${this.tenant}/oauth2/v2.0/token` || /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path))
			return this.signIn(req);
		if (path === '/metadata/identity/oauth2/token')
			return this.machine(req);
		if (path === '/msi/token')
			return this.appService(req);
		const refused = this.authenticate(req);
		if (refused)
			return refused;
		if (this.fault('denied'))
			return this.denied(req.path);
		if (this.fault('not-registered'))
			return error(409, 'MissingSubscriptionRegistration', "The subscription is not registered to use namespace 'Microsoft.Security'.");
		if (this.fault('error-in-200'))
			return { ...error(200, 'InternalServerError', 'It went wrong after it had begun.'), status: 200 };
		if (isDirectory(req))
			return this.directory(req, path);
		if (path === '/providers/microsoft.resourcegraph/resources')
			return this.resourceGraph(req);
		if (path === '/subscriptions')
			return this.subscriptions(req);
		return this.lists(req, path);
	}

	// --- tokens ---

	issue(audience) {
		const token = `sim.${pack({ aud: audience, n: ++this.issued })}.${crypto.randomBytes(24).toString('base64url')}`;
		this.tokens.set(token, { audience, until: Date.now() + this.life * 1000 });
		return token;
	}

	refuseSignIn(status, name, code, text) {
		return { status, headers: {}, body: { error: name, error_description: `AADSTS${code}: ${text} Trace ID: 0 Correlation ID: 0 Timestamp: 2026-01-01 00:00:00Z`, error_codes: [code], timestamp: '2026-01-01 00:00:00Z', trace_id: guid(1), correlation_id: guid(2) } };
	}

	signIn(req) {
		const form = new URLSearchParams(req.body.toString());
		if (this.fault('sign-in-busy'))
			return { status: 503, headers: { 'retry-after': '1' }, body: { error: 'temporarily_unavailable' } };
		if (req.method !== 'POST' || !/^application\/x-www-form-urlencoded/.test(req.headers['content-type'] ?? ''))
			return this.refuseSignIn(400, 'invalid_request', 900144, "The request body must contain the following parameter: 'grant_type'.");
		if (req.path.split('/')[1].toLowerCase() !== this.tenant)
			return this.refuseSignIn(400, 'invalid_request', 90002, 'Tenant not found.');
		if (form.get('grant_type') !== 'client_credentials')
			return this.refuseSignIn(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.');
		if (form.get('client_id')?.toLowerCase() !== this.client)
			return this.refuseSignIn(400, 'unauthorized_client', 700016, 'Application was not found in the directory.');
		const audience = { [`${ARM}/.default`]: ARM, [`${GRAPH}/.default`]: GRAPH }[form.get('scope')];
		if (!audience)
			return this.refuseSignIn(400, 'invalid_scope', 70011, 'The provided value for scope is not valid.');
		return this.proof(form, req) ?? { status: 200, headers: { 'cache-control': 'no-store' }, body: { token_type: 'Bearer', expires_in: this.life, ext_expires_in: this.life, access_token: this.issue(audience) } };
	}

	// The secret or the assertion; null: it is right.
	proof(form, req) {
		if (this.fault('wrong-secret'))
			return this.refuseSignIn(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
		if (!form.has('client_assertion')) {
			if (!form.has('client_secret'))
				return this.refuseSignIn(401, 'invalid_client', 7000218, "The request body must contain 'client_assertion' or 'client_secret'.");
			return form.get('client_secret') === this.secret ? null : this.refuseSignIn(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
		}
		if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
			return this.refuseSignIn(400, 'invalid_request', 900144, 'client_assertion_type is missing.');
		if (form.get('client_assertion') === this.federatedToken())
			return null;
		return this.assertion(form.get('client_assertion'), req);
	}

	assertion(text, req) {
		const [header, claims, signature] = text.split('.');
		const [h, c] = [unpack(header ?? ''), unpack(claims ?? '')];
		const certificate = new crypto.X509Certificate(fs.readFileSync(new URL('./keys/azure_application.pem', import.meta.url)));
		const thumbprint = crypto.createHash('sha1').update(certificate.raw).digest('base64url');
		if (!h || !c || !signature || h.alg !== 'RS256')
			return this.refuseSignIn(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.');
		if (h.x5t !== thumbprint || !crypto.verify('sha256', Buffer.from(`${header}.${claims}`), certificate.publicKey, Buffer.from(signature, 'base64url')))
			return this.refuseSignIn(401, 'invalid_client', 700027, 'The certificate with the identifier used to sign the client assertion is not registered on application.');
		const now = req.at.getTime() / 1000;
		if (!(c.nbf <= now && now < c.exp))
			return this.refuseSignIn(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.');
		if (c.aud !== `${this.url}${req.path}` || c.iss !== this.client || c.sub !== this.client || !c.jti)
			return this.refuseSignIn(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.');
		return null;
	}

	// The numbers of these two are texts.
	identityToken(req) {
		const audience = { [`${ARM}/`]: ARM, [`${GRAPH}/`]: GRAPH }[req.query.get('resource')];
		const asked = req.query.get('client_id');
		if (!audience)
			return { status: 400, headers: {}, body: { error: 'invalid_resource', error_description: 'AADSTS500011: The resource principal was not found.' } };
		if (asked && asked !== this.client)
			return { status: 400, headers: {}, body: { error: 'invalid_request', error_description: 'Identity not found' } };
		const now = Math.floor(req.at.getTime() / 1000);
		return { status: 200, headers: {}, body: { access_token: this.issue(audience), client_id: this.client, expires_in: String(this.life), expires_on: String(now + this.life), not_before: String(now), resource: `${audience}/`, token_type: 'Bearer' } };
	}

	machine(req) {
		if (req.method !== 'GET' || req.headers.metadata !== 'true' || req.headers['x-forwarded-for'])
			return { status: 400, headers: {}, body: { error: 'invalid_request', error_description: 'Required metadata header not specified' } };
		if (req.query.get('api-version') !== '2018-02-01')
			return { status: 400, headers: {}, body: { error: 'invalid_request', error_description: 'api-version is missing' } };
		return this.fault('sign-in-busy') ? { status: 410, headers: {}, body: {} } : this.identityToken(req);
	}

	appService(req) {
		if (req.headers['x-identity-header'] !== this.header || req.query.get('api-version') !== '2019-08-01')
			return { status: 401, headers: {}, body: { statusCode: 401, message: 'wrong header' } };
		const answer = this.identityToken(req);
		delete answer.body.expires_in;
		return answer;
	}

	authenticate(req) {
		const token = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1];
		const known = this.tokens.get(token);
		if (!token)
			return error(401, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
		if (!known || known.audience !== (isDirectory(req) ? GRAPH : ARM))
			return error(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
		if (this.fault('expire'))
			known.until = 0;
		if (known.until <= Date.now())
			return error(401, 'ExpiredAuthenticationToken', 'The access token has expired.');
		return null;
	}

	denied(path) {
		return error(403, 'AuthorizationFailed', `The client does not have authorization to perform the action over scope '${path}' or the scope is invalid.`);
	}

	// --- ARM ---

	// Where a page begins: null for a token that is none of ours.
	position(token, key) {
		if (token === null)
			return { at: [0, 0], key };
		const value = unpack(token);
		return value && value.key === key && !this.fault('token-expired') ? value : null;
	}

	version(req, versions) {
		const version = req.query.get('api-version');
		if (!version)
			return error(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.');
		return versions.includes(version) ? null : error(400, 'NoRegisteredProviderFound', `No registered resource provider found for API version '${version}'.`);
	}

	// What follows a page: its token, "" at the end.
	follow(position, at, isLast, nRows) {
		const token = extra => pack({ at, key: position.key, ...extra });
		if (this.fault('repeat-token'))
			return pack({ at: position.at, key: position.key });
		if (isLast)
			return nRows > 0 && this.fault('empty-last') ? token({ end: 1 }) : '';
		return token({});
	}

	link(req, token) {
		if (this.fault('foreign-link'))
			return `http://127.0.0.2:9${req.path}?api-version=${req.query.get('api-version')}&$skiptoken=x`;
		if (token === '')
			return '';
		const query = new URLSearchParams({ 'api-version': req.query.get('api-version'), ...pick(req.query, '$top', '$filter', '$orderby'), $skiptoken: token });
		return `${this.url}${req.path}?${query}`;
	}

	subscriptions(req) {
		const bad = this.version(req, ['2016-06-01', '2020-01-01', '2021-01-01', '2022-12-01']);
		if (req.method !== 'GET')
			return error(405, 'MethodNotAllowed', 'GET');
		const position = bad ? null : this.position(req.query.get('$skiptoken'), 'subscriptions');
		if (bad || !position)
			return bad ?? error(400, 'InvalidSkipToken', 'The skip token is not valid.');
		const visible = this.estate.subs.filter(sub => !sub.lost);
		const empty = !position.hollow && this.fault('empty-middle');
		const size = 120;
		const page = empty || position.end ? [] : visible.slice(position.at[1], position.at[1] + size);
		const next = position.at[1] + page.length;
		const token = empty ? pack({ ...position, hollow: 1 }) : this.follow(position, [0, next], next >= visible.length, page.length);
		const value = page.map(sub => ({ id: `/subscriptions/${sub.id}`, subscriptionId: sub.id, tenantId: this.tenant, displayName: sub.name, state: 'Enabled', authorizationSource: 'RoleBased' }));
		const link = this.link(req, token);
		return { status: 200, headers: {}, body: { value, count: { type: 'Total', value: visible.length }, ...(link ? { nextLink: link } : {}) }, records: value.length };
	}

	lists(req, path) {
		const tenant = /^\/providers\/(microsoft\.security\/assessmentmetadata)$/.exec(path);
		const workspace = /^(.+)\/providers\/microsoft\.securityinsights\/incidents$/.exec(path)?.[1];
		if (workspace)
			return this.incidents(req, workspace);
		const own = /^\/subscriptions\/([^/]+)\/providers\/(.+)$/.exec(path);
		if (tenant || own?.[2] === 'microsoft.security/assessmentmetadata')
			return this.metadata(req, own);
		const list = LISTS.find(([name]) => name === own?.[2]);
		if (!list)
			return error(404, 'InvalidResourceType', `The resource type could not be found in the namespace of '${req.path}'.`);
		const [, versions, method, table] = list;
		const s = this.estate.subs.findIndex(sub => sub.id === own[1]);
		return this.subscriptionRefusal(req, s, own[1]) ?? this.version(req, versions) ?? this.list(req, s, method, table);
	}

	subscriptionRefusal(req, s, id) {
		if (s < 0)
			return error(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);
		if (this.estate.subs[s].lost)
			return this.denied(req.path);
		return this.drained(id) ? { ...error(429, 'TooManyRequests', 'The number of read requests exceeded the limit.'), headers: { 'retry-after': '1' } } : null;
	}

	metadata(req, own) {
		const bad = this.version(req, ['2019-01-01-preview', '2020-01-01', '2021-06-01']);
		if (bad)
			return bad;
		const keys = [...this.estate.keys, this.estate.rollUp];
		const base = own ? `/subscriptions/${own[1]}` : '';
		return { status: 200, headers: {}, records: keys.length, body: { value: keys.map(key => ({ id: `${base}/providers/Microsoft.Security/assessmentMetadata/${key}`, name: key, type: 'Microsoft.Security/assessmentMetadata', properties: this.estate.metadata(key) })) } };
	}

	// A bucket for each subscription.
	drained(id) {
		const now = Date.now();
		const bucket = this.buckets.get(id) ?? { left: READS.most, at: now };
		bucket.left = Math.min(READS.most, bucket.left + ((now - bucket.at) / 1000) * READS.perSecond);
		bucket.at = now;
		this.buckets.set(id, bucket);
		if (bucket.left < 1)
			return true;
		bucket.left--;
		return false;
	}

	list(req, s, method, name) {
		if (req.method !== method)
			return error(405, 'MethodNotAllowed', `The resource '${req.path}' does not support ${req.method}.`);
		if (method === 'POST' && req.body.length > 0)
			return error(400, 'InvalidRequest', 'The request has a body and should have none.');
		const position = this.position(req.query.get('$skiptoken'), `${s} ${name}`);
		if (!position)
			return error(400, 'InvalidSkipToken', 'The skip token is not valid.');
		const size = Math.min(Number(req.query.get('$top') ?? this.pageSize), this.pageSize);
		const filter = req.query.get('$filter');
		if (filter && (name !== 'policy' || filter !== "complianceState ne 'Compliant'"))
			return error(400, 'InvalidFilterInQueryString', 'The filter is not supported.');
		const page = this.page(this.estate.table(filter ? 'failing' : name), [s], position, size, false);
		const value = this.reversed ? page.rows.reverse() : page.rows;
		const link = this.link(req, page.token);
		const headers = { 'x-ms-ratelimit-remaining-subscription-reads': String(Math.floor(this.buckets.get(this.estate.subs[s].id).left)), 'x-ms-request-id': guid(this.issued, s) };
		if (name === 'policy')
			return { status: 200, headers, records: value.length, body: { '@odata.context': `${this.url}${req.path}/$metadata#latest`, '@odata.count': value.length, '@odata.nextLink': link || null, value } };
		return { status: 200, headers, records: value.length, body: { value, ...(link ? { nextLink: link } : {}) } };
	}

	// Rows from a position on, and the token of what follows.
	page(table, subs, position, size, inline) {
		const rows = [];
		let [k, i] = position.at;
		if (position.end)
			return { rows, token: '' };
		if (!position.hollow && this.fault('empty-middle'))
			return { rows, token: pack({ ...position, hollow: 1 }) };
		for (; k < subs.length; k++, i = 0) {
			const n = this.estate.places(table, subs[k]);
			for (; i < n && rows.length < size; i++) {
				const made = table.row(subs[k], i, inline);
				if (made)
					rows.push(made.row);
			}
			if (rows.length >= size && (i < n || k + 1 < subs.length))
				break;
		}
		// Nothing but gaps may follow: a last page without records, as in life.
		const isLast = k >= subs.length;
		if (rows.length > 0 && !isLast && this.fault('row-twice'))
			i = Math.max(0, i - 1);
		return { rows, token: this.follow(position, [k, i], isLast, rows.length) };
	}

	// --- Microsoft Sentinel ---

	incidents(req, id) {
		const w = this.beside.workspaces.findIndex(workspace => workspace.id.toLowerCase() === id);
		const workspace = this.beside.workspaces[w];
		if (!workspace)
			return error(404, 'ResourceNotFound', `The Resource '${id}' was not found.`);
		const bad = this.subscriptionRefusal(req, this.estate.subs.indexOf(workspace.sub), workspace.sub.id) ?? this.version(req, ['2023-02-01', '2023-11-01', '2024-03-01', '2024-09-01', '2025-06-01']);
		if (bad || req.method !== 'GET')
			return bad ?? error(405, 'MethodNotAllowed', 'GET');
		const order = req.query.get('$orderby') ?? 'properties/createdTimeUtc desc';
		if (!/^properties\/createdTimeUtc (asc|desc)$/.test(order))
			return error(400, 'BadRequest', 'The order is not supported.');
		const all = workspace.sub.empty ? [] : this.beside.rows('incidents', w);
		const page = this.slice(req, order.endsWith('asc') ? all : all.reverse(), `incidents ${w} ${order}`, Math.min(50, this.pageSize));
		if (!page)
			return error(400, 'InvalidSkipToken', 'The skip token is not valid.');
		const link = this.link(req, page.token);
		return { status: 200, headers: {}, records: page.rows.length, body: { value: page.rows, ...(link ? { nextLink: link } : {}) } };
	}

	// --- Microsoft Graph ---

	directory(req, path) {
		const list = DIRECTORY[path];
		if (!list)
			return error(400, 'BadRequest', `Resource not found for the segment '${path.split('/')[2]}'.`);
		if (req.method !== 'GET')
			return error(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
		const top = Number(req.query.get('$top') ?? list.top);
		if (this.fault('unlicensed'))
			return error(403, 'Forbidden', 'Your tenant is not licensed for this feature.');
		if (!list.most && req.query.has('$top'))
			return error(400, 'BadRequest', 'Query option \'$top\' is not allowed.');
		if (list.most && !(top >= 1 && top <= list.most))
			return error(400, 'BadRequest', 'Invalid page size specified.');
		const page = this.slice(req, this.beside.rows(list.table), list.table, Math.min(top, this.pageSize));
		if (!page)
			return error(400, 'Directory_ExpiredPageToken', 'The specified page token has expired.');
		// Members that came after the first version of an enumeration are told on demand.
		const old = !/\binclude-unknown-enum-members\b/.test(req.headers.prefer ?? '');
		const value = page.rows.map(row => (old && row.serviceSource === 'microsoftDefenderForCloud' ? { ...row, serviceSource: 'unknownFutureValue', detectionSource: 'unknownFutureValue' } : row));
		const next = this.fault('foreign-link') ? `http://127.0.0.2:9${req.path}?$skiptoken=x` : page.token && `${this.url}${req.path}?${new URLSearchParams({ ...pick(req.query, '$top'), $skiptoken: page.token })}`;
		return { status: 200, headers: {}, records: value.length, body: { '@odata.context': `${GRAPH}/v1.0/$metadata#${list.table}`, ...(next ? { '@odata.nextLink': next } : {}), value } };
	}

	// A page of a list that is short enough to be made whole; null for a token that is none of ours.
	slice(req, all, key, size) {
		const position = this.position(req.query.get('$skiptoken'), key);
		if (!position)
			return null;
		if (position.end)
			return { rows: [], token: '' };
		if (!position.hollow && this.fault('empty-middle'))
			return { rows: [], token: pack({ ...position, hollow: 1 }) };
		const rows = all.slice(position.at[1], position.at[1] + size).map(one => one.row);
		const next = position.at[1] + rows.length;
		return { rows, token: this.follow(position, [0, next], next >= all.length, rows.length) };
	}

	// --- Resource Graph ---

	resourceGraph(req) {
		const quota = this.take(req);
		const answer = quota.left < 0
			? { ...error(429, 'RateLimiting', 'Please provide below info when asking for support.', [{ code: 'RateLimiting', message: 'Client application has been throttled.' }]), headers: { 'retry-after': String(quota.seconds) } }
			: this.query(req);
		answer.headers = { ...answer.headers, 'x-ms-user-quota-remaining': String(Math.max(0, quota.left)), 'x-ms-user-quota-resets-after': `00:00:${String(quota.seconds).padStart(2, '0')}` };
		return answer;
	}

	// Of the principal's window, which begins with its first query.
	take(req) {
		const now = req.at.getTime();
		let window = this.windows.get('');
		if (!window || now >= window.begin + WINDOW_MS)
			this.windows.set('', (window = { begin: now, used: 0 }));
		window.used++;
		return { left: this.quota - window.used, seconds: Math.max(1, Math.ceil((window.begin + WINDOW_MS - now) / 1000)) };
	}

	query(req) {
		const bad = this.version(req, ['2019-04-01', '2021-03-01', '2022-10-01']);
		if (bad)
			return bad;
		if (req.method !== 'POST' || !/^application\/json/.test(req.headers['content-type'] ?? ''))
			return error(415, 'UnsupportedMediaType', 'The content type is application/json.');
		const body = parse(req.body);
		const ids = body?.subscriptions;
		const bad2 = (code, message) => error(400, 'BadRequest', 'Please provide below info when asking for support.', [{ code, message }]);
		if (typeof body?.query !== 'string')
			return bad2('InvalidQuery', 'Query is missing.');
		if (!Array.isArray(ids) || ids.length > 1000)
			return bad2('TooManySubscriptions', 'At most 1000 subscriptions.');
		const plan = readQuery(body.query);
		if (!plan)
			return bad2('InvalidQuery', 'Query is invalid. Please refer to the documentation.');
		const top = body.options?.$top ?? 100;
		if (!(top >= 1 && top <= 1000) || (body.options?.resultFormat ?? 'objectArray') !== 'objectArray')
			return bad2('InvalidOptions', '$top is from 1 to 1000, resultFormat objectArray.');
		const wanted = new Set(ids);
		const subs = this.estate.subs.map((sub, s) => s).filter(s => wanted.has(this.estate.subs[s].id) && !this.estate.subs[s].lost);
		if (subs.length === 0)
			return bad2('NoValidSubscriptionsInQueryRequest', 'There must be at least one subscription that is eligible to contain resources.');
		return this.run(body, plan, subs, top);
	}

	run(body, plan, subs, top) {
		// A token is good for the query and the subscriptions that gave it.
		const key = crypto.createHash('sha256').update(JSON.stringify([body.query, body.subscriptions])).digest('hex').slice(0, 16);
		const position = this.position(body.options?.$skipToken ?? null, key);
		if (!position)
			return error(400, 'BadRequest', 'Please provide below info when asking for support.', [{ code: 'InvalidSkipToken', message: 'The skip token is not valid.' }]);
		const table = this.estate.table(plan.table);
		const page = this.page(table, subs, position, top, true);
		const total = subs.reduce((sum, s) => sum + this.estate.rows(table, s), 0);
		const data = page.rows.map(row => Object.fromEntries(plan.columns.map(column => [column, row[column] ?? null])));
		const out = { totalRecords: total, count: data.length, data, facets: [], resultTruncated: 'false' };
		const headers = { 'x-ms-tenant-subscription-limit-hit': String(this.fault('subscription-limit')) };
		if (this.fault('result-truncated') || (page.token !== '' && !plan.pages))
			out.resultTruncated = 'true';
		else if (page.token !== '')
			out.$skipToken = page.token;
		return { status: 200, headers, body: out, records: data.length };
	}
}

// Microsoft Graph, which has a host and tokens of its own.
function isDirectory(req) {
	return req.path.startsWith('/v1.0/');
}

function isGraph(req) {
	return /\/microsoft\.resourcegraph\//i.test(req.path);
}

function parse(body) {
	try {
		return JSON.parse(body.toString());
	} catch {
		return null;
	}
}

// The few forms of queries that are understood: "table | where type =~ 'x' | project a, b | order by id asc".
function readQuery(text) {
	const [table, ...steps] = text.split('|').map(step => step.trim());
	let type = '';
	let columns = null;
	let ordered = false;
	let failing = false;
	for (const step of steps) {
		const where = /^where type =~ '([^']+)'$/.exec(step);
		if (step === "where properties.complianceState !~ 'Compliant'") {
			failing = true;
			continue;
		}
		const project = /^project (.+)$/.exec(step);
		if (where)
			type = where[1].toLowerCase();
		else if (project)
			columns = project[1].split(',').map(column => column.trim());
		else if (step === 'order by id asc')
			ordered = true;
		else
			return null;
	}
	const name = TABLES[`${table.toLowerCase()} ${type}`];
	if (failing && name !== 'policy')
		return null;
	return name && columns ? { table: failing ? 'failing' : name, columns, pages: ordered && columns.includes('id') } : null;
}
