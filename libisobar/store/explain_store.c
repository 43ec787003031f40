/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One risk: found by its id or the beginning of it, read with its explanation.
 */
#include "store/explain_store.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "model/risk_times.h"
#include "store/read_private.h"
#include "store/read_results.h"

#define PREFIX_MIN 6 /* hex digits */
#define HEX_DIGITS (2 * KEY_SIZE)

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

int key_range(const char *id, const char *what, struct key *first, struct key *last,
              struct error *err)
{
	size_t n = 0;

	memset(first->bytes, 0, KEY_SIZE);
	memset(last->bytes, 0xff, KEY_SIZE);
	for (const char *p = id; *p; p++) {
		const int value = hex_value(*p);
		const unsigned int shift = n % 2 ? 0 : 4;

		if (*p == '-')
			continue;
		if (value < 0 || n == HEX_DIGITS)
			return error_set(err, ERR_INVALID,
			                 "\"%.40s\" is not the id of a %s", id, what);
		first->bytes[n / 2] |= (uint8_t)(value << shift);
		last->bytes[n / 2] &= (uint8_t)(value << shift | (shift ? 0x0f : 0xf0));
		n++;
	}
	if (n < PREFIX_MIN)
		return error_set(err, ERR_INVALID,
		                 "an id, or at least its first %d hex digits, is needed",
		                 PREFIX_MIN);
	return 0;
}

static int ambiguous(const PGresult *result, const char *id, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	const char *names = "";

	for (int i = 0; i < PQntuples(result) && i < 3; i++)
		names = arena_printf(a, "%s%s%s", names, i ? ", " : "",
		                     pg_get_text(result, i, "risk_id"));
	return error_set(err, ERR_CONFLICT, "several risks begin with %.40s: %s%s", id,
	                 names, PQntuples(result) > 3 ? ", ..." : "");
}

int risk_find(struct pg *pg, const struct org *org, const char *id, struct key *out,
              struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct key first, last;
	int rc;

	if ((rc = key_range(id, "risk", &first, &last, err)) < 0)
		return rc;
	pg_bind_int(&p, org->id);
	pg_bind_key(&p, &first);
	pg_bind_key(&p, &last);
	if ((rc = pg_run(pg, STMT_RISK_FIND, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no risk %.40s", id);
	if (PQntuples(result) > 1)
		return ambiguous(result, id, err);
	*out = pg_get_key(result, 0, "risk_id");
	return 0;
}

static const struct key *members_read(const char *text, struct arena *a, size_t *n_out)
{
	const size_t room = strlen(text) / (KEY_TEXT_MAX - 1) + 1;
	struct key *out = ARENA_ARRAY(a, struct key, room);
	size_t n = 0;

	/* "{uuid,uuid}": every element is as long as the other. */
	for (const char *p = text; *p == '{' || *p == ','; p += KEY_TEXT_MAX) {
		char one[KEY_TEXT_MAX];

		if (strlen(p + 1) < KEY_TEXT_MAX - 1 || n == room)
			break;
		memcpy(one, p + 1, KEY_TEXT_MAX - 1);
		one[KEY_TEXT_MAX - 1] = '\0';
		if (key_parse(one, &out[n]) < 0)
			break;
		n++;
	}
	*n_out = n;
	return out;
}

static int explanation_read(const PGresult *result, struct arena *a,
                            struct explanation *out, struct error *err)
{
	size_t n_basis, n_witness;

	if (pg_is_null(result, 0, "model"))
		return 0;
	out->model = arena_strdup(a, pg_get_text(result, 0, "model"));
	if (!pg_is_null(result, 0, "model_text"))
		out->model_text = arena_strdup(a, pg_get_text(result, 0, "model_text"));
	out->control = arena_strdup(a, pg_get_text(result, 0, "control"));
	out->category = arena_strdup(a, pg_get_text(result, 0, "category"));
	out->inputs = pg_int_array(pg_get_text(result, 0, "inputs"), a, &out->n_inputs);
	out->points = pg_int_array(pg_get_text(result, 0, "points"), a, &out->n_points);
	out->basis = pg_int_array(pg_get_text(result, 0, "basis"), a, &n_basis);
	out->witness = pg_int_array(pg_get_text(result, 0, "witness"), a, &n_witness);
	out->epss_day = arena_strdup(a, pg_get_text(result, 0, "epss_day"));
	out->members = members_read(pg_get_text(result, 0, "members"), a, &out->n_members);
	if (!pg_is_null(result, 0, "context"))
		out->context = arena_strdup(a, pg_get_text(result, 0, "context"));
	if (!pg_is_null(result, 0, "path_members"))
		out->path_members = arena_strdup(a, pg_get_text(result, 0, "path_members"));
	if (!pg_is_null(result, 0, "paths"))
		out->paths = arena_strdup(a, pg_get_text(result, 0, "paths"));
	if (n_basis != out->n_inputs || n_witness != out->n_inputs)
		return error_set(err, ERR_INTERNAL, "the stored explanation is not whole");
	return 0;
}

static void stand_at(const PGresult *result, struct queue_risk *r, timestamp now)
{
	struct risk_row_times row = {
	        .band = r->band,
	        .state = r->state,
	        .responsibility = r->responsibility,
	        .score = r->score,
	        .rank = r->rank,
	        .due_at = r->due_at,
	        .next_crossing_at = pg_get_timestamp(result, 0, "next_crossing_at"),
	        .reopens_at = pg_get_timestamp(result, 0, "reopens_at"),
	        .soon_at = pg_get_timestamp(result, 0, "soon_at")};

	risk_row_at(&row, now);
	r->state = row.state;
	r->rank = row.rank;
}

int explained_risk_read(const PGresult *result, timestamp now, struct arena *a,
                        struct explained_risk *out, struct error *err)
{
	*out = (struct explained_risk){.why = {.control = "", .category = ""}};
	if (PQntuples(result) == 0)
		return error_set(err, ERR_NOT_FOUND, "the risk is gone");
	queue_risk_read(result, 0, a, &out->risk);
	out->version = pg_get_int(result, 0, "version");
	out->risk.rank = pg_get_int(result, 0, "rank");
	stand_at(result, &out->risk, now);
	if (!pg_is_null(result, 0, "holder"))
		out->holder = arena_strdup(a, pg_get_text(result, 0, "holder"));
	out->holder_until = pg_get_timestamp(result, 0, "holder_until");
	out->has_fix = !pg_is_null(result, 0, "fix_id");
	out->fix_id = pg_get_key(result, 0, "fix_id");
	return explanation_read(result, a, &out->why, err);
}

void risk_explain_bind(const struct org *org, const struct key *risk_id,
                       const struct read_scope *scope, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, risk_id);
	read_scope_bind(scope, p);
}

int risk_explain(struct pg *pg, const struct org *org, const struct key *risk_id,
                 timestamp now, struct arena *a, struct explained_risk *out,
                 struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	risk_explain_bind(org, risk_id, &(struct read_scope){0}, &p);
	if ((rc = pg_run(pg, STMT_RISK_EXPLAIN, &p, &result, err)) < 0 ||
	    (rc = explained_risk_read(result, now, a, out, err)) < 0)
		return rc;
	return queue_clocks_load(pg, org, &out->risk, 1, a, err);
}
