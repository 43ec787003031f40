/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open connections by address: a table of chains.  It cannot grow beyond the cap on
 * connections, so even a chain of all of them is short.
 */
#include "address_count.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

#define N_CHAINS 1024 /* a power of two */

struct address {
	struct address_key key;
	unsigned int n;
	struct address *next;
};

struct address_count {
	struct address *chains[N_CHAINS];
};

struct address_key address_key_of(const struct sockaddr *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct address_key key = {{0}};
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		memcpy(key.bytes, mapped, sizeof(mapped));
		memcpy(key.bytes + 12, &in.sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		memcpy(key.bytes, &in6.sin6_addr, 16);
		if (memcmp(key.bytes, mapped, sizeof(mapped)) != 0)
			memset(key.bytes + 8, 0, 8);
	}
	return key;
}

struct address_count *address_count_new(void)
{
	return xcalloc(1, sizeof(struct address_count));
}

void address_count_free(struct address_count *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < N_CHAINS; i++) {
		while (c->chains[i]) {
			struct address *a = c->chains[i];

			c->chains[i] = a->next;
			free(a);
		}
	}
	free(c);
}

/* The link that holds key, or the end of its chain. */
static struct address **find(struct address_count *c, const struct address_key *key)
{
	struct address **link;
	uint32_t hash = 2166136261; /* FNV-1a */

	for (size_t i = 0; i < sizeof(key->bytes); i++)
		hash = (hash ^ key->bytes[i]) * 16777619;
	link = &c->chains[(hash ^ hash >> 16) % N_CHAINS];
	while (*link && memcmp(&(*link)->key, key, sizeof(*key)) != 0)
		link = &(*link)->next;
	return link;
}

unsigned int address_count_add(struct address_count *c, const struct address_key *key)
{
	struct address **link = find(c, key);

	if (!*link) {
		*link = xcalloc(1, sizeof(**link));
		(*link)->key = *key;
	}
	return ++(*link)->n;
}

void address_count_remove(struct address_count *c, const struct address_key *key)
{
	struct address **link = find(c, key), *a = *link;

	assert(a);
	if (--a->n > 0)
		return;
	*link = a->next;
	free(a);
}
