/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TIME_OPTION_H
#define ISOBAR_TIME_OPTION_H

#include "cli.h"

/* An RFC 3339 time, or a duration from --now on (12h, 90d); false after complaining. */
bool cli_time(const struct cli *cli, const char *name, const char *text, timestamp *out);

#endif
