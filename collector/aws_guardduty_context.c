/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GuardDuty's own records say of the context of what they name.
 *
 * Source: Amazon GuardDuty API reference, Resource and its parts.
 */
#include <string.h>
#include <strings.h>

#include "aws_context.h"
#include "aws_native_private.h"
#include "view_path.h"

static void describe_instance(struct context_writer *w, struct json_view v)
{
	struct json_items it = context_list(native_at(v, "networkInterfaces"));

	aws_runs_as(w, "AwsIamInstanceProfile", native_text(v, "iamInstanceProfile/arn"));
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		struct json_items groups =
		        context_list(native_at(it.value, "securityGroups"));

		aws_describe_address(w, "networkInterfaces.publicIp",
		                     native_text(it.value, "publicIp"));
		aws_describe_address(w, "networkInterfaces.privateIpAddress",
		                     native_text(it.value, "privateIpAddress"));
		context_edge_near(w, EDGE_ATTACHED_TO, true, "AwsEc2NetworkInterface",
		                  native_text(it.value, "networkInterfaceId"));
		for (size_t k = 0; k < CONTEXT_MAX_LIST && json_items_next(&groups); k++)
			aws_guarded_by(w, native_text(groups.value, "groupId"));
	}
}

static void describe_bucket(struct context_writer *w, struct json_view v)
{
	const char *permission = native_text(v, "publicAccess/effectivePermission");

	if (strcmp(permission, "PUBLIC") == 0)
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "publicAccess.effectivePermission is PUBLIC");
	else if (strcmp(permission, "NOT_PUBLIC") == 0)
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_INTERNAL,
		              "publicAccess.effectivePermission is NOT_PUBLIC");
}

static void describe_function(struct context_writer *w, struct json_view v)
{
	aws_runs_as(w, "AwsIamRole", native_text(v, "role"));
}

static void describe_container(struct context_writer *w, struct json_view v)
{
	if (view_path_true(v, "securityContext/privileged"))
		context_claim(w, CONTEXT_PRIVILEGE, PRIVILEGE_BROAD,
		              "containerDetails.securityContext.privileged is true");
}

void aws_describe_guardduty(struct context_writer *w, const struct resource *res,
                            const char *place, struct json_view details)
{
	static const struct {
		const char *place;
		void (*describe)(struct context_writer *w, struct json_view v);
	} kinds[] = {
	        {"instanceDetails", describe_instance},
	        {"s3BucketDetails", describe_bucket},
	        {"lambdaDetails", describe_function},
	        {"containerDetails", describe_container},
	};

	context_about(w, res);
	context_tags(w, native_at(details, "tags"));
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		if (strcmp(place, kinds[i].place) == 0)
			kinds[i].describe(w, details);
	}
	context_drop_empty(w);
}
