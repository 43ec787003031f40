/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CHECKOV_H
#define ISOBAR_CHECKOV_H

#include "format.h"

/* JSON of Checkov: a report for each kind of files, alone or in an array. */
extern const struct format checkov;

#endif
