/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a connection: the judge of requests may not crash, read outside what it
 * is given, loop for ever, want more than it says in one piece, or say something else
 * when the bytes are cut otherwise.  What it passes it must pass again, unchanged: so
 * evhttp gets nothing that the guard would refuse.  The first byte of the input chooses
 * the size of the pieces.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/http_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t body_cap(const char *method, const char *path, void *ctx)
{
	(void)method;
	(void)ctx;
	return strcmp(path, "/b") == 0 ? 200 : -1;
}

static const struct http_limits limits = {
        .max_head = 1000, .max_line = 300, .max_headers = 12, .body_cap = body_cap};

static void run(struct http_run *r, const char *text, size_t size, size_t step)
{
	http_run_begin(r, &limits);
	for (size_t at = 0; at < size; at += step)
		http_run_feed(r, text + at, step < size - at ? step : size - at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_run whole, cut, again;
	const char *text = (const char *)data + 1;

	if (size < 2)
		return 0;
	run(&whole, text, size - 1, size - 1);
	run(&cut, text, size - 1, (size_t)data[0] % 64 + 1);
	if (!http_run_is_same(&whole, &cut))
		abort();
	run(&again, strbuf_text(&whole.passed), whole.passed.size, 1000);
	if (again.is_refused || again.n_requests != whole.n_requests ||
	    again.passed.size != whole.passed.size ||
	    memcmp(strbuf_text(&again.passed), strbuf_text(&whole.passed),
	           again.passed.size) != 0)
		abort();
	http_run_end(&whole);
	http_run_end(&cut);
	http_run_end(&again);
	return 0;
}
