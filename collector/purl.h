/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PURL_H
#define ISOBAR_PURL_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/resource.h"

/* A package URL (purl-spec): pkg:type/namespace/name@version?qualifiers#subpath. */
struct purl {
	const char *type;       /* lower case */
	const char *space;      /* decoded, without slashes around it; "" is absent */
	const char *name;       /* decoded */
	const char *version;    /* decoded */
	const char *repository; /* of the qualifier repository_url, decoded */
};

/* false: text is none. */
bool purl_parse(const char *text, struct arena *a, struct purl *out);

/* As scanners write the package: "group:artifact", "@scope/name", "openssl". */
const char *purl_package(const struct purl *p, struct arena *a) NON_NULL;

/*
 * The asset that a product id names: the image of pkg:oci and pkg:docker, the
 * repository of pkg:github, pkg:gitlab and pkg:bitbucket, else the id as it is, type
 * "product".  Sets type and raw.
 */
void purl_set_resource(struct resource *r, const char *id, struct arena *a);

#endif
