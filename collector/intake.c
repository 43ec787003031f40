/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file, or what is pushed as one, through the pipeline: record reader, format, finding_seal, ingest.  A
 * bad record goes to quarantine and its neighbours are stored; a file that breaks
 * off, or of which no record can be read, leaves nothing.
 */
#include "intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json_view.h"
#include "model/record_digest.h"

#include "around.h"
#include "secret_mask.h"

/* Of a record: an element of a list may be a whole report (Checkov, Trivy's results). */
#define DOCUMENT_MAX (64u << 20)
#define ENVELOPE_MAX (1u << 20)
#define AROUND_MAX   (32u << 20) /* the records of a page: as large as a page may be */
#define DEPTH_MAX    64

void intake_init(struct intake *im, struct ingest *ingest, const struct org *org,
                 const struct format *forced)
{
	*im = (struct intake){
	        .ingest = ingest,
	        .org = *org,
	        .forced = forced,
	        .record_doc = json_doc_new(DOCUMENT_MAX + 4096, DEPTH_MAX),
	        .envelope_doc = json_doc_new(AROUND_MAX + 4096, DEPTH_MAX),
	        .fields_doc = json_doc_new(AROUND_MAX + 4096, DEPTH_MAX),
	        .arena = arena_new(1 << 20),
	};
}

void intake_done(struct intake *im)
{
	json_doc_free(im->record_doc);
	json_doc_free(im->envelope_doc);
	json_doc_free(im->fields_doc);
	arena_free(im->arena);
}

static ssize_t read_file(void *ctx, void *buf, size_t size)
{
	return read(*(const int *)ctx, buf, size);
}

static int rewind_file(void *ctx)
{
	return lseek(*(const int *)ctx, 0, SEEK_SET) < 0 ? -1 : 0;
}

/* One file on its way. */
struct passage {
	struct intake *im;
	struct record_reader *reader;
	const struct format *format;
	struct json_view envelope;
	struct json_view fields; /* of it: what parse is given */
	struct intake_result *result;
	int64_t n_good;
	uint64_t digest_salt;   /* format and version of what it reads */
	struct error first_bad; /* of the first bad record */
	uint64_t first_bad_offset;
};

/* The reader borrows paths, which the table of formats fills, or one format alone. */
static struct record_reader *open_reader(const struct record_input *input,
                                         const struct format *only,
                                         const char *paths[RECORD_MAX_PATHS])
{
	static const char *const header_cells[] = {"QID", NULL}; /* Qualys */
	struct record_reader_options options = {.paths = paths,
	                                        .header_cells = header_cells,
	                                        .max_record = DOCUMENT_MAX,
	                                        .max_envelope =
	                                                only ? AROUND_MAX : ENVELOPE_MAX};

	for (size_t i = 0; i < n_formats; i++) {
		if (only && formats[i] != only)
			continue;
		for (const char *const *p = formats[i]->record_paths; p && *p; p++)
			if (options.n_paths < RECORD_MAX_PATHS)
				paths[options.n_paths++] = *p;
	}
	return record_reader_new(&options, input);
}

/* The record as it may be stored: without what a secret scanner found in it. */
static const char *storable(const struct passage *p, const struct record *record)
{
	if (!p->format || !p->format->secret_keys)
		return record->raw;
	char *copy = arena_strndup(p->im->arena, record->raw, record->raw_size);

	secret_mask(copy, record->raw_size, p->format->secret_keys);
	return copy;
}

static int quarantine(struct passage *p, const struct record *record, const char *code,
                      const char *reason, struct error *err)
{
	const struct ingest_bad_record bad = {
	        .format = p->format ? p->format->name : "",
	        .ordinal = record->ordinal,
	        .offset = record->offset,
	        .code = code,
	        .reason = reason,
	        .raw = storable(p, record),
	        .size = record->raw_size,
	        .cut = record->cut,
	};

	if (!p->first_bad.code) {
		error_set(&p->first_bad, ERR_INVALID, "%s", reason);
		p->first_bad_offset = record->offset;
	}
	return ingest_quarantine(p->im->ingest, &bad, err);
}

static int parse_envelope(struct passage *p, struct error *err)
{
	size_t size;
	const char *text = record_reader_envelope(p->reader, &size);

	p->envelope = (struct json_view){0};
	if (!size)
		return 0;
	return json_doc_parse(p->im->envelope_doc, text, size, &p->envelope, err);
}

/* A record means the same only to the same format, read by the same version of it. */
static uint64_t digest_salt_of(const struct format *format)
{
	return (uint64_t)record_digest(format->name, strlen(format->name), NULL,
	                               FINDING_HASH_VERSION);
}

/* What the records need beside them, for parse and for whoever reads them again. */
static int settle_around(struct passage *p, struct error *err)
{
	struct segment_around around = {.needs = SEGMENT_NEEDS_NOTHING,
	                                .format = p->format->name};
	struct strbuf fields = {0};
	int rc = 0;

	around.text = record_reader_header(p->reader, &around.size);
	if (around.size) {
		around.needs = SEGMENT_NEEDS_HEADER;
	} else if (p->format->envelope_fields && json_view_exists(p->envelope)) {
		around_of_envelope(p->format, p->envelope, &fields);
		around.needs = SEGMENT_NEEDS_ENVELOPE;
		around.text = strbuf_text(&fields);
		around.size = fields.size;
		rc = json_doc_parse(p->im->fields_doc, around.text, around.size, &p->fields,
		                    err);
	}
	if (rc == 0)
		rc = ingest_around(p->im->ingest, &around, err);
	strbuf_done(&fields);
	return rc;
}

/*
 * Settles the format by the first readable record, with as much of the envelope as
 * stands before the list, then with all of it.  1: the reader has started over.
 */
static int settle_format(struct passage *p, const struct record *record,
                         struct json_view view, struct error *err)
{
	bool started_over = false;
	int rc;

	if ((rc = parse_envelope(p, err)) < 0)
		return rc;
	p->format = p->im->forced ? p->im->forced : format_detect(p->envelope, view);

	const bool in_list = record_reader_shape(p->reader) == RECORD_SHAPE_ARRAY_MEMBER;

	if (!in_list && p->format && !p->format->detect(p->envelope, view))
		return error_set(err, ERR_INVALID, "is not of the format %s",
		                 p->format->name);
	if (in_list && (!p->format || p->format->envelope_fields)) {
		if ((rc = record_reader_read_envelope(p->reader, err)) < 0)
			return rc;
		started_over = true;
		if ((rc = parse_envelope(p, err)) < 0)
			return rc;
		if (!p->format)
			p->format = format_detect(p->envelope, view);
	}
	if (!p->format)
		return error_set(err, ERR_INVALID,
		                 "unknown shape: no format knows the record at byte %llu",
		                 (unsigned long long)record->offset);
	p->digest_salt = digest_salt_of(p->format);
	rc = settle_around(p, err);
	return rc < 0 ? rc : started_over;
}

/* Part of a record, without what replaying it would need: listed, never replayed. */
static int quarantine_item(struct passage *p, const struct record *record,
                           struct json_view item, const char *code, const char *reason,
                           struct error *err)
{
	struct record part = *record;
	size_t size = 0;

	part.raw = json_view_exists(item) ? json_view_dump(item, p->im->arena, &size) : "";
	part.raw_size = size;
	part.cut = true;
	return quarantine(p, &part, code, reason, err);
}

/*
 * Seals all before anything is stored: a record is taken whole or not at all, unless
 * its format says that it holds many.  What is left out is in quarantine then.
 */
static int seal_all(struct passage *p, const struct record *record,
                    struct parse_output *out, struct error *why, struct error *err)
{
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < out->n_findings; i++) {
		rc = finding_seal(&out->findings[i], &p->im->org, p->im->arena, why);
		if (rc == 0) {
			out->findings[n++] = out->findings[i];
			continue;
		}
		if (!p->format->holds_many)
			return quarantine(p, record, "contract", why->text, err);
		rc = quarantine_item(p, record, (struct json_view){0}, "contract",
		                     why->text, err);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < out->n_problems; i++) {
		rc = quarantine_item(p, record, out->problems[i].item, "shape",
		                     out->problems[i].reason, err);
		if (rc < 0)
			return rc;
	}
	rc = n > 0 || (out->n_findings == 0 && out->n_problems == 0);
	out->n_findings = n;
	return rc;
}

/* Whose word a statement is: the connector of the record's findings, else the format. */
static const char *connector_of(const struct passage *p, const struct parse_output *out)
{
	char *name;

	if (out->n_findings)
		return out->findings[0].connector;
	name = arena_strdup(p->im->arena, p->format->name);
	for (char *at = name; *at; at++)
		if (*at == '-')
			*at = '_';
	return name;
}

/* Edges to what has no name are left out. */
static const struct ingest_edge *edges_of(struct passage *p, struct asset_statement *s,
                                          size_t *n_out)
{
	struct ingest_edge *edges =
	        ARENA_ARRAY(p->im->arena, struct ingest_edge, s->n_edges + 1);
	size_t n = 0;

	for (size_t i = 0; i < s->n_edges; i++) {
		resource_canonicalize(&s->edges[i].other, p->im->arena);
		if (*s->edges[i].other.id)
			edges[n++] = (struct ingest_edge){.kind = s->edges[i].kind,
			                                  .incoming = s->edges[i].incoming,
			                                  .other = &s->edges[i].other};
	}
	*n_out = n;
	return edges;
}

/* What the record states of assets that have a name. */
struct stated {
	struct ingest_statement *statements;
	size_t n;
};

static struct stated stated_by(struct passage *p, const struct parse_output *out)
{
	struct stated all = {0};

	if (!out->n_statements)
		return all;
	const char *connector = connector_of(p, out);

	all.statements =
	        ARENA_ARRAY(p->im->arena, struct ingest_statement, out->n_statements);
	for (size_t i = 0; i < out->n_statements; i++) {
		struct asset_statement *s = &out->statements[i];

		resource_canonicalize(&s->resource, p->im->arena);
		if (!*s->resource.id)
			continue;
		struct ingest_statement *next = &all.statements[all.n++];

		*next = (struct ingest_statement){.connector = connector,
		                                  .resource = &s->resource,
		                                  .tags = s->tags,
		                                  .claims = s->claims,
		                                  .n_claims = s->n_claims};
		next->edges = edges_of(p, s, &next->n_edges);
	}
	return all;
}

/* Whether the record comes to one finding and at most a statement of its asset. */
static bool is_plain(const struct parse_output *out, const struct stated *stated)
{
	if (out->n_findings != 1 || out->n_resources || out->n_facts)
		return false;
	return stated->n == 0 ||
	       (stated->n == 1 && strcmp(stated->statements[0].resource->id,
	                                 out->findings[0].resource.id) == 0);
}

/* Threats end when they are over, not by passing. */
static bool may_be_renamed(const struct finding *f)
{
	return f->state == FINDING_RESOLVED && f->class != CLASS_THREAT;
}

static void leave_renamed(struct passage *p, struct parse_output *out)
{
	size_t n = 0;

	if (!p->im->renaming)
		return;
	for (size_t i = 0; i < out->n_findings; i++)
		if (!may_be_renamed(&out->findings[i]))
			out->findings[n++] = out->findings[i];
	p->im->n_left += (int64_t)(out->n_findings - n);
	out->n_findings = n;
}

static int store_output(struct passage *p, const struct record *record, int64_t digest,
                        const struct parse_output *out, struct error *err)
{
	struct ingest *in = p->im->ingest;
	const struct stated stated = stated_by(p, out);
	int rc;

	if (out->n_findings)
		ingest_record(in, storable(p, record), record->raw_size,
		              is_plain(out, &stated) ? digest : 0,
		              stated.n ? stated.statements : NULL);
	for (size_t i = 0; i < out->n_findings; i++)
		if ((rc = ingest_finding(in, &out->findings[i], err)) < 0)
			return rc;
	for (size_t i = 0; i < out->n_scopes; i++)
		ingest_scope(in, out->scopes[i].connector, out->scopes[i].scope);
	for (size_t i = 0; i < out->n_resources; i++) {
		resource_canonicalize(&out->resources[i], p->im->arena);
		if (*out->resources[i].id &&
		    (rc = ingest_asset(in, &out->resources[i], err)) < 0)
			return rc;
	}
	for (size_t i = 0; i < stated.n; i++)
		if ((rc = ingest_statement(in, &stated.statements[i], err)) < 0)
			return rc;
	for (size_t i = 0; i < out->n_facts; i++) {
		const struct rule_fact *f = &out->facts[i];

		ingest_rule_fact(in, &(struct ingest_fact){.connector = f->connector,
		                                           .rule = f->rule,
		                                           .title = f->title,
		                                           .description = f->description,
		                                           .remediation = f->remediation,
		                                           .sev100 = f->sev100});
	}
	return 0;
}

static int take_record(struct passage *p, const struct record *record, struct error *err)
{
	struct parse_output out = {.arena = p->im->arena};
	struct parse_input in = {.envelope = p->fields, .ordinal = record->ordinal};
	struct error why = {0};
	int rc;

	int64_t digest = 0;

	if (p->format && !p->format->envelope_fields && !record->problem) {
		digest = record_digest(record->text, record->size, p->format->volatile_keys,
		                       p->digest_salt);
		if (ingest_knows_record(p->im->ingest, digest)) {
			p->n_good++;
			return 0;
		}
	}
	arena_reset(p->im->arena);
	if (record->problem)
		return quarantine(p, record, record->cut ? "limit" : "syntax",
		                  record->problem, err);
	if (json_doc_parse(p->im->record_doc, record->text, record->size, &in.record,
	                   &why) < 0)
		return quarantine(p, record, "syntax", why.text, err);
	if (!p->format) {
		if ((rc = settle_format(p, record, in.record, err)) != 0)
			return rc;
		in.envelope = p->fields;
	}
	if (p->format->parse(&in, &out, &why) < 0)
		return quarantine(p, record, "shape", why.text, err);
	rc = seal_all(p, record, &out, &why, err);
	if (rc <= 0)
		return rc;
	p->n_good++;
	leave_renamed(p, &out);
	return store_output(p, record, digest, &out, err);
}

/* A list without records is a clean scan where what is around it tells whose it is. */
static int settle_empty(struct passage *p, struct error *err)
{
	const enum record_shape shape = record_reader_shape(p->reader);
	const struct json_view none = {0};
	int rc;

	if (shape == RECORD_SHAPE_ARRAY_MEMBER) {
		if ((rc = parse_envelope(p, err)) < 0)
			return rc;
		p->format = p->im->forced && p->im->forced->detect(p->envelope, none)
		                    ? p->im->forced
		                    : format_detect(p->envelope, none);
		if (p->format)
			return 0;
	}
	return error_set(err, ERR_INVALID,
	                 "an empty %s: nothing tells which tool scanned what",
	                 record_shape_name(shape));
}

static int take_records(struct passage *p, struct error *err)
{
	struct record record;
	int rc;

	while ((rc = record_reader_next(p->reader, &record, err)) > 0) {
		p->result->records = (int64_t)record.ordinal + 1;
		if ((rc = take_record(p, &record, err)) < 0)
			return rc;
	}
	if (rc < 0)
		return rc;
	if (!p->result->records)
		return settle_empty(p, err);
	if (!p->n_good)
		return error_set(err, ERR_INVALID,
		                 "no record can be read; the first, at byte %llu: %s",
		                 (unsigned long long)p->first_bad_offset,
		                 p->first_bad.text);
	return 0;
}

int intake_input(struct intake *im, const struct record_input *input, const char *name,
                 struct intake_result *out, struct error *err)
{
	const char *paths[RECORD_MAX_PATHS];
	struct passage p = {
	        .im = im, .result = out, .reader = open_reader(input, NULL, paths)};
	int rc;

	*out = (struct intake_result){.format = ""};
	if ((rc = ingest_begin_file(im->ingest, name, err)) == 0)
		rc = take_records(&p, err);
	out->format = p.format ? p.format->name : "";
	if (rc == 0)
		rc = ingest_end_file(im->ingest, out->format, out->records, &out->counts,
		                     err);
	if (rc < 0)
		ingest_abort_file(im->ingest, out->format, err->text);
	record_reader_free(p.reader);
	return rc;
}

int intake_file(struct intake *im, const char *path, struct intake_result *out,
                struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const struct record_input input = {
	        .read = read_file, .rewind = rewind_file, .ctx = &fd};
	int rc;

	*out = (struct intake_result){.format = ""};
	if (fd < 0)
		return error_set(err, ERR_INVALID, "cannot be opened: %s", strerror(errno));
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	rc = intake_input(im, &input, path, out, err);
	close(fd);
	return rc;
}

/* --- a page --- */

struct page_text {
	const char *body;
	size_t size, at;
};

static ssize_t read_text(void *ctx, void *buf, size_t size)
{
	struct page_text *t = ctx;
	const size_t left = t->size - t->at, n = left < size ? left : size;

	memcpy(buf, t->body + t->at, n);
	t->at += n;
	return (ssize_t)n;
}

static int rewind_text(void *ctx)
{
	((struct page_text *)ctx)->at = 0;
	return 0;
}

/* The records of a list; what is no list of the format's holds none. */
static int take_page(struct passage *p, struct error *err)
{
	struct record record;
	int rc;

	if (p->format->envelope_fields &&
	    ((rc = record_reader_read_envelope(p->reader, err)) < 0 ||
	     (rc = parse_envelope(p, err)) < 0))
		return rc;
	if ((rc = settle_around(p, err)) < 0)
		return rc;
	while ((rc = record_reader_next(p->reader, &record, err)) > 0) {
		const enum record_shape shape = record_reader_shape(p->reader);

		if (shape != RECORD_SHAPE_ARRAY_MEMBER && shape != RECORD_SHAPE_BARE_ARRAY)
			return 0;
		p->result->records = (int64_t)record.ordinal + 1;
		if ((rc = take_record(p, &record, err)) < 0)
			return rc;
	}
	return rc;
}

int intake_page(struct intake *im, const struct format *format, const char *body,
                size_t size, struct json_view *around, int64_t *n_records,
                struct error *err)
{
	struct page_text text = {.body = body, .size = size};
	struct record_input input = {
	        .read = read_text, .rewind = rewind_text, .ctx = &text};
	const char *paths[RECORD_MAX_PATHS];
	struct intake_result result = {.format = format->name};
	struct passage p = {.im = im,
	                    .result = &result,
	                    .format = format,
	                    .digest_salt = digest_salt_of(format),
	                    .reader = open_reader(&input, format, paths)};
	int rc = take_page(&p, err);

	*n_records = result.records;
	if (rc == 0 && record_reader_shape(p.reader) == RECORD_SHAPE_ARRAY_MEMBER)
		rc = parse_envelope(&p, err);
	else if (rc == 0)
		rc = json_doc_parse(im->envelope_doc, body, size, &p.envelope, err);
	*around = p.envelope;
	record_reader_free(p.reader);
	return rc;
}
