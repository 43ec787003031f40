// SPDX-License-Identifier: Apache-2.0
// The peer of the page benchmark: pages of the queue by fastify and pg, written as one would who knows
// both.  One process, a pool of 16 connections, the statement of the product prepared once a
// connection, answers serialised by a schema.  No token is asked for, nothing is limited or logged.
//   PGHOST=… PGPORT=… PGUSER=… PGDATABASE=… node server.js PORT STATEMENT
// STATEMENT is a file with the page's SQL.  GET /risks?limit=50[&rank=R&id=UUID]: the page after that row.
'use strict';
const fs = require('node:fs');
const fastify = require('fastify');
const pg = require('pg');
const { parameters, touch } = require('./statement.js');

const [port, statement] = process.argv.slice(2);
const text = fs.readFileSync(statement, 'utf8');

const int8 = 20, timestamptz = 1184, int8Array = 1016;
pg.types.setTypeParser(int8, Number);
pg.types.setTypeParser(int8Array, (list) => list.slice(1, -1).split(','));
// ISO and UTC: 2026-01-01 00:00:00.5+00.
pg.types.setTypeParser(timestamptz, (at) => `${at.slice(0, 10)}T${at.slice(11, -3)}Z`);

const nConnections = 16;
const pool = new pg.Pool({ max: nConnections, min: nConnections }); // PGOPTIONS has the settings of the sessions

const bands = ['low', 'medium', 'high', 'critical'];
const states = ['open', 'in_progress', 'contested', 'accepted', 'false_positive', 'suppressed', 'resolved'];
const classes = ['misconfiguration', 'vulnerability', 'threat', 'exposure', 'secret', 'identity', 'license', 'other'];
const duties = ['customer', 'shared', 'provider', 'unknown'];
const layers = ['physical', 'identity', 'perimeter', 'network', 'compute', 'application', 'data'];
const providers = ['none', 'aws', 'azure', 'gcp', 'oci'];
const slots = ['ok', 'due_soon', 'breached'];
const sources = new Map();

const paused = 1; // of sla_segment.mode

function slaOf(row) {
	if (row.clock_mode === paused)
		return 'paused';
	return row.due_at === null ? 'none' : slots[Math.floor(row.rank / 1024) % 4];
}

function riskOf(row) {
	return {
		id: row.risk_id,
		rank: row.rank,
		score: row.score,
		band: bands[row.band],
		state: states[row.state],
		title: row.title,
		subject: row.subject,
		class: classes[row.class],
		provider: providers[row.provider],
		account: row.account,
		region: row.region,
		asset: row.asset,
		owner: row.owner,
		responsibility: duties[row.responsibility],
		layer: row.layer < 0 ? 'unknown' : layers[row.layer],
		findings: row.n_findings,
		sources: row.source_ids.map((id) => sources.get(id)),
		opened_at: row.opened_at,
		due_at: row.due_at,
		sla: slaOf(row),
		location: row.location,
		asset_type: row.asset_type,
		asset_name: row.asset_name,
	};
}

const string = { type: 'string' };
const integer = { type: 'integer' };
const nullable = { type: 'string', nullable: true };
const schema = {
	querystring: {
		type: 'object',
		properties: { limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 }, rank: integer, id: string },
	},
	response: {
		200: {
			type: 'object',
			properties: {
				items: {
					type: 'array',
					items: {
						type: 'object',
						properties: {
							id: string, rank: integer, score: integer, band: string, state: string,
							title: string, subject: string, class: string, provider: string,
							account: string, region: string, asset: string, owner: nullable,
							responsibility: string, layer: string, findings: integer,
							sources: { type: 'array', items: string }, opened_at: string,
							due_at: nullable, sla: string, location: string,
							asset_type: string, asset_name: string,
						},
					},
				},
				next_cursor: nullable,
			},
		},
	},
};

// All connections at once, so that each is a new one.
async function warmUp() {
	const clients = await Promise.all(Array.from({ length: nConnections }, () => pool.connect()));
	await Promise.all(clients.map(async (client) => {
		for (const query of touch)
			await client.query(query);
		client.release();
	}));
}

async function main() {
	await warmUp();
	const { rows } = await pool.query('select source_id::text as id, name from isobar.source where org_id = 1');
	rows.forEach(({ id, name }) => sources.set(id, name));
	const server = fastify({ logger: false });
	server.get('/risks', { schema }, async (request) => {
		const { limit, rank, id } = request.query;
		const after = id === undefined ? undefined : { rank, id };
		const { rows: found } = await pool.query({ name: 'page', text, values: parameters(limit, after) });
		const items = found.slice(0, limit).map(riskOf);
		const last = found.length > limit ? items[limit - 1] : null;
		return { items, next_cursor: last && `${last.rank}.${last.id}` };
	});
	await server.listen({ host: '127.0.0.1', port: Number(port) });
}

main().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
