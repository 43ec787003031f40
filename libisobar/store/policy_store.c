/* SPDX-License-Identifier: Apache-2.0 */
#include "store/policy_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_view.h"
#include "base/strbuf.h"
#include "model/asset.h"
#include "model/json_write.h"
#include "model/resource.h"
#include "model/risk.h"

#define POLICY_LOCK       INT64_C(0x69736f706f6c6900) /* "isopoli", plus the org */
#define CALENDAR_NAME_MAX 60

static const char *const long_days[WEEK_DAYS] = {
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

static int64_t id_of(const char *tag, const struct org *org, const char *name)
{
	const struct key key = key_of_texts(tag, org->id, &name, 1);

	return key_number(&key);
}

/* --- reading policies --- */

static const char *text_or_null(const PGresult *result, int row, const char *field,
                                struct arena *a)
{
	return pg_is_null(result, row, field)
	               ? NULL
	               : arena_strdup(a, pg_get_text(result, row, field));
}

static int number_or_any(const PGresult *result, int row, const char *field)
{
	return pg_is_null(result, row, field) ? SLA_ANY
	                                      : (int)pg_get_int(result, row, field);
}

static int environment_of(const PGresult *result, int row)
{
	return pg_is_null(result, row, "environment")
	               ? SLA_ANY
	               : context_level_parse(CONTEXT_ENVIRONMENT,
	                                     pg_get_text(result, row, "environment"));
}

static void read_points(const char *text, struct policy_row *out)
{
	char *end;

	for (long n = strtol(text, &end, 10);
	     end != text && out->n_warn_points < WARN_POINTS_MAX;
	     n = strtol(text, &end, 10)) {
		out->warn_points[out->n_warn_points++] = (int16_t)n;
		text = end;
	}
}

static struct policy_row read_policy(const PGresult *result, int i, struct arena *a)
{
	struct policy_row out = {
	        .id = pg_get_int(result, i, "policy_id"),
	        .name = arena_strdup(a, pg_get_text(result, i, "name")),
	        .band = number_or_any(result, i, "band"),
	        .provider = number_or_any(result, i, "provider"),
	        .environment = environment_of(result, i),
	        .tag = text_or_null(result, i, "tag", a),
	        .owner = text_or_null(result, i, "owner", a),
	        .framework = text_or_null(result, i, "framework", a),
	        .window = pg_get_int(result, i, "window_seconds") * USEC_PER_SEC,
	        .warn_percent = (int)pg_get_int(result, i, "warn_percent"),
	        .calendar = text_or_null(result, i, "calendar", a),
	        .kev_cap = pg_get_bool(result, i, "kev_cap"),
	        .start = (enum sla_start)pg_get_int(result, i, "start_at"),
	        .acceptance_max =
	                pg_get_int(result, i, "acceptance_max_seconds") * USEC_PER_SEC,
	        .enabled = pg_get_bool(result, i, "enabled"),
	        .reason = arena_strdup(a, pg_get_text(result, i, "reason")),
	        .actor = arena_strdup(a, pg_get_text(result, i, "actor")),
	        .valid_from = pg_get_timestamp(result, i, "valid_from"),
	};

	read_points(pg_get_text(result, i, "warn_points"), &out);
	return out;
}

void policy_rows_read(const PGresult *result, struct arena *a, struct policy_rows *out)
{
	out->n = (size_t)PQntuples(result);
	out->rows = ARENA_ARRAY(a, struct policy_row, out->n + 1);
	for (size_t i = 0; i < out->n; i++)
		out->rows[i] = read_policy(result, (int)i, a);
}

/* What both forms of a policy have in common: that of readers and that of statements. */
static void put_terms(struct strbuf *b, const struct policy_row *p)
{
	json_write_text(b, "environment",
	                p->environment == SLA_ANY
	                        ? NULL
	                        : context_level_name(CONTEXT_ENVIRONMENT, p->environment));
	json_write_text(b, "tag", p->tag);
	json_write_text(b, "owner", p->owner);
	json_write_text(b, "framework", p->framework);
	json_write_int(b, "window_seconds", p->window / USEC_PER_SEC);
	json_write_int(b, "warn_percent", p->warn_percent);
	json_write_open(b, "warn_points", '[');
	for (int i = 0; i < p->n_warn_points; i++)
		json_write_int(b, NULL, p->warn_points[i]);
	json_write_close(b, ']');
	json_write_text(b, "calendar", p->calendar);
	json_write_bool(b, "kev_cap", p->kev_cap);
}

void policy_row_put(struct strbuf *b, const struct policy_row *p)
{
	json_write_text(b, "name", p->name);
	json_write_text(b, "band",
	                p->band == SLA_ANY ? NULL : band_name((enum band)p->band));
	json_write_text(b, "provider",
	                p->provider == SLA_ANY ? NULL
	                                       : provider_name((enum provider)p->provider));
	put_terms(b, p);
	json_write_text(b, "start", p->start == SLA_START_SOURCE ? "source" : "stored");
	json_write_int(b, "acceptance_max_seconds", p->acceptance_max / USEC_PER_SEC);
	json_write_bool(b, "enabled", p->enabled);
	json_write_stated(b, "reason", p->reason);
	json_write_text(b, "actor", p->actor);
	json_write_time(b, "since", p->valid_from);
}

int policy_list(struct pg *pg, const struct org *org, struct arena *a,
                struct policy_rows *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_SLA_POLICIES, &p, &result, err)) < 0)
		return rc;
	policy_rows_read(result, a, out);
	return 0;
}

/* --- reading calendars --- */

/* {"monday": ["09:00-12:00", ...]} as the text that calendar_hours_parse() reads. */
static int read_hours(const char *json, struct day_hours days[WEEK_DAYS], struct arena *a,
                      struct error *err)
{
	struct json_doc *doc = json_doc_new(1u << 16, 8);
	const char *text = "";
	struct json_view root;
	int rc = json_doc_parse(doc, json, strlen(json), &root, err);

	for (int day = 0; day < WEEK_DAYS && rc == 0; day++) {
		struct json_items it;
		const char *interval;
		bool first = true;

		if (json_view_get_items(root, long_days[day], &it, err) < 0)
			continue; /* free */
		while (json_items_next(&it)) {
			if (!json_view_text(it.value, &interval))
				continue;
			text = arena_printf(
			        a, "%s%s%s%s", text,
			        !first  ? ","
			        : *text ? "; "
			                : "",
			        first ? arena_printf(a, "%s ", calendar_day_name(day)) : "",
			        interval);
			first = false;
		}
	}
	if (rc == 0)
		rc = calendar_hours_parse(text, days, err);
	json_doc_free(doc);
	return rc;
}

int calendar_rows_read(const PGresult *result, struct arena *a, struct calendar_row **out,
                       size_t *n_out, struct error *err)
{
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct calendar_row, *n_out + 1);
	for (int i = 0; i < (int)*n_out; i++) {
		struct calendar_row *c = &(*out)[i];

		c->id = pg_get_int(result, i, "calendar_id");
		c->spec.name = arena_strdup(a, pg_get_text(result, i, "name"));
		c->spec.zone = arena_strdup(a, pg_get_text(result, i, "time_zone"));
		c->spec.holidays = arena_strdup(a, pg_get_text(result, i, "holidays"));
		c->actor = arena_strdup(a, pg_get_text(result, i, "actor"));
		c->valid_from = pg_get_timestamp(result, i, "valid_from");
		c->n_policies = pg_get_int(result, i, "policies");
		if (read_hours(pg_get_text(result, i, "hours"), c->spec.days, a, err) < 0)
			return error_wrap(err, "calendar %.60s", c->spec.name);
	}
	return 0;
}

int calendar_list(struct pg *pg, const struct org *org, struct arena *a,
                  struct calendar_row **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	if ((rc = pg_run(pg, STMT_CALENDARS, &p, &result, err)) < 0)
		return rc;
	return calendar_rows_read(result, a, out, n_out, err);
}

/* --- for scoring --- */

static int make_calendars(const struct calendar_row *rows, size_t n, struct arena *a,
                          struct work_calendar **out, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		const int rc = rows[i].n_policies
		                       ? work_calendar_new(&rows[i].spec, a, &out[i], err)
		                       : 0;

		if (rc < 0)
			return rc;
	}
	return 0;
}

static struct sla_policy policy_of(const struct policy_row *row)
{
	return (struct sla_policy){.id = row->id,
	                           .name = row->name,
	                           .window = row->window,
	                           .warn_percent = (unsigned int)row->warn_percent,
	                           .warn_points = row->warn_points,
	                           .n_warn_points = (size_t)row->n_warn_points,
	                           .kev_cap = row->kev_cap,
	                           .start = row->start,
	                           .acceptance_max = row->acceptance_max,
	                           .band = row->band,
	                           .provider = row->provider,
	                           .environment = row->environment,
	                           .tag = row->tag,
	                           .owner = row->owner,
	                           .framework = row->framework};
}

/* Of a version of a row: never 0, which is a default. */
static int64_t digest_of(int64_t id, timestamp valid_from)
{
	const uint64_t h = ((uint64_t)id ^ (uint64_t)valid_from) * 0x9e3779b97f4a7c15u;

	return (int64_t)((h ^ (h >> 32)) | 1);
}

int sla_policies_make(const struct policy_rows *rows, const struct calendar_row *calendars,
                      size_t n, struct arena *a, struct sla_policies *out,
                      struct error *err)
{
	struct work_calendar **made = ARENA_ARRAY(a, struct work_calendar *, n + 1);

	const int rc = make_calendars(calendars, n, a, made, err);

	if (rc < 0)
		return rc;
	out->n = 0;
	out->rows = ARENA_ARRAY(a, struct sla_policy, rows->n);
	for (size_t i = 0; i < rows->n; i++) {
		const struct policy_row *row = &rows->rows[i];

		if (!row->enabled)
			continue;
		struct sla_policy *p = &out->rows[out->n++];

		*p = policy_of(row);
		p->digest = digest_of(row->id, row->valid_from);
		for (size_t k = 0; row->calendar && k < n; k++)
			if (strcmp(calendars[k].spec.name, row->calendar) == 0) {
				p->calendar = made[k];
				p->digest ^=
				        digest_of(calendars[k].id, calendars[k].valid_from);
			}
	}
	return 0;
}

int sla_policies_load(struct pg *pg, const struct org *org, struct arena *a,
                      struct sla_policies *out, struct error *err)
{
	struct policy_rows rows;
	struct calendar_row *calendars;
	size_t n;
	int rc;

	*out = (struct sla_policies){0};
	if ((rc = policy_list(pg, org, a, &rows, err)) < 0 || !rows.n ||
	    (rc = calendar_list(pg, org, a, &calendars, &n, err)) < 0)
		return rc;
	return sla_policies_make(&rows, calendars, n, a, out, err);
}

/* --- writing --- */

static void put_any(struct strbuf *b, const char *key, int value)
{
	if (value == SLA_ANY)
		json_write_null(b, key);
	else
		json_write_int(b, key, value);
}

static void put_policy(struct strbuf *b, const struct org *org,
                       const struct policy_row *row)
{
	json_write_open(b, NULL, '{');
	json_write_int(b, "policy_id", id_of("sla_policy/1", org, row->name));
	json_write_text(b, "name", row->name);
	put_any(b, "band", row->band);
	put_any(b, "provider", row->provider);
	put_terms(b, row);
	json_write_int(b, "start_at", row->start);
	json_write_int(b, "acceptance_max_seconds", row->acceptance_max / USEC_PER_SEC);
	json_write_bool(b, "enabled", row->enabled);
	json_write_close(b, '}');
}

/* Who changes policies and calendars of the org does so alone. */
static int begin(struct pg *pg, const struct org *org, struct arena *a, struct error *err)
{
	struct pg_params p = {.arena = a};
	int rc = pg_begin(pg, err);

	pg_bind_int(&p, POLICY_LOCK + org->id);
	return rc < 0 ? rc : pg_run(pg, STMT_INGEST_LOCK, &p, NULL, err);
}

/* Commits with marks on all assets if they are wanted. */
static int end(struct pg *pg, const struct org *org, struct arena *a, bool mark,
               struct policy_change *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	if (mark) {
		if ((rc = pg_run(pg, STMT_POLICY_MARK_ALL, &p, &result, err)) < 0)
			return rc;
		out->n_assets = pg_get_int(result, 0, "n");
	}
	return pg_commit(pg, err);
}

static int check_names(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                       const char *json, struct arena *a, int *line_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_text(&p, json);
	if ((rc = pg_run(pg, STMT_POLICY_UNKNOWN, &p, &result, err)) < 0 ||
	    !PQntuples(result))
		return rc;
	const struct policy_row *row = &rows->rows[pg_get_int(result, 0, "position") - 1];
	const char *what = pg_get_text(result, 0, "what");

	*line_out = row->line;
	return error_set(
	        err, ERR_INVALID, "policy \"%s\" %s: there is no %s \"%.80s\"", row->name,
	        strcmp(what, "calendar") == 0 ? "has no calendar" : "can match nothing",
	        what, pg_get_text(result, 0, "name"));
}

static void put_policies(struct strbuf *json, const struct org *org,
                         const struct policy_rows *rows)
{
	json_write_open(json, NULL, '[');
	for (size_t i = 0; i < rows->n; i++)
		put_policy(json, org, &rows->rows[i]);
	json_write_close(json, ']');
}

int policies_check(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                   int *line_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct strbuf json = {0};
	int rc;

	*line_out = 0;
	put_policies(&json, org, rows);
	rc = check_names(pg, org, rows, strbuf_text(&json), a, line_out, err);
	strbuf_done(&json);
	return rc;
}

static int replace(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                   const char *json, struct pg_params *p, int *line_out,
                   struct policy_change *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	if ((rc = begin(pg, org, p->arena, err)) < 0 ||
	    (rc = check_names(pg, org, rows, json, p->arena, line_out, err)) < 0 ||
	    (rc = pg_run(pg, STMT_POLICY_REPLACE, p, &result, err)) < 0)
		return rc;
	out->n_changed = pg_get_int(result, 0, "n");
	return end(pg, org, p->arena, out->n_changed > 0, out, err);
}

int policies_replace(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                     const char *reason, const char *actor, timestamp now, int *line_out,
                     struct policy_change *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	struct strbuf json = {0};
	int rc;

	*line_out = 0;
	*out = (struct policy_change){0};
	put_policies(&json, org, rows);
	pg_bind_int(&p, org->id);
	pg_bind_text(&p, strbuf_text(&json));
	pg_bind_timestamp(&p, now);
	pg_bind_text(&p, actor);
	pg_bind_text(&p, reason);
	rc = replace(pg, org, rows, strbuf_text(&json), &p, line_out, out, err);
	if (rc < 0)
		pg_rollback(pg);
	strbuf_done(&json);
	return rc;
}

static int remove_policy(struct pg *pg, const struct org *org, const char *name,
                         timestamp now, struct policy_change *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_text(&p, name);
	pg_bind_timestamp(&p, now);
	if ((rc = begin(pg, org, a, err)) < 0 ||
	    (rc = pg_run(pg, STMT_POLICY_REMOVE, &p, &result, err)) < 0)
		return rc;
	out->n_changed = pg_get_int(result, 0, "n");
	if (!out->n_changed)
		return error_set(err, ERR_NOT_FOUND, "there is no policy \"%.80s\"", name);
	return end(pg, org, a, true, out, err);
}

int policy_remove(struct pg *pg, const struct org *org, const char *name, timestamp now,
                  struct policy_change *out, struct error *err)
{
	*out = (struct policy_change){0};
	const int rc = remove_policy(pg, org, name, now, out, err);

	if (rc < 0)
		pg_rollback(pg);
	return rc;
}

static void put_hours(struct strbuf *b, const struct day_hours days[WEEK_DAYS],
                      struct arena *a)
{
	json_write_open(b, NULL, '{');
	for (int day = 0; day < WEEK_DAYS; day++) {
		if (!days[day].n)
			continue;
		json_write_open(b, long_days[day], '[');
		for (int i = 0; i < days[day].n; i++) {
			const struct day_interval *d = &days[day].intervals[i];

			json_write_text(b, NULL,
			                arena_printf(a, "%02d:%02d-%02d:%02d", d->from / 60,
			                             d->from % 60, d->to / 60, d->to % 60));
		}
		json_write_close(b, ']');
	}
	json_write_close(b, '}');
}

static int put_calendar(struct pg *pg, const struct org *org, struct pg_params *p,
                        struct policy_change *out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	if ((rc = begin(pg, org, p->arena, err)) < 0 ||
	    (rc = pg_run(pg, STMT_CALENDAR_PUT, p, &result, err)) < 0)
		return rc;
	out->n_changed = pg_get_int(result, 0, "n");
	return end(pg, org, p->arena,
	           out->n_changed > 0 && pg_get_int(result, 0, "policies") > 0, out, err);
}

int calendar_put(struct pg *pg, const struct org *org, const struct calendar_spec *spec,
                 const char *actor, timestamp now, struct policy_change *out,
                 struct error *err)
{
	ARENA_SCOPED a = arena_new(4096);
	struct pg_params p = {.arena = a};
	struct work_calendar *made;
	struct strbuf hours = {0};
	int rc;

	*out = (struct policy_change){0};
	if (!*spec->name || strlen(spec->name) > CALENDAR_NAME_MAX ||
	    strpbrk(spec->name, "\r\n\t"))
		return error_set(err, ERR_INVALID,
		                 "a calendar's name has 1 to %d bytes on one line",
		                 CALENDAR_NAME_MAX);
	if ((rc = work_calendar_new(spec, a, &made, err)) < 0)
		return rc;
	put_hours(&hours, spec->days, a);
	pg_bind_int(&p, org->id);
	pg_bind_int(&p, id_of("calendar/1", org, spec->name));
	pg_bind_text(&p, spec->name);
	pg_bind_text(&p, spec->zone);
	pg_bind_text(&p, strbuf_text(&hours));
	pg_bind_text(&p, spec->holidays);
	pg_bind_timestamp(&p, now);
	pg_bind_text(&p, actor);
	rc = put_calendar(pg, org, &p, out, err);
	if (rc < 0)
		pg_rollback(pg);
	strbuf_done(&hours);
	return rc;
}

static int remove_calendar(struct pg *pg, const struct org *org, const char *name,
                           timestamp now, struct error *err)
{
	ARENA_SCOPED a = arena_new(1024);
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	pg_bind_int(&p, org->id);
	pg_bind_int(&p, id_of("calendar/1", org, name));
	pg_bind_timestamp(&p, now);
	if ((rc = begin(pg, org, a, err)) < 0 ||
	    (rc = pg_run(pg, STMT_CALENDAR_REMOVE, &p, &result, err)) < 0)
		return rc;
	if (!pg_get_int(result, 0, "known"))
		return error_set(err, ERR_NOT_FOUND, "there is no calendar \"%.80s\"",
		                 name);
	if (!pg_is_null(result, 0, "policy"))
		return error_set(err, ERR_CONFLICT,
		                 "calendar \"%.80s\" is in use by the policy \"%.80s\"",
		                 name, pg_get_text(result, 0, "policy"));
	return pg_commit(pg, err);
}

int calendar_remove(struct pg *pg, const struct org *org, const char *name, timestamp now,
                    struct error *err)
{
	const int rc = remove_calendar(pg, org, name, now, err);

	if (rc < 0)
		pg_rollback(pg);
	return rc;
}
