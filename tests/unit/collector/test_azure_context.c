/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Azure's records say of assets: rows of Resource Graph by their types, role
 * assignments and the risk factors of assessments.
 */
#include "collector/azure.h"
#include "said.h"

#define SUB "/subscriptions/00000000-0000-4000-8000-000000000001"
#define RG  SUB "/resourceGroups/Shop"
#define NET RG "/providers/Microsoft.Network"
/* As they are said. */
#define GROUP_ID              SUB "/resourcegroups/shop"
#define NET_ID                GROUP_ID "/providers/microsoft.network"
#define PROVIDERS_ID          SUB "/resourcegroups/r/providers"
#define ROW(type, path, more) "{'id':'" path "','type':'" type "','name':'x'," more "}"

static const struct saying networks[] = {
        {"public address of an interface",
         ROW("microsoft.network/publicipaddresses", NET "/publicIPAddresses/pip1",
             "'sku':{'name':'Standard'},'tags':{'env':'prod','n':1,'none':null},"
             "'properties':{'ipAddress':'20.1.2.3','ipConfiguration':{'id':'" NET
             "/networkInterfaces/nic1/ipConfigurations/main'}}"),
         NET_ID "/publicipaddresses/pip1\n"
                "  tags {\"env\":\"prod\",\"none\":\"\"}\n"
                "  exposure internet_open: properties.ipAddress is 20.1.2.3, sku.name is "
                "Standard\n"
                "  contains <- " GROUP_ID "\n"
                "  attached_to -> " NET_ID "/networkinterfaces/nic1\n"},
        {"public address of a NAT gateway",
         ROW("microsoft.network/publicipaddresses", NET "/publicIPAddresses/pip2",
             "'properties':{'ipAddress':'20.1.2.4','natGateway':{'id':'" NET
             "/natGateways/n'}}"),
         NET_ID "/publicipaddresses/pip2\n"
                "  contains <- " GROUP_ID "\n"},
        {"address of a scale set's machine",
         ROW("microsoft.network/publicipaddresses", NET "/publicIPAddresses/pip3",
             "'properties':{'ipConfiguration':{'id':'" RG
             "/providers/Microsoft.Compute/virtualMachineScaleSets/Set1/"
             "virtualMachines/0/networkInterfaces/n/ipConfigurations/c'}}"),
         NET_ID "/publicipaddresses/pip3\n"
                "  contains <- " GROUP_ID "\n"
                "  attached_to -> " GROUP_ID
                "/providers/microsoft.compute/virtualmachinescalesets/set1\n"},
        {"interface",
         ROW("microsoft.network/networkinterfaces", NET "/networkInterfaces/nic1",
             "'properties':{'virtualMachine':{'id':'" RG
             "/providers/Microsoft.Compute/virtualMachines/VM1'},"
             "'networkSecurityGroup':{'id':'" NET "/networkSecurityGroups/nsg1'},"
             "'ipConfigurations':[{'properties':{'publicIPAddress':{'id':'" NET
             "/publicIPAddresses/pip1'},'subnet':{'id':'" NET
             "/virtualNetworks/v/subnets/s'},'loadBalancerBackendAddressPools':"
             "[{'id':'" NET "/loadBalancers/lb/backendAddressPools/p'}]}},7,null]}"),
         NET_ID "/networkinterfaces/nic1\n"
                "  contains <- " GROUP_ID "\n"
                "  attached_to -> " GROUP_ID
                "/providers/microsoft.compute/virtualmachines/vm1\n"
                "  attached_to <- " NET_ID "/networksecuritygroups/nsg1\n"
                "  attached_to <- " NET_ID "/publicipaddresses/pip1\n"
                "  contains <- " NET_ID "/virtualnetworks/v/subnets/s\n"
                "  routes_to <- " NET_ID "/loadbalancers/lb\n"},
        {"group that lets the internet in",
         ROW("microsoft.network/networksecuritygroups", NET "/networkSecurityGroups/nsg1",
             "'properties':{'networkInterfaces':[{'id':'" NET
             "/networkInterfaces/nic1'}],'subnets':[{'id':'" NET
             "/virtualNetworks/v/subnets/s'}],'securityRules':["
             "{'name':'ssh','properties':{'direction':'Inbound','access':'Allow',"
             "'protocol':'TCP','sourceAddressPrefix':'*','priority':100,"
             "'destinationPortRange':'22'}},"
             "{'name':'web','properties':{'direction':'Inbound','access':'Allow',"
             "'protocol':'*','sourceAddressPrefixes':['10.0.0.0/8','::/0'],"
             "'priority':110,'destinationPortRanges':['80','443']}},"
             "{'name':'office','properties':{'direction':'Inbound','access':'Allow',"
             "'protocol':'Tcp','sourceAddressPrefix':'203.0.113.0/24','priority':120,"
             "'destinationPortRange':'3389'}},"
             "{'name':'out','properties':{'direction':'Outbound','access':'Allow',"
             "'protocol':'*','sourceAddressPrefix':'*','priority':100,"
             "'destinationPortRange':'*'}}]}"),
         NET_ID "/networksecuritygroups/nsg1\n"
                "  exposure internet_open: securityRules ssh: inbound Allow tcp/22 from *; "
                "securityRules web: inbound Allow any/80,443 from ::/0\n"
                "  contains <- " GROUP_ID "\n"
                "  attached_to -> " NET_ID "/networkinterfaces/nic1\n"
                "  attached_to -> " NET_ID "/virtualnetworks/v/subnets/s\n"},
        {"group whose first rule denies all",
         ROW("microsoft.network/networksecuritygroups", NET "/networkSecurityGroups/nsg2",
             "'properties':{'securityRules':["
             "{'name':'late','properties':{'direction':'Inbound','access':'Allow',"
             "'protocol':'Tcp','sourceAddressPrefix':'Internet','priority':200,"
             "'destinationPortRange':'22'}},"
             "{'name':'none','properties':{'direction':'Inbound','access':'Deny',"
             "'protocol':'*','sourceAddressPrefix':'*','priority':100,"
             "'destinationPortRange':'*'}}]}"),
         NET_ID
         "/networksecuritygroups/nsg2\n"
         "  exposure internal: securityRules: none of 2 allows inbound from the internet\n"
         "  contains <- " GROUP_ID "\n"},
        {"group for an allow-list, in flat members",
         ROW("microsoft.network/networksecuritygroups", NET "/networkSecurityGroups/nsg3",
             "'properties':{'securityRules':[{'name':'office','direction':'Inbound',"
             "'access':'Allow','protocol':'Tcp','priority':100,"
             "'sourceAddressPrefix':'203.0.113.7','destinationPortRange':'22'}]}"),
         NET_ID "/networksecuritygroups/nsg3\n"
                "  exposure internet_filtered: securityRules office: inbound Allow tcp/22 "
                "from 203.0.113.7\n"
                "  contains <- " GROUP_ID "\n"},
        {"group without rules stated",
         ROW("microsoft.network/networksecuritygroups", NET "/networkSecurityGroups/nsg4",
             "'properties':{'securityRules':3}"),
         NET_ID "/networksecuritygroups/nsg4\n"
                "  contains <- " GROUP_ID "\n"},
        {"gateway with a firewall",
         ROW("microsoft.network/applicationgateways", NET "/applicationGateways/gw",
             "'properties':{'firewallPolicy':{'id':'" NET
             "/ApplicationGatewayWebApplicationFirewallPolicies/waf'},"
             "'frontendIPConfigurations':[{'properties':{'publicIPAddress':{'id':'" NET
             "/publicIPAddresses/pip9'}}}],'backendAddressPools':[{'properties':"
             "{'backendIPConfigurations':[{'id':'" NET
             "/networkInterfaces/nic1/ipConfigurations/main'}]}}]}"),
         NET_ID "/applicationgateways/gw\n"
                "  exposure internet_filtered: properties.firewallPolicy.id is " SUB
                "/resourceGroups/Shop/providers/Microsoft.Network/"
                "ApplicationGatewayWebApplicationFirewallPolicies/waf\n"
                "  contains <- " GROUP_ID "\n"
                "  attached_to <- " NET_ID "/publicipaddresses/pip9\n"
                "  routes_to -> " NET_ID "/networkinterfaces/nic1\n"},
        {"machine",
         ROW("microsoft.compute/virtualmachines",
             RG "/providers/Microsoft.Compute/virtualMachines/VM1",
             "'identity':{'type':'SystemAssigned, UserAssigned',"
             "'principalId':'AAAAAAAA-0000-4000-8000-00000000000a',"
             "'userAssignedIdentities':{'" RG
             "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Id1':"
             "{'principalId':'bbbbbbbb-0000-4000-8000-00000000000b'}}},"
             "'properties':{'networkProfile':{'networkInterfaces':[{'id':'" NET
             "/networkInterfaces/nic1'},{'id':5}]}}"),
         GROUP_ID
         "/providers/microsoft.compute/virtualmachines/vm1\n"
         "  contains <- " GROUP_ID "\n"
         "  runs_as -> "
         "azure:::microsoft.graph/directoryobjects:aaaaaaaa-0000-4000-8000-00000000000a\n"
         "  runs_as -> " GROUP_ID
         "/providers/microsoft.managedidentity/userassignedidentities/id1\n"
         "  runs_as -> "
         "azure:::microsoft.graph/directoryobjects:bbbbbbbb-0000-4000-8000-00000000000b\n"
         "  attached_to <- " NET_ID "/networkinterfaces/nic1\n"},
        {"scale set",
         ROW("microsoft.compute/virtualmachinescalesets",
             RG "/providers/Microsoft.Compute/virtualMachineScaleSets/Set1",
             "'properties':{'virtualMachineProfile':{'networkProfile':"
             "{'networkInterfaceConfigurations':[{'properties':"
             "{'networkSecurityGroup':{'id':'" NET "/networkSecurityGroups/nsg1'},"
             "'ipConfigurations':[{'properties':{'publicIPAddressConfiguration':"
             "{'name':'pub'}}}]}}]}}}"),
         GROUP_ID "/providers/microsoft.compute/virtualmachinescalesets/set1\n"
                  "  exposure internet_filtered: publicIPAddressConfiguration.name is pub, "
                  "behind the network security group\n"
                  "  contains <- " GROUP_ID "\n"
                  "  attached_to <- " NET_ID "/networksecuritygroups/nsg1\n"},
};

#define STORE(properties)                                        \
	ROW("microsoft.storage/storageaccounts",                 \
	    SUB "/resourceGroups/r/providers/Microsoft.Storage/" \
	        "storageAccounts/s",                             \
	    "'properties':{" properties "}")
#define SITE(properties)                                             \
	ROW("microsoft.web/sites",                                   \
	    SUB "/resourceGroups/r/providers/Microsoft.Web/sites/s", \
	    "'properties':{" properties "}")
#define AKS(properties)                                                   \
	ROW("microsoft.containerservice/managedclusters",                 \
	    SUB "/resourceGroups/r/providers/Microsoft.ContainerService/" \
	        "managedClusters/k",                                      \
	    "'properties':{" properties "}")

static const struct saying services[] = {
        {"storage for all",
         STORE("'allowBlobPublicAccess':true,'networkAcls':{'defaultAction':'Allow'}"),
         PROVIDERS_ID "/microsoft.storage/storageaccounts/s\n"
                      "  exposure internet_open: properties.networkAcls.defaultAction is "
                      "Allow, allowBlobPublicAccess is true\n"
                      "  contains <- " SUB "/resourcegroups/r\n"},
        {"storage for an allow-list",
         STORE("'networkAcls':{'defaultAction':'Deny','ipRules':[{'value':'1.2.3.4'}]}"),
         PROVIDERS_ID "/microsoft.storage/storageaccounts/s\n"
                      "  exposure internet_filtered: properties.networkAcls.defaultAction "
                      "is Deny, ipRules has 1\n"
                      "  contains <- " SUB "/resourcegroups/r\n"},
        {"storage for its network",
         STORE("'privateEndpointConnections':[{}],'networkAcls':{'defaultAction':'Deny'}"),
         PROVIDERS_ID "/microsoft.storage/storageaccounts/s\n"
                      "  exposure restricted: properties.networkAcls.defaultAction is "
                      "Deny, without ipRules, privateEndpointConnections has 1\n"
                      "  contains <- " SUB "/resourcegroups/r\n"},
        {"storage that is off",
         STORE("'publicNetworkAccess':'Disabled','networkAcls':{'defaultAction':'Allow'}"),
         PROVIDERS_ID "/microsoft.storage/storageaccounts/s\n"
                      "  exposure restricted: properties.publicNetworkAccess is Disabled\n"
                      "  contains <- " SUB "/resourcegroups/r\n"},
        {"storage that says nothing", STORE("'publicNetworkAccess':null,'networkAcls':[]"),
         PROVIDERS_ID "/microsoft.storage/storageaccounts/s\n"
                      "  contains <- " SUB "/resourcegroups/r\n"},
        {"vault",
         ROW("microsoft.keyvault/vaults",
             SUB "/resourceGroups/r/providers/Microsoft.KeyVault/vaults/v",
             "'properties':{'publicNetworkAccess':'Enabled','accessPolicies':["
             "{'objectId':'cccccccc-0000-4000-8000-00000000000c','permissions':"
             "{'secrets':['Get','List']}},{'objectId':"
             "'dddddddd-0000-4000-8000-00000000000d','permissions':"
             "{'keys':['all']}},{'objectId':7}]}"),
         PROVIDERS_ID
         "/microsoft.keyvault/vaults/v\n"
         "  sensitivity regulated: type is microsoft.keyvault/vaults: holds secrets\n"
         "  exposure internet_open: properties.publicNetworkAccess is Enabled\n"
         "  contains <- " SUB "/resourcegroups/r\n"
         "  may_read <- "
         "azure:::microsoft.graph/directoryobjects:cccccccc-0000-4000-8000-00000000000c\n"
         "  may_read <- "
         "azure:::microsoft.graph/directoryobjects:dddddddd-0000-4000-8000-00000000000d\n"
         "  may_administer <- "
         "azure:::microsoft.graph/directoryobjects:dddddddd-0000-4000-8000-00000000000d\n"},
        {"site", SITE("'publicNetworkAccess':'Enabled'"),
         PROVIDERS_ID
         "/microsoft.web/sites/s\n"
         "  exposure internet_open: properties.publicNetworkAccess is Enabled\n"
         "  contains <- " SUB "/resourcegroups/r\n"},
        {"site for an allow-list",
         SITE("'siteConfig':{'ipSecurityRestrictions':[{'ipAddress':'203.0.113.0/24',"
              "'action':'Allow'},{'ipAddress':'Any','action':'Deny'}]}"),
         PROVIDERS_ID
         "/microsoft.web/sites/s\n"
         "  exposure internet_filtered: properties.siteConfig.ipSecurityRestrictions has "
         "2, none allows Any\n"
         "  contains <- " SUB "/resourcegroups/r\n"},
        {"site with the default restriction",
         SITE("'siteConfig':{'ipSecurityRestrictions':[{'ipAddress':'Any',"
              "'action':'Allow'}]}"),
         PROVIDERS_ID "/microsoft.web/sites/s\n"
                      "  exposure internet_open: "
                      "properties.siteConfig.ipSecurityRestrictions allows Any\n"
                      "  contains <- " SUB "/resourcegroups/r\n"},
        {"site in an environment",
         SITE("'publicNetworkAccess':'Enabled','hostingEnvironmentProfile':{'id':'/x'}"),
         PROVIDERS_ID "/microsoft.web/sites/s\n"
                      "  contains <- " SUB "/resourcegroups/r\n"},
        {"cluster for all",
         AKS("'fqdn':'k.example','identityProfile':{'kubeletidentity':{'resourceId':'" SUB
             "/resourcegroups/mc/providers/Microsoft.ManagedIdentity/"
             "userAssignedIdentities/k-agentpool',"
             "'objectId':'eeeeeeee-0000-4000-8000-00000000000e'}}"),
         PROVIDERS_ID
         "/microsoft.containerservice/managedclusters/k\n"
         "  exposure internet_open: properties.fqdn is k.example, without "
         "authorizedIPRanges\n"
         "  contains <- " SUB "/resourcegroups/r\n"
         "  runs_as -> " SUB "/resourcegroups/mc/providers/microsoft.managedidentity/"
         "userassignedidentities/k-agentpool\n"
         "  runs_as -> "
         "azure:::microsoft.graph/directoryobjects:eeeeeeee-0000-4000-8000-00000000000e\n"},
        {"cluster for an allow-list",
         AKS("'fqdn':'k.example','apiServerAccessProfile':{'authorizedIPRanges':"
             "['203.0.113.0/24']}"),
         PROVIDERS_ID
         "/microsoft.containerservice/managedclusters/k\n"
         "  exposure internet_filtered: apiServerAccessProfile.authorizedIPRanges has 1\n"
         "  contains <- " SUB "/resourcegroups/r\n"},
        {"private cluster",
         AKS("'fqdn':'k.example','apiServerAccessProfile':{'enablePrivateCluster':true}"),
         PROVIDERS_ID "/microsoft.containerservice/managedclusters/k\n"
                      "  exposure restricted: "
                      "properties.apiServerAccessProfile.enablePrivateCluster is true\n"
                      "  contains <- " SUB "/resourcegroups/r\n"},
        {"database server",
         ROW("microsoft.dbforpostgresql/flexibleservers",
             SUB "/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/"
                 "flexibleServers/p",
             "'properties':{'network':{'publicNetworkAccess':'Enabled'}}"),
         PROVIDERS_ID
         "/microsoft.dbforpostgresql/flexibleservers/p\n"
         "  exposure internet_filtered: properties.network.publicNetworkAccess is Enabled, "
         "behind its firewall rules\n"
         "  contains <- " SUB "/resourcegroups/r\n"},
        {"database of a server",
         ROW("microsoft.sql/servers/databases",
             SUB "/resourceGroups/r/providers/Microsoft.Sql/servers/s/databases/d",
             "'properties':{}"),
         PROVIDERS_ID "/microsoft.sql/servers/s/databases/d\n"
                      "  contains <- " PROVIDERS_ID "/microsoft.sql/servers/s\n"},
        {"Cosmos DB",
         ROW("microsoft.documentdb/databaseaccounts",
             SUB "/resourceGroups/r/providers/Microsoft.DocumentDB/databaseAccounts/c",
             "'properties':{'publicNetworkAccess':'Enabled','ipRules':[]}"),
         PROVIDERS_ID
         "/microsoft.documentdb/databaseaccounts/c\n"
         "  exposure internet_open: properties.publicNetworkAccess is Enabled\n"
         "  contains <- " SUB "/resourcegroups/r\n"},
        {"resource group",
         ROW("microsoft.resources/subscriptions/resourcegroups", RG,
             "'tags':{'owner':'web'}"),
         GROUP_ID "\n"
                  "  tags {\"owner\":\"web\"}\n"
                  "  contains <- " SUB "\n"},
        {"type and properties left out", "{'id':'" NET "/networkInterfaces/nic1'}",
         NET_ID "/networkinterfaces/nic1\n"
                "  contains <- " GROUP_ID "\n"},
};

#define ROLE(role, scope)                                                                  \
	ROW("microsoft.authorization/roleassignments",                                     \
	    SUB "/providers/Microsoft.Authorization/roleAssignments/1",                    \
	    "'properties':{'principalId':'AAAAAAAA-0000-4000-8000-00000000000a',"          \
	    "'roleDefinitionId':'" SUB                                                     \
	    "/providers/Microsoft.Authorization/roleDefinitions/" role "','scope':'" scope \
	    "'}")

static const struct saying roles[] = {
        {"owner of a subscription", ROLE("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", SUB),
         "azure:::microsoft.graph/directoryobjects:aaaaaaaa-0000-4000-8000-00000000000a\n"
         "  privilege admin: roleDefinitionId is 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 "
         "(Owner), scope is " SUB "\n"
         "  may_administer -> " SUB "\n"},
        {"contributor of a group", ROLE("B24988AC-6180-42a0-ab88-20f7382dd24c", RG),
         "azure:::microsoft.graph/directoryobjects:aaaaaaaa-0000-4000-8000-00000000000a\n"
         "  privilege write: roleDefinitionId is b24988ac-6180-42a0-ab88-20f7382dd24c "
         "(Contributor), scope is " GROUP_ID "\n"
         "  may_administer -> " GROUP_ID "\n"},
        {"reader", ROLE("acdd72a7-3385-48ef-bd42-f606fba81ae7", SUB),
         "azure:::microsoft.graph/directoryobjects:aaaaaaaa-0000-4000-8000-00000000000a\n"
         "  privilege read: roleDefinitionId is acdd72a7-3385-48ef-bd42-f606fba81ae7 "
         "(Reader), scope is " SUB "\n"},
        {"reader of blobs",
         ROLE("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
              RG "/providers/Microsoft.Storage/storageAccounts/s"),
         "azure:::microsoft.graph/directoryobjects:aaaaaaaa-0000-4000-8000-00000000000a\n"
         "  privilege read: roleDefinitionId is 2a2b9908-6ea1-4ae2-8e65-a410df84e7d1 "
         "(Storage Blob Data Reader), scope is " GROUP_ID
         "/providers/microsoft.storage/storageaccounts/s\n"
         "  may_read -> " GROUP_ID "/providers/microsoft.storage/storageaccounts/s\n"},
        {"administrator of access, of a management group",
         ROLE("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
              "/providers/Microsoft.Management/managementGroups/Top"),
         "azure:::microsoft.graph/directoryobjects:aaaaaaaa-0000-4000-8000-00000000000a\n"
         "  privilege admin: roleDefinitionId is 18d7d88d-d35e-4fb5-a5c3-7773c20a72d9 "
         "(User Access Administrator), scope is "
         "/providers/microsoft.management/managementgroups/top\n"
         "  may_administer -> /providers/microsoft.management/managementgroups/top\n"},
        {"role of one's own", ROLE("99999999-0000-4000-8000-000000000009", SUB), ""},
        {"no scope", ROLE("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", ""), ""},
};

#define ASSESSMENT(risk)                                                           \
	"{'id':'" RG "/providers/Microsoft.Compute/virtualMachines/VM1/providers/" \
	"Microsoft.Security/assessments/aaaaaaaa-0000-4000-8000-000000000001',"    \
	"'type':'microsoft.security/assessments','properties':{'status':"          \
	"{'code':'Unhealthy'}," risk "}}"

static const struct saying risks[] = {
        {"all factors",
         ASSESSMENT("'risk':{'level':'High','riskFactors':['Internet exposure',"
                    "'SensitiveData','Critical resource','Lateral movement',4]}"),
         GROUP_ID
         "/providers/microsoft.compute/virtualmachines/vm1\n"
         "  exposure internet_open: properties.risk.riskFactors has \"Internet exposure\"\n"
         "  sensitivity confidential: properties.risk.riskFactors has \"SensitiveData\"\n"
         "  criticality important: properties.risk.riskFactors has \"Critical "
         "resource\"\n"},
        {"a path, and no factor",
         ASSESSMENT("'risk':{'attackPathsReferences':['x'],'riskFactors':[]}"), ""},
        {"no risk", ASSESSMENT("'risk':'none'"), ""},
};

static void test_azure_context__networks(void **unused)
{
	(void)unused;
	check_sayings(&azure_resource_graph, networks, N_ELEMENTS(networks));
}

static void test_azure_context__services(void **unused)
{
	(void)unused;
	check_sayings(&azure_resource_graph, services, N_ELEMENTS(services));
}

static void test_azure_context__roles(void **unused)
{
	(void)unused;
	check_sayings(&azure_resource_graph, roles, N_ELEMENTS(roles));
}

static void test_azure_context__roles_are_no_assets(void **unused)
{
	struct run run = run_record(&azure_resource_graph,
	                            ROLE("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", SUB));

	(void)unused;
	assert_int_equal(run.out.n_resources, 0);
	run_close(&run);
}

/* The same row as cells. */
static void test_azure_context__table(void **unused)
{
	struct run run = run_open();
	struct json_doc *doc = json_doc_new(1U << 20, 32);
	const char *columns = "{\"data\":{\"columns\":[{\"name\":\"id\"},{\"name\":"
	                      "\"tags\"},{\"name\":\"properties\"}]}}";
	struct parse_input in = {.ordinal = 0};

	(void)unused;
	assert_int_equal(
	        json_doc_parse(doc, columns, strlen(columns), &in.envelope, &run.err), 0);
	run_load_fixture(&run, "['" NET "/publicIPAddresses/pip1',{'env':'prod'},"
	                       "{'ipAddress':'20.1.2.3'}]");
	in.record = run.record;
	assert_int_equal(azure_resource_graph_table.parse(&in, &run.out, &run.err), 0);
	assert_string_equal(said_in(&run),
	                    NET_ID "/publicipaddresses/pip1\n"
	                           "  tags {\"env\":\"prod\"}\n"
	                           "  exposure internet_open: properties.ipAddress is "
	                           "20.1.2.3\n"
	                           "  contains <- " GROUP_ID "\n");
	json_doc_free(doc);
	run_close(&run);
}

static void test_azure_context__risk_factors(void **unused)
{
	(void)unused;
	check_sayings(&azure_assessments, risks, N_ELEMENTS(risks));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_azure_context__networks),
	        cmocka_unit_test(test_azure_context__services),
	        cmocka_unit_test(test_azure_context__roles),
	        cmocka_unit_test(test_azure_context__roles_are_no_assets),
	        cmocka_unit_test(test_azure_context__table),
	        cmocka_unit_test(test_azure_context__risk_factors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
