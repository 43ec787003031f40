/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PUSH_STORE_H
#define ISOBAR_PUSH_STORE_H

#include "base/strbuf.h"
#include "model/org.h"
#include "store/pg.h"

/*
 * Bodies that are pushed to the api, which only stores them, in chunks; a collector
 * parses them.  Of PG_GROUP_PUSH.
 */
#define PUSH_CHUNK_SIZE ((size_t)(256 * 1024)) /* bytes; the last one has fewer */
#define PUSH_NAME_MAX   200                    /* bytes of the name of a source */
#define PUSH_FORMAT_MAX 60
#define PUSH_TRIES      3 /* collectors that may end while they read it */
#define PUSH_CHANNEL    "isobar_collect"
#define PUSH_BEGUN_USEC (6 * USEC_PER_HOUR)       /* then it never comes */
#define PUSH_KEPT_USEC  (30 * 24 * USEC_PER_HOUR) /* what is said of one, and its key */

/* The numbers are stored (push.state). */
enum push_state {
	PUSH_RECEIVING,
	PUSH_WAITING,
	PUSH_PARSING,
	PUSH_DONE,
	PUSH_FAILED
};

enum {
	N_PUSH_STATES = PUSH_FAILED + 1
};

const char *push_state_name(enum push_state state); /* "waiting" */

/* What is wrong with the name of a source or of a format, as part of a message; or NULL. */
const char *push_source_fault(const char *name);
const char *push_format_fault(const char *name);

struct push {
	struct key id;
	const char *source, *format; /* format "": to be recognised */
	bool complete;
	const char *content_type, *encoding; /* encoding "gzip" or "" */
	const char *principal;
	const char *key; /* Idempotency-Key, or NULL */
	int64_t size;    /* bytes as they came */
	int n_chunks, n_tries;
	timestamp received_at;
};

/* --- in halves, for the api --- */

/* STMT_PUSH_BEGIN. */
void push_begin_bind(const struct org *org, const struct push *push, timestamp now,
                     struct pg_params *p);

/* What a key stood for before. */
struct push_former {
	bool is_none;
	struct key id;
	bool asks_same;          /* all but the bytes, which fingerprint tells of */
	const char *fingerprint; /* hexadecimal; borrowed from the result */
};

/* Has push begun?  If not, former says which one has its key; is_none: one that just began. */
bool push_begin_read(const PGresult *result, const struct push *push,
                     struct push_former *former);

/* STMT_PUSH_CHUNK; body is borrowed.  No row: the push is gone. */
void push_chunk_bind(const struct org *org, const struct key *id, int chunk_no,
                     const void *body, size_t size, timestamp now, struct pg_params *p);
/* STMT_PUSH_RECEIVED, with its size and chunks.  No row: the push is gone. */
void push_received_bind(const struct org *org, const struct push *push,
                        const unsigned char *fingerprint, timestamp now,
                        struct pg_params *p);
/* STMT_PUSH_ABANDON. */
void push_id_bind(const struct org *org, const struct key *id, struct pg_params *p);

/* Members of an open object: a row of STMT_PUSH_FIND, which push_id_bind() is for. */
void push_row_put(struct strbuf *b, const PGresult *result, int row);

/* --- for the collector --- */

/*
 * Orgs with pushes to parse, whose wait the longest first.  To be asked at a
 * notification of PUSH_CHANNEL (its payload: the org's number), and now and then.
 * any_spent: some have ended collector after collector, which push_sweep() tells.
 */
int push_orgs(struct pg *pg, struct arena *a, int64_t **out, size_t *n_out, bool *any_spent,
              struct error *err) MUST_CHECK;

/*
 * The push of the org that waits longest is being parsed from now on, by this
 * connection: when that ends, another may take it again.  To be committed before it is
 * read.  False in *found: none waits.
 */
int push_take(struct pg *pg, const struct org *org, struct arena *a, struct push *out,
              bool *found, struct error *err) MUST_CHECK;

/* Appends chunk_no, from 0, to out: raw bytes.  ERR_NOT_FOUND: there is no such chunk. */
int push_read(struct pg *pg, const struct org *org, const struct key *id, int chunk_no,
              struct strbuf *out, struct error *err) MUST_CHECK;

/*
 * It was parsed by run_id (0: it came to no run), or could not be: state PUSH_DONE or
 * PUSH_FAILED, with why in one line.  Its bytes go.  In the transaction of the run it is
 * done exactly when the run is.  ERR_CONFLICT: it was not being parsed.
 */
struct push_end {
	enum push_state state;
	int64_t run_id;
	const char *error; /* "" none */
};

int push_finish(struct pg *pg, const struct org *org, const struct key *id,
                const struct push_end *end, timestamp now, struct error *err) MUST_CHECK;

/* Now and then: what is left of pushes that never came whole, and of old ones. */
struct push_swept {
	int64_t n_abandoned, n_failed, n_forgotten;
};

int push_sweep(struct pg *pg, timestamp now, struct push_swept *out,
               struct error *err) MUST_CHECK;

#endif
