/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_FIX_H
#define ISOBAR_RISK_FIX_H

#include "model/fix.h"

#include "factors.h"

/*
 * The fix of the risk that a group is.  Of several upgrades that its findings name, the
 * one of the worst finding counts, open ones first.  False: none is known, or it is the
 * provider's to do.  Pure; out borrows from g and asset.
 */
bool fix_of_group(const struct org *org, const struct risk_group *g,
                  const struct asset_view *asset, const struct responsibility *duty,
                  struct fix *out);

#endif
