/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One resource, one identity, whatever spelling a tool uses.  The rows are the
 * spellings that docs/identity.md lists, with invented ids.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/attr.h"
#include "model/resource.h"

#define SUB  "/subscriptions/11111111-2222-3333-4444-555555555555"
#define ACCT "111122223333"
#define DEFENDER \
	"/providers/Microsoft.Security/assessments/aaaaaaaa-0000-0000-0000-00000000000b"

struct row {
	const char *name;
	enum provider provider;
	const char *account;
	const char *region;
	const char *type;
	const char *raw;

	enum provider provider_out;
	const char *id;
	const char *account_out;
	const char *region_out;
	const char *type_out;
};

/* clang-format off */
static const struct row azure_rows[] = {
	{"ARM id in mixed case", PROVIDER_AZURE, "", "westeurope", "",
	 "/SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/resourcegroups/RG-1/providers/Microsoft.Compute/virtualMachines/VM1/",
	 PROVIDER_AZURE, SUB "/resourcegroups/rg-1/providers/microsoft.compute/virtualmachines/vm1",
	 "11111111-2222-3333-4444-555555555555", "westeurope", "microsoft.compute/virtualmachines"},
	{"child resource", PROVIDER_AZURE, "", "", "databases",
	 SUB "/resourceGroups/rg/providers/Microsoft.Sql/servers/S1/databases/D1",
	 PROVIDER_AZURE, SUB "/resourcegroups/rg/providers/microsoft.sql/servers/s1/databases/d1",
	 "11111111-2222-3333-4444-555555555555", "", "microsoft.sql/servers/databases"},
	{"extension resource", PROVIDER_AZURE, "", "", "",
	 SUB "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm/providers/Microsoft.Insights/metricAlerts/a",
	 PROVIDER_AZURE, SUB "/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm/providers/microsoft.insights/metricalerts/a",
	 "11111111-2222-3333-4444-555555555555", "", "microsoft.insights/metricalerts"},
	{"assessment of a resource", PROVIDER_AZURE, "", "", "",
	 SUB "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v" DEFENDER,
	 PROVIDER_AZURE, SUB "/resourcegroups/rg/providers/microsoft.keyvault/vaults/v",
	 "11111111-2222-3333-4444-555555555555", "", "microsoft.keyvault/vaults"},
	{"sub-assessment of a resource", PROVIDER_AZURE, "", "", "",
	 SUB "/resourceGroups/rg/providers/Microsoft.Sql/servers/s" DEFENDER "/subassessments/VA2064",
	 PROVIDER_AZURE, SUB "/resourcegroups/rg/providers/microsoft.sql/servers/s",
	 "11111111-2222-3333-4444-555555555555", "", "microsoft.sql/servers"},
	{"assessment of an assessment: the last is cut", PROVIDER_AZURE, "", "", "",
	 SUB DEFENDER "/providers/Microsoft.Security/assessments/k2",
	 PROVIDER_AZURE, SUB "/providers/microsoft.security/assessments/aaaaaaaa-0000-0000-0000-00000000000b",
	 "11111111-2222-3333-4444-555555555555", "", "microsoft.security/assessments"},
	{"assessment of a subscription", PROVIDER_AZURE, "", "", "", SUB DEFENDER,
	 PROVIDER_AZURE, SUB, "11111111-2222-3333-4444-555555555555", "", "microsoft.resources/subscriptions"},
	{"resource group", PROVIDER_AZURE, "", "", "", SUB "/resourceGroups/RG",
	 PROVIDER_AZURE, SUB "/resourcegroups/rg", "11111111-2222-3333-4444-555555555555", "",
	 "microsoft.resources/subscriptions/resourcegroups"},
	{"no raw: the subscription", PROVIDER_AZURE, "11111111-2222-3333-4444-55555555555A", "", "", "",
	 PROVIDER_AZURE, "/subscriptions/11111111-2222-3333-4444-55555555555a",
	 "11111111-2222-3333-4444-55555555555a", "", "microsoft.resources/subscriptions"},
	{"bare subscription", PROVIDER_AZURE, "", "", "", "11111111-2222-3333-4444-555555555555",
	 PROVIDER_AZURE, SUB, "11111111-2222-3333-4444-555555555555", "", "microsoft.resources/subscriptions"},
	{"GUID of something else", PROVIDER_AZURE, "sub-1", "", "microsoft.entra/users", "22222222-2222-3333-4444-555555555555",
	 PROVIDER_AZURE, "azure:sub-1::microsoft.entra/users:22222222-2222-3333-4444-555555555555", "sub-1", "", "microsoft.entra/users"},
	{"without the first slash", PROVIDER_AZURE, "", "", "", "subscriptions/S1/resourceGroups/G",
	 PROVIDER_AZURE, "/subscriptions/s1/resourcegroups/g", "s1", "", "microsoft.resources/subscriptions/resourcegroups"},
	{"management group", PROVIDER_AZURE, "", "", "", "/providers/Microsoft.Management/managementGroups/MG",
	 PROVIDER_AZURE, "/providers/microsoft.management/managementgroups/mg", "", "", "microsoft.management/managementgroups"},
	{"bare name stays in its subscription", PROVIDER_AZURE, "s1", "global", "Microsoft.Insights/components", "AppInsights",
	 PROVIDER_AZURE, "azure:s1:global:microsoft.insights/components:appinsights", "s1", "global", "microsoft.insights/components"},
	{"AWS resource behind a Defender connector", PROVIDER_AZURE, "11111111-2222-3333-4444-555555555555", "", "", "arn:aws:ec2:eu-west-1:" ACCT ":instance/i-0abc",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":instance/i-0abc", ACCT, "eu-west-1", "AWS::EC2::Instance"},
	{"GCP resource behind a Defender connector", PROVIDER_AZURE, "s1", "", "", "//compute.googleapis.com/projects/p1/zones/europe-west1-b/instances/42",
	 PROVIDER_GCP, "//compute.googleapis.com/projects/p1/zones/europe-west1-b/instances/42", "p1", "europe-west1", "compute.googleapis.com/Instance"},
	{"blanks around it", PROVIDER_AZURE, "", "", "", " " SUB "\r\n",
	 PROVIDER_AZURE, SUB, "11111111-2222-3333-4444-555555555555", "", "microsoft.resources/subscriptions"},
	{"tenant-level assessment has no resource", PROVIDER_AZURE, "", "", "", DEFENDER,
	 PROVIDER_AZURE, "", "", "", ""},
};

static const struct row aws_rows[] = {
	{"account in ASFF", PROVIDER_AWS, ACCT, "eu-west-1", "AwsAccount", "AWS::::Account:" ACCT,
	 PROVIDER_AWS, "arn:aws:iam::" ACCT ":root", ACCT, "", "AWS::Account"},
	{"account as root", PROVIDER_AWS, "", "us-east-1", "AwsIamUser", "arn:aws:iam::" ACCT ":root",
	 PROVIDER_AWS, "arn:aws:iam::" ACCT ":root", ACCT, "", "AWS::Account"},
	{"account as digits, leading zero", PROVIDER_AWS, "", "", "Other", "011122223333",
	 PROVIDER_AWS, "arn:aws:iam::011122223333:root", "011122223333", "", "AWS::Account"},
	{"no raw: the account", PROVIDER_AWS, ACCT, "", "", "",
	 PROVIDER_AWS, "arn:aws:iam::" ACCT ":root", ACCT, "", "AWS::Account"},
	{"account in China", PROVIDER_AWS, "", "cn-north-1", "", ACCT,
	 PROVIDER_AWS, "arn:aws-cn:iam::" ACCT ":root", ACCT, "", "AWS::Account"},
	{"root ARN keeps its partition", PROVIDER_AWS, "", "", "", "arn:aws-us-gov:iam::" ACCT ":root",
	 PROVIDER_AWS, "arn:aws-us-gov:iam::" ACCT ":root", ACCT, "", "AWS::Account"},
	{"instance by its id", PROVIDER_AWS, ACCT, "eu-west-1", "AwsEc2Instance", "i-0abc12",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":instance/i-0abc12", ACCT, "eu-west-1", "AWS::EC2::Instance"},
	{"instance by its ARN", PROVIDER_AWS, "", "", "", "arn:aws:ec2:eu-west-1:" ACCT ":instance/i-0abc12",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":instance/i-0abc12", ACCT, "eu-west-1", "AWS::EC2::Instance"},
	{"instance ARN without its kind", PROVIDER_AWS, ACCT, "eu-west-1", "AwsEc2Instance", "arn:aws:ec2:eu-west-1:" ACCT ":i-0abc12",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":instance/i-0abc12", ACCT, "eu-west-1", "AWS::EC2::Instance"},
	{"instance in GovCloud", PROVIDER_AWS, ACCT, "us-gov-west-1", "", "i-0abc12",
	 PROVIDER_AWS, "arn:aws-us-gov:ec2:us-gov-west-1:" ACCT ":instance/i-0abc12", ACCT, "us-gov-west-1", "AWS::EC2::Instance"},
	{"security group by its id", PROVIDER_AWS, ACCT, "eu-west-1", "", "sg-0a",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":security-group/sg-0a", ACCT, "eu-west-1", "AWS::EC2::SecurityGroup"},
	{"volume by its id", PROVIDER_AWS, ACCT, "eu-west-1", "", "vol-0a",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":volume/vol-0a", ACCT, "eu-west-1", "AWS::EC2::Volume"},
	{"VPC by its id", PROVIDER_AWS, ACCT, "eu-west-1", "AwsEc2Vpc", "vpc-0a",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":vpc/vpc-0a", ACCT, "eu-west-1", "AWS::EC2::VPC"},
	{"network interface by its id", PROVIDER_AWS, ACCT, "eu-west-1", "", "eni-0a",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":network-interface/eni-0a", ACCT, "eu-west-1", "AWS::EC2::NetworkInterface"},
	{"image ARN without account", PROVIDER_AWS, ACCT, "eu-west-1", "", "arn:aws:ec2:eu-west-1::image/ami-0a",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":image/ami-0a", ACCT, "eu-west-1", "AWS::EC2::Image"},
	{"snapshot by its id", PROVIDER_AWS, ACCT, "eu-west-1", "", "snap-0a",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":snapshot/snap-0a", ACCT, "eu-west-1", "AWS::EC2::Snapshot"},
	{"subnet by its id", PROVIDER_AWS, ACCT, "eu-west-1", "", "subnet-0a",
	 PROVIDER_AWS, "arn:aws:ec2:eu-west-1:" ACCT ":subnet/subnet-0a", ACCT, "eu-west-1", "AWS::EC2::Subnet"},
	{"hybrid node by its id", PROVIDER_AWS, ACCT, "eu-west-1", "", "mi-0a",
	 PROVIDER_AWS, "arn:aws:ssm:eu-west-1:" ACCT ":managed-instance/mi-0a", ACCT, "eu-west-1", "AWS::SSM::ManagedInstance"},
	{"bucket by its ARN", PROVIDER_AWS, ACCT, "eu-west-1", "AwsS3Bucket", "arn:aws:s3:::Logs-1",
	 PROVIDER_AWS, "arn:aws:s3:::Logs-1", ACCT, "eu-west-1", "AWS::S3::Bucket"},
	{"bucket by its name", PROVIDER_AWS, ACCT, "eu-west-1", "AwsS3Bucket", "logs-1",
	 PROVIDER_AWS, "arn:aws:s3:::logs-1", ACCT, "eu-west-1", "AWS::S3::Bucket"},
	{"bucket that is named like an instance", PROVIDER_AWS, ACCT, "eu-west-1", "AWS::S3::Bucket", "i-abc",
	 PROVIDER_AWS, "arn:aws:s3:::i-abc", ACCT, "eu-west-1", "AWS::S3::Bucket"},
	{"bucket as a URL", PROVIDER_NONE, "", "", "", "s3://logs-1/prefix",
	 PROVIDER_AWS, "arn:aws:s3:::logs-1", "", "", "AWS::S3::Bucket"},
	{"access key in ASFF", PROVIDER_AWS, ACCT, "eu-west-1", "AwsIamAccessKey", "AWS::IAM::AccessKey:ASIAIOSFODNN7EXAMPLE",
	 PROVIDER_AWS, "AWS::IAM::AccessKey:ASIAIOSFODNN7EXAMPLE", ACCT, "", "AWS::IAM::AccessKey"},
	{"access key by itself", PROVIDER_AWS, ACCT, "", "", "ASIAIOSFODNN7EXAMPLE",
	 PROVIDER_AWS, "AWS::IAM::AccessKey:ASIAIOSFODNN7EXAMPLE", ACCT, "", "AWS::IAM::AccessKey"},
	{"case counts after the service", PROVIDER_AWS, "", "", "", "ARN:AWS:IAM::" ACCT ":user/Alice",
	 PROVIDER_AWS, "arn:aws:iam::" ACCT ":user/Alice", ACCT, "", "AWS::IAM::User"},
	{"user by name", PROVIDER_AWS, ACCT, "eu-west-1", "AwsIamUser", "Alice",
	 PROVIDER_AWS, "arn:aws:iam::" ACCT ":user/Alice", ACCT, "", "AWS::IAM::User"},
	{"managed policy belongs to nobody", PROVIDER_AWS, ACCT, "", "AwsIamPolicy", "arn:aws:iam::aws:policy/SecurityAudit",
	 PROVIDER_AWS, "arn:aws:iam::aws:policy/SecurityAudit", ACCT, "", "AWS::IAM::Policy"},
	{"function version is evidence", PROVIDER_AWS, "", "", "", "arn:aws:lambda:eu-west-1:" ACCT ":function:f:$LATEST",
	 PROVIDER_AWS, "arn:aws:lambda:eu-west-1:" ACCT ":function:f", ACCT, "eu-west-1", "AWS::Lambda::Function"},
	{"log group with its streams", PROVIDER_AWS, "", "", "", "arn:aws:logs:eu-west-1:" ACCT ":log-group:/aws/x:*",
	 PROVIDER_AWS, "arn:aws:logs:eu-west-1:" ACCT ":log-group:/aws/x", ACCT, "eu-west-1", "AWS::Logs::LogGroup"},
	{"image digest is evidence", PROVIDER_AWS, "", "", "AwsEcrContainerImage", "arn:aws:ecr:eu-west-1:" ACCT ":repository/team/app/sha256:0123",
	 PROVIDER_AWS, "arn:aws:ecr:eu-west-1:" ACCT ":repository/team/app", ACCT, "eu-west-1", "AWS::ECR::Repository"},
	{"session of a role", PROVIDER_AWS, "", "", "", "arn:aws:sts::" ACCT ":assumed-role/deployer/alice",
	 PROVIDER_AWS, "arn:aws:iam::" ACCT ":role/deployer", ACCT, "", "AWS::IAM::Role"},
	{"invented: kind alone", PROVIDER_AWS, ACCT, "eu-west-1", "AwsCloudTrailTrail", "arn:aws:cloudtrail:eu-west-1:" ACCT ":trail",
	 PROVIDER_AWS, "arn:aws::eu-west-1:" ACCT ":region", ACCT, "eu-west-1", "AWS::Account"},
	{"invented: unknown", PROVIDER_AWS, ACCT, "eu-west-1", "Other", "arn:aws:accessanalyzer:eu-west-1:" ACCT ":analyzer/unknown",
	 PROVIDER_AWS, "arn:aws::eu-west-1:" ACCT ":region", ACCT, "eu-west-1", "AWS::Account"},
	{"invented: kind with a dash", PROVIDER_AWS, ACCT, "eu-west-1", "", "arn:aws:logs:eu-west-1:" ACCT ":log-group",
	 PROVIDER_AWS, "arn:aws::eu-west-1:" ACCT ":region", ACCT, "eu-west-1", "AWS::Account"},
	{"invented in a global service", PROVIDER_AWS, ACCT, "eu-west-1", "", "arn:aws:iam:eu-west-1:" ACCT ":password-policy",
	 PROVIDER_AWS, "arn:aws:iam::" ACCT ":root", ACCT, "", "AWS::Account"},
	{"invented: S3 of the account", PROVIDER_AWS, ACCT, "eu-west-1", "", "arn:aws:s3:eu-west-1:" ACCT ":account",
	 PROVIDER_AWS, "arn:aws:iam::" ACCT ":root", ACCT, "", "AWS::Account"},
	{"real trail", PROVIDER_AWS, ACCT, "us-east-1", "AwsS3Bucket", "arn:aws:cloudtrail:eu-north-1:" ACCT ":trail/audit",
	 PROVIDER_AWS, "arn:aws:cloudtrail:eu-north-1:" ACCT ":trail/audit", ACCT, "eu-north-1", "AWS::CloudTrail::Trail"},
	{"topic with a plain name is no invention", PROVIDER_AWS, "", "", "", "arn:aws:sns:eu-west-1:" ACCT ":events",
	 PROVIDER_AWS, "arn:aws:sns:eu-west-1:" ACCT ":events", ACCT, "eu-west-1", "AWS::SNS::Topic"},
	{"unknown type by the simple rule", PROVIDER_AWS, ACCT, "eu-west-1", "AwsFooBarBaz", "arn:aws:foo:eu-west-1:" ACCT ":bar/b1",
	 PROVIDER_AWS, "arn:aws:foo:eu-west-1:" ACCT ":bar/b1", ACCT, "eu-west-1", "AWS::Foo::BarBaz"},
	{"bare name stays in its account", PROVIDER_AWS, ACCT, "eu-west-1", "AwsFooBar", "b1",
	 PROVIDER_AWS, "aws:" ACCT ":eu-west-1:AWS::Foo::Bar:b1", ACCT, "eu-west-1", "AWS::Foo::Bar"},
	{"bare name without account", PROVIDER_AWS, "", "eu-west-1", "AwsFooBar", "b1",
	 PROVIDER_AWS, "aws::eu-west-1:AWS::Foo::Bar:b1", "", "eu-west-1", "AWS::Foo::Bar"},
	{"half an ARN", PROVIDER_AWS, ACCT, "", "", "arn:aws:iam",
	 PROVIDER_AWS, "aws:" ACCT ":::arn:aws:iam", ACCT, "", ""},
	{"type alone", PROVIDER_AWS, ACCT, "", "", "AWS::EC2::",
	 PROVIDER_AWS, "aws:" ACCT ":::AWS::EC2::", ACCT, "", ""},
};

static const struct row gcp_rows[] = {
	{"full name", PROVIDER_GCP, "", "", "google.compute.Instance", "//compute.googleapis.com/projects/p1/zones/us-central1-a/instances/42",
	 PROVIDER_GCP, "//compute.googleapis.com/projects/p1/zones/us-central1-a/instances/42", "p1", "us-central1", "compute.googleapis.com/Instance"},
	{"self link", PROVIDER_GCP, "", "", "", "https://www.googleapis.com/compute/v1/projects/p1/zones/us-central1-a/instances/42",
	 PROVIDER_GCP, "//compute.googleapis.com/projects/p1/zones/us-central1-a/instances/42", "p1", "us-central1", "compute.googleapis.com/Instance"},
	{"self link at the service's host", PROVIDER_NONE, "", "", "", "https://compute.googleapis.com/compute/v1/projects/p1/global/firewalls/f1/",
	 PROVIDER_GCP, "//compute.googleapis.com/projects/p1/global/firewalls/f1", "p1", "", "compute.googleapis.com/Firewall"},
	{"relative name with a type", PROVIDER_GCP, "", "", "pubsub.googleapis.com/Topic", "projects/p1/topics/t1",
	 PROVIDER_GCP, "//pubsub.googleapis.com/projects/p1/topics/t1", "p1", "", "pubsub.googleapis.com/Topic"},
	{"relative name of Compute Engine", PROVIDER_GCP, "", "", "", "projects/p1/regions/europe-west1/subnetworks/s",
	 PROVIDER_GCP, "//compute.googleapis.com/projects/p1/regions/europe-west1/subnetworks/s", "p1", "europe-west1", "compute.googleapis.com/Subnetwork"},
	{"relative name without a type", PROVIDER_GCP, "p1", "", "", "projects/p1/things/t1",
	 PROVIDER_GCP, "gcp:p1:::projects/p1/things/t1", "p1", "", ""},
	{"project by relative name", PROVIDER_GCP, "", "", "", "projects/p1",
	 PROVIDER_GCP, "//cloudresourcemanager.googleapis.com/projects/p1", "p1", "", "cloudresourcemanager.googleapis.com/Project"},
	{"project by id", PROVIDER_GCP, "p1", "", "", "p1",
	 PROVIDER_GCP, "//cloudresourcemanager.googleapis.com/projects/p1", "p1", "", "cloudresourcemanager.googleapis.com/Project"},
	{"no raw: the project", PROVIDER_GCP, "p1", "", "", "",
	 PROVIDER_GCP, "//cloudresourcemanager.googleapis.com/projects/p1", "p1", "", "cloudresourcemanager.googleapis.com/Project"},
	{"a number does not replace the id", PROVIDER_GCP, "p1", "", "", "//cloudresourcemanager.googleapis.com/projects/12345678",
	 PROVIDER_GCP, "//cloudresourcemanager.googleapis.com/projects/12345678", "p1", "", "cloudresourcemanager.googleapis.com/Project"},
	{"organization", PROVIDER_GCP, "", "", "", "organizations/123",
	 PROVIDER_GCP, "//cloudresourcemanager.googleapis.com/organizations/123", "", "", "cloudresourcemanager.googleapis.com/Organization"},
	{"bucket", PROVIDER_GCP, "p1", "us", "", "//storage.googleapis.com/my-bucket",
	 PROVIDER_GCP, "//storage.googleapis.com/my-bucket", "p1", "us", "storage.googleapis.com/Bucket"},
	{"bucket as a URL", PROVIDER_GCP, "p1", "us", "", "gs://my-bucket/x",
	 PROVIDER_GCP, "//storage.googleapis.com/my-bucket", "p1", "us", "storage.googleapis.com/Bucket"},
	{"bucket by self link", PROVIDER_GCP, "p1", "us", "", "https://www.googleapis.com/storage/v1/b/my-bucket",
	 PROVIDER_GCP, "//storage.googleapis.com/my-bucket", "p1", "us", "storage.googleapis.com/Bucket"},
	{"bucket by name", PROVIDER_GCP, "p1", "us", "storage.googleapis.com/Bucket", "my-bucket",
	 PROVIDER_GCP, "//storage.googleapis.com/my-bucket", "p1", "us", "storage.googleapis.com/Bucket"},
	{"bucket by projects/_", PROVIDER_GCP, "p1", "us", "storage.googleapis.com/Bucket", "projects/_/buckets/my-bucket",
	 PROVIDER_GCP, "//storage.googleapis.com/my-bucket", "p1", "us", "storage.googleapis.com/Bucket"},
	{"SQL by full name", PROVIDER_GCP, "", "", "", "//cloudsql.googleapis.com/projects/p1/instances/i1",
	 PROVIDER_GCP, "//cloudsql.googleapis.com/projects/p1/instances/i1", "p1", "", "sqladmin.googleapis.com/Instance"},
	{"SQL by self link", PROVIDER_GCP, "", "", "", "https://sqladmin.googleapis.com/sql/v1beta4/projects/p1/instances/i1",
	 PROVIDER_GCP, "//cloudsql.googleapis.com/projects/p1/instances/i1", "p1", "", "sqladmin.googleapis.com/Instance"},
	{"SQL by type", PROVIDER_GCP, "", "", "sqladmin.googleapis.com/Instance", "projects/p1/instances/i1",
	 PROVIDER_GCP, "//cloudsql.googleapis.com/projects/p1/instances/i1", "p1", "", "sqladmin.googleapis.com/Instance"},
	{"cluster under zones", PROVIDER_GCP, "", "", "", "//container.googleapis.com/projects/p1/zones/us-central1-a/clusters/c",
	 PROVIDER_GCP, "//container.googleapis.com/projects/p1/locations/us-central1-a/clusters/c", "p1", "us-central1", "container.googleapis.com/Cluster"},
	{"policy", PROVIDER_GCP, "", "", "", "//compute.googleapis.com/projects/p1/global/securityPolicies/s",
	 PROVIDER_GCP, "//compute.googleapis.com/projects/p1/global/securityPolicies/s", "p1", "", "compute.googleapis.com/SecurityPolicy"},
	{"address", PROVIDER_GCP, "", "", "", "//compute.googleapis.com/projects/p1/regions/us-east1/addresses/x",
	 PROVIDER_GCP, "//compute.googleapis.com/projects/p1/regions/us-east1/addresses/x", "p1", "us-east1", "compute.googleapis.com/Address"},
	{"account key", PROVIDER_GCP, "", "", "", "//iam.googleapis.com/projects/p1/serviceAccounts/a@p1.iam.gserviceaccount.com/keys/k",
	 PROVIDER_GCP, "//iam.googleapis.com/projects/p1/serviceAccounts/a@p1.iam.gserviceaccount.com/keys/k", "p1", "", "iam.googleapis.com/ServiceAccountKey"},
	{"host alone", PROVIDER_GCP, "p1", "", "", "https://compute.googleapis.com",
	 PROVIDER_GCP, "//compute.googleapis.com/", "p1", "", ""},
	{"bare name stays in its project", PROVIDER_GCP, "p1", "", "", "default",
	 PROVIDER_GCP, "gcp:p1:::default", "p1", "", ""},
};

static const struct row other_rows[] = {
	{"official image", PROVIDER_NONE, "", "", "container_image", "alpine:3.10",
	 PROVIDER_NONE, "docker.io/library/alpine", "", "", "container.image"},
	{"image with a digest", PROVIDER_NONE, "", "", "", "Registry.Example.com:5000/team/app:v1@sha256:0123456789",
	 PROVIDER_NONE, "registry.example.com:5000/team/app", "", "", "container.image"},
	{"image of an organisation", PROVIDER_NONE, "", "", "container_image", "grafana/grafana",
	 PROVIDER_NONE, "docker.io/grafana/grafana", "", "", "container.image"},
	{"image at the old default host", PROVIDER_NONE, "", "", "container_image", "index.docker.io/library/nginx:1",
	 PROVIDER_NONE, "docker.io/library/nginx", "", "", "container.image"},
	{"image of a local registry", PROVIDER_NONE, "", "", "container_image", "localhost/app",
	 PROVIDER_NONE, "localhost/app", "", "", "container.image"},
	{"image with its system", PROVIDER_NONE, "", "", "container_image", "example.com/app:1 (alpine 3.10.2)",
	 PROVIDER_NONE, "example.com/app", "", "", "container.image"},
	{"image as a URL", PROVIDER_GCP, "p1", "", "", "https://gcr.io/p1/app@sha256:0123",
	 PROVIDER_GCP, "gcr.io/p1/app", "p1", "", "container.image"},
	{"image of Azure's registry", PROVIDER_NONE, "", "", "", "Example.azurecr.io/team/app:v1",
	 PROVIDER_AZURE, "example.azurecr.io/team/app", "", "", "container.image"},
	{"image of AWS's registry", PROVIDER_NONE, "", "", "container_image", ACCT ".dkr.ecr.eu-west-1.amazonaws.com/team/app:v1",
	 PROVIDER_AWS, "arn:aws:ecr:eu-west-1:" ACCT ":repository/team/app", ACCT, "eu-west-1", "AWS::ECR::Repository"},
	{"public image of AWS's registry", PROVIDER_NONE, "", "", "container_image", "public.ecr.aws/docker/library/nginx:1",
	 PROVIDER_NONE, "public.ecr.aws/docker/library/nginx", "", "", "container.image"},
	{"file behind an S3 host", PROVIDER_NONE, "", "", "file", "b1.s3.amazonaws.com/key",
	 PROVIDER_NONE, "b1.s3.amazonaws.com/key", "", "", "file"},
	{"image type, but no name", PROVIDER_NONE, "", "", "container.image", "",
	 PROVIDER_NONE, "", "", "", "container.image"},
	{"image of AWS's registry in China", PROVIDER_NONE, "", "", "", ACCT ".dkr.ecr.cn-north-1.amazonaws.com.cn/app",
	 PROVIDER_AWS, "arn:aws-cn:ecr:cn-north-1:" ACCT ":repository/app", ACCT, "cn-north-1", "AWS::ECR::Repository"},
	{"nothing but a digest", PROVIDER_NONE, "", "", "", "@sha256:00",
	 PROVIDER_NONE, "docker.io/library/", "", "", "container.image"},
	{"archive of an image", PROVIDER_NONE, "", "", "container_image", "images/alpine.tar.gz",
	 PROVIDER_NONE, "images/alpine.tar.gz", "", "", "container_image"},
	{"repository URL", PROVIDER_NONE, "", "", "repository", "HTTPS://bot:token@Git.Example.com/Team/App.git/",
	 PROVIDER_NONE, "https://git.example.com/Team/App", "", "", "repository"},
	{"host", PROVIDER_NONE, "", "", "host", "Web-01.Example.COM",
	 PROVIDER_NONE, "web-01.example.com", "", "", "host"},
	{"file", PROVIDER_NONE, "", "", "filesystem", "Src/App",
	 PROVIDER_NONE, "Src/App", "", "", "filesystem"},
	{"nothing", PROVIDER_NONE, "", "", "", "", PROVIDER_NONE, "", "", "", ""},
	{"OCI instance", PROVIDER_NONE, "ocid1.tenancy.oc1..aaaa", "", "", "ocid1.instance.oc1.iad.AbC1",
	 PROVIDER_OCI, "ocid1.instance.oc1.iad.AbC1", "ocid1.tenancy.oc1..aaaa", "iad", "instance"},
	{"OCI user has no region", PROVIDER_OCI, "", "", "", "ocid1.user.oc1..bbbb",
	 PROVIDER_OCI, "ocid1.user.oc1..bbbb", "", "", "user"},
	{"OCI id cut short", PROVIDER_OCI, "", "", "", "ocid1.",
	 PROVIDER_OCI, "ocid1.", "", "", ""},
	{"OCI without raw: the account", PROVIDER_OCI, "ocid1.tenancy.oc1..aaaa", "", "", "",
	 PROVIDER_OCI, "ocid1.tenancy.oc1..aaaa", "ocid1.tenancy.oc1..aaaa", "", "tenancy"},
};
/* clang-format on */

static const struct {
	const struct row *rows;
	size_t n;
} tables[] = {
        {azure_rows, N_ELEMENTS(azure_rows)},
        {aws_rows, N_ELEMENTS(aws_rows)},
        {gcp_rows, N_ELEMENTS(gcp_rows)},
        {other_rows, N_ELEMENTS(other_rows)},
};

static struct resource resource_of(const struct row *row)
{
	return (struct resource){.provider = row->provider,
	                         .account = row->account,
	                         .region = row->region,
	                         .type = row->type,
	                         .name = "",
	                         .raw = row->raw,
	                         .id = ""};
}

static void check(const struct row *row, const char *what, const char *got,
                  const char *expected)
{
	if (strcmp(got, expected) != 0)
		fail_msg("%s: %s is \"%s\", not \"%s\"", row->name, what, got, expected);
}

static void check_all(const struct row *row, const struct resource *r)
{
	if (r->provider != row->provider_out)
		fail_msg("%s: provider %s", row->name, provider_name(r->provider));
	check(row, "id", r->id, row->id);
	check(row, "account", r->account, row->account_out);
	check(row, "region", r->region, row->region_out);
	check(row, "type", r->type, row->type_out);
}

static void for_each_row(void (*visit)(const struct row *row, struct arena *a))
{
	for (size_t t = 0; t < N_ELEMENTS(tables); t++) {
		for (size_t i = 0; i < tables[t].n; i++) {
			ARENA_SCOPED a = arena_new(1024);

			visit(&tables[t].rows[i], a);
		}
	}
}

static void visit_once(const struct row *row, struct arena *a)
{
	struct resource r = resource_of(row);

	resource_canonicalize(&r, a);
	check_all(row, &r);
}

static void test_resource_canonicalize__brings_every_spelling_to_one(void **state)
{
	(void)state;
	for_each_row(visit_once);
}

static void visit_twice(const struct row *row, struct arena *a)
{
	struct resource r = resource_of(row);

	resource_canonicalize(&r, a);
	resource_canonicalize(&r, a);
	check_all(row, &r);
	/* What is left of an assessment's assessment would be cut again. */
	if (row->id[0] == '\0' || strstr(row->id, "/assessments/") != NULL ||
	    row->id[strlen(row->id) - 1] == '/')
		return;
	r.raw = r.id;
	resource_canonicalize(&r, a);
	check_all(row, &r);
}

static void test_resource_canonicalize__is_idempotent(void **state)
{
	(void)state;
	for_each_row(visit_twice);
}

static void test_resource_canonicalize__keeps_a_stated_name(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct resource r = {.provider = PROVIDER_AZURE,
	                     .account = "",
	                     .region = "",
	                     .type = "",
	                     .name = "",
	                     .raw = SUB
	                     "/resourceGroups/rg/providers/Microsoft.Web/sites/Shop",
	                     .id = ""};

	(void)state;
	resource_canonicalize(&r, a);
	assert_string_equal(r.name, "shop");
	r.name = "The shop";
	resource_canonicalize(&r, a);
	assert_string_equal(r.name, "The shop");
}

static void test_resource_canonicalize__takes_a_zeroed_resource(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct resource r = {.provider = PROVIDER_AWS, .raw = "i-0abc"};
	struct resource empty = {.provider = PROVIDER_NONE};

	(void)state;
	resource_canonicalize(&r, a);
	assert_string_equal(r.id, "arn:aws:ec2:::instance/i-0abc");
	resource_canonicalize(&empty, a);
	assert_string_equal(empty.id, "");
	assert_string_equal(empty.account, "");
}

static void test_resource_canonical_alias__uses_the_place_of_the_resource(void **state)
{
	ARENA_SCOPED a = arena_new(1024);
	struct resource r = {.provider = PROVIDER_AWS,
	                     .account = ACCT,
	                     .region = "eu-west-1",
	                     .type = "AwsEc2Instance",
	                     .name = "",
	                     .raw = "arn:aws:ec2:eu-west-1:" ACCT ":instance/i-0abc",
	                     .id = ""};

	(void)state;
	resource_canonicalize(&r, a);
	assert_string_equal(resource_canonical_alias(&r, "i-0abc", a), r.id);
	assert_string_equal(resource_canonical_alias(&r, SUB "/", a), SUB);
}

static void test_resource_type__follows_cloudformation(void **state)
{
	static const struct {
		const char *given;
		const char *expected;
	} rows[] = {
	        {"AwsEc2Instance", "AWS::EC2::Instance"},
	        {"AwsRdsDbInstance", "AWS::RDS::DBInstance"},
	        {"AwsRdsDbClusterSnapshot", "AWS::RDS::DBClusterSnapshot"},
	        {"AwsDynamoDbTable", "AWS::DynamoDB::Table"},
	        {"AwsElbv2LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"},
	        {"AwsElbLoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer"},
	        {"AwsWafv2WebAcl", "AWS::WAFv2::WebACL"},
	        {"AwsCertificateManagerCertificate", "AWS::ACM::Certificate"},
	        {"AwsStepFunctionStateMachine", "AWS::StepFunctions::StateMachine"},
	        {"AwsApiGatewayV2Api", "AWS::ApiGatewayV2::Api"},
	        {"AwsApiGatewayRestApi", "AWS::ApiGateway::RestApi"},
	        {"AwsAutoScalingAutoScalingGroup", "AWS::AutoScaling::AutoScalingGroup"},
	        {"AwsEc2Vpc", "AWS::EC2::VPC"},
	        {"AwsEc2Eip", "AWS::EC2::EIP"},
	        {"AwsAppSyncGraphQLApi", "AWS::AppSync::GraphQLApi"},
	        {"AwsAmazonMQBroker", "AWS::AmazonMQ::Broker"},
	        {"AwsAmazonMqBroker", "AWS::AmazonMQ::Broker"},
	        {"AwsFSxFileSystem", "AWS::FSx::FileSystem"},
	        {"AwsMskCluster", "AWS::MSK::Cluster"},
	        {"AwsElasticsearchDomain", "AWS::OpenSearchService::Domain"},
	        {"AWS_EC2_INSTANCE", "AWS::EC2::Instance"},
	        {"AWS::EC2::Instance", "AWS::EC2::Instance"},
	        {"Other", "Other"},
	        {"Aws", "Aws"},
	        {"AwsThing", "AwsThing"},
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ARENA_SCOPED a = arena_new(1024);
		struct resource r = {.provider = PROVIDER_AWS,
		                     .account = "",
		                     .region = "",
		                     .type = rows[i].given,
		                     .name = "",
		                     .raw = "x y",
		                     .id = ""};

		resource_canonicalize(&r, a);
		if (strcmp(r.type, rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].given, r.type);
	}
}

/* SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere. */
static size_t below(uint64_t *seed, size_t n)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (size_t)((z ^ (z >> 31)) % n);
}

static const char *random_text(uint64_t *seed, size_t n_max, struct arena *a)
{
	static const char *const pieces[] = {
	        "arn:",
	        "arn:aws:",
	        "AWS::",
	        "::",
	        ":",
	        "/",
	        "//",
	        "ec2",
	        "iam",
	        "s3",
	        "root",
	        "i-0a",
	        "vpc-",
	        "unknown",
	        "/unknown",
	        "function:f",
	        ":1",
	        "/sha256:0",
	        "@sha256:",
	        "account",
	        ACCT,
	        "eu-west-1",
	        "cn-north-1",
	        "/subscriptions/",
	        "subscriptions/",
	        "/resourceGroups/",
	        "/providers/",
	        "microsoft.security",
	        "/assessments/",
	        "/subassessments/",
	        "//compute",
	        ".googleapis.com",
	        "https://",
	        "projects/",
	        "/zones/",
	        "/k8s/",
	        "gs://",
	        "s3://",
	        "b/",
	        "ocid1.",
	        ".",
	        "x",
	        " ",
	        "a:b",
	        ".azurecr.io/",
	        ".dkr.ecr.",
	        "AwsEc2Instance",
	        "AwsS3Bucket",
	        "image",
	        "host",
	        "://",
	        "\xc3\xa9",
	        "storage.googleapis.com/Bucket",
	        "AWS::IAM::AccessKey",
	        "container.image",
	        ".amazonaws.com/",
	};
	const char *text = "";

	for (size_t n = below(seed, n_max + 1); n > 0; n--)
		text = arena_printf(a, "%s%s", text,
		                    pieces[below(seed, N_ELEMENTS(pieces))]);
	return text;
}

static bool has_visible(const char *s)
{
	return s[strspn(s, " ")] != '\0';
}

/* Whatever is written, there is an id, and a second look does not change it. */
static void check_random(uint64_t *seed)
{
	static const char *const accounts[] = {"", ACCT, "p1", "S1", "aws"};
	static const char *const regions[] = {"", "eu-west-1", "CN-north-1", "global"};
	ARENA_SCOPED a = arena_new(1024);
	struct resource r = {.provider = (enum provider)below(seed, N_PROVIDERS),
	                     .account = accounts[below(seed, N_ELEMENTS(accounts))],
	                     .region = regions[below(seed, N_ELEMENTS(regions))],
	                     .type = random_text(seed, 2, a),
	                     .name = "",
	                     .raw = random_text(seed, 7, a),
	                     .id = ""};
	const char *id;

	resource_canonicalize(&r, a);
	id = r.id;
	if (id[0] == '\0' && has_visible(r.raw) && r.provider != PROVIDER_AZURE)
		fail_msg("\"%s\" has no id", r.raw);
	resource_canonicalize(&r, a);
	if (strcmp(r.id, id) != 0)
		fail_msg("\"%s\": \"%s\", then \"%s\"", r.raw, id, r.id);
}

static void test_resource_canonicalize__settles_any_text(void **state)
{
	const char *text = getenv("ISOBAR_SEED");
	uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 20261122;

	(void)state;
	print_message("ISOBAR_SEED=%" PRIu64 "\n", seed);
	for (int i = 0; i < 50000; i++)
		check_random(&seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_resource_canonicalize__brings_every_spelling_to_one),
	        cmocka_unit_test(test_resource_canonicalize__is_idempotent),
	        cmocka_unit_test(test_resource_canonicalize__keeps_a_stated_name),
	        cmocka_unit_test(test_resource_canonicalize__takes_a_zeroed_resource),
	        cmocka_unit_test(
	                test_resource_canonical_alias__uses_the_place_of_the_resource),
	        cmocka_unit_test(test_resource_type__follows_cloudformation),
	        cmocka_unit_test(test_resource_canonicalize__settles_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
