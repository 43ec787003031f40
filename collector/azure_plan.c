/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which parts a run of Azure has: of the subscriptions that the principal may see, as
 * GET /subscriptions tells.  What it does not tell gets no part, so that a subscription
 * whose permission was taken away proves nothing.
 *
 * Source: Azure REST reference, Resource Management (Subscriptions - List).
 */
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"

#include "azure.h"
#include "azure_connector_private.h"
#include "azure_record.h"

enum {
	/* "Guidance for throttled requests": groups below 300; the API takes 1,000. */
	BATCH = 200,
	MAX_SUBSCRIPTIONS = 10000, /* on one page */
	MAX_TITLE = 200,
	MAX_WORKSPACES = 1000,
	COMMON = 4 + MAX_WORKSPACES, /* parts that are of no subscription */
	KINDS = 3                    /* of parts that a batch or a subscription has */
};

static const char *const known_lists[] = {
        "assessments", "subassessments", "policy", "alerts",
        "inventory",   "sentinel",       "graph",  "entra",
};

struct subscription {
	const char *id; /* lower case */
	const char *title;
};

static int check_lists(const struct live_source *s, struct arena *a, struct error *err)
{
	const char **lists;
	const size_t n = source_list(s, "lists", a, &lists);

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < N_ELEMENTS(known_lists) && strcmp(lists[i], known_lists[k]) != 0)
			k++;
		if (k == N_ELEMENTS(known_lists))
			return error_set(err, ERR_INVALID,
			                 "lists are assessments, subassessments, policy, "
			                 "alerts, inventory, sentinel, graph and entra, "
			                 "not \"%.40s\"",
			                 lists[i]);
	}
	return n > 0 ? 0 : error_set(err, ERR_INVALID, "lists names nothing to list");
}

static int read_bulk(const struct live_source *s, bool *by_graph, struct error *err)
{
	const char *bulk = source_get(s, "bulk");

	*by_graph = strcmp(bulk, "graph") == 0;
	if (*by_graph || strcmp(bulk, "arm") == 0)
		return 0;
	return error_set(err, ERR_INVALID, "bulk is graph or arm, not \"%.40s\"", bulk);
}

static int check_workspaces(const struct live_source *s, struct arena *a, struct error *err)
{
	const char **ids;
	const size_t n = source_list(s, "workspaces", a, &ids);

	for (size_t i = 0; i < n; i++) {
		if (!azure_is_workspace(ids[i], a))
			return error_set(err, ERR_INVALID,
			                 "workspaces: \"%.200s\" is no ARM id of a Log "
			                 "Analytics workspace",
			                 ids[i]);
	}
	if (n > MAX_WORKSPACES)
		return error_set(err, ERR_INVALID, "workspaces are %d at most",
		                 MAX_WORKSPACES);
	if (n == 0 && azure_lists_has(s, "sentinel", a))
		return error_set(err, ERR_INVALID,
		                 "lists has sentinel, and workspaces names none");
	return 0;
}

static int check_settings(const struct live_source *s, struct arena *a, struct error *err)
{
	const char **ids;
	const size_t n = source_list(s, "subscriptions", a, &ids);
	const char *states = source_get(s, "policy_states");
	bool by_graph;

	for (size_t i = 0; i < n; i++) {
		if (!azure_is_guid(ids[i]))
			return error_set(err, ERR_INVALID,
			                 "subscriptions: \"%.60s\" is no subscription id",
			                 ids[i]);
	}
	if (strcmp(states, "all") != 0 && strcmp(states, "failing") != 0)
		return error_set(err, ERR_INVALID,
		                 "policy_states is all or failing, not \"%.40s\"", states);
	if (read_bulk(s, &by_graph, err) < 0 || check_workspaces(s, a, err) < 0)
		return err->code;
	return check_lists(s, a, err);
}

int azure_plan_request(const struct live_source *s, const char *cursor, struct arena *a,
                       struct part_request *out, struct error *err)
{
	struct azure_cursor c = {.token = ""};

	if (check_settings(s, a, err) < 0 ||
	    (cursor && azure_cursor_read(cursor, a, &c, err) < 0))
		return err->code;
	return azure_arm_request(s, "/subscriptions", "2022-12-01", c.token, a, out, err);
}

/* --- what a page tells --- */

static bool is_asked_for(const char *id, const char **ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(ids[i], id) == 0)
			return true;
	}
	return n == 0;
}

static int read_subscriptions(const struct live_source *s, struct json_view body,
                              struct arena *a, struct subscription **out, size_t *n,
                              struct error *err)
{
	const char **wanted;
	const size_t n_wanted = source_list(s, "subscriptions", a, &wanted);
	struct json_items it;

	*n = 0;
	if (json_view_get_items(body, "value", &it, err) < 0)
		return err->code;
	if (!json_view_is_array(json_view_at(body, "value")) || it.n > MAX_SUBSCRIPTIONS)
		return error_set(err, ERR_INVALID,
		                 "value is no list of at most %d subscriptions",
		                 MAX_SUBSCRIPTIONS);
	*out = ARENA_ARRAY(a, struct subscription, it.n + 1);
	while (json_items_next(&it)) {
		const char *id = json_view_text_or(it.value, "subscriptionId", "");
		const char *title = json_view_text_or(it.value, "displayName", "");

		if (!azure_is_guid(id))
			return error_set(err, ERR_INVALID,
			                 "subscriptionId is missing or no id: \"%.60s\"",
			                 id);
		/* Deleted ones stay in the list for weeks, and nothing of them can be read. */
		if (!is_asked_for(id, wanted, n_wanted) ||
		    strcasecmp(json_view_text_or(it.value, "state", ""), "Deleted") == 0)
			continue;
		(*out)[(*n)++] = (struct subscription){
		        .id = azure_lower(id, a),
		        .title = arena_strndup(
		                a, title,
		                utf8_valid_size(title, strnlen(title, MAX_TITLE))),
		};
	}
	return 0;
}

/* --- parts --- */

/*
 * A complete part proves its subscriptions only when all that makes findings of them is
 * listed: what is not asked for must not count as absent.
 */
static bool proves(const struct live_source *s, struct arena *a)
{
	return azure_lists_has(s, "assessments", a) &&
	       azure_lists_has(s, "subassessments", a) && azure_lists_has(s, "policy", a);
}

static bool has_findings(const struct live_source *s, struct arena *a)
{
	return azure_lists_has(s, "assessments", a) ||
	       azure_lists_has(s, "subassessments", a) || azure_lists_has(s, "policy", a);
}

static void add_scopes(const struct subscription *subs, size_t n, struct arena *a,
                       struct part *out)
{
	const char **scopes = ARENA_ARRAY(a, const char *, n);

	for (size_t i = 0; i < n; i++)
		scopes[i] = subs[i].id;
	out->scopes = scopes;
	out->n_scopes = n;
}

static const char *join_ids(const struct subscription *subs, size_t n, struct arena *a)
{
	char *text = arena_alloc(a, n * 37 + 1), *end = text;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*end++ = ',';
		memcpy(end, subs[i].id, 36);
		end += 36;
	}
	return text;
}

static const char *part_name(const char *kind, const struct subscription *subs, size_t n,
                             struct arena *a)
{
	if (n == 1)
		return ARENA_JOIN(a, kind, "/", subs[0].id);
	return arena_printf(a, "%s/%s+%zu", kind, subs[0].id, n - 1);
}

static struct part *add_part(struct part_page *out, const char *kind,
                             const struct subscription *subs, size_t n, const char *data,
                             struct arena *a)
{
	struct part *part = &out->parts[out->n_parts++];

	*part = (struct part){.name = n == 0 ? kind : part_name(kind, subs, n, a),
	                      .kind = kind,
	                      .data = data,
	                      .title = n == 1 ? subs[0].title : NULL};
	return part;
}

static void add_batch(const struct live_source *s, const struct subscription *subs,
                      size_t n, bool by_graph, struct arena *a, struct part_page *out)
{
	const char *ids = join_ids(subs, n, a);

	if (by_graph && has_findings(s, a)) {
		struct part *part =
		        add_part(out, AZURE_PART_GRAPH_FINDINGS, subs, n, ids, a);

		if (proves(s, a))
			add_scopes(subs, n, a, part);
	}
	if (by_graph && azure_lists_has(s, "alerts", a))
		add_part(out, AZURE_PART_GRAPH_ALERTS, subs, n, ids, a);
	if (azure_lists_has(s, "inventory", a))
		add_part(out, AZURE_PART_GRAPH_INVENTORY, subs, n, ids, a);
}

static void add_single(const struct live_source *s, const struct subscription *sub,
                       struct arena *a, struct part_page *out)
{
	if (has_findings(s, a)) {
		struct part *part = add_part(out, AZURE_PART_FINDINGS, sub, 1, sub->id, a);

		if (proves(s, a))
			add_scopes(sub, 1, a, part);
	}
	if (azure_lists_has(s, "alerts", a))
		add_part(out, AZURE_PART_ALERTS, sub, 1, sub->id, a);
}

/* One of each workspace, however often and in whatever case it is named. */
static void add_workspaces(const struct live_source *s, struct arena *a,
                           struct part_page *out)
{
	const char **ids;
	const size_t n = source_list(s, "workspaces", a, &ids);

	for (size_t i = 0; i < n; i++) {
		const char *id = azure_lower(ids[i], a);
		size_t k = 0;

		while (k < i && strcasecmp(ids[k], ids[i]) != 0)
			k++;
		if (k < i)
			continue;
		/* No scopes: threats end by their source's word. */
		out->parts[out->n_parts++] =
		        (struct part){.name = ARENA_JOIN(a, AZURE_PART_SENTINEL, id),
		                      .kind = AZURE_PART_SENTINEL,
		                      .data = id,
		                      .title = strrchr(id, '/') + 1};
	}
}

/* Each a part of its own: a tenant may have the licence for one of them. */
static void add_users(struct arena *a, struct part_page *out)
{
	static const char *const risk[] = {ENTRA_SCOPE_RISK}, *const mfa[] = {
	                                                              ENTRA_SCOPE_MFA};
	struct part *part = add_part(out, AZURE_PART_RISKY_USERS, NULL, 0, "", a);

	part->scopes = risk;
	part->n_scopes = 1;
	part = add_part(out, AZURE_PART_MFA, NULL, 0, "", a);
	part->scopes = mfa;
	part->n_scopes = 1;
}

/* Once a run: what is not of one subscription. */
static void add_common(const struct live_source *s, struct arena *a, struct part_page *out)
{
	/* What the checks are, for all subscriptions. */
	if (azure_lists_has(s, "assessments", a))
		add_part(out, AZURE_PART_METADATA, NULL, 0, "", a);
	if (azure_lists_has(s, "sentinel", a))
		add_workspaces(s, a, out);
	if (azure_lists_has(s, "graph", a))
		add_part(out, AZURE_PART_SECURITY, NULL, 0, "", a);
	if (azure_lists_has(s, "entra", a))
		add_users(a, out);
}

static int add_parts(const struct live_source *s, const struct subscription *subs, size_t n,
                     bool first, struct arena *a, struct part_page *out, struct error *err)
{
	bool by_graph;

	if (read_bulk(s, &by_graph, err) < 0)
		return err->code;
	out->parts = ARENA_ARRAY(a, struct part, KINDS * (n + 1) + COMMON);
	if (first)
		add_common(s, a, out);
	for (size_t i = 0; i < n; i += BATCH)
		add_batch(s, subs + i, n - i < BATCH ? n - i : BATCH, by_graph, a, out);
	for (size_t i = 0; i < n && !by_graph; i++)
		add_single(s, &subs[i], a, out);
	return 0;
}

static bool lists_subscriptions(const struct live_source *s, struct arena *a)
{
	return has_findings(s, a) || azure_lists_has(s, "alerts", a) ||
	       azure_lists_has(s, "inventory", a);
}

/* Of the last page: are there fewer subscriptions than there should be? */
static const char *too_few(const struct live_source *s, int64_t seen, struct arena *a)
{
	const char **wanted;
	const size_t n = source_list(s, "subscriptions", a, &wanted);

	if (!lists_subscriptions(s, a))
		return NULL;
	if (seen == 0)
		return "no subscription is visible: give the principal Reader and Security "
		       "Reader";
	if (seen >= (int64_t)n)
		return NULL;
	return arena_printf(a, "%lld of the %zu subscriptions named are visible",
	                    (long long)seen, n);
}

int azure_plan_page(const struct live_source *s, const struct page_input *in,
                    struct arena *a, struct part_page *out, struct error *err)
{
	struct azure_cursor c = {.tag = "plan", .fault = '-', .token = ""};
	struct subscription *subs = NULL;
	size_t n;

	if (in->cursor && azure_cursor_read(in->cursor, a, &c, err) < 0)
		return err->code;
	if (read_subscriptions(s, in->body, a, &subs, &n, err) < 0 ||
	    add_parts(s, subs, n, !in->cursor, a, out, err) < 0)
		return err->code;
	c.seen += (int64_t)n;

	/* The cursor counts, so that its repetition is not seen in its text. */
	const char *former = c.token;

	if (azure_next_link(s, AZURE_ARM, in->body, &c.token, err) < 0)
		return err->code;
	if (c.token[0] != '\0' && strcmp(c.token, former) == 0)
		return error_set(err, ERR_INVALID, "nextLink leads to the same page");
	if (c.token[0] != '\0')
		out->next = azure_cursor_text(&c, a);
	else
		out->partial = too_few(s, c.seen, a);
	return 0;
}
