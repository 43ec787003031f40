// SPDX-License-Identifier: Apache-2.0
// Feeds of intelligence: EPSS's file of a day, CISA's KEV catalogue, NVD's CVE API 2.0 with its windows,
// keys and rate (a request too many within 30 s is 403).
// Options: day=2026-08-16 (what it is there), key=TEXT (the one that NVD knows).

import zlib from 'node:zlib';

import { hash32 } from './seeded.mjs';

const EPSS = '/epss_scores-';
const KEV = '/known_exploited_vulnerabilities.json';
const NVD = '/rest/json/cves/2.0';
const DAY_MS = 86_400_000;
const WINDOW_MS = 120 * DAY_MS;
const RATE_MS = 30_000;
const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

export const faults = {
	'over-limit': { times: 1 }, // NVD: 403 though the rate was kept
	shrunk: { times: Infinity }, // EPSS, KEV: half of the CVEs
	older: { times: Infinity }, // EPSS, KEV: of thirty days before
	cut: { times: Infinity }, // KEV: an entry fewer than it announces; EPSS: half of the last row
};

export function create({ seed, scale, url, options = {}, fault }) {
	const feeds = {
		seed, url, fault,
		day: options.day ?? '2026-08-16',
		key: options.key ?? 'a1b2c3d4-0000-4000-8000-000000000000',
		epss: new Map(),
		kev: new Map(),
		nvd: new Map(),
		asked: new Map(), // times of requests, of each key
	};
	for (let i = 0; i < scale; i++) {
		const id = `CVE-2025-${10000 + i}`;
		feeds.epss.set(id, (hash32(seed, i) % 90000 + 10) / 100000);
		if (i % 10 === 0)
			feeds.kev.set(id, { added: '2026-01-05', ransomware: 'Unknown' });
		feeds.nvd.set(id, { score: 5 + i % 50 / 10, at: Date.parse(feeds.day) - (i % 1000 + 1) * DAY_MS });
	}
	return {
		handle: req => handle(feeds, req),
		isData: () => true,
		truth: () => [],
		change: (name, args) => change(feeds, name, args),
		settings: () => ({ endpoint: url }),
		page: req => (req.path === NVD ? 1 + Number(req.query.get('startIndex') ?? 0) / 2000 : null),
	};
}

const changes = {
	day: (feeds, { day }) => { feeds.day = day; },
	epss: (feeds, { cve, score }) => feeds.epss.set(cve, score),
	kev: (feeds, { cve, added = feeds.day, ransomware = 'Unknown' }) => feeds.kev.set(cve, { added, ransomware }),
	nvd: (feeds, { cve, score }) => feeds.nvd.set(cve, { score, at: Date.parse(feeds.day) + 3_600_000 }),
	forget: (feeds, { cve }) => [feeds.epss, feeds.kev, feeds.nvd].forEach(feed => feed.delete(cve)),
};

function change(feeds, name, args) {
	if (!changes[name])
		throw new Error(`unknown change "${name}"; known: ${Object.keys(changes).join(', ')}`);
	changes[name](feeds, args);
	return {};
}

// --- files ---

function dayOf(feeds) {
	return feeds.fault('older') ? new Date(Date.parse(feeds.day) - 30 * DAY_MS).toISOString().slice(0, 10) : feeds.day;
}

function entries(feeds, map) {
	const all = [...map];
	return feeds.fault('shrunk') ? all.slice(0, all.length >> 1) : all;
}

function epssFile(feeds) {
	const rows = entries(feeds, feeds.epss);
	const text = [`#model_version:v2026.01.01,score_date:${dayOf(feeds)}T00:00:00Z`, 'cve,epss,percentile',
		...rows.map(([cve, score]) => `${cve},${score.toFixed(5)},0.50000`), ''].join('\n');
	const whole = feeds.fault('cut') ? text.slice(0, -4) : text;
	return { status: 200, headers: { 'content-type': 'application/gzip' }, body: zlib.gzipSync(whole), records: rows.length };
}

function handleEpss(feeds, req) {
	const name = req.path.slice(1);
	if (name === 'epss_scores-current.csv.gz') {
		const where = feeds.fault('foreign-link') ? 'https://elsewhere.example/epss.csv.gz' : `${feeds.url}/epss_scores-${feeds.day}.csv.gz`;
		return { status: 302, headers: { location: feeds.fault('repeat-token') ? `${feeds.url}${req.path}` : where }, body: '' };
	}
	return name === `epss_scores-${feeds.day}.csv.gz` ? epssFile(feeds) : null;
}

function handleKev(feeds) {
	const rows = entries(feeds, feeds.kev);
	const day = dayOf(feeds);
	const vulnerabilities = rows.map(([cveID, v]) => ({
		cveID, vendorProject: 'Exämple', product: 'Made for a test', vulnerabilityName: 'Made for a test', dateAdded: v.added,
		shortDescription: '', requiredAction: 'Apply mitigations.', dueDate: v.added, knownRansomwareCampaignUse: v.ransomware, notes: '', cwes: [],
	}));
	const count = vulnerabilities.length + (feeds.fault('cut') ? 1 : 0);
	return {
		status: 200, headers: {},
		body: { title: 'Made for a test', catalogVersion: day.replaceAll('-', '.'), dateReleased: `${day}T00:00:00.0000Z`, count, vulnerabilities },
		records: rows.length,
	};
}

// --- NVD ---

const wrong = message => ({ status: 404, headers: { message }, body: '' });
const overLimit = () => ({ status: 403, headers: { 'content-type': 'text/html' }, body: '<html><body>Request forbidden by administrative rules.</body></html>' });

// Is it more than NVD allows within thirty seconds?
function isTooMany(feeds, key, at) {
	const recent = (feeds.asked.get(key) ?? []).filter(time => at - time < RATE_MS);
	recent.push(at);
	feeds.asked.set(key, recent);
	return recent.length > (key ? 50 : 5);
}

// A time without a zone is UTC.
function timeOf(text) {
	return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.test(text ?? '') ? Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`) : NaN;
}

function cveOf([id, v]) {
	const at = new Date(v.at).toISOString().slice(0, -1);
	return { cve: {
		id, sourceIdentifier: 'cna@example.com', published: '2025-01-01T00:00:00.000', lastModified: at, vulnStatus: 'Analyzed',
		descriptions: [{ lang: 'en', value: 'Made for a test' }],
		metrics: { cvssMetricV31: [{ source: 'nvd@nist.gov', type: 'Primary', cvssData: { version: '3.1', vectorString: VECTOR, baseScore: v.score, baseSeverity: 'HIGH' } }] },
		weaknesses: [], configurations: [], references: [],
	} };
}

function handleNvd(feeds, req) {
	const key = req.headers.apikey ?? '';
	if (key && (key !== feeds.key || feeds.fault('wrong-secret')))
		return wrong('Invalid apiKey.');
	if (isTooMany(feeds, key, req.at.getTime()) || feeds.fault('over-limit'))
		return overLimit();
	const [from, to] = [req.query.get('lastModStartDate'), req.query.get('lastModEndDate')];
	const [start, end] = [timeOf(from), timeOf(to)];
	const limit = Number(req.query.get('resultsPerPage') ?? 2000);
	const index = Number(req.query.get('startIndex') ?? 0);
	if ((from === null) !== (to === null))
		return wrong('lastModStartDate and lastModEndDate are required together.');
	if (from !== null && !(end - start >= 0 && end - start <= WINDOW_MS))
		return wrong('The maximum allowable range is 120 consecutive days.');
	if (!(limit >= 1 && limit <= 2000 && index >= 0))
		return wrong('Invalid resultsPerPage or startIndex parameter.');
	const all = [...feeds.nvd].filter(([, v]) => from === null || (v.at >= start && v.at <= end));
	const rows = all.slice(index, index + limit);
	return {
		status: 200, headers: {},
		body: {
			resultsPerPage: rows.length, startIndex: index, totalResults: all.length, format: 'NVD_CVE', version: '2.0',
			timestamp: `${feeds.day}T06:00:00.000`, vulnerabilities: rows.map(cveOf),
		},
		records: rows.length,
	};
}

function handle(feeds, req) {
	if (req.method !== 'GET')
		return { status: 405, headers: {}, body: '' };
	if (req.path.startsWith(EPSS))
		return handleEpss(feeds, req);
	if (req.path === KEV)
		return handleKev(feeds);
	return req.path === NVD ? handleNvd(feeds, req) : null;
}
