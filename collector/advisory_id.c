/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids of vulnerabilities, which scanners write in several schemes: which of them
 * name one flaw, so that tools may meet at it.
 */
#include "advisory_id.h"

#include <string.h>
#include <strings.h>

#include "text_part.h"

enum {
	MAX_REFERENCES = 500, /* looked through for a CVE id */
	MAX_ALIASES = 16
};

static const char digits[] = "0123456789";

/* Length of the CVE id that text begins with, or 0. */
static size_t cve_size(const char *text)
{
	size_t year, number;

	if (!text_begins_nocase(text, "CVE-"))
		return 0;
	year = strspn(text + 4, digits);
	number = text[4 + year] == '-' ? strspn(text + 5 + year, digits) : 0;
	return year == 4 && number >= 4 && number <= 19 ? 5 + year + number : 0;
}

const char *advisory_find_cve(const char *text, struct arena *a)
{
	for (const char *at = text; *at != '\0'; at++) {
		const size_t size = cve_size(at);

		if (size > 0)
			return arena_printf(a, "CVE-%.*s", (int)(size - 4), at + 4);
	}
	return "";
}

const char *advisory_only_cve(struct json_view list, struct arena *a)
{
	struct json_items it = {0};
	struct error ignored;
	const char *found = "";

	if (json_view_opt_items(list, "", &it, &ignored) < 0)
		return "";
	for (size_t n = 0; n < MAX_REFERENCES && json_items_next(&it); n++) {
		const char *cve = advisory_find_cve(json_view_text_or(it.value, "", ""), a);

		if (cve[0] == '\0' || strcmp(cve, found) == 0)
			continue;
		if (found[0] != '\0')
			return "";
		found = cve;
	}
	return found;
}

bool advisory_is_one_flaw(const char *id)
{
	static const char *const prefixes[] = {"GHSA-",  "CVE-", "RUSTSEC-",
	                                       "PYSEC-", "GO-",  "OSV-"};

	for (size_t i = 0; i < N_ELEMENTS(prefixes); i++)
		if (text_begins(id, prefixes[i]))
			return true;
	return false;
}

/* "GHSA-aaaa-bbbb-cccc", "RUSTSEC-2021-0001", "ALAS-2021-1704", "RHSA-2020:1234". */
size_t advisory_size(const char *text)
{
	static const char *const years[] = {"RUSTSEC-", "PYSEC-", "GO-",    "OSV-",
	                                    "ALAS-",    "ALAS2-", "RHSA-",  "ELSA-",
	                                    "DSA-",     "DLA-",   "TEMP-0", "SNYK-"};
	const size_t cve = cve_size(text);

	if (cve > 0)
		return cve;
	if (text_begins(text, "GHSA-") && strlen(text) >= 19 && text[9] == '-' &&
	    text[14] == '-')
		return 19;
	for (size_t i = 0; i < N_ELEMENTS(years); i++)
		if (text_begins(text, years[i]))
			return strlen(text);
	return 0;
}

void advisory_set_aliases(struct finding *f, const char *id, struct json_view list,
                          struct arena *a)
{
	const char **all = ARENA_ARRAY(a, const char *, MAX_ALIASES);
	struct json_items it = {0};
	struct error ignored;
	size_t n = 0;

	if (id[0] != '\0' && strcmp(id, f->cve) != 0)
		all[n++] = id;
	if (json_view_opt_items(list, "", &it, &ignored) < 0)
		it.n = 0;
	while (it.n > 0 && n < MAX_ALIASES && json_items_next(&it)) {
		const char *other = json_view_text_or(it.value, "", "");

		if (advisory_is_one_flaw(other) && strcmp(other, f->cve) != 0 &&
		    strcmp(other, id) != 0)
			all[n++] = other;
	}
	f->cve_aliases = n > 0 ? all : NULL;
	f->n_cve_aliases = n;
}
