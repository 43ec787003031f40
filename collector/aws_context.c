/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Details, Tags and DataClassification of an ASFF record's resources: how a resource
 * is reached, what it runs as and what it holds.  A public address alone counts as
 * filtered: the security groups, resources of their own, say who comes in.
 *
 * Source: AWS Security Hub user guide, "Resources ASFF object" (ResourceDetails).
 */
#include "aws_context.h"

#include <string.h>
#include <strings.h>

#include "text_part.h"
#include "view_path.h"

static const char *text_at(struct json_view v, const char *at)
{
	return json_view_text_or(v, at, "");
}

void aws_runs_as(struct context_writer *w, const char *type, const char *arn)
{
	context_edge_near(w, EDGE_RUNS_AS, false, type, arn);
}

void aws_guarded_by(struct context_writer *w, const char *group_id)
{
	context_edge_near(w, EDGE_ATTACHED_TO, true, "AwsEc2SecurityGroup", group_id);
}

void aws_describe_address(struct context_writer *w, const char *where, const char *address)
{
	if (address[0] == '\0')
		return;
	if (context_reach(address) == EXPOSURE_FILTERED)
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "%s has %s, behind its security groups", where, address);
	else
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL, "%s has %s", where,
		              address);
}

static void each_address(struct context_writer *w, struct json_view v, const char *key)
{
	struct json_items it = context_list(json_view_at(v, key));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		aws_describe_address(w, key, text_at(it.value, ""));
}

/* Security groups: their ids, or objects that hold them under key. */
static void each_group(struct context_writer *w, struct json_view list, const char *key)
{
	struct json_items it = context_list(list);

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		aws_guarded_by(w, json_view_is_text(it.value) ? text_at(it.value, "")
		                                              : text_at(it.value, key));
}

/* Networks. */

static void describe_instance(struct context_writer *w, struct json_view v)
{
	struct json_items it = context_list(json_view_at(v, "NetworkInterfaces"));

	each_address(w, v, "IpV4Addresses");
	each_address(w, v, "IpV6Addresses");
	each_group(w, json_view_at(v, "SecurityGroups"), "GroupId");
	aws_runs_as(w, "AwsIamInstanceProfile", text_at(v, "IamInstanceProfileArn"));
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		context_edge_near(w, EDGE_ATTACHED_TO, true, "AwsEc2NetworkInterface",
		                  text_at(it.value, "NetworkInterfaceId"));
}

static void describe_interface(struct context_writer *w, struct json_view v)
{
	each_group(w, json_view_at(v, "SecurityGroups"), "GroupId");
	aws_describe_address(w, "PublicIp", text_at(v, "PublicIp"));
	context_edge_near(w, EDGE_ATTACHED_TO, false, "AwsEc2Instance",
	                  text_at(v, "/Attachment/InstanceId"));
}

/* "tcp/22", "tcp/8000-8100", "any" */
static const char *ports_of(struct json_view permission, struct arena *a)
{
	const char *protocol = text_at(permission, "IpProtocol");
	int64_t from = -1, to = -1;

	if (strcmp(protocol, "-1") == 0)
		return "any";
	(void)json_view_int(json_view_at(permission, "FromPort"), &from);
	(void)json_view_int(json_view_at(permission, "ToPort"), &to);
	if (from < 0)
		return protocol;
	if (from == to)
		return arena_printf(a, "%s/%lld", protocol, (long long)from);
	return arena_printf(a, "%s/%lld-%lld", protocol, (long long)from, (long long)to);
}

static void describe_ranges(struct context_writer *w, struct json_view permission,
                            const char *list, const char *key)
{
	struct json_items it = context_list(json_view_at(permission, list));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *cidr = text_at(it.value, key);
		enum exposure level = context_reach(cidr);

		if (level == EXPOSURE_OPEN || level == EXPOSURE_FILTERED)
			context_claim(w, CONTEXT_EXPOSURE, (int)level,
			              "IpPermissions: %s from %s",
			              ports_of(permission, w->out->arena), cidr);
	}
}

static void describe_group(struct context_writer *w, struct json_view v)
{
	struct json_view permissions = json_view_at(v, "IpPermissions");
	struct json_items it = context_list(permissions);

	if (json_view_exists(permissions) && !json_view_is_array(permissions))
		return;
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		describe_ranges(w, it.value, "IpRanges", "CidrIp");
		describe_ranges(w, it.value, "Ipv6Ranges", "CidrIpv6");
	}
	if (context_level(w, CONTEXT_EXPOSURE) < 0)
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL,
		              "IpPermissions: none of %zu is from the internet", it.n);
}

static void describe_scheme(struct context_writer *w, struct json_view v)
{
	const char *scheme = text_at(v, "Scheme");
	bool guarded = json_view_array_size(json_view_at(v, "SecurityGroups")) > 0;
	struct json_items it = context_list(json_view_at(v, "Instances"));

	if (strcasecmp(scheme, "internet-facing") == 0)
		context_claim(w, CONTEXT_EXPOSURE,
		              guarded ? EXPOSURE_FILTERED : EXPOSURE_OPEN,
		              "Scheme is internet-facing%s",
		              guarded ? ", behind its SecurityGroups" : "");
	else if (strcasecmp(scheme, "internal") == 0)
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL, "Scheme is internal");
	each_group(w, json_view_at(v, "SecurityGroups"), "GroupId");
	/* Of classic balancers. */
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		context_edge_near(w, EDGE_ROUTES_TO, false, "AwsEc2Instance",
		                  text_at(it.value, "InstanceId"));
}

static void describe_distribution(struct context_writer *w, struct json_view v)
{
	const char *acl = text_at(v, "WebAclId");

	context_claim(w, CONTEXT_EXPOSURE,
	              acl[0] != '\0' ? EXPOSURE_FILTERED : EXPOSURE_OPEN, "WebAclId is %s",
	              acl[0] != '\0' ? acl : "absent");
}

/* Data. */

/* All four, or the bucket's own ACL and policy decide. */
static bool is_blocked(struct json_view v)
{
	static const char *const switches[] = {"BlockPublicAcls", "BlockPublicPolicy",
	                                       "IgnorePublicAcls", "RestrictPublicBuckets"};
	struct json_view block = json_view_at(v, "PublicAccessBlockConfiguration");

	for (size_t i = 0; i < N_ELEMENTS(switches); i++) {
		if (!view_path_true(block, switches[i]))
			return false;
	}
	return true;
}

static void describe_bucket(struct context_writer *w, struct json_view v)
{
	static const char *const everybody[] = {"AllUsers", "AuthenticatedUsers"};
	const char *acl = text_at(v, "AccessControlList");

	if (is_blocked(v)) {
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL,
		              "PublicAccessBlockConfiguration: all four are true");
		return;
	}
	for (size_t i = 0; i < N_ELEMENTS(everybody); i++) {
		if (strstr(acl, everybody[i]) != NULL &&
		    !view_path_true(v, "PublicAccessBlockConfiguration/IgnorePublicAcls"))
			context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
			              "AccessControlList has the grantee %s", everybody[i]);
	}
	if (!view_path_true(v, "PublicAccessBlockConfiguration/RestrictPublicBuckets"))
		aws_describe_bucket_policy(w, text_at(v, "BucketPolicy"));
}

/* RDS and Redshift alike. */
static void describe_database(struct context_writer *w, struct json_view v)
{
	bool open = false;

	if (json_view_bool(json_view_at(v, "PubliclyAccessible"), &open))
		context_claim(w, CONTEXT_EXPOSURE,
		              open ? EXPOSURE_FILTERED : EXPOSURE_INTERNAL,
		              "PubliclyAccessible is %s",
		              open ? "true, behind its security groups" : "false");
	each_group(w, json_view_at(v, "VpcSecurityGroups"), "VpcSecurityGroupId");
}

static void describe_secret(struct context_writer *w, struct json_view v)
{
	(void)v;
	context_claim(w, CONTEXT_SENSITIVITY, SENSITIVITY_REGULATED,
	              "Type is AwsSecretsManagerSecret");
}

/* Workloads. */

static void describe_function(struct context_writer *w, struct json_view v)
{
	aws_runs_as(w, "AwsIamRole", text_at(v, "Role"));
	each_group(w, json_view_at(v, "/VpcConfig/SecurityGroupIds"), "");
}

static void describe_task(struct context_writer *w, struct json_view v)
{
	aws_runs_as(w, "AwsIamRole", text_at(v, "TaskRoleArn"));
}

static void describe_cluster(struct context_writer *w, struct json_view v)
{
	struct json_view vpc = json_view_at(v, "ResourcesVpcConfig");
	struct json_items it = context_list(json_view_at(vpc, "PublicAccessCidrs"));
	enum exposure level = it.n == 0 ? EXPOSURE_OPEN : EXPOSURE_FILTERED;
	bool open = false;

	aws_runs_as(w, "AwsIamRole", text_at(v, "RoleArn"));
	if (!json_view_bool(json_view_at(vpc, "EndpointPublicAccess"), &open))
		return;
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		if (context_reach(text_at(it.value, "")) == EXPOSURE_OPEN)
			level = EXPOSURE_OPEN;
	}
	context_claim(w, CONTEXT_EXPOSURE, open ? (int)level : EXPOSURE_RESTRICTED,
	              "ResourcesVpcConfig.EndpointPublicAccess is %s",
	              open ? "true" : "false");
}

/* A privileged container is as good as its host. */
static void describe_container(struct context_writer *w, struct json_view v)
{
	if (view_path_true(v, "Privileged"))
		context_claim(w, CONTEXT_PRIVILEGE, PRIVILEGE_BROAD,
		              "Container.Privileged is true");
}

static const struct {
	const char *type;
	void (*describe)(struct context_writer *w, struct json_view v);
} kinds[] = {
        {"AwsEc2Instance", describe_instance},
        {"AwsEc2NetworkInterface", describe_interface},
        {"AwsEc2SecurityGroup", describe_group},
        {"AwsElbv2LoadBalancer", describe_scheme},
        {"AwsElbLoadBalancer", describe_scheme},
        {"AwsCloudFrontDistribution", describe_distribution},
        {"AwsS3Bucket", describe_bucket},
        {"AwsRdsDbInstance", describe_database},
        {"AwsRedshiftCluster", describe_database},
        {"AwsSecretsManagerSecret", describe_secret},
        {"AwsLambdaFunction", describe_function},
        {"AwsEcsTaskDefinition", describe_task},
        {"AwsEksCluster", describe_cluster},
        {"Container", describe_container},
        {"AwsIamRole", aws_describe_role},
        {"AwsIamUser", aws_describe_user},
        {"AwsIamGroup", aws_describe_group},
        {"AwsIamPolicy", aws_describe_policy},
};

/* Macie. */

static void add_sensitivity(struct context_writer *w, struct json_view result)
{
	struct json_items it = context_list(json_view_at(result, "SensitiveData"));
	int64_t custom = 0;

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *category = text_at(it.value, "Category");

		if (category[0] != '\0')
			context_claim(w, CONTEXT_SENSITIVITY, SENSITIVITY_REGULATED,
			              "DataClassification.Result.SensitiveData has %s",
			              category);
	}
	(void)json_view_int(json_view_at(result, "/CustomDataIdentifiers/TotalCount"),
	                    &custom);
	if (custom > 0)
		context_claim(w, CONTEXT_SENSITIVITY, SENSITIVITY_CONFIDENTIAL,
		              "DataClassification.Result.CustomDataIdentifiers has %lld",
		              (long long)custom);
}

/* What an object holds, its bucket holds. */
static void describe_classification(struct context_writer *w, const struct resource *res,
                                    struct json_view result)
{
	static const char head[] = ":s3:::";
	const char *name = strstr(res->raw, head);
	const char *slash = name != NULL ? strchr(name + strlen(head), '/') : NULL;
	struct resource bucket = *res;

	add_sensitivity(w, result);
	if (slash == NULL)
		return;
	bucket.raw = arena_strndup(w->out->arena, res->raw, (size_t)(slash - res->raw));
	bucket.type = "AwsS3Bucket";
	bucket.name = "";
	context_edge(w, EDGE_CONTAINS, true, &bucket);
	context_about(w, &bucket);
	add_sensitivity(w, result);
}

void aws_describe_resource(struct context_writer *w, const struct resource *res,
                           struct json_view element)
{
	struct json_view details = json_view_at(element, "Details");
	struct json_view tags = json_view_at(element, "Tags");
	struct json_view result = json_view_at(element, "/DataClassification/Result");
	bool known = false;

	if (!json_view_is_object(details) && !json_view_is_object(tags) &&
	    !json_view_is_object(result))
		return;
	context_about(w, res);
	if (json_view_is_object(tags))
		context_tags(w, tags);
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		struct json_view v = json_view_at(details, kinds[i].type);

		if (!json_view_is_object(v))
			continue;
		kinds[i].describe(w, v);
		known = true;
	}
	/* Details that are known and say nothing withdraw what others once said. */
	if (json_view_is_object(result))
		describe_classification(w, res, result);
	else if (!known)
		context_drop_empty(w);
}
