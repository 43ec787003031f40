/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TOKEN_CREATE_H
#define ISOBAR_TOKEN_CREATE_H

#include "cli.h"

/* The verb create of isobar token, and the lines of its help on options. */
command_fn token_create_run;
extern const char token_create_details[];

#endif
