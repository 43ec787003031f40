// SPDX-License-Identifier: Apache-2.0
// The database is not there yet, comes, goes, hangs and comes back: 503 meanwhile, and then everything
// as it was.  The server reaches it through a gate that stands in this process.
import net from 'node:net';

import { check, part, same } from '../lib/check.mjs';
import { sleep } from '../lib/client.mjs';

const WAIT_MS = 15000;

// A socket that passes everything on to PostgreSQL, or to nobody.
class Gate {
	constructor(path, to) {
		this.path = path;
		this.to = to.host.startsWith('/') ? { path: `${to.host}/.s.PGSQL.${to.port}` } : to;
		this.sockets = new Set();
	}

	open() {
		this.server = net.createServer((socket) => {
			const upstream = net.connect(this.to);

			for (const [one, other] of [[socket, upstream], [upstream, socket]]) {
				this.sockets.add(one);
				one.on('error', () => other.destroy());
				one.on('close', () => {
					this.sockets.delete(one);
					other.destroy();
				});
			}
			socket.pipe(upstream).pipe(socket);
		});
		return new Promise((resolve) => this.server.listen(this.path, resolve));
	}

	close() {
		for (const socket of this.sockets)
			socket.destroy();
		return new Promise((resolve) => this.server.close(resolve));
	}

	// Connections stand, but nothing comes through them; new ones are let in as ever.
	hang() {
		for (const socket of this.sockets)
			socket.unpipe();
	}
}

async function until(ctx, path, status) {
	const start = Date.now();

	while (Date.now() - start < WAIT_MS) {
		const answer = await ctx.client.get(path, ctx.token);

		if (answer.status === status)
			return answer;
		await sleep(100);
	}
	return null;
}

const PATHS = { getReadiness: '/readyz', listRisks: '/v1/risks', getFacets: '/v1/facets' };

async function expectAway(ctx, why) {
	for (const [id, path] of Object.entries(PATHS)) {
		const answer = await until(ctx, path, 503);

		if (check(`${why}: ${path}: 503`, answer, `not within ${WAIT_MS} ms`))
			ctx.contract.checkAnswer(`${why}: ${path}`, ctx.contract.operation(id), answer);
	}
	for (const [id, path] of [['getHealth', '/healthz'], ['getLiveness', '/livez'], ['getMetrics', '/metrics'],
		['getOpenapiJson', '/openapi.json']]) {
		const answer = await ctx.client.get(path);

		ctx.contract.checkAnswer(`${why}: ${path}`, ctx.contract.operation(id), answer);
		same(`${why}: ${path}: status`, 200, answer.status);
	}
	const other = ctx.tokens.find((t) => t.state === 'good' && t.org === 'other');

	same(`${why}: a token cannot be told good from bad`, 503, (await ctx.client.get('/v1/risks', other.token)).status);
	same(`${why}: no token is none`, 401, (await ctx.client.get('/v1/risks')).status);
}

async function expectBack(ctx, why) {
	const bodies = {};

	for (const [id, path] of Object.entries(PATHS)) {
		const answer = await until(ctx, path, 200);

		check(`${why}: ${path}: 200`, answer, `not within ${WAIT_MS} ms`);
		bodies[id] = answer?.json();
	}
	return bodies;
}

export async function away(ctx) {
	const gate = new Gate(ctx.gate.path, ctx.gate.to);

	await part('started without a database the server says 503, then finds it', async () => {
		await expectAway(ctx, 'not there yet');
		await gate.open();
		await expectBack(ctx, 'there');
	});
	await part('when the database goes the server says 503, then finds it again', async () => {
		const before = await expectBack(ctx, 'before');

		await gate.close();
		await expectAway(ctx, 'gone');
		await gate.open();
		same('all is as before', before, await expectBack(ctx, 'back'));
	});
	await part('a database that hangs keeps nobody waiting', async () => {
		const before = await expectBack(ctx, 'before');

		gate.hang();
		const start = Date.now();
		// The findings of a risk are in the database alone.
		const path = `/v1/risks/${before.listRisks.items[0].id}/explanation`;
		const answer = await ctx.client.get(path, ctx.token);

		ctx.contract.checkAnswer('it hangs', ctx.contract.operation('explainRisk'), answer);
		same('status', 503, answer.status);
		check('in time', Date.now() - start < 5000, `${Date.now() - start} ms`);
		same('all is as before', before, await expectBack(ctx, 'after'));
	});
	await gate.close();
}
