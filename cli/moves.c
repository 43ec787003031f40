/* SPDX-License-Identifier: Apache-2.0 */
#include "moves.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_view.h"
#include "base/mem.h"
#include "store/queue_store.h"
#include "store/risk_sides.h"
#include "store/trial_store.h"
#include "store/what_if_store.h"

#include "report.h"
#include "scorer/tally.h"
#include "scorer/tally_report.h"
#include "scorer_ask.h"
#include "table.h"

/* --- asking the scorer --- */

/* The scorer's stdin: texts have neither tabs nor line feeds (csv_table.h). */
static FILE *claims_file(const struct moves_question *q)
{
	FILE *f = tmpfile();
	struct strbuf b = {0};

	for (size_t i = 0; f && i < q->n_claims; i++) {
		const struct operator_claim *c = &q->claims[i];

		what_if_claim_put(&b, (int)c->field, c->level, c->decided, c->asset,
		                  c->reason ? c->reason : "");
	}
	if (f)
		fputs(strbuf_text(&b), f);
	strbuf_done(&b);
	if (f && (fflush(f) != 0 || fseek(f, 0, SEEK_SET) != 0)) {
		fclose(f);
		f = NULL;
	}
	return f;
}

int moves_ask(struct cli *cli, const struct moves_question *q, struct strbuf *json_out)
{
	const char *model = q->model;
	char now[TIMESTAMP_TEXT_MAX];
	const char *const words[] = {"--what-if",
	                             cli->org_name,
	                             "--movers",
	                             arena_printf(cli->arena, "%ld", q->movers),
	                             "--now",
	                             timestamp_format(cli->now, now),
	                             model && !*model ? "--catalog-model" : NULL,
	                             model && *model ? "--model" : NULL,
	                             model && *model ? model : NULL,
	                             q->policy ? "--policy" : NULL,
	                             q->policy,
	                             q->n_claims ? "--context" : NULL};
	FILE *claims = claims_file(q);
	int exit_code;

	if (!claims) {
		cli_complain(cli, "cannot start isobar-scorer: %s", strerror(errno));
		return EXIT_FAILED;
	}
	exit_code = scorer_ask(cli, words, N_ELEMENTS(words), claims, json_out);
	fclose(claims);
	return exit_code;
}

/* --- before and after --- */

struct moves {
	struct pg *pg;
	struct org org;
	struct risk_side *before;
	size_t n_before;
};

void moves_drop(struct moves *m)
{
	pg_close(m->pg);
	free(m->before);
	free(m);
}

struct moves *moves_begin(struct cli *cli, int *exit_out)
{
	struct moves *m = xcalloc(1, sizeof(*m));
	struct error err = {0};

	m->pg = cli_connect(cli, "isobar_operator", PG_GROUP_READ, &m->org, exit_out);
	if (!m->pg) {
		moves_drop(m);
		return NULL;
	}
	if (risk_sides_load(m->pg, &m->org, cli->now, &m->before, &m->n_before, &err) < 0) {
		*exit_out = cli_fail(cli, &err);
		moves_drop(m);
		return NULL;
	}
	return m;
}

static struct tally_side side_of(const struct risk_side *r)
{
	return (struct tally_side){.exists = true,
	                           .score = r->at.score,
	                           .band = r->at.band,
	                           .state = r->at.state,
	                           .rank = r->at.rank,
	                           .due_at = r->at.due_at};
}

static void add_move(struct tally *t, const struct risk_side *before,
                     const struct risk_side *after)
{
	const struct risk_side *any = after ? after : before;
	struct tally_move move = {.risk_id = any->risk_id, .asset_id = any->asset_id};

	if (before)
		move.before = side_of(before);
	if (after)
		move.after = side_of(after);
	tally_add(t, &move);
}

/* Both are in the order of ids. */
static void compare(const struct moves *m, const struct risk_side *after, size_t n_after,
                    struct tally *t)
{
	size_t i = 0, k = 0;

	while (i < m->n_before || k < n_after) {
		const struct risk_side *a = i < m->n_before ? &m->before[i] : NULL;
		const struct risk_side *b = k < n_after ? &after[k] : NULL;
		const int d = !a ? 1 : !b ? -1 : key_cmp(&a->risk_id, &b->risk_id);

		if (d <= 0)
			i++;
		if (d >= 0)
			k++;
		add_move(t, d <= 0 ? a : NULL, d >= 0 ? b : NULL);
	}
}

/* Those that were open, the head of the queue first. */
static int by_rank(const void *pa, const void *pb)
{
	const struct tally_place *a = pa, *b = pb;

	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return -key_cmp(&a->risk_id, &b->risk_id);
}

int moves_write(struct cli *cli, struct pg *pg, const struct org *org, struct tally *t,
                struct tally_place *places, size_t n, timestamp now, struct strbuf *out,
                struct error *err)
{
	struct tally_report report;
	struct key ids[MOVES_MOVERS], assets[MOVES_MOVERS];
	struct mover_name told[MOVES_MOVERS];
	struct trial_name *names;
	int rc;

	tally_sum(t, now, MOVES_MOVERS, &report);
	for (size_t i = 0; i < report.n_movers; i++) {
		ids[i] = report.movers[i]->risk_id;
		assets[i] = report.movers[i]->asset_id;
	}
	if ((rc = trial_names(pg, org, ids, assets, report.n_movers, cli->arena, &names,
	                      err)) < 0)
		return rc;
	for (size_t i = 0; i < report.n_movers; i++)
		told[i] = (struct mover_name){names[i].title, names[i].subject,
		                              names[i].asset};
	qsort(places, n, sizeof(*places), by_rank);
	json_write_open(out, NULL, '{');
	json_write_int(out, "open", (int64_t)n);
	tally_write(out, &report, told, tally_correlation(t, places, n));
	json_write_close(out, '}');
	return 0;
}

static int put_report(struct cli *cli, struct moves *m, struct tally *t, struct strbuf *out,
                      struct error *err)
{
	struct tally_place *places = xmalloc((m->n_before + 1) * sizeof(*places));
	size_t n = 0;

	for (size_t i = 0; i < m->n_before; i++)
		if (risk_state_is_open(m->before[i].at.state))
			places[n++] = (struct tally_place){m->before[i].risk_id,
			                                   m->before[i].at.rank};
	const int rc = moves_write(cli, m->pg, &m->org, t, places, n, cli->now, out, err);

	free(places);
	return rc;
}

int moves_end(struct cli *cli, struct moves *m, struct strbuf *json_out)
{
	CLEANUP(tally_freep) struct tally *t = tally_new();
	struct risk_side *after = NULL;
	struct error err = {0};
	size_t n_after;
	int rc = risk_sides_load(m->pg, &m->org, cli->now, &after, &n_after, &err);

	if (rc == 0) {
		compare(m, after, n_after, t);
		rc = put_report(cli, m, t, json_out, &err);
	}
	free(after);
	moves_drop(m);
	return rc < 0 ? cli_fail(cli, &err) : EXIT_DONE;
}

/* --- for people --- */

static int64_t number_at(struct json_view v, const char *at)
{
	int64_t n = 0;

	json_view_int(json_view_at(v, at), &n);
	return n;
}

static void put_side(struct table *t, struct json_view side, struct arena *a)
{
	enum band band;
	const char *name = json_view_text_or(side, "band", "");
	const char *color = band_parse(name, &band) == 0 ? report_band_color(band) : NULL;

	table_cell(t,
	           json_view_exists(side)
	                   ? arena_printf(a, "%lld", (long long)number_at(side, "score"))
	                   : "-",
	           color);
	table_cell(t, name, color);
}

static void print_movers(struct cli *cli, struct json_view report)
{
	static const struct table_column columns[] = {{.head = "score", .right = true},
	                                              {.head = "band"},
	                                              {.head = "then", .right = true},
	                                              {.head = "band"},
	                                              {.head = "risk", .elastic = true},
	                                              {.head = "asset", .elastic = true},
	                                              {.head = "id"}};
	struct json_items it;
	struct error err;
	struct table *t;

	if (json_view_get_items(report, "movers", &it, &err) < 0)
		return;
	t = table_new(columns, N_ELEMENTS(columns));
	bool any = false;

	while (json_items_next(&it)) {
		const char *title = json_view_text_or(it.value, "title", "");

		any = true;
		put_side(t, json_view_at(it.value, "from"), cli->arena);
		put_side(t, json_view_at(it.value, "to"), cli->arena);
		table_cell(t, *title ? title : json_view_text_or(it.value, "subject", ""),
		           NULL);
		table_cell(t, json_view_text_or(it.value, "asset", ""), NULL);
		table_cell(t, json_view_text_or(it.value, "id", ""), "2");
	}
	if (any) {
		printf("\nlargest changes\n");
		table_print(t, stdout, cli->color, 0);
	}
	table_free(t);
}

static void print_bands(struct json_view report)
{
	struct json_items it;
	struct error err;

	if (json_view_get_items(report, "bands", &it, &err) < 0)
		return;
	while (json_items_next(&it))
		printf("  %lld from %s to %s\n", (long long)number_at(it.value, "risks"),
		       json_view_text_or(it.value, "from", ""),
		       json_view_text_or(it.value, "to", ""));
}

/* A number with digits behind the point, as it was written. */
static const char *raw_at(const char *json, const char *key, struct arena *a)
{
	const char *at = strstr(json, key);

	if (!at)
		return "";
	at += strlen(key);
	return arena_strndup(a, at, strspn(at, "-.0123456789"));
}

void moves_print(struct cli *cli, const char *json)
{
	CLEANUP(json_doc_freep) struct json_doc *doc = json_doc_new(strlen(json) + 1, 8);
	struct json_view r;
	struct error err = {0};

	if (json_doc_parse(doc, json, strlen(json), &r, &err) < 0) {
		cli_complain(cli, "the scorer's report cannot be read: %s", err.text);
		return;
	}
	printf("%lld open risks: %lld with another score; the order stays the same to %s "
	       "(Kendall's tau)\n",
	       (long long)number_at(r, "open"), (long long)number_at(r, "scores"),
	       raw_at(json, "\"rank_correlation\":", cli->arena));
	print_bands(r);
	printf("due: %lld earlier, %lld later; %lld more overdue, %lld no longer\n",
	       (long long)number_at(r, "earlier"), (long long)number_at(r, "later"),
	       (long long)number_at(r, "breached"), (long long)number_at(r, "relieved"));
	if (number_at(r, "opened") || number_at(r, "closed"))
		printf("%lld more open, %lld no longer\n",
		       (long long)number_at(r, "opened"),
		       (long long)number_at(r, "closed"));
	if (number_at(r, "pending"))
		printf("%lld assets wait to be scored as it is, and are left out\n",
		       (long long)number_at(r, "pending"));
	print_movers(cli, r);
}

/* What is the same in both begins with "scores". */
static const char *figures_of(const char *json)
{
	const char *at = strstr(json, "\"scores\":");

	return at ? at : json;
}

bool moves_are_same(const char *a, const char *b)
{
	const size_t n = strcspn(figures_of(a), "\n");

	return n == strcspn(figures_of(b), "\n") &&
	       memcmp(figures_of(a), figures_of(b), n) == 0;
}
