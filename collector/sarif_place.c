/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a SARIF result is: the asset that the run is about, and the file in it.
 * SARIF names files, and seldom what they are files of; what stands in when nothing
 * says so is described in docs/formats/sarif.md.
 */
#include <string.h>

#include "image_name.h"
#include "sarif_private.h"
#include "text_part.h"

enum {
	MAX_BASES = 8 /* of a URI, one above the other */
};

/* Never read; on the stack it would be zeroed for every value. */
static struct error ignored;

static const char *trimmed(const char *s, struct arena *a)
{
	size_t size;

	s += strspn(s, " \t\r\n");
	size = strlen(s);
	while (size > 0 && strchr(" \t\r\n", s[size - 1]))
		size--;
	return s[size] == '\0' ? s : arena_strndup(a, s, size);
}

/* "/srv/x" of "file:///srv/x" and of "file://host/srv/x"; others as they are. */
static const char *path_of_uri(const char *uri)
{
	static const char scheme[] = "file://";

	if (!text_begins_nocase(uri, scheme))
		return text_begins_nocase(uri, "file:/") ? uri + strlen("file:") : uri;
	uri += strlen(scheme);
	return uri + strcspn(uri, "/");
}

static const char *text_at(const struct sarif_run *run, struct json_view v, const char *at)
{
	return trimmed(json_view_text_or(v, at, ""), run->arena);
}

/* The base of that id; one that begins with '/' would be read as a pointer. */
static struct json_view base_of(const struct sarif_run *run, const char *id)
{
	if (id[0] == '\0' || id[0] == '/')
		return (struct json_view){0};
	return json_view_at(json_view_at(run->view, "originalUriBaseIds"), id);
}

/* The absolute place of the tree: the base that has none above it. */
static const char *root_of_bases(const struct sarif_run *run)
{
	struct json_items it = {0};

	if (json_view_opt_items(run->view, "originalUriBaseIds", &it, &ignored) < 0)
		return "";
	while (json_items_next(&it)) {
		const char *path = path_of_uri(text_at(run, it.value, "uri"));

		if (json_view_exists(json_view_at(it.value, "uriBaseId")))
			continue;
		if (strlen(path) > 1)
			return path;
	}
	return "";
}

/* Resource. */

/* "nightly" of "nightly/2026-01-02": the last part is the run's own. */
static const char *category(const struct sarif_run *run)
{
	const char *id = text_at(run, run->view, "/automationDetails/id");
	const char *slash = strrchr(id, '/');

	return slash ? arena_strndup(run->arena, id, (size_t)(slash - id)) : "";
}

static const char *without_last_slash(const char *path, struct arena *a)
{
	const size_t size = strlen(path);

	return size > 1 && path[size - 1] == '/' ? arena_strndup(a, path, size - 1) : path;
}

/* Trivy's, and who copies it: what was scanned stands in the run's properties. */
static const char *image_of_run(const struct sarif_run *run)
{
	const struct json_view properties = json_view_at(run->view, "properties");

	return image_name_of(json_view_text_or(properties, "imageName", ""),
	                     json_view_at(properties, "repoTags"),
	                     json_view_at(properties, "repoDigests"));
}

static const char *repository_of_run(const struct sarif_run *run)
{
	return text_at(run, run->view, "/versionControlProvenance/0/repositoryUri");
}

/* Nothing names the asset: the tool and what it calls its task stand in. */
static void set_stand_in(struct sarif_run *run)
{
	const char *task = category(run);
	struct arena *a = run->arena;

	if (task[0] == '\0')
		task = without_last_slash(root_of_bases(run), a);
	run->resource.type = "artifact";
	run->resource.raw = task[0] == '\0'
	                            ? arena_printf(a, "sarif:%s", run->engine)
	                            : arena_printf(a, "sarif:%s:%s", run->engine, task);
}

void sarif_set_resource(struct sarif_run *run)
{
	const char *image = image_of_run(run);
	const char *repository = repository_of_run(run);
	struct resource canonical;

	run->root = root_of_bases(run);
	if (run->root[0] == '\0')
		run->root = path_of_uri(
		        text_at(run, run->view, "/invocations/0/workingDirectory/uri"));
	if (image[0] != '\0') {
		run->resource.type = "container.image";
		run->resource.raw = image;
	} else if (repository[0] != '\0') {
		run->resource.type = "repository";
		run->resource.raw = repository;
	} else {
		set_stand_in(run);
	}
	canonical = run->resource;
	resource_canonicalize(&canonical, run->arena);
	run->artifact = canonical.id;
}

/* Files. */

/* The location itself, or the run's artifact that it is an index of. */
static struct json_view artifact_location(const struct sarif_run *run,
                                          struct json_view location)
{
	int64_t index = -1;

	if (json_view_text_or(location, "uri", "")[0] != '\0' ||
	    !json_view_int(json_view_at(location, "index"), &index) || index < 0)
		return location;
	return json_view_at(run->view, arena_printf(run->arena, "/artifacts/%lld/location",
	                                            (long long)index));
}

/* Relative bases stand in front; the absolute one is where the tool happened to run. */
static const char *with_bases(const struct sarif_run *run, const char *uri, const char *id)
{
	for (size_t n = 0; n < MAX_BASES && id[0] != '\0'; n++) {
		const struct json_view base = base_of(run, id);
		const char *part = text_at(run, base, "uri");

		if (strstr(part, ":/") || part[0] == '/' || part[0] == '\0')
			break;
		uri = arena_printf(run->arena, "%s%s%s", part,
		                   text_ends(part, "/") ? "" : "/", uri);
		id = json_view_text_or(base, "uriBaseId", "");
	}
	return uri;
}

static const char *below_root(const struct sarif_run *run, const char *path)
{
	const char *root = without_last_slash(run->root, run->arena);
	const size_t size = strlen(root);

	if (size > 1 && text_begins(path, root) && path[size] == '/' &&
	    path[size + 1] != '\0')
		path += size + 1;
	while (text_begins(path, "./"))
		path += 2;
	return path;
}

static const char *file_of(const struct sarif_run *run, struct json_view physical)
{
	const struct json_view location =
	        artifact_location(run, json_view_at(physical, "artifactLocation"));
	const char *uri = text_at(run, location, "uri");

	uri = with_bases(run, uri, json_view_text_or(location, "uriBaseId", ""));
	return below_root(run, path_of_uri(uri));
}

/* "collections::list::add", by its name or among the run's logical locations. */
static const char *logical_place(const struct sarif_run *run, struct json_view location)
{
	struct json_view logical = json_view_at(location, "/logicalLocations/0");
	int64_t index = -1;
	const char *name = json_view_text_or(logical, "fullyQualifiedName", "");

	if (name[0] == '\0' && json_view_int(json_view_at(logical, "index"), &index) &&
	    index >= 0)
		logical = json_view_at(run->view,
		                       arena_printf(run->arena, "/logicalLocations/%lld",
		                                    (long long)index));
	name = json_view_text_or(logical, "fullyQualifiedName", "");
	return text_either(name, json_view_text_or(logical, "name", ""));
}

void sarif_set_place(const struct sarif_run *run, struct sarif_result *r)
{
	const struct json_view location = json_view_at(r->view, "/locations/0");
	const struct json_view physical = json_view_at(location, "physicalLocation");

	r->path = file_of(run, physical);
	r->place = text_either(r->path, logical_place(run, location));
	if (!json_view_int(json_view_at(physical, "/region/startLine"), &r->line))
		r->line = 0;
}

const char *sarif_image_of(const struct sarif_run *run, const struct sarif_result *r)
{
	const char *name = json_view_text_or(
	        r->view, "/locations/0/logicalLocations/0/fullyQualifiedName", "");
	const char *digest = strstr(name, "@sha256:");

	if (!digest || digest == name)
		return "";
	name = arena_strndup(run->arena, name, (size_t)(digest - name));
	name = image_name_of(name, (struct json_view){0}, (struct json_view){0});
	return image_name_is_copy(name) ? "" : name;
}
