/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_EVENT_H
#define ISOBAR_RISK_EVENT_H

/* The word for a stored kind (risk_event.kind, docs/events.md): "opened", "band_changed". */
const char *risk_event_kind_name(int kind);

#define N_RISK_EVENT_KINDS 14

#endif
