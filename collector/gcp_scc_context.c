/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What findings of Security Command Center say of their resource's context: the address
 * by which it is reached, and bindings that were added.  Connections, accesses and
 * exfiltrations are events: they show what happened, not how the resource stands.  Marks
 * are of the finding, the score of attack exposure is of Google's own model: neither says
 * a level.
 *
 * Source: Security Command Center API v2 reference, ExternalExposure and IamBinding.
 */
#include "gcp_scc_context.h"

#include <string.h>

#include "context_writer.h"
#include "gcp_iam.h"
#include "gcp_view.h"
#include "text_part.h"

static void describe_exposure(struct context_writer *w, struct json_view exposure)
{
	const char *address =
	        gcp_view_text(exposure, "publicIpAddress", "public_ip_address");
	const char *port = gcp_view_text(exposure, "publicPort", "public_port");
	const char *firewall = gcp_view_text(exposure, "loadBalancerFirewallPolicy",
	                                     "load_balancer_firewall_policy");

	if (address[0] == '\0')
		return;
	context_claim(w, CONTEXT_EXPOSURE,
	              firewall[0] != '\0' ? EXPOSURE_FILTERED : EXPOSURE_OPEN,
	              "externalExposure.publicIpAddress is %s%s%s%s%s", address,
	              port[0] != '\0' ? ", publicPort " : "", port,
	              firewall[0] != '\0' ? ", loadBalancerFirewallPolicy " : "", firewall);
}

void scc_describe(const struct finding *f, struct json_view finding,
                  struct parse_output *out)
{
	struct json_view exposure =
	        gcp_view_at(finding, "externalExposure", "external_exposure");
	struct json_items it =
	        context_list(gcp_view_at(finding, "iamBindings", "iam_bindings"));
	struct context_writer w;

	if (f->state == FINDING_RESOLVED || f->resource.provider != PROVIDER_GCP ||
	    (it.n == 0 && !json_view_is_object(exposure)))
		return;
	context_open(&w, out);
	context_about(&w, &f->resource);
	describe_exposure(&w, exposure);
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		if (strcmp(json_view_text_or(it.value, "action", ""), "REMOVE") != 0)
			gcp_describe_binding(&w, json_view_text_or(it.value, "role", ""),
			                     json_view_text_or(it.value, "member", ""));
	}
}
