/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Security Finding Format: what Security Hub's GetFindings, its EventBridge
 * events, and Prowler and Trivy as writers of the format hand out.  A record is
 * read in one walk over its members; what the whole record says is filled in once
 * and copied for each resource and CVE.
 *
 * Source: Security Hub API reference, AwsSecurityFinding (2018-10-08).
 */
#include "aws_asff.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "aws_asff_private.h"
#include "aws_context.h"
#include "aws_product.h"
#include "cvss_choice.h"
#include "text_part.h"

/* What one record may name; ASFF itself allows far less. */
enum {
	MAX_RESOURCES = 1000,
	MAX_VULNERABILITIES = 1000,
	MAX_FANOUT = 10000,
	MAX_CONTROLS = 200
};

/* Never read.  One for all: on the stack each would be zeroed, a dozen times a record. */
static struct error ignored;

static const char *const member_names[] = {
        "AwsAccountId",
        "Compliance",
        "CreatedAt",
        "Description",
        "FindingProviderFields",
        "FirstObservedAt",
        "GeneratorId",
        "Id",
        "LastObservedAt",
        "ProductArn",
        "ProductFields",
        "RecordState",
        "Region",
        "Remediation",
        "Resources",
        "Sample",
        "Severity",
        "Title",
        "Types",
        "UpdatedAt",
        "Vulnerabilities",
        "Workflow",
};

/* The first member of a letter, plus one. */
static const unsigned char first_of_letter['Z' - 'A' + 1] = {
        ['A' - 'A'] = ASFF_ACCOUNT_ID + 1,
        ['C' - 'A'] = ASFF_COMPLIANCE + 1,
        ['D' - 'A'] = ASFF_DESCRIPTION + 1,
        ['F' - 'A'] = ASFF_PROVIDER_FIELDS + 1,
        ['G' - 'A'] = ASFF_GENERATOR_ID + 1,
        ['I' - 'A'] = ASFF_ID + 1,
        ['L' - 'A'] = ASFF_LAST_OBSERVED_AT + 1,
        ['P' - 'A'] = ASFF_PRODUCT_ARN + 1,
        ['R' - 'A'] = ASFF_RECORD_STATE + 1,
        ['S' - 'A'] = ASFF_SAMPLE + 1,
        ['T' - 'A'] = ASFF_TITLE + 1,
        ['U' - 'A'] = ASFF_UPDATED_AT + 1,
        ['V' - 'A'] = ASFF_VULNERABILITIES + 1,
        ['W' - 'A'] = ASFF_WORKFLOW + 1,
};

/* Most keys differ in their first letters, which spares the call. */
static bool same_key(const char *key, const char *name)
{
	return key[0] == name[0] && key[1] == name[1] && key[2] == name[2] &&
	       strcmp(key, name) == 0;
}

/* The index of a member, or -1; of each letter there are no more than three. */
static int member_of(const char *key)
{
	unsigned int letter = (unsigned char)key[0] - (unsigned int)'A';
	unsigned int m;

	if (letter >= N_ELEMENTS(first_of_letter) || first_of_letter[letter] == 0)
		return -1;
	for (m = first_of_letter[letter] - 1U; m < N_ASFF_MEMBERS; m++) {
		if (member_names[m][0] != key[0])
			return -1;
		if (same_key(key, member_names[m]))
			return (int)m;
	}
	return -1;
}

static bool same(const char *a, const char *b)
{
	return ((a[0] ^ b[0]) & ~0x20) == 0 && strcasecmp(a, b) == 0;
}

/* Walks a list that may be absent; anything else than a list counts as absent. */
static struct json_items items_of(struct json_view v)
{
	struct json_items it = {0};

	if (json_view_is_array(v))
		(void)!json_view_opt_items(v, "", &it, &ignored);
	return it;
}

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	if (strcmp(json_view_text_or(record, "SchemaVersion", ""), "2018-10-08") == 0)
		return true;
	/* GuardDuty's own {"Findings":[...]} has neither, Inspector2's no ProductArn. */
	if (!json_view_is_text(json_view_at(record, "ProductArn")))
		return false;
	return json_view_exists(json_view_at(record, "AwsAccountId")) ||
	       (json_view_is_array(json_view_at(record, "Resources")) &&
	        json_view_exists(json_view_at(record, "Title")));
}

static int read_members(struct asff_record *r, struct json_view record, struct error *err)
{
	struct json_items it = {0};

	if (!json_view_is_object(record))
		return error_set(err, ERR_INVALID, "the record is no object");
	if (json_view_get_items(record, "", &it, err) != 0)
		return ERR_INVALID;
	while (json_items_next(&it)) {
		int m = member_of(it.key);

		/* The first of equal keys counts, as everywhere. */
		if (m >= 0 && r->at[m].doc == NULL)
			r->at[m] = it.value;
	}
	return 0;
}

static void read_compliance(struct asff_record *r)
{
	struct json_items it = {0};

	r->compliance = "";
	r->control = "";
	if (!json_view_is_object(r->at[ASFF_COMPLIANCE]) ||
	    json_view_opt_items(r->at[ASFF_COMPLIANCE], "", &it, &ignored) != 0)
		return;
	while (json_items_next(&it)) {
		if (same_key(it.key, "Status"))
			r->compliance = json_view_text_or(it.value, "", "");
		else if (same_key(it.key, "SecurityControlId"))
			r->control = json_view_text_or(it.value, "", "");
		else if (same_key(it.key, "RelatedRequirements"))
			r->requirements = it.value;
		else if (same_key(it.key, "AssociatedStandards"))
			r->standards = it.value;
	}
}

/* A type in a product's own spelling if there is one, else the first. */
static const char *best_type(const struct asff_record *r)
{
	struct json_items it = items_of(r->at[ASFF_TYPES]);
	const char *best = "";

	if (it.n == 0)
		it = items_of(json_view_at(r->at[ASFF_PROVIDER_FIELDS], "Types"));
	while (json_items_next(&it)) {
		const char *type = json_view_text_or(it.value, "", "");

		if (aws_type_is_native(type))
			return type;
		if (best[0] == '\0')
			best = type;
	}
	return best;
}

/* Some exports leave AwsAccountId out; the ARNs still say it. */
static const char *account_of(const struct asff_record *r)
{
	const char *account = asff_text(r, ASFF_ACCOUNT_ID);

	if (account[0] == '\0')
		account = aws_arn_field(r->id, 4, r->arena);
	if (account[0] == '\0')
		account = aws_arn_field(r->product_arn, 4, r->arena);
	if (account[0] == '\0')
		account = aws_arn_field(
		        json_view_text_or(r->at[ASFF_RESOURCES], "/0/Id", ""), 4, r->arena);
	return account;
}

static int read_record(struct asff_record *r, struct json_view record, struct error *err)
{
	if (read_members(r, record, err) != 0)
		return ERR_INVALID;
	r->id = asff_text(r, ASFF_ID);
	r->product_arn = asff_text(r, ASFF_PRODUCT_ARN);
	if (r->id[0] == '\0')
		return error_set(err, ERR_INVALID, "\"Id\" is missing");
	if (r->product_arn[0] == '\0')
		return error_set(err, ERR_INVALID, "\"ProductArn\" is missing");
	if (json_view_exists(r->at[ASFF_RESOURCES]) &&
	    !json_view_is_array(r->at[ASFF_RESOURCES]))
		return error_set(err, ERR_INVALID, "\"Resources\" is no array");
	if (json_view_exists(r->at[ASFF_VULNERABILITIES]) &&
	    !json_view_is_array(r->at[ASFF_VULNERABILITIES]))
		return error_set(err, ERR_INVALID, "\"Vulnerabilities\" is no array");
	r->path = aws_product_path(r->product_arn);
	r->product = aws_product_find(r->path);
	if (r->product->path[0] == '\0' &&
	    same(json_view_text_or(r->at[ASFF_PRODUCT_FIELDS], "ProviderName", ""),
	         "Prowler"))
		r->product = aws_product_find("prowler/prowler");
	r->account = account_of(r);
	r->region = asff_text(r, ASFF_REGION);
	/* Prowler composes its keys from the ARN's, which also outlives aggregation. */
	if (r->region[0] == '\0' || r->product->writer == AWS_WRITER_PROWLER)
		r->region = aws_arn_field(r->product_arn, 3, r->arena);
	read_compliance(r);
	/* A control says all by its id. */
	r->type = "";
	if (r->control[0] == '\0' || r->product->class != CLASS_MISCONFIGURATION)
		r->type = best_type(r);
	return 0;
}

/* First match wins; WARNING is open, with its severity. */
static void fill_state(struct finding *f, const struct asff_record *r)
{
	const char *workflow = json_view_text_or(r->at[ASFF_WORKFLOW], "Status", "");
	const char *record_state = asff_text(r, ASFF_RECORD_STATE);
	const struct {
		const char *says, *value;
		enum finding_state state;
	} rules[] = {
	        {workflow, "SUPPRESSED", FINDING_SUPPRESSED},
	        {record_state, "ARCHIVED", FINDING_RESOLVED},
	        {r->compliance, "PASSED", FINDING_PASSING},
	        {r->compliance, "NOT_AVAILABLE", FINDING_NOT_APPLICABLE},
	        {workflow, "RESOLVED", FINDING_RESOLVED},
	};

	for (size_t i = 0; i < N_ELEMENTS(rules); i++) {
		if (same(rules[i].says, rules[i].value)) {
			f->state = rules[i].state;
			f->status_raw = rules[i].says;
			return;
		}
	}
	f->state = FINDING_OPEN;
	f->status_raw = r->compliance[0] != '\0' ? r->compliance
	                : workflow[0] != '\0'    ? workflow
	                                         : record_state;
}

/*
 * Security Hub fills in 1, 40, 70 and 90 from the label; these become the label's
 * own values, others stand.
 */
static int severity_of_number(int64_t normalized)
{
	switch (normalized) {
	case 1:
		return 25;
	case 40:
		return 55;
	case 70:
		return 80;
	case 90:
		return 95;
	default:
		return severity_of_normalized(normalized);
	}
}

/*
 * Product is on the product's own scale.  GuardDuty and Inspector count to 10,
 * Security Hub to 100; of others, what is above 10 can only count to 100.
 */
static int severity_of_product(const struct asff_record *r, int64_t tenths)
{
	const char *engine = r->product->engine;

	if (strcmp(engine, "guardduty") == 0 || strcmp(engine, "inspector") == 0)
		return severity_of_normalized(tenths);
	if (strcmp(engine, "aws_config") == 0 || tenths > 100)
		return severity_of_normalized(tenths / 10);
	return SEV100_UNKNOWN;
}

static void fill_severity(struct finding *f, const struct asff_record *r)
{
	const char *label = json_view_text_or(
	        json_view_at(r->at[ASFF_PROVIDER_FIELDS], "Severity"), "Label", "");
	int64_t number = -1;

	f->sev100 = label[0] != '\0' ? severity_of_label(label) : SEV100_UNKNOWN;
	if (f->sev100 == SEV100_UNKNOWN) {
		label = json_view_text_or(r->at[ASFF_SEVERITY], "Label", label);
		f->sev100 = severity_of_label(label);
	}
	f->severity_raw = label;
	if (f->sev100 != SEV100_UNKNOWN)
		return;
	if (json_view_opt_int(r->at[ASFF_SEVERITY], "Normalized", &number, &ignored) == 0)
		f->sev100 = severity_of_number(number);
	if (f->sev100 == SEV100_UNKNOWN) {
		number = -1;
		if (json_view_opt_scaled(r->at[ASFF_SEVERITY], "Product", 10, &number,
		                         &ignored) == 0 &&
		    number >= 0)
			f->sev100 = severity_of_product(r, number);
		number = number < 0 ? -1 : number / 10;
	}
	if (label[0] == '\0' && number >= 0)
		f->severity_raw = arena_printf(r->arena, "%lld", (long long)number);
}

/* A date that cannot be read is dropped: it is no reason to lose the finding. */
static timestamp time_at(const struct asff_record *r, enum asff_member m)
{
	const char *text = asff_text(r, m);
	timestamp t = TIMESTAMP_NONE;

	if (text[0] == '\0' || timestamp_parse_loose(text, &t, &ignored) != 0)
		return TIMESTAMP_NONE;
	return t;
}

static void fill_times(struct finding *f, const struct asff_record *r)
{
	f->source_updated_at = time_at(r, ASFF_UPDATED_AT);
	f->last_seen = time_at(r, ASFF_LAST_OBSERVED_AT);
	if (f->last_seen == TIMESTAMP_NONE)
		f->last_seen = f->source_updated_at;
	/* Prowler and Trivy put the time of the scan into all of them. */
	if (r->product->writer != AWS_WRITER_HUB)
		return;
	f->first_seen = time_at(r, ASFF_FIRST_OBSERVED_AT);
	if (f->first_seen == TIMESTAMP_NONE)
		f->first_seen = time_at(r, ASFF_CREATED_AT);
}

static void fill_controls(struct finding *f, const struct asff_record *r)
{
	struct json_items requirements = items_of(r->requirements);
	struct json_items standards = items_of(r->standards);
	size_t room = requirements.n + standards.n;
	struct control_ref *refs;
	size_t n = 0;

	if (room == 0)
		return;
	room = room > MAX_CONTROLS ? MAX_CONTROLS : room;
	refs = ARENA_ARRAY(r->arena, struct control_ref, room);
	while (n < room && json_items_next(&requirements)) {
		const char *text = json_view_text_or(requirements.value, "", "");

		if (text[0] != '\0')
			refs[n++] = aws_control_of(text, r->arena);
	}
	/* Prowler lists the same frameworks a second time here. */
	while (n < room && r->product->writer != AWS_WRITER_PROWLER &&
	       json_items_next(&standards)) {
		const char *id = json_view_text_or(standards.value, "StandardsId", "");

		if (id[0] != '\0')
			refs[n++] = (struct control_ref){aws_standard_name(id), r->control};
	}
	f->controls = refs;
	f->n_controls = n;
}

static void fill_texts(struct finding *f, const struct asff_record *r)
{
	struct json_view advice = json_view_at(r->at[ASFF_REMEDIATION], "Recommendation");
	bool sample = false;

	f->title = asff_text(r, ASFF_TITLE);
	if (f->title[0] == '\0')
		f->title = f->rule;
	f->description = asff_text(r, ASFF_DESCRIPTION);
	f->remediation = json_view_text_or(advice, "Text", "");
	f->remediation_url = json_view_text_or(advice, "Url", "");
	f->sample = (json_view_bool(r->at[ASFF_SAMPLE], &sample) && sample) ||
	            text_begins(f->title, "[SAMPLE]");
	if (f->class == CLASS_EXPOSURE)
		f->location = aws_location_of_title(f->title, r->arena);
}

/* A resource's account: its owner's, its ARN's, else the record's. */
static const char *resource_account(const struct asff_record *r, struct json_view owner,
                                    const char *raw)
{
	const char *account = json_view_text_or(owner, "/Account/Id", "");

	if (account[0] == '\0')
		account = aws_arn_field(raw, 4, r->arena);
	/* AWS-managed things have "aws" for an account. */
	if (!isdigit((unsigned char)account[0]))
		account = r->account;
	return account;
}

/* GuardDuty's access keys are the identities behind them, as in its own records. */
static void fill_principal(struct resource *res, const struct asff_record *r,
                           struct json_view key)
{
	struct aws_principal who = {json_view_text_or(key, "PrincipalType", ""),
	                            json_view_text_or(key, "PrincipalName", ""),
	                            res->account,
	                            aws_arn_field(r->product_arn, 1, r->arena)};

	aws_resource_of_key(res, &who, r->arena);
}

static void fill_resource(struct resource *res, const struct asff_record *r,
                          struct json_view v)
{
	struct json_view owner = {0};
	struct json_view tags = {0};
	struct json_items it = {0};

	res->provider = PROVIDER_AWS;
	if (json_view_is_object(v))
		(void)!json_view_opt_items(v, "", &it, &ignored);
	while (json_items_next(&it)) {
		if (same_key(it.key, "Id"))
			res->raw = json_view_text_or(it.value, "", "");
		else if (same_key(it.key, "Type"))
			res->type = json_view_text_or(it.value, "", "");
		else if (same_key(it.key, "Region"))
			res->region = json_view_text_or(it.value, "", "");
		else if (same_key(it.key, "Owner"))
			owner = it.value;
		else if (same_key(it.key, "Tags"))
			tags = it.value;
	}
	res->name = json_view_text_or(tags, "Name", "");
	res->account = resource_account(r, owner, res->raw);
	if (res->region[0] == '\0')
		res->region = r->region;
	if (strcmp(r->product->engine, "guardduty") == 0 &&
	    strcmp(res->type, "AwsIamAccessKey") == 0)
		fill_principal(res, r, json_view_at(v, "/Details/AwsIamAccessKey"));
}

static const struct cvss_names cvss_names = {"Version", "BaseScore", "BaseVector",
                                             "Source"};

/* "4.14.301" and release "224.520.amzn2" as package managers write them. */
static const char *package_version(const struct asff_record *r, struct json_view package)
{
	const char *version = json_view_text_or(package, "Version", "");
	const char *release = json_view_text_or(package, "Release", "");

	if (release[0] == '\0')
		return version;
	return TEXT_JOIN(r->arena, version, "-", release);
}

static void fill_package(struct finding *f, const struct asff_record *r,
                         struct json_view package)
{
	f->package = json_view_text_or(package, "Name", "");
	f->package_version = package_version(r, package);
	f->fixed_version = json_view_text_or(package, "FixedInVersion", "");
	if (same(f->fixed_version, "NotAvailable"))
		f->fixed_version = "";
}

/* A GHSA's only related id is its CVE; longer lists relate, they do not name. */
static void fill_cve_alias(struct finding *f, const struct asff_record *r,
                           struct json_view related)
{
	const char *id = json_view_text_or(related, "/0", "");
	const char **aliases;

	if (json_view_array_size(related) != 1 || strncasecmp(f->cve, "GHSA-", 5) != 0 ||
	    strncasecmp(id, "CVE-", 4) != 0)
		return;
	aliases = ARENA_ARRAY(r->arena, const char *, 1);
	aliases[0] = id;
	f->cve_aliases = aliases;
	f->n_cve_aliases = 1;
}

/* The members of a vulnerability that are read; doc NULL: not there. */
struct asff_vulnerability {
	struct json_view id, cvss, epss, exploit, packages, related;
};

static void read_vulnerability(struct asff_vulnerability *out, struct json_view v)
{
	const struct {
		const char *key;
		struct json_view *at;
	} members[] = {
	        {"Id", &out->id},
	        {"Cvss", &out->cvss},
	        {"EpssScore", &out->epss},
	        {"ExploitAvailable", &out->exploit},
	        {"VulnerablePackages", &out->packages},
	        {"RelatedVulnerabilities", &out->related},
	};
	struct json_items it = {0};

	if (json_view_is_object(v))
		(void)!json_view_opt_items(v, "", &it, &ignored);
	while (json_items_next(&it)) {
		for (size_t i = 0; i < N_ELEMENTS(members); i++) {
			if (members[i].at->doc == NULL && same_key(it.key, members[i].key))
				*members[i].at = it.value;
		}
	}
}

static void fill_vulnerability(struct finding *f, const struct asff_record *r,
                               struct json_view v)
{
	struct asff_vulnerability found = {0};
	struct cvss_choice best = {0};
	int64_t epss = -1;

	read_vulnerability(&found, v);
	f->cve = json_view_text_or(found.id, "", "");
	if (f->cve[0] != '\0')
		f->rule = f->cve;
	f->class = CLASS_VULNERABILITY;
	f->location = "";
	cvss_choice_of_list(&best, found.cvss, &cvss_names);
	if (best.rank != 0) {
		f->sev100 = best.sev100;
		f->cvss_vector = best.vector;
	}
	if (json_view_opt_scaled(found.epss, "", 100000, &epss, &ignored) == 0 &&
	    epss > 0 && epss <= 100000)
		f->epss = (int)epss;
	/*
	 * LastKnownExploitAt raises nothing: it dates what Inspector's feed knows of
	 * the CVE, as ExploitAvailable does, and is no sighting on this resource.
	 */
	if (same(json_view_text_or(found.exploit, "", ""), "YES"))
		f->maturity = MATURITY_POC;
	fill_package(f, r, json_view_at(found.packages, "/0"));
	fill_cve_alias(f, r, found.related);
}

/* One resource: a finding for each vulnerability, or one. */
static void add_findings(struct parse_output *out, const struct asff_record *r,
                         const struct finding *base, struct json_view resource)
{
	struct json_items it = items_of(r->at[ASFF_VULNERABILITIES]);
	size_t n = it.n > 0 ? it.n : 1;

	for (size_t i = 0; i < n; i++) {
		struct finding *f = parse_add_finding(out);

		*f = *base;
		fill_resource(&f->resource, r, resource);
		if (r->product->writer == AWS_WRITER_TRIVY)
			asff_fill_trivy(f, r, resource);
		if (json_items_next(&it))
			fill_vulnerability(f, r, it.value);
		else if (f->cve[0] == '\0' && strncmp(f->rule, "CVE-", 4) == 0)
			f->cve = f->rule;
	}
}

/* Of what is there: neither a sample nor what the finding was archived with. */
static void describe(struct context_writer *w, const struct asff_record *r,
                     const struct finding *base, struct json_view resource)
{
	struct resource res = base->resource;

	if (base->sample || r->product->writer == AWS_WRITER_TRIVY ||
	    same(asff_text(r, ASFF_RECORD_STATE), "ARCHIVED"))
		return;
	fill_resource(&res, r, resource);
	aws_describe_resource(w, &res, resource);
}

static int check_fanout(const struct asff_record *r, struct error *err)
{
	size_t resources = json_view_array_size(r->at[ASFF_RESOURCES]);
	size_t vulnerabilities = json_view_array_size(r->at[ASFF_VULNERABILITIES]);

	if (resources > MAX_RESOURCES)
		return error_set(err, ERR_INVALID, "names %zu resources, more than %d",
		                 resources, MAX_RESOURCES);
	if (vulnerabilities > MAX_VULNERABILITIES)
		return error_set(err, ERR_INVALID,
		                 "names %zu vulnerabilities, more than %d", vulnerabilities,
		                 MAX_VULNERABILITIES);
	if (resources * vulnerabilities > MAX_FANOUT)
		return error_set(err, ERR_INVALID, "makes %zu findings, more than %d",
		                 resources * vulnerabilities, MAX_FANOUT);
	return 0;
}

static int fill_record(struct finding *f, const struct asff_record *r, struct error *err)
{
	asff_fill_identity(f, r);
	if (f->rule[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "names no rule: control, generator or type");
	fill_state(f, r);
	fill_severity(f, r);
	fill_times(f, r);
	fill_controls(f, r);
	fill_texts(f, r);
	return 0;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct asff_record r = {.arena = out->arena};
	struct context_writer context;
	struct json_items resources;
	struct finding base;

	if (read_record(&r, in->record, err) != 0 || check_fanout(&r, err) != 0)
		return ERR_INVALID;
	finding_init(&base);
	if (fill_record(&base, &r, err) != 0)
		return ERR_INVALID;
	resources = items_of(r.at[ASFF_RESOURCES]);
	/* Without a resource it is the account's. */
	if (resources.n == 0 && r.account[0] == '\0')
		return error_set(err, ERR_INVALID, "neither resource nor account");
	if (resources.n == 0)
		add_findings(out, &r, &base, (struct json_view){0});
	context_open(&context, out);
	while (json_items_next(&resources)) {
		add_findings(out, &r, &base, resources.value);
		describe(&context, &r, &base, resources.value);
	}
	return 0;
}

const struct format aws_asff = {
        .name = "asff",
        .record_paths =
                (const char *const[]){"Findings", "findings", "detail/findings", NULL},
        .volatile_keys =
                (const char *const[]){"UpdatedAt", "LastObservedAt", "ProcessedAt", NULL},
        .detect = detect,
        .parse = parse,
};
