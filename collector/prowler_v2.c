/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prowler 2, the shell script: JSON lines and CSV.  A finding has no id there but in
 * the script's ASFF, where it is composed of what the other forms state too, the
 * sentence that tells two findings of one account apart included.
 *
 * Source: include/outputs of Prowler 2.
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "prowler.h"

/* The names of one form. */
struct names {
	const char *account, *region, *number, *title, *status, *message, *severity;
	const char *resource, *description, *remediation, *url, *time;
};

static const struct names json_names = {
        .account = "Account Number",
        .region = "Region",
        .number = "Control ID",
        .title = "Control",
        .status = "Status",
        .message = "Message",
        .severity = "Severity",
        .resource = "Resource ID",
        .description = "Risk",
        .remediation = "Remediation",
        .url = "Doc link",
        .time = "Timestamp",
};

static const struct names csv_names = {
        .account = "ACCOUNT_NUM",
        .region = "REGION",
        .number = "TITLE_ID",
        .title = "TITLE_TEXT",
        .status = "CHECK_RESULT",
        .message = "CHECK_RESULT_EXTENDED",
        .severity = "CHECK_SEVERITY",
        .resource = "CHECK_RESOURCE_ID",
        .description = "CHECK_RISK",
        .remediation = "CHECK_REMEDIATION",
        .url = "CHECK_DOC",
        .time = "PROWLER_START_TIME",
};

/* "check11" of "[check11] Avoid the use of the root account". */
static const char *check_of(const char *title, const char *number, struct arena *a)
{
	const char *open = strchr(title, '[');
	size_t size = open != NULL ? strcspn(open + 1, "]") : 0;

	return size > 0 ? arena_strndup(a, open + 1, size) : number;
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '~' || c == '-';
}

/* tr -cs '[:alnum:]._~-' '_' */
static const char *id_of_message(const char *message, struct arena *a)
{
	char *id = arena_strdup(a, message);
	size_t n = 0;

	for (const char *c = message; *c != '\0'; c++) {
		char kept = '_';

		if (is_unreserved(*c))
			kept = *c;
		if (kept != '_' || n == 0 || id[n - 1] != '_')
			id[n++] = kept;
	}
	id[n] = '\0';
	return id;
}

/* WARNING is a failure on the list of those to ignore. */
static void set_verdict(struct finding *f, const char *status)
{
	bool ignored = strcasecmp(status, "WARNING") == 0;

	prowler_set_verdict(f, status, ignored);
	if (ignored)
		f->status_raw = status;
}

static int add_record(const struct names *names, const struct parse_input *in,
                      struct parse_output *out, struct error *err)
{
	struct json_view v = in->record;
	const char *account = json_view_text_or(v, names->account, "");
	const char *region = json_view_text_or(v, names->region, "");
	const char *number = json_view_text_or(v, names->number, "");
	const char *message = json_view_text_or(v, names->message, "");
	struct error ignored;
	struct finding *f;

	if (account[0] == '\0')
		return error_set(err, ERR_INVALID, "names no account");
	if (number[0] == '\0')
		return error_set(err, ERR_INVALID, "names no check");
	f = parse_add_finding(out);
	prowler_set_origin(f);
	set_verdict(f, json_view_text_or(v, names->status, ""));
	f->title = json_view_text_or(v, names->title, "");
	f->rule = check_of(f->title, number, out->arena);
	f->native_id = ARENA_JOIN(out->arena, "prowler-", number, "-", account, "-", region,
	                          "-", id_of_message(message, out->arena));
	f->scope = ARENA_JOIN(out->arena, account, "/", region);
	f->severity_raw = json_view_text_or(v, names->severity, "");
	f->sev100 = severity_of_label(f->severity_raw);
	f->description = message;
	f->remediation = json_view_text_or(v, names->remediation, "");
	f->remediation_url = json_view_text_or(v, names->url, "");
	/* The account, as in ASFF: the sentence is all that always names more. */
	f->resource.provider = PROVIDER_AWS;
	f->resource.account = account;
	f->location = json_view_text_or(v, names->resource, "");
	if (timestamp_parse_loose(json_view_text_or(v, names->time, ""), &f->last_seen,
	                          &ignored) < 0)
		f->last_seen = TIMESTAMP_NONE;
	f->source_updated_at = f->last_seen;
	return 0;
}

static bool has_names(const struct names *names, struct json_view v)
{
	return json_view_is_text(json_view_at(v, names->account)) &&
	       json_view_is_text(json_view_at(v, names->number)) &&
	       json_view_is_text(json_view_at(v, names->title)) &&
	       json_view_is_text(json_view_at(v, names->status)) &&
	       json_view_is_text(json_view_at(v, names->message));
}

static bool json_detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return has_names(&json_names, record);
}

static bool csv_detect(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return has_names(&csv_names, record);
}

static int json_parse(const struct parse_input *in, struct parse_output *out,
                      struct error *err)
{
	return add_record(&json_names, in, out, err);
}

static int csv_parse(const struct parse_input *in, struct parse_output *out,
                     struct error *err)
{
	return add_record(&csv_names, in, out, err);
}

static const char *const no_paths[] = {NULL};
static const char *const volatile_keys[] = {"Timestamp", "PROWLER_START_TIME", NULL};

const struct format prowler_v2_json = {
        .name = "prowler-v2-json",
        .record_paths = no_paths,
        .volatile_keys = volatile_keys,
        .detect = json_detect,
        .parse = json_parse,
};

const struct format prowler_v2_csv = {
        .name = "prowler-v2-csv",
        .record_paths = no_paths,
        .volatile_keys = volatile_keys,
        .detect = csv_detect,
        .parse = csv_parse,
};
