/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVE records (JSON 5): the score of who assigned the CVE, and in CISA's container its
 * score and what it decided by SSVC.
 */
#include <string.h>

#include "intel_private.h"

/* Words of a decision in the order of their numbers. */
struct decision {
	const char *name;
	const char *words[3];
};

static const struct decision exploitation = {"Exploitation", {"none", "poc", "active"}};
static const struct decision automatable = {"Automatable", {"no", "yes", NULL}};
static const struct decision technical_impact = {"Technical Impact",
                                                 {"partial", "total", NULL}};

/* Sets *out when the option is this decision.  ERR_INVALID: a word that it has not. */
static int read_decision(struct json_view option, const struct decision *decision,
                         int8_t *out, struct error *err)
{
	const char *text = NULL;
	const int rc = json_view_opt_text(option, decision->name, &text, err);

	if (rc < 0 || !text)
		return rc;
	for (int i = 0; i < 3 && decision->words[i]; i++)
		if (strcmp(text, decision->words[i]) == 0) {
			*out = (int8_t)i;
			return 0;
		}
	return error_set(err, ERR_INVALID, "%s \"%.40s\" is no word of SSVC",
	                 decision->name, text);
}

static int read_ssvc(struct json_view content, struct intel_row *row, struct error *err)
{
	struct json_items options = {0};
	int rc = json_view_opt_items(content, "options", &options, err);

	while (rc == 0 && json_items_next(&options)) {
		if ((rc = read_decision(options.value, &exploitation, &row->exploitation,
		                        err)) == 0 &&
		    (rc = read_decision(options.value, &automatable, &row->automatable,
		                        err)) == 0)
			rc = read_decision(options.value, &technical_impact, &row->total,
			                   err);
	}
	return rc;
}

static int read_scores(struct json_view metric, enum cvss_scorer scorer,
                       struct intel_row *row, struct arena *a, struct error *err)
{
	static const char *const names[] = {"cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"};
	int rc = 0;

	for (size_t i = 0; i < N_ELEMENTS(names) && rc == 0; i++) {
		const struct json_view score = json_view_at(metric, names[i]);

		if (json_view_exists(score))
			rc = intel_cvss_offer(row, score, scorer, a, err);
	}
	return rc;
}

static int read_container(struct json_view container, enum cvss_scorer scorer,
                          struct intel_row *row, struct arena *a, struct error *err)
{
	struct json_items metrics = {0};
	int rc = json_view_opt_items(container, "metrics", &metrics, err);

	while (rc == 0 && json_items_next(&metrics)) {
		const struct json_view other = json_view_at(metrics.value, "other");

		rc = read_scores(metrics.value, scorer, row, a, err);
		if (rc == 0 && scorer == CVSS_SCORER_ADP &&
		    strcmp(json_view_text_or(other, "type", ""), "ssvc") == 0)
			rc = read_ssvc(json_view_at(other, "content"), row, err);
	}
	return rc;
}

static bool is_cisa(struct json_view container)
{
	const struct json_view who = json_view_at(container, "providerMetadata");

	return strcmp(json_view_text_or(who, "orgId", ""), INTEL_CISA_ADP) == 0 ||
	       strcmp(json_view_text_or(who, "shortName", ""), "CISA-ADP") == 0;
}

static int read_containers(struct json_view record, struct intel_row *row, struct arena *a,
                           struct error *err)
{
	struct json_items others = {0};
	int rc = json_view_opt_items(record, "/containers/adp", &others, err);

	if (rc == 0)
		rc = read_container(json_view_at(record, "/containers/cna"),
		                    CVSS_SCORER_CNA, row, a, err);
	while (rc == 0 && json_items_next(&others))
		if (is_cisa(others.value))
			rc = read_container(others.value, CVSS_SCORER_ADP, row, a, err);
	return rc;
}

/* The record is as new as its newest container: CISA's own copies leave dateUpdated. */
static int read_time(struct json_view record, timestamp *out, struct error *err)
{
	struct json_items others = {0};
	timestamp at;
	int rc = intel_time(record, "/cveMetadata/dateUpdated", false, out, err);

	if (rc == 0)
		rc = json_view_opt_items(record, "/containers/adp", &others, err);
	while (rc == 0 && json_items_next(&others)) {
		rc = intel_time(others.value, "/providerMetadata/dateUpdated", false, &at,
		                err);
		if (rc == 0 && at != TIMESTAMP_NONE &&
		    (*out == TIMESTAMP_NONE || at > *out))
			*out = at;
	}
	if (rc == 0 && *out == TIMESTAMP_NONE)
		return error_set(err, ERR_INVALID, "no dateUpdated says how new it is");
	return rc;
}

int intel_cve_record(struct json_view record, struct intel_data *d, struct error *err)
{
	struct intel_row row = intel_row_empty;
	int rc;

	if ((rc = intel_cve_id(record, "/cveMetadata/cveId", &row.cve, err)) < 0 ||
	    (rc = intel_time(record, "/cveMetadata/datePublished", false, &row.published,
	                     err)) < 0 ||
	    (rc = read_time(record, &row.modified, err)) < 0 ||
	    (rc = read_containers(record, &row, d->arena, err)) < 0)
		return rc;
	row.published = intel_day(row.published);
	row.ordinal = d->n_rows;
	intel_as_of(d, row.modified);
	*intel_data_add(d) = row;
	return 0;
}
