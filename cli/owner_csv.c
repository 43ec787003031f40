/* SPDX-License-Identifier: Apache-2.0 */
#include "owner_csv.h"

#include <string.h>

#include "csv_table.h"

/* --- owners --- */

enum {
	OWNER_NAME,
	OWNER_KIND,
	OWNER_CONTACT,
	OWNER_EMAIL,
	OWNER_ESCALATION,
	N_OWNER_COLUMNS
};

static const char *const owner_columns[N_OWNER_COLUMNS] = {"name", "kind", "contact",
                                                           "email", "escalation"};

struct owner_reader {
	struct arena *arena;
	struct owner_table *out;
	size_t room;
};

static int check_owner_columns(void *ctx, const bool *has, struct error *err)
{
	(void)ctx;
	return has[OWNER_NAME] ? 0 : error_set(err, ERR_INVALID, "no column \"name\"");
}

static void add_owner(struct owner_reader *r, const struct owner_row *row)
{
	struct owner_table *out = r->out;

	if (out->n == r->room) {
		r->room = 2 * r->room + 32;
		struct owner_row *more = ARENA_ARRAY(r->arena, struct owner_row, r->room);

		if (out->n)
			memcpy(more, out->rows, out->n * sizeof(*more));
		out->rows = more;
	}
	out->rows[out->n++] = *row;
}

static int take_owner(void *ctx, int line, const char *const *cells, struct error *err)
{
	struct owner_reader *r = ctx;
	const char *kind = *cells[OWNER_KIND] ? cells[OWNER_KIND] : "team";
	const struct owner_row row = {
	        .name = cells[OWNER_NAME],
	        .kind = owner_kind_parse(kind) == OWNER_PERSON ? OWNER_PERSON : OWNER_TEAM,
	        .contact = cells[OWNER_CONTACT],
	        .email = cells[OWNER_EMAIL],
	        .escalation = cells[OWNER_ESCALATION],
	        .line = line};

	if (owner_kind_parse(kind) < 0)
		return error_set(err, ERR_INVALID,
		                 "unknown kind \"%.40s\"; known: team, person", kind);
	for (size_t i = 0; i < r->out->n; i++)
		if (strcmp(r->out->rows[i].name, row.name) == 0)
			return error_set(err, ERR_INVALID,
			                 "\"%.60s\" stands in line %d already", row.name,
			                 r->out->rows[i].line);
	if (owner_check(&row, err) < 0)
		return ERR_INVALID;
	add_owner(r, &row);
	return 0;
}

int owner_csv_read(const char *file, const struct strbuf *text, struct arena *a,
                   struct owner_table *out, struct error *err)
{
	static const struct csv_table table = {
	        .columns = owner_columns,
	        .n_columns = N_OWNER_COLUMNS,
	        .known = "name, kind, contact, email, escalation",
	        .check = check_owner_columns,
	        .take = take_owner};
	struct owner_reader r = {.arena = a, .out = out};

	*out = (struct owner_table){0};
	return csv_table_read(file, text, &table, &r, a, err);
}

/* --- rules --- */

enum {
	RULE_LEVEL,
	RULE_PATTERN,
	RULE_OWNER,
	N_RULE_COLUMNS
};

static const char *const rule_columns[N_RULE_COLUMNS] = {"level", "pattern", "owner"};

struct rule_reader {
	struct arena *arena;
	struct owner_rule_table *out;
	size_t room;
};

static int check_rule_columns(void *ctx, const bool *has, struct error *err)
{
	(void)ctx;
	for (size_t i = 0; i < N_RULE_COLUMNS; i++)
		if (!has[i])
			return error_set(err, ERR_INVALID, "no column \"%s\"",
			                 rule_columns[i]);
	return 0;
}

static int take_rule(void *ctx, int line, const char *const *cells, struct error *err)
{
	struct rule_reader *r = ctx;
	struct owner_rule_table *out = r->out;
	const int level = owner_level_parse(cells[RULE_LEVEL]);

	if (level < 0)
		return error_set(err, ERR_INVALID,
		                 "unknown level \"%.40s\"; known: tag, group, account, "
		                 "path, default",
		                 cells[RULE_LEVEL]);
	if (!*cells[RULE_OWNER])
		return error_set(err, ERR_INVALID, "no owner");
	if (owner_rule_check((enum owner_level)level, cells[RULE_PATTERN], err) < 0)
		return ERR_INVALID;
	if (out->n == r->room) {
		r->room = 2 * r->room + 64;
		struct owner_rule_row *more =
		        ARENA_ARRAY(r->arena, struct owner_rule_row, r->room);

		if (out->n)
			memcpy(more, out->rows, out->n * sizeof(*more));
		out->rows = more;
	}
	out->rows[out->n++] = (struct owner_rule_row){.level = (enum owner_level)level,
	                                              .pattern = cells[RULE_PATTERN],
	                                              .owner = cells[RULE_OWNER],
	                                              .line = line};
	return 0;
}

int owner_rule_csv_read(const char *file, const struct strbuf *text, struct arena *a,
                        struct owner_rule_table *out, struct error *err)
{
	static const struct csv_table table = {.columns = rule_columns,
	                                       .n_columns = N_RULE_COLUMNS,
	                                       .known = "level, pattern, owner",
	                                       .check = check_rule_columns,
	                                       .take = take_rule};
	struct rule_reader r = {.arena = a, .out = out};

	*out = (struct owner_rule_table){0};
	return csv_table_read(file, text, &table, &r, a, err);
}
