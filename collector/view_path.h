/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_VIEW_PATH_H
#define ISOBAR_VIEW_PATH_H

#include "base/json_view.h"

/* By keys in any case, with '/' between them: "service/archived"; "" is v itself. */
struct json_view view_path(struct json_view v, const char *path);

/* Borrowed; "" when there is no such text. */
const char *view_path_text(struct json_view v, const char *path);

/* false unless it is the boolean true. */
bool view_path_true(struct json_view v, const char *path);

#endif
