// SPDX-License-Identifier: Apache-2.0
// Simulated AWS: STS, Security Hub (both forms), GuardDuty, Inspector, and the credential endpoints of
// an instance and of a container, all behind one address.  It checks what the services check, the
// signature first, and refuses in their words.
//
// Options: accounts=3, regions=eu-west-1,us-east-1, lists=securityhub, auth=keys|instance,
//   aggregation=REGION (a home region that tells all), quota=N (GetFindings at N times 3 a second,
//   others at N times 10; without it nothing is throttled), lifetime=SECONDS of a session, page=N.

import { hash32, hex } from './seeded.mjs';
import { Estate, asff, detectorOf, guardduty, inspector, ocsf } from './aws_estate.mjs';
import { verify } from './aws_sigv4.mjs';

export const faults = {
	'token-expired': { times: 1, after: 1 }, // a NextToken is refused
	overlap: { times: 1 }, // a page begins with the last record of the page before it
	denied: { times: Infinity }, // the role lacks the action
};

const ROLE = 'isobar-reader';
const EXTERNAL_ID = 'isobar-simulation';
const WEB_TOKEN = 'simulated.web.identity';
const CONTAINER_TOKEN = 'simulated-container-token';

const json = (status, body, records = 0, headers = {}) => ({ status, headers: { 'content-type': 'application/json', 'x-amzn-requestid': '00000000-0000-4000-8000-000000000000', ...headers }, body, records });
// REST-JSON: the type in a header, as "Type:http://…".
const refuse = (status, type, message) => json(status, { message, Message: message }, 0, { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazonaws/` });

// What each operation takes and gives; keys: members that its body may have.
const operations = [
	{ name: 'GetFindings', service: 'securityhub', action: 'securityhub:GetFindings', method: 'POST', path: /^\/findings$/, keys: ['Filters', 'SortCriteria', 'MaxResults', 'NextToken'], rate: 3, burst: 6, wrong: 'InvalidInputException' },
	{ name: 'GetFindingsV2', service: 'securityhub', action: 'securityhub:GetFindings', method: 'POST', path: /^\/findingsv2$/, keys: ['Filters', 'SortCriteria', 'MaxResults', 'NextToken', 'Scopes'], rate: 3, burst: 6, wrong: 'ValidationException' },
	{ name: 'ListInspectorFindings', service: 'inspector2', action: 'inspector2:ListFindings', method: 'POST', path: /^\/findings\/list$/, keys: ['filterCriteria', 'sortCriteria', 'maxResults', 'nextToken'], rate: 10, burst: 30, wrong: 'ValidationException' },
	{ name: 'ListDetectors', service: 'guardduty', action: 'guardduty:ListDetectors', method: 'GET', path: /^\/detector$/, rate: 10, burst: 30, wrong: 'BadRequestException' },
	{ name: 'ListFindings', service: 'guardduty', action: 'guardduty:ListFindings', method: 'POST', path: /^\/detector\/([^/]+)\/findings$/, keys: ['findingCriteria', 'sortCriteria', 'maxResults', 'nextToken'], rate: 10, burst: 30, wrong: 'BadRequestException' },
	{ name: 'GetGuardDutyFindings', service: 'guardduty', action: 'guardduty:GetFindings', method: 'POST', path: /^\/detector\/([^/]+)\/findings\/get$/, keys: ['findingIds', 'sortCriteria'], rate: 10, burst: 30, wrong: 'BadRequestException' },
];
const operationOf = req => operations.find(op => op.method === req.method && op.path.test(req.path));

export function create({ seed, scale, url, options = {}, fault }) {
	const accounts = Array.from({ length: Number(options.accounts ?? 3) }, (_, i) => ['111122223333', '444455556666', '012345678901'][i] ?? String(100000000000 + i));
	const regions = (options.regions ?? 'eu-west-1,us-east-1').split(',');
	const sim = {
		seed,
		options,
		fault,
		accounts,
		regions,
		hub: accounts[0],
		estate: new Estate({ seed, scale, accounts, regions }),
		keys: new Map(),
		served: 0, // sessions
		metadata: new Map(), // tokens of IMDSv2 and when they end
		buckets: new Map(),
		hidden: { lose: new Set(), disable: new Set(), empty: new Set() },
	};
	sim.base = { keyId: `AKIA${hex(16, seed, 91).toUpperCase()}`, secret: hex(40, seed, 92), account: sim.hub };
	sim.keys.set(sim.base.keyId, sim.base);
	return {
		isData: req => operationOf(req) !== undefined,
		page: req => pageNumber(sim, req),
		handle: req => handle(sim, req),
		refusal: (req, status) => json(status, { __type: { 429: 'TooManyRequestsException', 503: 'ServiceUnavailableException' }[status] ?? 'InternalException', message: 'simulated' }),
		truth: () => sim.estate.truth(),
		change: (name, args) => change(sim, name, args),
		settings: () => settingsOf(sim, url),
	};
}

function settingsOf(sim, url) {
	const { base, accounts, regions, options } = sim;
	const keys = options.auth === 'instance' ? {} : { key_id: base.keyId, secret: base.secret };
	const place = options.aggregation ? { aggregation_region: options.aggregation } : { role: ROLE, external_id: EXTERNAL_ID };
	return {
		endpoint: url,
		auth: options.auth ?? 'keys',
		...keys,
		accounts: accounts.join(','),
		regions: regions.join(','),
		...place,
		lists: options.lists ?? 'securityhub',
	};
}

function handle(sim, req) {
	if (req.path.startsWith('/latest/'))
		return metadata(sim, req);
	if (req.path === '/container/credentials')
		return container(sim, req);
	if (req.path === '/')
		return sts(sim, req);
	const op = operationOf(req);
	return op ? data(sim, req, op) : refuse(404, 'UnknownOperationException', '');
}

// --- credentials ---

// A session of a role in an account.
function session(sim, account, role, now) {
	const n = ++sim.served;
	const key = {
		keyId: `ASIA${hex(16, sim.seed, n, 93).toUpperCase()}`,
		secret: hex(40, sim.seed, n, 94),
		token: `${hex(64, sim.seed, n, 95)}/+==`,
		expires: now + Number(sim.options.lifetime ?? 3600) * 1000,
		account,
		role,
	};
	sim.keys.set(key.keyId, key);
	return key;
}

const plain = (status, body) => ({ status, headers: { 'content-type': 'text/plain' }, body });

function metadata(sim, req) {
	const now = req.at.getTime();
	if (req.path === '/latest/api/token') {
		const ttl = Number(req.headers['x-aws-ec2-metadata-token-ttl-seconds']);
		if (req.method !== 'PUT' || !(ttl >= 1 && ttl <= 21600))
			return plain(400, '');
		const token = hex(56, sim.seed, sim.metadata.size, 96);
		sim.metadata.set(token, now + ttl * 1000);
		return plain(200, token);
	}
	if (!(sim.metadata.get(req.headers['x-aws-ec2-metadata-token']) > now))
		return plain(401, '');
	const role = /^\/latest\/meta-data\/iam\/security-credentials\/(.*)$/.exec(req.path);
	if (req.method !== 'GET' || !role)
		return plain(404, '');
	if (role[1] === '')
		return plain(200, 'isobar-instance');
	return role[1] === 'isobar-instance' ? metadataKeys(session(sim, sim.hub, role[1], now), req) : plain(404, '');
}

function metadataKeys(key, req) {
	return json(200, {
		Code: 'Success',
		LastUpdated: req.at.toISOString(),
		Type: 'AWS-HMAC',
		AccessKeyId: key.keyId,
		SecretAccessKey: key.secret,
		Token: key.token,
		Expiration: new Date(key.expires).toISOString().replace(/\.\d+Z/, 'Z'),
	});
}

function container(sim, req) {
	if (req.headers.authorization !== CONTAINER_TOKEN)
		return json(401, { code: 'AccessDenied', message: 'simulated' });
	return metadataKeys(session(sim, sim.hub, 'isobar-container', req.at.getTime()), req);
}

function stsRefuse(req, status, code, message) {
	if (/json/.test(req.headers.accept ?? ''))
		return json(status, { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: '1' });
	return { status, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>` };
}

const stsCodes = { UnrecognizedClient: [403, 'InvalidClientTokenId'], InvalidSignature: [403, 'SignatureDoesNotMatch'], ExpiredToken: [403, 'ExpiredToken'], RequestExpired: [403, 'RequestExpired'], IncompleteSignature: [400, 'IncompleteSignature'], MissingAuthenticationToken: [403, 'MissingAuthenticationToken'] };

function sts(sim, req) {
	const form = new URLSearchParams(req.body.toString());
	const say = (status, code, message = '') => stsRefuse(req, status, code, message);
	if (req.method !== 'POST' || !/^application\/x-www-form-urlencoded\b/.test(req.headers['content-type'] ?? ''))
		return say(400, 'InvalidAction');
	if (form.get('Version') !== '2011-06-15')
		return say(400, 'NoSuchVersion');
	if (form.get('Action') === 'AssumeRoleWithWebIdentity')
		return assumeByWeb(sim, req, form, say);
	if (sim.fault('wrong-secret'))
		return say(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match');
	const who = verify(req, id => sim.keys.get(id), req.at.getTime());
	if (who.error || who.service !== 'sts')
		return say(...stsCodes[who.error ?? 'InvalidSignature']);
	const caller = sim.keys.get(who.keyId);
	if (form.get('Action') === 'GetCallerIdentity')
		return stsAnswer(req, 'GetCallerIdentity', { Account: caller.account, Arn: arnOf(caller), UserId: caller.keyId });
	if (form.get('Action') === 'AssumeRole')
		return assume(sim, req, form, caller, say);
	return say(400, 'InvalidAction');
}

function arnOf(key) {
	return key.role ? `arn:aws:sts::${key.account}:assumed-role/${key.role}/isobar` : `arn:aws:iam::${key.account}:user/isobar`;
}

// Accept decides; numbers are epoch seconds with a fraction in JSON.
function stsAnswer(req, action, result) {
	if (/json/.test(req.headers.accept ?? ''))
		return json(200, { [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: { RequestId: '1' } } });
	return { status: 200, headers: { 'content-type': 'text/xml' }, body: `<${action}Response/>` };
}

const credentials = key => ({ AccessKeyId: key.keyId, SecretAccessKey: key.secret, SessionToken: key.token, Expiration: key.expires / 1000 });

function assume(sim, req, form, caller, say) {
	const role = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(form.get('RoleArn') ?? '');
	const seconds = Number(form.get('DurationSeconds') ?? 3600);
	if (!role || !/^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? ''))
		return say(400, 'ValidationError', 'not of that form');
	if (seconds < 900 || seconds > (caller.role ? 3600 : 43200))
		return say(400, 'ValidationError', 'DurationSeconds');
	if (!sim.accounts.includes(role[1]) || role[2] !== ROLE || form.get('ExternalId') !== EXTERNAL_ID || caller.account !== sim.hub)
		return say(403, 'AccessDenied', `User: ${arnOf(caller)} is not authorized to perform: sts:AssumeRole on resource: ${form.get('RoleArn')}`);
	return stsAnswer(req, 'AssumeRole', { AssumedRoleUser: { Arn: 'arn', AssumedRoleId: 'id' }, Credentials: credentials(session(sim, role[1], role[2], req.at.getTime())) });
}

function assumeByWeb(sim, req, form, say) {
	if (form.get('WebIdentityToken') !== WEB_TOKEN)
		return say(400, 'InvalidIdentityToken', 'No OpenIDConnect provider found');
	const role = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(form.get('RoleArn') ?? '');
	if (!role || role[1] !== sim.hub || !form.get('RoleSessionName'))
		return say(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
	return stsAnswer(req, 'AssumeRoleWithWebIdentity', { Credentials: credentials(session(sim, role[1], role[2], req.at.getTime())) });
}

// --- listings ---

const dataCodes = {
	UnrecognizedClient: [403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
	InvalidSignature: [403, 'InvalidSignatureException', 'The request signature we calculated does not match the signature you provided.'],
	RequestExpired: [403, 'InvalidSignatureException', 'Signature expired.'],
	ExpiredToken: [403, 'ExpiredTokenException', 'The security token included in the request is expired'],
	IncompleteSignature: [400, 'IncompleteSignatureException', ''],
	MissingAuthenticationToken: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
};

function data(sim, req, op) {
	const who = verify(req, id => sim.keys.get(id), req.at.getTime());
	if (who.error)
		return refuse(...dataCodes[who.error]);
	if (who.service !== op.service || !sim.regions.includes(who.region))
		return refuse(...dataCodes[who.service === op.service ? 'UnrecognizedClient' : 'InvalidSignature']);
	const key = sim.keys.get(who.keyId);
	if (key.token && sim.fault('expire')) {
		key.expires = 1;
		return refuse(...dataCodes.ExpiredToken);
	}
	const place = `${key.account}/${who.region}`;
	if (isThrottled(sim, `${place} ${op.name}`, op, req.at.getTime()))
		return json(429, { __type: 'TooManyRequestsException', message: 'Too Many Requests' });
	if (sim.hidden.lose.has(place) || sim.fault('denied'))
		return refuse(403, 'AccessDeniedException', `User: ${arnOf(key)} is not authorized to perform: ${op.action} on resource: *`);
	if (sim.hidden.disable.has(place))
		return notEnabled(op, key);
	const body = bodyOf(req, op);
	if (body.wrong)
		return refuse(400, op.wrong, body.wrong);
	return answers[op.name](sim, { req, op, body: body.value, place, account: key.account, region: who.region });
}

// A bucket of tokens, as the services' quotas are written.
function isThrottled(sim, name, op, now) {
	const factor = Number(sim.options.quota ?? 0);
	if (factor === 0)
		return false;
	const bucket = sim.buckets.get(name) ?? { tokens: op.burst, at: now };
	bucket.tokens = Math.min(op.burst, bucket.tokens + ((now - bucket.at) / 1000) * op.rate * factor);
	bucket.at = now;
	sim.buckets.set(name, bucket);
	if (bucket.tokens < 1)
		return true;
	bucket.tokens--;
	return false;
}

function notEnabled(op, key) {
	if (op.service === 'securityhub')
		return refuse(401, 'InvalidAccessException', `Account ${key.account} is not subscribed to AWS Security Hub`);
	if (op.service === 'inspector2')
		return refuse(403, 'AccessDeniedException', 'Invoking account does not have access to ListFindings API');
	return op.name === 'ListDetectors' ? json(200, { detectorIds: [], nextToken: '' }) : refuse(400, 'BadRequestException', 'The request is rejected because the input detectorId is not owned by the current account.');
}

// {value} or {wrong}.
function bodyOf(req, op) {
	if (!op.keys)
		return { value: {} };
	if (!/^application\/(x-amz-json-1\.1|json)\b/.test(req.headers['content-type'] ?? ''))
		return { wrong: 'Content-Type' };
	let value;
	try {
		value = JSON.parse(req.body.toString());
	} catch {
		return { wrong: 'The body is no JSON' };
	}
	const unknown = Object.keys(value).find(key => !op.keys.includes(key));
	const most = value.MaxResults ?? value.maxResults ?? 1;
	const limit = op.name === 'ListFindings' ? 50 : 100;
	if (unknown !== undefined)
		return { wrong: `Unknown member ${unknown}` };
	return Number.isInteger(most) && most >= 1 && most <= limit ? { value } : { wrong: 'MaxResults' };
}

const pageSize = (sim, body) => Math.min(body.MaxResults ?? body.maxResults ?? 50, Number(sim.options.page ?? 100));

// Tokens belong to the question that they continue.
function questionOf(sim, { op, body, place }) {
	const { NextToken: a, nextToken: b, ...rest } = body;
	return hash32(sim.seed, ...Buffer.from(JSON.stringify([op.name, place, rest])));
}

function readToken(text) {
	try {
		const token = JSON.parse(Buffer.from(text, 'base64url').toString());
		return Number.isInteger(token.at) && token.at >= 0 ? token : null;
	} catch {
		return null;
	}
}

// Which page of its listing is asked for, from 1.
function pageNumber(sim, req) {
	try {
		const body = JSON.parse(req.body.toString());
		const token = readToken(body.NextToken ?? body.nextToken ?? '');
		return token ? Math.floor(token.at / pageSize(sim, body)) + 1 : 1;
	} catch {
		return 1;
	}
}

// A page of numbers: {list, next} or {refused}; next is undefined at the end.
function turn(sim, ask, numbers) {
	const { op, body } = ask;
	const sent = body.NextToken ?? body.nextToken;
	const question = questionOf(sim, ask);
	const token = sent === undefined ? { at: 0, question } : readToken(sent);
	const size = pageSize(sim, body);
	// turn: an empty page has its own token, though it is followed by the same place.
	const give = (at, turn = 0) => Buffer.from(JSON.stringify({ at, turn, question })).toString('base64url');
	if (!token || token.question !== question || (sent !== undefined && sim.fault('token-expired')))
		return { refused: refuse(400, op.wrong, 'NextToken is invalid or has expired') };
	if (sim.hidden.empty.has(ask.place))
		return { list: [] };
	const end = token.at + size;
	if (sent !== undefined && sim.fault('repeat-token'))
		return { list: numbers.slice(token.at, end), next: sent };
	if (token.at > 0 && sim.fault('empty-middle'))
		return { list: [], next: give(token.at, token.turn + 1) };
	const from = token.at > 0 && sim.fault('overlap') ? token.at - 1 : token.at;
	const more = end < numbers.length || (token.at < numbers.length && sim.fault('empty-last'));
	return { list: numbers.slice(from, end), next: more ? give(end) : undefined };
}

const hubKinds = ['control', 'vulnerability', 'threat'];
const kindOfProduct = { 'Security Hub': 'control', Inspector: 'vulnerability', GuardDuty: 'threat' };

function placesOf(sim, ask) {
	if (sim.options.aggregation === ask.region && ask.account === sim.hub)
		return sim.accounts.flatMap(account => sim.regions.map(region => `${account}/${region}`));
	return [ask.place];
}

function hub(sim, ask, names, form) {
	const kinds = hubKinds.filter(kind => !names.some(name => kindOfProduct[name] === kind));
	const page = turn(sim, ask, sim.estate.list(placesOf(sim, ask), kinds));
	if (page.refused)
		return page.refused;
	return json(200, { Findings: page.list.map(i => form(sim.estate.at(i))), ...(page.next ? { NextToken: page.next } : {}) }, page.list.length);
}

// The names of products that the filters leave out; null: filters of another kind.
function namesInFilters(filters, read) {
	try {
		return filters === undefined ? [] : read(filters);
	} catch {
		return null;
	}
}

const answers = {
	GetFindings(sim, ask) {
		const names = namesInFilters(ask.body.Filters, f => f.ProductName.map(x => (x.Comparison === 'NOT_EQUALS' ? x.Value : undefined)));
		const sort = ask.body.SortCriteria?.[0];
		if (!names || names.includes(undefined) || (sort && !(['asc', 'desc'].includes(sort.SortOrder) && sort.Field)))
			return refuse(400, 'InvalidInputException', 'Filters or SortCriteria');
		return hub(sim, ask, names, asff);
	},
	GetFindingsV2(sim, ask) {
		const names = namesInFilters(ask.body.Filters, f => f.CompositeFilters.flatMap(c => c.StringFilters.map(x => (x.FieldName === 'metadata.product.name' && x.Filter.Comparison === 'NOT_EQUALS' ? x.Filter.Value : undefined))));
		if (!names || names.includes(undefined))
			return refuse(400, 'ValidationException', 'Filters');
		return hub(sim, ask, names, ocsf);
	},
	ListInspectorFindings(sim, ask) {
		const page = turn(sim, ask, sim.estate.list([ask.place], ['vulnerability']));
		return page.refused ?? json(200, { findings: page.list.map(i => inspector(sim.estate.at(i))), ...(page.next ? { nextToken: page.next } : {}) }, page.list.length);
	},
	ListDetectors: (sim, ask) => json(200, { detectorIds: [detectorOf(sim.seed, ask.account, ask.region)], nextToken: '' }),
	ListFindings(sim, ask) {
		if (!ownsDetector(sim, ask))
			return notEnabled(ask.op, { account: ask.account });
		const page = turn(sim, ask, sim.estate.list([ask.place], ['threat']));
		return page.refused ?? json(200, { findingIds: page.list.map(i => sim.estate.at(i).nativeId), nextToken: page.next ?? '' });
	},
	GetGuardDutyFindings(sim, ask) {
		const ids = ask.body.findingIds;
		if (!ownsDetector(sim, ask))
			return notEnabled(ask.op, { account: ask.account });
		if (!Array.isArray(ids) || ids.length < 1 || ids.length > 50)
			return refuse(400, 'BadRequestException', 'The request is rejected because the parameter findingIds has an invalid value.');
		const wanted = new Set(ids);
		const found = sim.estate.list([ask.place], ['threat']).map(i => sim.estate.at(i)).filter(f => wanted.has(f.nativeId));
		return json(200, { findings: found.map(guardduty) }, found.length);
	},
};

const ownsDetector = (sim, ask) => ask.op.path.exec(ask.req.path)[1] === detectorOf(sim.seed, ask.account, ask.region);

// --- what happens to the estate ---

function change(sim, name, args = {}) {
	const { estate, hidden } = sim;
	switch (name) {
	case 'flip':
	case 'severity':
	case 'delete':
		estate[name](args.n ?? 10);
		return {};
	case 'reorder':
		estate.reorder();
		return {};
	case 'case': // ARNs are the same in one case only
		return {};
	case 'lose': // the permission in a place, "111122223333/eu-west-1"
	case 'disable': // the service there
	case 'empty': // answers 200 with nothing
		hidden[name].add(args.scope ?? `${sim.accounts[0]}/${sim.regions[0]}`);
		return {};
	case 'restore':
		for (const set of Object.values(hidden))
			set.clear();
		return {};
	default:
		throw new Error(`AWS knows no change "${name}"`);
	}
}
