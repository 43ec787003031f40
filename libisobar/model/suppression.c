/* SPDX-License-Identifier: Apache-2.0 */
#include "model/suppression.h"

#include <string.h>

static const char name_alphabet[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

int suppression_check(const struct suppression *rule, struct error *err)
{
	const size_t size = strlen(rule->name);

	if (!size || size > SUPPRESSION_NAME_MAX ||
	    strspn(rule->name, name_alphabet) != size)
		return error_set(err, ERR_INVALID,
		                 "a name has 1 to %d letters, digits, \"-\", \"_\" and "
		                 "\".\", not \"%.60s\"",
		                 SUPPRESSION_NAME_MAX, rule->name);
	if (rule->reason[strspn(rule->reason, " \t\r\n")] == '\0')
		return error_set(err, ERR_INVALID, "a suppression rule wants a reason");
	if (strlen(rule->reason) > SUPPRESSION_REASON_MAX)
		return error_set(err, ERR_INVALID, "the reason has more than %d bytes",
		                 SUPPRESSION_REASON_MAX);
	if (rule->ends_at != TIMESTAMP_NONE && rule->ends_at <= rule->starts_at)
		return error_set(err, ERR_INVALID, "it ends before it begins");
	return 0;
}

bool suppression_holds(const struct suppression *rule, timestamp t)
{
	return rule->starts_at <= t &&
	       (rule->ends_at == TIMESTAMP_NONE || t < rule->ends_at);
}

timestamp suppression_mark_at(const struct suppression *rule, timestamp now)
{
	if (rule->log_only)
		return TIMESTAMP_NONE;
	if (rule->starts_at > now)
		return rule->starts_at;
	return rule->ends_at != TIMESTAMP_NONE && rule->ends_at > now ? rule->ends_at
	                                                              : TIMESTAMP_NONE;
}

const struct suppression *suppression_of(const struct suppression_rules *rules,
                                         const struct risk_view *view,
                                         const char *connector, const char *rule,
                                         timestamp t)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct suppression *s = &rules->rows[i];

		if (!s->log_only && suppression_holds(s, t) &&
		    selector_matches(&s->selector, view, connector, rule))
			return s;
	}
	return NULL;
}
