/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents of Microsoft Sentinel: states and severities, what a rule is, and which
 * resource a finding is on.
 */
#include <ctype.h>

#include "azure_world.h"

#define WORKSPACE \
	SUB "/resourceGroups/Rg1/providers/Microsoft.OperationalInsights/workspaces/Soc"
#define INCIDENT                                                     \
	WORKSPACE "/providers/Microsoft.SecurityInsights/Incidents/" \
	          "cccccccc-0000-4000-8000-000000000003"
#define RULES WORKSPACE "/providers/Microsoft.SecurityInsights/alertRules/"

static const char *lower(struct world *w, const char *text)
{
	char *copy = arena_strdup(w->arena, text);

	for (char *p = copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static const char *incident(struct world *w, const char *properties)
{
	return arena_printf(w->arena,
	                    "{'id':'" INCIDENT "','name':'cccccccc',"
	                    "'type':'Microsoft.SecurityInsights/Incidents',"
	                    "'properties':{'title':'Sign-ins from two places','severity':"
	                    "'Medium','status':'New'%s}}",
	                    properties);
}

static const struct finding *finding_of(struct world *w, const char *properties)
{
	return one_finding(w, &sentinel_incidents, NULL, incident(w, properties));
}

static void test_sentinel__reads_an_incident(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = finding_of(&w, ",'description':'Too far apart','incidentNumber':84,"
	                   "'incidentUrl':'https://portal.azure.com/#asset/x',"
	                   "'firstActivityTimeUtc':'2026-01-02T03:04:05Z',"
	                   "'lastActivityTimeUtc':'2026-01-02T03:09:05Z',"
	                   "'createdTimeUtc':'2026-01-02T03:10:05.1234567Z',"
	                   "'lastModifiedTimeUtc':'2026-01-03T00:00:00Z'");
	assert_string_equal(f->connector, "azure_sentinel");
	assert_string_equal(f->native_id, lower(&w, INCIDENT));
	assert_string_equal(f->resource.id, lower(&w, WORKSPACE));
	assert_string_equal(f->scope, "11111111-1111-1111-1111-111111111111");
	assert_string_equal(f->rule, "Sign-ins from two places");
	assert_string_equal(f->description, "Too far apart");
	assert_string_equal(f->remediation_url, "https://portal.azure.com/#asset/x");
	assert_string_equal(f->status_raw, "New");
	assert_string_equal(f->engine, "sentinel");
	assert_int_equal(f->class, CLASS_THREAT);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 55);
	assert_int_equal(f->first_seen, INT64_C(1767323045) * USEC_PER_SEC);
	assert_int_equal(f->last_seen, INT64_C(1767323345) * USEC_PER_SEC);
	assert_int_equal(f->source_updated_at, INT64_C(1767398400) * USEC_PER_SEC);
	world_close(&w);
}

static void test_sentinel__verdicts(void **state)
{
	static const struct {
		const char *properties, *status_raw;
		enum finding_state state;
		int sev100;
	} cases[] = {
	        {",'status':'Active','severity':'High'", "Active", FINDING_OPEN, 80},
	        {",'status':'Closed','severity':'Low'", "Closed", FINDING_RESOLVED, 25},
	        {",'status':'Closed','severity':'Medium','classification':'FalsePositive',"
	         "'classificationReason':'InaccurateData'",
	         "Closed/FalsePositive", FINDING_RESOLVED, 55},
	        {",'status':'closed','severity':'Medium','classification':'BenignPositive'",
	         "closed/BenignPositive", FINDING_RESOLVED, 55},
	        {",'status':'Paused','severity':'Informational'", "Paused", FINDING_OPEN,
	         0},
	        {",'status':null,'severity':'Odd'", "", FINDING_OPEN, SEV100_UNKNOWN},
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct finding *f;

		world_open(&w);
		f = one_finding(&w, &sentinel_incidents, "{'value':[]}",
		                arena_printf(w.arena,
		                             "{'id':'" INCIDENT
		                             "','properties':{'title':'T'%s}}",
		                             cases[i].properties));
		if (f->state != cases[i].state || f->sev100 != cases[i].sev100 ||
		    strcmp(f->status_raw, cases[i].status_raw) != 0)
			fail_msg("%s: %d, %d, \"%s\"", cases[i].properties, (int)f->state,
			         f->sev100, f->status_raw);
		world_close(&w);
	}
}

static void test_sentinel__rule_is_the_analytics_rule(void **state)
{
	static const struct {
		const char *properties, *rule;
	} cases[] = {
	        {",'relatedAnalyticRuleIds':['" RULES "BB','" RULES "aa/']", "aa"},
	        {",'relatedAnalyticRuleIds':['" RULES "aa','" RULES "BB']", "aa"},
	        {",'relatedAnalyticRuleIds':['rule-7',7,'']", "rule-7"},
	        {",'relatedAnalyticRuleIds':[]", "Sign-ins from two places"},
	        {",'relatedAnalyticRuleIds':'odd'", "Sign-ins from two places"},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++)
		assert_string_equal(finding_of(&w, cases[i].properties)->rule,
		                    cases[i].rule);
	world_close(&w);
}

#define ENTITY(kind, properties) "{'kind':'" kind "','properties':{" properties "}}"

static void test_sentinel__entities_are_the_resources(void **state)
{
	static const struct {
		const char *entities;
		const char *resources; /* joined by blanks */
	} cases[] = {
	        {ENTITY("Account", "'accountName':'ada'"), "workspace"},
	        {ENTITY("Host", "'hostName':'Web1','dnsDomain':'example.com'"),
	         "web1.example.com"},
	        {ENTITY("Host", "'netBiosName':'WEB2'") "," ENTITY("Host",
	                                                           "'hostName':'web2'"),
	         "web2"},
	        {ENTITY("Host", "'hostName':'Vm1','azureID':'" VM "'") "," ENTITY(
	                 "AzureResource", "'resourceId':'" VM "'") "," ENTITY("Host",
	                                                                      "'hostName':"
	                                                                      "'db1'"),
	         "vm db1"},
	        {"7,null", "workspace"},
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *got = "";

		world_open(&w);
		assert_int_equal(
		        parse(&w, &sentinel_incidents, NULL,
		              incident(&w, arena_printf(w.arena, ",'relatedEntities':[%s]",
		                                        cases[i].entities))),
		        0);
		for (size_t k = 0; k < w.out.n_findings; k++) {
			const char *raw = w.out.findings[k].resource.raw;

			if (strcasecmp(raw, WORKSPACE) == 0)
				raw = "workspace";
			else if (strcasecmp(raw, VM) == 0)
				raw = "vm";
			got = arena_printf(w.arena, "%s%s%s", got, k == 0 ? "" : " ", raw);
		}
		assert_string_equal(got, cases[i].resources);
		world_close(&w);
	}
}

/* What an automation rule sends: the incident is one member of it. */
static void test_sentinel__reads_what_a_trigger_sends(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = one_finding(&w, &sentinel_incidents, NULL,
	                arena_printf(w.arena,
	                             "{'objectSchemaType':'Incident','objectEventType':"
	                             "'Create','object':%s}",
	                             incident(&w, "")));
	assert_string_equal(f->native_id, lower(&w, INCIDENT));
	world_close(&w);
}

static void test_sentinel__bad_records(void **state)
{
	static const struct {
		const char *record, *says;
	} cases[] = {
	        {"{'id':'" INCIDENT "','properties':{'status':'New'}}", "title is missing"},
	        {"{'id':'/odd/providers/Microsoft.SecurityInsights/incidents/x',"
	         "'properties':{'title':'T'}}",
	         "id is no ARM id of an incident"},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_int_equal(parse(&w, &sentinel_incidents, NULL, cases[i].record),
		                 ERR_INVALID);
		assert_string_equal(w.err.text, cases[i].says);
	}
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sentinel__reads_an_incident),
	        cmocka_unit_test(test_sentinel__verdicts),
	        cmocka_unit_test(test_sentinel__rule_is_the_analytics_rule),
	        cmocka_unit_test(test_sentinel__entities_are_the_resources),
	        cmocka_unit_test(test_sentinel__reads_what_a_trigger_sends),
	        cmocka_unit_test(test_sentinel__bad_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
