/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers as values. */
#include "net/http_message.h"

#include <assert.h>
#include <string.h>

void http_add_header(struct http_request *req, const char *name, const char *value)
{
	assert(req->n_headers < HTTP_HEADERS_MAX);
	req->headers[req->n_headers++] = (struct http_header){name, value};
}

const char *http_header(const struct http_response *resp, const char *name)
{
	for (size_t i = 0; i < resp->n_headers; i++)
		if (strcmp(resp->headers[i].name, name) == 0)
			return resp->headers[i].value;
	return NULL;
}
