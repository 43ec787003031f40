/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RUN_PRIVATE_H
#define ISOBAR_RUN_PRIVATE_H

#include "net/pace.h"

#include "intake.h"
#include "listing.h"
#include "run.h"

/* What run.c (parts), run_page.c (their answers) and run_credential.c share. */

#define RUN_TRIES     6      /* of one page */
#define RUN_THROTTLED 60     /* times that a page may be put off by the source itself */
#define RUN_PAGES_MAX 200000 /* of one part */
#define RUN_REST_CAP  (60 * USEC_PER_SEC)

struct event;

/* A credential on its way, live, or refused. */
struct run_credential {
	struct run *run;
	struct run_credential *next;
	char *name;
	struct arena *arena; /* of what it holds */
	struct credential c;
	enum {
		CREDENTIAL_NONE,
		CREDENTIAL_ASKED,
		CREDENTIAL_LIVE,
		CREDENTIAL_REFUSED
	} state;
	struct error refusal;
	timestamp obtained_at;
	unsigned int n_steps, n_tries;
	struct http_call *call;
	struct event *timer;
};

/* A token bucket that requests of one key share. */
struct run_rate {
	struct run_rate *next;
	char *key;
	struct pace pace;
	unsigned int n_asked; /* requests that are under way */
	timestamp resets_at;  /* when the source's window ends, as far as it has said */
};

/* A part that is being listed. */
struct listing {
	struct run *run;
	struct listing *next;
	struct arena *arena;   /* of the part */
	struct arena *scratch; /* of one request or answer */
	struct run_part stored;
	struct part part;
	enum listing_state state;
	char *cursor;  /* NULL: the first page */
	char *partial; /* why it is not whole though it ends; NULL */
	struct part_request request;
	struct run_credential *credential; /* of the request; NULL: none */
	struct run_rate *rate;
	struct http_call *call;
	struct event *timer;
	unsigned int n_tries, n_throttled;
	bool renewed, restarted;
	uint64_t *cursors; /* digests of those that were asked for */
	size_t n_cursors, room_cursors;
	enum part_state outcome;
	struct error why;
	unsigned int rest_ms; /* what the source asked for; 0: ours */
};

struct run {
	struct engine *engine;
	struct arena *arena;
	struct run_source source;
	struct live_source live;
	struct run_place place;
	struct ingest *ingest;
	struct intake intake;
	struct json_doc *doc; /* of answers without records */
	struct run_credential *credentials;
	struct run_rate *rates;
	struct listing *listings;
	unsigned int n_listings;
	int last_part; /* of those that were begun */
	bool planned;  /* the plan is complete: others may begin */
	bool all_begun;
	bool plan_failed;
	char *error; /* why the plan failed */
	struct event *pump;
	struct error lost; /* the run gives up: the database, or its lease */
};

/* run.c: something happened to a listing. */
void listing_happened(struct listing *l, enum listing_event event);
/* The run cannot go on here; it ends from the loop. */
void run_give_up(struct run *run, const struct error *err);
/* A timer that fires once; made when it is first used. */
void run_after(struct run *run, struct event **timer, int64_t usec,
               void (*fn)(int, short, void *), void *ctx);

/* run_page.c: what an answer comes to.  l->why, l->outcome and l->rest_ms say more. */
enum listing_event listing_take_answer(struct listing *l, const struct http_response *resp,
                                       const struct error *err);

/* run_credential.c */
struct run_credential *run_credential_find(struct run *run, const char *name);
/* Its listings learn of it from the loop, or at once when it is live. */
void run_credential_need(struct run_credential *c, struct listing *l);
void run_credential_renew(struct run_credential *c);
void run_credentials_free(struct run *run);

#endif
