/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the org stands to a framework, by requirement or by account, and which frameworks
 * there are.  Read from PostgreSQL each time: nothing tells when a check passes, so the
 * ETag is made of the answer.
 */
#include <string.h>

#include "model/finding.h"
#include "model/json_write.h"
#include "store/compliance_store.h"

#include "handlers.h"
#include "page.h"
#include "query_string.h"
#include "respond.h"

#define MAX_ACCOUNTS 10000 /* of an answer */

struct compliance_request {
	struct compliance_filter filter;
	bool by_account;
};

/* --- the parameters --- */

static bool take_provider(struct compliance_request *c, const char *value)
{
	enum provider provider;

	if (provider_parse(value, &provider) < 0)
		return false;
	c->filter.provider = provider;
	return true;
}

static bool take_by(struct compliance_request *c, const char *value)
{
	c->by_account = strcmp(value, "account") == 0;
	return c->by_account || strcmp(value, "requirement") == 0;
}

/* NULL, or what is wrong. */
static const char *take_parameter(void *ctx, const struct query_parameter *p)
{
	struct compliance_request *c = ctx;

	if (strcmp(p->name, "by") == 0)
		return take_by(c, p->value) ? NULL : "is one of requirement, account";
	if (strcmp(p->name, "provider") == 0)
		return take_provider(c, p->value) ? NULL
		                                  : "is one of none, aws, azure, gcp, oci";
	if (strcmp(p->name, "framework") == 0)
		c->filter.framework = p->value;
	else if (strcmp(p->name, "account") == 0)
		c->filter.account = p->value;
	else
		return "is not a parameter of this route";
	return *p->value ? NULL : "is empty";
}

static bool read_parameters(struct request *req)
{
	struct compliance_request *c = req->handler_data;

	if (!page_parameters(req, take_parameter, c))
		return false;
	if (!c->filter.framework) {
		respond_bad_parameter(req, "framework", "is wanted");
		return false;
	}
	return true;
}

/*
 * Whoever sees parts of the org sees what their accounts say.  Owners have risks, and
 * nobody owns what passes: to them alone half an answer would look like a whole one.
 */
static bool set_scope(struct request *req)
{
	static const struct problem problem = {
	        .name = PROBLEM_FORBIDDEN,
	        .detail = "frameworks are answered by account; this token is for owners"};
	struct compliance_request *c = req->handler_data;
	const struct access *access = req->access;
	const char **accounts;

	if (access_allows_everywhere(access, PERMISSION_READ))
		return true;
	accounts = ARENA_ARRAY(req->arena, const char *, access->n_grants + 1);
	for (size_t i = 0; i < access->n_grants; i++)
		if (access->grants[i].kind == ACCESS_ACCOUNT &&
		    access->grants[i].permissions & PERMISSION_READ)
			accounts[c->filter.n_allowed++] = access->grants[i].value;
	c->filter.allowed = accounts;
	if (c->filter.n_allowed > 0)
		return true;
	respond_problem(req, &problem);
	return false;
}

/* --- the answers --- */

static void send(struct request *req, struct strbuf *b)
{
	const char *const texts[] = {strbuf_text(b)};
	const struct key key = key_of_texts("compliance-etag/1", req->org.id, texts, 1);
	char text[KEY_TEXT_MAX];
	const struct reply reply = {.status = 200,
	                            .etag = arena_strdup(req->arena, key_text(&key, text))};

	if (respond_if_unchanged(req, reply.etag))
		strbuf_done(b);
	else
		respond_body(req, &reply, b);
}

static void begin(const struct compliance_request *c, struct strbuf *b)
{
	json_write_open(b, NULL, '{');
	json_write_text(b, "framework", c->filter.framework);
	json_write_text(b, "by", c->by_account ? "account" : "requirement");
	json_write_open(b, "items", '[');
}

/* total: what there is, of which the items may be the first ones only. */
static void end(struct request *req, struct strbuf *b,
                const int64_t counts[COMPLIANCE_FAILING + 1], int64_t total)
{
	json_write_close(b, ']');
	json_write_open(b, "counts", '{');
	json_write_int(b, "failing", counts[COMPLIANCE_FAILING]);
	json_write_int(b, "passing", counts[COMPLIANCE_PASSING]);
	json_write_int(b, "unknown", counts[COMPLIANCE_UNKNOWN]);
	json_write_close(b, '}');
	json_write_int(b, "total", total);
	json_write_close(b, '}');
	send(req, b);
}

static void on_requirements(struct request *req, const PGresult *result)
{
	const struct compliance_request *c = req->handler_data;
	const struct compliance_requirement *rows =
	        compliance_requirements_read(result, req->arena);
	const int n = PQntuples(result);
	int64_t counts[COMPLIANCE_FAILING + 1] = {0};
	struct strbuf b = {0};

	begin(c, &b);
	for (int i = 0; i < n; i++) {
		counts[rows[i].verdict]++;
		json_write_open(&b, NULL, '{');
		compliance_requirement_put(&b, &rows[i], req->arena);
		json_write_close(&b, '}');
	}
	end(req, &b, counts, n);
}

static void on_accounts(struct request *req, const PGresult *result)
{
	const struct compliance_request *c = req->handler_data;
	const struct compliance_account *rows =
	        compliance_accounts_read(result, req->arena);
	const int n = PQntuples(result);
	int64_t counts[COMPLIANCE_FAILING + 1] = {0};
	struct strbuf b = {0};

	begin(c, &b);
	for (int i = 0; i < n; i++) {
		counts[COMPLIANCE_FAILING] += rows[i].failing;
		counts[COMPLIANCE_PASSING] += rows[i].passing;
		counts[COMPLIANCE_UNKNOWN] += rows[i].unknown;
		json_write_open(&b, NULL, '{');
		compliance_account_put(&b, &rows[i]);
		json_write_close(&b, '}');
	}
	end(req, &b, counts, n ? rows[0].n_accounts : 0);
}

static void on_known(struct request *req, const PGresult *result)
{
	const struct compliance_request *c = req->handler_data;
	const struct framework_row *rows = framework_list_read(result, req->arena);
	const int n = PQntuples(result);
	struct pg_params p = {.arena = req->arena};
	int i = 0;

	while (i < n && strcmp(rows[i].framework, c->filter.framework) != 0)
		i++;
	if (i == n) {
		respond_bad_parameter(
		        req, "framework",
		        "is one of those that /v1/compliance/frameworks lists");
		return;
	}
	if (c->by_account) {
		compliance_accounts_bind(&req->org, &c->filter, &p);
		request_query_slow(req, STMT_COMPLIANCE_ACCOUNTS, &p, on_accounts);
	} else {
		compliance_requirements_bind(&req->org, &c->filter, &p);
		request_query_slow(req, STMT_COMPLIANCE_REQUIREMENTS, &p, on_requirements);
	}
}

static void on_frameworks(struct request *req, const PGresult *result)
{
	const struct framework_row *rows = framework_list_read(result, req->arena);
	struct strbuf b = {0};

	json_write_open(&b, NULL, '{');
	json_write_open(&b, "items", '[');
	for (int i = 0; i < PQntuples(result); i++) {
		json_write_open(&b, NULL, '{');
		framework_row_put(&b, &rows[i]);
		json_write_close(&b, '}');
	}
	json_write_close(&b, ']');
	json_write_close(&b, '}');
	send(req, &b);
}

/* --- the requests --- */

void compliance_get(struct request *req)
{
	struct compliance_request *c = ARENA_NEW(req->arena, struct compliance_request);
	struct pg_params p = {.arena = req->arena};

	req->handler_data = c;
	c->filter.provider = -1;
	c->filter.max_accounts = MAX_ACCOUNTS;
	if (read_parameters(req) && set_scope(req))
		request_query(req, STMT_FRAMEWORK_LIST, &p, false, on_known);
}

void frameworks_get(struct request *req)
{
	struct pg_params p = {.arena = req->arena};

	if (!respond_if_parameters(req))
		request_query(req, STMT_FRAMEWORK_LIST, &p, false, on_frameworks);
}
