/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AWS's records say of assets: details of ASFF's resources by their types,
 * GuardDuty's own, and OCSF's as Security Hub and Prowler write them.
 */
#include "collector/aws_asff.h"
#include "collector/aws_native.h"
#include "collector/ocsf.h"
#include "said.h"

#define ACCOUNT "111122223333"
#define ASFF(more, type, id, members)                                                    \
	"{'SchemaVersion':'2018-10-08','Id':'f1','AwsAccountId':'" ACCOUNT "'," more     \
	"'ProductArn':'arn:aws:securityhub:eu-west-1::product/aws/securityhub',"         \
	"'GeneratorId':'g','Title':'t','Region':'eu-west-1','Resources':[{'Type':'" type \
	"','Id':'" id "'," members "}]}"
#define DETAILS(type, id, details) \
	ASFF("", type, id, "'Details':{'" type "':{" details "}}")
#define INSTANCE    "arn:aws:ec2:eu-west-1:" ACCOUNT ":instance/i-0a"
#define ROLE        "arn:aws:iam::" ACCOUNT ":role/web"
#define GITHUB_HOST "token.actions.githubusercontent.com"
#define GITHUB      "arn:aws:iam::" ACCOUNT ":oidc-provider/" GITHUB_HOST
#define TRUST(statement)                                                       \
	DETAILS("AwsIamRole", ROLE,                                            \
	        "'AssumeRolePolicyDocument':'{\\'Statement\\':[{\\'Effect\\':" \
	        "\\'Allow\\'," statement "}]}'")

static const struct saying details[] = {
        {"instance with a public address",
         DETAILS("AwsEc2Instance", INSTANCE,
                 "'IpV4Addresses':['10.0.0.1','198.51.100.7'],'IamInstanceProfileArn':"
                 "'arn:aws:iam::" ACCOUNT ":instance-profile/web','NetworkInterfaces':"
                 "[{'NetworkInterfaceId':'eni-0b'},{}]"),
         "arn:aws:ec2:eu-west-1:" ACCOUNT ":instance/i-0a\n"
         "  exposure internet_filtered: IpV4Addresses has 198.51.100.7, behind its "
         "security groups\n"
         "  runs_as -> arn:aws:iam::" ACCOUNT ":instance-profile/web\n"
         "  attached_to <- arn:aws:ec2:eu-west-1:" ACCOUNT ":network-interface/eni-0b\n"},
        {"instance with private addresses",
         DETAILS("AwsEc2Instance", INSTANCE, "'IpV4Addresses':['10.0.0.1','172.31.4.5']"),
         "arn:aws:ec2:eu-west-1:" ACCOUNT ":instance/i-0a\n"
         "  exposure internal: IpV4Addresses has 10.0.0.1; IpV4Addresses has 172.31.4.5\n"},
        {"interface",
         DETAILS("AwsEc2NetworkInterface",
                 "arn:aws:ec2:eu-west-1:" ACCOUNT ":network-interface/eni-0b",
                 "'Attachment':{'InstanceId':'i-0a'},'SecurityGroups':[{'GroupId':"
                 "'sg-0c'}],'PublicIp':'198.51.100.7'"),
         "arn:aws:ec2:eu-west-1:" ACCOUNT ":network-interface/eni-0b\n"
         "  exposure internet_filtered: PublicIp has 198.51.100.7, behind its security "
         "groups\n"
         "  attached_to <- arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c\n"
         "  attached_to -> arn:aws:ec2:eu-west-1:" ACCOUNT ":instance/i-0a\n"},
        {"group that lets the internet in",
         DETAILS("AwsEc2SecurityGroup",
                 "arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c",
                 "'IpPermissions':[{'IpProtocol':'tcp','FromPort':22,'ToPort':22,"
                 "'IpRanges':[{'CidrIp':'0.0.0.0/0'}]},{'IpProtocol':'-1','Ipv6Ranges':"
                 "[{'CidrIpv6':'::/0'}]},{'IpProtocol':'tcp','FromPort':80,'ToPort':90,"
                 "'IpRanges':[{'CidrIp':'203.0.113.0/24'}]}]"),
         "arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c\n"
         "  exposure internet_open: IpPermissions: tcp/22 from 0.0.0.0/0; IpPermissions: "
         "any from ::/0\n"},
        {"group that does not",
         DETAILS("AwsEc2SecurityGroup",
                 "arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c",
                 "'IpPermissions':[{'IpProtocol':'tcp','IpRanges':[{'CidrIp':"
                 "'10.0.0.0/8'}],'UserIdGroupPairs':[{'GroupId':'sg-0d'}]}]"),
         "arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c\n"
         "  exposure internal: IpPermissions: none of 1 is from the internet\n"},
        {"group that cannot be read",
         DETAILS("AwsEc2SecurityGroup",
                 "arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c",
                 "'IpPermissions':'all'"),
         "arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c\n"},
        {"balancer",
         DETAILS("AwsElbv2LoadBalancer",
                 "arn:aws:elasticloadbalancing:eu-west-1:" ACCOUNT ":loadbalancer/app/l/1",
                 "'Scheme':'internet-facing','SecurityGroups':['sg-0c']"),
         "arn:aws:elasticloadbalancing:eu-west-1:" ACCOUNT ":loadbalancer/app/l/1\n"
         "  exposure internet_filtered: Scheme is internet-facing, behind its "
         "SecurityGroups\n"
         "  attached_to <- arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c\n"},
        {"network balancer",
         DETAILS("AwsElbv2LoadBalancer",
                 "arn:aws:elasticloadbalancing:eu-west-1:" ACCOUNT ":loadbalancer/net/l/1",
                 "'Scheme':'internet-facing'"),
         "arn:aws:elasticloadbalancing:eu-west-1:" ACCOUNT ":loadbalancer/net/l/1\n"
         "  exposure internet_open: Scheme is internet-facing\n"},
        {"blocked bucket",
         DETAILS("AwsS3Bucket", "arn:aws:s3:::b",
                 "'PublicAccessBlockConfiguration':{'BlockPublicAcls':true,"
                 "'BlockPublicPolicy':true,'IgnorePublicAcls':true,"
                 "'RestrictPublicBuckets':true},'AccessControlList':'AllUsers'"),
         "arn:aws:s3:::b\n"
         "  exposure internal: PublicAccessBlockConfiguration: all four are true\n"},
        {"public bucket",
         DETAILS("AwsS3Bucket", "arn:aws:s3:::b",
                 "'AccessControlList':'AllUsers','BucketPolicy':'{\\'Statement\\':"
                 "{\\'Effect\\':\\'Allow\\',\\'Principal\\':{\\'AWS\\':\\'*\\'}}}'"),
         "arn:aws:s3:::b\n"
         "  exposure internet_open: AccessControlList has the grantee AllUsers; "
         "BucketPolicy allows Principal *\n"},
        {"database",
         DETAILS("AwsRdsDbInstance", "arn:aws:rds:eu-west-1:" ACCOUNT ":db:d",
                 "'PubliclyAccessible':true,'VpcSecurityGroups':"
                 "[{'VpcSecurityGroupId':'sg-0c'}]"),
         "arn:aws:rds:eu-west-1:" ACCOUNT ":db:d\n"
         "  exposure internet_filtered: PubliclyAccessible is true, behind its security "
         "groups\n"
         "  attached_to <- arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c\n"},
        {"function",
         DETAILS("AwsLambdaFunction", "arn:aws:lambda:eu-west-1:" ACCOUNT ":function:f",
                 "'Role':'" ROLE "'"),
         "arn:aws:lambda:eu-west-1:" ACCOUNT ":function:f\n"
         "  runs_as -> arn:aws:iam::" ACCOUNT ":role/web\n"},
        {"cluster",
         DETAILS("AwsEksCluster", "arn:aws:eks:eu-west-1:" ACCOUNT ":cluster/c",
                 "'RoleArn':'" ROLE "','ResourcesVpcConfig':{'EndpointPublicAccess':true}"),
         "arn:aws:eks:eu-west-1:" ACCOUNT ":cluster/c\n"
         "  exposure internet_open: ResourcesVpcConfig.EndpointPublicAccess is true\n"
         "  runs_as -> arn:aws:iam::" ACCOUNT ":role/web\n"},
        {"private cluster",
         DETAILS("AwsEksCluster", "arn:aws:eks:eu-west-1:" ACCOUNT ":cluster/c",
                 "'ResourcesVpcConfig':{'EndpointPublicAccess':false}"),
         "arn:aws:eks:eu-west-1:" ACCOUNT ":cluster/c\n"
         "  exposure restricted: ResourcesVpcConfig.EndpointPublicAccess is false\n"},
        {"container", DETAILS("Container", "c1", "'Privileged':true"),
         "aws:" ACCOUNT ":eu-west-1:Container:c1\n"
         "  privilege broad: Container.Privileged is true\n"},
        {"tags", ASFF("", "AwsS3Bucket", "arn:aws:s3:::b", "'Tags':{'env':'prod','bad':3}"),
         "arn:aws:s3:::b\n"
         "  tags {\"env\":\"prod\"}\n"},
        {"archived",
         ASFF("'RecordState':'ARCHIVED',", "AwsS3Bucket", "arn:aws:s3:::b",
              "'Tags':{'env':'prod'}"),
         ""},
        {"sample",
         ASFF("'Sample':true,", "AwsS3Bucket", "arn:aws:s3:::b", "'Tags':{'env':'prod'}"),
         ""},
        {"details of nobody's type",
         ASFF("", "Other", "x", "'Details':{'Other':{'a':'b'}}"), ""},
        {"Macie",
         ASFF("", "AwsS3Object", "arn:aws:s3:::b/k.csv",
              "'DataClassification':{'Result':{'SensitiveData':[{'Category':"
              "'PERSONAL_INFORMATION'}],'CustomDataIdentifiers':{'TotalCount':2}}}"),
         "arn:aws:s3:::b/k.csv\n"
         "  sensitivity regulated: DataClassification.Result.SensitiveData has "
         "PERSONAL_INFORMATION\n"
         "  contains <- arn:aws:s3:::b\n"
         "arn:aws:s3:::b\n"
         "  sensitivity regulated: DataClassification.Result.SensitiveData has "
         "PERSONAL_INFORMATION\n"},
};

static const struct saying identities[] = {
        {"administrator",
         DETAILS("AwsIamRole", ROLE,
                 "'AttachedManagedPolicies':[{'PolicyArn':"
                 "'arn:aws:iam::aws:policy/AdministratorAccess'},{'PolicyArn':"
                 "'arn:aws:iam::" ACCOUNT ":policy/own'}],'InstanceProfileList':"
                 "[{'Arn':'arn:aws:iam::" ACCOUNT ":instance-profile/web'}]"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  privilege admin: AttachedManagedPolicies has "
         "arn:aws:iam::aws:policy/AdministratorAccess\n"
         "  may_administer -> arn:aws:iam::" ACCOUNT ":root\n"
         "  runs_as <- arn:aws:iam::" ACCOUNT ":instance-profile/web\n"},
        {"one who reads",
         DETAILS("AwsIamUser", "arn:aws:iam::" ACCOUNT ":user/u",
                 "'AttachedManagedPolicies':[{'PolicyArn':"
                 "'arn:aws:iam::aws:policy/ReadOnlyAccess'}],'GroupList':['ops']"),
         "arn:aws:iam::" ACCOUNT ":user/u\n"
         "  privilege read: AttachedManagedPolicies has "
         "arn:aws:iam::aws:policy/ReadOnlyAccess\n"
         "  member_of -> arn:aws:iam::" ACCOUNT ":group/ops\n"},
        {"one who reads, and more that is not known",
         DETAILS("AwsIamUser", "arn:aws:iam::" ACCOUNT ":user/u",
                 "'AttachedManagedPolicies':[{'PolicyArn':"
                 "'arn:aws:iam::aws:policy/ReadOnlyAccess'}],'UserPolicyList':"
                 "[{'PolicyName':'p'}]"),
         "arn:aws:iam::" ACCOUNT ":user/u\n"},
        {"one's own policy of a known name",
         DETAILS("AwsIamUser", "arn:aws:iam::" ACCOUNT ":user/u",
                 "'AttachedManagedPolicies':[{'PolicyArn':'arn:aws:iam::" ACCOUNT
                 ":policy/AdministratorAccess'}]"),
         "arn:aws:iam::" ACCOUNT ":user/u\n"},
        {"trust in everybody", TRUST("\\'Principal\\':\\'*\\'"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  exposure internet_open: AssumeRolePolicyDocument trusts Principal *\n"},
        {"trust in everybody on a condition",
         TRUST("\\'Principal\\':{\\'AWS\\':[\\'*\\']},\\'Condition\\':{\\'StringEquals\\':"
               "{\\'sts:ExternalId\\':\\'7\\'}}"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  exposure internet_filtered: AssumeRolePolicyDocument trusts Principal * under "
         "a Condition\n"},
        {"trust in an account",
         TRUST("\\'Principal\\':{\\'AWS\\':\\'arn:aws:iam::444455556666:root\\'}"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  can_assume <- arn:aws:iam::444455556666:root\n"},
        {"trust in a federation without a subject",
         TRUST("\\'Principal\\':{\\'Federated\\':\\'arn:aws:iam::" ACCOUNT
               ":oidc-provider/token.example\\'},\\'Condition\\':{\\'StringEquals\\':"
               "{\\'token.example:aud\\':\\'sts\\'}}"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  exposure internet_open: AssumeRolePolicyDocument trusts Federated "
         "arn:aws:iam::" ACCOUNT ":oidc-provider/token.example without a :sub condition\n"},
        {"trust in a federation with any subject",
         TRUST("\\'Principal\\':{\\'Federated\\':\\'arn:aws:iam::" ACCOUNT
               ":oidc-provider/token.example\\'},\\'Condition\\':{\\'StringLike\\':"
               "{\\'token.example:sub\\':[\\'repo:*\\']}}"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  exposure internet_open: AssumeRolePolicyDocument trusts Federated "
         "arn:aws:iam::" ACCOUNT ":oidc-provider/token.example with :sub repo:*\n"},
        {"trust in a federation with a subject",
         TRUST("\\'Principal\\':{\\'Federated\\':\\'arn:aws:iam::" ACCOUNT
               ":oidc-provider/token.example\\'},\\'Condition\\':{\\'StringEquals\\':"
               "{\\'token.example:sub\\':\\'repo:shop/web:ref:refs/heads/main\\'}}"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"},
        {"trust in a repository of GitHub",
         TRUST("\\'Principal\\':{\\'Federated\\':\\'" GITHUB
               "\\'},\\'Condition\\':{\\'StringEquals\\':{\\'" GITHUB_HOST
               ":sub\\':\\'repo:shop/web:ref:refs/heads/main\\'}}"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  can_assume <- https://github.com/shop/web\n"},
        {"trust in some repositories of GitHub, whatever the branch",
         TRUST("\\'Principal\\':{\\'Federated\\':\\'" GITHUB
               "\\'},\\'Condition\\':{\\'StringLike\\':{\\'" GITHUB_HOST
               ":sub\\':[\\'repo:shop/web:*\\',\\'repo:shop/*\\',\\'repo:shop/"
               "till:*\\']}}"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  can_assume <- https://github.com/shop/web\n"
         "  can_assume <- https://github.com/shop/till\n"},
        {"trust in all repositories of GitHub but one",
         TRUST("\\'Principal\\':{\\'Federated\\':\\'" GITHUB
               "\\'},\\'Condition\\':{\\'StringNotEquals\\':{\\'" GITHUB_HOST
               ":sub\\':\\'repo:shop/web:ref:refs/heads/main\\'}}"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"},
        {"a document that is cut",
         DETAILS("AwsIamRole", ROLE, "'AssumeRolePolicyDocument':'{\\'Statement'"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"},
        {"an encoded document",
         DETAILS("AwsIamRole", ROLE,
                 "'AssumeRolePolicyDocument':'%7B%22Statement%22%3A%7B%22Effect%22%3A"
                 "%22Allow%22%2C%22Principal%22%3A%22%2A%22%7D%7D'"),
         "arn:aws:iam::" ACCOUNT ":role/web\n"
         "  exposure internet_open: AssumeRolePolicyDocument trusts Principal *\n"},
};

#define GUARDDUTY(sample, resource)                                                       \
	"{'accountId':'" ACCOUNT "','arn':'arn:aws:guardduty:eu-west-1:" ACCOUNT          \
	":detector/d/finding/f','type':'Recon:EC2/PortProbeUnprotectedPort',"             \
	"'severity':2,'region':'eu-west-1','service':{'additionalInfo':{'sample':" sample \
	"}},'resource':{" resource "}}"

static const struct saying native[] = {
        {"instance",
         GUARDDUTY("false",
                   "'instanceDetails':{'instanceId':'i-0a','tags':[{'key':'env',"
                   "'value':'prod'}],'iamInstanceProfile':{'arn':'arn:aws:iam::" ACCOUNT
                   ":instance-profile/web'},'networkInterfaces':[{'networkInterfaceId':"
                   "'eni-0b','publicIp':'198.51.100.7','privateIpAddress':'10.0.0.1',"
                   "'securityGroups':[{'groupId':'sg-0c'}]}]}"),
         "arn:aws:ec2:eu-west-1:" ACCOUNT ":instance/i-0a\n"
         "  tags {\"env\":\"prod\"}\n"
         "  exposure internet_filtered: networkInterfaces.publicIp has 198.51.100.7, "
         "behind its security groups\n"
         "  runs_as -> arn:aws:iam::" ACCOUNT ":instance-profile/web\n"
         "  attached_to <- arn:aws:ec2:eu-west-1:" ACCOUNT ":network-interface/eni-0b\n"
         "  attached_to <- arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c\n"},
        {"buckets",
         GUARDDUTY("false", "'s3BucketDetails':[{'arn':'arn:aws:s3:::open','publicAccess':"
                            "{'effectivePermission':'PUBLIC'}},{'arn':'arn:aws:s3:::shut',"
                            "'publicAccess':{'effectivePermission':'NOT_PUBLIC'}},"
                            "{'arn':'arn:aws:s3:::mute'}]"),
         "arn:aws:s3:::open\n"
         "  exposure internet_open: publicAccess.effectivePermission is PUBLIC\n"
         "arn:aws:s3:::shut\n"
         "  exposure internal: publicAccess.effectivePermission is NOT_PUBLIC\n"},
        {"sample",
         GUARDDUTY("true", "'s3BucketDetails':[{'arn':'arn:aws:s3:::open','publicAccess':"
                           "{'effectivePermission':'PUBLIC'}}]"),
         ""},
};

#define OCSF(product, resource)                                                         \
	"{'class_uid':2004,'metadata':{'product':{'name':'" product                     \
	"','vendor_name':'" product "','uid':'u'},'event_code':'check_1'},"             \
	"'cloud':{'provider':'aws','account':{'uid':'" ACCOUNT                          \
	"'},'region':'eu-west-1'},'status_id':1,'status_code':'FAIL',"                  \
	"'finding_info':{'uid':'f1','title':'t','types':['x']},'resources':[{" resource \
	"}]}"

static const struct saying open_schema[] = {
        {"instance by Security Hub",
         OCSF("Other",
              "'uid':'i-0a','type':'AWS::EC2::Instance','tags':[{'name':'env',"
              "'value':'prod'}],'data':{'iam_instance_profile':{'arn':'arn:aws:iam:"
              ":" ACCOUNT
              ":instance-profile/web'},'network_interfaces':[{'network_interface_id':"
              "'eni-0b','public_ip':'198.51.100.7','security_groups':[{'group_id':"
              "'sg-0c'}]}]}"),
         "arn:aws:ec2:eu-west-1:" ACCOUNT ":instance/i-0a\n"
         "  tags {\"env\":\"prod\"}\n"
         "  exposure internet_filtered: public_ip has 198.51.100.7, behind its security "
         "groups\n"
         "  runs_as -> arn:aws:iam::" ACCOUNT ":instance-profile/web\n"
         "  attached_to <- arn:aws:ec2:eu-west-1:" ACCOUNT ":network-interface/eni-0b\n"
         "  attached_to <- arn:aws:ec2:eu-west-1:" ACCOUNT ":security-group/sg-0c\n"},
        {"database with labels",
         OCSF("Other",
              "'uid':'arn:aws:rds:eu-west-1:" ACCOUNT ":db:d','type':'AwsRdsDbInstance',"
              "'labels':['env: prod','team=web','alone'],'data':{'metadata':"
              "{'public':true}}"),
         "arn:aws:rds:eu-west-1:" ACCOUNT ":db:d\n"
         "  tags {\"env\":\"prod\",\"team\":\"web\"}\n"
         "  exposure internet_filtered: public is true, behind its security groups\n"},
        {"nothing known",
         OCSF("Other", "'uid':'arn:aws:s3:::b','type':'AwsS3Bucket','labels':[]"), ""},
};

static void test_aws_context__details(void **unused)
{
	(void)unused;
	check_sayings(&aws_asff, details, N_ELEMENTS(details));
}

static void test_aws_context__identities(void **unused)
{
	(void)unused;
	check_sayings(&aws_asff, identities, N_ELEMENTS(identities));
}

static void test_aws_context__guardduty(void **unused)
{
	(void)unused;
	check_sayings(&aws_guardduty, native, N_ELEMENTS(native));
}

static void test_aws_context__ocsf(void **unused)
{
	(void)unused;
	check_sayings(&ocsf, open_schema, N_ELEMENTS(open_schema));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_aws_context__details),
	        cmocka_unit_test(test_aws_context__identities),
	        cmocka_unit_test(test_aws_context__guardduty),
	        cmocka_unit_test(test_aws_context__ocsf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
