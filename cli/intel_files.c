/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feed's file as bytes: what is read of it is in collector/intel.h.
 */
#include "intel_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "collector/intel.h"

#define PIECE (1u << 20)

static int read_all(int fd, struct strbuf *out, struct error *err)
{
	ssize_t n;

	do {
		n = read(fd, strbuf_reserve(out, PIECE), PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, ERR_INVALID, "cannot be read: %s",
			                 strerror(errno));
		out->size += (size_t)n;
		if (out->size > INTEL_FILE_MAX)
			return error_set(err, ERR_LIMIT, "is larger than %zu MiB",
			                 INTEL_FILE_MAX >> 20);
	} while (n != 0);
	return 0;
}

int intel_file_read(const char *path, struct strbuf *out, struct error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	strbuf_reset(out);
	if (fd < 0)
		return error_set(err, ERR_INVALID, "cannot be opened: %s", strerror(errno));
	rc = read_all(fd, out, err);
	close(fd);
	return rc;
}
