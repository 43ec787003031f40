# SPDX-License-Identifier: Apache-2.0
"""Defender for Cloud, Azure Policy and Resource Graph in the shapes of their APIs."""

import csv
import datetime
import io
import json

from . import estate
from .checks import CHECKS, D, P
from .choice import NOW, days_ago, dice, guid, stamp
from .cves import CVES, ACR, IMAGES, AZURE_VM_CVES, label_of, image_digest
from .verdicts import state_of

IMAGE_KEY = "c0b7cfc6-3172-465a-b378-53c7ff2cc0d5"
MACHINE_KEY = guid("assessment", "machine vulnerabilities")


def assessment(resource, key, title, code, cause, first, changed):
    record = {
        "id": f"{resource.id}/providers/Microsoft.Security/assessments/{key}",
        "name": key,
        "type": "Microsoft.Security/assessments",
        "properties": {
            "resourceDetails": {"Source": "Azure", "Id": resource.id,
                                "ResourceName": resource.name.split("/")[-1],
                                "ResourceType": resource.type.split("/")[-1],
                                "ResourceProvider": resource.type.split("/")[0]},
            "displayName": title,
            "status": {"code": code, "statusChangeDate": stamp(changed, 7),
                       "firstEvaluationDate": stamp(first, 7)},
            "additionalData": {},
        },
    }
    if cause:
        record["properties"]["status"]["cause"] = cause
    if dice(9, "upper", resource.id, key) == 0:  # services write ids in any case
        record["id"] = record["id"].replace("/resourceGroups/", "/resourcegroups/")
    return record


def defender_assessments(verdicts, resources):
    status = {"open": ("Unhealthy", ""), "passing": ("Healthy", ""),
              "resolved": ("Healthy", ""), "muted": ("NotApplicable", "Exempt")}
    found = [assessment(v.resource, v.rule, v.title, *status[v.state], v.first, v.changed)
             for v in verdicts if v.connector == D]
    for r in resources:
        if r.kind == "acr" or r.name in AZURE_VM_CVES:
            image = r.kind == "acr"
            bad = r.name != "meridianharbordev"
            one = assessment(r, IMAGE_KEY if image else MACHINE_KEY,
                             "Container images have vulnerabilities" if image
                             else "The machine has vulnerabilities",
                             "Unhealthy" if bad else "Healthy", "",
                             days_ago(90, r.id), days_ago(2, r.id))
            one["properties"]["additionalData"]["subAssessmentsLink"] = \
                one["id"] + "/subAssessments"
            found.append(one)
    return found


def defender_metadata(controls):
    keys = [(IMAGE_KEY, "Container images have vulnerabilities", "High", "Container",
             "Rebuild the images on patched bases and libraries."),
            (MACHINE_KEY, "The machine has vulnerabilities", "High", "Compute",
             "Install the fixed versions.")]
    for kind, control, title, _, _, rules in CHECKS:
        if D in rules:
            area = "IdentityAndAccess" if kind == "azureaccount" else \
                "Networking" if kind in ("vnet", "subnet") else \
                "Data" if kind == "storage" else "Compute"
            keys.append((*rules[D][:1], title, rules[D][1], area, controls[control]))
    policies = {rules[D][0]: rules[P][0] for *_, rules in CHECKS
                if D in rules and P in rules}
    found = []
    for key, title, severity, area, fix in keys:
        properties = {"displayName": title, "description": title + ".",
                      "remediationDescription": f"<p>{fix}</p>", "categories": [area],
                      "severity": severity, "userImpact": "Moderate",
                      "implementationEffort": "Low", "assessmentType": "BuiltIn"}
        if key in policies:
            properties["policyDefinitionId"] = \
                f"/providers/Microsoft.Authorization/policyDefinitions/{policies[key]}"
        found.append({"id": f"/providers/Microsoft.Security/assessmentMetadata/{key}",
                      "name": key, "type": "Microsoft.Security/assessmentMetadata",
                      "properties": properties})
    return found


def subassessment(parent, key, cve, additional, code="Unhealthy"):
    _, _, fixed, score, _, title, _, _ = CVES[cve]
    name = guid("subassessment", parent.id, cve, additional["assessedResourceType"],
                json.dumps(additional.get("artifactDetails", "")))
    status = {"code": code, "severity": label_of(score)}
    if code == "NotApplicable":
        status["cause"] = "Exempt"
    return {
        "id": f"{parent.id}/providers/Microsoft.Security/assessments/{key}"
              f"/subAssessments/{name}",
        "name": name,
        "type": "Microsoft.Security/assessments/subAssessments",
        "properties": {
            "id": cve, "displayName": cve, "status": status,
            "remediation": f"Update to {fixed} or newer.", "category": "Vulnerability",
            "description": title,
            "timeGenerated": stamp(days_ago(1, parent.id, cve), 7),
            "resourceDetails": {"source": "Azure", "id": parent.id},
            "additionalData": additional,
        },
    }


def image_details(repository, cve):
    package, version, fixed, score, vector, _, cwe, exploited = CVES[cve]
    return {
        "assessedResourceType": "AzureContainerRegistryVulnerability",
        "artifactDetails": {"registryHost": ACR, "repositoryName": repository,
                            "digest": image_digest(repository), "tags": ["2026.11"],
                            "artifactType": "ContainerImage",
                            "mediaType": "application/vnd.docker.distribution.manifest"
                                         ".v2+json"},
        "softwareDetails": {"packageName": package.split(":")[-1], "version": version,
                            "fixedVersion": fixed.split(",")[0], "fixStatus": "FixAvailable",
                            "patchable": True, "language": ""},
        "vulnerabilityDetails": {
            "cveId": cve, "severity": label_of(score),
            "cvss": {"2.0": None, "3.0": {"base": score / 10,
                                          "cvssVectorString": "CVSS:3.1/" + vector}},
            "weaknesses": {"cwe": [{"id": cwe}]},
            "exploitabilityAssessment": {"isInExploitKit": exploited,
                                         "exploitStepsPublished": exploited,
                                         "exploitStepsVerified": exploited,
                                         "exploitUris": [], "types": []},
        },
        "cvssV30Score": score / 10,
    }


def machine_details(cve):
    package, version, fixed, score, _, _, _, _ = CVES[cve]
    return {
        "assessedResourceType": "ServerVulnerabilityTvm", "type": "Vulnerability",
        "cvss": {"2.0": None, "3.0": {"base": score / 10}}, "patchable": True,
        "cve": [{"title": cve, "link": f"https://nvd.nist.gov/vuln/detail/{cve}"}],
        "softwareName": package.split(":")[-1], "softwareVersion": version,
        "recommendedVersion": fixed.split(",")[0],
    }


def defender_subassessments(resources):
    by_name = {r.name: r for r in resources if r.cloud == "azure"}
    registry = by_name["meridianharbor"]
    found = []
    for repository, (_, _, cves, seen) in IMAGES.items():
        for cve in cves if seen else []:
            code = "NotApplicable" if cve == "CVE-2024-29041" else "Unhealthy"
            found.append(subassessment(registry, IMAGE_KEY, cve,
                                       image_details(repository, cve), code))
    for name, cves in AZURE_VM_CVES.items():
        for cve in cves:
            code = "Healthy" if (name, cve) == ("vm-erp-01", "CVE-2023-4911") else "Unhealthy"
            found.append(subassessment(by_name[name], MACHINE_KEY, cve,
                                       machine_details(cve), code))
    return found


# (machine, type, title, severity, status, intent, days ago, is an incident)
ALERTS = [
    ("vm-jump-01", "VM_SshBruteForceSuccess", "Successful SSH sign-in after many failures",
     "High", "Active", "PreAttack,InitialAccess", 1, False),
    ("vm-edge-01", "VM_JndiOutboundConnection", "Java process connected to an unknown LDAP host",
     "High", "Active", "Execution", 2, False),
    ("vm-edge-01", "VM_NewCryptoMinerProcess", "Digital currency miner was started", "Medium",
     "InProgress", "Impact", 1, False),
    ("vm-erp-01", "VM_SuspectDownload", "Download by an unusual tool", "Low", "Resolved",
     "Execution", 40, False),
    ("vm-build-01", "VM_UnusualAccount", "Unusual account was created", "Medium", "Dismissed",
     "Persistence", 25, False),
    ("vm-booking-01", "VM_EICAR", "[SAMPLE ALERT] Malware test file found (not a threat)", "High",
     "Active", "Execution", 7, False),
]


def defender_alerts(resources):
    by_name = {r.name: r for r in resources}
    found = []
    for name, kind, title, severity, status, intent, days, incident in ALERTS:
        r = by_name[name]
        at = days_ago(days, name, kind)
        uid = f"251{dice(10**16, kind, name):016d}_{guid('alert', name, kind)}"
        found.append({
            "id": f"/subscriptions/{r.subscription}/resourceGroups/{r.group}/providers"
                  f"/Microsoft.Security/locations/{r.region}/alerts/{uid}",
            "name": uid, "type": "Microsoft.Security/Locations/alerts",
            "properties": {
                "alertType": kind, "systemAlertId": uid, "productComponentName": "Servers",
                "alertDisplayName": title, "description": title + " on " + name + ".",
                "severity": severity, "intent": intent, "status": status,
                "startTimeUtc": stamp(at, 7), "endTimeUtc": stamp(at, 7),
                "timeGeneratedUtc": stamp(at, 7), "processingEndTimeUtc": stamp(at, 7),
                "vendorName": "Microsoft", "productName": "Microsoft Defender for Cloud",
                "resourceIdentifiers": [{"type": "AzureResource", "azureResourceId": r.id}],
                "remediationSteps": ["Isolate the machine.", "Look for what else it did."],
                "entities": [{"$id": "1", "type": "host", "hostName": name,
                              "azureID": r.id.replace("/subscriptions/", "/SUBSCRIPTIONS/")}],
                "isIncident": incident, "compromisedEntity": name,
                "extendedProperties": {"resourceType": "Virtual Machine"},
            },
        })
    return found


def policy_state(verdict, assignment):
    r = verdict.resource
    state = {"open": "NonCompliant", "passing": "Compliant", "resolved": "Compliant",
             "muted": "Exempt"}[verdict.state]
    scope = f"/subscriptions/{r.subscription}"
    return {
        "@odata.id": None, "timestamp": stamp(days_ago(0, r.id, verdict.rule), 0),
        "resourceId": r.id.lower() if dice(2, "lower", r.id) else r.id,
        "policyAssignmentId": f"{scope}/providers/Microsoft.Authorization"
                              f"/policyAssignments/{assignment}",
        "policyAssignmentName": assignment,
        "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/"
                              + verdict.rule,
        "policyDefinitionName": verdict.rule, "policyDefinitionAction": "auditifnotexists",
        "policyDefinitionReferenceId": verdict.control.replace(".", "-"),
        "policySetDefinitionId": f"{scope}/providers/Microsoft.Authorization"
                                 f"/policySetDefinitions/{guid('initiative', assignment)}",
        "isCompliant": state == "Compliant", "complianceState": state,
        "subscriptionId": r.subscription, "resourceType": r.type,
        "resourceLocation": r.region,
        "resourceGroup": "" if r.kind == "azureaccount" else r.group,
        "policyAssignmentParameters": "{}", "managementGroupIds": "meridian",
        "policyDefinitionGroupNames": [],
    }


def policy_states(verdicts):
    found = []
    for v in (v for v in verdicts if v.connector == P):
        found.append(policy_state(v, "meridian-baseline"))
        if v.state == "open" and dice(12, "twice", v.resource.id, v.rule) == 0:
            found.append(policy_state(v, "storage-hardening"))  # one rule, two assignments
    return found


def security_rules(group):
    """What the verdicts on a group say is open, and the web; else the office comes in."""
    def rule(name, priority, port, source):
        return {"name": name, "properties": {
            "access": "Allow", "direction": "Inbound", "priority": priority, "protocol": "Tcp",
            "sourceAddressPrefix": source, "sourcePortRange": "*",
            "destinationAddressPrefix": "*", "destinationPortRange": port}}

    is_open = {check[1]: state_of(group, check) == "open" for check in CHECKS
               if check[0] == "nsg"}
    rules = [rule("allow-rdp", 120, "3389", "*")] if is_open["net.rdp-open"] else []
    rules.append(rule("allow-ssh", 100, "22",
                      "*" if is_open["net.ssh-open"] else "10.60.0.0/16"))
    if group.name == "nsg-edge":
        rules.append(rule("allow-web", 110, "443", "Internet"))
    return rules


def interface(nic, vm, by_name):
    guard = estate.GUARDS.get(vm.name, "nsg-app" if vm.environment == "production"
                              else "nsg-dev")
    return {"virtualMachine": {"id": vm.id},
            "networkSecurityGroup": {"id": by_name["nsg", guard].id},
            "ipConfigurations": [{"id": nic.id + "/ipConfigurations/primary",
                                  "name": "primary", "properties": {}}]}


def principal_of(name):
    return guid("identity", name)


def cluster(r):
    return {"fqdn": f"{r.name}-dns-{dice(10**8, r.name):08d}.hcp.{r.region}.azmk8s.io",
            "identityProfile": {"kubeletidentity": {"objectId": principal_of(r.name)}}}


# Ids of built-in roles, as Microsoft documents them.
ROLE_IDS = {
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Virtual Machine Contributor": "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
}


def role_rows(resources):
    """Rows of Resource Graph's table authorizationresources."""
    by_name = {r.name: r for r in resources if r.cloud == "azure"}
    rows = []
    for who, role, on in estate.ROLES:
        r = by_name[who]
        subscription = f"/subscriptions/{r.subscription}"
        scope = by_name[on].id if on else subscription
        name = guid("role assignment", who, role, on)
        rows.append({
            "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
            "name": name, "type": "microsoft.authorization/roleassignments",
            "subscriptionId": r.subscription,
            "properties": {
                "principalId": principal_of(who), "principalType": "ServicePrincipal",
                "roleDefinitionId": f"{subscription}/providers/Microsoft.Authorization"
                                    f"/roleDefinitions/{ROLE_IDS[role]}",
                "scope": scope, "createdOn": stamp(days_ago(200, name), 7)}})
    return sorted(rows, key=lambda row: row["id"].lower())


def graph_rows(resources):
    rows = []
    by_name = {(r.kind, r.name): r for r in resources}
    for r in resources:
        if r.cloud != "azure" or r.kind in ("azureaccount", "subnet"):
            continue
        row = {"id": r.id, "name": r.name.split("/")[-1], "type": r.type.lower(),
               "location": r.region, "resourceGroup": r.group,
               "subscriptionId": r.subscription, "tags": r.tags, "properties": {}}
        short = r.name.split("-", 1)[-1]
        if r.kind == "vm":
            row["properties"] = {"networkProfile": {"networkInterfaces": [
                {"id": by_name["nic", "nic-" + short].id}]}}
            row["identity"] = {"type": "SystemAssigned",
                               "principalId": principal_of(r.name)}
        elif r.kind == "nic":
            row["properties"] = interface(r, by_name["vm", "vm-" + short], by_name)
        elif r.kind == "nsg":
            row["properties"] = {"securityRules": security_rules(r)}
        elif r.kind == "aks":
            row["properties"] = cluster(r)
        elif r.kind == "publicip":
            row["properties"] = {
                "ipAddress": f"203.0.113.{10 + dice(200, r.name)}",
                "ipConfiguration": {"id": by_name["nic", "nic-" + short].id
                                    + "/ipConfigurations/primary"}}
        rows.append(row)
    return sorted(rows, key=lambda row: row["id"].lower())


def portal_export(assessments, metadata, resources):
    """The same production findings as a person exports them from the portal."""
    columns = ("exportedTimestamp subscriptionId subscriptionName resourceGroup resourceType "
               "resourceName resourceId recommendationId recommendationName "
               "recommendationDisplayName description remediationSteps severity state "
               "notApplicableReason firstEvaluationDate statusChangeDate controls "
               "azurePortalRecommendationLink nativeCloudAccountId").split()
    facts = {m["name"]: m["properties"] for m in metadata}
    by_id = {r.id: r for r in resources if r.cloud == "azure"}
    text = io.StringIO(newline="")
    out = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    out.writerow(columns)
    n = 0
    for one in assessments:
        properties = one["properties"]
        r = by_id[properties["resourceDetails"]["Id"]]
        if r.environment != "production" or properties["status"]["code"] == "Healthy":
            continue
        if one["name"] in (IMAGE_KEY, MACHINE_KEY):
            continue  # roll-ups: the export was filtered to configuration
        fact = facts[one["name"]]
        out.writerow([
            stamp(NOW - datetime.timedelta(hours=20)), r.subscription, r.account,
            "" if r.kind == "azureaccount" else r.group.lower(),
            r.type.split("/")[-1].lower(), r.name.split("/")[-1], r.id.lower(),
            one["id"].lower(), one["name"], properties["displayName"], fact["description"],
            "1. Open the resource.\n2. " + fact["remediationDescription"][3:-4],
            fact["severity"], properties["status"]["code"],
            properties["status"].get("cause", ""),
            properties["status"]["firstEvaluationDate"],
            properties["status"]["statusChangeDate"], "{}",
            "https://portal.azure.com/#blade/Microsoft_Azure_Security/RecommendationsBlade"
            f"/assessmentKey/{one['name']}", ""])
        n += 1
    return "\ufeff" + text.getvalue(), n
