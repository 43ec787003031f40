/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of Azure Resource Graph, as objects or as a table.  Rows of the tables
 * securityresources and policyresources go to the functions that read the REST
 * APIs' records; every other resource is inventory: an asset without findings, and what
 * the row says of its context.  Role assignments speak of their principals.
 */
#include <string.h>
#include <strings.h>

#include "azure.h"
#include "azure_inventory.h"
#include "azure_record.h"

static int parse_inventory(const struct azure_record *r, struct parse_output *out)
{
	const char *id = azure_cell_text(r, "id");
	const char *location = azure_cell_text(r, "location");
	const char *subscription = azure_cell_text(r, "subscriptionId");
	struct resource *resource;

	/* Rights are no assets: those that have them are. */
	if (azure_is_authorization(r)) {
		azure_describe_role(r, out);
		return 0;
	}
	resource = parse_add_resource(out);
	*resource = (struct resource){
	        .provider = PROVIDER_AZURE,
	        .account = azure_lower(
	                text_either(subscription, azure_subscription_of(id, out->arena)),
	                out->arena),
	        .region = strcasecmp(location, "global") == 0 ? "" : location,
	        .type = azure_lower(azure_cell_text(r, "type"), out->arena),
	        .name = azure_cell_text(r, "name"),
	        .raw = id,
	        .id = "",
	};
	azure_describe_resource(r, resource, out);
	return 0;
}

static int parse_row(const struct azure_record *r, struct parse_output *out,
                     struct error *err)
{
	switch (azure_kind_of(r)) {
	case AZURE_KIND_UNKNOWN:
		/* A summary, or a projection that left the id out. */
		return error_set(err, ERR_INVALID, "id of the row is missing or no ARM id");
	case AZURE_KIND_ASSESSMENT:
		return azure_parse_assessment(r, out, err);
	case AZURE_KIND_ASSESSMENT_METADATA:
		return azure_parse_metadata(r, out, err);
	case AZURE_KIND_SUBASSESSMENT:
		return azure_parse_subassessment(r, out, err);
	case AZURE_KIND_ALERT:
		return azure_parse_alert(r, out, err);
	case AZURE_KIND_POLICY_STATE:
		return azure_parse_policy_state(r, out, err);
	case AZURE_KIND_INCIDENT:
		return azure_parse_incident(r, out, err);
	case AZURE_KIND_CONTEXT:
		return 0;
	case AZURE_KIND_RESOURCE:
		return parse_inventory(r, out);
	}
	return 0;
}

/*
 * An answer has "data"; without an envelope (az prints bare arrays) it must be the
 * kind of row that no other format takes.
 */
static bool detect_object(struct json_view envelope, struct json_view record)
{
	const struct azure_record r = azure_record_of(record, (struct json_view){0});
	enum azure_kind kind;

	if (!json_view_is_object(record))
		return false;
	kind = azure_kind_of(&r);
	if (azure_is_graph_envelope(envelope))
		return kind != AZURE_KIND_UNKNOWN;
	return kind == AZURE_KIND_RESOURCE && azure_cell_text(&r, "type")[0] != '\0' &&
	       text_begins_nocase(azure_cell_text(&r, "id"), "/subscriptions/");
}

static int parse_object(const struct parse_input *in, struct parse_output *out,
                        struct error *err)
{
	const struct azure_record r = azure_record_of(in->record, (struct json_view){0});

	return parse_row(&r, out, err);
}

static struct json_view columns_of(struct json_view envelope)
{
	return json_view_at(envelope, "/data/columns");
}

static bool detect_table(struct json_view envelope, struct json_view record)
{
	return json_view_is_array(record) && json_view_is_array(columns_of(envelope));
}

static int parse_table(const struct parse_input *in, struct parse_output *out,
                       struct error *err)
{
	const struct azure_record r = azure_record_of(in->record, columns_of(in->envelope));

	if (!json_view_is_array(r.columns))
		return error_set(err, ERR_INVALID, "data.columns is missing");
	if (!json_view_is_array(r.row))
		return error_set(err, ERR_INVALID, "row is not a list of cells");
	if (json_view_array_size(r.row) != json_view_array_size(r.columns))
		return error_set(err, ERR_INVALID, "row has %zu cells for %zu columns",
		                 json_view_array_size(r.row),
		                 json_view_array_size(r.columns));
	return parse_row(&r, out, err);
}

static const char *const object_paths[] = {"data", NULL};
static const char *const table_paths[] = {"data/rows", NULL};
static const char *const table_fields[] = {"/data/columns", NULL};

const struct format azure_resource_graph = {
        .name = "azure-resource-graph",
        .record_paths = object_paths,
        .detect = detect_object,
        .parse = parse_object,
};

const struct format azure_resource_graph_table = {
        .name = "azure-resource-graph-table",
        .record_paths = table_paths,
        .envelope_fields = table_fields,
        .detect = detect_table,
        .parse = parse_table,
};
