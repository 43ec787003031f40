/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of benchmarks and controls of Steampipe and Powerpipe: JSON, one document of
 * groups with groups and controls in them, and CSV, a row for each result.  A result
 * is a resource, a status and dimensions that each control names as it likes.
 *
 * Source: internal/controldisplay/templates of Powerpipe, and its documentation,
 * "Control", "Benchmark".
 */
#include "steampipe.h"

#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "framework_name.h"
#include "provider_name.h"
#include "text_part.h"

enum {
	MAX_DIMENSIONS = 100, /* of one result, looked through */
	MAX_DEPTH = 32,       /* of groups; json_doc bounds it too */
	GUID_SIZE = 36
};

/* What both forms state of one result. */
struct result {
	struct arena *arena;
	const char *control_id, *title, *description, *severity;
	const char *mod; /* of the groups around it, or "" */
	const char *plugin, *cis_item, *cis_version;
	const char *reason, *resource, *status;
	struct json_view dimensions; /* a list of {key, value}, or the row */
};

static const char *dimension(const struct result *r, const char *key)
{
	struct json_items it = {0};
	struct error ignored;

	if (!json_view_is_array(r->dimensions))
		return json_view_text_or(r->dimensions, key, "");
	if (json_view_opt_items(r->dimensions, "", &it, &ignored) < 0)
		return "";
	for (size_t n = 0; n < MAX_DIMENSIONS && json_items_next(&it); n++) {
		if (strcmp(json_view_text_or(it.value, "key", ""), key) == 0)
			return json_view_text_or(it.value, "value", "");
	}
	return "";
}

static const char *first_dimension(const struct result *r, const char *const *keys,
                                   size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *value = dimension(r, keys[i]);

		if (value[0] != '\0')
			return value;
	}
	return "";
}

/* Names. */

/* "aws_compliance" of "aws_compliance.control.x"; "" of "control.x". */
static const char *mod_of(const char *id, struct arena *a)
{
	const char *dot = strchr(id, '.');

	return dot != NULL && strchr(dot + 1, '.') != NULL
	               ? arena_strndup(a, id, (size_t)(dot - id))
	               : "";
}

/* "aws" of the mod aws_compliance, aws_thrifty, …; "" for mods of one's own. */
static const char *provider_of_mod(const char *mod)
{
	static const char *const names[] = {
	        "aws",    "azure",        "gcp",    "oci",         "alicloud",
	        "github", "kubernetes",   "docker", "terraform",   "azuread",
	        "ibm",    "digitalocean", "okta",   "microsoft365"};

	for (size_t i = 0; i < N_ELEMENTS(names); i++) {
		size_t size = strlen(names[i]);

		if (strncmp(mod, names[i], size) == 0 &&
		    (mod[size] == '_' || mod[size] == '\0'))
			return names[i];
	}
	return "";
}

/* Inside its own mod a control is named without it: then others tell. */
static const char *provider_of(const struct result *r)
{
	const char *const mods[] = {mod_of(r->control_id, r->arena), r->mod, r->plugin};

	for (size_t i = 0; i < N_ELEMENTS(mods); i++) {
		const char *name = provider_of_mod(mods[i]);

		if (name[0] != '\0')
			return name;
	}
	switch (provider_of_id(r->resource)) {
	case PROVIDER_AWS:
		return "aws";
	case PROVIDER_AZURE:
		return "azure";
	case PROVIDER_GCP:
		return "gcp";
	case PROVIDER_OCI:
		return "oci";
	case PROVIDER_NONE:
		break;
	}
	return "";
}

static const char *rule_of(const struct result *r, const char *provider)
{
	const char *dot = strrchr(r->control_id, '.');
	const char *name = dot != NULL ? dot + 1 : r->control_id;

	return provider[0] != '\0' ? ARENA_JOIN(r->arena, provider, ":", name) : name;
}

/* The verdict. */

static void set_verdict(struct finding *f, const char *status)
{
	static const struct {
		const char *status;
		enum finding_state state;
	} rows[] = {
	        {"alarm", FINDING_OPEN},          {"ok", FINDING_PASSING},
	        {"skip", FINDING_NOT_APPLICABLE}, {"info", FINDING_UNKNOWN},
	        {"error", FINDING_UNKNOWN},
	};

	f->status_raw = status;
	f->state = FINDING_UNKNOWN;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (strcasecmp(status, rows[i].status) == 0)
			f->state = rows[i].state;
	}
}

/* The place. */

/* Azure's controls have the subscription's name, which is no account. */
static const char *account_of(const struct result *r)
{
	static const char *const keys[] = {"account_id", "subscription_id",
	                                   "project",    "project_id",
	                                   "tenant_id",  "compartment_id"};
	const char *account = first_dimension(r, keys, N_ELEMENTS(keys));

	if (account[0] == '\0' && strlen(dimension(r, "subscription")) == GUID_SIZE)
		account = dimension(r, "subscription");
	return account;
}

static const char *region_of(const struct result *r)
{
	static const char *const keys[] = {"region", "location"};
	const char *region = first_dimension(r, keys, N_ELEMENTS(keys));

	return strcasecmp(region, "global") == 0 ? "" : region;
}

/*
 * The AWS mods make up ARNs without a resource for an account ("arn:aws:::A") and for
 * an account in one region ("arn:aws::R:A"); they become the ones that we have.
 */
static const char *whole_arn(const char *arn, struct arena *a)
{
	const char *at = arn;
	size_t colons = 0;

	if (!text_begins(arn, "arn:"))
		return arn;
	for (; *at != '\0'; at++)
		colons += *at == ':';
	at = strstr(arn, "::");
	if (colons != 4 || at == NULL)
		return arn;
	if (at[2] == ':')
		return at + 3;
	return ARENA_JOIN(a, arn, ":region");
}

static void fill_resource(struct resource *res, const struct result *r,
                          const char *provider)
{
	res->provider = provider_of_name(provider);
	if (res->provider == PROVIDER_NONE)
		res->provider = provider_of_id(r->resource);
	res->account = account_of(r);
	res->region = region_of(r);
	res->raw = whole_arn(r->resource, r->arena);
	if (res->raw[0] != '\0' && strcmp(res->raw, res->account) == 0)
		res->raw = "";
}

/* One result. */

/* Dimensions that tell two results of one control and resource apart. */
static const char *native_id(const struct result *r, const struct finding *f)
{
	static const char *const keys[] = {"id", "name", "namespace"};
	const char *id = ARENA_JOIN(r->arena, f->rule, "|", r->resource, "|",
	                            f->resource.account, "|", f->resource.region);

	for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
		const char *value = dimension(r, keys[i]);

		if (value[0] != '\0')
			id = ARENA_JOIN(r->arena, id, "|", value);
	}
	return id;
}

static void fill_texts(struct finding *f, const struct result *r)
{
	f->title = r->title[0] != '\0' ? r->title : f->rule;
	f->description = ARENA_JOIN(
	        r->arena, r->description,
	        r->description[0] != '\0' && r->reason[0] != '\0' ? "\n\n" : "", r->reason);
	f->severity_raw = r->severity;
	f->sev100 = severity_of_label(r->severity);
}

static void fill_controls(struct finding *f, const struct result *r)
{
	struct control_ref *ref;

	if (r->cis_item[0] == '\0')
		return;
	ref = ARENA_NEW(r->arena, struct control_ref);
	ref->framework = framework_name("CIS", r->cis_version, r->arena);
	ref->requirement = r->cis_item;
	f->controls = ref;
	f->n_controls = 1;
}

static int add_result(const struct result *r, struct parse_output *out, struct error *err)
{
	const char *account = account_of(r);
	const char *provider;
	struct finding *f;

	if (r->control_id[0] == '\0')
		return error_set(err, ERR_INVALID, "names no control");
	if (r->resource[0] == '\0' && account[0] == '\0') {
		/* What was not looked at may stand as it stood: the run is not whole. */
		if (strcasecmp(r->status, "error") == 0)
			return error_set(err, ERR_INVALID, "%s could not run: %.200s",
			                 r->control_id, r->reason);
		if (strcasecmp(r->status, "alarm") != 0)
			return 0;
		return error_set(err, ERR_INVALID, "%s: neither resource nor account",
		                 r->control_id);
	}
	provider = provider_of(r);
	f = parse_add_finding(out);
	f->connector = "steampipe";
	f->engine = "steampipe";
	f->class = CLASS_MISCONFIGURATION;
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->rule = rule_of(r, provider);
	set_verdict(f, r->status);
	fill_texts(f, r);
	fill_resource(&f->resource, r, provider);
	fill_controls(f, r);
	f->native_id = native_id(r, f);
	f->scope = account[0] != '\0'
	                   ? ARENA_JOIN(r->arena, account, "/", f->resource.region)
	                   : r->resource;
	return 0;
}

/* JSON. */

/* A result that cannot be read goes alone; a list that is none, with its group. */
static int add_control(struct json_view control, const char *mod, struct parse_output *out,
                       struct error *err)
{
	struct result r = {
	        .arena = out->arena,
	        .control_id = json_view_text_or(control, "control_id", ""),
	        .title = json_view_text_or(control, "title", ""),
	        .description = json_view_text_or(control, "description", ""),
	        .severity = json_view_text_or(control, "severity", ""),
	        .mod = mod,
	        .plugin = json_view_text_or(control, "/tags/plugin", ""),
	        .cis_item = json_view_text_or(control, "/tags/cis_item_id", ""),
	        .cis_version = json_view_text_or(control, "/tags/cis_version", ""),
	};
	const char *why = json_view_text_or(control, "run_error", "");
	struct json_items it = {0};

	if (r.severity[0] == '\0')
		r.severity = json_view_text_or(control, "/tags/severity", "");
	/* What was not looked at may stand as it stood: the run is not whole. */
	if (why[0] != '\0') {
		(void)error_set(err, ERR_INVALID, "%s could not run: %.200s", r.control_id,
		                why);
		parse_add_problem(out, control, err->text);
	}
	if (json_view_opt_items(control, "results", &it, err) < 0)
		return err->code;
	while (json_items_next(&it)) {
		r.reason = json_view_text_or(it.value, "reason", "");
		r.resource = json_view_text_or(it.value, "resource", "");
		r.status = json_view_text_or(it.value, "status", "");
		r.dimensions = json_view_at(it.value, "dimensions");
		if (!json_view_is_object(it.value))
			parse_add_problem(out, it.value, "a result is not an object");
		else if (add_result(&r, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	}
	return 0;
}

static int add_group(struct json_view group, const char *mod, unsigned int depth,
                     struct parse_output *out, struct error *err)
{
	const char *own = mod_of(json_view_text_or(group, "group_id", ""), out->arena);
	struct json_items it = {0};

	if (depth > MAX_DEPTH)
		return error_set(err, ERR_INVALID, "groups are nested deeper than %d",
		                 MAX_DEPTH);
	if (own[0] != '\0')
		mod = own;
	if (json_view_opt_items(group, "controls", &it, err) < 0)
		return err->code;
	while (it.n > 0 && json_items_next(&it))
		if (add_control(it.value, mod, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	if (json_view_opt_items(group, "groups", &it, err) < 0)
		return err->code;
	while (it.n > 0 && json_items_next(&it))
		if (add_group(it.value, mod, depth + 1, out, err) < 0)
			parse_add_problem(out, it.value, err->text);
	return 0;
}

static bool json_detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return json_view_is_text(json_view_at(record, "group_id")) &&
	       json_view_is_object(json_view_at(record, "summary")) &&
	       (json_view_is_array(json_view_at(record, "groups")) ||
	        json_view_is_array(json_view_at(record, "controls")));
}

static int json_parse(const struct parse_input *in, struct parse_output *out,
                      struct error *err)
{
	return add_group(in->record, "", 0, out, err);
}

/* CSV. */

static bool csv_detect(struct json_view envelope, struct json_view record)
{
	static const char *const columns[] = {"group_id", "control_id", "control_title",
	                                      "reason",   "resource",   "status"};

	(void)envelope;
	for (size_t i = 0; i < N_ELEMENTS(columns); i++) {
		if (!json_view_is_text(json_view_at(record, columns[i])))
			return false;
	}
	return true;
}

static int csv_parse(const struct parse_input *in, struct parse_output *out,
                     struct error *err)
{
	struct json_view v = in->record;
	const struct result r = {
	        .arena = out->arena,
	        .control_id = json_view_text_or(v, "control_id", ""),
	        .title = json_view_text_or(v, "control_title", ""),
	        .description = json_view_text_or(v, "control_description", ""),
	        .severity = json_view_text_or(v, "severity", ""),
	        .mod = mod_of(json_view_text_or(v, "group_id", ""), out->arena),
	        .plugin = json_view_text_or(v, "plugin", ""),
	        .cis_item = json_view_text_or(v, "cis_item_id", ""),
	        .cis_version = json_view_text_or(v, "cis_version", ""),
	        .reason = json_view_text_or(v, "reason", ""),
	        .resource = json_view_text_or(v, "resource", ""),
	        .status = json_view_text_or(v, "status", ""),
	        .dimensions = v,
	};

	return add_result(&r, out, err);
}

const struct format steampipe_json = {
        .name = "steampipe-json",
        .record_paths = (const char *const[]){NULL},
        .holds_many = true,
        .detect = json_detect,
        .parse = json_parse,
};

const struct format steampipe_csv = {
        .name = "steampipe-csv",
        .record_paths = (const char *const[]){NULL},
        .detect = csv_detect,
        .parse = csv_parse,
};
