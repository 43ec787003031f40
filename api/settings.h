/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_API_SETTINGS_H
#define ISOBAR_API_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/settings.h"
#include "base/timestamp.h"

#define AUTH_FAILURE_WINDOW 60 /* seconds that auth_failures is for */

/* Everything that isobar-api can be told; [api] of a file, ISOBAR_API_…, options. */
struct api_settings {
	const char *database; /* conninfo; never logged */
	const char *
	        listen; /* "127.0.0.1:8080", several between commas; "" : only inherited sockets */
	unsigned int workers;
	unsigned int connections; /* to the database, of each worker */
	unsigned int max_connections, max_per_address;
	unsigned int head_timeout_ms, idle_timeout_ms, request_timeout_ms, drain_timeout_ms;
	unsigned int push_max;                      /* MiB of a pushed body */
	unsigned int body_min_rate;                 /* bytes a second */
	unsigned int rate_requests, rate_window_ms; /* a token's budget; 0 requests: none */
	unsigned int auth_failures;                 /* an address may make in a minute */
	unsigned int index_idle_ms; /* an index that nobody asked is dropped */
	const char *tls_certificate_file, *tls_key_file;
	struct secret cursor_key; /* of tokens to the next page; else made at start */
	bool access_log;
	const char *log_format; /* json, text, auto */
	timestamp now;          /* --now, or TIMESTAMP_NONE: the clock */
};

extern const struct setting api_setting_table[];
extern const size_t n_api_settings;

#endif
