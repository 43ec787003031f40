/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_EVENT_H
#define ISOBAR_RISK_EVENT_H

/* What an event tells (docs/events.md); the numbers are stored: append, never reorder. */
enum risk_event_kind {
	EVENT_OPENED,
	EVENT_BAND,
	EVENT_STATE,
	EVENT_RESOLVED,
	EVENT_REOPENED,
	EVENT_DUE_SOON,
	EVENT_BREACHED,
	EVENT_OWNER,
	EVENT_MERGED,
	EVENT_DUE,
	EVENT_WARN,
	EVENT_ENDS_SOON,
	EVENT_CLAIMED,
	EVENT_RELEASED,
	EVENT_LINKS
};

enum {
	EVENT_NONE = -1,
	N_RISK_EVENT_KINDS = EVENT_LINKS + 1
};

/* The word for a stored kind: "opened", "band_changed". */
const char *risk_event_kind_name(int kind);

#endif
