/* SPDX-License-Identifier: Apache-2.0 */
#include "store/owner_store.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/json_write.h"
#include "store/asset_tags.h"
#include "store/pg_encode.h"
#include "store/risk_marks.h"

#define TEXT_MAX_SIZE 300 /* of contact, email and escalation; bytes */

int64_t owner_id_of(const struct org *org, const char *name)
{
	const struct key key = key_of_texts("owner/1", org->id, &name, 1);

	return key_number(&key);
}

static int64_t rule_id_of(const struct org *org, const struct owner_rule_row *row)
{
	const char *const texts[] = {owner_level_name(row->level), row->pattern};
	const struct key key = key_of_texts("owner_rule/1", org->id, texts, 2);

	return key_number(&key);
}

/* --- arrays as parameters --- */

#define COLUMNS_MAX 6

/* Binary arrays of n elements each, in the order of the statement's parameters. */
struct columns {
	struct strbuf of[COLUMNS_MAX];
	size_t n;
};

static void columns_init(struct columns *c, const enum pg_oid *types, size_t n_types,
                         size_t n)
{
	*c = (struct columns){.n = n_types};
	for (size_t i = 0; i < n_types; i++)
		pg_put_array_head(&c->of[i], types[i], n);
}

static void columns_bind(const struct columns *c, struct pg_params *p)
{
	for (size_t i = 0; i < c->n; i++)
		pg_bind_binary(p, c->of[i].data, c->of[i].size);
}

static void columns_done(struct columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		strbuf_done(&c->of[i]);
}

/* --- owners --- */

static int check_text(const char *what, const char *text, size_t most, struct error *err)
{
	if (strlen(text) > most)
		return error_set(err, ERR_INVALID, "%s has more than %zu bytes", what,
		                 most);
	if (utf8_valid_size(text, strlen(text)) != strlen(text))
		return error_set(err, ERR_INVALID, "%s is no UTF-8", what);
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return error_set(err, ERR_INVALID, "%s holds a control character",
			                 what);
	return 0;
}

int owner_check(const struct owner_row *row, struct error *err)
{
	int rc;

	if (row->name[strspn(row->name, " ")] == '\0')
		return error_set(err, ERR_INVALID, "an owner wants a name");
	if (strcasecmp(row->name, OWNER_NOBODY) == 0)
		return error_set(err, ERR_INVALID,
		                 "no owner can be called \"%s\": filters mean nobody by it",
		                 OWNER_NOBODY);
	if (strpbrk(row->name, "|*?"))
		return error_set(err, ERR_INVALID,
		                 "an owner's name has no \"|\", \"*\" and \"?\": \"%.60s\"",
		                 row->name);
	if ((rc = check_text("the name", row->name, OWNER_NAME_MAX, err)) < 0 ||
	    (rc = check_text("the contact", row->contact, TEXT_MAX_SIZE, err)) < 0 ||
	    (rc = check_text("the email", row->email, TEXT_MAX_SIZE, err)) < 0)
		return rc;
	return check_text("the escalation", row->escalation, TEXT_MAX_SIZE, err);
}

void owners_put_bind(const struct org *org, const struct owner_row *rows, size_t n,
                     const char *actor, timestamp now, struct pg_params *p)
{
	static const enum pg_oid types[] = {PG_OID_INT8, PG_OID_TEXT, PG_OID_INT2,
	                                    PG_OID_TEXT, PG_OID_TEXT, PG_OID_TEXT};
	struct columns c;

	columns_init(&c, types, N_ELEMENTS(types), n);
	for (size_t i = 0; i < n; i++) {
		pg_put_int8(&c.of[0], owner_id_of(org, rows[i].name));
		pg_put_text(&c.of[1], rows[i].name);
		pg_put_int2(&c.of[2], (int)rows[i].kind);
		pg_put_text(&c.of[3], rows[i].contact);
		pg_put_text(&c.of[4], rows[i].email);
		pg_put_text(&c.of[5], rows[i].escalation);
	}
	pg_bind_int(p, org->id);
	pg_bind_timestamp(p, now);
	pg_bind_text(p, actor);
	for (size_t i = 0; i < c.n; i++) {
		void *data = arena_alloc(p->arena, c.of[i].size);

		memcpy(data, c.of[i].data, c.of[i].size);
		pg_bind_binary(p, data, c.of[i].size);
	}
	columns_done(&c);
}

int owners_put(struct pg *pg, const struct org *org, const struct owner_row *rows, size_t n,
               const char *actor, timestamp now, int64_t *n_changed, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	owners_put_bind(org, rows, n, actor, now, &p);
	if ((rc = pg_run(pg, STMT_OWNER_PUT, &p, &result, err)) == 0)
		*n_changed = pg_get_int(result, 0, "n");
	return rc;
}

void owner_list_bind(const struct org *org, const char *after, int limit, const char *name,
                     struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_text(p, after);
	if (limit)
		pg_bind_int(p, limit);
	else
		pg_bind_text(p, NULL);
	pg_bind_text(p, name);
}

static const char *text_of(const PGresult *result, int row, const char *field,
                           struct arena *a)
{
	return arena_strdup(a, pg_get_text(result, row, field));
}

struct owner_row owner_row_read(const PGresult *result, int row, struct arena *a)
{
	static const char *const bands[N_BANDS] = {"n_low", "n_medium", "n_high",
	                                           "n_critical"};
	struct owner_row r = {
	        .owner_id = pg_get_int(result, row, "owner_id"),
	        .name = text_of(result, row, "name", a),
	        .kind = pg_get_int(result, row, "kind") ? OWNER_PERSON : OWNER_TEAM,
	        .contact = text_of(result, row, "contact", a),
	        .email = text_of(result, row, "email", a),
	        .escalation = text_of(result, row, "escalation", a),
	        .actor = text_of(result, row, "actor", a),
	        .valid_from = pg_get_timestamp(result, row, "valid_from"),
	        .n_rules = pg_get_int(result, row, "n_rules"),
	};

	for (int i = 0; i < N_BANDS; i++)
		r.n_open[i] = pg_get_int(result, row, bands[i]);
	return r;
}

void owner_row_put(struct strbuf *b, const struct owner_row *r)
{
	json_write_text(b, "name", r->name);
	json_write_text(b, "kind", owner_kind_name(r->kind));
	json_write_stated(b, "contact", r->contact);
	json_write_stated(b, "email", r->email);
	json_write_stated(b, "escalation", r->escalation);
	json_write_open(b, "open", '{');
	for (int i = N_BANDS - 1; i >= 0; i--)
		json_write_int(b, band_name((enum band)i), r->n_open[i]);
	json_write_close(b, '}');
	json_write_int(b, "rules", r->n_rules);
	json_write_text(b, "actor", r->actor);
	json_write_time(b, "since", r->valid_from);
}

static int list(struct pg *pg, const struct pg_params *p, struct arena *a,
                struct owner_row **out, size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	const int rc = pg_run(pg, STMT_OWNER_LIST, p, &result, err);

	if (rc < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct owner_row, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i] = owner_row_read(result, (int)i, a);
	return 0;
}

int owner_list(struct pg *pg, const struct org *org, const char *after, int limit,
               struct arena *a, struct owner_row **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};

	owner_list_bind(org, after, limit, NULL, &p);
	return list(pg, &p, a, out, n_out, err);
}

static int fault_of_owner(const char *name, struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "there is no owner \"%.100s\"", name);
}

int owner_row_find(struct pg *pg, const struct org *org, const char *name, struct arena *a,
                   struct owner_row *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	struct owner_row *rows;
	size_t n;
	int rc;

	owner_list_bind(org, NULL, 1, name, &p);
	if ((rc = list(pg, &p, a, &rows, &n, err)) < 0)
		return rc;
	if (!n)
		return fault_of_owner(name, err);
	*out = rows[0];
	return 0;
}

int owner_remove_answer(const PGresult *result, const char *name, struct error *err)
{
	const int64_t n_rules = pg_get_int(result, 0, "n_rules");
	const int64_t n_policies = pg_get_int(result, 0, "n_policies");
	const int64_t n_risks = pg_get_int(result, 0, "n_risks");

	if (!pg_get_int(result, 0, "known"))
		return fault_of_owner(name, err);
	if (n_rules + n_policies + n_risks)
		return error_set(
		        err, ERR_CONFLICT,
		        "\"%.60s\" is still named by %lld rules and %lld policies, "
		        "and has %lld risks that people gave it",
		        name, (long long)n_rules, (long long)n_policies,
		        (long long)n_risks);
	return 0;
}

int owner_remove(struct pg *pg, const struct org *org, const char *name, timestamp now,
                 struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, owner_id_of(org, name));
	pg_bind_timestamp(&p, now);
	if ((rc = pg_run(pg, STMT_OWNER_REMOVE, &p, &result, err)) < 0)
		return rc;
	return owner_remove_answer(result, name, err);
}

/* --- rules --- */

static int rules_load(struct pg *pg, enum statement stmt, const struct org *org,
                      struct arena *a, struct owner_rules *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	*out = (struct owner_rules){0};
	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, stmt, &p, &result, err)) < 0)
		return rc;
	out->n = (size_t)PQntuples(result);
	out->rows = ARENA_ARRAY(a, struct owner_rule, out->n + 1);
	for (int i = 0; i < (int)out->n; i++)
		out->rows[i] = (struct owner_rule){
		        .rule_id = pg_get_int(result, i, "rule_id"),
		        .owner_id = pg_get_int(result, i, "owner_id"),
		        .level = (enum owner_level)pg_get_int(result, i, "level"),
		        .position = (int)pg_get_int(result, i, "position"),
		        .pattern = text_of(result, i, "pattern", a),
		        .owner = text_of(result, i, "owner", a),
		};
	owner_rules_prepare(out, a);
	return 0;
}

int owner_rule_list(struct pg *pg, const struct org *org, struct arena *a,
                    struct owner_rules *out, struct error *err)
{
	return rules_load(pg, STMT_OWNER_RULE_LIST, org, a, out, err);
}

int owner_rules_load(struct pg *pg, const struct org *org, struct arena *a,
                     struct owner_rules *out, struct error *err)
{
	return rules_load(pg, STMT_OWNER_RULES, org, a, out, err);
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Does each row name an owner that there is? */
static int check_owners(struct pg *pg, const struct org *org,
                        const struct owner_rule_row *rows, size_t n, int *line_out,
                        struct error *err)
{
	static const enum pg_oid type = PG_OID_TEXT;
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct columns c;

	columns_init(&c, &type, 1, n);
	for (size_t i = 0; i < n; i++)
		pg_put_text(&c.of[0], rows[i].owner);
	pg_bind_int(&p, org->id);
	columns_bind(&c, &p);
	const int rc = pg_run(pg, STMT_OWNER_NAMES, &p, &result, err);

	columns_done(&c);
	if (rc < 0)
		return rc;
	const size_t n_known = (size_t)PQntuples(result);
	const char **known = ARENA_ARRAY(a, const char *, n_known + 1);

	for (size_t i = 0; i < n_known; i++)
		known[i] = pg_get_text(result, (int)i, "name");
	qsort(known, n_known, sizeof(*known), by_text);
	for (size_t i = 0; i < n; i++) {
		if (bsearch(&rows[i].owner, known, n_known, sizeof(*known), by_text))
			continue;
		*line_out = rows[i].line;
		return fault_of_owner(rows[i].owner, err);
	}
	return 0;
}

struct placed_rule {
	int64_t rule_id;
	const struct owner_rule_row *row;
};

static int by_rule(const void *x, const void *y)
{
	const struct placed_rule *a = x, *b = y;

	if (a->rule_id != b->rule_id)
		return a->rule_id < b->rule_id ? -1 : 1;
	return a->row->line - b->row->line;
}

/* Of two rules with one pattern the second would never count. */
static int check_rules(const struct org *org, const struct owner_rule_row *rows, size_t n,
                       int *line_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct placed_rule *placed = ARENA_ARRAY(a, struct placed_rule, n + 1);

	for (size_t i = 0; i < n; i++) {
		*line_out = rows[i].line;
		if (owner_rule_check(rows[i].level, rows[i].pattern, err) < 0)
			return ERR_INVALID;
		placed[i] = (struct placed_rule){rule_id_of(org, &rows[i]), &rows[i]};
	}
	qsort(placed, n, sizeof(*placed), by_rule);
	for (size_t i = 1; i < n; i++) {
		if (placed[i].rule_id != placed[i - 1].rule_id)
			continue;
		*line_out = placed[i].row->line;
		return error_set(err, ERR_INVALID,
		                 "level %s, pattern \"%.80s\" stands in line %d already",
		                 owner_level_name(placed[i].row->level),
		                 placed[i].row->pattern, placed[i - 1].row->line);
	}
	*line_out = 0;
	return 0;
}

static int replace(struct pg *pg, const struct org *org, const struct owner_rule_row *rows,
                   size_t n, const char *actor, timestamp now, int64_t *n_changed,
                   struct error *err)
{
	static const enum pg_oid types[] = {PG_OID_INT8, PG_OID_INT2, PG_OID_INT4,
	                                    PG_OID_TEXT, PG_OID_INT8};
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct columns c;

	columns_init(&c, types, N_ELEMENTS(types), n);
	for (size_t i = 0; i < n; i++) {
		pg_put_int8(&c.of[0], rule_id_of(org, &rows[i]));
		pg_put_int2(&c.of[1], (int)rows[i].level);
		pg_put_int4(&c.of[2], (int64_t)i + 1);
		pg_put_text(&c.of[3], rows[i].pattern);
		pg_put_int8(&c.of[4], owner_id_of(org, rows[i].owner));
	}
	pg_bind_int(&p, org->id);
	pg_bind_timestamp(&p, now);
	pg_bind_text(&p, actor);
	columns_bind(&c, &p);
	const int rc = pg_run(pg, STMT_OWNER_RULE_REPLACE, &p, &result, err);

	columns_done(&c);
	if (rc == 0)
		*n_changed = pg_get_int(result, 0, "n");
	return rc;
}

int owner_rules_replace(struct pg *pg, const struct org *org,
                        const struct owner_rule_row *rows, size_t n, const char *actor,
                        timestamp now, int64_t *n_changed, int *line_out, struct error *err)
{
	int64_t n_marked;
	int rc;

	*line_out = 0;
	if ((rc = check_rules(org, rows, n, line_out, err)) < 0 ||
	    (rc = pg_begin(pg, err)) < 0)
		return rc;
	if ((rc = check_owners(pg, org, rows, n, line_out, err)) == 0)
		rc = replace(pg, org, rows, n, actor, now, n_changed, err);
	if (rc == 0 && *n_changed)
		rc = risk_marks_put(pg, org, NULL, NULL, &n_marked, err);
	if (rc < 0 || (rc = pg_commit(pg, err)) < 0)
		pg_rollback(pg);
	return rc;
}

/* --- containers --- */

static int by_key(const void *x, const void *y)
{
	return key_cmp(x, y);
}

/* Each key once. */
static size_t keys_of(const struct org *org, const struct risk_view *views, size_t n,
                      struct arena *a, struct key **out)
{
	struct key *keys = ARENA_ARRAY(a, struct key, n * OWNER_CONTAINERS_MAX + 1);
	size_t n_keys = 0, n_unique = 0;

	for (size_t i = 0; i < n; i++)
		n_keys += owner_containers_of(org, &views[i], a, keys + n_keys);
	qsort(keys, n_keys, sizeof(*keys), by_key);
	for (size_t i = 0; i < n_keys; i++)
		if (!n_unique || key_cmp(&keys[n_unique - 1], &keys[i]) != 0)
			keys[n_unique++] = keys[i];
	*out = keys;
	return n_unique;
}

static void containers_read(const PGresult *result, struct arena *a,
                            struct owner_rules *rules)
{
	const int n = PQntuples(result);
	struct owner_container *out = ARENA_ARRAY(a, struct owner_container, (size_t)n + 1);
	struct json_doc *doc = asset_tags_doc();

	for (int i = 0; i < n; i++) {
		struct asset_tag *tags;

		out[i].of = pg_get_key(result, i, "of");
		out[i].steps = (int)pg_get_int(result, i, "steps");
		out[i].n_tags =
		        asset_tags_read(doc, pg_get_text(result, i, "tags"), a, &tags);
		out[i].tags = tags;
	}
	json_doc_free(doc);
	rules->containers = out;
	rules->n_containers = (size_t)n;
}

int owner_containers_load(struct pg *pg, const struct org *org,
                          const struct risk_view *views, size_t n, struct arena *a,
                          struct owner_rules *rules, struct error *err)
{
	static const enum pg_oid type = PG_OID_UUID;
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct columns c;
	struct key *keys;
	const size_t n_keys = keys_of(org, views, n, a, &keys);

	rules->containers = NULL;
	rules->n_containers = 0;
	if (!n_keys)
		return 0;
	columns_init(&c, &type, 1, n_keys);
	for (size_t i = 0; i < n_keys; i++)
		pg_put_key(&c.of[0], &keys[i]);
	pg_bind_int(&p, org->id);
	columns_bind(&c, &p);
	pg_bind_int(&p, OWNER_STEPS_MAX);
	const int rc = pg_run(pg, STMT_OWNER_CONTAINERS, &p, &result, err);

	columns_done(&c);
	if (rc == 0)
		containers_read(result, a, rules);
	return rc;
}
