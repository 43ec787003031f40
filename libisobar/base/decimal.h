/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DECIMAL_H
#define ISOBAR_DECIMAL_H

#include <stdint.h>

#include "base/error.h"

/*
 * A decimal number as text to an integer, without a double between: "9.8" by scale
 * 10 is 98.  Takes what JSON takes, and what CSV cells hold: blanks around, "+1",
 * ".5", "5.".  Rounds half up (-0.5 makes 0); digits after the 19th are cut.
 * scale is 1 to 10^9.  ERR_INVALID: no number, or the result needs more than 64 bits.
 */
int decimal_scale(const char *text, int64_t scale, int64_t *out,
                  struct error *err) MUST_CHECK;

#endif
