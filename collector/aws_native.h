/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AWS_NATIVE_H
#define ISOBAR_AWS_NATIVE_H

#include "format.h"

/* GuardDuty's and Inspector's own records; docs/formats/aws-native.md. */
extern const struct format aws_guardduty;
extern const struct format aws_inspector2;

#endif
