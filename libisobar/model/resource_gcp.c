/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identity of Google Cloud resources: the full resource name "//service/path"
 * of Cloud Asset Inventory.  That a project has both an id and a number is not
 * settled here: inventory adds the alias.  Rules and sources: docs/identity.md.
 */

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "model/resource_private.h"

static const char storage_service[] = "storage.googleapis.com";
static const char project_service[] = "cloudresourcemanager.googleapis.com";

/* Services whose types have another name than their resources (Cloud Asset
 * Inventory: "Resource types"). */
static const struct {
	const char *service;
	const char *type_service;
} type_services[] = {
        {"cloudsql.googleapis.com", "sqladmin.googleapis.com"},
        {"bigtable.googleapis.com", "bigtableadmin.googleapis.com"},
};

/* Types that are not the singular of their collection. */
static const struct {
	const char *service;
	const char *collection;
	const char *type;
} type_exceptions[] = {
        {"iam.googleapis.com", "keys", "ServiceAccountKey"},
        {"iam.googleapis.com", "providers", "WorkloadIdentityPoolProvider"},
        {"logging.googleapis.com", "sinks", "LogSink"},
        {"logging.googleapis.com", "buckets", "LogBucket"},
        {"logging.googleapis.com", "metrics", "LogMetric"},
        {"cloudbuild.googleapis.com", "triggers", "BuildTrigger"},
        {"appengine.googleapis.com", "apps", "Application"},
};

bool gcp_claims(const char *raw)
{
	static const char domain[] = ".googleapis.com/";
	const char *host;

	if (has_prefix(raw, "gs://"))
		return true;
	if (has_prefix(raw, "//"))
		host = raw + 2;
	else if (has_prefix(raw, "https://"))
		host = raw + strlen("https://");
	else
		return false;

	const size_t size = strcspn(host, "/");
	const size_t domain_size = strlen(domain) - 1;

	return size > domain_size && has_prefix(host + size - domain_size, domain);
}

static const char *type_service(const char *service)
{
	for (size_t i = 0; i < N_ELEMENTS(type_services); i++) {
		if (strcmp(service, type_services[i].service) == 0)
			return type_services[i].type_service;
	}
	return service;
}

/* The service of a resource of this type: "sqladmin…/Instance" stands at cloudsql. */
static const char *service_of_type(const char *type, struct arena *a)
{
	static const char domain[] = ".googleapis.com/";
	const size_t size = strcspn(type, "/");
	const size_t domain_size = strlen(domain) - 1;

	if (size <= domain_size || !has_prefix(type + size - domain_size, domain))
		return "";
	for (size_t i = 0; i < N_ELEMENTS(type_services); i++) {
		const char *name = type_services[i].type_service;

		if (strlen(name) == size && has_prefix(type, name))
			return type_services[i].service;
	}
	return lower_case(type, size, a);
}

/* "policies" to "Policy", "addresses" to "Address", "instances" to "Instance". */
static const char *singular(const char *collection, size_t size, struct arena *a)
{
	char *name = arena_strndup(a, collection, size);

	if (size > 3 && strcmp(name + size - 3, "ies") == 0)
		memcpy(name + size - 3, "y", 2);
	else if (size > 4 && strcmp(name + size - 4, "sses") == 0)
		name[size - 2] = '\0';
	else if (size > 1 && name[size - 1] == 's')
		name[size - 1] = '\0';
	if (name[0] >= 'a' && name[0] <= 'z')
		name[0] = (char)(name[0] - 'a' + 'A');
	return name;
}

/* The collection that the path ends in: the last segment but one. */
static const char *last_collection(const char *path, size_t *size_out)
{
	const char *name = strrchr(path, '/');
	const char *at = name;

	if (name == NULL || name == path)
		return NULL;
	while (at > path && at[-1] != '/')
		at--;
	*size_out = (size_t)(name - at);
	return at;
}

static const char *asset_type(const char *service, const char *path, struct arena *a)
{
	size_t size;
	const char *collection = last_collection(path, &size);

	if (strcmp(service, storage_service) == 0)
		return collection == NULL ? "storage.googleapis.com/Bucket"
		                          : "storage.googleapis.com/Object";
	if (collection == NULL)
		return NULL;
	for (size_t i = 0; i < N_ELEMENTS(type_exceptions); i++) {
		const char *name = type_exceptions[i].collection;

		if (strcmp(service, type_exceptions[i].service) == 0 &&
		    strlen(name) == size && strncmp(collection, name, size) == 0)
			return arena_printf(a, "%s/%s", service, type_exceptions[i].type);
	}
	return arena_printf(a, "%s/%s",
	                    strstr(path, "/k8s/") != NULL ? "k8s.io"
	                                                  : type_service(service),
	                    singular(collection, size, a));
}

/* What follows "/name/" or a leading "name/" in path, up to the next slash. */
static const char *part_after(const char *path, const char *name, struct arena *a)
{
	const size_t size = strlen(name);

	for (const char *at = path; *at != '\0'; at += strcspn(at, "/"), at += *at == '/') {
		if (strncmp(at, name, size) == 0 && at[size] == '/')
			return arena_strndup(a, at + size + 1, strcspn(at + size + 1, "/"));
	}
	return "";
}

/* "us-central1-a" is a zone of us-central1 (Compute Engine: "Regions and zones"). */
static const char *region_of(const char *place, struct arena *a)
{
	const size_t size = strlen(place);

	if (strcmp(place, "global") == 0)
		return "";
	if (size > 2 && place[size - 2] == '-' && place[size - 3] >= '0' &&
	    place[size - 3] <= '9')
		return arena_strndup(a, place, size - 2);
	return place;
}

static void set_place(struct resource *r, const char *path, struct arena *a)
{
	static const char *const collections[] = {"zones", "regions", "locations"};

	for (size_t i = 0; i < N_ELEMENTS(collections); i++) {
		const char *place = part_after(path, collections[i], a);

		if (place[0] != '\0') {
			r->region = region_of(place, a);
			return;
		}
	}
}

static void set_name(struct resource *r, const char *service, const char *path,
                     struct arena *a)
{
	const bool is_storage =
	        strcmp(service, storage_service) == 0; /* names, no places */
	const char *project = is_storage ? "" : part_after(path, "projects", a);
	const char *type = asset_type(service, path, a);
	const char *name = strrchr(path, '/');

	r->id = arena_printf(a, "//%s/%s", service, path);
	/* A number says less than the id that the record may state. */
	if (project[0] != '\0' &&
	    (r->account[0] == '\0' || !is_digits(project, strlen(project))))
		r->account = project;
	if (!is_storage)
		set_place(r, path, a);
	if (type != NULL)
		r->type = type;
	if (r->name[0] == '\0')
		r->name = name == NULL ? path : name + 1;
}

/* Clusters stand under zones in old names, under locations in new ones. */
static const char *cluster_path(const char *path, struct arena *a)
{
	static const char zones[] = "/zones/";
	const char *at = strstr(path, zones);

	if (at == NULL)
		return path;
	return arena_printf(a, "%.*s/locations/%s", (int)(at - path), path,
	                    at + strlen(zones));
}

static void canonicalize_path(struct resource *r, const char *service, const char *path,
                              struct arena *a)
{
	static const char buckets[] = "projects/_/buckets/";
	size_t size = strlen(path);

	while (size > 0 && path[size - 1] == '/')
		size--;
	path = arena_strndup(a, path, size);
	if (strcmp(service, "container.googleapis.com") == 0)
		path = cluster_path(path, a);
	else if (strcmp(service, storage_service) == 0 && has_prefix(path, buckets))
		path += strlen(buckets);
	set_name(r, service, path, a);
}

/* Where the resource's own path begins behind "/compute/v1/" and the like. */
static const char *path_start(const char *path)
{
	static const char *const roots[] = {"projects/", "organizations/", "folders/",
	                                    "b/"};

	for (const char *at = path; *at != '\0'; at += strcspn(at, "/"), at += *at == '/') {
		for (size_t i = 0; i < N_ELEMENTS(roots); i++) {
			if (strncmp(at, roots[i], strlen(roots[i])) == 0)
				return at;
		}
	}
	return path;
}

/* The service of a self link: its host, or at the shared host the first segment. */
static const char *link_service(const char *host, const char *path, struct arena *a)
{
	const size_t size = strcspn(host, "/");
	const char *service = lower_case(host, size, a);

	if (strcmp(service, "www.googleapis.com") == 0)
		service = arena_printf(a, "%s.googleapis.com",
		                       lower_case(path, strcspn(path, "/"), a));
	if (strcmp(service, "sqladmin.googleapis.com") == 0 ||
	    strcmp(service, "sql.googleapis.com") == 0)
		return "cloudsql.googleapis.com";
	return service;
}

static void canonicalize_link(struct resource *r, const char *host, struct arena *a)
{
	const char *end = host + strcspn(host, "/");
	const char *path = end + (*end == '/');
	const char *service = link_service(host, path, a);
	const char *own = path_start(path);

	if (strcmp(service, storage_service) == 0 && has_prefix(own, "b/"))
		own += strlen("b/");
	canonicalize_path(r, service, own, a);
}

/* "projects/p" alone is the project; more of a path needs a service, by the type. */
static void canonicalize_relative(struct resource *r, const char *raw, struct arena *a)
{
	const char *slash = strchr(raw, '/');
	const char *service = service_of_type(r->type, a);

	if (strchr(slash + 1, '/') == NULL)
		service = project_service;
	else if (service[0] == '\0' &&
	         (strstr(raw, "/zones/") != NULL || strstr(raw, "/regions/") != NULL ||
	          strstr(raw, "/global/") != NULL))
		service = "compute.googleapis.com"; /* the others say locations */
	if (service[0] == '\0')
		r->id = qualified_id(r, raw, a);
	else
		canonicalize_path(r, service, raw, a);
}

static bool is_relative_name(const char *raw)
{
	return has_prefix(raw, "projects/") || has_prefix(raw, "organizations/") ||
	       has_prefix(raw, "folders/");
}

void gcp_canonicalize(struct resource *r, const char *raw, struct arena *a)
{
	if (raw[0] == '\0') {
		/* As far as a name would take it: the same again when it is read back. */
		if (strcspn(r->account, "/") > 0)
			canonicalize_path(r, project_service,
			                  arena_printf(a, "projects/%.*s",
			                               (int)strcspn(r->account, "/"),
			                               r->account),
			                  a);
	} else if (has_prefix(raw, "//")) {
		const char *path = raw + 2 + strcspn(raw + 2, "/");

		canonicalize_path(r, lower_case(raw + 2, (size_t)(path - raw - 2), a),
		                  path + (*path == '/'), a);
	} else if (has_prefix(raw, "https://")) {
		canonicalize_link(r, raw + strlen("https://"), a);
	} else if (has_prefix(raw, "gs://")) {
		const char *bucket = raw + strlen("gs://");

		set_name(r, storage_service, arena_strndup(a, bucket, strcspn(bucket, "/")),
		         a);
	} else if (is_relative_name(raw)) {
		canonicalize_relative(r, raw, a);
	} else if (strcasecmp(r->type, "storage.googleapis.com/Bucket") == 0 &&
	           strchr(raw, '/') == NULL) {
		set_name(r, storage_service, raw, a);
	} else if (strcmp(raw, r->account) == 0) {
		canonicalize_path(r, project_service, arena_printf(a, "projects/%s", raw),
		                  a);
	} else {
		r->id = qualified_id(r, raw, a);
		if (r->name[0] == '\0')
			r->name = raw;
	}
}
