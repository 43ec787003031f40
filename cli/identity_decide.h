/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_IDENTITY_DECIDE_H
#define ISOBAR_IDENTITY_DECIDE_H

#include "cli.h"

/* isobar identity list, decide: the cases that wait for a person. */
int identity_list(struct cli *cli, int argc, char **argv);
int identity_decide_case(struct cli *cli, int argc, char **argv);

#endif
