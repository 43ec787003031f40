/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Azure's connector lists beside subscriptions: incidents of Microsoft Sentinel's
 * workspaces, and what Microsoft Graph says of the tenant.
 */
#include "ask_connector.h"
#include "collector/format.h"

#define SUB "11111111-0000-4000-8000-000000000001"
#define ARM "https://management.azure.com"
#define WORKSPACE                                               \
	"/subscriptions/" SUB "/resourcegroups/rg-1/providers/" \
	"microsoft.operationalinsights/workspaces/soc"
#define OTHER                                                       \
	"/subscriptions/" SUB "/resourceGroups/rg.(2)_x/providers/" \
	"Microsoft.OperationalInsights/workspaces/Soc-2"
#define INCIDENTS ARM WORKSPACE "/providers/Microsoft.SecurityInsights/incidents"

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

static void test_tenant__plan_has_a_part_a_workspace(void **unused)
{
	const struct part plan = ask_plan();
	const char *next = "{'value':[],'nextLink':'" ARM "/subscriptions?$skiptoken=a'}";

	(void)unused;
	ask_set(&t, "lists", "sentinel");
	ask_set(&t, "workspaces", WORKSPACE ", " OTHER "," WORKSPACE);
	assert_int_equal(ask_request(&t, &plan, NULL), 0);
	assert_int_equal(ask_page(&t, &plan, NULL, next, NULL), 0);
	assert_int_equal(t.page.n_parts, 2);
	assert_string_equal(t.page.parts[0].title, "soc");
	assert_string_equal(t.page.parts[1].title, "soc-2");
	t.page.n_parts = 1;
	plan_is("sentinel sentinel" WORKSPACE " [" WORKSPACE "] ()");
	/* Once a run; and no subscription is needed for it. */
	assert_int_equal(ask_page(&t, &plan, t.page.next, "{'value':[]}", NULL), 0);
	plan_is("");
	assert_null(t.page.partial);
}

static void test_tenant__workspaces_are_checked(void **unused)
{
	static const struct {
		const char *workspaces, *says;
	} cases[] = {
	        {"", "workspaces names none"},
	        {"soc", "\"soc\" is no ARM id of a Log Analytics workspace"},
	        {"/subscriptions/x" WORKSPACE, "is no ARM id"},
	        {WORKSPACE "/x", "is no ARM id"},
	        {WORKSPACE "?x", "is no ARM id"},
	        {WORKSPACE ".", "is no ARM id"},
	        {"/subscriptions/" SUB "/resourcegroups/../providers/"
	         "microsoft.operationalinsights/workspaces/soc",
	         "is no ARM id"},
	        {"/subscriptions/" SUB "/resourcegroups/rg-1/providers/"
	         "microsoft.operationalinsights/workspaces/",
	         "is no ARM id"},
	        {"/subscriptions/" SUB, "is no ARM id"},
	};
	const struct part plan = ask_plan();

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		t.s.n_values = 0;
		ask_set(&t, "lists", "sentinel");
		ask_set(&t, "workspaces", cases[i].workspaces);
		assert_int_equal(ask_request(&t, &plan, NULL), ERR_INVALID);
		ask_says(&t, cases[i].says);
	}
}

static void test_tenant__incidents_come_in_their_order(void **unused)
{
	static const struct part part = {
	        .name = "sentinel" WORKSPACE, .kind = "sentinel", .data = WORKSPACE};
	static const struct part odd = {
	        .name = "odd", .kind = "sentinel", .data = "/subscriptions/../x"};
	const char *cursor = "incidents:0:-:" INCIDENTS "?$skipToken=a";

	(void)unused;
	assert_int_equal(ask_request(&t, &part, NULL), 0);
	assert_string_equal(t.request.http.url,
	                    INCIDENTS "?%24orderby=properties%2FcreatedTimeUtc%20asc&"
	                              "api-version=2023-11-01");
	assert_string_equal(t.request.http.method, "GET");
	assert_string_equal(t.request.credential, "arm");
	assert_string_equal(t.request.format, "sentinel-incidents");
	assert_non_null(format_find(t.request.format));
	assert_non_null(strstr(t.request.rate_key, "azure/get/" SUB "/"));
	assert_int_equal(ask_page(&t, &part, NULL,
	                          "{'value':[],'nextLink':'" INCIDENTS "?$skipToken=a'}",
	                          NULL),
	                 0);
	assert_string_equal(t.page.next, cursor);
	assert_int_equal(ask_request(&t, &part, cursor), 0);
	assert_string_equal(t.request.http.url, INCIDENTS "?$skipToken=a");
	assert_int_equal(ask_page(&t, &part, cursor, "{'value':[]}", NULL), 0);
	assert_null(t.page.next);
	assert_int_equal(ask_request(&t, &odd, NULL), ERR_INVALID);
	assert_int_equal(ask_refusal(&t, &part, 403, "{'error':{'code':'Forbidden'}}"),
	                 REFUSAL_DENIED);
	ask_says(&t, "Microsoft Sentinel Reader on the workspace");
}

#define SECURITY "https://graph.microsoft.com/v1.0/security/alerts_v2"

static void test_tenant__plan_has_parts_of_the_directory(void **unused)
{
	const struct part plan = ask_plan();

	(void)unused;
	ask_set(&t, "lists", "graph,entra");
	assert_int_equal(ask_page(&t, &plan, NULL, "{'value':[]}", NULL), 0);
	plan_is("security-alerts security-alerts [] ()\n"
	        "risky-users risky-users [] (entra/risk)\n"
	        "mfa mfa [] (entra/mfa)");
	assert_null(t.page.partial);
}

static void test_tenant__alerts_are_asked_of_graph(void **unused)
{
	static const struct part part = {
	        .name = "security-alerts", .kind = "security-alerts", .data = ""};
	const char *cursor = "alerts:0:-:" SECURITY "?$skiptoken=a";

	(void)unused;
	assert_int_equal(ask_request(&t, &part, NULL), 0);
	assert_string_equal(t.request.http.url, SECURITY "?%24top=500");
	assert_string_equal(t.request.credential, "graph");
	assert_string_equal(ask_header(&t.request.http, "Prefer"),
	                    "include-unknown-enum-members");
	assert_string_equal(t.request.format, "graph-alerts");
	assert_non_null(format_find(t.request.format));
	assert_int_equal(t.request.rate, 150);
	assert_int_equal(ask_page(&t, &part, NULL,
	                          "{'value':[],'@odata.nextLink':'" SECURITY
	                          "?$skiptoken=a'}",
	                          NULL),
	                 0);
	assert_string_equal(t.page.next, cursor);
	assert_int_equal(ask_request(&t, &part, cursor), 0);
	assert_string_equal(t.request.http.url, SECURITY "?$skiptoken=a");
	/* ARM's host is another one here. */
	assert_int_equal(ask_page(&t, &part, NULL,
	                          "{'value':[],'@odata.nextLink':'" ARM "/x'}", NULL),
	                 ERR_INVALID);
	assert_int_equal(ask_request(&t, &part, "alerts:0:-:" ARM "/x"), ERR_INVALID);
	assert_int_equal(ask_page(&t, &part, NULL, "{'error':{}}", NULL), ERR_INVALID);
	assert_int_equal(ask_refusal(&t, &part, 403, "{'error':{'code':'Forbidden'}}"),
	                 REFUSAL_DENIED);
	ask_says(&t, "SecurityAlert.Read.All");
	assert_int_equal(ask_refusal(&t, &part, 400,
	                             "{'error':{'code':'Directory_ExpiredPageToken'}}"),
	                 REFUSAL_RESTART);
}

static void test_tenant__users_are_asked_of_graph(void **unused)
{
	static const struct {
		struct part part;
		const char *url, *format, *permission;
		unsigned int rate;
	} cases[] = {
	        {{.name = "risky-users", .kind = "risky-users", .data = ""},
	         "https://graph.microsoft.com/v1.0/identityProtection/riskyUsers"
	         "?%24top=500",
	         "entra-risky-users",
	         "IdentityRiskyUser.Read.All",
	         60},
	        {{.name = "mfa", .kind = "mfa", .data = ""},
	         "https://graph.microsoft.com/v1.0/reports/authenticationMethods/"
	         "userRegistrationDetails",
	         "entra-mfa",
	         "AuditLog.Read.All",
	         30},
	};
	const char *unlicensed = "{'error':{'code':'Forbidden','message':'Your tenant is "
	                         "not licensed for this feature.'}}";
	const char *not_premium = "{'error':{'code':'Authentication_"
	                          "RequestFromNonPremiumTenantOrB2CTenant'}}";

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct part *part = &cases[i].part;

		assert_int_equal(ask_request(&t, part, NULL), 0);
		assert_string_equal(t.request.http.url, cases[i].url);
		assert_string_equal(t.request.credential, "graph");
		assert_string_equal(t.request.format, cases[i].format);
		assert_non_null(format_find(t.request.format));
		assert_int_equal(t.request.rate, cases[i].rate);
		assert_int_equal(ask_refusal(&t, part, 403, "{'error':{'code':'x'}}"),
		                 REFUSAL_DENIED);
		ask_says(&t, cases[i].permission);
		assert_int_equal(ask_refusal(&t, part, 403, unlicensed), REFUSAL_ABSENT);
		ask_says(&t, "no licence");
		assert_int_equal(ask_refusal(&t, part, 403, not_premium), REFUSAL_ABSENT);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(test_tenant__plan_has_a_part_a_workspace),
	        TEST(test_tenant__workspaces_are_checked),
	        TEST(test_tenant__incidents_come_in_their_order),
	        TEST(test_tenant__plan_has_parts_of_the_directory),
	        TEST(test_tenant__alerts_are_asked_of_graph),
	        TEST(test_tenant__users_are_asked_of_graph),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
