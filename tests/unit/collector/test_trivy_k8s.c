/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trivy's reports on clusters and the operator's resources: assets, identities that
 * are those of reports on images, elements that cannot be read, and the corpus.
 */
#include "collector/trivy.h"
#include "said.h"

#define VULN "{'VulnerabilityID':'CVE-2026-0001','PkgName':'ssl','InstalledVersion':'1.1'}"
#define OS(image)                                                                        \
	"{'Target':'" image " (debian 12.1)','Class':'os-pkgs','Vulnerabilities':[" VULN \
	"]}"
#define CHECK "{'ID':'KSV014','Title':'T','Message':'M','Severity':'LOW','Status':'FAIL'}"
#define CONFIG \
	"{'Target':'Deployment/web','Class':'config','Misconfigurations':[" CHECK "]}"
#define WEB(results) \
	"{'Namespace':'shop','Kind':'Deployment','Name':'web','Results':[" results "]}"
#define CLUSTER(list, resources) "{'ClusterName':'c1','" list "':[" resources "]}"
#define CRD(kind, more)                                                              \
	"{'apiVersion':'aquasecurity.github.io/v1alpha1','kind':'" kind              \
	"','metadata':{'namespace':'shop','labels':{'trivy-operator.resource.kind':" \
	"'ReplicaSet','trivy-operator.resource.name':'web-7d4b9c6f85',"              \
	"'trivy-operator.resource.namespace':'shop'}},'report':{'updateTimestamp':"  \
	"'2026-01-02T03:04:05Z','registry':{'server':'example.com'},'artifact':"     \
	"{'repository':'shop/web','tag':'1'}," more "}}"
#define VULNS(more)                                  \
	CRD("VulnerabilityReport",                   \
	    "'vulnerabilities':[{'vulnerabilityID':" \
	    "'CVE-2026-0001','resource':'ssl','installedVersion':'1.1'" more "}]")
#define CHECKS(check) CRD("ConfigAuditReport", "'checks':[{" check "}]")

static struct run run_ok(const struct format *format, const char *text)
{
	struct run run = run_record(format, text);

	if (run.rc != 0)
		fail_msg("%s: %s", text, run.err.text);
	run_seal(&run, 0);
	return run;
}

static const struct finding *only(const struct run *run, const char *name)
{
	if (run->out.n_findings != 1 || run->out.n_problems != 0)
		fail_msg("%s: %zu findings, %zu problems", name, run->out.n_findings,
		         run->out.n_problems);
	return &run->out.findings[0];
}

static void test_trivy_k8s__detects_reports(void **unused)
{
	static const struct {
		const char *record;
		bool cluster, operator;
	} rows[] = {
	        {CLUSTER("Resources", ""), true, false},
	        {CLUSTER("Vulnerabilities", WEB("")), true, false},
	        {CLUSTER("Findings", WEB("")), true, false},
	        {"{'ClusterName':''}", true, false},
	        {"{'SchemaVersion':2,'ClusterName':'c'}", true, false},
	        {"{'ClusterName':'c','Resources':{}}", false, false},
	        {"{'ClusterName':'c','message':'no'}", false, false},
	        {"{'Resources':[]}", false, false},
	        {WEB(OS("a")), false, false},
	        {VULNS(""), false, true},
	        {CRD("ClusterComplianceReport", "'x':1"), false, false},
	        {"{'apiVersion':'v1','kind':'VulnerabilityReport','report':{}}", false,
	         false},
	        {"{'apiVersion':'aquasecurity.github.io/v1alpha1','kind':"
	         "'VulnerabilityReport'}",
	         false, false},
	        {"{'SchemaVersion':2,'Results':[]}", false, false},
	        {"[]", false, false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&trivy_k8s, rows[i].record) != rows[i].cluster ||
		    run_detects(&trivy_operator, rows[i].record) != rows[i].operator)
			fail_msg("%s", rows[i].record);
}

/* A consolidated report is cut at Findings: its resources are records of their own. */
static void test_trivy_k8s__reads_resources_of_a_consolidated_report(void **unused)
{
	struct run envelope = run_open(), run = run_open();
	struct parse_input in = {.ordinal = 0};

	(void)unused;
	run_load_fixture(&envelope, CLUSTER("Findings", ""));
	run_load_fixture(&run, WEB(CONFIG));
	in.envelope = envelope.record;
	in.record = run.record;
	assert_true(trivy_k8s.detect(in.envelope, in.record));
	assert_false(trivy.detect(in.envelope, in.record));
	assert_int_equal(trivy_k8s.parse(&in, &run.out, &run.err), 0);
	run_seal(&run, 0);
	assert_string_equal(only(&run, "resource")->resource.id,
	                    "kubernetes/c1/shop/deployment/web");
	run_close(&envelope);
	run_close(&run);
}

static void test_trivy_k8s__assets(void **unused)
{
	static const struct {
		const char *report, *id, *type, *native_id;
	} rows[] = {
	        {CLUSTER("Resources", WEB(OS("example.com/shop/web:1"))),
	         "example.com/shop/web", "container.image",
	         "example.com/shop/web||ssl|1.1|CVE-2026-0001"},
	        {CLUSTER("Vulnerabilities", WEB(OS("redis:6"))), "docker.io/library/redis",
	         "container.image", "docker.io/library/redis||ssl|1.1|CVE-2026-0001"},
	        {CLUSTER("Resources", WEB(CONFIG)), "kubernetes/c1/shop/deployment/web",
	         "kubernetes.deployment",
	         "kubernetes/c1/shop/deployment/web||AVD-KSV-0014|"},
	        {CLUSTER("Resources",
	                 "{'Kind':'ClusterRole','Name':'r','Results':[" CONFIG "]}"),
	         "kubernetes/c1/-/clusterrole/r", "kubernetes.clusterrole",
	         "kubernetes/c1/-/clusterrole/r||AVD-KSV-0014|"},
	        {CLUSTER("Resources",
	                 "{'Namespace':'n','Kind':'Job','Name':'j-28123456','Results':"
	                 "[" CONFIG "]}"),
	         "kubernetes/c1/n/cronjob/j", "kubernetes.cronjob",
	         "kubernetes/c1/n/cronjob/j||AVD-KSV-0014|"},
	        {CLUSTER("Resources", WEB("{'Target':'app/go.mod','Class':'lang-pkgs',"
	                                  "'Vulnerabilities':[" VULN "]}")),
	         "kubernetes/c1/shop/deployment/web", "kubernetes.deployment",
	         "kubernetes/c1/shop/deployment/web|app/go.mod|ssl|1.1|CVE-2026-0001"},
	        {CLUSTER("Resources",
	                 "{'Kind':'Pod','Name':'p','Metadata':[{'RepoTags':"
	                 "['example.com/shop/web:1']}],'Results':[{'Target':'app/go.mod',"
	                 "'Class':'lang-pkgs','Vulnerabilities':[" VULN "]}]}"),
	         "example.com/shop/web", "container.image",
	         "example.com/shop/web|app/go.mod|ssl|1.1|CVE-2026-0001"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_ok(&trivy_k8s, rows[i].report);
		const struct finding *f = only(&run, rows[i].report);

		if (strcmp(f->resource.id, rows[i].id) != 0 ||
		    strcmp(f->resource.type, rows[i].type) != 0 ||
		    strcmp(f->native_id, rows[i].native_id) != 0)
			fail_msg("%s: %s, %s, %s", rows[i].report, f->resource.id,
			         f->resource.type, f->native_id);
		assert_string_equal(f->scope, rows[i].id);
		assert_string_equal(f->location, "");
		run_close(&run);
	}
}

static void test_trivy_k8s__results_follow_their_image(void **unused)
{
	struct run run =
	        run_ok(&trivy_k8s,
	               CLUSTER("Resources",
	                       WEB(OS("example.com/a:1") ",{'Target':'x/go.mod',"
	                                                 "'Vulnerabilities':[" VULN
	                                                 "]}," OS("example.com/b:1"))));

	(void)unused;
	assert_int_equal(run.out.n_findings, 3);
	assert_string_equal(run.out.findings[0].resource.id, "example.com/a");
	assert_string_equal(run.out.findings[1].resource.id, "example.com/a");
	assert_string_equal(run.out.findings[2].resource.id, "example.com/b");
	run_close(&run);
}

static void test_trivy_k8s__takes_the_neighbours_of_bad_elements(void **unused)
{
	struct run run = run_ok(
	        &trivy_k8s,
	        CLUSTER("Resources", "{'Kind':7},{'Kind':'Pod','Name':'p'}," WEB(
	                                     CONFIG ",{'Target':'a','Secrets':[{'x':1}]},"
	                                            "{'Target':'a','Vulnerabilities':7}")));

	(void)unused;
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 3);
	run_close(&run);
}

static void test_trivy_operator__vulnerability(void **unused)
{
	static const struct {
		const char *more;
		int sev100;
	} rows[] = {
	        {",'severity':'HIGH'", 80},
	        {",'severity':'HIGH','score':7.5", 75},
	        {",'severity':'CRITICAL','score':4.2", 95},
	        {",'severity':'UNKNOWN','score':4.2", 42},
	        {",'severity':'UNKNOWN'", -1},
	        {",'severity':'LOW','cvss':{'nvd':{'V3Score':9.8,'V3Vector':"
	         "'CVSS:3.1/AV:N'}}",
	         98},
	        {",'target':'example.com/shop/web:1 (debian 12.1)','severity':'LOW'", 25},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run base = run_open();
		char *text = arena_printf(base.arena, VULNS("%s"), rows[i].more);
		struct run run = run_ok(&trivy_operator, text);
		const struct finding *f = only(&run, text);

		assert_string_equal(f->connector, "trivy");
		assert_string_equal(f->resource.id, "example.com/shop/web");
		assert_string_equal(f->native_id,
		                    "example.com/shop/web||ssl|1.1|CVE-2026-0001");
		assert_true(f->last_seen != TIMESTAMP_NONE);
		if (f->sev100 != rows[i].sev100)
			fail_msg("%s: %d", rows[i].more, f->sev100);
		run_close(&run);
		run_close(&base);
	}
}

static void test_trivy_operator__check(void **unused)
{
	static const struct {
		const char *check, *rule;
		enum finding_state state;
	} rows[] = {
	        {"'checkID':'KSV014','success':false", "AVD-KSV-0014", FINDING_OPEN},
	        {"'checkID':'AVD-KSV-0014'", "AVD-KSV-0014", FINDING_OPEN},
	        {"'checkID':'KSV-0014','success':true", "AVD-KSV-0014", FINDING_PASSING},
	        {"'title':'Runs as root','success':false", "Runs as root", FINDING_OPEN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run base = run_open();
		char *text = arena_printf(base.arena,
		                          CHECKS("%s,'description':'D','messages':['M1','"
		                                 "M2'],'severity':'LOW'"),
		                          rows[i].check);
		struct run run = run_ok(&trivy_operator, text);
		const struct finding *f = only(&run, text);

		assert_string_equal(f->resource.id, "kubernetes/-/shop/deployment/web");
		assert_string_equal(f->description, "D\n\nM1\n\nM2");
		assert_int_equal(f->sev100, 25);
		assert_int_equal(f->fidelity, FIDELITY_AUTHORITATIVE);
		if (strcmp(f->rule, rows[i].rule) != 0 || f->state != rows[i].state)
			fail_msg("%s: %s", rows[i].check, f->rule);
		run_close(&run);
		run_close(&base);
	}
}

static void test_trivy_operator__never_keeps_a_secret(void **unused)
{
	struct run run = run_ok(
	        &trivy_operator,
	        CRD("ExposedSecretReport",
	            "'secrets':[{'ruleID':'aws-key','target':'/app/.env','title':'AWS "
	            "key','category':'AWS','severity':'CRITICAL','match':'hunter2'}]"));
	const struct finding *f = only(&run, "secret");

	(void)unused;
	assert_int_equal(f->class, CLASS_SECRET);
	assert_string_equal(f->description, "AWS");
	assert_string_equal(f->location, "/app/.env");
	assert_string_equal(f->native_id, "example.com/shop/web|/app/.env|aws-key|0");
	run_close(&run);
}

static void test_trivy_operator__refuses_what_is_incomplete(void **unused)
{
	static const struct {
		const char *record, *text;
		size_t problems;
	} rows[] = {
	        {CHECKS("'success':false"), "", 1},
	        {CHECKS("'checkID':'a','success':'no'"), "", 1},
	        {CRD("VulnerabilityReport", "'vulnerabilities':[{},7]"), "", 2},
	        {CRD("VulnerabilityReport", "'vulnerabilities':7"), "vulnerabilities", 0},
	        {CRD("SbomReport", "'components':{}"), "", 0},
	        {"{'apiVersion':'aquasecurity.github.io/v1alpha1','kind':"
	         "'ConfigAuditReport','report':{'checks':[]}}",
	         "resource.kind", 0},
	        {"{'apiVersion':'aquasecurity.github.io/v1alpha1','kind':"
	         "'VulnerabilityReport','report':{'vulnerabilities':[]}}",
	         "repository", 0},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_record(&trivy_operator, rows[i].record);
		const bool refused = run.rc == ERR_INVALID;

		if (refused != (rows[i].text[0] != '\0') ||
		    (refused && !strstr(run.err.text, rows[i].text)) ||
		    run.out.n_problems != rows[i].problems || run.out.n_findings != 0)
			fail_msg("%s: %s, %zu problems", rows[i].record,
			         refused ? run.err.text : "", run.out.n_problems);
		run_close(&run);
	}
}

static void test_trivy_k8s__corpus(void **unused)
{
	static const struct {
		const struct format *format;
		const char *name;
		size_t findings, problems;
		const char *first;
	} rows[] = {
	        {&trivy_k8s, "trivy/kubernetes.json", 20, 0,
	         "gcr.io/google_samples/gb-redis-follower"},
	        {&trivy_k8s, "trivy/k8s-results_unexpected-attribute.json", 1, 1,
	         "docker.io/rancher/local-path-provisioner"},
	        {&trivy_operator, "trivy_operator/configauditreport_many.json", 13, 0,
	         "kubernetes/-/default/deployment/nginx-deployment"},
	        {&trivy_operator, "trivy_operator/vulnerabilityreport_many.json", 41, 0,
	         "docker.io/library/nginx"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();

		run_corpus(&run, rows[i].format, rows[i].name);
		if (run.out.n_findings != rows[i].findings ||
		    run.out.n_problems != rows[i].problems ||
		    strcmp(run.out.findings[0].resource.id, rows[i].first) != 0)
			fail_msg("%s: %zu findings, %zu problems, %s", rows[i].name,
			         run.out.n_findings, run.out.n_problems,
			         run.out.findings[0].resource.id);
		run_close(&run);
	}
}

static void test_trivy_k8s__says_where_a_workload_stands(void **unused)
{
	struct run run = run_record(
	        &trivy_k8s, "{'ClusterName':'shop','Resources':[{'Kind':'Deployment',"
	                    "'Name':'web','Namespace':'front','Results':[]}]}");

	(void)unused;
	assert_string_equal(said_in(&run), "kubernetes/shop/front/deployment/web\n"
	                                   "  contains <- kubernetes/shop\n");
	run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_trivy_k8s__detects_reports),
	        cmocka_unit_test(test_trivy_k8s__reads_resources_of_a_consolidated_report),
	        cmocka_unit_test(test_trivy_k8s__assets),
	        cmocka_unit_test(test_trivy_k8s__results_follow_their_image),
	        cmocka_unit_test(test_trivy_k8s__takes_the_neighbours_of_bad_elements),
	        cmocka_unit_test(test_trivy_operator__vulnerability),
	        cmocka_unit_test(test_trivy_operator__check),
	        cmocka_unit_test(test_trivy_operator__never_keeps_a_secret),
	        cmocka_unit_test(test_trivy_operator__refuses_what_is_incomplete),
	        cmocka_unit_test(test_trivy_k8s__says_where_a_workload_stands),
	        cmocka_unit_test(test_trivy_k8s__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
