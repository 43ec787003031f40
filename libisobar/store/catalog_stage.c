/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts the catalogue's files into cells and copies them into staging tables, words
 * turned into the numbers that the schema keeps.  The files are our own, yet every
 * cell is checked: a typing error here would silently route risks to nobody.  What
 * lines owe each other (keys, references) is asked of the database afterwards.
 */
#include "store/catalog_stage.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_fault.h"
#include "base/json_view.h"
#include "base/timestamp.h"
#include "model/finding.h"
#include "model/responsibility.h"
#include "model/risk.h"
#include "store/pg_copy.h"

#define MODEL_SIZE_MAX  (1u << 20)
#define MODEL_DEPTH_MAX 16
#define COUNT_DIGITS    9

#define COPY_TO(table) "copy " table " from stdin (format binary)"

/* clang-format off */
/* What others refer to comes first, for readers only: nothing is checked before all is staged. */
const struct catalog_table catalog_tables[] = {
	{"responsibility/matrix.csv", COPY_TO("stage_responsibility"),
	 STMT_CATALOG_APPLY_RESPONSIBILITY, REACH_ALL, ',',
	 {{"domain", CELL_TEXT}, {"layer", CELL_LAYER}, {"on_prem", CELL_VERDICT},
	  {"iaas", CELL_VERDICT}, {"paas", CELL_VERDICT}, {"saas", CELL_VERDICT},
	  {"source", CELL_TEXT}, {"review_by", CELL_DATE}}},
	/* Texts for people, which programs read from themselves. */
	{"responsibility/split.tsv", NULL, STMT_CATALOG_LIST, REACH_NOTHING, '\t',
	 {{"domain", CELL_TEXT}, {"provider_does", CELL_TEXT}, {"customer_does", CELL_TEXT}}},
	{"responsibility/finding_categories.csv", COPY_TO("stage_finding_category"),
	 STMT_CATALOG_APPLY_FINDING_CATEGORY, REACH_ALL, ',',
	 {{"category", CELL_TEXT}, {"layer", CELL_LAYER}, {"domain", CELL_TEXT},
	  {"default_likelihood", CELL_LIKELIHOOD}, {"automatable_if_exposed", CELL_FLAG},
	  {"total_impact", CELL_FLAG}, {"default_for", CELL_OPTIONAL_TEXT}}},
	{"responsibility/resource_types.csv", COPY_TO("stage_resource_type"),
	 STMT_CATALOG_APPLY_RESOURCE_TYPE, REACH_ALL, ',',
	 {{"cloud", CELL_PROVIDER}, {"resource_type", CELL_TEXT}, {"alias", CELL_TEXT},
	  {"service_model", CELL_SERVICE_MODEL}, {"kind", CELL_TEXT},
	  {"overrides", CELL_OPTIONAL_TEXT}, {"source", CELL_TEXT}}},
	{"controls.tsv", COPY_TO("stage_control"),
	 STMT_CATALOG_APPLY_CONTROL, REACH_ALL, '\t',
	 {{"control", CELL_TEXT}, {"category", CELL_TEXT}, {"provider", CELL_PROVIDER},
	  {"class", CELL_CLASS}, {"title", CELL_TEXT}, {"remediation", CELL_TEXT}}},
	{"control_aliases.tsv", COPY_TO("stage_control_alias"),
	 STMT_CATALOG_APPLY_CONTROL_ALIAS, REACH_RULES, '\t',
	 {{"connector", CELL_TEXT}, {"rule", CELL_TEXT}, {"control", CELL_TEXT},
	  {"basis", CELL_TEXT}}},
	{"control_frameworks.tsv", COPY_TO("stage_control_framework"),
	 STMT_CATALOG_APPLY_CONTROL_FRAMEWORK, REACH_NOTHING, '\t',
	 {{"framework", CELL_TEXT}, {"requirement", CELL_TEXT}, {"control", CELL_TEXT},
	  {"provider", CELL_PROVIDER}, {"source", CELL_TEXT}}},
	{"rule_categories.tsv", COPY_TO("stage_rule_category"),
	 STMT_CATALOG_APPLY_RULE_CATEGORY, REACH_ALL, '\t',
	 {{"connector", CELL_TEXT}, {"rule_pattern", CELL_TEXT}, {"category", CELL_TEXT}}},
	{"toxic_rules.tsv", COPY_TO("stage_toxic_rule"),
	 STMT_CATALOG_APPLY_TOXIC_RULE, REACH_ALL, '\t',
	 {{"rule", CELL_TEXT}, {"category", CELL_TEXT}, {"target", CELL_COUNT},
	  {"title", CELL_TEXT}, {"places", CELL_TEXT}}},
	/* An org's windows are its own rows (sla_policy); these are what it has without. */
	{"sla_defaults.tsv", NULL, STMT_CATALOG_LIST, REACH_NOTHING, '\t',
	 {{"band", CELL_BAND}, {"window_hours", CELL_COUNT}, {"warn_percent", CELL_COUNT}}},
	{"models/", COPY_TO("stage_score_model"),
	 STMT_CATALOG_APPLY_SCORE_MODEL, REACH_ALL, 0, {{NULL, CELL_TEXT}}},
};
/* clang-format on */
const size_t n_catalog_tables = N_ELEMENTS(catalog_tables);

/* The words of enum category_likelihood as finding_categories.csv writes them. */
static const char *const likelihood_words[] = {
        [CATEGORY_L0] = "L0",         [CATEGORY_L1] = "L1", [CATEGORY_L2] = "L2",
        [CATEGORY_L3] = "L3",         [CATEGORY_L4] = "L4", [CATEGORY_EPSS] = "epss",
        [CATEGORY_ACTIVE] = "active",
};

void catalog_checksum(const char *text, char out[CATALOG_CHECKSUM_MAX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[KEY_SHA256_SIZE];

	key_sha256(text, strlen(text), digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[CATALOG_CHECKSUM_MAX - 1] = '\0';
}

bool catalog_table_has(const struct catalog_table *table, const char *file)
{
	const size_t size = strlen(table->file);

	if (table->file[size - 1] == '/')
		return strncmp(file, table->file, size) == 0;
	return strcmp(file, table->file) == 0;
}

/* One file while it is read. */
struct reader {
	const struct catalog_table *table;
	const char *file;
	const char *at; /* the next line */
	int line;
	size_t n_columns;
	char *cells[CATALOG_COLUMNS_MAX];
	struct arena *arena;
	struct error *err;
};

static int fault(const struct reader *r, const char *what, const char *value)
{
	return error_set(r->err, ERR_INVALID, "catalogue: %s:%d: %s \"%.80s\"", r->file,
	                 r->line, what, value);
}

/* The n-th word of a type; NULL after the last. */
static const char *word_of(enum catalog_cell type, int n)
{
	switch (type) {
	case CELL_TEXT:
	case CELL_OPTIONAL_TEXT:
	case CELL_COUNT:
	case CELL_DATE:
		return NULL;
	case CELL_FLAG:
		return n > 1 ? NULL : n ? "1" : "0";
	case CELL_PROVIDER:
		return n == 0            ? "any"
		       : n < N_PROVIDERS ? provider_name((enum provider)n)
		                         : NULL;
	case CELL_CLASS:
		return n < N_FINDING_CLASSES ? finding_class_name((enum finding_class)n)
		                             : NULL;
	case CELL_LAYER:
		return n < N_LAYERS ? layer_name((enum layer)n) : NULL;
	case CELL_VERDICT:
		return n < VERDICT_UNKNOWN ? verdict_name((enum verdict)n) : NULL;
	case CELL_SERVICE_MODEL:
		return n < N_SERVICE_MODELS ? service_model_name((enum service_model)n)
		                            : NULL;
	case CELL_LIKELIHOOD:
		return n < (int)N_ELEMENTS(likelihood_words) ? likelihood_words[n] : NULL;
	case CELL_BAND:
		return n < N_BANDS ? band_name((enum band)n) : NULL;
	}
	return NULL;
}

static bool is_date(const char *text)
{
	struct error err;
	timestamp at;

	return strlen(text) == strlen("2027-11-25") && text[4] == '-' && text[7] == '-' &&
	       timestamp_parse_loose(text, &at, &err) == 0;
}

static int check_text(const struct reader *r, enum catalog_cell type, const char *text)
{
	const size_t size = strlen(text);

	if (size == 0)
		return type == CELL_OPTIONAL_TEXT ? 0 : fault(r, "an empty cell", "");
	if (text[0] == ' ' || text[size - 1] == ' ')
		return fault(r, "a blank at the border of", text);
	if (utf8_valid_size(text, size) != size)
		return fault(r, "no UTF-8:", "");
	for (const char *p = text; *p; p++)
		if (iscntrl((unsigned char)*p))
			return fault(r, "a control character in", text);
	if (type == CELL_DATE && !is_date(text))
		return fault(r, "no date:", text);
	return 0;
}

/* The number of a cell that is no text; ERR_INVALID. */
static int number_of(const struct reader *r, enum catalog_cell type, const char *text)
{
	const char *word;

	if (type == CELL_COUNT) {
		const size_t n = strspn(text, "0123456789");

		if (text[n] || n > COUNT_DIGITS)
			return fault(r, "no whole number:", text);
		return (int)strtol(text, NULL, 10);
	}
	for (int i = 0; (word = word_of(type, i)) != NULL; i++)
		if (strcmp(word, text) == 0)
			return i;
	return fault(r, "unknown word", text);
}

static int put_cell(const struct reader *r, size_t i, struct pg_copy *copy)
{
	const enum catalog_cell type = r->table->columns[i].type;
	const char *text = r->cells[i];
	const bool is_text =
	        type == CELL_TEXT || type == CELL_OPTIONAL_TEXT || type == CELL_DATE;
	int n = check_text(r, type, text);

	if (n == 0 && !is_text)
		n = number_of(r, type, text);
	if (n < 0)
		return n;
	if (!copy)
		return 0;
	if (is_text)
		pg_copy_text(copy, text);
	else if (type == CELL_FLAG)
		pg_copy_bool(copy, n);
	else
		pg_copy_int2(copy, n);
	return 0;
}

static char *take_line(struct reader *r)
{
	const size_t size = strcspn(r->at, "\n");
	char *line = arena_strndup(r->arena, r->at, size);

	r->at += size;
	r->line++;
	return line;
}

static int split_line(struct reader *r, char *line)
{
	size_t n = 0;

	if (r->table->separator == ',' && strchr(line, '"') != NULL)
		return fault(r, "quotes are not read:", line);
	for (char *cell = line; cell != NULL; n++) {
		char *end = strchr(cell, r->table->separator);

		if (n == r->n_columns)
			return fault(r, "too many cells:", line);
		r->cells[n] = cell;
		if (end != NULL)
			*end++ = '\0';
		cell = end;
	}
	return n < r->n_columns ? fault(r, "too few cells:", line) : 0;
}

static int read_header(struct reader *r)
{
	char *line = take_line(r);

	while (r->n_columns < CATALOG_COLUMNS_MAX && r->table->columns[r->n_columns].name)
		r->n_columns++;
	const int rc = split_line(r, line);

	for (size_t i = 0; rc == 0 && i < r->n_columns; i++)
		if (strcmp(r->cells[i], r->table->columns[i].name) != 0)
			return fault(r, "unexpected column", r->cells[i]);
	return rc;
}

static int read_row(struct reader *r, struct pg_copy *copy)
{
	int rc = split_line(r, take_line(r));

	if (rc == 0 && copy) {
		pg_copy_row(copy);
		pg_copy_int4(copy, r->line);
	}
	for (size_t i = 0; rc == 0 && i < r->n_columns; i++)
		rc = put_cell(r, i, copy);
	return rc;
}

/* Lines end in a line feed, the last one too: a cut file is noticed. */
static int read_lines(struct reader *r, struct pg_copy *copy)
{
	int rc = read_header(r);

	while (rc == 0 && *r->at == '\n' && r->at[1] != '\0') {
		r->at++;
		rc = read_row(r, copy);
	}
	if (rc == 0 && *r->at == '\0')
		return fault(r, "no line feed at the end", "");
	if (rc == 0 && r->line == 1)
		return fault(r, "no rows", "");
	return rc;
}

static int json_failed(struct reader *r, const char *text, size_t size)
{
	const struct json_fault found = json_fault_find(text, size, MODEL_DEPTH_MAX);

	r->line = 1;
	for (size_t i = 0; found.what && i < found.at && i < size; i++)
		r->line += text[i] == '\n';
	return fault(r, "no JSON:", found.what ? found.what : r->err->text);
}

static void put_model(const struct reader *r, const char *name, struct pg_copy *copy)
{
	char checksum[CATALOG_CHECKSUM_MAX];

	catalog_checksum(r->at, checksum);
	pg_copy_row(copy);
	pg_copy_int4(copy, r->line);
	pg_copy_text(copy, name);
	pg_copy_text(copy, checksum);
	pg_copy_text(copy, r->at);
}

/* A score model is kept as it stands; its name is the file's, and inside of it. */
static int read_model(struct reader *r, struct pg_copy *copy)
{
	const size_t size = strlen(r->at), folder = strlen(r->table->file);
	struct json_doc *doc = json_doc_new(MODEL_SIZE_MAX, MODEL_DEPTH_MAX);
	struct json_view root;
	int rc = json_doc_parse(doc, r->at, size, &root, r->err);

	if (rc != 0) {
		rc = json_failed(r, r->at, size);
	} else {
		const char *name = json_view_text_or(root, "model", "");
		const char *expected = arena_printf(r->arena, "%s.json", name);

		r->line = 1;
		if (*name == '\0' || strcmp(expected, r->file + folder) != 0) {
			rc = fault(r, "the file has another name than its model", name);
		} else if (copy) {
			put_model(r, name, copy);
		}
	}
	json_doc_free(doc);
	return rc;
}

static int stage_file(const struct catalog_table *table, const struct embedded_file *file,
                      struct pg_copy *copy, struct error *err)
{
	ARENA_SCOPED arena = arena_new(1 << 16);
	struct reader r = {
	        .table = table,
	        .file = file->name,
	        .at = file->text,
	        .arena = arena,
	        .err = err,
	};

	return table->separator ? read_lines(&r, copy) : read_model(&r, copy);
}

static int stage_files(const struct catalog_table *table, const struct embedded_file *files,
                       size_t n, struct pg_copy *copy, struct error *err)
{
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		if (!catalog_table_has(table, files[i].name))
			continue;
		found = true;
		const int rc = stage_file(table, &files[i], copy, err);

		if (rc != 0)
			return rc;
	}
	if (!found)
		return error_set(err, ERR_INVALID, "catalogue: %s is missing", table->file);
	return 0;
}

/* Columns of a staging table: the line and the cells. */
static int n_staged(const struct catalog_table *table)
{
	int n = 0;

	if (!table->separator)
		return 4; /* a model: line, name, checksum, body */
	while (n < CATALOG_COLUMNS_MAX && table->columns[n].name)
		n++;
	return n + 1;
}

/* Two passes, so that no row is begun that cannot be finished: the files are small. */
int catalog_stage(struct pg *pg, const struct catalog_table *table,
                  const struct embedded_file *files, size_t n, struct error *err)
{
	int rc = stage_files(table, files, n, NULL, err);

	if (rc != 0 || !table->copy)
		return rc;

	struct pg_copy *copy = pg_copy_begin(pg, table->copy, n_staged(table));

	rc = stage_files(table, files, n, copy, err);
	assert(rc == 0);
	return pg_copy_end(copy, err);
}
