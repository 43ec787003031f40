/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes sealed findings in: each is turned into its row at once, in PostgreSQL's
 * binary form, so that nothing of the parsed document has to outlive its record.
 * Full chunks go to ingest_write.c.  Files are transactions.
 */
#include "store/ingest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "model/evidence.h"
#include "model/fix.h"
#include "model/severity.h"
#include "store/ingest_private.h"
#include "store/pg_encode.h"
#include "store/proof.h"

/* Findings and assets between two looks at what the server has done. */
#define LOOK_AFTER 16

#define FACTS_MAX (16u << 20) /* bytes of rule facts a file */

static void chunk_init(struct ingest_chunk *c)
{
	c->items = xcalloc(CHUNK_ITEMS, sizeof(*c->items));
	c->records = xcalloc(CHUNK_ITEMS, sizeof(*c->records));
	c->kept = xcalloc(CHUNK_ITEMS, sizeof(c->kept[0]));
}

void ingest_chunk_reset(struct ingest_chunk *c)
{
	c->n_items = c->n_records = 0;
	strbuf_reset(&c->raw);
	strbuf_reset(&c->rows);
	strbuf_reset(&c->details);
	strbuf_reset(&c->assets);
	strbuf_reset(&c->inventory);
	strbuf_reset(&c->aliases);
	strbuf_reset(&c->around);
	ingest_context_reset(&c->context);
}

static void chunk_done(struct ingest_chunk *c)
{
	free(c->items);
	free(c->records);
	free(c->kept);
	ingest_context_done(&c->context);
	strbuf_done(&c->raw);
	strbuf_done(&c->rows);
	strbuf_done(&c->details);
	strbuf_done(&c->assets);
	strbuf_done(&c->inventory);
	strbuf_done(&c->aliases);
	strbuf_done(&c->around);
}

struct ingest *ingest_new(struct pg *pg, const struct ingest_options *options)
{
	struct ingest *in = xcalloc(1, sizeof(*in));

	in->pg = pg;
	in->options = *options;
	in->last_scope = SIZE_MAX;
	in->aliases_met = in->assets_met = options->again;
	in->asset_cache = xcalloc(INGEST_ASSET_CACHE, sizeof(*in->asset_cache));
	in->mark_cache = xcalloc(INGEST_ASSET_CACHE, sizeof(*in->mark_cache));
	in->stated_cache = xcalloc(INGEST_STATED_CACHE, sizeof(*in->stated_cache));
	in->upgrade_cache = xcalloc(INGEST_UPGRADE_CACHE, sizeof(*in->upgrade_cache));
	chunk_init(&in->chunks[0]);
	chunk_init(&in->chunks[1]);
	segment_writer_begin(&in->segment);
	return in;
}

int64_t ingest_run_id(const struct ingest *in)
{
	return in->run_id;
}

static void scopes_clear(struct ingest *in)
{
	for (size_t i = 0; i < in->room_scopes; i++)
		free(in->scopes[i].text);
	free(in->scopes);
	in->scopes = NULL;
	in->n_scopes = in->room_scopes = 0;
	in->last_scope = SIZE_MAX;
}

void ingest_free(struct ingest *in)
{
	if (!in)
		return;
	if (in->open)
		ingest_rollback(in);
	scopes_clear(in);
	for (size_t i = 0; i < in->n_connectors; i++)
		free(in->connectors[i].name);
	free(in->connectors);
	chunk_done(&in->chunks[0]);
	chunk_done(&in->chunks[1]);
	segment_writer_done(&in->segment);
	strbuf_done(&in->around);
	strbuf_done(&in->segments.ids);
	strbuf_done(&in->segments.counts);
	strbuf_done(&in->segments.sizes);
	strbuf_done(&in->segments.frames);
	strbuf_done(&in->facts);
	strbuf_done(&in->advisories);
	strbuf_done(&in->out);
	strbuf_done(&in->upgrades);
	ingest_forget_known(in);
	ingest_forget_named(in);
	free(in->upgrade_cache);
	free(in->asset_cache);
	free(in->mark_cache);
	free(in->stated_cache);
	for (size_t i = 0; i < in->n_proved; i++)
		free(in->proved[i].text);
	free(in->proved);
	free(in->file);
	free(in);
}

int ingest_begin_file(struct ingest *in, const char *name, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	assert(!in->open);
	in->file_no++;
	if ((rc = pg_begin(in->pg, err)) < 0)
		return rc;
	in->open = true;
	pg_bind_int(&p, in->options.org.id);
	pg_bind_int(&p, in->command_id);
	pg_bind_text(&p, name);
	pg_bind_timestamp(&p, in->options.now);
	pg_bind_text(&p, in->options.build);
	if ((rc = pg_run(in->pg, STMT_RUN_START, &p, &result, err)) < 0)
		return rc;
	in->run_id = pg_get_int(result, 0, "run_id");
	if (!in->command_id)
		in->command_id = in->run_id;
	in->next_segment = 0;
	in->keeps_seen = in->options.complete;
	in->seen_run = in->command_id;
	free(in->file);
	in->file = xstrdup(name);
	ingest_clear(in);
	return 0;
}

void ingest_clear(struct ingest *in)
{
	in->n_seen = 0;
	in->n_chunks = 0;
	in->known_asked = in->knows = false;
	ingest_forget_named(in);
	memset(in->mark_cache, 0, INGEST_ASSET_CACHE * sizeof(*in->mark_cache));
	memset(in->stated_cache, 0, INGEST_STATED_CACHE * sizeof(*in->stated_cache));
	in->counts = (struct ingest_counts){0};
	strbuf_reset(&in->around);
	strbuf_reset(&in->facts);
	strbuf_reset(&in->advisories);
	strbuf_reset(&in->upgrades);
	scopes_clear(in);
	for (size_t i = 0; i < in->n_connectors; i++)
		in->connectors[i].met = in->connectors[i].ensured =
		        in->connectors[i].fresh = false;
	ingest_chunk_reset(&in->chunks[0]);
	ingest_chunk_reset(&in->chunks[1]);
	in->flight = FLIGHT_NONE;
	in->segments.packed = false;
}

void ingest_forget_sent(struct ingest *in)
{
	in->flight = FLIGHT_NONE;
	ingest_forget_file(in);
	memset(in->asset_cache, 0, INGEST_ASSET_CACHE * sizeof(*in->asset_cache));
	memset(in->upgrade_cache, 0, INGEST_UPGRADE_CACHE * sizeof(*in->upgrade_cache));
}

static struct ingest_chunk *filling(struct ingest *in)
{
	return &in->chunks[in->filling];
}

int ingest_around(struct ingest *in, const struct segment_around *around, struct error *err)
{
	struct strbuf encoded = {0};
	int rc = 0;

	segment_around_encode(around, &encoded);
	if (filling(in)->n_items && (encoded.size != in->around.size ||
	                             memcmp(encoded.data, in->around.data, encoded.size)))
		rc = ingest_send_chunk(in, err);
	strbuf_done(&in->around);
	in->around = encoded;
	return rc;
}

static void put_record(struct ingest *in, const char *raw, size_t size)
{
	struct ingest_chunk *c = filling(in);

	/* A record without findings leaves its place to the next one. */
	if (c->n_records &&
	    (!c->n_items || c->items[c->n_items - 1].record + 1 < c->n_records)) {
		c->n_records--;
		c->raw.size = c->records[c->n_records].at;
	}
	if (!c->n_records) {
		strbuf_reset(&c->around);
		strbuf_put(&c->around, strbuf_text(&in->around), in->around.size);
	}
	in->current_record = (uint32_t)c->n_records;
	c->records[c->n_records++] =
	        (struct ingest_raw){.at = (uint32_t)c->raw.size, .size = (uint32_t)size};
	strbuf_put(&c->raw, raw, size);
}

void ingest_record(struct ingest *in, const char *raw, size_t size, int64_t digest,
                   const struct ingest_statement *stated)
{
	in->record_digest = digest;
	in->record_stated = digest && stated ? ingest_stated_digest(stated) : 0;
	put_record(in, raw, size);
}

static size_t connector_index(struct ingest *in, const char *name)
{
	const struct org *org = &in->options.org;

	for (size_t i = 0; i < in->n_connectors; i++) {
		if (strcmp(in->connectors[i].name, name) != 0)
			continue;
		in->connectors[i].met = true;
		return i;
	}

	const char *source = in->options.source_name ? in->options.source_name : name;
	const struct key id =
	        key_of_texts("source/1", org->id, (const char *const[]){source, name}, 2);

	in->connectors =
	        xrealloc(in->connectors, (in->n_connectors + 1) * sizeof(*in->connectors));
	in->connectors[in->n_connectors] =
	        (struct ingest_connector){.name = xstrdup(name),
	                                  .met = true,
	                                  .source_id = key_number(&id),
	                                  .lock_key = ingest_lock_key(org, name)};
	return in->n_connectors++;
}

int64_t ingest_source_id(struct ingest *in, const char *connector)
{
	const size_t i = connector_index(in, connector); /* may move the array */

	return in->connectors[i].source_id;
}

/* Scopes are few, the table is only there so that thousands stay cheap. */
static size_t scope_hash(size_t connector, const char *text)
{
	return (size_t)XXH3_64bits_withSeed(text, strlen(text), connector);
}

static void scopes_grow(struct ingest *in)
{
	struct ingest_scope *old = in->scopes;
	const size_t n_old = in->room_scopes;

	in->room_scopes = n_old ? n_old * 2 : 64;
	in->scopes = xcalloc(in->room_scopes, sizeof(*in->scopes));
	for (size_t i = 0; i < n_old; i++) {
		if (!old[i].text)
			continue;
		size_t at =
		        scope_hash(old[i].connector, old[i].text) & (in->room_scopes - 1);

		while (in->scopes[at].text)
			at = (at + 1) & (in->room_scopes - 1);
		in->scopes[at] = old[i];
	}
	free(old);
}

static struct ingest_scope *scope_of(struct ingest *in, size_t connector, const char *text)
{
	if (in->last_scope != SIZE_MAX) {
		struct ingest_scope *last = &in->scopes[in->last_scope];

		if (last->connector == connector && strcmp(last->text, text) == 0)
			return last;
	}
	if (in->n_scopes * 2 >= in->room_scopes)
		scopes_grow(in);

	size_t at = scope_hash(connector, text) & (in->room_scopes - 1);

	while (in->scopes[at].text && (in->scopes[at].connector != connector ||
	                               strcmp(in->scopes[at].text, text) != 0))
		at = (at + 1) & (in->room_scopes - 1);
	in->last_scope = at;
	if (!in->scopes[at].text) {
		const struct key id = key_of_texts(
		        "scope/1", in->options.org.id,
		        (const char *const[]){in->connectors[connector].name, text}, 2);

		in->scopes[at] = (struct ingest_scope){.text = xstrdup(text),
		                                       .connector = connector,
		                                       .id = key_number(&id)};
		in->n_scopes++;
	}
	return &in->scopes[at];
}

/* Which CVSS a vector is written in, by its prefix or, without one, its metrics. */
static int cvss_version(const char *vector)
{
	if (strncmp(vector, "CVSS:4", 6) == 0)
		return 5;
	if (strncmp(vector, "CVSS:3.0", 8) == 0)
		return 3;
	return strncmp(vector, "CVSS:3", 6) == 0 || strstr(vector, "/S:") ? 4 : 2;
}

int ingest_stored_flags(const struct finding *f)
{
	int flags = (f->sample ? FINDING_FLAG_SAMPLE : 0) |
	            (*f->fixed_version ? FINDING_FLAG_FIX : 0);

	if (*f->cvss_vector) {
		const struct cvss_facts facts = cvss_read(f->cvss_vector);

		flags |= facts.automatable ? FINDING_FLAG_AUTOMATABLE : 0;
		flags |= facts.total ? FINDING_FLAG_TOTAL : 0;
		flags |= cvss_version(f->cvss_vector) << FINDING_FLAG_CVSS_SHIFT;
	}
	return flags;
}

static timestamp closing_time(const struct finding *f, timestamp now)
{
	if (f->state == FINDING_OPEN || f->state == FINDING_UNKNOWN)
		return TIMESTAMP_NONE;
	if (f->resolved_at != TIMESTAMP_NONE)
		return f->resolved_at;
	return f->source_updated_at != TIMESTAMP_NONE ? f->source_updated_at : now;
}

uint64_t ingest_mix_text(uint64_t h, const char *text)
{
	return XXH3_64bits_withSeed(text, strlen(text), h);
}

/*
 * The key of the upgrade that a finding names; NULL: it names none.  Files name the same
 * few over and over.
 */
static const struct key *upgrade_of(struct ingest *in, const struct finding *f)
{
	if (!*f->package || !*f->fixed_version)
		return NULL;

	const uint64_t digest =
	        ingest_mix_text(ingest_mix_text(0, f->package), f->fixed_version) | 1;
	struct ingest_upgrade *met =
	        &in->upgrade_cache[(digest >> 32) % INGEST_UPGRADE_CACHE];
	ARENA_SCOPED a = NULL;
	struct upgrade u;

	if (met->digest == digest)
		return &met->key;
	a = arena_new(1024);
	if (!upgrade_read(f->package, f->fixed_version, a, &u))
		return NULL;
	*met = (struct ingest_upgrade){digest, upgrade_key(&in->options.org, &u)};
	pg_put_raw16(&in->upgrades, 4);
	pg_put_key(&in->upgrades, &met->key);
	pg_put_text(&in->upgrades, u.ecosystem);
	pg_put_text(&in->upgrades, u.package);
	pg_put_text(&in->upgrades, u.version);
	return &met->key;
}

/* page_row but for its last four columns, which the diff decides. */
static struct slice encode_row(struct ingest *in, struct strbuf *b, const struct finding *f,
                               const struct ingest_item *item, int64_t source_id,
                               int64_t scope_id)
{
	const struct key *upgrade = upgrade_of(in, f);
	const size_t start = b->size;

	strbuf_reserve(b, 512);
	pg_put_raw16(b, 29);
	pg_put_key(b, &f->asset_key);
	pg_put_key(b, &f->key);
	pg_put_int8(b, item->content_hash);
	pg_put_int8(b, item->digest);
	pg_put_int4(b, item->stated);
	pg_put_timestamp(b, item->updated_at);
	pg_put_timestamp(b, f->first_seen);
	pg_put_timestamp(b, f->last_seen);
	pg_put_timestamp(b, closing_time(f, in->options.now));
	pg_put_int8(b, source_id);
	pg_put_int8(b, scope_id);
	pg_put_int4(b, f->epss);
	pg_put_int2(b, f->state);
	pg_put_int2(b, f->class);
	pg_put_int2(b, f->sev100);
	pg_put_int2(b, f->fidelity);
	pg_put_int2(b, f->maturity);
	pg_put_int2(b, ingest_stored_flags(f));
	pg_put_text(b, f->connector);
	pg_put_text(b, f->rule);
	pg_put_text(b, f->cve);
	pg_put_text(b, f->location);
	pg_put_text(b, f->engine);
	pg_put_text(b, f->title);
	if (upgrade)
		pg_put_key(b, upgrade);
	else
		pg_put_null(b);
	return (struct slice){(uint32_t)start, (uint32_t)(b->size - start)};
}

static struct slice encode_details(struct strbuf *b, const struct finding *f)
{
	const size_t start = b->size;
	const struct finding_details d = {
	        .native_id = f->native_id,
	        .status_raw = f->status_raw,
	        .severity_raw = f->severity_raw,
	        .cvss_vector = f->cvss_vector,
	        .package = f->package,
	        .package_version = f->package_version,
	        .fixed_version = f->fixed_version,
	        .remediation_url = f->remediation_url,
	};

	finding_details_encode(&d, b);
	return (struct slice){(uint32_t)start, (uint32_t)(b->size - start)};
}

bool ingest_cache_met(uint64_t *cache, size_t room, uint64_t digest)
{
	const size_t home = (size_t)(digest >> 32);

	/* A few places on from its own; when all are taken the first is given up. */
	for (size_t i = 0; i < 8; i++) {
		uint64_t *place = &cache[(home + i) & (room - 1)];

		if (*place == digest)
			return true;
		if (*place)
			continue;
		*place = digest;
		return false;
	}
	cache[home & (room - 1)] = digest;
	return false;
}

static void encode_asset(struct strbuf *b, const struct key *key, const struct resource *r)
{
	pg_put_raw16(b, 7);
	pg_put_key(b, key);
	pg_put_int2(b, r->provider);
	pg_put_text(b, r->account);
	pg_put_text(b, r->region);
	pg_put_text(b, r->type);
	pg_put_text(b, r->name);
	pg_put_text(b, r->id);
}

/* Puts the asset's row, unless the very same one was sent not long ago. */
static void asset_row(struct ingest *in, struct strbuf *b, const struct key *key,
                      const struct resource *r)
{
	uint64_t digest;

	memcpy(&digest, key->bytes, sizeof(digest)); /* the id itself is in the key */
	digest = ingest_mix_text(digest, r->account);
	digest = ingest_mix_text(digest, r->region);
	digest = ingest_mix_text(digest, r->type);
	digest = ingest_mix_text(digest, r->name) | 1; /* 0 is a free place */

	if (!ingest_cache_met(in->asset_cache, INGEST_ASSET_CACHE, digest))
		encode_asset(b, key, r);
}

/* Only names that are full identities join assets: a bare name could be anybody's. */
static bool is_full_name(const char *id)
{
	return strncmp(id, "arn:", 4) == 0 || strncmp(id, "//", 2) == 0 ||
	       strncmp(id, "/subscriptions/", 15) == 0 || strncmp(id, "ocid1.", 6) == 0;
}

static void put_aliases(struct ingest *in, struct ingest_chunk *c,
                        const struct key *asset_key, const struct resource *r)
{
	ARENA_SCOPED a = arena_new(1024);

	if (!is_full_name(r->id))
		return;
	for (size_t i = 0; i < r->n_aliases; i++) {
		const char *alias = resource_canonical_alias(r, r->aliases[i], a);

		if (!is_full_name(alias) || strcmp(alias, r->id) == 0)
			continue;
		const struct key alias_key = asset_key_of(&in->options.org, alias);
		struct resource other = *r;

		other.id = alias;
		pg_put_raw16(&c->aliases, 3);
		pg_put_key(&c->aliases, &alias_key);
		pg_put_key(&c->aliases, asset_key);
		pg_put_text(&c->aliases, alias);
		encode_asset(&c->inventory, &alias_key, &other);
		in->aliases_met = true;
	}
}

static void put_advisories(struct ingest *in, const struct finding *f)
{
	ARENA_SCOPED a = arena_new(512);

	for (size_t i = 0; i < f->n_cve_aliases; i++) {
		const char *x = f->cve, *y = f->cve_aliases[i];
		const bool x_is_cve = strncmp(x, "CVE-", 4) == 0;

		if (x_is_cve == (strncmp(y, "CVE-", 4) == 0) || !*x || !*y ||
		    in->advisories.size > FACTS_MAX)
			continue;
		char *alias = arena_strdup(a, x_is_cve ? y : x);

		for (char *p = alias; *p; p++)
			if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - 'a' + 'A');
		pg_put_raw16(&in->advisories, 2);
		pg_put_text(&in->advisories, alias);
		pg_put_text(&in->advisories, x_is_cve ? x : y);
	}
}

/* A record whose findings straddle two chunks goes into both. */
static void carry_record(struct ingest *in, const struct ingest_chunk *from,
                         uint32_t record)
{
	const struct ingest_raw *raw = &from->records[record];

	put_record(in, from->raw.data + raw->at, raw->size);
}

static int make_room(struct ingest *in, struct error *err)
{
	struct ingest_chunk *c = filling(in);

	if (c->n_items < CHUNK_ITEMS && c->n_records < CHUNK_ITEMS &&
	    c->raw.size < (in->knows ? CHUNK_RAW_KNOWN : CHUNK_RAW) &&
	    c->context.n_rows < CHUNK_CONTEXT)
		return ++in->n_taken % LOOK_AFTER ? 0 : ingest_go_on(in, err);

	const uint32_t record = in->current_record;
	const int rc = ingest_send_chunk(in, err);

	if (rc < 0)
		return rc;
	if (c->n_records)
		carry_record(in, c, record);
	return 0;
}

/*
 * Positive, and ordered by the version of the hash first: what a newer program reads
 * from the same record replaces what an older one read (finding_diff.sql).
 */
int64_t ingest_stored_hash(uint64_t content_hash)
{
	return (int64_t)FINDING_HASH_VERSION << 55 | (int64_t)(content_hash >> 9);
}

int ingest_finding(struct ingest *in, const struct finding *f, struct error *err)
{
	const size_t connector = connector_index(in, f->connector);
	int rc;

	if ((rc = make_room(in, err)) < 0)
		return rc;

	struct ingest_chunk *c = filling(in);
	struct ingest_scope *scope = scope_of(in, connector, f->scope);
	struct ingest_item *item = &c->items[c->n_items];

	*item = (struct ingest_item){
	        .asset_key = f->asset_key,
	        .key = f->key,
	        .content_hash = ingest_stored_hash(f->content_hash),
	        .updated_at = f->source_updated_at != TIMESTAMP_NONE ? f->source_updated_at
	                                                             : in->options.now,
	        .scope_id = scope->id,
	        .record = in->current_record,
	        .order = (uint32_t)c->n_items,
	        .connector = (uint16_t)connector,
	        .passing = f->state == FINDING_PASSING,
	};
	item->digest = in->record_digest ? in->record_digest | item->passing : 0;
	item->stated = in->record_stated;
	item->row = encode_row(in, &c->rows, f, item, in->connectors[connector].source_id,
	                       scope->id);
	item->details = encode_details(&c->details, f);
	asset_row(in, &c->assets, &f->asset_key, &f->resource);
	if (f->resource.n_aliases)
		put_aliases(in, c, &f->asset_key, &f->resource);
	if (f->n_cve_aliases)
		put_advisories(in, f);
	c->n_items++;
	scope->n++;
	in->counts.findings++;
	in->counts.passing += item->passing;
	return 0;
}

void ingest_scope(struct ingest *in, const char *connector, const char *scope)
{
	scope_of(in, connector_index(in, connector), scope);
}

int ingest_asset(struct ingest *in, const struct resource *r, struct error *err)
{
	const struct key key = asset_key_of(&in->options.org, r->id);
	const int rc = make_room(in, err);

	if (rc < 0)
		return rc;
	asset_row(in, &filling(in)->inventory, &key, r);
	return 0;
}

void ingest_rule_fact(struct ingest *in, const struct ingest_fact *fact)
{
	struct strbuf *b = &in->facts;

	if (b->size > FACTS_MAX)
		return;
	pg_put_raw16(b, 6);
	pg_put_text(b, fact->connector);
	pg_put_text(b, fact->rule);
	pg_put_text(b, fact->title);
	pg_put_int2(b, fact->sev100);
	pg_put_text(b, fact->description);
	pg_put_text(b, fact->remediation);
}

int ingest_quarantine(struct ingest *in, const struct ingest_bad_record *bad,
                      struct error *err)
{
	ARENA_SCOPED a = arena_new(2048);
	struct pg_params p = {.arena = a};
	unsigned char sha256[KEY_SHA256_SIZE];
	struct key digest, id;
	char digest_text[KEY_TEXT_MAX];
	int rc;

	if ((rc = ingest_drain(in, err)) < 0)
		return rc;
	digest = key_of(&(struct key_field){bad->raw, bad->size}, 1);
	key_text(&digest, digest_text);
	key_sha256(bad->raw, bad->size, sha256);
	id = key_of_texts("quarantine/1", in->options.org.id,
	                  (const char *const[]){in->file, bad->code, digest_text}, 3);
	pg_bind_int(&p, in->options.org.id);
	pg_bind_key(&p, &id);
	pg_bind_int(&p, in->run_id);
	pg_bind_text(&p, in->file);
	pg_bind_text(&p, bad->format);
	pg_bind_int(&p, (int64_t)bad->ordinal);
	pg_bind_int(&p, (int64_t)bad->offset);
	pg_bind_text(&p, bad->code);
	pg_bind_text(&p, bad->reason);
	pg_bind_binary(&p, sha256, sizeof(sha256));
	pg_bind_int(&p, (int64_t)bad->size);
	if (!bad->cut && bad->size <= INGEST_QUARANTINE_MAX)
		pg_bind_binary(&p, bad->raw, bad->size);
	else
		pg_bind_text(&p, NULL);
	pg_bind_timestamp(&p, in->options.now);
	in->counts.quarantined++;
	return pg_run(in->pg, STMT_QUARANTINE_PUT, &p, NULL, err);
}
