/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_JSON_WRITE_H
#define ISOBAR_JSON_WRITE_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "base/timestamp.h"
#include "model/key.h"

/*
 * JSON (RFC 8259) written into a strbuf from left to right; each call puts a comma
 * where one is needed.  key is a member's name, NULL inside an array.
 */
void json_write_open(struct strbuf *b, const char *key, char bracket);     /* '{' or '[' */
void json_write_close(struct strbuf *b, char bracket);                     /* '}' or ']' */
void json_write_text(struct strbuf *b, const char *key, const char *text); /* NULL: null */
/* "" is null too: what a source did not state. */
void json_write_stated(struct strbuf *b, const char *key, const char *text);
void json_write_int(struct strbuf *b, const char *key, long long value);
void json_write_bool(struct strbuf *b, const char *key, bool value);
void json_write_null(struct strbuf *b, const char *key);
void json_write_key(struct strbuf *b, const char *key, const struct key *value);
void json_write_raw(struct strbuf *b, const char *key, const char *json); /* as it is */
void json_write_time(struct strbuf *b, const char *key, timestamp value); /* none: null */

#endif
