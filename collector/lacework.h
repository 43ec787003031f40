/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_LACEWORK_H
#define ISOBAR_LACEWORK_H

#include "format.h"

/* Lacework's (FortiCNAPP's) alerts; docs/formats/lacework.md. */
extern const struct format lacework;

#endif
