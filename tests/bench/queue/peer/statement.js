// SPDX-License-Identifier: Apache-2.0
// What is bound to queue_page.sql, in one place: by the peer, and by pgbench.
//   node statement.js FILE page|first      prints the statement as a script of pgbench
// The script wants -D org=1 -D limit=51 -D now=TIME and, for page, -D cold=1 -D positions=N and a table
// bench_position (number, rank, risk_id).  It reads its position with the page, by primary key, in
// the one statement: a list of positions is nothing that pgbench has.
'use strict';
const fs = require('node:fs');

const org = 1;
const start = { rank: '9223372036854775807', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

// $1 org_id, $2 now, $3 and $4 rank and risk_id of the row before the page, $5 whose duty, null for all,
// $6 most rows: one more than shown tells whether there is a next page.
function parameters(limit, { rank, id } = start) {
	return [org, new Date().toISOString(), rank, id, null, limit + 1];
}

const inScript = {
	page: [':org', ':now', '(select rank from bench_position where number = :i)',
		'(select risk_id from bench_position where number = :i)', 'null::smallint[]', ':limit'],
	first: [':org', ':now', start.rank, `'${start.id}'`, 'null::smallint[]', ':limit'],
};

// A backend is several times slower as long as it meets pages of shared memory that it never saw.  Those of
// the API live long; others get to know the tables by a row of every page, before their time is taken.
const touch = ['risk', 'asset'].map((table) => `select count(*) from isobar.${table} where ctid = any (array(
	select format('(%s,1)', page)::tid
	  from pg_class, generate_series(0, relpages - 1) as page
	 where oid = 'isobar.${table}'::regclass))`);

function scriptOf(text, kind) {
	const statement = text.replace(/--.*$/gm, '').trim()
		.replace(/\$(\d+)/g, (_, n) => inScript[kind][n - 1]);
	if (kind === 'first')
		return `${statement};\n`;
	return `\\if :cold\n${touch.join(';\n')};\n\\set cold 0\n\\endif
\\set i random(0, :positions - 1)
${statement};
`;
}

if (require.main === module)
	process.stdout.write(scriptOf(fs.readFileSync(process.argv[2], 'utf8'), process.argv[3]));

module.exports = { parameters, touch };
