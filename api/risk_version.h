/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_VERSION_H
#define ISOBAR_RISK_VERSION_H

#include "store/pg.h"

#include "request.h"

/* Of STMT_RISK_VERSION: is there such a risk, and may it be read by who asks? */
bool risk_version_is_visible(const struct request *req, const PGresult *result);

#endif
