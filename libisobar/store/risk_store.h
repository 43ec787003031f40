/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_STORE_H
#define ISOBAR_RISK_STORE_H

#include "model/control_catalog.h"
#include "model/evidence.h"
#include "model/fix.h"
#include "model/org.h"
#include "model/responsibility.h"
#include "model/risk.h"
#include "model/risk_clock.h"
#include "model/risk_event.h"
#include "store/pg.h"

/*
 * What the scorer reads and writes: one transaction takes the dirty assets of an
 * org in slices, and writes only the risks that came out differently.  pg is open
 * for PG_GROUP_SCORER and PG_GROUP_SESSION_SCORER.
 */

#define SCORE_N_INPUTS    15 /* columns of a stored explanation: scorer/score.h */
#define SCORE_N_POINTS    13
#define RISK_WITNESS_NONE 255
#define RISK_MEMBERS_MAX  200 /* kept in an explanation */

struct score_batch {
	int n_slices;
	bool has_risks; /* the shard has stored risks: they have to be looked up */
	bool has_paths; /* the org has: slices are asked for them */
	/* Set by the caller: what the org's rules look at beside the usual. */
	bool asks_assets; /* names, tags and environments */
	bool asks_first_seen;
	bool has_links; /* people have linked or split findings of the org, or had */
	bool has_heirs; /* a change of identity has left some; not set by the caller */
	bool took_all;  /* marks that there were; by score_batch_begin() */
};

/*
 * Shards are quarters of the canonical assets, by the first bits of their keys, and
 * so of the risks: several scorers work on one org without meeting.
 */
#define SCORE_SHARDS 4

int score_shard_of(const struct key *k);

/*
 * Begins the transaction, waits for other scorers of the shard, takes its marks
 * among the first n_marks.
 */
int score_batch_begin(struct pg *pg, const struct org *org, int shard, int64_t n_marks,
                      struct score_batch *out, struct error *err) MUST_CHECK;

struct stored_path;
struct stored_path_level; /* both: path_store.h */

#define SCORE_SLICE_RESULTS 5

/* The findings, assets, risks and paths of a slice.  Texts point into results: keep it, then
 * free. */
struct score_slice {
	struct evidence *evidence;
	size_t n_evidence;
	struct asset_facts *assets; /* by asset_id, ascending */
	size_t n_assets;
	struct stored_path_level *levels; /* by asset and risk, ascending */
	size_t n_levels;
	struct stored_path *paths; /* by target, ascending */
	size_t n_paths;
	struct stored_risk *stored; /* of the assets, by fingerprint, an alias first */
	size_t n_stored;
	struct stored_risk *heirs; /* of a change of identity, by fingerprint */
	size_t n_heirs;
	PGresult *results[SCORE_SLICE_RESULTS];
};

/*
 * send, then (after other work) collect, together with whatever was sent before:
 * score_slice_results() of them.
 */
int score_slice_send(struct pg *pg, const struct org *org, int slice,
                     const struct score_batch *taken, struct error *err) MUST_CHECK;
size_t score_slice_results(const struct score_batch *taken);
/* results: findings, assets, then risks and the two of paths, where there are any. */
void score_slice_read(struct score_slice *out, PGresult *const *results,
                      const struct score_batch *taken, struct arena *a);
/* Puts what is stored in order, and leads names to what goes on in the end.  Pure. */
void score_slice_index(struct score_slice *slice);
void score_slice_clear(struct score_slice *slice);

/* What correlation and scoring look up; sorted for bsearch.  Texts are the results'. */
struct stored_fact {
	const char *connector, *rule, *title;
	int sev100;
};
struct stored_advisory {
	const char *alias, *cve; /* cve "": sources state several */
};
struct score_reference {
	struct stored_fact *facts;
	size_t n_facts;
	struct stored_advisory *advisories;
	size_t n_advisories;
	struct control_catalog catalog;
	PGresult *results[5];
};
int score_reference_load(struct pg *pg, const struct org *org, struct arena *a,
                         struct score_reference *out, struct error *err) MUST_CHECK;
void score_reference_clear(struct score_reference *ref);

/* In what way a stored risk is a group's; the lesser goes before. */
enum risk_claimed {
	CLAIMED_BY_NAME,   /* of its findings, or a former one */
	CLAIMED_BY_LINKS,  /* people have put all of its findings here */
	CLAIMED_AS_ORIGIN, /* it is not: the group was split off from it */
};

/* A fingerprint to look up for the ordinal-th group. */
struct group_fingerprint {
	size_t ordinal;
	struct key fingerprint;
	enum risk_claimed claimed;
	bool is_id;      /* of a risk, whatever else goes by it */
	bool is_outside; /* of the slice's assets: score_slice.stored may lack it */
};

struct stored_segment {
	timestamp from;
	int mode; /* enum sla_mode */
	int band;
	timestamp due_at; /* approved from here on; TIMESTAMP_NONE */
};

struct stored_risk {
	size_t ordinal;
	struct key risk_id;
	struct key fingerprint; /* by which it was found */
	enum risk_claimed claimed;
	bool is_heir; /* a change of identity leads it to the fingerprint */
	/* By links: into which risk it went for them, and still does if that is here, too. */
	bool has_merged_into;
	struct key merged_into;
	int64_t version, state_hash;
	timestamp opened_at;
	enum risk_state state;
	int64_t owner_id; /* before score_risks_complete() none that a rule set; 0 nobody */
	int owner_basis;  /* enum owner_basis */
	const char *owner; /* the name of what a person set; else NULL */
	timestamp reopens_at;
	bool has_acceptance, accepted_by_rule;
	struct key acceptance_id;
	timestamp rank_since; /* behind the batch's now: others wrote it since that began */
	/* Of a false positive: what it was said of, of more than RISK_MEMBERS_MAX the
	 * weightiest; and when. */
	const struct key *evidence;
	size_t n_evidence;
	timestamp claimed_at;
	/* By score_risks_complete(). */
	int64_t rank, proof_run_id;
	timestamp band_since, due_at, resolved_at;
	timestamp next_crossing_at, warn_at; /* no event was written of them */
	int score;
	enum band band;
	int responsibility; /* enum verdict */
	int64_t elements;
	bool has_fix;
	struct key fix_id;
	struct stored_segment *segments;
	size_t n_segments;
};

/* The stored risks behind fingerprints, by ordinal: of the slice, else from the store. */
int score_risks_load(struct pg *pg, const struct org *org, const struct score_slice *slice,
                     const struct group_fingerprint *fingerprints, size_t n,
                     struct arena *a, struct stored_risk **out, size_t *n_out,
                     struct error *err) MUST_CHECK;

/* Reads the rest of some risks, and their SLA ledgers.  Sorts risks by risk_id. */
int score_risks_complete(struct pg *pg, const struct org *org, struct stored_risk **risks,
                         size_t n, struct arena *a, struct error *err) MUST_CHECK;

/* A risk to be written. */
struct risk_row {
	struct key risk_id, asset_id;
	bool is_new;
	int64_t rank, state_hash, proof_run_id; /* proof 0: none */
	timestamp opened_at, band_since, due_at, next_crossing_at, resolved_at;
	/* When it becomes so; what is known and stays where it is keeps its own. */
	timestamp rank_since;
	int n_findings, score, class, responsibility, layer;
	enum band band;
	enum risk_state state;
	const char *subject, *location, *title, *control;
	const char
	        *category; /* a row of finding_category: led to responsibility and layer */
	const int64_t *source_ids;
	size_t n_source_ids;
	int32_t inputs[SCORE_N_INPUTS];
	int16_t points[SCORE_N_POINTS];
	uint8_t basis[SCORE_N_INPUTS];
	uint8_t witness[SCORE_N_INPUTS]; /* place in members; RISK_WITNESS_NONE */
	const struct key *members;
	const int16_t *reasons;
	size_t n_members;
	/* Of the ledger, before that of clock_mode: what the clock takes over. */
	const struct risk_clock_segment *taken;
	size_t n_taken;
	int clock_mode; /* enum sla_mode, or -1: the clock goes on as it was */
	const char *clock_reason;
	int64_t elements; /* of toxic rules, bits */
	bool path_mark;   /* paths over the asset may have changed */
	bool has_fix;
	struct key fix_id;
	int64_t version; /* that was read: another one by now, and the row is left out */
	int former_kind; /* score_kind() of what was read */
	const struct stored_risk *former; /* what was read; NULL: nothing */
	int64_t owner_id;                 /* 0: nobody */
	int owner_basis;                  /* 0 nobody, 1 a rule, 2 a person */
	int64_t policy_id;                /* that sets due_at; 0: a default, or none */
	timestamp reopens_at, soon_at, warn_at;
	bool has_acceptance, accepted_by_rule;
	struct key acceptance_id;
	bool resumes; /* with clock_mode: it runs again at reopens_at */
};

/* A fix to be counted anew; told, when a risk of this transaction says what it is. */
struct fix_mark {
	struct fix fix;
	uint64_t parts; /* a bit for each 64th of risk ids that one is written in */
	bool is_told;
};

struct risk_event {
	const struct risk_row *row;
	enum risk_event_kind kind;
	timestamp at;
	enum risk_state state; /* after it, as all that follows */
	enum band band;
	int score;
	timestamp due_at;
	const char *reason;
	int64_t run_id; /* 0: none */
	bool has_cause;
	struct key cause_id; /* an acceptance */
};

/* The numbers are stored.  What links did ends with them: those lead nobody in scoring. */
enum risk_alias_reason {
	ALIAS_ASSET,
	ALIAS_CATALOG,
	ALIAS_MERGED,
	ALIAS_BY_HAND
};

/* A fingerprint that leads to itself has no alias any more, and by ALIAS_CATALOG the risk of
 * that id no other name. */
struct risk_alias_row {
	struct key fingerprint, risk_id;
	int reason; /* enum risk_alias_reason */
};

/* How many risks of a kind there are more: what queue_count has to move by. */
struct score_counts {
	int64_t n[N_BANDS][N_RISK_STATES][N_VERDICTS];
};

/* Which of the numbers of score_counts.n, as one array. */
int score_kind(enum band band, enum risk_state state, int responsibility);

/*
 * Takes rows back that were left out because somebody had written the risks in between.
 * result: of the first statement of score_writes_send(), when it writes known risks.
 */
void score_stale_uncount(const PGresult *result, struct score_counts *counts);

/* Moves the counters: a transaction's last statement but one. */
int score_counts_write(struct pg *pg, const struct org *org,
                       const struct score_counts *counts, struct error *err) MUST_CHECK;

/*
 * Tells readers which risks the transaction has written: its last statement, as the
 * org's version stays locked until the commit.  Who is so many versions behind that
 * they are forgotten reads all risks.
 */
#define SCORE_VERSIONS_KEPT 1000

int score_changes_publish(struct pg *pg, const struct org *org,
                          struct error *err) MUST_CHECK;

struct score_writes {
	struct score_counts counts;
	struct risk_row *rows; /* sorted by risk_id */
	size_t n_rows;
	bool has_known; /* not all of them are new */
	struct risk_event
	        *events; /* of known risks; "opened" of new ones goes without saying */
	size_t n_events;
	struct risk_alias_row *aliases;
	size_t n_aliases;
	struct fix_mark *fixes; /* of the rows, former ones too; each once */
	size_t n_fixes;
};

/* Stages and sends; *n_sent_out statements are then in flight. */
int score_writes_send(struct pg *pg, const struct org *org, timestamp now,
                      const char *model, const struct score_writes *w, size_t *n_sent_out,
                      struct error *err) MUST_CHECK;

struct org_list {
	struct org *orgs;
	size_t n;
};

/* What a statement without parameters returns as org_id and name.  Lives in a. */
int org_list_load(struct pg *pg, enum statement stmt, struct arena *a, struct org_list *out,
                  struct error *err) MUST_CHECK;

/* Orgs with dirty marks, or all of them.  Lives in a. */
int score_orgs(struct pg *pg, bool dirty_only, struct arena *a, struct org_list *out,
               struct error *err) MUST_CHECK;

#endif
