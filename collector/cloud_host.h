/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CLOUD_HOST_H
#define ISOBAR_CLOUD_HOST_H

#include "base/arena.h"
#include "model/resource.h"

/*
 * A host as scanners of networks and agents know it.  Where its cloud's id is
 * stated, that is its identity, so that it meets the cloud's own findings; else its
 * name.  "" is absent, everywhere.
 */
struct cloud_host {
	const char *aws_instance, *aws_account, *aws_region;
	const char *azure_resource; /* ARM id */
	const char *azure_vm;       /* the machine's GUID, by which ARM does not name it */
	const char *azure_subscription;
	const char *gcp_instance, *gcp_project, *gcp_zone;
	const char *name;  /* outside the clouds: FQDN, else host name, else address */
	const char *shown; /* for people; "" is name */
};

/* Fills in *out; its raw stays "" when the host has neither id nor name. */
void cloud_host_resource(const struct cloud_host *host, struct arena *a,
                         struct resource *out);

/* The first of "a.example.com, b.example.com", lower case is left to identity. */
const char *cloud_host_first_name(const char *names, struct arena *a);

#endif
