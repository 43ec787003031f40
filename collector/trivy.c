/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of Trivy.  A record is one result: a target inside the artifact, with
 * its lists of vulnerabilities, misconfigurations, secrets and licences; the
 * artifact stands in the envelope.  Neither times nor states of findings are in a
 * report: what a later scan of the same artifact does not name is gone.
 *
 * Source: Trivy documentation, "Reporting", and pkg/types/report.go.  Reports on
 * clusters (ClusterName) and of the operator (apiVersion) are other formats.
 */
#include "trivy.h"

#include <string.h>

#include "model/severity.h"

#include "advisory_id.h"
#include "cvss_choice.h"
#include "image_name.h"
#include "text_part.h"
#include "trivy_id.h"
#include "trivy_private.h"
#include "view_time.h"

static const char *const record_paths[] = {"Results", NULL};
static const char *const no_paths[] = {NULL};

/* A key that stands there, be it with null. */
static bool has_key(struct json_view v, const char *key)
{
	return json_view_at(v, key).doc != NULL;
}

/* Detection. */

static bool is_result(struct json_view v)
{
	return json_view_is_text(json_view_at(v, "Target")) &&
	       (has_key(v, "Vulnerabilities") || has_key(v, "Misconfigurations") ||
	        has_key(v, "Secrets") || has_key(v, "Licenses") || has_key(v, "Class") ||
	        has_key(v, "Type"));
}

static bool is_report(struct json_view v)
{
	int64_t version = 0;

	if (has_key(v, "ClusterName") || has_key(v, "apiVersion"))
		return false;
	return json_view_int(json_view_at(v, "SchemaVersion"), &version) && version == 2 &&
	       (has_key(v, "ArtifactName") || has_key(v, "ArtifactType") ||
	        has_key(v, "Results"));
}

static bool detect(struct json_view envelope, struct json_view record)
{
	if (has_key(envelope, "ClusterName"))
		return false;
	/* A report without results. */
	if (!record.doc)
		return is_report(envelope);
	/* Other writers sort keys: of the envelope only the list itself may be there. */
	if (json_view_is_array(json_view_at(envelope, "Results")))
		return is_result(record);
	return is_report(record);
}

static bool legacy_detect(struct json_view envelope, struct json_view record)
{
	return !has_key(envelope, "Results") && is_result(record) &&
	       (has_key(record, "Vulnerabilities") ||
	        has_key(record, "Misconfigurations") || has_key(record, "Secrets"));
}

/* The artifact. */

static const struct {
	const char *name;
	const char *type;
} artifact_types[] = {
        {"container_image", "container.image"},
        {"filesystem", "filesystem"},
        {"repository", "repository"},
        {"vm", "vm"},
        {"cyclonedx", "sbom"},
        {"spdx", "sbom"},
};

static const char *artifact_type(const char *name)
{
	for (size_t i = 0; i < N_ELEMENTS(artifact_types); i++)
		if (strcmp(name, artifact_types[i].name) == 0)
			return artifact_types[i].type;
	return name;
}

const char *trivy_target_name(const char *target, struct arena *a)
{
	const char *open = strstr(target, " (");

	return open && text_ends(target, ")")
	               ? arena_strndup(a, target, (size_t)(open - target))
	               : target;
}

static const char *image_name(struct json_view envelope, const char *target,
                              struct arena *a)
{
	const char *name = image_name_of(json_view_text_or(envelope, "ArtifactName", ""),
	                                 json_view_at(envelope, "/Metadata/RepoTags"),
	                                 json_view_at(envelope, "/Metadata/RepoDigests"));

	return name[0] != '\0' ? name : trivy_target_name(target, a);
}

static void set_artifact(struct trivy_report *r, struct json_view envelope)
{
	const char *type = json_view_text_or(envelope, "ArtifactType", "");
	const char *name = json_view_text_or(envelope, "ArtifactName", "");
	struct resource *resource = &r->resource;
	struct resource canonical;

	resource->type = artifact_type(type);
	resource->raw = name;
	if (strcmp(type, "container_image") == 0) {
		resource->raw = image_name(envelope, r->target, r->arena);
	} else if (strcmp(type, "aws_account") == 0) {
		r->is_account = true;
		resource->provider = PROVIDER_AWS;
		resource->account = name;
		resource->type = "";
		resource->raw = "";
	} else {
		/* "." says nothing; the repository that was checked out there does. */
		resource->raw = json_view_text_or(envelope, "/Metadata/RepoURL", name);
	}
	if (resource->raw[0] == '\0' && !r->is_account)
		resource->raw = trivy_target_name(r->target, r->arena);
	canonical = *resource;
	resource_canonicalize(&canonical, r->arena);
	r->artifact = canonical.id;
	/* The target of system packages begins with the artifact, tag and all. */
	r->place = name[0] != '\0' && text_begins(r->target, name)
	                   ? r->target + strlen(name)
	                   : r->target;
	if (r->place == r->target && text_ends(r->target, ")") &&
	    text_begins(r->target, resource->raw))
		r->place = r->target + strlen(resource->raw);
	/* Nor the system's release: its next one continues the findings too. */
	r->place = trivy_target_name(r->place, r->arena);
}

/* Before schema 2 the target is all there is: an image's with its system behind. */
static void set_legacy_artifact(struct trivy_report *r)
{
	struct resource canonical;
	const char *name = trivy_target_name(r->target, r->arena);

	r->resource.type = name != r->target ? "container.image" : "filesystem";
	r->resource.raw = name;
	canonical = r->resource;
	resource_canonicalize(&canonical, r->arena);
	r->artifact = canonical.id;
	r->place = "";
}

void trivy_report_init(struct trivy_report *r, struct arena *a)
{
	struct finding blank;

	finding_init(&blank);
	*r = (struct trivy_report){.arena = a,
	                           .resource = blank.resource,
	                           .artifact = "",
	                           .target = "",
	                           .place = "",
	                           .created_at = TIMESTAMP_NONE};
}

static struct trivy_report report_of(struct json_view envelope, struct json_view result,
                                     struct arena *a)
{
	struct trivy_report r;

	trivy_report_init(&r, a);
	r.target = json_view_text_or(result, "Target", "");
	r.created_at = view_time(envelope, "CreatedAt");
	return r;
}

/* One element of a list. */

static struct finding *add_finding(const struct trivy_report *r, struct json_view v,
                                   enum finding_class class, struct parse_output *out)
{
	struct finding *f = parse_add_finding(out);

	f->connector = "trivy";
	f->engine = "trivy";
	f->class = class;
	f->resource = r->resource;
	f->scope = r->artifact;
	f->state = FINDING_OPEN;
	f->status_raw = json_view_text_or(v, "Status", "");
	f->severity_raw = json_view_text_or(v, "Severity", "");
	f->sev100 = severity_of_label(f->severity_raw);
	f->title = json_view_text_or(v, "Title", "");
	f->description = json_view_text_or(v, "Description", "");
	f->remediation_url = json_view_text_or(v, "PrimaryURL", "");
	f->last_seen = r->created_at;
	f->source_updated_at = r->created_at;
	return f;
}

/* Vulnerabilities. */

static void set_cve(struct finding *f, struct json_view v, const char *id, struct arena *a)
{
	f->cve = id;
	if (!text_begins(id, "CVE-")) {
		const char *cve = advisory_only_cve(json_view_at(v, "VendorIDs"), a);

		if (cve[0] == '\0' && advisory_is_one_flaw(id))
			cve = advisory_only_cve(json_view_at(v, "References"), a);
		if (cve[0] != '\0')
			f->cve = cve;
	}
	advisory_set_aliases(f, id, json_view_at(v, "VendorIDs"), a);
}

/* CVSS is {"nvd":{"V3Score":…,"V3Vector":…},"redhat":{…}}. */
void trivy_set_cvss(struct finding *f, struct json_view scores)
{
	static const struct {
		const char *score;
		const char *vector;
		const char *version;
	} rows[] = {
	        {"V40Score", "V40Vector", "4.0"},
	        {"V3Score", "V3Vector", "3.0"},
	        {"V2Score", "V2Vector", "2.0"},
	};
	struct cvss_choice best = {0};
	struct json_items it = {0};
	struct error ignored;

	if (json_view_opt_items(scores, "", &it, &ignored) < 0)
		return;
	while (json_items_next(&it)) {
		for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
			const char *vector =
			        json_view_text_or(it.value, rows[i].vector, "");
			const char *version = rows[i].version;
			int64_t sev100 = 0;

			if (json_view_opt_scaled(it.value, rows[i].score, 10, &sev100,
			                         &ignored) < 0)
				continue;
			if (text_begins(vector, "CVSS:3.1/"))
				version = "3.1";
			cvss_choice_offer(&best, version, sev100, vector,
			                  it.key && strcmp(it.key, "nvd") == 0);
		}
	}
	if (best.rank > 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
}

static int add_vulnerability(const struct trivy_report *r, struct json_view v,
                             struct parse_output *out, struct error *err)
{
	struct finding *f;
	const char *id;

	if (json_view_get_text(v, "VulnerabilityID", &id, err) < 0)
		return err->code;
	f = add_finding(r, v, CLASS_VULNERABILITY, out);
	set_cve(f, v, id, r->arena);
	trivy_set_cvss(f, json_view_at(v, "CVSS"));
	f->rule = f->cve;
	f->package = json_view_text_or(v, "PkgName", "");
	f->package_version = json_view_text_or(v, "InstalledVersion", "");
	f->fixed_version = json_view_text_or(v, "FixedVersion", "");
	f->native_id = trivy_vulnerability_id(r->arena, r->artifact, r->place, f->package,
	                                      f->package_version, id);
	if (f->title[0] == '\0')
		f->title = arena_printf(r->arena, "%s in %s", id, f->package);
	if (f->fixed_version[0] != '\0')
		f->remediation = arena_printf(r->arena, "Upgrade %s to %s.", f->package,
		                              f->fixed_version);
	/* "will_not_fix" and the like are open: the maker's decision fixes nothing. */
	if (strcmp(f->status_raw, "not_affected") == 0)
		f->state = FINDING_NOT_APPLICABLE;
	return 0;
}

/* Misconfigurations. */

static enum finding_state check_state(const char *status)
{
	if (strcmp(status, "PASS") == 0)
		return FINDING_PASSING;
	return strcmp(status, "EXCEPTION") == 0 ? FINDING_SUPPRESSED : FINDING_OPEN;
}

static int add_misconfiguration(const struct trivy_report *r, struct json_view v,
                                struct parse_output *out, struct error *err)
{
	const char *resource = json_view_text_or(v, "/CauseMetadata/Resource", "");
	const char *message = json_view_text_or(v, "Message", "");
	const char *rule = json_view_text_or(v, "AVDID", "");
	struct finding *f;

	if (rule[0] == '\0' && json_view_get_text(v, "ID", &rule, err) < 0)
		return err->code;
	/* Of a workload the operator names none, and the ids are to be the same. */
	if (r->is_workload)
		resource = "";
	f = add_finding(r, v, CLASS_MISCONFIGURATION, out);
	f->rule = trivy_check_id(rule, r->arena);
	f->state = check_state(f->status_raw);
	f->remediation = json_view_text_or(v, "Resolution", "");
	if (message[0] != '\0' && strcmp(message, f->description) != 0)
		f->description =
		        arena_printf(r->arena, "%s%s%s", f->description,
		                     f->description[0] != '\0' ? "\n\n" : "", message);
	f->native_id =
	        trivy_check_finding_id(r->arena, r->artifact, r->place, f->rule, resource);
	if (r->is_account) {
		/* The resource is the asset itself, not a place in one. */
		f->resource.raw = text_begins(resource, "arn:") ? resource : "";
		f->fidelity = FIDELITY_AUTHORITATIVE;
		return 0;
	}
	if (r->is_workload) {
		f->fidelity = FIDELITY_AUTHORITATIVE;
		return 0;
	}
	f->location = resource[0] == '\0'
	                      ? r->target
	                      : arena_printf(r->arena, "%s:%s", r->target, resource);
	return 0;
}

/* Secrets. */

/* Match and Code hold the secret, or most of it: neither is read. */
static int add_secret(const struct trivy_report *r, struct json_view v,
                      struct parse_output *out, struct error *err)
{
	int64_t line = 0;
	struct error ignored;
	struct finding *f;
	const char *rule;

	if (json_view_get_text(v, "RuleID", &rule, err) < 0)
		return err->code;
	if (json_view_opt_int(v, "StartLine", &line, &ignored) < 0)
		line = 0;
	f = add_finding(r, v, CLASS_SECRET, out);
	f->rule = rule;
	f->description = json_view_text_or(v, "Category", "");
	f->location = arena_printf(r->arena, "%s:%lld", r->target, (long long)line);
	f->native_id = trivy_secret_id(r->arena, r->artifact, r->place, rule, line);
	return 0;
}

/* Licences. */

static int add_license(const struct trivy_report *r, struct json_view v,
                       struct parse_output *out, struct error *err)
{
	const char *file = json_view_text_or(v, "FilePath", "");
	const char *category = json_view_text_or(v, "Category", "");
	struct finding *f;
	const char *name;

	if (json_view_get_text(v, "Name", &name, err) < 0)
		return err->code;
	f = add_finding(r, v, CLASS_LICENSE, out);
	f->rule = name;
	f->package = json_view_text_or(v, "PkgName", "");
	f->title = arena_printf(r->arena, "%s: %s%s%s%s", f->package[0] ? f->package : file,
	                        name, category[0] ? " (" : "", category,
	                        category[0] ? ")" : "");
	f->remediation_url = json_view_text_or(v, "Link", "");
	f->location = file[0] != '\0' ? file : f->package;
	f->native_id =
	        trivy_license_id(r->arena, r->artifact, r->place, f->package, file, name);
	return 0;
}

/* Lists. */

typedef int add_fn(const struct trivy_report *r, struct json_view v,
                   struct parse_output *out, struct error *err);

static const struct {
	const char *list;
	const char *type; /* in ExperimentalModifiedFindings */
	add_fn *add;
} lists[] = {
        {"Vulnerabilities", "vulnerability", add_vulnerability},
        {"Misconfigurations", "misconfiguration", add_misconfiguration},
        {"Secrets", "secret", add_secret},
        {"Licenses", "license", add_license},
};

/* An element that cannot be read: it alone, or the record with it. */
static int refuse(const struct trivy_report *r, const char *list, size_t n,
                  struct json_view v, struct parse_output *out, struct error *err)
{
	error_wrap(err, "%s[%zu]", list, n);
	if (!r->takes_on)
		return err->code;
	parse_add_problem(out, v, err->text);
	return 0;
}

static int add_list(const struct trivy_report *r, struct json_view result, size_t list,
                    struct parse_output *out, struct error *err)
{
	struct json_items it = {0};
	size_t n = 0;

	if (json_view_opt_items(result, lists[list].list, &it, err) < 0)
		return err->code;
	for (; json_items_next(&it); n++)
		if (lists[list].add(r, it.value, out, err) < 0 &&
		    refuse(r, lists[list].list, n, it.value, out, err) < 0)
			return err->code;
	return 0;
}

/* What an ignore file or a VEX statement took out of the lists. */
static int add_modified(const struct trivy_report *r, struct json_view v,
                        struct parse_output *out, struct error *err)
{
	const char *type = json_view_text_or(v, "Type", "");
	const char *status = json_view_text_or(v, "Status", "");
	struct finding *f;

	for (size_t i = 0; i < N_ELEMENTS(lists); i++) {
		if (strcmp(type, lists[i].type) != 0)
			continue;
		if (lists[i].add(r, json_view_at(v, "Finding"), out, err) < 0)
			return err->code;
		f = &out->findings[out->n_findings - 1];
		f->status_raw = status;
		f->state =
		        strcmp(status, "not_affected") == 0 || strcmp(status, "fixed") == 0
		                ? FINDING_NOT_APPLICABLE
		                : FINDING_SUPPRESSED;
	}
	return 0;
}

static int add_all_modified(const struct trivy_report *r, struct json_view result,
                            struct parse_output *out, struct error *err)
{
	static const char list[] = "ExperimentalModifiedFindings";
	struct json_items it = {0};
	size_t n = 0;

	if (json_view_opt_items(result, list, &it, err) < 0)
		return err->code;
	for (; json_items_next(&it); n++)
		if (add_modified(r, it.value, out, err) < 0 &&
		    refuse(r, list, n, it.value, out, err) < 0)
			return err->code;
	return 0;
}

/* It was looked at, whether anything is found or not. */
static void add_artifact(const struct trivy_report *r, struct parse_output *out)
{
	if (r->artifact[0] != '\0')
		parse_add_scope(out, "trivy", r->artifact);
}

int trivy_add_result(const struct trivy_report *r, struct json_view result,
                     struct parse_output *out, struct error *err)
{
	const size_t first = out->n_findings;

	for (size_t i = 0; i < N_ELEMENTS(lists); i++)
		if (add_list(r, result, i, out, err) < 0)
			return err->code;
	if (add_all_modified(r, result, out, err) < 0)
		return err->code;
	add_artifact(r, out);
	/* .trivyignore.yaml may ignore a package at one of its paths. */
	parse_drop_shadowed(out, first);
	return 0;
}

/* The formats. */

static int parse_result(struct json_view envelope, struct json_view result,
                        struct parse_output *out, struct error *err)
{
	struct trivy_report r = report_of(envelope, result, out->arena);

	if (!json_view_is_object(result))
		return error_set(err, ERR_INVALID, "a result is not an object");
	set_artifact(&r, envelope);
	return trivy_add_result(&r, result, out, err);
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_items it = {0};

	struct trivy_report r;

	if (!is_report(in->record))
		return parse_result(in->envelope, in->record, out, err);
	/* A whole report: without results (nothing found), or on a line of its own. */
	r = report_of(in->record, (struct json_view){0}, out->arena);
	set_artifact(&r, in->record);
	add_artifact(&r, out);
	if (json_view_opt_items(in->record, "Results", &it, err) < 0)
		return err->code;
	while (json_items_next(&it))
		if (parse_result(in->record, it.value, out, err) < 0)
			return err->code;
	return 0;
}

static int legacy_parse(const struct parse_input *in, struct parse_output *out,
                        struct error *err)
{
	struct trivy_report r = report_of(in->envelope, in->record, out->arena);

	if (r.target[0] == '\0')
		return error_set(err, ERR_INVALID, "Target is missing");
	set_legacy_artifact(&r);
	return trivy_add_result(&r, in->record, out, err);
}

static const char *const envelope_fields[] = {
        "ArtifactName",          "ArtifactType",      "CreatedAt", "/Metadata/RepoTags",
        "/Metadata/RepoDigests", "/Metadata/RepoURL", NULL};

/* Secrets[].Match, and Code.Lines[] of secrets and misconfigurations. */
static const char *const secret_keys[] = {"Match", "Content", "Highlighted", NULL};

const struct format trivy = {
        .name = "trivy",
        .record_paths = record_paths,
        .envelope_fields = envelope_fields,
        .detect = detect,
        .secret_keys = secret_keys,
        .parse = parse,
};

const struct format trivy_legacy = {
        .name = "trivy-legacy",
        .record_paths = no_paths,
        .detect = legacy_detect,
        .secret_keys = secret_keys,
        .parse = legacy_parse,
};
