/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SECRET_INPUT_H
#define ISOBAR_SECRET_INPUT_H

#include "model/sealed_secret.h"

#include "cli.h"

/*
 * Secrets come from a file, from stdin or from the terminal, never from argv, where
 * others and the shell's history see them.
 */

/*
 * from: "@FILE", "-" or NULL, which asks on the terminal without an echo.  A line end at
 * the end of it is no part of it.  false after complaining; what was read is gone then.
 */
bool secret_input(struct cli *cli, const char *key, const char *from, struct strbuf *out);
void secret_input_done(struct strbuf *secret); /* overwrites and frees */

/*
 * The master key that seals them; the one of the state folder is made when it is missing
 * and no secret is stored yet.  EXIT_DONE, or another code after
 * complaining.
 */
int secret_key_open(struct cli *cli, struct pg *pg, struct master_key *out);
/* Makes the one of the state folder if it is the one to use and missing; else nothing. */
int secret_key_ready(struct cli *cli);

#endif
