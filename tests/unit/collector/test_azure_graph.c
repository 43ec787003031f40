/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of Microsoft Graph: verdicts, which asset a finding is on, and what is left to
 * Defender for Cloud's own records.
 */
#include "azure_world.h"

#define TENANT  "99999999-0000-4000-8000-000000000009"
#define DEVICE  "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
#define USER    "dddddddd-0000-4000-8000-000000000004"
#define KIND    "'@odata.type':'#microsoft.graph.security."
#define ON_HOST "{" KIND "deviceEvidence','mdeDeviceId':'" DEVICE "'}"
#define ON_VM                                                             \
	"{" KIND "deviceEvidence','mdeDeviceId':'0b',"                    \
	"'deviceDnsName':'vm1.example.com','vmMetadata':{'cloudProvider'" \
	":'azure','resourceId':'" VM "'}}"
#define ON_USER                                                        \
	"{" KIND "userEvidence','userAccount':{'azureAdUserId':'" USER \
	"','userPrincipalName':'ada@example.com'}}"

static const char *alert(struct world *w, const char *more)
{
	return arena_printf(w->arena,
	                    "{'id':'Da-1','providerAlertId':'Da-1','title':'Odd process',"
	                    "'detectionSource':'antivirus','tenantId':'" TENANT "'%s}",
	                    more);
}

static const struct finding *finding_of(struct world *w, const char *more)
{
	return one_finding(w, &graph_alerts, NULL, alert(w, more));
}

#define ENDPOINT ",'serviceSource':'microsoftDefenderForEndpoint'"

static void test_graph__reads_an_alert(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = finding_of(&w,
	               ENDPOINT ",'severity':'high','status':'inProgress',"
	                        "'classification':'unknown','detectorId':'d-7',"
	                        "'description':'D','recommendedActions':'Look.',"
	                        "'alertWebUrl':'https://security.microsoft.com/alerts/1',"
	                        "'createdDateTime':'2026-01-02T03:10:05Z',"
	                        "'firstActivityDateTime':'2026-01-02T03:04:05Z',"
	                        "'lastActivityDateTime':'2026-01-02T03:09:05Z',"
	                        "'lastUpdateDateTime':'2026-01-03T00:00:00.1Z',"
	                        "'resolvedDateTime':null,'evidence':[" ON_VM "]");
	assert_string_equal(f->connector, "azure_graph");
	assert_string_equal(f->native_id, "Da-1");
	assert_string_equal(f->rule, "d-7");
	assert_string_equal(f->scope, TENANT);
	assert_string_equal(f->engine, "microsoftdefenderforendpoint");
	assert_string_equal(f->status_raw, "inProgress");
	assert_string_equal(f->remediation, "Look.");
	assert_string_equal(f->remediation_url, "https://security.microsoft.com/alerts/1");
	assert_string_equal(f->resource.account, "11111111-1111-1111-1111-111111111111");
	assert_string_equal(f->resource.type, "microsoft.compute/virtualmachines");
	assert_int_equal(f->class, CLASS_THREAT);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 80);
	assert_int_equal(f->first_seen, INT64_C(1767323045) * USEC_PER_SEC);
	assert_int_equal(f->last_seen, INT64_C(1767323345) * USEC_PER_SEC);
	world_close(&w);
}

static void test_graph__verdicts(void **state)
{
	static const struct {
		const char *more, *status_raw;
		enum finding_state state;
		int sev100;
	} cases[] = {
	        {"'status':'new','severity':'informational'", "new", FINDING_OPEN, 0},
	        {"'status':'resolved','severity':'low','classification':'falsePositive'",
	         "resolved/falsePositive", FINDING_RESOLVED, 25},
	        {"'status':'resolved','severity':'medium','classification':null",
	         "resolved", FINDING_RESOLVED, 55},
	        {"'status':'unknownFutureValue','severity':'unknown'", "unknownFutureValue",
	         FINDING_OPEN, SEV100_UNKNOWN},
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct finding *f;

		world_open(&w);
		f = finding_of(&w, arena_printf(w.arena, ENDPOINT ",%s", cases[i].more));
		if (f->state != cases[i].state || f->sev100 != cases[i].sev100 ||
		    strcmp(f->status_raw, cases[i].status_raw) != 0)
			fail_msg("%s: %d, %d, \"%s\"", cases[i].more, (int)f->state,
			         f->sev100, f->status_raw);
		assert_string_equal(f->rule, "Odd process");
		world_close(&w);
	}
}

static void test_graph__evidence_names_the_assets(void **state)
{
	static const struct {
		const char *evidence;
		const char *resources; /* joined by blanks */
	} cases[] = {
	        {"", TENANT},
	        {ON_USER, USER},
	        {ON_HOST "," ON_USER "," ON_HOST, DEVICE},
	        {ON_HOST "," ON_VM "," ON_VM, DEVICE " " VM},
	        {"{" KIND "deviceEvidence','deviceDnsName':'pc7'}", "pc7"},
	        {"{" KIND "azureResourceEvidence','resourceId':'" VM "'}", VM},
	        {"{" KIND "amazonResourceEvidence','amazonAccountId':'111122223333',"
	         "'amazonResourceId':'arn:aws:s3:::b'},{" KIND
	         "googleCloudResourceEvidence','projectId':'p','fullResourceName':"
	         "'//storage.googleapis.com/b'}",
	         "arn:aws:s3:::b //storage.googleapis.com/b"},
	        {"{" KIND "fileEvidence','mdeDeviceId':'x'},{},7", TENANT},
	        {"{" KIND "userEvidence','userAccount':{'azureAdUserId':null}}", TENANT},
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		static const struct org org = {.id = 1, .slug = "default"};
		const char *got = "";

		world_open(&w);
		assert_int_equal(
		        parse(&w, &graph_alerts, NULL,
		              alert(&w, arena_printf(w.arena, ENDPOINT ",'evidence':[%s]",
		                                     cases[i].evidence))),
		        0);
		for (size_t k = 0; k < w.out.n_findings; k++) {
			got = arena_printf(w.arena, "%s%s%s", got, k == 0 ? "" : " ",
			                   w.out.findings[k].resource.raw);
			if (finding_seal(&w.out.findings[k], &org, w.arena, &w.err) != 0)
				fail_msg("%s: %s", cases[i].evidence, w.err.text);
		}
		assert_string_equal(got, cases[i].resources);
		world_close(&w);
	}
}

/* They come with ids, resources and fixes of their own from Defender for Cloud. */
static void test_graph__defender_for_cloud_is_left_out(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(parse(&w, &graph_alerts, "{'value':[]}",
	                       alert(&w, ",'serviceSource':'microsoftDefenderForCloud'")),
	                 0);
	assert_int_equal(w.out.n_findings, 0);
	world_close(&w);
}

static void test_graph__bad_records(void **state)
{
	static const char no_title[] = "{'id':'1','providerAlertId':'1','detectionSource':"
	                               "'x','serviceSource':'y','tenantId':'t'}";
	static const char nowhere[] = "{'id':'1','providerAlertId':'1','detectionSource':"
	                              "'x','serviceSource':'y','title':'T'}";
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(parse(&w, &graph_alerts, NULL, no_title), ERR_INVALID);
	assert_string_equal(w.err.text, "id or title is missing");
	assert_int_equal(parse(&w, &graph_alerts, NULL, nowhere), ERR_INVALID);
	assert_string_equal(w.err.text, "neither evidence nor tenantId names a resource");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_graph__reads_an_alert),
	        cmocka_unit_test(test_graph__verdicts),
	        cmocka_unit_test(test_graph__evidence_names_the_assets),
	        cmocka_unit_test(test_graph__defender_for_cloud_is_left_out),
	        cmocka_unit_test(test_graph__bad_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
