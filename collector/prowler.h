/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_PROWLER_H
#define ISOBAR_PROWLER_H

#include <stdbool.h>

#include "format.h"

/*
 * Prowler writes a scan in up to four forms at once.  Its OCSF is read by ocsf.c,
 * its ASFF by aws_asff.c, the others here; a finding is the same in all of them.
 */
extern const struct format prowler_csv;        /* version 3 and later, delimiter ";" */
extern const struct format prowler_json;       /* version 3 */
extern const struct format prowler_compliance; /* CSV, a row per requirement */
extern const struct format prowler_v2_json;
extern const struct format prowler_v2_csv;

/* What Prowler composes the uid of a finding from. */
struct prowler_key {
	const char *provider; /* "aws", "azure", "gcp", ...; any case */
	const char *check;
	const char *account;
	const char *region;
	const char *resource; /* name, not uid */
};

/* prowler-{provider}-{check}-{account}-{region}-{resource name} */
const char *prowler_native_id(const struct prowler_key *key, struct arena *a) NON_NULL;

/*
 * The name that Prowler has for the resource with that ARN, as far as the ARN
 * tells: its tail, the account where there is no resource to name.
 */
const char *prowler_name_of_arn(const char *arn, const char *check,
                                const char *account) NON_NULL;

/*
 * The id of a resource that is of no cloud: Prowler's own names for settings
 * ("sharepointSettings") are the same in every tenant, so the account goes in front.
 * raw itself where it is of a cloud or a cluster, a path, an address or a UUID.
 */
const char *prowler_resource_id(const char *provider, const char *account, const char *raw,
                                struct arena *a) NON_NULL;

/*
 * State and status_raw.  A pass is proof whether the check is muted or not; a muted
 * failure is suppressed; MANUAL, INFO and others are no verdict.
 */
void prowler_set_verdict(struct finding *f, const char *code, bool muted);

/* f's connector, engine, class and fidelity. */
void prowler_set_origin(struct finding *f);

#endif
