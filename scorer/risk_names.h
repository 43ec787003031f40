/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_NAMES_H
#define ISOBAR_RISK_NAMES_H

#include "decide.h"

/*
 * Every name under which a slice's groups and paths may be stored: groups, by ordinal, then
 * paths.  Pure; lives in a.
 */
struct group_fingerprint *risk_names_of(const struct decision_input *in,
                                        const struct score_slice *slice, struct arena *a,
                                        size_t *n_out);

#endif
