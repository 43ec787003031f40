/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of requests, member by member against what a route takes.
 */
#include "json_body.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool refuse(struct json_fault *fault, const char *pointer, const char *detail)
{
	*fault = (struct json_fault){.pointer = pointer, .detail = detail};
	return false;
}

/* A pointer to a member: '~' and '/' of its name are escaped. */
static const char *pointer_to(const char *name, struct arena *a)
{
	char *out = arena_alloc(a, 2 * strlen(name) + 2);
	char *at = out;

	*at++ = '/';
	for (; *name; name++) {
		if (*name == '~' || *name == '/') {
			*at++ = '~';
			*at++ = *name == '~' ? '0' : '1';
		} else {
			*at++ = *name;
		}
	}
	*at = '\0';
	return out;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static bool read_text(const struct json_field *f, const json_t *value, const char *pointer,
                      struct arena *a, struct json_fault *fault)
{
	const char *text = json_string_value(value);

	if (!text)
		return refuse(fault, pointer, "is no text");
	if (is_blank(text))
		return refuse(fault, pointer, "is blank");
	if (strlen(text) > (size_t)f->most)
		return refuse(
		        fault, pointer,
		        arena_printf(a, "is longer than %lld bytes", (long long)f->most));
	*(const char **)f->out = arena_strdup(a, text);
	return true;
}

static bool read_int(const struct json_field *f, const json_t *value, const char *pointer,
                     struct arena *a, struct json_fault *fault)
{
	const json_int_t n = json_integer_value(value);

	if (!json_is_integer(value))
		return refuse(fault, pointer, "is no whole number");
	if (n < f->least || n > f->most)
		return refuse(fault, pointer,
		              arena_printf(a, "is not from %lld to %lld",
		                           (long long)f->least, (long long)f->most));
	*(int64_t *)f->out = n;
	return true;
}

static bool read_time(const struct json_field *f, const json_t *value, const char *pointer,
                      struct json_fault *fault)
{
	struct error err;

	if (!json_is_string(value) ||
	    timestamp_parse(json_string_value(value), f->out, &err) < 0)
		return refuse(fault, pointer, "is no time as RFC 3339 has it");
	return true;
}

static int by_key(const void *a, const void *b)
{
	return key_cmp(a, b);
}

static bool is_list(const struct json_field *f, const json_t *value, const char *pointer,
                    struct arena *a, struct json_fault *fault)
{
	const size_t n = json_array_size(value);

	if (!json_is_array(value))
		return refuse(fault, pointer, "is no list");
	if (n >= (size_t)f->least && n <= (size_t)f->most)
		return true;
	return refuse(fault, pointer,
	              arena_printf(a, "has not from %lld to %lld members",
	                           (long long)f->least, (long long)f->most));
}

static bool read_keys(const struct json_field *f, const json_t *value, const char *pointer,
                      struct arena *a, struct json_fault *fault)
{
	struct key_list *out = f->out;
	const size_t n = json_array_size(value);

	if (!is_list(f, value, pointer, a, fault))
		return false;
	out->keys = ARENA_ARRAY(a, struct key, n);
	out->n = n;
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(value, i));

		if (!text || key_parse(text, &out->keys[i]) < 0)
			return refuse(fault, arena_printf(a, "%s/%zu", pointer, i),
			              "is no id");
	}
	qsort(out->keys, n, sizeof(*out->keys), by_key);
	for (size_t i = 1; i < n; i++)
		if (key_cmp(&out->keys[i - 1], &out->keys[i]) == 0)
			return refuse(fault, pointer, "names an id twice");
	return true;
}

static bool read_objects(const struct json_field *f, const json_t *value,
                         const char *pointer, struct arena *a, struct json_fault *fault)
{
	struct object_list *out = f->out;
	const size_t n = json_array_size(value);

	if (!is_list(f, value, pointer, a, fault))
		return false;
	out->texts = ARENA_ARRAY(a, const char *, n + 1);
	out->n = n;
	for (size_t i = 0; i < n; i++) {
		const json_t *object = json_array_get(value, i);
		char *text;

		if (!json_is_object(object))
			return refuse(fault, arena_printf(a, "%s/%zu", pointer, i),
			              "is no object");
		text = json_dumps(object, JSON_COMPACT);
		out->texts[i] = arena_strdup(a, text);
		free(text);
	}
	return true;
}

static bool read_field(const struct json_field *f, const json_t *value, struct arena *a,
                       struct json_fault *fault)
{
	const char *pointer = pointer_to(f->name, a);

	if (!value)
		return !(f->flags & FIELD_REQUIRED) || refuse(fault, pointer, "is missing");
	if (json_is_null(value))
		return f->flags & FIELD_NULLABLE || refuse(fault, pointer, "is null");
	switch (f->type) {
	case FIELD_TEXT:
		return read_text(f, value, pointer, a, fault);
	case FIELD_INT:
		return read_int(f, value, pointer, a, fault);
	case FIELD_BOOL:
		if (!json_is_boolean(value))
			return refuse(fault, pointer, "is neither true nor false");
		*(bool *)f->out = json_is_true(value);
		return true;
	case FIELD_TIME:
		return read_time(f, value, pointer, fault);
	case FIELD_KEYS:
		return read_keys(f, value, pointer, a, fault);
	case FIELD_OBJECTS:
		return read_objects(f, value, pointer, a, fault);
	}
	return false;
}

static bool is_known(const char *name, const struct json_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

static bool read_object(json_t *object, const struct json_field *fields, size_t n,
                        struct arena *a, struct json_fault *fault)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return refuse(fault, "", "is no object");
	json_object_foreach (object, name, value)
		if (!is_known(name, fields, n))
			return refuse(fault, pointer_to(name, a), "is not known here");
	for (size_t i = 0; i < n; i++)
		if (!read_field(&fields[i], json_object_get(object, fields[i].name), a,
		                fault))
			return false;
	return true;
}

bool json_body_read(const char *text, size_t size, const struct json_field *fields,
                    size_t n_fields, struct arena *a, struct json_fault *fault)
{
	json_error_t error;
	json_t *body;
	bool ok;

	if (size == 0)
		return refuse(fault, "", "is empty");
	body = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!body && json_error_code(&error) == json_error_duplicate_key)
		return refuse(fault, "",
		              arena_printf(a, "names a member twice, before byte %d",
		                           error.position));
	if (!body)
		return refuse(fault, "",
		              arena_printf(a, "is no JSON at byte %d", error.position));
	ok = read_object(body, fields, n_fields, a, fault);
	json_decref(body);
	return ok;
}
