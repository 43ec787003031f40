/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs, OpenVEX and CycloneDX VEX: products, statuses, overriding, refusals. */
#include "collector/purl.h"
#include "collector/vex.h"
#include "run_format.h"

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

static void test_purl__parses(void **unused)
{
	static const struct {
		const char *text, *type, *space, *name, *version, *repository, *package;
	} rows[] = {
	        {"pkg:deb/debian/openssl@1.1?arch=amd64", "deb", "debian", "openssl", "1.1",
	         "", "openssl"},
	        {"pkg:npm/%40scope/name@1.0", "npm", "@scope", "name", "1.0", "",
	         "@scope/name"},
	        {"pkg:npm/@scope/name", "npm", "@scope", "name", "", "", "@scope/name"},
	        {"pkg:maven/org.example/lib@2#sub/path", "maven", "org.example", "lib", "2",
	         "", "org.example:lib"},
	        {"pkg:golang/example.com/a/b@v1", "golang", "example.com/a", "b", "v1", "",
	         "example.com/a/b"},
	        {"pkg:OCI/web@sha256%3Aaa?tag=1&repository_url=ghcr.io/shop%2Fweb", "oci",
	         "", "web", "sha256:aa", "ghcr.io/shop/web", "web"},
	        {"pkg://pypi/x", "pypi", "", "x", "", "", "x"},
	        {"pkg:pypi/x%zz%00", "pypi", "", "x%zz%00", "", "", "x%zz%00"},
	};
	static const char *const bad[] = {"",         "pkg:",       "pkg:deb",
	                                  "pkg:deb/", "pkg:deb/@1", "cpe:2.3:a"};
	ARENA_SCOPED a = arena_new(1024);
	struct purl p;

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (!purl_parse(rows[i].text, a, &p) || strcmp(p.type, rows[i].type) != 0 ||
		    strcmp(p.space, rows[i].space) != 0 ||
		    strcmp(p.name, rows[i].name) != 0 ||
		    strcmp(p.version, rows[i].version) != 0 ||
		    strcmp(p.repository, rows[i].repository) != 0 ||
		    strcmp(purl_package(&p, a), rows[i].package) != 0)
			fail_msg("%s: %s, %s, %s, %s, %s", rows[i].text, p.type, p.space,
			         p.name, p.version, p.repository);
	}
	for (size_t i = 0; i < N_ELEMENTS(bad); i++)
		if (purl_parse(bad[i], a, &p))
			fail_msg("%s", bad[i]);
}

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_purl__names_assets(void **unused)
{
	static const struct {
		const char *id, *type, *canonical;
	} rows[] = {
	        {"pkg:oci/web@sha256%3A" SHA "?repository_url=ghcr.io/shop/web",
	         "container.image", "ghcr.io/shop/web"},
	        {"pkg:oci/web?repository_url=ghcr.io/shop/", "container.image",
	         "ghcr.io/shop/web"},
	        {"pkg:oci/alpine?repository_url=index.docker.io/library/alpine",
	         "container.image", "docker.io/library/alpine"},
	        {"pkg:oci/web@sha256:" SHA, "container.image", "docker.io/library/web"},
	        {"pkg:docker/shop/web@1.0?repository_url=gcr.io", "container.image",
	         "gcr.io/shop/web"},
	        {"pkg:docker/shop/web@1.0", "container.image", "docker.io/shop/web"},
	        {"pkg:github/Shop/web@1", "repository", "https://github.com/Shop/web"},
	        {"pkg:github/web", "product", "pkg:github/web"},
	        {"pkg:maven/org.example/lib@2", "product", "pkg:maven/org.example/lib@2"},
	        {"example.com/shop/web@sha256:" SHA, "container.image",
	         "example.com/shop/web"},
	        {"Shop 1.0", "product", "Shop 1.0"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		struct resource r = {.provider = PROVIDER_NONE};

		purl_set_resource(&r, rows[i].id, a);
		resource_canonicalize(&r, a);
		if (strcmp(r.type, rows[i].type) != 0 ||
		    strcmp(r.id, rows[i].canonical) != 0)
			fail_msg("%s: %s, %s", rows[i].id, r.type, r.id);
	}
}

/* OpenVEX. */

#define DOC(statements)                                                              \
	"{'@context':'https://openvex.dev/ns/v0.2.0','@id':'https://example.com/1'," \
	"'author':'A','timestamp':'2026-01-02T03:04:05Z','statements':[" statements "]}"
#define IMAGE "pkg:oci/web?repository_url=example.com/shop/web"
#define SAYS(status, more)                                                            \
	"{'vulnerability':{'name':'CVE-2026-0001'},'products':[{'@id':'" IMAGE "'}]," \
	"'status':'" status "'" more "}"

static void test_openvex__statement(void **unused)
{
	struct run run = run_ok(
	        &openvex,
	        DOC("{'vulnerability':{'@id':'https://nvd.example.com/"
	            "CVE-2026-0001','name':"
	            "'CVE-2026-0001','aliases':['GHSA-aaaa-bbbb-cccc','X-1']},'products':"
	            "[{'@id':'" IMAGE
	            "','subcomponents':[{'@id':'pkg:deb/debian/ssl@1.1'}]}],"
	            "'status':'not_affected','justification':'vulnerable_code_not_present',"
	            "'impact_statement':'I','action_statement':'N','timestamp':"
	            "'2026-01-03T00:00:00Z'}"));
	const struct finding *f = only(&run, "statement");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "openvex");
	assert_string_equal(f->engine, "vex");
	assert_int_equal(f->class, CLASS_VULNERABILITY);
	assert_int_equal(f->state, FINDING_SUPPRESSED);
	assert_string_equal(f->status_raw, "not_affected: vulnerable_code_not_present");
	assert_string_equal(f->description, "vulnerable_code_not_present: I");
	assert_string_equal(f->remediation, "N");
	assert_string_equal(f->title, "CVE-2026-0001: not_affected in ssl");
	assert_string_equal(f->cve, "CVE-2026-0001");
	assert_string_equal(f->rule, "CVE-2026-0001");
	assert_int_equal(f->n_cve_aliases, 1);
	assert_string_equal(f->package, "ssl");
	assert_string_equal(f->package_version, "1.1");
	assert_int_equal(f->sev100, -1);
	assert_string_equal(f->resource.id, "example.com/shop/web");
	assert_string_equal(f->scope, "example.com/shop/web");
	assert_string_equal(f->location, "");
	assert_string_equal(f->native_id, "A|example.com/shop/web|ssl|1.1|CVE-2026-0001");
	assert_string_equal(timestamp_format(f->source_updated_at, text),
	                    "2026-01-03T00:00:00Z");
	run_close(&run);
}

static void test_openvex__statuses(void **unused)
{
	static const struct {
		const char *status;
		enum finding_state state;
	} rows[] = {
	        {"not_affected", FINDING_SUPPRESSED},
	        {"affected", FINDING_OPEN},
	        {"fixed", FINDING_RESOLVED},
	        {"under_investigation", FINDING_UNKNOWN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run base = run_open();
		struct run run =
		        run_ok(&openvex, arena_printf(base.arena, DOC(SAYS("%s", "")),
		                                      rows[i].status));
		const struct finding *f = only(&run, rows[i].status);

		assert_int_equal(f->state, rows[i].state);
		assert_string_equal(f->status_raw, rows[i].status);
		run_close(&run);
		run_close(&base);
	}
}

static void test_openvex__products(void **unused)
{
	static const struct {
		const char *statement, *id, *package;
		size_t n;
	} rows[] = {
	        /* As 0.0.1 wrote them. */
	        {"{'vulnerability':'CVE-2026-0001','products':['" IMAGE "'],"
	         "'subcomponents':['pkg:apk/alpine/ssl@1'],'status':'fixed'}",
	         "example.com/shop/web", "ssl", 1},
	        {"{'vulnerability':{'@id':'https://x/CVE-2026-0001'},'products':[{'@id':"
	         "'https://example.com/p','identifiers':{'purl':'" IMAGE "'}}],'status':"
	         "'fixed'}",
	         "example.com/shop/web", "", 1},
	        {"{'vulnerability':{'name':'CVE-2026-0001'},'products':[{'@id':"
	         "'pkg:maven/org.example/lib@2'}],'status':'fixed'}",
	         "pkg:maven/org.example/lib@2", "org.example:lib", 1},
	        {"{'vulnerability':{'name':'CVE-2026-0001'},'products':[{'@id':"
	         "'Shop','subcomponents':[{'@id':'a'},{'@id':'b'}]},{'@id':'Web'}],"
	         "'status':'fixed'}",
	         "Shop", "a", 3},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run base = run_open();
		struct run run = run_ok(
		        &openvex, arena_printf(base.arena, DOC("%s"), rows[i].statement));
		const struct finding *f = &run.out.findings[0];

		if (run.out.n_findings != rows[i].n ||
		    strcmp(f->resource.id, rows[i].id) != 0 ||
		    strcmp(f->package, rows[i].package) != 0 ||
		    strcmp(f->cve, "CVE-2026-0001") != 0)
			fail_msg("%s: %zu, %s, %s", rows[i].statement, run.out.n_findings,
			         f->resource.id, f->package);
		run_close(&run);
		run_close(&base);
	}
}

/* By time, wherever they stand; of equal times the last. */
static void test_openvex__later_statements_override(void **unused)
{
	static const struct {
		const char *doc;
		enum finding_state state;
	} rows[] = {
	        {DOC(SAYS("affected", "") "," SAYS("fixed", "")), FINDING_RESOLVED},
	        {DOC(SAYS("fixed", ",'timestamp':'2026-02-01T00:00:00Z'") "," SAYS(
	                 "affected", ",'timestamp':'2026-01-01T00:00:00Z'")),
	         FINDING_RESOLVED},
	        {DOC(SAYS("affected", ",'timestamp':'2026-01-01T00:00:00Z','last_updated':"
	                              "'2026-03-01T00:00:00Z'") "," SAYS("fixed", "")),
	         FINDING_OPEN},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_ok(&openvex, rows[i].doc);

		assert_int_equal(only(&run, rows[i].doc)->state, rows[i].state);
		run_close(&run);
	}
}

static void test_openvex__detects_and_refuses(void **unused)
{
	struct run run = run_ok(
	        &openvex,
	        DOC(SAYS("fixed",
	                 "") ",7,{'products':[{'@id':'a'}],'status':'fixed'},"
	                     "{'vulnerability':'C','status':'fixed'},"
	                     "{'vulnerability':'C','products':[{}],'status':'fixed'},"
	                     "{'vulnerability':'C','products':[{'@id':'a'},{}],"
	                     "'status':'fixed'},"
	                     "{'vulnerability':'C','products':['a'],'status':'x'}"));

	(void)unused;
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 6);
	run_close(&run);
	run = run_ok(&openvex, DOC(""));
	assert_int_equal(run.out.n_findings, 0);
	run_close(&run);
	assert_true(run_detects(&openvex, DOC("")));
	assert_false(run_detects(&openvex, "['not','a','document']"));
	assert_false(run_detects(&openvex, "{'statements':[]}"));
	assert_false(run_detects(&openvex, "{'@context':'https://openvex.dev/ns'}"));
	assert_false(run_detects(&openvex, "{'@context':'https://schema.org','statements':"
	                                   "[]}"));
}

/* CycloneDX. */

#define BOM(more, vulnerabilities)                                                     \
	"{'bomFormat':'CycloneDX','specVersion':'1.5','metadata':{'timestamp':"        \
	"'2026-01-02T03:04:05Z'" more "},'components':[{'bom-ref':'c1','name':'ssl',"  \
	"'version':'1.1','purl':'pkg:deb/debian/ssl@1.1'},{'bom-ref':'c2','name':'l'," \
	"'version':'2','components':[{'bom-ref':'c3','name':'deep'}]}],"               \
	"'vulnerabilities':[" vulnerabilities "]}"
#define WEB                                                                                \
	",'component':{'bom-ref':'w','type':'container','name':'example.com/shop/web:1'}," \
	"'tools':[{'name':'Trivy'}]"
#define FLAW(more) "{'id':'CVE-2026-0001'" more "}"

static void test_cyclonedx__statement(void **unused)
{
	struct run run = run_ok(
	        &cyclonedx_vex,
	        BOM(WEB,
	            FLAW(",'references':[{'id':'GHSA-aaaa-bbbb-cccc'},{'id':'RHSA-1'}],"
	                 "'ratings':[{'score':5.0,'severity':'medium','method':'CVSSv2'},"
	                 "{'source':{'name':'NVD'},'score':9.8,'severity':'critical',"
	                 "'method':'CVSSv31','vector':'CVSS:3.1/"
	                 "AV:N'}],'recommendation':'R',"
	                 "'analysis':{'state':'not_affected','justification':"
	                 "'code_not_reachable','detail':'D','lastUpdated':"
	                 "'2026-02-01T00:00:00Z'},'affects':[{'ref':'c1'}]")));
	const struct finding *f = only(&run, "statement");
	char text[TIMESTAMP_TEXT_MAX];

	(void)unused;
	assert_string_equal(f->connector, "cyclonedx_vex");
	assert_string_equal(f->engine, "vex");
	assert_int_equal(f->state, FINDING_SUPPRESSED);
	assert_string_equal(f->status_raw, "not_affected: code_not_reachable");
	assert_string_equal(f->description, "code_not_reachable: D");
	assert_string_equal(f->remediation, "R");
	assert_int_equal(f->sev100, 98);
	assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N");
	assert_int_equal(f->n_cve_aliases, 1);
	assert_string_equal(f->package, "ssl");
	assert_string_equal(f->package_version, "1.1");
	assert_string_equal(f->resource.id, "example.com/shop/web");
	assert_string_equal(f->native_id, "|example.com/shop/web|ssl|1.1|CVE-2026-0001");
	assert_string_equal(timestamp_format(f->source_updated_at, text),
	                    "2026-02-01T00:00:00Z");
	run_close(&run);
}

#define STATE(state) ",'analysis':{'state':'" state "'}"

static void test_cyclonedx__states(void **unused)
{
	static const struct {
		const char *more;
		enum finding_state state;
		const char *engine;
	} rows[] = {
	        {STATE("not_affected"), FINDING_SUPPRESSED, "vex"},
	        {STATE("false_positive"), FINDING_SUPPRESSED, "vex"},
	        {STATE("exploitable"), FINDING_OPEN, "vex"},
	        {STATE("resolved"), FINDING_RESOLVED, "vex"},
	        {STATE("resolved_with_pedigree"), FINDING_RESOLVED, "vex"},
	        {STATE("in_triage"), FINDING_UNKNOWN, "vex"},
	        {"", FINDING_OPEN, "trivy"},
	        {",'analysis':{'detail':'d'}", FINDING_OPEN, "trivy"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run base = run_open();
		struct run run = run_ok(
		        &cyclonedx_vex,
		        arena_printf(base.arena, BOM(WEB, FLAW("%s")), rows[i].more));
		const struct finding *f = only(&run, rows[i].more);

		if (f->state != rows[i].state || strcmp(f->engine, rows[i].engine) != 0)
			fail_msg("%s: %s, %s", rows[i].more, finding_state_name(f->state),
			         f->engine);
		run_close(&run);
		run_close(&base);
	}
}

#define AFFECTS(ref) FLAW(",'affects':[{'ref':'" ref "'}]")

static void test_cyclonedx__products(void **unused)
{
	static const struct {
		const char *doc, *id, *package;
	} rows[] = {
	        {BOM(WEB, AFFECTS("w")), "example.com/shop/web", ""},
	        {BOM(WEB, FLAW("")), "example.com/shop/web", ""},
	        {BOM(WEB, AFFECTS("c2")), "example.com/shop/web", "l"},
	        {BOM(WEB, AFFECTS("c3")), "example.com/shop/web", "deep"},
	        {BOM(WEB, AFFECTS("urn:cdx:0-1/1#c1")), "example.com/shop/web", "ssl"},
	        {BOM(WEB, AFFECTS("pkg:npm/x@1")), "example.com/shop/web", "x"},
	        {BOM(",'component':{'bom-ref':'w','type':'application','name':'Shop'}",
	             AFFECTS("c1")),
	         "Shop", "ssl"},
	        {BOM(",'component':{'bom-ref':'w','name':'web','purl':'" IMAGE "'}",
	             AFFECTS("c1")),
	         "example.com/shop/web", "ssl"},
	        {BOM("", AFFECTS("urn:cdx:0-1/1#" IMAGE)), "example.com/shop/web", ""},
	        {BOM("", AFFECTS("c1")), "pkg:deb/debian/ssl@1.1", "ssl"},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct run run = run_ok(&cyclonedx_vex, rows[i].doc);
		const struct finding *f = only(&run, rows[i].doc);

		if (strcmp(f->resource.id, rows[i].id) != 0 ||
		    strcmp(f->package, rows[i].package) != 0)
			fail_msg("%s: %s, %s", rows[i].doc, f->resource.id, f->package);
		run_close(&run);
	}
}

static void test_cyclonedx__detects_and_refuses(void **unused)
{
	struct run run =
	        run_ok(&cyclonedx_vex, BOM(WEB, FLAW("") ",7,{}," FLAW(STATE("odd"))));

	(void)unused;
	assert_int_equal(run.out.n_findings, 1);
	assert_int_equal(run.out.n_problems, 3);
	run_close(&run);
	run = run_ok(&cyclonedx_vex, BOM("", FLAW("")));
	assert_int_equal(run.out.n_findings, 0);
	assert_int_equal(run.out.n_problems, 1);
	run_close(&run);
	run = run_ok(&cyclonedx_vex, BOM(WEB, ""));
	assert_int_equal(run.out.n_findings + run.out.n_problems, 0);
	run_close(&run);
	assert_true(run_detects(&cyclonedx_vex, BOM(WEB, "")));
	assert_false(
	        run_detects(&cyclonedx_vex, "{'bomFormat':'CycloneDX','components':[]}"));
	assert_false(
	        run_detects(&cyclonedx_vex, "{'bomFormat':'SPDX','vulnerabilities':[]}"));
	assert_false(run_detects(&cyclonedx_vex, "{'catalogVersion':'1','vulnerabilities':"
	                                         "[]}"));
}

/* None of the corpus is a statement; one of its files only looks like one. */
static void test_vex__corpus(void **unused)
{
	size_t size = 0;
	char *text = read_corpus("malformed/openvex_not_a_document.json", &size);
	struct run run = run_open();

	(void)unused;
	if (!text) {
		run_close(&run);
		skip();
	}
	run_load(&run, text, size);
	assert_false(openvex.detect((struct json_view){0}, run.record));
	assert_false(cyclonedx_vex.detect((struct json_view){0}, run.record));
	run_close(&run);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_purl__parses),
	        cmocka_unit_test(test_purl__names_assets),
	        cmocka_unit_test(test_openvex__statement),
	        cmocka_unit_test(test_openvex__statuses),
	        cmocka_unit_test(test_openvex__products),
	        cmocka_unit_test(test_openvex__later_statements_override),
	        cmocka_unit_test(test_openvex__detects_and_refuses),
	        cmocka_unit_test(test_cyclonedx__statement),
	        cmocka_unit_test(test_cyclonedx__states),
	        cmocka_unit_test(test_cyclonedx__products),
	        cmocka_unit_test(test_cyclonedx__detects_and_refuses),
	        cmocka_unit_test(test_vex__corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
