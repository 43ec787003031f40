/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ORG_STORE_H
#define ISOBAR_ORG_STORE_H

#include "model/org.h"
#include "store/pg.h"

/* Tenants.  pg is open for PG_GROUP_TOKEN as isobar_operator. */

struct org_row {
	int64_t id;
	const char *name;
	timestamp created_at;
};

struct org_page {
	struct org_row *rows;
	size_t n;
};

/* ERR_CONFLICT: the name is taken. */
int org_create(struct pg *pg, const char *name, timestamp now, int64_t *id_out,
               struct error *err) MUST_CHECK;

/* The next orgs by number, behind after (0: from the first); n 0 is the end. */
int org_list_next(struct pg *pg, int64_t after, struct arena *a, struct org_page *out,
                  struct error *err) MUST_CHECK;

#endif
