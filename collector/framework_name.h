/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FRAMEWORK_NAME_H
#define ISOBAR_FRAMEWORK_NAME_H

#include "base/arena.h"

/*
 * "CIS-6.0" of "CIS" and "v6.0.0": how Prowler's OCSF writes it, and so the name of
 * the framework for all.  version may have a "v" in front; without digits it is none.
 */
const char *framework_name(const char *framework, const char *version,
                           struct arena *a) NON_NULL;

#endif
