/* SPDX-License-Identifier: Apache-2.0 */
/* Times in records, as texts and as numbers. */
#include "view_time.h"

#include "base/error.h"

/* Epoch milliseconds are above this, seconds below, for all times that are read. */
#define SECONDS_MAX INT64_C(100000000000)

/* Never read. */
static struct error ignored;

timestamp view_time(struct json_view v, const char *at)
{
	struct json_view value = json_view_at(v, at);
	timestamp t = TIMESTAMP_NONE;
	const char *text = "";
	int64_t number = 0;

	if (json_view_text(value, &text))
		return text[0] != '\0' && timestamp_parse_loose(text, &t, &ignored) == 0
		               ? t
		               : TIMESTAMP_NONE;
	if (json_view_int(value, &number))
		return timestamp_of_epoch(number);
	if (json_view_opt_scaled(value, "", USEC_PER_SEC, &number, &ignored) != 0 ||
	    number <= 0)
		return TIMESTAMP_NONE;
	if (number / USEC_PER_SEC > SECONDS_MAX)
		return timestamp_of_epoch(number / USEC_PER_SEC);
	return timestamp_of_epoch(number / USEC_PER_SEC) != TIMESTAMP_NONE ? number
	                                                                   : TIMESTAMP_NONE;
}
