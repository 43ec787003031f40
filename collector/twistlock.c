/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV exports of Prisma Cloud Compute, formerly Twistlock: vulnerabilities and
 * compliance issues of images (registry and deployed) and of hosts, one row each.
 *
 * Source: Prisma Cloud Compute documentation, "Scan reports" and "Vulnerability
 * explorer"; twistcli's and the console's headers.
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "prisma.h"
#include "table_row.h"

#define COLUMNS(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return row_has_all(record, COLUMNS("CVE ID", "Compliance ID", "Packages",
	                                   "Package Version", "Fix Status")) &&
	       row_has_any(record, COLUMNS("Repository", "Hostname"));
}

/* "registry/repository:tag", of which identity drops the tag; or a host's name. */
static void set_resource(struct finding *f, struct json_view row, struct arena *a)
{
	const char *registry = row_any(row, COLUMNS("Registry"));
	const char *repository = row_any(row, COLUMNS("Repository"));
	const char *tag = row_any(row, COLUMNS("Tag"));
	struct resource canonical;

	if (repository[0] == '\0') {
		f->resource.type = "host";
		f->resource.raw = row_any(row, COLUMNS("Hostname"));
	} else {
		f->resource.type = "container.image";
		f->resource.raw = ARENA_JOIN(a, registry, registry[0] != '\0' ? "/" : "",
		                             repository, tag[0] != '\0' ? ":" : "", tag);
	}
	canonical = f->resource;
	resource_canonicalize(&canonical, a);
	f->scope = canonical.id;
}

/* Vulnerabilities. */

static enum maturity maturity_of(const char *risk_factors)
{
	if (strstr(risk_factors, "Exploit exists - in the wild") != NULL)
		return MATURITY_ACTIVE;
	return strstr(risk_factors, "Exploit exists") != NULL ? MATURITY_POC
	                                                      : MATURITY_NONE;
}

static void set_vulnerability(struct finding *f, struct json_view row, const char *id,
                              struct arena *a)
{
	static const char fixed_in[] = "fixed in ";
	const char *fix = row_any(row, COLUMNS("Fix Status"));
	const int score = row_score(row_text(row, "CVSS"));

	f->class = CLASS_VULNERABILITY;
	f->rule = id;
	f->cve = id;
	f->package = row_any(row, COLUMNS("Packages"));
	f->package_version = row_any(row, COLUMNS("Package Version"));
	f->title = f->package[0] == '\0' ? id : ARENA_JOIN(a, id, " in ", f->package);
	f->description = row_text(row, "Description");
	f->status_raw = fix;
	if (strncasecmp(fix, fixed_in, strlen(fixed_in)) == 0) {
		f->fixed_version = fix + strlen(fixed_in);
		f->remediation = ARENA_JOIN(a, "Upgrade ", f->package, " to ",
		                            f->fixed_version, ".");
	}
	f->state = strcasecmp(fix, "not affected") == 0 ? FINDING_NOT_APPLICABLE
	                                                : FINDING_OPEN;
	f->remediation_url = row_any(row, COLUMNS("Vulnerability Link"));
	f->maturity = maturity_of(row_text(row, "Risk Factors"));
	/* 0.00 is what an entry without a score has. */
	if (score > 0)
		f->sev100 = score;
	f->native_id =
	        ARENA_JOIN(a, f->scope, "|", id, "|", f->package, "|", f->package_version);
}

/* Compliance. */

/* "(CIS_Linux_2.0.0 - 5.2.2) Ensure …": the requirement, and the title behind it. */
static const char *read_requirement(struct finding *f, const char *text, struct arena *a)
{
	const char *dash = strstr(text, " - "), *end = strchr(text, ')');
	struct control_ref *control;

	if (text[0] != '(' || dash == NULL || end == NULL || end < dash)
		return text;
	control = ARENA_NEW(a, struct control_ref);
	control->framework = arena_strndup(a, text + 1, (size_t)(dash - text - 1));
	control->requirement = arena_strndup(a, dash + 3, (size_t)(end - dash - 3));
	f->controls = control;
	f->n_controls = 1;
	return end + 1 + strspn(end + 1, " ");
}

static void set_compliance(struct finding *f, struct json_view row, const char *id,
                           struct arena *a)
{
	f->class = CLASS_MISCONFIGURATION;
	f->rule = id;
	f->title = read_requirement(f, row_text(row, "Description"), a);
	f->description = row_text(row, "Cause");
	f->state = FINDING_OPEN;
	f->native_id = ARENA_JOIN(a, f->scope, "|", id);
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view row = in->record;
	const char *cve = row_any(row, COLUMNS("CVE ID"));
	const char *check = row_any(row, COLUMNS("Compliance ID"));
	struct finding *f;

	if (cve[0] == '\0' && check[0] == '\0')
		return error_set(err, ERR_INVALID, "CVE ID and Compliance ID are missing");
	f = parse_add_finding(out);
	f->connector = "twistlock";
	f->engine = "twistlock";
	set_resource(f, row, out->arena);
	if (f->resource.raw[0] == '\0')
		return error_set(err, ERR_INVALID, "Repository or Hostname is missing");
	f->severity_raw = row_text(row, "Severity");
	f->sev100 = severity_of_label(f->severity_raw);
	f->first_seen = row_time(row_any(row, COLUMNS("Discovered")));
	if (cve[0] != '\0')
		set_vulnerability(f, row, cve, out->arena);
	else
		set_compliance(f, row, check, out->arena);
	return 0;
}

const struct format twistlock_csv = {
        .name = "twistlock-csv",
        .record_paths = (const char *const[]){NULL},
        .detect = detect,
        .parse = parse,
};
