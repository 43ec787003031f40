/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_CLOCK_H
#define ISOBAR_RISK_CLOCK_H

#include "model/risk.h"

/* A segment of a risk's ledger (table sla_segment), with the band that it ran in. */
struct risk_clock_segment {
	timestamp from;
	enum sla_mode mode;
	enum band band;
};

/* A gap between resolved and seen again up to this long continues the old clock. */
#define RISK_CLOCK_FLAP_USEC (24 * USEC_PER_HOUR)

struct risk_clock {
	struct sla_view sla;
	timestamp
	        band_since; /* start of the unbroken stretch in this band or a higher one */
	timestamp next_crossing; /* when time alone changes the SLA state; or none */
};

/*
 * The clock of a risk: for its band and each lower one, the window of that band
 * counts from the start of the unbroken stretch in it or a higher one; the earliest
 * due time holds.  So a move up never wins time, and a move down takes the longer
 * window from its own earlier start.  Pure.  segments ascend by from; n >= 1; the
 * band of the last one is the risk's.  policies: one a band, N_BANDS of them.
 */
struct risk_clock risk_clock_evaluate(const struct sla_policy *policies,
                                      const struct risk_clock_segment *segments, size_t n,
                                      timestamp now);

#endif
