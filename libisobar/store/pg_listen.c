/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LISTEN for the blocking programs: sleep until there is something to do.
 */
#include "store/pg_listen.h"

#include <poll.h>

int pg_listen(struct pg *pg, const char *channel, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);

	return pg_command(pg, arena_printf(a, "listen %s", channel), err);
}

int pg_wait(struct pg *pg, int timeout_ms, struct error *err)
{
	PGconn *conn = pg_connection(pg);
	struct pollfd fd = {.fd = PQsocket(conn), .events = POLLIN};

	if (poll(&fd, 1, timeout_ms) > 0 && !PQconsumeInput(conn))
		return pg_conn_error(conn, "listen", err);
	for (PGnotify *n; (n = PQnotifies(conn));)
		PQfreemem(n);
	return 0;
}
