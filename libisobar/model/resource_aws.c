/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identity of AWS resources: every spelling becomes an ARN.  What an ARN says
 * of account, region and type wins over the record, so that two records of one
 * resource cannot disagree.  Rules and sources: docs/identity.md.
 */

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "model/resource_private.h"

enum {
	ACCOUNT_SIZE = 12,
	ACCESS_KEY_SIZE_MIN = 16
};

/* AWS: "Amazon Resource Names"; arn:partition:service:region:account:resource. */
struct arn {
	const char *partition;
	const char *service;
	const char *region;  /* "" when global */
	const char *account; /* "aws" for managed policies */
	const char *resource;
};

enum kind_flags {
	KIND_BY_NAME = 1 << 0, /* prefix + name is the whole resource part */
	KIND_GLOBAL = 1 << 1   /* the ARN has no region */
};

/* What the resource part of a service's ARNs begins with, and its type. */
struct kind {
	const char *service;
	const char *prefix;
	const char *type;
	unsigned int flags;
};

/* clang-format off */
static const struct kind kinds[] = {
	/* AWS: "Service Authorization Reference", resource types of each service. */
	{"ec2", "instance/", "AWS::EC2::Instance", KIND_BY_NAME},
	{"ec2", "security-group/", "AWS::EC2::SecurityGroup", KIND_BY_NAME},
	{"ec2", "volume/", "AWS::EC2::Volume", KIND_BY_NAME},
	{"ec2", "vpc/", "AWS::EC2::VPC", KIND_BY_NAME},
	{"ec2", "subnet/", "AWS::EC2::Subnet", KIND_BY_NAME},
	{"ec2", "image/", "AWS::EC2::Image", KIND_BY_NAME},
	{"ec2", "network-interface/", "AWS::EC2::NetworkInterface", KIND_BY_NAME},
	{"ec2", "snapshot/", "AWS::EC2::Snapshot", KIND_BY_NAME},
	{"ec2", "route-table/", "AWS::EC2::RouteTable", KIND_BY_NAME},
	{"ec2", "internet-gateway/", "AWS::EC2::InternetGateway", KIND_BY_NAME},
	{"ec2", "natgateway/", "AWS::EC2::NatGateway", KIND_BY_NAME},
	{"ec2", "network-acl/", "AWS::EC2::NetworkAcl", KIND_BY_NAME},
	{"ec2", "elastic-ip/", "AWS::EC2::EIP", KIND_BY_NAME},
	{"ec2", "vpc-endpoint/", "AWS::EC2::VPCEndpoint", KIND_BY_NAME},
	{"ec2", "vpc-peering-connection/", "AWS::EC2::VPCPeeringConnection", KIND_BY_NAME},
	{"ec2", "vpn-connection/", "AWS::EC2::VPNConnection", KIND_BY_NAME},
	{"ec2", "transit-gateway/", "AWS::EC2::TransitGateway", KIND_BY_NAME},
	{"ec2", "launch-template/", "AWS::EC2::LaunchTemplate", KIND_BY_NAME},
	{"ec2", "client-vpn-endpoint/", "AWS::EC2::ClientVpnEndpoint", KIND_BY_NAME},
	{"iam", "user/", "AWS::IAM::User", KIND_BY_NAME | KIND_GLOBAL},
	{"iam", "role/", "AWS::IAM::Role", KIND_BY_NAME | KIND_GLOBAL},
	{"iam", "policy/", "AWS::IAM::Policy", KIND_BY_NAME | KIND_GLOBAL},
	{"iam", "group/", "AWS::IAM::Group", KIND_BY_NAME | KIND_GLOBAL},
	{"iam", "instance-profile/", "AWS::IAM::InstanceProfile", KIND_BY_NAME | KIND_GLOBAL},
	{"lambda", "function:", "AWS::Lambda::Function", KIND_BY_NAME},
	{"rds", "db:", "AWS::RDS::DBInstance", KIND_BY_NAME},
	{"rds", "cluster:", "AWS::RDS::DBCluster", KIND_BY_NAME},
	{"rds", "snapshot:", "AWS::RDS::DBSnapshot", KIND_BY_NAME},
	{"rds", "cluster-snapshot:", "AWS::RDS::DBClusterSnapshot", KIND_BY_NAME},
	{"dynamodb", "table/", "AWS::DynamoDB::Table", KIND_BY_NAME},
	{"ecr", "repository/", "AWS::ECR::Repository", KIND_BY_NAME},
	{"ecs", "cluster/", "AWS::ECS::Cluster", KIND_BY_NAME},
	{"ecs", "service/", "AWS::ECS::Service", 0},
	{"ecs", "task-definition/", "AWS::ECS::TaskDefinition", 0},
	{"eks", "cluster/", "AWS::EKS::Cluster", KIND_BY_NAME},
	{"eks", "nodegroup/", "AWS::EKS::Nodegroup", 0},
	{"eks", "fargateprofile/", "AWS::EKS::FargateProfile", 0},
	{"kms", "key/", "AWS::KMS::Key", KIND_BY_NAME},
	{"secretsmanager", "secret:", "AWS::SecretsManager::Secret", 0},
	{"sns", "", "AWS::SNS::Topic", KIND_BY_NAME},
	{"sqs", "", "AWS::SQS::Queue", KIND_BY_NAME},
	{"cloudtrail", "trail/", "AWS::CloudTrail::Trail", KIND_BY_NAME},
	{"logs", "log-group:", "AWS::Logs::LogGroup", KIND_BY_NAME},
	{"cloudwatch", "alarm:", "AWS::CloudWatch::Alarm", KIND_BY_NAME},
	{"guardduty", "detector/", "AWS::GuardDuty::Detector", KIND_BY_NAME},
	{"elasticloadbalancing", "loadbalancer/app/",
	 "AWS::ElasticLoadBalancingV2::LoadBalancer", 0},
	{"elasticloadbalancing", "loadbalancer/net/",
	 "AWS::ElasticLoadBalancingV2::LoadBalancer", 0},
	{"elasticloadbalancing", "loadbalancer/gwy/",
	 "AWS::ElasticLoadBalancingV2::LoadBalancer", 0},
	{"elasticloadbalancing", "loadbalancer/",
	 "AWS::ElasticLoadBalancing::LoadBalancer", KIND_BY_NAME},
	{"autoscaling", "autoScalingGroup:", "AWS::AutoScaling::AutoScalingGroup", 0},
	{"cloudfront", "distribution/", "AWS::CloudFront::Distribution",
	 KIND_BY_NAME | KIND_GLOBAL},
	{"wafv2", "regional/webacl/", "AWS::WAFv2::WebACL", 0},
	{"wafv2", "global/webacl/", "AWS::WAFv2::WebACL", 0},
	{"route53", "hostedzone/", "AWS::Route53::HostedZone", KIND_GLOBAL},
	{"apigateway", "/restapis/", "AWS::ApiGateway::RestApi", 0},
	{"apigateway", "/apis/", "AWS::ApiGatewayV2::Api", 0},
	{"appsync", "apis/", "AWS::AppSync::GraphQLApi", 0},
	{"acm", "certificate/", "AWS::ACM::Certificate", KIND_BY_NAME},
	{"es", "domain/", "AWS::OpenSearchService::Domain", KIND_BY_NAME},
	{"redshift", "cluster:", "AWS::Redshift::Cluster", KIND_BY_NAME},
	{"elasticache", "cluster:", "AWS::ElastiCache::CacheCluster", KIND_BY_NAME},
	{"elasticmapreduce", "cluster/", "AWS::EMR::Cluster", KIND_BY_NAME},
	{"elasticfilesystem", "file-system/", "AWS::EFS::FileSystem", KIND_BY_NAME},
	{"fsx", "file-system/", "AWS::FSx::FileSystem", KIND_BY_NAME},
	{"backup", "backup-vault:", "AWS::Backup::BackupVault", KIND_BY_NAME},
	{"states", "stateMachine:", "AWS::StepFunctions::StateMachine", KIND_BY_NAME},
	{"codebuild", "project/", "AWS::CodeBuild::Project", KIND_BY_NAME},
	{"codepipeline", "", "AWS::CodePipeline::Pipeline", KIND_BY_NAME},
	{"glue", "job/", "AWS::Glue::Job", KIND_BY_NAME},
	{"athena", "workgroup/", "AWS::Athena::WorkGroup", KIND_BY_NAME},
	{"kafka", "cluster/", "AWS::MSK::Cluster", 0},
	{"kinesis", "stream/", "AWS::Kinesis::Stream", KIND_BY_NAME},
	{"mq", "broker:", "AWS::AmazonMQ::Broker", 0},
	{"dms", "rep:", "AWS::DMS::ReplicationInstance", 0},
	{"sagemaker", "notebook-instance/", "AWS::SageMaker::NotebookInstance", KIND_BY_NAME},
	{"bedrock", "agent/", "AWS::Bedrock::Agent", 0},
	{"elasticbeanstalk", "environment/", "AWS::ElasticBeanstalk::Environment", 0},
	{"apprunner", "service/", "AWS::AppRunner::Service", 0},
	{"amplify", "apps/", "AWS::Amplify::App", 0},
	{"batch", "job-definition/", "AWS::Batch::JobDefinition", 0},
	{"cloudformation", "stack/", "AWS::CloudFormation::Stack", 0},
	{"cognito-idp", "userpool/", "AWS::Cognito::UserPool", KIND_BY_NAME},
	{"connect", "instance/", "AWS::Connect::Instance", 0},
	{"lightsail", "Instance/", "AWS::Lightsail::Instance", 0},
	{"network-firewall", "firewall/", "AWS::NetworkFirewall::Firewall", KIND_BY_NAME},
	{"quicksight", "datasource/", "AWS::QuickSight::DataSource", 0},
	{"ssm", "managed-instance/", "AWS::SSM::ManagedInstance", KIND_BY_NAME},
	{"transfer", "server/", "AWS::Transfer::Server", KIND_BY_NAME},
	{"workspaces", "workspace/", "AWS::WorkSpaces::Workspace", KIND_BY_NAME},
};

/* Bare ids that name their kind (AWS EC2: "Resource IDs"). */
static const struct {
	const char *id_prefix;
	const char *service;
	const char *prefix;
} bare_ids[] = {
	{"i-", "ec2", "instance/"},
	{"mi-", "ssm", "managed-instance/"},
	{"sg-", "ec2", "security-group/"},
	{"vol-", "ec2", "volume/"},
	{"vpc-", "ec2", "vpc/"},
	{"subnet-", "ec2", "subnet/"},
	{"ami-", "ec2", "image/"},
	{"eni-", "ec2", "network-interface/"},
	{"snap-", "ec2", "snapshot/"},
	{"rtb-", "ec2", "route-table/"},
	{"igw-", "ec2", "internet-gateway/"},
	{"nat-", "ec2", "natgateway/"},
	{"acl-", "ec2", "network-acl/"},
	{"eipalloc-", "ec2", "elastic-ip/"},
	{"vpce-", "ec2", "vpc-endpoint/"},
	{"pcx-", "ec2", "vpc-peering-connection/"},
	{"vpn-", "ec2", "vpn-connection/"},
	{"tgw-", "ec2", "transit-gateway/"},
	{"lt-", "ec2", "launch-template/"},
	{"cvpn-endpoint-", "ec2", "client-vpn-endpoint/"},
};

/* The service part of ASFF's type names, where it is longer first (AWS Security Hub:
 * "Resources attributes"), and as CloudFormation and Config write it. */
static const struct {
	const char *asff;
	const char *service;
} type_services[] = {
	{"AmazonMQ", "AmazonMQ"}, {"ApiGatewayV2", "ApiGatewayV2"},
	{"ApiGateway", "ApiGateway"}, {"AppSync", "AppSync"}, {"Athena", "Athena"},
	{"AutoScaling", "AutoScaling"}, {"Backup", "Backup"}, {"Batch", "Batch"},
	{"CertificateManager", "ACM"}, {"CloudFormation", "CloudFormation"},
	{"CloudFront", "CloudFront"}, {"CloudTrail", "CloudTrail"},
	{"CloudWatch", "CloudWatch"}, {"CodeBuild", "CodeBuild"},
	{"CodePipeline", "CodePipeline"}, {"Dms", "DMS"}, {"DynamoDb", "DynamoDB"},
	{"Ec2", "EC2"}, {"Ecr", "ECR"}, {"Ecs", "ECS"}, {"Efs", "EFS"}, {"Eks", "EKS"},
	{"ElastiCache", "ElastiCache"}, {"ElasticBeanstalk", "ElasticBeanstalk"},
	{"Elasticsearch", "Elasticsearch"}, {"Elbv2", "ElasticLoadBalancingV2"},
	{"Elb", "ElasticLoadBalancing"}, {"Emr", "EMR"}, {"EventSchemas", "EventSchemas"},
	{"Events", "Events"}, {"FSx", "FSx"}, {"Glue", "Glue"}, {"GuardDuty", "GuardDuty"},
	{"Iam", "IAM"}, {"Kinesis", "Kinesis"}, {"Kms", "KMS"}, {"Lambda", "Lambda"},
	{"Logs", "Logs"}, {"Msk", "MSK"}, {"NetworkFirewall", "NetworkFirewall"},
	{"OpenSearchService", "OpenSearchService"}, {"OpenSearch", "OpenSearchService"},
	{"Rds", "RDS"}, {"Redshift", "Redshift"}, {"Route53", "Route53"}, {"S3", "S3"},
	{"SageMaker", "SageMaker"}, {"SecretsManager", "SecretsManager"},
	{"SecurityHub", "SecurityHub"}, {"Sns", "SNS"}, {"Sqs", "SQS"}, {"Ssm", "SSM"},
	{"StepFunctions", "StepFunctions"}, {"StepFunction", "StepFunctions"},
	{"Transfer", "Transfer"}, {"WafRegional", "WAFRegional"}, {"Wafv2", "WAFv2"},
	{"Waf", "WAF"}, {"Xray", "XRay"},
};

/* Where CloudFormation writes the part after the service in another case. */
static const struct {
	const char *asff;
	const char *part;
} type_parts[] = {
	{"DbInstance", "DBInstance"}, {"DbCluster", "DBCluster"},
	{"DbSnapshot", "DBSnapshot"}, {"DbClusterSnapshot", "DBClusterSnapshot"},
	{"DbSecurityGroup", "DBSecurityGroup"}, {"WebAcl", "WebACL"}, {"Vpc", "VPC"},
	{"VpcEndpoint", "VPCEndpoint"}, {"VpcEndpointService", "VPCEndpointService"},
	{"VpcPeeringConnection", "VPCPeeringConnection"},
	{"VpnConnection", "VPNConnection"}, {"Eip", "EIP"}, {"GraphQlApi", "GraphQLApi"},
	{"Eventbus", "EventBus"},
};

/* Types that no rule gets right; Inspector's own names. */
static const struct {
	const char *from;
	const char *to;
} type_exceptions[] = {
	{"AwsAccount", "AWS::Account"},
	{"AwsEcrContainerImage", "AWS::ECR::Repository"}, /* a digest is evidence */
	{"AWS_EC2_INSTANCE", "AWS::EC2::Instance"},
	{"AWS_LAMBDA_FUNCTION", "AWS::Lambda::Function"},
	{"AWS_ECR_CONTAINER_IMAGE", "AWS::ECR::Repository"},
	{"AWS_ECR_REPOSITORY", "AWS::ECR::Repository"},
	{"AWS::Elasticsearch::Domain", "AWS::OpenSearchService::Domain"},
	{"AwsElasticsearchDomain", "AWS::OpenSearchService::Domain"},
	{"AWS::CertificateManager::Certificate", "AWS::ACM::Certificate"},
};
/* clang-format on */

/* Most texts that are asked about differ in their first letter. */
static bool same(const char *s, const char *text)
{
	return s[0] == text[0] && strcmp(s, text) == 0;
}

static bool is_account(const char *s)
{
	return strlen(s) == ACCOUNT_SIZE && is_digits(s, ACCOUNT_SIZE);
}

static const char *part_of_type(const char *asff)
{
	for (size_t i = 0; i < N_ELEMENTS(type_parts); i++) {
		if (strcasecmp(asff, type_parts[i].asff) == 0)
			return type_parts[i].part;
	}
	return asff;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "AwsFooBarBaz" of a service that the table does not have: AWS::Foo::BarBaz. */
static const char *split_type(const char *rest, const char *given, struct arena *a)
{
	size_t size = 1;

	while (rest[size] != '\0' && !is_upper(rest[size]))
		size++;
	if (rest[size] == '\0')
		return given;
	return arena_printf(a, "AWS::%.*s::%s", (int)size, rest, rest + size);
}

static const char *cloudformation_type(const char *type, struct arena *a)
{
	for (size_t i = 0; i < N_ELEMENTS(type_exceptions); i++) {
		if (strcasecmp(type, type_exceptions[i].from) == 0)
			return type_exceptions[i].to;
	}
	if (strncmp(type, "Aws", 3) != 0 || !is_upper(type[3]))
		return type;

	const char *rest = type + 3;

	for (size_t i = 0; i < N_ELEMENTS(type_services); i++) {
		const size_t size = strlen(type_services[i].asff);

		if (has_prefix(rest, type_services[i].asff) && is_upper(rest[size]))
			return ARENA_JOIN(a, "AWS::", type_services[i].service,
			                  "::", part_of_type(rest + size));
	}
	return split_type(rest, type, a);
}

/* By the region; one whose region went with its canonical form has it in its id. */
static const char *partition_of(const struct resource *r, struct arena *a)
{
	static const struct {
		const char *region_prefix;
		const char *partition;
	} partitions[] = {
	        {"cn-", "aws-cn"},
	        {"us-gov-", "aws-us-gov"},
	        {"us-isob-", "aws-iso-b"},
	        {"us-iso-", "aws-iso"},
	};

	for (size_t i = 0; i < N_ELEMENTS(partitions); i++) {
		if (has_prefix(r->region, partitions[i].region_prefix))
			return partitions[i].partition;
	}
	if (r->region[0] == '\0' && strncmp(r->id, "arn:aws-", 8) == 0)
		return arena_strndup(a, r->id + 4, strcspn(r->id + 4, ":"));
	return "aws";
}

static const char *arn_text(const struct arn *arn, struct arena *a)
{
	return ARENA_JOIN(a, "arn:", arn->partition, ":", arn->service, ":", arn->region,
	                  ":", arn->account, ":", arn->resource);
}

/* Case counts only after the region.  All before the resource is one copy, cut up. */
static bool arn_parse(const char *text, struct arn *out, struct arena *a)
{
	const char **const parts[] = {&out->partition, &out->service, &out->region,
	                              &out->account};
	const char *const head = text + strlen("arn:");
	const char *end = head;
	char *at;

	for (size_t i = 0; i < N_ELEMENTS(parts); i++, end++) {
		end = strchr(end, ':');
		if (end == NULL)
			return false;
	}
	at = arena_strndup(a, head, (size_t)(end - head));
	for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
		*parts[i] = at;
		for (; *at != ':'; at++) {
			if (parts[i] != &out->account)
				*at = lower_letter(*at);
		}
		*at++ = '\0';
	}
	out->resource = end;
	return true;
}

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (same(s, list[i]))
			return true;
	}
	return false;
}

static bool is_global(const char *service)
{
	static const char *const services[] = {"iam",     "organizations", "cloudfront",
	                                       "route53", "account",       "shield"};

	return is_one_of(service, services, N_ELEMENTS(services));
}

/* Services whose ARNs end in the bare name of the resource. */
static bool has_bare_names(const char *service)
{
	static const char *const services[] = {"sns", "sqs", "codepipeline", "codecommit"};

	return is_one_of(service, services, N_ELEMENTS(services));
}

/*
 * Prowler makes up an ARN where there is no resource to name: the kind alone
 * ("…:trail", "…:password-policy") or with "unknown" ("…:analyzer/unknown").
 */
static bool is_invented(const struct arn *arn)
{
	const char *kind_end = arn->resource;
	const char *slash = strchr(arn->resource, '/');

	if (slash != NULL && strcmp(slash, "/unknown") == 0)
		return true;
	if (arn->account[0] == '\0' || has_bare_names(arn->service))
		return false;
	while ((*kind_end >= 'a' && *kind_end <= 'z') || *kind_end == '-')
		kind_end++;
	return *kind_end == '\0' || strcmp(arn->resource, arn->service) == 0;
}

/* The account, or an account in one region: an ARN without service, ours alone. */
static void set_account_identity(struct resource *r, const struct arn *arn, struct arena *a)
{
	r->account = arn->account;
	r->region = arn->region;
	r->type = "AWS::Account";
	if (arn->region[0] == '\0')
		r->id = ARENA_JOIN(a, "arn:", arn->partition, ":iam::", arn->account,
		                   ":root");
	else
		r->id = ARENA_JOIN(a, "arn:", arn->partition, "::", arn->region, ":",
		                   arn->account, ":region");
	if (r->name[0] == '\0')
		r->name = arn->account;
}

static void set_account(struct resource *r, const char *account, struct arena *a)
{
	const struct arn arn = {
	        .partition = partition_of(r, a), .account = account, .region = ""};

	set_account_identity(r, &arn, a);
}

static const char *cut_at(const char *s, const char *end, struct arena *a)
{
	return end == NULL ? s : arena_strndup(a, s, (size_t)(end - s));
}

/* Of "function:name:$LATEST", the part before the second colon. */
static const char *second_colon(const char *s)
{
	const char *colon = strchr(s, ':');

	return colon == NULL ? NULL : strchr(colon + 1, ':');
}

/* Versions, digests, streams and sessions are evidence; the resource is what has them. */
static void cut_evidence(struct arn *arn, struct arena *a)
{
	const char *resource = arn->resource;

	if (same(arn->service, "lambda") && has_prefix(resource, "function:")) {
		arn->resource = cut_at(resource, second_colon(resource), a);
	} else if (same(arn->service, "logs") && has_prefix(resource, "log-group:")) {
		arn->resource = cut_at(resource, second_colon(resource), a);
	} else if (same(arn->service, "ecr")) {
		arn->resource = cut_at(resource, strstr(resource, "/sha256:"), a);
	} else if (same(arn->service, "sts") && has_prefix(resource, "assumed-role/")) {
		const char *role = strchr(resource, '/') + 1;

		arn->service = "iam";
		arn->region = "";
		arn->resource = arena_printf(a, "role/%.*s", (int)strcspn(role, "/"), role);
	}
}

static bool is_alphanumeric(const char *s)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
	                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return s[0] != '\0' && s[strspn(s, letters)] == '\0';
}

/* Completes arn from a bare id such as "i-0abc"; false when it is none. */
static bool complete_bare_id(struct arn *arn, const char *id, struct arena *a)
{
	for (size_t i = 0; i < N_ELEMENTS(bare_ids); i++) {
		const size_t size = strlen(bare_ids[i].id_prefix);

		if (strncmp(id, bare_ids[i].id_prefix, size) != 0 ||
		    !is_alphanumeric(id + size))
			continue;
		arn->service = bare_ids[i].service;
		arn->resource = ARENA_JOIN(a, bare_ids[i].prefix, id);
		return true;
	}
	return false;
}

static const char *arn_type(const struct arn *arn)
{
	if (same(arn->service, "s3") && arn->account[0] == '\0')
		return strchr(arn->resource, '/') == NULL ? "AWS::S3::Bucket"
		                                          : "AWS::S3::Object";
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		const struct kind *kind = &kinds[i];

		if (same(arn->service, kind->service) &&
		    strncmp(arn->resource, kind->prefix, strlen(kind->prefix)) == 0)
			return kind->type;
	}
	return NULL;
}

static const char *last_part(const char *resource)
{
	const char *at = resource + strlen(resource);

	while (at > resource && at[-1] != '/' && at[-1] != ':')
		at--;
	return at;
}

/* Sets the identity to arn, and what it says of the resource. */
static void set_arn(struct resource *r, const struct arn *arn, struct arena *a)
{
	const char *type = arn_type(arn);

	r->id = arn_text(arn, a);
	if (is_account(arn->account))
		r->account = arn->account;
	if (arn->region[0] != '\0' || is_global(arn->service))
		r->region = arn->region;
	r->type = type != NULL ? type : cloudformation_type(r->type, a);
	if (r->name[0] == '\0')
		r->name = last_part(arn->resource);
}

/* Images and snapshots have ARNs without account; some tools leave out more. */
static void complete_ec2(struct arn *arn, const struct resource *r, struct arena *a)
{
	if (!same(arn->service, "ec2"))
		return;
	if (strchr(arn->resource, '/') == NULL)
		complete_bare_id(arn, arn->resource, a);
	if (arn->account[0] == '\0' && is_account(r->account))
		arn->account = r->account;
	if (arn->region[0] == '\0')
		arn->region = r->region;
}

static void canonicalize_arn(struct resource *r, struct arn *arn, struct arena *a)
{
	const bool is_root = same(arn->service, "iam") && same(arn->resource, "root");
	const bool is_region = arn->service[0] == '\0' && same(arn->resource, "region");

	if (is_root || is_region || is_invented(arn)) {
		if (is_root || is_global(arn->service) || same(arn->service, "s3"))
			arn->region = "";
		if (arn->account[0] == '\0')
			arn->account = r->account;
		set_account_identity(r, arn, a);
		return;
	}
	cut_evidence(arn, a);
	complete_ec2(arn, r, a);
	set_arn(r, arn, a);
}

static bool is_access_key(const struct resource *r, const char *raw)
{
	if (strcmp(r->type, "AWS::IAM::AccessKey") == 0)
		return true;
	return (strncmp(raw, "AKIA", 4) == 0 || strncmp(raw, "ASIA", 4) == 0) &&
	       strlen(raw) >= ACCESS_KEY_SIZE_MIN && is_alphanumeric(raw);
}

/* A name whose type says where it stands in an ARN. */
static bool arn_of_name(const struct resource *r, const char *name, struct arn *arn,
                        struct arena *a)
{
	if (!is_account(r->account) || strpbrk(name, "/: ") != NULL)
		return false;
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		const struct kind *kind = &kinds[i];
		const bool global = (kind->flags & KIND_GLOBAL) != 0;

		if ((kind->flags & KIND_BY_NAME) == 0 || strcmp(r->type, kind->type) != 0)
			continue;
		if (!global && r->region[0] == '\0')
			return false;
		arn->service = kind->service;
		arn->region = global ? "" : r->region;
		arn->resource = ARENA_JOIN(a, kind->prefix, name);
		return true;
	}
	return false;
}

static void canonicalize_name(struct resource *r, const char *name, struct arena *a)
{
	struct arn arn = {.partition = partition_of(r, a),
	                  .service = "",
	                  .region = r->region,
	                  .account = r->account,
	                  .resource = ""};

	if (is_account(name)) {
		set_account(r, name, a);
	} else if (is_access_key(r, name)) {
		r->type = "AWS::IAM::AccessKey";
		r->region = "";
		r->id = ARENA_JOIN(a, "AWS::IAM::AccessKey:", name);
	} else if (strcmp(r->type, "AWS::S3::Bucket") == 0 &&
	           strpbrk(name, "/: ") == NULL) {
		arn.service = "s3";
		arn.region = "";
		arn.account = "";
		arn.resource = name;
		set_arn(r, &arn, a);
	} else if (complete_bare_id(&arn, name, a) || arn_of_name(r, name, &arn, a)) {
		set_arn(r, &arn, a);
	} else {
		r->id = qualified_id(r, name, a);
	}
	if (r->name[0] == '\0')
		r->name = name;
}

/* "AWS::::Account:018134828551", "AWS::IAM::AccessKey:AKIA…": a type, a colon, a name. */
static void canonicalize_typed(struct resource *r, const char *raw, struct arena *a)
{
	const char *colon = strrchr(raw, ':');
	const char *name = colon + 1;

	if (colon[-1] == ':' || name[0] == '\0') { /* the type alone */
		r->id = qualified_id(r, raw, a);
	} else if (strncmp(raw, "AWS::::Account:", 15) == 0 ||
	           strncmp(raw, "AWS::Account:", 13) == 0) {
		set_account(r, name, a);
	} else {
		r->type = arena_strndup(a, raw, (size_t)(colon - raw));
		canonicalize_name(r, name, a);
	}
}

bool aws_claims(const char *raw)
{
	return has_prefix(raw, "arn:aws:") || has_prefix(raw, "arn:aws-") ||
	       strncmp(raw, "AWS::", 5) == 0 || has_prefix(raw, "s3://");
}

/* Borrowed when it is in lower case already, as nearly all are. */
static const char *lower_region(const char *region, struct arena *a)
{
	for (const char *p = region; *p != '\0'; p++) {
		if (is_upper(*p))
			return lower_case(region, strlen(region), a);
	}
	return region;
}

void aws_canonicalize(struct resource *r, const char *raw, struct arena *a)
{
	struct arn arn;

	r->region = lower_region(r->region, a);
	/* What most ARNs are is said by the ARN itself: set_arn(). */
	if (has_prefix(raw, "arn:") && arn_parse(raw, &arn, a)) {
		canonicalize_arn(r, &arn, a);
		return;
	}
	r->type = cloudformation_type(r->type, a);
	if (raw[0] == '\0' && r->account[0] == '\0') {
		r->id = "";
	} else if (raw[0] == '\0') {
		set_account(r, r->account, a);
	} else if (has_prefix(raw, "arn:")) {
		r->id = qualified_id(r, raw, a);
	} else if (strncmp(raw, "AWS::", 5) == 0) {
		canonicalize_typed(r, raw, a);
	} else if (has_prefix(raw, "s3://")) {
		const char *bucket = raw + strlen("s3://");

		r->type = "AWS::S3::Bucket";
		canonicalize_name(r, arena_strndup(a, bucket, strcspn(bucket, "/")), a);
	} else {
		canonicalize_name(r, raw, a);
	}
}
