/* SPDX-License-Identifier: Apache-2.0 */
/* The words of how collection stands. */
#include "model/collection.h"

#include <stddef.h>
#include <string.h>

static const char *const scope_states[N_SCOPE_STATES] = {
        [SCOPE_MET] = "met",         [SCOPE_COMPLETE] = "complete",
        [SCOPE_PARTIAL] = "partial", [SCOPE_DENIED] = "denied",
        [SCOPE_LOST] = "lost",       [SCOPE_NOT_ENABLED] = "not_enabled",
        [SCOPE_HELD] = "held",
};

static const char *const run_states[N_RUN_STATES] = {
        [RUN_RUNNING] = "running",
        [RUN_DONE] = "done",
        [RUN_FAILED] = "failed",
        [RUN_PARTIAL] = "partial",
};

static const char *const part_states[N_PART_STATES] = {
        [PART_WAITING] = "waiting", [PART_LISTING] = "listing",
        [PART_LISTED] = "listed",   [PART_COMPLETE] = "complete",
        [PART_PARTIAL] = "partial", [PART_DENIED] = "denied",
        [PART_FAILED] = "failed",   [PART_NOT_ENABLED] = "not_enabled",
};

/* A row of another version of the program may hold a number that this one does not know. */
static const char *name_of(const char *const *names, size_t n, size_t state)
{
	return state < n ? names[state] : "unknown";
}

const char *scope_state_name(enum scope_state state)
{
	return name_of(scope_states, N_SCOPE_STATES, state);
}

const char *run_state_name(enum run_state state)
{
	return name_of(run_states, N_RUN_STATES, state);
}

const char *part_state_name(enum part_state state)
{
	return name_of(part_states, N_PART_STATES, state);
}

static int parse(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

int scope_state_parse(const char *name)
{
	return parse(scope_states, N_SCOPE_STATES, name);
}

int run_state_parse(const char *name)
{
	return parse(run_states, N_RUN_STATES, name);
}

int part_state_parse(const char *name)
{
	return parse(part_states, N_PART_STATES, name);
}

bool scope_state_is_blind(enum scope_state state)
{
	return state >= SCOPE_PARTIAL;
}
