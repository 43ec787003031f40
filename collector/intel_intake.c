/* SPDX-License-Identifier: Apache-2.0 */
/* What `isobar intel load` and the collector share of feeds. */
#include "collector/intel_intake.h"

#include "collector/intel.h"

static int unpack(struct strbuf *text, struct error *err)
{
	struct strbuf packed = *text;
	int rc;

	if (!intel_is_gzip(text->data, text->size))
		return 0;
	*text = (struct strbuf){0};
	rc = intel_gunzip(packed.data, packed.size, INTEL_FILE_MAX, text, err);
	strbuf_done(&packed);
	return rc;
}

int intel_intake_open(struct strbuf *text, int wanted, enum intel_feed *out,
                      struct error *err)
{
	int rc = unpack(text, err);

	if (rc < 0 || (rc = intel_detect(strbuf_text(text), text->size, out, err)) < 0)
		return rc;
	if (wanted >= 0 && (int)*out != wanted)
		return error_set(err, ERR_INVALID, "is of the feed %s, not %s",
		                 intel_feed_name(*out),
		                 intel_feed_name((enum intel_feed)wanted));
	return 0;
}

/* A page of records may be empty; a whole feed may not. */
static int load(const struct intel_intake *im, struct intel_data *d, struct intel_page *out,
                struct error *err)
{
	const struct intel_load_options options = {.now = im->now, .is_pull = true};
	int rc;

	if (!out->n_records && !intel_feed_is_whole(d->feed))
		return 0;
	rc = intel_load_within(im->pg, d, &options, &out->result, err);
	if (rc == ERR_CONFLICT) /* to a run a conflict is a lost lease */
		err->code = rc = ERR_DENIED;
	return rc;
}

static int read(const struct intel_intake *im, const struct strbuf *text,
                struct intel_data *d, struct arena *a, struct intel_page *out,
                struct error *err)
{
	int rc = intel_read(strbuf_text(text), text->size, d, err);

	if (rc < 0)
		return rc;
	out->n_records = (int64_t)(d->n_rows + d->n_advisories + d->n_faults);
	if (d->n_faults)
		out->fault = arena_printf(a, "%zu of its records were left out: %s",
		                          d->n_faults, d->faults[0]);
	if (d->feed != INTEL_EPSS && (rc = intel_around(strbuf_text(text), text->size,
	                                                im->doc, &out->around, err)) < 0)
		return rc;
	return load(im, d, out, err);
}

int intel_intake_page(const struct intel_intake *im, const char *feed, const char *body,
                      size_t size, struct arena *a, struct intel_page *out,
                      struct error *err)
{
	struct strbuf text = {0};
	struct intel_data d;
	enum intel_feed wanted, met;
	int rc;

	*out = (struct intel_page){0};
	if (intel_feed_parse(feed, &wanted) < 0)
		return error_set(err, ERR_INTERNAL, "there is no feed %s", feed);
	strbuf_put(&text, body, size);
	intel_data_init(&d, wanted);
	if ((rc = intel_intake_open(&text, (int)wanted, &met, err)) == 0)
		rc = read(im, &text, &d, a, out, err);
	intel_data_done(&d);
	strbuf_done(&text);
	return rc;
}
