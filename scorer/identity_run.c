/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What another catalogue means for the risks of an org: it is loaded, the risks are held
 * against it, and the transaction is committed or rolled back.  So what is told before is
 * what is done then.
 */
#include "identity_run.h"

#include <stdio.h>
#include <string.h>

#include "base/text_file.h"
#include "model/json_write.h"
#include "store/catalog.h"
#include "store/pg_listen.h"
#include "store/trial_store.h"

#include "identity_pass.h"
#include "trial.h"

#define CATALOG_FILE_MAX ((size_t)8 << 20)

/* --- the catalogue --- */

/* The program's files, each from the folder instead. */
static int read_catalog(const char *folder, struct arena *a, struct embedded_file **out,
                        struct error *err)
{
	*out = ARENA_ARRAY(a, struct embedded_file, n_catalog_files + 1);
	for (size_t i = 0; i < n_catalog_files; i++) {
		const char *name = catalog_files[i].name;
		struct strbuf text = {0};
		int rc = 0;

		(*out)[i] = catalog_files[i];
		if (!folder)
			continue;
		const char *path = arena_printf(a, "%s/%s", folder, name);

		if ((rc = text_file_read(path, CATALOG_FILE_MAX, &text, err)) < 0)
			error_wrap(err, "%s", path);
		(*out)[i].text = arena_strdup(a, strbuf_text(&text));
		strbuf_done(&text);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* --- telling --- */

static void write_sides(struct strbuf *b, const char *name,
                        const struct identity_side *sides, size_t n,
                        const struct trial_name *names, bool is_after)
{
	json_write_open(b, name, '[');
	for (size_t i = 0; i < n; i++) {
		json_write_open(b, NULL, '{');
		json_write_key(b, is_after ? "name" : "id", &sides[i].id);
		if (names)
			json_write_text(b, "title", names[i].title);
		json_write_text(b, "subject", sides[i].subject);
		json_write_text(b, "location", sides[i].location);
		json_write_int(b, "findings", (int64_t)sides[i].n_findings);
		if (is_after)
			json_write_bool(b, "goes_on", sides[i].goes_on);
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
}

/* By the shape of the case, in words. */
static const char *why_of(const struct identity_told *t)
{
	switch (t->kind) {
	case IDENTITY_RENAMED:
		return "all that is left of it has another name";
	case IDENTITY_SPLIT:
		return "its findings are in several risks: one goes on, the others keep "
		       "its clock";
	case IDENTITY_MERGED:
		return "they are one risk: the one that was opened first goes on";
	case IDENTITY_AMBIGUOUS:
		return t->n_before > 1
		               ? "findings of several risks are in several others"
		               : "its findings are in several risks that stand already";
	}
	return "";
}

static int write_case(struct strbuf *b, struct pg *pg, const struct org *org,
                      const struct identity_told *t, struct arena *a, struct error *err)
{
	struct key *ids = ARENA_ARRAY(a, struct key, t->n_before + 1);
	struct key *assets = ARENA_ARRAY(a, struct key, t->n_before + 1);
	struct trial_name *names;
	int rc;

	for (size_t i = 0; i < t->n_before; i++) {
		ids[i] = t->before[i].id;
		assets[i] = t->asset_id;
	}
	if ((rc = trial_names(pg, org, ids, assets, t->n_before, a, &names, err)) < 0)
		return rc;
	json_write_open(b, NULL, '{');
	json_write_text(b, "kind", identity_kind_name(t->kind));
	if (t->kind == IDENTITY_AMBIGUOUS)
		json_write_key(b, "case", &t->case_id);
	json_write_text(b, "asset", t->n_before ? names[0].asset : "");
	write_sides(b, "before", t->before, t->n_before, names, false);
	write_sides(b, "after", t->after, t->n_after, NULL, true);
	json_write_text(b, "why", why_of(t));
	json_write_close(b, '}');
	return 0;
}

static int print_found(struct pg *pg, const struct org *org, const struct identity_ask *ask,
                       const struct catalog_result *loaded,
                       const struct identity_counts *counts,
                       const struct identity_found *found, struct arena *a,
                       struct error *err)
{
	struct strbuf b = {0};
	int rc = 0;

	json_write_open(&b, NULL, '{');
	json_write_bool(&b, "applied", ask->applies);
	json_write_int(&b, "catalogue_rows", loaded->n_rows);
	json_write_int(&b, "kept", counts->living - found->n_moved);
	for (int i = 0; i < N_IDENTITY_KINDS; i++) {
		json_write_open(&b, identity_kind_name((enum identity_kind)i), '{');
		json_write_int(&b, "cases", found->n_cases[i]);
		json_write_int(&b, "risks", found->n_risks[i]);
		json_write_close(&b, '}');
	}
	json_write_int(&b, "waiting", counts->waiting);
	json_write_open(&b, "listed", '[');
	for (size_t i = 0; i < found->n_told && rc == 0; i++)
		rc = write_case(&b, pg, org, &found->told[i], a, err);
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	if (rc == 0 && (puts(strbuf_text(&b)) < 0 || fflush(stdout) != 0))
		rc = error_set(err, ERR_INTERNAL, "cannot write the report");
	strbuf_done(&b);
	return rc;
}

/* --- doing --- */

static int pass_shards(struct identity_pass *p, const struct identity_ask *ask,
                       struct error *err)
{
	struct pg *pg = p->s->pg;
	int rc = 0;

	for (int shard = 0; shard < SCORE_SHARDS && rc == 0; shard++) {
		struct identity_mark mark = {.since = p->now};
		bool is_due;

		if ((rc = identity_due(pg, p->org, shard, &is_due, &mark, err)) < 0)
			return rc;
		mark.everything |= ask->everything;
		if (is_due || mark.everything)
			rc = identity_pass_shard(p, shard, &mark, err);
		if (rc == 0)
			rc = identity_done(pg, p->org, shard, err);
	}
	return rc;
}

static int lock_shards(struct pg *pg, const struct org *org, struct error *err)
{
	int rc = 0;

	for (int shard = 0; shard < SCORE_SHARDS && rc == 0; shard++)
		rc = identity_lock(pg, org, shard, err);
	return rc;
}

static int load_catalog(struct pg *pg, const struct embedded_file *files, timestamp now,
                        struct catalog_result *out, struct error *err)
{
	int rc;

	if ((rc = pg_become(pg, "isobar_operator", 0, err)) < 0 ||
	    (rc = catalog_load_within(pg, files, n_catalog_files, now, out, err)) < 0)
		return rc;
	return pg_become(pg, "isobar_scorer", 0, err);
}

/* Counts are those of before; what waits is known afterwards. */
static int run_within(struct identity_pass *p, const struct identity_ask *ask,
                      const struct embedded_file *files, struct arena *a, struct error *err)
{
	struct pg *pg = p->s->pg;
	struct catalog_result loaded = {0};
	struct identity_counts counts;
	int rc;

	/* No scorer comes in between the new catalogue and what it means. */
	if ((ask->applies && (rc = lock_shards(pg, p->org, err)) < 0) ||
	    (rc = load_catalog(pg, files, p->now, &loaded, err)) < 0 ||
	    (rc = pass_shards(p, ask, err)) < 0 ||
	    (rc = identity_counts_load(pg, p->org, &counts, err)) < 0)
		return rc;
	if (ask->applies &&
	    (rc = identity_change_put(pg, p->org, &p->change_id, p->now, ask->actor,
	                              ask->reason, p->found->n_cases, err)) < 0)
		return rc;
	if ((rc = print_found(pg, p->org, ask, &loaded, &counts, p->found, a, err)) < 0 ||
	    !ask->applies)
		return rc;
	if ((rc = pg_command(pg, "notify " PG_CHANNEL_DIRTY, err)) < 0)
		return rc;
	return pg_commit(pg, err);
}

int identity_run(struct scorer *s, const struct identity_ask *ask, timestamp now,
                 struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 16);
	struct identity_found found = {.most = (size_t)ask->most, .a = a};
	struct org org;
	struct identity_pass p = {.s = s, .org = &org, .now = now, .found = &found};
	struct embedded_file *files;
	int rc;

	found.told = arena_alloc_array(a, found.most + 1, sizeof(*found.told));
	if ((rc = scorer_find_org(s, ask->org, a, &org, err)) < 0 ||
	    (rc = read_catalog(ask->folder, a, &files, err)) < 0 ||
	    (rc = identity_change_id(now, &p.change_id, err)) < 0 ||
	    (rc = pg_begin(s->pg, err)) < 0)
		return rc;
	rc = run_within(&p, ask, files, a, err);
	pg_rollback(s->pg);
	return rc;
}
