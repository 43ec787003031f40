/* SPDX-License-Identifier: Apache-2.0 */
#include "trivy_id.h"

#include <string.h>

const char *trivy_vulnerability_id(struct arena *a, const char *artifact, const char *place,
                                   const char *package, const char *version, const char *id)
{
	return arena_printf(a, "%s|%s|%s|%s|%s", artifact, place, package, version, id);
}

const char *trivy_check_finding_id(struct arena *a, const char *artifact, const char *place,
                                   const char *rule, const char *resource)
{
	return arena_printf(a, "%s|%s|%s|%s", artifact, place, rule, resource);
}

const char *trivy_secret_id(struct arena *a, const char *artifact, const char *place,
                            const char *rule, int64_t line)
{
	return arena_printf(a, "%s|%s|%s|%lld", artifact, place, rule, (long long)line);
}

const char *trivy_license_id(struct arena *a, const char *artifact, const char *place,
                             const char *package, const char *file, const char *name)
{
	return arena_printf(a, "%s|%s|%s|%s|%s", artifact, place, package, file, name);
}

const char *trivy_check_id(const char *id, struct arena *a)
{
	const size_t letters = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	const size_t digits = strspn(id + letters, "0123456789");

	/* Without the prefix that newer versions leave out: "KSV-0014". */
	if (letters >= 2 && letters <= 8 && id[letters] == '-' &&
	    strspn(id + letters + 1, "0123456789") == 4 && id[letters + 5] == '\0')
		return arena_printf(a, "AVD-%s", id);
	if (letters < 2 || letters > 8 || digits != 3 || id[letters + digits] != '\0')
		return id;
	return arena_printf(a, "AVD-%.*s-0%s", (int)letters, id, id + letters);
}
