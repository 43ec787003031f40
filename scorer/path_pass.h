/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PATH_PASS_H
#define ISOBAR_PATH_PASS_H

#include "store/path_store.h"

#include "toxic_rules.h"

/* The rules as rows for the statements of the pass; they live in a. */
struct path_rule_rows path_rows_of(const struct toxic_rules *rules, struct arena *a);

#endif
