/* SPDX-License-Identifier: Apache-2.0 */
/* What isobar-collector can be told, with what holds when it is not. */
#include "collector_settings.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/attr.h"

#define ROW(key, type, field, fallback, help)                                       \
	{                                                                           \
		"collector", key, type, offsetof(struct collector_settings, field), \
		        fallback, 0, help                                           \
	}

/* clang-format off */
const struct setting collector_setting_table[] = {
	ROW("database", SETTING_TEXT, database, NULL, "libpq conninfo or URL; else ISOBAR_DATABASE"),
	ROW("state_dir", SETTING_TEXT, state_dir, NULL, "folder of the key of the secrets; else $XDG_STATE_HOME/isobar"),
	ROW("ca_file", SETTING_TEXT, ca_file, NULL, "PEM of the authorities that are trusted; else the system's"),
	ROW("sources", SETTING_COUNT, sources, "2", "that are listed at once, 1 to 64"),
	ROW("parts", SETTING_COUNT, parts, "4", "of a source that are listed at once, 1 to 64"),
	ROW("lease", SETTING_DURATION, lease_ms, "30s", "after which a source whose collector is silent is taken over"),
	ROW("retry_base", SETTING_DURATION, retry_base_ms, "1s", "first wait before a request is repeated; it doubles, with full jitter"),
};
/* clang-format on */

const size_t n_collector_settings = N_ELEMENTS(collector_setting_table);

static const char *from_environment(const char *name, void *ctx)
{
	(void)ctx;
	return getenv(name);
}

static const char *usual_state_dir(struct arena *a)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/')
		return ARENA_JOIN(a, state, "/isobar");
	return ARENA_JOIN(a, home ? home : "", "/.local/state/isobar");
}

static int check_ranges(const struct collector_settings *s, struct error *err)
{
	if (!s->database || !*s->database)
		return error_set(err, ERR_INVALID,
		                 "no database: give --database or ISOBAR_DATABASE");
	if (s->sources < 1 || s->sources > 64)
		return error_set(err, ERR_INVALID, "sources wants 1 to 64");
	if (s->parts < 1 || s->parts > 64)
		return error_set(err, ERR_INVALID, "parts wants 1 to 64");
	if (s->lease_ms < 10000)
		return error_set(err, ERR_INVALID, "lease wants 10 s or more");
	return 0;
}

int collector_settings_load(const char *file, const char *database, struct arena *a,
                            struct collector_settings *out, struct error *err)
{
	int rc;

	*out = (struct collector_settings){0};
	if ((rc = settings_load(collector_setting_table, n_collector_settings, file, a, out,
	                        err)) < 0 ||
	    (rc = settings_apply_environment(collector_setting_table, n_collector_settings,
	                                     from_environment, NULL, a, out, err)) < 0)
		return rc;
	if (database)
		out->database = database;
	if (!out->database)
		out->database = getenv("ISOBAR_DATABASE");
	if (!out->state_dir)
		out->state_dir = usual_state_dir(a);
	return check_ranges(out, err);
}
