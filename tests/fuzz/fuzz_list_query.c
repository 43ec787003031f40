/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the query of a list, and as a cursor.  What is taken has a shape that
 * reads back as itself; what is refused names a parameter and says why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/responsibility.h"

#include "api/cursor.h"
#include "api/list_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[CURSOR_KEY_SIZE];
	ARENA_SCOPED a = arena_new(4096);
	char *text = arena_strndup(a, (const char *)data, size);
	struct cursor_scope scope = {.key = key, .org_id = 1, .epoch = 1, .shape = "fuzz"};
	struct parameter_fault fault = {NULL, NULL};
	struct list_query q, again;
	struct cursor c;

	if (list_query_read(text, LIST_PAGING | LIST_QUEUE, (1u << N_VERDICTS) - 1, a, &q,
	                    &fault)) {
		check(list_query_read(q.shape, LIST_PAGING, (1u << N_VERDICTS) - 1, a,
		                      &again, &fault),
		      "a shape is not taken");
		check(strcmp(q.shape, again.shape) == 0, "a shape reads back as another");
		check(q.limit >= 1 && q.limit <= LIST_LIMIT_MAX, "limit");
	} else {
		check(fault.parameter && fault.detail && *fault.detail,
		      "no fault is named");
	}
	if (cursor_read(&scope, text, &c))
		check(strcmp(cursor_write(&scope, &c, a), text) == 0,
		      "two texts of a cursor");
	return 0;
}
