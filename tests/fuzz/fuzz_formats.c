/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every format over any record: parsing and sealing must neither crash nor give a
 * finding that breaks its contract.  The first line of the input is the envelope
 * (it may be empty), the rest is the record.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_view.h"

#include "collector/around.h"
#include "collector/context_writer.h"
#include "collector/format.h"

#define SIZE_MAX_INPUT (1u << 18)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct finding *f)
{
	if (f->state > FINDING_PASSING || f->class > CLASS_OTHER || f->sev100 < -1 ||
	    f->sev100 > 100 || f->epss < -1 || f->epss > 100000 || !*f->connector ||
	    !*f->native_id || !*f->rule || !*f->resource.id)
		abort();
}

static void check_statement(struct asset_statement *s, struct arena *a)
{
	resource_canonicalize(&s->resource, a);
	if (s->n_claims > N_CONTEXT_FIELDS || s->n_edges > CONTEXT_MAX_EDGES)
		abort();
	for (size_t i = 0; i < s->n_claims; i++)
		if (context_level_name(s->claims[i].field, s->claims[i].level) == NULL ||
		    strpbrk(s->claims[i].evidence, "\r\n") != NULL)
			abort();
	for (size_t i = 0; i < s->n_edges; i++)
		resource_canonicalize(&s->edges[i].other, a);
}

/* The envelope as parse gets it: what is not kept of it must not matter. */
static struct json_view kept_of(const struct format *format, struct json_view envelope)
{
	static struct json_doc *doc;
	struct json_view kept = {0};
	struct strbuf text = {0};
	struct error err;

	if (!doc)
		doc = json_doc_new(8 * SIZE_MAX_INPUT, 64);
	if (json_view_exists(envelope))
		around_of_envelope(format, envelope, &text);
	if (text.size &&
	    json_doc_parse(doc, strbuf_text(&text), text.size, &kept, &err) < 0)
		abort();
	strbuf_done(&text);
	return kept;
}

static void check_kept(const struct format *format, struct json_view envelope,
                       struct json_view record, const struct parse_output *want)
{
	const struct org org = {.id = 1, .slug = "fuzz"};
	ARENA_SCOPED a = arena_new(4096);
	const struct parse_input in = {.envelope = kept_of(format, envelope),
	                               .record = record};
	struct parse_output out = {.arena = a};
	struct error err;

	if (format->parse(&in, &out, &err) < 0 || out.n_findings != want->n_findings)
		abort();
	for (size_t i = 0; i < out.n_findings; i++)
		if (finding_seal(&out.findings[i], &org, a, &err) == 0 &&
		    out.findings[i].content_hash != want->findings[i].content_hash)
			abort();
}

static void try_format(const struct format *format, struct json_view envelope,
                       struct json_view record)
{
	const struct org org = {.id = 1, .slug = "fuzz"};
	ARENA_SCOPED a = arena_new(4096);
	const struct parse_input in = {.envelope = envelope, .record = record};
	struct parse_output out = {.arena = a};
	struct error err;

	format->detect(envelope, record);
	if (format->parse(&in, &out, &err) < 0)
		return;
	for (size_t i = 0; i < out.n_findings; i++)
		if (finding_seal(&out.findings[i], &org, a, &err) == 0)
			check(&out.findings[i]);
	check_kept(format, envelope, record, &out);
	for (size_t i = 0; i < out.n_resources; i++)
		resource_canonicalize(&out.resources[i], a);
	for (size_t i = 0; i < out.n_statements; i++)
		check_statement(&out.statements[i], a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json_doc *envelope_doc, *record_doc;
	const char *text = (const char *)data;
	const char *line = size ? memchr(text, '\n', size) : NULL;
	struct json_view envelope = {0}, record;
	struct error err;

	if (!line || size > SIZE_MAX_INPUT)
		return 0;
	if (!record_doc) {
		envelope_doc = json_doc_new(SIZE_MAX_INPUT, 64);
		record_doc = json_doc_new(SIZE_MAX_INPUT, 64);
	}
	if (line > text &&
	    json_doc_parse(envelope_doc, text, (size_t)(line - text), &envelope, &err) < 0)
		envelope = (struct json_view){0};
	if (json_doc_parse(record_doc, line + 1, size - (size_t)(line + 1 - text), &record,
	                   &err) < 0)
		return 0;
	for (size_t i = 0; i < n_formats; i++)
		try_format(formats[i], envelope, record);
	return 0;
}
