/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_MIGRATE_H
#define ISOBAR_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "store/embedded.h"
#include "store/pg.h"

/* The files are forward only, in order, and named "<version>_<what>.sql". */
struct migrate_options {
	const struct embedded_file *files; /* NULL: migration_files */
	size_t n_files;
	bool dry_run; /* reports, changes nothing */
};

struct migration {
	int version;
	const char *name;
	bool applied; /* the database has it now */
	bool is_new;  /* it had not before */
};

/* Called once a file, in order, each after its own commit. */
typedef void migrate_report_fn(const struct migration *migration, void *ctx);

/*
 * Brings the database to the program's version: each missing migration in one
 * transaction, one program at a time.  ERR_CONFLICT, and nothing is changed: the
 * database is newer than the program, or an applied migration has another text.
 * pg is outside a transaction; report may be NULL.
 */
int migrate_run(struct pg *pg, const struct migrate_options *options,
                migrate_report_fn *report, void *ctx, struct error *err) MUST_CHECK;

/* Is the schema at the program's version?  ERR_CONFLICT with what to do if not.
 * Only reads; any of our roles may ask. */
int migrate_check(struct pg *pg, const struct migrate_options *options,
                  struct error *err) MUST_CHECK;

/* pg_open() of a database whose schema is at the program's version: one without it fails
 * here with advice, as whoever connected, and not with what a statement misses. */
int migrate_open(const struct pg_options *options, struct pg **out,
                 struct error *err) MUST_CHECK;

#endif
