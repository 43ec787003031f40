/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths over random small estates: after every change, what the scorer's incremental
 * pass has stored is what a search over everything finds, member by member; and the level
 * of a path is in the score of its members, and of no other risk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "model/finding.h"

#include "scorer/toxic_rules.h"
#include "support/catalog_file.h"
#include "support/random.h"
#include "support/score_world.h"

enum {
	N_ASSETS = 9,
	N_ESTATES = 3,
	N_STEPS = 14, /* changes of one estate */
	N_RISKS_MAX = 400,
	N_PATHS_MAX = 4000,
	N_MEMBERS_MAX = 64
};

static struct arena *arena;
static struct responsibility_tables tables;
static struct toxic_rules rules;

/* --- what the search sees --- */

struct asset {
	char id[40];
	int level[N_TOXIC_LEVELS];
};

struct risk {
	char id[40];
	int asset;
	int64_t elements; /* 0 while it does not count */
};

struct path {
	int rule, target, entry, level;
	int members[N_MEMBERS_MAX]; /* risks, ascending */
	int n_members;
};

static struct estate {
	struct asset assets[N_ASSETS];
	unsigned int edges[N_ASSETS][N_ASSETS]; /* bits of kinds */
	struct risk risks[N_RISKS_MAX];
	int n_risks;
	struct path paths[N_PATHS_MAX];
	int n_paths;
} world;

static int number(const PGresult *r, int row, int column)
{
	return (int)world_int(r, row, column);
}

static int asset_number(const char *id)
{
	for (int i = 0; i < N_ASSETS; i++)
		if (strcmp(world.assets[i].id, id) == 0)
			return i;
	fail_msg("unknown asset %s", id);
	return -1;
}

static int risk_number(const char *id)
{
	for (int i = 0; i < world.n_risks; i++)
		if (strcmp(world.risks[i].id, id) == 0)
			return i;
	return -1;
}

static void read_world(void)
{
	PGresult *r = world_ask(
	        "select c.asset_id, exposure, criticality, sensitivity, privilege "
	        "from isobar.asset_context c order by 1");

	for (int i = 0; i < PQntuples(r); i++) {
		struct asset *a = &world.assets[asset_number(PQgetvalue(r, i, 0))];

		for (int f = 0; f < N_TOXIC_LEVELS; f++)
			a->level[f] = number(r, i, 1 + f);
	}
	PQclear(r);
	memset(world.edges, 0, sizeof(world.edges));
	r = world_ask("select from_id, to_id, kind from isobar.asset_edge");
	for (int i = 0; i < PQntuples(r); i++)
		world.edges[asset_number(PQgetvalue(r, i, 0))]
		           [asset_number(PQgetvalue(r, i, 1))] |= 1u << number(r, i, 2);
	PQclear(r);
	r = world_ask(
	        "select risk_id, asset_id, case when state <= 3 then elements else 0 end "
	        "from isobar.risk where subject not like 'path:%%' order by 1");
	world.n_risks = PQntuples(r);
	assert_true(world.n_risks < N_RISKS_MAX);
	for (int i = 0; i < world.n_risks; i++) {
		struct risk *risk = &world.risks[i];

		snprintf(risk->id, sizeof(risk->id), "%s", PQgetvalue(r, i, 0));
		risk->asset = asset_number(PQgetvalue(r, i, 1));
		risk->elements = world_int(r, i, 2);
	}
	PQclear(r);
}

static int64_t elements_of(int asset)
{
	int64_t all = 0;

	for (int i = 0; i < world.n_risks; i++)
		if (world.risks[i].asset == asset)
			all |= world.risks[i].elements;
	return all;
}

static bool holds(const struct toxic_place *place, int asset)
{
	const int64_t elements = elements_of(asset);

	for (size_t c = 0; c < place->n_clauses; c++) {
		const struct toxic_clause *clause = &place->clauses[c];
		bool met = elements & clause->elements;

		for (int f = 0; f < N_TOXIC_LEVELS; f++)
			met |= clause->least[f] >= 0 &&
			       world.assets[asset].level[f] >= clause->least[f];
		if (!met)
			return false;
	}
	return true;
}

static bool leads(const struct toxic_place *place, int from, int to)
{
	const unsigned int along = place->reach & 0xffff, against = place->reach >> 16;

	return from != to &&
	       ((world.edges[from][to] & along) || (world.edges[to][from] & against));
}

static int level_of(int entry, int target)
{
	const struct asset *e = &world.assets[entry], *t = &world.assets[target];

	if (e->level[CONTEXT_EXPOSURE] < EXPOSURE_OPEN &&
	    !(elements_of(entry) & TOXIC_EXPOSED))
		return 2;
	if (t->level[CONTEXT_CRITICALITY] >= CRITICALITY_MISSION)
		return 4;
	return t->level[CONTEXT_CRITICALITY] >= CRITICALITY_IMPORTANT ? 3 : 2;
}

static void add_member(struct path *p, int risk)
{
	for (int i = 0; i < p->n_members; i++)
		if (p->members[i] == risk)
			return;
	assert_true(p->n_members < N_MEMBERS_MAX);
	p->members[p->n_members++] = risk;
}

static void add_path(int r, const int *chain)
{
	const struct toxic_rule *rule = &rules.rules[r];
	const int entry = chain[0], target = chain[rule->target];
	struct path *p = NULL;

	for (int i = 0; i < world.n_paths && !p; i++)
		if (world.paths[i].rule == r && world.paths[i].entry == entry &&
		    world.paths[i].target == target)
			p = &world.paths[i];
	if (!p) {
		assert_true(world.n_paths < N_PATHS_MAX);
		p = &world.paths[world.n_paths++];
		*p = (struct path){.rule = r, .target = target, .entry = entry};
	}
	p->level = level_of(entry, target);
	for (size_t i = 0; i < rule->n_places; i++) {
		int64_t asked = 0;

		for (size_t c = 0; c < rule->places[i].n_clauses; c++)
			asked |= rule->places[i].clauses[c].elements;
		for (int k = 0; k < world.n_risks; k++)
			if (world.risks[k].asset == chain[i] &&
			    world.risks[k].elements & asked)
				add_member(p, k);
	}
}

static void search(int r, size_t place, int *chain);

/* From the place before, over at most TOXIC_HOPS_MAX edges. */
static void step(int r, size_t place, int at, int hops, int *chain)
{
	const struct toxic_place *next = &rules.rules[r].places[place];

	for (int to = 0; to < N_ASSETS; to++) {
		if (!leads(next, at, to))
			continue;
		if (holds(next, to)) {
			chain[place] = to;
			search(r, place + 1, chain);
		}
		if (hops < TOXIC_HOPS_MAX)
			step(r, place, to, hops + 1, chain);
	}
}

static void search(int r, size_t place, int *chain)
{
	const struct toxic_rule *rule = &rules.rules[r];

	if (place == rule->n_places) {
		add_path(r, chain);
		return;
	}
	if (rule->places[place].same && holds(&rule->places[place], chain[place - 1])) {
		chain[place] = chain[place - 1];
		search(r, place + 1, chain);
	}
	step(r, place, chain[place - 1], 1, chain);
}

static void search_all(void)
{
	int chain[TOXIC_PLACES_MAX];

	world.n_paths = 0;
	for (size_t r = 0; r < rules.n_rules; r++)
		for (int a = 0; a < N_ASSETS; a++) {
			chain[0] = a;
			if (holds(&rules.rules[r].places[0], a))
				search((int)r, 1, chain);
		}
}

/* --- against what is stored --- */

static const struct path *find_path(const char *rule, int target, int entry)
{
	for (int i = 0; i < world.n_paths; i++) {
		const struct path *p = &world.paths[i];

		if (strcmp(rules.rules[p->rule].id, rule) == 0 && p->target == target &&
		    p->entry == entry)
			return p;
	}
	return NULL;
}

static void check_paths(void)
{
	PGresult *r = world_ask("select rule, target_id, entry_id, level from isobar.path "
	                        "where level > 0");

	assert_int_equal(PQntuples(r), world.n_paths);
	for (int i = 0; i < PQntuples(r); i++) {
		const struct path *p =
		        find_path(PQgetvalue(r, i, 0), asset_number(PQgetvalue(r, i, 1)),
		                  asset_number(PQgetvalue(r, i, 2)));

		if (!p)
			fail_msg("%s was not found", PQgetvalue(r, i, 0));
		assert_int_equal(number(r, i, 3), p->level);
	}
	PQclear(r);
}

static void check_members(void)
{
	PGresult *r = world_ask("select m.rule, m.target_id, m.entry_id, m.risk_id "
	                        "from isobar.path_member m join isobar.path p using "
	                        "(org_id, target_id, entry_id, rule) where p.level > 0");
	int n = 0;

	for (int i = 0; i < world.n_paths; i++)
		n += world.paths[i].n_members;
	assert_int_equal(PQntuples(r), n);
	for (int i = 0; i < PQntuples(r); i++) {
		const struct path *p =
		        find_path(PQgetvalue(r, i, 0), asset_number(PQgetvalue(r, i, 1)),
		                  asset_number(PQgetvalue(r, i, 2)));
		bool found = false;

		for (int k = 0; p && k < p->n_members; k++)
			found |= p->members[k] == risk_number(PQgetvalue(r, i, 3));
		assert_true(found);
	}
	PQclear(r);
}

#define USABLE                                                             \
	(1u << EDGE_ROUTES_TO | 1u << EDGE_RUNS_AS | 1u << EDGE_MAY_READ | \
	 1u << EDGE_MAY_ADMINISTER | 1u << EDGE_ATTACHED_TO | 1u << EDGE_CAN_ASSUME)

static int path_input_of(int risk)
{
	const int asset = world.risks[risk].asset;
	int level = 0;

	for (int from = 0; from < N_ASSETS; from++)
		if (from != asset && world.edges[from][asset] & USABLE && elements_of(from))
			level = 1;
	for (int i = 0; i < world.n_paths; i++)
		for (int k = 0; k < world.paths[i].n_members; k++)
			if (world.paths[i].members[k] == risk &&
			    world.paths[i].level > level)
				level = world.paths[i].level;
	return level;
}

/* The path level is the 11th input. */
static void check_scores(void)
{
	PGresult *r =
	        world_ask("select risk_id, inputs[11], r.state from isobar.risk r join "
	                  "isobar.risk_explanation e using (org_id, risk_id) "
	                  "where subject not like 'path:%%'");

	for (int i = 0; i < PQntuples(r); i++)
		if (number(r, i, 2) <= 3)
			assert_int_equal(number(r, i, 1),
			                 path_input_of(risk_number(PQgetvalue(r, i, 0))));
	PQclear(r);
	/* A risk for every path, open as long as it is. */
	assert_int_equal(pg_fixture_number(world_pg(),
	                                   "select count(*) from isobar.risk "
	                                   "where subject like 'path:%' and open"),
	                 world.n_paths);
	assert_int_equal(
	        pg_fixture_number(
	                world_pg(),
	                "select count(*) from isobar.path p where not exists (select "
	                "from isobar.risk r join isobar.asset e on e.asset_id = "
	                "p.entry_id where r.asset_id = p.target_id and r.subject = "
	                "'path:' || p.rule and r.location = e.id and r.open = "
	                "(p.level > 0))"),
	        0);
}

/* --- changes --- */

static const char *id_of(int asset)
{
	return world.assets[asset].id;
}

static void set_context(int asset)
{
	/* Extremes make paths; unknown is the level of most. */
	static const int levels[][3] = {{3, 5, 2}, {2, 4, 5}, {2, 4, 3}, {2, 5, 4}};
	int v[N_TOXIC_LEVELS];

	for (int f = 0; f < N_TOXIC_LEVELS; f++)
		v[f] = levels[f][random_below(3)];
	world_set_context(id_of(asset), v);
}

static void add_edge(void)
{
	const int from = random_below(N_ASSETS), to = random_below(N_ASSETS);

	if (from == to)
		return;
	world_exec(
	        "insert into isobar.asset_edge (org_id, from_id, to_id, kind, source_id, "
	        "stated_id, valid_from) values (1, '%s', '%s', %d, %d, '%s', now()) "
	        "on conflict do nothing",
	        id_of(from), id_of(to), random_below(N_EDGE_KINDS), random_below(2),
	        id_of(from));
	world_mark("path_mark", id_of(from));
	world_mark("path_mark", id_of(to));
}

static void drop_edges(int asset)
{
	PGresult *r = world_ask("delete from isobar.asset_edge where from_id = '%s' "
	                        "returning to_id",
	                        id_of(asset));

	for (int i = 0; i < PQntuples(r); i++)
		world_mark("path_mark", PQgetvalue(r, i, 0));
	PQclear(r);
	world_mark("path_mark", id_of(asset));
}

/* What scanners may say: category by pattern, or control by alias. */
static const struct {
	const char *connector, *rule, *cve;
	int class, maturity, epss, flags;
} words[] = {
        {"scan", "CVE-1", "CVE-2026-0001", CLASS_VULNERABILITY, 4, 90000, 3},
        {"scan", "CVE-2", "CVE-2026-0002", CLASS_VULNERABILITY, 0, 20, 0},
        {"scan", "CVE-3", "CVE-2026-0003", CLASS_VULNERABILITY, 0, 20000, 0},
        {"prowler", "ec2_instance_port_ssh_exposed", "", CLASS_MISCONFIGURATION, 0, -1, 0},
        {"prowler", "iam_administrator_access_with_mfa", "", CLASS_IDENTITY, 0, -1, 0},
        {"prowler", "x_audit_log_off", "", CLASS_MISCONFIGURATION, 0, -1, 0},
        {"azure_defender", "21300918-b2e3-0346-785f-c77ff57d243b", "",
         CLASS_MISCONFIGURATION, 0, -1, 0},
        {"prowler", "s3_bucket_public_access", "", CLASS_EXPOSURE, 0, -1, 0},
        {"prowler", "repository_default_branch_protection_enabled", "",
         CLASS_MISCONFIGURATION, 0, -1, 0},
        {"prowler", "x_tls_old", "", CLASS_MISCONFIGURATION, 0, -1, 0},
};

static void set_finding(int asset, int word, int state)
{
	world_put_finding(&(struct world_finding){.asset = id_of(asset),
	                                          .number = word,
	                                          .connector = words[word].connector,
	                                          .rule = words[word].rule,
	                                          .cve = words[word].cve,
	                                          .engine = "e",
	                                          .class = words[word].class,
	                                          .state = state,
	                                          .sev100 = 60,
	                                          .epss = words[word].epss,
	                                          .maturity = words[word].maturity,
	                                          .flags = words[word].flags,
	                                          .fidelity = 1});
}

static void change(void)
{
	const int asset = random_below(N_ASSETS);

	switch (random_below(6)) {
	case 0:
		set_context(asset);
		break;
	case 1:
		add_edge();
		break;
	case 2:
		drop_edges(asset);
		break;
	default:
		set_finding(asset, random_below(N_ELEMENTS(words)), random_below(2));
		break;
	}
}

static void build_estate(void)
{
	world_empty();
	for (int i = 0; i < N_ASSETS; i++) {
		struct asset *a = &world.assets[i];

		snprintf(a->id, sizeof(a->id), "%08x-0000-4000-8000-%012x",
		         (unsigned int)random_next(), (unsigned int)i);
		for (int f = 0; f < N_TOXIC_LEVELS; f++)
			a->level[f] = f == CONTEXT_EXPOSURE ? 3 : 2;
		world_add_asset(a->id, "AWS::EC2::Instance");
		if (random_below(3))
			set_context(i);
	}
	for (int i = 0; i < 2 * N_ASSETS; i++)
		add_edge();
	for (int i = 0; i < 4 * N_ASSETS; i++)
		set_finding(random_below(N_ASSETS), random_below(N_ELEMENTS(words)), 0);
}

static void check_all(void)
{
	world_score(NULL);
	read_world();
	search_all();
	check_paths();
	check_members();
	check_scores();
	assert_int_equal(pg_fixture_number(world_pg(),
	                                   "select (select count(*) from isobar.path_mark)"
	                                   " + (select count(*) from isobar.dirty_mark)"),
	                 0);
}

static void test_random_estates(void **state)
{
	int n = 0;

	(void)state;
	random_begin(20261125);
	for (int estate = 0; estate < N_ESTATES; estate++) {
		build_estate();
		check_all();
		for (int i = 0; i < N_STEPS; i++) {
			for (int k = 1 + random_below(3); k > 0; k--)
				change();
			check_all();
			n += world.n_paths;
		}
	}
	printf("%d paths held in %d states\n", n, N_ESTATES * N_STEPS);
	assert_true(n > N_ESTATES * N_STEPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_estates)};

	arena = arena_new(1 << 16);
	const struct responsibility_texts texts = {
	        .matrix = catalog_file("responsibility/matrix.csv", arena),
	        .resource_types = catalog_file("responsibility/resource_types.csv", arena),
	        .finding_categories =
	                catalog_file("responsibility/finding_categories.csv", arena),
	};
	struct error err;
	int failed;

	if (responsibility_load(&texts, arena, &tables, &err) < 0 ||
	    toxic_rules_load(catalog_file("toxic_rules.tsv", arena), &tables, arena, &rules,
	                     &err) < 0) {
		printf("%s\n", err.text);
		return 1;
	}
	pg_fixture_create("paths");
	pg_fixture_migrate();
	world_open();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_close();
	pg_fixture_drop();
	arena_free(arena);
	return failed;
}
