/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GCP_IAM_H
#define ISOBAR_GCP_IAM_H

#include "context_writer.h"

/* Members and roles of Google Cloud's IAM policies. */

/*
 * The identity of "user:a@b.c" or "serviceAccount:…", or of the address of a service
 * account; raw is "" for everybody and for what is deleted.
 */
struct resource gcp_member(const char *member, struct arena *a);
struct resource gcp_service_account(const char *email, struct arena *a);

/* "allUsers", "allAuthenticatedUsers" */
bool gcp_is_everybody(const char *member);

/*
 * One binding on the resource that is written about: the way to it for everybody, an edge
 * from anybody else.  The writer still writes about the resource afterwards.
 */
void gcp_describe_binding(struct context_writer *w, const char *role, const char *member);

/* bindings[] of a policy: those edges, and the privilege of each member. */
void gcp_describe_policy(struct context_writer *w, struct json_view policy);

#endif
