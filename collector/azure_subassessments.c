/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defender for Cloud subassessments: what is inside an assessment.  CVEs of
 * machines and container images (one finding per CVE) and checks of databases and
 * operating systems.  additionalData.assessedResourceType selects among shapes of
 * three generations of scanners; fields are looked up in all of them.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "azure.h"
#include "azure_record.h"

#define SUBASSESSMENT_MARKER "/subassessments/"

enum {
	MAX_CVES = 1000 /* of one record; a cumulative Windows update has some 150 */
};

/* One record, read once. */
struct subassessment {
	const struct azure_record *record;
	const char *id;
	const char *check; /* properties.id: a CVE, a plugin's number, "VA2064" */
	const char *type;  /* assessedResourceType */
	struct json_view additional;
	struct json_view vulnerability; /* additionalData.vulnerabilityDetails */
	const char **cves;
	size_t n_cves, max_cves;
};

/* CVE-2024-3094 and nothing else, or GHSA-…: titles are also prose. */
static bool is_advisory(const char *s)
{
	size_t year, number;

	if (text_begins_nocase(s, "GHSA-"))
		return strlen(s) == strlen("GHSA-xxxx-xxxx-xxxx") && strchr(s, ' ') == NULL;
	if (!text_begins_nocase(s, "CVE-"))
		return false;
	s += strlen("CVE-");
	year = strspn(s, "0123456789");
	if (year != 4 || s[year] != '-')
		return false;
	number = strspn(s + year + 1, "0123456789");
	return number >= 4 && s[year + 1 + number] == '\0';
}

static const char *upper(const char *s, struct arena *a)
{
	char *copy = arena_strdup(a, s);

	/* GitHub writes the rest of its ids in lower case, and case counts in a key. */
	if (text_begins_nocase(s, "GHSA-"))
		return azure_lower(s, a);
	for (char *p = copy; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return copy;
}

static void add_cve(struct subassessment *s, const char *cve, struct arena *a)
{
	if (!is_advisory(cve) || s->n_cves == s->max_cves)
		return;
	for (size_t i = 0; i < s->n_cves; i++) {
		if (strcasecmp(s->cves[i], cve) == 0)
			return;
	}
	s->cves[s->n_cves++] = upper(cve, a);
}

/* An item of additionalData.cve: a text, or {title, link}. */
static void add_cve_item(struct subassessment *s, struct json_view item, struct arena *a)
{
	const char *text = "";

	if (!json_view_text(item, &text))
		text = azure_text(item, "title");
	add_cve(s, text, a);
}

size_t azure_cves_of(struct json_view additional, struct arena *a, const char ***out)
{
	struct subassessment s = {.additional = additional, .check = ""};
	struct json_view list = json_view_at_nocase(additional, "cve");
	const size_t n = json_view_array_size(list);
	struct json_items it = {0};
	struct error unused;

	s.max_cves = (n < MAX_CVES ? n : MAX_CVES) + 2;
	s.cves = ARENA_ARRAY(a, const char *, s.max_cves);
	add_cve(&s,
	        azure_text(json_view_at_nocase(additional, "vulnerabilityDetails"),
	                   "cveId"),
	        a);
	if (!n)
		add_cve_item(&s, list, a);
	else if (json_view_opt_items(list, "", &it, &unused) == 0)
		while (json_items_next(&it))
			add_cve_item(&s, it.value, a);
	*out = s.cves;
	return s.n_cves;
}

static int read_cves(struct subassessment *s, struct arena *a, struct error *err)
{
	struct json_view list = json_view_at_nocase(s->additional, "cve");
	const size_t n = json_view_array_size(list);
	struct json_items it;

	if (n > MAX_CVES)
		return error_set(err, ERR_INVALID, "additionalData.cve has %zu items", n);
	s->max_cves = n + 4;
	s->cves = ARENA_ARRAY(a, const char *, s->max_cves);
	add_cve(s, azure_text(s->vulnerability, "cveId"), a);
	add_cve(s, s->check, a);
	if (n == 0)
		add_cve_item(s, list, a); /* threat and vulnerability management's one */
	else if (json_view_get_items(list, "", &it, err) != 0)
		return ERR_INVALID;
	while (n > 0 && json_items_next(&it))
		add_cve_item(s, it.value, a);
	if (s->n_cves == 0)
		add_cve(s, azure_property_text(s->record, "displayName"), a);
	return 0;
}

/* base x 10 of a score; 0 is how scanners write that there is none yet. */
static bool read_score(struct json_view v, const char *at, int *sev100)
{
	int64_t score = 0;
	struct error ignored;

	if (json_view_opt_scaled(v, at, 10, &score, &ignored) != 0)
		return false;
	if (score <= 0 || score > 100)
		return false;
	*sev100 = (int)score;
	return true;
}

/* Newest CVSS version first (docs/scoring.md, "sev100"); else Defender's label. */
static void read_severity(const struct subassessment *s, const char *label,
                          struct finding *f)
{
	static const char *const versions[] = {"4.0", "3.1", "3.0", "2.0"};
	struct json_view cvss = json_view_at_nocase(s->vulnerability, "cvss");

	if (!json_view_is_object(cvss))
		cvss = json_view_at_nocase(s->additional, "cvss");
	f->severity_raw = label;
	for (size_t i = 0; i < N_ELEMENTS(versions); i++) {
		struct json_view one = json_view_at(cvss, versions[i]);

		if (!read_score(one, "base", &f->sev100))
			continue;
		f->cvss_vector = azure_text(one, "cvssVectorString");
		return;
	}
	if (!read_score(s->additional, "cvssV30Score", &f->sev100))
		f->sev100 = severity_of_label(label);
}

static bool is_true(struct json_view v, const char *key)
{
	bool value = false;

	return json_view_bool(json_view_at_nocase(v, key), &value) && value;
}

static enum maturity maturity_of(const struct subassessment *s)
{
	struct json_view exploit =
	        json_view_at_nocase(s->vulnerability, "exploitabilityAssessment");

	if (is_true(exploit, "isInExploitKit"))
		return MATURITY_WEAPONISED;
	if (is_true(exploit, "exploitStepsVerified") || is_true(exploit, "isVerified"))
		return MATURITY_FUNCTIONAL;
	if (is_true(exploit, "exploitStepsPublished") || is_true(exploit, "isPublished"))
		return MATURITY_POC;
	return MATURITY_NONE;
}

static void read_package(const struct subassessment *s, struct finding *f)
{
	struct json_view software = json_view_at_nocase(s->additional, "softwareDetails");

	f->package = text_either(azure_text(software, "packageName"),
	                         azure_text(s->additional, "softwareName"));
	f->package_version = text_either(azure_text(software, "version"),
	                                 azure_text(s->additional, "softwareVersion"));
	f->fixed_version = text_either(azure_text(software, "fixedVersion"),
	                               azure_text(s->additional, "recommendedVersion"));
}

/*
 * Which scanner looked.  The names with a cloud before them, and "Tvm", are of
 * Defender Vulnerability Management; the bare ones were Qualys's, whose plugins
 * have plain numbers.
 */
static const char *engine_of(const struct subassessment *s)
{
	if (text_has_nocase(s->type, "Tvm"))
		return "mdvm";
	if (!text_has_nocase(s->type, "Vulnerability") || text_has_nocase(s->type, "Sql") ||
	    text_begins_nocase(s->type, "General"))
		return "defender";
	if (text_begins_nocase(s->type, "Azure") || text_begins_nocase(s->type, "Aws") ||
	    text_begins_nocase(s->type, "Gcp"))
		return "mdvm";
	if (s->check[0] != '\0' && strspn(s->check, "0123456789") == strlen(s->check))
		return "qualys";
	return "defender";
}

/* A setting of a database or an operating system, not a flaw of its software. */
static bool is_posture(const struct subassessment *s)
{
	return s->n_cves == 0 &&
	       (!text_has_nocase(s->type, "Vulnerability") ||
	        text_has_nocase(s->type, "Sql") || text_begins_nocase(s->type, "General"));
}

/* The registry itself is the assessed resource where no host is written. */
static const char *registry_host(const struct subassessment *s, struct json_view artifact,
                                 const char *arm_id, struct arena *a)
{
	static const char marker[] = "/providers/microsoft.containerregistry/registries/";
	const char *host = text_either(azure_text(artifact, "registryHost"),
	                               azure_text(s->additional, "registryHost"));
	const char *registry = azure_from_last(arm_id, marker);

	if (host[0] != '\0' || registry == NULL)
		return host;
	registry += strlen(marker);
	return arena_printf(a, "%.*s.azurecr.io", (int)strcspn(registry, "/"), registry);
}

/* An image is registry/repository; its digest changes with every build: evidence. */
static bool read_image(const struct subassessment *s, struct json_view details,
                       const char *arm_id, struct arena *a, struct resource *out)
{
	struct json_view artifact = json_view_at_nocase(s->additional, "artifactDetails");
	const char *repository = text_either(azure_text(artifact, "repositoryName"),
	                                     azure_text(s->additional, "repositoryName"));
	const char *host = registry_host(s, artifact, arm_id, a);

	if (repository[0] == '\0' || host[0] == '\0')
		return false;
	out->provider = PROVIDER_NONE;
	out->type = "container.image";
	/* The hierarchy is the AWS account or GCP project of a registry there. */
	out->account = text_either(azure_text(details, "hierarchyId"),
	                           azure_subscription_of(arm_id, a));
	out->raw = azure_lower(arena_printf(a, "%s/%s", host, repository), a);
	out->name = out->raw;
	return true;
}

static void read_resource(const struct subassessment *s, struct arena *a,
                          struct resource *out)
{
	const char *marker = azure_from_last(s->id, AZURE_ASSESSMENT_MARKER);
	struct json_view details = azure_property(s->record, "resourceDetails");
	const char *parent = arena_strndup(a, s->id, (size_t)(marker - s->id));
	const char *exact = azure_text(details, "id");

	if (read_image(s, details, parent, a, out))
		return;
	/* The database on the server that the parent assessed, say; no image path. */
	azure_resource_of(details,
	                  text_begins_nocase(exact, "/subscriptions/") ? exact : parent, a,
	                  out);
}

/* The check's own id; the name (one for a check) where there is none. */
static const char *rule_of(const struct subassessment *s)
{
	const char *name = azure_from_last(s->id, SUBASSESSMENT_MARKER);

	return text_either(s->check, name + strlen(SUBASSESSMENT_MARKER));
}

static void add_finding(const struct subassessment *s, const char *cve,
                        const struct resource *resource, struct parse_output *out)
{
	const struct azure_record *r = s->record;
	struct json_view status = azure_property(r, "status");
	const char *code = azure_text(status, "code");
	const char *cause = azure_text(status, "cause");
	struct finding *f = parse_add_finding(out);

	f->connector = "azure_defender";
	f->native_id = azure_lower(s->id, out->arena);
	f->resource = *resource;
	f->cve = cve;
	f->rule = text_either(cve, rule_of(s));
	f->scope = azure_scope_of(s->id, out->arena);
	f->class = is_posture(s) ? CLASS_MISCONFIGURATION : CLASS_VULNERABILITY;
	f->fidelity = is_posture(s) ? FIDELITY_AUTHORITATIVE : FIDELITY_STANDARD;
	f->title = azure_property_text(r, "displayName");
	f->description = azure_property_text(r, "description");
	f->remediation = azure_property_text(r, "remediation");
	f->state = azure_verdict(code, cause);
	f->status_raw = azure_status_raw(code, cause, out->arena);
	read_severity(s, azure_text(status, "severity"), f);
	read_package(s, f);
	f->maturity = maturity_of(s);
	f->engine = engine_of(s);
	f->last_seen = azure_time(azure_property_text(r, "timeGenerated"));
	f->source_updated_at = f->last_seen;
	if (f->state == FINDING_PASSING)
		f->resolved_at = f->last_seen;
}

int azure_parse_subassessment(const struct azure_record *r, struct parse_output *out,
                              struct error *err)
{
	struct json_view additional = azure_property(r, "additionalData");
	struct subassessment s = {
	        .record = r,
	        .id = azure_cell_text(r, "id"),
	        .check = azure_text(r->properties, "id"),
	        .type = azure_text(additional, "assessedResourceType"),
	        .additional = additional,
	        .vulnerability = json_view_at_nocase(additional, "vulnerabilityDetails"),
	};
	struct finding blank;

	if (azure_from_last(s.id, AZURE_ASSESSMENT_MARKER) == NULL ||
	    azure_from_last(s.id, SUBASSESSMENT_MARKER) == NULL)
		return error_set(err, ERR_INVALID,
		                 "id \"%.120s\" is not that of a subassessment", s.id);
	if (azure_text(azure_property(r, "status"), "code")[0] == '\0')
		return error_set(err, ERR_INVALID, "status.code is missing");
	if (read_cves(&s, out->arena, err) != 0)
		return ERR_INVALID;
	finding_init(&blank);
	read_resource(&s, out->arena, &blank.resource);
	if (s.n_cves == 0)
		add_finding(&s, "", &blank.resource, out);
	for (size_t i = 0; i < s.n_cves; i++)
		add_finding(&s, s.cves[i], &blank.resource, out);
	return 0;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	const struct azure_record r = azure_record_of(record, (struct json_view){0});

	return json_view_is_object(record) && !azure_is_graph_envelope(envelope) &&
	       azure_kind_of(&r) == AZURE_KIND_SUBASSESSMENT &&
	       json_view_exists(azure_property(&r, "status"));
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	const struct azure_record r = azure_record_of(in->record, (struct json_view){0});

	return azure_parse_subassessment(&r, out, err);
}

static const char *const record_paths[] = {"value", NULL};

const struct format azure_subassessments = {
        .name = "azure-subassessments",
        .record_paths = record_paths,
        .detect = detect,
        .parse = parse,
};
