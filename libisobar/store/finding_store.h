/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FINDING_STORE_H
#define ISOBAR_FINDING_STORE_H

#include "store/queue_store.h"

/*
 * Findings as people read them: the row, and what only its raw record says (native
 * id, the source's own words for status and severity).  pg is open for PG_GROUP_READ.
 */
struct finding_row {
	struct key id;
	bool has_risk;
	struct key risk_id;
	const char *source, *connector, *rule, *cve, *location, *title;
	const char *asset;       /* canonical id */
	const char *asset_named; /* as the record names it */
	enum finding_state state;
	int sev100; /* or SEV100_UNKNOWN */
	timestamp first_seen;
	int reasons; /* bits: why it is a member; 0 in listings */
	timestamp
	        confirmed_at; /* the last run that saw it, or a complete scope that had it */
	/* What a person said of it, of members; link_actor NULL: nothing. */
	int link_kind; /* enum risk_link_kind */
	const char *link_actor, *link_reason;
	timestamp link_at;
	bool is_blind; /* its scope is not seen now, or in part */
	int64_t segment;
	unsigned int slot;

	/* NULL when the raw record is not kept any more, or cannot be read. */
	const char *native_id, *status_raw, *severity_raw;
};

/*
 * Live, and nobody can say whether it still is: its scope is not seen, or nothing has
 * confirmed it for 14 days (design.md 2.4).  Shown, never closed.
 */
bool finding_is_stale(const struct finding_row *row, timestamp now);

struct finding_rows {
	struct finding_row *rows;
	size_t n;
	size_t n_damaged; /* whose raw record is there but broken */
};

/* The findings of a risk, worst first; at most those that its explanation names. */
int finding_members(struct pg *pg, const struct org *org, const struct key *risk_id,
                    struct arena *a, struct finding_rows *out,
                    struct error *err) MUST_CHECK;

/* All findings, in batches: memory does not grow with their number. */
struct finding_listing;

/* state FILTER_ANY: all; limit 0: all. */
int finding_listing_open(struct pg *pg, const struct org *org, int state, int64_t limit,
                         struct finding_listing **out, struct error *err) MUST_CHECK;
/* out->n 0: the end.  The rows are void after the next call. */
int finding_listing_next(struct finding_listing *l, struct finding_rows *out,
                         struct error *err) MUST_CHECK;
void finding_listing_free(struct finding_listing *l); /* NULL is fine */

#endif
