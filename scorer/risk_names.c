/* SPDX-License-Identifier: Apache-2.0 */
#include "risk_names.h"

#include <string.h>

#include "claims.h"

/* Keys begin with the first half of their asset's. */
static bool is_of_asset(const struct key *fingerprint, const struct key *asset_id)
{
	return memcmp(fingerprint->bytes, asset_id->bytes, KEY_SIZE / 2) == 0;
}

static struct group_fingerprint fingerprint_for(const struct decision_input *in, size_t i,
                                                const struct key *fingerprint,
                                                enum risk_claimed claimed)
{
	return (struct group_fingerprint){
	        .ordinal = i,
	        .fingerprint = *fingerprint,
	        .claimed = claimed,
	        .is_outside = !is_of_asset(fingerprint, &in->groups[i].asset_id)};
}

/* Names under which findings of a group stood before links took them; out NULL: how many. */
static size_t swallowed_names(const struct score_slice *slice,
                              const struct decision_input *in, size_t i,
                              struct group_fingerprint *out)
{
	const struct risk_group *g = &in->groups[i];
	size_t n = 0;

	for (size_t k = 0; k < g->n_swallowed; k++) {
		struct key name = g->swallowed[k];

		do {
			if (out)
				out[n] = fingerprint_for(in, i, &name, CLAIMED_BY_LINKS);
			n++;
		} while (claims_next_name(in->org, slice, &name));
	}
	return n;
}

struct group_fingerprint *risk_names_of(const struct decision_input *in,
                                        const struct score_slice *slice, struct arena *a,
                                        size_t *n_out)
{
	const struct risk_group *groups = in->groups;
	const size_t n = in->n_groups;
	size_t total = n + in->n_paths;

	for (size_t i = 0; i < n; i++)
		total += groups[i].n_former + swallowed_names(slice, in, i, NULL) +
		         groups[i].has_origin;
	struct group_fingerprint *out = ARENA_ARRAY(a, struct group_fingerprint, total + 1);

	*n_out = 0;
	for (size_t i = 0; i < n; i++) {
		const struct risk_group *g = &groups[i];

		out[(*n_out)++] = fingerprint_for(in, i, &g->fingerprint, CLAIMED_BY_NAME);
		for (size_t k = 0; k < g->n_former; k++) {
			out[*n_out] =
			        fingerprint_for(in, i, &g->former[k], CLAIMED_BY_NAME);
			out[(*n_out)++].is_id = g->is_made;
		}
		*n_out += swallowed_names(slice, in, i, out + *n_out);
		if (g->has_origin)
			out[(*n_out)++] =
			        fingerprint_for(in, i, &g->origin, CLAIMED_AS_ORIGIN);
	}
	for (size_t i = 0; i < in->n_paths; i++)
		out[(*n_out)++] = (struct group_fingerprint){
		        .ordinal = n + i,
		        .fingerprint = path_fingerprint(in->org, &in->paths[i], a)};
	return out;
}
