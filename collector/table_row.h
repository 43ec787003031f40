/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TABLE_ROW_H
#define ISOBAR_TABLE_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json_view.h"
#include "base/timestamp.h"

/*
 * What formats read from rows of tables: cells by one of several column names, as
 * the exports of one tool differ, and the times, scores and lists that people are
 * shown there.  Lists of names end with NULL.
 */

/* The text of a cell; "" when the column is absent or the cell is no text. */
const char *row_text(struct json_view row, const char *column);

/* The first cell that says something; "" when all are blank.  "N/A", "-", "null" say nothing. */
const char *row_any(struct json_view row, const char *const *columns);
bool row_is_blank(const char *cell);

/* Are all columns there, whatever their cells hold? */
bool row_has_all(struct json_view row, const char *const *columns);
bool row_has_any(struct json_view row, const char *const *columns);

/* "TRUE", "yes", "t", "1". */
bool row_says_yes(const char *cell);

/* The parts that are not blank, joined by an empty line. */
const char *row_paragraphs(struct arena *a, const char *const *parts, size_t n);

/* "tcp/443"; "" for what is no service: checks on the host itself have port 0. */
const char *row_service(const char *protocol, const char *port, struct arena *a);

/*
 * TIMESTAMP_NONE for what is no time.  What timestamp_parse_loose() takes, and
 * "Feb 5, 2024 21:01:08 UTC", "Feb 03, 2026 07:00 AM", "05/13/2021 07:08:28" (the month
 * first, unless that cannot be) and "2025-04-03 20:20:00.4 +0000 UTC".  No zone is UTC;
 * a zone by a name that is not UTC's makes it no time.
 */
timestamp row_time(const char *cell);

/* 0..100 of the number 0.0 to 10.0 at the cell's beginning, -1 when there is none. */
int row_score(const char *cell);

/* "AV:N/…" or "CVSS:3.1/…" in the cell: "9.9 (AV:N/AC:L)" has one; "" when there is none. */
const char *row_vector(const char *cell, struct arena *a);

/* The CVEs that a text names, each once, in upper case and in the order of the text. */
struct row_ids {
	const char **ids;
	size_t n;
};

struct row_ids row_cves(const char *text, struct arena *a);

#endif
