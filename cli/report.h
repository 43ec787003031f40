/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_REPORT_H
#define ISOBAR_REPORT_H

#include "base/strbuf.h"
#include "model/risk.h"
#include "store/queue_store.h"

#include "cli.h"

/*
 * What the reading commands share.  JSON: a line is built up in a strbuf, each call
 * puts a comma where one is needed; key NULL in an array.
 */
void report_open(struct strbuf *b, const char *key, char bracket);     /* '{' or '[' */
void report_close(struct strbuf *b, char bracket);                     /* '}' or ']' */
void report_text(struct strbuf *b, const char *key, const char *text); /* NULL: null */
/* "" is null too: what a source did not state. */
void report_stated(struct strbuf *b, const char *key, const char *text);
void report_int(struct strbuf *b, const char *key, long long value);
void report_bool(struct strbuf *b, const char *key, bool value);
void report_null(struct strbuf *b, const char *key);
void report_key(struct strbuf *b, const char *key, const struct key *value);
void report_time(struct strbuf *b, const char *key, timestamp value); /* none: null */
/* The line to stdout; b is empty again. */
void report_line(struct strbuf *b);

/* "compute", "unknown" */
const char *report_layer(int layer);
/* SGR code of a band, NULL for a plain one. */
const char *report_band_color(enum band band);
/* "in 46 h", "2 h overdue", "paused", "met", "best effort", ... */
const char *report_due(const struct queue_risk *risk, timestamp now, char buf[32]);
/* For people: the name, or the last part of the id. */
const char *report_asset_name(const struct resource *r);
/* "azure 11111111 westeurope" */
const char *report_place(const struct resource *r, struct arena *a);
/* As a terminal may show it. */
const char *report_plain(const char *text, struct arena *a);

/* EXIT_FAILED after complaining when stdout did not take it all (a full disk, say). */
int report_end(struct cli *cli);

#endif
