/* SPDX-License-Identifier: Apache-2.0 */
#include "store/asset_tags.h"

#include <string.h>

#define TAGS_SIZE_MAX (1u << 20)

struct json_doc *asset_tags_doc(void)
{
	return json_doc_new(TAGS_SIZE_MAX, 8);
}

size_t asset_tags_of(struct json_view object, struct arena *a, struct asset_tag **out)
{
	struct json_items it;
	struct error err;
	size_t n = 0;

	*out = NULL;
	if (json_view_get_items(object, "", &it, &err) < 0)
		return 0;
	*out = ARENA_ARRAY(a, struct asset_tag, it.n + 1);
	while (json_items_next(&it)) {
		const char *value;

		if (it.key && json_view_text(it.value, &value))
			(*out)[n++] = (struct asset_tag){arena_strdup(a, it.key),
			                                 arena_strdup(a, value)};
	}
	return n;
}

size_t asset_tags_read(struct json_doc *doc, const char *json, struct arena *a,
                       struct asset_tag **out)
{
	struct json_view root;
	struct error err;

	*out = NULL;
	if (!*json || json_doc_parse(doc, json, strlen(json), &root, &err) < 0)
		return 0;
	return asset_tags_of(root, a, out);
}
