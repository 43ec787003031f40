/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_ASSET_H
#define ISOBAR_ASSET_H

/*
 * What we know of an asset beside its findings.  Levels ascend by risk; unknown
 * is a level of its own, between the good and the bad ones.  The numbers are
 * stored: append, never reorder.
 */
enum exposure {
	EXPOSURE_NONE, /* no route */
	EXPOSURE_RESTRICTED,
	EXPOSURE_INTERNAL,
	EXPOSURE_UNKNOWN,
	EXPOSURE_FILTERED, /* internet, behind WAF, allow-list or authn proxy */
	EXPOSURE_OPEN
};

enum criticality {
	CRITICALITY_SANDBOX,
	CRITICALITY_DEVELOPMENT,
	CRITICALITY_UNKNOWN,
	CRITICALITY_PRODUCTION,
	CRITICALITY_IMPORTANT,
	CRITICALITY_MISSION
};

enum sensitivity {
	SENSITIVITY_NONE, /* no data, or public */
	SENSITIVITY_INTERNAL,
	SENSITIVITY_UNKNOWN,
	SENSITIVITY_CONFIDENTIAL,
	SENSITIVITY_REGULATED /* or secrets */
};

enum privilege {
	PRIVILEGE_NONE,
	PRIVILEGE_READ,
	PRIVILEGE_UNKNOWN,
	PRIVILEGE_WRITE,
	PRIVILEGE_BROAD,
	PRIVILEGE_ADMIN
};

/* Where an asset stands in its life: selects SLA policies, and gives the criticality
 * of what nobody rated. */
enum environment {
	ENVIRONMENT_UNKNOWN,
	ENVIRONMENT_SANDBOX,
	ENVIRONMENT_DEVELOPMENT,
	ENVIRONMENT_TEST,
	ENVIRONMENT_STAGING,
	ENVIRONMENT_PRODUCTION
};

struct asset_context {
	enum exposure exposure;
	enum criticality criticality;
	enum sensitivity sensitivity;
	enum privilege privilege;
};

/* What a claim about an asset is about; its level is a value of the enum of that name. */
enum context_field {
	CONTEXT_EXPOSURE,
	CONTEXT_CRITICALITY,
	CONTEXT_SENSITIVITY,
	CONTEXT_PRIVILEGE,
	CONTEXT_ENVIRONMENT
};

/* A step from one asset to another; read "from kind to". */
enum edge_kind {
	EDGE_ROUTES_TO,      /* network: a packet sent by from, or let in by it, arrives */
	EDGE_RUNS_AS,        /* a workload and the identity that it acts with */
	EDGE_MAY_READ,       /* an identity and the data that it may read */
	EDGE_MAY_ADMINISTER, /* an identity and what it may change at will */
	EDGE_CONTAINS,       /* a cluster and its workloads, an account and its resources */
	EDGE_RUNS_ON,        /* a workload and its host */
	EDGE_ATTACHED_TO, /* a public address, a network interface, a firewall: what it guards */
	EDGE_MEMBER_OF, /* an identity and its group */
	EDGE_CAN_ASSUME /* an identity and another one that it may become */
};

/* One source's word on one property of an asset.  Never the level "unknown": who does
 * not know says nothing. */
struct context_claim {
	enum context_field field;
	int level;            /* of the field's enum */
	const char *evidence; /* what says so, one line: "ingress tcp/22 from 0.0.0.0/0" */
};

enum {
	N_CONTEXT_FIELDS = CONTEXT_ENVIRONMENT + 1,
	N_EDGE_KINDS = EDGE_CAN_ASSUME + 1
};

/* Words, as in "exposure", "internet_open", "runs_as"; parsing gives -1 for others. */
const char *context_field_name(enum context_field field);
int context_field_parse(const char *name);
const char *context_level_name(enum context_field field, int level); /* NULL: none */
int context_level_parse(enum context_field field, const char *name);
const char *edge_kind_name(enum edge_kind kind);
int edge_kind_parse(const char *name);

#endif
