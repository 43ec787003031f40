/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SUBJECT_H
#define ISOBAR_SUBJECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/finding.h"

/*
 * What is wrong, independent of the tool that says so; with the asset and the
 * location it names the risk.  A change to these rules needs a new tag in
 * fingerprint_of() and aliases for the risks there are.
 */
struct subject_input {
	enum finding_class class;
	const char *connector;
	const char *rule;
	const char *cve;     /* CVE or another advisory id; "" none */
	const char *control; /* that the catalogue has for the rule; "" none */
};

/*
 * "cve:CVE-2024-3094"  its CVE, or advisory id, in upper case
 * "control:<control>"  the control
 * "threat:<rule>"      of class threat
 * "rule:<connector>/<rule>"
 * in this order; but threats never take a CVE: what happened is not what is open.
 */
const char *subject_of(const struct subject_input *in, struct arena *a) NON_NULL;

bool subject_is_cve(const char *subject);

/*
 * A finding's location as far as it tells risks apart: "" for CVEs, and for
 * controls, which are one thing a resource whatever port or identity a tool adds;
 * only a file tells apart the many resources that one repository holds.
 */
const char *subject_location(const char *subject, const char *location) NON_NULL;

/*
 * The identity of a risk, and of the risk's row when it is first stored: the first
 * half of the asset's key, then half a hash of all.  Risks of one asset are
 * neighbours in every index, and scoring, which goes asset by asset, writes its
 * indexes in order.
 */
struct key fingerprint_of(const struct org *org, const struct key *asset_key,
                          const char *subject, const char *location);

#endif
