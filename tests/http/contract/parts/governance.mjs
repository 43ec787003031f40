// SPDX-License-Identifier: Apache-2.0
// What an org decides for many risks at once: acceptances, owners, suppression rules, SLA policies; each operation,
// by everybody, and with every problem.
import { check, part, same } from '../lib/check.mjs';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const DAY_MS = 86400000;
const MAY = { TRIAGE: ['analyst', 'approver', 'admin'], APPROVE: ['approver'], ADMIN: ['admin'] };

let nKeys = 0;
const newKey = () => `governance-${++nKeys}`;
const inDays = (days) => `${new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 19)}Z`;
const tokenOf = (ctx, name) => ctx.tokens.find((t) => t.name === name).token;
const asked = (more) => ({ where: 'band=low', ends_at: inDays(20), reason: 'a test', ...more });

// ask(ctx, 'decideAcceptance', { id, body, token, headers, query }): checked against the contract.
async function ask(ctx, name, options = {}) {
	const operation = ctx.contract.operation(name);
	const { body } = options;
	const headers = {
		...(body !== undefined && { 'Content-Type': 'application/json' }),
		...(operation.parameters.some((p) => p.name === 'Idempotency-Key') && { 'Idempotency-Key': newKey() }),
		...options.headers,
	};

	if (options.without)
		delete headers[options.without];
	const answer = await ctx.client.request({
		method: operation.method,
		path: operation.path.replace(/\{(id|name)\}/, options.id) + (options.query ?? ''),
		token: 'token' in options ? options.token : ctx.token,
		headers,
		body: typeof body === 'object' ? JSON.stringify(body) : body,
	});
	const value = ctx.contract.checkAnswer(`${name} ${options.title ?? ''}`, operation, answer);

	return { status: answer.status, headers: answer.headers, value, text: answer.text() };
}

function expect(title, want, answer) {
	check(`${title}: status`, answer.status === want, () => `wanted ${want}, got ${answer.status}: ${answer.text.slice(0, 300)}`);
	return answer.value;
}

// Who has not the permission in the whole org gets 403, who is nobody 401.
// A role for a part of it may find nothing there (404).
async function everybody(ctx, name, options, inPart = 403) {
	const { permission } = ctx.contract.operation(name);

	expect(`${name} without a token`, 401, await ask(ctx, name, { ...options, token: undefined }));
	for (const visitor of ctx.tokens.filter((t) => t.org === 'default' && t.state !== 'to be revoked')) {
		const want = visitor.state === 'no role' ? 403 : visitor.state !== 'good' ? 401
			: !MAY[permission].includes(visitor.role) ? 403 : visitor.scope ? inPart : null;

		if (want)
			expect(`${name} by ${visitor.name}`, want, await ask(ctx, name, { ...options, token: visitor.token }));
	}
}

async function faults(ctx, name, options, rows) {
	const title = (body) => `${name} with ${JSON.stringify(body).slice(0, 60)}`;

	for (const [body, pointer] of [['', ''], ['{', ''], ['[]', ''], [{ ...options.body, colour: 'red' }, '/colour'], ...rows]) {
		const value = expect(title(body), 400, await ask(ctx, name, { ...options, body, title: title(body) }));

		same(`${title(body)}: pointer`, pointer, value?.errors?.[0].pointer);
	}
	expect(`${name} as text`, 415, await ask(ctx, name, { ...options, headers: { 'Content-Type': 'text/plain' } }));
	expect(`${name} with a parameter`, 400, await ask(ctx, name, { ...options, query: '?a=b' }));
	expect(`${name}, too large`, 413, await ask(ctx, name, { ...options, body: ' '.repeat(300000), title: 'too large' }));
	if (!ctx.contract.operation(name).parameters.some((p) => p.name === 'Idempotency-Key'))
		return;
	for (const wrong of [{ without: 'Idempotency-Key' }, { headers: { 'Idempotency-Key': 'a b' } }]) {
		const value = expect(`${name} without a good key`, 400, await ask(ctx, name, { ...options, ...wrong }));

		same(`${name}: header`, 'Idempotency-Key', value?.errors?.[0].header);
	}
}

// --- acceptances ---

async function asking(ctx, risk) {
	await everybody(ctx, 'askAcceptance', { body: asked() });
	await faults(ctx, 'askAcceptance', { body: asked() }, [
		[asked({ reason: undefined }), '/reason'], [asked({ reason: ' ' }), '/reason'], [asked({ reason: 'x'.repeat(2001) }), '/reason'],
		[asked({ where: undefined }), ''], [asked({ risk_id: risk.id }), ''], [asked({ fix_id: UNKNOWN_ID }), ''],
		[asked({ where: 'colour=red' }), '/where'], [asked({ where: 'band=purple' }), '/where'], [asked({ where: 'rule=x' }), '/where'],
		[asked({ where: undefined, risk_id: 'x' }), '/risk_id'], [asked({ where: undefined, risk_id: UNKNOWN_ID }), '/risk_id'],
		[asked({ where: undefined, risk_id: ctx.truth.other.risks[0].id }), '/risk_id'],
		[asked({ where: undefined, fix_id: 'x' }), '/fix_id'], [asked({ where: undefined, fix_id: UNKNOWN_ID }), '/fix_id'],
		[asked({ ends_at: 'soon' }), '/ends_at'], [asked({ ends_at: 5 }), '/ends_at'],
	]);
	// The defaults: 30 days for critical, 365 for low.
	for (const [title, body] of [['no end', asked({ ends_at: undefined })], ['null', asked({ ends_at: null })], ['over', asked({ ends_at: inDays(-1) })],
		['too late', asked({ ends_at: inDays(366) })], ['too late for the worst', asked({ where: 'provider=aws', ends_at: inDays(31) })],
		['too late for the risk', asked({ where: undefined, risk_id: risk.id, ends_at: inDays(366) })]]) {
		const value = expect(title, 422, await ask(ctx, 'askAcceptance', { body }));

		same(`${title}: type`, '/problems/invalid-content', value?.type);
		same(`${title}: pointer`, '/ends_at', value?.errors?.[0].pointer);
	}
	const headers = { 'Idempotency-Key': newKey() };
	const body = asked({ where: ' band = low ' }); // once: its end is of the second in which it is made
	const first = await ask(ctx, 'askAcceptance', { body, headers });
	const value = expect('asked for', 201, first);

	same('asked for: state', ['asked', false, 'band=low', 'analyst-of-default', null], [value.state, value.holds, value.where, value.requested_by, value.decided_by]);
	same('sent again: the same answer', first.text, (await ask(ctx, 'askAcceptance', { body, headers })).text);
	expect('the key with another body', 422, await ask(ctx, 'askAcceptance', { body: asked(), headers }));
	return value;
}

async function scoped(ctx) {
	const { token } = ctx.tokens.find((t) => t.name === 'owner-scope');
	const mine = ctx.truth.default.risks.find((r) => r.owner === 'Zoë & friends' && r.state === 'open');
	const hidden = ctx.truth.default.risks.find((r) => r.owner !== 'Zoë & friends');
	const body = (id) => ({ where: undefined, risk_id: id, ends_at: inDays(2) });
	const own = expect('of its own', 201, await ask(ctx, 'askAcceptance', { token, body: asked(body(mine.id)) }));

	expect('of what it does not see', 400, await ask(ctx, 'askAcceptance', { token, body: asked(body(hidden.id)) }));
	same('it sees its own', [own.id], (await ask(ctx, 'listAcceptances', { token })).value.items.map((x) => x.id));
	for (const name of ['empty-scope', 'viewer-of-other'])
		same(`${name} sees none`, [], (await ask(ctx, 'listAcceptances', { token: tokenOf(ctx, name) })).value.items);
	expect('withdrawn by who asked', 200, await ask(ctx, 'revokeAcceptance', { token, id: own.id }));
}

async function deciding(ctx, { id }) {
	const token = tokenOf(ctx, 'approver-of-default');
	const yes = { approve: true };

	await everybody(ctx, 'decideAcceptance', { id, body: yes });
	await faults(ctx, 'decideAcceptance', { id, token, body: yes }, [
		[{}, '/approve'], [{ approve: 'yes' }, '/approve'], [{ approve: true, reason: ' ' }, '/reason'],
		[{ approve: true, reason: 'x'.repeat(2001) }, '/reason'],
	]);
	for (const unknown of [UNKNOWN_ID, 'nonsense'])
		expect(`decided: ${unknown}`, 404, await ask(ctx, 'decideAcceptance', { id: unknown, token, body: yes }));
	expect('by the approver of another org', 404, await ask(ctx, 'decideAcceptance', { id, token: tokenOf(ctx, 'approver-of-other'), body: yes }));
	const own = expect('asked for by an approver', 201, await ask(ctx, 'askAcceptance', { token, body: asked() }));

	expect("one's own", 403, await ask(ctx, 'decideAcceptance', { id: own.id, token, body: yes }));
	const headers = { 'Idempotency-Key': newKey() };
	const approved = await ask(ctx, 'decideAcceptance', { id, token, headers, body: yes });
	const value = expect('approved', 200, approved);

	same('approved', ['approved', true, 'a test', 'approver-of-default'], [value.state, value.holds, value.reason, value.decided_by]);
	same('approved again: the same answer', approved.text, (await ask(ctx, 'decideAcceptance', { id, token, headers, body: yes })).text);
	expect('the key with another body', 422, await ask(ctx, 'decideAcceptance', { id, token, headers, body: { approve: false } }));
	for (const approve of [true, false])
		expect('decided twice', 409, await ask(ctx, 'decideAcceptance', { id, token, body: { approve } }));
	same('as it is stored', value, (await ask(ctx, 'listAcceptances', { query: '?state=approved' })).value.items.find((x) => x.id === id));
	const refused = expect('refused', 200, await ask(ctx, 'decideAcceptance', { id: own.id, token, body: { approve: false, reason: 'no' } }));

	same('refused', ['refused', false, 'no'], [refused.state, refused.holds, refused.reason]);
}

async function single(ctx, risk) {
	const token = tokenOf(ctx, 'approver-of-default');
	const body = asked({ where: undefined, risk_id: risk.id, ends_at: inDays(2) });
	const one = expect('of a risk', 201, await ask(ctx, 'askAcceptance', { body }));
	const state = async () => (await ctx.client.get(`/v1/risks/${risk.id}`, ctx.token)).json().state;

	same('its risk', risk.id, one.risk);
	const headers = { 'Idempotency-Key': newKey() };
	const approved = await ask(ctx, 'decideAcceptance', { id: one.id, token, headers, body: { approve: true, reason: 'fine' } });
	const value = expect('approved', 200, approved);
	const stored = async () => (await ask(ctx, 'listAcceptances')).value.items.find((x) => x.id === one.id);

	same('approved', ['approved', true, 'fine', 'approver-of-default'], [value.state, value.holds, value.reason, value.decided_by]);
	same('the risk is accepted', 'accepted', await state());
	same('as it is stored', value, await stored());
	same('again: the same answer', approved.text, (await ask(ctx, 'decideAcceptance', { id: one.id, token, headers, body: { approve: true, reason: 'fine' } })).text);
	const more = expect('another of it', 201, await ask(ctx, 'askAcceptance', { body }));
	const refused = await ask(ctx, 'decideAcceptance', { id: more.id, token, body: { approve: true } });

	same('of what is accepted', '/problems/transition-not-allowed', expect('of what is accepted', 409, refused).type);
	same('it stays asked for', 'asked', (await ask(ctx, 'listAcceptances')).value.items.find((x) => x.id === more.id).state);
	const history = ctx.truth.default.command('history', risk.id);

	same('the event names the acceptance', one.id, history.filter((x) => x.kind === 'state_changed').at(-1)?.cause);
	const revoked = expect('revoked while it holds', 200, await ask(ctx, 'revokeAcceptance', { id: one.id, token }));

	same('revoked', ['revoked', false], [revoked.state, revoked.holds]);
	same('as it is stored then', revoked, await stored());
	same('the risk is open', 'open', await state());
	expect('withdrawn', 200, await ask(ctx, 'revokeAcceptance', { id: more.id }));
	const fix = ctx.truth.default.fixes[0];
	const ofFix = expect('of a fix', 201, await ask(ctx, 'askAcceptance', { body: asked({ where: undefined, fix_id: fix.id, ends_at: inDays(1) }) }));

	same('its fix', [fix.id, null, null], [ofFix.fix, ofFix.where, ofFix.risk]);
	expect('of a fix, approved', 200, await ask(ctx, 'decideAcceptance', { id: ofFix.id, token, body: { approve: true } }));
	expect('of a fix, revoked', 200, await ask(ctx, 'revokeAcceptance', { id: ofFix.id, token }));
}

async function revoking(ctx, { id }) {
	const token = tokenOf(ctx, 'approver-of-default');

	await everybody(ctx, 'revokeAcceptance', { id }, 404);
	expect('by neither who asked nor an approver', 403, await ask(ctx, 'revokeAcceptance', { id, token: tokenOf(ctx, 'admin-of-default') }));
	for (const unknown of [UNKNOWN_ID, 'nonsense'])
		expect(`revoked: ${unknown}`, 404, await ask(ctx, 'revokeAcceptance', { id: unknown, token }));
	expect('with a parameter', 400, await ask(ctx, 'revokeAcceptance', { id, token, query: '?a=b' }));
	const value = expect('revoked', 200, await ask(ctx, 'revokeAcceptance', { id, token }));

	same('revoked', ['revoked', false, 'approver-of-default'], [value.state, value.holds, value.decided_by]);
	expect('revoked twice', 409, await ask(ctx, 'revokeAcceptance', { id, token }));
}

// Every page of a list, and wrong questions.
async function pages(ctx, name, id, options = {}) {
	const all = (await ask(ctx, name, options)).value.items;
	const { path } = ctx.contract.operation(name);
	const items = [];
	let next = `${path}?limit=2`;

	for (let n = 0; next && n < 200; n++) {
		const answer = await ctx.client.get(next, options.token ?? ctx.token);
		const { items: some, next_cursor: cursor } = ctx.contract.checkAnswer(next, ctx.contract.operation(name), answer);

		items.push(...some);
		next = answer.headers.link?.match(/^<(.*)>; rel="next"$/)?.[1];
		same(`${name}: a link and a cursor`, cursor !== null, next !== undefined);
	}
	check(`${name}: there are some`, all.length > 2, String(all.length));
	same(`${name} page by page`, all, items);
	same(`${name}: each once`, all.length, new Set(all.map((x) => x[id])).size);
	for (const [query, parameter] of [['limit=0', 'limit'], ['limit=x', 'limit'], ['cursor=', 'cursor'], ['colour=red', 'colour'], ['a=%FF', 'a']]) {
		const value = expect(`${name}?${query}`, 400, await ask(ctx, name, { ...options, query: `?${query}` }));

		same(`${name}?${query}: parameter`, parameter, value?.errors?.[0].parameter);
	}
}

async function acceptances(ctx, risk) {
	let one;

	await part('acceptances are asked for', async () => { one = await asking(ctx, risk); });
	await part('acceptances of who sees a part', () => scoped(ctx));
	await part('acceptances are decided, once', () => deciding(ctx, one));
	await part('acceptances of one risk and of a fix', () => single(ctx, risk));
	await part('acceptances are revoked', () => revoking(ctx, one));
	await part('acceptances are listed', async () => {
		await pages(ctx, 'listAcceptances', 'id');
		for (const state of ['asked', 'approved', 'refused', 'revoked'])
			check(`state=${state}`, (await ask(ctx, 'listAcceptances', { query: `?state=${state}` })).value.items.every((x) => x.state === state));
		expect('of no state', 400, await ask(ctx, 'listAcceptances', { query: '?state=over' }));
		expect('a cursor of none', 400, await ask(ctx, 'listAcceptances', { query: '?cursor=abc' }));
		const { next_cursor: cursor } = (await ask(ctx, 'listAcceptances', { query: '?limit=1' })).value;

		expect('a cursor of another list', 400, await ask(ctx, 'listAcceptances', { query: `?state=asked&cursor=${cursor}` }));
	});
}

// --- owners, suppression rules, policies ---

// A thing of a name: made, changed, read, listed, removed.  fields: what is written; shown: what is read of it.
async function named(ctx, { noun, token, names, body, wrong, shown }) {
	const [id, ...others] = names;
	const list = `list${noun}s`;

	await everybody(ctx, `put${noun}`, { id, body });
	await faults(ctx, `put${noun}`, { id, token, body }, wrong);
	expect('not UTF-8', 404, await ask(ctx, `put${noun}`, { id: '%ff', token, body }));
	same('made', shown, Object.fromEntries(Object.entries(expect('made', 201, await ask(ctx, `put${noun}`, { id, token, body })))
		.filter(([key]) => key in shown)));
	expect('the same again', 200, await ask(ctx, `put${noun}`, { id, token, body }));
	for (const other of others)
		expect(`made: ${other}`, 201, await ask(ctx, `put${noun}`, { id: encodeURIComponent(other), token, body }));
	const one = expect('read', 200, await ask(ctx, `get${noun}`, { id }));

	same('as in the list', one, (await ask(ctx, list)).value.items.find((x) => x.name === one.name));
	await pages(ctx, list, 'name');
	await everybody(ctx, `remove${noun}`, { id });
	expect('removed, with a parameter', 400, await ask(ctx, `remove${noun}`, { id, token, query: '?a=b' }));
	same('removed: as it was', one, expect('removed', 200, await ask(ctx, `remove${noun}`, { id, token })));
	for (const gone of [id, '%ff'])
		expect('removed twice', 404, await ask(ctx, `remove${noun}`, { id: gone, token }));
	expect('gone', 404, await ask(ctx, `get${noun}`, { id }));
}

async function owners(ctx) {
	const token = tokenOf(ctx, 'admin-of-default');
	const body = { kind: 'team', contact: '#shop', email: null };

	await named(ctx, { noun: 'Owner', token, names: ['shop', 'a/b & c', 'ü'], body,
		shown: { name: 'shop', kind: 'team', contact: '#shop', email: null, escalation: null, rules: 0, actor: 'admin-of-default' },
		wrong: [[{}, '/kind'], [{ kind: 'crowd' }, '/kind'], [{ kind: 7 }, '/kind'], [{ ...body, contact: 'x'.repeat(301) }, '/contact'],
			[{ ...body, email: ' ' }, '/email'], [{ ...body, escalation: {} }, '/escalation']] });
	for (const name of ['none', 'a%7Cb', 'a*', '%20', 'x'.repeat(101)])
		expect(`an owner cannot be called ${name}`, 400, await ask(ctx, 'putOwner', { id: name, token, body }));
	const { value: risk } = { value: ctx.truth.default.risks.find((r) => r.state === 'open' && r.band === 'high') };

	ctx.truth.default.command('assign', risk.id, '--owner', 'ü', '--reason', 'a test');
	const answer = expect('people gave it a risk', 409, await ask(ctx, 'removeOwner', { id: encodeURIComponent('ü'), token }));

	same('conflict', '/problems/conflict', answer.type);
	same('its risk', { critical: 0, high: 1, medium: 0, low: 0 }, (await ask(ctx, 'getOwner', { id: encodeURIComponent('ü') })).value.open);
}

async function suppressions(ctx) {
	const token = tokenOf(ctx, 'approver-of-default');
	const body = { where: 'rule=x|y', reason: 'a test', ends_at: inDays(3), log_only: true };

	await named(ctx, { noun: 'Suppression', token, names: ['one', 'two', 'three'], body,
		shown: { name: 'one', where: 'rule=x|y', log_only: true, holds: true, ends_at: body.ends_at, reason: 'a test', actor: 'approver-of-default' },
		wrong: [[{ where: 'rule=x' }, '/reason'], [{ reason: 'x' }, '/where'], [{ ...body, where: 'colour=red' }, '/where'],
			[{ ...body, ends_at: 'soon' }, '/ends_at'], [{ ...body, log_only: 1 }, '/log_only'], [{ ...body, reason: ' ' }, '/reason']] });
	expect('a name with a blank', 400, await ask(ctx, 'putSuppression', { id: 'a%20b', token, body }));
	expect('it ends before it begins', 400, await ask(ctx, 'putSuppression', { id: 'one', token, body: { ...body, starts_at: inDays(4) } }));
	const later = expect('changed', 200, await ask(ctx, 'putSuppression', { id: 'two', token, body: { where: 'rule=x', reason: 'more', starts_at: inDays(1) } }));

	same('to come', [false, null, false], [later.holds, later.ends_at, later.log_only]);
}

async function policies(ctx) {
	const shown = expect('policies', 200, await ask(ctx, 'listSlaPolicies')).items;

	same('as the command line has them', ctx.truth.default.command('sla', 'policy', 'list'), shown);
	same('in order', ['rest', 'off'], shown.map((p) => p.name));
	same('another org has none', [], (await ask(ctx, 'listSlaPolicies', { token: tokenOf(ctx, 'viewer-of-other') })).value.items);
	expect('with a parameter', 400, await ask(ctx, 'listSlaPolicies', { query: '?limit=1' }));
}

export async function governance(ctx) {
	ctx.truth.default.reload();
	const risk = ctx.truth.default.risks.find((r) => r.state === 'open' && r.band === 'low');

	if (!check('there is an open risk', risk))
		return;
	await acceptances(ctx, risk);
	await part('owners of the org', () => owners(ctx));
	await part('suppression rules', () => suppressions(ctx));
	await part('SLA policies', () => policies(ctx));
}
