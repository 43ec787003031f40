/* SPDX-License-Identifier: Apache-2.0 */
/* Puts an answer together from what arrives of it, within bounds. */
#include "net/answer.h"

#include <string.h>

#include "net/unpack.h"

#define HEAD_MAX ((size_t)64 << 10)

void answer_init(struct answer *answer, struct arena *a, size_t max_body)
{
	*answer = (struct answer){.arena = a, .max_body = max_body};
}

void answer_done(struct answer *answer)
{
	unpack_free(answer->unpack);
	strbuf_done(&answer->body);
}

static void keep_header(struct answer *answer, const char *line, size_t size)
{
	const char *colon = memchr(line, ':', size);
	const char *value, *end = line + size;
	char *name;

	if (!colon)
		return;
	name = arena_strndup(answer->arena, line, (size_t)(colon - line));
	for (char *p = name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	value = colon + 1;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	answer->headers[answer->n_headers++] = (struct http_header){
	        name, arena_strndup(answer->arena, value, (size_t)(end - value))};
}

int answer_take_line(struct answer *answer, const char *line, size_t size,
                     struct error *err)
{
	answer->head_size += size;
	if (answer->head_size > HEAD_MAX)
		return error_set(err, ERR_LIMIT, "the headers of the answer are too large");
	while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
		size--;
	if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		answer->n_headers = 0; /* another head begins */
		answer->head_ended = false;
	} else if (size == 0) {
		answer->head_ended = true;
	} else if (!answer->head_ended) {
		if (answer->n_headers == ANSWER_HEADERS_MAX)
			return error_set(err, ERR_LIMIT, "the answer has too many headers");
		keep_header(answer, line, size);
	}
	return 0;
}

/* By what the head said of it, which is complete when the first byte comes. */
static struct unpack *unpack_of(const struct answer *answer)
{
	const struct http_response head = answer_response(answer, 0);
	const char *encoding = http_header(&head, "content-encoding");

	return unpack_new(encoding ? encoding : "identity");
}

static int not_unpacked(struct error *err)
{
	return error_set(err, ERR_TRANSIENT, "the answer cannot be unpacked");
}

int answer_take_body(struct answer *answer, const char *data, size_t size,
                     struct error *err)
{
	if (!answer->unpack)
		answer->unpack = unpack_of(answer);
	if (!answer->unpack)
		return error_set(err, ERR_TRANSIENT,
		                 "the answer is packed in an unknown way");
	switch (unpack_put(answer->unpack, data, size, answer->max_body, &answer->body,
	                   err)) {
	case 0:
		return 0;
	case ERR_LIMIT:
		return error_set(err, ERR_LIMIT, "the answer is larger than is taken");
	default:
		return not_unpacked(err);
	}
}

int answer_end(const struct answer *answer, struct error *err)
{
	if (answer->unpack && !unpack_is_whole(answer->unpack))
		return not_unpacked(err);
	return 0;
}

struct http_response answer_response(const struct answer *answer, long status)
{
	return (struct http_response){.status = status,
	                              .body = strbuf_text(&answer->body),
	                              .body_size = answer->body.size,
	                              .headers = answer->headers,
	                              .n_headers = answer->n_headers};
}
