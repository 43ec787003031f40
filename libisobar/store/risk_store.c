/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scorer's reading and writing.  Bulk results come in binary form: at a
 * million findings, reading text would take as long as the scoring itself.
 */
#include "store/risk_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/asset_tags.h"
#include "store/path_store.h"
#include "store/pg_binary.h"
#include "store/pg_copy.h"
#include "store/pg_encode.h"
#include "store/risk_store_private.h"

#define ALIAS_HOPS_MAX 16 /* of a name; each is a change of identity */

/* --- a slice --- */

/* What a slice is asked for, in the order of the results. */
static size_t slice_statements(const struct score_batch *taken,
                               enum statement out[SCORE_SLICE_RESULTS])
{
	size_t n = 0;

	out[n++] = STMT_SLICE_FINDINGS;
	out[n++] = STMT_SLICE_ASSETS;
	if (taken->has_risks)
		out[n++] = STMT_SLICE_RISKS;
	if (taken->has_paths) {
		out[n++] = STMT_SLICE_PATH_LEVELS;
		out[n++] = STMT_SLICE_PATHS;
	}
	return n;
}

size_t score_slice_results(const struct score_batch *taken)
{
	enum statement unused[SCORE_SLICE_RESULTS];

	return slice_statements(taken, unused);
}

int score_slice_send(struct pg *pg, const struct org *org, int slice,
                     const struct score_batch *taken, struct error *err)
{
	enum statement statements[SCORE_SLICE_RESULTS];
	const size_t n = slice_statements(taken, statements);
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};
	int rc = 0;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, slice);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct pg_params own = p;

		if (statements[i] == STMT_SLICE_FINDINGS)
			pg_bind_bool(&own, taken->asks_first_seen);
		else if (statements[i] == STMT_SLICE_ASSETS)
			pg_bind_bool(&own, taken->asks_assets);
		else if (statements[i] == STMT_SLICE_RISKS) {
			pg_bind_bool(&own, taken->has_links);
			pg_bind_bool(&own, taken->has_heirs);
		}
		rc = pg_send_binary(pg, statements[i], &own, err);
	}
	return rc;
}

static void evidence_read(struct binary_row r, struct evidence *e)
{
	e->canonical_id = next_key(&r);
	e->asset_id = next_key(&r);
	e->finding_id = next_key(&r);
	e->source_id = next_int8(&r);
	e->run_id = next_int8(&r);
	e->stored_at = next_timestamp(&r);
	e->closed_at = next_timestamp(&r);
	e->epss = next_int4(&r);
	e->state = (enum finding_state)next_int2(&r);
	e->closed_by = (enum closed_by)next_int2(&r);
	e->class = (enum finding_class)next_int2(&r);
	e->sev100 = next_int2(&r);
	e->fidelity = (enum fidelity)next_int2(&r);
	e->maturity = (enum maturity)next_int2(&r);
	e->flags = (unsigned int)next_int2(&r);
	e->connector = next_value(&r);
	e->rule = next_value(&r);
	e->cve = next_value(&r);
	e->location = next_value(&r);
	e->engine = next_value(&r);
	e->title = next_value(&r);
	e->has_upgrade = !next_is_null(&r);
	e->upgrade_id = next_key(&r);
	e->first_seen = next_timestamp(&r);
}

static void context_read(struct binary_row *row, struct asset_facts *f)
{
	struct binary_row r = *row;

	row->column += 5;
	f->has_context = !next_is_null(&r);
	if (!f->has_context) {
		f->context = (struct asset_context){EXPOSURE_UNKNOWN, CRITICALITY_UNKNOWN,
		                                    SENSITIVITY_UNKNOWN, PRIVILEGE_UNKNOWN};
		return;
	}
	f->context.exposure = (enum exposure)next_int2(&r);
	f->context.criticality = (enum criticality)next_int2(&r);
	f->context.sensitivity = (enum sensitivity)next_int2(&r);
	f->context.privilege = (enum privilege)next_int2(&r);
	f->derived = (unsigned int)next_int4(&r);
}

/* doc: for tags; NULL where no rule asks for more than context. */
static void asset_read(struct binary_row r, struct asset_facts *f, struct json_doc *doc,
                       struct arena *a)
{
	struct asset_tag *tags;

	f->asset_id = next_key(&r);
	f->provider = (enum provider)next_int2(&r);
	f->type = next_value(&r);
	f->account = next_value(&r);
	context_read(&r, f);
	if (!doc)
		return;
	f->environment = next_int2(&r);
	f->region = next_value(&r);
	f->name = next_value(&r);
	f->id = next_value(&r);
	f->n_tags = asset_tags_read(doc, next_value(&r), a, &tags);
	f->tags = tags;
}

static int by_asset(const void *a, const void *b)
{
	return key_cmp(&((const struct asset_facts *)a)->asset_id,
	               &((const struct asset_facts *)b)->asset_id);
}

/* What tells whether a risk comes out differently. */
static void stored_risk_read(struct binary_row *row, struct stored_risk *out,
                             struct arena *a)
{
	struct binary_row r = *row;
	const struct key risk_id = next_key(&r);
	const char *evidence;

	*out = (struct stored_risk){.risk_id = risk_id, .fingerprint = risk_id};
	if (next_is_null(&r))
		r.column++;
	else
		out->fingerprint = next_key(&r);
	out->version = next_int8(&r);
	out->state_hash = next_int8(&r);
	out->opened_at = next_timestamp(&r);
	out->state = (enum risk_state)next_int2(&r);
	out->owner_id = next_int8(&r);
	out->owner_basis = next_int2(&r);
	out->reopens_at = next_timestamp(&r);
	out->has_acceptance = !next_is_null(&r);
	out->acceptance_id = next_key(&r);
	out->accepted_by_rule = next_bool(&r);
	out->rank_since = next_timestamp(&r);
	if (next_is_null(&r))
		r.column++;
	else
		out->owner = arena_strdup(a, next_value(&r));
	evidence = next_array(&r, PG_OID_UUID, KEY_SIZE, &out->n_evidence);
	if (out->n_evidence) {
		struct key *ids = ARENA_ARRAY(a, struct key, out->n_evidence);

		for (size_t i = 0; i < out->n_evidence; i++)
			memcpy(ids[i].bytes, evidence + i * (4 + KEY_SIZE) + 4, KEY_SIZE);
		out->evidence = ids;
	}
	out->claimed_at = next_timestamp(&r);
	out->has_merged_into = !next_is_null(&r);
	out->merged_into = next_key(&r);
	out->is_heir = !next_is_null(&r);
	out->claimed = next_bool(&r) ? CLAIMED_AS_ORIGIN : CLAIMED_BY_NAME;
	*row = r;
}

/* An alias goes before the risk whose own id it is. */
static int by_fingerprint(const void *pa, const void *pb)
{
	const struct stored_risk *a = pa, *b = pb;
	const int d = key_cmp(&a->fingerprint, &b->fingerprint);

	if (d)
		return d;
	return (key_cmp(&a->fingerprint, &a->risk_id) == 0) -
	       (key_cmp(&b->fingerprint, &b->risk_id) == 0);
}

/* They come in order but for aliases and what links lead to, so most often none is moved. */
static void put_in_order(struct stored_risk *rows, size_t n,
                         int (*order)(const void *, const void *))
{
	for (size_t i = 1; i < n; i++)
		if (order(&rows[i - 1], &rows[i]) > 0) {
			qsort(rows, n, sizeof(*rows), order);
			return;
		}
}

/* The row of a slice that a fingerprint leads to, or NULL. */
static const struct stored_risk *find_stored(const struct stored_risk *all, size_t n,
                                             const struct key *fingerprint)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t mid = (low + high) / 2;

		if (key_cmp(&all[mid].fingerprint, fingerprint) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && key_cmp(&all[low].fingerprint, fingerprint) == 0 ? &all[low]
	                                                                   : NULL;
}

/* The row of what the risk of this id has become part of, in the end; or NULL. */
static const struct stored_risk *goes_on_as(const struct stored_risk *all, size_t n,
                                            const struct key *risk_id)
{
	const struct stored_risk *out = NULL;

	for (int hops = 0; hops < ALIAS_HOPS_MAX; hops++) {
		const struct stored_risk *next = find_stored(all, n, risk_id);

		if (!next || key_cmp(&next->risk_id, risk_id) == 0)
			break;
		out = next;
		risk_id = &next->risk_id;
	}
	return out;
}

/* A name may lead to what has become part of another risk since: on to that one. */
static void follow_aliases(struct stored_risk *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct stored_risk *s = &all[i];
		const struct stored_risk *end;

		if (key_cmp(&s->fingerprint, &s->risk_id) != 0 &&
		    (end = goes_on_as(all, n, &s->risk_id))) {
			const struct key fingerprint = s->fingerprint;

			*s = *end;
			s->fingerprint = fingerprint;
		}
		if (s->has_merged_into && (end = goes_on_as(all, n, &s->merged_into)))
			s->merged_into = end->risk_id;
	}
}

void score_slice_index(struct score_slice *slice)
{
	if (slice->n_heirs)
		qsort(slice->heirs, slice->n_heirs, sizeof(*slice->heirs), by_fingerprint);
	put_in_order(slice->stored, slice->n_stored, by_fingerprint);
	follow_aliases(slice->stored, slice->n_stored);
}

static void read_stored(struct score_slice *out, const PGresult *result, struct arena *a)
{
	out->n_stored = (size_t)PQntuples(result);
	out->stored = ARENA_ROOM(a, struct stored_risk, out->n_stored + 1);
	for (size_t i = 0, n = out->n_stored; i < n; i++) {
		struct stored_risk risk;

		stored_risk_read(&(struct binary_row){result, (int)i, 0}, &risk, a);
		if (risk.is_heir && !out->heirs)
			out->heirs = ARENA_ARRAY(a, struct stored_risk, n - i);
		if (risk.is_heir)
			out->heirs[out->n_heirs++] = risk;
		else
			out->stored[i - out->n_heirs] = risk;
	}
	out->n_stored -= out->n_heirs;
	score_slice_index(out);
}

void score_slice_read(struct score_slice *out, PGresult *const *results,
                      const struct score_batch *taken, struct arena *a)
{
	const PGresult *findings = results[0], *assets = results[1];
	const size_t n = score_slice_results(taken);
	struct json_doc *doc = taken->asks_assets ? asset_tags_doc() : NULL;

	*out = (struct score_slice){0};
	memcpy(out->results, results, n * sizeof(*results));
	out->n_evidence = (size_t)PQntuples(findings);
	out->evidence = ARENA_ROOM(a, struct evidence, out->n_evidence + 1);
	for (size_t i = 0; i < out->n_evidence; i++)
		evidence_read((struct binary_row){findings, (int)i, 0}, &out->evidence[i]);
	out->n_assets = (size_t)PQntuples(assets);
	out->assets = ARENA_ARRAY(a, struct asset_facts, out->n_assets + 1);
	for (size_t i = 0; i < out->n_assets; i++)
		asset_read((struct binary_row){assets, (int)i, 0}, &out->assets[i], doc, a);
	json_doc_free(doc);
	qsort(out->assets, out->n_assets, sizeof(*out->assets), by_asset);
	if (taken->has_risks)
		read_stored(out, results[2], a);
	if (taken->has_paths)
		path_slice_read(out, results[n - 2], results[n - 1], a);
}

void score_slice_clear(struct score_slice *slice)
{
	for (size_t i = 0; i < N_ELEMENTS(slice->results); i++)
		PQclear(slice->results[i]);
	*slice = (struct score_slice){0};
}

/* --- reference data of the org --- */

static int by_fact(const void *pa, const void *pb)
{
	const struct stored_fact *a = pa, *b = pb;
	const int d = strcmp(a->connector, b->connector);

	return d ? d : strcmp(a->rule, b->rule);
}

static int by_alias(const void *a, const void *b)
{
	return strcmp(((const struct stored_advisory *)a)->alias,
	              ((const struct stored_advisory *)b)->alias);
}

static void read_facts(const PGresult *result, struct arena *a, struct score_reference *out)
{
	out->n_facts = (size_t)PQntuples(result);
	out->facts = ARENA_ARRAY(a, struct stored_fact, out->n_facts + 1);
	for (int i = 0; i < (int)out->n_facts; i++)
		out->facts[i] = (struct stored_fact){
		        .connector = pg_get_text(result, i, "connector"),
		        .rule = pg_get_text(result, i, "rule"),
		        .title = pg_get_text(result, i, "title"),
		        .sev100 = (int)pg_get_int(result, i, "sev100"),
		};
	qsort(out->facts, out->n_facts, sizeof(*out->facts), by_fact);
}

static void read_advisories(const PGresult *result, struct arena *a,
                            struct score_reference *out)
{
	out->n_advisories = (size_t)PQntuples(result);
	out->advisories = ARENA_ARRAY(a, struct stored_advisory, out->n_advisories + 1);
	for (int i = 0; i < (int)out->n_advisories; i++)
		out->advisories[i] = (struct stored_advisory){
		        .alias = pg_get_text(result, i, "alias"),
		        .cve = pg_get_text(result, i, "cve"),
		};
	qsort(out->advisories, out->n_advisories, sizeof(*out->advisories), by_alias);
}

static void read_catalog(PGresult *const results[3], struct arena *a,
                         struct control_catalog *out)
{
	out->n_controls = (size_t)PQntuples(results[0]);
	out->controls = ARENA_ARRAY(a, struct control, out->n_controls + 1);
	for (int i = 0; i < (int)out->n_controls; i++)
		out->controls[i] = (struct control){
		        .id = pg_get_text(results[0], i, "control"),
		        .category = pg_get_text(results[0], i, "category"),
		        .title = pg_get_text(results[0], i, "title"),
		        .class = (int)pg_get_int(results[0], i, "class"),
		};
	out->n_aliases = (size_t)PQntuples(results[1]);
	out->aliases = ARENA_ARRAY(a, struct control_alias, out->n_aliases + 1);
	for (int i = 0; i < (int)out->n_aliases; i++)
		out->aliases[i] = (struct control_alias){
		        .connector = pg_get_text(results[1], i, "connector"),
		        .rule = pg_get_text(results[1], i, "rule"),
		        .control = pg_get_text(results[1], i, "control"),
		};
	out->n_patterns = (size_t)PQntuples(results[2]);
	out->patterns = ARENA_ARRAY(a, struct rule_pattern, out->n_patterns + 1);
	for (int i = 0; i < (int)out->n_patterns; i++)
		out->patterns[i] = (struct rule_pattern){
		        .connector = pg_get_text(results[2], i, "connector"),
		        .pattern = pg_get_text(results[2], i, "rule_pattern"),
		        .category = pg_get_text(results[2], i, "category"),
		        .position = (int)pg_get_int(results[2], i, "position"),
		};
	control_catalog_sort(out);
}

int score_reference_load(struct pg *pg, const struct org *org, struct arena *a,
                         struct score_reference *out, struct error *err)
{
	static const enum statement shared[3] = {
	        STMT_CATALOG_CONTROLS, STMT_CATALOG_ALIASES, STMT_CATALOG_PATTERNS};
	struct pg_params p = {.arena = a};
	int rc;

	*out = (struct score_reference){0};
	pg_bind_int(&p, org->id);
	rc = pg_run(pg, STMT_RULE_FACTS, &p, &out->results[0], err);
	if (rc == 0)
		rc = pg_run(pg, STMT_ADVISORY_ALIASES, &p, &out->results[1], err);
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = pg_run(pg, shared[i], NULL, &out->results[2 + i], err);
	if (rc < 0) {
		score_reference_clear(out);
		return rc;
	}
	read_facts(out->results[0], a, out);
	read_advisories(out->results[1], a, out);
	read_catalog(out->results + 2, a, &out->catalog);
	return 0;
}

int org_list_load(struct pg *pg, enum statement stmt, struct arena *a, struct org_list *out,
                  struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = pg_run(pg, stmt, NULL, &result, err);

	if (rc < 0)
		return rc;
	out->n = (size_t)PQntuples(result);
	out->orgs = ARENA_ARRAY(a, struct org, out->n + 1);
	for (int i = 0; i < (int)out->n; i++)
		out->orgs[i] = (struct org){
		        .id = pg_get_int(result, i, "org_id"),
		        .slug = arena_strdup(a, pg_get_text(result, i, "name"))};
	return 0;
}

int score_orgs(struct pg *pg, bool dirty_only, struct arena *a, struct org_list *out,
               struct error *err)
{
	return org_list_load(pg, dirty_only ? STMT_DIRTY_ORGS : STMT_ORGS, a, out, err);
}

void score_reference_clear(struct score_reference *ref)
{
	for (size_t i = 0; i < N_ELEMENTS(ref->results); i++)
		PQclear(ref->results[i]);
	*ref = (struct score_reference){0};
}

/* --- stored risks --- */

static int copy_fingerprints(struct pg *pg, const struct group_fingerprint *fingerprints,
                             size_t n, struct error *err)
{
	struct pg_copy *copy =
	        pg_copy_begin(pg, "copy page_fingerprint from stdin (format binary)", 2);

	for (size_t i = 0; i < n; i++) {
		pg_copy_row(copy);
		pg_copy_int4(copy, (int64_t)i);
		pg_copy_key(copy, &fingerprints[i].fingerprint);
	}
	return pg_copy_end(copy, err);
}

static int by_ordinal(const void *pa, const void *pb)
{
	const struct stored_risk *a = pa, *b = pb;

	if (a->ordinal != b->ordinal)
		return a->ordinal < b->ordinal ? -1 : 1;
	int d = key_cmp(&a->risk_id, &b->risk_id);

	if (!d)
		d = (int)a->claimed - (int)b->claimed;
	return d ? d : b->is_heir - a->is_heir;
}

/* What is found by name may have to be given up, and is there by links then; what is there by
 * links may be another group's, and is where this one came from then. */
static bool is_same_claim(const struct stored_risk *a, const struct stored_risk *b)
{
	return a->ordinal == b->ordinal && key_cmp(&a->risk_id, &b->risk_id) == 0 &&
	       (a->claimed == CLAIMED_BY_LINKS) == (b->claimed == CLAIMED_BY_LINKS);
}

/* The risks that a change of identity leads to a fingerprint, behind rows. */
static void add_heirs(const struct score_slice *slice, const struct group_fingerprint *f,
                      struct stored_risk **rows, size_t *n, size_t *room, struct arena *a)
{
	const struct stored_risk *h =
	        find_stored(slice->heirs, slice->n_heirs, &f->fingerprint);

	for (; h && h < slice->heirs + slice->n_heirs &&
	       key_cmp(&h->fingerprint, &f->fingerprint) == 0;
	     h++) {
		if (f->claimed != CLAIMED_BY_NAME && h->claimed == CLAIMED_AS_ORIGIN)
			continue;
		if (*n == *room) {
			struct stored_risk *more =
			        ARENA_ARRAY(a, struct stored_risk, 2 * *room + 16);

			memcpy(more, *rows, *n * sizeof(*more));
			*rows = more;
			*room = 2 * *room + 16;
		}
		(*rows)[*n] = *h;
		if (f->claimed == CLAIMED_BY_LINKS)
			(*rows)[*n].claimed = CLAIMED_BY_LINKS;
		(*rows)[(*n)++].ordinal = f->ordinal;
	}
}

/* What may stand with assets outside of the slice; rows have a place in outside. */
static int load_outside(struct pg *pg, const struct org *org,
                        const struct group_fingerprint *fingerprints, size_t n,
                        struct group_fingerprint *outside, struct arena *a, PGresult **out,
                        struct error *err)
{
	struct pg_params p = {.arena = a};
	size_t n_outside = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		if (fingerprints[i].is_outside)
			outside[n_outside++] = fingerprints[i];
	if (!n_outside)
		return 0;
	pg_bind_int(&p, org->id);
	if ((rc = copy_fingerprints(pg, outside, n_outside, err)) < 0 ||
	    (rc = pg_run_binary(pg, STMT_RISK_LOAD, &p, out, err)) < 0)
		return rc;
	return pg_command(pg, "truncate page_fingerprint", err);
}

int score_risks_load(struct pg *pg, const struct org *org, const struct score_slice *slice,
                     const struct group_fingerprint *fingerprints, size_t n,
                     struct arena *a, struct stored_risk **out, size_t *n_out,
                     struct error *err)
{
	struct group_fingerprint *outside = ARENA_ARRAY(a, struct group_fingerprint, n + 1);
	CLEANUP(pg_clearp) PGresult *more = NULL;
	const int rc = load_outside(pg, org, fingerprints, n, outside, a, &more, err);

	if (rc < 0)
		return rc;
	const size_t n_more = more ? (size_t)PQntuples(more) : 0;
	struct stored_risk *rows = ARENA_ROOM(a, struct stored_risk, n + n_more + 1);
	size_t n_rows = 0, room = n + n_more + 1;

	for (size_t i = 0; i < n; i++) {
		const struct group_fingerprint *f = &fingerprints[i];
		const struct stored_risk *found =
		        find_stored(slice->stored, slice->n_stored, &f->fingerprint);
		const struct stored_risk *end = slice->stored + slice->n_stored;

		/* Its own row stands behind that of an alias. */
		while (found && f->is_id && key_cmp(&found->risk_id, &f->fingerprint) != 0)
			found = found + 1 < end && key_cmp(&found[1].fingerprint,
			                                   &f->fingerprint) == 0
			                ? found + 1
			                : NULL;
		if (!found)
			continue;
		rows[n_rows] = *found;
		rows[n_rows].claimed = fingerprints[i].claimed;
		rows[n_rows++].ordinal = fingerprints[i].ordinal;
	}
	for (size_t i = 0; i < n_more; i++) {
		struct binary_row r = {more, (int)i, 0};

		stored_risk_read(&r, &rows[n_rows], a);
		const struct group_fingerprint *f = &outside[next_int4(&r)];

		rows[n_rows].claimed = f->claimed;
		rows[n_rows++].ordinal = f->ordinal;
	}
	for (size_t i = 0; i < n && slice->n_heirs; i++)
		if (fingerprints[i].claimed != CLAIMED_AS_ORIGIN && !fingerprints[i].is_id)
			add_heirs(slice, &fingerprints[i], &rows, &n_rows, &room, a);
	put_in_order(rows, n_rows, by_ordinal);
	*out = rows;
	*n_out = 0;
	for (size_t i = 0; i < n_rows; i++) /* two fingerprints may lead to one risk */
		if (!*n_out || !is_same_claim(&rows[*n_out - 1], &rows[i]))
			rows[(*n_out)++] = rows[i];
	return 0;
}

static int by_risk_id(const void *a, const void *b)
{
	return key_cmp(&(*(struct stored_risk *const *)a)->risk_id,
	               &(*(struct stored_risk *const *)b)->risk_id);
}

/* Rows come by place and segment number. */
static void attach_segments(struct stored_risk **risks, const PGresult *result,
                            struct arena *a)
{
	const int rows = PQntuples(result);
	struct stored_segment *all =
	        ARENA_ARRAY(a, struct stored_segment, (size_t)rows + 1);

	for (int i = 0; i < rows; i++) {
		struct binary_row r = {result, i, 0};
		struct stored_risk *risk = risks[next_int8(&r) - 1];

		all[i].from = next_timestamp(&r);
		all[i].mode = next_int2(&r);
		all[i].band = next_int2(&r);
		all[i].due_at = next_timestamp(&r);
		if (!risk->n_segments++)
			risk->segments = &all[i];
	}
}

static void stored_rest_read(struct stored_risk **risks, const PGresult *result)
{
	for (int i = 0; i < PQntuples(result); i++) {
		struct binary_row r = {result, i, 0};
		struct stored_risk *out = risks[next_int8(&r) - 1];

		out->rank = next_int8(&r);
		out->band_since = next_timestamp(&r);
		out->due_at = next_timestamp(&r);
		out->resolved_at = next_timestamp(&r);
		out->proof_run_id = next_int8(&r);
		out->score = next_int2(&r);
		out->band = (enum band)next_int2(&r);
		out->responsibility = next_int2(&r);
		out->elements = next_int8(&r);
		out->has_fix = !next_is_null(&r);
		out->fix_id = next_key(&r);
		out->owner_id = next_int8(&r);
		out->next_crossing_at = next_timestamp(&r);
		out->warn_at = next_timestamp(&r);
	}
}

int score_risks_complete(struct pg *pg, const struct org *org, struct stored_risk **risks,
                         size_t n, struct arena *a, struct error *err)
{
	struct pg_params p = {.arena = a};
	PGresult *results[2] = {0};
	struct strbuf ids = {0};
	int rc;

	if (!n)
		return 0;
	qsort(risks, n, sizeof(*risks), by_risk_id);
	pg_put_array_head(&ids, PG_OID_UUID, n);
	for (size_t i = 0; i < n; i++)
		pg_put_key(&ids, &risks[i]->risk_id);
	pg_bind_int(&p, org->id);
	pg_bind_binary(&p, ids.data, ids.size);
	rc = pg_send_binary(pg, STMT_RISK_ROWS, &p, err);
	if (rc == 0)
		rc = pg_send_binary(pg, STMT_SLA_CLOCK, &p, err);
	if (rc == 0)
		rc = pg_collect(pg, results, 2, err);
	strbuf_done(&ids);
	if (rc < 0)
		return rc;
	stored_rest_read(risks, results[0]);
	attach_segments(risks, results[1], a);
	PQclear(results[0]);
	PQclear(results[1]);
	return 0;
}
