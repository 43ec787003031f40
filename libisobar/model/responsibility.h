/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_RESPONSIBILITY_H
#define ISOBAR_RESPONSIBILITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/finding.h"

/*
 * Whose duty a fix is under the shared responsibility model: a lookup in the four
 * tables of catalog/responsibility.  The numbers of all enums are stored: append,
 * never reorder.
 */
enum verdict {
	VERDICT_CUSTOMER,
	VERDICT_SHARED,
	VERDICT_PROVIDER,
	VERDICT_UNKNOWN /* a type without a row: routed to the customer, as if IaaS */
};

/* Microsoft Learn: "Describe defense-in-depth". */
enum layer {
	LAYER_PHYSICAL,
	LAYER_IDENTITY,
	LAYER_PERIMETER,
	LAYER_NETWORK,
	LAYER_COMPUTE,
	LAYER_APPLICATION,
	LAYER_DATA
};

enum service_model {
	SERVICE_ON_PREM,
	SERVICE_IAAS,
	SERVICE_PAAS,
	SERVICE_SAAS
};

/* How likely a category of weakness is used where no CVE's EPSS says it. */
enum category_likelihood {
	CATEGORY_L0, /* 0.01 % */
	CATEGORY_L1, /* 0.1 % */
	CATEGORY_L2, /* 1 % */
	CATEGORY_L3, /* 10 % */
	CATEGORY_L4, /* certain */
	CATEGORY_EPSS,
	CATEGORY_ACTIVE /* it is happening: L4, maturity active */
};

enum {
	N_VERDICTS = VERDICT_UNKNOWN + 1,
	N_LAYERS = LAYER_DATA + 1,
	N_SERVICE_MODELS = SERVICE_SAAS + 1
};

const char *verdict_name(enum verdict v);             /* "customer" */
const char *layer_name(enum layer l);                 /* "perimeter" */
const char *service_model_name(enum service_model m); /* "on_prem" */

/* A row of matrix.csv. */
struct control_domain {
	const char *name;
	enum layer layer;
	enum verdict owner[N_SERVICE_MODELS];
	const char *source;    /* "ms", "ms-text", "ms-split", "derived" */
	const char *review_by; /* "2027-11-25" */
	const char *provider_does, *customer_does; /* where it is shared; "": no text */
};

/* Of a resource type: the domain has another owner than its service model gives it. */
struct owner_override {
	const struct control_domain *domain;
	enum verdict owner;
};

/* A row of resource_types.csv. */
struct resource_kind {
	const char *cloud; /* "aws", "azure", "gcp", "oci"; "any": of several or none */
	const char *type;  /* "AWS::EC2::Instance"; "…#autopilot" is a variant */
	const char *alias; /* for people */
	enum service_model model;
	const char *kind; /* "compute", "storage", ... */
	const struct owner_override *overrides;
	size_t n_overrides;
	const char *source; /* of the service model: "ms", "aws-eks", "derived", ... */
};

/* Findings of the class have the category when no rule tells a better one. */
struct category_default {
	enum finding_class class;
	const char *type; /* of the asset; NULL: of any that no other row names */
};

/* A row of finding_categories.csv. */
struct finding_category {
	const char *name;
	enum layer layer;
	const struct control_domain *domain;
	enum category_likelihood likelihood;
	bool automatable_if_exposed;
	bool total_impact;
	const struct category_default *defaults;
	size_t n_defaults;
};

/* Everything lives in one arena. */
struct responsibility_tables {
	const struct control_domain *domains;
	size_t n_domains;
	const struct resource_kind *kinds; /* ascending by type in lower case */
	size_t n_kinds;
	const struct finding_category *categories;
	size_t n_categories;
};

/* The files as text: comma separated (split: tabs), a header line, no quotes. */
struct responsibility_texts {
	const char *matrix;
	const char *resource_types;
	const char *finding_categories;
	const char *split; /* NULL: nobody reads the texts */
};

/* ERR_INVALID names the table and the line.  *out is untouched on failure. */
int responsibility_load(const struct responsibility_texts *texts, struct arena *a,
                        struct responsibility_tables *out, struct error *err) MUST_CHECK;

/* NULL when there is no such row.  Types in any case, the other names exactly. */
const struct resource_kind *resource_kind_find(const struct responsibility_tables *t,
                                               const char *type);
const struct control_domain *control_domain_find(const struct responsibility_tables *t,
                                                 const char *name);
const struct finding_category *finding_category_find(const struct responsibility_tables *t,
                                                     const char *name);

/*
 * What a finding is when no rule tells: by its class and the type of its asset.  NULL
 * when the table does not speak of the class.
 */
const struct finding_category *
finding_category_default(const struct responsibility_tables *t, enum finding_class class,
                         const char *type);

/* What decided, for routing and for the explanation. */
struct responsibility {
	enum verdict verdict;
	enum verdict row_owner; /* what the row says; verdict too unless kind is NULL */
	enum layer layer;
	enum service_model model;
	const struct resource_kind *kind;    /* NULL: a type without a row */
	const struct control_domain *domain; /* the deciding row of the matrix */
	bool overridden;                     /* by the type */
};

/* category is not NULL. */
struct responsibility responsibility_of(const struct responsibility_tables *t,
                                        const char *type,
                                        const struct finding_category *category);

/* The same for any domain; category may be of another one. */
struct responsibility responsibility_of_domain(const struct responsibility_tables *t,
                                               const char *type,
                                               const struct control_domain *domain);

/* The same when the type was looked up: many categories are asked of one resource. */
struct responsibility responsibility_of_kind(const struct resource_kind *kind,
                                             const struct finding_category *category);

/*
 * The layers with a domain that is ours to keep on such a resource, a bit of enum layer
 * each.  NULL: a type without a row.
 */
unsigned int our_layers(const struct responsibility_tables *t,
                        const struct resource_kind *kind);

/*
 * How many of them stand beside the risk's own: 0..6, the "applicable" of the score.
 */
int applicable_layers(unsigned int ours, enum layer own);

#endif
