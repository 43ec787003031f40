/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AWS_NATIVE_PRIVATE_H
#define ISOBAR_AWS_NATIVE_PRIVATE_H

#include "base/json_view.h"
#include "base/timestamp.h"
#include "model/finding.h"

#include "format.h"

/*
 * What aws_guardduty.c and aws_inspector2.c share.  The API and EventBridge write
 * keys as "accountId", the command line's older forms as "AccountId": each step of
 * a path is looked up in any case.
 */

/* "service/action/actionType"; no value where a step is missing. */
struct json_view native_at(struct json_view v, const char *path);
const char *native_text(struct json_view v, const char *path); /* "" if none */

/* The finding itself: detail of an EventBridge event, else the record. */
struct json_view native_finding(struct json_view record);

/* Is arn one of the service's, as in "arn:aws:guardduty:..."? */
bool native_is_arn_of(const char *arn, const char *service);

/* RFC 3339, epoch seconds with a fraction, or an event's "Jan 19, 2022, 10:46:15 PM". */
timestamp native_time(struct json_view v, const char *path);

/*
 * Connector, native_id, engine, fidelity, class, scope and account, as the record
 * of the same finding in Security Hub has them.  path: "aws/guardduty".
 */
void native_fill_identity(struct finding *f, const char *path, const char *arn,
                          const char *account, struct arena *a);

#endif
