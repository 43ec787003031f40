/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EPSS of the day: a CSV file, packed.  The server answers the name of the current one
 * with a redirect to that of its day, which is the cursor: no other address is followed.
 *
 * Source: first.org/epss/data_stats.
 */
#include <string.h>

#include "feed_connector_private.h"

#define HOST    "https://epss.empiricalsecurity.com"
#define CURRENT "epss_scores-current.csv.gz"

static const struct source_setting settings[] = {
        {"endpoint", SOURCE_URL, NULL,
         "where " CURRENT " is, for mirrors; else FIRST's server"},
        {NULL, 0, NULL, NULL},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "epss_scores-2026-08-16.csv.gz" */
static bool is_file_name(const char *name)
{
	static const char form[] = "epss_scores-dddd-dd-dd.csv.gz";
	size_t i;

	for (i = 0; form[i] && name[i]; i++)
		if (form[i] == 'd' ? !is_digit(name[i]) : name[i] != form[i])
			return false;
	return !form[i] && !name[i];
}

static int request(const struct live_source *s, const struct part *part, const char *cursor,
                   timestamp now, struct arena *a, struct part_request *out,
                   struct error *err)
{
	(void)now;
	if (feed_check_plan(part, err) < 0)
		return err->code;
	if (cursor && !is_file_name(cursor))
		return error_set(err, ERR_INVALID, "a cursor that is not this listing's");
	feed_request_file(s, HOST, ARENA_JOIN(a, "/", cursor ? cursor : CURRENT), a, out);
	out->redirects = true;
	return 0;
}

static int page(const struct live_source *s, const struct page_input *in, struct arena *a,
                struct part_page *out, struct error *err)
{
	const char *location, *slash;

	(void)s;
	*out = (struct part_page){0};
	if (feed_check_plan(in->part, err) < 0)
		return err->code;
	if (in->response->status < 300)
		return 0;
	location = http_header(in->response, "location");
	slash = location ? strrchr(location, '/') : NULL;
	location = slash ? slash + 1 : location;
	if (!location || !is_file_name(location))
		return error_set(err, ERR_DENIED,
		                 "%ld leads to no file of a day: set endpoint",
		                 in->response->status);
	out->next = arena_strdup(a, location);
	return 0;
}

const struct connector epss_connector = {
        .name = "epss",
        .title = "EPSS (FIRST)",
        .settings = settings,
        .credential_request = feed_credential_request,
        .credential_answer = feed_credential_answer,
        .authorize = feed_authorize,
        .request = request,
        .page = page,
        .refusal = feed_refusal,
};
