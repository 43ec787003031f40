/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AZURE_H
#define ISOBAR_AZURE_H

#include "format.h"

/* Microsoft Defender for Cloud; all but policy states are connector "azure_defender". */
extern const struct format azure_assessments;         /* posture, one per resource */
extern const struct format azure_assessment_metadata; /* makes rule facts only */
extern const struct format azure_subassessments;      /* what is inside an assessment */
extern const struct format azure_alerts;              /* threats, 2015 to 2022 schemas */
extern const struct format azure_portal_csv;          /* the portal's "Download CSV" */

/* Azure Policy; connector "azure_policy". */
extern const struct format azure_policy_states;

/* Secure scores and compliance standards: recognised, and no findings. */
extern const struct format azure_context;

/* Defender Vulnerability Management, by machine; connector "azure_mdvm". */
extern const struct format azure_mdvm;

/* Microsoft Sentinel; connector "azure_sentinel". */
extern const struct format sentinel_incidents; /* threats, on a workspace or its entities */

/* Microsoft Graph, security/alerts_v2; connector "azure_graph". */
extern const struct format graph_alerts; /* threats, on what their evidence names */

/* Users of Microsoft Entra ID; connector "azure_entra". */
extern const struct format entra_risky_users; /* of Identity Protection */
extern const struct format entra_mfa; /* who cannot use a second factor, and who can */
/* Their scopes: a tenant's records do not name it. */
#define ENTRA_SCOPE_RISK "entra/risk"
#define ENTRA_SCOPE_MFA  "entra/mfa"

/* Azure Resource Graph: rows of all the above, and inventory. */
extern const struct format azure_resource_graph;
extern const struct format azure_resource_graph_table;

#endif
