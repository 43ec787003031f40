/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WIZ_H
#define ISOBAR_WIZ_H

#include "format.h"

/* Issues and configuration findings of the GraphQL API. */
extern const struct format wiz_issues;
extern const struct format wiz_configuration_findings;

/* The portal's CSV of issues and of vulnerability findings. */
extern const struct format wiz_issues_csv;
extern const struct format wiz_vulnerabilities_csv;

/* Scans of artifacts by Wiz CLI. */
extern const struct format wiz_cli;

#endif
