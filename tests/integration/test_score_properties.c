/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What docs/scoring.md promises of every score, through the database: random estates are
 * written as ingest leaves them, scored by the real scorer, changed in one thing, and
 * scored again.  The numbers are those of the list of properties there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#include "scorer/factors.h"
#include "scorer/score.h"
#include "support/catalog_file.h"
#include "support/random.h"
#include "support/score_world.h"

enum {
	N_ASSETS = 6,
	N_FINDINGS = 40,
	N_ROUNDS = 3,
	N_ROUNDS_ALL = 25,
	N_RISKS_MAX = 400,
	KEY_MAX = 200
};

static struct score_model *model;
static struct arena *arena;

static char assets[N_ASSETS][40];
static int context[N_ASSETS][4];
static struct world_finding findings[N_FINDINGS];

/* --- what is stored --- */

struct scored {
	char key[KEY_MAX]; /* asset, subject, location */
	int score, band, state, elements;
	int32_t inputs[N_INPUTS];
	int points[N_FACTORS];
};

struct snapshot {
	struct scored risks[N_RISKS_MAX];
	int n;
};

static struct snapshot before, after;

static void read_numbers(const char *text, int *out, size_t n)
{
	size_t i = 0;

	for (const char *p = text + 1; *p && i < n; i++) {
		char *end;

		out[i] = (int)strtol(p, &end, 10);
		p = *end ? end + 1 : end;
	}
	assert_int_equal(i, n);
}

static void take_snapshot(struct snapshot *s)
{
	PGresult *r = world_ask(
	        "select r.asset_id || ' ' || r.subject || ' ' || r.location, "
	        "r.score, r.band, r.state, r.elements, e.inputs, e.points from "
	        "isobar.risk r join isobar.risk_explanation e using (org_id, "
	        "risk_id) order by r.asset_id, r.subject collate \"C\", r.location "
	        "collate \"C\"");

	s->n = PQntuples(r);
	assert_in_range(s->n, 1, N_RISKS_MAX);
	for (int i = 0; i < s->n; i++) {
		struct scored *x = &s->risks[i];

		snprintf(x->key, sizeof(x->key), "%s", PQgetvalue(r, i, 0));
		x->score = (int)world_int(r, i, 1);
		x->band = (int)world_int(r, i, 2);
		x->state = (int)world_int(r, i, 3);
		x->elements = (int)world_int(r, i, 4);
		read_numbers(PQgetvalue(r, i, 5), x->inputs, N_INPUTS);
		read_numbers(PQgetvalue(r, i, 6), x->points, N_FACTORS);
	}
	PQclear(r);
}

static const struct scored *find(const struct snapshot *s, const char *key)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->risks[i].key, key) == 0)
			return &s->risks[i];
	return NULL;
}

static bool is_open(const struct scored *x)
{
	return x->state <= RISK_CONTESTED;
}

/* --- an estate --- */

static const struct {
	const char *connector, *rule;
	int class;
} rules[] = {
        {"prowler", "ec2_instance_port_ssh_exposed", CLASS_MISCONFIGURATION},
        {"prowler", "s3_bucket_public_access", CLASS_EXPOSURE},
        {"prowler", "x_audit_log_off", CLASS_MISCONFIGURATION},
        {"prowler", "x_tls_old", CLASS_MISCONFIGURATION},
        {"prowler", "iam_administrator_access_with_mfa", CLASS_IDENTITY},
        {"azure_defender", "21300918-b2e3-0346-785f-c77ff57d243b", CLASS_MISCONFIGURATION},
        {"gcp_scc", "Malware: Bad IP", CLASS_THREAT},
        {"generic", "unknown-rule", CLASS_OTHER},
};

static struct world_finding random_finding(int number)
{
	static char cves[N_FINDINGS][20];
	static const char *const engines[] = {"trivy", "defender", "prowler"};
	struct world_finding f = {.asset = assets[random_below(N_ASSETS)],
	                          .number = number,
	                          .cve = "",
	                          .engine = engines[random_below(3)],
	                          .sev100 = random_below(101),
	                          .epss = -1,
	                          .fidelity = random_below(3)};

	if (random_below(2)) {
		snprintf(cves[number], sizeof(cves[number]), "CVE-2026-%04d",
		         random_below(12));
		f.connector = "scan";
		f.rule = f.cve = cves[number];
		f.class = CLASS_VULNERABILITY;
		f.epss = random_below(3) ? 1 + random_below(100000) : -1;
		f.maturity = random_below(3) ? 0 : random_below(6);
		f.flags = random_below(4);
	} else {
		const size_t i = (size_t)random_below(N_ELEMENTS(rules));

		f.connector = rules[i].connector;
		f.rule = rules[i].rule;
		f.class = rules[i].class;
	}
	return f;
}

static void put_assets(void)
{
	static const char *const types[] = {"AWS::EC2::Instance", "AWS::S3::Bucket",
	                                    "AWS::IAM::Role", "unknown::type"};

	world_empty();
	for (int i = 0; i < N_ASSETS; i++) {
		world_add_asset(assets[i], types[i % 4]);
		if (i % 3)
			world_set_context(assets[i], context[i]);
	}
}

static void make_estate(void)
{
	static const int most[4] = {6, 6, 5, 6}, unknown[4] = {3, 2, 2, 2};

	for (int i = 0; i < N_ASSETS; i++) {
		snprintf(assets[i], sizeof(assets[i]), "%08x-0000-4000-8000-%012x",
		         (unsigned int)random_next(), (unsigned int)i);
		for (int f = 0; f < 4; f++) /* each third one stands without context */
			context[i][f] = i % 3 ? random_below(most[f]) : unknown[f];
	}
	put_assets();
	for (int i = 0; i + 1 < N_ASSETS; i++)
		world_exec(
		        "insert into isobar.asset_edge (org_id, from_id, to_id, kind, "
		        "source_id, "
		        "stated_id, valid_from) values (1, '%s', '%s', %d, 1, '%s', now())",
		        assets[i], assets[i + 1], random_below(N_EDGE_KINDS), assets[i]);
	for (int i = 0; i < N_FINDINGS; i++) {
		findings[i] = random_finding(i);
		world_put_finding(&findings[i]);
	}
}

static void score_into(struct snapshot *s)
{
	world_score(NULL);
	take_snapshot(s);
}

/* Scores do not fall, but for risks that are not open after it. */
static void assert_none_lower(const char *what)
{
	for (int i = 0; i < before.n; i++) {
		const struct scored *b = &before.risks[i], *a = find(&after, b->key);

		if (!a)
			fail_msg("%s: %s is gone", what, b->key);
		if (is_open(a) && is_open(b) && a->score < b->score)
			fail_msg("%s: %s fell from %d to %d", what, b->key, b->score,
			         a->score);
	}
}

static void assert_none_higher(const char *what)
{
	for (int i = 0; i < before.n; i++) {
		const struct scored *b = &before.risks[i], *a = find(&after, b->key);

		if (a && is_open(a) && is_open(b) && a->score > b->score)
			fail_msg("%s: %s rose from %d to %d", what, b->key, b->score,
			         a->score);
	}
}

static void assert_same(const char *what)
{
	assert_int_equal(before.n, after.n);
	for (int i = 0; i < before.n; i++)
		if (memcmp(&before.risks[i], &after.risks[i], sizeof(before.risks[i])) != 0)
			fail_msg("%s: %s is another: %d, was %d", what, after.risks[i].key,
			         after.risks[i].score, before.risks[i].score);
}

/* --- the properties --- */

/* 1 bounds, 2 the sum, 11 the floors of KEV and of severity 0, 12 the pure function. */
static void check_each(void)
{
	for (int i = 0; i < after.n; i++) {
		const struct scored *x = &after.risks[i];
		const struct score_inputs in = inputs_of_row(x->inputs);
		const struct score s = score_of(model, &in);
		int sum = 0;

		for (int f = 0; f < N_FACTORS; f++)
			sum += x->points[f];
		assert_in_range(x->score, 0, 1000);
		assert_int_equal(sum, x->score);
		assert_int_equal(s.total, x->score);
		assert_memory_equal(s.points, x->points, sizeof(s.points));
		assert_int_equal(s.band, x->band);
		if (in.is_cve && in.maturity >= MATURITY_ACTIVE)
			assert_true(x->band >= BAND_HIGH);
		else if (in.sev100 == 0 && in.path < PATH_TO_HIGH_VALUE)
			assert_int_equal(x->band, BAND_LOW);
	}
}

static void raise_finding(struct world_finding *f)
{
	switch (random_below(5)) {
	case 0:
		f->sev100 += random_below(101 - f->sev100);
		break;
	case 1:
		if (*f->cve && f->epss > 0) /* a value instead of none may be less */
			f->epss += random_below(100001 - f->epss);
		break;
	case 2:
		f->maturity += random_below(6 - f->maturity);
		break;
	case 3:
		f->flags |= 1 + random_below(3);
		break;
	case 4:
		f->fidelity += random_below(3 - f->fidelity);
		break;
	}
}

/* 3: one thing worse; of an unknown finding's rest nothing is touched. */
static void check_monotone(void)
{
	static const int most[4] = {5, 5, 4, 5};
	struct world_finding *f = &findings[random_below(N_FINDINGS)];
	const int asset = random_below(N_ASSETS), field = random_below(4);

	raise_finding(f);
	world_put_finding(f);
	score_into(&after);
	assert_none_lower("a finding got worse");
	check_each();
	before = after;
	context[asset][field] += random_below(most[field] - context[asset][field] + 1);
	world_set_context(assets[asset], context[asset]);
	score_into(&after);
	assert_none_lower("a level of context got worse");
	before = after;
}

/* 3 too: one failing control more. */
static void check_one_more(void)
{
	const struct world_finding f = {.asset = assets[random_below(N_ASSETS)],
	                                .number = 1000,
	                                .connector = "prowler",
	                                .rule = "x_flow_log_y",
	                                .cve = "",
	                                .engine = "prowler",
	                                .class = CLASS_MISCONFIGURATION,
	                                .sev100 = 50};

	world_put_finding(&f);
	score_into(&after);
	assert_none_lower("a control failed");
	before = after;
}

/* 8: whatever is closed, nothing that stays open rises. */
static void check_closing(void)
{
	struct world_finding *f = &findings[random_below(N_FINDINGS)];

	f->state = FINDING_RESOLVED;
	world_put_finding(f);
	score_into(&after);
	assert_none_higher("a finding was closed");
	f->state = FINDING_OPEN;
	world_put_finding(f);
	score_into(&after);
	assert_same("and opened again");
	before = after;
}

static void shuffle(int *order)
{
	for (int i = 0; i < N_FINDINGS; i++)
		order[i] = i;
	for (int i = N_FINDINGS; i > 1; i--) {
		const int k = random_below(i), swap = order[i - 1];

		order[i - 1] = order[k];
		order[k] = swap;
	}
}

/* 4: another order, in batches that are scored one by one.  With it the risks of former
 * rounds are gone, which closed findings had left. */
static void check_order(void)
{
	int order[N_FINDINGS];
	PGresult *edges = world_ask("select from_id, to_id, kind from isobar.asset_edge");

	for (int pass = 0; pass < 2; pass++) {
		put_assets();
		for (int i = 0; i < PQntuples(edges); i++)
			world_exec("insert into isobar.asset_edge (org_id, from_id, to_id, "
			           "kind, "
			           "source_id, stated_id, valid_from) values (1, '%s', "
			           "'%s', %s, "
			           "1, '%s', now())",
			           PQgetvalue(edges, i, 0), PQgetvalue(edges, i, 1),
			           PQgetvalue(edges, i, 2), PQgetvalue(edges, i, 0));
		shuffle(order);
		for (int i = 0; i < N_FINDINGS; i++) {
			world_put_finding(&findings[order[i]]);
			if (pass && random_below(15) == 0)
				world_score(NULL);
		}
		score_into(pass ? &after : &before);
	}
	PQclear(edges);
	assert_same("another order");
	check_each();
}

/* 5: the same again writes nothing at all. */
static void check_again(void)
{
	const char *writes =
	        "select sum(version) + (select count(*) from isobar.risk_event) + "
	        "(select count(*) from isobar.sla_segment) from isobar.risk";
	const int64_t n = pg_fixture_number(world_pg(), writes);

	for (int i = 0; i < N_FINDINGS; i++)
		world_put_finding(&findings[i]);
	for (int i = 0; i < N_ASSETS; i++)
		world_mark("path_mark", assets[i]);
	score_into(&after);
	assert_same("the same again");
	assert_int_equal(pg_fixture_number(world_pg(), writes), n);
}

/* 6: another product says the same of one issue.  Its scan is no better than the first. */
static void check_corroboration(void)
{
	struct world_finding f = findings[random_below(N_FINDINGS)];

	if (!*f.cve)
		return;
	f.connector = "second";
	f.number = 2000;
	world_put_finding(&f);
	score_into(&after);
	assert_same("a second product with the same engine");
	f.engine = "other";
	world_put_finding(
	        &f); /* the engine of a known finding does not change: a third one */
	f.number = 2001;
	world_put_finding(&f);
	score_into(&after);
	for (int i = 0; i < before.n; i++) {
		const struct scored *b = &before.risks[i], *a = find(&after, b->key);

		assert_non_null(a);
		for (int k = 0; k < FACTOR_POLICY; k++)
			if (k != FACTOR_CORROBORATION && a->points[k] != b->points[k])
				fail_msg("%s: a second engine moved factor %d", a->key, k);
		assert_in_range(a->score - b->score, 0, 20);
	}
	before = after;
}

/* 7: of every fix, against the pure function over its open risks. */
static void check_fixes(void)
{
	PGresult *r =
	        world_ask("select f.g, array_agg(r.score), count(*) from isobar.fix f join "
	                  "isobar.risk r using (org_id, fix_id) where r.open group by "
	                  "f.org_id, f.fix_id, f.g");

	assert_true(PQntuples(r) > 0);
	for (int i = 0; i < PQntuples(r); i++) {
		const size_t n = (size_t)world_int(r, i, 2);
		const int g = (int)world_int(r, i, 0);
		int *scores = ARENA_ARRAY(arena, int, n + 1);

		read_numbers(PQgetvalue(r, i, 1), scores, n);
		assert_int_equal(g, score_group(scores, n));
		for (size_t k = 0; k < n; k++)
			assert_in_range(g, scores[k], 1000);
		scores[n] = random_below(1001);
		assert_true(score_group(scores, n + 1) >= g);
	}
	PQclear(r);
}

/* 9: best, unknown, worst of one field of one asset. */
static void check_unknown(void)
{
	static const int unknown[4] = {3, 2, 2, 2}, most[4] = {5, 5, 4, 5};
	const int asset = random_below(N_ASSETS), field = random_below(4);
	const int levels[] = {0, unknown[field], most[field]};
	const int stood = context[asset][field];

	for (size_t i = 0; i < N_ELEMENTS(levels); i++) {
		context[asset][field] = levels[i];
		world_set_context(assets[asset], context[asset]);
		score_into(&after);
		if (i > 0)
			assert_none_lower("best, unknown, worst");
		before = after;
	}
	context[asset][field] = stood;
	world_set_context(assets[asset], context[asset]);
	score_into(&before);
}

/* 10: neither an owner nor time moves a score. */
static void check_outside(void)
{
	world_exec("update isobar.risk set owner_id = 7");
	for (int i = 0; i < N_ASSETS; i++)
		world_mark("dirty_mark", assets[i]);
	world_score("2031-01-01T00:00:00Z");
	take_snapshot(&after);
	assert_same("an owner, and four years");
}

static void test_properties(void **state)
{
	const int rounds = getenv("ISOBAR_TEST_ALL") ? N_ROUNDS_ALL : N_ROUNDS;

	(void)state;
	random_begin(20261126);
	for (int round = 0; round < rounds; round++) {
		make_estate();
		score_into(&after);
		check_each();
		before = after;
		for (int i = 0; i < 3; i++) {
			check_monotone();
			check_closing();
		}
		check_one_more();
		check_unknown();
		check_order();
		check_again();
		check_fixes();
		check_outside();
		check_corroboration();
	}
	printf("%d estates; properties 1 to 12 hold\n", rounds);
}

/* 1: the ends of the scale can be reached. */
static void test_ends(void **state)
{
	const char *asset = "10000000-0000-4000-8000-000000000001";
	const char *harmless = "50000000-0000-4000-8000-000000000002";
	const struct world_finding worst = {.asset = asset,
	                                    .number = 1,
	                                    .connector = "scan",
	                                    .rule = "CVE-2026-0001",
	                                    .cve = "CVE-2026-0001",
	                                    .engine = "trivy",
	                                    .class = CLASS_VULNERABILITY,
	                                    .sev100 = 100,
	                                    .epss = 100000,
	                                    .maturity = MATURITY_RANSOMWARE,
	                                    .flags = 3,
	                                    .fidelity = 2};
	const struct world_finding least = {.asset = harmless,
	                                    .number = 2,
	                                    .connector = "scan",
	                                    .rule = "CVE-2026-0002",
	                                    .cve = "CVE-2026-0002",
	                                    .engine = "trivy",
	                                    .class = CLASS_VULNERABILITY,
	                                    .epss = 1};
	struct world_finding second = worst;

	(void)state;
	world_empty();
	world_add_asset(asset, "AWS::EC2::Instance");
	world_add_asset(harmless, "AWS::EC2::Instance");
	world_set_context(asset, (int[]){5, 5, 4, 5});
	world_set_context(harmless, (int[]){0, 0, 0, 0});
	world_put_finding(&worst);
	world_put_finding(&least);
	second.number = 3;
	second.connector = "other";
	second.engine = "defender";
	world_put_finding(&second);
	score_into(&after);
	char key[KEY_MAX];

	snprintf(key, sizeof(key), "%s cve:CVE-2026-0002 ", harmless);
	assert_int_equal(find(&after, key)->score, 0);
	snprintf(key, sizeof(key), "%s cve:CVE-2026-0001 ", asset);
	/* All but the 40 points of failing layers: no control of the asset fails. */
	assert_int_equal(find(&after, key)->score, 960);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_ends),
	                                   cmocka_unit_test(test_properties)};
	struct error err;
	int failed;

	arena = arena_new(1 << 16);
	const char *text = catalog_file("models/rs-1.0.0.json", arena);

	if (score_model_load(text, strlen(text), &model, &err) < 0) {
		printf("%s\n", err.text);
		return 1;
	}
	pg_fixture_create("properties");
	pg_fixture_migrate();
	world_open();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_close();
	pg_fixture_drop();
	score_model_free(model);
	arena_free(arena);
	return failed;
}
