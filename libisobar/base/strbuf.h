/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_STRBUF_H
#define ISOBAR_STRBUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * A growing byte string on the heap, always NUL-terminated (the NUL is not
 * counted).  Zero-initialise ({0}) and release with strbuf_done().
 */
struct strbuf {
	char *data; /* NULL until something is put */
	size_t size;
	size_t room; /* allocated bytes, the NUL included */
};

void strbuf_done(struct strbuf *b);                           /* frees; b is {0} again */
void strbuf_reset(struct strbuf *b);                          /* size 0, memory kept */
char *strbuf_reserve(struct strbuf *b, size_t more) NON_NULL; /* the end, with room */
void strbuf_put(struct strbuf *b, const void *data, size_t size);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_printf(struct strbuf *b, const char *fmt, ...) PRINTF(2, 3);
void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap) PRINTF(2, 0);
const char *strbuf_text(const struct strbuf *b); /* "" when nothing was put */

/*
 * s as a JSON string with its quotes (RFC 8259 section 7); NULL puts null.  Bytes
 * that are no UTF-8 become U+FFFD, so that what is written can always be read.
 */
void strbuf_put_json(struct strbuf *b, const char *s);

/* Bytes of the UTF-8 character that text begins with: 1 to 4, or 0 if it is none. */
size_t utf8_length(const char *text, size_t size);

/* Bytes at the start of text that are UTF-8: size, or where the first fault is. */
size_t utf8_valid_size(const char *text, size_t size);

#endif
