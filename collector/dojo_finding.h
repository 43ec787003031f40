/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_DOJO_FINDING_H
#define ISOBAR_DOJO_FINDING_H

#include "model/finding.h"

#include "format.h"

/*
 * A finding in DefectDojo's terms, whichever form it has: generic JSON, generic CSV,
 * its own API.  "" and 0 are absent; begin with dojo_finding_init().
 */
struct dojo_finding {
	const char *connector;
	const char *engine;
	const char *native_id; /* "": of what the finding says */
	const char *rule;      /* "": the advisory, else the title */
	const char *title, *description, *impact, *mitigation, *references;
	const char *severity;
	const char *cvss_vector;
	int cvss; /* in tenths, 0 is none */
	int epss; /* as struct finding has it */
	const char *component, *component_version, *fixed_version;
	const char *file, *line, *service;
	const char *account; /* when nothing names a resource */
	const char *date, *updated, *mitigated_at;
	bool active, duplicate, false_positive, risk_accepted, out_of_scope, mitigated;
	bool known_exploited, ransomware, has_weakness;

	const char *endpoints[64]; /* URLs, hosts or ids of resources */
	size_t n_endpoints;
	const char *advisories[64];
	size_t n_advisories;
};

void dojo_finding_init(struct dojo_finding *d);

/* What is more than there is room for is left out: it is evidence of the same. */
void dojo_add_endpoint(struct dojo_finding *d, const char *endpoint);
void dojo_add_advisories(struct dojo_finding *d, const char *text, struct arena *a);

/* The members that generic JSON and the API have in common. */
void dojo_read(struct dojo_finding *d, struct json_view v, struct arena *a);

/* A text, or {"protocol": "https", "host": "example.com", "port": 8443, "path": "a"}. */
const char *dojo_endpoint_text(struct json_view v, struct arena *a);

/*
 * One finding per endpoint and CVE.  A duplicate adds nothing.  ERR_INVALID when
 * there is no title.
 */
int dojo_add(const struct dojo_finding *d, struct parse_output *out, struct error *err);

#endif
