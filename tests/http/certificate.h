/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_HTTP_CERTIFICATE_H
#define ISOBAR_TEST_HTTP_CERTIFICATE_H

/* Writes a self-signed certificate for name, and its key, as PEM files. */
void certificate_make(const char *name, const char *certificate_file, const char *key_file);

#endif
