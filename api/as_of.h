/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_API_AS_OF_H
#define ISOBAR_API_AS_OF_H

#include "list_query.h"
#include "request.h"

/* The queue and a risk as they stood at a time that has passed; each answers the request. */

/* q lives in the arena of the request and has as_of. */
void as_of_queue(struct request *req, const struct list_query *q);

/* A risk with a query: as_of is its only parameter. */
void as_of_risk_get(struct request *req);

#endif
