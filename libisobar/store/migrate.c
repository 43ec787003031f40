/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered, forward-only migrations.  What the database has is compared with what
 * the program has before anything is changed: the table must be a prefix of the
 * files, text for text.  Then each missing file is applied with its row in one
 * transaction, under a lock that lets one program migrate at a time.
 */
#include "store/migrate.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Any number that no other advisory lock of ours uses. */
#define MIGRATE_LOCK INT64_C(0x69736f626172) /* "isobar" */

#define SHA256_SIZE    32
#define CHECKSUM_MAX   (2 * SHA256_SIZE + 1)
#define CHECKSUM_SHOWN 12 /* hex digits of it in a message */

struct file {
	int version;
	const struct embedded_file *source;
	char checksum[CHECKSUM_MAX];
};

struct plan {
	struct file *files; /* ascending by version */
	size_t n_files;
	size_t n_applied; /* the first of them */
};

static void checksum_of(const char *text, char out[CHECKSUM_MAX])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	int ok = EVP_Digest(text, strlen(text), digest, &size, EVP_sha256(), NULL);

	assert(ok == 1 && size == SHA256_SIZE);
	(void)ok;
	for (unsigned int i = 0; i < SHA256_SIZE; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	out[CHECKSUM_MAX - 1] = '\0';
}

static void plan_init(struct plan *plan, const struct migrate_options *options)
{
	const struct embedded_file *files = options->files;
	size_t n = options->n_files;
	int last = 0;

	if (files == NULL) {
		files = migration_files;
		n = n_migration_files;
	}
	plan->files = xcalloc(n, sizeof(plan->files[0]));
	plan->n_files = n;
	plan->n_applied = 0;
	for (size_t i = 0; i < n; i++) {
		plan->files[i].source = &files[i];
		plan->files[i].version = (int)strtol(files[i].name, NULL, 10);
		assert(plan->files[i].version > last); /* built in: a bug of ours */
		last = plan->files[i].version;
		checksum_of(files[i].text, plan->files[i].checksum);
	}
}

static void plan_done(struct plan *plan)
{
	free(plan->files);
}

static int version_of_program(const struct plan *plan)
{
	return plan->n_files > 0 ? plan->files[plan->n_files - 1].version : 0;
}

/* Holds one row of the table against the file of the same place. */
static int compare(const struct plan *plan, size_t i, const PGresult *rows,
                   struct error *err)
{
	int64_t version = pg_get_int(rows, (int)i, "version");
	const char *name = pg_get_text(rows, (int)i, "name");
	const char *checksum = pg_get_text(rows, (int)i, "checksum");
	const struct file *file = i < plan->n_files ? &plan->files[i] : NULL;

	if (version > version_of_program(plan))
		return error_set(err, ERR_CONFLICT,
		                 "the database has migration %s; this program knows them "
		                 "up to %d: use the newer program",
		                 name, version_of_program(plan));
	if (file == NULL || file->version != version)
		return error_set(err, ERR_CONFLICT,
		                 "the database has migration %s where this program has %s",
		                 name, file != NULL ? file->source->name : "none");
	if (strcmp(file->checksum, checksum) != 0)
		return error_set(err, ERR_CONFLICT,
		                 "migration %s was applied with another text (%.*s, here "
		                 "%.*s): an applied migration may not change",
		                 name, CHECKSUM_SHOWN, checksum, CHECKSUM_SHOWN,
		                 file->checksum);
	return 0;
}

static int is_migrated(struct pg *pg, bool *out, struct error *err)
{
	PGresult *rows = NULL;
	int rc = pg_run(pg, STMT_MIGRATION_FIND, NULL, &rows, err);

	if (rc == 0)
		*out = pg_get_bool(rows, 0, "found");
	PQclear(rows);
	return rc;
}

/* Finds how many of the files the database has. */
static int plan_read(struct plan *plan, struct pg *pg, struct error *err)
{
	PGresult *rows = NULL;
	bool found = false;
	int rc = is_migrated(pg, &found, err);

	if (rc != 0 || !found)
		return rc;
	rc = pg_run(pg, STMT_MIGRATION_LIST, NULL, &rows, err);
	if (rc != 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < (size_t)PQntuples(rows); i++)
		rc = compare(plan, i, rows, err);
	if (rc == 0)
		plan->n_applied = (size_t)PQntuples(rows);
	PQclear(rows);
	return rc;
}

static int apply_in_transaction(struct pg *pg, const struct file *file, struct error *err)
{
	ARENA_SCOPED arena = arena_new(512);
	struct pg_params params = {.arena = arena};
	int rc = pg_command(pg, file->source->text, err);

	if (rc != 0)
		return rc;
	pg_bind_int(&params, file->version);
	pg_bind_text(&params, file->source->name);
	pg_bind_text(&params, file->checksum);
	rc = pg_run(pg, STMT_MIGRATION_INSERT, &params, NULL, err);
	return rc != 0 ? rc : pg_commit(pg, err);
}

static int apply(struct pg *pg, const struct file *file, struct error *err)
{
	int rc = pg_begin(pg, err);

	if (rc != 0)
		return rc;
	rc = apply_in_transaction(pg, file, err);
	if (rc != 0) {
		pg_rollback(pg);
		return error_wrap(err, "migration %s", file->source->name);
	}
	return 0;
}

static int run_locked(struct pg *pg, const struct migrate_options *options,
                      migrate_report_fn *report, void *ctx, struct error *err)
{
	struct plan plan;
	int rc;

	plan_init(&plan, options);
	rc = plan_read(&plan, pg, err);
	if (rc == 0 && !options->dry_run && plan.n_applied < plan.n_files)
		rc = pg_command(pg, statement_table[STMT_MIGRATION_SETUP].sql, err);
	for (size_t i = 0; rc == 0 && i < plan.n_files; i++) {
		struct migration migration = {
		        .version = plan.files[i].version,
		        .name = plan.files[i].source->name,
		        .applied = i < plan.n_applied,
		};

		if (!migration.applied && !options->dry_run) {
			rc = apply(pg, &plan.files[i], err);
			migration.applied = migration.is_new = rc == 0;
		}
		if (rc == 0 && report != NULL)
			report(&migration, ctx);
	}
	plan_done(&plan);
	return rc;
}

static int lock(struct pg *pg, enum statement stmt, struct error *err)
{
	ARENA_SCOPED arena = arena_new(128);
	struct pg_params params = {.arena = arena};

	pg_bind_int(&params, MIGRATE_LOCK);
	return pg_run(pg, stmt, &params, NULL, err);
}

int migrate_run(struct pg *pg, const struct migrate_options *options,
                migrate_report_fn *report, void *ctx, struct error *err)
{
	struct error unlock_err;
	int rc = lock(pg, STMT_MIGRATION_LOCK, err);

	if (rc != 0)
		return rc;
	rc = run_locked(pg, options, report, ctx, err);
	/* What failed first is what matters; a lost session has no lock either. */
	if (lock(pg, STMT_MIGRATION_UNLOCK, &unlock_err) != 0 && rc == 0) {
		*err = unlock_err;
		rc = unlock_err.code;
	}
	return rc;
}

int migrate_check(struct pg *pg, const struct migrate_options *options, struct error *err)
{
	struct plan plan;
	int rc;

	plan_init(&plan, options);
	rc = plan_read(&plan, pg, err);
	if (rc == 0 && plan.n_applied < plan.n_files)
		rc = error_set(err, ERR_CONFLICT,
		               "the database lacks migration %s: run `isobar migrate`",
		               plan.files[plan.n_applied].source->name);
	plan_done(&plan);
	return rc;
}

static int check_built_in(struct pg *pg, struct error *err)
{
	return migrate_check(pg, &(struct migrate_options){0}, err);
}

int migrate_open(const struct pg_options *options, struct pg **out, struct error *err)
{
	return pg_open_after(options, check_built_in, out, err);
}
