/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Azure's assessments, from the API, Resource Graph and the portal's CSV, and what
 * each format detects.  When samples of real payloads lie beside the repository,
 * all of them are cut into records, detected, parsed, sealed and counted too.
 */
#include <stdlib.h>

#include "azure_world.h"
#include "collector/record_reader.h"

static const char *assessment(struct world *w, const char *properties)
{
	return arena_printf(w->arena,
	                    "{'id':'" VM ASSESS KEY "','name':'" KEY
	                    "','type':'Microsoft.Security/assessments','properties':{%s}}",
	                    properties);
}

static void test_assessments__verdicts(void **state)
{
	static const struct {
		const char *name, *status;
		enum finding_state want;
		const char *raw;
	} cases[] = {
	        {"healthy", "'code':'Healthy'", FINDING_PASSING, "Healthy"},
	        {"unhealthy", "'code':'Unhealthy','cause':''", FINDING_OPEN, "Unhealthy"},
	        {"any case", "'code':'UNHEALTHY'", FINDING_OPEN, "UNHEALTHY"},
	        {"off by policy", "'code':'NotApplicable','cause':'OffByPolicy'",
	         FINDING_SUPPRESSED, "NotApplicable/OffByPolicy"},
	        {"exempt", "'code':'NotApplicable','cause':'Exempt'", FINDING_SUPPRESSED,
	         "NotApplicable/Exempt"},
	        {"other cause", "'code':'NotApplicable','cause':'NoData'",
	         FINDING_NOT_APPLICABLE, "NotApplicable/NoData"},
	        {"no cause", "'code':'NotApplicable'", FINDING_NOT_APPLICABLE,
	         "NotApplicable"},
	        {"of the future", "'code':'Pondering'", FINDING_UNKNOWN, "Pondering"},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *properties =
		        arena_printf(w.arena, "'status':{%s}", cases[i].status);
		const struct finding *f = one_finding(&w, &azure_assessments, NULL,
		                                      assessment(&w, properties));

		if (f->state != cases[i].want || strcmp(f->status_raw, cases[i].raw) != 0)
			fail_msg("%s: %s, %s", cases[i].name, finding_state_name(f->state),
			         f->status_raw);
	}
	world_close(&w);
}

static void test_assessments__fields(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = one_finding(&w, &azure_assessments, "{'value':[],'nextLink':null}",
	                assessment(&w,
	                           "'displayName':'Disks should be encrypted',"
	                           "'resourceDetails':{'Source':'Azure','Id':'" VM "'},"
	                           "'status':{'code':'Unhealthy',"
	                           "'firstEvaluationDate':'2020-01-01T00:00:00Z',"
	                           "'statusChangeDate':'2025-08-26T07:29:51.8002401Z'}"));
	assert_string_equal(f->connector, "azure_defender");
	assert_string_equal(f->native_id,
	                    "/subscriptions/11111111-1111-1111-1111-111111111111/"
	                    "resourcegroups/rg1/providers/microsoft.compute/"
	                    "virtualmachines/vm1/providers/microsoft.security/"
	                    "assessments/" KEY);
	assert_string_equal(f->rule, KEY);
	assert_string_equal(f->resource.id,
	                    "/subscriptions/11111111-1111-1111-1111-111111111111/"
	                    "resourcegroups/rg1/providers/microsoft.compute/"
	                    "virtualmachines/vm1");
	assert_string_equal(f->resource.type, "microsoft.compute/virtualmachines");
	assert_string_equal(f->resource.account, "11111111-1111-1111-1111-111111111111");
	assert_string_equal(f->resource.region, "");
	assert_string_equal(f->scope, "11111111-1111-1111-1111-111111111111");
	assert_string_equal(f->title, "Disks should be encrypted");
	assert_string_equal(f->engine, "azure_policy");
	assert_int_equal(f->class, CLASS_MISCONFIGURATION);
	assert_int_equal(f->fidelity, FIDELITY_AUTHORITATIVE);
	/* The list has no severity: not low, unknown. */
	assert_int_equal(f->sev100, SEV100_UNKNOWN);
	/* Unhealthy since the change, not since the first look. */
	assert_int_equal(f->source_updated_at, 1756193391800240);
	assert_int_equal(f->first_seen, 1756193391800240);
	assert_int_equal(f->resolved_at, TIMESTAMP_NONE);

	/* The same in another spelling, and passing since. */
	f = one_finding(&w, &azure_assessments, NULL,
	                "{'id':'" VM ASSESS KEY
	                "/','properties':{'status':{'code':'Healthy',"
	                "'statusChangeDate':'2025-08-26T07:29:52Z'}}}");
	assert_string_equal(f->rule, KEY);
	assert_string_equal(strrchr(f->native_id, '/'), "/" KEY);
	assert_int_equal(f->resolved_at, 1756193392 * USEC_PER_SEC);
	world_close(&w);
}

static void test_assessments__metadata(void **state)
{
	static const struct {
		const char *name, *metadata;
		int sev100;
		enum finding_class class;
		const char *engine;
		enum fidelity fidelity;
	} cases[] = {
	        {"built in", "'severity':'High','assessmentType':'BuiltIn'", 80,
	         CLASS_MISCONFIGURATION, "azure_policy", FIDELITY_AUTHORITATIVE},
	        {"critical, identity",
	         "'severity':'Critical','categories':['Data','IdentityAndAccess']", 95,
	         CLASS_IDENTITY, "azure_policy", FIDELITY_AUTHORITATIVE},
	        {"old category", "'severity':'low','category':'Identity and access'", 25,
	         CLASS_IDENTITY, "azure_policy", FIDELITY_AUTHORITATIVE},
	        {"not identity", "'category':'Identity','categories':[1,null]",
	         SEV100_UNKNOWN, CLASS_MISCONFIGURATION, "azure_policy",
	         FIDELITY_AUTHORITATIVE},
	        {"own", "'severity':'Medium','assessmentType':'CustomerManaged'", 55,
	         CLASS_MISCONFIGURATION, "defender", FIDELITY_STANDARD},
	        {"partner",
	         "'assessmentType':'VerifiedPartner','partnerData':{'partnerName':'Acme'}",
	         SEV100_UNKNOWN, CLASS_MISCONFIGURATION, "acme", FIDELITY_STANDARD},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *properties = arena_printf(
		        w.arena, "'status':{'code':'Unhealthy'},'metadata':{%s}",
		        cases[i].metadata);
		const struct finding *f = one_finding(&w, &azure_assessments, NULL,
		                                      assessment(&w, properties));

		if (f->sev100 != cases[i].sev100 || f->class != cases[i].class ||
		    strcmp(f->engine, cases[i].engine) != 0 ||
		    f->fidelity != cases[i].fidelity)
			fail_msg("%s: %d %s %s %d", cases[i].name, f->sev100,
			         finding_class_name(f->class), f->engine, f->fidelity);
		assert_int_equal(f->first_seen, TIMESTAMP_NONE);
	}
	world_close(&w);
}

static void test_assessments__rollup_is_not_counted_beside_its_children(void **state)
{
	static const struct {
		const char *name, *additional;
		size_t n_findings;
	} cases[] = {
	        {"link", "{'subAssessmentsLink':'" VM ASSESS KEY "/subAssessments'}", 0},
	        {"link in capitals", "{'SubAssessmentsLink':'/x'}", 0},
	        {"type", "{'assessedResourceType':'ServerVulnerabilityTvm'}", 0},
	        {"empty link", "{'subAssessmentsLink':''}", 1},
	        {"other data", "{'linkedWorkspaceId':'/x','Tags':'[{}]'}", 1},
	        {"null", "null", 1},
	};
	static const char *const codes[] = {"Unhealthy", "Healthy", "NotApplicable"};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases) * N_ELEMENTS(codes); i++) {
		const size_t row = i / N_ELEMENTS(codes);
		const char *properties =
		        arena_printf(w.arena, "'status':{'code':'%s'},'additionalData':%s",
		                     codes[i % N_ELEMENTS(codes)], cases[row].additional);

		assert_int_equal(
		        parse(&w, &azure_assessments, NULL, assessment(&w, properties)), 0);
		if (w.out.n_findings != cases[row].n_findings)
			fail_msg("%s: %zu findings", cases[row].name, w.out.n_findings);
	}
	world_close(&w);
}

static void test_assessments__resources_of_other_clouds(void **state)
{
	static const struct {
		const char *name, *details;
		enum provider provider;
		const char *account, *id, *engine;
		size_t n_aliases;
	} cases[] = {
	        {"lower case", "'source':'Azure','id':'" VM "'", PROVIDER_AZURE,
	         "11111111-1111-1111-1111-111111111111", NULL, "azure_policy", 0},
	        {"aws",
	         "'Source':'AWS','HierarchyId':'011122223333','Region':'eu-west-1',"
	         "'NativeCloudUniqueIdentifier':"
	         "'arn:aws:ec2:eu-west-1:011122223333:instance/i-0abc0abc0abc0abc0'",
	         PROVIDER_AWS, "011122223333",
	         "arn:aws:ec2:eu-west-1:011122223333:instance/i-0abc0abc0abc0abc0",
	         "defender", 1},
	        {"gcp",
	         "'source':'Gcp','hierarchyId':'p-1','nativeCloudUniqueIdentifier':"
	         "'//storage.googleapis.com/projects/_/buckets/b1'",
	         PROVIDER_GCP, "p-1", NULL, "defender", 1},
	        {"aws without its id", "'source':'Aws','hierarchyId':'011122223333'",
	         PROVIDER_AZURE, "11111111-1111-1111-1111-111111111111", NULL, "defender",
	         0},
	        {"on premises", "'source':'OnPremise','machineName':'db7'", PROVIDER_AZURE,
	         "11111111-1111-1111-1111-111111111111", NULL, "azure_policy", 0},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *properties = arena_printf(
		        w.arena, "'status':{'code':'Unhealthy'},'resourceDetails':{%s}",
		        cases[i].details);
		const struct finding *f = one_finding(&w, &azure_assessments, NULL,
		                                      assessment(&w, properties));
		const struct resource *r = &f->resource;

		if (r->provider != cases[i].provider ||
		    strcmp(r->account, cases[i].account) != 0 ||
		    strcmp(f->engine, cases[i].engine) != 0 ||
		    r->n_aliases != cases[i].n_aliases ||
		    (cases[i].id != NULL && strcmp(r->id, cases[i].id) != 0))
			fail_msg("%s: %s %s %s %s", cases[i].name,
			         provider_name(r->provider), r->account, r->id, f->engine);
		/* The scope is where it was read, whatever it is about. */
		assert_string_equal(f->scope, "11111111-1111-1111-1111-111111111111");
	}
	world_close(&w);
}

static void test_assessments__refuses(void **state)
{
	static const struct {
		const char *name, *record;
	} cases[] = {
	        {"no code",
	         "{'id':'" VM ASSESS KEY "','type':'Microsoft.Security/assessments',"
	         "'properties':{'status':{}}}"},
	        {"code is no text", "{'id':'" VM ASSESS KEY "','properties':"
	                            "{'status':{'code':1}}}"},
	        {"no key", "{'id':'" VM ASSESS "','type':'microsoft.security/assessments',"
	                   "'properties':{'status':{'code':'Healthy'}}}"},
	        {"other id", "{'id':'" VM "','type':'microsoft.security/assessments',"
	                     "'properties':{'status':{'code':'Healthy'}}}"},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		if (parse(&w, &azure_assessments, NULL, cases[i].record) != ERR_INVALID)
			fail_msg("%s: accepted", cases[i].name);
	}
	world_close(&w);
}

static void test_metadata__makes_rule_facts(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	assert_int_equal(
	        parse(&w, &azure_assessment_metadata, "{'value':[]}",
	              "{'id':'/providers/Microsoft.Security/assessmentMetadata/ABC-1',"
	              "'name':'ABC-1','type':'Microsoft.Security/assessmentMetadata',"
	              "'properties':{'displayName':'T','description':'D',"
	              "'remediationDescription':'<b>R</b>','severity':'Medium'}}"),
	        0);
	assert_int_equal(w.out.n_findings, 0);
	assert_int_equal(w.out.n_facts, 1);
	assert_string_equal(w.out.facts[0].connector, "azure_defender");
	assert_string_equal(w.out.facts[0].rule, "abc-1");
	assert_string_equal(w.out.facts[0].title, "T");
	assert_string_equal(w.out.facts[0].description, "D");
	assert_string_equal(w.out.facts[0].remediation, "<b>R</b>");
	assert_int_equal(w.out.facts[0].sev100, 55);

	assert_int_equal(parse(&w, &azure_assessment_metadata, NULL,
	                       "{'id':'/providers/Microsoft.Security/assessmentMetadata/X',"
	                       "'properties':{'displayName':'T'}}"),
	                 0);
	assert_string_equal(w.out.facts[0].rule, "x");
	assert_string_equal(w.out.facts[0].remediation, "");
	assert_int_equal(w.out.facts[0].sev100, SEV100_UNKNOWN);
	world_close(&w);
}

#define GRAPH "{'totalRecords':9,'count':9,'resultTruncated':'false','data':[]}"
#define TABLE                                                                  \
	"{'totalRecords':9,'data':{'columns':[{'name':'ID','type':'string'},"  \
	"{'name':'type','type':'string'},{'name':'location','type':'string'}," \
	"{'name':'properties','type':'object'}],'rows':[]}}"

static void test_graph__rows_go_where_they_belong(void **state)
{
	static const struct {
		const char *name, *id, *type, *properties;
		int want;
		size_t n_findings, n_facts, n_resources;
	} cases[] = {
	        {"assessment", VM ASSESS KEY, "microsoft.security/assessments",
	         "{'status':{'code':'Unhealthy'}}", 0, 1, 0, 0},
	        {"type projected away", VM ASSESS KEY, "",
	         "{'status':{'code':'Unhealthy'}}", 0, 1, 0, 0},
	        {"subassessment", VM SUBSUB,
	         "microsoft.security/assessments/subassessments",
	         "{'id':'1','status':{'code':'Unhealthy'}}", 0, 1, 0, 0},
	        {"subassessment, no type", VM SUBSUB, "",
	         "{'id':'1','status':{'code':'Healthy'}}", 0, 1, 0, 0},
	        {"alert", SUB "/providers/Microsoft.Security/locations/l/alerts/1",
	         "microsoft.security/locations/alerts", "{'alertType':'T'}", 0, 1, 0, 0},
	        {"policy state", VM "/providers/Microsoft.PolicyInsights/policyStates/1",
	         "microsoft.policyinsights/policystates",
	         "{'resourceId':'" VM
	         "','policyAssignmentId':'/a','policyDefinitionId':'/d',"
	         "'complianceState':'NonCompliant'}",
	         0, 1, 0, 0},
	        {"metadata", "/providers/microsoft.security/assessmentmetadata/" KEY,
	         "microsoft.security/assessmentmetadata", "{'displayName':'T'}", 0, 0, 1,
	         0},
	        {"inventory", VM, "microsoft.compute/virtualmachines", "{}", 0, 0, 0, 1},
	        {"inventory, no type", VM, "", "null", 0, 0, 0, 1},
	        {"score", SUB "/providers/Microsoft.Security/secureScores/ascScore",
	         "microsoft.security/securescores", "{}", 0, 0, 0, 0},
	        {"summary", "12", "", "null", ERR_INVALID, 0, 0, 0},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases) * 2; i++) {
		const size_t row = i / 2;
		const char *object = arena_printf(
		        w.arena, "{'id':'%s','type':'%s','location':'','properties':%s}",
		        cases[row].id, cases[row].type, cases[row].properties);
		const char *cells =
		        arena_printf(w.arena, "['%s','%s','',%s]", cases[row].id,
		                     cases[row].type, cases[row].properties);
		int got;

		if (i % 2 == 1)
			got = parse(&w, &azure_resource_graph_table, TABLE, cells);
		else if (cases[row].want == 0)
			got = parse(&w, &azure_resource_graph, GRAPH, object);
		else
			continue; /* not detected */
		if (got != cases[row].want || w.out.n_findings != cases[row].n_findings ||
		    w.out.n_facts != cases[row].n_facts ||
		    w.out.n_resources != cases[row].n_resources)
			fail_msg("%s, %s: %d, %zu findings, %zu facts, %zu resources",
			         cases[row].name, i % 2 == 1 ? "table" : "object", got,
			         w.out.n_findings, w.out.n_facts, w.out.n_resources);
	}
	world_close(&w);
}

static void test_graph__inventory(void **state)
{
	struct world w;
	struct resource *r;

	(void)state;
	world_open(&w);
	/* az prints a bare array: no envelope tells what it is. */
	assert_int_equal(parse(&w, &azure_resource_graph, NULL,
	                       "{'id':'" VM "','name':'Vm1','location':'westeurope',"
	                       "'type':'Microsoft.Compute/virtualMachines','tags':null}"),
	                 0);
	assert_int_equal(w.out.n_resources, 1);
	r = &w.out.resources[0];
	assert_string_equal(r->region, "westeurope");
	assert_string_equal(r->type, "microsoft.compute/virtualmachines");
	assert_string_equal(r->name, "Vm1");
	resource_canonicalize(r, w.arena);
	assert_string_equal(r->account, "11111111-1111-1111-1111-111111111111");

	assert_int_equal(parse(&w, &azure_resource_graph_table, TABLE, "['" VM "','']"),
	                 ERR_INVALID);
	world_close(&w);
}

static void test_graph__columns_picked_apart(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = one_finding(
	        &w, &azure_resource_graph, GRAPH,
	        "{'id':'" VM ASSESS KEY "','name':'" KEY "','sev':'High',"
	        "'code':'Unhealthy','displayName':'T','desc':'D','fix':'F',"
	        "'changed':'2024-01-01T00:00:00Z','first':'','additionalData':null}");
	assert_int_equal(f->state, FINDING_OPEN);
	assert_int_equal(f->sev100, 80);
	assert_string_equal(f->title, "T");
	assert_string_equal(f->description, "D");
	assert_string_equal(f->remediation, "F");
	assert_int_equal(f->source_updated_at, 1704067200 * USEC_PER_SEC);
	world_close(&w);
}

static void test_csv__is_the_finding_of_the_api(void **state)
{
	struct world w;
	struct finding csv;
	const struct finding *api;

	(void)state;
	world_open(&w);
	csv = *one_finding(
	        &w, &azure_portal_csv, NULL,
	        "{'exportedTimestamp':'2024-01-02T00:00:00.373Z',"
	        "'subscriptionId':'11111111-1111-1111-1111-111111111111',"
	        "'resourceId':'" VM "','recommendationId':'" VM ASSESS KEY "',"
	        "'recommendationName':'" KEY "','recommendationDisplayName':'T',"
	        "'severity':'High','state':'NotApplicable',"
	        "'notApplicableReason':'Exempt','nativeCloudAccountId':'x',"
	        "'statusChangeDate':'2024-01-01T00:00:00.1234567Z',"
	        "'azurePortalRecommendationLink':'https://portal.azure.com/#x'}");
	assert_int_equal(csv.state, FINDING_SUPPRESSED);
	assert_int_equal(csv.sev100, 80);
	assert_string_equal(csv.rule, KEY);
	assert_string_equal(csv.remediation_url, "https://portal.azure.com/#x");
	assert_int_equal(csv.last_seen, 1704153600 * USEC_PER_SEC + 373000);

	/* Lower case, as the graph may write it; the verdict has changed since. */
	api = one_finding(&w, &azure_resource_graph, GRAPH,
	                  arena_printf(w.arena,
	                               "{'id':'%s','type':'microsoft.security/assessments',"
	                               "'properties':{'status':{'code':'Unhealthy'},"
	                               "'links':{'azurePortal':'portal.azure.com/#x'}}}",
	                               csv.native_id));
	assert_memory_equal(api->key.bytes, csv.key.bytes, KEY_SIZE);
	assert_memory_equal(api->asset_key.bytes, csv.asset_key.bytes, KEY_SIZE);
	assert_string_equal(api->engine, csv.engine);
	assert_string_equal(api->remediation_url, csv.remediation_url);

	assert_int_equal(parse(&w, &azure_portal_csv, NULL,
	                       "{'recommendationId':'" VM ASSESS KEY "','state':'',"
	                       "'recommendationName':'" KEY "'}"),
	                 ERR_INVALID);
	world_close(&w);
}

static void test_detect__nothing_in_strangers(void **state)
{
	static const char *const records[] = {
	        "{}",
	        "[]",
	        "null",
	        "'x'",
	        "{'id':12,'type':'Microsoft.Security/assessments'}",
	        "{'error':{'code':'AuthorizationFailed','message':'m'}}",
	        "{'id':'arn:aws:x','type':'a/b','status':'new'}",
	        "{'SchemaVersion':'2018-10-08','Id':'x','Severity':{'Label':'LOW'}}",
	        "{'id':'" SUB "/providers/Microsoft.Security/secureScores/a',"
	        "'type':'Microsoft.Security/secureScores','properties':{}}",
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(records); i++) {
		struct json_view record = view_of(&w, 1, records[i]);

		for (size_t k = 0; k < N_ELEMENTS(azure_formats); k++) {
			if (azure_formats[k]->detect((struct json_view){0}, record))
				fail_msg("%s detects %s", azure_formats[k]->name,
				         records[i]);
		}
	}
	world_close(&w);
}

/* Real payloads, read in place. */
static const struct {
	const char *file;
	const char *format; /* NULL: none of ours */
	size_t n_records, n_findings, n_facts, n_resources;
} samples[] = {
        {"alerts/list_subscription_2019-01-01_autodismiss.json", "azure-alerts", 1, 1, 0,
         0},
        {"alerts/list_subscription_2021-01-01.json", "azure-alerts", 2, 2, 0, 0},
        {"alerts/sample_alert_defender_1.json", "azure-alerts", 1, 1, 0, 0},
        {"assessments/get_expand_metadata_2020-01-01.json", "azure-assessments", 1, 1, 0,
         0},
        {"assessments/list_2020-01-01.json", "azure-assessments", 2, 2, 0, 0},
        {"assessments_metadata/list_2020-01-01.json", "azure-assessment-metadata", 3, 0, 3,
         0},
        {"subassessments/list_subscription_2019-01-01-preview.json", "azure-subassessments",
         2, 2, 0, 0},
        {"policystates/resource_expand_evaluation_details.json", "azure-policy-states", 2,
         2, 0, 0},
        {"policystates/subscription.json", "azure-policy-states", 2, 2, 0, 0},
        {"policystates/subscription_nextlink.json", "azure-policy-states", 2, 2, 0, 0},
        {"recommendations_csv/many_vulns.csv", "azure-portal-csv", 4, 4, 0, 0},
        {"resourcegraph/first_page_2019-04-01_table.json", "azure-resource-graph-table", 3,
         0, 0, 3},
        {"resourcegraph/first_page_2021-03-01.json", "azure-resource-graph", 3, 0, 0, 3},
        {"resourcegraph/next_page_2021-03-01.json", "azure-resource-graph", 3, 0, 0, 3},
        {"resourcegraph/first_page_2021-03-01.request.json", NULL, 1, 0, 0, 0},
        {"securescores/controls_2020-01-01.json", NULL, 12, 0, 0, 0},
        {"securescores/list_2020-01-01.json", NULL, 1, 0, 0, 0},
        {"regulatory_compliance/getRegulatoryComplianceAssessmentList.json", NULL, 3, 0, 0,
         0},
        {"mdvm/report_one_vuln.json", NULL, 1, 0, 0, 0},
};

static ssize_t read_file(void *ctx, void *buf, size_t size)
{
	return (ssize_t)fread(buf, 1, size, ctx);
}

static int rewind_file(void *ctx)
{
	return fseek(ctx, 0, SEEK_SET);
}

static const char *shared_dir(void)
{
	const char *dir = getenv("ISOBAR_SHARED");

#ifdef ISOBAR_SHARED_DIR
	if (dir == NULL)
		dir = ISOBAR_SHARED_DIR;
#endif
	return dir == NULL ? "../shared" : dir;
}

static const struct format *format_of(struct json_view envelope, struct json_view record)
{
	const struct format *found = NULL;

	for (size_t i = 0; i < N_AZURE_FORMATS; i++) {
		if (!azure_formats[i]->detect(envelope, record))
			continue;
		if (found != NULL)
			fail_msg("%s and %s detect one record", found->name,
			         azure_formats[i]->name);
		found = azure_formats[i];
	}
	return found;
}

static void parse_record(struct world *w, const struct format *format,
                         const struct parse_input *in)
{
	static const struct org org = {.id = 1, .slug = "default"};
	const size_t first = w->out.n_findings;

	if (format->parse(in, &w->out, &w->err) != 0)
		fail_msg("%s: %s", format->name, w->err.text);
	for (size_t i = first; i < w->out.n_findings; i++) {
		if (finding_seal(&w->out.findings[i], &org, w->arena, &w->err) != 0)
			fail_msg("%s: %s", format->name, w->err.text);
	}
}

/* Everything that happens to a file on import but storing; returns its records. */
static size_t parse_file(struct world *w, FILE *file, const struct format **format_out)
{
	static const char *const paths[] = {"value", "data", "data/rows"};
	const struct record_reader_options options = {.paths = paths,
	                                              .n_paths = N_ELEMENTS(paths)};
	const struct record_input input = {
	        .read = read_file, .rewind = rewind_file, .ctx = file};
	CLEANUP(record_reader_freep)
	struct record_reader *reader = record_reader_new(&options, &input);
	struct record record;
	size_t n = 0;
	int rc;

	*format_out = NULL;
	if (record_reader_read_envelope(reader, &w->err) != 0)
		fail_msg("envelope: %s", w->err.text);
	while ((rc = record_reader_next(reader, &record, &w->err)) == 1) {
		struct parse_input in = {.ordinal = n++};
		size_t size;
		const char *envelope = record_reader_envelope(reader, &size);

		assert_null(record.problem);
		if (size > 0)
			assert_int_equal(json_doc_parse(w->docs[0], envelope, size,
			                                &in.envelope, &w->err),
			                 0);
		assert_int_equal(json_doc_parse(w->docs[1], record.text, record.size,
		                                &in.record, &w->err),
		                 0);
		*format_out = format_of(in.envelope, in.record);
		if (*format_out != NULL)
			parse_record(w, *format_out, &in);
	}
	if (rc != 0)
		fail_msg("%s", w->err.text);
	return n;
}

static void test_corpus__counts(void **state)
{
	const char *dir = shared_dir();
	struct world w;

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(samples); i++) {
		const struct format *format;
		char *path;
		FILE *file;
		size_t n;

		world_open(&w);
		path = arena_printf(w.arena, "%s/corpus/azure/%s", dir, samples[i].file);
		file = fopen(path, "rb");
		if (file == NULL) {
			print_message("skipped: %s is not there\n", path);
			world_close(&w);
			skip();
			return;
		}
		n = parse_file(&w, file, &format);
		fclose(file);
		if (strcmp(format == NULL ? "" : format->name,
		           samples[i].format == NULL ? "" : samples[i].format) != 0 ||
		    n != samples[i].n_records ||
		    w.out.n_findings != samples[i].n_findings ||
		    w.out.n_facts != samples[i].n_facts ||
		    w.out.n_resources != samples[i].n_resources)
			fail_msg("%s: %s, %zu records, %zu findings, %zu facts, %zu "
			         "resources",
			         samples[i].file, format == NULL ? "none" : format->name, n,
			         w.out.n_findings, w.out.n_facts, w.out.n_resources);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_assessments__verdicts),
	        cmocka_unit_test(test_assessments__fields),
	        cmocka_unit_test(test_assessments__metadata),
	        cmocka_unit_test(
	                test_assessments__rollup_is_not_counted_beside_its_children),
	        cmocka_unit_test(test_assessments__resources_of_other_clouds),
	        cmocka_unit_test(test_assessments__refuses),
	        cmocka_unit_test(test_metadata__makes_rule_facts),
	        cmocka_unit_test(test_graph__rows_go_where_they_belong),
	        cmocka_unit_test(test_graph__inventory),
	        cmocka_unit_test(test_graph__columns_picked_apart),
	        cmocka_unit_test(test_csv__is_the_finding_of_the_api),
	        cmocka_unit_test(test_detect__nothing_in_strangers),
	        cmocka_unit_test(test_corpus__counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
