/* SPDX-License-Identifier: Apache-2.0 */
/* Which findings say the same: subjects and the fingerprints made of them. */

#include "model/subject.h"

#include <string.h>
#include <strings.h>

static bool is_cve(const char *id)
{
	return strncasecmp(id, "CVE-", 4) == 0;
}

static bool has_advisory(const struct finding *f)
{
	if (f->class == CLASS_THREAT)
		return false;
	return f->cve[0] != '\0' ||
	       (f->class == CLASS_VULNERABILITY && f->n_cve_aliases > 0);
}

/* CVEs go before other ids, the least in order of text before the others. */
static bool goes_before(const char *id, const char *other)
{
	if (is_cve(id) != is_cve(other))
		return is_cve(id);
	return strcasecmp(id, other) < 0;
}

/* The record's own id, unless only an alias is a CVE.  Their order means nothing. */
static const char *advisory_of(const struct finding *f)
{
	const char *best = NULL;

	if (is_cve(f->cve))
		return f->cve;
	for (size_t i = 0; i < f->n_cve_aliases; i++) {
		if (best == NULL || goes_before(f->cve_aliases[i], best))
			best = f->cve_aliases[i];
	}
	if (best == NULL || (f->cve[0] != '\0' && !is_cve(best)))
		return f->cve;
	return best;
}

static const char *cve_subject(const char *id, struct arena *a)
{
	static const char tag[] = "cve:";
	char *subject = arena_printf(a, "%s%s", tag, id);

	for (char *p = subject + strlen(tag); *p != '\0'; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	}
	return subject;
}

const char *subject_of(const struct finding *f, const char *control, struct arena *a)
{
	if (has_advisory(f))
		return cve_subject(advisory_of(f), a);
	if (control[0] != '\0')
		return arena_printf(a, "control:%s", control);
	if (f->class == CLASS_THREAT)
		return arena_printf(a, "threat:%s", f->rule);
	return arena_printf(a, "rule:%s/%s", f->connector, f->rule);
}

bool subject_is_cve(const char *subject)
{
	return strncmp(subject, "cve:", 4) == 0;
}

const char *subject_location(const struct finding *f, const char *subject)
{
	return subject_is_cve(subject) ? "" : f->location;
}

struct key fingerprint_of(const struct org *org, const struct key *asset_key,
                          const char *subject, const char *location)
{
	char asset[KEY_TEXT_MAX];
	const char *const identity[] = {key_text(asset_key, asset), subject, location};

	return key_of_texts("risk/1", org->id, identity, N_ELEMENTS(identity));
}
