# SPDX-License-Identifier: Apache-2.0
"""Trivy reports of container images."""

from .choice import days_ago, digest, stamp
from .cves import CVES, IMAGES, label_of, image_digest

PURL_TYPES = {"jar": "maven", "node-pkg": "npm", "gobinary": "golang", "python-pkg": "pypi",
              "debian": "deb/debian"}


def trivy_vulnerability(repository, cve, ecosystem):
    package, version, fixed, score, vector, title, cwe, _ = CVES[cve]
    label = label_of(score).upper()
    purl = package.replace(":", "/")
    return {
        "VulnerabilityID": cve, "PkgID": f"{package}@{version}", "PkgName": package,
        "PkgIdentifier": {"PURL": f"pkg:{PURL_TYPES[ecosystem]}/{purl}@{version}"},
        "InstalledVersion": version, "FixedVersion": fixed, "Status": "fixed",
        "Layer": {"DiffID": "sha256:" + digest("layer", repository, ecosystem).hex()},
        "SeveritySource": "nvd", "PrimaryURL": "https://avd.aquasec.com/nvd/" + cve.lower(),
        "Title": title, "Description": title + ".", "Severity": label, "CweIDs": [cwe],
        "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/" + vector, "V3Score": score / 10}},
        "References": [f"https://nvd.nist.gov/vuln/detail/{cve}"],
    }


def trivy_report(repository):
    registry, language, cves, _ = IMAGES[repository]
    name = f"{registry}/{repository}:2026.11"
    system, own = [], []
    for cve in cves:
        package = CVES[cve][0]
        debian = package.startswith(("lib", "openssh", "zlib")) and "." not in package[:3]
        (system if debian else own).append(cve)
    results = [
        {"Target": f"{name} (debian 12.4)", "Class": "os-pkgs", "Type": "debian",
         "Vulnerabilities": [trivy_vulnerability(repository, c, "debian") for c in system]},
        {"Target": {"jar": "Java", "node-pkg": "Node.js", "gobinary": "app/server",
                    "python-pkg": "Python"}[language],
         "Class": "lang-pkgs", "Type": language,
         "Vulnerabilities": [trivy_vulnerability(repository, c, language) for c in own]},
    ]
    if repository == "harbor/booking-api":
        results[1]["Vulnerabilities"].append(results[1]["Vulnerabilities"][0])  # a duplicate
        results.append({"Target": "/app/config/application.yml", "Class": "secret", "Secrets": [{
            "RuleID": "aws-access-key-id", "Category": "AWS", "Severity": "CRITICAL",
            "Title": "AWS Access Key ID", "StartLine": 14, "EndLine": 14,
            "Match": "  accessKey: ********************"}]})
    return {
        "SchemaVersion": 2, "CreatedAt": stamp(days_ago(1, repository), 0),
        "ArtifactName": name, "ArtifactType": "container_image",
        "Metadata": {"OS": {"Family": "debian", "Name": "12.4"},
                     "ImageID": "sha256:" + digest("config", repository).hex(),
                     "RepoTags": [name],
                     "RepoDigests": [f"{registry}/{repository}@{image_digest(repository)}"]},
        "Results": results,
    }
