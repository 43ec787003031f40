/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Correlation: which findings are one risk.  Named cases for each way to be the
 * same, and over random findings: the groups are those of a slow oracle, every
 * finding is in exactly one, and the order of the input does not matter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/subject.h"

#include "scorer/correlate.h"
#include "support/random.h"

enum {
	N_CASES = 10000,
	N_FINDINGS_MAX = 12,
	N_ASSETS = 3
};

static struct arena *arena;
static const struct org org = {.id = 7, .slug = "test"};

static struct control controls[] = {
        {.id = "storage.public",
         .category = "public_storage",
         .title = "Public",
         .class = CLASS_EXPOSURE},
        {.id = "vm.backup",
         .category = "backup",
         .title = "Backup",
         .class = CLASS_MISCONFIGURATION},
};
static struct control_alias aliases[] = {
        {.connector = "hub", .rule = "S3.2", .control = "storage.public"},
        {.connector = "prowler", .rule = "s3_public", .control = "storage.public"},
        {.connector = "prowler", .rule = "backup", .control = "vm.backup"},
};
static struct rule_pattern patterns[] = {
        {.connector = "hub",
         .pattern = "Lambda.*",
         .category = "serverless",
         .position = 1},
};
static struct control_catalog catalog = {controls, N_ELEMENTS(controls),
                                         aliases,  N_ELEMENTS(aliases),
                                         patterns, N_ELEMENTS(patterns)};

/* GHSA-AAAA is CVE-2024-0001; ids come in upper case. */
static const char *advisory_cve(const void *ctx, const char *advisory)
{
	(void)ctx;
	return strcmp(advisory, "GHSA-AAAA") == 0 ? "CVE-2024-0001" : NULL;
}

static const struct correlate_input input = {
        .org = &org, .catalog = &catalog, .advisory_cve = advisory_cve};

static struct key key_numbered(const char *tag, int n)
{
	const char number[] = {(char)('a' + n / 26), (char)('a' + n % 26), '\0'};

	return key_of_texts(tag, org.id, (const char *const[]){number}, 1);
}

/* The n-th finding of a case on asset 0; the test changes what it is about. */
static struct evidence finding(int n)
{
	return (struct evidence){
	        .canonical_id = key_numbered("asset", 0),
	        .asset_id = key_numbered("asset", 0),
	        .finding_id = key_numbered("finding", n),
	        .source_id = 1,
	        .run_id = 1,
	        .closed_at = TIMESTAMP_NONE,
	        .epss = -1,
	        .sev100 = 50,
	        .class = CLASS_MISCONFIGURATION,
	        .connector = "hub",
	        .rule = "EC2.1",
	        .cve = "",
	        .location = "",
	        .engine = "hub",
	        .title = "t",
	};
}

static void pair_of(const char *name, struct evidence out[2])
{
	out[0] = finding(0);
	out[1] = finding(1);
	if (strcmp(name, "a control by two rules") == 0) {
		out[0].rule = "S3.2";
		out[1].connector = "prowler";
		out[1].rule = "s3_public";
		out[1].location = "443"; /* a port tells no controls apart */
	} else if (strcmp(name, "a control in two files") == 0) {
		out[0].rule = out[1].rule = "S3.2";
		out[0].location = "infra/a.tf";
		out[1].location = "infra/b.tf";
	} else if (strcmp(name, "one rule without a control") == 0) {
		out[1].title = "another title";
	} else if (strcmp(name, "one rule at two ports") == 0) {
		out[0].location = "22";
		out[1].location = "3389";
	} else if (strcmp(name, "equal rules of two connectors") == 0) {
		out[1].connector = "prowler";
	} else if (strcmp(name, "a CVE in two packages") == 0) {
		out[0].cve = out[1].cve = "CVE-2024-0001";
		out[1].location = "usr/lib/libx.so";
		out[1].connector = "trivy";
	} else if (strcmp(name, "a CVE and its advisory") == 0) {
		out[0].cve = "CVE-2024-0001";
		out[1].cve = "ghsa-aaaa";
	} else if (strcmp(name, "an advisory in two cases") == 0) {
		out[0].cve = "ELSA-2024-1";
		out[1].cve = "elsa-2024-1";
	} else if (strcmp(name, "two CVEs") == 0) {
		out[0].cve = "CVE-2024-0001";
		out[1].cve = "CVE-2024-0002";
	} else if (strcmp(name, "a threat by two tools") == 0) {
		out[0].class = out[1].class = CLASS_THREAT;
		out[1].connector = "guardduty";
	} else if (strcmp(name, "a threat and the CVE it used") == 0) {
		out[0].class = CLASS_THREAT;
		out[0].cve = out[1].cve = "CVE-2024-0001";
	} else if (strcmp(name, "one rule under two names of the asset") == 0) {
		out[1].asset_id = key_numbered("asset", 1);
	} else if (strcmp(name, "one rule on two assets") == 0) {
		out[1].asset_id = out[1].canonical_id = key_numbered("asset", 1);
	} else {
		fail_msg("no such pair: %s", name);
	}
}

static void test_correlate__joins_what_is_one_problem(void **state)
{
	static const struct {
		const char *name;
		size_t n_groups;
		int reasons; /* of the second finding, where they are one */
		const char *subject;
	} rows[] = {
	        {"a control by two rules", 1, MERGED_SAME_ASSET | MERGED_CONTROL,
	         "control:storage.public"},
	        {"a control in two files", 2, 0, "control:storage.public"},
	        {"one rule without a control", 1, MERGED_SAME_ASSET | MERGED_SAME_RULE,
	         "rule:hub/EC2.1"},
	        {"one rule at two ports", 2, 0, "rule:hub/EC2.1"},
	        {"equal rules of two connectors", 2, 0, "rule:hub/EC2.1"},
	        {"a CVE in two packages", 1, MERGED_SAME_ASSET | MERGED_SAME_CVE,
	         "cve:CVE-2024-0001"},
	        {"a CVE and its advisory", 1, MERGED_SAME_ASSET | MERGED_ADVISORY,
	         "cve:CVE-2024-0001"},
	        {"an advisory in two cases", 1, MERGED_SAME_ASSET | MERGED_SAME_CVE,
	         "cve:ELSA-2024-1"},
	        {"two CVEs", 2, 0, "cve:CVE-2024-0001"},
	        {"a threat by two tools", 1, MERGED_SAME_ASSET | MERGED_SAME_THREAT,
	         "threat:EC2.1"},
	        {"a threat and the CVE it used", 2, 0, "cve:CVE-2024-0001"},
	        {"one rule under two names of the asset", 1,
	         MERGED_ASSET_ALIAS | MERGED_SAME_RULE, "rule:hub/EC2.1"},
	        {"one rule on two assets", 2, 0, "rule:hub/EC2.1"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct evidence pair[2];
		struct risk_group *groups;
		size_t n;

		pair_of(rows[i].name, pair);
		correlate(&input, pair, 2, arena, &groups, &n);
		if (n != rows[i].n_groups ||
		    strcmp(groups[0].subject, rows[i].subject) != 0)
			fail_msg("%s: %zu groups, the first is %s", rows[i].name, n,
			         groups[0].subject);
		for (size_t k = 0; n == 1 && k < 2; k++)
			if (groups[0].members[k].e == &pair[1] &&
			    groups[0].members[k].reasons != rows[i].reasons)
				fail_msg("%s: reasons %d", rows[i].name,
				         groups[0].members[k].reasons);
	}
}

static void test_correlate__knows_where_a_risk_was_stored_before(void **state)
{
	struct evidence pair[2];
	struct risk_group *groups;
	struct key former;
	size_t n;

	(void)state;
	/* Before the catalogue knew the rule. */
	pair_of("a control by two rules", pair);
	correlate(&input, pair, 1, arena, &groups, &n);
	former = fingerprint_of(&org, &pair[0].canonical_id, "rule:hub/S3.2", "");
	assert_int_equal(groups[0].n_former, 1);
	assert_int_equal(key_cmp(&groups[0].former[0], &former), 0);
	/* Under the other name of the asset. */
	pair_of("one rule under two names of the asset", pair);
	correlate(&input, pair, 2, arena, &groups, &n);
	former = fingerprint_of(&org, &pair[1].asset_id, "rule:hub/EC2.1", "");
	assert_int_equal(groups[0].n_former, 1);
	assert_int_equal(key_cmp(&groups[0].former[0], &former), 0);
	/* Before anybody said which CVE the advisory is. */
	pair_of("a CVE and its advisory", pair);
	correlate(&input, pair, 2, arena, &groups, &n);
	former = fingerprint_of(&org, &pair[0].canonical_id, "cve:GHSA-AAAA", "");
	assert_int_equal(groups[0].n_former, 1);
	assert_int_equal(key_cmp(&groups[0].former[0], &former), 0);
}

static void test_correlate__leaves_out_what_a_provider_made_up(void **state)
{
	struct evidence pair[2];
	struct risk_group *groups;
	size_t n;

	(void)state;
	pair_of("a threat by two tools", pair);
	pair[0].flags = FINDING_FLAG_SAMPLE;
	correlate(&input, pair, 2, arena, &groups, &n);
	assert_int_equal(n, 1);
	assert_int_equal(groups[0].n_members, 1);
	assert_ptr_equal(groups[0].members[0].e, &pair[1]);
	correlate(&input, pair, 1, arena, &groups, &n);
	assert_int_equal(n, 0);
	correlate(&input, pair, 0, arena, &groups, &n);
	assert_int_equal(n, 0);
}

static void test_correlate__takes_the_category_of_control_or_rule(void **state)
{
	struct evidence e = finding(0);
	struct risk_group *groups;
	size_t n;

	(void)state;
	e.rule = "S3.2";
	correlate(&input, &e, 1, arena, &groups, &n);
	assert_string_equal(groups[0].category, "public_storage");
	e.rule = "lambda.1";
	correlate(&input, &e, 1, arena, &groups, &n);
	assert_string_equal(groups[0].category, "serverless");
	e.rule = "EC2.1";
	correlate(&input, &e, 1, arena, &groups, &n);
	assert_string_equal(groups[0].category, "");
}

static struct evidence random_finding(int n)
{
	static const char *const cves[] = {"",
	                                   "",
	                                   "",
	                                   "CVE-2024-0001",
	                                   "ghsa-aaaa",
	                                   "GHSA-AAAA",
	                                   "ELSA-2024-1",
	                                   "elsa-2024-1",
	                                   "CVE-2024-0002"};
	static const char *const connectors[] = {"hub", "prowler"};
	static const char *const rules[] = {"S3.2", "s3_public", "backup", "EC2.1"};
	static const char *const locations[] = {"", "22", "a/b.tf", "c.tf"};
	struct evidence e = finding(n);
	const int asset = random_below(N_ASSETS);

	e.canonical_id = key_numbered("asset", asset);
	e.asset_id = random_below(3) ? e.canonical_id : key_numbered("other name", asset);
	e.cve = cves[random_below(N_ELEMENTS(cves))];
	e.connector = connectors[random_below(N_ELEMENTS(connectors))];
	e.rule = rules[random_below(N_ELEMENTS(rules))];
	e.location = locations[random_below(N_ELEMENTS(locations))];
	e.class = (enum finding_class)random_below(N_FINDING_CLASSES);
	e.state = (enum finding_state)random_below(FINDING_PASSING);
	e.sev100 = random_below(3) * 40;
	e.flags = random_below(8) ? 0 : FINDING_FLAG_SAMPLE;
	return e;
}

/* What a finding is about, from the rules in words; upper case is done by hand. */
static const char *oracle_subject(const struct evidence *e)
{
	const struct control *control = control_of(&catalog, e->connector, e->rule);

	if (e->class != CLASS_THREAT && *e->cve) {
		if (strcasecmp(e->cve, "GHSA-AAAA") == 0)
			return "cve:CVE-2024-0001";
		if (strcasecmp(e->cve, "ELSA-2024-1") == 0)
			return "cve:ELSA-2024-1";
		return arena_printf(arena, "cve:%s", e->cve);
	}
	if (e->class == CLASS_THREAT)
		return arena_printf(arena, "threat:%s", e->rule);
	if (control)
		return arena_printf(arena, "control:%s", control->id);
	return arena_printf(arena, "rule:%s/%s", e->connector, e->rule);
}

static bool oracle_same(const struct evidence *a, const struct evidence *b)
{
	const char *subject = oracle_subject(a);

	if (key_cmp(&a->canonical_id, &b->canonical_id) != 0 ||
	    strcmp(subject, oracle_subject(b)) != 0)
		return false;
	if (strncmp(subject, "cve:", 4) == 0)
		return true;
	if (strncmp(subject, "control:", 8) == 0 && !strpbrk(a->location, "/.") &&
	    !strpbrk(b->location, "/."))
		return true;
	return strcmp(a->location, b->location) == 0;
}

static int group_of(const struct risk_group *groups, size_t n, const struct evidence *e)
{
	int found = -1;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < groups[i].n_members; k++)
			if (key_cmp(&groups[i].members[k].e->finding_id, &e->finding_id) ==
			    0) {
				assert_int_equal(found, -1); /* in one group, once */
				found = (int)i;
			}
	return found;
}

static void check_against_oracle(const struct risk_group *groups, size_t n,
                                 const struct evidence *e, size_t n_evidence)
{
	for (size_t i = 0; i < n_evidence; i++) {
		const int group = group_of(groups, n, &e[i]);

		assert_int_equal(group < 0, (e[i].flags & FINDING_FLAG_SAMPLE) != 0);
		if (group < 0)
			continue;
		assert_string_equal(groups[group].subject, oracle_subject(&e[i]));
		for (size_t k = 0; k < i; k++)
			if (!(e[k].flags & FINDING_FLAG_SAMPLE))
				assert_int_equal(group_of(groups, n, &e[k]) == group,
				                 oracle_same(&e[i], &e[k]));
	}
}

static void check_equal(const struct risk_group *a, size_t n_a, const struct risk_group *b,
                        size_t n_b)
{
	assert_int_equal(n_a, n_b);
	for (size_t i = 0; i < n_a; i++) {
		assert_int_equal(key_cmp(&a[i].asset_id, &b[i].asset_id), 0);
		assert_string_equal(a[i].subject, b[i].subject);
		assert_string_equal(a[i].location, b[i].location);
		assert_string_equal(a[i].category, b[i].category);
		assert_int_equal(key_cmp(&a[i].fingerprint, &b[i].fingerprint), 0);
		assert_int_equal(a[i].n_members, b[i].n_members);
		assert_int_equal(a[i].n_former, b[i].n_former);
		for (size_t k = 0; k < a[i].n_former; k++)
			assert_int_equal(key_cmp(&a[i].former[k], &b[i].former[k]), 0);
		for (size_t k = 0; k < a[i].n_members; k++) {
			assert_int_equal(key_cmp(&a[i].members[k].e->finding_id,
			                         &b[i].members[k].e->finding_id),
			                 0);
			assert_int_equal(a[i].members[k].reasons, b[i].members[k].reasons);
		}
	}
}

static void shuffle(struct evidence *e, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		const size_t k = (size_t)random_below((int)i);
		const struct evidence swap = e[i - 1];

		e[i - 1] = e[k];
		e[k] = swap;
	}
}

static void test_correlate__is_a_partition_in_any_order(void **state)
{
	struct evidence e[N_FINDINGS_MAX], shuffled[N_FINDINGS_MAX];

	(void)state;
	random_begin(20261122);
	for (int i = 0; i < N_CASES; i++) {
		const size_t n = (size_t)random_below(N_FINDINGS_MAX + 1);
		struct risk_group *groups, *others;
		size_t n_groups, n_others;

		arena_reset(arena);
		for (size_t k = 0; k < n; k++)
			shuffled[k] = e[k] = random_finding((int)k);
		shuffle(shuffled, n);
		correlate(&input, e, n, arena, &groups, &n_groups);
		correlate(&input, shuffled, n, arena, &others, &n_others);
		check_against_oracle(groups, n_groups, e, n);
		check_equal(groups, n_groups, others, n_others);
	}
}

static void test_correlate__puts_the_open_and_worst_first(void **state)
{
	struct evidence e[3] = {finding(0), finding(1), finding(2)};
	struct risk_group *groups;
	size_t n;

	(void)state;
	e[0].sev100 = 95;
	e[0].state = FINDING_RESOLVED;
	e[1].sev100 = 20;
	e[2].sev100 = 80;
	correlate(&input, e, 3, arena, &groups, &n);
	assert_int_equal(n, 1);
	assert_ptr_equal(groups[0].members[0].e, &e[2]);
	assert_ptr_equal(groups[0].members[1].e, &e[1]);
	assert_ptr_equal(groups[0].members[2].e, &e[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_correlate__joins_what_is_one_problem),
	        cmocka_unit_test(test_correlate__knows_where_a_risk_was_stored_before),
	        cmocka_unit_test(test_correlate__leaves_out_what_a_provider_made_up),
	        cmocka_unit_test(test_correlate__takes_the_category_of_control_or_rule),
	        cmocka_unit_test(test_correlate__puts_the_open_and_worst_first),
	        cmocka_unit_test(test_correlate__is_a_partition_in_any_order),
	};
	int failed;

	arena = arena_new(1 << 16);
	control_catalog_sort(&catalog);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
