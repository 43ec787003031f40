/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_LISTING_H
#define ISOBAR_LISTING_H

#include <stddef.h>

/*
 * How a part is listed, as a table: what happens when, and why.  Pure; run.c does what it
 * says, and a test walks it.
 */
enum listing_state {
	LISTING_IDLE,       /* it has not begun */
	LISTING_CREDENTIAL, /* waits for a live credential */
	LISTING_PACED,      /* waits until the rate allows a request */
	LISTING_ASKED,      /* the request is under way */
	LISTING_RESTING,    /* waits before it asks again */
	LISTING_ENDED
};
#define N_LISTING_STATES 6

enum listing_event {
	LISTING_BEGIN,
	LISTING_CREDENTIAL_LIVE,
	LISTING_CREDENTIAL_REFUSED,
	LISTING_TIMER,
	LISTING_PAGE,      /* stored; there is a next one */
	LISTING_LAST_PAGE, /* stored; it was the last */
	LISTING_RETRY,     /* throttled, or something that may pass */
	LISTING_STALE,     /* the credential is no longer taken */
	LISTING_EXPIRED,   /* the cursor is no longer taken */
	LISTING_FATAL      /* it can never be listed whole */
};
#define N_LISTING_EVENTS 10

enum listing_action {
	LISTING_GET_CREDENTIAL,
	LISTING_WAIT_FOR_RATE,
	LISTING_SEND,
	LISTING_REST,
	LISTING_RENEW,      /* another credential, then the same page */
	LISTING_START_OVER, /* from the first page */
	LISTING_PROVE,
	LISTING_GIVE_UP
};

struct listing_rule {
	enum listing_state from;
	enum listing_event on;
	enum listing_state to;
	enum listing_action action;
	const char *why;
};

extern const struct listing_rule listing_rules[];
extern const size_t n_listing_rules;

/* NULL: the event does not happen in that state. */
const struct listing_rule *listing_rule_find(enum listing_state from,
                                             enum listing_event on);

#endif
