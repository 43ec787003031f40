/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PRISMA_H
#define ISOBAR_PRISMA_H

#include "format.h"

/* CSV of Prisma Cloud's alerts, and of Prisma Cloud Compute (Twistlock). */
extern const struct format prisma_alerts_csv;
extern const struct format twistlock_csv;

#endif
