/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IDENTITY_JUDGE_H
#define ISOBAR_IDENTITY_JUDGE_H

#include "decide.h"
#include "identity_pass.h"

/*
 * What a change means for a slice: its groups with what is stored under their names, held
 * against its risks of before (by risk_id).  Of p it takes the org, and counts and tells in
 * p->found.  Pure; out lives in a.
 */
void identity_judge(const struct identity_pass *p, const struct decision_input *in,
                    struct identity_risk *risks, size_t n_risks, struct arena *a,
                    struct identity_writes *out);

#endif
