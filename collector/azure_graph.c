/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of Microsoft Graph (security/alerts_v2): threats of Defender XDR and of what it
 * gathers, one finding per asset that the evidence names.  Those of Defender for Cloud
 * are left out: they are azure_alerts' own, whose ids are not in these records.
 *
 * Source: Microsoft Graph reference v1.0, alert and alertEvidence (microsoft.graph.security).
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "azure.h"
#include "azure_inventory.h"
#include "azure_record.h"

enum {
	MAX_EVIDENCE = 10000, /* of one alert; beyond, it is refused */
	MAX_RESOURCES = 100   /* findings of one alert */
};

/* Everything but what closes it is open, states of the future too. */
static enum finding_state state_of(const char *status)
{
	return strcasecmp(status, "resolved") == 0 ? FINDING_RESOLVED : FINDING_OPEN;
}

static void read_alert(struct json_view v, const char *id, struct arena *a,
                       struct finding *f)
{
	const char *status = azure_text(v, "status");
	const char *classification = azure_text(v, "classification");
	const char *begun = azure_text(v, "firstActivityDateTime");

	f->connector = "azure_graph";
	f->native_id = id;
	f->title = azure_text(v, "title");
	f->rule = text_either(azure_text(v, "detectorId"), f->title);
	f->class = CLASS_THREAT;
	f->description = azure_text(v, "description");
	f->remediation = azure_text(v, "recommendedActions");
	f->remediation_url = azure_link(azure_text(v, "alertWebUrl"), a);
	if (strcasecmp(classification, "unknown") == 0)
		classification = "";
	f->status_raw = azure_status_raw(status, classification, a);
	f->state = state_of(status);
	f->severity_raw = azure_text(v, "severity");
	f->sev100 = severity_of_label(f->severity_raw);
	f->engine = azure_lower(text_either(azure_text(v, "serviceSource"), "defender"), a);
	f->scope = azure_lower(azure_text(v, "tenantId"), a);
	f->first_seen = azure_time(text_either(begun, azure_text(v, "createdDateTime")));
	f->last_seen = azure_time(azure_text(v, "lastActivityDateTime"));
	f->source_updated_at = azure_time(azure_text(v, "lastUpdateDateTime"));
	f->resolved_at = azure_time(azure_text(v, "resolvedDateTime"));
}

/* "deviceEvidence" of "#microsoft.graph.security.deviceEvidence". */
static const char *kind_of(struct json_view evidence)
{
	const char *type = azure_text(evidence, "@odata.type");
	const char *dot = strrchr(type, '.');

	return dot ? dot + 1 : type;
}

/* A machine: the cloud's own where Defender knows it, else by Defender's id. */
static struct resource device_of(struct json_view evidence, struct arena *a)
{
	struct json_view vm = json_view_at_nocase(evidence, "vmMetadata");
	const char *id = azure_text(vm, "resourceId");
	const char *name = azure_text(evidence, "deviceDnsName");
	struct resource r;

	if (id[0] != '\0')
		return azure_resource_at(PROVIDER_AZURE, azure_subscription_of(id, a), id);
	r = azure_resource_at(PROVIDER_NONE, "", azure_text(evidence, "mdeDeviceId"));
	if (r.raw[0] == '\0')
		r.raw = name;
	r.type = "host";
	r.name = name;
	if (name[0] != '\0' && name != r.raw) {
		const char **aliases = ARENA_ARRAY(a, const char *, 1);

		aliases[0] = name;
		r.aliases = aliases;
		r.n_aliases = 1;
	}
	return r;
}

/* raw "": evidence of another kind, or without an id. */
static struct resource asset_of(struct json_view evidence, struct arena *a)
{
	const char *kind = kind_of(evidence);

	if (strcasecmp(kind, "deviceEvidence") == 0)
		return device_of(evidence, a);
	if (strcasecmp(kind, "azureResourceEvidence") == 0) {
		const char *id = azure_text(evidence, "resourceId");

		return azure_resource_at(PROVIDER_AZURE, azure_subscription_of(id, a), id);
	}
	if (strcasecmp(kind, "amazonResourceEvidence") == 0)
		return azure_resource_at(PROVIDER_AWS,
		                         azure_text(evidence, "amazonAccountId"),
		                         azure_text(evidence, "amazonResourceId"));
	if (strcasecmp(kind, "googleCloudResourceEvidence") == 0)
		return azure_resource_at(PROVIDER_GCP, azure_text(evidence, "projectId"),
		                         azure_text(evidence, "fullResourceName"));
	return azure_resource_at(PROVIDER_NONE, "", "");
}

static struct resource user_of(struct json_view evidence, struct arena *a)
{
	struct json_view account = json_view_at_nocase(evidence, "userAccount");
	struct resource user;

	if (strcasecmp(kind_of(evidence), "userEvidence") != 0)
		return azure_resource_at(PROVIDER_NONE, "", "");
	user = azure_principal(azure_text(account, "azureAdUserId"), a);
	user.name = azure_text(account, "userPrincipalName");
	return user;
}

typedef struct resource resource_reader(struct json_view evidence, struct arena *a);

/* Adds to found (room for MAX_RESOURCES) what is read of the evidence, each once. */
static int read_evidence(struct json_view alert, resource_reader *read, struct arena *a,
                         struct resource *found, size_t *n, struct error *err)
{
	struct json_view list = json_view_at_nocase(alert, "evidence");
	struct json_items it;

	if (!json_view_is_array(list))
		return 0;
	if (json_view_get_items(list, "", &it, err) != 0)
		return ERR_INVALID;
	if (it.n > MAX_EVIDENCE)
		return error_set(err, ERR_INVALID, "evidence has %zu items", it.n);
	while (*n < MAX_RESOURCES && json_items_next(&it)) {
		const struct resource one = read(it.value, a);
		size_t i = 0;

		if (one.raw[0] == '\0')
			continue;
		while (i < *n && strcasecmp(found[i].raw, one.raw) != 0)
			i++;
		if (i == *n)
			found[(*n)++] = one;
	}
	return 0;
}

static struct resource tenant_of(struct json_view alert)
{
	struct resource tenant =
	        azure_resource_at(PROVIDER_AZURE, "", azure_text(alert, "tenantId"));

	tenant.type = "microsoft.365/tenant";
	return tenant;
}

static bool is_defender_for_cloud(struct json_view alert)
{
	return strcasecmp(azure_text(alert, "serviceSource"),
	                  "microsoftDefenderForCloud") == 0;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return json_view_is_object(record) && azure_text(record, "id")[0] != '\0' &&
	       azure_text(record, "serviceSource")[0] != '\0' &&
	       json_view_exists(json_view_at_nocase(record, "detectionSource")) &&
	       json_view_exists(json_view_at_nocase(record, "providerAlertId"));
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const char *id = azure_text(in->record, "id");
	struct resource found[MAX_RESOURCES];
	size_t n = 0;

	if (is_defender_for_cloud(in->record))
		return 0;
	if (id[0] == '\0' || azure_text(in->record, "title")[0] == '\0')
		return error_set(err, ERR_INVALID, "id or title is missing");
	if (read_evidence(in->record, asset_of, out->arena, found, &n, err) != 0)
		return ERR_INVALID;
	/* Whoever is signed in to an attacked machine is not attacked beside it. */
	if (n == 0 && read_evidence(in->record, user_of, out->arena, found, &n, err) != 0)
		return ERR_INVALID;
	if (n == 0)
		found[n++] = tenant_of(in->record);
	if (found[0].raw[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "neither evidence nor tenantId names a resource");
	for (size_t i = 0; i < n; i++) {
		struct finding *f = parse_add_finding(out);

		read_alert(in->record, id, out->arena, f);
		f->resource = found[i];
	}
	return 0;
}

static const char *const record_paths[] = {"value", NULL};

const struct format graph_alerts = {
        .name = "graph-alerts",
        .record_paths = record_paths,
        .detect = detect,
        .parse = parse,
};
