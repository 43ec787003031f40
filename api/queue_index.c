/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the index: how they come, change and go.  A removed row's place is taken
 * by the last one, so that columns have no gaps.  How they are searched is in
 * queue_index_scan.c, _page.c and _facets.c.
 */
#include "queue_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/risk_times.h"

#include "queue_index_private.h"

#define ROOM_MIN 64

_Static_assert(N_LAYERS + 1 <= 8 && N_FINDING_CLASSES <= 8 && N_PROVIDERS <= 8 &&
                       N_VERDICTS <= 4 && N_BANDS <= 4 && N_RISK_STATES <= 8,
               "the enums of a risk fit their bits of a code");

/* Applies X to each column but those of texts. */
#define EACH_COLUMN(X)      \
	X(id)               \
	X(opened_at)        \
	X(due_at)           \
	X(next_crossing_at) \
	X(opened)           \
	X(due)              \
	X(next_crossing)    \
	X(id_order)         \
	X(rank)             \
	X(code)             \
	X(score)            \
	X(sla)              \
	X(n_findings)       \
	X(reopens_at)

static void set_room(struct queue_index *ix, size_t room)
{
#define RESIZE(column) ix->column = xrealloc(ix->column, room * sizeof(*ix->column));
	EACH_COLUMN(RESIZE)
#undef RESIZE
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		ix->text[t] = xrealloc(ix->text[t], room * sizeof(*ix->text[t]));
	ix->room = room;
}

static size_t row_size(void)
{
	const struct queue_index *ix = NULL;
	size_t size = N_INDEX_TEXTS * sizeof(*ix->text[0]);

#define ADD(column) size += sizeof(*ix->column);
	EACH_COLUMN(ADD)
#undef ADD
	return size;
}

static void init_risks(struct queue_index *ix)
{
	hash_slots_init(&ix->by_id, 0);
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		text_dict_init(&ix->dict[t], ix->seed);
	ix->n = 0;
	ix->n_reopenings = 0;
	ix->next_reopening = NEVER;
	set_room(ix, ROOM_MIN);
}

static void done_risks(struct queue_index *ix)
{
	hash_slots_done(&ix->by_id);
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		text_dict_done(&ix->dict[t]);
	index_tally_clear(&ix->tally);
	queue_order_done(&ix->order);
}

static void free_sources(struct queue_index *ix)
{
	free(ix->sources);
	free(ix->namesakes);
	free(ix->source_texts);
}

struct queue_index *queue_index_new(uint64_t seed)
{
	struct queue_index *ix = xcalloc(1, sizeof(*ix));

	ix->seed = seed;
	init_risks(ix);
	queue_index_set_sources(ix, NULL, 0);
	return ix;
}

void queue_index_free(struct queue_index *ix)
{
	if (!ix)
		return;
	done_risks(ix);
#define FREE(column) free(ix->column);
	EACH_COLUMN(FREE)
#undef FREE
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		free(ix->text[t]);
	free_sources(ix);
	strbuf_done(&ix->lower);
	free(ix->reopenings);
	free(ix);
}

void queue_index_freep(struct queue_index **ix)
{
	queue_index_free(*ix);
	*ix = NULL;
}

void queue_index_clear(struct queue_index *ix)
{
	done_risks(ix);
	init_risks(ix);
}

size_t queue_index_count(const struct queue_index *ix)
{
	return ix->n;
}

struct index_memory queue_index_memory(const struct queue_index *ix)
{
	struct index_memory out = {.rows = sizeof(*ix) + ix->room * row_size() +
	                                   hash_slots_memory(&ix->by_id) +
	                                   queue_order_memory(&ix->order)};

	for (int t = 0; t < N_INDEX_TEXTS; t++)
		out.texts += text_dict_memory(&ix->dict[t]);
	out.texts += index_tally_memory(&ix->tally);
	out.texts += ix->n_sources * (sizeof(*ix->sources) + sizeof(*ix->namesakes)) +
	             ix->source_texts_size;
	out.texts += ix->lower.room;
	return out;
}

/* --- one risk --- */

static uint32_t hash_of(const struct queue_index *ix, const struct key *id)
{
	return hash_slots_hash(id->bytes, KEY_SIZE, ix->seed);
}

static uint32_t find_row(const struct queue_index *ix, uint32_t hash, const struct key *id)
{
	size_t at = hash;
	uint32_t row;

	while ((row = hash_slots_next(&ix->by_id, hash, &at)) != HASH_SLOT_NONE)
		if (memcmp(&ix->id[row], id, sizeof(*id)) == 0)
			return row;
	return HASH_SLOT_NONE;
}

uint32_t index_find(const struct queue_index *ix, const struct key *id)
{
	return find_row(ix, hash_of(ix, id), id);
}

const char *index_lower(struct strbuf *out, const char *text)
{
	const size_t size = strlen(text);

	strbuf_reset(out);

	char *end = strbuf_reserve(out, size);

	for (size_t i = 0; i < size; i++) {
		const bool is_upper = text[i] >= 'A' && text[i] <= 'Z';

		end[i] = (char)(text[i] | (is_upper ? 0x20 : 0));
	}
	end[size] = '\0';
	out->size = size;
	return out->data;
}

static uint16_t code_of(const struct index_risk *r)
{
	assert(r->layer >= -1 && r->layer < N_LAYERS);
	assert((unsigned int)r->class < N_FINDING_CLASSES);
	assert((unsigned int)r->provider < N_PROVIDERS);
	assert((unsigned int)r->responsibility < N_VERDICTS);
	assert((unsigned int)r->band < N_BANDS);
	assert((unsigned int)r->state < N_RISK_STATES);

	const unsigned int lower = (unsigned int)(r->layer + 1) << CODE_LAYER |
	                           (unsigned int)r->class << CODE_CLASS |
	                           (unsigned int)r->provider << CODE_PROVIDER;
	const unsigned int upper = (unsigned int)r->responsibility << CODE_RESPONSIBILITY |
	                           (unsigned int)r->band << CODE_BAND |
	                           (unsigned int)r->state << CODE_STATE;

	return (uint16_t)(upper << CODE_LOWER_BITS | lower);
}

static struct risk_row_times times_of(const struct index_risk *r)
{
	return (struct risk_row_times){.band = r->band,
	                               .state = r->state,
	                               .responsibility = r->responsibility,
	                               .score = r->score,
	                               .rank = r->rank,
	                               .due_at = r->due_at,
	                               .next_crossing_at = r->next_crossing_at,
	                               .reopens_at = r->reopens_at,
	                               .soon_at = r->soon_at,
	                               .resolved_at = r->resolved_at};
}

/* The state that the clock had when the row was written. */
static enum sla_state stored_sla(const struct index_risk *r)
{
	const struct risk_row_times row = times_of(r);

	return risk_row_sla(&row);
}

static timestamp or_never(timestamp at)
{
	return at == TIMESTAMP_NONE ? NEVER : at;
}

static void set_numbers(struct queue_index *ix, size_t row, const struct index_risk *r)
{
	assert(r->score >= 0 && r->score <= 1000);
	assert(r->rank >= 0 && r->rank <= UINT16_MAX);
	ix->id[row] = r->id;
	ix->opened_at[row] = r->opened_at;
	ix->due_at[row] = or_never(r->due_at);
	ix->next_crossing_at[row] = risk_state_is_open(r->state)
	                                    ? or_never(r->next_crossing_at)
	                                    : NEVER; /* its end is in reopenings */
	ix->opened[row] = index_coarse(ix->opened_at[row]);
	ix->due[row] = index_coarse(ix->due_at[row]);
	ix->next_crossing[row] = index_coarse(ix->next_crossing_at[row]);
	ix->id_order[row] = index_id_order(&r->id);
	ix->rank[row] = (uint16_t)r->rank;
	ix->code[row] = code_of(r);
	ix->score[row] = (uint16_t)r->score;
	ix->sla[row] = (uint8_t)stored_sla(r);
	ix->n_findings[row] = r->n_findings;
	ix->reopens_at[row] = r->state == RISK_ACCEPTED ? or_never(r->reopens_at) : NEVER;
}

static void make_refs(struct queue_index *ix, const struct index_risk *r,
                      struct text_ref refs[N_INDEX_TEXTS])
{
	const char *const texts[N_INDEX_TEXTS] = {
	        [TEXT_ACCOUNT] = r->account,
	        [TEXT_REGION] = r->region,
	        [TEXT_OWNER] = r->owner,
	        [TEXT_SUBJECT] = r->subject,
	        [TEXT_ASSET_ID] = r->asset_id,
	        [TEXT_ASSET_NAME] = r->asset_name,
	        [TEXT_TITLE] = r->title ? index_lower(&ix->lower, r->title) : NULL,
	        [TEXT_TITLE_SHOWN] = r->title,
	        [TEXT_LOCATION] = r->location,
	        [TEXT_ASSET_TYPE] = r->asset_type,
	};

	for (int t = 0; t < N_INDEX_TEXTS; t++)
		refs[t] = text_dict_ref(&ix->dict[t], texts[t],
		                        texts[t] ? strlen(texts[t]) : 0);
	if (r->n_sources)
		refs[TEXT_SOURCES] = text_dict_ref(&ix->dict[TEXT_SOURCES], r->source_ids,
		                                   r->n_sources * sizeof(*r->source_ids));
}

static void set_texts(struct queue_index *ix, size_t row,
                      const struct text_ref refs[N_INDEX_TEXTS])
{
	for (int t = 0; t < N_INDEX_TEXTS; t++) {
		const uint32_t former = ix->text[t][row];

		ix->text[t][row] = text_dict_acquire(&ix->dict[t], &refs[t]);
		text_dict_release(&ix->dict[t], former);
	}
}

/* Keeps texts that nobody uses any more from piling up. */
static void rebuild_dicts(struct queue_index *ix)
{
	for (int t = 0; t < N_INDEX_TEXTS; t++) {
		const size_t n = ix->dict[t].n;
		uint32_t *numbers = text_dict_rebuild(&ix->dict[t]);

		if (!numbers)
			continue;
		for (size_t row = 0; row < ix->n; row++)
			ix->text[t][row] = numbers[ix->text[t][row]];
		index_tally_renumber(ix, (enum index_text)t, numbers, n);
		free(numbers);
	}
}

static timestamp or_none(timestamp at)
{
	return at == NEVER ? TIMESTAMP_NONE : at;
}

static void add_reopening(struct queue_index *ix, const struct index_risk *r)
{
	if (ix->n_reopenings == ix->room_reopenings) {
		ix->room_reopenings = 2 * ix->room_reopenings + ROOM_MIN;
		ix->reopenings = xrealloc(ix->reopenings,
		                          ix->room_reopenings * sizeof(*ix->reopenings));
	}
	ix->reopenings[ix->n_reopenings++] = (struct index_reopening){
	        .id = r->id, .at = r->reopens_at, .soon_at = r->soon_at};
	if (r->reopens_at < ix->next_reopening)
		ix->next_reopening = r->reopens_at;
}

void queue_index_put(struct queue_index *ix, const struct index_risk *r)
{
	const uint32_t hash = hash_of(ix, &r->id);
	struct text_ref refs[N_INDEX_TEXTS];
	uint32_t row;

	hash_slots_expect(&ix->by_id, hash);
	make_refs(ix, r, refs);
	row = find_row(ix, hash, &r->id);
	if (row == HASH_SLOT_NONE) {
		if (ix->n == ix->room)
			set_room(ix, ix->room + ix->room / 4);
		row = (uint32_t)ix->n++;
		for (int t = 0; t < N_INDEX_TEXTS; t++)
			ix->text[t][row] = TEXT_NONE;
		hash_slots_put(&ix->by_id, hash, row);
	} else {
		index_tally_add(ix, row, -1);
	}
	set_numbers(ix, row, r);
	set_texts(ix, row, refs);
	index_tally_add(ix, row, 1);
	queue_order_note(ix, row);
	rebuild_dicts(ix);
	if (ix->reopens_at[row] != NEVER)
		add_reopening(ix, r);
}

/* What was accepted until now is open again: its row as the sweeper will write it. */
static void reopen(struct queue_index *ix, uint32_t row, const struct index_reopening *o,
                   timestamp now)
{
	const unsigned int upper = code_upper(ix->code[row]);
	struct risk_row_times times = {
	        .band = (enum band)code_band(ix->code[row]),
	        .state = RISK_ACCEPTED,
	        .responsibility = (enum verdict)(upper >> CODE_RESPONSIBILITY & 3),
	        .score = ix->score[row],
	        .rank = ix->rank[row],
	        .due_at = or_none(ix->due_at[row]),
	        .next_crossing_at = TIMESTAMP_NONE,
	        .reopens_at = o->at,
	        .soon_at = o->soon_at,
	        .resolved_at = TIMESTAMP_NONE};
	const unsigned int mask = 7u << (CODE_STATE + CODE_LOWER_BITS);

	risk_row_at(&times, now);
	index_tally_add(ix, row, -1);
	ix->code[row] =
	        (uint16_t)((ix->code[row] & ~mask) |
	                   (unsigned int)times.state << (CODE_STATE + CODE_LOWER_BITS));
	ix->rank[row] = (uint16_t)times.rank;
	ix->sla[row] = (uint8_t)risk_row_sla(&times);
	ix->next_crossing_at[row] = or_never(times.next_crossing_at);
	ix->next_crossing[row] = index_coarse(ix->next_crossing_at[row]);
	ix->reopens_at[row] = NEVER;
	index_tally_add(ix, row, 1);
	queue_order_note(ix, row);
}

void queue_index_reopen(struct queue_index *ix, timestamp now)
{
	size_t kept = 0;

	if (now < ix->next_reopening)
		return;
	ix->next_reopening = NEVER;
	for (size_t i = 0; i < ix->n_reopenings; i++) {
		const struct index_reopening o = ix->reopenings[i];
		const uint32_t row = index_find(ix, &o.id);

		if (row == HASH_SLOT_NONE || ix->reopens_at[row] != o.at)
			continue; /* decided anew since */
		if (o.at <= now) {
			reopen(ix, row, &o, now);
			continue;
		}
		ix->reopenings[kept++] = o;
		if (o.at < ix->next_reopening)
			ix->next_reopening = o.at;
	}
	ix->n_reopenings = kept;
}

static void move_row(struct queue_index *ix, uint32_t from, uint32_t to)
{
	hash_slots_renumber(&ix->by_id, hash_of(ix, &ix->id[from]), from, to);
#define MOVE(column) ix->column[to] = ix->column[from];
	EACH_COLUMN(MOVE)
#undef MOVE
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		ix->text[t][to] = ix->text[t][from];
}

bool queue_index_remove(struct queue_index *ix, const struct key *id)
{
	const uint32_t hash = hash_of(ix, id);
	const uint32_t row = find_row(ix, hash, id);

	if (row == HASH_SLOT_NONE)
		return false;
	hash_slots_remove(&ix->by_id, hash, row);
	index_tally_add(ix, row, -1);
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		text_dict_release(&ix->dict[t], ix->text[t][row]);
	if (row != --ix->n)
		move_row(ix, (uint32_t)ix->n, row);
	rebuild_dicts(ix);
	return true;
}

/* --- one risk, read back --- */

static const char *text_of(const struct queue_index *ix, enum index_text t, uint32_t row)
{
	return text_dict_text(&ix->dict[t], ix->text[t][row]);
}

/* Their bytes stand among texts: at no address that a number may have. */
static const int64_t *sources_of(const struct queue_index *ix, uint32_t row,
                                 struct arena *a, size_t *n_out)
{
	const struct text_dict *d = &ix->dict[TEXT_SOURCES];
	const uint32_t set = ix->text[TEXT_SOURCES][row];
	const size_t size = set == TEXT_NONE ? 0 : text_dict_size(d, set);

	*n_out = size / sizeof(int64_t);
	return memcpy(ARENA_ARRAY(a, int64_t, *n_out + 1), text_dict_text(d, set), size);
}

static enum sla_state sla_at(const struct queue_index *ix, uint32_t row, timestamp now)
{
	if (ix->next_crossing_at[row] > now)
		return (enum sla_state)ix->sla[row];
	return ix->due_at[row] < now ? SLA_BREACHED : SLA_DUE_SOON;
}

/* The columns that queue_index_get() reads. */
static void expect_columns(const struct queue_index *ix, size_t row)
{
	__builtin_prefetch(&ix->next_crossing_at[row]);
	__builtin_prefetch(&ix->due_at[row]);
	__builtin_prefetch(&ix->opened_at[row]);
	__builtin_prefetch(&ix->rank[row]);
	__builtin_prefetch(&ix->code[row]);
	__builtin_prefetch(&ix->score[row]);
	__builtin_prefetch(&ix->sla[row]);
	__builtin_prefetch(&ix->n_findings[row]);
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		__builtin_prefetch(&ix->text[t][row]);
}

void queue_index_expect(const struct queue_index *ix, const struct index_hit *hits,
                        size_t n)
{
	uint32_t rows[INDEX_EXPECT_MAX];
	size_t n_rows = 0;

	for (size_t i = 0; i < n && i < INDEX_EXPECT_MAX; i++) {
		rows[n_rows] = index_find(ix, &hits[i].id);
		if (rows[n_rows] != HASH_SLOT_NONE)
			expect_columns(ix, rows[n_rows++]);
	}
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		for (size_t i = 0; i < n_rows; i++)
			if (ix->text[t][rows[i]] != TEXT_NONE)
				__builtin_prefetch(
				        &ix->dict[t].start[ix->text[t][rows[i]]]);
	for (int t = 0; t < N_INDEX_TEXTS; t++)
		for (size_t i = 0; i < n_rows; i++)
			if (ix->text[t][rows[i]] != TEXT_NONE)
				__builtin_prefetch(
				        text_dict_text(&ix->dict[t], ix->text[t][rows[i]]));
}

bool queue_index_get(const struct queue_index *ix, const struct key *id, timestamp now,
                     struct arena *a, struct index_risk *out, enum sla_state *sla_out)
{
	const uint32_t row = index_find(ix, id);

	if (row == HASH_SLOT_NONE)
		return false;

	const unsigned int lower = code_lower(ix->code[row]);
	const unsigned int upper = code_upper(ix->code[row]);

	*out = (struct index_risk){
	        .id = *id,
	        .rank = index_rank_at(ix, row, now),
	        .opened_at = ix->opened_at[row],
	        .due_at = or_none(ix->due_at[row]),
	        .next_crossing_at = or_none(ix->next_crossing_at[row]),
	        .resolved_at = TIMESTAMP_NONE,
	        .score = ix->score[row],
	        .band = (enum band)(upper >> CODE_BAND & 3),
	        .state = (enum risk_state)(upper >> CODE_STATE),
	        .class = (enum finding_class)(lower >> CODE_CLASS & 7),
	        .responsibility = (enum verdict)(upper >> CODE_RESPONSIBILITY & 3),
	        .provider = (enum provider)(lower >> CODE_PROVIDER),
	        .layer = (int)(lower >> CODE_LAYER & 7) - 1,
	        .account = text_of(ix, TEXT_ACCOUNT, row),
	        .region = text_of(ix, TEXT_REGION, row),
	        .owner = ix->text[TEXT_OWNER][row] == TEXT_NONE
	                         ? NULL
	                         : text_of(ix, TEXT_OWNER, row),
	        .subject = text_of(ix, TEXT_SUBJECT, row),
	        .asset_id = text_of(ix, TEXT_ASSET_ID, row),
	        .asset_name = text_of(ix, TEXT_ASSET_NAME, row),
	        .title = text_of(ix, TEXT_TITLE_SHOWN, row),
	        .location = text_of(ix, TEXT_LOCATION, row),
	        .asset_type = text_of(ix, TEXT_ASSET_TYPE, row),
	        .n_findings = ix->n_findings[row],
	};
	out->source_ids = sources_of(ix, row, a, &out->n_sources);
	*sla_out = sla_at(ix, row, now);
	return true;
}

static bool is_in_use(const struct text_dict *d, const char *text)
{
	const uint32_t number = text_dict_find(d, text);

	return number != TEXT_UNKNOWN && d->uses[number] > 0;
}

bool queue_index_names_asset(const struct queue_index *ix, const char *text)
{
	return is_in_use(&ix->dict[TEXT_ASSET_ID], text) ||
	       is_in_use(&ix->dict[TEXT_ASSET_NAME], text);
}

void queue_index_settle(struct queue_index *ix, timestamp now)
{
	queue_order_settle(ix, now);
}

/* --- sources --- */

static int by_source_id(const void *a, const void *b)
{
	const int64_t x = ((const struct index_source *)a)->id;
	const int64_t y = ((const struct index_source *)b)->id;

	return (x > y) - (x < y);
}

size_t index_source_find(const struct queue_index *ix, int64_t id)
{
	const struct index_source key = {.id = id};
	const struct index_source *found =
	        bsearch(&key, ix->sources, ix->n_sources, sizeof(key), by_source_id);

	return found ? (size_t)(found - ix->sources) : ix->n_sources;
}

static const char *copy_text(char **end, const char *text)
{
	const size_t size = strlen(text) + 1;
	char *copy = memcpy(*end, text, size);

	*end += size;
	return copy;
}

void queue_index_set_sources(struct queue_index *ix, const struct index_source *sources,
                             size_t n)
{
	size_t size = 1;

	for (size_t i = 0; i < n; i++)
		size += strlen(sources[i].name) + strlen(sources[i].connector) + 2;

	struct index_source *copies = xcalloc(n + 1, sizeof(*copies));
	size_t *namesakes = xcalloc(n + 1, sizeof(*namesakes));
	char *texts = xmalloc(size);
	char *end = texts;

	for (size_t i = 0; i < n; i++)
		copies[i] = (struct index_source){
		        .id = sources[i].id,
		        .name = copy_text(&end, sources[i].name),
		        .connector = copy_text(&end, sources[i].connector)};
	qsort(copies, n, sizeof(*copies), by_source_id);
	for (size_t i = 0; i < n; i++)
		while (strcmp(copies[namesakes[i]].name, copies[i].name) != 0)
			namesakes[i]++;
	namesakes[n] = n;
	free_sources(ix);
	ix->sources = copies;
	ix->namesakes = namesakes;
	ix->source_texts = texts;
	ix->source_texts_size = size;
	ix->n_sources = n;
}
