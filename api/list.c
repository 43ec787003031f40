/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lists and facets have in common.
 */
#include "list.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/finding.h"

#include "build_version.h"
#include "respond.h"
#include "risk_feed.h"

bool list_read(struct request *req, unsigned int parameters, unsigned int responsibilities,
               struct list_query *out)
{
	struct parameter_fault fault;

	if (list_query_read(req->query, parameters, responsibilities, req->arena, out,
	                    &fault))
		return true;
	respond_bad_parameter(req, fault.parameter, fault.detail);
	return false;
}

bool list_is_scoped(const struct request *req)
{
	return !access_allows_everywhere(req->access, PERMISSION_READ);
}

struct read_scope list_read_scope(struct request *req)
{
	const struct access *access = req->access;
	struct read_scope out = {.accounts = NULL};
	const char **accounts, **owners;

	if (!list_is_scoped(req))
		return out;
	accounts = ARENA_ARRAY(req->arena, const char *, access->n_grants + 1);
	owners = ARENA_ARRAY(req->arena, const char *, access->n_grants + 1);
	for (size_t i = 0; i < access->n_grants; i++) {
		const struct access_grant *grant = &access->grants[i];

		if (!(grant->permissions & PERMISSION_READ))
			continue;
		switch (grant->kind) {
		case ACCESS_ACCOUNT:
			accounts[out.n_accounts++] = grant->value;
			break;
		case ACCESS_OWNER:
			owners[out.n_owners++] = grant->value;
			break;
		}
	}
	out.accounts = accounts;
	out.owners = owners;
	return out;
}

static void scope_filter(struct request *req, struct index_filter *out)
{
	const struct read_scope scope = list_read_scope(req);

	out->is_scoped = true;
	out->scope_accounts = scope.accounts;
	out->n_scope_accounts = scope.n_accounts;
	out->scope_owners = scope.owners;
	out->n_scope_owners = scope.n_owners;
}

void list_filter(struct request *req, const struct list_query *q,
                 const char *canonical_asset, struct index_filter *out)
{
	const char **assets = ARENA_ARRAY(req->arena, const char *, 2);

	index_filter_init(out);
	out->bands = q->bands;
	out->states = q->states;
	if (!q->has_states)
		out->states =
		        1u << RISK_OPEN | 1u << RISK_IN_PROGRESS | 1u << RISK_CONTESTED;
	out->providers = q->providers;
	out->classes = q->classes;
	out->responsibilities = q->responsibilities;
	out->layers = q->layers; /* bit 0 is the unknown one there too */
	out->min_score = q->min_score;
	out->max_score = q->max_score;
	out->account = q->account;
	out->region = q->region;
	out->owner = q->owner;
	out->source = q->source;
	out->subject = q->subject;
	out->text = q->text;
	out->due_before = q->due_before;
	out->assets = assets;
	if (q->asset)
		assets[out->n_assets++] = q->asset;
	if (canonical_asset)
		assets[out->n_assets++] = canonical_asset;
	if (list_is_scoped(req))
		scope_filter(req, out);
}

/* Who sees a part only: which. */
static const char *scope_text(struct request *req)
{
	const struct access *access = req->access;
	struct strbuf b = {0};
	const char *out;

	for (size_t i = 0; i < access->n_grants; i++)
		if (access->grants[i].permissions & PERMISSION_READ)
			strbuf_printf(&b, "%d%s\n", (int)access->grants[i].kind,
			              access->grants[i].value);
	out = arena_strdup(req->arena, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

const char *list_etag(struct request *req, const struct org_state *state,
                      const struct list_query *q)
{
	const struct queue_state *s = &state->queue;
	char numbers[96];
	/* A scoped principal sees its own part; its rights may change. */
	const char *who = list_is_scoped(req) ? scope_text(req) : "";
	const char *const texts[] = {ISOBAR_VERSION,
	                             req->path,
	                             q->shape,
	                             numbers,
	                             q->cursor ? q->cursor : "",
	                             who};
	char text[KEY_TEXT_MAX];

	snprintf(numbers, sizeof(numbers), "%" PRId64 ".%" PRId64 ".%" PRId64 ".%d",
	         s->epoch, s->version, s->crossing, q->limit);

	const struct key key = key_of_texts("list-etag/1", req->org.id, texts, 6);

	return arena_strdup(req->arena, key_text(&key, text));
}

bool list_asset_is_unknown(struct request *req, const struct list_query *q)
{
	return q->asset && !queue_index_names_asset(
	                           risk_feeds_index(req->app->feeds, &req->org), q->asset);
}

void list_find_asset(struct request *req, const char *asset, request_result_fn *then)
{
	struct pg_params p = {.arena = req->arena};
	const struct key id = asset_key_of(&req->org, asset);

	pg_bind_int(&p, req->org.id);
	pg_bind_key(&p, &id);
	request_query(req, STMT_ASSET_NAMED, &p, false, then);
}

const char *list_asset_found(struct request *req, const PGresult *result)
{
	return PQntuples(result) > 0
	               ? arena_strdup(req->arena, pg_get_text(result, 0, "id"))
	               : NULL;
}
