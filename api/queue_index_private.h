/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUEUE_INDEX_PRIVATE_H
#define ISOBAR_QUEUE_INDEX_PRIVATE_H

#include <endian.h>
#include <string.h>

#include "base/strbuf.h"

#include "hash_slots.h"
#include "queue_index.h"
#include "queue_order.h"
#include "text_dict.h"

/* What the files of queue_index share. */

/* The columns that hold numbers of texts, each with a dictionary of its own. */
enum index_text {
	TEXT_ACCOUNT,
	TEXT_REGION,
	TEXT_OWNER,
	TEXT_SOURCES, /* an array of int64_t: few sets occur */
	TEXT_SUBJECT,
	TEXT_ASSET_ID,
	TEXT_ASSET_NAME,
	TEXT_TITLE, /* in lower case: searched */
	TEXT_TITLE_SHOWN,
	TEXT_LOCATION,
	TEXT_ASSET_TYPE
};

enum {
	N_INDEX_TEXTS = TEXT_ASSET_TYPE + 1
};

/* Times that are null: later than any, so that no comparison finds them earlier. */
#define NEVER INDEX_NEVER_DUE

/* All enums of a risk in 16 bits, in two halves that are small enough for tables. */
enum {
	CODE_LAYER = 0, /* 0: unknown */
	CODE_CLASS = 3,
	CODE_PROVIDER = 6,
	CODE_RESPONSIBILITY = 0, /* in the upper half */
	CODE_BAND = 2,
	CODE_STATE = 4,
	CODE_LOWER_BITS = 9,
	N_CODES_LOWER = 1 << CODE_LOWER_BITS,
	N_CODES_UPPER = 1 << (16 - CODE_LOWER_BITS)
};

/*
 * A row's place among the counts of SLA states: the state as of its stored rank, and
 * what has become of it.
 */
enum {
	SLA_CROSSED = 8,
	SLA_OVERDUE = 16,
	N_SLA_CELLS = 32
};

/* How many risks have which value; of texts, by their numbers. */
struct index_counts {
	size_t total;
	uint32_t lower[N_CODES_LOWER], upper[N_CODES_UPPER], sla[N_SLA_CELLS];
	uint32_t *text[N_INDEX_TEXTS]; /* NULL: not counted */
};

/*
 * Counts kept with each change, for each responsibility and for what is open and what
 * is not: the facets of a queue as a whole are their sums.
 */
enum {
	N_TALLY_CELLS = 2 * N_VERDICTS
};

struct index_tally {
	uint32_t lower[N_CODES_LOWER][N_TALLY_CELLS];
	uint32_t upper[N_CODES_UPPER];
	uint32_t sla[N_SLA_STATES][N_TALLY_CELLS];      /* as of the stored rank */
	uint32_t (*text[N_INDEX_TEXTS])[N_TALLY_CELLS]; /* by number */
	size_t text_room[N_INDEX_TEXTS];
};

/* An acceptance that ends; of no meaning once the row has another reopens_at. */
struct index_reopening {
	timestamp at, soon_at;
	struct key id;
};

/*
 * Columns that a pass reads for every row are narrow; what they leave open is settled by
 * the exact columns, for few rows.
 */
struct queue_index {
	size_t n, room; /* rows */
	struct hash_slots by_id;
	uint64_t seed;

	struct key *id;
	timestamp *opened_at, *due_at, *next_crossing_at;
	int32_t *opened, *due, *next_crossing; /* the same as index_coarse() */
	int32_t *id_order;                     /* index_id_order() of id */
	uint16_t *rank;                        /* as stored */
	uint16_t *code;                        /* the enums, packed as below */
	uint16_t *score;
	uint8_t *sla; /* enum sla_state as of the stored rank */
	int32_t *n_findings;
	timestamp *reopens_at; /* of what is accepted until then; else NEVER */
	uint32_t *text[N_INDEX_TEXTS];
	struct text_dict dict[N_INDEX_TEXTS];
	struct index_tally tally;
	struct queue_order order;
	struct index_reopening *reopenings;
	size_t n_reopenings, room_reopenings;
	timestamp next_reopening; /* no one is earlier */

	struct index_source *sources; /* by id, ascending */
	size_t *namesakes; /* of each source the first one of its name; of none, none */
	size_t n_sources;
	char *source_texts; /* what sources point into */
	size_t source_texts_size;
	struct strbuf lower;
};

/*
 * A time in half the bits: in units of 2^20 microseconds, from 1970 to 2112; what lies
 * outside is at the border, which NEVER has to itself.  Never falls where times rise, so
 * that two coarse times that differ order the exact ones, and equal ones leave it to
 * them.
 */
#define COARSE_NEVER INT32_MAX

static inline int32_t index_coarse(timestamp t)
{
	const int64_t coarse = (t >> 20) + INT32_MIN;

	return t == NEVER                  ? COARSE_NEVER
	       : coarse < INT32_MIN        ? INT32_MIN
	       : coarse > COARSE_NEVER - 1 ? COARSE_NEVER - 1
	                                   : (int32_t)coarse;
}

/* The same for ids, by their first bytes. */
static inline int32_t index_id_order(const struct key *id)
{
	uint32_t first;

	memcpy(&first, id->bytes, sizeof(first));
	return (int32_t)(be32toh(first) ^ 0x80000000u);
}

static inline unsigned int code_lower(uint16_t code)
{
	return code & (N_CODES_LOWER - 1);
}

static inline unsigned int code_upper(uint16_t code)
{
	return (unsigned int)code >> CODE_LOWER_BITS;
}

static inline int64_t code_band(uint16_t code)
{
	return code_upper(code) >> CODE_BAND & 3;
}

/* Text in lower case, ASCII letters only. */
const char *index_lower(struct strbuf *out, const char *text);

/* A crossing that has passed moves a risk to a new slot of its band (queue_list.sql). */
static inline int64_t index_rank_at(const struct queue_index *ix, size_t row, timestamp now)
{
	const int64_t slot = ix->due_at[row] < now ? 2 : 1;

	if (ix->next_crossing_at[row] > now)
		return ix->rank[row];
	return (code_band(ix->code[row]) * 4 + slot) * 1024 + ix->score[row];
}

/* The row of an id; HASH_SLOT_NONE: there is none. */
uint32_t index_find(const struct queue_index *ix, const struct key *id);

/* Its place among the sources; n_sources when there is none. */
size_t index_source_find(const struct queue_index *ix, int64_t id);

/* A set of sources is a text of their ids. */
static inline int64_t index_set_source(const struct queue_index *ix, uint32_t set, size_t i)
{
	int64_t id;

	memcpy(&id, text_dict_text(&ix->dict[TEXT_SOURCES], set) + i * sizeof(id),
	       sizeof(id));
	return id;
}

static inline size_t index_set_size(const struct queue_index *ix, uint32_t set)
{
	return text_dict_size(&ix->dict[TEXT_SOURCES], set) / sizeof(int64_t);
}

/* --- a filter made ready: queue_index_scan.c --- */

/* Rows that are looked at together: their columns stay in the nearest cache. */
#define SCAN_BLOCK 1024

enum {
	SCAN_EITHER_MAX = 4,
	SCAN_BITS_MAX = 4
};

/* One column has this number or the other column that one. */
struct scan_either {
	const uint32_t *column[2];
	uint32_t number[2];
};

/* The number in one column is of this set, or that in the other column of that one. */
struct scan_bits {
	const uint32_t *column[2]; /* [1] NULL: there is one only */
	const uint8_t *bits[2];
};

struct index_scan {
	const struct queue_index *ix;
	uint8_t code_lower[N_CODES_LOWER], code_upper[N_CODES_UPPER];
	struct scan_either either[SCAN_EITHER_MAX];
	struct scan_bits bits[SCAN_BITS_MAX];
	size_t n_either, n_bits;
	bool has_score;
	uint16_t min_score, score_range;
	timestamp due_before; /* TIMESTAMP_NONE: any */
};

/* Sets live in a.  False: nothing can match, and the scan must not be used. */
bool index_scan_init(struct index_scan *scan, const struct queue_index *ix,
                     const struct index_filter *filter, struct arena *a);

/*
 * Rows of a block: a byte each, 1 where the row is still of interest, 0 where it is not
 * and behind the last row.
 */
struct scan_block {
	size_t first, n;
	uint8_t kept[SCAN_BLOCK];
	uint16_t selected[SCAN_BLOCK]; /* places, less first, of those that match */
};

void scan_block_init(struct scan_block *b, const struct queue_index *ix, size_t block);

/* Of those of interest, keeps the ones whose coarse time is no later. */
void scan_keep_at_most(const int32_t *column, int32_t most, struct scan_block *b);

/* Does one row match? */
bool index_scan_matches(const struct index_scan *scan, size_t row);

/* Of those of interest, selects the ones that match; gives how many. */
size_t index_scan_select(const struct index_scan *scan, struct scan_block *b);

static inline size_t index_n_blocks(const struct queue_index *ix)
{
	return (ix->n + SCAN_BLOCK - 1) / SCAN_BLOCK;
}

/* --- counts: queue_index_tally.c --- */

bool index_text_is_counted(enum index_text t);

/* A row comes (by 1) or goes (by -1), as its columns have it. */
void index_tally_add(struct queue_index *ix, size_t row, int by);

/* After text_dict_rebuild(): the new number of each of the n former ones. */
void index_tally_renumber(struct queue_index *ix, enum index_text t,
                          const uint32_t *numbers, size_t n);
void index_tally_clear(struct index_tally *tally);
size_t index_tally_memory(const struct index_tally *tally); /* bytes, of texts */

/*
 * Counts what matches, SLA states as of the stored ranks.  False: the filter asks for
 * more than the tally tells.
 */
bool index_tally_count(const struct queue_index *ix, const struct index_filter *filter,
                       struct index_counts *counts);

#endif
