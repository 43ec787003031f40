/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUEUE_ROWS_H
#define ISOBAR_QUEUE_ROWS_H

#include "store/queue_store.h"

#include "cli.h"

/* Risks in the order of the queue, as every command shows them. */
void queue_rows_json(const struct queue_page *page);
void queue_rows_table(const struct cli *cli, const struct queue_page *page);

#endif
