/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials: fetched when a listing needs one, shared, and fetched anew before they end. */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#include "run_private.h"

#define STEPS_MAX    24 /* requests on the way to one credential */
#define EARLY        (300 * USEC_PER_SEC)
#define DOC_MAX      (1u << 20)
#define RESPONSE_MAX (256u << 10)

static void step(struct run_credential *c);

struct run_credential *run_credential_find(struct run *run, const char *name)
{
	struct run_credential *c;

	for (c = run->credentials; c; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	c = xcalloc(1, sizeof(*c));
	c->run = run;
	c->name = xstrdup(name);
	c->arena = arena_new(4096);
	c->next = run->credentials;
	run->credentials = c;
	return c;
}

/* Tells the listings that wait for it; each may begin or end others. */
static void tell(struct run_credential *c, enum listing_event event)
{
	struct run *run = c->run;

	for (struct listing *l = run->listings, *next; l && !run->lost.code; l = next) {
		next = l->next;
		if (l->credential != c || l->state != LISTING_CREDENTIAL)
			continue;
		if (event == LISTING_CREDENTIAL_REFUSED) {
			l->why = c->refusal;
			l->outcome =
			        c->refusal.code == ERR_DENIED ? PART_DENIED : PART_FAILED;
		}
		listing_happened(l, event);
	}
}

static void refuse(struct run_credential *c, const struct error *err)
{
	c->state = CREDENTIAL_REFUSED;
	c->refusal = *err;
	tell(c, LISTING_CREDENTIAL_REFUSED);
}

static void on_timer(int fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	step(ctx);
}

static void rest(struct run_credential *c, const struct http_response *resp,
                 const struct error *err)
{
	struct engine *e = c->run->engine;
	int64_t wait;

	if (++c->n_tries >= RUN_TRIES) {
		refuse(c, err);
		return;
	}
	wait = resp ? (int64_t)http_retry_after_ms(resp, timestamp_now()) * 1000 : 0;
	if (!wait)
		wait = backoff_wait(c->n_tries - 1, e->retry_base, RUN_REST_CAP,
		                    engine_random(e));
	run_after(c->run, &c->timer, wait, on_timer, c);
}

static void on_answer(const struct http_response *resp, const struct error *err, void *ctx)
{
	struct run_credential *c = ctx;
	struct run *run = c->run;
	CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
	struct json_view body = {0};
	struct error why = {0};
	int rc;

	c->call = NULL;
	if (err) {
		if (err->code == ERR_TRANSIENT)
			rest(c, NULL, err);
		else
			refuse(c, err);
		return;
	}
	doc = json_doc_new(DOC_MAX, 32);
	if (json_doc_parse(doc, resp->body, resp->body_size, &body, &why) < 0)
		body = (struct json_view){0};
	rc = run->live.connector->credential_answer(&run->live, &c->c, resp, body,
	                                            timestamp_now(), c->arena, &why);
	if (rc == 0)
		step(c);
	else if (rc == ERR_TRANSIENT || rc == ERR_THROTTLED)
		rest(c, resp, &why);
	else
		refuse(c, &why);
}

static void step(struct run_credential *c)
{
	struct run *run = c->run;
	struct http_request req = {0};
	struct error err = {0};
	const timestamp now = timestamp_now();
	const int rc = run->live.connector->credential_request(
	        &run->live, &run->engine->env, &c->c, now, c->arena, &req, &err);

	if (rc < 0) {
		refuse(c, &err);
		return;
	}
	if (!req.url) {
		c->state = CREDENTIAL_LIVE;
		c->obtained_at = now;
		c->n_tries = 0;
		tell(c, LISTING_CREDENTIAL_LIVE);
		return;
	}
	if (++c->n_steps > STEPS_MAX) {
		error_set(&err, ERR_DENIED, "no credential after %d requests", STEPS_MAX);
		refuse(c, &err);
		return;
	}
	if (!req.max_response)
		req.max_response = RESPONSE_MAX;
	c->call = http_client_send(run->engine->http, &req, on_answer, c);
}

static void begin(struct run_credential *c)
{
	arena_reset(c->arena);
	c->c = (struct credential){.name = c->name, .expires_at = TIMESTAMP_NONE};
	c->n_steps = 0;
	c->state = CREDENTIAL_ASKED;
}

/* Ends soon: five minutes before its time, or in the last quarter of a shorter one. */
static bool is_ending(const struct run_credential *c, timestamp now)
{
	if (c->c.expires_at == TIMESTAMP_NONE)
		return false;
	const int64_t quarter = (c->c.expires_at - c->obtained_at) / 4;

	return now >= c->c.expires_at - (quarter < EARLY ? quarter : EARLY);
}

static void on_begin(int fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	step(ctx);
}

void run_credential_need(struct run_credential *c, struct listing *l)
{
	if (c->state == CREDENTIAL_REFUSED) {
		l->why = c->refusal;
		l->outcome = c->refusal.code == ERR_DENIED ? PART_DENIED : PART_FAILED;
		listing_happened(l, LISTING_CREDENTIAL_REFUSED);
		return;
	}
	if (c->state == CREDENTIAL_LIVE && !is_ending(c, timestamp_now())) {
		listing_happened(l, LISTING_CREDENTIAL_LIVE);
		return;
	}
	if (c->state == CREDENTIAL_ASKED)
		return;
	begin(c);
	run_after(c->run, &c->timer, 0, on_begin, c);
}

void run_credential_renew(struct run_credential *c)
{
	if (c->state == CREDENTIAL_LIVE)
		c->state = CREDENTIAL_NONE;
}

void run_credentials_free(struct run *run)
{
	for (struct run_credential *c = run->credentials, *next; c; c = next) {
		next = c->next;
		if (c->call)
			http_call_cancel(c->call);
		if (c->timer)
			event_free(c->timer);
		arena_free(c->arena);
		free(c->name);
		free(c);
	}
	run->credentials = NULL;
}
