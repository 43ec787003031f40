/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_IDENTITY_WORLD_PRIVATE_H
#define ISOBAR_TEST_IDENTITY_WORLD_PRIVATE_H

#include "identity_world.h"

extern const struct org world_org;

/*
 * Groups the findings and settles which stored risk each group is, as a slice of the scorer
 * does, or (is_change) as a change of identity looks at it.  What is found lives in a.
 */
void world_group(const struct world *w, struct decision_input *in,
                 struct score_slice *slice, bool is_change, struct arena *a);

#endif
