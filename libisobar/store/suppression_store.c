/* SPDX-License-Identifier: Apache-2.0 */
#include "store/suppression_store.h"

#include <string.h>

#include "base/json_view.h"
#include "model/json_write.h"
#include "store/asset_tags.h"
#include "store/risk_marks.h"

#define PAGE      500
#define MOST_READ 20000      /* risks that are looked at for a count */
#define MORE_MAX  (4u << 20) /* tags, frameworks and findings of a risk */

static int64_t rule_id_of(const struct org *org, const char *name)
{
	const struct key key = key_of_texts("suppression_rule/1", org->id, &name, 1);

	return key_number(&key);
}

static const char *text_of(const PGresult *result, int row, const char *field,
                           struct arena *a)
{
	return arena_strdup(a, pg_get_text(result, row, field));
}

/* False: its selector cannot be read any more; it selects nothing then. */
static bool rule_read(const PGresult *result, int row, struct arena *a,
                      struct suppression *out)
{
	struct error err;

	*out = (struct suppression){
	        .rule_id = pg_get_int(result, row, "rule_id"),
	        .name = text_of(result, row, "name", a),
	        .reason = text_of(result, row, "reason", a),
	        .actor = text_of(result, row, "actor", a),
	        .log_only = pg_get_int(result, row, "mode") == 0,
	        .starts_at = pg_get_timestamp(result, row, "starts_at"),
	        .ends_at = pg_get_timestamp(result, row, "ends_at"),
	};
	return selector_parse(pg_get_text(result, row, "filter"), SELECTS_FINDINGS, a,
	                      &out->selector, &err) == 0;
}

/* --- reading --- */

void suppression_list_bind(const struct org *org, const char *after, int limit,
                           const char *name, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_text(p, after);
	if (limit)
		pg_bind_int(p, limit);
	else
		pg_bind_text(p, NULL);
	pg_bind_text(p, name);
}

struct suppression_row suppression_row_read(const PGresult *result, int row,
                                            struct arena *a)
{
	struct suppression_row out = {
	        .filter = text_of(result, row, "filter", a),
	        .valid_from = pg_get_timestamp(result, row, "valid_from"),
	};

	if (!rule_read(result, row, a, &out.rule))
		out.rule.selector = (struct selector){.n_tags = 0};
	return out;
}

static int list(struct pg *pg, const struct pg_params *p, struct arena *a,
                struct suppression_row **out, size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = pg_run(pg, STMT_SUPPRESSION_LIST, p, &result, err);

	if (rc < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct suppression_row, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i] = suppression_row_read(result, (int)i, a);
	return 0;
}

int suppression_list(struct pg *pg, const struct org *org, const char *after, int limit,
                     struct arena *a, struct suppression_row **out, size_t *n_out,
                     struct error *err)
{
	struct pg_params p = {.arena = a};

	suppression_list_bind(org, after, limit, NULL, &p);
	return list(pg, &p, a, out, n_out, err);
}

/* --- writing --- */

static int written(const PGresult *result, const char *name, struct error *err)
{
	if (pg_get_bool(result, 0, "written"))
		return 0;
	return error_set(err, ERR_CONFLICT, "somebody else writes \"%.100s\" just now",
	                 name);
}

/* It mutes, or has done so and not everything may have been scored since it ended. */
static bool mutes(const struct suppression *rule, timestamp now)
{
	return !rule->log_only && rule->starts_at <= now;
}

void suppression_put_bind(const struct org *org, const struct suppression *rule,
                          const struct suppression_row *former, timestamp now,
                          struct pg_params *p)
{
	const char *filter = selector_text(&rule->selector, p->arena);
	const bool muted = former && mutes(&former->rule, now);
	const bool moved = muted && strcmp(former->filter, filter) != 0;

	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_text(p, rule->actor);
	pg_bind_int(p, rule_id_of(org, rule->name));
	pg_bind_text(p, rule->name);
	pg_bind_text(p, filter);
	pg_bind_int(p, !rule->log_only);
	pg_bind_timestamp(p, rule->starts_at);
	pg_bind_timestamp(p, rule->ends_at);
	pg_bind_text(p, rule->reason);
	pg_bind_timestamp(p, suppression_mark_at(rule, now));
	pg_bind_timestamp(p, former ? former->valid_from : TIMESTAMP_NONE);
	pg_bind_bool(p, muted || mutes(rule, now));
	/* Of two selectors neither narrows for the other. */
	risk_narrow_bind(moved ? NULL : &rule->selector, NULL, p);
}

static int former_load(struct pg *pg, const struct org *org, const char *name,
                       struct arena *a, struct suppression_row **out, struct error *err)
{
	struct pg_params p = {.arena = a};
	size_t n;
	int rc;

	suppression_list_bind(org, NULL, 1, name, &p);
	if ((rc = list(pg, &p, a, out, &n, err)) == 0 && !n)
		*out = NULL;
	return rc;
}

int suppression_put(struct pg *pg, const struct org *org, const struct suppression *rule,
                    timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct suppression_row *former;
	int rc;

	if ((rc = former_load(pg, org, rule->name, a, &former, err)) < 0)
		return rc;
	suppression_put_bind(org, rule, former, now, &p);
	if ((rc = pg_run(pg, STMT_SUPPRESSION_PUT, &p, &result, err)) < 0)
		return rc;
	return written(result, rule->name, err);
}

void suppression_remove_bind(const struct org *org, const struct suppression_row *row,
                             timestamp now, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_int(p, row->rule.rule_id);
	pg_bind_timestamp(p, row->valid_from);
	pg_bind_bool(p, mutes(&row->rule, now));
	risk_narrow_bind(&row->rule.selector, NULL, p);
}

int suppression_remove(struct pg *pg, const struct org *org, const char *name,
                       timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct suppression_row *row;
	int rc;

	if ((rc = former_load(pg, org, name, a, &row, err)) < 0)
		return rc;
	if (!row)
		return error_set(err, ERR_NOT_FOUND,
		                 "there is no suppression rule \"%.100s\"", name);
	suppression_remove_bind(org, row, now, &p);
	if ((rc = pg_run(pg, STMT_SUPPRESSION_REMOVE, &p, &result, err)) < 0)
		return rc;
	return written(result, name, err);
}

void suppression_row_put(struct strbuf *b, const struct suppression_row *r, timestamp now)
{
	json_write_text(b, "name", r->rule.name);
	json_write_text(b, "where", r->filter);
	json_write_bool(b, "log_only", r->rule.log_only);
	json_write_bool(b, "holds", suppression_holds(&r->rule, now));
	json_write_time(b, "starts_at", r->rule.starts_at);
	json_write_time(b, "ends_at", r->rule.ends_at);
	json_write_text(b, "reason", r->rule.reason);
	json_write_text(b, "actor", r->rule.actor);
	json_write_time(b, "since", r->valid_from);
}

/* --- counting --- */

struct counter {
	struct pg *pg;
	const struct org *org;
	const struct suppression *rule;
	struct json_doc *doc;
	struct arena *arena; /* of one page */
	struct key after;
	bool has_after;
	int64_t n;
};

static size_t frameworks_read(struct json_view more, struct arena *a, const char ***out)
{
	struct json_items it;
	struct error err;
	size_t n = 0;

	*out = NULL;
	if (json_view_get_items(more, "/frameworks", &it, &err) < 0)
		return 0;
	*out = ARENA_ARRAY(a, const char *, it.n + 1);
	while (json_items_next(&it)) {
		const char *name;

		if (json_view_text(it.value, &name))
			(*out)[n++] = name;
	}
	return n;
}

static struct risk_view view_read(const PGresult *result, int row, struct json_view more,
                                  struct arena *a)
{
	const int64_t layer = pg_get_int(result, row, "layer");
	struct risk_view v = {
	        .band = (enum band)pg_get_int(result, row, "band"),
	        .provider = (enum provider)pg_get_int(result, row, "provider"),
	        .environment = (int)pg_get_int(result, row, "environment"),
	        .account = pg_get_text(result, row, "account"),
	        .region = pg_get_text(result, row, "region"),
	        .type = pg_get_text(result, row, "type"),
	        .name = pg_get_text(result, row, "name"),
	        .id = pg_get_text(result, row, "id"),
	        .owner = pg_is_null(result, row, "owner")
	                         ? NULL
	                         : pg_get_text(result, row, "owner"),
	        .subject = pg_get_text(result, row, "subject"),
	        .location = pg_get_text(result, row, "location"),
	        .class = (enum finding_class)pg_get_int(result, row, "class"),
	        .responsibility = (enum verdict)pg_get_int(result, row, "responsibility"),
	        .layer = layer >= 0 && layer < N_LAYERS ? (int)layer : -1,
	};
	struct asset_tag *tags;
	const char **frameworks;

	v.n_tags = asset_tags_of(json_view_at(more, "/tags"), a, &tags);
	v.tags = tags;
	v.n_frameworks = frameworks_read(more, a, &frameworks);
	v.frameworks = frameworks;
	return v;
}

/* Some finding lives, and all that do are muted. */
static bool is_muted(const struct counter *c, const struct risk_view *view,
                     struct json_view more)
{
	struct json_items it;
	struct error err;

	if (json_view_get_items(more, "/findings", &it, &err) < 0 || it.n == 0)
		return false;
	while (json_items_next(&it))
		if (!selector_matches(&c->rule->selector, view,
		                      json_view_text_or(it.value, "/0", ""),
		                      json_view_text_or(it.value, "/1", "")))
			return false;
	return true;
}

/* *n_out: risks of the page. */
static int count_page(struct counter *c, int *n_out, struct error *err)
{
	struct pg_params p = {.arena = c->arena};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, c->org->id);
	if (c->has_after)
		pg_bind_key(&p, &c->after);
	else
		pg_bind_text(&p, NULL);
	pg_bind_int(&p, PAGE);
	risk_narrow_bind(&c->rule->selector, NULL, &p);
	if ((rc = pg_run(c->pg, STMT_SUPPRESSION_RISKS, &p, &result, err)) < 0)
		return rc;
	*n_out = PQntuples(result);
	for (int i = 0; i < *n_out; i++) {
		const char *text = pg_get_text(result, i, "more");
		struct json_view more;
		struct error bad;

		if (json_doc_parse(c->doc, text, strlen(text), &more, &bad) < 0)
			continue;
		const struct risk_view view = view_read(result, i, more, c->arena);

		c->n += is_muted(c, &view, more);
	}
	if (*n_out) {
		c->after = pg_get_key(result, *n_out - 1, "risk_id");
		c->has_after = true;
	}
	return 0;
}

int suppression_count(struct pg *pg, const struct org *org, const struct suppression *rule,
                      int64_t *n_out, bool *more_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 14);
	struct counter c = {.pg = pg,
	                    .org = org,
	                    .rule = rule,
	                    .doc = json_doc_new(MORE_MAX, 8),
	                    .arena = a};
	int n = PAGE, rc = 0;

	for (int read = 0; rc == 0 && n == PAGE && read < MOST_READ; read += n) {
		rc = count_page(&c, &n, err);
		arena_reset(a);
	}
	json_doc_free(c.doc);
	*n_out = c.n;
	*more_out = n == PAGE;
	return rc;
}

/* --- for scoring --- */

int suppression_rules_load(struct pg *pg, const struct org *org, timestamp now,
                           struct arena *a, struct suppression_rules *out,
                           struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	*out = (struct suppression_rules){0};
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_SUPPRESSION_RULES, &p, &result, err)) < 0)
		return rc;
	out->rows = ARENA_ARRAY(a, struct suppression, (size_t)PQntuples(result) + 1);
	for (int i = 0; i < PQntuples(result); i++)
		out->n += rule_read(result, i, a, &out->rows[out->n]);
	return 0;
}
