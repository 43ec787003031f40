/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_OWNER_CSV_H
#define ISOBAR_OWNER_CSV_H

#include "base/strbuf.h"
#include "store/owner_store.h"

/* Owners and their rules as tables: docs/owners.md.  ERR_INVALID is one line. */
struct owner_table {
	struct owner_row *rows;
	size_t n;
};

int owner_csv_read(const char *file, const struct strbuf *text, struct arena *a,
                   struct owner_table *out, struct error *err) MUST_CHECK;

struct owner_rule_table {
	struct owner_rule_row *rows;
	size_t n;
};

int owner_rule_csv_read(const char *file, const struct strbuf *text, struct arena *a,
                        struct owner_rule_table *out, struct error *err) MUST_CHECK;

#endif
