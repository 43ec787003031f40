/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ACCEPTANCE_H
#define ISOBAR_ACCEPTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "model/key.h"
#include "model/selector.h"

/*
 * Decisions to live with risks until a date: asked for by one, approved by another.  Of
 * one risk, of the risks that one fix closes, or of all that a selector matches.  Pure.
 */
#define ACCEPTANCE_REASON_MAX 2000 /* bytes */
#define ACCEPTANCE_NAME_MAX   200

enum acceptance_state { /* the numbers are stored */
	ACCEPTANCE_ASKED,
	ACCEPTANCE_APPROVED,
	ACCEPTANCE_REFUSED,
	ACCEPTANCE_REVOKED
};

enum {
	N_ACCEPTANCE_STATES = ACCEPTANCE_REVOKED + 1
};

const char *acceptance_state_name(enum acceptance_state state); /* "asked" */
int acceptance_state_parse(const char *name);                   /* -1: none */

struct sla_policies;

/*
 * For how long risks of these bands (bits; 0: of any) may be accepted: the least of all
 * policies that may hold for one of them.  Microseconds.
 */
int64_t acceptance_longest(const struct sla_policies *p, unsigned int bands);

/* What somebody asks for. */
struct acceptance_request {
	const char *reason, *requested_by;
	const char *approved_by; /* NULL: it is asked for only */
	timestamp now;
	timestamp ends_at; /* TIMESTAMP_NONE: none is stated */
	int64_t longest;   /* the policy's acceptance_max; microseconds */
	const char *what;  /* whose longest it is, for the message: "a critical risk" */
};

/* ERR_INVALID: what is missing or beyond; ERR_DENIED: the approver is who asks. */
int acceptance_check(const struct acceptance_request *r, struct error *err) MUST_CHECK;

/* May it be approved or refused (to), or revoked, by this one?  ERR_CONFLICT: it is
 * decided, or over; ERR_DENIED: the approver is who asked. */
int acceptance_check_decision(enum acceptance_state from, enum acceptance_state to,
                              const char *requested_by, const char *decided_by,
                              timestamp ends_at, timestamp now,
                              struct error *err) MUST_CHECK;

/* As far as it decides about a risk.  Exactly one of risk, fix and selector. */
struct acceptance {
	struct key id;
	enum acceptance_state state;
	bool has_risk, has_fix;
	struct key risk_id, fix_id;
	struct selector selector; /* when neither */
	timestamp starts_at, ends_at;
	const char *approved_by; /* "" nobody */
};

/* fix_id is NULL when the risk has none. */
bool acceptance_covers(const struct acceptance *x, const struct risk_view *view,
                       const struct key *risk_id, const struct key *fix_id);
/* Approved, and within its time: [starts_at, ends_at). */
bool acceptance_holds(const struct acceptance *x, timestamp t);

/* Those of an org that are approved and by selector or fix. */
struct acceptance_rules {
	struct acceptance *rows;
	size_t n;
};

/*
 * Of those that cover the risk and hold at t the one that ends last; NULL none.  Those that
 * last longer than its policy allows (longest, its acceptance_max; microseconds) were not
 * approved for a risk like this: it came later, or has moved up since.
 */
const struct acceptance *acceptance_of(const struct acceptance_rules *rules,
                                       const struct risk_view *view,
                                       const struct key *risk_id, const struct key *fix_id,
                                       int64_t longest, timestamp t);

#endif
