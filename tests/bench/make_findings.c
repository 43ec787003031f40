/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes findings in AWS Security Finding Format, one a line:
 *   make_findings --count N [--seed S] [--uneven] [--moved-times] [--changed PERCENT]
 * Every tenth line repeats an earlier one.  The N - N/10 different findings are
 * about N/9 resources in 24 accounts: half failed controls, half vulnerabilities of
 * packages, in mixed order.  With --uneven the resources are in 511 accounts, of
 * which one has a ninth of all and 256 share another, and in 12 regions, each half
 * the size of the one before.  Equal arguments give equal bytes; what the last two
 * options do touches nothing else, so that the files of one seed are states of
 * one estate:
 *   --moved-times  another day for what a finding's last sighting is dated
 *   --changed      also another title and severity for that share of the findings
 * Everything said of a control or a CVE here is invented.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/timestamp.h"

enum {
	COUNT_MAX = 100 * 1000 * 1000,
	REPEAT_EVERY = 10,
	PER_RESOURCE = 9,
	N_ACCOUNTS = 24,
	N_REGIONS = 6,
	N_OCTAVES = 9,
	N_CVES = 4000,
	OUTPUT_SIZE = 1 << 20
};

#define FIRST_DAY INT64_C(1767225600) /* 2026-01-01 */
#define DAY       INT64_C(86400)

struct options {
	uint64_t count, seed;
	bool uneven, moved_times;
	uint64_t changed; /* percent */
};

/* ---- what the estate is made of ---- */

enum severity_label {
	LABEL_LOW,
	LABEL_MEDIUM,
	LABEL_HIGH,
	LABEL_CRITICAL
};

static const struct {
	const char *label, *normalized;
} severities[] = {
        [LABEL_LOW] = {"LOW", "1"},
        [LABEL_MEDIUM] = {"MEDIUM", "40"},
        [LABEL_HIGH] = {"HIGH", "70"},
        [LABEL_CRITICAL] = {"CRITICAL", "90"},
};

struct control {
	const char *id, *title;
	enum severity_label severity;
};

static const struct control instance_controls[] = {
        {"EC2.8", "EC2 instances should use Instance Metadata Service Version 2",
         LABEL_HIGH},
        {"EC2.9", "EC2 instances should not have a public IPv4 address", LABEL_HIGH},
        {"SSM.1", "EC2 instances should be managed by Systems Manager", LABEL_MEDIUM},
};

static const struct control function_controls[] = {
        {"Lambda.1", "Lambda function policies should prohibit public access",
         LABEL_CRITICAL},
        {"Lambda.2", "Lambda functions should use supported runtimes", LABEL_MEDIUM},
        {"Lambda.3", "Lambda functions should be in a VPC", LABEL_LOW},
};

static const struct control bucket_controls[] = {
        {"S3.2", "Buckets should block public read access", LABEL_CRITICAL},
        {"S3.3", "Buckets should block public write access", LABEL_CRITICAL},
        {"S3.5", "Buckets should require requests to use TLS", LABEL_MEDIUM},
        {"S3.8", "Buckets should block public access at the bucket level", LABEL_HIGH},
        {"S3.9", "Buckets should have server access logging enabled", LABEL_MEDIUM},
        {"S3.11", "Buckets should have event notifications enabled", LABEL_MEDIUM},
        {"S3.13", "Buckets should have lifecycle configurations", LABEL_LOW},
        {"S3.14", "Buckets should have versioning enabled", LABEL_LOW},
        {"S3.17", "Buckets should be encrypted at rest with KMS keys", LABEL_MEDIUM},
};

static const struct control database_controls[] = {
        {"RDS.2", "DB instances should prohibit public access", LABEL_CRITICAL},
        {"RDS.3", "DB instances should have encryption at rest enabled", LABEL_MEDIUM},
        {"RDS.5", "DB instances should span several availability zones", LABEL_MEDIUM},
        {"RDS.6", "Enhanced monitoring should be configured for DB instances", LABEL_LOW},
        {"RDS.8", "DB instances should have deletion protection enabled", LABEL_LOW},
        {"RDS.9", "DB instances should publish logs to CloudWatch Logs", LABEL_MEDIUM},
        {"RDS.10", "IAM authentication should be configured for DB instances",
         LABEL_MEDIUM},
        {"RDS.11", "DB instances should have automatic backups enabled", LABEL_MEDIUM},
        {"RDS.13", "Automatic minor version upgrades should be enabled", LABEL_HIGH},
};

/* A resource's first findings are its kind's controls, the others vulnerabilities. */
struct kind {
	const char *type,
	        *arn; /* slots: %r region, %a account, %n name, %h 64 hex digits */
	const char *details;
	const struct control *controls;
	size_t n_controls;
};

static char instance_details[] =
        "{'AwsEc2Instance':{'Type':'m6i.large','ImageId':'ami-0a1b2c3d4e5f60718',"
        "'VpcId':'vpc-0f1e2d3c4b5a69780','SubnetId':'subnet-%s'}}";
static char function_details[] = "{'AwsLambdaFunction':{'FunctionName':'%n','Runtime':'"
                                 "python3.9','CodeSha256':'%s'}}";
static char bucket_details[] = "{'AwsS3Bucket':{'Name':'%n'}}";
static char database_details[] =
        "{'AwsRdsDbInstance':{'Engine':'postgres','DBInstanceClass':'db.r6g.large'}}";
static char image_details[] =
        "{'AwsEcrContainerImage':{'RepositoryName':'%n','Architecture':'amd64'}}";

static const struct kind kinds[] = {
        {"AwsEc2Instance", "arn:aws:ec2:%r:%a:instance/i-0%s", instance_details,
         instance_controls, N_ELEMENTS(instance_controls)},
        {"AwsLambdaFunction", "arn:aws:lambda:%r:%a:function:%n", function_details,
         function_controls, N_ELEMENTS(function_controls)},
        {"AwsS3Bucket", "arn:aws:s3:::%n", bucket_details, bucket_controls,
         N_ELEMENTS(bucket_controls)},
        {"AwsRdsDbInstance", "arn:aws:rds:%r:%a:db:%n", database_details, database_controls,
         N_ELEMENTS(database_controls)},
        {"AwsEcrContainerImage", "arn:aws:ecr:%r:%a:repository/%n/sha256:%h", image_details,
         NULL, 0},
};

/* Of ten resources. */
static const unsigned char kind_mix[] = {0, 0, 0, 0, 0, 1, 2, 2, 3, 4};

/* An even estate is in the first N_REGIONS of them. */
static const char *const regions[] = {
        "eu-west-1",      "eu-central-1", "us-east-1",  "us-west-2",
        "ap-southeast-1", "ca-central-1", "eu-north-1", "ap-northeast-1",
        "sa-east-1",      "eu-south-1",   "af-south-1", "me-south-1",
};
static const char *const teams[] = {"payments", "search",   "identity", "warehouse",
                                    "checkout", "platform", "mobile",   "data"};
static const char *const stages[] = {"prod", "prod", "staging", "dev"};

static const struct {
	const char *vector, *score;
	enum severity_label severity;
} cvss[] = {
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8", LABEL_CRITICAL},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "10.0", LABEL_CRITICAL},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "7.5", LABEL_HIGH},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "7.5", LABEL_HIGH},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "8.8", LABEL_HIGH},
        {"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "7.8", LABEL_HIGH},
        {"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", "5.9", LABEL_MEDIUM},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "6.1", LABEL_MEDIUM},
        {"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H", "5.5", LABEL_MEDIUM},
        {"CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", "2.5", LABEL_LOW},
};

static const char *const packages[] = {
        "openssl", "curl",     "libxml2", "kernel",     "glibc",   "python3", "zlib",
        "expat",   "openssh",  "bash",    "sudo",       "systemd", "libpng",  "sqlite",
        "nginx",   "httpd",    "tomcat",  "log4j-core", "netty",   "jackson", "lodash",
        "express", "requests", "urllib3", "werkzeug",   "django",  "nodejs",  "ruby",
        "perl",    "gnutls",   "krb5",    "libtiff",    "vim",     "busybox", "musl",
        "grpc",    "protobuf", "mariadb", "postgresql", "redis",   "ncurses", "pcre2",
};

static const char *const words[] = {
        "the",        "a",          "of",        "in",          "to",         "and",
        "an",         "when",       "that",      "with",        "before",     "by",
        "attacker",   "remote",     "local",     "crafted",     "request",    "buffer",
        "overflow",   "memory",     "read",      "write",       "free",       "pointer",
        "parser",     "header",     "length",    "length",      "check",      "missing",
        "improper",   "validation", "allows",    "could",       "execute",    "code",
        "arbitrary",  "denial",     "service",   "crash",       "process",    "privilege",
        "escalate",   "bypass",     "policy",    "certificate", "verify",     "handshake",
        "session",    "token",      "leak",      "disclose",    "file",       "path",
        "traversal",  "symlink",    "archive",   "extract",     "user",       "input",
        "command",    "injection",  "query",     "template",    "script",     "page",
        "browser",    "server",     "client",    "connection",  "packet",     "network",
        "protocol",   "version",    "default",   "configured",  "option",     "module",
        "function",   "library",    "handler",   "object",      "state",      "race",
        "condition",  "loop",       "recursion", "stack",       "heap",       "integer",
        "conversion", "unsigned",   "boundary",  "allocate",    "resource",   "exhaust",
        "decoder",    "image",      "font",      "stream",      "compressed", "field",
        "value",      "encoding",   "character", "escape",      "string",     "format",
        "driver",     "kernel",     "mapping",   "descriptor",  "socket",     "timer",
        "signal",     "permission", "group",     "container",   "namespace",  "mount",
        "host",       "guest",      "virtual",   "device",      "queue",      "message",
        "reply",      "cache",      "stale",     "entry",       "lookup",     "table",
        "index",      "negative",   "zero",      "specially",   "malformed",  "untrusted",
        "because",    "may",        "lead",      "result",      "under",      "certain",
};

/* ---- pseudo-random numbers ---- */

/* The output function of SplitMix64: neighbours have nothing in common. */
static uint64_t mix(uint64_t x)
{
	x += 0x9E3779B97F4A7C15u;
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
	return x ^ (x >> 31);
}

/* The draw number what of thing: independent of all other draws. */
static uint64_t draw(const struct options *o, uint64_t what, uint64_t thing)
{
	return mix(mix(o->seed * 64 + what) ^ thing);
}

enum draw_of {
	DRAW_ORDER,
	DRAW_REPEAT,
	DRAW_RESOURCE,
	DRAW_ID,
	DRAW_ID_REST,
	DRAW_TIME,
	DRAW_CVE,
	DRAW_TEXT,
	DRAW_SIGHTING,
	DRAW_PLACE
};

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		const uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* ---- text with slots ---- */

/* The value of %a is value['a' - 'a']. */
struct slots {
	struct strbuf value[26];
};

static struct strbuf *slot(struct slots *s, char name)
{
	struct strbuf *b = &s->value[name - 'a'];

	strbuf_reset(b);
	return b;
}

static void set(struct slots *s, char name, const char *text)
{
	strbuf_puts(slot(s, name), text);
}

static void put_hex(struct strbuf *b, uint64_t n, unsigned int digits)
{
	char *end = strbuf_reserve(b, digits);

	for (unsigned int i = 0; i < digits; i++)
		end[i] = "0123456789abcdef"[(n >> (4 * (digits - 1 - i))) & 15];
	end[digits] = '\0';
	b->size += digits;
}

static void expand(struct strbuf *out, const char *text, const struct slots *s)
{
	for (;;) {
		const size_t plain = strcspn(text, "%");

		strbuf_put(out, text, plain);
		if (text[plain] == '\0')
			return;
		const struct strbuf *value = &s->value[text[plain + 1] - 'a'];

		strbuf_put(out, value->data, value->size);
		text += plain + 2;
	}
}

/* The templates have ' for ", to be readable. */
static void requote(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\'')
			*text = '"';
}

/*
 * %r region, %a account, %i %j the id's halves, %c control or CVE, %p package,
 * %f %u first and last sighting, %y label, %z its number, %t title, %d description,
 * %k type of resource, %o its ARN, %n its name, %s digits of its own, %x its details,
 * %m team, %e stage, %v vector, %w score, %q EPSS, %g exploit, %b version.
 */
static char control_template[] =
        "{'SchemaVersion':'2018-10-08','Id':'arn:aws:securityhub:%r:%a:security-control/%c/"
        "finding/%i-%j','ProductArn':'arn:aws:securityhub:%r::product/aws/securityhub',"
        "'Region':'%r','GeneratorId':'security-control/%c','AwsAccountId':'%a',"
        "'Types':['Software and Configuration Checks/Industry and Regulatory Standards'],"
        "'FirstObservedAt':'%f','LastObservedAt':'%u','CreatedAt':'%f','UpdatedAt':'%u',"
        "'Severity':{'Label':'%y','Normalized':%z,'Original':'%y'},'Title':'%t',"
        "'Description':'%d','Remediation':{'Recommendation':{"
        "'Url':'https://docs.example.com/%c/remediation'}},"
        "'Resources':[{'Type':'%k','Id':'%o','Region':'%r',"
        "'Tags':{'team':'%m','stage':'%e'},'Details':%x}],"
        "'Compliance':{'Status':'FAILED','SecurityControlId':'%c',"
        "'RelatedRequirements':['NIST.800-53.r5 AC-3']},"
        "'Workflow':{'Status':'NEW'},'RecordState':'ACTIVE'}\n";

static char vulnerability_template[] =
        "{'SchemaVersion':'2018-10-08','Id':'arn:aws:inspector2:%r:%a:finding/%i%j',"
        "'ProductArn':'arn:aws:securityhub:%r::product/aws/inspector',"
        "'Region':'%r','GeneratorId':'AWSInspector','AwsAccountId':'%a',"
        "'Types':['Software and Configuration Checks/Vulnerabilities/CVE'],"
        "'FirstObservedAt':'%f','LastObservedAt':'%u','CreatedAt':'%f','UpdatedAt':'%u',"
        "'Severity':{'Label':'%y','Normalized':%z},'Title':'%t','Description':'%d',"
        "'Resources':[{'Type':'%k','Id':'%o','Region':'%r','Tags':{'team':'%m'}}],"
        "'Workflow':{'Status':'NEW'},'RecordState':'ACTIVE',"
        "'Vulnerabilities':[{'Id':'%c','VulnerablePackages':[{'Name':'%p','Version':'%b',"
        "'Release':'1.amzn2','PackageManager':'OS','FixedInVersion':'0:%b-9.amzn2'}],"
        "'Cvss':[{'Version':'3.1','BaseScore':%w,'BaseVector':'%v'}],"
        "'FixAvailable':'YES','ExploitAvailable':'%g','EpssScore':0.%q}]}\n";

/* ---- findings ---- */

struct cve {
	char *id, *description;
	unsigned int package, cvss, version;
	unsigned int epss; /* 1e-5 */
	bool exploit;
};

struct maker {
	struct options options;
	uint64_t n_unique, n_resources;
	uint64_t stride, offset; /* of the order of the findings */
	struct cve *cves;
	struct slots slots;
	struct strbuf out;
};

/* A few words stand for most of a text, as in real ones. */
static const char *word_of(uint64_t n)
{
	const uint64_t a = n % N_ELEMENTS(words), b = (n >> 20) % N_ELEMENTS(words);

	return words[a < b ? a : b];
}

static void put_sentences(const struct options *o, struct strbuf *b, uint64_t thing,
                          unsigned int n_words)
{
	for (unsigned int i = 0; i < n_words; i++) {
		const uint64_t n = draw(o, DRAW_TEXT, thing * 1000 + i);

		if (i > 0)
			strbuf_puts(b, n >> 60 == 0 ? ". " : " ");
		strbuf_puts(b, word_of(n));
	}
	strbuf_putc(b, '.');
}

static void make_cves(struct maker *m)
{
	m->cves = xcalloc(N_CVES, sizeof(*m->cves));
	for (unsigned int i = 0; i < N_CVES; i++) {
		struct cve *c = &m->cves[i];
		const uint64_t n = draw(&m->options, DRAW_CVE, i);
		struct strbuf id = {0}, text = {0};

		c->package = (unsigned int)(n % N_ELEMENTS(packages));
		c->cvss = (unsigned int)((n >> 8) % N_ELEMENTS(cvss));
		c->version = (unsigned int)(n >> 16) % 1000;
		/* Most are small: the product of two draws. */
		c->epss = (unsigned int)(((n >> 28) % 300) * ((n >> 40) % 300)) + 1;
		c->exploit = (n >> 52) % 20 == 0;
		strbuf_printf(&id, "CVE-%u-%u", 2019 + i % 7, 90000 + i);
		strbuf_printf(&text, "In %s ", packages[c->package]);
		put_sentences(&m->options, &text, i, 10 + (unsigned int)(n >> 57) % 16);
		c->id = id.data;
		c->description = text.data;
	}
}

/* A number a finding of its own: u * stride + offset visits each once. */
static void choose_order(struct maker *m)
{
	if (m->n_unique < 2)
		return;
	m->stride = draw(&m->options, DRAW_ORDER, 0) % m->n_unique;
	while (common_divisor(m->stride, m->n_unique) != 1)
		m->stride = (m->stride + 1) % m->n_unique;
	m->offset = draw(&m->options, DRAW_ORDER, 1) % m->n_unique;
}

static void set_time(struct slots *s, char name, int64_t seconds)
{
	char text[TIMESTAMP_TEXT_MAX];

	set(s, name, timestamp_format(seconds * USEC_PER_SEC, text));
}

/* Octave i, drawn as often as any other, is 2^i accounts. */
static unsigned int uneven_account(uint64_t n)
{
	const unsigned int octave = (unsigned int)(n % N_OCTAVES);

	return (1u << octave) - 1 + ((unsigned int)(n >> 8) & ((1u << octave) - 1));
}

/* Half of all, a quarter, an eighth, … */
static unsigned int uneven_region(uint64_t n)
{
	unsigned int i = 0;

	while (i < N_ELEMENTS(regions) - 1 && (n >> i & 1) == 0)
		i++;
	return i;
}

static void set_place(struct maker *m, uint64_t resource, uint64_t n)
{
	unsigned int region = (unsigned int)((n >> 24) % N_REGIONS);
	unsigned int account = (unsigned int)(n >> 32) % N_ACCOUNTS;

	if (m->options.uneven) {
		const uint64_t place = draw(&m->options, DRAW_PLACE, resource);

		account = uneven_account(place);
		region = uneven_region(place >> 32);
	}
	set(&m->slots, 'r', regions[region]);
	strbuf_printf(slot(&m->slots, 'a'), "11112222%04u", 3333 + account);
}

static const struct kind *set_resource(struct maker *m, uint64_t resource)
{
	struct slots *s = &m->slots;
	const uint64_t n = draw(&m->options, DRAW_RESOURCE, resource);
	const struct kind *kind = &kinds[kind_mix[n % N_ELEMENTS(kind_mix)]];
	const char *team = teams[(n >> 8) % N_ELEMENTS(teams)];
	const char *stage = stages[(n >> 16) % N_ELEMENTS(stages)];

	set_place(m, resource, n);
	set(s, 'm', team);
	set(s, 'e', stage);
	strbuf_printf(slot(s, 'n'), "%s-%s-%llu", team, stage,
	              (unsigned long long)resource);
	put_hex(slot(s, 's'), mix(n), 16);
	struct strbuf *hex = slot(s, 'h');

	for (uint64_t i = 0; i < 4; i++)
		put_hex(hex, mix(n + i), 16);
	set(s, 'k', kind->type);
	expand(slot(s, 'o'), kind->arn, s);
	expand(slot(s, 'x'), kind->details, s);
	return kind;
}

static void set_identity(struct maker *m, uint64_t number, bool uuid)
{
	const uint64_t a = draw(&m->options, DRAW_ID, number);
	const uint64_t b = draw(&m->options, DRAW_ID_REST, number);
	struct strbuf *head = slot(&m->slots, 'i'), *tail = slot(&m->slots, 'j');

	if (!uuid) {
		put_hex(head, a, 16);
		put_hex(tail, b, 16);
		return;
	}
	put_hex(head, a >> 32, 8);
	strbuf_putc(head, '-');
	put_hex(head, a >> 16, 4);
	put_hex(tail, a, 4);
	strbuf_putc(tail, '-');
	put_hex(tail, b >> 48, 4);
	strbuf_putc(tail, '-');
	put_hex(tail, b, 12);
}

static void set_times(struct maker *m, uint64_t number)
{
	const struct options *o = &m->options;
	const uint64_t n = draw(o, DRAW_TIME, number);
	const int64_t first = FIRST_DAY - (int64_t)(n % (365 * DAY));
	int64_t last = FIRST_DAY + (int64_t)((n >> 32) % DAY);

	if (o->moved_times)
		last += DAY + (int64_t)(draw(o, DRAW_SIGHTING, number) % DAY);
	else if (o->changed > 0)
		last += 3 * DAY;
	set_time(&m->slots, 'f', first);
	set_time(&m->slots, 'u', last);
}

static void set_severity(struct slots *s, enum severity_label severity, bool changed)
{
	if (changed)
		severity = severity == LABEL_CRITICAL ? LABEL_HIGH : severity + 1;
	set(s, 'y', severities[severity].label);
	set(s, 'z', severities[severity].normalized);
}

static void put_control(struct maker *m, const struct control *c, bool changed)
{
	struct slots *s = &m->slots;

	set(s, 'c', c->id);
	set_severity(s, c->severity, changed);
	strbuf_printf(slot(s, 't'), "%s%s", c->title, changed ? " (revised)" : "");
	strbuf_printf(slot(s, 'd'), "This control fails if this does not hold: %s.",
	              c->title);
	expand(&m->out, control_template, s);
}

static void put_vulnerability(struct maker *m, const struct cve *c, bool changed)
{
	struct slots *s = &m->slots;

	set(s, 'c', c->id);
	set(s, 'p', packages[c->package]);
	set(s, 'v', cvss[c->cvss].vector);
	set(s, 'w', cvss[c->cvss].score);
	set_severity(s, cvss[c->cvss].severity, changed);
	strbuf_printf(slot(s, 't'), "%s - %s%s", c->id, packages[c->package],
	              changed ? " (revised)" : "");
	set(s, 'd', c->description);
	strbuf_printf(slot(s, 'b'), "%u.%u.%u", c->version % 10, c->version / 10 % 10,
	              c->version / 100);
	strbuf_printf(slot(s, 'q'), "%05u", c->epss);
	set(s, 'g', c->exploit ? "YES" : "NO");
	expand(&m->out, vulnerability_template, s);
}

/* Exactly the asked share of any hundred findings. */
static bool is_changed(const struct options *o, uint64_t number)
{
	return number % 100 * o->changed / 100 != (number % 100 + 1) * o->changed / 100;
}

static void put_finding(struct maker *m, uint64_t number)
{
	const uint64_t place = (number * m->stride + m->offset) % m->n_unique;
	const uint64_t resource = place % m->n_resources, nth = place / m->n_resources;
	const struct kind *kind = set_resource(m, resource);
	const bool changed = is_changed(&m->options, number);

	set_identity(m, number, nth < kind->n_controls);
	set_times(m, number);
	if (nth < kind->n_controls) {
		put_control(m, &kind->controls[nth], changed);
	} else {
		const uint64_t first = draw(&m->options, DRAW_CVE, N_CVES + resource);

		put_vulnerability(m, &m->cves[(first + nth * 7) % N_CVES], changed);
	}
}

static int flush(struct maker *m)
{
	if (fwrite(m->out.data, 1, m->out.size, stdout) != m->out.size) {
		fprintf(stderr, "make_findings: cannot write: %s\n", strerror(errno));
		return -1;
	}
	strbuf_reset(&m->out);
	return 0;
}

static int put_all(struct maker *m)
{
	for (uint64_t line = 0; line < m->options.count; line++) {
		const uint64_t known = line - line / REPEAT_EVERY;

		if (line % REPEAT_EVERY == REPEAT_EVERY - 1)
			put_finding(m, draw(&m->options, DRAW_REPEAT, line) % known);
		else
			put_finding(m, known);
		if (m->out.size >= OUTPUT_SIZE && flush(m) < 0)
			return -1;
	}
	return m->out.size > 0 ? flush(m) : 0;
}

static void maker_init(struct maker *m, const struct options *o)
{
	char *const templates[] = {control_template, vulnerability_template,
	                           instance_details, function_details,
	                           bucket_details,   database_details,
	                           image_details};

	*m = (struct maker){.options = *o, .stride = 1};
	m->n_unique = o->count - o->count / REPEAT_EVERY;
	m->n_resources = (o->count + PER_RESOURCE - 1) / PER_RESOURCE;
	for (size_t i = 0; i < N_ELEMENTS(templates); i++)
		requote(templates[i]);
	make_cves(m);
	choose_order(m);
}

static void maker_done(struct maker *m)
{
	for (size_t i = 0; i < N_CVES; i++) {
		free(m->cves[i].id);
		free(m->cves[i].description);
	}
	free(m->cves);
	for (size_t i = 0; i < N_ELEMENTS(m->slots.value); i++)
		strbuf_done(&m->slots.value[i]);
	strbuf_done(&m->out);
}

/* ---- arguments ---- */

static bool read_number(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	const unsigned long long n = strtoull(text, &end, 10);

	if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || n > max)
		return false;
	*out = n;
	return true;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {{"count", required_argument, NULL, 'n'},
	                                      {"seed", required_argument, NULL, 's'},
	                                      {"changed", required_argument, NULL, 'c'},
	                                      {"uneven", no_argument, NULL, 'u'},
	                                      {"moved-times", no_argument, NULL, 'm'},
	                                      {NULL, 0, NULL, 0}};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		bool good = true;

		if (option == 'n')
			good = read_number(optarg, COUNT_MAX, &o->count);
		else if (option == 's')
			good = read_number(optarg, UINT64_MAX, &o->seed);
		else if (option == 'c')
			good = read_number(optarg, 100, &o->changed);
		else if (option == 'u')
			o->uneven = true;
		else if (option == 'm')
			o->moved_times = true;
		else
			good = false;
		if (!good)
			return false;
	}
	return optind == argc && o->count > 0;
}

int main(int argc, char **argv)
{
	struct options options = {.seed = 1};
	struct maker maker;
	int rc;

	if (!read_options(argc, argv, &options)) {
		fputs("usage: make_findings --count N [--seed S] [--uneven] "
		      "[--moved-times] [--changed PERCENT]\n",
		      stderr);
		return 2;
	}
	maker_init(&maker, &options);
	rc = put_all(&maker);
	if (rc == 0 && fflush(stdout) != 0) {
		fprintf(stderr, "make_findings: cannot write: %s\n", strerror(errno));
		rc = -1;
	}
	maker_done(&maker);
	return rc == 0 ? 0 : 1;
}
