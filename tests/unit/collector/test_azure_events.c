/* SPDX-License-Identifier: Apache-2.0 */
/* Events of Event Grid, in its own schema and as CloudEvents: their data is the record. */
#include "azure_world.h"

#define POLICY_DATA                                                                  \
	"'data':{'timestamp':'2026-11-10T18:37:42.9496583Z','policyAssignmentId':'"  \
	"/subscriptions/11111111-1111-1111-1111-111111111111/providers/"             \
	"microsoft.authorization/policyassignments/baseline','policyDefinitionId':'" \
	"/providers/microsoft.authorization/policydefinitions/"                      \
	"22222222-2222-2222-2222-222222222222','policyDefinitionReferenceId':'',"    \
	"'complianceState':'NonCompliant','subscriptionId':'"                        \
	"11111111-1111-1111-1111-111111111111','complianceReasonCode':''}"

static void test_events__policy_states(void **state)
{
	static const struct {
		const char *name, *event;
		enum finding_state want;
		const char *raw;
	} cases[] = {
	        {"changed",
	         "{'id':'1','topic':'t','subject':'" VM "','eventType':'Microsoft."
	         "PolicyInsights.PolicyStateChanged'," POLICY_DATA "}",
	         FINDING_OPEN, "NonCompliant"},
	        {"deleted",
	         "{'id':'1','topic':'t','subject':'" VM "','eventType':'Microsoft."
	         "PolicyInsights.PolicyStateDeleted'," POLICY_DATA "}",
	         FINDING_NOT_APPLICABLE, "Deleted"},
	        {"as a CloudEvent",
	         "{'specversion':'1.0','id':'1','source':'t','subject':'" VM
	         "','type':'Microsoft.PolicyInsights.PolicyStateCreated'," POLICY_DATA "}",
	         FINDING_OPEN, "NonCompliant"},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct finding *f =
		        one_finding(&w, &azure_policy_states, NULL, cases[i].event);

		if (f->state != cases[i].want || strcmp(f->status_raw, cases[i].raw) != 0 ||
		    strcmp(f->rule, "22222222-2222-2222-2222-222222222222") != 0)
			fail_msg("%s: %s, %s, %s", cases[i].name,
			         finding_state_name(f->state), f->status_raw, f->rule);
		assert_string_equal(f->scope, "11111111-1111-1111-1111-111111111111");
		assert_string_equal(f->resource.raw, VM);
	}
	world_close(&w);
}

static void test_events__bring_what_the_api_says(void **state)
{
	struct world w;
	const char *record, *native_id, *title;
	const struct finding *f;

	(void)state;
	world_open(&w);
	record = "{'id':'" VM ASSESS KEY "','name':'" KEY
	         "','type':'Microsoft.Security/assessments','properties':{'displayName':"
	         "'Disks','status':{'code':'Unhealthy'},'resourceDetails':{'source':"
	         "'Azure','id':'" VM "'}}}";
	f = one_finding(&w, &azure_assessments, NULL, record);
	/* The next record takes their place. */
	native_id = arena_strdup(w.arena, f->native_id);
	title = arena_strdup(w.arena, f->title);
	f = one_finding(&w, &azure_assessments, NULL,
	                arena_printf(w.arena,
	                             "{'id':'1','topic':'t','subject':'s','eventType':"
	                             "'Contoso.Recommendation','data':%s}",
	                             record));
	assert_string_equal(f->native_id, native_id);
	assert_string_equal(f->title, title);
	assert_int_equal(f->state, FINDING_OPEN);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_events__policy_states),
	        cmocka_unit_test(test_events__bring_what_the_api_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
