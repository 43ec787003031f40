/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows of a block match.  Texts become numbers first, once a question.  Then
 * equality is tested for whole blocks, which compilers turn into vectors; what needs a
 * table is asked only for the rows that are left.  No loop over rows branches on their
 * values: time does not depend on how many match, nor on where they lie.
 */
#include <string.h>

#include "model/owner_rule.h"

#include "queue_index_private.h"

#define CVE_PREFIX "cve:"

void index_filter_init(struct index_filter *f)
{
	*f = (struct index_filter){
	        .bands = (1u << N_BANDS) - 1,
	        .states = (1u << N_RISK_STATES) - 1,
	        .providers = (1u << N_PROVIDERS) - 1,
	        .classes = (1u << N_FINDING_CLASSES) - 1,
	        .responsibilities = (1u << N_VERDICTS) - 1,
	        .layers = (1u << (N_LAYERS + 1)) - 1,
	        .min_score = 0,
	        .max_score = 1000,
	        .due_before = TIMESTAMP_NONE,
	};
}

/* --- making ready --- */

static void allow_codes(struct index_scan *scan, const struct index_filter *f)
{
	for (unsigned int c = 0; c < N_CODES_LOWER; c++)
		scan->code_lower[c] = (f->layers >> (c >> CODE_LAYER & 7) &
		                       f->classes >> (c >> CODE_CLASS & 7) &
		                       f->providers >> (c >> CODE_PROVIDER & 7) & 1);
	for (unsigned int c = 0; c < N_CODES_UPPER; c++)
		scan->code_upper[c] =
		        (f->responsibilities >> (c >> CODE_RESPONSIBILITY & 3) &
		         f->bands >> (c >> CODE_BAND & 3) &
		         f->states >> (c >> CODE_STATE & 7) & 1);
}

static bool set_score(struct index_scan *scan, const struct index_filter *f)
{
	const int min = f->min_score > 0 ? f->min_score : 0;
	const int max = f->max_score < 1000 ? f->max_score : 1000;

	if (min > max)
		return false;
	scan->min_score = (uint16_t)min;
	scan->score_range = (uint16_t)(max - min);
	scan->has_score = max - min < 1000;
	return true;
}

static uint32_t number_of(const struct queue_index *ix, enum index_text t, const char *text)
{
	return text_dict_find(&ix->dict[t], text);
}

static void add_either(struct index_scan *scan, enum index_text t, uint32_t one,
                       uint32_t other)
{
	const uint32_t *column = scan->ix->text[t];

	scan->either[scan->n_either++] =
	        (struct scan_either){{column, column}, {one, other}};
}

static bool set_equal(struct index_scan *scan, enum index_text t, const char *text)
{
	if (!text)
		return true;

	const uint32_t number = number_of(scan->ix, t, text);

	if (number == TEXT_UNKNOWN)
		return false;
	add_either(scan, t, number, number);
	return true;
}

/* "none" is nobody: no owner is called so. */
static bool set_owner(struct index_scan *scan, const char *name)
{
	if (!name || strcmp(name, OWNER_NOBODY) != 0)
		return set_equal(scan, TEXT_OWNER, name);
	add_either(scan, TEXT_OWNER, TEXT_NONE, TEXT_NONE);
	return true;
}

/* The subject itself, or the one of a CVE that is given without its prefix. */
static bool set_subject(struct index_scan *scan, const char *text, struct arena *a)
{
	if (!text)
		return true;

	char *cve = ARENA_JOIN(a, CVE_PREFIX, text);

	for (char *p = cve + strlen(CVE_PREFIX); *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');

	const uint32_t as_is = number_of(scan->ix, TEXT_SUBJECT, text);
	const uint32_t as_cve = number_of(scan->ix, TEXT_SUBJECT, cve);

	if (as_is == TEXT_UNKNOWN && as_cve == TEXT_UNKNOWN)
		return false;
	add_either(scan, TEXT_SUBJECT, as_is, as_cve);
	return true;
}

/* An empty set of numbers of a column's texts. */
static uint8_t *new_bits(const struct index_scan *scan, enum index_text t, struct arena *a)
{
	return ARENA_ARRAY(a, uint8_t, text_bits_size(&scan->ix->dict[t]));
}

static void add_bits(struct index_scan *scan, enum index_text t, const uint8_t *bits)
{
	scan->bits[scan->n_bits++] =
	        (struct scan_bits){{scan->ix->text[t], NULL}, {bits, NULL}};
}

static void add_either_bits(struct index_scan *scan, enum index_text one,
                            const uint8_t *one_bits, enum index_text other,
                            const uint8_t *other_bits)
{
	const struct queue_index *ix = scan->ix;

	scan->bits[scan->n_bits++] = (struct scan_bits){{ix->text[one], ix->text[other]},
	                                                {one_bits, other_bits}};
}

/* How many of the texts there are. */
static size_t set_bits(const struct index_scan *scan, enum index_text t,
                       const char *const *texts, size_t n, uint8_t *bits)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		const uint32_t number = number_of(scan->ix, t, texts[i]);

		if (number == TEXT_UNKNOWN)
			continue;
		text_bits_set(bits, number);
		found++;
	}
	return found;
}

static bool set_assets(struct index_scan *scan, const struct index_filter *f,
                       struct arena *a)
{
	if (!f->n_assets)
		return true;

	uint8_t *ids = new_bits(scan, TEXT_ASSET_ID, a);
	uint8_t *names = new_bits(scan, TEXT_ASSET_NAME, a);
	const size_t found = set_bits(scan, TEXT_ASSET_ID, f->assets, f->n_assets, ids) +
	                     set_bits(scan, TEXT_ASSET_NAME, f->assets, f->n_assets, names);

	add_either_bits(scan, TEXT_ASSET_ID, ids, TEXT_ASSET_NAME, names);
	return found > 0;
}

static bool set_scope(struct index_scan *scan, const struct index_filter *f,
                      struct arena *a)
{
	if (!f->is_scoped)
		return true;

	uint8_t *accounts = new_bits(scan, TEXT_ACCOUNT, a);
	uint8_t *owners = new_bits(scan, TEXT_OWNER, a);
	const size_t found =
	        set_bits(scan, TEXT_ACCOUNT, f->scope_accounts, f->n_scope_accounts,
	                 accounts) +
	        set_bits(scan, TEXT_OWNER, f->scope_owners, f->n_scope_owners, owners);

	add_either_bits(scan, TEXT_ACCOUNT, accounts, TEXT_OWNER, owners);
	return found > 0;
}

static bool set_title(struct index_scan *scan, const char *text, struct arena *a)
{
	if (!text)
		return true;

	struct strbuf lower = {0};
	const char *needle = index_lower(&lower, text);
	uint8_t *bits = new_bits(scan, TEXT_TITLE, a);

	text_dict_search(&scan->ix->dict[TEXT_TITLE], needle, lower.size, bits);
	bits[0] = (uint8_t)(bits[0] & ~(1u << TEXT_NONE));
	strbuf_done(&lower);
	add_bits(scan, TEXT_TITLE, bits);
	return true;
}

static bool has_source(const struct queue_index *ix, uint32_t set, const bool *wanted)
{
	for (size_t i = 0; i < index_set_size(ix, set); i++)
		if (wanted[index_source_find(ix, index_set_source(ix, set, i))])
			return true;
	return false;
}

static bool set_source(struct index_scan *scan, const char *name, struct arena *a)
{
	const struct queue_index *ix = scan->ix;
	const size_t n_sets = ix->dict[TEXT_SOURCES].n;

	if (!name)
		return true;

	bool *wanted = ARENA_ARRAY(a, bool, ix->n_sources + 1); /* the last: unknown ones */
	bool is_any = false;

	for (size_t i = 0; i < ix->n_sources; i++) {
		wanted[i] = strcmp(ix->sources[i].name, name) == 0 ||
		            strcmp(ix->sources[i].connector, name) == 0;
		is_any |= wanted[i];
	}
	if (!is_any)
		return false;

	uint8_t *bits = new_bits(scan, TEXT_SOURCES, a);

	for (uint32_t set = TEXT_NONE + 1; set < n_sets; set++)
		if (has_source(ix, set, wanted))
			text_bits_set(bits, set);
	add_bits(scan, TEXT_SOURCES, bits);
	return true;
}

bool index_scan_init(struct index_scan *scan, const struct queue_index *ix,
                     const struct index_filter *f, struct arena *a)
{
	*scan = (struct index_scan){.ix = ix, .due_before = f->due_before};
	allow_codes(scan, f);
	return set_score(scan, f) && set_subject(scan, f->subject, a) &&
	       set_equal(scan, TEXT_ACCOUNT, f->account) && set_owner(scan, f->owner) &&
	       set_equal(scan, TEXT_REGION, f->region) && set_assets(scan, f, a) &&
	       set_source(scan, f->source, a) && set_scope(scan, f, a) &&
	       set_title(scan, f->text, a);
}

/* --- a row --- */

static bool has_bits(const struct scan_bits *s, size_t row)
{
	return text_bits_has(s->bits[0], s->column[0][row]) ||
	       (s->column[1] && text_bits_has(s->bits[1], s->column[1][row]));
}

bool index_scan_matches(const struct index_scan *scan, size_t row)
{
	const struct queue_index *ix = scan->ix;
	const uint16_t code = ix->code[row];

	if (!scan->code_lower[code_lower(code)] || !scan->code_upper[code_upper(code)])
		return false;
	if (scan->has_score &&
	    (uint16_t)(ix->score[row] - scan->min_score) > scan->score_range)
		return false;
	if (scan->due_before != TIMESTAMP_NONE && ix->due_at[row] >= scan->due_before)
		return false;
	for (size_t i = 0; i < scan->n_either; i++)
		if (scan->either[i].column[0][row] != scan->either[i].number[0] &&
		    scan->either[i].column[1][row] != scan->either[i].number[1])
			return false;
	for (size_t i = 0; i < scan->n_bits; i++)
		if (!has_bits(&scan->bits[i], row))
			return false;
	return true;
}

/* --- a block --- */

void scan_block_init(struct scan_block *b, const struct queue_index *ix, size_t block)
{
	b->first = block * SCAN_BLOCK;
	b->n = ix->n - b->first < SCAN_BLOCK ? ix->n - b->first : SCAN_BLOCK;
	memset(b->kept, 1, b->n);
	memset(b->kept + b->n, 0, SCAN_BLOCK - b->n);
}

static void keep_either(const struct scan_either *e, struct scan_block *b)
{
	const uint32_t *one = e->column[0] + b->first, *other = e->column[1] + b->first;
	const uint32_t one_number = e->number[0], other_number = e->number[1];
	uint8_t *kept = b->kept;
	const size_t n = b->n;

	for (size_t i = 0; i < n; i++)
		kept[i] &= (uint8_t)((one[i] == one_number) | (other[i] == other_number));
}

static void keep_score(const struct index_scan *scan, struct scan_block *b)
{
	const uint16_t *score = scan->ix->score + b->first;
	const uint16_t min = scan->min_score, range = scan->score_range;
	uint8_t *kept = b->kept;
	const size_t n = b->n;

	for (size_t i = 0; i < n; i++)
		kept[i] &= (uint8_t)((uint16_t)(score[i] - min) <= range);
}

void scan_keep_at_most(const int32_t *column, int32_t most, struct scan_block *b)
{
	uint8_t *kept = b->kept;
	const size_t n = b->n;

	column += b->first;
	for (size_t i = 0; i < n; i++)
		kept[i] &= (uint8_t)(column[i] <= most);
}

/*
 * The places of the rows that are kept and have a code that is asked for.  Eight that
 * are not kept are passed over at once.
 */
static size_t select_kept(const struct index_scan *scan, struct scan_block *b)
{
	const uint16_t *code = scan->ix->code + b->first;
	size_t m = 0;

	for (size_t i = 0; i < b->n; i += 8) {
		const size_t end = b->n - i < 8 ? b->n : i + 8;
		uint64_t eight;

		memcpy(&eight, b->kept + i, sizeof(eight));
		if (!eight)
			continue;
		for (size_t k = i; k < end; k++) {
			b->selected[m] = (uint16_t)k;
			m += b->kept[k] & scan->code_lower[code_lower(code[k])] &
			     scan->code_upper[code_upper(code[k])];
		}
	}
	return m;
}

static size_t select_bits(const uint32_t *column, const uint8_t *bits, struct scan_block *b,
                          size_t n)
{
	size_t m = 0;

	column += b->first;
	for (size_t i = 0; i < n; i++) {
		const uint16_t row = b->selected[i];

		b->selected[m] = row;
		m += text_bits_has(bits, column[row]);
	}
	return m;
}

static size_t select_either_bits(const struct scan_bits *s, struct scan_block *b, size_t n)
{
	const uint32_t *one = s->column[0] + b->first, *other = s->column[1] + b->first;
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		const uint16_t row = b->selected[i];

		b->selected[m] = row;
		m += text_bits_has(s->bits[0], one[row]) |
		     text_bits_has(s->bits[1], other[row]);
	}
	return m;
}

static size_t select_due(const struct index_scan *scan, struct scan_block *b, size_t n)
{
	const timestamp *due_at = scan->ix->due_at + b->first;
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		const uint16_t row = b->selected[i];

		b->selected[m] = row;
		m += due_at[row] < scan->due_before;
	}
	return m;
}

size_t index_scan_select(const struct index_scan *scan, struct scan_block *b)
{
	const bool has_due = scan->due_before != TIMESTAMP_NONE;
	size_t n;

	for (size_t i = 0; i < scan->n_either; i++)
		keep_either(&scan->either[i], b);
	if (scan->has_score)
		keep_score(scan, b);
	if (has_due)
		scan_keep_at_most(scan->ix->due, index_coarse(scan->due_before), b);
	n = select_kept(scan, b);
	for (size_t i = 0; i < scan->n_bits; i++) {
		const struct scan_bits *s = &scan->bits[i];

		n = s->column[1] ? select_either_bits(s, b, n)
		                 : select_bits(s->column[0], s->bits[0], b, n);
	}
	return has_due ? select_due(scan, b, n) : n;
}
