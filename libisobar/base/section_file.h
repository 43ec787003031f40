/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SECTION_FILE_H
#define ISOBAR_SECTION_FILE_H

#include "base/arena.h"
#include "base/error.h"

/*
 * Files of sections that operators write: [NAME], KEY = VALUE, # COMMENT, in UTF-8.  Each
 * mistake is one line: "FILE:7: ...".
 */
struct section_file {
	const char *file;  /* its name, for messages */
	const char *thing; /* what a section is: "rule" */
	struct arena *arena;
	struct error *err;
	int line; /* the one at hand; may be set to that of an earlier one before a fault */
	int n;    /* sections so far */
};

/* What a reader makes of it; ctx as given.  Texts live in the arena. */
struct section_calls {
	int (*begin)(void *ctx, const char *name);            /* n counts it already */
	int (*pair)(void *ctx, char *key, const char *value); /* in a section, not empty */
	int (*end)(void *ctx);                                /* of a section */
};

/* ERR_INVALID: what is wrong, or that there is no section. */
int section_file_read(struct section_file *f, const char *text,
                      const struct section_calls *calls, void *ctx) MUST_CHECK;

/* "FILE:LINE: ...", ERR_INVALID. */
int section_file_fault(const struct section_file *f, const char *fmt, ...) PRINTF(2, 3);

/* Without white space at its ends; in place. */
char *text_trim(char *text);

#endif
