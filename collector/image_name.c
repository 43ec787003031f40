/* SPDX-License-Identifier: Apache-2.0 */
/* What image scanners write for the image that they read. */
#include "image_name.h"

#include <string.h>

#include "text_part.h"

bool image_name_is_copy(const char *name)
{
	return name[0] == '\0' || name[0] == '/' || name[0] == '.' ||
	       text_ends(name, ".tar") || text_ends(name, ".tar.gz") ||
	       text_ends(name, ".tgz") || text_begins(name, "sha256:");
}

static const char *without_source(const char *name)
{
	static const char *const sources[] = {
	        "docker:",         "podman:",      "containerd:", "registry:",
	        "docker-archive:", "oci-archive:", "oci-dir:",    "singularity:"};

	for (size_t i = 0; i < N_ELEMENTS(sources); i++)
		if (text_begins(name, sources[i]) && !text_begins(name, "docker://"))
			return name + strlen(sources[i]);
	return name;
}

const char *image_name_of(const char *name, struct json_view tags, struct json_view digests)
{
	const struct json_view lists[] = {tags, digests};

	name = without_source(name);
	if (!image_name_is_copy(name))
		return name;
	for (size_t i = 0; i < N_ELEMENTS(lists); i++) {
		const char *other = json_view_text_or(lists[i], "/0", "");

		if (other[0] != '\0')
			return other;
	}
	return name;
}
