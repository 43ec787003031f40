/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From evidence to the inputs of the score: which member counts, what stands in for
 * what nobody says, and over random evidence that order and repetition do not matter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/cve.h"
#include "model/severity.h"

#include "scorer/factors.h"
#include "support/catalog_file.h"
#include "support/random.h"

enum {
	N_CASES = 10000,
	N_MEMBERS_MAX = 8
};

static struct arena *arena;
static struct responsibility_tables tables;
static struct score_model *model;
static const struct intel_table *intel; /* NULL, but in the tests of feeds */

/* The rule "stated" has a severity of its own. */
static int severity_of_rule(const void *ctx, const char *connector, const char *rule)
{
	(void)ctx;
	(void)connector;
	return strcmp(rule, "stated") == 0 ? 70 : SEV100_UNKNOWN;
}

static const struct rule_severity rules = {severity_of_rule, NULL};

static const struct asset_facts machine = {
        .provider = PROVIDER_AWS,
        .type = "AWS::EC2::Instance",
        .context = {EXPOSURE_UNKNOWN, CRITICALITY_UNKNOWN, SENSITIVITY_UNKNOWN,
                    PRIVILEGE_UNKNOWN},
};

static struct evidence evidence_of(enum finding_class class)
{
	return (struct evidence){.class = class,
	                         .sev100 = 50,
	                         .epss = -1,
	                         .fidelity = FIDELITY_STANDARD,
	                         .connector = "hub",
	                         .rule = "r",
	                         .cve = "",
	                         .location = "",
	                         .engine = "hub",
	                         .title = "t"};
}

/* A group of n findings, which stand as correlate() puts them: the open ones first. */
static struct risk_group group_of(const char *subject, const char *category,
                                  const struct evidence *e, size_t n)
{
	struct member *members = ARENA_ARRAY(arena, struct member, n);

	for (size_t i = 0; i < n; i++)
		members[i].e = &e[i];
	return (struct risk_group){.subject = subject,
	                           .location = "",
	                           .category = category,
	                           .members = members,
	                           .n_members = n};
}

static struct gathered gather(const struct risk_group *g, const struct asset_facts *facts)
{
	const struct asset_view view = asset_view_of(&tables, facts, g, 1);

	return gather_inputs(&tables, &rules, intel, g, &view);
}

enum {
	CVSS_2 = 2 << FINDING_FLAG_CVSS_SHIFT,
	CVSS_31 = 4 << FINDING_FLAG_CVSS_SHIFT,
	CVSS_4 = 5 << FINDING_FLAG_CVSS_SHIFT
};

/* clang-format off */
static const struct severity_row {
	const char *name, *subject, *rule[2];
	int sev[2];
	unsigned int version[2];
	int want, witness;
	enum basis basis;
} severity_rows[] = {
	{"the greatest", "rule:hub/r", {"r", "r"}, {40, 60}, {0, 0}, 60, 1, BASIS_REPORTED},
	{"a newer CVSS before a greater one", "cve:CVE-2024-1", {"r", "r"}, {60, 90},
	 {CVSS_4, CVSS_31}, 60, 0, BASIS_REPORTED},
	{"any CVSS before a label", "cve:CVE-2024-1", {"r", "r"}, {90, 40}, {0, CVSS_2},
	 40, 1, BASIS_REPORTED},
	{"not unknown", "rule:hub/r", {"r", "r"}, {SEV100_UNKNOWN, 10}, {0, 0}, 10, 1,
	 BASIS_REPORTED},
	{"what the rule's facts say", "rule:hub/r", {"stated", "r"}, {SEV100_UNKNOWN, 10},
	 {0, 0}, 70, 0, BASIS_REPORTED},
	{"what the finding says before its rule", "rule:hub/r", {"stated", "r"}, {20, 10},
	 {0, 0}, 20, 0, BASIS_REPORTED},
	{"nobody says", "rule:hub/r", {"r", "r"}, {SEV100_UNKNOWN, SEV100_UNKNOWN}, {0, 0},
	 50, -1, BASIS_ASSUMED},
	{"zero is said", "rule:hub/r", {"r", "r"}, {0, SEV100_UNKNOWN}, {0, 0}, 0, 0,
	 BASIS_REPORTED},
};
/* clang-format on */

static void test_severity__newest_cvss_then_greatest(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(severity_rows); i++) {
		const struct severity_row *row = &severity_rows[i];
		struct evidence e[2];

		for (int k = 0; k < 2; k++) {
			e[k] = evidence_of(CLASS_VULNERABILITY);
			e[k].rule = row->rule[k];
			e[k].sev100 = row->sev[k];
			e[k].flags = row->version[k];
		}
		const struct risk_group g = group_of(row->subject, "", e, 2);
		const struct gathered got = gather(&g, &machine);

		if (got.inputs.sev100 != row->want ||
		    got.witness[INPUT_SEVERITY] != row->witness ||
		    got.basis[INPUT_SEVERITY] != row->basis)
			fail_msg("%s: %d by member %d", row->name, got.inputs.sev100,
			         got.witness[INPUT_SEVERITY]);
	}
}

static void test_likelihood__epss_for_cves_else_the_category(void **state)
{
	struct evidence e[2] = {evidence_of(CLASS_VULNERABILITY),
	                        evidence_of(CLASS_VULNERABILITY)};
	struct risk_group g = group_of("cve:CVE-2024-1", "", e, 2);
	struct gathered got;

	(void)state;
	got = gather(&g, &machine);
	assert_int_equal(got.inputs.lik_kind, LIKELIHOOD_EPSS);
	assert_int_equal(got.inputs.lik, 200);
	assert_int_equal(got.basis[INPUT_LIKELIHOOD], BASIS_ASSUMED);
	e[1].epss = 94000;
	got = gather(&g, &machine);
	assert_int_equal(got.inputs.lik, 94000);
	assert_int_equal(got.witness[INPUT_LIKELIHOOD], 1);
	/* A vulnerability without a CVE: a known weakness. */
	g.subject = "rule:hub/r";
	got = gather(&g, &machine);
	assert_int_equal(got.inputs.lik_kind, LIKELIHOOD_CLASS);
	assert_int_equal(got.inputs.lik, CATEGORY_L2);
	/* A setting of a known category: what the category says. */
	e[0] = e[1] = evidence_of(CLASS_EXPOSURE);
	g.category = "public_storage_exposure";
	got = gather(&g, &machine);
	assert_int_equal(got.inputs.lik, CATEGORY_L4);
	assert_int_equal(got.basis[INPUT_LIKELIHOOD], BASIS_CATALOG);
}

static void test_maturity__a_threat_is_the_proof_of_use(void **state)
{
	struct evidence e = evidence_of(CLASS_THREAT);
	struct risk_group g = group_of("threat:r", "", &e, 1);

	(void)state;
	assert_int_equal(gather(&g, &machine).inputs.maturity, MATURITY_RANSOMWARE);
	e.flags = FINDING_FLAG_SAMPLE;
	assert_int_equal(gather(&g, &machine).inputs.maturity, MATURITY_NONE);
	e.class = CLASS_VULNERABILITY;
	e.maturity = MATURITY_FUNCTIONAL;
	assert_int_equal(gather(&g, &machine).inputs.maturity, MATURITY_FUNCTIONAL);
}

/* A category that says that the internet reaches its asset. */
static const char *exposing_category(void)
{
	for (size_t i = 0; i < tables.n_categories; i++)
		if (strcmp(tables.categories[i].domain->name, "public_exposure_setting") ==
		    0)
			return tables.categories[i].name;
	fail_msg("the catalogue has no category of public exposure");
	return "";
}

static void test_exposure__of_an_open_finding_counts_for_all_of_its_asset(void **state)
{
	struct evidence open = evidence_of(CLASS_EXPOSURE),
	                other = evidence_of(CLASS_VULNERABILITY);
	struct risk_group groups[2] = {
	        group_of("control:public", exposing_category(), &open, 1),
	        group_of("cve:CVE-2024-1", "", &other, 1)};
	struct asset_view view = asset_view_of(&tables, &machine, groups, 2);

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct gathered got =
		        gather_inputs(&tables, &rules, NULL, &groups[i], &view);

		assert_int_equal(got.inputs.exposure, EXPOSURE_OPEN);
		assert_int_equal(got.basis[INPUT_EXPOSURE], BASIS_DERIVED);
	}
	/* Closed or muted it counts for nobody but itself: its band stays as it was. */
	open.state = FINDING_SUPPRESSED;
	view = asset_view_of(&tables, &machine, groups, 2);
	assert_int_equal(
	        gather_inputs(&tables, &rules, NULL, &groups[0], &view).inputs.exposure,
	        EXPOSURE_OPEN);
	assert_int_equal(
	        gather_inputs(&tables, &rules, NULL, &groups[1], &view).inputs.exposure,
	        EXPOSURE_UNKNOWN);
}

static void test_layers__other_failing_controls_are_counted_once_a_layer(void **state)
{
	struct evidence e[3] = {evidence_of(CLASS_MISCONFIGURATION),
	                        evidence_of(CLASS_MISCONFIGURATION),
	                        evidence_of(CLASS_IDENTITY)};
	struct risk_group groups[3] = {group_of("rule:hub/a", "", &e[0], 1),
	                               group_of("rule:hub/b", "", &e[1], 1),
	                               group_of("rule:hub/c", "", &e[2], 1)};
	struct asset_view view = asset_view_of(&tables, &machine, groups, 3);
	struct gathered got = gather_inputs(&tables, &rules, NULL, &groups[0], &view);

	(void)state;
	/* a and b are of one layer, which is a's own: only c's counts. */
	assert_int_equal(got.inputs.failing, 1);
	assert_true(got.inputs.applicable >= 1 && got.inputs.applicable <= 6);
	e[2].state = FINDING_RESOLVED;
	view = asset_view_of(&tables, &machine, groups, 3);
	got = gather_inputs(&tables, &rules, NULL, &groups[0], &view);
	assert_int_equal(got.inputs.failing, 0);
}

/* Of the first group; n: the applicable layers that it has to have. */
static int failing_of(const struct risk_group *groups, size_t n_groups,
                      const struct asset_facts *facts, int n)
{
	const struct asset_view view = asset_view_of(&tables, facts, groups, n_groups);
	const struct gathered got = gather_inputs(&tables, &rules, NULL, &groups[0], &view);

	assert_int_equal(got.inputs.applicable, n);
	return got.inputs.failing;
}

/* Failing layers of an asset, beside those of a weakness of its compute layer. */
static void test_layers__count_what_is_ours_and_fails(void **state)
{
	static const struct {
		const char *type;
		const char *failing[4]; /* categories of open controls */
		int k, n;
	} rows[] = {
	        {"AWS::EC2::Instance", {NULL}, 0, 5},
	        {"AWS::EC2::Instance", {"overprivileged_identity"}, 1, 5},
	        {"AWS::EC2::Instance",
	         {"overprivileged_identity", "mfa_missing_user"},
	         1,
	         5},
	        {"AWS::EC2::Instance", {"overprivileged_identity", "flow_logs_off"}, 2, 5},
	        {"AWS::EC2::Instance",
	         {"edr_missing", "flow_logs_off"},
	         1,
	         5}, /* its own */
	        {"AWS::EC2::Instance", {"datacenter_physical_control"}, 0, 5},
	        {"host", {"datacenter_physical_control"}, 1, 6},
	        {"microsoft.365/tenant", {"nsg_sg_any_any"}, 1, 5},
	        {"AWS::EC2::Instance",
	         {"overprivileged_identity", "flow_logs_off", "disk_unencrypted",
	          "audit_logging_off"},
	         4,
	         5},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const struct asset_facts facts = {.type = rows[i].type};
		struct evidence cve = evidence_of(CLASS_VULNERABILITY), e[4];
		struct risk_group groups[5] = {
		        group_of("cve:CVE-2024-1", "os_vulnerability_cve", &cve, 1)};
		size_t n = 1;

		for (; n <= 4 && rows[i].failing[n - 1]; n++) {
			e[n - 1] = evidence_of(CLASS_MISCONFIGURATION);
			groups[n] = group_of("rule:hub/x", rows[i].failing[n - 1],
			                     &e[n - 1], 1);
		}
		assert_int_equal(failing_of(groups, n, &facts, rows[i].n), rows[i].k);
		for (int before = rows[i].k; n > 1; n--) { /* one after the other closes */
			e[n - 2].state = FINDING_RESOLVED;
			const int now = failing_of(groups, n, &facts, rows[i].n);

			assert_true(now <= before);
			before = now;
		}
		assert_int_equal(failing_of(groups, 1, &facts, rows[i].n), 0);
	}
}

static void test_corroboration__by_engines_not_products(void **state)
{
	struct evidence e[2] = {evidence_of(CLASS_VULNERABILITY),
	                        evidence_of(CLASS_VULNERABILITY)};
	struct risk_group g = group_of("cve:CVE-2024-1", "", e, 2);

	(void)state;
	e[1].connector = "other product";
	assert_int_equal(gather(&g, &machine).inputs.corr, CORROBORATION_STANDARD);
	e[1].fidelity = FIDELITY_AUTHORITATIVE;
	assert_int_equal(gather(&g, &machine).inputs.corr, CORROBORATION_AUTHORITATIVE);
	e[1].engine = "trivy";
	assert_int_equal(gather(&g, &machine).inputs.corr, CORROBORATION_INDEPENDENT);
	/* A finding that is closed corroborates nothing. */
	e[1].state = FINDING_RESOLVED;
	assert_int_equal(gather(&g, &machine).inputs.corr, CORROBORATION_STANDARD);
}

static void test_responsibility__packages_of_images_are_ours(void **state)
{
	static const char *const types[] = {"container.image", "AWS::ECR::Repository",
	                                    "artifactregistry.googleapis.com/Repository",
	                                    "microsoft.containerregistry/registries"};
	struct evidence e = evidence_of(CLASS_VULNERABILITY);
	const struct risk_group g = group_of("cve:CVE-2024-1", "", &e, 1);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(types); i++) {
		struct asset_facts facts = machine;

		facts.type = types[i];
		if (gather(&g, &facts).responsibility.verdict == VERDICT_PROVIDER)
			fail_msg("%s: left to the provider", types[i]);
	}
}

/* clang-format off */
static const struct feed_row {
	const char *name;
	struct intel intel;
	struct evidence e; /* over evidence_of() */
	int sev100, lik, maturity, automatable, total;
	enum basis basis[5];
} feed_rows[] = {
	{"what the feeds say wins over one of the same version",
	 {.epss = 4310, .maturity = 4, .automatable = 1, .total = 1, .sev100 = 98, .cvss_version = 4,
	  .cvss_scorer = 3},
	 {.sev100 = 70, .epss = 9000, .flags = CVSS_31}, 98, 4310, MATURITY_ACTIVE, 1, 1,
	 {BASIS_FEED, BASIS_FEED, BASIS_FEED, BASIS_FEED, BASIS_FEED}},
	{"a newer version of a tool before the feed's",
	 {.epss = -1, .automatable = -1, .total = -1, .sev100 = 98, .cvss_version = 4},
	 {.sev100 = 70, .epss = 9000, .flags = CVSS_4}, 70, 9000, MATURITY_NONE, 0, 0,
	 {BASIS_REPORTED, BASIS_REPORTED, BASIS_ASSUMED, BASIS_DERIVED, BASIS_DERIVED}},
	{"the feed's score before a label",
	 {.epss = -1, .automatable = -1, .total = -1, .sev100 = 30, .cvss_version = 2},
	 {.sev100 = 95, .epss = -1}, 30, 200, MATURITY_NONE, 0, 0,
	 {BASIS_FEED, BASIS_ASSUMED, BASIS_ASSUMED, BASIS_DERIVED, BASIS_DERIVED}},
	{"SSVC says no where a vector says yes",
	 {.epss = -1, .automatable = 0, .total = 0, .sev100 = -1},
	 {.sev100 = 70, .epss = -1, .flags = CVSS_31 | FINDING_FLAG_AUTOMATABLE | FINDING_FLAG_TOTAL},
	 70, 200, MATURITY_NONE, 0, 0,
	 {BASIS_REPORTED, BASIS_ASSUMED, BASIS_ASSUMED, BASIS_FEED, BASIS_FEED}},
	{"without SSVC the vector of the feed counts too",
	 {.epss = -1, .automatable = -1, .total = -1, .sev100 = 98, .cvss_version = 4,
	  .vector_automatable = true, .vector_total = true},
	 {.sev100 = 70, .epss = -1}, 98, 200, MATURITY_NONE, 1, 1,
	 {BASIS_FEED, BASIS_ASSUMED, BASIS_ASSUMED, BASIS_DERIVED, BASIS_DERIVED}},
	{"a tool may know more of exploits",
	 {.epss = -1, .maturity = 1, .automatable = -1, .total = -1, .sev100 = -1},
	 {.sev100 = 70, .epss = -1, .maturity = MATURITY_WEAPONISED}, 70, 200, MATURITY_WEAPONISED, 0, 0,
	 {BASIS_REPORTED, BASIS_ASSUMED, BASIS_REPORTED, BASIS_DERIVED, BASIS_DERIVED}},
};
/* clang-format on */

static void test_feeds__stand_before_tools(void **state)
{
	static const enum input inputs[] = {INPUT_SEVERITY, INPUT_LIKELIHOOD,
	                                    INPUT_MATURITY, INPUT_AUTOMATABLE, INPUT_TOTAL};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(feed_rows); i++) {
		const struct feed_row *row = &feed_rows[i];
		struct intel known = row->intel;
		struct intel_table table = {.arena = arena_new(4096)};
		struct evidence e = evidence_of(CLASS_VULNERABILITY);

		known.cve = cve_pack("CVE-2024-1000");
		intel_put(&table, &known);
		e.sev100 = row->e.sev100;
		e.epss = row->e.epss;
		e.flags = row->e.flags;
		e.maturity = row->e.maturity;
		const struct risk_group g = group_of("cve:CVE-2024-1000", "", &e, 1);

		intel = &table;
		const struct gathered got = gather(&g, &machine);

		intel = NULL;
		arena_free(table.arena);
		if (got.inputs.sev100 != row->sev100 || got.inputs.lik != row->lik ||
		    (int)got.inputs.maturity != row->maturity ||
		    got.inputs.automatable != row->automatable ||
		    got.inputs.total != row->total)
			fail_msg("%s: %d %d %d %d %d", row->name, got.inputs.sev100,
			         got.inputs.lik, (int)got.inputs.maturity,
			         got.inputs.automatable, got.inputs.total);
		for (size_t k = 0; k < N_ELEMENTS(inputs); k++)
			if (got.basis[inputs[k]] != row->basis[k])
				fail_msg("%s: basis %zu is %d", row->name, k,
				         (int)got.basis[inputs[k]]);
	}
}

/* A feed about another CVE, or none at all, changes nothing. */
static void test_feeds__silent_ones_change_nothing(void **state)
{
	const struct intel other = {
	        .cve = cve_pack("CVE-2024-2000"), .epss = 99999, .sev100 = 100};
	struct intel_table about_another = {.arena = arena_new(4096)};
	static const struct intel_table empty = {0};
	struct evidence e[2] = {evidence_of(CLASS_VULNERABILITY),
	                        evidence_of(CLASS_VULNERABILITY)};
	const struct risk_group g = group_of("cve:CVE-2024-1000", "", e, 2);

	(void)state;
	intel_put(&about_another, &other);
	e[1].epss = 500;
	e[1].flags = CVSS_31 | FINDING_FLAG_TOTAL;
	const struct gathered want = gather(&g, &machine);

	intel = &empty;
	const struct gathered got = gather(&g, &machine);

	intel = &about_another;
	const struct gathered still = gather(&g, &machine);

	intel = NULL;
	arena_free(about_another.arena);
	assert_memory_equal(&got.inputs, &want.inputs, sizeof(want.inputs));
	assert_memory_equal(got.basis, want.basis, sizeof(want.basis));
	assert_memory_equal(&still.inputs, &want.inputs, sizeof(want.inputs));
	assert_memory_equal(still.basis, want.basis, sizeof(want.basis));
}

static struct evidence random_evidence(void)
{
	static const char *const engines[] = {"hub", "trivy", "guardduty"};
	static const char *const rule_names[] = {"r", "stated"};
	struct evidence e =
	        evidence_of((enum finding_class)random_below(N_FINDING_CLASSES));

	e.state = random_below(3) ? FINDING_OPEN : FINDING_RESOLVED;
	e.sev100 = random_below(4) ? random_below(101) : SEV100_UNKNOWN;
	e.epss = random_below(2) ? 1 + random_below(100000) : -1;
	e.fidelity = (enum fidelity)random_below(3);
	e.maturity = (enum maturity)random_below(MATURITY_RANSOMWARE + 1);
	e.flags = (unsigned int)random_below(128) & ~(unsigned int)FINDING_FLAG_SAMPLE;
	e.engine = engines[random_below(3)];
	e.rule = rule_names[random_below(2)];
	return e;
}

static struct risk_group random_group(struct evidence *e, size_t n)
{
	const char *category =
	        random_below(3)
	                ? tables.categories[random_below((int)tables.n_categories)].name
	                : "";
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		const struct evidence one = random_evidence();

		if (one.state != FINDING_OPEN) {
			e[i] = one;
			continue;
		}
		e[i] = e[at]; /* the open ones stand first */
		e[at++] = one;
	}
	return group_of(random_below(2) ? "cve:CVE-2024-1" : "rule:hub/r", category, e, n);
}

static void check_inputs(const struct score_inputs *in)
{
	const struct score score = score_of(model, in);
	int sum = 0;

	assert_true(in->sev100 >= 0 && in->sev100 <= 100);
	assert_true(in->lik_kind == LIKELIHOOD_EPSS ? in->lik >= 1 && in->lik <= 100000
	                                            : in->lik >= 0 && in->lik <= 4);
	assert_true(in->applicable >= 0 && in->applicable <= 6);
	assert_true(in->failing >= 0 && in->failing <= in->applicable);
	for (int i = 0; i < N_FACTORS; i++)
		sum += score.points[i];
	assert_int_equal(sum, score.total);
	assert_true(score.total >= 0 && score.total <= 1000);
}

static void row_of(const struct risk_group *g, int32_t row[N_INPUTS])
{
	const struct gathered got = gather(g, &machine);

	inputs_to_row(&got.inputs, row);
}

static void test_gather__order_and_repetition_do_not_matter(void **state)
{
	(void)state;
	random_begin(20261126);
	for (int i = 0; i < N_CASES; i++) {
		struct evidence e[2 * N_MEMBERS_MAX];
		const size_t n = 1 + (size_t)random_below(N_MEMBERS_MAX);
		int32_t row[N_INPUTS], other[N_INPUTS];
		size_t n_open = 0;

		arena_reset(arena);
		struct risk_group g = random_group(e, n);
		const struct gathered got = gather(&g, &machine);

		check_inputs(&got.inputs);
		inputs_to_row(&got.inputs, row);
		for (int k = 0; k < N_INPUTS; k++)
			assert_true(got.witness[k] >= -1 && got.witness[k] < (int)n);
		/* Another order of the open ones, the first of all set apart: it stands for
		 * the group's class. */
		while (n_open < n && e[n_open].state == FINDING_OPEN)
			n_open++;
		for (size_t k = n_open; k > 2; k--) {
			const size_t with = 1 + (size_t)random_below((int)k - 1);
			const struct member swap = g.members[k - 1];

			g.members[k - 1] = g.members[with];
			g.members[with] = swap;
		}
		row_of(&g, other);
		assert_memory_equal(row, other, sizeof(row));
		/* The last open one once more. */
		if (n_open == 0 || n_open < n)
			continue;
		e[n] = e[n - 1];
		g = group_of(g.subject, g.category, e, n + 1);
		row_of(&g, other);
		assert_memory_equal(row, other, sizeof(row));
	}
}

static int load(void **state)
{
	struct error err = {0};
	const struct responsibility_texts texts = {
	        .matrix = catalog_file("responsibility/matrix.csv", *state),
	        .resource_types = catalog_file("responsibility/resource_types.csv", *state),
	        .finding_categories =
	                catalog_file("responsibility/finding_categories.csv", *state),
	};
	const char *text = catalog_file("models/rs-1.0.0.json", *state);

	if (responsibility_load(&texts, *state, &tables, &err) < 0 ||
	    score_model_load(text, strlen(text), &model, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_severity__newest_cvss_then_greatest),
	        cmocka_unit_test(test_likelihood__epss_for_cves_else_the_category),
	        cmocka_unit_test(test_maturity__a_threat_is_the_proof_of_use),
	        cmocka_unit_test(
	                test_exposure__of_an_open_finding_counts_for_all_of_its_asset),
	        cmocka_unit_test(
	                test_layers__other_failing_controls_are_counted_once_a_layer),
	        cmocka_unit_test(test_feeds__stand_before_tools),
	        cmocka_unit_test(test_feeds__silent_ones_change_nothing),
	        cmocka_unit_test(test_layers__count_what_is_ours_and_fails),
	        cmocka_unit_test(test_corroboration__by_engines_not_products),
	        cmocka_unit_test(test_responsibility__packages_of_images_are_ours),
	        cmocka_unit_test(test_gather__order_and_repetition_do_not_matter),
	};
	struct arena *tables_arena = arena_new(1 << 16);
	void *state = tables_arena;
	int failed;

	arena = arena_new(1 << 16);
	failed = load(&state) < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
	score_model_free(model);
	arena_free(arena);
	arena_free(tables_arena);
	return failed;
}
