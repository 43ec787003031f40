/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of Wiz CLI's scans of images, directories and disks: one document with lists
 * of packages, each with its vulnerabilities, and of secrets.  As with other
 * scanners of artifacts there are no states: what a later scan of the same artifact
 * does not name is gone.
 *
 * Source: Wiz documentation, "Wiz CLI" ("--format json", "--output").
 */
#include <string.h>

#include "model/severity.h"

#include "table_row.h"
#include "wiz.h"

/* Never read; on the stack it would be zeroed for every member. */
static struct error ignored;

/* What the findings of one scan share. */
struct scan {
	struct resource resource;
	const char *artifact; /* canonical */
	timestamp created_at;
	struct parse_output *out;
};

static bool detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return json_view_is_object(json_view_at(record, "scanOriginResource")) &&
	       json_view_is_object(json_view_at(record, "result")) &&
	       json_view_is_text(json_view_at(record, "/status/verdict")) &&
	       strcmp(json_view_text_or(record, "/result/__typename", ""),
	              "CICDDiskScanResult") == 0;
}

static const char *type_of(const char *origin)
{
	static const struct {
		const char *origin, *type;
	} rows[] = {
	        {"CICDScanOriginContainerImage", "container.image"},
	        {"CICDScanOriginVirtualMachineImage", "vm"},
	        {"CICDScanOriginVirtualMachine", "vm"},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		if (strcmp(origin, rows[i].origin) == 0)
			return rows[i].type;
	return "filesystem";
}

static struct finding *add_finding(const struct scan *scan, enum finding_class class)
{
	struct finding *f = parse_add_finding(scan->out);

	f->connector = "wiz_cli";
	f->engine = "wiz";
	f->class = class;
	f->state = FINDING_OPEN;
	f->resource = scan->resource;
	f->scope = scan->artifact;
	f->last_seen = scan->created_at;
	f->source_updated_at = scan->created_at;
	return f;
}

static bool is_set(struct json_view v, const char *key)
{
	bool flag = false;

	return json_view_bool(json_view_at(v, key), &flag) && flag;
}

static void set_severity(struct finding *f, struct json_view v)
{
	int64_t tenths = -1;

	f->severity_raw = row_text(v, "severity");
	f->sev100 = severity_of_label(f->severity_raw);
	if (json_view_opt_scaled(v, "score", 10, &tenths, &ignored) == 0 && tenths > 0 &&
	    tenths <= 100)
		f->sev100 = (int)tenths;
}

static void add_vulnerability(const struct scan *scan, struct json_view package,
                              struct json_view v)
{
	struct arena *a = scan->out->arena;
	const char *id = row_text(v, "name");
	struct finding *f;

	if (id[0] == '\0') {
		parse_add_problem(scan->out, v, "the vulnerability's name is missing");
		return;
	}
	f = add_finding(scan, CLASS_VULNERABILITY);
	f->cve = id;
	f->rule = id;
	f->package = row_text(package, "name");
	f->package_version = row_text(package, "version");
	f->fixed_version = row_text(v, "fixedVersion");
	f->title = ARENA_JOIN(a, id, " in ", f->package);
	f->description = row_text(v, "description");
	f->remediation_url = row_text(v, "source");
	if (f->fixed_version[0] != '\0')
		f->remediation = ARENA_JOIN(a, "Upgrade ", f->package, " to ",
		                            f->fixed_version, ".");
	set_severity(f, v);
	f->maturity = is_set(v, "hasCisaKevExploit") ? MATURITY_ACTIVE
	              : is_set(v, "hasExploit")      ? MATURITY_POC
	                                             : MATURITY_NONE;
	f->native_id = ARENA_JOIN(a, scan->artifact, "|", row_text(package, "path"), "|",
	                          f->package, "|", f->package_version, "|", id);
}

static int add_packages(const struct scan *scan, struct json_view result, const char *list,
                        struct error *err)
{
	struct json_items packages = {0};

	if (json_view_opt_items(result, list, &packages, err) < 0)
		return err->code;
	while (packages.n > 0 && json_items_next(&packages)) {
		struct json_items it = {0};

		if (json_view_opt_items(packages.value, "vulnerabilities", &it, &ignored) <
		    0) {
			parse_add_problem(scan->out, packages.value,
			                  "its vulnerabilities are no list");
			continue;
		}
		while (it.n > 0 && json_items_next(&it))
			add_vulnerability(scan, packages.value, it.value);
	}
	return 0;
}

/* Where it is and of what kind; never its description, which quotes it. */
static void add_secret(const struct scan *scan, struct json_view v)
{
	struct arena *a = scan->out->arena;
	const char *type = row_text(v, "type"), *path = row_text(v, "path");
	struct finding *f;
	int64_t line = 0;

	if (type[0] == '\0') {
		parse_add_problem(scan->out, v, "the secret's type is missing");
		return;
	}
	f = add_finding(scan, CLASS_SECRET);
	f->rule = type;
	f->title = ARENA_JOIN(a, "Secret in a file: ", type);
	f->location = path;
	if (json_view_int(json_view_at(v, "lineNumber"), &line) && line > 0)
		f->location = arena_printf(a, "%s:%lld", path, (long long)line);
	f->severity_raw = row_text(v, "severity");
	f->sev100 = severity_of_label(f->severity_raw);
	f->native_id = ARENA_JOIN(a, scan->artifact, "|", type, "|", f->location);
}

static int parse(const struct parse_input *in, struct parse_output *out, struct error *err)
{
	static const char *const lists[] = {"osPackages", "libraries", "applications"};
	struct json_view origin = json_view_at(in->record, "scanOriginResource");
	struct json_view result = json_view_at(in->record, "result");
	struct scan scan = {.out = out,
	                    .created_at = row_time(row_text(in->record, "createdAt"))};
	const char *state = json_view_text_or(in->record, "/status/state", "SUCCESS");
	struct json_items secrets = {0};
	struct resource canonical;

	/* What a scan that broke off does not list may well be there. */
	if (strcmp(state, "SUCCESS") != 0)
		return error_set(err, ERR_INVALID, "the scan ended as %.40s", state);
	scan.resource = (struct resource){.account = "",
	                                  .region = "",
	                                  .type = type_of(row_text(origin, "__typename")),
	                                  .name = row_text(origin, "name"),
	                                  .raw = row_text(origin, "name"),
	                                  .id = ""};
	if (scan.resource.raw[0] == '\0')
		return error_set(err, ERR_INVALID, "scanOriginResource.name is missing");
	canonical = scan.resource;
	resource_canonicalize(&canonical, out->arena);
	scan.artifact = canonical.id;
	parse_add_scope(out, "wiz_cli", scan.artifact);
	for (size_t i = 0; i < N_ELEMENTS(lists); i++)
		if (add_packages(&scan, result, lists[i], err) < 0)
			return err->code;
	if (json_view_opt_items(result, "secrets", &secrets, err) < 0)
		return err->code;
	while (secrets.n > 0 && json_items_next(&secrets))
		add_secret(&scan, secrets.value);
	return 0;
}

const struct format wiz_cli = {
        .name = "wiz-cli",
        .record_paths = (const char *const[]){NULL},
        .holds_many = true,
        .secret_keys = (const char *const[]){"snippet", NULL},
        .detect = detect,
        .parse = parse,
};
