/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OCSF records say of the context of their resources: tags, and what Prowler
 * ("data.metadata", its own model of the resource) and Security Hub ("data", in the
 * words of the product behind it) write of an instance or a database.
 */
#include <string.h>

#include "aws_context.h"
#include "ocsf_private.h"
#include "view_path.h"

/* Names of GuardDuty in snake_case, and those of OCSF's own device. */
static void describe_interfaces(struct context_writer *w, struct json_view list)
{
	static const char *const addresses[] = {"public_ip", "private_ip_address", "ip"};
	static const char *const ids[] = {"network_interface_id", "uid"};
	static const char *const group_ids[] = {"group_id", "uid"};
	struct json_items it = context_list(list);

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		struct json_items groups =
		        context_list(json_view_at(it.value, "security_groups"));

		for (size_t k = 0; k < N_ELEMENTS(addresses); k++)
			aws_describe_address(w, addresses[k],
			                     view_path_text(it.value, addresses[k]));
		for (size_t k = 0; k < N_ELEMENTS(ids); k++)
			context_edge_near(w, EDGE_ATTACHED_TO, true,
			                  "AwsEc2NetworkInterface",
			                  view_path_text(it.value, ids[k]));
		for (size_t g = 0; g < CONTEXT_MAX_LIST && json_items_next(&groups); g++) {
			for (size_t k = 0; k < N_ELEMENTS(group_ids); k++)
				aws_guarded_by(w,
				               view_path_text(groups.value, group_ids[k]));
		}
	}
}

/* Prowler's names, then those of others. */
static void describe_instance(struct context_writer *w, struct json_view v)
{
	static const char *const profiles[] = {"instance_profile/Arn",
	                                       "iam_instance_profile/arn",
	                                       "instance_profile/uid_alt"};
	struct json_items groups = context_list(json_view_at(v, "security_groups"));

	aws_describe_address(w, "public_ip", view_path_text(v, "public_ip"));
	aws_describe_address(w, "private_ip", view_path_text(v, "private_ip"));
	for (size_t i = 0; i < N_ELEMENTS(profiles); i++)
		aws_runs_as(w, "AwsIamInstanceProfile", view_path_text(v, profiles[i]));
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&groups); i++)
		aws_guarded_by(w, json_view_text_or(groups.value, "", ""));
	describe_interfaces(w, json_view_at(v, "network_interfaces"));
}

static void describe_database(struct context_writer *w, struct json_view v)
{
	bool open = false;

	if (json_view_bool(json_view_at(v, "public"), &open))
		context_claim(w, CONTEXT_EXPOSURE,
		              open ? EXPOSURE_FILTERED : EXPOSURE_INTERNAL, "public is %s",
		              open ? "true, behind its security groups" : "false");
}

static void describe_cluster(struct context_writer *w, struct json_view v)
{
	struct json_items it = context_list(json_view_at(v, "public_access_cidrs"));
	enum exposure level = it.n == 0 ? EXPOSURE_OPEN : EXPOSURE_FILTERED;
	bool open = false;

	if (!json_view_bool(json_view_at(v, "endpoint_public_access"), &open))
		return;
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		if (context_reach(json_view_text_or(it.value, "", "")) == EXPOSURE_OPEN)
			level = EXPOSURE_OPEN;
	}
	context_claim(w, CONTEXT_EXPOSURE, open ? (int)level : EXPOSURE_RESTRICTED,
	              "endpoint_public_access is %s", open ? "true" : "false");
}

static const struct {
	const char *type; /* canonical */
	void (*describe)(struct context_writer *w, struct json_view v);
} kinds[] = {
        {"AWS::EC2::Instance", describe_instance},
        {"AWS::RDS::DBInstance", describe_database},
        {"AWS::EKS::Cluster", describe_cluster},
};

void ocsf_describe(struct context_writer *w, const struct resource *res,
                   struct json_view element)
{
	static const char *const places[] = {"data/metadata", "data", "device"};
	struct json_view tags = json_view_at(element, "tags");
	struct resource canonical = *res;

	if (json_view_array_size(tags) == 0)
		tags = json_view_at(element, "labels");
	resource_canonicalize(&canonical, w->out->arena);
	context_about(w, res);
	context_tags(w, tags);
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		for (size_t p = 0; p < N_ELEMENTS(places); p++) {
			struct json_view v = view_path(element, places[p]);

			if (json_view_is_object(v) &&
			    strcmp(canonical.type, kinds[i].type) == 0)
				kinds[i].describe(w, v);
		}
	}
	context_drop_empty(w);
}
