/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PAGE_STORE_H
#define ISOBAR_PAGE_STORE_H

#include "model/org.h"
#include "model/responsibility.h"
#include "model/risk.h"
#include "store/pg.h"

/*
 * The api's way to the queue: what its statements (store/sql/api/) are bound to, and
 * their results in binary format, read in place.  A page is read thousands of times a
 * second, so nothing is copied: texts of a row are borrowed from the result.
 */

/* --- the state of an org's queue --- */

/* So many unwritten crossings a page is sorted into in no time. */
#define QUEUE_CROSSED_FEW 200

struct queue_state {
	int64_t epoch;      /* raised by a restore from backup */
	int64_t version;    /* how often risks were written */
	timestamp crossing; /* when time alone moves a risk next; TIMESTAMP_NONE: never */
	bool is_behind;     /* the sweeper: many crossings are past and not written */
};

/* STMT_QUEUE_STATE. False: there is no such org. */
void queue_state_bind(const struct org *org, timestamp now, struct pg_params *p);
bool queue_state_read(const PGresult *result, struct queue_state *out);

/* --- pages --- */

/* A place in the queue: a page holds what comes behind it. */
struct queue_place {
	int64_t rank; /* INT64_MAX and the last id: before the first row */
	struct key id;
};

extern const struct queue_place queue_start;

/* STMT_QUEUE_PAGE.  responsibilities: a bit of each enum verdict. */
void queue_page_bind(const struct org *org, timestamp now, const struct queue_place *after,
                     unsigned int responsibilities, int limit, struct pg_params *p);
/* STMT_FIX_RISKS: rows of the same form, the open risks that a fix closes. */
void fix_risks_bind(const struct org *org, timestamp now, const struct queue_place *after,
                    const struct key *fix_id, int limit, struct pg_params *p);

/* Numbers in an array of a result. */
struct page_numbers {
	const char *at; /* private */
	size_t n;
};

int64_t page_number_at(const struct page_numbers *numbers, size_t i);

/* A row of it. */
struct page_row {
	struct key id;
	int64_t rank;
	int score, n_findings;
	enum band band;
	enum risk_state state;
	enum finding_class class;
	enum verdict responsibility;
	int layer; /* enum layer, or -1 */
	const char *title, *subject, *location;
	timestamp opened_at, due_at;
	struct page_numbers source_ids;
	int clock_mode;    /* enum sla_mode, or -1: it runs towards a crossing */
	const char *owner; /* NULL: nobody */
	enum provider provider;
	const char *account, *region, *asset_type, *asset_name, *asset;
};

void page_row_read(const PGresult *result, int row, struct page_row *out);

/* The SLA state of an open risk; of one that is not open its ledger tells. */
enum sla_state page_row_sla(const struct page_row *row);

/* --- the index of an org --- */

/* STMT_INDEX_LOAD: the next `limit` risks behind an id, by id. */
void index_load_bind(const struct org *org, const struct key *after, int limit,
                     struct pg_params *p);
/* STMT_INDEX_ROWS: the risks of n ids. */
void index_rows_bind(const struct org *org, const struct key *ids, size_t n,
                     struct pg_params *p);

/* A row of either. */
struct index_row {
	struct key id;
	int64_t rank;
	timestamp opened_at, due_at, next_crossing_at, resolved_at, reopens_at, soon_at;
	int score, n_findings;
	int layer; /* as in struct page_row */
	enum band band;
	enum risk_state state;
	enum finding_class class;
	enum verdict responsibility;
	enum provider provider;
	const char *account, *region, *owner, *subject, *asset, *asset_name, *title;
	const char *location, *asset_type;
	struct page_numbers source_ids;
};

void index_row_read(const PGresult *result, int row, struct index_row *out);

/* STMT_QUEUE_CHANGES: what was written behind a part of a version. */
void queue_changes_bind(const struct org *org, int64_t version, int part, int limit,
                        struct pg_params *p);

/* A row of it: a part of the ids that a version wrote. */
struct queue_change {
	int64_t version;
	int part;
	size_t n_ids;
	const char *ids; /* private */
};

void queue_change_read(const PGresult *result, int row, struct queue_change *out);
struct key queue_change_id(const struct queue_change *change, size_t i);

#endif
