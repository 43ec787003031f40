/* SPDX-License-Identifier: Apache-2.0 */
#include "store/identity_cases.h"

#include <string.h>

#include "base/json_view.h"
#include "base/strbuf.h"
#include "store/pg_binary.h"
#include "store/pg_encode.h"
#include "store/read_private.h"

#define TEXTS_MAX ((size_t)16 << 20)

/* The n items of a JSON array of texts; what is missing is "". */
static const char **texts_of(const char *json, size_t n, struct arena *a)
{
	const char **out = ARENA_ARRAY(a, const char *, n + 1);
	struct json_doc *doc = json_doc_new(TEXTS_MAX, 2);
	struct json_items items = {0};
	struct json_view root;
	struct error unused;

	for (size_t i = 0; i < n; i++)
		out[i] = "";
	if (json_doc_parse(doc, json, strlen(json), &root, &unused) == 0 &&
	    json_view_get_items(root, "", &items, &unused) == 0)
		for (size_t i = 0; i < n && json_items_next(&items); i++)
			out[i] = arena_strdup(a, json_view_text_or(items.value, "", ""));
	json_doc_free(doc);
	return out;
}

/* "[true,false]": which of n are true. */
static bool *truths_of(const char *json, size_t n, struct arena *a)
{
	bool *out = ARENA_ARRAY(a, bool, n + 1);

	for (size_t i = 0; i < n && *json; json++)
		if (*json == 't' || *json == 'f') {
			out[i++] = *json == 't';
			json += strcspn(json, ",]");
		}
	return out;
}

static struct key *keys_of(struct binary_row *r, struct arena *a, size_t *n_out)
{
	const char *wire = next_array(r, PG_OID_UUID, KEY_SIZE, n_out);
	struct key *out = ARENA_ARRAY(a, struct key, *n_out + 1);

	for (size_t i = 0; i < *n_out; i++)
		memcpy(out[i].bytes, wire + i * (4 + KEY_SIZE) + 4, KEY_SIZE);
	return out;
}

static void read_case(const PGresult *rows, int i, struct arena *a,
                      struct waiting_case *out)
{
	struct binary_row r = {rows, i, 0};
	struct identity_case_row *row = &out->row;
	const struct key *successors, *findings;
	const int32_t *risks, *places;
	const char **subjects, **locations;
	size_t n;

	*out = (struct waiting_case){.row.case_id = next_key(&r)};
	row->asset_id = next_key(&r);
	out->asset = arena_strdup(a, next_value(&r));
	out->is_decided = next_int2(&r) != 0;
	row->risks = keys_of(&r, a, &row->n_risks);
	successors = keys_of(&r, a, &row->n_successors);
	subjects = texts_of(next_value(&r), row->n_successors, a);
	locations = texts_of(next_value(&r), row->n_successors, a);
	row->successors =
	        arena_alloc_array(a, row->n_successors + 1, sizeof(*row->successors));
	for (size_t k = 0; k < row->n_successors; k++)
		row->successors[k] =
		        (struct case_successor){successors[k], subjects[k], locations[k]};
	findings = keys_of(&r, a, &row->n_findings);
	risks = next_int4_array(&r, a, &n);
	places = next_int4_array(&r, a, &n);
	const bool *open = truths_of(next_value(&r), row->n_findings, a);

	row->findings = arena_alloc_array(a, row->n_findings + 1, sizeof(*row->findings));
	for (size_t k = 0; k < row->n_findings; k++)
		row->findings[k] = (struct case_finding){findings[k], (size_t)risks[k],
		                                         (size_t)places[k], open[k]};
	out->titles = texts_of(next_value(&r), row->n_risks, a);
	out->subjects = texts_of(next_value(&r), row->n_risks, a);
	out->found_at = next_timestamp(&r);
	out->decided_at = next_timestamp(&r);
	out->actor = arena_strdup(a, next_value(&r));
	out->reason = arena_strdup(a, next_value(&r));
}

static int load(struct pg *pg, const struct org *org, bool with_decided,
                const struct key *first, const struct key *last, int most, struct arena *a,
                struct waiting_cases *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_bool(&p, with_decided);
	pg_bind_key(&p, first);
	pg_bind_key(&p, last);
	pg_bind_int(&p, most);
	if ((rc = pg_run_binary(pg, STMT_IDENTITY_CASES, &p, &rows, err)) < 0)
		return rc;
	out->n = (size_t)PQntuples(rows);
	out->cases = ARENA_ARRAY(a, struct waiting_case, out->n + 1);
	for (size_t i = 0; i < out->n; i++)
		read_case(rows, (int)i, a, &out->cases[i]);
	return 0;
}

int identity_cases_load(struct pg *pg, const struct org *org, bool with_decided, int most,
                        struct arena *a, struct waiting_cases *out, struct error *err)
{
	const struct key first = {{0}};
	struct key last;

	memset(last.bytes, 0xff, sizeof(last.bytes));
	return load(pg, org, with_decided, &first, &last, most, a, out, err);
}

int identity_case_find(struct pg *pg, const struct org *org, const char *id,
                       struct arena *a, struct waiting_case *out, struct error *err)
{
	struct waiting_cases found;
	struct key first, last;
	int rc;

	if ((rc = key_range(id, "case", &first, &last, err)) < 0 ||
	    (rc = load(pg, org, false, &first, &last, 2, a, &found, err)) < 0)
		return rc;
	if (!found.n)
		return error_set(err, ERR_NOT_FOUND, "no case %.40s waits for a decision",
		                 id);
	if (found.n > 1)
		return error_set(err, ERR_CONFLICT, "several cases begin with %.40s", id);
	*out = found.cases[0];
	return 0;
}

static void bind_keys(struct pg_params *p, const struct heir_row *heirs, size_t n,
                      bool risks)
{
	struct strbuf b = {0};
	void *bytes;

	pg_put_array_head(&b, PG_OID_UUID, n);
	for (size_t i = 0; i < n; i++)
		pg_put_key(&b, risks ? &heirs[i].risk_id : &heirs[i].fingerprint);
	bytes = arena_alloc(p->arena, b.size + 1);
	memcpy(bytes, b.data, b.size);
	pg_bind_binary(p, bytes, b.size);
	strbuf_done(&b);
}

int identity_case_end(struct pg *pg, const struct org *org, const struct key *case_id,
                      timestamp now, const char *actor, const char *reason,
                      const struct heir_row *heirs, size_t n, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	struct strbuf origins = {0};
	int rc;

	pg_put_array_head(&origins, PG_OID_BOOL, n);
	for (size_t i = 0; i < n; i++)
		pg_put_bool(&origins, heirs[i].is_origin);
	pg_bind_int(&p, org->id);
	pg_bind_key(&p, case_id);
	pg_bind_timestamp(&p, now);
	pg_bind_text(&p, actor);
	pg_bind_text(&p, reason);
	bind_keys(&p, heirs, n, false);
	bind_keys(&p, heirs, n, true);
	pg_bind_binary(&p, origins.data, origins.size);
	rc = pg_run(pg, STMT_IDENTITY_DECIDE, &p, &rows, err);
	strbuf_done(&origins);
	if (rc < 0)
		return rc;
	return pg_get_int(rows, 0, "n")
	               ? 0
	               : error_set(err, ERR_CONFLICT, "somebody has decided it already");
}
