/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What isobar-api can be told, with what holds when it is not.
 */
#include "settings.h"

#include <stddef.h>

#include "base/attr.h"

#define ROW(key, type, field, fallback, help)                                             \
	{                                                                                 \
		"api", key, type, offsetof(struct api_settings, field), fallback, 0, help \
	}

/* clang-format off */
const struct setting api_setting_table[] = {
	ROW("database", SETTING_TEXT, database, NULL, "libpq conninfo or URL; else ISOBAR_DATABASE"),
	ROW("listen", SETTING_TEXT, listen, "127.0.0.1:8080", "addresses between commas: 127.0.0.1:8080,[::1]:8080"),
	ROW("workers", SETTING_COUNT, workers, "1", "processes that answer, 1 to 64"),
	ROW("connections", SETTING_COUNT, connections, "3", "to the database, of each worker, 1 to 16"),
	ROW("max_connections", SETTING_COUNT, max_connections, "4096", "of clients, of each worker"),
	ROW("max_per_address", SETTING_COUNT, max_per_address, "256", "of these from one address; 0: no cap"),
	ROW("head_timeout", SETTING_DURATION, head_timeout_ms, "10s", "for the head of a request to come in whole"),
	ROW("idle_timeout", SETTING_DURATION, idle_timeout_ms, "75s", "between two requests of a connection"),
	ROW("request_timeout", SETTING_DURATION, request_timeout_ms, "10s", "for an answer; then 503"),
	ROW("drain_timeout", SETTING_DURATION, drain_timeout_ms, "20s", "for answers under way when it shall end"),
	ROW("body_min_rate", SETTING_COUNT, body_min_rate, "200", "bytes a second that a client must send or take"),
	ROW("push_max", SETTING_COUNT, push_max, "64", "MiB of a body pushed to /v1/ingest, as it comes, 1 to 65536"),
	ROW("rate_requests", SETTING_COUNT, rate_requests, "600", "requests of a token in a window; 0: any number"),
	ROW("rate_window", SETTING_DURATION, rate_window_ms, "60s", "the window, in whole seconds"),
	ROW("auth_failures", SETTING_COUNT, auth_failures, "60", "requests with an unknown token that an address may make in a minute; 0: any number, as behind a proxy"),
	ROW("index_idle", SETTING_DURATION, index_idle_ms, "15m", "after which an index that nobody asked is dropped"),
	ROW("tls_certificate_file", SETTING_TEXT, tls_certificate_file, NULL, "PEM, the chain; with tls_key_file the api speaks TLS"),
	ROW("tls_key_file", SETTING_TEXT, tls_key_file, NULL, "PEM; read again on SIGHUP, as the certificate is"),
	ROW("cursor_key_file", SETTING_SECRET_FILE, cursor_key, NULL, "32 bytes or more; the same for all apis behind one address"),
	ROW("access_log", SETTING_BOOL, access_log, "true", "a line an answer"),
	ROW("log_format", SETTING_TEXT, log_format, "auto", "json, text, or auto: text on a terminal"),
};
/* clang-format on */

const size_t n_api_settings = N_ELEMENTS(api_setting_table);
