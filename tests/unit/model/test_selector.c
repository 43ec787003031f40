/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors: reading, one text for what says the same, mistakes, and what they match. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/selector.h"

/* clang-format off */
static const struct text_row {
	const char *name, *text, *want;
} text_rows[] = {
	{"a word", "band=critical", "band=critical"},
	{"in any case and order", "provider=Azure, band=HIGH|critical", "band=high|critical,provider=azure"},
	{"each word once", "band=low|low", "band=low"},
	{"patterns without blanks around", "account= 1* | 2? ", "account=1*|2?"},
	{"values may end in one", "asset=a,,region=eu,", "region=eu,,asset=a,"},
	{"values may hold a comma", "asset=web, front,region=eu", "region=eu,asset=web, front"},
	{"the unknown layer", "layer=unknown|data", "layer=unknown|data"},
	{"tags stay as they stand", "tag=env=prod|live,tag=team,owner=none", "owner=none,tag=env=prod|live,tag=team"},
	{"alternatives of a tag's name", "tag=env | stage = prod", "tag=env|stage=prod"},
	{"a value with =", "tag=query=a=b", "tag=query=a=b"},
	{"of findings", "rule=S3.*,connector=prowler|aws_*", "connector=prowler|aws_*,rule=S3.*"},
	{"all keys", "rule=r,connector=c,tag=t,framework=f,asset=a,subject=s,owner=o,type=t,region=r,account=a,"
	 "environment=production,responsibility=customer,layer=data,class=secret,provider=gcp,band=low",
	 "band=low,provider=gcp,class=secret,layer=data,responsibility=customer,environment=production,"
	 "account=a,region=r,type=t,owner=o,subject=s,asset=a,framework=f,connector=c,rule=r,tag=t"},
};

static const struct fault_row {
	const char *name, *text, *want;
	enum selector_kind kind;
} fault_rows[] = {
	{"nothing", "", "selects nothing: wants KEY=VALUE pairs", SELECTS_RISKS},
	{"blanks", "  ", "selects nothing: wants KEY=VALUE pairs", SELECTS_RISKS},
	{"no pair", "critical", "wants KEY=VALUE pairs, not \"critical\"", SELECTS_RISKS},
	{"a comma behind", "band=low,", "unknown band \"low,\", did you mean \"low\"? known: low, medium, high, critical", SELECTS_RISKS},
	{"unknown key", "regoin=eu", "unknown key \"regoin\", did you mean \"region\"? known: band, provider, class, "
	 "layer, responsibility, environment, account, region, type, owner, subject, asset, framework, tag", SELECTS_RISKS},
	{"nothing is near", "colour=red", "unknown key \"colour\"; known: band, provider, class, layer, responsibility, "
	 "environment, account, region, type, owner, subject, asset, framework, connector, rule, tag", SELECTS_FINDINGS},
	{"of findings only", "rule=x", "unknown key \"rule\"; known: band, provider, class, "
	 "layer, responsibility, environment, account, region, type, owner, subject, asset, framework, tag", SELECTS_RISKS},
	{"unknown word", "band=critcal", "unknown band \"critcal\", did you mean \"critical\"? "
	 "known: low, medium, high, critical", SELECTS_RISKS},
	{"no pattern in words", "band=*", "unknown band \"*\"; known: low, medium, high, critical", SELECTS_RISKS},
	{"no value", "region=", "\"region\" has an empty value", SELECTS_RISKS},
	{"an empty alternative", "region=a||b", "\"region\" has an empty alternative", SELECTS_RISKS},
	{"at the end", "region=a|", "\"region\" has an empty alternative", SELECTS_RISKS},
	{"no tag", "tag=", "\"tag\" has an empty value", SELECTS_RISKS},
	{"no tag's value", "tag=a=", "\"tag\" has an empty value", SELECTS_RISKS},
	{"twice", "region=a,region=b", "region is stated twice; alternatives stand between \"|\"", SELECTS_RISKS},
	{"a set twice", "band=low,band=high", "band is stated twice; alternatives stand between \"|\"", SELECTS_RISKS},
	{"two lines", "region=a\nband=low", "a selector is one line, without control characters", SELECTS_RISKS},
	{"no UTF-8", "region=\xff", "a selector is UTF-8", SELECTS_RISKS},
	{"nine tags", "tag=a,tag=b,tag=c,tag=d,tag=e,tag=f,tag=g,tag=h,tag=i", "more than 8 tags", SELECTS_RISKS},
};

static const struct match_row {
	const char *text;
	bool want;
} match_rows[] = {
	{"band=critical", true}, {"band=low|high", false}, {"provider=azure|aws", true}, {"provider=gcp", false},
	{"class=vulnerability", true}, {"class=secret", false}, {"layer=compute", true}, {"layer=unknown", false},
	{"responsibility=customer", true}, {"responsibility=provider", false},
	{"environment=production", true}, {"environment=unknown|test", false},
	{"account=1111*", true}, {"account=1111", false}, {"region=WESTEUROPE", true}, {"region=east*", false},
	{"type=microsoft.web/*", true}, {"type=microsoft.sql/*", false},
	{"owner=shop", true}, {"owner=*", true}, {"owner=none", false}, {"owner=none|s*", true},
	{"subject=cve:CVE-2024-3094", true}, {"subject=cve-2024-3094", true}, {"subject=CVE-2024-*", true},
	{"subject=control:*", false},
	{"asset=web-1", true}, {"asset=/subscriptions/1/*", true}, {"asset=web-2|db", false},
	{"framework=cis-*", true}, {"framework=pci*", false},
	{"tag=team", true}, {"tag=Team=shop|bank", true}, {"tag=team=bank", false}, {"tag=cost-center", true},
	{"tag=stage", false}, {"tag=team=shop,tag=costcenter=7", true}, {"tag=team=shop,tag=costcenter=8", false},
	{"connector=prowler", true}, {"rule=s3.8", true}, {"rule=ec2.*", false},
	{"band=critical,provider=azure,rule=S3.*,connector=*", true}, {"band=low,rule=S3.*", false},
};
/* clang-format on */

static void test_selector_text__is_one_for_what_says_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(text_rows); i++) {
		const struct text_row *row = &text_rows[i];
		ARENA_SCOPED a = arena_new(4096);
		struct selector s, again;
		struct error err = {0};

		if (selector_parse(row->text, SELECTS_FINDINGS, a, &s, &err) < 0)
			fail_msg("%s: %s", row->name, err.text);
		const char *text = selector_text(&s, a);

		if (strcmp(text, row->want) != 0)
			fail_msg("%s: got \"%s\"", row->name, text);
		assert_int_equal(selector_parse(text, SELECTS_FINDINGS, a, &again, &err),
		                 0);
		assert_string_equal(selector_text(&again, a), text);
	}
}

static void test_selector_parse__names_the_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(fault_rows); i++) {
		const struct fault_row *row = &fault_rows[i];
		ARENA_SCOPED a = arena_new(4096);
		struct selector s;
		struct error err = {0};

		if (selector_parse(row->text, row->kind, a, &s, &err) != ERR_INVALID)
			fail_msg("%s: was taken", row->name);
		if (strcmp(err.text, row->want) != 0)
			fail_msg("%s: got \"%s\"", row->name, err.text);
	}
}

static const struct asset_tag tags[] = {{"team", "shop"}, {"CostCenter", "7"}};
static const char *const frameworks[] = {"cis-azure-2.1", "iso27001"};

static const struct risk_view view = {
        .band = BAND_CRITICAL,
        .provider = PROVIDER_AZURE,
        .environment = ENVIRONMENT_PRODUCTION,
        .account = "11112222",
        .region = "westeurope",
        .type = "microsoft.web/sites",
        .name = "web-1",
        .id = "/subscriptions/1/sites/web-1",
        .tags = tags,
        .n_tags = N_ELEMENTS(tags),
        .owner = "shop",
        .subject = "cve:CVE-2024-3094",
        .location = "",
        .class = CLASS_VULNERABILITY,
        .responsibility = VERDICT_CUSTOMER,
        .layer = LAYER_COMPUTE,
        .frameworks = frameworks,
        .n_frameworks = N_ELEMENTS(frameworks),
};

static bool matches(const char *text, const struct risk_view *v, const char *connector,
                    const char *rule)
{
	ARENA_SCOPED a = arena_new(4096);
	struct selector s;
	struct error err = {0};

	if (selector_parse(text, SELECTS_FINDINGS, a, &s, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return selector_matches(&s, v, connector, rule);
}

static void test_selector_matches__by_all_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(match_rows); i++)
		if (matches(match_rows[i].text, &view, "prowler", "S3.8") !=
		    match_rows[i].want)
			fail_msg("%s", match_rows[i].text);
}

static void test_selector_matches__a_risk_by_no_key_of_findings(void **state)
{
	(void)state;
	assert_true(matches("band=critical", &view, NULL, NULL));
	assert_false(matches("band=critical,rule=*", &view, NULL, NULL));
	assert_false(matches("connector=prowler", &view, NULL, NULL));
}

static void test_selector_matches__nobody_by_its_word(void **state)
{
	struct risk_view unowned = view;

	(void)state;
	unowned.owner = NULL;
	unowned.layer = -1;
	assert_true(matches("owner=none", &unowned, NULL, NULL));
	assert_true(matches("owner=shop|None", &unowned, NULL, NULL));
	assert_false(matches("owner=*", &unowned, NULL, NULL));
	assert_true(matches("layer=unknown", &unowned, NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_selector_text__is_one_for_what_says_the_same),
	        cmocka_unit_test(test_selector_parse__names_the_mistake),
	        cmocka_unit_test(test_selector_matches__by_all_keys),
	        cmocka_unit_test(test_selector_matches__a_risk_by_no_key_of_findings),
	        cmocka_unit_test(test_selector_matches__nobody_by_its_word),
	};

	return cmocka_run_group_tests_name("selector", tests, NULL, NULL);
}
