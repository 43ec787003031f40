/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google Cloud Artifact Analysis: vulnerability occurrences, one by one (the API's
 * lists, "gcloud artifacts vulnerabilities list"), or grouped by severity in the
 * description of an image ("gcloud artifacts docker images describe").
 *
 * Source: Container Analysis API v1 (Occurrence, VulnerabilityOccurrence); gcloud.
 */
#include "gcp_artifact.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "cvss_choice.h"
#include "view_time.h"

/* Never read. */
static struct error ignored;

static const char summary[] = "package_vulnerability_summary";

static bool is_occurrence(struct json_view v)
{
	return strncmp(json_view_text_or(v, "name", ""), "projects/", 9) == 0 &&
	       strstr(json_view_text_or(v, "name", ""), "/occurrences/") != NULL &&
	       json_view_is_text(json_view_at(v, "noteName")) &&
	       json_view_is_text(json_view_at(v, "resourceUri"));
}

static bool is_image(struct json_view v)
{
	return json_view_is_object(json_view_at(v, "image_summary")) &&
	       json_view_is_text(json_view_at(v, "/image_summary/fully_qualified_digest"));
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_occurrence(record) || is_image(record);
}

/* The vector behind cvssv3, whose members are spelled out; "" if one is unknown. */
static const char *vector_of(struct json_view cvss, struct arena *a)
{
	static const struct {
		const char *key, *prefix, *metric;
		const char *letters; /* that its values begin with */
	} metrics[] = {
	        {"attackVector", "ATTACK_VECTOR_", "AV:", "NALP"},
	        {"attackComplexity", "ATTACK_COMPLEXITY_", "/AC:", "LH"},
	        {"privilegesRequired", "PRIVILEGES_REQUIRED_", "/PR:", "NLH"},
	        {"userInteraction", "USER_INTERACTION_", "/UI:", "NR"},
	        {"scope", "SCOPE_", "/S:", "UC"},
	        {"confidentialityImpact", "IMPACT_", "/C:", "NLH"},
	        {"integrityImpact", "IMPACT_", "/I:", "NLH"},
	        {"availabilityImpact", "IMPACT_", "/A:", "NLH"},
	};
	const char *vector = "";

	for (size_t i = 0; i < N_ELEMENTS(metrics); i++) {
		const char *value = json_view_text_or(cvss, metrics[i].key, "");
		size_t n = strlen(metrics[i].prefix);
		char letter[2] = "";

		if (strncmp(value, metrics[i].prefix, n) != 0 || value[n] == '\0' ||
		    strstr(value, "UNSPECIFIED") != NULL ||
		    strchr(metrics[i].letters, value[n]) == NULL)
			return "";
		letter[0] = value[n];
		vector = ARENA_JOIN(a, vector, metrics[i].metric, letter);
	}
	return vector;
}

/* "NIST vectors: CVSS:3.1/AV:N/...": the vector in the words of the note, or "". */
static const char *vector_in(const char *text, struct arena *a)
{
	const char *at = strstr(text, "CVSS:3.");

	return at != NULL ? arena_strndup(a, at, strcspn(at, " ,;\n\t")) : "";
}

static void fill_severity(struct finding *f, struct json_view v, struct arena *a)
{
	struct json_view cvss = json_view_at(v, "cvssv3");
	const char *label = json_view_text_or(v, "effectiveSeverity", "");
	const char *vector = vector_in(json_view_text_or(v, "longDescription", ""), a);
	struct cvss_choice best = {0};
	int64_t score = 0;

	if (label[0] == '\0' || strcmp(label, "SEVERITY_UNSPECIFIED") == 0)
		label = json_view_text_or(v, "severity", label);
	f->severity_raw = label;
	f->sev100 = severity_of_label(strcmp(label, "MINIMAL") == 0 ? "negligible" : label);
	if (vector[0] == '\0')
		vector = vector_of(cvss, a);
	if (json_view_opt_scaled(cvss, "baseScore", 10, &score, &ignored) == 0)
		cvss_choice_offer(&best, "3.1", score, vector, true);
	score = 0;
	if (json_view_opt_scaled(v, "/cvssV2/baseScore", 10, &score, &ignored) == 0)
		cvss_choice_offer(&best, "2.0", score, "", true);
	if (best.rank != 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
}

/* "1:2.3-4" of {epoch, name, revision}, where fullName does not say it already. */
static const char *version_of(struct json_view v, struct arena *a)
{
	const char *full = json_view_text_or(v, "fullName", "");
	const char *name = json_view_text_or(v, "name", "");
	const char *revision = json_view_text_or(v, "revision", "");
	int64_t epoch = 0;

	if (full[0] != '\0' || name[0] == '\0')
		return full;
	(void)json_view_int(json_view_at(v, "epoch"), &epoch);
	if (epoch > 0)
		name = arena_printf(a, "%lld:%s", (long long)epoch, name);
	return revision[0] != '\0' ? ARENA_JOIN(a, name, "-", revision) : name;
}

/* The first package; kind MAXIMUM says that no version mends it. */
static void fill_package(struct finding *f, struct json_view v, struct arena *a)
{
	struct json_view issue = json_view_at(v, "/packageIssue/0");
	struct json_view fixed = json_view_at(issue, "fixedVersion");

	f->package = json_view_text_or(issue, "affectedPackage", "");
	f->package_version = version_of(json_view_at(issue, "affectedVersion"), a);
	if (strcmp(json_view_text_or(fixed, "kind", ""), "MAXIMUM") != 0)
		f->fixed_version = version_of(fixed, a);
	if (f->fixed_version[0] != '\0')
		f->remediation = ARENA_JOIN(a, "Upgrade ", f->package, " to ",
		                            f->fixed_version, ".");
}

static void fill_state(struct finding *f, struct json_view v)
{
	static const struct {
		const char *state;
		enum finding_state is;
	} states[] = {
	        {"NOT_AFFECTED", FINDING_NOT_APPLICABLE},
	        {"FIXED", FINDING_RESOLVED},
	};

	f->state = FINDING_OPEN;
	f->status_raw = json_view_text_or(v, "/vexAssessment/state", "");
	for (size_t i = 0; i < N_ELEMENTS(states); i++) {
		if (strcmp(f->status_raw, states[i].state) == 0)
			f->state = states[i].is;
	}
}

static void fill_resource(struct finding *f, const char *uri, const char *name,
                          struct arena *a)
{
	struct resource canonical;

	f->resource.provider = PROVIDER_GCP;
	f->resource.account = arena_strndup(a, name + 9, strcspn(name + 9, "/"));
	f->resource.type = "container.image";
	f->resource.raw = uri;
	canonical = f->resource;
	resource_canonicalize(&canonical, a);
	f->scope = canonical.id;
}

static int add_occurrence(struct json_view o, struct parse_output *out, struct error *err)
{
	struct json_view v = json_view_at(o, "vulnerability");
	const char *note = strrchr(json_view_text_or(o, "noteName", ""), '/');
	struct finding *f;

	if (!is_occurrence(o))
		return error_set(err, ERR_INVALID,
		                 "no occurrence: name, noteName or resourceUri is missing");
	/* Of a build, an attestation, a scan's state: no finding. */
	if (strcmp(json_view_text_or(o, "kind", "VULNERABILITY"), "VULNERABILITY") != 0)
		return 0;
	if (note == NULL || note[1] == '\0' || !json_view_is_object(v))
		return error_set(err, ERR_INVALID, "names no vulnerability");
	f = parse_add_finding(out);
	f->connector = "gcp_artifact_analysis";
	f->engine = "artifact_analysis";
	f->native_id = json_view_text_or(o, "name", "");
	f->class = CLASS_VULNERABILITY;
	f->cve = note + 1;
	f->rule = f->cve;
	f->description = json_view_text_or(v, "longDescription", "");
	f->remediation_url = json_view_text_or(v, "/relatedUrls/0/url", "");
	f->first_seen = view_time(o, "createTime");
	f->last_seen = view_time(o, "updateTime");
	f->source_updated_at = f->last_seen;
	fill_resource(f, json_view_text_or(o, "resourceUri", ""), f->native_id, out->arena);
	fill_package(f, v, out->arena);
	fill_severity(f, v, out->arena);
	fill_state(f, v);
	f->title = ARENA_JOIN(out->arena, f->cve, f->package[0] != '\0' ? " in " : "",
	                      f->package);
	return 0;
}

/* {"vulnerabilities":{"CRITICAL":[...],"HIGH":[...]}} */
static int add_image(struct json_view image, struct parse_output *out, struct error *err)
{
	struct json_view v = json_view_at(image, summary);
	struct json_items levels = {0};

	if (!json_view_is_object(v))
		return error_set(err, ERR_INVALID,
		                 "\"%s\" is missing: describe the image with "
		                 "--show-package-vulnerability",
		                 summary);
	if (json_view_opt_items(v, "vulnerabilities", &levels, err) != 0)
		return err->code;
	while (json_items_next(&levels)) {
		struct json_items it = {0};
		struct error why;

		if (json_view_opt_items(levels.value, "", &it, &why) != 0)
			parse_add_problem(out, levels.value, why.text);
		while (json_items_next(&it)) {
			if (add_occurrence(it.value, out, &why) < 0)
				parse_add_problem(out, it.value, why.text);
		}
	}
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	return is_image(in->record) ? add_image(in->record, out, err)
	                            : add_occurrence(in->record, out, err);
}

const struct format gcp_artifact = {
        .name = "gcp-artifact-analysis",
        .record_paths = (const char *const[]){"occurrences", NULL},
        .holds_many = true,
        .volatile_keys = (const char *const[]){"updateTime", NULL},
        .detect = detect,
        .parse = parse,
};
