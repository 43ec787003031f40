/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TEST_SCORE_WORLD_H
#define ISOBAR_TEST_SCORE_WORLD_H

#include "base/attr.h"

#include "support/pg_fixture.h"

/*
 * Small estates written straight into the database of pg_fixture.h, as ingest leaves them,
 * and scored by the real isobar-scorer.  All of the org "default".  What fails, fails the
 * test.
 */

/* What a tool says of an asset; number: which of its findings this is. */
struct world_finding {
	const char *asset; /* uuid */
	int number;
	const char *connector, *rule, *cve, *engine;
	int class, state; /* enum finding_class, enum finding_state */
	int sev100, epss, maturity, flags, fidelity;
};

void world_open(void); /* after pg_fixture_migrate() */
void world_close(void);
struct pg *world_pg(void);

/* A command, or a query, made as by printf. */
void world_exec(const char *format, ...) PRINTF(1, 2);
PGresult *world_ask(const char *format, ...) PRINTF(1, 2);
int64_t world_int(const PGresult *r, int row, int column);

void world_empty(void); /* no assets, findings, risks */
void world_add_asset(const char *id, const char *type);
void world_put_finding(const struct world_finding *f); /* or replaces it; marks the asset */
/* Exposure, criticality, sensitivity, privilege; marks the asset. */
void world_set_context(const char *asset, const int level[4]);
void world_mark(const char *table, const char *asset); /* dirty_mark, path_mark */

/* isobar-scorer --once; now is RFC 3339 or NULL. */
void world_score(const char *now);

#endif
