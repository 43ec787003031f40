/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a file of policies line by line.
 */
#include "model/policy_file.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/section_file.h"
#include "base/strbuf.h"
#include "model/asset.h"
#include "model/control_catalog.h"
#include "model/resource.h"
#include "model/risk.h"

#define VALUE_MAX_SIZE 200
#define WARN_USUAL     75
#define DAY            (24 * USEC_PER_HOUR)
#define ACCEPTED_MAX   (180 * DAY) /* where the policy is of no band */

struct reader {
	struct section_file file;
	struct policy_rows *out;
	unsigned int seen; /* keys of the policy at hand, a bit each */
};

/* --- values --- */

typedef int value_fn(const struct reader *r, struct policy_row *p, const char *value);

static int take_band(const struct reader *r, struct policy_row *p, const char *value)
{
	enum band band;

	if (band_parse(value, &band) < 0)
		return section_file_fault(
		        &r->file,
		        "unknown band \"%.40s\"; known: critical, high, medium, low",
		        value);
	p->band = (int)band;
	return 0;
}

static int take_provider(const struct reader *r, struct policy_row *p, const char *value)
{
	enum provider provider;

	if (provider_parse(value, &provider) < 0)
		return section_file_fault(
		        &r->file,
		        "unknown provider \"%.40s\"; known: aws, azure, gcp, oci, none",
		        value);
	p->provider = (int)provider;
	return 0;
}

static int take_environment(const struct reader *r, struct policy_row *p, const char *value)
{
	const int level = context_level_parse(CONTEXT_ENVIRONMENT, value);

	if (level < 0)
		return section_file_fault(
		        &r->file,
		        "unknown environment \"%.40s\"; known: sandbox, development, "
		        "test, staging, production, unknown",
		        value);
	p->environment = level;
	return 0;
}

static int take_tag(const struct reader *r, struct policy_row *p, const char *value)
{
	if (*value == '=')
		return section_file_fault(
		        &r->file, "tag wants KEY or KEY=VALUE, not \"%.60s\"", value);
	p->tag = value;
	return 0;
}

static int take_owner(const struct reader *r, struct policy_row *p, const char *value)
{
	(void)r;
	p->owner = value;
	return 0;
}

static int take_framework(const struct reader *r, struct policy_row *p, const char *value)
{
	(void)r;
	p->framework = value;
	return 0;
}

static int take_calendar(const struct reader *r, struct policy_row *p, const char *value)
{
	(void)r;
	p->calendar = value;
	return 0;
}

/* "48h", "14d", "2w", "90m" */
static bool read_duration(const char *text, int64_t *out)
{
	static const struct {
		char unit;
		int64_t usec;
	} units[] = {{'m', USEC_PER_HOUR / 60},
	             {'h', USEC_PER_HOUR},
	             {'d', DAY},
	             {'w', 7 * DAY}};
	char *end;
	long long n;

	if (!isdigit((unsigned char)*text))
		return false;
	n = strtoll(text, &end, 10);
	for (size_t i = 0; i < N_ELEMENTS(units); i++)
		if (*end == units[i].unit && !end[1] && n > 0 &&
		    n <= SLA_WINDOW_MAX / units[i].usec) {
			*out = n * units[i].usec;
			return true;
		}
	return false;
}

static int take_window(const struct reader *r, struct policy_row *p, const char *value)
{
	if (strcmp(value, "best-effort") == 0)
		p->window = 0;
	else if (!read_duration(value, &p->window))
		return section_file_fault(
		        &r->file,
		        "window wants for instance 48h, 14d, 2w or best-effort, not "
		        "\"%.40s\"",
		        value);
	return 0;
}

static int take_acceptance_max(const struct reader *r, struct policy_row *p,
                               const char *value)
{
	if (!read_duration(value, &p->acceptance_max))
		return section_file_fault(
		        &r->file, "acceptance-max wants for instance 90d, not \"%.40s\"",
		        value);
	return 0;
}

/* Ascending; false: it is there already. */
static bool add_point(int16_t *points, int n, int percent)
{
	int i = n;

	for (; i > 0 && points[i - 1] > percent; i--)
		points[i] = points[i - 1];
	points[i] = (int16_t)percent;
	return i == 0 || points[i - 1] != percent;
}

/* Due soon at 75 % where that is one of them, else at the least. */
static void choose_warn_percent(struct policy_row *p, const int16_t *points, int n)
{
	p->warn_percent = points[0];
	p->n_warn_points = 0;
	for (int i = 0; i < n; i++)
		if (points[i] == WARN_USUAL)
			p->warn_percent = WARN_USUAL;
	for (int i = 0; i < n; i++)
		if (points[i] != p->warn_percent)
			p->warn_points[p->n_warn_points++] = points[i];
}

/* "75%", with blanks around it; NULL: it is none. */
static const char *read_percent(const char *at, int *out)
{
	char *end;

	at += strspn(at, " ");
	if (!isdigit((unsigned char)*at))
		return NULL;
	const long n = strtol(at, &end, 10);

	if (n < 1 || n > 99 || *end != '%')
		return NULL;
	*out = (int)n;
	return end + 1 + strspn(end + 1, " ");
}

static int take_warn(const struct reader *r, struct policy_row *p, const char *value)
{
	int16_t points[WARN_POINTS_MAX + 1];
	const char *at = value;
	int n = 0;

	for (;;) {
		int percent = 0;

		at = read_percent(at, &percent);
		if (!at || n > WARN_POINTS_MAX || !add_point(points, n++, percent))
			return section_file_fault(
			        &r->file,
			        "warn wants up to %d percentages from 1%% to 99%%, for "
			        "instance 50%%,75%%,90%%, not \"%.40s\"",
			        WARN_POINTS_MAX + 1, value);
		if (!*at)
			break;
		if (*at++ != ',')
			return section_file_fault(&r->file,
			                          "warn wants commas between percentages");
	}
	choose_warn_percent(p, points, n);
	return 0;
}

static int take_switch(const struct reader *r, const char *key, const char *value,
                       bool *out)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
		return section_file_fault(&r->file, "%s wants on or off, not \"%.40s\"",
		                          key, value);
	*out = strcmp(value, "on") == 0;
	return 0;
}

static int take_kev_cap(const struct reader *r, struct policy_row *p, const char *value)
{
	return take_switch(r, "kev-cap", value, &p->kev_cap);
}

static int take_enabled(const struct reader *r, struct policy_row *p, const char *value)
{
	return take_switch(r, "enabled", value, &p->enabled);
}

static int take_start(const struct reader *r, struct policy_row *p, const char *value)
{
	if (strcmp(value, "stored") != 0 && strcmp(value, "source") != 0)
		return section_file_fault(
		        &r->file, "start wants stored or source, not \"%.40s\"", value);
	p->start = strcmp(value, "source") == 0 ? SLA_START_SOURCE : SLA_START_STORED;
	return 0;
}

static const struct {
	const char *name;
	value_fn *take;
} keys[] = {
        {"band", take_band},
        {"provider", take_provider},
        {"environment", take_environment},
        {"tag", take_tag},
        {"owner", take_owner},
        {"framework", take_framework},
        {"window", take_window},
        {"warn", take_warn},
        {"calendar", take_calendar},
        {"kev-cap", take_kev_cap},
        {"start", take_start},
        {"acceptance-max", take_acceptance_max},
        {"enabled", take_enabled},
};

enum {
	KEY_WINDOW = 6,
	KEY_ACCEPTANCE_MAX = 11
};

/* --- policies --- */

static bool covers_text(const char *wide, const char *narrow)
{
	return !wide || (narrow && strcmp(wide, narrow) == 0);
}

static bool covers_number(int wide, int narrow)
{
	return wide == SLA_ANY || wide == narrow;
}

/* Does p select all that q selects? */
static bool covers(const struct policy_row *p, const struct policy_row *q)
{
	return covers_number(p->band, q->band) && covers_number(p->provider, q->provider) &&
	       covers_number(p->environment, q->environment) &&
	       covers_text(p->tag, q->tag) && covers_text(p->owner, q->owner) &&
	       covers_text(p->framework, q->framework);
}

static int end_policy(void *ctx)
{
	struct reader *r = ctx;
	struct policy_row *last = &r->out->rows[r->out->n - 1];

	r->file.line = last->line;
	if (!(r->seen >> KEY_WINDOW & 1))
		return section_file_fault(
		        &r->file, "policy \"%s\" has no window (48h, 14d, best-effort)",
		        last->name);
	if (!(r->seen >> KEY_ACCEPTANCE_MAX & 1))
		last->acceptance_max =
		        last->band == SLA_ANY
		                ? ACCEPTED_MAX
		                : sla_default_policies[last->band].acceptance_max;
	for (size_t i = 0; last->enabled && i + 1 < r->out->n; i++) {
		const struct policy_row *p = &r->out->rows[i];

		if (p->enabled && covers(p, last))
			return section_file_fault(
			        &r->file,
			        "policy \"%s\" can match nothing: \"%s\" in line %d "
			        "selects all of it",
			        last->name, p->name, p->line);
	}
	return 0;
}

static int begin_policy(void *ctx, const char *name)
{
	struct reader *r = ctx;
	struct policy_rows *out = r->out;

	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->rows[i].name, name) == 0)
			return section_file_fault(
			        &r->file, "there is a policy \"%s\" already, in line %d",
			        name, out->rows[i].line);
	if (out->n == POLICIES_MAX)
		return section_file_fault(&r->file, "more than %d policies", POLICIES_MAX);
	r->seen = 0;
	out->rows[out->n++] = (struct policy_row){.name = name,
	                                          .line = r->file.line,
	                                          .band = SLA_ANY,
	                                          .provider = SLA_ANY,
	                                          .environment = SLA_ANY,
	                                          .warn_percent = WARN_USUAL,
	                                          .kev_cap = true,
	                                          .enabled = true,
	                                          .reason = "",
	                                          .actor = ""};
	return 0;
}

static int take_pair(void *ctx, char *key, const char *value)
{
	struct reader *r = ctx;
	const char *known = "";

	if (strlen(value) > VALUE_MAX_SIZE)
		return section_file_fault(&r->file,
		                          "the value of \"%.40s\" has more than %d bytes",
		                          key, VALUE_MAX_SIZE);
	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		if (strcmp(key, keys[i].name) == 0) {
			if (r->seen >> i & 1)
				return section_file_fault(&r->file, "%s is stated twice",
				                          key);
			r->seen |= 1u << i;
			return keys[i].take(r, &r->out->rows[r->out->n - 1], value);
		}
		known = arena_printf(r->file.arena, "%s%s%s", known, i ? ", " : "",
		                     keys[i].name);
	}
	return section_file_fault(&r->file, "unknown key \"%.40s\"; known: %s", key, known);
}

int policy_file_parse(const char *file, const char *text, struct arena *a,
                      struct policy_rows *out, struct error *err)
{
	static const struct section_calls calls = {begin_policy, take_pair, end_policy};
	struct reader r = {
	        .file = {.file = file, .thing = "policy", .arena = a, .err = err},
	        .out = out};

	*out = (struct policy_rows){
	        .rows = ARENA_ARRAY(a, struct policy_row, POLICIES_MAX)};
	return section_file_read(&r.file, text, &calls, &r);
}

/* --- as text --- */

static const char *duration_text(int64_t usec, struct arena *a)
{
	if (usec % DAY == 0 && usec > 2 * DAY)
		return arena_printf(a, "%lldd", (long long)(usec / DAY));
	if (usec % USEC_PER_HOUR == 0)
		return arena_printf(a, "%lldh", (long long)(usec / USEC_PER_HOUR));
	return arena_printf(a, "%lldm", (long long)(usec / (USEC_PER_HOUR / 60)));
}

const char *policy_window_text(int64_t window, struct arena *a)
{
	return window ? duration_text(window, a) : "best-effort";
}

const char *policy_warn_text(const struct policy_row *row, struct arena *a)
{
	int16_t points[WARN_POINTS_MAX + 1];
	const char *out = "";
	int n = row->n_warn_points;

	memcpy(points, row->warn_points, sizeof(row->warn_points));
	add_point(points, n++, row->warn_percent);
	for (int i = 0; i < n; i++)
		out = arena_printf(a, "%s%s%d%%", out, i ? ", " : "", points[i]);
	return out;
}

static const char *with(const char *text, const char *key, const char *value,
                        struct arena *a)
{
	return value ? arena_printf(a, "%s%s = %s\n", text, key, value) : text;
}

const char *policy_file_text(const struct policy_row *row, struct arena *a)
{
	const char *out = arena_printf(a, "[%s]\n", row->name);

	if (row->band != SLA_ANY)
		out = with(out, "band", band_name((enum band)row->band), a);
	if (row->provider != SLA_ANY)
		out = with(out, "provider", provider_name((enum provider)row->provider), a);
	if (row->environment != SLA_ANY)
		out = with(out, "environment",
		           context_level_name(CONTEXT_ENVIRONMENT, row->environment), a);
	out = with(out, "tag", row->tag, a);
	out = with(out, "owner", row->owner, a);
	out = with(out, "framework", row->framework, a);
	out = with(out, "window", policy_window_text(row->window, a), a);
	out = with(out, "warn", policy_warn_text(row, a), a);
	out = with(out, "calendar", row->calendar, a);
	out = with(out, "kev-cap", row->kev_cap ? "on" : "off", a);
	out = with(out, "start", row->start == SLA_START_SOURCE ? "source" : "stored", a);
	out = with(out, "acceptance-max", duration_text(row->acceptance_max, a), a);
	return with(out, "enabled", row->enabled ? NULL : "off", a);
}
