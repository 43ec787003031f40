/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SOURCE_VERBS_H
#define ISOBAR_SOURCE_VERBS_H

#include "store/source_store.h"

#include "cli.h"

/* The verbs of isobar source that are in files of their own. */
command_fn source_list_verb, source_show_verb, source_blind_verb; /* source_show.c */
command_fn source_run_verb, source_test_verb;                     /* source_run.c */
command_fn source_confirm_verb;                                   /* source_confirm.c */

/* What a verb works on. */
struct source_verb {
	struct cli *cli;
	const char *name; /* of the source; NULL: none was given */
	struct org org;
	struct pg *pg;
	struct live_row row;
};

/* The common options and one NAME, or (optional) none; false after complaining. */
bool source_verb_arguments(struct source_verb *v, int argc, char **argv, bool optional);
/* The connection, and the row of name if there is one; EXIT_DONE, then pg is open. */
int source_verb_open(struct source_verb *v);
/* Complains and gives the exit code. */
int source_verb_fail(const struct source_verb *v, const struct error *err);

/* Members of an open JSON object. */
void source_put_run(struct strbuf *b, const struct source_run *r);

#endif
