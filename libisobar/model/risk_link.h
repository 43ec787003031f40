/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RISK_LINK_H
#define ISOBAR_RISK_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/control_catalog.h"
#include "model/evidence.h"
#include "model/org.h"

/* What a person said of a finding's risk (table risk_link); the numbers are stored. */
enum risk_link_kind {
	RISK_LINKED, /* it belongs to that risk, whatever it is about */
	RISK_SPLIT   /* it is a risk of its own, with those that were split off with it */
};

/* Texts are borrowed. */
struct risk_link {
	struct key finding_id;
	/* Of the asset that the risk's id begins with, under its canonical name: a link
	 * holds for findings of that asset, and sleeps while its names are apart. */
	struct key asset_id;
	struct key named;   /* as it is stored */
	struct key risk_id; /* the one that goes on under the id that was named */
	enum risk_link_kind kind;
	/* Of a split the risk that it was part of; not: where the finding is by itself. */
	bool has_origin;
	struct key origin;
	const char *subject, *location; /* of the risk as it is stored; NULL: not yet */
	bool is_elsewhere; /* links have made it part of another, which these are of */
	const struct key *names; /* fingerprints that lead to the risk, ascending */
	size_t n_names;
	/* A change of identity has the risk go on as the group of this name; fresh: it was not
	 * scored since, so that subject is that of before. */
	bool has_heir, heir_is_fresh;
	struct key heir;
};

/* Where a person had put a finding that is there no more. */
struct former_link {
	struct key finding_id, asset_id, risk_id;
};

/* Of an org.  Both by finding_id, ascending; of former ones there may be several. */
struct risk_links {
	struct risk_link *rows;
	size_t n;
	struct former_link *former;
	size_t n_former;
};

/* --- what a person asks for --- */

enum link_change {
	LINK_PUT,   /* findings into a risk */
	LINK_SPLIT, /* findings of a risk out of it */
	LINK_END    /* findings back to where they go by themselves */
};

#define LINK_FINDINGS_MAX 200 /* of one decision */

/* The risk: that findings join, or that they are in. */
struct link_risk {
	struct key id;
	int64_t version;
	struct key asset_id; /* canonical */
	struct key place;    /* the name by which findings are put into it */
	const char *asset, *subject, *location, *title;
	int state;         /* enum risk_state */
	size_t n_findings; /* all of them; a path has none */
};

/* A finding with all that says which risk it is in. */
struct link_finding {
	struct evidence e; /* without times, runs and sources */
	const char *asset; /* canonical id */
	const char *asset_named;
	bool has_risk;
	struct key risk_id; /* that it was in when it was scored last */
	size_t n_members;   /* of that risk */
	bool has_link;
	struct risk_link link; /* without subject and names */
	const char *actor, *reason;
	timestamp link_at;
	struct control control; /* of its rule; id NULL: the catalogue has none */
	/* The CVE that sources and feeds state for its advisory; "" several, NULL none. */
	const char *org_cve, *fed_cve;
};

enum link_outcome {
	LINK_DONE,
	LINK_OTHER_ASSET,
	LINK_SAMPLE,
	LINK_THERE,      /* it is in that risk already */
	LINK_NOT_IN_IT,  /* split, end: it is not in that risk */
	LINK_NONE,       /* end: nobody has put it anywhere */
	LINK_ALL,        /* split: nothing of the risk would remain */
	LINK_NO_FINDINGS /* the risk is a path, or merged away: it has no findings */
};

/* May this be done with one of the findings?  Never LINK_ALL.  Pure. */
enum link_outcome link_check(enum link_change change, const struct link_risk *risk,
                             const struct link_finding *finding);
/* And with n of them, different ones, of which each may.  Pure. */
enum link_outcome link_check_all(enum link_change change, const struct link_risk *risk,
                                 size_t n);

/* "is in that risk already": behind the finding, or for LINK_ALL and LINK_NO_FINDINGS
 * the risk. */
const char *link_outcome_text(enum link_outcome outcome);

/* The risk_id to be stored: the risk's place, or of a split the id that is made from new_id. */
struct key link_place(const struct org *org, enum link_change change,
                      const struct link_risk *risk, const struct key *new_id,
                      struct arena *a);

#endif
