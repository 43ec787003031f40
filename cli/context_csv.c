/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a table into claims: one level a row, or one column a field.
 */
#include "context_csv.h"

#include <string.h>
#include <strings.h>

#include "csv_table.h"

#define REASON_MAX 400

enum column {
	COLUMN_ASSET = N_CONTEXT_FIELDS, /* below: the fields of the wide form */
	COLUMN_FIELD,
	COLUMN_LEVEL,
	COLUMN_REASON,
	COLUMN_DECIDED,
	N_COLUMNS
};

static const char *const column_names[N_COLUMNS] = {
        [CONTEXT_EXPOSURE] = "exposure",
        [CONTEXT_CRITICALITY] = "criticality",
        [CONTEXT_SENSITIVITY] = "sensitivity",
        [CONTEXT_PRIVILEGE] = "privilege",
        [CONTEXT_ENVIRONMENT] = "environment",
        [COLUMN_ASSET] = "asset",
        [COLUMN_FIELD] = "field",
        [COLUMN_LEVEL] = "level",
        [COLUMN_REASON] = "reason",
        [COLUMN_DECIDED] = "decided",
};

struct reader {
	struct arena *arena;
	bool has[N_COLUMNS];
	struct context_table *out;
	size_t room;
	struct error *err;
};

static const char *known_columns(struct arena *a)
{
	const char *out = "asset, field, level, reason, decided";

	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		out = arena_printf(a, "%s, %s", out, column_names[i]);
	return out;
}

/* One form or the other, and whose context it is. */
static int check_columns(void *ctx, const bool *has, struct error *err)
{
	struct reader *r = ctx;
	bool wide = false;

	memcpy(r->has, has, sizeof(r->has));
	for (int i = 0; i < N_CONTEXT_FIELDS; i++)
		wide |= has[i];
	if (!has[COLUMN_ASSET])
		return error_set(err, ERR_INVALID, "no column \"asset\"");
	if (has[COLUMN_FIELD] != has[COLUMN_LEVEL] || wide == has[COLUMN_FIELD])
		return error_set(err, ERR_INVALID,
		                 "wants the columns field and level, or one for each "
		                 "field (exposure, criticality, ...)");
	return 0;
}

/* --- rows --- */

static int fault(const struct reader *r, const char *what, const char *value,
                 const char *known)
{
	return error_set(r->err, ERR_INVALID, "%s \"%.60s\"%s%s", what, value,
	                 *known ? "; known: " : "", known);
}

static const char *known_names(const struct reader *r, enum context_field field)
{
	const char *out = "", *name;

	for (int i = 0; (name = context_level_name(field, i)) != NULL; i++)
		if (strcmp(name, "unknown") != 0)
			out = arena_printf(r->arena, "%s%s, ", out, name);
	return arena_printf(r->arena, "%s- (takes back)", out);
}

static int add_claim(struct reader *r, const struct operator_claim *about,
                     enum context_field field, const char *word)
{
	struct context_table *out = r->out;
	const int level = context_level_parse(field, word);

	if (strcmp(word, "-") != 0 && (level < 0 || strcmp(word, "unknown") == 0))
		return fault(
		        r, arena_printf(r->arena, "unknown %s", context_field_name(field)),
		        word, known_names(r, field));
	if (out->n == r->room) {
		r->room = 2 * r->room + 64;
		struct operator_claim *more =
		        ARENA_ARRAY(r->arena, struct operator_claim, r->room);

		if (out->n)
			memcpy(more, out->claims, out->n * sizeof(*more));
		out->claims = more;
	}
	out->claims[out->n] = *about;
	out->claims[out->n].field = field;
	out->claims[out->n++].level = level;
	return 0;
}

static int take_decided(const struct reader *r, const char *word, bool *out)
{
	static const char *const yes[] = {"yes", "true", "1"};
	static const char *const no[] = {"", "no", "false", "0"};

	for (size_t i = 0; i < N_ELEMENTS(no); i++) {
		if (strcasecmp(word, no[i]) == 0)
			return 0;
		if (i < N_ELEMENTS(yes) && strcasecmp(word, yes[i]) == 0) {
			*out = true;
			return 0;
		}
	}
	return fault(r, "decided is yes or no, not", word, "");
}

static int take_cells(void *ctx, int line, const char *const *cells, struct error *err)
{
	struct reader *r = ctx;
	struct operator_claim about = {.line = line, .asset = cells[COLUMN_ASSET]};
	bool said = false;
	int rc;

	about.reason = cells[COLUMN_REASON];
	if (!*about.asset)
		return error_set(err, ERR_INVALID, "no asset");
	if (strlen(about.reason) > REASON_MAX)
		return error_set(err, ERR_INVALID, "the reason has more than %d bytes",
		                 REASON_MAX);
	if ((rc = take_decided(r, cells[COLUMN_DECIDED], &about.decided)) < 0)
		return rc;
	if (r->has[COLUMN_FIELD]) {
		const int field = context_field_parse(cells[COLUMN_FIELD]);

		if (field < 0)
			return fault(r, "unknown field", cells[COLUMN_FIELD],
			             "exposure, criticality, sensitivity, privilege, "
			             "environment");
		return add_claim(r, &about, (enum context_field)field, cells[COLUMN_LEVEL]);
	}
	for (int i = 0; i < N_CONTEXT_FIELDS && rc == 0; i++) {
		if (!*cells[i])
			continue;
		said = true;
		rc = add_claim(r, &about, (enum context_field)i, cells[i]);
	}
	if (rc == 0 && !said)
		return error_set(err, ERR_INVALID, "says nothing of \"%.80s\"",
		                 about.asset);
	return rc;
}

int context_csv_read(const char *file, const struct strbuf *text, struct arena *a,
                     struct context_table *out, struct error *err)
{
	struct reader r = {.arena = a, .out = out, .err = err};
	const struct csv_table table = {.columns = column_names,
	                                .n_columns = N_COLUMNS,
	                                .known = known_columns(a),
	                                .check = check_columns,
	                                .take = take_cells};

	*out = (struct context_table){0};
	return csv_table_read(file, text, &table, &r, a, err);
}
