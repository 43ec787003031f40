/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several feeds write alike: CVE ids, times and CVSS scores.
 */
#include <string.h>

#include "model/cve.h"

#include "intel_private.h"

#define VECTOR_MAX 256
#define DAY        (24 * USEC_PER_HOUR)

int intel_cve_id(struct json_view v, const char *key, uint64_t *out, struct error *err)
{
	const char *text;
	const int rc = json_view_get_text(v, key, &text, err);

	if (rc < 0)
		return rc;
	*out = cve_pack(text);
	if (!*out)
		return error_set(err, ERR_INVALID, "%s \"%.40s\" is no CVE id", key, text);
	return 0;
}

int intel_time(struct json_view v, const char *key, bool needed, timestamp *out,
               struct error *err)
{
	const char *text = "";
	const int rc = json_view_opt_text(v, key, &text, err);

	*out = TIMESTAMP_NONE;
	if (rc < 0)
		return rc;
	if (!*text)
		return needed ? error_set(err, ERR_INVALID, "%s is missing", key) : 0;
	if (timestamp_parse_loose(text, out, err) < 0)
		return error_set(err, ERR_INVALID, "%s \"%.40s\" is no time", key, text);
	return 0;
}

timestamp intel_day(timestamp t)
{
	return t == TIMESTAMP_NONE ? t : t - ((t % DAY) + DAY) % DAY;
}

void intel_as_of(struct intel_data *d, timestamp t)
{
	if (t != TIMESTAMP_NONE && (d->as_of == TIMESTAMP_NONE || t > d->as_of))
		d->as_of = t;
}

/* As in a finding's flags; 0 for what is no version. */
static int version_of(const char *version)
{
	static const struct {
		const char *text;
		int number;
	} versions[] = {{"2.0", 2}, {"3.0", 3}, {"3.1", 4}, {"4.0", 5}};

	for (size_t i = 0; i < N_ELEMENTS(versions); i++)
		if (strcmp(version, versions[i].text) == 0)
			return versions[i].number;
	return 0;
}

int intel_cvss_offer(struct intel_row *row, struct json_view score, enum cvss_scorer scorer,
                     struct arena *a, struct error *err)
{
	const int version = version_of(json_view_text_or(score, "version", ""));
	const char *vector = json_view_text_or(score, "vectorString", "");
	int64_t sev100 = 0;
	const int rc = json_view_opt_scaled(score, "baseScore", 10, &sev100, err);

	if (rc < 0)
		return rc;
	if (sev100 < 0 || sev100 > 100)
		return error_set(err, ERR_INVALID, "baseScore is not within 0 and 10");
	if (!version || !sev100)
		return 0;

	const int32_t rank = CVSS_RANK(version, (int)scorer, (int)sev100);

	if (rank <= row->cvss)
		return 0;
	row->cvss = rank;
	row->vector = strlen(vector) < VECTOR_MAX ? arena_strdup(a, vector) : "";
	return 0;
}
