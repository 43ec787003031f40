/* SPDX-License-Identifier: Apache-2.0 */
#include "time_option.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_MAX     36500
#define USEC_PER_DAY (24 * USEC_PER_HOUR)

/* "90d" from now on; false: it is no duration. */
static bool read_duration(const struct cli *cli, const char *text, timestamp *out)
{
	static const struct {
		const char *name;
		int64_t usec;
	} units[] = {{"m", 60 * USEC_PER_SEC}, {"h", USEC_PER_HOUR}, {"d", USEC_PER_DAY}};
	char *unit;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	const long n = strtol(text, &unit, 10);

	for (size_t i = 0; i < N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		if (errno || n <= 0 || n > DAYS_MAX * USEC_PER_DAY / units[i].usec)
			return false;
		*out = cli->now + n * units[i].usec;
		return true;
	}
	return false;
}

bool cli_time(const struct cli *cli, const char *name, const char *text, timestamp *out)
{
	struct error err;

	if (read_duration(cli, text, out) || timestamp_parse(text, out, &err) == 0)
		return true;
	cli_complain(cli,
	             "%s is an RFC 3339 time, or a duration such as 12h or 90d, not \"%s\"",
	             name, text);
	return false;
}
