/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV exports of Qualys: VMDR's list of vulnerabilities (a row per asset and QID, or
 * per asset and CVE) and the older reports on hosts (a row per host and QID).  A row
 * that names several CVEs is as many findings.  The lines before the header are the
 * reader's to skip.
 *
 * Source: Qualys documentation, "VMDR: Download vulnerabilities", "CSV report fields"
 * of the report templates, "Severity levels", and "Vulnerability status levels".
 */
#include "qualys.h"

#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "cloud_host.h"
#include "cvss_choice.h"
#include "table_row.h"

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return json_view_exists(json_view_at(record, "QID")) &&
	       row_has_any(record, COLUMNS("Title", "VULN TITLE")) &&
	       row_has_any(record, COLUMNS("IP", "DNS", "Asset Id", "Asset ID",
	                                   "Asset Name", "Asset IPV4"));
}

/* The host. */

static bool has_word(const char *text, const char *word)
{
	const size_t size = strlen(word);

	for (; *text != '\0'; text++)
		if (strncasecmp(text, word, size) == 0)
			return true;
	return false;
}

/* "Cloud Resource ID" is of the cloud that "Cloud Provider" names. */
static void set_cloud(struct cloud_host *host, struct json_view row)
{
	const char *provider = row_any(row, COLUMNS("Cloud Provider"));
	const char *id = row_any(row, COLUMNS("Cloud Resource ID"));
	const char *account = row_any(row, COLUMNS("Cloud Account", "Cloud Account ID"));
	const char *ec2 = row_any(row, COLUMNS("EC2 Instance ID", "Instance ID"));

	if (strncmp(ec2, "i-", 2) == 0) {
		host->aws_instance = ec2;
		host->aws_account = row_any(row, COLUMNS("Account ID", "Cloud Account"));
		host->aws_region = row_any(row, COLUMNS("Region Code", "Cloud Region"));
	} else if (strncmp(id, "i-", 2) == 0) {
		host->aws_instance = id;
		host->aws_account = account;
		host->aws_region = row_any(row, COLUMNS("Cloud Region"));
	} else if (strncasecmp(id, "/subscriptions/", 15) == 0) {
		host->azure_resource = id;
	} else if (has_word(provider, "azure")) {
		host->azure_vm = id;
		host->azure_subscription = account;
	} else if (has_word(provider, "gcp") || has_word(provider, "google")) {
		host->gcp_instance = id;
		host->gcp_project = account;
		host->gcp_zone = row_any(row, COLUMNS("Cloud Zone"));
	}
	if (host->azure_vm[0] == '\0')
		host->azure_vm = row_any(row, COLUMNS("Azure VM ID"));
}

static void set_host(struct finding *f, struct json_view row, struct arena *a)
{
	static const char *const names[] = {
	        "FQDN",       "DNS",        "DNS Name", "Asset Name", "NetBIOS", "IP",
	        "Asset IPV4", "Asset IPV6", "Asset Id", "Asset ID",   NULL};
	struct cloud_host host = {
	        .aws_instance = "",
	        .aws_account = "",
	        .aws_region = "",
	        .azure_resource = "",
	        .azure_vm = "",
	        .azure_subscription = "",
	        .gcp_instance = "",
	        .gcp_project = "",
	        .gcp_zone = "",
	        .name = cloud_host_first_name(row_any(row, names), a),
	        .shown = row_any(row, COLUMNS("Asset Name", "DNS", "NetBIOS")),
	};
	struct resource canonical;

	set_cloud(&host, row);
	cloud_host_resource(&host, a, &f->resource);
	canonical = f->resource;
	resource_canonicalize(&canonical, a);
	f->scope = canonical.id;
}

static const char *service_of(struct json_view row, struct arena *a)
{
	return row_service(row_any(row, COLUMNS("Protocol", "PROTOCOL")),
	                   row_any(row, COLUMNS("Port", "PORT")), a);
}

/* Severity. */

/* 1 minimal to 5 urgent; the PCI report has labels. */
static int severity_of_level(const char *level)
{
	static const int by_level[] = {0, 25, 55, 80, 95};

	if (level[0] >= '1' && level[0] <= '5' && level[1] == '\0')
		return by_level[level[0] - '1'];
	return severity_of_label(level);
}

static const struct {
	const char *version;
	const char *const *columns; /* "9.9 (AV:N/…)", or the number alone */
} cvss_columns[] = {
        {"4.0", COLUMNS("CVSS4 Base", "CVSSv4 Base", "CVSSv4.0 Base (nvd)")},
        {"3.1", COLUMNS("CVSSv3.1 Base (nvd)", "CVSS3.1 Base", "CVSSv3.1 Base",
                        "CVSSv3 Base (nvd)")},
        {"3", COLUMNS("CVSS3 Base", "CVSSv3 Base")},
        {"2", COLUMNS("CVSSv2 Base (nvd)", "CVSS Base", "CVSSv2 Base", "CVSS_BASE")},
};

static bool is_informational(struct json_view row)
{
	static const char *const words[] = {"Ig", "Info", "Information",
	                                    "Information Gathered"};
	const char *type = row_any(row, COLUMNS("Type", "Type Detected"));

	for (size_t i = 0; i < N_ELEMENTS(words); i++)
		if (strcasecmp(type, words[i]) == 0)
			return true;
	return false;
}

static void set_severity(struct finding *f, struct json_view row, struct arena *a)
{
	struct cvss_choice best = {.vector = ""};

	f->severity_raw = row_any(row, COLUMNS("Severity", "KB Severity", "SEVERITY"));
	f->sev100 = severity_of_level(f->severity_raw);
	if (is_informational(row)) {
		f->sev100 = 0;
		return;
	}
	for (size_t i = 0; i < N_ELEMENTS(cvss_columns); i++) {
		const char *cell = row_any(row, cvss_columns[i].columns);

		cvss_choice_offer(&best, cvss_columns[i].version, row_score(cell),
		                  row_vector(cell, a), false);
	}
	if (best.rank == 0)
		return;
	f->sev100 = best.sev100;
	f->cvss_vector = best.vector;
}

/* State. */

static const struct {
	const char *name;
	enum finding_state state;
} states[] = {
        {"", FINDING_OPEN}, /* the PCI report lists what is there */
        {"ACTIVE", FINDING_OPEN},    {"NEW", FINDING_OPEN},
        {"REOPENED", FINDING_OPEN},  {"RE-OPENED", FINDING_OPEN},
        {"FIXED", FINDING_RESOLVED},
};

static void set_state(struct finding *f, struct json_view row)
{
	f->status_raw = row_any(row, COLUMNS("Status", "Vuln Status"));
	f->state = FINDING_UNKNOWN;
	for (size_t i = 0; i < N_ELEMENTS(states); i++)
		if (strcasecmp(f->status_raw, states[i].name) == 0)
			f->state = states[i].state;
	if (f->state == FINDING_OPEN && (row_says_yes(row_text(row, "Ignored")) ||
	                                 row_says_yes(row_text(row, "Disabled"))))
		f->state = FINDING_SUPPRESSED;
	/* A vulnerability that came back keeps the date: only of a fixed one is it true. */
	if (f->state == FINDING_RESOLVED)
		f->resolved_at =
		        row_time(row_any(row, COLUMNS("Last Fixed", "Date Last Fixed")));
}

/* All of a row. */

static void set_texts(struct finding *f, struct json_view row, struct arena *a)
{
	const char *const parts[] = {
	        row_any(row, COLUMNS("CVE-Description")),
	        row_any(row, COLUMNS("Threat", "THREAT")),
	        row_any(row, COLUMNS("Impact", "IMPACT")),
	};

	f->title = row_any(row, COLUMNS("Title", "VULN TITLE"));
	f->description = row_paragraphs(a, parts, N_ELEMENTS(parts));
	f->remediation = row_any(row, COLUMNS("Solution", "SOLUTION"));
}

/* A potential vulnerability is one that could not be verified. */
static enum fidelity fidelity_of(struct json_view row)
{
	const char *type = row_any(row, COLUMNS("Type Detected", "Type"));
	const char *tracking = row_any(row, COLUMNS("Tracking Method", "Detection Source"));

	if (strcasecmp(type, "Practice") == 0 || has_word(type, "potential"))
		return FIDELITY_WEAK;
	return has_word(tracking, "agent") ? FIDELITY_AUTHORITATIVE : FIDELITY_STANDARD;
}

static void add_finding(struct json_view row, const char *qid, const char *cve,
                        struct parse_output *out)
{
	struct finding *f = parse_add_finding(out);
	struct arena *a = out->arena;
	const char *service = service_of(row, a);

	f->connector = "qualys";
	f->engine = "qualys";
	f->rule = qid;
	f->cve = cve;
	set_host(f, row, a);
	set_severity(f, row, a);
	f->class = cve[0] != '\0' || f->sev100 != 0 ? CLASS_VULNERABILITY : CLASS_OTHER;
	set_state(f, row);
	set_texts(f, row, a);
	f->first_seen = row_time(row_any(row, COLUMNS("First Detected")));
	f->last_seen = row_time(row_any(row, COLUMNS("Last Detected", "LAST SCAN")));
	f->source_updated_at = f->last_seen;
	f->fidelity = fidelity_of(row);
	f->location = cve[0] == '\0' ? service : "";
	f->native_id = ARENA_JOIN(a, qid, "|", f->scope, "|", service, "|", cve);
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view row = in->record;
	const char *qid = row_any(row, COLUMNS("QID"));
	struct row_ids cves = row_cves(
	        row_any(row, COLUMNS("CVE", "CVE ID", "CVEID", "CVE IDs")), out->arena);
	size_t first = out->n_findings;

	if (qid[0] == '\0')
		return error_set(err, ERR_INVALID, "QID is missing");
	if (cves.n == 0)
		add_finding(row, qid, "", out);
	for (size_t i = 0; i < cves.n; i++)
		add_finding(row, qid, cves.ids[i], out);
	if (out->findings[first].resource.raw[0] == '\0')
		return error_set(err, ERR_INVALID, "QID %.20s: the host is missing", qid);
	return 0;
}

static const char *const volatile_keys[] = {"Last Detected", "LAST SCAN", "Times Detected",
                                            "Detection AGE", NULL};

const struct format qualys_csv = {
        .name = "qualys-csv",
        .record_paths = (const char *const[]){NULL},
        .volatile_keys = volatile_keys,
        .detect = detect,
        .parse = parse,
};
