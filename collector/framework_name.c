/* SPDX-License-Identifier: Apache-2.0 */
/* One spelling of a framework and its version for tools that write them apart. */
#include "framework_name.h"

#include <string.h>

const char *framework_name(const char *framework, const char *version, struct arena *a)
{
	static const char digits[] = "0123456789";
	size_t size;

	version += version[0] == 'v';
	size = strspn(version, digits);
	if (size == 0 || framework[0] == '\0')
		return framework;
	if (version[size] == '.')
		size += 1 + strspn(version + size + 1, digits);
	return ARENA_JOIN(a, framework, "-", arena_strndup(a, version, size));
}
