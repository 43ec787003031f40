/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON written by hand: what the command line prints and the api answers.
 */
#include "model/json_write.h"

static void begin_value(struct strbuf *b, const char *key)
{
	if (b->size && b->data[b->size - 1] != '{' && b->data[b->size - 1] != '[')
		strbuf_putc(b, ',');
	if (key) {
		strbuf_put_json(b, key);
		strbuf_putc(b, ':');
	}
}

void json_write_open(struct strbuf *b, const char *key, char bracket)
{
	begin_value(b, key);
	strbuf_putc(b, bracket);
}

void json_write_close(struct strbuf *b, char bracket)
{
	strbuf_putc(b, bracket);
}

void json_write_text(struct strbuf *b, const char *key, const char *text)
{
	begin_value(b, key);
	strbuf_put_json(b, text);
}

void json_write_stated(struct strbuf *b, const char *key, const char *text)
{
	json_write_text(b, key, text && *text ? text : NULL);
}

void json_write_int(struct strbuf *b, const char *key, long long value)
{
	begin_value(b, key);
	strbuf_printf(b, "%lld", value);
}

void json_write_bool(struct strbuf *b, const char *key, bool value)
{
	begin_value(b, key);
	strbuf_puts(b, value ? "true" : "false");
}

void json_write_null(struct strbuf *b, const char *key)
{
	json_write_text(b, key, NULL);
}

void json_write_key(struct strbuf *b, const char *key, const struct key *value)
{
	char text[KEY_TEXT_MAX];

	json_write_text(b, key, key_text(value, text));
}

void json_write_raw(struct strbuf *b, const char *key, const char *json)
{
	begin_value(b, key);
	strbuf_puts(b, json);
}

void json_write_time(struct strbuf *b, const char *key, timestamp value)
{
	char text[TIMESTAMP_TEXT_MAX];

	json_write_stated(b, key, timestamp_format(value, text));
}
