/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tools whose SARIF says more than the format has members for, or whose findings
 * come in another form too: these go to the same connector, with the same ids.
 *
 * Source: the writers themselves (Trivy, pkg/report/sarif.go; Grype,
 * grype/presenter/sarif), as far as they are public.
 */
#include <string.h>

#include "advisory_id.h"
#include "sarif_private.h"
#include "text_part.h"
#include "trivy_id.h"

/* "Severity: HIGH\n": the value of a line of the message. */
static const char *line_of(const struct sarif_run *run, const struct sarif_result *r,
                           const char *label)
{
	const char *text = json_view_text_or(r->view, "/message/text", "");
	const char *end = "\n";
	const char *value = text_between(text, label, end, run->arena);

	if (value[0] == '\0' && strstr(text, label) && !strstr(strstr(text, label), end))
		value = strstr(text, label) + strlen(label);
	return value + strspn(value, " ");
}

static void set_upgrade(struct finding *f, struct arena *a)
{
	if (f->fixed_version[0] != '\0')
		f->remediation =
		        arena_printf(a, "Upgrade %s to %s.", f->package, f->fixed_version);
}

/* Trivy: ids as in trivy.c, from the lines of its messages. */

static void trivy_package(const struct sarif_run *run, const struct sarif_result *r,
                          struct finding *f, const char *place)
{
	f->class = CLASS_VULNERABILITY;
	f->package = line_of(run, r, "Package: ");
	f->package_version = line_of(run, r, "Installed Version: ");
	f->fixed_version = line_of(run, r, "Fixed Version: ");
	set_upgrade(f, run->arena);
	f->native_id = trivy_vulnerability_id(run->arena, run->artifact, place, f->package,
	                                      f->package_version, r->rule_id);
}

static void trivy_license(const struct sarif_run *run, const struct sarif_result *r,
                          struct finding *f)
{
	const char *name = line_of(run, r, "License ");
	const char *file = line_of(run, r, "Path: ");

	f->package = line_of(run, r, "PkgName: ");
	f->rule = text_either(name, r->rule_id);
	f->location = text_either(file, f->package);
	f->native_id = trivy_license_id(run->arena, run->artifact, r->path, f->package,
	                                file, f->rule);
}

static void trivy_refine(const struct sarif_run *run, const struct sarif_result *r,
                         struct finding *f)
{
	const char *kind = json_view_text_or(r->rule, "name", "");

	if (strcmp(kind, "OsPackageVulnerability") == 0) {
		/* The file is the image again, or its repository. */
		trivy_package(run, r, f, "");
	} else if (text_ends(kind, "Vulnerability")) {
		trivy_package(run, r, f, r->path);
	} else if (strcmp(kind, "Misconfiguration") == 0) {
		f->class = CLASS_MISCONFIGURATION;
		f->rule = trivy_check_id(r->rule_id, run->arena);
		f->native_id = trivy_check_finding_id(run->arena, run->artifact, r->path,
		                                      f->rule, "");
	} else if (r->is_secret) {
		f->location =
		        arena_printf(run->arena, "%s:%lld", r->path, (long long)r->line);
		f->native_id = trivy_secret_id(run->arena, run->artifact, r->path,
		                               r->rule_id, r->line);
	} else if (strcmp(kind, "License") == 0) {
		f->class = CLASS_LICENSE;
		trivy_license(run, r, f);
	}
}

/* Grype: "A high vulnerability in apk package: musl, version 1.1 was found ...". */

static void grype_refine(const struct sarif_run *run, const struct sarif_result *r,
                         struct finding *f)
{
	const char *text = json_view_text_or(r->view, "/message/text", "");
	struct arena *a = run->arena;
	const char *id = r->rule_id;
	const char *fixes =
	        text_between(sarif_rule_text(r, "help"), "\nFix Version: ", "\n", a);
	size_t size, tail;

	f->class = CLASS_VULNERABILITY;
	f->package = text_between(text, " package: ", ", version ", a);
	f->package_version = text_between(text, ", version ", " was found", a);
	f->fixed_version = fixes;
	set_upgrade(f, a);
	size = strlen(id);
	tail = strlen(f->package) + 1;
	if (tail > 1 && size > tail && text_ends(id, f->package) && id[size - tail] == '-')
		id = arena_strndup(a, id, size - tail);
	if (f->cve[0] == '\0')
		f->cve = id;
	f->rule = f->cve;
	f->native_id = arena_printf(a, "%s|%s|%s|%s", run->artifact, f->package,
	                            f->package_version, id);
}

static const struct sarif_tool tools[] = {
        {"trivy", "trivy", "trivy", CLASS_OTHER, false, trivy_refine},
        {"grype", "grype", "grype", CLASS_VULNERABILITY, false, grype_refine},
        {"checkov", "checkov", "checkov", CLASS_MISCONFIGURATION, false, NULL},
        {"dockle", NULL, "dockle", CLASS_MISCONFIGURATION, true, NULL},
        {"tfsec", NULL, "tfsec", CLASS_MISCONFIGURATION, false, NULL},
        {"kics", NULL, "kics", CLASS_MISCONFIGURATION, false, NULL},
        {"terrascan", NULL, "terrascan", CLASS_MISCONFIGURATION, false, NULL},
        {"kube-linter", NULL, "kube-linter", CLASS_MISCONFIGURATION, false, NULL},
        {"kubelinter", NULL, "kube-linter", CLASS_MISCONFIGURATION, false, NULL},
        {"kubescape", NULL, "kubescape", CLASS_MISCONFIGURATION, false, NULL},
        {"hadolint", NULL, "hadolint", CLASS_MISCONFIGURATION, false, NULL},
        {"gitleaks", NULL, "gitleaks", CLASS_SECRET, false, NULL},
        {"trufflehog", NULL, "trufflehog", CLASS_SECRET, false, NULL},
        {"detect-secrets", NULL, "detect-secrets", CLASS_SECRET, false, NULL},
        {"ggshield", NULL, "ggshield", CLASS_SECRET, false, NULL},
        {"gitguardian", NULL, "ggshield", CLASS_SECRET, false, NULL},
        {"nosey", NULL, "noseyparker", CLASS_SECRET, false, NULL},
};

static const struct sarif_tool any_tool = {"", NULL, "", CLASS_OTHER, false, NULL};

static bool is_named(const char *name, const char *tool)
{
	const size_t size = strlen(tool);

	return text_begins_nocase(name, tool) && (name[size] == '\0' || name[size] == ' ');
}

const struct sarif_tool *sarif_tool_of(const char *name)
{
	for (size_t i = 0; i < N_ELEMENTS(tools); i++)
		if (is_named(name, tools[i].name))
			return &tools[i];
	return &any_tool;
}

const char *sarif_engine_of(const char *name, struct arena *a)
{
	const struct sarif_tool *tool = sarif_tool_of(name);

	/* "Semgrep OSS" and "Semgrep PRO" are one family. */
	if (text_begins_nocase(name, "semgrep"))
		return "semgrep";
	return tool->engine[0] != '\0' ? tool->engine : text_lower(name, a);
}

bool sarif_rule_is_of_secrets(const struct sarif_tool *tool, struct json_view rule,
                              const char *id)
{
	struct json_items it = {0};
	struct error ignored;

	/* Checks of configuration speak of secrets without quoting any. */
	if (tool->class == CLASS_MISCONFIGURATION)
		return text_begins(id, "CKV_SECRET");
	if (tool->class == CLASS_SECRET || text_has_nocase(id, "secret") ||
	    strcmp(json_view_text_or(rule, "name", ""), "Secret") == 0)
		return true;
	if (json_view_opt_items(rule, "/properties/tags", &it, &ignored) < 0)
		return false;
	while (json_items_next(&it))
		if (text_has_nocase(json_view_text_or(it.value, "", ""), "secret"))
			return true;
	return false;
}
