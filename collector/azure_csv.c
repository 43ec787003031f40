/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSV of recommendations that Defender for Cloud's portal exports: one row per
 * assessment.  recommendationId is the assessment's ARM id, so that a row and the
 * live API make one finding.
 */
#include "azure.h"
#include "azure_record.h"

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return azure_from_last(azure_text(record, "recommendationId"),
	                       AZURE_ASSESSMENT_MARKER) != NULL &&
	       json_view_exists(json_view_at_nocase(record, "recommendationName")) &&
	       json_view_exists(json_view_at_nocase(record, "state"));
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view row = in->record;
	const struct azure_assessment assessment = {
	        .id = azure_text(row, "recommendationId"),
	        .resource_id = azure_text(row, "resourceId"),
	        .title = text_either(azure_text(row, "recommendationDisplayName"),
	                             azure_text(row, "recommendationName")),
	        .code = azure_text(row, "state"),
	        .cause = azure_text(row, "notApplicableReason"),
	        .severity = azure_text(row, "severity"),
	        .assessment_type = "",
	        .partner = "",
	        .description = azure_text(row, "description"),
	        .remediation = azure_text(row, "remediationSteps"),
	        .link = azure_text(row, "azurePortalRecommendationLink"),
	        .first_evaluated = azure_text(row, "firstEvaluationDate"),
	        .changed = azure_text(row, "statusChangeDate"),
	};
	struct finding *f;

	if (assessment.id[0] == '\0')
		return error_set(err, ERR_INVALID, "recommendationId is missing");
	f = azure_add_assessment(&assessment, out, err);
	if (f == NULL)
		return ERR_INVALID;
	f->last_seen = azure_time(azure_text(row, "exportedTimestamp"));
	return 0;
}

const struct format azure_portal_csv = {
        .name = "azure-portal-csv",
        .record_paths = (const char *const[]){NULL},
        .detect = detect,
        .parse = parse,
};
