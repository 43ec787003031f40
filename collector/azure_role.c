/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role assignments, rows of Resource Graph's authorizationresources: what a principal may
 * do at a scope.  Built-in roles are known by their GUIDs; what a role of one's own
 * allows is not in the row.
 *
 * Source: Azure REST reference, Authorization (Role Assignments); "Azure built-in roles".
 */
#include <string.h>
#include <strings.h>

#include "azure_inventory.h"

/* How far the scope of an assignment reaches. */
enum reach {
	REACH_RESOURCE,
	REACH_GROUP,
	REACH_SUBSCRIPTION, /* management groups and the tenant, too */
	N_REACHES
};

struct role {
	const char *id;
	const char *name;
	enum privilege privilege[N_REACHES];
	int edge; /* enum edge_kind, -1: none */
};

/* clang-format off */
static const struct role roles[] = {
	{"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner",
	 {PRIVILEGE_WRITE, PRIVILEGE_BROAD, PRIVILEGE_ADMIN}, EDGE_MAY_ADMINISTER},
	{"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator",
	 {PRIVILEGE_WRITE, PRIVILEGE_BROAD, PRIVILEGE_ADMIN}, EDGE_MAY_ADMINISTER},
	{"f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator",
	 {PRIVILEGE_WRITE, PRIVILEGE_BROAD, PRIVILEGE_ADMIN}, EDGE_MAY_ADMINISTER},
	{"b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor",
	 {PRIVILEGE_WRITE, PRIVILEGE_WRITE, PRIVILEGE_BROAD}, EDGE_MAY_ADMINISTER},
	{"9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Virtual Machine Contributor",
	 {PRIVILEGE_WRITE, PRIVILEGE_WRITE, PRIVILEGE_BROAD}, EDGE_MAY_ADMINISTER},
	{"17d1049b-9a84-46fb-8f53-869881c3d3ab", "Storage Account Contributor",
	 {PRIVILEGE_WRITE, PRIVILEGE_WRITE, PRIVILEGE_WRITE}, EDGE_MAY_ADMINISTER},
	{"00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator",
	 {PRIVILEGE_WRITE, PRIVILEGE_WRITE, PRIVILEGE_BROAD}, EDGE_MAY_ADMINISTER},
	{"b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer",
	 {PRIVILEGE_WRITE, PRIVILEGE_WRITE, PRIVILEGE_WRITE}, EDGE_MAY_READ},
	{"4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User",
	 {PRIVILEGE_READ, PRIVILEGE_READ, PRIVILEGE_READ}, EDGE_MAY_READ},
	{"b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner",
	 {PRIVILEGE_WRITE, PRIVILEGE_WRITE, PRIVILEGE_WRITE}, EDGE_MAY_READ},
	{"ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor",
	 {PRIVILEGE_WRITE, PRIVILEGE_WRITE, PRIVILEGE_WRITE}, EDGE_MAY_READ},
	{"2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader",
	 {PRIVILEGE_READ, PRIVILEGE_READ, PRIVILEGE_READ}, EDGE_MAY_READ},
	{"0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", "Azure Kubernetes Service Cluster Admin Role",
	 {PRIVILEGE_BROAD, PRIVILEGE_BROAD, PRIVILEGE_BROAD}, EDGE_MAY_ADMINISTER},
	{"b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", "Azure Kubernetes Service RBAC Cluster Admin",
	 {PRIVILEGE_BROAD, PRIVILEGE_BROAD, PRIVILEGE_BROAD}, EDGE_MAY_ADMINISTER},
	/* Sees settings, and no data. */
	{"acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader",
	 {PRIVILEGE_READ, PRIVILEGE_READ, PRIVILEGE_READ}, -1},
};
/* clang-format on */

bool azure_is_authorization(const struct azure_record *r)
{
	const char *type = azure_cell_text(r, "type");

	return strcasecmp(type, "microsoft.authorization/roleassignments") == 0 ||
	       strcasecmp(type, "microsoft.authorization/roledefinitions") == 0;
}

static const struct role *role_of(const char *definition)
{
	const char *slash = strrchr(definition, '/');
	const char *id = slash == NULL ? definition : slash + 1;

	for (size_t i = 0; i < N_ELEMENTS(roles); i++) {
		if (strcasecmp(id, roles[i].id) == 0)
			return &roles[i];
	}
	return NULL;
}

static enum reach reach_of(const char *scope)
{
	const char *group;

	if (!text_begins_nocase(scope, "/subscriptions/"))
		return REACH_SUBSCRIPTION;
	group = azure_from_last(scope, "/resourcegroups/");
	if (group == NULL)
		return REACH_SUBSCRIPTION;
	group += strlen("/resourcegroups/");
	return group[strcspn(group, "/")] == '\0' ? REACH_GROUP : REACH_RESOURCE;
}

void azure_describe_role(const struct azure_record *r, struct parse_output *out)
{
	const char *object_id = azure_property_text(r, "principalId");
	const char *scope = azure_lower(azure_property_text(r, "scope"), out->arena);
	const struct role *role = role_of(azure_property_text(r, "roleDefinitionId"));
	const struct resource who = azure_principal(object_id, out->arena);
	struct context_writer w;
	struct azure_row row = {.r = r, .w = &w, .a = out->arena};

	if (role == NULL || object_id[0] == '\0' || scope[0] != '/')
		return;
	context_open(&w, out);
	context_about(&w, &who);
	context_claim(&w, CONTEXT_PRIVILEGE, (int)role->privilege[reach_of(scope)],
	              "roleDefinitionId is %s (%s), scope is %s", role->id, role->name,
	              scope);
	if (role->edge >= 0)
		azure_edge(&row, (enum edge_kind)role->edge, false, scope);
}
