/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INGEST_H
#define ISOBAR_INGEST_H

#include <stdint.h>

#include "model/asset.h"
#include "model/finding.h"
#include "store/pg.h"
#include "store/segment.h"

/*
 * Stores the findings of files (or pages), hash first: docs/internals/store.md.
 * One transaction a file; memory is bounded by the chunk, not by the file.
 * While the server works on one chunk the caller parses the next one.
 */
struct ingest;

struct ingest_options {
	struct org org;
	timestamp now;           /* the command's clock */
	const char *source_name; /* NULL: each connector's own name */
	const char *build;       /* version of the program */

	/* The files of this command are all that there is of the scopes that they name:
	 * what they do not show is closed at its end (proof.h). */
	bool complete;

	/* An earlier command of the same files may have ended before ingest_finish(): what
	 * it left to do is done by this one. */
	bool again;
};

struct ingest_counts {
	int64_t findings; /* canonical findings, passing checks included */
	int64_t fresh;    /* new */
	int64_t changed;
	int64_t unchanged; /* repeated within the file included */
	int64_t quarantined;
	int64_t closed;
	int64_t passing; /* of findings: passed checks */
};

/* pg must be open for PG_GROUP_INGEST and outlive the ingest. */
struct ingest *ingest_new(struct pg *pg, const struct ingest_options *options) NON_NULL;
void ingest_free(struct ingest *in); /* NULL is fine; rolls back an open file */

/* name is shown in messages and kept with the run. */
int ingest_begin_file(struct ingest *in, const char *name, struct error *err) MUST_CHECK;

/*
 * What the records that come next need beside them to be read again: of a file or page
 * once, before its first record.  Copied; a chunk of other records is sent before.
 */
int ingest_around(struct ingest *in, const struct segment_around *around,
                  struct error *err) MUST_CHECK;

/*
 * Is a record of this digest (record_digest.h) stored and still what its finding
 * says?  Then it is counted as one unchanged finding and need not be parsed.  False
 * also while the digests are not loaded: small files and first loads never pay for it.
 */
bool ingest_knows_record(struct ingest *in, int64_t digest);

/*
 * f is sealed; nothing of it is kept.  May send a full chunk and wait for the
 * one before.
 */
int ingest_finding(struct ingest *in, const struct finding *f,
                   struct error *err) MUST_CHECK;

/* The file is about this scope, whether it has findings of it or not: what is not listed
 * is not there any more, where the file is complete. */
void ingest_scope(struct ingest *in, const char *connector, const char *scope);

/* An asset without a finding: inventory.  r is canonical. */
int ingest_asset(struct ingest *in, const struct resource *r, struct error *err) MUST_CHECK;

/* An edge of the asset that a statement is about; other is canonical. */
struct ingest_edge {
	enum edge_kind kind;
	bool incoming; /* other is where the edge begins */
	const struct resource *other;
};

/* All that a source says of an asset's context; it replaces what it said before. */
struct ingest_statement {
	const char *connector;
	const struct resource *resource; /* canonical */
	const char *tags;                /* a JSON object, or "" */
	const struct context_claim *claims;
	size_t n_claims;
	const struct ingest_edge *edges;
	size_t n_edges;
};

/*
 * The record that the next findings come from; copied.  digest: 0 when it makes
 * more than one finding, or anything else but a statement about that finding's own
 * asset: stated, or NULL.
 */
void ingest_record(struct ingest *in, const char *raw, size_t size, int64_t digest,
                   const struct ingest_statement *stated);

int ingest_statement(struct ingest *in, const struct ingest_statement *s,
                     struct error *err) MUST_CHECK;

/* What a rule is; kept until the end of the file. */
struct ingest_fact {
	const char *connector, *rule, *title, *description, *remediation;
	int sev100;
};
void ingest_rule_fact(struct ingest *in, const struct ingest_fact *fact);

#define INGEST_QUARANTINE_MAX (64u << 10) /* larger records are not replayable */

struct ingest_bad_record {
	const char *format;
	uint64_t ordinal, offset;
	const char *code; /* "syntax", "shape", "contract", "limit" */
	const char *reason;
	const char *raw;
	size_t size;
	bool cut; /* raw is the beginning only; never replayable */
};
int ingest_quarantine(struct ingest *in, const struct ingest_bad_record *bad,
                      struct error *err) MUST_CHECK;

/* Commits.  n_records is what the reader met. */
int ingest_end_file(struct ingest *in, const char *format, int64_t n_records,
                    struct ingest_counts *out, struct error *err) MUST_CHECK;

/* The run of the file that ended last. */
int64_t ingest_run_id(const struct ingest *in);

/* Rolls back all of the file and records the failed run with its reason. */
void ingest_abort_file(struct ingest *in, const char *format, const char *reason);

/*
 * Once, at the end of a command: closes by proof what a complete command did not show,
 * and joins the assets that its files named twice.  proof may be NULL.
 */
struct ingest_proof {
	int64_t n_closed;
	size_t n_complete, n_held, n_partial; /* scopes */
	bool failed; /* a file failed: nobody knows which scopes are whole */
};
int ingest_finish(struct ingest *in, struct ingest_proof *proof,
                  struct error *err) MUST_CHECK;

/* --- live runs: pages ---
 *
 * Each page is a transaction of its own: its findings, what was seen, and what its caller
 * writes of the place that the listing has come to (run_store.h) commit together.  pg must
 * be open for PG_GROUP_COLLECT too.
 */

/* All pages of one run; resumed: earlier ones are stored. */
int ingest_begin_run(struct ingest *in, int64_t run_id, bool resumed,
                     struct error *err) MUST_CHECK;

int ingest_begin_page(struct ingest *in, const char *name, int part_no, timestamp now,
                      struct error *err) MUST_CHECK;
/* Writes all of it, without the commit.  n_seen: findings that it listed. */
int ingest_write_page(struct ingest *in, struct ingest_counts *out, int64_t *n_seen,
                      struct error *err) MUST_CHECK;
int ingest_commit_page(struct ingest *in, struct error *err) MUST_CHECK;
void ingest_abort_page(struct ingest *in); /* no-op when none is open */
/* Once, when all parts have ended: context and names, as ingest_finish(). */
int ingest_end_run(struct ingest *in, timestamp now, struct error *err) MUST_CHECK;

/* finding.content_hash as it is stored: with the version of what goes into it. */
int64_t ingest_stored_hash(uint64_t content_hash);
/* FINDING_FLAG_*: what is stored of a finding as bits. */
int ingest_stored_flags(const struct finding *f);

#endif
