/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored risks that turn out to be one, by their findings or because people say so, and
 * those that people have parted: which one goes on, with whose clock, under which names.
 * Pure.
 */
#include <string.h>

#include "decide_private.h"

/* Of another one, and only here by links. */
static bool is_passing_through(const struct stored_risk *s)
{
	return s->has_merged_into && s->state == RISK_RESOLVED &&
	       s->claimed == CLAIMED_BY_LINKS;
}

static bool is_claimed(const struct stored_risk *stored, size_t n,
                       const struct key *risk_id)
{
	for (size_t i = 0; i < n; i++)
		if (stored[i].claimed != CLAIMED_AS_ORIGIN &&
		    !is_passing_through(&stored[i]) &&
		    key_cmp(&stored[i].risk_id, risk_id) == 0)
			return true;
	return false;
}

/* It went into another one of these by links, or is only here by links: there it stays. */
static bool is_merged_away(const struct stored_risk *s, const struct stored_risk *stored,
                           size_t n)
{
	return is_passing_through(s) || (s->has_merged_into && s->state == RISK_RESOLVED &&
	                                 is_claimed(stored, n, &s->merged_into));
}

/*
 * It went into another risk by links, and the group has one that did not: that is its own.
 * What is only here by links is so while it lives, or when nothing comes back anyway.
 */
static bool is_left_there(const struct stored_risk *s, const struct stored_risk *stored,
                          size_t n, bool is_over)
{
	if (!s->has_merged_into || s->state != RISK_RESOLVED)
		return false;
	for (size_t i = 0; i < n; i++)
		if (stored[i].claimed != CLAIMED_AS_ORIGIN &&
		    (stored[i].state != RISK_RESOLVED ||
		     (!stored[i].has_merged_into &&
		      (is_over || stored[i].claimed == CLAIMED_BY_NAME))))
			return true;
	return false;
}

size_t decision_claims(struct stored_risk *stored, size_t n, struct risk_group *g,
                       bool is_over, struct stored_risk **origin_out)
{
	size_t kept = 0;

	*origin_out = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct stored_risk swap = stored[i];

		if (swap.claimed == CLAIMED_AS_ORIGIN || is_merged_away(&swap, stored, n))
			continue;
		const bool was_led = g->alias_ends && /* not by links */
		                     key_cmp(&swap.risk_id, &g->fingerprint) == 0;

		if (!was_led && is_left_there(&swap, stored, n, is_over)) {
			g->is_again |= key_cmp(&swap.risk_id, &g->fingerprint) == 0;
			continue;
		}
		stored[i] = stored[kept];
		stored[kept++] = swap;
	}
	for (size_t i = kept; i < n; i++)
		if (stored[i].claimed == CLAIMED_AS_ORIGIN)
			*origin_out = &stored[i];
	return kept;
}

/* One that is over does not come back for what another one that lives has. */
static bool goes_on_before(const struct stored_risk *a, const struct stored_risk *b)
{
	const bool a_lives = a->state != RISK_RESOLVED, b_lives = b->state != RISK_RESOLVED;

	if (a_lives != b_lives)
		return a_lives;
	if (!a_lives && a->claimed != b->claimed) /* nor for what links have put here */
		return a->claimed < b->claimed;
	return a->opened_at != b->opened_at ? a->opened_at < b->opened_at
	                                    : key_cmp(&a->risk_id, &b->risk_id) < 0;
}

const struct stored_risk *decision_survivor(const struct stored_risk *stored, size_t n)
{
	const struct stored_risk *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (!best || goes_on_before(&stored[i], best))
			best = &stored[i];
	return best;
}

/* --- clocks --- */

/* When the last segment began that is no plan for the end of an acceptance. */
static timestamp begun_at(const struct stored_risk *s)
{
	size_t n = s->n_segments;

	while (n > 1 && s->reopens_at != TIMESTAMP_NONE &&
	       s->segments[n - 1].from >= s->reopens_at)
		n--;
	return n ? s->segments[n - 1].from : TIMESTAMP_NONE;
}

timestamp decision_time(const struct decision *d, const struct draft *draft)
{
	timestamp out = draft->origin ? begun_at(draft->origin) : TIMESTAMP_NONE;

	for (size_t i = 0; i < draft->n_stored; i++) {
		const timestamp begun = begun_at(&draft->stored[i]);

		if (begun > out)
			out = begun;
	}
	return out > d->in->now ? out : d->in->now;
}

/* Behind the former ledger. */
static void take_over(const struct decision *d, const struct risk_clock_segment *taken,
                      size_t n_taken, struct risk_row *row, struct former_risk *former)
{
	const size_t n = former->n_segments;
	struct risk_clock_segment *all =
	        ARENA_ARRAY(d->a, struct risk_clock_segment, n + n_taken);

	if (n)
		memcpy(all, former->segments, n * sizeof(*all));
	memcpy(all + n, taken, n_taken * sizeof(*all));
	former->segments = all;
	former->n_segments = n + n_taken;
	row->taken = all + n;
	row->n_taken = n_taken;
}

static void take_over_of(const struct decision *d, const struct stored_risk *other,
                         struct risk_row *row, struct former_risk *former)
{
	const struct former_risk from = decision_former(other, d->a);
	struct risk_clock_segment *taken = ARENA_ARRAY(
	        d->a, struct risk_clock_segment, former->n_segments + from.n_segments);
	size_t n;

	if (from.n_segments == 0)
		return;
	n = risk_clock_join(former->segments, former->n_segments, from.segments,
	                    from.n_segments, taken);
	/* What was approved for a risk is not said of the one that is split off from it. */
	for (size_t i = 0; i < n && former->n_segments == 0; i++)
		taken[i].due_at = TIMESTAMP_NONE;
	take_over(d, taken, n, row, former);
}

/* Of the merged risks the one that is due first, if that is before the one that goes on. */
static const struct stored_risk *due_earlier(const struct draft *draft)
{
	const struct stored_risk *best = NULL;
	timestamp due_at = draft->old->due_at;

	for (size_t i = 0; i < draft->n_stored; i++) {
		const struct stored_risk *s = &draft->stored[i];

		if (s == draft->old || !risk_state_is_open(s->state) ||
		    s->due_at == TIMESTAMP_NONE ||
		    (due_at != TIMESTAMP_NONE && s->due_at >= due_at))
			continue;
		best = s;
		due_at = s->due_at;
	}
	return best;
}

/* In which band it ran last, before it was merged; false: it never did. */
static bool last_run(const struct stored_risk *s, enum band *out)
{
	for (size_t i = s->n_segments; i-- > 0;)
		if (s->segments[i].mode == SLA_MODE_RUNNING) {
			*out = (enum band)s->segments[i].band;
			return true;
		}
	return false;
}

/* A person parts what is open; whatever lives may come apart with the catalogue. */
static bool runs_on(const struct stored_risk *origin)
{
	return origin->is_heir ? origin->state != RISK_RESOLVED
	                       : risk_state_is_open(origin->state);
}

void decision_take_over(const struct decision *d, const struct draft *draft,
                        struct risk_row *row, struct former_risk *former)
{
	const struct stored_risk *old = draft->old, *origin = draft->origin, *other;
	enum band band;

	row->n_taken = 0;
	if (!old) {
		if (origin && runs_on(origin))
			take_over_of(d, origin, row, former);
		return;
	}
	if (old->has_merged_into && old->state == RISK_RESOLVED &&
	    draft->fate.state != RISK_RESOLVED && old->resolved_at != TIMESTAMP_NONE &&
	    last_run(old, &band))
		take_over(d,
		          &(struct risk_clock_segment){.from = old->resolved_at,
		                                       .mode = SLA_MODE_RUNNING,
		                                       .band = band,
		                                       .due_at = TIMESTAMP_NONE},
		          1, row, former);
	else if ((other = due_earlier(draft)))
		take_over_of(d, other, row, former);
}

/* --- names --- */

int decision_alias_reason(const struct stored_risk *gone, const struct stored_risk *kept)
{
	return gone->claimed == CLAIMED_BY_LINKS || kept->claimed == CLAIMED_BY_LINKS
	               ? ALIAS_BY_HAND
	               : ALIAS_MERGED;
}

void decision_put_alias(struct decision *d, const struct key *fingerprint,
                        const struct key *risk_id, int reason)
{
	size_t i = d->first_alias;

	while (i < d->out->n_aliases &&
	       key_cmp(&d->out->aliases[i].fingerprint, fingerprint) != 0)
		i++;
	d->out->n_aliases += i == d->out->n_aliases;
	d->out->aliases[i] = (struct risk_alias_row){*fingerprint, *risk_id, reason};
}

bool decision_is_over_already(const struct draft *draft, const struct risk_row *row)
{
	bool is_there = false, by_links = false;

	if (draft->n_stored < 2 || row->state != RISK_RESOLVED)
		return false;
	for (size_t i = 0; i < draft->n_stored; i++) {
		if (draft->stored[i].state != RISK_RESOLVED)
			return false;
		is_there |= draft->stored[i].state_hash == row->state_hash;
		by_links |= draft->stored[i].claimed == CLAIMED_BY_LINKS;
	}
	return is_there && by_links;
}

static size_t count_by_name(const struct draft *draft)
{
	size_t n = 0;

	for (size_t i = 0; i < draft->n_stored; i++)
		n += draft->stored[i].claimed == CLAIMED_BY_NAME;
	return n;
}

/* A risk that is one of its own again goes on under its own name, or under another one. */
static void end_alias(struct decision *d, const struct draft *draft, const struct key *name)
{
	const struct key *goes_on = draft->old ? &draft->old->risk_id : &draft->fingerprint;
	const bool is_own = key_cmp(&draft->group->fingerprint, name) == 0 &&
	                    key_cmp(goes_on, name) == 0;

	decision_put_alias(d, name, name, is_own ? ALIAS_CATALOG : ALIAS_BY_HAND);
}

void decision_aliases(struct decision *d, const struct draft *draft)
{
	const struct stored_risk *old = draft->old;
	const struct risk_group *g = draft->group;

	if (g->alias_ends)
		end_alias(d, draft, &g->fingerprint);
	if (!old && g->is_made) /* its id may have led to a risk that it was part of */
		end_alias(d, draft, &g->fingerprint);
	if (!old)
		return;
	if (old->has_merged_into) /* people, or the catalogue, have parted them again */
		end_alias(d, draft, &old->risk_id);
	if (g->is_again) /* its own name is another group's */
		return;
	if (key_cmp(&g->fingerprint, &old->risk_id) == 0)
		return;
	if (old->claimed == CLAIMED_BY_NAME)
		decision_put_alias(d, &g->fingerprint, &old->risk_id,
		                   count_by_name(draft) > 1     ? ALIAS_MERGED
		                   : g->control || old->is_heir ? ALIAS_CATALOG
		                                                : ALIAS_ASSET);
	else if (g->has_origin) /* somebody was told this id */
		decision_put_alias(d, &g->fingerprint, &old->risk_id, ALIAS_BY_HAND);
}
