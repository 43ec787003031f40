/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INTEL_TABLE_STORE_H
#define ISOBAR_INTEL_TABLE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "model/intelligence.h"
#include "store/pg.h"

/*
 * Brings t, zeroed before the first call, to what is stored: reads one number, and empties
 * t when a feed was loaded since.  Inside a transaction that has taken its marks: a load
 * that commits later leaves marks of its own.  pg is open for PG_GROUP_SCORER.  On failure
 * t is empty.
 */
int intel_table_refresh(struct pg *pg, struct intel_table *t, struct error *err) MUST_CHECK;
/*
 * Reads what feeds say of n CVEs (packed, none 0, none twice); of those that no feed speaks
 * of, that.  After intel_table_refresh(), in its transaction, where that found a feed
 * (version is not 0).  On failure t is empty.
 */
int intel_table_read(struct pg *pg, struct intel_table *t, const uint64_t *cves, size_t n,
                     struct error *err) MUST_CHECK;
void intel_table_clear(struct intel_table *t);

#endif
