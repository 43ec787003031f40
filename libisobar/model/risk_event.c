/* SPDX-License-Identifier: Apache-2.0 */
#include "model/risk_event.h"

#include <assert.h>

static const char *const kind_names[N_RISK_EVENT_KINDS] = {
        "opened",   "band_changed", "state_changed", "resolved",
        "reopened", "due_soon",     "breached",      "owner_changed",
        "merged",   "due_changed",  "warn_point",    "acceptance_ends_soon",
        "claimed",  "released",     "links_changed",
};

const char *risk_event_kind_name(int kind)
{
	assert(kind >= 0 && kind < N_RISK_EVENT_KINDS);
	return kind_names[kind];
}
