// SPDX-License-Identifier: Apache-2.0
// What the simulated Azure says beside its subscriptions' posture: incidents of Microsoft Sentinel.

import { below, guid, hash32, pick } from './seeded.mjs';

const WORKSPACES = 2; // of the first subscriptions, one each
const INCIDENTS = 60; // of a workspace: more than a page
const SEVERITIES = ['Informational', 'Low', 'Medium', 'High'];
const BEGIN = Date.UTC(2026, 0, 1);

// What the parts of a hash are for: no two rows share their luck.
const FOR = { incident: 21, rule: 22 };

const iso = ms => `${new Date(ms).toISOString().slice(0, -1)}0000Z`;

export class Tenant {
	constructor({ seed, subs }) {
		this.seed = seed;
		this.turned = new Map();
		this.workspaces = subs.slice(0, WORKSPACES).map((sub, w) => ({ sub, id: `/subscriptions/${sub.id}/resourceGroups/rg-soc/providers/Microsoft.OperationalInsights/workspaces/soc-${w}` }));
	}

	luck(n, kind, i) {
		return (below(n, this.seed, kind, i) + (this.turned.get(`${kind} ${i}`) ?? 0)) % n;
	}

	// Every row of a table: {row, truth}.
	rows(table, w = 0) {
		return Array.from({ length: { incidents: INCIDENTS }[table] }, (_, i) => this[table](i, w));
	}

	incidents(i, w) {
		const at = w * INCIDENTS + i;
		const { id: workspace, sub } = this.workspaces[w];
		const name = guid(this.seed, FOR.incident, at);
		const id = `${workspace}/providers/Microsoft.SecurityInsights/Incidents/${name}`;
		const [status, classification, state] = [
			['New', null, 'open'],
			['Active', null, 'open'],
			['Closed', 'TruePositive', 'resolved'],
			['Closed', 'FalsePositive', 'resolved'],
		][this.luck(4, FOR.incident, at)];
		const date = iso(BEGIN + at * 3_600_000);
		const row = {
			id,
			name,
			etag: `"${hash32(this.seed, at)}"`,
			type: 'Microsoft.SecurityInsights/Incidents',
			properties: {
				title: `Simulated incident ${at}`,
				description: 'Several things that belong together.',
				severity: pick(SEVERITIES, this.seed, FOR.incident, at, 1),
				status,
				...(classification ? { classification, classificationComment: '' } : {}),
				owner: { objectId: null, email: null, assignedTo: null, userPrincipalName: null },
				labels: [],
				firstActivityTimeUtc: date,
				lastActivityTimeUtc: date,
				createdTimeUtc: date,
				lastModifiedTimeUtc: iso(BEGIN + at * 3_600_000 + (this.turned.get(`${FOR.incident} ${at}`) ?? 0) * 86_400_000),
				incidentNumber: at + 1,
				additionalData: { alertsCount: 1, bookmarksCount: 0, commentsCount: 0, alertProductNames: ['Azure Sentinel'], tactics: [] },
				relatedAnalyticRuleIds: [`${workspace}/providers/Microsoft.SecurityInsights/alertRules/${guid(this.seed, FOR.rule, at % 5)}`],
				incidentUrl: `https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident${id}`,
				providerName: 'Azure Sentinel',
				providerIncidentId: String(at + 1),
			},
		};
		return { row, truth: { scope: sub.id, connector: 'azure_sentinel', native_id: id.toLowerCase(), resource: workspace.toLowerCase(), state, class: 'threat' } };
	}

	*truth(lists) {
		if (lists.includes('sentinel'))
			for (const [w] of this.workspaces.entries())
				yield* this.rows('incidents', w).map(one => one.truth);
	}

	// So many rows of each table get another state.
	flip(count) {
		for (const kind of [FOR.incident])
			for (let i = 0; i < count; i++)
				this.turned.set(`${kind} ${i}`, (this.turned.get(`${kind} ${i}`) ?? 0) + 1);
	}
}
