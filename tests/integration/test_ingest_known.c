/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known records: what comes of files of which they are passed over is what comes of the same
 * files read in full.  One org has digests, the other one has none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/record_digest.h"
#include "store/ingest.h"

#include "support/pg_fixture.h"
#include "support/random.h"

#define N_ASSETS  5
#define N_SLOTS   4 /* findings an asset and tool */
#define N_TOOLS   2
#define N_RECORDS (N_ASSETS * N_SLOTS)
#define N_BALLAST 4 /* as many chunks: then known records are looked up */
#define MAX_FILES 3

static const char *const tools[N_TOOLS] = {"tool_a", "tool_b"};

/* What records state. */
static const struct saying {
	const char *tags;
	struct context_claim claim; /* of an evidence; "" none */
	bool edge;
} sayings[] = {
        {"", {CONTEXT_EXPOSURE, 0, ""}, false}, /* nothing at all */
        {"{\"team\":\"blue\"}", {CONTEXT_EXPOSURE, 0, ""}, false},
        {"{\"team\":\"blue\",\"stage\":\"prod\"}", {CONTEXT_EXPOSURE, 0, ""}, false},
        {"{\"team\":\"red\"}", {CONTEXT_EXPOSURE, 0, ""}, false},
        {"{\"team\":\"blue\"}", {CONTEXT_EXPOSURE, EXPOSURE_OPEN, "open"}, false},
        {"", {CONTEXT_EXPOSURE, EXPOSURE_INTERNAL, "inside"}, false},
        {"", {CONTEXT_PRIVILEGE, PRIVILEGE_ADMIN, "admin"}, true},
        {"", {CONTEXT_EXPOSURE, 0, ""}, true},
};

struct record {
	int tool, asset, slot;
	int version; /* of the finding */
	int says;    /* index of sayings */
	bool passes;
	int later; /* its time only, which its digest leaves out */
};

struct file {
	int tool;
	struct record records[2 * N_RECORDS];
	size_t n;
};

struct command {
	struct file files[MAX_FILES];
	size_t n;
	int fails;  /* this file; -1: none */
	bool dies;  /* before it is finished */
	bool named; /* both tools are of one source */
};

static struct org orgs[2] = {{.id = 1, .slug = "default"}, {.slug = "read-in-full"}};
static struct pg *pg, *looks;
static timestamp now = INT64_C(1772323200000000); /* 2026-03-01 */
static int64_t n_passed_over;

static void must(int rc, const struct error *err)
{
	if (rc < 0)
		fail_msg("%s", err->text);
}

static struct resource resource_of(int asset, struct arena *a)
{
	struct resource r = {.provider = PROVIDER_AWS,
	                     .account = "111122223333",
	                     .type = "AwsS3Bucket",
	                     .raw = arena_printf(a, "arn:aws:s3:::asset-%d", asset)};

	resource_canonicalize(&r, a);
	return r;
}

static void take_finding(struct ingest *in, const struct org *org, const struct record *r,
                         struct arena *a)
{
	struct finding f;
	struct error err;

	finding_init(&f);
	f.connector = tools[r->tool];
	f.native_id = arena_printf(a, "%d-%d", r->asset, r->slot);
	f.rule = arena_printf(a, "rule-%d", r->slot);
	f.resource = resource_of(r->asset, a);
	f.title = arena_printf(a, "version %d", r->version);
	f.state = r->passes ? FINDING_PASSING : FINDING_OPEN;
	f.sev100 = 50;
	f.scope = "scope";
	f.source_updated_at = INT64_C(1772000000000000) + r->version + r->later;
	must(finding_seal(&f, org, a, &err), &err);
	must(ingest_finding(in, &f, &err), &err);
}

static void take_record(struct ingest *in, const struct org *org, const struct record *r)
{
	ARENA_SCOPED a = arena_new(4096);
	const struct saying *s = &sayings[r->says];
	const char *text =
	        arena_printf(a, "%s %d/%d version %d says %d passes %d", tools[r->tool],
	                     r->asset, r->slot, r->version, r->says, r->passes);
	const int64_t digest =
	        org == &orgs[0] ? record_digest(text, strlen(text), NULL, 1) : 0;
	const struct resource about = resource_of(r->asset, a);
	const struct resource other = resource_of((r->asset + 1) % N_ASSETS, a);
	const struct ingest_edge edge = {.kind = EDGE_ROUTES_TO, .other = &other};
	const struct ingest_statement statement = {.connector = tools[r->tool],
	                                           .resource = &about,
	                                           .tags = s->tags,
	                                           .claims = &s->claim,
	                                           .n_claims = *s->claim.evidence != 0,
	                                           .edges = &edge,
	                                           .n_edges = s->edge};
	struct error err;

	if (digest && ingest_knows_record(in, digest)) {
		n_passed_over += r->says != 0;
		return;
	}
	ingest_record(in, text, strlen(text), digest, r->says ? &statement : NULL);
	take_finding(in, org, r, a);
	if (r->says)
		must(ingest_statement(in, &statement, &err), &err);
}

/* What stands around a record ends a chunk when it is another than before. */
static void end_chunk(struct ingest *in, int i)
{
	char header[32];
	struct error err;

	snprintf(header, sizeof(header), "header %d", i);
	must(ingest_around(in,
	                   &(struct segment_around){.needs = SEGMENT_NEEDS_HEADER,
	                                            .format = "test",
	                                            .text = header,
	                                            .size = strlen(header)},
	                   &err),
	     &err);
}

static void take_file(struct ingest *in, const struct org *org, const struct file *file,
                      bool fails)
{
	struct ingest_counts counts;
	struct error err;
	size_t at = 0;

	must(ingest_begin_file(in, "a file", &err), &err);
	for (int i = 0; i < N_BALLAST; i++) {
		end_chunk(in, i);
		take_record(in, org,
		            &(struct record){.tool = file->tool,
		                             .asset = N_ASSETS - 1,
		                             .slot = N_SLOTS + i});
		if (at < file->n && i == 1) /* one that is always read */
			take_record(in, org, &file->records[at++]);
	}
	for (end_chunk(in, N_BALLAST); at < file->n; at++)
		take_record(in, org, &file->records[at]);
	if (fails)
		ingest_abort_file(in, "test", "it fails");
	else
		must(ingest_end_file(in, "test", (int64_t)file->n, &counts, &err), &err);
}

static void run_command(const struct command *c)
{
	now += INT64_C(3600000000);
	for (int i = 0; i < 2; i++) {
		const struct ingest_options options = {.org = orgs[i],
		                                       .now = now,
		                                       .source_name =
		                                               c->named ? "shared" : NULL,
		                                       .build = "test"};
		struct ingest *in = ingest_new(pg, &options);
		struct error err;

		for (size_t k = 0; k < c->n; k++)
			take_file(in, &orgs[i], &c->files[k], (int)k == c->fails);
		if (!c->dies)
			must(ingest_finish(in, NULL, &err), &err);
		ingest_free(in);
		if (c->dies) { /* and its connection with it */
			pg_close(pg);
			pg = pg_fixture_open(NULL, PG_GROUP_INGEST);
		}
	}
}

/* What is stored of an org's assets; the caller frees it. */
static char *state_of(const struct org *org)
{
	static const char sql[] =
	        "select string_agg(line, E'\\n' order by line) from ("
	        "select 'asset ' || id || ' ' || coalesce(tags::text, '-') as line"
	        " from isobar.asset where org_id = %1$d union all "
	        "select concat_ws(' ', 'claim', a.id, c.field, c.origin, c.level, "
	        "c.evidence)"
	        " from isobar.asset_claim as c join isobar.asset as a using (org_id, "
	        "asset_id)"
	        " where org_id = %1$d union all "
	        "select concat_ws(' ', 'edge', f.id, t.id, e.kind, s.name, x.id)"
	        " from isobar.asset_edge as e"
	        " join isobar.source as s using (org_id, source_id)"
	        " join isobar.asset as f on f.org_id = e.org_id and f.asset_id = e.from_id"
	        " join isobar.asset as t on t.org_id = e.org_id and t.asset_id = e.to_id"
	        " join isobar.asset as x on x.org_id = e.org_id and x.asset_id = "
	        "e.stated_id"
	        " where e.org_id = %1$d union all "
	        "select concat_ws(' ', 'context', a.id, c.exposure, c.privilege)"
	        " from isobar.asset_context as c join isobar.asset as a using (org_id, "
	        "asset_id)"
	        " where org_id = %1$d union all "
	        "select concat_ws(' ', 'finding', a.id, f.connector, f.rule, f.title, "
	        "f.state)"
	        " from isobar.finding as f join isobar.asset as a using (org_id, asset_id)"
	        " where org_id = %1$d) as l";
	char text[sizeof(sql) + 64];

	snprintf(text, sizeof(text), sql, (int)org->id);
	return strdup(pg_fixture_text(looks, text));
}

static void expect_same(int n)
{
	char *known = state_of(&orgs[0]), *full = state_of(&orgs[1]);

	if (strcmp(known, full) != 0) {
		printf("with known records\n%s\nread in full\n%s\n", known, full);
		fail_msg("command %d", n);
	}
	free(known);
	free(full);
}

/* --- one thing at a time --- */

static struct file file_of(int tool, const struct record *records, size_t n)
{
	struct file f = {.tool = tool, .n = n};

	memcpy(f.records, records, n * sizeof(*records));
	for (size_t i = 0; i < n; i++)
		f.records[i].tool = tool;
	return f;
}

#define R(asset, slot, version, says)                   \
	{                                               \
		0, asset, slot, version, says, false, 0 \
	}
#define FILE_OF(tool, ...)                                  \
	file_of(tool, (const struct record[]){__VA_ARGS__}, \
	        sizeof((const struct record[]){__VA_ARGS__}) / sizeof(struct record))

static const char *tags_of(const char *asset)
{
	char sql[160];

	snprintf(sql, sizeof(sql),
	         "select tags::text from isobar.asset where org_id = 1 and id like '%%%s'",
	         asset);
	return pg_fixture_text(looks, sql);
}

static void import(struct file f)
{
	struct command c = {.n = 1, .fails = -1};

	c.files[0] = f;
	run_command(&c);
	expect_same(0);
}

static void test_known__greater_tags_go_with_their_record(void **state)
{
	(void)state;
	import(FILE_OF(0, R(0, 9, 0, 0), R(0, 0, 0, 1), R(0, 1, 0, 2)));
	assert_string_equal(tags_of("asset-0"),
	                    "{\"team\": \"blue\", \"stage\": \"prod\"}");
	n_passed_over = 0;
	import(FILE_OF(0, R(0, 9, 0, 0), R(0, 0, 0, 1), R(0, 1, 0, 2)));
	assert_int_equal(n_passed_over, 2);
	import(FILE_OF(0, R(0, 9, 0, 0), R(0, 0, 0, 1)));
	assert_int_equal(n_passed_over, 3);
	assert_string_equal(tags_of("asset-0"), "{\"team\": \"blue\"}");
}

static void test_known__what_stands_is_added_to_what_changed(void **state)
{
	(void)state;
	import(FILE_OF(0, R(1, 9, 0, 0), R(1, 0, 0, 2), R(1, 1, 0, 2)));
	n_passed_over = 0;
	import(FILE_OF(0, R(1, 9, 0, 0), R(1, 0, 0, 3), R(1, 1, 0, 2)));
	assert_int_equal(n_passed_over, 1);
	assert_string_equal(tags_of("asset-1"),
	                    "{\"team\": \"blue\", \"stage\": \"prod\"}");
	import(FILE_OF(0, R(1, 9, 0, 0), R(1, 0, 0, 3)));
	assert_string_equal(tags_of("asset-1"), "{\"team\": \"red\"}");
}

static void test_known__other_tools_tags_are_told_again(void **state)
{
	(void)state;
	import(FILE_OF(0, R(2, 9, 0, 0), R(2, 0, 0, 1)));
	import(FILE_OF(1, R(2, 9, 0, 0), R(2, 0, 0, 3)));
	assert_string_equal(tags_of("asset-2"), "{\"team\": \"red\"}");
	import(FILE_OF(0, R(2, 9, 0, 0), R(2, 0, 0, 1)));
	assert_string_equal(tags_of("asset-2"), "{\"team\": \"blue\"}");
}

static void test_known__a_command_that_died_is_made_up_for(void **state)
{
	struct command c = {.n = 1, .fails = -1, .dies = true};

	(void)state;
	import(FILE_OF(0, R(3, 9, 0, 0), R(3, 0, 0, 1), R(3, 1, 0, 1)));
	c.files[0] = FILE_OF(0, R(3, 9, 0, 0), R(3, 0, 1, 3), R(3, 1, 0, 1));
	run_command(&c);
	c.dies = false;
	run_command(&c);
	expect_same(0);
	assert_string_equal(tags_of("asset-3"), "{\"team\": \"red\"}");
}

static void test_known__a_file_that_fails_leaves_nothing(void **state)
{
	struct command c = {.n = 3, .fails = 1};

	(void)state;
	import(FILE_OF(0, R(0, 9, 0, 0), R(0, 0, 0, 1), R(0, 1, 0, 2)));
	c.files[0] = c.files[2] = FILE_OF(0, R(3, 9, 0, 0));
	c.files[1] = FILE_OF(0, R(3, 9, 0, 0), R(0, 0, 0, 1));
	n_passed_over = 0;
	run_command(&c);
	assert_int_equal(n_passed_over, 1);
	expect_same(0);
	assert_string_equal(tags_of("asset-0"),
	                    "{\"team\": \"blue\", \"stage\": \"prod\"}");
}

static void test_known__two_tools_of_one_source_take_turns(void **state)
{
	struct command c = {.n = 1, .fails = -1, .named = true};

	(void)state;
	for (int i = 0; i < 3; i++) {
		c.files[0] = FILE_OF(0, R(1, 9, 0, 0), R(1, 0, 0, 4));
		run_command(&c);
		expect_same(0);
		c.files[0] = FILE_OF(1, R(1, 9, 0, 0), R(1, 0, 0, 1));
		run_command(&c);
		expect_same(0);
	}
	c.n = 2;
	c.files[1] = FILE_OF(0, R(1, 9, 0, 0), R(1, 0, 0, 4));
	for (int i = 0; i < 3; i++) {
		run_command(&c);
		expect_same(0);
	}
}

static void test_known__both_tools_of_a_command_are(void **state)
{
	struct command c = {.n = 2, .fails = -1};

	(void)state;
	c.files[0] = FILE_OF(0, R(2, 9, 0, 0), R(2, 0, 50, 1), R(2, 1, 50, 1));
	c.files[1] = FILE_OF(1, R(2, 9, 0, 0), R(2, 0, 50, 5));
	run_command(&c);
	n_passed_over = 0;
	run_command(&c);
	expect_same(0);
	assert_int_equal(n_passed_over, 3);
}

static void test_known__what_is_stated_counts_where_content_is_the_same(void **state)
{
	(void)state;
	import(FILE_OF(0, R(3, 9, 0, 0), R(3, 0, 70, 1)));
	import(FILE_OF(0, R(3, 9, 0, 0), R(3, 0, 70, 3)));
	import(FILE_OF(0, R(3, 9, 0, 0), R(3, 0, 70, 3))); /* the digests */
	n_passed_over = 0;
	import(FILE_OF(0, R(3, 9, 0, 0), R(3, 0, 70, 3)));
	assert_int_equal(n_passed_over, 1);
	import(FILE_OF(0, R(3, 9, 0, 0), R(3, 0, 70, 1)));
	assert_string_equal(tags_of("asset-3"), "{\"team\": \"blue\"}");
}

static void test_known__a_claim_repeated_by_another_tool_of_the_source_stays(void **state)
{
	struct command c = {.n = 1, .fails = -1, .named = true};

	(void)state;
	c.files[0] = FILE_OF(0, R(0, 9, 0, 0), R(0, 0, 90, 4));
	run_command(&c);
	c.files[0] = FILE_OF(1, R(0, 9, 0, 0), R(0, 0, 90, 4), R(0, 1, 90, 4));
	run_command(&c);
	c.files[0] = FILE_OF(1, R(0, 9, 0, 0), R(0, 0, 90, 4), R(0, 1, 91, 1));
	run_command(&c);
	expect_same(0);
}

static void test_known__what_a_file_changed_may_come_back_in_the_next(void **state)
{
	struct command c = {.n = 2, .fails = -1};

	(void)state;
	import(FILE_OF(0, R(1, 9, 0, 0), R(1, 0, 60, 1)));
	c.files[0] = FILE_OF(0, R(1, 9, 0, 0), R(1, 0, 61, 1));
	c.files[1] = FILE_OF(0, R(1, 9, 0, 0), R(1, 0, 60, 1));
	c.files[1].records[1].later = 100;
	run_command(&c);
	expect_same(0);
}

static void test_known__a_source_met_in_part_brings_the_others(void **state)
{
	struct command c = {.n = 2, .fails = -1};

	(void)state;
	c.files[0] = FILE_OF(0, R(2, 9, 0, 0), R(2, 0, 80, 1), R(2, 1, 80, 2));
	c.files[1] = FILE_OF(1, R(2, 9, 0, 0), R(2, 0, 80, 2));
	run_command(&c);
	c.files[0] = FILE_OF(0, R(2, 9, 0, 0), R(2, 0, 80, 1));
	run_command(&c);
	expect_same(0);
	assert_string_equal(tags_of("asset-2"),
	                    "{\"team\": \"blue\", \"stage\": \"prod\"}");
}

/* --- anything --- */

static int random_saying(void)
{
	return random_below(sizeof(sayings) / sizeof(sayings[0]));
}

static struct record *random_record(struct file *f)
{
	return &f->records[random_below((int)f->n)];
}

/* All of a tool's records, those of an asset saying the same. */
static struct file estate_of(int tool, int version)
{
	struct file f = {.tool = tool, .n = N_RECORDS};

	for (int i = 0; i < N_RECORDS; i++)
		f.records[i] = (struct record){.tool = tool,
		                               .asset = i / N_SLOTS,
		                               .slot = i % N_SLOTS,
		                               .version = version,
		                               .says = 1 + i / N_SLOTS};
	return f;
}

/* Little of it. */
static void change(struct file *f)
{
	const int asset = random_below(N_ASSETS), says = random_saying();
	struct record *r = random_record(f);

	switch (random_below(8)) {
	case 0: /* the asset is another one */
		for (size_t i = 0; i < f->n; i++)
			if (f->records[i].asset == asset)
				f->records[i].says = says;
		break;
	case 1: /* one record says so */
		r->says = says;
		break;
	case 2:
		r->version++;
		break;
	case 3:
		r->passes = !r->passes;
		r->version++;
		break;
	case 4: /* one is gone */
		if (f->n > N_RECORDS / 2)
			*r = f->records[--f->n];
		break;
	case 5: /* or comes, or is there twice and says something else */
		if (f->n < N_RECORDS + 2) {
			f->records[f->n] = *r;
			f->records[f->n].slot = random_below(N_SLOTS);
			f->records[f->n++].says = says;
		}
		break;
	default:
		break;
	}
}

/* The same records in another order. */
static void shuffle(struct file *f)
{
	for (size_t i = f->n; i > 1; i--) {
		const size_t k = (size_t)random_below((int)i);
		const struct record r = f->records[i - 1];

		f->records[i - 1] = f->records[k];
		f->records[k] = r;
	}
}

static void test_known__come_to_the_same_as_all_read(void **state)
{
	struct file estates[N_TOOLS] = {estate_of(0, 0), estate_of(1, 0)};
	struct command *c = calloc(1, sizeof(*c));
	const int n_commands = getenv("ISOBAR_TEST_ALL") ? 1000 : 80;

	(void)state;
	n_passed_over = 0;
	for (int n = 1; n <= n_commands; n++) {
		c->n = 1 + (size_t)random_below(MAX_FILES);
		c->fails = random_below(6) == 0 ? random_below((int)c->n) : -1;
		c->dies = random_below(8) == 0;
		c->named = random_below(4) == 0;
		if (n % 40 == 0)
			for (int i = 0; i < N_TOOLS; i++)
				estates[i] = estate_of(i, n);
		for (size_t k = 0; k < c->n; k++) {
			struct file *estate = &estates[random_below(N_TOOLS)];

			change(estate);
			shuffle(estate);
			c->files[k] = *estate;
			if (random_below(4) == 0)
				c->files[k].n /= 2; /* a part of it */
		}
		run_command(c);
		expect_same(n);
	}
	free(c);
	printf("%lld records that state something were passed over\n",
	       (long long)n_passed_over);
	assert_true(n_passed_over > n_commands);
}

static int setup(void **state)
{
	(void)state;
	pg_fixture_migrate();
	looks = pg_fixture_open(NULL, 0);
	pg_fixture_exec(looks, "insert into isobar.org (org_id, name, created_at)"
	                       " values (2, 'read-in-full', now())");
	orgs[1].id = 2;
	pg = pg_fixture_open(NULL, PG_GROUP_INGEST);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pg_close(pg);
	pg_close(looks);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_known__greater_tags_go_with_their_record),
	        cmocka_unit_test(test_known__what_stands_is_added_to_what_changed),
	        cmocka_unit_test(test_known__other_tools_tags_are_told_again),
	        cmocka_unit_test(test_known__a_command_that_died_is_made_up_for),
	        cmocka_unit_test(test_known__a_file_that_fails_leaves_nothing),
	        cmocka_unit_test(test_known__two_tools_of_one_source_take_turns),
	        cmocka_unit_test(test_known__both_tools_of_a_command_are),
	        cmocka_unit_test(
	                test_known__what_is_stated_counts_where_content_is_the_same),
	        cmocka_unit_test(
	                test_known__a_claim_repeated_by_another_tool_of_the_source_stays),
	        cmocka_unit_test(test_known__what_a_file_changed_may_come_back_in_the_next),
	        cmocka_unit_test(test_known__a_source_met_in_part_brings_the_others),
	        cmocka_unit_test(test_known__come_to_the_same_as_all_read),
	};
	int failed;

	random_begin(20261127);
	pg_fixture_create("ingest_known");
	failed = cmocka_run_group_tests(tests, setup, teardown);
	pg_fixture_drop();
	return failed;
}
