/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the data of an asset in Cloud Asset Inventory says of its context.  Its members
 * are those of each service's own API.  An external address alone counts as filtered:
 * the firewall rules of the network, assets of their own, say who comes in.
 *
 * Source: REST references of Compute Engine, Kubernetes Engine, Cloud Storage, Cloud SQL,
 * Cloud Run, Cloud Functions and BigQuery.
 */
#include <string.h>

#include "gcp_asset.h"
#include "gcp_iam.h"
#include "text_part.h"
#include "view_path.h"

static const char *text_at(struct json_view v, const char *at)
{
	return json_view_text_or(v, at, "");
}

/* What is described, and the number of its project or "". */
struct described {
	struct context_writer *w;
	struct json_view data;
	const char *number;
};

/* "default" is the account that Compute Engine makes for the project. */
static void runs_as(const struct described *d, const char *email)
{
	struct arena *a = d->w->out->arena;
	struct resource account;

	if (strcmp(email, "default") == 0)
		email = d->number[0] == '\0'
		                ? ""
		                : ARENA_JOIN(a, d->number,
		                             "-compute@developer.gserviceaccount.com");
	account = gcp_service_account(email, a);
	context_edge(d->w, EDGE_RUNS_AS, false, &account);
}

/* Compute Engine. */

static size_t describe_addresses(const struct described *d, struct json_view nic,
                                 const char *list, const char *key)
{
	struct json_items it = context_list(json_view_at(nic, list));
	size_t n = 0;

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *address = text_at(it.value, key);

		if (address[0] == '\0')
			continue;
		context_claim(
		        d->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		        "networkInterfaces.%s.%s is %s, behind the network's firewall",
		        list, key, address);
		n++;
	}
	return n;
}

/* Scopes that let a machine change nothing, whatever its account may do. */
static bool only_reads(struct json_view scopes)
{
	static const char *const harmless[] = {
	        "read_only",   "readonly",        "/logging.write", "/monitoring.write",
	        "/monitoring", "/servicecontrol", "/trace.append"};
	struct json_items it = context_list(scopes);

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *scope = text_at(it.value, "");
		bool found = false;

		for (size_t k = 0; k < N_ELEMENTS(harmless); k++)
			found |= text_ends(scope, harmless[k]);
		if (!found)
			return false;
	}
	return it.n > 0;
}

static void describe_instance(const struct described *d)
{
	struct json_items nics = context_list(json_view_at(d->data, "networkInterfaces"));
	struct json_items accounts = context_list(json_view_at(d->data, "serviceAccounts"));
	size_t n = 0;

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&nics); i++) {
		n += describe_addresses(d, nics.value, "accessConfigs", "natIP");
		n += describe_addresses(d, nics.value, "ipv6AccessConfigs", "externalIpv6");
		context_edge_near(d->w, EDGE_CONTAINS, true,
		                  "compute.googleapis.com/Network",
		                  text_at(nics.value, "network"));
	}
	if (n == 0 && nics.n > 0)
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL,
		              "networkInterfaces: none of %zu has an external address",
		              nics.n);
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&accounts); i++) {
		runs_as(d, text_at(accounts.value, "email"));
		if (only_reads(json_view_at(accounts.value, "scopes")))
			context_claim(d->w, CONTEXT_PRIVILEGE, PRIVILEGE_READ,
			              "serviceAccounts.scopes of %s change nothing",
			              text_at(accounts.value, "email"));
	}
}

/* "tcp/22,80" */
static const char *ports_of(struct json_view allowed, struct arena *a)
{
	struct json_items it = context_list(json_view_at(allowed, "ports"));
	const char *text = text_at(allowed, "IPProtocol");
	const char *separator = "/";

	for (size_t i = 0; i < 16 && json_items_next(&it); i++, separator = ",")
		text = ARENA_JOIN(a, text, separator, text_at(it.value, ""));
	return text;
}

/* Whom a rule is for, when not for the whole network. */
static const char *targets_of(struct json_view data, struct arena *a)
{
	const char *tag = text_at(data, "/targetTags/0");
	const char *account = text_at(data, "/targetServiceAccounts/0");

	if (tag[0] != '\0')
		return ARENA_JOIN(a, ", to targetTags ", tag);
	return account[0] == '\0' ? ""
	                          : ARENA_JOIN(a, ", to targetServiceAccounts ", account);
}

static void describe_firewall(const struct described *d)
{
	struct json_items sources = context_list(json_view_at(d->data, "sourceRanges"));
	struct arena *a = d->w->out->arena;
	const char *targets = targets_of(d->data, a);
	struct json_view allowed = json_view_at(d->data, "allowed");
	struct json_items it = context_list(allowed);
	const char *ports = "";

	if (view_path_true(d->data, "disabled") || it.n == 0 ||
	    strcmp(text_at(d->data, "direction"), "EGRESS") == 0)
		return;
	for (size_t i = 0; i < 16 && json_items_next(&it); i++)
		ports = ARENA_JOIN(a, ports, ports[0] != '\0' ? " " : "",
		                   ports_of(it.value, a));
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&sources); i++) {
		const char *source = text_at(sources.value, "");
		enum exposure level = context_reach(source);

		if (source[0] != '\0')
			context_claim(d->w, CONTEXT_EXPOSURE, (int)level,
			              "allowed %s from sourceRanges %s%s", ports, source,
			              targets);
	}
	/* What a tag picks out is not named here. */
	if (targets[0] == '\0')
		context_edge_near(d->w, EDGE_ATTACHED_TO, false,
		                  "compute.googleapis.com/Network",
		                  text_at(d->data, "network"));
}

static void describe_forwarding(const struct described *d)
{
	const char *scheme = text_at(d->data, "loadBalancingScheme");
	const char *address = text_at(d->data, "IPAddress");

	if (text_begins(scheme, "EXTERNAL"))
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "loadBalancingScheme is %s, IPAddress %s", scheme, address);
	else if (text_begins(scheme, "INTERNAL"))
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL,
		              "loadBalancingScheme is %s, IPAddress %s", scheme, address);
	context_edge_near(d->w, EDGE_ROUTES_TO, false, "", text_at(d->data, "target"));
	context_edge_near(d->w, EDGE_ROUTES_TO, false, "",
	                  text_at(d->data, "backendService"));
}

/* Proxies and URL maps between a forwarding rule and its backends. */
static void describe_proxy(const struct described *d)
{
	context_edge_near(d->w, EDGE_ROUTES_TO, false, "", text_at(d->data, "urlMap"));
	context_edge_near(d->w, EDGE_ROUTES_TO, false, "", text_at(d->data, "service"));
	context_edge_near(d->w, EDGE_ROUTES_TO, false, "",
	                  text_at(d->data, "defaultService"));
}

static void describe_backend(const struct described *d)
{
	struct json_items it = context_list(json_view_at(d->data, "backends"));
	const char *policy = text_at(d->data, "securityPolicy");

	if (policy[0] != '\0')
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "securityPolicy is %s", policy);
	else if (view_path_true(d->data, "iap/enabled"))
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "iap.enabled is true");
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		context_edge_near(d->w, EDGE_ROUTES_TO, false, "",
		                  text_at(it.value, "group"));
}

/* Kubernetes Engine. */

static void describe_control_plane(const struct described *d)
{
	struct json_view allowed = json_view_at(d->data, "masterAuthorizedNetworksConfig");
	struct json_items it = context_list(json_view_at(allowed, "cidrBlocks"));
	bool on = true;

	(void)json_view_bool(json_view_at(d->data,
	                                  "/controlPlaneEndpointsConfig/"
	                                  "ipEndpointsConfig/enablePublicEndpoint"),
	                     &on);
	if (!on || view_path_true(d->data, "privateClusterConfig/enablePrivateEndpoint")) {
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_RESTRICTED, "%s",
		              on ? "privateClusterConfig.enablePrivateEndpoint is true"
		                 : "ipEndpointsConfig.enablePublicEndpoint is false");
		return;
	}
	if (!view_path_true(allowed, "enabled")) {
		if (text_at(d->data, "endpoint")[0] != '\0')
			context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
			              "endpoint is %s, without "
			              "masterAuthorizedNetworksConfig",
			              text_at(d->data, "endpoint"));
		return;
	}
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *cidr = text_at(it.value, "cidrBlock");

		if (cidr[0] != '\0' && context_reach(cidr) == EXPOSURE_OPEN)
			context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
			              "masterAuthorizedNetworksConfig.cidrBlocks has %s",
			              cidr);
	}
	context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
	              "masterAuthorizedNetworksConfig.enabled is true, cidrBlocks has %zu",
	              it.n);
}

static void describe_cluster(const struct described *d)
{
	struct json_items it = context_list(json_view_at(d->data, "nodePools"));

	describe_control_plane(d);
	runs_as(d, text_at(d->data, "/nodeConfig/serviceAccount"));
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		runs_as(d, text_at(it.value, "/config/serviceAccount"));
}

/* Data. */

static void describe_bucket(const struct described *d)
{
	struct json_items it = context_list(json_view_at(d->data, "acl"));
	const char *prevention =
	        text_at(d->data, "/iamConfiguration/publicAccessPrevention");

	if (strcmp(prevention, "enforced") == 0) {
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL,
		              "iamConfiguration.publicAccessPrevention is enforced");
		return;
	}
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *entity = text_at(it.value, "entity");

		if (gcp_is_everybody(entity))
			context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
			              "acl has the entity %s", entity);
	}
}

static void describe_dataset(const struct described *d)
{
	struct json_items it = context_list(json_view_at(d->data, "access"));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *who = text_either(text_at(it.value, "specialGroup"),
		                              text_at(it.value, "iamMember"));

		if (gcp_is_everybody(who))
			context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
			              "access has %s", who);
	}
}

static void describe_sql(const struct described *d)
{
	struct json_view ip = json_view_at(d->data, "/settings/ipConfiguration");
	struct json_items it = context_list(json_view_at(ip, "authorizedNetworks"));
	bool on = false;

	context_tags(d->w, json_view_at(d->data, "/settings/userLabels"));
	if (!json_view_bool(json_view_at(ip, "ipv4Enabled"), &on))
		return;
	context_claim(d->w, CONTEXT_EXPOSURE, on ? EXPOSURE_FILTERED : EXPOSURE_INTERNAL,
	              "settings.ipConfiguration.ipv4Enabled is %s", on ? "true" : "false");
	for (size_t i = 0; on && i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *value = text_at(it.value, "value");

		if (value[0] != '\0' && context_reach(value) == EXPOSURE_OPEN)
			context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
			              "settings.ipConfiguration.authorizedNetworks has %s",
			              value);
	}
}

static void describe_secret(const struct described *d)
{
	context_claim(d->w, CONTEXT_SENSITIVITY, SENSITIVITY_REGULATED,
	              "assetType is secretmanager.googleapis.com/Secret");
}

/* Cloud Run and Cloud Functions: IAM decides who may call what is open to the network. */

static void describe_ingress(const struct described *d, const char *where,
                             const char *ingress)
{
	if (strcmp(ingress, "all") == 0 || strcmp(ingress, "ALLOW_ALL") == 0)
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_FILTERED,
		              "%s is %s, behind IAM", where, ingress);
	else if (strcmp(ingress, "internal") == 0 ||
	         strcmp(ingress, "ALLOW_INTERNAL_ONLY") == 0)
		context_claim(d->w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL, "%s is %s", where,
		              ingress);
}

static void describe_run(const struct described *d)
{
	struct json_view annotations = json_view_at(d->data, "/metadata/annotations");

	describe_ingress(d, "run.googleapis.com/ingress",
	                 text_at(annotations, "run.googleapis.com/ingress"));
	context_tags(d->w, json_view_at(d->data, "/metadata/labels"));
	runs_as(d, text_at(d->data, "/spec/template/spec/serviceAccountName"));
}

static void describe_function(const struct described *d)
{
	struct json_view service = json_view_at(d->data, "serviceConfig");

	if (!json_view_is_object(service))
		service = d->data;
	describe_ingress(d, "ingressSettings", text_at(service, "ingressSettings"));
	runs_as(d, text_at(service, "serviceAccountEmail"));
}

void gcp_describe_data(struct context_writer *w, struct json_view data, const char *type,
                       const char *number)
{
	static const struct {
		const char *type;
		void (*describe)(const struct described *d);
	} kinds[] = {
	        {"compute.googleapis.com/Instance", describe_instance},
	        {"compute.googleapis.com/Firewall", describe_firewall},
	        {"compute.googleapis.com/ForwardingRule", describe_forwarding},
	        {"compute.googleapis.com/GlobalForwardingRule", describe_forwarding},
	        {"compute.googleapis.com/TargetHttpProxy", describe_proxy},
	        {"compute.googleapis.com/TargetHttpsProxy", describe_proxy},
	        {"compute.googleapis.com/TargetSslProxy", describe_proxy},
	        {"compute.googleapis.com/TargetTcpProxy", describe_proxy},
	        {"compute.googleapis.com/UrlMap", describe_proxy},
	        {"compute.googleapis.com/BackendService", describe_backend},
	        {"compute.googleapis.com/RegionBackendService", describe_backend},
	        {"container.googleapis.com/Cluster", describe_cluster},
	        {"storage.googleapis.com/Bucket", describe_bucket},
	        {"bigquery.googleapis.com/Dataset", describe_dataset},
	        {"sqladmin.googleapis.com/Instance", describe_sql},
	        {"secretmanager.googleapis.com/Secret", describe_secret},
	        {"run.googleapis.com/Service", describe_run},
	        {"cloudfunctions.googleapis.com/CloudFunction", describe_function},
	        {"cloudfunctions.googleapis.com/Function", describe_function},
	};
	const struct described d = {.w = w, .data = data, .number = number};

	context_tags(w, json_view_at(data, "labels"));
	context_tags(w, json_view_at(data, "resourceLabels"));
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		if (strcmp(type, kinds[i].type) == 0)
			kinds[i].describe(&d);
	}
}
