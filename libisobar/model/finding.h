/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FINDING_H
#define ISOBAR_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/timestamp.h"
#include "model/key.h"
#include "model/org.h"
#include "model/resource.h"

/* Longest text that a finding carries; connectors pass longer ones, sealing cuts them. */
#define FINDING_TEXT_MAX 8192
/*
 * Raised, up to 255, when the same record may come to other contents or state other things
 * of its asset: see store/ingest.c.
 */
#define FINDING_HASH_VERSION 3
#define FINDING_ID_MAX       2048 /* native_id, rule, resource ids: longer ones are refused */

/* The numbers of all enums below are stored: append, never reorder. */
enum finding_state {
	FINDING_OPEN,
	FINDING_RESOLVED,
	FINDING_SUPPRESSED, /* muted at the provider */
	FINDING_NOT_APPLICABLE,
	FINDING_UNKNOWN, /* no verdict (a manual check, say): kept, not ranked */
	FINDING_PASSING  /* a passed check: control_state, never a finding row */
};

enum finding_class {
	CLASS_MISCONFIGURATION,
	CLASS_VULNERABILITY,
	CLASS_THREAT,
	CLASS_EXPOSURE,
	CLASS_SECRET,
	CLASS_IDENTITY,
	CLASS_LICENSE,
	CLASS_OTHER
};

enum {
	N_FINDING_STATES = FINDING_PASSING + 1,
	N_FINDING_CLASSES = CLASS_OTHER + 1
};

/* How the source knows: it decides the corroboration points of the score. */
enum fidelity {
	FIDELITY_WEAK,         /* a banner or version guess */
	FIDELITY_STANDARD,     /* an ordinary scan */
	FIDELITY_AUTHORITATIVE /* authenticated scan, the provider's own configuration read */
};

/* Exploit evidence that the record itself states; the values of scorer/score.h. */
enum maturity {
	MATURITY_NONE,
	MATURITY_POC,
	MATURITY_FUNCTIONAL,
	MATURITY_WEAPONISED,
	MATURITY_ACTIVE,
	MATURITY_RANSOMWARE /* or seen in the own tenant */
};

/* A requirement of a framework that the record itself names: "CIS-2.0", "1.20". */
struct control_ref {
	const char *framework;
	const char *requirement;
};

/*
 * One finding as every later stage sees it, whichever cloud it came from: one
 * resource and one CVE (a record that names several makes several findings).
 * Start from finding_init().  Strings are NUL-terminated UTF-8, never NULL (""
 * means absent), and live as long as their record: in its arena or its document.
 */
struct finding {
	/* Identity: connector, native_id, resource, cve. */
	const char *connector; /* "aws_securityhub", "azure_defender", "prowler", ... */
	const char *native_id; /* unique within connector; product + id where ids are not */
	struct resource resource;
	const char *cve; /* "CVE-2024-3094", else another advisory id (GHSA-…), or "" */

	/* What was checked, independent of the resource. */
	const char
	        *rule; /* assessment key, control id, check id, SCC category, threat type */
	enum finding_class class;
	const char *title;
	const char *description; /* may hold markup: raw */
	const char *remediation;
	const char *remediation_url;
	const struct control_ref *controls;
	size_t n_controls;

	/* The verdict. */
	enum finding_state state;
	const char *status_raw;
	int sev100; /* 0..100, or SEV100_UNKNOWN */
	const char *severity_raw;

	/* Vulnerability facts. */
	const char *const *cve_aliases; /* other ids of the same advisory */
	size_t n_cve_aliases;
	const char *cvss_vector; /* the one behind sev100, or "" */
	int epss;                /* units of 1e-5, 1..100000; -1 when not stated */
	enum maturity maturity;
	const char *package; /* name */
	const char *package_version;
	const char *fixed_version;

	/* Place: a port, an identity, a file; "" for CVEs (package and path are evidence). */
	const char *location;

	/* Provenance. */
	const char *engine; /* family of the scanner behind it: "trivy", "guardduty", ... */
	enum fidelity fidelity;
	bool sample; /* the provider marks it as made up */
	const char *
	        scope; /* smallest part that can be complete: subscription, account/region */
	timestamp first_seen;        /* TIMESTAMP_NONE: not stated; never "now" */
	timestamp last_seen;         /* not in content_hash */
	timestamp source_updated_at; /* not in content_hash */
	timestamp resolved_at;

	/* Set by finding_seal(). */
	struct key asset_key;  /* of resource.id */
	struct key key;        /* who says it: org, connector, native_id, resource, cve */
	uint64_t content_hash; /* XXH3 of all that, once changed, is worth a write */
};

/* All strings "", numbers unknown, class OTHER, state UNKNOWN, fidelity STANDARD. */
void finding_init(struct finding *f);

/*
 * Checks the contract above, canonicalizes the resource, cuts over-long text at
 * a UTF-8 border and computes keys and hash.  The only way from a connector's
 * output into the store.  ERR_INVALID: connector, native_id, rule or both
 * resource and account are absent, or an id is too long; f is then unusable.
 */
int finding_seal(struct finding *f, const struct org *org, struct arena *a,
                 struct error *err) MUST_CHECK;

/* The key of an asset by its canonical id. */
struct key asset_key_of(const struct org *org, const char *canonical_id);

const char *finding_state_name(enum finding_state s); /* "open", "resolved", ... */
const char *finding_class_name(enum finding_class c); /* "misconfiguration", ... */

#endif
