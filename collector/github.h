/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GITHUB_H
#define ISOBAR_GITHUB_H

#include "format.h"

/* Alerts of GitHub's security features; docs/formats/github.md. */
extern const struct format github_dependabot;
extern const struct format github_code_scanning;
extern const struct format github_secret_scanning;

#endif
