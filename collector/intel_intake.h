/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INTEL_INTAKE_H
#define ISOBAR_INTEL_INTAKE_H

#include "base/json_view.h"
#include "base/strbuf.h"
#include "store/intel_store.h"

/* Feeds of intelligence from bytes to what is stored: of files, and of pages of live
 * listings. */

/*
 * Takes gzip off text, and tells by content of which feed it is.  ERR_INVALID, ERR_LIMIT:
 * what is wrong, in one line; wanted >= 0: it is of another feed.
 */
int intel_intake_open(struct strbuf *text, int wanted, enum intel_feed *out,
                      struct error *err) MUST_CHECK;

struct intel_intake {
	struct pg *pg; /* open for PG_GROUP_INTEL */
	timestamp now;
	struct json_doc *doc; /* of what is around the records */
};

struct intel_page {
	struct json_view around; /* its records; does not exist of CSV */
	int64_t n_records;
	const char *fault;               /* of records that were left out; NULL: none was */
	struct intel_load_result result; /* all 0 of a page without records */
};

/*
 * A page of a feed, within the transaction that is open; the caller commits it or rolls
 * it back.  A whole feed is one page.  ERR_INVALID: it cannot be read; ERR_DENIED: it is
 * refused, and what is in use stays so.  Texts live in a.
 */
int intel_intake_page(const struct intel_intake *im, const char *feed, const char *body,
                      size_t size, struct arena *a, struct intel_page *out,
                      struct error *err) MUST_CHECK;

#endif
