/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SCORE_PRIVATE_H
#define ISOBAR_SCORE_PRIVATE_H

#include "score.h"

enum {
	SCORE_MAX = 1000,
	EPSS_MAX = 100000, /* certain, in units of 1e-5 */
	N_EPSS_POINTS_MAX = 32,
	N_LIKELIHOOD_CLASSES = 5,
	MODEL_VERSION_MAX = 32 /* with its NUL */
};

/* A corner of the piecewise linear EPSS curve. */
struct epss_corner {
	int epss;
	int points;
};

/* What score_model.c reads and score.c applies; every number is points or a score. */
struct score_model {
	char version[MODEL_VERSION_MAX];

	int severity_times, severity_over; /* points = sev100 * times / over */
	struct epss_corner epss[N_EPSS_POINTS_MAX];
	size_t n_epss; /* >= 2; from 1 to EPSS_MAX */
	int likelihood_class[N_LIKELIHOOD_CLASSES];
	int maturity[MATURITY_RANSOMWARE + 1];
	int automatable;
	int total_impact;
	int exposure[EXPOSURE_OPEN + 1];
	int criticality[CRITICALITY_MISSION + 1];
	int data[SENSITIVITY_REGULATED + 1];
	int privilege[PRIVILEGE_ADMIN + 1];
	int path[PATH_TO_CROWN_JEWEL + 1];
	int failing_layers; /* when all applicable layers fail */
	int corroboration[CORROBORATION_INDEPENDENT + 1];

	int cap_no_severity;
	int low_severity_below, cap_low_severity;   /* sev100 */
	int no_likelihood_below, cap_no_likelihood; /* points of likelihood */
	int floor_active_cve, floor_active_cve_aggravated;
	int floor_path_to_high_value, floor_path_to_crown_jewel;
	int band_medium, band_high, band_critical;
};

#endif
