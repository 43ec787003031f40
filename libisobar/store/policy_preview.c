/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clocks of an org's risks under policies that are not stored yet, by the functions
 * that scoring uses.
 */
#include "store/policy_preview.h"

#include "model/risk_times.h"
#include "store/policy_store.h"
#include "store/transition_store.h"

int policies_of_rows(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                     struct arena *a, struct sla_policies *out, struct error *err)
{
	struct calendar_row *calendars;
	size_t n;
	int rc;

	if ((rc = calendar_list(pg, org, a, &calendars, &n, err)) < 0)
		return rc;
	/* A file counts by calendars that perhaps no policy counts by yet. */
	for (size_t i = 0; i < n; i++)
		calendars[i].n_policies = 1;
	return sla_policies_make(rows, calendars, n, a, out, err);
}

static timestamp or_never(timestamp at)
{
	return at == TIMESTAMP_NONE ? INT64_MAX : at;
}

static void count(const struct transition_risk *r, timestamp now,
                  struct policy_preview *out)
{
	struct risk_times times;

	risk_times_of(&r->rules, r->segments, r->n_segments, r->state, r->reopens_at, now,
	              &times);
	const timestamp was = or_never(r->due_at), is = or_never(times.clock.sla.due_at);

	out->n++;
	out->n_earlier += is < was;
	out->n_later += is > was;
	out->earlier[r->band] += is < was;
	out->later[r->band] += is > was;
	if (!risk_state_is_open(r->state))
		return;
	out->n_breached += is < now && was >= now;
	out->n_relieved += was < now && is >= now;
}

static int read_page(struct pg *pg, const struct org *org, const struct sla_policies *p,
                     struct key *after, timestamp now, struct policy_preview *out,
                     int64_t *n_out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 20);
	struct pg_params ids = {.arena = a}, load = {.arena = a};
	CLEANUP(pg_clearp) PGresult *page = NULL;
	CLEANUP(pg_clearp) PGresult *rows = NULL;
	struct transition_risks risks;
	int rc;

	pg_bind_int(&ids, org->id);
	pg_bind_key(&ids, after);
	pg_bind_int(&ids, TRANSITION_MOST);
	if ((rc = pg_run(pg, STMT_PREVIEW_PAGE, &ids, &page, err)) < 0)
		return rc;
	*n_out = pg_get_int(page, 0, "n");
	if (!*n_out)
		return 0;
	*after = pg_get_key(page, 0, "last");
	transition_load_bind_clocks(org, pg_get_text(page, 0, "ids"), p, now, &load);
	if ((rc = pg_run(pg, STMT_DECIDE_LOAD, &load, &rows, err)) < 0 ||
	    (rc = transition_load_read(rows, p, a, &risks, err)) < 0)
		return rc;
	for (size_t i = 0; i < risks.n; i++)
		count(&risks.rows[i].risk, now, out);
	return 0;
}

int policy_preview(struct pg *pg, const struct org *org, const struct policy_rows *rows,
                   timestamp now, struct policy_preview *out, struct error *err)
{
	ARENA_SCOPED a = arena_new(1 << 16);
	struct sla_policies policies;
	struct key after = {{0}};
	int64_t n = 0;
	int rc = policies_of_rows(pg, org, rows, a, &policies, err);

	*out = (struct policy_preview){0};
	if (rc < 0)
		return rc;
	do {
		if ((rc = read_page(pg, org, &policies, &after, now, out, &n, err)) < 0)
			return rc;
	} while (n == TRANSITION_MOST);
	return 0;
}
