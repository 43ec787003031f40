/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a version of the model from its JSON text and refuses one that would break
 * the promises of the score: raising an input never lowers it, the factors' maxima
 * add up to 1000, caps and floors do not cross.
 */

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#include "score_private.h"

/* "points.exposure" and where it goes. */
struct point_table {
	const char *name;
	int *points;
	size_t n;
};

static int read_int(const json_t *value, const char *name, int *out, struct error *err)
{
	const json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || number > EPSS_MAX)
		return error_set(err, ERR_INVALID, "%s is no integer of 0..%d", name,
		                 EPSS_MAX);
	*out = (int)number;
	return 0;
}

static int check_ascending(const int *points, size_t n, const char *name, struct error *err)
{
	for (size_t i = 1; i < n; i++) {
		if (points[i] < points[i - 1])
			return error_set(err, ERR_INVALID, "%s falls at place %zu", name,
			                 i);
	}
	return 0;
}

static int read_table(const json_t *array, const struct point_table *table,
                      struct error *err)
{
	if (json_array_size(array) != table->n)
		return error_set(err, ERR_INVALID, "%s has no %zu numbers", table->name,
		                 table->n);
	for (size_t i = 0; i < table->n; i++) {
		if (read_int(json_array_get(array, i), table->name, &table->points[i],
		             err) != 0)
			return ERR_INVALID;
	}
	return check_ascending(table->points, table->n, table->name, err);
}

static int read_corner(const json_t *pair, struct epss_corner *out, struct error *err)
{
	if (json_array_size(pair) != 2)
		return error_set(err, ERR_INVALID,
		                 "points.likelihood.epss is no list of pairs");
	if (read_int(json_array_get(pair, 0), "an EPSS", &out->epss, err) != 0)
		return ERR_INVALID;
	return read_int(json_array_get(pair, 1), "points of an EPSS", &out->points, err);
}

static int read_epss(const json_t *array, struct score_model *m, struct error *err)
{
	m->n_epss = json_array_size(array);
	if (m->n_epss < 2 || m->n_epss > N_EPSS_POINTS_MAX)
		return error_set(err, ERR_INVALID,
		                 "points.likelihood.epss has not 2..%d corners",
		                 N_EPSS_POINTS_MAX);
	for (size_t i = 0; i < m->n_epss; i++) {
		if (read_corner(json_array_get(array, i), &m->epss[i], err) != 0)
			return ERR_INVALID;
		if (i > 0 && (m->epss[i].epss <= m->epss[i - 1].epss ||
		              m->epss[i].points < m->epss[i - 1].points))
			return error_set(err, ERR_INVALID,
			                 "points.likelihood.epss falls at place %zu", i);
	}
	if (m->epss[0].epss != 1 || m->epss[m->n_epss - 1].epss != EPSS_MAX)
		return error_set(err, ERR_INVALID,
		                 "points.likelihood.epss does not reach from 1 to %d",
		                 EPSS_MAX);
	return 0;
}

static int read_points(json_t *points, struct score_model *m, struct error *err)
{
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
		return error_set(err, ERR_INVALID, "points: %s", where.text);
	for (size_t i = 0; i < N_ELEMENTS(tables); i++) {
		if (read_table(arrays[i], &tables[i], err) != 0)
			return ERR_INVALID;
	}
	return read_epss(epss, m, err);
}

static int read_limits(json_t *caps, json_t *floors, json_t *bands, struct score_model *m,
                       struct error *err)
{
	json_error_t where;

	if (json_unpack_ex(caps, &where, 0, "{s:i, s:{s:i,s:i!}, s:{s:i,s:i!}!}",
	                   "no_severity", &m->cap_no_severity, "low_severity", "below",
	                   &m->low_severity_below, "limit", &m->cap_low_severity,
	                   "no_likelihood", "below", &m->no_likelihood_below, "limit",
	                   &m->cap_no_likelihood) != 0)
		return error_set(err, ERR_INVALID, "caps: %s", where.text);
	if (json_unpack_ex(floors, &where, 0, "{s:i, s:i, s:i, s:i!}", "active_cve",
	                   &m->floor_active_cve, "active_cve_aggravated",
	                   &m->floor_active_cve_aggravated, "path_to_high_value",
	                   &m->floor_path_to_high_value, "path_to_crown_jewel",
	                   &m->floor_path_to_crown_jewel) != 0)
		return error_set(err, ERR_INVALID, "floors: %s", where.text);
	if (json_unpack_ex(bands, &where, 0, "{s:i, s:i, s:i!}", "medium", &m->band_medium,
	                   "high", &m->band_high, "critical", &m->band_critical) != 0)
		return error_set(err, ERR_INVALID, "bands: %s", where.text);
	return 0;
}

static int read_model(json_t *root, struct score_model *m, struct error *err)
{
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
		return error_set(err, ERR_INVALID, "%s", where.text);
	if (version[0] == '\0' || strlen(version) >= sizeof(m->version))
		return error_set(err, ERR_INVALID, "model \"%.40s\" is no version",
		                 version);
	memcpy(m->version, version, strlen(version) + 1);
	if (read_points(points, m, err) != 0)
		return ERR_INVALID;
	return read_limits(caps, floors, bands, m, err);
}

/* Ascending and inside 0..SCORE_MAX. */
static int check_limits(const int *limits, size_t n, const char *name, struct error *err)
{
	if (limits[0] < 0 || limits[n - 1] > SCORE_MAX)
		return error_set(err, ERR_INVALID, "%s leave 0..%d", name, SCORE_MAX);
	return check_ascending(limits, n, name, err);
}

/* In this order no cap falls when an input rises. */
static int check_rules(const struct score_model *m, struct error *err)
{
	const int caps[] = {m->cap_no_severity, m->cap_low_severity, m->cap_no_likelihood};
	const int active[] = {m->floor_active_cve, m->floor_active_cve_aggravated};
	const int paths[] = {m->floor_path_to_high_value, m->floor_path_to_crown_jewel};
	const int bands[] = {m->band_medium, m->band_high, m->band_critical};
	const int flags[] = {0, m->automatable, SCORE_MAX};
	const int total[] = {0, m->total_impact, SCORE_MAX};
	const int layers[] = {0, m->failing_layers, SCORE_MAX};

	if (check_limits(caps, N_ELEMENTS(caps), "caps", err) != 0 ||
	    check_limits(active, N_ELEMENTS(active), "floors of active CVEs", err) != 0 ||
	    check_limits(paths, N_ELEMENTS(paths), "floors of paths", err) != 0 ||
	    check_limits(bands, N_ELEMENTS(bands), "bands", err) != 0 ||
	    check_limits(flags, N_ELEMENTS(flags), "points.automatable", err) != 0 ||
	    check_limits(total, N_ELEMENTS(total), "points.total_impact", err) != 0 ||
	    check_limits(layers, N_ELEMENTS(layers), "points.failing_layers", err) != 0)
		return ERR_INVALID;
	if (m->severity_over < 1 || m->severity_times < 0 || m->severity_times > SCORE_MAX)
		return error_set(err, ERR_INVALID, "points.severity is no fraction");
	return 0;
}

static int check_sum(const struct score_model *m, struct error *err)
{
	const int likelihood = m->likelihood_class[N_LIKELIHOOD_CLASSES - 1];
	const int sum = 100 * m->severity_times / m->severity_over + likelihood +
	                m->maturity[MATURITY_RANSOMWARE] + m->automatable +
	                m->total_impact + m->exposure[EXPOSURE_OPEN] +
	                m->criticality[CRITICALITY_MISSION] +
	                m->data[SENSITIVITY_REGULATED] + m->privilege[PRIVILEGE_ADMIN] +
	                m->path[PATH_TO_CROWN_JEWEL] + m->failing_layers +
	                m->corroboration[CORROBORATION_INDEPENDENT];

	if (likelihood != m->epss[m->n_epss - 1].points)
		return error_set(
		        err, ERR_INVALID,
		        "points.likelihood: class and EPSS end at different points");
	if (sum != SCORE_MAX)
		return error_set(err, ERR_INVALID, "the maxima add up to %d, not %d", sum,
		                 SCORE_MAX);
	return 0;
}

int score_model_load(const char *text, size_t size, struct score_model **out,
                     struct error *err)
{
	struct score_model model = {.version = ""};
	json_error_t where;
	json_auto_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);

	if (root == NULL)
		return error_set(err, ERR_INVALID, "line %d: %s", where.line, where.text);
	if (read_model(root, &model, err) != 0 || check_rules(&model, err) != 0 ||
	    check_sum(&model, err) != 0)
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
