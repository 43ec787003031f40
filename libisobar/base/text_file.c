/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int text_file_read(const char *path, size_t most, struct strbuf *out, struct error *err)
{
	FILE *f = fopen(path, "re");
	const size_t before = out->size;
	char piece[16384];
	size_t n;

	if (!f)
		return error_set(err, ERR_INVALID, "cannot be opened: %s", strerror(errno));
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0 && out->size - before <= most)
		strbuf_put(out, piece, n);
	const int failed = ferror(f) ? errno : 0;

	fclose(f);
	n = out->size - before;
	if (failed)
		return error_set(err, ERR_INVALID, "cannot be read: %s", strerror(failed));
	if (n > most)
		return error_set(err, ERR_LIMIT, "is larger than %zu MiB", most >> 20);
	if (n && memchr(out->data + before, '\0', n))
		return error_set(err, ERR_INVALID, "is no text: it holds a NUL byte");
	return 0;
}
