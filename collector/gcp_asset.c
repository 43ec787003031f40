/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cloud Asset Inventory: lines of an export (camelCase by the API and gcloud, snake_case
 * in Cloud Storage), elements of assets.list, and messages of a feed.  An asset is
 * inventory: it makes no finding, and says what it knows of its context.
 *
 * Source: Cloud Asset API v1 reference, Asset, Resource and TemporalAsset.
 */
#include "gcp_asset.h"

#include <string.h>

#include "gcp_iam.h"
#include "gcp_pubsub.h"
#include "gcp_view.h"
#include "text_part.h"

struct asset {
	struct json_view record, resource, data;
	struct arena *arena;
	const char *name, *type;
	const char *number;  /* of the project, or "" */
	const char *project; /* its id, or the number */
};

/* A message of a feed wraps the asset. */
static struct json_view asset_in(struct json_view body)
{
	struct json_view asset = json_view_at(body, "asset");

	return json_view_is_object(asset) ? asset : body;
}

static bool looks_like_asset(struct json_view body)
{
	struct json_view v = asset_in(body);

	return text_begins(json_view_text_or(v, "name", ""), "//") &&
	       strchr(gcp_view_text(v, "assetType", "asset_type"), '/') != NULL;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	struct pubsub_message message;
	struct error ignored;
	bool yes;

	(void)envelope;
	if (!json_view_is_object(record) || pubsub_open(record, &message, &ignored) < 0)
		return false;
	yes = looks_like_asset(message.body);
	pubsub_close(&message);
	return yes;
}

static const char *segment_after(const char *text, const char *collection, struct arena *a)
{
	const char *at = strstr(text, collection);

	if (at == NULL || at[strlen(collection)] == '_')
		return "";
	at += strlen(collection);
	return arena_strndup(a, at, strcspn(at, "/"));
}

static bool is_number(const char *s)
{
	return s[0] != '\0' && s[strspn(s, "0123456789")] == '\0';
}

static void find_project(struct asset *s)
{
	const char *first = json_view_text_or(s->record, "/ancestors/0", "");
	const char *stated = segment_after(s->name, "/projects/", s->arena);

	s->number = text_begins(first, "projects/")
	                    ? arena_strdup(s->arena, first + strlen("projects/"))
	                    : "";
	if (s->number[0] == '\0' && is_number(stated))
		s->number = stated;
	s->project = arena_strdup(s->arena, json_view_text_or(s->data, "projectId", ""));
	if (s->project[0] == '\0')
		s->project = text_either(stated, s->number);
}

/* The name with the project's other name in it; "" when there is none. */
static const char *renamed(const struct asset *s)
{
	static const char collection[] = "/projects/";
	const char *here = segment_after(s->name, collection, s->arena);
	const char *other = is_number(here) ? s->project : s->number;
	const char *at;

	if (here[0] == '\0' || other[0] == '\0' || strcmp(here, other) == 0)
		return "";
	at = strstr(s->name, collection) + strlen(collection);
	return arena_printf(s->arena, "%.*s%s%s", (int)(at - s->name), s->name, other,
	                    at + strlen(here));
}

static void add_aliases(const struct asset *s, struct resource *r)
{
	const char **all = ARENA_ARRAY(s->arena, const char *, 2);
	const char *other = renamed(s);
	const char *email = json_view_text_or(s->data, "email", "");

	r->aliases = all;
	if (other[0] != '\0')
		all[r->n_aliases++] = other;
	/* Named by a number of its own; bindings have the address. */
	if (strcmp(s->type, "iam.googleapis.com/ServiceAccount") == 0 && email[0] != '\0' &&
	    !text_ends(s->name, email))
		all[r->n_aliases++] = gcp_service_account(email, s->arena).raw;
}

static struct resource resource_of(const struct asset *s)
{
	const char *location = json_view_text_or(s->resource, "location", "");
	struct resource r = {
	        .provider = PROVIDER_GCP,
	        .account = s->project,
	        .region = strcmp(location, "global") == 0
	                          ? ""
	                          : arena_strdup(s->arena, location),
	        .type = s->type,
	        .name = arena_strdup(
	                s->arena, text_either(json_view_text_or(s->data, "displayName", ""),
	                                      json_view_text_or(s->data, "name", ""))),
	        .raw = s->name,
	        .id = "",
	};

	add_aliases(s, &r);
	return r;
}

/* The project of what is in it; a project's folder or organization. */
static void describe_parent(struct context_writer *w, const struct asset *s)
{
	static const char service[] = "//cloudresourcemanager.googleapis.com/";
	const char *parent = json_view_text_or(s->resource, "parent", "");
	size_t own = strcmp(s->type, "cloudresourcemanager.googleapis.com/Project") == 0;
	struct resource other = {.provider = PROVIDER_GCP,
	                         .account = "",
	                         .region = "",
	                         .type = "",
	                         .name = "",
	                         .raw = parent,
	                         .id = ""};

	if (parent[0] == '\0') {
		parent = json_view_text_or(s->record, own ? "/ancestors/1" : "/ancestors/0",
		                           "");
		other.raw = parent[0] == '\0' ? "" : ARENA_JOIN(s->arena, service, parent);
	}
	if (strcmp(other.raw, s->name) != 0)
		context_edge(w, EDGE_CONTAINS, true, &other);
}

static int parse_asset(struct json_view v, struct parse_output *out, struct error *err)
{
	struct asset s = {.record = v, .arena = out->arena};
	struct json_view policy = json_view_at(v, "iamPolicy");
	struct context_writer w;
	struct resource r;

	s.name = arena_strdup(out->arena, json_view_text_or(v, "name", ""));
	s.type = arena_strdup(out->arena, gcp_view_text(v, "assetType", "asset_type"));
	if (!text_begins(s.name, "//"))
		return error_set(err, ERR_INVALID, "name is no full resource name");
	if (s.type[0] == '\0')
		return error_set(err, ERR_INVALID, "assetType is missing");
	s.resource = json_view_at(v, "resource");
	s.data = json_view_at(s.resource, "data");
	find_project(&s);
	r = resource_of(&s);
	*parse_add_resource(out) = r;
	context_open(&w, out);
	context_about(&w, &r);
	describe_parent(&w, &s);
	if (json_view_is_object(s.data))
		gcp_describe_data(&w, s.data, s.type, s.number);
	if (!json_view_is_object(policy))
		policy = json_view_at(v, "iam_policy");
	gcp_describe_policy(&w, policy);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct pubsub_message message;
	bool deleted = false;
	int rc = pubsub_open(in->record, &message, err);

	if (rc < 0)
		return rc;
	/* That it is gone is no finding, and nothing to say of it. */
	(void)json_view_bool(json_view_at(message.body, "deleted"), &deleted);
	if (!deleted)
		rc = parse_asset(asset_in(message.body), out, err);
	pubsub_close(&message);
	return rc;
}

const struct format gcp_asset_inventory = {
        .name = "gcp-asset-inventory",
        .record_paths = (const char *const[]){"assets", "receivedMessages", NULL},
        .volatile_keys =
                (const char *const[]){"updateTime", "update_time", "readTime", NULL},
        .detect = detect,
        .parse = parse,
};
