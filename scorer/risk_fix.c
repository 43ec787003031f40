/* SPDX-License-Identifier: Apache-2.0 */
#include "risk_fix.h"

#include <string.h>

/* Members are worst first, open ones before all others. */
static const struct key *upgrade_of(const struct risk_group *g)
{
	const bool any_open = g->members[0].e->state == FINDING_OPEN;

	for (size_t i = 0; i < g->n_members; i++) {
		const struct evidence *e = g->members[i].e;

		if (any_open && e->state != FINDING_OPEN)
			break;
		if (e->has_upgrade)
			return &e->upgrade_id;
	}
	return NULL;
}

bool fix_of_group(const struct org *org, const struct risk_group *g,
                  const struct asset_view *asset, const struct responsibility *duty,
                  struct fix *out)
{
	const struct fix_input in = {
	        .subject = g->subject,
	        .class = g->control ? (enum finding_class)g->control->class
	                            : risk_group_lead(g)->class,
	        .upgrade_id = upgrade_of(g),
	        .asset_id = &g->asset_id,
	        .provider = asset->facts->provider,
	        .account = asset->facts->account,
	        .type = asset->facts->type,
	        .is_identity = duty->kind && strcmp(duty->kind->kind, "identity") == 0,
	};

	return duty->verdict != VERDICT_PROVIDER && fix_of(org, &in, out);
}
