/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as providers write them: whatever the text, the reader either refuses it or
 * gives a time that reads back as itself from how it is written; what the strict
 * reader takes the loose one takes as the same, or not at all (1970 to 2200).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"

#include "collector/table_row.h"

#define SIZE_MAX_INPUT 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Years beyond four digits have no form in RFC 3339. */
static bool has_form(timestamp t)
{
	return t >= INT64_C(-62135596800) * USEC_PER_SEC &&
	       t < INT64_C(253402300800) * USEC_PER_SEC;
}

static void check_form(timestamp t)
{
	char text[TIMESTAMP_TEXT_MAX];
	struct error err;
	timestamp again;

	if (!has_form(t))
		return;
	timestamp_format(t, text);
	if (timestamp_parse(text, &again, &err) < 0 || again != t)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[SIZE_MAX_INPUT + 1];
	timestamp strict, loose, cell;
	struct error err;

	if (size > SIZE_MAX_INPUT || memchr(data, '\0', size))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (timestamp_parse_loose(text, &loose, &err) == 0)
		check_form(loose);
	if (timestamp_parse(text, &strict, &err) == 0) {
		check_form(strict);
		if (timestamp_parse_loose(text, &loose, &err) == 0 && loose != strict)
			abort();
	}
	cell = row_time(text);
	if (cell != TIMESTAMP_NONE)
		check_form(cell);
	return 0;
}
