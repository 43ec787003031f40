/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF logs: rules, messages, severities, states, places and identities by table,
 * the tools that have formats of their own, and the corpus where it is at hand.
 */
#include "collector/sarif.h"
#include "collector/trivy.h"
#include "run_format.h"

#define LOG(runs) "{'version':'2.1.0','runs':[" runs "]}"
#define RUN(driver, more, results) \
	LOG("{'tool':{'driver':{" driver "}}," more "'results':[" results "]}")
#define LINT(results) RUN("'name':'Lint'", "", results)
#define RULE          "{'id':'R1','shortDescription':{'text':'Short'}}"
#define AT(uri)       "'locations':[{'physicalLocation':{'artifactLocation':{'uri':'" uri "'}}}]"
#define PLAIN         "'ruleId':'R1','message':{'text':'m'}"
#define HASH          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define REPO(uri)     "'versionControlProvenance':[{'repositoryUri':'" uri "'}],"

static struct run run_log(const char *text)
{
	struct run run = run_record(&sarif, text);

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

static void test_sarif__detects_logs(void **unused)
{
	static const struct {
		const char *record;
		bool yes, secrets;
	} rows[] = {
	        {LOG(""), true, false},
	        {LINT("{" PLAIN "}"), true, false},
	        {"{'$schema':'https://json.schemastore.org/sarif-2.1.0.json',"
	         "'version':'2.1.0'}",
	         true, false},
	        {"{'$schema':'https://example.com/sarif-schema.json','runs':[]}", true,
	         false},
	        {RUN("'name':'gitleaks'", "", ""), false, true},
	        {RUN("'name':'X','rules':[{'id':'a','properties':{'tags':['secrets']}}]",
	             "", ""),
	         false, true},
	        {RUN("'name':'Trivy','rules':[{'id':'aws-key','name':'Secret'}]", "", ""),
	         false, true},
	        {LINT("{'ruleId':'generic-secret'}"), false, true},
	        {RUN("'name':'tfsec'", "", "{'ruleId':'aws-secret-rotation'}"), true,
	         false},
	        {RUN("'name':'checkov'", "", "{'ruleId':'CKV_SECRET_6'}"), false, true},
	        {"{'version':'2.1.0'}", false, false},
	        {"{'version':'2.1.0','runs':{}}", false, false},
	        {"{'version':'1.0.0','runs':[]}", false, false},
	        {"{'runs':[]}", false, false},
	        {"{'SchemaVersion':2,'Results':[]}", false, false},
	        {"{'detail':'not found'}", false, false},
	        {"[]", false, false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (run_detects(&sarif, rows[i].record) != rows[i].yes ||
		    run_detects(&sarif_secrets, rows[i].record) != rows[i].secrets)
			fail_msg("%s", rows[i].record);
}

static void test_sarif__what_says_nothing(void **unused)
{
	static const char *const rows[] = {
	        LOG(""),
	        "{'$schema':'https://example.com/sarif.json','version':'2.1.0'}",
	        LINT(""),
	        LOG("{'tool':{'driver':{'name':'Lint'}},'results':null}"),
	        LOG("{'tool':{'driver':{'name':'Lint'}}}"),
	        LINT("{" PLAIN ",'kind':'informational'}"),
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_log(rows[i]);

		if (run.out.n_findings + run.out.n_problems != 0)
			fail_msg("%s", rows[i]);
		run_close(&run);
	}
}

static void test_sarif__result(void **unused)
{
	struct run run = run_log(
	        RUN("'name':'Semgrep OSS','rules':[{'id':'R1','shortDescription':"
	            "{'text':'Short'},'fullDescription':{'text':'Full'},'help':{'text':"
	            "'Do this'},'helpUri':'https://example.com/R1','properties':"
	            "{'security-severity':'7.5'}}]",
	            REPO("https://git.example.com/shop/web.git") "'invocations':"
	                                                         "[{'endTimeUtc':'2026-01-"
	                                                         "02T03:04:05Z'}],",
	            "{'ruleId':'R1','ruleIndex':0,'level':'error','message':{'text':'m'},"
	            "'provenance':{'firstDetectionTimeUtc':'2026-01-01T00:00:00Z'},"
	            "'fingerprints':{'b/v1':'two','a/v1':'one'}," AT("src/a.c") "}"));
	const struct finding *f = only(&run, "result");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "sarif");
	assert_string_equal(f->engine, "semgrep");
	assert_string_equal(f->rule, "R1");
	assert_int_equal(f->class, CLASS_OTHER);
	assert_int_equal(f->state, FINDING_OPEN);
	assert_string_equal(f->title, "Short");
	assert_string_equal(f->description, "m\n\nFull");
	assert_string_equal(f->remediation, "Do this");
	assert_string_equal(f->remediation_url, "https://example.com/R1");
	assert_int_equal(f->sev100, 75);
	assert_string_equal(f->severity_raw, "7.5");
	assert_string_equal(f->resource.id, "https://git.example.com/shop/web");
	assert_string_equal(f->resource.type, "repository");
	assert_string_equal(f->scope, "https://git.example.com/shop/web");
	assert_string_equal(f->location, "src/a.c");
	assert_string_equal(f->native_id, "semgrep|R1|one");
	assert_string_equal(timestamp_format(f->last_seen, text), "2026-01-02T03:04:05Z");
	assert_string_equal(timestamp_format(f->first_seen, text), "2026-01-01T00:00:00Z");
	run_close(&run);
}

#define TWO_RULES "'name':'X','rules':[{'id':'A','name':'a'},{'id':'B/c','name':'bc'}]"

static void test_sarif__rules(void **unused)
{
	static const struct {
		const char *log, *rule, *title;
	} rows[] = {
	        {RUN(TWO_RULES, "", "{'ruleIndex':1}"), "B/c", "bc"},
	        {RUN(TWO_RULES, "", "{'ruleId':'B/c'}"), "B/c", "bc"},
	        {RUN(TWO_RULES, "", "{'rule':{'id':'A'}}"), "A", "a"},
	        {RUN(TWO_RULES, "", "{'rule':{'index':1}}"), "B/c", "bc"},
	        {RUN(TWO_RULES, "", "{'ruleId':'A/1'}"), "A", "a"},
	        {RUN(TWO_RULES, "", "{'ruleId':'A/1','ruleIndex':0}"), "A", "a"},
	        {RUN(TWO_RULES, "", "{'ruleId':'B/c','ruleIndex':0}"), "B/c", "bc"},
	        {RUN(TWO_RULES, "", "{'ruleId':'A','ruleIndex':99}"), "A", "a"},
	        {RUN(TWO_RULES, "", "{'ruleId':'B'}"), "B", "B"},
	        {RUN(TWO_RULES, "", "{'ruleId':'CA10/1'}"), "CA10", "CA10"},
	        {RUN(TWO_RULES, "", "{'ruleId':'js/xss'}"), "js/xss", "js/xss"},
	        {LOG("{'tool':{'driver':{'name':'X','rules':[{'id':'A'}]},'extensions':"
	             "[{'name':'e'},{'name':'p','rules':[{'id':'E','name':'ext'}]}]},"
	             "'results':[{'rule':{'index':0,'toolComponent':{'index':1}}}]}"),
	         "E", "ext"},
	        {LOG("{'tool':{'driver':{'name':'X','rules':{'a':{},'b':{}}},'extensions':"
	             "{'a':{'rules':{'b':1,'c':2}}}},'results':[{'ruleId':'E'}]}"),
	         "E", "E"},
	        {LOG("{'tool':{'driver':{'name':'X'},'extensions':[{'rules':"
	             "[{'id':'E','name':'ext'}]}]},'results':[{'ruleId':'E'}]}"),
	         "E", "ext"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_log(rows[i].log);
		const struct finding *f = only(&run, rows[i].log);

		if (strcmp(f->rule, rows[i].rule) != 0 ||
		    strcmp(f->title, rows[i].title) != 0)
			fail_msg("%s: %s, %s", rows[i].log, f->rule, f->title);
		run_close(&run);
	}
}

#define STRINGS                                                                          \
	"'name':'X','globalMessageStrings':{'g':{'text':'global {0}'}},'rules':[{'id':'" \
	"A','messageStrings':{'d':{'text':'{0} of {1}, {{0}}'}}}]"

static void test_sarif__messages(void **unused)
{
	static const struct {
		const char *message, *text;
	} rows[] = {
	        {"{'text':'plain {0}'}", "plain {0}"},
	        {"{'markdown':'*m*'}", "*m*"},
	        {"{'text':'a {0}','arguments':['b']}", "a b"},
	        {"{'id':'d','arguments':['x','y']}", "x of y, {0}"},
	        {"{'id':'d','arguments':['x']}", "x of , {0}"},
	        {"{'id':'g','arguments':['x']}", "global x"},
	        {"{'id':'/d'}", ""},
	        {"{'id':'none','arguments':['x']}", ""},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		char *log = arena_printf(
		        run.arena,
		        RUN(STRINGS, "", "{'ruleId':'A','ruleIndex':0,'message':%s}"),
		        rows[i].message);
		struct run one = run_log(log);

		if (strcmp(only(&one, log)->description, rows[i].text) != 0)
			fail_msg("%s: %s", log, one.out.findings[0].description);
		run_close(&one);
		run_close(&run);
	}
}

#define RATED(rule, result) \
	RUN("'name':'X','rules':[{'id':'A'," rule "}]", "", "{'ruleId':'A'" result "}")
#define LEVEL(level) "'defaultConfiguration':{'level':'" level "'}"

static void test_sarif__severity(void **unused)
{
	static const struct {
		const char *log;
		int sev100;
		const char *raw;
	} rows[] = {
	        {RATED(LEVEL("note"), ""), 25, "note"},
	        {RATED(LEVEL("note"), ",'level':'error'"), 80, "error"},
	        {RATED("'name':'n'", ""), 55, "warning"},
	        {RATED("'name':'n'", ",'level':'none'"), 0, "none"},
	        {RATED(LEVEL("error"), ",'level':'none','kind':'review'"), 80, "error"},
	        {RATED("'properties':{'security-severity':'9.8'}", ",'level':'note'"), 98,
	         "9.8"},
	        {RATED("'properties':{'security-severity':9.8}", ""), 98, ""},
	        {RATED("'properties':{'security-severity':'9.8'}",
	               ",'properties':{'security-severity':'4.0'}"),
	         40, "4.0"},
	        {RATED("'properties':{'security-severity':'0.0'}", ",'level':'note'"), -1,
	         "0.0"},
	        {RATED("'properties':{'security-severity':'98'}", ",'level':'note'"), 25,
	         "note"},
	        {RATED("'properties':{'security-severity':'high'}", ",'level':'error'"), 80,
	         "error"},
	        {RATED("'name':'n'", ",'level':'odd'"), -1, "odd"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_log(rows[i].log);
		const struct finding *f = only(&run, rows[i].log);

		if (f->sev100 != rows[i].sev100 ||
		    strcmp(f->severity_raw, rows[i].raw) != 0)
			fail_msg("%s: %d, %s", rows[i].log, f->sev100, f->severity_raw);
		run_close(&run);
	}
}

#define MUTED(suppressions) LINT("{" PLAIN ",'suppressions':[" suppressions "]}")

static void test_sarif__states(void **unused)
{
	static const struct {
		const char *log;
		enum finding_state state;
		const char *raw;
	} rows[] = {
	        {LINT("{" PLAIN "}"), FINDING_OPEN, ""},
	        {LINT("{" PLAIN ",'kind':'fail'}"), FINDING_OPEN, "fail"},
	        {LINT("{" PLAIN ",'kind':'open'}"), FINDING_UNKNOWN, "open"},
	        {LINT("{" PLAIN ",'kind':'review'}"), FINDING_UNKNOWN, "review"},
	        {LINT("{" PLAIN ",'kind':'pass'}"), FINDING_PASSING, "pass"},
	        {LINT("{" PLAIN ",'kind':'notApplicable'}"), FINDING_NOT_APPLICABLE,
	         "notApplicable"},
	        {LINT("{" PLAIN ",'baselineState':'new'}"), FINDING_OPEN, "new"},
	        {LINT("{" PLAIN ",'baselineState':'absent'}"), FINDING_RESOLVED, "absent"},
	        {MUTED(""), FINDING_OPEN, ""},
	        {MUTED("{'kind':'inSource'}"), FINDING_SUPPRESSED, "suppressed"},
	        {MUTED("{'kind':'external','status':'accepted','justification':'j'}"),
	         FINDING_SUPPRESSED, "suppressed: j"},
	        {MUTED("{'kind':'external','status':'underReview'}"), FINDING_OPEN, ""},
	        {MUTED("{'kind':'external','status':'rejected'}"), FINDING_OPEN, ""},
	        {MUTED("{'status':'rejected'},{'status':'accepted'}"), FINDING_SUPPRESSED,
	         "suppressed"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_log(rows[i].log);
		const struct finding *f = only(&run, rows[i].log);

		if (f->state != rows[i].state || strcmp(f->status_raw, rows[i].raw) != 0)
			fail_msg("%s: %s, %s", rows[i].log, finding_state_name(f->state),
			         f->status_raw);
		run_close(&run);
	}
}

#define BASES                                                                          \
	"'originalUriBaseIds':{'SRC':{'uri':' src/ ','uriBaseId':'TOP'},'TOP':{'uri':" \
	"'file:///srv/shop/'}},"
#define IN(base, uri)                                                                  \
	"{" PLAIN ",'locations':[{'physicalLocation':{'artifactLocation':{'uri':'" uri \
	"','uriBaseId':'" base "'}}}]}"

static void test_sarif__places(void **unused)
{
	static const struct {
		const char *log, *id, *location;
	} rows[] = {
	        {LINT("{" PLAIN "}"), "sarif:lint", ""},
	        {RUN("'name':'Lint'", "'automationDetails':{'id':'nightly/2026-01-02'},",
	             "{" PLAIN "," AT("./a.c") "}"),
	         "sarif:lint:nightly", "a.c"},
	        {RUN("'name':'Lint'", "'automationDetails':{'id':'run7'},", "{" PLAIN "}"),
	         "sarif:lint", ""},
	        {RUN("'name':'Lint'", BASES, IN("SRC", "a.c")), "sarif:lint:/srv/shop",
	         "src/a.c"},
	        {RUN("'name':'Lint'", BASES, IN("TOP", "a.c")), "sarif:lint:/srv/shop",
	         "a.c"},
	        {RUN("'name':'Lint'", BASES,
	             "{" PLAIN "," AT("file:///srv/shop/b/a.c") "}"),
	         "sarif:lint:/srv/shop", "b/a.c"},
	        {RUN("'name':'Lint'", "'originalUriBaseIds':{'ROOT':{'uri':'file:///'}},",
	             "{" PLAIN "," AT("file:///x/a.c") "}"),
	         "sarif:lint", "/x/a.c"},
	        {RUN("'name':'Lint'",
	             "'invocations':[{'workingDirectory':{'uri':'file:///home/u/"
	             "web'}}]," REPO("https://user:pw@Git.Example.com/a/b"),
	             "{" PLAIN "," AT("file:///home/u/web/a.sh") "}"),
	         "https://git.example.com/a/b", "a.sh"},
	        {RUN("'name':'Lint'", "'artifacts':[{},{'location':{'uri':'c.c'}}],",
	             "{" PLAIN ",'locations':[{'physicalLocation':{'artifactLocation':"
	             "{'index':1}}}]}"),
	         "sarif:lint", "c.c"},
	        {LINT("{" PLAIN ",'locations':[{'logicalLocations':[{'fullyQualifiedName':"
	              "'a::b'}]}]}"),
	         "sarif:lint", "a::b"},
	        {RUN("'name':'Lint'", "'logicalLocations':[{'name':'main'}],",
	             "{" PLAIN ",'locations':[{'logicalLocations':[{'index':0}]}]}"),
	         "sarif:lint", "main"},
	        {RUN("'name':'Lint'", "'properties':{'imageName':'example.com/a/b:1'},",
	             "{" PLAIN "," AT("etc/x") "}"),
	         "example.com/a/b", "etc/x"},
	        {RUN("'name':'Dockle'", "", "{" PLAIN "," AT("example.com/a/b:1") "}"),
	         "example.com/a/b", ""},
	        {RUN("'name':'Lint'",
	             "'originalUriBaseIds':{'A':{'uri':'a','uriBaseId':'A'}},",
	             IN("A", "x")),
	         "sarif:lint", "a/a/a/a/a/a/a/a/x"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_log(rows[i].log);
		const struct finding *f = only(&run, rows[i].log);

		if (strcmp(f->resource.id, rows[i].id) != 0 ||
		    strcmp(f->location, rows[i].location) != 0)
			fail_msg("%s: %s, %s", rows[i].log, f->resource.id, f->location);
		run_close(&run);
	}
}

static const char *id_of(struct run *run, const char *log)
{
	*run = run_log(log);
	return only(run, log)->native_id;
}

#define LINED(line)                                                                   \
	",'locations':[{'physicalLocation':{'artifactLocation':{'uri':'a'},'region':" \
	"{'startLine':" line "}}}]}"

static void test_sarif__identity(void **unused)
{
	static const struct {
		const char *one, *other;
		bool same;
	} rows[] = {
	        {LINT("{" PLAIN LINED("1")), LINT("{" PLAIN LINED("2")), true},
	        {LINT("{" PLAIN "," AT("a") "}"), LINT("{" PLAIN "," AT("b") "}"), false},
	        {LINT("{" PLAIN "}"), LINT("{'ruleId':'R1','message':{'text':'n'}}"),
	         false},
	        {LINT("{" PLAIN "}"), RUN("'name':'Other'", "", "{" PLAIN "}"), false},
	        {LINT("{" PLAIN ",'fingerprints':{'a':'requires login'}}"),
	         LINT("{" PLAIN "}"), true},
	        {LINT("{" PLAIN ",'fingerprints':{'a':'f'}," AT("a") "}"),
	         LINT("{'ruleId':'R1','fingerprints':{'a':'f'}," AT("b") "}"), true},
	        {LINT("{" PLAIN
	              ",'partialFingerprints':{'primaryLocationLineHash':'f:1'}," AT(
	                      "a") "}"),
	         LINT("{'ruleId':'R1','partialFingerprints':{'primaryLocationLineHash':"
	              "'f:1','other':'x'}," AT("a") "}"),
	         true},
	        {LINT("{" PLAIN
	              ",'partialFingerprints':{'primaryLocationLineHash':'f:1'}," AT(
	                      "a") "}"),
	         LINT("{" PLAIN
	              ",'partialFingerprints':{'primaryLocationLineHash':'f:1'}," AT(
	                      "b") "}"),
	         false},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run a, b;
		const char *one = id_of(&a, rows[i].one);
		const char *other = id_of(&b, rows[i].other);

		if ((strcmp(one, other) == 0) != rows[i].same)
			fail_msg("%s: %s, %s", rows[i].one, one, other);
		run_close(&a);
		run_close(&b);
	}
}

static void test_sarif__equal_results_stay_apart(void **unused)
{
	struct run run =
	        run_log(LINT("{" PLAIN "},{" PLAIN ",'suppressions':[{}]},{" PLAIN "}"));
	char *second = arena_printf(run.arena, "%s|2", run.out.findings[0].native_id);
	char *third = arena_printf(run.arena, "%s|3", run.out.findings[0].native_id);

	(void)unused;
	assert_int_equal(run.out.n_findings, 3);
	assert_string_equal(run.out.findings[1].native_id, second);
	assert_string_equal(run.out.findings[2].native_id, third);
	assert_int_equal(run.out.findings[1].state, FINDING_SUPPRESSED);
	run_close(&run);
}

static void test_sarif__takes_the_neighbours_of_bad_results(void **unused)
{
	struct run run = run_log(
	        LOG("{'tool':{'driver':{'name':'Lint'}},'results':[7,{'message':{'text':"
	            "'m'}},{" PLAIN "}]},{'tool':{}},{'tool':{'driver':{'name':'L'}},"
	            "'results':{}}"));

	(void)unused;
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 4);
	assert_string_equal(run.out.problems[1].reason, "ruleId is missing");
	run_close(&run);
}

/* The same scan as Trivy's JSON and as its SARIF: the same findings. */
static void test_sarif__trivy_is_trivy(void **unused)
{
	struct run sarif_run = run_record(
	        &sarif,
	        RUN("'name':'Trivy','rules':[{'id':'CVE-2026-0001','name':"
	            "'OsPackageVulnerability','shortDescription':{'text':'T'},"
	            "'properties':{'security-severity':'5.3','cvssv3_baseScore':5.3,"
	            "'cvssv3_vector':'CVSS:3.1/AV:N'}},{'id':'DS002','name':"
	            "'Misconfiguration','properties':{'security-severity':'8.0'}},"
	            "{'id':'MIT:x','name':'License'}]",
	            "'properties':{'imageName':'web.tar','repoTags':"
	            "['example.com/shop/web:2']},",
	            "{'ruleId':'CVE-2026-0001','ruleIndex':0,'message':{'text':"
	            "'Package: ssl\\nInstalled Version: 1.1\\nVulnerability CVE-2026-0001"
	            "\\nSeverity: MEDIUM\\nFixed Version: 1.2\\nLink: [x](y)'}," AT(
	                    "shop/web") "},{'ruleId':'DS002','ruleIndex':1,'message':"
	                                "{'text':'Artifact: Dockerfile'}," AT(
	                                        "Dockerfile") "}"));
	struct run json_run = run_record(
	        &trivy,
	        "{'SchemaVersion':2,'ArtifactName':'example.com/shop/web:1','ArtifactType':"
	        "'container_image','Results':[{'Target':'example.com/shop/web:1 (debian "
	        "12.1)','Vulnerabilities':[{'VulnerabilityID':'CVE-2026-0001','PkgName':"
	        "'ssl','InstalledVersion':'1.1'}]},{'Target':'Dockerfile',"
	        "'Misconfigurations':[{'ID':'DS002'}]}]}");

	(void)unused;
	run_seal(&sarif_run, 0);
	run_seal(&json_run, 0);
	assert_int_equal(sarif_run.out.n_findings, 2);
	assert_int_equal(json_run.out.n_findings, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct finding *s = &sarif_run.out.findings[i];
		const struct finding *j = &json_run.out.findings[i];

		assert_string_equal(s->connector, j->connector);
		assert_string_equal(s->native_id, j->native_id);
		assert_string_equal(s->rule, j->rule);
		assert_string_equal(s->engine, "trivy");
		assert_int_equal(s->class, j->class);
		assert_int_equal(key_cmp(&s->key, &j->key), 0);
	}
	assert_string_equal(sarif_run.out.findings[0].fixed_version, "1.2");
	assert_string_equal(sarif_run.out.findings[0].cvss_vector, "CVSS:3.1/AV:N");
	assert_string_equal(sarif_run.out.findings[0].location, "");
	assert_string_equal(sarif_run.out.findings[1].rule, "AVD-DS-0002");
	run_close(&sarif_run);
	run_close(&json_run);
}

static void test_sarif__grype_is_grype(void **unused)
{
	struct run run = run_log(
	        RUN("'name':'grype','rules':[{'id':'GHSA-aaaa-bbbb-cccc-my-lib','help':"
	            "{'text':'Vulnerability\\nFix Version: 2.0\\nType: npm'},'properties':"
	            "{'security-severity':'7.0'}}]",
	            "",
	            "{'ruleId':'GHSA-aaaa-bbbb-cccc-my-lib','message':{'text':'A high "
	            "vulnerability in npm package: my-lib, version 1.0 was found in image "
	            "example.com/shop/web:1 at: /app'},'locations':[{'physicalLocation':"
	            "{'artifactLocation':{'uri':'web/app'}},'logicalLocations':"
	            "[{'fullyQualifiedName':'registry:example.com/shop/web:1@sha256:" HASH
	            ":/app'}]}]}"));
	const struct finding *f = only(&run, "grype");

	(void)unused;
	assert_string_equal(f->connector, "grype");
	assert_string_equal(f->resource.id, "example.com/shop/web");
	assert_string_equal(f->scope, "example.com/shop/web");
	assert_string_equal(f->cve, "GHSA-aaaa-bbbb-cccc");
	assert_string_equal(f->package, "my-lib");
	assert_string_equal(f->package_version, "1.0");
	assert_string_equal(f->fixed_version, "2.0");
	assert_string_equal(f->native_id,
	                    "example.com/shop/web|my-lib|1.0|GHSA-aaaa-bbbb-cccc");
	run_close(&run);
}

/* Neither messages nor what Trivy writes into its rules reach a finding. */
static void test_sarif__never_keeps_a_secret(void **unused)
{
	struct run run = run_record(
	        &sarif_secrets,
	        RUN("'name':'Trivy','rules':[{'id':'aws-key','name':'Secret',"
	            "'shortDescription':{'text':'AWS key'},'fullDescription':{'text':"
	            "'hunter2'},'help':{'text':'hunter2'}}]",
	            "'properties':{'imageName':'example.com/a/b'},",
	            "{'ruleId':'aws-key','message':{'text':'Match: hunter2'},'locations':"
	            "[{'physicalLocation':{'artifactLocation':{'uri':'app/.env'},"
	            "'region':{'startLine':7,'snippet':{'text':'hunter2'}}}}]}"));
	const struct finding *f = only(&run, "secret");

	(void)unused;
	assert_int_equal(f->class, CLASS_SECRET);
	assert_string_equal(f->title, "AWS key");
	assert_string_equal(f->description, "");
	assert_string_equal(f->remediation, "");
	assert_string_equal(f->location, "app/.env:7");
	assert_string_equal(f->native_id, "example.com/a/b|app/.env|aws-key|7");
	run_close(&run);
}

static void test_sarif__corpus(void **unused)
{
	static const struct {
		const char *name;
		size_t findings, suppressed;
		const char *connector, *id;
	} rows[] = {
	        {"sarif/appendix_k.sarif", 1, 1, "sarif",
	         "https://github.com/example-corp/browser"},
	        {"sarif/bash-report.sarif", 27, 0, "sarif",
	         "https://github.com/damiencarol/django-DefectDojo"},
	        {"sarif/dockle_0_3_15.sarif", 4, 0, "sarif", "sarif:dockle"},
	        {"sarif/no_runs.sarif", 0, 0, "", ""},
	        {"sarif/suppression_test.sarif", 5, 3, "sarif", "sarif:codescanner"},
	        {"sarif/trivy_alpine310.sarif", 4, 0, "trivy",
	         "ghcr.io/aquasecurity/trivy-test-images"},
	        {"sarif/tutorial_Suppressions.sarif", 9, 5, "sarif", "sarif:sarifsamples"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_open();
		size_t suppressed = 0;

		run_corpus(&run, &sarif, rows[i].name);
		for (size_t k = 0; k < run.out.n_findings; k++) {
			const struct finding *f = &run.out.findings[k];

			suppressed += f->state == FINDING_SUPPRESSED;
			if (strcmp(f->connector, rows[i].connector) != 0 ||
			    strcmp(f->resource.id, rows[i].id) != 0)
				fail_msg("%s: %s", rows[i].name, f->resource.id);
			for (size_t n = 0; n < k; n++)
				if (key_cmp(&f->key, &run.out.findings[n].key) == 0)
					fail_msg("%s: %s twice", rows[i].name,
					         f->native_id);
		}
		if (run.out.n_findings != rows[i].findings || run.out.n_problems != 0 ||
		    suppressed != rows[i].suppressed)
			fail_msg("%s: %zu findings, %zu problems, %zu suppressed",
			         rows[i].name, run.out.n_findings, run.out.n_problems,
			         suppressed);
		run_close(&run);
	}
}

/* A tool that broke off proves nothing by what it does not list. */
static void test_sarif__run_that_failed(void **unused)
{
	static const struct {
		const char *invocations;
		size_t problems;
	} rows[] = {
	        {"'invocations':[{'executionSuccessful':true}],", 0},
	        {"'invocations':[{}],", 0},
	        {"'invocations':[{'executionSuccessful':false}],", 1},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char text[1024];
		struct run run;

		(void)snprintf(
		        text, sizeof(text),
		        "{'version':'2.1.0','runs':[{'tool':{'driver':{'name':'T'}},%s"
		        "'results':[{'ruleId':'R','message':{'text':'m'}}]}]}",
		        rows[i].invocations);
		run = run_log(text);
		assert_int_equal(run.out.n_findings, 1);
		if (run.out.n_problems != rows[i].problems)
			fail_msg("%s: %zu problems", rows[i].invocations,
			         run.out.n_problems);
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_sarif__detects_logs),
	        cmocka_unit_test(test_sarif__what_says_nothing),
	        cmocka_unit_test(test_sarif__result),
	        cmocka_unit_test(test_sarif__rules),
	        cmocka_unit_test(test_sarif__messages),
	        cmocka_unit_test(test_sarif__severity),
	        cmocka_unit_test(test_sarif__states),
	        cmocka_unit_test(test_sarif__places),
	        cmocka_unit_test(test_sarif__identity),
	        cmocka_unit_test(test_sarif__equal_results_stay_apart),
	        cmocka_unit_test(test_sarif__takes_the_neighbours_of_bad_results),
	        cmocka_unit_test(test_sarif__run_that_failed),
	        cmocka_unit_test(test_sarif__trivy_is_trivy),
	        cmocka_unit_test(test_sarif__grype_is_grype),
	        cmocka_unit_test(test_sarif__never_keeps_a_secret),
	        cmocka_unit_test(test_sarif__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
