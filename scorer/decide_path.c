/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From paths to their risks: one for each rule, target and entry.  Its evidence are
 * other risks; it is gone when no complete set of them remains.  Pure.
 */
#include <string.h>

#include "model/subject.h"

#include "decide_private.h"
#include "path_risk.h"

const char *path_subject(const struct stored_path *path, struct arena *a)
{
	return arena_printf(a, "path:%s", path->rule);
}

struct key path_fingerprint(const struct org *org, const struct stored_path *path,
                            struct arena *a)
{
	return fingerprint_of(org, &path->target_id, path_subject(path, a), path->entry);
}

static struct score_inputs inputs_of(const struct decision *d,
                                     const struct stored_path *path,
                                     const struct asset_facts *target)
{
	struct path_step *steps = ARENA_ARRAY(d->a, struct path_step, path->n_steps + 1);

	for (size_t i = 0; i < path->n_steps; i++)
		steps[i] =
		        (struct path_step){.clauses = path->steps[i].clauses,
		                           .inputs = inputs_of_row(path->steps[i].inputs)};
	return path_inputs(
	        d->in->scorer->model,
	        &(struct path_facts){.steps = steps,
	                             .n_steps = path->n_steps,
	                             .level = (enum path_level)path->last_level,
	                             .entry_exposure = (enum exposure)path->entry_exposure,
	                             .target = target->context});
}

static void fill_evidence(struct risk_row *row, const struct stored_path *path)
{
	decision_sources(row, path->source_ids, path->n_source_ids);
	row->n_findings = path->n_findings;
	for (int i = 0; i < N_INPUTS; i++) {
		row->basis[i] = BASIS_DERIVED;
		row->witness[i] = RISK_WITNESS_NONE;
	}
}

/* A path of a rule that the catalogue has dropped is broken; it keeps its duty. */
static const struct finding_category *category_of(const struct scorer *s,
                                                  const struct toxic_rule *rule)
{
	return rule ? rule->category
	            : finding_category_find(&s->responsibility,
	                                    "privilege_escalation_path");
}

static void decide_path(struct decision *d, const struct stored_path *path,
                        struct stored_risk *stored, size_t n_stored)
{
	const struct scorer *s = d->in->scorer;
	const struct toxic_rule *rule = toxic_rule_find(s->toxic, path->rule);
	const struct asset_facts *target = decision_asset(d->in, &path->target_id);
	struct draft draft = {.facts = {.state = path->level ? FACTS_LIVE : FACTS_GONE,
	                                .n_open = path->level ? 1 : 0,
	                                .proof_run_id = path->proof_run_id,
	                                .gone_at = d->in->now},
	                      .stored = stored,
	                      .n_stored = n_stored,
	                      .old = n_stored ? stored : NULL};

	/* A broken path keeps its last members and level: it is scored as it stood. */
	if (!path->level && (!n_stored || stored->state == RISK_RESOLVED))
		return;
	const struct score_inputs inputs = inputs_of(d, path, target);
	const struct score score = score_of(s->model, &inputs);
	const struct finding_category *category = category_of(s, rule);
	const struct responsibility duty =
	        responsibility_of(&s->responsibility, target->type, category);

	draft.fingerprint = path_fingerprint(d->in->org, path, d->a);
	draft.verdict = duty.verdict;
	draft.row = (struct risk_row){.asset_id = path->target_id,
	                              .subject = path_subject(path, d->a),
	                              .location = path->entry,
	                              .title = rule ? rule->title : path->rule,
	                              .control = "",
	                              .category = category->name,
	                              .class = CLASS_EXPOSURE,
	                              .responsibility = (int)duty.verdict,
	                              .layer = (int)duty.layer};
	decision_score(&draft.row, &score, &inputs);
	fill_evidence(&draft.row, path);
	decision_govern(d, &draft, target);
	decision_add(d, &draft);
}

void decide_paths(struct decision *d, struct stored_risk *stored, size_t n_stored)
{
	size_t at = 0;

	for (size_t i = 0; i < d->in->n_paths; i++) {
		const size_t ordinal = d->in->n_groups + i;
		size_t n = 0;

		while (at + n < n_stored && stored[at + n].ordinal == ordinal)
			n++;
		decide_path(d, &d->in->paths[i], stored + at, n);
		at += n;
	}
}
