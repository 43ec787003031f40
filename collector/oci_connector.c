/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Oracle Cloud Infrastructure: problems of Cloud Guard.  The tenancy is one part with
 * all compartments below it; or each compartment that is configured is one.
 *
 * A list shows one lifecycle detail and state, so that a part goes through them one
 * after the other: its cursor is "RESOLVED/INACTIVE\nTOKEN".  That of the plan is the
 * token and the compartments found so far.
 *
 * Source: Cloud Guard API 20200131, ListProblems; Identity API 20160918,
 * ListCompartments and ListRegions; "API Errors".
 */
#include <string.h>

#include "base/strbuf.h"
#include "net/url.h"

#include "oci_connector_private.h"
#include "text_part.h"

enum {
	TOKEN_MAX = 8 * 1024,
	/* A tenancy's limit is far below; it bounds the plan's cursor. */
	COMPARTMENTS_MAX = 5000,
	/* Oracle publishes no number: "too many requests" is answered with 429. */
	RATE = 300,
	BURST = 10
};

static const struct source_setting settings[] = {
        {"tenancy", SOURCE_REQUIRED, NULL, "OCID of the tenancy"},
        {"region", SOURCE_REQUIRED, NULL,
         "Cloud Guard's reporting region, as eu-frankfurt-1"},
        {"compartments", SOURCE_LIST, NULL,
         "OCIDs of compartments, each without those below; without: the whole tenancy"},
        {"access", 0, "restricted",
         "restricted: refuse when a compartment may not be read; accessible: list what "
         "may be, and close nothing"},
        {"user", 0, NULL, "OCID of the user; else OCI_CLI_USER"},
        {"fingerprint", 0, NULL, "of the API key; else OCI_CLI_FINGERPRINT"},
        {"key", SOURCE_SECRET, NULL, "the API key's PEM text; else OCI_CLI_KEY_CONTENT"},
        {"key_file", 0, NULL, "file that holds it; else OCI_CLI_KEY_FILE"},
        {"domain", 0, "oraclecloud.com", "of the realm, as oraclegovcloud.com"},
        {"endpoint", SOURCE_URL, NULL, "stands for every host of Oracle, for tests"},
        {NULL, 0, NULL, NULL},
};

/* A list without lifecycleState shows ACTIVE ones, and what is resolved may be either. */
static const char *const stages[] = {
        "OPEN/ACTIVE",      "RESOLVED/ACTIVE",    "RESOLVED/INACTIVE",
        "DISMISSED/ACTIVE", "DISMISSED/INACTIVE",
};

/* --- settings --- */

static bool is_accessible(const struct live_source *s)
{
	return strcmp(source_get(s, "access"), "accessible") == 0;
}

static bool is_host_part(const char *text)
{
	const size_t size = strlen(text);

	return size > 0 && size <= 100 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.") == size;
}

static int check_settings(const struct live_source *s, struct arena *a, struct error *err)
{
	const char **compartments;
	const size_t n = source_list(s, "compartments", a, &compartments);

	if (!oci_is_ocid(source_get(s, "tenancy")))
		return error_set(err, ERR_INVALID, "tenancy is no OCID (ocid1.tenancy...)");
	if (!is_host_part(source_get(s, "region")))
		return error_set(err, ERR_INVALID,
		                 "region: \"%.40s\" is not of the form eu-frankfurt-1",
		                 source_get(s, "region"));
	if (!is_host_part(source_get(s, "domain")))
		return error_set(err, ERR_INVALID, "domain: \"%.40s\" is no domain",
		                 source_get(s, "domain"));
	if (!is_accessible(s) && strcmp(source_get(s, "access"), "restricted") != 0)
		return error_set(err, ERR_INVALID,
		                 "access: \"%.20s\" is not restricted or accessible",
		                 source_get(s, "access"));
	for (size_t i = 0; i < n; i++) {
		if (!oci_is_ocid(compartments[i]))
			return error_set(err, ERR_INVALID,
			                 "compartments: \"%.60s\" is no OCID",
			                 compartments[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(compartments[i], compartments[k]) == 0)
				return error_set(
				        err, ERR_INVALID,
				        "compartments: \"%.100s\" stands there twice",
				        compartments[i]);
	}
	return 0;
}

static const char *base_url(const struct live_source *s, const char *service,
                            struct arena *a)
{
	const char *endpoint = source_get(s, "endpoint");

	if (endpoint[0] != '\0')
		return endpoint;
	return ARENA_JOIN(a, "https://", service, ".", source_get(s, "region"), ".oci.",
	                  source_get(s, "domain"));
}

/* --- requests --- */

static const char *or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static const char *first_line(const char *text, struct arena *a)
{
	return arena_strndup(a, text, strcspn(text, "\n"));
}

/* What stands behind the first line of a cursor; "". */
static const char *behind_line(const char *cursor)
{
	const char *end = cursor ? strchr(cursor, '\n') : NULL;

	return end ? end + 1 : "";
}

static int find_stage(const char *cursor, struct arena *a, size_t *out, struct error *err)
{
	const char *name = first_line(cursor ? cursor : stages[0], a);

	for (*out = 0; *out < N_ELEMENTS(stages); (*out)++)
		if (strcmp(stages[*out], name) == 0)
			return 0;
	return error_set(err, ERR_INVALID, "a cursor that is not this listing's");
}

static bool is_tenancy(const struct live_source *s, const struct part *part)
{
	return strcmp(part->data, source_get(s, "tenancy")) == 0;
}

static bool is_kind(const struct part *part, const char *kind)
{
	return strcmp(part->kind, kind) == 0;
}

static int request_problems(const struct live_source *s, const struct part *part,
                            const char *cursor, struct arena *a, struct part_request *out,
                            struct error *err)
{
	size_t stage;

	if (find_stage(cursor, a, &stage, err) < 0)
		return err->code;
	const size_t cut = strcspn(stages[stage], "/");
	/* By name: an order that stays while the pages are read. */
	const struct url_pair query[] = {
	        {"accessLevel", is_accessible(s) ? "ACCESSIBLE" : "RESTRICTED"},
	        {"compartmentId", part->data},
	        {"compartmentIdInSubtree", is_tenancy(s, part) ? "true" : "false"},
	        {"lifecycleDetail", arena_strndup(a, stages[stage], cut)},
	        {"lifecycleState", stages[stage] + cut + 1},
	        {"limit", "1000"},
	        {"page", or_null(behind_line(cursor))},
	        {"sortBy", "resourceName"},
	        {"sortOrder", "ASC"},
	};

	out->http.url = url_build(base_url(s, "cloudguard-cp-api", a), "/20200131/problems",
	                          query, N_ELEMENTS(query), a);
	out->format = "oci-cloudguard";
	return 0;
}

/* All of the tenancy, deleted ones too: what was found in them is gone. */
static void request_compartments(const struct live_source *s, const char *cursor,
                                 struct arena *a, struct part_request *out)
{
	const struct url_pair query[] = {
	        {"accessLevel", "ANY"},
	        {"compartmentId", source_get(s, "tenancy")},
	        {"compartmentIdInSubtree", "true"},
	        {"limit", "1000"},
	        {"page", cursor ? or_null(first_line(cursor, a)) : NULL},
	};

	out->http.url = url_build(base_url(s, "identity", a), "/20160918/compartments",
	                          query, N_ELEMENTS(query), a);
}

static int request(const struct live_source *s, const struct part *part, const char *cursor,
                   timestamp now, struct arena *a, struct part_request *out,
                   struct error *err)
{
	const char **compartments;

	(void)now;
	if (check_settings(s, a, err) < 0)
		return err->code;
	if (!is_kind(part, "plan") &&
	    !(is_kind(part, "problems") && oci_is_ocid(part->data)))
		return error_set(err, ERR_INVALID, "%.20s: no such part", part->kind);
	*out = (struct part_request){.credential = "", .rate = RATE, .burst = BURST};
	out->http.method = "GET";
	out->http.allow_http = source_get(s, "endpoint")[0] != '\0';
	out->rate_key = ARENA_JOIN(a, "oci/", part->kind, "/", source_get(s, "tenancy"));
	if (is_kind(part, "problems"))
		return request_problems(s, part, cursor, a, out, err);
	if (source_list(s, "compartments", a, &compartments) == 0)
		request_compartments(s, cursor, a, out);
	else
		/* Whoever can sign may ask that: it tells that the key is good. */
		out->http.url = url_build(base_url(s, "identity", a), "/20160918/regions",
		                          NULL, 0, a);
	return 0;
}

/* --- pages --- */

/* Visible ASCII, one word; "" when there is no next page. */
static int next_page(const struct http_response *resp, const char **out, struct error *err)
{
	const char *token = http_header(resp, "opc-next-page");

	*out = token ? token : "";
	if (strlen(*out) > TOKEN_MAX)
		return error_set(err, ERR_INVALID, "opc-next-page is too long");
	for (const char *p = *out; *p; p++)
		if (*p <= ' ' || *p > '~')
			return error_set(err, ERR_INVALID, "opc-next-page is no token");
	return 0;
}

/* One part; scopes is "id\nid\n…", each with its line break. */
static void add_part(const struct live_source *s, const char *compartment,
                     const char *scopes, struct arena *a, struct part_page *out)
{
	struct part *part = &out->parts[out->n_parts++];
	const char **all;
	size_t n = 1;

	*part = (struct part){.name = ARENA_JOIN(a, "problems/", compartment),
	                      .kind = "problems",
	                      .data = compartment};
	/* What may not be read is left out there, which looks as if it were gone. */
	if (is_accessible(s))
		return;
	for (const char *p = scopes; *p; p++)
		n += *p == '\n';
	all = ARENA_ARRAY(a, const char *, n);
	all[part->n_scopes++] = compartment;
	for (; *scopes; scopes = behind_line(scopes))
		all[part->n_scopes++] = first_line(scopes, a);
	part->scopes = all;
}

static int page_of_compartments(const struct live_source *s, const struct page_input *in,
                                const char *token, struct arena *a, struct part_page *out,
                                struct error *err)
{
	struct strbuf found = {0};
	struct json_items it = {0};
	size_t n = 0;
	const char *scopes;

	if (json_view_get_items(in->body, "", &it, err) < 0)
		return err->code;
	strbuf_puts(&found, behind_line(in->cursor));
	while (json_items_next(&it)) {
		const char *id = json_view_text_or(it.value, "id", "");

		if (!oci_is_ocid(id) || strcmp(id, source_get(s, "tenancy")) == 0)
			continue;
		strbuf_puts(&found, id);
		strbuf_putc(&found, '\n');
	}
	scopes = arena_strndup(a, strbuf_text(&found), found.size);
	strbuf_done(&found);
	for (const char *p = scopes; *p; p++)
		n += *p == '\n';
	if (n > COMPARTMENTS_MAX)
		return error_set(err, ERR_LIMIT,
		                 "the tenancy has more than %d compartments",
		                 COMPARTMENTS_MAX);
	if (token[0] != '\0') {
		out->next = ARENA_JOIN(a, token, "\n", scopes);
		return 0;
	}
	out->parts = ARENA_NEW(a, struct part);
	add_part(s, arena_strdup(a, source_get(s, "tenancy")), scopes, a, out);
	return 0;
}

static int page_of_plan(const struct live_source *s, const struct page_input *in,
                        const char *token, struct arena *a, struct part_page *out,
                        struct error *err)
{
	const char **compartments;
	const size_t n = source_list(s, "compartments", a, &compartments);

	if (!json_view_is_array(in->body))
		return error_set(err, ERR_INVALID, "the answer is no list of the plan");
	if (n == 0)
		return page_of_compartments(s, in, token, a, out, err);
	out->parts = ARENA_ARRAY(a, struct part, n);
	for (size_t i = 0; i < n; i++)
		add_part(s, compartments[i], "", a, out);
	return 0;
}

static int page(const struct live_source *s, const struct page_input *in, struct arena *a,
                struct part_page *out, struct error *err)
{
	const char *token;
	size_t stage;

	*out = (struct part_page){0};
	if (check_settings(s, a, err) < 0 || next_page(in->response, &token, err) < 0)
		return err->code;
	if (is_kind(in->part, "plan"))
		return page_of_plan(s, in, token, a, out, err);
	if (!json_view_is_object(in->body) ||
	    json_view_exists(json_view_at(in->body, "code")))
		return error_set(err, ERR_INVALID, "the answer is no page of problems");
	if (find_stage(in->cursor, a, &stage, err) < 0)
		return err->code;
	if (token[0] == '\0' && ++stage == N_ELEMENTS(stages))
		return 0;
	out->next = ARENA_JOIN(a, stages[stage], "\n", token);
	return 0;
}

/* --- refusals --- */

static const struct {
	long status;
	const char *code; /* "": any */
	enum refusal refusal;
	const char *hint;
} meanings[] = {
        {401, "", REFUSAL_CREDENTIAL,
         "user, fingerprint and key do not fit together, or this machine's clock is off "
         "by more than five minutes"},
        {404, "NotAuthorizedOrNotFound", REFUSAL_DENIED, NULL},
        {403, "", REFUSAL_DENIED, NULL},
        {404, "", REFUSAL_ABSENT, "it is gone, or Cloud Guard is not there"},
        {409, "", REFUSAL_ABSENT, "Cloud Guard is not enabled in the tenancy"},
        {408, "", REFUSAL_RETRY, ""},
        {429, "", REFUSAL_RETRY, ""},
};

static const char *policy_hint(const struct part *part)
{
	return is_kind(part, "problems")
	               ? "the user's group needs \"inspect cloud-guard-problems in "
	                 "tenancy\""
	               : "the user's group needs \"inspect compartments in tenancy\"";
}

static enum refusal judge(long status, const char *code, const char *message,
                          const struct part *part, const char **hint)
{
	*hint = "";
	/* Page tokens expire without a code of their own. */
	if (status == 400 && text_has_nocase(message, "page"))
		return REFUSAL_RESTART;
	for (size_t i = 0; i < N_ELEMENTS(meanings); i++) {
		if (meanings[i].status != status ||
		    (meanings[i].code[0] != '\0' && strcmp(meanings[i].code, code) != 0))
			continue;
		*hint = meanings[i].hint ? meanings[i].hint : policy_hint(part);
		return meanings[i].refusal;
	}
	return status >= 500 ? REFUSAL_RETRY : REFUSAL_FATAL;
}

static enum refusal refusal(const struct live_source *s, const struct part *part,
                            const struct http_response *resp, struct json_view body,
                            struct error *why)
{
	const char *code = json_view_text_or(body, "code", "");
	const char *message = json_view_text_or(body, "message", "");
	const char *hint;
	enum refusal refusal = judge(resp->status, code, message, part, &hint);

	(void)s;
	error_set(why, refusal == REFUSAL_RETRY ? ERR_TRANSIENT : ERR_DENIED,
	          "%ld %.40s%s%s%s%.110s%s", resp->status, code,
	          hint[0] != '\0' ? ": " : "", hint, message[0] != '\0' ? " (" : "",
	          message, message[0] != '\0' ? ")" : "");
	return refusal;
}

static int credential_answer(const struct live_source *s, struct credential *c,
                             const struct http_response *resp, struct json_view body,
                             timestamp now, struct arena *a, struct error *err)
{
	(void)s;
	(void)c;
	(void)resp;
	(void)body;
	(void)now;
	(void)a;
	return error_set(err, ERR_INTERNAL, "an API key asks for nothing");
}

const struct connector oci_connector = {
        .name = "oci",
        .title = "Oracle Cloud Infrastructure",
        .settings = settings,
        .credential_request = oci_credential_request,
        .credential_answer = credential_answer,
        .authorize = oci_authorize,
        .request = request,
        .page = page,
        .refusal = refusal,
};
