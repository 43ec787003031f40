/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "model/json_write.h"

#include "list.h"
#include "respond.h"

bool page_parameters(struct request *req, page_take_fn *take, void *ctx)
{
	struct parameter_fault fault;
	struct query_string q;

	if (!query_string_read(req->query, req->arena, &q, &fault)) {
		respond_bad_parameter(req, fault.parameter, fault.detail);
		return false;
	}
	for (size_t i = 0; i < q.n; i++) {
		const char *detail = take(ctx, &q.parameters[i]);

		if (detail) {
			respond_bad_parameter(req, q.parameters[i].name, detail);
			return false;
		}
	}
	return true;
}

/* Who takes what of a page's parameters. */
struct takers {
	struct page *page;
	page_take_fn *take;
	void *ctx;
};

static const char *take_own(void *ctx, const struct query_parameter *p)
{
	const struct takers *t = ctx;
	const size_t size = strlen(p->value);
	long n;

	if (strcmp(p->name, "cursor") == 0) {
		t->page->cursor = p->value;
		return size ? NULL : "is empty";
	}
	if (strcmp(p->name, "limit") != 0)
		return t->take ? t->take(t->ctx, p) : "is not a parameter of this route";
	if (size == 0 || size > 9 || strspn(p->value, "0123456789") != size ||
	    (n = strtol(p->value, NULL, 10)) == 0)
		return "is a whole number from 1 to 500";
	t->page->limit = n > PAGE_MOST ? PAGE_MOST : (int)n;
	return NULL;
}

bool page_read(struct request *req, struct page *page, page_take_fn *take, void *ctx)
{
	struct takers takers = {page, take, ctx};

	*page = (struct page){.limit = PAGE_DEFAULT};
	return page_parameters(req, take_own, &takers);
}

struct cursor_scope page_scope(struct request *req, const char *shape)
{
	return (struct cursor_scope){
	        .key = req->app->cursor_key,
	        .org_id = req->org.id,
	        .epoch = org_states_get(req->app->states, &req->org)->queue.epoch,
	        .shape = ARENA_JOIN(req->arena, req->path, "?", shape)};
}

void page_refuse_cursor(struct request *req)
{
	static const struct problem problem = {
	        .name = PROBLEM_INVALID_CURSOR,
	        .detail = "the cursor was altered, or is not one of this list",
	        .parameter = "cursor",
	        .at_detail = "is not valid here"};

	respond_problem(req, &problem);
}

void page_send_one(struct request *req, struct strbuf *text, const char *link)
{
	const char *const texts[] = {strbuf_text(text)};
	const struct key key = key_of_texts("page-etag/1", req->org.id, texts, 1);
	char etag[KEY_TEXT_MAX];
	const struct reply reply = {.status = 200,
	                            .etag = arena_strdup(req->arena, key_text(&key, etag)),
	                            .link = link};

	if (respond_if_unchanged(req, reply.etag))
		strbuf_done(text);
	else
		respond_body(req, &reply, text);
}

void page_send(struct request *req, const struct page *page, struct strbuf *items,
               const char *next, const char *others)
{
	struct strbuf link = {0};

	json_write_close(items, ']');
	json_write_text(items, "next_cursor", next);
	json_write_close(items, '}');
	if (!next) {
		page_send_one(req, items, NULL);
		return;
	}
	strbuf_printf(&link, "<%s?limit=%d%s&cursor=", req->path, page->limit, others);
	query_string_put(&link, next);
	strbuf_puts(&link, ">; rel=\"next\"");

	const char *text = arena_strdup(req->arena, strbuf_text(&link));

	strbuf_done(&link);
	page_send_one(req, items, text);
}

bool page_refuse_scoped(struct request *req)
{
	static const struct problem problem = {
	        .name = PROBLEM_FORBIDDEN,
	        .detail = "this is of the whole org; this token is for a part"};

	if (!list_is_scoped(req))
		return false;
	respond_problem(req, &problem);
	return true;
}

bool page_needs(struct request *req, enum permission permission)
{
	static const struct problem problem = {
	        .name = PROBLEM_FORBIDDEN,
	        .detail = "no role of this principal allows it in the whole org"};

	if (access_allows_everywhere(req->access, permission))
		return true;
	respond_problem(req, &problem);
	return false;
}
