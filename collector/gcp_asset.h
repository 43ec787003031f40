/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GCP_ASSET_H
#define ISOBAR_GCP_ASSET_H

#include "context_writer.h"

/* Assets of Cloud Asset Inventory; docs/formats/gcp-assets.md. */
extern const struct format gcp_asset_inventory;

/* Between gcp_asset.c, which names the asset, and gcp_asset_context.c. */

/* resource.data of an asset of this type; number is its project's, or "". */
void gcp_describe_data(struct context_writer *w, struct json_view data, const char *type,
                       const char *number);

#endif
