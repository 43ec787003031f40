/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access log on stderr, like all messages of a program (base/log.h).
 */
#include "access_log.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/strbuf.h"

#define FLUSH_SIZE (32 * 1024)

static struct strbuf gathered;

void access_log_flush(void)
{
	if (gathered.size == 0)
		return;
	log_write(gathered.data, gathered.size);
	strbuf_reset(&gathered);
}

static void put_member(struct strbuf *b, const char *key, const char *value)
{
	strbuf_printf(b, ",\"%s\":", key);
	strbuf_put_json(b, value);
}

static void begin(struct strbuf *b, const char *action)
{
	log_begin_line(b, LOG_INFO);
	put_member(b, "event.action", action);
}

static void end(struct strbuf *b)
{
	log_end_line(b);
	if (b->size >= FLUSH_SIZE)
		access_log_flush();
}

void access_log_put(const struct request *req, int status, size_t size, int64_t usec)
{
	struct strbuf *b = &gathered;

	if (!log_is_json()) {
		log_info("%s %s %d, %zu bytes in %.1f ms", req->method, req->path, status,
		         size, (double)usec / 1000);
		return;
	}
	begin(b, "request");
	put_member(b, "http.request.id", req->id);
	put_member(b, "http.request.method", req->method);
	put_member(b, "url.path", req->path);
	put_member(b, "client.ip", req->address);
	if (req->principal)
		put_member(b, "user.name", req->principal);
	if (req->org.slug)
		put_member(b, "organization.name", req->org.slug);
	if (req->is_traced) {
		put_member(b, "trace.id", req->trace.trace_id);
		put_member(b, "parent.id", req->trace.span_id);
	}
	strbuf_printf(b,
	              ",\"http.response.status_code\":%d,\"http.response.body.bytes\":%zu,"
	              "\"event.duration\":%" PRId64,
	              status, size, usec * 1000);
	end(b);
}

void access_log_put_refusal(const struct guard_refusal *refusal)
{
	struct strbuf *b = &gathered;

	if (!log_is_json()) {
		log_info("refused %s %s of %s: %s", refusal->method, refusal->path,
		         refusal->address, guard_reason_text(refusal->reason));
		return;
	}
	begin(b, "refused");
	put_member(b, "event.reason", guard_reason_text(refusal->reason));
	put_member(b, "http.request.id", refusal->request_id);
	put_member(b, "http.request.method", refusal->method);
	put_member(b, "url.path", refusal->path);
	put_member(b, "client.ip", refusal->address);
	strbuf_printf(b, ",\"http.response.status_code\":%u",
	              problem_status(refusal->name));
	end(b);
}
