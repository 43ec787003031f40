/* SPDX-License-Identifier: Apache-2.0 */
#include "if_match.h"

#include <stddef.h>
#include <string.h>

#define VERSION_DIGITS 18

enum if_match if_match_read(const char *header, int64_t *version)
{
	size_t n = 0;

	if (!header)
		return IF_MATCH_MISSING;
	header += strspn(header, " \t");
	if (header[0] == '*' && header[1 + strspn(header + 1, " \t")] == '\0')
		return IF_MATCH_ANY;
	/* A weak one never matches (strong comparison), so it is none. */
	if (*header++ != '"')
		return IF_MATCH_MISSING;
	*version = 0;
	for (; header[n] >= '0' && header[n] <= '9' && n < VERSION_DIGITS; n++)
		*version = *version * 10 + (header[n] - '0');
	if (n == 0 || (header[n] != '-' && header[n] != '"') || !strchr(header + n, '"'))
		return IF_MATCH_MISSING;
	return IF_MATCH_VERSION;
}
