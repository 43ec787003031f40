// SPDX-License-Identifier: Apache-2.0
// What the simulated Azure says beside its subscriptions' posture: incidents of Microsoft Sentinel,
// alerts of Microsoft Graph, users of Microsoft Entra ID.

import { below, guid, hash32, pick } from './seeded.mjs';

const WORKSPACES = 2; // of the first subscriptions, one each
const INCIDENTS = 60; // of a workspace: more than a page
const ALERTS = 130;
const USERS = 120; // every fourth has been at risk
const SEVERITIES = ['Informational', 'Low', 'Medium', 'High'];
const BEGIN = Date.UTC(2026, 0, 1);

// What the parts of a hash are for: no two rows share their luck.
const FOR = { incident: 21, rule: 22, alert: 23, user: 24, risk: 25, mfa: 26 };
const FLIPPED = [FOR.incident, FOR.alert, FOR.risk, FOR.mfa];

const iso = ms => `${new Date(ms).toISOString().slice(0, -1)}0000Z`;

export class Tenant {
	constructor({ seed, subs, tenant }) {
		this.seed = seed;
		this.tenant = tenant;
		this.turned = new Map();
		this.gone = new Set();
		this.workspaces = subs.slice(0, WORKSPACES).map((sub, w) => ({ sub, id: `/subscriptions/${sub.id}/resourceGroups/rg-soc/providers/Microsoft.OperationalInsights/workspaces/soc-${w}` }));
	}

	luck(n, kind, i) {
		return (below(n, this.seed, kind, i) + (this.turned.get(`${kind} ${i}`) ?? 0)) % n;
	}

	// Every row of a table: {row, truth}.
	rows(table, w = 0) {
		return Array.from({ length: { incidents: INCIDENTS, alerts: ALERTS, risk: USERS / 4, mfa: USERS }[table] }, (_, i) => this[table](i, w)).filter((_, i) => !this.gone.has(`${table} ${i}`));
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

	risk(i) {
		const user = this.user(i * 4);
		const [riskState, riskLevel, state] = [
			['atRisk', 'high', 'open'],
			['confirmedCompromised', 'high', 'open'],
			['remediated', 'none', 'resolved'],
			['dismissed', 'none', 'suppressed'],
		][this.luck(4, FOR.risk, i)];
		const row = {
			id: user.id,
			isDeleted: false,
			isProcessing: false,
			riskLevel,
			riskState,
			riskDetail: 'none',
			riskLastUpdatedDateTime: iso(BEGIN + i * 3_600_000 + (this.turned.get(`${FOR.risk} ${i}`) ?? 0) * 86_400_000),
			userDisplayName: `User ${i * 4}`,
			userPrincipalName: user.name,
		};
		return { row, truth: { scope: 'entra/risk', connector: 'azure_entra', native_id: `risk|${user.id}`, resource: user.id, state } };
	}

	mfa(i) {
		const user = this.user(i);
		const capable = this.luck(2, FOR.mfa, i) === 1;
		const row = {
			id: user.id,
			userPrincipalName: user.name,
			userDisplayName: `User ${i}`,
			userType: i % 9 === 0 ? 'guest' : 'member',
			isAdmin: i % 10 === 1,
			isSsprRegistered: false,
			isSsprEnabled: false,
			isSsprCapable: false,
			isMfaRegistered: capable || i % 3 === 0,
			isMfaCapable: capable,
			isPasswordlessCapable: false,
			methodsRegistered: capable ? ['microsoftAuthenticatorPush'] : [],
			isSystemPreferredAuthenticationMethodEnabled: true,
			systemPreferredAuthenticationMethods: capable ? ['push'] : [],
			userPreferredMethodForSecondaryAuthentication: capable ? 'push' : '',
			lastUpdatedDateTime: iso(BEGIN + i * 3_600_000 + (this.turned.get(`${FOR.mfa} ${i}`) ?? 0) * 86_400_000),
		};
		return { row, truth: { scope: 'entra/mfa', connector: 'azure_entra', native_id: `mfa|${user.id}`, resource: user.id, state: capable ? 'passing' : 'open' } };
	}

	// A user with all that is said of it; alerts stay.
	delete() {
		const i = 4 * this.gone.size;
		this.gone.add(`mfa ${i}`).add(`risk ${i / 4}`);
	}

	*truth(lists) {
		if (lists.includes('sentinel'))
			for (const [w] of this.workspaces.entries())
				yield* this.rows('incidents', w).map(one => one.truth);
		if (lists.includes('graph'))
			yield* this.rows('alerts').map(one => one.truth).filter(one => one);
		if (lists.includes('entra'))
			for (const table of ['risk', 'mfa'])
				yield* this.rows(table).map(one => one.truth);
	}

	// So many rows of each table get another state.
	flip(count) {
		for (const kind of FLIPPED)
			for (let i = 0; i < count; i++)
				this.turned.set(`${kind} ${i}`, (this.turned.get(`${kind} ${i}`) ?? 0) + 1);
	}
}
