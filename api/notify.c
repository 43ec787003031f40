/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sd_notify(3) without its library: one datagram.
 */
#include "notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un address;
static socklen_t address_size; /* 0: nobody is told */

void notify_open(const char *socket_path)
{
	const size_t size = socket_path ? strlen(socket_path) : 0;

	address_size = 0;
	if (size < 2 || size >= sizeof(address.sun_path) ||
	    (socket_path[0] != '/' && socket_path[0] != '@'))
		return;
	address.sun_family = AF_UNIX;
	memcpy(address.sun_path, socket_path, size);
	if (socket_path[0] == '@') /* the abstract namespace, unix(7) */
		address.sun_path[0] = '\0';
	address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

void notify_send(const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n, fd;

	if (address_size == 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(text))
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Whether it is heard is the manager's affair. */
	if (sendto(fd, text, (size_t)n, MSG_NOSIGNAL, (struct sockaddr *)&address,
	           address_size) < 0)
		fprintf(stderr,
		        "isobar-api: NOTIFY_SOCKET does not take what it is told\n");
	close(fd);
}
