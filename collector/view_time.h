/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_VIEW_TIME_H
#define ISOBAR_VIEW_TIME_H

#include "base/json_view.h"
#include "base/timestamp.h"

/*
 * The time at a key or pointer of v: a text (timestamp_parse_loose), or a number of
 * epoch seconds, with a fraction or not, or milliseconds.  TIMESTAMP_NONE when it is
 * absent or none: a bad date is no reason to lose a finding.
 */
timestamp view_time(struct json_view v, const char *at);

#endif
