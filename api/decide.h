/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DECIDE_H
#define ISOBAR_DECIDE_H

#include "store/transition_store.h"

#include "body.h"
#include "if_match.h"

/*
 * A decision of a person on one risk or on many, from the request to its answer: the
 * risks are read, each is asked whether it may (model/transition.h) and whether the
 * caller may, and all are written by one statement.  Who loses a race reads again.
 */
struct decide {
	/* Set by the handler. */
	struct want want;
	enum permission needs; /* on each of the risks */
	const struct key *ids; /* different ones, ascending */
	size_t n;
	bool is_bulk;           /* answers a line a risk, and refuses risk by risk */
	bool same_is_fine;      /* what is so already is answered as if it were done */
	struct idempotency key; /* .key NULL: of a request that needs none */
	enum if_match if_match; /* of one risk; IF_MATCH_ANY: whatever it is */
	int64_t version;
	const char *owner; /* WANT_OWNER: whose it will be; NULL: as it was */
	/* An acceptance that is decided by it, and what says so in the answer; or NULL. */
	const struct transition_acceptance *acceptance;
	const char *(*say)(struct request *req, const void *ctx);
	const void *say_ctx;

	/* decide.c's. */
	int tries;
	struct transition_risks risks;
	struct transition_line *lines;
	size_t n_lines;
};

/* The risk of the path; false: 404 was answered. */
bool decide_take_id(struct request *req, struct decide *d);
/* On what state of the risk the decision was made; false: 428 was answered. */
bool decide_take_if_match(struct request *req, struct decide *d);

/* Ends in an answer.  d lives in the request's arena. */
void decide_run(struct request *req, struct decide *d);

/* Goes on once req->policies are the org's: what a decision does to a clock hangs on them. */
void decide_policies(struct request *req, void (*then)(struct request *req));

/* The caller may read the risk, and needs is granted on it?  If not, 404 or 403. */
bool decide_may(struct request *req, const struct transition_risk *risk,
                enum permission needs, struct problem *out);

/* What a refusal of transition_decide() is, as a problem. */
struct problem decide_problem(const struct request *req, const struct transition_risk *risk,
                              enum transition_outcome outcome);

/* A write of a request with a key that found it busy or taken was answered, or will be. */
bool decide_is_replayed(struct request *req, struct idempotency *key, bool busy, bool taken,
                        void (*again)(struct request *req));

#endif
