/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ORG_RULES_H
#define ISOBAR_ORG_RULES_H

#include "model/acceptance.h"
#include "model/evidence.h"
#include "model/owner_rule.h"
#include "model/sla.h"
#include "model/suppression.h"
#include "store/pg.h"

/* What an org has decided that scoring and clocks keep to. */
struct org_rules {
	struct sla_policies policies;
	struct owner_rules owners;
	struct acceptance_rules acceptances;
	struct suppression_rules suppressions;
	/* Frameworks of controls, where something selects by them: by control. */
	struct control_frameworks {
		const char *control;
		const char *const *names;
		size_t n;
	} * frameworks;
	size_t n_frameworks;
};

/* Lives in a. */
int org_rules_load(struct pg *pg, const struct org *org, timestamp now, struct arena *a,
                   struct org_rules *out, struct error *err) MUST_CHECK;

/* As if the org had these policies. */
int org_rules_replace_policies(struct pg *pg, const struct sla_policies *policies,
                               struct arena *a, struct org_rules *rules,
                               struct error *err) MUST_CHECK;

/* Do they look at names, tags or environments of assets? */
bool org_rules_ask_assets(const struct org_rules *rules);
/* At tags of what holds assets? */
bool org_rules_look_at_tags(const struct org_rules *rules);

/* The tags of what holds these assets, where an owner rule looks at tags. */
int org_rules_load_containers(struct pg *pg, const struct org *org,
                              const struct asset_facts *assets, size_t n, struct arena *a,
                              struct org_rules *rules, struct error *err) MUST_CHECK;

/* What rules see of an asset; nothing of a risk. */
struct risk_view org_rules_asset_view(const struct asset_facts *asset);

/* The frameworks that a control belongs to. */
void org_rules_frameworks(const struct org_rules *rules, const char *control,
                          struct risk_view *view);

#endif
