# SPDX-License-Identifier: Apache-2.0
"""Prowler in OCSF, for all three clouds."""

import datetime

from .checks import W
from .choice import NOW
from .verdicts import GENERAL_FIX

# Where Prowler makes up an ARN for what belongs to the account as a whole.
PROWLER_ACCOUNT_ARNS = {
    "iam_password_policy_minimum_length_14": "arn:aws:iam:{region}:{account}:password-policy",
    "iam_password_policy_reuse_24": "arn:aws:iam:{region}:{account}:password-policy",
    "s3_account_level_public_access_blocks": "arn:aws:s3:{region}:{account}:account",
}

SEVERITY_IDS = {"informational": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}


def prowler_uid(v):
    r = v.resource
    if r.cloud == "gcp":
        return r.uid, r.name, r.place
    if r.cloud == "azure":
        return r.id, r.name.split("/")[-1], r.region
    form = PROWLER_ACCOUNT_ARNS.get(v.rule)
    uid = form.format(region=r.region, account=r.account) if form else r.id
    name = "<root_account>" if r.kind == "account" and not form else r.name
    if r.kind in ("instance", "sg", "defaultsg", "vpc", "awssubnet", "volume", "key"):
        name = r.id.split("/")[-1]
    return uid, name, r.region


def prowler_record(v, fix, basis):
    r = v.resource
    uid, name, region = prowler_uid(v)
    failed = v.state in ("open", "muted")
    muted = v.state == "muted"
    account = r.subscription if r.cloud == "azure" else r.account
    scan = NOW - datetime.timedelta(hours=5)
    epoch = int(scan.timestamp())
    local = (scan + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.104771")
    detail = f"{name}: {v.title.lower() if failed else 'as it should be'}."
    framework, *rest = basis.split("/")
    compliance = {}
    if framework == "framework:cis_" + r.cloud and len(rest) == 2:
        compliance = {"CIS-" + rest[0]: [rest[1]]}
    return {
        "message": detail,
        "metadata": {"event_code": v.rule, "profiles": ["cloud", "datetime"],
                     "product": {"name": "Prowler", "uid": "prowler",
                                 "vendor_name": "Prowler", "version": "5.12.0"},
                     "tenant_uid": "", "version": "1.5.0"},
        "severity_id": SEVERITY_IDS[v.severity], "severity": v.severity.capitalize(),
        "status": "Suppressed" if muted else "New", "status_id": 3 if muted else 1,
        "status_code": "FAIL" if failed else "PASS", "status_detail": detail,
        "unmapped": {"categories": [], "compliance": compliance, "muted": muted,
                     "provider": r.cloud},
        "activity_name": "Create", "activity_id": 1,
        "finding_info": {"created_time": epoch, "created_time_dt": local,
                         "title": "Check: " + v.title[0].lower() + v.title[1:],
                         "desc": v.meaning, "types": [],
                         "uid": f"prowler-{r.cloud}-{v.rule}-{account}-{region}-{name}"},
        "resources": [{"uid": uid, "name": name, "type": prowler_type(r), "region": region,
                       "labels": [f"{k}:{t}" for k, t in r.tags.items()],
                       "group": {"name": v.rule.split("_")[0]},
                       "data": {"details": "", "metadata": {}}}],
        "category_name": "Findings", "category_uid": 2, "class_name": "Detection Finding",
        "class_uid": 2004,
        "cloud": {"provider": r.cloud, "region": region,
                  "account": {"uid": account, "name": r.account, "labels": [],
                              "type": {"aws": "AWS Account", "gcp": "GCP Account",
                                       "azure": "Azure AD Account"}[r.cloud],
                              "type_id": {"aws": 10, "gcp": 5, "azure": 6}[r.cloud]}},
        "remediation": {"desc": fix, "references": []},
        "risk_details": v.meaning, "time": epoch, "time_dt": local,
        "type_uid": 200401, "type_name": "Detection Finding: Create",
    }


def prowler_type(r):
    if r.kind == "account":
        return "AwsIamUser"
    return r.type.lower() if r.cloud == "azure" else r.type


def prowler_records(cloud, verdicts, aliases, controls):
    return [prowler_record(v, controls.get(v.control, GENERAL_FIX),
                           aliases.get((W, v.rule), ("", ""))[1]) for v in verdicts
            if v.connector == W and v.resource.cloud == cloud]
