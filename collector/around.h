/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AROUND_H
#define ISOBAR_AROUND_H

#include "base/strbuf.h"

#include "format.h"

/*
 * Puts what the format reads of the envelope, as an object of its own, with what may be
 * a secret masked: parse is given this and no more, so that a stored record that is read
 * again with it says the same.  Nothing when the format reads nothing of envelopes.
 */
void around_of_envelope(const struct format *format, struct json_view envelope,
                        struct strbuf *out);

/*
 * A record of the format means nothing without its file, as far as its name and table
 * tell: a row of a CSV, an element under an envelope that matters.
 */
bool around_is_needed(const struct format *format);

#endif
