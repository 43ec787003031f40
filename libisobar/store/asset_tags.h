/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ASSET_TAGS_H
#define ISOBAR_ASSET_TAGS_H

#include "base/json_view.h"
#include "model/context_rule.h"

/* The stored form of an asset's tags: a JSON object of texts. */

/* For reading many, one after the other; json_doc_free(). */
struct json_doc *asset_tags_doc(void);

/* Of an object that was read.  Texts live in a. */
size_t asset_tags_of(struct json_view object, struct arena *a, struct asset_tag **out);

/* Texts live in a; "" and what is no object are no tags. */
size_t asset_tags_read(struct json_doc *doc, const char *json, struct arena *a,
                       struct asset_tag **out);

#endif
