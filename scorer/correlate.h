/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CORRELATE_H
#define ISOBAR_CORRELATE_H

#include "base/arena.h"
#include "model/control_catalog.h"
#include "model/evidence.h"
#include "model/org.h"
#include "model/risk_link.h"

/* Why a finding is in its risk; bits, stored in risk_explanation.reasons. */
enum merge_reason {
	MERGED_SAME_ASSET = 1,   /* under the same name */
	MERGED_ASSET_ALIAS = 2,  /* under another name of the asset */
	MERGED_SAME_CVE = 4,     /* its record names the CVE */
	MERGED_ADVISORY = 8,     /* its record names an advisory of the CVE */
	MERGED_CONTROL = 16,     /* the catalogue says that its rule is the control */
	MERGED_SAME_RULE = 32,   /* the same rule of the same connector */
	MERGED_SAME_THREAT = 64, /* the same kind of threat */
	MERGED_LINK = 128,       /* a person put it here, whatever it is about */
	MERGED_SPLIT = 256       /* a person took it out of the risk that it is about */
};

/* What correlation knows beside the findings. */
struct correlate_input {
	const struct org *org;
	const struct control_catalog *catalog;
	/* The CVE of an advisory id in upper case, or NULL. */
	const char *(*advisory_cve)(const void *ctx, const char *advisory);
	const void *ctx;
	const struct risk_links *links; /* NULL: nobody has linked or split anything */
};

struct member {
	const struct evidence *e;
	int reasons; /* of enum merge_reason */
};

/*
 * Findings that are one risk: one subject on one asset at one location, with what people
 * linked to it and without what they split off.
 */
struct risk_group {
	struct key asset_id; /* canonical */
	const char *subject;
	const char *location;
	const char *category;          /* of finding_category; "" unknown */
	const struct control *control; /* NULL: no control */
	struct key fingerprint;
	/* Fingerprints that the same findings had, or would have, under other names of
	 * the asset or before the catalogue knew their rule: where a stored risk may be. */
	struct key *former;
	size_t n_former;
	/* Fingerprints of risks that are empty now because people put their findings here:
	 * what is stored of them ends here. */
	struct key *swallowed;
	size_t n_swallowed;
	/* It stands by links alone: for a risk, whose id is what it is made for, or former. */
	bool is_made;
	/* Of a risk that was split off: where its findings were, or would be. */
	bool has_origin;
	struct key origin;
	/* Set by claims_settle(): the risk of that id goes on under another name, so that this
	 * one has an id of its own; an alias led to another one's risk, and ends. */
	bool is_again, alias_ends;
	struct key again;
	struct member *members; /* worst first; at least one */
	size_t n_members;
};

/*
 * Partitions findings into groups, but for those that a provider marks as made up
 * (FINDING_FLAG_SAMPLE).  Pure and independent of input order: every
 * permutation of the findings gives the same groups in the same order (by asset,
 * subject, location, fingerprint), with members in the same order.  O(n log n).  Groups live in
 * a and point into evidence.
 */
void correlate(const struct correlate_input *in, const struct evidence *evidence, size_t n,
               struct arena *a, struct risk_group **groups_out, size_t *n_groups_out);

/* The worst member that is here by itself; else the worst that was linked. */
const struct evidence *risk_group_lead(const struct risk_group *g);

/* Puts the members in their order, after the state of one was changed. */
void risk_group_sort(struct risk_group *g);

#endif
