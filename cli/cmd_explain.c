/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isobar explain: the score of one risk as the sum that it is and what would change it, the
 * findings behind it and why they are together, and its clock.
 */
#include <stdio.h>
#include <string.h>

#include "base/json_view.h"
#include "store/as_of_store.h"
#include "store/embedded.h"
#include "store/explain_store.h"
#include "store/finding_store.h"
#include "store/fix_store.h"
#include "store/responsibility_store.h"

#include "as_of.h"
#include "cli.h"
#include "explain_changes.h"
#include "report.h"
#include "scorer/correlate.h"
#include "scorer/explanation.h"
#include "table.h"

struct explain {
	struct cli *cli;
	timestamp as_of; /* TIMESTAMP_NONE: now */
	struct explained_risk risk;
	struct finding_rows findings;
	bool has_fix;
	struct fix_row fix;
	struct responsibility_tables duties;
	bool has_changes;
	struct counterfactuals changes;
};

/* --- JSON --- */

static void put_findings(struct strbuf *b, const struct explain *x)
{
	json_write_open(b, "findings", '[');
	for (size_t i = 0; i < x->findings.n; i++) {
		const struct finding_row *f = &x->findings.rows[i];

		json_write_open(b, NULL, '{');
		json_write_text(b, "source", f->source);
		json_write_text(b, "rule", f->rule);
		json_write_text(b, "native_id", f->native_id);
		json_write_text(
		        b, "merged_because",
		        explanation_reasons(&x->risk.why, f->reasons, x->cli->arena));
		json_write_key(b, "id", &f->id);
		json_write_text(b, "status", finding_state_name(f->state));
		json_write_text(b, "asset", f->asset_named);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

static void put_clock(struct strbuf *b, const struct queue_risk *r)
{
	json_write_time(b, "opened_at", r->opened_at);
	json_write_time(b, "due_at", r->due_at);
	json_write_text(b, "sla", sla_state_name(r->sla));
	json_write_open(b, "clock", '[');
	for (size_t i = 0; i < r->n_segments; i++) {
		const struct clock_segment *s = &r->segments[i];

		json_write_open(b, NULL, '{');
		json_write_time(b, "from", s->from);
		json_write_text(b, "mode", sla_mode_name(s->mode));
		json_write_text(b, "band", band_name(s->band));
		json_write_text(b, "reason", s->reason);
		json_write_text(b, "actor", s->actor);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

static void put_fix(struct strbuf *b, const struct explain *x)
{
	if (!x->has_fix) {
		json_write_null(b, "fix");
		return;
	}
	json_write_open(b, "fix", '{');
	json_write_key(b, "id", &x->fix.id);
	json_write_text(b, "kind", fix_kind_name(x->fix.kind));
	json_write_text(b, "title", x->fix.title);
	json_write_int(b, "risks", x->fix.n_risks);
	json_write_close(b, '}');
}

static void print_json(const struct explain *x)
{
	const struct explained_risk *e = &x->risk;
	const struct queue_risk *r = &e->risk;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &r->id);
	json_write_int(&b, "score", r->score);
	json_write_text(&b, "band", band_name(r->band));
	explanation_write(&b, &e->why);
	if (x->has_changes)
		explanation_write_changes(&b, &e->why, &x->changes);
	put_findings(&b, x);
	json_write_text(&b, "title", r->title);
	json_write_text(&b, "subject", r->subject);
	json_write_text(&b, "location", r->location);
	json_write_text(&b, "asset", r->resource.id);
	json_write_text(&b, "state", risk_state_name(r->state));
	json_write_text(&b, "owner", r->owner);
	json_write_text(&b, "responsibility", verdict_name(r->responsibility));
	json_write_text(&b, "layer", report_layer(r->layer));
	responsibility_row_put(&b, &x->duties, r->resource.type, e->why.category);
	put_clock(&b, r);
	put_fix(&b, x);
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

/* --- terminal --- */

static void print_styled(const struct cli *cli, const char *style, const char *text)
{
	if (cli->color && style)
		printf("\033[%sm%s\033[0m", style, text);
	else
		fputs(text, stdout);
}

static void print_head(const struct explain *x)
{
	const struct cli *cli = x->cli;
	const struct queue_risk *r = &x->risk.risk;
	const char *place = report_place(&r->resource, cli->arena);
	char id[KEY_TEXT_MAX];

	print_styled(cli, "1", report_plain(r->title, cli->arena));
	printf("\nasset     %s%s%s%s\n", report_plain(r->resource.id, cli->arena),
	       *place ? " (" : "", report_plain(place, cli->arena), *place ? ")" : "");
	if (*r->location)
		printf("location  %s\n", report_plain(r->location, cli->arena));
	printf("subject   %s\n", report_plain(r->subject, cli->arena));
	printf("risk      %s  %s\n\n", key_text(&r->id, id), risk_state_name(r->state));
}

static void print_sum_line(const struct explain *x, int points, const char *name,
                           const char *value, const char *basis)
{
	struct strbuf line = {0};

	strbuf_printf(&line, "%6d  %-15s %-26s %s", points, name, value, basis);
	while (line.size && line.data[line.size - 1] == ' ')
		line.data[--line.size] = '\0';
	print_styled(x->cli, points ? NULL : "2", strbuf_text(&line));
	putchar('\n');
	strbuf_done(&line);
}

/* Who says so, below the factor; and who says otherwise. */
static void print_claims(const struct explain *x, enum factor factor)
{
	struct arena *a = x->cli->arena;
	struct explanation_claim *claims;
	const size_t n = explanation_claims(&x->risk.why, factor, a, &claims);

	for (size_t i = 0; i < n; i++) {
		const struct explanation_claim *c = &claims[i];
		const char *level = context_level_name(c->field, c->level);

		print_styled(x->cli, "2",
		             arena_printf(a, "%24s %s%s: %s (%s)", "",
		                          c->contradicts ? "but " : "", level ? level : "?",
		                          report_plain(c->evidence, a),
		                          report_plain(c->origin, a)));
		putchar('\n');
	}
}

static void print_sum(const struct explain *x)
{
	const struct explained_risk *e = &x->risk;
	struct arena *a = x->cli->arena;

	if (!explanation_is_readable(&e->why)) {
		printf("score %d, %s; there is no explanation that this program can read\n",
		       e->risk.score, band_name(e->risk.band));
		return;
	}
	for (int i = 0; i < FACTOR_POLICY; i++) {
		print_sum_line(x, (int)e->why.points[i],
		               explanation_factor_name((enum factor)i),
		               explanation_value(&e->why, (enum factor)i, a),
		               explanation_basis(&e->why, (enum factor)i));
		print_claims(x, (enum factor)i);
	}
	const int policy = (int)e->why.points[FACTOR_POLICY];

	print_sum_line(x, policy, "policy",
	               policy < 0   ? "capped"
	               : policy > 0 ? "raised to the floor"
	                            : "no cap, no floor",
	               "");
	printf("  ----\n%6d  ", e->risk.score);
	print_styled(x->cli, report_band_color(e->risk.band), band_name(e->risk.band));
	printf("  by %s\n", report_plain(e->why.model, a));
}

static void print_changes(const struct explain *x)
{
	const struct explained_risk *e = &x->risk;

	if (x->has_changes)
		explain_changes_print(x->cli, &e->why, &e->risk, &x->changes);
	else if (explanation_is_readable(&e->why))
		printf("\nWhat would change it cannot be told: this program does not score "
		       "as %s did.\n",
		       report_plain(e->why.model, x->cli->arena));
}

/* That it is the same asset goes without saying when there is more to say. */
static int told_reasons(int reasons)
{
	const int more = reasons & ~MERGED_SAME_ASSET;

	return more ? more : reasons;
}

static void print_findings(const struct explain *x)
{
	static const struct table_column columns[] = {
	        {.head = "source"},
	        {.head = "status"},
	        {.head = "rule", .elastic = true},
	        {.head = "native id", .elastic = true},
	        {.head = "here because"},
	};
	struct table *t = table_new(columns, N_ELEMENTS(columns));

	for (size_t i = 0; i < x->findings.n; i++) {
		const struct finding_row *f = &x->findings.rows[i];

		table_cell(t, f->source, NULL);
		table_cell(t, finding_state_name(f->state),
		           f->state == FINDING_OPEN ? NULL : "2");
		table_cell(t, f->rule, NULL);
		table_cell(t, f->native_id ? f->native_id : "(raw record not kept)",
		           f->native_id ? NULL : "2");
		table_cell(t,
		           explanation_reasons(&x->risk.why, told_reasons(f->reasons),
		                               x->cli->arena),
		           NULL);
	}
	printf("\n%zu finding%s\n", x->findings.n, x->findings.n == 1 ? "" : "s");
	if (x->findings.n)
		table_print(t, stdout, x->cli->color, 0);
	table_free(t);
}

static const char *path_level_words(int64_t level)
{
	return level == PATH_TO_CROWN_JEWEL  ? "to a crown jewel"
	       : level == PATH_TO_HIGH_VALUE ? "to a high-value asset"
	                                     : "toxic combination";
}

/* One row of a list of risks, as the database wrote it. */
static void print_path_row(const struct explain *x, struct json_view row)
{
	struct arena *a = x->cli->arena;
	const char *id = json_view_text_or(row, "id", "");
	const char *title = report_plain(json_view_text_or(row, "title", ""), a);
	const char *asset = report_plain(json_view_text_or(row, "asset", ""), a);
	int64_t level;
	bool open = true;

	json_view_bool(json_view_at(row, "open"), &open);
	printf("  %s  %s (%s)%s%s\n", id, title, asset, open ? "" : ", closed",
	       json_view_int(json_view_at(row, "level"), &level)
	               ? arena_printf(a, ": %s", path_level_words(level))
	               : "");
}

static void print_path_list(const struct explain *x, const char *head, const char *json)
{
	CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
	struct json_view list;
	struct json_items it;
	struct error err;

	if (!json)
		return;
	doc = json_doc_new(strlen(json) + 1, 4);
	if (json_doc_parse(doc, json, strlen(json), &list, &err) < 0 ||
	    json_view_get_items(list, "", &it, &err) < 0)
		return; /* the database made it: it is whole */
	printf("\n%s\n", head);
	while (json_items_next(&it))
		print_path_row(x, it.value);
}

static void print_clock(const struct explain *x)
{
	const struct queue_risk *r = &x->risk.risk;
	char at[TIMESTAMP_TEXT_MAX], due[32];

	printf("\nSLA: %s", sla_state_name(r->sla));
	if (r->due_at != TIMESTAMP_NONE)
		printf(", due %s", timestamp_format(r->due_at, at));
	if (r->due_at != TIMESTAMP_NONE && risk_state_is_open(r->state))
		printf(" (%s)", table_due_words(r->due_at, x->cli->now, due));
	printf("; opened %s\n", timestamp_format(r->opened_at, at));
	for (size_t i = 0; i < r->n_segments; i++) {
		const struct clock_segment *s = &r->segments[i];

		printf("  %s  %-7s  %-8s  %s, by %s\n", timestamp_format(s->from, at),
		       sla_mode_name(s->mode), band_name(s->band),
		       report_plain(s->reason, x->cli->arena),
		       report_plain(s->actor, x->cli->arena));
	}
}

static void print_duty(const struct queue_risk *r, struct arena *a)
{
	const char *duty = "";

	switch (r->responsibility) {
	case VERDICT_CUSTOMER:
		duty = "The fix is the customer's duty";
		break;
	case VERDICT_SHARED:
		duty = "The fix is shared between the customer and the provider";
		break;
	case VERDICT_PROVIDER:
		duty = "The fix is the provider's duty; the clock is paused";
		break;
	case VERDICT_UNKNOWN:
		duty = "No row of the matrix says whose duty the fix is; it counts as the "
		       "customer's";
		break;
	}
	printf("\n%s. Defence layer: %s. Owner: %s.\n", duty, report_layer(r->layer),
	       r->owner ? report_plain(r->owner, a) : "nobody yet");
}

static void print_fix(const struct explain *x)
{
	const struct fix_row *f = &x->fix;
	char id[KEY_TEXT_MAX];

	if (!x->has_fix)
		return;
	printf("Fix: %s.", report_plain(f->title, x->cli->arena));
	if (f->n_risks > 1)
		printf(" It closes %d open risks: isobar fixes %s", f->n_risks,
		       key_text(&f->id, id));
	putchar('\n');
}

/* The row that decided, and what each side does where both do something. */
static void print_duty_row(const struct explain *x)
{
	const struct explained_risk *e = &x->risk;
	const struct finding_category *c =
	        finding_category_find(&x->duties, e->why.category);
	struct arena *a = x->cli->arena;

	if (!c)
		return;
	const struct responsibility r =
	        responsibility_of(&x->duties, e->risk.resource.type, c);

	printf("By the row %s (%s) for %s, %s (%s)%s; category %s.\n", r.domain->name,
	       r.overridden ? r.kind->source : r.domain->source,
	       *e->risk.resource.type ? report_plain(e->risk.resource.type, a) : "no type",
	       service_model_name(r.model), r.kind ? r.kind->source : "no row",
	       r.overridden ? ", which the type overrides" : "", c->name);
	if (r.row_owner == VERDICT_SHARED)
		printf("The provider: %s\nYou: %s\n", r.domain->provider_does,
		       r.domain->customer_does);
}

/* --- the command --- */

static int read_fix(struct explain *x, struct pg *pg, const struct org *org,
                    struct error *err)
{
	char id[KEY_TEXT_MAX];
	int rc;

	if (!x->risk.has_fix)
		return 0;
	rc = fix_find(pg, org, key_text(&x->risk.fix_id, id), x->cli->arena, &x->fix, err);
	x->has_fix = rc == 0;
	return err->code == ERR_NOT_FOUND ? 0 : rc; /* it is about to be counted */
}

static void read_changes(struct explain *x)
{
	const struct explanation *why = &x->risk.why;

	x->has_changes =
	        why->model &&
	        explanation_changes(why, &x->duties,
	                            why->model_text ? why->model_text
	                                            : catalog_model_text(why->model),
	                            &x->changes);
}

static void print_former_json(const struct explain *x)
{
	const struct queue_risk *r = &x->risk.risk;
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "id", &r->id);
	json_write_time(&b, "as_of", x->as_of);
	json_write_int(&b, "rank", r->rank);
	json_write_int(&b, "score", r->score);
	json_write_text(&b, "band", band_name(r->band));
	json_write_text(&b, "state", risk_state_name(r->state));
	explanation_write_former(&b, &x->risk.why);
	json_write_text(&b, "title", r->title);
	json_write_text(&b, "subject", r->subject);
	json_write_text(&b, "location", r->location);
	json_write_text(&b, "asset", r->resource.id);
	json_write_text(&b, "responsibility", verdict_name(r->responsibility));
	json_write_time(&b, "opened_at", r->opened_at);
	json_write_time(&b, "due_at", r->due_at);
	json_write_text(&b, "sla", sla_state_name(r->sla));
	json_write_close(&b, '}');
	report_line(&b);
	strbuf_done(&b);
}

static int show_as_of(struct explain *x, struct pg *pg, const struct org *org,
                      const struct key *risk_id)
{
	struct cli *cli = x->cli;
	struct error err;
	char at[TIMESTAMP_TEXT_MAX];

	if (as_of_risk(pg, org, risk_id, x->as_of, cli->arena, &x->risk, &err) < 0)
		return as_of_fail(cli, &err);
	if (cli->json) {
		print_former_json(x);
		return report_end(cli);
	}
	cli->now = x->as_of; /* words such as "in 46 h" are of then */
	printf("As of %s\n\n", timestamp_format(x->as_of, at));
	print_head(x);
	print_sum(x);
	print_clock(x);
	return report_end(cli);
}

static int show(struct explain *x, struct pg *pg, const struct org *org, const char *id)
{
	struct cli *cli = x->cli;
	struct error err = {0};
	struct key risk_id;

	if (risk_find(pg, org, id, &risk_id, &err) < 0) {
		cli_complain(cli, "%s", report_plain(err.text, cli->arena));
		return err.code == ERR_INVALID ? EXIT_USAGE : EXIT_FAILED;
	}
	if (x->as_of != TIMESTAMP_NONE)
		return show_as_of(x, pg, org, &risk_id);
	if (risk_explain(pg, org, &risk_id, cli->now, cli->arena, &x->risk, &err) < 0 ||
	    finding_members(pg, org, &risk_id, cli->arena, &x->findings, &err) < 0 ||
	    read_fix(x, pg, org, &err) < 0)
		return cli_fail(cli, &err);
	read_changes(x);
	if (cli->json) {
		print_json(x);
		return report_end(cli);
	}
	print_head(x);
	print_sum(x);
	print_changes(x);
	if (!x->risk.why.path_members) /* a path has risks behind it, not findings */
		print_findings(x);
	print_path_list(x, "made of", x->risk.why.path_members);
	print_path_list(x, "a step of", x->risk.why.paths);
	print_clock(x);
	print_duty(&x->risk.risk, cli->arena);
	print_fix(x);
	print_duty_row(x);
	return report_end(cli);
}

int cmd_explain(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"as-of", required_argument, NULL, 't'},
	                                        CLI_COMMON_OPTIONS};
	struct explain x = {.cli = cli, .as_of = TIMESTAMP_NONE};
	struct error err = {0};
	struct org org;
	int option, exit_code;

	while ((option = cli_getopt(cli, argc, argv, options)) != -1)
		if (option != 't' || !as_of_option(cli, optarg, &x.as_of))
			return EXIT_USAGE;
	if (optind + 1 != argc) {
		cli_complain(cli,
		             "wants the id of one risk, as isobar queue --json shows it");
		return EXIT_USAGE;
	}
	if (!as_of_is_past(cli, x.as_of))
		return EXIT_USAGE;
	if (responsibility_catalog(cli->arena, &x.duties, &err) < 0)
		return cli_fail(cli, &err);

	struct pg *pg =
	        cli_connect(cli, "isobar_operator", PG_GROUP_READ, &org, &exit_code);

	if (!pg)
		return exit_code;
	exit_code = show(&x, pg, &org, argv[optind]);
	pg_close(pg);
	return exit_code;
}
