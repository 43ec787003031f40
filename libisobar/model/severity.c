/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Severity scales of the providers on one of 0..100, and the two facts that the
 * score derives from a CVSS vector.  Tables only; connectors choose which to ask.
 */

#include "model/severity.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"

struct label {
	const char *name;
	int sev100;
};

/* docs/scoring.md, "sev100"; OCI Cloud Guard's MINOR is informational. */
static const struct label labels[] = {
        {"none", 0},      {"info", 0},       {"informational", 0}, {"minor", 0},
        {"note", 25},     {"negligible", 0}, {"low", 25},          {"medium", 55},
        {"moderate", 55}, {"warning", 55},   {"high", 80},         {"important", 80},
        {"error", 80},    {"critical", 95},  {"fatal", 100},
};

int severity_of_label(const char *label)
{
	while (isspace((unsigned char)*label))
		label++;

	size_t size = strlen(label);

	while (size > 0 && isspace((unsigned char)label[size - 1]))
		size--;
	for (size_t i = 0; i < N_ELEMENTS(labels); i++) {
		const char *name = labels[i].name;

		if (strlen(name) == size && strncasecmp(name, label, size) == 0)
			return labels[i].sev100;
	}
	return SEV100_UNKNOWN;
}

int severity_of_ocsf(int severity_id)
{
	static const int by_id[] = {SEV100_UNKNOWN, 0, 25, 55, 80, 95, 100};

	if (severity_id < 0 || severity_id >= (int)N_ELEMENTS(by_id))
		return SEV100_UNKNOWN;
	return by_id[severity_id];
}

int severity_of_normalized(long long normalized)
{
	if (normalized < 0 || normalized > 100)
		return SEV100_UNKNOWN;
	return (int)normalized;
}

/* The borders are those of CVSS v3.1 section 5 and of ASFF's Normalized alike. */
const char *severity_label(int sev100)
{
	if (sev100 < 0)
		return "unknown";
	if (sev100 == 0)
		return "info";
	if (sev100 < 40)
		return "low";
	if (sev100 < 70)
		return "medium";
	if (sev100 < 90)
		return "high";
	return "critical";
}

/* One "name:value" of a vector; neither is terminated. */
struct metric {
	const char *name;
	size_t name_size;
	const char *value;
	size_t value_size;
};

/* Moves *at past the metric it stands on; false at the end of the vector. */
static bool next_metric(const char **at, struct metric *out)
{
	const char *p = *at + strspn(*at, "/( ");
	const size_t size = strcspn(p, "/) ");

	if (size == 0)
		return false;

	const char *colon = memchr(p, ':', size);
	const size_t name_size = colon == NULL ? size : (size_t)(colon - p);

	*out = (struct metric){p, name_size, p + name_size, 0};
	if (colon != NULL) {
		out->value = colon + 1;
		out->value_size = size - name_size - 1;
	}
	*at = p + size;
	return true;
}

static bool vector_has(const char *vector, const char *name, const char *value)
{
	struct metric m;

	while (next_metric(&vector, &m)) {
		if (m.name_size == strlen(name) &&
		    strncasecmp(m.name, name, m.name_size) == 0)
			return m.value_size == strlen(value) &&
			       strncasecmp(m.value, value, m.value_size) == 0;
	}
	return false;
}

static bool vector_names(const char *vector, const char *name)
{
	struct metric m;

	while (next_metric(&vector, &m)) {
		if (m.name_size == strlen(name) &&
		    strncasecmp(m.name, name, m.name_size) == 0)
			return true;
	}
	return false;
}

/* The metrics that must all have their value; a NULL name ends a row. */
struct wanted {
	const char *name;
	const char *value;
};

static bool vector_has_all(const char *vector, const struct wanted *wanted)
{
	for (; wanted->name != NULL; wanted++) {
		if (!vector_has(vector, wanted->name, wanted->value))
			return false;
	}
	return true;
}

/* FIRST: CVSS v4.0 specification, tables 1 to 13. */
static struct cvss_facts read_v4(const char *vector)
{
	static const struct wanted automatable[] = {{"AV", "N"}, {"AC", "L"}, {"AT", "N"},
	                                            {"PR", "N"}, {"UI", "N"}, {NULL, NULL}};
	static const struct wanted total[] = {
	        {"VC", "H"}, {"VI", "H"}, {"VA", "H"}, {NULL, NULL}};

	return (struct cvss_facts){vector_has_all(vector, automatable),
	                           vector_has_all(vector, total)};
}

static struct cvss_facts read_v3(const char *vector)
{
	static const struct wanted automatable[] = {
	        {"AV", "N"}, {"AC", "L"}, {"PR", "N"}, {"UI", "N"}, {NULL, NULL}};
	static const struct wanted total[] = {
	        {"C", "H"}, {"I", "H"}, {"A", "H"}, {NULL, NULL}};

	return (struct cvss_facts){vector_has_all(vector, automatable),
	                           vector_has_all(vector, total)};
}

/* v2 has Au for PR, and counts the need of a user as complexity above low. */
static struct cvss_facts read_v2(const char *vector)
{
	static const struct wanted automatable[] = {
	        {"AV", "N"}, {"AC", "L"}, {"Au", "N"}, {NULL, NULL}};
	static const struct wanted total[] = {
	        {"C", "C"}, {"I", "C"}, {"A", "C"}, {NULL, NULL}};

	return (struct cvss_facts){vector_has_all(vector, automatable),
	                           vector_has_all(vector, total)};
}

struct cvss_facts cvss_read(const char *vector)
{
	if (vector_names(vector, "VC"))
		return read_v4(vector);
	if (vector_names(vector, "Au"))
		return read_v2(vector);
	return read_v3(vector);
}
