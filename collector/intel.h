/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INTEL_H
#define ISOBAR_INTEL_H

#include <stddef.h>

#include "base/error.h"
#include "base/json_view.h"
#include "base/strbuf.h"
#include "model/intelligence.h"

/*
 * Reads intelligence feeds from the bytes of a file: EPSS (CSV), CISA KEV (JSON, CSV),
 * CVE records (JSON 5), NVD (CVE API 2.0) and OSV (JSON).  Pure.
 */
#define INTEL_FILE_MAX ((size_t)1 << 30) /* bytes of a file without compression */
#define INTEL_ROWS_MAX 2000000           /* of one load */

/* Of which feed is it, by content?  ERR_INVALID: of none, or it is no JSON or CSV. */
int intel_detect(const char *text, size_t size, enum intel_feed *out,
                 struct error *err) MUST_CHECK;

/*
 * Adds a file to d, which is of its feed; all of it or nothing.  ERR_INVALID says what
 * is wrong and where: a file that breaks off or says less than it announces, a bad row
 * of a whole feed, or a file without a good record.  Other bad records are left out, a
 * line each in d->faults.
 */
int intel_read(const char *text, size_t size, struct intel_data *d,
               struct error *err) MUST_CHECK;

/* What stands around a file's records, in doc; it does not exist of CSV. */
int intel_around(const char *text, size_t size, struct json_doc *doc, struct json_view *out,
                 struct error *err) MUST_CHECK;

/* Is it gzip? */
bool intel_is_gzip(const char *data, size_t size);

/* Appends what is in it, of several members one after the other; ERR_INVALID, ERR_LIMIT. */
int intel_gunzip(const char *data, size_t size, size_t limit, struct strbuf *out,
                 struct error *err) MUST_CHECK;

#endif
