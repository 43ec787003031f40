/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bindings of Google Cloud's IAM give to whom.  Roles of Google's own are known by
 * their names; what a custom role allows is not in the policy.
 *
 * Source: IAM reference, "Principal identifiers", "Basic and predefined roles".
 */
#include "gcp_iam.h"

#include <string.h>

#include "text_part.h"

struct role {
	const char *name;
	enum privilege privilege; /* given on a project, folder or organization */
	int edge;                 /* enum edge_kind, -1: none */
};

/* clang-format off */
static const struct role roles[] = {
	{"roles/owner", PRIVILEGE_ADMIN, EDGE_MAY_ADMINISTER},
	{"roles/editor", PRIVILEGE_BROAD, EDGE_MAY_ADMINISTER},
	{"roles/viewer", PRIVILEGE_READ, -1}, /* settings, and little data */
	{"roles/iam.securityAdmin", PRIVILEGE_ADMIN, EDGE_MAY_ADMINISTER},
	{"roles/resourcemanager.projectIamAdmin", PRIVILEGE_ADMIN, EDGE_MAY_ADMINISTER},
	{"roles/resourcemanager.folderIamAdmin", PRIVILEGE_ADMIN, EDGE_MAY_ADMINISTER},
	{"roles/resourcemanager.folderAdmin", PRIVILEGE_ADMIN, EDGE_MAY_ADMINISTER},
	{"roles/resourcemanager.organizationAdmin", PRIVILEGE_ADMIN, EDGE_MAY_ADMINISTER},
	{"roles/iam.serviceAccountTokenCreator", PRIVILEGE_BROAD, EDGE_CAN_ASSUME},
	{"roles/iam.serviceAccountUser", PRIVILEGE_BROAD, EDGE_CAN_ASSUME},
	{"roles/iam.serviceAccountKeyAdmin", PRIVILEGE_BROAD, EDGE_CAN_ASSUME},
	{"roles/iam.workloadIdentityUser", PRIVILEGE_BROAD, EDGE_CAN_ASSUME},
	{"roles/iam.serviceAccountAdmin", PRIVILEGE_BROAD, EDGE_MAY_ADMINISTER},
	{"roles/compute.admin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/compute.instanceAdmin.v1", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/container.admin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/container.clusterAdmin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/run.admin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/cloudfunctions.admin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/cloudsql.admin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/bigquery.admin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/storage.admin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/secretmanager.admin", PRIVILEGE_WRITE, EDGE_MAY_ADMINISTER},
	{"roles/storage.objectAdmin", PRIVILEGE_WRITE, EDGE_MAY_READ},
	{"roles/storage.objectUser", PRIVILEGE_WRITE, EDGE_MAY_READ},
	{"roles/bigquery.dataOwner", PRIVILEGE_WRITE, EDGE_MAY_READ},
	{"roles/bigquery.dataEditor", PRIVILEGE_WRITE, EDGE_MAY_READ},
	{"roles/bigquery.dataViewer", PRIVILEGE_READ, EDGE_MAY_READ},
	{"roles/storage.objectViewer", PRIVILEGE_READ, EDGE_MAY_READ},
	{"roles/storage.legacyObjectReader", PRIVILEGE_READ, EDGE_MAY_READ},
	{"roles/secretmanager.secretAccessor", PRIVILEGE_READ, EDGE_MAY_READ},
};
/* clang-format on */

static const struct role *role_of(const char *name)
{
	for (size_t i = 0; i < N_ELEMENTS(roles); i++) {
		if (strcmp(name, roles[i].name) == 0)
			return &roles[i];
	}
	return NULL;
}

bool gcp_is_everybody(const char *member)
{
	return strcmp(member, "allUsers") == 0 ||
	       strcmp(member, "allAuthenticatedUsers") == 0;
}

/*
 * The project that an address names: "x@P.iam.gserviceaccount.com", those of App Engine
 * and, by its number, of Compute Engine; "-" as the API writes it, for others.
 */
static const char *project_of_email(const char *email, struct arena *a)
{
	const char *at = strchr(email, '@');
	const char *domain = at == NULL ? "" : at + 1;

	if (text_ends(domain, ".iam.gserviceaccount.com"))
		return arena_strndup(a, domain, strcspn(domain, "."));
	if (strcmp(domain, "appspot.gserviceaccount.com") == 0)
		return arena_strndup(a, email, (size_t)(at - email));
	if (strcmp(domain, "developer.gserviceaccount.com") == 0)
		return arena_strndup(a, email, strcspn(email, "-@"));
	return "-";
}

struct resource gcp_service_account(const char *email, struct arena *a)
{
	const char *project = project_of_email(email, a);

	return (struct resource){
	        .provider = PROVIDER_GCP,
	        .account = strcmp(project, "-") == 0 ? "" : project,
	        .region = "",
	        .type = "iam.googleapis.com/ServiceAccount",
	        .name = arena_strdup(a, email),
	        .raw = email[0] == '\0' ? ""
	                                : ARENA_JOIN(a, "//iam.googleapis.com/projects/",
	                                             project, "/serviceAccounts/", email),
	        .id = "",
	};
}

struct resource gcp_member(const char *member, struct arena *a)
{
	static const struct {
		const char *prefix, *type;
	} kinds[] = {
	        {"user:", "cloudidentity.googleapis.com/User"},
	        {"group:", "cloudidentity.googleapis.com/Group"},
	        {"domain:", "cloudidentity.googleapis.com/Domain"},
	        {"principal://", "iam.googleapis.com/Principal"},
	        {"principalSet://", "iam.googleapis.com/PrincipalSet"},
	};
	static const char account[] = "serviceAccount:";
	struct resource r = {.provider = PROVIDER_GCP,
	                     .account = "",
	                     .region = "",
	                     .type = "",
	                     .name = "",
	                     .raw = "",
	                     .id = ""};

	/* "serviceAccount:p.svc.id.goog[ns/name]" is a workload of a cluster. */
	if (text_begins(member, account) && strchr(member, '[') == NULL)
		return gcp_service_account(member + strlen(account), a);
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		if (!text_begins(member, kinds[i].prefix))
			continue;
		r.type = kinds[i].type;
		r.raw = arena_strdup(a, strstr(kinds[i].prefix, "//") == NULL
		                                ? member + strlen(kinds[i].prefix)
		                                : member);
		r.name = r.raw;
	}
	return r;
}

static bool is_service_account(const struct resource *r)
{
	return strcmp(r->type, "iam.googleapis.com/ServiceAccount") == 0;
}

/* A right given on all of a project, or above. */
static bool is_account(const struct resource *r)
{
	return text_begins(r->type, "cloudresourcemanager.googleapis.com/");
}

void gcp_describe_binding(struct context_writer *w, const char *role, const char *member)
{
	const struct role *known = role_of(role);
	const struct resource who = gcp_member(member, w->out->arena);

	/* Where public access is prevented, such a binding is without effect. */
	if (gcp_is_everybody(member) &&
	    context_level(w, CONTEXT_EXPOSURE) != EXPOSURE_INTERNAL)
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_OPEN, "%s has %s", member,
		              role);
	if (known == NULL || known->edge < 0)
		return;
	/* On a project it is about all of its accounts: the privilege says so. */
	if (known->edge == EDGE_CAN_ASSUME && !is_service_account(context_resource(w)))
		return;
	context_edge(w, (enum edge_kind)known->edge, true, &who);
}

/* Less than a project is little, whatever may be done with it. */
static enum privilege privilege_of(const struct role *role, const struct resource *on)
{
	if (is_account(on) || role->privilege < PRIVILEGE_WRITE)
		return role->privilege;
	return PRIVILEGE_WRITE;
}

static void describe_members(struct context_writer *w, const struct resource *on,
                             const char *role, struct json_view members)
{
	const struct role *known = role_of(role);
	struct json_items it = context_list(members);

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *member = json_view_text_or(it.value, "", "");
		const struct resource who = gcp_member(member, w->out->arena);

		context_about(w, on);
		gcp_describe_binding(w, role, member);
		if (known == NULL || who.raw[0] == '\0' ||
		    w->n_claims >= CONTEXT_MAX_CLAIMS)
			continue;
		/* Of one account: as much as that account, which the edge leads to. */
		if (known->edge == EDGE_CAN_ASSUME && !is_account(on))
			continue;
		context_about(w, &who);
		context_claim(w, CONTEXT_PRIVILEGE, (int)privilege_of(known, on),
		              "iamPolicy of %s: %s", on->raw, role);
	}
}

void gcp_describe_policy(struct context_writer *w, struct json_view policy)
{
	const struct resource on = *context_resource(w);
	struct json_items it = context_list(json_view_at(policy, "bindings"));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		describe_members(w, &on, json_view_text_or(it.value, "role", ""),
		                 json_view_at(it.value, "members"));
	context_about(w, &on);
}
