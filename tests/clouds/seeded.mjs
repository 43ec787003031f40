// SPDX-License-Identifier: Apache-2.0
// Values that look random and are not: each follows from its parts alone, so that row 734,211 of an
// estate can be made without the rows before it, in every process alike.

// 32 bits of whole numbers (MurmurHash3's rounds and finish).
export function hash32(...parts) {
	let h = 0x9747b28c;
	for (const part of parts) {
		let k = Math.imul(part | 0, 0xcc9e2d51);
		k = (k << 15) | (k >>> 17);
		h ^= Math.imul(k, 0x1b873593);
		h = (h << 13) | (h >>> 19);
		h = (Math.imul(h, 5) + 0xe6546b64) | 0;
	}
	h ^= h >>> 16;
	h = Math.imul(h, 0x85ebca6b);
	h ^= h >>> 13;
	h = Math.imul(h, 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

// A number for a text, to be a part of the others.
export function textNumber(text) {
	let h = 0x811c9dc5;
	for (let i = 0; i < text.length; i++)
		h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
	return h >>> 0;
}

// n hexadecimal digits.
export function hex(n, ...parts) {
	let text = '';
	for (let i = 0; text.length < n; i++)
		text += hash32(i + 1, ...parts).toString(16).padStart(8, '0');
	return text.slice(0, n);
}

// In the form of a UUID of version 4.
export function guid(...parts) {
	const h = hex(32, ...parts);
	const variant = '89ab'[parseInt(h[16], 16) & 3];
	return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20)}`;
}

// A whole number below n.
export function below(n, ...parts) {
	return Math.floor((hash32(...parts) / 0x100000000) * n);
}

export function pick(list, ...parts) {
	return list[below(list.length, ...parts)];
}
