/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_LINK_STORE_H
#define ISOBAR_RISK_LINK_STORE_H

#include "model/org.h"
#include "model/risk_link.h"
#include "store/pg.h"

/* All that people said of findings of an org, for scoring.  Lives in a.  pg is open for
 * PG_GROUP_SCORER. */
int risk_links_load(struct pg *pg, const struct org *org, struct arena *a,
                    struct risk_links *out, struct error *err) MUST_CHECK;

#endif
