/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listings that are one call a page: Security Hub in both forms and Inspector.  A
 * page's cursor is the token of the answer before it.
 *
 * Source: Security Hub API reference, GetFindings and GetFindingsV2, "Quotas";
 * Amazon Inspector API reference, ListFindings.
 */
#include <string.h>

#include "base/strbuf.h"
#include "net/url.h"

#include "aws_connector_private.h"

enum {
	MAX_TOKEN = 16384,
	MAX_PAGE = 32 << 20 /* 100 records of Security Hub, 240 KB each at most */
};

const struct aws_list *aws_list_find(const char *name)
{
	static const struct aws_list *const lists[] = {
	        &aws_securityhub_list, &aws_securityhub_v2_list, &aws_guardduty_list,
	        &aws_inspector2_list};

	for (size_t i = 0; i < N_ELEMENTS(lists); i++)
		if (strcmp(lists[i]->name, name) == 0)
			return lists[i];
	return NULL;
}

bool aws_lists_has(const struct live_source *s, const char *name, struct arena *a)
{
	const char **list;
	const size_t n = source_list(s, "lists", a, &list);

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

void aws_post_json(const struct aws_ask *ask, const char *service, const char *path,
                   const char *body)
{
	struct http_request *http = &ask->out->http;
	const char *base = aws_base_url(ask->s, service, ask->region, ask->a);

	*http = (struct http_request){.method = "POST",
	                              .url = url_build(base, path, NULL, 0, ask->a),
	                              .body = body,
	                              .body_size = strlen(body),
	                              .max_response = MAX_PAGE};
	http_add_header(http, "Content-Type", "application/json");
}

int aws_next_token(struct json_view body, const char *key, const char **out,
                   struct error *err)
{
	*out = "";
	if (json_view_opt_text(body, key, out, err) < 0)
		return err->code;
	if (strlen(*out) > MAX_TOKEN)
		return error_set(err, ERR_INVALID, "%s is longer than %d bytes", key,
		                 MAX_TOKEN);
	return 0;
}

static const char *take(struct strbuf *b, struct arena *a)
{
	const char *text = arena_strdup(a, strbuf_text(b));

	strbuf_done(b);
	return text;
}

static void put_token(struct strbuf *b, const char *key, const char *cursor)
{
	if (cursor == NULL)
		return;
	strbuf_printf(b, ",\"%s\":", key);
	strbuf_put_json(b, cursor);
}

/* A page of records, and the token of the next one. */
static int page_of(const struct page_input *in, const char *records, const char *key,
                   struct arena *a, struct part_page *out, struct error *err)
{
	const char *token;

	if (!json_view_is_array(json_view_at(in->body, records)))
		return error_set(err, ERR_INVALID, "the answer has no list \"%s\"",
		                 records);
	if (aws_next_token(in->body, key, &token, err) < 0)
		return err->code;
	if (token[0] != '\0')
		out->next = arena_strdup(a, token);
	return 0;
}

/* What is listed at its own service is left out here: it would come twice. */
static const struct {
	const char *list, *product;
} own_services[] = {{"guardduty", "GuardDuty"}, {"inspector2", "Inspector"}};

/* --- Security Hub (CSPM), ASFF --- */

/* Archived, passed and suppressed ones too: states are then explicit. */
static int hub_request(const struct aws_ask *ask, struct error *err)
{
	struct strbuf b = {0};
	const char *head = "{\"Filters\":{\"ProductName\":[";
	bool filtered = false;

	(void)err;
	for (size_t i = 0; i < N_ELEMENTS(own_services); i++) {
		if (!aws_lists_has(ask->s, own_services[i].list, ask->a))
			continue;
		strbuf_printf(&b, "%s{\"Value\":\"%s\",\"Comparison\":\"NOT_EQUALS\"}",
		              filtered ? "," : head, own_services[i].product);
		filtered = true;
	}
	strbuf_puts(&b, filtered ? "]}," : "{");
	strbuf_puts(&b,
	            "\"SortCriteria\":[{\"Field\":\"UpdatedAt\",\"SortOrder\":\"asc\"}],"
	            "\"MaxResults\":100");
	put_token(&b, "NextToken", ask->cursor);
	strbuf_putc(&b, '}');
	aws_post_json(ask, "securityhub", "/findings", take(&b, ask->a));
	ask->out->format = "asff";
	return 0;
}

static int hub_page(const struct page_input *in, struct arena *a, struct part_page *out,
                    struct error *err)
{
	return page_of(in, "Findings", "NextToken", a, out, err);
}

const struct aws_list aws_securityhub_list = {
        .name = "securityhub",
        .service = "securityhub",
        .title = "Security Hub",
        .action = "securityhub:GetFindings",
        .rate = 180, /* "GetFindings: RateLimit of 3 requests per second, BurstLimit 6" */
        .burst = 6,
        .request = hub_request,
        .page = hub_page,
};

/* --- Security Hub, OCSF --- */

static int hub_v2_request(const struct aws_ask *ask, struct error *err)
{
	struct strbuf b = {0};
	const char *head = "{\"Filters\":{\"CompositeFilters\":[{\"StringFilters\":[";
	bool filtered = false;

	(void)err;
	for (size_t i = 0; i < N_ELEMENTS(own_services); i++) {
		if (!aws_lists_has(ask->s, own_services[i].list, ask->a))
			continue;
		strbuf_printf(&b,
		              "%s{\"FieldName\":\"metadata.product.name\",\"Filter\":"
		              "{\"Value\":\"%s\",\"Comparison\":\"NOT_EQUALS\"}}",
		              filtered ? "," : head, own_services[i].product);
		filtered = true;
	}
	strbuf_puts(&b, filtered
	                        ? "],\"Operator\":\"AND\"}],\"CompositeOperator\":\"AND\"},"
	                        : "{");
	strbuf_puts(&b, "\"SortCriteria\":[{\"Field\":\"finding_info.modified_time_dt\","
	                "\"SortOrder\":\"asc\"}],\"MaxResults\":100");
	put_token(&b, "NextToken", ask->cursor);
	strbuf_putc(&b, '}');
	aws_post_json(ask, "securityhub", "/findingsv2", take(&b, ask->a));
	ask->out->format = "ocsf";
	return 0;
}

const struct aws_list aws_securityhub_v2_list = {
        .name = "securityhub-v2",
        .service = "securityhub",
        .title = "Security Hub",
        .action = "securityhub:GetFindings",
        .rate = 180, /* no figure of its own is published: that of GetFindings */
        .burst = 6,
        .request = hub_v2_request,
        .page = hub_page,
};

/* --- Inspector --- */

/* Sorted by what does not change while pages are turned. */
static int inspector_request(const struct aws_ask *ask, struct error *err)
{
	struct strbuf b = {0};

	(void)err;
	strbuf_puts(&b, "{\"filterCriteria\":{\"findingStatus\":["
	                "{\"comparison\":\"EQUALS\",\"value\":\"ACTIVE\"},"
	                "{\"comparison\":\"EQUALS\",\"value\":\"SUPPRESSED\"},"
	                "{\"comparison\":\"EQUALS\",\"value\":\"CLOSED\"}]},"
	                "\"sortCriteria\":{\"field\":\"FIRST_OBSERVED_AT\","
	                "\"sortOrder\":\"ASC\"},\"maxResults\":100");
	put_token(&b, "nextToken", ask->cursor);
	strbuf_putc(&b, '}');
	aws_post_json(ask, "inspector2", "/findings/list", take(&b, ask->a));
	ask->out->format = "inspector2";
	return 0;
}

static int inspector_page(const struct page_input *in, struct arena *a,
                          struct part_page *out, struct error *err)
{
	return page_of(in, "findings", "nextToken", a, out, err);
}

const struct aws_list aws_inspector2_list = {
        .name = "inspector2",
        .service = "inspector2",
        .title = "Inspector",
        .action = "inspector2:ListFindings",
        .rate = 600,
        .burst = 30,
        .request = inspector_request,
        .page = inspector_page,
};
