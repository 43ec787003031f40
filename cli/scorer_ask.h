/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SCORER_ASK_H
#define ISOBAR_SCORER_ASK_H

#include <stdio.h>

#include "base/strbuf.h"

#include "cli.h"

/*
 * Runs isobar-scorer with these words behind its name, NULL ones left out, and appends to
 * out what it prints; its messages go to our stderr.  input: its stdin, or NULL for none.
 * An exit code, after complaining.
 */
int scorer_ask(struct cli *cli, const char *const *words, size_t n, FILE *input,
               struct strbuf *out);

/* The same without input, and what it prints is printed.  Nothing is said of how it ended. */
int scorer_run(struct cli *cli, const char *const *words, size_t n);

#endif
