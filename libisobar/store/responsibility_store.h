/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RESPONSIBILITY_STORE_H
#define ISOBAR_RESPONSIBILITY_STORE_H

#include "base/strbuf.h"
#include "model/finding.h"
#include "model/org.h"
#include "model/responsibility.h"
#include "store/pg.h"

/*
 * Duties as they are shown: the matrix, the answers for one type or asset, the row that
 * decided for a risk, and what the catalogue does not know yet.
 */

/* The catalogue that the program was built with, as the scorer decides by it. */
int responsibility_catalog(struct arena *a, struct responsibility_tables *out,
                           struct error *err) MUST_CHECK;

/* What decides the duties of an asset. */
struct asset_duty {
	const char *id, *type, *account;
	enum provider provider;
};

/* In halves, for callers on an event loop: parameters and rows of STMT_ASSET_DUTY.
 * false: there is no such asset.  Everything lives in a. */
void asset_duty_bind(const struct org *org, const char *asset, struct pg_params *p);
bool asset_duty_read(const PGresult *result, struct arena *a, struct asset_duty *out);

/* ERR_NOT_FOUND: no asset has the name. */
int asset_duty_find(struct pg *pg, const struct org *org, const char *asset,
                    struct arena *a, struct asset_duty *out, struct error *err) MUST_CHECK;

/* A type of assets without a row of resource_types.csv. */
struct unknown_type {
	enum provider provider;
	const char *type; /* "": no tool told */
	int64_t n_risks;  /* open */
	timestamp first_seen;
};

int unknown_types(struct pg *pg, const struct org *org, struct arena *a,
                  struct unknown_type **out, size_t *n_out, struct error *err) MUST_CHECK;

/* Members of an open JSON object, the same in every interface. */
void responsibility_domain_put(struct strbuf *b, const struct control_domain *domain);
void responsibility_answer_put(struct strbuf *b, const struct responsibility *r);
void unknown_type_put(struct strbuf *b, const struct unknown_type *u);
/* Of a type: its row, or that it has none. */
void resource_kind_put(struct strbuf *b, const struct responsibility_tables *t,
                       const char *type);
/* The member responsibility_row: an object, or null where no category was kept. */
void responsibility_row_put(struct strbuf *b, const struct responsibility_tables *t,
                            const char *type, const char *category);

#endif
