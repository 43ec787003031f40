/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of an envelope what its records need: of a report on an image, say, the names of the
 * image, and not how it was built.
 */
#include "around.h"

#include <assert.h>
#include <string.h>

#include "model/json_write.h"

#include "secret_mask.h"

/* "/Metadata/RepoTags" is RepoTags in the object Metadata; deeper is nobody's. */
struct place {
	const char *object, *key; /* object NULL: the envelope itself */
};

static struct place place_of(const char *field, struct arena *a)
{
	const char *key;

	if (*field != '/')
		return (struct place){.key = field};
	key = strchr(field + 1, '/');
	assert(key && !strchr(key + 1, '/'));
	return (struct place){
	        .object = arena_strndup(a, field + 1, (size_t)(key - field - 1)),
	        .key = key + 1};
}

static bool is_same_object(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Closes the object that is open and opens the next one; NULL: none. */
static void turn_to(const char **open, const char *object, struct strbuf *out)
{
	if (is_same_object(*open, object))
		return;
	if (*open)
		json_write_close(out, '}');
	if (object)
		json_write_open(out, object, '{');
	*open = object;
}

void around_of_envelope(const struct format *format, struct json_view envelope,
                        struct strbuf *out)
{
	const size_t start = out->size;
	ARENA_SCOPED a = NULL;
	const char *open = NULL;

	if (!format->envelope_fields)
		return;
	a = arena_new(1024);
	json_write_open(out, NULL, '{');
	for (const char *const *field = format->envelope_fields; *field; field++) {
		const struct json_view v = json_view_at(envelope, *field);
		const struct place place = place_of(*field, a);
		size_t size;

		if (!json_view_exists(v))
			continue;
		turn_to(&open, place.object, out);
		json_write_raw(out, place.key, json_view_dump(v, a, &size));
	}
	turn_to(&open, NULL, out);
	json_write_close(out, '}');
	if (format->secret_keys)
		secret_mask(out->data + start, out->size - start, format->secret_keys);
}

bool around_is_needed(const struct format *format)
{
	const size_t size = strlen(format->name);

	return format->envelope_fields ||
	       (size > 4 && strcmp(format->name + size - 4, "-csv") == 0);
}
