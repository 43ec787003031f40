/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wazuh: alerts (alerts.json, one a line, or hits of the indexer), among them those
 * of the vulnerability detector and of the configuration assessment, and documents
 * of the index of vulnerability states.  An alert and a state of one vulnerability
 * are one finding.
 *
 * Source: Wazuh documentation, "Vulnerability detection", "Security Configuration
 * Assessment", "Rules classification"; wazuh-states-vulnerabilities field reference.
 */
#include "wazuh.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "view_time.h"

enum {
	MAX_CONTROLS = 60
};

/* Never read. */
static struct error ignored;

/* A hit of the indexer holds the document in _source. */
static struct json_view unwrap(struct json_view record)
{
	struct json_view source = json_view_at(record, "_source");

	return json_view_is_object(source) ? source : record;
}

/* Since 5.0 below "wazuh". */
static struct json_view agent_of(struct json_view v)
{
	struct json_view agent = json_view_at(v, "agent");

	return json_view_is_text(json_view_at(agent, "id"))
	               ? agent
	               : json_view_at(v, "/wazuh/agent");
}

static bool is_alert(struct json_view v)
{
	int64_t level;

	return json_view_int(json_view_at(v, "/rule/level"), &level) &&
	       json_view_is_array(json_view_at(v, "/rule/groups")) &&
	       json_view_exists(json_view_at(v, "/rule/id")) &&
	       json_view_is_text(json_view_at(agent_of(v), "id"));
}

static bool is_state(struct json_view v)
{
	return json_view_is_text(json_view_at(v, "/vulnerability/id")) &&
	       json_view_is_text(json_view_at(v, "/package/name")) &&
	       json_view_is_text(json_view_at(agent_of(v), "id"));
}

static bool detect(struct json_view envelope, struct json_view record)
{
	struct json_view v = unwrap(record);

	(void)envelope;
	return is_alert(v) || is_state(v);
}

/* The agent's name is its host's; ids are numbers of one manager. */
static struct finding *add(struct json_view v, struct parse_output *out, struct error *err)
{
	const char *name = json_view_text_or(agent_of(v), "name", "");
	struct resource canonical;
	struct finding *f;

	if (name[0] == '\0') {
		error_set(err, ERR_INVALID, "the agent has no name");
		return NULL;
	}
	f = parse_add_finding(out);
	f->connector = "wazuh";
	f->engine = "wazuh";
	f->state = FINDING_OPEN;
	f->resource.type = "host";
	f->resource.raw = name;
	canonical = f->resource;
	resource_canonicalize(&canonical, out->arena);
	f->scope = canonical.id;
	f->last_seen = view_time(v, "timestamp");
	f->source_updated_at = f->last_seen;
	return f;
}

/* Vulnerabilities, of both kinds of documents. */

struct flaw {
	const char *id, *package, *version, *title, *reference, *severity, *status;
	struct json_view score; /* the first that is there */
};

static struct json_view first_of(struct json_view v, const char *const *paths, size_t n)
{
	struct json_view found = {0};

	for (size_t i = 0; i < n && !json_view_exists(found); i++)
		found = json_view_at(v, paths[i]);
	return found;
}

static struct flaw flaw_of_alert(struct json_view v)
{
	static const char *const scores[] = {"/cvss/cvss3/base_score", "/score/base",
	                                     "/cvss/cvss2/base_score"};

	v = json_view_at(v, "/data/vulnerability");
	return (struct flaw){.id = json_view_text_or(v, "cve", ""),
	                     .package = json_view_text_or(v, "/package/name", ""),
	                     .version = json_view_text_or(v, "/package/version", ""),
	                     .title = json_view_text_or(v, "title", ""),
	                     .reference = json_view_text_or(v, "reference", ""),
	                     .severity = json_view_text_or(v, "severity", ""),
	                     .status = json_view_text_or(v, "status", ""),
	                     .score = first_of(v, scores, N_ELEMENTS(scores))};
}

static struct flaw flaw_of_state(struct json_view v)
{
	return (struct flaw){
	        .id = json_view_text_or(v, "/vulnerability/id", ""),
	        .package = json_view_text_or(v, "/package/name", ""),
	        .version = json_view_text_or(v, "/package/version", ""),
	        .title = json_view_text_or(v, "/vulnerability/description", ""),
	        .reference = json_view_text_or(v, "/vulnerability/reference", ""),
	        .severity = json_view_text_or(v, "/vulnerability/severity", ""),
	        .status = "",
	        .score = json_view_at(v, "/vulnerability/score/base")};
}

static void fill_flaw_state(struct finding *f, const char *status)
{
	f->status_raw = status;
	if (status[0] == '\0' || strcasecmp(status, "Active") == 0)
		f->state = FINDING_OPEN;
	else
		f->state = strcasecmp(status, "Solved") == 0 ? FINDING_RESOLVED
		                                             : FINDING_UNKNOWN;
}

static int add_flaw(struct json_view v, const struct flaw *flaw, struct parse_output *out,
                    struct error *err)
{
	struct finding *f;
	int64_t score = 0;

	if (flaw->id[0] == '\0')
		return error_set(err, ERR_INVALID, "the vulnerability has no id");
	f = add(v, out, err);
	if (f == NULL)
		return err->code;
	f->class = CLASS_VULNERABILITY;
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->cve = flaw->id;
	f->rule = flaw->id;
	f->package = flaw->package;
	f->package_version = flaw->version;
	f->title = ARENA_JOIN(out->arena, flaw->id, " in ", flaw->package);
	f->description = flaw->title;
	f->remediation_url =
	        strncmp(flaw->reference, "https://", 8) == 0 ? flaw->reference : "";
	f->severity_raw = flaw->severity;
	f->sev100 = severity_of_label(flaw->severity);
	if (json_view_opt_scaled(flaw->score, "", 10, &score, &ignored) == 0 && score > 0 &&
	    score <= 100)
		f->sev100 = (int)score;
	f->first_seen = view_time(v, "/vulnerability/detected_at");
	f->native_id = ARENA_JOIN(out->arena, f->scope, "|", flaw->id, "|", flaw->package,
	                          "|", flaw->version);
	fill_flaw_state(f, flaw->status);
	return 0;
}

/* Configuration checks. */

static void add_control(struct finding *f, struct control_ref *refs, const char *framework,
                        const char *requirement)
{
	if (f->n_controls >= MAX_CONTROLS || requirement[0] == '\0')
		return;
	refs[f->n_controls].framework = framework;
	refs[f->n_controls++].requirement = requirement;
}

/* {"cis":"1.1.1","pci_dss":"2.2"} */
static void fill_check_controls(struct finding *f, struct json_view compliance,
                                struct arena *a)
{
	struct control_ref *refs = ARENA_ARRAY(a, struct control_ref, MAX_CONTROLS);
	struct json_items it = {0};

	if (!json_view_is_object(compliance) ||
	    json_view_opt_items(compliance, "", &it, &ignored) != 0)
		return;
	while (json_items_next(&it))
		add_control(f, refs, it.key, json_view_text_or(it.value, "", ""));
	f->controls = refs;
}

static const char *text_or_number(struct json_view v, const char *at, struct arena *a)
{
	int64_t number = 0;

	if (json_view_int(json_view_at(v, at), &number))
		return arena_printf(a, "%lld", (long long)number);
	return json_view_text_or(v, at, "");
}

static int add_check(struct json_view v, struct json_view sca, struct parse_output *out,
                     struct error *err)
{
	static const struct {
		const char *result;
		enum finding_state state;
	} results[] = {
	        {"failed", FINDING_OPEN},
	        {"passed", FINDING_PASSING},
	        {"not applicable", FINDING_NOT_APPLICABLE},
	};
	struct json_view check = json_view_at(sca, "check");
	const char *id = text_or_number(check, "id", out->arena);
	struct finding *f;

	/* A summary of a policy counts what its checks say. */
	if (!json_view_is_object(check))
		return 0;
	if (id[0] == '\0')
		return error_set(err, ERR_INVALID, "the check has no id");
	f = add(v, out, err);
	if (f == NULL)
		return err->code;
	f->class = CLASS_MISCONFIGURATION;
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->rule = ARENA_JOIN(out->arena, "sca/", id);
	f->native_id = ARENA_JOIN(out->arena, f->scope, "|sca|", id);
	f->title = json_view_text_or(check, "title", "");
	f->description = json_view_text_or(check, "rationale", "");
	f->remediation = json_view_text_or(check, "remediation", "");
	f->status_raw = json_view_text_or(check, "result", "");
	f->state = FINDING_UNKNOWN;
	for (size_t i = 0; i < N_ELEMENTS(results); i++) {
		if (strcasecmp(f->status_raw, results[i].result) == 0)
			f->state = results[i].state;
	}
	fill_check_controls(f, json_view_at(check, "compliance"), out->arena);
	return 0;
}

/* All other alerts. */

static void fill_alert_controls(struct finding *f, struct json_view rule, struct arena *a)
{
	static const struct {
		const char *key, *framework;
	} frameworks[] = {
	        {"pci_dss", "PCI DSS"},         {"gdpr", "GDPR"}, {"hipaa", "HIPAA"},
	        {"nist_800_53", "NIST 800-53"}, {"tsc", "TSC"},
	};
	struct control_ref *refs = ARENA_ARRAY(a, struct control_ref, MAX_CONTROLS);

	for (size_t i = 0; i < N_ELEMENTS(frameworks); i++) {
		struct json_items it = {0};

		if (json_view_opt_items(rule, frameworks[i].key, &it, &ignored) != 0)
			continue;
		while (f->n_controls < MAX_CONTROLS && json_items_next(&it))
			add_control(f, refs, frameworks[i].framework,
			            json_view_text_or(it.value, "", ""));
	}
	f->controls = refs;
}

/* The dashboard's bounds: low to 6, medium to 11, high to 14, critical above. */
static void fill_level(struct finding *f, struct json_view rule, struct arena *a)
{
	static const struct {
		int64_t from;
		const char *label;
	} levels[] = {{15, "critical"}, {12, "high"}, {7, "medium"}, {0, "low"}};
	int64_t level = -1;

	(void)json_view_int(json_view_at(rule, "level"), &level);
	f->severity_raw = arena_printf(a, "%lld", (long long)level);
	for (size_t i = 0; i < N_ELEMENTS(levels); i++) {
		if (level < levels[i].from || level > 16)
			continue;
		f->sev100 = severity_of_label(levels[i].label);
		return;
	}
}

static int add_alert(struct json_view v, const char *hit, struct parse_output *out,
                     struct error *err)
{
	struct json_view rule = json_view_at(v, "rule");
	const char *rule_id = text_or_number(rule, "id", out->arena);
	const char *id = json_view_text_or(v, "id", hit);
	struct finding *f;

	if (id[0] == '\0' || rule_id[0] == '\0')
		return error_set(err, ERR_INVALID, "\"%s\" is missing",
		                 id[0] == '\0' ? "id" : "rule.id");
	f = add(v, out, err);
	if (f == NULL)
		return err->code;
	f->class = CLASS_THREAT;
	f->rule = rule_id;
	f->native_id = ARENA_JOIN(out->arena, f->scope, "|", id);
	f->title = json_view_text_or(rule, "description", "");
	f->location = json_view_text_or(v, "/syscheck/path", "");
	f->first_seen = f->last_seen;
	fill_level(f, rule, out->arena);
	fill_alert_controls(f, rule, out->arena);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view v = unwrap(in->record);
	struct json_view sca = json_view_at(v, "/data/sca");
	struct flaw flaw;

	if (is_state(v)) {
		flaw = flaw_of_state(v);
		return add_flaw(v, &flaw, out, err);
	}
	if (json_view_is_object(json_view_at(v, "/data/vulnerability"))) {
		flaw = flaw_of_alert(v);
		return add_flaw(v, &flaw, out, err);
	}
	if (json_view_is_object(sca))
		return add_check(v, sca, out, err);
	return add_alert(v, json_view_text_or(in->record, "_id", ""), out, err);
}

const struct format wazuh = {
        .name = "wazuh",
        .record_paths = (const char *const[]){"hits/hits", NULL},
        .detect = detect,
        .parse = parse,
};
