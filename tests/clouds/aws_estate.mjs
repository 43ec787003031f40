// SPDX-License-Identifier: Apache-2.0
// The estate of the simulated AWS: findings by number, each in the forms of the services that tell it
// (ASFF and OCSF of Security Hub, GuardDuty's and Inspector's own).  Written after the API references.

import { below, guid, hash32, hex, pick } from './seeded.mjs';

const BEGIN = Date.UTC(2026, 0, 1);

const controls = [
	['S3.8', 'S3 general purpose buckets should block public access', 'AwsS3Bucket', 'HIGH'],
	['S3.5', 'S3 general purpose buckets should require requests to use SSL', 'AwsS3Bucket', 'MEDIUM'],
	['EC2.2', 'VPC default security groups should not allow inbound or outbound traffic', 'AwsEc2SecurityGroup', 'HIGH'],
	['EC2.19', 'Security groups should not allow unrestricted access to ports with high risk', 'AwsEc2SecurityGroup', 'CRITICAL'],
	['RDS.2', 'RDS DB instances should prohibit public access', 'AwsRdsDbInstance', 'CRITICAL'],
	['IAM.1', 'IAM policies should not allow full administrative privileges', 'AwsIamRole', 'HIGH'],
	['Lambda.2', 'Lambda functions should use supported runtimes', 'AwsLambdaFunction', 'MEDIUM'],
];
const cves = ['CVE-2024-3094', 'CVE-2023-44487', 'CVE-2022-3602', 'CVE-2021-44228', 'CVE-2024-6387'];
const threats = [
	['Recon:EC2/Portscan', 'TTPs/Discovery/Recon:EC2-Portscan'],
	['UnauthorizedAccess:EC2/SSHBruteForce', 'TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce'],
	['CryptoCurrency:EC2/BitcoinTool.B', 'TTPs/Command and Control/CryptoCurrency:EC2-BitcoinTool.B'],
];
const severities = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const scores = { LOW: 2, MEDIUM: 5, HIGH: 8, CRITICAL: 9 };
const products = {
	control: { path: 'aws/securityhub', name: 'Security Hub' },
	vulnerability: { path: 'aws/inspector', name: 'Inspector' },
	threat: { path: 'aws/guardduty', name: 'GuardDuty' },
};

const resourceArns = {
	AwsS3Bucket: (f, name) => `arn:aws:s3:::${name}`,
	AwsEc2SecurityGroup: (f, name) => `arn:aws:ec2:${f.region}:${f.account}:security-group/sg-${name}`,
	AwsRdsDbInstance: (f, name) => `arn:aws:rds:${f.region}:${f.account}:db:${name}`,
	AwsIamRole: (f, name) => `arn:aws:iam::${f.account}:role/${name}`,
	AwsLambdaFunction: (f, name) => `arn:aws:lambda:${f.region}:${f.account}:function:${name}`,
	AwsEc2Instance: (f, name) => `arn:aws:ec2:${f.region}:${f.account}:instance/i-${name}`,
};

export function detectorOf(seed, account, region) {
	return hex(32, seed, Number(account.slice(-6)), region.length, region.charCodeAt(3), region.charCodeAt(region.length - 1));
}

export class Estate {
	constructor({ seed, scale, accounts, regions }) {
		Object.assign(this, { seed, scale, accounts, regions });
		this.changed = new Map(); // number → {state, severity, updated}
		this.places = new Map(); // "account/region" → numbers in the order of their updates
		this.clock = scale; // seconds after BEGIN of the next change
		this.lists = new Map(); // what list() has made, until something changes
		for (const account of accounts)
			for (const region of regions)
				this.places.set(`${account}/${region}`, []);
		for (let i = 0; i < scale; i++)
			this.places.get(this.placeOf(i)).push(i);
	}

	placeOf(i) {
		return `${this.accounts[i % this.accounts.length]}/${pick(this.regions, this.seed, i, 1)}`;
	}

	// Finding i as it stands now; state: open, passing, suppressed, resolved.
	at(i) {
		const { seed } = this;
		const [account, region] = this.placeOf(i).split('/');
		const roll = below(100, seed, i, 2);
		const kind = roll < 70 ? 'control' : roll < 88 ? 'vulnerability' : 'threat';
		const state = below(100, seed, i, 3);
		const f = { i, account, region, kind, severity: pick(severities, seed, i, 4), updated: i };
		if (kind === 'control') {
			[f.rule, f.title, f.type, f.severity] = pick(controls, seed, i, 5);
			f.state = state < 55 ? 'open' : state < 92 ? 'passing' : state < 96 ? 'suppressed' : 'resolved';
			f.id = `arn:aws:securityhub:${region}:${account}:security-control/${f.rule}/finding/${guid(seed, i)}`;
		} else if (kind === 'vulnerability') {
			f.rule = pick(cves, seed, i, 5);
			f.title = `${f.rule} - openssl`;
			f.type = 'AwsEc2Instance';
			f.state = state < 85 ? 'open' : state < 92 ? 'suppressed' : 'resolved';
			f.id = `arn:aws:inspector2:${region}:${account}:finding/${hex(32, seed, i, 6)}`;
		} else {
			[f.rule, f.hubType] = pick(threats, seed, i, 5);
			f.title = `${f.rule} was seen`;
			f.type = 'AwsEc2Instance';
			f.state = state < 80 ? 'open' : 'resolved';
			f.nativeId = hex(32, seed, i, 6);
			f.id = `arn:aws:guardduty:${region}:${account}:detector/${detectorOf(seed, account, region)}/finding/${f.nativeId}`;
		}
		f.resource = resourceArns[f.type](f, hex(17, seed, i, 7));
		f.productArn = `arn:aws:securityhub:${region}::product/${products[kind].path}`;
		return Object.assign(f, this.changed.get(i));
	}

	// Findings of places in the order in which they are listed; kinds: which ones.
	list(places, kinds) {
		const key = `${places} ${kinds}`;
		if (!this.lists.has(key)) {
			const all = places.flatMap(place => this.places.get(place) ?? []).filter(i => kinds.includes(this.kindOf(i)));
			const updated = i => this.changed.get(i)?.updated ?? i;
			this.lists.set(key, places.length > 1 ? all.sort((a, b) => updated(a) - updated(b)) : all);
		}
		return this.lists.get(key);
	}

	kindOf(i) {
		const roll = below(100, this.seed, i, 2);
		return roll < 70 ? 'control' : roll < 88 ? 'vulnerability' : 'threat';
	}

	*truth() {
		for (const numbers of this.places.values())
			for (const i of numbers) {
				const f = this.at(i);
				yield {
					scope: `${f.account}/${f.region}/${products[f.kind].path}`,
					connector: 'aws_securityhub',
					native_id: `${f.productArn} ${f.id}`,
					resource: f.resource,
					state: f.state,
				};
			}
	}

	// n findings that wanted() takes, the same for the same estate.
	choose(n, salt, wanted) {
		const all = [...this.places.values()].flat().filter(i => wanted(this.at(i)));
		return all.sort((a, b) => hash32(this.seed, a, salt) - hash32(this.seed, b, salt) || a - b).slice(0, n);
	}

	// Changed findings go to the end of what is sorted by its last update.
	touch(i, change) {
		this.lists.clear();
		this.changed.set(i, { ...this.changed.get(i), ...change, updated: this.clock++ });
		const numbers = this.places.get(this.placeOf(i));
		const at = numbers.indexOf(i);
		if (at >= 0)
			numbers.push(...numbers.splice(at, 1));
	}

	flip(n) {
		for (const i of this.choose(n, 11, f => f.kind === 'control' && (f.state === 'open' || f.state === 'passing')))
			this.touch(i, { state: this.at(i).state === 'open' ? 'passing' : 'open' });
	}

	severity(n) {
		for (const i of this.choose(n, 12, f => f.kind !== 'control' || f.state === 'open'))
			this.touch(i, { severity: severities[(severities.indexOf(this.at(i).severity) + 1) % severities.length] });
	}

	// All findings of n resources; threats stay: they end by their service's word.
	delete(n) {
		this.lists.clear();
		const gone = new Set(this.choose(n, 13, f => f.kind !== 'threat'));
		for (const numbers of this.places.values())
			numbers.splice(0, numbers.length, ...numbers.filter(i => !gone.has(i)));
	}

	reorder() {
		this.lists.clear();
		for (const numbers of this.places.values())
			numbers.reverse();
	}
}

// --- the forms ---

const iso = seconds => new Date(BEGIN + seconds * 1000).toISOString();
const epoch = seconds => BEGIN / 1000 + seconds + 0.25; // Inspector writes fractions

function asffStates(f) {
	const failed = f.kind === 'control' ? { Compliance: { Status: f.state === 'passing' ? 'PASSED' : 'FAILED', SecurityControlId: f.rule, AssociatedStandards: [{ StandardsId: 'standards/aws-foundational-security-best-practices/v/1.0.0' }] } } : {};
	return {
		...failed,
		Workflow: { Status: f.state === 'suppressed' ? 'SUPPRESSED' : f.state === 'passing' ? 'RESOLVED' : 'NEW' },
		RecordState: f.state === 'resolved' ? 'ARCHIVED' : 'ACTIVE',
	};
}

function asffVulnerability(f) {
	return {
		Vulnerabilities: [{
			Id: f.rule,
			VulnerablePackages: [{ Name: 'openssl', Version: '3.0.1', Architecture: 'X86_64', PackageManager: 'OS', FixedInVersion: '3.0.7' }],
			Vendor: { Name: 'NVD', Url: `https://nvd.nist.gov/vuln/detail/${f.rule}`, VendorSeverity: f.severity },
			FixAvailable: 'YES',
		}],
		FindingProviderFields: { Severity: { Label: f.severity }, Types: ['Software and Configuration Checks/Vulnerabilities/CVE'] },
	};
}

export function asff(f) {
	const types = { control: 'Software and Configuration Checks/Industry and Regulatory Standards', vulnerability: 'Software and Configuration Checks/Vulnerabilities/CVE', threat: f.hubType };
	const generators = { control: `security-control/${f.rule}`, vulnerability: 'AWSInspector', threat: `arn:aws:guardduty:${f.region}:${f.account}:detector` };
	return {
		SchemaVersion: '2018-10-08',
		Id: f.id,
		ProductArn: f.productArn,
		ProductName: products[f.kind].name,
		CompanyName: 'AWS',
		Region: f.region,
		GeneratorId: generators[f.kind],
		AwsAccountId: f.account,
		Types: [types[f.kind]],
		FirstObservedAt: iso(f.i),
		LastObservedAt: iso(f.updated),
		CreatedAt: iso(f.i),
		UpdatedAt: iso(f.updated),
		Severity: { Label: f.state === 'passing' ? 'INFORMATIONAL' : f.severity },
		Title: f.title,
		Description: `Simulated: ${f.title}.`,
		ProductFields: { 'aws/securityhub/FindingId': `${f.productArn}/${f.id}` },
		Resources: [{ Type: f.type, Id: f.resource, Partition: 'aws', Region: f.region }],
		...asffStates(f),
		...(f.kind === 'vulnerability' ? asffVulnerability(f) : {}),
	};
}

function ocsfClass(f) {
	const classes = {
		control: { class_uid: 2003, class_name: 'Compliance Finding', compliance: { control: f.rule, status: f.state === 'passing' ? 'Pass' : 'Fail', status_id: f.state === 'passing' ? 1 : 3, standards: ['standards/aws-foundational-security-best-practices/v/1.0.0'] } },
		vulnerability: { class_uid: 2002, class_name: 'Vulnerability Finding', vulnerabilities: [{ cve: { uid: f.rule }, affected_packages: [{ name: 'openssl', version: '3.0.1', fixed_in_version: '3.0.7' }] }] },
		threat: { class_uid: 2004, class_name: 'Detection Finding' },
	};
	return classes[f.kind];
}

export function ocsf(f) {
	const status = { suppressed: [3, 'Suppressed'], resolved: [4, 'Resolved'], passing: [4, 'Resolved'], open: [1, 'New'] }[f.state];
	return {
		...ocsfClass(f),
		activity_id: f.state === 'resolved' ? 3 : 1,
		category_uid: 2,
		cloud: { account: { uid: f.account, type: 'AWS Account' }, provider: 'AWS', region: f.region },
		finding_info: {
			uid: f.id,
			title: f.title,
			desc: `Simulated: ${f.title}.`,
			types: [f.kind === 'threat' ? f.hubType : f.kind === 'control' ? 'Posture Management' : 'Software and Configuration Checks/Vulnerabilities/CVE'],
			created_time: BEGIN + f.i * 1000,
			created_time_dt: iso(f.i),
			modified_time: BEGIN + f.updated * 1000,
			modified_time_dt: iso(f.updated),
		},
		metadata: {
			uid: hex(64, f.i, 8),
			version: '1.6.0',
			product: { name: products[f.kind].name, vendor_name: 'AWS', uid: `arn:aws:securityhub:${f.region}::productv2/${products[f.kind].path}`, feature: { uid: f.kind === 'control' ? `security-control/${f.rule}` : products[f.kind].name } },
		},
		resources: [{ uid: f.resource, type: f.type, region: f.region, owner: { account: { uid: f.account } }, cloud_partition: 'aws' }],
		severity: f.severity[0] + f.severity.slice(1).toLowerCase(),
		severity_id: severities.indexOf(f.severity) + 2,
		status: status[1],
		status_id: status[0],
		time: BEGIN + f.updated * 1000,
	};
}

export function guardduty(f) {
	return {
		accountId: f.account,
		arn: f.id,
		id: f.nativeId,
		partition: 'aws',
		region: f.region,
		type: f.rule,
		schemaVersion: '2.0',
		severity: scores[f.severity],
		title: f.title,
		description: `Simulated: ${f.title}.`,
		createdAt: iso(f.i),
		updatedAt: iso(f.updated),
		resource: { resourceType: 'Instance', instanceDetails: { instanceId: f.resource.split('/').pop() } },
		service: { serviceName: 'guardduty', archived: f.state === 'resolved', count: 1, eventFirstSeen: iso(f.i), eventLastSeen: iso(f.updated) },
	};
}

export function inspector(f) {
	return {
		findingArn: f.id,
		awsAccountId: f.account,
		type: 'PACKAGE_VULNERABILITY',
		severity: f.severity,
		status: { open: 'ACTIVE', suppressed: 'SUPPRESSED', resolved: 'CLOSED' }[f.state],
		title: f.title,
		description: `Simulated: ${f.title}.`,
		firstObservedAt: epoch(f.i),
		lastObservedAt: epoch(f.updated),
		updatedAt: epoch(f.updated),
		fixAvailable: 'YES',
		exploitAvailable: 'NO',
		remediation: { recommendation: { text: 'None Provided' } },
		packageVulnerabilityDetails: { vulnerabilityId: f.rule, source: 'NVD', vulnerablePackages: [{ name: 'openssl', version: '3.0.1', fixedInVersion: '3.0.7', packageManager: 'OS' }] },
		resources: [{ id: f.resource.split('/').pop(), type: 'AWS_EC2_INSTANCE', region: f.region, partition: 'aws' }],
	};
}
