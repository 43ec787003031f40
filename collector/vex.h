/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_VEX_H
#define ISOBAR_VEX_H

#include "format.h"

/* OpenVEX: the whole document. */
extern const struct format openvex;

/* CycloneDX with a list of vulnerabilities: the whole document. */
extern const struct format cyclonedx_vex;

#endif
