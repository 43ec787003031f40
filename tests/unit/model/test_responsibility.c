/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue's own tables must load; small broken ones must be refused by line. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/responsibility.h"

#include "support/catalog_file.h"

#define MATRIX_HEADER "domain,layer,on_prem,iaas,paas,saas,source,review_by\n"
#define TYPES_HEADER  "cloud,resource_type,alias,service_model,kind,overrides,source\n"
#define CATEGORIES_HEADER                                                               \
	"category,layer,domain,default_likelihood,automatable_if_exposed,total_impact," \
	"default_for\n"
#define MATRIX \
	MATRIX_HEADER "os,compute,customer,customer,provider,provider,ms,2027-11-25\n"

static char *read_table(const char *name, struct arena *a)
{
	char *text = catalog_file(arena_printf(a, "responsibility/%s", name), a);

	if (text == NULL)
		fail_msg("%s cannot be read", name);
	return text;
}

static struct responsibility_tables catalog_tables(struct arena *a)
{
	const struct responsibility_texts texts = {
	        .matrix = read_table("matrix.csv", a),
	        .resource_types = read_table("resource_types.csv", a),
	        .finding_categories = read_table("finding_categories.csv", a),
	        .split = read_table("split.tsv", a)};
	struct responsibility_tables tables;
	struct error err;

	if (responsibility_load(&texts, a, &tables, &err) != 0)
		fail_msg("%s", err.text);
	return tables;
}

static void test_responsibility_load__reads_the_catalogue(void **state)
{
	ARENA_SCOPED a = arena_new(65536);
	const struct responsibility_tables t = catalog_tables(a);
	const struct finding_category *category;

	(void)state;
	assert_int_equal(t.n_domains, 32);
	assert_int_equal(t.n_kinds, 265);
	assert_int_equal(t.n_categories, 57);
	category = finding_category_find(&t, "public_compute_admin_port");
	assert_non_null(category);
	assert_int_equal(category->layer, LAYER_PERIMETER);
	assert_int_equal(category->likelihood, CATEGORY_L3);
	assert_true(category->automatable_if_exposed);
	assert_true(category->total_impact);
	assert_int_equal(finding_category_find(&t, "os_vulnerability_cve")->likelihood,
	                 CATEGORY_EPSS);
	assert_int_equal(finding_category_find(&t, "malware_or_active_threat")->likelihood,
	                 CATEGORY_ACTIVE);
	assert_null(finding_category_find(&t, "nonsense"));
}

static void test_responsibility_of__decides_by_type_and_domain(void **state)
{
	static const struct {
		const char *type;
		const char *category;
		enum verdict verdict;
		enum service_model model;
		enum layer layer;
	} rows[] = {
	        {"AWS::EC2::Instance", "os_vulnerability_cve", VERDICT_CUSTOMER,
	         SERVICE_IAAS, LAYER_COMPUTE},
	        {"aws::ec2::instance", "os_vulnerability_cve", VERDICT_CUSTOMER,
	         SERVICE_IAAS, LAYER_COMPUTE},
	        {"AWS::Lambda::Function", "os_vulnerability_cve", VERDICT_PROVIDER,
	         SERVICE_PAAS, LAYER_COMPUTE},
	        {"AWS::EKS::Cluster", "os_vulnerability_cve", VERDICT_SHARED, SERVICE_PAAS,
	         LAYER_COMPUTE},
	        {"AWS::S3::Bucket", "public_storage_exposure", VERDICT_CUSTOMER,
	         SERVICE_PAAS, LAYER_PERIMETER},
	        {"AWS::RDS::DBInstance", "middleware_db_engine_cve", VERDICT_SHARED,
	         SERVICE_PAAS, LAYER_COMPUTE},
	        {"microsoft.compute/virtualmachines", "provider_platform_vulnerability",
	         VERDICT_PROVIDER, SERVICE_IAAS, LAYER_PHYSICAL},
	        {"Microsoft.Storage/storageAccounts", "backup_missing_or_mutable",
	         VERDICT_SHARED, SERVICE_PAAS, LAYER_DATA},
	        {"microsoft.hybridcompute/machines", "datacenter_physical_control",
	         VERDICT_CUSTOMER, SERVICE_ON_PREM, LAYER_PHYSICAL},
	        {"container.googleapis.com/Cluster#autopilot", "os_vulnerability_cve",
	         VERDICT_PROVIDER, SERVICE_PAAS, LAYER_COMPUTE},
	        {"AWS::New::Thing", "os_vulnerability_cve", VERDICT_UNKNOWN, SERVICE_IAAS,
	         LAYER_COMPUTE},
	        {"", "public_api_no_auth", VERDICT_UNKNOWN, SERVICE_IAAS,
	         LAYER_APPLICATION},
	};
	ARENA_SCOPED a = arena_new(65536);
	const struct responsibility_tables t = catalog_tables(a);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct responsibility r = responsibility_of(
		        &t, rows[i].type, finding_category_find(&t, rows[i].category));

		if (r.verdict != rows[i].verdict || r.model != rows[i].model ||
		    r.layer != rows[i].layer)
			fail_msg("%s, %s: %s, %s, %s", rows[i].type, rows[i].category,
			         verdict_name(r.verdict), service_model_name(r.model),
			         layer_name(r.layer));
		assert_int_equal(r.kind == NULL, r.verdict == VERDICT_UNKNOWN);
	}
}

static void test_responsibility_of__names_what_decided(void **state)
{
	ARENA_SCOPED a = arena_new(65536);
	const struct responsibility_tables t = catalog_tables(a);
	struct responsibility r = responsibility_of(
	        &t, "AWS::EKS::Cluster", finding_category_find(&t, "os_vulnerability_cve"));

	(void)state;
	assert_true(r.overridden);
	assert_string_equal(r.domain->name, "operating_system");
	assert_string_equal(r.domain->source, "ms");
	assert_string_equal(r.kind->cloud, "aws");
	r = responsibility_of(&t, "AWS::New::Thing",
	                      finding_category_find(&t, "os_vulnerability_cve"));
	assert_false(r.overridden);
	assert_int_equal(r.row_owner, VERDICT_CUSTOMER); /* as IaaS */
}

static unsigned int layers_of(const struct responsibility_tables *t, const char *type)
{
	return our_layers(t, resource_kind_find(t, type));
}

/* docs/scoring.md, LAYERS: 7, minus wholly provider-owned ones, minus the risk's own. */
static void test_applicable_layers__counts_our_other_layers(void **state)
{
	static const struct {
		const char *type;
		enum layer own;
		int n;
	} rows[] = {
	        {"microsoft.hybridcompute/machines", LAYER_COMPUTE, 6},
	        {"AWS::EC2::Instance", LAYER_COMPUTE, 5},
	        {"AWS::EC2::Instance", LAYER_PHYSICAL,
	         6}, /* not ours: nothing to take off */
	        {"AWS::S3::Bucket", LAYER_PERIMETER, 5},
	        {"AWS::New::Thing", LAYER_COMPUTE, 5},
	        {"microsoft.entra/users", LAYER_IDENTITY, 5},
	};
	ARENA_SCOPED a = arena_new(65536);
	const struct responsibility_tables t = catalog_tables(a);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const int n = applicable_layers(layers_of(&t, rows[i].type), rows[i].own);

		if (n != rows[i].n)
			fail_msg("%s, %s: %d", rows[i].type, layer_name(rows[i].own), n);
	}
	assert_false(layers_of(&t, "AWS::S3::Bucket") & 1u << LAYER_PHYSICAL);
	assert_true(layers_of(&t, "AWS::S3::Bucket") & 1u << LAYER_DATA);
}

static void test_responsibility_load__refuses_broken_tables(void **state)
{
	static const struct {
		const char *matrix;
		const char *types;
		const char *categories;
		const char *text;
	} rows[] = {
	        {"", TYPES_HEADER, CATEGORIES_HEADER,
	         "matrix.csv line 1: unexpected header \"\""},
	        {MATRIX_HEADER
	         "os,cellar,customer,customer,provider,provider,ms,2027-11-25\n",
	         TYPES_HEADER, CATEGORIES_HEADER,
	         "matrix.csv line 2: unknown word \"cellar\""},
	        {MATRIX_HEADER
	         "\nos,compute,customer,customer,provider,unknown,ms,2027-11-25\n",
	         TYPES_HEADER, CATEGORIES_HEADER,
	         "matrix.csv line 3: unknown owner \"unknown\""},
	        {MATRIX_HEADER "os,compute,customer\n", TYPES_HEADER, CATEGORIES_HEADER,
	         "matrix.csv line 2: too few cells: \"os\""},
	        {MATRIX_HEADER "\"os\",compute,customer\n", TYPES_HEADER, CATEGORIES_HEADER,
	         "matrix.csv line 2: quotes are not read: \"\"os\",compute,customer\""},
	        {MATRIX "os,compute,customer,customer,provider,provider,ms,2027-11-25\n",
	         TYPES_HEADER, CATEGORIES_HEADER, "matrix.csv line 3: twice: \"os\""},
	        {MATRIX, TYPES_HEADER "aws,T,t,faas,compute,,ms\n", CATEGORIES_HEADER,
	         "resource_types.csv line 2: unknown word \"faas\""},
	        {MATRIX, TYPES_HEADER "aws,T,t,paas,compute,xx=shared,ms\n",
	         CATEGORIES_HEADER, "resource_types.csv line 2: unknown domain \"xx\""},
	        {MATRIX, TYPES_HEADER "aws,T,t,paas,compute,os=shared;os,ms\n",
	         CATEGORIES_HEADER,
	         "resource_types.csv line 2: no owner in override \"os\""},
	        {MATRIX,
	         TYPES_HEADER "aws,T,t,paas,compute,,ms\nazure,t,x,iaas,compute,,ms\n",
	         CATEGORIES_HEADER, "resource_types.csv: twice: \"t\""},
	        {MATRIX, TYPES_HEADER, CATEGORIES_HEADER "c,compute,os,L5,0,0,\n",
	         "finding_categories.csv line 2: unknown word \"L5\""},
	        {MATRIX, TYPES_HEADER, CATEGORIES_HEADER "c,compute,os,L1,yes,0,\n",
	         "finding_categories.csv line 2: neither 0 nor 1: \"yes\""},
	        {MATRIX, TYPES_HEADER, CATEGORIES_HEADER "c,compute,network,L1,0,0,\n",
	         "finding_categories.csv line 2: unknown domain \"network\""},
	        {MATRIX, TYPES_HEADER, CATEGORIES_HEADER "c,compute,os,L1,0,0,threat;x@t\n",
	         "finding_categories.csv line 2: unknown class \"x\""},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		const struct responsibility_texts texts = {rows[i].matrix, rows[i].types,
		                                           rows[i].categories, NULL};
		struct responsibility_tables tables = {.n_domains = 77};
		struct error err = {.text = ""};

		if (responsibility_load(&texts, a, &tables, &err) != ERR_INVALID)
			fail_msg("was loaded: %s", rows[i].text);
		if (strncmp(err.text, rows[i].text, 40) != 0)
			fail_msg("\"%s\", not \"%s\"", err.text, rows[i].text);
		assert_int_equal(tables.n_domains, 77); /* untouched */
	}
}

static void test_responsibility_load__takes_carriage_returns(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	const struct responsibility_texts texts = {
	        "domain,layer,on_prem,iaas,paas,saas,source,review_by\r\n"
	        "os,compute,customer,customer,provider,provider,ms,2027-11-25\r\n",
	        TYPES_HEADER "aws,T,t,paas,compute,os=shared;os=customer,ms",
	        CATEGORIES_HEADER, NULL};
	struct responsibility_tables tables;
	struct error err;

	(void)state;
	assert_int_equal(responsibility_load(&texts, a, &tables, &err), 0);
	assert_string_equal(tables.domains[0].source, "ms");
	assert_int_equal(tables.kinds[0].n_overrides, 2);
}

/*
 * What the customer sets is the customer's in every model: public exposure, identity,
 * data, keys, whatever the type overrides.
 */
static void test_responsibility_of__leaves_own_surfaces_to_the_customer(void **state)
{
	static const char *const domains[] = {
	        "customer_data",
	        "data_classification_and_encryption_config",
	        "key_management_cmk",
	        "public_exposure_setting",
	        "identities_and_users",
	        "access_management_rbac",
	        "workload_identities_keys",
	        "secrets_in_code_or_config",
	        "configuration_and_settings",
	        "logging_and_monitoring_config",
	};
	ARENA_SCOPED a = arena_new(65536);
	const struct responsibility_tables t = catalog_tables(a);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(domains); i++) {
		const struct control_domain *domain = control_domain_find(&t, domains[i]);

		assert_non_null(domain);
		for (int m = 0; m < N_SERVICE_MODELS; m++)
			assert_int_equal(domain->owner[m], VERDICT_CUSTOMER);
		for (size_t k = 0; k < t.n_kinds; k++) {
			const struct responsibility r =
			        responsibility_of_domain(&t, t.kinds[k].type, domain);

			if (r.verdict != VERDICT_CUSTOMER)
				fail_msg("%s of %s: %s", domains[i], t.kinds[k].type,
				         verdict_name(r.verdict));
		}
	}
}

/* No answer without a source, no shared one without its two halves, no wildcard. */
static void test_catalogue__every_row_says_where_it_is_from(void **state)
{
	ARENA_SCOPED a = arena_new(65536);
	const struct responsibility_tables t = catalog_tables(a);

	(void)state;
	for (size_t i = 0; i < t.n_domains; i++) {
		assert_string_not_equal(t.domains[i].source, "");
		assert_int_equal(strlen(t.domains[i].review_by), strlen("2027-11-25"));
		assert_string_not_equal(t.domains[i].provider_does, "");
		assert_string_not_equal(t.domains[i].customer_does, "");
	}
	for (size_t i = 0; i < t.n_kinds; i++) {
		assert_string_not_equal(t.kinds[i].source, "");
		assert_null(strpbrk(t.kinds[i].type, "*?%"));
	}
}

static void test_finding_category_default__by_class_and_type(void **state)
{
	static const struct {
		enum finding_class class;
		const char *type, *category;
	} rows[] = {
	        {CLASS_VULNERABILITY, "AWS::EC2::Instance", "os_vulnerability_cve"},
	        {CLASS_VULNERABILITY, "container.image", "container_image_cve"},
	        {CLASS_VULNERABILITY, "aws::ecr::repository", "container_image_cve"},
	        {CLASS_VULNERABILITY, "AWS::Lambda::Function", "library_dependency_cve"},
	        {CLASS_VULNERABILITY, "repository", "library_dependency_cve"},
	        {CLASS_VULNERABILITY, "", "os_vulnerability_cve"},
	        {CLASS_MISCONFIGURATION, "container.image", "setting_uncategorised"},
	        {CLASS_OTHER, "", "setting_uncategorised"},
	};
	ARENA_SCOPED a = arena_new(65536);
	const struct responsibility_tables t = catalog_tables(a);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(
		        finding_category_default(&t, rows[i].class, rows[i].type)->name,
		        rows[i].category);
	for (int class = 0; class < N_FINDING_CLASSES; class ++)
		assert_non_null(
		        finding_category_default(&t, (enum finding_class) class, "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_responsibility_load__reads_the_catalogue),
	        cmocka_unit_test(test_responsibility_of__decides_by_type_and_domain),
	        cmocka_unit_test(test_responsibility_of__names_what_decided),
	        cmocka_unit_test(test_applicable_layers__counts_our_other_layers),
	        cmocka_unit_test(
	                test_responsibility_of__leaves_own_surfaces_to_the_customer),
	        cmocka_unit_test(test_catalogue__every_row_says_where_it_is_from),
	        cmocka_unit_test(test_finding_category_default__by_class_and_type),
	        cmocka_unit_test(test_responsibility_load__refuses_broken_tables),
	        cmocka_unit_test(test_responsibility_load__takes_carriage_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
