/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One push: its chunks come out of the spool while it is parsed, so that its size costs no
 * memory.  A push whose collector dies is taken again by another: what the first one has
 * stored is found unchanged, and what it left to do at the end is done again.
 */
#include "push.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "store/push_store.h"

#include "gzip_input.h"
#include "intake.h"

#define TRIES        3                    /* while the database asks to try again */
#define UNPACKED_MAX (UINT64_C(16) << 30) /* bytes in a push that is packed */
#define KEEP_USEC    (5 * USEC_PER_SEC)   /* between two renewals of the leases */
#define SWEEP_USEC   USEC_PER_HOUR

/* --- its bytes --- */

struct spool {
	struct pushes *pushes;
	const struct org *org;
	const struct push *push;
	int n_read; /* chunks */
	struct strbuf chunk;
	size_t at; /* in it */
	struct error why;
};

static int keep_leases(struct pushes *p, struct error *err)
{
	const timestamp now = timestamp_now();

	if (now - p->kept_at < KEEP_USEC)
		return 0;
	p->kept_at = now;
	return run_lease_keep(p->engine->pg, now + p->engine->lease, err);
}

static int next_chunk(struct spool *s)
{
	int rc;

	strbuf_reset(&s->chunk);
	s->at = 0;
	if ((rc = keep_leases(s->pushes, &s->why)) < 0)
		return rc;
	return push_read(s->pushes->engine->pg, s->org, &s->push->id, s->n_read++,
	                 &s->chunk, &s->why);
}

static ssize_t read_spool(void *ctx, void *buf, size_t size)
{
	struct spool *s = ctx;
	size_t n;

	while (s->at == s->chunk.size) {
		if (s->n_read == s->push->n_chunks)
			return 0;
		if (next_chunk(s) < 0) {
			errno = EIO;
			return -1;
		}
	}
	n = s->chunk.size - s->at;
	if (n > size)
		n = size;
	memcpy(buf, s->chunk.data + s->at, n);
	s->at += n;
	return (ssize_t)n;
}

static int rewind_spool(void *ctx)
{
	struct spool *s = ctx;

	strbuf_reset(&s->chunk);
	s->at = 0;
	s->n_read = 0;
	s->why = (struct error){0};
	return 0;
}

/* --- one push --- */

static int take_records(struct intake *im, struct spool *s, struct intake_result *out,
                        struct error *err)
{
	struct record_input input = {
	        .read = read_spool, .rewind = rewind_spool, .why = &s->why, .ctx = s};
	struct gzip_input *packed = NULL;
	int rc = 0;

	if (*s->push->encoding) {
		packed = gzip_input_new(&input, UNPACKED_MAX);
		input = gzip_input_inside(packed);
	}
	for (int try = 0; try < TRIES; try++) {
		if (input.rewind(input.ctx) < 0)
			rc = error_set(err, ERR_INTERNAL, "the push cannot be rewound");
		else
			rc = intake_input(im, &input, s->push->source, out, err);
		if (rc != ERR_TRANSIENT)
			break;
	}
	gzip_input_free(packed);
	return rc;
}

static void tell_proof(const struct push *push, const struct ingest_proof *proof)
{
	if (proof->n_partial)
		log_warn("%s: %zu scopes are not complete: records of them are in "
		         "quarantine",
		         push->source, proof->n_partial);
	if (proof->n_held)
		log_warn(
		        "%s: %zu scopes wait for a person: more is absent than is believed "
		        "unasked; see isobar source confirm",
		        push->source, proof->n_held);
}

static int parse(struct pushes *p, const struct org *org, const struct push *push,
                 struct intake_result *out, int64_t *run_id, struct error *err)
{
	const struct format *forced = *push->format ? format_find(push->format) : NULL;
	const struct ingest_options options = {.org = *org,
	                                       .now = engine_now(p->engine),
	                                       .source_name = push->source,
	                                       .build = p->engine->build,
	                                       .complete = push->complete,
	                                       .again = push->n_tries > 1};
	struct spool spool = {.pushes = p, .org = org, .push = push};
	struct ingest_proof proof = {0};
	struct intake intake;
	int rc;

	if (*push->format && !forced)
		return error_set(err, ERR_INVALID, "there is no format \"%s\"",
		                 push->format);

	struct ingest *ingest = ingest_new(p->pg, &options);

	intake_init(&intake, ingest, org, forced);
	if ((rc = take_records(&intake, &spool, out, err)) == 0 &&
	    (rc = ingest_finish(ingest, &proof, err)) == 0)
		tell_proof(push, &proof);
	*run_id = ingest_run_id(ingest);
	intake_done(&intake);
	ingest_free(ingest);
	strbuf_done(&spool.chunk);
	return rc;
}

static void tell(const struct push *push, const struct intake_result *r, const char *why)
{
	const struct ingest_counts *c = &r->counts;
	char id[KEY_TEXT_MAX];

	key_text(&push->id, id);
	if (why)
		log_warn("push %s of %s: %s", id, push->source, why);
	else
		log_info("push %s of %s: %s, %lld records, %lld findings: %lld new, %lld "
		         "changed",
		         id, push->source, r->format, (long long)r->records,
		         (long long)c->findings, (long long)c->fresh,
		         (long long)c->changed);
}

/* What it comes to, in one line, as of a file that is imported. */
static int finish(struct pushes *p, const struct org *org, const struct push *push,
                  const struct push_end *end, struct error *err)
{
	const int rc = push_finish(p->pg, org, &push->id, end, engine_now(p->engine), err);

	if (rc != ERR_CONFLICT)
		return rc;
	log_warn("%s: %s", push->source, err->text); /* somebody else has done it */
	return 0;
}

static int work(struct pushes *p, const struct org *org, const struct push *push,
                struct arena *a, struct error *err)
{
	struct intake_result result = {.format = ""};
	struct push_end end = {.state = PUSH_DONE, .error = ""};
	int64_t run_id = 0;
	int rc = parse(p, org, push, &result, &run_id, err);

	if (rc == ERR_TRANSIENT)
		return rc;
	if (rc < 0)
		end = (struct push_end){.state = PUSH_FAILED,
		                        .error = arena_printf(a, "%s%s%s", result.format,
		                                              *result.format ? ": " : "",
		                                              err->text)};
	else
		end.run_id = run_id;
	tell(push, &result, rc < 0 ? end.error : NULL);
	if ((rc = finish(p, org, push, &end, err)) == 0 && end.state == PUSH_FAILED)
		pushes_disconnect(p); /* whatever it left in the session goes */
	return rc;
}

/* --- all of them --- */

static int sweep(struct pushes *p, struct error *err)
{
	const timestamp now = engine_now(p->engine);
	struct push_swept swept;
	int rc;

	if ((rc = push_sweep(p->engine->pg, now, &swept, err)) < 0)
		return rc;
	p->swept_at = now;
	if (swept.n_failed)
		log_warn("%lld pushes ended one collector after the other",
		         (long long)swept.n_failed);
	return 0;
}

static int sweep_now_and_then(struct pushes *p, struct error *err)
{
	return p->swept_at && engine_now(p->engine) - p->swept_at < SWEEP_USEC
	               ? 0
	               : sweep(p, err);
}

static int take(struct pushes *p, struct arena *a, struct org *org, struct push *push,
                bool *found, struct error *err)
{
	int64_t *orgs;
	size_t n;
	bool any_spent;
	int rc = push_orgs(p->engine->pg, a, &orgs, &n, &any_spent, err);

	*found = false;
	/* The server may have noticed that its last collector died after we had swept. */
	if (rc == 0 && any_spent)
		rc = sweep(p, err);
	if (rc == 0 && n && !p->pg)
		rc = pg_open(&p->options, &p->pg, err);
	for (size_t i = 0; rc == 0 && i < n && !*found; i++) {
		*org = (struct org){.id = orgs[i], .slug = ""};
		rc = push_take(p->pg, org, a, push, found, err);
	}
	return rc;
}

int pushes_take(struct pushes *p, bool *found, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct push push;
	struct org org;
	int rc;

	*found = false;
	if ((rc = sweep_now_and_then(p, err)) < 0 ||
	    (rc = take(p, a, &org, &push, found, err)) < 0 || !*found)
		return rc;
	return work(p, &org, &push, a, err);
}

void pushes_disconnect(struct pushes *p)
{
	pg_close(p->pg);
	p->pg = NULL;
}
