/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "model/json_write.h"
#include "store/ingest.h"

#include "report.h"

#define TOLD_MAX 100 /* risks that differ, by id and field; all are counted */

/* --- sides --- */

static int open_side(struct replay_compare *c, struct replay_side *side, const char *dump,
                     const char *name, struct error *err)
{
	side->digest = digest_begin();
	if (!dump)
		return 0;
	const char *path = arena_printf(c->cli->arena, "%s/%s", dump, name);

	side->file = fopen(path, "w");
	return side->file ? 0
	                  : error_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
}

int replay_compare_begin(struct replay_compare *c, const char *dump, struct error *err)
{
	int rc;

	if (dump && mkdir(dump, 0777) < 0 && errno != EEXIST)
		return error_set(err, ERR_INVALID, "%s: %s", dump, strerror(errno));
	if ((rc = open_side(c, &c->kept, dump, "kept.ndjson", err)) < 0)
		return rc;
	return open_side(c, &c->rebuilt, dump, "rebuilt.ndjson", err);
}

/* Empties b. */
static void put_line(struct replay_side *side, struct strbuf *b)
{
	strbuf_puts(b, "\n");
	digest_put(side->digest, b->data, b->size);
	if (side->file)
		fwrite(b->data, 1, b->size, side->file);
	strbuf_reset(b);
}

static int close_side(struct replay_side *side, struct error *err)
{
	unsigned char sum[KEY_SHA256_SIZE];

	if (!side->digest)
		return 0;
	digest_end(side->digest, sum);
	side->digest = NULL;
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(side->hex + 2 * i, 3, "%02x", sum[i]);
	if (!side->file)
		return 0;
	const bool failed = ferror(side->file) != 0;

	return fclose(side->file) != 0 || failed
	               ? error_set(err, ERR_INTERNAL, "the dump cannot be written")
	               : 0;
}

int replay_compare_end(struct replay_compare *c, struct error *err)
{
	const int kept = close_side(&c->kept, err), rebuilt = close_side(&c->rebuilt, err);

	free(c->places);
	c->places = NULL;
	return kept < 0 ? kept : rebuilt;
}

/* --- findings --- */

static void finding_line(struct replay_side *side, const struct key *id, int64_t hash)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "finding", id);
	json_write_int(&b, "content_hash", hash);
	json_write_close(&b, '}');
	put_line(side, &b);
	strbuf_done(&b);
}

void replay_compare_finding(struct replay_compare *c, const struct record_finding *f,
                            const struct finding *again)
{
	const int64_t read = ingest_stored_hash(again->content_hash);
	const int64_t kept = f->content_hash < 0 ? -f->content_hash : f->content_hash;

	/* One that was closed long ago has no hash any more: its record alone has it. */
	finding_line(&c->kept, &f->finding_id, kept ? kept : read);
	finding_line(&c->rebuilt, &f->finding_id, read);
}

/* --- risks --- */

static bool is_number(enum replay_field f)
{
	return f == REPLAY_FINDINGS || f == REPLAY_CLASS || f == REPLAY_LAYER ||
	       f == REPLAY_ELEMENTS;
}

static void put_field(struct strbuf *b, const char *key, const struct replay_risk *r,
                      enum replay_field f)
{
	switch ((int)f) {
	case REPLAY_SCORE:
		json_write_int(b, key, r->score);
		break;
	case REPLAY_BAND:
		json_write_text(b, key, band_name(r->band));
		break;
	case REPLAY_STATE:
		json_write_text(b, key, risk_state_name(r->at.state));
		break;
	case REPLAY_RANK:
		json_write_int(b, key, r->at.rank);
		break;
	case REPLAY_DUE_AT:
		json_write_time(b, key, r->at.due_at);
		break;
	case REPLAY_RESPONSIBILITY:
		json_write_text(b, key, verdict_name(r->at.responsibility));
		break;
	default:
		if (is_number(f))
			json_write_raw(b, key, *r->fields[f] ? r->fields[f] : "null");
		else
			json_write_text(b, key, r->fields[f]);
	}
}

static bool is_same(const struct replay_risk *a, const struct replay_risk *b,
                    enum replay_field f)
{
	switch ((int)f) {
	case REPLAY_SCORE:
		return a->score == b->score;
	case REPLAY_BAND:
		return a->band == b->band;
	case REPLAY_STATE:
		return a->at.state == b->at.state;
	case REPLAY_RANK:
		return a->at.rank == b->at.rank;
	case REPLAY_DUE_AT:
		return a->at.due_at == b->at.due_at;
	case REPLAY_RESPONSIBILITY:
		return a->at.responsibility == b->at.responsibility;
	default:
		return strcmp(a->fields[f], b->fields[f]) == 0;
	}
}

static int n_fields(const struct replay_risk *kept)
{
	return kept->whole ? N_REPLAY_FIELDS : N_REPLAY_KEPT;
}

static void risk_line(struct replay_side *side, const struct replay_risk *r, int n)
{
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_key(&b, "risk", &r->risk_id);
	for (int f = 0; f < n; f++)
		put_field(&b, replay_field_name((enum replay_field)f), r,
		          (enum replay_field)f);
	json_write_close(&b, '}');
	put_line(side, &b);
	strbuf_done(&b);
}

/* Of the fields that differ both sides; kept or rebuilt NULL: it is not there at all. */
static void tell(struct replay_compare *c, const struct replay_risk *kept,
                 const struct replay_risk *rebuilt)
{
	const struct replay_risk *any = kept ? kept : rebuilt;
	char id[KEY_TEXT_MAX];
	struct strbuf b = {0};
	bool first = true;

	if (c->cli->json) {
		json_write_open(&b, NULL, '{');
		json_write_text(&b, "problem", "differs");
		json_write_key(&b, "risk", &any->risk_id);
	} else {
		strbuf_printf(&b, "risk %s", key_text(&any->risk_id, id));
	}
	if (!kept || !rebuilt) {
		const char *why = kept ? "nothing leads to it" : "it is not kept";

		if (c->cli->json)
			json_write_text(&b, "reason", why);
		else
			strbuf_printf(&b, " differs: %s", why);
	}
	for (int i = 0; kept && rebuilt && i < n_fields(kept); i++) {
		const enum replay_field f = (enum replay_field)i;
		struct strbuf text = {0};

		if (is_same(kept, rebuilt, f))
			continue;
		json_write_open(&text, NULL, '{');
		put_field(&text, "kept", kept, f);
		put_field(&text, "rebuilt", rebuilt, f);
		json_write_close(&text, '}');
		if (c->cli->json)
			json_write_raw(&b, replay_field_name(f), strbuf_text(&text));
		else
			strbuf_printf(&b, "%s %s %s", first ? " differs:" : ",",
			              replay_field_name(f), strbuf_text(&text));
		first = false;
		strbuf_done(&text);
	}
	if (c->cli->json) {
		json_write_close(&b, '}');
		report_line(&b);
	} else {
		cli_complain(c->cli, "%s", report_plain(strbuf_text(&b), c->cli->arena));
	}
	strbuf_done(&b);
}

static void differs(struct replay_compare *c, const struct replay_risk *kept,
                    const struct replay_risk *rebuilt)
{
	if (c->n_differ++ < TOLD_MAX && !c->moves)
		tell(c, kept, rebuilt);
}

static struct tally_side side_of(const struct replay_risk *r)
{
	return (struct tally_side){.exists = true,
	                           .score = r->score,
	                           .band = r->band,
	                           .state = r->at.state,
	                           .rank = r->at.rank,
	                           .due_at = r->at.due_at};
}

static void add_move(struct replay_compare *c, const struct replay_risk *kept,
                     const struct replay_risk *rebuilt)
{
	const struct tally_move move = {.risk_id = kept->risk_id,
	                                .asset_id = kept->asset_id,
	                                .before = side_of(kept),
	                                .after = side_of(rebuilt)};

	tally_add(c->moves, &move);
	if (!risk_state_is_open(kept->at.state))
		return;
	if (c->n_places == c->room_places) {
		c->room_places = c->room_places ? 2 * c->room_places : 1024;
		c->places = xrealloc(c->places, c->room_places * sizeof(*c->places));
	}
	c->places[c->n_places++] = (struct tally_place){kept->risk_id, kept->at.rank};
}

/* By another model, its name is no difference. */
static bool are_same(const struct replay_compare *c, const struct replay_risk *kept,
                     const struct replay_risk *rebuilt)
{
	for (int f = 0; f < n_fields(kept); f++)
		if (!(c->moves && f == REPLAY_MODEL) &&
		    !is_same(kept, rebuilt, (enum replay_field)f))
			return false;
	return true;
}

/* Both are of one risk; NULL: that side has none. */
static void compare(struct replay_compare *c, struct replay_risk *kept,
                    struct replay_risk *rebuilt)
{
	if (rebuilt && rebuilt->left_out) {
		c->n_left_out++;
		return;
	}
	if (kept)
		risk_row_at(&kept->at, c->at);
	if (kept && rebuilt && !rebuilt->whole && kept->at.state == RISK_RESOLVED &&
	    rebuilt->at.state == RISK_RESOLVED) {
		c->n_ended++;
		return;
	}
	if (!kept || !rebuilt || !rebuilt->whole) {
		if (kept)
			risk_line(&c->kept, kept, n_fields(kept));
		if (rebuilt && rebuilt->whole)
			risk_line(&c->rebuilt, rebuilt, N_REPLAY_FIELDS);
		differs(c, kept, rebuilt && rebuilt->whole ? rebuilt : NULL);
		return;
	}
	risk_line(&c->kept, kept, n_fields(kept));
	risk_line(&c->rebuilt, rebuilt, n_fields(kept));
	if (are_same(c, kept, rebuilt))
		c->n_same++;
	else
		differs(c, kept, rebuilt);
	if (c->moves)
		add_move(c, kept, rebuilt);
}

/* The next one that was there at the time. */
static int next_kept(struct replay_stream *r, struct replay_risk *out, struct error *err)
{
	int rc;

	while ((rc = replay_next(r, out, err)) > 0 && !out->exists)
		;
	return rc;
}

static int compare_all(struct replay_compare *c, struct replay_stream *kept,
                       struct replay_stream *rebuilt, struct error *err)
{
	struct replay_risk k, r;
	int has_k = next_kept(kept, &k, err);
	int has_r = has_k < 0 ? 0 : replay_next(rebuilt, &r, err);

	while (has_k > 0 || has_r > 0) {
		const int d = has_k <= 0   ? 1
		              : has_r <= 0 ? -1
		                           : key_cmp(&k.risk_id, &r.risk_id);

		if (has_k < 0 || has_r < 0)
			break;
		compare(c, d <= 0 ? &k : NULL, d >= 0 ? &r : NULL);
		if (d <= 0)
			has_k = next_kept(kept, &k, err);
		if (d >= 0 && has_k >= 0)
			has_r = replay_next(rebuilt, &r, err);
	}
	return has_k < 0 ? has_k : has_r < 0 ? has_r : 0;
}

int replay_compare_risks(struct replay_compare *c, struct replay_store *s,
                         struct error *err)
{
	struct replay_stream *kept = replay_kept(s), *rebuilt = replay_rebuilt(s);
	const int rc = compare_all(c, kept, rebuilt, err);

	replay_stream_free(kept);
	replay_stream_free(rebuilt);
	return rc;
}
