/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INGEST_PRIVATE_H
#define ISOBAR_INGEST_PRIVATE_H

#include "base/strbuf.h"
#include "store/ingest.h"
#include "store/ingest_copy.h"
#include "store/segment.h"

/* What ingest.c (takes findings in) and ingest_write.c (sends chunks) share. */

#define CHUNK_ITEMS 8192
#define CHUNK_RAW   (6u << 20) /* bytes of records after which a chunk is sent */

#define CHUNK_RAW_KNOWN (1u << 20) /* while most records are known */

/* Entries of 8 bytes; a lost one costs a row sent twice.  Powers of two. */
#define INGEST_ASSET_CACHE  (1u << 18)
#define INGEST_STATED_CACHE (1u << 18)

/* Rows of statements after which a chunk is sent. */
#define CHUNK_CONTEXT 20000

/* Upgrades that were met: a lost one is made and sent again. */
#define INGEST_UPGRADE_CACHE (1u << 14)
#define UPGRADES_MAX         (1u << 20) /* bytes of them after which they are sent */

struct ingest_upgrade {
	uint64_t digest; /* of its texts; 0: free */
	struct key key;
};

struct slice {
	uint32_t at, size; /* into one of the chunk's buffers */
};

/* One finding of a chunk, its row already in PostgreSQL's binary form. */
struct ingest_item {
	struct key asset_key, key;
	int64_t content_hash; /* positive: 0 is a closed finding's */
	timestamp updated_at;
	int64_t digest; /* of its record when that is all of it; 0 otherwise */
	int32_t stated; /* then: of what the record states of the asset; 0: nothing */
	int64_t scope_id;
	struct slice row;     /* of rows: page_row without its last four columns */
	struct slice details; /* of details */
	uint32_t record;      /* index of records */
	uint32_t order;       /* of arrival */
	uint16_t connector;   /* index of connectors */
	bool passing, changed, is_new;
	bool keeps_raw;     /* a finding row, or its history, will refer to the record */
	int64_t segment_id; /* once changed */
	uint16_t segment_slot;
};

struct ingest_raw {
	uint32_t at, size;  /* of raw */
	int64_t segment_id; /* 0: not stored yet */
	uint16_t segment_slot;
};

/* Statements about assets, as rows in binary form. */
struct ingest_context {
	struct strbuf stated, claims, edges;
	size_t n_rows;
};

/* What a chunk comes to. */
struct ingest_diff {
	size_t n_new, n_changed, n_passing;
	size_t insert, update; /* of them: finding rows */
	bool has_control;
	bool touches; /* times of this command's own records have to move */
};

struct ingest_chunk {
	struct ingest_item *items; /* room CHUNK_ITEMS */
	size_t n_items;
	struct ingest_raw *records; /* room CHUNK_ITEMS */
	size_t n_records;
	struct strbuf raw, rows, details, assets, inventory, aliases;
	struct strbuf around; /* segment_around_encode() of all records; empty: unsaid */
	struct ingest_context context;
	size_t n_ask; /* items that the diff has to tell about */
	struct ingest_diff diff;
	struct ingest_item **kept; /* whose records are stored; room CHUNK_ITEMS */
	size_t n_kept;
};

struct ingest_connector {
	char *name;
	int64_t source_id, lock_key;
	bool met;     /* in this file */
	bool ensured; /* in its transaction */
	bool fresh;   /* nothing of it was stored before this transaction */
};

struct ingest_scope {
	char *text;
	size_t connector;
	int64_t id;
	int64_t n; /* findings seen in this file */
};

/* A scope that a file of a complete command named. */
struct ingest_proved {
	int64_t source_id, id, lock_key;
	char *text;
	bool partial; /* a record of its file could not be read */
};

/* Compressed segments on their way, as arrays in binary form. */
struct ingest_segments {
	struct strbuf ids, counts, sizes, frames;
	bool packed;
};

/* How far the chunk that is not being filled has come. */
enum ingest_flight {
	FLIGHT_NONE,
	FLIGHT_KEYS, /* on their way to the server */
	FLIGHT_DIFF, /* finding_diff works on them */
	FLIGHT_ROWS, /* of what is new or changed, on their way */
	FLIGHT_MERGE /* their writes */
};

#define MERGE_MAX 10 /* statements of one merge */

/* Digests of the stored records of one source: ingest_known.c. */
struct ingest_known {
	int64_t source_id;
	unsigned int file_no; /* for which they were read */
	int64_t *digests;     /* open addressing; 0: free */
	uint32_t *states;     /* what each states of which asset; 0: nothing */
	size_t n, room;       /* room: a power of two; 0: not read */
	uint8_t *met;         /* by asset: which of its statements this file passed over */
	size_t n_assets;
	bool any_met;
};

struct ingest {
	struct pg *pg;
	struct ingest_options options;
	int64_t command_id, run_id;
	char *file;
	unsigned int file_no; /* 1, 2, … */
	bool open;            /* in a file's transaction */

	struct ingest_chunk chunks[2];
	unsigned int filling; /* the one that takes findings */
	uint32_t current_record;
	struct strbuf around; /* of the records that come */

	enum ingest_flight flight;
	struct ingest_copies copies;
	struct strbuf out;    /* keys or rows on their way */
	unsigned int n_taken; /* findings and assets, to look now and then */
	bool write_mode;      /* the last chunk was mostly news */
	enum statement merge[MERGE_MAX];
	size_t n_merge;
	int closed_at; /* index in merge of the statement that returns n_closed; -1 */

	int64_t next_segment; /* place in the run */
	struct segment_writer segment;
	struct ingest_segments segments; /* of the chunk before */

	struct ingest_connector *connectors;
	size_t n_connectors;
	struct ingest_scope *scopes; /* open addressing; text NULL: free */
	size_t n_scopes, room_scopes;
	size_t last_scope;

	/* What is seen is kept, under seen_run and seen_part. */
	bool keeps_seen;
	int64_t seen_run;
	int seen_part;
	int64_t n_seen;               /* rows of it that the open transaction wrote */
	struct ingest_proved *proved; /* by the files of a complete command */
	size_t n_proved, room_proved;
	bool file_failed; /* so nothing is proved by this command */
	bool live;        /* the pages of a run */

	struct strbuf facts, advisories;
	struct strbuf upgrades;               /* met since they were sent */
	struct ingest_upgrade *upgrade_cache; /* direct-mapped */
	uint64_t *stated_cache;               /* digests of statements sent in this file */
	bool statements_met;                  /* in this command */
	bool aliases_met;                     /* in this command */
	bool assets_met;       /* likewise: assets that were new, or told more */
	uint64_t *asset_cache; /* digests of asset rows sent; direct-mapped */
	uint64_t *mark_cache;  /* assets marked in this transaction; direct-mapped */

	int64_t record_digest; /* of the current record; 0: of several findings */
	int32_t record_stated; /* of what it states of its finding's asset; 0: nothing */
	unsigned int n_chunks; /* sent of this file */
	struct ingest_known known;
	unsigned int n_loads; /* of known, in this command */
	bool met_sent;        /* by files of this command */
	bool known_asked;     /* in this file */
	bool knows;           /* this file's records are looked up in known */

	uint32_t *named; /* hashes of this file's findings of fresh connectors; 0: free */
	size_t room_named, n_named;

	struct ingest_counts counts;
};

/* Sends the chunk being filled and goes on with the other one. */
int ingest_send_chunk(struct ingest *in, struct error *err) MUST_CHECK;
/* Goes on with what is in flight as far as nothing has to be waited for. */
int ingest_go_on(struct ingest *in, struct error *err) MUST_CHECK;
/* Waits for whatever is in flight and finishes it. */
int ingest_drain(struct ingest *in, struct error *err) MUST_CHECK;
/* Waits for all of the file's chunks. */
int ingest_flush(struct ingest *in, struct error *err) MUST_CHECK;
/* Stores the upgrades that were met. */
int ingest_write_upgrades(struct ingest *in, struct error *err) MUST_CHECK;
/* Gives up what is in flight, and the transaction. */
void ingest_rollback(struct ingest *in);
/*
 * ingest_known.c: from now on this file's records are looked up, if they are of one
 * source.  Its digests are read, unless a file before had them read.
 */
int ingest_load_known(struct ingest *in, struct error *err) MUST_CHECK;
void ingest_forget_known(struct ingest *in);
/* The file is not stored: what was read for it may be its own, what it met is not met. */
void ingest_forget_file(struct ingest *in);
/* Which statements the file's passed over records made; in its transaction. */
int ingest_send_met(struct ingest *in, struct error *err) MUST_CHECK;
void ingest_forget_named(struct ingest *in);
/*
 * Adds to the statements of this command those of the records that were passed over, where
 * they matter.  In a transaction, before statements are merged.
 */
int ingest_add_met(struct ingest *in, struct error *err) MUST_CHECK;
/*
 * Marks the items of fresh connectors that this file has not named before as new:
 * nobody has to be asked about them.  Returns how many items are left to ask about.
 */
size_t ingest_count_unknown(struct ingest *in, struct ingest_chunk *c);
/* The source of a connector of this command. */
int64_t ingest_source_id(struct ingest *in, const char *connector);
/* ingest_context.c: merges all statements of the command, and settles the context of
 * assets that were joined. */
int ingest_finish_context(struct ingest *in, bool joined, struct error *err) MUST_CHECK;
/* ingest_finish.c: what stands beside findings, before a file or a page ends. */
int ingest_write_rest(struct ingest *in, struct error *err) MUST_CHECK;
/*
 * Of all that a statement says of its asset; never 0.  Its lowest bit: it has tags; the
 * next: it has more than tags.
 */
int32_t ingest_stated_digest(const struct ingest_statement *s);
/* A digest of what h is one of, and of a text behind it. */
uint64_t ingest_mix_text(uint64_t h, const char *text);
/* Whether a digest, which is not 0, was put into the cache not long ago; now it is. */
bool ingest_cache_met(uint64_t *cache, size_t room, uint64_t digest);
/* ingest.c: forgets what the file or page before left. */
void ingest_clear(struct ingest *in);
/* What was sent is not stored: caches of it are of no use. */
void ingest_forget_sent(struct ingest *in);
void ingest_context_reset(struct ingest_context *c);
void ingest_context_done(struct ingest_context *c);
void ingest_chunk_reset(struct ingest_chunk *chunk);

#endif
