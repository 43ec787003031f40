/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AWS_ASFF_H
#define ISOBAR_AWS_ASFF_H

#include "format.h"

/* AWS Security Finding Format: Security Hub, and Prowler and Trivy writing it. */
extern const struct format aws_asff;

#endif
