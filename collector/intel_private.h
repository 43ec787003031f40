/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INTEL_PRIVATE_H
#define ISOBAR_INTEL_PRIVATE_H

#include "base/json_view.h"

#include "intel.h"

/* Each takes one record: adds its row to d, or nothing (ERR_INVALID). */
typedef int intel_record_fn(struct json_view record, struct intel_data *d,
                            struct error *err);
intel_record_fn intel_kev_record, intel_nvd_record, intel_cve_record, intel_osv_record;

/* What stands around n records: the feed's date and version, and whether all are there. */
typedef int intel_envelope_fn(struct json_view envelope, size_t n, struct intel_data *d,
                              struct error *err);
intel_envelope_fn intel_kev_envelope, intel_nvd_envelope;

/* KEV in CSV says no date: the newest addition stands for it. */
void intel_kev_date(struct intel_data *d, size_t first_row);

bool intel_epss_detect(const char *text, size_t size);
int intel_epss_read(const char *text, size_t size, struct intel_data *d, struct error *err);

/* The CVE id at key of v; ERR_INVALID. */
int intel_cve_id(struct json_view v, const char *key, uint64_t *out, struct error *err);
/* The time at key; TIMESTAMP_NONE when it is absent and may be.  ERR_INVALID. */
int intel_time(struct json_view v, const char *key, bool needed, timestamp *out,
               struct error *err);
/* The midnight before. */
timestamp intel_day(timestamp t);
/* d is of as late a time as this. */
void intel_as_of(struct intel_data *d, timestamp t);

/*
 * Offers a score of CVSS as NVD and CVE records write it ("version", "baseScore",
 * "vectorString") to row.  A score of 0 is none.  ERR_INVALID: out of range.
 */
int intel_cvss_offer(struct intel_row *row, struct json_view score, enum cvss_scorer scorer,
                     struct arena *a, struct error *err);

/* CISA's container in CVE records, and its scores in NVD's. */
#define INTEL_CISA_ADP "134c704f-9b21-4f2e-91b3-4a467353bcc0"

#endif
