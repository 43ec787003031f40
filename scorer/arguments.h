/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SCORER_ARGUMENTS_H
#define ISOBAR_SCORER_ARGUMENTS_H

#include "base/timestamp.h"

#include "identity_run.h"
#include "what_if.h"

struct settings {
	const char *database;
	bool once;
	int n_workers; /* processes that share the shards; more than one with --once */
	timestamp now; /* TIMESTAMP_NONE: the clock */
	bool is_trial, is_answering;
	struct what_if what_if;
	const char *schema;           /* of a replay; NULL: isobar */
	struct identity_ask identity; /* org NULL: not asked */
};

#define ARGUMENTS_DONE (-1)

/* Over what settings holds before: the defaults.  0; 2 after a line that says what is wrong;
 * ARGUMENTS_DONE when --help or --version was asked for and answered. */
int arguments_read(int argc, char **argv, struct settings *settings);

#endif
