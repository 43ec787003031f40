/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_OWNER_RULE_H
#define ISOBAR_OWNER_RULE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/key.h"
#include "model/org.h"
#include "model/risk_view.h"

/*
 * Who must act, by rules: docs/owners.md.  The lowest level that matches counts, in it
 * the lowest position.  Pure: the store brings rules and containers.
 */
#define OWNER_NAME_MAX    100
#define OWNER_PATTERN_MAX 500
#define OWNER_NOBODY      "none" /* what filters call it: no owner has this name */

enum owner_kind { /* the numbers are stored */
	OWNER_TEAM,
	OWNER_PERSON
};

enum owner_level {        /* the numbers are stored */
	OWNER_BY_TAG,     /* "key=value" or "key", alternatives between '|' */
	OWNER_BY_GROUP,   /* the resource group's name */
	OWNER_BY_ACCOUNT, /* account, subscription, project */
	OWNER_BY_PATH,    /* the asset's canonical id */
	OWNER_BY_DEFAULT  /* whatever nobody else has; its pattern is empty */
};

enum {
	N_OWNER_KINDS = OWNER_PERSON + 1,
	N_OWNER_LEVELS = OWNER_BY_DEFAULT + 1
};

const char *owner_kind_name(enum owner_kind kind); /* "team" */
int owner_kind_parse(const char *name);            /* -1: none */
const char *owner_level_name(enum owner_level l);  /* "tag", "group", "account", ... */
int owner_level_parse(const char *name);           /* -1: none */

struct owner_rule {
	int64_t rule_id, owner_id;
	enum owner_level level;
	int position; /* within the level */
	const char *pattern;
	const char *owner;          /* its name */
	const char *names, *values; /* of a tag; set by owner_rules_prepare() */
};

/* Tags of what holds an asset: its group, its account, the folders and the organization
 * of that one. */
struct owner_container {
	struct key of; /* the group's or account's key: what the asset names */
	int steps;     /* from there upwards; 0: it itself */
	const struct asset_tag *tags;
	size_t n_tags;
};

struct owner_rules {
	struct owner_rule *rows; /* by level and position */
	size_t n;
	const struct owner_container *containers; /* by of and steps */
	size_t n_containers;
};

/* Once the rows are there: sorts them, and splits the patterns of tags into a. */
void owner_rules_prepare(struct owner_rules *rules, struct arena *a);

/* One line of what is wrong with it, or 0. */
int owner_rule_check(enum owner_level level, const char *pattern,
                     struct error *err) MUST_CHECK;

/* How far upwards containers are looked for: a project, its folders, the organization. */
#define OWNER_STEPS_MAX 12

/* Keys of the containers that an asset names, nearest first; returns how many. */
#define OWNER_CONTAINERS_MAX 2
size_t owner_containers_of(const struct org *org, const struct risk_view *view,
                           struct arena *a, struct key out[OWNER_CONTAINERS_MAX]);

/*
 * NULL: nobody.  A tag that the asset does not carry is that of the nearest container
 * that does.  a is for scratch.
 */
const struct owner_rule *owner_of(const struct org *org, const struct owner_rules *rules,
                                  const struct risk_view *view, struct arena *a);

#endif
