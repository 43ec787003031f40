/* SPDX-License-Identifier: Apache-2.0 */
/* Why two findings are one risk, or are not: a row for each way to agree and to differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/why.h"

static struct arena *arena;
static const struct org org = {.id = 7, .slug = "test"};

static struct key key_named(const char *name)
{
	return key_of_texts("test", org.id, (const char *const[]){name}, 1);
}

static struct link_finding finding(const char *name)
{
	return (struct link_finding){
	        .e = {.canonical_id = key_named("asset"),
	              .asset_id = key_named("asset"),
	              .finding_id = key_named(name),
	              .class = CLASS_MISCONFIGURATION,
	              .connector = "hub",
	              .rule = "S3.2",
	              .cve = "",
	              .location = "",
	              .engine = "",
	              .title = "t"},
	        .asset = "arn:asset",
	        .asset_named = "arn:asset",
	        .control = {.category = "", .title = ""},
	};
}

static void control_is(struct link_finding *f, const char *rule, const char *control)
{
	f->e.rule = rule;
	f->control.id = control;
}

static void link_is(struct link_finding *f, const char *risk, enum risk_link_kind kind)
{
	f->has_link = true;
	f->link = (struct risk_link){.finding_id = f->e.finding_id,
	                             .asset_id = key_named("asset"),
	                             .risk_id = key_named(risk),
	                             .kind = kind};
	f->actor = "anna";
	f->reason = "one cause";
}

static bool says(const struct why_note *notes, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(notes[i].word, word) == 0)
			return true;
	return false;
}

static void pair_of(const char *name, struct link_finding out[2])
{
	out[0] = finding("a");
	out[1] = finding("b");
	if (strcmp(name, "one rule") == 0)
		return;
	if (strcmp(name, "two names of the asset") == 0) {
		out[1].e.asset_id = key_named("another name");
		out[1].asset_named = "i-1";
	} else if (strcmp(name, "two assets") == 0) {
		out[1].e.asset_id = out[1].e.canonical_id = key_named("another");
		out[1].asset = out[1].asset_named = "arn:other";
	} else if (strcmp(name, "one control by two rules") == 0) {
		control_is(&out[0], "S3.2", "storage.public");
		control_is(&out[1], "S3.8", "storage.public");
	} else if (strcmp(name, "a rule that the catalogue does not know") == 0) {
		control_is(&out[0], "S3.2", "storage.public");
		out[1].e.rule = "S3.8";
	} else if (strcmp(name, "a CVE and its advisory") == 0) {
		out[0].e.cve = "CVE-2024-0001";
		out[1].e.cve = "ghsa-aaaa";
		out[1].org_cve = "CVE-2024-0001";
	} else if (strcmp(name, "an advisory of which feeds say something else") == 0) {
		out[0].e.cve = "CVE-2024-0001";
		out[1].e.cve = "GHSA-AAAA";
		out[1].org_cve = "CVE-2024-0001";
		out[1].fed_cve = "CVE-2024-0002";
	} else if (strcmp(name, "two ports") == 0) {
		out[0].e.location = "22";
		out[1].e.location = "3389";
	} else if (strcmp(name, "a CVE in two files") == 0) {
		out[0].e.cve = out[1].e.cve = "CVE-2024-0001";
		out[1].e.location = "usr/lib/x";
	} else if (strcmp(name, "a sample") == 0) {
		out[0].e.flags = FINDING_FLAG_SAMPLE;
	} else if (strcmp(name, "split off") == 0) {
		link_is(&out[0], "split", RISK_SPLIT);
	} else if (strcmp(name, "linked to one risk") == 0) {
		out[1].e.rule = "S3.8";
		link_is(&out[0], "risk", RISK_LINKED);
		link_is(&out[1], "risk", RISK_LINKED);
	} else if (strcmp(name, "linked to the other's, as scored") == 0) {
		out[1].e.rule = "S3.8";
		link_is(&out[0], "risk", RISK_LINKED);
		out[0].has_risk = out[1].has_risk = true;
		out[0].risk_id = out[1].risk_id = key_named("risk");
	} else if (strcmp(name, "a link that sleeps") == 0) {
		out[1].e.rule = "S3.8";
		link_is(&out[0], "risk", RISK_LINKED);
		out[0].link.asset_id = key_named("taken apart");
	} else {
		fail_msg("no such pair: %s", name);
	}
}

static void test_why__names_what_is_equal_and_what_is_not(void **state)
{
	static const struct {
		const char *name;
		bool same;
		const char *reason, *difference; /* NULL: none at all */
	} rows[] = {
	        {"one rule", true, "same_rule", NULL},
	        {"two names of the asset", true, "asset_alias", NULL},
	        {"two assets", false, "same_rule", "asset"},
	        {"one control by two rules", true, "catalogue_control", NULL},
	        {"a rule that the catalogue does not know", false, "same_asset", "subject"},
	        {"a CVE and its advisory", true, "advisory_alias", NULL},
	        {"an advisory of which feeds say something else", false, "same_asset",
	         "subject"},
	        {"two ports", false, "same_rule", "location"},
	        {"a CVE in two files", true, "location_does_not_count", NULL},
	        {"a sample", false, "same_rule", "sample"},
	        {"split off", false, "same_rule", "split"},
	        {"linked to one risk", true, "link", "subject"},
	        {"linked to the other's, as scored", true, "link", "subject"},
	        {"a link that sleeps", false, "same_asset", "link_sleeps"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct link_finding pair[2];

		pair_of(rows[i].name, pair);
		for (int turned = 0; turned < 2; turned++) { /* of both sides alike */
			struct why why;

			why_of(&org, &pair[turned], &pair[!turned], arena, &why);
			if (why.same != rows[i].same)
				fail_msg("%s: one risk %d", rows[i].name, why.same);
			if (!says(why.reasons, why.n_reasons, rows[i].reason))
				fail_msg("%s: no %s", rows[i].name, rows[i].reason);
			if (rows[i].difference ? !says(why.differences, why.n_differences,
			                               rows[i].difference)
			                       : why.n_differences != 0)
				fail_msg("%s: %zu differences", rows[i].name,
				         why.n_differences);
		}
	}
}

static void test_why__names_the_rows_of_the_catalogue(void **state)
{
	struct link_finding pair[2];
	struct why why;

	(void)state;
	pair_of("a rule that the catalogue does not know", pair);
	why_of(&org, &pair[0], &pair[1], arena, &why);
	assert_string_equal(why.differences[0].text,
	                    "different subjects: control:storage.public (the catalogue "
	                    "says that rule S3.2 of hub is control storage.public) and "
	                    "rule:hub/S3.8 (the catalogue has no control for rule S3.8 "
	                    "of hub)");
	pair_of("split off", pair);
	why_of(&org, &pair[0], &pair[1], arena, &why);
	assert_string_equal(why.differences[0].text,
	                    "anna split off the finding A: one cause");
}

static void test_why__of_a_finding_with_itself_is_one_risk(void **state)
{
	struct link_finding f = finding("a");
	struct why why;

	(void)state;
	why_of(&org, &f, &f, arena, &why);
	assert_true(why.same);
	assert_int_equal(why.n_differences, 0);
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 14);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_why__names_what_is_equal_and_what_is_not),
	        cmocka_unit_test(test_why__names_the_rows_of_the_catalogue),
	        cmocka_unit_test(test_why__of_a_finding_with_itself_is_one_risk),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
