/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_POLICY_STORE_H
#define ISOBAR_POLICY_STORE_H

#include "base/strbuf.h"
#include "model/calendar.h"
#include "model/org.h"
#include "model/policy_file.h"
#include "store/pg.h"

/*
 * SLA policies and calendars of an org.  Everything read lives in the caller's arena.
 * What writes is one transaction, keeps former rows, and marks all assets of the org to be
 * scored again when anything changed; pg is open for PG_GROUP_POLICY as isobar_operator.
 */

/* What scoring holds risks against: enabled policies in order, calendars made. */
int sla_policies_load(struct pg *pg, const struct org *org, struct arena *a,
                      struct sla_policies *out, struct error *err) MUST_CHECK;

/* All of them, as they are stored. */
int policy_list(struct pg *pg, const struct org *org, struct arena *a,
                struct policy_rows *out, struct error *err) MUST_CHECK;

/* Members of an open JSON object, the same in every interface. */
void policy_row_put(struct strbuf *b, const struct policy_row *p);

struct policy_change {
	int64_t n_changed; /* policies or calendars that came, went or changed */
	int64_t n_assets;  /* marked */
};

/*
 * The policies of the org become these.  ERR_INVALID: one names an owner, a framework or
 * a calendar that there is not; *line_out is its line, else 0.
 */
int policies_replace(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                     const char *reason, const char *actor, timestamp now, int *line_out,
                     struct policy_change *out, struct error *err) MUST_CHECK;

/* Only the check: ERR_INVALID as of policies_replace(). */
int policies_check(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                   int *line_out, struct error *err) MUST_CHECK;

/* ERR_NOT_FOUND. */
int policy_remove(struct pg *pg, const struct org *org, const char *name, timestamp now,
                  struct policy_change *out, struct error *err) MUST_CHECK;

struct calendar_row {
	struct calendar_spec spec;
	int64_t id;
	const char *actor;
	timestamp valid_from;
	int64_t n_policies; /* that count by it */
};

int calendar_list(struct pg *pg, const struct org *org, struct arena *a,
                  struct calendar_row **out, size_t *n_out, struct error *err) MUST_CHECK;

/* ERR_INVALID: as of work_calendar_new(). */
int calendar_put(struct pg *pg, const struct org *org, const struct calendar_spec *spec,
                 const char *actor, timestamp now, struct policy_change *out,
                 struct error *err) MUST_CHECK;

/* ERR_NOT_FOUND; ERR_CONFLICT: a policy counts by it. */
int calendar_remove(struct pg *pg, const struct org *org, const char *name, timestamp now,
                    struct error *err) MUST_CHECK;

/*
 * The same for the event loop of the api: from the results of SLA_POLICIES and, when
 * there are any, of CALENDARS to what clocks are held against.
 */
void policy_rows_read(const PGresult *result, struct arena *a, struct policy_rows *out);
int calendar_rows_read(const PGresult *result, struct arena *a, struct calendar_row **out,
                       size_t *n_out, struct error *err) MUST_CHECK;
int sla_policies_make(const struct policy_rows *rows, const struct calendar_row *calendars,
                      size_t n, struct arena *a, struct sla_policies *out,
                      struct error *err) MUST_CHECK;

#endif
