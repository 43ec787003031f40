/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words for what is known of assets: in rules, files of an operator and answers.
 */
#include "model/asset.h"

#include <stddef.h>
#include <string.h>

#include "base/attr.h"

static const char *const field_names[N_CONTEXT_FIELDS] = {
        [CONTEXT_EXPOSURE] = "exposure",       [CONTEXT_CRITICALITY] = "criticality",
        [CONTEXT_SENSITIVITY] = "sensitivity", [CONTEXT_PRIVILEGE] = "privilege",
        [CONTEXT_ENVIRONMENT] = "environment",
};

enum {
	LEVELS_MAX = 6
};

static const char *const level_names[N_CONTEXT_FIELDS][LEVELS_MAX] = {
        [CONTEXT_EXPOSURE] = {"none", "restricted", "internal", "unknown",
                              "internet_filtered", "internet_open"},
        [CONTEXT_CRITICALITY] = {"sandbox", "development", "unknown", "production",
                                 "important", "mission_critical"},
        [CONTEXT_SENSITIVITY] = {"none", "internal", "unknown", "confidential",
                                 "regulated"},
        [CONTEXT_PRIVILEGE] = {"none", "read", "unknown", "write", "broad", "admin"},
        [CONTEXT_ENVIRONMENT] = {"unknown", "sandbox", "development", "test", "staging",
                                 "production"},
};

static const char *const edge_names[N_EDGE_KINDS] = {
        [EDGE_ROUTES_TO] = "routes_to",     [EDGE_RUNS_AS] = "runs_as",
        [EDGE_MAY_READ] = "may_read",       [EDGE_MAY_ADMINISTER] = "may_administer",
        [EDGE_CONTAINS] = "contains",       [EDGE_RUNS_ON] = "runs_on",
        [EDGE_ATTACHED_TO] = "attached_to", [EDGE_MEMBER_OF] = "member_of",
        [EDGE_CAN_ASSUME] = "can_assume",
};

static int number_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *context_field_name(enum context_field field)
{
	return field_names[field];
}

int context_field_parse(const char *name)
{
	return number_of(field_names, N_CONTEXT_FIELDS, name);
}

const char *context_level_name(enum context_field field, int level)
{
	return level >= 0 && level < LEVELS_MAX ? level_names[field][level] : NULL;
}

int context_level_parse(enum context_field field, const char *name)
{
	return number_of(level_names[field], LEVELS_MAX, name);
}

const char *edge_kind_name(enum edge_kind kind)
{
	return edge_names[kind];
}

int edge_kind_parse(const char *name)
{
	return number_of(edge_names, N_EDGE_KINDS, name);
}
