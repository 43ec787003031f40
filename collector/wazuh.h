/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_WAZUH_H
#define ISOBAR_WAZUH_H

#include "format.h"

/* Wazuh's alerts and states of vulnerabilities; docs/formats/wazuh.md. */
extern const struct format wazuh;

#endif
