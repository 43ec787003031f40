/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a Pub/Sub message apart: its data is base64 of what the service sent, here
 * a JSON document.  Source: Pub/Sub API reference, PubsubMessage.
 */
#include "gcp_pubsub.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	MAX_DEPTH = 64
};

/* The value of a base64 digit (RFC 4648 sections 4 and 5), or -1. */
static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Decodes text into out (of 3/4 its size, and 2); false: it is no base64. */
static bool decode(const char *text, char *out, size_t *size)
{
	uint32_t bits = 0;
	unsigned int n_bits = 0;
	size_t n = 0;

	for (; *text != '\0' && *text != '='; text++) {
		int digit = digit_of(*text);

		if (*text == '\n' || *text == '\r')
			continue;
		if (digit < 0)
			return false;
		bits = (bits << 6 | (uint32_t)digit) & 0xffff;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[n++] = (char)(unsigned char)(bits >> n_bits & 0xff);
		}
	}
	*size = n;
	return strspn(text, "=\r\n") == strlen(text);
}

static int parse_data(const char *data, struct pubsub_message *out, struct error *err)
{
	size_t size = strlen(data);
	char *text;
	int rc;

	if (size / 4 * 3 > PUBSUB_MAX_DATA)
		return error_set(err, ERR_LIMIT, "message.data is larger than %zu bytes",
		                 PUBSUB_MAX_DATA);
	text = xmalloc(size + 1);
	if (data[0] == '{') {
		/* Some tools decode on their own (gcloud's decode(base64)). */
		memcpy(text, data, size);
	} else if (!decode(data, text, &size)) {
		free(text);
		return error_set(err, ERR_INVALID, "message.data is not base64");
	}
	out->doc = json_doc_new(2 * PUBSUB_MAX_DATA, MAX_DEPTH);
	rc = json_doc_parse(out->doc, text, size, &out->body, err);
	free(text);
	if (rc < 0)
		pubsub_close(out);
	return rc < 0 ? error_wrap(err, "message.data") : 0;
}

int pubsub_open(struct json_view record, struct pubsub_message *out, struct error *err)
{
	const char *data = json_view_text_or(record, "/message/data", NULL);

	*out = (struct pubsub_message){.body = record};
	return data ? parse_data(data, out, err) : 0;
}

void pubsub_close(struct pubsub_message *m)
{
	json_doc_freep(&m->doc);
}
