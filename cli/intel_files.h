/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INTEL_FILES_H
#define ISOBAR_INTEL_FILES_H

#include "base/error.h"
#include "base/strbuf.h"

/*
 * All of a file's content in out; ERR_INVALID or ERR_LIMIT says what
 * is wrong, without the file's name.
 */
int intel_file_read(const char *path, struct strbuf *out, struct error *err) MUST_CHECK;

#endif
