/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CISA's catalogue of known exploited vulnerabilities: one JSON file, all of it.
 *
 * Source: cisa.gov/known-exploited-vulnerabilities-catalog.
 */
#include "feed_connector_private.h"

#define HOST "https://www.cisa.gov/sites/default/files/feeds"

static const struct source_setting settings[] = {
        {"endpoint", SOURCE_URL, NULL,
         "where known_exploited_vulnerabilities.json is, for mirrors; else CISA's site"},
        {NULL, 0, NULL, NULL},
};

static int request(const struct live_source *s, const struct part *part, const char *cursor,
                   timestamp now, struct arena *a, struct part_request *out,
                   struct error *err)
{
	(void)cursor;
	(void)now;
	if (feed_check_plan(part, err) < 0)
		return err->code;
	feed_request_file(s, HOST, "/known_exploited_vulnerabilities.json", a, out);
	return 0;
}

static int page(const struct live_source *s, const struct page_input *in, struct arena *a,
                struct part_page *out, struct error *err)
{
	(void)s;
	(void)a;
	*out = (struct part_page){0};
	return feed_check_plan(in->part, err);
}

const struct connector kev_connector = {
        .name = "kev",
        .title = "CISA KEV",
        .settings = settings,
        .credential_request = feed_credential_request,
        .credential_answer = feed_credential_answer,
        .authorize = feed_authorize,
        .request = request,
        .page = page,
        .refusal = feed_refusal,
};
