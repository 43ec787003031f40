/* SPDX-License-Identifier: Apache-2.0 */
/* The ways of a listing. */
#include "listing.h"

#include "base/attr.h"

/* clang-format off */
const struct listing_rule listing_rules[] = {
	{ LISTING_IDLE,       LISTING_BEGIN,              LISTING_CREDENTIAL, LISTING_GET_CREDENTIAL, "a request needs a live credential" },
	{ LISTING_IDLE,       LISTING_FATAL,              LISTING_ENDED,      LISTING_GIVE_UP,        "the connector cannot ask for it" },
	{ LISTING_CREDENTIAL, LISTING_CREDENTIAL_LIVE,    LISTING_PACED,      LISTING_WAIT_FOR_RATE,  "no request before the rate allows it" },
	{ LISTING_CREDENTIAL, LISTING_CREDENTIAL_REFUSED, LISTING_ENDED,      LISTING_GIVE_UP,        "asking again would not help, and might lock the account" },
	{ LISTING_CREDENTIAL, LISTING_FATAL,              LISTING_ENDED,      LISTING_GIVE_UP,        "the connector cannot ask for the next page" },
	{ LISTING_PACED,      LISTING_TIMER,              LISTING_ASKED,      LISTING_SEND,           "the rate allows it" },
	{ LISTING_PACED,      LISTING_FATAL,              LISTING_ENDED,      LISTING_GIVE_UP,        "the request cannot be signed" },
	{ LISTING_ASKED,      LISTING_PAGE,               LISTING_CREDENTIAL, LISTING_GET_CREDENTIAL, "findings and cursor are committed: the next page" },
	{ LISTING_ASKED,      LISTING_LAST_PAGE,          LISTING_ENDED,      LISTING_PROVE,          "only what is listed whole tells what is absent" },
	{ LISTING_ASKED,      LISTING_RETRY,              LISTING_RESTING,    LISTING_REST,           "throttled, or it may pass: not at once" },
	{ LISTING_ASKED,      LISTING_STALE,              LISTING_CREDENTIAL, LISTING_RENEW,          "a token may end early, once a page" },
	{ LISTING_ASKED,      LISTING_EXPIRED,            LISTING_CREDENTIAL, LISTING_START_OVER,     "the cursor is too old: from the first page, once" },
	{ LISTING_ASKED,      LISTING_FATAL,              LISTING_ENDED,      LISTING_GIVE_UP,        "it fails its part; what is stored stays, nothing is closed" },
	{ LISTING_RESTING,    LISTING_TIMER,              LISTING_CREDENTIAL, LISTING_GET_CREDENTIAL, "the credential may have ended meanwhile" },
};
/* clang-format on */

const size_t n_listing_rules = N_ELEMENTS(listing_rules);

const struct listing_rule *listing_rule_find(enum listing_state from, enum listing_event on)
{
	for (size_t i = 0; i < n_listing_rules; i++)
		if (listing_rules[i].from == from && listing_rules[i].on == on)
			return &listing_rules[i];
	return NULL;
}
