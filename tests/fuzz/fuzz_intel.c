/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a file of any feed, plain or gzip: reading must not crash, and what is
 * read keeps to the bounds that the tables have.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/intel.h"

#define SIZE_MAX_INPUT (1u << 18)
#define GUNZIP_MAX     (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct intel_row *r)
{
	const int sev100 = r->cvss % 1000, version = r->cvss / 10000;

	if (!r->cve || r->epss < -1 || r->epss == 0 || r->epss > 100000 ||
	    r->exploitation < -1 || r->exploitation > 2 || r->automatable < -1 ||
	    r->automatable > 1 || r->total < -1 || r->total > 1 || !r->vector)
		abort();
	if (r->cvss && (sev100 < 1 || sev100 > 100 || version < 2 || version > 5))
		abort();
}

static void check(struct intel_data *d)
{
	struct error err;

	for (size_t i = 0; i < d->n_rows; i++)
		check_row(&d->rows[i]);
	for (size_t i = 0; i < d->n_advisories; i++)
		for (size_t k = 0; k < d->advisories[i].n_aliases; k++)
			if (!d->advisories[i].aliases[k].cve)
				abort();
	if (intel_data_settle(d, &err) < 0 && !intel_feed_is_whole(d->feed))
		abort();
}

static void try_feed(const char *text, size_t size, enum intel_feed feed)
{
	struct intel_data d;
	struct error err;

	intel_data_init(&d, feed);
	if (intel_read(text, size, &d, &err) == 0)
		check(&d);
	else if (d.n_rows || d.n_advisories || d.n_faults)
		abort();
	intel_data_done(&d);
}

static void try_text(const char *text, size_t size)
{
	enum intel_feed feed;
	struct error err;

	if (intel_detect(text, size, &feed, &err) == 0)
		try_feed(text, size, feed);
	else
		try_feed(text, size, INTEL_KEV);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf text = {0};
	struct error err;

	if (size > SIZE_MAX_INPUT)
		return 0;
	if (!intel_is_gzip((const char *)data, size))
		try_text((const char *)data, size);
	else if (intel_gunzip((const char *)data, size, GUNZIP_MAX, &text, &err) == 0)
		try_text(strbuf_text(&text), text.size);
	strbuf_done(&text);
	return 0;
}
