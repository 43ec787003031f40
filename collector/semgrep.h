/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SEMGREP_H
#define ISOBAR_SEMGREP_H

#include "format.h"

/* "semgrep scan --json"; docs/formats/semgrep.md. */
extern const struct format semgrep;

#endif
