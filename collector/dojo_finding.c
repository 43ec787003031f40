/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings in DefectDojo's terms.
 *
 * Source: DefectDojo documentation, "Generic Findings Import" and "API v2"; its
 * parser of generic files and its model of a finding.
 */
#include "dojo_finding.h"

#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "table_row.h"

/* Never read; on the stack it would be zeroed for every member. */
static struct error ignored;

void dojo_finding_init(struct dojo_finding *d)
{
	*d = (struct dojo_finding){
	        .connector = "",
	        .engine = "",
	        .native_id = "",
	        .rule = "",
	        .title = "",
	        .description = "",
	        .impact = "",
	        .mitigation = "",
	        .references = "",
	        .severity = "",
	        .cvss_vector = "",
	        .epss = -1,
	        .component = "",
	        .component_version = "",
	        .fixed_version = "",
	        .file = "",
	        .line = "",
	        .service = "",
	        .account = "",
	        .date = "",
	        .updated = "",
	        .mitigated_at = "",
	        .active = true,
	};
}

void dojo_add_endpoint(struct dojo_finding *d, const char *endpoint)
{
	if (!row_is_blank(endpoint) && d->n_endpoints < N_ELEMENTS(d->endpoints))
		d->endpoints[d->n_endpoints++] = endpoint;
}

static void add_advisory(struct dojo_finding *d, const char *id)
{
	for (size_t i = 0; i < d->n_advisories; i++)
		if (strcasecmp(d->advisories[i], id) == 0)
			return;
	if (d->n_advisories < N_ELEMENTS(d->advisories))
		d->advisories[d->n_advisories++] = id;
}

void dojo_add_advisories(struct dojo_finding *d, const char *text, struct arena *a)
{
	struct row_ids cves = row_cves(text, a);

	for (size_t i = 0; i < cves.n; i++)
		add_advisory(d, cves.ids[i]);
	if (cves.n == 0 && !row_is_blank(text))
		add_advisory(d, text);
}

/* Reading: a number may be a text, and a text that is no number says nothing. */

static int64_t number_of(struct json_view v, const char *key, int64_t scale)
{
	int64_t n = -1;

	return json_view_opt_scaled(v, key, scale, &n, &ignored) < 0 ? -1 : n;
}

static bool flag_of(struct json_view v, const char *key, bool fallback)
{
	bool flag = fallback;

	if (!json_view_exists(json_view_at(v, key)) ||
	    json_view_bool(json_view_at(v, key), &flag))
		return flag;
	return row_says_yes(row_text(v, key));
}

const char *dojo_endpoint_text(struct json_view v, struct arena *a)
{
	const char *text = row_text(v, ""), *host = row_text(v, "host");
	const char *protocol = row_text(v, "protocol"), *path = row_text(v, "path");
	const int64_t port = number_of(v, "port", 1);

	if (text[0] != '\0' || host[0] == '\0')
		return text;
	return ARENA_JOIN(a, protocol, protocol[0] != '\0' ? "://" : "", host,
	                  port > 0 ? arena_printf(a, ":%lld", (long long)port) : "",
	                  path[0] != '\0' && path[0] != '/' ? "/" : "", path);
}

static void read_scores(struct dojo_finding *d, struct json_view v)
{
	static const struct {
		const char *score, *vector;
	} rows[] = {{"cvssv4_score", "cvssv4"}, {"cvssv3_score", "cvssv3"}};
	int64_t epss = number_of(v, "epss_score", 100000);

	if (epss >= 1 && epss <= 100000)
		d->epss = (int)epss;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t score = number_of(v, rows[i].score, 10);

		if (d->cvss_vector[0] == '\0')
			d->cvss_vector = row_text(v, rows[i].vector);
		if (d->cvss == 0 && score > 0 && score <= 100) {
			d->cvss = (int)score;
			d->cvss_vector = row_text(v, rows[i].vector);
		}
	}
}

/* A list of ids, or of {"vulnerability_id": id}. */
static void read_advisories(struct dojo_finding *d, struct json_view v, struct arena *a)
{
	struct json_items it = {0};

	dojo_add_advisories(d, row_text(v, "cve"), a);
	if (json_view_opt_items(v, "vulnerability_ids", &it, &ignored) < 0)
		return;
	while (json_items_next(&it)) {
		const char *id = row_text(it.value, "");

		if (id[0] == '\0')
			id = row_text(it.value, "vulnerability_id");
		dojo_add_advisories(d, id, a);
	}
}

void dojo_read(struct dojo_finding *d, struct json_view v, struct arena *a)
{
	const int64_t line = number_of(v, "line", 1);

	d->rule = row_text(v, "vuln_id_from_tool");
	d->title = row_text(v, "title");
	d->description = row_text(v, "description");
	d->impact = row_text(v, "impact");
	d->mitigation = row_text(v, "mitigation");
	d->references = row_text(v, "references");
	d->severity = row_text(v, "severity");
	d->component = row_text(v, "component_name");
	d->component_version = row_text(v, "component_version");
	d->fixed_version = row_text(v, "fix_version");
	d->file = row_text(v, "file_path");
	if (line > 0)
		d->line = arena_printf(a, "%lld", (long long)line);
	d->service = row_text(v, "service");
	d->date = row_text(v, "date");
	d->mitigated_at = row_text(v, "mitigated");
	d->active = flag_of(v, "active", true);
	d->duplicate = flag_of(v, "duplicate", false);
	d->false_positive = flag_of(v, "false_p", false);
	d->risk_accepted = flag_of(v, "risk_accepted", false);
	d->out_of_scope = flag_of(v, "out_of_scope", false);
	d->mitigated = flag_of(v, "is_mitigated", false) || d->mitigated_at[0] != '\0';
	d->known_exploited = flag_of(v, "known_exploited", false);
	d->ransomware = flag_of(v, "ransomware_used", false);
	d->has_weakness = number_of(v, "cwe", 1) > 0;
	read_scores(d, v);
	read_advisories(d, v, a);
}

/* Making findings of it. */

static enum finding_state state_of(const struct dojo_finding *d, const char **why)
{
	const struct {
		bool is;
		const char *name;
		enum finding_state state;
	} rows[] = {
	        {d->false_positive, "false positive", FINDING_SUPPRESSED},
	        {d->mitigated, "mitigated", FINDING_RESOLVED},
	        {d->risk_accepted, "risk accepted", FINDING_SUPPRESSED},
	        {d->out_of_scope, "out of scope", FINDING_NOT_APPLICABLE},
	        {!d->active, "inactive", FINDING_UNKNOWN},
	};

	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (rows[i].is) {
			*why = rows[i].name;
			return rows[i].state;
		}
	}
	*why = "active";
	return FINDING_OPEN;
}

/* "host" of "https://user@host:8443/path" */
static const char *host_of(const char *endpoint, struct arena *a)
{
	const char *scheme = strstr(endpoint, "://");
	const char *host = scheme != NULL ? scheme + 3 : endpoint;
	const char *user;
	size_t size = strcspn(host, "/?#");

	user = memchr(host, '@', size);
	if (user != NULL) {
		size -= (size_t)(user + 1 - host);
		host = user + 1;
	}
	if (host[0] == '[' && memchr(host, ']', size) != NULL)
		return arena_strndup(a, host + 1, strcspn(host + 1, "]"));
	/* More than one colon is an address without brackets. */
	if (memchr(host, ':', size) != NULL && strcspn(host, ":") < size) {
		const char *colon = memchr(host, ':', size);
		size_t rest = size - (size_t)(colon + 1 - host);

		if (memchr(colon + 1, ':', rest) == NULL)
			size = (size_t)(colon - host);
	}
	return arena_strndup(a, host, size);
}

/* An endpoint may be an ARN, an ARM id or a Google name: those are resources. */
static void set_endpoint(struct finding *f, const char *endpoint, struct arena *a)
{
	struct resource by_form = {.raw = endpoint};

	resource_canonicalize(&by_form, a);
	if (by_form.provider != PROVIDER_NONE) {
		f->resource.raw = endpoint;
		return;
	}
	f->resource.type = "host";
	f->resource.raw = host_of(endpoint, a);
	f->resource.name = f->resource.raw;
	if (strcmp(f->resource.raw, endpoint) != 0)
		f->location = endpoint;
}

static void set_place(struct finding *f, const struct dojo_finding *d, const char *endpoint,
                      struct arena *a)
{
	const struct {
		const char *name, *type;
	} rows[] = {
	        {d->service, "service"}, {d->file, "file"}, {d->component, "component"}};

	f->location = d->file[0] == '\0' || d->line[0] == '\0'
	                      ? d->file
	                      : ARENA_JOIN(a, d->file, ":", d->line);
	if (endpoint[0] != '\0')
		set_endpoint(f, endpoint, a);
	for (size_t i = 0; i < N_ELEMENTS(rows) && f->resource.raw[0] == '\0'; i++) {
		if (rows[i].name[0] == '\0')
			continue;
		f->resource.type = rows[i].type;
		f->resource.raw = rows[i].name;
	}
	if (f->resource.raw[0] == '\0')
		f->resource.account = d->account;
}

static enum finding_class class_of(const struct dojo_finding *d)
{
	return d->n_advisories > 0 || d->has_weakness ? CLASS_VULNERABILITY : CLASS_OTHER;
}

static const char *link_of(const char *references, struct arena *a)
{
	return strncmp(references, "http", 4) == 0
	               ? arena_strndup(a, references, strcspn(references, " ,\r\n"))
	               : "";
}

static bool is_cve(const char *advisory)
{
	return strncmp(advisory, "CVE-", 4) == 0;
}

/* All but the first, where the first is a CVE and the others are other names of it. */
static void set_aliases(struct finding *f, const struct dojo_finding *d, struct arena *a)
{
	const char **aliases;

	if (d->n_advisories < 2)
		return;
	aliases = ARENA_ARRAY(a, const char *, d->n_advisories);
	for (size_t i = 0; i < d->n_advisories; i++)
		if (strcmp(d->advisories[i], f->cve) != 0 && !is_cve(d->advisories[i]))
			aliases[f->n_cve_aliases++] = d->advisories[i];
	f->cve_aliases = aliases;
}

static void add_one(const struct dojo_finding *d, const char *endpoint, const char *cve,
                    bool only_cve, struct parse_output *out)
{
	struct arena *a = out->arena;
	struct finding *f = parse_add_finding(out);
	const char *const parts[] = {d->description, d->impact};
	struct resource canonical;

	f->connector = d->connector;
	f->engine = d->engine;
	f->cve = cve;
	f->title = d->title;
	f->rule = d->rule[0] != '\0' ? d->rule : cve[0] != '\0' ? cve : d->title;
	f->class = class_of(d);
	f->description = row_paragraphs(a, parts, N_ELEMENTS(parts));
	f->remediation = d->mitigation;
	f->remediation_url = link_of(d->references, a);
	f->severity_raw = d->severity;
	f->sev100 = d->cvss > 0 ? d->cvss : severity_of_label(d->severity);
	f->cvss_vector = d->cvss_vector;
	f->epss = d->epss;
	f->package = d->component;
	f->package_version = d->component_version;
	f->fixed_version = d->fixed_version;
	f->maturity = d->ransomware        ? MATURITY_RANSOMWARE
	              : d->known_exploited ? MATURITY_ACTIVE
	                                   : MATURITY_NONE;
	f->state = state_of(d, &f->status_raw);
	f->first_seen = row_time(d->date);
	f->source_updated_at = row_time(d->updated);
	if (f->state == FINDING_RESOLVED)
		f->resolved_at = row_time(d->mitigated_at);
	if (only_cve)
		set_aliases(f, d, a);
	set_place(f, d, endpoint, a);
	f->native_id = d->native_id[0] != '\0'
	                       ? d->native_id
	                       : ARENA_JOIN(a, d->title, "|",
	                                    endpoint[0] != '\0' ? endpoint : f->location,
	                                    "|", d->component, "|", cve);
	if (cve[0] != '\0')
		f->location = "";
	canonical = f->resource;
	resource_canonicalize(&canonical, a);
	f->scope = canonical.id;
}

int dojo_add(const struct dojo_finding *d, struct parse_output *out, struct error *err)
{
	size_t n_cves = 0;

	if (d->title[0] == '\0')
		return error_set(err, ERR_INVALID, "title is missing");
	if (d->duplicate)
		return 0;
	for (size_t i = 0; i < d->n_advisories; i++)
		n_cves += is_cve(d->advisories[i]);
	for (size_t e = 0; e < d->n_endpoints || e == 0; e++) {
		const char *endpoint = d->n_endpoints > 0 ? d->endpoints[e] : "";

		for (size_t i = 0; n_cves > 0 && i < d->n_advisories; i++)
			if (is_cve(d->advisories[i]))
				add_one(d, endpoint, d->advisories[i], n_cves == 1, out);
		if (n_cves == 0)
			add_one(d, endpoint, d->n_advisories > 0 ? d->advisories[0] : "",
			        true, out);
	}
	return 0;
}
