/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CVSS_CHOICE_H
#define ISOBAR_CVSS_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json_view.h"

/* The score of several that counts: v4 > v3.1 > v3.0 > v2, then NVD's, then the first. */
struct cvss_choice {
	int rank;   /* 0: none yet */
	int sev100; /* base score x 10, 1..100 */
	const char *vector;
};

/* How a format calls the members of one score. */
struct cvss_names {
	const char *version;
	const char *score;
	const char *vector;
	const char *source; /* who scored */
};

/*
 * Offers each element of a list of scores, or a single one.  A score that is 0, out
 * of range or of an unknown version is none: the record's own severity stands then.
 */
void cvss_choice_of_list(struct cvss_choice *best, struct json_view scores,
                         const struct cvss_names *names);

void cvss_choice_offer(struct cvss_choice *best, const char *version, int64_t sev100,
                       const char *vector, bool from_nvd);

#endif
