/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CISA's catalogue of known exploited vulnerabilities, in JSON or CSV: the columns of
 * both have the same names.
 */
#include <string.h>

#include "intel_private.h"

/* "Known" or "Unknown"; the oldest catalogues do not say. */
static int read_ransomware(struct json_view record, bool *out, struct error *err)
{
	const char *text = "";
	const int rc = json_view_opt_text(record, "knownRansomwareCampaignUse", &text, err);

	if (rc < 0)
		return rc;
	*out = strcmp(text, "Known") == 0;
	if (!*out && *text && strcmp(text, "Unknown") != 0)
		return error_set(err, ERR_INVALID,
		                 "knownRansomwareCampaignUse \"%.40s\" is neither Known "
		                 "nor Unknown",
		                 text);
	return 0;
}

int intel_kev_record(struct json_view record, struct intel_data *d, struct error *err)
{
	struct intel_row row = intel_row_empty;
	int rc;

	if ((rc = intel_cve_id(record, "cveID", &row.cve, err)) < 0 ||
	    (rc = intel_time(record, "dateAdded", true, &row.kev_added, err)) < 0 ||
	    (rc = intel_time(record, "dueDate", false, &row.kev_due, err)) < 0 ||
	    (rc = read_ransomware(record, &row.ransomware, err)) < 0)
		return rc;
	row.kev_added = intel_day(row.kev_added);
	row.kev_due = intel_day(row.kev_due);
	row.ordinal = d->n_rows;
	*intel_data_add(d) = row;
	return 0;
}

int intel_kev_envelope(struct json_view envelope, size_t n, struct intel_data *d,
                       struct error *err)
{
	int64_t count = (int64_t)n;
	int rc;

	if ((rc = intel_time(envelope, "dateReleased", false, &d->as_of, err)) < 0 ||
	    (rc = json_view_opt_int(envelope, "count", &count, err)) < 0)
		return rc;
	if (count != (int64_t)n)
		return error_set(err, ERR_INVALID,
		                 "it announces %lld vulnerabilities and has %zu: it is cut",
		                 (long long)count, n);
	d->model =
	        arena_strdup(d->arena, json_view_text_or(envelope, "catalogVersion", ""));
	return 0;
}

void intel_kev_date(struct intel_data *d, size_t first_row)
{
	for (size_t i = first_row; i < d->n_rows; i++)
		intel_as_of(d, d->rows[i].kev_added);
}
