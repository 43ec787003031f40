/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_REPORT_H
#define ISOBAR_REPORT_H

#include "base/strbuf.h"
#include "model/json_write.h"
#include "model/risk.h"
#include "store/queue_store.h"

#include "cli.h"

/* What the reading commands share, beside model/json_write.h. */

/* The line to stdout; b is empty again. */
void report_line(struct strbuf *b);

/* "compute", "unknown" */
const char *report_layer(int layer);
/* SGR code of a band, NULL for a plain one. */
const char *report_band_color(enum band band);
/* "in 46 h", "2 h overdue", "paused", "met", "best effort", ... */
const char *report_due(const struct queue_risk *risk, timestamp now, char buf[32]);
/* "roles":["viewer",...] of a set; bit n stands for enum role n. */
void report_roles(struct strbuf *b, unsigned int roles);
/* "2026-11-15 06:00" in UTC, for columns of a table; "" for TIMESTAMP_NONE. */
const char *report_minute(timestamp t, char buf[TIMESTAMP_TEXT_MAX]);
/* For people: the name, or the last part of the id. */
const char *report_asset_name(const struct resource *r);
/* "azure 11111111 westeurope" */
const char *report_place(const struct resource *r, struct arena *a);
/* As a terminal may show it. */
const char *report_plain(const char *text, struct arena *a);

/* EXIT_FAILED after complaining when stdout did not take it all (a full disk, say). */
int report_end(struct cli *cli);

#endif
