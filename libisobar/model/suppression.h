/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SUPPRESSION_H
#define ISOBAR_SUPPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/timestamp.h"
#include "model/selector.h"

/* Rules by which findings do not count, within a window of time.  Pure. */
#define SUPPRESSION_NAME_MAX   100 /* bytes */
#define SUPPRESSION_REASON_MAX 2000

struct suppression {
	int64_t rule_id;
	const char *name, *reason, *actor;
	struct selector selector;
	bool log_only; /* counts what it would mute, and mutes nothing */
	timestamp starts_at;
	timestamp ends_at; /* TIMESTAMP_NONE: until it is changed */
};

/* ERR_INVALID: what is wrong with its name, reason or window. */
int suppression_check(const struct suppression *rule, struct error *err) MUST_CHECK;

bool suppression_holds(const struct suppression *rule, timestamp t);

/* When assets must be scored again after now because time alone changes what it mutes;
 * TIMESTAMP_NONE: never. */
timestamp suppression_mark_at(const struct suppression *rule, timestamp now);

struct suppression_rules {
	struct suppression *rows;
	size_t n;
};

/* The first that mutes the finding at t; NULL: none. */
const struct suppression *suppression_of(const struct suppression_rules *rules,
                                         const struct risk_view *view,
                                         const char *connector, const char *rule,
                                         timestamp t);

#endif
