/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The setting `listen`.
 */
#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server.h"

#define HOST_MAX 64

struct address {
	char host[HOST_MAX]; /* without brackets */
	uint16_t port;
};

static int complain(const char *text, size_t size, struct error *err)
{
	return error_set(err, ERR_INVALID,
	                 "listen: \"%.*s\" is no address with a port, as 127.0.0.1:8080 or "
	                 "[::1]:8080",
	                 (int)size, text);
}

/* The colon before the port; NULL: there is none. */
static const char *last_colon(const char *text, size_t size)
{
	while (size > 0 && text[size - 1] != ':')
		size--;
	return size > 0 ? text + size - 1 : NULL;
}

/* One address of size bytes. */
static int read_address(const char *text, size_t size, struct address *out,
                        struct error *err)
{
	const char *colon = last_colon(text, size);
	size_t host_size = colon ? (size_t)(colon - text) : 0;
	const char *host = text;
	char *end;
	long port;

	if (host_size > 2 && host[0] == '[' && host[host_size - 1] == ']') {
		host++;
		host_size -= 2;
	} else if (memchr(host, ':', host_size)) {
		return complain(text, size, err); /* IPv6 wants its brackets */
	}
	if (host_size == 0 || host_size >= HOST_MAX || colon + 1 == text + size)
		return complain(text, size, err);
	port = strtol(colon + 1, &end, 10);
	if (end != text + size || colon[1] < '0' || colon[1] > '9' || port > 65535)
		return complain(text, size, err);
	memcpy(out->host, host, host_size);
	out->host[host_size] = '\0';
	out->port = (uint16_t)port;
	return 0;
}

/* Binding fails where somebody listens, as we do not ask to share (socket(7)). */
static int check_free(const struct address *address, struct error *err)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE,
	                               .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char port[8];
	int fd, on = 1, rc = 0;

	snprintf(port, sizeof(port), "%u", address->port);
	if (getaddrinfo(address->host, port, &hints, &found) != 0)
		return error_set(err, ERR_INVALID, "listen: \"%s\" is no numeric address",
		                 address->host);
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, found->ai_addr, found->ai_addrlen) < 0)
		rc = error_set(err, ERR_CONFLICT, "listen: %s port %u: %s", address->host,
		               address->port, strerror(errno));
	if (fd >= 0)
		close(fd);
	freeaddrinfo(found);
	return rc;
}

static int each_address(struct server *server, const char *text, struct error *err)
{
	do {
		const size_t size = strcspn(text, ",");
		struct address address;
		int rc = read_address(text, size, &address, err);

		if (rc == 0)
			rc = server ? server_listen(server, address.host, address.port, err)
			            : check_free(&address, err);
		if (rc < 0)
			return rc;
		text += size;
	} while (*text++ == ',');
	return 0;
}

int listen_by_text(struct server *server, const char *text, struct error *err)
{
	return each_address(server, text, err);
}

int listen_check(const char *text, struct error *err)
{
	return each_address(NULL, text, err);
}

const char *listen_host(const char *text)
{
	static char host[HOST_MAX + 3];
	const size_t size = strcspn(text, ",");
	const char *colon = last_colon(text, size);

	size_t host_size = colon ? (size_t)(colon - text) : size;

	if (host_size >= sizeof(host))
		host_size = sizeof(host) - 1;
	memcpy(host, text, host_size);
	host[host_size] = '\0';
	return host;
}
