/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_LIST_H
#define ISOBAR_LIST_H

#include "store/read_scope.h"

#include "list_query.h"
#include "org_states.h"
#include "queue_index.h"
#include "request.h"

/* What the handlers of lists and facets share: parameters, what a caller may see, ETags. */

/*
 * Reads the query of the request; what is wrong is answered, and false given.  The
 * parameters: of enum list_parameters.
 */
bool list_read(struct request *req, unsigned int parameters, unsigned int responsibilities,
               struct list_query *out);

/* May the principal see all of its org? */
bool list_is_scoped(const struct request *req);

/* What the grants of the principal let it read; accounts NULL: everything. */
struct read_scope list_read_scope(struct request *req);

/*
 * The filter for the index: of the query, and of what the principal may see.  assets:
 * room for two, in the arena of the request.
 */
void list_filter(struct request *req, const struct list_query *q,
                 const char *canonical_asset, struct index_filter *out);

/* Of everything that the answer follows from; without quotes, in the arena. */
const char *list_etag(struct request *req, const struct org_state *state,
                      const struct list_query *q);

/*
 * A filter may name an asset by another name than its canonical one.  When the index,
 * which is loaded, knows no such asset, the database is asked what it is called.
 */
bool list_asset_is_unknown(struct request *req, const struct list_query *q);
void list_find_asset(struct request *req, const char *asset, request_result_fn *then);
const char *list_asset_found(struct request *req, const PGresult *result); /* or NULL */

#endif
