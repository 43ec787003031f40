/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AZURE_INVENTORY_H
#define ISOBAR_AZURE_INVENTORY_H

#include "azure_record.h"
#include "context_writer.h"

/*
 * What rows of Azure Resource Graph and Defender's risk factors say of the context of
 * assets.  None of it fails: what cannot be read is not said.
 */
struct azure_row {
	const struct azure_record *r;
	struct context_writer *w; /* about the row's resource */
	struct arena *a;
	const char *id, *type; /* of the resource, in lower case */
};

/* Of a row of resources or resourcecontainers. */
void azure_describe_resource(const struct azure_record *r, const struct resource *resource,
                             struct parse_output *out);

/* Is the row one of authorizationresources, which is no asset? */
bool azure_is_authorization(const struct azure_record *r);
void azure_describe_role(const struct azure_record *r, struct parse_output *out);

/* properties.risk of an assessment of resource (Defender CSPM). */
void azure_describe_risk(const struct azure_record *r, const struct resource *resource,
                         struct parse_output *out);

/* The following are between the files azure_*.c of the inventory. */

/* "networkProfile/networkInterfaces" below properties, in any case. */
struct json_view azure_deep(const struct azure_row *row, const char *path);
const char *azure_deep_text(const struct azure_row *row, const char *path);

/* To another ARM resource, in lower case; "" makes no edge. */
void azure_edge(const struct azure_row *row, enum edge_kind kind, bool incoming,
                const char *id);

/* The NIC, balancer or gateway of its part "…/ipConfigurations/x"; of a scale set's
 * machine the scale set. */
const char *azure_owner(const char *part_id, struct arena *a);

/* The directory object (user, group, service principal) of a GUID. */
struct resource azure_principal(const char *object_id, struct arena *a);

/* identity.userAssignedIdentities and identity.principalId: what the resource runs as. */
void azure_describe_identity(const struct azure_row *row);

/* Each says what it finds when the row is of one of its types. */
void azure_describe_network(const struct azure_row *row);
void azure_describe_service(const struct azure_row *row);

#endif
