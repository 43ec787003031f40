/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How statements are written: one claim a field, within bounds, and who is let in from
 * which source.
 */
#include "collector/context_writer.h"
#include "said.h"

static const struct resource bucket = {.provider = PROVIDER_AWS,
                                       .account = "111122223333",
                                       .region = "",
                                       .type = "AwsS3Bucket",
                                       .name = "",
                                       .raw = "arn:aws:s3:::b",
                                       .id = ""};

static void test_writer__highest_level_stands(void **unused)
{
	struct context_writer w;
	struct run run = run_open();

	(void)unused;
	context_open(&w, &run.out);
	context_about(&w, &bucket);
	context_claim(&w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL, "a");
	context_claim(&w, CONTEXT_EXPOSURE, EXPOSURE_OPEN, "b\n%d", 1);
	context_claim(&w, CONTEXT_EXPOSURE, EXPOSURE_OPEN, "c");
	context_claim(&w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED, "d");
	assert_int_equal(context_level(&w, CONTEXT_EXPOSURE), EXPOSURE_OPEN);
	assert_int_equal(context_level(&w, CONTEXT_PRIVILEGE), -1);
	assert_string_equal(said_in(&run),
	                    "arn:aws:s3:::b\n  exposure internet_open: b 1; c\n");
	run_close(&run);
}

static void test_writer__evidence_is_bounded(void **unused)
{
	struct context_writer w;
	struct run run = run_open();

	(void)unused;
	context_open(&w, &run.out);
	context_about(&w, &bucket);
	for (int i = 0; i < 1000; i++)
		context_claim(&w, CONTEXT_EXPOSURE, EXPOSURE_OPEN, "rule %d is open", i);
	assert_true(strlen(run.out.statements[0].claims[0].evidence) <= 400);
	context_claim(&w, CONTEXT_PRIVILEGE, PRIVILEGE_READ, "%0900d", 7);
	assert_int_equal(strlen(run.out.statements[0].claims[1].evidence), 400);
	run_close(&run);
}

static void test_writer__edges_are_bounded_and_distinct(void **unused)
{
	struct context_writer w;
	struct run run = run_open();
	char name[32];

	(void)unused;
	context_open(&w, &run.out);
	context_about(&w, &bucket);
	for (int i = 0; i < 2000; i++) {
		(void)snprintf(name, sizeof(name), "sg-%d", i / 2);
		context_edge_near(&w, EDGE_ATTACHED_TO, true, "AwsEc2SecurityGroup", name);
	}
	assert_int_equal(run.out.statements[0].n_edges, CONTEXT_MAX_EDGES);
	assert_string_equal(run.out.statements[0].edges[1].other.raw, "sg-1");
	run_close(&run);
}

static void test_writer__claims_are_bounded(void **unused)
{
	struct context_writer w;
	struct run run = run_open();
	size_t n = 0;

	(void)unused;
	context_open(&w, &run.out);
	for (int i = 0; i < 200; i++) {
		struct resource r = bucket;

		r.raw = arena_printf(run.arena, "arn:aws:s3:::b%d", i);
		context_about(&w, &r);
		context_claim(&w, CONTEXT_EXPOSURE, EXPOSURE_OPEN, "x");
	}
	for (size_t i = 0; i < run.out.n_statements; i++)
		n += run.out.statements[i].n_claims;
	assert_int_equal(n, CONTEXT_MAX_CLAIMS);
	run_close(&run);
}

static void test_writer__comes_back_to_an_asset(void **unused)
{
	struct context_writer w;
	struct run run = run_open();
	struct resource other = bucket;

	(void)unused;
	other.raw = "arn:aws:s3:::c";
	context_open(&w, &run.out);
	context_about(&w, &bucket);
	context_about(&w, &other);
	context_drop_empty(&w);
	context_about(&w, &bucket);
	context_edge_near(&w, EDGE_CONTAINS, true, "", "");
	context_claim(&w, CONTEXT_SENSITIVITY, SENSITIVITY_REGULATED, "x");
	assert_string_equal(said_in(&run), "arn:aws:s3:::b\n  sensitivity regulated: x\n");
	run_close(&run);
}

static void test_writer__reach(void **unused)
{
	static const struct {
		const char *source;
		enum exposure level;
	} rows[] = {
	        {"*", EXPOSURE_OPEN},
	        {"Any", EXPOSURE_OPEN},
	        {"Internet", EXPOSURE_OPEN},
	        {"0.0.0.0/0", EXPOSURE_OPEN},
	        {"0.0.0.0", EXPOSURE_OPEN},
	        {"::/0", EXPOSURE_OPEN},
	        {"128.0.0.0/1", EXPOSURE_OPEN},
	        {"2000::/3", EXPOSURE_OPEN},
	        {"203.0.113.0/24", EXPOSURE_FILTERED},
	        {"203.0.113.7", EXPOSURE_FILTERED},
	        {"2001:db8::/32", EXPOSURE_FILTERED},
	        {"100.1.2.3", EXPOSURE_FILTERED},
	        {"172.32.0.1", EXPOSURE_FILTERED},
	        {"10.0.0.0/8", EXPOSURE_INTERNAL},
	        {"172.16.0.0/12", EXPOSURE_INTERNAL},
	        {"172.31.255.255", EXPOSURE_INTERNAL},
	        {"192.168.1.1", EXPOSURE_INTERNAL},
	        {"100.64.0.0/10", EXPOSURE_INTERNAL},
	        {"169.254.169.254/32", EXPOSURE_INTERNAL},
	        {"fd00::/8", EXPOSURE_INTERNAL},
	        {"fe80::1", EXPOSURE_INTERNAL},
	        {"VirtualNetwork", EXPOSURE_INTERNAL},
	        {"", EXPOSURE_INTERNAL},
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (context_reach(rows[i].source) != rows[i].level)
			fail_msg("%s: %s", rows[i].source,
			         context_level_name(CONTEXT_EXPOSURE,
			                            (int)context_reach(rows[i].source)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_writer__highest_level_stands),
	        cmocka_unit_test(test_writer__evidence_is_bounded),
	        cmocka_unit_test(test_writer__edges_are_bounded_and_distinct),
	        cmocka_unit_test(test_writer__claims_are_bounded),
	        cmocka_unit_test(test_writer__comes_back_to_an_asset),
	        cmocka_unit_test(test_writer__reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
