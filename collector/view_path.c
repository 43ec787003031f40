/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places in records of providers that do not keep to one case.
 */
#include "view_path.h"

#include <string.h>

enum {
	STEP_MAX = 64
};

struct json_view view_path(struct json_view v, const char *path)
{
	char step[STEP_MAX];

	while (*path != '\0') {
		size_t n = strcspn(path, "/");

		if (n >= sizeof(step) || !json_view_is_object(v))
			return (struct json_view){0};
		memcpy(step, path, n);
		step[n] = '\0';
		v = json_view_at_nocase(v, step);
		path += path[n] == '/' ? n + 1 : n;
	}
	return v;
}

const char *view_path_text(struct json_view v, const char *path)
{
	const char *text = "";

	(void)json_view_text(view_path(v, path), &text);
	return text;
}

bool view_path_true(struct json_view v, const char *path)
{
	bool yes = false;

	return json_view_bool(view_path(v, path), &yes) && yes;
}
