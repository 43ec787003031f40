/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policies that hold by default, and which one holds for a risk.  The clock
 * itself is risk_clock.c.
 */

#include "model/sla.h"

#include <string.h>
#include <strings.h>

#include "model/risk_view.h"

#define DAYS(n)     ((n)*24 * USEC_PER_HOUR)
#define ANYTHING(b) .band = (b), .provider = SLA_ANY, .environment = SLA_ANY

/* clang-format off */
const struct sla_policy sla_default_policies[] = {
	{.name = "low", .window = 0, .warn_percent = 75, .kev_cap = true,
	 .acceptance_max = DAYS(365), ANYTHING(BAND_LOW)},
	{.name = "medium", .window = 2160 * USEC_PER_HOUR, .warn_percent = 75, .kev_cap = true,
	 .acceptance_max = DAYS(180), ANYTHING(BAND_MEDIUM)},
	{.name = "high", .window = 336 * USEC_PER_HOUR, .warn_percent = 75, .kev_cap = true,
	 .acceptance_max = DAYS(90), ANYTHING(BAND_HIGH)},
	{.name = "critical", .window = 48 * USEC_PER_HOUR, .warn_percent = 75, .kev_cap = true,
	 .acceptance_max = DAYS(30), ANYTHING(BAND_CRITICAL)},
};
/* clang-format on */

const size_t n_sla_default_policies = N_ELEMENTS(sla_default_policies);

/* "key" or "key=value"; case does not count. */
static bool has_tag(const struct risk_view *view, const char *wanted)
{
	const size_t size = strcspn(wanted, "=");

	for (size_t i = 0; i < view->n_tags; i++) {
		const struct asset_tag *tag = &view->tags[i];

		if (strlen(tag->name) != size || strncasecmp(tag->name, wanted, size) != 0)
			continue;
		if (!wanted[size] || strcasecmp(tag->value, wanted + size + 1) == 0)
			return true;
	}
	return false;
}

static bool has_framework(const struct risk_view *view, const char *wanted)
{
	for (size_t i = 0; i < view->n_frameworks; i++)
		if (strcmp(view->frameworks[i], wanted) == 0)
			return true;
	return false;
}

static bool selects(const struct sla_policy *p, const struct risk_view *view,
                    enum band band)
{
	return (p->band == SLA_ANY || p->band == (int)band) &&
	       (p->provider == SLA_ANY || p->provider == (int)view->provider) &&
	       (p->environment == SLA_ANY || p->environment == view->environment) &&
	       (!p->owner || (view->owner && strcmp(p->owner, view->owner) == 0)) &&
	       (!p->tag || has_tag(view, p->tag)) &&
	       (!p->framework || has_framework(view, p->framework));
}

const struct sla_policy *sla_policy_for(const struct sla_policies *p,
                                        const struct risk_view *view, enum band band)
{
	for (size_t i = 0; i < p->n; i++)
		if (selects(&p->rows[i], view, band))
			return &p->rows[i];
	return &sla_default_policies[band];
}

bool sla_policies_ask_first_seen(const struct sla_policies *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->rows[i].start == SLA_START_SOURCE)
			return true;
	return false;
}

bool sla_policies_ask_frameworks(const struct sla_policies *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->rows[i].framework)
			return true;
	return false;
}

bool sla_policies_ask_assets(const struct sla_policies *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->rows[i].provider != SLA_ANY || p->rows[i].environment != SLA_ANY ||
		    p->rows[i].tag)
			return true;
	return false;
}

const char *sla_state_name(enum sla_state state)
{
	static const char *const names[N_SLA_STATES] = {
	        [SLA_OK] = "ok",
	        [SLA_DUE_SOON] = "due_soon",
	        [SLA_BREACHED] = "breached",
	        [SLA_MET] = "met",
	        [SLA_MISSED] = "missed",
	        [SLA_PAUSED] = "paused",
	        [SLA_NONE] = "none",
	};

	return names[state];
}

const char *sla_mode_name(enum sla_mode mode)
{
	switch (mode) {
	case SLA_MODE_RUNNING:
		return "running";
	case SLA_MODE_PAUSED:
		return "paused";
	case SLA_MODE_STOPPED:
		break;
	}
	return "stopped";
}
