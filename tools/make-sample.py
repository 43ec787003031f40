#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes deploy/sample/, a made-up estate in the shapes of the real providers, and
deploy/sample-intel/, what feeds say of its CVEs.

Development only: the output is committed, nothing at run time needs Python.  The same
tables (tools/sample/) give the same bytes: every choice is a digest of what
it is about, and all times stand relative to NOW.

    tools/make-sample.py            write the files and print what is in them
    tools/make-sample.py --check    exit 1 if the committed files differ
"""
import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

# pylint: disable=wrong-import-position
from sample import aws, azure, cves, estate, gcp, github, images, intel, prowler  # noqa: E402
from sample import resources as resources_of  # noqa: E402
from sample import verdicts as verdicts_of  # noqa: E402
from sample.choice import guid  # noqa: E402


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def listing(records, before, after):
    """One record a line: the files stay readable in a diff."""
    return before + "\n" + ",\n".join(compact(r) for r in records) + "\n" + after + "\n"


def build():
    aliases, controls = verdicts_of.read_catalog(ROOT / "catalog")
    resources = resources_of.all_resources()
    verdicts = verdicts_of.all_verdicts(resources)
    files, counts = {}, {}

    def put(name, text, n):
        files[name], counts[name] = text, n

    def put_list(name, records, before='{"value":[', after='],"nextLink":""}'):
        put(name, listing(records, before, after), len(records))

    assessments = azure.defender_assessments(verdicts, resources)
    metadata = azure.defender_metadata(controls)
    put_list("azure/defender-assessments.json", assessments)
    put_list("azure/defender-assessment-metadata.json", metadata)
    put_list("azure/defender-subassessments.json", azure.defender_subassessments(resources))
    put_list("azure/defender-alerts.json", azure.defender_alerts(resources))
    states = azure.policy_states(verdicts)
    put_list("azure/policy-states.json", states,
             '{"@odata.context":"https://management.azure.com/subscriptions/'
             f'{guid("subscription", "harbor-production")}/providers/Microsoft.PolicyInsights'
             f'/policyStates/$metadata#latest","@odata.count":{len(states)},'
             '"@odata.nextLink":null,"value":[', "]}")
    rows = azure.graph_rows(resources)
    put_list("azure/resource-graph-resources.json", rows,
             f'{{"totalRecords":{len(rows)},"count":{len(rows)},"resultTruncated":"false",'
             '"facets":[],"data":[', "]}")
    roles = azure.role_rows(resources)
    put_list("azure/resource-graph-authorization.json", roles,
             f'{{"totalRecords":{len(roles)},"count":{len(roles)},"resultTruncated":"false",'
             '"facets":[],"data":[', "]}")
    put("azure/defender-portal-export.csv", *azure.portal_export(assessments, metadata, resources))
    put_list("azure/prowler-azure.ocsf.json",
             prowler.prowler_records("azure", verdicts, aliases, controls), "[", "]")
    east, west = aws.securityhub_findings(verdicts, resources, controls)
    put_list("aws/securityhub-findings.json", east, '{"Findings":[', "]}")
    put("aws/securityhub-findings-eu.ndjson",
        "".join(compact(f) + "\n" for f in west), len(west))
    put_list("aws/prowler-aws.ocsf.json",
             prowler.prowler_records("aws", verdicts, aliases, controls), "[", "]")
    scc = gcp.scc_rows(verdicts, resources, controls)
    put_list("gcp/scc-findings.json", scc, '{"listFindingsResults":[',
             f'],"totalSize":{len(scc)}}}')
    put_list("gcp/prowler-gcp.ocsf.json",
             prowler.prowler_records("gcp", verdicts, aliases, controls), "[", "]")
    put_list("github/code-scanning-alerts.json", github.code_scanning(), "[", "]")
    put_list("github/secret-scanning-alerts.json", github.secret_scanning(), "[", "]")
    put("../sample-intel/epss.csv", *intel.epss())
    catalogue, n = intel.kev()
    put("../sample-intel/kev.json", json.dumps(catalogue, indent=1) + "\n", n)
    records = intel.cve_records()
    put("../sample-intel/cve-records.ndjson",
        "".join(compact(r) + "\n" for r in records), len(records))
    for repository in cves.IMAGES:
        report = images.trivy_report(repository)
        n = sum(len(r.get("Vulnerabilities", [])) + len(r.get("Secrets", []))
                for r in report["Results"])
        put(f"images/trivy-{repository.split('/')[1]}.json",
            json.dumps(report, indent=1) + "\n", n)
    return files, counts, resources, verdicts


def summary(files, counts, resources, verdicts):
    for name, n in sorted(counts.items()):
        print(f"{n:6d} records {len(files[name].encode()):9d} bytes  {name}")
    print(f"{sum(counts.values()):6d} records "
          f"{sum(len(t.encode()) for t in files.values()):9d} bytes  in all")
    print(f"{len(resources):6d} resources:",
          ", ".join(f"{sum(r.cloud == c for r in resources)} {c}" for c in estate.KINDS),
          f"and {len(cves.IMAGES)} images")
    seen = {}
    for v in verdicts:
        if v.control and v.state in ("open", "muted"):
            seen.setdefault((v.resource.id, v.control), set()).add(v.connector)
    for least in (1, 2, 3):
        n = sum(len(s) >= least for s in seen.values())
        print(f"{n:6d} open (resource, control) seen by {least} or more connectors")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("--check", action="store_true")
    options.add_argument("--output", type=pathlib.Path, default=ROOT / "deploy" / "sample")
    chosen = options.parse_args()
    files, counts, resources, verdicts = build()
    if chosen.check:
        differ = [n for n, text in files.items() if not (chosen.output / n).is_file()
                  or (chosen.output / n).read_bytes() != text.encode()]
        for name in differ:
            print(f"{chosen.output / name}: not what tools/make-sample.py writes")
        sys.exit(1 if differ else 0)
    for name, text in files.items():
        path = chosen.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    summary(files, counts, resources, verdicts)


if __name__ == "__main__":
    main()
