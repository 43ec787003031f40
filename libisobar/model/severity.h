/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SEVERITY_H
#define ISOBAR_SEVERITY_H

/*
 * Providers' severity scales on one of 0..100 (docs/scoring.md, "sev100"):
 * informational 0, low 25, medium 55, high 80, critical 95, CVSS x 10.
 */
#define SEV100_UNKNOWN (-1) /* scored as 50, flagged as assumed; never low */

/*
 * A label in any case: none, info, informational, minor, negligible, note, low,
 * medium, moderate, warning, high, important, error, critical, fatal.
 * SEV100_UNKNOWN for anything else, "" and "unknown" included.
 */
int severity_of_label(const char *label);

/* OCSF severity_id: 1 is 0, 2 is 25, 3 is 55, 4 is 80, 5 is 95, 6 is 100, else unknown. */
int severity_of_ocsf(int severity_id);

/* ASFF Normalized 0..100 as it stands; SEV100_UNKNOWN outside. */
int severity_of_normalized(long long normalized);

/* "info", "low", "medium", "high", "critical" of a sev100, "unknown" below 0. */
const char *severity_label(int sev100);

/* What a CVSS base vector says of the two facts that the score derives from it. */
struct cvss_facts {
	int automatable; /* AV:N AC:L PR:N UI:N (and AT:N): 1, else 0 */
	int total;       /* C:H I:H A:H (v4: VC VI VA; v2: C:C I:C A:C): 1, else 0 */
};

/* v2, v3.x ("CVSS:3.1/AV:N/…" or without the prefix) and v4.0; zeros for others. */
struct cvss_facts cvss_read(const char *vector);

#endif
