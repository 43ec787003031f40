/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of Trivy on clusters ("trivy k8s").  A record is the whole report with its
 * list of resources, or a resource where these stand under "Findings", at which other
 * formats cut.  What is in an image is the image's finding, as in a report on it; a
 * check is the workload's.
 *
 * Source: Trivy, pkg/k8s/report/report.go (Report, ConsolidatedReport, Resource).
 */
#include <string.h>

#include "context_writer.h"
#include "image_name.h"
#include "text_part.h"
#include "trivy.h"
#include "trivy_private.h"

static const char *const record_paths[] = {"Findings", NULL};

/* "Vulnerabilities" and "Misconfigurations" before version 0.36. */
static const char *const lists[] = {"Resources", "Findings", "Vulnerabilities",
                                    "Misconfigurations"};

/* Detection. */

static bool has_cluster(struct json_view v)
{
	return json_view_is_text(json_view_at(v, "ClusterName"));
}

/* A cluster without resources: these two keys are all there is. */
static bool is_empty_report(struct json_view v)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(v, "", &it, &ignored) < 0)
		return false;
	while (json_items_next(&it))
		if (strcmp(it.key, "ClusterName") != 0 &&
		    strcmp(it.key, "SchemaVersion") != 0)
			return false;
	return true;
}

static bool is_report(struct json_view v)
{
	size_t n = 0;

	if (!json_view_is_object(v) || !has_cluster(v))
		return false;
	for (size_t i = 0; i < N_ELEMENTS(lists); i++) {
		const struct json_view list = json_view_at(v, lists[i]);

		if (json_view_exists(list) && !json_view_is_array(list))
			return false;
		if (json_view_array_size(list) > 0 &&
		    !json_view_is_text(json_view_at(list, "/0/Kind")))
			return false;
		n += json_view_is_array(list);
	}
	return n > 0 || is_empty_report(v);
}

static bool is_resource(struct json_view v)
{
	const struct json_view results = json_view_at(v, "Results");

	return json_view_is_text(json_view_at(v, "Kind")) &&
	       json_view_is_text(json_view_at(v, "Name")) &&
	       (json_view_is_array(results) || !json_view_exists(results));
}

static bool detect(struct json_view envelope, struct json_view record)
{
	if (has_cluster(envelope) && json_view_is_array(json_view_at(envelope, "Findings")))
		return is_resource(record);
	return is_report(record);
}

/* Workloads. */

/* Length of name without "-HASH" of a template or "-MINUTES" of a schedule. */
static size_t size_without(const char *name, const char *letters, size_t min, size_t max)
{
	const char *dash = strrchr(name, '-');
	const size_t size = dash ? strlen(dash + 1) : 0;

	if (!dash || dash == name || size < min || size > max ||
	    strspn(dash + 1, letters) != size)
		return 0;
	return (size_t)(dash - name);
}

/*
 * A replica set and a job are a deployment's and a cron job's of the moment: their
 * next ones continue their findings.  Their names end as Kubernetes makes them
 * (rand.SafeEncodeString, and minutes since 1970).
 */
static void set_owner(const char **kind, const char **name, struct arena *a)
{
	static const struct {
		const char *kind, *letters;
		size_t min, max;
		const char *owner;
	} rows[] = {
	        {"ReplicaSet", "bcdfghjklmnpqrstvwxz2456789", 6, 10, "Deployment"},
	        {"Job", "0123456789", 8, 10, "CronJob"},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		size_t size;

		if (strcmp(*kind, rows[i].kind) != 0)
			continue;
		size = size_without(*name, rows[i].letters, rows[i].min, rows[i].max);
		if (size == 0)
			return;
		*kind = rows[i].owner;
		*name = arena_strndup(a, *name, size);
		return;
	}
}

void trivy_set_workload(struct trivy_report *r, const char *cluster, const char *space,
                        const char *kind, const char *name)
{
	struct resource canonical;
	struct arena *a = r->arena;

	set_owner(&kind, &name, a);
	r->is_workload = true;
	r->place = "";
	r->resource.provider = PROVIDER_NONE;
	r->resource.account = cluster;
	r->resource.type = arena_printf(a, "kubernetes.%s", text_lower(kind, a));
	r->resource.name = name;
	r->resource.raw =
	        arena_printf(a, "kubernetes/%s/%s/%s/%s", text_either(cluster, "-"),
	                     text_either(space, "-"), text_lower(kind, a), name);
	canonical = r->resource;
	resource_canonicalize(&canonical, a);
	r->artifact = canonical.id;
}

void trivy_set_image(struct trivy_report *r, const char *name)
{
	struct resource canonical;

	r->is_workload = false;
	r->resource.provider = PROVIDER_NONE;
	r->resource.account = "";
	r->resource.type = "container.image";
	r->resource.name = "";
	r->resource.raw = name;
	canonical = r->resource;
	resource_canonicalize(&canonical, r->arena);
	r->artifact = canonical.id;
}

/* Results. */

static bool is_check(struct json_view result)
{
	return strcmp(json_view_text_or(result, "Class", ""), "config") == 0 ||
	       json_view_is_array(json_view_at(result, "Misconfigurations"));
}

/* The only image of the resource by its metadata, "" when there are several. */
static const char *only_image(struct json_view resource)
{
	struct json_view metadata = json_view_at(resource, "Metadata");

	if (json_view_is_array(metadata)) {
		if (json_view_array_size(metadata) != 1)
			return "";
		metadata = json_view_at(metadata, "/0");
	}
	return image_name_of("", json_view_at(metadata, "RepoTags"),
	                     json_view_at(metadata, "RepoDigests"));
}

/* The image that a target of system packages names, "" for others. */
static const char *image_of_target(const char *target, struct arena *a)
{
	const char *name = trivy_target_name(target, a);

	return name == target || image_name_is_copy(name) ? "" : name;
}

/* Where the workload stands. */
static void describe_workload(const char *cluster, struct json_view v,
                              struct parse_output *out)
{
	struct resource host = {.provider = PROVIDER_NONE,
	                        .account = cluster,
	                        .region = "",
	                        .type = "kubernetes.cluster",
	                        .name = cluster,
	                        .raw = arena_printf(out->arena, "kubernetes/%s", cluster),
	                        .id = ""};
	struct context_writer w;
	struct trivy_report r;

	if (cluster[0] == '\0')
		return;
	trivy_report_init(&r, out->arena);
	trivy_set_workload(&r, cluster, json_view_text_or(v, "Namespace", ""),
	                   json_view_text_or(v, "Kind", ""),
	                   json_view_text_or(v, "Name", ""));
	context_open(&w, out);
	context_about(&w, &r.resource);
	context_edge(&w, EDGE_CONTAINS, true, &host);
}

static int add_resource(const char *cluster, struct json_view v, struct parse_output *out,
                        struct error *err)
{
	const char *image = only_image(v);
	struct json_items it = {0};
	struct trivy_report r;

	if (!is_resource(v))
		return error_set(err, ERR_INVALID, "\"Kind\" or \"Name\" is missing");
	/* What a scan that failed does not list may well be there. */
	if (json_view_text_or(v, "Error", "")[0] != '\0')
		return error_set(err, ERR_INVALID, "the scan of %.80s failed: %.80s",
		                 json_view_text_or(v, "Name", ""),
		                 json_view_text_or(v, "Error", ""));
	if (json_view_opt_items(v, "Results", &it, err) < 0)
		return err->code;
	while (json_items_next(&it)) {
		trivy_report_init(&r, out->arena);
		r.takes_on = true;
		r.target = json_view_text_or(it.value, "Target", "");
		/* The results on an image follow the one on its system's packages. */
		image = text_either(image_of_target(r.target, r.arena), image);
		if (is_check(it.value) || image[0] == '\0') {
			trivy_set_workload(&r, cluster,
			                   json_view_text_or(v, "Namespace", ""),
			                   json_view_text_or(v, "Kind", ""),
			                   json_view_text_or(v, "Name", ""));
			r.place = is_check(it.value) ? "" : r.target;
		} else {
			trivy_set_image(&r, image);
			r.place = image_of_target(r.target, r.arena)[0] ? "" : r.target;
		}
		if (trivy_add_result(&r, it.value, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	}
	describe_workload(cluster, v, out);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const char *cluster = json_view_text_or(in->record, "ClusterName", "");
	struct json_items it = {0};

	if (!has_cluster(in->record))
		return add_resource(json_view_text_or(in->envelope, "ClusterName", ""),
		                    in->record, out, err);
	for (size_t i = 0; i < N_ELEMENTS(lists); i++) {
		if (json_view_opt_items(in->record, lists[i], &it, err) < 0)
			return err->code;
		while (json_items_next(&it))
			if (add_resource(cluster, it.value, out, err) < 0)
				parse_add_problem(out, it.value, err->text);
	}
	return 0;
}

/* As in trivy.c. */
static const char *const secret_keys[] = {"Match", "Content", "Highlighted", NULL};

const struct format trivy_k8s = {
        .name = "trivy-k8s",
        .record_paths = record_paths,
        .envelope_fields = (const char *const[]){"ClusterName", NULL},
        .holds_many = true,
        .secret_keys = secret_keys,
        .detect = detect,
        .parse = parse,
};
