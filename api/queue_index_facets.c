/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facets: how many of the risks that match have which value.  Numbers and codes are
 * counted in arrays, by a pass or from the tally, without a look at their texts; of these
 * arrays the most frequent values are then named.
 */
#include <stdlib.h>
#include <string.h>

#include "queue_index.h"
#include "queue_index_private.h"

/* Columns of texts whose values are counted. */
static const struct text_facet {
	enum index_text text;
	enum index_facet facet;
} text_facets[] = {
        {TEXT_ACCOUNT, FACET_ACCOUNT},
        {TEXT_REGION, FACET_REGION},
        {TEXT_OWNER, FACET_OWNER},
};

const char *index_facet_name(enum index_facet facet)
{
	static const char *const names[N_INDEX_FACETS] = {
	        [FACET_BAND] = "band",         [FACET_STATE] = "state",
	        [FACET_PROVIDER] = "provider", [FACET_ACCOUNT] = "account",
	        [FACET_REGION] = "region",     [FACET_CLASS] = "class",
	        [FACET_LAYER] = "layer",       [FACET_RESPONSIBILITY] = "responsibility",
	        [FACET_OWNER] = "owner",       [FACET_SOURCE] = "source",
	        [FACET_SLA] = "sla",
	};

	return names[facet];
}

/* --- counting --- */

/* The place of a row in counts.sla. */
static unsigned int sla_cell(const struct queue_index *ix, size_t row, timestamp now,
                             int32_t coarse_now)
{
	unsigned int crossed = ix->next_crossing[row] < coarse_now;
	unsigned int overdue = ix->due[row] < coarse_now;

	if (ix->next_crossing[row] == coarse_now || ix->due[row] == coarse_now) {
		crossed = ix->next_crossing_at[row] <= now;
		overdue = ix->due_at[row] < now;
	}
	return ix->sla[row] | crossed * SLA_CROSSED | overdue * SLA_OVERDUE;
}

/* The tally's SLA states are as of the stored ranks: moves what has crossed since. */
static void move_crossed(const struct index_scan *scan, timestamp now,
                         struct index_counts *c)
{
	const struct queue_index *ix = scan->ix;
	const int32_t coarse_now = index_coarse(now);
	struct scan_block b;

	for (size_t block = 0; block < index_n_blocks(ix); block++) {
		scan_block_init(&b, ix, block);
		scan_keep_at_most(ix->next_crossing, coarse_now, &b);
		for (size_t i = 0, n = index_scan_select(scan, &b); i < n; i++) {
			const size_t row = b.first + b.selected[i];

			c->sla[ix->sla[row]]--;
			c->sla[sla_cell(ix, row, now, coarse_now)]++;
		}
	}
}

/*
 * All counts in one loop: where most rows have the same value, each counter waits for
 * its former self, and so the counters had better wait together.
 */
static void count_rows(const struct queue_index *ix, const struct scan_block *b, size_t n,
                       timestamp now, struct index_counts *c)
{
	uint32_t *accounts = c->text[TEXT_ACCOUNT], *regions = c->text[TEXT_REGION];
	uint32_t *owners = c->text[TEXT_OWNER], *sets = c->text[TEXT_SOURCES];
	const int32_t coarse_now = index_coarse(now);

	c->total += n;
	for (size_t i = 0; i < n; i++) {
		const size_t row = b->first + b->selected[i];

		c->lower[code_lower(ix->code[row])]++;
		c->upper[code_upper(ix->code[row])]++;
		c->sla[sla_cell(ix, row, now, coarse_now)]++;
		accounts[ix->text[TEXT_ACCOUNT][row]]++;
		regions[ix->text[TEXT_REGION][row]]++;
		owners[ix->text[TEXT_OWNER][row]]++;
		sets[ix->text[TEXT_SOURCES][row]]++;
	}
}

/* --- the most frequent values --- */

/* Most first; of equal counts by value, NULL last. */
static int compare_values(const void *x, const void *y)
{
	const struct index_facet_value *a = x, *b = y;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (!a->value || !b->value)
		return (!a->value) - (!b->value);
	return strcmp(a->value, b->value);
}

/*
 * Keeps the best that are added: room for twice as many, halved when it is full.  From
 * then on only what comes before the last of that half is of interest.
 */
struct top {
	struct index_facet_value values[2 * INDEX_FACET_VALUES_MAX];
	size_t n;
	struct index_facet_value last; /* count 0: none yet */
};

static void top_shorten(struct top *top)
{
	qsort(top->values, top->n, sizeof(*top->values), compare_values);
	if (top->n < INDEX_FACET_VALUES_MAX)
		return;
	top->n = INDEX_FACET_VALUES_MAX;
	top->last = top->values[top->n - 1];
}

static void top_add(struct top *top, const char *value, size_t count)
{
	const struct index_facet_value v = {value, count};

	if (!count || compare_values(&v, &top->last) > 0)
		return;
	if (top->n == N_ELEMENTS(top->values))
		top_shorten(top);
	top->values[top->n++] = v;
}

static void top_take(struct top *top, struct arena *a, struct index_facet_values *out)
{
	top_shorten(top);
	out->n = top->n;
	out->values = ARENA_ARRAY(a, struct index_facet_value, top->n + 1);
	for (size_t i = 0; i < top->n; i++) {
		const struct index_facet_value *v = &top->values[i];

		out->values[i] = (struct index_facet_value){
		        v->value ? arena_strdup(a, v->value) : NULL, v->count};
	}
}

/* --- naming --- */

/* Where the values of an enum stand in a code, and what they are called. */
struct code_facet {
	enum index_facet facet;
	bool is_upper;
	int shift, mask, n;
	const char *(*name)(int value);
};

static const char *name_of_band(int value)
{
	return band_name((enum band)value);
}

static const char *name_of_state(int value)
{
	return risk_state_name((enum risk_state)value);
}

static const char *name_of_provider(int value)
{
	return provider_name((enum provider)value);
}

static const char *name_of_class(int value)
{
	return finding_class_name((enum finding_class)value);
}

static const char *name_of_layer(int value)
{
	return value ? layer_name((enum layer)(value - 1)) : "unknown";
}

static const char *name_of_verdict(int value)
{
	return verdict_name((enum verdict)value);
}

static const struct code_facet code_facets[] = {
        {FACET_BAND, true, CODE_BAND, 3, N_BANDS, name_of_band},
        {FACET_STATE, true, CODE_STATE, 7, N_RISK_STATES, name_of_state},
        {FACET_RESPONSIBILITY, true, CODE_RESPONSIBILITY, 3, N_VERDICTS, name_of_verdict},
        {FACET_PROVIDER, false, CODE_PROVIDER, 7, N_PROVIDERS, name_of_provider},
        {FACET_CLASS, false, CODE_CLASS, 7, N_FINDING_CLASSES, name_of_class},
        {FACET_LAYER, false, CODE_LAYER, 7, N_LAYERS + 1, name_of_layer},
};

static void name_codes(const struct index_counts *c, const struct code_facet *f,
                       struct arena *a, struct index_facet_values *out)
{
	const uint32_t *counts = f->is_upper ? c->upper : c->lower;
	const int n_codes = f->is_upper ? N_CODES_UPPER : N_CODES_LOWER;
	size_t sums[8] = {0};
	struct top top = {.n = 0};

	for (int code = 0; code < n_codes; code++)
		sums[code >> f->shift & f->mask] += counts[code];
	for (int i = 0; i < f->n; i++)
		top_add(&top, f->name(i), sums[i]);
	top_take(&top, a, out);
}

static void name_texts(const struct queue_index *ix, enum index_text t,
                       const uint32_t *counts, struct arena *a,
                       struct index_facet_values *out)
{
	const struct text_dict *d = &ix->dict[t];
	struct top top = {.n = 0};

	for (uint32_t i = 0; i < d->n; i++)
		top_add(&top, i == TEXT_NONE ? NULL : text_dict_text(d, i), counts[i]);
	top_take(&top, a, out);
}

/* A set counts once for each name in it, however many of its sources bear it. */
static void name_sources(const struct queue_index *ix, const uint32_t *counts,
                         struct arena *a, struct index_facet_values *out)
{
	ARENA_SCOPED scratch = arena_new(4096);
	size_t *sums = ARENA_ARRAY(scratch, size_t, ix->n_sources + 1);
	uint32_t *seen_in = ARENA_ARRAY(scratch, uint32_t, ix->n_sources + 1);
	const size_t n_sets = ix->dict[TEXT_SOURCES].n;
	struct top top = {.n = 0};

	for (uint32_t set = TEXT_NONE + 1; set < n_sets; set++)
		for (size_t i = 0; counts[set] && i < index_set_size(ix, set); i++) {
			const int64_t id = index_set_source(ix, set, i);
			const size_t name = ix->namesakes[index_source_find(ix, id)];

			if (seen_in[name] != set)
				sums[name] += counts[set];
			seen_in[name] = set;
		}
	for (size_t i = 0; i < ix->n_sources; i++)
		top_add(&top, ix->sources[i].name, sums[i]);
	top_take(&top, a, out);
}

static void name_sla(const struct index_counts *c, struct arena *a,
                     struct index_facet_values *out)
{
	size_t sums[N_SLA_STATES] = {0};
	struct top top = {.n = 0};

	for (int cell = 0; cell < N_SLA_CELLS; cell++) {
		const int sla = !(cell & SLA_CROSSED) ? cell & (SLA_CROSSED - 1)
		                : cell & SLA_OVERDUE  ? SLA_BREACHED
		                                      : SLA_DUE_SOON;

		if (c->sla[cell])
			sums[sla] += c->sla[cell];
	}
	for (int sla = 0; sla < N_SLA_STATES; sla++)
		top_add(&top, sla_state_name((enum sla_state)sla), sums[sla]);
	top_take(&top, a, out);
}

static void name_all(const struct queue_index *ix, const struct index_counts *c,
                     struct arena *a, struct index_facets *out)
{
	out->total = c->total;
	for (size_t i = 0; i < N_ELEMENTS(code_facets); i++)
		name_codes(c, &code_facets[i], a, &out->of[code_facets[i].facet]);
	for (size_t i = 0; i < N_ELEMENTS(text_facets); i++)
		name_texts(ix, text_facets[i].text, c->text[text_facets[i].text], a,
		           &out->of[text_facets[i].facet]);
	name_sources(ix, c->text[TEXT_SOURCES], a, &out->of[FACET_SOURCE]);
	name_sla(c, a, &out->of[FACET_SLA]);
}

static struct index_counts *new_counts(const struct queue_index *ix, struct arena *a)
{
	struct index_counts *c = ARENA_NEW(a, struct index_counts);

	for (int t = 0; t < N_INDEX_TEXTS; t++)
		if (index_text_is_counted((enum index_text)t))
			c->text[t] = ARENA_ARRAY(a, uint32_t, ix->dict[t].n);
	return c;
}

static void count_all(const struct index_scan *scan, timestamp now, struct index_counts *c)
{
	struct scan_block b;

	for (size_t block = 0; block < index_n_blocks(scan->ix); block++) {
		scan_block_init(&b, scan->ix, block);
		count_rows(scan->ix, &b, index_scan_select(scan, &b), now, c);
	}
}

void queue_index_facets(const struct queue_index *ix, const struct index_filter *filter,
                        timestamp now, struct arena *a, struct index_facets *out)
{
	ARENA_SCOPED scratch = arena_new(16384);
	struct index_counts *c = new_counts(ix, scratch);
	struct index_scan scan;

	if (index_scan_init(&scan, ix, filter, scratch)) {
		if (index_tally_count(ix, filter, c))
			move_crossed(&scan, now, c);
		else
			count_all(&scan, now, c);
	}
	name_all(ix, c, a, out);
}

/* --- how risks stand --- */

void queue_index_standing(const struct queue_index *ix, timestamp now,
                          struct index_standing *out)
{
	const int32_t coarse_now = index_coarse(now);
	uint32_t codes[N_CODES_UPPER] = {0}, cells[N_BANDS][N_SLA_CELLS] = {{0}};

	*out = (struct index_standing){0};
	for (size_t row = 0; row < ix->n; row++) {
		codes[code_upper(ix->code[row])]++;
		cells[code_band(ix->code[row])][sla_cell(ix, row, now, coarse_now)]++;
	}
	for (unsigned int upper = 0; upper < N_CODES_UPPER; upper++)
		if (codes[upper])
			out->n[upper >> CODE_BAND & 3][upper >> CODE_STATE] += codes[upper];
	for (int band = 0; band < N_BANDS; band++)
		for (unsigned int cell = 0; cell < N_SLA_CELLS; cell++) {
			const bool crossed = cell & SLA_CROSSED;
			const enum sla_state sla =
			        !crossed ? (enum sla_state)(cell & (SLA_CROSSED - 1))
			        : cell & SLA_OVERDUE ? SLA_BREACHED
			                             : SLA_DUE_SOON;

			out->breached[band] += sla == SLA_BREACHED ? cells[band][cell] : 0;
			out->due_soon[band] += sla == SLA_DUE_SOON ? cells[band][cell] : 0;
		}
}
