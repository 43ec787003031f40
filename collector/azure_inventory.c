/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a row of Azure Resource Graph says of its resource's context: tags, where it
 * stands, what it runs as; of networks and services see azure_network.c and
 * azure_service.c.  And Defender's risk factors, which come with assessments.
 *
 * Source: Azure Resource Graph, "Supported tables and resources"; Defender for Cloud,
 * "Risk prioritization", and its REST reference (Assessments, risk).
 */
#include "azure_inventory.h"

#include <string.h>
#include <strings.h>

#include "view_path.h"

struct json_view azure_deep(const struct azure_row *row, const char *path)
{
	size_t n = strcspn(path, "/");
	const char *first = arena_strndup(row->a, path, n);

	return view_path(azure_property(row->r, first), path + n + (path[n] == '/'));
}

const char *azure_deep_text(const struct azure_row *row, const char *path)
{
	const char *text = "";

	(void)json_view_text(azure_deep(row, path), &text);
	return text;
}

void azure_edge(const struct azure_row *row, enum edge_kind kind, bool incoming,
                const char *id)
{
	const char *lower = azure_lower(id, row->a);
	const struct resource other = {
	        .provider = PROVIDER_AZURE,
	        .account = azure_subscription_of(lower, row->a),
	        .region = "",
	        .type = "",
	        .name = "",
	        .raw = lower,
	        .id = "",
	};

	if (lower[0] == '/' && lower[1] != '\0')
		context_edge(row->w, kind, incoming, &other);
}

const char *azure_owner(const char *part_id, struct arena *a)
{
	static const char sets[] = "/virtualmachinescalesets/";
	const char *id = azure_lower(part_id, a);
	const char *set = strstr(id, sets);
	const char *end;

	if (set != NULL) {
		set += strlen(sets);
		return arena_strndup(a, id, (size_t)(set - id) + strcspn(set, "/"));
	}
	/* The last type and name are the part's. */
	for (int i = 0; i < 2; i++) {
		end = strrchr(id, '/');
		if (end == NULL)
			return "";
		id = arena_strndup(a, id, (size_t)(end - id));
	}
	return id;
}

struct resource azure_principal(const char *object_id, struct arena *a)
{
	/* GUIDs of directory objects are unique in all tenants: no account. */
	return (struct resource){
	        .provider = PROVIDER_AZURE,
	        .account = "",
	        .region = "",
	        .type = "microsoft.graph/directoryobjects",
	        .name = "",
	        .raw = azure_lower(object_id, a),
	        .id = "",
	};
}

static void runs_as_principal(const struct azure_row *row, const char *object_id)
{
	const struct resource principal = azure_principal(object_id, row->a);

	context_edge(row->w, EDGE_RUNS_AS, false, &principal);
}

void azure_describe_identity(const struct azure_row *row)
{
	struct json_view identity = azure_cell(row->r, "identity");
	struct json_items it =
	        context_members(json_view_at_nocase(identity, "userAssignedIdentities"));

	/* Of the system-assigned identity only. */
	runs_as_principal(row, azure_text(identity, "principalId"));
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		azure_edge(row, EDGE_RUNS_AS, false, it.key);
		/* Roles are given to the identity's directory object. */
		runs_as_principal(row, azure_text(it.value, "principalId"));
	}
	/* A user-assigned identity itself: its id and its directory object are one. */
	if (text_has_nocase(row->id, "/microsoft.managedidentity/userassignedidentities/"))
		runs_as_principal(row, azure_deep_text(row, "principalId"));
}

/* How much of an id its container's is: that of the parent, else of the group. */
static size_t container_size(const char *id, const char *group)
{
	const char *provider = azure_from_last(id, "/providers/");
	const char *end = group + strcspn(group, "/");
	size_t slashes = 0;

	if (*end == '\0' || provider == NULL || provider < end)
		return (size_t)(end - id);
	for (const char *c = provider; *c != '\0'; c++)
		slashes += *c == '/';
	/* "/providers/ns/type/name" has four. */
	if (slashes < 6)
		return (size_t)(provider - id);
	end = strrchr(id, '/');
	do
		end--;
	while (*end != '/');
	return (size_t)(end - id);
}

/* The server of a database, the resource group of a server, the subscription of a group. */
static void describe_container(const struct azure_row *row)
{
	static const char groups[] = "/resourcegroups/";
	const char *group = strstr(row->id, groups);
	size_t size;

	if (!text_begins(row->id, "/subscriptions/") || group == NULL)
		return;
	size = container_size(row->id, group + strlen(groups));
	if (row->id[size] == '\0')
		size = (size_t)(group - row->id);
	azure_edge(row, EDGE_CONTAINS, true, arena_strndup(row->a, row->id, size));
}

void azure_describe_resource(const struct azure_record *r, const struct resource *resource,
                             struct parse_output *out)
{
	struct context_writer w;
	struct resource canonical = *resource;
	struct azure_row row = {.r = r, .w = &w, .a = out->arena};

	/* A query may have projected the type away. */
	resource_canonicalize(&canonical, out->arena);
	row.id = canonical.id;
	row.type = canonical.type;
	/* Always: what a former row said and this one does not is withdrawn. */
	context_open(&w, out);
	context_about(&w, resource);
	context_tags(&w, azure_cell(r, "tags"));
	describe_container(&row);
	azure_describe_identity(&row);
	azure_describe_network(&row);
	azure_describe_service(&row);
}

/* Risk factors. */

/* As Defender's portal and its API write them; compared by their letters only. */
static const struct {
	const char *factor;
	enum context_field field;
	int level;
} factors[] = {
        {"internetexposure", CONTEXT_EXPOSURE, EXPOSURE_OPEN},
        {"exposuretotheinternet", CONTEXT_EXPOSURE, EXPOSURE_OPEN},
        {"sensitivedata", CONTEXT_SENSITIVITY, SENSITIVITY_CONFIDENTIAL},
        {"criticalresource", CONTEXT_CRITICALITY, CRITICALITY_IMPORTANT},
        {"critical", CONTEXT_CRITICALITY, CRITICALITY_IMPORTANT},
};

/* "Exposure to the Internet" is "exposuretotheinternet". */
static const char *letters_of(const char *text, struct arena *a)
{
	char *letters = arena_strdup(a, text);
	char *end = letters;

	for (const char *c = text; *c != '\0'; c++) {
		const char lower = (char)(*c | 0x20);

		if (lower >= 'a' && lower <= 'z')
			*end++ = lower;
	}
	*end = '\0';
	return letters;
}

static void add_factor(struct context_writer *w, const char *factor, bool *begun,
                       const struct resource *resource)
{
	const char *letters = letters_of(factor, w->out->arena);

	for (size_t i = 0; i < N_ELEMENTS(factors); i++) {
		if (strcmp(letters, factors[i].factor) != 0)
			continue;
		if (!*begun)
			context_about(w, resource);
		*begun = true;
		context_claim(w, factors[i].field, factors[i].level,
		              "properties.risk.riskFactors has \"%s\"", factor);
	}
}

void azure_describe_risk(const struct azure_record *r, const struct resource *resource,
                         struct parse_output *out)
{
	struct json_view risk = azure_property(r, "risk");
	struct json_items it;
	struct context_writer w;
	bool begun = false;

	/* Columns of a query may hold "risk" by itself. */
	if (!json_view_is_object(risk))
		risk = azure_cell(r, "risk");
	it = context_list(json_view_at_nocase(risk, "riskFactors"));
	context_open(&w, out);
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *factor = "";

		if (json_view_text(it.value, &factor))
			add_factor(&w, factor, &begun, resource);
	}
}
