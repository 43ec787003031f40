/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_NOTIFY_H
#define ISOBAR_NOTIFY_H

#include <stdint.h>

#include "base/attr.h"

/*
 * What a service manager is told (sd_notify(3)): a datagram to the socket of
 * NOTIFY_SOCKET.  Without one nothing happens.
 */
void notify_open(const char *socket_path); /* the variable's value, or NULL; copied */
void notify_send(const char *fmt, ...) PRINTF(1, 2); /* "READY=1\nSTATUS=…" */

#endif
