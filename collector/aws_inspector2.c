/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amazon Inspector's own findings: ListFindings of the API and the command line,
 * exported reports in JSON, and EventBridge events.
 *
 * Source: Amazon Inspector API reference, Finding.
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "aws_native.h"
#include "aws_native_private.h"
#include "aws_product.h"
#include "cvss_choice.h"

enum {
	MAX_RESOURCES = 1000
};

static const char path[] = "aws/inspector";

/* Never read. */
static struct error ignored;

static bool detect(struct json_view envelope, struct json_view record)
{
	struct json_view v = native_finding(record);

	(void)envelope;
	return native_is_arn_of(native_text(v, "findingArn"), "inspector2") &&
	       json_view_is_text(native_at(v, "type"));
}

static void fill_state(struct finding *f, struct json_view v)
{
	static const struct {
		const char *status;
		enum finding_state state;
	} states[] = {
	        {"ACTIVE", FINDING_OPEN},
	        {"SUPPRESSED", FINDING_SUPPRESSED},
	        {"CLOSED", FINDING_RESOLVED},
	};

	f->status_raw = native_text(v, "status");
	f->state = f->status_raw[0] == '\0' ? FINDING_OPEN : FINDING_UNKNOWN;
	for (size_t i = 0; i < N_ELEMENTS(states); i++) {
		if (strcasecmp(f->status_raw, states[i].status) == 0)
			f->state = states[i].state;
	}
}

static const struct cvss_names cvss_names = {"version", "baseScore", "scoringVector",
                                             "source"};
static const struct cvss_names cvss_names_pascal = {"Version", "BaseScore", "ScoringVector",
                                                    "Source"};

static void fill_severity(struct finding *f, struct json_view v)
{
	struct json_view scores = native_at(v, "packageVulnerabilityDetails/cvss");
	struct cvss_choice best = {0};

	f->severity_raw = native_text(v, "severity");
	f->sev100 = severity_of_label(f->severity_raw);
	cvss_choice_of_list(&best, scores, &cvss_names);
	if (best.rank == 0)
		cvss_choice_of_list(&best, scores, &cvss_names_pascal);
	if (best.rank != 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
}

/* A GHSA's only related id is its CVE; longer lists relate, they do not name. */
static void fill_alias(struct finding *f, struct json_view related, struct arena *a)
{
	const char *id = json_view_text_or(related, "/0", "");
	const char **aliases;

	if (json_view_array_size(related) != 1 || strncasecmp(f->cve, "GHSA-", 5) != 0 ||
	    strncasecmp(id, "CVE-", 4) != 0)
		return;
	aliases = ARENA_ARRAY(a, const char *, 1);
	aliases[0] = id;
	f->cve_aliases = aliases;
	f->n_cve_aliases = 1;
}

static void fill_package(struct finding *f, struct json_view list, struct arena *a)
{
	struct json_view package = json_view_at(list, "/0");
	const char *version = native_text(package, "version");
	const char *release = native_text(package, "release");

	f->package = native_text(package, "name");
	f->package_version =
	        release[0] != '\0' ? TEXT_JOIN(a, version, "-", release) : version;
	f->fixed_version = native_text(package, "fixedInVersion");
	if (strcasecmp(f->fixed_version, "NotAvailable") == 0)
		f->fixed_version = "";
}

static void fill_package_vulnerability(struct finding *f, struct json_view v,
                                       struct arena *a)
{
	struct json_view details = native_at(v, "packageVulnerabilityDetails");
	int64_t epss = -1;

	f->cve = native_text(details, "vulnerabilityId");
	f->rule = f->cve;
	if (json_view_opt_scaled(native_at(v, "epss/score"), "", 100000, &epss, &ignored) ==
	            0 &&
	    epss > 0 && epss <= 100000)
		f->epss = (int)epss;
	if (strcasecmp(native_text(v, "exploitAvailable"), "YES") == 0)
		f->maturity = MATURITY_POC;
	fill_alias(f, native_at(details, "relatedVulnerabilities"), a);
	fill_package(f, native_at(details, "vulnerablePackages"), a);
}

/* By type; the rules are those of the same finding in Security Hub. */
static int fill_type(struct finding *f, struct json_view v, struct arena *a,
                     struct error *err)
{
	const char *type = native_text(v, "type");

	if (strcasecmp(type, "PACKAGE_VULNERABILITY") == 0) {
		fill_package_vulnerability(f, v, a);
	} else if (strcasecmp(type, "NETWORK_REACHABILITY") == 0) {
		f->class = CLASS_EXPOSURE;
		f->rule = "Network Reachability";
		f->location = aws_location_of_title(f->title, a);
	} else if (strcasecmp(type, "CODE_VULNERABILITY") == 0) {
		f->rule = aws_title_head(f->title, a);
		if (f->rule[0] == '\0')
			f->rule = native_text(v, "codeVulnerabilityDetails/detectorId");
	} else {
		return error_set(err, ERR_INVALID, "unknown type \"%.40s\"", type);
	}
	if (f->rule[0] == '\0')
		return error_set(err, ERR_INVALID, "names no vulnerability");
	return 0;
}

static void fill_texts(struct finding *f, struct json_view v)
{
	f->title = native_text(v, "title");
	f->description = native_text(v, "description");
	f->remediation = native_text(v, "remediation/recommendation/text");
	f->remediation_url = native_text(v, "remediation/recommendation/url");
	f->first_seen = native_time(v, "firstObservedAt");
	f->source_updated_at = native_time(v, "updatedAt");
	f->last_seen = native_time(v, "lastObservedAt");
	if (f->last_seen == TIMESTAMP_NONE)
		f->last_seen = f->source_updated_at;
}

static void fill_resource(struct resource *r, struct json_view v, struct arena *a)
{
	const char *region = native_text(v, "region");
	const char *account;

	r->raw = native_text(v, "id");
	r->type = native_text(v, "type");
	r->name = native_text(v, "tags/Name");
	if (region[0] != '\0')
		r->region = region;
	account = aws_arn_field(r->raw, 4, a);
	if (account[0] >= '0' && account[0] <= '9')
		r->account = account;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view v = native_finding(in->record);
	const char *arn = native_text(v, "findingArn");
	const char *account = native_text(v, "awsAccountId");
	struct json_items it = {0};
	struct finding base;

	if (!native_is_arn_of(arn, "inspector2"))
		return error_set(err, ERR_INVALID,
		                 "\"findingArn\" is no finding of Inspector");
	if (account[0] == '\0')
		account = aws_arn_field(arn, 4, out->arena);
	if (json_view_opt_items(native_at(v, "resources"), "", &it, err) < 0)
		return error_wrap(err, "\"resources\"");
	if (it.n > MAX_RESOURCES)
		return error_set(err, ERR_INVALID, "names %zu resources, more than %d",
		                 it.n, MAX_RESOURCES);
	finding_init(&base);
	native_fill_identity(&base, path, arn, account, out->arena);
	fill_texts(&base, v);
	if (fill_type(&base, v, out->arena, err) < 0)
		return err->code;
	fill_state(&base, v);
	fill_severity(&base, v);
	if (it.n == 0)
		*parse_add_finding(out) = base;
	while (json_items_next(&it)) {
		struct finding *f = parse_add_finding(out);

		*f = base;
		fill_resource(&f->resource, it.value, out->arena);
	}
	return 0;
}

const struct format aws_inspector2 = {
        .name = "inspector2",
        .record_paths = (const char *const[]){"findings", "Findings", NULL},
        .volatile_keys = (const char *const[]){"updatedAt", "lastObservedAt", "UpdatedAt",
                                               "LastObservedAt", NULL},
        .detect = detect,
        .parse = parse,
};
