/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PROVIDER_NAME_H
#define ISOBAR_PROVIDER_NAME_H

#include "model/resource.h"

/* The cloud as tools call it ("aws", "Microsoft Azure", "GKE", …); NONE for others. */
enum provider provider_of_name(const char *name);

/* By the form of a resource's id: an ARN, an ARM id, a name or link of Google, an OCID. */
enum provider provider_of_id(const char *id);

#endif
