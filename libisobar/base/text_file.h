/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEXT_FILE_H
#define ISOBAR_TEXT_FILE_H

#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

/*
 * Appends a file of at most `most` bytes to out.  ERR_INVALID: it cannot be opened or read,
 * or holds a NUL byte; ERR_LIMIT: it is larger.  The message goes behind the file's name.
 */
int text_file_read(const char *path, size_t most, struct strbuf *out,
                   struct error *err) MUST_CHECK;

#endif
