/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CloudSploit: verdicts, places and requirements by table, one identity in JSON and
 * CSV, results that are about no place, and the corpus where it is at hand.
 */
#include "model/severity.h"

#include "collector/cloudsploit.h"
#include "run_file.h"

#define ACCOUNT "012345678901"
#define GROUP   "arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0123456789abcdef0"

/* More members come first and so go before its own. */
#define JSON(more)                                                                \
	"{" more "'plugin':'openRDP','category':'EC2','title':'Open RDP',"        \
	"'description':'D','resource':'" GROUP "','region':'eu-west-1','status':" \
	"'FAIL','message':'M'}"

#define CSV(more)                                                                    \
	"{" more "'category':'EC2','title':'Open RDP','description':'D','resource':" \
	"'" GROUP "','region':'eu-west-1','statusWord':'FAIL','message':'M',"        \
	"'compliance':'CIS1: 4.2 No open groups; PCI: Firewalls are in use'}"

static void test_cloudsploit__verdict(void **unused)
{
	static const struct {
		const char *record;
		enum finding_state state;
		int sev100;
	} rows[] = {
	        {JSON(""), FINDING_OPEN, 55},
	        {JSON("'status':'WARN',"), FINDING_OPEN, 25},
	        {JSON("'status':'OK',"), FINDING_PASSING, SEV100_UNKNOWN},
	        {JSON("'status':'UNKNOWN',"), FINDING_UNKNOWN, SEV100_UNKNOWN},
	        {JSON("'severity':'Critical',"), FINDING_OPEN, 95},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&cloudsploit_json, rows[i].record);

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_findings, 1);
		if (run.out.findings[0].state != rows[i].state ||
		    run.out.findings[0].sev100 != rows[i].sev100)
			fail_msg("row %zu: %s, %d", i,
			         finding_state_name(run.out.findings[0].state),
			         run.out.findings[0].sev100);
		run_close(&run);
	}
}

static void test_cloudsploit__fields_and_one_identity(void **unused)
{
	struct run json = run_record(&cloudsploit_json, JSON(""));
	struct run csv = run_record(&cloudsploit_csv, CSV(""));
	const struct finding *f = &csv.out.findings[0];

	(void)unused;
	run_seal(&json, 0);
	run_seal(&csv, 0);
	assert_string_equal(f->connector, "cloudsploit");
	assert_string_equal(f->rule, "Open RDP");
	assert_string_equal(f->native_id, "Open RDP|" GROUP "|eu-west-1");
	assert_string_equal(f->title, "Open RDP");
	assert_string_equal(f->description, "D\n\nM");
	assert_string_equal(f->status_raw, "FAIL");
	assert_string_equal(f->scope, ACCOUNT "/eu-west-1");
	assert_string_equal(f->resource.account, ACCOUNT);
	assert_string_equal(f->resource.type, "AWS::EC2::SecurityGroup");
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_int_equal(f->fidelity, FIDELITY_AUTHORITATIVE);
	assert_int_equal(f->n_controls, 2);
	assert_string_equal(f->controls[0].framework, "CIS1");
	assert_string_equal(f->controls[0].requirement, "4.2");
	assert_string_equal(f->controls[1].framework, "PCI");
	assert_string_equal(f->controls[1].requirement, "Firewalls are in use");
	assert_memory_equal(f->key.bytes, json.out.findings[0].key.bytes, KEY_SIZE);
	run_close(&json);
	run_close(&csv);
}

static void test_cloudsploit__place(void **unused)
{
	static const struct {
		const char *record, *id, *account, *region, *scope;
		enum provider provider;
	} rows[] = {
	        {JSON("'resource':'vpc-0123456789abcdef0','region':'us-east-2',"),
	         "arn:aws:ec2:us-east-2::vpc/vpc-0123456789abcdef0", "", "us-east-2",
	         "vpc-0123456789abcdef0", PROVIDER_AWS},
	        {JSON("'resource':'arn:aws:s3:::b','region':'global',"), "arn:aws:s3:::b",
	         "", "", "arn:aws:s3:::b", PROVIDER_AWS},
	        {JSON("'resource':'arn:aws:cloudfront::" ACCOUNT
	              ":distribution/E1','region':['global'],"),
	         "arn:aws:cloudfront::" ACCOUNT ":distribution/E1", ACCOUNT, "",
	         ACCOUNT "/", PROVIDER_AWS},
	        {JSON("'resource':'/subscriptions/S/resourceGroups/G','region':'eastus',"),
	         "/subscriptions/s/resourcegroups/g", "s", "eastus", "S/eastus",
	         PROVIDER_AZURE},
	        {JSON("'resource':'projects/p-1/zones/europe-west1-b/instances/i',"
	              "'region':'europe-west1',"),
	         NULL, "p-1", "europe-west1", "p-1/europe-west1", PROVIDER_GCP},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&cloudsploit_json, rows[i].record);
		const struct resource *r;

		assert_int_equal(run.rc, 0);
		run_seal(&run, 0);
		r = &run.out.findings[0].resource;
		if (rows[i].id != NULL)
			assert_string_equal(r->id, rows[i].id);
		assert_string_equal(r->account, rows[i].account);
		assert_string_equal(r->region, rows[i].region);
		assert_string_equal(run.out.findings[0].scope, rows[i].scope);
		assert_int_equal(r->provider, rows[i].provider);
		run_close(&run);
	}
}

/* Two keys of one user are two places of one asset. */
static void test_cloudsploit__access_key_is_of_its_user(void **unused)
{
	struct run run =
	        run_record(&cloudsploit_json, JSON("'resource':'arn:aws:iam::" ACCOUNT
	                                           ":user/bob:access_key_2',"));

	(void)unused;
	run_seal(&run, 0);
	assert_string_equal(run.out.findings[0].resource.id,
	                    "arn:aws:iam::" ACCOUNT ":user/bob");
	assert_string_equal(run.out.findings[0].location, "access_key_2");
	run_close(&run);
}

/* ScoutSuite has the group's id with account and region beside it. */
static void test_cloudsploit__group_meets_its_bare_id(void **unused)
{
	struct run run = run_record(&cloudsploit_csv, CSV(""));
	struct resource bare = {.provider = PROVIDER_AWS,
	                        .account = ACCOUNT,
	                        .region = "eu-west-1",
	                        .raw = "sg-0123456789abcdef0"};

	(void)unused;
	run_seal(&run, 0);
	resource_canonicalize(&bare, run.arena);
	assert_string_equal(bare.id, run.out.findings[0].resource.id);
	run_close(&run);
}

static void test_cloudsploit__result_about_no_resource(void **unused)
{
	static const struct {
		const char *record;
		int rc;
	} rows[] = {
	        {JSON("'resource':'N/A','status':'OK',"), 0},
	        {JSON("'resource':'','status':'UNKNOWN',"), 0},
	        {JSON("'resource':'N/A',"), ERR_INVALID},
	        {JSON("'resource':'N/A','status':'WARN',"), ERR_INVALID},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&cloudsploit_json, rows[i].record);

		assert_int_equal(run.rc, rows[i].rc);
		assert_int_equal(run.out.n_findings, 0);
		if (run.rc != 0)
			assert_string_equal(run.err.text,
			                    "is about region \"eu-west-1\" of an account "
			                    "that the file does not name");
		run_close(&run);
	}
}

static void test_cloudsploit__missing_fields(void **unused)
{
	static const struct {
		const char *record, *text;
	} rows[] = {
	        {"{}", "\"title\" is missing"},
	        {JSON("'status':'odd',"), "\"odd\" is no status"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&cloudsploit_json, rows[i].record);

		assert_int_equal(run.rc, ERR_INVALID);
		assert_string_equal(run.err.text, rows[i].text);
		run_close(&run);
	}
}

static void test_cloudsploit__detect(void **unused)
{
	static const struct {
		const struct format *format;
		const char *record;
	} rows[] = {
	        {&cloudsploit_json, JSON("")},
	        {&cloudsploit_json, JSON("'region':['global'],")},
	        {&cloudsploit_csv, CSV("")},
	        {NULL, "{'plugin':'p','title':'t','status':'FAIL'}"},
	        {NULL, JSON("'status':'open',")},
	        {NULL, "{'category':'c','title':'t','resource':'r','region':'x'}"},
	        {NULL, "{'message':'not found'}"},
	        {NULL, "[]"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		const struct format *found;

		run_load_fixture(&run, rows[i].record);
		found = format_detect((struct json_view){0}, run.record);
		if (found != rows[i].format)
			fail_msg("%s: %s", rows[i].record, found ? found->name : "nothing");
		run_close(&run);
	}
}

static void test_cloudsploit__corpus(void **unused)
{
	struct run run = run_open();

	(void)unused;
	assert_int_equal(
	        run_file(&run, &cloudsploit_json, "cloudsploit/cloudsploit_many_vul.json"),
	        6);
	assert_int_equal(run_distinct(&run, 0), 5);
	assert_int_equal(run_count(&run, FINDING_OPEN), 5);
	run_close(&run);
}

/* 261 results: 95 about a resource, 72 that pass and 94 that fail about none. */
static void test_cloudsploit__corpus_csv(void **unused)
{
	struct run run = run_open();
	struct run_text text = {0};
	char *content =
	        read_corpus("cross_tool/multi_estate/cloudsploit_aws.csv", &text.size);
	const struct record_input input = {.read = run_text_read, .ctx = &text};
	const struct record_reader_options options = {.max_record = 0};
	struct record_reader *reader;
	struct record record;
	size_t refused = 0;

	(void)unused;
	if (content == NULL) {
		run_close(&run);
		skip();
	}
	text.text = content;
	reader = record_reader_new(&options, &input);
	while (record_reader_next(reader, &record, &run.err) == 1) {
		struct parse_input in = {.ordinal = 0};
		size_t first = run.out.n_findings;

		run_load(&run, record.text, record.size);
		in.record = run.record;
		assert_ptr_equal(format_detect(in.envelope, in.record), &cloudsploit_csv);
		refused += cloudsploit_csv.parse(&in, &run.out, &run.err) != 0;
		run_seal(&run, first);
	}
	assert_int_equal(run.out.n_findings, 95);
	assert_int_equal(run_distinct(&run, 0), 95);
	assert_int_equal(refused, 94);
	record_reader_free(reader);
	free(content);
	run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_cloudsploit__verdict),
	        cmocka_unit_test(test_cloudsploit__fields_and_one_identity),
	        cmocka_unit_test(test_cloudsploit__place),
	        cmocka_unit_test(test_cloudsploit__access_key_is_of_its_user),
	        cmocka_unit_test(test_cloudsploit__group_meets_its_bare_id),
	        cmocka_unit_test(test_cloudsploit__result_about_no_resource),
	        cmocka_unit_test(test_cloudsploit__missing_fields),
	        cmocka_unit_test(test_cloudsploit__detect),
	        cmocka_unit_test(test_cloudsploit__corpus),
	        cmocka_unit_test(test_cloudsploit__corpus_csv),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
