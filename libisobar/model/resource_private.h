/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RESOURCE_PRIVATE_H
#define ISOBAR_RESOURCE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "model/resource.h"

/*
 * What the files resource*.c share, and nobody else.  Every rule gets the raw id
 * without blanks around it.
 */

/* In an AWS spelling that no other cloud has: an ARN, "AWS::…". */
bool aws_claims(const char *raw);
void aws_canonicalize(struct resource *r, const char *raw, struct arena *a);

/* A full name ("//service/path"), a self link, "gs://". */
bool gcp_claims(const char *raw);
void gcp_canonicalize(struct resource *r, const char *raw, struct arena *a);

/* "provider:account:region:type:raw": a bare name never meets another account's. */
const char *qualified_id(const struct resource *r, const char *raw,
                         struct arena *a) NON_NULL;

/* ASCII only: ids of the clouds are. */
char *lower_case(const char *s, size_t size, struct arena *a) NON_NULL;
bool is_digits(const char *s, size_t size); /* not empty, digits only */

/* In any case; in most that are asked about the first letter differs. */
static inline bool has_prefix(const char *s, const char *prefix)
{
	if (((s[0] ^ prefix[0]) & ~0x20) != 0 && prefix[0] != '\0')
		return false;
	return strncasecmp(s, prefix, strlen(prefix)) == 0;
}

static inline char lower_letter(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

#endif
