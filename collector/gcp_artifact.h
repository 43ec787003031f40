/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GCP_ARTIFACT_H
#define ISOBAR_GCP_ARTIFACT_H

#include "format.h"

/* Vulnerabilities that Artifact Analysis found in images; docs/formats/gcp-artifact.md. */
extern const struct format gcp_artifact;

#endif
