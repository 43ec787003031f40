// SPDX-License-Identifier: Apache-2.0
// What the linters do not look at: every example against its schema, examples where they should be,
// and the routes of the server, as isobar-api --print-routes lists them.
//   node lint.mjs CONTRACT [ROUTES]
import { readFileSync } from 'node:fs';

import { check, done, part, same } from './lib/check.mjs';
import { Contract, asJson } from './lib/openapi.mjs';

const [contractFile, routesFile] = process.argv.slice(2);
const contract = new Contract(contractFile);

const escapePointer = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1');

// Every object of the document that has a schema, with its pointer.
function* holders(value = contract.document, pointer = '') {
	if (value === null || typeof value !== 'object')
		return;
	if (value.schema && typeof value.schema === 'object')
		yield [pointer, value];
	for (const key of Object.keys(value))
		if (key !== 'example' && key !== 'examples')
			yield* holders(value[key], `${pointer}/${escapePointer(key)}`);
}

function examplesOf(holder) {
	const examples = Object.entries(holder.examples ?? {}).map(([name, example]) => [name, example.value]);

	return 'example' in holder ? [['example', holder.example], ...examples] : examples;
}

await part('every example is valid by its schema', () => {
	for (const [pointer, holder] of holders())
		for (const [name, value] of examplesOf(holder)) {
			const complaint = contract.complaint(`${pointer}/schema`, value);

			check(`${pointer}: ${name}`, complaint === null, complaint);
		}
});

await part('answers with a body of our own have an example', () => {
	for (const [pointer, holder] of holders())
		if (/\/content\//.test(pointer) && !/openapi\./.test(pointer))
			check(pointer, examplesOf(holder).length > 0, 'has none');
});

await part('objects of ours are closed', () => {
	for (const [name, schema] of Object.entries(contract.document.components.schemas))
		if ((schema.type === 'object' || schema.allOf) && !['RiskFields', 'FormerRiskFields', 'SlaFields', 'OpenapiDocument'].includes(name))
			check(name, schema.additionalProperties === false || schema.unevaluatedProperties === false,
				'takes members that are not described');
});

await part('tokens are wanted below /v1 and nowhere else', () => {
	for (const operation of contract.operations)
		same(operation.path, !operation.path.startsWith('/v1/'), operation.public);
});

await part('openapi.json is openapi.yaml', () => {
	const json = readFileSync(contractFile.replace(/yaml$/, 'json'), 'utf8');

	check('openapi.json', json === asJson(contract.document), 'is another; make it anew: tests/http/contract/openapi_json.sh');
});

if (routesFile)
	await part('the routes are those of the server', () => {
		const lines = readFileSync(routesFile, 'utf8').trimEnd().split('\n');
		const ours = contract.operations
			.map((o) => `${o.method} ${o.path} ${o.public ? '-' : o.permission}`);

		same('routes', ours.sort(), lines.sort());
	});
done();
