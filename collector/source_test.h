/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SOURCE_TEST_H
#define ISOBAR_SOURCE_TEST_H

#include "run.h"

/*
 * isobar source test: asks for what a run asks for first, a credential, the plan and a
 * page of its first part, stores nothing, and says how far it came, a line a step on
 * stdout.  True: all of it is well.  Turns the loop of e->base itself.
 */
bool source_test(struct engine *e, const struct live_source *live);

#endif
