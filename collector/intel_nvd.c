/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of NVD's CVE API 2.0, and its yearly files of the same form.  A rejected CVE has
 * no metrics, and so loses its score.
 */
#include <string.h>

#include "intel_private.h"

/* NVD's own score is Primary; where a CNA's is taken for it, the source tells. */
static enum cvss_scorer scorer_of(struct json_view metric)
{
	const char *source = json_view_text_or(metric, "source", "");

	if (strcmp(source, "nvd@nist.gov") == 0)
		return CVSS_SCORER_NVD;
	if (strcmp(source, INTEL_CISA_ADP) == 0)
		return CVSS_SCORER_ADP;
	if (!*source && strcmp(json_view_text_or(metric, "type", ""), "Primary") == 0)
		return CVSS_SCORER_NVD;
	return CVSS_SCORER_CNA;
}

static int read_metrics(struct json_view cve, struct intel_row *row, struct arena *a,
                        struct error *err)
{
	static const char *const lists[] = {
	        "/metrics/cvssMetricV40", "/metrics/cvssMetricV31",
	        "/metrics/cvssMetricV30", "/metrics/cvssMetricV2"};
	int rc = 0;

	for (size_t i = 0; i < N_ELEMENTS(lists) && rc == 0; i++) {
		struct json_items metrics = {0};

		rc = json_view_opt_items(cve, lists[i], &metrics, err);
		while (rc == 0 && json_items_next(&metrics))
			rc = intel_cvss_offer(row, json_view_at(metrics.value, "cvssData"),
			                      scorer_of(metrics.value), a, err);
	}
	return rc;
}

int intel_nvd_record(struct json_view record, struct intel_data *d, struct error *err)
{
	const struct json_view cve = json_view_at(record, "cve");
	struct intel_row row = intel_row_empty;
	int rc;

	if ((rc = intel_cve_id(cve, "id", &row.cve, err)) < 0 ||
	    (rc = intel_time(cve, "lastModified", true, &row.modified, err)) < 0 ||
	    (rc = read_metrics(cve, &row, d->arena, err)) < 0)
		return rc;
	row.ordinal = d->n_rows;
	intel_as_of(d, row.modified);
	*intel_data_add(d) = row;
	return 0;
}

int intel_nvd_envelope(struct json_view envelope, size_t n, struct intel_data *d,
                       struct error *err)
{
	int64_t count = (int64_t)n;
	timestamp at;
	int rc;

	if ((rc = intel_time(envelope, "timestamp", false, &at, err)) < 0 ||
	    (rc = json_view_opt_int(envelope, "resultsPerPage", &count, err)) < 0)
		return rc;
	if (count > (int64_t)n)
		return error_set(err, ERR_INVALID,
		                 "it announces %lld results and has %zu: it is cut",
		                 (long long)count, n);
	intel_as_of(d, at);
	return 0;
}
