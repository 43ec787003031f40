/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of the queue against the plainest thing that gives the same answers: an
 * array that is searched and sorted for each question.  Random histories of puts and
 * removals, random filters, all orders; and SLA states against the ledgers they come
 * from.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/mem.h"
#include "model/risk_clock.h"

#include "support/queue_world.h"
#include "support/random.h"

enum {
	N_ROUNDS = 24,
	N_QUESTIONS = 24,
	N_RISKS_MAX = 4000,
	N_LEDGERS = 20000
};

/* --- the reference --- */

static struct index_risk risks[N_RISKS_MAX];
static bool exists[N_RISKS_MAX];

static bool has_bit(unsigned int mask, int bit)
{
	return mask & 1u << bit;
}

static bool is_one_of(const char *text, const char *const *texts, size_t n)
{
	for (size_t i = 0; text && i < n; i++)
		if (strcmp(text, texts[i]) == 0)
			return true;
	return false;
}

static bool is_or_any(const char *text, const char *wanted)
{
	return !wanted || is_one_of(text, &wanted, 1);
}

static bool begins_with(const char *text, const char *part)
{
	while (*part && tolower((unsigned char)*text) == tolower((unsigned char)*part)) {
		text++;
		part++;
	}
	return !*part;
}

static bool has_part(const char *text, const char *part)
{
	for (; *text; text++)
		if (begins_with(text, part))
			return true;
	return !*part;
}

/* The text itself, or "cve:" and the text in upper case. */
static bool is_subject(const char *subject, const char *wanted)
{
	if (strcmp(subject, wanted) == 0)
		return true;
	if (strncmp(subject, "cve:", 4) != 0)
		return false;
	for (subject += 4; *wanted; wanted++)
		if (*subject++ != toupper((unsigned char)*wanted))
			return false;
	return !*subject;
}

static const struct index_source *source_of(int64_t id)
{
	for (size_t i = 0; i < N_ELEMENTS(world_sources); i++)
		if (world_sources[i].id == id)
			return &world_sources[i];
	return NULL;
}

static bool has_source(const struct index_risk *r, const char *wanted)
{
	for (size_t i = 0; i < r->n_sources; i++) {
		const struct index_source *s = source_of(r->source_ids[i]);

		if (s &&
		    (strcmp(s->name, wanted) == 0 || strcmp(s->connector, wanted) == 0))
			return true;
	}
	return false;
}

static bool has_asset(const struct index_risk *r, const struct index_filter *f)
{
	return is_one_of(r->asset_id, f->assets, f->n_assets) ||
	       is_one_of(r->asset_name, f->assets, f->n_assets);
}

static bool is_in_scope(const struct index_risk *r, const struct index_filter *f)
{
	return is_one_of(r->account, f->scope_accounts, f->n_scope_accounts) ||
	       is_one_of(r->owner, f->scope_owners, f->n_scope_owners);
}

static bool matches(const struct index_risk *r, const struct index_filter *f)
{
	return has_bit(f->bands, (int)r->band) && has_bit(f->states, (int)r->state) &&
	       has_bit(f->providers, (int)r->provider) &&
	       has_bit(f->classes, (int)r->class) &&
	       has_bit(f->responsibilities, (int)r->responsibility) &&
	       has_bit(f->layers, r->layer + 1) && r->score >= f->min_score &&
	       r->score <= f->max_score && is_or_any(r->account, f->account) &&
	       is_or_any(r->region, f->region) && is_or_any(r->owner, f->owner) &&
	       (!f->source || has_source(r, f->source)) &&
	       (!f->subject || is_subject(r->subject, f->subject)) &&
	       (!f->text || has_part(r->title, f->text)) &&
	       (!f->n_assets || has_asset(r, f)) &&
	       (f->due_before == TIMESTAMP_NONE ||
	        (r->due_at != TIMESTAMP_NONE && r->due_at < f->due_before)) &&
	       (!f->is_scoped || is_in_scope(r, f));
}

static bool is_overdue(const struct index_risk *r, timestamp now)
{
	return r->due_at != TIMESTAMP_NONE && r->due_at < now;
}

static bool has_crossed(const struct index_risk *r, timestamp now)
{
	return r->next_crossing_at != TIMESTAMP_NONE && r->next_crossing_at <= now;
}

static int64_t key_of_risk(const struct index_risk *r, enum index_order order,
                           timestamp now)
{
	switch (order) {
	case INDEX_BY_RANK:
		if (!has_crossed(r, now))
			return r->rank;
		return (r->band * 4 + (is_overdue(r, now) ? 2 : 1)) * INT64_C(1024) +
		       r->score;
	case INDEX_BY_DUE:
		return r->due_at == TIMESTAMP_NONE ? INDEX_NEVER_DUE : r->due_at;
	case INDEX_BY_OPENED:
		return r->opened_at;
	}
	return 0;
}

static int ascending(const void *a, const void *b)
{
	const struct index_hit *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return key_cmp(&x->id, &y->id);
}

static int descending(const void *a, const void *b)
{
	return ascending(b, a);
}

/* All that matches, in order. */
static size_t expected_hits(const struct index_page_query *q, struct index_hit *out)
{
	size_t n = 0;

	for (int i = 0; i < N_RISKS_MAX; i++)
		if (exists[i] && matches(&risks[i], q->filter))
			out[n++] = (struct index_hit){
			        risks[i].id, key_of_risk(&risks[i], q->order, q->now)};
	qsort(out, n, sizeof(*out), q->order == INDEX_BY_RANK ? descending : ascending);
	return n;
}

/* --- facets of the reference --- */

struct tally {
	struct index_facet_value values[WORLD_N_ACCOUNTS + 8];
	size_t n;
};

static void count(struct tally *t, const char *value)
{
	size_t i = 0;

	while (i < t->n && (t->values[i].value ? !value || strcmp(t->values[i].value, value)
	                                       : value != NULL))
		i++;
	if (i == t->n)
		t->values[t->n++] = (struct index_facet_value){.value = value};
	t->values[i].count++;
}

static void count_sources(struct tally *t, const struct index_risk *r)
{
	for (size_t i = 0; i < r->n_sources; i++) {
		const struct index_source *s = source_of(r->source_ids[i]);
		bool is_first = s;

		for (size_t k = 0; s && k < i; k++) {
			const struct index_source *former = source_of(r->source_ids[k]);

			if (former && strcmp(former->name, s->name) == 0)
				is_first = false;
		}
		if (is_first)
			count(t, s->name);
	}
}

static enum sla_state sla_of(const struct index_risk *r, timestamp now)
{
	if (has_crossed(r, now))
		return is_overdue(r, now) ? SLA_BREACHED : SLA_DUE_SOON;
	if (r->band == BAND_LOW && r->due_at == TIMESTAMP_NONE)
		return SLA_NONE;
	if (r->state == RISK_RESOLVED)
		return r->due_at == TIMESTAMP_NONE     ? SLA_NONE
		       : is_overdue(r, r->resolved_at) ? SLA_MISSED
		                                       : SLA_MET;
	if (!risk_state_is_open(r->state) || r->responsibility == VERDICT_PROVIDER)
		return SLA_PAUSED;
	if (r->due_at == TIMESTAMP_NONE)
		return SLA_NONE;
	return (enum sla_state)(r->rank / 1024 % 4); /* ok, due soon, breached */
}

static size_t expected_facets(const struct index_filter *f, timestamp now,
                              struct tally t[N_INDEX_FACETS])
{
	size_t total = 0;

	memset(t, 0, N_INDEX_FACETS * sizeof(*t));
	for (int i = 0; i < N_RISKS_MAX; i++) {
		const struct index_risk *r = &risks[i];

		if (!exists[i] || !matches(r, f))
			continue;
		total++;
		count(&t[FACET_BAND], band_name(r->band));
		count(&t[FACET_STATE], risk_state_name(r->state));
		count(&t[FACET_PROVIDER], provider_name(r->provider));
		count(&t[FACET_ACCOUNT], r->account);
		count(&t[FACET_REGION], r->region);
		count(&t[FACET_CLASS], finding_class_name(r->class));
		count(&t[FACET_LAYER],
		      r->layer < 0 ? "unknown" : layer_name((enum layer)r->layer));
		count(&t[FACET_RESPONSIBILITY], verdict_name(r->responsibility));
		count(&t[FACET_OWNER], r->owner);
		count_sources(&t[FACET_SOURCE], r);
		count(&t[FACET_SLA], sla_state_name(sla_of(r, now)));
	}
	return total;
}

/* Most first, then by text, nobody last. */
static int by_count(const void *a, const void *b)
{
	const struct index_facet_value *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (!x->value)
		return 1;
	return y->value ? strcmp(x->value, y->value) : -1;
}

/* --- random questions --- */

static bool is_chosen(int one_in)
{
	return random_below(one_in) == 0;
}

static unsigned int random_mask(int n)
{
	return (unsigned int)random_next() & ((1u << n) - 1);
}

static const char *const some_accounts[] = {"account-0", "account-7", "account-14", "none"};
static const char *const some_owners[] = {"team-a", "payments", "nobody"};
static const char *const some_assets[] = {"arn:8", "host-2", "no such asset"};

static void random_enums(struct index_filter *f)
{
	const unsigned int open =
	        1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;

	if (is_chosen(2))
		f->states = is_chosen(2) ? open : is_chosen(2) ? ~open : random_mask(7);
	if (is_chosen(4))
		f->responsibilities = random_mask(N_VERDICTS);
	if (is_chosen(6))
		f->bands = random_mask(N_BANDS);
	if (is_chosen(6))
		f->providers = random_mask(N_PROVIDERS);
	if (is_chosen(8))
		f->classes = random_mask(N_FINDING_CLASSES);
	if (is_chosen(8))
		f->layers = random_mask(N_LAYERS + 1);
	if (is_chosen(8))
		f->min_score = random_below(1200) - 100;
	if (is_chosen(8))
		f->max_score = random_below(1200) - 100;
}

static struct index_filter random_filter(void)
{
	struct index_filter f;

	index_filter_init(&f);
	random_enums(&f);
	if (is_chosen(8))
		f.account = some_accounts[random_below(4)];
	if (is_chosen(8))
		f.region = is_chosen(2) ? "" : "westeurope";
	if (is_chosen(8))
		f.owner = some_owners[random_below(3)];
	if (is_chosen(8))
		f.source = world_source_name();
	if (is_chosen(8))
		f.subject = world_subject();
	if (is_chosen(6))
		f.text = world_title_part();
	if (is_chosen(8)) {
		f.assets = some_assets;
		f.n_assets = (size_t)random_below(4);
	}
	if (is_chosen(8))
		f.due_before = world_time();
	if (is_chosen(6)) {
		f.is_scoped = true;
		f.scope_accounts = some_accounts;
		f.n_scope_accounts = (size_t)random_below(5);
		f.scope_owners = some_owners;
		f.n_scope_owners = (size_t)random_below(4);
	}
	return f;
}

static timestamp random_now(void)
{
	const timestamp now = world_time();

	return now == TIMESTAMP_NONE ? WORLD_NOW : now;
}

/* --- questions to both --- */

/* Page after page gives each match once, in order. */
static void check_walk(const struct queue_index *ix, const struct index_filter *filter)
{
	static struct index_hit want[N_RISKS_MAX], got[N_RISKS_MAX + 1];
	struct index_page_query q = {
	        .filter = filter,
	        .order = (enum index_order)random_below(INDEX_BY_OPENED + 1),
	        .limit = (size_t)(1 + random_below(is_chosen(3) ? 5 : 500)),
	        .now = random_now()};
	const size_t n_want = expected_hits(&q, want);
	size_t n = 0, pages = 0;

	/* Small pages of a large answer: the beginning is enough. */
	while (n < n_want && pages++ < 40) {
		const size_t room = n_want - n < q.limit ? n_want - n : q.limit;

		assert_int_equal(queue_index_page(ix, &q, got), room);
		for (size_t i = 0; i < room; i++) {
			assert_int_equal(got[i].key, want[n + i].key);
			assert_memory_equal(&got[i].id, &want[n + i].id, sizeof(got[i].id));
		}
		n += room;
		q.after = &want[n - 1];
	}
	if (n == n_want)
		assert_int_equal(queue_index_page(ix, &q, got), 0);
}

static void check_facets(const struct queue_index *ix, const struct index_filter *filter)
{
	static struct tally want[N_INDEX_FACETS];
	ARENA_SCOPED a = arena_new(1024);
	struct index_facets got;
	const timestamp now = random_now();

	queue_index_facets(ix, filter, now, a, &got);
	assert_int_equal(got.total, expected_facets(filter, now, want));
	for (int f = 0; f < N_INDEX_FACETS; f++) {
		struct tally *t = &want[f];

		qsort(t->values, t->n, sizeof(*t->values), by_count);
		if (t->n > INDEX_FACET_VALUES_MAX)
			t->n = INDEX_FACET_VALUES_MAX;
		assert_int_equal(got.of[f].n, t->n);
		for (size_t i = 0; i < t->n; i++) {
			const struct index_facet_value *v = &got.of[f].values[i];

			assert_int_equal(v->count, t->values[i].count);
			assert_int_equal(!v->value, !t->values[i].value);
			if (v->value)
				assert_string_equal(v->value, t->values[i].value);
		}
	}
}

static size_t count_existing(void)
{
	size_t n = 0;

	for (int i = 0; i < N_RISKS_MAX; i++)
		n += exists[i];
	return n;
}

static void change(struct queue_index *ix, int n_ids)
{
	const int number = random_below(n_ids);
	const struct key id = world_id(number);

	if (is_chosen(4)) {
		assert_int_equal(queue_index_remove(ix, &id), exists[number]);
		exists[number] = false;
		return;
	}
	world_risk(number, &risks[number]);
	queue_index_put(ix, &risks[number]);
	exists[number] = true;
}

static void check_standing(const struct queue_index *ix)
{
	const timestamp now = random_now();
	struct index_standing want = {0}, got;

	for (int i = 0; i < N_RISKS_MAX; i++) {
		if (!exists[i])
			continue;
		const struct index_risk *r = &risks[i];
		const enum sla_state sla = sla_of(r, now);

		want.n[r->band][r->state]++;
		want.breached[r->band] += sla == SLA_BREACHED;
		want.due_soon[r->band] += sla == SLA_DUE_SOON;
	}
	queue_index_standing(ix, now, &got);
	for (int band = 0; band < N_BANDS; band++) {
		for (int state = 0; state < N_RISK_STATES; state++)
			assert_int_equal(got.n[band][state], want.n[band][state]);
		assert_int_equal(got.breached[band], want.breached[band]);
		assert_int_equal(got.due_soon[band], want.due_soon[band]);
	}
}

static void test_queue_index__answers_as_an_array_does(void **state)
{
	static const int sizes[] = {3, 60, 1024, 1500, N_RISKS_MAX};
	struct queue_index *ix = queue_index_new(random_next());

	(void)state;
	for (int round = 0; round < N_ROUNDS; round++) {
		const int n_ids = sizes[random_below((int)N_ELEMENTS(sizes))];

		queue_index_clear(ix);
		memset(exists, 0, sizeof(exists));
		queue_index_set_sources(ix, world_sources, N_ELEMENTS(world_sources));
		for (int i = 0; i < N_QUESTIONS; i++) {
			const struct index_filter filter = random_filter();

			for (int k = n_ids / 4 + 1; k > 0; k--)
				change(ix, n_ids);
			assert_int_equal(queue_index_count(ix), count_existing());
			check_walk(ix, &filter);
			check_facets(ix, &filter);
			check_standing(ix);
		}
	}
	queue_index_free(ix);
}

/* --- SLA states --- */

/* What the scorer stores of a ledger at a moment (scorer/decide.c). */
static struct index_risk risk_of_ledger(const struct risk_clock_segment *ledger, size_t n,
                                        timestamp at)
{
	const struct risk_clock_rules rules = risk_clock_default_rules();
	const struct risk_clock clock = risk_clock_evaluate(&rules, ledger, n, at);
	const struct risk_clock_segment *last = &ledger[n - 1];
	const bool is_provider = last->mode == SLA_MODE_PAUSED && is_chosen(2);
	struct index_risk r;

	world_risk(1, &r);
	r.band = last->band;
	r.score = (int[]){100, 300, 500, 700}[r.band];
	r.responsibility = is_provider ? VERDICT_PROVIDER : VERDICT_SHARED;
	r.state = last->mode == SLA_MODE_STOPPED                  ? RISK_RESOLVED
	          : last->mode == SLA_MODE_PAUSED && !is_provider ? RISK_ACCEPTED
	                                                          : RISK_OPEN;
	r.resolved_at = r.state == RISK_RESOLVED ? last->from : TIMESTAMP_NONE;
	r.reopens_at = r.soon_at = TIMESTAMP_NONE;
	r.due_at = clock.sla.due_at;
	r.next_crossing_at = r.state == RISK_OPEN ? clock.next_crossing : TIMESTAMP_NONE;
	r.rank = risk_rank(r.band, clock.sla.state, r.score);
	return r;
}

static void test_queue_index_facets__sla_is_that_of_the_ledger(void **state)
{
	struct queue_index *ix = queue_index_new(1);
	struct index_filter all;

	(void)state;
	index_filter_init(&all);
	for (int i = 0; i < N_LEDGERS; i++) {
		ARENA_SCOPED a = arena_new(4096);
		struct risk_clock_segment ledger[6];
		const size_t n = (size_t)(1 + random_below(6));
		timestamp at = WORLD_NOW;
		struct index_facets facets;

		for (size_t k = 0; k < n; k++) {
			ledger[k] = (struct risk_clock_segment){
			        at,
			        k ? (enum sla_mode)random_below(SLA_MODE_STOPPED + 1) : 0,
			        (enum band)random_below(N_BANDS), TIMESTAMP_NONE};
			at += random_below(800) * USEC_PER_HOUR + random_below(2);
		}
		const struct index_risk r = risk_of_ledger(ledger, n, at);
		timestamp now = at + random_below(3000) * USEC_PER_HOUR;

		if (is_chosen(3) && r.next_crossing_at != TIMESTAMP_NONE)
			now = r.next_crossing_at - random_below(2);
		const struct risk_clock_rules rules = risk_clock_default_rules();
		const struct risk_clock want = risk_clock_evaluate(&rules, ledger, n, now);

		queue_index_put(ix, &r);
		queue_index_facets(ix, &all, now, a, &facets);
		assert_int_equal(facets.of[FACET_SLA].n, 1);
		assert_string_equal(facets.of[FACET_SLA].values[0].value,
		                    sla_state_name(want.sla.state));
	}
	queue_index_free(ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_queue_index__answers_as_an_array_does),
	        cmocka_unit_test(test_queue_index_facets__sla_is_that_of_the_ledger),
	};

	random_begin(20261122);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
