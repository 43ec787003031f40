/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads how an org stands to a framework.  The statements do the counting; here is
 * only their order, since numbers of requirements sort by their parts.
 */
#define _GNU_SOURCE /* strverscmp */
#include "store/compliance_store.h"

#include <stdlib.h>
#include <string.h>

#include "model/finding.h"
#include "model/json_write.h"

const char *compliance_verdict_name(enum compliance_verdict v)
{
	static const char *const names[] = {
	        [COMPLIANCE_UNKNOWN] = "unknown",
	        [COMPLIANCE_PASSING] = "passing",
	        [COMPLIANCE_FAILING] = "failing",
	};

	return names[v];
}

void compliance_requirements_bind(const struct org *org,
                                  const struct compliance_filter *filter,
                                  struct pg_params *p)
{
	pg_bind_int(p, org->id);
	pg_bind_text(p, filter->framework);
	if (filter->provider < 0)
		pg_bind_text(p, NULL);
	else
		pg_bind_int(p, filter->provider);
	pg_bind_text(p, filter->account);
	pg_bind_texts(p, filter->allowed, filter->n_allowed);
}

void compliance_accounts_bind(const struct org *org, const struct compliance_filter *filter,
                              struct pg_params *p)
{
	compliance_requirements_bind(org, filter, p);
	if (filter->max_accounts > 0)
		pg_bind_int(p, filter->max_accounts);
	else
		pg_bind_text(p, NULL);
}

static int compare_requirements(const void *a, const void *b)
{
	const struct compliance_requirement *left = a, *right = b;

	return strverscmp(left->requirement, right->requirement);
}

struct compliance_requirement *compliance_requirements_read(const PGresult *result,
                                                            struct arena *a)
{
	const size_t n = (size_t)PQntuples(result);
	struct compliance_requirement *rows =
	        ARENA_ARRAY(a, struct compliance_requirement, n + 1);

	for (int i = 0; i < (int)n; i++) {
		struct compliance_requirement *r = &rows[i];

		r->requirement = arena_strdup(a, pg_get_text(result, i, "requirement"));
		r->title = arena_strdup(a, pg_get_text(result, i, "title"));
		r->controls = arena_strdup(a, pg_get_text(result, i, "controls"));
		r->verdict = (enum compliance_verdict)pg_get_int(result, i, "verdict");
		r->failing_accounts = pg_get_int(result, i, "failing_accounts");
		r->passing_accounts = pg_get_int(result, i, "passing_accounts");
		r->failing_assets = pg_get_int(result, i, "failing_assets");
		r->passing_assets = pg_get_int(result, i, "passing_assets");
	}
	qsort(rows, n, sizeof(*rows), compare_requirements);
	return rows;
}

struct compliance_account *compliance_accounts_read(const PGresult *result, struct arena *a)
{
	const size_t n = (size_t)PQntuples(result);
	struct compliance_account *rows = ARENA_ARRAY(a, struct compliance_account, n + 1);

	for (int i = 0; i < (int)n; i++)
		rows[i] = (struct compliance_account){
		        .provider = (int)pg_get_int(result, i, "provider"),
		        .account = arena_strdup(a, pg_get_text(result, i, "account")),
		        .failing = pg_get_int(result, i, "failing"),
		        .passing = pg_get_int(result, i, "passing"),
		        .unknown = pg_get_int(result, i, "unknown"),
		        .n_accounts = pg_get_int(result, i, "n_accounts"),
		};
	return rows;
}

struct framework_row *framework_list_read(const PGresult *result, struct arena *a)
{
	const size_t n = (size_t)PQntuples(result);
	struct framework_row *rows = ARENA_ARRAY(a, struct framework_row, n + 1);

	for (int i = 0; i < (int)n; i++)
		rows[i] = (struct framework_row){
		        .framework = arena_strdup(a, pg_get_text(result, i, "framework")),
		        .requirements = pg_get_int(result, i, "requirements"),
		        .answered = pg_get_int(result, i, "answered"),
		};
	return rows;
}

int compliance_requirements(struct pg *pg, const struct org *org,
                            const struct compliance_filter *filter, struct arena *a,
                            struct compliance_requirement **out, size_t *n_out,
                            struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	compliance_requirements_bind(org, filter, &p);
	if ((rc = pg_run(pg, STMT_COMPLIANCE_REQUIREMENTS, &p, &result, err)) < 0)
		return rc;
	*out = compliance_requirements_read(result, a);
	*n_out = (size_t)PQntuples(result);
	return 0;
}

int compliance_accounts(struct pg *pg, const struct org *org,
                        const struct compliance_filter *filter, struct arena *a,
                        struct compliance_account **out, size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	int rc;

	compliance_accounts_bind(org, filter, &p);
	if ((rc = pg_run(pg, STMT_COMPLIANCE_ACCOUNTS, &p, &result, err)) < 0)
		return rc;
	*out = compliance_accounts_read(result, a);
	*n_out = (size_t)PQntuples(result);
	return 0;
}

int framework_list(struct pg *pg, struct arena *a, struct framework_row **out,
                   size_t *n_out, struct error *err)
{
	CLEANUP(pg_clearp) PGresult *result = NULL;
	struct pg_params p = {.arena = a};
	const int rc = pg_run(pg, STMT_FRAMEWORK_LIST, &p, &result, err);

	if (rc < 0)
		return rc;
	*out = framework_list_read(result, a);
	*n_out = (size_t)PQntuples(result);
	return 0;
}

/* --- as JSON --- */

void compliance_requirement_put(struct strbuf *b, const struct compliance_requirement *r,
                                struct arena *a)
{
	const char *controls = r->controls;

	json_write_text(b, "requirement", r->requirement);
	json_write_text(b, "verdict", compliance_verdict_name(r->verdict));
	json_write_open(b, "controls", '[');
	while (*controls) {
		const size_t size = strcspn(controls, " ");

		json_write_text(b, NULL, arena_strndup(a, controls, size));
		controls += size + (controls[size] == ' ');
	}
	json_write_close(b, ']');
	json_write_text(b, "title", r->title);
	json_write_int(b, "failing_accounts", r->failing_accounts);
	json_write_int(b, "passing_accounts", r->passing_accounts);
	json_write_int(b, "failing_assets", r->failing_assets);
	json_write_int(b, "passing_assets", r->passing_assets);
}

void compliance_account_put(struct strbuf *b, const struct compliance_account *r)
{
	json_write_text(b, "provider", provider_name((enum provider)r->provider));
	json_write_text(b, "account", r->account);
	json_write_int(b, "failing", r->failing);
	json_write_int(b, "passing", r->passing);
	json_write_int(b, "unknown", r->unknown);
}

void framework_row_put(struct strbuf *b, const struct framework_row *r)
{
	json_write_text(b, "framework", r->framework);
	json_write_int(b, "requirements", r->requirements);
	json_write_int(b, "answered", r->answered);
}
