/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Azure's subassessments, alerts and policy states: verdicts, identities and the
 * traps of each record, in tables of small invented records.
 */
#include "azure_world.h"

static const char *subassessment(struct world *w, const char *parent,
                                 const char *properties)
{
	return arena_printf(
	        w->arena,
	        "{'id':'%s" SUBSUB "',"
	        "'type':'Microsoft.Security/assessments/subAssessments',"
	        "'properties':{'status':{'code':'Unhealthy','severity':'Low'},%s}}",
	        parent, properties);
}

static void test_subassessments__one_finding_a_cve(void **state)
{
	static const struct {
		const char *name, *properties;
		const char *cves; /* in order, joined by spaces */
	} cases[] = {
	        {"list",
	         "'additionalData':{'cve':[{'title':'CVE-2024-0001'},"
	         "{'title':'cve-2024-0002'},{'title':'CVE-2024-0001'}]}",
	         "CVE-2024-0001 CVE-2024-0002"},
	        {"texts", "'additionalData':{'cve':['CVE-2024-0001','see CVE-2024-0002']}",
	         "CVE-2024-0001"},
	        {"one object", "'additionalData':{'cve':{'title':'CVE-2024-0003'}}",
	         "CVE-2024-0003"},
	        {"details and id",
	         "'id':'CVE-2024-0005','additionalData':"
	         "{'vulnerabilityDetails':{'cveId':'CVE-2024-0004'}}",
	         "CVE-2024-0004 CVE-2024-0005"},
	        {"advisory", "'id':'GHSA-W596-4wvx-j9j6'", "GHSA-w596-4wvx-j9j6"},
	        {"title", "'displayName':'CVE-2024-0006','id':'77'", "CVE-2024-0006"},
	        {"none", "'id':'1001','displayName':'CVE-24-1 and more'", ""},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *got = "";

		assert_int_equal(parse(&w, &azure_subassessments, NULL,
		                       subassessment(&w, VM, cases[i].properties)),
		                 0);
		for (size_t k = 0; k < w.out.n_findings; k++) {
			const struct finding *f = &w.out.findings[k];

			got = arena_printf(w.arena, "%s%s%s", got, k == 0 ? "" : " ",
			                   f->cve);
			assert_int_equal(f->class, f->cve[0] == '\0'
			                                   ? CLASS_MISCONFIGURATION
			                                   : CLASS_VULNERABILITY);
			assert_string_equal(f->rule, f->cve[0] == '\0' ? "1001" : f->cve);
			assert_string_equal(f->native_id, w.out.findings[0].native_id);
		}
		if (strcasecmp(got, cases[i].cves) != 0 || w.out.n_findings == 0)
			fail_msg("%s: \"%s\"", cases[i].name, got);
	}
	world_close(&w);
}

static void test_subassessments__severity(void **state)
{
	static const struct {
		const char *name, *additional;
		int sev100;
	} cases[] = {
	        {"label", "", 25},
	        {"v3 before v2", "'cvss':{'2.0':{'base':10},'3.0':{'base':9.8}}", 98},
	        {"v2 alone", "'cvss':{'2.0':{'base':5.05},'3.0':null}", 51},
	        {"not scored", "'cvss':{'3.0':{'base':0.0}},'cvssV30Score':0", 25},
	        {"absurd", "'cvss':{'3.0':{'base':98}}", 25},
	        {"no number", "'cvss':{'3.0':{'base':'high'}}", 25},
	        {"as text", "'cvssV30Score':'7.5'", 75},
	        {"in details",
	         "'cvssV30Score':1,'vulnerabilityDetails':{'cvss':"
	         "{'2.0':null,'3.0':{'base':7.5,'cvssVectorString':'V'}}}",
	         75},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *properties =
		        arena_printf(w.arena, "'id':'CVE-2024-0001','additionalData':{%s}",
		                     cases[i].additional);
		const struct finding *f = one_finding(&w, &azure_subassessments, NULL,
		                                      subassessment(&w, VM, properties));

		if (f->sev100 != cases[i].sev100 || strcmp(f->severity_raw, "Low") != 0)
			fail_msg("%s: %d", cases[i].name, f->sev100);
	}
	world_close(&w);
}

#define CLUSTER \
	SUB "/resourceGroups/r/providers/Microsoft.ContainerService/managedClusters/k"
#define REGISTRY \
	SUB "/resourceGroups/r/providers/Microsoft.ContainerRegistry/registries/Reg1"

static void test_subassessments__resource_and_engine(void **state)
{
	static const struct {
		const char *name, *parent, *properties;
		enum provider provider;
		const char *id_tail, *engine;
	} cases[] = {
	        {"image", REGISTRY,
	         "'id':'CVE-2024-0001','resourceDetails':{'id':'/repositories/x'},"
	         "'additionalData':{'assessedResourceType':"
	         "'AzureContainerRegistryVulnerability','artifactDetails':{'digest':"
	         "'sha256:1','registryHost':'reg1.azurecr.io','repositoryName':'a/b'}}",
	         PROVIDER_AZURE, "reg1.azurecr.io/a/b", "mdvm"},
	        {"old image", REGISTRY,
	         "'id':'1001','additionalData':{'repositoryName':'myRepo','imageDigest':"
	         "'sha256:2','assessedResourceType':'ContainerRegistryVulnerability'}",
	         PROVIDER_AZURE, "reg1.azurecr.io/myrepo", "qualys"},
	        {"image at AWS", SUB "/providers/Microsoft.Security/securityConnectors/c",
	         "'id':'CVE-2024-0001','resourceDetails':{'source':'Aws','hierarchyId':"
	         "'011122223333','id':'x@sha256:3'},'additionalData':{'"
	         "assessedResourceType':"
	         "'AwsContainerRegistryVulnerability','artifactDetails':{'repositoryName':"
	         "'a/b','registryHost':'011122223333.dkr.ecr.eu-west-1.amazonaws.com'}}",
	         PROVIDER_AWS, "011122223333:repository/a/b", "mdvm"},
	        {"image of no known registry", CLUSTER,
	         "'id':'CVE-2024-0001','additionalData':{'repositoryName':'a'}",
	         PROVIDER_AZURE, "/managedclusters/k", "defender"},
	        {"machine", VM,
	         "'id':'CVE-2024-0001','resourceDetails':{'Source':'Azure','Id':'" VM "'},"
	         "'additionalData':{'assessedResourceType':'ServerVulnerabilityTvm'}",
	         PROVIDER_AZURE, "/virtualmachines/vm1", "mdvm"},
	        {"database", SUB "/resourceGroups/r/providers/Microsoft.Sql/servers/s",
	         "'id':'VA2064','resourceDetails':{'id':'" SUB
	         "/resourceGroups/r/providers/Microsoft.Sql/servers/s/databases/d'},"
	         "'additionalData':{'assessedResourceType':'SqlServerVulnerability'}",
	         PROVIDER_AZURE, "/servers/s/databases/d", "defender"},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct finding *f = one_finding(
		        &w, &azure_subassessments, NULL,
		        subassessment(&w, cases[i].parent, cases[i].properties));
		const char *id = f->resource.id;
		const size_t tail = strlen(cases[i].id_tail);

		if (f->resource.provider != cases[i].provider || strlen(id) < tail ||
		    strcmp(id + strlen(id) - tail, cases[i].id_tail) != 0 ||
		    strcmp(f->engine, cases[i].engine) != 0)
			fail_msg("%s: %s, %s", cases[i].name, id, f->engine);
		assert_string_equal(f->resource.account,
		                    f->resource.provider == PROVIDER_AWS
		                            ? "011122223333"
		                            : "11111111-1111-1111-1111-111111111111");
	}
	world_close(&w);
}

static void test_subassessments__vulnerability_facts(void **state)
{
	static const struct {
		const char *exploit;
		enum maturity want;
	} cases[] = {
	        {"'isInExploitKit':true,'exploitStepsVerified':true", MATURITY_WEAPONISED},
	        {"'exploitStepsVerified':true", MATURITY_FUNCTIONAL},
	        {"'isVerified':true,'exploitStepsPublished':true", MATURITY_FUNCTIONAL},
	        {"'exploitStepsPublished':true", MATURITY_POC},
	        {"'isInExploitKit':false,'isVerified':'true'", MATURITY_NONE},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *properties = arena_printf(
		        w.arena,
		        "'timeGenerated':'2024-01-02T03:04:05Z','additionalData':"
		        "{'softwareDetails':{'packageName':'py','version':'1.1',"
		        "'fixedVersion':'1.2'},'vulnerabilityDetails':"
		        "{'cveId':'CVE-2024-0001','cvss':{'3.0':{'base':7.5,"
		        "'cvssVectorString':'CVSS:3.1/"
		        "AV:N'}},'exploitabilityAssessment':{%s}}}",
		        cases[i].exploit);
		const struct finding *f = one_finding(&w, &azure_subassessments, NULL,
		                                      subassessment(&w, VM, properties));

		if (f->maturity != cases[i].want)
			fail_msg("%s: %d", cases[i].exploit, f->maturity);
		assert_string_equal(f->package, "py");
		assert_string_equal(f->package_version, "1.1");
		assert_string_equal(f->fixed_version, "1.2");
		assert_string_equal(f->cvss_vector, "CVSS:3.1/AV:N");
		assert_int_equal(f->last_seen, 1704164645 * USEC_PER_SEC);
		assert_int_equal(f->first_seen, TIMESTAMP_NONE);
	}
	world_close(&w);
}

static void test_subassessments__refuses_floods(void **state)
{
	struct world w;
	const char *list = "'CVE-2024-0001'";

	(void)state;
	world_open(&w);
	for (int i = 0; i < 10; i++) /* 1024 of them */
		list = arena_printf(w.arena, "%s,%s", list, list);
	list = arena_printf(w.arena, "'additionalData':{'cve':[%s]}", list);
	assert_int_equal(
	        parse(&w, &azure_subassessments, NULL, subassessment(&w, VM, list)),
	        ERR_INVALID);
	world_close(&w);
}

static const char *alert(struct world *w, const char *properties)
{
	return arena_printf(w->arena,
	                    "{'id':'" SUB
	                    "/resourceGroups/Rg1/providers/Microsoft.Security/"
	                    "locations/westeurope/alerts/2518_AB','name':'2518_AB',"
	                    "'type':'Microsoft.Security/Locations/alerts','properties':"
	                    "{'alertDisplayName':'T','alertType':'VM_Y',%s}}",
	                    properties);
}

static void test_alerts__states(void **state)
{
	static const struct {
		const char *status;
		enum finding_state want;
	} cases[] = {
	        {"'status':'Active'", FINDING_OPEN},
	        {"'status':'New'", FINDING_OPEN},
	        {"'status':'InProgress'", FINDING_OPEN},
	        {"'status':'Whatever'", FINDING_OPEN},
	        {"'status':null", FINDING_OPEN},
	        {"'status':'Resolved'", FINDING_RESOLVED},
	        {"'status':'Dismissed'", FINDING_SUPPRESSED},
	        {"'state':'Dismissed'", FINDING_SUPPRESSED},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct finding *f =
		        one_finding(&w, &azure_alerts, NULL, alert(&w, cases[i].status));

		if (f->state != cases[i].want)
			fail_msg("%s: %s", cases[i].status, finding_state_name(f->state));
	}
	assert_int_equal(
	        one_finding(&w, &azure_alerts, NULL, alert(&w, "'isIncident':true"))->state,
	        FINDING_UNKNOWN);
	world_close(&w);
}

static void test_alerts__fields(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = one_finding(&w, &azure_alerts, "{'value':[]}",
	                alert(&w,
	                      "'severity':'High','startTimeUtc':'2024-01-01T00:00:00Z',"
	                      "'endTimeUtc':'2024-01-02T00:00:00Z','isIncident':false,"
	                      "'processingEndTimeUtc':'2024-01-03T00:00:00.1234567Z',"
	                      "'remediationSteps':['one',2,'two'],'resourceIdentifiers':["
	                      "{'type':'LogAnalytics','agentId':'a'},"
	                      "{'type':'AzureResource','azureResourceId':'" VM "'}]"));
	assert_string_equal(f->native_id,
	                    "/subscriptions/11111111-1111-1111-1111-111111111111/"
	                    "resourcegroups/rg1/providers/microsoft.security/locations/"
	                    "westeurope/alerts/2518_ab");
	assert_string_equal(f->rule, "VM_Y");
	assert_string_equal(f->resource.type, "microsoft.compute/virtualmachines");
	assert_string_equal(f->resource.region, ""); /* westeurope is Defender's */
	assert_string_equal(f->remediation, "one\ntwo");
	assert_string_equal(f->location, "");
	assert_int_equal(f->class, CLASS_THREAT);
	assert_int_equal(f->sev100, 80);
	assert_int_equal(f->first_seen, 1704067200 * USEC_PER_SEC);
	assert_int_equal(f->last_seen, 1704153600 * USEC_PER_SEC);
	assert_int_equal(f->source_updated_at, 1704240000 * USEC_PER_SEC + 123456);
	assert_false(f->sample);

	f = one_finding(&w, &azure_alerts, NULL,
	                "{'id':'" SUB "/providers/Microsoft.Security/locations/x/alerts/1',"
	                "'properties':{'alertDisplayName':'[SAMPLE ALERT] T',"
	                "'alertName':'N','reportedSeverity':'Medium','state':'Active',"
	                "'detectedTimeUtc':'2024-01-01T00:00:00Z',"
	                "'reportedTimeUtc':'2024-01-02T00:00:00Z','remediationSteps':'do',"
	                "'associatedResource':'/SUBSCRIPTIONS/11111111-1111-1111-1111-"
	                "111111111111/RESOURCEGROUPS/Rg1/providers/Microsoft.Compute/"
	                "virtualMachines/Vm1','compromisedEntity':'Vm1'}}");
	assert_string_equal(f->rule, "N");
	assert_string_equal(f->remediation, "do");
	assert_string_equal(f->resource.name, "vm1");
	assert_int_equal(f->sev100, 55);
	assert_int_equal(f->source_updated_at, 1704153600 * USEC_PER_SEC);
	assert_true(f->sample);
	world_close(&w);
}

static void test_alerts__resources(void **state)
{
	static const struct {
		const char *name, *properties;
		const char *ids; /* canonical, joined by spaces */
	} cases[] = {
	        {"two, one twice",
	         "'resourceIdentifiers':[{'azureResourceId':'" SUB "/a'},"
	         "{'AzureResourceId':'" SUB "/B'},{'azureResourceId':'" SUB "/A'}]",
	         SUB "/a " SUB "/b"},
	        {"by entity", "'compromisedEntity':'" SUB "/c'", SUB "/c"},
	        {"by name", "'compromisedEntity':'Host7'",
	         "11111111-1111-1111-1111-111111111111/host7"},
	        {"nothing", "'resourceIdentifiers':[{'type':'AAD'}]", SUB},
	};
	static const struct org org = {.id = 1, .slug = "default"};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const char *got = "";

		assert_int_equal(
		        parse(&w, &azure_alerts, NULL, alert(&w, cases[i].properties)), 0);
		for (size_t k = 0; k < w.out.n_findings; k++) {
			struct finding *f = &w.out.findings[k];

			assert_int_equal(finding_seal(f, &org, w.arena, &w.err), 0);
			got = arena_printf(w.arena, "%s%s%s", got, k == 0 ? "" : " ",
			                   f->resource.id);
		}
		if (strcmp(got, cases[i].ids) != 0)
			fail_msg("%s: %s", cases[i].name, got);
	}
	world_close(&w);
}

static void test_alerts__event_export(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = one_finding(
	        &w, &azure_alerts, NULL,
	        "{'AlertType':'VM_Y','SystemAlertId':'2518_AB','Status':'Dismissed',"
	        "'AlertDisplayName':'T','Severity':'Low','IsIncident':false,"
	        "'AlertUri':'https://portal.azure.com/#blade/x/subscriptionId/"
	        "11111111-1111-1111-1111-111111111111/resourceGroup/r',"
	        "'ResourceIdentifiers':[{'AzureResourceId':'" VM "'}]}");
	assert_string_equal(f->native_id, "2518_ab");
	assert_string_equal(f->scope, "11111111-1111-1111-1111-111111111111");
	assert_int_equal(f->state, FINDING_SUPPRESSED);
	assert_int_equal(f->sev100, 25);
	assert_int_equal(parse(&w, &azure_alerts, NULL,
	                       "{'type':'Microsoft.Security/alerts','id':'/x',"
	                       "'properties':{'alertDisplayName':''}}"),
	                 ERR_INVALID);
	world_close(&w);
}

static const char *policy(struct world *w, const char *fields)
{
	return arena_printf(w->arena,
	                    "{'resourceId':'" VM "','policyAssignmentId':'" SUB
	                    "/providers/Microsoft.Authorization/policyAssignments/A1',"
	                    "'policyDefinitionId':'/providers/Microsoft.Authorization/"
	                    "policyDefinitions/" KEY "','policyDefinitionName':'" KEY
	                    "',%s}",
	                    fields);
}

static void test_policy__states(void **state)
{
	static const struct {
		const char *fields;
		enum finding_state want;
	} cases[] = {
	        {"'complianceState':'NonCompliant'", FINDING_OPEN},
	        {"'complianceState':'Compliant','isCompliant':true", FINDING_PASSING},
	        {"'complianceState':'Exempt','isCompliant':false", FINDING_SUPPRESSED},
	        {"'complianceState':'Conflict'", FINDING_UNKNOWN},
	        {"'complianceState':'Protected'", FINDING_UNKNOWN},
	        {"'complianceState':'Error'", FINDING_UNKNOWN},
	        {"'complianceState':'Unknown'", FINDING_UNKNOWN},
	        {"'isCompliant':false", FINDING_OPEN},
	        {"'isCompliant':true", FINDING_PASSING},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
		const struct finding *f = one_finding(&w, &azure_policy_states, NULL,
		                                      policy(&w, cases[i].fields));

		if (f->state != cases[i].want)
			fail_msg("%s: %s", cases[i].fields, finding_state_name(f->state));
	}
	assert_int_equal(parse(&w, &azure_policy_states, NULL, policy(&w, "'x':1")),
	                 ERR_INVALID);
	world_close(&w);
}

static void test_policy__identity_and_fields(void **state)
{
	struct world w;
	const struct finding *f;

	(void)state;
	world_open(&w);
	f = one_finding(&w, &azure_policy_states, "{'@odata.nextLink':null,'value':[]}",
	                policy(&w,
	                       "'complianceState':'NonCompliant','resourceLocation':"
	                       "'eastus','policyDefinitionReferenceId':'diskEncryption',"
	                       "'timestamp':'2024-01-01T00:00:00Z',"
	                       "'resourceType':'/Microsoft.Compute/virtualMachines',"
	                       "'policyDefinitionGroupNames':['CIS_Azure_1.3.0_4.2.1',"
	                       "'myGroup_1',7],'subscriptionId':'11111111-1111-1111-"
	                       "1111-111111111111','policyAssignmentParameters':'{}'"));
	assert_string_equal(f->connector, "azure_policy");
	assert_string_equal(f->native_id,
	                    "/subscriptions/11111111-1111-1111-1111-111111111111/"
	                    "resourcegroups/rg1/providers/microsoft.compute/"
	                    "virtualmachines/vm1|/subscriptions/11111111-1111-1111-1111-"
	                    "111111111111/providers/microsoft.authorization/"
	                    "policyassignments/a1|diskencryption");
	assert_string_equal(f->rule, KEY);
	assert_string_equal(f->title, "diskEncryption");
	assert_string_equal(f->engine, "azure_policy");
	assert_string_equal(f->scope, "11111111-1111-1111-1111-111111111111");
	assert_string_equal(f->resource.region, "eastus");
	assert_string_equal(f->resource.type, "microsoft.compute/virtualmachines");
	assert_int_equal(f->sev100, SEV100_UNKNOWN);
	assert_int_equal(f->last_seen, 1704067200 * USEC_PER_SEC);
	assert_int_equal(f->first_seen, TIMESTAMP_NONE);
	assert_int_equal(f->n_controls, 1);
	assert_string_equal(f->controls[0].framework, "CIS_Azure_1.3.0");
	assert_string_equal(f->controls[0].requirement, "4.2.1");

	/* A custom definition's name is not unique: all of its id is the rule. */
	f = one_finding(
	        &w, &azure_policy_states, NULL,
	        "{'resourceId':'" VM "','policyAssignmentId':'/a','policyDefinitionId':"
	        "'" SUB "/providers/Microsoft.Authorization/policyDefinitions/Tags',"
	        "'policyDefinitionName':'Tags','complianceState':'NonCompliant'}");
	assert_string_equal(f->rule, "/subscriptions/11111111-1111-1111-1111-111111111111/"
	                             "providers/microsoft.authorization/policydefinitions/"
	                             "tags");
	assert_string_equal(f->title, "Tags");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_subassessments__one_finding_a_cve),
	        cmocka_unit_test(test_subassessments__severity),
	        cmocka_unit_test(test_subassessments__resource_and_engine),
	        cmocka_unit_test(test_subassessments__vulnerability_facts),
	        cmocka_unit_test(test_subassessments__refuses_floods),
	        cmocka_unit_test(test_alerts__states),
	        cmocka_unit_test(test_alerts__fields),
	        cmocka_unit_test(test_alerts__resources),
	        cmocka_unit_test(test_alerts__event_export),
	        cmocka_unit_test(test_policy__states),
	        cmocka_unit_test(test_policy__identity_and_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
