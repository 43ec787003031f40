/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PAGE_H
#define ISOBAR_PAGE_H

#include "cursor.h"
#include "query_string.h"
#include "request.h"

/* Pages of what an org has decided: limit, cursor, and the answer around the items. */
#define PAGE_DEFAULT 100
#define PAGE_MOST    500 /* what is above counts as this */

struct page {
	int limit;
	const char *cursor; /* as given, or NULL */
};

/* NULL, or what is wrong with a parameter. */
typedef const char *page_take_fn(void *ctx, const struct query_parameter *p);

/* All parameters of a request, in their order.  False: 400 was answered. */
bool page_parameters(struct request *req, page_take_fn *take, void *ctx);

/* The same of a page: take gets what is neither limit nor cursor.  NULL: there are no others.  False: 400 was answered. */
bool page_read(struct request *req, struct page *page, page_take_fn *take, void *ctx);

/* Of cursors of this list; the state of the org is loaded.  shape: what it is filtered by. */
struct cursor_scope page_scope(struct request *req, const char *shape);
void page_refuse_cursor(struct request *req);

/*
 * Answers items, an array that stands open in an object: next is the cursor of the next
 * page or NULL, others what the link to it says beside limit and cursor ("&state=asked").
 */
void page_send(struct request *req, const struct page *page, struct strbuf *items,
               const char *next, const char *others);

/* Answers a text that is complete, with an ETag of its content. */
void page_send_one(struct request *req, struct strbuf *text, const char *link);

/* What is of the whole org, to who sees a part of it: 403 was answered. */
bool page_refuse_scoped(struct request *req);

/* May the principal do it in the whole org?  If not, 403 was answered. */
bool page_needs(struct request *req, enum permission permission);

#endif
