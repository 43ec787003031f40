/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_STATEMENT_TABLE_H
#define ISOBAR_STATEMENT_TABLE_H

#include "store/statements.h"

/*
 * Which program runs a statement: the folder of store/sql/ that it stands in.
 * PG_GROUP_SESSION_* run on connect, before others are prepared (staging tables).
 */
enum pg_group {
	PG_GROUP_ADMIN = 1 << 0,          /* migrate, doctor, dump */
	PG_GROUP_INGEST = 1 << 1,         /* isobar import, the collector */
	PG_GROUP_SCORER = 1 << 2,         /* isobar-scorer */
	PG_GROUP_READ = 1 << 3,           /* queue, explain, findings; the api */
	PG_GROUP_SESSION_INGEST = 1 << 4, /* run once by connections of PG_GROUP_INGEST */
	PG_GROUP_SESSION_SCORER = 1 << 5, /* run once by connections of PG_GROUP_SCORER */
	PG_GROUP_EVENTED = 1 << 6,        /* of every connection on an event loop */
	PG_GROUP_TOKEN = 1 << 7,          /* isobar token, isobar org */
	PG_GROUP_API = 1 << 8,            /* isobar-api */
	PG_GROUP_INTEL = 1 << 9,          /* isobar intel */
	PG_GROUP_SESSION_INTEL = 1 << 10, /* run once by connections of PG_GROUP_INTEL */
	PG_GROUP_RULE = 1 << 11,          /* isobar rule */
	PG_GROUP_DECIDE = 1 << 12,        /* what people decide: isobar, isobar-api */
	PG_GROUP_SOURCE = 1 << 13,        /* isobar source; the collector reads */
	PG_GROUP_GOVERN = 1 << 14,  /* owners, acceptances, suppression rules; the api */
	PG_GROUP_POLICY = 1 << 15,  /* isobar sla */
	PG_GROUP_PUSH = 1 << 16,    /* pushed bodies: the api, the collector */
	PG_GROUP_COLLECT = 1 << 17, /* isobar-collector */
	PG_GROUP_REPLAY = 1 << 18,  /* isobar replay */
	PG_GROUP_CHECK = 1 << 19    /* isobar replay --verify */
};

struct statement_text {
	const char *name;
	enum pg_group group;
	const char *sql;
};

extern const struct statement_text statement_table[N_STATEMENTS];

#endif
