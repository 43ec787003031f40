/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SLA_H
#define ISOBAR_SLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/timestamp.h"
#include "model/band.h"

struct risk_view;     /* model/risk_view.h */
struct work_calendar; /* model/calendar.h */

#define SLA_WINDOW_MAX (876000 * USEC_PER_HOUR) /* a century; no sum below overflows */
#define SLA_ANY        (-1)

/* Where the first stretch begins to count. */
enum sla_start {
	SLA_START_STORED, /* when Isobar stored the risk */
	SLA_START_SOURCE  /* when the source first saw it, if that is earlier */
};

/* How long a risk may stay open; docs/sla.md has the rules. */
struct sla_policy {
	int64_t id; /* 0: a default */
	const char *name;
	int64_t window;             /* microseconds; 0: best effort, never due */
	unsigned int warn_percent;  /* of the window, 1..99: due soon from there on */
	const int16_t *warn_points; /* further ones, ascending, without warn_percent */
	size_t n_warn_points;
	const struct work_calendar *calendar; /* NULL: all hours count */
	bool kev_cap;
	enum sla_start start;
	int64_t acceptance_max; /* microseconds */
	int64_t digest;         /* of all that it says, its calendar too; 0: a default */
	/* Selects; SLA_ANY or NULL: all. */
	int band, provider, environment;
	const char *tag; /* "key" or "key=value" */
	const char *owner, *framework;
};

/* Those of an org that are enabled, in order. */
struct sla_policies {
	struct sla_policy *rows;
	size_t n;
};

/* What holds where no policy of the org matches: Critical 48 hours, High 2 weeks,
 * Medium 3 months, Low best effort.  Indexed by enum band. */
extern const struct sla_policy sla_default_policies[];
extern const size_t n_sla_default_policies;

/*
 * The first that selects the risk in this band (view->band is not looked at), else the
 * default of the band.  view may be NULL where there are no policies.
 */
const struct sla_policy *sla_policy_for(const struct sla_policies *p,
                                        const struct risk_view *view,
                                        enum band band) NON_NULL;

/* What the policies look at beside the risk itself, which takes reading: */
bool sla_policies_ask_first_seen(const struct sla_policies *p);
bool sla_policies_ask_frameworks(const struct sla_policies *p);
bool sla_policies_ask_assets(const struct sla_policies *p);

/* Numbers are stored. */
enum sla_mode {
	SLA_MODE_RUNNING,
	SLA_MODE_PAUSED, /* accepted, or the provider's duty */
	SLA_MODE_STOPPED /* resolved; a reopened risk runs on */
};

enum sla_state {
	SLA_OK,
	SLA_DUE_SOON, /* warn_percent of the window is used up */
	SLA_BREACHED,
	SLA_MET,    /* stopped inside the window */
	SLA_MISSED, /* stopped after it */
	SLA_PAUSED,
	SLA_NONE /* no window */
};

enum {
	N_SLA_STATES = SLA_NONE + 1
};

struct sla_view {
	enum sla_state state;
	timestamp due_at;  /* TIMESTAMP_NONE: no window, or paused without an end before
	                      it was due */
	int64_t remaining; /* microseconds that count; negative once breached */
};

const char *sla_state_name(enum sla_state state); /* "due_soon" */
const char *sla_mode_name(enum sla_mode mode);    /* "running" */

#endif
