/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts that are kept with each change.  Most questions for facets are about a queue as
 * a whole: the open risks of some responsibilities.  They are answered by adding up a few
 * counts of each value, whatever the number of risks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "queue_index_private.h"

#define ALL_OF(n) ((1u << (n)) - 1)

bool index_text_is_counted(enum index_text t)
{
	return t == TEXT_ACCOUNT || t == TEXT_REGION || t == TEXT_OWNER ||
	       t == TEXT_SOURCES;
}

static unsigned int cell_of(enum verdict responsibility, enum risk_state state)
{
	return (unsigned int)responsibility + (risk_state_is_open(state) ? N_VERDICTS : 0);
}

static unsigned int cell_of_upper(unsigned int upper)
{
	return cell_of((enum verdict)(upper >> CODE_RESPONSIBILITY & 3),
	               (enum risk_state)(upper >> CODE_STATE & 7));
}

static void reserve_text(struct index_tally *tally, enum index_text t, size_t n)
{
	const size_t former = tally->text_room[t];

	if (n <= former)
		return;
	n += n / 4;
	tally->text[t] = xrealloc(tally->text[t], n * sizeof(*tally->text[t]));
	memset(tally->text[t] + former, 0, (n - former) * sizeof(*tally->text[t]));
	tally->text_room[t] = n;
}

void index_tally_add(struct queue_index *ix, size_t row, int by)
{
	struct index_tally *tally = &ix->tally;
	const unsigned int lower = code_lower(ix->code[row]),
	                   upper = code_upper(ix->code[row]);
	const unsigned int cell = cell_of_upper(upper);
	const uint32_t step = (uint32_t)by;

	tally->lower[lower][cell] += step;
	tally->upper[upper] += step;
	tally->sla[ix->sla[row]][cell] += step;
	for (int t = 0; t < N_INDEX_TEXTS; t++) {
		if (!index_text_is_counted((enum index_text)t))
			continue;
		reserve_text(tally, (enum index_text)t, (size_t)ix->text[t][row] + 1);
		tally->text[t][ix->text[t][row]][cell] += step;
	}
}

void index_tally_renumber(struct queue_index *ix, enum index_text t,
                          const uint32_t *numbers, size_t n)
{
	struct index_tally *tally = &ix->tally, former = *tally;

	if (!index_text_is_counted(t))
		return;
	tally->text[t] = NULL;
	tally->text_room[t] = 0;
	reserve_text(tally, t, ix->dict[t].n);
	for (size_t i = 0; i < n && i < former.text_room[t]; i++)
		if (i == TEXT_NONE || numbers[i] != TEXT_NONE)
			memcpy(tally->text[t][numbers[i]], former.text[t][i],
			       sizeof(*former.text[t]));
	free(former.text[t]);
}

void index_tally_clear(struct index_tally *tally)
{
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		free(tally->text[t]);
	*tally = (struct index_tally){0};
}

size_t index_tally_memory(const struct index_tally *tally)
{
	size_t size = 0;

	for (int t = 0; t < N_INDEX_TEXTS; t++)
		size += tally->text_room[t] * sizeof(*tally->text[t]);
	return size;
}

/* --- sums --- */

static unsigned int open_states(void)
{
	unsigned int out = 0;

	for (int i = 0; i < N_RISK_STATES; i++)
		if (risk_state_is_open((enum risk_state)i))
			out |= 1u << i;
	return out;
}

static bool takes_all_or_none(unsigned int mask, unsigned int of)
{
	return (mask & of) == 0 || (mask & of) == of;
}

/* Asks for nothing but responsibilities, and for what is open or what is not. */
static bool is_plain(const struct index_filter *f)
{
	const unsigned int open = open_states();

	return takes_all_or_none(f->states, open) &&
	       takes_all_or_none(f->states, ALL_OF(N_RISK_STATES) & ~open) &&
	       !(~f->bands & ALL_OF(N_BANDS)) && !(~f->providers & ALL_OF(N_PROVIDERS)) &&
	       !(~f->classes & ALL_OF(N_FINDING_CLASSES)) &&
	       !(~f->layers & ALL_OF(N_LAYERS + 1)) && f->min_score <= 0 &&
	       f->max_score >= 1000 && !f->account && !f->region && !f->owner &&
	       !f->source && !f->subject && !f->text && !f->n_assets &&
	       f->due_before == TIMESTAMP_NONE && !f->is_scoped;
}

/* All ones for each cell that the filter takes, and 0 for the others. */
static void set_masks(const struct index_filter *f, uint32_t masks[N_TALLY_CELLS])
{
	for (int v = 0; v < N_VERDICTS; v++)
		for (int s = 0; s < N_RISK_STATES; s++)
			masks[cell_of((enum verdict)v, (enum risk_state)s)] =
			        (f->responsibilities >> v & f->states >> s & 1) ? UINT32_MAX
			                                                        : 0;
}

static uint32_t sum_of(const uint32_t cells[N_TALLY_CELLS],
                       const uint32_t masks[N_TALLY_CELLS])
{
	uint32_t sum = 0;

	for (int i = 0; i < N_TALLY_CELLS; i++)
		sum += cells[i] & masks[i];
	return sum;
}

bool index_tally_count(const struct queue_index *ix, const struct index_filter *filter,
                       struct index_counts *counts)
{
	const struct index_tally *tally = &ix->tally;
	uint32_t masks[N_TALLY_CELLS];

	if (!is_plain(filter))
		return false;
	set_masks(filter, masks);
	for (unsigned int i = 0; i < N_CODES_LOWER; i++)
		counts->total += counts->lower[i] = sum_of(tally->lower[i], masks);
	for (unsigned int i = 0; i < N_CODES_UPPER; i++)
		counts->upper[i] = tally->upper[i] & masks[cell_of_upper(i)];
	for (int i = 0; i < N_SLA_STATES; i++)
		counts->sla[i] = sum_of(tally->sla[i], masks);
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		for (size_t i = 0; counts->text[t] && i < ix->dict[t].n; i++)
			counts->text[t][i] = i < tally->text_room[t]
			                             ? sum_of(tally->text[t][i], masks)
			                             : 0;
	return true;
}

static bool is_unknown_duty(unsigned int upper)
{
	return (upper >> CODE_RESPONSIBILITY & 3) == VERDICT_UNKNOWN &&
	       risk_state_is_open((enum risk_state)(upper >> CODE_STATE & 7));
}

/* The rows are looked at only when the tally has some: in most orgs there are none. */
size_t queue_index_unknown_types(const struct queue_index *ix)
{
	const uint32_t *types = ix->text[TEXT_ASSET_TYPE];
	size_t n_left = 0, n = 0;
	uint8_t *seen; /* a bit a provider, of each type */

	for (unsigned int c = 0; c < N_CODES_UPPER; c++)
		if (is_unknown_duty(c))
			n_left += ix->tally.upper[c];
	if (n_left == 0)
		return 0;
	seen = xcalloc(ix->dict[TEXT_ASSET_TYPE].n, sizeof(*seen));
	for (size_t row = 0; row < ix->n && n_left > 0; row++) {
		const uint16_t code = ix->code[row];
		const uint8_t bit = (uint8_t)(1u << (code >> CODE_PROVIDER & 7));

		if (!is_unknown_duty(code_upper(code)))
			continue;
		n_left--;
		n += !(seen[types[row]] & bit);
		seen[types[row]] |= bit;
	}
	free(seen);
	return n;
}
