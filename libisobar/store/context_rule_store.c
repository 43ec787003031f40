/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds assets against rules: assets are read by pages, matched here, and their claims
 * merged at once.
 */
#include "store/context_rule_store.h"

#include <string.h>

#include "base/json_view.h"
#include "base/strbuf.h"
#include "model/json_write.h"
#include "model/resource.h"
#include "store/asset_tags.h"
#include "store/context_store.h"
#include "store/embedded.h"
#include "store/ingest_copy.h"
#include "store/pg_binary.h"
#include "store/pg_encode.h"

#define CATALOG_RULES "context_rules.ini"
#define CLAIMS_MAX    (1u << 20) /* bytes of claims after which they are sent */
#define RULE_LOCK     INT64_C(0x69736f72756c6500) /* "isorule", plus the org */

int context_rules_read(struct pg *pg, const struct org *org, struct arena *a,
                       struct context_rules *out, bool *own, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct strbuf text = {0};
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_CONTEXT_RULE_LIST, &p, &result, err)) < 0)
		return rc;
	*own = PQntuples(result) > 0;
	if (!*own)
		return context_rules_parse(CATALOG_RULES, catalog_file_text(CATALOG_RULES),
		                           a, out, err);
	for (int i = 0; i < PQntuples(result); i++)
		strbuf_printf(&text, "[%s]\n%s\n", pg_get_text(result, i, "name"),
		              pg_get_text(result, i, "lines"));
	rc = context_rules_parse("context_rule", strbuf_text(&text), a, out, err);
	strbuf_done(&text);
	return rc;
}

/* --- applying --- */

struct matcher {
	struct pg *pg;
	const struct org *org;
	const struct context_rules *rules;
	struct json_doc *tags;
	struct arena *arena;  /* of one page */
	struct strbuf claims; /* encoded rows */
};

static void match_row(struct matcher *m, struct binary_row *row)
{
	struct asset_tag *tags = NULL;
	struct rule_claim claims[N_CONTEXT_FIELDS];
	const struct key asset_id = next_key(row);
	struct rule_view view = {.provider = provider_name((enum provider)next_int2(row))};

	view.account = next_value(row);
	view.region = next_value(row);
	view.type = next_value(row);
	view.name = next_value(row);
	view.id = next_value(row);
	view.n_tags = asset_tags_read(m->tags, next_value(row), m->arena, &tags);
	view.tags = tags;

	const size_t n = context_rules_apply(m->rules, &view, m->arena, claims);
	for (size_t k = 0; k < n; k++) {
		pg_put_raw16(&m->claims, 5);
		pg_put_key(&m->claims, &asset_id);
		pg_put_int2(&m->claims, claims[k].claim.field);
		pg_put_int2(&m->claims, claims[k].claim.level);
		pg_put_text(&m->claims,
		            arena_printf(m->arena, "rule:%s", claims[k].rule->name));
		pg_put_text(&m->claims, claims[k].claim.evidence);
	}
}

/* Asks for the page behind an asset. */
static int ask_page(struct matcher *m, const struct key *after, struct error *err)
{
	struct pg_params p = {.arena = m->arena};
	int rc;

	pg_bind_int(&p, m->org->id);
	pg_bind_key(&p, after);
	if ((rc = pg_send_binary(m->pg, STMT_RULE_ASSETS, &p, err)) < 0)
		return rc;
	return pg_send_end(m->pg, err);
}

static int copy_claims(struct matcher *m, struct error *err)
{
	const int rc =
	        m->claims.size
	                ? ingest_copy(m->pg, "copy rule_claim from stdin (format binary)",
	                              &m->claims, err)
	                : 0;

	strbuf_reset(&m->claims);
	return rc;
}

/* Looks at a page while the server reads the next one; false: it is empty, and the last. */
static int match_page(struct matcher *m, bool *more, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	if ((rc = pg_collect(m->pg, &rows, 1, err)) < 0)
		return rc;
	const int n = PQntuples(rows);

	*more = n > 0;
	if ((!*more || m->claims.size > CLAIMS_MAX) && (rc = copy_claims(m, err)) < 0)
		return rc;
	if (!*more)
		return 0;
	struct binary_row last = {rows, n - 1, 0};
	const struct key after = next_key(&last);

	if ((rc = ask_page(m, &after, err)) < 0)
		return rc;
	for (int i = 0; i < n; i++) {
		struct binary_row row = {rows, i, 0};

		match_row(m, &row);
	}
	arena_reset(m->arena);
	return 0;
}

/* *any_out: there were assets. */
static int match_all(struct matcher *m, bool *any_out, struct error *err)
{
	const struct key first = {{0}};
	bool more = true;
	int rc;

	*any_out = false;
	if ((rc = ask_page(m, &first, err)) < 0)
		return rc;
	while ((rc = match_page(m, &more, err)) == 0 && more)
		*any_out = true;
	return rc;
}

/* Plans of the session are for chunks; here whole tables may meet. */
static int plan_for_many(struct pg *pg, struct error *err)
{
	return pg_command(pg,
	                  "set local enable_hashjoin = on; set local enable_seqscan = on; "
	                  "set local enable_mergejoin = on; set local enable_material = on",
	                  err);
}

/* Of the assets in rule_asset. */
static int apply(struct pg *pg, const struct org *org, const struct context_rules *rules,
                 timestamp now, int64_t *n_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 16);
	struct matcher m = {
	        .pg = pg, .org = org, .rules = rules, .tags = asset_tags_doc(), .arena = a};
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	bool any;
	int rc = match_all(&m, &any, err);

	json_doc_free(m.tags);
	strbuf_done(&m.claims);
	*n_out = 0;
	if (rc < 0 || !any)
		return rc;
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_command(pg, "analyze rule_asset, rule_claim", err)) < 0 ||
	    (rc = pg_run(pg, STMT_RULE_CLAIM_MERGE, &p, &result, err)) < 0)
		return rc;
	*n_out = pg_get_int(result, 0, "n");
	return pg_command(pg, "truncate rule_asset, rule_claim", err);
}

int context_rules_touched(struct pg *pg, const struct org *org, timestamp since,
                          timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	struct pg_params p = {.arena = a};
	struct context_rules rules;
	int64_t n;
	bool own;
	int rc;

	if ((rc = context_rules_read(pg, org, a, &rules, &own, err)) < 0 ||
	    (rc = plan_for_many(pg, err)) < 0)
		return rc;
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, rules.beyond_tags ? since : TIMESTAMP_NONE);
	if ((rc = pg_run(pg, STMT_RULE_SCOPE_TOUCHED, &p, NULL, err)) < 0)
		return rc;
	return apply(pg, org, &rules, now, &n, err);
}

/* --- loading --- */

static void put_body(struct strbuf *bodies, const struct context_rule *rule,
                     struct arena *a)
{
	struct strbuf b = {0};
	struct rule_line line;

	json_write_open(&b, NULL, '{');
	for (size_t i = 0; context_rule_line(rule, i, a, &line); i++)
		json_write_text(&b, line.key, line.value);
	json_write_close(&b, '}');
	pg_put_text(bodies, strbuf_text(&b));
	strbuf_done(&b);
}

static int replace(struct pg *pg, const struct org *org, const struct context_rules *rules,
                   timestamp now, int64_t *n_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct strbuf names = {0}, bodies = {0};
	int rc;

	pg_put_array_head(&names, PG_OID_TEXT, rules->n);
	pg_put_array_head(&bodies, PG_OID_TEXT, rules->n);
	for (size_t i = 0; i < rules->n; i++) {
		pg_put_text(&names, rules->rules[i].name);
		put_body(&bodies, &rules->rules[i], a);
	}
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	pg_bind_binary(&p, names.data, names.size);
	pg_bind_binary(&p, bodies.data, bodies.size);
	rc = pg_run(pg, STMT_CONTEXT_RULE_REPLACE, &p, &result, err);
	if (rc == 0)
		*n_out = pg_get_int(result, 0, "n");
	strbuf_done(&names);
	strbuf_done(&bodies);
	return rc;
}

static int load(struct pg *pg, const struct org *org, const struct context_rules *rules,
                timestamp now, struct context_rules_result *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	struct pg_params p = {.arena = a}, lock = {.arena = a};
	struct context_rules all;
	bool own;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&lock, RULE_LOCK + org->id);
	if ((rc = plan_for_many(pg, err)) < 0 ||
	    (rc = pg_run(pg, STMT_INGEST_LOCK, &lock, NULL, err)) < 0 ||
	    (rc = replace(pg, org, rules, now, &out->n_rules, err)) < 0 ||
	    (rc = context_rules_read(pg, org, a, &all, &own, err)) < 0 ||
	    (rc = pg_run(pg, STMT_RULE_SCOPE_ALL, &p, NULL, err)) < 0 ||
	    (rc = apply(pg, org, &all, now, &out->n_claims, err)) < 0)
		return rc;
	return context_settle(pg, org, now, err);
}

int context_rules_load(struct pg *pg, const struct org *org,
                       const struct context_rules *rules, timestamp now,
                       struct context_rules_result *out, struct error *err)
{
	int rc;

	*out = (struct context_rules_result){0};
	if ((rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = load(pg, org, rules, now, out, err)) < 0 || (rc = pg_commit(pg, err)) < 0)
		pg_rollback(pg);
	return rc;
}
