/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One scoring transaction.  While one slice is being computed, the server writes
 * the one before and reads the one behind it.
 */
#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "model/cve.h"
#include "model/severity.h"
#include "model/subject.h"
#include "store/intel_table_store.h"
#include "store/model_store.h"
#include "store/risk_link_store.h"

#include "claims.h"
#include "decide.h"
#include "identity_pass.h"
#include "risk_names.h"

#define WRITES_MAX 16 /* statements in flight for one slice */
/* A slice needs up to so much: kept over all slices, not given back and faulted in anew. */
#define SLICE_ARENA ((size_t)16 << 20)

struct batch {
	const struct scorer *s;        /* &own, or as it was given */
	struct scorer own;             /* with the org's own model */
	struct score_model *own_model; /* NULL: none */
	const struct org *org;
	int shard;
	timestamp now;
	struct score_batch taken;
	struct score_counts counts;
	struct score_reference ref;
	struct org_rules rules;
	struct risk_links links;
	struct control_catalog catalog;
	struct arena *arena;     /* of the batch */
	struct arena *slices[2]; /* of the slice in hand, and of the next one */
	struct score_slice slice, next;
	size_t n_in_flight; /* write statements sent before the reading of next */
	bool has_known;     /* and they write risks that were there */
	const struct batch_trial *trial; /* NULL: what comes out is written */
	const struct batch_look *look;   /* nothing comes out; or NULL */
	bool is_behind;                  /* a change of identity is to be found first */
	struct batch_result *out;
};

static int fact_order(const void *key, const void *row)
{
	const struct stored_fact *a = key, *b = row;
	const int d = strcmp(a->connector, b->connector);

	return d ? d : strcmp(a->rule, b->rule);
}

static int fact_severity(const void *ctx, const char *connector, const char *rule)
{
	const struct score_reference *ref = ctx;
	const struct stored_fact key = {.connector = connector, .rule = rule};
	const struct stored_fact *found =
	        ref->n_facts
	                ? bsearch(&key, ref->facts, ref->n_facts, sizeof(key), fact_order)
	                : NULL;

	return found ? found->sev100 : SEV100_UNKNOWN;
}

static int advisory_order(const void *key, const void *row)
{
	return strcmp(key, ((const struct stored_advisory *)row)->alias);
}

/* What the org's sources and the feeds say together, when it is exactly one CVE. */
static const char *advisory_cve(const void *ctx, const char *advisory)
{
	const struct batch *b = ctx;
	const struct score_reference *ref = &b->ref;
	const struct stored_advisory *found =
	        ref->n_advisories ? bsearch(advisory, ref->advisories, ref->n_advisories,
	                                    sizeof(*ref->advisories), advisory_order)
	                          : NULL;
	const struct intel_name *fed = intel_find_name(b->s->intel, advisory);

	if (!fed)
		return found && *found->cve ? found->cve : NULL;
	if (!fed->cve || (found && cve_pack(found->cve) != fed->cve))
		return NULL;
	return fed->text;
}

/* Waits for the writes in flight and, when one was asked for, the next slice. */
static int collect(struct batch *b, bool with_next, struct arena *a, struct error *err)
{
	PGresult *results[WRITES_MAX + SCORE_SLICE_RESULTS] = {0};
	const size_t n = b->n_in_flight + (with_next ? score_slice_results(&b->taken) : 0);
	const int rc = pg_collect(b->s->pg, results, n, err);

	if (rc < 0)
		return rc;
	if (b->n_in_flight && b->has_known)
		score_stale_uncount(results[0], &b->counts);
	for (size_t i = 0; i < b->n_in_flight; i++)
		PQclear(results[i]);
	if (with_next)
		score_slice_read(&b->next, results + b->n_in_flight, &b->taken, a);
	b->n_in_flight = 0;
	return 0;
}

static int by_cve(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Computes the slice in hand; what is in flight goes on meanwhile. */
static void correlate_slice(struct batch *b, struct arena *a, struct risk_group **groups,
                            size_t *n_groups)
{
	const struct correlate_input in = {.org = b->org,
	                                   .catalog = &b->catalog,
	                                   .advisory_cve = advisory_cve,
	                                   .ctx = b,
	                                   .links = b->taken.has_links ? &b->links : NULL};

	correlate(&in, b->slice.evidence, b->slice.n_evidence, a, groups, n_groups);
}

/* What feeds say of the CVEs of these groups, where it is not known yet. */
static uint64_t *unknown_cves(const struct batch *b, const struct risk_group *groups,
                              size_t n, struct arena *a, size_t *n_out)
{
	struct intel_table *t = b->s->intel;
	uint64_t *out = ARENA_ARRAY(a, uint64_t, n + 1);
	size_t n_cves = 0;

	for (size_t i = 0; i < n && t->version; i++) {
		const uint64_t cve = subject_is_cve(groups[i].subject)
		                             ? cve_pack(groups[i].subject + 4)
		                             : 0;

		if (cve && !intel_knows(t, cve))
			out[n_cves++] = cve;
	}
	qsort(out, n_cves, sizeof(*out), by_cve);
	*n_out = 0;
	for (size_t i = 0; i < n_cves; i++)
		if (!*n_out || out[*n_out - 1] != out[i])
			out[(*n_out)++] = out[i];
	return out;
}

/* Several groups may have found one risk: it goes on under another name than it had. */
static int settle_claims(struct batch *b, struct arena *a, struct decision_input *in,
                         struct error *err)
{
	struct claims c = {.org = b->org,
	                   .slice = &b->slice,
	                   .groups = in->groups,
	                   .n_groups = in->n_groups,
	                   .rows = in->stored,
	                   .n_rows = in->n_stored,
	                   .is_change = b->look != NULL};
	struct risk_place *places = NULL;
	size_t n, n_places = 0;
	const struct key *ids = claims_in_dispute(&c, a, &n);
	int rc;

	if (n && (rc = risk_places_load(b->s->pg, b->org, ids, n, a, &places, &n_places,
	                                err)) < 0)
		return rc;
	if (n)
		claims_settle(&c, places, n_places, a);
	claims_drop_linked(&c, a);
	in->n_stored = c.n_rows;
	return 0;
}

static int load_stored(struct batch *b, struct arena *a, struct decision_input *in,
                       struct error *err)
{
	struct stored_risk *stored = NULL;
	size_t n_fingerprints;

	if (!in->n_groups && !in->n_paths)
		return 0;
	const struct group_fingerprint *fingerprints =
	        risk_names_of(in, &b->slice, a, &n_fingerprints);
	const int rc = score_risks_load(b->s->pg, b->org, &b->slice, fingerprints,
	                                n_fingerprints, a, &stored, &in->n_stored, err);

	in->stored = stored;
	return rc < 0 ? rc : settle_claims(b, a, in, err);
}

/* The ledgers of what came out differently: of the rest nothing is asked. */
static int load_ledgers(struct batch *b, struct decision *d, struct arena *a,
                        struct error *err)
{
	size_t n;
	struct stored_risk **risks = decide_ledgers(d, a, &n);

	return score_risks_complete(b->s->pg, b->org, risks, n, a, err);
}

/* Groups that were named under an asset of another shard may be stored there, and so may
 * those that people made. */
static bool came_from_elsewhere(const struct batch *b, const struct decision_input *in)
{
	if (b->taken.has_links)
		return true;
	for (size_t i = 0; i < in->n_groups; i++)
		for (size_t k = 0; k < in->groups[i].n_former; k++)
			if (score_shard_of(&in->groups[i].former[k]) != b->shard)
				return true;
	return false;
}

static void add_counts(struct score_counts *sum, const struct score_counts *more)
{
	for (int band = 0; band < N_BANDS; band++)
		for (int state = 0; state < N_RISK_STATES; state++)
			for (int verdict = 0; verdict < N_VERDICTS; verdict++)
				sum->n[band][state][verdict] +=
				        more->n[band][state][verdict];
}

static bool is_tried_in_earnest(const struct batch *b, const struct risk_row *row)
{
	if (row->is_new || !row->path_mark)
		return false;
	return b->trial->writes == TRIAL_WRITES_MEMBERS ||
	       row->elements != row->former->elements;
}

/* Of a trial, that is left which paths and their members are scored by. */
static void leave_out(const struct batch *b, struct score_writes *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_rows; i++)
		if (is_tried_in_earnest(b, &w->rows[i]))
			w->rows[n++] = w->rows[i];
	*w = (struct score_writes){.rows = w->rows, .n_rows = n, .has_known = n > 0};
}

/* Tells a trial what comes out differently. */
static void tell(const struct batch *b, const struct score_writes *w)
{
	const struct batch_trial *t = b->trial;

	for (size_t i = 0; t->looked && i < b->slice.n_assets; i++)
		t->looked(t->ctx, &b->slice.assets[i].asset_id);
	for (size_t i = 0; i < w->n_rows; i++)
		t->saw(t->ctx, &w->rows[i], is_tried_in_earnest(b, &w->rows[i]));
}

/* Lets the slice in hand go; the one behind it is there, the one after that is asked for. */
static int end_slice(struct batch *b, int slice, struct error *err)
{
	int rc = 0;

	score_slice_clear(&b->slice);
	if (slice + 2 < b->taken.n_slices)
		rc = score_slice_send(b->s->pg, b->org, slice + 2, &b->taken, err);
	arena_reset(b->slices[slice % 2]);
	b->slice = b->next;
	b->next = (struct score_slice){0};
	return rc;
}

static int look_at_slice(struct batch *b, int slice, struct error *err)
{
	struct arena *a = b->slices[slice % 2], *other = b->slices[!(slice % 2)];
	struct decision_input in = {.org = b->org};
	int rc;

	correlate_slice(b, a, &in.groups, &in.n_groups);
	if ((rc = collect(b, slice + 1 < b->taken.n_slices, other, err)) < 0 ||
	    (rc = load_stored(b, a, &in, err)) < 0 ||
	    (rc = b->look->slice(b->look->ctx, slice, &in, a, err)) < 0)
		return rc;
	return end_slice(b, slice, err);
}

static int run_slice(struct batch *b, int slice, struct error *err)
{
	struct arena *a = b->slices[slice % 2], *other = b->slices[!(slice % 2)];
	const struct rule_severity severity = {fact_severity, &b->ref};
	const bool more = slice + 1 < b->taken.n_slices;
	struct decision_input in = {.scorer = b->s,
	                            .org = b->org,
	                            .severity = &severity,
	                            .rules = &b->rules,
	                            .assets = b->slice.assets,
	                            .n_assets = b->slice.n_assets,
	                            .levels = b->slice.levels,
	                            .n_levels = b->slice.n_levels,
	                            .paths = b->slice.paths,
	                            .n_paths = b->slice.n_paths,
	                            .now = b->now};
	struct risk_group *groups;
	struct score_writes writes;
	int rc;

	correlate_slice(b, a, &groups, &in.n_groups);
	in.groups = groups;
	const bool may_be_stored = b->taken.has_risks || came_from_elsewhere(b, &in) ||
	                           org_rules_look_at_tags(&b->rules);
	size_t n_cves;
	const uint64_t *cves = unknown_cves(b, groups, in.n_groups, a, &n_cves);
	struct decision *d = NULL;

	if (!may_be_stored && !n_cves)
		d = decide_begin(&in, a);
	if ((rc = collect(b, more, other, err)) < 0 ||
	    (n_cves &&
	     (rc = intel_table_read(b->s->pg, b->s->intel, cves, n_cves, err)) < 0))
		return rc;
	if (may_be_stored &&
	    ((rc = load_stored(b, a, &in, err)) < 0 ||
	     (rc = org_rules_load_containers(b->s->pg, b->org, b->slice.assets,
	                                     b->slice.n_assets, a, &b->rules, err)) < 0))
		return rc;
	if (!d)
		d = decide_begin(&in, a);
	if (may_be_stored && (rc = load_ledgers(b, d, a, err)) < 0)
		return rc;
	decide_end(d, &writes);
	b->out->n_findings += (int64_t)b->slice.n_evidence;
	b->out->n_risks += (int64_t)in.n_groups;
	b->out->n_written += (int64_t)writes.n_rows;
	if (b->trial) {
		tell(b, &writes);
		leave_out(b, &writes);
	}
	add_counts(&b->counts, &writes.counts);
	b->has_known = writes.has_known;
	rc = score_writes_send(b->s->pg, b->org, b->now, score_model_version(b->s->model),
	                       &writes, &b->n_in_flight, err);
	return rc < 0 ? rc : end_slice(b, slice, err);
}

/* The first slice is read at once, the second one while the first is computed. */
static int run_slices(struct batch *b, struct error *err)
{
	int rc;

	if (!b->taken.n_slices)
		return 0;
	if ((rc = score_slice_send(b->s->pg, b->org, 0, &b->taken, err)) < 0 ||
	    (rc = collect(b, true, b->slices[0], err)) < 0)
		return rc;
	b->slice = b->next;
	b->next = (struct score_slice){0};
	if (b->taken.n_slices > 1 &&
	    (rc = score_slice_send(b->s->pg, b->org, 1, &b->taken, err)) < 0)
		return rc;
	for (int i = 0; i < b->taken.n_slices; i++)
		if ((rc = b->look ? look_at_slice(b, i, err) : run_slice(b, i, err)) < 0)
			return rc;
	return collect(b, false, b->arena, err);
}

static int load_own_model(struct batch *b, struct error *err)
{
	const char *name, *body;
	int rc;

	if ((rc = model_of_org(b->s->pg, b->org, b->arena, &name, &body, err)) < 0 || !body)
		return rc;
	b->own = *b->s;
	b->own.own_model = name;
	b->s = &b->own;
	if (b->own.model_is_tried)
		return 0;
	if ((rc = score_model_load(body, strlen(body), &b->own_model, err)) < 0)
		return error_wrap(err, "score model %s of org %s", name, b->org->slug);
	b->own.model = b->own_model;
	return 0;
}

/* What slices are judged by, and the slices. */
static int judge(struct batch *b, struct error *err)
{
	int rc;

	if ((rc = load_own_model(b, err)) < 0 ||
	    (rc = score_reference_load(b->s->pg, b->org, b->arena, &b->ref, err)) < 0)
		return rc;
	/* After the catalogue was read: one that was loaded meanwhile is seen by both. */
	if (!b->trial && !b->look &&
	    ((rc = identity_due(b->s->pg, b->org, b->shard, &b->is_behind,
	                        &(struct identity_mark){0}, err)) < 0 ||
	     b->is_behind))
		return rc;
	if ((rc = org_rules_load(b->s->pg, b->org, b->now, b->arena, &b->rules, err)) < 0)
		return rc;
	if (b->s->policies &&
	    (rc = org_rules_replace_policies(b->s->pg, b->s->policies, b->arena, &b->rules,
	                                     err)) < 0)
		return rc;
	if ((rc = risk_links_load(b->s->pg, b->org, b->arena, &b->links, err)) < 0)
		return rc;
	b->taken.has_links = b->links.n || b->links.n_former;
	b->taken.asks_assets = org_rules_ask_assets(&b->rules);
	b->taken.asks_first_seen = sla_policies_ask_first_seen(&b->rules.policies);
	if ((rc = intel_table_refresh(b->s->pg, b->s->intel, err)) < 0)
		return rc;
	b->catalog = b->ref.catalog;
	return run_slices(b, err);
}

static int run_transaction(struct batch *b, int64_t n_marks, struct error *err)
{
	int rc;

	if ((rc = score_batch_begin(b->s->pg, b->org, b->shard, n_marks, &b->taken, err)) <
	    0)
		return rc;
	b->out->took_all = b->taken.took_all;
	if (!b->taken.n_slices)
		return pg_commit(b->s->pg, err);
	if ((rc = judge(b, err)) < 0 || b->is_behind)
		return rc;
	if ((rc = score_counts_write(b->s->pg, b->org, &b->counts, err)) < 0 ||
	    (rc = score_changes_publish(b->s->pg, b->org, err)) < 0)
		return rc;
	return pg_commit(b->s->pg, err);
}

static void make_arenas(struct batch *b)
{
	b->arena = arena_new(1 << 16);
	b->slices[0] = arena_new(SLICE_ARENA);
	b->slices[1] = arena_new(SLICE_ARENA);
}

static void clear(struct batch *b)
{
	score_slice_clear(&b->slice);
	score_slice_clear(&b->next);
	score_reference_clear(&b->ref);
	score_model_free(b->own_model);
	arena_free(b->arena);
	arena_free(b->slices[0]);
	arena_free(b->slices[1]);
}

int batch_run(const struct scorer *s, const struct org *org, int shard, timestamp now,
              int64_t n_marks, struct batch_result *out, struct error *err)
{
	bool is_behind;
	int rc;

	/* So that marks need not be taken in vain; judge() has the last word. */
	if ((rc = identity_due(s->pg, org, shard, &is_behind, &(struct identity_mark){0},
	                       err)) < 0 ||
	    (is_behind && (rc = identity_catch_up(s, org, shard, now, err)) < 0))
		return rc;
	do {
		struct batch b = {
		        .s = s, .org = org, .shard = shard, .now = now, .out = out};

		*out = (struct batch_result){0};
		make_arenas(&b);
		rc = run_transaction(&b, n_marks, err);
		is_behind = rc == 0 && b.is_behind;
		if (rc < 0 || is_behind)
			pg_rollback(s->pg);
		clear(&b);
		if (is_behind)
			rc = identity_catch_up(s, org, shard, now, err);
	} while (is_behind && rc == 0);
	return rc;
}

int batch_look(const struct scorer *s, const struct org *org, int shard, timestamp now,
               const struct score_batch *taken, const struct batch_look *look,
               struct error *err)
{
	struct batch_result unused = {0};
	struct batch b = {.s = s,
	                  .org = org,
	                  .shard = shard,
	                  .now = now,
	                  .taken = *taken,
	                  .look = look,
	                  .out = &unused};
	int rc;

	make_arenas(&b);
	rc = judge(&b, err);
	clear(&b);
	return rc;
}

int batch_try(const struct scorer *s, const struct org *org, int shard, timestamp now,
              const struct score_batch *taken, const struct batch_trial *trial,
              struct batch_result *out, struct error *err)
{
	struct batch b = {.s = s,
	                  .org = org,
	                  .shard = shard,
	                  .now = now,
	                  .taken = *taken,
	                  .trial = trial,
	                  .out = out};
	int rc = 0;

	*out = (struct batch_result){0};
	if (!taken->n_slices)
		return 0;
	make_arenas(&b);
	rc = judge(&b, err);
	clear(&b);
	return rc;
}
