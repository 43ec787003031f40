/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SARIF_PRIVATE_H
#define ISOBAR_SARIF_PRIVATE_H

#include "base/json_view.h"
#include "model/finding.h"

/* Between the files of the format sarif. */

/* An element of a component's rules. */
struct sarif_rule {
	const char *id;
	struct json_view view;
	size_t component; /* 0: the driver; from 1 on: the extensions */
	size_t index;     /* in its component */
};

struct sarif_run;
struct sarif_result;

/* What is known of a tool beyond what its runs say. */
struct sarif_tool {
	const char *name;      /* of the driver, in lower case, up to a blank */
	const char *connector; /* whose findings they are; NULL: sarif's */
	const char *engine;
	enum finding_class class;
	bool uri_is_image; /* its results stand at the image's name */
	/* Sets what the tool writes in texts only, native_id where its own format has
	 * one; NULL: nothing. */
	void (*refine)(const struct sarif_run *run, const struct sarif_result *r,
	               struct finding *f);
};

struct sarif_run {
	struct arena *arena;
	struct json_view view;
	const struct sarif_tool *tool;
	const char *engine;
	struct resource resource;
	const char *artifact;     /* canonical */
	const char *root;         /* absolute path that files are told from, or "" */
	struct sarif_rule *rules; /* in order of component and index */
	struct sarif_rule *by_id;
	size_t n_rules;
	timestamp scanned_at;
};

/* One result, read. */
struct sarif_result {
	struct json_view view;
	struct json_view rule; /* may not exist */
	const char *id;        /* of the result, as it stands */
	const char *rule_id;   /* without the parts below the rule */
	const char *message;   /* with its arguments; "" of secrets */
	const char *path;      /* of the file, from the root; "" when there is none */
	const char *place;     /* path, else the logical place */
	int64_t line;          /* 0: none */
	bool is_secret;
};

/* Rules: sarif_rule.c. */
void sarif_index_rules(struct sarif_run *run);
void sarif_find_rule(const struct sarif_run *run, struct sarif_result *r);
const char *sarif_message(const struct sarif_run *run, const struct sarif_result *r);
void sarif_set_severity(struct finding *f, const struct sarif_result *r);

/* "shortDescription" and the like: the text of the rule's message, or "". */
const char *sarif_rule_text(const struct sarif_result *r, const char *key);

/* Places: sarif_place.c.  _resource also sets artifact and root. */
void sarif_set_resource(struct sarif_run *run);
void sarif_set_place(const struct sarif_run *run, struct sarif_result *r);

/* The image that a result names as "image@sha256:...:/path"; "" when it does not. */
const char *sarif_image_of(const struct sarif_run *run, const struct sarif_result *r);

/* Tools: sarif_tool.c.  Never NULL; name is the driver's. */
const struct sarif_tool *sarif_tool_of(const char *name);
const char *sarif_engine_of(const char *name, struct arena *a) NON_NULL;
bool sarif_rule_is_of_secrets(const struct sarif_tool *tool, struct json_view rule,
                              const char *id);

#endif
