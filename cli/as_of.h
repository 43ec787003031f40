/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AS_OF_H
#define ISOBAR_AS_OF_H

#include "store/queue_store.h"

#include "cli.h"

/* What queue and explain share where they are asked for a time that has passed. */

/* The value of --as-of; false after complaining. */
bool as_of_option(const struct cli *cli, const char *text, timestamp *out);
/* After all options: is it no later than the command's clock?  False after complaining. */
bool as_of_is_past(const struct cli *cli, timestamp at);

/* Complains, and gives the exit code: of a time that nothing was kept of, of no such risk. */
int as_of_fail(const struct cli *cli, const struct error *err);

void as_of_rows_json(const struct queue_page *page);
void as_of_rows_table(const struct cli *cli, const struct queue_page *page, timestamp at);

#endif
