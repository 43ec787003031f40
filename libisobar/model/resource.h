/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RESOURCE_H
#define ISOBAR_RESOURCE_H

#include <stddef.h>

#include "base/arena.h"

/* The numbers are stored: append, never reorder. */
enum provider {
	PROVIDER_NONE, /* an artifact, a host outside the clouds */
	PROVIDER_AWS,
	PROVIDER_AZURE,
	PROVIDER_GCP,
	PROVIDER_OCI
};

enum {
	N_PROVIDERS = PROVIDER_OCI + 1
};

/*
 * Where it is.  A connector fills in what its record says (raw, in any spelling);
 * resource_canonicalize() turns that into the identity by which tools meet.
 * Strings are never NULL; "" is absent.
 */
struct resource {
	enum provider provider;
	const char *account; /* AWS account id, Azure subscription, GCP project */
	const char *region;  /* "" when the resource is global */
	const char *type;    /* ARM type in lower case, CloudFormation type, CAI type */
	const char *name;    /* for people */
	const char *raw;     /* the id as the source wrote it */
	const char *id;      /* canonical: set by resource_canonicalize() */

	/* Other spellings of the same resource that this record states, raw. */
	const char *const *aliases;
	size_t n_aliases;
};

const char *provider_name(enum provider p); /* "azure", "aws", "gcp", "oci", "none" */
int provider_parse(const char *name, enum provider *out); /* 0, or -1 */

/*
 * Sets id from raw: lower case and no trailing slash for ARM ids; every AWS spelling
 * of an account, bucket or instance to its ARN; GCP names to "//service/path";
 * images to registry/repository.  What the id itself says of provider, account,
 * region and type wins over the record, so that two records of one resource agree;
 * what it does not say stays as the record has it.  name is set where it is "".  A
 * resource without raw gets the account's identity, or "" when there is none either.
 * All strings live in a or are borrowed from r.  Idempotent.  A string left NULL
 * (a zeroed resource) becomes "".
 * The rules and their sources: docs/identity.md.
 */
void resource_canonicalize(struct resource *r, struct arena *a);

/* The canonical form of another spelling of r (one of r->aliases). */
const char *resource_canonical_alias(const struct resource *r, const char *alias,
                                     struct arena *a) NON_NULL;

#endif
