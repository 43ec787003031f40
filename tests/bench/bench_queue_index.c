/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times the index of the queue: bench_queue_index [N_RISKS...], 10^5 and 10^6 when none
 * is given.  A line a question: milliseconds of processor time, the best, the median and
 * the slowest of the runs, and how many risks were found.  Risks are spread as in an org
 * of many accounts: some values frequent, most rare; one in ten has crossed.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/mem.h"

#include "api/queue_index.h"
#include "support/random.h"

#define N_RUNS    41
#define BATCH     256
#define PAGE      50
#define PAGE_MAX  500
#define NOW       (INT64_C(1800000000) * USEC_PER_SEC)
#define DAY       (24 * USEC_PER_HOUR)
#define N_SOURCES 12
#define TEXT_ROOM 160

/* How many values there are of each; of assets and titles, one for so many risks. */
enum {
	N_ACCOUNTS = 1000,
	N_REGIONS = 40,
	N_OWNERS = 300,
	N_SUBJECTS = 20000,
	RISKS_AN_ASSET = 5,
	RISKS_A_TITLE = 30
};

struct texts {
	char account[TEXT_ROOM], region[TEXT_ROOM], owner[TEXT_ROOM], subject[TEXT_ROOM],
	        asset_id[TEXT_ROOM], asset_name[TEXT_ROOM], title[TEXT_ROOM];
	int64_t sources[3];
};

/* Of this thread's own: the box may have other things to do. */
static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* 0..n-1, small ones more often. */
static int skewed_below(int n)
{
	const int a = random_below(n), b = random_below(n);

	return (int)((int64_t)a * b / n);
}

static PRINTF(2, 3) const char *text_of(char *out, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(out, TEXT_ROOM, format, ap);
	va_end(ap);
	return out;
}

static timestamp time_near(int days_before, int days_after)
{
	return NOW + (random_below(days_before + days_after) - days_before) * DAY +
	       (int64_t)(random_next() % DAY);
}

static void make_title(int number, char *out)
{
	static const char *const things[] = {"Bucket",   "Instance",
	                                     "Role",     "Network policy",
	                                     "Database", "Container image"};
	static const char *const faults[] = {
	        "is open to the internet", "has a package with a known exploit",
	        "keeps no log of what is read", "lets anyone assume it",
	        "is not encrypted at rest"};

	snprintf(out, TEXT_ROOM, "%s %s (check %d)", things[number % 6], faults[number % 5],
	         number);
}

static void make_risk(int id, int n, struct texts *t, struct index_risk *r)
{
	const uint64_t mixed = (uint64_t)(id + 1) * UINT64_C(0x9e3779b97f4a7c15);
	const int asset = (int)((mixed >> 33) % (uint64_t)(n / RISKS_AN_ASSET + 1));
	const int owner = skewed_below(N_OWNERS);
	const char *const nobody = NULL;

	*r = (struct index_risk){.score = random_below(1001)};
	memcpy(r->id.bytes, &asset,
	       sizeof(asset)); /* shared, as by the risks of an asset */
	memcpy(r->id.bytes + 8, &mixed, sizeof(mixed));
	r->band = band_of_score(r->score);
	r->state = random_below(10) < 8 ? (enum risk_state)random_below(3)
	                                : (enum risk_state)(3 + random_below(4));
	r->class = (enum finding_class)skewed_below(N_FINDING_CLASSES);
	r->responsibility = (enum verdict)skewed_below(N_VERDICTS);
	r->provider = (enum provider)(1 + skewed_below(N_PROVIDERS - 1));
	r->layer = random_below(N_LAYERS + 1) - 1;
	r->opened_at = time_near(400, 0);
	r->due_at = r->next_crossing_at = r->resolved_at = TIMESTAMP_NONE;
	r->reopens_at = r->soon_at = TIMESTAMP_NONE;
	if (risk_state_is_open(r->state) && r->band > BAND_LOW)
		r->due_at = r->next_crossing_at = time_near(10, 90);
	r->rank = risk_rank(r->band, SLA_OK, r->score);
	r->account = text_of(t->account, "%012d", skewed_below(N_ACCOUNTS));
	r->region = text_of(t->region, "region-%d", skewed_below(N_REGIONS));
	r->owner = owner % 5 ? text_of(t->owner, "team-%d", owner) : nobody;
	r->subject = text_of(t->subject, "cve:CVE-2024-%d", skewed_below(N_SUBJECTS));
	r->asset_id = text_of(t->asset_id,
	                      "arn:aws:ec2:region-1:012345678901:instance/i-0%09d", asset);
	r->asset_name = text_of(t->asset_name, "host-%d", asset);
	make_title(skewed_below(n / RISKS_A_TITLE + 1), t->title);
	r->title = t->title;
	r->n_sources = (size_t)(1 + random_below(2));
	t->sources[0] = 1 + skewed_below(N_SOURCES);
	t->sources[1] = t->sources[0] + 1;
	r->source_ids = t->sources;
}

static void set_sources(struct queue_index *ix)
{
	struct index_source sources[N_SOURCES + 1];
	char names[N_SOURCES + 1][TEXT_ROOM];

	for (int i = 0; i <= N_SOURCES; i++)
		sources[i] = (struct index_source){i + 1, text_of(names[i], "source-%d", i),
		                                   i % 2 ? "prowler" : "trivy"};
	queue_index_set_sources(ix, sources, N_ELEMENTS(sources));
}

/* --- what is asked --- */

struct question {
	const char *name;
	struct index_filter filter;
	enum index_order order;
	bool is_deep; /* a page from the middle */
	size_t limit;
	bool is_facets;
};

static int by_time(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(const char *name, double *times, size_t n, size_t found)
{
	qsort(times, n, sizeof(*times), by_time);
	printf("  %-44s %8.3f %8.3f %8.3f %9zu\n", name, times[0] * 1e3, times[n / 2] * 1e3,
	       times[n - 1] * 1e3, found);
}

static size_t ask(const struct queue_index *ix, const struct question *q, double *took)
{
	static struct index_hit hits[PAGE_MAX];
	struct index_hit middle = {.key = q->order == INDEX_BY_RANK  ? 6 * 1024 + 400
	                                  : q->order == INDEX_BY_DUE ? NOW + 30 * DAY
	                                                             : NOW - 200 * DAY};
	const struct index_page_query query = {.filter = &q->filter,
	                                       .order = q->order,
	                                       .after = q->is_deep ? &middle : NULL,
	                                       .limit = q->limit ? q->limit : PAGE,
	                                       .now = NOW};
	ARENA_SCOPED a = arena_new(4096);
	struct index_facets facets = {0};
	const double start = seconds();
	size_t found;

	if (q->is_facets) {
		queue_index_facets(ix, &q->filter, NOW, a, &facets);
		found = facets.total;
	} else {
		found = queue_index_page(ix, &query, hits);
	}
	*took = seconds() - start;
	return found;
}

static struct index_filter all;

static struct index_filter open_ones(void)
{
	struct index_filter f = all;

	f.states = 1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;
	return f;
}

static size_t make_questions(struct question *q)
{
	static const char *const assets[] = {"host-17"};
	static const char *const accounts[] = {"000000000003", "000000000700"};
	static const char *const owners[] = {"team-7"};
	const struct index_filter open = open_ones();
	size_t n = 0;

#define ASK(question_name, f, by, ...) \
	q[n++] = (struct question){    \
	        .name = (question_name), .filter = (f), .order = (by), __VA_ARGS__}
#define FILTER(...)                                      \
	q[n - 1].filter = ({                             \
		struct index_filter f = q[n - 1].filter; \
		__VA_ARGS__;                             \
		f;                                       \
	})
	ASK("rank, all", all, INDEX_BY_RANK);
	ASK("rank, open", open, INDEX_BY_RANK);
	ASK("rank, open, middle, 500", open, INDEX_BY_RANK, .is_deep = true, .limit = 500);
	ASK("due, open", open, INDEX_BY_DUE);
	ASK("due, open, middle, 500", open, INDEX_BY_DUE, .is_deep = true, .limit = 500);
	ASK("due, open, low band (none is due)", open, INDEX_BY_DUE);
	FILTER(f.bands = 1u << BAND_LOW);
	ASK("opened, all", all, INDEX_BY_OPENED);
	ASK("opened, open", open, INDEX_BY_OPENED);
	ASK("opened, open, middle, 500", open, INDEX_BY_OPENED, .is_deep = true,
	    .limit = 500);
	ASK("rank, account", open, INDEX_BY_RANK);
	FILTER(f.account = "000000000003");
	ASK("rank, rare account, band, provider", open, INDEX_BY_RANK);
	FILTER(f.account = "000000000970"; f.bands = 1u << BAND_CRITICAL;
	       f.providers = 1u << PROVIDER_OCI);
	ASK("rank, owner", open, INDEX_BY_RANK);
	FILTER(f.owner = "team-7");
	ASK("due, region, class, layer, min_score", open, INDEX_BY_DUE);
	FILTER(f.region = "region-1"; f.classes = 1u << CLASS_VULNERABILITY;
	       f.layers = INDEX_LAYER_BIT(LAYER_NETWORK); f.min_score = 300);
	ASK("rank, source", open, INDEX_BY_RANK);
	FILTER(f.source = "trivy");
	ASK("rank, subject", open, INDEX_BY_RANK);
	FILTER(f.subject = "cve-2024-7");
	ASK("rank, asset", open, INDEX_BY_RANK);
	FILTER(f.assets = assets; f.n_assets = 1);
	ASK("rank, text, many", open, INDEX_BY_RANK);
	FILTER(f.text = "internet");
	ASK("rank, text, one letter", open, INDEX_BY_RANK);
	FILTER(f.text = "e");
	ASK("rank, text, none", open, INDEX_BY_RANK);
	FILTER(f.text = "nothing of the kind");
	ASK("due, due_before", open, INDEX_BY_DUE);
	FILTER(f.due_before = NOW + 7 * DAY);
	ASK("rank, scope", open, INDEX_BY_RANK);
	FILTER(f.is_scoped = true; f.scope_accounts = accounts; f.n_scope_accounts = 2;
	       f.scope_owners = owners; f.n_scope_owners = 1);
	ASK("rank, text, source, score, due_before, scope", open, INDEX_BY_RANK);
	FILTER(f.text = "e"; f.source = "trivy"; f.min_score = 1;
	       f.due_before = NOW + 80 * DAY; f.is_scoped = true;
	       f.scope_accounts = accounts; f.n_scope_accounts = 2; f.scope_owners = owners;
	       f.n_scope_owners = 1);
	ASK("facets, all", all, INDEX_BY_RANK, .is_facets = true);
	ASK("facets, open", open, INDEX_BY_RANK, .is_facets = true);
	ASK("facets, open, account", open, INDEX_BY_RANK, .is_facets = true);
	FILTER(f.account = "000000000003");
	ASK("facets, open, text, source", open, INDEX_BY_RANK, .is_facets = true);
	FILTER(f.text = "e"; f.source = "trivy");
	ASK("facets, open, min_score", open, INDEX_BY_RANK, .is_facets = true);
	FILTER(f.min_score = 1);
	return n;
}

/* Puts n risks, new ones or all of them once more; gives the seconds of the puts alone. */
static double put_all(struct queue_index *ix, int n)
{
	static struct texts texts[BATCH];
	static struct index_risk risks[BATCH];
	double took = 0;

	for (int id = 0; id < n; id += BATCH) {
		const int size = n - id < BATCH ? n - id : BATCH;

		for (int i = 0; i < size; i++)
			make_risk(id + i, n, &texts[i], &risks[i]);
		const double start = seconds();

		for (int i = 0; i < size; i++)
			queue_index_put(ix, &risks[i]);
		took += seconds() - start;
	}
	return took;
}

static void bench(int n)
{
	struct question questions[40];
	double times[N_RUNS];
	struct queue_index *ix = queue_index_new(42);

	set_sources(ix);
	const double load = put_all(ix, n);
	const double change = put_all(ix, n);
	const struct index_memory memory = queue_index_memory(ix);

	printf("%d risks: load %.3f s, change %.3f us a risk, %.1f bytes a risk and %.1f "
	       "for texts\n",
	       n, load, change / n * 1e6, (double)memory.rows / n,
	       (double)memory.texts / n);
	printf("  %-44s %8s %8s %8s %9s\n", "milliseconds", "best", "median", "slowest",
	       "found");
	for (size_t i = 0, n_questions = make_questions(questions); i < n_questions; i++) {
		size_t found = 0;

		for (int run = 0; run < N_RUNS; run++)
			found = ask(ix, &questions[i], &times[run]);
		report(questions[i].name, times, N_RUNS, found);
	}
	queue_index_free(ix);
}

int main(int argc, char **argv)
{
	mem_return_large();
	random_begin(7);
	index_filter_init(&all);
	for (int i = 1; i < argc; i++)
		bench((int)strtol(argv[i], NULL, 10));
	if (argc == 1) {
		bench(100000);
		bench(1000000);
	}
	return 0;
}
