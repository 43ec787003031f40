/* SPDX-License-Identifier: Apache-2.0 */
#include "what_if.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_file.h"
#include "model/json_write.h"
#include "model/policy_file.h"
#include "store/policy_preview.h"
#include "store/trial_store.h"

#include "tally_report.h"
#include "trial.h"

#define FILE_MAX ((size_t)1 << 20)

static int read_file(const char *path, struct strbuf *out, struct error *err)
{
	const int rc = text_file_read(path, FILE_MAX, out, err);

	return rc < 0 ? error_wrap(err, "%s", path) : 0;
}

int what_if_model(const char *path, struct score_model **out, struct error *err)
{
	struct strbuf text = {0};
	int rc = read_file(path, &text, err);

	if (rc == 0 && (rc = score_model_load(text.data, text.size, out, err)) < 0)
		error_wrap(err, "%s", path);
	strbuf_done(&text);
	return rc;
}

static int take_model(struct scorer *s, const struct what_if_texts *t,
                      struct score_model **out, struct error *err)
{
	const int rc = score_model_load(t->model, strlen(t->model), out, err);

	if (rc < 0)
		return error_wrap(err, "%s", t->model_name);
	s->model = *out;
	s->model_is_tried = true;
	return 0;
}

static int take_policies(struct scorer *s, const struct org *org,
                         const struct what_if_texts *t, struct arena *a, struct error *err)
{
	struct sla_policies *policies = ARENA_NEW(a, struct sla_policies);
	struct policy_rows rows;
	int rc = policy_file_parse(t->policy_name, t->policy, a, &rows, err);

	if (rc == 0)
		rc = policies_of_rows(s->pg, org, &rows, a, policies, err);
	s->policies = policies;
	return rc;
}

/* One number of a line, which moves on behind it. */
static bool take_number(char **at, int *out)
{
	char *end;
	const long n = strtol(*at, &end, 10);

	if (end == *at || *end != '\t' || n < -1 || n > 100)
		return false;
	*out = (int)n;
	*at = end + 1;
	return true;
}

/* As what_if_claim_put() writes it. */
static bool take_claim(char *line, struct arena *a, struct operator_claim *out)
{
	int field, decided;
	char *tab;

	if (!take_number(&line, &field) || field < 0 || field >= N_CONTEXT_FIELDS ||
	    !take_number(&line, &out->level) || !take_number(&line, &decided) ||
	    !(tab = strchr(line, '\t')))
		return false;
	out->field = (enum context_field)field;
	out->decided = decided == 1;
	out->asset = arena_strndup(a, line, (size_t)(tab - line));
	out->reason = arena_strndup(a, tab + 1, strcspn(tab + 1, "\n"));
	return true;
}

static int take_context(FILE *from, struct arena *a, struct trial_context *out,
                        struct error *err)
{
	size_t room = 0, size = 0;
	char *line = NULL;
	int rc = 0;

	while (rc == 0 && getline(&line, &size, from) > 0) {
		if (out->n == room) {
			struct operator_claim *more =
			        ARENA_ARRAY(a, struct operator_claim, 2 * room + 64);

			if (out->n)
				memcpy(more, out->claims, out->n * sizeof(*more));
			out->claims = more;
			room = 2 * room + 64;
		}
		struct operator_claim *claim = &out->claims[out->n++];

		claim->line = (int)out->n;
		if (!take_claim(line, a, claim))
			rc = error_set(err, ERR_INVALID, "line %d of the claims is none",
			               claim->line);
	}
	free(line);
	return rc;
}

static int put_outcome(struct scorer *s, const struct org *org,
                       const struct trial_outcome *o, struct arena *a, struct strbuf *b,
                       struct error *err)
{
	struct trial_name *names;
	struct mover_name *told = ARENA_ARRAY(a, struct mover_name, o->moves.n_movers + 1);
	struct key *ids = ARENA_ARRAY(a, struct key, o->moves.n_movers + 1);
	struct key *assets = ARENA_ARRAY(a, struct key, o->moves.n_movers + 1);
	int rc;

	for (size_t i = 0; i < o->moves.n_movers; i++) {
		ids[i] = o->moves.movers[i]->risk_id;
		assets[i] = o->moves.movers[i]->asset_id;
	}
	if ((rc = trial_names(s->pg, org, ids, assets, o->moves.n_movers, a, &names, err)) <
	    0)
		return rc;
	for (size_t i = 0; i < o->moves.n_movers; i++)
		told[i] = (struct mover_name){names[i].title, names[i].subject,
		                              names[i].asset};
	json_write_open(b, NULL, '{');
	json_write_int(b, "open", o->n_open);
	json_write_int(b, "pending", o->n_pending);
	json_write_int(b, "rewritten", o->n_rewritten);
	tally_write(b, &o->moves, told, o->correlation);
	json_write_close(b, '}');
	return 0;
}

int what_if_of_texts(struct scorer *s, const struct org *org, const struct what_if_texts *t,
                     timestamp now, struct strbuf *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	CLEANUP(tally_freep) struct tally *tally = tally_new();
	CLEANUP(score_model_freep) struct score_model *model = NULL;
	struct scorer tried = *s;
	struct trial_context context = {0};
	struct trial_outcome outcome;
	int rc;

	tried.model_is_tried = t->catalog_model;
	if ((t->model && (rc = take_model(&tried, t, &model, err)) < 0) ||
	    (t->policy && (rc = take_policies(&tried, org, t, a, err)) < 0) ||
	    (t->context && (rc = take_context(t->context, a, &context, err)) < 0) ||
	    (rc = trial_run(&tried, org, &context, now, (size_t)t->movers, tally, &outcome,
	                    err)) < 0)
		return rc;
	return put_outcome(s, org, &outcome, a, out, err);
}

static int read_texts(const struct what_if *w, struct strbuf *model, struct strbuf *policy,
                      struct what_if_texts *out, struct error *err)
{
	int rc;

	if ((w->model && (rc = read_file(w->model, model, err)) < 0) ||
	    (w->policy && (rc = read_file(w->policy, policy, err)) < 0))
		return rc;
	*out = (struct what_if_texts){.model = w->model ? strbuf_text(model) : NULL,
	                              .model_name = w->model,
	                              .policy = w->policy ? strbuf_text(policy) : NULL,
	                              .policy_name = w->policy,
	                              .catalog_model = w->catalog_model,
	                              .context = w->context,
	                              .movers = w->movers};
	return 0;
}

int what_if_print(struct scorer *s, const struct what_if *w, timestamp now,
                  struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct strbuf model = {0}, policy = {0}, out = {0};
	struct what_if_texts texts;
	struct org org;
	int rc;

	if ((rc = scorer_find_org(s, w->org, a, &org, err)) == 0 &&
	    (rc = read_texts(w, &model, &policy, &texts, err)) == 0 &&
	    (rc = what_if_of_texts(s, &org, &texts, now, &out, err)) == 0 &&
	    (puts(strbuf_text(&out)) < 0 || fflush(stdout) != 0))
		rc = error_set(err, ERR_INTERNAL, "cannot write the report");
	strbuf_done(&model);
	strbuf_done(&policy);
	strbuf_done(&out);
	return rc;
}
