/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open Cybersecurity Schema Framework 1.x, finding classes: what Security Hub v2
 * and Security Lake hand out, what Prowler 4 and later write, and the like of
 * others.  Minor versions differ in where things stand, so every place is asked.
 * What names a finding (connector, key, rule, class) is in ocsf_identity.c.
 *
 * Source: schema.ocsf.io, classes 2001 to 2007.
 */
#include "ocsf.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "aws_product.h"
#include "cvss_choice.h"
#include "ocsf_private.h"
#include "provider_name.h"
#include "prowler.h"

/* What one record may name. */
enum {
	MAX_RESOURCES = 1000,
	MAX_VULNERABILITIES = 1000,
	MAX_FANOUT = 10000,
	MAX_CONTROLS = 1000
};

static bool same(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

/* Walks a list that may be absent; anything else than a list counts as absent. */
static struct json_items items_of(struct json_view v)
{
	struct json_items it = {0};
	struct error ignored;

	if (json_view_is_array(v))
		(void)!json_view_opt_items(v, "", &it, &ignored);
	return it;
}

static int64_t int_at(struct json_view v, const char *key)
{
	int64_t number = -1;

	(void)json_view_int(json_view_at(v, key), &number);
	return number;
}

/* 2005, incident findings, group others. */
static bool is_finding_class(int64_t class_uid)
{
	return (class_uid >= 2001 && class_uid <= 2004) || class_uid == 2006 ||
	       class_uid == 2007;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return is_finding_class(int_at(record, "class_uid")) &&
	       (json_view_is_object(json_view_at(record, "metadata")) ||
	        json_view_is_object(json_view_at(record, "finding_info")) ||
	        json_view_is_object(json_view_at(record, "finding")));
}

/* "resources", or "resource" until 1.2; else the machine itself ("device"). */
static void read_resources(struct ocsf_record *r, struct json_view record)
{
	r->resources = json_view_at(record, "resources");
	r->n_resources = json_view_array_size(r->resources);
	if (r->n_resources > 0)
		return;
	r->resource = json_view_at(record, "resource");
	if (!json_view_is_object(r->resource))
		r->resource = json_view_at(record, "device");
	if (json_view_is_object(r->resource))
		r->n_resources = 1;
}

/* A type in a product's own spelling if there is one, else the first. */
static const char *best_type(struct json_view types)
{
	struct json_items it = items_of(types);
	const char *best = "";

	while (json_items_next(&it)) {
		const char *type = json_view_text_or(it.value, "", "");

		if (aws_type_is_native(type))
			return type;
		if (best[0] == '\0')
			best = type;
	}
	return best;
}

static int read_record(struct ocsf_record *r, struct json_view record, struct error *err)
{
	r->class_uid = int_at(record, "class_uid");
	if (!is_finding_class(r->class_uid))
		return error_set(err, ERR_INVALID, "\"class_uid\" is none of a finding");
	r->record = record;
	r->info = json_view_at(record, "finding_info");
	if (!json_view_exists(r->info))
		r->info = json_view_at(record, "finding");
	r->metadata = json_view_at(record, "metadata");
	r->product = json_view_at(r->metadata, "product");
	r->unmapped = json_view_at(record, "unmapped");
	r->compliance = json_view_at(record, "compliance");
	r->vulnerabilities = json_view_at(record, "vulnerabilities");
	r->uid = json_view_text_or(r->info, "uid", "");
	r->type = best_type(json_view_at(r->info, "types"));
	r->provider = json_view_text_or(record, "/cloud/provider", "");
	r->account = json_view_text_or(record, "/cloud/account/uid", "");
	if (r->account[0] == '\0')
		r->account = json_view_text_or(record, "/cloud/account_uid", "");
	r->region = json_view_text_or(record, "/cloud/region", "");
	read_resources(r, record);
	ocsf_find_origin(r);
	return 0;
}

/* status_id and status; class 2001 has them as state. */
static int64_t status_of(const struct ocsf_record *r, const char **text)
{
	static const char *const names[] = {
	        "Unknown",  "New",      "In Progress", "Suppressed",
	        "Resolved", "Archived", "Deleted",
	};
	bool old = r->class_uid == 2001;
	int64_t id = int_at(r->record, old ? "state_id" : "status_id");

	*text = json_view_text_or(r->record, old ? "state" : "status", "");
	if (id > 0 && id < (int64_t)N_ELEMENTS(names)) {
		if ((*text)[0] == '\0')
			*text = names[id];
		return id;
	}
	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		if (same(*text, names[i]))
			return (int64_t)i;
	}
	return 0;
}

/* Compliance status: FINDING_OPEN unless it says better. */
static enum finding_state verdict_of(const struct ocsf_record *r, const char **text)
{
	int64_t id = int_at(r->compliance, "status_id");

	*text = json_view_text_or(r->compliance, "status", "");
	if (id == 1 || same(*text, "PASSED") || same(*text, "PASS"))
		return FINDING_PASSING;
	if (same(*text, "NOT_AVAILABLE") || same(*text, "NOT_APPLICABLE") ||
	    same(*text, "Not Applicable"))
		return FINDING_NOT_APPLICABLE;
	return FINDING_OPEN;
}

/*
 * As for the same finding in ASFF: muted, archived, passed, resolved, open.  The
 * verdict goes before "resolved", because a passed control is marked as both.
 */
static void fill_state(struct finding *f, const struct ocsf_record *r)
{
	const char *status;
	const char *verdict;
	int64_t id = status_of(r, &status);
	enum finding_state passed = verdict_of(r, &verdict);

	f->status_raw = status;
	if (id == OCSF_SUPPRESSED) {
		f->state = FINDING_SUPPRESSED;
	} else if (id == OCSF_ARCHIVED || id == OCSF_DELETED) {
		f->state = FINDING_RESOLVED;
	} else if (int_at(r->record, "activity_id") == 3) {
		f->state = FINDING_RESOLVED;
		f->status_raw = "Close";
	} else if (passed != FINDING_OPEN) {
		f->state = passed;
		f->status_raw = verdict;
	} else if (id == OCSF_RESOLVED) {
		f->state = FINDING_RESOLVED;
	} else {
		f->state = FINDING_OPEN;
		if (verdict[0] != '\0')
			f->status_raw = verdict;
	}
}

/* Prowler's verdict is status_code, while status_id stays New. */
static void fill_prowler_state(struct finding *f, const struct ocsf_record *r)
{
	const char *status;
	const char *code = json_view_text_or(r->record, "status_code", "");
	const char *muted_text = json_view_text_or(r->unmapped, "muted", "");
	bool muted = status_of(r, &status) == OCSF_SUPPRESSED || same(muted_text, "true");

	(void)json_view_bool(json_view_at(r->unmapped, "muted"), &muted);
	/* Version 3 said it in status (Success, Failure) of class 2001. */
	if (code[0] == '\0')
		code = json_view_text_or(r->record, "status", "");
	prowler_set_verdict(f, code, muted || same(status, "Suppressed"));
}

/* 0 and 99 say nothing: the text may. */
static int severity_of(struct json_view v, const char **raw)
{
	int64_t id = int_at(v, "severity_id");
	int sev100 = id >= 0 && id <= 99 ? severity_of_ocsf((int)id) : SEV100_UNKNOWN;
	const char *label = json_view_text_or(v, "severity", "");

	if (label[0] != '\0')
		*raw = label;
	return sev100 != SEV100_UNKNOWN ? sev100 : severity_of_label(label);
}

static void fill_severity(struct finding *f, const struct ocsf_record *r)
{
	/* What the product said, before rules of the hub; as FindingProviderFields. */
	if (r->aws != NULL)
		f->sev100 = severity_of(json_view_at(r->record, "vendor_attributes"),
		                        &f->severity_raw);
	if (f->sev100 == SEV100_UNKNOWN)
		f->sev100 = severity_of(r->record, &f->severity_raw);
}

/* Epoch in seconds or milliseconds; a time that no scale has is dropped. */
static timestamp epoch_at(struct json_view v, const char *key)
{
	int64_t epoch = INT64_MIN;
	struct error ignored;

	if (json_view_opt_scaled(v, key, 1, &epoch, &ignored) != 0 || epoch <= 0)
		return TIMESTAMP_NONE;
	return timestamp_of_epoch(epoch);
}

static timestamp time_at(struct json_view v, const char *key, const char *key_dt)
{
	timestamp t = epoch_at(v, key);
	struct error ignored;

	if (t == TIMESTAMP_NONE &&
	    timestamp_parse_loose(json_view_text_or(v, key_dt, ""), &t, &ignored) != 0)
		return TIMESTAMP_NONE;
	return t;
}

static timestamp or_else(timestamp t, timestamp other)
{
	return t != TIMESTAMP_NONE ? t : other;
}

static void fill_times(struct finding *f, const struct ocsf_record *r)
{
	timestamp at = epoch_at(r->record, "time");

	if (r->is_prowler) {
		/*
		 * All times are the scan's, so none is a first sight; the _dt ones are in
		 * the scanner's zone without saying which.
		 */
		f->last_seen = or_else(at, epoch_at(r->info, "created_time"));
		f->source_updated_at = f->last_seen;
		return;
	}
	at = or_else(at, time_at(r->record, "time", "time_dt"));
	f->first_seen = or_else(time_at(r->info, "first_seen_time", "first_seen_time_dt"),
	                        time_at(r->info, "created_time", "created_time_dt"));
	f->source_updated_at =
	        or_else(time_at(r->info, "modified_time", "modified_time_dt"), at);
	f->last_seen = or_else(time_at(r->info, "last_seen_time", "last_seen_time_dt"), at);
}

/* Prowler's references mix command lines and addresses. */
static const char *first_address(struct json_view references)
{
	struct json_items it = items_of(references);

	while (json_items_next(&it)) {
		const char *text = json_view_text_or(it.value, "", "");

		if (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0)
			return text;
	}
	return "";
}

static void fill_texts(struct finding *f, const struct ocsf_record *r)
{
	struct json_view remediation = json_view_at(r->record, "remediation");

	/* Class 2001 has it inside the finding. */
	if (!json_view_exists(remediation))
		remediation = json_view_at(r->info, "remediation");
	f->title = json_view_text_or(r->info, "title", "");
	if (f->title[0] == '\0')
		f->title = json_view_text_or(r->record, "message", f->rule);
	f->description = json_view_text_or(r->info, "desc", "");
	if (f->description[0] == '\0')
		f->description = json_view_text_or(r->record, "message", "");
	f->remediation = json_view_text_or(remediation, "desc", "");
	f->remediation_url = first_address(json_view_at(remediation, "references"));
	if (f->remediation_url[0] == '\0')
		f->remediation_url =
		        first_address(json_view_at(remediation, "kb_articles"));
	f->sample = strncmp(f->title, "[SAMPLE]", 8) == 0;
	if (f->class == CLASS_EXPOSURE)
		f->location = aws_location_of_title(f->title, r->arena);
}

/* Prowler: unmapped.compliance{"CIS-2.0": ["1.20"]}.  Counts, then fills refs. */
static size_t prowler_controls(const struct ocsf_record *r, struct control_ref *refs,
                               size_t room)
{
	struct json_view compliance = json_view_at(r->unmapped, "compliance");
	struct json_items frameworks = {0};
	struct error ignored;
	size_t n = 0;

	if (json_view_is_object(compliance))
		(void)!json_view_opt_items(compliance, "", &frameworks, &ignored);
	while (json_items_next(&frameworks)) {
		struct json_items it = items_of(frameworks.value);

		while (n < room && json_items_next(&it)) {
			if (refs != NULL)
				refs[n] = (struct control_ref){
				        frameworks.key,
				        json_view_text_or(it.value, "", "")};
			n++;
		}
	}
	return n;
}

static size_t compliance_controls(const struct ocsf_record *r, struct control_ref *refs,
                                  size_t room)
{
	struct json_items requirements =
	        items_of(json_view_at(r->compliance, "requirements"));
	struct json_items standards = items_of(json_view_at(r->compliance, "standards"));
	const char *control = json_view_text_or(r->compliance, "control", "");
	size_t n = 0;

	if (refs == NULL)
		return requirements.n + standards.n < room ? requirements.n + standards.n
		                                           : room;
	while (n < room && json_items_next(&requirements))
		refs[n++] = aws_control_of(json_view_text_or(requirements.value, "", ""),
		                           r->arena);
	while (n < room && json_items_next(&standards))
		refs[n++] = (struct control_ref){
		        aws_standard_name(json_view_text_or(standards.value, "", "")),
		        control};
	return n;
}

static void fill_controls(struct finding *f, const struct ocsf_record *r)
{
	size_t (*read)(const struct ocsf_record *, struct control_ref *, size_t) =
	        r->is_prowler ? prowler_controls : compliance_controls;
	size_t n = read(r, NULL, MAX_CONTROLS);
	struct control_ref *refs;

	if (n == 0)
		return;
	refs = ARENA_ARRAY(r->arena, struct control_ref, n);
	f->n_controls = read(r, refs, n);
	f->controls = refs;
}

static enum provider provider_of(const char *name, const char *raw)
{
	enum provider provider = provider_of_name(name);

	return provider != PROVIDER_NONE ? provider : provider_of_id(raw);
}

/* Instances come as i-... with their ARN in uid_alt. */
static void fill_ids(struct resource *res, const struct ocsf_record *r, struct json_view v)
{
	const char *alias = json_view_text_or(v, "uid_alt", "");
	const char **aliases;

	res->name = json_view_text_or(v, "name", "");
	if (res->name[0] == '\0')
		res->name = json_view_text_or(v, "hostname", "");
	res->raw = json_view_text_or(v, "uid", "");
	if (res->raw[0] == '\0') {
		res->raw = alias[0] != '\0' ? alias : res->name;
		return;
	}
	if (alias[0] == '\0' || strcmp(alias, res->raw) == 0)
		return;
	aliases = ARENA_ARRAY(r->arena, const char *, 1);
	aliases[0] = alias;
	res->aliases = aliases;
	res->n_aliases = 1;
}

static void fill_resource(struct resource *res, const struct ocsf_record *r,
                          struct json_view v)
{
	const char *owner = json_view_text_or(v, "/owner/account/uid", "");
	const char *own = "";

	fill_ids(res, r, v);
	res->provider = provider_of(r->provider, res->raw);
	res->type = json_view_text_or(v, "type", "");
	res->region = json_view_text_or(v, "region", r->region);
	if (res->provider == PROVIDER_AWS)
		own = aws_arn_field(res->raw, 4, r->arena);
	/* AWS-managed things have "aws" for an account. */
	res->account = owner[0] != '\0'                      ? owner
	               : isdigit((unsigned char)own[0]) != 0 ? own
	                                                     : r->account;
	if (same(res->region, "global"))
		res->region = "";
	if (r->is_prowler && res->provider == PROVIDER_NONE)
		res->raw =
		        prowler_resource_id(r->provider, res->account, res->raw, r->arena);
}

static const struct cvss_names cvss_names = {"version", "base_score", "vector_string",
                                             "vendor_name"};

/* 1.0 called them packages. */
static void fill_package(struct finding *f, const struct ocsf_record *r, struct json_view v)
{
	struct json_view package = json_view_at(v, "/affected_packages/0");
	const char *release;

	if (!json_view_exists(package))
		package = json_view_at(v, "/packages/0");
	release = json_view_text_or(package, "release", "");
	f->package = json_view_text_or(package, "name", "");
	f->package_version = json_view_text_or(package, "version", "");
	if (release[0] != '\0')
		f->package_version = TEXT_JOIN(r->arena, f->package_version, "-", release);
	f->fixed_version = json_view_text_or(package, "fixed_in_version", "");
	if (same(f->fixed_version, "NotAvailable"))
		f->fixed_version = "";
}

static void fill_vulnerability_severity(struct finding *f, struct json_view v)
{
	const char *raw = f->severity_raw;
	struct cvss_choice best = {0};
	int64_t epss = -1;
	int sev100;
	struct error ignored;

	sev100 = severity_of(v, &raw);
	if (sev100 != SEV100_UNKNOWN) {
		f->sev100 = sev100;
		f->severity_raw = raw;
	}
	cvss_choice_of_list(&best, json_view_at(v, "/cve/cvss"), &cvss_names);
	if (best.rank == 0)
		cvss_choice_of_list(&best, json_view_at(v, "cvss"), &cvss_names);
	if (best.rank != 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
	if (json_view_opt_scaled(v, "/cve/epss/score", 100000, &epss, &ignored) == 0 &&
	    epss > 0 && epss <= 100000)
		f->epss = (int)epss;
}

static void fill_vulnerability(struct finding *f, const struct ocsf_record *r,
                               struct json_view v)
{
	bool exploit = false;
	const char *id = json_view_text_or(v, "/cve/uid", "");

	if (id[0] == '\0')
		id = json_view_text_or(v, "/advisory/uid", "");
	if (id[0] != '\0')
		f->rule = id;
	f->cve = id;
	f->class = CLASS_VULNERABILITY;
	f->location = "";
	/* With several, the record's own title is about all of them. */
	if (json_view_array_size(r->vulnerabilities) > 1) {
		f->title = json_view_text_or(v, "title", f->title);
		f->description = json_view_text_or(v, "desc", f->description);
	}
	if (f->remediation[0] == '\0')
		f->remediation = json_view_text_or(v, "/remediation/desc", "");
	fill_vulnerability_severity(f, v);
	if (json_view_bool(json_view_at(v, "is_exploit_available"), &exploit) && exploit)
		f->maturity = MATURITY_POC;
	fill_package(f, r, v);
}

/* One resource: a finding for each vulnerability, or one. */
static void add_findings(struct parse_output *out, const struct ocsf_record *r,
                         const struct finding *base, struct json_view resource)
{
	struct json_items it = items_of(r->vulnerabilities);
	struct finding one = *base;

	fill_resource(&one.resource, r, resource);
	if (it.n == 0)
		*parse_add_finding(out) = one;
	while (json_items_next(&it)) {
		struct finding *f = parse_add_finding(out);

		*f = one;
		fill_vulnerability(f, r, it.value);
	}
}

static void describe(struct context_writer *w, const struct ocsf_record *r,
                     const struct finding *base, struct json_view resource)
{
	struct resource res = base->resource;

	if (base->state == FINDING_RESOLVED || base->sample)
		return;
	fill_resource(&res, r, resource);
	ocsf_describe(w, &res, resource);
}

static int check_fanout(const struct ocsf_record *r, struct error *err)
{
	size_t vulnerabilities = json_view_array_size(r->vulnerabilities);

	if (r->n_resources > MAX_RESOURCES)
		return error_set(err, ERR_INVALID, "names %zu resources, more than %d",
		                 r->n_resources, MAX_RESOURCES);
	if (vulnerabilities > MAX_VULNERABILITIES)
		return error_set(err, ERR_INVALID,
		                 "names %zu vulnerabilities, more than %d", vulnerabilities,
		                 MAX_VULNERABILITIES);
	if (r->n_resources * vulnerabilities > MAX_FANOUT)
		return error_set(err, ERR_INVALID, "makes %zu findings, more than %d",
		                 r->n_resources * vulnerabilities, MAX_FANOUT);
	if (r->n_resources == 0 && r->account[0] == '\0')
		return error_set(err, ERR_INVALID, "neither resource nor account");
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct ocsf_record r = {.arena = out->arena};
	struct context_writer context;
	struct json_items resources;
	struct finding base;

	finding_init(&base);
	if (read_record(&r, in->record, err) != 0 || check_fanout(&r, err) != 0 ||
	    ocsf_fill_identity(&base, &r, err) != 0)
		return ERR_INVALID;
	if (r.is_prowler)
		fill_prowler_state(&base, &r);
	else
		fill_state(&base, &r);
	fill_severity(&base, &r);
	fill_times(&base, &r);
	fill_controls(&base, &r);
	fill_texts(&base, &r);
	resources = items_of(r.resources);
	context_open(&context, out);
	if (resources.n == 0) {
		add_findings(out, &r, &base, r.resource);
		describe(&context, &r, &base, r.resource);
	}
	while (json_items_next(&resources)) {
		add_findings(out, &r, &base, resources.value);
		describe(&context, &r, &base, resources.value);
	}
	return 0;
}

/* Scan times: Prowler's created_time too is when it ran. */
static const char *const volatile_keys[] = {"time",
                                            "time_dt",
                                            "created_time",
                                            "created_time_dt",
                                            "modified_time",
                                            "modified_time_dt",
                                            "last_seen_time",
                                            "last_seen_time_dt",
                                            "processed_time",
                                            "processed_time_dt",
                                            "logged_time",
                                            "logged_time_dt",
                                            NULL};

const struct format ocsf = {
        .name = "ocsf",
        .record_paths =
                (const char *const[]){"Findings", "findings", "detail/findings", NULL},
        .volatile_keys = volatile_keys,
        .detect = detect,
        .parse = parse,
};
