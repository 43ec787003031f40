/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which resource a ScoutSuite item is about.  An item is a path into the same
 * document; what is passed on the way says region, account and resource.
 * ScoutSuite hashes the ids of Azure and Google Cloud and makes up some ARNs
 * ("arn:aws:vpc:...:virtual-private-cloud/vpc-1"): ids are put together from what
 * the objects themselves state.
 *
 * Source: ScoutSuite's repository, core/processingengine.py and providers/.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#include "scoutsuite_private.h"

enum {
	MAX_STEPS = 48
};

/* Never read. */
static struct error ignored;

/* Where a resource stands below its project or resource group. */
enum place {
	PLACE_NONE,
	PLACE_GLOBAL,
	PLACE_ZONE,
	PLACE_REGION,
	PLACE_LOCATION,
	PLACE_PARENT /* below the resource passed before */
};

static const struct kind {
	enum provider provider;
	const char *service, *list; /* the keys around it in the document */
	const char *head;           /* host, or ARM provider */
	const char *collection;
	enum place place;
} kinds[] = {
        {PROVIDER_GCP, "cloudsql", "instances", "cloudsql.googleapis.com", "instances",
         PLACE_NONE},
        {PROVIDER_GCP, "computeengine", "instances", "compute.googleapis.com", "instances",
         PLACE_ZONE},
        {PROVIDER_GCP, "computeengine", "firewalls", "compute.googleapis.com", "firewalls",
         PLACE_GLOBAL},
        {PROVIDER_GCP, "computeengine", "networks", "compute.googleapis.com", "networks",
         PLACE_GLOBAL},
        {PROVIDER_GCP, "computeengine", "snapshots", "compute.googleapis.com", "snapshots",
         PLACE_GLOBAL},
        {PROVIDER_GCP, "computeengine", "subnetworks", "compute.googleapis.com",
         "subnetworks", PLACE_REGION},
        {PROVIDER_GCP, "iam", "service_accounts", "iam.googleapis.com", "serviceAccounts",
         PLACE_NONE},
        {PROVIDER_GCP, "kubernetesengine", "clusters", "container.googleapis.com",
         "clusters", PLACE_LOCATION},
        {PROVIDER_AZURE, "appservice", "web_apps", "Microsoft.Web", "sites", PLACE_NONE},
        {PROVIDER_AZURE, "keyvault", "vaults", "Microsoft.KeyVault", "vaults", PLACE_NONE},
        {PROVIDER_AZURE, "mysqldatabase", "servers", "Microsoft.DBforMySQL", "servers",
         PLACE_NONE},
        {PROVIDER_AZURE, "network", "security_groups", "Microsoft.Network",
         "networkSecurityGroups", PLACE_NONE},
        {PROVIDER_AZURE, "network", "virtual_networks", "Microsoft.Network",
         "virtualNetworks", PLACE_NONE},
        {PROVIDER_AZURE, "network", "network_interfaces", "Microsoft.Network",
         "networkInterfaces", PLACE_NONE},
        {PROVIDER_AZURE, "network", "watchers", "Microsoft.Network", "networkWatchers",
         PLACE_NONE},
        {PROVIDER_AZURE, "postgresqldatabase", "servers", "Microsoft.DBforPostgreSQL",
         "servers", PLACE_NONE},
        {PROVIDER_AZURE, "sqldatabase", "servers", "Microsoft.Sql", "servers", PLACE_NONE},
        {PROVIDER_AZURE, "sqldatabase", "databases", "", "databases", PLACE_PARENT},
        {PROVIDER_AZURE, "storageaccounts", "storage_accounts", "Microsoft.Storage",
         "storageAccounts", PLACE_NONE},
        {PROVIDER_AZURE, "virtualmachines", "instances", "Microsoft.Compute",
         "virtualMachines", PLACE_NONE},
        {PROVIDER_AZURE, "virtualmachines", "disks", "Microsoft.Compute", "disks",
         PLACE_NONE},
        {PROVIDER_AZURE, "virtualmachines", "snapshots", "Microsoft.Compute", "snapshots",
         PLACE_NONE},
        {PROVIDER_AZURE, "virtualmachines", "images", "Microsoft.Compute", "images",
         PLACE_NONE},
};

/* What the walk has passed. */
struct walk {
	struct scout_report *r;
	const char *service;
	const char *account, *region, *zone;
	struct resource found;
	bool is_known; /* found is of a kind that is spelled as its provider does */
};

/* An id that ScoutSuite made: a SHA-1, alone or behind "scoutid-". */
static bool is_hash(const char *id)
{
	if (strncmp(id, "scoutid-", 8) == 0)
		return true;
	return strlen(id) == 40 && strspn(id, "0123456789abcdef") == 40;
}

/* "sg-0519e1ab": ids that EC2 gives. */
static bool is_ec2_id(const char *id)
{
	size_t kind = strspn(id, "abcdefghijklmnopqrstuvwxyz");
	size_t digits;

	if (kind == 0 || id[kind] != '-')
		return false;
	digits = strspn(id + kind + 1, "0123456789abcdef");
	return digits >= 8 && digits <= 17 && id[kind + 1 + digits] == '\0';
}

/* The name of o as its provider knows it, never a hash. */
static const char *name_of(struct json_view o)
{
	static const char *const keys[] = {"name", "email", "id"};

	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		const char *name = json_view_text_or(o, keys[i], "");

		if (name[0] != '\0' && !is_hash(name))
			return name;
	}
	return "";
}

static const char *google_raw(const struct walk *w, const struct kind *kind,
                              struct json_view o, const char *name)
{
	const char *project = json_view_text_or(o, "project_id", w->account);
	const char *zone = json_view_text_or(o, "zone", w->zone);
	const char *place = "";
	struct arena *a = w->r->arena;

	if (kind->place == PLACE_GLOBAL)
		place = "/global";
	else if (kind->place == PLACE_ZONE)
		place = ARENA_JOIN(a, "/zones/", zone);
	else if (kind->place == PLACE_REGION)
		place = ARENA_JOIN(a, "/regions/",
		                   json_view_text_or(o, "region", w->region));
	else if (kind->place == PLACE_LOCATION)
		place = ARENA_JOIN(a, "/locations/",
		                   json_view_text_or(o, "location",
		                                     zone[0] != '\0' ? zone : w->region));
	if (place[0] != '\0' && place[strlen(place) - 1] == '/')
		return "";
	return ARENA_JOIN(a, "//", kind->head, "/projects/", project, place, "/",
	                  kind->collection, "/", name);
}

static const char *azure_raw(const struct walk *w, const struct kind *kind,
                             struct json_view o, const char *name)
{
	const char *group = json_view_text_or(o, "resource_group_name", "");

	if (kind->place == PLACE_PARENT)
		return w->is_known ? ARENA_JOIN(w->r->arena, w->found.raw, "/",
		                                kind->collection, "/", name)
		                   : "";
	if (group[0] == '\0')
		return "";
	return ARENA_JOIN(w->r->arena, "/subscriptions/", w->account, "/resourceGroups/",
	                  group, "/providers/", kind->head, "/", kind->collection, "/",
	                  name);
}

/* As its provider writes it; "" when o does not say enough. */
static const char *known_raw(const struct walk *w, const char *list, struct json_view o)
{
	const char *name = name_of(o);

	if (w->r->provider == PROVIDER_GCP && strcmp(w->service, "cloudstorage") == 0 &&
	    strcmp(list, "buckets") == 0 && name[0] != '\0')
		return ARENA_JOIN(w->r->arena, "gs://", name);
	for (size_t i = 0; i < N_ELEMENTS(kinds) && name[0] != '\0'; i++) {
		if (kinds[i].provider != w->r->provider ||
		    strcmp(kinds[i].service, w->service) != 0 ||
		    strcmp(kinds[i].list, list) != 0)
			continue;
		return w->r->provider == PROVIDER_GCP ? google_raw(w, &kinds[i], o, name)
		                                      : azure_raw(w, &kinds[i], o, name);
	}
	return "";
}

/* The id that o states itself: of EC2, an ARN or an OCID. */
static const char *stated_raw(const struct walk *w, struct json_view o)
{
	const char *id = json_view_text_or(o, "id", "");
	const char *arn = json_view_text_or(o, "arn", "");
	const char *ocid = json_view_text_or(o, "identifier", id);

	if (w->r->provider == PROVIDER_OCI && strncmp(ocid, "ocid1.", 6) == 0)
		return ocid;
	if (w->r->provider != PROVIDER_AWS)
		return "";
	if (is_ec2_id(id))
		return id;
	return strncmp(arn, "arn:", 4) == 0 ? arn : "";
}

/* An object of a list: is it a resource, and a better one than what was passed? */
static void offer(struct walk *w, const char *list, struct json_view o)
{
	const char *raw = stated_raw(w, o);
	bool known;

	if (raw[0] == '\0')
		raw = known_raw(w, list, o);
	known = raw[0] != '\0';
	if (!known && (!json_view_is_text(json_view_at(o, "id")) || w->is_known))
		return;
	if (!known)
		raw = name_of(o);
	if (raw[0] == '\0')
		raw = json_view_text_or(o, "id", "");
	if (raw[0] == '\0')
		return;
	w->is_known = known;
	w->found.raw = raw;
	w->found.type = known ? "" : ARENA_JOIN(w->r->arena, w->service, "/", list);
	w->found.name = name_of(o);
}

/* What a step from list to the value under key tells. */
static void pass(struct walk *w, const char *list, const char *key, struct json_view value)
{
	if (strcmp(list, "regions") == 0)
		w->region = strcmp(key, "global") == 0 ? "" : key;
	else if (strcmp(list, "zones") == 0)
		w->zone = key;
	else if (strcmp(list, "projects") == 0 || strcmp(list, "subscriptions") == 0)
		w->account = key;
	else if (json_view_is_object(value))
		offer(w, list, value);
}

/* The longest key of o that path begins with; *size is 0 when there is none. */
static struct json_view step(struct scout_report *r, struct json_view o, const char *path,
                             size_t *size)
{
	struct json_items it = {0};
	struct json_view best = {0};

	*size = 0;
	if (!json_view_is_object(o) || json_view_opt_items(o, "", &it, &ignored) != 0)
		return best;
	while (r->work > 0 && json_items_next(&it)) {
		size_t n = strlen(it.key);

		r->work--;
		if (n > *size && strncmp(path, it.key, n) == 0 &&
		    (path[n] == '.' || path[n] == '\0')) {
			*size = n;
			best = it.value;
		}
	}
	return best;
}

static struct json_view step_in_array(struct json_view list, const char *path, size_t *size)
{
	size_t n = strspn(path, "0123456789");
	char pointer[24] = "/";

	*size = 0;
	if (n == 0 || n > 9 || (path[n] != '.' && path[n] != '\0'))
		return (struct json_view){0};
	memcpy(pointer + 1, path, n);
	list = json_view_at(list, pointer);
	*size = list.doc != NULL ? n : 0;
	return list;
}

/* How many steps the pattern's last "id" is from the root. */
static size_t steps_wanted(const char *pattern)
{
	size_t wanted = 1;
	size_t n = 0;

	while (*pattern != '\0') {
		size_t size = strcspn(pattern, ".");

		n++;
		if (size == 2 && strncmp(pattern, "id", 2) == 0)
			wanted = n;
		pattern += pattern[size] == '.' ? size + 1 : size;
	}
	return wanted;
}

static size_t follow(struct walk *w, const char *item)
{
	struct json_view at = w->r->services;
	const char *list = "";
	size_t n = 0;

	while (*item != '\0' && n < MAX_STEPS) {
		size_t size;
		struct json_view next = json_view_is_array(at)
		                                ? step_in_array(at, item, &size)
		                                : step(w->r, at, item, &size);
		const char *key;

		if (size == 0)
			break;
		key = arena_strndup(w->r->arena, item, size);
		if (n > 0)
			pass(w, list, key, next);
		item += item[size] == '.' ? size + 1 : size;
		list = key;
		at = next;
		n++;
	}
	return n;
}

const char *scout_service_of(const char *path, struct arena *a)
{
	return arena_strndup(a, path, strcspn(path, "."));
}

int scout_resource_of(struct scout_report *r, const char *item, const char *pattern,
                      struct resource *out, struct error *err)
{
	struct finding blank;
	struct walk w = {.r = r,
	                 .service = scout_service_of(item, r->arena),
	                 .account = r->account,
	                 .region = "",
	                 .zone = ""};

	finding_init(&blank);
	w.found = blank.resource;
	if (follow(&w, item) < steps_wanted(pattern))
		return error_set(err, ERR_INVALID, "the path %.200s leads nowhere", item);
	w.found.provider = r->provider;
	w.found.account = w.account;
	w.found.region = w.region;
	/* Of AWS, an asset of its own; elsewhere regions are none. */
	if (w.found.raw[0] == '\0' && r->provider == PROVIDER_AWS && w.region[0] != '\0')
		w.found.raw = ARENA_JOIN(r->arena, "arn:", r->partition, "::", w.region,
		                         ":", w.account, ":region");
	*out = w.found;
	return 0;
}
