/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Azure formats share: looking up fields without regard to case, telling
 * the kinds of ARM records apart, and the rules for ids, verdicts and resources
 * that must be the same wherever a record came from, so that an export and the
 * live API make one finding.
 */
#include "azure_record.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	MAX_COLUMNS = 1024 /* Resource Graph refuses far fewer */
};

/* The data of an event takes its place. */
static void open_event(struct azure_record *r)
{
	const struct json_view data = json_view_at(r->row, "data");
	const char *event;

	if (!json_view_is_object(data))
		return;
	event = json_view_text_or(r->row, "eventType", NULL);
	if (!event && json_view_is_text(json_view_at(r->row, "specversion")))
		event = json_view_text_or(r->row, "type", NULL);
	if (!event)
		return;
	r->event = event;
	r->subject = json_view_text_or(r->row, "subject", "");
	r->row = data;
}

struct azure_record azure_record_of(struct json_view row, struct json_view columns)
{
	struct azure_record r = {
	        .row = row, .columns = columns, .event = "", .subject = ""};

	if (!json_view_exists(columns))
		open_event(&r);
	r.properties = azure_cell(&r, "properties");
	if (!json_view_is_object(r.properties))
		r.properties = (struct json_view){0};
	return r;
}

static struct json_view table_cell(const struct azure_record *r, const char *name)
{
	char at[sizeof("/18446744073709551615")];
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(r->columns, "", &it, &ignored) != 0)
		return (struct json_view){0};
	for (size_t i = 0; i < MAX_COLUMNS && json_items_next(&it); i++) {
		if (strcasecmp(azure_text(it.value, "name"), name) != 0)
			continue;
		snprintf(at, sizeof(at), "/%zu", i);
		return json_view_at(r->row, at);
	}
	return (struct json_view){0};
}

struct json_view azure_cell(const struct azure_record *r, const char *name)
{
	if (json_view_is_array(r->columns))
		return table_cell(r, name);
	return json_view_at_nocase(r->row, name);
}

struct json_view azure_property(const struct azure_record *r, const char *name)
{
	if (json_view_exists(r->properties))
		return json_view_at_nocase(r->properties, name);
	return azure_cell(r, name);
}

static const char *text_of(struct json_view v)
{
	const char *text = "";

	(void)json_view_text(v, &text);
	return text;
}

const char *azure_text(struct json_view v, const char *key)
{
	return text_of(json_view_at_nocase(v, key));
}

const char *azure_cell_text(const struct azure_record *r, const char *name)
{
	return text_of(azure_cell(r, name));
}

const char *azure_property_text(const struct azure_record *r, const char *name)
{
	return text_of(azure_property(r, name));
}

const char *azure_from_last(const char *id, const char *marker)
{
	const char *last = NULL;

	for (const char *p = id; *p != '\0'; p++) {
		if (text_begins_nocase(p, marker))
			last = p;
	}
	return last;
}

const char *azure_lower(const char *id, struct arena *a)
{
	size_t size = strlen(id);
	char *lower;

	while (size > 1 && id[size - 1] == '/')
		size--;
	lower = arena_strndup(a, id, size);
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return lower;
}

static const struct {
	const char *type;
	enum azure_kind kind;
} kinds_of_types[] = {
        {"microsoft.security/assessments", AZURE_KIND_ASSESSMENT},
        {"microsoft.security/assessments/subassessments", AZURE_KIND_SUBASSESSMENT},
        {"microsoft.security/assessmentmetadata", AZURE_KIND_ASSESSMENT_METADATA},
        {"microsoft.security/locations/alerts", AZURE_KIND_ALERT},
        {"microsoft.security/alerts", AZURE_KIND_ALERT},
        {"microsoft.policyinsights/policystates", AZURE_KIND_POLICY_STATE},
        {"microsoft.securityinsights/incidents", AZURE_KIND_INCIDENT},
        {"microsoft.security/securityconnectors", AZURE_KIND_RESOURCE},
};

static enum azure_kind kind_of_type(const char *type)
{
	for (size_t i = 0; i < N_ELEMENTS(kinds_of_types); i++) {
		if (strcasecmp(type, kinds_of_types[i].type) == 0)
			return kinds_of_types[i].kind;
	}
	if (text_begins_nocase(type, "microsoft.security/") ||
	    text_begins_nocase(type, "microsoft.policyinsights/"))
		return AZURE_KIND_CONTEXT;
	return strchr(type, '/') != NULL ? AZURE_KIND_RESOURCE : AZURE_KIND_UNKNOWN;
}

/* A query may have projected the type away; the last provider of the id tells it. */
static enum azure_kind kind_of_id(const char *id)
{
	const char *extension = azure_from_last(id, "/providers/microsoft.");

	if (id[0] != '/')
		return AZURE_KIND_UNKNOWN;
	if (extension == NULL)
		return AZURE_KIND_RESOURCE;
	extension += strlen("/providers/");
	if (text_begins_nocase(extension, "microsoft.security/assessments/"))
		return text_has_nocase(extension, "/subassessments/")
		               ? AZURE_KIND_SUBASSESSMENT
		               : AZURE_KIND_ASSESSMENT;
	if (text_begins_nocase(extension, "microsoft.security/assessmentmetadata/"))
		return AZURE_KIND_ASSESSMENT_METADATA;
	if (text_begins_nocase(extension, "microsoft.security/") &&
	    text_has_nocase(extension, "/alerts/"))
		return AZURE_KIND_ALERT;
	if (text_begins_nocase(extension, "microsoft.policyinsights/policystates/"))
		return AZURE_KIND_POLICY_STATE;
	if (text_begins_nocase(extension, "microsoft.securityinsights/incidents/"))
		return AZURE_KIND_INCIDENT;
	return kind_of_type(extension);
}

enum azure_kind azure_kind_of(const struct azure_record *r)
{
	const char *type = azure_cell_text(r, "type");
	const char *id = azure_cell_text(r, "id");

	if (id[0] == '/' && type[0] != '\0')
		return kind_of_type(type);
	if (id[0] == '/')
		return kind_of_id(id);
	/* Policy states have neither; nor have alerts in event exports an ARM id. */
	if (azure_property_text(r, "policyAssignmentId")[0] != '\0' &&
	    (azure_property_text(r, "resourceId")[0] != '\0' || r->subject[0] == '/'))
		return AZURE_KIND_POLICY_STATE;
	if (azure_property_text(r, "systemAlertId")[0] != '\0' &&
	    azure_property_text(r, "alertType")[0] != '\0')
		return AZURE_KIND_ALERT;
	return AZURE_KIND_UNKNOWN;
}

bool azure_is_graph_envelope(struct json_view envelope)
{
	return json_view_is_array(json_view_at(envelope, "data"));
}

static const char *segment_after(const char *id, const char *prefix, struct arena *a)
{
	const char *segment = id + strlen(prefix);
	const char *text;

	if (!text_begins_nocase(id, prefix))
		return "";
	text = arena_strndup(a, segment, strcspn(segment, "/"));
	return azure_lower(text, a);
}

const char *azure_subscription_of(const char *id, struct arena *a)
{
	return segment_after(id, "/subscriptions/", a);
}

const char *azure_scope_of(const char *id, struct arena *a)
{
	const char *subscription = azure_subscription_of(id, a);
	const char *group;

	if (subscription[0] != '\0')
		return subscription;
	group = segment_after(id, "/providers/microsoft.management/managementgroups/", a);
	return group[0] == '\0' ? "" : arena_printf(a, "managementgroups/%s", group);
}

timestamp azure_time(const char *text)
{
	timestamp t = TIMESTAMP_NONE;
	struct error ignored;

	if (text[0] == '\0' || timestamp_parse_loose(text, &t, &ignored) != 0)
		return TIMESTAMP_NONE;
	return t;
}

const char *azure_link(const char *link, struct arena *a)
{
	if (text_begins_nocase(link, "https://"))
		return link;
	if (text_begins_nocase(link, "portal.azure.") ||
	    text_begins_nocase(link, "www.portal.azure."))
		return arena_printf(a, "https://%s", link);
	return "";
}

enum finding_state azure_verdict(const char *code, const char *cause)
{
	if (strcasecmp(code, "Unhealthy") == 0)
		return FINDING_OPEN;
	if (strcasecmp(code, "Healthy") == 0)
		return FINDING_PASSING;
	if (strcasecmp(code, "NotApplicable") != 0)
		return FINDING_UNKNOWN;
	/* Somebody switched the check off or exempted the resource: a decision. */
	if (strcasecmp(cause, "OffByPolicy") == 0 || strcasecmp(cause, "Exempt") == 0)
		return FINDING_SUPPRESSED;
	return FINDING_NOT_APPLICABLE;
}

const char *azure_status_raw(const char *code, const char *cause, struct arena *a)
{
	return cause[0] == '\0' ? code : arena_printf(a, "%s/%s", code, cause);
}

static void other_cloud(struct json_view details, enum provider provider,
                        const char *arm_id, struct arena *a, struct resource *out)
{
	const char *native = azure_text(details, "nativeCloudUniqueIdentifier");

	if (native[0] == '\0')
		native = azure_text(details, "nativeResourceId");
	out->provider = provider;
	out->account = azure_text(details, "hierarchyId");
	out->region = azure_text(details, "region");
	out->name = azure_text(details, "resourceName");
	out->raw = text_either(native, arm_id);
	if (out->raw != arm_id && arm_id[0] != '\0') {
		const char **aliases = ARENA_ARRAY(a, const char *, 1);

		aliases[0] = arm_id;
		out->aliases = aliases;
		out->n_aliases = 1;
	}
}

void azure_resource_of(struct json_view details, const char *arm_id, struct arena *a,
                       struct resource *out)
{
	const char *source = azure_text(details, "source");

	if (strcasecmp(source, "Aws") == 0) {
		other_cloud(details, PROVIDER_AWS, arm_id, a, out);
	} else if (strcasecmp(source, "Gcp") == 0) {
		other_cloud(details, PROVIDER_GCP, arm_id, a, out);
	} else {
		/*
		 * Machines on premises too have an ARM id, below their workspace.  Type
		 * and name follow from the id, in every way the record may come.
		 */
		out->provider = PROVIDER_AZURE;
		out->account = azure_subscription_of(arm_id, a);
		out->name = azure_text(details, "machineName");
		out->raw = arm_id;
	}
}

struct resource azure_resource_at(enum provider provider, const char *account,
                                  const char *raw)
{
	return (struct resource){.provider = provider,
	                         .account = account,
	                         .region = "",
	                         .type = "",
	                         .name = "",
	                         .raw = raw,
	                         .id = ""};
}
