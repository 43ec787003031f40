/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AWS_CONTEXT_H
#define ISOBAR_AWS_CONTEXT_H

#include "context_writer.h"

/*
 * What records of AWS say of the context of the resources that they name.  None of it
 * fails: what cannot be read is not said.
 */

/* An element of an ASFF record's Resources, which is res. */
void aws_describe_resource(struct context_writer *w, const struct resource *res,
                           struct json_view element);

/* An element of GuardDuty's resource, by the place where it stood ("instanceDetails"). */
void aws_describe_guardduty(struct context_writer *w, const struct resource *res,
                            const char *place, struct json_view details);

/* The following are between the files aws_context*.c. */

/* Details of identities: AwsIamRole, AwsIamUser, AwsIamGroup, AwsIamPolicy. */
void aws_describe_role(struct context_writer *w, struct json_view v);
void aws_describe_user(struct context_writer *w, struct json_view v);
void aws_describe_group(struct context_writer *w, struct json_view v);
void aws_describe_policy(struct context_writer *w, struct json_view v);

/* A bucket's policy, a text of JSON: may everybody do what it allows? */
void aws_describe_bucket_policy(struct context_writer *w, const char *policy);

/* A public address opens the way to the security groups; where names the field. */
void aws_describe_address(struct context_writer *w, const char *where, const char *address);

/* The rights that a workload acts with; "" is none. */
void aws_runs_as(struct context_writer *w, const char *type, const char *arn);

/* A security group by its id. */
void aws_guarded_by(struct context_writer *w, const char *group_id);

#endif
