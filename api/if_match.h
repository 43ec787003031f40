/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IF_MATCH_H
#define ISOBAR_IF_MATCH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * If-Match (RFC 9110, 13.1.1) on a risk.  Of its ETag the first number is the version:
 * how often it was written.  The rest of it moves with the queue and with time, which
 * takes nothing back from what somebody decided, so the version alone is compared.
 */
enum if_match {
	IF_MATCH_MISSING, /* or unreadable: 428 */
	IF_MATCH_ANY,     /* "*" */
	IF_MATCH_VERSION,
};

/* header NULL: it was not sent.  The version of the first ETag of the list. */
enum if_match if_match_read(const char *header, int64_t *version);

#endif
