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

/*
 * The subject of a sealed finding:
 *   "cve:CVE-2024-3094"  a CVE of it (cve, else the first of cve_aliases in order
 *                        of text), else its advisory id in upper case
 *   "control:<control>"  the control that the catalogue has for its rule
 *   "threat:<rule>"      of class threat
 *   "rule:<connector>/<rule>"
 * control is "" when the catalogue has none.  Threats never take a CVE: what
 * happened is not what is open.
 */
const char *subject_of(const struct finding *f, const char *control,
                       struct arena *a) NON_NULL;

bool subject_is_cve(const char *subject);

/* f's location as far as it tells risks apart: "" for CVEs. */
const char *subject_location(const struct finding *f, const char *subject) NON_NULL;

/* The identity of a risk, and of the risk's row when it is first stored. */
struct key fingerprint_of(const struct org *org, const struct key *asset_key,
                          const char *subject, const char *location);

#endif
