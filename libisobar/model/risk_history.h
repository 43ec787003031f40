/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_HISTORY_H
#define ISOBAR_RISK_HISTORY_H

#include "model/explanation.h"
#include "model/risk.h"

/* Where an entry of a risk's history is from; in this order at one instant. */
enum history_source {
	HISTORY_SCORE, /* a score that was replaced */
	HISTORY_EVENT,
	HISTORY_CLOCK, /* a segment of its ledger */
	HISTORY_ALIAS  /* a fingerprint that leads to it since */
};

/* The place of an entry in the history: none before it, none at it. */
struct history_place {
	timestamp at;
	enum history_source source;
	int64_t number; /* of the event, the segment, the version of the risk */
};

#define HISTORY_NONE (-1) /* of a number: the entry says nothing of it */

/*
 * One thing that happened to a risk.  was: before it.  Which members are set depends on
 * the source; texts are never NULL.
 */
struct history_entry {
	struct history_place place;
	struct key risk_id;
	int64_t seq; /* of an event: its number in the feed; 0: none yet */
	int kind;    /* of an event: enum risk_event_kind */
	int state, was_state, band, was_band, score, was_score;
	timestamp due_at, was_due_at;
	const char *actor, *reason;
	const char *comment; /* what the actor said; "" nothing */
	bool has_cause;
	struct key cause_id; /* acceptance or extension */
	int mode, was_mode;  /* of a segment: enum sla_mode */
	int alias_reason;    /* of an alias: 0 renamed, 1 catalogue, 2 merged, 3 by hand */
	struct key alias;
	/* Of a score: what it was made of before and after. */
	struct explanation from, to;
	bool is_merged; /* another risk became part of it at the same time */
};

struct history_entries {
	struct history_entry *rows;
	size_t n;
};

#endif
