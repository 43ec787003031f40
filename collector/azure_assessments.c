/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defender for Cloud assessments (posture recommendations: one check on one
 * resource) and their metadata, which has the severities that the list of
 * assessments lacks.  Read from the list, the single GET with $expand=metadata
 * and, by azure_resourcegraph.c, rows of securityresources.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "azure.h"
#include "azure_inventory.h"
#include "azure_record.h"

enum {
	MAX_CATEGORIES = 64
};

/* "IdentityAndAccess" and "Identity and access" are one category. */
static bool same_letters(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a != '\0' && !isalpha((unsigned char)*a))
			a++;
		while (*b != '\0' && !isalpha((unsigned char)*b))
			b++;
		if (*a == '\0' || *b == '\0')
			return *a == *b;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
	}
}

static bool is_identity(struct json_view metadata)
{
	struct json_items it = {0};
	struct error ignored;

	if (same_letters(azure_text(metadata, "category"), "IdentityAndAccess"))
		return true;
	if (json_view_opt_items(json_view_at_nocase(metadata, "categories"), "", &it,
	                        &ignored) != 0)
		return false;
	for (size_t i = 0; i < MAX_CATEGORIES && json_items_next(&it); i++) {
		const char *category = "";

		if (json_view_text(it.value, &category) &&
		    same_letters(category, "IdentityAndAccess"))
			return true;
	}
	return false;
}

/*
 * Defender's own checks are results of Azure Policy (its default initiative), so
 * that an assessment and the policy state behind it do not corroborate each other.
 */
static const char *engine_of(const struct azure_assessment *in, enum provider provider,
                             struct arena *a)
{
	if (strcasecmp(in->assessment_type, "VerifiedPartner") == 0)
		return azure_lower(text_either(in->partner, "defender"), a);
	if (strcasecmp(in->assessment_type, "CustomerManaged") == 0)
		return "defender";
	return provider == PROVIDER_AZURE ? "azure_policy" : "defender";
}

static enum fidelity fidelity_of(const char *assessment_type)
{
	/* What others push into Defender is only as good as they are. */
	if (strcasecmp(assessment_type, "VerifiedPartner") == 0 ||
	    strcasecmp(assessment_type, "CustomerManaged") == 0)
		return FIDELITY_STANDARD;
	return FIDELITY_AUTHORITATIVE;
}

struct finding *azure_add_assessment(const struct azure_assessment *in,
                                     struct parse_output *out, struct error *err)
{
	const char *marker = azure_from_last(in->id, AZURE_ASSESSMENT_MARKER);
	const char *arm_id, *rule = "";
	struct finding *f;

	if (marker != NULL)
		rule = azure_lower(marker + strlen(AZURE_ASSESSMENT_MARKER), out->arena);
	if (rule[0] == '\0' || strchr(rule, '/') != NULL) {
		error_set(err, ERR_INVALID, "id \"%.120s\" is not that of an assessment",
		          in->id);
		return NULL;
	}
	if (in->code[0] == '\0') {
		error_set(err, ERR_INVALID, "status.code is missing");
		return NULL;
	}
	/*
	 * The resource is cut from the id, not taken from resourceDetails: the id is
	 * all that every way of reading an assessment has in common.
	 */
	arm_id = arena_strndup(out->arena, in->id, (size_t)(marker - in->id));
	arm_id = text_either(arm_id, in->resource_id);

	f = parse_add_finding(out);
	f->connector = "azure_defender";
	f->native_id = azure_lower(in->id, out->arena);
	f->rule = rule;
	azure_resource_of(in->details, arm_id, out->arena, &f->resource);
	f->scope = azure_scope_of(in->id, out->arena);
	f->class = in->is_identity ? CLASS_IDENTITY : CLASS_MISCONFIGURATION;
	f->title = in->title;
	f->description = in->description;
	f->remediation = in->remediation;
	f->remediation_url = azure_link(in->link, out->arena);
	f->state = azure_verdict(in->code, in->cause);
	f->status_raw = azure_status_raw(in->code, in->cause, out->arena);
	f->sev100 = severity_of_label(in->severity);
	f->severity_raw = in->severity;
	f->engine = engine_of(in, f->resource.provider, out->arena);
	f->fidelity = fidelity_of(in->assessment_type);
	/*
	 * What is wrong now began when the status last changed: a resource may have
	 * been healthy for years since its first evaluation.
	 */
	f->source_updated_at = azure_time(in->changed);
	f->first_seen = azure_time(text_either(in->changed, in->first_evaluated));
	if (f->state == FINDING_PASSING)
		f->resolved_at = f->source_updated_at;
	return f;
}

/*
 * An individual recommendation about software names the CVEs that it mends, as the
 * subassessments did that it takes the place of: the same findings, by other ids.
 */
static void name_cves(struct json_view additional, const struct finding *f,
                      struct parse_output *out)
{
	const struct finding base = *f;
	const char **cves;
	const size_t n = azure_cves_of(additional, out->arena, &cves);

	for (size_t i = 0; i < n; i++) {
		struct finding *one =
		        i ? parse_add_finding(out) : &out->findings[out->n_findings - 1];

		*one = base;
		one->cve = cves[i];
		one->rule = cves[i];
		one->class = CLASS_VULNERABILITY;
		one->fidelity = FIDELITY_STANDARD;
		one->engine = "mdvm";
	}
}

/*
 * The parent of subassessments says only that there are some: its children are
 * the findings, and it must not be counted beside them.
 */
static bool is_rollup(struct json_view additional)
{
	return azure_text(additional, "subAssessmentsLink")[0] != '\0' ||
	       (text_has_nocase(azure_text(additional, "assessedResourceType"),
	                        "Vulnerability") &&
	        !json_view_exists(json_view_at_nocase(additional, "cve")));
}

/* properties.links.azurePortalUri by the specification, .azurePortal in the graph. */
static const char *portal_link(const struct azure_record *r)
{
	struct json_view links = azure_property(r, "links");

	return text_either(azure_text(links, "azurePortalUri"),
	                   azure_text(links, "azurePortal"));
}

int azure_parse_assessment(const struct azure_record *r, struct parse_output *out,
                           struct error *err)
{
	struct json_view status = azure_property(r, "status");
	struct json_view metadata = azure_property(r, "metadata");
	struct azure_assessment in = {
	        .id = azure_cell_text(r, "id"),
	        .details = azure_property(r, "resourceDetails"),
	        .title = azure_property_text(r, "displayName"),
	        .code = azure_text(status, "code"),
	        .cause = azure_text(status, "cause"),
	        .severity = azure_text(metadata, "severity"),
	        .assessment_type = azure_text(metadata, "assessmentType"),
	        .partner = azure_text(json_view_at_nocase(metadata, "partnerData"),
	                              "partnerName"),
	        .description = azure_text(metadata, "description"),
	        .remediation = azure_text(metadata, "remediationDescription"),
	        .link = portal_link(r),
	        .first_evaluated = azure_text(status, "firstEvaluationDate"),
	        .changed = azure_text(status, "statusChangeDate"),
	        .is_identity = is_identity(metadata),
	};
	struct finding *f;

	in.title = text_either(in.title, azure_text(metadata, "displayName"));
	in.resource_id =
	        text_either(azure_text(in.details, "id"), azure_cell_text(r, "resourceId"));
	if (!json_view_exists(r->properties)) {
		/* Columns of a query that picked the properties apart. */
		in.code = text_either(in.code, azure_cell_text(r, "code"));
		in.severity = text_either(in.severity, azure_cell_text(r, "severity"));
		in.severity = text_either(in.severity, azure_cell_text(r, "sev"));
		in.description = text_either(in.description, azure_cell_text(r, "desc"));
		in.remediation = text_either(in.remediation, azure_cell_text(r, "fix"));
		in.changed = text_either(in.changed, azure_cell_text(r, "changed"));
		in.first_evaluated =
		        text_either(in.first_evaluated, azure_cell_text(r, "first"));
	}
	if (is_rollup(azure_property(r, "additionalData")))
		return 0;
	f = azure_add_assessment(&in, out, err);
	if (f == NULL)
		return ERR_INVALID;
	azure_describe_risk(r, &f->resource, out);
	name_cves(azure_property(r, "additionalData"), f, out);
	return 0;
}

int azure_parse_metadata(const struct azure_record *r, struct parse_output *out,
                         struct error *err)
{
	const char *rule = azure_cell_text(r, "name");
	const char *id = azure_cell_text(r, "id");
	const char *slash = strrchr(id, '/');
	struct rule_fact *fact;

	if (rule[0] == '\0' && slash != NULL)
		rule = slash + 1;
	if (rule[0] == '\0')
		return error_set(err, ERR_INVALID, "name is missing");
	fact = parse_add_fact(out);
	fact->connector = "azure_defender";
	fact->rule = azure_lower(rule, out->arena);
	fact->title = azure_property_text(r, "displayName");
	fact->sev100 = severity_of_label(azure_property_text(r, "severity"));
	fact->description = azure_property_text(r, "description");
	fact->remediation = azure_property_text(r, "remediationDescription");
	return 0;
}

static bool detect_kind(struct json_view envelope, struct json_view record,
                        enum azure_kind kind, const char *needed)
{
	const struct azure_record r = azure_record_of(record, (struct json_view){0});

	return json_view_is_object(record) && !azure_is_graph_envelope(envelope) &&
	       azure_kind_of(&r) == kind && json_view_exists(azure_property(&r, needed));
}

static bool detect_assessment(struct json_view envelope, struct json_view record)
{
	return detect_kind(envelope, record, AZURE_KIND_ASSESSMENT, "status");
}

static bool detect_metadata(struct json_view envelope, struct json_view record)
{
	return detect_kind(envelope, record, AZURE_KIND_ASSESSMENT_METADATA, "displayName");
}

static int parse_assessment(const struct parse_input *in, struct parse_output *out,
                            struct error *err)
{
	const struct azure_record r = azure_record_of(in->record, (struct json_view){0});

	return azure_parse_assessment(&r, out, err);
}

static int parse_metadata(const struct parse_input *in, struct parse_output *out,
                          struct error *err)
{
	const struct azure_record r = azure_record_of(in->record, (struct json_view){0});

	return azure_parse_metadata(&r, out, err);
}

static const char *const arm_list[] = {"value", NULL};

const struct format azure_assessments = {
        .name = "azure-assessments",
        .record_paths = arm_list,
        .detect = detect_assessment,
        .parse = parse_assessment,
};

const struct format azure_assessment_metadata = {
        .name = "azure-assessment-metadata",
        .record_paths = arm_list,
        .detect = detect_metadata,
        .parse = parse_metadata,
};
