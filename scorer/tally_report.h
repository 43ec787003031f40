/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TALLY_REPORT_H
#define ISOBAR_TALLY_REPORT_H

#include "base/strbuf.h"

#include "tally.h"

/* What the store knows of a mover; texts "" where it knows none. */
struct mover_name {
	const char *title, *subject, *asset;
};

/*
 * Members of an open JSON object, the same for what would move and for what moved:
 * docs/what-if.md.  names: of the movers; correlation as of tally_correlation().
 */
void tally_write(struct strbuf *b, const struct tally_report *r,
                 const struct mover_name *names, int correlation);

#endif
