/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cloud Asset Inventory: its records in both spellings, what they say by the type of the
 * asset and by its policy; and what findings of Security Command Center say.
 */
#include "collector/gcp_asset.h"
#include "collector/gcp_scc.h"
#include "said.h"

#define P       "//compute.googleapis.com/projects/shop"
#define PROJECT "//cloudresourcemanager.googleapis.com/projects/123"
#define ASSET(type, name, more)                           \
	"{'name':'" name "','assetType':'" type "'," more \
	"'ancestors':['projects/123','folders/5','organizations/1']}"
#define DATA(type, name, data) ASSET(type, name, "'resource':{'data':{" data "}},")
#define POLICY(type, name, bindings) \
	ASSET(type, name, "'iamPolicy':{'bindings':[" bindings "]},")
#define LINK "https://www.googleapis.com/compute/v1/projects/shop"

static const struct saying resources[] = {
        {"machine with an external address",
         DATA("compute.googleapis.com/Instance", P "/zones/europe-west1-b/instances/web",
              "'labels':{'env':'prod'},'networkInterfaces':[{'network':'" LINK
              "/global/networks/main','accessConfigs':[{'natIP':'198.51.100.7'}]}],"
              "'serviceAccounts':[{'email':'web@shop.iam.gserviceaccount.com','scopes':"
              "['https://www.googleapis.com/auth/cloud-platform']}]"),
         P "/zones/europe-west1-b/instances/web\n"
           "  tags {\"env\":\"prod\"}\n"
           "  exposure internet_filtered: networkInterfaces.accessConfigs.natIP is "
           "198.51.100.7, behind the network's firewall\n"
           "  contains <- " PROJECT "\n"
           "  contains <- " P "/global/networks/main\n"
           "  runs_as -> "
           "//iam.googleapis.com/projects/shop/serviceAccounts/"
           "web@shop.iam.gserviceaccount.com\n"},
        {"machine without, which changes nothing",
         DATA("compute.googleapis.com/Instance", P "/zones/europe-west1-b/instances/in",
              "'networkInterfaces':[{'accessConfigs':[{}]}],'serviceAccounts':[{'email':"
              "'123-compute@developer.gserviceaccount.com','scopes':["
              "'https://www.googleapis.com/auth/devstorage.read_only',"
              "'https://www.googleapis.com/auth/logging.write']}]"),
         P "/zones/europe-west1-b/instances/in\n"
           "  exposure internal: networkInterfaces: none of 1 has an external address\n"
           "  privilege read: serviceAccounts.scopes of "
           "123-compute@developer.gserviceaccount.com change nothing\n"
           "  contains <- " PROJECT "\n"
           "  runs_as -> "
           "//iam.googleapis.com/projects/123/serviceAccounts/"
           "123-compute@developer.gserviceaccount.com\n"},
        {"firewall of the network",
         DATA("compute.googleapis.com/Firewall", P "/global/firewalls/ssh",
              "'direction':'INGRESS','network':'" LINK
              "/global/networks/main','sourceRanges':['10.0.0.0/8','0.0.0.0/0'],"
              "'allowed':[{'IPProtocol':'tcp','ports':['22','80-90']},{'IPProtocol':"
              "'icmp'}]"),
         P
         "/global/firewalls/ssh\n"
         "  exposure internet_open: allowed tcp/22,80-90 icmp from sourceRanges 0.0.0.0/0\n"
         "  contains <- " PROJECT "\n"
         "  attached_to -> " P "/global/networks/main\n"},
        {"firewall of a tag",
         DATA("compute.googleapis.com/Firewall", P "/global/firewalls/tag",
              "'direction':'INGRESS','network':'" LINK
              "/global/networks/main','sourceRanges':['203.0.113.0/24'],"
              "'targetTags':['web'],'allowed':[{'IPProtocol':'all'}]"),
         P "/global/firewalls/tag\n"
           "  exposure internet_filtered: allowed all from sourceRanges 203.0.113.0/24, to "
           "targetTags web\n"
           "  contains <- " PROJECT "\n"},
        {"firewall that is off",
         DATA("compute.googleapis.com/Firewall", P "/global/firewalls/off",
              "'disabled':true,'sourceRanges':['0.0.0.0/0'],'allowed':[{'IPProtocol':"
              "'all'}]"),
         P "/global/firewalls/off\n"
           "  contains <- " PROJECT "\n"},
        {"firewall that denies",
         DATA("compute.googleapis.com/Firewall", P "/global/firewalls/no",
              "'sourceRanges':['0.0.0.0/0'],'denied':[{'IPProtocol':'all'}]"),
         P "/global/firewalls/no\n"
           "  contains <- " PROJECT "\n"},
        {"external rule",
         DATA("compute.googleapis.com/ForwardingRule",
              P "/regions/europe-west1/forwardingRules/r",
              "'loadBalancingScheme':'EXTERNAL_MANAGED','IPAddress':'198.51.100.9',"
              "'target':'" LINK "/regions/europe-west1/targetHttpsProxies/p'"),
         P "/regions/europe-west1/forwardingRules/r\n"
           "  exposure internet_open: loadBalancingScheme is EXTERNAL_MANAGED, IPAddress "
           "198.51.100.9\n"
           "  contains <- " PROJECT "\n"
           "  routes_to -> " P "/regions/europe-west1/targetHttpsProxies/p\n"},
        {"backend behind a policy",
         DATA("compute.googleapis.com/BackendService", P "/global/backendServices/b",
              "'securityPolicy':'" LINK
              "/global/securityPolicies/armor','backends':[{'group':'" LINK
              "/zones/europe-west1-b/instanceGroups/g'}]"),
         P "/global/backendServices/b\n"
           "  exposure internet_filtered: securityPolicy is "
           "https://www.googleapis.com/compute/v1/projects/shop/global/securityPolicies/"
           "armor\n"
           "  contains <- " PROJECT "\n"
           "  routes_to -> " P "/zones/europe-west1-b/instanceGroups/g\n"},
        {"cluster for all",
         DATA("container.googleapis.com/Cluster",
              "//container.googleapis.com/projects/shop/zones/europe-west1-b/clusters/k",
              "'resourceLabels':{'env':'prod'},'endpoint':'198.51.100.8','nodePools':["
              "{'config':{'serviceAccount':'default'}}]"),
         "//container.googleapis.com/projects/shop/locations/europe-west1-b/clusters/k\n"
         "  tags {\"env\":\"prod\"}\n"
         "  exposure internet_open: endpoint is 198.51.100.8, without "
         "masterAuthorizedNetworksConfig\n"
         "  contains <- " PROJECT "\n"
         "  runs_as -> "
         "//iam.googleapis.com/projects/123/serviceAccounts/"
         "123-compute@developer.gserviceaccount.com\n"},
        {"cluster for an allow-list",
         DATA("container.googleapis.com/Cluster",
              "//container.googleapis.com/projects/shop/locations/europe-west1/clusters/k",
              "'endpoint':'198.51.100.8','masterAuthorizedNetworksConfig':{'enabled':true,"
              "'cidrBlocks':[{'cidrBlock':'203.0.113.0/24'}]}"),
         "//container.googleapis.com/projects/shop/locations/europe-west1/clusters/k\n"
         "  exposure internet_filtered: masterAuthorizedNetworksConfig.enabled is true, "
         "cidrBlocks has 1\n"
         "  contains <- " PROJECT "\n"},
        {"private cluster",
         DATA("container.googleapis.com/Cluster",
              "//container.googleapis.com/projects/shop/locations/europe-west1/clusters/k",
              "'endpoint':'10.0.0.2','privateClusterConfig':{'enablePrivateEndpoint':"
              "true}"),
         "//container.googleapis.com/projects/shop/locations/europe-west1/clusters/k\n"
         "  exposure restricted: privateClusterConfig.enablePrivateEndpoint is true\n"
         "  contains <- " PROJECT "\n"},
        {"bucket that cannot be public",
         DATA("storage.googleapis.com/Bucket", "//storage.googleapis.com/b",
              "'iamConfiguration':{'publicAccessPrevention':'enforced'}"),
         "//storage.googleapis.com/b\n"
         "  exposure internal: iamConfiguration.publicAccessPrevention is enforced\n"
         "  contains <- " PROJECT "\n"},
        {"bucket that is, by its list",
         DATA("storage.googleapis.com/Bucket", "//storage.googleapis.com/b",
              "'acl':[{'entity':'allUsers','role':'READER'}]"),
         "//storage.googleapis.com/b\n"
         "  exposure internet_open: acl has the entity allUsers\n"
         "  contains <- " PROJECT "\n"},
        {"database",
         DATA("sqladmin.googleapis.com/Instance",
              "//cloudsql.googleapis.com/projects/shop/instances/d",
              "'settings':{'userLabels':{'env':'prod'},'ipConfiguration':{'ipv4Enabled':"
              "true,'authorizedNetworks':[{'value':'0.0.0.0/0'}]}}"),
         "//cloudsql.googleapis.com/projects/shop/instances/d\n"
         "  tags {\"env\":\"prod\"}\n"
         "  exposure internet_open: settings.ipConfiguration.authorizedNetworks has "
         "0.0.0.0/0\n"
         "  contains <- " PROJECT "\n"},
        {"service",
         DATA("run.googleapis.com/Service",
              "//run.googleapis.com/projects/shop/locations/europe-west1/services/s",
              "'metadata':{'annotations':{'run.googleapis.com/ingress':'all'}},'spec':"
              "{'template':{'spec':{'serviceAccountName':"
              "'run@shop.iam.gserviceaccount.com'}}}"),
         "//run.googleapis.com/projects/shop/locations/europe-west1/services/s\n"
         "  exposure internet_filtered: run.googleapis.com/ingress is all, behind IAM\n"
         "  contains <- " PROJECT "\n"
         "  runs_as -> "
         "//iam.googleapis.com/projects/shop/serviceAccounts/"
         "run@shop.iam.gserviceaccount.com\n"},
        {"secret",
         DATA("secretmanager.googleapis.com/Secret",
              "//secretmanager.googleapis.com/projects/123/secrets/s", "'labels':[]"),
         "//secretmanager.googleapis.com/projects/123/secrets/s\n"
         "  sensitivity regulated: assetType is secretmanager.googleapis.com/Secret\n"
         "  contains <- " PROJECT "\n"},
        {"project",
         DATA("cloudresourcemanager.googleapis.com/Project",
              "//cloudresourcemanager.googleapis.com/projects/123",
              "'projectId':'shop','labels':{'env':'prod'}"),
         PROJECT "\n"
                 "  tags {\"env\":\"prod\"}\n"
                 "  contains <- //cloudresourcemanager.googleapis.com/folders/5\n"},
        {"members of the wrong kind",
         DATA("compute.googleapis.com/Instance", P "/zones/europe-west1-b/instances/odd",
              "'networkInterfaces':'none','serviceAccounts':[7,{'email':null}]"),
         P "/zones/europe-west1-b/instances/odd\n"
           "  contains <- " PROJECT "\n"},
};

static const struct saying policies[] = {
        {"project",
         POLICY("cloudresourcemanager.googleapis.com/Project",
                "//cloudresourcemanager.googleapis.com/projects/123",
                "{'role':'roles/owner','members':['user:a@example.org',"
                "'serviceAccount:web@shop.iam.gserviceaccount.com']},"
                "{'role':'roles/editor','members':['user:a@example.org']},"
                "{'role':'roles/viewer','members':['group:g@example.org',"
                "'deleted:user:x@example.org?uid=1']},{'role':'projects/shop/roles/own',"
                "'members':['user:b@example.org']},7"),
         PROJECT
         "\n"
         "  contains <- //cloudresourcemanager.googleapis.com/folders/5\n"
         "  may_administer <- gcp:::cloudidentity.googleapis.com/User:a@example.org\n"
         "  may_administer <- "
         "//iam.googleapis.com/projects/shop/serviceAccounts/"
         "web@shop.iam.gserviceaccount.com\n"
         "gcp:::cloudidentity.googleapis.com/User:a@example.org\n"
         "  privilege admin: iamPolicy of " PROJECT ": roles/owner\n"
         "//iam.googleapis.com/projects/shop/serviceAccounts/"
         "web@shop.iam.gserviceaccount.com\n"
         "  privilege admin: iamPolicy of " PROJECT ": roles/owner\n"
         "gcp:::cloudidentity.googleapis.com/Group:g@example.org\n"
         "  privilege read: iamPolicy of " PROJECT ": roles/viewer\n"},
        {"bucket",
         POLICY("storage.googleapis.com/Bucket", "//storage.googleapis.com/b",
                "{'role':'roles/storage.objectViewer','members':['allUsers',"
                "'user:a@example.org']}"),
         "//storage.googleapis.com/b\n"
         "  exposure internet_open: allUsers has roles/storage.objectViewer\n"
         "  contains <- " PROJECT "\n"
         "  may_read <- gcp:::cloudidentity.googleapis.com/User:a@example.org\n"
         "gcp:::cloudidentity.googleapis.com/User:a@example.org\n"
         "  privilege read: iamPolicy of //storage.googleapis.com/b: "
         "roles/storage.objectViewer\n"},
        {"bucket that cannot be public, whatever is bound",
         ASSET("storage.googleapis.com/Bucket", "//storage.googleapis.com/b",
               "'resource':{'data':{'iamConfiguration':{'publicAccessPrevention':"
               "'enforced'}}},'iam_policy':{'bindings':[{'role':"
               "'roles/storage.objectViewer','members':['allUsers']}]},"),
         "//storage.googleapis.com/b\n"
         "  exposure internal: iamConfiguration.publicAccessPrevention is enforced\n"
         "  contains <- " PROJECT "\n"},
        {"account that may be borrowed",
         POLICY("iam.googleapis.com/ServiceAccount",
                "//iam.googleapis.com/projects/shop/serviceAccounts/"
                "web@shop.iam.gserviceaccount.com",
                "{'role':'roles/iam.serviceAccountTokenCreator','members':"
                "['user:a@example.org']}"),
         "//iam.googleapis.com/projects/shop/serviceAccounts/"
         "web@shop.iam.gserviceaccount.com\n"
         "  contains <- " PROJECT "\n"
         "  can_assume <- gcp:::cloudidentity.googleapis.com/User:a@example.org\n"},
};

#define SCC(more)                                                                      \
	"{'finding':{'name':'organizations/1/sources/2/findings/3','resourceName':'" P \
	"/zones/europe-west1-b/instances/web','category':'X','state':" more "}}"

static const struct saying findings[] = {
        {"exposed",
         SCC("'ACTIVE','externalExposure':{'publicIpAddress':'198.51.100.7',"
             "'publicPort':'22'}"),
         P "/zones/europe-west1-b/instances/web\n"
           "  exposure internet_open: externalExposure.publicIpAddress is 198.51.100.7, "
           "publicPort 22\n"},
        {"exposed behind a policy",
         SCC("'ACTIVE','externalExposure':{'publicIpAddress':'198.51.100.7',"
             "'loadBalancerFirewallPolicy':'armor'}"),
         P "/zones/europe-west1-b/instances/web\n"
           "  exposure internet_filtered: externalExposure.publicIpAddress is "
           "198.51.100.7, loadBalancerFirewallPolicy armor\n"},
        {"bound",
         SCC("'ACTIVE','iamBindings':[{'action':'ADD','role':'roles/owner','member':"
             "'user:a@example.org'},{'action':'REMOVE','role':'roles/owner','member':"
             "'user:b@example.org'}]"),
         P "/zones/europe-west1-b/instances/web\n"
           "  may_administer <- gcp:::cloudidentity.googleapis.com/User:a@example.org\n"},
        {"no longer",
         SCC("'INACTIVE','externalExposure':{'publicIpAddress':'198.51.100.7'}"), ""},
        {"events, marks and scores",
         SCC("'ACTIVE','attackExposure':{'score':9},'securityMarks':{'marks':{'a':'b'}},"
             "'connections':[{'sourceIp':'198.51.100.1'}],'access':{'principalEmail':"
             "'a@example.org'}"),
         ""},
};

static void test_gcp_asset__resources(void **unused)
{
	(void)unused;
	check_sayings(&gcp_asset_inventory, resources, N_ELEMENTS(resources));
}

static void test_gcp_asset__policies(void **unused)
{
	(void)unused;
	check_sayings(&gcp_asset_inventory, policies, N_ELEMENTS(policies));
}

static void test_gcp_asset__findings(void **unused)
{
	(void)unused;
	check_sayings(&gcp_scc, findings, N_ELEMENTS(findings));
}

static void test_gcp_asset__both_spellings_are_one_asset(void **unused)
{
	static const char *const records[] = {
	        "{'name':'" P "/global/firewalls/f','assetType':'compute.googleapis.com/"
	        "Firewall','ancestors':['projects/123']}",
	        "{'name':'" P "/global/firewalls/f','asset_type':'compute.googleapis.com/"
	        "Firewall','ancestors':['projects/123']}",
	        "{'asset':{'name':'" P
	        "/global/firewalls/f','assetType':'compute.googleapis.com/"
	        "Firewall','ancestors':['projects/123']},'window':{}}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(records); i++) {
		struct run run = run_record(&gcp_asset_inventory, records[i]);
		struct resource *r = run.out.resources;

		assert_true(run_detects(&gcp_asset_inventory, records[i]));
		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_resources, 1);
		resource_canonicalize(r, run.arena);
		assert_string_equal(r->id, P "/global/firewalls/f");
		assert_string_equal(r->account, "shop");
		assert_int_equal(r->n_aliases, 1);
		assert_string_equal(
		        r->aliases[0],
		        "//compute.googleapis.com/projects/123/global/firewalls/f");
		run_close(&run);
	}
}

static void test_gcp_asset__message_of_a_feed(void **unused)
{
	/* {"asset":{"name":"//storage.googleapis.com/b","assetType":
	 * "storage.googleapis.com/Bucket"},"deleted":…}: false, true */
	static const char *const messages[] = {
	        "{'message':{'data':'"
	        "eyJhc3NldCI6eyJuYW1lIjoiLy9zdG9yYWdlLmdvb2dsZWFwaXMuY29t"
	        "L2IiLCJhc3NldFR5cGUiOiJzdG9yYWdlLmdvb2dsZWFwaXMuY29tL0J1Y2tldCJ9LCJkZWxldG"
	        "Vk"
	        "IjpmYWxzZX0='}}",
	        "{'message':{'data':'"
	        "eyJhc3NldCI6eyJuYW1lIjoiLy9zdG9yYWdlLmdvb2dsZWFwaXMuY29t"
	        "L2IiLCJhc3NldFR5cGUiOiJzdG9yYWdlLmdvb2dsZWFwaXMuY29tL0J1Y2tldCJ9LCJkZWxldG"
	        "Vk"
	        "Ijp0cnVlfQ=='}}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(messages); i++) {
		struct run run = run_record(&gcp_asset_inventory, messages[i]);

		assert_int_equal(run.rc, 0);
		assert_int_equal(run.out.n_resources, i == 0 ? 1 : 0);
		if (i == 0)
			assert_string_equal(run.out.resources[0].raw,
			                    "//storage.googleapis.com/b");
		run_close(&run);
	}
}

static void test_gcp_asset__account_has_its_address_for_an_alias(void **unused)
{
	struct run run =
	        run_record(&gcp_asset_inventory,
	                   DATA("iam.googleapis.com/ServiceAccount",
	                        "//iam.googleapis.com/projects/shop/serviceAccounts/4711",
	                        "'email':'web@shop.iam.gserviceaccount.com'"));

	(void)unused;
	assert_int_equal(run.out.resources[0].n_aliases, 2);
	assert_string_equal(run.out.resources[0].aliases[1],
	                    "//iam.googleapis.com/projects/shop/serviceAccounts/"
	                    "web@shop.iam.gserviceaccount.com");
	run_close(&run);
}

static void test_gcp_asset__refuses_what_is_no_asset(void **unused)
{
	static const char *const no[] = {
	        "{}",
	        "[]",
	        "{'name':'projects/shop','assetType':'compute.googleapis.com/Firewall'}",
	        "{'name':'//compute.googleapis.com/projects/shop'}",
	        "{'name':'//x/y','assetType':7}",
	};

	(void)unused;
	for (size_t i = 0; i < N_ELEMENTS(no); i++) {
		struct run run = run_record(&gcp_asset_inventory, no[i]);

		assert_int_equal(run.rc, ERR_INVALID);
		assert_false(run_detects(&gcp_asset_inventory, no[i]));
		run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_gcp_asset__resources),
	        cmocka_unit_test(test_gcp_asset__policies),
	        cmocka_unit_test(test_gcp_asset__findings),
	        cmocka_unit_test(test_gcp_asset__both_spellings_are_one_asset),
	        cmocka_unit_test(test_gcp_asset__message_of_a_feed),
	        cmocka_unit_test(test_gcp_asset__account_has_its_address_for_an_alias),
	        cmocka_unit_test(test_gcp_asset__refuses_what_is_no_asset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
