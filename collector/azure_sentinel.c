/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents of Microsoft Sentinel: threats, one finding per resource that the record
 * names.  Lists name none, so theirs are on the workspace; what an automation rule sends
 * has the entities beside them.
 *
 * Source: Azure REST reference, Microsoft Sentinel (Incidents - List, Entities); "Incident
 * trigger" of the Sentinel connector of Logic Apps.
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "azure.h"
#include "azure_record.h"

enum {
	MAX_ENTITIES = 1000, /* of one incident; beyond, it is refused */
	MAX_RESOURCES = 100  /* findings of one incident */
};

static const char marker[] = "/providers/microsoft.securityinsights/incidents/";

/* The incident itself: what a trigger sends has it in object. */
static struct json_view incident_of(struct json_view record)
{
	struct json_view object = json_view_at_nocase(record, "object");

	return json_view_is_object(object) ? object : record;
}

/* Everything but what closes it is open, states of the future too. */
static enum finding_state state_of(const char *status)
{
	return strcasecmp(status, "Closed") == 0 ? FINDING_RESOLVED : FINDING_OPEN;
}

/*
 * The rule behind it: the analytics rule by its name, the least of several, since their
 * order is not promised; else the title, as Defender XDR makes incidents without one.
 */
static const char *rule_of(const struct azure_record *r, struct arena *a)
{
	struct json_items it = {0};
	struct error ignored;
	const char *least = "";

	if (json_view_opt_items(azure_property(r, "relatedAnalyticRuleIds"), "", &it,
	                        &ignored) < 0)
		it.n = 0;
	for (size_t i = 0; i < MAX_RESOURCES && json_items_next(&it); i++) {
		const char *id = "", *name;

		(void)json_view_text(it.value, &id);
		id = azure_lower(id, a);
		name = strrchr(id, '/');
		name = name ? name + 1 : id;
		if (name[0] != '\0' && (least[0] == '\0' || strcmp(name, least) < 0))
			least = name;
	}
	return text_either(least, azure_property_text(r, "title"));
}

static void read_incident(const struct azure_record *r, const char *id, struct arena *a,
                          struct finding *f)
{
	const char *status = azure_property_text(r, "status");
	const char *begun = azure_property_text(r, "firstActivityTimeUtc");

	f->connector = "azure_sentinel";
	f->native_id = azure_lower(id, a);
	f->title = azure_property_text(r, "title");
	f->rule = rule_of(r, a);
	f->class = CLASS_THREAT;
	f->description = azure_property_text(r, "description");
	f->remediation_url = azure_link(azure_property_text(r, "incidentUrl"), a);
	/* Why it was closed: FalsePositive and BenignPositive are among the reasons. */
	f->status_raw =
	        azure_status_raw(status, azure_property_text(r, "classification"), a);
	f->state = state_of(status);
	f->severity_raw = azure_property_text(r, "severity");
	f->sev100 = severity_of_label(f->severity_raw);
	f->engine = "sentinel";
	f->scope = azure_scope_of(id, a);
	f->first_seen =
	        azure_time(text_either(begun, azure_property_text(r, "createdTimeUtc")));
	f->last_seen = azure_time(azure_property_text(r, "lastActivityTimeUtc"));
	f->source_updated_at = azure_time(azure_property_text(r, "lastModifiedTimeUtc"));
}

/* What an entity stands for: an Azure resource, or a host; false: neither. */
static bool read_entity(struct json_view entity, struct arena *a, struct resource *out)
{
	const struct azure_record e = azure_record_of(entity, (struct json_view){0});
	const char *id = azure_property_text(&e, "azureID");
	const char *host = azure_property_text(&e, "hostName");
	const char *domain = azure_property_text(&e, "dnsDomain");

	id = text_either(id, azure_property_text(&e, "resourceId"));
	if (text_begins_nocase(id, "/subscriptions/")) {
		*out = azure_resource_at(PROVIDER_AZURE, azure_scope_of(id, a),
		                         azure_lower(id, a));
		return true;
	}
	host = text_either(host, azure_property_text(&e, "netBiosName"));
	if (host[0] == '\0')
		return false;
	if (domain[0] != '\0')
		host = arena_printf(a, "%s.%s", host, domain);
	*out = azure_resource_at(PROVIDER_NONE, "", azure_lower(host, a));
	out->type = "host";
	return true;
}

/* Fills found (room for MAX_RESOURCES) with what the entities name, each once. */
static int read_entities(const struct azure_record *r, struct arena *a,
                         struct resource *found, size_t *n, struct error *err)
{
	struct json_view list = azure_property(r, "relatedEntities");
	struct json_items it;

	*n = 0;
	if (!json_view_is_array(list))
		return 0;
	if (json_view_get_items(list, "", &it, err) != 0)
		return ERR_INVALID;
	if (it.n > MAX_ENTITIES)
		return error_set(err, ERR_INVALID, "relatedEntities has %zu items", it.n);
	while (*n < MAX_RESOURCES && json_items_next(&it)) {
		struct resource one;
		size_t i = 0;

		if (!read_entity(it.value, a, &one))
			continue;
		while (i < *n && strcmp(found[i].raw, one.raw) != 0)
			i++;
		if (i == *n)
			found[(*n)++] = one;
	}
	return 0;
}

static const char *workspace_of(const char *id, struct arena *a)
{
	return azure_lower(arena_strndup(a, id, (size_t)(azure_from_last(id, marker) - id)),
	                   a);
}

int azure_parse_incident(const struct azure_record *r, struct parse_output *out,
                         struct error *err)
{
	const char *id = azure_cell_text(r, "id");
	struct resource found[MAX_RESOURCES];
	size_t n;

	if (!text_begins_nocase(id, "/subscriptions/") || !azure_from_last(id, marker))
		return error_set(err, ERR_INVALID, "id is no ARM id of an incident");
	if (azure_property_text(r, "title")[0] == '\0')
		return error_set(err, ERR_INVALID, "title is missing");
	if (read_entities(r, out->arena, found, &n, err) != 0)
		return ERR_INVALID;
	if (n == 0)
		found[n++] =
		        azure_resource_at(PROVIDER_AZURE, azure_scope_of(id, out->arena),
		                          workspace_of(id, out->arena));
	for (size_t i = 0; i < n; i++) {
		struct finding *f = parse_add_finding(out);

		read_incident(r, id, out->arena, f);
		f->resource = found[i];
	}
	return 0;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	const struct azure_record r =
	        azure_record_of(incident_of(record), (struct json_view){0});

	return json_view_is_object(record) && !azure_is_graph_envelope(envelope) &&
	       azure_kind_of(&r) == AZURE_KIND_INCIDENT;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const struct azure_record r =
	        azure_record_of(incident_of(in->record), (struct json_view){0});

	return azure_parse_incident(&r, out, err);
}

static const char *const record_paths[] = {"value", NULL};

const struct format sentinel_incidents = {
        .name = "sentinel-incidents",
        .record_paths = record_paths,
        .detect = detect,
        .parse = parse,
};
