/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets of sources between the database, where they are sealed, and who uses them.
 * What is in clear is overwritten when it is no longer needed, but for what a collector
 * asks for, which lives in its arena.
 */
#include "store/source_secrets.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "store/pg_encode.h"

/* --- sealing --- */

/* Sealed into b; the place of one that is stored, or will be. */
static int seal(const struct master_key *key, const struct secret_place *place,
                const void *text, size_t size, struct strbuf *b, struct error *err)
{
	uint8_t random[SEALED_RANDOM_SIZE];

	strbuf_reset(b);
	if (getentropy(random, sizeof(random)) != 0)
		return error_set(err, ERR_INTERNAL, "the system gives no random bytes: %s",
		                 strerror(errno));
	char *out = strbuf_reserve(b, size + SEALED_OVERHEAD);
	const int rc = secret_seal(key, place, text, size, random, (uint8_t *)out, err);

	explicit_bzero(random, sizeof(random));
	if (rc == 0)
		b->size = size + SEALED_OVERHEAD;
	return rc;
}

int source_secrets_other_key(struct pg *pg, const char *key_name, struct arena *a,
                             const char **out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_text(&p, key_name);
	if ((rc = pg_run(pg, STMT_LIVE_SECRET_KEYS, &p, &result, err)) < 0)
		return rc;
	*out = PQntuples(result) ? arena_strdup(a, pg_get_text(result, 0, "key_name")) : "";
	return 0;
}

/* Once the new ones stand: who lost the key can give all secrets again. */
static int check_one_key(struct pg *pg, const struct master_key *key, struct arena *a,
                         struct error *err)
{
	const char *other;
	int rc;

	if ((rc = source_secrets_other_key(pg, key->name, a, &other, err)) < 0 || !*other)
		return rc;
	return error_set(err, ERR_CONFLICT,
	                 "the key %s seals other secrets of this database, and the key "
	                 "file holds %s: name the file of the former in ISOBAR_KEY_FILE",
	                 other, key->name);
}

int source_secrets_put(struct pg *pg, const struct org *org, int64_t source_id,
                       const struct secret_text *secrets, size_t n,
                       const struct master_key *key, timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	struct strbuf keys = {0}, sealed = {0}, one = {0};
	int rc = 0;

	pg_put_array_head(&keys, PG_OID_TEXT, n);
	pg_put_array_head(&sealed, PG_OID_BYTEA, n);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct secret_place place = {org->id, source_id, secrets[i].key};

		rc = seal(key, &place, secrets[i].text, secrets[i].size, &one, err);
		if (rc < 0)
			break;
		pg_put_text(&keys, secrets[i].key);
		pg_put_bytes(&sealed, one.data, one.size);
	}
	if (rc == 0) {
		pg_bind_int(&p, org->id);
		pg_bind_int(&p, source_id);
		pg_bind_binary(&p, keys.data, keys.size);
		pg_bind_binary(&p, sealed.data, sealed.size);
		pg_bind_text(&p, key->name);
		pg_bind_timestamp(&p, now);
		rc = pg_run(pg, STMT_LIVE_SECRET_PUT, &p, NULL, err);
	}
	if (rc == 0)
		rc = check_one_key(pg, key, a, err);
	strbuf_done(&keys);
	strbuf_done(&sealed);
	strbuf_done(&one);
	return rc;
}

int source_secrets_forget(struct pg *pg, const struct org *org, int64_t source_id,
                          const char *const *keys, size_t n, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	struct strbuf list = {0};

	pg_put_array_head(&list, PG_OID_TEXT, n);
	for (size_t i = 0; i < n; i++)
		pg_put_text(&list, keys[i]);
	pg_bind_int(&p, org->id);
	pg_bind_int(&p, source_id);
	pg_bind_binary(&p, list.data, list.size);
	const int rc = pg_run(pg, STMT_LIVE_SECRET_FORGET, &p, NULL, err);

	strbuf_done(&list);
	return rc;
}

/* --- opening --- */

struct opened {
	char *text; /* NUL-terminated */
	size_t size;
};

/* Of a row with key, sealed and key_name. */
static int open_row(const PGresult *result, int row, const struct secret_place *place,
                    const struct master_key *key, struct arena *a, struct opened *out,
                    struct error *err)
{
	const char *text = pg_get_text(result, row, "sealed");
	size_t size = 0;
	unsigned char *sealed = PQunescapeBytea((const unsigned char *)text, &size);
	int rc;

	if (!sealed)
		return error_set(err, ERR_INTERNAL, "a sealed secret cannot be decoded");
	out->text = arena_alloc(a, size + 1);
	out->size = size < SEALED_OVERHEAD ? 0 : size - SEALED_OVERHEAD;
	rc = secret_open(key, place, sealed, size, out->text, err);
	PQfreemem(sealed);
	return rc == 0 ? 0
	               : error_set(
	                         err, ERR_DENIED,
	                         "the secret %.60s of the source cannot be opened: it was "
	                         "changed or belongs elsewhere; give it again with "
	                         "isobar source set --secret",
	                         place->key);
}

/* --- another key --- */

/* Columns of live_secret_reseal. */
struct resealed {
	struct strbuf orgs, sources, keys, sealed;
	int64_t n;
};

/* The heads name how many rows there are. */
static void resealed_init(struct resealed *r, size_t n)
{
	*r = (struct resealed){.n = (int64_t)n};
	pg_put_array_head(&r->orgs, PG_OID_INT8, n);
	pg_put_array_head(&r->sources, PG_OID_INT8, n);
	pg_put_array_head(&r->keys, PG_OID_TEXT, n);
	pg_put_array_head(&r->sealed, PG_OID_BYTEA, n);
}

static void resealed_done(struct resealed *r)
{
	strbuf_done(&r->orgs);
	strbuf_done(&r->sources);
	strbuf_done(&r->keys);
	strbuf_done(&r->sealed);
}

static int reseal_row(const PGresult *result, int row, const struct master_key *former,
                      const struct master_key *next, struct resealed *r, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	const struct secret_place place = {pg_get_int(result, row, "org_id"),
	                                   pg_get_int(result, row, "source_id"),
	                                   pg_get_text(result, row, "key")};
	struct strbuf one = {0};
	struct opened clear;
	int rc;

	if ((rc = open_row(result, row, &place, former, a, &clear, err)) < 0)
		return rc;
	rc = seal(next, &place, clear.text, clear.size, &one, err);
	explicit_bzero(clear.text, clear.size);
	pg_put_int8(&r->orgs, place.org_id);
	pg_put_int8(&r->sources, place.source_id);
	pg_put_text(&r->keys, place.key);
	pg_put_bytes(&r->sealed, one.data, one.size);
	strbuf_done(&one);
	return rc;
}

/* Those that next seals already stay: a rekey that is repeated does no harm. */
static int reseal_rows(const PGresult *result, const struct master_key *former,
                       const struct master_key *next, struct resealed *r, struct error *err)
{
	const int n = PQntuples(result);
	size_t n_former = 0;
	int rc = 0;

	for (int i = 0; i < n; i++) {
		const char *name = pg_get_text(result, i, "key_name");

		if (strcmp(name, former->name) == 0)
			n_former++;
		else if (strcmp(name, next->name) != 0)
			return error_set(
			        err, ERR_DENIED,
			        "the key %s seals a secret, and the key file holds "
			        "%s: name the file of the former in "
			        "ISOBAR_KEY_FILE",
			        name, former->name);
	}
	resealed_init(r, n_former);
	for (int i = 0; rc == 0 && i < n; i++)
		if (strcmp(pg_get_text(result, i, "key_name"), former->name) == 0)
			rc = reseal_row(result, i, former, next, r, err);
	return rc;
}

static int reseal_all(struct pg *pg, const struct master_key *former,
                      const struct master_key *next, timestamp now, int64_t *n_out,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct resealed r = {0};
	int rc;

	if ((rc = pg_run(pg, STMT_LIVE_SECRET_ALL, NULL, &result, err)) < 0)
		return rc;
	rc = reseal_rows(result, former, next, &r, err);
	*n_out = r.n;
	if (rc == 0 && r.n) {
		pg_bind_binary(&p, r.orgs.data, r.orgs.size);
		pg_bind_binary(&p, r.sources.data, r.sources.size);
		pg_bind_binary(&p, r.keys.data, r.keys.size);
		pg_bind_binary(&p, r.sealed.data, r.sealed.size);
		pg_bind_text(&p, next->name);
		pg_bind_timestamp(&p, now);
		rc = pg_run(pg, STMT_LIVE_SECRET_RESEAL, &p, NULL, err);
	}
	resealed_done(&r);
	return rc;
}

int source_secrets_rekey(struct pg *pg, const struct master_key *former,
                         const struct master_key *next, timestamp now, int64_t *n_out,
                         struct error *err)
{
	int rc;

	if (strcmp(former->name, next->name) == 0)
		return error_set(err, ERR_CONFLICT, "the new key file holds the same key");
	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	rc = reseal_all(pg, former, next, now, n_out, err);
	if (rc == 0)
		rc = pg_commit(pg, err);
	if (rc < 0)
		pg_rollback(pg);
	return rc;
}

/* --- for the collector --- */

int enabled_sources(struct pg *pg, struct arena *a, struct enabled_source **out,
                    size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = pg_run(pg, STMT_LIVE_ENABLED, NULL, &result, err);

	if (rc < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct enabled_source, *n_out + 1);
	for (int i = 0; i < (int)*n_out; i++)
		(*out)[i] = (struct enabled_source){
		        .org = {.id = pg_get_int(result, i, "org_id"),
		                .slug = arena_strdup(a,
		                                     pg_get_text(result, i, "org_name"))},
		        .source_id = pg_get_int(result, i, "source_id"),
		        .name = arena_strdup(a, pg_get_text(result, i, "name")),
		        .connector = arena_strdup(a, pg_get_text(result, i, "connector")),
		        .interval_s = pg_get_int(result, i, "interval_s"),
		        .misses = (int)pg_get_int(result, i, "misses"),
		        .next_run_at = pg_get_timestamp(result, i, "next_run_at"),
		};
	return 0;
}

static int run_of_source(struct pg *pg, enum statement stmt, const struct org *org,
                         int64_t source_id, struct arena *a, PGresult **out,
                         struct error *err)
{
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, source_id);
	return pg_run(pg, stmt, &p, out, err);
}

static size_t put_pairs(const PGresult *result, struct arena *a, struct source_pair *out)
{
	const int n = PQntuples(result);

	for (int i = 0; i < n; i++)
		out[i] = (struct source_pair){
		        .key = arena_strdup(a, pg_get_text(result, i, "key")),
		        .value = arena_strdup(a, pg_get_text(result, i, "value"))};
	return (size_t)n;
}

int source_pairs(struct pg *pg, const struct org *org, int64_t source_id, struct arena *a,
                 struct source_pair **out, size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc =
	        run_of_source(pg, STMT_LIVE_SOURCE_PAIRS, org, source_id, a, &result, err);

	if (rc < 0)
		return rc;
	*out = ARENA_ARRAY(a, struct source_pair, (size_t)PQntuples(result) + 1);
	*n_out = put_pairs(result, a, *out);
	return 0;
}

static int check_key(const PGresult *result, int row, const struct master_key *key,
                     struct error *err)
{
	const char *wanted = pg_get_text(result, row, "key_name");

	if (key && strcmp(key->name, wanted) == 0)
		return 0;
	return error_set(err, ERR_DENIED,
	                 "the key %s seals the secret %.60s of the source, and %s%s: name "
	                 "the right key file in ISOBAR_KEY_FILE",
	                 wanted, pg_get_text(result, row, "key"),
	                 key ? "the key file holds " : "there is no key file",
	                 key ? key->name : "");
}

int source_values(struct pg *pg, const struct org *org, int64_t source_id,
                  const struct master_key *key, struct arena *a, struct source_pair **out,
                  size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *pairs = NULL;
	CLEANUP(pg_clearp) PGresult *secrets = NULL;
	int rc;

	if ((rc = run_of_source(pg, STMT_LIVE_SOURCE_PAIRS, org, source_id, a, &pairs,
	                        err)) < 0 ||
	    (rc = run_of_source(pg, STMT_LIVE_SECRET_LIST, org, source_id, a, &secrets,
	                        err)) < 0)
		return rc;
	const int n_secrets = PQntuples(secrets);

	*out = ARENA_ARRAY(a, struct source_pair,
	                   (size_t)PQntuples(pairs) + (size_t)n_secrets + 1);
	*n_out = put_pairs(pairs, a, *out);
	for (int i = 0; i < n_secrets; i++) {
		const struct secret_place place = {
		        org->id, source_id,
		        arena_strdup(a, pg_get_text(secrets, i, "key"))};
		struct opened clear;

		if ((rc = check_key(secrets, i, key, err)) < 0 ||
		    (rc = open_row(secrets, i, &place, key, a, &clear, err)) < 0)
			return rc;
		(*out)[(*n_out)++] = (struct source_pair){place.key, clear.text};
	}
	return 0;
}
