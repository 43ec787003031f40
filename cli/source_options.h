/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SOURCE_OPTIONS_H
#define ISOBAR_SOURCE_OPTIONS_H

#include "store/source_store.h"

#include "cli.h"
#include "collector/source_check.h"

/* What isobar source add and set are told, and how it becomes a wish for the store. */
struct source_given {
	const char *key;
	const char
	        *from; /* a setting's value; where a secret comes from, NULL: asked for */
};

struct source_options {
	struct cli *cli;
	const char *name;
	const char *connector; /* NULL: not given */
	const char *every, *misses;

	struct source_given *settings, *secrets; /* room for all that argv can hold */
	const char **unset;
	size_t n_settings, n_secrets, n_unset;

	struct strbuf *opened; /* of each secret */
};

/* false after complaining: EXIT_USAGE.  Give it to source_options_done() either way. */
bool source_options_read(struct source_options *o, int argc, char **argv);
void source_options_done(struct source_options *o);

/*
 * What is stated, checked against the connector and put over what the source has: row
 * and its pairs, NULL and 0 for a new one.  false after complaining: EXIT_USAGE.
 * Secrets are not read yet.
 */
bool source_options_settle(struct source_options *o, const struct connector *connector,
                           const struct live_row *row, const struct source_pair *pairs,
                           size_t n_pairs, struct source_wish *out);

/* Reads the secrets into the wish; false after complaining. */
bool source_options_open(struct source_options *o, const struct connector *connector,
                         struct source_wish *wish);

/* "1h", "90m", "45s" */
const char *source_every_text(int64_t seconds, struct arena *a);

#endif
