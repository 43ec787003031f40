/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a version of the model from its JSON text and refuses one that would break
 * the promises of the score: raising an input never lowers it, the factors' maxima
 * add up to 1000, caps and floors do not cross.
 */

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

#include "json_line.h"
#include "score_private.h"

/* The text that is read, for the lines of what is wrong with it. */
struct reading {
	const char *text;
	size_t size;
	struct score_model *m;
	struct error *err;
};

/* "points.exposure" and where it goes. */
struct point_table {
	const char *name;
	int *points;
	size_t n;
};

/* path and index as of json_line_of(). */
static int PRINTF(4, 5)
        refuse(struct reading *r, const char *path, int index, const char *fmt, ...)
{
	char what[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return error_set(r->err, ERR_INVALID, "line %d: %s",
	                 json_line_of(r->text, r->size, path, index), what);
}

/*
 * What json_unpack_ex() says of an object.  The key of an unknown member ends its text;
 * path "" is the whole file.
 */
static int refuse_object(struct reading *r, const char *path, const json_error_t *where)
{
	const char *unknown = strstr(where->text, "left unpacked: ");
	const char *missing = strstr(where->text, "item not found: ");
	const char *in = *path ? path : "the model";
	if (unknown) {
		ARENA_SCOPED a = arena_new(256);
		const char *key = strchr(unknown, ':') + 2;

		key = arena_strndup(a, key, strcspn(key, ","));
		return refuse(r, arena_printf(a, "%s%s%s", path, *path ? "." : "", key), -1,
		              "%s has an unknown key \"%s\"", in, key);
	}
	if (missing)
		return refuse(r, path, -1, "%s has no \"%s\"", in,
		              strchr(missing, ':') + 2);
	return refuse(r, path, -1, "%s: %s", in, where->text);
}

static int read_int(struct reading *r, const json_t *value, const char *path, int index,
                    int *out)
{
	const json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || number > EPSS_MAX)
		return refuse(r, path, index, "%s has no integer of 0..%d at place %d",
		              path, EPSS_MAX, index + 1);
	*out = (int)number;
	return 0;
}

static int read_table(struct reading *r, const json_t *array,
                      const struct point_table *table)
{
	if (json_array_size(array) != table->n)
		return refuse(r, table->name, -1, "%s has %zu numbers, not %zu",
		              table->name, json_array_size(array), table->n);
	for (size_t i = 0; i < table->n; i++) {
		int *p = &table->points[i];

		if (read_int(r, json_array_get(array, i), table->name, (int)i, p) != 0)
			return ERR_INVALID;
		if (i && p[0] < p[-1])
			return refuse(r, table->name, (int)i, "%s falls from %d to %d",
			              table->name, p[-1], p[0]);
	}
	return 0;
}

#define EPSS_PATH "points.likelihood.epss"

static int read_corner(struct reading *r, const json_t *pair, int i,
                       struct epss_corner *out)
{
	if (json_array_size(pair) != 2)
		return refuse(r, EPSS_PATH, i, EPSS_PATH " is no list of pairs");
	if (read_int(r, json_array_get(pair, 0), EPSS_PATH, i, &out->epss) != 0)
		return ERR_INVALID;
	return read_int(r, json_array_get(pair, 1), EPSS_PATH, i, &out->points);
}

static int read_epss(struct reading *r, const json_t *array)
{
	struct score_model *m = r->m;

	m->n_epss = json_array_size(array);
	if (m->n_epss < 2 || m->n_epss > N_EPSS_POINTS_MAX)
		return refuse(r, EPSS_PATH, -1, EPSS_PATH " has not 2..%d corners",
		              N_EPSS_POINTS_MAX);
	for (size_t i = 0; i < m->n_epss; i++) {
		struct epss_corner *c = &m->epss[i];

		if (read_corner(r, json_array_get(array, i), (int)i, c) != 0)
			return ERR_INVALID;
		if (i && c->epss <= c[-1].epss)
			return refuse(r, EPSS_PATH, (int)i,
			              EPSS_PATH " does not rise: EPSS %d after %d", c->epss,
			              c[-1].epss);
		if (i && c->points < c[-1].points)
			return refuse(r, EPSS_PATH, (int)i,
			              EPSS_PATH " falls from %d to %d", c[-1].points,
			              c->points);
	}
	if (m->epss[0].epss != 1 || m->epss[m->n_epss - 1].epss != EPSS_MAX)
		return refuse(r, EPSS_PATH, -1,
		              EPSS_PATH " reaches from %d to %d, not from 1 to %d",
		              m->epss[0].epss, m->epss[m->n_epss - 1].epss, EPSS_MAX);
	return 0;
}

static int read_points(struct reading *r, json_t *points)
{
	struct score_model *m = r->m;
	json_t *epss = NULL;
	json_t *arrays[8] = {NULL};
	const struct point_table tables[] = {
	        {"points.likelihood.class", m->likelihood_class,
	         N_ELEMENTS(m->likelihood_class)},
	        {"points.maturity", m->maturity, N_ELEMENTS(m->maturity)},
	        {"points.exposure", m->exposure, N_ELEMENTS(m->exposure)},
	        {"points.criticality", m->criticality, N_ELEMENTS(m->criticality)},
	        {"points.data", m->data, N_ELEMENTS(m->data)},
	        {"points.privilege", m->privilege, N_ELEMENTS(m->privilege)},
	        {"points.path", m->path, N_ELEMENTS(m->path)},
	        {"points.corroboration", m->corroboration, N_ELEMENTS(m->corroboration)},
	};
	json_error_t where;

	if (json_unpack_ex(points, &where, 0,
	                   "{s:{s:i,s:i!}, s:{s:o,s:o!}, s:o, s:i, s:i, s:o, s:o, s:o, s:o,"
	                   " s:o, s:i, s:o!}",
	                   "severity", "times", &m->severity_times, "over",
	                   &m->severity_over, "likelihood", "epss", &epss, "class",
	                   &arrays[0], "maturity", &arrays[1], "automatable",
	                   &m->automatable, "total_impact", &m->total_impact, "exposure",
	                   &arrays[2], "criticality", &arrays[3], "data", &arrays[4],
	                   "privilege", &arrays[5], "path", &arrays[6], "failing_layers",
	                   &m->failing_layers, "corroboration", &arrays[7]) != 0)
		return refuse_object(r, "points", &where);
	for (size_t i = 0; i < N_ELEMENTS(tables); i++) {
		if (read_table(r, arrays[i], &tables[i]) != 0)
			return ERR_INVALID;
	}
	return read_epss(r, epss);
}

static int read_limits(struct reading *r, json_t *caps, json_t *floors, json_t *bands)
{
	struct score_model *m = r->m;
	json_error_t where;

	if (json_unpack_ex(caps, &where, 0, "{s:i, s:{s:i,s:i!}, s:{s:i,s:i!}!}",
	                   "no_severity", &m->cap_no_severity, "low_severity", "below",
	                   &m->low_severity_below, "limit", &m->cap_low_severity,
	                   "no_likelihood", "below", &m->no_likelihood_below, "limit",
	                   &m->cap_no_likelihood) != 0)
		return refuse_object(r, "caps", &where);
	if (json_unpack_ex(floors, &where, 0, "{s:i, s:i, s:i, s:i!}", "active_cve",
	                   &m->floor_active_cve, "active_cve_aggravated",
	                   &m->floor_active_cve_aggravated, "path_to_high_value",
	                   &m->floor_path_to_high_value, "path_to_crown_jewel",
	                   &m->floor_path_to_crown_jewel) != 0)
		return refuse_object(r, "floors", &where);
	if (json_unpack_ex(bands, &where, 0, "{s:i, s:i, s:i!}", "medium", &m->band_medium,
	                   "high", &m->band_high, "critical", &m->band_critical) != 0)
		return refuse_object(r, "bands", &where);
	return 0;
}

static int read_model(struct reading *r, json_t *root)
{
	struct score_model *m = r->m;
	const char *version;
	const char *about;
	json_t *points;
	json_t *caps;
	json_t *floors;
	json_t *bands;
	json_error_t where;

	if (json_unpack_ex(root, &where, 0, "{s:s, s:s, s:o, s:o, s:o, s:o!}", "model",
	                   &version, "about", &about, "points", &points, "caps", &caps,
	                   "floors", &floors, "bands", &bands) != 0)
		return refuse_object(r, "", &where);
	if (version[0] == '\0' || strlen(version) >= sizeof(m->version))
		return refuse(r, "model", -1,
		              "\"%.40s\" is no name of a model: it has 1 to %zu "
		              "characters",
		              version, sizeof(m->version) - 1);
	memcpy(m->version, version, strlen(version) + 1);
	if (read_points(r, points) != 0)
		return ERR_INVALID;
	return read_limits(r, caps, floors, bands);
}

/* A number that has to be between others, and where it stands. */
struct limit {
	const char *path;
	int value;
};

/* Ascending and inside 0..SCORE_MAX. */
static int check_limits(struct reading *r, const struct limit *limits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (limits[i].value < 0 || limits[i].value > SCORE_MAX)
			return refuse(r, limits[i].path, -1, "%s is %d, not 0..%d",
			              limits[i].path, limits[i].value, SCORE_MAX);
		if (i && limits[i].value < limits[i - 1].value)
			return refuse(r, limits[i].path, -1, "%s is %d, below the %d of %s",
			              limits[i].path, limits[i].value, limits[i - 1].value,
			              limits[i - 1].path);
	}
	return 0;
}

/* In this order no cap falls when an input rises. */
static int check_rules(struct reading *r)
{
	const struct score_model *m = r->m;
	const struct limit caps[] = {{"caps.no_severity", m->cap_no_severity},
	                             {"caps.low_severity.limit", m->cap_low_severity},
	                             {"caps.no_likelihood.limit", m->cap_no_likelihood}};
	const struct limit active[] = {
	        {"floors.active_cve", m->floor_active_cve},
	        {"floors.active_cve_aggravated", m->floor_active_cve_aggravated}};
	const struct limit paths[] = {
	        {"floors.path_to_high_value", m->floor_path_to_high_value},
	        {"floors.path_to_crown_jewel", m->floor_path_to_crown_jewel}};
	const struct limit bands[] = {{"bands.medium", m->band_medium},
	                              {"bands.high", m->band_high},
	                              {"bands.critical", m->band_critical}};
	const struct limit alone[] = {{"points.automatable", m->automatable},
	                              {"points.total_impact", m->total_impact},
	                              {"points.failing_layers", m->failing_layers}};

	if (check_limits(r, caps, N_ELEMENTS(caps)) != 0 ||
	    check_limits(r, active, N_ELEMENTS(active)) != 0 ||
	    check_limits(r, paths, N_ELEMENTS(paths)) != 0 ||
	    check_limits(r, bands, N_ELEMENTS(bands)) != 0)
		return ERR_INVALID;
	for (size_t i = 0; i < N_ELEMENTS(alone); i++)
		if (check_limits(r, &alone[i], 1) != 0)
			return ERR_INVALID;
	if (m->severity_over < 1 || m->severity_times < 0 || m->severity_times > SCORE_MAX)
		return refuse(r, "points.severity", -1,
		              "points.severity is no fraction: %d "
		              "over %d",
		              m->severity_times, m->severity_over);
	return 0;
}

static int check_sum(struct reading *r)
{
	const struct score_model *m = r->m;
	const int likelihood = m->likelihood_class[N_LIKELIHOOD_CLASSES - 1];
	const int epss = m->epss[m->n_epss - 1].points;
	const int sum = 100 * m->severity_times / m->severity_over + likelihood +
	                m->maturity[MATURITY_RANSOMWARE] + m->automatable +
	                m->total_impact + m->exposure[EXPOSURE_OPEN] +
	                m->criticality[CRITICALITY_MISSION] +
	                m->data[SENSITIVITY_REGULATED] + m->privilege[PRIVILEGE_ADMIN] +
	                m->path[PATH_TO_CROWN_JEWEL] + m->failing_layers +
	                m->corroboration[CORROBORATION_INDEPENDENT];

	if (likelihood != epss)
		return refuse(r, "points.likelihood.class", -1,
		              "points.likelihood ends at %d by class and at %d by EPSS",
		              likelihood, epss);
	if (sum != SCORE_MAX)
		return refuse(r, "points", -1, "the maxima add up to %d, not %d", sum,
		              SCORE_MAX);
	return 0;
}

int score_model_load(const char *text, size_t size, struct score_model **out,
                     struct error *err)
{
	struct score_model model = {.version = ""};
	struct reading r = {.text = text, .size = size, .m = &model, .err = err};
	json_error_t where;
	json_auto_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);

	if (root == NULL)
		return error_set(err, ERR_INVALID, "line %d: %s", where.line, where.text);
	if (read_model(&r, root) != 0 || check_rules(&r) != 0 || check_sum(&r) != 0)
		return ERR_INVALID;
	*out = xmalloc(sizeof(**out));
	**out = model;
	return 0;
}

void score_model_free(struct score_model *model)
{
	free(model);
}

void score_model_freep(struct score_model **model)
{
	score_model_free(*model);
	*model = NULL;
}

const char *score_model_version(const struct score_model *model)
{
	return model->version;
}
