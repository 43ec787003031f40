/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of an org, read once a transaction.  Most orgs have few, many none: then
 * nothing more is asked of the assets than without them.
 */
#include "org_rules.h"

#include <stdlib.h>
#include <string.h>

#include "store/acceptance_store.h"
#include "store/owner_store.h"
#include "store/policy_store.h"
#include "store/suppression_store.h"

static bool selects_framework(const struct org_rules *rules)
{
	for (size_t i = 0; i < rules->policies.n; i++)
		if (rules->policies.rows[i].framework)
			return true;
	for (size_t i = 0; i < rules->acceptances.n; i++)
		if (rules->acceptances.rows[i].selector.texts[SELECT_FRAMEWORK])
			return true;
	for (size_t i = 0; i < rules->suppressions.n; i++)
		if (rules->suppressions.rows[i].selector.texts[SELECT_FRAMEWORK])
			return true;
	return false;
}

static int load_frameworks(struct pg *pg, struct arena *a, struct org_rules *out,
                           struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = pg_run(pg, STMT_CATALOG_FRAMEWORKS, NULL, &result, err);

	if (rc < 0)
		return rc;
	const size_t n = (size_t)PQntuples(result);
	const char **names = ARENA_ARRAY(a, const char *, n + 1);

	out->frameworks = ARENA_ARRAY(a, struct control_frameworks, n + 1);
	for (size_t i = 0; i < n; i++) {
		const char *control = pg_get_text(result, (int)i, "control");
		struct control_frameworks *last = &out->frameworks[out->n_frameworks];

		names[i] = arena_strdup(a, pg_get_text(result, (int)i, "framework"));
		if (!out->n_frameworks || strcmp(last[-1].control, control) != 0) {
			*last = (struct control_frameworks){arena_strdup(a, control),
			                                    &names[i], 0};
			out->n_frameworks++;
		}
		out->frameworks[out->n_frameworks - 1].n++;
	}
	return 0;
}

int org_rules_load(struct pg *pg, const struct org *org, timestamp now, struct arena *a,
                   struct org_rules *out, struct error *err)
{
	int rc;

	*out = (struct org_rules){0};
	if ((rc = sla_policies_load(pg, org, a, &out->policies, err)) < 0 ||
	    (rc = owner_rules_load(pg, org, a, &out->owners, err)) < 0 ||
	    (rc = acceptance_rules_load(pg, org, now, a, &out->acceptances, err)) < 0 ||
	    (rc = suppression_rules_load(pg, org, now, a, &out->suppressions, err)) < 0)
		return rc;
	return selects_framework(out) ? load_frameworks(pg, a, out, err) : 0;
}

int org_rules_replace_policies(struct pg *pg, const struct sla_policies *policies,
                               struct arena *a, struct org_rules *rules, struct error *err)
{
	rules->policies = *policies;
	return selects_framework(rules) && !rules->n_frameworks
	               ? load_frameworks(pg, a, rules, err)
	               : 0;
}

bool org_rules_ask_assets(const struct org_rules *rules)
{
	return rules->policies.n || rules->owners.n || rules->acceptances.n ||
	       rules->suppressions.n;
}

bool org_rules_look_at_tags(const struct org_rules *rules)
{
	return rules->owners.n && rules->owners.rows[0].level == OWNER_BY_TAG;
}

static int by_control(const void *key, const void *row)
{
	return strcmp(key, ((const struct control_frameworks *)row)->control);
}

void org_rules_frameworks(const struct org_rules *rules, const char *control,
                          struct risk_view *view)
{
	const struct control_frameworks *found =
	        rules->n_frameworks
	                ? bsearch(control, rules->frameworks, rules->n_frameworks,
	                          sizeof(*rules->frameworks), by_control)
	                : NULL;

	view->frameworks = found ? found->names : NULL;
	view->n_frameworks = found ? found->n : 0;
}

struct risk_view org_rules_asset_view(const struct asset_facts *asset)
{
	return (struct risk_view){.provider = asset->provider,
	                          .environment = asset->environment,
	                          .account = asset->account,
	                          .region = asset->region ? asset->region : "",
	                          .type = asset->type,
	                          .name = asset->name ? asset->name : "",
	                          .id = asset->id ? asset->id : "",
	                          .tags = asset->tags,
	                          .n_tags = asset->n_tags,
	                          .subject = "",
	                          .location = ""};
}

int org_rules_load_containers(struct pg *pg, const struct org *org,
                              const struct asset_facts *assets, size_t n, struct arena *a,
                              struct org_rules *rules, struct error *err)
{
	struct risk_view *views;

	if (!org_rules_look_at_tags(rules) || !n)
		return 0;
	views = ARENA_ARRAY(a, struct risk_view, n);
	for (size_t i = 0; i < n; i++)
		views[i] = org_rules_asset_view(&assets[i]);
	return owner_containers_load(pg, org, views, n, a, &rules->owners, err);
}
