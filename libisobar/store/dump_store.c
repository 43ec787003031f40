/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place that builds SQL at run time: which columns a table has, the database
 * knows best.  Names come from its catalogue and are quoted; the table that the caller
 * names is only ever a parameter or, once found, quoted.
 */
#include "store/dump_store.h"

#include <string.h>

#include "base/strbuf.h"
#include "store/read_private.h"

#define KEY_COLUMNS_MAX 32 /* PostgreSQL's own bound */

struct dump_column {
	const char *name;
	int key_place; /* 1...; 0: not in the key */
	bool is_text;
};

struct dump {
	PGconn *conn;
	struct arena *arena;
	const char *table;
	bool has_org, names_risk;
	struct dump_column *columns; /* those shown */
	size_t n_columns;
};

/* Keys to what is outside: not even their hashes belong into a file. */
static bool is_secret(const char *column)
{
	return strcmp(column, "secret") == 0 || strcmp(column, "secret_key") == 0 ||
	       strcmp(column, "token_hash") == 0;
}

int dump_table_names(struct pg *pg, struct arena *a, const char **out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct strbuf names = {0};
	const int rc = pg_run(pg, STMT_DUMP_TABLES, NULL, &result, err);

	if (rc < 0)
		return rc;
	for (int i = 0; i < PQntuples(result); i++)
		strbuf_printf(&names, "%s%s", i ? " " : "", pg_get_text(result, i, "name"));
	*out = arena_strdup(a, strbuf_text(&names));
	strbuf_done(&names);
	return 0;
}

static int find_table(struct pg *pg, const char *table, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = pg_run(pg, STMT_DUMP_TABLES, NULL, &result, err);

	if (rc < 0)
		return rc;
	for (int i = 0; i < PQntuples(result); i++)
		if (strcmp(pg_get_text(result, i, "name"), table) == 0)
			return 0;
	return error_set(err, ERR_NOT_FOUND, "there is no table \"%.60s\"", table);
}

static int read_columns(struct pg *pg, struct dump *d, struct error *err)
{
	struct pg_params p = {.arena = d->arena};
	CLEANUP(pg_clearp) PGresult *result = NULL;

	pg_bind_text(&p, d->table);
	const int rc = pg_run(pg, STMT_DUMP_COLUMNS, &p, &result, err);

	if (rc < 0)
		return rc;
	d->columns =
	        ARENA_ARRAY(d->arena, struct dump_column, (size_t)PQntuples(result) + 1);
	for (int i = 0; i < PQntuples(result); i++) {
		const char *name = pg_get_text(result, i, "name");

		if (strcmp(name, "org_id") == 0) {
			d->has_org = true;
			continue;
		}
		if (strcmp(name, "risk_id") == 0 && strcmp(d->table, "risk") != 0)
			d->names_risk = true;
		else if (pg_get_bool(result, i, "volatile") || is_secret(name))
			continue;
		d->columns[d->n_columns++] = (struct dump_column){
		        .name = arena_strdup(d->arena, name),
		        .key_place = (int)pg_get_int(result, i, "key_place"),
		        .is_text = pg_get_bool(result, i, "is_text"),
		};
	}
	return 0;
}

static int put_name(const struct dump *d, struct strbuf *sql, const char *name,
                    struct error *err)
{
	char *quoted = PQescapeIdentifier(d->conn, name, strlen(name));

	if (!quoted)
		return pg_conn_error(d->conn, "dump", err);
	strbuf_puts(sql, quoted);
	PQfreemem(quoted);
	return 0;
}

static bool stands_for_risk(const struct dump *d, const struct dump_column *c)
{
	return d->names_risk && strcmp(c->name, "risk_id") == 0;
}

static int put_columns(const struct dump *d, struct strbuf *sql, struct error *err)
{
	for (size_t i = 0; i < d->n_columns; i++) {
		int rc;

		strbuf_puts(sql, i ? ", " : "");
		if (stands_for_risk(d, &d->columns[i])) {
			strbuf_puts(sql, "risk.asset_id as risk_asset, risk.subject as "
			                 "risk_subject, risk.location as risk_location");
			continue;
		}
		strbuf_puts(sql, "listed.");
		if ((rc = put_name(d, sql, d->columns[i].name, err)) < 0)
			return rc;
	}
	return 0;
}

/* The same order under every collation of the database. */
static int put_order(const struct dump *d, struct strbuf *sql, const struct dump_column *c,
                     struct error *err)
{
	int rc;

	strbuf_puts(sql, sql->data[sql->size - 1] == ' ' ? "" : ", ");
	if (stands_for_risk(d, c)) {
		strbuf_puts(sql,
		            "risk_asset, risk_subject collate \"C\", risk_location collate "
		            "\"C\"");
		return 0;
	}
	if ((rc = put_name(d, sql, c->name, err)) < 0)
		return rc;
	if (c->is_text)
		strbuf_puts(sql, " collate \"C\"");
	return 0;
}

static int put_orders(const struct dump *d, struct strbuf *sql, struct error *err)
{
	int rc;

	strbuf_puts(sql, " order by ");
	for (int place = 1; place <= KEY_COLUMNS_MAX; place++)
		for (size_t i = 0; i < d->n_columns; i++)
			if (d->columns[i].key_place == place &&
			    (rc = put_order(d, sql, &d->columns[i], err)) < 0)
				return rc;
	for (size_t i = 0; i < d->n_columns; i++)
		if (!d->columns[i].key_place &&
		    (rc = put_order(d, sql, &d->columns[i], err)) < 0)
			return rc;
	return 0;
}

static int put_select(const struct dump *d, struct strbuf *sql, struct error *err)
{
	int rc;

	strbuf_puts(sql, "select row_to_json(shown)::text from (select ");
	if ((rc = put_columns(d, sql, err)) < 0)
		return rc;
	strbuf_puts(sql, " from isobar.");
	if ((rc = put_name(d, sql, d->table, err)) < 0)
		return rc;
	strbuf_puts(sql, " as listed");
	if (d->names_risk)
		strbuf_puts(
		        sql,
		        " left join isobar.risk as risk on risk.org_id = listed.org_id and "
		        "risk.risk_id = listed.risk_id");
	if (d->has_org)
		strbuf_puts(sql, " where listed.org_id = $1");
	strbuf_puts(sql, ") as shown");
	return put_orders(d, sql, err);
}

static int give_rows(struct pg *pg, dump_row_fn *row, void *ctx, struct error *err)
{
	for (;;) {
		CLEANUP(pg_clearp) PGresult *result = NULL;
		const int rc = pg_cursor_fetch(pg, &result, err);

		if (rc < 0 || PQntuples(result) == 0)
			return rc;
		for (int i = 0; i < PQntuples(result); i++)
			if (row(ctx, PQgetvalue(result, i, 0)) != 0)
				return 0;
	}
}

int dump_table(struct pg *pg, const struct org *org, const char *table, dump_row_fn *row,
               void *ctx, struct error *err)
{
	ARENA_SCOPED a = arena_new(8192);
	struct dump d = {.conn = pg_connection(pg), .arena = a, .table = table};
	struct pg_params p = {.arena = a};
	struct strbuf sql = {0};
	int rc;

	if ((rc = find_table(pg, table, err)) < 0 || (rc = read_columns(pg, &d, err)) < 0)
		return rc;
	if (d.n_columns == 0)
		return error_set(err, ERR_INVALID, "all of %s is volatile", table);
	if (d.has_org)
		pg_bind_int(&p, org->id);
	if ((rc = put_select(&d, &sql, err)) == 0)
		rc = pg_cursor_open(pg, strbuf_text(&sql), &p, err);
	strbuf_done(&sql);
	if (rc < 0)
		return rc;
	rc = give_rows(pg, row, ctx, err);
	pg_cursor_close(pg);
	return rc;
}
