/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the embedded catalogue.  When a file differs from what was loaded last, all
 * files are staged (catalog_stage.c), held against each other by the database, and
 * the tables of those that differ are brought to the staged state: one statement a
 * table, one transaction in all.
 */
#include "store/catalog.h"

#include <string.h>

#include "base/mem.h"
#include "store/catalog_stage.h"
#include "store/pg_copy.h"
#include "store/pg_listen.h"

/* Any number that no other advisory lock of ours uses. */
#define CATALOG_LOCK INT64_C(0x69736f636174) /* "isocat" */

const char *catalog_file_text(const char *name)
{
	for (size_t i = 0; i < n_catalog_files; i++)
		if (strcmp(catalog_files[i].name, name) == 0)
			return catalog_files[i].text;
	return NULL;
}

const char *catalog_model_text(const char *version)
{
	ARENA_SCOPED a = arena_new(256);

	return catalog_file_text(arena_printf(a, "models/%s.json", version));
}

struct load {
	struct pg *pg;
	const struct embedded_file *files;
	size_t n_files;
	bool *changed; /* one a file */
	timestamp at;  /* from when the new rows hold */
	enum catalog_reach reach;
	bool moves_risks; /* aliases changed: findings are in other risks */
	struct arena *arena;
	struct catalog_result result;
};

/* The row of a file in what catalog_list returned; -1. */
static int find_row(const PGresult *rows, const char *name)
{
	for (int i = 0; i < PQntuples(rows); i++)
		if (strcmp(pg_get_text(rows, i, "name"), name) == 0)
			return i;
	return -1;
}

static bool is_loaded(const PGresult *rows, const struct embedded_file *file)
{
	const int row = find_row(rows, file->name);
	char checksum[CATALOG_CHECKSUM_MAX];

	catalog_checksum(file->text, checksum);
	return row >= 0 && strcmp(pg_get_text(rows, row, "checksum"), checksum) == 0;
}

/* Finds what changed.  A clock that went back must not make an empty or a negative
 * stretch of time: the new rows follow the old ones. */
static int compare(struct load *l, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	const int rc = pg_run(l->pg, STMT_CATALOG_LIST, NULL, &rows, err);

	if (rc != 0)
		return rc;
	for (int i = 0; i < PQntuples(rows); i++) {
		const timestamp last = pg_get_timestamp(rows, i, "valid_from");

		if (l->at <= last)
			l->at = last + 1;
	}
	for (size_t i = 0; i < l->n_files; i++) {
		l->changed[i] = !is_loaded(rows, &l->files[i]);
		l->result.n_files += l->changed[i];
	}
	return 0;
}

static int stage_checksums(struct load *l, struct error *err)
{
	struct pg_copy *copy = pg_copy_begin(
	        l->pg, "copy stage_catalog_file from stdin (format binary)", 3);
	char checksum[CATALOG_CHECKSUM_MAX];

	for (size_t i = 0; i < l->n_files; i++) {
		catalog_checksum(l->files[i].text, checksum);
		pg_copy_row(copy);
		pg_copy_int4(copy, 1);
		pg_copy_text(copy, l->files[i].name);
		pg_copy_text(copy, checksum);
	}
	return pg_copy_end(copy, err);
}

/* What the lines owe each other. */
static int check_staged(struct load *l, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	const int rc = pg_run(l->pg, STMT_CATALOG_FAULTS, NULL, &rows, err);

	if (rc != 0 || PQntuples(rows) == 0)
		return rc;
	return error_set(err, ERR_INVALID, "catalogue: %s:%s: %.120s",
	                 pg_get_text(rows, 0, "file"), pg_get_text(rows, 0, "line"),
	                 pg_get_text(rows, 0, "what"));
}

static int stage(struct load *l, struct error *err)
{
	int rc = pg_command(l->pg, statement_table[STMT_CATALOG_STAGING].sql, err);

	for (size_t i = 0; rc == 0 && i < n_catalog_tables; i++)
		rc = catalog_stage(l->pg, &catalog_tables[i], l->files, l->n_files, err);
	if (rc == 0)
		rc = stage_checksums(l, err);
	return rc == 0 ? check_staged(l, err) : rc;
}

/* Runs a statement that is told the instant and returns one number. */
static int run_at(struct load *l, enum statement stmt, const char *field, int64_t *out,
                  struct error *err)
{
	struct pg_params params = {.arena = l->arena};
	CLEANUP(pg_clearp) PGresult *rows = NULL;

	pg_bind_timestamp(&params, l->at);
	const int rc = pg_run(l->pg, stmt, &params, &rows, err);

	if (rc == 0)
		*out = pg_get_int(rows, 0, field);
	return rc;
}

static bool is_changed(const struct load *l, const struct catalog_table *table)
{
	for (size_t i = 0; i < l->n_files; i++)
		if (l->changed[i] && catalog_table_has(table, l->files[i].name))
			return true;
	return false;
}

static int apply(struct load *l, struct error *err)
{
	int64_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n_catalog_tables; i++) {
		const struct catalog_table *table = &catalog_tables[i];

		if (!table->copy || !is_changed(l, table))
			continue;
		rc = run_at(l, table->apply, "n_changed", &n, err);
		if (rc != 0 || n == 0)
			continue;
		l->result.n_rows += n;
		l->moves_risks |= table->apply == STMT_CATALOG_APPLY_CONTROL_ALIAS;
		if (table->reach > l->reach)
			l->reach = table->reach;
	}
	return rc == 0 ? run_at(l, STMT_CATALOG_APPLY_CATALOG_FILE, "n_changed", &n, err)
	               : rc;
}

static int mark(struct load *l, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	struct pg_params at = {.arena = l->arena};
	int rc = 0;

	pg_bind_timestamp(&at, l->at);
	if (l->moves_risks &&
	    (rc = pg_run(l->pg, STMT_CATALOG_MARK_IDENTITY, &at, NULL, err)) != 0)
		return rc;
	switch (l->reach) {
	case REACH_NOTHING:
		return 0;
	case REACH_RULES:
		rc = run_at(l, STMT_CATALOG_MARK_RULES, "n", &l->result.n_marked, err);
		break;
	case REACH_ALL:
		rc = pg_run(l->pg, STMT_CATALOG_MARK_ALL, NULL, &rows, err);
		if (rc == 0)
			l->result.n_marked = pg_get_int(rows, 0, "n");
		break;
	}
	return rc == 0 ? pg_command(l->pg, "notify " PG_CHANNEL_DIRTY, err) : rc;
}

static int load_in_transaction(struct load *l, struct error *err)
{
	struct pg_params params = {.arena = l->arena};
	int rc;

	pg_bind_int(&params, CATALOG_LOCK);
	if ((rc = pg_run(l->pg, STMT_CATALOG_LOCK, &params, NULL, err)) != 0 ||
	    (rc = compare(l, err)) != 0 || l->result.n_files == 0)
		return rc;
	if ((rc = stage(l, err)) != 0 || (rc = apply(l, err)) != 0)
		return rc;
	return mark(l, err);
}

int catalog_load_within(struct pg *pg, const struct embedded_file *files, size_t n,
                        timestamp now, struct catalog_result *out, struct error *err)
{
	ARENA_SCOPED arena = arena_new(1024);
	struct load l = {
	        .pg = pg,
	        .files = files,
	        .n_files = n,
	        .changed = ARENA_ARRAY(arena, bool, n),
	        .at = now,
	        .arena = arena,
	};
	const int rc = load_in_transaction(&l, err);

	if (rc == 0 && out)
		*out = l.result;
	return rc;
}

int catalog_load_files(struct pg *pg, const struct embedded_file *files, size_t n,
                       timestamp now, struct catalog_result *out, struct error *err)
{
	struct catalog_result result = {0};
	int rc = pg_begin(pg, err);

	if (rc != 0)
		return rc;
	if ((rc = catalog_load_within(pg, files, n, now, &result, err)) != 0 ||
	    (rc = pg_commit(pg, err)) != 0) {
		pg_rollback(pg);
		return rc;
	}
	if (out)
		*out = result;
	return 0;
}

int catalog_load(struct pg *pg, timestamp now, struct catalog_result *out,
                 struct error *err)
{
	return catalog_load_files(pg, catalog_files, n_catalog_files, now, out, err);
}

int catalog_check(struct pg *pg, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	const int rc = pg_run(pg, STMT_CATALOG_LIST, NULL, &rows, err);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n_catalog_files; i++)
		if (!is_loaded(rows, &catalog_files[i]))
			return error_set(
			        err, ERR_CONFLICT,
			        "%s of the catalogue is not loaded in this version: "
			        "run `isobar migrate`",
			        catalog_files[i].name);
	return 0;
}
