/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds in memory: collected row by row, settled before they are stored, and looked up
 * by CVE when risks are scored.
 */
#include "model/intelligence.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/cve.h"

static const char *const feed_names[N_INTEL_FEEDS] = {
        [INTEL_EPSS] = "epss", [INTEL_KEV] = "kev",           [INTEL_CVE] = "cve",
        [INTEL_NVD] = "nvd",   [INTEL_EXPLOITS] = "exploits", [INTEL_OSV] = "osv",
};

const struct intel_row intel_row_empty = {
        .modified = TIMESTAMP_NONE,
        .published = TIMESTAMP_NONE,
        .kev_added = TIMESTAMP_NONE,
        .kev_due = TIMESTAMP_NONE,
        .vector = "",
        .epss = -1,
        .exploitation = -1,
        .automatable = -1,
        .total = -1,
};

const char *intel_feed_name(enum intel_feed feed)
{
	return feed_names[feed];
}

int intel_feed_parse(const char *name, enum intel_feed *out)
{
	for (int i = 0; i < N_INTEL_FEEDS; i++)
		if (i != INTEL_EXPLOITS && strcmp(feed_names[i], name) == 0) {
			*out = (enum intel_feed)i;
			return 0;
		}
	return -1;
}

bool intel_feed_is_whole(enum intel_feed feed)
{
	return feed == INTEL_EPSS || feed == INTEL_KEV;
}

void intel_data_init(struct intel_data *d, enum intel_feed feed)
{
	*d = (struct intel_data){.feed = feed,
	                         .as_of = TIMESTAMP_NONE,
	                         .model = "",
	                         .arena = arena_new(1 << 16)};
}

void intel_data_done(struct intel_data *d)
{
	free(d->rows);
	free(d->advisories);
	arena_free(d->arena);
	*d = (struct intel_data){0};
}

static void *grow(void *array, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return array;
	*room = *room ? *room * 2 : 1024;
	return xrealloc(array, *room * size);
}

struct intel_row *intel_data_add(struct intel_data *d)
{
	d->rows = grow(d->rows, d->n_rows, &d->room_rows, sizeof(*d->rows));
	struct intel_row *row = &d->rows[d->n_rows];

	*row = intel_row_empty;
	row->ordinal = d->n_rows++;
	return row;
}

struct intel_advisory *intel_data_add_advisory(struct intel_data *d)
{
	d->advisories = grow(d->advisories, d->n_advisories, &d->room_advisories,
	                     sizeof(*d->advisories));
	struct intel_advisory *a = &d->advisories[d->n_advisories];

	*a = (struct intel_advisory){.modified = TIMESTAMP_NONE,
	                             .ordinal = d->n_advisories};
	d->n_advisories++;
	return a;
}

static int newest_first(timestamp a, size_t a_ordinal, timestamp b, size_t b_ordinal)
{
	if (a != b)
		return a > b ? -1 : 1;
	return a_ordinal > b_ordinal ? -1 : a_ordinal < b_ordinal;
}

static int by_cve(const void *pa, const void *pb)
{
	const struct intel_row *a = pa, *b = pb;

	if (a->cve != b->cve)
		return a->cve < b->cve ? -1 : 1;
	return newest_first(a->modified, a->ordinal, b->modified, b->ordinal);
}

static int by_record(const void *pa, const void *pb)
{
	const struct intel_advisory *a = pa, *b = pb;
	const int d = strcmp(a->record, b->record);

	return d ? d : newest_first(a->modified, a->ordinal, b->modified, b->ordinal);
}

static int settle_rows(struct intel_data *d, struct error *err)
{
	char text[CVE_TEXT_MAX];
	size_t n = 0;

	if (d->n_rows)
		qsort(d->rows, d->n_rows, sizeof(*d->rows), by_cve);
	for (size_t i = 0; i < d->n_rows; i++) {
		if (n == 0 || d->rows[n - 1].cve != d->rows[i].cve)
			d->rows[n++] = d->rows[i];
		else if (intel_feed_is_whole(d->feed))
			return error_set(err, ERR_INVALID, "%s stands in it twice",
			                 cve_text(d->rows[i].cve, text));
	}
	d->n_rows = n;
	return 0;
}

int intel_data_settle(struct intel_data *d, struct error *err)
{
	size_t n = 0;

	if (d->n_advisories)
		qsort(d->advisories, d->n_advisories, sizeof(*d->advisories), by_record);
	for (size_t i = 0; i < d->n_advisories; i++)
		if (n == 0 ||
		    strcmp(d->advisories[n - 1].record, d->advisories[i].record) != 0)
			d->advisories[n++] = d->advisories[i];
	d->n_advisories = n;
	return settle_rows(d, err);
}

/* Where the CVE stands, or would.  Multiplicative (Fibonacci) hashing: the upper bits of
 * the product are the ones that all bits of the number reach. */
static struct intel *slot_of(const struct intel_table *t, uint64_t cve)
{
	const size_t last = t->n_slots - 1;
	size_t i = (size_t)((cve * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & last;

	while (t->slots[i].cve && t->slots[i].cve != cve)
		i = (i + 1) & last;
	return &t->slots[i];
}

#define SLOTS_MIN ((size_t)1024)

/* At most half of the slots are taken: the way to a free one is short. */
static void make_room(struct intel_table *t)
{
	const struct intel_table old = *t;

	if (2 * (t->n_rows + 1) <= t->n_slots)
		return;
	t->n_slots = t->n_slots ? 2 * t->n_slots : SLOTS_MIN;
	t->slots = ARENA_ARRAY(t->arena, struct intel, t->n_slots);
	for (size_t i = 0; i < old.n_slots; i++)
		if (old.slots[i].cve)
			*slot_of(t, old.slots[i].cve) = old.slots[i];
}

void intel_put(struct intel_table *t, const struct intel *row)
{
	make_room(t);

	struct intel *slot = slot_of(t, row->cve);

	t->n_rows += !slot->cve;
	*slot = *row;
}

bool intel_knows(const struct intel_table *t, uint64_t cve)
{
	return t->n_slots && slot_of(t, cve)->cve;
}

const struct intel *intel_find(const struct intel_table *t, const char *cve)
{
	const uint64_t packed = t && t->n_rows ? cve_pack(cve) : 0;
	const struct intel *slot;

	if (!packed)
		return NULL;
	slot = slot_of(t, packed);
	return slot->cve && !slot->is_silent ? slot : NULL;
}

static int name_order(const void *key, const void *row)
{
	return strcmp(key, ((const struct intel_name *)row)->alias);
}

const struct intel_name *intel_find_name(const struct intel_table *t, const char *alias)
{
	if (!t || !t->n_names)
		return NULL;
	return bsearch(alias, t->names, t->n_names, sizeof(*t->names), name_order);
}
