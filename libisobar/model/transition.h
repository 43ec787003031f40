/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TRANSITION_H
#define ISOBAR_TRANSITION_H

#include "base/arena.h"
#include "model/key.h"
#include "model/risk_clock.h"
#include "model/risk_times.h"
#include "model/risk_view.h"

/*
 * What a person decides of a risk, against the transition table of risk.h: the new
 * state, the segments of the ledger, the event and the claim that tell of it; or the
 * refusal, with what could be asked for instead.  Pure.  The store writes what this
 * decides (store/transition_store.h), the api and the command line ask for it.
 */
enum want_kind {
	WANT_STATE,   /* another state, by a row of the table for people */
	WANT_OWNER,   /* a person's choice; 0 gives it back to the rules */
	WANT_CLAIM,   /* to work on it for a while, before others do */
	WANT_RELEASE, /* to leave it to others again */
	WANT_DUE,     /* a later due time that was approved */
	WANT_CROSSED, /* nothing: time alone has changed it, which is to be written */
};

#define WANT_REASON_MAX    2000 /* bytes */
#define WANT_CLAIM_MOST    (72 * USEC_PER_HOUR)
#define WANT_EXTENSION_MAX (366 * 24 * USEC_PER_HOUR) /* from now */

struct want {
	enum want_kind kind;
	enum risk_state to; /* WANT_STATE */
	timestamp until;    /* the end of an acceptance or a claim, or the due time */
	int64_t owner_id;   /* WANT_OWNER */
	/* The acceptance or extension that was approved: RISK_ACCEPTED and WANT_DUE are
	 * for nobody without one. */
	bool has_cause;
	struct key cause;
	const char *actor;  /* a principal */
	const char *reason; /* what the person says; "" where nothing has to be said */
};

/* A risk as it stands, with all that the decision depends on. */
struct transition_risk {
	struct key id;
	int64_t version;
	enum risk_state state;
	enum band band;
	enum verdict responsibility;
	int score;
	int64_t rank;
	timestamp due_at;
	timestamp next_crossing_at; /* no event was written of it, nor of later ones */
	timestamp warn_at;          /* likewise, of what changes no slot */
	timestamp reopens_at;       /* the end of its acceptance; TIMESTAMP_NONE */
	int64_t owner_id;           /* 0: nobody */
	int owner_basis;            /* OWNER_BY_... */
	const char *holder;         /* who has claimed it, NULL: nobody, or not any more */
	timestamp holder_until;
	const struct risk_clock_segment *segments; /* in the order of writing; n >= 1 */
	size_t n_segments;
	int last_segment; /* the number of the last one */
	struct risk_clock_rules rules;
	struct risk_view view;
};

enum owner_basis {
	OWNER_BY_NOBODY,
	OWNER_BY_RULE,
	OWNER_BY_PERSON
};

enum transition_outcome {
	TRANSITION_DONE,
	TRANSITION_SAME,      /* it is so already: there is nothing to write */
	TRANSITION_REFUSED,   /* the table has no such row */
	TRANSITION_HELD,      /* somebody else has claimed it */
	TRANSITION_TOO_EARLY, /* the due time is not later than the present one */
	TRANSITION_NO_CAUSE,  /* only through something that somebody approves */
	TRANSITION_TOO_LONG,  /* its policy allows no acceptance until then */
};

/* risk_claim.claim; the numbers are stored. */
enum risk_claim {
	CLAIM_NONE = -1,
	CLAIM_WORKS_ON,
	CLAIM_SAYS_FIXED,
	CLAIM_FALSE_POSITIVE,
	CLAIM_BY_HAND,
	CLAIM_PUT_BACK,
	CLAIM_WITHDRAWN
};

struct transition_segment {
	struct risk_clock_segment segment;
	int number;
	const char *reason;
};

enum lease_change {
	LEASE_AS_IT_IS,
	LEASE_TAKEN,
	LEASE_GIVEN_BACK
};

#define TRANSITION_SEGMENTS_MAX 2

struct transition {
	enum transition_outcome outcome;
	/* All below: TRANSITION_DONE alone. */
	timestamp at; /* when it happens: now, or a little later than the ledger's last */
	enum risk_state state;
	int64_t rank;
	timestamp due_at, next_crossing_at, soon_at, warn_at, reopens_at;
	int64_t policy_id; /* that sets the due time; 0: a default, or none */
	int64_t owner_id;
	int owner_basis;
	bool drops_end; /* the segment with which an acceptance would have ended */
	struct transition_segment segments[TRANSITION_SEGMENTS_MAX];
	size_t n_segments;
	struct risk_crossing crossings[RISK_CROSSINGS_MAX]; /* before the decision */
	size_t n_crossings;
	int event;                /* enum risk_event_kind; EVENT_NONE: nothing but those */
	const char *event_reason; /* the word of the table */
	enum risk_claim claim;
	enum lease_change lease;
	timestamp lease_until;
	bool marks; /* scoring looks at the asset again, and at the fix */
};

void transition_decide(const struct transition_risk *risk, const struct want *want,
                       timestamp now, struct arena *a, struct transition *out);

/*
 * The states that a person can move a risk to from here, a bit each.  Without
 * acceptance, which is asked for by a request of its own.
 */
unsigned int transition_allowed(enum risk_state from);
/* The same as names, ended by NULL. */
const char *const *transition_allowed_names(enum risk_state from, struct arena *a);

/* "is so already", for people. */
const char *transition_outcome_text(enum transition_outcome outcome);

#endif
