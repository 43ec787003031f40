/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_POLICY_PREVIEW_H
#define ISOBAR_POLICY_PREVIEW_H

#include "model/policy_file.h"
#include "model/risk.h"
#include "model/sla.h"
#include "store/pg.h"

/* What policies would do to the risks that are open, or open again by a date. */
struct policy_preview {
	int64_t n;          /* looked at */
	int64_t n_earlier;  /* due earlier than now, or due at all */
	int64_t n_later;    /* later, or not at all */
	int64_t n_breached; /* overdue by them, and not as it is */
	int64_t n_relieved; /* the other way round */
	int64_t earlier[N_BANDS], later[N_BANDS];
};

/*
 * Writes nothing and locks nothing: risks are read in pages by their keys.  rows: of a
 * file; calendars are those of the org.  ERR_INVALID: there is no such calendar.  pg is
 * open for PG_GROUP_DECIDE.
 */
int policy_preview(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                   timestamp now, struct policy_preview *out, struct error *err) MUST_CHECK;

/* Policies of a file, ready to measure by.  The same pg and errors; lives in a. */
int policies_of_rows(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                     struct arena *a, struct sla_policies *out,
                     struct error *err) MUST_CHECK;

#endif
