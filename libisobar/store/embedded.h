/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EMBEDDED_H
#define ISOBAR_EMBEDDED_H

#include <stddef.h>

/* A file built into the programs, so that they need none beside them. */
struct embedded_file {
	const char *name; /* relative to its folder: "0001_reference.sql" */
	const char *text;
};

extern const struct embedded_file migration_files[]; /* migrations/, in order */
extern const size_t n_migration_files;
extern const struct embedded_file catalog_files[]; /* catalog/ */
extern const size_t n_catalog_files;

const char *catalog_file_text(const char *name);     /* NULL when there is no such file */
const char *catalog_model_text(const char *version); /* of a score model: "rs-1.0.0" */

#endif
