/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ADDRESS_COUNT_H
#define ISOBAR_ADDRESS_COUNT_H

#include <stdint.h>

/* How many connections each address has open.  Pure; as large as what is counted. */
struct address_count;
struct sockaddr;

/*
 * What counts as one address: all of an IPv4 one, mapped into IPv6 or not; the /64 of
 * an IPv6 one, which is what a single customer is given.
 */
struct address_key {
	uint8_t bytes[16];
};

/* All families but IPv4 and IPv6 share the key of "::". */
struct address_key address_key_of(const struct sockaddr *address);

struct address_count *address_count_new(void);
void address_count_free(struct address_count *c); /* NULL is fine */

/* Returns how many there are now, this one counted. */
unsigned int address_count_add(struct address_count *c, const struct address_key *key);
/* Takes back one that was added. */
void address_count_remove(struct address_count *c, const struct address_key *key);

#endif
