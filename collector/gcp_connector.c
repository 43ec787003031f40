/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google Cloud: findings of Security Command Center and assets of Cloud Asset Inventory,
 * of organizations, folders and projects.  A part is one listing of one of these
 * parents, in all locations; its data is the parent's name, "organizations/123".
 *
 * A cursor is what is being listed and the token of the page there: "global\nTOKEN".
 * That of the plan carries the scopes found so far as well.
 *
 * Source: Security Command Center API v2, organizations.sources.locations.findings.list;
 * Cloud Asset API v1, assets.list and searchAllResources; Resource Manager API v3,
 * projects.search.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "net/url.h"

#include "gcp_connector_private.h"
#include "text_part.h"

enum {
	TOKEN_MAX = 16 * 1024,
	N_PARENTS = 3, /* settings that name parents, the first of lists_of_settings */
	/* Of one parent: what the plan's cursor carries stays below a megabyte. */
	SCOPES_MAX = 20000,
	SCOPE_SIZE_MAX = 100,
	/* A thousand findings or assets with all that a source says of them. */
	MAX_PAGE = 64 << 20,

	/* Requests a minute; quotas are those of the project that pays. */
	FINDINGS_RATE = 1000, /* "Quotas and limits", Security Command Center */
	ASSETS_RATE = 100,    /* "Quotas and limits", Cloud Asset Inventory */
	SEARCH_RATE = 400,    /* the same */
	PROJECTS_RATE = 600   /* "Limits", Resource Manager: 10 a second */
};

static const struct source_setting settings[] = {
        {"organizations", SOURCE_LIST, NULL, "numbers of organizations to list"},
        {"folders", SOURCE_LIST, NULL, "numbers of folders to list"},
        {"projects", SOURCE_LIST, NULL, "ids or numbers of projects to list"},
        {"locations", SOURCE_LIST, "global",
         "locations of Security Command Center, with data residency us,eu,sa"},
        {"lists", SOURCE_LIST, "findings", "findings, inventory"},
        {"discover", 0, "no",
         "yes: name the projects of organizations and folders, so that what is gone "
         "there closes"},
        {"quota_project", 0, NULL, "project that quota is taken from"},
        {"auth", 0, "auto", "auto, key or metadata"},
        {"key", SOURCE_SECRET, NULL,
         "JSON of a service account's key or an external account"},
        {"key_file", 0, NULL, "file that holds it; else GOOGLE_APPLICATION_CREDENTIALS"},
        {"universe", 0, "googleapis.com", "domain of the APIs, of sovereign clouds"},
        {"endpoint", SOURCE_URL, NULL, "stands for every host of Google, for tests"},
        {NULL, 0, NULL, NULL},
};

static const char digits[] = "0123456789";

/* --- settings --- */

/* Not empty, and all of it of these; both go into URLs. */
static bool is_made_of(const char *text, const char *more, size_t most)
{
	size_t n = 0;

	for (; *text; text++, n++)
		if (!strchr(digits, *text) && !strchr(more, *text))
			return false;
	return n > 0 && n <= most;
}

static bool is_number(const char *text)
{
	return is_made_of(text, "", 20);
}

/* "example.com:site" is an old form. */
static bool is_project(const char *text)
{
	return is_made_of(text, "abcdefghijklmnopqrstuvwxyz-.:", 63);
}

static bool is_location(const char *text)
{
	return is_made_of(text, "abcdefghijklmnopqrstuvwxyz-", 40);
}

static bool is_list(const char *text)
{
	return strcmp(text, "findings") == 0 || strcmp(text, "inventory") == 0;
}

static const struct {
	const char *key;
	bool (*is)(const char *text);
	const char *looks;
} lists_of_settings[] = {
        {"organizations", is_number, "a number"},
        {"folders", is_number, "a number"},
        {"projects", is_project, "a project's id or number"},
        {"locations", is_location, "a location as global or eu"},
        {"lists", is_list, "findings or inventory"},
};

static bool holds(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static int check_list(const struct live_source *s, size_t i, struct arena *a,
                      struct error *err)
{
	const char *key = lists_of_settings[i].key;
	const char **values;
	const size_t n = source_list(s, key, a, &values);

	for (size_t k = 0; k < n; k++) {
		if (!lists_of_settings[i].is(values[k]))
			return error_set(err, ERR_INVALID, "%s: \"%.63s\" is not %s", key,
			                 values[k], lists_of_settings[i].looks);
		if (holds(values, k, values[k]))
			return error_set(err, ERR_INVALID,
			                 "%s: \"%.63s\" stands there twice", key,
			                 values[k]);
	}
	if (n == 0 && i >= N_PARENTS)
		return error_set(err, ERR_INVALID, "%s is empty", key);
	return 0;
}

static int check_settings(const struct live_source *s, struct arena *a, struct error *err)
{
	const char *discover = source_get(s, "discover");
	const char *payer = source_get(s, "quota_project");

	for (size_t i = 0; i < N_ELEMENTS(lists_of_settings); i++)
		if (check_list(s, i, a, err) < 0)
			return err->code;
	if (strcmp(discover, "yes") != 0 && strcmp(discover, "no") != 0)
		return error_set(err, ERR_INVALID, "discover: \"%.20s\" is not yes or no",
		                 discover);
	if (!is_made_of(source_get(s, "universe"), "abcdefghijklmnopqrstuvwxyz-.", 100))
		return error_set(err, ERR_INVALID, "universe: \"%.40s\" is no domain",
		                 source_get(s, "universe"));
	if (payer[0] != '\0' && !is_project(payer))
		return error_set(err, ERR_INVALID, "quota_project: \"%.63s\" is no project",
		                 payer);
	return 0;
}

static bool discovers(const struct live_source *s)
{
	return strcmp(source_get(s, "discover"), "yes") == 0;
}

/* "organizations/1", …: all that are configured, in this order. */
static size_t parents_of(const struct live_source *s, struct arena *a, const char ***out)
{
	const char **values[N_PARENTS];
	size_t n_values[N_PARENTS], n = 0, room = 0;

	for (size_t i = 0; i < N_ELEMENTS(values); i++) {
		n_values[i] = source_list(s, lists_of_settings[i].key, a, &values[i]);
		room += n_values[i];
	}
	*out = ARENA_ARRAY(a, const char *, room);
	for (size_t i = 0; i < N_ELEMENTS(values); i++)
		for (size_t k = 0; k < n_values[i]; k++)
			(*out)[n++] =
			        ARENA_JOIN(a, lists_of_settings[i].key, "/", values[i][k]);
	return n;
}

/* The one behind name, NULL: name is the last; name NULL: the first. */
static const char *next_of(const char *const *list, size_t n, const char *name)
{
	if (name == NULL)
		return n > 0 ? list[0] : NULL;
	for (size_t i = 0; i + 1 < n; i++)
		if (strcmp(list[i], name) == 0)
			return list[i + 1];
	return NULL;
}

const char *gcp_base_url(const struct live_source *s, const char *service, struct arena *a)
{
	const char *endpoint = source_get(s, "endpoint");

	if (endpoint[0] != '\0')
		return endpoint;
	return ARENA_JOIN(a, "https://", service, ".", source_get(s, "universe"));
}

static int authorize(const struct live_source *s, const struct credential *c, timestamp now,
                     struct arena *a, struct http_request *req, struct error *err)
{
	const char *project = source_get(s, "quota_project");

	(void)now;
	if (c->bearer == NULL)
		return error_set(err, ERR_INVALID, "there is no token");
	http_add_header(req, "Authorization", ARENA_JOIN(a, "Bearer ", c->bearer));
	if (project[0] != '\0')
		http_add_header(req, "X-Goog-User-Project", project);
	return 0;
}

/* --- cursors --- */

struct position {
	const char *at; /* a parent, a location, a content type */
	const char *token;
	const char *scopes; /* the plan's: "acme-prod,123456" */
};

static const char *cut_line(const char **text, struct arena *a)
{
	const size_t n = strcspn(*text, "\n");
	const char *line = arena_strndup(a, *text, n);

	*text += n + ((*text)[n] == '\n');
	return line;
}

static struct position position_of(const char *cursor, const char *first, struct arena *a)
{
	struct position p = {first, "", ""};

	if (cursor == NULL)
		return p;
	p.at = cut_line(&cursor, a);
	p.token = cut_line(&cursor, a);
	p.scopes = cut_line(&cursor, a);
	return p;
}

static const char *cursor_of(const struct position *p, struct arena *a)
{
	return ARENA_JOIN(a, p->at, "\n", p->token, "\n", p->scopes);
}

/* NULL: the last page.  A token is opaque, but it is one line. */
static int next_token(struct json_view body, const char **out, struct error *err)
{
	const char *token = json_view_text_or(body, "nextPageToken", "");

	*out = NULL;
	if (strlen(token) > TOKEN_MAX || strchr(token, '\n'))
		return error_set(err, ERR_INVALID, "nextPageToken is no token");
	if (token[0] != '\0')
		*out = token;
	return 0;
}

/* --- what a kind of part lists, one after the other --- */

static const char *const contents[] = {"RESOURCE", "IAM_POLICY"};

static bool is_kind(const struct part *part, const char *kind)
{
	return strcmp(part->kind, kind) == 0;
}

static size_t stages_of(const struct live_source *s, const struct part *part,
                        struct arena *a, const char *const **out)
{
	const char **locations;
	size_t n;

	if (is_kind(part, "inventory")) {
		*out = contents;
		return N_ELEMENTS(contents);
	}
	if (is_kind(part, "plan"))
		n = parents_of(s, a, &locations);
	else
		n = source_list(s, "locations", a, &locations);
	*out = locations;
	return n;
}

static int find_position(const struct live_source *s, const struct part *part,
                         const char *cursor, struct arena *a, struct position *out,
                         struct error *err)
{
	const char *const *stages;
	const size_t n = stages_of(s, part, a, &stages);

	*out = position_of(cursor, next_of(stages, n, NULL), a);
	if (out->at == NULL)
		return error_set(err, ERR_INVALID,
		                 "nothing to list: set organizations, folders or projects");
	if (!holds(stages, n, out->at))
		return error_set(err, ERR_INVALID,
		                 "%.63s is not among the settings any more", out->at);
	return 0;
}

/* --- requests --- */

/* One that a plan of these settings makes. */
static int check_part(const struct live_source *s, const struct part *part, struct arena *a,
                      struct error *err)
{
	const char **parents;
	const size_t n = parents_of(s, a, &parents);

	if (is_kind(part, "plan"))
		return 0;
	if (!is_kind(part, "findings") && !is_kind(part, "inventory"))
		return error_set(err, ERR_INVALID, "%.20s: no such part", part->kind);
	if (!holds(parents, n, part->data))
		return error_set(err, ERR_INVALID,
		                 "%.63s is not among the settings any more", part->data);
	return 0;
}

static const char *or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void request_findings(const struct live_source *s, const struct part *part,
                             const struct position *p, struct arena *a,
                             struct part_request *out)
{
	/* By name: an order that stays while the pages are read. */
	const struct url_pair query[] = {
	        {"orderBy", "name"},
	        {"pageSize", "1000"},
	        {"pageToken", or_null(p->token)},
	};

	out->http.url = url_build(gcp_base_url(s, "securitycenter", a),
	                          ARENA_JOIN(a, "/v2/", part->data, "/sources/-/locations/",
	                                     p->at, "/findings"),
	                          query, N_ELEMENTS(query), a);
	out->format = "gcp-scc";
	out->rate = FINDINGS_RATE;
	out->burst = FINDINGS_RATE / 20;
}

static void request_assets(const struct live_source *s, const struct part *part,
                           const struct position *p, struct arena *a,
                           struct part_request *out)
{
	const struct url_pair query[] = {
	        {"contentType", p->at},
	        {"pageSize", "1000"},
	        {"pageToken", or_null(p->token)},
	};

	out->http.url = url_build(gcp_base_url(s, "cloudasset", a),
	                          ARENA_JOIN(a, "/v1/", part->data, "/assets"), query,
	                          N_ELEMENTS(query), a);
	out->format = "gcp-asset-inventory";
	out->rate = ASSETS_RATE;
	out->burst = 5;
}

/* All projects and folders below a parent, however deep. */
static void request_search(const struct live_source *s, const struct position *p,
                           struct arena *a, struct part_request *out)
{
	const struct url_pair query[] = {
	        {"assetTypes", "cloudresourcemanager.googleapis.com/Folder"},
	        {"assetTypes", "cloudresourcemanager.googleapis.com/Project"},
	        {"pageSize", "500"},
	        {"pageToken", or_null(p->token)},
	};

	out->http.url = url_build(gcp_base_url(s, "cloudasset", a),
	                          ARENA_JOIN(a, "/v1/", p->at, ":searchAllResources"),
	                          query, N_ELEMENTS(query), a);
	out->rate = SEARCH_RATE;
	out->burst = 20;
}

/* Whoever may see nothing is answered {}: that the token is good is all it tells. */
static void request_greeting(const struct live_source *s, struct arena *a,
                             struct part_request *out)
{
	const struct url_pair query[] = {{"pageSize", "1"}};

	out->http.url = url_build(gcp_base_url(s, "cloudresourcemanager", a),
	                          "/v3/projects:search", query, N_ELEMENTS(query), a);
	out->rate = PROJECTS_RATE;
	out->burst = 10;
}

static int request(const struct live_source *s, const struct part *part, const char *cursor,
                   timestamp now, struct arena *a, struct part_request *out,
                   struct error *err)
{
	const char *payer = source_get(s, "quota_project");
	struct position p;

	(void)now;
	if (check_settings(s, a, err) < 0 || check_part(s, part, a, err) < 0 ||
	    find_position(s, part, cursor, a, &p, err) < 0)
		return err->code;
	*out = (struct part_request){.credential = ""};
	out->http.method = "GET";
	out->http.allow_http = source_get(s, "endpoint")[0] != '\0';
	out->http.max_response = MAX_PAGE;
	if (is_kind(part, "findings"))
		request_findings(s, part, &p, a, out);
	else if (is_kind(part, "inventory"))
		request_assets(s, part, &p, a, out);
	else if (discovers(s))
		request_search(s, &p, a, out);
	else
		request_greeting(s, a, out);
	out->rate_key = ARENA_JOIN(
	        a, "gcp/", is_kind(part, "plan") && discovers(s) ? "search" : part->kind,
	        "/", payer[0] != '\0' ? payer : s->name);
	return 0;
}

/* --- the plan --- */

/* What stands behind the last slash of "//cloudresourcemanager…/projects/acme-prod". */
static const char *last_segment(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static void put_scope(struct strbuf *b, const char *prefix, const char *name,
                      bool (*is)(const char *text))
{
	if (!is(name))
		return;
	if (b->size > 0)
		strbuf_putc(b, ',');
	strbuf_puts(b, prefix);
	strbuf_puts(b, name);
}

/* Findings name a project by its id or its number, as they can: both are proved. */
static int read_found(struct json_view body, struct strbuf *b, struct error *err)
{
	struct json_items it = {0};

	if (json_view_opt_items(body, "results", &it, err) < 0)
		return err->code;
	while (json_items_next(&it)) {
		const char *type = json_view_text_or(it.value, "assetType", "");
		const char *name = last_segment(json_view_text_or(it.value, "name", ""));
		const char *project = json_view_text_or(it.value, "project", "");
		const char *id =
		        json_view_text_or(it.value, "/additionalAttributes/projectId", "");

		if (text_ends(type, "/Folder")) {
			put_scope(b, "folders/", name, is_number);
			continue;
		}
		put_scope(b, "", name, is_project);
		if (strcmp(last_segment(project), name) != 0)
			put_scope(b, "", last_segment(project), is_project);
		if (strcmp(id, name) != 0)
			put_scope(b, "", id, is_project);
	}
	return 0;
}

/* The parent's own scope and those found below it, each once. */
static int split_scopes(const char *parent, const char *found, struct arena *a,
                        struct part *out, struct error *err)
{
	const char **scopes;
	size_t room = 2;

	for (const char *p = found; *p; p++)
		room += *p == ',';
	if (room > SCOPES_MAX)
		return error_set(err, ERR_LIMIT,
		                 "%s has more than %d projects and folders: list its "
		                 "folders one by one",
		                 parent, SCOPES_MAX / 2);
	scopes = ARENA_ARRAY(a, const char *, room);
	scopes[out->n_scopes++] =
	        text_begins(parent, "projects/") ? last_segment(parent) : parent;
	while (*found) {
		const size_t n = strcspn(found, ",");

		scopes[out->n_scopes++] = arena_strndup(a, found, n);
		found += n + (found[n] == ',');
	}
	out->scopes = scopes;
	return 0;
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Sorted without doubles: a project that is configured is found as well. */
static void sort_scopes(struct part *part, struct arena *a)
{
	const char **scopes = ARENA_ARRAY(a, const char *, part->n_scopes);
	size_t n = 0;

	memcpy(scopes, part->scopes, part->n_scopes * sizeof(*scopes));
	qsort(scopes, part->n_scopes, sizeof(*scopes), compare_texts);
	for (size_t i = 0; i < part->n_scopes; i++)
		if (n == 0 || strcmp(scopes[n - 1], scopes[i]) != 0)
			scopes[n++] = scopes[i];
	part->scopes = scopes;
	part->n_scopes = n;
}

static int add_parts(const struct live_source *s, const char *parent, const char *found,
                     struct arena *a, struct part_page *out, struct error *err)
{
	const char **lists;
	size_t n = source_list(s, "lists", a, &lists);

	for (size_t i = 0; i < n; i++) {
		struct part *part = &out->parts[out->n_parts++];

		*part = (struct part){.name = ARENA_JOIN(a, lists[i], "/", parent),
		                      .kind = lists[i],
		                      .data = parent};
		/* An inventory makes no findings, so it proves none. */
		if (strcmp(lists[i], "findings") != 0)
			continue;
		if (split_scopes(parent, found, a, part, err) < 0)
			return err->code;
		sort_scopes(part, a);
	}
	return 0;
}

static void make_room(const struct live_source *s, size_t n_parents, struct arena *a,
                      struct part_page *out)
{
	const char **lists;

	out->parts =
	        ARENA_ARRAY(a, struct part, n_parents * source_list(s, "lists", a, &lists));
}

static int page_of_search(const struct live_source *s, const struct page_input *in,
                          struct position *p, struct arena *a, struct part_page *out,
                          struct error *err)
{
	struct strbuf found = {0};
	const char *token, *parent;
	const char *const *parents;
	size_t n;
	int rc;

	if (next_token(in->body, &token, err) < 0)
		return err->code;
	strbuf_puts(&found, p->scopes);
	rc = read_found(in->body, &found, err);
	p->scopes = arena_strndup(a, strbuf_text(&found), found.size);
	strbuf_done(&found);
	if (rc < 0)
		return rc;
	if (strlen(p->scopes) > (size_t)SCOPES_MAX * SCOPE_SIZE_MAX / 2)
		return error_set(err, ERR_LIMIT,
		                 "%s: the names of its projects are too long", p->at);
	if (token == NULL) {
		make_room(s, 1, a, out);
		if (add_parts(s, p->at, p->scopes, a, out, err) < 0)
			return err->code;
		n = stages_of(s, in->part, a, &parents);
		parent = next_of(parents, n, p->at);
		if (parent == NULL)
			return 0;
		*p = (struct position){parent, "", ""};
	} else {
		p->token = token;
	}
	out->next = cursor_of(p, a);
	return 0;
}

static int page_of_greeting(const struct live_source *s, const struct page_input *in,
                            struct arena *a, struct part_page *out, struct error *err)
{
	const char *const *parents;
	const size_t n = stages_of(s, in->part, a, &parents);

	make_room(s, n, a, out);
	for (size_t i = 0; i < n; i++)
		if (add_parts(s, parents[i], "", a, out, err) < 0)
			return err->code;
	return 0;
}

/* --- pages --- */

static int page(const struct live_source *s, const struct page_input *in, struct arena *a,
                struct part_page *out, struct error *err)
{
	const char *const *stages;
	const char *token;
	struct position p;
	size_t n;

	*out = (struct part_page){0};
	if (!json_view_is_object(in->body) ||
	    json_view_exists(json_view_at(in->body, "error")))
		return error_set(err, ERR_INVALID, "the answer is no page of %s",
		                 in->part->kind);
	if (check_settings(s, a, err) < 0 || check_part(s, in->part, a, err) < 0 ||
	    find_position(s, in->part, in->cursor, a, &p, err) < 0)
		return err->code;
	if (is_kind(in->part, "plan"))
		return discovers(s) ? page_of_search(s, in, &p, a, out, err)
		                    : page_of_greeting(s, in, a, out, err);
	if (next_token(in->body, &token, err) < 0)
		return err->code;
	if (token == NULL) {
		n = stages_of(s, in->part, a, &stages);
		p.at = next_of(stages, n, p.at);
		if (p.at == NULL)
			return 0;
	}
	p.token = token ? token : "";
	out->next = cursor_of(&p, a);
	return 0;
}

const struct connector gcp_connector = {
        .name = "gcp",
        .title = "Google Cloud",
        .settings = settings,
        .credential_request = gcp_credential_request,
        .credential_answer = gcp_credential_answer,
        .authorize = authorize,
        .request = request,
        .page = page,
        .refusal = gcp_refusal,
};
