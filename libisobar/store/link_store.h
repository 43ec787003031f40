/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_LINK_STORE_H
#define ISOBAR_LINK_STORE_H

#include "model/org.h"
#include "model/risk_link.h"
#include "store/pg.h"

/*
 * Links and splits as people decide them: what they depend on is read, model/risk_link.h
 * says what may be done, one statement writes it.  What binds and reads is for the event
 * loop of the api, the rest for the command line.  Connections are open for
 * PG_GROUP_DECIDE.  Texts live in a.
 */

/* LINK_RISK.  False: there is no such risk. */
void link_risk_bind(const struct org *org, const struct key *risk_id, struct pg_params *p);
bool link_risk_read(const PGresult *rows, const struct key *risk_id, struct arena *a,
                    struct link_risk *out);

struct link_findings {
	struct link_finding
	        *rows; /* in the order in which they were asked for, or worst first */
	size_t n;
};

/*
 * LINK_FINDINGS: those of ids that are findings of the asset; ids NULL: the members of the
 * risk.  asset_id, by any of its names, NULL: that of the risk.
 */
void link_findings_bind(const struct org *org, const struct key *asset_id,
                        const struct key *ids, size_t n, const struct key *risk_id,
                        struct pg_params *p);
void link_findings_read(const PGresult *rows, struct arena *a, struct link_findings *out);

/* What is to be written; each of findings may. */
struct link_writing {
	const struct org *org;
	enum link_change change;
	const struct link_risk *risk;
	const struct link_finding *findings;
	size_t n;
	struct key place; /* of link_place() */
	struct key note_id;
	const char *actor, *reason; /* reason "": there is none, and no note */
};

/* $1..$11 of LINK_WRITE; a request's key follows, then status and answer. */
void link_write_bind(const struct link_writing *w, timestamp now, struct pg_params *p);

/* --- the command line --- */

/* Finds a finding by the beginning of its id, as risk_find() does; any asset name. */
int finding_find(struct pg *pg, const struct org *org, const char *id,
                 struct key *finding_out, struct key *asset_out,
                 struct error *err) MUST_CHECK;
/* ERR_NOT_FOUND: there is no such risk. */
int link_risk_load(struct pg *pg, const struct org *org, const struct key *risk_id,
                   struct arena *a, struct link_risk *out, struct error *err) MUST_CHECK;
int link_findings_load(struct pg *pg, const struct org *org, const struct key *asset_id,
                       const struct key *ids, size_t n, const struct key *risk_id,
                       struct arena *a, struct link_findings *out,
                       struct error *err) MUST_CHECK;
/* ERR_CONFLICT: others have written the risk in between. */
int link_apply(struct pg *pg, const struct link_writing *w, timestamp now,
               struct error *err) MUST_CHECK;

#endif
