/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decimal text times a scale.  Severities and probabilities travel as integers, as
 * a double between would make 0.285 by 100 into 28; the price is this arithmetic.
 */
#include "base/decimal.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#define DIGITS_FULL  UINT64_C(1000000000000000000) /* 10^18: one more digit fits */
#define EXPONENT_MAX 100000
#define SCALE_MAX    1000000000 /* so that 128 bits suffice below */

/* (-1)^negative * digits * 10^exponent; digits is below 10^19. */
struct decimal {
	bool negative;
	uint64_t digits;
	int exponent;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
		p++;
	return p;
}

static const char *take_digits(const char *p, bool after_point, struct decimal *d)
{
	for (; is_digit(*p); p++) {
		bool full = d->digits >= DIGITS_FULL;

		if (!full)
			d->digits = 10 * d->digits + (uint64_t)(*p - '0');
		if (full && !after_point && d->exponent < EXPONENT_MAX)
			d->exponent++;
		if (!full && after_point && d->exponent > -EXPONENT_MAX)
			d->exponent--;
	}
	return p;
}

/* NULL if no digit follows. */
static const char *take_exponent(const char *p, struct decimal *d)
{
	bool negative = *p == '-';
	int exponent = 0;

	p += *p == '-' || *p == '+';
	if (!is_digit(*p))
		return NULL;
	for (; is_digit(*p); p++)
		if (exponent < EXPONENT_MAX)
			exponent = 10 * exponent + (*p - '0');
	d->exponent += negative ? -exponent : exponent;
	return p;
}

static bool parse(const char *p, struct decimal *d)
{
	p = skip_blanks(p);
	d->negative = *p == '-';
	p += *p == '-' || *p == '+';
	if (!is_digit(*p) && !(*p == '.' && is_digit(p[1])))
		return false;
	p = take_digits(p, false, d);
	if (*p == '.')
		p = take_digits(p + 1, true, d);
	if (*p == 'e' || *p == 'E')
		p = take_exponent(p + 1, d);
	return p && *skip_blanks(p) == '\0';
}

/* False if the result has more than 63 bits. */
static bool apply(const struct decimal *d, int64_t scale, int64_t *out)
{
	unsigned __int128 value = (unsigned __int128)d->digits * (uint64_t)scale;
	unsigned __int128 unit = 1, rest;
	int e = d->exponent;

	for (; e > 0 && value > 0; e--) {
		value *= 10;
		if (value > INT64_MAX)
			return false;
	}
	for (; e < 0 && unit <= value; e++)
		unit *= 10;
	if (e < 0) {
		*out = 0; /* below a tenth of what rounds up */
		return true;
	}
	rest = value % unit;
	value /= unit;
	value += d->negative ? rest > unit - rest : rest >= unit - rest;
	if (value > INT64_MAX)
		return false;
	*out = d->negative ? -(int64_t)value : (int64_t)value;
	return true;
}

int decimal_scale(const char *text, int64_t scale, int64_t *out, struct error *err)
{
	struct decimal d = {0};

	assert(scale > 0 && scale <= SCALE_MAX);
	if (!parse(text, &d))
		return error_set(err, ERR_INVALID, "not a number: \"%.40s\"", text);
	if (!apply(&d, scale, out))
		return error_set(err, ERR_INVALID, "number too large: %.40s", text);
	return 0;
}
