/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amazon Web Services.  The plan asks STS who it is and makes one part for each listing,
 * account and region; with an aggregation region Security Hub is one part.  A part's
 * data says which credential and region list it: "account/111122223333 eu-west-1".
 */
#include <string.h>

#include "net/url.h"

#include "aws_connector_private.h"
#include "text_part.h"

enum {
	MAX_PARTS = 100000
};

/* --- settings and where services live --- */

static const struct source_setting settings[] = {
        {"regions", SOURCE_LIST, NULL, "regions to list, as eu-west-1,eu-central-1"},
        {"aggregation_region", 0, NULL,
         "Security Hub's home region, which holds the findings of all linked ones"},
        {"accounts", SOURCE_LIST, NULL, "account ids; without: that of the credentials"},
        {"role", 0, NULL,
         "role to assume in each of the accounts: its name, or an ARN with {account}"},
        {"via_role", 0, NULL, "ARN of a role that is assumed before all others"},
        {"external_id", 0, NULL, "external id that the roles want"},
        {"session_name", 0, "isobar", "how sessions are called in CloudTrail"},
        {"lists", SOURCE_LIST, "securityhub",
         "securityhub or securityhub-v2, guardduty, inspector2"},
        {"auth", 0, "auto",
         "auto, keys, environment, profile, web-identity, container or instance"},
        {"key_id", 0, NULL, "access key id"},
        {"secret", SOURCE_SECRET, NULL, "secret access key"},
        {"session", SOURCE_SECRET, NULL, "session token of temporary keys"},
        {"profile", 0, NULL, "profile of the shared credentials and config files"},
        {"endpoint", SOURCE_URL, NULL, "stands for every host of AWS, for tests"},
        {NULL, 0, NULL, NULL},
};

bool aws_is_account(const char *text)
{
	return strlen(text) == 12 && strspn(text, "0123456789") == 12;
}

/* "eu-west-1": it goes into host names. */
bool aws_is_region(const char *text)
{
	const size_t size = strlen(text);

	return size >= 7 && size <= 32 && text[0] != '-' && text[size - 1] != '-' &&
	       strchr(text, '-') != NULL &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

const char *aws_partition(const char *region)
{
	if (text_begins(region, "cn-"))
		return "aws-cn";
	return text_begins(region, "us-gov-") ? "aws-us-gov" : "aws";
}

const char *aws_base_url(const struct live_source *s, const char *service,
                         const char *region, struct arena *a)
{
	const char *endpoint = source_get(s, "endpoint");

	if (endpoint[0] != '\0')
		return endpoint;
	return ARENA_JOIN(a, "https://", service, ".", region, ".amazonaws.com",
	                  text_begins(region, "cn-") ? ".cn" : "");
}

/* Of what is no region yet the plan complains; until then it is the first of all. */
const char *aws_home_region(const struct live_source *s, struct arena *a)
{
	const char *home = source_get(s, "aggregation_region");
	const char **regions;

	if (home[0] == '\0' && source_list(s, "regions", a, &regions) > 0)
		home = regions[0];
	return aws_is_region(home) ? home : "us-east-1";
}

const char *aws_sigv4(const char *region, const char *service, struct arena *a)
{
	return ARENA_JOIN(a, "aws:amz:", region, ":", service);
}

void aws_sign(const struct credential *c, struct arena *a, struct http_request *req)
{
	req->userpwd = ARENA_JOIN(a, c->key_id, ":", c->secret);
	/* libcurl signs it, and does not add it by itself. */
	if (c->session != NULL && c->session[0] != '\0')
		http_add_header(req, "X-Amz-Security-Token", c->session);
}

static int authorize(const struct live_source *s, const struct credential *c, timestamp now,
                     struct arena *a, struct http_request *req, struct error *err)
{
	(void)s;
	(void)now;
	if (c->key_id == NULL || c->secret == NULL)
		return error_set(err, ERR_INVALID, "there is no key to sign with");
	aws_sign(c, a, req);
	return 0;
}

/* --- the plan --- */

struct plan {
	const struct live_source *s;
	struct arena *a;
	const char **accounts, **regions, **lists;
	size_t n_accounts, n_regions, n_lists;
	const char *home; /* the aggregation region, or "" */
	bool narrow;      /* Security Hub does not prove what Inspector lists by itself */
	struct part_page *out;
};

static int check_each(const char *key, const char *const *values, size_t n,
                      bool (*is)(const char *text), const char *looks, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!is(values[i]))
			return error_set(err, ERR_INVALID,
			                 "%s: \"%.40s\" is not of the form %s", key,
			                 values[i], looks);
		for (size_t k = 0; k < i; k++)
			if (strcmp(values[i], values[k]) == 0)
				return error_set(err, ERR_INVALID,
				                 "%s: \"%.40s\" stands there twice", key,
				                 values[i]);
	}
	return 0;
}

static bool is_list(const char *text)
{
	return aws_list_find(text) != NULL;
}

static int check_lists(const struct plan *p, struct error *err)
{
	if (p->n_lists == 0)
		return error_set(err, ERR_INVALID, "lists is empty");
	if (check_each("lists", p->lists, p->n_lists, is_list,
	               "securityhub, securityhub-v2, guardduty or inspector2", err) < 0)
		return err->code;
	if (aws_lists_has(p->s, "securityhub", p->a) &&
	    aws_lists_has(p->s, "securityhub-v2", p->a))
		return error_set(err, ERR_INVALID,
		                 "lists: securityhub and securityhub-v2 hold the same "
		                 "findings: name one of them");
	return 0;
}

static int check_regions(const struct plan *p, struct error *err)
{
	const struct aws_list *list;

	if (p->home[0] != '\0' && !aws_is_region(p->home))
		return error_set(err, ERR_INVALID,
		                 "aggregation_region: \"%.40s\" is not of the form "
		                 "eu-west-1",
		                 p->home);
	if (check_each("regions", p->regions, p->n_regions, aws_is_region, "eu-west-1",
	               err) < 0)
		return err->code;
	for (size_t i = 0; p->n_regions == 0 && i < p->n_lists; i++) {
		list = aws_list_find(p->lists[i]);
		if (p->home[0] == '\0' || strcmp(list->service, "securityhub") != 0)
			return error_set(
			        err, ERR_INVALID,
			        "%s needs regions to be set: nothing is asked about "
			        "which ones are in use",
			        list->title);
	}
	return 0;
}

static int plan_init(struct plan *p, const struct live_source *s, struct arena *a,
                     struct error *err)
{
	*p = (struct plan){.s = s, .a = a, .home = source_get(s, "aggregation_region")};
	p->n_accounts = source_list(s, "accounts", a, &p->accounts);
	p->n_regions = source_list(s, "regions", a, &p->regions);
	p->n_lists = source_list(s, "lists", a, &p->lists);
	p->narrow = aws_lists_has(s, "inspector2", a);
	if (check_lists(p, err) < 0 || check_regions(p, err) < 0 ||
	    check_each("accounts", p->accounts, p->n_accounts, aws_is_account,
	               "111122223333", err) < 0)
		return err->code;
	if (source_get(s, "role")[0] != '\0' && p->n_accounts == 0)
		return error_set(err, ERR_INVALID,
		                 "role needs accounts: in which ones is it assumed?");
	if (p->n_accounts > MAX_PARTS / (p->n_lists * (p->n_regions + 1)))
		return error_set(err, ERR_LIMIT,
		                 "accounts, regions and lists make more "
		                 "than %d parts",
		                 MAX_PARTS);
	return 0;
}

/* Who are we?  Everybody may ask that. */
static int plan_request(const struct live_source *s, struct arena *a,
                        struct part_request *out, struct error *err)
{
	static const char body[] = "Action=GetCallerIdentity&Version=2011-06-15";
	const char *region = aws_home_region(s, a);
	struct plan p;

	if (plan_init(&p, s, a, err) < 0)
		return err->code;
	out->http = (struct http_request){
	        .method = "POST",
	        .url = url_build(aws_base_url(s, "sts", region, a), "/", NULL, 0, a),
	        .body = body,
	        .body_size = strlen(body)};
	http_add_header(&out->http, "Content-Type",
	                "application/x-www-form-urlencoded; charset=utf-8");
	http_add_header(&out->http, "Accept", "application/json");
	out->http.aws_sigv4 = aws_sigv4(region, "sts", a);
	out->credential = "";
	out->rate_key = "sts";
	out->rate = 600;
	out->burst = 30;
	return 0;
}

/* Of which products Security Hub's listing alone has all findings of an account. */
static const char *const hub_products[] = {
        "aws/securityhub",     "aws/config",           "aws/macie",
        "aws/access-analyzer", "aws/firewall-manager", "aws/ssm-patch-manager"};

static void add_scopes(const struct plan *p, const struct aws_list *list,
                       const char *account, const char *region, const char **scopes,
                       size_t *n)
{
	const char *place = ARENA_JOIN(p->a, account, "/", region);

	if (list == &aws_inspector2_list)
		scopes[(*n)++] = ARENA_JOIN(p->a, place, "/aws/inspector");
	else if (list == &aws_guardduty_list)
		return; /* threats do not end by being absent */
	else if (!p->narrow)
		scopes[(*n)++] = place;
	else
		for (size_t i = 0; i < N_ELEMENTS(hub_products); i++)
			scopes[(*n)++] = ARENA_JOIN(p->a, place, "/", hub_products[i]);
}

/* One account in one region; without a role the credentials are the account's own. */
static void add_part(struct plan *p, const struct aws_list *list, const char *account,
                     const char *region)
{
	const bool assumes = source_get(p->s, "role")[0] != '\0';
	struct part *part = &p->out->parts[p->out->n_parts++];
	const char **scopes = ARENA_ARRAY(p->a, const char *, N_ELEMENTS(hub_products));

	*part = (struct part){
	        .name = ARENA_JOIN(p->a, list->name, "/", account, "/", region),
	        .kind = list->name,
	        .data = ARENA_JOIN(p->a, assumes ? "account/" : "", assumes ? account : "",
	                           " ", region),
	        .scopes = scopes};
	add_scopes(p, list, account, region, scopes, &part->n_scopes);
}

/* Which accounts send their findings to the home region nobody says but the settings. */
static void add_aggregation(struct plan *p, const struct aws_list *list)
{
	const size_t most = p->n_accounts * p->n_regions * N_ELEMENTS(hub_products);
	struct part *part = &p->out->parts[p->out->n_parts++];
	const char **scopes = ARENA_ARRAY(p->a, const char *, most + 1);

	*part = (struct part){.name = ARENA_JOIN(p->a, list->name, "/all/", p->home),
	                      .kind = list->name,
	                      .data = ARENA_JOIN(p->a, " ", p->home),
	                      .scopes = scopes};
	for (size_t i = 0; i < p->n_accounts; i++)
		for (size_t k = 0; k < p->n_regions; k++)
			add_scopes(p, list, p->accounts[i], p->regions[k], scopes,
			           &part->n_scopes);
}

static int add_list(struct plan *p, const struct aws_list *list, const char *own,
                    struct error *err)
{
	const bool assumes = source_get(p->s, "role")[0] != '\0';

	if (p->home[0] != '\0' && strcmp(list->service, "securityhub") == 0) {
		add_aggregation(p, list);
		return 0;
	}
	for (size_t i = 0; !assumes && i < p->n_accounts; i++)
		if (strcmp(p->accounts[i], own) != 0)
			return error_set(
			        err, ERR_INVALID,
			        "account %s: the credentials are of account %s: set "
			        "role to one that may be assumed there",
			        p->accounts[i], own);
	for (size_t k = 0; p->n_accounts == 0 && k < p->n_regions; k++)
		add_part(p, list, own, p->regions[k]);
	for (size_t i = 0; i < p->n_accounts; i++)
		for (size_t k = 0; k < p->n_regions; k++)
			add_part(p, list, p->accounts[i], p->regions[k]);
	return 0;
}

static int plan_page(const struct live_source *s, const struct page_input *in,
                     struct arena *a, struct part_page *out, struct error *err)
{
	static const char at[] =
	        "/GetCallerIdentityResponse/GetCallerIdentityResult/Account";
	const char *own = json_view_text_or(in->body, at, "");
	struct plan p;
	int rc = plan_init(&p, s, a, err);

	if (rc < 0)
		return rc;
	if (!aws_is_account(own))
		return error_set(err, ERR_INVALID, "STS does not say which account it is");
	own = arena_strdup(a, own);
	p.out = out;
	out->parts = ARENA_ARRAY(a, struct part,
	                         p.n_lists * (p.n_accounts + 1) * (p.n_regions + 1));
	for (size_t i = 0; rc == 0 && i < p.n_lists; i++)
		rc = add_list(&p, aws_list_find(p.lists[i]), own, err);
	return rc;
}

/* --- parts --- */

/* "account/111122223333 eu-west-1", or " eu-west-1" of the credentials themselves. */
static int read_data(const struct part *part, struct arena *a, const char **credential,
                     const char **region, struct error *err)
{
	const char *blank = strchr(part->data, ' ');

	if (blank == NULL || !aws_is_region(blank + 1))
		return error_set(err, ERR_INVALID, "part \"%.64s\" names no region",
		                 part->name);
	*credential = arena_strndup(a, part->data, (size_t)(blank - part->data));
	*region = blank + 1;
	return 0;
}

static int request(const struct live_source *s, const struct part *part, const char *cursor,
                   timestamp now, struct arena *a, struct part_request *out,
                   struct error *err)
{
	const struct aws_list *list = aws_list_find(part->kind);
	struct aws_ask ask = {.s = s, .cursor = cursor, .a = a, .out = out};

	(void)now;
	*out = (struct part_request){0};
	if (list == NULL && strcmp(part->kind, "plan") != 0)
		return error_set(err, ERR_INVALID, "part \"%.64s\" is of no kind of AWS",
		                 part->name);
	if (list == NULL) {
		if (plan_request(s, a, out, err) < 0)
			return err->code;
	} else {
		if (read_data(part, a, &out->credential, &ask.region, err) < 0 ||
		    list->request(&ask, err) < 0)
			return err->code;
		out->http.aws_sigv4 = aws_sigv4(ask.region, list->service, a);
		out->rate_key = part->name;
		out->rate = list->rate;
		out->burst = list->burst;
	}
	out->http.allow_http = source_get(s, "endpoint")[0] != '\0';
	return 0;
}

static int page(const struct live_source *s, const struct page_input *in, struct arena *a,
                struct part_page *out, struct error *err)
{
	const struct aws_list *list = aws_list_find(in->part->kind);

	*out = (struct part_page){0};
	return list == NULL ? plan_page(s, in, a, out, err) : list->page(in, a, out, err);
}

const struct connector aws_connector = {
        .name = "aws",
        .title = "Amazon Web Services",
        .settings = settings,
        .credential_request = aws_credential_request,
        .credential_answer = aws_credential_answer,
        .authorize = authorize,
        .request = request,
        .page = page,
        .refusal = aws_refusal,
};
