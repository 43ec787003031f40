/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_READ_SCOPE_H
#define ISOBAR_READ_SCOPE_H

#include <stddef.h>

#include "store/pg.h"

/* Whose risks may be seen; accounts NULL: all. */
struct read_scope {
	const char *const *accounts, *const *owners;
	size_t n_accounts, n_owners;
};

/* Two parameters, text[]: accounts and owners; null for all. */
void read_scope_bind(const struct read_scope *scope, struct pg_params *p);

#endif
