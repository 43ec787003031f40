/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links and splits that people decide, from and to PostgreSQL.
 */
#include "store/link_store.h"

#include "base/strbuf.h"
#include "store/read_private.h"

static const char *text_of(const PGresult *rows, int i, const char *field, struct arena *a)
{
	return arena_strdup(a, pg_get_text(rows, i, field));
}

static const char *text_or_null(const PGresult *rows, int i, const char *field,
                                struct arena *a)
{
	return pg_is_null(rows, i, field) ? NULL : text_of(rows, i, field, a);
}

static void bind_key_or_null(struct pg_params *p, const struct key *k)
{
	if (k)
		pg_bind_key(p, k);
	else
		pg_bind_text(p, NULL);
}

/* A uuid[] as text, of keys that stand size bytes apart. */
static const char *keys_text(const struct key *first, size_t n, size_t size,
                             struct arena *a)
{
	struct strbuf b = {0};
	char text[KEY_TEXT_MAX];
	const char *out;

	strbuf_putc(&b, '{');
	for (size_t i = 0; i < n; i++) {
		const char *at = (const char *)first + i * size;

		if (i > 0)
			strbuf_putc(&b, ',');
		strbuf_puts(&b, key_text((const struct key *)at, text));
	}
	strbuf_putc(&b, '}');
	out = arena_strdup(a, strbuf_text(&b));
	strbuf_done(&b);
	return out;
}

/* --- reading --- */

void link_risk_bind(const struct org *org, const struct key *risk_id, struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_key(p, risk_id);
}

bool link_risk_read(const PGresult *rows, const struct key *risk_id, struct arena *a,
                    struct link_risk *out)
{
	if (PQntuples(rows) == 0)
		return false;
	*out = (struct link_risk){
	        .id = *risk_id,
	        .version = pg_get_int(rows, 0, "version"),
	        .asset_id = pg_get_key(rows, 0, "asset_id"),
	        .place = pg_get_key(rows, 0, "place"),
	        .asset = text_of(rows, 0, "asset", a),
	        .subject = text_of(rows, 0, "subject", a),
	        .location = text_of(rows, 0, "location", a),
	        .title = text_of(rows, 0, "title", a),
	        .state = (int)pg_get_int(rows, 0, "state"),
	        .n_findings = (size_t)pg_get_int(rows, 0, "n_findings"),
	};
	return true;
}

void link_findings_bind(const struct org *org, const struct key *asset_id,
                        const struct key *ids, size_t n, const struct key *risk_id,
                        struct pg_params *p)
{
	pg_bind_int(p, org->id);
	bind_key_or_null(p, asset_id);
	pg_bind_text(p, ids ? keys_text(ids, n, sizeof(*ids), p->arena) : NULL);
	bind_key_or_null(p, risk_id);
}

static void read_evidence(const PGresult *rows, int i, struct arena *a,
                          struct evidence *out)
{
	*out = (struct evidence){
	        .canonical_id = pg_get_key(rows, i, "canonical_id"),
	        .asset_id = pg_get_key(rows, i, "asset_id"),
	        .finding_id = pg_get_key(rows, i, "finding_id"),
	        .stored_at = TIMESTAMP_NONE,
	        .closed_at = TIMESTAMP_NONE,
	        .first_seen = TIMESTAMP_NONE,
	        .epss = -1,
	        .sev100 = (int)pg_get_int(rows, i, "sev100"),
	        .state = (enum finding_state)pg_get_int(rows, i, "state"),
	        .class = (enum finding_class)pg_get_int(rows, i, "class"),
	        .flags = (unsigned int)pg_get_int(rows, i, "flags"),
	        .connector = text_of(rows, i, "connector", a),
	        .rule = text_of(rows, i, "rule", a),
	        .cve = text_of(rows, i, "cve", a),
	        .location = text_of(rows, i, "location", a),
	        .engine = "",
	        .title = text_of(rows, i, "title", a),
	};
}

static void read_link(const PGresult *rows, int i, struct arena *a,
                      struct link_finding *out)
{
	out->has_link = !pg_is_null(rows, i, "link_kind");
	if (!out->has_link)
		return;
	out->link = (struct risk_link){
	        .finding_id = out->e.finding_id,
	        .asset_id = pg_get_key(rows, i, "link_asset_id"),
	        .risk_id = pg_get_key(rows, i, "link_risk_id"),
	        .kind = (enum risk_link_kind)pg_get_int(rows, i, "link_kind")};
	out->actor = text_of(rows, i, "link_actor", a);
	out->reason = text_of(rows, i, "link_reason", a);
	out->link_at = pg_get_timestamp(rows, i, "link_at");
}

static void read_finding(const PGresult *rows, int i, struct arena *a,
                         struct link_finding *out)
{
	*out = (struct link_finding){.link_at = TIMESTAMP_NONE};
	read_evidence(rows, i, a, &out->e);
	read_link(rows, i, a, out);
	out->asset = text_of(rows, i, "asset", a);
	out->asset_named = text_of(rows, i, "asset_named", a);
	out->has_risk = !pg_is_null(rows, i, "risk_id");
	out->risk_id = pg_get_key(rows, i, "risk_id");
	out->n_members = (size_t)pg_get_int(rows, i, "n_members");
	out->control = (struct control){
	        .id = text_or_null(rows, i, "control", a),
	        .category = text_of(rows, i, "control_category", a),
	        .title = text_of(rows, i, "control_title", a),
	        .class = (int)pg_get_int(rows, i, "control_class"),
	};
	out->org_cve = text_or_null(rows, i, "org_cve", a);
	out->fed_cve = text_or_null(rows, i, "fed_cve", a);
}

void link_findings_read(const PGresult *rows, struct arena *a, struct link_findings *out)
{
	out->n = (size_t)PQntuples(rows);
	out->rows = ARENA_ARRAY(a, struct link_finding, out->n + 1);
	for (size_t i = 0; i < out->n; i++)
		read_finding(rows, (int)i, a, &out->rows[i]);
}

/* --- writing --- */

/* Each risk but the one that is held once, so that each is told once. */
static const char *left_risks(const struct link_writing *w, struct arena *a)
{
	struct key *ids = ARENA_ARRAY(a, struct key, w->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		size_t k = 0;

		while (k < n && key_cmp(&ids[k], &w->findings[i].risk_id) != 0)
			k++;
		if (k == n && w->findings[i].has_risk)
			ids[n++] = w->findings[i].risk_id;
	}
	return keys_text(ids, n, sizeof(*ids), a);
}

void link_write_bind(const struct link_writing *w, timestamp now, struct pg_params *p)
{
	struct key *ids = ARENA_ARRAY(p->arena, struct key, w->n + 1);

	for (size_t i = 0; i < w->n; i++)
		ids[i] = w->findings[i].e.finding_id;
	pg_bind_int(p, w->org->id);
	pg_bind_timestamp(p, now);
	pg_bind_text(p, w->actor);
	pg_bind_text(p, w->reason);
	pg_bind_int(p, w->change);
	pg_bind_key(p, &w->risk->id);
	pg_bind_int(p, w->risk->version);
	pg_bind_key(p, &w->place);
	pg_bind_text(p, keys_text(ids, w->n, sizeof(*ids), p->arena));
	pg_bind_text(p, left_risks(w, p->arena));
	pg_bind_key(p, &w->note_id);
}

/* --- the command line --- */

static int ambiguous(const PGresult *rows, const char *id, struct error *err)
{
	return error_set(err, ERR_CONFLICT, "several findings begin with %.40s: %s, %s%s",
	                 id, pg_get_text(rows, 0, "finding_id"),
	                 pg_get_text(rows, 1, "finding_id"),
	                 PQntuples(rows) > 2 ? ", ..." : "");
}

int finding_find(struct pg *pg, const struct org *org, const char *id,
                 struct key *finding_out, struct key *asset_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(512);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	struct key first, last;
	int rc;

	if ((rc = key_range(id, "finding", &first, &last, err)) < 0)
		return rc;
	pg_bind_int(&p, org->id);
	pg_bind_key(&p, &first);
	pg_bind_key(&p, &last);
	if ((rc = pg_run(pg, STMT_FINDING_FIND, &p, &rows, err)) < 0)
		return rc;
	if (PQntuples(rows) == 0)
		return error_set(err, ERR_NOT_FOUND, "there is no finding %.40s", id);
	if (PQntuples(rows) > 1)
		return ambiguous(rows, id, err);
	*finding_out = pg_get_key(rows, 0, "finding_id");
	*asset_out = pg_get_key(rows, 0, "asset_id");
	return 0;
}

int link_risk_load(struct pg *pg, const struct org *org, const struct key *risk_id,
                   struct arena *a, struct link_risk *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	char text[KEY_TEXT_MAX];
	int rc;

	link_risk_bind(org, risk_id, &p);
	if ((rc = pg_run(pg, STMT_LINK_RISK, &p, &rows, err)) < 0)
		return rc;
	return link_risk_read(rows, risk_id, a, out)
	               ? 0
	               : error_set(err, ERR_NOT_FOUND, "there is no risk %s",
	                           key_text(risk_id, text));
}

int link_findings_load(struct pg *pg, const struct org *org, const struct key *asset_id,
                       const struct key *ids, size_t n, const struct key *risk_id,
                       struct arena *a, struct link_findings *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	link_findings_bind(org, asset_id, ids, n, risk_id, &p);
	if ((rc = pg_run(pg, STMT_LINK_FINDINGS, &p, &rows, err)) < 0)
		return rc;
	link_findings_read(rows, a, out);
	return 0;
}

int link_apply(struct pg *pg, const struct link_writing *w, timestamp now,
               struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	link_write_bind(w, now, &p);
	for (int i = 0; i < 3; i++)
		pg_bind_text(&p, NULL); /* no request, no answer that is kept */
	pg_bind_timestamp(&p, now);
	pg_bind_int(&p, 200);
	pg_bind_text(&p, "");
	if ((rc = pg_run(pg, STMT_LINK_WRITE, &p, &rows, err)) < 0)
		return rc;
	if (!pg_get_bool(rows, 0, "written"))
		return error_set(err, ERR_CONFLICT,
		                 "others change the risk just now; try again");
	return 0;
}
