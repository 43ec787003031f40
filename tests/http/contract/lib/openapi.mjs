// SPDX-License-Identifier: Apache-2.0
// The contract, read: its operations, its schemas as validators, and whether an answer keeps to it.
import { readFileSync } from 'node:fs';

import { check, fail } from './check.mjs';
import { Ajv2020, YAML, addFormats } from './packages.mjs';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'];

// Content types that are fixed to the letter.
const FULL_TYPE = {
	'application/json': /^application\/json; charset=utf-8$/,
	'application/problem+json': /^application\/problem\+json(; charset=utf-8)?$/,
	'text/plain': /^text\/plain; version=0\.0\.4; charset=utf-8$/,
	'application/yaml': /^application\/yaml(; charset=utf-8)?$/,
};

// Which problems a status may carry.
const PROBLEMS = {
	400: ['invalid-request', 'invalid-parameter', 'invalid-cursor'],
	401: ['unauthorized'],
	403: ['forbidden'],
	404: ['not-found'],
	405: ['method-not-allowed'],
	408: ['request-timeout'],
	409: ['conflict', 'transition-not-allowed', 'request-in-flight'],
	410: ['history-gone'],
	412: ['precondition-failed'],
	413: ['payload-too-large'],
	414: ['uri-too-long'],
	415: ['unsupported-media-type'],
	417: ['expectation-failed'],
	422: ['idempotency-key-reused', 'invalid-content'],
	428: ['precondition-required'],
	429: ['rate-limited'],
	431: ['headers-too-large'],
	500: ['internal'],
	501: ['not-implemented'],
	503: ['unavailable', 'overloaded'],
	505: ['version-not-supported'],
};

const UNREAD = ['invalid-request', 'request-timeout', 'payload-too-large', 'uri-too-long', 'expectation-failed',
	'headers-too-large', 'not-implemented', 'version-not-supported', 'overloaded'];

const escapePointer = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1');
const unescapePointer = (key) => key.replaceAll('~1', '/').replaceAll('~0', '~');

// The document as docs/openapi.json has it.
export const asJson = (document) => `${JSON.stringify(document, null, 1)}\n`;

export class Contract {
	constructor(file) {
		this.text = readFileSync(file, 'utf8');
		this.document = YAML.parse(this.text);
		this.ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
		addFormats(this.ajv);
		this.ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
		this.ajv.addSchema(this.document, 'contract:');
		this.validators = new Map();
		this.operations = [...this.#operations()];
		this.reads = this.operations.filter((operation) => operation.method === 'GET');
		this.writes = this.operations.filter((operation) => operation.method !== 'GET');
		this.seen = new Set(); // "operationId status" that an answer was checked for
	}

	*#operations() {
		for (const [path, item] of Object.entries(this.document.paths)) {
			for (const method of METHODS.filter((name) => item[name])) {
				const pointer = `/paths/${escapePointer(path)}/${method}`;
				const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])]
					.map((parameter) => this.resolve(parameter));
				const wanted = parameters.filter((p) => p.in === 'query' && p.required)
					.map((p) => [p.name, String(p.example)]);

				yield {
					id: item[method].operationId,
					method: method.toUpperCase(),
					path,
					pointer,
					public: item[method].security?.length === 0,
					permission: item[method]['x-permission'] ?? 'READ',
					parameters,
					// What it cannot be asked without, as in its examples.
					query: wanted.length ? `?${new URLSearchParams(wanted)}` : '',
					hasEtag: item[method].responses['304'] !== undefined,
				};
			}
		}
	}

	operation(id) {
		const found = this.operations.find((operation) => operation.id === id);

		if (!found)
			throw new Error(`the contract has no operation ${id}`);
		return found;
	}

	// The methods of a path, as Allow has them.
	methods(path) {
		return this.operations.filter((operation) => operation.path === path)
			.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
	}

	// What stands at a JSON pointer.
	at(pointer) {
		return pointer
			.split('/')
			.slice(1)
			.reduce((value, key) => value?.[unescapePointer(key)], this.document);
	}

	resolve(value) {
		return value.$ref ? this.resolve(this.at(value.$ref.slice(1))) : value;
	}

	// The pointer, or the one that stands there as a reference.
	settle(pointer) {
		const reference = this.at(pointer)?.$ref;

		return reference ? this.settle(reference.slice(1)) : pointer;
	}

	validator(pointer) {
		if (!this.validators.has(pointer))
			this.validators.set(pointer, this.ajv.compile({ $ref: `contract:#${encodeURI(pointer)}` }));
		return this.validators.get(pointer);
	}

	// null, or what is wrong with a value of the schema at the pointer.
	complaint(pointer, value) {
		const validate = this.validator(pointer);

		if (validate(value))
			return null;
		return validate.errors
			.map((e) => `${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`)
			.join('; ');
	}

	// Is an answer of this operation as the contract has it?  Returns the parsed body, if any.
	checkAnswer(name, operation, answer) {
		const status = String(answer.status);
		const responses = `${operation.pointer}/responses`;
		const documented = this.at(`${responses}/${status}`) ? status : 'default';
		const pointer = this.settle(`${responses}/${documented}`);

		this.seen.add(`${operation.id} ${status}`);
		if (documented === 'default')
			check(`${name}: status`, [408, 413, 414, 417, 431, 501, 505].includes(answer.status),
				`${status} is not in the contract, or a fault`);
		check(`${name}: Date`, !Number.isNaN(Date.parse(answer.headers.date)), answer.headers.date);
		this.#checkHeaders(name, pointer, answer);
		return this.#checkBody(name, pointer, answer);
	}

	#checkHeaders(name, pointer, answer) {
		for (const header of Object.keys(this.at(`${pointer}/headers`) ?? {})) {
			const place = this.settle(`${pointer}/headers/${escapePointer(header)}`);
			const { required, schema } = this.at(place);
			const text = answer.headers[header.toLowerCase()];

			if (text === undefined) {
				check(`${name}: ${header}`, !required, 'is missing');
				continue;
			}
			const value = schema.type === 'integer' && /^[0-9]+$/.test(text) ? Number(text) : text;
			const complaint = this.complaint(`${place}/schema`, value);

			check(`${name}: ${header}`, complaint === null, () => `"${text}" ${complaint}`);
		}
	}

	#checkBody(name, pointer, answer) {
		const content = this.at(`${pointer}/content`);

		if (!content) {
			check(`${name}: no body`, answer.body.length === 0, () => answer.text());
			return undefined;
		}
		const type = answer.headers['content-type'] ?? '';
		const essence = type.split(';')[0];

		if (!check(`${name}: Content-Type`, content[essence] && FULL_TYPE[essence]?.test(type),
			`"${type}", but the contract has ${Object.keys(content)}`))
			return undefined;
		if (answer.method === 'HEAD') {
			check(`${name}: no body`, answer.body.length === 0, () => answer.text());
			return undefined;
		}
		return this.#checkContent(name, `${pointer}/content/${escapePointer(essence)}`, essence, answer);
	}

	#checkContent(name, pointer, essence, answer) {
		let value = answer.text();

		if (/json$/.test(essence)) {
			try {
				value = JSON.parse(value);
			} catch (error) {
				fail(`${name}: JSON`, `${error.message}: ${value.slice(0, 200)}`);
				return undefined;
			}
		}
		const complaint = this.complaint(`${pointer}/schema`, value);

		check(`${name}: schema`, complaint === null, complaint);
		if (essence === 'application/problem+json')
			checkProblem(name, answer, value);
		return value;
	}
}

function checkProblem(name, answer, problem) {
	const kind = problem.type?.replace('/problems/', '');

	check(`${name}: problem status`, problem.status === answer.status, String(problem.status));
	check(`${name}: problem type`, PROBLEMS[answer.status]?.includes(kind),
		`${answer.status} with ${problem.type}`);
	check(`${name}: request_id`, problem.request_id === answer.headers['x-request-id'],
		`${problem.request_id} but X-Request-Id is ${answer.headers['x-request-id']}`);
	// What cannot be read as a request has no path to be told.
	check(`${name}: instance`, problem.instance === answer.path.split('?')[0] ||
		(problem.instance === undefined && UNREAD.includes(kind)), `${problem.instance} for ${answer.path}`);
}
