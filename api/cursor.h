/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CURSOR_H
#define ISOBAR_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/key.h"

/*
 * Where a page ended, as clients carry it to the next one: base64url (RFC 4648,
 * section 5) of the place and an HMAC-SHA256 over it and everything that it belongs
 * to.  A cursor that was altered, or is used with other filters, another order, org
 * or epoch, does not open.  Pure.
 */
#define CURSOR_KEY_SIZE 32

struct cursor_scope {
	const unsigned char *key; /* CURSOR_KEY_SIZE bytes */
	int64_t org_id;
	int64_t epoch;     /* of the org: a restore from backup voids cursors */
	const char *shape; /* of the list: its route, filters, order, who asks */
};

/* The last row of a page: what it is ordered by, and its id. */
struct cursor {
	int64_t value;
	struct key id;
};

const char *cursor_write(const struct cursor_scope *scope, const struct cursor *c,
                         struct arena *a);
/* False: it is none of ours, or belongs to another list. */
bool cursor_read(const struct cursor_scope *scope, const char *text, struct cursor *out);

#endif
