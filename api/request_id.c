/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request ids and the header of W3C Trace Context.  Random bytes are fetched for
 * sixteen ids at a time: a system call for each request would cost more than all
 * the rest of it.
 */
#include "request_id.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#define ID_SIZE 16 /* bytes: 128 bits */

bool request_id_is_valid(const char *text)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                              "0123456789._-";
	const size_t size = strnlen(text, REQUEST_ID_MAX);

	return size >= 1 && size < REQUEST_ID_MAX && strspn(text, allowed) == size;
}

/* Up to 256 bytes come whole and are not interrupted, getrandom(2). */
static uint8_t pool[256];
static size_t pool_left;

/* A fork would hand out what its parent does. */
static void forget_pool(void)
{
	pool_left = 0;
}

static void random_id(uint8_t out[ID_SIZE])
{
	static bool is_watched;

	if (!is_watched)
		is_watched = pthread_atfork(NULL, NULL, forget_pool) == 0;
	if (pool_left == 0) {
		const ssize_t n = getrandom(pool, sizeof(pool), 0);

		assert(n == (ssize_t)sizeof(pool));
		pool_left = sizeof(pool);
	}
	pool_left -= ID_SIZE;
	memcpy(out, pool + pool_left, ID_SIZE);
}

void request_id_make(char out[REQUEST_ID_MAX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t id[ID_SIZE];

	random_id(id);
	for (size_t i = 0; i < ID_SIZE; i++) {
		out[2 * i] = digits[id[i] >> 4];
		out[2 * i + 1] = digits[id[i] & 15];
	}
	out[2 * ID_SIZE] = '\0';
}

void request_id_take(const char *given, char out[REQUEST_ID_MAX])
{
	if (given && request_id_is_valid(given))
		memcpy(out, given, strlen(given) + 1);
	else
		request_id_make(out);
}

/* size lower-case digits, not all of them zero unless may_be_zero. */
static bool is_hex(const char *text, size_t size, bool may_be_zero)
{
	return strspn(text, "0123456789abcdef") >= size &&
	       (may_be_zero || strspn(text, "0") < size);
}

static unsigned int digit_of(char c)
{
	return (unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* 00-<32 digits>-<16 digits>-<2 digits> (Trace Context 3.2). */
bool trace_parent_parse(const char *text, struct trace_parent *out)
{
	if (!text || strnlen(text, 56) != 55 || strncmp(text, "00-", 3) != 0 ||
	    text[35] != '-' || text[52] != '-' || !is_hex(text + 3, 32, false) ||
	    !is_hex(text + 36, 16, false) || !is_hex(text + 53, 2, true))
		return false;
	memcpy(out->trace_id, text + 3, 32);
	out->trace_id[32] = '\0';
	memcpy(out->span_id, text + 36, 16);
	out->span_id[16] = '\0';
	out->sampled = digit_of(text[54]) & 1;
	return true;
}
