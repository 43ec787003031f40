/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_OCI_CONNECTOR_PRIVATE_H
#define ISOBAR_OCI_CONNECTOR_PRIVATE_H

#include "connector.h"

/* What the files of the OCI connector share. */

/* "ocid1.tenancy.oc1..aaaa": it goes into paths, headers and cursors. */
bool oci_is_ocid(const char *text);

/* An API key: nothing is asked, it signs (oci_signature.c). */
int oci_credential_request(const struct live_source *s, const struct surroundings *env,
                           struct credential *c, timestamp now, struct arena *a,
                           struct http_request *out, struct error *err) MUST_CHECK;
int oci_authorize(const struct live_source *s, const struct credential *c, timestamp now,
                  struct arena *a, struct http_request *req, struct error *err) MUST_CHECK;

#endif
