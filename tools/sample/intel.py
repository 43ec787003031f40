# SPDX-License-Identifier: Apache-2.0
"""What the world says of some CVEs of the estate, in the shapes of its feeds.

The ids, and that they are exploited, are facts; likelihoods and dates are rounded or made up.
"""

from .choice import NOW
from .cves import CVES

DAY = NOW.strftime("%Y-%m-%d")
# cve: (EPSS, day of KEV or "", known in ransomware, CISA's SSVC: automatable, total impact)
KNOWN = {
    "CVE-2021-44228": ("0.97500", "2021-12-10", True, ("yes", "total")),
    "CVE-2021-45046": ("0.95000", "2023-05-01", False, None),
    "CVE-2022-22965": ("0.94000", "2022-04-04", False, ("yes", "total")),
    "CVE-2023-46604": ("0.94400", "2023-11-02", True, ("yes", "total")),
    "CVE-2023-44487": ("0.94000", "2023-10-10", False, ("yes", "partial")),
    "CVE-2023-4911": ("0.67000", "2023-11-21", False, ("no", "total")),
    "CVE-2023-4863": ("0.93000", "2023-09-13", False, None),
    "CVE-2024-1086": ("0.85000", "2024-05-30", False, ("no", "total")),
    "CVE-2021-4034": ("0.88000", "2022-06-27", False, None),
    "CVE-2022-0847": ("0.82000", "2022-04-25", False, None),
    "CVE-2024-38475": ("0.93000", "2025-05-01", False, ("yes", "partial")),
    "CVE-2024-6387": ("0.40000", "", False, ("no", "total")),
    "CVE-2022-42889": ("0.94000", "", False, None),
    "CVE-2023-38545": ("0.26000", "", False, None),
    "CVE-2024-2961": ("0.61000", "", False, None),
    "CVE-2023-39325": ("0.00120", "", False, None),
    "CVE-2024-37891": ("0.00160", "", False, None),
}


def epss():
    rows = [f"{cve},{score},0.50000" for cve, (score, *_) in sorted(KNOWN.items())]
    return "\n".join([f"#model_version:v2025.03.14,score_date:{DAY}T12:55:00Z",
                      "cve,epss,percentile", *rows]) + "\n", len(rows)


def kev():
    rows = []
    for cve, (_, added, ransomware, _) in sorted(KNOWN.items()):
        if not added:
            continue
        year, month, day = (int(n) for n in added.split("-"))
        due = NOW.replace(year=year, month=month, day=day).toordinal() + 21
        rows.append({
            "cveID": cve, "vendorProject": CVES[cve][0].split(":")[-1],
            "product": CVES[cve][0].split(":")[-1], "vulnerabilityName": CVES[cve][5],
            "dateAdded": added, "shortDescription": CVES[cve][5] + ".",
            "requiredAction": "Apply updates per vendor instructions.",
            "dueDate": NOW.fromordinal(due).strftime("%Y-%m-%d"),
            "knownRansomwareCampaignUse": "Known" if ransomware else "Unknown",
            "notes": "", "cwes": [CVES[cve][6]]})
    return {"title": "Extract made for the sample estate",
            "catalogVersion": DAY.replace("-", "."), "dateReleased": f"{DAY}T00:00:00.0000Z",
            "count": len(rows), "vulnerabilities": rows}, len(rows)


def cve_records():
    rows = []
    for cve, (_, added, _, ssvc) in sorted(KNOWN.items()):
        if ssvc is None:
            continue
        choices = [{"Exploitation": "active" if added else "poc"}, {"Automatable": ssvc[0]},
                   {"Technical Impact": ssvc[1]}]
        rows.append({
            "dataType": "CVE_RECORD", "dataVersion": "5.1",
            "cveMetadata": {"cveId": cve, "state": "PUBLISHED",
                            "dateUpdated": f"{DAY}T00:00:00.000Z"},
            "containers": {
                "cna": {"descriptions": [{"lang": "en", "value": CVES[cve][5] + "."}]},
                "adp": [{"title": "CISA ADP Vulnrichment",
                         "providerMetadata": {"shortName": "CISA-ADP",
                                              "orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0",
                                              "dateUpdated": f"{DAY}T00:00:00.000Z"},
                         "metrics": [{"other": {"type": "ssvc", "content": {
                             "id": cve, "version": "2.0.3", "role": "CISA Coordinator",
                             "timestamp": f"{DAY}T00:00:00.000000Z",
                             "options": choices}}}]}]}})
    return rows
