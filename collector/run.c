/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of one live source: its parts are listed a few at a time, each as the table of
 * listing.c says.  Storing blocks the loop, and is short: a page.
 */
#include "run.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#include "run_private.h"

#define DOC_MAX (16u << 20)
#define DEPTH   64

uint64_t engine_random(struct engine *e)
{
	/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift
	 * generators, scrambled", ACM TOMS 42(4), 2016. */
	e->random ^= e->random >> 12;
	e->random ^= e->random << 25;
	e->random ^= e->random >> 27;
	return e->random * UINT64_C(2685821657736338717);
}

timestamp engine_now(const struct engine *e)
{
	return e->now == TIMESTAMP_NONE ? timestamp_now() : e->now;
}

void run_after(struct run *run, struct event **timer, int64_t usec,
               void (*fn)(int, short, void *), void *ctx)
{
	const struct timeval after = {.tv_sec = usec / USEC_PER_SEC,
	                              .tv_usec = usec % USEC_PER_SEC};

	if (*timer)
		event_free(*timer);
	*timer = evtimer_new(run->engine->base, fn, ctx);
	if (!*timer)
		mem_exhausted(sizeof(*timer));
	evtimer_add(*timer, &after);
}

/* --- listings --- */

static void pump_soon(struct run *run);

static struct run_rate *rate_of(struct run *run, const struct part_request *request)
{
	const char *key = request->rate_key ? request->rate_key : "";
	struct run_rate *r;

	for (r = run->rates; r; r = r->next)
		if (strcmp(r->key, key) == 0)
			return r;
	r = xcalloc(1, sizeof(*r));
	r->key = xstrdup(key);
	r->pace = pace_new(request->rate ? request->rate : 60, 60 * USEC_PER_SEC,
	                   request->burst ? request->burst : 1, timestamp_now());
	r->resets_at = TIMESTAMP_NONE;
	r->next = run->rates;
	run->rates = r;
	return r;
}

static void listing_free(struct listing *l)
{
	struct listing **at = &l->run->listings;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->run->n_listings--;
	if (l->call) {
		l->rate->n_asked--;
		http_call_cancel(l->call);
	}
	if (l->timer)
		event_free(l->timer);
	free(l->cursor);
	free(l->partial);
	free(l->cursors);
	arena_free(l->scratch);
	arena_free(l->arena);
	free(l);
}

static void on_answer(const struct http_response *resp, const struct error *err, void *ctx)
{
	struct listing *l = ctx;

	l->call = NULL;
	l->rate->n_asked--;
	listing_happened(l, listing_take_answer(l, resp, err));
}

/* Builds the request anew: a signature is of its moment. */
static bool build_request(struct listing *l)
{
	const struct run *run = l->run;

	arena_reset(l->scratch);
	l->request = (struct part_request){0};
	if (run->live.connector->request(&run->live, &l->part, l->cursor, timestamp_now(),
	                                 l->scratch, &l->request, &l->why) == 0)
		return true;
	l->outcome = PART_FAILED;
	return false;
}

static void get_credential(struct listing *l)
{
	if (!build_request(l)) {
		listing_happened(l, LISTING_FATAL);
		return;
	}
	l->rate = rate_of(l->run, &l->request);
	l->credential = l->request.credential
	                        ? run_credential_find(l->run, l->request.credential)
	                        : NULL;
	if (l->credential)
		run_credential_need(l->credential, l);
	else
		listing_happened(l, LISTING_CREDENTIAL_LIVE);
}

static void on_timer(int fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	listing_happened(ctx, LISTING_TIMER);
}

static void wait_for_rate(struct listing *l)
{
	const timestamp now = timestamp_now(), at = pace_next(&l->rate->pace, now);

	run_after(l->run, &l->timer, at > now ? at - now : 0, on_timer, l);
}

static void ask(struct listing *l)
{
	struct run *run = l->run;
	const timestamp now = timestamp_now();
	struct http_request *req = &l->request.http;

	/* Others of the same key may have gone first. */
	if (pace_next(&l->rate->pace, now) > now) {
		l->state = LISTING_PACED;
		wait_for_rate(l);
		return;
	}
	if (l->credential &&
	    run->live.connector->authorize(&run->live, &l->credential->c, now, l->scratch,
	                                   req, &l->why) < 0) {
		l->outcome = PART_FAILED;
		l->state = LISTING_PACED;
		listing_happened(l, LISTING_FATAL);
		return;
	}
	pace_take(&l->rate->pace, now);
	l->rate->n_asked++;
	l->call = http_client_send(run->engine->http, req, on_answer, l);
}

static void rest(struct listing *l)
{
	struct engine *e = l->run->engine;
	const unsigned int n = l->n_tries + l->n_throttled;
	const int64_t wait = l->rest_ms ? (int64_t)l->rest_ms * 1000
	                                : backoff_wait(n ? n - 1 : 0, e->retry_base,
	                                               RUN_REST_CAP, engine_random(e));

	log_debug("%s of %s: %s; again in %lld ms", l->stored.name, l->run->source.name,
	          l->why.text, (long long)wait / 1000);
	run_after(l->run, &l->timer, wait, on_timer, l);
}

static void start_over(struct listing *l)
{
	struct run *run = l->run;
	struct error err;

	if (run_restart_part(run->engine->pg, &run->source, run->place.run_id,
	                     l->stored.part_no, engine_now(run->engine), &err) < 0) {
		run_give_up(run, &err);
		return;
	}
	free(l->cursor);
	l->cursor = NULL;
	l->n_cursors = 0;
	get_credential(l);
}

/* The part has ended: proved, or known not to be seen. */
static void end_part(struct listing *l, enum part_state state, const char *reason)
{
	struct run *run = l->run;
	const struct run_part_end end = {.run_id = run->place.run_id,
	                                 .part = &l->stored,
	                                 .state = state,
	                                 .reason = reason,
	                                 .now = engine_now(run->engine)};
	struct proof_result result;
	struct error err;

	if (run_end_part(run->engine->pg, &run->source, &end, &result, &err) < 0) {
		run_give_up(run, &err);
		return;
	}
	if (state != PART_COMPLETE)
		log_warn("%s: %s: %s: %s", run->source.name, l->stored.name,
		         part_state_name(state), reason);
	if (result.n_held)
		log_warn("%s: %s: %zu scopes wait for isobar source confirm",
		         run->source.name, l->stored.name, result.n_held);
	if (l->stored.part_no == 0) {
		run->planned = state == PART_COMPLETE || state == PART_PARTIAL;
		run->plan_failed = !run->planned;
		if (run->plan_failed)
			run->error = xstrdup(reason);
	}
	listing_free(l);
	pump_soon(run);
}

static void act(struct listing *l, enum listing_action action)
{
	switch (action) {
	case LISTING_GET_CREDENTIAL:
		get_credential(l);
		break;
	case LISTING_WAIT_FOR_RATE:
		wait_for_rate(l);
		break;
	case LISTING_SEND:
		ask(l);
		break;
	case LISTING_REST:
		rest(l);
		break;
	case LISTING_RENEW:
		run_credential_renew(l->credential);
		get_credential(l);
		break;
	case LISTING_START_OVER:
		start_over(l);
		break;
	case LISTING_PROVE:
		end_part(l, l->partial ? PART_PARTIAL : PART_COMPLETE,
		         l->partial ? l->partial : "");
		break;
	case LISTING_GIVE_UP:
		end_part(l, l->outcome, l->why.text);
		break;
	}
}

void listing_happened(struct listing *l, enum listing_event event)
{
	const struct listing_rule *rule = listing_rule_find(l->state, event);

	if (l->run->lost.code)
		return;
	assert(rule);
	l->state = rule->to;
	act(l, rule->action);
}

/* --- the run --- */

static void on_give_up(int fd, short what, void *ctx)
{
	struct run *run = ctx;

	(void)fd;
	(void)what;
	run->engine->ended(run->engine, run, &run->lost);
}

void run_give_up(struct run *run, const struct error *err)
{
	if (run->lost.code)
		return;
	run->lost = *err;
	run_after(run, &run->pump, 0, on_give_up, run);
}

static void tell_end(const struct run *run, const struct run_result *r)
{
	log_put(r->state == RUN_DONE ? LOG_INFO : LOG_WARN,
	        "%s: run %lld %s: %lld of %lld parts complete, %lld findings, %lld new, "
	        "%lld changed, %lld closed%s%s",
	        run->source.name, (long long)run->place.run_id, run_state_name(r->state),
	        (long long)r->n_complete, (long long)r->n_parts, (long long)r->n_findings,
	        (long long)r->n_new, (long long)r->n_changed, (long long)r->n_closed,
	        run->error ? ": " : "", run->error ? run->error : "");
}

static void end_run(struct run *run)
{
	struct run_result result;
	struct error err;

	if (ingest_end_run(run->ingest, engine_now(run->engine), &err) < 0 ||
	    run_end(run->engine->pg, &run->source, run->place.run_id, run->error,
	            engine_now(run->engine), &result, &err) < 0) {
		run_give_up(run, &err);
		return;
	}
	tell_end(run, &result);
	run->engine->ended(run->engine, run, NULL);
}

/* What is stored of a part that is gone on with. */
static void begin_part(struct run *run, const struct run_part *stored)
{
	struct listing *l = xcalloc(1, sizeof(*l));

	l->run = run;
	l->arena = arena_new(1024);
	l->scratch = arena_new(8192);
	l->stored = *stored;
	l->stored.name = arena_strdup(l->arena, stored->name);
	l->stored.kind = arena_strdup(l->arena, stored->kind);
	l->stored.data = arena_strdup(l->arena, stored->data);
	l->stored.title = arena_strdup(l->arena, stored->title);

	const char **scopes = ARENA_ARRAY(l->arena, const char *, stored->n_scopes + 1);

	for (size_t i = 0; i < stored->n_scopes; i++)
		scopes[i] = arena_strdup(l->arena, stored->scopes[i]);
	l->stored.scopes = scopes;
	l->part = (struct part){.name = l->stored.name,
	                        .kind = l->stored.kind,
	                        .data = l->stored.data,
	                        .title = l->stored.title,
	                        .scopes = scopes,
	                        .n_scopes = stored->n_scopes};
	l->cursor = stored->cursor ? xstrdup(stored->cursor) : NULL;
	l->next = run->listings;
	run->listings = l;
	run->n_listings++;
	run->last_part = stored->part_no;
	if (stored->part_no > 0)
		run->planned = true; /* or it would not be there to begin with */
	if (*stored->partial)
		l->partial = xstrdup(stored->partial);
	if (stored->state == PART_LISTED)
		end_part(l, l->partial ? PART_PARTIAL : PART_COMPLETE,
		         l->partial ? l->partial : "");
	else
		listing_happened(l, LISTING_BEGIN);
}

/* Begins as many parts as there is room for; the plan goes alone. */
static void pump(struct run *run)
{
	ARENA_SCOPED a = arena_new(4096);
	struct run_part *parts = NULL;
	struct error err;
	size_t n = 0;
	int room;

	if (run->plan_failed || run->all_begun) {
		if (run->n_listings == 0)
			end_run(run);
		return;
	}
	room = (int)run->engine->max_parts - (int)run->n_listings;
	if (run->last_part == 0 && !run->planned && run->n_listings)
		return;
	if (room <= 0)
		return;
	if (run_parts(run->engine->pg, &run->source, run->place.run_id, run->last_part,
	              room, a, &parts, &n, &err) < 0) {
		run_give_up(run, &err);
		return;
	}
	run->all_begun = n == 0;
	for (size_t i = 0; i < n && !run->lost.code; i++) {
		const bool plan = parts[i].part_no == 0;

		begin_part(run, &parts[i]);
		if (plan)
			return;
	}
	if (n == 0)
		pump(run);
}

static void on_pump(int fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	pump(ctx);
}

static void pump_soon(struct run *run)
{
	if (!run->lost.code)
		run_after(run, &run->pump, 0, on_pump, run);
}

struct run *run_start(struct engine *e, const struct run_source *source,
                      const struct live_source *live, struct arena *arena,
                      struct error *err)
{
	struct run *run = xcalloc(1, sizeof(*run));
	const struct ingest_options options = {.org = source->org,
	                                       .now = engine_now(e),
	                                       .source_name = source->name,
	                                       .build = e->build};

	run->engine = e;
	run->arena = arena;
	run->source = *source;
	run->live = *live;
	run->last_part = -1;
	run->doc = json_doc_new(DOC_MAX, DEPTH);
	run->ingest = ingest_new(e->pg, &options);
	intake_init(&run->intake, run->ingest, &run->source.org, NULL);
	if (run_open(e->pg, source, e->holder, e->build, options.now, &run->place, err) <
	            0 ||
	    ingest_begin_run(run->ingest, run->place.run_id, run->place.resumed, err) < 0) {
		run_free(run);
		return NULL;
	}
	log_info("%s: run %lld %s", source->name, (long long)run->place.run_id,
	         run->place.resumed ? "goes on" : "begins");
	pump_soon(run);
	return run;
}

int run_fail(struct run *run, const struct error *why, struct error *err)
{
	struct run_result result;
	const int rc = run_end(run->engine->pg, &run->source, run->place.run_id, why->text,
	                       engine_now(run->engine), &result, err);

	if (rc == 0)
		log_warn("%s: run %lld ends: %s", run->source.name,
		         (long long)run->place.run_id, why->text);
	return rc;
}

const struct run_source *run_source_of(const struct run *run)
{
	return &run->source;
}

void run_free(struct run *run)
{
	while (run->listings)
		listing_free(run->listings);
	run_credentials_free(run);
	for (struct run_rate *r = run->rates, *next; r; r = next) {
		next = r->next;
		free(r->key);
		free(r);
	}
	if (run->pump)
		event_free(run->pump);
	intake_done(&run->intake);
	ingest_free(run->ingest);
	json_doc_free(run->doc);
	free(run->error);
	arena_free(run->arena);
	free(run);
}
