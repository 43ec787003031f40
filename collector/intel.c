/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of a feed: told by content, cut into records, read record by record.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"

#include "intel_private.h"
#include "record_reader.h"

#define RECORD_MAX   ((size_t)16 << 20)
#define ENVELOPE_MAX ((size_t)1 << 20)
#define DEPTH_MAX    64

static bool has_text(struct json_view v, const char *at)
{
	return json_view_is_text(json_view_at(v, at));
}

static bool kev_detect(struct json_view envelope, struct json_view record)
{
	return (has_text(record, "cveID") && has_text(record, "dateAdded")) ||
	       (!json_view_exists(record) && has_text(envelope, "catalogVersion"));
}

static bool nvd_detect(struct json_view envelope, struct json_view record)
{
	return has_text(record, "/cve/id") ||
	       (!json_view_exists(record) &&
	        strcmp(json_view_text_or(envelope, "format", ""), "NVD_CVE") == 0);
}

static bool cve_detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return has_text(record, "/cveMetadata/cveId");
}

static bool osv_detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return has_text(record, "id") && has_text(record, "modified") &&
	       (json_view_exists(json_view_at(record, "affected")) ||
	        json_view_exists(json_view_at(record, "aliases")) ||
	        has_text(record, "schema_version") || has_text(record, "withdrawn"));
}

/* Feeds that come as records; EPSS is read by itself. */
static const struct intel_format {
	enum intel_feed feed;
	bool (*detect)(struct json_view envelope, struct json_view record);
	intel_record_fn *record;
	intel_envelope_fn *envelope; /* NULL: it says nothing */
} formats[] = {
        {INTEL_KEV, kev_detect, intel_kev_record, intel_kev_envelope},
        {INTEL_NVD, nvd_detect, intel_nvd_record, intel_nvd_envelope},
        {INTEL_CVE, cve_detect, intel_cve_record, NULL},
        {INTEL_OSV, osv_detect, intel_osv_record, NULL},
};

/* --- records of bytes in memory --- */

struct bytes {
	const char *text;
	size_t size, at;
};

static ssize_t read_bytes(void *ctx, void *buf, size_t size)
{
	struct bytes *b = ctx;
	const size_t left = b->size - b->at;

	if (size > left)
		size = left;
	memcpy(buf, b->text + b->at, size);
	b->at += size;
	return (ssize_t)size;
}

static int rewind_bytes(void *ctx)
{
	((struct bytes *)ctx)->at = 0;
	return 0;
}

struct file {
	struct bytes bytes;
	struct record_input input;
	struct record_reader *reader;
	struct json_doc *record_doc, *envelope_doc;
};

static void file_open(struct file *f, const char *text, size_t size)
{
	static const char *const paths[] = {"vulnerabilities", "vulns"};
	static const struct record_reader_options options = {.paths = paths,
	                                                     .n_paths = N_ELEMENTS(paths),
	                                                     .max_record = RECORD_MAX,
	                                                     .max_envelope = ENVELOPE_MAX};

	*f = (struct file){.bytes = {text, size, 0}};
	f->input = (struct record_input){
	        .read = read_bytes, .rewind = rewind_bytes, .ctx = &f->bytes};
	f->reader = record_reader_new(&options, &f->input);
	f->record_doc = json_doc_new(RECORD_MAX + 4096, DEPTH_MAX);
	f->envelope_doc = json_doc_new(ENVELOPE_MAX + 4096, DEPTH_MAX);
}

static void file_close(struct file *f)
{
	record_reader_free(f->reader);
	json_doc_free(f->record_doc);
	json_doc_free(f->envelope_doc);
}

/* What stands around the list so far; void when there is no list. */
static int file_envelope(struct file *f, struct json_view *out, struct error *err)
{
	size_t size;
	const char *text = record_reader_envelope(f->reader, &size);

	*out = (struct json_view){0};
	return size ? json_doc_parse(f->envelope_doc, text, size, out, err) : 0;
}

/* --- telling --- */

static int detect(struct file *f, enum intel_feed *out, struct error *err)
{
	struct json_view envelope, view = {0};
	struct record record;
	int rc = record_reader_next(f->reader, &record, err);

	if (rc < 0)
		return rc;
	if (rc > 0 && record.problem)
		return error_set(err, ERR_INVALID, "its first record: %s", record.problem);
	if (rc > 0 &&
	    (rc = json_doc_parse(f->record_doc, record.text, record.size, &view, err)) < 0)
		return rc;
	if ((rc = file_envelope(f, &envelope, err)) < 0)
		return rc;
	for (size_t i = 0; i < N_ELEMENTS(formats); i++)
		if (formats[i].detect(envelope, view)) {
			*out = formats[i].feed;
			return 0;
		}
	return error_set(err, ERR_INVALID,
	                 "it is none of the feeds that are read: EPSS, KEV, CVE records, "
	                 "NVD, OSV");
}

int intel_detect(const char *text, size_t size, enum intel_feed *out, struct error *err)
{
	struct file f;

	if (intel_epss_detect(text, size)) {
		*out = INTEL_EPSS;
		return 0;
	}
	file_open(&f, text, size);
	const int rc = detect(&f, out, err);

	file_close(&f);
	return rc;
}

/* --- reading --- */

/* Of a whole feed no row may be missing; else the record alone is lost. */
static int pass_over(struct intel_data *d, uint64_t ordinal, const char *why,
                     struct error *err)
{
	if (intel_feed_is_whole(d->feed))
		return error_set(err, ERR_INVALID, "record %llu: %s",
		                 (unsigned long long)ordinal + 1, why);
	if (d->n_faults < INTEL_FAULTS_KEPT)
		d->faults[d->n_faults] = arena_printf(d->arena, "record %llu: %s",
		                                      (unsigned long long)ordinal + 1, why);
	d->n_faults++;
	return 0;
}

static int take_record(struct file *f, const struct intel_format *format,
                       const struct record *record, struct intel_data *d, struct error *err)
{
	struct json_view view;
	struct error why;

	if (d->n_rows + d->n_advisories >= INTEL_ROWS_MAX)
		return error_set(err, ERR_LIMIT, "there are more than %d records",
		                 INTEL_ROWS_MAX);
	if (record->problem)
		return pass_over(d, record->ordinal, record->problem, err);
	if (json_doc_parse(f->record_doc, record->text, record->size, &view, &why) < 0 ||
	    format->record(view, d, &why) < 0)
		return pass_over(d, record->ordinal, why.text, err);
	return 0;
}

static int take_envelope(struct file *f, const struct intel_format *format, size_t n,
                         struct intel_data *d, struct error *err)
{
	struct json_view envelope;
	const int rc = file_envelope(f, &envelope, err);

	if (rc < 0 || !format->envelope || !json_view_exists(envelope))
		return rc;
	return format->envelope(envelope, n, d, err);
}

static int read_records(struct file *f, const struct intel_format *format,
                        struct intel_data *d, struct error *err)
{
	const size_t before = d->n_rows + d->n_advisories, faults_before = d->n_faults;
	struct record record;
	size_t n = 0;
	int rc;

	while ((rc = record_reader_next(f->reader, &record, err)) > 0) {
		n++;
		if ((rc = take_record(f, format, &record, d, err)) < 0)
			return rc;
	}
	if (rc < 0 || (rc = take_envelope(f, format, n, d, err)) < 0)
		return rc;
	if (n && d->n_rows + d->n_advisories == before)
		return error_set(err, ERR_INVALID, "no record can be read; %s",
		                 faults_before < INTEL_FAULTS_KEPT
		                         ? d->faults[faults_before]
		                         : "too many are bad");
	if (record_reader_shape(f->reader) == RECORD_SHAPE_CSV && d->feed == INTEL_KEV)
		intel_kev_date(d, before);
	return 0;
}

static int read_by_records(const char *text, size_t size, struct intel_data *d,
                           struct error *err)
{
	const struct intel_format *format = formats;
	struct file f;

	while (format->feed != d->feed)
		format++;
	file_open(&f, text, size);
	const int rc = read_records(&f, format, d, err);

	file_close(&f);
	return rc;
}

/* Of one file its SHA-256; of more, that of the one so far and the next one's. */
static void digest(const char *text, size_t size, struct intel_data *d)
{
	unsigned char both[2 * KEY_SHA256_SIZE];

	if (d->n_files++ == 0) {
		key_sha256(text, size, d->digest);
		return;
	}
	memcpy(both, d->digest, KEY_SHA256_SIZE);
	key_sha256(text, size, both + KEY_SHA256_SIZE);
	key_sha256(both, sizeof(both), d->digest);
}

int intel_read(const char *text, size_t size, struct intel_data *d, struct error *err)
{
	const struct intel_data before = *d;
	const int rc = d->feed == INTEL_EPSS ? intel_epss_read(text, size, d, err)
	                                     : read_by_records(text, size, d, err);

	if (rc < 0) { /* as if it had not been read; the arrays may have moved */
		d->n_rows = before.n_rows;
		d->n_advisories = before.n_advisories;
		d->n_faults = before.n_faults;
		d->as_of = before.as_of;
		d->model = before.model;
		return rc;
	}
	digest(text, size, d);
	return 0;
}

int intel_around(const char *text, size_t size, struct json_doc *doc, struct json_view *out,
                 struct error *err)
{
	struct record record;
	struct file f;
	const char *around;
	size_t n = 0;
	int rc;

	*out = (struct json_view){0};
	file_open(&f, text, size);
	do
		rc = record_reader_next(f.reader, &record, err);
	while (rc > 0);
	around = rc == 0 ? record_reader_envelope(f.reader, &n) : NULL;
	if (n)
		rc = json_doc_parse(doc, around, n, out, err);
	file_close(&f);
	return rc;
}
