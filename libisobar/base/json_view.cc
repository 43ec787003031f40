/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simdjson behind json_view.h.  A json_view is simdjson's own pair of document and
 * tape index, so values can be read in any order and more than once, and walking
 * is arithmetic on the tape.  Where simdjson 3.0.1 differs from what the header
 * says (byte order mark, U+0000, no place in its errors), it is made up for here.
 * No std::string, no container: nothing here allocates once a json_doc is warm.
 */
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <new>
#include <simdjson.h>

extern "C" {
#include "base/decimal.h"
#include "base/json_fault.h"
#include "base/json_view.h"
#include "base/mem.h"
#include "base/strbuf.h"
}

using simdjson::dom::document;
using simdjson::internal::tape_ref;
using simdjson::internal::tape_type;

struct json_doc {
	explicit json_doc(size_t max) : parser(max)
	{
	}

	simdjson::dom::parser parser;
	char *input = nullptr; /* room bytes and SIMDJSON_PADDING */
	size_t room = 0;
	size_t max_size = 0;
	unsigned int max_depth = 0;
	bool dropped_nul = false;
};

namespace
{

constexpr size_t ROOM_MIN = 4096;
constexpr unsigned int DEPTH_MAX = 1024;             /* as dumping and json_fault recurse */
constexpr double EXACT_INT_END = 9007199254740992.0; /* 2^53 */

/* skipped: bytes of the caller's text before doc->input, to count from its start. */
int refuse(const json_doc *doc, simdjson::error_code code, size_t size, size_t skipped,
           struct error *err)
{
	switch (code) {
	case simdjson::MEMALLOC:
		mem_exhausted(size);
	case simdjson::CAPACITY:
		return error_set(err, ERR_LIMIT, "JSON larger than %zu bytes",
		                 doc->max_size);
	case simdjson::DEPTH_ERROR:
		return error_set(err, ERR_LIMIT, "JSON nested deeper than %u levels",
		                 doc->max_depth);
	case simdjson::EMPTY:
		return error_set(err, ERR_INVALID, "no JSON: the text is empty");
	case simdjson::UTF8_ERROR:
		return error_set(err, ERR_INVALID, "invalid UTF-8 at byte %zu",
		                 skipped + utf8_valid_size(doc->input, size));
	case simdjson::UNINITIALIZED:
	case simdjson::UNSUPPORTED_ARCHITECTURE:
	case simdjson::UNEXPECTED_ERROR:
		return error_set(err, ERR_INTERNAL, "simdjson: %s",
		                 simdjson::error_message(code));
	default: /* the rest are ways of not being JSON */
		break;
	}
	struct json_fault fault = json_fault_find(doc->input, size, doc->max_depth + 1);
	if (!fault.what)
		return error_set(err, ERR_INVALID, "not JSON");
	return error_set(err, ERR_INVALID, "%s at byte %zu", fault.what,
	                 skipped + fault.at);
}

/* Room for size bytes.  Doubling, so that records of growing size settle soon. */
void grow(json_doc *doc, size_t size)
{
	size_t room = doc->room ? doc->room : ROOM_MIN;

	while (room < size)
		room *= 2;
	if (room > doc->max_size)
		room = doc->max_size;
	free(doc->input);
	doc->input = static_cast<char *>(xmalloc(room + simdjson::SIMDJSON_PADDING));
	doc->room = room;
	/* simdjson asks for 32 bytes at least; one level more, as it refuses at its limit. */
	if (room < simdjson::dom::MINIMAL_DOCUMENT_CAPACITY)
		room = simdjson::dom::MINIMAL_DOCUMENT_CAPACITY;
	if (doc->parser.allocate(room, doc->max_depth + 1) != simdjson::SUCCESS ||
	    doc->parser.doc.allocate(room) != simdjson::SUCCESS)
		mem_exhausted(room);
}

/* Does valid JSON hold the escape \u0000?  Backslashes stand in strings only. */
bool has_nul_escape(const char *text, size_t size)
{
	const char *end = text + size;

	while ((text = static_cast<const char *>(memchr(text, '\\', size)))) {
		if (text[1] == 'u' && memcmp(text + 2, "0000", 4) == 0)
			return true;
		text += 2;
		size = static_cast<size_t>(end - text);
	}
	return false;
}

/*
 * Takes U+0000 out of every string of the document, keys included: PostgreSQL's
 * text cannot hold it, and readers here see NUL-terminated text.  The strings are
 * the parser's, and only shrink.
 */
void drop_nuls(document &d)
{
	size_t end = static_cast<size_t>(d.tape[0] & simdjson::internal::JSON_VALUE_MASK);

	for (size_t i = 1; i < end; i++) {
		tape_ref ref(&d, i);
		tape_type type = ref.tape_ref_type();

		if (type == tape_type::INT64 || type == tape_type::UINT64 ||
		    type == tape_type::DOUBLE)
			i++; /* its value is the next word */
		if (type != tape_type::STRING)
			continue;
		uint8_t *size_at = &d.string_buf[static_cast<size_t>(ref.tape_value())];
		uint8_t *text = size_at + sizeof(uint32_t);
		uint32_t size = ref.get_string_length(), kept = 0;
		for (uint32_t k = 0; k < size; k++)
			if (text[k] != 0)
				text[kept++] = text[k];
		text[kept] = 0;
		memcpy(size_at, &kept, sizeof(kept));
	}
}

tape_ref ref_of(json_view v)
{
	return tape_ref(static_cast<const document *>(v.doc), v.index);
}

json_view view_of(const document *d, size_t index)
{
	return json_view{d, index};
}

constexpr json_view NOTHING = {nullptr, 0};

bool is(json_view v, tape_type type)
{
	return v.doc && ref_of(v).tape_ref_type() == type;
}

/* A key to look for.  Of a pointer, it may hold ~0 and ~1 (RFC 6901 section 3). */
struct token {
	const char *text;
	size_t size;
	bool escaped;

	bool matches(const char *key, size_t key_size) const
	{
		if (!escaped)
			return key_size == size && memcmp(key, text, size) == 0;
		size_t k = 0;
		for (size_t i = 0; i < size; i++, k++) {
			char c = text[i];
			if (c == '~') {
				i++;
				if (i == size || (text[i] != '0' && text[i] != '1'))
					return false;
				c = text[i] == '0' ? '~' : '/';
			}
			if (k == key_size || key[k] != c)
				return false;
		}
		return k == key_size;
	}
};

template <typename Match> json_view find_member(json_view v, const Match &match)
{
	if (!is(v, tape_type::START_OBJECT))
		return NOTHING;
	tape_ref object = ref_of(v);
	size_t end = object.matching_brace_index() - 1;
	for (size_t i = object.json_index + 1; i < end;) {
		tape_ref key(object.doc, i), value(object.doc, i + 1);

		if (match(key.get_c_str(), key.get_string_length()))
			return view_of(object.doc, i + 1);
		i = value.after_element();
	}
	return NOTHING;
}

json_view member(json_view v, const token &t)
{
	return find_member(
	        v, [&t](const char *key, size_t size) { return t.matches(key, size); });
}

/* RFC 6901 section 4: digits without a leading zero. */
json_view element_at(json_view v, const token &t)
{
	size_t wanted = 0;

	if (t.size == 0 || t.size > 9 || (t.size > 1 && t.text[0] == '0'))
		return NOTHING;
	for (size_t i = 0; i < t.size; i++) {
		if (t.text[i] < '0' || t.text[i] > '9')
			return NOTHING;
		wanted = 10 * wanted + static_cast<size_t>(t.text[i] - '0');
	}
	tape_ref array = ref_of(v);
	size_t end = array.matching_brace_index() - 1;
	for (size_t i = array.json_index + 1; i < end;) {
		if (wanted-- == 0)
			return view_of(array.doc, i);
		i = tape_ref(array.doc, i).after_element();
	}
	return NOTHING;
}

json_view follow(json_view v, const char *pointer)
{
	while (v.doc && *pointer == '/') {
		token t = {pointer + 1, strcspn(pointer + 1, "/"), false};

		t.escaped = memchr(t.text, '~', t.size) != nullptr;
		v = is(v, tape_type::START_ARRAY) ? element_at(v, t) : member(v, t);
		pointer = t.text + t.size;
	}
	return v;
}

const char *describe(json_view v)
{
	if (!v.doc)
		return "missing";
	switch (ref_of(v).tape_ref_type()) {
	case tape_type::START_ARRAY:
		return "an array";
	case tape_type::START_OBJECT:
		return "an object";
	case tape_type::STRING:
		return "a text";
	case tape_type::INT64:
		return "an integer";
	case tape_type::UINT64:
		return "an integer beyond 63 bits";
	case tape_type::DOUBLE:
		return "a number with a fraction";
	case tape_type::TRUE_VALUE:
	case tape_type::FALSE_VALUE:
		return "a boolean";
	case tape_type::NULL_VALUE:
		return "null";
	case tape_type::ROOT:
	case tape_type::END_ARRAY:
	case tape_type::END_OBJECT:
		break;
	}
	return "no value";
}

int mismatch(json_view v, const char *at, const char *wanted, struct error *err)
{
	const char *quote = at && *at ? "\"" : "";
	const char *name = at && *at ? at : "the value";

	if (!json_view_exists(v))
		return error_set(err, ERR_INVALID, "%s%s%s is %s", quote, name, quote,
		                 describe(v));
	return error_set(err, ERR_INVALID, "%s%s%s is %s, not %s", quote, name, quote,
	                 describe(v), wanted);
}

/* The number as decimal text: exact for integers, the shortest form of a double. */
const char *number_text(json_view v, char *buf, size_t size)
{
	tape_ref ref = ref_of(v);
	char *end;

	if (ref.is_double())
		end = simdjson::internal::to_chars(buf, buf + size,
		                                   ref.next_tape_value<double>());
	else if (ref.is_uint64())
		end = std::to_chars(buf, buf + size, ref.next_tape_value<uint64_t>()).ptr;
	else
		end = std::to_chars(buf, buf + size, ref.next_tape_value<int64_t>()).ptr;
	*end = '\0';
	return buf;
}

bool is_number(json_view v)
{
	return is(v, tape_type::DOUBLE) || is(v, tape_type::INT64) ||
	       is(v, tape_type::UINT64);
}

constexpr size_t NUMBER_TEXT_MAX = 64;

void put_scalar(struct strbuf *b, json_view v)
{
	char buf[NUMBER_TEXT_MAX];

	switch (ref_of(v).tape_ref_type()) {
	case tape_type::STRING:
		strbuf_put_json(b, ref_of(v).get_c_str());
		return;
	case tape_type::INT64:
	case tape_type::UINT64:
	case tape_type::DOUBLE:
		strbuf_puts(b, number_text(v, buf, sizeof(buf) - 1));
		return;
	case tape_type::TRUE_VALUE:
		strbuf_put(b, "true", 4);
		return;
	case tape_type::FALSE_VALUE:
		strbuf_put(b, "false", 5);
		return;
	case tape_type::NULL_VALUE:
	case tape_type::ROOT:
	case tape_type::START_ARRAY:
	case tape_type::START_OBJECT:
	case tape_type::END_ARRAY:
	case tape_type::END_OBJECT:
		strbuf_put(b, "null", 4);
		return;
	}
}

/* How many items a container has; simdjson's own count stops at 24 bits. */
size_t count_items(tape_ref container, size_t end, bool object)
{
	size_t n = container.scope_count();

	if (n < simdjson::internal::JSON_COUNT_MASK)
		return n;
	n = 0;
	for (size_t i = container.json_index + 1; i < end; n++)
		i = tape_ref(container.doc, i + object).after_element();
	return n;
}

/* value holds the document until the first step; key is not NULL in an object. */
void open_items(json_view v, struct json_items *out)
{
	tape_ref container = ref_of(v);
	bool object = json_view_is_object(v);

	out->key = object ? "" : nullptr;
	out->value = v;
	out->next = container.json_index + 1;
	out->end = container.matching_brace_index() - 1;
	out->n = count_items(container, out->end, object);
}

void put_value(struct strbuf *b, json_view v)
{
	bool object = json_view_is_object(v);

	if (!object && !json_view_is_array(v)) {
		put_scalar(b, v);
		return;
	}
	struct json_items it;
	bool first = true;
	open_items(v, &it);
	strbuf_putc(b, object ? '{' : '[');
	while (json_items_next(&it)) {
		if (!first)
			strbuf_putc(b, ',');
		first = false;
		if (object) {
			strbuf_put_json(b, it.key);
			strbuf_putc(b, ':');
		}
		put_value(b, it.value);
	}
	strbuf_putc(b, object ? '}' : ']');
}

char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

} /* namespace */

struct json_doc *json_doc_new(size_t max_size, unsigned int max_depth)
{
	size_t max = max_size < simdjson::SIMDJSON_MAXSIZE_BYTES
	                     ? max_size
	                     : simdjson::SIMDJSON_MAXSIZE_BYTES;
	/* set_max_capacity() of 3.0.1 sets 32 bytes whatever it is given. */
	json_doc *doc = new (std::nothrow)
	        json_doc(max < simdjson::dom::MINIMAL_DOCUMENT_CAPACITY
	                         ? simdjson::dom::MINIMAL_DOCUMENT_CAPACITY
	                         : max);

	if (!doc)
		mem_exhausted(sizeof(*doc));
	doc->max_size = max;
	doc->max_depth = max_depth < DEPTH_MAX ? max_depth : DEPTH_MAX;
	return doc;
}

void json_doc_free(struct json_doc *doc)
{
	if (!doc)
		return;
	free(doc->input);
	delete doc;
}

void json_doc_freep(struct json_doc **doc)
{
	json_doc_free(*doc);
	*doc = nullptr;
}

int json_doc_parse(struct json_doc *doc, const char *text, size_t size,
                   struct json_view *out, struct error *err)
{
	size_t skipped = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	doc->dropped_nul = false;
	text += skipped;
	size -= skipped;
	if (size > doc->max_size)
		return refuse(doc, simdjson::CAPACITY, size, skipped, err);
	if (size > doc->room || !doc->input)
		grow(doc, size);
	if (size > 0)
		memcpy(doc->input, text, size);
	memset(doc->input + size, 0, simdjson::SIMDJSON_PADDING);
	simdjson::error_code code = doc->parser.parse(doc->input, size, false).error();
	if (code != simdjson::SUCCESS)
		return refuse(doc, code, size, skipped, err);
	if (has_nul_escape(doc->input, size)) {
		drop_nuls(doc->parser.doc);
		doc->dropped_nul = true;
	}
	*out = view_of(&doc->parser.doc, 1); /* tape[0] is the frame of the document */
	return 0;
}

bool json_doc_dropped_nul(const struct json_doc *doc)
{
	return doc->dropped_nul;
}

struct json_view json_view_at(struct json_view v, const char *at)
{
	if (!at || *at == '\0')
		return v;
	if (*at == '/')
		return follow(v, at);
	return member(v, token{at, strlen(at), false});
}

struct json_view json_view_at_nocase(struct json_view v, const char *key)
{
	size_t size = strlen(key);

	return find_member(v, [key, size](const char *candidate, size_t candidate_size) {
		if (candidate_size != size)
			return false;
		for (size_t i = 0; i < size; i++)
			if (lower(candidate[i]) != lower(key[i]))
				return false;
		return true;
	});
}

bool json_view_exists(struct json_view v)
{
	return v.doc && !is(v, tape_type::NULL_VALUE);
}

bool json_view_is_text(struct json_view v)
{
	return is(v, tape_type::STRING);
}

bool json_view_is_array(struct json_view v)
{
	return is(v, tape_type::START_ARRAY);
}

bool json_view_is_object(struct json_view v)
{
	return is(v, tape_type::START_OBJECT);
}

bool json_view_text(struct json_view v, const char **out)
{
	if (!is(v, tape_type::STRING))
		return false;
	*out = ref_of(v).get_c_str();
	return true;
}

bool json_view_int(struct json_view v, int64_t *out)
{
	if (is(v, tape_type::INT64)) {
		*out = ref_of(v).next_tape_value<int64_t>();
		return true;
	}
	if (!is(v, tape_type::DOUBLE))
		return false;
	double value = ref_of(v).next_tape_value<double>();
	if (!(value > -EXACT_INT_END && value < EXACT_INT_END))
		return false;
	int64_t whole = static_cast<int64_t>(value);
	if (static_cast<double>(whole) != value)
		return false;
	*out = whole;
	return true;
}

bool json_view_bool(struct json_view v, bool *out)
{
	if (!is(v, tape_type::TRUE_VALUE) && !is(v, tape_type::FALSE_VALUE))
		return false;
	*out = is(v, tape_type::TRUE_VALUE);
	return true;
}

const char *json_view_text_or(struct json_view v, const char *at, const char *fallback)
{
	json_view_text(json_view_at(v, at), &fallback);
	return fallback;
}

int json_view_get_text(struct json_view v, const char *at, const char **out,
                       struct error *err)
{
	json_view value = json_view_at(v, at);

	return json_view_text(value, out) ? 0 : mismatch(value, at, "a text", err);
}

int json_view_opt_text(struct json_view v, const char *at, const char **out,
                       struct error *err)
{
	json_view value = json_view_at(v, at);

	if (!json_view_exists(value) || json_view_text(value, out))
		return 0;
	return mismatch(value, at, "a text", err);
}

int json_view_get_int(struct json_view v, const char *at, int64_t *out, struct error *err)
{
	json_view value = json_view_at(v, at);

	return json_view_int(value, out) ? 0 : mismatch(value, at, "a 64-bit integer", err);
}

int json_view_opt_int(struct json_view v, const char *at, int64_t *out, struct error *err)
{
	json_view value = json_view_at(v, at);

	if (!json_view_exists(value) || json_view_int(value, out))
		return 0;
	return mismatch(value, at, "a 64-bit integer", err);
}

int json_view_opt_scaled(struct json_view v, const char *at, int64_t scale, int64_t *out,
                         struct error *err)
{
	json_view value = json_view_at(v, at);
	char buf[NUMBER_TEXT_MAX];
	const char *text;

	if (!json_view_exists(value))
		return 0;
	if (is_number(value))
		text = number_text(value, buf, sizeof(buf) - 1);
	else if (!json_view_text(value, &text))
		return mismatch(value, at, "a number", err);
	if (text[strspn(text, " \t\r\n")] == '\0')
		return 0;
	int rc = decimal_scale(text, scale, out, err);
	return rc < 0 && at && *at ? error_wrap(err, "\"%s\"", at) : rc;
}

int json_view_opt_bool(struct json_view v, const char *at, bool *out, struct error *err)
{
	json_view value = json_view_at(v, at);

	if (!json_view_exists(value) || json_view_bool(value, out))
		return 0;
	return mismatch(value, at, "a boolean", err);
}

size_t json_view_array_size(struct json_view v)
{
	if (!json_view_is_array(v))
		return 0;
	return count_items(ref_of(v), ref_of(v).matching_brace_index() - 1, false);
}

int json_view_get_items(struct json_view v, const char *at, struct json_items *out,
                        struct error *err)
{
	json_view value = json_view_at(v, at);

	if (!json_view_is_array(value) && !json_view_is_object(value))
		return mismatch(value, at, "an array or an object", err);
	open_items(value, out);
	return 0;
}

int json_view_opt_items(struct json_view v, const char *at, struct json_items *out,
                        struct error *err)
{
	return json_view_exists(json_view_at(v, at)) ? json_view_get_items(v, at, out, err)
	                                             : 0;
}

bool json_items_next(struct json_items *it)
{
	if (it->next >= it->end)
		return false;
	const document *d = static_cast<const document *>(it->value.doc);
	if (it->key)
		it->key = tape_ref(d, it->next++).get_c_str();
	it->value.index = it->next;
	it->next = tape_ref(d, it->next).after_element();
	return true;
}

char *json_view_dump(struct json_view v, struct arena *a, size_t *size_out)
{
	struct strbuf b = {};

	if (v.doc)
		put_value(&b, v);
	else
		strbuf_put(&b, "null", 4);
	char *text = arena_strndup(a, strbuf_text(&b), b.size);
	if (size_out)
		*size_out = b.size;
	strbuf_done(&b);
	return text;
}
