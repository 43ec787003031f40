/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RECORD_PATH_H
#define ISOBAR_RECORD_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets of paths ("detail/findings"): bit i is paths[i]. */
struct path_match {
	uint64_t here;  /* they end with the key */
	uint64_t below; /* the key leads on towards their ends */
};

/*
 * Which of the alive paths have the key as their part number depth (from 0)?  The
 * caller knows that the parts before it match.
 */
struct path_match record_path_match(const char *const *paths, uint64_t alive,
                                    unsigned int depth, const char *key, size_t size);

/* Is the last part "rows"?  The records there are arrays: Resource Graph's tables. */
bool record_path_is_rows(const char *path);

#endif
