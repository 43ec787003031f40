/* SPDX-License-Identifier: Apache-2.0 */
/* Rules from tags to context: reading, mistakes, and which rule an asset meets. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "model/context_rule.h"

static void read_rules(const char *text, struct arena *a, struct context_rules *out)
{
	struct error err = {0};

	if (context_rules_parse("FILE", text, a, out, &err) < 0)
		fail_msg("%s", err.text);
}

/* "field level rule: evidence" of each claim, a line each. */
static void claims_of(const char *rules_text, const struct rule_view *asset,
                      struct strbuf *out)
{
	ARENA_SCOPED a = arena_new(4096);
	struct context_rules rules;
	struct rule_claim claims[N_CONTEXT_FIELDS];
	size_t n;

	read_rules(rules_text, a, &rules);
	n = context_rules_apply(&rules, asset, a, claims);
	for (size_t i = 0; i < n; i++) {
		const struct context_claim *c = &claims[i].claim;

		strbuf_printf(out, "%s %s %s: %s\n", context_field_name(c->field),
		              context_level_name(c->field, c->level), claims[i].rule->name,
		              c->evidence);
	}
}

/* clang-format off */
static const struct match_row {
	const char *name, *rules;
	struct asset_tag tags[3];
	const char *want;
} match_rows[] = {
	{"a tag", "[p]\ntag env = prod|production\nenvironment = production\n",
	 {{"env", "production"}}, "environment production p: tag env=production\n"},
	{"in any case, between any signs", "[p]\ntag data-classification = PII\nsensitivity = regulated\n",
	 {{"Data_Classification", "pii"}}, "sensitivity regulated p: tag Data_Classification=pii\n"},
	{"without signs", "[p]\ntag business-criticality = high\ncriticality = important\n",
	 {{"BusinessCriticality", "High"}}, "criticality important p: tag BusinessCriticality=High\n"},
	{"one of several names", "[p]\ntag a | b = 1\nenvironment = test\n",
	 {{"x", "1"}, {"B", "1"}}, "environment test p: tag B=1\n"},
	{"patterns", "[p]\ntag env = prod-*\nenvironment = production\n",
	 {{"env", "prod-eu"}}, "environment production p: tag env=prod-eu\n"},
	{"another value", "[p]\ntag env = prod\nenvironment = production\n",
	 {{"env", "preprod"}}, ""},
	{"no such tag", "[p]\ntag env = *\nenvironment = production\n", {{"name", "env"}}, ""},
	{"an empty value is none", "[p]\ntag env = *\nenvironment = production\n", {{"env", ""}}, ""},
	{"all conditions", "[p]\ntag env = prod\ntag team = shop\nname = web-*\ncriticality = mission_critical\n",
	 {{"env", "prod"}, {"team", "shop"}},
	 "criticality mission_critical p: tag env=prod, tag team=shop, name web-1\n"},
	{"one fails", "[p]\ntag env = prod\ntag team = shop\ncriticality = mission_critical\n",
	 {{"env", "prod"}, {"team", "bank"}}, ""},
	{"the first of each field",
	 "[a]\ntag env = prod\nenvironment = production\n[b]\nname = web*\nenvironment = test\nsensitivity = internal\n",
	 {{"env", "prod"}},
	 "environment production a: tag env=prod\nsensitivity internal b: name web-1\n"},
	{"what an asset is", "[a]\nprovider = azure\naccount = 1*\nregion = west*\ntype = MICROSOFT.web/*\n"
	 "id = */sites/web-1\nexposure = internal\nprivilege = none\n", {{NULL, NULL}},
	 "exposure internal a: provider azure, account 1111, region westeurope, type microsoft.web/sites, "
	 "id /subscriptions/1/sites/web-1\n"
	 "privilege none a: provider azure, account 1111, region westeurope, type microsoft.web/sites, "
	 "id /subscriptions/1/sites/web-1\n"},
	{"another provider", "[a]\nprovider = aws|gcp\nexposure = internal\n", {{NULL, NULL}}, ""},
	{"one line", "[a]\ntag note = *\nenvironment = test\n", {{"note", "a\nb"}},
	 "environment test a: tag note=a b\n"},
};
/* clang-format on */

static void test_context_rules_apply__takes_the_first_match_of_a_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(match_rows); i++) {
		const struct match_row *row = &match_rows[i];
		struct rule_view asset = {.provider = "azure",
		                          .account = "1111",
		                          .region = "westeurope",
		                          .type = "microsoft.web/sites",
		                          .name = "web-1",
		                          .id = "/subscriptions/1/sites/web-1",
		                          .tags = row->tags};
		struct strbuf got = {0};

		while (asset.n_tags < N_ELEMENTS(row->tags) && row->tags[asset.n_tags].name)
			asset.n_tags++;
		claims_of(row->rules, &asset, &got);
		if (strcmp(strbuf_text(&got), row->want) != 0)
			fail_msg("%s: got \"%s\"", row->name, strbuf_text(&got));
		strbuf_done(&got);
	}
}

static void test_context_rules_apply__cuts_evidence_between_characters(void **state)
{
	struct asset_tag tag = {"t", NULL};
	const struct rule_view asset = {"", "", "", "", "", "", &tag, 1};
	struct strbuf value = {0}, got = {0};

	(void)state;
	for (int i = 0; i < 300; i++)
		strbuf_puts(&value, "\u00e9");
	tag.value = strbuf_text(&value);
	claims_of("[a]\ntag t = *\nenvironment = test\n", &asset, &got);
	assert_true(got.size > 150 && got.size < 230);
	assert_int_equal(utf8_valid_size(got.data, got.size), got.size);
	strbuf_done(&value);
	strbuf_done(&got);
}

/* clang-format off */
static const struct {
	const char *text, *want;
} fault_rows[] = {
	{"", "FILE: holds no rule"},
	{"# nothing\n", "FILE: holds no rule"},
	{"[a]\ntag env = x\nenviroment = production\n",
	 "FILE:3: unknown key \"enviroment\"; known: tag NAME, provider, account, region, type, name, id, "
	 "exposure, criticality, sensitivity, privilege, environment"},
	{"[a]\ntag env = x\nenvironment = prod\n",
	 "FILE:3: unknown environment \"prod\"; known: sandbox, development, test, staging, production"},
	{"[a]\ntag env = x\nexposure = unknown\n",
	 "FILE:3: unknown exposure \"unknown\"; known: none, restricted, internal, internet_filtered, internet_open"},
	{"env = x\n", "FILE:1: \"env\" stands before the first [RULE]"},
	{"[a]\nprovider = azur\nenvironment = test\n", "FILE:2: unknown provider \"azur\"; known: aws, azure"},
	{"[a]\ntag = x\nenvironment = test\n", "FILE:2: \"tag\" wants the name of the tag"},
	{"[a]\ntag env =\nenvironment = test\n", "FILE:2: \"tag env\" has no value"},
	{"[a]\ntag env = x\ntag env = y\nenvironment = test\n", "FILE:3: tag env is stated twice"},
	{"[a]\nname = x\nenvironment = test\nenvironment = staging\n", "FILE:4: environment is stated twice"},
	{"\n[a]\nenvironment = test\n", "FILE:2: rule \"a\" has no condition"},
	{"[a]\nname = x\n[b]\n", "FILE:1: rule \"a\" has no level"},
	{"[a]\nname = x\nenvironment = test\n\n[a]\n", "FILE:5: there is a rule \"a\" already, in line 1"},
	{"[a\nname = x\n", "FILE:1: a rule begins with [NAME]"},
	{"[a b]\n", "FILE:1: a rule's name has"},
	{"[]\n", "FILE:1: a rule's name has"},
	{"[a]\nproduction\n", "FILE:2: wants KEY = VALUE, [RULE] or # COMMENT, not \"production\""},
	{"[a]\nname = \xff\n", "FILE:2: is no UTF-8"},
};
/* clang-format on */

static void test_context_rules_parse__names_the_line_and_what_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(fault_rows); i++) {
		ARENA_SCOPED a = arena_new(4096);
		struct context_rules rules;
		struct error err = {0};
		const int rc =
		        context_rules_parse("FILE", fault_rows[i].text, a, &rules, &err);

		if (rc != ERR_INVALID || !strstr(err.text, fault_rows[i].want))
			fail_msg("\"%s\": %s", fault_rows[i].text,
			         rc ? err.text : "was read");
	}
}

static void test_context_rule_line__writes_what_was_read(void **state)
{
	static const char text[] = "[a]\ntag env | stage = x|y\nname = z\nexposure = "
	                           "none\nenvironment = test\n";
	ARENA_SCOPED a = arena_new(4096);
	struct context_rules rules;
	struct strbuf got = {0};
	struct rule_line line;

	(void)state;
	read_rules(text, a, &rules);
	assert_false(rules.beyond_tags);
	strbuf_puts(&got, "[a]\n");
	for (size_t i = 0; context_rule_line(&rules.rules[0], i, a, &line); i++)
		strbuf_printf(&got, "%s = %s\n", line.key, line.value);
	assert_string_equal(strbuf_text(&got), text);
	strbuf_done(&got);
}

static void test_context_rules_parse__reads_marks_and_line_ends_of_windows(void **state)
{
	ARENA_SCOPED a = arena_new(4096);
	struct context_rules rules;

	(void)state;
	read_rules("\xef\xbb\xbf; c\r\n[a]\r\nname = x\r\nenvironment = test", a, &rules);
	assert_int_equal(rules.n, 1);
	assert_int_equal(rules.rules[0].line, 2);
	assert_true(rules.beyond_tags);
}

/* The catalogue's own file: what is shipped can be read. */
static void test_context_rules_parse__reads_the_catalogue(void **state)
{
	ARENA_SCOPED a = arena_new(1 << 16);
	struct context_rules rules;
	char text[1 << 16];
	FILE *f = fopen(CATALOG_RULES, "re");

	(void)state;
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	read_rules(text, a, &rules);
	assert_true(rules.n > 10);
	assert_false(rules.beyond_tags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(
	                test_context_rules_apply__takes_the_first_match_of_a_field),
	        cmocka_unit_test(
	                test_context_rules_apply__cuts_evidence_between_characters),
	        cmocka_unit_test(
	                test_context_rules_parse__names_the_line_and_what_is_known),
	        cmocka_unit_test(
	                test_context_rules_parse__reads_marks_and_line_ends_of_windows),
	        cmocka_unit_test(test_context_rules_parse__reads_the_catalogue),
	        cmocka_unit_test(test_context_rule_line__writes_what_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
