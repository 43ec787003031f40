/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SETTINGS_H
#define ISOBAR_SETTINGS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum setting_type {
	SETTING_TEXT,       /* const char *, in the arena */
	SETTING_BOOL,       /* bool: true, yes, on, 1 and their opposites */
	SETTING_COUNT,      /* unsigned int */
	SETTING_DURATION,   /* "30s", "12h" to unsigned int milliseconds; ms, s, m, h, d */
	SETTING_SECRET_FILE /* reads the named file into a struct secret; never printed */
};

/*
 * What a secret file holds, without the newline at its end.  Owned by whoever
 * holds the settings; a struct of its own, so that no %s can print it.
 */
struct secret {
	char *bytes; /* NUL-terminated, the NUL not counted; NULL: not set */
	size_t size;
};

void secret_done(struct secret *s); /* overwrites and frees; s is {0} again */

enum setting_flags {
	SETTING_REQUIRED = 1 << 0,
	SETTING_RELOADABLE = 1 << 1 /* taken over on SIGHUP */
};

struct setting {
	const char *section;
	const char *key;
	enum setting_type type;
	size_t offset;        /* into the daemon's settings struct */
	const char *fallback; /* as in the file; NULL leaves what the caller put there */
	unsigned int flags;
	const char *help; /* one line, for --help-settings and the docs */
};

/*
 * Reads an INI file over the defaults; unknown keys are errors with their line, and
 * so is a key set twice.  path may be NULL: the defaults alone.  ERR_NOT_FOUND and
 * ERR_DENIED are the file's, ERR_INVALID its contents'.
 */
int settings_load(const struct setting *table, size_t n, const char *path, struct arena *a,
                  void *target, struct error *err) MUST_CHECK;

/* A variable's value or NULL; getenv() behind one line, or a test's own table. */
typedef const char *(*settings_getter)(const char *name, void *ctx);

/*
 * Takes ISOBAR_SECTION_KEY (upper case, '-' and '.' as '_') over what was loaded; an
 * empty variable counts as not set.
 */
int settings_apply_environment(const struct setting *table, size_t n, settings_getter get,
                               void *ctx, struct arena *a, void *target,
                               struct error *err) MUST_CHECK;

/*
 * The last step, as the environment may give what the file lacks: ERR_INVALID names
 * the first SETTING_REQUIRED that is empty (a count or a duration: 0).
 */
int settings_check(const struct setting *table, size_t n, const void *target,
                   struct error *err) MUST_CHECK;

#endif
