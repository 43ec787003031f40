/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_IDENTITY_WORLD_H
#define ISOBAR_TEST_IDENTITY_WORLD_H

#include "store/identity_store.h"

#include "scorer/decide.h"

/*
 * One asset with its findings, a catalogue and what people say, and the tables that scoring
 * keeps of them, in memory: the scorer's own functions without a database, so that a history
 * of a thousand steps takes a moment.  What statements do with their rows is done here as
 * they do it.
 */
enum {
	WORLD_FINDINGS = 7,
	WORLD_CONTROLS = 4,
	WORLD_RISKS_MAX = 256,
	WORLD_ROWS_MAX = 512,
	WORLD_SEGMENTS_MAX = 400
};

struct world_risk {
	struct key id;
	struct risk_row row; /* without borrowed texts and arrays */
	const char *subject, *location;
	struct key members[RISK_MEMBERS_MAX];
	size_t n_members;
	struct stored_segment segments[WORLD_SEGMENTS_MAX];
	size_t n_segments;
	timestamp computed_at;
};

struct world_alias {
	struct key fingerprint, risk_id;
	int reason;
};

struct world_link {
	struct key finding_id, risk_id;
	int kind;          /* -1: former */
	struct key origin; /* of a split: the risk that the finding was in */
};

struct world {
	struct arena *texts; /* as long as the world */
	timestamp now;
	struct evidence findings[WORLD_FINDINGS];
	int control_of[WORLD_FINDINGS]; /* of its rule; -1: none */
	struct world_risk *risks;       /* WORLD_RISKS_MAX */
	size_t n_risks;
	struct world_alias aliases[WORLD_ROWS_MAX];
	size_t n_aliases;
	struct heir_row *heirs; /* WORLD_ROWS_MAX */
	timestamp heir_from[WORLD_ROWS_MAX];
	size_t n_heirs;
	struct world_link links[WORLD_ROWS_MAX]; /* former ones too */
	size_t n_links;
	size_t n_written; /* rows of the last scoring */
	size_t n_splits;
};

/* What all worlds share: tables, model.  Returns -1 with a message printed. */
int world_setup(void);
void world_teardown(void);

void world_begin(struct world *w);
void world_end(struct world *w);
void world_copy(struct world *to, const struct world *from); /* shares texts */

void world_score(struct world *w);
/* The rule of a finding is another control, or none: its risks are held against that. */
void world_move_rule(struct world *w, int finding, int control);

bool world_link(struct world *w, int finding, size_t risk);
bool world_split(struct world *w, int finding);
bool world_unlink(struct world *w, int finding);

const struct world_risk *world_risk_of(const struct world *w, const struct key *id);
/* Where an id leads. */
struct key world_leads(const struct world *w, const struct key *id);
/* The risk that lives and has the finding; NULL: none. */
const struct world_risk *world_holder(const struct world *w, int finding);
bool world_has(const struct world_risk *r, const struct key *finding);

#endif
