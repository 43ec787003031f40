/* SPDX-License-Identifier: Apache-2.0 */
/* Live sources: a row of isobar.source each, and its secrets beside it. */
#include "store/source_store.h"

#include <string.h>

#include "model/json_write.h"

int64_t source_id_of(const struct org *org, const char *name, const char *connector)
{
	const struct key key = key_of_texts("source/1", org->id,
	                                    (const char *const[]){name, connector}, 2);

	return key_number(&key);
}

/* --- reading --- */

static const char *text_of(const PGresult *result, int row, const char *field,
                           struct arena *a)
{
	return arena_strdup(a, pg_get_text(result, row, field));
}

/* "a,b" */
static size_t names_of(const char *text, struct arena *a, const char *const **out)
{
	size_t room = 1, n = 0;

	for (const char *p = text; *p; p++)
		room += *p == ',';
	const char **names = ARENA_ARRAY(a, const char *, room);

	while (*text) {
		const size_t size = strcspn(text, ",");

		names[n++] = arena_strndup(a, text, size);
		text += size + (text[size] == ',');
	}
	*out = names;
	return n;
}

static struct live_row row_read(const PGresult *result, int i, struct arena *a)
{
	struct live_row r = {
	        .source_id = pg_get_int(result, i, "source_id"),
	        .name = text_of(result, i, "name", a),
	        .connector = text_of(result, i, "connector", a),
	        .enabled = pg_get_bool(result, i, "enabled"),
	        .settings = text_of(result, i, "settings", a),
	        .interval_s = pg_get_int(result, i, "interval_s"),
	        .misses = (int)pg_get_int(result, i, "misses"),
	        .next_run_at = pg_get_timestamp(result, i, "next_run_at"),
	        .created_at = pg_get_timestamp(result, i, "created_at"),
	        .holder = text_of(result, i, "holder", a),
	        .run = source_run_read(result, i, a),
	        .n_scopes = pg_get_int(result, i, "n_scopes"),
	        .n_proved = pg_get_int(result, i, "n_proved"),
	        .n_blind = pg_get_int(result, i, "n_blind"),
	};

	r.n_secrets = names_of(pg_get_text(result, i, "secrets"), a, &r.secrets);
	return r;
}

int source_rows(struct pg *pg, const struct org *org, const char *name, timestamp now,
                struct arena *a, struct live_row **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_text(&p, name);
	pg_bind_timestamp(&p, now - BLIND_AFTER);
	if ((rc = pg_run(pg, STMT_LIVE_SOURCE_LIST, &p, &result, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct live_row, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i] = row_read(result, (int)i, a);
	return 0;
}

int source_row_find(struct pg *pg, const struct org *org, const char *name, timestamp now,
                    struct arena *a, struct live_row *out, struct error *err)
{
	struct live_row *rows;
	size_t n;
	const int rc = source_rows(pg, org, name, now, a, &rows, &n, err);

	if (rc < 0)
		return rc;
	if (n == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no source \"%.100s\"", name);
	*out = rows[0];
	return 0;
}

/* --- writing --- */

static const char *settings_json(const struct source_wish *wish, struct arena *a)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	for (size_t i = 0; i < wish->n_settings; i++)
		json_write_text(&b, wish->settings[i].key, wish->settings[i].value);
	json_write_close(&b, '}');
	const char *text = arena_strdup(a, strbuf_text(&b));

	strbuf_done(&b);
	return text;
}

static void bind_misses(struct pg_params *p, int misses)
{
	if (misses)
		pg_bind_int(p, misses);
	else
		pg_bind_text(p, NULL);
}

static int put_row(struct pg *pg, const struct org *org, const struct source_wish *wish,
                   timestamp now, struct arena *a, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, source_id_of(org, wish->name, wish->connector));
	pg_bind_text(&p, wish->name);
	pg_bind_text(&p, wish->connector);
	pg_bind_text(&p, settings_json(wish, a));
	pg_bind_int(&p, wish->interval_s);
	bind_misses(&p, wish->misses);
	pg_bind_timestamp(&p, wish->interval_s ? now : TIMESTAMP_NONE);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_LIVE_SOURCE_PUT, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) == 0)
		return error_set(err, ERR_CONFLICT,
		                 "there is a source \"%.100s\" already; change it with: "
		                 "isobar source set",
		                 wish->name);
	return 0;
}

static int change_row(struct pg *pg, const struct org *org, const struct live_row *row,
                      const struct source_wish *wish, timestamp now, struct arena *a,
                      struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, row->source_id);
	pg_bind_text(&p, row->settings);
	pg_bind_text(&p, settings_json(wish, a));
	pg_bind_int(&p, wish->interval_s);
	bind_misses(&p, wish->misses);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_LIVE_SOURCE_CHANGE, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) == 0)
		return error_set(err, ERR_CONFLICT,
		                 "the source \"%.100s\" was changed meanwhile: look at it "
		                 "and try again",
		                 row->name);
	return 0;
}

static int put_secrets(struct pg *pg, const struct org *org, int64_t source_id,
                       const struct source_wish *wish, timestamp now, struct error *err)
{
	int rc = 0;

	if (wish->n_forgotten)
		rc = source_secrets_forget(pg, org, source_id, wish->forgotten,
		                           wish->n_forgotten, err);
	if (rc == 0 && wish->n_secrets)
		rc = source_secrets_put(pg, org, source_id, wish->secrets, wish->n_secrets,
		                        wish->key, now, err);
	return rc;
}

static int end(struct pg *pg, int rc, struct error *err)
{
	if (rc == 0)
		rc = pg_commit(pg, err);
	if (rc < 0)
		pg_rollback(pg);
	return rc;
}

int source_add(struct pg *pg, const struct org *org, const struct source_wish *wish,
               timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	const int64_t source_id = source_id_of(org, wish->name, wish->connector);
	int rc;

	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = put_row(pg, org, wish, now, a, err)) == 0)
		rc = put_secrets(pg, org, source_id, wish, now, err);
	return end(pg, rc, err);
}

int source_change(struct pg *pg, const struct org *org, const struct live_row *row,
                  const struct source_wish *wish, timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	int rc;

	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = change_row(pg, org, row, wish, now, a, err)) == 0)
		rc = put_secrets(pg, org, row->source_id, wish, now, err);
	return end(pg, rc, err);
}

int source_enable(struct pg *pg, const struct org *org, int64_t source_id, bool enabled,
                  timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, source_id);
	pg_bind_bool(&p, enabled);
	pg_bind_timestamp(&p, now);
	return pg_run(pg, STMT_LIVE_SOURCE_ENABLE, &p, NULL, err);
}

int source_remove(struct pg *pg, const struct org *org, int64_t source_id,
                  int64_t *n_secrets_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, source_id);
	if ((rc = pg_run(pg, STMT_LIVE_SOURCE_REMOVE, &p, &result, err)) == 0)
		*n_secrets_out = pg_get_int(result, 0, "n_secrets");
	return rc;
}
