/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defender for Cloud alerts (threats), one finding per Azure resource that an
 * alert names.  Reads the schema of 2021 and 2022, the older one of 2015 and 2019
 * (alertName, reportedSeverity, state, associatedResource) and the form of event
 * exports, whose keys begin with capitals.
 */
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "model/severity.h"

#include "azure.h"
#include "azure_record.h"

enum {
	MAX_RESOURCES = 100, /* of one alert; beyond, the alert is refused */
	MAX_STEPS = 100      /* of its remediation; beyond, they are left out */
};

static const char sample_title[] = "[SAMPLE ALERT]";
static const char sample_type[] = "SIMULATED_";

/* Everything but what closes it is open, states of the future too. */
static enum finding_state state_of(const char *status)
{
	if (strcasecmp(status, "Resolved") == 0)
		return FINDING_RESOLVED;
	if (strcasecmp(status, "Dismissed") == 0)
		return FINDING_SUPPRESSED;
	return FINDING_OPEN;
}

/* A text in the old schema, a list of texts in the new one. */
static const char *read_steps(const struct azure_record *r, struct arena *a)
{
	struct json_view steps = azure_property(r, "remediationSteps");
	struct strbuf lines = {0};
	struct json_items it;
	struct error ignored;
	const char *text = "";

	if (json_view_text(steps, &text) || !json_view_is_array(steps) ||
	    json_view_get_items(steps, "", &it, &ignored) != 0)
		return text;
	for (size_t i = 0; i < MAX_STEPS && json_items_next(&it); i++) {
		if (!json_view_text(it.value, &text))
			continue;
		if (lines.size > 0)
			strbuf_putc(&lines, '\n');
		strbuf_puts(&lines, text);
	}
	text = arena_strdup(a, strbuf_text(&lines));
	strbuf_done(&lines);
	return text;
}

/* Fills ids (room for MAX_RESOURCES) with the Azure resources named, each once. */
static int read_resources(const struct azure_record *r, const char **ids, size_t *n,
                          struct error *err)
{
	struct json_view list = azure_property(r, "resourceIdentifiers");
	struct json_items it;

	*n = 0;
	if (!json_view_is_array(list))
		return 0;
	if (json_view_get_items(list, "", &it, err) != 0)
		return ERR_INVALID;
	if (it.n > MAX_RESOURCES)
		return error_set(err, ERR_INVALID, "resourceIdentifiers has %zu items",
		                 it.n);
	while (json_items_next(&it)) {
		const char *id = azure_text(it.value, "azureResourceId");
		size_t i = 0;

		/* Others name a Log Analytics agent, a tenant: not a resource. */
		if (id[0] != '/')
			continue;
		while (i < *n && strcasecmp(ids[i], id) != 0)
			i++;
		if (i == *n)
			ids[(*n)++] = id;
	}
	return 0;
}

static const char *subscription_of(const struct azure_record *r, struct arena *a)
{
	const char *id = azure_cell_text(r, "id");
	const char *uri = azure_property_text(r, "alertUri");
	const char *in_uri = azure_from_last(uri, "/subscriptionId/");
	const char *stated = azure_property_text(r, "subscriptionId");

	stated = text_either(stated, azure_cell_text(r, "subscriptionId"));
	if (text_begins_nocase(id, "/subscriptions/"))
		return azure_scope_of(id, a);
	if (stated[0] != '\0')
		return azure_lower(stated, a);
	/* Event exports state it in the link only. */
	if (in_uri == NULL)
		return "";
	in_uri += strlen("/subscriptionId/");
	return azure_lower(arena_strndup(a, in_uri, strcspn(in_uri, "/")), a);
}

/* Where no resource is named: an ARM id in another field, a host by name, the scope. */
static void fall_back(const struct azure_record *r, const char *subscription,
                      struct arena *a, struct resource *out)
{
	const char *entity = azure_property_text(r, "compromisedEntity");
	const char *resource = azure_property_text(r, "associatedResource");

	if (resource[0] != '/')
		resource = entity;
	out->provider = PROVIDER_AZURE;
	out->account = subscription;
	if (resource[0] == '/') {
		out->raw = resource;
	} else if (entity[0] != '\0') {
		/* A name is unique in its subscription at best. */
		out->provider = PROVIDER_NONE;
		out->type = "host";
		out->name = entity;
		out->raw = subscription[0] == '\0'
		                   ? entity
		                   : arena_printf(a, "%s/%s", subscription, entity);
	} else if (subscription[0] != '\0') {
		out->raw = arena_printf(a, "/subscriptions/%s", subscription);
	}
}

/* All but the resource. */
static void read_alert(const struct azure_record *r, const char *native_id, struct arena *a,
                       struct finding *f)
{
	const char *severity = azure_property_text(r, "severity");
	const char *status = azure_property_text(r, "status");
	const char *type = azure_property_text(r, "alertType");
	const char *found = azure_property_text(r, "startTimeUtc");
	const char *changed = azure_property_text(r, "processingEndTimeUtc");

	f->connector = "azure_defender";
	f->native_id = azure_lower(native_id, a);
	f->title = azure_property_text(r, "alertDisplayName");
	f->rule = text_either(type, azure_property_text(r, "alertName"));
	f->rule = text_either(f->rule, f->title);
	f->class = CLASS_THREAT;
	f->description = azure_property_text(r, "description");
	f->remediation = read_steps(r, a);
	f->remediation_url = azure_link(azure_property_text(r, "alertUri"), a);
	f->status_raw = text_either(status, azure_property_text(r, "state"));
	f->state = state_of(f->status_raw);
	f->severity_raw = text_either(severity, azure_property_text(r, "reportedSeverity"));
	f->sev100 = severity_of_label(f->severity_raw);
	f->engine = "defender";
	f->sample = text_begins_nocase(f->title, sample_title) ||
	            text_begins_nocase(f->rule, sample_type);
	f->scope = subscription_of(r, a);
	f->first_seen =
	        azure_time(text_either(found, azure_property_text(r, "detectedTimeUtc")));
	f->last_seen = azure_time(azure_property_text(r, "endTimeUtc"));
	changed = text_either(changed, azure_property_text(r, "timeGeneratedUtc"));
	changed = text_either(changed, azure_property_text(r, "reportedTimeUtc"));
	f->source_updated_at = azure_time(changed);
	/*
	 * No region: the location in the id is where Defender keeps the subscription's
	 * data (REST: Locations - List, "home region"), not where the resource is.
	 */
}

static bool is_incident(const struct azure_record *r)
{
	bool incident = false;

	return json_view_bool(azure_property(r, "isIncident"), &incident) && incident;
}

int azure_parse_alert(const struct azure_record *r, struct parse_output *out,
                      struct error *err)
{
	const char *id = azure_cell_text(r, "id");
	const char *ids[MAX_RESOURCES];
	size_t n;

	id = text_either(id, azure_property_text(r, "systemAlertId"));
	if (id[0] == '\0')
		return error_set(err, ERR_INVALID, "id and systemAlertId are missing");
	if (read_resources(r, ids, &n, err) != 0)
		return ERR_INVALID;
	for (size_t i = 0; i == 0 || i < n; i++) {
		struct finding *f = parse_add_finding(out);

		read_alert(r, id, out->arena, f);
		/* It groups alerts that are listed themselves: kept, but not ranked. */
		if (is_incident(r) && f->state == FINDING_OPEN)
			f->state = FINDING_UNKNOWN;
		if (f->rule[0] == '\0')
			return error_set(err, ERR_INVALID, "alertType is missing");
		if (n == 0) {
			fall_back(r, f->scope, out->arena, &f->resource);
			continue;
		}
		f->resource.provider = PROVIDER_AZURE;
		f->resource.account = f->scope;
		f->resource.raw = ids[i];
	}
	return 0;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	const struct azure_record r = azure_record_of(record, (struct json_view){0});

	return json_view_is_object(record) && !azure_is_graph_envelope(envelope) &&
	       azure_kind_of(&r) == AZURE_KIND_ALERT &&
	       json_view_exists(azure_property(&r, "alertDisplayName"));
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const struct azure_record r = azure_record_of(in->record, (struct json_view){0});

	return azure_parse_alert(&r, out, err);
}

static const char *const record_paths[] = {"value", NULL};

const struct format azure_alerts = {
        .name = "azure-alerts",
        .record_paths = record_paths,
        .detect = detect,
        .parse = parse,
};
