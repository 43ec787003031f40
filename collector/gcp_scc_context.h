/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GCP_SCC_CONTEXT_H
#define ISOBAR_GCP_SCC_CONTEXT_H

#include "format.h"

/* What a finding of Security Command Center, read into f, says of its resource. */
void scc_describe(const struct finding *f, struct json_view finding,
                  struct parse_output *out);

#endif
