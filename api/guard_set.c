/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All guards of a server: who is served, who is told that there are too many, how
 * many each address has, and the end of all of them.
 */
#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"

#include "guard_private.h"

const struct guard_limits guard_default_limits = {
        .max_head = 16 << 10,
        .max_line = 8 << 10,
        .max_headers = 100,
        .head_ms = 10000,
        .request_ms = 60000,
        .stream_ms = 3600000,
        .idle_ms = 75000,
        .window_ms = 5000,
        .min_rate = 500,
        .send_buffer = 128 << 10,
        .linger_ms = 2000,
        .max_connections = 4096,
        .max_per_address = 256,
        .max_refusing = 256,
        .full_ms = 2000,
        .retry_after_s = 5,
};

const char *guard_reason_text(enum guard_reason reason)
{
	static const char *const texts[N_GUARD_REASONS] = {
	        [GUARD_MALFORMED] = "malformed",
	        [GUARD_TOO_LARGE] = "too_large",
	        [GUARD_FULL] = "full",
	        [GUARD_ADDRESS_FULL] = "address_full",
	        [GUARD_SLOW_HEAD] = "slow_head",
	        [GUARD_SLOW_BODY] = "slow_body",
	        [GUARD_SLOW_READER] = "slow_reader",
	        [GUARD_IDLE] = "idle",
	};

	return texts[reason];
}

/* ---- counting ---- */

static void tell_host(struct guard_set *set)
{
	const bool is_full = set->n_served >= set->limits.max_connections &&
	                     set->n_over >= set->limits.max_refusing;

	if (is_full != set->is_full)
		set->host.full(is_full, set->host.ctx);
	set->is_full = is_full;
	if (set->is_draining && set->counts.open == 0)
		set->host.emptied(set->host.ctx);
}

void guard_set_add(struct guard_set *set, struct guard *g)
{
	TAILQ_INSERT_TAIL(&set->guards, g, link);
	set->counts.accepted++;
	set->counts.open++;
	g->is_over = set->n_served >= set->limits.max_connections;
	g->over_reason = GUARD_FULL;
	if (g->is_over)
		set->n_over++;
	else
		set->n_served++;
	tell_host(set);
}

static bool is_over_address_cap(const struct guard *g, unsigned int n)
{
	const struct guard_set *set = g->set;

	return set->limits.max_per_address && n > set->limits.max_per_address &&
	       !(set->ops.is_proxy && set->ops.is_proxy(g->address, set->ops.ctx));
}

/* Only those that are served count, so that a flood of refusals keeps nobody out. */
static void count_address(struct guard *g, const struct sockaddr *peer)
{
	struct guard_set *set = g->set;

	g->key = address_key_of(peer);
	g->has_key = true;
	if (!is_over_address_cap(g, address_count_add(set->addresses, &g->key)))
		return;
	address_count_remove(set->addresses, &g->key);
	g->has_key = false;
	g->is_over = true;
	g->over_reason = GUARD_ADDRESS_FULL;
	set->n_served--;
	set->n_over++;
}

bool guard_set_add_address(struct guard_set *set, struct guard *g,
                           const struct sockaddr *peer)
{
	if (!g->is_over)
		count_address(g, peer);
	if (!g->is_over || set->n_over <= set->limits.max_refusing)
		return true;
	set->counts.refused[g->over_reason]++;
	return false;
}

static void free_set(struct guard_set *set)
{
	address_count_free(set->addresses);
	free(set);
}

void guard_set_remove(struct guard_set *set, struct guard *g)
{
	TAILQ_REMOVE(&set->guards, g, link);
	if (g->has_key)
		address_count_remove(set->addresses, &g->key);
	if (g->is_over)
		set->n_over--;
	else
		set->n_served--;
	set->counts.open--;
	if (!set->is_freed)
		tell_host(set);
	else if (set->counts.open == 0)
		free_set(set);
}

/* ---- the set ---- */

static int64_t body_cap_of(const char *method, const char *path, void *ctx)
{
	const struct guard_set *set = ctx;
	const struct guard_ops *ops = &set->ops;
	const int64_t cap = ops->body_cap ? ops->body_cap(method, path, ops->ctx) : -1;
	const bool streams = ops->is_streamed && ops->is_streamed(method, path, ops->ctx);
	const int64_t most = streams ? GUARD_STREAM_MAX : GUARD_BODY_MAX;

	return cap < most ? cap : most;
}

struct guard_set *guard_set_new(const struct guard_limits *limits,
                                const struct guard_ops *ops, const struct guard_host *host,
                                struct tls *tls)
{
	struct guard_set *set = xcalloc(1, sizeof(*set));

	set->limits = *limits;
	if (ops)
		set->ops = *ops;
	set->host = *host;
	set->tls = tls;
	set->http = (struct http_limits){.max_head = limits->max_head,
	                                 .max_line = limits->max_line,
	                                 .max_headers = limits->max_headers,
	                                 .body_cap = body_cap_of,
	                                 .ctx = set};
	set->addresses = address_count_new();
	TAILQ_INIT(&set->guards);
	return set;
}

void guard_set_drain(struct guard_set *set)
{
	struct guard *g;

	set->is_draining = true;
	TAILQ_FOREACH (g, &set->guards, link)
		guard_drain(g);
}

void guard_set_close_all(struct guard_set *set)
{
	struct guard *g;

	TAILQ_FOREACH (g, &set->guards, link)
		guard_end(g);
}

void guard_set_free(struct guard_set *set)
{
	guard_set_close_all(set);
	set->is_freed = true;
	if (set->counts.open == 0)
		free_set(set);
}

void guard_set_counts(const struct guard_set *set, struct guard_counts *out)
{
	*out = set->counts;
}
