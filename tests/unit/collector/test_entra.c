/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users of Microsoft Entra ID: risk and its states, second factors and who lacks them.
 */
#include "azure_world.h"

#define USER "DDDDDDDD-0000-4000-8000-000000000004"
#define LOW  "dddddddd-0000-4000-8000-000000000004"

static const struct finding *risk_of(struct world *w, const char *more)
{
	return one_finding(w, &entra_risky_users, NULL,
	                   arena_printf(w->arena,
	                                "{'id':'" USER "','userPrincipalName':"
	                                "'ada@example.com','isProcessing':false,"
	                                "'riskLastUpdatedDateTime':'2026-01-03T00:00:00Z'"
	                                "%s}",
	                                more));
}

static void test_entra__user_at_risk(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = risk_of(&w, ",'riskLevel':'medium','riskState':'atRisk','riskDetail':"
	                "'userPerformedSecuredPasswordChange','isDeleted':false");
	assert_string_equal(f->connector, "azure_entra");
	assert_string_equal(f->native_id, "risk|" LOW);
	assert_string_equal(f->rule, "user-at-risk");
	assert_string_equal(f->scope, "entra/risk");
	assert_string_equal(f->resource.type, "microsoft.graph/directoryobjects");
	assert_string_equal(f->resource.raw, LOW);
	assert_string_equal(f->resource.name, "ada@example.com");
	assert_string_equal(f->description,
	                    "Last word on it: userPerformedSecuredPasswordChange.");
	assert_int_equal(f->class, CLASS_IDENTITY);
	assert_int_equal(f->source_updated_at, INT64_C(1767398400) * USEC_PER_SEC);
	world_close(&w);
}

static void test_entra__risk_states(void **state)
{
	static const struct {
		const char *risk_state, *level, *more, *status_raw;
		enum finding_state state;
		int sev100;
	} cases[] = {
	        {"atRisk", "low", "", "atRisk", FINDING_OPEN, 25},
	        {"atRisk", "hidden", "", "atRisk", FINDING_OPEN, SEV100_UNKNOWN},
	        {"atRisk", "high", ",'isDeleted':true", "atRisk/deleted", FINDING_RESOLVED,
	         80},
	        {"confirmedCompromised", "none", "", "confirmedCompromised", FINDING_OPEN,
	         80},
	        {"confirmedCompromised", "high", "", "confirmedCompromised", FINDING_OPEN,
	         80},
	        {"remediated", "none", "", "remediated", FINDING_RESOLVED, 0},
	        {"confirmedSafe", "low", "", "confirmedSafe", FINDING_RESOLVED, 25},
	        {"dismissed", "high", "", "dismissed", FINDING_SUPPRESSED, 80},
	        {"none", "low", "", "none", FINDING_RESOLVED, 25},
	        {"unknownFutureValue", "low", "", "unknownFutureValue", FINDING_OPEN, 25},
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct finding *f;

		world_open(&w);
		f = risk_of(&w,
		            arena_printf(w.arena, ",'riskState':'%s','riskLevel':'%s'%s",
		                         cases[i].risk_state, cases[i].level,
		                         cases[i].more));
		if (f->state != cases[i].state || f->sev100 != cases[i].sev100 ||
		    strcmp(f->status_raw, cases[i].status_raw) != 0)
			fail_msg("%s %s: %d, %d, \"%s\"", cases[i].risk_state,
			         cases[i].level, (int)f->state, f->sev100, f->status_raw);
		world_close(&w);
	}
}

static void test_entra__second_factors(void **state)
{
	static const struct {
		const char *more, *rule;
		enum finding_state state;
		int sev100;
	} cases[] = {
	        {"'isMfaCapable':false,'isMfaRegistered':false,'userType':'member'",
	         "user-without-mfa", FINDING_OPEN, 55},
	        {"'isMfaCapable':false,'isMfaRegistered':true,'isAdmin':true,"
	         "'userType':'member'",
	         "admin-without-mfa", FINDING_OPEN, 80},
	        {"'isMfaCapable':false,'isMfaRegistered':false,'isAdmin':false,"
	         "'userType':'guest'",
	         "user-without-mfa", FINDING_OPEN, 25},
	        {"'isMfaCapable':true,'isMfaRegistered':true,'isAdmin':true",
	         "admin-without-mfa", FINDING_PASSING, 80},
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct finding *f;

		world_open(&w);
		f = one_finding(&w, &entra_mfa, "{'value':[]}",
		                arena_printf(w.arena,
		                             "{'id':'" USER "','userPrincipalName':'ada',"
		                             "'methodsRegistered':[],'lastUpdatedDateTime':"
		                             "'2026-01-03T00:00:00Z',%s}",
		                             cases[i].more));
		assert_string_equal(f->native_id, "mfa|" LOW);
		assert_string_equal(f->scope, "entra/mfa");
		assert_string_equal(f->rule, cases[i].rule);
		assert_int_equal(f->class, CLASS_IDENTITY);
		assert_int_equal(f->state, cases[i].state);
		assert_int_equal(f->sev100, cases[i].sev100);
		world_close(&w);
	}
}

static void test_entra__bad_records(void **state)
{
	static const struct {
		const struct format *format;
		const char *record, *says;
	} cases[] = {
	        {&entra_mfa,
	         "{'id':'x','userPrincipalName':'a','isMfaRegistered':true,"
	         "'isMfaCapable':'yes'}",
	         "isMfaCapable is missing or no boolean"},
	        {&entra_mfa,
	         "{'userPrincipalName':'a','isMfaRegistered':true,'isMfaCapable':true}",
	         "id is missing"},
	        {&entra_risky_users,
	         "{'userPrincipalName':'a','riskState':'atRisk','riskLevel':'low',"
	         "'riskLastUpdatedDateTime':''}",
	         "id is missing"},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		assert_int_equal(parse(&w, cases[i].format, NULL, cases[i].record),
		                 ERR_INVALID);
		assert_string_equal(w.err.text, cases[i].says);
	}
	/* A detection has the user's id elsewhere: it is another kind of record. */
	assert_false(entra_risky_users.detect(
	        (struct json_view){0},
	        view_of(&w, 1,
	                "{'id':'x','userId':'u','userPrincipalName':'a','riskState':"
	                "'atRisk','riskLevel':'low','riskEventType':'leaked',"
	                "'riskLastUpdatedDateTime':''}")));
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_entra__user_at_risk),
	        cmocka_unit_test(test_entra__risk_states),
	        cmocka_unit_test(test_entra__second_factors),
	        cmocka_unit_test(test_entra__bad_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
