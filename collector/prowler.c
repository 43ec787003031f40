/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prowler's CSV (version 3 and later), its compliance CSV and the JSON of version 3.
 * They state the same facts under other names, so one reader takes a table of
 * names.  Identity and meaning are those of the same finding in OCSF.
 *
 * Source: Prowler documentation, "Reporting", and prowler/lib/outputs.
 */
#include "prowler.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "framework_name.h"
#include "provider_name.h"
#include "text_part.h"

#define USEC_PER_MINUTE (60 * USEC_PER_SEC)

enum {
	MAX_CONTROLS = 1000, /* of one record */
	MAX_NAMES = 7
};

enum field {
	FIELD_UID,
	FIELD_PROVIDER,
	FIELD_CHECK,
	FIELD_TITLE,
	FIELD_STATUS,
	FIELD_MUTED,
	FIELD_SEVERITY,
	FIELD_ACCOUNT,
	FIELD_REGION,
	FIELD_RESOURCE_TYPE,
	FIELD_RESOURCE_UID,
	FIELD_RESOURCE_NAME,
	FIELD_DESCRIPTION,
	FIELD_REMEDIATION,
	FIELD_URL,
	FIELD_TIME,
	N_FIELDS
};

/* Where a field stands; the first name that has a text counts. */
struct names {
	const char *of[N_FIELDS][MAX_NAMES];
};

/* clang-format off */
static const struct names csv_names = {{
	[FIELD_UID] = {"FINDING_UID", "FINDING_UNIQUE_ID"},
	[FIELD_PROVIDER] = {"PROVIDER"},
	[FIELD_CHECK] = {"CHECK_ID"},
	[FIELD_TITLE] = {"CHECK_TITLE"},
	[FIELD_STATUS] = {"STATUS"},
	[FIELD_MUTED] = {"MUTED"},
	[FIELD_SEVERITY] = {"SEVERITY"},
	[FIELD_ACCOUNT] = {"ACCOUNT_UID", "ACCOUNT_ID", "SUBSCRIPTION", "PROJECT_ID"},
	[FIELD_REGION] = {"REGION", "LOCATION"},
	[FIELD_RESOURCE_TYPE] = {"RESOURCE_TYPE"},
	[FIELD_RESOURCE_UID] = {"RESOURCE_UID", "RESOURCE_ARN", "RESOURCE_ID"},
	[FIELD_RESOURCE_NAME] = {"RESOURCE_NAME", "RESOURCE_ID"},
	[FIELD_DESCRIPTION] = {"DESCRIPTION"},
	[FIELD_REMEDIATION] = {"REMEDIATION_RECOMMENDATION_TEXT"},
	[FIELD_URL] = {"REMEDIATION_RECOMMENDATION_URL"},
	[FIELD_TIME] = {"TIMESTAMP", "ASSESSMENT_START_TIME"},
}};

static const struct names json_names = {{
	[FIELD_UID] = {"FindingUniqueId"},
	[FIELD_PROVIDER] = {"Provider"},
	[FIELD_CHECK] = {"CheckID"},
	[FIELD_TITLE] = {"CheckTitle"},
	[FIELD_STATUS] = {"Status"},
	[FIELD_SEVERITY] = {"Severity"},
	[FIELD_ACCOUNT] = {"AccountId", "Subscription", "ProjectId"},
	[FIELD_REGION] = {"Region", "Location"},
	[FIELD_RESOURCE_TYPE] = {"ResourceType"},
	[FIELD_RESOURCE_UID] = {"ResourceArn", "ResourceId"},
	[FIELD_RESOURCE_NAME] = {"ResourceName", "ResourceId"},
	[FIELD_DESCRIPTION] = {"Description"},
	[FIELD_REMEDIATION] = {"/Remediation/Recommendation/Text"},
	[FIELD_URL] = {"/Remediation/Recommendation/Url"},
	[FIELD_TIME] = {"AssessmentStartTime"},
}};

static const struct names compliance_names = {{
	[FIELD_PROVIDER] = {"PROVIDER"},
	[FIELD_CHECK] = {"CHECKID"},
	[FIELD_TITLE] = {"CHECKID"}, /* the texts of the row are the requirement's */
	[FIELD_STATUS] = {"STATUS"},
	[FIELD_MUTED] = {"MUTED"},
	[FIELD_ACCOUNT] = {"ACCOUNTID", "SUBSCRIPTIONID", "SUBSCRIPTION", "PROJECTID",
	                   "TENANTID", "TENANCYID", "CONTEXT"},
	[FIELD_REGION] = {"REGION", "LOCATION", "NAMESPACE"},
	[FIELD_RESOURCE_UID] = {"RESOURCEID"},
	[FIELD_RESOURCE_NAME] = {"RESOURCENAME"},
	[FIELD_DESCRIPTION] = {"STATUSEXTENDED"},
	[FIELD_TIME] = {"ASSESSMENTDATE"},
}};
/* clang-format on */

static bool same(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

/* What all forms share. */

const char *prowler_native_id(const struct prowler_key *key, struct arena *a)
{
	char *provider = arena_strdup(a, key->provider);

	for (char *c = provider; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return ARENA_JOIN(a, "prowler-", provider, "-", key->check, "-", key->account, "-",
	                  key->region, "-", key->resource);
}

/* The checks of IAM that list the root user among the users. */
static bool names_root_user(const char *check)
{
	return text_begins(check, "iam_") &&
	       (strstr(check, "root") != NULL || text_begins(check, "iam_user_") ||
	        text_begins(check, "iam_rotate_"));
}

/* Services whose ARNs end in the bare name of the resource. */
static bool has_bare_names(const char *service)
{
	static const char *const services[] = {
	        "sns:", "sqs:", "codepipeline:", "codecommit:"};

	for (size_t i = 0; i < N_ELEMENTS(services); i++) {
		if (text_begins(service, services[i]))
			return true;
	}
	return false;
}

const char *prowler_name_of_arn(const char *arn, const char *check, const char *account)
{
	const char *parts[6] = {arn};
	const char *resource;
	const char *slash;
	size_t n = 1;

	while (n < N_ELEMENTS(parts) && strchr(parts[n - 1], ':') != NULL) {
		parts[n] = strchr(parts[n - 1], ':') + 1;
		n++;
	}
	resource = parts[n - 1];
	slash = strrchr(resource, '/');
	/* "analyzer/unknown" */
	if (slash != NULL && strcmp(slash, "/unknown") == 0)
		return resource;
	if (slash != NULL)
		return slash + 1;
	/* The kind alone, of an account: "…:trail". */
	if (n == N_ELEMENTS(parts) && parts[4][0] != ':' && !has_bare_names(parts[2]) &&
	    resource[strspn(resource, "abcdefghijklmnopqrstuvwxyz-")] == '\0')
		return (strcmp(resource, "root") == 0 || strcmp(resource, "mfa") == 0) &&
		                       names_root_user(check)
		               ? "<root_account>"
		               : account;
	return strrchr(resource, ':') != NULL ? strrchr(resource, ':') + 1 : resource;
}

void prowler_set_verdict(struct finding *f, const char *code, bool muted)
{
	f->status_raw = code;
	if (same(code, "PASS") || same(code, "Success")) {
		f->state = FINDING_PASSING;
	} else if (muted || same(code, "MUTED")) {
		f->state = FINDING_SUPPRESSED;
		f->status_raw = "MUTED";
	} else if (same(code, "FAIL") || same(code, "Failure")) {
		f->state = FINDING_OPEN;
	} else {
		f->state = FINDING_UNKNOWN;
	}
}

void prowler_set_origin(struct finding *f)
{
	f->connector = "prowler";
	f->engine = "prowler";
	f->class = CLASS_MISCONFIGURATION;
	f->fidelity = FIDELITY_AUTHORITATIVE;
}

/* One record. */

struct record {
	struct json_view v;
	const struct names *names;
	struct arena *arena;
};

static const char *text(const struct record *r, enum field field)
{
	const char *const *names = r->names->of[field];

	for (size_t i = 0; i < MAX_NAMES && names[i] != NULL; i++) {
		const char *found = json_view_text_or(r->v, names[i], "");

		if (found[0] != '\0')
			return found;
	}
	return "";
}

/* Published samples have the template's placeholder for a uid. */
static const char *native_id(const struct record *r)
{
	const char *uid = text(r, FIELD_UID);
	struct prowler_key key = {.provider = text(r, FIELD_PROVIDER),
	                          .check = text(r, FIELD_CHECK),
	                          .account = text(r, FIELD_ACCOUNT),
	                          .region = text(r, FIELD_REGION),
	                          .resource = text(r, FIELD_RESOURCE_NAME)};

	if (uid[0] != '\0' && strcmp(uid, "<finding_uid>") != 0)
		return uid;
	if (key.resource[0] == '\0')
		key.resource = text(r, FIELD_RESOURCE_UID);
	if (text_begins(key.resource, "arn:"))
		key.resource = prowler_name_of_arn(key.resource, key.check, key.account);
	return prowler_native_id(&key, r->arena);
}

/* The type of a resource that is named without its ARN, where the check tells it. */
static const char *type_of_check(const char *check)
{
	static const struct {
		const char *check;
		const char *type;
	} rows[] = {
	        {"s3_bucket_", "AwsS3Bucket"},
	        {"iam_user_", "AwsIamUser"},
	        {"iam_role_", "AwsIamRole"},
	        {"iam_rotate_access_key_90_days", "AwsIamUser"},
	        {"ec2_instance_", "AwsEc2Instance"},
	        {"ec2_securitygroup_", "AwsEc2SecurityGroup"},
	        {"ec2_networkacl_", "AwsEc2NetworkAcl"},
	        {"ec2_ebs_volume_", "AwsEc2Volume"},
	        {"vpc_flow_logs_enabled", "AwsEc2Vpc"},
	        {"rds_instance_", "AwsRdsDbInstance"},
	        {"cloudtrail_", "AwsCloudTrailTrail"},
	        {"awslambda_function_", "AwsLambdaFunction"},
	        {"kms_cmk_", "AwsKmsKey"},
	        {"dynamodb_table", "AwsDynamoDbTable"},
	        {"ecr_repositor", "AwsEcrRepository"},
	        {"eks_", "AwsEksCluster"},
	        {"efs_", "AwsEfsFileSystem"},
	        {"sns_topics_", "AwsSnsTopic"},
	        {"sqs_queues_", "AwsSqsQueue"},
	        {"secretsmanager_", "AwsSecretsManagerSecret"},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (text_begins(check, rows[i].check))
			return rows[i].type;
	}
	return "";
}

static bool is_uuid(const char *s)
{
	for (int i = 0; i < 36; i++) {
		const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
	}
	return s[36] == '\0';
}

const char *prowler_resource_id(const char *provider, const char *account, const char *raw,
                                struct arena *a)
{
	if (raw[0] == '\0' || account[0] == '\0' || provider[0] == '\0' ||
	    provider_of_name(provider) != PROVIDER_NONE || same(provider, "kubernetes") ||
	    strpbrk(raw, "/:") || is_uuid(raw))
		return raw;
	return ARENA_JOIN(a, provider, "/", account, "/", raw);
}

static void fill_resource(struct resource *res, const struct record *r)
{
	res->raw = text(r, FIELD_RESOURCE_UID);
	res->name = text(r, FIELD_RESOURCE_NAME);
	res->type = text(r, FIELD_RESOURCE_TYPE);
	res->account = text(r, FIELD_ACCOUNT);
	res->region = text(r, FIELD_REGION);
	if (same(res->region, "global"))
		res->region = "";
	res->provider = provider_of_name(text(r, FIELD_PROVIDER));
	if (res->provider == PROVIDER_NONE)
		res->provider = provider_of_id(res->raw);
	if (res->raw[0] == '\0')
		res->raw = res->name;
	/* The account stands for resources that are not there. */
	if (strcmp(res->raw, res->account) == 0 || strcmp(res->raw, "<root_account>") == 0)
		res->raw = res->type = "";
	else if (res->type[0] == '\0' && res->provider == PROVIDER_AWS)
		res->type = type_of_check(text(r, FIELD_CHECK));
	if (res->provider == PROVIDER_NONE)
		res->raw = prowler_resource_id(text(r, FIELD_PROVIDER), res->account,
		                               res->raw, r->arena);
}

/* The scan's time, local to the scanner and without saying so: taken as UTC. */
static void fill_times(struct finding *f, const struct record *r)
{
	struct error ignored;

	if (timestamp_parse_loose(text(r, FIELD_TIME), &f->last_seen, &ignored) < 0)
		f->last_seen = TIMESTAMP_NONE;
	f->source_updated_at = f->last_seen;
}

static int add_record(const struct record *r, struct parse_output *out, struct error *err)
{
	const char *check = text(r, FIELD_CHECK);
	const char *account = text(r, FIELD_ACCOUNT);
	struct finding *f;

	if (check[0] == '\0')
		return error_set(err, ERR_INVALID, "names no check");
	if (account[0] == '\0' && text(r, FIELD_RESOURCE_UID)[0] == '\0')
		return error_set(err, ERR_INVALID, "neither resource nor account");
	f = parse_add_finding(out);
	prowler_set_origin(f);
	prowler_set_verdict(f, text(r, FIELD_STATUS), same(text(r, FIELD_MUTED), "true"));
	f->rule = check;
	f->native_id = native_id(r);
	f->scope = ARENA_JOIN(r->arena, account, "/", text(r, FIELD_REGION));
	f->severity_raw = text(r, FIELD_SEVERITY);
	f->sev100 = severity_of_label(f->severity_raw);
	f->title = text(r, FIELD_TITLE);
	f->description = text(r, FIELD_DESCRIPTION);
	f->remediation = text(r, FIELD_REMEDIATION);
	f->remediation_url = text(r, FIELD_URL);
	fill_resource(&f->resource, r);
	fill_times(f, r);
	return 0;
}

/* Requirements. */

struct control_list {
	struct control_ref *refs;
	size_t n, room;
	struct arena *arena;
};

static void add_control(struct control_list *list, const char *framework,
                        const char *requirement)
{
	if (list->n < list->room && framework[0] != '\0' && requirement[0] != '\0')
		list->refs[list->n++] = (struct control_ref){framework, requirement};
}

/* The next part of *rest up to the separator, without blanks around; NULL at its end. */
static const char *next_part(const char **rest, const char *separator, struct arena *a)
{
	const char *start = *rest;
	const char *end;

	if (start == NULL)
		return NULL;
	start += strspn(start, " ");
	end = strstr(start, separator);
	*rest = end != NULL ? end + strlen(separator) : NULL;
	if (end == NULL)
		end = start + strlen(start);
	while (end > start && end[-1] == ' ')
		end--;
	return arena_strndup(a, start, (size_t)(end - start));
}

/* "CIS-2.0: 1.20 | ENS-RD2022: op.acc.1, op.acc.2" */
static void read_cell(struct control_list *list, const char *cell)
{
	const char *item;

	for (const char *rest = cell;
	     list->n < list->room && (item = next_part(&rest, " | ", list->arena));) {
		const char *ids = item;
		const char *framework = next_part(&ids, ": ", list->arena);
		const char *id;

		while (list->n < list->room && (id = next_part(&ids, ", ", list->arena)))
			add_control(list, framework, id);
	}
}

/* {"CIS-2.0": ["1.20"]} */
static void read_object(struct control_list *list, struct json_view object)
{
	struct json_items frameworks = {0}, ids = {0};
	struct error ignored;

	if (!json_view_is_object(object) ||
	    json_view_opt_items(object, "", &frameworks, &ignored) < 0)
		return;
	while (json_items_next(&frameworks)) {
		if (!json_view_is_array(frameworks.value) ||
		    json_view_opt_items(frameworks.value, "", &ids, &ignored) < 0)
			continue;
		while (json_items_next(&ids))
			add_control(list, frameworks.key,
			            json_view_text_or(ids.value, "", ""));
	}
}

/*
 * "CIS-6.0" of framework CIS, name "… Benchmark v6.0.0": OCSF has it with its
 * version, and the row has that in the name alone.
 */
static const char *framework_of_row(const struct record *r)
{
	const char *framework = json_view_text_or(r->v, "FRAMEWORK", "");
	const char *name = json_view_text_or(r->v, "NAME", "");
	const char *version = "";

	for (const char *at = strstr(name, " v"); at != NULL; at = strstr(at + 2, " v"))
		if (isdigit((unsigned char)at[2]))
			version = at + 1;
	return framework_name(framework, version, r->arena);
}

static struct control_list control_list_of(struct arena *a, size_t room)
{
	return (struct control_list){
	        .refs = ARENA_ARRAY(a, struct control_ref, room), .room = room, .arena = a};
}

static void set_controls(struct parse_output *out, const struct control_list *list)
{
	struct finding *f = &out->findings[out->n_findings - 1];

	f->controls = list->refs;
	f->n_controls = list->n;
}

/* The formats. */

static bool has_all(struct json_view v, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		if (!json_view_is_text(json_view_at(v, *keys)))
			return false;
	}
	return true;
}

static bool csv_detect(struct json_view envelope, struct json_view record)
{
	static const char *const keys[] = {"PROVIDER", "CHECK_ID", "CHECK_TITLE",
	                                   "STATUS_EXTENDED", NULL};

	(void)envelope;
	return has_all(record, keys) &&
	       (json_view_exists(json_view_at(record, "FINDING_UID")) ||
	        json_view_exists(json_view_at(record, "FINDING_UNIQUE_ID")));
}

static int csv_parse(const struct parse_input *in, struct parse_output *out,
                     struct error *err)
{
	const struct record r = {in->record, &csv_names, out->arena};
	const char *cell = json_view_text_or(in->record, "COMPLIANCE", "");
	struct control_list list;
	size_t room = 1;

	if (add_record(&r, out, err) < 0)
		return err->code;
	for (const char *c = cell; *c != '\0'; c++)
		room += *c == '|' || *c == ',';
	list = control_list_of(out->arena, room < MAX_CONTROLS ? room : MAX_CONTROLS);
	read_cell(&list, cell);
	set_controls(out, &list);
	return 0;
}

static bool json_detect(struct json_view envelope, struct json_view record)
{
	static const char *const keys[] = {"FindingUniqueId", "CheckID", "Status",
	                                   "StatusExtended", NULL};

	(void)envelope;
	return has_all(record, keys);
}

static int json_parse(const struct parse_input *in, struct parse_output *out,
                      struct error *err)
{
	const struct record r = {in->record, &json_names, out->arena};
	struct control_list list = control_list_of(out->arena, MAX_CONTROLS);

	if (add_record(&r, out, err) < 0)
		return err->code;
	read_object(&list, json_view_at(in->record, "Compliance"));
	set_controls(out, &list);
	return 0;
}

static bool compliance_detect(struct json_view envelope, struct json_view record)
{
	static const char *const keys[] = {"PROVIDER",       "REQUIREMENTS_ID",
	                                   "STATUSEXTENDED", "RESOURCEID",
	                                   "CHECKID",        NULL};

	(void)envelope;
	return has_all(record, keys);
}

static int compliance_parse(const struct parse_input *in, struct parse_output *out,
                            struct error *err)
{
	const struct record r = {in->record, &compliance_names, out->arena};
	struct control_list list = control_list_of(out->arena, 1);
	struct finding *f;

	/* A requirement that no check is about: nothing was looked at. */
	if (same(text(&r, FIELD_CHECK), "manual"))
		return 0;
	if (add_record(&r, out, err) < 0)
		return err->code;
	/* The whole record of the same scan, with its severity, is to be the newer. */
	f = &out->findings[out->n_findings - 1];
	if (f->source_updated_at != TIMESTAMP_NONE)
		f->source_updated_at -= f->source_updated_at % USEC_PER_MINUTE;
	add_control(&list, framework_of_row(&r),
	            json_view_text_or(in->record, "REQUIREMENTS_ID", ""));
	set_controls(out, &list);
	return 0;
}

static const char *const no_paths[] = {NULL};
static const char *const volatile_keys[] = {"TIMESTAMP", "ASSESSMENT_START_TIME",
                                            "ASSESSMENTDATE", "AssessmentStartTime", NULL};

const struct format prowler_csv = {
        .name = "prowler-csv",
        .record_paths = no_paths,
        .volatile_keys = volatile_keys,
        .detect = csv_detect,
        .parse = csv_parse,
};

const struct format prowler_json = {
        .name = "prowler-json",
        .record_paths = no_paths,
        .volatile_keys = volatile_keys,
        .detect = json_detect,
        .parse = json_parse,
};

const struct format prowler_compliance = {
        .name = "prowler-compliance",
        .record_paths = no_paths,
        .volatile_keys = volatile_keys,
        .detect = compliance_detect,
        .parse = compliance_parse,
};
