/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SOURCE_STORE_H
#define ISOBAR_SOURCE_STORE_H

#include "model/org.h"
#include "store/source_runs.h"
#include "store/source_secrets.h"

/*
 * Live sources as operators configure them.  Texts live in the caller's arena.  pg is
 * open for PG_GROUP_SOURCE as isobar_operator.
 */
struct live_row {
	int64_t source_id;
	const char *name, *connector;
	bool enabled;               /* false: paused */
	const char *settings;       /* as JSON, without secrets */
	const char *const *secrets; /* their names */
	size_t n_secrets;
	int64_t interval_s; /* 0: only when it is asked for */
	int misses;         /* 0: the usual number */
	timestamp next_run_at, created_at;
	const char *holder; /* the collector that works on it; "": none */

	struct source_run run; /* the last one; run_id 0: there was none */
	/* Scopes: all, proved by the last run that met them, blind (source_scope_is_blind()). */
	int64_t n_scopes, n_proved, n_blind;
};

/* What an operator wants of a source. */
struct source_wish {
	const char *name, *connector;
	const struct source_pair
	        *settings; /* all of them, without secrets; each key once */
	size_t n_settings;
	int64_t interval_s;
	int misses;

	const struct secret_text *secrets; /* those that are new */
	size_t n_secrets;
	const char *const *forgotten; /* names of secrets that it has no longer */
	size_t n_forgotten;
	const struct master_key *key; /* NULL: there is no new secret */
};

/* The number of a source, as ingest makes it too. */
int64_t source_id_of(const struct org *org, const char *name, const char *connector);

/* By name; name NULL: all. */
int source_rows(struct pg *pg, const struct org *org, const char *name, timestamp now,
                struct arena *a, struct live_row **out, size_t *n_out,
                struct error *err) MUST_CHECK;
/* ERR_NOT_FOUND. */
int source_row_find(struct pg *pg, const struct org *org, const char *name, timestamp now,
                    struct arena *a, struct live_row *out, struct error *err) MUST_CHECK;

/* ERR_CONFLICT: there is a source of this name, or another key seals the secrets. */
int source_add(struct pg *pg, const struct org *org, const struct source_wish *wish,
               timestamp now, struct error *err) MUST_CHECK;
/* row as it was read.  ERR_CONFLICT also when somebody else changed it meanwhile. */
int source_change(struct pg *pg, const struct org *org, const struct live_row *row,
                  const struct source_wish *wish, timestamp now,
                  struct error *err) MUST_CHECK;

int source_enable(struct pg *pg, const struct org *org, int64_t source_id, bool enabled,
                  timestamp now, struct error *err) MUST_CHECK;
/* Deletes secrets and settings; what it found stays. */
int source_remove(struct pg *pg, const struct org *org, int64_t source_id,
                  int64_t *n_secrets_out, struct error *err) MUST_CHECK;

#endif
