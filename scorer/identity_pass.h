/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IDENTITY_PASS_H
#define ISOBAR_IDENTITY_PASS_H

#include "store/identity_store.h"

#include "batch.h"
#include "identity.h"

/*
 * What a change of the catalogue or of the keys means for the risks of an org: the stored
 * risks with their findings, held against the groups that the findings make now.
 */
struct identity_found {
	int64_t n_cases[N_IDENTITY_KINDS];
	int64_t n_risks[N_IDENTITY_KINDS]; /* of before, that are not resolved */
	int64_t n_moved; /* different ones: the others keep their identity by their names */
	struct identity_told *told; /* the first of them */
	size_t n_told, most;        /* most: wanted */
	struct arena *a;            /* of what is told */
};

/* One case with all that is known of it.  Texts live in identity_found.a. */
struct identity_told {
	enum identity_kind kind;
	struct key asset_id, case_id; /* case_id: of an ambiguous one */
	struct identity_side {
		struct key id;
		const char *subject, *location;
		size_t n_findings;
		bool goes_on; /* of after */
	} * before, *after;
	size_t n_before, n_after;
};

struct identity_pass {
	const struct scorer *s;
	const struct org *org;
	timestamp now;
	struct key change_id;
	struct identity_found *found;
};

/*
 * One shard, in the caller's transaction: finds the cases, and writes heirs, links of what
 * waits for a decision and marks.  Nothing is scored.
 */
int identity_pass_shard(struct identity_pass *p, int shard,
                        const struct identity_mark *mark, struct error *err) MUST_CHECK;

/* The same in a transaction of its own, of a shard that is due; recorded. */
int identity_catch_up(const struct scorer *s, const struct org *org, int shard,
                      timestamp now, struct error *err) MUST_CHECK;

/* Made by time and chance. */
int identity_change_id(timestamp now, struct key *out, struct error *err) MUST_CHECK;

#endif
