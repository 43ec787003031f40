/* SPDX-License-Identifier: Apache-2.0 */
/* Lacework's alerts: rules, severities, classes, accounts, and the corpus. */
#include "model/severity.h"

#include "collector/lacework.h"
#include "run_format.h"

#define ALERT(more)                                                                    \
	"{" more "'alertId':4711,'alertName':'Role changed','alertType':'RoleChange'," \
	"'severity':'High','status':'Open','startTime':'2026-01-02T03:00:00.000Z',"    \
	"'endTime':'2026-01-02T04:00:00.000Z','lastUserUpdatedTime':'','alertInfo':{"  \
	"'subject':'S','description':'For account: 012345678901 (shop) : role x'},"    \
	"'derivedFields':{'category':'Policy','sub_category':'Cloud Activity'}}"

static void test_lacework__detects(void **unused)
{
	static const struct {
		const char *record;
		bool yes;
	} rows[] = {
	        {ALERT(""), true},
	        {"{'data':" ALERT("") "}", true},
	        {"{'alertId':1,'alertType':'t','alertName':'n'}", false},
	        {"{'alertId':1,'alertType':'t','alertInfo':{}}", false},
	        {"{'data':[]}", false},
	        {"{}", false},
	        {"[]", false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&lacework, rows[i].record) != rows[i].yes)
			fail_msg("%s", rows[i].record);
}

static void test_lacework__fields(void **unused)
{
	struct run run = run_record(&lacework, ALERT("'policyId':'lacework-global-2',"));
	const struct finding *f = &run.out.findings[0];
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_int_equal(run.out.n_findings, 1);
	run_seal(&run, 0);
	assert_string_equal(f->connector, "lacework");
	assert_string_equal(f->native_id, "4711");
	assert_string_equal(f->rule, "lacework-global-2");
	assert_string_equal(f->title, "Role changed");
	assert_int_equal(f->class, CLASS_THREAT);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 80);
	assert_string_equal(f->resource.id, "arn:aws:iam::012345678901:root");
	assert_string_equal(f->scope, "012345678901");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-02T03:00:00Z");
	assert_string_equal(timestamp_format(f->source_updated_at, text),
	                    "2026-01-02T04:00:00Z");
	run_close(&run);
}

static void test_lacework__variants(void **unused)
{
	static const struct {
		const char *more;
		int sev100;
		enum finding_state state;
		enum finding_class class;
		const char *id;
	} rows[] = {
	        {"'severity':1,", 95, FINDING_OPEN, CLASS_THREAT, NULL},
	        {"'severity':'5',", 0, FINDING_OPEN, CLASS_THREAT, NULL},
	        {"'severity':'Info',", 0, FINDING_OPEN, CLASS_THREAT, NULL},
	        {"'severity':9,", SEV100_UNKNOWN, FINDING_OPEN, CLASS_THREAT, NULL},
	        {"'status':'Closed',", 80, FINDING_RESOLVED, CLASS_THREAT, NULL},
	        {"'status':'Odd',", 80, FINDING_UNKNOWN, CLASS_THREAT, NULL},
	        {"'derivedFields':{'category':'Policy','sub_category':'Compliance'},", 80,
	         FINDING_OPEN, CLASS_MISCONFIGURATION, NULL},
	        {"'derivedFields':{'category':'Platform'},", 80, FINDING_OPEN, CLASS_OTHER,
	         NULL},
	        {"'derivedFields':{},", 80, FINDING_OPEN, CLASS_OTHER, NULL},
	        {"'alertInfo':{'description':'account: 1234 failed'},", 80, FINDING_OPEN,
	         CLASS_THREAT, "lacework"},
	        {"'alertInfo':{'subject':'account: 210987654321 x'},", 80, FINDING_OPEN,
	         CLASS_THREAT, "arn:aws:iam::210987654321:root"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(4096);
		struct run run = run_record(
		        &lacework, ARENA_JOIN(a, "{", rows[i].more, &ALERT("")[1]));
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		if (f->sev100 != rows[i].sev100 || f->state != rows[i].state ||
		    f->class != rows[i].class ||
		    (rows[i].id != NULL && strcmp(f->resource.id, rows[i].id) != 0))
			fail_msg("%s: %d, %s, %s, %s", rows[i].more, f->sev100,
			         finding_state_name(f->state), finding_class_name(f->class),
			         f->resource.id);
		run_close(&run);
	}
}

static void test_lacework__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const char *record, *text;
	} rows[] = {
	        {"{'alertType':'t'}", "alertId"},
	        {"{'alertId':1}", "alertType"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&lacework, rows[i].record);

		assert_int_equal(run.rc, ERR_INVALID);
		assert_non_null(strstr(run.err.text, rows[i].text));
		run_close(&run);
	}
}

static void test_lacework__corpus(void **unused)
{
	static const char *const names[] = {"lacework/event_01.json",
	                                    "lacework/test_security_group_change.json"};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		struct run run = run_open();

		assert_int_equal(run_corpus(&run, &lacework, names[i]), 1);
		assert_int_equal(run.out.n_findings, 1);
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_lacework__detects),
	        cmocka_unit_test(test_lacework__fields),
	        cmocka_unit_test(test_lacework__variants),
	        cmocka_unit_test(test_lacework__refuses_what_is_incomplete),
	        cmocka_unit_test(test_lacework__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
