/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the Azure formats share: parsing one record written in a test. */
#include "azure_world.h"

const struct format *const azure_formats[N_AZURE_FORMATS] = {
        &azure_assessments,          &azure_assessment_metadata,
        &azure_subassessments,       &azure_alerts,
        &azure_policy_states,        &azure_resource_graph,
        &azure_resource_graph_table, &azure_portal_csv,
        &sentinel_incidents,         &graph_alerts,
        &entra_risky_users,          &entra_mfa,
};

void world_open(struct world *w)
{
	*w = (struct world){.arena = arena_new(16384)};
	for (size_t i = 0; i < N_ELEMENTS(w->docs); i++)
		w->docs[i] = json_doc_new(1 << 24, 64);
	w->out.arena = w->arena;
}

void world_close(struct world *w)
{
	for (size_t i = 0; i < N_ELEMENTS(w->docs); i++)
		json_doc_free(w->docs[i]);
	arena_free(w->arena);
}

struct json_view view_of(struct world *w, size_t doc, const char *text)
{
	char *json = arena_strdup(w->arena, text);
	struct json_view v = {0};
	struct error err;

	for (char *p = json; *p != '\0'; p++) {
		if (*p == '\'')
			*p = '"';
	}
	if (json_doc_parse(w->docs[doc], json, strlen(json), &v, &err) != 0)
		fail_msg("test record is no JSON: %s in %s", err.text, json);
	return v;
}

int parse(struct world *w, const struct format *format, const char *envelope,
          const char *record)
{
	struct parse_input in = {.record = view_of(w, 1, record)};

	if (envelope != NULL)
		in.envelope = view_of(w, 0, envelope);
	w->out = (struct parse_output){.arena = w->arena};
	for (size_t i = 0; i < N_ELEMENTS(azure_formats); i++) {
		bool detected = azure_formats[i]->detect(in.envelope, in.record);

		if (detected != (azure_formats[i] == format))
			fail_msg("%s %s %s", azure_formats[i]->name,
			         detected ? "detects" : "does not detect", record);
	}
	return format->parse(&in, &w->out, &w->err);
}

struct finding *one_finding(struct world *w, const struct format *format,
                            const char *envelope, const char *record)
{
	static const struct org org = {.id = 1, .slug = "default"};

	if (parse(w, format, envelope, record) != 0)
		fail_msg("%s: %s", record, w->err.text);
	if (w->out.n_findings != 1)
		fail_msg("%zu findings in %s", w->out.n_findings, record);
	if (finding_seal(&w->out.findings[0], &org, w->arena, &w->err) != 0)
		fail_msg("%s: %s", record, w->err.text);
	return &w->out.findings[0];
}
