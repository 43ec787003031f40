/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks in Azure's inventory.  Whether a machine is reached from the internet takes
 * several records to say: its interface's public address or the balancer before it, and
 * the network security groups of the interface and its subnet.  Each record states its
 * part; docs/formats/azure.md has the directions of the edges.
 *
 * Source: Azure REST reference, Virtual Network, Load Balancer, Application Gateway and
 * Compute; "Network security groups" (priorities, augmented rules, service tags).
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "azure_inventory.h"
#include "view_path.h"

enum {
	LAST_PRIORITY = 65536 /* behind every rule */
};

/* An edge for each element of the list at path, to its member "id". */
static void each_id(const struct azure_row *row, const char *path, enum edge_kind kind,
                    bool incoming)
{
	struct json_items it = context_list(azure_deep(row, path));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		azure_edge(row, kind, incoming, azure_text(it.value, "id"));
}

/* Public addresses. */

static void describe_address(const struct azure_row *row)
{
	const char *address = azure_deep_text(row, "ipAddress");
	const char *sku = azure_text(azure_cell(row->r, "sku"), "name");
	const char *part = azure_deep_text(row, "ipConfiguration/id");

	/* That of a NAT gateway lets nobody in. */
	if (azure_deep_text(row, "natGateway/id")[0] != '\0')
		return;
	if (address[0] != '\0')
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "properties.ipAddress is %s%s%s", address,
		              sku[0] != '\0' ? ", sku.name is " : "", sku);
	azure_edge(row, EDGE_ATTACHED_TO, false, azure_owner(part, row->a));
}

/* Network interfaces; their configurations are those of scale sets' profiles too. */

static void describe_pools(const struct azure_row *row, const struct azure_record *config,
                           const char *name)
{
	struct json_items it = context_list(azure_property(config, name));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		azure_edge(row, EDGE_ROUTES_TO, true,
		           azure_owner(azure_text(it.value, "id"), row->a));
}

static void describe_configurations(const struct azure_row *row, struct json_view list)
{
	static const char *const pools[] = {
	        "loadBalancerBackendAddressPools", "loadBalancerInboundNatRules",
	        "loadBalancerInboundNatPools", "applicationGatewayBackendAddressPools"};
	struct json_items it = context_list(list);

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const struct azure_record c =
		        azure_record_of(it.value, (struct json_view){0});

		azure_edge(row, EDGE_ATTACHED_TO, true,
		           azure_text(azure_property(&c, "publicIPAddress"), "id"));
		azure_edge(row, EDGE_CONTAINS, true,
		           azure_text(azure_property(&c, "subnet"), "id"));
		for (size_t p = 0; p < N_ELEMENTS(pools); p++)
			describe_pools(row, &c, pools[p]);
	}
}

static void describe_interface(const struct azure_row *row)
{
	azure_edge(row, EDGE_ATTACHED_TO, false, azure_deep_text(row, "virtualMachine/id"));
	azure_edge(row, EDGE_ATTACHED_TO, true,
	           azure_deep_text(row, "networkSecurityGroup/id"));
	describe_configurations(row, azure_deep(row, "ipConfigurations"));
}

/* Network security groups. */

struct rule {
	struct azure_record r;
	const char *name;
	int64_t priority;
};

static struct rule rule_of(struct json_view v)
{
	struct rule rule = {.r = azure_record_of(v, (struct json_view){0}),
	                    .name = azure_text(v, "name"),
	                    .priority = LAST_PRIORITY};

	(void)json_view_int(azure_property(&rule.r, "priority"), &rule.priority);
	return rule;
}

static bool is_inbound(const struct rule *rule, const char *access)
{
	return strcasecmp(azure_property_text(&rule->r, "direction"), "Inbound") == 0 &&
	       strcasecmp(azure_property_text(&rule->r, "access"), access) == 0;
}

/* Service tags of Azure at large are other customers' machines as well. */
static enum exposure reach_of(const char *source)
{
	if (text_begins_nocase(source, "AzureCloud") ||
	    text_begins_nocase(source, "AzureFrontDoor"))
		return EXPOSURE_FILTERED;
	return context_reach(source);
}

/* The widest of sourceAddressPrefix and sourceAddressPrefixes. */
static enum exposure widest_source(const struct rule *rule, const char **source)
{
	struct json_items it =
	        context_list(azure_property(&rule->r, "sourceAddressPrefixes"));
	enum exposure widest;

	*source = azure_property_text(&rule->r, "sourceAddressPrefix");
	widest = reach_of(*source);
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *text = "";

		if (json_view_text(it.value, &text) && reach_of(text) > widest) {
			widest = reach_of(text);
			*source = text;
		}
	}
	return widest;
}

/* "22,3389" */
static const char *ports_of(const struct rule *rule, struct arena *a)
{
	struct json_items it =
	        context_list(azure_property(&rule->r, "destinationPortRanges"));
	const char *ports = azure_property_text(&rule->r, "destinationPortRange");

	for (size_t i = 0; i < 16 && json_items_next(&it); i++) {
		const char *text = "";

		if (json_view_text(it.value, &text) && text[0] != '\0')
			ports = ports[0] == '\0' ? text : ARENA_JOIN(a, ports, ",", text);
	}
	return ports;
}

/* The priority behind which nothing comes in any more: that of a rule denying all. */
static int64_t closing_priority(struct json_view rules, struct arena *a)
{
	struct json_items it = context_list(rules);
	int64_t closing = LAST_PRIORITY;

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const struct rule rule = rule_of(it.value);
		const char *source;

		if (is_inbound(&rule, "Deny") && rule.priority < closing &&
		    strcmp(azure_property_text(&rule.r, "protocol"), "*") == 0 &&
		    strcmp(ports_of(&rule, a), "*") == 0 &&
		    widest_source(&rule, &source) == EXPOSURE_OPEN)
			closing = rule.priority;
	}
	return closing;
}

static void describe_rule(const struct azure_row *row, const struct rule *rule)
{
	const char *protocol = azure_property_text(&rule->r, "protocol");
	const char *source;
	enum exposure level = widest_source(rule, &source);

	if (level != EXPOSURE_OPEN && level != EXPOSURE_FILTERED)
		return;
	context_claim(row->w, CONTEXT_EXPOSURE, level,
	              "securityRules %s: inbound Allow %s/%s from %s", rule->name,
	              strcmp(protocol, "*") == 0 ? "any" : text_lower(protocol, row->a),
	              ports_of(rule, row->a), source);
}

static void describe_group(const struct azure_row *row)
{
	struct json_view rules = azure_deep(row, "securityRules");
	struct json_items it = context_list(rules);
	int64_t closing = closing_priority(rules, row->a);

	each_id(row, "networkInterfaces", EDGE_ATTACHED_TO, false);
	each_id(row, "subnets", EDGE_ATTACHED_TO, false);
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const struct rule rule = rule_of(it.value);

		if (is_inbound(&rule, "Allow") && rule.priority < closing)
			describe_rule(row, &rule);
	}
	/* What remains are the default rules: the virtual network, and no more. */
	if (json_view_is_array(rules) && context_level(row->w, CONTEXT_EXPOSURE) < 0)
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL,
		              "securityRules: none of %zu allows inbound from the internet",
		              it.n);
}

/* Load balancers and application gateways. */

static void describe_backends(const struct azure_row *row)
{
	struct json_items pools = context_list(azure_deep(row, "backendAddressPools"));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&pools); i++) {
		const struct azure_record pool =
		        azure_record_of(pools.value, (struct json_view){0});
		struct json_items it =
		        context_list(azure_property(&pool, "backendIPConfigurations"));

		for (size_t k = 0; k < CONTEXT_MAX_LIST && json_items_next(&it); k++)
			azure_edge(row, EDGE_ROUTES_TO, false,
			           azure_owner(azure_text(it.value, "id"), row->a));
	}
}

static void describe_balancer(const struct azure_row *row)
{
	const char *policy = azure_deep_text(row, "firewallPolicy/id");

	describe_configurations(row, azure_deep(row, "frontendIPConfigurations"));
	describe_backends(row);
	if (policy[0] != '\0')
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "properties.firewallPolicy.id is %s", policy);
	else if (view_path_true(azure_deep(row, "webApplicationFirewallConfiguration"),
	                        "enabled"))
		context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "properties.webApplicationFirewallConfiguration.enabled is "
		              "true");
}

/* Machines. */

static void describe_machine(const struct azure_row *row)
{
	struct json_items it =
	        context_list(azure_deep(row, "networkProfile/networkInterfaces"));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		azure_edge(row, EDGE_ATTACHED_TO, true, azure_text(it.value, "id"));
	azure_edge(row, EDGE_CONTAINS, true,
	           azure_deep_text(row, "virtualMachineScaleSet/id"));
}

/* Each machine of a set has an address of its own: the set's network decides the rest. */
static void describe_set_addresses(const struct azure_row *row, struct json_view list)
{
	struct json_items it = context_list(list);

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const struct azure_record c =
		        azure_record_of(it.value, (struct json_view){0});
		struct json_view address =
		        azure_property(&c, "publicIPAddressConfiguration");

		if (json_view_is_object(address))
			context_claim(row->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
			              "publicIPAddressConfiguration.name is %s, behind the "
			              "network security group",
			              azure_text(address, "name"));
	}
}

static void describe_scale_set(const struct azure_row *row)
{
	struct json_items it =
	        context_list(azure_deep(row, "virtualMachineProfile/networkProfile/"
	                                     "networkInterfaceConfigurations"));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const struct azure_record nic =
		        azure_record_of(it.value, (struct json_view){0});
		struct json_view list = azure_property(&nic, "ipConfigurations");

		azure_edge(row, EDGE_ATTACHED_TO, true,
		           azure_text(azure_property(&nic, "networkSecurityGroup"), "id"));
		describe_configurations(row, list);
		describe_set_addresses(row, list);
	}
}

void azure_describe_network(const struct azure_row *row)
{
	static const struct {
		const char *type;
		void (*describe)(const struct azure_row *row);
	} types[] = {
	        {"microsoft.network/publicipaddresses", describe_address},
	        {"microsoft.network/networkinterfaces", describe_interface},
	        {"microsoft.network/networksecuritygroups", describe_group},
	        {"microsoft.network/loadbalancers", describe_balancer},
	        {"microsoft.network/applicationgateways", describe_balancer},
	        {"microsoft.compute/virtualmachines", describe_machine},
	        {"microsoft.compute/virtualmachinescalesets", describe_scale_set},
	};
	for (size_t i = 0; i < N_ELEMENTS(types); i++) {
		if (strcmp(row->type, types[i].type) == 0)
			types[i].describe(row);
	}
}
