/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WHY_H
#define ISOBAR_WHY_H

#include "base/strbuf.h"
#include "model/org.h"
#include "model/risk_link.h"

/* One point on which two findings agree, or differ: a word for programs, a line for people. */
struct why_note {
	const char *word; /* "same_asset", "subject" */
	const char *text;
};

#define WHY_NOTES_MAX 8

/* What a finding is about, by itself. */
struct why_side {
	const struct link_finding *finding;
	const char *subject, *location;
	const char *native_subject; /* without the catalogue */
};

struct why {
	bool same; /* they are one risk */
	struct why_side a, b;
	struct why_note reasons[WHY_NOTES_MAX]; /* why they are, or would be */
	size_t n_reasons;
	struct why_note differences[WHY_NOTES_MAX]; /* why they are not, or would not be */
	size_t n_differences;
};

/*
 * Why two findings are one risk, or are not: correlation is asked about the two alone.
 * Pure; texts live in arena, findings are borrowed.
 */
void why_of(const struct org *org, const struct link_finding *a,
            const struct link_finding *b, struct arena *arena, struct why *out);

/* Puts the members same, reasons, a, b and differences into an object that is being written. */
void why_write(struct strbuf *buf, const struct why *why);

#endif
