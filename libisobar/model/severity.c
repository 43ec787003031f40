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

/*
 * The values of a vector by the letters of their metrics, "C" being "C" and none:
 * 0 for a metric that is not named, '?' for a value that is no single letter.
 */
struct metrics {
	char value[27][27];
};

/* 1 for A to 26 for Z in any case, 0 for the end of a name. */
static unsigned int letter_of(char c)
{
	const unsigned int letter = ((unsigned char)c | 0x20u) - 'a' + 1;

	return letter <= 26 ? letter : 0;
}

static char value_of(const struct metrics *m, const char *name)
{
	return m->value[letter_of(name[0])][letter_of(name[1])];
}

static bool ends_metric(char c)
{
	return c == '/' || c == ')' || c == ' ' || c == '\0';
}

/* The first of equal metrics counts. */
static void put_metric(struct metrics *m, const char *name, size_t name_size, char value)
{
	const unsigned int first = letter_of(name[0]);
	const unsigned int second = name_size == 2 ? letter_of(name[1]) : 0;

	if (name_size == 0 || name_size > 2 || first == 0 ||
	    (name_size == 2 && second == 0))
		return;
	if (m->value[first][second] == 0)
		m->value[first][second] = value;
}

/* In one walk: a vector is read for every finding that has one. */
static void read_metrics(struct metrics *m, const char *at)
{
	for (;;) {
		const char *name;
		const char *value;
		size_t name_size;

		while (*at == '/' || *at == '(' || *at == ' ')
			at++;
		name = at;
		while (*at != ':' && !ends_metric(*at))
			at++;
		name_size = (size_t)(at - name);
		value = *at == ':' ? ++at : at;
		while (!ends_metric(*at))
			at++;
		if (at == name)
			return;
		put_metric(m, name, name_size,
		           at - value == 1 ? (char)(value[0] | 0x20) : '?');
	}
}

/* The metrics that must all have their value; a NULL name ends a row. */
struct wanted {
	const char *name;
	char value;
};

static bool has_all(const struct metrics *m, const struct wanted *wanted)
{
	for (; wanted->name != NULL; wanted++) {
		if (value_of(m, wanted->name) != wanted->value)
			return false;
	}
	return true;
}

/* FIRST: CVSS v4.0 specification, tables 1 to 13. */
static struct cvss_facts read_v4(const struct metrics *m)
{
	static const struct wanted automatable[] = {{"AV", 'n'}, {"AC", 'l'}, {"AT", 'n'},
	                                            {"PR", 'n'}, {"UI", 'n'}, {NULL, 0}};
	static const struct wanted total[] = {
	        {"VC", 'h'}, {"VI", 'h'}, {"VA", 'h'}, {NULL, 0}};

	return (struct cvss_facts){has_all(m, automatable), has_all(m, total)};
}

static struct cvss_facts read_v3(const struct metrics *m)
{
	static const struct wanted automatable[] = {
	        {"AV", 'n'}, {"AC", 'l'}, {"PR", 'n'}, {"UI", 'n'}, {NULL, 0}};
	static const struct wanted total[] = {
	        {"C", 'h'}, {"I", 'h'}, {"A", 'h'}, {NULL, 0}};

	return (struct cvss_facts){has_all(m, automatable), has_all(m, total)};
}

/* v2 has Au for PR, and counts the need of a user as complexity above low. */
static struct cvss_facts read_v2(const struct metrics *m)
{
	static const struct wanted automatable[] = {
	        {"AV", 'n'}, {"AC", 'l'}, {"Au", 'n'}, {NULL, 0}};
	static const struct wanted total[] = {
	        {"C", 'c'}, {"I", 'c'}, {"A", 'c'}, {NULL, 0}};

	return (struct cvss_facts){has_all(m, automatable), has_all(m, total)};
}

struct cvss_facts cvss_read(const char *vector)
{
	struct metrics m = {0};

	read_metrics(&m, vector);
	if (value_of(&m, "VC") != 0)
		return read_v4(&m);
	if (value_of(&m, "Au") != 0)
		return read_v2(&m);
	return read_v3(&m);
}
