/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CONTEXT_CSV_H
#define ISOBAR_CONTEXT_CSV_H

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "store/context_claims.h"

/*
 * What an operator says of assets, as a table: docs/context.md has both forms.
 * ERR_INVALID is one line with the file's name and the line of the fault.
 */
struct context_table {
	struct operator_claim *claims;
	size_t n;
};

int context_csv_read(const char *file, const struct strbuf *text, struct arena *a,
                     struct context_table *out, struct error *err) MUST_CHECK;

#endif
