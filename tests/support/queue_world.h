/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_QUEUE_WORLD_H
#define ISOBAR_QUEUE_WORLD_H

#include "api/queue_index.h"

/*
 * A made-up org for tests of the queue's index: few values of everything, so that any
 * two risks have much in common, and times that lie close together around one moment.
 * All texts are constants.
 */
#define WORLD_NOW (INT64_C(1790000000) * USEC_PER_SEC + 123456)

enum {
	WORLD_N_ASSETS = 160,
	WORLD_N_ACCOUNTS = 130, /* more than a facet shows */
	WORLD_N_SOURCES = 5
};

struct world_asset {
	enum provider provider;
	const char *account, *region, *id, *name;
};

struct world_asset world_asset(int number);

extern const struct index_source world_sources[WORLD_N_SOURCES];
extern const char *const world_owners[]; /* the first is NULL: nobody */
extern const size_t world_n_owners;

struct key world_id(int number); /* those of eight neighbours begin alike */

/* A time near WORLD_NOW, at it, or in the same second, or none. */
timestamp world_time(void);

/* Any risk with this id, of a random asset, whose number is given. */
int world_risk(int number, struct index_risk *out);

/* One of the texts that filters ask for; most occur, some do not. */
const char *world_subject(void);
const char *world_title_part(void);
const char *world_source_name(void);

#endif
