/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVE ids as numbers and back.
 */
#include "model/cve.h"

#include <stdio.h>
#include <string.h>

#define YEAR_SHIFT 50 /* 10^15 is below 2^50, year 9999 below 2^14 */
#define NUMBER_MIN 4  /* digits */
#define NUMBER_MAX 15

uint64_t cve_pack(const char *text)
{
	uint64_t year = 0, number = 0;
	size_t n = 0;

	if (strncmp(text, "CVE-", 4) != 0)
		return 0;
	for (text += 4; n < 4; n++, text++) {
		if (*text < '0' || *text > '9')
			return 0;
		year = year * 10 + (uint64_t)(*text - '0');
	}
	if (*text++ != '-' || year == 0)
		return 0;
	for (n = 0; text[n] >= '0' && text[n] <= '9'; n++) {
		if (n == NUMBER_MAX)
			return 0;
		number = number * 10 + (uint64_t)(text[n] - '0');
	}
	if (text[n] || n < NUMBER_MIN || (n > NUMBER_MIN && *text == '0'))
		return 0;
	return year << YEAR_SHIFT | number;
}

const char *cve_text(uint64_t cve, char buf[CVE_TEXT_MAX])
{
	const uint64_t number = cve & ((UINT64_C(1) << YEAR_SHIFT) - 1);

	snprintf(buf, CVE_TEXT_MAX, "CVE-%04u-%04llu", (unsigned int)(cve >> YEAR_SHIFT),
	         (unsigned long long)number);
	return buf;
}
