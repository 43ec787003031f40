/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EXPLAIN_CHANGES_H
#define ISOBAR_EXPLAIN_CHANGES_H

#include "store/queue_store.h"

#include "cli.h"
#include "scorer/explanation.h"

/*
 * Prints what would change the score of a risk, below its sum: one line for the smallest
 * change that lowers the band, or for the lack of one, and a line for each unknown.
 * Nothing where there is nothing to say: a low risk of which all is known.
 */
void explain_changes_print(const struct cli *cli, const struct explanation *e,
                           const struct queue_risk *risk,
                           const struct counterfactuals *changes);

#endif
