/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TOXIC_ELEMENT_H
#define ISOBAR_TOXIC_ELEMENT_H

#include "correlate.h"
#include "factors.h"
#include "score.h"
#include "toxic_rules.h"

/*
 * Which clauses of toxic rules a risk fulfils, as bits: by its category, control, rules
 * and, for CVEs, by what its score says of it.  Pure.
 */
int64_t toxic_elements_of(const struct toxic_rules *rules, const struct risk_group *g,
                          const struct finding_category *category,
                          const struct score_inputs *inputs, const struct score *score);

#endif
