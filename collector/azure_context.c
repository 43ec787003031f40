/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure scores, their controls, and regulatory compliance standards with their
 * controls and assessments.  They sum up assessments over many resources: which
 * resource fails what is said by the assessments themselves.  So a list of them is
 * known for what it is and makes no finding, as such rows of Resource Graph do.
 */
#include <string.h>

#include "azure.h"
#include "azure_record.h"

static bool detect(struct json_view envelope, struct json_view record)
{
	static const char *const types[] = {
	        "microsoft.security/securescore", /* scores, controls, definitions */
	        "microsoft.security/regulatorycompliance",
	};
	const struct azure_record r = azure_record_of(record, (struct json_view){0});
	const char *type;

	if (!json_view_is_object(record) || azure_is_graph_envelope(envelope) ||
	    azure_kind_of(&r) != AZURE_KIND_CONTEXT)
		return false;
	type = azure_cell_text(&r, "type");
	for (size_t i = 0; i < N_ELEMENTS(types); i++) {
		if (text_begins_nocase(type, types[i]))
			return true;
	}
	return false;
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	(void)in;
	(void)out;
	(void)err;
	return 0;
}

const struct format azure_context = {
        .name = "azure-context",
        .record_paths = (const char *const[]){"value", NULL},
        .detect = detect,
        .parse = parse,
};
