/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SLA_FIGURES_CMD_H
#define ISOBAR_SLA_FIGURES_CMD_H

#include "cli.h"

/* The verbs of isobar sla that show figures; argv[0] is the verb. */
command_fn sla_summary_cmd, sla_forecast_cmd, sla_breaches_cmd;

/* How each is to be called, for the table of verbs. */
#define SLA_SUMMARY_ARGUMENTS  "[--by band|owner|provider|week] [--from DAY] [--to DAY]"
#define SLA_FORECAST_ARGUMENTS ""
#define SLA_BREACHES_ARGUMENTS "[--limit N] [--after TIME,ID]"

#endif
