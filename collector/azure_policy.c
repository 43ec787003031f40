/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Azure Policy states: what policyStates/latest/queryResults and Resource Graph's
 * policyresources say of one resource under one definition of one assignment.
 * States carry no severity and no title: the control catalogue knows both by the
 * definition.
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "azure.h"
#include "azure_record.h"

enum {
	MAX_GROUPS = 256 /* policyDefinitionGroupNames; a definition is in some 50 */
};

/* Of an event: the assignment, or the resource, is gone. */
static const char deleted[] = "Deleted";

static enum finding_state state_of(const char *compliance)
{
	if (strcmp(compliance, deleted) == 0)
		return FINDING_NOT_APPLICABLE;
	if (strcasecmp(compliance, "NonCompliant") == 0)
		return FINDING_OPEN;
	if (strcasecmp(compliance, "Compliant") == 0)
		return FINDING_PASSING;
	if (strcasecmp(compliance, "Exempt") == 0)
		return FINDING_SUPPRESSED;
	/* Conflict, Error, Protected, Unknown: no verdict. */
	return FINDING_UNKNOWN;
}

/* API versions before 2018-07 have only the boolean. */
static const char *read_compliance(const struct azure_record *r)
{
	const char *compliance = azure_property_text(r, "complianceState");
	bool compliant = false;

	if (strcasecmp(r->event, "Microsoft.PolicyInsights.PolicyStateDeleted") == 0)
		return deleted;
	if (compliance[0] != '\0')
		return compliance;
	if (!json_view_bool(azure_property(r, "isCompliant"), &compliant))
		return "";
	return compliant ? "Compliant" : "NonCompliant";
}

static bool is_guid(const char *s)
{
	return strlen(s) == 36 && strspn(s, "0123456789abcdefABCDEF-") == 36;
}

/*
 * The name of a built-in definition, which is unique in Azure; all of a custom
 * one's id, whose name is unique only in its subscription or management group.
 */
static const char *rule_of(const struct azure_record *r, struct arena *a)
{
	static const char builtin[] =
	        "/providers/microsoft.authorization/policydefinitions/";
	const char *id = azure_property_text(r, "policyDefinitionId");

	if (text_begins_nocase(id, builtin))
		return azure_lower(id + strlen(builtin), a);
	return azure_lower(text_either(id, azure_property_text(r, "policyDefinitionName")),
	                   a);
}

/* A built-in's name is a GUID; an initiative's reference to it often says more. */
static const char *title_of(const struct azure_record *r, struct arena *a)
{
	const char *name = azure_property_text(r, "policyDefinitionName");
	const char *reference = azure_property_text(r, "policyDefinitionReferenceId");

	if (name[0] != '\0' && !is_guid(name))
		return name;
	if (reference[0] != '\0' && !is_guid(reference) &&
	    strspn(reference, "0123456789") != strlen(reference))
		return reference;
	return name[0] == '\0' ? "" : arena_printf(a, "Azure Policy definition %s", name);
}

/*
 * "CIS_Azure_1.3.0_4.2.1" is requirement 4.2.1 of CIS_Azure_1.3.0.  Initiatives of
 * one's own have groups too: those without a version are not read as frameworks.
 */
static bool split_group(const char *group, struct arena *a, struct control_ref *out)
{
	const char *cut = strrchr(group, '_');

	if (cut == NULL || strpbrk(cut, "0123456789") == NULL)
		return false;
	out->framework = arena_strndup(a, group, (size_t)(cut - group));
	out->requirement = cut + 1;
	return strpbrk(out->framework, "0123456789") != NULL;
}

static void read_controls(const struct azure_record *r, struct arena *a, struct finding *f)
{
	struct json_view groups = azure_property(r, "policyDefinitionGroupNames");
	struct control_ref *controls;
	struct json_items it;
	struct error ignored;
	size_t n = 0;

	if (!json_view_is_array(groups) ||
	    json_view_get_items(groups, "", &it, &ignored) != 0 || it.n == 0)
		return;
	controls =
	        ARENA_ARRAY(a, struct control_ref, it.n < MAX_GROUPS ? it.n : MAX_GROUPS);
	for (size_t i = 0; i < MAX_GROUPS && json_items_next(&it); i++) {
		const char *group = "";

		if (json_view_text(it.value, &group) && split_group(group, a, &controls[n]))
			n++;
	}
	f->controls = controls;
	f->n_controls = n;
}

static const char *region_of(const char *location)
{
	return strcasecmp(location, "global") == 0 ? "" : location;
}

int azure_parse_policy_state(const struct azure_record *r, struct parse_output *out,
                             struct error *err)
{
	struct arena *a = out->arena;
	const char *resource =
	        text_either(azure_property_text(r, "resourceId"), r->subject);
	const char *assignment = azure_property_text(r, "policyAssignmentId");
	const char *reference = azure_property_text(r, "policyDefinitionReferenceId");
	const char *subscription = azure_property_text(r, "subscriptionId");
	const char *compliance = read_compliance(r);
	const char *rule = rule_of(r, a);
	struct finding *f;

	if (resource[0] == '\0')
		return error_set(err, ERR_INVALID, "resourceId is missing");
	if (assignment[0] == '\0')
		return error_set(err, ERR_INVALID, "policyAssignmentId is missing");
	if (rule[0] == '\0')
		return error_set(err, ERR_INVALID, "policyDefinitionId is missing");
	if (compliance[0] == '\0')
		return error_set(err, ERR_INVALID, "complianceState is missing");

	f = parse_add_finding(out);
	f->connector = "azure_policy";
	/* One definition can stand several times in one initiative, hence the reference. */
	f->native_id = arena_printf(a, "%s|%s|%s", azure_lower(resource, a),
	                            azure_lower(assignment, a), azure_lower(reference, a));
	f->rule = rule;
	f->scope = azure_lower(text_either(subscription, azure_scope_of(resource, a)), a);
	f->resource.provider = PROVIDER_AZURE;
	f->resource.account = azure_subscription_of(resource, a);
	f->resource.region = region_of(azure_property_text(r, "resourceLocation"));
	f->resource.raw = resource;
	f->class = CLASS_MISCONFIGURATION;
	f->title = title_of(r, a);
	f->state = state_of(compliance);
	f->status_raw = compliance;
	f->severity_raw = azure_property_text(r, "severity");
	f->sev100 = severity_of_label(f->severity_raw);
	read_controls(r, a, f);
	f->engine = "azure_policy";
	f->fidelity = FIDELITY_AUTHORITATIVE;
	/* When the policy was last evaluated: it moves without anything having changed. */
	f->last_seen = azure_time(azure_property_text(r, "timestamp"));
	f->source_updated_at = f->last_seen;
	return 0;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	const struct azure_record r = azure_record_of(record, (struct json_view){0});

	return json_view_is_object(record) && !azure_is_graph_envelope(envelope) &&
	       azure_kind_of(&r) == AZURE_KIND_POLICY_STATE;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const struct azure_record r = azure_record_of(in->record, (struct json_view){0});

	return azure_parse_policy_state(&r, out, err);
}

static const char *const record_paths[] = {"value", NULL};

const struct format azure_policy_states = {
        .name = "azure-policy-states",
        .record_paths = record_paths,
        .detect = detect,
        .parse = parse,
};
