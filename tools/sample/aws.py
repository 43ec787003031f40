# SPDX-License-Identifier: Apache-2.0
"""Security Hub in the AWS Security Finding Format."""

import json

from . import estate
from .checks import S
from .choice import days_ago, dice, guid, hexa, stamp
from .cves import CVES, IMAGES, AWS_INSTANCE_CVES, label_of, image_digest
from .verdicts import GENERAL_FIX


def asff(product, uid, region, account, title, description, severity, first, changed):
    return {
        "SchemaVersion": "2018-10-08", "Id": uid,
        "ProductArn": f"arn:aws:securityhub:{region}::product/aws/{product}",
        "ProductName": {"securityhub": "Security Hub", "guardduty": "GuardDuty",
                        "inspector": "Inspector", "macie": "Macie",
                        "access-analyzer": "IAM Access Analyzer"}[product],
        "CompanyName": "AWS" if product == "securityhub" else "Amazon",
        "Region": region, "GeneratorId": "", "AwsAccountId": account, "Types": [],
        "FirstObservedAt": stamp(first), "LastObservedAt": stamp(changed),
        "CreatedAt": stamp(first), "UpdatedAt": stamp(changed),
        "Severity": {"Label": severity, "Original": severity,
                     "Normalized": {"INFORMATIONAL": 0, "LOW": 1, "MEDIUM": 40, "HIGH": 70,
                                    "CRITICAL": 90}[severity]},
        "Title": title, "Description": description, "Resources": [],
        "WorkflowState": "NEW", "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE",
        "FindingProviderFields": {"Severity": {"Label": severity, "Original": severity}},
    }


def asff_resource(r, **more):
    uid = f"AWS::::Account:{r.account}" if r.kind == "account" else r.id
    found = {"Type": r.type, "Id": uid, "Partition": "aws", "Region": r.region}
    if r.kind not in ("account", "policy"):
        found["Tags"] = {"Name": r.name, **r.tags}
    return {**found, **more}


def control_finding(v, fix):
    r = v.resource
    failed = v.state in ("open", "muted") or dice(2, "archived", r.id, v.rule) == 0
    failed = failed and v.state != "passing"
    one = asff("securityhub",
               f"arn:aws:securityhub:{r.region}:{r.account}:security-control/{v.rule}/finding/"
               + guid(r.id, v.rule), r.region, r.account, v.title, v.meaning,
               v.severity if failed else "INFORMATIONAL", v.first, v.changed)
    one["GeneratorId"] = "security-control/" + v.rule
    one["Types"] = ["Software and Configuration Checks/Industry and Regulatory Standards"]
    one["Remediation"] = {"Recommendation": {"Text": fix}}
    one["Resources"] = [asff_resource(r)]
    one["Compliance"] = {"Status": "FAILED" if failed else "PASSED",
                         "SecurityControlId": v.rule, "AssociatedStandards": [
                             {"StandardsId": "standards/aws-foundational-security-best"
                                             "-practices/v/1.0.0"}]}
    if v.state == "muted":
        one["Workflow"]["Status"] = "SUPPRESSED"
    elif v.state == "resolved" and failed:
        one["RecordState"] = "ARCHIVED"
    elif not failed:
        one["Workflow"]["Status"] = "RESOLVED"
    return one


def per_standard_twin(finding, rule):
    """The same finding as accounts without consolidated findings report it."""
    one = json.loads(json.dumps(finding))
    account, region = one["AwsAccountId"], one["Region"]
    one["Id"] = (f"arn:aws:securityhub:{region}:{account}:subscription/cis-aws-foundations-"
                 f"benchmark/v/1.2.0/{rule}/finding/{guid('twin', finding['Id'])}")
    one["GeneratorId"] = ("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"
                          f"/rule/{rule}")
    one["Compliance"] = {"Status": "FAILED"}
    return one


def inspector_finding(r, cve):
    package, version, fixed, score, vector, title, _, exploited = CVES[cve]
    severity = label_of(score).upper()
    first = days_ago(10 + dice(120, r.id, cve), r.id, cve)
    one = asff("inspector", f"arn:aws:inspector2:{r.region}:{r.account}:finding/"
               + hexa(32, "inspector", r.id, cve), r.region, r.account,
               f"{cve} - {package.split(':')[-1]}", title, severity, first,
               days_ago(1, r.id, cve))
    one["GeneratorId"] = "AWSInspector"
    one["Types"] = ["Software and Configuration Checks/Vulnerabilities/CVE"]
    one["Remediation"] = {"Recommendation": {"Text": f"Update to {fixed}."}}
    profile = f"arn:aws:iam::{r.account}:instance-profile/{r.name}"
    if r.kind == "instance":
        one["Resources"] = [asff_resource(r, Details={"AwsEc2Instance": {
            "Type": "m6i.large", "IamInstanceProfileArn": profile,
            "IpV4Addresses": [f"10.20.0.{2 + dice(250, r.name)}"]}})]
    else:
        image = image_digest(r.name)
        one["Resources"] = [asff_resource(
            r, Type="AwsEcrContainerImage", Id=f"{r.id}/{image}", Details={
                "AwsEcrContainerImage": {"RepositoryName": r.name, "RegistryId": r.account,
                                         "ImageDigest": image, "ImageTags": ["2026.11"]}})]
    one["Vulnerabilities"] = [{
        "Id": cve, "FixAvailable": "YES", "ExploitAvailable": "YES" if exploited else "NO",
        "VulnerablePackages": [{"Name": package.split(":")[-1], "Version": version,
                                "FixedInVersion": fixed.split(",")[0]}],
        "Cvss": [{"Version": "3.1", "BaseScore": score / 10,
                  "BaseVector": "CVSS:3.1/" + vector, "Source": "NVD"}],
        "Vendor": {"Name": "NVD", "Url": f"https://nvd.nist.gov/vuln/detail/{cve}",
                   "VendorSeverity": severity}}]
    return one


# (instance, type, title, severity, archived)
THREATS = [
    ("gateway-1", "UnauthorizedAccess:EC2-SSHBruteForce",
     "SSH sign-ins are being guessed at gateway-1", "MEDIUM", False),
    ("gateway-1", "CryptoCurrency:EC2-BitcoinTool.B!DNS",
     "gateway-1 asks for the address of a mining pool", "HIGH", False),
    ("lab-1", "Recon:EC2-PortProbeUnprotectedPort",
     "An open port of lab-1 is being probed", "LOW", True),
]


def threat_finding(r, kind, title, severity, archived):
    at = days_ago(2, r.id, kind)
    detector = f"arn:aws:guardduty:{r.region}:{r.account}:detector/{hexa(32, r.account, r.region)}"
    one = asff("guardduty", f"{detector}/finding/{hexa(32, r.id, kind)}", r.region, r.account,
               title, title + ".", severity, at, at)
    one["GeneratorId"] = detector
    one["Types"] = ["TTPs/Initial Access/" + kind]
    one["ProductFields"] = {"aws/guardduty/service/archived": str(archived).lower(),
                            "aws/guardduty/service/count": "12"}
    one["Resources"] = [asff_resource(r)]
    one["RecordState"] = "ARCHIVED" if archived else "ACTIVE"
    return one


def trust_policy(account, trusts):
    """The document of a role that a repository of GitHub, or everybody, may take on."""
    host = "token.actions.githubusercontent.com"
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    if trusts.startswith("github:"):
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{host}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{host}:aud": "sts.amazonaws.com"},
                "StringLike": {f"{host}:sub": f"repo:{trusts[len('github:'):]}:*"}}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role_findings(account):
    """IAM.27 passes on each role, with its details; a trust in everybody is found as such."""
    found = []
    for name, policies, trusts in estate.AWS_ROLES:
        arn = f"arn:aws:iam::{account}:role/{name}"
        at = days_ago(1, arn)
        resource = {
            "Type": "AwsIamRole", "Id": arn, "Partition": "aws", "Region": "us-east-1",
            "Details": {"AwsIamRole": {
                "RoleName": name, "Path": "/", "MaxSessionDuration": 3600,
                "AttachedManagedPolicies": [
                    {"PolicyName": p.rsplit("/", 1)[1], "PolicyArn": p} for p in policies],
                "AssumeRolePolicyDocument": trust_policy(account, trusts)}}}
        passed = asff("securityhub",
                      f"arn:aws:securityhub:us-east-1:{account}:security-control/IAM.27/finding/"
                      + guid(arn, "IAM.27"), "us-east-1", account,
                      "IAM identities should not have the AWSCloudShellFullAccess policy attached",
                      "Cloud Shell can carry files out.", "INFORMATIONAL", days_ago(200, arn), at)
        passed["GeneratorId"] = "security-control/IAM.27"
        passed["Types"] = ["Software and Configuration Checks/Industry and Regulatory Standards"]
        passed["Workflow"]["Status"] = "RESOLVED"
        passed["Compliance"] = {"Status": "PASSED", "SecurityControlId": "IAM.27"}
        passed["Resources"] = [resource]
        found.append(passed)
        if trusts != "*":
            continue
        access = asff("access-analyzer",
                      f"arn:aws:access-analyzer:us-east-1:{account}:analyzer/meridian/arn:aws:iam::"
                      f"{account}:role/{name}", "us-east-1", account,
                      f"AwsIamRole/{arn} allows public access",
                      "Any account may take on the role.", "HIGH", days_ago(60, arn), at)
        access["GeneratorId"] = "aws/access-analyzer"
        access["Types"] = ["Software and Configuration Checks/AWS Security Best Practices"
                           "/External Access Granted"]
        access["Resources"] = [resource]
        found.append(access)
    return found


def macie_finding(bucket):
    """Names and passports in the bucket of customs scans."""
    at = days_ago(3, bucket.id, "macie")
    kind = "SensitiveData:S3Object-Personal"
    one = asff("macie", f"arn:aws:macie2:{bucket.region}:{bucket.account}:finding/"
               + hexa(32, "macie", bucket.id), bucket.region, bucket.account,
               "The object holds personal data", "Names and passport numbers.", "MEDIUM", at, at)
    one["GeneratorId"] = "aws/macie"
    one["Types"] = ["Sensitive Data Identifications/PII/" + kind]
    one["Resources"] = [
        asff_resource(bucket, Details={"AwsS3Bucket": {"AccessControlList": json.dumps({
            "grantSet": None, "grantList": [
                {"grantee": "AllUsers", "permission": "Read"}]})}}),
        {"Type": "AwsS3Object", "Id": f"{bucket.id}/2026/10/manifest-4711.pdf", "Partition": "aws",
         "Region": bucket.region,
         "DataClassification": {"Result": {"Status": {"Code": "COMPLETE"}, "SensitiveData": [
             {"Category": "PERSONAL_INFORMATION", "TotalCount": 128, "Detections": [
                 {"Type": "PASSPORT_NUMBER", "Count": 64}, {"Type": "NAME", "Count": 64}]}]}}}]
    return one


def securityhub_findings(verdicts, resources, controls):
    by_name = {(r.kind, r.name): r for r in resources if r.cloud == "aws"}
    found = []
    for v in (v for v in verdicts if v.connector == S):
        one = control_finding(v, controls.get(v.control, GENERAL_FIX))
        found.append(one)
        if v.rule == "EC2.13" and v.state == "open" and v.resource.environment == "production":
            found.append(per_standard_twin(one, "4.1"))
        if v.rule == "S3.8" and v.resource.name == "meridian-customs-scans":
            older = json.loads(json.dumps(one))  # a page repeated after a change
            older["UpdatedAt"] = stamp(days_ago(9, v.resource.id))
            older["Severity"]["Label"] = "MEDIUM"
            older["FindingProviderFields"]["Severity"]["Label"] = "MEDIUM"
            found += [older, one]
    for name, cves in AWS_INSTANCE_CVES.items():
        found += [inspector_finding(by_name["instance", name], cve) for cve in cves]
    worker = "harbor/manifest-worker"
    found += [inspector_finding(by_name["repo", worker], cve)
              for cve in IMAGES[worker][2]]
    found += role_findings("111122223333")
    found.append(macie_finding(by_name["bucket", "meridian-customs-scans"]))
    for name, *rest in THREATS:
        found.append(threat_finding(by_name["instance", name], *rest))
    return ([f for f in found if f["Region"] == "us-east-1"],
            [f for f in found if f["Region"] != "us-east-1"])
