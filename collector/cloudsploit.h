/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CLOUDSPLOIT_H
#define ISOBAR_CLOUDSPLOIT_H

#include "format.h"

/* Results of CloudSploit by Aqua: a JSON array, or CSV. */
extern const struct format cloudsploit_json;
extern const struct format cloudsploit_csv;

#endif
