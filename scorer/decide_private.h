/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DECIDE_PRIVATE_H
#define ISOBAR_DECIDE_PRIVATE_H

#include "model/risk_times.h"
#include "model/transition.h"

#include "decide.h"
#include "risk_fix.h"

/* What decide.c (risks of findings) and decide_path.c (risks of paths) share. */

static inline uint64_t hash_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 32);
}

/* A risk before its clock is settled. */
struct draft {
	struct risk_row row; /* all but what decide_end() sets */
	struct facts facts;
	struct fate fate; /* but for the clock */
	enum verdict verdict;
	struct fix fix; /* of row.fix_id, when row.has_fix */
	struct key fingerprint;
	const struct risk_group *group; /* NULL: of a path */
	struct stored_risk *stored;     /* all that it turns out to be */
	size_t n_stored;
	const struct stored_risk *old; /* of them the one that goes on; NULL: it is new */
	struct stored_risk *origin; /* that a new one was split off from; NULL: from none */
	struct risk_view view;      /* what the org's rules see of it */
	struct risk_clock_rules clock;
	const char *then_reason; /* of a second change of state; NULL: none */
	timestamp at;            /* when all of it happens: decision_time() */
};

struct decision {
	const struct decision_input *in;
	struct arena *a;
	struct draft **drafts; /* of what may have to be written */
	size_t n_drafts;
	struct score_writes *out; /* of decide_end() */
	size_t first_alias;       /* of the draft in hand, there */
};

/* --- risks that turn out to be one, or two: decide_merge.c --- */

/*
 * Takes out of the n risks behind a group those that are not its own any more: the one that
 * it was split off from (*origin_out; NULL: none), and what went by links into another of
 * them before, or into any other while one of these lives or did not.  is_over: none of the
 * group's findings is there.  Returns how many remain, in front.
 */
size_t decision_claims(struct stored_risk *stored, size_t n, struct risk_group *g,
                       bool is_over, struct stored_risk **origin_out);
/* Of several stored risks that turn out to be one, of those that live the earliest opened
 * goes on. */
const struct stored_risk *decision_survivor(const struct stored_risk *stored, size_t n);
/* Of several by links all are over, and one is what this would be: it stays at that. */
bool decision_is_over_already(const struct draft *draft, const struct risk_row *row);
/*
 * Now, or when the last segment of the draft's risks has begun if that is later: somebody
 * decided since the batch began, or by another clock.  No segment begins before it.
 */
timestamp decision_time(const struct decision *d, const struct draft *draft);
/* A stored risk as lifecycle.h sees it. */
struct former_risk decision_former(const struct stored_risk *s, struct arena *a);
/*
 * Adds to the former ledger what the clock takes over: that of a merged risk that is due
 * earlier, that of the one that it was split off from, or the time in which it was part of
 * another one.
 */
void decision_take_over(const struct decision *d, const struct draft *draft,
                        struct risk_row *row, struct former_risk *former);
/* The names that lead to the draft's risk from now on, or not any more. */
void decision_aliases(struct decision *d, const struct draft *draft);
/* In place of what the draft has said of the name before. */
void decision_put_alias(struct decision *d, const struct key *fingerprint,
                        const struct key *risk_id, int reason);
int decision_alias_reason(const struct stored_risk *gone, const struct stored_risk *kept);

/* --- what the org and its people have decided: decide_rules.c --- */

/*
 * Findings of the group that a rule suppresses are muted from now on (copies of them).
 * Were there any?  row: subject, class, band, duty.
 */
bool decision_mute(struct decision *d, struct risk_group *g,
                   const struct asset_facts *asset, const struct risk_row *row);
/* Owner, view and clock of a draft whose row has its score. */
void decision_govern(struct decision *d, struct draft *draft,
                     const struct asset_facts *asset);
/* Do rules say anything of it?  What people decide, they write themselves. */
bool decision_is_ruled(const struct draft *draft);
/* Over what the rules make of a draft. */
uint64_t decision_rules_hash(const struct draft *draft);
/* Acceptances and false positives, after what the facts call for. */
void decision_follow(struct decision *d, struct draft *draft);

/* Keeps a copy of the draft unless it comes out as it is stored. */
void decision_add(struct decision *d, const struct draft *draft);

void decision_score(struct risk_row *row, const struct score *score,
                    const struct score_inputs *inputs);

/* Ascending, each once; in place. */
void decision_sources(struct risk_row *row, int64_t *ids, size_t n);

/* Findings, paths and assets are read by one snapshot: it is there. */
const struct asset_facts *decision_asset(const struct decision_input *in,
                                         const struct key *asset_id);

/* The risks of the slice's paths; stored: those behind their fingerprints. */
void decide_paths(struct decision *d, struct stored_risk *stored, size_t n_stored);

#endif
