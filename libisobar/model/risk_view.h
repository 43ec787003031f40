/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_VIEW_H
#define ISOBAR_RISK_VIEW_H

#include "model/context_rule.h"
#include "model/resource.h"
#include "model/responsibility.h"
#include "model/risk.h"

/*
 * What policies, owner rules, acceptances and suppression rules may select a risk by.
 * Texts are borrowed and never NULL, but for owner.
 */
struct risk_view {
	enum band band;
	enum provider provider;
	int environment; /* 0 unknown, else as asset_context.environment */
	const char *account, *region, *type, *name, *id; /* of the asset */
	const struct asset_tag *tags;
	size_t n_tags;
	const char *owner; /* its name; NULL: nobody */
	const char *subject, *location;
	enum finding_class class;
	enum verdict responsibility;
	int layer;                     /* enum layer, or -1 */
	const char *const *frameworks; /* that the control belongs to */
	size_t n_frameworks;
};

#endif
