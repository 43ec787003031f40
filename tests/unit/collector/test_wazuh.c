/* SPDX-License-Identifier: Apache-2.0 */
/* Wazuh: alerts of three kinds, states, and that an alert and a state are one finding. */
#include "model/severity.h"

#include "collector/wazuh.h"
#include "run_format.h"

#define AGENT "'agent':{'id':'001','name':'Web.example.com'}"
#define ALERT(more)                                                                  \
	"{" more "'timestamp':'2026-01-02T03:04:05.000+0000','rule':{'level':10,"    \
	"'description':'R','id':'5712','groups':['sshd'],'pci_dss':['11.4']}," AGENT \
	",'manager':{'name':'m'},'id':'1767323045.1','full_log':'L',"                \
	"'data':{},'location':'l'}"
#define FLAW_DATA(status)                                                        \
	"'data':{'vulnerability':{'cve':'CVE-2026-0001','title':'T','severity':" \
	"'High','status':'" status "','package':{'name':'openssl','version':"    \
	"'1.1'},'cvss':{'cvss3':{'base_score':'7.5'}},"                          \
	"'reference':'https://example.com/a'}},"
#define STATE(agent, more)                                                  \
	"{" agent "," more "'package':{'name':'openssl','version':'1.1'},"  \
	"'vulnerability':{'id':'CVE-2026-0001','severity':'High','score':{" \
	"'base':7.5,'version':'3.1'},'detected_at':'2026-01-01T00:00:00Z'," \
	"'description':'T','reference':'https://example.com/a, https://b'}}"
#define CHECK(result)                                                       \
	"'data':{'sca':{'type':'check','policy':'CIS','check':{'id':19001," \
	"'title':'C','rationale':'W','remediation':'M','result':'" result   \
	"','compliance':{'cis':'1.1.1'}}}},"

static void test_wazuh__detects(void **unused)
{
	static const struct {
		const char *record;
		bool yes;
	} rows[] = {
	        {ALERT(""), true},
	        {"{'_index':'wazuh-alerts','_id':'h','_source':" ALERT("") "}", true},
	        {STATE(AGENT, ""), true},
	        {STATE("'wazuh':{'agent':{'id':'001','name':'n'}}", ""), true},
	        {"{'rule':{'id':'r','name':'n'}," AGENT "}", false},
	        {"{'rule':{'level':1,'id':'r','groups':[]}}", false},
	        {"{'vulnerability':{'id':'CVE-1'},'package':{'name':'p'}}", false},
	        {"{}", false},
	        {"[]", false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&wazuh, rows[i].record) != rows[i].yes)
			fail_msg("%s", rows[i].record);
}

static void test_wazuh__vulnerabilities_are_one_finding(void **unused)
{
	static const struct {
		const char *record;
		enum finding_state state;
		bool dated;
	} rows[] = {
	        {ALERT(FLAW_DATA("Active")), FINDING_OPEN, false},
	        {ALERT(FLAW_DATA("Solved")), FINDING_RESOLVED, false},
	        {ALERT(FLAW_DATA("Odd")), FINDING_UNKNOWN, false},
	        {STATE(AGENT, ""), FINDING_OPEN, true},
	        {"{'_id':'x','_source':" STATE(AGENT, "") "}", FINDING_OPEN, true},
	        {STATE("'wazuh':{'agent':{'id':'7','name':'web.example.com'}}", ""),
	         FINDING_OPEN, true},
	};
	struct key key = {0};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&wazuh, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		assert_string_equal(f->connector, "wazuh");
		assert_string_equal(f->native_id,
		                    "web.example.com|CVE-2026-0001|openssl|1.1");
		assert_string_equal(f->resource.id, "web.example.com");
		assert_string_equal(f->rule, "CVE-2026-0001");
		assert_string_equal(f->title, "CVE-2026-0001 in openssl");
		assert_int_equal(f->class, CLASS_VULNERABILITY);
		assert_int_equal(f->sev100, 75);
		assert_int_equal(f->state, rows[i].state);
		assert_int_equal(f->first_seen != TIMESTAMP_NONE, rows[i].dated);
		if (i > 0)
			assert_int_equal(key_cmp(&key, &f->key), 0);
		key = f->key;
		run_close(&run);
	}
}

static void test_wazuh__checks(void **unused)
{
	static const struct {
		const char *record;
		enum finding_state state;
	} rows[] = {
	        {ALERT(CHECK("failed")), FINDING_OPEN},
	        {ALERT(CHECK("passed")), FINDING_PASSING},
	        {ALERT(CHECK("not applicable")), FINDING_NOT_APPLICABLE},
	        {ALERT(CHECK("odd")), FINDING_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&wazuh, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		assert_string_equal(f->rule, "sca/19001");
		assert_string_equal(f->native_id, "web.example.com|sca|19001");
		assert_string_equal(f->remediation, "M");
		assert_int_equal(f->class, CLASS_MISCONFIGURATION);
		assert_int_equal(f->state, rows[i].state);
		assert_int_equal(f->sev100, SEV100_UNKNOWN);
		assert_int_equal(f->n_controls, 1);
		assert_string_equal(f->controls[0].framework, "cis");
		assert_string_equal(f->controls[0].requirement, "1.1.1");
		run_close(&run);
	}
}

static void test_wazuh__alerts(void **unused)
{
	static const struct {
		const char *record, *native_id;
		int sev100;
	} rows[] = {
	        {ALERT(""), "web.example.com|1767323045.1", 55},
	        {ALERT("'rule':{'level':15,'id':5712,'groups':[],'pci_dss':['11.4']},"),
	         "web.example.com|1767323045.1", 95},
	        {ALERT("'rule':{'level':12,'id':5712,'groups':[],'pci_dss':['11.4']},"),
	         "web.example.com|1767323045.1", 80},
	        {ALERT("'rule':{'level':3,'id':5712,'groups':[],'pci_dss':['11.4']},"),
	         "web.example.com|1767323045.1", 25},
	        {ALERT("'rule':{'level':99,'id':5712,'groups':[],'pci_dss':['11.4']},"),
	         "web.example.com|1767323045.1", SEV100_UNKNOWN},
	};
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&wazuh, rows[i].record);
		const struct finding *f = &run.out.findings[0];

		assert_int_equal(run.out.n_findings, 1);
		run_seal(&run, 0);
		assert_string_equal(f->native_id, rows[i].native_id);
		assert_string_equal(f->rule, "5712");
		assert_string_equal(f->description, "");
		assert_int_equal(f->class, CLASS_THREAT);
		assert_int_equal(f->sev100, rows[i].sev100);
		assert_int_equal(f->n_controls, 1);
		assert_string_equal(f->controls[0].framework, "PCI DSS");
		assert_string_equal(timestamp_format(f->first_seen, text),
		                    "2026-01-02T03:04:05Z");
		run_close(&run);
	}
}

static void test_wazuh__refuses_or_skips(void **unused)
{
	static const struct {
		const char *record, *text; /* NULL: nothing is made of it */
	} rows[] = {
	        {ALERT("'agent':{'id':'1'},"), "agent"},
	        {ALERT("'id':'',"), "id"},
	        {ALERT("'data':{'vulnerability':{}},"), "vulnerability"},
	        {ALERT("'data':{'sca':{'type':'check','check':{}}},"), "check"},
	        {ALERT("'data':{'sca':{'type':'summary','score':'40'}},"), NULL},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&wazuh, rows[i].record);

		if (rows[i].text == NULL
		            ? run.rc != 0 || run.out.n_findings != 0
		            : run.rc != ERR_INVALID || !strstr(run.err.text, rows[i].text))
			fail_msg("%s: %s", rows[i].record, run.rc ? run.err.text : "taken");
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_wazuh__detects),
	        cmocka_unit_test(test_wazuh__vulnerabilities_are_one_finding),
	        cmocka_unit_test(test_wazuh__checks),
	        cmocka_unit_test(test_wazuh__alerts),
	        cmocka_unit_test(test_wazuh__refuses_or_skips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
