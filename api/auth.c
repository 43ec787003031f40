/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens as they were a moment ago.  An entry is fetched in two steps (the token, then
 * whose it is) when it is older than a second or was named by a notification; all
 * requests that want it meanwhile wait in its list.  What a fetch brings is an identity
 * of its own, so that a request keeps the one that let it in.
 */
#include "auth.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "model/api_token.h"
#include "store/token_store.h"

#include "respond.h"

#define FRESH_USEC  1000000 /* what the contract allows */
#define ENTRIES_MAX 4096
#define IDLE_USEC   (60 * USEC_PER_SEC)
#define N_BUCKETS   1024
#define USED_EVERY  USEC_PER_HOUR
#define QUERY_MS    5000

/* Who a token stands for.  Counted: by its entry, and by each request under way. */
struct identity {
	unsigned int n_holders;
	struct arena *arena;
	struct token_found token;
	struct principal principal;
	bool exists; /* the token, and its principal in the org */
};

struct entry {
	TAILQ_ENTRY(entry) bucket;
	struct auth *auth;
	char id[API_TOKEN_ID_SIZE + 1];
	uint64_t rate_key;         /* of the token, for whatever org */
	struct identity *identity; /* NULL: not fetched yet */
	int64_t fetched_at;        /* of request.started_at; 0: not to be trusted */
	int64_t asked_at;
	timestamp marked_at; /* when its use was noted last */
	bool is_named;       /* by a notification since the fetch began */

	struct identity *coming; /* that is being fetched */
	int64_t began_at;
	struct pg_query *query;
	struct request_list waiting;
};

TAILQ_HEAD(entry_list, entry);

struct auth {
	struct app *app;
	struct entry_list buckets[N_BUCKETS];
	size_t n_entries;
	struct event *sweep;
};

/* --- identities --- */

static void identity_release(struct identity *identity)
{
	if (!identity || --identity->n_holders > 0)
		return;
	arena_free(identity->arena);
	free(identity);
}

static struct identity *identity_new(void)
{
	struct identity *identity = xcalloc(1, sizeof(*identity));

	identity->n_holders = 1;
	identity->arena = arena_new(512);
	return identity;
}

void auth_release(struct request *req)
{
	identity_release(req->identity);
	req->identity = NULL;
	req->access = NULL;
}

/* --- entries --- */

static struct entry_list *bucket_of(struct auth *auth, const char *id)
{
	unsigned int h = 5381;

	for (; *id; id++)
		h = h * 33 + (unsigned char)*id;
	return &auth->buckets[h % N_BUCKETS];
}

static struct entry *entry_find(struct auth *auth, const char *id)
{
	struct entry *e;

	TAILQ_FOREACH (e, bucket_of(auth, id), bucket) {
		if (strcmp(e->id, id) == 0)
			return e;
	}
	return NULL;
}

static void entry_free(struct entry *e)
{
	TAILQ_REMOVE(bucket_of(e->auth, e->id), e, bucket);
	e->auth->n_entries--;
	if (e->query)
		pg_query_abandon(e->query);
	identity_release(e->identity);
	identity_release(e->coming);
	free(e);
}

/* Entries that nobody asked for since. */
static void drop_idle(struct auth *auth, int64_t since)
{
	for (size_t i = 0; i < N_BUCKETS; i++) {
		struct entry *e = TAILQ_FIRST(&auth->buckets[i]);

		while (e) {
			struct entry *next = TAILQ_NEXT(e, bucket);

			if (e->asked_at < since && TAILQ_EMPTY(&e->waiting))
				entry_free(e);
			e = next;
		}
	}
}

static uint64_t rate_key_of(const char *id)
{
	const struct key key = key_of_texts("token-rate/1", 0, &id, 1);

	return (uint64_t)key_number(&key) | 1;
}

static struct entry *entry_make(struct auth *auth, const char *id, int64_t now)
{
	struct entry *e;

	if (auth->n_entries >= ENTRIES_MAX)
		drop_idle(auth, now - FRESH_USEC);
	if (auth->n_entries >= ENTRIES_MAX)
		return NULL;
	e = xcalloc(1, sizeof(*e));
	e->auth = auth;
	memcpy(e->id, id, sizeof(e->id));
	e->rate_key = rate_key_of(id);
	e->marked_at = TIMESTAMP_NONE;
	TAILQ_INIT(&e->waiting);
	TAILQ_INSERT_HEAD(bucket_of(auth, id), e, bucket);
	auth->n_entries++;
	return e;
}

/* --- fetching --- */

static void fetch_end(struct entry *e, const struct error *err)
{
	if (err) {
		identity_release(e->coming);
	} else {
		identity_release(e->identity);
		e->identity = e->coming;
		e->fetched_at = e->is_named ? 0 : e->began_at;
	}
	e->coming = NULL;
	request_wake_all(&e->waiting, err);
}

static void on_principal(const PGresult *result, const struct error *err, void *ctx)
{
	struct entry *e = ctx;
	struct identity *identity = e->coming;
	struct error why;

	e->query = NULL;
	if (err) {
		fetch_end(e, err);
		return;
	}
	identity->exists =
	        principal_find_read(result, &identity->token.principal_id, identity->arena,
	                            &identity->principal, &why) == 0;
	fetch_end(e, NULL);
}

static void on_token(const PGresult *result, const struct error *err, void *ctx)
{
	struct entry *e = ctx;
	struct identity *identity = e->coming;
	struct pg_params p = {.arena = identity->arena};
	struct error why;

	e->query = NULL;
	if (err) {
		fetch_end(e, err);
		return;
	}
	if (token_find_read(result, identity->arena, &identity->token, &why) < 0) {
		fetch_end(e, NULL);
		return;
	}
	principal_find_bind(&identity->token.org, &identity->token.principal_id, &p);

	const struct pg_call call = {.stmt = STMT_PRINCIPAL_FIND,
	                             .params = &p,
	                             .org_id = identity->token.org.id,
	                             .timeout_ms = QUERY_MS};

	e->query = pg_pool_run(e->auth->app->pool, &call, on_principal, e);
}

static void fetch(struct entry *e, int64_t now)
{
	struct pg_params p;

	e->coming = identity_new();
	e->began_at = now;
	e->is_named = false;
	p = (struct pg_params){.arena = e->coming->arena};
	token_find_bind(e->id, &p);

	const struct pg_call call = {
	        .stmt = STMT_TOKEN_FIND, .params = &p, .timeout_ms = QUERY_MS};

	e->query = pg_pool_run(e->auth->app->pool, &call, on_token, e);
}

static void ignore_result(const PGresult *result, const struct error *err, void *ctx)
{
	(void)result;
	(void)ctx;
	if (err)
		log_debug("%s", err->text);
}

/* Notes the use; when that fails, nobody waits for it. */
static void mark_used(struct entry *e, const struct request *req)
{
	struct pg_params p = {.arena = req->arena};
	const struct pg_call call = {.stmt = STMT_TOKEN_USED,
	                             .params = &p,
	                             .org_id = req->org.id,
	                             .timeout_ms = QUERY_MS};

	if (e->marked_at != TIMESTAMP_NONE && req->now - e->marked_at < USED_EVERY)
		return;
	e->marked_at = req->now;
	token_used_bind(&req->org, e->id, req->now, &p);
	pg_pool_run(e->auth->app->pool, &call, ignore_result, NULL);
}

/* --- deciding --- */

/* Of an address: how often it may be wrong. Its key shares the table with tokens. */
static uint64_t address_key(const struct request *req)
{
	const struct key key = key_of_texts("auth-address/1", 0, &req->address, 1);

	return (uint64_t)key_number(&key) | 1;
}

static struct rate_budget failure_budget(const struct auth *auth)
{
	return (struct rate_budget){auth->app->settings->auth_failures,
	                            AUTH_FAILURE_WINDOW};
}

static void refuse_guesser(struct request *req, const struct rate_answer *answer)
{
	const struct problem problem = {
	        .name = PROBLEM_RATE_LIMITED,
	        .detail = "too many requests without a valid token from this address"};

	req->rate = *answer;
	metrics_values(req->app->metrics)->rate_limited++;
	respond_problem(req, &problem);
}

/* One answer for all that is wrong with a token: it tells a guesser nothing.  What is no
 * token by its form was told without a query and is not counted against the address. */
static void refuse(struct auth *auth, struct request *req, bool given)
{
	const struct problem problem = {
	        .name = PROBLEM_UNAUTHORIZED,
	        .detail = given ? "the token is unknown, expired or revoked"
	                        : "a bearer token is needed"};

	metrics_values(auth->app->metrics)->auth_failures++;
	req->has_bad_token = given;
	respond_problem(req, &problem);
}

static void refuse_unknown(struct auth *auth, struct request *req)
{
	const struct rate_budget budget = failure_budget(auth);

	rate_limit_take(auth->app->rate_limit, &budget, address_key(req), req->started_at);
	refuse(auth, req, true);
}

/* NULL: none is given, or by another scheme. */
static const char *token_of(const struct request *req)
{
	const char *header = request_header(req, "Authorization");

	if (!header || strncasecmp(header, "Bearer ", 7) != 0)
		return NULL;
	header += 7;
	return header + strspn(header, " ");
}

static bool opens(const struct identity *identity, const char *token, timestamp now)
{
	uint8_t hash[KEY_SHA256_SIZE];

	api_token_hash(token, hash);
	return identity->exists && api_token_hash_is_equal(hash, identity->token.hash) &&
	       api_token_state_at(identity->token.expires_at, identity->token.revoked_at,
	                          identity->principal.enabled, now) == API_TOKEN_ACTIVE;
}

static void take_rate(struct request *req, const struct entry *e)
{
	const struct api_settings *s = req->app->settings;

	req->budget = (struct rate_budget){s->rate_requests, s->rate_window_ms / 1000};
	req->rate = rate_limit_take(req->app->rate_limit, &req->budget, e->rate_key,
	                            req->started_at);
}

static void decide(struct entry *e, struct request *req, request_wait_fn *then)
{
	struct identity *identity = e->identity;

	if (!opens(identity, token_of(req), req->now)) {
		refuse_unknown(e->auth, req);
		return;
	}
	identity->n_holders++;
	req->identity = identity;
	req->org = identity->token.org;
	req->principal = identity->principal.name;
	req->access = &identity->principal.access;
	take_rate(req, e);
	mark_used(e, req);
	then(req, NULL);
}

/* The fetch that a request waited for is done.  Its token was parsed before. */
static void on_fetched(struct request *req, const struct error *err)
{
	struct auth *auth = req->app->auth;
	char id[API_TOKEN_ID_SIZE + 1];
	struct error why;

	if (err) {
		respond_error(req, err);
		return;
	}
	if (api_token_parse(token_of(req), id, &why) < 0)
		refuse(auth, req, true);
	else
		decide(entry_find(auth, id), req, req->on_known);
}

static void respond_full(struct request *req)
{
	struct error err;

	error_set(&err, ERR_LIMIT, "more than %d tokens are in use at once", ENTRIES_MAX);
	respond_error(req, &err);
}

void auth_check(struct auth *auth, struct request *req, request_wait_fn *then)
{
	const char *token = token_of(req);
	char id[API_TOKEN_ID_SIZE + 1];
	struct error why;
	struct entry *e;

	if (!token || api_token_parse(token, id, &why) < 0) {
		refuse(auth, req, token != NULL);
		return;
	}
	e = entry_find(auth, id);
	if (!e || !e->identity) {
		/* What is not known yet costs a query: a guesser gets no more of them. */
		const struct rate_budget budget = failure_budget(auth);
		const struct rate_answer left = rate_limit_look(
		        auth->app->rate_limit, &budget, address_key(req), req->started_at);

		if (!left.ok) {
			refuse_guesser(req, &left);
			return;
		}
	}
	if (!e && !(e = entry_make(auth, id, req->started_at))) {
		respond_full(req);
		return;
	}
	e->asked_at = req->started_at;
	if (e->identity && e->fetched_at && req->started_at - e->fetched_at < FRESH_USEC) {
		decide(e, req, then);
		return;
	}
	req->on_known = then;
	if (!e->coming)
		fetch(e, req->started_at);
	request_wait(req, &e->waiting, on_fetched);
}

void auth_forget(struct auth *auth, const char *token_id)
{
	for (size_t i = 0; i < N_BUCKETS; i++) {
		struct entry *e;

		TAILQ_FOREACH (e, &auth->buckets[i], bucket) {
			if (token_id && strcmp(e->id, token_id) != 0)
				continue;
			e->fetched_at = 0;
			e->is_named = true;
		}
	}
}

static void on_sweep(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	drop_idle(ctx, request_clock() - IDLE_USEC);
}

struct auth *auth_new(struct app *app)
{
	struct auth *auth = xcalloc(1, sizeof(*auth));
	const struct timeval every = {.tv_sec = 10};

	auth->app = app;
	for (size_t i = 0; i < N_BUCKETS; i++)
		TAILQ_INIT(&auth->buckets[i]);
	auth->sweep = event_new(app->base, -1, EV_PERSIST, on_sweep, auth);
	event_add(auth->sweep, &every);
	return auth;
}

void auth_free(struct auth *auth)
{
	if (!auth)
		return;
	event_free(auth->sweep);
	for (size_t i = 0; i < N_BUCKETS; i++)
		while (!TAILQ_EMPTY(&auth->buckets[i]))
			entry_free(TAILQ_FIRST(&auth->buckets[i]));
	free(auth);
}
