/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Problems of OCI Cloud Guard: as the API lists them, as the command line prints
 * them ("risk-level" for riskLevel), and as events.  One problem may name many CVEs
 * ("High CVEs": "[CVE-2020-1751, ...]") and is a finding for each of them then.
 *
 * Source: Cloud Guard API 20200131 (Problem, ProblemSummary); Events, "Cloud Guard
 * event types".
 */
#include "oci_cloudguard.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "view_time.h"

enum {
	KEY_MAX = 64,
	MAX_CVES = 5000,
	MAX_LABELS = 100
};

/* Never read. */
static struct error ignored;

static const char problem_ocid[] = "ocid1.cloudguardproblem.";
static const char event_type[] = "com.oraclecloud.cloudguard.problem";

/* By the API's name of a key, or the command line's: "riskLevel", "risk-level". */
static struct json_view member(struct json_view v, const char *key)
{
	struct json_view found = json_view_at(v, key);
	char kebab[KEY_MAX];
	size_t n = 0;

	if (json_view_exists(found))
		return found;
	for (; *key != '\0' && n + 2 < sizeof(kebab); key++) {
		if (isupper((unsigned char)*key))
			kebab[n++] = '-';
		kebab[n++] = (char)tolower((unsigned char)*key);
	}
	kebab[n] = '\0';
	return json_view_at(v, kebab);
}

static const char *text(struct json_view v, const char *key)
{
	return json_view_text_or(member(v, key), "", "");
}

static timestamp time_of(struct json_view v, const char *key)
{
	return view_time(member(v, key), "");
}

static bool is_problem_id(const char *id)
{
	return strncmp(id, problem_ocid, strlen(problem_ocid)) == 0;
}

/* "oci cloud-guard problem get" wraps the problem into "data". */
static struct json_view unwrap(struct json_view record)
{
	struct json_view data = json_view_at(record, "data");

	return json_view_is_object(data) ? data : record;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	struct json_view v = unwrap(record);

	(void)envelope;
	return is_problem_id(text(v, "id")) && json_view_exists(member(v, "compartmentId"));
}

static bool detect_event(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return strncmp(json_view_text_or(record, "eventType", ""), event_type,
	               strlen(event_type)) == 0 &&
	       json_view_is_object(json_view_at(record, "data"));
}

/* What both forms say, each in its own members. */
struct problem {
	const char *id, *rule, *kind, *compartment, *region;
	const char *resource, *resource_name, *resource_type;
	const char *risk, *state;
	struct json_view labels;  /* a list, or a text with commas */
	struct json_view details; /* free keys of the detector's */
	struct finding base;
};

static void fill_class(struct finding *f, const struct problem *p)
{
	static const struct {
		const char *part; /* of detectorId or problemType */
		enum finding_class class;
		enum fidelity fidelity;
	} kinds[] = {
	        {"CONFIG", CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE},
	        {"CONTAINER_SECURITY", CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE},
	        {"ACTIVITY", CLASS_THREAT, FIDELITY_STANDARD},
	        {"THREAT", CLASS_THREAT, FIDELITY_STANDARD},
	        {"INSTANCE_SECURITY", CLASS_THREAT, FIDELITY_STANDARD},
	};

	f->class = CLASS_OTHER;
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		if (f->class != CLASS_OTHER || strstr(p->kind, kinds[i].part) == NULL)
			continue;
		f->class = kinds[i].class;
		f->fidelity = kinds[i].fidelity;
	}
	/* Findings of the scanning service come through the configuration detector. */
	if (strncmp(p->rule, "SCANNED_", 8) == 0)
		f->class = strstr(p->rule, "VULNERABILIT") != NULL ? CLASS_VULNERABILITY
		           : strstr(p->rule, "PORT") != NULL       ? CLASS_EXPOSURE
		                                                   : f->class;
}

static void fill_state(struct finding *f, const struct problem *p)
{
	static const struct {
		const char *name;
		enum finding_state state;
	} states[] = {
	        {"OPEN", FINDING_OPEN},
	        {"RESOLVED", FINDING_RESOLVED},
	        {"DISMISSED", FINDING_SUPPRESSED},
	        {"DELETED", FINDING_RESOLVED},
	        /* Of the events' names. */
	        {"detected", FINDING_OPEN},
	        {"dismissed", FINDING_SUPPRESSED},
	        {"remediated", FINDING_RESOLVED},
	        {"thresholdreached", FINDING_OPEN},
	        /* Of lifecycleState, where there is no detail. */
	        {"ACTIVE", FINDING_OPEN},
	        {"INACTIVE", FINDING_RESOLVED},
	};

	f->status_raw = p->state;
	f->state = FINDING_UNKNOWN;
	for (size_t i = 0; i < N_ELEMENTS(states); i++) {
		if (strcasecmp(p->state, states[i].name) == 0)
			f->state = states[i].state;
	}
}

/* "CIS 3.0", "CIS_OCI_V1.1_NETWORK": what follows the last blank or underscore. */
static void add_control(struct finding *f, const char *label, size_t size,
                        struct control_ref *refs, struct arena *a)
{
	const char *name = arena_strndup(a, label, size);
	const char *cut = strrchr(name, ' ');

	if (strncmp(name, "CIS", 3) != 0)
		return;
	if (cut == NULL)
		cut = strrchr(name, '_');
	refs[f->n_controls].framework =
	        cut != NULL ? arena_strndup(a, name, (size_t)(cut - name)) : name;
	refs[f->n_controls++].requirement = cut != NULL ? cut + 1 : "";
}

static void fill_controls(struct finding *f, struct json_view labels, struct arena *a)
{
	struct control_ref *refs = ARENA_ARRAY(a, struct control_ref, MAX_LABELS);
	struct json_items it = {0};
	const char *list = json_view_text_or(labels, "", "");

	while (*list != '\0' && f->n_controls < MAX_LABELS) {
		size_t n = strcspn(list, ",");

		add_control(f, list, n, refs, a);
		list += n;
		list += strspn(list, ", ");
	}
	if (json_view_is_array(labels) &&
	    json_view_opt_items(labels, "", &it, &ignored) == 0)
		while (f->n_controls < MAX_LABELS && json_items_next(&it)) {
			const char *label = json_view_text_or(it.value, "", "");

			add_control(f, label, strlen(label), refs, a);
		}
	f->controls = f->n_controls > 0 ? refs : NULL;
}

static int fill_base(struct problem *p, struct arena *a, struct error *err)
{
	struct finding *f = &p->base;

	if (!is_problem_id(p->id))
		return error_set(err, ERR_INVALID, "the problem's id is missing");
	if (p->rule[0] == '\0')
		return error_set(err, ERR_INVALID, "names no rule");
	if (p->compartment[0] == '\0')
		return error_set(err, ERR_INVALID, "names no compartment");
	f->connector = "oci_cloudguard";
	f->engine = "oci_cloudguard";
	f->native_id = p->id;
	f->rule = p->rule;
	if (f->title[0] == '\0')
		f->title = p->rule;
	f->severity_raw = p->risk;
	f->sev100 = severity_of_label(p->risk);
	f->resource.provider = PROVIDER_OCI;
	f->resource.account = p->compartment;
	f->resource.region = p->region;
	f->resource.type = p->resource_type;
	f->resource.name = p->resource_name;
	f->resource.raw = p->resource;
	f->scope = p->compartment;
	fill_class(f, p);
	fill_state(f, p);
	fill_controls(f, p->labels, a);
	return 0;
}

/* CVEs. */

struct cves {
	struct parse_output *out;
	const struct finding *base;
	size_t n;
};

/* "[CVE-2021-45046, CVE-2019-9169]", all of one level. */
static void add_cves(struct cves *c, const char *list, const char *level)
{
	struct arena *a = c->out->arena;

	for (list = strstr(list, "CVE-"); list != NULL && c->n < MAX_CVES;
	     list = strstr(list, "CVE-")) {
		size_t n = 4 + strspn(list + 4, "0123456789-");
		struct finding *f = parse_add_finding(c->out);

		*f = *c->base;
		f->cve = arena_strndup(a, list, n);
		f->rule = f->cve;
		f->class = CLASS_VULNERABILITY;
		f->title = ARENA_JOIN(a, f->cve, " on ", f->resource.name);
		f->severity_raw = level;
		f->sev100 = severity_of_label(level);
		list += n;
		c->n++;
	}
}

/* Members "Critical CVEs", "High CVEs", ...; "Number of High CVEs" counts them. */
static size_t add_listed_cves(const struct problem *p, struct parse_output *out)
{
	static const char tail[] = " CVEs";
	struct cves cves = {out, &p->base, 0};
	struct json_items it = {0};

	if (!json_view_is_object(p->details) ||
	    json_view_opt_items(p->details, "", &it, &ignored) != 0)
		return 0;
	while (json_items_next(&it)) {
		size_t n = strlen(it.key);
		size_t level = n > strlen(tail) ? n - strlen(tail) : 0;

		if (level == 0 || strcmp(it.key + level, tail) != 0 ||
		    strncmp(it.key, "Number", 6) == 0)
			continue;
		add_cves(&cves, json_view_text_or(it.value, "", ""),
		         arena_strndup(out->arena, it.key, level));
	}
	return cves.n;
}

static void add_problem(const struct problem *p, struct parse_output *out)
{
	if (add_listed_cves(p, out) == 0)
		*parse_add_finding(out) = p->base;
}

/* The forms. */

static const char *region_of(struct json_view v)
{
	const char *region = text(v, "region");

	return region[0] != '\0' ? region
	                         : json_view_text_or(member(v, "regions"), "/0", "");
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view v = unwrap(in->record);
	struct problem p = {
	        .id = text(v, "id"),
	        .rule = text(v, "detectorRuleId"),
	        .kind = text(v, "detectorId"),
	        .compartment = text(v, "compartmentId"),
	        .region = region_of(v),
	        .resource = text(v, "resourceId"),
	        .resource_name = text(v, "resourceName"),
	        .resource_type = text(v, "resourceType"),
	        .risk = text(v, "riskLevel"),
	        .state = text(v, "lifecycleDetail"),
	        .labels = member(v, "labels"),
	        .details = member(v, "additionalDetails"),
	};

	finding_init(&p.base);
	if (p.state[0] == '\0')
		p.state = text(v, "lifecycleState");
	p.base.description = text(v, "description");
	p.base.remediation = text(v, "recommendation");
	p.base.first_seen = time_of(v, "timeFirstDetected");
	p.base.last_seen = time_of(v, "timeLastDetected");
	p.base.source_updated_at = p.base.last_seen;
	if (fill_base(&p, out->arena, err) < 0)
		return err->code;
	add_problem(&p, out);
	return 0;
}

/* data is about the problem, its additionalDetails about the resource. */
static int parse_event(const struct parse_input *in, struct parse_output *out,
                       struct error *err)
{
	struct json_view data = json_view_at(in->record, "data");
	struct json_view v = json_view_at(data, "additionalDetails");
	const char *type = json_view_text_or(in->record, "eventType", "");
	struct problem p = {
	        .id = text(data, "resourceId"),
	        .rule = text(v, "problemName"),
	        .kind = text(v, "problemType"),
	        .compartment = text(data, "compartmentId"),
	        .region = region_of(v),
	        .resource = text(v, "resourceId"),
	        .resource_name = text(v, "resourceName"),
	        .resource_type = text(v, "resourceType"),
	        .risk = text(v, "riskLevel"),
	        .state = text(v, "status"),
	        .labels = member(v, "labels"),
	        .details = member(v, "problemAdditionalDetails"),
	};

	finding_init(&p.base);
	if (p.state[0] == '\0' && strncmp(type, event_type, strlen(event_type)) == 0)
		p.state = type + strlen(event_type);
	p.base.title = text(data, "resourceName");
	p.base.description = text(v, "problemDescription");
	p.base.remediation = text(v, "problemRecommendation");
	p.base.first_seen = time_of(v, "firstDetected");
	p.base.last_seen = time_of(v, "lastDetected");
	p.base.source_updated_at = view_time(in->record, "eventTime");
	if (fill_base(&p, out->arena, err) < 0)
		return err->code;
	add_problem(&p, out);
	return 0;
}

const struct format oci_cloudguard = {
        .name = "oci-cloudguard",
        .record_paths = (const char *const[]){"items", "data/items", NULL},
        .volatile_keys =
                (const char *const[]){"timeLastDetected", "time-last-detected", NULL},
        .detect = detect,
        .parse = parse,
};

const struct format oci_cloudguard_events = {
        .name = "oci-cloudguard-events",
        .record_paths = (const char *const[]){NULL},
        .detect = detect_event,
        .parse = parse_event,
};
