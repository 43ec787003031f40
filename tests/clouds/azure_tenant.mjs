// SPDX-License-Identifier: Apache-2.0
// What the simulated Azure says beside its subscriptions' posture: incidents of Microsoft Sentinel,
// alerts of Microsoft Graph.

import { below, guid, hash32, pick } from './seeded.mjs';

const WORKSPACES = 2; // of the first subscriptions, one each
const INCIDENTS = 60; // of a workspace: more than a page
const ALERTS = 130;
const SEVERITIES = ['Informational', 'Low', 'Medium', 'High'];
const BEGIN = Date.UTC(2026, 0, 1);

// What the parts of a hash are for: no two rows share their luck.
const FOR = { incident: 21, rule: 22, alert: 23, user: 24 };
const FLIPPED = [FOR.incident, FOR.alert];

const iso = ms => `${new Date(ms).toISOString().slice(0, -1)}0000Z`;

export class Tenant {
	constructor({ seed, subs, tenant }) {
		this.seed = seed;
		this.tenant = tenant;
		this.turned = new Map();
		this.workspaces = subs.slice(0, WORKSPACES).map((sub, w) => ({ sub, id: `/subscriptions/${sub.id}/resourceGroups/rg-soc/providers/Microsoft.OperationalInsights/workspaces/soc-${w}` }));
	}

	luck(n, kind, i) {
		return (below(n, this.seed, kind, i) + (this.turned.get(`${kind} ${i}`) ?? 0)) % n;
	}

	// Every row of a table: {row, truth}.
	rows(table, w = 0) {
		return Array.from({ length: { incidents: INCIDENTS, alerts: ALERTS }[table] }, (_, i) => this[table](i, w));
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

	user(i) {
		return { id: guid(this.seed, FOR.user, i), name: `user-${i}@simulated.example` };
	}

	alerts(i) {
		const id = `da${guid(this.seed, FOR.alert, i)}_1`;
		const user = this.user(i);
		const [status, classification, state] = [
			['new', 'unknown', 'open'],
			['inProgress', 'truePositive', 'open'],
			['resolved', 'truePositive', 'resolved'],
			['resolved', 'falsePositive', 'resolved'],
		][this.luck(4, FOR.alert, i)];
		const date = iso(BEGIN + i * 3_600_000);
		const own = i % 5 !== 0; // the others are Defender for Cloud's
		const row = {
			id,
			providerAlertId: id,
			incidentId: String(i),
			status,
			severity: pick(['informational', 'low', 'medium', 'high'], this.seed, FOR.alert, i, 1),
			classification,
			determination: 'unknown',
			serviceSource: own ? pick(['microsoftDefenderForEndpoint', 'microsoftDefenderForIdentity', 'azureAdIdentityProtection'], this.seed, FOR.alert, i, 2) : 'microsoftDefenderForCloud',
			detectionSource: own ? 'antivirus' : 'microsoftDefenderForServers',
			detectorId: guid(this.seed, FOR.rule, i % 7),
			tenantId: this.tenant,
			title: `Simulated alert ${i}`,
			description: 'Something that should not be.',
			recommendedActions: 'Look. Act.',
			category: 'InitialAccess',
			alertWebUrl: `https://security.microsoft.com/alerts/${id}?tid=${this.tenant}`,
			mitreTechniques: ['T1078'],
			createdDateTime: date,
			lastUpdateDateTime: iso(BEGIN + i * 3_600_000 + (this.turned.get(`${FOR.alert} ${i}`) ?? 0) * 86_400_000),
			resolvedDateTime: state === 'resolved' ? date : null,
			firstActivityDateTime: date,
			lastActivityDateTime: date,
			comments: [],
			evidence: [{ '@odata.type': '#microsoft.graph.security.userEvidence', roles: [], userAccount: { accountName: `user-${i}`, azureAdUserId: user.id, userPrincipalName: user.name } }],
		};
		return { row, truth: own ? { scope: this.tenant, connector: 'azure_graph', native_id: id, resource: user.id, state, class: 'threat' } : null };
	}

	*truth(lists) {
		if (lists.includes('sentinel'))
			for (const [w] of this.workspaces.entries())
				yield* this.rows('incidents', w).map(one => one.truth);
		if (lists.includes('graph'))
			yield* this.rows('alerts').map(one => one.truth).filter(one => one);
	}

	// So many rows of each table get another state.
	flip(count) {
		for (const kind of FLIPPED)
			for (let i = 0; i < count; i++)
				this.turned.set(`${kind} ${i}`, (this.turned.get(`${kind} ${i}`) ?? 0) + 1);
	}
}
