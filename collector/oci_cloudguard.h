/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_OCI_CLOUDGUARD_H
#define ISOBAR_OCI_CLOUDGUARD_H

#include "format.h"

/* Problems of Oracle's Cloud Guard; docs/formats/oci-cloudguard.md. */
extern const struct format oci_cloudguard;
extern const struct format oci_cloudguard_events;

#endif
