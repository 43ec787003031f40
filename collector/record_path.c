/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the keys of a document down the paths at which its list of records may
 * stand.  Keys are compared as written: no provider escapes these.
 */
#include "record_path.h"

#include <string.h>

/* Part number depth of the path, up to its end; NULL when it has fewer. */
static const char *part_of(const char *path, unsigned int depth)
{
	for (; path && depth > 0; depth--) {
		path = strchr(path, '/');
		path = path ? path + 1 : NULL;
	}
	return path;
}

struct path_match record_path_match(const char *const *paths, uint64_t alive,
                                    unsigned int depth, const char *key, size_t size)
{
	struct path_match match = {0, 0};

	for (; alive; alive &= alive - 1) {
		unsigned int i = (unsigned int)__builtin_ctzll(alive);
		const char *part = part_of(paths[i], depth);

		if (!part || strncmp(part, key, size) != 0)
			continue;
		if (part[size] == '\0')
			match.here |= UINT64_C(1) << i;
		else if (part[size] == '/')
			match.below |= UINT64_C(1) << i;
	}
	return match;
}

bool record_path_is_rows(const char *path)
{
	const char *last = strrchr(path, '/');

	return strcmp(last ? last + 1 : path, "rows") == 0;
}
