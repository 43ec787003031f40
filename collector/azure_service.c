/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services in Azure's inventory that have an endpoint of their own: one record shows who
 * reaches it.  Child records (firewall rules of databases) are not in Resource Graph:
 * where they decide, an endpoint that is switched on counts as filtered.
 *
 * Source: Azure REST reference of the resource providers named in the table below.
 */
#include <string.h>
#include <strings.h>

#include "azure_inventory.h"
#include "view_path.h"

static const char *private_endpoints(const struct azure_row *row)
{
	size_t n = json_view_array_size(azure_deep(row, "privateEndpointConnections"));

	return n == 0 ? ""
	              : arena_printf(row->a, ", privateEndpointConnections has %zu", n);
}

/* networkAcls of storage and vaults, networkRuleSet of registries; false: not stated. */
static bool describe_rule_set(const struct azure_row *row, const char *name)
{
	struct json_view acls = azure_deep(row, name);
	const char *action = azure_text(acls, "defaultAction");
	size_t n = json_view_array_size(json_view_at_nocase(acls, "ipRules"));
	const char *blobs = view_path_true(azure_deep(row, "allowBlobPublicAccess"), "")
	                            ? ", allowBlobPublicAccess is true"
	                            : "";

	if (strcasecmp(action, "Allow") == 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "properties.%s.defaultAction is Allow%s", name, blobs);
	else if (strcasecmp(action, "Deny") == 0 && n > 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "properties.%s.defaultAction is Deny, ipRules has %zu%s",
		              name, n, blobs);
	else if (strcasecmp(action, "Deny") == 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_RESTRICTED,
		              "properties.%s.defaultAction is Deny, without ipRules%s",
		              name, private_endpoints(row));
	else
		return false;
	return true;
}

/* Cosmos DB: an address list, or virtual networks only. */
static bool describe_filters(const struct azure_row *row)
{
	size_t n = json_view_array_size(azure_deep(row, "ipRules"));
	bool networks =
	        view_path_true(azure_deep(row, "isVirtualNetworkFilterEnabled"), "");

	if (n == 0 && !networks)
		return false;
	context_claim(row->w, CONTEXT_EXPOSURE,
	              n > 0 ? EXPOSURE_FILTERED : EXPOSURE_RESTRICTED,
	              "properties.ipRules has %zu, isVirtualNetworkFilterEnabled is %s", n,
	              networks ? "true" : "false");
	return true;
}

/* true: nobody comes in from outside, whatever else is stated. */
static bool describe_access(const struct azure_row *row, const char *name,
                            const char *access)
{
	if (strcasecmp(access, "Disabled") != 0 &&
	    strcasecmp(access, "SecuredByPerimeter") != 0)
		return false;
	context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_RESTRICTED,
	              "properties.%s is %s%s", name, access, private_endpoints(row));
	return true;
}

static void describe_endpoint(const struct azure_row *row, enum exposure enabled)
{
	const char *name = "publicNetworkAccess";
	const char *access = azure_deep_text(row, name);

	if (access[0] == '\0') {
		name = "network.publicNetworkAccess";
		access = azure_deep_text(row, "network/publicNetworkAccess");
	}
	if (describe_access(row, name, access) || describe_rule_set(row, "networkAcls") ||
	    describe_rule_set(row, "networkRuleSet") || describe_filters(row))
		return;
	if (strcasecmp(access, "Enabled") == 0)
		context_claim(row->w, CONTEXT_EXPOSURE, (int)enabled,
		              "properties.%s is Enabled%s", name,
		              enabled == EXPOSURE_FILTERED ? ", behind its firewall rules"
		                                           : "");
}

/* App Service and Functions. */

/* Is everybody among those that the access restrictions let in? */
static bool lets_everybody_in(struct json_items it)
{
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *address = azure_text(it.value, "ipAddress");

		if (strcasecmp(azure_text(it.value, "action"), "Allow") == 0 &&
		    address[0] != '\0' && context_reach(address) == EXPOSURE_OPEN)
			return true;
	}
	return false;
}

static void describe_site(const struct azure_row *row)
{
	const char *access = azure_deep_text(row, "publicNetworkAccess");
	struct json_items it =
	        context_list(azure_deep(row, "siteConfig/ipSecurityRestrictions"));

	if (describe_access(row, "publicNetworkAccess", access))
		return;
	/* In an environment of one's own, which may be an internal one. */
	if (azure_deep_text(row, "hostingEnvironmentProfile/id")[0] != '\0')
		return;
	if (it.n > 0 && !lets_everybody_in(it))
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "properties.siteConfig.ipSecurityRestrictions has %zu, none "
		              "allows Any",
		              it.n);
	else if (it.n > 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "properties.siteConfig.ipSecurityRestrictions allows Any");
	else if (strcasecmp(access, "Enabled") == 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "properties.publicNetworkAccess is Enabled");
}

/* Kubernetes. */

static void describe_api_server(const struct azure_row *row)
{
	struct json_view profile = azure_deep(row, "apiServerAccessProfile");
	struct json_items ranges =
	        context_list(json_view_at_nocase(profile, "authorizedIPRanges"));
	const char *fqdn = azure_deep_text(row, "fqdn");

	if (view_path_true(profile, "enablePrivateCluster")) {
		context_claim(
		        row->w, CONTEXT_EXPOSURE, EXPOSURE_RESTRICTED,
		        "properties.apiServerAccessProfile.enablePrivateCluster is true");
		return;
	}
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&ranges); i++) {
		const char *range = "";

		(void)json_view_text(ranges.value, &range);
		if (range[0] != '\0' && context_reach(range) == EXPOSURE_OPEN)
			context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
			              "apiServerAccessProfile.authorizedIPRanges has %s",
			              range);
	}
	if (ranges.n > 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "apiServerAccessProfile.authorizedIPRanges has %zu",
		              ranges.n);
	else if (fqdn[0] != '\0')
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "properties.fqdn is %s, without authorizedIPRanges", fqdn);
}

static void describe_cluster(const struct azure_row *row)
{
	struct json_view kubelet = azure_deep(row, "identityProfile/kubeletidentity");
	const struct resource principal =
	        azure_principal(azure_text(kubelet, "objectId"), row->a);

	describe_api_server(row);
	/* The nodes' identity, which every pod can ask for a token. */
	azure_edge(row, EDGE_RUNS_AS, false, azure_text(kubelet, "resourceId"));
	context_edge(row->w, EDGE_RUNS_AS, false, &principal);
}

static void describe_container_group(const struct azure_row *row)
{
	struct json_view address = azure_deep(row, "ipAddress");
	const char *type = azure_text(address, "type");

	if (strcasecmp(type, "Public") == 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "properties.ipAddress.type is Public, ip %s",
		              azure_text(address, "ip"));
	else if (strcasecmp(type, "Private") == 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL,
		              "properties.ipAddress.type is Private");
}

/* Key vaults. */

static bool has_permission(struct json_view permissions, const char *const *names)
{
	static const char *const kinds[] = {"secrets", "keys", "certificates"};

	for (size_t k = 0; k < N_ELEMENTS(kinds); k++) {
		struct json_items it =
		        context_list(json_view_at_nocase(permissions, kinds[k]));

		for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
			const char *name = "";

			(void)json_view_text(it.value, &name);
			for (size_t n = 0; names[n] != NULL; n++) {
				if (strcasecmp(name, names[n]) == 0)
					return true;
			}
		}
	}
	return false;
}

static void describe_vault(const struct azure_row *row)
{
	static const char *const reads[] = {"get", "decrypt", "all", NULL};
	static const char *const changes[] = {"set",    "delete", "purge",
	                                      "import", "all",    NULL};
	struct json_items it = context_list(azure_deep(row, "accessPolicies"));

	context_claim(row->w, CONTEXT_SENSITIVITY, SENSITIVITY_REGULATED,
	              "type is %s: holds secrets", row->type);
	describe_endpoint(row, EXPOSURE_OPEN);
	/* Left over from before roles were switched on. */
	if (view_path_true(azure_deep(row, "enableRbacAuthorization"), ""))
		return;
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		struct json_view permissions = json_view_at_nocase(it.value, "permissions");
		const struct resource who =
		        azure_principal(azure_text(it.value, "objectId"), row->a);

		if (has_permission(permissions, reads))
			context_edge(row->w, EDGE_MAY_READ, true, &who);
		if (has_permission(permissions, changes))
			context_edge(row->w, EDGE_MAY_ADMINISTER, true, &who);
	}
}

/* SQL Managed Instance: in a subnet, with a public endpoint beside it at most. */
static void describe_managed_instance(const struct azure_row *row)
{
	bool on = false;

	if (!json_view_bool(azure_deep(row, "publicDataEndpointEnabled"), &on))
		return;
	context_claim(row->w, CONTEXT_EXPOSURE, on ? EXPOSURE_FILTERED : EXPOSURE_INTERNAL,
	              "properties.publicDataEndpointEnabled is %s", on ? "true" : "false");
}

void azure_describe_service(const struct azure_row *row)
{
	static const struct {
		const char *type;
		void (*describe)(const struct azure_row *row);
		enum exposure enabled; /* without describe: what an endpoint is, once on */
	} types[] = {
	        {"microsoft.web/sites", describe_site, EXPOSURE_OPEN},
	        {"microsoft.web/sites/slots", describe_site, EXPOSURE_OPEN},
	        {"microsoft.keyvault/vaults", describe_vault, EXPOSURE_OPEN},
	        {"microsoft.keyvault/managedhsms", describe_vault, EXPOSURE_OPEN},
	        {"microsoft.containerservice/managedclusters", describe_cluster,
	         EXPOSURE_OPEN},
	        {"microsoft.containerinstance/containergroups", describe_container_group,
	         EXPOSURE_OPEN},
	        {"microsoft.sql/managedinstances", describe_managed_instance,
	         EXPOSURE_FILTERED},
	        {"microsoft.sql/servers", NULL, EXPOSURE_FILTERED},
	        {"microsoft.dbforpostgresql/flexibleservers", NULL, EXPOSURE_FILTERED},
	        {"microsoft.dbforpostgresql/servers", NULL, EXPOSURE_FILTERED},
	        {"microsoft.dbformysql/flexibleservers", NULL, EXPOSURE_FILTERED},
	        {"microsoft.dbformysql/servers", NULL, EXPOSURE_FILTERED},
	        {"microsoft.dbformariadb/servers", NULL, EXPOSURE_FILTERED},
	        {"microsoft.cache/redis", NULL, EXPOSURE_FILTERED},
	        {"microsoft.synapse/workspaces", NULL, EXPOSURE_FILTERED},
	        {"microsoft.documentdb/databaseaccounts", NULL, EXPOSURE_OPEN},
	        {"microsoft.storage/storageaccounts", NULL, EXPOSURE_OPEN},
	        {"microsoft.containerregistry/registries", NULL, EXPOSURE_OPEN},
	        {"microsoft.cognitiveservices/accounts", NULL, EXPOSURE_OPEN},
	        {"microsoft.search/searchservices", NULL, EXPOSURE_OPEN},
	        {"microsoft.eventhub/namespaces", NULL, EXPOSURE_OPEN},
	        {"microsoft.servicebus/namespaces", NULL, EXPOSURE_OPEN},
	        {"microsoft.appconfiguration/configurationstores", NULL, EXPOSURE_OPEN},
	        {"microsoft.machinelearningservices/workspaces", NULL, EXPOSURE_OPEN},
	};

	for (size_t i = 0; i < N_ELEMENTS(types); i++) {
		if (strcmp(row->type, types[i].type) != 0)
			continue;
		if (types[i].describe != NULL)
			types[i].describe(row);
		else
			describe_endpoint(row, types[i].enabled);
	}
}
