// SPDX-License-Identifier: Apache-2.0
// The tokens of the test, good ones and others.  A shape is iso_<id>_<secret><checksum>, the checksum
// the CRC-32 of what stands before it in six digits of base 62.
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function crc32(text) {
	let crc = 0xffffffff;

	for (const byte of Buffer.from(text)) {
		crc ^= byte;
		for (let i = 0; i < 8; i++)
			crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return (crc ^ 0xffffffff) >>> 0;
}

function withChecksum(text) {
	let rest = crc32(text);
	let digits = '';

	for (let i = 0; i < 6; i++) {
		digits = DIGITS[rest % 62] + digits;
		rest = Math.floor(rest / 62);
	}
	return text + digits;
}

const otherLetter = (letter) => (letter === 'a' ? 'b' : 'a');

// What is no token of anybody, made from one that is.
export function forgeries(good) {
	const [, id, tail] = /^iso_([^_]+)_(.*)$/.exec(good);
	const secret = tail.slice(0, -6);

	return {
		'a word': 'nonsense',
		'a prefix only': 'iso_',
		'a wrong checksum': good.slice(0, -1) + otherLetter(good.at(-1)),
		'cut short': good.slice(0, -1),
		'one letter more': `${good}a`,
		'another secret': withChecksum(`iso_${id}_${otherLetter(secret[0])}${secret.slice(1)}`),
		'another id': withChecksum(`iso_${id.slice(0, -1)}${otherLetter(id.at(-1))}_${secret}`),
		'a very long one': `iso_${'a'.repeat(5000)}`,
	};
}

// A well-formed token that nobody has, another one for each number.
export function unknownToken(n) {
	const id = [12, 8, 4, 0].map((shift) => 'abcdefghijklmnop'[(n >> shift) & 15]).join('');

	return withChecksum(`iso_${'a'.repeat(8)}${id}_${'A'.repeat(43)}`);
}

// Is the scheme of checksums as this file has it?
export const isWellFormed = (token) => withChecksum(token.slice(0, -6)) === token;

// Which risks a token with this scope may see.
export function scopeTest(scope) {
	const [kind, value] = scope ? [scope.slice(0, scope.indexOf(':')), scope.slice(scope.indexOf(':') + 1)] : [];

	return kind ? (risk) => risk[kind] === value : () => true;
}
