/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared responsibility model as data: reads the tables of the catalogue
 * and answers from them.  The files are ours, yet every cell is checked: a typing
 * error there would silently route risks to nobody.
 */

#include "model/responsibility.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	N_CELLS_MAX = 8,
	N_ROWS_MAX = 10000
};

static const char *const verdict_names[N_VERDICTS] = {
        [VERDICT_CUSTOMER] = "customer",
        [VERDICT_SHARED] = "shared",
        [VERDICT_PROVIDER] = "provider",
        [VERDICT_UNKNOWN] = "unknown",
};

static const char *const layer_names[N_LAYERS] = {
        [LAYER_PHYSICAL] = "physical",   [LAYER_IDENTITY] = "identity",
        [LAYER_PERIMETER] = "perimeter", [LAYER_NETWORK] = "network",
        [LAYER_COMPUTE] = "compute",     [LAYER_APPLICATION] = "application",
        [LAYER_DATA] = "data",
};

static const char *const model_names[N_SERVICE_MODELS] = {
        [SERVICE_ON_PREM] = "on_prem",
        [SERVICE_IAAS] = "iaas",
        [SERVICE_PAAS] = "paas",
        [SERVICE_SAAS] = "saas",
};

static const char *const likelihood_names[] = {
        [CATEGORY_L0] = "L0",         [CATEGORY_L1] = "L1", [CATEGORY_L2] = "L2",
        [CATEGORY_L3] = "L3",         [CATEGORY_L4] = "L4", [CATEGORY_EPSS] = "epss",
        [CATEGORY_ACTIVE] = "active",
};

const char *verdict_name(enum verdict v)
{
	return verdict_names[v];
}

const char *layer_name(enum layer l)
{
	return layer_names[l];
}

const char *service_model_name(enum service_model m)
{
	return model_names[m];
}

/* One table while it is read. */
struct csv_table {
	const char *name;
	const char *header;
	size_t n_cells;
	char separator;
	const char *at; /* the next line */
	unsigned int line;
	char *cells[N_CELLS_MAX];
	struct arena *arena;
	struct error *err;
};

static int table_error(const struct csv_table *t, const char *what, const char *value)
{
	return error_set(t->err, ERR_INVALID, "%s line %u: %s \"%s\"", t->name, t->line,
	                 what, value);
}

static char *take_line(struct csv_table *t)
{
	const size_t size = strcspn(t->at, "\n");
	const size_t text_size = size > 0 && t->at[size - 1] == '\r' ? size - 1 : size;
	char *line = arena_strndup(t->arena, t->at, text_size);

	t->at += size + (t->at[size] == '\n');
	t->line++;
	return line;
}

static int split_line(struct csv_table *t, char *line)
{
	size_t n = 0;

	if (strchr(line, '"') != NULL)
		return table_error(t, "quotes are not read:", line);
	for (char *cell = line; cell != NULL; n++) {
		char *comma = strchr(cell, t->separator);

		if (n == t->n_cells)
			return table_error(t, "too many cells:", line);
		t->cells[n] = cell;
		if (comma != NULL)
			*comma++ = '\0';
		cell = comma;
	}
	if (n < t->n_cells)
		return table_error(t, "too few cells:", line);
	return 0;
}

static int open_table(struct csv_table *t)
{
	const char *header;

	t->n_cells = 1;
	for (const char *p = t->header; *p != '\0'; p++)
		t->n_cells += *p == t->separator;
	header = take_line(t);
	if (strcmp(header, t->header) != 0)
		return table_error(t, "unexpected header", header);
	return 0;
}

/* Rows left at most: to size an array before they are read. */
static size_t count_lines(const struct csv_table *t)
{
	size_t n = 1;

	for (const char *p = t->at; *p != '\0'; p++)
		n += *p == '\n';
	return n;
}

/* 1 and the cells of the next row, 0 at the end, ERR_INVALID. */
static int next_row(struct csv_table *t)
{
	while (*t->at != '\0') {
		char *line = take_line(t);

		if (t->line > N_ROWS_MAX)
			return table_error(t, "too many rows from", line);
		if (line[0] == '\0')
			continue;
		return split_line(t, line) == 0 ? 1 : ERR_INVALID;
	}
	return 0;
}

static int find_cell(const struct csv_table *t, const char *const *names, size_t n,
                     size_t cell)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], t->cells[cell]) == 0)
			return (int)i;
	}
	return table_error(t, "unknown word", t->cells[cell]);
}

/* "unknown" is an answer, not an owner. */
static int find_owner(const struct csv_table *t, const char *name)
{
	for (int i = 0; i < VERDICT_UNKNOWN; i++) {
		if (strcmp(verdict_names[i], name) == 0)
			return i;
	}
	return table_error(t, "unknown owner", name);
}

static int read_flag(const struct csv_table *t, size_t cell)
{
	if (strcmp(t->cells[cell], "0") == 0)
		return 0;
	if (strcmp(t->cells[cell], "1") == 0)
		return 1;
	return table_error(t, "neither 0 nor 1:", t->cells[cell]);
}

static int read_domain(const struct csv_table *t, struct control_domain *out)
{
	const int layer = find_cell(t, layer_names, N_LAYERS, 1);

	if (layer < 0)
		return layer;
	out->name = t->cells[0];
	out->layer = (enum layer)layer;
	for (size_t i = 0; i < N_SERVICE_MODELS; i++) {
		const int owner = find_owner(t, t->cells[2 + i]);

		if (owner < 0)
			return owner;
		out->owner[i] = (enum verdict)owner;
	}
	out->source = t->cells[6];
	out->review_by = t->cells[7];
	out->provider_does = "";
	out->customer_does = "";
	return 0;
}

static int load_domains(struct csv_table *t, struct responsibility_tables *out,
                        struct control_domain **rows_out)
{
	struct control_domain *rows;
	int rc;

	if (open_table(t) != 0)
		return ERR_INVALID;
	rows = ARENA_ARRAY(t->arena, struct control_domain, count_lines(t));
	out->domains = rows;
	*rows_out = rows;
	while ((rc = next_row(t)) > 0) {
		if (control_domain_find(out, t->cells[0]) != NULL)
			return table_error(t, "twice:", t->cells[0]);
		if (read_domain(t, &rows[out->n_domains]) != 0)
			return ERR_INVALID;
		out->n_domains++;
	}
	return rc;
}

/* "domain=owner;domain=owner" */
static int read_overrides(const struct csv_table *t,
                          const struct responsibility_tables *known, char *text,
                          struct resource_kind *out)
{
	struct owner_override *overrides =
	        ARENA_ARRAY(t->arena, struct owner_override, strlen(text) / 2 + 1);

	out->overrides = overrides;
	while (*text != '\0') {
		char *end = text + strcspn(text, ";");
		char *next = *end == ';' ? end + 1 : end;
		char *equals = memchr(text, '=', (size_t)(end - text));

		*end = '\0';
		if (equals == NULL)
			return table_error(t, "no owner in override", text);
		*equals = '\0';

		const struct control_domain *domain = control_domain_find(known, text);
		const int owner = find_owner(t, equals + 1);

		if (domain == NULL)
			return table_error(t, "unknown domain", text);
		if (owner < 0)
			return owner;
		overrides[out->n_overrides++] =
		        (struct owner_override){domain, (enum verdict)owner};
		text = next;
	}
	return 0;
}

static int kind_cmp(const void *a, const void *b)
{
	const struct resource_kind *x = a;
	const struct resource_kind *y = b;

	return strcasecmp(x->type, y->type);
}

static int read_kind(const struct csv_table *t, const struct responsibility_tables *known,
                     struct resource_kind *out)
{
	const int model = find_cell(t, model_names, N_SERVICE_MODELS, 3);

	if (model < 0)
		return model;
	out->cloud = t->cells[0];
	out->type = t->cells[1];
	out->alias = t->cells[2];
	out->model = (enum service_model)model;
	out->kind = t->cells[4];
	out->source = t->cells[6];
	return read_overrides(t, known, t->cells[5], out);
}

static int load_kinds(struct csv_table *t, struct responsibility_tables *out)
{
	struct resource_kind *rows;
	int rc;

	if (open_table(t) != 0)
		return ERR_INVALID;
	rows = ARENA_ARRAY(t->arena, struct resource_kind, count_lines(t));
	while ((rc = next_row(t)) > 0) {
		if (read_kind(t, out, &rows[out->n_kinds]) != 0)
			return ERR_INVALID;
		out->n_kinds++;
	}
	if (rc != 0)
		return rc;
	qsort(rows, out->n_kinds, sizeof(rows[0]), kind_cmp);
	for (size_t i = 1; i < out->n_kinds; i++) {
		if (kind_cmp(&rows[i - 1], &rows[i]) == 0)
			return error_set(t->err, ERR_INVALID, "%s: twice: \"%s\"", t->name,
			                 rows[i].type);
	}
	out->kinds = rows;
	return 0;
}

/* "class;class@type": the classes of which it is the default. */
static int read_defaults(const struct csv_table *t, char *text,
                         struct finding_category *out)
{
	struct category_default *defaults =
	        ARENA_ARRAY(t->arena, struct category_default, strlen(text) / 2 + 1);

	out->defaults = defaults;
	while (*text != '\0') {
		char *end = text + strcspn(text, ";");
		char *next = *end == ';' ? end + 1 : end;
		char *type = memchr(text, '@', (size_t)(end - text));
		int class = 0;

		*end = '\0';
		if (type != NULL)
			*type++ = '\0';
		while (class < N_FINDING_CLASSES &&
		       strcmp(finding_class_name((enum finding_class) class), text) != 0)
			class ++;
		if (class == N_FINDING_CLASSES)
			return table_error(t, "unknown class", text);
		defaults[out->n_defaults++] =
		        (struct category_default){(enum finding_class) class, type};
		text = next;
	}
	return 0;
}

static int read_category(const struct csv_table *t,
                         const struct responsibility_tables *known,
                         struct finding_category *out)
{
	const int layer = find_cell(t, layer_names, N_LAYERS, 1);
	const int likelihood =
	        find_cell(t, likelihood_names, N_ELEMENTS(likelihood_names), 3);
	const int automatable = read_flag(t, 4);
	const int total = read_flag(t, 5);

	out->name = t->cells[0];
	out->domain = control_domain_find(known, t->cells[2]);
	if (out->domain == NULL)
		return table_error(t, "unknown domain", t->cells[2]);
	if (layer < 0 || likelihood < 0 || automatable < 0 || total < 0)
		return ERR_INVALID;
	out->layer = (enum layer)layer;
	out->likelihood = (enum category_likelihood)likelihood;
	out->automatable_if_exposed = automatable == 1;
	out->total_impact = total == 1;
	return read_defaults(t, t->cells[6], out);
}

static int load_categories(struct csv_table *t, struct responsibility_tables *out)
{
	struct finding_category *rows;
	int rc;

	if (open_table(t) != 0)
		return ERR_INVALID;
	rows = ARENA_ARRAY(t->arena, struct finding_category, count_lines(t));
	out->categories = rows;
	while ((rc = next_row(t)) > 0) {
		if (finding_category_find(out, t->cells[0]) != NULL)
			return table_error(t, "twice:", t->cells[0]);
		if (read_category(t, out, &rows[out->n_categories]) != 0)
			return ERR_INVALID;
		out->n_categories++;
	}
	return rc;
}

static struct control_domain *find_domain(struct control_domain *rows, size_t n,
                                          const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

/* What each side does, beside the rows of the matrix. */
static int load_split(struct csv_table *t, struct control_domain *rows, size_t n)
{
	int rc;

	if (open_table(t) != 0)
		return ERR_INVALID;
	while ((rc = next_row(t)) > 0) {
		struct control_domain *domain = find_domain(rows, n, t->cells[0]);

		if (domain == NULL)
			return table_error(t, "unknown domain", t->cells[0]);
		domain->provider_does = t->cells[1];
		domain->customer_does = t->cells[2];
	}
	return rc;
}

int responsibility_load(const struct responsibility_texts *texts, struct arena *a,
                        struct responsibility_tables *out, struct error *err)
{
	struct responsibility_tables tables = {0};
	struct csv_table matrix = {.name = "matrix.csv",
	                           .header = "domain,layer,on_prem,iaas,paas,saas,source,"
	                                     "review_by",
	                           .separator = ',',
	                           .at = texts->matrix,
	                           .arena = a,
	                           .err = err};
	struct csv_table types = {
	        .name = "resource_types.csv",
	        .header = "cloud,resource_type,alias,service_model,kind,overrides,source",
	        .separator = ',',
	        .at = texts->resource_types,
	        .arena = a,
	        .err = err};
	struct csv_table categories = {
	        .name = "finding_categories.csv",
	        .header = "category,layer,domain,default_likelihood,automatable_if_exposed,"
	                  "total_impact,default_for",
	        .separator = ',',
	        .at = texts->finding_categories,
	        .arena = a,
	        .err = err};

	struct csv_table split = {.name = "split.tsv",
	                          .header = "domain\tprovider_does\tcustomer_does",
	                          .separator = '\t',
	                          .at = texts->split,
	                          .arena = a,
	                          .err = err};
	struct control_domain *domains;

	if (load_domains(&matrix, &tables, &domains) != 0 ||
	    load_kinds(&types, &tables) != 0 || load_categories(&categories, &tables) != 0)
		return ERR_INVALID;
	if (texts->split != NULL && load_split(&split, domains, tables.n_domains) != 0)
		return ERR_INVALID;
	*out = tables;
	return 0;
}

const struct resource_kind *resource_kind_find(const struct responsibility_tables *t,
                                               const char *type)
{
	const struct resource_kind wanted = {.type = type};

	if (t->n_kinds == 0)
		return NULL;
	return bsearch(&wanted, t->kinds, t->n_kinds, sizeof(wanted), kind_cmp);
}

const struct control_domain *control_domain_find(const struct responsibility_tables *t,
                                                 const char *name)
{
	for (size_t i = 0; i < t->n_domains; i++) {
		if (strcmp(t->domains[i].name, name) == 0)
			return &t->domains[i];
	}
	return NULL;
}

const struct finding_category *finding_category_find(const struct responsibility_tables *t,
                                                     const char *name)
{
	for (size_t i = 0; i < t->n_categories; i++) {
		/* The first letter tells most: each risk of a pass is asked for here. */
		if (*t->categories[i].name == *name &&
		    strcmp(t->categories[i].name, name) == 0)
			return &t->categories[i];
	}
	return NULL;
}

const struct finding_category *
finding_category_default(const struct responsibility_tables *t, enum finding_class class,
                         const char *type)
{
	const struct finding_category *found = NULL;

	for (size_t i = 0; i < t->n_categories; i++) {
		const struct finding_category *c = &t->categories[i];

		for (size_t k = 0; k < c->n_defaults; k++) {
			const struct category_default *d = &c->defaults[k];

			if (d->class != class)
				continue;
			if (d->type == NULL)
				found = c;
			else if (strcasecmp(d->type, type) == 0)
				return c;
		}
	}
	return found;
}

static const struct owner_override *override_of(const struct resource_kind *kind,
                                                const struct control_domain *domain)
{
	for (size_t i = 0; i < kind->n_overrides; i++) {
		if (kind->overrides[i].domain == domain)
			return &kind->overrides[i];
	}
	return NULL;
}

/* A type without a row is treated as IaaS: we owe more there, which is the safe side. */
static enum verdict owner_of(const struct resource_kind *kind,
                             const struct control_domain *domain)
{
	const struct owner_override *override;

	if (kind == NULL)
		return domain->owner[SERVICE_IAAS];
	override = override_of(kind, domain);
	return override != NULL ? override->owner : domain->owner[kind->model];
}

static struct responsibility responsibility_for(const struct resource_kind *kind,
                                                const struct control_domain *domain)
{
	const enum verdict owner = owner_of(kind, domain);

	return (struct responsibility){
	        .verdict = kind == NULL ? VERDICT_UNKNOWN : owner,
	        .row_owner = owner,
	        .layer = domain->layer,
	        .model = kind == NULL ? SERVICE_IAAS : kind->model,
	        .kind = kind,
	        .domain = domain,
	        .overridden = kind != NULL && override_of(kind, domain) != NULL,
	};
}

struct responsibility responsibility_of_domain(const struct responsibility_tables *t,
                                               const char *type,
                                               const struct control_domain *domain)
{
	return responsibility_for(resource_kind_find(t, type), domain);
}

struct responsibility responsibility_of_kind(const struct resource_kind *kind,
                                             const struct finding_category *category)
{
	struct responsibility out = responsibility_for(kind, category->domain);

	out.layer = category->layer;
	return out;
}

struct responsibility responsibility_of(const struct responsibility_tables *t,
                                        const char *type,
                                        const struct finding_category *category)
{
	return responsibility_of_kind(resource_kind_find(t, type), category);
}

unsigned int our_layers(const struct responsibility_tables *t,
                        const struct resource_kind *kind)
{
	unsigned int layers = 0;

	for (size_t i = 0; i < t->n_domains; i++) {
		if (owner_of(kind, &t->domains[i]) != VERDICT_PROVIDER)
			layers |= 1u << t->domains[i].layer;
	}
	return layers;
}

int applicable_layers(unsigned int ours, enum layer own)
{
	return __builtin_popcount(ours & ~(1u << own));
}
