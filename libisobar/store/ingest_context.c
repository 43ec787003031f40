/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sources say of the context of assets: claims, tags and edges.  What one command
 * states of an asset, in whatever records and order, replaces what the same source stated
 * before.  So the files' statements wait in temporary tables, which lose those of a file
 * that fails with its transaction, and are merged at the command's end.
 */
#include <string.h>

#include "store/context_rule_store.h"
#include "store/context_store.h"
#include "store/ingest_private.h"
#include "store/pg_encode.h"

void ingest_context_done(struct ingest_context *c)
{
	strbuf_done(&c->stated);
	strbuf_done(&c->claims);
	strbuf_done(&c->edges);
}

void ingest_context_reset(struct ingest_context *c)
{
	strbuf_reset(&c->stated);
	strbuf_reset(&c->claims);
	strbuf_reset(&c->edges);
	c->n_rows = 0;
}

static void put_claims(struct strbuf *b, const struct key *asset, int64_t source_id,
                       const struct ingest_statement *s)
{
	for (size_t i = 0; i < s->n_claims; i++) {
		const struct context_claim *claim = &s->claims[i];

		pg_put_raw16(b, 5);
		pg_put_key(b, asset);
		pg_put_int8(b, source_id);
		pg_put_int2(b, claim->field);
		pg_put_int2(b, claim->level);
		pg_put_text(b, claim->evidence);
	}
}

static int put_edge_assets(struct ingest *in, const struct ingest_statement *s,
                           struct error *err)
{
	for (size_t i = 0; i < s->n_edges; i++) {
		const int rc = ingest_asset(in, s->edges[i].other, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static void put_edges(struct strbuf *b, const struct org *org, const struct key *asset,
                      int64_t source_id, const struct ingest_statement *s)
{
	for (size_t i = 0; i < s->n_edges; i++) {
		const struct ingest_edge *edge = &s->edges[i];
		const struct key other = asset_key_of(org, edge->other->id);

		pg_put_raw16(b, 5);
		pg_put_key(b, edge->incoming ? &other : asset);
		pg_put_key(b, edge->incoming ? asset : &other);
		pg_put_int2(b, edge->kind);
		pg_put_int8(b, source_id);
		pg_put_key(b, asset);
	}
}

/* All that its row has. */
static uint64_t mix_resource(uint64_t h, const struct resource *r)
{
	h = ingest_mix_text(ingest_mix_text(h + (uint64_t)r->provider, r->id), r->account);
	return ingest_mix_text(ingest_mix_text(ingest_mix_text(h, r->region), r->type),
	                       r->name);
}

static uint64_t mix_claims(uint64_t h, const struct ingest_statement *s)
{
	for (size_t i = 0; i < s->n_claims; i++) {
		const struct context_claim *claim = &s->claims[i];

		h += (uint64_t)claim->field << 32 | (uint64_t)(claim->level + 1);
		h = ingest_mix_text(h, claim->evidence);
	}
	return h;
}

static uint64_t mix_edge(uint64_t h, const struct ingest_edge *edge)
{
	return h + ((uint64_t)edge->kind << 32 | (uint64_t)(edge->incoming + 1));
}

/* Of all that a statement says, and of its asset's row; not 0. */
static uint64_t digest_of(int64_t source_id, const struct ingest_statement *s)
{
	uint64_t h =
	        ingest_mix_text(mix_resource((uint64_t)source_id, s->resource), s->tags);

	h = mix_claims(h, s);
	for (size_t i = 0; i < s->n_edges; i++)
		h = mix_resource(mix_edge(h, &s->edges[i]), s->edges[i].other);
	return h | 1;
}

int32_t ingest_stated_digest(const struct ingest_statement *s)
{
	uint64_t h = ingest_mix_text(0, s->tags);

	h = mix_claims(h, s);
	for (size_t i = 0; i < s->n_edges; i++)
		h = ingest_mix_text(mix_edge(h, &s->edges[i]), s->edges[i].other->id);
	/* 4: so that it is not 0. */
	return (int32_t)(((uint32_t)(h >> 32) & ~7u) | 4u |
	                 (s->n_claims || s->n_edges ? 2u : 0) | (*s->tags ? 1u : 0));
}

int ingest_statement(struct ingest *in, const struct ingest_statement *s, struct error *err)
{
	const int64_t source_id = ingest_source_id(in, s->connector);
	struct ingest_context *c;
	int rc;

	/* Records of one resource say the same over and over. */
	if (ingest_cache_met(in->stated_cache, INGEST_STATED_CACHE,
	                     digest_of(source_id, s)))
		return 0;
	const struct key asset = asset_key_of(&in->options.org, s->resource->id);

	if ((rc = ingest_asset(in, s->resource, err)) < 0 ||
	    (rc = put_edge_assets(in, s, err)) < 0)
		return rc;
	c = &in->chunks[in->filling].context; /* a full chunk may just have been sent */
	pg_put_raw16(&c->stated, 5);
	pg_put_key(&c->stated, &asset);
	pg_put_int8(&c->stated, source_id);
	pg_put_text(&c->stated,
	            in->options.source_name ? in->options.source_name : s->connector);
	pg_put_text(&c->stated, s->tags);
	pg_put_int4(&c->stated, ingest_stated_digest(s));
	put_claims(&c->claims, &asset, source_id, s);
	put_edges(&c->edges, &in->options.org, &asset, source_id, s);
	c->n_rows += 1 + s->n_claims + s->n_edges;
	return 0;
}

static int run(struct ingest *in, enum statement stmt, struct error *err)
{
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, in->options.org.id);
	pg_bind_timestamp(&p, in->options.now);
	return pg_run(in->pg, stmt, &p, NULL, err);
}

/* What stands in asset.stated is read and written: one command of an org at a time. */
static int lock(struct ingest *in, struct error *err)
{
	const struct key key = key_of_texts("stated-lock/1", in->options.org.id, NULL, 0);
	ARENA_SCOPED a = arena_new(256);
	struct pg_params p = {.arena = a};

	pg_bind_int(&p, key_number(&key));
	return pg_run(in->pg, STMT_INGEST_LOCK, &p, NULL, err);
}

static int merge(struct ingest *in, struct error *err)
{
	int rc;

	if ((rc = lock(in, err)) < 0)
		return rc;
	/* As many rows as an inventory has: let the planner choose. */
	if ((rc = pg_command(
	             in->pg,
	             "set local enable_hashjoin = on; set local enable_seqscan = on; "
	             "set local enable_mergejoin = on; "
	             "set local enable_material = on; "
	             "analyze page_stated, page_claim, page_edge",
	             err)) < 0 ||
	    (rc = ingest_add_met(in, err)) < 0 ||
	    (rc = run(in, STMT_STATED_TAGS, err)) < 0 ||
	    (rc = run(in, STMT_CLAIM_MERGE, err)) < 0 ||
	    (rc = run(in, STMT_EDGE_MERGE, err)) < 0)
		return rc;
	return pg_command(
	        in->pg, "truncate page_stated, page_claim, page_edge, page_known, page_met",
	        err);
}

int ingest_finish_context(struct ingest *in, bool joined, struct error *err)
{
	const bool stated = in->statements_met || in->met_sent;
	int rc;

	if (!stated && !joined)
		return 0;
	if ((rc = pg_begin(in->pg, err)) < 0)
		return rc;
	if (stated)
		rc = merge(in, err);
	if (rc == 0)
		rc = context_rules_touched(in->pg, &in->options.org,
		                           joined ? in->options.now : TIMESTAMP_NONE,
		                           in->options.now, err);
	if (rc == 0)
		rc = context_settle(in->pg, &in->options.org, in->options.now, err);
	if (rc < 0 || (rc = pg_commit(in->pg, err)) < 0)
		pg_rollback(in->pg);
	else
		in->statements_met = in->met_sent = false;
	return rc;
}
