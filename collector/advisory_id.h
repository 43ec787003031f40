/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ADVISORY_ID_H
#define ISOBAR_ADVISORY_ID_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/json_view.h"
#include "model/finding.h"

/* The first CVE id in text, in upper case; "" when there is none. */
const char *advisory_find_cve(const char *text, struct arena *a) NON_NULL;

/* The one CVE that the list of texts names; "" when it names none, or several. */
const char *advisory_only_cve(struct json_view list, struct arena *a) NON_NULL;

/*
 * Is this an id of one flaw (CVE, GHSA, RUSTSEC, ...)?  Not the distributions' own
 * (RHSA, DSA, USN, ALAS): one of those is an update that closes many flaws, and
 * would make them one.
 */
bool advisory_is_one_flaw(const char *id);

/* An id of either kind at the beginning of text: its length, or 0. */
size_t advisory_size(const char *text);

/*
 * Sets the aliases of f to id and the texts of the list, those that are ids of one
 * flaw and not f's own; id may be "" and the list absent.  f->cve is set before.
 */
void advisory_set_aliases(struct finding *f, const char *id, struct json_view list,
                          struct arena *a);

#endif
