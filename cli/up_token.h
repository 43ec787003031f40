/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_UP_TOKEN_H
#define ISOBAR_UP_TOKEN_H

#include "cli.h"

/*
 * The token that `isobar up` shows: kept in the file "token" of the state folder, which
 * its user alone can read, and made anew when the database does not know it any more.
 * In the arena of cli; NULL after complaining, with an exit code.
 */
const char *up_token(struct cli *cli, const char *state_dir, int *exit_out);

#endif
