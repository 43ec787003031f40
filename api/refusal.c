/* SPDX-License-Identifier: Apache-2.0 */
/* What the guard answers in evhttp's place. */
#include "refusal.h"

#include <event2/util.h>
#include <time.h>

const char *http_date(void)
{
	static char text[32];
	static time_t at;
	const time_t now = time(NULL);

	if (now != at)
		evutil_date_rfc1123(text, sizeof(text), NULL);
	at = now;
	return text;
}

void refusal_write(const struct refusal *r, struct strbuf *out)
{
	const struct problem p = {.name = r->name,
	                          .detail = r->detail,
	                          .instance = r->path[0] ? r->path : NULL,
	                          .request_id = r->request_id};
	const unsigned int status = problem_status(r->name);
	struct strbuf body = {0};

	problem_write(&p, &body);
	strbuf_printf(out,
	              "HTTP/1.1 %u %s\r\n"
	              "X-Request-Id: %s\r\n"
	              "Date: %s\r\n"
	              "Content-Type: " PROBLEM_CONTENT_TYPE "\r\n"
	              "Content-Length: %zu\r\n"
	              "Connection: close\r\n"
	              "Cache-Control: no-store\r\n"
	              "X-Content-Type-Options: nosniff\r\n",
	              status, status_phrase(status), r->request_id, http_date(), body.size);
	if (r->allow)
		strbuf_printf(out, "Allow: %s\r\n", r->allow);
	if (r->retry_after_s)
		strbuf_printf(out, "Retry-After: %u\r\n", r->retry_after_s);
	strbuf_puts(out, "\r\n");
	if (!r->is_head)
		strbuf_put(out, body.data, body.size);
	strbuf_done(&body);
}
