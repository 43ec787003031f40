/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft Defender Vulnerability Management: one record a machine, software and
 * CVE.  Two APIs and two export files say the same in different members:
 * machinesVulnerabilities, SoftwareVulnerabilitiesByMachine and its changes.
 *
 * Source: Defender for Endpoint API, "List vulnerabilities by machine and software",
 * "Export software vulnerabilities assessment per device".
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "azure.h"
#include "azure_record.h"

/* Never read. */
static struct error ignored;

/* The members' names in both APIs; any case, as the files begin them with a capital. */
struct vulnerability {
	const char *machine, *cve, *vendor, *product, *version, *severity;
};

static const char *either(struct json_view v, const char *a, const char *b)
{
	return text_either(azure_text(v, a), azure_text(v, b));
}

static struct vulnerability read(struct json_view v)
{
	return (struct vulnerability){
	        .machine = either(v, "machineId", "deviceId"),
	        .cve = azure_text(v, "cveId"),
	        .vendor = either(v, "productVendor", "softwareVendor"),
	        .product = either(v, "productName", "softwareName"),
	        .version = either(v, "productVersion", "softwareVersion"),
	        .severity = either(v, "severity", "vulnerabilitySeverityLevel"),
	};
}

static bool detect(struct json_view envelope, struct json_view record)
{
	struct vulnerability v;

	(void)envelope;
	if (!json_view_is_object(record))
		return false;
	v = read(record);
	return v.machine[0] != '\0' && v.cve[0] != '\0' && v.product[0] != '\0' &&
	       json_view_exists(json_view_at_nocase(record, "id"));
}

static void fill_state(struct finding *f, struct json_view v)
{
	static const struct {
		const char *status; /* of the export of changes */
		enum finding_state state;
	} states[] = {
	        {"New", FINDING_OPEN},
	        {"Updated", FINDING_OPEN},
	        {"Fixed", FINDING_RESOLVED},
	};

	f->status_raw = azure_text(v, "status");
	f->state = f->status_raw[0] == '\0' ? FINDING_OPEN : FINDING_UNKNOWN;
	for (size_t i = 0; i < N_ELEMENTS(states); i++) {
		if (strcasecmp(f->status_raw, states[i].status) == 0)
			f->state = states[i].state;
	}
}

static void fill_risk(struct finding *f, struct json_view v, const char *label)
{
	static const struct {
		const char *level;
		enum maturity maturity;
	} levels[] = {
	        {"ExploitIsPublic", MATURITY_POC},
	        {"ExploitIsVerified", MATURITY_FUNCTIONAL},
	        {"ExploitIsInKit", MATURITY_WEAPONISED},
	};
	const char *level = azure_text(v, "exploitabilityLevel");
	int64_t score = 0;

	f->severity_raw = label;
	f->sev100 = severity_of_label(label);
	if (json_view_opt_scaled(json_view_at_nocase(v, "cvssScore"), "", 10, &score,
	                         &ignored) == 0 &&
	    score > 0 && score <= 100)
		f->sev100 = (int)score;
	for (size_t i = 0; i < N_ELEMENTS(levels); i++) {
		if (strcasecmp(level, levels[i].level) == 0)
			f->maturity = levels[i].maturity;
	}
}

static void fill_texts(struct finding *f, struct json_view v, struct arena *a)
{
	const char *kb = either(v, "fixingKbId", "recommendedSecurityUpdateId");

	f->title = ARENA_JOIN(a, f->cve, " in ", f->package);
	f->remediation = azure_text(v, "recommendedSecurityUpdate");
	if (f->remediation[0] == '\0' && kb[0] != '\0')
		f->remediation = ARENA_JOIN(a, "Install KB", kb, ".");
	f->remediation_url = azure_text(v, "recommendedSecurityUpdateUrl");
	f->first_seen = azure_time(azure_text(v, "firstSeenTimestamp"));
	f->last_seen = azure_time(azure_text(v, "lastSeenTimestamp"));
	f->source_updated_at = azure_time(azure_text(v, "eventTimestamp"));
	if (f->source_updated_at == TIMESTAMP_NONE)
		f->source_updated_at = f->last_seen;
}

/* The machine's id is Defender's own: its name is an alias. */
static void fill_resource(struct resource *r, const char *machine, const char *name,
                          struct arena *a)
{
	const char **aliases;

	r->type = "host";
	r->raw = machine;
	r->name = name;
	if (name[0] == '\0')
		return;
	aliases = ARENA_ARRAY(a, const char *, 1);
	aliases[0] = name;
	r->aliases = aliases;
	r->n_aliases = 1;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view record = in->record;
	struct vulnerability v = read(record);
	struct arena *a = out->arena;
	struct finding *f;

	if (v.machine[0] == '\0')
		return error_set(err, ERR_INVALID, "machineId or deviceId is missing");
	if (v.cve[0] == '\0')
		return error_set(err, ERR_INVALID, "cveId is missing");
	if (v.product[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "productName or softwareName is missing");
	f = parse_add_finding(out);
	f->connector = "azure_mdvm";
	f->engine = "mdvm";
	f->class = CLASS_VULNERABILITY;
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->cve = v.cve;
	f->rule = v.cve;
	f->package = v.product;
	f->package_version = v.version;
	f->native_id = azure_lower(ARENA_JOIN(a, v.machine, "|", v.cve, "|", v.vendor, "|",
	                                      v.product, "|", v.version),
	                           a);
	fill_resource(&f->resource, v.machine, azure_text(record, "deviceName"), a);
	f->scope = azure_lower(v.machine, a);
	fill_state(f, record);
	fill_risk(f, record, v.severity);
	fill_texts(f, record, a);
	return 0;
}

const struct format azure_mdvm = {
        .name = "azure-mdvm",
        .record_paths = (const char *const[]){"value", NULL},
        .volatile_keys =
                (const char *const[]){"lastSeenTimestamp", "LastSeenTimestamp", NULL},
        .detect = detect,
        .parse = parse,
};
