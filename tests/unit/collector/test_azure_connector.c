/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Azure's connector: what it asks page by page, which scopes a part proves, when a listing
 * came short, and what refusals mean.
 */
#include "ask_connector.h"
#include "collector/format.h"

#define SUB_1 "11111111-0000-4000-8000-000000000001"
#define SUB_2 "22222222-0000-4000-8000-000000000002"
#define ARM   "https://management.azure.com"
#define GRAPH ARM "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"

static struct ask t;

static int set_up(void **unused)
{
	(void)unused;
	ask_open(&t, &azure_connector);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	ask_close(&t);
	return 0;
}

static void body_has(const char *body, const char *part)
{
	if (!body || !strstr(body, part))
		fail_msg("\"%s\" has no \"%s\"", body ? body : "(none)", part);
}

/* --- the plan --- */

#define TWO_SUBSCRIPTIONS                                                    \
	"{'value':[{'subscriptionId':'" SUB_1                                \
	"','displayName':'One','state':'Enabled'},{'subscriptionId':'" SUB_2 \
	"','displayName':'Two','state':'Warned'}]"

static int plan_page(const char *cursor, const char *body)
{
	struct part plan = ask_plan();

	return ask_page(&t, &plan, cursor, body, NULL);
}

static void plan_is(const char *expected)
{
	const char *text = "";

	for (size_t i = 0; i < t.page.n_parts; i++) {
		const struct part *p = &t.page.parts[i];

		text = ARENA_JOIN(t.arena, text, i > 0 ? "\n" : "", p->kind, " ", p->name,
		                  " [", p->data, "] (", ask_scopes(&t, p), ")");
	}
	assert_string_equal(text, expected);
}

static void test_azure__plan_makes_batches(void **unused)
{
	(void)unused;
	assert_int_equal(plan_page(NULL, TWO_SUBSCRIPTIONS "}"), 0);
	plan_is("metadata metadata [] ()\n"
	        "graph-findings graph-findings/" SUB_1 "+1 [" SUB_1 "," SUB_2 "] (" SUB_1
	        "," SUB_2 ")\n"
	        "graph-alerts graph-alerts/" SUB_1 "+1 [" SUB_1 "," SUB_2 "] ()\n"
	        "graph-inventory graph-inventory/" SUB_1 "+1 [" SUB_1 "," SUB_2 "] ()");
	assert_null(t.page.next);
	assert_null(t.page.partial);
}

static void test_azure__plan_makes_a_part_a_subscription(void **unused)
{
	(void)unused;
	ask_set(&t, "bulk", "arm");
	ask_set(&t, "lists", "assessments, subassessments, policy, alerts");
	assert_int_equal(plan_page(NULL, TWO_SUBSCRIPTIONS "}"), 0);
	assert_string_equal(t.page.parts[1].title, "One");
	assert_string_equal(t.page.parts[4].title, "Two");
	plan_is("metadata metadata [] ()\n"
	        "findings findings/" SUB_1 " [" SUB_1 "] (" SUB_1 ")\n"
	        "alerts alerts/" SUB_1 " [" SUB_1 "] ()\n"
	        "findings findings/" SUB_2 " [" SUB_2 "] (" SUB_2 ")\n"
	        "alerts alerts/" SUB_2 " [" SUB_2 "] ()");
}

static void test_azure__what_is_not_listed_proves_nothing(void **unused)
{
	(void)unused;
	ask_set(&t, "lists", "assessments,subassessments");
	assert_int_equal(plan_page(NULL, TWO_SUBSCRIPTIONS "}"), 0);
	plan_is("metadata metadata [] ()\n"
	        "graph-findings graph-findings/" SUB_1 "+1 [" SUB_1 "," SUB_2 "] ()");
	t.values[0].value = "inventory";
	assert_int_equal(plan_page(NULL, TWO_SUBSCRIPTIONS "}"), 0);
	plan_is("graph-inventory graph-inventory/" SUB_1 "+1 [" SUB_1 "," SUB_2 "] ()");
}

static void test_azure__plan_goes_through_pages(void **unused)
{
	struct part plan = ask_plan();
	const char *cursor;

	(void)unused;
	assert_int_equal(plan_page(NULL, TWO_SUBSCRIPTIONS ",'nextLink':'" ARM
	                                                   "/subscriptions?$skiptoken=a'}"),
	                 0);
	cursor = t.page.next;
	assert_string_equal(cursor, "plan:2:-:" ARM "/subscriptions?$skiptoken=a");
	assert_int_equal(ask_request(&t, &plan, cursor), 0);
	assert_string_equal(t.request.http.url, ARM "/subscriptions?$skiptoken=a");
	assert_null(t.request.format);
	/* The checks of all subscriptions are listed once; an empty link is none. */
	assert_int_equal(plan_page(cursor, "{'value':[],'nextLink':''}"), 0);
	plan_is("");
	assert_null(t.page.next);
	assert_null(t.page.partial);
	assert_int_equal(
	        plan_page(NULL, "{'value':[],'nextLink':'https://evil.example/x'}"),
	        ERR_INVALID);
	ask_says(&t, "nextLink leads to another host");
	assert_int_equal(ask_request(&t, &plan, "plan:2:-:https://evil.example/x"),
	                 ERR_INVALID);
}

static void test_azure__plan_misses_subscriptions(void **unused)
{
	(void)unused;
	assert_int_equal(plan_page(NULL, "{'value':[]}"), 0);
	body_has(t.page.partial, "no subscription is visible");
	ask_set(&t, "subscriptions", SUB_2 ", 33333333-0000-4000-8000-000000000003");
	ask_set(&t, "lists", "alerts");
	assert_int_equal(plan_page(NULL, TWO_SUBSCRIPTIONS "}"), 0);
	plan_is("graph-alerts graph-alerts/" SUB_2 " [" SUB_2 "] ()");
	body_has(t.page.partial, "1 of the 2 subscriptions named");
	t.values[0].value = SUB_1;
	assert_int_equal(plan_page(NULL, TWO_SUBSCRIPTIONS "}"), 0);
	assert_null(t.page.partial);
}

static void test_azure__plan_refuses_what_is_no_list(void **unused)
{
	static const char *const bodies[] = {
	        "{}",
	        "{'value':null}",
	        "{'value':{}}",
	        "no JSON",
	        "[]",
	        "{'error':{'code':'X'}}",
	        "{'value':[]",
	        "{'value':[1]}",
	        "{'value':[{'subscriptionId':'../x'}]}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(bodies); i++)
		assert_int_equal(plan_page(NULL, bodies[i]), ERR_INVALID);
}

static void test_azure__plan_checks_settings(void **unused)
{
	static const struct {
		const char *key, *value, *says;
	} cases[] = {
	        {"subscriptions", "Production", "\"Production\" is no subscription id"},
	        {"bulk", "both", "bulk is graph or arm"},
	        {"lists", "assessments,scores", "not \"scores\""},
	        {"lists", " , ", "lists names nothing"},
	        {"policy_states", "some", "policy_states is all or failing"},
	        {"cloud", "x", "cloud is"},
	};
	struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		t.s.n_values = 0;
		ask_set(&t, cases[i].key, cases[i].value);
		assert_int_equal(ask_request(&t, &plan, NULL), ERR_INVALID);
		ask_says(&t, cases[i].says);
	}
}

/* --- listings --- */

static const struct part batch = {
        .name = "graph-findings/x", .kind = "graph-findings", .data = SUB_1 "," SUB_2};
static const struct part single = {.name = "findings/x", .kind = "findings", .data = SUB_1};

/* A page of so many records, of which only the envelope is read. */
static int list_page(const struct part *part, const char *cursor, const char *body,
                     size_t n, const char *header)
{
	const struct http_response resp = ask_response(&t, 200, body, header);
	const struct page_input in = {.part = part,
	                              .cursor = cursor,
	                              .response = &resp,
	                              .body = ask_body(&t, body),
	                              .n_records = n};

	t.page = (struct part_page){0};
	t.err.text[0] = '\0';
	return azure_connector.page(&t.s, &in, t.arena, &t.page, &t.err);
}

static void test_azure__graph_is_asked_for_a_batch(void **unused)
{
	(void)unused;
	assert_int_equal(ask_request(&t, &batch, NULL), 0);
	assert_string_equal(t.request.http.method, "POST");
	assert_string_equal(t.request.http.url, GRAPH);
	assert_string_equal(
	        t.request.http.body,
	        "{\"subscriptions\":[\"" SUB_1 "\",\"" SUB_2 "\"],\"query\":\""
	        "securityresources | where type =~ 'microsoft.security/assessments' | "
	        "project id, name, type, subscriptionId, properties | order by id asc\","
	        "\"options\":{\"resultFormat\":\"objectArray\",\"$top\":1000}}");
	assert_int_equal(t.request.http.body_size, strlen(t.request.http.body));
	assert_string_equal(ask_header(&t.request.http, "Content-Type"),
	                    "application/json");
	assert_string_equal(t.request.credential, "arm");
	assert_string_equal(t.request.format, "azure-resource-graph");
	assert_non_null(format_find(t.request.format));
	assert_int_equal(t.request.rate, 180);
	assert_int_equal(t.request.burst, 15);
	assert_int_equal(ask_request(&t, &batch, "subassessments:1000:-:a\"b"), 0);
	body_has(t.request.http.body, "microsoft.security/assessments/subassessments'");
	body_has(t.request.http.body, "\"$skipToken\":\"a\\\"b\"}}");
	ask_set(&t, "graph_quota", "60");
	assert_int_equal(ask_request(&t, &batch, NULL), 0);
	assert_int_equal(t.request.rate, 720);
	t.values[0].value = "-1";
	assert_int_equal(ask_request(&t, &batch, NULL), ERR_INVALID);
}

#define PAGE(count, total, more) \
	"{'totalRecords':" total ",'count':" count ",'data':[]" more "}"

static void test_azure__graph_goes_from_page_to_page_and_list_to_list(void **unused)
{
	static const struct {
		const char *cursor, *body;
		size_t n;
		const char *next; /* NULL: the end */
	} steps[] = {
	        {NULL, PAGE("1000", "1500", ",'resultTruncated':'false','$skipToken':'t1'"),
	         1000, "assessments:1000:-:t1"},
	        /* A page without rows is not the end. */
	        {"assessments:1000:-:t1", PAGE("0", "1500", ",'$skipToken':'t2'"), 0,
	         "assessments:1000:-:t2"},
	        {"assessments:1000:-:t2", PAGE("500", "1500", ""), 500,
	         "subassessments:0:-:"},
	        {"subassessments:0:-:", PAGE("0", "0", ",'$skipToken':''"), 0,
	         "policy:0:-:"},
	        {"policy:0:-:", PAGE("3", "3", ",'$skipToken':null"), 3, "visible:0:-:"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(steps); i++) {
		assert_int_equal(
		        list_page(&batch, steps[i].cursor, steps[i].body, steps[i].n, NULL),
		        0);
		assert_string_equal(t.page.next, steps[i].next);
		assert_null(t.page.partial);
	}
	/* What is not wanted is not listed. */
	ask_set(&t, "lists", "policy");
	assert_int_equal(ask_request(&t, &batch, NULL), 0);
	body_has(t.request.http.body, "policyresources");
}

static void test_azure__graph_rows_tell_who_is_visible(void **unused)
{
	(void)unused;
	assert_int_equal(ask_request(&t, &batch, "visible:0:-:"), 0);
	assert_null(t.request.format);
	assert_int_equal(
	        list_page(&batch, "visible:0:-:",
	                  "{'totalRecords':2,'count':2,'data':[{'subscriptionId':'" SUB_2
	                  "'},{'subscriptionId':'" SUB_1 "'}]}",
	                  0, NULL),
	        0);
	assert_null(t.page.next);
	assert_null(t.page.partial);
	assert_int_equal(list_page(&batch, "visible:0:-:",
	                           "{'totalRecords':1,'count':1,'data':[{'subscriptionId':"
	                           "'" SUB_1 "'}]}",
	                           0, NULL),
	                 0);
	assert_null(t.page.next);
	assert_string_equal(t.page.partial,
	                    "1 of 2 subscriptions could not be read, " SUB_2 " first");
}

static void test_azure__graph_that_came_short_is_not_complete(void **unused)
{
	static const struct {
		const char *body, *header, *says;
	} cases[] = {
	        {PAGE("3", "9", ",'resultTruncated':'true'"), NULL, "resultTruncated"},
	        {PAGE("3", "9", ",'resultTruncated':true"), NULL, "resultTruncated"},
	        {PAGE("3", "9", ",'resultTruncated':'false'"), NULL, "totalRecords"},
	        {PAGE("3", "3", ""), "x-ms-tenant-subscription-limit-hit: true", "10,000"},
	};
	static const struct part alerts = {
	        .name = "graph-alerts", .kind = "graph-alerts", .data = SUB_1};
	static const char all_visible[] =
	        "{'totalRecords':2,'count':2,'data':[{'subscriptionId':'" SUB_1
	        "'},{'subscriptionId':'" SUB_2 "'}]}";

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		/* Told at the end of the part, and remembered until then. */
		assert_int_equal(
		        list_page(&alerts, NULL, cases[i].body, 3, cases[i].header), 0);
		assert_null(t.page.next);
		body_has(t.page.partial, cases[i].says);
		assert_int_equal(list_page(&batch, NULL, cases[i].body, 3, cases[i].header),
		                 0);
		assert_null(t.page.partial);
		assert_ptr_equal(strstr(t.page.next, "subassessments:0:"), t.page.next);
		assert_true(t.page.next[strlen("subassessments:0:")] != '-');
		assert_int_equal(
		        list_page(&batch,
		                  ARENA_JOIN(t.arena, "visible",
		                             t.page.next + strlen("subassessments")),
		                  all_visible, 0, NULL),
		        0);
		body_has(t.page.partial, cases[i].says);
	}
}

static void test_azure__pages_that_are_none(void **unused)
{
	static const struct {
		const char *cursor, *body;
		size_t n;
		const char *says;
	} graph[] = {
	        {NULL, "{}", 0, "data is missing"},
	        {NULL, "no JSON", 0, "data is missing"},
	        {NULL, "{'error':{'code':'X'}}", 0, "data is missing"},
	        {NULL, "{'data':{'columns':[],'rows':[]},'count':0}", 0,
	         "no list of objects"},
	        {NULL, "{'data':[]}", 0, "count"},
	        {NULL, PAGE("2", "2", ""), 1, "count is 2, and 1 rows came"},
	        {NULL, PAGE("-1", "2", ""), 1, "count is -1"},
	        {NULL, PAGE("1", "9223372036854775807", ""), 1, "totalRecords"},
	        {NULL, PAGE("1", "1", ",'$skipToken':7"), 1, "$skipToken"},
	        {"assessments:5:-:t1", PAGE("1", "9", ",'$skipToken':'t1'"), 1,
	         "same page"},
	        {"assessments:2000:-:t1", PAGE("1", "9", ",'$skipToken':'t2'"), 1,
	         "circle"},
	        {"what", PAGE("1", "9", ""), 1, "not one of ours"},
	        {"other:0:-:", PAGE("1", "9", ""), 1, "another part"},
	        {"assessments:99999999999999999999:-:", PAGE("1", "9", ""), 1, "ours"},
	        {"assessments:1", PAGE("1", "9", ""), 1, "ours"},
	};
	static const struct {
		const char *body, *says;
	} arm[] = {
	        {"{}", "value is missing"},
	        {"no JSON", "value is missing"},
	        {"{'error':{'code':'X'}}", "value is missing"},
	        {"{'value':[],'nextLink':7}", "nextLink"},
	        {"{'value':[],'nextLink':'" ARM "/x y'}", "no URL has"},
	        {"{'value':[],'nextLink':'" ARM "/\\u00e9'}", "no URL has"},
	        {"{'value':[],'nextLink':'/subscriptions'}", "another host"},
	        {"{'value':[],'nextLink':'" ARM ".evil.example/x'}", "another host"},
	        {"{'value':[],'@odata.nextLink':'http://management.azure.com/x'}",
	         "another host"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(graph); i++) {
		assert_int_equal(
		        list_page(&batch, graph[i].cursor, graph[i].body, graph[i].n, NULL),
		        ERR_INVALID);
		ask_says(&t, graph[i].says);
	}
	for (size_t i = 0; i < N_ELEMENTS(arm); i++) {
		assert_int_equal(list_page(&single, NULL, arm[i].body, 0, NULL),
		                 ERR_INVALID);
		ask_says(&t, arm[i].says);
	}
}

static void test_azure__arm_lists_one_after_the_other(void **unused)
{
#define SECURITY ARM "/subscriptions/" SUB_1 "/providers/Microsoft.Security/"
#define POLICY                      \
	ARM "/subscriptions/" SUB_1 \
	    "/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"
	static const struct {
		const char *cursor, *method, *url, *format, *body, *next;
	} steps[] = {
	        {NULL, "GET", SECURITY "assessmentMetadata?api-version=2020-01-01",
	         "azure-assessment-metadata", "{'value':[]}", "assessments:0:-:"},
	        {"assessments:0:-:", "GET", SECURITY "assessments?api-version=2021-06-01",
	         "azure-assessments", "{'value':[],'nextLink':'" SECURITY "x?a=1'}",
	         "assessments:0:-:" SECURITY "x?a=1"},
	        {"assessments:0:-:" SECURITY "x?a=1", "GET", SECURITY "x?a=1",
	         "azure-assessments", "{'value':[],'nextLink':null}",
	         "subassessments:0:-:"},
	        {"subassessments:0:-:", "GET",
	         SECURITY "subAssessments?api-version=2019-01-01-preview",
	         "azure-subassessments", "{'value':[]}", "policy:0:-:"},
	        {"policy:0:-:", "POST", POLICY "?%24top=1000&api-version=2019-10-01",
	         "azure-policy-states", "{'value':[],'@odata.nextLink':'" POLICY "?s'}",
	         "policy:0:-:" POLICY "?s"},
	        {"policy:0:-:" POLICY "?s", "POST", POLICY "?s", "azure-policy-states",
	         "{'value':[],'@odata.nextLink':null}", NULL},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(steps); i++) {
		assert_int_equal(ask_request(&t, &single, steps[i].cursor), 0);
		assert_string_equal(t.request.http.method, steps[i].method);
		assert_string_equal(t.request.http.url, steps[i].url);
		assert_string_equal(t.request.format, steps[i].format);
		assert_non_null(format_find(steps[i].format));
		assert_int_equal(t.request.http.body_size, 0);
		assert_int_equal(
		        list_page(&single, steps[i].cursor, steps[i].body, 0, NULL), 0);
		if (steps[i].next)
			assert_string_equal(t.page.next, steps[i].next);
		else
			assert_null(t.page.next);
	}
}

static void test_azure__compliant_states_may_be_left_out(void **unused)
{
	(void)unused;
	ask_set(&t, "policy_states", "failing");
	assert_int_equal(ask_request(&t, &batch, "policy:0:-:"), 0);
	body_has(t.request.http.body, "policystates' | where properties.complianceState !~ "
	                              "'Compliant' | project");
	assert_int_equal(ask_request(&t, &batch, "assessments:0:-:"), 0);
	assert_null(strstr(t.request.http.body, "Compliant"));
	assert_int_equal(ask_request(&t, &single, "policy:0:-:"), 0);
	assert_string_equal(t.request.http.url,
	                    POLICY "?%24filter=complianceState%20ne%20%27Compliant%27&"
	                           "%24top=1000&api-version=2019-10-01");
}

static void test_azure__other_parts(void **unused)
{
	static const struct {
		struct part part;
		const char *url, *body;
	} cases[] = {
	        {{.name = "metadata", .kind = "metadata", .data = ""},
	         ARM
	         "/providers/Microsoft.Security/assessmentMetadata?api-version=2020-01-01",
	         NULL},
	        {{.name = "a", .kind = "alerts", .data = SUB_1},
	         SECURITY "alerts?api-version=2022-01-01",
	         NULL},
	        {{.name = "g", .kind = "graph-alerts", .data = SUB_1},
	         GRAPH,
	         "microsoft.security/locations/alerts"},
	        {{.name = "i", .kind = "graph-inventory", .data = SUB_1},
	         GRAPH,
	         "resources | project id, name, type, location"},
	};
	static const struct part odd[] = {
	        {.name = "odd", .kind = "odd", .data = ""},
	        {.name = "odd", .kind = "alerts", .data = "../x"},
	        {.name = "odd", .kind = "graph-alerts", .data = ""},
	        {.name = "odd", .kind = "graph-alerts", .data = SUB_1 ",\""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_int_equal(ask_request(&t, &cases[i].part, NULL), 0);
		assert_string_equal(t.request.http.url, cases[i].url);
		if (cases[i].body)
			body_has(t.request.http.body, cases[i].body);
		assert_non_null(format_find(t.request.format));
	}
	for (size_t i = 0; i < N_ELEMENTS(odd); i++)
		assert_int_equal(ask_request(&t, &odd[i], NULL), ERR_INVALID);
}

/* --- refusals and rates --- */

static void test_azure__refusals(void **unused)
{
	static const struct {
		long status;
		const char *body;
		enum refusal refusal;
		const char *says;
	} cases[] = {
	        {401, "{'error':{'code':'ExpiredAuthenticationToken'}}", REFUSAL_CREDENTIAL,
	         "ExpiredAuthenticationToken (HTTP 401)"},
	        {403, "{'error':{'code':'AuthorizationFailed','message':'The client'}}",
	         REFUSAL_DENIED, "AuthorizationFailed (HTTP 403): Security Reader"},
	        {403, "no JSON", REFUSAL_DENIED, "no error code (HTTP 403)"},
	        {409, "{'error':{'code':'MissingSubscriptionRegistration'}}",
	         REFUSAL_ABSENT, "not registered"},
	        {404, "{'error':{'code':'SubscriptionNotFound'}}", REFUSAL_ABSENT, "gone"},
	        {404, "", REFUSAL_ABSENT, "no such listing"},
	        {400,
	         "{'error':{'code':'BadRequest','details':[{'code':"
	         "'NoValidSubscriptionsInQueryRequest'}]}}",
	         REFUSAL_DENIED, "NoValidSubscriptionsInQueryRequest"},
	        {400,
	         "{'error':{'code':'BadRequest','details':[{'code':'InvalidSkipToken'}]}}",
	         REFUSAL_RESTART, "expired"},
	        {429, "{'error':{'code':'RateLimiting'}}", REFUSAL_RETRY, "RateLimiting"},
	        {408, "", REFUSAL_RETRY, "408"},
	        {500, "<html>", REFUSAL_RETRY, "500"},
	        {503, "{'error':{'code':'ServerTimeout','message':'Try\\nagain'}}",
	         REFUSAL_RETRY, "ServerTimeout (HTTP 503): Try"},
	        {400, "{'error':{'code':'InvalidQuery','message':'bad \\u00e9 query'}}",
	         REFUSAL_FATAL, "InvalidQuery (HTTP 400): bad ?? query"},
	        {302, "", REFUSAL_FATAL, "302"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_int_equal(ask_refusal(&t, &single, cases[i].status, cases[i].body),
		                 cases[i].refusal);
		ask_says(&t, cases[i].says);
		assert_null(strchr(t.err.text, '\n'));
	}
}

static void test_azure__quota(void **unused)
{
	static const struct {
		const char *remaining, *resets; /* headers of Resource Graph */
		const char *reads;
		int64_t expected;
		unsigned int after_ms;
	} cases[] = {
	        {"14", "00:00:05", NULL, 14, 5000},  {"0", "00:01:02", NULL, 0, 62000},
	        {"0", "01:00:00", NULL, 0, 3600000}, {"0", "5", NULL, 0, 0},
	        {"0", "0a:00:05", NULL, 0, 0},       {"x", "00:00:05", NULL, -1, 0},
	        {"-3", "00:00:05", NULL, -1, 0},     {NULL, NULL, "11999", -1, 0},
	        {NULL, NULL, "3", 3, 1000},          {NULL, NULL, NULL, -1, 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		struct http_header headers[3];
		struct http_response resp = {.status = 200, .body = "", .headers = headers};
		struct quota quota;

		if (cases[i].remaining)
			headers[resp.n_headers++] = (struct http_header){
			        "x-ms-user-quota-remaining", cases[i].remaining};
		if (cases[i].resets)
			headers[resp.n_headers++] = (struct http_header){
			        "x-ms-user-quota-resets-after", cases[i].resets};
		if (cases[i].reads)
			headers[resp.n_headers++] = (struct http_header){
			        "x-ms-ratelimit-remaining-subscription-reads",
			        cases[i].reads};
		azure_connector.quota(&resp, &quota);
		assert_int_equal(quota.remaining, cases[i].expected);
		assert_int_equal(quota.resets_after_ms, cases[i].after_ms);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        TEST(test_azure__plan_makes_batches),
	        TEST(test_azure__plan_makes_a_part_a_subscription),
	        TEST(test_azure__what_is_not_listed_proves_nothing),
	        TEST(test_azure__plan_goes_through_pages),
	        TEST(test_azure__plan_misses_subscriptions),
	        TEST(test_azure__plan_refuses_what_is_no_list),
	        TEST(test_azure__plan_checks_settings),
	        TEST(test_azure__graph_is_asked_for_a_batch),
	        TEST(test_azure__graph_goes_from_page_to_page_and_list_to_list),
	        TEST(test_azure__graph_rows_tell_who_is_visible),
	        TEST(test_azure__graph_that_came_short_is_not_complete),
	        TEST(test_azure__pages_that_are_none),
	        TEST(test_azure__arm_lists_one_after_the_other),
	        TEST(test_azure__compliant_states_may_be_left_out),
	        TEST(test_azure__other_parts),
	        TEST(test_azure__refusals),
	        TEST(test_azure__quota),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
