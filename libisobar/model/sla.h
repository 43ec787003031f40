/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SLA_H
#define ISOBAR_SLA_H

#include <stddef.h>
#include <stdint.h>

#include "base/timestamp.h"

enum {
	SLA_WINDOW_HOURS_MAX =
	        876000 /* a century; keeps all sums below far from overflow */
};

struct sla_policy {
	const char *name;
	unsigned int window_hours; /* 0: best effort, never due */
	unsigned int warn_percent; /* of the window, 1..99 */
};

enum sla_mode {
	SLA_MODE_RUNNING,
	SLA_MODE_PAUSED, /* accepted, or the provider's duty */
	SLA_MODE_STOPPED /* resolved; a reopened risk runs on */
};

/* Lasts until the next segment begins; the last one until now. */
struct sla_segment {
	timestamp from;
	enum sla_mode mode;
	const char *reason; /* "opened", "accepted", "resolved", ... */
	const char *actor;  /* a principal, or "system" */
};

/*
 * The part of a risk's ledger since it reached its band or a higher one.  A move
 * up may not win time: carried caps the window.
 */
struct sla_clock {
	const struct sla_segment *segments; /* ascending by from */
	size_t n_segments;                  /* >= 1 */
	int64_t carried; /* microseconds the band below had left; INT64_MAX if none */
};

enum sla_state {
	SLA_OK,
	SLA_DUE_SOON, /* warn_percent of the window is used up */
	SLA_BREACHED,
	SLA_MET,    /* stopped inside the window */
	SLA_MISSED, /* stopped after it */
	SLA_PAUSED,
	SLA_NONE /* the policy sets no window */
};

enum {
	N_SLA_STATES = SLA_NONE + 1
};

struct sla_view {
	enum sla_state state;
	timestamp due_at;  /* TIMESTAMP_NONE: no window, or paused before it was due */
	int64_t remaining; /* microseconds of running time; negative once breached */
};

/* What holds where no policy of the org matches: Critical 48 hours, High 2 weeks,
 * Medium 3 months, Low best effort.  Indexed by enum band. */
extern const struct sla_policy sla_default_policies[];
extern const size_t n_sla_default_policies;

/* Pure: now is an argument, so that tests and backfills choose it. */
struct sla_view sla_evaluate(const struct sla_policy *policy, const struct sla_clock *clock,
                             timestamp now);

/*
 * The first instant after now at which sla_evaluate() gives another state though
 * nothing happens: the warn point, then the microsecond after the due time.
 * TIMESTAMP_NONE: time alone changes nothing (paused, stopped, breached, no window).
 */
timestamp sla_next_crossing(const struct sla_policy *policy, const struct sla_clock *clock,
                            timestamp now);

const char *sla_state_name(enum sla_state state); /* "due_soon" */
const char *sla_mode_name(enum sla_mode mode);    /* "running" */

#endif
