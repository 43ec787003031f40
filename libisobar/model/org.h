/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ORG_H
#define ISOBAR_ORG_H

#include <stdint.h>

/*
 * A tenant.  Every tenant table has org_id first in its keys, and every store
 * call that reads or writes one takes the org, so that none can be forgotten.
 */
struct org {
	int64_t id;
	const char *slug; /* as in URLs and logs */
};

#endif
