/* SPDX-License-Identifier: Apache-2.0 */
/* Which findings say the same: subjects and the fingerprints made of them. */

#include "model/subject.h"

#include <string.h>

static const char *cve_subject(const char *id, struct arena *a)
{
	static const char tag[] = "cve:";
	char *subject = ARENA_JOIN(a, tag, id);

	for (char *p = subject + strlen(tag); *p != '\0'; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	}
	return subject;
}

const char *subject_of(const struct subject_input *in, struct arena *a)
{
	if (in->cve[0] != '\0' && in->class != CLASS_THREAT)
		return cve_subject(in->cve, a);
	if (in->control[0] != '\0')
		return ARENA_JOIN(a, "control:", in->control);
	if (in->class == CLASS_THREAT)
		return ARENA_JOIN(a, "threat:", in->rule);
	return ARENA_JOIN(a, "rule:", in->connector, "/", in->rule);
}

bool subject_is_cve(const char *subject)
{
	return strncmp(subject, "cve:", 4) == 0;
}

static bool names_a_file(const char *location)
{
	return strchr(location, '/') || strchr(location, '.');
}

const char *subject_location(const char *subject, const char *location)
{
	if (subject_is_cve(subject))
		return "";
	if (strncmp(subject, "control:", 8) == 0 && !names_a_file(location))
		return "";
	return location;
}

/* Bytes of the asset's key that a risk's begins with. */
#define ASSET_PART 8

struct key fingerprint_of(const struct org *org, const struct key *asset_key,
                          const char *subject, const char *location)
{
	char asset[KEY_TEXT_MAX];
	const char *const identity[] = {key_text(asset_key, asset), subject, location};
	struct key key = key_of_texts("risk/1", org->id, identity, N_ELEMENTS(identity));

	memmove(key.bytes + ASSET_PART, key.bytes, KEY_SIZE - ASSET_PART);
	memcpy(key.bytes, asset_key->bytes, ASSET_PART);
	return key;
}
