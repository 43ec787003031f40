/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSV records: which advisory is which CVE.  Only aliases count: what is "related" is
 * another flaw, and what is withdrawn says nothing any more.
 */
#include <ctype.h>
#include <string.h>

#include "model/cve.h"

#include "advisory_id.h"
#include "intel_private.h"

#define ID_MAX 100

static const char *upper(const char *text, struct arena *a)
{
	char *copy = arena_strdup(a, text);

	for (char *p = copy; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return copy;
}

/* One of id and other is a CVE, the other one an advisory of one flaw. */
static bool pair_up(const char *id, const char *other, struct intel_alias *out)
{
	const uint64_t cve = cve_pack(other);

	if (!cve || cve_pack(id) || !advisory_is_one_flaw(id))
		return false;
	*out = (struct intel_alias){id, cve};
	return true;
}

static bool stands_before(const struct intel_advisory *a, struct intel_alias what)
{
	for (size_t i = 0; i < a->n_aliases; i++)
		if (a->aliases[i].cve == what.cve &&
		    strcmp(a->aliases[i].alias, what.alias) == 0)
			return true;
	return false;
}

static void read_aliases(struct intel_advisory *out, struct json_items *it, struct arena *a)
{
	struct intel_alias what;

	out->aliases = ARENA_ARRAY(a, struct intel_alias, it->n + 1);
	while (json_items_next(it)) {
		const char *text;

		if (!json_view_text(it->value, &text) || strlen(text) > ID_MAX)
			continue;
		text = upper(text, a);
		if ((pair_up(out->record, text, &what) ||
		     pair_up(text, out->record, &what)) &&
		    !stands_before(out, what))
			out->aliases[out->n_aliases++] = what;
	}
}

int intel_osv_record(struct json_view record, struct intel_data *d, struct error *err)
{
	struct intel_advisory found = {.ordinal = d->n_advisories};
	struct json_items aliases = {0};
	int rc;

	if ((rc = json_view_get_text(record, "id", &found.record, err)) < 0 ||
	    (rc = intel_time(record, "modified", true, &found.modified, err)) < 0 ||
	    (rc = json_view_opt_items(record, "aliases", &aliases, err)) < 0)
		return rc;
	if (!*found.record || strlen(found.record) > ID_MAX)
		return error_set(err, ERR_INVALID, "id is empty, or longer than %d",
		                 ID_MAX);
	found.record = upper(found.record, d->arena);
	if (!json_view_exists(json_view_at(record, "withdrawn")))
		read_aliases(&found, &aliases, d->arena);
	intel_as_of(d, found.modified);
	*intel_data_add_advisory(d) = found;
	return 0;
}
