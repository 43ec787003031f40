/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GuardDuty lists in three steps: the detector of the region, the ids of its findings,
 * the findings of up to 50 ids.  The cursor says which:
 *	(none)                      the detectors
 *	"ids DETECTOR TOKEN"        a page of ids; TOKEN is "" for the first
 *	"get DETECTOR ID,ID TOKEN"  these findings; TOKEN of the ids after them, or ""
 *
 * Source: Amazon GuardDuty API reference, ListDetectors, ListFindings, GetFindings.
 */
#include <string.h>

#include "base/strbuf.h"
#include "net/url.h"

#include "aws_connector_private.h"

enum {
	MAX_IDS = 50, /* that GetFindings takes */
	MAX_ID = 300
};

struct place {
	bool gets; /* findings, not ids */
	const char *detector, *ids, *token;
};

/* The next word, ended by a blank. */
static const char *cut(const char **at, struct arena *a)
{
	const size_t size = strcspn(*at, " ");
	const char *word = arena_strndup(a, *at, size);

	*at += size + ((*at)[size] == ' ');
	return word;
}

static int read_place(const char *cursor, struct arena *a, struct place *out,
                      struct error *err)
{
	const char *at = cursor;
	const char *step = cut(&at, a);

	*out = (struct place){.gets = strcmp(step, "get") == 0};
	out->detector = cut(&at, a);
	out->ids = out->gets ? cut(&at, a) : "";
	out->token = at;
	if ((!out->gets && strcmp(step, "ids") != 0) || out->detector[0] == '\0' ||
	    (out->gets && out->ids[0] == '\0'))
		return error_set(err, ERR_INVALID, "no cursor of a GuardDuty listing");
	return 0;
}

static const char *path_of(const struct place *p, struct arena *a)
{
	return ARENA_JOIN(a, "/detector/", url_encode(p->detector, a), "/findings",
	                  p->gets ? "/get" : "");
}

static const char *body_of(const struct place *p, struct arena *a)
{
	struct strbuf b = {0};
	const char *text;

	if (p->gets) {
		strbuf_puts(&b, "{\"findingIds\":[\"");
		for (const char *c = p->ids; *c != '\0'; c++) {
			if (*c == ',')
				strbuf_puts(&b, "\",\"");
			else
				strbuf_putc(&b, *c);
		}
		strbuf_puts(&b, "\"]}");
	} else {
		strbuf_puts(&b, "{\"sortCriteria\":{\"attributeName\":\"createdAt\","
		                "\"orderBy\":\"ASC\"},\"maxResults\":50");
		if (p->token[0] != '\0') {
			strbuf_puts(&b, ",\"nextToken\":");
			strbuf_put_json(&b, p->token);
		}
		strbuf_putc(&b, '}');
	}
	text = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return text;
}

static int request(const struct aws_ask *ask, struct error *err)
{
	const char *base = aws_base_url(ask->s, "guardduty", ask->region, ask->a);
	struct place p;

	if (ask->cursor == NULL) {
		ask->out->http = (struct http_request){
		        .method = "GET",
		        .url = url_build(base, "/detector", NULL, 0, ask->a)};
		return 0;
	}
	if (read_place(ask->cursor, ask->a, &p, err) < 0)
		return err->code;
	aws_post_json(ask, "guardduty", path_of(&p, ask->a), body_of(&p, ask->a));
	ask->out->format = p.gets ? "guardduty" : NULL;
	return 0;
}

/* Ids go into a path and into cursors. */
static bool is_id(const char *text)
{
	const size_t size =
	        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                     "0123456789-_");

	return size > 0 && size <= MAX_ID && text[size] == '\0';
}

static int page_of_detectors(const struct page_input *in, struct arena *a,
                             struct part_page *out, struct error *err)
{
	struct json_view list = json_view_at(in->body, "detectorIds");
	const char *id = json_view_text_or(list, "/0", "");

	if (!json_view_is_array(list))
		return error_set(err, ERR_INVALID,
		                 "the answer has no list \"detectorIds\"");
	if (json_view_array_size(list) == 0) {
		out->partial = "GuardDuty is not switched on there";
		return 0;
	}
	/* "You can have only one detector per account per region." */
	if (json_view_array_size(list) > 1 || !is_id(id))
		return error_set(err, ERR_INVALID, "\"detectorIds\" is not one id");
	out->next = ARENA_JOIN(a, "ids ", id, " ");
	return 0;
}

static int join_ids(struct json_view body, struct strbuf *b, struct error *err)
{
	struct json_items it;

	if (json_view_get_items(body, "findingIds", &it, err) < 0)
		return err->code;
	if (it.n > MAX_IDS)
		return error_set(err, ERR_INVALID, "%zu ids on a page of %d", it.n,
		                 MAX_IDS);
	while (json_items_next(&it)) {
		const char *id = "";

		if (!json_view_text(it.value, &id) || !is_id(id))
			return error_set(err, ERR_INVALID,
			                 "\"findingIds\" has what is no id");
		strbuf_printf(b, "%s%s", b->size > 0 ? "," : "", id);
	}
	return 0;
}

static int page_of_ids(const struct page_input *in, const struct place *p, struct arena *a,
                       struct part_page *out, struct error *err)
{
	struct strbuf ids = {0};
	const char *token = "";
	int rc = aws_next_token(in->body, "nextToken", &token, err);

	/* Two cursors lie between one token and the next: the run cannot see it. */
	if (rc == 0 && token[0] != '\0' && strcmp(token, p->token) == 0)
		rc = error_set(err, ERR_INVALID,
		               "nextToken is the one that asked for this page");
	if (rc == 0)
		rc = join_ids(in->body, &ids, err);
	if (rc == 0 && ids.size > 0)
		out->next = ARENA_JOIN(a, "get ", p->detector, " ", strbuf_text(&ids), " ",
		                       token);
	else if (rc == 0 && token[0] != '\0')
		out->next = ARENA_JOIN(a, "ids ", p->detector, " ", token);
	strbuf_done(&ids);
	return rc;
}

/* Ids that are gone by now are left out of the answer. */
static int page(const struct page_input *in, struct arena *a, struct part_page *out,
                struct error *err)
{
	struct place p;

	if (in->cursor == NULL)
		return page_of_detectors(in, a, out, err);
	if (read_place(in->cursor, a, &p, err) < 0)
		return err->code;
	if (!p.gets)
		return page_of_ids(in, &p, a, out, err);
	if (!json_view_is_array(json_view_at(in->body, "findings")))
		return error_set(err, ERR_INVALID, "the answer has no list \"findings\"");
	if (p.token[0] != '\0')
		out->next = ARENA_JOIN(a, "ids ", p.detector, " ", p.token);
	return 0;
}

const struct aws_list aws_guardduty_list = {
        .name = "guardduty",
        .service = "guardduty",
        .title = "GuardDuty",
        .action = "guardduty:ListDetectors, guardduty:ListFindings, "
                  "guardduty:GetFindings",
        .rate = 600,
        .burst = 30,
        .request = request,
        .page = page,
};
