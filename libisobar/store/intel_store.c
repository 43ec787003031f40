/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load of a feed: staged by COPY, held against what is stored by one statement,
 * written by one more.
 */
#include "store/intel_store.h"

#include <string.h>

#include "model/cve.h"
#include "store/pg_copy.h"
#include "store/pg_listen.h"

/* Any number that no other advisory lock of ours uses. */
#define INTEL_LOCK INT64_C(0x69736f696e74) /* "isoint" */

#define CHECKSUM_MAX (2 * KEY_SHA256_SIZE + 1)
#define DAY          (24 * USEC_PER_HOUR)

struct load {
	struct pg *pg;
	struct intel_data *d;
	const struct intel_load_options *options;
	char checksum[CHECKSUM_MAX];
	timestamp at; /* from when the new rows hold */
	int64_t version;
	struct arena *arena;
	struct intel_load_result result;
};

static void checksum_text(const unsigned char digest[KEY_SHA256_SIZE],
                          char out[CHECKSUM_MAX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < KEY_SHA256_SIZE; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[CHECKSUM_MAX - 1] = '\0';
}

/* "2026-08-16" */
static const char *day_text(timestamp t, char buf[TIMESTAMP_TEXT_MAX])
{
	timestamp_format(t, buf);
	buf[10] = '\0';
	return buf;
}

/* --- may it be loaded? --- */

static int refuse(const struct load *l, struct error *err, const char *why)
{
	return error_set(err, ERR_CONFLICT, "%s; %s--force takes it nevertheless", why,
	                 l->options->is_pull ? "isobar intel load " : "");
}

static int check_age(struct load *l, timestamp in_use, struct error *err)
{
	char day[2][TIMESTAMP_TEXT_MAX];

	if (l->d->as_of == TIMESTAMP_NONE)
		return refuse(l, err, "it says no date");
	if (in_use == TIMESTAMP_NONE || l->result.as_of >= in_use)
		return 0;
	return refuse(l, err,
	              arena_printf(l->arena, "it is of %s, older than the one in use (%s)",
	                           day_text(l->result.as_of, day[0]),
	                           day_text(in_use, day[1])));
}

static int check_size(struct load *l, int64_t in_use, struct error *err)
{
	if (l->result.n_rows * 10 >= in_use * 9)
		return 0;
	return refuse(l, err,
	              arena_printf(l->arena,
	                           "it has %lld CVEs, by more than a tenth fewer than the "
	                           "%lld of the one in use",
	                           (long long)l->result.n_rows, (long long)in_use));
}

/*
 * Only a whole feed can be older or smaller as such: files of records may hold any part,
 * and each record is weighed by its own time.
 */
static int check(struct load *l, const PGresult *in_use, struct error *err)
{
	int rc;

	if (!l->result.n_rows)
		return error_set(err, ERR_INVALID, "it is empty");
	if (l->options->force)
		return 0;
	if (!intel_feed_is_whole(l->d->feed))
		return check_age(l, TIMESTAMP_NONE, err);
	if ((rc = check_age(l, pg_get_timestamp(in_use, 0, "as_of"), err)) < 0)
		return rc;
	return check_size(l, pg_get_int(in_use, 0, "n_rows"), err);
}

/* --- staging --- */

static void put_row(struct pg_copy *copy, const struct intel_row *r)
{
	char cve[CVE_TEXT_MAX];

	pg_copy_row(copy);
	pg_copy_text(copy, cve_text(r->cve, cve));
	pg_copy_timestamp(copy, r->modified);
	pg_copy_timestamp(copy, r->published);
	pg_copy_timestamp(copy, r->kev_added);
	pg_copy_timestamp(copy, r->kev_due);
	pg_copy_bool(copy, r->ransomware);
	pg_copy_int4(copy, r->epss);
	pg_copy_int2(copy, r->exploitation);
	pg_copy_int2(copy, r->automatable);
	pg_copy_int2(copy, r->total);
	pg_copy_int4(copy, r->cvss);
	pg_copy_text(copy, r->vector);
}

static int stage_rows(struct load *l, struct error *err)
{
	struct pg_copy *copy =
	        pg_copy_begin(l->pg, "copy stage_intel from stdin (format binary)", 12);

	for (size_t i = 0; i < l->d->n_rows; i++)
		put_row(copy, &l->d->rows[i]);
	return pg_copy_end(copy, err);
}

static int stage_records(struct load *l, struct error *err)
{
	struct pg_copy *copy =
	        pg_copy_begin(l->pg, "copy stage_record from stdin (format binary)", 2);

	for (size_t i = 0; i < l->d->n_advisories; i++) {
		pg_copy_row(copy);
		pg_copy_text(copy, l->d->advisories[i].record);
		pg_copy_timestamp(copy, l->d->advisories[i].modified);
	}
	return pg_copy_end(copy, err);
}

static int stage_aliases(struct load *l, struct error *err)
{
	struct pg_copy *copy =
	        pg_copy_begin(l->pg, "copy stage_alias from stdin (format binary)", 4);
	char cve[CVE_TEXT_MAX];

	for (size_t i = 0; i < l->d->n_advisories; i++) {
		const struct intel_advisory *a = &l->d->advisories[i];

		for (size_t k = 0; k < a->n_aliases; k++) {
			pg_copy_row(copy);
			pg_copy_text(copy, a->record);
			pg_copy_timestamp(copy, a->modified);
			pg_copy_text(copy, a->aliases[k].alias);
			pg_copy_text(copy, cve_text(a->aliases[k].cve, cve));
		}
	}
	return pg_copy_end(copy, err);
}

static int stage(struct load *l, struct error *err)
{
	int rc = pg_command(l->pg,
	                    "set local work_mem = '128MB'; truncate stage_intel, "
	                    "stage_record, stage_alias, intel_next, "
	                    "alias_changed",
	                    err);

	if (rc == 0)
		rc = l->d->feed == INTEL_OSV ? stage_records(l, err) : stage_rows(l, err);
	if (rc == 0 && l->d->feed == INTEL_OSV)
		rc = stage_aliases(l, err);
	return rc;
}

/* --- writing --- */

static int write_aliases(struct load *l, struct error *err)
{
	struct pg_params p = {.arena = l->arena};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	pg_bind_timestamp(&p, l->at);
	pg_bind_bool(&p, l->options->force);
	if ((rc = pg_run(l->pg, STMT_ALIAS_APPLY, &p, &rows, err)) < 0)
		return rc;
	l->result.n_new = pg_get_int(rows, 0, "n_added");
	l->result.n_changed = pg_get_int(rows, 0, "n_gone");
	l->result.n_older = pg_get_int(rows, 0, "n_older");
	return 0;
}

static int write_cves(struct load *l, struct error *err)
{
	static const enum statement writes[] = {STMT_INTEL_KEEP_FORMER, STMT_INTEL_UPDATE,
	                                        STMT_INTEL_ADD};
	struct pg_params merge = {.arena = l->arena}, counts = {.arena = l->arena};
	struct pg_params at = {.arena = l->arena};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	pg_bind_int(&merge, l->d->feed);
	pg_bind_timestamp(&merge, l->result.as_of);
	pg_bind_bool(&merge, l->options->force);
	pg_bind_int(&counts, l->d->feed);
	pg_bind_bool(&counts, l->options->force);
	pg_bind_timestamp(&at, l->at);
	if ((rc = pg_run(l->pg, STMT_INTEL_MERGE, &merge, NULL, err)) < 0 ||
	    (rc = pg_run(l->pg, STMT_INTEL_COUNTS, &counts, &rows, err)) < 0)
		return rc;
	l->result.n_new = pg_get_int(rows, 0, "n_new");
	l->result.n_changed = pg_get_int(rows, 0, "n") - l->result.n_new;
	l->result.n_older = pg_get_int(rows, 0, "n_older");
	for (size_t i = 0; i < N_ELEMENTS(writes) && rc == 0; i++)
		rc = pg_run(l->pg, writes[i], &at, NULL, err);
	return rc;
}

static int mark(struct load *l, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	if ((rc = pg_command(l->pg, "analyze intel_next, alias_changed", err)) < 0 ||
	    (rc = pg_run(l->pg, STMT_INTEL_MARK, NULL, &rows, err)) < 0)
		return rc;
	l->result.n_marked = pg_get_int(rows, 0, "n");
	return l->result.n_marked ? pg_command(l->pg, "notify " PG_CHANNEL_DIRTY, err) : 0;
}

static int add_snapshot(struct load *l, struct error *err)
{
	struct pg_params p = {.arena = l->arena};

	pg_bind_int(&p, l->d->feed);
	pg_bind_timestamp(&p, l->result.as_of);
	pg_bind_text(&p, l->d->model);
	pg_bind_text(&p, l->checksum);
	pg_bind_int(&p, l->result.n_rows);
	pg_bind_timestamp(&p, l->at);
	pg_bind_int(&p, l->version);
	return pg_run(l->pg, STMT_INTEL_SNAPSHOT_ADD, &p, NULL, err);
}

static bool is_no_news(const struct load *l)
{
	return l->options->is_pull && !intel_feed_is_whole(l->d->feed) &&
	       !l->result.n_new && !l->result.n_changed;
}

/* Records that were all passed over leave no trace, and are no snapshot. */
static int write_all(struct load *l, struct error *err)
{
	int rc = stage(l, err);

	if (rc == 0)
		rc = l->d->feed == INTEL_OSV ? write_aliases(l, err) : write_cves(l, err);
	if (rc < 0 || is_no_news(l))
		return rc;
	if (l->result.n_older == l->result.n_rows)
		return error_set(err, ERR_CONFLICT,
		                 "all of it is older than what is stored; --force takes it "
		                 "nevertheless");
	if ((rc = mark(l, err)) < 0)
		return rc;
	return add_snapshot(l, err);
}

static timestamp day_of(timestamp t)
{
	return t - t % DAY;
}

/* A clock that went back must not make an empty or a negative stretch of time. */
static void settle_time(struct load *l, const PGresult *in_use)
{
	const timestamp last = pg_get_timestamp(in_use, 0, "last_at");

	l->at = l->options->now;
	if (last != TIMESTAMP_NONE && l->at <= last)
		l->at = last + 1;
	l->result.at = l->at;
	l->version = pg_get_int(in_use, 0, "last_version") + 1;
	l->result.as_of = day_of(l->d->as_of == TIMESTAMP_NONE ? l->at : l->d->as_of);
}

static int load_in_transaction(struct load *l, struct error *err)
{
	struct pg_params lock = {.arena = l->arena}, feed = {.arena = l->arena};
	CLEANUP(pg_clearp) PGresult *in_use = NULL;
	int rc;

	pg_bind_int(&lock, INTEL_LOCK);
	pg_bind_int(&feed, l->d->feed);
	if ((rc = pg_run(l->pg, STMT_INTEL_LOCK, &lock, NULL, err)) < 0 ||
	    (rc = pg_run(l->pg, STMT_INTEL_IN_USE, &feed, &in_use, err)) < 0)
		return rc;
	settle_time(l, in_use);
	l->result.is_same = strcmp(pg_get_text(in_use, 0, "checksum"), l->checksum) == 0;
	if (l->result.is_same)
		return 0;
	if ((rc = check(l, in_use, err)) < 0)
		return rc;
	return write_all(l, err);
}

int intel_load_within(struct pg *pg, struct intel_data *d,
                      const struct intel_load_options *options,
                      struct intel_load_result *out, struct error *err)
{
	ARENA_SCOPED arena = arena_new(1024);
	struct load l = {.pg = pg, .d = d, .options = options, .arena = arena};
	int rc;

	if ((rc = intel_data_settle(d, err)) < 0)
		return rc;
	l.result.n_rows = (int64_t)(d->n_rows + d->n_advisories);
	checksum_text(d->digest, l.checksum);
	if ((rc = load_in_transaction(&l, err)) < 0)
		return rc;
	*out = l.result;
	return 0;
}

int intel_load(struct pg *pg, struct intel_data *d,
               const struct intel_load_options *options, struct intel_load_result *out,
               struct error *err)
{
	int rc = pg_begin(pg, err);

	if (rc < 0)
		return rc;
	if ((rc = intel_load_within(pg, d, options, out, err)) < 0 ||
	    (rc = pg_commit(pg, err)) < 0)
		pg_rollback(pg);
	return rc;
}

/* --- reading --- */

int intel_snapshots(struct pg *pg, int feed, int most, struct arena *a,
                    struct intel_snapshot **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	int rc;

	if (feed < 0)
		pg_bind_text(&p, NULL);
	else
		pg_bind_int(&p, feed);
	pg_bind_int(&p, most);
	if ((rc = pg_run(pg, STMT_INTEL_SNAPSHOT_LIST, &p, &rows, err)) < 0)
		return rc;
	*n_out = (size_t)PQntuples(rows);
	*out = ARENA_ARRAY(a, struct intel_snapshot, *n_out + 1);
	for (int i = 0; i < (int)*n_out; i++)
		(*out)[i] = (struct intel_snapshot){
		        .version = pg_get_int(rows, i, "version"),
		        .n_rows = pg_get_int(rows, i, "n_rows"),
		        .feed = (enum intel_feed)pg_get_int(rows, i, "feed"),
		        .as_of = arena_strdup(a, pg_get_text(rows, i, "as_of")),
		        .model = arena_strdup(a, pg_get_text(rows, i, "model")),
		        .checksum = arena_strdup(a, pg_get_text(rows, i, "checksum")),
		        .loaded_at = pg_get_timestamp(rows, i, "loaded_at"),
		        .in_use = pg_get_bool(rows, i, "in_use")};
	return 0;
}
