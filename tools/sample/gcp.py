# SPDX-License-Identifier: Apache-2.0
"""Security Command Center, as findings.list of version 2 answers."""

import json

from . import estate
from .checks import G
from .choice import days_ago, dice, hexa, stamp
from .cves import CVES, label_of
from .verdicts import GENERAL_FIX


def scc_row(r, category, title, meaning, severity, first, changed, fix, klass):
    number = estate.GCP_NUMBERS[r.account]
    uid = hexa(32, "scc", r.id, category)
    source = f"sources/{10**18 + dice(10**17, 'source', klass)}"
    name = f"organizations/{estate.GCP_ORGANIZATION}/{source}/locations/global/findings/{uid}"
    return {
        "finding": {
            "name": name,
            "canonicalName": f"projects/{number}/{source}/locations/global/findings/{uid}",
            "parent": name.split("/locations/")[0], "resourceName": r.id,
            "state": "ACTIVE", "category": category, "severity": severity,
            "findingClass": klass, "mute": "UNDEFINED", "description": f"{title}. {meaning}",
            "nextSteps": fix, "createTime": stamp(first), "eventTime": stamp(changed),
            "parentDisplayName": "Security Health Analytics", "sourceProperties": {},
        },
        "resource": {
            "name": r.id, "displayName": r.name, "cloudProvider": "GOOGLE_CLOUD_PLATFORM",
            "type": r.type.replace(".googleapis.com/", ".").join(("google.", "")),
            "service": r.id[2:].split("/")[0], "location": r.place,
            "gcpMetadata": {
                "project": f"//cloudresourcemanager.googleapis.com/projects/{number}",
                "projectDisplayName": r.account,
                "organization": f"organizations/{estate.GCP_ORGANIZATION}", "folders": []},
        },
    }


GCE_CVES = [("ingest-1", "CVE-2024-1086"), ("ingest-1", "CVE-2023-4911"),
            ("dashboards", "CVE-2022-22965"), ("lab-vm-1", "CVE-2021-4034")]


def scc_vulnerability(r, cve):
    package, version, fixed, score, _, title, _, exploited = CVES[cve]
    row = scc_row(r, "SOFTWARE_VULNERABILITY", title, "", label_of(score).upper(),
                  days_ago(30, r.id, cve), days_ago(1, r.id, cve), f"Update to {fixed}.",
                  "VULNERABILITY")
    uid = hexa(32, "scc", r.id, cve)
    for key in ("name", "canonicalName"):
        row["finding"][key] = row["finding"][key].rsplit("/", 1)[0] + "/" + uid
    row["finding"]["vulnerability"] = {
        "cve": {"id": cve, "cvssv3": {"baseScore": score / 10}, "upstreamFixAvailable": True,
                "exploitationActivity": "WIDE" if exploited else "NO_KNOWN",
                "observedInTheWild": exploited, "zeroDay": False},
        "offendingPackage": {"packageName": package.split(":")[-1], "packageVersion": version},
        "fixedPackage": {"packageVersion": fixed.split(",")[0]}}
    return row


def scc_rows(verdicts, resources, controls):
    rows = []
    for v in (v for v in verdicts if v.connector == G and v.state != "passing"):
        fix = controls.get(v.control, GENERAL_FIX)
        row = scc_row(v.resource, v.rule, v.title, v.meaning, v.severity, v.first, v.changed,
                      fix, "MISCONFIGURATION")
        finding = row["finding"]
        if v.state == "resolved":
            finding["state"] = "INACTIVE"
        elif v.state == "muted":
            finding["mute"] = "MUTED"
            finding["muteUpdateTime"] = stamp(days_ago(3, finding["name"]))
        elif v.rule in ("PUBLIC_BUCKET_ACL", "OPEN_SSH_PORT"):
            finding["attackExposure"] = {"score": 4.7, "state": "CALCULATED",
                                         "exposedHighValueResourcesCount": 1}
        rows.append(row)
        if v.rule == "PUBLIC_BUCKET_ACL" and v.resource.name == "meridian-vessel-photos":
            twin = json.loads(json.dumps(row))  # listed for the project as well
            twin["finding"]["name"] = twin["finding"]["canonicalName"]
            rows.append(twin)
    by_name = {r.name: r for r in resources if r.kind == "gce"}
    rows += [scc_vulnerability(by_name[name], cve) for name, cve in GCE_CVES]
    threat = by_name["ingest-1"]
    rows.append(scc_row(threat, "Malware: Bad Domain", "The machine asked for a known bad name",
                        "It may be under control of others.", "HIGH", days_ago(2, "threat"),
                        days_ago(1, "threat"), "Isolate the machine.", "THREAT"))
    return rows
