/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_EVIDENCE_H
#define ISOBAR_EVIDENCE_H

#include "model/asset.h"
#include "model/context_rule.h"
#include "model/finding.h"

/* Bits of a stored finding's flags: the numbers are stored. */
enum finding_flag {
	FINDING_FLAG_AUTOMATABLE = 1, /* by its CVSS vector */
	FINDING_FLAG_TOTAL = 2,       /* by its CVSS vector */
	FINDING_FLAG_SAMPLE = 4,
	FINDING_FLAG_FIX = 8,
	FINDING_FLAG_CVSS_SHIFT =
	        4, /* three bits: 0 no vector, 2 v2, 3 v3.0, 4 v3.1, 5 v4.0 */
	FINDING_FLAG_CVSS_MASK = 7 << FINDING_FLAG_CVSS_SHIFT
};

/* Who closed a finding: the numbers are stored. */
enum closed_by {
	CLOSED_NOT,
	CLOSED_EXPLICIT, /* the source says resolved, or its check passes */
	CLOSED_ABSENT    /* a complete scope did not show it any more */
};

/* A stored finding, as far as correlation and scoring read it.  Texts are borrowed. */
struct evidence {
	struct key canonical_id; /* the asset under its canonical name */
	struct key asset_id;     /* under the name that the record uses */
	struct key finding_id;
	int64_t source_id;
	int64_t run_id;
	timestamp stored_at;
	timestamp closed_at; /* TIMESTAMP_NONE while open */
	int epss;            /* units of 1e-5, -1 not stated */
	int sev100;          /* 0..100, SEV100_UNKNOWN */
	enum finding_state state;
	enum closed_by closed_by;
	enum finding_class class;
	enum fidelity fidelity;
	enum maturity maturity;
	unsigned int flags; /* of enum finding_flag */
	const char *connector, *rule, *cve, *location, *engine, *title;
	bool has_upgrade;
	struct key upgrade_id; /* of the package upgrade that it names */
	timestamp first_seen;  /* by its source, where a clock starts then; or none */
};

/* An asset as scoring sees it. */
struct asset_facts {
	struct key asset_id; /* canonical */
	enum provider provider;
	const char *type, *account;
	bool has_context;     /* else all four are unknown */
	unsigned int derived; /* bits of enum context_field: follow from rules, edges or
	                       * the environment */
	struct asset_context context;
	/* Where a rule of the org looks at it; else NULL and 0. */
	int environment; /* as asset_context.environment of the schema; 0 unknown */
	const char *region, *name, *id;
	const struct asset_tag *tags;
	size_t n_tags;
};

#endif
