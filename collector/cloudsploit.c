/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of CloudSploit by Aqua.  JSON and CSV state the same but the plugin's key,
 * which the CSV lacks: its title is the rule in both.  Neither names the account; a
 * result about a region as a whole, without a resource, is about no place at all.
 *
 * Source: postprocess/output.js and engine.js of CloudSploit.
 */
#include "cloudsploit.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "aws_product.h"
#include "provider_name.h"

enum {
	MAX_CONTROLS = 50,
	MAX_REGIONS = 100
};

static const struct verdict {
	const char *status;
	enum finding_state state;
	int sev100; /* the tool has no severity, but a warning is less than a failure */
} verdicts[] = {
        {"OK", FINDING_PASSING, SEV100_UNKNOWN},
        {"WARN", FINDING_OPEN, 25},
        {"FAIL", FINDING_OPEN, 55},
        {"UNKNOWN", FINDING_UNKNOWN, SEV100_UNKNOWN},
};

struct result {
	struct json_view v;
	struct arena *arena;
	const char *title, *resource, *region;
	const struct verdict *verdict;
};

static const struct verdict *verdict_of(const char *status)
{
	for (size_t i = 0; i < N_ELEMENTS(verdicts); i++) {
		if (strcasecmp(status, verdicts[i].status) == 0)
			return &verdicts[i];
	}
	return NULL;
}

/* A text, or a list of texts, which the CSV has joined by commas. */
static const char *region_of(struct json_view v, struct arena *a)
{
	struct json_view list = json_view_at(v, "region");
	struct json_items it = {0};
	struct error ignored;
	const char *joined = "";
	size_t n = 0;

	if (!json_view_is_array(list) || json_view_opt_items(list, "", &it, &ignored) < 0)
		return json_view_text_or(list, "", "");
	while (n++ < MAX_REGIONS && json_items_next(&it))
		joined = ARENA_JOIN(a, joined, joined[0] != '\0' ? "," : "",
		                    json_view_text_or(it.value, "", ""));
	return joined;
}

static bool names_resource(const char *resource)
{
	return resource[0] != '\0' && strcasecmp(resource, "N/A") != 0 &&
	       strcasecmp(resource, "Unknown") != 0;
}

/* The place. */

/* "us-east-1", "us-gov-west-1": a dash before the digit, where Google has none. */
static bool is_aws_region(const char *region)
{
	size_t size = strlen(region);

	return size >= 9 && isdigit((unsigned char)region[size - 1]) != 0 &&
	       region[size - 2] == '-' && region[2] == '-' &&
	       strspn(region, "abcdefghijklmnopqrstuvwxyz-") == size - 1;
}

static enum provider provider_of(const struct result *r)
{
	enum provider provider = provider_of_id(r->resource);

	if (provider != PROVIDER_NONE)
		return provider;
	return is_aws_region(r->region) ? PROVIDER_AWS : PROVIDER_NONE;
}

/* What follows "projects/", "/subscriptions/" up to the next slash. */
static const char *part_after(const char *id, const char *prefix, struct arena *a)
{
	const char *at = strstr(id, prefix);

	if (at == NULL)
		return "";
	at += strlen(prefix);
	return arena_strndup(a, at, strcspn(at, "/"));
}

static const char *account_of(const struct result *r, enum provider provider)
{
	const char *account = "";

	if (provider == PROVIDER_AWS)
		account = aws_arn_field(r->resource, 4, r->arena);
	else if (provider == PROVIDER_AZURE)
		account = part_after(r->resource, "/subscriptions/", r->arena);
	else if (provider == PROVIDER_GCP)
		account = part_after(r->resource, "projects/", r->arena);
	/* Policies of AWS have "aws". */
	return strcmp(account, "aws") == 0 ? "" : account;
}

static void fill_resource(struct finding *f, const struct result *r)
{
	struct resource *res = &f->resource;
	const char *region = r->region;
	const char *key;

	if (strcasecmp(region, "global") == 0 || strchr(region, ',') != NULL)
		region = "";
	res->provider = provider_of(r);
	res->account = account_of(r, res->provider);
	res->region = region;
	res->raw = r->resource;
	/* A user's key: the user is the asset. */
	key = strstr(r->resource, ":access_key_");
	if (key != NULL) {
		res->raw =
		        arena_strndup(r->arena, r->resource, (size_t)(key - r->resource));
		f->location = key + 1;
	}
	/* Without an account nothing but the resource itself can be complete. */
	f->scope = res->account[0] != '\0' ? ARENA_JOIN(r->arena, res->account, "/", region)
	                                   : r->resource;
}

/* Requirements: "CIS1: 2.6 Ensure …; PCI: …". */

static struct control_ref control_of(const char *item, size_t size, struct arena *a)
{
	struct control_ref ref = {.framework = "", .requirement = ""};
	size_t name = strcspn(item, ":; ");
	size_t word;

	if (name == 0 || name + 2 >= size || strncmp(item + name, ": ", 2) != 0)
		return ref;
	ref.framework = arena_strndup(a, item, name);
	item += name + 2;
	size -= name + 2;
	/* The requirement's number where it has one, else its sentence. */
	word = strcspn(item, " ;");
	if (isdigit((unsigned char)item[0]) != 0 && word < size)
		size = word;
	ref.requirement = arena_strndup(a, item, size);
	return ref;
}

static void fill_controls(struct finding *f, const struct result *r)
{
	const char *at = json_view_text_or(r->v, "compliance", "");
	struct control_ref *refs = ARENA_ARRAY(r->arena, struct control_ref, MAX_CONTROLS);
	size_t n = 0;

	while (*at != '\0' && n < MAX_CONTROLS) {
		const char *end = strstr(at, "; ");
		size_t size = end != NULL ? (size_t)(end - at) : strlen(at);
		struct control_ref ref = control_of(at, size, r->arena);

		if (ref.requirement[0] != '\0')
			refs[n++] = ref;
		at += size + (end != NULL ? 2 : 0);
	}
	f->controls = n > 0 ? refs : NULL;
	f->n_controls = n;
}

/* One result. */

static void fill_texts(struct finding *f, const struct result *r)
{
	const char *description = json_view_text_or(r->v, "description", "");
	const char *message = json_view_text_or(r->v, "message", "");

	f->title = r->title;
	f->description = ARENA_JOIN(
	        r->arena, description,
	        description[0] != '\0' && message[0] != '\0' ? "\n\n" : "", message);
	f->status_raw = r->verdict->status;
	f->state = r->verdict->state;
	f->severity_raw = json_view_text_or(r->v, "severity", "");
	f->sev100 = severity_of_label(f->severity_raw);
	if (f->sev100 == SEV100_UNKNOWN)
		f->sev100 = r->verdict->sev100;
}

static int add_result(struct result *r, struct parse_output *out, const char *status,
                      struct error *err)
{
	struct finding *f;

	r->arena = out->arena;
	r->title = json_view_text_or(r->v, "title", "");
	r->resource = json_view_text_or(r->v, "resource", "");
	r->region = region_of(r->v, r->arena);
	r->verdict = verdict_of(status);
	if (r->title[0] == '\0')
		return error_set(err, ERR_INVALID, "\"title\" is missing");
	if (r->verdict == NULL)
		return error_set(err, ERR_INVALID, "\"%s\" is no status", status);
	if (!names_resource(r->resource)) {
		if (r->verdict->state != FINDING_OPEN)
			return 0;
		return error_set(err, ERR_INVALID,
		                 "is about region \"%s\" of an account that the file does "
		                 "not name",
		                 r->region);
	}
	f = parse_add_finding(out);
	f->connector = "cloudsploit";
	f->engine = "cloudsploit";
	f->class = CLASS_MISCONFIGURATION;
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->rule = r->title;
	f->native_id = ARENA_JOIN(r->arena, r->title, "|", r->resource, "|", r->region);
	fill_texts(f, r);
	fill_resource(f, r);
	fill_controls(f, r);
	return 0;
}

static bool has_texts(struct json_view v, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		if (!json_view_is_text(json_view_at(v, *keys)))
			return false;
	}
	return true;
}

static bool json_detect(struct json_view envelope, struct json_view record)
{
	static const char *const keys[] = {"plugin",   "category", "title",
	                                   "resource", "status",   NULL};

	(void)envelope;
	return has_texts(record, keys) &&
	       json_view_exists(json_view_at(record, "region")) &&
	       verdict_of(json_view_text_or(record, "status", "")) != NULL;
}

static int json_parse(const struct parse_input *in, struct parse_output *out,
                      struct error *err)
{
	struct result r = {.v = in->record};

	return add_result(&r, out, json_view_text_or(in->record, "status", ""), err);
}

static bool csv_detect(struct json_view envelope, struct json_view record)
{
	static const char *const keys[] = {"category",   "title",   "resource", "region",
	                                   "statusWord", "message", NULL};

	(void)envelope;
	return has_texts(record, keys);
}

static int csv_parse(const struct parse_input *in, struct parse_output *out,
                     struct error *err)
{
	struct result r = {.v = in->record};

	return add_result(&r, out, json_view_text_or(in->record, "statusWord", ""), err);
}

const struct format cloudsploit_json = {
        .name = "cloudsploit-json",
        .record_paths = (const char *const[]){NULL},
        .detect = json_detect,
        .parse = json_parse,
};

const struct format cloudsploit_csv = {
        .name = "cloudsploit-csv",
        .record_paths = (const char *const[]){NULL},
        .detect = csv_detect,
        .parse = csv_parse,
};
