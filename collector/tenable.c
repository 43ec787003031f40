/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV exports of the Tenable family: one row per plugin, host, port and CVE.  Nessus
 * and Tenable.io's scan results share a header ("Plugin ID", "Risk", "Host"),
 * Security Center has another ("Plugin", "Plugin Name", "IP Address"), Vulnerability
 * Management's list of findings a third ("definition.id", "asset.name").
 *
 * Source: Tenable documentation, "CSV Vulnerability Export Fields", "Findings Export
 * Fields and Associated CSV Keys", "Scan Exports and Reports"; Security Center,
 * "CSV Reports".
 */
#include "tenable.h"

#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "cloud_host.h"
#include "cvss_choice.h"
#include "table_row.h"

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const plugin_columns[] = {"Plugin ID", "Plugin", "definition.id", NULL};

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return row_has_all(record,
	                   COLUMNS("Plugin ID", "Risk", "Host", "Name", "Synopsis")) ||
	       row_has_all(record, COLUMNS("Plugin", "Plugin Name", "Severity",
	                                   "IP Address", "Repository")) ||
	       (row_has_all(record, COLUMNS("definition.id", "definition.name")) &&
	        row_has_any(record,
	                    COLUMNS("asset.id", "asset.name", "asset.host_name",
	                            "asset.display_fqdn", "asset.display_ipv4_address")));
}

/* The host. */

static void set_host(struct finding *f, struct json_view row, struct arena *a)
{
	/* Not NetBIOS names before addresses: those are unique in their network only. */
	static const char *const name_columns[] = {
	        "FQDN",       "DNS Name",        "Host",       "asset.display_fqdn",
	        "asset.name", "asset.host_name", "IP Address", "asset.display_ipv4_address",
	        "NetBios",    "NetBIOS Name",    "Asset UUID", "asset.id",
	        NULL};
	const struct cloud_host host = {
	        .aws_instance = row_any(row, COLUMNS("AWS EC2 Instance ID",
	                                             "AWS Instance ID", "EC2 Instance ID",
	                                             "asset.aws_ec2_instance_id")),
	        .aws_account = row_any(row, COLUMNS("AWS Owner ID", "asset.aws_owner_id")),
	        .aws_region = row_any(row, COLUMNS("AWS Region", "asset.aws_region")),
	        .azure_resource = row_any(
	                row, COLUMNS("Azure Resource ID", "asset.azure_resource_id")),
	        .azure_vm = row_any(row, COLUMNS("Azure VM ID", "asset.azure_vm_id")),
	        .azure_subscription = row_any(row, COLUMNS("Azure Subscription ID",
	                                                   "asset.azure_subscription_id")),
	        .gcp_instance =
	                row_any(row, COLUMNS("GCP Instance ID", "Google Cloud Instance ID",
	                                     "asset.gcp_instance_id")),
	        .gcp_project =
	                row_any(row, COLUMNS("GCP Project ID", "Google Cloud Project ID",
	                                     "asset.gcp_project_id")),
	        .gcp_zone = row_any(
	                row, COLUMNS("GCP Zone", "Google Cloud Zone", "asset.gcp_zone")),
	        .name = cloud_host_first_name(row_any(row, name_columns), a),
	        .shown = "",
	};
	struct resource canonical;

	cloud_host_resource(&host, a, &f->resource);
	canonical = f->resource;
	resource_canonicalize(&canonical, a);
	f->scope = canonical.id;
}

static const char *service_of(struct json_view row, struct arena *a)
{
	return row_service(row_any(row, COLUMNS("Protocol", "protocol")),
	                   row_any(row, COLUMNS("Port", "port")), a);
}

/* Severity. */

static const char *risk_of(struct json_view row)
{
	return row_any(row, COLUMNS("Risk", "Severity", "severity", "definition.severity",
	                            "Risk Factor"));
}

/* Labels, or the numbers that Tenable.io has for them. */
static int severity_of_risk(const char *risk)
{
	static const int by_number[] = {0, 25, 55, 80, 95};

	if (risk[0] >= '0' && risk[0] <= '4' && risk[1] == '\0')
		return by_number[risk[0] - '0'];
	return severity_of_label(risk);
}

/* A column set per version of CVSS. */
static const struct {
	const char *version;
	const char *const *scores, *const *vectors;
} cvss_columns[] = {
        {"4.0",
         COLUMNS("CVSS4 Base Score", "CVSS V4 Base Score", "CVSS v4.0 Base Score",
                 "definition.cvss4.base_score"),
         COLUMNS("CVSS4 Vector", "CVSS V4 Vector", "definition.cvss4.base_vector")},
        {"3",
         COLUMNS("CVSS3 Base Score", "CVSS V3 Base Score", "CVSS v3.0 Base Score",
                 "definition.cvss3.base_score"),
         COLUMNS("CVSS3 Vector", "CVSS V3 Vector", "definition.cvss3.base_vector")},
        {"2",
         COLUMNS("CVSS Base Score", "CVSS V2 Base Score", "CVSS v2.0 Base Score", "CVSS",
                 "definition.cvss2.base_score"),
         COLUMNS("CVSS Vector", "CVSS V2 Vector", "definition.cvss2.base_vector")},
};

static void set_severity(struct finding *f, struct json_view row)
{
	const char *modified = row_text(row, "Modification");
	struct cvss_choice best = {.vector = ""};

	f->severity_raw = risk_of(row);
	f->sev100 = severity_of_risk(f->severity_raw);
	for (size_t i = 0; i < N_ELEMENTS(cvss_columns); i++)
		cvss_choice_offer(&best, cvss_columns[i].version,
		                  row_score(row_any(row, cvss_columns[i].scores)),
		                  row_any(row, cvss_columns[i].vectors), false);
	if (best.rank == 0)
		return;
	f->cvss_vector = best.vector;
	/* What a person recast is their word on it. */
	if (strcasecmp(modified, "RECASTED") != 0)
		f->sev100 = best.sev100;
}

static enum maturity maturity_of(struct json_view row)
{
	static const struct {
		const char *column;
		enum maturity maturity;
	} rows[] = {
	        {"Exploited by Malware", MATURITY_WEAPONISED},
	        {"definition.exploited_by_malware", MATURITY_WEAPONISED},
	        {"Metasploit", MATURITY_FUNCTIONAL},
	        {"Core Exploits", MATURITY_FUNCTIONAL},
	        {"Core Impact", MATURITY_FUNCTIONAL},
	        {"CANVAS", MATURITY_FUNCTIONAL},
	        {"Exploited by Nessus", MATURITY_FUNCTIONAL},
	        {"definition.exploited_by_nessus", MATURITY_FUNCTIONAL},
	        {"Exploit Available", MATURITY_POC},
	        {"Exploit?", MATURITY_POC},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (row_says_yes(row_text(row, rows[i].column)))
			return rows[i].maturity;
	return MATURITY_NONE;
}

/* State. */

static const struct {
	const char *name;
	enum finding_state state;
} states[] = {
        {"", FINDING_OPEN}, /* a scan's results are what is there */
        {"Active", FINDING_OPEN},   {"New", FINDING_OPEN},
        {"Open", FINDING_OPEN},     {"Resurfaced", FINDING_OPEN},
        {"Reopened", FINDING_OPEN}, {"Fixed", FINDING_RESOLVED},
};

/* The verdicts of compliance checks stand where the risk does. */
static const struct {
	const char *risk;
	enum finding_state state;
} verdicts[] = {
        {"PASSED", FINDING_PASSING},
        {"FAILED", FINDING_OPEN},
        {"WARNING", FINDING_UNKNOWN},
        {"ERROR", FINDING_UNKNOWN},
};

static void set_state(struct finding *f, struct json_view row)
{
	f->status_raw = row_any(row, COLUMNS("Vulnerability State", "state", "State"));
	f->state = FINDING_UNKNOWN;
	for (size_t i = 0; i < N_ELEMENTS(states); i++)
		if (strcasecmp(f->status_raw, states[i].name) == 0)
			f->state = states[i].state;
	if (strcasecmp(row_text(row, "Modification"), "ACCEPTED") == 0 &&
	    f->state == FINDING_OPEN)
		f->state = FINDING_SUPPRESSED;
	for (size_t i = 0; i < N_ELEMENTS(verdicts); i++) {
		if (strcasecmp(f->severity_raw, verdicts[i].risk) != 0)
			continue;
		f->state = verdicts[i].state;
		f->status_raw = f->severity_raw;
		f->class = CLASS_MISCONFIGURATION;
		f->sev100 = SEV100_UNKNOWN;
	}
	if (f->state == FINDING_RESOLVED)
		f->resolved_at =
		        row_time(row_any(row, COLUMNS("Last Fixed", "last_fixed")));
}

/* The plugin, and all of a row. */

static void set_texts(struct finding *f, struct json_view row, struct arena *a)
{
	const char *const parts[] = {
	        row_any(row, COLUMNS("Synopsis", "definition.synopsis")),
	        row_any(row, COLUMNS("Description", "definition.description")),
	};
	const char *links = row_any(row, COLUMNS("See Also", "definition.see_also"));

	f->title = row_any(row, COLUMNS("Name", "Plugin Name", "definition.name"));
	f->description = row_paragraphs(a, parts, N_ELEMENTS(parts));
	f->remediation = row_any(
	        row, COLUMNS("Solution", "Steps to Remediate", "definition.solution"));
	f->remediation_url = strncmp(links, "http", 4) == 0
	                             ? arena_strndup(a, links, strcspn(links, " ,\r\n"))
	                             : "";
}

static void set_times(struct finding *f, struct json_view row)
{
	f->first_seen = row_time(
	        row_any(row, COLUMNS("First Found", "First Discovered", "first_observed",
	                             "first_found", "First Seen")));
	f->last_seen =
	        row_time(row_any(row, COLUMNS("Last Found", "Last Observed", "last_seen",
	                                      "last_found", "Last Seen", "Host End")));
	f->source_updated_at = row_time(row_any(
	        row, COLUMNS("Indexed At", "Last Found", "Last Observed", "last_seen")));
}

/* Does the check read the host itself, with credentials or as an agent? */
static enum fidelity fidelity_of(struct json_view row)
{
	const char *type =
	        row_any(row, COLUMNS("Plugin Type", "Check Type", "definition.type"));

	return strcasecmp(type, "local") == 0 || strcasecmp(type, "combined") == 0
	               ? FIDELITY_AUTHORITATIVE
	               : FIDELITY_STANDARD;
}

static void add_finding(struct json_view row, const char *plugin, const char *cve,
                        struct parse_output *out)
{
	struct finding *f = parse_add_finding(out);
	struct arena *a = out->arena;
	const char *service = service_of(row, a);

	f->connector = "tenable";
	f->engine = "nessus";
	f->rule = plugin;
	f->cve = cve;
	set_host(f, row, a);
	set_severity(f, row);
	f->class = cve[0] != '\0' || f->sev100 != 0 ? CLASS_VULNERABILITY : CLASS_OTHER;
	set_state(f, row);
	set_texts(f, row, a);
	set_times(f, row);
	f->maturity = maturity_of(row);
	f->fidelity = fidelity_of(row);
	f->location = cve[0] == '\0' ? service : "";
	f->native_id = ARENA_JOIN(a, plugin, "|", f->scope, "|", service, "|", cve);
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view row = in->record;
	const char *plugin = row_any(row, plugin_columns);
	struct row_ids cves =
	        row_cves(row_any(row, COLUMNS("CVE", "definition.cve")), out->arena);
	size_t first = out->n_findings;

	if (plugin[0] == '\0')
		return error_set(err, ERR_INVALID, "the plugin's id is missing");
	if (cves.n == 0)
		add_finding(row, plugin, "", out);
	for (size_t i = 0; i < cves.n; i++)
		add_finding(row, plugin, cves.ids[i], out);
	if (out->findings[first].resource.raw[0] == '\0')
		return error_set(err, ERR_INVALID, "plugin %.20s: the host is missing",
		                 plugin);
	return 0;
}

static const char *const volatile_keys[] = {"Host Start",
                                            "Host End",
                                            "Host Scan ID",
                                            "Indexed At",
                                            "Last Found",
                                            "Last Observed",
                                            "Last Authenticated Results Date",
                                            "Last Unauthenticated Results Date",
                                            "last_seen",
                                            "age_in_days",
                                            "asset.last_authenticated_scan_time",
                                            NULL};

const struct format tenable_csv = {
        .name = "tenable-csv",
        .record_paths = (const char *const[]){NULL},
        .volatile_keys = volatile_keys,
        .detect = detect,
        .parse = parse,
};
