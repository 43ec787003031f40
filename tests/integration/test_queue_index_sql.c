/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of the queue against queue_list.sql on the same risks: random filters, walked
 * page by page.  What both can be asked must have one answer.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "store/queue_store.h"

#include "support/pg_fixture.h"
#include "support/queue_world.h"
#include "support/random.h"

enum {
	N_RISKS = 1500,
	N_QUESTIONS = 250
};

static const struct org org = {.id = 1, .slug = "test"};
static struct pg *pg;
static struct queue_index *ix;

/* --- one org in both --- */

static struct key asset_key(int number)
{
	const uint64_t parts[2] = {(uint64_t)number, 1};
	struct key key;

	memcpy(key.bytes, parts, sizeof(key.bytes));
	return key;
}

static void put_time(struct strbuf *b, timestamp at)
{
	char text[TIMESTAMP_TEXT_MAX];

	if (at == TIMESTAMP_NONE)
		strbuf_puts(b, "null");
	else
		strbuf_printf(b, "'%s'", timestamp_format(at, text));
}

static void execute(struct strbuf *sql)
{
	pg_fixture_exec(pg, strbuf_text(sql));
	strbuf_reset(sql);
}

static void insert_others(struct strbuf *sql)
{
	char text[KEY_TEXT_MAX];

	for (size_t i = 0; i < WORLD_N_SOURCES; i++)
		strbuf_printf(
		        sql,
		        "insert into isobar.source (org_id, source_id, name, connector, "
		        "created_at) values (1, %" PRId64 ", '%s', '%s', now());",
		        world_sources[i].id, world_sources[i].name,
		        world_sources[i].connector);
	for (size_t i = 1; i < world_n_owners; i++)
		strbuf_printf(
		        sql,
		        "insert into isobar.owner (org_id, owner_id, name, kind, contact, "
		        "actor, valid_from) values (1, %zu, '%s', 0, '', '', now());",
		        i, world_owners[i]);
	for (int i = 0; i < WORLD_N_ASSETS; i++) {
		const struct world_asset a = world_asset(i);
		const struct key key = asset_key(i);

		key_text(&key, text);
		strbuf_printf(sql,
		              "insert into isobar.asset (org_id, asset_id, canonical_id, "
		              "provider, "
		              "account, region, type, name, id, stored_at) values "
		              "(1, '%s', '%s', %d, '%s', '%s', '', '%s', '%s', now());",
		              text, text, (int)a.provider, a.account, a.region, a.name,
		              a.id);
	}
	execute(sql);
}

static void insert_risk(struct strbuf *sql, const struct index_risk *r, int asset)
{
	const struct key key = asset_key(asset);
	char id[KEY_TEXT_MAX], asset_id[KEY_TEXT_MAX];
	size_t owner = 0;

	while (r->owner != world_owners[owner])
		owner++;
	strbuf_printf(sql,
	              "insert into isobar.risk values (1, '%s', '%s', %" PRId64 ", 0, 1, ",
	              key_text(&r->id, id), key_text(&key, asset_id), r->rank);
	put_time(sql, r->opened_at);
	strbuf_puts(sql, ", now(), now(), ");
	put_time(sql, r->due_at);
	strbuf_puts(sql, ", ");
	put_time(sql, r->next_crossing_at);
	strbuf_puts(sql, ", ");
	put_time(sql, r->resolved_at);
	strbuf_printf(sql, ", null, nullif(%zu, 0), 1, %d, %d, %d, %d, %d, %d, %s, ", owner,
	              r->score, (int)r->band, (int)r->state, (int)r->class,
	              (int)r->responsibility, r->layer,
	              risk_state_is_open(r->state) ? "true" : "false");
	strbuf_printf(sql, "'%s', '', '%s', '{", r->subject, r->title);
	for (size_t i = 0; i < r->n_sources; i++)
		strbuf_printf(sql, "%s%" PRId64, i ? "," : "", r->source_ids[i]);
	strbuf_puts(sql, "}');");
}

static int set_up(void **state)
{
	struct strbuf sql = {0};

	(void)state;
	pg_fixture_create("queue_index");
	pg_fixture_migrate();
	pg = pg_fixture_open(NULL, PG_GROUP_READ);
	insert_others(&sql);
	ix = queue_index_new(random_next());
	queue_index_set_sources(ix, world_sources, WORLD_N_SOURCES);
	for (int i = 0; i < N_RISKS; i++) {
		struct index_risk r;
		const int asset = world_risk(i, &r);

		insert_risk(&sql, &r, asset);
		queue_index_put(ix, &r);
	}
	execute(&sql);
	strbuf_done(&sql);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	queue_index_free(ix);
	pg_close(pg);
	pg_fixture_drop();
	return 0;
}

/* --- the same question to both --- */

static bool is_chosen(int one_in)
{
	return random_below(one_in) == 0;
}

static const char *const assets[] = {"arn:8", "host-2", "arn:3", "no such asset"};

static void random_texts(struct queue_filter *f)
{
	if (is_chosen(6))
		f->account = world_asset(random_below(WORLD_N_ASSETS)).account;
	if (is_chosen(6))
		f->region = world_asset(random_below(WORLD_N_ASSETS)).region;
	if (is_chosen(6))
		f->owner = is_chosen(8) ? "nobody" : world_owners[1 + random_below(4)];
	if (is_chosen(6))
		f->source = world_source_name();
	if (is_chosen(6))
		f->subject = world_subject();
	if (is_chosen(6))
		f->asset = assets[random_below(4)];
	if (is_chosen(4))
		f->text = world_title_part();
}

static struct queue_filter random_filter(void)
{
	struct queue_filter f;

	queue_filter_init(&f);
	if (is_chosen(3))
		f.responsibilities = (unsigned int)random_below(1 << N_VERDICTS);
	if (is_chosen(6))
		f.band = random_below(N_BANDS);
	if (is_chosen(3))
		f.state = random_below(N_RISK_STATES);
	if (is_chosen(6))
		f.provider = random_below(N_PROVIDERS);
	if (is_chosen(6))
		f.class = random_below(N_FINDING_CLASSES);
	if (is_chosen(6))
		f.layer = random_below(N_LAYERS + 1) - 1;
	random_texts(&f);
	f.limit = 1 + random_below(200);
	return f;
}

/* The same filter for the index. */
static struct index_filter translated(const struct queue_filter *f)
{
	struct index_filter out;

	index_filter_init(&out);
	out.states = 1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;
	out.responsibilities = f->responsibilities;
	if (f->band != FILTER_ANY)
		out.bands = 1u << f->band;
	if (f->state != FILTER_ANY)
		out.states = 1u << f->state;
	if (f->provider != FILTER_ANY)
		out.providers = 1u << f->provider;
	if (f->class != FILTER_ANY)
		out.classes = 1u << f->class;
	if (f->layer != FILTER_ANY)
		out.layers = INDEX_LAYER_BIT(f->layer);
	out.account = f->account;
	out.region = f->region;
	out.owner = f->owner;
	out.source = f->source;
	out.subject = f->subject;
	out.text = f->text;
	out.assets = &f->asset;
	out.n_assets = f->asset != NULL;
	return out;
}

/* Walks to the end with both; gives how many risks there were. */
static size_t walk(struct queue_filter *f, timestamp now)
{
	const struct index_filter filter = translated(f);
	struct index_hit hits[200];
	struct index_hit after;
	struct index_page_query query = {.filter = &filter,
	                                 .order = INDEX_BY_RANK,
	                                 .limit = (size_t)f->limit,
	                                 .now = now};
	size_t n = 0, n_page;

	do {
		ARENA_SCOPED a = arena_new(4096);
		struct queue_page page;
		struct error err;

		if (queue_list(pg, &org, f, now, a, &page, &err) != 0)
			fail_msg("queue_list: %s", err.text);
		n_page = queue_index_page(ix, &query, hits);
		assert_int_equal(n_page, page.n);
		for (size_t i = 0; i < n_page; i++) {
			assert_memory_equal(&hits[i].id, &page.risks[i].id,
			                    sizeof(hits[i].id));
			assert_int_equal(hits[i].key, page.risks[i].rank);
		}
		if (n_page) {
			after = hits[n_page - 1];
			query.after = &after;
			f->has_after = true;
			f->after_rank = after.key;
			f->after_id = after.id;
		}
		n += n_page;
	} while (n_page == query.limit);
	return n;
}

static void test_queue_index__answers_as_the_store_does(void **state)
{
	size_t n_some = 0;

	(void)state;
	for (int i = 0; i < N_QUESTIONS; i++) {
		struct queue_filter f = random_filter();
		const timestamp now = world_time();

		n_some += walk(&f, now == TIMESTAMP_NONE ? WORLD_NOW : now) > 0;
	}
	/* Most questions must have an answer, or they say little. */
	assert_in_range(n_some, N_QUESTIONS / 3, N_QUESTIONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_queue_index__answers_as_the_store_does),
	};

	random_begin(20261123);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
