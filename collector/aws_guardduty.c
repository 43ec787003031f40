/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GuardDuty's own findings: GetFindings of the API and the command line, exports to
 * S3 (one object a line), and EventBridge events.  One finding for each resource
 * that the record names, as Security Hub's record of it has them.
 *
 * Source: Amazon GuardDuty API reference, Finding and Resource.
 */
#include <string.h>

#include "model/severity.h"

#include "aws_context.h"
#include "aws_native.h"
#include "aws_native_private.h"
#include "aws_product.h"

enum {
	MAX_LIST = 1000 /* buckets or volumes that one finding may name */
};

static const char path[] = "aws/guardduty";

static bool detect(struct json_view envelope, struct json_view record)
{
	struct json_view v = native_finding(record);

	(void)envelope;
	return native_is_arn_of(native_text(v, "arn"), "guardduty") &&
	       json_view_is_text(native_at(v, "type")) &&
	       json_view_is_object(native_at(v, "service")) &&
	       !json_view_exists(json_view_at(v, "ProductArn"));
}

/* User guide, "Severity levels": what Security Hub makes of the number, too. */
static int severity_of(struct json_view v, struct finding *f, struct arena *a)
{
	static const struct {
		int64_t from; /* tenths */
		const char *label;
	} levels[] = {{90, "critical"}, {70, "high"}, {40, "medium"}, {10, "low"}};
	struct error ignored;
	int64_t tenths = -1;

	if (json_view_opt_scaled(native_at(v, "severity"), "", 10, &tenths, &ignored) !=
	            0 ||
	    tenths < 0)
		return SEV100_UNKNOWN;
	f->severity_raw = arena_printf(a, "%lld.%lld", (long long)(tenths / 10),
	                               (long long)(tenths % 10));
	for (size_t i = 0; i < N_ELEMENTS(levels); i++) {
		if (tenths >= levels[i].from && tenths <= 100)
			return severity_of_label(levels[i].label);
	}
	return SEV100_UNKNOWN;
}

static void fill_texts(struct finding *f, struct json_view v)
{
	bool archived = false;
	bool sample = false;

	f->title = native_text(v, "title");
	f->description = native_text(v, "description");
	(void)json_view_bool(native_at(v, "service/archived"), &archived);
	f->state = archived ? FINDING_RESOLVED : FINDING_OPEN;
	f->status_raw = archived ? "archived" : "active";
	(void)json_view_bool(native_at(v, "service/additionalInfo/sample"), &sample);
	f->sample = sample || strncmp(f->title, "[SAMPLE]", 8) == 0;
	f->first_seen = native_time(v, "service/eventFirstSeen");
	if (f->first_seen == TIMESTAMP_NONE)
		f->first_seen = native_time(v, "createdAt");
	f->source_updated_at = native_time(v, "updatedAt");
	f->last_seen = native_time(v, "service/eventLastSeen");
	if (f->last_seen == TIMESTAMP_NONE)
		f->last_seen = f->source_updated_at;
}

/* Resources. */

struct sink {
	const struct finding *base;
	struct json_view finding;
	struct parse_output *out;
	struct context_writer context;
	size_t n;
};

static struct resource *add(struct sink *s, const char *type, const char *raw)
{
	const char *region = native_text(s->finding, "region");
	struct finding *f = parse_add_finding(s->out);

	*f = *s->base;
	f->resource.type = type;
	f->resource.raw = raw;
	if (region[0] != '\0')
		f->resource.region = region;
	s->n++;
	return &f->resource;
}

static const struct {
	const char *at;   /* below resource; an object or a list of them */
	const char *id;   /* the id's place in it */
	const char *type; /* as Security Hub calls it */
} kinds[] = {
        {"instanceDetails", "instanceId", "AwsEc2Instance"},
        {"s3BucketDetails", "arn", "AwsS3Bucket"},
        {"eksClusterDetails", "arn", "AwsEksCluster"},
        {"ecsClusterDetails", "arn", "AwsEcsCluster"},
        {"containerDetails", "id", "Container"},
        {"lambdaDetails", "functionArn", "AwsLambdaFunction"},
        {"rdsDbInstanceDetails", "dbInstanceArn", "AwsRdsDbInstance"},
        {"rdsLimitlessDbDetails", "dbShardGroupArn", "AwsRdsDbShardGroup"},
        {"ebsVolumeDetails/scannedVolumeDetails", "volumeArn", "AwsEc2Volume"},
        {"ebsSnapshotDetails", "snapshotArn", "AwsEc2Snapshot"},
        {"ec2ImageDetails", "imageArn", "AwsEc2Image"},
        {"recoveryPointDetails", "recoveryPointArn", "AwsBackupRecoveryPoint"},
};

static void add_object(struct sink *s, size_t kind, struct json_view v)
{
	const char *id = native_text(v, kinds[kind].id);
	struct resource r;

	if (id[0] == '\0' && strcmp(kinds[kind].at, "s3BucketDetails") == 0)
		id = native_text(v, "name");
	if (id[0] == '\0')
		return;
	r = *add(s, kinds[kind].type, id);
	/* What a sample names is made up. */
	if (!s->base->sample)
		aws_describe_guardduty(&s->context, &r, kinds[kind].at, v);
}

static void add_kind(struct sink *s, size_t kind)
{
	struct json_view resource = native_at(s->finding, "resource");
	struct json_view v = native_at(resource, kinds[kind].at);
	struct json_items it = {0};
	struct error ignored;

	if (json_view_is_object(v)) {
		add_object(s, kind, v);
		return;
	}
	if (!json_view_is_array(v) || json_view_opt_items(v, "", &it, &ignored) != 0)
		return;
	for (size_t i = 0; i < MAX_LIST && json_items_next(&it); i++)
		add_object(s, kind, it.value);
}

static void add_access_key(struct sink *s)
{
	struct json_view v = native_at(s->finding, "resource/accessKeyDetails");
	struct aws_principal who = {native_text(v, "userType"), native_text(v, "userName"),
	                            s->base->resource.account,
	                            native_text(s->finding, "partition")};
	const char *key = native_text(v, "accessKeyId");
	struct resource *r;

	if (!json_view_is_object(v))
		return;
	r = add(s, "AwsIamAccessKey", key);
	aws_resource_of_key(r, &who, s->out->arena);
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	struct json_view v = native_finding(in->record);
	const char *arn = native_text(v, "arn");
	const char *account = native_text(v, "accountId");
	struct sink sink = {.finding = v, .out = out};
	struct finding base;

	if (!native_is_arn_of(arn, "guardduty"))
		return error_set(err, ERR_INVALID, "\"arn\" is no finding of GuardDuty");
	if (account[0] == '\0')
		account = aws_arn_field(arn, 4, out->arena);
	finding_init(&base);
	native_fill_identity(&base, path, arn, account, out->arena);
	base.rule = native_text(v, "type");
	if (base.rule[0] == '\0')
		return error_set(err, ERR_INVALID, "\"type\" is missing");
	base.sev100 = severity_of(v, &base, out->arena);
	fill_texts(&base, v);
	sink.base = &base;
	context_open(&sink.context, out);
	add_access_key(&sink);
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
		add_kind(&sink, i);
	/* An attack sequence, say, is about the account. */
	if (sink.n == 0)
		add(&sink, "", "");
	return 0;
}

const struct format aws_guardduty = {
        .name = "guardduty",
        .record_paths = (const char *const[]){"Findings", "findings", NULL},
        .volatile_keys = (const char *const[]){"updatedAt", "UpdatedAt", "eventLastSeen",
                                               "EventLastSeen", "count", "Count", NULL},
        .detect = detect,
        .parse = parse,
};
