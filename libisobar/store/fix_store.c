/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads fixes.  Their titles are made here, of what is known now: a renamed asset or a
 * new sentence of the catalogue shows at once, and nothing of it is stored twice.
 */
#include "store/fix_store.h"

#include <assert.h>

#include "model/json_write.h"
#include "store/read_private.h"

#define RANK_BAND 4096

int64_t fix_rank(const struct fix_row *row)
{
	return (int64_t)row->band * RANK_BAND + row->g;
}

void fix_filter_init(struct fix_filter *f)
{
	*f = (struct fix_filter){.bands = (1u << N_BANDS) - 1,
	                         .kinds = (1u << N_FIX_KINDS) - 1,
	                         .providers = (1u << N_PROVIDERS) - 1,
	                         .limit = 25};
}

/* NULL when it holds all n. */
static void bind_set(struct pg_params *p, unsigned int set, int n)
{
	struct strbuf text = {0};

	if (set == (1u << n) - 1) {
		pg_bind_text(p, NULL);
		return;
	}
	strbuf_putc(&text, '{');
	for (int i = 0; i < n; i++)
		if (set & 1u << i)
			strbuf_printf(&text, "%s%d", text.size > 1 ? "," : "", i);
	strbuf_putc(&text, '}');
	pg_bind_text(p, arena_strdup(p->arena, strbuf_text(&text)));
	strbuf_done(&text);
}

void fix_list_bind(const struct org *org, const struct fix_filter *f, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_int(p, f->limit);
	bind_set(p, f->bands, N_BANDS);
	bind_set(p, f->kinds, N_FIX_KINDS);
	bind_set(p, f->providers, N_PROVIDERS);
	pg_bind_text(p, f->account);
	pg_bind_text(p, f->asset);
	pg_bind_text(p, f->subject);
	pg_bind_text(p, f->package);
	pg_bind_texts(p, f->allowed, f->n_allowed);
	if (f->has_after) {
		pg_bind_int(p, f->after_rank / RANK_BAND);
		pg_bind_int(p, f->after_rank % RANK_BAND);
		pg_bind_key(p, &f->after_id);
	} else {
		pg_bind_text(p, NULL);
		pg_bind_text(p, NULL);
		pg_bind_text(p, NULL);
	}
}

static const char *text_of(const PGresult *result, int row, const char *field,
                           struct arena *a)
{
	return arena_strdup(a, pg_get_text(result, row, field));
}

static int number_of(const PGresult *result, int row, const char *field, int count)
{
	const int64_t value = pg_get_int(result, row, field);

	assert(value >= 0 && value < count);
	return (int)value;
}

static const char *title_of(const PGresult *result, int row, const struct fix_row *r,
                            struct arena *a)
{
	const char *name = pg_get_text(result, row, "asset_name");
	const struct fix_words words = {
	        .kind = r->kind,
	        .has_asset = r->asset != NULL,
	        .provider = r->provider,
	        .account = r->account,
	        .asset = *name || !r->asset ? name : r->asset,
	        .subject = r->subject,
	        .package = r->package,
	        .version = r->fixed_version,
	        .remediation = pg_get_text(result, row, "remediation"),
	};

	return fix_title(&words, a);
}

struct fix_row fix_row_read(const PGresult *result, int row, struct arena *a)
{
	static const char *const bands[N_BANDS] = {"n_low", "n_medium", "n_high",
	                                           "n_critical"};
	struct fix_row r = {
	        .id = pg_get_key(result, row, "fix_id"),
	        .kind = (enum fix_kind)number_of(result, row, "kind", N_FIX_KINDS),
	        .open = pg_get_bool(result, row, "open"),
	        .g = (int)pg_get_int(result, row, "g"),
	        .band = (enum band)number_of(result, row, "band", N_BANDS),
	        .n_risks = (int)pg_get_int(result, row, "n_risks"),
	        .score_sum = pg_get_int(result, row, "score_sum"),
	        .due_at = pg_get_timestamp(result, row, "due_at"),
	        .provider = (enum provider)number_of(result, row, "provider", N_PROVIDERS),
	        .account = text_of(result, row, "account", a),
	        .asset = pg_is_null(result, row, "asset")
	                         ? NULL
	                         : text_of(result, row, "asset", a),
	        .subject = text_of(result, row, "subject", a),
	        .package = text_of(result, row, "package", a),
	        .fixed_version = text_of(result, row, "fixed_version", a),
	};

	for (int i = 0; i < N_BANDS; i++)
		r.n_of[i] = (int)pg_get_int(result, row, bands[i]);
	r.title = title_of(result, row, &r, a);
	return r;
}

int fix_list(struct pg *pg, const struct org *org, const struct fix_filter *f,
             struct arena *a, struct fix_row **out, size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	fix_list_bind(org, f, &p);
	if ((rc = pg_run(pg, STMT_FIX_LIST, &p, &result, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct fix_row, *n_out + 1);
	for (size_t i = 0; i < *n_out; i++)
		(*out)[i] = fix_row_read(result, (int)i, a);
	return 0;
}

int fix_find(struct pg *pg, const struct org *org, const char *id, struct arena *a,
             struct fix_row *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	struct key first, last;
	int rc;

	if ((rc = key_range(id, "fix", &first, &last, err)) < 0)
		return rc;
	pg_bind_int(&p, org->id);
	pg_bind_key(&p, &first);
	pg_bind_key(&p, &last);
	if ((rc = pg_run(pg, STMT_FIX_FIND, &p, &result, err)) < 0)
		return rc;
	if (PQntuples(result) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no fix %.40s", id);
	if (PQntuples(result) > 1)
		return error_set(
		        err, ERR_CONFLICT, "several fixes begin with %.40s: %s, %s%s", id,
		        pg_get_text(result, 0, "fix_id"), pg_get_text(result, 1, "fix_id"),
		        PQntuples(result) > 2 ? ", ..." : "");
	*out = fix_row_read(result, 0, a);
	return 0;
}

/* --- as JSON --- */

void fix_row_put(struct strbuf *b, const struct fix_row *r)
{
	json_write_key(b, "id", &r->id);
	json_write_int(b, "rank", fix_rank(r));
	json_write_int(b, "g", r->g);
	json_write_text(b, "band", band_name(r->band));
	json_write_text(b, "kind", fix_kind_name(r->kind));
	json_write_text(b, "title", r->title);
	json_write_bool(b, "open", r->open);
	json_write_int(b, "risks", r->n_risks);
	json_write_open(b, "removes", '{');
	for (int i = N_BANDS - 1; i >= 0; i--)
		json_write_int(b, band_name((enum band)i), r->n_of[i]);
	json_write_int(b, "score_sum", r->score_sum);
	json_write_close(b, '}');
	json_write_time(b, "due_at", r->due_at);
	json_write_null(b, "owner"); /* until risks have owners */
	json_write_text(b, "provider", provider_name(r->provider));
	json_write_text(b, "account", r->account);
	json_write_stated(b, "asset", r->asset ? r->asset : "");
	json_write_stated(b, "subject", r->subject);
	json_write_stated(b, "package", r->package);
	json_write_stated(b, "fixed_version", r->fixed_version);
}
