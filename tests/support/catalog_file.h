/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_CATALOG_FILE_H
#define ISOBAR_TEST_CATALOG_FILE_H

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

#ifndef ISOBAR_CATALOG_DIR /* given by tests/CMakeLists.txt */
#define ISOBAR_CATALOG_DIR "catalog"
#endif

/* A file of catalog/ as text in a: "models/rs-1.0.0.json"; NULL if it cannot be read. */
static inline char *catalog_file(const char *name, struct arena *a)
{
	FILE *file = fopen(arena_printf(a, "%s/%s", ISOBAR_CATALOG_DIR, name), "rb");
	char *text;
	long size;

	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = arena_alloc(a, (size_t)size + 1);
	if (fread(text, 1, (size_t)size, file) != (size_t)size)
		text = NULL;
	fclose(file);
	return text;
}

#endif
