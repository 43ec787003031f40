/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_POLICY_FILE_H
#define ISOBAR_POLICY_FILE_H

#include "base/arena.h"
#include "base/error.h"
#include "model/sla.h"

/*
 * The policies of an org as people state them, in a file: docs/sla.md gives its form.
 * Names of owners, frameworks and calendars are looked up by the store.
 */
enum {
	POLICIES_MAX = 200,
	WARN_POINTS_MAX = 8
};

struct policy_row {
	const char *name;
	int line;                            /* of its name; 0: stored */
	int band, provider, environment;     /* SLA_ANY: all */
	const char *tag, *owner, *framework; /* NULL: all */
	int64_t window;                      /* microseconds; 0: best effort */
	int warn_percent;
	int16_t warn_points[WARN_POINTS_MAX]; /* as in struct sla_policy */
	int n_warn_points;
	const char *calendar; /* NULL: all hours count */
	bool kev_cap, enabled;
	enum sla_start start;
	int64_t acceptance_max;

	int64_t id; /* from here on: as stored */
	const char *reason, *actor;
	timestamp valid_from;
};

struct policy_rows {
	struct policy_row *rows;
	size_t n;
};

/*
 * Everything lives in a.  ERR_INVALID: "FILE:7: unknown key "windo"; known: ...".  A file
 * without a policy is none.
 */
int policy_file_parse(const char *file, const char *text, struct arena *a,
                      struct policy_rows *out, struct error *err) MUST_CHECK;

/* The policy as a section of such a file; it ends with a line feed. */
const char *policy_file_text(const struct policy_row *row, struct arena *a);

/* "48h", "14d", "best-effort" */
const char *policy_window_text(int64_t window, struct arena *a);
/* "50%, 75%, 90%" */
const char *policy_warn_text(const struct policy_row *row, struct arena *a);

#endif
