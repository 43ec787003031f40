/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AZURE_RECORD_H
#define ISOBAR_AZURE_RECORD_H

#include <stdbool.h>

#include "base/timestamp.h"
#include "model/finding.h"

#include "format.h"
#include "text_part.h"

/*
 * What the Azure formats share.  One ARM record, whichever way it came: as the
 * REST API writes it {id, name, type, properties}, with the properties flattened
 * into it (az, event exports, projected queries), as cells of a table row, or as the
 * data of an event of Event Grid, in its own schema or as a CloudEvent.
 */
struct azure_record {
	struct json_view row;        /* object, or an array of cells */
	struct json_view columns;    /* [{name, type}] of a table, else absent */
	struct json_view properties; /* absent when flattened */
	/* Of the event that brought it, "" without one. */
	const char *event;   /* its type */
	const char *subject; /* what it is about */
};

enum azure_kind {
	AZURE_KIND_UNKNOWN,
	AZURE_KIND_ASSESSMENT,
	AZURE_KIND_ASSESSMENT_METADATA,
	AZURE_KIND_SUBASSESSMENT,
	AZURE_KIND_ALERT,
	AZURE_KIND_POLICY_STATE,
	AZURE_KIND_INCIDENT, /* of Microsoft Sentinel */
	AZURE_KIND_CONTEXT,  /* scores, standards, plans: neither finding nor asset */
	AZURE_KIND_RESOURCE
};

/* columns: absent, but for a table row. */
struct azure_record azure_record_of(struct json_view row, struct json_view columns);

/* By type, else by the form of the id, else by the fields that nothing else has. */
enum azure_kind azure_kind_of(const struct azure_record *r);

/* Is envelope that of a Resource Graph answer, whose rows are azure_resource_graph's? */
bool azure_is_graph_envelope(struct json_view envelope);

/*
 * Keys are looked up in any case: the published specification and live payloads
 * disagree.  Texts are borrowed, "" when absent, null or no text.
 */
struct json_view azure_cell(const struct azure_record *r, const char *name);
struct json_view azure_property(const struct azure_record *r, const char *name);
const char *azure_cell_text(const struct azure_record *r, const char *name);
const char *azure_property_text(const struct azure_record *r, const char *name);
const char *azure_text(struct json_view v, const char *key);

/* In lower case and without trailing slashes; ARM ids are compared that way. */
const char *azure_lower(const char *id, struct arena *a);

/* From the last occurrence of marker in id on, in any case; NULL when not there. */
const char *azure_from_last(const char *id, const char *marker);

/* The GUID in lower case; "" when the id is not below a subscription. */
const char *azure_subscription_of(const char *id, struct arena *a);

/* The scope of an id: the subscription, else "managementgroups/NAME", else "". */
const char *azure_scope_of(const char *id, struct arena *a);

/* TIMESTAMP_NONE for "", for .NET's year 1 and for what is no time. */
timestamp azure_time(const char *text);

/* A portal link with its scheme (Azure leaves it out); "" unless it is a web address. */
const char *azure_link(const char *link, struct arena *a);

/* Healthy, Unhealthy, NotApplicable, and why. */
enum finding_state azure_verdict(const char *code, const char *cause);
const char *azure_status_raw(const char *code, const char *cause, struct arena *a);

/*
 * Fills in *out from resourceDetails: Defender reports AWS, GCP and on-premises
 * resources too.  arm_id is the resource's ARM id.
 */
void azure_resource_of(struct json_view details, const char *arm_id, struct arena *a,
                       struct resource *out);

/* A resource with nothing but these; raw is its id. */
struct resource azure_resource_at(enum provider provider, const char *account,
                                  const char *raw);

/* What an assessment says, from the API, Resource Graph or the portal's CSV. */
struct azure_assessment {
	const char *id; /* of the assessment, ARM */
	struct json_view details;
	const char *resource_id; /* used when id does not hold one */
	const char *title;
	const char *code, *cause;
	const char *severity;
	const char *assessment_type; /* "BuiltIn", ...; "" is not stated */
	const char *partner;         /* who made a VerifiedPartner's assessment */
	const char *description;
	const char *remediation;
	const char *link;
	const char *first_evaluated;
	const char *changed;
	bool is_identity;
};

/* CVEs that additionalData names, each once; at most 1,002, which live in a. */
size_t azure_cves_of(struct json_view additional, struct arena *a, const char ***out);

/* Adds the finding of an assessment; NULL and *err when it breaks the contract. */
struct finding *azure_add_assessment(const struct azure_assessment *in,
                                     struct parse_output *out, struct error *err);

/* One record of each kind, as the formats' parse and as Resource Graph's rows. */
int azure_parse_assessment(const struct azure_record *r, struct parse_output *out,
                           struct error *err);
int azure_parse_metadata(const struct azure_record *r, struct parse_output *out,
                         struct error *err);
int azure_parse_subassessment(const struct azure_record *r, struct parse_output *out,
                              struct error *err);
int azure_parse_alert(const struct azure_record *r, struct parse_output *out,
                      struct error *err);
int azure_parse_policy_state(const struct azure_record *r, struct parse_output *out,
                             struct error *err);
int azure_parse_incident(const struct azure_record *r, struct parse_output *out,
                         struct error *err);

/* Between a resource's id and the key of an assessment of it. */
#define AZURE_ASSESSMENT_MARKER "/providers/microsoft.security/assessments/"

#endif
