/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IMAGE_NAME_H
#define ISOBAR_IMAGE_NAME_H

#include <stdbool.h>

#include "base/json_view.h"

/* Does the name say where an image was read from rather than what it is? */
bool image_name_is_copy(const char *name);

/*
 * What an image is called: name, or the first of its tags or digests where name is
 * a path, an archive or a digest; name again where there are none.  "docker:" and
 * the like in front, by which scanners take a source, are cut.
 */
const char *image_name_of(const char *name, struct json_view tags,
                          struct json_view digests) NON_NULL;

#endif
