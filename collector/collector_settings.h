/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_COLLECTOR_SETTINGS_H
#define ISOBAR_COLLECTOR_SETTINGS_H

#include "base/settings.h"

/* Everything that isobar-collector can be told; [collector] of a file, ISOBAR_COLLECTOR_…. */
struct collector_settings {
	const char *database;  /* conninfo; never logged */
	const char *state_dir; /* where the key of the secrets is, unless it is named */
	const char *ca_file;   /* NULL: the system's */
	unsigned int sources;  /* at once */
	unsigned int parts;    /* of a run at once */
	unsigned int lease_ms, retry_base_ms;
};

extern const struct setting collector_setting_table[];
extern const size_t n_collector_settings;

/* File, environment, then database if it is given.  ERR_INVALID: one clear line. */
int collector_settings_load(const char *file, const char *database, struct arena *a,
                            struct collector_settings *out, struct error *err) MUST_CHECK;

#endif
