/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_COMPLIANCE_STORE_H
#define ISOBAR_COMPLIANCE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/org.h"
#include "store/pg.h"

/*
 * How an org stands to the requirements of a framework, by the catalogue: a
 * requirement is answered by controls, a control by rules of tools.
 */
enum compliance_verdict {
	COMPLIANCE_UNKNOWN, /* no control, or no tool that said anything */
	COMPLIANCE_PASSING, /* at least one asset passes, none fails */
	COMPLIANCE_FAILING
};

struct compliance_requirement {
	const char *requirement;
	const char *title;    /* of its first control; "" when it has none */
	const char *controls; /* their ids, a blank between */
	enum compliance_verdict verdict;
	int64_t failing_accounts, passing_accounts;
	int64_t failing_assets, passing_assets;
};

struct compliance_account {
	int provider; /* enum provider */
	const char *account;
	int64_t failing, passing, unknown; /* requirements */
	int64_t n_accounts;                /* of all, the same in each row */
};

struct framework_row {
	const char *framework; /* "cis-azure-2.1" */
	int64_t requirements, answered;
};

/* Which part of the org: provider -1, account NULL and allowed NULL are all of it. */
struct compliance_filter {
	const char *framework;
	int provider;
	const char *account;
	const char *const *allowed; /* accounts that whoever asks may see */
	size_t n_allowed;
	int max_accounts; /* the first so many of compliance_accounts(); 0: all */
};

const char *compliance_verdict_name(enum compliance_verdict v); /* "failing", ... */

/* In halves, for callers on an event loop: parameters of STMT_COMPLIANCE_REQUIREMENTS
 * and STMT_COMPLIANCE_ACCOUNTS, rows of these and of STMT_FRAMEWORK_LIST.
 * Requirements come in the order of their numbers (1.2 before 1.10). */
void compliance_requirements_bind(const struct org *org,
                                  const struct compliance_filter *filter,
                                  struct pg_params *p);
void compliance_accounts_bind(const struct org *org, const struct compliance_filter *filter,
                              struct pg_params *p);
struct compliance_requirement *compliance_requirements_read(const PGresult *result,
                                                            struct arena *a);
struct compliance_account *compliance_accounts_read(const PGresult *result,
                                                    struct arena *a);
struct framework_row *framework_list_read(const PGresult *result, struct arena *a);

/* All of it lives in a; *n_out rows. */
int compliance_requirements(struct pg *pg, const struct org *org,
                            const struct compliance_filter *filter, struct arena *a,
                            struct compliance_requirement **out, size_t *n_out,
                            struct error *err) MUST_CHECK;
int compliance_accounts(struct pg *pg, const struct org *org,
                        const struct compliance_filter *filter, struct arena *a,
                        struct compliance_account **out, size_t *n_out,
                        struct error *err) MUST_CHECK;
int framework_list(struct pg *pg, struct arena *a, struct framework_row **out,
                   size_t *n_out, struct error *err) MUST_CHECK;

/* Members of an open JSON object, the same in every interface. */
void compliance_requirement_put(struct strbuf *b, const struct compliance_requirement *r,
                                struct arena *a);
void compliance_account_put(struct strbuf *b, const struct compliance_account *r);
void framework_row_put(struct strbuf *b, const struct framework_row *r);

#endif
