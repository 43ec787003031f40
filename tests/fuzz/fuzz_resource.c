/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids of resources: whatever a record says of one, its canonical form is the same
 * when made again.  An empty one is fine: such findings are refused when sealed.  The
 * input is lines: provider's digit, account, region, type, name, and the raw id.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/resource.h"

#define SIZE_MAX_INPUT 4096
#define N_LINES        6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct resource *once, struct arena *a)
{
	struct resource twice = *once;

	/* The service of a relative name is that of its type, which its path replaces. */
	if (once->provider == PROVIDER_GCP && strncmp(once->raw, "//", 2) != 0)
		return;
	resource_canonicalize(&twice, a);
	if (strcmp(twice.id, once->id) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_SCOPED a = arena_new(4096);
	const char *lines[N_LINES] = {"", "", "", "", "", ""};
	struct resource r;
	char *text, *next;

	if (size > SIZE_MAX_INPUT || memchr(data, '\0', size))
		return 0;
	text = arena_strndup(a, (const char *)data, size);
	for (size_t i = 0; i < N_LINES && text; i++) {
		next = i + 1 < N_LINES ? strchr(text, '\n') : NULL;
		if (next)
			*next++ = '\0';
		lines[i] = text;
		text = next;
	}
	r = (struct resource){
	        .provider = (enum provider)((unsigned char)lines[0][0] % N_PROVIDERS),
	        .account = lines[1],
	        .region = lines[2],
	        .type = lines[3],
	        .name = lines[4],
	        .raw = lines[5]};
	resource_canonicalize(&r, a);
	check(&r, a);
	(void)resource_canonical_alias(&r, lines[4], a);
	return 0;
}
