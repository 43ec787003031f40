/* SPDX-License-Identifier: Apache-2.0 */
#include "gcp_view.h"

#include "text_part.h"

struct json_view gcp_view_at(struct json_view v, const char *camel, const char *snake)
{
	struct json_view member = json_view_at(v, camel);

	return json_view_exists(member) ? member : json_view_at(v, snake);
}

const char *gcp_view_text(struct json_view v, const char *camel, const char *snake)
{
	return text_either(json_view_text_or(v, camel, ""),
	                   json_view_text_or(v, snake, ""));
}
