/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings of Security Command Center: what findings.list returns (v1, v2), what a
 * notification carries ({finding, resource}, camelCase or snake_case) and the
 * Pub/Sub message around it.  One record is one finding of one resource.
 *
 * Source: Security Command Center API v1 and v2 reference, Finding and Resource;
 * "Security Health Analytics findings" for what old findings keep in
 * sourceProperties.
 */
#include "gcp_scc.h"

#include <ctype.h>
#include <string.h>

#include "model/severity.h"

#include "gcp_pubsub.h"
#include "gcp_scc_context.h"
#include "gcp_view.h"
#include "text_part.h"

enum {
	MAX_CONTROLS = 200
};

/* One record. */
struct scc {
	struct json_view finding;
	struct json_view properties; /* sourceProperties */
	struct json_view resource;
	struct arena *arena;
	bool copies; /* the document ends before the finding does */

	/* The project, as far as it is stated; "" otherwise. */
	const char *project_id;
	const char *project_number;
};

static const char *const record_paths[] = {"listFindingsResults", "receivedMessages", NULL};

/* Texts. */

static const char *keep(const struct scc *s, const char *text)
{
	return s->copies && text[0] != '\0' ? arena_strdup(s->arena, text) : text;
}

static const char *text_of(const struct scc *s, struct json_view v, const char *at)
{
	return keep(s, json_view_text_or(v, at, ""));
}

/* The first that is stated; the list ends with NULL. */
static const char *first_text(const struct scc *s, struct json_view v,
                              const char *const *ats)
{
	for (; *ats; ats++) {
		const char *text = json_view_text_or(v, *ats, "");

		if (text[0] != '\0')
			return keep(s, text);
	}
	return "";
}

static bool is_number(const char *s)
{
	return s[0] != '\0' && s[strspn(s, "0123456789")] == '\0';
}

static const char *last_segment(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* What stands behind "projects/" in a name, up to the next slash; or "". */
static const char *project_in(const char *name, struct arena *a)
{
	static const char collection[] = "projects/";
	const char *at = strstr(name, collection);

	if (!at || (at > name && at[-1] != '/'))
		return "";
	at += strlen(collection);
	/* "projects/_/buckets/…" names none. */
	if (at[0] == '_')
		return "";
	return arena_strndup(a, at, strcspn(at, "/"));
}

/* Detection. */

/* organizations|folders|projects/x/sources/x/[locations/x/]findings/x */
static bool is_finding_name(const char *name)
{
	return (text_begins(name, "organizations/") || text_begins(name, "folders/") ||
	        text_begins(name, "projects/")) &&
	       strstr(name, "/sources/") && strstr(name, "/findings/");
}

/* A notification and a list's element wrap the finding. */
static struct json_view finding_of(struct json_view body)
{
	struct json_view finding = json_view_at(body, "finding");

	return json_view_is_object(finding) ? finding : body;
}

static bool looks_like_scc(struct json_view body)
{
	struct json_view finding = finding_of(body);

	return is_finding_name(json_view_text_or(finding, "name", "")) ||
	       is_finding_name(gcp_view_text(finding, "canonicalName", "canonical_name"));
}

static bool detect(struct json_view envelope, struct json_view record)
{
	struct pubsub_message message;
	struct error ignored;
	bool yes;

	/* A page without findings. */
	if (!record.doc)
		return json_view_is_array(json_view_at(envelope, "listFindingsResults"));
	if (!json_view_is_object(record) || pubsub_open(record, &message, &ignored) < 0)
		return false;
	yes = looks_like_scc(message.body);
	pubsub_close(&message);
	return yes;
}

/* Class and engine. */

struct scanner {
	const char *name; /* how the display name of the source begins */
	const char *engine;
	enum finding_class class;
};

static const struct scanner scanners[] = {
        {"Security Health Analytics", "scc_sha", CLASS_MISCONFIGURATION},
        {"Event Threat Detection", "scc_etd", CLASS_THREAT},
        {"Container Threat Detection", "scc_ktd", CLASS_THREAT},
        {"Virtual Machine Threat Detection", "scc_vmtd", CLASS_THREAT},
        {"VM Threat Detection", "scc_vmtd", CLASS_THREAT},
        {"Cloud Run Threat Detection", "scc_crtd", CLASS_THREAT},
        {"Anomaly Detection", "scc_cad", CLASS_THREAT},
        {"Cloud Anomaly Detection", "scc_cad", CLASS_THREAT},
        {"Sensitive Actions Service", "scc_sas", CLASS_THREAT},
        {"Web Security Scanner", "scc_wss", CLASS_VULNERABILITY},
        {"VM Manager", "scc_vm_manager", CLASS_VULNERABILITY},
        {"Rapid Vulnerability Detection", "scc_rvd", CLASS_VULNERABILITY},
        {"Vulnerability Assessment", "scc_va", CLASS_VULNERABILITY},
        {"EC2 Vulnerability Assessment", "scc_va", CLASS_VULNERABILITY},
        {"Security Posture", "scc_posture", CLASS_MISCONFIGURATION},
        {"Sensitive Data Protection", "scc_sdp", CLASS_EXPOSURE},
        {"Cloud Data Loss Prevention", "scc_sdp", CLASS_EXPOSURE},
        {"Risk Engine", "scc_risk_engine", CLASS_EXPOSURE},
};

/* By the source's display name, else by what only one service writes; or NULL. */
static const struct scanner *scanner_of(const struct scc *s)
{
	static const char *const names[] = {"parentDisplayName", "parent_display_name",
	                                    "sourceDisplayName", "source_display_name",
	                                    NULL};
	const char *name = first_text(s, s->finding, names);
	const char *provider =
	        gcp_view_text(s->finding, "findingProviderId", "finding_provider_id");

	if (name[0] == '\0') {
		if (json_view_exists(json_view_at(s->properties, "ScannerName")) ||
		    strcmp(last_segment(provider), "security_health_advisor") == 0)
			name = "Security Health Analytics";
		else if (json_view_exists(json_view_at(s->properties, "detectionCategory")))
			name = "Event Threat Detection";
	}
	for (size_t i = 0; i < N_ELEMENTS(scanners); i++)
		if (text_begins(name, scanners[i].name))
			return &scanners[i];
	return NULL;
}

static const struct {
	const char *name;
	enum finding_class class;
} classes[] = {
        {"THREAT", CLASS_THREAT},
        {"VULNERABILITY", CLASS_VULNERABILITY},
        {"MISCONFIGURATION", CLASS_MISCONFIGURATION},
        {"POSTURE_VIOLATION", CLASS_MISCONFIGURATION},
        {"OBSERVATION", CLASS_OTHER},
        {"TOXIC_COMBINATION", CLASS_EXPOSURE},
        {"CHOKEPOINT", CLASS_EXPOSURE},
        {"EXTERNAL_EXPOSURE", CLASS_EXPOSURE},
        {"SENSITIVE_DATA_RISK", CLASS_EXPOSURE},
        {"SECRET", CLASS_SECRET},
};

static bool is_upper_snake(const char *s)
{
	return s[0] != '\0' &&
	       s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

/* Without findingClass: by the scanner, then by how services write categories. */
static enum finding_class class_of(const struct scc *s, const struct scanner *scanner,
                                   const char *category)
{
	const char *name = gcp_view_text(s->finding, "findingClass", "finding_class");

	for (size_t i = 0; i < N_ELEMENTS(classes); i++)
		if (strcmp(name, classes[i].name) == 0)
			return classes[i].class;
	if (json_view_text_or(s->finding, "/vulnerability/cve/id", "")[0] != '\0')
		return CLASS_VULNERABILITY;
	if (scanner)
		return scanner->class;
	if (json_view_exists(json_view_at(s->properties, "detectionPriority")) ||
	    strstr(category, ": "))
		return CLASS_THREAT; /* "Brute Force: SSH" */
	return is_upper_snake(category) ? CLASS_MISCONFIGURATION : CLASS_OTHER;
}

/* Severity. */

/* baseScore x 10, and the vector put together from its parts; false: no score. */
struct cvss_part {
	const char *camel, *snake;
	const char *metric;
	const char *prefix; /* of the values, before the letter that is meant */
};

static const char *cvss_vector(struct json_view cvss, struct arena *a)
{
	static const struct cvss_part parts[] = {
	        {"attackVector", "attack_vector", "AV", "ATTACK_VECTOR_"},
	        {"attackComplexity", "attack_complexity", "AC", "ATTACK_COMPLEXITY_"},
	        {"privilegesRequired", "privileges_required", "PR", "PRIVILEGES_REQUIRED_"},
	        {"userInteraction", "user_interaction", "UI", "USER_INTERACTION_"},
	        {"scope", "scope", "S", "SCOPE_"},
	        {"confidentialityImpact", "confidentiality_impact", "C", "IMPACT_"},
	        {"integrityImpact", "integrity_impact", "I", "IMPACT_"},
	        {"availabilityImpact", "availability_impact", "A", "IMPACT_"},
	};
	const char *vector = "CVSS:3.1";

	for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
		const char *value = gcp_view_text(cvss, parts[i].camel, parts[i].snake);

		if (!text_begins(value, parts[i].prefix) ||
		    strcmp(value + strlen(parts[i].prefix), "UNSPECIFIED") == 0)
			return "";
		vector = arena_printf(a, "%s/%s:%c", vector, parts[i].metric,
		                      value[strlen(parts[i].prefix)]);
	}
	return vector;
}

/* A CVE's own score; attackExposure.score is no severity and is not read. */
static void set_cvss(const struct scc *s, struct finding *f)
{
	struct json_view cvss = json_view_at(s->finding, "/vulnerability/cve/cvssv3");
	int64_t score = 0;
	struct error ignored;

	if (f->cve[0] == '\0' || !json_view_is_object(cvss))
		return;
	if (json_view_opt_scaled(gcp_view_at(cvss, "baseScore", "base_score"), "", 10,
	                         &score, &ignored) < 0 ||
	    score <= 0 || score > 100)
		return;
	f->sev100 = (int)score;
	f->cvss_vector = cvss_vector(cvss, s->arena);
}

/* Old findings say it in sourceProperties, each service under another name. */
static void set_severity(const struct scc *s, struct finding *f)
{
	static const char *const fallbacks[] = {"SeverityLevel", "severity", "Severity",
	                                        "detectionPriority", NULL};

	f->severity_raw = text_of(s, s->finding, "severity");
	if (f->severity_raw[0] == '\0' ||
	    strcmp(f->severity_raw, "SEVERITY_UNSPECIFIED") == 0) {
		const char *other = first_text(s, s->properties, fallbacks);

		if (other[0] != '\0')
			f->severity_raw = other;
	}
	f->sev100 = severity_of_label(f->severity_raw);
	set_cvss(s, f);
}

/* Vulnerability. */

static bool is_true(struct json_view v)
{
	bool is = false;

	return json_view_bool(v, &is) && is;
}

static enum maturity maturity_of(struct json_view cve)
{
	static const struct {
		const char *activity;
		enum maturity maturity;
	} rows[] = {
	        {"WIDE", MATURITY_ACTIVE},
	        {"CONFIRMED", MATURITY_ACTIVE},
	        {"AVAILABLE", MATURITY_POC},
	};
	const char *activity =
	        gcp_view_text(cve, "exploitationActivity", "exploitation_activity");

	/* Exploited before there was a fix, or seen in the wild: active either way. */
	if (is_true(gcp_view_at(cve, "zeroDay", "zero_day")) ||
	    is_true(gcp_view_at(cve, "observedInTheWild", "observed_in_the_wild")))
		return MATURITY_ACTIVE;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strcmp(activity, rows[i].activity) == 0)
			return rows[i].maturity;
	return MATURITY_NONE;
}

static void set_vulnerability(const struct scc *s, struct finding *f)
{
	struct json_view vulnerability = json_view_at(s->finding, "vulnerability");
	struct json_view offending =
	        gcp_view_at(vulnerability, "offendingPackage", "offending_package");
	struct json_view fixed =
	        gcp_view_at(vulnerability, "fixedPackage", "fixed_package");

	f->cve = text_of(s, vulnerability, "/cve/id");
	f->maturity = maturity_of(json_view_at(vulnerability, "cve"));
	f->package = keep(s, gcp_view_text(offending, "packageName", "package_name"));
	f->package_version =
	        keep(s, gcp_view_text(offending, "packageVersion", "package_version"));
	f->fixed_version =
	        keep(s, gcp_view_text(fixed, "packageVersion", "package_version"));
}

/* Resource. */

static void find_project(struct scc *s, const char *resource, const char *canonical)
{
	static const char *const names[] = {"/gcpMetadata/project", "/gcp_metadata/project",
	                                    "projectName", "project_name", NULL};
	static const char *const display[] = {
	        "/gcpMetadata/projectDisplayName", "/gcp_metadata/project_display_name",
	        "projectDisplayName", "project_display_name", NULL};
	static const char *const properties[] = {"ProjectId", "/properties/projectId",
	                                         "/properties/project_id", NULL};
	const char *const stated[] = {
	        project_in(resource, s->arena),
	        project_in(first_text(s, s->resource, names), s->arena),
	        project_in(canonical, s->arena),
	        /* The API calls the project's id its display name. */
	        first_text(s, s->resource, display),
	        first_text(s, s->properties, properties),
	};

	s->project_id = s->project_number = "";
	for (size_t i = 0; i < N_ELEMENTS(stated); i++) {
		const char **place =
		        is_number(stated[i]) ? &s->project_number : &s->project_id;

		if ((*place)[0] == '\0')
			*place = stated[i];
	}
}

/* The resource's name with the project's other name in it; "" when there is none. */
static const char *renamed(const struct scc *s, const char *name)
{
	const char *here = project_in(name, s->arena);
	const char *other = is_number(here) ? s->project_id : s->project_number;
	const char *at;

	if (here[0] == '\0' || other[0] == '\0')
		return "";
	at = strstr(name, "projects/") + strlen("projects/");
	return arena_printf(s->arena, "%.*s%s%s", (int)(at - name), name, other,
	                    at + strlen(here));
}

static void add_alias(const struct scc *s, struct resource *r, const char *alias)
{
	const char **all;

	if (alias[0] == '\0' || strcmp(alias, r->raw) == 0)
		return;
	all = ARENA_ARRAY(s->arena, const char *, r->n_aliases + 1);
	for (size_t i = 0; i < r->n_aliases; i++)
		all[i] = r->aliases[i];
	all[r->n_aliases++] = alias;
	r->aliases = all;
}

static enum provider provider_of(const struct scc *s)
{
	static const char *const names[] = {"cloudProvider", "cloud_provider", NULL};
	const char *name = first_text(s, s->resource, names);

	if (strcmp(name, "AMAZON_WEB_SERVICES") == 0)
		return PROVIDER_AWS;
	return strcmp(name, "MICROSOFT_AZURE") == 0 ? PROVIDER_AZURE : PROVIDER_GCP;
}

static const char *account_of(const struct scc *s, enum provider provider)
{
	static const char *const aws[] = {"/awsMetadata/account/id",
	                                  "/aws_metadata/account/id", NULL};
	static const char *const azure[] = {"/azureMetadata/subscription/id",
	                                    "/azure_metadata/subscription/id", NULL};

	if (provider == PROVIDER_AWS)
		return first_text(s, s->resource, aws);
	if (provider == PROVIDER_AZURE)
		return first_text(s, s->resource, azure);
	return s->project_id[0] != '\0' ? s->project_id : s->project_number;
}

static int set_resource(struct scc *s, struct finding *f, const char *canonical,
                        struct error *err)
{
	static const char *const names[] = {"displayName", "display_name", NULL};
	struct resource *r = &f->resource;
	const char *name = text_of(s, s->resource, "name");

	r->raw = keep(s, gcp_view_text(s->finding, "resourceName", "resource_name"));
	if (r->raw[0] == '\0')
		r->raw = name;
	if (r->raw[0] == '\0')
		return error_set(err, ERR_INVALID, "resourceName is missing");
	r->provider = provider_of(s);
	r->type = text_of(s, s->resource, "type");
	r->name = first_text(s, s->resource, names);
	if (r->name[0] == '\0')
		r->name = keep(s, gcp_view_text(s->finding, "assetDisplayName",
		                                "asset_display_name"));
	r->region = text_of(s, s->resource, "location");
	if (strcmp(r->region, "global") == 0)
		r->region = "";
	find_project(s, r->raw, canonical);
	r->account = account_of(s, r->provider);
	add_alias(s, r, name);
	if (r->provider == PROVIDER_GCP)
		add_alias(s, r, renamed(s, r->raw));
	return 0;
}

/* What can be complete: the project, else the organization or folder that is asked. */
static const char *scope_of(const struct scc *s, const struct finding *f, const char *name)
{
	const char *end = strstr(name, "/sources/");

	if (f->resource.account[0] != '\0')
		return f->resource.account;
	return end ? arena_strndup(s->arena, name, (size_t)(end - name)) : "";
}

/* State and times. */

static timestamp time_of(struct json_view v, const char *at, const char *snake)
{
	const char *text = gcp_view_text(v, at, snake);
	timestamp t = TIMESTAMP_NONE;
	struct error ignored;

	/* A time that cannot be read is not stated: the finding counts all the same. */
	if (text[0] == '\0' || timestamp_parse_loose(text, &t, &ignored) < 0)
		return TIMESTAMP_NONE;
	return t;
}

static timestamp later(timestamp a, timestamp b)
{
	return a > b ? a : b; /* TIMESTAMP_NONE is the least */
}

static void set_state(const struct scc *s, struct finding *f)
{
	const char *mute = json_view_text_or(s->finding, "mute", "");
	timestamp event = time_of(s->finding, "eventTime", "event_time");

	f->status_raw = text_of(s, s->finding, "state");
	f->state = FINDING_OPEN;
	f->first_seen = time_of(s->finding, "createTime", "create_time");
	f->last_seen = event;
	/* Muting need not move eventTime; the muted copy is the newer one. */
	f->source_updated_at = later(
	        event, later(time_of(s->finding, "muteUpdateTime", "mute_update_time"),
	                     time_of(s->finding, "/muteInfo/staticMute/applyTime",
	                             "/mute_info/static_mute/apply_time")));
	if (strcmp(f->status_raw, "INACTIVE") == 0) {
		f->state = FINDING_RESOLVED;
		f->resolved_at = event;
	} else if (strcmp(mute, "MUTED") == 0) {
		f->state = FINDING_SUPPRESSED;
		f->status_raw = "MUTED";
	}
}

/* Controls. */

struct controls {
	struct control_ref *refs;
	size_t n;
};

static void add_controls(const struct scc *s, struct controls *c, const char *standard,
                         struct json_view entry)
{
	const char *version = json_view_text_or(entry, "version", "");
	struct json_items ids = {0};
	struct error ignored;
	char *framework;

	if (standard[0] == '\0' || json_view_opt_items(entry, "ids", &ids, &ignored) < 0)
		return;
	if (!c->refs)
		c->refs = ARENA_ARRAY(s->arena, struct control_ref, MAX_CONTROLS);
	framework = arena_printf(s->arena, "%s%s%s", standard,
	                         version[0] != '\0' ? "-" : "", version);
	for (char *p = framework; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	while (c->n < MAX_CONTROLS && json_items_next(&ids)) {
		const char *id = text_of(s, ids.value, "");

		if (id[0] != '\0')
			c->refs[c->n++] = (struct control_ref){framework, id};
	}
}

/* compliances[], or in old findings sourceProperties.compliance_standards{}. */
static void set_controls(const struct scc *s, struct finding *f)
{
	struct controls c = {NULL, 0};
	struct json_items it = {0}, versions = {0};
	struct error ignored;

	if (json_view_is_array(json_view_at(s->finding, "compliances"))) {
		if (json_view_opt_items(s->finding, "compliances", &it, &ignored) < 0)
			return;
		while (json_items_next(&it))
			add_controls(s, &c, json_view_text_or(it.value, "standard", ""),
			             it.value);
	} else if (json_view_is_object(
	                   json_view_at(s->properties, "compliance_standards"))) {
		if (json_view_opt_items(s->properties, "compliance_standards", &it,
		                        &ignored) < 0)
			return;
		while (json_items_next(&it)) {
			if (json_view_opt_items(it.value, "", &versions, &ignored) < 0)
				continue;
			while (json_items_next(&versions))
				add_controls(s, &c, it.key, versions.value);
		}
	}
	f->controls = c.refs;
	f->n_controls = c.n;
}

/* The finding. */

/* v1 and v2 differ by this segment only. */
static const char *without_global(const char *name, struct arena *a)
{
	static const char segment[] = "/locations/global";
	const char *at = strstr(name, segment);
	const char *rest = at ? at + strlen(segment) : NULL;

	if (!at || *rest != '/')
		return name;
	return arena_printf(a, "%.*s%s", (int)(at - name), name, rest);
}

/* "OPEN_FIREWALL" is a key; "Open firewall" can be read. */
static const char *title_of(const struct scc *s, const char *category)
{
	char *title;

	if (!is_upper_snake(category))
		return category;
	title = arena_strdup(s->arena, category);
	for (char *p = title + 1; *p != '\0'; p++)
		*p = *p == '_' ? ' ' : (char)tolower((unsigned char)*p);
	return title;
}

static void set_texts(const struct scc *s, struct finding *f)
{
	static const char *const links[] = {"externalUri", "external_uri", NULL};
	static const char *const steps[] = {"nextSteps", "next_steps", NULL};

	f->title = title_of(s, f->rule);
	f->description = text_of(s, s->finding, "description");
	if (f->description[0] == '\0')
		f->description = text_of(s, s->properties, "Explanation");
	f->remediation = first_text(s, s->finding, steps);
	if (f->remediation[0] == '\0')
		f->remediation = text_of(s, s->properties, "Recommendation");
	f->remediation_url = first_text(s, s->finding, links);
}

/* A threat is of an identity; else the resource says it all. */
static const char *location_of(const struct scc *s, const struct finding *f)
{
	static const char *const principals[] = {"/access/principalEmail",
	                                         "/access/principal_email", NULL};

	return f->class == CLASS_THREAT ? first_text(s, s->finding, principals) : "";
}

static int fill(struct scc *s, struct finding *f, struct error *err)
{
	static const char *const names[] = {"canonicalName", "canonical_name", "name",
	                                    NULL};
	const char *name = first_text(s, s->finding, names);
	const struct scanner *scanner = scanner_of(s);

	if (!is_finding_name(name))
		return error_set(err, ERR_INVALID, "name is not that of a finding");
	f->connector = "gcp_scc";
	f->native_id = without_global(name, s->arena);
	if (json_view_get_text(s->finding, "category", &f->rule, err) < 0)
		return err->code;
	f->rule = keep(s, f->rule);
	if (set_resource(s, f, name, err) < 0)
		return err->code;
	f->class = class_of(s, scanner, f->rule);
	f->engine = scanner ? scanner->engine : "scc";
	/* Health Analytics reads the configuration itself. */
	f->fidelity = strcmp(f->engine, "scc_sha") == 0 ? FIDELITY_AUTHORITATIVE
	                                                : FIDELITY_STANDARD;
	f->scope = scope_of(s, f, name);
	set_vulnerability(s, f);
	set_severity(s, f);
	set_state(s, f);
	set_texts(s, f);
	set_controls(s, f);
	f->location = location_of(s, f);
	return 0;
}

static int parse_body(struct json_view body, bool copies, struct parse_output *out,
                      struct error *err)
{
	struct scc s = {.finding = finding_of(body), .arena = out->arena, .copies = copies};
	struct finding *f;

	if (!json_view_is_object(s.finding))
		return error_set(err, ERR_INVALID, "finding is missing");
	s.properties = json_view_at(s.finding, "sourceProperties");
	if (!json_view_is_object(s.properties))
		s.properties = json_view_at(s.finding, "source_properties");
	s.resource = json_view_at(body, "resource");
	if (!json_view_is_object(s.resource))
		s.resource = json_view_at(s.finding, "resource");
	/* The health of a scanner is no risk of the resource. */
	if (strcmp(gcp_view_text(s.finding, "findingClass", "finding_class"),
	           "SCC_ERROR") == 0)
		return 0;
	f = parse_add_finding(out);
	if (fill(&s, f, err) < 0)
		return err->code;
	scc_describe(f, s.finding, out);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct pubsub_message message;
	int rc = pubsub_open(in->record, &message, err);

	if (rc < 0)
		return rc;
	rc = parse_body(message.body, message.doc != NULL, out, err);
	pubsub_close(&message);
	return rc;
}

const struct format gcp_scc = {
        .name = "gcp-scc",
        .record_paths = record_paths,
        .detect = detect,
        .parse = parse,
};
