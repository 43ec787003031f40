// SPDX-License-Identifier: Apache-2.0
// What people decide: every operation that writes, by everybody, and with every problem that it can have.
import { check, part, same } from '../lib/check.mjs';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const ROLES = { TRIAGE: ['analyst', 'approver', 'admin'], APPROVE: ['approver'] };
const DAY_MS = 86400000;

let nKeys = 0;
const newKey = () => `contract-${++nKeys}`;
const inDays = (time, days) => `${new Date(Date.parse(time) + days * DAY_MS).toISOString().slice(0, 19)}Z`;

// A body that is as it should be.
const BODIES = {
	moveRisk: () => ({ to: 'in_progress', reason: 'a test' }),
	moveRisks: (id) => ({ ids: [id], to: 'in_progress', reason: 'a test' }),
	setRiskOwner: () => ({ owner: 'platform', reason: 'a test' }),
	claimRisk: () => ({ hours: 2 }),
	releaseRisk: () => undefined,
	linkFindings: () => ({ kind: 'link', findings: [UNKNOWN_ID], reason: 'a test' }),
	unlinkFindings: () => undefined,
	askExtension: () => ({ due_at: inDays(new Date().toISOString(), 200), reason: 'a test' }),
	decideExtension: () => ({ approve: true, reason: 'a test' }),
};

// What governs the org has a part of its own: governance.mjs.
const writesOf = (ctx) => ctx.contract.writes.filter((operation) => operation.id in BODIES);

// write(ctx, 'moveRisk', id, { token, body, headers }): checked against the contract.
async function write(ctx, id, name, options = {}) {
	const operation = ctx.contract.operation(name);
	const wants = (header) => operation.parameters.some((p) => p.in === 'header' && p.name === header);
	const body = 'body' in options ? options.body : BODIES[name](id);
	const headers = {
		...(body !== undefined && { 'Content-Type': 'application/json' }),
		...(wants('Idempotency-Key') && { 'Idempotency-Key': newKey() }),
		...(wants('If-Match') && { 'If-Match': '*' }),
		...options.headers,
	};

	for (const header of options.without ?? [])
		delete headers[header];
	const answer = await ctx.client.request({
		method: operation.method,
		path: operation.path.replace('{id}', id) + (options.query ?? ''),
		token: 'token' in options ? options.token : ctx.token,
		headers,
		body: typeof body === 'object' ? JSON.stringify(body) : body,
	});
	const value = ctx.contract.checkAnswer(`${name} ${options.title ?? id}`, operation, answer);

	return { status: answer.status, headers: answer.headers, value, text: answer.text() };
}

function expect(title, want, { status, text }) {
	return check(`${title}: status`, status === want, () => `wanted ${want}, got ${status}: ${text.slice(0, 300)}`);
}

// Nobody who may not decide does: roles, scopes, other orgs, no token at all.
async function everybody(ctx, risk) {
	for (const { id: name, permission } of writesOf(ctx)) {
		expect(`${name} without a token`, 401, await write(ctx, risk.id, name, { token: undefined }));
		for (const visitor of ctx.tokens.filter((t) => t.org === 'default' && t.state !== 'good'))
			if (visitor.state !== 'to be revoked')
				expect(`${name} by ${visitor.name}`, visitor.state === 'no role' ? 403 : 401,
					await write(ctx, risk.id, name, { token: visitor.token }));
		for (const visitor of ctx.tokens.filter((t) => t.state === 'good' && !ROLES[permission].includes(t.role)))
			expect(`${name} by ${visitor.name}`, 403, await write(ctx, risk.id, name, { token: visitor.token }));
		for (const visitor of ctx.tokens.filter((t) => t.state === 'good' && ROLES[permission].includes(t.role))) {
			const foreign = name === 'moveRisks' ? null : visitor.org === 'default' ? UNKNOWN_ID : risk.id;

			if (foreign)
				expect(`${name} by ${visitor.name} of what is not there`, 404,
					await write(ctx, foreign, name, {
						token: visitor.token,
						// Of another org's owners none has the name.
						...(name === 'setRiskOwner' && { body: { owner: null, reason: 'x' } }),
					}));
		}
		if (name !== 'moveRisks')
			expect(`${name} of no id`, 404, await write(ctx, 'nonsense', name, { token: approverOf(ctx) }));
	}
	const one = await write(ctx, risk.id, 'moveRisks', { body: { ids: [risk.id, UNKNOWN_ID], to: 'resolved', reason: 'x' } });

	same('a line each', [404, 409], one.value.items.map((item) => item.status).sort());
}

const approverOf = (ctx) => ctx.tokens.find((t) => t.name === 'approver-of-default').token;

// What each body may not be, and that a pointer says where.
async function bodies(ctx, risk) {
	for (const { id: name } of writesOf(ctx).filter((o) => o.method !== 'DELETE')) {
		const token = approverOf(ctx);
		const good = BODIES[name](risk.id);
		const rows = [['', ''], ['{', ''], ['[]', ''], ['"x"', ''], [{}, undefined], [{ ...good, colour: 'red' }, '/colour']];

		for (const member of Object.keys(good)) {
			const { [member]: left, ...rest } = good;

			rows.push([rest, `/${member}`], [{ ...good, [member]: { a: 1 } }, `/${member}`]);
			if (typeof left === 'string')
				rows.push([{ ...good, [member]: ' ' }, `/${member}`], [{ ...good, [member]: 'x'.repeat(2001) }, `/${member}`]);
		}
		for (const [body, pointer] of rows) {
			const title = `${name} with ${JSON.stringify(body).slice(0, 60)}`;
			const answer = await write(ctx, risk.id, name, { token, body, title });

			if (expect(title, 400, answer) && pointer !== undefined)
				same(`${title}: pointer`, pointer, answer.value.errors[0].pointer);
		}
		expect(`${name} as text`, 415, await write(ctx, risk.id, name, { token, headers: { 'Content-Type': 'text/plain' } }));
		expect(`${name} with a parameter`, 400, await write(ctx, risk.id, name, { token, query: '?a=b' }));
		expect(`${name}, too large`, 413, await write(ctx, risk.id, name, { token, body: ' '.repeat(300000), title: 'too large' }));
	}
}

async function headers(ctx, risk) {
	for (const { id: name, parameters } of writesOf(ctx)) {
		const token = approverOf(ctx);
		const wants = (header) => parameters.some((p) => p.name === header);

		if (wants('Idempotency-Key'))
			for (const options of [{ without: ['Idempotency-Key'] }, { headers: { 'Idempotency-Key': 'a b' } },
				{ headers: { 'Idempotency-Key': 'x'.repeat(201) } }]) {
				const answer = await write(ctx, risk.id, name, { token, ...options });

				if (expect(`${name} without a good key`, 400, answer))
					same(`${name}: header`, 'Idempotency-Key', answer.value.errors[0].header);
			}
		if (!wants('If-Match'))
			continue;
		for (const options of [{ without: ['If-Match'] }, { headers: { 'If-Match': 'W/"1"' } }, { headers: { 'If-Match': 'x' } }])
			expect(`${name} without a good If-Match`, 428, await write(ctx, risk.id, name, { token, ...options }));
		expect(`${name} on another version`, 412,
			await write(ctx, risk.id, name, { token, headers: { 'If-Match': '"999999"' } }));
	}
}

async function moves(ctx, risk) {
	const read = () => ctx.client.get(`/v1/risks/${risk.id}`, ctx.token);
	const ask = async () => {
		const answer = await ctx.client.get(`/v1/risks/${risk.id}/transitions`, ctx.token);

		return ctx.contract.checkAnswer('listRiskTransitions', ctx.contract.operation('listRiskTransitions'), answer);
	};
	let { etag } = (await read()).headers;
	let { version } = (await read()).json();

	// Along every way that there is for people, and none beside.
	for (const to of ['in_progress', 'open', 'contested', 'in_progress', 'false_positive', 'open']) {
		const { state, allowed } = await ask();

		for (const other of ['open', 'in_progress', 'contested', 'accepted', 'false_positive', 'suppressed', 'resolved']) {
			if (allowed.includes(other))
				continue;
			const refused = await write(ctx, risk.id, 'moveRisk', { body: { to: other, reason: 'x' } });

			if (expect(`${state} to ${other}`, 409, refused))
				same(`${state} to ${other}: allowed`, allowed, refused.value.allowed);
		}
		const moved = await write(ctx, risk.id, 'moveRisk', { body: { to, reason: 'x' }, headers: { 'If-Match': etag } });

		if (!expect(`${state} to ${to}`, 200, moved))
			return;
		same(`${state} to ${to}: version`, version + 1, moved.value.version);
		expect(`${to} by the ETag before`, 412, await write(ctx, risk.id, 'moveRisk', { headers: { 'If-Match': etag } }));
		const now = await read();

		same(`${to}: state`, to, now.json().state);
		({ etag } = now.headers);
		({ version } = now.json());
	}
}

async function again(ctx, risk) {
	const key = { 'Idempotency-Key': newKey() };
	const first = await write(ctx, risk.id, 'moveRisk', { headers: key });
	const second = await write(ctx, risk.id, 'moveRisk', { headers: key });

	expect('moved', 200, first);
	expect('sent again', 200, second);
	same('the same answer', first.text, second.text);
	expect('the key with another body', 422,
		await write(ctx, risk.id, 'moveRisk', { headers: key, body: { to: 'open', reason: 'x' } }));
	expect('the key of another person', 422, await write(ctx, risk.id, 'moveRisk', { headers: key, token: approverOf(ctx) }));
	const many = { 'Idempotency-Key': newKey() };
	const body = { ids: [risk.id, UNKNOWN_ID], to: 'open', reason: 'x' };
	const lines = await write(ctx, risk.id, 'moveRisks', { headers: many, body });

	same('many, again', lines.text, (await write(ctx, risk.id, 'moveRisks', { headers: many, body })).text);
	// The list shows it at once.
	const list = await ctx.client.get('/v1/risks?state=open&limit=500', ctx.token);

	check('it is open in the list', list.json().items.some((item) => item.id === risk.id));
}

async function owners(ctx, risk) {
	const set = await write(ctx, risk.id, 'setRiskOwner');

	expect('an owner', 200, set);
	same('its name', 'platform', set.value?.owner);
	expect('nobody of that name', 400, await write(ctx, risk.id, 'setRiskOwner', { body: { owner: 'nobody', reason: 'x' } }));
	expect('left to the rules', 200, await write(ctx, risk.id, 'setRiskOwner', { body: { owner: null, reason: 'x' } }));
}

async function claims(ctx, risk) {
	const other = { token: approverOf(ctx) };

	expect('claimed', 200, await write(ctx, risk.id, 'claimRisk'));
	expect('claimed by another', 409, await write(ctx, risk.id, 'claimRisk', other));
	expect('released by another', 409, await write(ctx, risk.id, 'releaseRisk', other));
	const shown = (await ctx.client.get(`/v1/risks/${risk.id}`, ctx.token)).json();

	same('who has it', 'analyst-of-default', shown.holder);
	expect('claimed anew', 200, await write(ctx, risk.id, 'claimRisk', { body: { hours: 72 } }));
	for (const hours of [0, 73, 1.5])
		expect(`for ${hours} hours`, 400, await write(ctx, risk.id, 'claimRisk', { body: { hours } }));
	expect('released', 200, await write(ctx, risk.id, 'releaseRisk'));
	expect('released once more', 200, await write(ctx, risk.id, 'releaseRisk'));
}

// A finding is taken out of its risk and put back; the risks themselves are written by scoring.
async function links(ctx, risks) {
	const members = async (risk) => (await ctx.client.get(`/v1/risks/${risk.id}/why-merged`, ctx.token)).json().findings;
	const post = (risk, kind, findings, more = {}) =>
		write(ctx, risk.id, 'linkFindings', { body: { kind, findings, reason: 'x' }, title: kind, ...more });
	// Paths have risks, not findings.
	const plain = risks.filter((r) => !r.subject.startsWith('path:'));
	const joint = plain.find((r) => r.findings > 1);
	const stranger = joint && plain.find((r) => r.asset !== joint.asset);

	if (!check('there is a risk of several findings, and one of another asset', joint && stranger))
		return;
	const [first, ...rest] = (await members(joint)).map((f) => f.id);
	const key = newKey();
	const split = await post(joint, 'split', [first], { headers: { 'Idempotency-Key': key } });

	expect('split off', 200, split);
	same('what was split', [joint.id, 'split', [first]], [split.value?.id, split.value?.change, split.value?.findings]);
	same('sent again', split.text, (await post(joint, 'split', [first], { headers: { 'Idempotency-Key': key } })).text);
	same('who said so', ['split', 'analyst-of-default', 'x'],
		(await members(joint)).filter((f) => f.link).flatMap((f) => [f.link.kind, f.link.actor, f.link.reason]));
	expect('all findings', 409, await post(joint, 'split', [first, ...rest]));
	expect('linked where it is', 409, await post(joint, 'link', [rest[0]]));
	expect('of another asset', 409, await post(joint, 'link', [(await members(stranger))[0].id]));
	expect('of no finding', 409, await post(joint, 'link', [UNKNOWN_ID]));
	expect('neither', 400, await post(joint, 'join', [first]));
	expect('on an old version', 412, await post(joint, 'split', [first], { headers: { 'If-Match': '"0-0-0-0"' } }));
	expect('ended, but of another', 409, await write(ctx, joint.id, 'unlinkFindings', { query: `?finding=${rest[0]}` }));
	expect('ended, but of no id', 400, await write(ctx, joint.id, 'unlinkFindings', { query: '?finding=x' }));
	expect('ended, with a parameter', 400, await write(ctx, joint.id, 'unlinkFindings', { query: '?a=b' }));
	const ended = await write(ctx, joint.id, 'unlinkFindings', { query: `?finding=${first}` });

	same('ended', ['unlinked', [first]], [ended.value?.change, ended.value?.findings]);
	same('nothing is left to end', [], (await write(ctx, joint.id, 'unlinkFindings')).value?.findings);
	same('nobody says anything', 0, (await members(joint)).filter((f) => f.link).length);
}

async function extensions(ctx, risk) {
	const token = approverOf(ctx);
	const { due_at: due } = (await ctx.client.get(`/v1/risks/${risk.id}`, ctx.token)).json();
	const body = (days) => ({ body: { due_at: inDays(due, days), reason: 'x' } });

	expect('an earlier one', 409, await write(ctx, risk.id, 'askExtension', body(-1)));
	expect('in two years', 400, await write(ctx, risk.id, 'askExtension', body(730)));
	const own = await write(ctx, risk.id, 'askExtension', { ...body(3), token });

	expect('asked for', 201, own);
	expect("one's own", 403, await write(ctx, own.value.id, 'decideExtension', { token }));
	const refused = await write(ctx, (await write(ctx, risk.id, 'askExtension', body(3))).value.id, 'decideExtension',
		{ token, body: { approve: false, reason: 'no' } });

	expect('refused', 200, refused);
	same('refused: state', 'refused', refused.value?.state);
	const asked = (await write(ctx, risk.id, 'askExtension', body(4))).value;
	const approved = await write(ctx, asked.id, 'decideExtension', { token });

	expect('approved', 200, approved);
	same('approved: due', asked.due_at, approved.value?.due_at);
	expect('decided twice', 409, await write(ctx, asked.id, 'decideExtension', { token }));
}

export async function decisions(ctx) {
	const risks = ctx.truth.default.risks.filter((r) => r.state === 'open' && r.due_at && r.sla === 'ok');
	const [risk, other] = risks;

	if (!check('there is an open risk that is due', risk && other))
		return;
	await part('nobody decides who may not', () => everybody(ctx, risk));
	await part('bodies of decisions', () => bodies(ctx, risk));
	await part('headers of decisions', () => headers(ctx, risk));
	await part('a risk is moved along the ways of the table', () => moves(ctx, risk));
	await part('a decision that is sent again is made once', () => again(ctx, other));
	await part('owners', () => owners(ctx, risk));
	await part('claims', () => claims(ctx, risk));
	await part('links and splits', () => links(ctx, risks));
	await part('later due times', () => extensions(ctx, other));
	await part('every operation that writes had its answers', () => {
		for (const operation of writesOf(ctx))
			for (const status of [operation.id === 'askExtension' ? 201 : 200, 401, 403])
				check(`${operation.id} ${status}`, ctx.contract.seen.has(`${operation.id} ${status}`), 'was never seen');
	});
}
