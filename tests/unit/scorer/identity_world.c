/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "model/severity.h"
#include "model/subject.h"

#include "identity_world_private.h"
#include "scorer/claims.h"
#include "scorer/risk_names.h"
#include "support/catalog_file.h"

const struct org world_org = {.id = 7, .slug = "test"};

static struct control controls[WORLD_CONTROLS] = {
        {.id = "storage.access-logging",
         .category = "logging",
         .title = "Logging",
         .class = CLASS_MISCONFIGURATION},
        {.id = "storage.lifecycle",
         .category = "data_lifecycle",
         .title = "Lifecycle",
         .class = CLASS_MISCONFIGURATION},
        {.id = "storage.public-access",
         .category = "public_storage",
         .title = "Public",
         .class = CLASS_EXPOSURE},
        {.id = "storage.versioning",
         .category = "backup",
         .title = "Versions",
         .class = CLASS_MISCONFIGURATION},
};
static const char *const rules_of_tools[WORLD_FINDINGS] = {"a", "b", "c", "d",
                                                           "e", "f", "g"};

static struct arena *shared;
static struct toxic_rules toxic;
static struct score_model *model;
static struct scorer scorer;
static struct org_rules rules;

static int no_severity(const void *ctx, const char *connector, const char *rule)
{
	(void)ctx;
	(void)connector;
	(void)rule;
	return SEV100_UNKNOWN;
}

int world_setup(void)
{
	struct error err = {0};

	shared = arena_new(1 << 16);
	const struct responsibility_texts texts = {
	        .matrix = catalog_file("responsibility/matrix.csv", shared),
	        .resource_types = catalog_file("responsibility/resource_types.csv", shared),
	        .finding_categories =
	                catalog_file("responsibility/finding_categories.csv", shared),
	};
	const char *text = catalog_file("models/rs-1.0.0.json", shared);

	if (responsibility_load(&texts, shared, &scorer.responsibility, &err) < 0 ||
	    score_model_load(text, strlen(text), &model, &err) < 0 ||
	    toxic_rules_load(catalog_file("toxic_rules.tsv", shared),
	                     &scorer.responsibility, shared, &toxic, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	scorer.model = model;
	scorer.toxic = &toxic;
	return 0;
}

void world_teardown(void)
{
	score_model_free(model);
	arena_free(shared);
}

static struct key key_numbered(const char *tag, size_t n)
{
	char number[24];

	snprintf(number, sizeof(number), "%zu", n);
	return key_of_texts(tag, world_org.id, (const char *const[]){number}, 1);
}

void world_begin(struct world *w)
{
	*w = (struct world){.texts = arena_new(1 << 16),
	                    .now = INT64_C(1767225600) * USEC_PER_SEC};
	w->risks = calloc(WORLD_RISKS_MAX, sizeof(*w->risks));
	w->heirs = calloc(WORLD_ROWS_MAX, sizeof(*w->heirs));
	assert(w->risks && w->heirs);
	for (int i = 0; i < WORLD_FINDINGS; i++) {
		w->control_of[i] = i % WORLD_CONTROLS;
		w->findings[i] =
		        (struct evidence){.canonical_id = key_numbered("asset", 0),
		                          .asset_id = key_numbered("asset", 0),
		                          .finding_id = key_numbered("finding", (size_t)i),
		                          .source_id = 1 + i % 2,
		                          .run_id = 1,
		                          .stored_at = w->now,
		                          .closed_at = TIMESTAMP_NONE,
		                          .epss = -1,
		                          .sev100 = 40 + 10 * i,
		                          .state = FINDING_OPEN,
		                          .class = CLASS_MISCONFIGURATION,
		                          .fidelity = FIDELITY_STANDARD,
		                          .connector = i % 2 ? "prowler" : "hub",
		                          .rule = rules_of_tools[i],
		                          .cve = "",
		                          .location = "",
		                          .engine = i % 2 ? "prowler" : "hub",
		                          .title = "A finding",
		                          .first_seen = TIMESTAMP_NONE};
	}
}

void world_end(struct world *w)
{
	free(w->risks);
	free(w->heirs);
	arena_free(w->texts);
}

void world_copy(struct world *to, const struct world *from)
{
	struct world_risk *risks = to->risks;
	struct heir_row *heirs = to->heirs;

	memcpy(risks, from->risks, from->n_risks * sizeof(*risks));
	memcpy(heirs, from->heirs, from->n_heirs * sizeof(*heirs));
	*to = *from;
	to->risks = risks;
	to->heirs = heirs;
}

/* --- reading --- */

const struct world_risk *world_risk_of(const struct world *w, const struct key *id)
{
	for (size_t i = 0; i < w->n_risks; i++)
		if (key_cmp(&w->risks[i].id, id) == 0)
			return &w->risks[i];
	return NULL;
}

static const struct world_alias *alias_of(const struct world *w,
                                          const struct key *fingerprint)
{
	for (size_t i = 0; i < w->n_aliases; i++)
		if (key_cmp(&w->aliases[i].fingerprint, fingerprint) == 0)
			return &w->aliases[i];
	return NULL;
}

struct key world_leads(const struct world *w, const struct key *id)
{
	struct key out = *id;
	const struct world_alias *l;

	for (int hops = 0; hops < 20 && (l = alias_of(w, &out)); hops++)
		out = l->risk_id;
	return out;
}

bool world_has(const struct world_risk *r, const struct key *finding)
{
	for (size_t i = 0; i < r->n_members; i++)
		if (key_cmp(&r->members[i], finding) == 0)
			return true;
	return false;
}

const struct world_risk *world_holder(const struct world *w, int finding)
{
	for (size_t i = 0; i < w->n_risks; i++)
		if (w->risks[i].row.state != RISK_RESOLVED &&
		    world_has(&w->risks[i], &w->findings[finding].finding_id))
			return &w->risks[i];
	return NULL;
}

/* As slice_risks.sql has it. */
static struct stored_risk stored_of(const struct world *w, const struct world_risk *r)
{
	const struct world_alias *l = alias_of(w, &r->id);
	const bool is_merged = l && l->reason == ALIAS_BY_HAND;

	return (struct stored_risk){.risk_id = r->id,
	                            .fingerprint = r->id,
	                            .version = r->row.version,
	                            .state_hash = r->row.state_hash,
	                            .opened_at = r->row.opened_at,
	                            .state = r->row.state,
	                            .reopens_at = TIMESTAMP_NONE,
	                            .has_merged_into = is_merged,
	                            .merged_into =
	                                    is_merged ? l->risk_id : (struct key){{0}}};
}

static void read_slice(const struct world *w, struct arena *a, struct score_slice *out)
{
	*out = (struct score_slice){
	        .stored = ARENA_ARRAY(a, struct stored_risk, w->n_risks + w->n_aliases + 1),
	        .heirs = ARENA_ARRAY(a, struct stored_risk, w->n_heirs + 1)};
	for (size_t i = 0; i < w->n_risks; i++)
		out->stored[out->n_stored++] = stored_of(w, &w->risks[i]);
	for (size_t i = 0; i < w->n_aliases; i++) {
		const struct world_alias *l = &w->aliases[i];
		const struct world_risk *r = world_risk_of(w, &l->risk_id);

		if (l->reason == ALIAS_BY_HAND || !r)
			continue;
		out->stored[out->n_stored] = stored_of(w, r);
		out->stored[out->n_stored++].fingerprint = l->fingerprint;
	}
	for (size_t i = 0; i < w->n_heirs; i++) {
		const struct heir_row *h = &w->heirs[i];
		const struct world_risk *r = world_risk_of(w, &h->risk_id);
		const struct world_alias *l = alias_of(w, &h->risk_id);

		if (!r || (l && l->reason != ALIAS_BY_HAND))
			continue;
		struct stored_risk *row = &out->heirs[out->n_heirs++];

		*row = stored_of(w, r);
		row->fingerprint = h->fingerprint;
		row->is_heir = true;
		row->claimed = h->is_origin ? CLAIMED_AS_ORIGIN : CLAIMED_BY_NAME;
	}
	score_slice_index(out);
}

static int by_finding_and_risk(const void *pa, const void *pb)
{
	const struct former_link *a = pa, *b = pb;
	const int d = key_cmp(&a->finding_id, &b->finding_id);

	return d ? d : key_cmp(&a->risk_id, &b->risk_id);
}

static int by_link(const void *pa, const void *pb)
{
	return key_cmp(&((const struct risk_link *)pa)->finding_id,
	               &((const struct risk_link *)pb)->finding_id);
}

static int by_key(const void *a, const void *b)
{
	return key_cmp(a, b);
}

static bool is_linked_to(const struct world *w, const struct world_link *former)
{
	for (size_t i = 0; i < w->n_links; i++)
		if (w->links[i].kind >= 0 &&
		    key_cmp(&w->links[i].finding_id, &former->finding_id) == 0 &&
		    key_cmp(&w->links[i].risk_id, &former->risk_id) == 0)
			return true;
	return false;
}

/* As risk_links.sql: the risk that goes on under the id, but for what links merged. */
static struct key goes_on(const struct world *w, const struct key *id)
{
	struct key out = *id;
	const struct world_alias *l;

	for (int hops = 0;
	     hops < 16 && (l = alias_of(w, &out)) && l->reason != ALIAS_BY_HAND; hops++)
		out = l->risk_id;
	return out;
}

static void name_link(const struct world *w, struct risk_link *link, struct arena *a)
{
	const struct world_risk *r = world_risk_of(w, &link->risk_id);
	struct key *names = ARENA_ARRAY(a, struct key, w->n_aliases + 1);

	const struct world_alias *l = alias_of(w, &link->risk_id);
	timestamp best = TIMESTAMP_NONE;

	if (r) {
		link->subject = r->subject;
		link->location = r->location;
		link->is_elsewhere = l && l->reason == ALIAS_BY_HAND;
	}
	for (size_t i = 0; i < w->n_aliases; i++)
		if (w->aliases[i].reason != ALIAS_BY_HAND &&
		    key_cmp(&w->aliases[i].risk_id, &link->risk_id) == 0)
			names[link->n_names++] = w->aliases[i].fingerprint;
	qsort(names, link->n_names, sizeof(*names), by_key);
	link->names = names;
	for (size_t i = 0; i < w->n_heirs; i++) {
		const struct heir_row *h = &w->heirs[i];

		if (h->is_origin || key_cmp(&h->risk_id, &link->risk_id) != 0 ||
		    (link->has_heir && w->heir_from[i] <= best))
			continue;
		best = w->heir_from[i];
		link->has_heir = true;
		link->heir = h->fingerprint;
		link->heir_is_fresh = !r || w->heir_from[i] > r->computed_at;
	}
}

static void read_links(const struct world *w, struct arena *a, struct risk_links *out)
{
	*out = (struct risk_links){
	        .rows = ARENA_ARRAY(a, struct risk_link, w->n_links + 1),
	        .former = ARENA_ARRAY(a, struct former_link, w->n_links + 1)};
	for (size_t i = 0; i < w->n_links; i++) {
		const struct world_link *l = &w->links[i];
		const struct key risk_id = goes_on(w, &l->risk_id);

		if (l->kind >= 0) {
			out->rows[out->n] =
			        (struct risk_link){.finding_id = l->finding_id,
			                           .asset_id = w->findings[0].canonical_id,
			                           .named = l->risk_id,
			                           .risk_id = risk_id,
			                           .kind = (enum risk_link_kind)l->kind,
			                           .has_origin = l->kind == RISK_SPLIT,
			                           .origin = l->origin};
			name_link(w, &out->rows[out->n++], a);
		} else if (!is_linked_to(w, l)) {
			out->former[out->n_former++] = (struct former_link){
			        l->finding_id, w->findings[0].canonical_id, risk_id};
		}
	}
	qsort(out->rows, out->n, sizeof(*out->rows), by_link);
	qsort(out->former, out->n_former, sizeof(*out->former), by_finding_and_risk);
}

static int by_rule(const void *pa, const void *pb)
{
	const struct control_alias *a = pa, *b = pb;
	const int d = strcmp(a->rule, b->rule);

	return d ? d : strcmp(a->connector, b->connector);
}

static struct control_catalog catalog_of(const struct world *w, struct arena *a)
{
	struct control_alias *all = ARENA_ARRAY(a, struct control_alias, WORLD_FINDINGS);
	size_t n = 0;

	for (int i = 0; i < WORLD_FINDINGS; i++)
		if (w->control_of[i] >= 0)
			all[n++] = (struct control_alias){
			        .connector = w->findings[i].connector,
			        .rule = w->findings[i].rule,
			        .control = controls[w->control_of[i]].id};
	qsort(all, n, sizeof(*all), by_rule);
	return (struct control_catalog){.controls = controls,
	                                .n_controls = WORLD_CONTROLS,
	                                .aliases = all,
	                                .n_aliases = n};
}

/* --- as batch.c does it --- */

/* ISOBAR_WORLD_TRACE: what was found of each group. */
static void trace(const char *when, const struct decision_input *in, size_t n_rows)
{
	char one[KEY_TEXT_MAX], two[KEY_TEXT_MAX];

	if (!getenv("ISOBAR_WORLD_TRACE"))
		return;
	for (size_t i = 0; i < in->n_groups; i++) {
		const struct risk_group *g = &in->groups[i];

		fprintf(stderr, "%s: group %.4s %s, %zu findings%s%s:", when,
		        key_text(&g->fingerprint, one) + 19, g->subject, g->n_members,
		        g->is_again ? ", again" : "", g->alias_ends ? ", alias ends" : "");
		for (size_t k = 0; k < n_rows; k++)
			if (in->stored[k].ordinal == i)
				fprintf(stderr, " %.4s by %.4s (%d%s)",
				        key_text(&in->stored[k].risk_id, one) + 19,
				        key_text(&in->stored[k].fingerprint, two) + 19,
				        (int)in->stored[k].claimed,
				        in->stored[k].is_heir ? ", heir" : "");
		fprintf(stderr, "\n");
	}
}

static bool heir_is_fresh(const struct world *w, const struct world_risk *r)
{
	for (size_t i = 0; i < w->n_heirs; i++)
		if (!w->heirs[i].is_origin && w->heir_from[i] > r->computed_at &&
		    key_cmp(&w->heirs[i].risk_id, &r->id) == 0)
			return true;
	return false;
}

static void settle(const struct world *w, struct decision_input *in,
                   struct score_slice *slice, bool is_change, struct arena *a)
{
	struct claims c = {.org = &world_org,
	                   .slice = slice,
	                   .groups = in->groups,
	                   .n_groups = in->n_groups,
	                   .rows = in->stored,
	                   .n_rows = in->n_stored,
	                   .is_change = is_change};
	size_t n;
	const struct key *ids = claims_in_dispute(&c, a, &n);

	trace(is_change ? "change" : "found", in, c.n_rows);
	struct risk_place *places = ARENA_ARRAY(a, struct risk_place, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct world_risk *r = world_risk_of(w, &ids[i]);

		places[i] = (struct risk_place){ids[i], r->subject, r->location,
		                                heir_is_fresh(w, r)};
	}
	if (n)
		claims_settle(&c, places, n, a);
	claims_drop_linked(&c, a);
	in->n_stored = c.n_rows;
	trace(is_change ? "change" : "settled", in, c.n_rows);
}

void world_group(const struct world *w, struct decision_input *in,
                 struct score_slice *slice, bool is_change, struct arena *a)
{
	struct risk_links *links = ARENA_NEW(a, struct risk_links);
	struct control_catalog *catalog = ARENA_NEW(a, struct control_catalog);
	struct error err = {0};
	size_t n;

	*catalog = catalog_of(w, a);
	read_links(w, a, links);
	read_slice(w, a, slice);
	const struct correlate_input what = {
	        .org = &world_org, .catalog = catalog, .links = w->n_links ? links : NULL};

	correlate(&what, w->findings, WORLD_FINDINGS, a, &in->groups, &in->n_groups);
	const struct group_fingerprint *names = risk_names_of(in, slice, a, &n);

	if (score_risks_load(NULL, &world_org, slice, names, n, a, &in->stored,
	                     &in->n_stored, &err) < 0)
		abort();
	settle(w, in, slice, is_change, a);
}

/* --- writing --- */

static struct world_risk *risk_for(struct world *w, const struct key *id)
{
	const struct world_risk *stored = world_risk_of(w, id);
	struct world_risk *r;

	if (stored)
		return &w->risks[stored - w->risks];
	assert(w->n_risks < WORLD_RISKS_MAX);
	r = &w->risks[w->n_risks++];
	*r = (struct world_risk){.id = *id};
	return r;
}

static void add_segment(struct world_risk *r, timestamp from, int mode, int band,
                        timestamp due)
{
	assert(r->n_segments < WORLD_SEGMENTS_MAX);
	r->segments[r->n_segments++] = (struct stored_segment){from, mode, band, due};
}

static void write_row(struct world *w, const struct risk_row *row)
{
	struct world_risk *r = risk_for(w, &row->risk_id);

	r->row = *row;
	r->row.version = row->version + 1;
	r->computed_at = w->now;
	r->subject = arena_strdup(w->texts, row->subject);
	r->location = arena_strdup(w->texts, row->location);
	r->n_members = row->n_members;
	if (row->n_members)
		memcpy(r->members, row->members, row->n_members * sizeof(*r->members));
	for (size_t i = 0; i < row->n_taken; i++)
		add_segment(r, row->taken[i].from, row->taken[i].mode, row->taken[i].band,
		            row->taken[i].due_at);
	if (row->clock_mode >= 0)
		add_segment(r, w->now, row->clock_mode, row->band, TIMESTAMP_NONE);
}

static void write_alias(struct world *w, const struct risk_alias_row *row)
{
	const struct world_alias *stored = alias_of(w, &row->fingerprint);
	struct world_alias *l = stored ? &w->aliases[stored - w->aliases] : NULL;

	if (key_cmp(&row->fingerprint, &row->risk_id) == 0) {
		size_t kept = 0;

		if (l)
			*l = w->aliases[--w->n_aliases];
		for (size_t i = 0; i < w->n_heirs && row->reason == ALIAS_CATALOG; i++) {
			const struct heir_row h = w->heirs[i];

			if (h.is_origin || key_cmp(&h.risk_id, &row->risk_id) != 0 ||
			    key_cmp(&h.fingerprint, &h.risk_id) == 0) {
				w->heir_from[kept] = w->heir_from[i];
				w->heirs[kept++] = h;
			}
		}
		if (row->reason == ALIAS_CATALOG)
			w->n_heirs = kept;
		return;
	}
	if (!l) {
		assert(w->n_aliases < WORLD_ROWS_MAX);
		l = &w->aliases[w->n_aliases++];
	}
	*l = (struct world_alias){row->fingerprint, row->risk_id, row->reason};
}

static void complete(const struct world *w, struct stored_risk *s)
{
	struct world_risk *r = &w->risks[world_risk_of(w, &s->risk_id) - w->risks];
	const struct risk_row *row = &r->row;

	s->rank = row->rank;
	s->band_since = row->band_since;
	s->due_at = row->due_at;
	s->resolved_at = row->resolved_at;
	s->proof_run_id = row->proof_run_id;
	s->score = row->score;
	s->band = row->band;
	s->responsibility = row->responsibility;
	s->elements = row->elements;
	s->has_fix = row->has_fix;
	s->fix_id = row->fix_id;
	s->next_crossing_at = row->next_crossing_at;
	s->warn_at = row->warn_at;
	s->segments = r->segments;
	s->n_segments = r->n_segments;
}

void world_score(struct world *w)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	const struct rule_severity severity = {no_severity, NULL};
	const struct asset_facts asset = {
	        .asset_id = w->findings[0].canonical_id,
	        .provider = PROVIDER_AWS,
	        .type = "AWS::S3::Bucket",
	        .account = "111122223333",
	        .has_context = true,
	        .context = {.exposure = EXPOSURE_OPEN, .criticality = CRITICALITY_MISSION}};
	struct decision_input in = {.scorer = &scorer,
	                            .org = &world_org,
	                            .severity = &severity,
	                            .rules = &rules,
	                            .assets = &asset,
	                            .n_assets = 1,
	                            .now = w->now};
	struct score_slice slice;
	struct score_writes writes;
	size_t n;

	world_group(w, &in, &slice, false, a);
	struct decision *d = decide_begin(&in, a);
	struct stored_risk **ledgers = decide_ledgers(d, a, &n);

	for (size_t i = 0; i < n; i++)
		complete(w, ledgers[i]);
	decide_end(d, &writes);
	w->n_written = writes.n_rows;
	for (size_t i = 0; i < writes.n_rows; i++)
		write_row(w, &writes.rows[i]);
	for (size_t i = 0; i < writes.n_aliases; i++)
		write_alias(w, &writes.aliases[i]);
}
