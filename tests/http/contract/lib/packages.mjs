// SPDX-License-Identifier: Apache-2.0
// The packages of package.json, from where node.sh has put them: below the build folder, where an
// import from the source tree would not look.
import { createRequire } from 'node:module';

const folder = process.env.ISOBAR_NODE_MODULES;

if (!folder)
	throw new Error('ISOBAR_NODE_MODULES is not set; the tests are started by their scripts');

const require = createRequire(`${folder}/`);

export const Ajv2020 = require('ajv/dist/2020').default;
export const addFormats = require('ajv-formats').default;
export const YAML = require('yaml');
