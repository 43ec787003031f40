/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SARIF_H
#define ISOBAR_SARIF_H

#include "format.h"

extern const struct format sarif;

/* The same of a scanner of secrets, whose texts hold what it found. */
extern const struct format sarif_secrets;

#endif
