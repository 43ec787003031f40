/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SOURCE_SECRETS_H
#define ISOBAR_SOURCE_SECRETS_H

#include "model/org.h"
#include "model/sealed_secret.h"
#include "store/pg.h"

/*
 * Secrets of live sources, sealed at rest, and what a collector needs of a source.  One
 * master key seals the secrets of all orgs of a database.  pg is open for
 * PG_GROUP_SOURCE: as isobar_operator to write, as that or isobar_collector to read.
 */
struct source_pair {
	const char *key, *value;
};

/* A secret in clear. */
struct secret_text {
	const char *key;
	const void *text;
	size_t size;
};

/* ERR_CONFLICT: others are stored that another key seals.  Within a transaction. */
int source_secrets_put(struct pg *pg, const struct org *org, int64_t source_id,
                       const struct secret_text *secrets, size_t n,
                       const struct master_key *key, timestamp now,
                       struct error *err) MUST_CHECK;
int source_secrets_forget(struct pg *pg, const struct org *org, int64_t source_id,
                          const char *const *keys, size_t n, struct error *err) MUST_CHECK;

/* The name of a key other than this one ("": any) that seals secrets here; "": none does. */
int source_secrets_other_key(struct pg *pg, const char *key_name, struct arena *a,
                             const char **out, struct error *err) MUST_CHECK;

/* All secrets of all orgs under another key, or none; those it seals already stay. */
int source_secrets_rekey(struct pg *pg, const struct master_key *former,
                         const struct master_key *next, timestamp now, int64_t *n_out,
                         struct error *err) MUST_CHECK;

/* --- for the collector --- */

struct enabled_source {
	struct org org;
	int64_t source_id;
	const char *name, *connector;
	int64_t interval_s; /* 0: only when it is asked for */
	int misses;         /* 0: the usual number */
	timestamp next_run_at;
};

/* Live sources of all orgs that are not paused. */
int enabled_sources(struct pg *pg, struct arena *a, struct enabled_source **out,
                    size_t *n_out, struct error *err) MUST_CHECK;

/* The settings of a source alone, by key. */
int source_pairs(struct pg *pg, const struct org *org, int64_t source_id, struct arena *a,
                 struct source_pair **out, size_t *n_out, struct error *err) MUST_CHECK;

/*
 * The settings of a source and its secrets, opened into the arena.  key NULL: there is
 * none.  ERR_DENIED: a secret is sealed by another key, or does not open; the text names
 * the keys and what to do, and nothing of the secret.
 */
int source_values(struct pg *pg, const struct org *org, int64_t source_id,
                  const struct master_key *key, struct arena *a, struct source_pair **out,
                  size_t *n_out, struct error *err) MUST_CHECK;

#endif
