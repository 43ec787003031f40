/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INTEL_STORE_H
#define ISOBAR_INTEL_STORE_H

#include "model/intelligence.h"
#include "store/pg.h"

/*
 * Feeds of intelligence into the reference tables.  pg is open for PG_GROUP_INTEL.  A
 * load writes the CVEs and advisories that come out differently, keeps their former
 * rows, and marks the assets whose risks that may move, of all orgs.
 */
struct intel_load_options {
	timestamp now;
	bool force; /* takes a feed that has no date, is older or much smaller */
	/* A collector pulls it, again and again: records of which none is news are no
	 * snapshot, and no fault either. */
	bool is_pull;
};

struct intel_load_result {
	bool is_same; /* as the snapshot in use: nothing was written */
	timestamp as_of;
	timestamp at;   /* from when the new rows hold: now, or right after the last load */
	int64_t n_rows; /* CVEs, or records of advisories, in it */
	int64_t n_new;  /* CVEs, or pairs of advisory and CVE */
	int64_t n_changed; /* those that have lost their value too */
	int64_t n_older;   /* records that were passed over for a newer one */
	int64_t n_marked;  /* assets */
};

/*
 * One transaction, one program at a time; sorts d.  ERR_CONFLICT: the feed has no date,
 * or is older or by more than a tenth smaller than the one in use, and is not forced.
 * ERR_INVALID: it is empty, or names a CVE twice.
 */
int intel_load(struct pg *pg, struct intel_data *d,
               const struct intel_load_options *options, struct intel_load_result *out,
               struct error *err) MUST_CHECK;

/* The same within the caller's transaction, which a failure leaves to be rolled back. */
int intel_load_within(struct pg *pg, struct intel_data *d,
                      const struct intel_load_options *options,
                      struct intel_load_result *out, struct error *err) MUST_CHECK;

struct intel_snapshot {
	int64_t version, n_rows;
	enum intel_feed feed;
	const char *as_of; /* 2026-08-16 */
	const char *model, *checksum;
	timestamp loaded_at;
	bool in_use;
};

/* The newest loads first, at most so many; feed -1: all.  Lives in a. */
int intel_snapshots(struct pg *pg, int feed, int most, struct arena *a,
                    struct intel_snapshot **out, size_t *n_out,
                    struct error *err) MUST_CHECK;

#endif
