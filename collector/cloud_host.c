/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resource that a scanned host is: an instance of a cloud, or a name.
 */
#include "cloud_host.h"

#include <string.h>

static void set_gcp(const struct cloud_host *host, struct arena *a, struct resource *out)
{
	out->provider = PROVIDER_GCP;
	out->account = host->gcp_project;
	out->type = "compute.googleapis.com/Instance";
	out->raw = host->gcp_instance;
	if (host->gcp_project[0] != '\0' && host->gcp_zone[0] != '\0' &&
	    strchr(host->gcp_instance, '/') == NULL)
		out->raw = ARENA_JOIN(a, "//compute.googleapis.com/projects/",
		                      host->gcp_project, "/zones/", host->gcp_zone,
		                      "/instances/", host->gcp_instance);
}

static void set_azure(const struct cloud_host *host, struct resource *out)
{
	out->provider = PROVIDER_AZURE;
	out->account = host->azure_subscription;
	out->type = "microsoft.compute/virtualmachines";
	out->raw = host->azure_resource[0] != '\0' ? host->azure_resource : host->azure_vm;
}

static void set_aws(const struct cloud_host *host, struct resource *out)
{
	out->provider = PROVIDER_AWS;
	out->account = host->aws_account;
	out->region = host->aws_region;
	out->type = "AWS::EC2::Instance";
	out->raw = host->aws_instance;
}

void cloud_host_resource(const struct cloud_host *host, struct arena *a,
                         struct resource *out)
{
	*out = (struct resource){.account = "",
	                         .region = "",
	                         .type = "host",
	                         .name = host->shown[0] != '\0' ? host->shown : host->name,
	                         .raw = host->name,
	                         .id = ""};
	if (host->aws_instance[0] != '\0')
		set_aws(host, out);
	else if (host->azure_resource[0] != '\0' || host->azure_vm[0] != '\0')
		set_azure(host, out);
	else if (host->gcp_instance[0] != '\0')
		set_gcp(host, a, out);
}

const char *cloud_host_first_name(const char *names, struct arena *a)
{
	size_t size;

	names += strspn(names, " ,;\t\n");
	size = strcspn(names, " ,;\t\n");
	return names[size] == '\0' ? names : arena_strndup(a, names, size);
}
