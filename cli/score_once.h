/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SCORE_ONCE_H
#define ISOBAR_SCORE_ONCE_H

#include "cli.h"

/*
 * Runs isobar-scorer --once and waits for it.  An exit code; done says what is safe when
 * scoring fails ("the findings are stored").
 */
int cli_score_once(struct cli *cli, const char *done);

/*
 * The same for the tables of a replay's schema: all that is marked there, as of a time.
 * model: a file that counts instead of the org's own; or NULL.
 */
int cli_score_schema(struct cli *cli, const char *schema, timestamp at, const char *model);

#endif
