# SPDX-License-Identifier: Apache-2.0
"""What exists in the sample estate, and its story.

All names are invented; account ids are those of the providers' documentation.
"""

ACCOUNTS = {
    "azure": [("production", "harbor-production"), ("development", "harbor-development")],
    "aws": [("production", "111122223333"), ("sandbox", "444455556666")],
    "gcp": [("production", "meridian-analytics"), ("sandbox", "meridian-lab")],
}
GCP_NUMBERS = {"meridian-analytics": "418273645091", "meridian-lab": "730518264417"}
GCP_ORGANIZATION = "605182739940"

OWNERS = ["booking", "tracking", "rates", "platform", "data", "finance"]



def numbered(name, count):
    """name-01, name-02, ..."""
    return [f"{name}-{i:02d}" for i in range(1, count + 1)]


# kind: (names of production, names of the second account)
AZURE = {
    "vm": (["vm-edge-01", "vm-edge-02", "vm-booking-01", "vm-booking-02", "vm-rates-01",
            "vm-tracking-01", "vm-tracking-02", "vm-jump-01", "vm-erp-01", "vm-erp-02",
            "vm-sqlhost-01", "vm-build-01"] + numbered("vm-worker", 8),
           ["vm-dev-01", "vm-dev-02", "vm-dev-03", "vm-test-01"]),
    "storage": (["stharborbooking", "stharbordocs", "stharborinvoices", "stharborlogs",
                 "stharbortracking", "stharborbackup", "stharborweb", "stharborfeeds",
                 "stharbormail"] + numbered("stharborarchive", 4),
                ["stharbordev", "stharbortest", "stharborscratch", "stharborpreview"]),
    "sqlserver": (["sql-booking", "sql-rates"], ["sql-dev"]),
    "sqldb": (["sql-booking/bookings", "sql-booking/customers", "sql-rates/tariffs"],
              ["sql-dev/bookings"]),
    "vault": (["kv-booking", "kv-platform", "kv-finance", "kv-tracking"], ["kv-dev"]),
    "aks": (["aks-harbor"], ["aks-dev"]),
    "acr": (["meridianharbor"], ["meridianharbordev"]),
    "webapp": (["app-booking", "app-tracking", "app-customs", "app-rates", "app-portal",
                 "func-notify"],
               ["app-booking-dev", "func-notify-dev"]),
    "vnet": (["vnet-hub", "vnet-harbor"], ["vnet-dev"]),
    "subnet": (["vnet-hub/snet-edge", "vnet-harbor/snet-app", "vnet-harbor/snet-data"],
               ["vnet-dev/snet-dev"]),
    "nsg": (["nsg-edge", "nsg-app", "nsg-jump"], ["nsg-dev"]),
    "disk": (["disk-erp-data-01", "disk-sqlhost-data-01", "disk-booking-data-01"],
             ["disk-dev-01"]),
}
AWS = {
    "bucket": (["meridian-manifests", "meridian-customs-scans", "meridian-web-assets",
                "meridian-invoices", "meridian-tracking-feed", "meridian-trail-logs",
                "meridian-backups", "meridian-data-lake", "meridian-terraform-state"]
               + numbered("meridian-feed", 8),
               ["meridian-sandbox-uploads", "meridian-sandbox-demo",
                "meridian-sandbox-models"]),
    "instance": (["gateway-1", "gateway-2", "manifest-api-1", "manifest-api-2", "etl-1",
                  "etl-2", "bastion", "ci-runner", "search-1"] + numbered("worker", 10),
                 ["lab-1", "lab-2", "notebook"]),
    "sg": (["gateway", "manifest-api", "bastion", "etl", "database", "ci", "search", "worker"],
           ["lab", "notebook"]),
    "defaultsg": (["default"], ["default"]),
    "db": (["manifest-db", "customs-db", "ledger-db"], ["lab-db"]),
    "user": (["a.lindqvist", "b.okafor", "c.moreau", "d.tanaka", "e.rossi", "deploy-bot",
              "report-export", "h.weber", "i.costa", "k.jansen"],
             ["f.novak", "g.silva", "lab-bot"]),
    "account": (["account"], ["account"]),
    "policy": (["ops-everything", "etl-write"], ["lab-anything"]),
    "key": (["manifest", "ledger", "backups"], ["lab"]),
    "vpc": (["main", "data"], ["lab"]),
    "awssubnet": (["public-a", "public-b", "private-a"], ["lab-a"]),
    "trail": (["organization-trail"], ["lab-trail"]),
    "eks": (["manifest"], []),
    "lambda": (["resize-scan", "notify-customs", "rate-webhook"], ["lab-hook"]),
    "alb": (["gateway", "manifest-api"], ["lab"]),
    "repo": (["harbor/manifest-worker", "harbor/etl"], ["lab/scratch"]),
    "volume": (["etl-1-data", "search-1-data", "ledger-archive"], ["notebook-data"]),
}
GCP = {
    "gcsbucket": (["meridian-port-calls", "meridian-vessel-photos", "meridian-exports",
                   "meridian-ml-features", "meridian-usage-logs"] + numbered("meridian-raw", 5),
                  ["meridian-lab-share", "meridian-lab-tmp"]),
    "gce": (["ingest-1", "ingest-2", "feature-store-1", "dashboards", "scheduler"]
            + numbered("stream", 6),
            ["lab-gpu-1", "lab-vm-1"]),
    "firewall": (["allow-ssh-admin", "allow-dashboards", "allow-internal"],
                 ["allow-ssh-lab", "allow-rdp-lab"]),
    "gcsql": (["port-calls", "reporting"], ["lab-sql"]),
    "gke": (["feature-serving"], []),
    "gcpkey": (["exports", "features"], ["lab"]),
    "dataset": (["port_calls", "vessel_positions", "billing"], ["lab_samples"]),
    "gcpsubnet": (["analytics-eu", "analytics-us"], ["lab-eu"]),
    "network": ([], ["default"]),
    "project": (["project"], ["project"]),
    "sakey": (["exporter"], ["lab-robot"]),
}
KINDS = {"azure": AZURE, "aws": AWS, "gcp": GCP}

# The story: what fails (True) or passes (False) whatever the dice say.
STORY = {
    ("meridian-customs-scans", "storage.public-access"): True,
    ("meridian-customs-scans", "storage.public-access-block"): True,
    ("meridian-sandbox-demo", "storage.public-access"): True,
    ("meridian-vessel-photos", "storage.public-access"): True,
    ("meridian-lab-share", "storage.public-access"): True,
    ("stharbordocs", "storage.public-access"): True,
    ("stharborweb", "storage.public-access"): True,
    ("stharborinvoices", "storage.public-access"): False,
    ("meridian-trail-logs", "storage.public-access"): False,
    ("gateway", "net.ssh-open"): True,
    ("bastion", "net.ssh-open"): True,
    ("lab", "net.ssh-open"): True,
    ("lab", "net.rdp-open"): True,
    ("gateway-1", "vm.public-ip"): True,
    ("gateway-1", "vm.imdsv2"): True,
    ("ops-everything", "iam.admin-policy"): True,
    ("a.lindqvist", "iam.user-mfa"): True,
    ("d.tanaka", "iam.user-mfa"): True,
    ("lab-db", "db.public-access"): True,
    ("ledger-db", "db.public-access"): False,
    ("111122223333", "iam.root-mfa"): False,
    ("444455556666", "iam.root-mfa"): True,
    ("vm-edge-01", "vm.management-ports"): True,
    ("vm-edge-01", "vm.ssh-password"): True,
    ("vm-edge-01", "vm.system-updates"): True,
    ("vm-jump-01", "vm.management-ports"): True,
    ("vm-jump-01", "vm.jit"): True,
    ("vm-build-01", "vm.secrets"): True,
    ("harbor-production", "iam.subscription-owner-mfa"): True,
    ("nsg-edge", "net.ssh-open"): True,
    ("allow-ssh-admin", "net.ssh-open"): True,
    ("allow-ssh-lab", "net.ssh-open"): True,
    ("allow-rdp-lab", "net.rdp-open"): True,
    ("reporting", "db.public-access"): True,
    ("lab_samples", "bigquery.public-access"): True,
    ("aks-harbor", "k8s.api-public"): True,
    ("aks-harbor", "k8s.policy-privileged"): True,
    ("vm-rates-01", "vm.endpoint-protection"): True,
    ("vm-booking-01", "vm.endpoint-protection"): False,
    ("vm-rates-01", "vm.log-agent"): True,
    ("vm-booking-01", "vm.log-agent"): False,
}
# Who may do what in Azure: the resource that acts, the role, and on what ("" for all of the
# subscription, else a vault or an account of storage).
ROLES = [
    ("vm-edge-01", "Contributor", ""),
    ("vm-edge-01", "Key Vault Secrets User", "kv-booking"),
    ("vm-edge-02", "Reader", ""),
    ("vm-booking-01", "Key Vault Secrets User", "kv-booking"),
    ("vm-rates-01", "Storage Blob Data Reader", "stharborfeeds"),
    ("vm-build-01", "Virtual Machine Contributor", ""),
    ("aks-harbor", "Contributor", ""),
]
# Which security group stands before which machine's interface; the others have nsg-app.
GUARDS = {"vm-edge-01": "nsg-edge", "vm-edge-02": "nsg-edge", "vm-jump-01": "nsg-jump"}
# Roles of AWS in 111122223333: (name, its policies, whom it trusts).
AWS_ROLES = [
    ("manifest-deploy", ["arn:aws:iam::aws:policy/AdministratorAccess"],
     "github:meridian-freight/manifest-deploy"),
    ("partner-customs", ["arn:aws:iam::aws:policy/AdministratorAccess"], "*"),
    ("web-assets-publish", ["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
     "github:meridian-freight/web-assets"),
]
# Names tagged with regulated data, and those that the business stops without.
REGULATED = {"stharbordocs", "stharborinvoices", "meridian-customs-scans", "customs-db",
             "ledger-db", "sql-booking", "sql-booking/customers", "kv-finance",
             "meridian-invoices", "billing"}
MISSION = {"vm-booking-01", "vm-booking-02", "sql-booking", "aks-harbor", "gateway-1",
           "gateway-2", "manifest-db", "app-booking", "vm-edge-01"}
# What the tags say of reach: only what somebody wrote down.
CONTEXT = {
    "vm-edge-01": {"exposure": "internet", "privilege": "admin"},
    "vm-edge-02": {"exposure": "internet"},
    "vm-jump-01": {"exposure": "internet", "privilege": "admin"},
    "gateway-1": {"exposure": "internet", "privilege": "admin"},
    "gateway-2": {"exposure": "internet"},
    "app-booking": {"exposure": "internet"},
}
