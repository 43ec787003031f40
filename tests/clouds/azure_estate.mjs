// SPDX-License-Identifier: Apache-2.0
// The estate behind the simulated Azure: subscriptions full of resources, and what Defender for
// Cloud, Azure Policy and Resource Graph say of them.  A row is made from its place when somebody
// asks; only what changed since is remembered.

import { below, guid, hash32, hex, pick } from './seeded.mjs';

// Of one resource: five checks and the roll-up of its vulnerabilities, two CVEs, three policies.
const CHECKS = 5;
const CVES = 2;
const POLICIES = 3;
export const FINDINGS_A_RESOURCE = CHECKS + CVES + POLICIES;
const GROUP = 50; // resources of a group, all of one type

const TYPES = [
	['Microsoft.Compute', 'virtualMachines', 'vm'],
	['Microsoft.Storage', 'storageAccounts', 'st'],
	['Microsoft.KeyVault', 'vaults', 'kv'],
	['Microsoft.Web', 'sites', 'app'],
];
const REGIONS = ['westeurope', 'northeurope', 'eastus', 'germanywestcentral'];
const SEVERITIES = ['Low', 'Medium', 'High'];
const CATALOGUE = 60;
const DAY = 86_400_000;
const BEGIN = Date.UTC(2026, 0, 1);

// What the parts of a hash are for: no two rows share their luck.
const FOR = { subscription: 1, check: 2, state: 3, date: 4, cve: 5, policy: 6, alert: 7, severity: 8, place: 9, role: 10, base: 11 };

const number = (n, width) => String(n).padStart(width, '0');
// Seven digits, as Azure writes them.
const iso = ms => `${new Date(ms).toISOString().slice(0, -1)}0000Z`;

export class Estate {
	constructor({ seed, scale, subscriptions }) {
		const resources = Math.max(1, Math.ceil(scale / FINDINGS_A_RESOURCE));
		const n = subscriptions ?? Math.min(300, Math.max(3, Math.ceil(scale / 3000)));
		this.seed = seed;
		const ids = Array.from({ length: n }, (_, i) => guid(seed, FOR.subscription, i)).sort();
		this.subs = ids.map((id, s) => ({
			id,
			name: `Simulated ${number(s + 1, 3)}`,
			resources: Math.floor(resources / n) + (s < resources % n ? 1 : 0),
			alerts: Math.max(1, Math.ceil(scale / n / 500)),
			gone: new Set(),
			lost: false,
			empty: false,
		}));
		this.keys = Array.from({ length: CATALOGUE }, (_, i) => guid(seed, FOR.check, i)).sort();
		this.rollUp = `fffff${guid(seed, FOR.check, CATALOGUE).slice(5)}`; // after every check
		this.flips = new Map();
		this.severities = new Map();
		this.known = new Map();
		this.counts = new Map();
		this.shout = false;
	}

	// --- resources ---

	resource(s, r) {
		// Rows of one resource follow each other.
		if (this.last?.s !== s || this.last.r !== r)
			this.last = { s, r, ...this.makeResource(s, r) };
		return this.last;
	}

	makeResource(s, r) {
		const sub = this.subs[s];
		const group = Math.floor(r / GROUP);
		const [provider, type, short] = TYPES[group % TYPES.length];
		const name = `${short}-${number(r, 6)}`;
		const below_ = `/subscriptions/${sub.id}/resourceGroups/rg-${number(group, 5)}`;
		return { id: `${below_}/providers/${provider}/${type}/${name}`, group: below_, name, type: `${provider}/${type}`, region: pick(REGIONS, this.seed, FOR.place, s, group) };
	}

	spell(id) {
		return this.shout ? id.toUpperCase() : id;
	}

	// How often a row's state was turned.
	turns(kind, s, i) {
		if (this.flips.size === 0)
			return 0;
		return this.flips.get(`${kind} ${s} ${i}`) ?? 0;
	}

	// --- states ---

	verdict(kind, s, i) {
		const luck = below(100, this.seed, FOR.state, kind, s, i);
		const base = luck < 70 ? 'open' : luck < 95 ? 'passing' : luck < 98 ? 'suppressed' : 'not_applicable';
		if (this.turns(kind, s, i) % 2 === 0)
			return base;
		return base === 'open' ? 'passing' : 'open';
	}

	date(kind, s, i) {
		return iso(BEGIN + below(300 * 86_400, this.seed, FOR.date, kind, s, i) * 1000 + this.turns(kind, s, i) * DAY);
	}

	// --- rows; null where the resource is gone ---

	assessment(s, i, inline) {
		const r = Math.floor(i / (CHECKS + 1));
		const k = i % (CHECKS + 1);
		if (this.subs[s].gone.has(r))
			return null;
		const resource = this.resource(s, r);
		const step = CATALOGUE / CHECKS;
		const key = k === CHECKS ? this.rollUp : this.keys[below(step, this.seed, FOR.base, s, r) + k * step];
		const id = `${resource.id}/providers/Microsoft.Security/assessments/${key}`;
		const state = this.verdict(0, s, i);
		const status = {
			open: { code: 'Unhealthy' },
			passing: { code: 'Healthy' },
			suppressed: { code: 'NotApplicable', cause: 'OffByPolicy', description: 'The recommendation is disabled in policy' },
			not_applicable: { code: 'NotApplicable', cause: 'NotApplicable' },
		}[state];
		const date = this.date(0, s, i);
		const row = {
			id: this.spell(id),
			name: key,
			type: inline ? 'microsoft.security/assessments' : 'Microsoft.Security/assessments',
			properties: {
				resourceDetails: { Source: 'Azure', Id: this.spell(resource.id), ResourceName: resource.name },
				displayName: this.title(key),
				status: { ...status, statusChangeDate: date, firstEvaluationDate: date },
			},
		};
		if (k === CHECKS)
			row.properties.additionalData = { subAssessmentsLink: `${id}/subAssessments` };
		if (inline) {
			row.subscriptionId = this.subs[s].id;
			row.properties.metadata = this.metadata(key);
		}
		return { row, truth: k === CHECKS ? null : () => ({ scope: this.subs[s].id, connector: 'azure_defender', native_id: id.toLowerCase(), resource: resource.id.toLowerCase(), state }) };
	}

	title(key) {
		return key === this.rollUp ? 'Machines should have vulnerability findings resolved' : `Simulated recommendation ${key.slice(0, 8)} should be followed`;
	}

	metadata(key) {
		let known = this.known.get(key);
		if (!known)
			this.known.set(key, (known = this.makeMetadata(key)));
		return known;
	}

	makeMetadata(key) {
		const severity = this.severities.get(key) ?? pick(SEVERITIES, this.seed, FOR.severity, parseInt(key.slice(0, 8), 16));
		return {
			displayName: this.title(key),
			assessmentType: 'BuiltIn',
			description: `What recommendation ${key.slice(0, 8)} looks for.`,
			remediationDescription: '<ol><li>Open the resource.</li><li>Change the setting.</li></ol>',
			categories: ['Compute'],
			severity,
		};
	}

	subassessment(s, i, inline) {
		const r = Math.floor(i / CVES);
		const k = i % CVES;
		if (this.subs[s].gone.has(r))
			return null;
		const resource = this.resource(s, r);
		const name = `${k}${guid(this.seed, FOR.cve, s, i).slice(1)}`;
		const id = `${resource.id}/providers/Microsoft.Security/assessments/${this.rollUp}/subAssessments/${name}`;
		const cve = `CVE-${2020 + below(6, this.seed, FOR.cve, s, i)}-${number(10000 + k * 40000 + below(40000, this.seed, FOR.cve, i, s), 5)}`;
		const base = 40 + below(60, this.seed, FOR.severity, s, i);
		const state = this.verdict(1, s, i);
		const code = { open: 'Unhealthy', passing: 'Healthy' }[state] ?? 'NotApplicable';
		const row = {
			id: this.spell(id),
			name,
			type: inline ? 'microsoft.security/assessments/subassessments' : 'Microsoft.Security/assessments/subAssessments',
			properties: {
				id: cve,
				displayName: cve,
				status: { code, severity: SEVERITIES[Math.min(2, Math.floor((base - 40) / 20))], ...(state === 'suppressed' ? { cause: 'Exempt' } : {}) },
				remediation: 'Install the fixed version.',
				description: `A flaw in the simulated package ${below(500, this.seed, FOR.cve, s, r)}.`,
				timeGenerated: this.date(1, s, i),
				resourceDetails: { source: 'Azure', id: this.spell(resource.id) },
				additionalData: {
					assessedResourceType: 'AzureServerVulnerability',
					vulnerabilityDetails: { cveId: cve, cvss: { '2.0': null, '3.0': { base: base / 10, cvssVectorString: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } } },
					softwareDetails: { packageName: `package-${below(500, this.seed, FOR.cve, s, r)}`, version: '1.0', fixedVersion: '1.1' },
				},
			},
		};
		if (inline)
			row.subscriptionId = this.subs[s].id;
		return { row, truth: () => ({ scope: this.subs[s].id, connector: 'azure_defender', native_id: id.toLowerCase(), resource: resource.id.toLowerCase(), state, cve }) };
	}

	policyState(s, i, inline) {
		const r = Math.floor(i / POLICIES);
		const k = i % POLICIES;
		if (this.subs[s].gone.has(r))
			return null;
		const resource = this.resource(s, r);
		const definition = guid(this.seed, FOR.policy, k);
		const reference = `reference-${k}`;
		const assignment = `/subscriptions/${this.subs[s].id}/providers/Microsoft.Authorization/policyAssignments/SimulatedBaseline`;
		const state = this.verdict(2, s, i);
		// Policy has no word for what does not apply.
		const told = state === 'not_applicable' ? 'passing' : state;
		const properties = {
			timestamp: this.date(2, s, i),
			resourceId: this.spell(resource.id),
			policyAssignmentId: this.spell(assignment),
			policyAssignmentName: 'SimulatedBaseline',
			policyDefinitionId: `/providers/Microsoft.Authorization/policyDefinitions/${definition}`,
			policyDefinitionName: definition,
			policyDefinitionAction: 'audit',
			policyDefinitionReferenceId: reference,
			policySetDefinitionId: '/providers/Microsoft.Authorization/policySetDefinitions/simulated',
			isCompliant: told === 'passing',
			complianceState: { open: 'NonCompliant', passing: 'Compliant', suppressed: 'Exempt' }[told],
			subscriptionId: this.subs[s].id,
			resourceType: resource.type,
			resourceLocation: resource.region,
			resourceGroup: resource.group.split('/').pop(),
			policyDefinitionGroupNames: ['Simulated_1.0_2.1'],
		};
		const row = !inline
			? { '@odata.id': null, ...properties }
			: {
				id: `${resource.id}/providers/microsoft.policyinsights/policystates/${k}${hex(63, this.seed, FOR.policy, s, i)}`,
				name: hex(64, this.seed, FOR.policy, s, i),
				type: 'microsoft.policyinsights/policystates',
				subscriptionId: this.subs[s].id,
				properties,
			};
		return { row, truth: () => ({ scope: this.subs[s].id, connector: 'azure_policy', native_id: `${resource.id}|${assignment}|${reference}`.toLowerCase(), resource: resource.id.toLowerCase(), state: told }) };
	}

	failingState(s, i, inline) {
		const made = this.policyState(s, i, inline);
		return made && (made.row.properties ?? made.row).complianceState !== 'Compliant' ? made : null;
	}

	alert(s, i, inline) {
		const sub = this.subs[s];
		const r = below(Math.max(1, sub.resources), this.seed, FOR.alert, s, i);
		const resource = this.resource(s, r);
		const name = `25182${number(i, 9)}_${guid(this.seed, FOR.alert, s, i)}`;
		const id = `/subscriptions/${sub.id}/resourceGroups/${resource.group.split('/').pop()}/providers/Microsoft.Security/locations/westeurope/alerts/${name}`;
		const state = ['open', 'open', 'resolved', 'suppressed'][(below(4, this.seed, FOR.state, FOR.alert, s, i) + this.turns(3, s, i)) % 4];
		const date = this.date(3, s, i);
		const row = {
			id: this.spell(id),
			name,
			type: inline ? 'microsoft.security/locations/alerts' : 'Microsoft.Security/Locations/alerts',
			properties: {
				alertType: pick(['VM_SuspiciousLogin', 'Storage_UnusualAccess', 'KV_OperationVolume'], this.seed, FOR.alert, i),
				systemAlertId: name,
				productComponentName: 'Servers',
				alertDisplayName: `Simulated threat ${i}`,
				description: 'Somebody did something unusual.',
				severity: pick(['Informational', 'Low', 'Medium', 'High'], this.seed, FOR.severity, s, i),
				intent: 'InitialAccess',
				startTimeUtc: date,
				endTimeUtc: date,
				timeGeneratedUtc: date,
				processingEndTimeUtc: date,
				resourceIdentifiers: [{ type: 'AzureResource', azureResourceId: this.spell(resource.id) }],
				remediationSteps: ['Look.', 'Act.'],
				vendorName: 'Microsoft',
				status: { open: 'Active', resolved: 'Resolved', suppressed: 'Dismissed' }[state],
				isIncident: false,
				entities: [],
				extendedProperties: {},
				compromisedEntity: resource.name,
			},
		};
		if (inline)
			row.subscriptionId = sub.id;
		return { row, truth: () => ({ scope: sub.id, connector: 'azure_defender', native_id: id.toLowerCase(), resource: resource.id.toLowerCase(), state, class: 'threat' }) };
	}

	inventory(s, r) {
		if (this.subs[s].gone.has(r))
			return null;
		const resource = this.resource(s, r);
		return { row: {
			id: this.spell(resource.id),
			name: resource.name,
			type: resource.type.toLowerCase(),
			location: resource.region,
			resourceGroup: resource.group.split('/').pop(),
			subscriptionId: this.subs[s].id,
			tags: { environment: pick(['production', 'test'], this.seed, FOR.place, s, r), team: `team-${below(20, this.seed, FOR.place, r, s)}` },
			kind: '',
			sku: null,
			identity: null,
			properties: { provisioningState: 'Succeeded' },
		} };
	}

	container(s, i) {
		const sub = this.subs[s];
		const id = `/subscriptions/${sub.id}`;
		if (i === 0)
			return { row: { id, name: sub.name, type: 'microsoft.resources/subscriptions', location: '', resourceGroup: '', subscriptionId: sub.id, tags: {}, properties: { state: 'Enabled' } } };
		const name = `rg-${number(i - 1, 5)}`;
		return { row: { id: `${id}/resourceGroups/${name}`, name, type: 'microsoft.resources/subscriptions/resourcegroups', location: 'westeurope', resourceGroup: name, subscriptionId: sub.id, tags: { team: `team-${i % 20}` }, properties: { provisioningState: 'Succeeded' } } };
	}

	role(s, i) {
		const scope = `/subscriptions/${this.subs[s].id}`;
		const name = guid(this.seed, FOR.role, s, i);
		return { row: {
			id: `${scope}/providers/Microsoft.Authorization/RoleAssignments/${name}`,
			name,
			type: 'microsoft.authorization/roleassignments',
			subscriptionId: this.subs[s].id,
			properties: { scope, principalId: guid(this.seed, FOR.role, i), principalType: 'ServicePrincipal', roleDefinitionId: '/providers/Microsoft.Authorization/RoleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c' },
		} };
	}

	// Tables by name: how many rows a subscription may have, how many of them a gone resource took
	// along, and how one is made.
	table(name) {
		return {
			assessments: { per: CHECKS + 1, row: (s, i, inline) => this.assessment(s, i, inline) },
			subassessments: { per: CVES, row: (s, i, inline) => this.subassessment(s, i, inline) },
			policy: { per: POLICIES, row: (s, i, inline) => this.policyState(s, i, inline) },
			failing: { per: POLICIES, counted: true, row: (s, i, inline) => this.failingState(s, i, inline) },
			resources: { per: 1, row: (s, i) => this.inventory(s, i) },
			alerts: { count: s => this.subs[s].alerts, row: (s, i, inline) => this.alert(s, i, inline) },
			subscriptions: { count: () => 1, always: true, row: s => this.container(s, 0) },
			containers: { count: s => 1 + Math.ceil(this.subs[s].resources / GROUP), always: true, row: (s, i) => this.container(s, i) },
			roles: { count: () => 2, row: (s, i) => this.role(s, i) },
		}[name];
	}

	// Places, the gaps of what is gone included.
	places(table, s) {
		if (this.subs[s].empty && !table.always)
			return 0;
		return table.per ? table.per * this.subs[s].resources : table.count(s);
	}

	// Rows that are there.
	rows(table, s) {
		if (this.subs[s].empty && !table.always)
			return 0;
		if (table.counted)
			return this.count(table, s);
		return table.per ? table.per * (this.subs[s].resources - this.subs[s].gone.size) : table.count(s);
	}

	// Of a table whose rows must be looked at; until the next change.
	count(table, s) {
		let n = this.counts.get(s);
		if (n === undefined) {
			n = 0;
			for (let i = 0; i < this.places(table, s); i++)
				n += table.row(s, i, true) !== null;
			this.counts.set(s, n);
		}
		return n;
	}

	*truth() {
		for (let s = 0; s < this.subs.length; s++) {
			for (const name of ['assessments', 'subassessments', 'policy', 'alerts']) {
				const table = this.table(name);
				const n = table.per ? table.per * this.subs[s].resources : table.count(s);
				for (let i = 0; i < n; i++) {
					const made = table.row(s, i, true);
					if (made?.truth)
						yield made.truth();
				}
			}
		}
	}

	// --- evolution ---

	which(args) {
		const s = args.subscription === undefined ? 0 : this.subs.findIndex((sub, i) => sub.id === args.subscription || i === args.subscription);
		if (s < 0)
			throw new Error(`no subscription ${args.subscription}`);
		return s;
	}

	change(name, args) {
		const sub = this.subs[this.which(args)];
		const count = args.count ?? args.n ?? 1;
		this.counts.clear();
		switch (name) {
		case 'flip': // states of assessments, CVEs and policies in turn, spread over the estate
			for (let i = 0, c = 0; c < count; i++) {
				const s = hash32(this.seed, 77, i) % this.subs.length;
				const [kind, per] = [[0, CHECKS + 1], [1, CVES], [2, POLICIES]][i % 3];
				const n = per * this.subs[s].resources;
				const at = n ? hash32(this.seed, 78, i) % n : 0;
				const key = `${kind} ${s} ${at}`;
				if (i > 50 * count + 1000)
					throw new Error(`there are no ${count} rows to flip`);
				if (n === 0 || this.subs[s].gone.has(Math.floor(at / per)) || this.fresh?.has(key))
					continue;
				(this.fresh ??= new Set()).add(key);
				this.flips.set(key, (this.flips.get(key) ?? 0) + 1);
				c++;
			}
			this.fresh = null;
			return { flipped: count };
		case 'delete': // resources with all that is said of them
			for (let r = 0, c = 0; c < count && r < sub.resources; r++) {
				if (!sub.gone.has(r)) {
					sub.gone.add(r);
					c++;
				}
			}
			return { subscription: sub.id, resources: sub.resources - sub.gone.size };
		case 'add':
			sub.resources += count;
			return { subscription: sub.id, resources: sub.resources - sub.gone.size };
		case 'lose': // the permission, not the subscription: what is there is still true
		case 'regain':
			sub.lost = name === 'lose';
			return { subscription: sub.id };
		case 'empty': // 200 with nothing
		case 'fill':
			sub.empty = name === 'empty';
			return { subscription: sub.id };
		case 'severity': // of a check
			for (let i = 0; i < count; i++) {
				const key = this.keys[i % this.keys.length];
				const now = this.metadata(key).severity;
				this.known.delete(key);
				this.severities.set(key, SEVERITIES[(SEVERITIES.indexOf(now) + 1) % SEVERITIES.length]);
			}
			return { changed: count };
		case 'case': // ids from now on in capitals
			this.shout = !this.shout;
			return { capitals: this.shout };
		default:
			throw new Error(`unknown change "${name}"`);
		}
	}
}
