/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of the Trivy Operator: resources of a cluster, one of a workload or of an
 * image each, alone or in a list ("kubectl get vulnerabilityreports -A -o json").
 * What is in an image is the image's finding, with the ids of Trivy's own reports.
 *
 * Source: trivy-operator, pkg/apis/aquasecurity/v1alpha1.
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "advisory_id.h"
#include "text_part.h"
#include "trivy.h"
#include "trivy_id.h"
#include "trivy_private.h"
#include "view_time.h"

static const char *const record_paths[] = {"items", NULL};

/* Never read; on the stack it would be zeroed for every value. */
static struct error ignored;

typedef int add_fn(const struct trivy_report *r, struct json_view v,
                   struct parse_output *out, struct error *err);

static add_fn add_vulnerability, add_check, add_secret;

static const struct kind {
	const char *name;
	const char *list; /* of the report */
	bool is_of_image;
	add_fn *add;
} kinds[] = {
        {"VulnerabilityReport", "vulnerabilities", true, add_vulnerability},
        {"ClusterVulnerabilityReport", "vulnerabilities", true, add_vulnerability},
        {"ImageVulnerabilityReport", "vulnerabilities", true, add_vulnerability},
        {"ExposedSecretReport", "secrets", true, add_secret},
        {"ConfigAuditReport", "checks", false, add_check},
        {"ClusterConfigAuditReport", "checks", false, add_check},
        {"RbacAssessmentReport", "checks", false, add_check},
        {"ClusterRbacAssessmentReport", "checks", false, add_check},
        {"InfraAssessmentReport", "checks", false, add_check},
        {"ClusterInfraAssessmentReport", "checks", false, add_check},
};

static const struct kind *kind_of(struct json_view v)
{
	const char *name = json_view_text_or(v, "kind", "");

	if (!text_begins(json_view_text_or(v, "apiVersion", ""), "aquasecurity.github.io/"))
		return NULL;
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return kind_of(record) && json_view_is_object(json_view_at(record, "report"));
}

/* Elements. */

static struct finding *add_finding(const struct trivy_report *r, struct json_view v,
                                   enum finding_class class, struct parse_output *out)
{
	struct finding *f = parse_add_finding(out);

	f->connector = "trivy";
	f->engine = "trivy";
	f->class = class;
	f->state = FINDING_OPEN;
	f->resource = r->resource;
	f->scope = r->artifact;
	f->severity_raw = json_view_text_or(v, "severity", "");
	f->sev100 = severity_of_label(f->severity_raw);
	f->title = json_view_text_or(v, "title", "");
	f->description = json_view_text_or(v, "description", "");
	f->last_seen = r->created_at;
	f->source_updated_at = r->created_at;
	return f;
}

/* The score is whose it happens to be: it counts where it agrees with the label. */
static void set_score(struct finding *f, struct json_view v)
{
	int64_t score = 0;

	if (json_view_opt_scaled(v, "score", 10, &score, &ignored) == 0 && score > 0 &&
	    score <= 100 &&
	    (f->sev100 < 0 ||
	     strcmp(severity_label((int)score), severity_label(f->sev100)) == 0))
		f->sev100 = (int)score;
	trivy_set_cvss(f, json_view_at(v, "cvss"));
}

static int add_vulnerability(const struct trivy_report *r, struct json_view v,
                             struct parse_output *out, struct error *err)
{
	const char *target = json_view_text_or(v, "target", "");
	struct arena *a = r->arena;
	struct finding *f;
	const char *id;

	if (json_view_get_text(v, "vulnerabilityID", &id, err) < 0)
		return err->code;
	f = add_finding(r, v, CLASS_VULNERABILITY, out);
	f->cve = text_begins(id, "CVE-") || !advisory_is_one_flaw(id)
	                 ? id
	                 : text_either(advisory_only_cve(json_view_at(v, "links"), a), id);
	advisory_set_aliases(f, id, (struct json_view){0}, a);
	f->rule = f->cve;
	set_score(f, v);
	f->package = json_view_text_or(v, "resource", "");
	f->package_version = json_view_text_or(v, "installedVersion", "");
	f->fixed_version = json_view_text_or(v, "fixedVersion", "");
	f->remediation_url = json_view_text_or(v, "primaryLink", "");
	/* System packages have the image and its system for a target, or none. */
	if (trivy_target_name(target, a) != target)
		target = "";
	f->native_id = trivy_vulnerability_id(a, r->artifact, target, f->package,
	                                      f->package_version, id);
	if (f->title[0] == '\0')
		f->title = arena_printf(a, "%s in %s", id, f->package);
	if (f->fixed_version[0] != '\0')
		f->remediation =
		        arena_printf(a, "Upgrade %s to %s.", f->package, f->fixed_version);
	return 0;
}

static const char *joined(struct json_view v, const char *list, const char *first,
                          struct arena *a)
{
	struct json_items it = {0};
	const char *text = first;

	if (json_view_opt_items(v, list, &it, &ignored) < 0)
		return first;
	for (size_t n = 0; n < 100 && json_items_next(&it); n++) {
		const char *next = json_view_text_or(it.value, "", "");

		if (next[0] != '\0' && strcmp(next, first) != 0)
			text = text[0] ? arena_printf(a, "%s\n\n%s", text, next) : next;
	}
	return text;
}

static int add_check(const struct trivy_report *r, struct json_view v,
                     struct parse_output *out, struct error *err)
{
	const char *rule = text_either(json_view_text_or(v, "checkID", ""),
	                               json_view_text_or(v, "title", ""));
	struct arena *a = r->arena;
	bool success = false;
	struct finding *f;

	if (json_view_opt_bool(v, "success", &success, err) < 0)
		return err->code;
	if (rule[0] == '\0')
		return error_set(err, ERR_INVALID, "\"checkID\" is missing");
	f = add_finding(r, v, CLASS_MISCONFIGURATION, out);
	f->rule = trivy_check_id(rule, a);
	f->state = success ? FINDING_PASSING : FINDING_OPEN;
	f->status_raw = success ? "success" : "failure";
	f->description = joined(v, "messages", f->description, a);
	f->remediation = json_view_text_or(v, "remediation", "");
	f->title = text_either(f->title, f->rule);
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->native_id = trivy_check_finding_id(a, r->artifact, "", f->rule, "");
	return 0;
}

/* match holds the secret, or most of it: it is not read. */
static int add_secret(const struct trivy_report *r, struct json_view v,
                      struct parse_output *out, struct error *err)
{
	struct finding *f;
	const char *rule;

	if (json_view_get_text(v, "ruleID", &rule, err) < 0)
		return err->code;
	f = add_finding(r, v, CLASS_SECRET, out);
	f->rule = rule;
	f->title = text_either(f->title, rule);
	f->description = json_view_text_or(v, "category", "");
	f->location = json_view_text_or(v, "target", "");
	f->native_id = trivy_secret_id(r->arena, r->artifact, f->location, rule, 0);
	return 0;
}

/* Reports. */

static const char *label_of(struct json_view v, const char *label)
{
	/* Names that are too long for a label stand in an annotation. */
	return text_either(
	        json_view_text_or(json_view_at(v, "/metadata/labels"), label, ""),
	        json_view_text_or(json_view_at(v, "/metadata/annotations"), label, ""));
}

static int set_workload(struct trivy_report *r, struct json_view v, struct error *err)
{
	const struct json_view owner = json_view_at(v, "/metadata/ownerReferences/0");
	const char *kind = label_of(v, "trivy-operator.resource.kind");
	const char *name = label_of(v, "trivy-operator.resource.name");
	const char *space = label_of(v, "trivy-operator.resource.namespace");

	kind = text_either(kind, json_view_text_or(owner, "kind", ""));
	name = text_either(name, json_view_text_or(owner, "name", ""));
	if (kind[0] == '\0' || name[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "no label trivy-operator.resource.kind and .name");
	space = text_either(space, json_view_text_or(v, "/metadata/namespace", ""));
	trivy_set_workload(r, "", space, kind, name);
	return 0;
}

static int set_image(struct trivy_report *r, struct json_view report, struct error *err)
{
	const char *server = json_view_text_or(report, "/registry/server", "");
	const char *repository = json_view_text_or(report, "/artifact/repository", "");

	if (repository[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "/report/artifact/repository is missing");
	trivy_set_image(r, server[0] ? arena_printf(r->arena, "%s/%s", server, repository)
	                             : repository);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const struct json_view report = json_view_at(in->record, "report");
	const struct kind *kind = kind_of(in->record);
	struct json_items it = {0};
	struct trivy_report r;

	/* Lists of all the operator's kinds hold inventories and summaries too. */
	if (!kind)
		return text_begins(json_view_text_or(in->record, "apiVersion", ""),
		                   "aquasecurity.github.io/")
		               ? 0
		               : error_set(err, ERR_INVALID, "no report of the operator");
	trivy_report_init(&r, out->arena);
	r.created_at = view_time(report, "updateTimestamp");
	if ((kind->is_of_image ? set_image(&r, report, err)
	                       : set_workload(&r, in->record, err)) < 0 ||
	    json_view_opt_items(report, kind->list, &it, err) < 0)
		return err->code;
	parse_add_scope(out, "trivy", r.artifact);
	for (size_t n = 0; json_items_next(&it); n++) {
		if (kind->add(&r, it.value, out, err) < 0) {
			error_wrap(err, "%s[%zu]", kind->list, n);
			parse_add_problem(out, it.value, err->text);
		}
	}
	return 0;
}

static const char *const volatile_keys[] = {"updateTimestamp", "resourceVersion", NULL};
static const char *const secret_keys[] = {"match", NULL};

const struct format trivy_operator = {
        .name = "trivy-operator",
        .record_paths = record_paths,
        .holds_many = true,
        .volatile_keys = volatile_keys,
        .secret_keys = secret_keys,
        .detect = detect,
        .parse = parse,
};
