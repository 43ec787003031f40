# SPDX-License-Identifier: Apache-2.0
"""The things of the estate, with the name that each tool has for them."""

from . import estate
from .choice import dice, guid, hexa

ARM_TYPES = {
    "vm": "Microsoft.Compute/virtualMachines", "disk": "Microsoft.Compute/disks",
    "storage": "Microsoft.Storage/storageAccounts", "sqlserver": "Microsoft.Sql/servers",
    "sqldb": "Microsoft.Sql/servers/databases", "vault": "Microsoft.KeyVault/vaults",
    "aks": "Microsoft.ContainerService/managedClusters",
    "acr": "Microsoft.ContainerRegistry/registries", "webapp": "Microsoft.Web/sites",
    "vnet": "Microsoft.Network/virtualNetworks",
    "subnet": "Microsoft.Network/virtualNetworks/subnets",
    "nsg": "Microsoft.Network/networkSecurityGroups",
    "nic": "Microsoft.Network/networkInterfaces",
    "publicip": "Microsoft.Network/publicIPAddresses",
    "workspace": "Microsoft.OperationalInsights/workspaces",
    "azureaccount": "Microsoft.Resources/subscriptions",
}
ARN_FORMS = {
    "bucket": "arn:aws:s3:::{name}", "account": "arn:aws:iam::{account}:root",
    "instance": "arn:aws:ec2:{region}:{account}:instance/i-0{hex16}",
    "sg": "arn:aws:ec2:{region}:{account}:security-group/sg-0{hex16}",
    "defaultsg": "arn:aws:ec2:{region}:{account}:security-group/sg-0{hex16}",
    "db": "arn:aws:rds:{region}:{account}:db:{name}",
    "user": "arn:aws:iam::{account}:user/{name}",
    "policy": "arn:aws:iam::{account}:policy/{name}",
    "key": "arn:aws:kms:{region}:{account}:key/{guid}",
    "vpc": "arn:aws:ec2:{region}:{account}:vpc/vpc-0{hex16}",
    "awssubnet": "arn:aws:ec2:{region}:{account}:subnet/subnet-0{hex16}",
    "trail": "arn:aws:cloudtrail:{region}:{account}:trail/{name}",
    "eks": "arn:aws:eks:{region}:{account}:cluster/{name}",
    "lambda": "arn:aws:lambda:{region}:{account}:function:{name}",
    "alb": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{hex16}",
    "repo": "arn:aws:ecr:{region}:{account}:repository/{name}",
    "volume": "arn:aws:ec2:{region}:{account}:volume/vol-0{hex16}",
}
ASFF_TYPES = {
    "bucket": "AwsS3Bucket", "account": "AwsAccount", "instance": "AwsEc2Instance",
    "sg": "AwsEc2SecurityGroup", "defaultsg": "AwsEc2SecurityGroup",
    "db": "AwsRdsDbInstance", "user": "AwsIamUser", "policy": "AwsIamPolicy",
    "key": "AwsKmsKey", "vpc": "AwsEc2Vpc", "awssubnet": "AwsEc2Subnet",
    "trail": "AwsCloudTrailTrail", "eks": "AwsEksCluster", "lambda": "AwsLambdaFunction",
    "alb": "AwsElbv2LoadBalancer", "repo": "AwsEcrRepository", "volume": "AwsEc2Volume",
}
# kind: (full resource name, Prowler's uid, type of the asset inventory, place)
GCP_FORMS = {
    "gcsbucket": ("//storage.googleapis.com/{name}", "{name}",
                  "storage.googleapis.com/Bucket", "EU"),
    "gce": ("//compute.googleapis.com/projects/{project}/zones/{region}-b/instances/{digits}",
            "{digits}", "compute.googleapis.com/Instance", "{region}-b"),
    "firewall": ("//compute.googleapis.com/projects/{project}/global/firewalls/{digits}",
                 "{digits}", "compute.googleapis.com/Firewall", "global"),
    "gcsql": ("//cloudsql.googleapis.com/projects/{project}/instances/{name}", "{name}",
              "sqladmin.googleapis.com/Instance", "{region}"),
    "gke": ("//container.googleapis.com/projects/{project}/locations/{region}/clusters/{name}",
            "{digits}", "container.googleapis.com/Cluster", "{region}"),
    "gcpkey": ("//cloudkms.googleapis.com/projects/{project}/locations/{region}/keyRings/main"
               "/cryptoKeys/{name}",
               "projects/{project}/locations/{region}/keyRings/main/cryptoKeys/{name}",
               "cloudkms.googleapis.com/CryptoKey", "{region}"),
    "dataset": ("//bigquery.googleapis.com/projects/{project}/datasets/{name}",
                "{project}:{name}", "bigquery.googleapis.com/Dataset", "EU"),
    "gcpsubnet": ("//compute.googleapis.com/projects/{project}/regions/{region}/subnetworks"
                  "/{digits}", "{digits}", "compute.googleapis.com/Subnetwork", "{region}"),
    "network": ("//compute.googleapis.com/projects/{project}/global/networks/{digits}",
                "{digits}", "compute.googleapis.com/Network", "global"),
    "project": ("//cloudresourcemanager.googleapis.com/projects/{project}", "{project}",
                "cloudresourcemanager.googleapis.com/Project", "global"),
    "sakey": ("//iam.googleapis.com/projects/{project}/serviceAccounts/{name}@{project}"
              ".iam.gserviceaccount.com/keys/{hex40}", "{hex40}",
              "iam.googleapis.com/ServiceAccountKey", "global"),
}


class Resource:
    """One thing of the estate, with the name that each tool has for it."""

    def __init__(self, cloud, kind, account, environment, name):
        self.cloud, self.kind, self.account, self.name = cloud, kind, account, name
        self.environment = environment
        self.owner = estate.OWNERS[dice(len(estate.OWNERS), "owner", name)]
        self.tags = self._tags()
        getattr(self, "_name_" + cloud)()

    def _tags(self):
        tags = {"environment": self.environment, "owner": "team-" + self.owner}
        if self.name in estate.MISSION:
            tags["criticality"] = "mission-critical"
        if self.name in estate.REGULATED:
            tags["data-classification"] = "regulated"
        elif dice(3, "class", self.name) == 0:
            tags["data-classification"] = "internal"
        return {**tags, **estate.CONTEXT.get(self.name, {})}

    def _name_azure(self):
        self.subscription = guid("subscription", self.account)
        self.region = "westeurope" if self.environment == "production" else "northeurope"
        self.group = f"rg-{self.owner}-{self.environment[:4]}"
        self.type = ARM_TYPES[self.kind]
        self.id = f"/subscriptions/{self.subscription}"
        if self.kind == "azureaccount":
            return
        namespace, *types = self.type.split("/")
        path = "".join(f"/{t}/{n}" for t, n in zip(types, self.name.split("/")))
        if "/" in self.name:  # a child lives in the group of its parent
            parent = self.name.split("/")[0]
            owner = estate.OWNERS[dice(len(estate.OWNERS), "owner", parent)]
            self.group = f"rg-{owner}-{self.environment[:4]}"
        self.id += f"/resourceGroups/{self.group}/providers/{namespace}{path}"

    def _name_aws(self):
        regions = ["us-east-1"]
        if self.environment == "production":
            regions = ["us-east-1", "eu-west-1"]
        self.region = regions[dice(len(regions), "region", self.name)]
        if self.kind in ("user", "policy", "account", "defaultsg"):
            self.region = "us-east-1"
        if self.kind in ("repo", "eks"):
            self.region = "eu-west-1" if len(regions) > 1 else "us-east-1"
        if self.kind == "account":
            self.name = self.account
        self.type = ASFF_TYPES[self.kind]
        self.id = ARN_FORMS[self.kind].format(
            name=self.name, account=self.account, region=self.region,
            hex16=hexa(16, self.kind, self.account, self.name),
            guid=guid(self.kind, self.account, self.name))

    def _name_gcp(self):
        if self.kind == "project":
            self.name = self.account
        self.region = "europe-west1"
        words = {
            "project": self.account, "name": self.name, "region": self.region,
            "digits": str(10**18 + dice(8 * 10**18, self.kind, self.account, self.name)),
            "hex40": hexa(40, self.kind, self.name),
        }
        full, uid, self.type, place = GCP_FORMS[self.kind]
        self.id, self.uid = full.format(**words), uid.format(**words)
        self.place = place.format(**words)


def all_resources():
    found = []
    for cloud, kinds in estate.KINDS.items():
        for kind, lists in kinds.items():
            for (environment, account), names in zip(estate.ACCOUNTS[cloud], lists):
                found += [Resource(cloud, kind, account, environment, n) for n in names]
    for environment, account in estate.ACCOUNTS["azure"]:
        found.append(Resource("azure", "azureaccount", account, environment, account))
        found.append(Resource("azure", "workspace", account, environment,
                              f"log-{environment[:4]}"))
    for vm in [r for r in found if r.kind == "vm"]:
        nic = vm.name.replace("vm-", "nic-", 1)
        found.append(Resource("azure", "nic", vm.account, vm.environment, nic))
        found.append(Resource("azure", "disk", vm.account, vm.environment,
                              vm.name.replace("vm-", "osdisk-", 1)))
        if vm.name in ("vm-edge-01", "vm-edge-02", "vm-jump-01", "vm-dev-01"):
            found.append(Resource("azure", "publicip", vm.account, vm.environment,
                                  vm.name.replace("vm-", "pip-", 1)))
    return found
