/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SELF_CHECK_H
#define ISOBAR_SELF_CHECK_H

#include "store/self_check_store.h"

#include "cli.h"
#include "daemon.h"
#include "self_check_schedule.h"

/*
 * The self-check: isobar replay --verify, whose end is kept for isobar doctor and the
 * api's metrics, and which isobar up runs by a schedule.
 */

/* Keeps how the check of cli's org ended; says so where nothing may be written. */
void self_check_keep(struct cli *cli, const struct self_check *check);

/* One check after another, of all orgs.  The exit code of the one that ended worst. */
int self_check_all(struct cli *cli, int (*check)(struct cli *cli));

/* What isobar up keeps of it. */
struct self_check_plan {
	struct self_check_schedule schedule;
	struct daemon program; /* its argv is made; runs while pid is not 0 */
	timestamp due;         /* TIMESTAMP_NONE: never */
};

/*
 * when: of the command line; NULL: ISOBAR_UP_SELF_CHECK, else nightly.  False after
 * complaining.
 */
bool self_check_plan_read(struct cli *cli, const char *when, struct self_check_plan *out);

/* The database is known and at our version: what to run, and when first. */
void self_check_plan_begin(struct cli *cli, struct self_check_plan *plan);

/* Starts it when it is due. */
void self_check_plan_run(struct cli *cli, struct self_check_plan *plan);

/* It was reaped with this status of waitpid(). */
void self_check_plan_ended(struct cli *cli, struct self_check_plan *plan, int status);

/* How long until it is due, most_ms at most; -1: any time. */
int self_check_plan_wait_ms(const struct self_check_plan *plan, int most_ms);

#endif
