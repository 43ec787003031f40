/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_TENABLE_H
#define ISOBAR_TENABLE_H

#include "format.h"

/* CSV of Nessus, Tenable.io / Vulnerability Management and Tenable.sc / Security Center. */
extern const struct format tenable_csv;

#endif
