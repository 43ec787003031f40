/* SPDX-License-Identifier: Apache-2.0 */
#include "model/acceptance.h"

#include <string.h>

#include "model/sla.h"

static const char *const states[N_ACCEPTANCE_STATES] = {
        [ACCEPTANCE_ASKED] = "asked",
        [ACCEPTANCE_APPROVED] = "approved",
        [ACCEPTANCE_REFUSED] = "refused",
        [ACCEPTANCE_REVOKED] = "revoked",
};

const char *acceptance_state_name(enum acceptance_state state)
{
	return states[state];
}

int acceptance_state_parse(const char *name)
{
	for (int i = 0; i < N_ACCEPTANCE_STATES; i++)
		if (strcmp(states[i], name) == 0)
			return i;
	return -1;
}

int64_t acceptance_longest(const struct sla_policies *p, unsigned int bands)
{
	int64_t longest = INT64_MAX;

	if (!bands)
		bands = (1u << N_BANDS) - 1;
	for (size_t i = 0; i < p->n + n_sla_default_policies; i++) {
		const struct sla_policy *policy =
		        i < p->n ? &p->rows[i] : &sla_default_policies[i - p->n];
		const unsigned int its = i >= p->n          ? 1u << (i - p->n)
		                         : policy->band < 0 ? bands
		                                            : 1u << policy->band;

		if ((its & bands) && policy->acceptance_max < longest)
			longest = policy->acceptance_max;
	}
	return longest;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static int check_end(const struct acceptance_request *r, struct error *err)
{
	char end[TIMESTAMP_TEXT_MAX], latest[TIMESTAMP_TEXT_MAX];

	if (r->ends_at == TIMESTAMP_NONE)
		return error_set(err, ERR_INVALID,
		                 "an acceptance wants an end: until when does it hold?");
	timestamp_format(r->ends_at, end);
	if (r->ends_at <= r->now)
		return error_set(err, ERR_INVALID, "the end %s is not later than now", end);
	if (r->ends_at - r->now > r->longest)
		return error_set(
		        err, ERR_INVALID,
		        "the end %s is too late: %s may be accepted until %s at most", end,
		        r->what, timestamp_format(r->now + r->longest, latest));
	return 0;
}

int acceptance_check(const struct acceptance_request *r, struct error *err)
{
	int rc;

	if (is_blank(r->reason))
		return error_set(err, ERR_INVALID, "an acceptance wants a reason");
	if (strlen(r->reason) > ACCEPTANCE_REASON_MAX)
		return error_set(err, ERR_INVALID, "the reason has more than %d bytes",
		                 ACCEPTANCE_REASON_MAX);
	if (is_blank(r->requested_by) || strlen(r->requested_by) > ACCEPTANCE_NAME_MAX ||
	    (r->approved_by &&
	     (is_blank(r->approved_by) || strlen(r->approved_by) > ACCEPTANCE_NAME_MAX)))
		return error_set(err, ERR_INVALID,
		                 "who asks and who approves have names of 1 to %d bytes",
		                 ACCEPTANCE_NAME_MAX);
	if ((rc = check_end(r, err)) < 0)
		return rc;
	if (r->approved_by && strcmp(r->approved_by, r->requested_by) == 0)
		return error_set(err, ERR_DENIED,
		                 "%.80s asks for it: somebody else must approve",
		                 r->requested_by);
	return 0;
}

int acceptance_check_decision(enum acceptance_state from, enum acceptance_state to,
                              const char *requested_by, const char *decided_by,
                              timestamp ends_at, timestamp now, struct error *err)
{
	if (to == ACCEPTANCE_REVOKED) {
		if (from == ACCEPTANCE_ASKED || from == ACCEPTANCE_APPROVED)
			return 0;
		return error_set(err, ERR_CONFLICT, "it is %s already",
		                 acceptance_state_name(from));
	}
	if (from != ACCEPTANCE_ASKED)
		return error_set(err, ERR_CONFLICT, "it is %s already",
		                 acceptance_state_name(from));
	if (to == ACCEPTANCE_APPROVED && ends_at <= now)
		return error_set(err, ERR_CONFLICT, "its end has passed");
	if (to == ACCEPTANCE_APPROVED && strcmp(requested_by, decided_by) == 0)
		return error_set(err, ERR_DENIED,
		                 "%.80s asked for it: somebody else must approve",
		                 requested_by);
	return 0;
}

bool acceptance_covers(const struct acceptance *x, const struct risk_view *view,
                       const struct key *risk_id, const struct key *fix_id)
{
	if (x->has_risk)
		return key_cmp(&x->risk_id, risk_id) == 0;
	if (x->has_fix)
		return fix_id && key_cmp(&x->fix_id, fix_id) == 0;
	return selector_matches(&x->selector, view, NULL, NULL);
}

bool acceptance_holds(const struct acceptance *x, timestamp t)
{
	return x->state == ACCEPTANCE_APPROVED && x->starts_at <= t && t < x->ends_at;
}

const struct acceptance *acceptance_of(const struct acceptance_rules *rules,
                                       const struct risk_view *view,
                                       const struct key *risk_id, const struct key *fix_id,
                                       int64_t longest, timestamp t)
{
	const struct acceptance *best = NULL;

	for (size_t i = 0; i < rules->n; i++) {
		const struct acceptance *x = &rules->rows[i];

		if (acceptance_holds(x, t) && x->ends_at - x->starts_at <= longest &&
		    (!best || x->ends_at > best->ends_at) &&
		    acceptance_covers(x, view, risk_id, fix_id))
			best = x;
	}
	return best;
}
