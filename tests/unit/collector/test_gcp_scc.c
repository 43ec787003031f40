/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Security Command Center: states, classes, severities and identities by table,
 * both spellings of members, Pub/Sub messages, and the corpus where it is at hand.
 */
#include "collector/gcp_scc.h"
#include "run_format.h"

#define NAME "organizations/123456/sources/789/findings/abc"
#define VM   "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/instances/42"

/* A finding with what every finding has; more ends in a comma and wins. */
#define FINDING(more)                                                 \
	"{" more "\"name\":\"" NAME "\",\"resourceName\":\"" VM "\"," \
	"\"category\":\"OPEN_FIREWALL\",\"state\":\"ACTIVE\","        \
	"\"createTime\":\"2026-01-02T03:04:05Z\","                    \
	"\"eventTime\":\"2026-01-03T03:04:05.123456789Z\"}"

#define RECORD(more) "{\"finding\":" FINDING(more) "}"

static const struct finding *only_finding(const struct run *run, const char *name)
{
	if (run->rc != 0 || run->out.n_findings != 1)
		fail_msg("%s: %zu findings, %s", name, run->out.n_findings,
		         run->rc ? run->err.text : "");
	return &run->out.findings[0];
}

static void test_gcp_scc__detects_its_records_only(void **unused)
{
	static const char *const yes[] = {
	        RECORD(""),
	        FINDING(""),
	        "{\"notificationConfigName\":\"x\",\"finding\":" FINDING(
	                "") ",\"resource\":{}}",
	};
	static const char *const no[] = {
	        "{}",
	        "[]",
	        "{\"finding\":{}}",
	        "{\"finding\":{\"name\":\"organizations/1/sources/2\"}}",
	        "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}",
	        "{\"message\":{\"data\":\"!\"}}",
	        "{\"message\":{\"data\":\"e30=\"}}",
	        "{\"message\":{\"data\":7}}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(yes); i++)
		if (!run_detects(&gcp_scc, yes[i]))
			fail_msg("not detected: %s", yes[i]);
	for (size_t i = 0; i < N_ELEMENTS(no); i++)
		if (run_detects(&gcp_scc, no[i]))
			fail_msg("detected: %s", no[i]);
}

static void test_gcp_scc__detects_a_page_without_findings(void **unused)
{
	struct run run = run_open();

	(void)unused;
	run_load(&run, "{\"listFindingsResults\":[]}", 26);
	assert_true(gcp_scc.detect(run.record, (struct json_view){0}));
	run_load(&run, "{\"value\":[]}", 12);
	assert_false(gcp_scc.detect(run.record, (struct json_view){0}));
	run_close(&run);
}

static void test_gcp_scc__state(void **unused)
{
	static const struct {
		const char *name, *record;
		enum finding_state state;
		const char *raw;
	} rows[] = {
	        {"active", RECORD(""), FINDING_OPEN, "ACTIVE"},
	        {"undefined mute", RECORD("\"mute\":\"UNDEFINED\","), FINDING_OPEN,
	         "ACTIVE"},
	        {"muted", RECORD("\"mute\":\"MUTED\","), FINDING_SUPPRESSED, "MUTED"},
	        {"inactive", RECORD("\"state\":\"INACTIVE\","), FINDING_RESOLVED,
	         "INACTIVE"},
	        {"inactive and muted", RECORD("\"state\":\"INACTIVE\",\"mute\":\"MUTED\","),
	         FINDING_RESOLVED, "INACTIVE"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&gcp_scc, rows[i].record);
		const struct finding *f = only_finding(&run, rows[i].name);

		if (f->state != rows[i].state || strcmp(f->status_raw, rows[i].raw) != 0)
			fail_msg("%s: %s, %s", rows[i].name, finding_state_name(f->state),
			         f->status_raw);
		if ((f->resolved_at != TIMESTAMP_NONE) != (f->state == FINDING_RESOLVED))
			fail_msg("%s: resolved_at", rows[i].name);
		run_close(&run);
	}
}

static void test_gcp_scc__class_and_engine(void **unused)
{
	static const struct {
		const char *name, *record;
		enum finding_class class;
		const char *engine;
	} rows[] = {
	        {"stated", RECORD("\"findingClass\":\"THREAT\","), CLASS_THREAT, "scc"},
	        {"posture", RECORD("\"findingClass\":\"POSTURE_VIOLATION\","),
	         CLASS_MISCONFIGURATION, "scc"},
	        {"stated in snake_case", RECORD("\"finding_class\":\"THREAT\","),
	         CLASS_THREAT, "scc"},
	        {"toxic", RECORD("\"findingClass\":\"TOXIC_COMBINATION\","), CLASS_EXPOSURE,
	         "scc"},
	        {"observation", RECORD("\"findingClass\":\"OBSERVATION\","), CLASS_OTHER,
	         "scc"},
	        {"by category", RECORD(""), CLASS_MISCONFIGURATION, "scc"},
	        {"by category with a colon", RECORD("\"category\":\"Brute Force: SSH\","),
	         CLASS_THREAT, "scc"},
	        {"by display name",
	         RECORD("\"parentDisplayName\":\"Container Threat Detection\","
	                "\"category\":\"Added Binary Executed\","),
	         CLASS_THREAT, "scc_ktd"},
	        {"by provider",
	         RECORD("\"category\":\"x\",\"findingProviderId\":\"organizations/1/"
	                "firstPartyFindingProviders/security_health_advisor\","),
	         CLASS_MISCONFIGURATION, "scc_sha"},
	        {"by scanner",
	         RECORD("\"category\":\"x\",\"sourceProperties\":{\"ScannerName\":"
	                "\"SQL_SCANNER\"},"),
	         CLASS_MISCONFIGURATION, "scc_sha"},
	        {"by detection",
	         RECORD("\"category\":\"x\",\"sourceProperties\":{\"detectionCategory\":"
	                "{\"ruleName\":\"bad_ip\"}},"),
	         CLASS_THREAT, "scc_etd"},
	        {"by CVE",
	         RECORD("\"vulnerability\":{\"cve\":{\"id\":\"CVE-2026-0001\"}},"),
	         CLASS_VULNERABILITY, "scc"},
	        {"nothing tells", RECORD("\"category\":\"Something else\","), CLASS_OTHER,
	         "scc"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&gcp_scc, rows[i].record);
		const struct finding *f = only_finding(&run, rows[i].name);

		if (f->class != rows[i].class || strcmp(f->engine, rows[i].engine) != 0)
			fail_msg("%s: %s, %s", rows[i].name, finding_class_name(f->class),
			         f->engine);
		run_close(&run);
	}
}

static void test_gcp_scc__drops_scanner_errors(void **unused)
{
	static const char *const records[] = {
	        RECORD("\"findingClass\":\"SCC_ERROR\","),
	        RECORD("\"finding_class\":\"SCC_ERROR\","),
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(records); i++) {
		struct run run = run_record(&gcp_scc, records[i]);

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, 0);
		run_close(&run);
	}
}

/* An export to BigQuery or Cloud Storage. */
static void test_gcp_scc__reads_a_vulnerability_in_snake_case(void **unused)
{
	struct run run = run_record(
	        &gcp_scc,
	        "{\"finding\":{\"name\":\"" NAME "\",\"resource_name\":\"" VM "\","
	        "\"category\":\"OS_VULNERABILITY\",\"state\":\"ACTIVE\","
	        "\"severity\":\"LOW\",\"finding_class\":\"VULNERABILITY\","
	        "\"create_time\":\"2026-01-02T03:04:05Z\","
	        "\"event_time\":\"2026-01-03T03:04:05Z\",\"vulnerability\":{"
	        "\"cve\":{\"id\":\"CVE-2026-0001\",\"cvssv3\":{\"base_score\":10,"
	        "\"attack_vector\":\"ATTACK_VECTOR_NETWORK\","
	        "\"attack_complexity\":\"ATTACK_COMPLEXITY_LOW\","
	        "\"privileges_required\":\"PRIVILEGES_REQUIRED_NONE\","
	        "\"user_interaction\":\"USER_INTERACTION_NONE\","
	        "\"scope\":\"SCOPE_CHANGED\",\"confidentiality_impact\":\"IMPACT_HIGH\","
	        "\"integrity_impact\":\"IMPACT_HIGH\","
	        "\"availability_impact\":\"IMPACT_HIGH\"},"
	        "\"exploitation_activity\":\"AVAILABLE\",\"zero_day\":true},"
	        "\"offending_package\":{\"package_name\":\"xz\","
	        "\"package_version\":\"5.6.0\"},"
	        "\"fixed_package\":{\"package_version\":\"5.6.2\"}}}}");
	const struct finding *f = only_finding(&run, "snake_case");

	(void)unused;
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->sev100, 100);
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H");
	assert_int_equal(f->maturity, MATURITY_ACTIVE);
	assert_string_equal(f->package, "xz");
	assert_string_equal(f->package_version, "5.6.0");
	assert_string_equal(f->fixed_version, "5.6.2");
	run_close(&run);
}

static void test_gcp_scc__severity(void **unused)
{
	static const struct {
		const char *name, *record;
		int sev100;
		const char *raw;
	} rows[] = {
	        {"absent", RECORD(""), -1, ""},
	        {"critical", RECORD("\"severity\":\"CRITICAL\","), 95, "CRITICAL"},
	        {"low", RECORD("\"severity\":\"LOW\","), 25, "LOW"},
	        {"unspecified", RECORD("\"severity\":\"SEVERITY_UNSPECIFIED\","), -1,
	         "SEVERITY_UNSPECIFIED"},
	        {"of the properties",
	         RECORD("\"severity\":\"SEVERITY_UNSPECIFIED\","
	                "\"sourceProperties\":{\"SeverityLevel\":\"High\"},"),
	         80, "High"},
	        {"of the detection",
	         RECORD("\"sourceProperties\":{\"detectionPriority\":\"LOW\"},"), 25,
	         "LOW"},
	        {"attack exposure is none",
	         RECORD("\"attackExposure\":{\"score\":9.9},\"severity\":\"MEDIUM\","), 55,
	         "MEDIUM"},
	        {"of the CVE",
	         RECORD("\"severity\":\"LOW\",\"vulnerability\":{\"cve\":{\"id\":\"CVE-"
	                "2026-"
	                "0001\",\"cvssv3\":{\"baseScore\":9.8}}},"),
	         98, "LOW"},
	        {"score without CVE",
	         RECORD("\"severity\":\"LOW\",\"vulnerability\":{\"cve\":{\"cvssv3\":"
	                "{\"baseScore\":9.8}}},"),
	         25, "LOW"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&gcp_scc, rows[i].record);
		const struct finding *f = only_finding(&run, rows[i].name);

		if (f->sev100 != rows[i].sev100 ||
		    strcmp(f->severity_raw, rows[i].raw) != 0)
			fail_msg("%s: %d, %s", rows[i].name, f->sev100, f->severity_raw);
		run_close(&run);
	}
}

static void test_gcp_scc__vulnerability(void **unused)
{
	static const char record[] = RECORD(
	        "\"vulnerability\":{\"cve\":{\"id\":\"CVE-2026-0001\",\"cvssv3\":{"
	        "\"baseScore\":"
	        "\"7.5\",\"attackVector\":\"ATTACK_VECTOR_NETWORK\",\"attackComplexity\":"
	        "\"ATTACK_COMPLEXITY_LOW\",\"privilegesRequired\":\"PRIVILEGES_REQUIRED_"
	        "NONE\","
	        "\"userInteraction\":\"USER_INTERACTION_NONE\",\"scope\":\"SCOPE_"
	        "UNCHANGED\","
	        "\"confidentialityImpact\":\"IMPACT_HIGH\",\"integrityImpact\":\"IMPACT_"
	        "NONE\","
	        "\"availabilityImpact\":\"IMPACT_NONE\"}},\"offendingPackage\":{"
	        "\"packageName\":"
	        "\"openssl\",\"packageVersion\":\"1.1\"},\"fixedPackage\":{"
	        "\"packageVersion\":"
	        "\"1.2\"}},");
	struct run run = run_record(&gcp_scc, record);
	const struct finding *f = only_finding(&run, "vulnerability");

	(void)unused;
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_int_equal(f->sev100, 75);
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N");
	assert_string_equal(f->package, "openssl");
	assert_string_equal(f->package_version, "1.1");
	assert_string_equal(f->fixed_version, "1.2");
	assert_string_equal(f->location, "");
	run_close(&run);
}

#define CVE(facts) \
	RECORD("\"vulnerability\":{\"cve\":{\"id\":\"CVE-2026-0001\"," facts "\"x\":0}},")

static void test_gcp_scc__maturity(void **unused)
{
	static const struct {
		const char *name, *record;
		enum maturity maturity;
	} rows[] = {
	        {"nothing said", CVE(""), MATURITY_NONE},
	        {"wide", CVE("\"exploitationActivity\":\"WIDE\","), MATURITY_ACTIVE},
	        {"confirmed", CVE("\"exploitationActivity\":\"CONFIRMED\","),
	         MATURITY_ACTIVE},
	        {"available", CVE("\"exploitationActivity\":\"AVAILABLE\","), MATURITY_POC},
	        {"anticipated", CVE("\"exploitationActivity\":\"ANTICIPATED\","),
	         MATURITY_NONE},
	        {"zero day", CVE("\"zeroDay\":true,"), MATURITY_ACTIVE},
	        {"no zero day", CVE("\"zeroDay\":false,"), MATURITY_NONE},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&gcp_scc, rows[i].record);

		if (only_finding(&run, rows[i].name)->maturity != rows[i].maturity)
			fail_msg("%s: %d", rows[i].name, run.out.findings[0].maturity);
		run_close(&run);
	}
}

/* The same finding by v1, by v2, and by the organization that lists it. */
static void test_gcp_scc__one_identity_for_all_names(void **unused)
{
	static const char *const records[] = {
	        RECORD("\"canonicalName\":\"projects/42/sources/789/findings/abc\","),
	        RECORD("\"canonicalName\":\"projects/42/sources/789/locations/global/"
	               "findings/"
	               "abc\","),
	        "{\"finding\":{\"name\":\"projects/42/sources/789/locations/global/"
	        "findings/"
	        "abc\",\"category\":\"X\",\"resourceName\":\"" VM "\"}}",
	        "{\"finding\":{\"canonical_name\":\"projects/42/sources/789/findings/abc\","
	        "\"name\":\"" NAME "\",\"category\":\"X\",\"resource_name\":\"" VM "\"}}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(records); i++) {
		struct run run = run_record(&gcp_scc, records[i]);

		assert_string_equal(only_finding(&run, records[i])->native_id,
		                    "projects/42/sources/789/findings/abc");
		run_close(&run);
	}
}

/* A place in Europe keeps its location: it is another finding. */
static void test_gcp_scc__keeps_other_locations(void **unused)
{
	struct run run =
	        run_record(&gcp_scc, RECORD("\"canonicalName\":\"projects/42/sources/789/"
	                                    "locations/eu/findings/abc\","));

	(void)unused;
	assert_string_equal(only_finding(&run, "eu")->native_id,
	                    "projects/42/sources/789/locations/eu/findings/abc");
	run_close(&run);
}

static void test_gcp_scc__resource_in_both_spellings(void **unused)
{
	static const char *const records[] = {
	        "{\"finding\":" FINDING("\"canonicalName\":\"projects/42/sources/7/"
	                                "findings/a\",") ",\"resource\":{\"name\":\"" VM
	                                                 "\",\"displayName\":\"web-1\","
	                                                 "\"type\":"
	                                                 "\"google.compute.Instance\","
	                                                 "\"location\":\"europe-west1\","
	                                                 "\"cloudProvider\":"
	                                                 "\"GOOGLE_CLOUD_PLATFORM\","
	                                                 "\"gcpMetadata\":{\"project\":\"//"
	                                                 "cloudresourcemanager."
	                                                 "googleapis.com/projects/"
	                                                 "42\",\"projectDisplayName\":"
	                                                 "\"shop-prod\"}}}",
	        "{\"finding\":" FINDING(
	                "\"resource\":{\"name\":\"" VM "\",\"display_name\":"
	                "\"web-1\",\"project_name\":\"//cloudresourcemanager."
	                "googleapis.com/projects/42\",\"project_display_name\":"
	                "\"shop-prod\",\"type\":\"google.compute.Instance\"},") "}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(records); i++) {
		struct run run = run_record(&gcp_scc, records[i]);
		const struct finding *f = only_finding(&run, "resource");

		run_seal(&run, 0);
		assert_int_equal(f->resource.provider, PROVIDER_GCP);
		assert_string_equal(f->resource.account, "shop-prod");
		assert_string_equal(f->scope, "shop-prod");
		assert_string_equal(f->resource.name, "web-1");
		assert_string_equal(f->resource.region, "europe-west1");
		assert_string_equal(f->resource.type, "compute.googleapis.com/Instance");
		assert_string_equal(f->resource.id, VM);
		assert_int_equal(f->resource.n_aliases, 1);
		assert_string_equal(
		        f->resource.aliases[0],
		        "//compute.googleapis.com/projects/42/zones/europe-west1-b/"
		        "instances/42");
		run_close(&run);
	}
}

static void test_gcp_scc__resources_of_other_clouds(void **unused)
{
	static const char aws[] =
	        "{\"finding\":" FINDING("\"resourceName\":\"arn:aws:s3:::example-"
	                                "bucket\",") ",\"resource\":{"
	                                             "\"cloudProvider\":\"AMAZON_WEB_"
	                                             "SERVICES\",\"awsMetadata\":"
	                                             "{\"account\":{\"id\":"
	                                             "\"111122223333\"}},\"location\":"
	                                             "\"eu-west-1\"}}";
	static const char azure[] = "{\"finding\":" FINDING(
	        "\"resourceName\":\"/subscriptions/11111111-1111-1111-1111-"
	        "111111111111/resourceGroups/RG\",") ",\"resource\":{\"cloudProvider\":"
	                                             "\"MICROSOFT_AZURE\","
	                                             "\"azureMetadata\":"
	                                             "{\"subscription\":{\"id\":\"11111111-"
	                                             "1111-1111-1111-111111111111\"}}}}";
	struct run run = run_record(&gcp_scc, aws);

	(void)unused;
	run_seal(&run, 0);
	assert_int_equal(only_finding(&run, "aws")->resource.provider, PROVIDER_AWS);
	assert_string_equal(run.out.findings[0].resource.account, "111122223333");
	assert_string_equal(run.out.findings[0].scope, "111122223333");
	assert_string_equal(run.out.findings[0].resource.id, "arn:aws:s3:::example-bucket");
	run_close(&run);
	run = run_record(&gcp_scc, azure);
	run_seal(&run, 0);
	assert_int_equal(only_finding(&run, "azure")->resource.provider, PROVIDER_AZURE);
	assert_string_equal(run.out.findings[0].resource.account,
	                    "11111111-1111-1111-1111-111111111111");
	run_close(&run);
}

static void test_gcp_scc__texts_controls_and_times(void **unused)
{
	static const char record[] = RECORD(
	        "\"compliances\":[{\"standard\":\"cis\",\"version\":\"1.2\",\"ids\":[\"6.1."
	        "1\","
	        "\"6.3\"]},{\"standard\":\"pci\",\"ids\":[\"2.1\"]},{\"ids\":[\"x\"]},7],"
	        "\"sourceProperties\":{\"Recommendation\":\"Do "
	        "it.\",\"Explanation\":\"Why.\"},"
	        "\"externalUri\":\"https://example.com/\",\"muteUpdateTime\":"
	        "\"2026-02-01T00:00:00Z\",");
	struct run run = run_record(&gcp_scc, record);
	const struct finding *f = only_finding(&run, "texts");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->rule, "OPEN_FIREWALL");
	assert_string_equal(f->title, "Open firewall");
	assert_string_equal(f->description, "Why.");
	assert_string_equal(f->remediation, "Do it.");
	assert_string_equal(f->remediation_url, "https://example.com/");
	assert_int_equal(f->n_controls, 3);
	assert_string_equal(f->controls[0].framework, "CIS-1.2");
	assert_string_equal(f->controls[1].requirement, "6.3");
	assert_string_equal(f->controls[2].framework, "PCI");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T03:04:05Z");
	assert_string_equal(timestamp_format(f->last_seen, text),
	                    "2026-01-03T03:04:05.123456Z");
	assert_string_equal(timestamp_format(f->source_updated_at, text),
	                    "2026-02-01T00:00:00Z");
	run_close(&run);
}

static void test_gcp_scc__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const char *record, *text;
	} rows[] = {
	        {"{\"finding\":{\"name\":\"" NAME "\",\"resourceName\":\"//a/b\"}}",
	         "category"},
	        {"{\"finding\":{\"name\":\"" NAME "\",\"category\":\"X\"}}",
	         "resourceName"},
	        {"{\"finding\":{\"name\":\"x\",\"category\":\"X\"}}", "name"},
	        {"[]", "finding"},
	        {"{\"message\":{\"data\":\"e30\"}}", "name"},
	        {"{\"message\":{\"data\":\"ew==\"}}", "message.data"},
	        {"{\"message\":{\"data\":\"e3==0\"}}", "base64"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&gcp_scc, rows[i].record);

		if (run.rc != ERR_INVALID || !strstr(run.err.text, rows[i].text))
			fail_msg("%s: %s", rows[i].record,
			         run.rc ? run.err.text : "accepted");
		run_close(&run);
	}
}

/* Base64 of text, for fixtures that can be read. */
static char *encode(const char *text, struct arena *a)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t size = strlen(text), n = 0;
	char *out = arena_alloc(a, size / 3 * 4 + 8);

	for (size_t i = 0; i < size; i += 3) {
		uint32_t bits = (uint32_t)(unsigned char)text[i] << 16;

		bits |= i + 1 < size ? (uint32_t)(unsigned char)text[i + 1] << 8 : 0;
		bits |= i + 2 < size ? (uint32_t)(unsigned char)text[i + 2] : 0;
		out[n++] = digits[bits >> 18];
		out[n++] = digits[bits >> 12 & 63];
		out[n++] = i + 1 < size ? digits[bits >> 6 & 63] : '=';
		out[n++] = i + 2 < size ? digits[bits & 63] : '=';
	}
	return out;
}

static void test_gcp_scc__unwraps_messages(void **unused)
{
	static const char *const bodies[] = {RECORD(""),
	                                     RECORD("\"description\":\"\\u00e9>>???\","),
	                                     RECORD("\"a\":1,"), RECORD("\"ab\":1,")};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(bodies); i++) {
		struct arena *a = arena_new(4096);
		char *text = arena_printf(a,
		                          "{\"ackId\":\"x\",\"message\":{\"messageId\":"
		                          "\"1\",\"data\":\"%s\"}}",
		                          encode(bodies[i], a));
		struct run wrapped, plain;

		assert_true(run_detects(&gcp_scc, text));
		wrapped = run_record(&gcp_scc, text);
		plain = run_record(&gcp_scc, bodies[i]);
		run_seal(&wrapped, 0);
		run_seal(&plain, 0);
		/* All that was kept was copied: the hash reads every text. */
		assert_true(only_finding(&wrapped, text)->content_hash ==
		            only_finding(&plain, bodies[i])->content_hash);
		run_close(&wrapped);
		run_close(&plain);
		arena_free(a);
	}
}

static void test_gcp_scc__corpus(void **unused)
{
	static const struct {
		const char *name;
		enum finding_class class;
		int sev100;
		const char *account;
		const char *engine;
	} rows[] = {
	        {"gcp/scc/list_results_threat.json", CLASS_THREAT, 80, "", "scc_etd"},
	        {"gcp/scc_notification/bad_ip_scc.json", CLASS_THREAT, -1, "000000000000",
	         "scc_etd"},
	        {"gcp/scc_notification/open_firewall-remediated.json",
	         CLASS_MISCONFIGURATION, 80, "test-project", "scc_sha"},
	        {"gcp/scc_notification/public_bucket_acl.json", CLASS_MISCONFIGURATION, 80,
	         "test-project", "scc_sha"},
	        {"gcp/scc_notification/sql_no_root_password-remediated.json",
	         CLASS_MISCONFIGURATION, 80, "test-project", "scc_sha"},
	        {"gcp/scc_notification/ssh_brute_force-remediated.json", CLASS_THREAT, 80,
	         "test-project", "scc_etd"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		const struct finding *f;

		assert_int_equal(run_corpus(&run, &gcp_scc, rows[i].name), 1);
		f = only_finding(&run, rows[i].name);
		run_seal(&run, 0);
		if (f->class != rows[i].class || f->sev100 != rows[i].sev100 ||
		    f->state != FINDING_OPEN || strcmp(f->engine, rows[i].engine) != 0 ||
		    strcmp(f->resource.account, rows[i].account) != 0)
			fail_msg("%s: %s, %d, %s, %s, %s", rows[i].name,
			         finding_class_name(f->class), f->sev100, f->engine,
			         f->resource.account, f->resource.id);
		run_close(&run);
	}
}

/* Artifact Registry's list is another format. */
static void test_gcp_scc__leaves_other_documents(void **unused)
{
	size_t size;
	char *text = read_corpus("gcp/artifact_analysis/many_vulns.json", &size);
	struct run run = run_open();

	(void)unused;
	if (text) {
		run_load(&run, text, size);
		assert_false(gcp_scc.detect((struct json_view){0}, run.record));
	}
	run_close(&run);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_gcp_scc__detects_its_records_only),
	        cmocka_unit_test(test_gcp_scc__detects_a_page_without_findings),
	        cmocka_unit_test(test_gcp_scc__state),
	        cmocka_unit_test(test_gcp_scc__class_and_engine),
	        cmocka_unit_test(test_gcp_scc__drops_scanner_errors),
	        cmocka_unit_test(test_gcp_scc__reads_a_vulnerability_in_snake_case),
	        cmocka_unit_test(test_gcp_scc__severity),
	        cmocka_unit_test(test_gcp_scc__vulnerability),
	        cmocka_unit_test(test_gcp_scc__maturity),
	        cmocka_unit_test(test_gcp_scc__one_identity_for_all_names),
	        cmocka_unit_test(test_gcp_scc__keeps_other_locations),
	        cmocka_unit_test(test_gcp_scc__resource_in_both_spellings),
	        cmocka_unit_test(test_gcp_scc__resources_of_other_clouds),
	        cmocka_unit_test(test_gcp_scc__texts_controls_and_times),
	        cmocka_unit_test(test_gcp_scc__refuses_what_is_incomplete),
	        cmocka_unit_test(test_gcp_scc__unwraps_messages),
	        cmocka_unit_test(test_gcp_scc__corpus),
	        cmocka_unit_test(test_gcp_scc__leaves_other_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
