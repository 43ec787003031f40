/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GCP_VIEW_H
#define ISOBAR_GCP_VIEW_H

#include "base/json_view.h"

/*
 * Members of Google's records, which the API and gcloud write in camelCase and exports
 * to Cloud Storage and BigQuery in snake_case: the first that is there.  Paths are
 * those of json_view_at().
 */
struct json_view gcp_view_at(struct json_view v, const char *camel, const char *snake);

/* "" where neither is a text; borrowed from v. */
const char *gcp_view_text(struct json_view v, const char *camel, const char *snake);

#endif
